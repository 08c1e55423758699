"""Masked text: no page, notebook or table of waiting numbers shows what the package would read as a number."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

import numguard as ng
from numguard.notebook import card
from numguard.report.writing import Namer, masked_text

VECTORS = Path(__file__).parent / "vectors"
UNSEEN = ("\u00ad", "\u200b", "\u200d", "\u2060", "\ufe0f", "\ufeff")
DASHES = ("-", "\u2010", "\u2013", "\u2212", "\ufe63", "\uff0d", "_", " - ", " \u2013 ", "--", " -- ")
BLANKS = ("", " ", "  ", "   ", "\u00a0", "\u00a0\u00a0\u00a0", "\u2009", "\u3000")
SPELLINGS = [
    *(f"98765{between}43210" for between in (*UNSEEN, *DASHES, *BLANKS, ".", "/", 9 * "\u200b", 9 * "\u00ad")),
    "98765\u200b\u200b\u200b\u200b \u200b\u200b\u200b\u200b43210", "98 76 54 32 10",
    "9 8 7 6 5 4 3 2 1 0", "98.76.54.32.10",
    "(98765)  43210", "(98765) - 43210", "+91 (98765) - 43210", "+91-98765 43210", "0091 98765\u201443210",
    "\u096f\u096e\u096d\u096c\u096b \u096a\u0969\u0968\u0967\u0966",
    "\uff19\uff18\uff17\uff16\uff15\uff0d\uff14\uff13\uff12\uff11\uff10",
    "9\ufe0f8\ufe0f7\ufe0f6\ufe0f5\ufe0f 4\ufe0f3\ufe0f2\ufe0f1\ufe0f0", "35-824005-111111-0", "35824005/111111/0",
    "\u202898765 43210", "tel:+919876543210",
]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS, ids=ascii)
def test_a_number_is_masked_in_every_spelling(spelling: str) -> None:
    for shown in (masked_text(spelling), Namer(full=False).text(spelling), card("Intake", [("file", spelling)])):
        digits = [digit for part in re.split("x", shown) for digit in re.findall(r"\d", part)]
        assert "x" in shown
        assert not re.search(r"\d(?:[\W_]*\d){6,}", re.sub(r"<[^>]*>", "x", shown)), ascii(shown)
        assert digits


def test_every_number_of_the_vectors_is_masked() -> None:
    """Whatever is read as one number of ten digits or more, in one cell or in a sentence, is shown in no page."""
    shown = []
    for name in ("msisdn", "extract", "imei", "mentions"):
        with (VECTORS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                cell = row["cell"]
                found = ng.normalize([cell])[0].as_py() or ng.normalize_imei([cell])[0].as_py()
                if found and re.search(r"\d(?:[\W_]*\d){9}", masked_text(cell)):
                    shown.append(ascii(cell))
    assert not shown


def test_days_and_times_stay_as_they_are() -> None:
    for text in (
        "calls 2026-06-01 10:00:00.csv", "CDR 01.06.2026 - 30.06.2026.csv", "from 01/06/2026, 10:00 to 02/06/2026",
        "2026-06-01T10:00 (2026-06-02)", "FIR 123/2026; FIR 124/2026; Rs 5,00,000",
    ):  # fmt: skip
        assert masked_text(text) == text
    # A day among the digits of a number is a part of it.
    for text in (
        "98 20-10-2019 4",
        "9820-10-2019",
        "20-10-2019-98",
        "2026-06-01:98765 43210",
        "2026-06-01 98765 43210",
    ):
        assert not re.search(r"98.*10.*2019|98765", masked_text(text)), text
