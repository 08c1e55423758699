"""What a family of made-up cells is, and the dice that it is drawn with.

A family is a way of filling a cell, of which the truth is known before it is read: the cell is built around a number,
or around something that is none. This module has the answers that a cell can have and the register of families; it is
independent of how numguard reads.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

Choice = TypeVar("Choice")

NORMALIZE, HANDSET, EXTRACT = "normalize", "normalize_imei", "extract"
VERBS = (NORMALIZE, HANDSET, EXTRACT)
BLOCK = 8192


class Dice:
    """Random choices out of a seeded numpy generator, drawn a block at a time."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._drawn: list[float] = []

    def chance(self, share: float = 0.5) -> bool:
        return self._next() < share

    def below(self, bound: int) -> int:
        return int(self._next() * bound)

    def between(self, least: int, most: int) -> int:
        return least + int(self._next() * (most - least + 1))

    def pick(self, choices: Sequence[Choice]) -> Choice:
        return choices[int(self._next() * len(choices))]

    def digits(self, count: int, first: str = "0123456789") -> str:
        """`count` digits, of which the first is one of `first`."""
        if count <= 0:
            return ""
        rest = count - 1
        tail = str(int(self._next() * 10**rest)).zfill(rest) if rest else ""
        return self.pick(first) + tail

    def _next(self) -> float:
        if not self._drawn:
            self._drawn = self._rng.random(BLOCK).tolist()
        return self._drawn.pop()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell and its truth.

    `key` is the one number that may be accepted, 0 where none may be. `plain`: it must be accepted. `found`
    are the numbers that `extract` should give; None where readers would not agree.
    """

    text: str
    key: int = 0
    plain: bool = False
    found: tuple[int, ...] | None = None


def plainly(text: str, key: int) -> Cell:
    """One number is written as numbers are written: it must be accepted."""
    return Cell(text, key, plain=True, found=(key,))


def written(text: str, key: int, found: tuple[int, ...] | None = None) -> Cell:
    """One number is written among other things: it may be refused, and no other may be accepted."""
    return Cell(text, key, found=found)


def nothing(text: str, found: tuple[int, ...] | None = ()) -> Cell:
    """No number may be accepted: none is written, or one whose holder is not certain."""
    return Cell(text, found=found)


def narrative(text: str, *found: int) -> Cell:
    """A narrative and the numbers that should be given."""
    return Cell(text, found=tuple(found))


One = Callable[[Dice], Cell]


@dataclass(frozen=True)
class Family:
    """A named way of filling cells: `kind` groups families in the report, `verb` is what is asked of them."""

    name: str
    kind: str
    verb: str
    region: str | None
    one: One

    def make(self, rng: np.random.Generator, cells: int) -> list[Cell]:
        dice = Dice(rng)
        return [self.one(dice) for _ in range(cells)]

    def seeded(self, seed: int) -> np.random.Generator:
        """A generator of this family alone: another family more or less changes no cell of it."""
        return np.random.default_rng([seed, zlib.crc32(self.name.encode())])


FAMILIES: dict[str, Family] = {}


def family(name: str, kind: str, verb: str = NORMALIZE, region: str | None = "IN") -> Callable[[One], One]:
    """Enter a function that draws one cell as a family."""
    assert verb in VERBS
    assert name not in FAMILIES, name

    def enter(one: One) -> One:
        FAMILIES[name] = Family(name, kind, verb, region, one)
        return one

    return enter


def enter_each(kind: str, ones: Iterable[tuple[str, One]], verb: str = NORMALIZE) -> None:
    """Enter many families of one kind, as a loop over a corpus makes them."""
    for name, one in ones:
        family(name, kind, verb)(one)
