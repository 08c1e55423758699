"""A block of lines -> the columns that are wanted, as text, with each row's line; what is no row is set apart.

Owns line numbers, the use of the CSV reader, and the rule for ragged rows: a row must have the file's usual number of
fields. A field more or less means that columns have shifted, and a shifted row says of one person what is another's.
Knows nothing of what the columns mean. One idea: **the CSV reader does the work, and its answer is believed only where
the lines can be accounted for**; else the block is read again line by line, so that a quotation mark that is never
closed costs its own line and no other.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv as pa_csv

from numguard.source.limits import check
from numguard.source.part import Ragged

__all__ = ["RawRows", "RowReader", "Shape"]

pc: Any = pyarrow.compute  # its stubs know no plain Python values

Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Key = TypeVar("Key")
_Quote: TypeAlias = str | Literal[False]

#: Lines that one record may take, where quoted cells have line breaks and the block holds damage.
_MOST_LINES_A_ROW: Final = 100
#: Bytes that may wait for the end of a quoted cell.
_MOST_CARRIED: Final = 16 << 20
#: Bytes of a block that are looked at for blank lines.
_SAMPLED: Final = 1 << 14
#: With fewer columns, a line of a narrative looks like a row too easily to stand as one.
_FEWEST_COLUMNS: Final = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """What the rows of a text look like.

    Attributes:
        separator: what stands between two fields.
        named: the number of columns that have a name.
        width: the number of fields that rows usually have; those beyond `named` must be blank.
        line: where the first row stands.
    """

    separator: str
    named: int
    width: int
    line: int


@dataclass(slots=True)
class RawRows(Generic[Key]):
    """Rows as text: one array a column, the line on which each row starts, ragged lines, and how many are blank."""

    columns: dict[Key, Any]
    lines: Ints
    text_of: Callable[[int], str]
    ragged: list[Ragged] = field(default_factory=list)
    blank: int = 0
    #: The block that they are of, and its first line.
    block: bytes = b""
    first: int = 0

    def drop_blank(self) -> None:
        """Takes rows out that are blank lines, and counts them."""
        feeds = _places(self.block, ord("\n"))
        gone = np.isin(self.lines, self.first + np.flatnonzero(_blank(feeds)))
        self.keep(~gone)
        self.blank += int(np.count_nonzero(gone))

    def keep(self, which: Flags) -> None:
        """Keeps some of the rows."""
        if not which.all():
            mask = pa.array(which)
            self.columns = {key: column.filter(mask) for key, column in self.columns.items()}
            self.lines = self.lines[which]


class RowReader(Generic[Key]):
    """Reads the rows of one file, block after block.

    Args:
        shape: what its rows look like.
        columns: the columns that are wanted, by their places.
        types: types of some, which every cell can be read as (dictionaries of text).
        hoped: types of some that nearly every cell can be read as; where one cannot, they are text from there on.
        nulls: cells that are no cell.
        apostrophes: whether single quotes may wrap a cell that has the separator in it.
        name: the file, as errors name it.
    """

    def __init__(
        self,
        shape: Shape,
        columns: Mapping[Key, int],
        *,
        types: Mapping[Key, pa.DataType] | None = None,
        hoped: Mapping[Key, pa.DataType] | None = None,
        nulls: Sequence[str] = (),
        apostrophes: bool = False,
        name: str = "the text",
    ) -> None:
        self._shape = shape
        self._places = {key: str(place) for key, place in columns.items()}
        self._names = [str(k) for k in range(shape.width)]
        self._extra = self._names[shape.named :]
        self._types: dict[str, pa.DataType] = dict.fromkeys([*self._places.values(), *self._extra], pa.string())
        self._types |= {self._places[key]: kind for key, kind in (types or {}).items()}
        self._hoped = {self._places[key]: kind for key, kind in (hoped or {}).items()}
        self._nulls = list(nulls)
        self._apostrophes = apostrophes
        #: What may stand on the other side of a quote.
        self._may_stand = np.zeros(256, np.bool_)
        self._may_stand[[*b'\n"', ord(shape.separator)]] = True
        self._line = shape.line
        self._carried = b""
        self._one_by_one = 0
        self._name = name

    def read(self, block: bytes, *, last: bool = False) -> RawRows[Key]:
        """The rows of a block of lines; a row that a quoted cell continues into the next block comes with that one."""
        block = self._carried + block
        self._carried = b""
        if b'"' in block:
            return self._read_quoted(block, last=last) or self._read_line_by_line(block, last=last)
        bare, lines, blank = block, None, 0
        if block.count(b"\n\n", 0, _SAMPLED) > _SAMPLED // 100:
            # Many blank lines are somebody's who wants the file read for hours.
            bare, lines, blank = self._without_blank(block)
        # Airtel and Jio wrap cells in single quotes. An apostrophe in an address may look like one that is not closed:
        # then the block is read again without, and the quotes stay on the cells.
        read = None
        if self._apostrophes and b"'" in bare:
            table, back = self._parse(bare, "'")
            whole = table.num_rows + len(back) == _count_lines(bare) and _last_line(bare).count(b"'") % 2 == 0
            read = (table, back) if whole else None
        table, back = read or self._parse(bare, False)
        count = table.num_rows + len(back)
        rows = self._assemble(block, table, back, self._line + np.arange(count) if lines is None else lines)
        rows.blank = blank
        self._line += count + blank
        return rows

    def _without_blank(self, block: bytes) -> tuple[bytes, Ints, int]:
        """A block without its blank lines, where each of the others stands, and how many were blank."""
        feeds = _places(block, ord("\n"))
        blank = _blank(feeds)
        keep = np.ones(len(block), np.bool_)
        keep[feeds[blank]] = False
        bare = np.frombuffer(block, np.uint8)[keep].tobytes()
        return bare, self._line + np.flatnonzero(~blank), int(np.count_nonzero(blank))

    # Quotes ----------------------------------------------------------------------------------------------------------

    def _read_quoted(self, block: bytes, *, last: bool) -> RawRows[Key] | None:
        """The rows of a block with quotes, or None where one that is never closed may have swallowed a line.

        As many rows as lines are the proof that none was swallowed, but for the end of the last line. Where there are
        fewer, cells may hold line breaks: then there have to be as many rows as the quotes say that there are records,
        and no line within a record may look like a row.
        """
        quotes = _places(block, ord('"'))
        if not self._is_well_formed(block, quotes):
            return None
        table, back = self._parse(block, '"')
        count = _count_lines(block)
        if table.num_rows + len(back) == count and len(quotes) % 2 == 0:
            starts = np.arange(count)
        else:
            feeds = _places(block, ord("\n"))
            inside = np.searchsorted(quotes, feeds) & 1 == 1
            ends = np.flatnonzero(~inside)
            if not len(ends):
                if last or len(block) > _MOST_CARRIED:
                    return None
                self._carried = block
                return self._none()
            if inside[-1]:
                if last or len(block) - int(feeds[ends[-1]]) > _MOST_CARRIED:
                    return None
                block, rest = block[: feeds[ends[-1]] + 1], block[feeds[ends[-1]] + 1 :]
                feeds, inside = feeds[: ends[-1] + 1], inside[: ends[-1] + 1]
                table, back = self._parse(block, '"')
            else:
                rest = b""
            starts = np.concatenate([[0], ends[:-1] + 1])
            ragged = {int(starts[min(cast("int", row.number), len(starts)) - 1]) for row in back}
            if table.num_rows + len(back) != len(starts) or self._hides_rows(block, inside, ragged):
                return None
            self._carried = rest
            count = len(feeds)
        rows = self._assemble(block, table, back, self._line + starts)
        self._line += count
        return rows

    def _is_well_formed(self, block: bytes, quotes: Ints) -> bool:
        """Whether each quote opens a cell at its beginning, closes one at its end, or stands for one within."""
        text = np.frombuffer(block, np.uint8)
        before, after = text[quotes[0::2] - 1], text[quotes[1::2] + 1]
        if quotes[0] == 0:
            before[0] = ord("\n")
        return bool(self._may_stand[before].all() and self._may_stand[after].all())

    def _hides_rows(self, block: bytes, inside: Flags, ragged: set[int]) -> bool:
        """Whether a record of several lines is ragged or not well formed, or a line within one looks like a row."""
        self._look_at(int(np.count_nonzero(inside)))
        texts = block.split(b"\n")
        at = 0
        for break_ in np.flatnonzero(inside).tolist():
            if break_ < at:
                continue
            at = break_
            while inside[at]:
                at += 1
            lines = [text.decode(errors="replace") for text in texts[break_ : at + 1]]
            if break_ in ragged or any(map(self._looks_like_row, lines[1:])):
                return True
            try:
                records = list(
                    csv.reader((f"{line}\n" for line in lines), delimiter=self._shape.separator, strict=True)
                )
            except csv.Error:
                return True
            if len(records) != 1 or self._misfit(records[0]):
                return True
        return False

    def _look_at(self, lines: int) -> None:
        """Counts lines that are looked at one by one."""
        self._one_by_one += lines
        what = "the lines near quotation marks that do not tell where cells end are at least"
        check("quoted", self._one_by_one, self._name, what)

    def _looks_like_row(self, text: str) -> bool:
        """Whether a line on its own has as many fields as a row, with its quotes or without."""
        if self._shape.named < _FEWEST_COLUMNS:
            return False
        if text.count(self._shape.separator) == self._shape.width - 1:
            return True
        try:
            return len(next(csv.reader([text], delimiter=self._shape.separator, strict=True), [])) == self._shape.width
        except csv.Error:
            return False

    def _read_line_by_line(self, block: bytes, *, last: bool) -> RawRows[Key]:
        """The same for a block with a quote that is never closed, or one that is closed some lines on."""
        texts = [line.decode(errors="replace") for line in block.split(b"\n")[:-1]]
        first = self._line
        rows: list[tuple[int, list[str]]] = []
        ragged: list[Ragged] = []
        at = blank = 0
        while at < len(texts):
            if not texts[at]:
                at, blank = at + 1, blank + 1
                continue
            taken, cells = self._row_at(texts, at)
            if cells is None and not last and at + _MOST_LINES_A_ROW > len(texts):
                rest = "".join(f"{text}\n" for text in texts[at:]).encode()
                if len(rest) < len(block) or len(rest) < _MOST_CARRIED:
                    self._carried = rest
                    break
            note = "broken_quote" if cells is None else self._misfit(cells)
            if note is not None:
                ragged.append((first + at, texts[at], note))
            elif cells is not None:
                rows.append((first + at, cells))
            at += taken
        columns = {
            key: pa.array([cells[int(place)] for _, cells in rows], pa.string()) for key, place in self._places.items()
        }
        lines = np.array([line for line, _ in rows], dtype=np.int64)
        self._line += at
        self._look_at(at)
        return RawRows(columns, lines, lambda line: texts[line - first], ragged, blank)

    def _row_at(self, texts: list[str], at: int) -> tuple[int, list[str] | None]:
        """The row that starts here: how many lines it takes and its fields; None where its quote is never closed.

        Lines are joined only if none after the first has as many fields as a row when quotes are left out of account.
        Else two rows, each with a stray quote, would become one: the number of one with the handset of the other.
        """
        separator, taken = self._shape.separator, 0

        def one_by_one() -> Iterator[str]:
            nonlocal taken
            for text in texts[at : at + _MOST_LINES_A_ROW]:
                if taken and self._looks_like_row(text):
                    return
                taken += 1
                yield text + "\n"

        try:
            cells = next(csv.reader(one_by_one(), delimiter=separator, strict=True), [])
        except csv.Error:
            return 1, None
        if taken > 1 and self._misfit(cells):
            return 1, None
        return taken, [cell.removesuffix("\n") if taken == 1 else cell for cell in cells]

    # The CSV reader --------------------------------------------------------------------------------------------------

    def _parse(self, block: bytes, quote: _Quote) -> tuple[pa.Table, list[pa_csv.InvalidRow]]:
        """What the CSV reader makes of a block, and the rows that it does not take."""
        try:
            return self._parse_as(block, self._types | self._hoped, quote)
        except pa.ArrowInvalid:
            if not self._hoped:
                raise
            self._hoped = {}
            return self._parse_as(block, self._types, quote)

    def _parse_as(
        self, block: bytes, types: dict[str, pa.DataType], quote: _Quote
    ) -> tuple[pa.Table, list[pa_csv.InvalidRow]]:
        handed_back: list[pa_csv.InvalidRow] = []
        if not block:
            return pa.table({name: pa.array([], kind) for name, kind in types.items()}), handed_back

        def hand_back(row: pa_csv.InvalidRow) -> Literal["skip"]:
            handed_back.append(row)
            return "skip"

        table = pa_csv.read_csv(
            cast("Any", pa.BufferReader(block)),
            # One thread, so that the reader knows the number of every row.
            pa_csv.ReadOptions(use_threads=False, block_size=len(block) + 1, column_names=self._names),
            pa_csv.ParseOptions(
                delimiter=self._shape.separator,
                quote_char=quote,
                newlines_in_values=bool(quote),
                ignore_empty_lines=False,
                invalid_row_handler=hand_back,
            ),
            pa_csv.ConvertOptions(
                column_types=types,
                include_columns=list(types),
                null_values=self._nulls,
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
        return table, handed_back

    def _assemble(
        self, block: bytes, table: pa.Table, handed_back: list[pa_csv.InvalidRow], lines: Ints
    ) -> RawRows[Key]:
        """The rows, `lines` being where each record of the block starts."""
        skipped = np.array([cast("int", row.number) - 1 for row in handed_back], dtype=np.int64)
        kept = np.ones(table.num_rows + len(handed_back), dtype=np.bool_)
        kept[skipped] = False
        columns = {key: _one_chunk(table.column(place)) for key, place in self._places.items()}
        texts: list[bytes] = []
        first = self._line

        def text_of(line: int) -> str:
            if not texts:
                texts.extend(block.split(b"\n"))
            return texts[line - first].decode(errors="replace")

        rows = RawRows(columns, lines[: len(kept)][kept], text_of, block=block, first=first)
        mended: list[tuple[int, list[str]]] = []
        for row, place in zip(handed_back, skipped.tolist(), strict=True):
            cells = self._second_look(row.text)
            if cells is not None:
                mended.append((int(lines[place]), cells))
            else:
                few = row.actual_columns < self._shape.width
                rows.ragged.append((int(lines[place]), row.text, "too_few_fields" if few else "too_many_fields"))
        self._refuse_filled(table, rows)
        return self._with_mended(rows, mended) if mended else rows

    def _refuse_filled(self, table: pa.Table, rows: RawRows[Key]) -> None:
        """The fields beyond the header must be blank: where one is not, the columns before it may have shifted."""
        filled = np.zeros(table.num_rows, dtype=np.bool_)
        for name in self._extra:
            content = pc.utf8_trim(table.column(name), " \t'\"=\N{NO-BREAK SPACE}")
            filled |= np.asarray(pc.fill_null(pc.greater(pc.binary_length(content), 0), False).to_numpy(), np.bool_)
        if filled.any():
            rows.ragged.extend((int(line), rows.text_of(int(line)), "too_many_fields") for line in rows.lines[filled])
            rows.keep(~filled)

    def _second_look(self, text: str) -> list[str] | None:
        """A row may have the right number of fields only when single quotes count for nothing, or only when they do."""
        if not self._apostrophes or "'" not in text or '"' in text:
            return None
        plain = text.split(self._shape.separator)
        if self._misfit(plain) is None:
            return plain
        try:
            rows = csv.reader(
                [text], delimiter=self._shape.separator, quotechar="'", skipinitialspace=True, strict=True
            )
            cells = next(rows, [])
        except csv.Error:
            return None
        return None if self._misfit(cells) else cells

    def _misfit(self, cells: list[str]) -> str | None:
        """Why these fields are not a row of this file, if they are not."""
        if len(cells) < self._shape.width:
            return "too_few_fields"
        filled = len(cells) > self._shape.width or any(cell.strip(" '") for cell in cells[self._shape.named :])
        return "too_many_fields" if filled else None

    def _with_mended(self, rows: RawRows[Key], mended: list[tuple[int, list[str]]]) -> RawRows[Key]:
        """The rows with those added that the second look could read, in the order of the file."""
        lines = np.concatenate([rows.lines, np.array([line for line, _ in mended], dtype=np.int64)])
        order = np.argsort(lines, kind="stable")
        columns: dict[Key, Any] = {}
        for key, place in self._places.items():
            added = pa.array([cells[int(place)] for _, cells in mended], pa.string())
            read = rows.columns[key]
            if not pa.types.is_string(read.type):
                read = read.cast(pa.string())
            columns[key] = pa.concat_arrays([read, added]).take(pa.array(order))
        return RawRows(columns, lines[order], rows.text_of, rows.ragged, block=rows.block, first=rows.first)

    def _none(self) -> RawRows[Key]:
        columns = {key: pa.array([], self._types[place]) for key, place in self._places.items()}
        return RawRows(columns, np.empty(0, np.int64), lambda _: "")


def _places(block: bytes, byte: int) -> Ints:
    """Where a byte stands."""
    return np.flatnonzero(np.frombuffer(block, np.uint8) == byte)


def _count_lines(block: bytes) -> int:
    return int(np.count_nonzero(np.frombuffer(block, np.uint8) == ord("\n")))


def _blank(feeds: Ints) -> Flags:
    """Which lines, given by their ends, hold nothing."""
    blank: Flags = np.diff(feeds, prepend=-1) == 1
    return blank


def _last_line(block: bytes) -> bytes:
    return block[block.rfind(b"\n", 0, -1) + 1 :]


def _one_chunk(column: Any) -> Any:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
