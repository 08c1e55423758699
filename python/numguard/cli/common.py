"""`numguard common`: numbers or handsets in several files, such as tower dumps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import click
import pyarrow as pa

from numguard.cli import account, options
from numguard.cli.expand import OF_BOTH, open_sightings
from numguard.cli.verb import Verb
from numguard.compute import pc, replaced
from numguard.errors import ArgumentError
from numguard.source import files_of, is_local
from numguard.types import Region


@click.command(cls=Verb)
@click.argument("sources", nargs=-1, required=True, metavar="FILE...")
@click.option("--at-least", type=click.IntRange(1), default=2, show_default=True, help="In how many of the files.")
@click.option("--by", type=click.Choice(["msisdn", "imei14"]), default="msisdn", help="Numbers [default] or handsets.")
@options.sighting_columns
@click.option("--proof", type=options.FILE, help="Write the rows of what is found: file, row, time.")
@options.tac
@options.region
@account.of_rows
@options.output_or_page
def common(
    sources: tuple[str, ...],
    at_least: int,
    by: Literal["msisdn", "imei14"],
    named: dict[str, str | None],
    proof: Path | None,
    tac_path: str | None,
    region: Region,
    refused_path: Path | None,
    is_strict: bool,
    as_json: bool,
    output: Path | None,
) -> None:
    """Find the numbers, or handsets, that are in several FILEs.

    A FILE is an operator's file as it came (a dump of a tower, call records), or a table; a folder or pattern stands
    for its files, each by itself.

    \b
      numguard common tower1.csv tower2.csv tower3.csv --at-least 3 -o everywhere.csv --proof rows.csv
      numguard common "dumps/*.parquet" --by imei14 --tac tacs.csv
      numguard common "dumps/*.csv" --at-least 3 -o everywhere.html
    """
    from numguard.files import Style, placed_together, write_rows
    from numguard.sightings import common as find

    writes = {"--output": output, "--proof": proof, "--refused": refused_path}
    # The function names copies itself: here each file counts once, and no row of it twice.
    account.check_files([tac_path], writes, sources=sources, pages=["--output"], names_copies=False)
    page = options.page_to_draw(output)
    options.check_json(as_json, output)
    if tac_path is not None and (by != "imei14" or page is not None):
        raise ArgumentError("--tac: goes with --by imei14, and with a table")
    lists_read = account.Lists(is_strict=is_strict)
    tac = lists_read.tacs(tac_path)
    paths = [str(file) for one in sources for file in (files_of(one) if is_local(one) else [one])]
    opened, columns = _opened(paths, named, is_strict=is_strict)
    found = find(
        opened,
        at_least=at_least,
        by=by,
        region=region,
        strict=is_strict,
        list_refused=refused_path is not None,
        **columns,
    )
    with placed_together():
        if page is not None:
            from numguard.report.common import write_common

            write_common(found, page, files=account.files_read(paths))
        else:
            # CSV has no lists.
            table = replaced(found.table, names=pc.binary_join(found.table["names"].cast(pa.list_(pa.string())), "; "))
            table = table.rename_columns([by, *table.column_names[1:]])
            options.write_table(table if tac is None else tac.join(table), output, region=region)
        if proof is not None:
            rows_of = found.proof.rename_columns([by, *found.proof.column_names[1:]])
            write_rows(proof, rows_of.schema, rows_of.to_batches(), Style(region=region), private=True)
        account.write_with_lists(found.refused_rows, refused_path, lists_read)
    if page is not None:
        options.say(f"{page}: written; numbers are shown in full")
    if as_json:
        counts = {"found": len(found), "sources": found.sources, "at_least": at_least}
        options.say_json(counts | found.account | lists_read.summary())
        return
    what = options.count(len(found), "number" if by == "msisdn" else "handset")
    verb = "stands" if len(found) == 1 else "stand"
    options.say(f"{what} {verb} in at least {at_least} of {options.count(len(paths), 'file')}")
    account.say(found.account)


def _opened(
    paths: Sequence[str], named: dict[str, str | None], *, is_strict: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The sightings of each file, and the names of the columns of tables."""
    opened: dict[str, Any] = {}
    columns: dict[str, Any] = {}
    has_reports = False
    for path in paths:
        opened[path], found_columns, is_report = open_sightings((path,), named, is_strict=is_strict)
        columns |= found_columns
        has_reports |= is_report
    if has_reports and columns:
        raise ArgumentError(OF_BOTH)
    return opened, columns
