"""Record batches -> files, whole or not at all, in the format given by the path's ending.

Owns how rows become a file. The steps of writing one are in `placing`, the formats in `formats` and `spreadsheet`,
files for other offices in `outgoing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Final

import pyarrow as pa

from numguard.compute import cells_of, decoded
from numguard.errors import ArgumentError
from numguard.files.formats import IMEI_COLUMNS, Arrow, Csv, Format, JsonLines, Parquet, Style, with_imei_digits
from numguard.files.placing import Together, placed_together, together, whole_file
from numguard.files.spreadsheet import Workbook
from numguard.files.steps import step
from numguard.system import at_home
from numguard.types import PathLike

__all__ = ["FORMATS", "IMEI_COLUMNS", "Style", "placed_together", "together", "whole_file", "write_csv", "write_rows"]

#: The formats by the ending of a path.
FORMATS: dict[str, type[Format]] = {
    ".parquet": Parquet,
    ".csv": Csv,
    ".xlsx": Workbook,
    ".arrow": Arrow,
    ".jsonl": JsonLines,
}
#: Rows that are written at once: a Parquet file of tiny row groups is slow to read.
_BATCH_ROWS = 1 << 16
_PLAIN: Final = Style()


def write_rows(
    path: PathLike,
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    style: Style = _PLAIN,
    *,
    private: bool = False,
    into: Together | None = None,
) -> None:
    """Writes `batches` of `schema` to `path`.

    Args:
        path: Its ending gives the format: .parquet, .csv, .xlsx, .arrow, .jsonl.
        schema: The columns.
        batches: The rows.
        style: How they are written.
        private: Whether only its owner may read the file.
        into: Files with which it is renamed; by default it is written alone.

    Raises:
        ArgumentError: An unknown format, or a column that the format cannot hold.
        MissingExtraError: The format needs a library that is not installed.
    """
    ending = at_home(path).suffix.lower()
    if ending not in FORMATS:
        raise ArgumentError(f"path: its ending gives the format and is one of {', '.join(FORMATS)}")
    form = FORMATS[ending]
    form.check(ending, schema)
    if (style.title or not style.header) and not form.is_sheet:
        raise ArgumentError(f"path: a {ending} file has no title and always has the names of its columns")
    opened = whole_file(path, private=private) if into is None else into.open(path)
    with opened as file:
        _write(form, file, schema, batches, style)


def write_csv(file: IO[bytes], schema: pa.Schema, batches: Iterable[pa.RecordBatch], style: Style = _PLAIN) -> None:
    """Writes `batches` of `schema` as CSV into an open file, such as standard output."""
    Csv.check(".csv", schema)
    _write(Csv, file, schema, batches, style)


def _write(
    form: type[Format], file: IO[bytes], schema: pa.Schema, batches: Iterable[pa.RecordBatch], style: Style
) -> None:
    # The columns that may be of canonical numbers or handsets, however they are encoded; by place: names may repeat.
    keys = {at: field.name for at, field in enumerate(schema) if form.is_text and decoded(field.type) == pa.uint64()}
    handsets = [at for at, name in keys.items() if name in style.imeis]
    places = [at for at, name in keys.items() if at not in handsets and (name in style.numbers or "msisdn" in name)]
    written = schema
    for at in (*handsets, *places):
        written = written.set(at, schema.field(at).with_type(pa.string() if at in handsets else pa.uint64()))
    with form(file, written, style, places) as writer:
        for rows in _in_larger_batches(schema, batches):
            step()
            writer.write(with_imei_digits(_decoded(rows, (*handsets, *places)), handsets))


def _decoded(rows: pa.Table, places: Sequence[int]) -> pa.Table:
    """The rows with the keys in some columns as integers, where they are encoded."""
    for at in places:
        field = rows.field(at).with_type(pa.uint64())
        rows = rows.set_column(at, field, cells_of(rows.column(at)))
    return rows


def _in_larger_batches(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(b.num_rows for b in waiting) >= _BATCH_ROWS:
            yield pa.Table.from_batches(waiting, schema)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting, schema)
