"""`numguard decide`: what an officer decides of numbers."""

from __future__ import annotations

from pathlib import Path

import click

from numguard.cli import account, options
from numguard.errors import InputError

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

    A cell that is no number stops the call. Numbers come from a file, never from the command line, which other users of
    the machine can read.

    \b
      numguard decide confirmed --numbers checked.csv --reason "re-verification failed" --registry cases.db --by "SI 77"
      numguard decide protected --numbers banks.csv --reason "customer care lines" --registry cases.db --by "SI 77"
    """
    from numguard import _core
    from numguard.number_list import read_numbers
    from numguard.registry import Registry

    account.check_files([numbers, registry_path], {"--refused": refused_path})
    listed = read_numbers(numbers, column=list_column, strict=is_strict)
    options.write_refused(listed.refused, refused_path)
    left_out = listed.account["refused_rows"]
    # A line that is broken is said; a cell that is no number may be a slip in the number that was meant.
    bad = {note: rows for note, rows in left_out.items() if note in _core.closed_lists()["note"]}
    if bad:
        raise InputError(
            f"{numbers}: {options.count(sum(bad.values()), 'cell')} without a number that can be decided on "
            f"({options.notes_said(bad)}); nothing was recorded; mend or remove them (--refused FILE names each)"
        )
    with Registry(options.existing_registry(registry_path), by=by) as registry:
        unheard = len(listed.keys - registry.known(listed.keys))
        event = registry.decide(listed.keys, status, reason)
    if as_json:
        told = {"status": status, "numbers": len(listed.keys), "never_named": unheard, "event": event}
        options.say_json(told | listed.account)
        return
    said = f"; left out: {options.notes_said(left_out)}" if left_out else ""
    options.say(f"{status}: {options.count(len(listed.keys), 'number')}{said}")
    if unheard:
        what = "nothing had ever named it" if unheard == 1 else "nothing had ever named them"
        waits = "; until somebody accepts it, it waits: see numguard review" if status == "confirmed" else ""
        options.say(f"{unheard:,} of them: {what}{waits}")
    account.say_around(listed, numbers)
