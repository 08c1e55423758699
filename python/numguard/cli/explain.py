"""`numguard explain`: what each cell is, in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.compute as pc

from numguard import _core
from numguard.cli import options
from numguard.source import open_source
from numguard.types import Region

__all__ = ["explain"]


@click.command()
@click.argument("source")
@options.column
@options.region
@options.output
@click.option("--imei", is_flag=True, help="The column holds IMEIs, not phone numbers.")
@click.option("--refused", "only_refused", is_flag=True, help="Only the cells that were refused.")
def explain(
    source: str, column: str | None, region: Region, output: Path | None, imei: bool, only_refused: bool
) -> None:
    """Say of every cell in SOURCE what it is, and why it was refused, doubted or mended.

    \b
      numguard explain customers.csv --column mobile
      numguard explain complaints.csv --column suspect_mobiles --refused -o refused.csv
      numguard explain handsets.csv --column imei --imei
    """
    opened = open_source(source)
    column = options.the_column(column, opened.schema.names)
    key, kind = ("imei14", "form") if imei else ("msisdn", "kind")
    sentences = _core.closed_lists()["note"]
    schema = pa.schema(
        {"file": pa.string(), "row": pa.int64(), column: opened.schema.field(column).type}
        | {key: pa.uint64(), kind: pa.string(), "note": pa.string(), "sentence": pa.string()}
    )

    def rows() -> Iterator[pa.RecordBatch]:
        for batch in opened.batches([column]):
            cells = batch.data.column(0)
            said = _core.explain_imei(cells) if imei else _core.explain(cells, region=region)
            notes = pc.struct_field(said, "note").cast(pa.string())
            spoken = [sentences.get(note, "") for note in notes.to_pylist()]
            answer = pa.RecordBatch.from_arrays(
                [
                    pa.array([batch.file] * len(cells), pa.string()),
                    pa.array(batch.row_numbers()),
                    cells,
                    pc.struct_field(said, key),
                    pc.struct_field(said, kind).cast(pa.string()),
                    notes,
                    pa.array(spoken, pa.string()),
                ],
                schema=schema,
            )
            if only_refused:
                answer = answer.filter(pc.and_(pc.is_null(answer[key]), pc.is_valid(answer["note"])))
            yield answer

    options.write_table(pa.RecordBatchReader.from_batches(schema, rows()), output)
