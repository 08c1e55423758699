"""Operator files against `pyarrow.csv` reading the same bytes as text, and nothing else with them.

Run: `pytest benches/end_to_end/bench_cdr.py --benchmark-only`; `NUMGUARD_BENCH_BYTES` (default one gigabyte) and
`NUMGUARD_BENCH_FILES` (default: the system's directory for temporary files) choose the size and where the files go.
pyarrow is told where the header is, keeps no line numbers and drops ragged rows; here every row is accounted for.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest

from numguard.cdr import read_cdr

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
from operator_files import WRITERS, some_calls

BYTES = int(float(os.environ.get("NUMGUARD_BENCH_BYTES", "1e9")))
FILES = Path(os.environ.get("NUMGUARD_BENCH_FILES", tempfile.gettempdir()))
ROUNDS = 5


@pytest.fixture(scope="module", params=WRITERS)
def report(request: pytest.FixtureRequest) -> tuple[Path, int, int]:
    """A file of one operator: where it is, the line of its header, and how many rows it has."""
    operator = request.param
    path = FILES / f"numguard-bench-{operator}-{BYTES}.csv"
    built = WRITERS[operator](some_calls(Random(operator), 50_000, targets=20))
    section = "".join(f"{line}\n" for line in built.lines())
    repeats = max(1, BYTES // len(section))
    if not path.exists():
        with path.open("w") as file:
            file.write("\n".join([*built.preamble, ",".join(built.header)]) + "\n")
            for _ in range(repeats):
                file.write(section)
    return path, len(built.preamble), 50_000 * repeats


def with_pyarrow(path: Path, skipped: int) -> int:
    """Every column as text, streamed, so that memory is as flat as ours."""
    with path.open() as lines:
        header = [next(lines) for _ in range(skipped + 1)][-1].rstrip("\n").split(",")
        width = next(lines).count(",") + 1
    names = [f"{k} {name}" for k, name in enumerate([*header, *[""] * (width - len(header))])]
    reader = pa_csv.open_csv(
        path,
        pa_csv.ReadOptions(column_names=names, skip_rows=skipped + 1, block_size=4 << 20),
        pa_csv.ParseOptions(invalid_row_handler=lambda _: "skip"),
        pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )
    return sum(batch.num_rows for batch in reader)


def with_numguard(path: Path) -> int:
    cdr = read_cdr(path)
    return sum(batch.num_rows for batch in cdr)


@pytest.mark.parametrize("reader", ["pyarrow", "numguard"])
def test_read(benchmark: Any, report: tuple[Path, int, int], reader: str) -> None:
    path, skipped, rows = report
    benchmark.group = f"read {path.stat().st_size / 1e9:.2f} GB, {path.name.split('-')[2]}"
    run = (lambda: with_numguard(path)) if reader == "numguard" else (lambda: with_pyarrow(path, skipped))
    assert benchmark.pedantic(run, rounds=ROUNDS, iterations=1, warmup_rounds=1) == rows
    benchmark.extra_info["bytes_per_second"] = path.stat().st_size / benchmark.stats.stats.median
