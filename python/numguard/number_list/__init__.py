"""A file of phone numbers or IMEIs -> a set, and an account of its rows.

Owns what callers see of a list. `columns` chooses the column of the numbers, `reader` reads the rows. Independent of
the purpose of the list. One idea: **the account names every row that is not in the set**.

The list of revoked numbers of India's Department of Telecommunications (MNRL), and its list of numbers that are in use
again, have the form `{"status": 200, "payload": [{"n": "9876543210"}]}`. The service sends an error as a successful
HTTP response with another status in the document. This is an error here, not an empty list.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

import pyarrow as pa

from numguard._core import ImeiSet, NumberSet, explain
from numguard.compute import pc
from numguard.errors import ArgumentError
from numguard.imsi import are_imsis
from numguard.keyed import HASHED
from numguard.number_list.columns import HASHES, IMEIS, numbers
from numguard.number_list.decisions import checked_yes
from numguard.number_list.reader import OpenList
from numguard.number_list.rounded import check_rounded
from numguard.number_list.seeds import read_dated_seeds
from numguard.source import REFUSED, reading
from numguard.types import PathLike, Region, RowAccount, is_texts, row_account

__all__ = [
    "NumberList",
    "listing_dates",
    "read_dated_seeds",
    "read_decided",
    "read_hashed",
    "read_imeis",
    "read_numbers",
]

_SAVED_SET = b"numguard"

_Set = TypeVar("_Set", NumberSet, ImeiSet, pa.StringArray)


@dataclass(frozen=True)
class NumberList(Generic[_Set]):
    """A list, and the account of its rows.

    Attributes:
        keys: The numbers, the handsets, or the keyed hashes, each once.
        account: rows_read, rows_used, rows_refused, refused_rows by note, not_data by kind (`other_action`: rows of a
            block list with an action that was not selected), passed_over (members of the file that are not tables),
            and warnings, if there are any.
        refused: The refused rows: file, row, note.
    """

    keys: _Set
    account: RowAccount
    refused: pa.Table

    def __repr__(self) -> str:
        return f"<NumberList of {len(self.keys):,}, {self.account['rows_refused']:,} rows refused>"


def read_numbers(
    path: PathLike,
    *,
    column: str | None = None,
    region: Region = "IN",
    actions: Sequence[str] | None = ("block",),
    strict: bool = False,
    yes: Sequence[str] = (),
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
        strict: A refused row is an error, and so is a file that is not what its manifest describes.
        yes: Texts in the list's columns of decisions that are a yes, such as ("approved on file",), where it is not
            known to be one; compared as a whole, without case and the blanks around it.

    Raises:
        ArgumentError: `actions` is one text, or empty; or no cell of a column of decisions has a text of `yes`.
        ColumnError: The column of numbers is ambiguous; or `actions`, and a column of actions has another heading.
        InputError: The file cannot be read; or its numbers may be those of victims, or no numbers to act on; or
            `strict`, and a row was refused.

    Examples:
        >>> import numguard as ng, pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp(), "list.csv")
        >>> _ = path.write_text("msisdn,action\\n919876543210,block\\n919123456789,reverify\\n98765,block\\n")
        >>> found = ng.read_numbers(path)
        >>> found.keys.to_array().to_pylist(), found.account["refused_rows"], found.account["not_data"]
        ([919876543210], {'short_code': 1}, {'other_action': 1})
    """
    if actions is not None and not (is_texts(actions) and actions):
        raise ArgumentError("actions: takes a list of actions, such as ('block',), or None for every row")
    return _numbers_of(path, None, column=column, region=region, actions=actions, strict=strict, yes=yes)


def read_decided(
    path: PathLike,
    decision: str,
    *,
    column: str | None = None,
    actions: Sequence[str] | None,
    strict: bool = False,
    yes: Sequence[str] = (),
) -> NumberList[NumberSet]:
    """The numbers in a file on which one decision is recorded, as `read_numbers`.

    Raises:
        ColumnError: A column of decisions or results differs from row to row, or is against this one, or as
            `read_numbers`.
        InputError: As `read_numbers`.
    """
    return _numbers_of(path, decision, column=column, region="IN", actions=actions, strict=strict, yes=yes)


def _numbers_of(
    path: PathLike,
    decision: str | None,
    *,
    column: str | None,
    region: Region,
    actions: Sequence[str] | None,
    strict: bool,
    yes: Sequence[str],
) -> NumberList[NumberSet]:
    # Numbers that are to be released are spared, as those that are protected are.
    is_sparing = actions is None or set(actions) <= {"release", "none"}
    with checked_yes(yes) as known_yes:
        if _is_saved(path):
            return _warned(_saved(NumberSet.open(path)), is_sparing=is_sparing)
        opened = OpenList(
            path, numbers(region), column, actions, may_be_victims=is_sparing, decision=decision, yes=known_yes
        )
        keys = NumberSet(opened.cells(), region=region)
    check_rounded(keys, path)
    return _warned(_counted(keys, opened, strict=strict), is_sparing=is_sparing)


