"""A block list -> one file, whole or not at all, with its manifest.

Owns how a list is written: formats, what makes a spreadsheet cell inert, and the manifest beside it. Knows nothing
of how a list came about. One idea: a list is an Arrow table and a manifest that says what it covers, and what leaves
the machine is those two, byte for byte the same each time.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute

from numguard import _core
from numguard.errors import ColumnError, InputError
from numguard.files import whole_file, write_rows
from numguard.types import PathLike

pc: Any = pyarrow.compute  # its stubs know no plain Python values

__all__ = ["BlockList", "manifest_path", "put_back", "write_private"]

# A spreadsheet runs cells that start so as formulas (OWASP, CSV injection).
_FORMULA = r"^[=+\-@\t\r]"


class BlockList:
    """A block list, or the change of one: an Arrow stream, and a file when written.

    Attributes:
        manifest: what the list covers: rows by action, events, district, policy, version and input files.

    Example:
        >>> from numguard.registry import Registry
        >>> len(Registry().block_list())
        0
    """

    def __init__(self, table: pa.Table, manifest: Mapping[str, Any]) -> None:
        self._table = table
        self.manifest: dict[str, Any] = {**manifest, "rows": table.num_rows, "actions": _counts(table["action"])}

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def __repr__(self) -> str:
        actions = ", ".join(f"{action}: {count}" for action, count in self.manifest["actions"].items())
        return f"<BlockList of {len(self)} rows ({actions or 'empty'})>"

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The Arrow PyCapsule interface."""
        stream: Any = self._table
        return stream.__arrow_c_stream__(requested_schema)

    @property
    def schema(self) -> pa.Schema:
        """The columns and their types."""
        return self._table.schema

    def to_table(self) -> pa.Table:
        """The rows, ascending by number."""
        return self._table

    read_all = to_table

    def by_district(self) -> Iterator[tuple[str | None, BlockList]]:
        """The lists of the districts, which together are this list; `None` for rows without one.

        Yields:
            The district's name and its list, in the order of the names.
        """
        folded = pc.utf8_lower(self._table["district"])
        for key in sorted(pc.unique(folded).to_pylist(), key=lambda name: (name is None, name)):
            mine = pc.is_null(folded) if key is None else pc.fill_null(pc.equal(folded, key), False)
            part = self._table.filter(mine)
            name = part["district"][0].as_py()
            yield name, BlockList(part, {**self.manifest, "district": name})

    def write(self, path: PathLike, *, columns: Mapping[str, str] | Sequence[str] | None = None) -> Path:
        """Writes the list to `path`, and its manifest beside it as `<path>.manifest.json`.

        The file is there whole or not at all, readable by its owner only. In CSV, numbers are digits without a sign,
        handsets are 15 digits, moments are ISO 8601 in IST, and free text that a spreadsheet would run is made inert by
        a leading apostrophe.

        Args:
            path: where to; the ending tells the format: `.csv`, `.parquet` or `.jsonl`.
            columns: which columns, in this order; a mapping also gives each the name that the receiver wants.

        Returns:
            The path.

        Raises:
            ArgumentError: an ending that no format has.
            ColumnError: a column that a list does not have.
            InputError: the folder cannot be written to.
        """
        path = Path(path)
        names = list(columns.values()) if isinstance(columns, Mapping) else None
        digest, size = write_private(_chosen(self._table, columns), path, names=names)
        manifest = {**self.manifest, "file": path.name, "bytes": size, "sha256": digest}
        text = json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        try:
            with whole_file(manifest_path(path), private=True) as file:
                file.write(text.encode())
        except OSError as error:
            raise _unwritten(path, error) from None
        self.manifest = manifest
        return path

    def write_by_district(self, folder: PathLike, *, ending: str = ".csv") -> list[Path]:
        """Writes each district's list into `folder`, a file a district named after it.

        Returns:
            The paths, in the order of the districts' names.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        taken: set[str] = set()
        paths = []
        for name, part in self.by_district():
            stem = _file_stem(name)
            while stem in taken:
                stem += "_"
            taken.add(stem)
            paths.append(part.write(folder / f"{stem}{ending}"))
        return paths


@contextmanager
def put_back(*paths: Path) -> Iterator[None]:
    """What is at `paths` comes back if the block fails, and what the block wrote there goes: nothing or all of it."""
    kept = {path: path.with_name(f".{path.name}.{os.getpid()}.kept") for path in paths if path.is_file()}
    try:
        for path, copy in kept.items():
            shutil.copy2(path, copy)
        yield
    except BaseException:
        for path in paths:
            if path in kept:
                kept[path].replace(path)
            elif path.is_file():
                path.unlink()
        raise
    finally:
        for copy in kept.values():
            copy.unlink(missing_ok=True)


def manifest_path(path: Path) -> Path:
    """Where the manifest of a list lies."""
    return path.with_name(path.name + ".manifest.json")


def write_private(table: pa.Table, path: PathLike, *, names: Sequence[str] | None = None) -> tuple[str, int]:
    """Writes any table as lists are written: refused rows, a history. Gives the file's SHA-256 and size.

    `names` are what the receiver calls the columns; how they are written goes by what they are here.

    Raises:
        ArgumentError: an ending that no format has.
        InputError: the folder is not there, or cannot be written to.
    """
    path = Path(path)
    written = _written(table)
    if path.suffix.lower() == ".csv":
        written = _inert(written)
    if names is not None:
        written = written.rename_columns(list(names))
    try:
        write_rows(path, written.schema, written.to_batches(), private=True)
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size
    except OSError as error:
        raise _unwritten(path, error) from None


def _unwritten(path: Path, error: OSError) -> Exception:
    if isinstance(error, InputError):
        return error
    return InputError(f"{path.name}: cannot be written ({error.strerror or 'the disk failed'})")


def _written(table: pa.Table) -> pa.Table:
    """The columns as they are written: numbers, handsets, moments and days as text."""
    for index, field in enumerate(table.schema):
        values: Any = table.column(index)
        if "msisdn" in field.name and pa.types.is_uint64(field.type):
            values = _core.format(values, style="digits")
        elif "imei" in field.name and pa.types.is_uint64(field.type):
            values = _core.format_imei(values)
        elif pa.types.is_timestamp(field.type):
            # Moments are shown in Indian Standard Time, whose zone has one offset.
            ist = pc.cast(values, pa.timestamp("s", "Asia/Kolkata"), safe=False)
            values = pc.strftime(ist, format="%Y-%m-%dT%H:%M:%S+05:30")
        elif pa.types.is_date(field.type):
            values = pc.cast(values, pa.string())
        table = table.set_column(index, field.name, values)
    return table


def _inert(table: pa.Table) -> pa.Table:
    for index, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            values = table.column(index)
            runs = pc.match_substring_regex(values, _FORMULA)
            values = pc.if_else(runs, pc.binary_join_element_wise("'", values, ""), values)
            table = table.set_column(index, field.name, values)
    return table


def _chosen(table: pa.Table, columns: Mapping[str, str] | Sequence[str] | None) -> pa.Table:
    if columns is None:
        return table
    absent = [name for name in columns if name not in table.column_names]
    if absent:
        raise ColumnError(f"no column {absent[0]!r}; a list has {', '.join(table.column_names)}")
    return table.select(list(columns))


def _counts(column: pa.ChunkedArray[Any]) -> dict[str, int]:
    return {entry["values"]: entry["counts"] for entry in pc.value_counts(column).to_pylist()}


def _file_stem(district: str | None) -> str:
    if district is None:
        return "no_district"
    kept = "".join(letter if letter.isalnum() else "_" for letter in district)
    return kept.strip("_")[:100] or "_"
