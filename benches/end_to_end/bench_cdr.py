"""Operator files against `pyarrow.csv` reading the same bytes as text, and nothing else with them.

Not in the package: the writers of all four layouts are those of the tests. `make bench` runs it, on a file of 1 GB in
each (fifty bytes for each row of the plan's files). Both have one thread, and both are timed twice: by the wall, and by
the processor, which a reading ahead behind the scenes does not flatter.
pyarrow is told where the header is, keeps no line numbers and drops ragged rows; here every row is accounted for.
"""

from __future__ import annotations

import os
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

# Read once, when the first column is normalised.
os.environ["NUMGUARD_THREADS"] = "1"

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


def with_pyarrow(path: Path, skipped: int) -> int:
    """Every column as text, streamed, so that memory is as flat as ours."""
    with path.open() as lines:
        header = [next(lines) for _ in range(skipped + 1)][-1].rstrip("\n").split(",")
        width = next(lines).count(",") + 1
    names = [f"{k} {name}" for k, name in enumerate([*header, *[""] * (width - len(header))])]
    reader = pa_csv.open_csv(
        path,
        pa_csv.ReadOptions(column_names=names, skip_rows=skipped + 1, block_size=4 << 20, use_threads=False),
        pa_csv.ParseOptions(invalid_row_handler=lambda _: "skip"),
        pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )
    return sum(batch.num_rows for batch in reader)


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
@pytest.mark.parametrize("reader", ["pyarrow", "numguard"])
def test_read(measure: Any, report: tuple[Path, int, int], reader: str, clock: str) -> None:
    path, skipped, rows = report
    operator = path.name.split("-")[1]
    run = (lambda: with_numguard(path)) if reader == "numguard" else (lambda: with_pyarrow(path, skipped))
    work = "read cdr" if reader == "numguard" else "read text"
    added = None if clock or reader == "pyarrow" else memory.added("read cdr", path=str(path))
    line = Line(work + clock, f"{operator} file", rows, 0, None, reader, 1, bytes=added)
    assert measure(line, run) == rows
