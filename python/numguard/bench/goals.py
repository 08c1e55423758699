"""The promises about speed and memory, and whether a record meets them.

Owns the requirements (what must hold), the goals (what is aimed at) and the comparisons on which both depend.
Independent of how a record is made.

One idea: every statement about speed is computed from the lines of one run, the losses before the gains.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from numguard.bench.record import Line

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


@dataclass(frozen=True)
class _Promise:
    """What is promised of work: requirement and goal. A layout "" is each, and so is a length 0 of the list.

    `covers`: of which lines, if not of all.
    """

    work: str
    layout: str
    listed: int
    bounds: tuple[float, float]
    covers: Callable[[Line], bool] = lambda _: True

    def is_of(self, line: Line) -> bool:
        """Whether it is a promise of this line."""
        named = (self.work, self.layout or line.layout, self.listed or line.listed, OURS)
        return (line.work, line.layout, line.listed, line.candidate) == named and self.covers(line)


def _bounds(promises: Iterable[_Promise], line: Line) -> tuple[float, float] | None:
    """Requirement and goal of a line, by the first promise of it."""
    return next((promise.bounds for promise in promises if promise.is_of(line)), None)


#: More than one row in so many is on the list; in files of call records it is one in 700.
_MANY_HITS: Final = 1 / 1_000
#: So many sightings, and more.
_MANY_SIGHTINGS: Final = 100_000_000
_LONG_WALK: Final = 10**9


def _few_hits(line: Line) -> bool:
    return line.hit_rate is not None and line.hit_rate < _MANY_HITS


def _many_hits(line: Line) -> bool:
    return line.hit_rate is not None and line.hit_rate >= _MANY_HITS


#: Against the best rival.
_TIMES: Final = (
    _Promise("contains", "integers", 27_824, (2.2, 3.0)),
    _Promise("contains", "integers", 1_000_000, (1.6, 2.0)),
    _Promise("contains", "integers", 33_800_000, (4.0, 5.0)),
    _Promise("contains", "clean", 27_824, (1.2, 1.5)),
    _Promise("contains", "clean", 1_000_000, (2.0, 3.0)),
    _Promise("contains", "mixed", 0, (7.0, 10.0)),
    _Promise("contains", "string_view", 0, (7.0, 10.0)),
    _Promise("contains imeis", "15 digits", 27_824, _of(3.0)),
    _Promise("one question", "Int64", 0, _of(1.2)),
    _Promise("normalize abroad", "", 0, _of(50.0)),
    _Promise("scan", "integers", 27_824, (1.6, 2.0)),
    _Promise("scan", "mixed", 27_824, (5.0, 7.0)),
    _Promise("scan csv", "6 columns", 0, _of(3.0)),
    _Promise("scan csv", "25 columns", 0, _of(3.0)),
    _Promise("scan csv", "6 columns, quoted", 0, _of(3.0)),
    _Promise("scan csv", "25 columns, quoted", 0, _of(3.0)),
    _Promise("expand", "Parquet, places", 0, (1.5, 2.5)),
    _Promise("expand", "Parquet, Int64", 0, _of(2.5)),
    _Promise("expand", "Parquet, text", 0, _of(4.0)),
    _Promise("common", "in 20 of 20 dumps", 0, (3.0, 6.0)),
    _Promise("common", "in 2 of 20 dumps", 0, (3.0, 4.0)),
    _Promise("changes", "Parquet", 0, (3.0, 6.0)),
    _Promise("scan wide", "integers", 0, _of(2.0), _many_hits),
    _Promise("scan wide", "integers", 0, _of(3.0), _few_hits),
    _Promise("scan wide", "mixed", 0, _of(4.0), _many_hits),
    _Promise("scan wide", "mixed", 0, _of(5.0), _few_hits),
    _Promise("expand", "Parquet", 0, _of(2.0), lambda line: line.rows > _MANY_SIGHTINGS),
    _Promise("expand", "Parquet", 0, _of(2.5)),
)
_LIBRARIES: Final = {"rphonenumbers": (150.0, 250.0), "phonenumbers": (1_200.0, 2_000.0)}
_BYTES_A_KEY: Final = (20.0, 17.0)
#: Below these sizes the fixed part of a set, and of a process, is too large a share.
_BYTES_FROM: Final = 1_000_000
_BUILDING_FROM: Final = 10_000_000
_BUILDING: Final = (2.5, 2.0)


@dataclass(frozen=True)
class _Limit(_Promise):
    """Work that may take at most so many times as long as other work of the same run, on the same rows.

    An empty `other` or `beside` is the same work, or layout; an empty `candidate` is anyone. `words` has the other work
    in words. `fastest`: whether the fastest of them alone counts.
    """

    other: str = ""
    words: str = ""
    beside: str = ""
    candidate: str = ""
    fastest: bool = False

    def others(self, line: Line, lines: Iterable[Line]) -> list[Line]:
        """The other work beside a line."""
        beside = self.other or line.work, self.beside or line.layout, line.rows, line.run
        found = [
            other
            for other in lines
            if (other.work, other.layout, other.rows, other.run) == beside
            and other is not line
            and other.candidate == (self.candidate or other.candidate)
        ]
        return sorted(found, key=lambda line: line.rate)[-1:] if self.fastest else found


_DECODING: Final = "the fastest decoding of the same columns"
_READING: Final = "the fastest reading of the two columns"
_TEXT: Final = "reading the same bytes as text"
_AS_LONG: Final = "numguard, numbers as long"
_LIMITS: Final = (
    _Limit("scan", "", 27_824, (1.5, 1.3), other="decode", words=_DECODING, fastest=True),
    _Limit("scan", "", 1_000_000, _up_to(1.4), other="decode", words=_DECODING, fastest=True),
    _Limit("scan csv", "", 0, _up_to(1.0), other="decode csv", words=_READING, fastest=True),
    _Limit("read cdr", "", 0, _up_to(0.5), other="read text", words=_TEXT),
    _Limit("read cdr, processor", "", 0, _up_to(0.5), other="read text, processor", words=_TEXT),
    _Limit("add complaints", "", 0, _up_to(4.0), other="ingest", words="ingesting the same rows"),
    _Limit("read imeis", "", 0, _up_to(1.5), words="numbers as long", candidate=_AS_LONG),
    _Limit("normalize by region", "column", 0, (2.5, 2.0), words="one region for all", beside="constant"),
    _Limit("scan arrow", "integers, Arrow file", 0, _up_to(1.3), words="the table", beside="integers, table"),
    *(
        _Limit("expression", f"{cells}, {way}", 0, _up_to(1 / 0.9), words="the call", beside=f"{cells}, direct call")
        for cells in ("clean", "mixed")
        for way in ("expression", "streamed expression")
    ),
)
#: In rows a second, on the machine that they are for.
_RATES: Final = (
    _Promise("build", "integers", 27_824, _of(25e6)),
    _Promise("build", "integers", 1_000_000, _of(60e6)),
    _Promise("build", "integers", 33_800_000, _of(100e6)),
    _Promise("set algebra", "union", 0, _of(500e6)),
    _Promise("set algebra", "to_array", 0, _of(1_000e6)),
    _Promise("answers", "explain, clean", 0, _of(150e6)),
    _Promise("answers", "extract, clean", 0, _of(150e6)),
    _Promise("answers", "format, integers", 0, _of(200e6)),
    _Promise("expand of length", "", 0, _of(60e6), lambda line: line.rows >= _LONG_WALK),
)
_RATES_OF: Final = "amd-epyc-family-25-model-17-2-cores"
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
    """numguard and the rivals, the fastest first, all of one run."""

    ours: Line
    rivals: tuple[Line, ...]

    @property
    def best(self) -> Line | None:
        """The fastest rival that reads the whole cell."""
        return next((line for line in self.rivals if LOOSE not in line.candidate), None)

    @property
    def times(self) -> float | None:
        """How many times as fast as that rival numguard is."""
        return self.ours.rate / self.best.rate if self.best else None


@dataclass(frozen=True)
class Verdict:
    """A promise in words, and its measurement: what was measured, what must hold, and what is aimed at.

    `unit`: "x" times as fast, "x the time", "rows/s", "bytes", "bytes a key", "x the size" or "ms".
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
    """A measurement in which a rival is faster: the work in words, and rows a second."""

    what: str
    rival: str
    ours: float
    theirs: float


