"""A file -> the reports in it: where each header stands, what its preamble says, and what follows.

Owns the opening of files, archives and workbooks as reports. Knows no row. One idea: **what holds no table is said**: a
file without a header of call records is a bad call, and so is an archive with such a file in it; a workbook may have a
cover sheet, which is left out by name as long as another sheet has a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

from numguard.cdr.furniture import is_no_data
from numguard.cdr.header import LINES_SEARCHED, Header, find_header, read_preamble
from numguard.cdr.layout import Layout
from numguard.cdr.lines import LineReader
from numguard.cdr.summary import FileSummary
from numguard.errors import InputError
from numguard.source.container import Opener, Part, parts

__all__ = ["open_report", "reports"]

#: A sheet's name with more digits than that may be somebody's number, and is not said.
_MOST_DIGITS: Final = 6


def reports(path: Path, layouts: Sequence[Layout]) -> Iterator[tuple[Part, FileSummary]]:
    """The texts of a file, each with what its first lines tell; one that holds no table is `left_out`.

    Raises:
        InputError: a text, or a workbook with all its sheets, that holds no table of call records.
    """
    for part in parts(path):
        sheets = [part] if part.workbook is None else list(_sheets(part, part.workbook))
        opened: list[tuple[Part, FileSummary]] = []
        refusals: list[InputError] = []
        for sheet in sheets:
            with sheet.open() as stream:
                first = next(iter(LineReader(sheet.name, stream, sheet.encoding)), b"")
            try:
                summary, _, _ = open_report(sheet, first, layouts)
            except InputError as refusal:
                refusals.append(refusal)
                summary = FileSummary(sheet.name, container=sheet.container, left_out=True)
            opened.append((sheet, summary))
        if len(refusals) == len(sheets):
            raise refusals[0]
        yield from opened


def open_report(part: Part, first: bytes, layouts: Sequence[Layout]) -> tuple[FileSummary, Header | None, bytes]:
    """The summary of a report as far as its first lines tell it, its header, and what follows the header."""
    if not first:
        raise InputError(f"{part.name}: is empty")
    summary = FileSummary(part.name, encoding=part.encoding, container=part.container)
    lines = [line.decode(errors="replace") for line in first.split(b"\n", LINES_SEARCHED)[:LINES_SEARCHED]]
    header = find_header(lines, layouts, part.name)
    if header is None:
        if any(is_no_data(line) for line in lines):
            return summary, None, b""
        raise InputError(
            f"{part.name}: no header row of a known layout in its first lines. Known are "
            f"{', '.join(dict.fromkeys(layout.name for layout in layouts))}; where the columns have other names, say "
            "which is which: layout={'served': ..., 'imei': ..., 'date': ..., 'time': ...}"
        )
    preamble = read_preamble(lines[: header.line - 1])
    summary.layout, summary.header_line = header.layout.name, header.line
    summary.target_msisdn, summary.target_imei14 = preamble.target_msisdn, preamble.target_imei14
    summary.stated_rows = preamble.stated_rows
    return summary, header, first.split(b"\n", header.line)[header.line]


def _sheets(part: Part, workbook: Opener) -> Iterator[Part]:
    """A part for each sheet of a workbook that has anything in it."""
    from numguard.source.workbook import filled_sheets

    with workbook() as stream:
        names = list(filled_sheets(part.name, stream.read()))
    if len(names) == 1:
        yield part
        return
    for number, name in enumerate(names, start=1):
        said = name if sum(map(str.isdigit, name)) <= _MOST_DIGITS else f"sheet {number}"
        yield replace(part, name=f"{part.name}/{said}", open=partial(_open_sheet, part.name, workbook, name))


@contextmanager
def _open_sheet(name: str, workbook: Opener, sheet: str) -> Iterator[BinaryIO]:
    from numguard.source.workbook import as_lines, filled_sheets

    with workbook() as stream:
        yield as_lines(filled_sheets(name, stream.read())[sheet])
