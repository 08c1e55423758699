"""`numguard outcomes`: what operators did with the numbers of a list, into the case registry."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from numguard.cli import account, options
from numguard.cli.verb import Verb
from numguard.source.strict import notes_text

if TYPE_CHECKING:
    from numguard.registry import Intake


_VALUES = '--map-value: takes WORD=STATUS, such as "Line closed=blocked"'
_REMEDY = (
    'say what a word means with --map-value "WORD=STATUS": blocked, rejected, reverified, reactivated, or '
    "other_operator, which is no outcome"
)


@click.command(cls=Verb)
@click.argument("source")
@options.registry
@options.by
@options.mapped
@click.option(
    "--map-value",
    "words",
    multiple=True,
    metavar="WORD=STATUS",
    help='What a word of the operator means, such as "Line closed=blocked"; may be given again.',
)
@options.sheet
@options.sheet_name
@account.of_cells
def outcomes(
    source: str,
    registry_path: str,
    by: str,
    mapped: tuple[str, ...],
    words: tuple[str, ...],
    sheet: str | None,
    name: str | None,
    refused_path: Path | None,
    is_strict: bool,
    as_json: bool,
) -> None:
    """Record the answers of operators to a list.

    The columns of SOURCE are msisdn, status (blocked, rejected, reverified or reactivated), happened_at and reason.
    Barred, Disconnected, re-verified, Not blocked and such are known; --map-value adds others. Refused are numbers that
    the registry does not have, other statuses, rows that contradict each other, and answers that the number is another
    operator's (Not our subscriber, Ported out): it stays on the list. The same file twice changes nothing. Numbers that
    are reported as blocked, but are protected, released or were never sent, are recorded and counted.

    \b
      numguard outcomes answers.csv --registry cases.db --by "HC 1234" --refused refused.csv
      numguard outcomes answers.csv --map "Action taken=status" --map "Mobile=msisdn"
    """
    account.check_files([registry_path], {"--refused": refused_path}, sources=[source])
    with options.open_registry(registry_path, by) as registry:
        how: dict[str, Any] = {"mapping": options.mapping(mapped), "values": options.parted(words, _VALUES)}
        intake = registry.record_outcomes(source, **how, name=name, sheet=sheet, strict=is_strict)
    summary = partial(_report, intake, source, as_json=as_json)
    with options.about_recorded(f"intake {intake.id}", summary):
        options.write_refused(intake.refusals, refused_path)
    summary()


def _report(intake: Intake, source: str, *, as_json: bool) -> None:
    """What was recorded, and what was not."""
    counts = {field: getattr(intake, field) for field in ("id", "added", "repeated", "refused", "sha256")}
    unrequested = options.counted(intake.unrequested["why"])
    if as_json:
        counts |= {"unrequested": unrequested, "passed_over": intake.passed_over, "warnings": intake.warnings}
        counts["unread"] = intake.unread
        counts |= intake.account | {"refused_cells": intake.refusals.num_rows}
        options.say_json(counts | account.refusals_as_json(intake.refusals, "unknown_status"))
        return
    options.say(
        f"{source}: {options.count(intake.added, 'outcome')} recorded, {intake.repeated:,} known, "
        f"{intake.refused:,} refused"
    )
    options.say_why(intake.refusals)
    account.say_unknown(intake.refusals, "unknown_status", _REMEDY)
    if unrequested:
        numbers = options.count(intake.unrequested.num_rows, "number")
        first = intake.unrequested["row"][0].as_py()
        options.say(
            f"{numbers} reported as blocked without a request, the first in row {first}: "
            f"{notes_text(unrequested)}; see numguard history"
        )
    account.say({name: getattr(intake, name) for name in ("not_data", "warnings", "passed_over")})
    account.say_unread(intake.unread)
