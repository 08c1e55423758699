"""A file of phone numbers or IMEIs -> a set, and an account of its rows.

Owns the choice of the column with the numbers, and the rule that a list whose first line holds digits has no header.
Independent of the purpose of the list. One idea: **the account names every row that is not in the set**.

The list of revoked numbers of India's Department of Telecommunications (MNRL), and its list of numbers that are in use
again, have the form `{"status": 200, "payload": [{"n": "9876543210"}]}`. The service sends an error as a successful
HTTP response with another status in the document. This is an error here, not an empty list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, Generic, TypeVar

import pyarrow as pa

from numguard._core import ImeiSet, NumberSet, explain, explain_imei
from numguard.compute import as_text, is_text, named, pc, why_unread
from numguard.errors import ArgumentError, ColumnError, InputError, UnsupportedTypeError
from numguard.files.manifest import unlike_manifests
from numguard.keyed import HASHED
from numguard.number_list.actions import (
    LIKE_ACTION,
    MARKS,
    Opposed,
    action_column,
    bare,
    may_have_words,
    refuse_other_actions,
    rows_with,
)
from numguard.number_list.checks import (
    Below,
    check_beside,
    check_codes,
    check_headings,
    check_line,
    check_rows,
    check_shown,
    check_titles,
)
from numguard.number_list.rounded import check_rounded
from numguard.number_list.same import has_other_numbers, with_one_number, without_ends
from numguard.number_list.spared import is_of_letter, is_spared, may_spare
from numguard.number_list.titles import is_of_victims, names_numbers, names_victims, without_victims
from numguard.source import REFUSED, Batch, Part, Source, check_columns, headings, is_of_codes, open_source, reading
from numguard.types import PathLike, Region

__all__ = [
    "NumberList",
    "Opposed",
    "action_column",
    "listing_dates",
    "may_have_words",
    "read_dated",
    "read_imeis",
    "read_numbers",
    "refuse_other_actions",
    "rows_with",
]

_NUMBER_NAMES = ("msisdn", "mobile", "mobile_no", "mobile_number", "number", "phone", "phone_no", "phone_number", "n")
#: The one of them that may be an id, beside a column of phones.
_VAGUE = "number"
_IMEI_NAMES = ("imei14", "imei", "imei_no", "imei_number")
_SAVED_SET = b"numguard"
#: Words of the headings of columns that have numbers, or handsets, too.
_NUMBER_WORD = re.compile(r"(?:^|_)(?:mobiles?|mob|msisdns?|phones?|telephone|contact|whatsapp)(?=_|\d|$)")
_IMEI_WORD = re.compile(r"(?:^|_)imei(?=_|\d|$)")
#: With so many digits a first line is a row.
_DIGITS_OF_A_ROW = 5
#: A number and a handset as examples, to find the meaning of the words of a heading for digits beside them.
_ANY_NUMBER, _ANY_IMEI = "9876543210", "490154203237518"
#: What to do about a column of a list. Not every verb that reads a list has the option.
_REMEDY = "name it msisdn or imei in the file, or choose it with column= (scan, decide and lists: --list-column)"
#: The same for a column below the heading of a group, which another name of the column would not change.
_REMEDY_BELOW = "take that heading out of the file, or choose it with column= (scan, decide and lists: --list-column)"
#: The notes of digits beside words for something else: an account, an amount, a complainant.
_SOMETHING_ELSE = "text_with_digits"

_Set = TypeVar("_Set", NumberSet, ImeiSet)


@dataclass(frozen=True)
class NumberList(Generic[_Set]):
    """A list, and the account of its rows.

    Attributes:
        keys: The numbers or handsets.
        account: rows_read, rows_used, rows_refused, refused_rows by note, not_data by kind (`other_action`: rows of a
            block list with an action that was not selected), passed_over (members of the file that are not tables),
            and warnings, if there are any.
        refused: The refused rows: file, row, note.
    """

    keys: _Set
    account: dict[str, Any]
    refused: pa.Table


def read_numbers(
    path: PathLike,
    *,
    column: str | None = None,
    region: Region = "IN",
    actions: Sequence[str] | None = ("block",),
    strict: bool = False,
) -> NumberList[NumberSet]:
    """The phone numbers in a file, with an account of its rows; of a block list, the numbers to be blocked.

    Args:
        path: A saved set, a source of `scan` (CSV, text with one number a line, Parquet, Arrow), JSON in the form of
            MNRL, JSON Lines, or a workbook.
        column: The column of numbers; may be left out if the file has one column, or one with a known name.
        region: The country by whose plan digits without a country code are read.
        actions: Of a file with a column `action`, as block lists have, use only rows with one of these, whatever its
            case and the blanks around it, so that numbers to be verified again or released are not blocked; a row with
            no action that lists have is refused (`unknown_action`). None: every row counts, as for numbers to protect.
        strict: A refused row is an error.

    Raises:
        ColumnError: The column of numbers is ambiguous; or `actions`, and a column of actions has another heading.
        InputError: The file cannot be read; or `strict`, and a row was refused.
    """
    if _is_saved(path):
        return _saved(NumberSet.open(path))
    # Numbers that are to be released are spared, as those that are protected are.
    is_sparing = actions is None or set(actions) <= {"release", "none"}
    reader = _ListReader(path, _numbers(region), may_be_victims=is_sparing)
    cells = reader.cells(column, actions)
    keys = NumberSet(cells, region=region)
    check_rounded(keys, path)
    return reader.account_of(keys, strict=strict)


def read_imeis(path: PathLike, *, column: str | None = None, strict: bool = False) -> NumberList[ImeiSet]:
    """The handsets in a file, as `read_numbers`; a placeholder is refused."""
    if _is_saved(path):
        return _saved(ImeiSet.open(path))
    reader = _ListReader(path, _IMEIS)
    return reader.account_of(ImeiSet(reader.cells(column, None)), strict=strict)


def _saved(keys: _Set) -> NumberList[_Set]:
    account = {"rows_read": len(keys), "rows_used": len(keys), "rows_refused": 0, "refused_rows": {}, "not_data": {}}
    return NumberList(keys, account, REFUSED.empty_table())


def listing_dates(
    path: PathLike,
    dates: str,
    *,
    column: str | None = None,
    of_imeis: bool = False,
    actions: Sequence[str] | None = ("block",),
) -> tuple[pa.ChunkedArray[Any], pa.ChunkedArray[Any]]:
    """The numbers of a list as they are written, and for each the date in the column `dates`, as `scan` takes them.

    Args:
        path: As for `read_numbers`, but not a saved set, which has no dates.
        dates: The column of the dates on which numbers were listed: `first_reported` in a block list.
        column: The column of numbers, as for `read_numbers`.
        of_imeis: Whether it is a list of handsets.
        actions: As for `read_numbers`.

    Raises:
        ArgumentError: The file is a saved set.
        ColumnError: A column does not exist.
        InputError: The file cannot be read.
    """
    if _is_saved(path):
        raise ArgumentError(f"{path}: a saved set holds no dates: give the list that it was made of")
    reader = _ListReader(path, _IMEIS if of_imeis else _numbers("IN"))
    found = [batch.data for batch in reader.rows(column, None if of_imeis else actions, more=[dates])]
    return reader.joined([data.column(0) for data in found]), reader.joined([data.column(1) for data in found])


def read_dated(
    path: PathLike, dates: str, read: Callable[[pa.RecordBatch], tuple[pa.RecordBatch, Any]], *, region: Region = "IN"
) -> tuple[list[pa.RecordBatch], dict[str, Any], pa.Table]:
    """The rows of a list of numbers to act on, in its column `msisdn`, with a date each.

    Args:
        path: As for `listing_dates`.
        dates: The column of the dates.
        read: Called with the two columns of a batch; returns them as they are meant, and the note of each refused row.
        region: The country by whose plan digits without a country code are read.

    Returns:
        What `read` returned, the account of the list, and its refused rows.

    Raises:
        ColumnError: A column does not exist, or the list may have the numbers of victims.
        InputError: The file cannot be read.
    """
    reader = _ListReader(path, _numbers(region))
    found = []
    for batch in reader.rows("msisdn", ("block",), more=[dates], is_chosen=False):
        rows, notes = read(batch.data)
        reader.refuse(batch, batch.data.column(0), notes)
        found.append(rows)
    refused, account = reader.account()
    return found, account, refused


def _is_saved(path: PathLike) -> bool:
    if not str(path):
        raise ArgumentError("the path of a list is empty: name a file")
    if not Path(path).is_file():
        return False
    with reading(str(path), "the file"), Path(path).open("rb") as file:
        return file.read(len(_SAVED_SET)) == _SAVED_SET


@dataclass(frozen=True)
class _Kind:
    """Numbers or handsets: what a cell is, the note of a heading's words, names of the column, a word of its name."""

    explained: Callable[[Any], Any]
    doubt: Callable[[str], str | None]
    names: tuple[str, ...]
    word: re.Pattern[str]


