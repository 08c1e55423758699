"""The registry's file: private, whole after any crash, one writer at a time, and clear about what is wrong with it.

Nothing here opens the file in this process by any other way than the registry's own: readers open it from
a process of his own.
"""

from __future__ import annotations

import gc
import hashlib
import os
import random
import signal
import stat
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import numguard as ng
from numguard.errors import ArgumentError, RegistryError
from numguard.registry.log import sql
from registry_stores import is_there, make_older, make_schema

#: How often a process is killed in all; a quarter of them falls to each verb that writes.
KILLS = int(os.environ.get("NUMGUARD_KILLS", "25"))
#: After so many kills a new file is begun: what is looked for is there from the first event on, and a long log is slow.
KILLS_A_FILE = 25
#: How far the schema has come.
STEPS = len(list((Path(ng.registry.__file__).parent / "log" / "schema").glob("*.sql")))


def table(start: int, count: int) -> pa.Table:
    return pa.table(
        {
            "acknowledgement_no": [f"{start}-{n}" for n in range(count)],
            "source": ["1930"] * count,
            "suspect_mobiles": [str(9100000001 + start * 100_000 + 7 * n) for n in range(count)],
        }
    )


def run(program: str, *arguments: object, **how: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, **how)


def look(path: Path, query: str) -> list[tuple[Any, ...]]:
    """Asks the file from another process, which may use another SQLite."""
    program = """
        import sqlite3, sys
        rows = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute(sys.argv[2]).fetchall()
        print(rows)
    """
    done = run(program, path, query)
    assert done.returncode == 0, done.stderr
    rows: list[tuple[Any, ...]] = eval(done.stdout)
    return rows


def test_complaints_are_looked_up_by_their_number(tmp_path: Path) -> None:
    """To look through all of them took ten thousand rows five seconds in a registry of ten million."""
    with ng.Registry(tmp_path / "cases.db", by="HC 1") as registry:
        registry.add_complaints(table(0, 2))
        store = registry._case.store
        store.alike(pa.table({"ordinal": [0], "bare": ["1"], "prefix": ["x"], "long": [0]}))
        plan = store.dialect.fetch(f"EXPLAIN QUERY PLAN {sql.ALIKE}")["detail"].to_pylist()
    assert any("USING INDEX complaint_by_number" in step for step in plan)


