"""Dates, times and durations as text, exactly.

Owns what text formats write of them: ISO 8601, with all their digits and in any year. One idea: **they are read as the
integers that Arrow stores**, since Python's types end with microseconds and the year 9999, and Arrow's own text with
the year 32767 (with a zone, at a wrong time and without an error).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, TypeAlias

import pyarrow as pa

from numguard.compute import PER_SECOND, cells_of, decoded, pc

_Text: TypeAlias = Callable[[Any], Any]

_NANOS = 10**9
_DAY = 86_400
_EPOCH = datetime(1970, 1, 1)
#: The days of Python's years, 1 to 9999, from that on.
_FIRST, _LAST = (day.toordinal() - _EPOCH.toordinal() for day in (date.min, date.max))
#: Years after which the calendar begins again, and their days.
_CYCLE, _DAYS_OF_CYCLE = 400, 146_097


def as_values(column: Any) -> list[Any]:
    """The cells of a column as values of Python, with the dates, times and durations in them as text.

    >>> as_values(pa.array([0, 1, 2**62], pa.timestamp("ns", "UTC")))[1]
    '1970-01-01T00:00:00.000000001+00:00'
    >>> as_values(pa.array([[2**31 - 1], None], pa.list_(pa.date32())))
    [['5881580-07-11'], None]

    Raises:
        pa.ArrowException, OverflowError, ValueError, KeyError: Python has no such value.
    """
    kind = decoded(column.type)
    if not _has_times(kind):
        return column.to_pylist()  # type: ignore[no-any-return]
    plain = cells_of(column) if pa.types.is_run_end_encoded(column.type) else column
    text = _text_of(kind)
    return [text(cell) for cell in plain.cast(kind).cast(_stored(kind)).to_pylist()]


def with_far_ones(column: Any) -> Any:
    """A column of dates or times in Arrow's text if some are too far from today for Arrow to write; else as it is.

    >>> with_far_ones(pa.array([0, 2**63 - 1], pa.timestamp("us", "UTC"))).to_pylist()
    ['1970-01-01 00:00:00.000000Z', '294247-01-10 04:00:54.775807Z']
    """
    kind = column.type
    if not _is_time(kind) or pa.types.is_duration(kind):
        return column
    first, last = _near(kind)
    numbers = column.cast(_stored(kind))
    is_near = pc.and_(pc.greater_equal(numbers, first), pc.less_equal(numbers, last))
    if pc.all(is_near).as_py() is not False:
        return column
    text = partial(_far, kind, as_arrow=True)
    far = [None if one is None else text(one) for one in pc.if_else(is_near, None, numbers).to_pylist()]
    return pc.if_else(is_near, column.cast(pa.string()), pa.array(far, pa.string()))


def _is_time(kind: Any) -> bool:
    """Whether a type is one of dates, times or durations; Python has no type for most intervals."""
    return pa.types.is_temporal(kind) and "interval" not in str(kind)


def _inside(kind: Any) -> list[pa.Field[Any]]:
    """The fields of a nested type that is read here."""
    if pa.types.is_struct(kind):
        return list(kind)
    if pa.types.is_map(kind):
        return [kind.key_field, kind.item_field]
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return [kind.value_field]
    return []


def _has_times(kind: Any) -> bool:
    return _is_time(kind) or any(_has_times(decoded(field.type)) for field in _inside(kind))


def _stored(kind: Any) -> pa.DataType:
    """A type with the integers of dates, times and durations in their place."""
    if _is_time(kind):
        return pa.int32() if kind.bit_width == 32 else pa.int64()
    fields: list[Any] = [field.with_type(_stored(decoded(field.type))) for field in _inside(kind)]
    stored: pa.DataType = kind
    if pa.types.is_struct(kind):
        stored = pa.struct(fields)
    elif pa.types.is_map(kind):
        stored = pa.map_(*fields)
    elif pa.types.is_fixed_size_list(kind):
        stored = pa.list_(fields[0], kind.list_size)
    elif fields:
        stored = pa.large_list(fields[0]) if pa.types.is_large_list(kind) else pa.list_(fields[0])
    return stored


def _text_of(kind: Any) -> _Text:
    """The function from a cell with integers to one with texts."""
    if _is_time(kind):
        write = _duration if pa.types.is_duration(kind) else _moment if pa.types.is_timestamp(kind) else _far
        return _unless_null(partial(write, kind))
    texts = [_text_of(decoded(field.type)) for field in _inside(kind)]
    if not texts:
        return lambda cell: cell
    if pa.types.is_struct(kind):
        names = [field.name for field in kind]
        return _unless_null(lambda cell: {name: text(cell[name]) for name, text in zip(names, texts, strict=True)})
    if pa.types.is_map(kind):
        return _unless_null(lambda cell: [(texts[0](key), texts[1](item)) for key, item in cell])
    return _unless_null(lambda cell: [texts[0](one) for one in cell])


def _unless_null(text: _Text) -> _Text:
    return lambda cell: None if cell is None else text(cell)


def _per_second(kind: Any) -> int:
    """How many of its units a second has."""
    return 1000 if pa.types.is_date64(kind) else PER_SECOND[kind.unit]


def _near(kind: Any) -> tuple[int, int]:
    """The first and the last value of which Arrow's text is right."""
    if pa.types.is_date32(kind):
        return _FIRST, _LAST
    day = _DAY * _per_second(kind)
    if pa.types.is_time(kind):
        return 0, day - 1
    # The offset of a zone must not lead beyond the integers.
    end = 2**63 - day
    return max(_FIRST * day, -end), min((_LAST + 1) * day, end) - 1


