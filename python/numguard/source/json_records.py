"""JSON and JSON Lines -> records of text cells, each with its row number.

Owns the search for the records in a document. Independent of what they mean. One idea: **numbers stay as they were
written**: a mobile number that a program wrote as 9.87654321e9 is read by the rules for exponents, and no digit is
lost in a conversion.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard.compute import named
from numguard.errors import InputError
from numguard.source.limits import check
from numguard.source.part import Above, Batch, Part, Ragged

if TYPE_CHECKING:
    from numguard.source.container import Member

__all__ = ["JsonPart", "looks_like_json"]


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
_ONLY = "number"


class Document(NamedTuple):
    """The records of a document as a table, and the number of each."""

    table: pa.Table
    rows: npt.NDArray[np.int64]
    #: Lines that are no record.
    broken: Sequence[Ragged] = ()
    #: `json` or `json lines`.
    form: str = "json"
    #: How many lines are blank.
    blank: int = 0
    #: Those that it has beside the list of records, as `file_name` of MNRL, and the key of the list.
    titles: Sequence[str] = ()


class JsonPart(Part):
    """A document, or a text of one object a line."""

    def __init__(self, member: Member) -> None:
        super().__init__(member)
        self._member = member

    @property
    def container(self) -> str:
        """`json` or `json lines`, after its containers."""
        return self.about.container.removesuffix("json") + self._document.form

    @property
    def above(self) -> Above:
        """The titles that the document has beside its records."""
        return Above(titles=self._document.titles)

    def stored_schema(self) -> pa.Schema:
        """The columns, all text."""
        return self._document.table.schema

    def stored_batches(self, columns: Sequence[str] | None) -> Iterator[Batch]:
        """The records, in order."""
        found = self._document
        self.account.skip("blank", found.blank)
        for broken in found.broken:
            self.account.refuse(*broken)
        data = found.table if columns is None else found.table.select(list(columns))
        for batch in data.combine_chunks().to_batches():
            yield Batch(batch, self.name, found.rows)

    @cached_property
    def _document(self) -> Document:
        from numguard.source.container import read_whole

        name = self._member.name
        try:
            text = read_whole(self._member).removeprefix(b"\xef\xbb\xbf").decode()
        except UnicodeDecodeError:
            raise InputError(f"{name}: holds text that is not UTF-8: save it again as UTF-8") from None
        return read(text.replace("\r\n", "\n").replace("\r", "\n"), name)


def looks_like_json(content: bytes) -> bool:
    """Whether a text begins like JSON; it may be damaged."""
    head = content[:4096].lstrip()
    return head[:1] in {b"{", b"["} and head[1:].lstrip()[:1] in {b"", b"{", b"[", b'"', b"]", b"}"}


def load(text: str) -> Any:
    """A document with its numbers as text; ValueError where it is invalid, or an object has the same key twice."""
    return _DECODER.decode(text)


def read(text: str, name: str) -> Document:
    """What a text has: one document, or a document a line.

    Raises:
        InputError: the document is damaged, or has no records or several lists of them.
    """
    try:
        whole = load(text)
    except (ValueError, RecursionError):
        blank = text.removesuffix("\n").split("\n")
        rows, broken = _lines(text, name)
        return Document(*as_table(rows, name), broken, "json lines", sum(not line.strip() for line in blank))
    records, titles = records_of(whole, name)
    return Document(*as_table(list(enumerate(records, 1)), name), titles=titles)


def records_of(whole: Any, name: str) -> tuple[Sequence[Any], list[str]]:
    """The list of records in a document (itself, the one list of objects in it, or one object alone), and titles.

    A list of texts and numbers, as of the numbers of a list, is the column `number`. A data frame may be written by its
    columns or by its index, too.
    """
    lists: dict[str, Any] = {}
    if isinstance(whole, list):
        found = [{_ONLY: text} for text in whole] if whole and _all_texts(whole) else whole
    elif not isinstance(whole, dict):
        raise InputError(f"{name}: is JSON, but not a list of objects with named fields: {_REMEDY}")
    else:
        _check_status(whole, name)
        lists = {key: value for key, value in whole.items() if isinstance(value, list) and _all_objects(value)}
        if len(lists) > 1:
            raise InputError(f"{name}: has several lists of records ({named(list(lists))}): save the one that is meant")
        found = next(iter(lists.values())) if lists else _of_frame(whole) or [whole]
    if not _all_objects(found):
        raise InputError(f"{name}: is JSON, but not a list of objects with named fields: {_REMEDY}")
    beside = whole.items() if lists else ()
    titles = [text for key, text in beside if _TITLING.search(key) and isinstance(text, str) and len(text) <= _LONGEST]
    return found, [*titles, *lists, *(_objects_in(whole) if found and found[0] is whole else ())]


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


def _check_status(whole: Mapping[str, Any], name: str) -> None:
    """Some services send an error as a successful HTTP response, with the status in the document."""
    status = whole.get("status")
    if isinstance(status, str) and status.isdecimal():
        if status != _DONE:
            raise InputError(f"{name}: is an answer with {_status(status)} and no list: ask the service again")
        if not any(isinstance(value, list) for value in whole.values()):
            raise InputError(f"{name}: is an answer without a list of records")


def _status(status: str) -> str:
    return f"the status {status}" if len(status) <= len(_DONE) else "an invalid status"


def as_table(rows: Sequence[tuple[int, Any]], where: str) -> tuple[pa.Table, npt.NDArray[np.int64]]:
    """The records as columns of text, and the number of each."""
    flat = [_flat(record) for _, record in rows]
    names = list(dict.fromkeys(name for record in flat for name in record))
    check("columns", len(names), where, "its columns are")
    check("cells", len(names) * len(flat), where, "its cells are")
    table = pa.table({name: _texts([record.get(name) for record in flat]) for name in names})
    return table, np.array([number for number, _ in rows], np.int64)


def _texts(cells: list[str | None]) -> pa.Array[Any]:
    r"""A column. Half of an emoji (`"\ud83d"`), as programs write that cut a text, is U+FFFD and not the file's end."""
    try:
        return pa.array(cells, pa.string())
    except UnicodeEncodeError:
        sixteen = [None if cell is None else cell.encode("utf-16-le", "surrogatepass") for cell in cells]
        return pa.array(
            [None if cell is None else cell.decode("utf-16-le", "replace") for cell in sixteen], pa.string()
        )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