def what(line: Line) -> str:
    """The work of a line in words.

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
        Comparison(
            line, tuple(sorted((o for o in group if o.candidate != OURS), key=lambda line: line.rate, reverse=True))
        )
        for group in together.values()
        for line in group
        if line.candidate == OURS
    ]


def verdicts(lines: Sequence[Line]) -> list[Verdict]:
    """Every promise for which the record has measurements."""
    return [
        *_speed(comparisons(lines)),
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
                    yield Verdict(name, ours.rate / rival.rate, required, goal, "x")
        promised = _bounds(_TIMES, ours)
        if promised and one.times is not None and one.best is not None:
            yield Verdict(f"{what(ours)}, against {one.best.candidate}", one.times, *promised, "x")


def _limits(lines: Sequence[Line]) -> Iterator[Verdict]:
    limits = [(line, limit) for line in lines for limit in _LIMITS if limit.is_of(line)]
    # First those of the fastest, then one work after the other.
    works = list(dict.fromkeys(limit.work for limit in _LIMITS))
    for line, limit in sorted(limits, key=lambda pair: -1 if pair[1].fastest else works.index(pair[1].work)):
        for other in limit.others(line, lines):
            named = other.candidate == OURS or limit.candidate or limit.fastest
            words = f"{what(line)}, against {limit.words}" + ("" if named else f" with {other.candidate}")
            yield Verdict(words, other.rate / line.rate, *limit.bounds, "x the time")


def _rates(lines: Iterable[Line]) -> Iterator[Verdict]:
    for line in lines:
        promised = _bounds(_RATES, line) if line.machine == _RATES_OF else None
        if promised and line.rows_per_s is not None:
            yield Verdict(what(line), line.rows_per_s, *promised, "rows/s")


def _growth(lines: Sequence[Line]) -> Iterator[Verdict]:
    for small in lines:
        for large in lines:
            alike = (small.work, small.layout, small.run) == (large.work, large.layout, large.run)
            times, bounds = _GROWTH.get(small.work, (0, (0.0, 0.0)))
            if alike and times and large.listed == times * small.listed:
                name = f"{small.work}, {small.layout}, {large.listed:,} complaints there, against {small.listed:,}"
                yield Verdict(name, small.rate / large.rate, *bounds, "x the time")


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
            yield Verdict(name, short.rate / line.rate, *bounds, "x the time")


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
            Loss(what(ours), rival.candidate, ours.rate, rival.rate) for rival in one.rivals if rival.rate > ours.rate
        ]
        built = building.get((ours.run, ours.listed)) if ours.work == "contains" else None
        if built is not None and ours.median_s is not None and one.rivals:
            once, best = ours.rows / (ours.median_s + built), one.rivals[0]
            if once < best.rate <= ours.rate:
                found.append(Loss(f"{what(ours)}, set built for one question", best.candidate, once, best.rate))
    return found
