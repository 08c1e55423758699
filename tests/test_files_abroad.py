"""Numbers of other countries in files of text: read again they are the same numbers, not Indian mobiles."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.cli import run
from numguard.files import write_csv
from numguard.number_list import read_numbers

CELLS = ["+65 9123 4567", "9876543210", "", "+960 771 2345", "+65 9123 4568", "98123 45678", "x", "+1 212 555 0123"]


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f'{k},"{cell}"\n' for k, cell in enumerate(CELLS))
    Path("c.csv").write_text(f"id,phone\n{rows}")
    Path("l.csv").write_text("phone\n" + "".join(f'"{cell}"\n' for cell in CELLS))


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl", "parquet", "arrow"])
@pytest.mark.parametrize(
    ("verb", "column"),
    [(["normalize"], "msisdn"), (["explain"], "msisdn"), (["scan", "--numbers", "l.csv"], "phone_match")],
)
def test_what_a_verb_writes_is_read_again(verb: list[str], column: str, ending: str) -> None:
    name, *more = verb
    assert run([name, "c.csv", "-c", "phone", *more, "-o", f"o.{ending}"]) == 0
    assert read_numbers(f"o.{ending}", column=column).keys == ng.NumberSet(CELLS)


def test_of_standard_output_too(capfd: pytest.CaptureFixture[str]) -> None:
    for verb in (["normalize"], ["scan", "--numbers", "l.csv"]):
        assert run([verb[0], "c.csv", "-c", "phone", *verb[1:]]) == 0
        lines = capfd.readouterr().out.splitlines()
        assert lines[1].startswith('"0","+65 9123 4567","+6591234567"')
        assert lines[2].startswith('"1","9876543210",919876543210')


def test_the_bytes_do_not_depend_on_batches() -> None:
    table = pa.table({"n": ng.normalize(CELLS * 3), "m": ng.normalize(CELLS[::-1] * 3), "of": ["x"] * 3 * len(CELLS)})
    written = set()
    for size in (1, 3, 100):
        file = io.BytesIO()
        write_csv(file, table.schema, table.to_batches(max_chunksize=size), numbers=["n", "m"])
        written.add(file.getvalue())
    assert len(written) == 1


def test_columns_of_the_source_stay_as_they_are() -> None:
    pq.write_table(pa.table({"msisdn": pa.array([9123456789], pa.uint64()), "phone": ["9876543210"]}), "s.parquet")
    Path("one.txt").write_text("9876543210\n")
    assert run(["scan", "s.parquet", "-c", "phone", "--numbers", "one.txt", "-o", "o.csv"]) == 0
    assert Path("o.csv").read_text().splitlines()[1] == '9123456789,"9876543210",919876543210'
