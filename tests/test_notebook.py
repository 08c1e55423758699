"""The representation of results in a notebook: escaped, small, and without numbers."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pytest

import numguard as ng
from numguard.notebook import card, counts

LONG = re.compile(r"\d{6,}")


class Balanced(HTMLParser):
    """Fails where a tag is not closed by its own end tag."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        assert tag in {"div", "strong", "table", "tr", "td"}
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data + " "


def shown(result: object) -> str:
    html: str = result._repr_html_()  # type: ignore[attr-defined]
    assert len(html) < 4000
    parser = Balanced()
    parser.feed(html)
    assert not parser.open
    assert not LONG.search(parser.text), "a number is shown"
    return parser.text


def test_sets_show_their_size_and_what_was_refused() -> None:
    assert shown(ng.NumberSet(["9876543210", "1930"])).split() == [
        "NumberSet",
        "of",
        "1",
        "MSISDNs;",
        "refused:",
        "short_code",
        "1",
    ]
    assert "refused" not in shown(ng.NumberSet(["9876543210"]))
    assert "ImeiSet" in shown(ng.ImeiSet(["490154203237518"]))


def test_a_scan_shows_its_summary(tmp_path: Path) -> None:
    calls = pa.table({"a": ["9876543210", "9123456789", "1930"]})
    scan = ng.scan(calls, {"a": ng.NumberSet(["9876543210"])})
    assert "not yet run" in shown(scan)
    scan.read_all()
    text = shown(scan)
    assert "finished" in text
    assert re.search(r"hits\s+1\b", text)
    assert re.search(r"refused cells\s+1\b", text)


def test_a_walk_an_intake_and_a_list_show_counts(tmp_path: Path) -> None:
    sheet = tmp_path / "victim 9876543210 <b>.csv"
    sheet.write_text("acknowledgement_no,source,suspect_mobiles\n20000000000001,1930,98765 43210\n")
    sightings = pa.table({"served_msisdn": ["9876543210", "9700012345"], "imei14": ["490154203237518"] * 2})
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(sheet)
        text = shown(intake)
        assert "victim 98xxx10 <b>.csv" in text
        assert re.search(r"added\s+1\b", text)
        found = registry.expand(sightings, at=None)
        assert re.search(r"linked numbers\s+1\b", shown(found))
        listed = registry.block_list()
        assert re.search(r"block\s+1\b", shown(listed))


def test_operators_files_show_their_summary(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("served_msisdn,imei\n9876543210,490154203237518\n1930,490154203237518\n")
    cdr = ng.read_cdr(path)
    for _ in cdr:
        pass
    assert re.search(r"short_code\s+1\b", shown(cdr.summary))


@pytest.mark.parametrize("value", ["<script>alert(1)</script>", "a & b", '"quoted"'])
def test_text_is_escaped(value: str) -> None:
    html = card("Intake", [("file", value)])
    assert value not in html
    parser = Balanced()
    parser.feed(html)
    assert value in parser.text


def test_counts_are_in_order_and_leave_out_nothing_but_zero() -> None:
    assert counts({"b": 1, "a": 1, "c": 2, "d": 0}) == "c 2, a 1, b 1"
    assert counts({}) == ""


def test_no_number_in_the_name_of_a_file_is_in_a_repr(tmp_path: Path) -> None:
    """A notebook is saved with the plain text too."""
    rows = pa.table({"acknowledgement_no": ["1"], "source": ["1930"], "suspect_mobiles": ["9876543210"]})
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(rows, name="CDR 9876543210.csv")
    (tmp_path / "CDR 98765-43210.csv").write_text("mobile\n9876543210\n")
    (tmp_path / "CDR 9876543211.csv.gz").write_bytes(b"\x1f\x8b")
    run = ng.scan(tmp_path, {"mobile": ng.NumberSet(["9876543210"])}, on_error="skip")
    assert run.read_all().num_rows == 1
    for result in (intake, run.summary, *run.summary.skipped):
        assert "98xxxxxx1" in repr(result)
        assert "43210" not in repr(result)
    assert intake.sha256 in repr(intake)