def _moment(kind: Any, number: int) -> str:
    """A timestamp as `datetime.isoformat` writes it, with nanoseconds if it has any; in UTC where Python has none."""
    per = _per_second(kind)
    seconds, part = divmod(number, per)
    nanos = part * (_NANOS // per)
    try:
        at = _EPOCH + timedelta(seconds=seconds, microseconds=nanos // 1000)
        if kind.tz is not None:
            at = at.replace(tzinfo=UTC).astimezone(pa.lib.string_to_tzinfo(kind.tz))
    except OverflowError:
        return _far(kind, number)
    if nanos % 1000 == 0:
        return at.isoformat()
    text = at.isoformat(timespec="microseconds")
    return f"{text[:26]}{nanos % 1000:03}{text[26:]}"


def _far(kind: Any, number: int, *, as_arrow: bool = False) -> str:
    """A date, time or timestamp by the integer alone, in any year, and of any hour; `as_arrow`: as Arrow writes it."""
    if pa.types.is_date32(kind):
        return _day(number)
    per = _per_second(kind)
    if pa.types.is_date64(kind):
        return _day(number // (_DAY * per))
    is_clock = pa.types.is_time(kind)
    days, units = (0, abs(number)) if is_clock else divmod(number, _DAY * per)
    seconds, part = divmod(units, per)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{_fraction(part, per, whole=as_arrow)}"
    if is_clock:
        return clock if number >= 0 else f"-{clock}"
    separator, utc = (" ", "Z") if as_arrow else ("T", "+00:00")
    return f"{_day(days)}{separator}{clock}{'' if kind.tz is None else utc}"


def _fraction(part: int, per: int, *, whole: bool = False) -> str:
    """The fraction of a second with its point: the digits that it has, or all of its unit."""
    nanos = part * (_NANOS // per)
    digits = len(str(per)) - 1 if whole else 9 if nanos % 1000 else 6 if nanos else 0
    return f".{nanos:09}"[: digits + 1] if digits else ""


def _day(days: int) -> str:
    """A date in ISO 8601, by the days since 1970."""
    cycles, rest = divmod(days, _DAYS_OF_CYCLE)
    day = date.fromordinal(_EPOCH.toordinal() + rest)
    year = day.year + _CYCLE * cycles
    return f"{year:0{5 if year < 0 else 4}}{day:-%m-%d}"


def _duration(kind: Any, number: int) -> str:
    """A duration as Python writes it; in seconds of ISO 8601 where Python has none."""
    per = _per_second(kind)
    seconds, part = divmod(number, per)
    nanos = part * (_NANOS // per)
    if nanos % 1000 == 0:
        try:
            return str(timedelta(seconds=seconds, microseconds=nanos // 1000))
        except OverflowError:
            pass
    seconds, part = divmod(abs(number), per)
    return f"{'-' if number < 0 else ''}PT{seconds}{_fraction(part, per)}S"
