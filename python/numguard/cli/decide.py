"""`numguard decide`: what an officer decides of numbers."""

from __future__ import annotations

from pathlib import Path

import click

from numguard.cli import account, options

__all__ = ["decide"]

STATUSES = ("confirmed", "withdrawn", "protected", "unprotected", "reverified", "reactivated", "accepted", "dismissed")


@click.command()
@click.argument("status", type=click.Choice(STATUSES))
@options.registry
@options.by
@click.option("--numbers", required=True, type=click.Path(), help="The list of numbers decided on.")
@click.option("--list-column", help="The column of the list that holds them, where its name does not tell.")
@account.refused
@account.strict
@options.as_json
@click.option("--reason", required=True, help="Why; it stands in the history of every number.")
def decide(
    status: str,
    registry_path: str,
    by: str,
    numbers: str,
    list_column: str | None,
    refused_path: Path | None,
    is_strict: bool,
    as_json: bool,
    reason: str,
) -> None:
    """Record a decision on every number of a list: confirm, withdraw, protect, accept ...

    Numbers come from a file, never from the command line, which other users of the machine can read.

    \b
      numguard decide confirmed --numbers checked.csv --reason "re-verification failed" --registry cases.db --by "SI 77"
      numguard decide protected --numbers banks.csv --reason "customer care lines" --registry cases.db --by "SI 77"
    """
    from numguard.number_list import read_numbers
    from numguard.registry import Registry

    account.check_files([numbers, registry_path], {"--refused": refused_path})
    listed = read_numbers(numbers, column=list_column, strict=is_strict)
    options.write_refused(listed.refused, refused_path)
    with Registry(options.existing_registry(registry_path), by=by) as registry:
        event = registry.decide(listed.keys, status, reason)
    if as_json:
        options.say_json({"status": status, "numbers": len(listed.keys), "event": event, **listed.account})
        return
    left_out = listed.account["refused_rows"]
    said = f"; left out: {options.notes_said(left_out)}" if left_out else ""
    options.say(f"{status}: {options.count(len(listed.keys), 'number')}{said}")
    account.say({"not_data": listed.account["not_data"]}, numbers)
