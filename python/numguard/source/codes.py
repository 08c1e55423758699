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


def is_of_codes(heading: str) -> bool:
    """Whether a heading is that of a column of country codes.

    >>> [is_of_codes(name) for name in ("Country Code", "ISD", "Dialling_code", "CC", "Mobile Country Code", "Code")]
    [True, True, True, True, False, False]
    """
    return "".join(filter(str.isalpha, heading.casefold())) in _HEADINGS


def contradicted(codes: Any, msisdns: Any) -> npt.NDArray[np.bool_]:
    """Which numbers, a column of uint64, do not begin with the code beside them; a cell that is no code is none.

    >>> contradicted(pa.array(["91", "1", "+1", "Delhi"]), pa.array([919876543210] * 4, pa.uint64())).tolist()
    [False, True, True, False]
    """
    found = np.zeros(len(codes), np.bool_)
    written = pc.struct_field(pc.extract_regex(as_text(codes), _CODE), "code")
    digits = msisdns.cast(pa.string())
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
