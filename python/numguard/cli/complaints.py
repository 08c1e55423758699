"""`numguard complaints add`: complaint sheets into the case registry."""

from __future__ import annotations

from pathlib import Path

import click

from numguard.cli import options
from numguard.errors import ArgumentError

__all__ = ["complaints"]


@click.group()
def complaints() -> None:
    """Take complaints in.

    \b
      numguard complaints add complaints.csv --registry cases.db --by "HC 1234"
    """


@complaints.command()
@click.argument("source")
@options.registry
@options.by
@click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="A column of the sheet and the field it holds; may be given again.",
)
@click.option("--name", help="What to call the sheet in the registry; its path by default.")
@click.option("--dry-run", is_flag=True, help="Say what would be taken in, and change nothing.")
@click.option(
    "--refused",
    "refused_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write refused cells, with file, row, column and why, to this file.",
)
@options.as_json
def add(
    source: str,
    registry_path: str,
    by: str,
    mapped: tuple[str, ...],
    name: str | None,
    dry_run: bool,
    refused_path: Path | None,
    as_json: bool,
) -> None:
    """Add the complaints of SOURCE (a CSV or Parquet file). The same file twice changes nothing.

    \b
      numguard complaints add complaints.csv --registry cases.db --by "HC 1234" --refused refused.csv
      numguard complaints add sheet.csv --map "Suspect No=suspect_mobiles" --dry-run
    """
    from numguard.registry import Registry

    with Registry(registry_path, by=by) as registry:
        intake = registry.add_complaints(source, mapping=_mapping(mapped), name=name, dry_run=dry_run)
    if refused_path is not None:
        options.write_table(intake.refusals, refused_path)
    counts = {field: getattr(intake, field) for field in ("id", "added", "updated", "repeated", "refused", "sha256")}
    if as_json:
        options.say_json(counts | {"refused_cells": intake.refusals.num_rows, "dry_run": dry_run})
        return
    would = "would be " if dry_run else ""
    options.say(
        f"{source}: {intake.added:,} complaints {would}added, {intake.updated:,} updated, "
        f"{intake.repeated:,} repeated, {intake.refused:,} refused; "
        f"{options.count(intake.refusals.num_rows, 'cell')} refused"
    )
    if intake.refusals.num_rows:
        options.say(f"why: {options.notes_said(options.counted(intake.refusals['note']))}")


def _mapping(mapped: tuple[str, ...]) -> dict[str, str] | None:
    """`COLUMN=FIELD` options as a mapping of column to field: a field may be in several columns."""
    found: dict[str, str] = {}
    for pair in mapped:
        column, equals, name = pair.rpartition("=")
        if not equals or not column or not name:
            raise ArgumentError("--map: takes COLUMN=FIELD, such as 'Suspect No=suspect_mobiles'")
        found[column] = name
    return found or None
