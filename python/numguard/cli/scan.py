"""`numguard scan`: rows of any file against a list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from numguard.cli import options
from numguard.errors import ArgumentError
from numguard.number_list import open_imeis, open_numbers
from numguard.scan import ScanSummary
from numguard.scan import scan as run
from numguard.types import Region

__all__ = ["scan"]


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--numbers", type=click.Path(), help="The list of phone numbers: CSV, text, Parquet, or a saved set.")
@click.option("--column", "-c", "number_columns", multiple=True, help="A column of phone numbers; may be given again.")
@click.option("--imeis", type=click.Path(), help="The list of handsets: CSV, text, Parquet, or a saved set.")
@click.option("--imei-column", "imei_columns", multiple=True, help="A column of IMEIs; may be given again.")
@click.option("--list-column", help="The column of the list that holds the numbers, where its name does not tell.")
@click.option(
    "--action",
    "actions",
    multiple=True,
    default=["block"],
    show_default=True,
    help="Of a block list, which rows to look for; may be given again.",
)
@click.option("--keep", "kept", multiple=True, help="A column to hand on; may be given again. All by default.")
@options.region
@options.output
@click.option("--skip-bad-files", is_flag=True, help="Go on after a file that cannot be read, and report it.")
@options.threads
@options.as_json
def scan(
    sources: tuple[str, ...],
    numbers: str | None,
    number_columns: tuple[str, ...],
    imeis: str | None,
    imei_columns: tuple[str, ...],
    list_column: str | None,
    actions: tuple[str, ...],
    kept: tuple[str, ...],
    region: Region,
    output: Path | None,
    skip_bad_files: bool,
    threads: int | None,
    as_json: bool,
) -> None:
    """Find the rows of SOURCE (files, globs, or - for stdin) that name a listed number or handset.

    Every hit comes out once, with its own columns and `<column>_match`: the number that matched.

    \b
      numguard scan customers.csv --numbers list.csv --column mobile
      numguard scan "cdr/*.parquet" --numbers block.csv -c a_party -c b_party -o hits.parquet
      numguard scan calls.parquet --imeis seized.csv --imei-column imei --json -o hits.csv
    """
    if (numbers is None) == bool(number_columns) or (imeis is None) == bool(imei_columns):
        raise ArgumentError("--numbers goes with --column, and --imeis with --imei-column")
    if numbers is None and imeis is None:
        raise ArgumentError("say what to look for: --numbers FILE --column NAME, or --imeis FILE --imei-column NAME")
    if as_json and output is None:
        raise ArgumentError("--json prints the summary to stdout: name a file for the hits with --output")
    lookups: dict[str, Any] = {}
    if numbers is not None:
        listed = open_numbers(numbers, column=list_column, region=region, actions=actions)
        options.say_list(numbers, len(listed), listed.refused)
        lookups |= dict.fromkeys(number_columns, listed)
    if imeis is not None:
        handsets = open_imeis(imeis, column=list_column)
        options.say_list(imeis, len(handsets), handsets.refused)
        lookups |= dict.fromkeys(imei_columns, handsets)
    found = run(
        list(sources) if len(sources) > 1 else sources[0],
        lookups,
        columns=list(kept) or None,
        region=region,
        on_error="skip" if skip_bad_files else "raise",
        progress=options.progress_line(lambda s: f"{s.rows:,} rows, {s.hits:,} hits, {s.file or ''}"),
        threads=threads,
    )
    if output is not None:
        found.write(output)
    else:
        import pyarrow as pa

        options.write_table(pa.RecordBatchReader.from_stream(found), None)
    options.end_progress()
    if as_json:
        options.say_json({**vars(found.summary), "rows_per_second": found.summary.rows_per_second})
    else:
        _say_summary(found.summary)


def _say_summary(summary: ScanSummary) -> None:
    options.say(
        f"{options.count(summary.rows, 'row')}, {options.count(summary.hits, 'hit')}, "
        f"{summary.distinct_keys:,} distinct, in {summary.seconds:.1f} s ({summary.rows_per_second:,.0f} rows/s)"
    )
    for column, hits in summary.hits_by_column.items():
        refused = summary.refused.get(column)
        options.say(
            f"  {column}: {options.count(hits, 'hit')}"
            + (f"; refused: {options.notes_said(refused)}" if refused else "")
        )
    if summary.refused_lines:
        options.say(f"  {options.count(summary.refused_lines, 'line')} had more or fewer fields than the header")
    for skipped in summary.skipped:
        options.say(f"  skipped {skipped.why}")
