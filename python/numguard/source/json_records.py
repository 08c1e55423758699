"""JSON and JSON Lines -> records of text cells, each with its row number.

Owns the search for the records in a document. Independent of what they mean. One idea: **numbers stay as they were
written**: a mobile number that a program wrote as 9.87654321e9 is read by the rules for exponents, and no digit is
lost in a conversion.
"""

from __future__ import annotations

import itertools
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from typing import Any, Final, NamedTuple, NoReturn

import pyarrow as pa

from numguard._core import Json, JsonLines
from numguard.compute import named
from numguard.errors import ArgumentError, InputError
from numguard.source.container import Member, Opener, opened_bytes, read_up_to, read_whole
from numguard.source.limits import check, limit
from numguard.source.lines import Between, in_one_process
from numguard.source.part import Above, Batch, Part, in_part, reading, was_changed

#: A mobile number of India, as it is written most often.
_MOBILE = re.compile(r"(?<!\d)(?:\+?91[- ]?|0)?[6-9]\d{4}[- ]?\d{5}(?!\d)", re.ASCII)

#: The status of a successful response.
_DONE = "200"
#: Words of the names of fields that say what a document is, such as `file_name`, and the longest text that may say it.
_TITLING = re.compile(r"(?i)file|name|title|type|list|kind|categ|subject|descr|purpose")
_LONGEST = 120

#: The most digits of the name of a row of a data frame.
_LONGEST_ROW = 7

#: What to do about another document.
_REMEDY = "save it as a list of records (orient='records' of pandas), or as CSV"
#: The name of the column of a list of texts.
_ONLY: Final = b"number"

#: Bytes of a batch, and the most cells of as many lines: a line of a few bytes is a row of all columns.
_BLOCK: Final = 1 << 22
_CELLS: Final = 1 << 23
#: Bytes of one read from a stream.
_READ: Final = 1 << 20
#: Bytes among which the first line of JSON Lines must end.
_FIRST: Final = 1 << 20
_BOM: Final = b"\xef\xbb\xbf"


class Records(NamedTuple):
    """The records of a document."""

    #: `json` or `json lines`.
    form: str
    #: Opens them, a line each; in JSON Lines other lines are among them.
    open: Opener
    #: Those that it has beside the list of records, as `file_name` of MNRL, and the key of the list.
    titles: Sequence[str] = ()


class _Names(NamedTuple):
    """The names of the columns, how many lines are records, and how many bytes to read at a time."""

    names: list[str]
    records: int
    block: int


