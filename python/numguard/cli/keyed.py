"""`numguard keyed`: numbers as keyed hashes, and the rows whose number is on a list of such hashes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pyarrow as pa

from numguard.cli import account, options
from numguard.cli.verb import Verb
from numguard.compute import filtered, pc
from numguard.errors import ArgumentError
from numguard.files import placed_together
from numguard.files.manifest import manifest_of
from numguard.keyed import HASHED, key_check, keyed_hash
from numguard.source import unread_codes
from numguard.types import Region


@click.command(cls=Verb)
@click.argument("source")
@options.column
@options.region
@options.key
@click.option(
    "--list",
    "listed",
    type=click.Path(),
    help="Only the rows whose number is on this list of keyed hashes, as export --key-file writes it.",
)
@options.list_actions("look for")
@options.output
@account.of_lines
def keyed(
    source: str,
    column: str | None,
    region: Region,
    key: bytes | None,
    listed: str | None,
    actions: tuple[str, ...],
    output: Path | None,
    refused_path: Path | None,
    is_strict: bool,
    as_json: bool,
) -> None:
    """Add keyed hashes of numbers, or match a list of hashes.

    To every row of SOURCE the hash (HMAC-SHA-256) of its number is added; with --list, only the rows on it are kept.
    Both sides hold the same key, in a file or in an environment variable. Refused cells have no hash. Numbers that were
    only linked to a reported one are found with --action reverify.

    \b
      numguard keyed customers.csv --column mobile --key-file shared.key --list police.csv -o hits.csv
      numguard keyed customers.csv --column mobile --key-env SHARED_KEY -o hashed.parquet
    """
    if key is None:
        raise ArgumentError("--key-file or --key-env: takes the key that both sides hold")
    account.check_files([listed], {"--output": output, "--refused": refused_path}, sources=[source])
    options.check_json(as_json, output)
    opened, column = options.open_column(source, column)
    if HASHED in opened.schema.names:
        raise ArgumentError(f"there is a column {HASHED} already: rename it first")
    lists_read = account.Lists(is_strict=is_strict)
    members = None
    if listed is not None:
        _refuse_other_key(listed, key)
        members = lists_read.hashes(listed, actions)
    rows = hits = refused = 0

    def hashed() -> Iterator[pa.RecordBatch]:
        nonlocal rows, hits, refused
        for batch in account.strictly(opened, None, is_strict=is_strict):
            hashes = keyed_hash(batch.data[column], key, region=region)
            rows += len(hashes)
            refused += hashes.null_count
            data = batch.data.append_column(HASHED, hashes)
            if members is not None:
                data = filtered(data, pc.is_in(hashes, members))
                hits += len(data)
            yield data

    schema = pa.schema([*opened.schema, pa.field(HASHED, pa.string())])
    with placed_together():
        made = pa.RecordBatchReader.from_batches(schema, hashed())
        options.write_table(made, output, numbers=[column], region=region)
        account.write_refused(opened, refused_path, lists_read)
    rows_of = opened.account()
    rows_of["warnings"] += unread_codes(opened.schema.names, {column})
    if as_json:
        options.say_json(
            {"hits": hits if members is not None else None, "without_a_number": refused}
            | rows_of
            | lists_read.summary()
        )
        return
    found = "" if members is None else f", {options.count(hits, 'hit')}"
    options.say(f"{options.count(rows, 'row')}{found}, {refused:,} without a number")
    account.say(rows_of)


def _refuse_other_key(path: str, key: bytes) -> None:
    """Refuses a list whose manifest has another key: none of the numbers would be found on it."""
    theirs = manifest_of(Path(path)).get("key_check")
    if theirs is not None and theirs != key_check(key):
        raise ArgumentError(
            f"--list: {path} was written under another key, by the key_check of its manifest: no number would be found"
        )
