"""Sources: every kind gives the same rows, every row keeps its number, and a file that cannot be read is named."""

from __future__ import annotations

import gzip
import io
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.errors import ArgumentError, ColumnError, FileError, FileMissingError, InputError
from numguard.source import OpenSource, open_source
from source_kinds import KINDS, write_csv, write_parquet
from zip_files import OPEN_DOCUMENT, zipped

TABLE = pa.table({"mobile": [f"98765{n:05}" for n in range(1000)], "name": [f"n{n}" for n in range(1000)]})


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    return KINDS[request.param](tmp_path, TABLE)


def text(source: OpenSource, columns: list[str] | None = None) -> pa.Table:
    batches = [batch.data for batch in source.batches(columns)]
    table = pa.Table.from_batches(batches)
    return table.cast(pa.schema([(name, pa.string()) for name in table.column_names]))


def test_every_kind_gives_the_same_rows(kind: Any) -> None:
    assert text(open_source(kind)).equals(TABLE)


def test_every_kind_gives_the_selected_columns_in_order(kind: Any) -> None:
    assert text(open_source(kind), ["name", "mobile"]).equals(TABLE.select(["name", "mobile"]))


def test_every_kind_names_its_columns(kind: Any) -> None:
    source = open_source(kind)
    assert source.schema.names == ["mobile", "name"]
    with pytest.raises(ColumnError, match="'msisdn'; there are mobile, name"):
        list(source.batches(["msisdn"]))


def test_rows_are_counted_in_their_file(tmp_path: Path) -> None:
    parts: dict[str | None, list[int]] = {}
    for batch in open_source([write_parquet(tmp_path, TABLE), write_csv(tmp_path, TABLE)]).batches():
        parts.setdefault(batch.file, []).extend(batch.row_numbers().tolist())
    assert parts == {str(tmp_path / "t.parquet"): list(range(1, 1001)), str(tmp_path / "t.csv"): list(range(2, 1002))}


def test_standard_input_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(gzip.compress(b"mobile,name\n9876500000,a\n", mtime=0)))
    monkeypatch.setattr(sys, "stdin", stdin)
    source = open_source("-")
    assert source.schema.names == ["mobile", "name"]
    assert text(source).to_pylist() == [{"mobile": "9876500000", "name": "a"}]


def test_parquet_in_a_pipe_is_an_error_that_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    sent = io.BytesIO(write_parquet(tmp_path, TABLE).read_bytes())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(sent)))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="name the file"):
        open_source("-")


def test_csv_at_a_uri_is_text_with_columns_of_its_directories(tmp_path: Path) -> None:
    for day in ("01", "02"):
        (tmp_path / f"day={day}").mkdir()
        (tmp_path / f"day={day}" / "t.csv").write_text("mobile,name\n0919876543210,\n1\n")
    source = open_source(tmp_path.as_uri())
    rows = [row for batch in source.batches() for row in batch.data.to_pylist()]
    assert rows == [{"mobile": "0919876543210", "name": "", "day": day} for day in ("01", "02")]
    assert [list(part.account.lines) for part in source.parts] == [[3], [3]]
    with pytest.raises(FileMissingError, match="nothing at this address"):
        open_source((tmp_path / "none").as_uri())


def test_standard_input_may_be_an_arrow_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = io.BytesIO()
    with pa.ipc.new_stream(sent, TABLE.schema) as writer:
        writer.write_table(TABLE)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(sent.getvalue()))))  # type: ignore[arg-type]
    assert text(open_source("-")).equals(TABLE)


def csv(tmp_path: Path, content: bytes) -> OpenSource:
    (tmp_path / "f.csv").write_bytes(content)
    return open_source(tmp_path / "f.csv")


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"a,b\n0919876543210,007\n", [("0919876543210", "007")]),
        (b"\xef\xbb\xbfa,b\n1,2\n", [("1", "2")]),
        ("a,b\n1,हरियाणा\n".encode("utf-16"), [("1", "हरियाणा")]),
        (b"a;b\n1;2,5\n", [("1", "2,5")]),
        (b"a\tb\n1\t2\n", [("1", "2")]),
        (b"a|b\n1|2\n", [("1", "2")]),
        (b'"a","b"\n"x, y","say ""hi"""\n', [("x, y", 'say "hi"')]),
        (b'a,b\n"two\nlines",2\n', [("two\nlines", "2")]),
        (b'a,b\n1,"the last\ncell"\n', [("1", "the last\ncell")]),
        (b"a,b\r\n1,2\r\n", [("1", "2")]),
        (b"\n\na,b\n1,2\n", [("1", "2")]),
        (b"a,b\n1,2", [("1", "2")]),
        (b"a,b\n,NULL\n", [("", "NULL")]),
        (b"a,b\n", []),
        (b"a,b", []),
    ],
)
def test_csv_cells_stay_as_written(tmp_path: Path, content: bytes, rows: list[tuple[str, str]]) -> None:
    source = csv(tmp_path, content)
    assert source.schema == pa.schema({"a": pa.string(), "b": pa.string()})
    assert [tuple(row.values()) for batch in source.batches() for row in batch.data.to_pylist()] == rows