class _ListReader:
    """Reads one list, and counts its rows."""

    def __init__(self, path: PathLike, kind: _Kind, *, may_be_victims: bool = False) -> None:
        self.path = path
        self.column = ""
        self._kind = kind
        self._warnings: list[str] = []
        self._refused: list[pa.Table] = []
        self._others = 0
        self._header_rows = 0
        # Victims may be meant where numbers are protected, or taken off a list.
        self._may_be_victims = may_be_victims
        self.source: Source

    def cells(self, column: str | None, actions: Sequence[str] | None) -> pa.ChunkedArray[Any]:
        """The column of numbers, with each first line that is a row and no header."""
        found: list[Any] = []
        for batch in self.rows(column, actions):
            cells = batch.data.column(0)
            found.append(cells)
            try:
                explained = self._kind.explained(cells)
            except UnsupportedTypeError as error:
                raise UnsupportedTypeError(f"{batch.file}: column {named([self.column])!r}: {error}") from None
            if explained.field(0).null_count:
                self.refuse(batch, cells, why_unread(explained))
        return self.joined(found)

    def _keys_of(self, cells: Any) -> Any:
        """The numbers in cells; null where there is none."""
        return self._kind.explained(cells).field(0)

    def joined(self, found: list[Any]) -> pa.ChunkedArray[Any]:
        """A column of all files."""
        try:
            return pa.chunked_array(found, found[0].type if found else pa.string())
        except (pa.ArrowException, TypeError):
            raise InputError(f"{self.path}: its files have columns of other types: write them alike") from None

    def rows(
        self, column: str | None, actions: Sequence[str] | None, *, more: Sequence[str] = (), is_chosen: bool = True
    ) -> Iterator[Batch]:
        """The column of numbers, and `more`, of the rows with one of the actions.

        Where the caller has chosen the column, no title counts.
        """
        wanted = {column, *more} - {None}

        def is_wanted(cell: str) -> bool:
            return cell in wanted or bare(cell) in self._kind.names

        self.source = open_source(
            self.path,
            wanted=is_wanted,
            is_kept=lambda part: self._is_list(part, is_wanted, may_be_read=not wanted),
        )
        lists = [part for part in self.source.parts if part.schema().names]
        if not lists:
            return
        headed = [part for part in lists if not _begins_with_row(part, is_wanted)]
        self.column = self._the_column(column, (headed or lists)[0])
        action = None if actions is None else action_column(lists)
        self._opposed = Opposed(actions or ())
        for part in lists:
            there = part.schema().names
            self._below = Below(self._keys_of, is_table=part in headed and len(there) > 1)
            name = self.column
            if part not in headed or len(there) > 1 or bare(there[0]) in self._kind.names:
                name = self._the_column(column, part)
            if more:
                # A first line that is a row has no dates; the message says that there may be no header.
                check_columns([name, *more], part.schema(), part.name)
            if not self._may_be_victims:
                chosen = column and is_chosen
                check_titles(part, self.path, None if chosen else name, has_actions=action is not None)
            if part in headed:
                if action is None and actions is not None:
                    refuse_other_actions(part, {name, *more}, is_sparing=self._may_be_victims)
                self._warn_of_unread(part, name, {name, *more}, action, of_more_keys=column is None)
                yield from self._rows_of(part, [name, *more], action, actions or ())
                continue
            self._header_rows += 1
            first = Batch(without_ends(pa.RecordBatch.from_pydict({name: [name]})), part.name, part.header_row)
            check_shown(part, first, is_sparing=self._may_be_victims)
            yield first
            yield from self._rows_of(part, [name, *more], None, ())
        self._opposed.check(self._keys_of)

    def _is_list(self, part: Part, is_wanted: Callable[[str], bool], *, may_be_read: bool) -> bool:
        """Whether a member without a column that is looked for is a list: numbers, one a line, without a heading.

        Raises:
            InputError: It has numbers among something else, so that it cannot be known which of them are listed.
        """
        there, types = part.schema().names, part.schema().types
        cells: list[Any] = []
        if _begins_with_row(part, is_wanted):
            cells.append(pa.array(there))
        elif (
            not may_be_read
            or len(there) != 1
            or pa.types.is_nested(types[0])
            or self._kind.doubt(there[0]) == _SOMETHING_ELSE
        ):
            return False
        has_numbers, has_others = False, not cells or len(there) != 1 or not may_be_read
        for written in chain(cells, (column for batch in part.batches() for column in batch.data.columns)):
            if not is_text(written.type) and not pa.types.is_integer(written.type):
                continue
            text = as_text(written)
            is_bare = pc.invert(pc.match_substring_regex(text, r"\pL"))
            is_read = self._kind.explained(text).field(0).is_valid()
            has_numbers |= bool(pc.any(pc.and_(is_bare, is_read)).as_py())
            has_others |= bool(pc.any(pc.invert(is_bare)).as_py())
        if has_numbers and has_others:
            raise InputError(
                f"{part.name}: has numbers, and no column that is certainly theirs, beside members that have one: give "
                "it a heading such as msisdn or imei, or take it out"
            )
        return has_numbers

    def _rows_of(self, part: Part, wanted: list[str], action: str | None, actions: Sequence[str]) -> Iterator[Batch]:
        read = wanted if action is None or action in wanted else [*wanted, action]
        # A pair with a handset is released by itself, and its number is still to be blocked.
        is_pair = any(bare(name) in _IMEI_NAMES for name in part.schema().names)
        checked = self._checked(part, read, has_actions=action is not None)
        for batch in part.batches(read) if self._may_be_victims else checked:
            rows = batch
            if action is not None:
                rows, others, refused = rows_with(batch, action, actions)
                self._others += others
                self._refused.append(refused)
                if not is_pair:
                    self._opposed.add(batch, action, wanted[0], rows)
            found = replace(rows, data=without_ends(rows.data.select(wanted)))
            check_shown(part, found, is_sparing=self._may_be_victims)
            yield found

    def _checked(self, part: Part, wanted: list[str], *, has_actions: bool) -> Iterator[Batch]:
        """The rows of a part, checked for numbers to spare: below a heading among them, or by another column."""
        there = part.schema()
        beside = [name for name in there.names if name not in wanted and there.names.count(name) == 1]
        codes = [name for name in beside if is_of_codes(name) and not pa.types.is_nested(there.field(name).type)]
        codes = [] if self._kind is _IMEIS else codes
        beside = [name for name in beside if name in codes or may_spare(name, there.field(name).type)]
        known = {*map(bare, there.names), *self._kind.names}
        part.on_refused = lambda line, text, _note: check_line(part.name, line, text, self._below)
        for batch in part.batches([*wanted, *beside]):
            # In a typed table there are no headings among the rows.
            if part.header_row:
                check_headings(batch, wanted[0], known, self._below)
            self._below.check(batch, batch.data[wanted[0]])
            # Actions say what each row is for, also where its reason says why another number was spared.
            if not has_actions:
                check_beside(batch, wanted[0], {*wanted, *codes}, self._keys_of)
            if codes:
                check_codes(batch, wanted[0], self._keys_of(batch.data[wanted[0]]))
            yield batch

    def _warn_of_unread(
        self, part: Part, column: str, read: set[str], action: str | None, *, of_more_keys: bool
    ) -> None:
        """Warnings that name the columns of actions, and further columns of numbers, that are not read."""
        others = [name for name in part.schema().names if name not in read]
        if action is None:
            unread = [name for name in others if bare(name).strip(MARKS) in LIKE_ACTION]
            self._warn(f"the column {named([name])!r} is not read: every row counts" for name in unread)
        if of_more_keys:
            more = [name for name in others if name != HASHED and self._kind.word.search(bare(name))]
            more = [name for name in more if not names_victims(name)]
            more = [name for name in more if has_other_numbers(part, column, name, self._kind.explained)]
            self._warn(f"the column {named([name])!r} may have more of them, and is not read" for name in more)

    def _warn(self, warnings: Iterable[str]) -> None:
        self._warnings += [warning for warning in warnings if warning not in self._warnings]

    def account(self) -> tuple[pa.Table, dict[str, Any]]:
        """The refused rows and the account, after the rows were read."""
        refused, account = self.source.account_with(self._refused, {"other_action": self._others})
        account["rows_read"] += self._header_rows
        account["rows_used"] += self._header_rows
        account["warnings"] += [*self._warnings, *unlike_manifests(part.name or "" for part in self.source.parts)]
        return refused, account

    def account_of(self, keys: _Set, *, strict: bool) -> NumberList[_Set]:
        """The list with its account, after its cells were read."""
        refused, account = self.account()
        if strict and len(refused):
            raise InputError(
                f"{self.path}: {len(refused)} of its rows cannot be read, the first in row {pc.min(refused['row'])}: "
                "with --strict a list is taken whole or not at all"
            )
        return NumberList(keys, account, refused)

    def _the_column(self, column: str | None, part: Part) -> str:
        if column is not None:
            return column
        names, there = self._kind.names, part.schema().names
        known = [name for name in there if bare(name) in names]
        if len(known) > 1:
            known = with_one_number(part, known, self._kind.explained)[:1] or known
        elif known and bare(known[0]) == _VAGUE and len(there) > 1:
            known += [name for name in there if self._kind.word.search(bare(name))]
        if len(there) != 1 and len(known) != 1:
            raise ColumnError(
                f"{part.name}: no column is certainly that of the numbers: {_REMEDY}; there are {headings(there)}"
            )
        is_other = self._kind.doubt(without_victims(there[0])) == _SOMETHING_ELSE and not names_numbers(there[0])
        is_other |= is_of_victims(there[0]) or is_spared(there[0]) or is_of_letter(there[0])
        if not known and is_other and not _is_row(there, names.__contains__):
            raise ColumnError(
                f"{part.name}: the heading {there[0]!r} is of something else than numbers to list: if they are "
                f"meant all the same, {_REMEDY}"
            )
        name = known[0] if known else there[0]
        group = dict(zip(there, part.groups, strict=False)).get(name)
        if group and self._kind.doubt(f"{group} {name}") == _SOMETHING_ELSE:
            raise ColumnError(
                f"{part.name}: the column {name!r} is below the heading {group!r}, of something else than numbers to "
                f"list: if they are meant all the same, {_REMEDY_BELOW}"
            )
        return name

    def refuse(self, batch: Batch, cells: Any, notes: Any) -> None:
        """Records the rows that have a note.

        Raises:
            ColumnError: The cell of one is a heading of numbers to spare, or a line of a letter.
        """
        if not self._may_be_victims:
            check_rows(batch, cells, notes.is_valid(), self._below)
        self._refused.append(batch.refused(notes))


