"""Times that are written as text, and a part with a column of them.

Owns which texts are times, and the refusal of a row with another one. One idea: **ISO 8601 alone is read**, which has
one order of day and month; the other forms are those of operators' files, which `read_cdr` reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

import pyarrow as pa

from numguard.compute import as_text, decoded, is_text, named, pc
from numguard.errors import UnsupportedTypeError
from numguard.indian_time import IST, OFFSET_MICROS
from numguard.source.columns import check_columns
from numguard.source.part import NOT_A_TIME, About, Above, Account, Batch, Part

#: The type of moments that are compared with each other.
UTC_MOMENT: Final = pa.timestamp("us", "UTC")


def dated(part: Part, at: str | None = None) -> Part:
    """The part, with moments in the column `at` if that is one of text."""
    if at is None or at not in (schema := part.schema()).names:
        return part
    place = schema.get_field_index(at)
    return part if place < 0 or not is_text(decoded(schema.field(place).type)) else _DatedPart(part, at)


def moments_of(texts: pa.Array[Any]) -> tuple[Any, Any]:
    """The moment of each text, null where there is none; and whether it is neither one nor blank.

    >>> moments, is_unread = moments_of(pa.array(["2026-09-01", " ", None, "01/09/2026"]))
    >>> moments.is_valid().to_pylist(), is_unread.to_pylist()
    ([True, False, False, False], [False, False, False, True])
    """
    texts = pc.utf8_trim_whitespace(as_text(texts))
    moments = read_moments(texts)
    return moments, pc.and_(moments.is_null(), pc.not_equal(texts, "").fill_null(False))


def check_alike(name: str, times: object) -> None:
    """Checks that the times of a list, or of a column of Python objects, are all of one kind.

    pyarrow gives all of them the type of the first: a time without a zone would be one of UTC beside one with a zone,
    and lose its hour beside a day.

    Raises:
        UnsupportedTypeError: They are not.

    >>> check_alike("since", [datetime(2025, 6, 1), None, datetime(2025, 6, 2)])
    """
    is_column = getattr(getattr(times, "dtype", None), "kind", None) == "O"
    cells = times.tolist() if is_column else times  # type: ignore[attr-defined]
    if not isinstance(cells, (list, tuple)):
        return
    kinds = {kind for kind in map(_kind_of, cells) if kind is not None}
    if len(kinds) > 1:
        raise UnsupportedTypeError(f"{name}: has {' and '.join(sorted(kinds))}: make all of them alike")


def _kind_of(time: object) -> str | None:
    """The kind of a time; None of a missing value, of pandas too: NaT and NaN are not equal to themselves."""
    is_missing = isinstance(time, (float, datetime)) and time != time  # noqa: PLR0124
    if time is None or is_missing or type(time).__name__ == "NAType":
        return None
    if isinstance(time, datetime):
        return "times without a zone" if time.tzinfo is None else "times with a zone"
    return "days" if isinstance(time, date) else "texts" if isinstance(time, str) else "other values"


class _DatedPart(Part):
    """A part without the rows whose text in one column is no time; they are refused, as `not_a_time`."""

    def __init__(self, part: Part, at: str) -> None:
        super().__init__(About(part.name, part.container, warnings=part.about.warnings))
        self._part, self._at = part, at

    @property
    def account(self) -> Account:
        """The account of the lines read so far."""
        return self._part.account

    @property
    def above(self) -> Above:
        """What stands above its rows."""
        return self._part.above

    def stored_schema(self) -> pa.Schema:
        """The columns, that of times with moments."""
        schema = self._part.schema()
        return schema.set(schema.get_field_index(self._at), pa.field(self._at, UTC_MOMENT))

    def batches(self, columns: Sequence[str] | None = None, account: Account | None = None) -> Iterator[Batch]:
        """The rows whose time is one, or blank: the same ones for any `columns`, as the times are always read."""
        wanted = self.schema().names if columns is None else list(columns)
        check_columns(wanted, self.schema(), self.name)
        has_time = False
        unread: list[int] = []
        for rows in self._part.batches(list(dict.fromkeys([*wanted, self._at])), account):
            batch = rows
            times, is_unread = moments_of(batch.data.column(self._at))
            has_time = has_time or times.null_count < len(times)
            if pc.any(is_unread).as_py():
                unread += batch.filter(is_unread).row_numbers().tolist()
                is_time = pc.invert(is_unread)
                batch, times = batch.filter(is_time), times.filter(is_time)
            place = batch.data.schema.get_field_index(self._at)
            data: Any = batch.data.set_column(place, pa.field(self._at, UTC_MOMENT), times)
            yield replace(batch, data=data.select(wanted))
        # Not before the part is read: a text of which no row is used is an error of another kind.
        self.account.used -= len(unread)
        for row in unread:
            self.account.refuse(row, "", NOT_A_TIME)
        if unread and not has_time:
            where = f"{self.name}: " if self.name else ""
            or_read = f"{where and ', or read the file with read_cdr (numguard cdr read), which reads written times'}"
            raise UnsupportedTypeError(
                f"{where}column {named([self._at])!r}: its texts are no times in ISO 8601, such as "
                f"2026-06-01 10:00:00: parse them into timestamps or dates first{or_read}"
            )

    def stored_batches(self, columns: Sequence[str] | None) -> Iterator[Batch]:
        """The rows; the columns of directories are among those of the part already."""
        return self.batches(columns)


def read_moments(texts: Any) -> Any:
    """The moments (`timestamp[us, UTC]`) of texts in ISO 8601; null where there is none.

    A time without a zone is one of India, and a date is its midnight there.

    >>> [str(moment) for moment in read_moments(pa.array(["2025-06-01", "2025-06-01T10:00Z", "soon"])).to_pylist()]
    ['2025-05-31 18:30:00+00:00', '2025-06-01 10:00:00+00:00', 'None']
    """
    texts = pc.utf8_trim_whitespace(pc.cast(texts, pa.string()))
    texts = pc.if_else(pc.equal(texts, ""), None, texts)
    # The parsers of pyarrow take one form for all cells, either without a zone or with one.
    try:
        ticks = pc.cast(_in_one_form(texts, pa.timestamp("us")), pa.int64())
        return pc.cast(pc.subtract(ticks, OFFSET_MICROS), UTC_MOMENT)
    except pa.ArrowInvalid:
        pass
    try:
        return _in_one_form(texts, UTC_MOMENT)
    except pa.ArrowInvalid:
        return pa.array([_moment(text) for text in texts.to_pylist()], UTC_MOMENT)


def _in_one_form(texts: Any, kind: pa.DataType) -> Any:
    """The texts cast to a type; ArrowInvalid where one is in another form."""
    # The first text fails at once, where a column of such texts takes eighty times as long as one that is cast.
    pc.cast(texts.drop_null().slice(0, 1), kind)
    return pc.cast(texts, kind)


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=IST)
