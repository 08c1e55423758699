"""Parts with typed columns: Parquet and Arrow files, datasets, tables, streams."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from weakref import finalize

import pyarrow as pa

from numguard._core import parquet_schema
from numguard.compute import is_number, named
from numguard.errors import ArgumentError, ColumnError, InputError, UnsupportedTypeError
from numguard.source.casts import as_first, check_cast, check_digits, check_key, is_parsed_alike, loses_rounding
from numguard.source.columns import headings
from numguard.source.frames import stream_of, table_of
from numguard.source.int96 import UNIT, check_unit, in_zones, rewritten, zones_of
from numguard.source.part import About, Batch, Part, exporting, reading
from numguard.source.unread import unread

if TYPE_CHECKING:
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq

    from numguard.source.container import Member


#: The names that pandas gives the columns of an unnamed index.
_UNNAMED = re.compile(r"__index_level_\d+__")
#: Rows of one batch, where the container does not determine it.
_BATCH_ROWS: Final = 1 << 16
_STREAM: Final = About(None, "stream")
#: The readers that were read, by their ids. Such a reader gives no rows and no error, as if it had never had any.
_spent: dict[int, object] = {}


class _CallersError(Exception):
    """Carries an exception of the caller's own iterable, which is no damage of a file and none of ours to reword."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class ParquetPart(Part):
    """A local Parquet file."""

    def __init__(self, member: Member) -> None:
        super().__init__(member)
        self.path = cast("Path", member.path)

    def count_rows(self) -> int:
        """Counts all its rows by its metadata, in a new account."""
        import pyarrow.parquet as pq

        self.begin_account()
        with reading(self.name, "the Parquet file"):
            self.account.used = pq.read_metadata(self.path).num_rows
        return self.account.used

    def stored_schema(self) -> pa.Schema:
        """The columns."""
        with reading(self.name, "the Parquet file"), self._open() as file:
            schema: pa.Schema = file.schema_arrow.remove_metadata()
            for name, kind in zones_of(file, self.path).items():
                at = schema.get_field_index(name)
                schema = schema.set(at, schema.field(at).with_type(kind))
            return schema

    def stored_batches(self, columns: Sequence[str] | None) -> Iterator[Batch]:
        """The rows, in order."""
        with reading(self.name, "the Parquet file"), self._open() as file:
            first = 1
            zones, validation = zones_of(file, self.path), Validation()
            for read in file.iter_batches(batch_size=_BATCH_ROWS, columns=None if columns is None else list(columns)):
                # pyarrow takes any bytes for text.
                validation.of(read)
                data = in_zones(read, zones)
                yield Batch(data if columns is None else data.select(list(columns)), self.name, first)
                first += data.num_rows

    def _open(self) -> pq.ParquetFile:
        import pyarrow.parquet as pq

        try:
            return pq.ParquetFile(self.path, coerce_int96_timestamp_unit=UNIT)
        except pa.ArrowNotImplementedError:
            parquet_schema(self.path)  # the error of the compiled module names the column
            raise


class ArrowFilePart(Part):
    """A local Arrow IPC file (also called Feather) or stream."""

    def __init__(self, member: Member) -> None:
        super().__init__(replace(member, container="arrow"))
        self.path = cast("Path", member.path)
        self._stream = member.kind == "arrow stream"

    def stored_schema(self) -> pa.Schema:
        """The columns."""
        with reading(self.name, "the Arrow file"), self._open() as reader:
            schema: pa.Schema = reader.schema.remove_metadata()
            _check_names(schema)
            return schema

    def stored_batches(self, columns: Sequence[str] | None, validated: Sequence[str] | None = None) -> Iterator[Batch]:
        """The rows, in order.

        The cells in the columns `validated` are validated as they are read; None for all. Who names fewer relies on
        nothing in the others before it has validated them.
        """
        fields = None if columns is None else [self.stored_schema().get_field_index(name) for name in columns]
        with reading(self.name, "the Arrow file"), self._open(fields) as reader:
            first = 1
            _check_names(reader.schema)
            validation = Validation()
            for read in self._data(reader):
                data = read if columns is None else read.select(list(columns))
                # A file may be damaged or forged; Arrow's kernels rely on valid offsets and lengths.
                data.validate()
                # By their places: columns that no one names may have one name.
                names = enumerate(data.schema.names)
                validation.of(data.select([at for at, name in names if validated is None or name in validated]))
                yield Batch(data, self.name, first)
                first += data.num_rows

    def _open(self, fields: list[int] | None = None) -> Any:
        # Read, not mapped: a mapped file that is cut short while it is read ends the process.
        source = pa.OSFile(str(self.path), mode="r")
        options = pa.ipc.IpcReadOptions(included_fields=fields)
        return (pa.ipc.open_stream if self._stream else pa.ipc.open_file)(source, options=options)

    def _data(self, reader: Any) -> Iterator[pa.RecordBatch]:
        if self._stream:
            yield from reader
        else:
            yield from (reader.get_batch(n) for n in range(reader.num_record_batches))


