"""Planted handsets: who shares one with a reported number, who is guilty, and who only seems to be.

Owns the plot: which numbers sat in which handset from when to when, and what an all-knowing analyst would want done
with each. Independent of linkage and of files.

The one idea: everything is a *stay*, one number in one handset between two days with so many calls. A trap is a
function that writes stays and marks the guilty; one vectorised step turns all stays into sightings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from numguard.compute import schema_of, table_of
from numguard.indian_time import DAY_MICROS, OFFSET_MICROS
from numguard.synthetic.numbering import PLACEHOLDER_IMEIS, U64, Numbering

FIRST_DAY: Final = np.datetime64("2022-06-01")
DAYS: Final = 122
"""Call records run from 1 June to 30 September 2022, Indian Standard Time."""
PERIOD_DAY: Final = 30
"""The period under investigation starts on this day of them: 1 July."""


TRAPS: Final = {
    "shared handset": "other SIMs of a reported number's handset; some were borrowed by the innocent",
    "second hop": "a linked SIM that moved to a second handset, and the SIMs there",
    "third hop": "one handset further: beyond the walk",
    "slow rotation": "fraudsters' SIMs that took turns with months between",
    "repair shop": "customers' SIMs tried in one test handset",
    "resold phone": "the buyer of a fraudster's handset",
    "earlier owner": "who used the handset before the requested period",
    "SIM box": "hundreds of fraudsters' SIMs in one device",
    "cloned IMEI, 5 users": "copies of one IMEI; one copy is a fraudster's",
    "cloned IMEI, 50 users": "the same, fifty phones",
    "cloned IMEI, 90 users": "the same, ninety phones",
    "cloned IMEI, 110 users": "the same, a hundred and ten phones",
    "cloned IMEI, 5000 users": "the same, five thousand phones",
    "placeholder IMEI": "phones without an IMEI of their own",
    "protected number": "complainants and bank lines in a reported number's handset",
    "many handsets": "a reported number that passed through dozens of handsets",
    "called party": "who was called by a reported number: victims",
    "undirected party": "rows that do not show whose handset it was",
}
"""The traps, and the innocent among them."""

_TRUTH: Final = schema_of(msisdn=pa.uint64(), trap=pa.string(), guilty=pa.bool_(), seed=pa.bool_())


@dataclass(frozen=True, repr=False)
class Planted:
    """Sightings and their truth.

    `msisdn`, `imei14`, `at` (microseconds, UTC), `other` (0: any number) and `file` (0: the bulk records, else an
    operator file's number) are parallel. `truth` has a row a number: msisdn, trap, guilty, seed. `files` has the target
    of each operator file: ("airtel", msisdn) or ("jio", imei14). `undirected` pairs a file with a number whose rows in
    it do not show whose handset it was. `protected` are lines that a decision has to protect.
    """

    msisdn: U64
    imei14: U64
    at: NDArray[np.int64]
    other: U64
    file: NDArray[np.int32]
    truth: pa.Table
    files: list[tuple[str, int]]
    undirected: list[tuple[int, int]]
    protected: U64
    sim_boxes: U64


class _Plot:
    """The state of planting: unused numbers and handsets, stays, and the truth."""

    def __init__(self, rng: np.random.Generator, supply: Numbering, reported: U64, complainants: U64) -> None:
        self.rng = rng
        self._reported: Iterator[int] = iter(rng.permutation(reported).tolist())
        self._complainants: Iterator[int] = iter(rng.permutation(complainants).tolist())
        self._others: Iterator[int] = iter(supply.msisdns(2 * 10**8 + np.arange(60_000)).tolist())
        self._handsets: Iterator[int] = iter(supply.handsets(np.arange(60_000)).tolist())
        #: Number, handset, first and last day, calls, other party and file of each.
        self.stays: list[tuple[int, ...]] = []
        self.truth: dict[int, tuple[str, bool, bool]] = {}
        self.files: list[tuple[str, int]] = []
        self.undirected: list[tuple[int, int]] = []
        self.protected: list[int] = []
        self.sim_boxes: list[int] = []

    def seed(self, trap: str) -> int:
        number = next(self._reported)
        self.truth[number] = (trap, True, True)
        return number

    def other(self, trap: str, *, guilty: bool) -> int:
        number = next(self._others)
        self.truth[number] = (trap, guilty, False)
        return number

    def complainant(self, trap: str) -> int:
        number = next(self._complainants)
        self.truth[number] = (trap, False, False)
        return number

    def handset(self) -> int:
        return next(self._handsets)

    def between(self, low: int, high: int) -> int:
        """A random integer, both ends included."""
        return int(self.rng.integers(low, high + 1))

    def chance(self, p: float) -> bool:
        return bool(self.rng.random() < p)

    def stay(
        self, msisdn: int, imei14: int, first: int, last: int, calls: int, *, other: int = 0, file: int = 0
    ) -> None:
        """One number in one handset; the first call falls on the first day and, of several, the last on the last."""
        self.stays.append((msisdn, imei14, first, min(last, DAYS - 1), calls, other, file))


def plant(seed: int, supply: Numbering, reported: U64, complainants: U64, *, scale: float = 1.0) -> Planted:
    """Plants every trap, the same for the same seed; sightings and truth are in no order.

    Of the supply, it takes serials from 2 x 10^8 for numbers and from 0 for handsets. Each `reported` number is used at
    most once. `scale` is how many of each trap there are, two of each at least, where there are two; clones keep their
    number of users.
    """
    plot = _Plot(np.random.default_rng([seed, 2]), supply, reported, complainants)
    for count, trap in _CASES:
        for k in range(max(min(count, 2), round(count * scale))):
            trap(plot, k)
    for users in _SIM_BOXES:
        _sim_box(plot, users)
    for imei in PLACEHOLDER_IMEIS:
        _placeholder(plot, int(imei[:14]))
    return _finish(plot)


def _shared_handset(plot: _Plot, k: int) -> None:
    trap, in_file = "shared handset", k < 12
    handset, seed = plot.handset(), plot.seed(trap)
    begin = plot.between(PERIOD_DAY, 85)
    end = begin + plot.between(5, 30)
    stays = [(seed, begin, end, plot.between(3, 25))]
    if plot.chance(0.15):
        stays.append((plot.seed(trap), begin, end, plot.between(2, 12)))
    for _ in range(plot.between(1, 5)):
        start = plot.between(begin, end)
        # One in twenty called once only: too little to go by.
        calls = 1 if plot.chance(0.05) else plot.between(2, 20)
        stays.append((plot.other(trap, guilty=True), start, start + plot.between(1, 20), calls))
    if plot.chance(0.2):
        # Borrowed for one call, or for a few on one day.
        day = plot.between(begin, end)
        stays.append((plot.other(trap, guilty=False), day, day, 1 if plot.chance(0.7) else plot.between(2, 3)))
    _write(plot, handset, stays, in_file=in_file)


def _write(plot: _Plot, handset: int, stays: list[tuple[int, int, int, int]], *, in_file: bool) -> None:
    """Into the bulk records, or into operator files: one a number from Airtel, one a handset from Jio, by turns."""
    by_handset = handset % 2 == 0
    file = 0
    if in_file and by_handset:
        plot.files.append(("jio", handset))
        file = len(plot.files)
        # A row of an undocumented call type: it does not show whose handset it was.
        plot.undirected.append((file, plot.other("undirected party", guilty=False)))
    for msisdn, first, last, calls in stays:
        if in_file and not by_handset:
            plot.files.append(("airtel", msisdn))
            file = len(plot.files)
        plot.stay(msisdn, handset, first, last, calls, file=file)


def _hops(plot: _Plot, trap: str, hops: int, *, in_file: bool) -> None:
    carrier, handset = plot.seed(trap), plot.handset()
    begin = plot.between(PERIOD_DAY, 60)
    for hop in range(1, hops + 1):
        # Those between are a fraudster's too; they count for the trap as well.
        onward = plot.other(trap, guilty=True)
        stays = [(carrier, begin, begin + 12, plot.between(3, 12)), (onward, begin + 4, begin + 14, plot.between(3, 9))]
        if hop == hops:
            stays += [(plot.other(trap, guilty=True), begin + 2, begin + 9, plot.between(2, 9)) for _ in range(2)]
            if plot.chance(0.3):
                stays.append((plot.other(trap, guilty=False), begin + 5, begin + 5, 1))
        _write(plot, handset, stays, in_file=in_file)
        carrier, handset, begin = onward, plot.handset(), begin + 12


def _slow_rotation(plot: _Plot, _: int) -> None:
    trap, handset = "slow rotation", plot.handset()
    plot.stay(plot.seed(trap), handset, PERIOD_DAY, PERIOD_DAY + 8, plot.between(3, 9))
    plot.stay(plot.other(trap, guilty=True), handset, PERIOD_DAY + 15, PERIOD_DAY + 22, plot.between(3, 9))
    plot.stay(plot.other(trap, guilty=True), handset, PERIOD_DAY + 70, PERIOD_DAY + 80, plot.between(3, 9))


def _repair_shop(plot: _Plot, _: int) -> None:
    trap, handset = "repair shop", plot.handset()
    for k in range(70):
        day = PERIOD_DAY + plot.between(0, 88)
        number = plot.seed(trap) if k == 35 else plot.other(trap, guilty=False)
        calls = 2 if k == 35 else plot.between(1, 3)
        plot.stay(number, handset, day, day + plot.between(0, 2), calls)


def _resold_phone(plot: _Plot, k: int) -> None:
    trap, handset = "resold phone", plot.handset()
    gap = plot.between(5, 12) if k % 5 == 4 else plot.between(35, 50)  # one in five sold within days
    end = PERIOD_DAY + plot.between(4, 20)
    plot.stay(plot.seed(trap), handset, PERIOD_DAY, end, plot.between(4, 20))
    plot.stay(plot.other(trap, guilty=True), handset, PERIOD_DAY + 1, end - 1, plot.between(2, 9))
    plot.stay(plot.other(trap, guilty=False), handset, end + gap, DAYS - 1, plot.between(5, 40))


def _earlier_owner(plot: _Plot, _: int) -> None:
    trap, handset = "earlier owner", plot.handset()
    plot.stay(plot.other(trap, guilty=False), handset, 0, PERIOD_DAY - 4, plot.between(5, 40))
    plot.stay(plot.seed(trap), handset, PERIOD_DAY, PERIOD_DAY + 20, plot.between(4, 20))
    plot.stay(plot.other(trap, guilty=True), handset, PERIOD_DAY + 3, PERIOD_DAY + 18, plot.between(3, 9))


def _sim_box(plot: _Plot, users: int) -> None:
    trap, handset = "SIM box", plot.handset()
    plot.sim_boxes.append(handset)
    length = 3 if users < 20 else 40  # the smallest was used for four days only
    for k in range(users):
        number = plot.seed(trap) if k % 12 == 0 else plot.other(trap, guilty=True)
        start = PERIOD_DAY + plot.between(0, length)
        plot.stay(number, handset, start, min(start + plot.between(2, 6), PERIOD_DAY + max(length, 3)), 8)


def _clone(plot: _Plot, users: int) -> None:
    trap, handset = f"cloned IMEI, {users} users", plot.handset()
    plot.stay(plot.seed(trap), handset, PERIOD_DAY + 5, PERIOD_DAY + 60, 25)
    calls = 20 if users < 1000 else 6
    for _ in range(users - 1):
        plot.stay(plot.other(trap, guilty=False), handset, PERIOD_DAY + plot.between(0, 9), DAYS - 1, calls)


def _placeholder(plot: _Plot, imei14: int) -> None:
    trap = "placeholder IMEI"
    for k in range(40):
        number = plot.seed(trap) if k % 8 == 0 else plot.other(trap, guilty=k % 8 == 1)
        plot.stay(number, imei14, PERIOD_DAY + plot.between(0, 60), DAYS - 1, plot.between(2, 9))


def _protected_number(plot: _Plot, k: int) -> None:
    trap, handset = "protected number", plot.handset()
    begin = plot.between(PERIOD_DAY, 90)
    plot.stay(plot.seed(trap), handset, begin, begin + 20, plot.between(4, 20))
    plot.stay(plot.other(trap, guilty=True), handset, begin + 1, begin + 19, plot.between(3, 9))
    if k % 2:
        plot.stay(plot.complainant(trap), handset, begin + 5, begin + 9, plot.between(2, 6))
    else:
        line = plot.other(trap, guilty=False)
        plot.protected.append(line)
        plot.stay(line, handset, begin + 5, begin + 9, plot.between(2, 6))


def _many_handsets(plot: _Plot, _: int) -> None:
    trap, seed = "many handsets", plot.seed("many handsets")
    for k in range(plot.between(24, 40)):
        handset, day = plot.handset(), PERIOD_DAY + plot.between(0, 70)
        plot.stay(seed, handset, day, day + 3, plot.between(2, 5))
        plot.stay(plot.other(trap, guilty=k % 8 == 0), handset, day, day + 12, plot.between(4, 12))


def _called_party(plot: _Plot, _: int) -> None:
    trap, handset, seed = "called party", plot.handset(), plot.seed("called party")
    for _victim in range(plot.between(2, 8)):
        victim, day = plot.other(trap, guilty=False), plot.between(PERIOD_DAY, 110)
        plot.stay(seed, handset, day, day + 2, plot.between(2, 6), other=victim)
        plot.stay(victim, plot.handset(), PERIOD_DAY, DAYS - 1, plot.between(3, 12), other=seed)


def _alone(plot: _Plot, _: int) -> None:
    begin = plot.between(0, 90)
    plot.stay(plot.seed("alone"), plot.handset(), begin, begin + plot.between(1, 40), plot.between(1, 12))


_CASES: Final[tuple[tuple[int, Callable[[_Plot, int], None]], ...]] = (
    (500, _shared_handset),
    (120, lambda plot, k: _hops(plot, "second hop", 2, in_file=k < 4)),
    (30, lambda plot, _: _hops(plot, "third hop", 3, in_file=False)),
    (25, _slow_rotation),
    (4, _repair_shop),
    (60, _resold_phone),
    (20, _earlier_owner),
    (4, lambda plot, _: _clone(plot, 5)),
    (2, lambda plot, _: _clone(plot, 50)),
    (1, lambda plot, _: _clone(plot, 90)),
    (1, lambda plot, _: _clone(plot, 110)),
    (1, lambda plot, _: _clone(plot, 5_000)),
    (25, _protected_number),
    (6, _many_handsets),
    (40, _called_party),
    (5_000, _alone),
)
"""How many of each at full scale."""

_SIM_BOXES: Final = (400, 160, 70, 40, 12)
"""SIMs in each SIM box."""


def _finish(plot: _Plot) -> Planted:
    msisdn, imei14, first, last, calls, other, file = np.array(plot.stays, np.int64).T
    return Planted(
        msisdn=np.repeat(msisdn.astype(np.uint64), calls),
        imei14=np.repeat(imei14.astype(np.uint64), calls),
        at=_times(plot.rng, first, last, calls),
        other=np.repeat(other.astype(np.uint64), calls),
        file=np.repeat(file.astype(np.int32), calls),
        truth=table_of([(number, *of) for number, of in plot.truth.items()], _TRUTH),
        files=plot.files,
        undirected=plot.undirected,
        protected=np.array(plot.protected, dtype=np.uint64),
        sim_boxes=np.array(plot.sim_boxes, dtype=np.uint64),
    )


def _times(
    rng: np.random.Generator, first: NDArray[np.int64], last: NDArray[np.int64], calls: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The moments of every stay's calls, microseconds UTC, between 08:00 and 22:00 Indian Standard Time."""
    begins = np.cumsum(calls) - calls
    along = rng.random(int(calls.sum()))
    along[begins + calls - 1] = 1.0
    along[begins] = 0.0
    day = np.repeat(first, calls) + np.rint(along * np.repeat(last - first, calls)).astype(np.int64)
    second = rng.integers(8 * 3600, 22 * 3600, len(day))
    midnight = FIRST_DAY.astype("datetime64[us]").astype(np.int64) - OFFSET_MICROS
    return np.asarray(midnight + day * DAY_MICROS + second * 1_000_000, dtype=np.int64)
