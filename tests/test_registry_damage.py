"""Bits that turn in a registry's file: they change no list, and every error about them names damage.

NUMGUARD_FLIPS asks for more, NUMGUARD_FLIPS_SEED for others.
"""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pytest

import numguard as ng
from numguard.errors import ArgumentError, DamagedError, RegistryError
from numguard.registry.log.verifying import seal_what_is_not
from registry_cases import HANDSET, complaint, complaints, sightings
from registry_stores import is_there, make_older, make_schema
from test_registry_store import table

FLIPS = int(os.environ.get("NUMGUARD_FLIPS", "40"))
SEED = int(os.environ.get("NUMGUARD_FLIPS_SEED", "0"))


def fill(registry: ng.Registry, folder: Path) -> None:
    rows = [
        complaint(
            str(n),
            f"9{n:09}" if n % 9 else "98765 432l0",
            district=("Rohtak", "Sonipat", "")[n % 3],
            category="loan app",
            reported_at=f"2026-08-{n % 28 + 1:02}",
            complainant_mobile=f"8{n:09}",
            amount_lost=str(n * 100),
        )
        for n in range(120)
    ]
    first = registry.add_complaints(complaints(*rows[:80]))
    registry.add_complaints(complaints(*rows[60:]))
    registry.expand(sightings(*[(919000000000 + n, HANDSET + n % 20 * 10) for n in range(1, 60)]))
    registry.decide([f"9{n:09}" for n in range(20, 25)], "protected", "helpline of a bank")
    registry.decide([f"9{n:09}" for n in range(30, 35)], "withdrawn", "wrong digit in the letter")
    registry.export(folder / "first.csv", replace=True, to="DoT")
    sheet = {"msisdn": [f"9{n:09}" for n in range(40, 50)], "status": ["blocked"] * 10}
    registry.record_outcomes(pa.table(sheet), name="answers.csv")
    assert first.id is not None
    registry.withdraw_intake(first.id, "sent by mistake")


def questions(registry: ng.Registry, folder: Path) -> list[Callable[[], Any]]:
    """Calls whose results can be compared."""
    path = folder / "list.csv"

    def exported() -> Any:
        listed = registry.export(path, replace=True, to="DoT", since="last")
        return listed.to_table(), path.read_bytes()

    return [exported, registry.verify]


def test_a_turned_bit_changes_no_list(tmp_path: Path) -> None:
    whole = tmp_path / "whole.db"
    moment = 1_795_000_000_000_000
    with ng.Registry(whole, by="HC 1234") as registry:
        registry._case.now = lambda: moment  # type: ignore[method-assign]
        fill(registry, tmp_path)
    content = whole.read_bytes()
    path = tmp_path / "cases.db"

    def answers() -> list[Any]:
        (tmp_path / "list.csv").unlink(missing_ok=True)
        found: list[Any] = []
        with ng.Registry(path, by="HC 1234") as registry:
            registry._case.now = lambda: moment  # type: ignore[method-assign]
            for ask in questions(registry, tmp_path):
                try:
                    found.append(ask())
                except DamagedError:
                    found.append(None)
                    assert not (tmp_path / "list.csv").exists()
            for ask in (registry.block_list, registry.numbers, registry.action_taken):
                with suppress(DamagedError):
                    ask()
        return found

    path.write_bytes(content)
    right = answers()
    damaged = 0
    draw = Random(SEED)
    for _ in range(FLIPS):
        at = draw.randrange(draw.choice((len(content), len(content), 4096, 100)))
        bit = draw.randrange(8)
        turned = bytearray(content)
        turned[at] ^= 1 << bit
        path.write_bytes(turned)
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        try:
            found = answers()
        except RegistryError as error:
            assert isinstance(error, DamagedError) or any(  # noqa: PT017
                words in str(error) for words in ("damaged", "another program", "newer numguard", "holds no registry")
            ), f"byte {at}, bit {bit}: {error}"
            damaged += 1
            continue
        except Exception as error:
            raise AssertionError(f"byte {at}, bit {bit}") from error
        # Much of a file is unused: there, a bit changes no answer.
        assert found[0] is None or found == right, f"byte {at}, bit {bit}"
        damaged += found[0] is None
    # A fourth of the bits matters, on average.
    assert damaged >= FLIPS // 20