class Validation:
    """Validates batches of the same columns in full, but a dictionary that consecutive batches share only once."""

    def __init__(self) -> None:
        self._dictionaries: dict[int, pa.Array[Any]] = {}

    def of(self, batch: pa.RecordBatch) -> None:
        """Raises pyarrow.ArrowException if a cell of the batch is invalid, as its `validate(full=True)` does."""
        batch.validate()
        for at, column in enumerate(batch.columns):
            cells = column
            if isinstance(column, pa.DictionaryArray):
                values = column.dictionary
                known = self._dictionaries.get(at)
                if known is None or _memory(known) != _memory(values):
                    values.validate(full=True)
                    self._dictionaries[at] = values
                cells = pa.DictionaryArray.from_arrays(column.indices, pa.nulls(len(values)), safe=False)
            cells.validate(full=True)


def _memory(array: pa.Array[Any]) -> tuple[Any, ...]:
    """Where the cells of an array are, by which it is the same one while it is held."""
    return (
        array.type,
        array.offset,
        len(array),
        [buffer and (buffer.address, buffer.size) for buffer in array.buffers()],
    )


def parts_of_dataset(dataset: ds.Dataset, keys: Sequence[str] = ()) -> list[Part]:
    """The files of a dataset, each a part, so that an error names its file; one part, where it is not made of files.

    Args:
        dataset: The dataset.
        keys: The columns of numbers and handsets. In files of CSV they are read as text; in other files their types
            have to hold numbers.

    Raises:
        UnsupportedTypeError: pyarrow makes numbers of their text, and the dataset is filtered or joins several.
    """
    import pyarrow.dataset as ds

    try:
        fragments = list(dataset.get_fragments()) if isinstance(dataset, ds.FileSystemDataset) else None
    except ValueError:  # a filtered dataset keeps its filter to itself
        fragments = None
    numbers = _numbers_of_csv(dataset, keys)
    if fragments is None:
        if numbers:
            raise UnsupportedTypeError(
                f"the dataset: pyarrow makes numbers of the text in {named(numbers)}, without plus signs and zeros: "
                "give it a schema with text in these columns, or pass the paths of its files"
            )
        return [DatasetPart(dataset, keys)]
    files, fragments = rewritten(cast("ds.FileSystemDataset", dataset), fragments)

    def part(fragment: Any) -> Part:
        of_path = ds.get_partition_keys(fragment.partition_expression)
        as_text = [name for name in numbers if name not in of_path]
        schema = files.schema
        for name in as_text:
            schema = schema.set(schema.get_field_index(name), pa.field(name, pa.string()))
        one = ds.FileSystemDataset([fragment], schema, files.format, files.filesystem)
        return DatasetPart(one, keys, fragment.path, as_text)

    return [part(fragment) for fragment in fragments] or [DatasetPart(dataset, keys)]


def _numbers_of_csv(dataset: ds.Dataset, columns: Sequence[str]) -> list[str]:
    """The columns of text in which pyarrow reads numbers: integers have neither a plus nor a zero before them."""
    import pyarrow.dataset as ds

    if not any(isinstance(getattr(one, "format", None), ds.CsvFileFormat) for one in _files_of(dataset)):
        return []
    found = [name for name in dict.fromkeys(columns) if dataset.schema.get_field_index(name) >= 0]
    return [name for name in found if is_number(dataset.schema.field(name).type)]


def _files_of(dataset: ds.Dataset) -> Iterator[ds.Dataset]:
    """A dataset, or those that it joins."""
    for child in getattr(dataset, "children", ()):
        yield from _files_of(child)
    yield dataset


def _check_names(fields: Iterable[pa.Field[Any]]) -> None:
    """Reads all names, nested ones too, because they may be any bytes in a damaged file.

    Raises:
        UnicodeDecodeError: A name is not UTF-8.
    """
    for field in fields:
        field.name.encode()
        kind = field.type
        if pa.types.is_timestamp(kind) and kind.tz is not None:
            kind.tz.encode()
        _check_names(kind.field(n) for n in range(kind.num_fields))


