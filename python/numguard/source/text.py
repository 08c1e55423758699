"""Separated text -> its rows, each with its line; every other line is refused, or counted as non-data.

Owns the order of the steps: lines, header, rows, non-data lines. One idea: **which line is a row does not depend on the
columns that are read**, so that every verb gives the same account of a file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, cast

import numpy as np
import pyarrow as pa

from numguard._core import Text
from numguard.errors import InputError
from numguard.source.container import Member
from numguard.source.header import TextHeader, find_header, groups, open_quote, split_line
from numguard.source.limits import check
from numguard.source.lines import Between, OpenText, open_text, ragged
from numguard.source.non_data import MAY_BE_NON_DATA, TOTALS, NonData
from numguard.source.part import Above, Batch, Part, reading, was_changed

_PROBED: Final = 200
#: The first bytes of the cells of non-data lines.
_BEGINNINGS: Final = bytes([*b" \t'\"-=_*#+~.|,;TtGgSsPpEe", *range(128, 256)])


class TextPart(Part):
    """A separated text.

    Args:
        member: Its bytes.
        wanted: Whether a cell is the name of a wanted column.
        once: Whether the bytes can be read only once, as those of a pipe.
    """

    def __init__(self, member: Member, wanted: Callable[[str], bool] | None = None, *, once: bool = False) -> None:
        super().__init__(member)
        self.encoding = member.encoding
        self._member = member
        self._wanted = wanted
        self._once = once
        self._opened: tuple[ExitStack, OpenText] | None = None
        self._found: TextHeader | None = None
        #: The first lines in which it was found, as a hash: a file may be another one when it is opened again.
        self._searched: int | None = None
        self._titles: Sequence[str] = ()
        self._inspected = 0

    @property
    def header(self) -> TextHeader:
        """Its header.

        Raises:
            InputError: there is none.
        """
        if self._found is None:
            stack, text = self._open()
            if self._once:
                self._opened = (stack, text)
            else:
                stack.close()
        return cast("TextHeader", self._found)

    @property
    def above(self) -> Above:
        """What stands above its rows."""
        header = self.header
        above = next((line for line in reversed(self._titles) if line.strip()), "")
        of_groups = groups(split_line(above, header.separator), header.names)
        return Above(header_row=header.line, groups=of_groups, titles=self._titles)

    def stored_schema(self) -> pa.Schema:
        """The columns, all text."""
        return pa.schema([(name, pa.string()) for name in self.header.names])

    def stored_batches(self, columns: Sequence[str] | None) -> Iterator[Batch]:
        """The rows, in order."""
        with self._rows() as (text, rows):
            names = list(self.header.names)
            places = list(range(len(names))) if columns is None else [names.index(name) for name in columns]
            for read, lines, doubtful, between, texts in text.split(rows, places):
                self.account_for(between)
                is_row = np.ones(read.num_rows, np.bool_)
                if len(doubtful):
                    at = doubtful.to_numpy()
                    of_them = lines.to_numpy()[at].tolist()
                    is_row[at] = self.are_rows((line, texts[k]) for k, line in enumerate(of_them))
                data = read if is_row.all() else read.filter(pa.array(is_row))
                if data.num_rows:
                    yield Batch(data, self.name, lines.to_numpy()[is_row])

    @contextmanager
    def to_scan(self) -> Iterator[Text]:
        """Its rows for the compiled scanner, with a new account.

        The caller passes other lines to `account_for` and possible non-data lines to `are_rows`, and adds the number of
        rows to the account.
        """
        self.begin_account()
        with self._rows() as (_, rows):
            yield rows

    def account_for(self, between: Between) -> None:
        """Counts the lines between rows in the account."""
        refused, blank, mended = between
        self.account.skip("blank", blank)
        if mended:
            self.encoding = "cp1252"
        separator, width = self.header.separator, self.header.width
        self._count_inspected(len(refused))
        for line, text, note in ragged(refused, separator, width, str(self.name)):
            kind = self._kind(text, whole=False) if note != "broken_quote" else None
            if kind is None:
                self.account.refuse(line, text, note)
            else:
                self.account.skip(kind)

    def are_rows(self, texts: Iterable[tuple[int, bytes]]) -> list[bool]:
        """Which possible non-data lines, each with its number, are rows; the others are counted in the account.

        Raises:
            ColumnError: one is a header of other columns.
        """
        return [self._is_row(line, text.decode(errors="replace")) for line, text in texts]

    def _is_row(self, line: int, text: str) -> bool:
        self._count_inspected(1)
        kind = self._kind(text)
        if kind is None:
            self.check_header(line, self._cells(text), self._non_data)
        else:
            self.account.skip(kind)
        return kind is None

    def _kind(self, text: str, *, whole: bool = True) -> str | None:
        """The kind of a non-data line by its text; None for a row and for a line that cannot be split."""
        cells = self._cells(text)
        return self._non_data.kind(cells, whole=whole) if cells or not text.strip() else None

    def _cells(self, text: str) -> list[str]:
        return split_line(text.replace("\r", " "), self.header.separator)

    def _count_inspected(self, lines: int) -> None:
        """Counts lines that are inspected one by one."""
        self._inspected += lines
        check("refused", self._inspected, str(self.name), "the lines that are not whole rows are at least")

    @contextmanager
    def _rows(self) -> Iterator[tuple[OpenText, Text]]:
        """Its rows; reading them to the end completes the account."""
        with reading(self.name, "the text"):
            before = _stat(self._member.path)
            stack, text = self._opened or self._open()
            self._opened = None
            with stack:
                for line, title in enumerate(self._titles, 1):
                    self.account_title(line, title)
                self._inspected = 0
                header = self.header
                probe = _probe(text.lines[header.end :], header)
                self._non_data = NonData(header.names)
                doubt = {
                    "column": probe,
                    "begins": _BEGINNINGS,
                    "signs": MAY_BE_NON_DATA,
                    "labels": TOTALS,
                    "headings": header.names,
                }
                rows = text.below(header.end, header.names, header.separator, width=header.width, doubt=doubt)
                yield text, rows
                self.encoding = "cp1252" if text.encoding == "cp1252" else self.encoding
        after = _stat(self._member.path)
        # Another file under this name does not matter, nor does another time alone, which a backup sets.
        if before and after and os.path.samestat(before, after) and after.st_size != before.st_size:
            raise was_changed(self.name)
        if len(self.account.lines) and not self.account.used:
            raise InputError(
                f"{self.name}: no row has the {len(self.header.names)} fields that the header has: "
                "is the first line the header, and is the separator one of , ; tab |"
            )

    def _open(self) -> tuple[ExitStack, OpenText]:
        with reading(self.name, "the text"), ExitStack() as opening:
            text = opening.enter_context(open_text(self._member))
            if (searched := hash(tuple(text.lines))) != self._searched:
                self._find(text.lines)
                self._searched = searched
            stack = opening.pop_all()
        return stack, text

    def _find(self, lines: list[str]) -> None:
        header = find_header(lines, self._wanted)
        if header is None:
            raise InputError(f"{self.name}: is empty: it has no header")
        if line := open_quote(lines, header):
            raise InputError(
                f"{self.name}: line {line} has a quotation mark that is not closed, so its header is not known: close "
                "it or take it out"
            )
        if any("\0" in name for name in header.names):
            raise InputError(f"{self.name}: its header has a zero byte, so its encoding is not read: save it as UTF-8")
        check("columns", len(header.names), str(self.name), "its columns are")
        if self._found is not None and _columns(header) != _columns(self._found):
            raise InputError(
                f"{self.name}: has changed since it was first looked at (its header, its separator, or where it begins)"
                ": begin again"
            )
        self._found, self._titles = header, lines[: header.line - 1]


def _columns(header: TextHeader) -> tuple[object, ...]:
    """What says which columns the rows have, and where they begin."""
    return header.names, header.separator, header.line, header.end


def _stat(path: Path | None) -> os.stat_result | None:
    """The state of a file; None for what is packed or a pipe, and where the file is gone."""
    try:
        return None if path is None else path.stat()
    except OSError:
        return None


def _probe(lines: Sequence[str], header: TextHeader) -> int:
    """The column with the fewest empty cells in the first rows, and of several the one with most digits."""
    rows = [cells for line in lines[:_PROBED] if len(cells := split_line(line, header.separator)) == header.width]
    columns = list(zip(*rows, strict=True))[: len(header.names)]
    filled = [(sum(map(bool, map(str.strip, cells))), sum(cell[:1].isdigit() for cell in cells)) for cells in columns]
    return max(range(len(filled)), key=lambda k: (filled[k], -k), default=0)
