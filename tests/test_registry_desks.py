"""Desks that work on one registry at the same time: none undoes what another decided, and what is half done says so."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

import numguard as ng
from numguard.bench.server import connect
from numguard.errors import ArgumentError, InputError, RegistryError
from numguard.registry.log import opening, store
from numguard.registry.log.waiting import Waiting
from numguard.registry.sheets import sheet
from registry_cases import A, B, complaint, complaints, listed, status_of
from registry_stores import is_there, make_schema

WHERE = ["file", pytest.param("server", marks=pytest.mark.skipif(not is_there(), reason="no PostgreSQL here"))]


@pytest.fixture(params=WHERE)
def desks(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[ng.Registry, ng.Registry]]:
    """Two desks on one registry."""
    target = tmp_path / "cases.db" if request.param == "file" else make_schema(request.getfixturevalue("postgres"))
    with ng.Registry(target, by="HC 1") as one:
        one.add_complaints(complaints(complaint("1", "Axel: 9876543210"), complaint("2", "Ravi: 9123456789")))
        with ng.Registry(target, by="HC 2") as other:
            yield one, other


def before_its_event(registry: ng.Registry, monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any]) -> None:
    """Has another desk act after this one has read, and before it writes: it waited for the other."""
    case: Any = registry._opened
    for name in ("event", "sending"):
        own = getattr(case, name)

        @contextmanager
        def waiting(*arguments: Any, own: Any = own, **named: Any) -> Iterator[Any]:
            monkeypatch.undo()
            act()
            with own(*arguments, **named) as append:
                yield append

        monkeypatch.setattr(case, name, waiting)


def decided(*rows: tuple[int, str, str]) -> Any:
    names = ("msisdn", "decision", "reason")
    return complaints(*(dict(zip(names, map(str, row), strict=True)) for row in rows))


def test_a_sheet_of_decisions_undoes_no_decision_of_another_desk(
    desks: tuple[ng.Registry, ng.Registry], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = desks
    sheet = decided((A, "accepted", "asked"), (B, "accepted", "asked"), (B, "accepted", "asked again"))
    before_its_event(one, monkeypatch, lambda: other.decide([A], "dismissed", "the complainant's brother"))
    done = one.take_review(sheet)
    assert (done.accepted, done.dismissed, done.known, done.events) == (1, 0, 1, (3, 4))
    assert (status_of(one, A), listed(one)) == ("withdrawn", {B: "block"})
    assert one.history(f"+{B}")["reason"].to_pylist()[1:] == ["asked", "asked again"]
    again = one.take_review(sheet)
    assert (again.accepted, again.known, again.events) == (0, 1, ())
    assert again.refusals.select(["row", "note"]).to_pylist() == [{"row": 1, "note": "decided_otherwise"}]


def test_a_sheet_looks_again_where_another_desk_was_between_two_of_its_events(
    desks: tuple[ng.Registry, ng.Registry], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It derived the state for each of the reasons: a sheet with 100,000 took an hour."""
    one, other = desks
    case: Any = one._opened
    own, state, looks, reasons = case.event, case.state, [], []

    def event(verb: str, reason: str) -> Any:
        reasons.append(reason)
        if reason == "third":
            other.decide([B], "dismissed", "a witness")
        return own(verb, reason)

    monkeypatch.setattr(case, "event", event)
    monkeypatch.setattr(case, "state", lambda *arguments: looks.append(len(reasons)) or state(*arguments))
    rows = [(A, "accepted", "first"), (A, "accepted", "second"), (B, "accepted", "third"), (A, "accepted", "fourth")]
    done = one.take_review(decided(*rows))
    assert (done.accepted, done.known, done.events) == (1, 1, (2, 3, 5))
    # What is decided, and why each waits; after the other desk; what is left.
    assert looks == [0, 0, 3, 4, 4]
    assert listed(one) == {A: "block"}


