"""`numguard keyed`: numbers as keyed hashes, and the rows whose number is on a list of such hashes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pyarrow as pa
import pyarrow.compute

from numguard.cli import options
from numguard.errors import ArgumentError, ColumnError
from numguard.keyed import HASHED, keyed_hash
from numguard.source import open_source
from numguard.types import Region

__all__ = ["keyed"]

pc: Any = pyarrow.compute  # its stubs know no plain Python values


@click.command()
@click.argument("source")
@options.column
@options.region
@options.key
@click.option("--list", "listed", type=click.Path(), help="Only the rows whose number is on this list of keyed hashes.")
@options.output
def keyed(
    source: str, column: str | None, region: Region, key: bytes | None, listed: str | None, output: Path | None
) -> None:
    """Add the keyed hash (HMAC-SHA-256) of the number to every row of SOURCE, or match it with a list of such hashes.

    Both sides hold the same key, in a file or in an environment variable. Refused cells have no hash.

    \b
      numguard keyed customers.csv --column mobile --key-file shared.key --list police.csv -o hits.csv
      numguard keyed customers.csv --column mobile --key-env SHARED_KEY -o hashed.parquet
    """
    if key is None:
        raise ArgumentError("--key-file or --key-env: takes the key that both sides hold")
    opened = open_source(source)
    column = options.the_column(column, opened.schema.names)
    if HASHED in opened.schema.names:
        raise ArgumentError(f"there is a column {HASHED} already: rename it first")
    members = None if listed is None else _members(listed)
    rows = hits = refused = 0

    def hashed() -> Iterator[pa.RecordBatch]:
        nonlocal rows, hits, refused
        for batch in opened.batches():
            hashes = keyed_hash(batch.data[column], key, region=region)
            rows += len(hashes)
            refused += hashes.null_count
            data = batch.data.append_column(HASHED, hashes)
            if members is not None:
                data = data.filter(pc.is_in(hashes, members))
                hits += len(data)
            yield data

    schema = pa.schema([*opened.schema, pa.field(HASHED, pa.string())])
    options.write_table(pa.RecordBatchReader.from_batches(schema, hashed()), output)
    found = "" if members is None else f", {options.count(hits, 'hit')}"
    options.say(f"{options.count(rows, 'row')}{found}, {refused:,} without a number")


def _members(path: str) -> pa.Array[Any]:
    """The hashes of a list, without those that are to be let go."""
    source = open_source(path)
    if HASHED not in source.schema.names:
        raise ColumnError(f"{path}: has no column {HASHED}; `numguard export --key-file` writes one")
    names = [HASHED, *({"action"} & set(source.schema.names))]
    found: list[Any] = [pa.array([], pa.string())]
    for batch in source.batches(names):
        rows = batch.data
        if "action" in names:
            rows = rows.filter(pc.is_in(rows["action"].cast(pa.string()), pa.array(["block", "reverify"])))
        found.append(rows[HASHED].cast(pa.string()))
    return pa.concat_arrays(found)