class JsonPart(Part):
    """A document, which is read whole, or a text of one object a line, which is not."""

    def __init__(self, member: Member) -> None:
        super().__init__(member)
        self._member = member

    @property
    def container(self) -> str:
        """`json` or `json lines`, after its containers."""
        return self.about.container.removesuffix("json") + self._records.form

    @property
    def above(self) -> Above:
        """The titles that the document has beside its records."""
        return Above(titles=self._records.titles)

    def stored_schema(self) -> pa.Schema:
        """The columns, all text."""
        return pa.schema([(name, pa.string()) for name in self._names[0]])

    def stored_batches(self, columns: Sequence[str] | None) -> Iterator[Batch]:
        """The records, in order."""
        names, records, size = self._names
        places = range(len(names)) if columns is None else [names.index(name) for name in columns]
        with self._lines(names) as text, in_part(self):
            batches = text.rows(list(places), block=size)
            try:
                for rows, lines, between in in_one_process(batches, "the reading of this text"):
                    self.account_for(between)
                    records -= rows.num_rows
                    if rows.num_rows:
                        yield Batch(rows, self.name, lines.to_numpy())
            finally:
                batches.close()
        if records:
            raise was_changed(self.name)

    @contextmanager
    def to_scan(self) -> Iterator[JsonLines]:
        """Its records for the compiled scanner, with a new account, to which the caller adds the number of rows."""
        self.begin_account()
        with self._lines(self._names.names) as text:
            yield text
        if self.account.used != self._names.records:
            raise was_changed(self.name)

    def account_for(self, between: Between) -> None:
        """Counts the lines between records in the account."""
        refused, blank, _ = between
        self.account.skip("blank", blank)
        for line in refused.to_pylist():
            self.account.refuse(line["line"], line["text"].decode(), line["note"])

    @cached_property
    def _names(self) -> _Names:
        with self._lines() as text, in_part(self):
            names, records, length = text.find_names(most=min(limit("columns"), sys.maxsize))
        check("columns", len(names), self._member.name, "its columns are")
        if not records and self._records.form == "json lines":
            _damaged(self._member.name)
        size = _CELLS * length // max(1, len(names) * records)
        return _Names(names, records, max(1, min(_BLOCK, size)))

    @cached_property
    def _records(self) -> Records:
        with reading(self.name, "the file"), in_part(self):
            with self._member.open() as stream:
                head = read_up_to(stream, _FIRST).removeprefix(_BOM)
            if _is_lines(head):
                return Records("json lines", self._member.open)
            text = read_whole(self._member).removeprefix(_BOM)
            try:
                whole = Json(text)
            except ArgumentError:
                if text.lstrip().startswith(b"["):
                    _damaged(self._member.name)
                return Records("json lines", partial(opened_bytes, text))
            return records_of(whole, self._member.name)

    @contextmanager
    def _lines(self, names: Sequence[str] = ()) -> Iterator[JsonLines]:
        """The records, a line each, for the compiled module."""
        with reading(self.name, "the file"), self._records.open() as stream:
            mark = read_up_to(stream, len(_BOM))
            offset = len(mark) if mark == _BOM else 0
            path = self._member.path if self._records.open is self._member.open else None
            source: Any = path or itertools.chain([mark[offset:]], iter(partial(stream.read, _READ), b""))
            longest = min(limit("document"), sys.maxsize // 2)
            yield JsonLines(source, list(names), offset=offset if path else 0, longest=longest)


def _is_lines(head: bytes) -> bool:
    """Whether a text of which these are the first bytes has an object on its first line, and something below it."""
    first, *rest = re.split(rb"[\r\n]+", head.lstrip(), maxsplit=1)
    return any(map(bytes.strip, rest)) and JsonLines([first]).find_names(most=len(first))[1] == 1


def _damaged(name: str) -> NoReturn:
    raise InputError(f"{name}: is damaged or cut-short JSON: get the file anew")


def records_of(whole: Json, name: str) -> Records:
    """The list of records in a document, and titles: itself, the one list of objects in it, or one object alone.

    Services wrap the list in an object, or in several: `{"data": {"list": [...]}}`.

    A list of texts and numbers, as of the numbers of a list, is the column `number`. A data frame may be written by its
    columns or by its index, too.

    Raises:
        InputError: the document has no records, or several lists of them.
    """
    match whole.kind:
        case "records":
            return Records("json", partial(opened_bytes, whole.lines()))
        case "texts":
            lines = whole.lines().splitlines()
            return Records("json", partial(opened_bytes, b"".join(b'{"%b": %b}\n' % (_ONLY, line) for line in lines)))
        case "object":
            return _in_object(whole, name)
    raise InputError(f"{name}: is JSON, but not a list of objects with named fields: {_REMEDY}")


def _in_object(whole: Json, name: str) -> Records:
    try:
        members = dict(whole.members())
        _check_status(members, name)
        paths = [[key] for key, value in members.items() if value.kind == "records"]
        # What has its list of records at the top may be long, and is not made objects of Python.
        loaded = None if paths else _load(whole)
        if loaded and (frame := _of_frame(loaded)):
            lines = (f"{json.dumps(row)}\n" for row in frame)
            return Records("json", partial(opened_bytes, "".join(lines).encode()))
        paths = paths or _paths_of_lists(loaded)
        if len(paths) > 1:
            lists = named([".".join(path) for path in paths])
            raise InputError(f"{name}: has several lists of records ({lists}): save the one that is meant")
        if loaded is not None and not paths:
            if _status_of(members) is not None:
                raise InputError(f"{name}: is an answer without a list of records")
            return Records("json", partial(opened_bytes, whole.lines()), [*_objects_in(loaded)])
        found, titles = _at_path(whole, paths[0])
        if loaded is not None and _MOBILE.search(whole.text.replace(found.text, "")):
            # It is a record with a number, and the list is about it.
            return Records("json", partial(opened_bytes, whole.lines()), [*_objects_in(loaded)])
        return Records("json", partial(opened_bytes, found.lines()), titles)
    except (ArgumentError, RecursionError, json.JSONDecodeError):
        _damaged(name)


def _at_path(whole: Json, path: Sequence[str]) -> tuple[Json, list[str]]:
    """A value within objects, and the titles beside the names that lead to it."""
    titles: list[str] = []
    for key in path:
        members = dict(whole.members())
        beside = {name: _load(value) for name, value in members.items() if value.kind == "other"}
        titles += [text for name, text in beside.items() if _TITLING.search(name) and _is_title(text)]
        titles.append(key)
        whole = members[key]
    return whole, titles


def _paths_of_lists(record: Any) -> list[list[str]]:
    """The names that lead to the lists of records in the objects within an object, at the first depth that has any."""
    level: list[tuple[list[str], Any]] = [([], record)]
    while level:
        level = [([*path, key], value) for path, at in level if isinstance(at, dict) for key, value in at.items()]
        if found := [path for path, value in level if isinstance(value, list) and value and _all_objects(value)]:
            return found
    return []


def _all_objects(values: Sequence[Any]) -> bool:
    return all(isinstance(value, dict) for value in values)


def _is_title(text: Any) -> bool:
    return isinstance(text, str) and len(text) <= _LONGEST


def _objects_in(record: Mapping[str, Any]) -> Iterator[str]:
    """The names of the objects in a record alone: each is a title of what is in it, as that of a list is."""
    for key, value in record.items():
        if isinstance(value, dict):
            yield key
            yield from _objects_in(value)


def _of_frame(whole: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The records of a data frame as pandas writes it by default (`columns`), by `index` or `split`; None of another.

    Rows are named by whole numbers that are too short for phone numbers, and columns are not.
    """
    if whole.keys() in ({"columns", "data"}, {"columns", "index", "data"}):
        names, cells = whole["columns"], whole["data"]
        is_split = isinstance(names, list) and _all_texts(names) and len(set(names)) == len(names)
        is_split = is_split and isinstance(cells, list) and all(isinstance(row, list) for row in cells)
        if is_split and all(len(row) == len(names) for row in cells):
            return [dict(zip(names, row, strict=True)) for row in cells]
        return None
    parts = list(whole.values())
    if not all(isinstance(part, dict) and part for part in parts):
        return None
    within = dict.fromkeys(itertools.chain(*parts))
    if all(_is_row(name) for name in within):
        if any(isinstance(cell, dict) for part in parts for cell in part.values()):
            return None
        return [{name: part.get(row) for name, part in whole.items()} for row in within]
    return parts if all(_is_row(name) for name in whole) else None


def _is_row(name: str) -> bool:
    return name.isdecimal() and len(name) <= _LONGEST_ROW


def _check_status(members: Mapping[str, Json], name: str) -> None:
    """Some services send an error as a successful HTTP response, with the status in the document."""
    status = _status_of(members)
    if status is not None and status != _DONE:
        text = f"the status {status}" if len(status) <= len(_DONE) else "an invalid status"
        raise InputError(f"{name}: is an answer with {text} and no list: ask the service again")


def _status_of(members: Mapping[str, Json]) -> str | None:
    status = _load(members["status"]) if "status" in members else None
    return status if isinstance(status, str) and status.isdecimal() else None


def _all_texts(values: Sequence[Any]) -> bool:
    # Numbers were read as text.
    return all(isinstance(value, str) for value in values)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ArgumentError("text: has a name twice")
    return found


#: Reads numbers as text.
_DECODER: Final = json.JSONDecoder(parse_int=str, parse_float=str, object_pairs_hook=_object)


def _load(value: Json) -> Any:
    """A value, with its numbers as text; ArgumentError where an object has the same name twice."""
    return _DECODER.decode(value.text)