@pytest.mark.parametrize("version", ["abc", b"\xff\x00", 1.5, 0, -1])
def test_a_version_that_is_none_is_damage(tmp_path: Path, version: Any) -> None:
    """A turned bit in the type of a value makes text, bytes or a null of a number."""
    path = tmp_path / "cases.db"
    with ng.Registry(path, by="HC 1234") as registry:
        registry.add_complaints(table(0, 3))
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE head SET schema_version = ?", (version,))
        database.commit()
    with pytest.raises(DamagedError, match="damaged"):
        ng.Registry(path)


@pytest.mark.parametrize(
    "where", ["file", pytest.param("server", marks=pytest.mark.skipif(not is_there(), reason="no PostgreSQL here"))]
)
def test_every_store_comes_to_the_same_digest_and_sees_every_change(
    tmp_path: Path, request: pytest.FixtureRequest, where: str
) -> None:
    def filled(target: str | Path) -> Any:
        ticks = iter(range(1_795_000_000_000_000, 1_796_000_000_000_000, 1_000_000))
        registry = ng.Registry(target, by="HC 1234")
        registry._case.now = lambda: next(ticks)  # type: ignore[method-assign]
        fill(registry, tmp_path)
        return registry

    target = tmp_path / "cases.db" if where == "file" else make_schema(request.getfixturevalue("postgres"))
    with filled(":memory:") as memory, filled(target) as registry:
        seal = registry.verify()
        assert seal == memory.verify()
        assert seal.events == 8
        execute = registry._case.store.dialect.execute
        for change in (
            "UPDATE decision SET status = 'confirmed' WHERE event = 4 AND msisdn = 919000000021",
            "DELETE FROM outcome WHERE msisdn = 919000000041",
            "UPDATE event SET reason = 'somebody else says' WHERE seq = 4",
            "UPDATE event SET at = at - 1 WHERE seq = 2",
            "UPDATE export SET receiver = 'TRAI' WHERE event = 6",
            "DELETE FROM withdrawal",
            "DELETE FROM event WHERE seq = 8",
            "UPDATE head SET seq = seq - 1",
            "INSERT INTO decision (event, msisdn, status) VALUES (4, 919876543210, 'confirmed')",
            # Of no event: before every cut, or of the next event before it is recorded.
            "INSERT INTO decision (event, msisdn, status) VALUES (0, 919876543210, 'confirmed')",
            "INSERT INTO decision (event, msisdn, status) VALUES (9, 919876543210, 'confirmed')",
            "INSERT INTO withdrawal (event, withdrawn) VALUES (-1, 2)",
            "INSERT INTO origin (event, registry, number, at, digest) VALUES (0, 'another', 1, 1, '')",
            "INSERT INTO seal (event, digest) VALUES (9, '')",
        ):
            registry._case.store.dialect.begin()
            execute(change)
            with pytest.raises(DamagedError, match="damaged"):
                registry.verify()
            registry._case.store.dialect.rollback()
        assert registry.verify() == seal


@pytest.mark.parametrize(
    "changes",
    [
        # Bytes of the same digits: the digest is the same, and no query for the number finds them.
        ("UPDATE decision SET msisdn = CAST(CAST(msisdn AS TEXT) AS BLOB)",),
        ("UPDATE export SET receiver = CAST(receiver AS BLOB)",),
        ("UPDATE event SET at = at + 0.5 WHERE seq = 1",),
        # Tables that show one thing to `verify`, and another while a list is made.
        ("CREATE TRIGGER other AFTER INSERT ON event BEGIN DELETE FROM decision; END",),
        (
            "ALTER TABLE decision RENAME TO kept",
            "CREATE VIEW decision AS SELECT * FROM kept WHERE total_changes() = 0",
        ),
    ],
    ids=["number", "text", "moment", "trigger", "view"],
)
def test_what_keeps_its_digest_and_is_read_otherwise_is_damage(tmp_path: Path, changes: tuple[str, ...]) -> None:
    path = tmp_path / "cases.db"
    with ng.Registry(path, by="HC 1234") as registry:
        fill(registry, tmp_path)
    with closing(sqlite3.connect(path)) as database:
        for change in changes:
            database.execute(change)
        database.commit()
    with ng.Registry(path, by="HC 1234") as registry:
        with pytest.raises(DamagedError):
            registry.verify()
        with pytest.raises(DamagedError):
            registry.export(tmp_path / "second.csv", to="DoT")
    assert not (tmp_path / "second.csv").exists()