def test_the_file_is_private_and_as_it_should_be(tmp_path: Path) -> None:
    path = tmp_path / "cases #1?.db"
    with ng.Registry(path, by="HC 1234") as registry:
        registry.add_complaints(table(0, 3))
        beside = sorted(entry.name for entry in tmp_path.iterdir())
        assert beside == [path.name, f"{path.name}-shm", f"{path.name}-wal"]
        for entry in tmp_path.iterdir():
            assert stat.S_IMODE(entry.stat().st_mode) == 0o600
        settings = [
            registry._case.store.dialect.fetch(f"PRAGMA {name}").column(0)[0].as_py()
            for name in ("journal_mode", "synchronous", "busy_timeout", "page_size")
        ]
        assert settings == ["wal", 2, 20_000, 2_048]
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    path.chmod(0o644)
    with ng.Registry(path) as registry:
        assert len(registry.numbers()) == 3
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_written_is_seen_from_outside(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    with ng.Registry(path, by="HC 1234") as registry:
        registry.add_complaints(table(0, 3), name="desk.csv")
    assert look(path, "SELECT seq, actor, verb FROM event") == [(1, "HC 1234", "add_complaints")]
    assert look(path, "SELECT schema_version, seq FROM head") == [(STEPS, 1)]
    assert look(path, "SELECT name, records FROM input") == [("desk.csv", 3)]
    assert look(path, "PRAGMA integrity_check") == [("ok",)]


def test_a_file_is_made_by_the_first_event(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    with ng.Registry(path, by="A") as one, ng.Registry(path, by="B") as two:
        assert one.add_complaints(table(0, 3), dry_run=True).added == 3
        assert (len(one.numbers()), len(one.history("9100000001"))) == (0, 0)
        assert "cases.db" in repr(one)
        assert list(tmp_path.iterdir()) == []
        one.add_complaints(table(0, 3))
        # Who looked before it was made sees it as soon as it is.
        assert two.add_complaints(table(0, 3), dry_run=True).repeated == 3
        assert two.add_complaints(table(1, 3)).id == 2
        assert len(one.numbers()) == 6
    with pytest.raises(RegistryError, match="no such folder"):
        ng.Registry(tmp_path / "nowhere" / "cases.db")


def test_what_is_no_registry_yet_is_not_taken_for_an_empty_case(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    path.touch(0o644)
    with pytest.raises(RegistryError, match="is an empty file"):
        ng.Registry(path, by="HC 1234")
    assert path.stat().st_size == 0
    path.unlink()
    # A database without tables, as is left of one whose log was not copied.
    program = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA user_version = 7'); c.commit()"
    run(program, path)
    with pytest.raises(RegistryError, match="holds no registry"):
        ng.Registry(path, by="HC 1234")
    # The log of a file that is gone is not played into a new one.
    path.rename(tmp_path / "cases.db-wal")
    with ng.Registry(path, by="HC 1234") as registry, pytest.raises(RegistryError, match="its log exists"):
        registry.add_complaints(table(0, 3))


def test_a_file_that_is_gone_acknowledges_nothing(tmp_path: Path) -> None:
    path, other = tmp_path / "cases.db", tmp_path / "other.db"
    for registry_path in (path, other):
        with ng.Registry(registry_path, by="HC 1234") as registry:
            registry.add_complaints(table(0, 3))
    with ng.Registry(path, by="HC 1234") as registry:
        path.rename(tmp_path / "elsewhere.db")
        for _ in range(2):
            with pytest.raises(RegistryError, match="deleted or replaced"):
                registry.decide(["9876543210"], "protected", "helpline")
            # What is still open is sound, and is not the file of that name.
            with pytest.raises(RegistryError, match="deleted or replaced"):
                registry.verify()
            # Also when another file has its name.
            other.replace(path) if other.exists() else None
    with ng.Registry(path, by="HC 1234") as registry:
        assert registry.decide(["9876543210"], "protected", "helpline") == 2


def test_a_copy_without_the_log_has_what_was_acknowledged(tmp_path: Path) -> None:
    path, copy = tmp_path / "cases.db", tmp_path / "copy.db"
    with ng.Registry(path, by="HC 1234") as registry:
        for event in range(1, 4):
            registry.add_complaints(table(event, 3))
            copy.write_bytes(path.read_bytes())
            with ng.Registry(copy) as copied:
                assert len(copied.numbers()) == 3 * event


def test_a_closed_registry_says_so(store: str, tmp_path: Path) -> None:
    for target in (store, tmp_path / "cases.db"):
        registry = ng.Registry(target, by="HC 1234")
        registry.close()
        registry.close()
        with pytest.raises(RegistryError, match="was closed"):
            registry.numbers()
        with pytest.raises(RegistryError, match="was closed"):
            registry.decide(["9876543210"], "confirmed", "why")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", [None, b"cases.db", 5])
def test_a_path_that_is_none_is_no_file_of_that_name(
    path: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArgumentError, match="path: takes a path"):
        ng.Registry(path, by="HC 1234")
    assert list(tmp_path.iterdir()) == []


def test_a_registry_is_closed_while_other_threads_ask_it(tmp_path: Path) -> None:
    registry = ng.Registry(tmp_path / "cases.db", by="HC 1234")
    registry.add_complaints(table(0, 200))
    wrong: list[BaseException] = []

    def ask() -> None:
        try:
            while True:
                registry.block_list()
        except RegistryError as error:
            wrong.extend([] if "was closed" in str(error) else [error])
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    registry.close()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no list of open files here")
def test_a_registry_that_is_never_closed_leaves_no_file_open(tmp_path: Path) -> None:
    with ng.Registry(tmp_path / "cases.db", by="HC 1234") as registry:
        registry.decide(["9876543210"], "protected", "of a bank")
    # What the tests before have left is not of this one.
    gc.collect()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(10):
        assert len(ng.Registry(tmp_path / "cases.db", by="HC 1234").numbers(["protected"])) == 1
    gc.collect()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_two_registries_on_one_file_see_each_other(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    with ng.Registry(path, by="A") as one:
        with ng.Registry(path, by="B") as two:
            one.add_complaints(table(0, 2))
            two.add_complaints(table(1, 2))
            assert len(one.numbers()) == len(two.numbers()) == 4
        # Closing one must not drop the other's locks.
        one.add_complaints(table(2, 2))
        assert len(one.numbers()) == 6
    assert look(path, "SELECT seq FROM event ORDER BY seq") == [(1,), (2,), (3,)]


@pytest.mark.parametrize(
    "where", ["file", pytest.param("server", marks=pytest.mark.skipif(not is_there(), reason="no PostgreSQL here"))]
)
def test_an_older_registry_is_brought_forward(tmp_path: Path, request: pytest.FixtureRequest, where: str) -> None:
    target = str(tmp_path / "cases.db") if where == "file" else make_schema(request.getfixturevalue("postgres"))

    def answers(registry: ng.Registry) -> list[Any]:
        number = "9100000001"
        return [
            registry.block_list().to_table(),
            registry.history(number),
            registry.refusals(1),
            registry.action_taken(),
        ]

    sheet = table(0, 5)
    with ng.Registry(target, by="HC 1234") as registry:
        registry.add_complaints(sheet, name="desk.csv")
        registry.add_complaints(table(1, 5))
        registry.decide(["9100000008"], "withdrawn", "wrong digit in the letter")
        before = answers(registry)
        make_older(registry, 1)
    for _ in range(2):
        with ng.Registry(target, by="HC 1234") as registry:
            assert registry._case.store.dialect.fetch("SELECT schema_version FROM head").column(0).to_pylist() == [
                STEPS
            ]
            assert answers(registry) == before
            # The complaints of that time are known, also from another file.
            assert registry.add_complaints(sheet.slice(1), dry_run=True).repeated == 4
    later = sheet.append_column("police_station", pa.array(["Sadar"] * 5))
    with ng.Registry(target, by="HC 1234") as registry:
        assert registry.add_complaints(later).updated == 5
        assert answers(registry)[0]["msisdn"] == before[0]["msisdn"]


WRITER = """
    import sys, pyarrow as pa
    sys.path.insert(0, sys.argv[4])
    from test_registry_store import table
    import numguard as ng
    with ng.Registry(sys.argv[1], by=sys.argv[2]) as registry:
        for k in range(int(sys.argv[3])):
            registry.add_complaints(table(int(sys.argv[2]) * 100 + k, 50))
            print(k, flush=True)
"""


def test_many_writers_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    here = str(Path(__file__).parent)
    # All begin on a file that is not there: making it is a race too.
    command = [sys.executable, "-c", textwrap.dedent(WRITER), str(path)]
    writers = [subprocess.Popen([*command, str(k), "5", here], stdout=subprocess.DEVNULL) for k in range(4)]
    with ng.Registry(path, by="reader") as registry:
        seen = 0
        while any(writer.poll() is None for writer in writers):
            now = len(registry.numbers())
            assert now >= seen
            assert now % 50 == 0
            seen = now
        assert all(writer.wait() == 0 for writer in writers)
        assert len(registry.numbers()) == 4 * 5 * 50
    assert look(path, "SELECT count(*), max(seq) FROM event") == [(20, 20)]


@pytest.mark.skipif(not is_there(), reason="no PostgreSQL here")
def test_many_writers_on_postgresql_lose_nothing(postgres: str) -> None:
    address = make_schema(postgres)
    here = str(Path(__file__).parent)
    command = [sys.executable, "-c", textwrap.dedent(WRITER), address]
    writers = [subprocess.Popen([*command, str(k), "5", here], stdout=subprocess.DEVNULL) for k in range(4)]
    assert [writer.wait() for writer in writers] == [0] * 4
    with ng.Registry(address, by="reader") as registry:
        assert registry._case.store.head() == 20
        assert len(registry.numbers()) == 4 * 5 * 50


@pytest.mark.skipif(not is_there(), reason="no PostgreSQL here")
def test_a_server_that_does_not_flush_is_made_to(postgres: str) -> None:
    address = make_schema(postgres).replace("options=", "options=-csynchronous_commit%3Doff%20")
    with ng.Registry(address, by="HC 1234") as registry:
        registry.add_complaints(table(0, 3))
        flush = "SELECT current_setting('synchronous_commit') AS flush"
        assert registry._case.store.dialect.fetch(flush)["flush"].to_pylist() == ["on"]


@pytest.mark.skipif(not is_there(), reason="no PostgreSQL here")
def test_an_error_holds_no_address() -> None:
    with pytest.raises(RegistryError, match="postgresql: the server cannot be reached") as error:
        ng.Registry("postgresql://someone:secret@127.0.0.1:1/cases")
    assert "secret" not in str(error.value)


VICTIM = """
    import os, sys, pyarrow as pa
    sys.path.insert(0, sys.argv[3])
    from test_registry_store import table
    import numguard as ng
    path, what = sys.argv[1:3]
    with ng.Registry(path, by="victim") as registry:
        print("open", flush=True)
        while True:
            done = registry._case.store.head() + 1
            if what == "add":
                registry.add_complaints(table(done, 2000))
            elif what == "decide":
                registry.decide(table(done, 2000)["suspect_mobiles"], "protected", "held")
            elif what == "expand":
                numbers = [str(9100000001 + 7 * n) for n in range(2000)]
                handsets = [35824005111111 + n % 1000 * 10 for n in range(2000)]
                pairs = {"served_msisdn": numbers, "imei14": handsets}
                registry.expand(pa.table(pairs))
            else:
                registry.export(os.path.join(path + ".out", f"{done}.csv"), replace=True, to="DoT")
            print(done, flush=True)
"""

#: How many rows of each table an event has that is whole; the first event added 1,000 complaints.
WHOLE = {
    "add": {"input": {1}, "intake": {1}, "complaint": {1000, 2000}, "naming": {1000, 2000}},
    "decide": {"decision": {2000, 1}},
    "expand": {"expansion": {1}, "link": {1000}, "handset": {1000}, "evidence": {2000}},
    "export": {"export": {1}, "exported": {1000}},
}


@pytest.mark.parametrize("what", sorted(WHOLE))
def test_killed_at_any_moment_it_is_whole_or_absent(tmp_path: Path, what: str) -> None:
    """NUMGUARD_KILLS asks for more kills; each run kills at other moments."""
    left = -(-KILLS // len(WHOLE))
    while left > 0:
        path = tmp_path / f"cases {left}.db"
        _killed(path, what, min(left, KILLS_A_FILE))
        left -= KILLS_A_FILE


def _each_list_is_there(registry: ng.Registry, folder: Path) -> None:
    """The next event leaves the lists that are recorded, each with its manifest, and nothing else."""
    registry.decide(["1800 123 4567"], "protected", "helpline of a bank")
    sent = registry._case.store.dialect.fetch("SELECT name, sha256 FROM export").to_pylist()
    for row in sent:
        assert hashlib.sha256((folder / row["name"]).read_bytes()).hexdigest() == row["sha256"]
    assert len(list(folder.iterdir())) == 2 * len(sent)
    registry.verify()


def _killed(path: Path, what: str, rounds: int) -> None:
    out = path.with_name(f"{path.name}.out")
    out.mkdir()
    with ng.Registry(path, by="first") as registry:
        registry.add_complaints(table(0, 1000))
    acknowledged, heirs = 1, set[int]()
    for _ in range(rounds):
        command = [sys.executable, "-c", textwrap.dedent(VICTIM), str(path), what, str(Path(__file__).parent)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as victim:
            assert victim.stdout is not None
            assert victim.stderr is not None
            begun = victim.stdout.readline()
            time.sleep(random.uniform(0.0, 0.4))
            victim.send_signal(signal.SIGKILL)
            lines, errors = victim.stdout.read().split(), victim.stderr.read()
        assert (begun, errors, victim.returncode) == ("open\n", "", -signal.SIGKILL)
        acknowledged = max([acknowledged, *map(int, lines)])
        with ng.Registry(path, by="heir") as registry:
            head = registry._case.store.head()
            # The last one may have been done without a word.
            assert acknowledged <= head <= acknowledged + 1
            # One more by the heir.
            acknowledged = head + 1
            fetch = registry._case.store.dialect.fetch
            events = fetch("SELECT seq FROM event ORDER BY seq")["seq"].to_pylist()
            assert events == list(range(1, head + 1))
            for name, whole in WHOLE[what].items():
                rows = fetch(f"SELECT event, count(*) AS n FROM {name} GROUP BY event").to_pylist()
                assert {row["event"] for row in rows} >= set(range(2, head + 1)) - heirs
                assert {row["n"] for row in rows} <= whole, name
            _each_list_is_there(registry, out)
            heirs.add(head + 1)
    assert look(path, "PRAGMA integrity_check") == [("ok",)]


def test_messages_of_the_store_hold_no_data(tmp_path: Path) -> None:
    with ng.Registry(tmp_path / "cases.db") as registry:
        twice = pa.table({"msisdn": [919876543210] * 2, "status": ["confirmed"] * 2})
        with pytest.raises(RegistryError) as error, registry._case.event("decide", "why") as append:
            append.rows("decision", twice)
        assert "9876543210" not in str(error.value)
        assert error.value.__cause__ is None
        assert error.value.__suppress_context__
        assert registry._case.store.head() == 0
        with pytest.raises(ArgumentError):
            registry.withdraw_intake(1, "nothing there")
