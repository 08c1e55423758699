"""Times that Parquet holds as INT96, a day and nanoseconds of it, as Spark, Hive and Impala wrote them.

Owns their type: microseconds, by every reader. Independent of rows. pyarrow makes nanoseconds since 1970 of them,
which before 1677 and after 2262 are another date, without an error, and takes off their zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from numguard._core import parquet_schema
from numguard.compute import named
from numguard.errors import UnsupportedTypeError

if TYPE_CHECKING:
    import pyarrow.dataset as ds


#: The unit in which pyarrow is asked to read them.
UNIT: Final = "us"
_INT96: Final = "INT96"
_OPTIONS: Final = ("dictionary_columns", "binary_type", "list_type")


def zones_of(file: Any, path: Path) -> dict[str, pa.DataType]:
    """The columns of INT96 of an open file that have a zone, which pyarrow takes off, with their types."""
    if not _columns(file.schema):
        return {}
    schema = parquet_schema(path)
    found = {name: schema.field(name).type for name in _columns(file.schema) if schema.names.count(name) == 1}
    return {name: kind for name, kind in found.items() if isinstance(kind, pa.TimestampType) and kind.tz is not None}


def in_zones(data: pa.RecordBatch, zones: Mapping[str, pa.DataType]) -> pa.RecordBatch:
    """The rows with the zones of their columns."""
    for at, name in enumerate(data.schema.names):
        if name in zones:
            data = data.set_column(at, data.schema.field(at).with_type(zones[name]), data.column(at).cast(zones[name]))
    return data


def rewritten(dataset: ds.FileSystemDataset, fragments: Sequence[Any]) -> tuple[ds.FileSystemDataset, list[Any]]:
    """A dataset of files and its fragments, with the times in INT96 as microseconds."""
    import pyarrow.dataset as ds

    form: Any = dataset.format
    if not isinstance(form, ds.ParquetFileFormat) or not fragments or _unit(form) == UNIT:
        return dataset, list(fragments)
    options: Any = {name: getattr(form.read_options, name) for name in _OPTIONS if hasattr(form.read_options, name)}
    scanning: Any = form.default_fragment_scan_options
    anew: Any = ds.ParquetFileFormat(
        read_options=ds.ParquetReadOptions(**options, coerce_int96_timestamp_unit=UNIT),
        default_fragment_scan_options=scanning,
    )
    files = [
        anew.make_fragment(one.path, dataset.filesystem, partition_expression=one.partition_expression)
        for one in fragments
    ]
    schema = dataset.schema
    if "timestamp[ns" in str(schema):
        before, after = fragments[0].physical_schema, files[0].physical_schema
        for at, field in enumerate(schema):
            if before.names.count(field.name) == 1 and before.field(field.name).type == field.type:
                schema = schema.set(at, field.with_type(after.field(field.name).type))
    return ds.FileSystemDataset(files, schema, anew, dataset.filesystem), files


def check_unit(fragment: Any, columns: Sequence[str], where: str) -> None:
    """Raises UnsupportedTypeError for a file of which pyarrow reads columns of INT96 as nanoseconds."""
    import pyarrow.dataset as ds

    form = getattr(fragment, "format", None)
    if not isinstance(form, ds.ParquetFileFormat) or _unit(form) == UNIT:
        return
    found = [name for name in _columns(fragment.metadata.schema) if name in columns]
    if found:
        raise UnsupportedTypeError(
            f"{where}: column {named(found[:1])!r}: it holds times as INT96, of which pyarrow makes nanoseconds, so "
            "that those before 1677 or after 2262 are other dates: pass the paths of the files, or open the dataset "
            f'with ParquetReadOptions(coerce_int96_timestamp_unit="{UNIT}")'
        )


def _unit(form: Any) -> str | None:
    unit: str | None = form.read_options.coerce_int96_timestamp_unit
    return unit


def _columns(schema: Any) -> list[str]:
    """The columns that have times in INT96, at any depth."""
    leaves = [schema.column(at) for at in range(len(schema))]
    return list(dict.fromkeys(leaf.path.partition(".")[0] for leaf in leaves if leaf.physical_type == _INT96))
