"""Country codes that stand in a column of their own, beside a number without its code.

Owns the headings of such columns, and whether a code contradicts a number. Independent of regions. One idea: **a number
as it was read begins with the code of its row, or is another country's**: `1` beside `9876543210` is no Indian mobile.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard._core import regions
from numguard.compute import as_text, flags, named, pc

__all__ = ["contradicted", "is_of_codes", "unread_codes"]

#: Their headings, by their letters alone. A mobile country code is that of a network.
_HEADINGS: Final = frozenset(
    ["callingcode", "cc", "contactcountrycode", "countrycallingcode", "countrycode", "countrydialcode", "dialcode",
     "countrydialingcode", "countrydiallingcode", "countryprefix", "dialingcode", "diallingcode", "internationalcode",
     "isd", "isdcode", "isdprefix", "phonecc", "phonecode", "phonecountrycode"]
)  # fmt: skip
#: One to three digits, with a plus or zeros in front.
_CODE: Final = r"^[\s'+(]*0{0,2}(?P<code>[1-9][0-9]{0,2})[\s)]*(?:\.0+)?$"

_INDIA: Final = "IN"
_CODE_OF_INDIA: Final = "91"
#: Namibia and Norway, whose numbers are too short to be read as Indian ones, are "not available" and "no" here.
_NOT_ABROAD: Final = frozenset([_INDIA, "NA", "NO"])


def is_of_codes(heading: str) -> bool:
    """Whether a heading is that of a column of country codes.

    >>> [is_of_codes(name) for name in ("Country Code", "ISD", "Dialling_code", "CC", "Mobile Country Code", "Code")]
    [True, True, True, True, False, False]
    """
    return "".join(filter(str.isalpha, heading.casefold())) in _HEADINGS


def contradicted(codes: Any, msisdns: Any) -> npt.NDArray[np.bool_]:
    """Which numbers, a column of uint64, do not begin with the code beside them; a cell that is no code is none.

    A region of two letters (`GB`) contradicts an Indian number, and `IN` any other.

    >>> codes = pa.array(["91", "1", "+1", "Delhi", "IN", "gb"])
    >>> contradicted(codes, pa.array([919876543210] * 6, pa.uint64())).tolist()
    [False, True, True, False, False, True]
    """
    text = as_text(codes)
    letters = pc.utf8_upper(pc.utf8_trim_whitespace(text))
    digits = msisdns.cast(pa.string())
    abroad = pc.is_in(letters, pa.array(sorted({*regions()} - _NOT_ABROAD), letters.type))
    found = flags(pc.and_(abroad, pc.starts_with(digits, _CODE_OF_INDIA)))
    written = pc.struct_field(pc.extract_regex(text, _CODE), "code")
    written = pc.if_else(pc.equal(letters, _INDIA), _CODE_OF_INDIA, written)
    for code in pc.unique(written).drop_null().to_pylist():
        other = pc.and_(pc.equal(written, code), pc.invert(pc.starts_with(digits, code)))
        found |= flags(other)
    return found


def unread_codes(names: Sequence[str], read: Collection[str]) -> list[str]:
    """The warnings about columns of country codes that are not among those that are read."""
    return [
        f"the column {named([name])!r} is not read: a number without its country code is read as one of the region: "
        "write the code before the number"
        for name in names
        if name not in read and is_of_codes(name)
    ]
