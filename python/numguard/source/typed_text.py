"""A part with typed columns -> a text with tabs between the cells, for readers of text.

Owns how a typed cell is written in it. One idea: **keys are written so that they are read as the same keys**. uint64
holds keys: without a plus, the digits of another country's number may be those of an Indian mobile number, and without
its zeros an IMEI has too few digits.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal, TypeAlias

import pyarrow as pa

from numguard._core import format as format_numbers
from numguard.compute import decoded, pc
from numguard.source.container import Member, opened_bytes
from numguard.source.part import Part, reading
from numguard.source.typed import texts_of_column

__all__ = ["Key", "text_of_keys", "typed_text"]

#: What a column of keys holds.
Key: TypeAlias = Literal["number", "handset"]


def typed_text(part: Part, name: str, container: str, key_of: Callable[[str], Key | None]) -> Member:
    """The text of a part. `key_of`: what a column of that name holds, None if no keys."""
    from numguard.source.workbook import as_lines

    names = list(map(str, part.schema().names))
    rows = [names]
    for batch in part.batches():
        with reading(name, "the file"):
            columns = [
                texts_of_column(text_of_keys(column, key_of(heading)))
                for heading, column in zip(names, batch.data.columns, strict=True)
            ]
        rows += [[cell or "" for cell in row] for row in zip(*columns, strict=True)]
    return Member(name, container, "text", "typed", partial(opened_bytes, as_lines(rows)))


def text_of_keys(column: Any, key: Key | None) -> Any:
    """A column of uint64 with keys as texts that are read as the same keys; any other column as it is.

    >>> text_of_keys(pa.array([6591234567, 919876543210], pa.uint64()), "number").to_pylist()
    ['+6591234567', '919876543210']
    >>> text_of_keys(pa.array([1064800111111], pa.uint64()), "handset").to_pylist()
    ['01064800111111']
    """
    if key is None or decoded(column.type) != pa.uint64():
        return column
    keys = pc.cast(column, pa.uint64())
    digits = pc.cast(keys, pa.string())
    if key == "handset":
        return pc.utf8_lpad(digits, 14, "0")
    with_plus = format_numbers(keys)
    is_abroad = pc.invert(pc.starts_with(with_plus, "+91"))
    return pc.if_else(is_abroad.fill_null(False), with_plus, digits)
