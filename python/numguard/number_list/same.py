"""Columns of a list that cannot have other numbers than each other.

Owns when several columns leave no doubt which numbers are listed, and when one has more. Independent of names. One
idea: **columns that have the same number in every row are one**, and a counter of rows has none.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any, Final

import pyarrow as pa

from numguard.compute import as_text, decoded, is_text, pc, seen_text
from numguard.source import Part

#: A cell of a counter: empty, or with fewer digits than a number has.
_COUNTER: Final = r"^\s*\d{0,6}(\.0)?\s*$"


def with_one_number(part: Part, names: list[str], keys_of: Callable[[Any], Any]) -> list[str]:
    """Those of several columns that are no counters, if they have the same number in every row; else none.

    `normalize` and `explain` write such columns: each number as it was found, and as it is read.

    Args:
        part: A part of a list.
        names: Its columns that may have the numbers.
        keys_of: Gives the numbers in cells.
    """
    if len(set(names)) < len(names):
        return []
    counters, filled, unlike = set(names), set(), set()
    for batch in part.batches(names):
        cells: dict[str, Any] = {name: batch.data[name] for name in names}
        if any(pa.types.is_nested(column.type) for column in cells.values()):
            return []
        counters -= {name for name in counters if not _counts(cells[name])}
        filled |= {name for name in names if pc.match_substring_regex(seen_text(cells[name]), r"\d").true_count}
        keys = {name: keys_of(column) for name, column in cells.items()}
        unlike |= {pair for pair in combinations(names, 2) if not keys[pair[0]].equals(keys[pair[1]])}
    # Whose numbers an empty column was to have is not known.
    meant = [name for name in names if name not in counters & filled]
    return [] if unlike.intersection(combinations(meant, 2)) else meant


def has_other_numbers(part: Part, column: str, other: str, keys_of: Callable[[Any], Any]) -> bool:
    """Whether a row has digits in `other` that are not the number that it has in `column`.

    `scan` writes a column with the number of each row again, and a second column of phones is often empty.

    Args:
        part: A part of a list.
        column: The column of the numbers.
        other: Another column.
        keys_of: Gives the numbers in cells.
    """
    names = part.schema().names
    if names.count(column) != 1 or names.count(other) != 1:
        return True
    for batch in part.batches([column, other]):
        cells: Any = batch.data[other]
        if pa.types.is_nested(cells.type):
            return True
        has_digits = pc.match_substring_regex(seen_text(cells), r"\p{Nd}")
        same = pc.equal(keys_of(batch.data[column].filter(has_digits)), keys_of(cells.filter(has_digits)))
        if same.true_count < len(same):
            return True
    return False


def with_further_numbers(part: Part, column: str, others: list[str], keys_of: Callable[[Any], Any]) -> list[str]:
    """Those of other columns that have a number in a cell, and not that of their row in `column`.

    Args:
        part: A part of a list.
        column: The column of the numbers.
        others: Other columns, whatever their headings.
        keys_of: Gives the numbers in cells.
    """
    names = part.schema().names
    left = [name for name in others if names.count(name) == names.count(column) == 1]
    further: set[str] = set()
    for batch in part.batches([column, *left]) if left else ():
        keys = keys_of(batch.data[column])
        for name in set(left) - further:
            cells: Any = batch.data[name]
            kind = decoded(cells.type)
            if not (is_text(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind)):
                continue
            found = keys_of(cells)
            if pc.and_(found.is_valid(), pc.invert(pc.fill_null(pc.equal(found, keys), False))).true_count:
                further.add(name)
    return [name for name in left if name in further]


def numbers_by_text(part: Part, column: str, other: str, keys_of: Callable[[Any], Any]) -> dict[str, int]:
    """Each text with a letter in `other`, in small letters, and how many numbers are beside it in `column`."""
    found = [pa.table({"text": pa.array([], pa.string()), "key": pa.array([], pa.uint64())})]
    for batch in part.batches([column, other]):
        texts = pc.utf8_trim_whitespace(pc.utf8_lower(seen_text(batch.data[other])))
        rows = pa.table({"text": texts, "key": keys_of(batch.data[column])})
        is_one = pc.and_(rows["key"].is_valid(), pc.match_substring_regex(rows["text"], r"\pL"))
        found.append(rows.filter(is_one).group_by(["text", "key"]).aggregate([]))
    counts: Any = (
        pa.concat_tables(found, promote_options="permissive").group_by("text").aggregate([("key", "count_distinct")])
    )
    return dict(zip(counts["text"].to_pylist(), counts["key_count_distinct"].to_pylist(), strict=True))


def without_ends(data: pa.RecordBatch) -> pa.RecordBatch:
    """Rows whose first column has no comma or semicolon at the end of its cells, as lists from programs have.

    >>> without_ends(pa.RecordBatch.from_pydict({"n": ["9876543210,", "1,2,"]})).column(0).to_pylist()
    ['9876543210', '1,2,']
    """
    column = data.column(0)
    if not is_text(decoded(column.type)):
        return data
    cells: Any = as_text(column)
    for sign in ",;":
        if pc.ends_with(cells, sign).true_count:
            cells = pc.replace_substring_regex(cells, rf"^([^,;]*){sign}$", r"\1")
    return data.set_column(0, data.schema.field(0).with_type(cells.type), cells)


def _counts(cells: Any) -> bool:
    others = pc.invert(pc.match_substring_regex(seen_text(cells), _COUNTER))
    return not others.true_count
