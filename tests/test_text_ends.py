"""A process that ends while threads read call records ends as it would otherwise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEADER = "Target No,Call Type,B Party No,Date,Time,Dur(s),First CGI,IMEI\n"

READING = """
import sys, numguard as ng
rows = iter(ng.read_cdr(sys.argv[1]))
first = next(rows)
{end}
"""


def many_cells(path: Path) -> Path:
    """Four hundred thousand rows with as many cells, each of which is read by a function once."""
    row = "98765{:05},OUT,98123{:05},01/09/2026,10:00:{:02},1,404-10-{}-{},358240051111110\n"
    with path.open("w") as file:
        file.write(HEADER)
        for n in range(400_000):
            file.write(row.format(n % 100_000, n % 99_991, n % 60, n % 60_000, n))
    return path


@pytest.mark.parametrize("end", ["", "raise SystemExit(3)", "raise KeyboardInterrupt", "rows.close()"])
def test_a_script_that_stops_reading_early_ends_in_order(tmp_path: Path, end: str) -> None:
    path = many_cells(tmp_path / "calls.csv")
    for _ in range(3):
        run = subprocess.run([sys.executable, "-c", READING.format(end=end), str(path)], capture_output=True, text=True)
        assert run.returncode in {0, 3, 1, -2, 130}, run.stderr[-2000:]
        assert run.returncode == {"": 0, "rows.close()": 0, "raise SystemExit(3)": 3}.get(end, run.returncode)
