"""The first lines of a text -> its header: the line, the separator, the number of fields of a row.

Owns the search. Independent of what a name means: the caller gives the wanted names. One idea: **the header is the line
with most of the wanted names; without any, it is the first line with more than one cell, if most lines have more than
one**. The lines above it are titles. A line that continues a quoted cell of the line above is no header: in
`"Victim<line break>Mobile No.",Date` the second line alone names other numbers than the cell does.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from typing import Final

from numguard.source.non_data import FIGURES, NUMBER
from numguard.source.scripts import MARKS

#: Lines that are read for the header. `_TITLES`: those that it may be in; `_SAMPLED`: those whose fields are counted.
LINES_SEARCHED: Final = 400
_TITLES: Final = 50
_SAMPLED: Final = 200
SEPARATORS: Final = (",", ";", "\t", "|")
#: The separator of a text of one column: a character that does not occur in it.
NO_SEPARATOR: Final = "\x1f"
_LONGEST_LINE: Final = 1_000_000
#: The most lines of one header: a wide one may have a line break in every cell.
_HEADER_LINES: Final = 100
#: What is behind the heading of a group, and says nothing.
_DETAILS: Final = re.compile(
    rf"[^\w{MARKS}]+(?:details?|particulars|information|info|विवरण|तपशील|વિગત|વિગતો|ਵੇਰਵਾ|ਵੇਰਵੇ|বিবরণ|ବିବରଣୀ|விவரம்|விவரங்கள்|వివరాలు|ವಿವರ|ವಿವರಗಳು|تفصیل"
    rf"|تفصیلات)[^\w{MARKS}]*$",
    re.IGNORECASE,
)
#: The names of the first column of a group that say no more than the heading of the group.
_PLAIN: Final = re.compile(r"(?:(?:mobile|phone|contact|number|nos?|primary|first|1|नंबर|मोबाइल)\W*)+", re.IGNORECASE)
#: What a reader of quotes does not take as a part of a field, and its longest field.
_NOT_PLAIN: Final = re.compile(r'["\r\n\0]')
_LONGEST_PLAIN: Final = 131_072
_SEPARATOR_LINE: Final = re.compile(r"""["']?sep=(.)["']?""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TextHeader:
    """A header.

    Attributes:
        names: its cells, without blanks and quotes around them.
        separator: the separator of the fields.
        line: its line, from 1.
        end: its last line: a quoted name may span several.
        width: the usual number of fields of a row; some files end each row with an extra separator.
    """

    names: tuple[str, ...]
    separator: str
    line: int
    end: int
    width: int


def clean(name: str) -> str:
    """A column's name without blanks and quotes around it."""
    return " ".join(name.strip("\ufeff'\" \t\xa0").split())


def groups(above: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """For each column the heading of its group, from the cells above the header; none where they are not several."""
    cells = [clean(cell) for cell in above[: len(names)]]
    if sum(map(bool, cells)) < 2:
        return ()
    found: list[str] = []
    for cell in [*cells, *[""] * (len(names) - len(cells))]:
        # The heading of several columns is in the first of them.
        found.append(cell or (found[-1] if found else ""))
    return tuple(found)


def joined_names(
    above: Sequence[str], below: Sequence[str], wanted: Callable[[str], bool] | None
) -> tuple[str, ...] | None:
    """The names of the columns of a header of two rows, as `Name` and `Mobile` below `Suspect`; None if it has one row.

    Below the heading of a group is the name of each of its columns, and nothing below any other heading.
    """
    upper, lower = ([clean(cell) for cell in cells] for cells in (above, below))
    if any(map(FIGURES.search, lower)) or len(lower) > len(upper):
        return None
    lower += [""] * (len(upper) - len(lower))
    is_wanted = wanted or (lambda _: False)
    names, group = [], ""
    for k, (heading, name) in enumerate(zip(upper, lower, strict=True)):
        if heading and name and (any(upper[k + 1 : k + 2]) or not any(lower[k + 1 : k + 2])):
            return None
        group = (heading if name else "") if heading else group
        # `Victim` below `Mobile` says whose they are, and `Number` says nothing.
        is_whole = not name or (heading and is_wanted(heading) and _PLAIN.fullmatch(name))
        names.append(heading if is_whole else _name_in_group(group, name, is_wanted))
    return tuple(names) if any(map(all, zip(upper, lower, strict=True))) else None


def completed_names(above: Sequence[str], names: Sequence[str]) -> tuple[str, ...] | None:
    """The names of a header that is the second of two rows, with those of the first; None if it is not.

    `Remarks` beside the heading of a group is that of a column of which the second row has no name.
    """
    if sum(bool(clean(cell)) for cell in above) < 2 or joined_names(above, names, None) is None:
        return None
    padded = [*names, *[""] * (len(above) - len(names))]
    return tuple(clean(name) or clean(heading) for heading, name in zip(above, padded, strict=True))


def _name_in_group(group: str, name: str, is_wanted: Callable[[str], bool]) -> str:
    """The name of a column with that of its group; without `details` and such behind it, if that is a wanted one."""
    names = [f"{group} {name}".strip(), f"{_DETAILS.sub('', group)} {name}".strip()]
    return next(filter(is_wanted, names), names[0])


def wanted_names(cells: Sequence[str], wanted: Callable[[str], bool]) -> int:
    """How many cells of a line are wanted names; none where another cell is a number: `9876543210,Mobile` is a row."""
    names = [clean(cell) for cell in cells]
    found = [name for name in names if wanted(name)]
    return 0 if found and any(NUMBER.fullmatch(name) for name in names if name not in found) else len(found)


def find_header(lines: Sequence[str], wanted: Callable[[str], bool] | None) -> TextHeader | None:
    """The header among the first lines; None where all are blank."""
    separators: tuple[str, ...] = SEPARATORS
    start = 0
    for at, line in enumerate(lines[:_TITLES]):
        if line.strip():
            if match := _SEPARATOR_LINE.fullmatch(line.strip()):
                separators, start = (match[1],), at + 1
            break
    begins = beginnings(lines[:_TITLES], separators)
    best: tuple[tuple[int, int, int], TextHeader] | None = None
    for at in range(start, min(len(lines), _TITLES)):
        if wanted is None or begins[at] != at or not lines[at].strip():
            continue
        names: list[str] = []
        for separator in separators:
            before = names
            names, end = _cells(lines, at, separator)
            # As most lines have one of the separators, most are one cell by all others.
            known = 0 if names == before else wanted_names(names, wanted)
            rank = (known, -at, len(names))
            if known and (best is None or rank > best[0]):
                only = len(names) == 1 and not any(_filled(line, separator) > 1 for line in lines[end:_SAMPLED])
                best = rank, _header(lines, names, NO_SEPARATOR if only else separator, at, end)
    found = best[1] if best else _by_width(lines, separators, start)
    return None if found is None else _with_second_row(found, lines, wanted)


def _with_second_row(found: TextHeader, lines: Sequence[str], wanted: Callable[[str], bool] | None) -> TextHeader:
    """The header with its second row, if it has one, or with the names of the first, if it is the second."""
    if found.separator == NO_SEPARATOR:
        return found
    if found.end < len(lines):
        below, end = _cells(lines, found.end, found.separator)
        if (names := joined_names(found.names, below, wanted)) is not None:
            return replace(found, names=names, end=end, width=usual_width(lines[end:], found.separator, len(names)))
    above = split_line(lines[found.line - 2], found.separator) if found.line > 1 else []
    names = completed_names(above, found.names)
    return found if names is None else replace(found, names=names, width=max(found.width, len(names)))


def _by_width(lines: Sequence[str], separators: Sequence[str], start: int) -> TextHeader | None:
    """The first line with more than one cell, if most lines have more than one; else the first line, as one column."""
    filled = [at for at in range(start, min(len(lines), _SAMPLED)) if lines[at].strip()]
    if not filled:
        return None

    def share(separator: str) -> tuple[bool, int]:
        counts = [_filled(lines[at], separator) for at in filled]
        return sum(count > 1 for count in counts) * 2 > len(counts), max(counts[:_TITLES])

    separator = max(separators, key=share)
    if not share(separator)[0]:
        # A later line with a separator, among lines without, is a row with too many fields, not a header.
        wide = _filled(lines[filled[0]], separator) > 1
        separator = separator if wide else NO_SEPARATOR
        at = filled[0]
    else:
        at = next(k for k in filled if _filled(lines[k], separator) > 1)
    at = beginnings(lines[: at + _HEADER_LINES], (separator,))[at]
    names, end = _cells(lines, at, separator)
    return _header(lines, names, separator, at, end)


def _header(lines: Sequence[str], names: Sequence[str], separator: str, at: int, end: int) -> TextHeader:
    width = usual_width(lines[end:], separator, len(names))
    return TextHeader(tuple(clean(name) for name in names), separator, at + 1, end, width)


def _cells(lines: Sequence[str], at: int, separator: str) -> tuple[list[str], int]:
    """The cells of the record that begins at a line, and the number of lines up to its end.

    A quote that no line below closes is a sign that the line has: with it, all rows below would be one cell.
    """
    if len(lines[at]) > _LONGEST_LINE:
        return [], at + 1
    if _is_plain(lines[at]):
        return lines[at].split(separator), at + 1
    below = lines[at : at + _HEADER_LINES]
    reader = csv.reader((f"{line}\n" for line in [*below, ""]), delimiter=separator)
    try:
        names = next(reader)
    except (csv.Error, StopIteration):
        return [], at + 1
    if reader.line_num > len(below):
        return split_line(lines[at], separator), at + 1
    if reader.line_num > 1 and '"' not in lines[at]:
        return [lines[at]], at + 1
    return names, at + reader.line_num


def beginnings(lines: Sequence[str], separators: Sequence[str]) -> list[int]:
    """For each line the line on which its record begins, which is an earlier one if a quoted cell spans both."""
    begins = list(range(len(lines)))
    quoted = [at for at, line in enumerate(lines) if '"' in line or "'" in line]
    for separator in separators:
        end = 0
        for at in quoted:
            if at >= end and _open_cell(separator).search(lines[at]):
                end = at + 1 + _breaks(_joined(lines[at : at + _HEADER_LINES]), separator)
                begins[at:end] = [min(at, begin) for begin in begins[at:end]]
    return begins


def open_quote(lines: Sequence[str], header: TextHeader) -> int:
    """The first line, if a quote in it hides that it is the header: that which was found is a row; else 0.

    >>> lines = ['"msisdn,note', "9876543210,x", "9876543211,y"]
    >>> open_quote(lines, find_header(lines, None))
    1
    """
    above = (at for at, line in enumerate(lines[: header.line - 1], 1) if line.strip())
    at = next(above, 0)
    if not at or not any(map(FIGURES.search, header.names)):
        return 0
    line, separator = lines[at - 1], header.separator
    is_open = len(line) <= _LONGEST_LINE and _open_cell(separator).search(line) is not None
    return at if is_open and line.count(separator) + 1 == len(header.names) else 0


def _joined(lines: Sequence[str]) -> str:
    """The first of these lines, in one text of bounded length."""
    lengths = accumulate(map(len, lines))
    return "\n".join(line for line, length in zip(lines, lengths, strict=True) if length <= _LONGEST_LINE)


def _breaks(text: str, separator: str) -> int:
    """The line breaks within the quoted cells of the record at the start of a text."""
    cell = _quoted_cell(separator)
    breaks = at = 0
    while True:
        if quoted := cell.match(text, at):
            breaks += quoted[0].count("\n")
            at = quoted.end()
        else:
            ends = [end for end in (text.find(separator, at), text.find("\n", at)) if end >= 0]
            at = min(ends, default=len(text))
        if at >= len(text) or text[at] != separator:
            return breaks
        at += 1


@cache
def _quoted_cell(separator: str) -> re.Pattern[str]:
    """A cell in quotes of one kind, which are closed before a separator or the end of a line."""
    return re.compile(rf"""[ ]*+(?:"(?:[^"]++|"")*+"|'[^']*+')[ ]*+(?={re.escape(separator)}|\n|\Z)""")


@cache
def _open_cell(separator: str) -> re.Pattern[str]:
    """The quote of a cell that is not closed on its line."""
    return re.compile(rf"""(?:\A|{re.escape(separator)})[ ]*+(?:"(?:[^"]++|"")*+|'[^']*+)\Z""")


def _filled(line: str, separator: str) -> int:
    """The number of cells of a line that are not empty."""
    if separator not in line or len(line) > _LONGEST_LINE:
        return 1
    return sum(bool(cell.strip(" '\"")) for cell in split_line(line, separator))


def split_line(line: str, separator: str) -> list[str]:
    """The fields of one line; none where it cannot be split."""
    if _is_plain(line):
        return line.split(separator)
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _is_plain(line: str) -> bool:
    """Whether a line has nothing but fields and separators. Making a reader of quotes is slower than splitting it."""
    return 0 < len(line) <= _LONGEST_PLAIN and not _NOT_PLAIN.search(line)


def usual_width(lines: Sequence[str], separator: str, named: int) -> int:
    """The usual number of fields of a row: some operators end each row with one separator more than the header."""
    widths = Counter(
        len(cells)
        for line in lines[:_SAMPLED]
        if len(line) <= _LONGEST_LINE
        and len(cells := split_line(line, separator)) >= named
        and not any(cell.strip() for cell in cells[named:])
    )
    return max(widths, key=lambda width: (widths[width], -width)) if widths else named
