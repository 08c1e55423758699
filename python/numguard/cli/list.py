"""`numguard list`: the block list as it is, or as it was on a day, without a record of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from numguard.cli import account, options
from numguard.cli.verb import Verb


@click.command("list", cls=Verb)
@options.registry
@options.as_of
@click.option("--district", help="Only the numbers of this district.")
@options.output
def listed(registry_path: str, as_of: date | None, district: str | None, output: Path | None) -> None:
    """Show the block list, now or as it was at the end of a day. Nothing is recorded, and nothing is sent.

    \b
      numguard list --registry cases.db
      numguard list --as-of 2026-09-30 --registry cases.db --output then.csv
    """
    account.check_files([registry_path], {"--output": output})
    with options.open_registry(registry_path) as registry:
        listed = registry.block_list(as_of=as_of, district=district)
    options.write_or_show(listed.to_table(), output)
    options.say_unlisted(listed)
