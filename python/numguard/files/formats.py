"""Tables into an open file: one class a format.

Owns what each format can hold and how, and what makes a text inert in a spreadsheet. Independent of paths, permissions
and the meaning of columns.
"""

from __future__ import annotations

import csv
import io
import json
import math
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from io import IOBase
from typing import IO, Any, Final, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard import _core
from numguard.compute import flags, is_bytes, named, pc, retyped
from numguard.errors import ArgumentError, InputError
from numguard.files.times import as_values, with_far_ones
from numguard.types import Region

#: The names of IMEI14 columns in this package.
IMEI_COLUMNS = ("imei14", "via_imei")
# A spreadsheet runs cells with these first characters as formulas (OWASP, CSV injection), full-width ones included.
# Where it splits cells at semicolons or tabs, such a cell may also begin in the middle of ours.
_FORMULA = r"(^|[;\t\r\n])([\s\x{00A0}\"]*[=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}])"
# A cell that is a number, or several with semicolons between them, is none: a sign, then only what numbers are written
# in, such as `+91-98765 43210`, `-12.5` and `---`.
_DIGITS = r"\p{Nd} \x{00A0}.,()\p{Pd}\x{2212}"
_NUMBERS = rf"^[ \x{{00A0}}]*[+\-\x{{FF0B}}]?[{_DIGITS}]*(?:;[ \x{{00A0}}]*[+\-\x{{FF0B}}]?[{_DIGITS}]*)*$"
#: The same in bytes, which are UTF-8 where they are text at all.
_FORMULA_IN_BYTES = r"(^|[;\t\r\n])((?:[\s\"]|\xC2\xA0)*(?:[=+\-@]|\xEF\xBC[\x9D\xA0\x8B\x8D]))"
_NUMBERS_IN_BYTES = r"^ *[+\-]?[\d .,()\-]*(?:; *[+\-]?[\d .,()\-]*)*$"
_STRIPPED = r"^([\t\r\n])"
#: The region of a style where each row has one of its own.
SEVERAL_REGIONS: Final = "several"
#: The regions by which a number of India is read with its country code alone; None: digits are E.164.
_READ_AS_INDIAN = ("IN", None)
#: Why bytes are not written as CSV, and what has them in hexadecimal or as they are.
_NO_TEXT: Final = "holds bytes that are no UTF-8 text"
_OF_BYTES: Final = ".parquet, .arrow, .jsonl or .xlsx"
#: What all of these have: a sign, the first bytes of a full-width one, or what is stripped.
_SIGNS = (b"=", b"+", b"-", b"@", b"\xef\xbc", b"\t", b"\r", b"\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How rows are written.

    Attributes:
        texts: Integer columns that are text in JSON, because its readers may round long integers.
        imeis: Columns of IMEI14 keys; text formats get all fourteen digits, because a handset with a leading zero could
            not be read back otherwise.
        numbers: Columns of E.164 digits, beside those named `msisdn`; text formats get a plus before those of other
            countries, because `6591234567` would be read back as an Indian mobile.
        region: By which bare digits were read, and are read back (`SEVERAL_REGIONS`: each row by its own). Of any but
            India every number gets a plus: `919876543210` would be read back as one of Germany.
        title: Lines above the header, in .csv and .xlsx.
        header: Whether .csv and .xlsx begin with the names of the columns.
    """

    texts: Sequence[str] = ()
    imeis: Sequence[str] = IMEI_COLUMNS
    numbers: Sequence[str] = ()
    region: Region = "IN"
    title: Sequence[str] = ()
    header: bool = True


class Format(ABC):
    """One way to write tables into an open file.

    Args:
        file: Open for writing.
        schema: The columns.
        style: How the rows are written.
        numbers: The places of its columns of E.164 digits.
    """

    #: Whether spreadsheets and editors read it as text.
    is_text = False
    #: Whether it has lines above its rows: a title, a header.
    is_sheet = False

    def __init__(self, file: IO[bytes], schema: pa.Schema, style: Style, numbers: Sequence[int]) -> None:
        self._file = file
        self._schema = self.plain(schema)
        self._style = style
        self._numbers = numbers

    def __enter__(self) -> Format:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()

    @classmethod
    def unfit(cls, schema: pa.Schema) -> list[str]:
        """The columns that this format cannot hold."""
        return []

    @classmethod
    def check(cls, ending: str, schema: pa.Schema) -> None:
        """Raises ArgumentError if this format cannot hold a column."""
        if unfit := cls.unfit(schema):
            others = {".jsonl": ".parquet or .arrow", ".parquet": ".arrow or .jsonl"}.get(
                ending, ".parquet, .arrow or .jsonl"
            )
            raise ArgumentError(
                f"path: a {ending} file cannot hold the columns {named(unfit)}: leave them out with columns= "
                f"(scan: --keep), or write {others}"
            )

    @staticmethod
    def plain(schema: pa.Schema) -> pa.Schema:
        """The columns as they are written."""
        return schema

    @abstractmethod
    def write(self, rows: pa.Table) -> None:
        """Writes rows."""

    @abstractmethod
    def close(self) -> None:
        """Writes the end of the file."""

    def abandon(self) -> None:
        """Releases resources when the file will be discarded."""
        self.close()


def without_dictionaries(schema: pa.Schema) -> pa.Schema:
    """The columns without dictionaries: batches of one scan have different ones, which some formats cannot hold."""
    fields = [f.with_type(f.type.value_type) if pa.types.is_dictionary(f.type) else f for f in schema]
    return pa.schema(fields)


def nested(schema: pa.Schema) -> list[str]:
    """The columns whose cells are lists or structures, which a sheet cannot hold."""
    return [f.name for f in without_dictionaries(schema) if pa.types.is_nested(f.type)]


class _OfTables(Format):
    """A format with a writer of pyarrow's."""

    _writer: Any

    def write(self, rows: pa.Table) -> None:
        self._writer.write_table(retyped(rows, self._schema))

    def close(self) -> None:
        self._writer.close()


class Parquet(_OfTables):
    """Parquet, compressed with zstd."""

    def __init__(self, file: IO[bytes], schema: pa.Schema, style: Style, numbers: Sequence[int]) -> None:
        import pyarrow.parquet as pq

        super().__init__(file, schema, style, numbers)
        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd")

    @classmethod
    def unfit(cls, schema: pa.Schema) -> list[str]:
        return [field.name for field in cls.plain(schema) if not _is_of_parquet(field)]

    @staticmethod
    def plain(schema: pa.Schema) -> pa.Schema:
        # pyarrow writes no dictionaries of views, lists or structures.
        views = {pa.string_view(), pa.binary_view()}
        simple = without_dictionaries(schema)
        fields = []
        for field, plain in zip(schema, simple, strict=True):
            is_decoded = plain.type in views or (pa.types.is_nested(plain.type) and plain.type != field.type)
            fields.append(plain if is_decoded else field)
        return pa.schema(fields)


def _is_of_parquet(field: pa.Field[Any]) -> bool:
    """Whether pyarrow writes the type, which it finds out of some with the first row: no unions, intervals, runs."""
    import pyarrow.parquet as pq

    schema = pa.schema([field.with_nullable(True)])
    try:
        with pq.ParquetWriter(pa.BufferOutputStream(), schema) as writer:
            writer.write_table(pa.Table.from_arrays([pa.nulls(1, field.type)], schema=schema))
    except (pa.ArrowException, OSError):
        return False
    return True


class Arrow(_OfTables):
    """An Arrow IPC file."""

    plain = staticmethod(without_dictionaries)

    def __init__(self, file: IO[bytes], schema: pa.Schema, style: Style, numbers: Sequence[int]) -> None:
        super().__init__(file, schema, style, numbers)
        self._writer = pa.ipc.new_file(cast(IOBase, file), self._schema)


class Csv(_OfTables):
    """CSV with all text in quotes, UTF-8; text that a spreadsheet would run as a formula has an apostrophe in front."""

    is_text = True
    is_sheet = True

    def __init__(self, file: IO[bytes], schema: pa.Schema, style: Style, numbers: Sequence[int]) -> None:
        import pyarrow.csv

        super().__init__(file, schema, style, numbers)
        for line in inert(pa.array(self._style.title, pa.string())).to_pylist():
            text = io.StringIO()
            csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow([line])
            file.write(text.getvalue().encode())
        self._names = inert(pa.array(self._schema.names, pa.string())).to_pylist()
        how = pyarrow.csv.WriteOptions(include_header=self._style.header)
        self._writer = pyarrow.csv.CSVWriter(file, self._as_written(self._schema), write_options=how)

    @staticmethod
    def plain(schema: pa.Schema) -> pa.Schema:
        return pa.schema([f.with_type(_simple(f.type)) for f in without_dictionaries(schema)])

    @classmethod
    def unfit(cls, schema: pa.Schema) -> list[str]:
        others = [
            f for f in cls.plain(schema) if isinstance(f.type, pa.BaseExtensionType) or pa.types.is_interval(f.type)
        ]
        return nested(schema) + [f.name for f in others]

    def _as_written(self, schema: pa.Schema) -> pa.Schema:
        return pa.schema([field.with_name(name) for field, name in zip(schema, self._names, strict=True)])

    def write(self, rows: pa.Table) -> None:
        columns = [inert(with_far_ones(column)) for column in retyped(rows, self._schema).columns]
        fields = [f.with_type(column.type) for f, column in zip(self._schema, columns, strict=True)]
        for field, column in zip(fields, columns, strict=True):
            # An INTERVAL of Parquet, a digest: a zero byte is UTF-8, and no text.
            if is_bytes(field.type) and pc.any(pc.match_substring(column, "\0")).as_py():
                raise _unwritten(field.name, _NO_TEXT, _OF_BYTES)
        table = pa.Table.from_arrays(columns, schema=self._as_written(pa.schema(fields)))
        abroad = np.zeros(len(table), np.bool_)
        for at in self._numbers:
            abroad |= flags(_needs_plus(table.column(at), self._style.region))
        try:
            if abroad.any():
                self._write_in_two(table, abroad)
            elif fields != list(self._schema):
                self._file.write(_text_in(_lines(table)))
            else:
                self._writer.write_table(table)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            raise self._refusal(table) from None

    def _refusal(self, table: pa.Table) -> InputError:
        """The error of the first column that has no text."""
        for field, column in zip(self._schema, table.columns, strict=True):
            try:
                column.cast(pa.string())
            except pa.ArrowInvalid:
                return _unwritten(field.name, _NO_TEXT, _OF_BYTES)
            except pa.ArrowNotImplementedError:
                return _unwritten(field.name, "holds values that have no text", ".parquet or .arrow")
        return InputError("the rows cannot be written as CSV: write .parquet or .arrow")

    def _write_in_two(self, table: pa.Table, abroad: npt.NDArray[np.bool_]) -> None:
        """Writes rows of which some have a number of another country; its digits are text, as the plus is."""
        home, marked = table.filter(pa.array(~abroad)), table.filter(pa.array(abroad))
        for at in self._numbers:
            field = marked.field(at).with_type(pa.string())
            marked = marked.set_column(at, field, written_numbers(marked.column(at), self._style.region))
        place = np.empty(len(table), np.int64)
        place[~abroad], place[abroad] = np.arange(len(home)), np.arange(len(home), len(table))
        lines: Any = pa.concat_arrays([_lines(home), _lines(marked)]).take(pa.array(place, pa.int64()))
        self._file.write(_text_in(lines))


def _text_in(lines: Any) -> Any:
    """The text of some lines, one after the other."""
    _, _, text = lines.buffers()
    return text[: pc.sum(pc.binary_length(lines)).as_py() or 0]


def _lines(table: pa.Table) -> pa.Array[Any]:
    """The lines of a table in CSV, each with its end."""
    import pyarrow.csv

    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(table, sink, pyarrow.csv.WriteOptions(include_header=False))
    text: Any = sink.getvalue()
    characters = np.frombuffer(text, np.uint8)
    is_quoted = np.cumsum(characters == ord('"')) % 2 == 1
    ends = np.flatnonzero((characters == ord("\n")) & ~is_quoted) + 1
    offsets: Any = np.concatenate([[0], ends]).astype(np.int64)
    return pa.Array.from_buffers(pa.large_binary(), len(ends), [None, pa.py_buffer(offsets), text])


class JsonLines(Format):
    """A JSON object a line, UTF-8."""

    is_text = True

    @classmethod
    def unfit(cls, schema: pa.Schema) -> list[str]:
        # An object has each name once.
        return [name or "without a name" for name, found in Counter(schema.names).items() if found > 1]

    def write(self, rows: pa.Table) -> None:
        numbers = {rows.schema.names[at]: with_pluses(rows.column(at), self._style.region) for at in self._numbers}
        columns = [values_of(rows, at) for at in range(rows.num_columns)]
        for at, cells in enumerate(zip(*columns, strict=True)):
            row = dict(zip(rows.schema.names, cells, strict=True))
            for name in self._style.texts:
                if row[name] is not None:
                    row[name] = str(row[name])
            row |= {name: written[at] for name, written in numbers.items() if isinstance(written[at], str)}
            self._file.write(_json_of(row).encode() + b"\n")

    def close(self) -> None:
        pass


def values_of(rows: pa.Table, at: int) -> list[Any]:
    """The cells of a column as values of Python, with times as text."""
    try:
        return as_values(rows.column(at))
    except (pa.ArrowException, OverflowError, ValueError, KeyError):
        raise _unwritten(rows.schema.names[at], "holds values that have no text", ".parquet or .arrow") from None


def _unwritten(name: str, why: str, others: str) -> InputError:
    """The error of a column whose cells a format cannot hold."""
    return InputError(f"column {named([name])!r}: {why}: leave it out with columns= (scan: --keep), or write {others}")


def _json_of(row: dict[str, Any]) -> str:
    """A row as JSON, which has no NaN and no infinity: they are null (RFC 8259)."""
    try:
        return json.dumps(row, ensure_ascii=False, default=plain_text, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(row), ensure_ascii=False, default=plain_text, allow_nan=False)


def _finite(cell: Any) -> Any:
    if isinstance(cell, dict):
        return {name: _finite(one) for name, one in cell.items()}
    if isinstance(cell, list):
        return [_finite(one) for one in cell]
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


def with_imei_digits(rows: pa.Table, handsets: Sequence[int]) -> pa.Table:
    """The rows with the IMEI14 keys in the columns at these places as fourteen digits."""
    for at in handsets:
        digits = rows.column(at).cast(pa.uint64()).cast(pa.string())
        rows = rows.set_column(at, rows.field(at).with_type(pa.string()), pc.utf8_lpad(digits, 14, "0"))
    return rows


def written_numbers(msisdns: Any, region: Region = "IN") -> Any:
    """Numbers as text that a region reads as the same numbers: digits, for India those of other countries with `+`.

    Without it `6591234567` of Singapore is an Indian mobile. What is no number stays as it is.

    >>> written_numbers(pa.array([919876543210, 6591234567, 1930], pa.uint64())).to_pylist()
    ['919876543210', '+6591234567', '1930']
    >>> written_numbers(pa.array([919876543210, 1930], pa.uint64()), "DE").to_pylist()
    ['+919876543210', '1930']
    """
    is_abroad = _needs_plus(msisdns, region)
    digits = msisdns.cast(pa.string())
    return pc.if_else(is_abroad, pc.binary_join_element_wise("+", digits, ""), digits)


def with_pluses(msisdns: Any, region: Region = "IN") -> list[int | str | None]:
    """As `written_numbers`, but only those with a plus are texts.

    >>> with_pluses(pa.array([919876543210, 6591234567, None], pa.uint64()))
    [919876543210, '+6591234567', None]
    """
    if not pc.any(_needs_plus(msisdns, region)).as_py():
        return msisdns.to_pylist()  # type: ignore[no-any-return]
    texts = written_numbers(msisdns, region).to_pylist()
    return [text if text and text[0] == "+" else one for one, text in zip(msisdns.to_pylist(), texts, strict=True)]


def _needs_plus(msisdns: Any, region: Region) -> Any:
    """Which are numbers that a region reads as others without a plus: of India those of other countries, else all."""
    digits: Any = _core.format(msisdns, style="digits")
    if region in _READ_AS_INDIAN:
        return pc.fill_null(pc.invert(pc.starts_with(digits, "91")), False)
    return digits.is_valid()


def inert(cells: Any) -> Any:
    """Text or bytes with an apostrophe before each formula that a spreadsheet would run; other cells as they are.

    >>> inert(pa.array(["=1+1", "Nuh;@SUM(1)", "+91-98765 43210", "-12.5", "-2+3"])).to_pylist()
    ["'=1+1", "Nuh;'@SUM(1)", '+91-98765 43210', '-12.5', "'-2+3"]
    """
    kind = cells.type
    if kind in {pa.binary(), pa.large_binary()}:
        formula, numbers = _FORMULA_IN_BYTES, _NUMBERS_IN_BYTES
    elif kind in {pa.string(), pa.large_string()}:
        formula, numbers = _FORMULA, _NUMBERS
    else:
        return cells
    # Few columns have a formula, and the expressions take most of the time of writing.
    if not _has_sign(cells) or not pc.any(pc.match_substring_regex(cells, f"{formula}|{_STRIPPED}")).as_py():
        return cells
    marked = pc.replace_substring_regex(cells, pattern=formula, replacement=r"\1'\2")
    marked = pc.replace_substring_regex(marked, pattern=_STRIPPED, replacement=r"'\1")
    return pc.if_else(pc.match_substring_regex(cells, numbers), cells, marked)


def _has_sign(cells: Any) -> bool:
    """Whether a cell, which is text or bytes, has a byte that a formula needs, or a line break."""
    for chunk in cells.chunks if isinstance(cells, pa.ChunkedArray) else [cells]:
        buffers: Any = chunk.buffers()
        _, offsets, data = buffers
        if data is None or not len(chunk):
            continue
        width = np.int64 if chunk.type in {pa.large_string(), pa.large_binary()} else np.int32
        ends = np.frombuffer(offsets, width)[[chunk.offset, chunk.offset + len(chunk)]].tolist()
        text = memoryview(data)[slice(*ends)].tobytes()
        if any(sign in text for sign in _SIGNS):
            return True
    return False


def _simple(kind: pa.DataType) -> pa.DataType:
    """The type of the same texts or bytes that CSV is written from, and any other type as it is."""
    if kind == pa.binary_view() or pa.types.is_fixed_size_binary(kind):
        return pa.binary()
    return pa.string() if kind == pa.string_view() else kind


def plain_text(value: Any) -> str:
    """Text for types that JSON and sheets lack: times in ISO 8601, bytes in hexadecimal, decimals in digits."""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return value.hex() if isinstance(value, bytes) else str(value)