def _warned(listed: NumberList[NumberSet], *, is_sparing: bool) -> NumberList[NumberSet]:
    """A list with a warning of its placeholders, unless it has numbers to spare."""
    found = 0 if is_sparing else len(_placeholders() & listed.keys)
    if found:
        many = "1 number is a placeholder" if found == 1 else f"{found:,} numbers are placeholders"
        listed.account["warnings"].append(
            f"{many}, one digit ten times, two in turn or all in order, which many records have in place of a number: "
            "take them out of the list, or check each of their hits before you act"
        )
    return listed


@lru_cache
def _placeholders() -> NumberSet:
    """The numbers of India's plan that stand for none: few, so that a set of many numbers is not looked through."""
    digits = [f"{first}{second}" * 5 for first in range(10) for second in range(10)]
    explained = explain([*digits, "1234567890"])
    is_one = pc.equal(explained.field("note").cast(pa.string()), "placeholder")
    return NumberSet(explained.field(0).filter(is_one))


def read_imeis(
    path: PathLike, *, column: str | None = None, strict: bool = False, yes: Sequence[str] = ()
) -> NumberList[ImeiSet]:
    """The handsets in a file, as `read_numbers`; a placeholder, or an IMSI of India, is refused.

    Args:
        path: As for `read_numbers`.
        column: The column of IMEIs; may be left out if the file has one column, or one with a known name.
        strict: A refused row is an error, and so is a file that is not what its manifest describes.
        yes: As for `read_numbers`.

    Raises:
        ColumnError: The column of IMEIs is ambiguous.
        InputError: As `read_numbers`.

    Examples:
        >>> import numguard as ng, pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp(), "handsets.txt")
        >>> _ = path.write_text("490154203237518\\n35824005111111\\n")
        >>> ng.read_imeis(path).keys.to_array().to_pylist()
        [35824005111111, 49015420323751]
    """
    with checked_yes(yes) as known_yes:
        if _is_saved(path):
            return _saved(ImeiSet.open(path))
        opened = OpenList(path, IMEIS, column, None, yes=known_yes)
        keys = ImeiSet(opened.cells())
        handsets: Any = keys.to_array()
        # They are refused, so that each handset of the set is one.
        keys -= ImeiSet(handsets.filter(pa.array(are_imsis(handsets))))
    return _counted(keys, opened, strict=strict)


def read_hashed(
    path: PathLike, *, actions: Sequence[str] = ("block",), strict: bool = False
) -> NumberList[pa.StringArray]:
    """The keyed hashes in a list that `BlockList.keyed` wrote, as `read_numbers`, without the rows to be released.

    Raises:
        ColumnError: The file has no column of keyed hashes, or as `read_numbers`.
        InputError: As `read_numbers`.
    """
    opened = OpenList(path, HASHES, HASHED, actions, is_chosen=False)
    found = [pa.array([], pa.string()), *(HASHES.keys(cells) for cells in opened.cells().chunks)]
    keys: Any = pc.unique(pa.concat_arrays(found).drop_null())
    return _counted(keys, opened, strict=strict)


def _counted(keys: _Set, opened: OpenList, *, strict: bool) -> NumberList[_Set]:
    refused, account = opened.account(strict=strict)
    return NumberList(keys, account, refused)


def _saved(keys: _Set) -> NumberList[_Set]:
    return NumberList(keys, row_account(len(keys), {}), REFUSED.empty_table())


def listing_dates(
    path: PathLike,
    dates: str,
    *,
    column: str | None = None,
    of_imeis: bool = False,
    actions: Sequence[str] | None = ("block",),
    yes: Sequence[str] = (),
) -> tuple[pa.ChunkedArray[Any], pa.ChunkedArray[Any]]:
    """The numbers of a list as they are written, and for each the date in the column `dates`, as `scan` takes them.

    Args:
        path: As for `read_numbers`, but not a saved set, which has no dates.
        dates: The column of the dates on which numbers were listed: `first_reported` in a block list.
        column: The column of numbers, as for `read_numbers`.
        of_imeis: Whether it is a list of handsets.
        actions: As for `read_numbers`.
        yes: As for `read_numbers`.

    Raises:
        ArgumentError: The file is a saved set.
        ColumnError: A column does not exist.
        InputError: The file cannot be read.
    """
    if _is_saved(path):
        raise ArgumentError(f"{path}: a saved set holds no dates: give the list that it was made of")
    kind, counted = (IMEIS, None) if of_imeis else (numbers("IN"), actions)
    with checked_yes(yes) as known_yes:
        opened = OpenList(path, kind, column, counted, more=[dates], yes=known_yes)
        found = [batch.data for batch in opened.rows()]
    return opened.joined([data.column(0) for data in found]), opened.joined([data.column(1) for data in found])


def _is_saved(path: PathLike) -> bool:
    if not isinstance(path, (str, os.PathLike)):
        raise ArgumentError(
            f"path: takes the path of a list, not {type(path).__name__}; NumberSet and ImeiSet take columns"
        )
    if not str(path):
        raise ArgumentError("the path of a list is empty: name a file")
    if not Path(path).is_file():
        if str(path) in NumberSet([str(path)]) or str(path) in ImeiSet([str(path)]):
            raise ArgumentError("a list is a file: write what you look for into one, one a line, and name the file")
        return False
    with reading(str(path), "the file"), Path(path).open("rb") as file:
        return file.read(len(_SAVED_SET)) == _SAVED_SET
