"""Tables into an open file: one class a format.

Owns what each format can hold and how. Independent of paths, permissions and the meaning of columns.
"""

from __future__ import annotations

import csv
import io
import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from io import IOBase
from typing import IO, Any, cast

import pyarrow as pa

from numguard.compute import retyped

__all__ = ["Arrow", "Csv", "Format", "JsonLines", "Parquet", "plain_text", "without_dictionaries"]


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
        self._writer = pq.ParquetWriter(file, schema, compression="zstd")


class Arrow(_OfTables):
    """An Arrow IPC file."""

    plain = staticmethod(without_dictionaries)

    def __init__(self, file: IO[bytes], schema: pa.Schema, texts: Sequence[str] = (), **options: Any) -> None:
        super().__init__(file, schema, texts, **options)
        self._writer = pa.ipc.new_file(cast(IOBase, file), self._schema)


class Csv(_OfTables):
    """CSV with all text in quotes, UTF-8."""

    is_text = True
    is_sheet = True
    plain = staticmethod(without_dictionaries)

    def __init__(self, file: IO[bytes], schema: pa.Schema, texts: Sequence[str] = (), **options: Any) -> None:
        import pyarrow.csv as pc

        super().__init__(file, schema, texts, **options)
        for line in self._title:
            text = io.StringIO()
            csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow([line])
            file.write(text.getvalue().encode())
        self._writer = pc.CSVWriter(file, self._schema, write_options=pc.WriteOptions(include_header=self._header))

    @classmethod
    def unfit(cls, schema: pa.Schema) -> list[str]:
        return nested(schema)


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


def plain_text(value: Any) -> str:
    """Text for types that JSON and sheets lack: times in ISO 8601, bytes in hexadecimal, decimals in digits."""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return value.hex() if isinstance(value, bytes) else str(value)