def test_blank_lines_are_counted_and_are_not_rows(tmp_path: Path) -> None:
    source = csv(tmp_path, b'mobile\n1\n\n2\n""\n')
    (batch,) = source.batches()
    assert batch.data["mobile"].to_pylist() == ["1", "2"]
    assert batch.row_numbers().tolist() == [2, 4]
    assert source.parts[0].account.not_data == {"blank": 2}


def test_csv_rows_of_another_length_are_refused_with_their_numbers(tmp_path: Path) -> None:
    lines = [b"a,b"] + [b"1,2"] * 1000
    for row in (3, 4, 500, 1001):
        lines[row - 1] = b"1,2,3" if row % 2 else b"1"
    lines[700] = b""
    source = csv(tmp_path, b"\n".join(lines))
    numbers = [n for batch in source.batches() for n in batch.row_numbers().tolist()]
    assert list(source.parts[0].account.lines) == [3, 4, 500, 1001]
    assert numbers == [n for n in range(2, 1002) if n not in {3, 4, 500, 701, 1001}]


@pytest.mark.parametrize("filling", ["1,2\r9876543210,b", ",," + "x" * 200_000, "," * 70_000 + "9876543210"])
def test_a_line_that_python_cannot_split_is_refused_and_not_blank(tmp_path: Path, filling: str) -> None:
    source = csv(tmp_path, f"a,b\n{filling}\n3,4\n".encode())
    assert [n for batch in source.batches() for n in batch.row_numbers().tolist()] == [3]
    assert list(source.parts[0].account.lines) == [2]
    assert source.parts[0].account.not_data == {}
    scan = ng.scan(tmp_path / "f.csv", {"a": ng.NumberSet(["9876543210"])})
    scan.read_all()
    assert (scan.summary.rows, scan.summary.refused_rows) == (1, {"too_many_fields": 1})


@pytest.mark.parametrize("columns", [None, ["a"]])
def test_an_unclosed_quote_refuses_only_its_own_line(tmp_path: Path, columns: list[str] | None) -> None:
    source = csv(tmp_path, b'a,b,c\n1,2,3\n3,"4,5\n5,6,7\n7,8,9\n')
    rows = [n for batch in source.batches(columns) for n in batch.row_numbers().tolist()]
    assert rows == [2, 4, 5]
    assert list(source.parts[0].account.lines) == [3]
    assert source.parts[0].account.refused == {"broken_quote": 1}


def test_a_csv_whose_every_row_differs_from_its_header_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no row has the 2 fields"):
        list(csv(tmp_path, b"a,b\n1,2,3\n4,5,6\n").batches())


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("f.csv", b"", "is empty"),
        ("f.csv", b"\n\n", "is empty"),
        ("f.csv", b"\x00\x01\x02" * 100, "neither text nor"),
        (
            "f.tar.gz",
            gzip.compress(b"a.csv".ljust(257, b"\x00") + b"ustar\x0000".ljust(255, b"\x00"), mtime=0),
            "is a tar archive",
        ),
        ("f.z01", b"PK\x07\x08PK\x03\x04" + b"\x00" * 100, "the first part of a ZIP archive"),
        ("f.csv", b"a,b\n1,2\n" + b"\x00" * 100, "ends in zero bytes"),
        ("f.csv.gz", gzip.compress(b"a,b\n1,2\n" * 1000, mtime=0)[:-9], "cut short"),
        ("f.csv.gz", b"\x1f\x8b" + b"x" * 100, "damaged"),
        ("f.xlsx", b"PK\x03\x04" + b"\x00" * 100, "archive or workbook"),
        ("f.csv", b"\xd0\xcf\x11\xe0" + b"\x00" * 100, "old spreadsheet"),
        ("f.parquet", b"", "is empty"),
        ("f.parquet", b"mobile\n", "is not Parquet"),
        ("f.parquet", b"PAR1" + b"\x00" * 100, "footer"),
        ("f.arrow", b"ARROW1\x00\x00" + b"\x00" * 100, "damaged|footer"),
        ("f.arrow", b"\xff\xff\xff\xff\x10\x00\x00\x00" + b"\x00" * 16, "damaged"),
    ],
)
def test_the_error_of_an_unreadable_file_names_it_and_the_remedy(
    tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=why) as raised:
        list(open_source(tmp_path / name).batches())
    assert str(raised.value).startswith(str(tmp_path / name))


