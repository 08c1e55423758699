"""`numguard complaints add`: complaint sheets into the case registry."""

from __future__ import annotations

from pathlib import Path

import click

from numguard.cli import options

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
@options.mapped
@click.option("--name", help="What to call the sheet in the registry; its path by default.")
@click.option("--dry-run", is_flag=True, help="Say what would be taken in, and change nothing.")
@options.refused
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
        intake = registry.add_complaints(source, mapping=options.mapping(mapped), name=name, dry_run=dry_run)
    options.write_refused(intake.refusals, refused_path)
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
    options.say_why(intake.refusals)
