"""Members of a file -> the reports in them: the header of each, its preamble, and its rows.

Owns which texts are reports. Independent of rows. One idea: **every text without a table is reported**: a file without
a header of call records is an error; a sheet or a member of an archive may be a cover or a letter, which is left out by
name if another has a table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeGuard

from numguard.cdr.callers import DoubtError
from numguard.cdr.clocks import has_dates_with_month_first, with_certain_times
from numguard.cdr.header import Header, find_header, likely_header, no_targets, read_preamble, rows_among
from numguard.cdr.layout import MAPPED, WHEN, Layout, Role, has_month_first, without_form
from numguard.cdr.layouts import LAYOUTS
from numguard.cdr.non_data import is_no_data
from numguard.cdr.summary import FileSummary
from numguard.compute import named
from numguard.errors import FileError, InputError
from numguard.source import Found, as_text, check_header, headings, open_members, open_source
from numguard.source.container import Member
from numguard.source.languages import canonical_name
from numguard.source.lines import open_text
from numguard.source.non_data import RULER, is_blank
from numguard.source.typed_text import Key, typed_text
from numguard.types import PathLike, Source

#: The roles of columns that hold keys where they are of uint64.
_KEYS: Final[dict[Key, tuple[Role, ...]]] = {"number": ("served", "other", "calling", "called"), "handset": ("imei",)}
#: The note of a row above the header.
ABOVE_HEADER: Final = "above_header"
#: A line about times of another zone than India's: `Times are in UTC`, but not `GMT+05:30`.
_OTHER_ZONE: Final = re.compile(r"\b(?:UTC|GMT)\b(?!\s*\+?\s*0?5[:.]?30)", re.IGNORECASE)
#: A line that may be a row: it begins with a number, or has two. A title names one at most, behind its label.
_ROW: Final = re.compile(r"""^['"]?\+?\d{10,16}['"]?[,;\t|]|\b\d{10,16}\b.*[,;\t|].*\b\d{10,16}\b""")


@dataclass(frozen=True, slots=True)
class Report:
    """One text, and the summary of its first lines, which is `left_out` if it contains no table.

    `file` is the number of its file. `has_month_first`: whether the first lines of a text of the same layout show dates
    with the month first.
    `may_have_callers`: as of its header.
    """

    member: Member
    summary: FileSummary
    file: int = 0
    has_month_first: bool = False
    may_have_callers: bool = False


def reports(source: Source, layouts: Sequence[Layout]) -> list[Report]:
    """The texts of files, or of tables, each with the summary of its first lines; one without a table is `left_out`."""
    known: dict[Key, set[str]] = {
        key: {name for layout in layouts for role in roles for name in layout.columns.get(role, ())}
        for key, roles in _KEYS.items()
    }
    key_of = partial(_key_of, known=known)
    opened: list[Report] = []
    files = list(open_members(source) if are_paths(source) else _tables(source, key_of))
    for number, found in enumerate(files):
        texts = _reports(found, layouts, key_of, is_alone=len(files) == 1)
        opened += (replace(report, file=number) for report in texts)
    # What one text shows of the dates of its layout is so of all, whether they are files or members of one.
    swapped = {report.summary.layout for report in opened if report.has_month_first}
    return [replace(report, has_month_first=report.summary.layout in swapped) for report in opened]


def are_paths(source: object) -> TypeGuard[PathLike | Sequence[PathLike]]:
    """Whether a source is a path or a list of paths, and not rows in memory."""
    several = source if isinstance(source, (list, tuple)) else [source]
    return all(isinstance(one, (str, Path)) for one in several)


def _tables(source: Any, key_of: Callable[[str], Key | None]) -> Iterator[Found]:
    """Each table or stream as a text."""
    names = getattr(getattr(source, "schema", None), "names", ())
    for part in open_source(source, keys=names, parameter="path").parts:
        yield Found([typed_text(part, part.name or "table", part.container, key_of)], [])


def _reports(
    found: Found, layouts: Sequence[Layout], key_of: Callable[[str], Key | None], *, is_alone: bool
) -> list[Report]:
    """The texts of one file; of the dates of a single text in a file that `is_alone`, nothing is to be known before."""
    opened: list[Report] = []
    refusals: list[InputError] = []
    texts = [as_text(member, key_of) for member in found.members]
    passed_over = [*found.passed_over, *(hidden for _, sheets in texts for hidden in sheets)]
    members = [text for some, _ in texts for text in some]
    for member in members:
        try:
            with open_text(member) as text:
                summary, header, _ = open_report(member, text.lines, layouts)
                report = Report(member, summary)
                if header is not None:
                    is_one_of_several = not is_alone or len(members) > 1
                    has_month_first = is_one_of_several and _has_month_first(header, text.lines)
                    report = replace(report, has_month_first=has_month_first, may_have_callers=header.may_have_callers)
            opened.append(report)
        except FileError:
            raise  # of the system: what is in the file is not known
        except DoubtError as doubt:
            if len(members) == 1:
                raise
            raise DoubtError(f"{doubt}; or, if it is no table of call records, take it out of the file") from None
        except InputError as refusal:
            refusals.append(refusal)
            summary = FileSummary(member.name, container=member.container, left_out=True, why_left_out=str(refusal))
            opened.append(Report(member, summary))
    for passed in passed_over:
        summary = FileSummary(passed.name, left_out=True, why_left_out=passed.why)
        opened.append(Report(found.members[0], summary))
    if len(refusals) == len(opened) - len(passed_over):
        raise refusals[0]
    return opened


