"""Columns beside those of dates and times that change what these mean -> a header that reads no wrong time.

Owns what is a column of time zones, one of AM and PM, and one of times under a name that is on no list. Independent of
layouts. One idea: **a time that another column may move is not read**: a call at 00:00 in place of 20:00, or at 08:00
in place of 20:00, may be within a period that it is outside of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from numguard.cdr import times
from numguard.cdr.cells import Column, spans
from numguard.cdr.header import LONGEST_LINE, Header
from numguard.cdr.layout import MAPPED, WHEN, Role
from numguard.compute import named
from numguard.indian_time import OFFSET_MICROS
from numguard.source.header import split_line
from numguard.source.non_data import bare

_MERIDIEM: Final = re.compile(r"\b(?:am ?(?:or )?pm|a m p m|meridiem|meridian)\b")
_ZONE: Final = re.compile(
    r"\b(?:time ?zone|tz|time ?offset|(?:utc|gmt|zone|timezone)(?: time)? ?(?:offset|diff(?:erence)?))\b"
)
#: A name that is that of a column of zones if its cells are zones: it may be a part of the country.
_MAYBE_ZONE: Final = re.compile(r"\bzone\b|^offset$")
#: A name of times, and what it measures if it is none of a time of day.
_TIME: Final = re.compile(r"time|clock|hour|hhmm|\b(?:hrs?|hh|utc|gmt)\b")
_NO_TIME: Final = re.compile(
    r"\b(?:talk|duration|dur|ring|hold|air|total|spent|usage|times|zone|first|last|slot|diff|difference)\b"
    r"|\bhours (?:of|calls)\b|\b(?:data|day|night) hours\b|airtime|timezone"
)
#: A clock that shows the half of its day by itself.
_WHOLE_CLOCK: Final = re.compile(r"(?<![\d:.])(?:1[3-9]|2[0-3]|00):\d{2}|\d\s*[ap]\.?m\b", re.IGNORECASE)
_CELL_OF_CLOCK: Final = re.compile(r"\d{1,2}:\d{2}(?::\d{2}|\s*[ap]m|$)", re.IGNORECASE)
_CELL_OF_MERIDIEM: Final = re.compile(r"[ap]\.?m\.?", re.IGNORECASE)
#: Cells of a column of zones, whatever its name is; and those if its name has `zone`.
_UTC: Final = re.compile(r"(?:utc|gmt)(?:\s*[+-]?\s*\d{1,2}(?::?\d{2})?)?", re.IGNORECASE)
_OFFSET: Final = re.compile(
    r"[+-]\d{1,2}:?\d{2}|ist|z|(?:asia|europe|africa|america|australia|pacific|etc)/\w+", re.IGNORECASE
)
#: The names of India's time; a cell may have several, as in `(UTC+05:30) Asia/Kolkata`.
_INDIA: Final = re.compile(
    r"\b(?:asia/(?:kolkata|calcutta)|indian? (?:standard )?time|ist|indian?|chennai|kolkata|mumbai|new delhi)\b"
    rf"|^(?:\+?5\.5|{OFFSET_MICROS // 60_000_000}|{OFFSET_MICROS // 1_000_000})$"
    r"|(?<![\d:.-])(?:(?:utc|gmt)\s*)?\+?\s*0?5[:.]?30(?::?00)?(?![\d:.])(?:\s*(?:hrs?|hours?)\b)?",
    re.IGNORECASE,
)
_DAYS_AND_MOMENTS: Final[tuple[times.What, ...]] = ("date", "timestamp")
_OWN_ZONE: Final = r"""\d[:.]\d{2}(?:\.\d+)?\s?(?:Z|UTC|IST|[+-]\d{2}(?::?\d{2})?)['"\s]*$"""


def with_certain_times(header: Header, lines: Sequence[str]) -> Header:
    """The header with the column of zones, and without those of times where the first of these lines show them wrong.

    A caller that names a column of dates alone has them read as days.
    """
    when = {role: place for role, place in header.columns.items() if role in WHEN}
    if not when:
        return header
    cells = _cells(header, lines)
    unread = [place for place, name in enumerate(header.canonical) if name and place not in header.columns.values()]
    warnings: list[str] = []
    doubt = _half_days(header, when, unread, cells) or _days_elsewhere(header, when, unread, cells)
    if doubt is not None:
        return _without_times(header, [f"no time is read: {doubt}"])
    if len(when) == 1 and "time" not in when and _are_days(cells[next(iter(when.values()))]):
        beside = [place for place in unread if _is_of_times(header.canonical[place], cells[place])]
        beside = [place for place in beside if not _is_of_zones(header.canonical[place], cells[place])]
        if beside:
            columns = f"the column {_name(header, beside[0])} may have the time of day of each"
            if header.layout.name != MAPPED:
                return _without_times(header, [f"no date is read, which would be 00:00 of its day: {columns}"])
            warnings.append(f"each date is read as 00:00 of its day, and {columns}")
    zone = next((place for place in unread if _is_of_zones(header.canonical[place], cells[place])), None)
    if zone is not None and "zone" not in header.columns:
        header = replace(header, columns={**header.columns, "zone": zone})
    return replace(header, warnings=(*header.warnings, *warnings))


def _half_days(
    header: Header, when: Mapping[Role, int], unread: Sequence[int], cells: Mapping[int, list[str]]
) -> str | None:
    """Which column has the half of the day of each time, where no time shows it by itself."""
    halves = [place for place in unread if _is_of_meridiem(header.canonical[place], cells[place])]
    if not halves or any(_WHOLE_CLOCK.search(cell) for place in when.values() for cell in cells[place]):
        return None
    return f"the column {_name(header, halves[0])} may have the half of the day of each"


def _days_elsewhere(
    header: Header, when: Mapping[Role, int], unread: Sequence[int], cells: Mapping[int, list[str]]
) -> str | None:
    """Which columns have the times, if the one that is read, as one marked as India's, has clocks alone."""
    read = [when["at"]] if "at" in when else [*when.values()]
    if len(read) > 1 or not _are_most([_CELL_OF_CLOCK.match(cell) for cell in cells[read[0]]]):
        return None
    known = {name for role in WHEN for name in header.layout.columns.get(role, ())}
    others = [place for place in unread if header.canonical[place] in known and _are_moments(cells[place])]
    # It may be of another zone, as the mark on its neighbour suggests.
    columns = [_name(header, place) for place in (*read, *others)]
    return f"the column {columns[0]} has no days, and {columns[1]} may be of another zone" if others else None


def has_dates_with_month_first(header: Header, lines: Sequence[str]) -> bool:
    """Whether a date in these lines has the month first."""
    cells = _cells(header, lines)
    columns = [cells[place] for role, place in header.columns.items() if role in WHEN]
    found = [times.read(pa.array(column, pa.string()), "timestamp").outcome for column in columns]
    return any(bool((outcome == times.MONTH_FIRST).any()) for outcome in found)


def of_other_zones(zones: Column) -> Column:
    """Which cells of a column of zones name another than India's; an empty one names none."""
    blank = spans(zones).blank()
    texts = zones.fill_null("").to_pylist()
    return pa.array([not (empty or _is_of_india(text)) for empty, text in zip(blank, texts, strict=True)], pa.bool_())


def have_own_zone(moments: Column) -> Column:
    """Which cells have a time of day and its zone."""
    found: Column = pc.match_substring_regex(moments, _OWN_ZONE)
    return found.fill_null(False)


def _is_of_india(zone: str) -> bool:
    rest, found = _INDIA.subn("", bare(zone.strip()))
    return bool(found) and not rest.strip(" ()[],;/")


def _name(header: Header, place: int) -> str:
    return repr(named([header.names[place]]))


def _without_times(header: Header, warnings: Sequence[str]) -> Header:
    columns = {role: place for role, place in header.columns.items() if role not in WHEN}
    return replace(header, columns=columns, warnings=(*header.warnings, *warnings))


def _cells(header: Header, lines: Sequence[str]) -> Mapping[int, list[str]]:
    """The written cells of each column in these lines."""
    rows = [split_line(line, header.delimiter) for line in lines if len(line) <= LONGEST_LINE]
    rows = [row for row in rows if len(row) >= len(header.names)]
    columns = [[bare(row[place]) for row in rows] for place in range(len(header.names))]
    blank = [spans(pa.array(column, pa.string())).blank() for column in columns]
    return {
        place: [cell for cell, is_blank in zip(columns[place], blank[place], strict=True) if not is_blank]
        for place in range(len(columns))
    }


def _is_of_meridiem(name: str, cells: Sequence[str]) -> bool:
    return _MERIDIEM.search(name) is not None or _are_most([_CELL_OF_MERIDIEM.fullmatch(cell) for cell in cells])


def _is_of_zones(name: str, cells: Sequence[str]) -> bool:
    if _ZONE.search(name):
        return True
    are_utc = [_UTC.fullmatch(cell) for cell in cells]
    are_zones = _are_most([_UTC.fullmatch(cell) or _OFFSET.fullmatch(cell) for cell in cells])
    return are_zones and (any(are_utc) or _MAYBE_ZONE.search(name) is not None)


def _are_most(found: Sequence[object]) -> bool:
    """Whether more than half of the cells are what was looked for: some are those of titles and totals."""
    return 2 * sum(map(bool, found)) > len(found)


def _is_of_times(name: str, cells: Sequence[str]) -> bool:
    has_times = _TIME.search(name) is not None or _are_most([_CELL_OF_CLOCK.match(cell) for cell in cells])
    return has_times and _NO_TIME.search(name) is None


def _are_moments(cells: Sequence[str]) -> bool:
    """Whether most of the cells have a day, with a time of day or without one."""
    return _are_most((times.read(pa.array(cells, pa.string()), "timestamp").outcome != times.UNREADABLE).tolist())


def _are_days(cells: Sequence[str]) -> bool:
    """Whether more of the dates are without a time of day than with one."""
    column = pa.array(cells, pa.string())
    days, moments = ((times.read(column, what).outcome != times.UNREADABLE) for what in _DAYS_AND_MOMENTS)
    return int(days.sum()) > int((moments & ~days).sum())