@pytest.mark.skipif(not is_there(), reason="no PostgreSQL here")
@pytest.mark.parametrize(
    "change",
    [
        "CREATE RULE other AS ON INSERT TO decision DO INSTEAD NOTHING",
        "CREATE TRIGGER other BEFORE UPDATE ON decision EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    ],
    ids=["rule", "trigger"],
)
def test_what_a_server_adds_to_a_table_is_damage(tmp_path: Path, postgres: str, change: str) -> None:
    with ng.Registry(make_schema(postgres), by="HC 1234") as registry:
        fill(registry, tmp_path)
        registry.verify()
        registry._case.store.dialect.execute(change)
        with pytest.raises(DamagedError, match="has a trigger or a rule"):
            registry.verify()
        with pytest.raises(DamagedError):
            registry.export(tmp_path / "second.csv", to="DoT")
    assert not (tmp_path / "second.csv").exists()


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO withdrawal (event, withdrawn) VALUES (3, 77)",
        "UPDATE complaint SET complaint = (77 << 32) | 2 WHERE event > 1",
        "UPDATE contradiction SET held = 77",
        "UPDATE origin SET registry = '', digest = 'other'",
        "UPDATE origin SET at = -1, digest = 'other'",
        "UPDATE origin SET at = 9223372036854775807, digest = 'other'",
    ],
)
def test_a_registry_whose_events_name_others_that_are_not_there_is_not_merged(tmp_path: Path, change: str) -> None:
    """Its chain of digests was made anew, and is sound."""
    paths = [tmp_path / f"{k}.db" for k in range(3)]
    for path, status in zip(paths, ("protected", "confirmed", "confirmed"), strict=True):
        with ng.Registry(path, by=path.stem) as registry:
            registry.add_complaints(complaints(complaint(path.stem, "98765 43210")))
            registry.decide(["98123 45678"], status, "of its own")
    with ng.Registry(paths[1], by="1") as registry:
        registry.merge(paths[0])
        dialect = registry._case.store.dialect
        dialect.execute(change)
        dialect.execute("DELETE FROM seal WHERE event > 1")
        seal_what_is_not(dialect)
    with ng.Registry(paths[2], by="2") as registry:
        before = registry.verify()
        with pytest.raises(DamagedError, match="damaged"):
            registry.merge(paths[1])
        assert registry.verify() == before


def test_a_chain_made_anew_beside_the_old_one_is_damage(tmp_path: Path) -> None:
    """`verify` read the new digest of an event, and `verify(event=)` the old one, as it was noted."""
    path = tmp_path / "cases.db"
    with ng.Registry(path, by="HC 1234") as registry:
        fill(registry, tmp_path)
        noted = registry.verify(event=5)
        dialect = registry._case.store.dialect
        for statement in (
            "CREATE TABLE old AS SELECT * FROM seal",
            "DELETE FROM seal",
            "UPDATE event SET actor = 'HC 99' WHERE seq = 4",
        ):
            dialect.execute(statement)
        seal_what_is_not(dialect)
        assert registry.verify(event=5) != noted
        for statement in (
            "CREATE TABLE both AS SELECT * FROM old UNION ALL SELECT * FROM seal",
            "DROP TABLE seal",
            "ALTER TABLE both RENAME TO seal",
        ):
            dialect.execute(statement)
        with pytest.raises(DamagedError):
            registry.verify(event=5)


