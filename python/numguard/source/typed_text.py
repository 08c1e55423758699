"""A part with typed columns -> a text with tabs between the cells, for readers of text.

Owns how a typed cell is written in it. One idea: **keys are written so that they are read as the same keys**. uint64
holds keys: without a plus, the digits of another country's number may be those of an Indian mobile number, and without
its zeros an IMEI has too few digits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, Literal, TypeAlias, cast

import pyarrow as pa

from numguard._core import format as format_numbers
from numguard.compute import PER_SECOND, cells_of, decoded, pc, seen_text
from numguard.source.casts import check_key
from numguard.source.container import Member, opened_bytes
from numguard.source.part import Part, reading

#: What a column of keys holds.
Key: TypeAlias = Literal["number", "handset"]

#: What ends a cell or a line for some reader, and the quote that begins a text of several lines.
_BREAKS: Final = r"[\t\n\r\x0b\x0c\x{2028}\x{2029}\"]"


def typed_text(part: Part, name: str, container: str, key_of: Callable[[str], Key | None]) -> Member:
    """The text of a part. `key_of`: what a column of that name holds, None if no keys.

    Raises:
        UnsupportedTypeError: A column of keys has a type whose text may be that of another number.
    """
    for field in part.schema():
        if key_of(field.name) and _may_be_another(decoded(field.type)):
            check_key(field, name)
    names = list(map(str, part.schema().names))
    lines = tabbed([pa.array([heading]) for heading in names])
    for batch in part.batches():
        with reading(name, "the file"):
            columns = [
                text_of_column(text_of_keys(column, key_of(heading)))
                for heading, column in zip(names, batch.data.columns, strict=True)
            ]
        lines += tabbed(columns)
    opener = partial(opened_bytes, "\n".join(lines).encode())
    return Member(name, container, "text", "typed", opener, warnings=part.about.warnings)


def _may_be_another(kind: Any) -> bool:
    """Whether the text of a cell may be that of another key: rounded, or canonical and written as if it were not."""
    return pa.types.is_floating(kind) or pa.types.is_decimal(kind) or isinstance(kind, pa.BaseExtensionType)


def tabbed(columns: Sequence[pa.Array[Any]]) -> list[str]:
    r"""The lines of columns of text, a tab between the cells; a break in a cell is a blank.

    >>> tabbed([pa.array(["a\tb", None]), pa.array(['"x"', "y"])])
    ["a b\t'x'", '\ty']
    """
    tab = pa.scalar("\t", pa.large_string())
    lines: list[str] = pc.binary_join_element_wise(*map(_in_a_line, columns), tab).to_pylist()
    return lines


def _in_a_line(column: Any) -> Any:
    """Cells without what would end a cell, a line or a text in quotes; null is empty."""
    # One offset of 32 bits for all lines of a column would not do.
    text = pc.fill_null(column.cast(pa.large_string()), "")
    if pc.any(pc.match_substring_regex(text, _BREAKS)).as_py():
        text = pc.replace_substring_regex(pc.replace_substring(text, '"', "'"), _BREAKS, " ")
    return text


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


def text_of_column(column: Any) -> Any:
    """The cells of a column as text; lists, structures and bytes as they are shown, for a table may have some.

    >>> [text_of_column(pa.array(cells)).to_pylist() for cells in ([["98765 43210", "1930"], None], [b"\\xff1"])]
    [['98765 43210; 1930', None], ['�1']]
    """
    kind = column.type
    if pa.types.is_run_end_encoded(kind):
        return text_of_column(cells_of(column))
    if pa.types.is_nested(kind) or pa.types.is_interval(kind):
        return pa.array([None if cell is None else _shown(cell) for cell in _in_python(column)], pa.string())
    if pa.types.is_duration(kind):
        ticks = column.cast(pa.int64()).to_pylist()
        return pa.array([None if one is None else clock(one, PER_SECOND[kind.unit]) for one in ticks], pa.string())
    return seen_text(_in_one_zone(column))


def clock(ticks: int, of_a_second: int = 1) -> str:
    """A span of time as a clock shows it, as of a workbook: its ticks would be taken for seconds.

    >>> clock(61_000_000, 10**6), clock(90_000_500, 10**3), clock(-1)
    ('00:01:01', '25:00:00.500000', '-00:00:01')
    """
    seconds, part = divmod(abs(ticks), of_a_second)
    shown = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    fraction = f".{part * 10**6 // of_a_second:06}" if part else ""
    return f"{'-' if ticks < 0 else ''}{shown}{fraction}"


def _in_python(column: Any) -> list[Any]:
    """Nested cells; those with times or zones that Python has not raise an error of pyarrow, as other cells do."""
    try:
        cells: list[Any] = column.to_pylist()
    except (ValueError, OverflowError, KeyError):
        raise pa.ArrowNotImplementedError("a time or zone that Python has not") from None
    return cells


def _shown(cell: object) -> str:
    """A list of texts as one text, as of JSON; any other cell as Python writes it."""
    is_of_texts = isinstance(cell, list) and all(isinstance(one, str) for one in cell)
    return "; ".join(cast("list[str]", cell)) if is_of_texts else str(cell)


def _in_one_zone(column: Any) -> Any:
    """Times in microseconds, those with a zone as in India: their text has one of the forms that are read."""
    if pa.types.is_timestamp(column.type):
        return pc.cast(column, pa.timestamp("us", column.type.tz and "+05:30"), safe=False)
    return pc.cast(column, pa.time64("us"), safe=False) if pa.types.is_time(column.type) else column
