"""Separated text -> its rows, each with its line; every other line refused or counted as what it is.

Owns how the pieces go together: lines, header, rows, furniture. One idea: **which line is a row does not depend on the
columns that are asked for**, so that every verb counts one file alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain
from typing import Any, Final, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute

from numguard.errors import InputError
from numguard.source.container import Member
from numguard.source.furniture import Furniture, may_be_furniture
from numguard.source.header import LINES_SEARCHED, TextHeader, find_header, split_line
from numguard.source.limits import check
from numguard.source.lines import LineReader, open_lines, with_last
from numguard.source.part import Batch, Part, reading
from numguard.source.rows import RawRows, RowReader, Shape

__all__ = ["TextPart"]

pc: Any = pyarrow.compute  # its stubs know no plain Python values

_NUMBER: Final = re.compile(r"(?<!\d)\+?\d{10,13}(?!\d)|(?<!\d)\d{5}[ -]\d{5}(?!\d)")
_PROBED: Final = 200
#: Lines that are looked at one by one.
_MANY: Final = 64


class TextPart(Part):
    """A separated text.

    Args:
        member: Its bytes.
        wanted: Whether a cell is the name of a column that is looked for.
        once: Whether the bytes come but once, as those of a pipe do.
    """

    def __init__(self, member: Member, wanted: Callable[[str], bool] | None = None, *, once: bool = False) -> None:
        self.name = member.name
        self.container = member.container
        self.encoding = member.encoding
        self._member = member
        self._wanted = wanted
        self._once = once
        self._waiting: tuple[ExitStack, LineReader, Iterator[bytes], bytes] | None = None
        self._found: TextHeader | None = None
        self._titles: list[str] = []
        self._looked_at = 0

    @property
    def header(self) -> TextHeader:
        """Its header.

        Raises:
            InputError: there is none.
        """
        if self._found is None:
            stack, lines, blocks, first = self._open()
            if self._once:
                self._waiting = (stack, lines, blocks, first)
            else:
                stack.close()
        return cast("TextHeader", self._found)

    def stored_schema(self) -> pa.Schema:
        """The columns, all text."""
        return pa.schema([(name, pa.string()) for name in self.header.names])

    def stored_batches(self, columns: Sequence[str] | None) -> Iterator[Batch]:
        """The rows, in order."""
        with reading(self.name, "the text"):
            stack, lines, blocks, first = self._waiting or self._open()
            self._waiting = None
            with stack:
                yield from self._read(lines, blocks, first, columns)

    def _open(self) -> tuple[ExitStack, LineReader, Iterator[bytes], bytes]:
        stack = ExitStack()
        with reading(self.name, "the text"), ExitStack() as opening:
            lines = opening.enter_context(open_lines(self._member))
            blocks = iter(lines)
            first = next(blocks, b"")
            if self._found is None:
                self._find(first)
            stack = opening.pop_all()
        return stack, lines, blocks, first

    def _find(self, first: bytes) -> None:
        lines = [line.decode(errors="replace") for line in first.split(b"\n", LINES_SEARCHED)[:LINES_SEARCHED]]
        header = find_header(lines, self._wanted)
        if header is None:
            raise InputError(f"{self.name}: is empty, without so much as a header")
        check("columns", len(header.names), str(self.name), "its columns are")
        self._found, self.header_row = header, header.line
        self._titles = lines[: header.line - 1]
        self._probe = _probe(lines[header.end :], header)
        self._may_begin = _beginnings(header.names[self._probe])

    def _read(
        self, lines: LineReader, blocks: Iterator[bytes], first: bytes, columns: Sequence[str] | None
    ) -> Iterator[Batch]:
        header = self.header
        self._account_titles()
        self._looked_at = 0
        names = list(header.names)
        asked = names if columns is None else list(columns)
        places = list(range(len(names))) if columns is None else [names.index(name) for name in asked]
        shape = Shape(header.separator, len(names), header.width, header.end + 1)
        rows = RowReader(shape, {place: place for place in sorted({*places, self._probe})}, name=str(self.name))
        furniture = Furniture(names)
        schema = pa.schema([(name, pa.string()) for name in asked])
        rest = first.split(b"\n", header.end)[header.end :]
        for block, last in with_last(chain(rest, blocks)):
            raw = rows.read(block, last=last)
            self._sort_out(raw, furniture)
            self.encoding = lines.encoding
            if len(raw.lines):
                data = [raw.columns[place] for place in places]
                yield Batch(pa.RecordBatch.from_arrays(data, schema=schema), self.name, raw.lines)
        if len(self.account.lines) and not self.account.used:
            raise InputError(
                f"{self.name}: no row has the {len(names)} fields that the header has: "
                "is the first line the header, and is the separator one of , ; tab |"
            )

    def _account_titles(self) -> None:
        for line, text in enumerate(self._titles, 1):
            if not text.strip():
                self.account.skip("blank")
            elif _NUMBER.search(text):
                self.refuse(line, text, "above_header")
            else:
                self.account.skip("title")

    def _sort_out(self, raw: RawRows[int], furniture: Furniture) -> None:
        """Takes what is no row out of the rows, and into the account."""
        separator = self.header.separator
        self._looked_at += len(raw.ragged)
        check("refused", self._looked_at, str(self.name), "the lines that are no whole rows are at least")
        for line, text, note in sorted(raw.ragged):
            kind = furniture.kind(split_line(text, separator)) if note != "broken_quote" else None
            if kind is None:
                self.refuse(line, text, note)
            else:
                self.account.skip(kind)
        candidates = self._candidates(raw.columns[self._probe])
        if len(candidates) > _MANY:
            raw.drop_blank()
            candidates = self._candidates(raw.columns[self._probe])
        self.account.skip("blank", raw.blank)
        self._looked_at += len(candidates)
        check("refused", self._looked_at, str(self.name), "the lines that are no whole rows are at least")
        keep = np.ones(len(raw.lines), np.bool_)
        for k in candidates.tolist():
            kind = furniture.kind(split_line(raw.text_of(int(raw.lines[k])), separator))
            if kind is not None:
                keep[k] = False
                self.account.skip(kind)
        raw.keep(keep)

    def _candidates(self, probe: Any) -> Any:
        """The rows that may be furniture, by one column that nearly every row has something in.

        Nearly always its cells begin with a digit, and one look at their first bytes is all there is to do.
        """
        rows = np.flatnonzero(self._may_begin[_first_bytes(probe)])
        if not len(rows):
            return rows
        cells = probe.take(pa.array(rows))
        found = pc.or_(pc.equal(pc.binary_length(cells), 0), pc.equal(cells, self.header.names[self._probe]))
        for sign in may_be_furniture():
            found = pc.or_(found, pc.match_substring(cells, sign))
        return rows[np.asarray(found.to_numpy(zero_copy_only=False), np.bool_)]


def _first_bytes(cells: Any) -> Any:
    """The first byte of each cell, 0 where it is blank."""
    _, offsets, content = cells.buffers()
    starts = np.frombuffer(offsets, np.int32)[cells.offset : cells.offset + len(cells) + 1]
    if content is None or not content.size:
        return np.zeros(len(cells), np.uint8)
    data = np.frombuffer(content, np.uint8)
    first = data[np.minimum(starts[:-1], len(data) - 1)]
    return np.where(starts[1:] > starts[:-1], first, 0)


def _beginnings(name: str) -> Any:
    """Which bytes a cell of furniture begins with, in a column of that name."""
    may = np.zeros(256, np.bool_)
    may[[0, *b" \t'\"-=_*#+~.|,;TtGgSsPpEe", *name.encode()[:1]]] = True
    may[128:] = True
    return may


def _probe(lines: Sequence[str], header: TextHeader) -> int:
    """The column that most of the first rows have something in, one of numbers first."""
    filled = [[0, 0] for _ in header.names]
    for line in lines[:_PROBED]:
        cells = split_line(line, header.separator)
        if len(cells) == header.width:
            for count, cell in zip(filled, cells, strict=False):
                count[0] += bool(cell.strip())
                count[1] += cell[:1].isdigit()
    return max(range(len(filled)), key=lambda k: (filled[k], -k))
