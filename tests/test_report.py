"""The report: its content, the same each time, without scripts and without numbers in full."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import numguard as ng
from numguard.errors import ArgumentError, EngineError, FileMissingError, MissingExtraError
from numguard.report import drawing
from numguard.report.writing import Namer, grouped, lakh, masked_text, rupees_in_words, share
from registry_cases import complaint, complaints, sightings
from report_cases import FOLLOWED, HOSTILE, HUB, LOOSE, START, case, sent_and_answered
from warm import NUMGUARD

VOID = {"meta", "link", "img", "br", "hr", "input"}


class Page(HTMLParser):
    """The elements, attributes, text and tables of a page; it refuses one that is not well formed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[tuple[str, str]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self._table: list[list[str]] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self._table = []
        if tag == "tr":
            self._table.append([])
        if tag in {"th", "td"}:
            self._table[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "table":
            self.tables[self._caption] = self._table

    def handle_data(self, data: str) -> None:
        if not self.open:
            return
        self.text.append((self.open[-1], data))
        if self.open[-1] == "caption":
            self._caption = data
        if self.open[-1] in {"th", "td"}:
            self._table[-1][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("report")
    with sent_and_answered(case(), folder) as registry:
        return registry.report(folder / "page.html").read_text()


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_it_has_every_part_and_the_figures_of_the_action_taken_report(page: Page) -> None:
    headings = [text for tag, text in page.text if tag == "h2"]
    assert headings == [
        "In short", "From complaint to block", "Districts", "Complaints by day", "Numbers in a handset",
        "Handsets with most numbers", "Where linkage stopped", "Refused, and why", "Sources", "What this rests on",
    ]  # fmt: skip
    short = {row[0]: row[1:] for row in page.tables["Numbers by what was done"][1:]}
    assert short == {
        "named": ["40", "2"], "listed": ["40", "2"], "uploaded": ["40", "2"], "pending": ["37", "2"],
        "blocked": ["2", "0"], "reverified": ["0", "0"], "rejected": ["1", "0"], "released": ["0", "0"],
    }  # fmt: skip
    districts = page.tables["Reported, by district; money in lakh rupees"]
    assert [row[0] for row in districts] == ["district", "Rohtak", "Hisar", "Nuh", "All"]
    for column in range(1, len(districts[0])):
        *parts, whole = [Decimal(row[column].replace(",", "")) for row in districts[1:]]
        # Lakh are rounded line by line.
        assert abs(sum(parts) - whole) <= Decimal("0.02")
    assert [row[1:3] for row in page.tables["Found by linkage, by district"][1:]] == [["2", "2"], ["2", "2"]]
    assert ["sender id", "The header of a commercial message.", "1"] in page.tables["Refused cells by reason"]
    days = page.tables["Complaints by day and source"]
    assert days[0] == ["day", "1930", "Desk 98xxxxxx34", "cybercrime.gov.in"]
    assert sum(int(cell) for row in days[1:] for cell in row[1:]) == 40
    assert len(days) == 16
    assert ("p", "Not shown: 1 complaint without a day, or with one outside of this period.") in page.text
    (hub,) = page.tables["The largest of them"][1:]
    assert (hub[0], hub[2]) == ("35824005xxxx90", "131")
    assert page.tables["Handsets with most numbers"][1][:2] == ["35824005xxxx11", "3"]
    assert page.tables["Handsets by how many numbers they carried"][1:] == [["1", "0"], ["2", "0"], ["3 to 5", "1"]]


def test_reported_and_linked_are_never_added_up(page: Page) -> None:
    for rows in page.tables.values():
        for row in rows:
            assert "42" not in row


def test_it_can_do_nothing_and_fetches_nothing(text: str, page: Page) -> None:
    policy = next(m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.split("; ")[:3] == ["default-src 'none'", "style-src 'unsafe-inline'", "img-src data:"]
    assert_inert(text, page)
    assert not re.search(r"https?://(?!www\.w3\.org/)", text)


def assert_inert(text: str, page: Page) -> None:
    """Nothing of the page can run, send or fetch."""
    assert not {tag for tag, _ in page.elements} & {
        "script",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "img",
        "image",
    }
    for tag, attributes in page.elements:
        for name, value in attributes.items():
            assert not name.startswith("on"), tag
            assert name != "style"
            if name in {"href", "src", "xlink:href", "action", "data"}:
                assert value is not None
                assert value.startswith(("#", "data:,"))
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert not re.search(r"@import|url\(|expression", style)


def test_numbers_are_masked_unless_asked_for(text: str, tmp_path: Path) -> None:
    with sent_and_answered(case(), tmp_path) as registry:
        full = registry.report(tmp_path / "full.html", full_numbers=True).read_text()
    digits = re.sub(r'[a-f0-9]{64}|-?\d+\.\d+| d="[^"]*"', "", text)
    for secret in (*LOOSE[:2], FOLLOWED, HUB):
        assert str(secret)[-10:] not in digits
    assert "9876501234" not in digits
    assert "358240051111110" in re.sub(r"\D", "", full) or str(FOLLOWED) in full
    assert "Desk 9876501234" in full
    assert "Numbers are shown in full" in full


def test_the_same_events_give_the_same_bytes(text: str, tmp_path: Path) -> None:
    with sent_and_answered(case(), tmp_path) as registry:
        again = registry.report(tmp_path / "again.html")
        assert again.read_text() == text
        registry.decide([919876540009], "withdrawn", "a mistake")
        assert registry.report(tmp_path / "later.html").read_text() != text
    assert again.stat().st_mode & 0o077 == 0


def test_every_store_gives_the_same_page(text: str, store: str, tmp_path: Path) -> None:
    with sent_and_answered(case(store), tmp_path) as registry:
        assert registry.report(tmp_path / "page.html").read_text() == text


def test_the_page_as_of_a_moment_is_the_page_of_that_moment(tmp_path: Path) -> None:
    with case() as registry:
        then = registry.report(tmp_path / "then.html").read_text()
        registry._case.now = lambda: int((START + timedelta(days=30)).timestamp() * 1_000_000)  # type: ignore[method-assign]
        registry.decide([919876540009], "withdrawn", "a mistake")
        assert registry.report(tmp_path / "now.html").read_text() != then
        assert registry.report(tmp_path / "again.html", as_of=START + timedelta(days=29)).read_text() == then


def test_hostile_words_are_words(tmp_path: Path) -> None:
    with sent_and_answered(case(hostile=True), tmp_path) as registry:
        text = registry.report(tmp_path / "page.html", title=HOSTILE[0]).read_text()
    page = Page(text)
    assert_inert(text, page)
    whole = "".join(words for _, words in page.text)
    for hostile in HOSTILE[:-1]:
        assert hostile in whole
    assert "\u202e" not in text
    assert "district" in whole
    assert Namer(full=True).text("\u202edistrict") == "\ufffddistrict"
    assert page.text.count(("h1", HOSTILE[0])) == page.text.count(("title", HOSTILE[0])) == 1


def test_charts_are_drawn_for_both_widths_and_described_to_screen_readers(page: Page, text: str) -> None:
    charts = [a for a in page.all("svg") if a.get("role") == "img"]
    assert [a["class"] for a in charts] == ["wide", "narrow"] * (len(charts) // 2)
    assert len(charts) == 14
    ids = [a["id"] for _, a in page.elements if a.get("id")]
    assert len(ids) == len(set(ids))
    named = [name for _, a in page.elements for name in (a.get("aria-labelledby") or "").split()]
    assert named
    assert set(named) <= set(ids)
    for svg in re.findall(r"<svg\b.*?</svg>", text, re.DOTALL):
        ElementTree.fromstring(svg)
    for a in charts:
        assert a["viewbox"] is not None
        width = float(a["viewbox"].split()[2])
        assert width == pytest.approx({"wide": 928, "narrow": 326}[str(a["class"])], abs=6)
    # Colours come from the page, or a dark page would hide them.
    assert set(re.findall(r'(?:fill|stroke)="([^"]*)"', text)) <= {
        "none", "currentColor", "transparent", "var(--reported)", "var(--linked)", "var(--plain)", "var(--stopped)",
    }  # fmt: skip


def test_tables_have_a_caption_and_headings(page: Page) -> None:
    assert len(page.all("caption")) == len(page.all("table")) == len(page.tables)
    assert all(a.get("scope") in {"col", "row"} for a in page.all("th"))
    assert {tag for tag, _ in page.elements} >= {"main", "nav", "header", "footer"}
    for rows in page.tables.values():
        assert len({len(row) for row in rows}) == 1


def test_an_empty_case_has_a_page(tmp_path: Path) -> None:
    with ng.Registry(by="HC 1234") as registry:
        page = Page(registry.report(tmp_path / "page.html").read_text())
    assert [heading for tag, heading in page.text if tag == "h2"] == [
        "In short",
        "From complaint to block",
        "What this rests on",
    ]


def test_a_page_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "page.html"
    path.write_text("of yesterday")
    with ng.Registry(by="HC 1234") as registry:
        with pytest.raises(ArgumentError, match=r"\.html"):
            registry.report(tmp_path / "page.pdf")
        with pytest.raises(FileMissingError):
            registry.report(tmp_path / "nowhere" / "page.html")
        monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(OSError, match="No space"):
            registry.report(path)
    assert path.read_text() == "of yesterday"
    assert [entry.name for entry in tmp_path.iterdir()] == ["page.html"]


@pytest.mark.parametrize("absent", ["vl_convert", "jinja2"])
def test_without_the_extra_it_says_which(absent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, absent, None)
    with ng.Registry(by="HC 1234") as registry, pytest.raises(MissingExtraError, match=r"numguard-telecom\[report\]"):
        registry.report(tmp_path / "page.html")
    assert not list(tmp_path.iterdir())


def test_the_command_line_writes_page_and_tables(tmp_path: Path) -> None:
    with sent_and_answered(case(tmp_path / "cases.db"), tmp_path) as registry:
        expected = registry.report(tmp_path / "expected.html").read_bytes()

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*NUMGUARD, "report", *arguments, "--registry", "cases.db"]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)

    done = run("page.html", "--atr", "action.csv", "--by-day", "days.parquet")
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "page.html: written; numbers are masked"
    assert (tmp_path / "page.html").read_bytes() == expected
    assert (tmp_path / "action.csv").read_text().startswith('"district","source","found","named"')
    assert run("--atr", "then.csv", "--as-of", "2020-01-01").stderr == "then.csv: 0 rows\n"
    assert run().returncode == 2


def test_districts_beyond_the_first_are_one_row(tmp_path: Path) -> None:
    rows = [complaint(str(n), f"98765432{n:02}", district=f"District {n:02}") for n in range(45)]
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(complaints(*rows))
        registry.expand(sightings((919876543244, 35824005111111), (917776665554, 35824005111111)))
        text = registry.report(tmp_path / "page.html").read_text()
    # Of the five others, one has a linked number: a chart has one row for them, and not one row for each kind.
    assert set(re.findall(r"\d+ others", text)) == {"5 others"}
    assert "Bars of listed numbers for 41 districts" in text


def test_reported_numbers_of_kinds_that_are_not_listed_are_counted(tmp_path: Path) -> None:
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(complaints(complaint("1", "9876543210"), complaint("2", "+65 9123 4567")))
        text = registry.report(tmp_path / "page.html").read_text()
        assert "1 reported number of other kinds (foreign 1) would be listed with a decision alone" in text
        registry.decide(["+65 9123 4567"], "confirmed", "known by voice")
        assert "of other kinds" not in registry.report(tmp_path / "page.html").read_text()


# How figures are written ------------------------------------------------------------------------------------------


def test_figures_are_written_as_in_india() -> None:
    assert [grouped(n) for n in (0, 999, 1000, 99999, 100000, 12345678)] == [
        "0", "999", "1,000", "99,999", "1,00,000", "1,23,45,678",
    ]  # fmt: skip
    assert [rupees_in_words(Decimal(n)) for n in ("900", "250000", "150000000")] == [
        "₹ 900",
        "₹ 2.50 lakh",
        "₹ 15.00 crore",
    ]
    assert lakh(Decimal(372186100)) == "3,721.86"
    assert [share(part, 1000) for part in (0, 1, 999, 1000)] == ["0.0%", "0.1%", "99.9%", "100%"]
    assert share(9999, 10000) == "99.9%"
    assert share(1, 0) == ""


@given(st.integers(min_value=0))
def test_grouping_only_adds_commas(number: int) -> None:
    assert grouped(number).replace(",", "") == str(number)


@given(st.text(max_size=30), st.from_regex(r"[6-9][0-9]{4}[ -]?[0-9]{5}", fullmatch=True), st.text(max_size=30))
def test_a_number_in_words_is_masked(before: str, number: str, after: str) -> None:
    masked = masked_text(f"{before} {number} {after}")
    assert number not in masked
    assert not re.search(r"\d(?:[ -]?\d){9}", masked)


def test_what_is_no_number_is_left_alone() -> None:
    assert masked_text("PS 12, Sector 9, 2022-09-01") == "PS 12, Sector 9, 2022-09-01"
    assert Namer(full=False).number(919876543210) == "+9198xxxxxx10"
    assert Namer(full=True).number(919876543210) == "+91 98765 43210"
    assert Namer(full=False).handset(490154203237) == "00490154xxxx37"


def test_bars_are_as_long_as_their_values() -> None:
    rows = [drawing.Bar(str(n), [n], [str(n)], ["currentColor"]) for n in (100, 50, 0)]
    marks = drawing.bars(rows, 400, 100).partition("mark-rect")[2].partition("mark-text")[0]
    longest, half, none = (float(width) for width in re.findall(r' d="M[\d.]+,[\d.]+h([\d.]+)v', marks))
    assert longest == pytest.approx(2 * half)
    assert longest > 200
    assert none == 0


def test_the_page_of_a_registry_without_events(tmp_path: Path) -> None:
    with ng.Registry(by="HC 1234") as registry:
        page = registry.report(tmp_path / "a.html")
    text = (page if isinstance(page, Path) else tmp_path / "a.html").read_text()
    assert "Nothing has happened yet." in text
    assert "As of nothing" not in text


class PanicException(BaseException):
    """What a panic of compiled code raises: no Exception."""


@pytest.mark.parametrize("error", [PanicException("9876543210"), ValueError("9876543210: oneshot canceled")])
def test_charts_that_cannot_be_drawn_are_an_error_of_this_package(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import vl_convert

    def fails(_spec: object) -> str:
        raise error

    monkeypatch.setattr(vl_convert, "vegalite_to_svg", fails)
    with case() as registry, pytest.raises(EngineError, match="charts cannot be drawn") as raised:
        registry.report(tmp_path / "a.html")
    assert "98765" not in str(raised.value)
    assert raised.value.__cause__ is None
    # Whatever the caller handles meanwhile is the context: the error of the library, with its text, is not.
    assert raised.value.__context__ is not error
    assert not (tmp_path / "a.html").exists()
    monkeypatch.setattr(vl_convert, "vegalite_to_svg", lambda _spec: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        drawing.svg({})
