"""Numbers of other parties behind four digits that a switch has put before them.

Owns which such digits are known. Independent of the rows as a whole. One idea: **no digits are removed but those that
the row itself or a standard names**: fourteen digits may as well be another number.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from numguard import _core
from numguard.cdr.cells import Column, Ints, unwrapped, without_fraction
from numguard.compute import flags

_PREFIXED: Final = 14
_TYPE_OF_ADDRESS: Final = "^(91|11)91[6-9]"


def without_prefix(numbers: Column, unkeyed: Column, lrns: Column | None) -> tuple[Column, Column]:
    """The other party's numbers, including those that a switch has prefixed with four digits, and those without one.

    `unkeyed`: the text of the other parties without a number, as a dictionary.

    A routing number (LRN) is removed only where the row's own LRN column has the same four digits. `9191` and `1191`
    are the type of address (0x91, or type 1 and plan 1: an international number, 3GPP TS 24.008, 10.5.4.7) and the
    country code; only a mobile follows them.
    """
    as_long = _lengths(unkeyed.dictionary) == _PREFIXED
    if not as_long.any():
        return numbers, unkeyed
    rows = np.flatnonzero(flags(unkeyed.indices.is_valid()))
    codes: Ints = unkeyed.indices.drop_null().to_numpy()
    rows, codes = rows[as_long[codes]], codes[as_long[codes]]
    written = unkeyed.dictionary.take(pa.array(codes))
    known: Column = pc.match_substring_regex(written, _TYPE_OF_ADDRESS)
    if lrns is not None:
        own = unwrapped(without_fraction(lrns.take(pa.array(rows)).dictionary_decode()))
        same: Column = pc.equal(pc.utf8_slice_codeunits(written, 0, 4), own)
        known = pc.or_(known, same.fill_null(False))
    bare = pc.if_else(known, pc.utf8_slice_codeunits(written, 4), pa.scalar(None, pa.string()))
    prefixed = np.zeros(len(numbers), dtype=np.bool_)
    prefixed[rows] = True
    numbers = pc.replace_with_mask(numbers, pa.array(prefixed), _core.normalize(bare))
    still = pc.if_else(numbers.is_null(), unkeyed.indices, pa.scalar(None, pa.int32()))
    return numbers, pa.DictionaryArray.from_arrays(still, unkeyed.dictionary)


def _lengths(cells: Column) -> Any:
    """The bytes of each cell of text; of a null, what its offsets say."""
    if not len(cells):
        return np.zeros(0, dtype=np.int32)
    return np.diff(np.frombuffer(cells.buffers()[1], dtype=np.int32)[cells.offset : cells.offset + len(cells) + 1])
