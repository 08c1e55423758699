"""What goes wrong around the registry: full disks, folders that may not be written, damage, other programs' files.

In each case the error says what to do, and what stood before is intact.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import numguard as ng
from numguard.errors import RegistryError
from numguard.registry import dialect
from test_registry_store import run, table


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


def test_the_wait_for_another_writer_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialect, "BUSY_MS", 200)
    path = tmp_path / "cases.db"
    with ng.Registry(path, by="A") as one, ng.Registry(path, by="B") as two:
        with one._case.event("decide", "holds the lock"), pytest.raises(RegistryError, match="another process"):
            two.add_complaints(table(0, 1))
        assert two.add_complaints(table(0, 1)).id == 1


def test_a_full_disk_leaves_what_stood(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    with ng.Registry(path, by="HC 1234") as registry:
        registry.add_complaints(table(0, 100))
        registry._case.store.dialect.execute("PRAGMA max_page_count = 80")
        with pytest.raises(RegistryError, match="disk is full"):
            registry.add_complaints(table(1, 20_000))
        assert len(registry.numbers()) == 100
        registry._case.store.dialect.execute("PRAGMA max_page_count = 1000000")
        assert registry.add_complaints(table(1, 20_000)).added == 20_000


def test_what_is_no_registry_is_refused_and_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a database at all, but a text that is long enough to be taken for one" * 20)
    before = text.read_bytes()
    with pytest.raises(RegistryError, match=r"notes\.txt: not a numguard registry"):
        ng.Registry(text)
    assert text.read_bytes() == before
    other = tmp_path / "other.db"
    run("import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('CREATE TABLE t (x)'); c.commit()", other)
    with pytest.raises(RegistryError, match="another program"):
        ng.Registry(other)
    with pytest.raises(RegistryError, match="folder"):
        ng.Registry(tmp_path)
    with pytest.raises(RegistryError, match="cannot be made"):
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
    content[8192 : len(content) // 2] = os.urandom(len(content) // 2 - 8192)
    path.write_bytes(content)
    with pytest.raises(RegistryError, match=r"cases\.db: (damaged|not a numguard registry)"):  # noqa: SIM117
        with ng.Registry(path) as registry:
            registry.block_list()
    path.write_bytes(content[:5000])
    with pytest.raises(RegistryError, match=r"cases\.db"):  # noqa: SIM117
        with ng.Registry(path) as registry:
            registry.block_list()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not write")
def test_a_read_only_folder(tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    program = """
        import os, sys
        import numguard as ng
        import numguard.registry.dialect, adbc_driver_sqlite.dbapi
        os.setuid(65534)
        try:
            ng.Registry(sys.argv[1])
        except ng.NumguardError as error:
            print(type(error).__name__, error)
    """
    done = run(program, tmp_path / "cases.db")
    assert done.stdout.startswith("RegistryError cases.db: cannot be made"), done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_old_sqlite_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialect, "_OLDEST_SQLITE", (99, 0, 0))
    with pytest.raises(RegistryError, match="can lose commits"), ng.Registry(tmp_path / "cases.db") as registry:
        registry.decide(["9876543210"], "confirmed", "why")
    # Memory is nobody else's, and has no log.
    ng.Registry(":memory:").close()