def test_a_path_that_does_not_exist(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path / "*.csv", str(tmp_path / "**" / "*.parquet"), tmp_path):
        with pytest.raises(FileMissingError, match=str(tmp_path)):
            open_source(path)


@pytest.mark.parametrize("source", [None, 5, [], [1, 2], {"a": [1]}, b"path", pl.LazyFrame({"a": [1]})])
def test_an_invalid_source_is_an_error(source: object) -> None:
    with pytest.raises(ArgumentError, match="source:"):
        open_source(source)


def test_a_reader_is_read_once() -> None:
    source = open_source(TABLE.to_reader())
    assert text(source).num_rows == 1000
    with pytest.raises(ArgumentError, match="was read already"):
        list(source.batches())


def test_partitions_of_a_dataset_are_columns(tmp_path: Path) -> None:
    table = TABLE.append_column("circle", pa.array(["hr", "dl"] * 500))
    pq.write_to_dataset(table, tmp_path / "d", partition_cols=["circle"])
    source = open_source(ds.dataset(tmp_path / "d", partitioning="hive"))
    batches = list(source.batches(["circle", "mobile"]))
    assert {batch.data["circle"][0].as_py() for batch in batches} == {"hr", "dl"}
    assert all(batch.file and batch.row_numbers()[0] == 1 for batch in batches)
    assert sum(batch.data.num_rows for batch in batches) == 1000


def test_pandas_text_with_missing_cells() -> None:
    frame = pd.DataFrame({"mobile": ["9876543210", None]})
    assert text(open_source(frame)).to_pydict() == {"mobile": ["9876543210", None]}


