"""Cells of an end without a number of their own -> whether they are the served party's, or may be.

Owns which texts have a known number in them, and which masks and damaged texts its digits fit. Independent of columns
and call types. One idea: **a text is compared with one number, and read as none**: what it would be by itself is no
matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from numguard import _core
from numguard.cdr.cells import Column, Flags
from numguard.compute import flags

#: The notes of texts in which some digits of a number may be left.
_DAMAGED: Final = ("masked", "precision_lost", "spreadsheet_overflow", "stray_character", "stray_letter", "too_long")
_PREFIXED: Final = 14
_INDIA: Final = "91"
#: Digits of another number; ports, codes of networks and the parts of an address have fewer.
_OTHER_NUMBER: Final = re.compile(r"\d{7}")
_BLANKS: Final = re.compile(r"[\s()'\"-]")
_MASK_ALONE: Final = re.compile(r"[xX*#\W_]+")
_SCIENTIFIC: Final = re.compile(r"(\d)\.?(\d*)e\+?(\d+)", re.IGNORECASE)


def have_number(unkeyed: Column, served: Column) -> Flags:
    """Which texts have the served party's number in them, as addresses have: `sip:+919876500001@ims.example`.

    One with two numbers is that of neither.
    """
    has_ten: Column = pc.match_substring_regex(unkeyed.dictionary, r"\d{10}")
    return _compared(unkeyed, served, flags(has_ten), _has)


def may_fit(unkeyed: Column, served: Column, which: Flags) -> Flags:
    """Which of some cells without a number are blank, or are masks and damaged texts that the served number fits."""
    notes: Column = _core.explain(unkeyed.dictionary).field("note").cast(pa.string())
    is_damaged: Column = pc.is_in(notes, pa.array(_DAMAGED))
    is_empty: Column = pc.is_in(notes, pa.array(["empty"]))
    is_blank = is_empty.take(unkeyed.indices).fill_null(True)
    return which & (flags(is_blank) | _compared(unkeyed, served, flags(is_damaged), _fits, which))


def _compared(
    unkeyed: Column, served: Column, texts: Flags, compare: Callable[[str, str], bool], which: Flags | None = None
) -> Flags:
    """Which rows with one of some texts of the dictionary compare well with their served number: each pair once."""
    found = np.zeros(len(unkeyed), dtype=np.bool_)
    if not texts.any():
        return found
    codes: Any = unkeyed.indices.fill_null(0).to_numpy()
    are_looked_at = texts[codes] & flags(pc.and_(unkeyed.indices.is_valid(), served.is_valid()))
    rows = np.flatnonzero(are_looked_at if which is None else are_looked_at & which)
    written = unkeyed.dictionary.to_pylist()
    numbers = served.take(pa.array(rows)).to_pylist()
    pairs = list(zip(codes[rows].tolist(), numbers, strict=True))
    known = {pair: compare(written[pair[0]], str(pair[1])) for pair in set(pairs)}
    found[rows] = [known[pair] for pair in pairs]
    return found


def _forms(number: str) -> list[str]:
    """A number with its country code, and one of India without it."""
    return [number, number.removeprefix(_INDIA)] if number.startswith(_INDIA) and len(number) == 12 else [number]


def _has(text: str, number: str) -> bool:
    own = rf"(?<!\d)(?:00|0)?(?:{'|'.join(_forms(number))})(?!\d)"
    rest, count = re.subn(own, "", text)
    return count > 0 and not _OTHER_NUMBER.search(_BLANKS.sub("", rest))


def _fits(text: str, number: str) -> bool:
    if _MASK_ALONE.fullmatch(text):
        return True
    bare = _BLANKS.sub("", text).removeprefix("+")
    scientific = _SCIENTIFIC.fullmatch(text.strip())
    if scientific:
        decimals = len(scientific[2])
        return any(float(f"{int(form):.{decimals}e}") == float(text) for form in _forms(number))
    if bare.isdigit():
        # Behind a routing number that no column of the row has.
        return len(bare) == _PREFIXED and bare.endswith(_forms(number)[-1])
    # Each character that is no digit stands for one.
    shown = re.compile(re.sub(r"\D", ".", bare))
    return any(shown.fullmatch(f"{prefix}{form}") for form in _forms(number) for prefix in ("", "0", "00"))
