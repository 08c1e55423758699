"""Spellings of districts -> one name each.

Owns the comparison of names; the spellings and where each comes from are data, in `districts.csv`. One idea: a name
that is not in the table stays as it was written: two districts made one would be worse than one under two names.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from typing import Any

import pyarrow as pa

from numguard.registry.cells import words
from numguard.registry.headings import heading

__all__ = ["districts", "spellings"]

#: Words that stand beside a district's name and say that it is one.
_BESIDE = frozenset({"district", "zila", "जिला"})


def districts(column: pa.Array[Any] | pa.ChunkedArray[Any]) -> pa.Array[Any]:
    """Names of districts, those of the table in their official spelling, others as `words` gives them.

    >>> districts(pa.array(["GURGAON", "Distt. Nuh (Mewat)", "Alwar"])).to_pylist()
    ['Gurugram', 'Nuh', 'Alwar']
    """
    named: Any = words(column).dictionary_encode()
    known = spellings()
    official = [known.get(_bare(name), name) for name in named.dictionary.to_pylist()]
    told: pa.Array[Any] = pa.array(official, pa.string()).take(named.indices)
    return told


@cache
def spellings() -> dict[str, str]:
    """Each spelling, as it is compared, and the district's name."""
    text = (resources.files(__package__) / "districts.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    official = {_bare(row["district"]): row["district"] for row in rows}
    return official | {_bare(row["spelling"]): row["district"] for row in rows}


def _bare(name: str) -> str:
    return " ".join(word for word in heading(name).split() if word not in _BESIDE)