class DatasetPart(Part):
    """A pyarrow dataset, or one file of it; pyarrow reads its partitions and remote file systems."""

    def __init__(
        self, dataset: ds.Dataset, keys: Sequence[str], name: str | None = None, as_text: Sequence[str] = ()
    ) -> None:
        super().__init__(About(name, "dataset"))
        self._dataset = dataset
        #: The columns of numbers and handsets.
        self._keys = keys
        #: Columns that are read as text, whatever pyarrow makes of them.
        self._as_text = as_text
        #: The keys that are floats in the file that is read, and integers before.
        self._rounding: list[str] = []

    def stored_schema(self) -> pa.Schema:
        """The columns."""
        return self._dataset.schema.remove_metadata()

    def stored_batches(self, columns: Sequence[str] | None) -> Iterator[Batch]:
        """The rows, in order."""
        # More readahead fills memory; two batches of one fragment keep a core busy.
        scanner = self._dataset.scanner(
            columns=None if columns is None else list(columns),
            batch_size=_BATCH_ROWS,
            batch_readahead=2,
            fragment_readahead=1,
        )
        file, first = None, 1
        with reading(self.name or "the dataset", "the file" if self.name else "one of its files"):
            if self.name is not None:  # one file, which is checked before pyarrow fails at a cast
                (fragment,), file = self._dataset.get_fragments(), self.name
                self._check(fragment, columns, file)
            for tagged in scanner.scan_batches():
                path = getattr(tagged.fragment, "path", None)
                if path != file:
                    file, first = path, 1
                    self._check(tagged.fragment, columns, file or "the dataset")
                for column in self._rounding:
                    check_digits(column, tagged.record_batch[column], file or "the dataset")
                yield Batch(tagged.record_batch, file, first)
                first += tagged.record_batch.num_rows

    def _check(self, fragment: ds.Fragment, columns: Sequence[str] | None, where: str) -> None:
        """Raises for a file that pyarrow would read without an error, and otherwise than it is written.

        Raises:
            ColumnError: It lacks a column, which pyarrow would fill with nulls.
            UnsupportedTypeError: A column is of a type that is not cast to that of the dataset, or has no numbers.
        """
        import pyarrow.dataset as ds

        stored, to = fragment.physical_schema, self._dataset.schema
        is_csv = isinstance(getattr(fragment, "format", None), ds.CsvFileFormat)
        parts_of_path = ds.get_partition_keys(fragment.partition_expression)
        columns = to.names if columns is None else columns
        check_unit(fragment, columns, where)
        self._rounding = []
        for column in columns:
            if column not in stored.names and column not in parts_of_path:
                raise ColumnError(f"{where}: no column {named([column])!r}; there are {headings(stored.names)}")
            if stored.names.count(column) == 1 and column not in self._as_text:
                field, as_type = stored.field(column), to.field(column).type
                if is_csv and is_parsed_alike(field.type, as_type):
                    continue
                if column in self._keys and field.type != as_type:
                    check_key(field, where)
                    self._rounding += [column] if loses_rounding(field.type, as_type) else []
                check_cast(column, field.type, as_type, where)


class StreamPart(Part):
    """A table or stream: anything with `__arrow_c_stream__`. A stream can be read once, a table repeatedly."""

    def __init__(self, exported: Any, about: About = _STREAM) -> None:
        super().__init__(about)
        self._exported = exported
        self._is_own = _is_own(exported)
        self._reader: pa.RecordBatchReader | None = None
        self._schema: pa.Schema | None = None
        self._errors: dict[str, UnsupportedTypeError] = {}

    def stored_schema(self) -> pa.Schema:
        """The columns."""
        if self._schema is None:
            self._reader = self._open()
            self._schema = self._reader.schema.remove_metadata()
        return self._schema

    def check_columns(self, columns: Sequence[str] | None) -> None:
        """Raises the error of the first of some columns that is of a type that Arrow has not."""
        self.stored_schema()
        for name in self._errors if columns is None else columns:
            if name in self._errors:
                raise self._errors[name]

    def stored_batches(self, columns: Sequence[str] | None) -> Iterator[Batch]:
        """The rows, in order."""
        self.check_columns(columns)
        reader, self._reader = self._reader or self._open(), None
        if reader is self._exported:
            _claim(reader)
        first = 1
        try:
            with reading(self.name, "the stream"), nullcontext() if self.name else _broken_off(lambda: first - 1):
                for data in reader:
                    yield Batch(data if columns is None else data.select(list(columns)), self.name, first)
                    first += data.num_rows
        except _CallersError as raised:
            raise raised.error from None
        finally:
            if _is_reader(self._exported):
                self.account.add_reader(self._exported)

    def _open(self) -> pa.RecordBatchReader:
        if isinstance(self._exported, pa.RecordBatchReader):
            if id(self._exported) in _spent:
                raise _is_spent()
            return self._exported
        if self._is_own:
            # The C interface loses the type of an error, and with it our message.
            own: pa.RecordBatchReader = pa.RecordBatchReader.from_batches(self._exported.schema, iter(self._exported))
            return own
        if hasattr(self._exported, "__arrow_c_stream__"):
            reader, self._errors = stream_of(self._exported, "the source")
            return _without_index(reader)
        with exporting("the source"):
            batch = pa.record_batch(self._exported)
        return pa.RecordBatchReader.from_batches(batch.schema, [batch])


