"""The first lines of a report -> its layout, its columns, and the target that the preamble names.

Owns the search for the header row and the reading of preambles. Independent of rows. One idea: **a header is recognised
by its names, on any line and with any separator**; nothing is assumed about the lines before it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pyarrow as pa

from numguard._core import normalize, normalize_imei
from numguard.cdr import times
from numguard.cdr.callers import DoubtError
from numguard.cdr.layout import MAPPED, ROLES, Layout, Role, canonical_line, names_served_party, without_form
from numguard.cdr.layouts import LAYOUTS, generic
from numguard.cdr.non_data import TARGET, NonData, Whose, stated_count
from numguard.cdr.parties import check_groups, doubts, have_services, is_caller, of_the_a_number, settled
from numguard.compute import named
from numguard.errors import ArgumentError
from numguard.indian_time import DAY_MICROS, OFFSET_MICROS
from numguard.source.header import LINES_SEARCHED, SEPARATORS, beginnings, split_line, usual_width
from numguard.source.languages import canonical_name
from numguard.source.non_data import bare

#: Every name of a column of any layout: a row of calls has none of them in its cells, a header several.
_KNOWN_NAMES: Final = frozenset(name for layout in LAYOUTS for names in layout.columns.values() for name in names)
#: Columns of sightings that no operator's file has all of.
_OF_SIGHTINGS: Final = frozenset({"imei14", "other msisdn", "at", "direction", "source", "row"})
#: Longer lines are not searched.
LONGEST_LINE: Final = 100_000
_DIGITS: Final = re.compile(r"\d{10}")
_SAMPLED: Final = 200
#: The days of the period of a request.
_DAY: Final = r"\b\D{0,20}(\d{1,2}[-/. ](?:\d{1,2}|[a-z]{3})[-/. ]\d{4}|\d{4}-\d{2}-\d{2})\b"
_FROM: Final = re.compile(rf"\bfrom{_DAY}", re.IGNORECASE)
_TO: Final = re.compile(rf"\b(?:to|till|upto){_DAY}", re.IGNORECASE)
#: An IMSI of India, or a cell id in decimals: they begin with the country's code.
_OF_A_NETWORK: Final = re.compile(r"40[45]\d{11,12}")
#: The roles of columns whose values a request may name, and that are neither numbers nor handsets.
_NO_TARGETS: Final[tuple[Role, ...]] = ("imsi", "first_cell", "last_cell")
#: A line with a known name is a header if it has so many cells, and no digit in any.
_CELLS_OF_A_HEADER: Final = 3
#: A table above a header with fewer known columns belongs to the preamble.
_ROLES_OF_A_REPORT: Final = 4


@dataclass(frozen=True, slots=True)
class Header:
    """A header row: which layout, which column has which role, and how many fields the file's rows have.

    `names` are the columns' names as written, `canonical` the same in canonical form. `warnings`: what they
    leave in doubt. `has_services`: whether the call types of the first rows are services alone, as `Voice` and `SMS`.
    `beside` and `hides_subject` are as `settled` gives them.
    """

    layout: Layout
    columns: Mapping[Role, int]
    names: tuple[str, ...]
    canonical: tuple[str, ...]
    delimiter: str
    line: int
    width: int
    warnings: tuple[str, ...] = ()
    has_services: bool = False
    beside: tuple[int, ...] = ()
    hides_subject: bool = False

    @property
    def may_switch_parties(self) -> bool:
        """Whether a switch may have recorded the caller as the served party, depending on the call type."""
        return "call_type" in self.columns and is_caller(self.columns, self.canonical)

    @property
    def of_the_a_number(self) -> dict[int, Role | None]:
        """The columns of the A number with their roles, if the served party of some rows may be the B number."""
        may_be_called = {"calling", "called"} <= self.columns.keys() or self.may_switch_parties
        is_named = self.layout.name == MAPPED
        return of_the_a_number(self.columns, self.canonical) if may_be_called and not is_named else {}

    @property
    def may_have_callers(self) -> bool:
        """Whether the rows show if the A numbers are callers: no call has named the columns."""
        is_shown = {"other", "imei"} <= self.columns.keys() and self.may_switch_parties
        return is_shown and self.layout is generic.BY_NAMES

    @property
    def has_keys(self) -> bool:
        """Whether this is a table of sightings as `read_cdr` returns them, with E.164 digits as served numbers.

        Read by the plan of India, ten digits of a foreign number would be those of an Indian mobile.
        """
        served = self.columns.get("served")
        return served is not None and self.canonical[served] == "served msisdn" and {*self.canonical} >= _OF_SIGHTINGS

    def whose(self, names: list[str], line: int) -> Whose | None:
        """Whether a line below the header, given its canonical cells, is a header, and of which table.

        It is this table's if each column has the same role under it, in any spelling; and another's if it may be the
        header of one. The line below the header may be its second one.
        """
        if tuple(names) == self.canonical:
            return "own"
        known = len(_KNOWN_NAMES.intersection(names))
        if known >= 2 and self.layout.match(names) == self.layout.match(self.canonical):
            return "own"
        if known >= 2 and any(layout.match(names) for layout in LAYOUTS):
            return "other"
        is_text = sum(map(bool, names)) >= _CELLS_OF_A_HEADER and not any(map(str.isdigit, "".join(names)))
        return "other" if known and is_text and line > self.line + 1 else None


@dataclass(frozen=True, slots=True)
class Preamble:
    """The content of the lines before the header: whose records of which time were requested, and how many there are.

    `period`: its beginning and its end, which is not part of it, in microseconds UTC.
    """

    target_msisdn: int | None = None
    target_imei14: int | None = None
    stated_rows: int | None = None
    period: tuple[int, int] | None = None


def candidates(layout: str | Mapping[str, str] | Layout | None) -> tuple[Layout, ...]:
    """The layouts to compare a header with: all, those of a name, the given one, or one of roles and columns."""
    if layout is None:
        return LAYOUTS
    if isinstance(layout, Layout):
        return (layout,)
    if isinstance(layout, str):
        chosen = tuple(known for known in LAYOUTS if known.name == layout)
        if not chosen:
            known_names = ", ".join(dict.fromkeys(known.name for known in LAYOUTS))
            raise ArgumentError(f"layout: no layout of that name; there are {known_names}")
        return chosen
    if not isinstance(layout, Mapping) or not all(isinstance(one, str) for pair in layout.items() for one in pair):
        raise ArgumentError("layout: takes the name of a layout, a mapping of roles to names of columns, or None")
    return (_mapped(layout),)


def _mapped(mapping: Mapping[str, str]) -> Layout:
    unknown = sorted(set(mapping) - set(ROLES))
    if unknown:
        raise ArgumentError(f"layout: no such role: {', '.join(unknown)}; roles are {', '.join(ROLES)}")
    columns: dict[Role, tuple[str, ...]] = {role: (canonical_name(mapping[role]),) for role in ROLES if role in mapping}
    if not names_served_party(dict.fromkeys(columns, 0)):
        raise ArgumentError("layout: name the column 'served', or all of 'calling', 'called' and 'call_type'")
    signature = tuple(name for names in columns.values() for name in names)
    return Layout(MAPPED, signature, columns, generic.BY_NAMES.call_types)


def find_header(
    lines: Sequence[str], layouts: Sequence[Layout], name: str, *, first: int | None = None
) -> Header | None:
    """The header of the first layout that has one in these lines; the most specific layouts come first.

    If rows of another report are above it, their header is the file's: no row of a report is a title.
    `first`: the number of the first row below it, if not its line.
    """
    searched = _records([line if len(line) <= LONGEST_LINE else "" for line in lines[:LINES_SEARCHED]])
    words = [canonical_line(line) for line in searched]
    everywhere = "\n".join(words)
    found: Header | None = None
    for layout in filter(lambda layout: layout.may_be_named_in(everywhere), layouts):
        end = len(searched) if found is None else found.line - 1
        for number in range(end):
            if not layout.may_be_named_in(words[number]):
                continue
            header = _header_in(searched[number], number, layout, lines)
            if header is not None and (found is None or _is_of_report(header, searched[number + 1 : end])):
                found = header
                break
    if found is None:
        return None
    where = f"{name}: line {found.line}"
    _reject_doubles(found.names, found.canonical, found.columns, where)
    if found.layout.name == MAPPED:
        return found
    above = searched[found.line - 2] if found.line > 1 else ""
    check_groups(found.columns, found.names, split_line(above, found.delimiter), where)
    if found.layout is not generic.BY_NAMES:
        return found
    below = _rows(found, lines)
    rows = [*below.values()]
    offset = 0 if first is None else first - found.line - 1
    numbers = [found.line, *(line + offset for line in below)]
    columns, beside, hides_subject = settled(dict(found.columns), found.canonical, rows, name, numbers)
    return replace(
        found,
        columns=columns,
        warnings=doubts(columns, found.canonical, rows),
        # Where the A number may be the caller, a service does not say whose handset it is.
        has_services=have_services(columns, rows) and not hides_subject,
        beside=beside,
        hides_subject=hides_subject,
    )


def _rows(header: Header, lines: Sequence[str]) -> dict[int, list[str]]:
    """The cells of the rows below a header, by their lines: of lines as wide as it, without footers and such."""
    non_data = NonData(header.delimiter, len(header.names), header.whose)
    rows = {}
    for number, line in enumerate(lines[header.line :], header.line + 1):
        cells = split_line(line, header.delimiter) if len(line) <= LONGEST_LINE else []
        # Most lines are filled and have a number, and are looked at no further.
        is_row = _DIGITS.search(line) is not None and 2 * sum(map(bool, cells)) > len(cells)
        if len(cells) >= len(header.names) and (is_row or not non_data.take(line, number)):
            rows[number] = cells
    return rows


def _header_in(line: str, number: int, layout: Layout, lines: Sequence[str]) -> Header | None:
    # One known name may stand in any line; a name that the caller gives is that of a column, also of a list of numbers.
    least = 1 if layout.name == MAPPED else 2
    for delimiter in SEPARATORS:
        cells = _without_trailing_blanks(split_line(line, delimiter))
        names = [canonical_name(cell) for cell in cells]
        columns = layout.match(names) if len(cells) >= least else None
        if columns is not None and len(columns) >= least:
            columns = _with_directions(layout, columns, names, lines[number + 1 :], delimiter)
            width = usual_width(lines[number + 1 :], delimiter, len(cells))
            return Header(layout, columns, tuple(cells), tuple(names), delimiter, number + 1, width)
    return None


def _is_of_report(header: Header, lines: Sequence[str]) -> bool:
    """Whether the table above another header is a report, and not one of the titles."""
    return len(header.columns) >= _ROLES_OF_A_REPORT and bool(rows_among(header, lines))


def rows_among(header: Header, lines: Sequence[str]) -> list[int]:
    """Which of these lines, from 0, are rows of calls: as wide as the header, with a number where a party belongs."""
    parties = [place for role, place in header.columns.items() if role in ("served", "calling", "called")]
    split = [(at, split_line(line, header.delimiter)) for at, line in enumerate(lines) if len(line) <= LONGEST_LINE]
    wide = [(at, [cells[place] for place in parties]) for at, cells in split if len(cells) >= len(header.names)]
    return [at for at, cells in wide if normalize(cells).null_count < len(cells)]


def _records(lines: Sequence[str]) -> list[str]:
    """The lines, each record that spans several of them on its last one: a part of a heading is another heading."""
    begins = beginnings(lines, SEPARATORS)
    records = list(lines)
    for at, begin in enumerate(begins):
        if begin != at:
            records[at] = f"{records[at - 1]} {lines[at]}"
            records[at - 1] = ""
    return records


def likely_header(lines: Sequence[str]) -> list[str]:
    """The cells of the line that would be the header if one were known: of those with most cells, the first."""
    split = [cells for line in lines[:50] for delimiter in SEPARATORS if (cells := split_line(line, delimiter))]
    return _without_trailing_blanks(max(split, key=len)) if split else []


def _with_directions(
    layout: Layout, columns: dict[Role, int], names: Sequence[str], lines: Sequence[str], delimiter: str
) -> dict[Role, int]:
    """Of several columns that could have the direction (`Call Type` = Call beside `Direction`), the one that does."""
    known = layout.columns.get("call_type", ())
    taken = {place for role, place in columns.items() if role != "call_type"}
    places = [place for place, name in enumerate(names) if without_form(name) in known and place not in taken]
    if len(places) < 2:
        return columns
    rows = [cells for line in lines[:_SAMPLED] if len(cells := split_line(line, delimiter)) >= len(names)]

    def directions(place: int) -> tuple[int, bool]:
        known = sum(layout.direction(cells[place].strip(" '"))[0] for cells in rows)
        return known, place == columns.get("call_type")

    return columns | {"call_type": max(places, key=directions)}


def _without_trailing_blanks(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells.pop()
    return [bare(cell) for cell in cells]


def _reject_doubles(cells: Sequence[str], names: Sequence[str], columns: Mapping[Role, int], where: str) -> None:
    for position in columns.values():
        if names.count(names[position]) > 1:
            raise DoubtError(
                f"{where}: two columns are named {named([cells[position]])!r}; rename one of them, "
                "or leave both out with --map COLUMN=ROLE of the others (layout=)"
            )


def read_preamble(lines: Sequence[str], others: Collection[str]) -> Preamble:
    """The content of the lines before the header; a cell id, an IMSI or a date is no target.

    `others`: the digits of the cell ids and IMSIs in the first rows.
    """
    msisdn = imei14 = None
    stated = [count for line in lines if (count := stated_count(line)) is not None]
    for line in lines:
        target = TARGET.search(line)
        if target is None:
            continue
        value = target[1].replace(" ", "")
        if value in others or _OF_A_NETWORK.fullmatch(value):
            continue
        if len(value.lstrip("+")) <= 13:
            msisdn = msisdn or normalize([value]).to_pylist()[0]
        else:
            imei14 = imei14 or normalize_imei([value]).to_pylist()[0]
    return Preamble(msisdn, imei14, sum(stated) if stated else None, _period(lines))


def no_targets(header: Header, lines: Sequence[str]) -> frozenset[str]:
    """The digits of the cell ids and IMSIs in the first of the lines below a header."""
    places = [header.columns[role] for role in _NO_TARGETS if role in header.columns]
    rows = [split_line(line, header.delimiter) for line in lines[:_SAMPLED] if len(line) <= LONGEST_LINE]
    cells = (row[place] for row in rows if len(row) >= len(header.names) for place in places)
    return frozenset(re.sub(r"\D", "", cell) for cell in cells)


def _period(lines: Sequence[str]) -> tuple[int, int] | None:
    """The first day and the last day that lines name as `from` and `to`, if both can be read."""
    days: list[int] = []
    for words in (_FROM, _TO):
        written = next((match[1] for line in lines if (match := words.search(line))), None)
        found = times.read(pa.array([written], pa.string()), "date")
        if found.outcome[0] not in (times.OK, times.DAY_OR_MONTH):
            return None
        days.append(int(found.micros[0]) - OFFSET_MICROS)
    return (days[0], days[1] + DAY_MICROS) if days[0] <= days[1] else None
