"""Operator files against `pyarrow.csv` reading the same bytes as text, and nothing else with them.

Not in the package: the writers of all four layouts are those of the tests. `make bench` runs it, on a file of 1 GB in
each (fifty bytes for each row of the plan's files). These are default calls, with all threads: pyarrow streams batches,
as numguard does, or reads the file into one table. All are timed twice: by the wall, and by the processor time of all
threads. pyarrow gets the line of the header, keeps no line numbers and drops ragged rows; numguard accounts for every
row.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest

from numguard.bench import memory
from numguard.bench.plan import plan
from numguard.bench.record import Line
from numguard.cdr import read_cdr

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
from operator_files import WRITERS, some_calls

BYTES = plan().file_rows * 50
CALLS = min(50_000, BYTES // 1_000)


@pytest.fixture(scope="module", params=WRITERS)
def report(request: pytest.FixtureRequest) -> tuple[Path, int, int]:
    """A file of one operator: where it is, the line of its header, and how many rows it has."""
    operator = request.param
    path = plan().inputs / f"cdr-{operator}-{BYTES}.csv"
    built = WRITERS[operator](some_calls(Random(operator), CALLS, targets=20))
    section = "".join(f"{line}\n" for line in built.lines())
    repeats = max(1, BYTES // len(section))
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as file:
            file.write("\n".join([*built.preamble, ",".join(built.header)]) + "\n")
            for _ in range(repeats):
                file.write(section)
    return path, len(built.preamble), CALLS * repeats


def with_pyarrow(path: Path, skipped: int, *, streamed: bool) -> int:
    """Every column as text."""
    with path.open() as lines:
        header = [next(lines) for _ in range(skipped + 1)][-1].rstrip("\n").split(",")
        width = next(lines).count(",") + 1
    names = [f"{k} {name}" for k, name in enumerate([*header, *[""] * (width - len(header))])]
    options = (
        pa_csv.ReadOptions(column_names=names, skip_rows=skipped + 1, block_size=4 << 20),
        pa_csv.ParseOptions(invalid_row_handler=lambda _: "skip"),
        pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )
    if not streamed:
        return pa_csv.read_csv(path, *options).num_rows
    return sum(batch.num_rows for batch in pa_csv.open_csv(path, *options))


def with_numguard(path: Path) -> int:
    cdr = read_cdr(path)
    return sum(batch.num_rows for batch in cdr)


@pytest.mark.parametrize(
    "clock",
    [
        pytest.param("", id="wall"),
        pytest.param(", processor", marks=pytest.mark.benchmark(timer=time.process_time), id="processor"),
    ],
)
@pytest.mark.parametrize("reader", ["pyarrow, streamed", "pyarrow, whole", "numguard"])
def test_read(measure: Any, report: tuple[Path, int, int], reader: str, clock: str) -> None:
    path, skipped, rows = report
    operator = path.name.split("-")[1]
    is_ours = reader == "numguard"

    def run() -> int:
        return with_numguard(path) if is_ours else with_pyarrow(path, skipped, streamed=reader.endswith("streamed"))

    added = memory.added("read cdr", path=str(path)) if is_ours and not clock else None
    work = "read cdr" if is_ours else "read text"
    line = Line(work + clock, f"{operator} file", rows, 0, None, reader, plan().threads, bytes=added)
    assert measure(line, run) == rows