@contextmanager
def _broken_off(rows: Callable[[], int]) -> Iterator[None]:
    """The error of a stream without a file, such as a query of DuckDB that fails: no file is damaged."""
    try:
        yield
    except (pa.ArrowInvalid, OSError) as error:
        if unread("the source", error) or "utf" in str(error).lower():
            raise
        raise InputError(
            f"the source: the stream breaks off after row {rows():,}: it is cut short, or what gives it failed: run "
            "that by itself to see why"
        ) from None


def _claim(reader: pa.RecordBatchReader) -> None:
    """Marks a reader as read. Of two threads, or two sources of it, only one may read: each would have some rows."""
    mine = object()
    if _spent.setdefault(id(reader), mine) is not mine:
        raise _is_spent()
    finalize(reader, _spent.pop, id(reader), None).atexit = False


def _is_spent() -> ArgumentError:
    return ArgumentError("source: this stream was read already; open it again")


def _is_own(exported: Any) -> bool:
    return type(exported).__module__.startswith("numguard.") and hasattr(exported, "schema")


def _is_reader(exported: Any) -> bool:
    """Whether it is a reader of operator files, which refuses rows itself."""
    return _is_own(exported) and hasattr(exported, "refused")


def together(sources: Iterable[Any]) -> AbstractContextManager[None]:
    """Within it, readers of operator files decide over the files of all of them, as one decides over its own."""
    readers: list[Any] = [one for one in sources if _is_reader(one)]
    among: AbstractContextManager[None] = readers[0].together(readers) if readers else nullcontext()
    return among


def _without_index(reader: pa.RecordBatchReader) -> pa.RecordBatchReader:
    """The columns of a pandas data frame without those that pandas adds for an unnamed index."""
    about: Any = reader.schema.pandas_metadata or {}
    index = [name for name in about.get("index_columns", ()) if isinstance(name, str) and _UNNAMED.fullmatch(name)]
    if not index:
        return reader
    names = [name for name in reader.schema.names if name not in index]
    schema = pa.schema([reader.schema.field(name) for name in names])
    return pa.RecordBatchReader.from_batches(schema, (batch.select(names) for batch in reader))


def packed_part(member: Member) -> Part:
    """Typed columns in a container: unpacked in memory, because their readers need random access."""
    from numguard.source.container import read_whole

    content = pa.BufferReader(read_whole(member))
    with reading(member.name, "the file"):
        if member.kind == "parquet":
            import pyarrow.parquet as pq

            table = pq.read_table(content, coerce_int96_timestamp_unit=UNIT)
        else:
            opened = pa.ipc.open_file if member.kind == "arrow" else pa.ipc.open_stream
            table = opened(content).read_all()
        table.validate(full=True)
    return StreamPart(table, member)


def parts_of_batches(batches: Iterable[Any], keys: Sequence[str] = ()) -> list[Part]:
    """The parts of an iterable of batches or tables: one of all, or of a list with readers of operator files one each.

    Args:
        batches: The batches or tables.
        keys: The columns of numbers and handsets.

    Raises:
        ArgumentError: it yields something else, or nothing.
    """
    if isinstance(batches, Sequence) and any(map(_is_reader, batches)):
        return [StreamPart(one) for one in batches]
    return [StreamPart(_stream_of(batches, keys))]


def _stream_of(batches: Iterable[Any], keys: Sequence[str]) -> pa.RecordBatchReader:
    """An iterable of batches or tables as a stream; the first determines the columns.

    Raises:
        ArgumentError: it yields something else, or nothing.
    """
    iterator = iter(batches)
    first = next(iterator, None)
    if first is None:
        raise ArgumentError("source: yields no batch, so its columns are unknown")

    def of(one: Any) -> pa.Table:
        if not hasattr(one, "__arrow_c_stream__") and not hasattr(one, "__arrow_c_array__"):
            raise ArgumentError(f"source: takes an iterable of record batches or tables, not of {type(one).__name__}")
        if _is_reader(one):  # the rows that it refuses would be in no account
            raise ArgumentError("source: takes readers of operator files alone or in a list, not in a generator")
        with exporting("the source"):
            return table_of(one)

    begun = of(first)
    tables = chain([begun], map(of, _given(iterator)))
    rest = (batch for table in tables for batch in as_first(table, begun.schema, keys).to_batches())
    return pa.RecordBatchReader.from_batches(begun.schema, rest)


def _given(iterator: Iterator[Any]) -> Iterator[Any]:
    try:
        yield from iterator
    except Exception as error:
        raise _CallersError(error) from None
