"""Tables into an open file: one class a format.

Owns what each format can hold and how, and what makes a text inert in a spreadsheet. Independent of paths, permissions
and the meaning of columns.
"""

from __future__ import annotations

import csv
import io
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from io import IOBase
from typing import IO, Any, cast

import numpy as np
import pyarrow as pa

from numguard.compute import named, pc, replaced, retyped
from numguard.errors import ArgumentError, InputError

__all__ = [
    "Arrow",
    "Csv",
    "Format",
    "JsonLines",
    "Parquet",
    "as_given",
    "inert",
    "plain_text",
    "with_imei_digits",
    "with_plus_apart",
    "without_dictionaries",
]

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


class Format(ABC):
    """One way to write tables into an open file.

    Args:
        file: Open for writing.
        schema: The columns.
        texts: Integer columns that a text format writes as text.
        title: Lines above the header, where `is_sheet`.
        header: Whether the names of the columns are written, where `is_sheet`.
    """

    #: Whether spreadsheets and editors read it as text.
    is_text = False
    #: Whether it has lines above its rows: a title, a header.
    is_sheet = False

    def __init__(
        self,
        file: IO[bytes],
        schema: pa.Schema,
        texts: Sequence[str] = (),
        *,
        title: Sequence[str] = (),
        header: bool = True,
    ) -> None:
        self._file = file
        self._schema = self.plain(schema)
        self._texts = texts
        self._title = title
        self._header = header

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
            raise ArgumentError(
                f"path: a {ending} file cannot hold the columns {named(unfit)}: leave them out with columns=, "
                "or write .parquet, .arrow or .jsonl"
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

    def __init__(self, file: IO[bytes], schema: pa.Schema, texts: Sequence[str] = (), **options: Any) -> None:
        import pyarrow.parquet as pq

        super().__init__(file, schema, texts, **options)
        self._writer = pq.ParquetWriter(file, self._schema, compression="zstd")

    @staticmethod
    def plain(schema: pa.Schema) -> pa.Schema:
        # pyarrow writes no dictionaries of views.
        views = {pa.string_view(), pa.binary_view()}
        simple = without_dictionaries(schema)
        of_views = [pa.types.is_dictionary(f.type) and f.type.value_type in views for f in schema]
        return pa.schema([s if v else f for f, s, v in zip(schema, simple, of_views, strict=True)])


class Arrow(_OfTables):
    """An Arrow IPC file."""

    plain = staticmethod(without_dictionaries)

    def __init__(self, file: IO[bytes], schema: pa.Schema, texts: Sequence[str] = (), **options: Any) -> None:
        super().__init__(file, schema, texts, **options)
        self._writer = pa.ipc.new_file(cast(IOBase, file), self._schema)


class Csv(_OfTables):
    """CSV with all text in quotes, UTF-8; text that a spreadsheet would run as a formula has an apostrophe in front."""

    is_text = True
    is_sheet = True

    def __init__(self, file: IO[bytes], schema: pa.Schema, texts: Sequence[str] = (), **options: Any) -> None:
        import pyarrow.csv

        super().__init__(file, schema, texts, **options)
        for line in inert(pa.array(self._title, pa.string())).to_pylist():
            text = io.StringIO()
            csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow([line])
            file.write(text.getvalue().encode())
        self._names = inert(pa.array(self._schema.names, pa.string())).to_pylist()
        how = pyarrow.csv.WriteOptions(include_header=self._header)
        self._writer = pyarrow.csv.CSVWriter(file, self._as_written(self._schema), write_options=how)
        self._of_texts: Any = None

    @staticmethod
    def plain(schema: pa.Schema) -> pa.Schema:
        return pa.schema([f.with_type(_simple(f.type)) for f in without_dictionaries(schema)])

    @classmethod
    def unfit(cls, schema: pa.Schema) -> list[str]:
        return nested(schema) + [f.name for f in cls.plain(schema) if isinstance(f.type, pa.BaseExtensionType)]

    def _as_written(self, schema: pa.Schema) -> pa.Schema:
        return pa.schema([field.with_name(name) for field, name in zip(schema, self._names, strict=True)])

    def write(self, rows: pa.Table) -> None:
        import pyarrow.csv

        schema, writer = as_given(self._schema, rows), self._writer
        if schema != self._schema:
            how = pyarrow.csv.WriteOptions(include_header=False)
            writer = self._of_texts = self._of_texts or pyarrow.csv.CSVWriter(
                self._file, self._as_written(schema), write_options=how
            )
        columns = [inert(column) for column in retyped(rows, schema).columns]
        try:
            writer.write_table(pa.Table.from_arrays(columns, schema=self._as_written(schema)))
        except pa.ArrowInvalid:
            raise InputError("a column of bytes is not UTF-8: write .parquet, .arrow, .jsonl or .xlsx") from None

    def close(self) -> None:
        if self._of_texts is not None:
            self._of_texts.close()
        super().close()


class JsonLines(Format):
    """A JSON object a line, UTF-8."""

    is_text = True

    def write(self, rows: pa.Table) -> None:
        for row in rows.to_pylist():
            for name in self._texts:
                if row[name] is not None:
                    row[name] = str(row[name])
            self._file.write(json.dumps(row, ensure_ascii=False, default=plain_text).encode() + b"\n")

    def close(self) -> None:
        pass


def with_imei_digits(rows: pa.Table, handsets: Sequence[str]) -> pa.Table:
    """The rows with their IMEI14 keys as fourteen digits."""
    return replaced(rows, **{name: pc.utf8_lpad(rows[name].cast(pa.string()), 14, "0") for name in handsets})


def with_plus_apart(rows: pa.Table, numbers: Sequence[str]) -> Iterator[pa.Table]:
    """The rows in runs: those with a number of another country have their numbers as text, that one with a plus."""
    abroad = np.zeros(len(rows), np.bool_)
    digits = {name: rows[name].cast(pa.string()) for name in numbers}
    for cells in digits.values():
        abroad |= np.asarray(pc.fill_null(pc.invert(pc.starts_with(cells, "91")), False).to_numpy(), np.bool_)
    if not abroad.any():
        yield rows
        return
    marked = rows
    for name, cells in digits.items():
        written = pc.if_else(pc.starts_with(cells, "91"), cells, pc.binary_join_element_wise("+", cells, ""))
        marked = marked.set_column(rows.schema.get_field_index(name), name, written)
    ends = [*(np.flatnonzero(np.diff(abroad)) + 1).tolist(), len(rows)]
    for start, end in zip([0, *ends], ends, strict=False):
        yield (marked if abroad[start] else rows).slice(start, end - start)


def as_given(schema: pa.Schema, rows: pa.Table) -> pa.Schema:
    """The schema, with text where rows have text for numbers."""
    text = pa.string()
    of_text = [pa.types.is_uint64(f.type) and g.type == text for f, g in zip(schema, rows.schema, strict=True)]
    return pa.schema([f.with_type(text) if is_text else f for f, is_text in zip(schema, of_text, strict=True)])


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
    marked = pc.replace_substring_regex(cells, pattern=formula, replacement=r"\1'\2")
    marked = pc.replace_substring_regex(marked, pattern=_STRIPPED, replacement=r"'\1")
    return pc.if_else(pc.match_substring_regex(cells, numbers), cells, marked)


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
