"""Complaints that may be recorded ones under another spelling of their source or number.

Owns which complaints may be the same without certainty. Independent of SQL. One idea: **certain matches are one
complaint, others are reported and kept apart**: merging two complaints would hide one of them for ever.

Another listed spelling of the source (`sources`) is a certain match. Not certain are a number with leading zeros in one
place and without them in the other, as spreadsheets remove them, and a long number under another source, as complaints
of the helpline get one of the portal's. Short numbers are no evidence: every desk has a complaint number 12.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from numguard.compute import pc, schema_of, table_of
from numguard.registry.arrays import Ints, flags, ints
from numguard.registry.log.reading import Reading
from numguard.registry.sheets.sources import same_source
from numguard.registry.spelling import folded, folded_cells

#: Why two complaints may be the same.
ALIKE_NOTES = {
    "leading_zeros": "A complaint of the same source has this number, leading zeros aside.",
    "other_source": "A complaint of another source has this number, leading zeros aside.",
}

#: A number of so many characters is hardly ever used by two desks.
LONG = 10

#: row, source and number of a complaint, why it may be a recorded one, and that one's source and number.
ALIKE = schema_of(
    row=pa.int64(),
    source=pa.string(),
    acknowledgement_no=pa.string(),
    why=pa.string(),
    known_source=pa.string(),
    known_acknowledgement_no=pa.string(),
)
_SAME = schema_of(ordinal=pa.int64(), complaint_key=pa.string())


class Others(NamedTuple):
    """Complaints recorded under other spellings: the `same` for certain (ordinal, complaint_key), others perhaps."""

    same: pa.Table
    alike: pa.Table


def look_alike(versions: pa.Table, new: Ints, known: Reading) -> Others:
    """Which of the complaints that are not recorded by their key, at the places `new`, may be recorded under another.

    `versions`: row, complaint_key, source, acknowledgement_no.
    """
    rows = versions.select(["row", "complaint_key", "source", "acknowledgement_no"]).take(pa.array(new, pa.int64()))
    keyed = np.flatnonzero(flags(pc.is_valid(rows["complaint_key"])))
    rows, new = rows.take(pa.array(keyed, pa.int64())), new[keyed]
    bare = pc.utf8_ltrim(rows["acknowledgement_no"], "0")
    long = pc.greater_equal(pc.utf8_length(bare), LONG)
    prefix = pc.binary_join_element_wise(folded_cells(rows["source"]), "", "\x1f")
    candidates = {"ordinal": pa.array(new), "bare": bare, "prefix": prefix, "long": pc.cast(long, pa.int64())}
    found = known.alike(pa.table(candidates))
    one_number = pc.if_else(long, bare, pc.binary_join_element_wise(prefix, bare, ""))
    met = [(row["ordinal"], row) for row in found.to_pylist()] + _of_one_file(rows, one_number, new)
    here = dict(zip(new.tolist(), rows.to_pylist(), strict=True)) if met else {}
    same: set[tuple[int, str]] = set()
    alike: set[tuple[Any, ...]] = set()
    for ordinal, other in met:
        one = here[ordinal]
        why = _why(one, other)
        if why == "":
            same.add((ordinal, other["complaint_key"]))
        elif why is not None:
            names = ("source", "acknowledgement_no")
            alike.add((one["row"], *(one[name] for name in names), why, *(other[name] for name in names)))
    return Others(table_of(sorted(same), _SAME), table_of(sorted(alike, key=str), ALIKE).sort_by("row"))


def _why(one: dict[str, Any], other: dict[str, Any]) -> str | None:
    """Why two complaints may be the same: '' for a certain match, None for no match."""
    sources = [folded(same_source(row["source"] or "")) for row in (one, other)]
    numbers = [folded(row["acknowledgement_no"]) for row in (one, other)]
    if sources[0] == sources[1]:
        if numbers[0] != numbers[1]:
            return "leading_zeros"
        return "" if one["complaint_key"] != other["complaint_key"] else None
    # A short number is met under its own source alone.
    return "other_source"


def _of_one_file(complaints: pa.Table, number: Any, new: Ints) -> list[tuple[int, dict[str, Any]]]:
    """The complaints of the file itself that may be the same by their number, each beside the first of them."""
    encoded = folded_cells(number).dictionary_encode()
    code = ints(encoded.indices)
    again = np.flatnonzero(np.bincount(code, minlength=len(encoded.dictionary))[code] > 1)
    first: dict[int, dict[str, Any]] = {}
    met = []
    rows = complaints.take(pa.array(again, pa.int64())).to_pylist()
    for place, one, row in zip(again.tolist(), code[again].tolist(), rows, strict=True):
        if first.setdefault(one, row)["complaint_key"] != row["complaint_key"]:
            met.append((int(new[place]), first[one]))
    return met
