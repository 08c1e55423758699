"""Families of made-up cells whose truth is known: they hunt for numbers that are accepted and were never written.

`FAMILIES` holds all of them; `families.ask` asks numguard and counts, `families.report` prints the counts.
"""

from . import (
    beside,
    containers,
    cut_short,
    decorated,
    desks,
    handsets,
    joining,
    labelled,
    narratives,
    odd_letters,
    phrases,
    plain,
    quantities,
)
from .family import EXTRACT, FAMILIES, HANDSET, NORMALIZE, Cell, Family

__all__ = [
    "EXTRACT",
    "FAMILIES",
    "HANDSET",
    "NORMALIZE",
    "Cell",
    "Family",
    "beside",
    "containers",
    "cut_short",
    "decorated",
    "desks",
    "handsets",
    "joining",
    "labelled",
    "narratives",
    "odd_letters",
    "phrases",
    "plain",
    "quantities",
]