@pytest.mark.parametrize("ending", ["parquet", "arrow", "arrows"])
def test_small_integers_in_a_typed_file_are_no_text_in_utf_32(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"calls.{ending}"
    table = pa.table({"seconds": pa.array([1] * 20_000, pa.int32()), "caller": ["9876543210"] * 20_000})
    if ending == "parquet":
        pq.write_table(table, path, compression="none", use_dictionary=False, data_page_version="2.0")
    else:
        new = pa.ipc.new_file if ending == "arrow" else pa.ipc.new_stream
        with new(path, table.schema) as writer:
            writer.write_table(table)
    assert ng.scan(path, {"caller": ng.NumberSet(["9876543210"])}).read_all().num_rows == 20_000


@pytest.mark.parametrize("encoding", ["utf-32", "utf-32-le", "utf-32-be"])
def test_utf_32_is_not_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes("acknowledgement_no,source,mobile\n1,1930,9876543210\n".encode(encoding))
    for read in (
        lambda: ng.Registry(by="x").add_complaints(path),
        lambda: ng.read_cdr(path),
        lambda: open_source(path),
    ):
        with pytest.raises(InputError, match="its encoding is not read: save it as UTF-8"):
            read()


def test_a_zero_byte_in_a_header_is_no_name(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"m\0obile,x\n" + b"9876543210,1\n" * 9)
    with pytest.raises(InputError, match="its encoding is not read: save it as UTF-8"):
        open_source(path).schema  # noqa: B018 - reading it raises


#: Cells of an OpenDocument sheet: what is written, what is read, and whether it is a formula without a value.
OPEN_CELLS = {
    '<table:table-cell table:formula="of:=[.A1]*2"/>': ("#N/A", True),
    '<table:table-cell table:formula="of:=[.A1]*2" office:value-type="float"/>': ("#N/A", True),
    "<table:table-cell table:formula='of:=[.A1]&amp;\"x\"'></table:table-cell>": ("#N/A", True),
    '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"><text:p>2</text:p>'
    "</table:table-cell>": ("2", False),
    '<table:table-cell table:formula="of:=&quot;&quot;" office:value-type="string" office:string-value=""/>': (
        "",
        False,
    ),
    '<table:table-cell table:formula="of:=[.A1]&gt;1" office:value-type="boolean" office:boolean-value="true">'
    "<text:p>TRUE</text:p></table:table-cell>": ("True", False),
    '<table:table-cell table:formula="of:=[.A1]>1" office:value-type="float" office:value="7"><text:p>7</text:p>'
    "</table:table-cell>": ("7", False),
    "<table:table-cell/>": ("", False),
}


def test_formulas_of_an_open_document_without_a_value_are_reported(tmp_path: Path) -> None:
    def text(cell: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'

    rows = "".join(f"<table:table-row>{text('9876543210')}{cell}{text('end')}</table:table-row>" for cell in OPEN_CELLS)
    header = f"<table:table-row>{text('served')}{text('value')}{text('last')}</table:table-row>"
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names} office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="a &amp; b">{header}{rows}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    (tmp_path / "d.ods").write_bytes(zipped({**OPEN_DOCUMENT, "content.xml": content}))
    [part] = open_source(tmp_path / "d.ods").parts
    values = [cell for batch in part.batches(["value"]) for cell in batch.data.column(0).to_pylist()]
    assert values == [read for read, _ in OPEN_CELLS.values()]
    count = sum(is_lost for _, is_lost in OPEN_CELLS.values())
    assert [f"{count} cells are formulas" in warning for warning in part.about.warnings] == [True]


@pytest.mark.parametrize("lines", [False, True])
def test_half_an_emoji_in_json_costs_its_own_cell_only(tmp_path: Path, lines: bool) -> None:
    rows = [r'{"mobile": "9876543210", "name": "x \ud83d"}', r'{"mobile": "98765\udc0043210", "name": "\ud83d\ude00"}']
    (tmp_path / "chat.json").write_text("\n".join(rows) if lines else f"[{', '.join(rows)}]")
    assert text(open_source(tmp_path / "chat.json")).to_pydict() == {
        "mobile": ["9876543210", "98765\ufffd43210"],
        "name": ["x \ufffd", "\U0001f600"],
    }


@pytest.mark.parametrize("orient", ["columns", "index", "split", "records", "table"])
def test_every_form_of_json_that_pandas_writes_is_rows(tmp_path: Path, orient: Any) -> None:
    columns = {"mobile": ["9876500001", None, "9876500003"], "2": ["x", "y", "z"]}
    pd.DataFrame(columns, index=[7, 0, 12]).to_json(tmp_path / "list.json", orient=orient)
    assert text(open_source(tmp_path / "list.json")).select(list(columns)).to_pydict() == columns


@pytest.mark.parametrize(
    "document",
    [
        '{"suspect": {"mobile": "9876500001"}, "victim": {"mobile": "9876500002"}}',
        '{"9876500001": {"district": "Nuh"}, "9876500002": {"district": "Nuh"}}',
        '{"columns": ["a", "b"], "data": [["9876500001"]]}',
        '{"columns": ["a", "a"], "data": [["9876500001", "9876500002"]]}',
        '{"list": {"0": {"msisdn": "9876500001"}, "1": {"msisdn": "9876500002"}}}',
    ],
)
def test_another_object_is_one_record(tmp_path: Path, document: str) -> None:
    (tmp_path / "one.json").write_text(document)
    assert text(open_source(tmp_path / "one.json")).num_rows == 1


@pytest.mark.skipif(os.name != "posix", reason="who may read a file is a matter of POSIX")
@pytest.mark.parametrize("read", [lambda path: ng.scan(path, {"mobile": ng.NumberSet(["9876543210"])}), ng.read_cdr])
def test_a_file_that_this_user_may_not_read_is_not_called_damaged(read: Callable[[Path], object]) -> None:
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "d.csv"
        path.write_text("mobile\n9876543210\n")
        Path(folder).chmod(0o755)
        path.chmod(0)
        try:
            if user == 0:
                os.seteuid(65534)
            with pytest.raises(InputError, match=r"d\.csv: not readable by this user$"):
                read(path)
        finally:
            os.seteuid(user)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_to_itself_is_not_called_damaged(tmp_path: Path) -> None:
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    calls: list[Callable[[], object]] = [
        lambda: open_source(loop),
        lambda: ng.read_cdr(loop),
        lambda: ng.scan(loop, {"a": ng.NumberSet([])}),
    ]
    for call in calls:
        with pytest.raises(FileError, match=r"loop\.csv: cannot be read \(Too many levels of symbolic links\)"):
            call()
