"""The periods of numbers in handsets as a page: a timeline for each number, or handset, and the rows behind it.

Owns which periods are drawn, and the words. Independent of how periods are found. One idea: a number's handsets are its
lines, and below each are the other numbers of that handset, so that one picture shows its earlier and later users.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from numguard import _core
from numguard.compute import by_key, counts, pc
from numguard.files.page import page_path, write_page
from numguard.report.drawing import Lane, lanes
from numguard.report.inputs import File, inputs
from numguard.report.page import page_of
from numguard.report.part import Part, Table
from numguard.report.writing import Namer, counted, duration, grouped, minute
from numguard.sightings import Changes
from numguard.tac import TacTable
from numguard.types import PathLike

_OWN, _OVERLAP, _OTHER = ("var(--reported)", "var(--stopped)", "var(--plain)")
#: The most keys on a page, lines and rows of one key, and others below a line.
_KEYS, _LINES, _ROWS, _OTHERS = 40, 30, 100, 6
_WIDE: Final = 500

_Row = dict[str, Any]


@dataclass(frozen=True)
class _Words:
    """The words for a key and for what is shown beside it."""

    title: str
    key: str
    other: str
    beside: str
    overlap: str


_OF: Final = {
    "msisdn": _Words(
        "Handsets of numbers", "number", "handset", "other numbers in the same handset",
        "the number was in two handsets at once: a SIM that two phones report, or a wrong clock",
    ),
    "imei14": _Words(
        "Numbers of handsets", "handset", "number", "other handsets with the same number",
        "the handset had two numbers at once: a phone with two SIMs, or an IMEI that several phones report",
    ),
}  # fmt: skip


def write_changes(
    found: Changes,
    path: PathLike,
    *,
    keys: pa.Array[Any] | None = None,
    files: Sequence[File] = (),
    tac: TacTable | None = None,
) -> Path:
    """Writes a page of timelines, whole or not at all, readable by its owner only; numbers are shown in full.

    Args:
        found: The result of `changes`.
        path: The file to write; it ends in .html.
        keys: The numbers (or handsets) to show, uint64. None: all, those with most periods first. A page has at most
            40 of them, and says how many it leaves out.
        files: Name, bytes and SHA-256 of each input.
        tac: The makers and models of the handsets.

    Raises:
        ArgumentError: The path does not end in .html.
        MissingExtraError: `numguard-telecom[report]` is not installed.

    Example:
        >>> import numguard as ng, pyarrow as pa, tempfile
        >>> from numguard.report.changes import write_changes
        >>> seen = pa.table({
        ...     "served_msisdn": ["9876543210"] * 2, "imei14": ["35824005111111", "35824005222222"],
        ...     "at": pa.array(["2026-09-01", "2026-09-03"]).cast(pa.date32()),
        ... })
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     page = write_changes(ng.changes(seen), folder + "/page.html").read_text()
        >>> "+91 98765 43210" in page, "<script" in page
        (True, False)
    """
    path = page_path(path, "timelines are")
    words = _OF[found.by]
    chosen, requested = _chosen(found, keys)
    shown = chosen[:_KEYS]
    namer = Namer(full=True)
    timelines = _Timelines.of(found, shown, namer, tac)
    made = [
        _how_to_read(words, found, len(chosen), requested - len(chosen)),
        *(timelines.part(place, key) for place, key in enumerate(shown, start=1)),
        inputs(found.account, files, namer),
    ]
    text = page_of(
        made,
        title=words.title,
        subtitle=_period_of(found.table),
        totals=_totals(found, chosen, words),
        full_numbers=True,
        version=_core.__version__,
    )
    return write_page(text, path)


def _chosen(found: Changes, keys: pa.Array[Any] | None) -> tuple[list[int], int]:
    """The keys to show, those with most periods first; and the number of requested keys."""
    periods = counts(found.table[found.by])
    wanted = set(periods) if keys is None else set(keys.to_pylist())
    there: list[Any] = sorted(wanted & set(periods), key=lambda key: (-periods[key], key))
    return there, len(wanted)


def _totals(found: Changes, chosen: Sequence[int], words: _Words) -> list[tuple[str, str, str]]:
    mine = found.table.filter(pc.is_in(found.table[found.by], pa.array(chosen, pa.uint64())))
    return [
        (f"{words.key}s", grouped(len(chosen)), ""),
        ("periods", grouped(len(mine)), f"of a {words.key} {'in' if found.by == 'msisdn' else 'with'} a {words.other}"),
        ("changes", grouped(len(mine) - mine["followed"].null_count), "one followed another"),
        ("sightings", grouped(pc.sum(mine["sightings"]).as_py() or 0), ""),
    ]


def _period_of(table: pa.Table) -> str:
    if not len(table):
        return "No sighting can be used."
    first, last = pc.min(table["from"]).as_py(), pc.max(table["to"]).as_py()
    return f"Sightings from {minute(first)} to {minute(last)}, in Indian time."


def _how_to_read(words: _Words, found: Changes, keys: int, missing: int) -> Part:
    lines = (
        f"Each line of a timeline is a {words.other}, each bar a period in which the {words.key} was seen with it. "
        f"Indented below it are {words.beside}."
    )
    ends = (
        f"A period ends where the {words.key} is next seen with another {words.other} and comes back, if at all, after "
        f"more than {counted(found.gap_days, 'day')}. Between two sightings nothing is known: a bar does not say that "
        "a phone was in use all the time."
    )
    text = [lines, ends]
    if missing:
        text.append(f"In no sighting that can be used: {counted(missing, words.key)} of those asked about.")
    if keys > _KEYS:
        text.append(
            f"Shown are the {_KEYS} {words.key}s with most periods; {grouped(keys - _KEYS)} others are in the table "
            "that the same call writes to a file ending in .csv or .xlsx."
        )
    terms = [
        ("blue", f"a period of the {words.key}"),
        ("red", f"a period that overlaps an earlier one: {words.overlap}"),
        ("grey", f"a period of {words.beside}"),
    ]
    return Part("reading", "How to read this", text, definitions=terms)


@dataclass(frozen=True)
class _Timelines:
    """The periods of the keys that are shown, and those of other keys seen with the same handsets (or numbers)."""

    by: str
    namer: Namer
    #: By key, in order of time.
    own: Mapping[int, Sequence[_Row]]
    #: By the other of the pair.
    beside: Mapping[int, Sequence[_Row]]
    #: Maker and model of handsets; None without a table of TACs.
    phones: Mapping[int, str] | None

    @classmethod
    def of(cls, found: Changes, shown: Sequence[int], namer: Namer, tac: TacTable | None) -> _Timelines:
        """The periods of the keys to show, and those beside them."""
        by, other = (found.by, "imei14") if found.by == "msisdn" else (found.by, "msisdn")
        mine = found.table.filter(pc.is_in(found.table[by], pa.array(shown, pa.uint64())))
        theirs = found.table.filter(pc.is_in(found.table[other], mine[other]))
        theirs = theirs.select([by, other, "from", "to", "sightings"])
        own = _grouped_by(mine.to_pylist(), by)
        for rows in own.values():
            _mark_overlaps(rows)
        phones = None if tac is None else tac.named(pc.unique(theirs["imei14"]).to_pylist())
        return cls(by, namer, own, _grouped_by(theirs.to_pylist(), other), phones)

    @property
    def _other(self) -> str:
        return "imei14" if self.by == "msisdn" else "msisdn"

    def _phone(self, imei14: int) -> str:
        return self.namer.text((self.phones or {}).get(imei14, ""))

    def _label(self, what: str, key: int, *, with_phones: bool) -> str:
        """A name and, of a handset, maker and model."""
        name = self.namer.key(what, key)
        phone = self._phone(key) if with_phones and what == "imei14" else ""
        return f"{name} {phone}" if phone else name

    def part(self, place: int, key: int) -> Part:
        """The timeline and the table of one key."""
        words, rows = _OF[self.by], self.own[key]
        drawn, left = self._lanes(key, with_phones=True)
        short, _ = self._lanes(key, with_phones=False)
        wide = 176 if self.phones is None else 264
        others = len({row[self._other] for row in rows})
        figures = [
            f"{counted(others, words.other)} in {counted(len(rows), 'period')}",
            counted(len(rows) - 1, "change"),
            counted(sum(row["overlaps"] for row in rows), "overlap"),
        ]
        sentences = [f"{', '.join(figures)}."]
        if self.by == "imei14" and self._phone(key):
            sentences.insert(0, f"By its TAC: {self._phone(key)}.")
        if left:
            sentences.append(f"The picture has the first {_LINES} {words.other}s; {grouped(left)} are left out.")
        if len(rows) > _ROWS:
            sentences.append(f"The table has the first {_ROWS} periods; {grouped(len(rows) - _ROWS)} are left out.")
        name = self.namer.key(self.by, key)
        return Part(
            f"k{place}",
            name,
            sentences,
            [self._table(name, rows[:_ROWS])],
            lambda width: lanes(drawn, width, wide, "seen") if width > _WIDE else lanes(short, width, 122, "seen"),
            f"A line for each {words.other} of {name}, with its periods from {minute(rows[0]['from'])} on; the table "
            "below has the same periods.",
        )

    def _table(self, name: str, rows: Sequence[_Row]) -> Table:
        with_phones = self.phones is not None and self.by == "msisdn"
        words = [_OF[self.by].other, *(["phone"] if with_phones else [])]
        columns = [*words, "first and last row", "from", "to", "sightings", "overlap"]
        lines = [
            [
                self.namer.key(self._other, row[self._other]),
                *([self._phone(row["imei14"])] if with_phones else []),
                self._where(row),
                minute(row["from"]),
                minute(row["to"]),
                grouped(row["sightings"]),
                duration(row["overlap"]) if row["overlaps"] else "",
            ]
            for row in rows
        ]
        return Table(f"Periods of {name}", columns, lines, words=len(words) + 1, unbroken=True)

    def _where(self, row: _Row) -> str:
        """The files and lines of the first and the last sighting."""
        (file, line), (last_file, last) = ((row[f"{end}_file"], grouped(row[f"{end}_row"])) for end in ("from", "to"))
        before = f"{self.namer.text(file)}, " if file else ""
        if file != last_file:
            return f"{before}row {line}; {self.namer.text(last_file)}, row {last}"
        return f"{before}row {line}" if line == last else f"{before}rows {line} and {last}"

    def _lanes(self, key: int, *, with_phones: bool) -> tuple[list[Lane], int]:
        """A line for each other by its first period, with the keys seen with it; and the number of others left out."""
        of = _grouped_by(self.own[key], self._other)
        drawn = []
        for other, rows in list(of.items())[:_LINES]:
            spans = [(*_span(row), _OVERLAP if row["overlaps"] else _OWN) for row in rows]
            label = self._label(self._other, other, with_phones=with_phones)
            drawn.append(Lane(label, spans, _seen(rows)))
            drawn += self._beside(key, other, with_phones=with_phones)
        return drawn, max(0, len(of) - _LINES)

    def _beside(self, key: int, other: int, *, with_phones: bool) -> list[Lane]:
        """A line for each other key that was seen with the same: those seen most, by their first period."""
        also = _grouped_by((row for row in self.beside[other] if row[self.by] != key), self.by)
        seen = {one: sum(row["sightings"] for row in rows) for one, rows in also.items()}
        most = sorted(seen, key=lambda one: (-seen[one], one))
        # A single key left out would take as much space as the line that counts it.
        kept = most if len(most) == _OTHERS + 1 else most[:_OTHERS]
        drawn = []
        for one in sorted(kept, key=lambda one: (also[one][0]["from"], one)):
            spans = [(*_span(row), _OTHER) for row in also[one]]
            label = self._label(self.by, one, with_phones=with_phones)
            drawn.append(Lane(label, spans, _seen(also[one]), inset=True))
        if rest := most[len(kept) :]:
            sightings = grouped(sum(seen[one] for one in rest))
            drawn.append(Lane(f"{grouped(len(rest))} others", [], sightings, inset=True))
        return drawn


def _grouped_by(rows: Iterable[_Row], column: str) -> dict[int, list[_Row]]:
    return by_key((row[column], row) for row in rows)


def _mark_overlaps(rows: Sequence[_Row]) -> None:
    """Marks the periods that begin before an earlier one ends; those of one moment overlap for no second."""
    latest = None
    for row in rows:
        row["overlaps"] = latest is not None and row["from"] < latest
        latest = row["to"] if latest is None else max(latest, row["to"])


def _seen(rows: Iterable[_Row]) -> str:
    return grouped(sum(row["sightings"] for row in rows))


def _span(row: _Row) -> tuple[int, int]:
    """Milliseconds since 1970 of the local time in India, for an axis without zones."""
    begin, end = (int(row[name].replace(tzinfo=UTC).timestamp() * 1000) for name in ("from", "to"))
    return begin, end
