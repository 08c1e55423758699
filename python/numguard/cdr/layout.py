"""Layouts: the names of an operator's columns, the role of each, and whose handset a row shows.

Owns the roles of columns, the comparison of column names, and the choice of a layout for a header row. Independent of
files and rows. One idea: **a layout is data.** Adding an operator is one file in `layouts/` that lists names and call
types, and an entry in the list there, whose order is that of the search; CONTRIBUTING.md names the tests and pages
beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, get_args

from numguard.source.languages import canonical_name, heading_words, in_english

#: The direction of a call for the served party; None for a data session, which has no other end.
Direction: TypeAlias = Literal["in", "out"] | None

#: The role of a column. `served`, or `calling` and `called` with `call_type`, determine whose handset the row shows.
Role: TypeAlias = Literal[
    "served", "other", "calling", "called", "imei", "imsi", "at", "date", "time", "zone", "call_type", "duration",
    "lrn", "forwarding", "first_cell", "last_cell", "place", "coordinates", "latitude", "longitude", "site",
]  # fmt: skip

ROLES: Final[tuple[Role, ...]] = get_args(Role)
#: The roles of places. `place` is the circle, `coordinates` one column of latitude and longitude, `site` a description
#: that may contain them. A row is complete without them, so that a heading that is there twice is left unread.
PLACE_ROLES: Final[tuple[Role, ...]] = ROLES[ROLES.index("first_cell") :]

#: The form of a date or a time after the name of its column.
_FORM: Final = re.compile(r"(?: (?:dd|mm|yy|yyyy|mon|mmm|hh|hh24|mi|ss|sss|ms|ist|hrs|24hrs?|24 hrs?|am|pm))+$")
#: The forms of durations that are read: seconds, or a clock.
_FORM_OF_DURATION: Final = re.compile(r"(?: (?:hh|hh24|24hrs?|24 hrs?) (?:mm|mi))? sss?$")
#: The forms of dates and times of day of India, also in words. Of twelve hours, a cell would need the half of the day.
_FORM_OF_TIME: Final = re.compile(
    r"(?: (?:dd|mm|yy|yyyy|mon|mmm|hh|hh24|mi|ss|sss|ms|hrs|am|pm|h|m|s|hhmm|hhmmss|24 ?(?:hrs?|hours?)(?: clock)?"
    r"|(?:in )?(?:local(?: time)?|ist|(?:(?:utc|gmt) )?0?5 ?30)))+(?: format)?$"
)
#: In a form, that the time is India's.
_OF_INDIA: Final = re.compile(r" (?:local|ist|0?5 ?30)\b")
#: A zone that is not India's, anywhere in a name.
_OTHER_ZONE: Final = re.compile(r"(?:^| )(?:in )?(?:utc|gmt|z|zulu)(?! 0?5 ?30\b)(?: \d{1,4})*(?= |$)")
#: The name of a layout that a caller gives as roles and columns: its columns are as they are named.
MAPPED: Final = "mapped"
#: The roles of dates and times.
WHEN: Final[tuple[Role, ...]] = ("at", "date", "time")


def canonical_line(line: str) -> str:
    """The names in a line, each as it is compared; where one ends is not known."""
    return " ".join(in_english(heading_words(line), each_once=False))


def without_form(name: str) -> str:
    """A compared name without the form of its dates: `call date dd mm yyyy` is `call date`."""
    return _FORM.sub("", name) or name


def _without_form_of_time(name: str) -> str:
    return _FORM_OF_TIME.sub("", name) or name


def has_month_first(name: str) -> bool:
    """Whether the form in a compared name has the month before the day.

    >>> has_month_first("call date mm dd yyyy"), has_month_first("call date dd mm yyyy hh mm ss")
    (True, False)
    """
    form = _FORM_OF_TIME.search(name)
    words = form[0].split() if form else []
    return "dd" in words and words[0] in ("m", "mm")


@dataclass(frozen=True, slots=True)
class Layout:
    """One operator's report, recognised by its header row.

    `signature`: names that this header has and that distinguish it from every other layout.
    `columns`: for each role its names, the first that the header has is used.
    `call_types`: the cells of the call type column, as names are compared, and the direction for the served party. A
    key that ends in `*` matches all that begin with it.
    """

    name: str
    signature: tuple[str, ...]
    columns: Mapping[Role, tuple[str, ...]]
    call_types: Mapping[str, Direction] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # A misspelt role would be a column that is silently not read.
        unknown = sorted(set(self.columns) - set(ROLES))
        if unknown:
            raise ValueError(f"{self.name}: no such columns: {', '.join(unknown)}; they are {', '.join(ROLES)}")

    def direction(self, call_type: str) -> tuple[bool, Direction]:
        """Whether the call type is known, and the direction for the served party."""
        written = canonical_name(call_type)
        if written in self.call_types:
            return True, self.call_types[written]
        for known, direction in self.call_types.items():
            if known.endswith("*") and written.startswith(known[:-1]):
                return True, direction
        return False, None

    def may_be_named_in(self, words: str) -> bool:
        """Whether a line, in canonical form, can be the header: most lines of a file cannot."""
        if not all(name in words for name in self.signature):
            return False
        return any(name in words for role in ("served", "calling") for name in self.columns.get(role, ()))

    def match(self, names: Sequence[str]) -> dict[Role, int] | None:
        """The column of each role, or None where a header of these (compared) names is not this layout's."""
        if not set(self.signature) <= set(names):
            return None
        is_named = self.name == MAPPED
        columns = self._columns(names)
        when = [names[place] for role, place in columns.items() if role in WHEN]
        is_of_other_day = len(when) == 1 and self._has_time_of_other_zone(names, when[0])
        if is_of_other_day or (not is_named and self._halves_in_doubt(columns, names)):
            # A date beside a time of another zone would be that of another day.
            columns = {role: place for role, place in columns.items() if role not in WHEN}
        for role in PLACE_ROLES:
            if role in columns and names.count(names[columns[role]]) > 1:
                del columns[role]
        return columns if names_served_party(columns) else None

    def times_in_doubt(self, names: Sequence[str]) -> dict[Role, int] | None:
        """The date and the time for which no time is read of a header of these names, the one of India first."""
        return None if self.name == MAPPED else self._halves_in_doubt(self._columns(names), names)

    def _halves_in_doubt(self, columns: Mapping[Role, int], names: Sequence[str]) -> dict[Role, int] | None:
        """A date or time that was chosen of several as India's, and the other one, which may be of another day."""
        others = {_without_form_of_time(name) for name in names if not _is_of_india(name)}
        chosen = unmarked = None
        for role in WHEN:
            name = names[columns[role]] if role in columns else ""
            if _is_of_india(name):
                chosen = chosen if others.isdisjoint(self.columns.get(role, ())) else role
            elif name:
                unmarked = role
        return {role: columns[role] for role in (chosen, unmarked)} if chosen and unmarked else None

    def _columns(self, names: Sequence[str]) -> dict[Role, int]:
        columns = find_columns(self.columns, names, are_exact=self.name == MAPPED)
        if self.name != MAPPED and "at" in columns and _is_of_india(names[columns["at"]]):
            halves = [role for role in ("date", "time") if role in columns and _is_of_india(names[columns[role]])]
            if len(halves) < 2:
                # Both halves without a mark, or one of them, may be of another zone.
                return {role: place for role, place in columns.items() if role not in ("date", "time")}
        if {"at", "date", "time"} <= columns.keys():
            del columns["at"]
        return columns

    def _has_time_of_other_zone(self, names: Sequence[str], read: str) -> bool:
        """Whether one of the names is that of a time in another zone, and not of the one that is read as India's."""
        known = {name for role in WHEN for name in self.columns.get(role, ())}
        if _is_of_india(read):
            known.discard(_without_form_of_time(read))
        bare = [_OTHER_ZONE.sub("", name).strip() for name in names if _OTHER_ZONE.search(name)]
        return any(_without_form_of_time(name) in known for name in bare)