def _begins_with_row(part: Part, is_wanted: Callable[[str], bool]) -> bool:
    """Whether the header of a part is a row."""
    names = part.schema().names
    return bool(part.header_row) and _is_row(names, is_wanted)


def _is_row(names: Sequence[str], is_wanted: Callable[[str], bool]) -> bool:
    """Whether the first line is a row: it has no name that is looked for, and digits of any script."""
    if any(map(is_wanted, names)):
        return False
    return sum(char.isdecimal() for name in names for char in name) >= _DIGITS_OF_A_ROW


def _doubt_of_numbers(name: str) -> str | None:
    """The note that the words of a heading give a number beside them."""
    note: str | None = explain([f"{_words(name)}: {_ANY_NUMBER}"]).field("note").cast(pa.string())[0].as_py()
    return note


def _doubt_of_imeis(name: str) -> str | None:
    """As `_doubt_of_numbers`, of a handset."""
    note: str | None = explain_imei([f"{_words(name)} {_ANY_IMEI}"]).field("note").cast(pa.string())[0].as_py()
    return note


def _numbers(region: Region) -> _Kind:
    return _Kind(lambda cells: explain(cells, region=region), _doubt_of_numbers, _NUMBER_NAMES, _NUMBER_WORD)


_IMEIS = _Kind(explain_imei, _doubt_of_imeis, _IMEI_NAMES, _IMEI_WORD)


def _words(name: str) -> str:
    return "".join(char if char.isalpha() or not char.isascii() else " " for char in name).strip()
