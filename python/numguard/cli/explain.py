"""`numguard explain`: what each cell is, in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pyarrow as pa
import pyarrow.compute as pc

from numguard import _core
from numguard.cli import account, options
from numguard.cli.verb import Verb
from numguard.compute import filtered
from numguard.files import placed_together
from numguard.files.formats import SEVERAL_REGIONS
from numguard.source import unread_codes
from numguard.types import Region


@click.command(cls=Verb)
@click.argument("source")
@options.column
@options.region
@options.region_column
@options.output
@click.option("--imei", is_flag=True, help="The column holds IMEIs, not phone numbers.")
@click.option("--only-refused", is_flag=True, help="Only the cells that were refused.")
@account.of_lines
def explain(
    source: str,
    column: str | None,
    region: Region,
    region_column: str | None,
    output: Path | None,
    imei: bool,
    only_refused: bool,
    refused_path: Path | None,
    is_strict: bool,
    as_json: bool,
) -> None:
    """Show what each cell of SOURCE is, or why it was refused.

    A number may have a note too: it was doubted or mended.

    \b
      numguard explain customers.csv --column mobile
      numguard explain complaints.csv --column suspect_mobiles --only-refused -o refused.csv
      numguard explain handsets.csv --column imei --imei
    """
    account.check_files([], {"--output": output, "--refused": refused_path}, sources=[source])
    options.check_json(as_json, output)
    opened, column = options.open_column(source, column, region_column)
    key, kind = ("imei14", "form") if imei else ("msisdn", "kind")
    # A type that holds no numbers is an error before a header is written.
    none: pa.Array[Any] = pa.nulls(0, opened.schema.field(column).type)
    if imei:
        _core.explain_imei(none)
    else:
        _core.explain(none)
    [written] = options.beside([column], {"file", "row", key, kind, "note", "sentence"})
    sentences = _core.closed_lists()["note"]
    schema = pa.schema(
        {"file": pa.string(), "row": pa.int64(), written: opened.schema.field(column).type}
        | {key: pa.uint64(), kind: pa.string(), "note": pa.string(), "sentence": pa.string()}
    )

    def rows() -> Iterator[pa.RecordBatch]:
        wanted = [column, region_column] if region_column else [column]
        for batch in account.strictly(opened, wanted, is_strict=is_strict):
            cells = batch.data.column(0)
            regions = batch.data.column(1) if region_column else region
            explained = _core.explain_imei(cells) if imei else _core.explain(cells, region=regions)
            notes = pc.struct_field(explained, "note").cast(pa.string())
            spoken = [sentences.get(note, "") for note in notes.to_pylist()]
            answer = pa.RecordBatch.from_arrays(
                [
                    pa.array([batch.file] * len(cells), pa.string()),
                    pa.array(batch.row_numbers()),
                    cells,
                    pc.struct_field(explained, key),
                    pc.struct_field(explained, kind).cast(pa.string()),
                    notes,
                    pa.array(spoken, pa.string()),
                ],
                schema=schema,
            )
            if only_refused:
                answer = filtered(answer, pc.and_(pc.is_null(answer[key]), pc.is_valid(answer["note"])))
            yield answer

    with placed_together():
        made = pa.RecordBatchReader.from_batches(schema, rows())
        options.write_table(
            made,
            output,
            region=SEVERAL_REGIONS if region_column else region,
            **{"imeis" if imei else "numbers": [column]},
        )
        account.write_refused(opened, refused_path)
    rows_of = opened.account()
    rows_of["warnings"] += [] if imei else unread_codes(opened.schema.names, {column, region_column or ""})
    if as_json:
        options.say_json(rows_of)
    else:
        account.say(rows_of)
