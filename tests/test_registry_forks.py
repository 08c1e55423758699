"""A registry that is open while a process is forked: both processes record, and nothing is lost."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

import numguard as ng
from numguard.bench.server import is_there
from registry_cases import complaint, complaints
from registry_stores import make_schema

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning"),
]


def forked(child: Callable[[], object]) -> Callable[[], int]:
    """Starts `child` in a forked process; a call waits for it and returns its exit code."""
    process = os.fork()
    if process == 0:
        code = 1
        try:
            child()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return lambda: os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def wait(descriptor: int) -> None:
    os.read(descriptor, 1)


@pytest.mark.parametrize("opened_anew", [False, True])
def test_a_forked_process_records_after_the_other_closed_the_registry(tmp_path: Path, opened_anew: bool) -> None:
    path = tmp_path / "cases.db"
    registry = ng.Registry(path, by="HC 1")
    registry.add_complaints(complaints(complaint("1", "9000000001"), complaint("2", "9000000002")))
    ready, is_ready = os.pipe()
    go, goes = os.pipe()

    def child() -> None:
        mine = ng.Registry(path, by="HC 2") if opened_anew else registry
        assert len(mine.numbers()) == 2
        os.write(is_ready, b"1")
        wait(go)
        mine.decide(["9000000001"], "withdrawn", "another person's")

    ends = forked(child)
    wait(ready)
    registry.close()
    with ng.Registry(path, by="HC 1") as again:
        again.decide(["9000000002"], "confirmed", "called back")
        os.write(goes, b"1")
        assert ends() == 0
        again.decide(["9000000003"], "protected", "of a bank")
    with ng.Registry(path, by="HC 1") as after:
        after.verify()
        found = [after.numbers([status]).to_array().to_pylist() for status in ("withdrawn", "confirmed", "protected")]
    assert found == [[919000000001], [919000000002], [919000000003]]


def test_processes_that_were_forked_record_at_the_same_time(tmp_path: Path) -> None:
    with ng.Registry(tmp_path / "cases.db", by="HC 1") as registry:
        registry.add_complaints(complaints(complaint("1", "9000000001")))

        def protects(k: int) -> None:
            for n in range(5):
                registry.decide([f"90000001{k}{n}"], "protected", "of a bank")

        ends = [forked(lambda k=k: protects(k)) for k in range(3)]  # type: ignore[misc]
        protects(3)
        assert [end() for end in ends] == [0, 0, 0]
        assert len(registry.numbers(["protected"])) == 20
        registry.verify()


def test_a_process_that_is_forked_during_a_call_of_another_thread_does_not_wait_for_it(tmp_path: Path) -> None:
    begun, goes_on = Event(), Event()
    with ng.Registry(tmp_path / "cases.db", by="HC 1") as registry:
        registry.add_complaints(complaints(complaint("1", "9000000001")))
        store = registry._case.store

        def writes() -> None:
            with store.writing(actor="HC 1", verb="decide", reason="", now=store.now()):
                begun.set()
                goes_on.wait(60)

        thread = Thread(target=writes)
        thread.start()
        begun.wait(60)
        ends = forked(lambda: registry.numbers())
        assert ends() == 0
        goes_on.set()
        thread.join()
        registry.decide(["9000000001"], "withdrawn", "another person's")
        registry.verify()


@pytest.fixture
def server(request: pytest.FixtureRequest) -> str:
    return make_schema(request.getfixturevalue("postgres"))


@pytest.mark.skipif(not is_there(), reason="no PostgreSQL here")
def test_two_processes_do_not_share_a_connection_to_a_server(server: str) -> None:
    with ng.Registry(server, by="HC 1") as registry:
        registry.add_complaints(complaints(*(complaint(str(n), f"9{n:09}") for n in range(50))))

        def protects(k: int) -> None:
            for n in range(20):
                registry.decide([f"90000001{k}{n:02}"[:10]], "protected", "of a bank")
                assert len(registry.numbers(["reported"])) == 50

        ends = [forked(lambda k=k: protects(k)) for k in range(2)]  # type: ignore[misc]
        protects(2)
        assert [end() for end in ends] == [0, 0]
        registry.verify()
