"""Workbooks in the binary form: short cells as SheetJS writes them, days without a time, indices of no text."""

import struct
from pathlib import Path

import pytest

from numguard.cli import run
from numguard.errors import InputError
from numguard.number_list import read_numbers
from numguard.source import open_source
from zip_files import members_of, zipped

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
REAL, TEXT, SHARED, NUMBER, SHORT_NUMBER = 5, 6, 7, 2, 13


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def record(kind: int, content: bytes = b"") -> bytes:
    first = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, size = b"", len(content)
    while size > 0x7F:
        length, size = length + bytes([size & 0x7F | 0x80]), size >> 7
    return first + length + bytes([size]) + content


def text(written: str) -> bytes:
    return struct.pack("<I", len(written)) + written.encode("utf-16-le")


def real(number: float) -> bytes:
    return struct.pack("<d", number)


def integer(number: int, hundredths: int = 0) -> bytes:
    return struct.pack("<i", number << 2 | 2 | hundredths)


def row(number: int, *cells: bytes) -> bytes:
    return record(0, struct.pack("<IIHBBBIII", number, 0, 300, 0, 0, 0, 1, 0, 3)) + b"".join(cells)


def cell(kind: int, column: int, content: bytes, style: int = 0) -> bytes:
    return record(kind, struct.pack("<II", column, style) + content)


def short(kind: int, content: bytes, style: int = 0) -> bytes:
    """A cell without a column."""
    return record(kind, struct.pack("<I", style) + content)


def styles(*codes: str) -> bytes:
    """Parts of styles: the first has no format, the others those of the codes."""
    formats = b"".join(record(44, struct.pack("<H", 164 + k) + text(code)) for k, code in enumerate(codes))
    own = [0, *(164 + k for k in range(len(codes)))]
    of_cells = b"".join(record(47, struct.pack("<HH", 0, number) + bytes(12)) for number in own)
    listed = record(615, struct.pack("<I", len(codes))) + formats + record(616) if codes else b""
    of_cells = record(617, struct.pack("<I", len(own))) + of_cells + record(618)
    # The styles that cells have names of come before, and count for themselves.
    named = record(626, struct.pack("<I", 1)) + record(47, struct.pack("<HH", 0xFFFF, 14) + bytes(12)) + record(627)
    return record(278) + listed + named + of_cells + record(279)


def workbook(*rows: bytes, shared: tuple[str, ...] = (), codes: tuple[str, ...] = (), properties: bytes = b"") -> None:
    """Writes d.xlsb by [MS-XLSB]."""
    head = record(129) + record(148, struct.pack("<IIII", 0, 3, 0, 1)) + record(145)
    listed = record(156, struct.pack("<II", 0, 1) + text("rId1") + text("Calls"))
    related = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
    )
    texts = b"".join(record(19, b"\0" + text(one)) for one in shared)
    members = {
        "xl/workbook.bin": record(131) + properties + record(143) + listed + record(144) + record(132),
        "xl/_rels/workbook.bin.rels": related,
        "xl/worksheets/sheet1.bin": head + b"".join(rows) + record(130),
        "xl/styles.bin": styles(*codes),
        "xl/sharedStrings.bin": record(159, struct.pack("<II", len(shared), len(shared))) + texts,
    }
    Path("d.xlsb").write_bytes(zipped(members))


END = record(146)


def rows_read() -> list[tuple[object, ...]]:
    [part] = open_source("d.xlsb").parts
    return [tuple(one.values()) for batch in part.batches() for one in batch.data.to_pylist()]


def test_short_cells_are_read_in_their_columns() -> None:
    head = row(0, cell(TEXT, 0, text("mobile")), short(17, text("status")), short(18, struct.pack("<I", 0)))
    workbook(
        head,
        row(1, cell(REAL, 0, real(9811000001)), short(17, text("blocked")), short(18, struct.pack("<I", 1))),
        row(2, cell(REAL, 0, real(9811000002)), short(12, b""), short(16, real(12345.5))),
        row(3, cell(REAL, 0, real(9811000003)), short(13, integer(12345)), short(13, integer(12345, 1))),
        row(4, cell(1, 0, b""), short(14, b"\x0f"), short(15, b"\1")),
        row(5, short(16, real(9811000004)), short(16, real(46327), 1), short(16, real(46327.5), 1)),
        row(6, cell(REAL, 0, real(9811000005)), cell(TEXT, 2, text("later"))),
        END,
        shared=("note", "a text of all"),
        codes=("dd/mm/yyyy",),
    )
    assert rows_read() == [
        ("9811000001", "blocked", "a text of all"),
        ("9811000002", "", "12345.5"),
        ("9811000003", "12345", "123.45"),
        ("", "#VALUE!", "True"),
        ("9811000004", "2026-11-01", "2026-11-01 12:00:00"),
        ("9811000005", "", "later"),
    ]