def test_a_recorded_name_of_another_file_moves_nothing(tmp_path: Path) -> None:
    """Who may write to the tables of a server could have the files of others moved by their next call."""
    path, theirs, elsewhere = tmp_path / "cases.db", tmp_path / "theirs.txt", tmp_path / "elsewhere.txt"
    theirs.write_text("another's")
    with ng.Registry(path, by="HC 1234") as registry:
        fill(registry, tmp_path)
    row = ("1-ab", socket.gethostname(), "", 1, quote(str(theirs)), quote(str(elsewhere)))
    with closing(sqlite3.connect(path)) as database:
        database.execute("INSERT INTO sending VALUES (?, ?, ?, ?, ?, ?)", row)
        database.commit()
    with ng.Registry(path, by="HC 1234") as registry:
        registry.decide(["98765 43210"], "protected", "a witness")
    assert (theirs.exists(), elsewhere.exists()) == (True, False)


def digests_of(registry: ng.Registry) -> list[str]:
    query = "SELECT digest FROM seal ORDER BY event"
    found: list[str] = registry._case.store.dialect.fetch(query).column(0).to_pylist()
    return found


def test_events_of_a_time_without_digests_are_digested(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    with ng.Registry(path, by="HC 1234") as registry:
        fill(registry, tmp_path)
        seal, digests = registry.verify(), digests_of(registry)
        first_export = next(iter(registry._case.store.dialect.fetch("SELECT min(event) FROM export").column(0))).as_py()
        make_older(registry, 3)
    with ng.Registry(path, by="HC 1234") as registry:
        assert registry.verify().events == seal.events == len(digests_of(registry))
        # An export of that time has no key on record, which is in its digest and all later ones.
        assert digests_of(registry)[: first_export - 1] == digests[: first_export - 1] != []
        registry.decide(["9876543210"], "confirmed", "called back")
        assert registry.verify().events == seal.events + 1


def test_a_backup_is_whole_and_takes_no_place(tmp_path: Path) -> None:
    path, copy = tmp_path / "cases.db", tmp_path / "copy.db"
    with ng.Registry(path, by="HC 1234") as registry:
        with pytest.raises(RegistryError, match="there is no such file"):
            registry.backup(copy)
        registry.add_complaints(table(0, 100))
        with ng.Registry(path, by="HC 5678") as other:
            assert registry.backup(copy) == other.verify()
            other.add_complaints(table(1, 100))
        with pytest.raises(ArgumentError, match="exists already"):
            registry.backup(copy)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["cases.db", "copy.db"]
    with ng.Registry(copy, by="HC 1234") as registry:
        assert (registry.verify().events, len(registry.numbers())) == (1, 100)
        # SQLite removes files of these names with the registry beside them.
        for ending in ("-wal", "-shm", "-journal"):
            with pytest.raises(ArgumentError, match="files of a registry"):
                registry.backup(tmp_path / f"new.db{ending}")
    # Of what is damaged there is no backup.
    content = bytearray(path.read_bytes())
    at = content.index(b"HC 5678")
    content[at] ^= 1
    shutil.copy(path, tmp_path / "kept.db")
    path.write_bytes(content)
    with ng.Registry(path) as registry, pytest.raises(DamagedError):
        registry.backup(tmp_path / "second.db")
    assert not (tmp_path / "second.db").exists()


def test_a_digest_that_was_noted_shows_later_whether_the_log_is_the_same(store: str, tmp_path: Path) -> None:
    with ng.Registry(store, by="HC 1234") as registry:
        registry.decide(["98765 43210"], "protected", "a witness")
        registry.decide(["91234 56789"], "protected", "another one")
        noted = registry.verify()
        manifest = registry.export(tmp_path / "list.csv", to="DoT").manifest
        assert (manifest["export"], manifest["registry"], manifest["log_digest"]) == (3, registry.id, noted.digest)
        registry.decide(["98765 43210"], "unprotected", "no witness")
        assert registry.verify(event=2) == noted
        assert registry.verify(event=1).events == 1
        for event in (0, 5, True):
            with pytest.raises(ArgumentError, match="--event"):
                registry.verify(event=event)
        # Who may write the file can make a new chain of digests: it is sound, and another one.
        execute = registry._case.store.dialect.execute
        execute("UPDATE event SET actor = 'HC 99' WHERE seq = 1")
        execute("DELETE FROM seal")
        seal_what_is_not(registry._case.store.dialect)
        assert registry.verify().events == 4
        assert registry.verify(event=2).digest != manifest["log_digest"]
