"""The promises about speed and memory, and whether a record meets them.

Owns the requirements (what must hold), the goals (what is aimed at) and the comparisons on which both depend.
Independent of how a record is made.

One idea: every statement about speed is computed from the lines of one run, the losses before the gains.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from numguard.bench.record import Line

__all__ = ["Comparison", "Loss", "Verdict", "comparisons", "losses", "verdicts"]

_T = TypeVar("_T")

OURS: Final = "numguard"
#: Takes the last ten digits of any cell, so that account numbers and foreign numbers become Indian mobile numbers.
#: Its result is another one; it is shown, but no requirement depends on it.
LOOSE: Final = "last ten digits"

#: What must hold, as a share of the goal; where goal and requirement are both given, they are those of the first goals.
_REQUIRED: Final = 0.8


def _of(goal: float) -> tuple[float, float]:
    """Requirement and goal of a figure that should be large."""
    return _REQUIRED * goal, goal


def _up_to(goal: float) -> tuple[float, float]:
    """Requirement and goal of a figure that should be small."""
    return goal / _REQUIRED, goal


#: (work, layout, list) -> requirement and goal against the best rival; a list of 0 stands for every size.
_TIMES: Final = {
    ("contains", "integers", 27_824): (2.2, 3.0),
    ("contains", "integers", 1_000_000): (1.6, 2.0),
    ("contains", "integers", 33_800_000): (4.0, 5.0),
    ("contains", "clean", 27_824): (1.2, 1.5),
    ("contains", "clean", 1_000_000): (2.0, 3.0),
    ("contains", "mixed", 0): (7.0, 10.0),
    ("contains", "string_view", 0): (7.0, 10.0),
    ("contains imeis", "15 digits", 27_824): _of(3.0),
    ("one question", "Int64", 0): _of(1.2),
    ("normalize abroad", "", 0): _of(50.0),
    ("scan", "integers", 27_824): (1.6, 2.0),
    ("scan", "mixed", 27_824): (5.0, 7.0),
    ("scan csv", "6 columns", 0): _of(3.0),
    ("scan csv", "25 columns", 0): _of(3.0),
    ("scan csv", "6 columns, quoted", 0): _of(3.0),
    ("scan csv", "25 columns, quoted", 0): _of(3.0),
    ("expand", "Parquet, places", 0): (1.5, 2.5),
    ("expand", "Parquet, Int64", 0): _of(2.5),
    ("expand", "Parquet, text", 0): _of(4.0),
    ("common", "in 20 of 20 dumps", 0): (3.0, 6.0),
    ("common", "in 2 of 20 dumps", 0): (3.0, 4.0),
    ("changes", "Parquet", 0): (3.0, 6.0),
}
#: The same for files of twenty-five columns, by layout; at many hits, one row in 700, and at few.
_WIDE: Final = {"integers": (2.0, 3.0), "mixed": (4.0, 5.0)}
_MANY_HITS: Final = 1 / 1_000
#: The same for linkage from canonical keys; at up to so many sightings, and for more.
_EXPAND: Final = (100_000_000, 2.5, 2.0)
_LIBRARIES: Final = {"rphonenumbers": (150.0, 250.0), "phonenumbers": (1_200.0, 2_000.0)}
#: (work, list) -> what it is compared with, and the most times as long as the fastest of these; 0 is every list.
_DECODING: Final = {
    ("scan", 27_824): ("decode", "the fastest decoding of the same columns", (1.5, 1.3)),
    ("scan", 1_000_000): ("decode", "the fastest decoding of the same columns", _up_to(1.4)),
    ("scan csv", 0): ("decode csv", "the fastest reading of the two columns", _up_to(1.0)),
}
_BYTES_A_KEY: Final = (20.0, 17.0)
#: Below these sizes the fixed part of a set, and of a process, is too large a share.
_BYTES_FROM: Final = 1_000_000
_BUILDING_FROM: Final = 10_000_000
_BUILDING: Final = (2.5, 2.0)


@dataclass(frozen=True)
class _Limit:
    """Work that may take at most so many times as long as other work of the same run, on the same rows.

    Attributes:
        work: The work.
        layout: The layout; "" is each.
        other: The other work.
        words: The other work, in words.
        bounds: Requirement and goal.
        beside: The layout of the other work; "" is the same.
        candidate: Who does the other work; "" is anyone.
    """

    work: str
    layout: str
    other: str
    words: str
    bounds: tuple[float, float]
    beside: str = ""
    candidate: str = ""


_TEXT: Final = "reading the same bytes as text"
_AS_LONG: Final = "numguard, numbers as long"
_LIMITS: Final = (
    _Limit("read cdr", "", "read text", _TEXT, _up_to(0.5)),
    _Limit("read cdr, processor", "", "read text, processor", _TEXT, _up_to(0.5)),
    _Limit("add complaints", "", "ingest", "ingesting the same rows", _up_to(4.0)),
    _Limit("read imeis", "", "read imeis", "numbers as long", _up_to(1.5), candidate=_AS_LONG),
    _Limit("normalize by region", "column", "normalize by region", "one region for all", (2.5, 2.0), "constant"),
    _Limit("scan arrow", "integers, Arrow file", "scan arrow", "the table", _up_to(1.3), "integers, table"),
    *(
        _Limit("expression", f"{cells}, {way}", "expression", "the call", _up_to(1 / 0.9), f"{cells}, direct call")
        for cells in ("clean", "mixed")
        for way in ("expression", "streamed expression")
    ),
)
#: (work, layout, list) -> requirement and goal in rows a second, on the machine that they are for; 0 is every list.
_RATES: Final = {
    ("build", "integers", 27_824): _of(25e6),
    ("build", "integers", 1_000_000): _of(60e6),
    ("build", "integers", 33_800_000): _of(100e6),
    ("set algebra", "union", 0): _of(500e6),
    ("set algebra", "to_array", 0): _of(1_000e6),
    ("answers", "explain, clean", 0): _of(150e6),
    ("answers", "extract, clean", 0): _of(150e6),
    ("answers", "format, integers", 0): _of(200e6),
}
_RATES_OF: Final = "amd-epyc-family-25-model-17-2-cores"
#: The rate of linkage at this length and beyond.
_LONG_WALK: Final = 10**9
_LONG_RATE: Final = _of(60e6)
#: Work, how many times larger the registry is, and the most times as long as with the smaller one.
_GROWTH: Final = {"add more": (10, (1.5, 1.2)), "delta": (100, (3.0, 1.5))}
#: Interactive work, in milliseconds, at any size of the registry.
_WAITS: Final = {"history": (50.0, 10.0)}
_SCAN_MEMORY: Final = (1e9, 0.5e9)
#: The most times as long for a row as in the shortest scan.
_SCAN_LENGTH: Final = (1.5, 1.2)
#: The sightings that linkage keeps in memory: bytes a row, and their limit.
_EXPAND_ROW: Final = 15
_EXPAND_KEPT: Final = 1.5e9
_EXPAND_MEMORY: Final = _up_to(1.5e9)
#: The most times as long for a row as in the shortest file: if all are kept in memory; and if most are read back from a
#: temporary file in each of the four passes of two hops.
_EXPAND_LENGTH: Final = (1.5, 1.2)
_EXPAND_AGAIN: Final = (5.0, 4.0)
_CDR_MEMORY: Final = (256e6, 128e6)


@dataclass(frozen=True)
class Comparison:
    """numguard and the rivals, all of one run.

    Attributes:
        ours: The line of numguard.
        rivals: The lines of the rivals, the fastest first.
    """

    ours: Line
    rivals: tuple[Line, ...]

    @property
    def best(self) -> Line | None:
        """The fastest rival that reads the whole cell."""
        return next((line for line in self.rivals if LOOSE not in line.candidate), None)

    @property
    def times(self) -> float | None:
        """How many times as fast as that rival numguard is."""
        return _rate(self.ours) / _rate(self.best) if self.best else None


@dataclass(frozen=True)
class Verdict:
    """A promise, and its measurement.

    Attributes:
        promise: What was promised, in words.
        value: What was measured.
        required: What must hold.
        goal: What is aimed at.
        unit: Of these figures: "x" times as fast, "x the time", "rows/s", "bytes", "bytes a key", "x the size", "ms".
    """

    promise: str
    value: float
    required: float
    goal: float
    unit: str

    @property
    def more_is_better(self) -> bool:
        """Whether the value should be large."""
        return self.goal > self.required

    @property
    def met(self) -> bool:
        """Whether the requirement is met."""
        return self.value >= self.required if self.more_is_better else self.value <= self.required

    @property
    def reached(self) -> bool:
        """Whether the goal is reached."""
        return self.value >= self.goal if self.more_is_better else self.value <= self.goal


@dataclass(frozen=True)
class Loss:
    """A measurement in which a rival is faster.

    Attributes:
        what: The work, in words.
        rival: The rival.
        ours: Rows a second of numguard.
        theirs: Rows a second of the rival.
    """

    what: str
    rival: str
    ours: float
    theirs: float


def _rate(line: Line) -> float:
    assert line.rows_per_s is not None
    return line.rows_per_s


def what(line: Line) -> str:
    """The work of a line in words.

    Example:
        >>> what(Line("contains", "integers", 20_000_000, 1_000_000, 0.5, "numguard", 2))
        'contains, integers, list of 1,000,000, hits 50 %'
    """
    parts = [line.work, line.layout]
    if line.work == "expand":
        parts.append(f"{line.rows:,} sightings")
    if line.listed:
        parts.append(f"{'seeds' if line.work.startswith('expand') else 'list of'} {line.listed:,}")
    if line.hits:
        parts.append(f"hits {line.hits}")
    return ", ".join(parts)


def comparisons(lines: Iterable[Line]) -> list[Comparison]:
    """Every line of numguard that has a time, with the rivals of its run."""
    together: dict[tuple[object, ...], list[Line]] = defaultdict(list)
    for line in lines:
        if line.rows_per_s is not None:
            together[line.run, *line.comparison].append(line)
    return [
        Comparison(line, tuple(sorted((o for o in group if o.candidate != OURS), key=_rate, reverse=True)))
        for group in together.values()
        for line in group
        if line.candidate == OURS
    ]


def verdicts(lines: Sequence[Line]) -> list[Verdict]:
    """Every promise for which the record has measurements."""
    return [
        *_speed(comparisons(lines)),
        *_decoding(lines),
        *_limits(lines),
        *_rates(lines),
        *_growth(lines),
        *_lengths(lines),
        *_waits(lines),
        *_memory(lines),
    ]


def _speed(compared: Iterable[Comparison]) -> Iterator[Verdict]:
    for one in compared:
        ours = one.ours
        for library, (required, goal) in _LIBRARIES.items() if ours.work == "normalize" else ():
            for rival in one.rivals:
                if rival.candidate == library:
                    name = f"{what(ours)}, one thread each, against {library}"
                    yield Verdict(name, _rate(ours) / _rate(rival), required, goal, "x")
        promised = _promised(ours)
        if promised and one.times is not None and one.best is not None:
            yield Verdict(f"{what(ours)}, against {one.best.candidate}", one.times, *promised, "x")


def _promised(ours: Line) -> tuple[float, float] | None:
    """Requirement and goal against the best rival."""
    if ours.work == "scan wide" and ours.layout in _WIDE and ours.hit_rate is not None:
        return _of(_WIDE[ours.layout][ours.hit_rate < _MANY_HITS])
    if (ours.work, ours.layout) == ("expand", "Parquet"):
        rows, *goals = _EXPAND
        return _of(goals[ours.rows > rows])
    by_layout = (_at(_TIMES, (ours.work, layout), ours.listed) for layout in (ours.layout, ""))
    return next((promised for promised in by_layout if promised), None)


def _at(table: Mapping[Any, _T], key: tuple[str, ...], listed: int) -> _T | None:
    """The entry for a list of this size, or for every list."""
    return table.get((*key, listed)) or table.get((*key, 0))


def _decoding(lines: Iterable[Line]) -> Iterator[Verdict]:
    lines = list(lines)
    for line in lines:
        promised = _at(_DECODING, (line.work,), line.listed)
        if promised and line.candidate == OURS:
            work, words, bounds = promised
            limits = [
                _rate(other)
                for other in lines
                if (other.work, other.layout, other.rows, other.run) == (work, line.layout, line.rows, line.run)
            ]
            if limits:
                yield Verdict(f"{what(line)}, against {words}", max(limits) / _rate(line), *bounds, "x the time")


def _limits(lines: Sequence[Line]) -> Iterator[Verdict]:
    for limit in _LIMITS:
        for line in lines:
            if line.work != limit.work or line.layout != (limit.layout or line.layout) or line.candidate != OURS:
                continue
            beside = limit.other, limit.beside or line.layout, line.rows, line.run
            for other in lines:
                same = (other.work, other.layout, other.rows, other.run) == beside
                if same and other is not line and other.candidate == (limit.candidate or other.candidate):
                    words = f"{what(line)}, against {limit.words}"
                    who = "" if other.candidate == OURS or limit.candidate else f" with {other.candidate}"
                    yield Verdict(words + who, _rate(other) / _rate(line), *limit.bounds, "x the time")


def _rates(lines: Iterable[Line]) -> Iterator[Verdict]:
    for line in lines:
        if line.machine != _RATES_OF or line.candidate != OURS or line.rows_per_s is None:
            continue
        promised = _at(_RATES, (line.work, line.layout), line.listed)
        if line.work == "expand of length" and line.rows >= _LONG_WALK:
            promised = _LONG_RATE
        if promised:
            yield Verdict(what(line), line.rows_per_s, *promised, "rows/s")


def _growth(lines: Sequence[Line]) -> Iterator[Verdict]:
    for small in lines:
        for large in lines:
            alike = (small.work, small.layout, small.run) == (large.work, large.layout, large.run)
            times, bounds = _GROWTH.get(small.work, (0, (0.0, 0.0)))
            if alike and times and large.listed == times * small.listed:
                name = f"{small.work}, {small.layout}, {large.listed:,} complaints there, against {small.listed:,}"
                yield Verdict(name, _rate(small) / _rate(large), *bounds, "x the time")


def _waits(lines: Sequence[Line]) -> Iterator[Verdict]:
    for line in lines:
        if line.work in _WAITS and line.median_s is not None:
            name = f"{line.work}, {line.layout}, {line.listed:,} complaints there"
            yield Verdict(name, 1000 * line.median_s, *_WAITS[line.work], "ms")


def _lengths(lines: Sequence[Line]) -> Iterator[Verdict]:
    shortest: dict[tuple[str, str, str], Line] = {}
    for line in sorted(lines, key=lambda line: line.rows):
        if line.work == "scan of length":
            bounds = _SCAN_LENGTH
        elif line.work == "expand of length":
            bounds = _EXPAND_LENGTH if line.rows * _EXPAND_ROW <= _EXPAND_KEPT else _EXPAND_AGAIN
        else:
            continue
        short = shortest.setdefault((line.run, line.work, line.layout), line)
        if line is not short:
            name = f"{what(line)}, a row of {line.rows:,} against one of {short.rows:,}"
            yield Verdict(name, _rate(short) / _rate(line), *bounds, "x the time")


def _memory(lines: Iterable[Line]) -> Iterator[Verdict]:
    size: dict[tuple[str, int], int] = {}
    for line in lines:
        if line.bytes is None or line.candidate != OURS:
            continue
        if line.work == "build":
            size[line.run, line.listed] = line.bytes
            if line.listed >= _BYTES_FROM:
                yield Verdict(f"a set of {line.listed:,}", line.bytes / line.listed, *_BYTES_A_KEY, "bytes a key")
        elif line.work == "memory of building" and line.listed >= _BUILDING_FROM:
            final = size.get((line.run, line.listed))
            if final:
                name = f"memory while a set of {line.listed:,} is built, against the set itself"
                yield Verdict(name, line.bytes / final, *_BUILDING, "x the size")
        elif line.work == "read cdr":
            name = f"memory while {line.rows:,} rows are read, {line.layout}"
            yield Verdict(name, line.bytes, *_CDR_MEMORY, "bytes")
        elif line.work == "expand of length":
            yield Verdict(f"memory while {line.rows:,} sightings are walked", line.bytes, *_EXPAND_MEMORY, "bytes")
        elif line.work == "scan of length":
            yield Verdict(
                f"memory while {line.rows:,} rows are scanned, {line.layout}", line.bytes, *_SCAN_MEMORY, "bytes"
            )


def losses(lines: Sequence[Line]) -> list[Loss]:
    """Every measurement in which a rival was faster, also if the time to build the set is added."""
    building = {(line.run, line.listed): line.median_s for line in lines if line.work == "build"}
    found = []
    for one in comparisons(lines):
        ours = one.ours
        found += [
            Loss(what(ours), rival.candidate, _rate(ours), _rate(rival))
            for rival in one.rivals
            if _rate(rival) > _rate(ours)
        ]
        built = building.get((ours.run, ours.listed)) if ours.work == "contains" else None
        if built is not None and ours.median_s is not None and one.rivals:
            once, best = ours.rows / (ours.median_s + built), one.rivals[0]
            if once < _rate(best) <= _rate(ours):
                found.append(Loss(f"{what(ours)}, set built for one question", best.candidate, once, _rate(best)))
    return found
