"""A file or table of records -> its columns as written, each record with its row number.

Independent of complaints; `numguard.source` reads the files. One idea: a record keeps the row
number that a spreadsheet shows, whatever was refused before it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import pyarrow as pa

from numguard.compute import filled, may_be_number, named, pc, replaced, tuples_of
from numguard.errors import ArgumentError, InputError, UnsupportedTypeError
from numguard.number_list.beside import is_of_serials
from numguard.number_list.lines import heads_unmeant
from numguard.number_list.spared import is_of_thing, is_spared
from numguard.registry.arrays import Bools, flags, ints
from numguard.registry.log.inputs import fingerprint_file, fingerprint_table, unchanged
from numguard.registry.sheets.cells import joined
from numguard.registry.sheets.headings import heading, is_of_phones, names_suspects
from numguard.registry.sheets.lines import lines_of, notes_against
from numguard.registry.sheets.no_complaints import (
    ends_rows,
    entitles_no_complaints,
    forms,
    heads_no_complaints,
    heads_officers,
)
from numguard.registry.sheets.plain_types import plain
from numguard.source.container import spooled
from numguard.source.header import SEPARATORS, split_line
from numguard.source.records import TEN_DIGITS, Records, read_records
from numguard.types import RowAccount, TableSource, row_account

_Read = TypeVar("_Read")

_STANDARD_INPUT: Final = "standard input"

#: The note of records below a header of other columns, and of that header.
_ANOTHER: Final = "another_header"
#: Headings of other columns of officers, beside one of their phones.
_OF_OFFICERS: Final = frozenset(["name", "rank", "designation"])
#: The columns of a list of refused cells.
_OF_REFUSED: Final = ["file", "row", "column", "cell", "note"]
#: The form of an acknowledgement number with more digits than a phone has, or an officer.
_NO_PHONE: Final = re.compile("9{14}")
#: The most letters of a header: a longer record is none.
_LONGEST_HEADER: Final = 10_000


@dataclass(frozen=True, slots=True)
class Sheet(Records):
    """Records as they were written, without blank ones; those below a header of other columns are broken ones.

    Attributes:
        name, bytes, sha256: identify the input in the log.
        denied: The row of the last note that refuses or spares the records above it; 0 if there is none.
    """

    name: str
    bytes: int
    sha256: str
    denied: int = 0

    @property
    def records(self) -> int:
        """All records, broken ones included."""
        return len(self.table) + len(self.broken)

    def are_denied(self) -> Bools:
        """Which records a note below them, or one among them, refuses or spares."""
        return ints(self.row) < self.denied

    def with_notes(self, places: Sequence[int]) -> tuple[pa.Table, Sequence[int]]:
        """The table, the notes of cells as its last column of remarks, if there are any; and all places."""
        if not self.notes:
            return self.table, places
        texts = ["; ".join(self.notes.get(row, ())) for row in ints(self.row).tolist()]
        return self.table.append_column("Notes", pa.array(texts, pa.string())), [*places, self.table.num_columns]

    def column(self, at: Mapping[str, Sequence[int]], field: str) -> pa.ChunkedArray[Any]:
        """The first column of a field, by the columns `at` of each; empty cells where the field has none."""
        if field in at:
            return self.table.column(at[field][0])
        return pa.chunked_array([pa.nulls(len(self.table), pa.string())])

    def read_by(self, read: Callable[[pa.ChunkedArray[Any]], _Read], place: int) -> _Read:
        """What `read` makes of a column.

        Raises:
            UnsupportedTypeError: The column has a type that holds no numbers; the message names it.
        """
        try:
            return read(self.table.column(place))
        except UnsupportedTypeError as error:
            raise UnsupportedTypeError(
                f"{self.name}: column {named([self.table.column_names[place]])!r}: {error}"
            ) from None

    def account(self, refused: int) -> RowAccount:
        """The account of every row, of which so many were refused."""
        around = {"passed_over": self.passed_over, "warnings": self.warnings}
        return row_account(self.records - refused, refused, self.not_data, **around)


def read_sheet(
    source: TableSource,
    name: str | None,
    is_known: Callable[[str], bool],
    sheet: str | None = None,
    *,
    is_heading: Callable[[str], bool] | None = None,
    of_suspects: bool = False,
    is_key: Callable[[str], bool] = lambda _: False,
    called: str | None = None,
) -> Sheet:
    """Reads one file of records, or any object that exports an Arrow stream.

    Args:
        source: the file or table; `-` is standard input.
        name: the name that is recorded; by default the file's name, with that of the sheet that is chosen.
        is_known: whether a cell is a heading of a field.
        sheet: the sheet of a workbook that has several.
        is_heading: whether a cell is a heading; by default `is_known`.
        of_suspects: whether the records name suspects, so that none below a heading of victims counts.
        is_key: whether a cell is the name of a column that may identify a record without a number.
        called: what the file is called; by default its path in messages, and its name in the log.

    Raises:
        FileMissingError: there is no such file.
        InputError: the file cannot be read, is a list of refused cells, or has a title that says that no suspects are
            below it, where they should be.
        UnsupportedTypeError: neither a path nor a table.
    """
    if not isinstance(name, str | None):
        raise ArgumentError(f"name: takes a text, not {type(name).__name__}")
    if isinstance(source, str | Path):
        if not str(source):
            raise ArgumentError("the path is empty: name a file")
        if str(source) == "-":
            how: dict[str, Any] = {"is_heading": is_heading, "of_suspects": of_suspects, "is_key": is_key}
            # It is read several times.
            with spooled(sys.stdin.buffer, _STANDARD_INPUT) as path:
                return read_sheet(path, name, is_known, sheet, **how, called=_STANDARD_INPUT)
        path = Path(source)
        with unchanged(lambda: [path]):
            size, sha256 = fingerprint_file(path)
            found = read_records(path, is_known, sheet, is_key, shown=called)
        # Each byte of a name that is not UTF-8 becomes a replacement character.
        shown = name or _with_sheet(called or path.name.encode(errors="replace").decode(), sheet)
    else:
        try:
            found = read_records(source, is_known)
        except ArgumentError as error:
            raise UnsupportedTypeError(str(error)) from None
        size, sha256 = fingerprint_table(found.table)
        shown = name or "table"
    records = {field.name: getattr(found, field.name) for field in fields(found)}
    _refuse_refused_cells(source, shown, found, sheet)
    read = _without_blank(Sheet(**records, name=shown, bytes=size, sha256=sha256))
    read = _without_other_tables(read, is_heading or is_known)
    if not of_suspects:
        return read
    _check_titles(read)
    return _without_victims_below(read, is_heading or is_known, is_key)


def _check_titles(sheet: Sheet) -> None:
    """Checks the lines above the header, and the name of the sheet, as lines among the rows are.

    Raises:
        InputError: One says that the complaints have ended, or that their numbers are not to be listed.
    """
    says = "says that these complaints have ended, or that their numbers are not to be listed: if they are meant"
    for line, title in enumerate(sheet.titles, 1):
        if entitles_no_complaints(title):
            where = f"title in line {line}" if sheet.header_row else "title or the name of its records"
            raise InputError(f"{sheet.name}: the {where} {says}, take that title out of the file")
    if entitles_no_complaints(sheet.sheet or ""):
        raise InputError(f"{sheet.name}: the name of the sheet {says}, rename it")


def _refuse_refused_cells(source: TableSource, name: str, found: Records, sheet: str | None) -> None:
    """Refuses a list of refused cells: its rows are not those that were refused.

    Raises:
        InputError: It is one.
    """
    columns = found.table.column_names
    if len(columns) != len(_OF_REFUSED):
        return
    if isinstance(source, str | Path) and (found.header_row or 0) > 1:
        # None of its headings is a field's, so that its first row may be taken for the header.
        columns = read_records(source, lambda cell: heading(cell) in _OF_REFUSED, sheet).table.column_names
    if [heading(column) for column in columns] == _OF_REFUSED:
        raise InputError(
            f"{name}: is a list of refused cells ({', '.join(_OF_REFUSED)}): correct these cells in the original "
            "sheet, and read that again"
        )


def _with_sheet(file: str, sheet: str | None) -> str:
    """The name of a file, and of the sheet that was chosen: a row number is one of that sheet."""
    if sheet is None:
        return file
    return f"{file}/{'sheet' if may_be_number(sheet) else sheet}"


def _without_blank(sheet: Sheet) -> Sheet:
    table = _in_plain_types(sheet.table)
    blank = _blank(table)
    if not blank.any():
        return replace(sheet, table=table)
    not_data = {**sheet.not_data, "blank": sheet.not_data.get("blank", 0) + int(blank.sum())}
    kept = pa.array(~blank)
    return replace(sheet, table=table.filter(kept), row=sheet.row.filter(kept), not_data=not_data)


def _in_plain_types(table: pa.Table) -> pa.Table:
    """The table with cells of any layout as plain ones, so that no rule depends on the library that made it.

    The fields of a structure are columns, as those of an object in JSON are: `suspect.mobile`.
    """
    table = pa.Table.from_arrays([filled(column) for column in table.columns], schema=table.schema)
    while any(pa.types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    for at, field in enumerate(table.schema):
        if field.type != pa.string():
            table = table.set_column(at, field.name, plain(table.column(at)))
    return table


def _blank(table: pa.Table) -> Bools:
    """Which records have only empty cells."""
    blank = np.ones(len(table), np.bool_)
    for column in table.columns:
        text = pa.types.is_string(column.type)
        nothing = pc.or_kleene(pc.is_null(column), pc.equal(column, "")) if text else pc.is_null(column)
        blank &= flags(nothing)
        if not blank.any():
            break
    return blank


def _without_other_tables(sheet: Sheet, is_heading: Callable[[str], bool]) -> Sheet:
    """The sheet without its records from the first header of other columns on, which are broken ones.

    Read by the first header, a complainant's number could be in the column of suspects.
    """
    table, row = sheet.table, ints(sheet.row)
    own = [heading(name) for name in table.column_names]

    def is_header(cells: Sequence[str]) -> bool:
        if sum(map(len, cells)) > _LONGEST_HEADER:
            return False
        names = [heading(cell) for cell in cells]
        filled = [(cell, name) for cell, name in zip(cells, names, strict=True) if name]
        known = sum(is_heading(cell) or name in own for cell, name in filled)
        return known > 1 and 2 * known >= len(filled) and _bare(names) != _bare(own)

    at = [int(row[k]) for k in _without_digits(table) if is_header(_cells(table, k))]
    lines = tuples_of(sheet.broken, "row", "cell")
    at += [line for line, text in lines if any(is_header(split_line(text, sign)) for sign in SEPARATORS)]
    return _cut(sheet, at)


def _without_victims_below(sheet: Sheet, is_heading: Callable[[str], bool], is_key: Callable[[str], bool]) -> Sheet:
    """The sheet without its records from the first heading of victims among them on, which are broken ones.

    `Victim mobile` in a column of suspects is one beside other text too. `Account numbers` is one there beside other
    headings, and if it is alone, there or in the first column: accounts would be read as numbers. In another column it
    may go on with the record above. Words for phones beside others, as `Registered Mobile`, head other numbers.
    """
    of_suspects = [names_suspects(name) for name in sheet.table.column_names]
    are_complaints = _of_complaints(sheet, is_key)

    def heads_others(text: str, line: int) -> bool:
        # `Police officers` heads officers, or complaints about suspects who claimed to be such.
        if heads_officers(text) and are_complaints(line):
            return False
        return heads_no_complaints(text) or heads_unmeant(text)

    at = []
    for k in _without_digits(sheet.table):
        cells = _cells(sheet.table, k)
        filled = [cell for cell in cells if cell.strip()]
        below = [cell for cell, is_theirs in zip(cells, of_suspects, strict=True) if is_theirs]
        is_alone = len(filled) == 1
        others = sum(map(is_heading, filled))
        is_header = others > 0 and 2 * (others + 1) >= len(filled)
        heads_things = any(map(is_of_thing, [cells[0], *below] if is_alone else below if is_header else []))
        # A cell such as `WhatsApp` or `No mobile` is in place of a number: other headings are beside that of phones.
        others_there = [cell for cell in filled if not is_of_phones(cell)]
        is_numbered = any(is_of_serials(one) or is_heading(one) or heading(one) in _OF_OFFICERS for one in others_there)
        heads_phones = is_numbered and any(is_of_phones(cell) and not names_suspects(cell) for cell in below)
        line = int(sheet.row[k].as_py())
        if (
            any(map(is_spared, below))
            or (is_alone and is_spared(filled[0]))
            or heads_things
            or heads_phones
            or (is_alone and any(heads_others(cell, line) for cell in (cells[0], *below)))
        ):
            at.append(line)
    lines = tuples_of(sheet.broken, "row", "cell")
    at += [
        line for line, text in lines if len(text) <= _LONGEST_HEADER and (heads_others(text, line) or is_of_thing(text))
    ]
    denied = _notes_against(sheet, is_key)
    return _cut(replace(sheet, denied=max(denied, default=0)), [*at, *denied])


def _notes_against(sheet: Sheet, is_key: Callable[[str], bool]) -> list[int]:
    """The rows of the notes that refuse or spare the records above them.

    A complaint with nothing but its number is no line, and neither is one without a number of a suspect.
    """
    table, names = sheet.table, sheet.table.column_names
    keys = [place for place, name in enumerate(names) if is_key(name)]
    of_suspects = [place for place, name in enumerate(names) if names_suspects(name) and place not in keys]
    is_row = np.zeros(len(table), np.bool_)
    for place in of_suspects or range(len(names)):
        is_row |= flags(pc.match_substring_regex(joined(table.column(place)), TEN_DIGITS))
    lines = [
        line
        for line in lines_of(table, sheet.row, sheet.broken)
        if not (line.place in of_suspects and may_be_number(line.text))
    ]
    there = {line.row for line in lines}
    is_row &= ~np.isin(ints(sheet.row), list(there))
    return [line.row for line, _ in notes_against(lines, sheet.row, is_row, ends_rows)]


def _of_complaints(sheet: Sheet, is_key: Callable[[str], bool]) -> Callable[[int], bool]:
    """A test whether what is below a line are complaints: the next record has an acknowledgement number of their form.

    That is the form of one above, and where there is none above, one with more digits than a phone or an officer has.
    """
    row = ints(sheet.row)
    keys = [place for place, name in enumerate(sheet.table.column_names) if is_key(name)]

    @cache
    def form() -> pa.Array[Any]:
        return forms(joined(sheet.table.column(keys[0])))

    def are_complaints(line: int) -> bool:
        below = int(np.searchsorted(row, line, "right"))
        if len(keys) != 1 or below == len(row) or not form()[below].is_valid:
            return False
        above = form().slice(0, below)
        if above.null_count == below:
            return _NO_PHONE.search(str(form()[below])) is not None
        return bool(pc.index(above, form()[below]).as_py() >= 0)

    return are_complaints


def _cut(sheet: Sheet, at: list[int]) -> Sheet:
    """The sheet without its records from the first of some rows on, which are broken ones."""
    if not at:
        return sheet
    table, row = sheet.table, ints(sheet.row)
    below = row >= min(at)
    lost = table.filter(pa.array(below))
    texts = [",".join(_cells(lost, k)) for k in range(len(lost))]
    broken = pa.table([row[below], texts, [_ANOTHER] * len(lost)], schema=sheet.broken.schema)
    is_header = pc.is_in(sheet.broken["row"], pa.array(at, pa.int64()))
    before = replaced(sheet.broken, note=pc.if_else(is_header, _ANOTHER, sheet.broken["note"]))
    broken = pa.concat_tables([before.cast(broken.schema), broken]).sort_by("row")
    return replace(sheet, table=table.filter(pa.array(~below)), row=pa.array(row[~below]), broken=broken)


def _without_digits(table: pa.Table) -> list[int]:
    """The few records that may be a header: no cell has five digits in a row."""
    kept = np.arange(len(table))
    for column in table.columns:
        # A half float has five digits at most, and pyarrow compares none.
        is_figure = pa.types.is_integer(column.type) or column.type in (pa.float32(), pa.float64())
        if (is_figure or pa.types.is_string(column.type)) and len(kept):
            cells = column.take(pa.array(kept, pa.int64())) if len(kept) < len(table) else column
            digits = pc.greater(cells, 9_999) if is_figure else pc.match_substring_regex(cells, r"\p{Nd}{5}")
            kept = kept[~flags(digits)]
    found: list[int] = kept.tolist()
    return found


def _cells(table: pa.Table, at: int) -> list[str]:
    return [str(cell) if (cell := column[at].as_py()) is not None else "" for column in table.columns]


def _bare(names: Sequence[str]) -> list[str]:
    """Headings without the empty ones after the last."""
    size = max((k for k, name in enumerate(names, 1) if name), default=0)
    return list(names[:size])
