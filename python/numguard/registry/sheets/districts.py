"""Spellings of districts -> one name each.

Owns the comparison of names; the spellings and where each comes from are data, in `districts.csv`. One idea: a name
that is not in the table stays as written: merging two districts would be worse than one district under two names.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from difflib import get_close_matches
from functools import cache
from typing import Any

import pyarrow as pa

from numguard.errors import ArgumentError
from numguard.registry.arrays import Column
from numguard.registry.sheets.cells import words
from numguard.registry.sheets.headings import heading
from numguard.registry.spelling import folded
from numguard.source.languages import rows_of_table


def districts(column: Column) -> pa.Array[Any]:
    """Names of districts, those of the table in their official spelling, others as `words` gives them.

    >>> districts(pa.array(["GURGAON", "Distt. Nuh (Mewat)", "Alwar"])).to_pylist()
    ['Gurugram', 'Nuh', 'Alwar']
    """
    named: Any = words(column).dictionary_encode()
    known = spellings()
    official = [known.get(_bare(name), name) for name in named.dictionary.to_pylist()]
    names: pa.Array[Any] = pa.array(official, pa.string()).take(named.indices)
    return names


def the_district(name: str | None, recorded: Callable[[], Collection[str]]) -> str | None:
    """A district in the spelling that is recorded; None for None.

    Args:
        name: The name as given.
        recorded: Returns the districts that complaints name; called for a name that is not in the table.

    Raises:
        ArgumentError: No district of that name is known.

    >>> the_district("gurgaon", list), the_district("ALWAR", lambda: ["Alwar"])
    ('Gurugram', 'Alwar')
    """
    if name is None:
        return None
    if not isinstance(name, str):
        raise ArgumentError("district: takes the name of a district, or None")
    official: str | None = districts(pa.array([name], pa.string()))[0].as_py()
    wanted = folded(official)
    known = {folded(district): district for district in spellings().values()}
    if wanted not in known:
        known |= {folded(district): district for district in recorded()}
    if wanted in known:
        return known[wanted]
    near = get_close_matches(wanted, list(known), n=3)
    meant = f"; did you mean {' or '.join(known[word] for word in near)}?" if near else ""
    raise ArgumentError(f"district: no district of this name is known{meant or '.'} Nothing was written")


@cache
def spellings() -> dict[str, str]:
    """Each spelling, as it is compared, and the district's name."""
    rows = rows_of_table("numguard.registry", "districts.csv")
    official = {_bare(row["district"]): row["district"] for row in rows}
    return official | {_bare(row["spelling"]): row["district"] for row in rows}


def _bare(name: str) -> str:
    # The word is `district` in every language.
    return " ".join(word for word in heading(name).split() if word != "district")
