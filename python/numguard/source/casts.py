"""Which types a column may have in a later batch or file, beside its type in the first: a closed list of casts.

Owns that list, and the errors of all other types. Independent of where the rows are from. One idea: **a cast is made
only if each cell stays what it is in its own type**. pyarrow also casts bytes to numbers, the ticks of times to numbers
and dates to times of another zone, without an error.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pyarrow as pa

from numguard._core import check_sightings
from numguard.compute import cells_of, decoded, field_names, is_bytes, is_text, named, pc, retyped, type_name
from numguard.errors import ColumnError, InputError, UnsupportedTypeError
from numguard.source.columns import headings


def check_key(field: pa.Field[Any], where: str) -> None:
    """Raises UnsupportedTypeError if the type of a column cannot hold numbers or handsets, as if it came alone."""
    try:
        check_sightings([field], "IN")
    except InputError as error:
        raise type(error)(f"{where}: {error}") from None


def check_cast(column: str, kind: pa.DataType, to: pa.DataType, where: str) -> None:
    """Raises UnsupportedTypeError if a cast would change what a cell is.

    These casts are made, each only if no cell loses anything, whatever encodes the cells:

    - of a column of nulls to any type;
    - between the types of text, and between those of bytes;
    - between integers, but for `uint64`, which holds canonical numbers and nothing else does;
    - between integers and decimals, between decimals, between integers and `float64`;
    - of a floating type to a wider one;
    - of these to text. Text that becomes a number loses its plus, its zeros, and that a spreadsheet rounded it;
    - between timestamps of any unit, all with a zone or all without one: a time without a zone is one of India, and
      pyarrow takes it as one of UTC. A date is midnight of India, and no timestamp;
    - between dates, between times of the day, between durations;
    - between lists, and between structs with the same fields, of such types; numbers in them become no text.
    """
    one, other = decoded(kind), decoded(to)
    if _keeps(one, other) or (_is_number(one) and is_text(other)):
        return
    here, before = type_name(one), type_name(other)
    here += " with other fields" if here == before else ""
    raise UnsupportedTypeError(
        f"{where}: column {named([column])!r}: it is {here} here and {before} before: scan them apart, or cast one"
    )


def loses_rounding(kind: pa.DataType, to: pa.DataType) -> bool:
    """Whether a cast makes integers of floats: those of 2**53 and more no longer show that they are rounded."""
    return pa.types.is_float64(decoded(kind)) and _is_integer(decoded(to))


def check_digits(column: str, cells: Any, where: str) -> None:
    """Raises InputError if a key that was a float is 2**53 or more: alone it is refused, as it may be another number.

    Args:
        column: The column.
        cells: Its cells, as floats, or as the integers that were made of them.
        where: The name of the source.
    """
    if pc.any(pc.greater_equal(pc.cast(cells_of(cells), pa.float64(), safe=False), 2.0**53)).as_py():
        raise InputError(
            f"{where}: column {named([column])!r}: has floats of more than fifteen digits, which are rounded, and "
            "integers before: make all of them text where they come from"
        )


def is_parsed_alike(found: pa.DataType, to: pa.DataType) -> bool:
    """Whether pyarrow reads a text of CSV in a type as what it takes it for by itself: it makes no cast there."""
    if is_text(decoded(to)):
        return True
    has_zone = [isinstance(kind, pa.TimestampType) and kind.tz is not None for kind in (found, to)]
    return not is_text(decoded(found)) and to not in (pa.uint64(), pa.null()) and has_zone[0] == has_zone[1]


def as_first(table: pa.Table, first: pa.Schema, keys: Collection[str]) -> pa.Table:
    """A table with the columns and types of the first one; `keys` are the columns of numbers and handsets.

    Raises:
        ColumnError: It has other columns.
        UnsupportedTypeError: A column has a type in which its cells would be read differently, or that has no numbers.
        InputError: A cell does not fit in the type of the first.
    """
    names = table.column_names
    if names != first.names:
        if sorted(names) != sorted(first.names) or len(set(names)) < len(names):
            raise ColumnError(
                f"the source: a batch has other columns than the first, which has {headings(first.names)}"
            )
        table = table.select(first.names)
    for field, to in zip(table.schema, first, strict=True):
        if field.name in keys:
            check_key(field, "the source")
        check_cast(field.name, field.type, to.type, "the source")
        if field.name in keys and loses_rounding(field.type, to.type):
            check_digits(field.name, table[field.name], "the source")
    try:
        return retyped(table, first)
    except pa.ArrowException:
        raise InputError(
            "the source: a column has another type than in the first file or batch, or a cell that does not fit in it: "
            "scan them apart, or cast one"
        ) from None


def _is_number(kind: Any) -> bool:
    """Whether a type has digits as written, with all that were written."""
    return _is_integer(kind) or pa.types.is_float64(kind) or pa.types.is_decimal(kind)


def _is_integer(kind: Any) -> bool:
    return pa.types.is_integer(kind) and kind != pa.uint64()


def _keeps(one: Any, other: Any) -> bool:
    """Whether each cell of one type is the same cell in the other, or has no place there."""
    one, other = decoded(one), decoded(other)
    if one == pa.null() or one.equals(other):
        return field_names(one) == field_names(other) or one == pa.null()
    if pa.types.is_timestamp(one) and pa.types.is_timestamp(other):
        return (one.tz is None) == (other.tz is None)
    if pa.types.is_floating(one) and pa.types.is_floating(other):
        return one.bit_width < other.bit_width
    if _is_integer(one) or _is_integer(other):
        return _is_number(one) and _is_number(other)
    return any(is_one(one) and is_one(other) for is_one in _FAMILIES) or _keeps_items(one, other)


#: Types between which a cast changes no cell, or fails.
_FAMILIES = (
    is_text,
    is_bytes,
    pa.types.is_decimal,
    pa.types.is_date,
    pa.types.is_time,
    pa.types.is_duration,
)


def _keeps_items(one: Any, other: Any) -> bool:
    """Whether two nested types have the same form, and items that stay the same."""
    forms = (pa.types.is_struct, pa.types.is_map, _is_list)
    if not any(is_one(one) and is_one(other) for is_one in forms) or field_names(one) != field_names(other):
        return False
    pairs = [(one.field(at).type, other.field(at).type) for at in range(one.num_fields)]
    return one.num_fields == other.num_fields and all(_keeps(*pair) for pair in pairs)


def _is_list(kind: Any) -> bool:
    of = pa.types
    return any(
        is_one(kind)
        for is_one in (of.is_list, of.is_large_list, of.is_fixed_size_list, of.is_list_view, of.is_large_list_view)
    )
