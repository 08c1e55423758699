"""The traps of the drivers and of the two databases, each with the test that would fall into it."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from importlib import resources
from pathlib import Path
from threading import Thread
from typing import Any

import adbc_driver_sqlite.dbapi
import pandas as pd
import pyarrow as pa
import pytest

import numguard as ng
from numguard.errors import ArgumentError, RegistryError
from registry_cases import HANDSET, IST, A, B, C, complaint, complaints, listed, sightings
from registry_stores import is_there, make_schema

SCHEMA = "".join(
    entry.read_text()
    for entry in sorted((resources.files(ng.registry) / "log" / "schema").iterdir(), key=lambda entry: entry.name)
    if entry.name.endswith(".sql")
)


def test_a_driver_runs_only_the_first_statement_of_a_text(registry: ng.Registry) -> None:
    with adbc_driver_sqlite.dbapi.connect(autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE one (x BIGINT); CREATE TABLE two (x BIGINT)")
        cursor.execute("SELECT name FROM sqlite_master")
        assert cursor.fetchall() == [("one",)]
    # So that each statement of the schema must have been run on its own.
    dialect = registry._case.store.dialect
    assert dialect.tables() == set(re.findall(r"CREATE TABLE (\w+)", SCHEMA))
    queries = {
        "SQLite": "SELECT name FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite_%'",
        "PostgreSQL": "SELECT indexname::text AS name FROM pg_indexes WHERE schemaname = current_schema()",
    }
    indexes = dialect.fetch(queries[type(dialect).__name__])["name"].to_pylist()
    assert set(indexes) >= set(re.findall(r"CREATE INDEX (\w+)", SCHEMA))


def test_columns_are_text_and_bigint_alone() -> None:
    columns = re.findall(r"[(,]\s*\w+ (TEXT|[A-Z]+)", re.sub(r"--.*|PRIMARY KEY \([^)]*\)", "", SCHEMA))
    assert len(columns) > 80
    assert set(columns) == {"TEXT", "BIGINT"}


def test_an_empty_answer_has_the_types_of_a_full_one(registry: ng.Registry) -> None:
    # A driver guesses the types of a result from its first rows: without any, all are integers.
    def types() -> list[pa.Schema]:
        tables = [registry.block_list().to_table(), registry.block_list(since=0).to_table(), registry.history(f"+{A}")]
        return [table.schema for table in [*tables, registry._case.store.refusals(1)]]

    empty = types()
    registry.add_complaints(complaints(complaint("1", "9876543210; 98765 432l0", reported_at="2026-09-01")))
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    assert types() == empty


def test_a_moment_keeps_its_zone(registry: ng.Registry) -> None:
    # Drivers drop the zone of a time.
    moment = datetime(2026, 9, 1, 23, 30, tzinfo=IST)
    table = complaints(complaint("1", "9876543210")).append_column(
        "reported_at", pa.array([moment], pa.timestamp("us", "America/New_York"))
    )
    registry.add_complaints(table)
    row = registry.block_list().to_table().to_pylist()[0]
    assert row["first_reported"] == row["last_reported"] == moment
    assert row["review_by"] == date(2026, 9, 1) + timedelta(days=90)
    assert registry.history(f"+{A}")["reported_at"].to_pylist() == [moment]


def test_numbers_with_gaps_come_as_floats(registry: ng.Registry) -> None:
    frame = pd.DataFrame(
        {"acknowledgement_no": ["1", "2"], "source": ["1930", "1930"], "suspect_mobiles": [9876543210, None]}
    )
    assert str(frame["suspect_mobiles"].dtype) == "float64"
    intake = registry.add_complaints(frame)
    assert (intake.added, intake.refused) == (1, 1)
    assert listed(registry) == {A: "block"}


def test_a_nul_in_a_field_of_an_event_is_refused(store: str, tmp_path: Path) -> None:
    # One store cuts the text off at it, the other keeps it, and neither raises an error.
    table = complaints(complaint("1", "9876543210"))
    with ng.Registry(store, by="HC 1234") as registry, ng.Registry(store, by="HC\x001234") as with_nul:
        calls: tuple[Callable[[], object], ...] = (
            lambda: registry.decide([A], "confirmed", "seen\x00here"),
            lambda: registry.add_complaints(table, name="desk\x00.csv"),
            lambda: registry.export(tmp_path / "list.csv", replace=True, to="Do\x00T"),
            lambda: with_nul.decide([A], "confirmed", "seen"),
        )
        for call in calls:
            with pytest.raises(ArgumentError, match="NUL"):
                call()
        assert registry._case.store.head() == 0
        assert list(tmp_path.iterdir()) == []


def test_a_call_after_one_that_failed(registry: ng.Registry) -> None:
    # A cursor that failed is of no more use, and a transaction that failed must be over.
    twice = pa.table({"msisdn": [A, A], "status": ["confirmed", "confirmed"]})
    for _ in range(2):
        with pytest.raises(RegistryError), registry._case.event("decide", "why") as append:
            append.rows("decision", twice)
    assert registry.decide([A], "confirmed", "why") == 1


def test_an_event_that_was_not_committed_leaves_no_gap(registry: ng.Registry) -> None:
    # A sequence would: its numbers are handed out before anything is committed.
    with suppress(KeyboardInterrupt), registry._case.event("decide", "why") as append:
        assert append.event == 1
        raise KeyboardInterrupt
    assert registry.decide([A], "confirmed", "why") == 1


@pytest.mark.parametrize(
    "where", ["file", pytest.param("server", marks=pytest.mark.skipif(not is_there(), reason="no PostgreSQL here"))]
)
def test_a_late_commit_never_falls_behind_an_export(tmp_path: Path, request: pytest.FixtureRequest, where: str) -> None:
    target = tmp_path / "cases.db" if where == "file" else make_schema(request.getfixturevalue("postgres"))
    path = tmp_path / "list.csv"
    with ng.Registry(target, by="slow") as slow, ng.Registry(target, by="quick") as quick:
        quick.add_complaints(complaints(complaint("1", "9876543210")))
        # A number that only a narrative names is on no list before it is decided on.
        mapping: Any = {"mapping": {"narrative": "facts"}}
        quick.add_complaints(complaints(complaint("0", "", facts="he rang from 8887776665")), **mapping)
        quick.export(path, replace=True, to="DoT", since="last")
        sent: list[Any] = []

        def add_and_export() -> None:
            quick.add_complaints(complaints(complaint("2", "9123456789")))
            sent.extend(quick.export(path, replace=True, to="DoT", since="last").to_table()["msisdn"].to_pylist())

        other = Thread(target=add_and_export)
        with slow._case.event("decide", "called back") as append:
            other.start()
            append.rows("decision", {"msisdn": [C], "status": ["confirmed"]})
            other.join(0.3)
            # The other one waits, and uncommitted rows are invisible.
            assert (other.is_alive(), slow._case.store.head() >= append.event, sent) == (True, True, [])
        other.join()
        assert sorted(sent) == sorted([B, C])
        assert quick.history(f"+{C}")["event"].to_pylist() == [2, 4, 6]


@pytest.mark.skipif(not is_there(), reason="no PostgreSQL here")
def test_all_stores_give_the_same_bytes(postgres: str, tmp_path: Path) -> None:
    # They sort nulls and capitals differently, and add up to other types.
    answers = []
    for name, target in (("memory", ":memory:"), ("file", tmp_path / "cases.db"), ("server", make_schema(postgres))):
        moment = datetime(2026, 9, 1, 10, tzinfo=IST)
        folder = tmp_path / name
        folder.mkdir()
        with ng.Registry(target, by="HC 1234") as registry:
            registry._case.now = lambda moment=moment: int(moment.timestamp() * 1e6)  # type: ignore[method-assign]
            registry.add_complaints(
                complaints(
                    complaint("1", "9876543210, 98765 432l0", district="rohtak", reported_at="2026-08-01"),
                    complaint("a", "9876543210", district="Äland", amount_lost="100"),
                    complaint("B", "9123456789; 9876543210", complainant_mobile="9812345678"),
                    complaint("c", "8887776665") | {"source": "Zila"},
                    complaint("D", "8887776665", reported_at="2026-08-02") | {"source": "zila"},
                )
            )
            registry.expand(sightings((A, HANDSET), (B, HANDSET), (917776665554, HANDSET), (917776665555, HANDSET)))
            registry.decide([B], "confirmed", "seen")
            for since in (None, "last"):
                registry.export(folder / f"{since}.csv", replace=True, to="DoT", since=since)
            registry.record_outcomes(pa.table({"msisdn": ["9876543210", "1"], "status": ["blocked", "gone"]}))
            registry.export(folder / "change.csv", replace=True, to="DoT", since="last")
            tables = [registry.history(f"+{n}") for n in (A, B, C, 917776665554)]
            tables += [registry.refusals(1), registry.block_list(since=1).to_table()]
            files = [path.read_bytes() for path in sorted(folder.iterdir())]
            answers.append((files, [table.to_pylist() for table in tables]))
    assert len(answers[0][0]) == 6
    assert answers[0] == answers[1] == answers[2]
