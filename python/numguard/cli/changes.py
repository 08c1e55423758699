"""`numguard changes`: which number was in which handset, from when to when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from numguard.cli import account, options
from numguard.cli.expand import open_sightings
from numguard.errors import ArgumentError
from numguard.types import Region

__all__ = ["changes"]


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SIGHTINGS...")
@click.option(
    "--by",
    type=click.Choice(["msisdn", "imei14"]),
    default="msisdn",
    help="Handsets of each number [default], or back.",
)
@click.option(
    "--gap-days", type=click.IntRange(0, 100_000), default=1, show_default=True, help="A pause that ends none."
)
@click.option("--changed", is_flag=True, help="Only of numbers (or handsets) that had more than one period.")
@options.sighting_columns
@options.region
@account.refused
@account.strict
@options.as_json
@options.output
def changes(
    sources: tuple[str, ...],
    by: Any,
    gap_days: int,
    changed: bool,
    msisdn: str | None,
    imei: str | None,
    at: str | None,
    region: Region,
    refused_path: Path | None,
    is_strict: bool,
    as_json: bool,
    output: Path | None,
) -> None:
    """Find the periods of each number in each handset: SIM swaps, new handsets, and what is used in turns.

    \b
      numguard changes airtel.csv jio.csv --changed -o swaps.csv
      numguard changes calls.parquet --by imei14
    """
    import pyarrow.compute

    from numguard.sightings import changes as find

    account.check_files(sources, {"--output": output, "--refused": refused_path})
    if as_json and output is None:
        raise ArgumentError("--json prints the summary to stdout: name a file for the rows with --output")
    named = {"msisdn": msisdn, "imei": imei, "at": at}
    sightings, columns, cdr = open_sightings(sources, named, is_strict=is_strict)
    found = find(
        sightings,
        by=by,
        gap_days=gap_days,
        region=region,
        strict=is_strict,
        list_refused=refused_path is not None,
        **columns,
    )
    table = found.table
    compute: Any = pyarrow.compute  # its stubs know no plain Python values
    followed = table["followed"].is_valid()
    if changed:
        table = table.filter(compute.is_in(table[by], value_set=compute.unique(table[by].filter(followed))))
    options.write_table(table, output)
    readers = [] if cdr is None else [cdr]
    rows = account.with_reports(found.account, readers)
    account.write_with_reports(found.refused_rows, readers, refused_path)
    said = {"periods": len(found), "followed": compute.sum(followed).as_py() or 0}
    if as_json:
        options.say_json(said | rows)
        return
    options.say(f"{options.count(said['periods'], 'period')}, {said['followed']:,} of them followed another")
    account.say(rows)