def _has_month_first(header: Header, lines: Sequence[str]) -> bool:
    headings = [header.canonical[place] for role, place in header.columns.items() if role in WHEN]
    return any(map(has_month_first, headings)) or has_dates_with_month_first(header, lines[header.line :])


def _key_of(column: str, known: Mapping[Key, Collection[str]]) -> Key | None:
    """What a column of this name holds in any of the layouts."""
    names = {canonical_name(column), without_form(canonical_name(column))}
    return next((key for key, those in known.items() if not names.isdisjoint(those)), None)


def _count_title(summary: FileSummary, line: str) -> None:
    kind = "blank" if is_blank(line) else "ruler" if RULER.fullmatch(line) else "title"
    kind = "no_data" if is_no_data(line) else kind
    summary.skipped[kind] = summary.skipped.get(kind, 0) + 1


def _of_the_other_party(header: Header) -> str | None:
    """The layout by which a column that was named as the served party's has the other party too, if there is one."""
    if header.layout.name != MAPPED or "served" not in header.columns:
        return None
    for known in LAYOUTS:
        columns = known.match(header.canonical)
        if columns is not None:
            others = [columns.get(role) for role in ("other", "calling", "called")]
            return known.name if header.columns["served"] in others else None
    return None


def _doubts(header: Header, above: Sequence[str]) -> Iterator[str]:
    """What must be checked by the header and the lines above it."""
    if (known := _of_the_other_party(header)) is not None:
        column = named([header.names[header.columns["served"]]])
        warning = f"the column {column!r} is in the layout {known} that of the other party, at least in some rows"
        yield f"{warning}, and the handset of a row is not that party's"
    if (times := header.layout.times_in_doubt(header.canonical)) is not None:
        (chosen, of_india), (_, other) = times.items()
        what, name = ("dates", header.names[other]) if chosen == "date" else ("times", header.names[of_india])
        which = "which of them belongs to" if chosen == "date" else "which date belongs to"
        yield f"two columns have {what}, and {which} {named([name])!r} is not known: name the columns"
    if any(map(_OTHER_ZONE.search, above)):
        yield "a line above the header names UTC or GMT, and times without a zone are read as those of India"


def _note_columns(summary: FileSummary, header: Header) -> None:
    """Notes which columns are missing, and which are not read."""
    summary.missing = [
        what for what, roles in (("IMEIs", {"imei"}), ("times", {"at", "date"})) if not roles & header.columns.keys()
    ]
    if header.layout.times_in_doubt(header.canonical) is not None:
        summary.explained.append("times")
    read = set(header.columns.values())
    summary.not_read = [name for place, name in enumerate(header.names) if name and place not in read]


def _no_header(name: str, lines: Sequence[str], layouts: Sequence[Layout]) -> InputError:
    """The error of a text without a header of one of the layouts."""
    known = ", ".join(dict.fromkeys(layout.name for layout in layouts))
    problem = f"no header row of a known layout in its first lines. Known are {known}"
    there = likely_header(lines)
    columns = headings(there)
    if known == MAPPED:
        problem = "no line in its first lines has the columns that were named"
        names = {canonical_name(cell) for cell in there}
        missing = [column for layout in layouts for column in layout.signature if column not in names]
        columns += f", and none is {' or '.join(repr(named([column])) for column in missing)}" if missing else ""
    return InputError(
        f"{name}: {problem}; its columns are {columns}. Name them: --msisdn, --imei "
        'and --at (expand, changes, common), or numguard cdr read --map "COLUMN=served" --map "COLUMN=imei" '
        "(layout={'served': ..., 'imei': ..., 'date': ..., 'time': ...})"
    )


def open_report(
    member: Member, lines: Sequence[str], layouts: Sequence[Layout]
) -> tuple[FileSummary, Header | None, list[int]]:
    """The summary of a report by its first lines, its header, and the lines above the header that are refused rows."""
    if not lines:
        raise InputError(f"{member.name}: is empty")
    summary = FileSummary(member.name, encoding=member.encoding, container=member.container)
    summary.reader_warnings = member.warnings
    header = find_header(lines, layouts, member.name, first=1 if member.encoding == "typed" else None)
    if header is None:
        if any(is_no_data(line) for line in lines) and not any(map(_ROW.search, lines)):
            # Behind the last line end is no further line.
            for line in lines if lines[-1] else lines[:-1]:
                _count_title(summary, line)
            return summary, None, []
        raise _no_header(member.name, lines, layouts)
    header = with_certain_times(header, lines[header.line :])
    if header.layout.name == MAPPED:
        at = 0 if member.encoding == "typed" else header.line
        check_header([header.names[place] for place in header.columns.values()], at, member.name)
    preamble = read_preamble(lines[: header.line - 1], no_targets(header, lines[header.line :]))
    summary.layout, summary.header_line = header.layout.name, header.line
    summary.target_msisdn, summary.target_imei14 = preamble.target_msisdn, preamble.target_imei14
    summary.stated_rows, summary.stated_period = preamble.stated_rows, preamble.period
    _note_columns(summary, header)
    summary.reader_warnings += header.warnings
    summary.reader_warnings += tuple(_doubts(header, lines[: header.line - 1]))
    # Parts of a report were joined, the headed one last.
    above = [at + 1 for at in rows_among(header, lines[: header.line - 1])]
    if above:
        summary.refuse(above, ABOVE_HEADER)
    for at, line in enumerate(lines[: header.line - 1], 1):
        if at not in above:
            _count_title(summary, line)
    return summary, header, above
