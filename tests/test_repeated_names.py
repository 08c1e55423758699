"""Columns of one name, such as the unnamed ones behind the table of a spreadsheet: each comes out in its place."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.cli import run
from numguard.errors import ArgumentError
from row_files import workbook

LISTED = ng.NumberSet(["9876543210"])
ROWS = {
    "unnamed": [["a", "", "b", ""], ["9876543210", "x", "1", "5"], ["9812345670", "y", "2", "6"]],
    "named": [["a", "b", "b"], ["9876543210", "x", "1"], ["9812345670", "y", "2"]],
    "behind": [["a", "b", "", ""], ["9876543210", "x", "", ""], ["9812345670", "y", "", ""]],
}


def written(folder: Path, ending: str, rows: list[list[str]]) -> Path:
    path = folder / f"calls.{ending}"
    if ending == "csv":
        path.write_text("".join(",".join(row) + "\n" for row in rows))
    elif ending == "xlsx":
        path.write_bytes(workbook(rows))
    else:
        columns = [pa.array(column) for column in zip(*rows[1:], strict=True)]
        table = pa.Table.from_arrays(columns, rows[0])
        if ending == "parquet":
            pq.write_table(table, path)
        else:
            new = pa.ipc.new_file if ending == "arrow" else pa.ipc.new_stream
            with new(str(path), table.schema) as writer:
                writer.write_table(table)
    return path


@pytest.mark.parametrize("names", ROWS)
@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "arrow", "arrows"])
def test_a_scan_hands_out_every_column(tmp_path: Path, ending: str, names: str) -> None:
    rows = ROWS[names]
    path = written(tmp_path, ending, rows)
    again = path.with_name(f"again.{ending}")
    again.write_bytes(path.read_bytes())
    for source, count in ((path, 1), ([path, again], 2)):
        hits = ng.scan(source, {"a": LISTED}).read_all()
        assert hits.schema.names == [*rows[0], "a_match"]
        assert list(zip(*(column.to_pylist() for column in hits.columns[:-1]), strict=True)) == [tuple(rows[1])] * count
    listed = ng.scan(path, {"a": {"one": LISTED}}, all_rows=True).read_all()
    assert [column.to_pylist() for column in listed.columns[:-2]] == [
        list(cells) for cells in zip(*rows[1:], strict=True)
    ]
    assert listed.columns[-1].to_pylist() == [["one"], None]


@pytest.mark.parametrize("names", ROWS)
@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "arrow", "arrows"])
def test_verbs_that_write_every_column(
    tmp_path: Path, ending: str, names: str, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = ROWS[names]
    path = str(written(tmp_path, ending, rows))
    (tmp_path / "l.txt").write_text("9876543210\n")
    assert run(["normalize", path, "-c", "a"]) == 0
    found = list(csv.reader(io.StringIO(capfd.readouterr().out)))
    assert [row[:-2] for row in found] == rows
    assert run(["scan", path, "-c", "a", "--list", f"one={tmp_path / 'l.txt'}", "--all-rows"]) == 0
    found = list(csv.reader(io.StringIO(capfd.readouterr().out)))
    assert [row[:-2] for row in found] == rows
    assert run(["explain", path, "-c", "a"]) == 0
    # An object of JSON has each name once: one of the columns would be lost.
    assert run(["scan", path, "-c", "a", "--numbers", str(tmp_path / "l.txt"), "-o", str(tmp_path / "o.jsonl")]) == 2
    assert "a .jsonl file cannot hold the columns " in capfd.readouterr().err
    assert not (tmp_path / "o.jsonl").exists()


def test_a_key_column_has_a_name_of_its_own(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = str(written(tmp_path, "csv", ROWS["named"]))
    for verb in ("normalize", "explain"):
        assert run([verb, path, "-c", "b"]) != 0
        assert "several columns are named b" in capfd.readouterr().err
    with pytest.raises(ArgumentError, match="cannot hold the columns b:"):
        ng.scan(path, {"a": LISTED}).write(tmp_path / "o.jsonl")
