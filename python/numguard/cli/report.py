"""`numguard report`: the page to be forwarded, and the action-taken report as a table."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from numguard.cli import account, options
from numguard.cli.verb import Verb
from numguard.errors import ArgumentError
from numguard.report import TITLE


@click.command(cls=Verb)
@click.argument("page", type=options.FILE, required=False)
@options.registry
@click.option(
    "--atr",
    type=options.FILE,
    help="Write the action-taken report as a table: .csv, .xlsx, .parquet, .arrow or .jsonl.",
)
@click.option("--by-day", type=options.FILE, help="Write the complaints of each day, district and source as a table.")
@options.as_of_day("The case as it was at the end of that day; now by default.")
@click.option("--title", default=TITLE, show_default=True, help="The heading of the page.")
@options.tac
@account.refused
@account.strict
@click.option("--full-numbers", is_flag=True, help="Show numbers and handsets in full on the page.")
def report(
    page: Path | None,
    registry_path: str,
    atr: Path | None,
    by_day: Path | None,
    as_of: date | None,
    title: str,
    tac_path: str | None,
    refused_path: Path | None,
    is_strict: bool,
    full_numbers: bool,
) -> None:
    """Write a report of the case, to print and forward.

    PAGE is one HTML file; options write its figures as tables. Reported numbers and those that were only linked are
    counted apart. The page holds no script, fetches nothing, and masks numbers and handsets. Writing it changes nothing
    in the registry.

    \b
      numguard report case.html --registry cases.db
      numguard report case.html --registry cases.db --tac tacs.csv
      numguard report --atr action.xlsx --by-day days.csv --registry cases.db --as-of 2026-09-30
    """
    from numguard.files import placed_together
    from numguard.files.outgoing import write_private

    if page is None and atr is None and by_day is None:
        raise ArgumentError("report: name a PAGE to write, --atr or --by-day")
    if refused_path is not None and tac_path is None:
        raise ArgumentError("--refused: lists rows of the table of --tac")
    account.check_files(
        [tac_path, registry_path], {"PAGE": page, "--atr": atr, "--by-day": by_day, "--refused": refused_path}
    )
    lists_read = account.Lists(is_strict=is_strict)
    tac = lists_read.tacs(tac_path)
    written = []
    with options.open_registry(registry_path) as registry, placed_together():
        options.write_refused(lists_read.refused, refused_path)
        if atr is not None:
            table = registry.action_taken(as_of=as_of)
            write_private(table, atr)
            written.append(f"{atr}: {options.count(len(table), 'row')}")
        if by_day is not None:
            table = registry.complaints_by_day(as_of=as_of)
            write_private(table, by_day)
            written.append(f"{by_day}: {options.count(len(table), 'row')}")
        if page is not None:
            registry.report(page, title=title, as_of=as_of, full_numbers=full_numbers, tac=tac)
            written.append(f"{page}: written" + ("" if full_numbers else "; numbers are masked"))
    for line in written:
        options.say(line)
