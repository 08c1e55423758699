"""`numguard changes`: the periods of numbers in handsets."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click
import pyarrow as pa

from numguard.cli import account, options
from numguard.cli.expand import open_sightings
from numguard.cli.verb import Verb
from numguard.compute import pc
from numguard.errors import ArgumentError
from numguard.types import Region


@click.command(cls=Verb)
@click.argument("sources", nargs=-1, required=True, metavar="SIGHTINGS...")
@click.option(
    "--by",
    type=click.Choice(["msisdn", "imei14"]),
    default="msisdn",
    help="Handsets of each number [default], or numbers of each handset.",
)
@click.option(
    "--gap-days",
    type=click.IntRange(0, 100_000),
    default=1,
    show_default=True,
    help="A pause of so many days ends no period.",
)
@click.option("--changed", is_flag=True, help="Only of numbers (or handsets) that had more than one period.")
@click.option("--numbers", type=click.Path(), help="Only of the numbers in this list.")
@click.option("--imeis", type=click.Path(), help="With --by imei14: only of the handsets in this list.")
@options.sighting_columns
@options.tac
@options.region
@account.of_rows
@options.output_or_page
def changes(
    sources: tuple[str, ...],
    by: Literal["msisdn", "imei14"],
    gap_days: int,
    changed: bool,
    numbers: str | None,
    imeis: str | None,
    named: dict[str, str | None],
    tac_path: str | None,
    region: Region,
    refused_path: Path | None,
    is_strict: bool,
    as_json: bool,
    output: Path | None,
) -> None:
    """Find the periods of each number in each handset.

    They show SIM swaps, new handsets, and what is used in turns.

    \b
      numguard changes airtel.csv jio.csv --changed -o swaps.csv
      numguard changes calls.parquet --by imei14
      numguard changes airtel.csv jio.csv --numbers suspects.csv -o timelines.html
    """
    from numguard.files import placed_together
    from numguard.sightings import changes as find

    writes = {"--output": output, "--refused": refused_path}
    account.check_files([numbers, imeis, tac_path], writes, sources=sources, pages=["--output"])
    page = options.page_to_draw(output)
    options.check_json(as_json, output)
    lists_read = account.Lists(is_strict=is_strict)
    tac = lists_read.tacs(tac_path)
    keys = _keys(lists_read, numbers, imeis, by, region)
    sightings, columns, _ = open_sightings(sources, named, is_strict=is_strict)
    found = find(
        sightings,
        by=by,
        gap_days=gap_days,
        region=region,
        strict=is_strict,
        list_refused=refused_path is not None,
        **columns,
    )
    table, counts = _chosen(found.table, by, keys, changed=changed)
    with placed_together():
        if page is not None:
            from numguard.report.changes import write_changes

            shown = pc.unique(table[by]) if changed else keys
            write_changes(found, page, keys=shown, files=account.files_read(sources), tac=tac)
        else:
            # A number followed another one, and a handset another handset.
            kind = {"numbers" if by == "imei14" else "imeis": ["followed"]}
            options.write_table(table if tac is None else tac.join(table), output, region=region, **kind)
        account.write_with_lists(found.refused_rows, refused_path, lists_read)
    if page is not None:
        options.say(f"{page}: written; numbers are shown in full")
    if as_json:
        options.say_json(counts | found.account | lists_read.summary())
        return
    options.say(f"{options.count(counts['periods'], 'period')}, {counts['followed']:,} of them followed another")
    if len(table) < counts["periods"]:
        options.say(f"of keys with a change: {options.count(len(table), 'period')}")
    if counts.get("unseen"):
        what = "handsets" if by == "imei14" else "numbers"
        options.say(f"listed {what} not found in these records: {counts['unseen']:,}")
    account.say(found.account)


def _chosen(table: pa.Table, by: str, keys: Any, *, changed: bool) -> tuple[pa.Table, dict[str, int]]:
    """The periods of the keys to keep to, and their counts."""
    if keys is not None:
        table = table.filter(pc.is_in(table[by], value_set=keys))
    counts = {"periods": len(table), "followed": len(table) - table["followed"].null_count}
    if keys is not None:
        counts["unseen"] = len(keys) - len(pc.unique(table[by]))
    if changed:
        followed = table["followed"].is_valid()
        table = table.filter(pc.is_in(table[by], value_set=pc.unique(table[by].filter(followed))))
        counts["periods_of_changed"] = len(table)
    return table, counts


def _keys(lists_read: account.Lists, numbers: str | None, imeis: str | None, by: str, region: Region) -> Any:
    """The keys of the list to keep to, uint64; None for all."""
    if numbers is not None and imeis is None and by == "msisdn":
        return lists_read.numbers(numbers, region, actions=None).to_array()
    if imeis is not None and numbers is None and by == "imei14":
        return lists_read.imeis(imeis).to_array()
    if numbers is not None or imeis is not None:
        raise ArgumentError("--numbers: goes with --by msisdn, --imeis with --by imei14")
    return None