def test_a_sheet_that_was_recorded_in_part_says_so(
    desks: tuple[ng.Registry, ng.Registry], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = desks
    case: Any = one._opened
    own, events = case.event, []

    def event(*arguments: Any, **named: Any) -> Any:
        events.append(arguments)
        if len(events) == 2:
            raise RegistryError("cases.db: another process has been writing for 20 seconds")
        return own(*arguments, **named)

    monkeypatch.setattr(case, "event", event)
    sheet = decided((A, "accepted", "asked"), (B, "dismissed", "a witness"))
    with pytest.raises(RegistryError, match="for 20 seconds; of this sheet, event 2 was recorded; take it again"):
        one.take_review(sheet)
    assert one.take_review(sheet).dismissed == 1
    assert listed(one) == {A: "block"}


def test_the_first_lists_of_two_desks_to_a_receiver_have_one_name(
    desks: tuple[ng.Registry, ng.Registry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = desks
    one.decide([A], "accepted", "asked")
    before_its_event(one, monkeypatch, lambda: other.export(tmp_path / "first.csv", to="D.o.T."))
    sent = one.export(tmp_path / "second.csv", to="dot", since="last")
    assert (sent.manifest["to"], sent.manifest["list"], sent.manifest["rows"]) == ("D.o.T.", "delta", 0)
    before_its_event(one, monkeypatch, lambda: other.export(tmp_path / "bank.csv", to="Some Bank"))
    with pytest.raises(ArgumentError, match="'Some Bank'"):
        one.export(tmp_path / "third.csv", to="Some Banc")
    assert not (tmp_path / "third.csv").exists()


def test_files_of_another_machine_of_the_same_name_stay_recorded(
    desks: tuple[ng.Registry, ng.Registry], tmp_path: Path
) -> None:
    one, other = desks
    place = tmp_path / "list.csv"
    dialect = one._case.store.dialect
    # As if its process had been killed between the event and the renaming.
    Waiting(dialect)._add("0123456789abcdef", "", 1, [(str(tmp_path / ".numguard-there.waiting"), str(place))])
    other.decide([A], "protected", "a witness")
    assert len(dialect.fetch("SELECT token FROM sending")) == 1
    place.write_text("placed")
    other.decide([B], "protected", "a witness")
    assert len(dialect.fetch("SELECT token FROM sending")) == 0


def test_an_export_does_not_begin_again_for_each_event_of_others(
    desks: tuple[ng.Registry, ng.Registry], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = desks
    kept: Any = one._opened.store
    own, intended = kept.writing, []

    def writing(**what: Any) -> Any:
        # Another desk records an event between the intention and the export; a busy office would always do so.
        intended.append(what["token"])
        if len(intended) < 4:
            other.decide([B], "protected", f"a witness, {len(intended)}")
        return own(**what)

    monkeypatch.setattr(kept, "writing", writing)
    assert one.export(tmp_path / "list.csv", to="DoT").manifest["export"] == 3
    assert len(intended) == 1
    monkeypatch.undo()
    # What a process that has ended has left is removed by the next event, and so is what a call of this one has left.
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
    waiting = Waiting(kept.dialect)
    waiting._add(f"{int(ended.stdout):x}-0123456789abcdef", str(tmp_path), None, [("", "")])
    token = waiting.intend(tmp_path)
    tokens = [row["token"] for row in kept.dialect.fetch("SELECT token FROM sending").to_pylist()]
    assert tokens == [token]
    other.decide([B], "unprotected", "no witness")
    assert waiting.is_intended(token)
    waiting.done(token)
    other.decide([B], "protected", "a witness after all")
    assert not waiting.is_intended(token)


def test_a_reader_who_may_not_write_sees_what_others_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cases.db"
    with ng.Registry(path, by="HC 1") as desk:
        desk.add_complaints(complaints(complaint("1", "9876543210")))
        for module in (opening, store):
            monkeypatch.setattr(module, "is_read_only", lambda _: True)
        with ng.Registry(path, by="a bank") as reader:
            assert listed(reader) == {A: "block"}
            desk.decide([A], "withdrawn", "the complaint was false")
            assert (listed(reader), status_of(reader, A)) == ({}, "withdrawn")
            with pytest.raises(RegistryError, match="read-only"):
                reader.decide([A], "confirmed", "why")
            assert reader.verify() == desk.verify()


def test_a_sheet_that_is_saved_while_it_is_read_is_not_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "desk.csv"
    path.write_text("acknowledgement_no,source,suspect_mobiles\n1,1930,98765 43210\n")
    own = sheet.read_records

    def read(source: Any, *arguments: Any, **named: Any) -> Any:
        # Its SHA-256 was computed already.
        path.write_text(path.read_text().replace("98765 43210", "91234 56789"))
        return own(source, *arguments, **named)

    monkeypatch.setattr(sheet, "read_records", read)
    with ng.Registry(by="HC 1") as registry:
        with pytest.raises(InputError, match=r"desk\.csv: was changed while it was read; nothing was recorded"):
            registry.add_complaints(path)
        monkeypatch.undo()
        assert registry.add_complaints(path).added == 1


def test_records_that_arrive_during_a_run_are_not_taken_for_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from numguard.registry.events import linking

    (tmp_path / "day1.csv").write_text(f"served_msisdn,imei14\n{A},35824005111111\n")
    own = linking.walk

    def walk(*arguments: Any, **named: Any) -> Any:
        found = own(*arguments, **named)
        (tmp_path / "day2.csv").write_text(f"served_msisdn,imei14\n{B},35824005111111\n")
        return found

    monkeypatch.setattr(linking, "walk", walk)
    with ng.Registry(by="HC 1") as registry:
        registry.add_complaints(complaints(complaint("1", "9876543210")))
        with pytest.raises(InputError, match=r"day2\.csv: was changed while it was read; nothing was recorded"):
            registry.expand(str(tmp_path / "*.csv"), at=None)
        monkeypatch.undo()
        assert registry.expand(str(tmp_path / "*.csv"), at=None).linked["msisdn"].to_pylist() == [B]


@pytest.mark.skipif(not is_there(), reason="no PostgreSQL here")
def test_a_user_of_a_server_who_may_only_read(postgres: str, tmp_path: Path) -> None:
    target = make_schema(postgres)
    schema = target.rsplit("%3D", 1)[1]
    with ng.Registry(target, by="HC 1") as registry:
        registry.add_complaints(complaints(complaint("1", "9876543210")))
        registry.export(tmp_path / "sent.csv", to="DoT")
    with closing(connect(postgres)) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE reader_{schema} LOGIN")
        cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO reader_{schema}")
        cursor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO reader_{schema}")
    reader = target.replace("://postgres@", f"://reader_{schema}@")
    with ng.Registry(reader, by="a bank") as registry:
        assert listed(registry) == {A: "block"}
        assert registry.history(f"+{A}")["what"].to_pylist() == ["named", "exported"]
        assert registry.action_taken()["named"].to_pylist() == [1]
        assert registry.block_list().write(tmp_path / "list.csv").exists()
        assert registry.verify().events == 2
        for record in (
            lambda: registry.decide([A], "withdrawn", "why"),
            lambda: registry.export(tmp_path / "no.csv", to="DoT"),
            lambda: registry.add_complaints(complaints(complaint("2", "9123456789"))),
        ):
            with pytest.raises(RegistryError, match="gives this user no right to do that"):
                record()
        assert not (tmp_path / "no.csv").exists()
        assert registry.verify().events == 2