def test_the_short_cells_of_a_list_say_what_is_to_be_blocked() -> None:
    """They were no cells, and all numbers were listed."""
    rows = [("9811000001", "blocked"), ("9811000002", "reactivated")]
    cells = [row(k, cell(TEXT, 0, text(number)), short(17, text(state))) for k, (number, state) in enumerate(rows, 1)]
    workbook(row(0, cell(TEXT, 0, text("mobile")), short(17, text("status"))), *cells, END)
    with pytest.raises(InputError, match="'status' says in row 3"):
        read_numbers("d.xlsb")


def test_texts_with_formats_within_them_are_read() -> None:
    run = struct.pack("<IHH", 1, 0, 0)
    workbook(
        row(0, cell(TEXT, 0, text("mobile"))),
        row(1, cell(62, 0, b"\0" + text("9811000001"))),
        row(2, cell(62, 0, b"\1" + text("9811000002") + run)),
        END,
    )
    assert rows_read() == [("9811000001",), ("9811000002",)]


def test_a_day_without_a_time_is_a_day() -> None:
    dates = ("dd/mm/yyyy", '0" days"', "[h]:mm")
    rows = [
        row(0, cell(TEXT, 0, text("day"))),
        row(1, cell(NUMBER, 0, integer(46327), 1)),
        row(2, cell(NUMBER, 0, integer(46327), 2)),
        row(3, cell(NUMBER, 0, integer(46327), 0)),
        row(4, cell(REAL, 0, real(46327), 1)),
        row(5, cell(NUMBER, 0, integer(1), 3)),
        END,
    ]
    workbook(*rows, codes=dates)
    assert rows_read() == [("2026-11-01",), ("46327",), ("46327",), ("2026-11-01",), ("24:00:00",)]
    workbook(*rows, codes=dates, properties=record(153, struct.pack("<III", 1, 0, 0)))
    assert rows_read()[0] == rows_read()[3] == ("2030-11-02",)


def test_zeros_that_a_format_shows_are_of_the_number() -> None:
    workbook(
        row(0, cell(TEXT, 0, text("imei")), short(17, text("also"))),
        row(1, cell(REAL, 0, real(10648001111110), 1), short(16, real(12), 1)),
        row(2, cell(REAL, 0, real(10648001111110), 0), short(16, real(12), 0)),
        END,
        codes=("000000000000000",),
    )
    assert rows_read() == [("010648001111110", "000000000000012"), ("10648001111110", "12")]


def test_merged_cells_are_known() -> None:
    workbook(
        row(0, cell(TEXT, 0, text("mobile")), cell(TEXT, 1, text("name"))),
        row(1, cell(REAL, 0, real(9811000001)), cell(TEXT, 1, text("12345"))),
        row(2, cell(1, 0, b""), cell(TEXT, 1, text("12346"))),
        END + record(176, struct.pack("<IIII", 1, 2, 0, 0)),
    )
    [part] = open_source("d.xlsb").parts
    assert [warning[:36] for warning in part.about.warnings] == ["1 cell is merged over several rows, "]


DAMAGE = {
    "an index of no text": cell(SHARED, 0, struct.pack("<I", 1)),
    "an index of no text in short": short(18, struct.pack("<I", 1)),
    "a cell cut short": cell(REAL, 0, b"1234"),
    "a short cell cut short": short(16, b"1234"),
    "a text cut short": short(17, struct.pack("<I", 9) + b"1234"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damage_is_an_error(case: str) -> None:
    workbook(row(0, cell(TEXT, 0, text("mobile"))), row(1, DAMAGE[case]), END, shared=("a",))
    with pytest.raises(InputError, match="is a damaged workbook"):
        open_source("d.xlsb").parts  # noqa: B018


@pytest.mark.parametrize("verb", ["normalize", "changes", "cdr read"])
def test_a_panic_of_the_reader_is_damage(capfd: pytest.CaptureFixture[str], verb: str) -> None:
    """A panic of compiled code is no Exception: it went through all that catch errors."""
    workbook(row(0, cell(TEXT, 0, text("mobile"))), END)
    # The workbook names a part that its relations do not.
    parts = {name: content.replace(b'Id="rId1"', b'Id="rId2"') for name, content in members_of("d.xlsb").items()}
    Path("e.xlsb").write_bytes(zipped(parts))
    assert run([*verb.split(), "e.xlsb"]) == 3
    assert (
        "numguard: e.xlsb: is a damaged workbook (PanicException): open it and save it again" in capfd.readouterr().err
    )
