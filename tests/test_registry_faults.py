"""Faults around the registry: full disks, read-only folders, damage, other programs' files.

In each case the error names the remedy, and what was recorded before is intact.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest

import numguard as ng
from numguard.errors import InputError, RegistryError
from numguard.registry.log import dialect, sqlite
from registry_stores import is_there, make_schema
from test_registry_store import look, run, table

NEEDS_SERVER = pytest.mark.skipif(not is_there(), reason="no PostgreSQL here")


def test_an_interrupted_call_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cases.db"
    with ng.Registry(path, by="HC 1234") as registry:
        registry.add_complaints(table(0, 10))
        before = registry.block_list().to_table()
        whole = dialect.Dialect.ingest

        def interrupted(self: Any, name: str, *rest: Any, **how: Any) -> None:
            if name == "naming":
                raise KeyboardInterrupt
            whole(self, name, *rest, **how)

        monkeypatch.setattr(dialect.Dialect, "ingest", interrupted)
        with pytest.raises(KeyboardInterrupt):
            registry.add_complaints(table(1, 10))
        monkeypatch.undo()
        assert registry.block_list().to_table().equals(before)
        assert registry.add_complaints(table(1, 10)).id == 2


@pytest.mark.parametrize("where", ["file", pytest.param("server", marks=NEEDS_SERVER)])
def test_the_wait_for_another_writer_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, where: str
) -> None:
    target = tmp_path / "cases.db" if where == "file" else make_schema(request.getfixturevalue("postgres"))
    monkeypatch.setattr(dialect, "BUSY_MS", 200)
    with ng.Registry(target, by="A") as one, ng.Registry(target, by="B") as two:
        with one._case.event("decide", "holds the lock"):
            # Who only reads does not wait.
            assert len(two.block_list()) == 0
            with pytest.raises(RegistryError, match="another process"):
                two.add_complaints(table(0, 1))
        assert two.add_complaints(table(0, 1)).id == 1


def fill(registry: ng.Registry) -> None:
    """Adds until the disk is full."""
    for k in range(1, 100):
        registry.add_complaints(table(k, 2_000))


def stuff(path: Path) -> None:
    """Takes all the space that is left."""
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of eight megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("a disk cannot be mounted here")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def test_a_full_disk_leaves_what_stood(small_disk: Path) -> None:
    path = small_disk / "cases.db"
    spare, rest = small_disk / "spare", small_disk / "rest"
    spare.write_bytes(bytes(2_000_000))
    with ng.Registry(path, by="HC 1234") as registry:
        registry.add_complaints(table(0, 100))
        with pytest.raises(RegistryError, match="disk is full; what was recorded before is intact"):
            fill(registry)
        head, numbers = registry._case.store.head(), registry.numbers()
        stuff(rest)
        # A list without space on the disk is not recorded as sent, and leaves no file.
        beside = sorted(small_disk.iterdir())
        with pytest.raises((InputError, RegistryError)):
            registry.export(small_disk / "list.csv", replace=True, to="DoT")
        assert sorted(small_disk.iterdir()) == beside
        assert (registry._case.store.head(), registry.numbers()) == (head, numbers)
        spare.unlink()
        assert registry.decide(["9876543210"], "confirmed", "space again") == head + 1
    assert look(path, "PRAGMA integrity_check") == [("ok",)]


def test_a_file_that_may_not_grow_leaves_what_stood(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    program = """
        import resource, sys
        sys.path.insert(0, sys.argv[2])
        from test_registry_faults import fill
        from test_registry_store import table
        import numguard as ng
        with ng.Registry(sys.argv[1], by="HC 1234") as registry:
            registry.add_complaints(table(0, 100))
            resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
            try:
                fill(registry)
            except ng.NumguardError as error:
                print(registry._case.store.head(), len(registry.numbers()), error)
    """
    done = run(program, path, Path(__file__).parent)
    head, numbers, message = done.stdout.split(" ", 2)
    assert "what was recorded before is intact" in message
    with ng.Registry(path, by="HC 1234") as registry:
        assert (registry._case.store.head(), len(registry.numbers())) == (int(head), int(numbers))
        assert int(numbers) == 100 + 2_000 * (int(head) - 1)
        registry.add_complaints(table(99, 2_000))
    assert look(path, "PRAGMA integrity_check") == [("ok",)]


def test_what_is_no_registry_is_refused_and_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a database at all, but a text that is long enough to be taken for one" * 20)
    other = tmp_path / "other.db"
    run("import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('CREATE TABLE t (x)'); c.commit()", other)
    for path, message in ((text, r"notes\.txt: not a numguard registry"), (other, "another program")):
        path.chmod(0o644)
        before = path.read_bytes()
        with pytest.raises(RegistryError, match=message):
            ng.Registry(path)
        assert path.read_bytes() == before
        assert path.stat().st_mode & 0o777 == 0o644
    with pytest.raises(RegistryError, match="folder"):
        ng.Registry(tmp_path)
    with pytest.raises(RegistryError, match="cannot be created"):
        ng.Registry(tmp_path / "no" / "such" / "cases.db")


def test_a_registry_of_a_newer_numguard_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    with ng.Registry(path) as registry:
        registry.add_complaints(table(0, 1))
    run(
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
        "c.execute('UPDATE head SET schema_version = 99'); c.commit()",
        path,
    )
    with pytest.raises(RegistryError, match="newer numguard"):
        ng.Registry(path)


def test_a_damaged_registry_says_so(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    with ng.Registry(path) as registry:
        registry.add_complaints(table(0, 5_000))
    content = bytearray(path.read_bytes())
    content[8192 : len(content) // 2] = Random(1).randbytes(len(content) // 2 - 8192)
    path.write_bytes(content)
    with pytest.raises(RegistryError, match=r"cases\.db: (damaged|not a numguard registry)"):  # noqa: SIM117
        with ng.Registry(path) as registry:
            registry.block_list()
    path.write_bytes(content[:5000])
    with pytest.raises(RegistryError, match=r"cases\.db"):  # noqa: SIM117
        with ng.Registry(path) as registry:
            registry.block_list()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user who may not write")
def test_a_read_only_folder() -> None:
    # Not a folder of pytest: pytest closes those to other users.
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        _as_another_user(folder)


def _as_another_user(folder: Path) -> None:
    program = """
        import os, sys
        import numguard as ng
        # The other user may not read the modules: all that is needed is loaded before.
        ng.Registry().close()
        os.setuid(65534)
        for path in sys.argv[1:]:
            try:
                with ng.Registry(path, by="another user") as registry:
                    registry.decide(["9876543210"], "confirmed", "why")
            except ng.NumguardError as error:
                print(type(error).__name__, error)
    """
    readable = folder / "readable.db"
    with ng.Registry(readable) as registry:
        registry.add_complaints(table(0, 100))
    readable.chmod(0o644)
    before = readable.read_bytes()
    closed = folder / "closed"
    closed.mkdir(0o700)
    done = run(program, folder / "cases.db", readable, closed / "cases.db")
    lines = done.stdout.splitlines()
    assert len(lines) == 3, done.stderr
    assert lines[0] == f"RegistryError {folder / 'cases.db'}: cannot be created (its folder is read-only)"
    assert lines[1].startswith("RegistryError readable.db: cannot be ")
    assert lines[2].endswith("cases.db: cannot be opened (Permission denied)")
    assert sorted(folder.iterdir()) == [closed, readable]
    assert readable.read_bytes() == before


def test_an_old_sqlite_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "_OLDEST_SQLITE", (99, 0, 0))
    with pytest.raises(RegistryError, match="can lose commits"), ng.Registry(tmp_path / "cases.db") as registry:
        registry.decide(["9876543210"], "confirmed", "why")
    # A registry in memory has one process, and no log.
    ng.Registry(":memory:").close()
