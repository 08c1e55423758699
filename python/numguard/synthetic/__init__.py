"""Invented complaints, handsets, operator files and call records, with the truth of them, from a seed.

For the demonstration, the benchmarks and the documentation. Every number and handset is made up: a draw over the whole
numbering space. The one thing that is not invented is the published table of numbers by district (`districts`).

Example:
    >>> from numguard.synthetic import make_complaints
    >>> made = make_complaints(7, scale=0.02)
    >>> made.complaints, made.recovered
    (940, 150000000)
"""

from __future__ import annotations

from numguard.synthetic.cdr import CdrSpec, cdr_batches
from numguard.synthetic.complaints import make_complaints
from numguard.synthetic.traps import TRAPS
from numguard.synthetic.world import SEED, World, make_world

__all__ = ["SEED", "TRAPS", "CdrSpec", "World", "cdr_batches", "make_complaints", "make_world"]
