"""Complaints that may be known ones under another spelling of their source or number.

Owns what may be one complaint and is not certain to be. Knows no SQL. One idea: **what is certain is one, what is not
is said and kept apart**: two complaints made one would hide one of them for ever.

Certain is another listed spelling of the source (`sources`). Not certain are a number that has zeros before it in one
place and not in the other, as a spreadsheet cuts them off, and a long number under another source, as complaints of the
helpline get one of the portal's. Short numbers say nothing: every desk has a complaint number 12.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard.compute import pc
from numguard.registry.sources import same_source
from numguard.registry.spelling import folded, folded_cells

__all__ = ["ALIKE", "ALIKE_NOTES", "Known", "look_alike"]

#: Why two complaints may be one.
ALIKE_NOTES = {
    "leading_zeros": "A complaint of the same source has this number but for zeros before it.",
    "other_source": "A complaint of another source has this number, but for zeros before it.",
}

#: A number of so many signs is hardly ever another desk's too.
_LONG = 10

_TEXTS = ("source", "acknowledgement_no", "why", "known_source", "known_acknowledgement_no")
_ALIKE_FIELDS: list[pa.Field[Any]] = [pa.field("row", pa.int64()), *(pa.field(name, pa.string()) for name in _TEXTS)]
#: row, source and number of a complaint, why it may be a known one, and that one's source and number.
ALIKE = pa.schema(_ALIKE_FIELDS)
_SAME_FIELDS: list[pa.Field[Any]] = [pa.field("ordinal", pa.int64()), pa.field("complaint_key", pa.string())]
_SAME = pa.schema(_SAME_FIELDS)


class Known(Protocol):
    """What knows complaints."""

    def versions(self, keys: pa.Table) -> pa.Table:
        """Given a table (ordinal, complaint_key), the versions known of those complaints."""

    def alike(self, asked: pa.Table) -> pa.Table:
        """Given a table (ordinal, bare, prefix, long), the complaints whose number is `bare` but for zeros before it.

        Where it is not long, those alone whose key is `prefix` and their number. Columns: ordinal, complaint_key,
        source, acknowledgement_no.
        """


class Others(NamedTuple):
    """Complaints met under other spellings.

    Attributes:
        same: ordinal, complaint_key: certainly the same complaint.
        alike: `ALIKE`: perhaps.
    """

    same: pa.Table
    alike: pa.Table


def look_alike(versions: pa.Table, new: npt.NDArray[np.int64], known: Known) -> Others:
    """Which of the complaints that are not known by their key may be known all the same.

    Args:
        versions: row, complaint_key, source, acknowledgement_no.
        new: The places of those that are not known.
        known: Tells which are.
    """
    told = versions.select(["row", "complaint_key", "source", "acknowledgement_no"]).take(pa.array(new, pa.int64()))
    keyed = np.flatnonzero(np.asarray(pc.is_valid(told["complaint_key"]).to_numpy(), np.bool_))
    told, new = told.take(pa.array(keyed, pa.int64())), new[keyed]
    bare = pc.utf8_ltrim(told["acknowledgement_no"], "0")
    long = pc.greater_equal(pc.utf8_length(bare), _LONG)
    prefix = pc.binary_join_element_wise(folded_cells(told["source"]), "", "\x1f")
    asked = {"ordinal": pa.array(new), "bare": bare, "prefix": prefix, "long": pc.cast(long, pa.int64())}
    found = known.alike(pa.table(asked))
    one_number = pc.if_else(long, bare, pc.binary_join_element_wise(prefix, bare, ""))
    met = [(row["ordinal"], row) for row in found.to_pylist()] + _of_one_file(told, one_number, new)
    here = dict(zip(new.tolist(), told.to_pylist(), strict=True)) if met else {}
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
    return Others(_table(sorted(same), _SAME), _table(sorted(alike, key=str), ALIKE).sort_by("row"))


def _why(one: dict[str, Any], other: dict[str, Any]) -> str | None:
    """Why two complaints may be one: '' if they certainly are, None if nothing says so."""
    sources = [folded(same_source(said["source"] or "")) for said in (one, other)]
    numbers = [folded(said["acknowledgement_no"]) for said in (one, other)]
    if sources[0] == sources[1]:
        if numbers[0] != numbers[1]:
            return "leading_zeros"
        return "" if one["complaint_key"] != other["complaint_key"] else None
    return "other_source" if len(numbers[0].lstrip("0")) >= _LONG else None


def _of_one_file(told: pa.Table, number: Any, new: npt.NDArray[np.int64]) -> list[tuple[int, dict[str, Any]]]:
    """The complaints of the file itself that may be one by their number, each beside the first of them."""
    encoded = folded_cells(number).dictionary_encode()
    code = np.asarray(encoded.indices.to_numpy(), np.int64)
    again = np.flatnonzero(np.bincount(code, minlength=len(encoded.dictionary))[code] > 1)
    first: dict[int, dict[str, Any]] = {}
    met = []
    rows = told.take(pa.array(again, pa.int64())).to_pylist()
    for place, one, row in zip(again.tolist(), code[again].tolist(), rows, strict=True):
        if first.setdefault(one, row)["complaint_key"] != row["complaint_key"]:
            met.append((int(new[place]), first[one]))
    return met


def _table(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns: list[Any] = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema.names)
