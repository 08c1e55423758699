"""`numguard cdr read`: operator files into canonical sightings."""

from __future__ import annotations

from pathlib import Path

import click

from numguard.cli import account, options
from numguard.cli.verb import Verbs
from numguard.errors import ArgumentError


@click.group(cls=Verbs)
def cdr() -> None:
    """Read operators' call records.

    \b
      numguard cdr read airtel.csv jio.csv -o sightings.parquet
    """


@cdr.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE...")
@click.option("--layout", help="The operator's layout; by default recognised by the header.")
@click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="COLUMN=ROLE",
    help="A column of a layout of your own and its role; may be given again.",
)
@account.of_rows
@options.output
def read(
    paths: tuple[str, ...],
    layout: str | None,
    mapped: tuple[str, ...],
    refused_path: Path | None,
    is_strict: bool,
    as_json: bool,
    output: Path | None,
) -> None:
    """Turn operators' FILEs into one table of sightings.

    It has the served number, IMEI, IMSI, other party, time, direction and place.

    Layouts are airtel, airtel-ipdr, airtel-gprs, jio, bsnl, vi, vi-gprs, vi-ipdr, dot, dot-ipdr and generic. Roles of a
    layout of your own are served and other, or calling, called and call_type; imei, imsi, duration, lrn, forwarding;
    date and time, or at for both, and zone; first_cell, last_cell, place; coordinates, or latitude and longitude, or
    site.

    \b
      numguard cdr read airtel.csv -o sightings.parquet --refused refused.csv
      numguard cdr read "cdr/*.csv" > sightings.csv
      numguard cdr read export.csv --map Subscriber=served --map Device=imei --map Day=date -o sightings.parquet
    """
    from numguard.cdr import read_cdr
    from numguard.files import placed_together

    if mapped and layout is not None:
        raise ArgumentError("--map: names the columns of a layout of your own; leave --layout out")
    account.check_files([], {"--output": output, "--refused": refused_path}, sources=paths)
    options.check_json(as_json, output)
    records = read_cdr(list(paths) if len(paths) > 1 else paths[0], layout=_roles(mapped) or layout, strict=is_strict)
    with placed_together():
        options.write_table(records.reader(), output)
        options.write_refused(records.refused.rename_columns(["file", "row", "column", "note"]), refused_path)
    if as_json:
        options.say_json(records.summary.account)
        return
    for file in records.summary.files:
        for line in file.lines():
            options.say(line)
    account.say({"not_data": records.summary.skipped})


def _roles(mapped: tuple[str, ...]) -> dict[str, str]:
    """The column of each role."""
    roles: dict[str, str] = {}
    for pair in mapped:
        column, equals, role = pair.rpartition("=")
        if not equals or not column or role in roles:
            raise ArgumentError('--map: takes COLUMN=ROLE, such as "Device=imei", each role once')
        roles[role] = column
    return roles
