"""One part -> a table in memory with its cells as they were written, the row of each record, and the broken records.

Owns the check that the source is exactly one file, member or sheet. Independent of what a column means: the caller
gives the wanted names. For files that fit into memory, as hand-made ones do. One idea: **a record is read or is
reported as broken**, with its row and its text.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard.compute import named, pc, schema_of
from numguard.errors import ArgumentError, InputError
from numguard.source import Account, Part, open_source
from numguard.source.part import Ragged

BROKEN: Final = schema_of(row=pa.int64(), cell=pa.string(), note=pa.string())


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one file or table.

    Attributes:
        table: the records; of text, JSON and workbooks every column is text.
        row: the number of each record: its line in a text, as a spreadsheet shows it, from 1 in typed tables.
        broken: row, cell (its text), note: the records that could not be split into cells.
        not_data: non-data lines by kind.
        container: the kind of the file: text, workbook, json, json lines, parquet, arrow, stream, after its containers
            (gzip/text).
        encoding: the character set of a text.
        header_row: the number of the header's row; 0 where the format names its columns without one.
        sheet: the sheet of a workbook.
        passed_over: the members of the file that are not tables, and why.
        warnings: what else was not read, such as formulas without a value.
        struck_out: the cells of a workbook that are struck out: the row, and the place of the column.
        covered: those that are filled, and below merged cells.
        notes: the texts of the notes of cells of a workbook, by rows.
        hidden_rows: the rows of a workbook that are hidden, and not empty.
        titles: the lines above the header, without the headings of groups of columns.
    """

    table: pa.Table
    row: pa.Array[Any]
    broken: pa.Table
    not_data: dict[str, int]
    container: str
    encoding: str | None
    header_row: int
    sheet: str | None
    passed_over: list[str]
    warnings: list[str]
    struck_out: Collection[tuple[int, int]]
    covered: Collection[tuple[int, int]]
    notes: Mapping[int, Sequence[str]]
    hidden_rows: Collection[int]
    titles: Sequence[str]


#: What a cell has that may contain a number, with any separators.
TEN_DIGITS: Final = r"(?:\p{Nd}[^\p{L}\p{Nd}]*){10}"


def read_records(
    source: Any,
    is_known: Callable[[str], bool],
    sheet: str | None = None,
    is_key: Callable[[str], bool] = lambda _: False,
    *,
    shown: str | None = None,
) -> Records:
    """Reads one file, or any object that exports an Arrow stream.

    Args:
        source: what `open_source` takes, if it is one part.
        is_known: whether a cell is the name of a wanted column.
        sheet: the sheet of a workbook that has several.
        is_key: whether a cell is the name of a column that may identify a record without a number.
        shown: what messages call the file; its path by default.

    Raises:
        FileMissingError: the file does not exist.
        InputError: the file has an unsupported container, is damaged, or has several sheets and none was chosen.
    """
    opened = open_source(source, wanted=is_known, sheet=sheet, any_name=True, shown=shown)
    parts, counts = _without_counts(opened.parts, is_key)
    part = _only(parts, source)
    broken: list[Ragged] = []
    account = Account(lambda *row: broken.append(row), finds_headers=True)
    schema = part.schema()
    batches, rows = [], [np.empty(0, np.int64)]
    for batch in part.batches(account=account):
        batches.append(batch.data)
        rows.append(batch.row_numbers())
    table = pa.Table.from_batches(batches, schema)
    found = pa.table([[one[k] for one in sorted(broken)] for k in range(3)], schema=BROKEN)
    return Records(
        table,
        row=pa.array(np.concatenate(rows)),
        broken=found,
        not_data=account.not_data,
        container=part.container,
        encoding=part.encoding,
        header_row=part.above.header_row,
        sheet=part.about.sheet,
        passed_over=[*opened.account()["passed_over"], *counts],
        warnings=[f"{part.name}: {warning}" for warning in part.about.warnings],
        struck_out=part.about.struck_out,
        covered=part.about.covered,
        notes=part.about.notes,
        hidden_rows=part.about.hidden_rows,
        titles=part.above.own_titles(),
    )


def _without_counts(parts: Sequence[Part], is_key: Callable[[str], bool]) -> tuple[Sequence[Part], list[str]]:
    """Of several sheets the one that may have numbers, if it is the only one, and why each other is not read.

    A sheet that counts complaints by districts has names of known columns too.
    """
    if len(parts) < 2 or not all(part.about.sheet for part in parts):
        return parts, []
    meant = [part for part in parts if any(map(is_key, part.schema().names)) or _may_have_numbers(part)]
    if len(meant) != 1:
        return parts, []
    others = [part for part in parts if part is not meant[0]]
    return meant, [f"{part.name}: is a sheet without any number: choose it to read it" for part in others]


def _may_have_numbers(part: Part) -> bool:
    texts: list[Any] = [pa.array([*part.schema().names, *part.above.titles], pa.string())]
    texts += [column for batch in part.batches() for column in batch.data.columns]
    return any(pc.match_substring_regex(text, TEN_DIGITS).true_count for text in texts)


def _only(parts: Sequence[Part], source: Any) -> Part:
    if len(parts) == 1:
        return parts[0]
    if not isinstance(source, (str, Path)):
        raise ArgumentError("source: takes one file at a time, because the name and SHA-256 of each are recorded")
    if all(part.about.sheet for part in parts):
        sheets = named([str(part.about.sheet) for part in parts])
        raise InputError(
            f"{source}: has {len(parts)} sheets that are not empty ({sheets}); choose one with "
            "sheet= (complaints add and outcomes: --sheet), or save it as a file of its own; one after the other if "
            "all are meant"
        )
    names = ", ".join(named([str(part.name).removeprefix(f"{source}/")]) for part in parts[:10])
    raise InputError(f"{source}: contains {len(parts)} files ({names}): unpack it and give them one at a time")
