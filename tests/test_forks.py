"""A process that is forked while a call is half done, and readings of one object at the same time."""

from __future__ import annotations

import copy
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.errors import ArgumentError, UnsupportedTypeError

LISTED = ng.NumberSet([f"98{n:08d}" for n in range(0, 400_000, 2)])
SIGHTINGS = pa.table(
    {
        "served_msisdn": [f"98{n:08d}" for n in range(400_000)],
        "imei14": pa.array([49015420323751] * 400_000, pa.uint64()),
        "at": ["2025-06-01 10:00:00"] * 400_000,
    }
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sightings")
    pq.write_table(SIGHTINGS, folder / "s.parquet", row_group_size=10_000)
    pyarrow.csv.write_csv(SIGHTINGS, folder / "s.csv")
    with pa.ipc.new_file(str(folder / "s.arrow"), SIGHTINGS.schema) as file:
        file.write_table(SIGHTINGS, 10_000)
    return folder


def scan(path: Path) -> Iterator[pa.RecordBatch]:
    return iter(ng.scan(path, {"served_msisdn": LISTED}, threads=2))


def cdr(path: Path) -> Iterator[pa.RecordBatch]:
    return iter(ng.read_cdr(path))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
@pytest.mark.parametrize(
    ("begin", "name", "rows"),
    [(scan, "s.parquet", 200_000), (scan, "s.csv", 200_000), (scan, "s.arrow", 200_000), (cdr, "s.csv", 400_000)],
)
def test_work_that_began_before_a_fork_is_an_error_after_it(
    begin: Callable[[Path], Iterator[pa.RecordBatch]], name: str, rows: int, folder: Path
) -> None:
    batches = begin(folder / name)
    first = next(batches)
    process = os.fork()
    if process == 0:
        signal.alarm(30)
        try:
            list(batches)
        except ArgumentError as error:
            os._exit(0 if "another process" in str(error) else 1)
        except BaseException:
            os._exit(2)
        os._exit(3)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    assert first.num_rows + sum(batch.num_rows for batch in batches) == rows


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_scan_of_another_thread_is_waited_for_in_no_fork() -> None:
    """That thread, which may have the lock of the scan, is not in the new process."""
    working = ng.scan(pa.concat_tables([SIGHTINGS] * 20), {"served_msisdn": LISTED}, threads=1)
    thread = threading.Thread(target=working.read_all)
    thread.start()
    while thread.is_alive():
        process = os.fork()
        if process == 0:
            signal.alarm(30)
            try:
                os.write(os.open(os.devnull, os.O_WRONLY), repr(working.summary).encode())
            except ArgumentError as error:
                os._exit(0 if "forked" in str(error) else 1)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    thread.join()
    assert working.summary.hits == 20 * 200_000


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_fork_during_a_batch_of_another_thread_has_threads_of_its_own() -> None:
    cells = SIGHTINGS["served_msisdn"]
    expected, ended = ng.normalize(cells, threads=2), threading.Event()

    def work() -> None:
        while not ended.is_set():
            ng.normalize(cells, threads=2)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for _ in range(20):
            process = os.fork()
            if process == 0:
                signal.alarm(30)
                is_right = False
                try:
                    is_right = ng.normalize(cells, threads=2).equals(expected)
                finally:
                    os._exit(0 if is_right else 1)
            assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    finally:
        ended.set()
        thread.join()


def test_readings_of_one_cdr_at_the_same_time_count_their_own_rows(tmp_path: Path) -> None:
    for n in range(3):
        pyarrow.csv.write_csv(SIGHTINGS.slice(n * 100, 100), tmp_path / f"{n}.csv")
    found = ng.read_cdr(tmp_path)
    one, other = iter(found), iter(found)
    kept: list[Any] = [next(one), next(other)]
    assert sum(len(batch) for batch in (*kept, *one, *other)) == 600
    assert found.summary.account["rows_used"] == 300
    assert len(found.summary.files) == 3


def test_what_stands_in_several_sources_is_pickled_with_its_proof() -> None:
    some = SIGHTINGS.slice(0, 5)
    found = ng.common([some, some.slice(2)])
    again = pickle.loads(pickle.dumps(found))
    assert again.table.equals(found.table)
    assert again.proof.equals(found.proof)
    assert again.account == found.account
    assert again.proof.num_rows == 6


def test_what_cannot_be_copied_or_pickled_is_an_error_that_says_so() -> None:
    """Two copies of a scan would count the rows of both."""
    with ng.Registry(by="HC 1") as registry:
        for one in (registry, ng.scan(SIGHTINGS, {"served_msisdn": LISTED})):
            for use in (pickle.dumps, copy.copy, copy.deepcopy):
                with pytest.raises(UnsupportedTypeError, match="another process"):
                    use(one)


#: Functions of Python read the cells of a text, for which its threads wait for the GIL.
READING = """
import threading
import numpy as np, pyarrow as pa
from numguard import _core

def lengths(texts):
    return [pa.array([len(text) for text in texts.to_pylist()], pa.int64())]

draw = np.random.default_rng(1)
with open("x.csv", "w") as file:
    file.writelines(f"{x},a\\n" for x in draw.integers(0, 10**9, 1_500_000).tolist())
keys = pa.chunked_array([pa.array(919876500000 + draw.integers(0, 10**6, 400_000).astype(np.uint64))] * 2)
ended = threading.Event()

def common():
    while not ended.is_set():
        _core.Common(by_imei=False, clock=(0, 10**15), region="IN", list_refused=False, threads=None, wanted=keys)

thread = threading.Thread(target=common)
thread.start()
rows = sum(batch.num_rows for batch, *_ in _core.Text("x.csv", ["n", "x"]).rows([0], [lengths]))
ended.set()
thread.join()
print(rows)
"""


def test_numbers_are_compared_while_another_thread_reads_a_text(tmp_path: Path) -> None:
    """Both use the same threads: with the GIL held by the comparison, those of the text never ended."""
    command = [sys.executable, "-c", READING]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert run.stdout == "1500000\n", run.stderr