#: One for all lines: `json.loads` makes a decoder for each text, which takes as long as a line.
_DECODER: Final = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_object)


def _all_objects(values: Sequence[Any]) -> bool:
    return all(isinstance(value, dict) for value in values)


def _all_texts(values: Sequence[Any]) -> bool:
    # Numbers were read as text.
    return all(isinstance(value, str) for value in values)


def _lines(text: str, name: str) -> tuple[list[tuple[int, Any]], list[Ragged]]:
    rows: list[tuple[int, Any]] = []
    broken: list[Ragged] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = load(line)
        except (ValueError, RecursionError):
            record = None
        if isinstance(record, dict):
            rows.append((number, record))
        else:
            broken.append((number, line, "not_json"))
    if not rows or text.lstrip().startswith("["):
        raise InputError(f"{name}: is damaged or cut-short JSON: get the file anew")
    return rows, broken


def _flat(record: Mapping[str, Any], above: str = "") -> dict[str, str | None]:
    """The record without nesting: `{"suspect": {"mobile": ...}}` is the cell `suspect.mobile`, a list one text."""
    cells: dict[str, str | None] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            cells |= _flat(value, f"{above}{key}.")
        elif isinstance(value, list) and _all_texts(value):
            cells[above + key] = "; ".join(value)
        elif value is None or isinstance(value, str):
            cells[above + key] = value
        else:
            cells[above + key] = json.dumps(value, ensure_ascii=False)
    return cells
