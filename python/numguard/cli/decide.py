"""`numguard decide`: what an officer decides of numbers."""

from __future__ import annotations

import click

from numguard.cli import options

__all__ = ["decide"]

STATUSES = ("confirmed", "withdrawn", "protected", "unprotected", "reverified", "reactivated", "accepted", "dismissed")


@click.command()
@click.argument("status", type=click.Choice(STATUSES))
@options.registry
@options.by
@click.option("--numbers", required=True, type=click.Path(), help="The list of numbers decided on.")
@click.option("--list-column", help="The column of the list that holds them, where its name does not tell.")
@click.option("--reason", required=True, help="Why; it stands in the history of every number.")
def decide(status: str, registry_path: str, by: str, numbers: str, list_column: str | None, reason: str) -> None:
    """Record a decision on every number of a list: confirm, withdraw, protect, accept ...

    Numbers come from a file, never from the command line, which other users of the machine can read.

    \b
      numguard decide confirmed --numbers checked.csv --reason "re-verification failed" --registry cases.db --by "SI 77"
      numguard decide protected --numbers banks.csv --reason "customer care lines" --registry cases.db --by "SI 77"
    """
    from numguard.number_list import open_numbers
    from numguard.registry import Registry

    decided = open_numbers(numbers, column=list_column)
    with Registry(options.existing_registry(registry_path), by=by) as registry:
        registry.decide(decided, status, reason)
    left_out = f"; left out: {options.notes_said(decided.refused)}" if decided.refused else ""
    options.say(f"{status}: {options.count(len(decided), 'number')}{left_out}")