def find_columns(
    wanted: Mapping[Role, tuple[str, ...]], names: Sequence[str], *, are_exact: bool = False
) -> dict[Role, int]:
    """For each role the position of the first of its names in the header; a column has one role only.

    Of several times, it is the first that is marked as India's, unless the names `are_exact`.
    """
    found: dict[Role, int] = {}
    bare = [without_form(name) for name in names]
    times = [_without_form_of_time(name) for name in names]
    # In another unit, such as ms or mm ss, it would be another duration.
    durations = [_FORM_OF_DURATION.sub("", name) for name in names]
    for role in ROLES:
        without = durations if role == "duration" else times if role in WHEN else bare
        places = [_position(name, names, without) for name in wanted.get(role, ())]
        if role in WHEN and not are_exact:
            every = [at for name in wanted.get(role, ()) for at in _places(name, times)]
            places = [*(at for at in every if _is_of_india(names[at])), *places]
        for place in places:
            if place is not None and place not in found.values():
                found[role] = place
                break
    return found


def _position(name: str, names: Sequence[str], bare: Sequence[str]) -> int | None:
    if name in names:
        return names.index(name)
    return bare.index(name) if name in bare else None


def _places(name: str, names: Sequence[str]) -> list[int]:
    return [at for at, other in enumerate(names) if other == name]


def _is_of_india(name: str) -> bool:
    """Whether the form in a compared name of a time says that it is India's."""
    form = _FORM_OF_TIME.search(name)
    return form is not None and _OF_INDIA.search(form[0]) is not None


def names_served_party(columns: Mapping[Role, int]) -> bool:
    """Whether these columns determine whose handset a row shows."""
    return "served" in columns or {"calling", "called", "call_type"} <= columns.keys()
