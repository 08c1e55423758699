"""`numguard normalize`: a file of written numbers, with their canonical form beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.compute as pc

from numguard import _core
from numguard.cli import account, options
from numguard.cli.verb import Verb
from numguard.files import placed_together
from numguard.files.formats import SEVERAL_REGIONS
from numguard.source import unread_codes
from numguard.source.strict import notes_text
from numguard.types import Region


@click.command(cls=Verb)
@click.argument("source")
@options.column
@options.region
@options.region_column
@options.output
@account.of_lines
def normalize(
    source: str,
    column: str | None,
    region: Region,
    region_column: str | None,
    output: Path | None,
    refused_path: Path | None,
    is_strict: bool,
    as_json: bool,
) -> None:
    """Add the canonical number to every row of SOURCE.

    SOURCE is a file, a glob, or - for stdin. Two columns are added: `msisdn` (E.164 digits; empty where the cell was
    refused) and `note` (why it was refused, doubted or mended); one of SOURCE with such a name becomes `msisdn_cell` or
    `note_cell`. Every row comes out; a line that is no whole row is refused and counted.

    \b
      numguard normalize customers.csv --column mobile -o clean.csv
      cat list.csv | numguard normalize - --column mobile > clean.csv
      numguard normalize calls.parquet --column a_party -o clean.parquet --json
      numguard normalize customers.csv --column mobile --region-column country -o clean.csv
    """
    account.check_files([], {"--output": output, "--refused": refused_path}, sources=[source])
    opened, column = options.open_column(source, column, region_column)
    names = options.beside(opened.schema.names, {"msisdn", "note"})
    options.check_json(as_json, output)
    notes: Counter[str] = Counter()
    cells = refused = 0

    def rows() -> Iterator[pa.RecordBatch]:
        nonlocal cells, refused
        for batch in account.strictly(opened, None, is_strict=is_strict):
            explained = _core.explain(batch.data[column], region=batch.data[region_column] if region_column else region)
            msisdns, note = pc.struct_field(explained, "msisdn"), pc.struct_field(explained, "note")
            cells += len(explained)
            refused += msisdns.null_count
            notes.update(options.counted(note))
            data = batch.data.rename_columns(names)
            yield data.append_column("msisdn", msisdns).append_column("note", note.cast(pa.string()))

    fields = [field.with_name(name) for field, name in zip(opened.schema, names, strict=True)]
    fields += [pa.field("msisdn", pa.uint64()), pa.field("note", pa.string())]
    with placed_together():
        made = pa.RecordBatchReader.from_batches(pa.schema(fields), rows())
        written = dict(zip(opened.schema.names, names, strict=True))
        of_numbers = [written[column], written.get("msisdn", "msisdn")]
        options.write_table(made, output, numbers=of_numbers, region=SEVERAL_REGIONS if region_column else region)
        account.write_refused(opened, refused_path)
    rows_of = opened.account()
    rows_of["warnings"] += unread_codes(opened.schema.names, {column, region_column or ""})
    summary = {"cells": cells, "accepted": cells - refused, "refused": refused, "notes": dict(notes)} | rows_of
    if as_json:
        options.say_json(summary)
        return
    options.say(f"{options.count(cells, 'cell')}: {cells - refused:,} numbers, {refused:,} without one")
    if notes:
        options.say(f"notes: {notes_text(notes)}")
    account.say(rows_of)
