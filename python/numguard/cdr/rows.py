"""A block of lines -> the columns that matter, as text, with each row's line number; what is no row is set apart.

Owns line numbers, the use of the CSV reader and the rule for ragged rows: a row must have the file's usual number of
fields. A field more or less means that columns have shifted, and a shifted row pairs a handset with the wrong number.
Knows nothing of what the columns mean. One idea: **the CSV reader does the work; the rows that it hands back are looked
at one by one**. It neither skips empty lines nor joins lines, so that its row number is the line number that a person
sees in an editor.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from numguard.cdr.cells import Column, Flags, Ints, spans
from numguard.cdr.header import Header
from numguard.cdr.layout import Role

__all__ = ["RawRows", "RowReader"]

#: Columns that the CSV reader itself can nearly always read, at a tenth of the cost of reading them from text.
_TYPED: Final[dict[Role, pa.DataType]] = {"time": pa.time32("s"), "duration": pa.int64()}
_NULLS: Final = [f"{quote}{word}{quote}" for word in ("", "-", "--", "---", "NA", "N/A") for quote in ("", "'")]

#: Columns with few distinct values: the CSV reader gives them as dictionaries, and each value is read once.
_FEW_VALUES: Final[frozenset[Role]] = frozenset({"served", "imei", "date", "call_type"})
_MOST_LINES_A_ROW: Final = 8


@dataclass(slots=True)
class RawRows:
    """Rows as text: one array a role, and the line on which each row starts. `ragged`: (line, text, note)."""

    columns: dict[Role, Column]
    lines: Ints
    text_of: Callable[[int], str]
    ragged: list[tuple[int, str, str]] = field(default_factory=list)


class RowReader:
    """Reads the rows of one file, block after block."""

    def __init__(self, header: Header) -> None:
        self._header = header
        self._roles: dict[str, Role] = {str(position): role for role, position in header.columns.items()}
        self._names = [str(k) for k in range(header.width)]
        self._extra = self._names[len(header.names) :]
        self._types: dict[str, pa.DataType] = dict.fromkeys([*self._roles, *self._extra], pa.string())
        self._types |= {
            name: pa.dictionary(pa.int32(), pa.string()) for name, role in self._roles.items() if role in _FEW_VALUES
        }
        self._typed: dict[str, pa.DataType] = {
            name: _TYPED[role] for name, role in self._roles.items() if role in _TYPED and "date" in header.columns
        }
        self._line = header.line + 1
        self._carried = b""
        self._is_feed: Flags = np.empty(0, dtype=np.bool_)

    def read(self, block: bytes, *, last: bool = False) -> RawRows:
        """The rows of a block of lines; a row that a quoted cell continues into the next block comes with that one."""
        block = self._carried + block
        self._carried = b""
        if b'"' in block:
            read = self._read_quoted(block, '"')
            return self._read_line_by_line(block, last=last) if read is None else self._assemble(block, *read)
        # Airtel and Jio wrap cells in single quotes. An apostrophe in an address may look like one that is not closed:
        # then the block is read again without, and the quotes stay on the cells.
        read = self._read_quoted(block, "'") if b"'" in block else None
        return self._assemble(block, *(read or self._parse(block, quote=False)))

    def _read_quoted(self, block: bytes, quote: str) -> tuple[pa.Table, list[pa_csv.InvalidRow]] | None:
        """The rows of a block that has quotes, or None where one that is never closed swallowed the end of a line.

        A row takes at least a line and a line belongs to one row, so that as many rows as lines are the proof that none
        was swallowed, but for the end of the last line.
        """
        table, handed_back = self._parse(block, quote=quote)
        whole = table.num_rows + len(handed_back) == self._count_lines(block)
        return (table, handed_back) if whole and _last_line(block).count(quote.encode()) % 2 == 0 else None

    def _count_lines(self, block: bytes) -> int:
        """Line feeds, faster than by `bytes.count`, which starts anew at each of them."""
        if len(self._is_feed) < len(block):
            self._is_feed = np.empty(len(block), dtype=np.bool_)
        is_feed = np.equal(np.frombuffer(block, dtype=np.uint8), ord("\n"), out=self._is_feed[: len(block)])
        return int(np.count_nonzero(is_feed))

    def _parse(self, block: bytes, *, quote: str | Literal[False]) -> tuple[pa.Table, list[pa_csv.InvalidRow]]:
        """What the CSV reader makes of a block, and the rows that it does not take."""
        try:
            return self._parse_as(block, self._types | self._typed, quote=quote)
        except pa.ArrowInvalid:
            # A time or a duration in another form than the reader's: from here on they are read from text.
            self._typed = {}
            return self._parse_as(block, self._types, quote=quote)

    def _parse_as(
        self, block: bytes, types: dict[str, pa.DataType], *, quote: str | Literal[False]
    ) -> tuple[pa.Table, list[pa_csv.InvalidRow]]:
        handed_back: list[pa_csv.InvalidRow] = []

        def hand_back(row: pa_csv.InvalidRow) -> Literal["skip"]:
            handed_back.append(row)
            return "skip"

        table = pa_csv.read_csv(
            cast("Any", pa.BufferReader(block)),
            pa_csv.ReadOptions(use_threads=False, block_size=len(block) + 1, column_names=self._names),
            pa_csv.ParseOptions(
                delimiter=self._header.delimiter,
                quote_char=quote,
                ignore_empty_lines=False,
                invalid_row_handler=hand_back,
            ),
            pa_csv.ConvertOptions(
                column_types=types,
                include_columns=list(types),
                null_values=_NULLS,
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
        return table, handed_back

    def _assemble(self, block: bytes, table: pa.Table, handed_back: list[pa_csv.InvalidRow]) -> RawRows:
        # One thread reads, so that the reader knows the number of every row.
        skipped = np.array([cast("int", row.number) - 1 for row in handed_back], dtype=np.int64)
        kept = np.ones(table.num_rows + len(handed_back), dtype=np.bool_)
        kept[skipped] = False
        first_line = self._line
        lines = np.flatnonzero(kept) + first_line
        self._line += len(kept)
        columns = {role: _one_chunk(table.column(name)) for name, role in self._roles.items()}
        texts: list[bytes] = []

        def text_of(line: int) -> str:
            if not texts:
                texts.extend(block.split(b"\n"))
            return texts[line - first_line].decode(errors="replace")

        rows = RawRows(columns, lines, text_of)
        mended: list[tuple[int, list[str]]] = []
        for row, place in zip(handed_back, skipped.tolist(), strict=True):
            line = first_line + place
            cells = self._second_look(row.text)
            if cells is not None:
                mended.append((line, cells))
            else:
                few = row.actual_columns < self._header.width
                rows.ragged.append((line, row.text, "too_few_fields" if few else "too_many_fields"))
        self._refuse_filled(table, rows)
        return self._with_mended(rows, mended) if mended else rows

    def _refuse_filled(self, table: pa.Table, rows: RawRows) -> None:
        """The fields beyond the header must be blank: where one is not, the columns before it may have shifted."""
        filled = np.zeros(table.num_rows, dtype=np.bool_)
        for name in self._extra:
            content = spans(_one_chunk(table.column(name)))
            filled |= content.ends > content.starts
        if filled.any():
            rows.ragged.extend((int(line), rows.text_of(int(line)), "too_many_fields") for line in rows.lines[filled])
            keep = pa.array(~filled)
            rows.columns = {role: column.filter(keep) for role, column in rows.columns.items()}
            rows.lines = rows.lines[~filled]

    def _second_look(self, text: str) -> list[str] | None:
        """A row may have the right number of fields only when single quotes count for nothing, or only when they do."""
        plain = text.split(self._header.delimiter)
        if "'" not in text or '"' in text:
            return None
        if self._misfit(plain) is None:
            return plain
        try:
            rows = csv.reader(
                [text], delimiter=self._header.delimiter, quotechar="'", skipinitialspace=True, strict=True
            )
            cells = next(rows, [])
        except csv.Error:
            return None
        return None if self._misfit(cells) else cells

    def _misfit(self, cells: list[str]) -> str | None:
        """Why these fields are not a row of this file, if they are not."""
        if len(cells) < self._header.width:
            return "too_few_fields"
        filled = len(cells) > self._header.width or any(cell.strip(" '") for cell in cells[len(self._header.names) :])
        return "too_many_fields" if filled else None

    def _with_mended(self, rows: RawRows, mended: list[tuple[int, list[str]]]) -> RawRows:
        """The rows with those added that the second look could read, in the order of the file."""
        lines = np.concatenate([rows.lines, np.array([line for line, _ in mended], dtype=np.int64)])
        order = np.argsort(lines, kind="stable")
        columns = {}
        for name, role in self._roles.items():
            added = pa.array([cells[int(name)] for _, cells in mended], pa.string())
            read = rows.columns[role]
            if not pa.types.is_string(read.type):
                read = read.cast(pa.string())
            columns[role] = pa.concat_arrays([read, added]).take(pa.array(order))
        return RawRows(columns, lines[order], rows.text_of, rows.ragged)

    def _read_line_by_line(self, block: bytes, *, last: bool) -> RawRows:
        """The same for a block with a quote that is never closed, or one that is closed some lines on."""
        texts = [line.decode(errors="replace") for line in block.split(b"\n")[:-1]]
        first_line = self._line
        rows: list[tuple[int, list[str]]] = []
        ragged: list[tuple[int, str, str]] = []
        at = 0
        while at < len(texts):
            taken, cells = self._row_at(texts, at)
            line = first_line + at
            if cells is None and not last and at + _MOST_LINES_A_ROW > len(texts):
                self._carried = "".join(f"{text}\n" for text in texts[at:]).encode()
                break
            note = "broken_quote" if cells is None else self._misfit(cells)
            if note is not None:
                ragged.append((line, texts[at], note))
            elif cells is not None:
                rows.append((line, cells))
            at += taken
        columns = {
            role: pa.array([cells[int(name)] for _, cells in rows], pa.string()) for name, role in self._roles.items()
        }
        lines = np.array([line for line, _ in rows], dtype=np.int64)
        self._line += at
        return RawRows(columns, lines, lambda line: texts[line - first_line], ragged)

    def _row_at(self, texts: list[str], at: int) -> tuple[int, list[str] | None]:
        """The row that starts here: how many lines it takes and its fields; None where its quote is never closed.

        Lines are joined only if none of them has as many fields as a row when quotes are left out of account. Else two
        rows, each with a stray quote, would become one: the number of the first with the handset of the second.
        """
        taken = 0

        def one_by_one() -> Iterator[str]:
            nonlocal taken
            for text in texts[at : at + _MOST_LINES_A_ROW]:
                taken += 1
                yield text + "\n"
            taken = 0

        cells = next(csv.reader(one_by_one(), delimiter=self._header.delimiter), [])
        if taken == 1:
            return 1, [cell.removesuffix("\n") for cell in cells]
        fragments = all(text.count(self._header.delimiter) < self._header.width - 1 for text in texts[at : at + taken])
        if taken and fragments and len(cells) == self._header.width:
            return taken, [cell.replace("\n", " ") for cell in cells]
        return 1, None


def _last_line(block: bytes) -> bytes:
    return block[block.rfind(b"\n", 0, -1) + 1 :]


def _one_chunk(column: Column) -> Column:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
