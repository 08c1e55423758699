"""Record batches -> one file, whole or not at all, in the format that the path's ending tells.

Owns the formats and the way a file comes into being: written beside its place, flushed to the disk, and only then given
its name. Who stops half way leaves nothing behind.
"""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import IOBase
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.compute

from numguard.errors import ArgumentError, FileMissingError
from numguard.types import PathLike

__all__ = ["IMEI_COLUMNS", "whole_file", "write_csv", "write_rows"]

compute: Any = pyarrow.compute  # its stubs leave some functions out

#: What columns of IMEI14 keys are called in this package.
IMEI_COLUMNS = ("imei14", "via_imei")
#: Rows gathered before they are written: a Parquet file of tiny row groups is slow to read.
_GATHER = 1 << 16


@contextmanager
def whole_file(path: PathLike, *, private: bool = False) -> Iterator[IO[bytes]]:
    """Opens a file beside `path` that takes its place once everything was written, and vanishes otherwise.

    A `private` file can be read by its owner only.

    Raises:
        FileMissingError: There is no such directory.
    """
    path = Path(path).expanduser()
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        mode = 0o600 if private else 0o666
        file = os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode), "wb")
    except FileNotFoundError:
        raise FileMissingError(f"{path.parent}: there is no such directory") from None
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def write_rows(
    path: PathLike,
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    *,
    texts: Sequence[str] = (),
    imeis: Sequence[str] = IMEI_COLUMNS,
    private: bool = False,
) -> None:
    """Writes `batches` of `schema` to `path`.

    Args:
        path: Its ending tells the format: .parquet, .csv, .arrow, .jsonl.
        schema: The columns.
        batches: The rows.
        texts: Integer columns that JSON gets as text, because its readers may hold no integer that long.
        imeis: Columns of IMEI14 keys; formats of text get all fourteen digits, or a handset with a leading zero could
            not be read back.
        private: Whether only its owner may read the file.

    Raises:
        ArgumentError: No such format, or a column that the format cannot hold.
    """
    ending = Path(path).suffix.lower()
    if ending not in _FORMATS:
        raise ArgumentError(f"path: its ending tells the format and is one of {', '.join(_FORMATS)}")
    form = _FORMATS[ending]
    if unfit := form.unfit(schema):
        raise ArgumentError(
            f"path: a {ending} file cannot hold the columns {', '.join(unfit)}: leave them out with columns=, "
            "or write .parquet, .arrow or .jsonl"
        )
    with whole_file(path, private=private) as file:
        _write(form, file, schema, batches, texts=texts, imeis=imeis)


def write_csv(file: IO[bytes], schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    """Writes `batches` of `schema` as CSV into an open file, such as standard output."""
    _write(_Csv, file, schema, batches, texts=(), imeis=IMEI_COLUMNS)


def _write(
    form: type[_Format],
    file: IO[bytes],
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    *,
    texts: Sequence[str],
    imeis: Sequence[str],
) -> None:
    handsets = [name for name in imeis if name in schema.names and schema.field(name).type == pa.uint64()]
    if not form.is_text:
        handsets = []
    written = schema
    for name in handsets:
        written = written.set(written.get_field_index(name), pa.field(name, pa.string()))
    with form(file, written, texts) as writer:
        for rows in _gathered(schema, batches):
            writer.write(_spelled(rows, handsets))


def _spelled(rows: pa.Table, handsets: Sequence[str]) -> pa.Table:
    """The rows with their IMEI14 keys as fourteen digits."""
    for name in handsets:
        digits = compute.utf8_lpad(rows[name].cast(pa.string()), 14, "0")
        rows = rows.set_column(rows.schema.get_field_index(name), name, digits)
    return rows


def _gathered(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(b.num_rows for b in waiting) >= _GATHER:
            yield pa.Table.from_batches(waiting, schema)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting, schema)


class _Format(ABC):
    """One way to write batches into an open file."""

    #: Whether people and spreadsheets read it as text.
    is_text = False

    def __init__(self, file: IO[bytes], schema: pa.Schema, texts: Sequence[str]) -> None:
        self._file = file
        self._schema = self.plain(schema)
        self._texts = texts

    def __enter__(self) -> _Format:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

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
        """Writes what stands at the end."""


class _Parquet(_Format):
    def __init__(self, file: IO[bytes], schema: pa.Schema, texts: Sequence[str]) -> None:
        import pyarrow.parquet as pq

        super().__init__(file, schema, texts)
        self._writer = pq.ParquetWriter(file, schema, compression="zstd")

    def write(self, rows: pa.Table) -> None:
        self._writer.write_table(rows)

    def close(self) -> None:
        self._writer.close()


def _without_dictionaries(schema: pa.Schema) -> pa.Schema:
    """Batches of one scan bring dictionaries of their own, which these formats cannot change on the way."""
    fields = [f.with_type(f.type.value_type) if pa.types.is_dictionary(f.type) else f for f in schema]
    return pa.schema(fields)


class _Arrow(_Format):
    plain = staticmethod(_without_dictionaries)

    def __init__(self, file: IO[bytes], schema: pa.Schema, texts: Sequence[str]) -> None:
        super().__init__(file, schema, texts)
        self._writer = pa.ipc.new_file(cast(IOBase, file), self._schema)

    def write(self, rows: pa.Table) -> None:
        self._writer.write_table(rows.cast(self._schema))

    def close(self) -> None:
        self._writer.close()


class _Csv(_Format):
    is_text = True
    plain = staticmethod(_without_dictionaries)

    def __init__(self, file: IO[bytes], schema: pa.Schema, texts: Sequence[str]) -> None:
        import pyarrow.csv as pc

        super().__init__(file, schema, texts)
        self._writer = pc.CSVWriter(file, self._schema)

    @classmethod
    def unfit(cls, schema: pa.Schema) -> list[str]:
        return [f.name for f in _without_dictionaries(schema) if pa.types.is_nested(f.type)]

    def write(self, rows: pa.Table) -> None:
        self._writer.write_table(rows.cast(self._schema))

    def close(self) -> None:
        self._writer.close()


class _JsonLines(_Format):
    is_text = True

    def write(self, rows: pa.Table) -> None:
        for row in rows.to_pylist():
            for name in self._texts:
                if row[name] is not None:
                    row[name] = str(row[name])
            self._file.write(json.dumps(row, ensure_ascii=False, default=_plain).encode() + b"\n")

    def close(self) -> None:
        pass


def _plain(value: Any) -> str:
    """What JSON has no word for: times in ISO 8601, bytes in hexadecimal, decimals in digits."""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return value.hex() if isinstance(value, bytes) else str(value)


_FORMATS: dict[str, type[_Format]] = {".parquet": _Parquet, ".csv": _Csv, ".arrow": _Arrow, ".jsonl": _JsonLines}
