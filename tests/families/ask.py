"""Asks numguard about the cells of a family and counts what it answers against their truth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import numguard as ng

from .family import EXTRACT, HANDSET, NORMALIZE, Cell, Family

BATCH = 50_000
EXAMPLES = 5


@dataclass
class Tally:
    """What became of the cells of one family."""

    family: Family
    cells: int = 0
    right: int = 0
    wrong: int = 0
    refused: int = 0
    plain: int = 0
    plain_accepted: int = 0
    # One number is written, but among other things: it may be accepted.
    among: int = 0
    among_accepted: int = 0
    # What `extract` gave: of the cells whose truth says what it should give.
    given: int = 0
    given_wrong: int = 0
    there: int = 0
    there_found: int = 0
    examples: dict[str, list[str]] = field(default_factory=dict)

    def show(self, kind: str, text: str) -> None:
        kept = self.examples.setdefault(kind, [])
        if len(kept) < EXAMPLES:
            kept.append(text)

    def take_keys(self, cells: list[Cell], answers: list[int | None], notes: list[str | None]) -> None:
        """Answers of `normalize` or `normalize_imei`."""
        keys = np.array([cell.key for cell in cells], np.uint64)
        plain = np.array([cell.plain for cell in cells], bool)
        answered = np.array([answer or 0 for answer in answers], np.uint64)
        accepted = answered != 0
        wrong = accepted & (answered != keys)
        self.cells += len(cells)
        self.right += int((accepted & ~wrong).sum())
        self.wrong += int(wrong.sum())
        self.refused += int((~accepted).sum())
        self.plain += int(plain.sum())
        self.plain_accepted += int((plain & accepted & ~wrong).sum())
        among = (keys != 0) & ~plain
        self.among += int(among.sum())
        self.among_accepted += int((among & accepted & ~wrong).sum())
        for at in np.flatnonzero(wrong)[:EXAMPLES]:
            self.show("wrong", f"{cells[at].text!r} -> {answered[at]}, not {keys[at] or 'any'}")
        for at in np.flatnonzero(plain & ~accepted)[:EXAMPLES]:
            self.show("refused", f"{cells[at].text!r} ({notes[at]})")

    def take_lists(self, cells: list[Cell], answers: list[list[int]]) -> None:
        """Answers of `extract`."""
        for cell, answer in zip(cells, answers, strict=True):
            if cell.found is None:
                continue
            there, given = set(cell.found), set(answer)
            self.given += len(given)
            self.given_wrong += len(given - there)
            self.there += len(there)
            self.there_found += len(given & there)
            if given - there:
                self.show("given", f"{cell.text!r} -> {sorted(given)}, not {sorted(there) or 'any'}")
            if there - given:
                self.show("missed", f"{cell.text!r} -> {sorted(given)}, not {sorted(there)}")


def ask(family: Family, cells: list[Cell], tally: Tally) -> None:
    texts = pa.array([cell.text for cell in cells], pa.string())
    region: Any = family.region
    if family.verb == NORMALIZE:
        answered = ng.explain(texts, region=region)
        tally.take_keys(
            cells, pc.struct_field(answered, "msisdn").to_pylist(), pc.struct_field(answered, "note").to_pylist()
        )
    elif family.verb == HANDSET:
        answered = ng.explain_imei(texts)
        tally.take_keys(
            cells, pc.struct_field(answered, "imei14").to_pylist(), pc.struct_field(answered, "note").to_pylist()
        )
    else:
        tally.cells += len(cells)
    if family.verb in {NORMALIZE, EXTRACT} and region is not None:
        lists: Any = ng.extract(texts, region=region).to_pylist()
        tally.take_lists(cells, lists)


def tally(families: Iterable[Family], cells: int, seed: int) -> Iterator[Tally]:
    """Ask about `cells` cells, as many of each family."""
    chosen = list(families)
    share = -(-cells // len(chosen))
    for family in chosen:
        rng = family.seeded(seed)
        found = Tally(family)
        for start in range(0, share, BATCH):
            ask(family, family.make(rng, min(BATCH, share - start)), found)
        yield found
