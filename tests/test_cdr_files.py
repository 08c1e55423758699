"""What files are wrapped in: character sets, line ends, delimiters, archives, workbooks; and what is not a table."""

from __future__ import annotations

import datetime as dt
import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from numguard.cdr import header, read_cdr
from numguard.cdr.layout import Layout
from numguard.errors import InputError, MissingExtraError
from numguard.source import header as header_reader
from numguard.source import lines as line_reader
from zip_files import zipped

FILES = Path(__file__).parent / "cdr"
AIRTEL = (FILES / "airtel.csv").read_text()


@pytest.fixture(scope="module")
def expected() -> pa.Table:
    return read_cdr(FILES / "airtel.csv").read_all().drop_columns("source")


def written(tmp_path: Path, content: bytes, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def sheet(rows: list[list[object]]) -> bytes:
    return workbook_of({"Sheet1": rows})


def workbook_of(sheets: dict[str, list[list[object]]]) -> bytes:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    held = io.BytesIO()
    workbook = xlsxwriter.Workbook(held)
    day = workbook.add_format({"num_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        page = workbook.add_worksheet(name)
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                if isinstance(cell, dt.date):
                    page.write_datetime(y, x, cell, day)
                elif cell is not None:
                    page.write(y, x, cell)
    workbook.close()
    return held.getvalue()


WRAPPED: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "utf-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "utf-16 with a mark": lambda text: text.encode("utf-16"),
    "utf-16 little-endian, no mark": lambda text: text.encode("utf-16-le"),
    "utf-16 big-endian, no mark": lambda text: text.encode("utf-16-be"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "CR CR LF": lambda text: text.replace("\n", "\r\r\n").encode(),
    "tabs": lambda text: text.replace(",", "\t").encode(),
    "pipes": lambda text: text.replace(",", "|").encode(),
    "semicolons": lambda text: text.replace(",", ";").encode(),
    "blanks after commas": lambda text: text.replace(",", ", ").encode(),
    "no end of the last line": lambda text: text.rstrip("\n").encode(),
    "gzip": lambda text: gzip.compress(text.encode()),
    "gzip of utf-16": lambda text: gzip.compress(text.encode("utf-16")),
    "zip": lambda text: zipped({"calls.csv": text}),
    "gzip in zip": lambda text: zipped({"calls.gz": gzip.compress(text.encode())}),
    "zip in gzip": lambda text: gzip.compress(zipped({"calls.csv": text})),
}


@pytest.mark.parametrize("name", ["a.csv", "a.xls", "a.txt"])
@pytest.mark.parametrize("wrapping", WRAPPED)
def test_the_content_decides_the_kind_of_a_file(tmp_path: Path, expected: pa.Table, wrapping: str, name: str) -> None:
    cdr = read_cdr(written(tmp_path, WRAPPED[wrapping](AIRTEL), name))
    table = cdr.read_all().drop_columns("source")
    assert table == expected
    assert len(cdr.refused) == 6


def test_windows_1252(tmp_path: Path) -> None:
    text = "MSISDN,B Party,IMEI,Date\n9876543210,Caf\xe9,358967101234560,01/06/2026\n"
    cdr = read_cdr(written(tmp_path, text.encode("cp1252")))
    assert cdr.read_all()["other_party"].to_pylist() == ["Caf\xe9"]
    assert cdr.summary.encoding == "cp1252"
    cdr = read_cdr(written(tmp_path, text.encode()))
    assert cdr.read_all()["other_party"].to_pylist() == ["Caf\xe9"]
    assert cdr.summary.encoding == "utf-8"


def test_a_broken_byte_in_utf8_costs_no_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_reader, "BLOCK_BYTES", 64)
    row = "9876543210,Caf\xe9,358967101234560,01/06/2026\n"
    text = ("MSISDN,B Party,IMEI,Date\n" + row * 20).encode() + row.encode("latin-1") + row.encode()
    cdr = read_cdr(written(tmp_path, text))
    others = cdr.read_all()["other_party"].to_pylist()
    assert others == ["Caf\xe9"] * 22


@pytest.mark.parametrize("size", [1, 7, 64, 300, 1000])
def test_the_answer_does_not_depend_on_the_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    whole = {name: read_cdr(FILES / f"{name}.csv") for name in ("airtel", "jio", "vi", "generic", "bsnl_nodal")}
    tables = {name: (cdr.read_all(), cdr.refused, cdr.summary.skipped) for name, cdr in whole.items()}
    # The header has to be within the first block, as it does within two megabytes of any report.
    monkeypatch.setattr(line_reader, "BLOCK_BYTES", size + 2000)
    filler = "\n" * 10
    for name, (rows, refused, skipped) in tables.items():
        cdr = read_cdr(FILES / f"{name}.csv")
        assert (cdr.read_all(), cdr.refused, cdr.summary.skipped) == (rows, refused, skipped), (name, filler)


def test_a_cell_over_several_lines_is_one_row_even_between_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = '9876543210,"Sector 5,\nGurgaon",358967101234560,01/06/2026\n'
    path = written(tmp_path, ("MSISDN,Place,IMEI,Date\n" + row * 50).encode())
    for size in (24, 30, 61, 90, 1000, 1 << 20):
        monkeypatch.setattr(line_reader, "BLOCK_BYTES", size)
        cdr = read_cdr(path)
        assert cdr.read_all()["row"].to_pylist() == list(range(2, 102, 2))
        assert len(cdr.refused) == 0


def test_a_stray_quote_never_joins_two_rows(tmp_path: Path) -> None:
    """Each of the two rows has a quote that opens a cell: read as one row it would pair the first number with the
    second handset."""
    text = (
        "MSISDN,Place,IMEI,Date\n"
        '9876543210,"Sector 5,358967101234560,01/06/2026\n'
        '9876543211,"Sector 6,358967107654320,01/06/2026\n'
        "9876543212,Sector 7,358967101111110,01/06/2026\n"
    )
    cdr = read_cdr(written(tmp_path, text.encode()))
    assert cdr.read_all()["served_msisdn"].to_pylist() == [919876543212]
    assert cdr.refused.select(["row", "note"]).to_pylist() == [
        {"row": 2, "note": "broken_quote"},
        {"row": 3, "note": "broken_quote"},
    ]


def test_an_archive_is_read_file_by_file(tmp_path: Path) -> None:
    path = written(tmp_path, zipped({"a.csv": AIRTEL, "j.txt": (FILES / "jio.csv").read_bytes()}), "case.zip")
    cdr = read_cdr(path)
    assert cdr.read_all().num_rows == 12
    assert [part.source for part in cdr.summary.files] == [f"{path}/a.csv", f"{path}/j.txt"]
    assert {part.container for part in cdr.summary.files} == {"zip/text"}


def test_a_workbook(tmp_path: Path, expected: pa.Table) -> None:
    rows: list[list[object]] = [list(line.split(",")) for line in AIRTEL.splitlines()]
    rows[14] = list(AIRTEL.splitlines()[14].replace("'VODA,GJ'", "VODA GJ").split(","))
    rows[13] = []  # a sheet has no short rows
    for name in ("a.xlsx", "a.xls"):
        cdr = read_cdr(written(tmp_path, sheet(rows), name))
        assert cdr.read_all().drop_columns("source") == expected
        assert cdr.summary.files[0].container == "workbook"


def test_every_sheet_with_a_table_is_read(tmp_path: Path) -> None:
    """A reader of the first sheet alone loses the messages."""
    header: list[object] = ["MSISDN", "IMEI", "Call Date"]
    row: list[object] = [9876543210, "358967101234560", "01/06/2026"]
    cover: list[list[object]] = [["Report of the operator"], ["asked for by", "the desk"]]
    path = written(
        tmp_path,
        workbook_of({"Cover": cover, "Calls": [header, row, row], "Blank": [], "9876543210": [header, row]}),
        "a.xlsx",
    )
    cdr = read_cdr(path)
    table = cdr.read_all()
    sources = [f"{path}/Cover", f"{path}/Calls", f"{path}/sheet 3"]
    assert table["source"].to_pylist() == [sources[1], sources[1], sources[2]]
    assert table["row"].to_pylist() == [2, 3, 2]
    assert [part.source for part in cdr.summary.files] == sources
    assert [part.left_out for part in cdr.summary.files] == [True, False, False]
    (warning,) = cdr.summary.warnings
    assert warning.startswith(sources[0])
    with pytest.raises(InputError, match="no header row"):
        read_cdr(written(tmp_path, workbook_of({"Cover": cover, "More": cover}), "b.xlsx"))


def test_a_workbook_of_numbers_and_dates(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Report of calls"],
        ["MSISDN", "B Party", "IMEI", "IMSI", "Call Date", "Call Time", "Duration"],
        [9876543210, 8128000001, 35896710123456, 404980000000001, dt.date(2026, 6, 1), "08:01:39", 65],
        [919876543210.0, "AD-INVENT-S", 358967101234560, None, dt.datetime(2026, 6, 1), "08:02", None],
        # A spreadsheet keeps fifteen digits: of sixteen the last is replaced by a zero, and the handset is unknown.
        [9876543210, None, 3589671012345678, None, dt.date(2026, 6, 2), "08:03", 1.0],
    ]
    cdr = read_cdr(written(tmp_path, sheet(rows), "a.xlsx"))
    table = cdr.read_all().to_pylist()
    assert [row["served_msisdn"] for row in table] == [919876543210] * 3
    assert [row["imei14"] for row in table] == [35896710123456, 35896710123456, None]
    assert [str(row["at"]) for row in table] == [
        "2026-06-01 08:01:39+05:30",
        "2026-06-01 08:02:00+05:30",
        "2026-06-02 08:03:00+05:30",
    ]
    assert [row["duration_s"] for row in table] == [65, None, 1]
    assert [row["row"] for row in table] == [3, 4, 5]
    assert cdr.summary.unread == {"imei14": {"precision_lost": 1}, "other_msisdn": {"sender_id": 1}}


def test_days_and_months_that_a_spreadsheet_swapped_are_refused(tmp_path: Path) -> None:
    """Opened where months come first, 05/04 became the fourth of May; 04/04 stayed itself and 15/04 became text."""
    days = [dt.date(2026, 5, 4), dt.date(2026, 4, 4), "15/04/2026"]
    rows: list[list[object]] = [["MSISDN", "Call Date"], *([9876543210, day] for day in days)]
    cdr = read_cdr(written(tmp_path, sheet(rows), "a.xlsx"))
    assert [str(at)[:10] for at in cdr.read_all()["at"].to_pylist()] == ["2026-04-04", "2026-04-15"]
    assert cdr.refused.select(["row", "note"]).to_pylist() == [{"row": 2, "note": "unreadable_date"}]
    # A real date past the twelfth shows that the spreadsheet knew which is which.
    rows.append([9876543210, dt.date(2026, 4, 20)])
    assert read_cdr(written(tmp_path, sheet(rows), "a.xlsx")).read_all().num_rows == 4


def test_a_workbook_needs_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "python_calamine", None)
    with pytest.raises(MissingExtraError, match=r"numguard-telecom\[xlsx\]"):
        read_cdr(written(tmp_path, sheet([["a"]])))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "save it as .xlsx or CSV"),
        (b"%PDF-1.7\n", "PDF"),
        (b"PAR1" + bytes(100), "Parquet"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
        (b"BZh91AY", "damaged or cut short"),
        (b"<html><table><tr><td>Target No</td></tr></table></html>", "web page"),
        (b"\xef\xbb\xbf \r\n<?xml version='1.0'?><Workbook/>", "web page"),
        (gzip.compress(AIRTEL.encode(), mtime=0)[:200], "damaged or cut short"),
        (b"\x1f\x8b\x08" + bytes(50), "damaged or cut short"),
        (zipped({"a.csv": AIRTEL})[:300], "damaged or cut-short"),
        (zipped({"a.xls": b"\xd0\xcf\x11\xe0" + bytes(100)}), "save it as .xlsx or CSV"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (b"name,value\nalpha,1\n", "no header row"),
        (b"\n\n\n", "is empty"),
        (bytes(range(256)) * 40, "neither text nor"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(tmp_path: Path, content: bytes, message: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(InputError, match=message) as caught:
        read_cdr(path).read_all()
    assert str(path) in str(caught.value)


def test_damage_far_into_a_file_is_named(tmp_path: Path) -> None:
    row = "9876543210,358967101234560,01/06/2026\n"
    whole = gzip.compress(("MSISDN,IMEI,Date\n" + row * 400_000).encode(), compresslevel=1)
    cdr = read_cdr(written(tmp_path, whole[: len(whole) // 2]))
    with pytest.raises(InputError, match="damaged or cut short"):
        cdr.read_all()
    assert not cdr.summary.complete


def test_no_line_without_end(tmp_path: Path) -> None:
    path = written(tmp_path, b"MSISDN,IMEI\n" + b"x" * (40 << 20))
    with pytest.raises(InputError, match="16 MiB"):
        read_cdr(path).read_all()


@pytest.mark.parametrize("ending", ["parquet", "arrow", "csv", "json", "xlsx"])
def test_figures_of_a_data_frame_are_whole(tmp_path: Path, ending: str) -> None:
    """A column of pandas with a gap is one of floats."""
    frame = pd.DataFrame(
        {
            "MSISDN": [919876543210, None],
            "IMEI": [490154203237518, None],
            "Call Date": pd.to_datetime(["2026-06-01 08:01:39"] * 2),
            "Duration": [61, None],
        }
    )
    path = tmp_path / f"calls.{ending}"
    if ending == "arrow":
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, pa.Schema.from_pandas(frame)) as writer:
            writer.write_table(pa.Table.from_pandas(frame))
    elif ending == "json":
        frame.to_json(path, orient="records", date_format="iso")
    else:
        write = {"parquet": frame.to_parquet, "csv": frame.to_csv, "xlsx": frame.to_excel}[ending]
        write(path, index=False)
    records = read_cdr(path)
    (row,) = records.read_all().to_pylist()
    assert (row["served_msisdn"], row["imei14"], row["duration_s"]) == (919876543210, 49015420323751, 61)
    assert records.refused["note"].to_pylist() == ["empty"]


def test_categories_and_nested_columns(tmp_path: Path) -> None:
    path = tmp_path / "calls.arrow"
    frame = pl.DataFrame({"MSISDN": ["9876543210"], "IMEI": ["490154203237518"], "Call Date": ["2026-06-01 08:01"]})
    frame.with_columns(pl.all().cast(pl.Categorical)).write_ipc(path)
    assert read_cdr(path).read_all()["served_msisdn"].to_pylist() == [919876543210]
    others = {"cells": [[1]], "names": [["A", "B"]], "tower": [{"lat": 28.4}], "raw": [b"\xff\xfe"]}
    frame.with_columns(**{name: pl.Series(cells) for name, cells in others.items()}).write_ipc(path)
    cdr = read_cdr(path)
    assert cdr.read_all()["served_msisdn"].to_pylist() == [919876543210]
    assert cdr.summary.files[0].not_read == [*others]
    frame.with_columns(IMEI=pl.Series([[490154203237518, 358240051111110]])).write_ipc(path)
    cdr = read_cdr(path)
    assert cdr.read_all()["imei14"].to_pylist() == [None]
    assert cdr.summary.files[0].unread == {"imei14": {"several_numbers": 1}}


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Kolkata", "+02:00"])
def test_times_of_every_unit_and_zone_are_read(tmp_path: Path, unit: str, zone: str | None) -> None:
    moment = dt.datetime(2026, 6, 1, 10, 0, 1)
    kind: Any = pa.timestamp(unit, zone)
    table = pa.table({"MSISDN": ["9876543210"], "IMEI": ["358967101234560"], "Timestamp": pa.array([moment], kind)})
    path = tmp_path / "calls.parquet"
    pq.write_table(table, path)
    cdr = read_cdr(path)
    (at,) = cdr.read_all()["at"].to_pylist()
    assert at.replace(tzinfo=None) == moment + (dt.timedelta(hours=5, minutes=30) if zone else dt.timedelta())


def test_times_of_day_of_every_unit_are_read(tmp_path: Path) -> None:
    kinds: list[Any] = [pa.time32("s"), pa.time32("ms"), pa.time64("us"), pa.time64("ns")]
    for kind in kinds:
        clock = pa.array([dt.time(22, 0, 1)]).cast(kind)
        columns = {"MSISDN": ["9876543210"], "IMEI": ["358967101234560"], "Date": pa.array([dt.date(2026, 6, 1)])}
        pq.write_table(pa.table({**columns, "Time": clock}), tmp_path / "calls.parquet")
        (at,) = read_cdr(tmp_path / "calls.parquet").read_all()["at"].to_pylist()
        assert f"{at:%d %H:%M:%S}" == "01 22:00:01", kind


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "Asia/Kolkata", "+05:30"])
@pytest.mark.parametrize("clock", [dt.time(8, 1, 39), dt.timedelta(hours=8, minutes=1, seconds=39)])
def test_a_day_may_be_a_midnight_beside_a_clock(
    tmp_path: Path, unit: str, zone: str | None, clock: dt.time | dt.timedelta
) -> None:
    """Pandas has no days: its frames have midnights, and spans of time for the clocks of some databases."""
    kind: Any = pa.timestamp(unit, zone)
    at = dt.datetime(2026, 6, 1, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30)) if zone else None)
    columns = {"MSISDN": ["9876543210"], "IMEI": ["358967101234560"]}
    table = pa.table({**columns, "Call Date": pa.array([at], kind), "Call Time": pa.array([clock])})
    pq.write_table(table, tmp_path / "calls.parquet")
    (read,) = read_cdr(tmp_path / "calls.parquet").read_all()["at"].to_pylist()
    assert f"{read:%Y-%m-%d %H:%M:%S}" == "2026-06-01 08:01:39"
    frame = pa.table({**columns, "Call Date": table["Call Date"], "Call Time": ["08:01:39"]}).to_pandas()
    if zone is None:
        frame.to_json(tmp_path / "calls.json", orient="records", date_format="iso")
        assert read_cdr(tmp_path / "calls.json").read_all()["at"].to_pylist() == [read]
    frame.to_csv(tmp_path / "calls.csv", index=False)
    assert read_cdr(tmp_path / "calls.csv").read_all()["at"].to_pylist() == [read]


def test_spans_of_time_of_every_unit_are_seconds(tmp_path: Path) -> None:
    """Their ticks were: a minute in microseconds, as pandas writes it, was two years."""
    path = tmp_path / "calls.parquet"
    spans = [dt.timedelta(minutes=1, seconds=1), dt.timedelta(0), None, dt.timedelta(days=2)]
    columns = {"MSISDN": ["9876543210"] * 4, "IMEI": ["358967101234560"] * 4}
    for unit in ("ms", "us", "ns"):
        kind: Any = pa.duration(unit)
        pq.write_table(pa.table({**columns, "Duration": pa.array(spans, kind)}), path)
        cdr = read_cdr(path)
        assert cdr.read_all()["duration_s"].to_pylist() == [61, 0, None, None], unit
        assert cdr.summary.files[0].unread == {"duration_s": {"unclear_duration": 1}}
    pq.write_table(pa.table({**columns, "Duration": pa.array(spans[:3] + spans[:1], pa.duration("s"))}), path)
    assert read_cdr(path).read_all()["duration_s"].to_pylist() == [61, 0, None, 61]


def test_rows_are_not_compared_with_layouts_that_no_line_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the first 400 lines was, and was searched for open quotes: most of the time of 200 files."""
    looks: list[str] = []
    own = Layout.may_be_named_in

    def counted(layout: Layout, words: str) -> bool:
        looks.append(words)
        return own(layout, words)

    monkeypatch.setattr(Layout, "may_be_named_in", counted)
    monkeypatch.setattr(header_reader, "_open_cell", None)
    lines = ["served_msisdn,imei14,at", *["9876543210,35896710123456,2026-06-01 10:00:00"] * 399]
    found = header.find_header(lines, header.candidates(None), "a.csv")
    assert found is not None
    assert found.canonical == ("served msisdn", "imei14", "at")
    assert len(header.candidates(None)) > 5
    assert len(looks) < 3 * len(lines)
