"""Pages of `changes` and `common`: the contents of the tables, counts of what is left out, and no active content."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pyarrow as pa
import pytest

import numguard as ng
from numguard.cli import run
from numguard.errors import ArgumentError, FileMissingError
from numguard.report.changes import write_changes
from numguard.report.common import write_common
from numguard.report.drawing import Lane, lanes
from numguard.report.writing import duration
from report_cases import NUMBER, PHONE
from report_cases import sightings as seen
from test_report import Page, assert_inert

HOSTILE = "<script>alert(1)</script>\u202e=cmd|.csv"


def number(n: int) -> str:
    written: str = ng.format(pa.array([NUMBER + n], pa.uint64()), "international")[0].as_py()
    return written


def handset(m: int) -> str:
    written: str = ng.format_imei(pa.array([PHONE + m], pa.uint64()))[0].as_py()
    return written


def spans(svg: str) -> list[tuple[str, float, float]]:
    """Colour, left edge and width of each bar of a drawing."""
    found = re.findall(r'd="M([\d.]+),[\d.]+h([\d.]+)v[\d.]+h-[\d.]+Z" fill="(var[^"]*)"', svg)
    return [(colour, float(left), float(width)) for left, width, colour in found]


def test_a_page_has_the_periods_of_the_table(tmp_path: Path) -> None:
    sightings = seen(
        (0, 0, 0), (0, 0, 24), (0, 1, 100), (0, 0, 200), (0, 0, 220), (1, 1, 50), (0, 2, 205), (0, 2, 215), (0, 3, 218)
    )
    found = ng.changes(sightings)
    text = write_changes(found, tmp_path / "page.html").read_text()
    page = Page(text)
    assert_inert(text, page)
    rows = page.tables[f"Periods of {number(0)}"][1:]
    mine = [row for row in found.table.to_pylist() if row["msisdn"] == NUMBER]
    assert [row[0] for row in rows] == [handset(row["imei14"] - PHONE) for row in mine]
    assert [row[4] for row in rows] == [str(row["sightings"]) for row in mine]
    assert [row[1] for row in rows] == ["rows 1 and 2", "row 3", "rows 4 and 5", "rows 7 and 8", "row 9"]
    assert [row[5] for row in rows] == ["", "", "", "10 h", "0 s"]
    assert rows[0][2:4] == ["1 Sep 2026, 05:30", "2 Sep 2026, 05:30"]
    assert "4 handsets in 5 periods, 4 changes, 2 overlaps." in {line for _, line in page.text}
    wide = re.findall(r'<svg class="wide".*?</svg>', text, re.DOTALL)[0]
    # Handset 0 twice, 1 with the other number that it had, and 2 and 3, which overlap.
    assert [colour for colour, _, _ in spans(wide)].count("var(--reported)") == 3
    assert [colour for colour, _, _ in spans(wide)].count("var(--plain)") == 1
    assert [colour for colour, _, _ in spans(wide)].count("var(--stopped)") == 2
    ElementTree.fromstring(wide)
    assert number(1) in wide
    assert (tmp_path / "page.html").stat().st_mode & 0o077 == 0
    assert write_changes(found, tmp_path / "again.html").read_text() == text


def test_bars_stand_where_their_time_is() -> None:
    hour = 3_600_000
    rows = [Lane("a", [(0, 50 * hour, "var(--plain)")]), Lane("b", [(25 * hour, 25 * hour, "var(--linked)")], "7")]
    (_, begin, whole), (_, middle, least) = spans(lanes(rows, 928, 176, "seen"))
    assert middle - begin == pytest.approx(whole / 2, rel=0.02)
    # A moment can be seen, and the last one ends inside of the chart.
    assert 3 <= least <= 6
    ((_, left, width),) = spans(lanes([Lane("a", [(5, 5, "var(--plain)")])], 326, 122, "seen"))
    assert left >= 122
    assert left + width <= 326


def test_only_those_asked_about_and_what_is_left_out(tmp_path: Path) -> None:
    many = [(n, m, 30 * m) for n in range(45) for m in range(1 + (n == 44))]
    found = ng.changes(seen(*many))
    page = Page(write_changes(found, tmp_path / "all.html").read_text())
    periods = [caption for caption in page.tables if caption.startswith("Periods of")]
    assert len(periods) == 40
    assert periods[0] == f"Periods of {number(44)}"
    assert any("; 5 others are in the table" in line for _, line in page.text)
    keys = pa.array([NUMBER + 44, NUMBER + 99], pa.uint64())
    page = Page(write_changes(found, tmp_path / "one.html", keys=keys).read_text())
    assert [caption for caption in page.tables if caption.startswith("Periods of")] == periods[:1]
    assert ("p", "In no sighting that can be used: 1 number of those asked about.") in page.text
    # 44 others have the first handset: six of them are drawn, and the rest is counted.
    text = (tmp_path / "one.html").read_text()
    assert "38 others" in text
    assert not any(number(n) in text for n in range(7, 44))
    # Hours in the past: so many days would end in the future.
    lines = [(0, m, 30 * (m - 130)) for m in range(130)]
    page = Page(write_changes(ng.changes(seen(*lines)), tmp_path / "long.html").read_text())
    assert ("p", "The picture has the first 30 handsets; 100 are left out.") in page.text
    assert ("p", "The table has the first 100 periods; 30 are left out.") in page.text
    assert len(page.tables[f"Periods of {number(0)}"]) == 101


def test_numbers_of_handsets_and_nothing_at_all(tmp_path: Path) -> None:
    sightings = seen((0, 0, 0), (1, 0, 30), (0, 1, 60))
    page = Page(write_changes(ng.changes(sightings, by="imei14"), tmp_path / "page.html").read_text())
    assert [row[0] for row in page.tables[f"Periods of {handset(0)}"][1:]] == [number(0), number(1)]
    empty = Page(write_changes(ng.changes(sightings[:0]), tmp_path / "empty.html").read_text())
    assert any("No sighting can be used." in line for _, line in empty.text)
    none = ng.common([sightings[:1], sightings[1:2]], at_least=2)
    page = Page(write_common(none, tmp_path / "none.html").read_text())
    assert ("p", "No number stands in so many.") in page.text


@pytest.mark.parametrize("sources", [3, 12, 30])
def test_the_table_of_files_by_number(tmp_path: Path, sources: int) -> None:
    tables = {f"tower {k}": seen(*((n, 0, k) for n in range(3) if n != 1 or k), (0, 0, 50)) for k in range(sources)}
    found = ng.common(tables, at_least=2)
    text = write_common(found, tmp_path / "page.html").read_text()
    page = Page(text)
    assert_inert(text, page)
    head, *rows = page.tables["Rows of each number, by file"]
    assert [row[0] for row in rows] == [number(0), number(2), number(1)]
    assert [row[-2:] for row in rows] == [
        [str(sources), str(2 * sources)], [str(sources), str(sources)], [str(sources - 1), str(sources - 1)]
    ]  # fmt: skip
    if sources == 30:
        assert rows[2][1] == ", ".join(map(str, range(2, 31)))
    else:
        assert head[1:-2] == (list(tables) if sources == 3 else [str(k + 1) for k in range(sources)])
        assert rows[2][1:-2] == ["", *["1"] * (sources - 1)]
        assert rows[0][1:-2] == ["2"] * sources
    if sources > 3:
        legend = page.tables["The files by their numbers in the table above"][1:]
        assert legend == [[str(k + 1), name] for k, name in enumerate(tables)]
    where = page.tables["Rows by file"][1:]
    assert len(where) == 3 * sources - 1
    assert where[0] == [number(0), "tower 0", "row 1", "1 Sep 2026, 05:30", "3 Sep 2026, 07:30", "2"]


def test_a_page_of_many_says_how_many_it_leaves_out(tmp_path: Path) -> None:
    crowd = seen(*((n, 0, 0) for n in range(250)))
    page = Page(write_common(ng.common([crowd, crowd[:]]), tmp_path / "page.html").read_text())
    assert len(page.tables["Rows of each number, by file"]) == 201
    assert any("Shown are the first 200; 50 others" in line for _, line in page.text)
    assert len(page.tables["Rows by file"]) == 301
    assert ("p", "The table has the first 150 numbers.") in page.text


def test_names_of_files_are_text(tmp_path: Path) -> None:
    sightings = seen((0, 0, 0), (0, 1, 30)).append_column("source", pa.array([HOSTILE] * 2))
    sightings = sightings.append_column("row", pa.array([1, 2], pa.int64()))
    text = write_changes(ng.changes(sightings), tmp_path / "page.html", files=[(HOSTILE, 3, "0" * 64)]).read_text()
    assert_inert(text, Page(text))
    assert "\u202e" not in text
    assert "&lt;script&gt;alert" in text
    text = write_common(ng.common({HOSTILE: sightings, "b": sightings.slice(0)}), tmp_path / "b.html").read_text()
    assert_inert(text, Page(text))
    assert "\u202e" not in text


def test_a_period_may_begin_in_one_file_and_end_in_another(tmp_path: Path) -> None:
    sightings = seen((0, 0, 0), (0, 0, 9))
    for name, column in (("source", ["a.csv", "b.csv"]), ("row", [4, 1234])):
        sightings = sightings.append_column(name, pa.array(column))
    page = Page(write_changes(ng.changes(sightings), tmp_path / "page.html").read_text())
    assert page.tables[f"Periods of {number(0)}"][1][1] == "a.csv, row 4; b.csv, row 1,234"


def test_a_page_ends_in_html(tmp_path: Path) -> None:
    found = ng.changes(seen((0, 0, 0)))
    with pytest.raises(ArgumentError, match=r"\.html"):
        write_changes(found, tmp_path / "page.pdf")
    with pytest.raises(ArgumentError, match=r"\.html"):
        write_common(ng.common([seen((0, 0, 0))], at_least=1), tmp_path / "page.svg")
    with pytest.raises(FileMissingError):
        write_changes(found, tmp_path / "nowhere" / "page.html")


def test_durations() -> None:
    written = [duration(s) for s in (0, 59, 60, 3_599, 3_600, 90_000, 86_400, 200_000)]
    assert written == ["0 s", "59 s", "1 min", "59 min 59 s", "1 h", "1 day 1 h", "1 day", "2 days 7 h"]


HEADER = "Target No,Call Type,B Party No,Date,Time,Dur(s),First CGI,IMEI\n"


@pytest.fixture
def dumps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for day, name in enumerate(("a", "b"), start=1):
        row = f"9876543210,OUT,1930,0{day}/09/2026,10:00:00,5,404-96-1-1,35824005111{day}10\n"
        Path(f"{name}.csv").write_text(HEADER + row + "AD-BANKXX,OUT,1930,01/09/2026,10:00:00,5,404-96-1-1,\n")
    Path("list.csv").write_text("msisdn\n9876543210\n9123456789\n")
    return tmp_path


def test_on_the_command_line(dumps: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["common", "a.csv", "b.csv", "-o", "common.html"]) == 0
    errors = capsys.readouterr().err
    assert "common.html: written; numbers are shown in full" in errors
    page = Page(Path("common.html").read_text())
    assert page.tables["Rows of each number, by file"][1] == [number(0), "1", "1", "2", "2"]
    assert ["refused: sender id", "2"] in page.tables["Rows by what became of them"]
    assert [row[:2] for row in page.tables["Files"][1:]] == [["a.csv", "184"], ["b.csv", "184"]]
    assert run(["changes", "a.csv", "b.csv", "--numbers", "list.csv", "-o", "page.html"]) == 0
    assert "listed numbers not found in these records: 1" in capsys.readouterr().err
    assert f"Periods of {number(0)}" in Page(Path("page.html").read_text()).tables
    assert run(["changes", "a.csv", "b.csv", "--numbers", "list.csv", "-o", "rows.csv", "--json"]) == 0
    assert '"unseen": 1' in capsys.readouterr().out
    assert len(Path("rows.csv").read_text().splitlines()) == 3
    Path("other.csv").write_text("msisdn\n9123456789\n")
    assert run(["changes", "a.csv", "b.csv", "--numbers", "other.csv"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    for wrong in (["--by", "imei14", "--numbers", "list.csv"], ["--imeis", "list.csv"]):
        assert run(["changes", "a.csv", *wrong]) == 2
    # A page is for these two alone, and is not written over what is read.
    assert run(["changes", "a.csv", "--refused", "page.html"]) == 2
    assert run(["cdr", "read", "a.csv", "-o", "page.html"]) == 2
    assert run(["changes", "a.csv", "-o", "a.html", "--refused", "a.html"]) == 2
