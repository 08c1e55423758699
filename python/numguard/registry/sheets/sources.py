"""Spellings of sources -> one name each, so that the spelling of a source makes no second complaint.

Owns the comparison of names; the spellings are data, in `sources.csv`. One idea: the written name is recorded, and a
name that is not in the table is a source of its own: merging complaints of two desks would be worse than one complaint
under two names.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pyarrow as pa

from numguard.registry.arrays import Column
from numguard.registry.sheets.cells import WHOLE_NUMBER, words
from numguard.registry.spelling import signs_of
from numguard.source.languages import rows_of_table


def sources(column: Column) -> pa.Array[Any]:
    """Names of sources, those of the table in its spelling, others as `words` gives them.

    >>> sources(pa.array(["ncrp portal", "N.C.R.P.", "Helpline-1930", "PS Rohtak"])).to_pylist()
    ['NCRP', 'NCRP', '1930', 'PS Rohtak']
    """
    named: Any = words(column).dictionary_encode()
    names: pa.Array[Any] = pa.array([same_source(name) for name in named.dictionary.to_pylist()], pa.string())
    return names.take(named.indices)


def same_source(name: str) -> str:
    """A source in the spelling of the table; one that is not in it as it is.

    >>> same_source("1930.0"), same_source("PS 1.0")
    ('1930', 'PS 1.0')
    """
    whole = re.sub(WHOLE_NUMBER, r"\1", name)
    return spellings().get(signs_of(whole), whole)


@cache
def spellings() -> dict[str, str]:
    """Each spelling, as it is compared, and the source's name."""
    rows = rows_of_table("numguard.registry", "sources.csv")
    return {signs_of(row[name]): row["source"] for name in ("source", "spelling") for row in rows}
