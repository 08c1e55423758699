"""`numguard decide`: an officer's decisions on numbers."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from numguard.cli import account, options
from numguard.cli.verb import Verb
from numguard.errors import InputError
from numguard.registry.log.inputs import local_files, unchanged
from numguard.registry.numbers.state import DECISIONS, Decision, Status
from numguard.source.strict import notes_text

if TYPE_CHECKING:
    from numguard._core import NumberSet
    from numguard.number_list import NumberList


#: Decisions that take numbers off a list or keep them off: every row counts, whatever its action.
_OFF: tuple[Decision, ...] = ("withdrawn", "protected", "reverified", "reactivated", "dismissed")
#: The statuses of numbers of which a receiver was asked for a block, or reported one.
_BLOCKED: tuple[Status, ...] = ("requested", "blocked")
#: The statuses of numbers on no list that a confirmation is most likely to be wrong about: another desk settled them.
_DECIDED: tuple[Status, ...] = ("protected", "withdrawn", "rejected", "reverified", "reactivated")


@click.command(cls=Verb)
@click.argument("status", metavar="DECISION", type=click.Choice(DECISIONS))
@options.registry
@options.by
@click.option("--numbers", required=True, type=click.Path(), help="The list of numbers decided on.")
@options.list_column
@options.yes
@account.of_rows
@click.option("--reason", required=True, help="Why; it is in the history of every number.")
def decide(
    status: Decision,
    registry_path: str,
    by: str,
    numbers: str,
    list_column: str | None,
    yes: tuple[str, ...],
    refused_path: Path | None,
    is_strict: bool,
    as_json: bool,
    reason: str,
) -> None:
    """Record a decision on every number of a list.

    \b
      confirmed      to be blocked, also if it was only linked so far
      withdrawn      off the list; the next change asks to release it
      protected      never listed or linked; unprotected ends that
      reverified     its holder was verified: off the list; a block is not lifted by that
      reactivated    in use again: off the list; the next change asks to release it
      accepted       waits (numguard review): counts as if written plainly
      dismissed      waits: does not count

    A later decision replaces an earlier one; protected is ended only by unprotected. A cell that is no number stops the
    call. Of a list with a column `action` only the rows to block are confirmed, accepted or unprotected; every row
    of it is withdrawn, protected, reverified, reactivated or dismissed. If the rows of a file do not all have the same
    answer in a column of decisions or results, or all have one against the decision, or a remark says the opposite of
    it, nothing is recorded, and the error names the rows.

    Numbers come from a file, never from the command line, which other users of the machine can read.

    \b
      numguard decide confirmed --numbers checked.csv --reason "re-verification failed" --registry cases.db --by "SI 77"
      numguard decide protected --numbers banks.csv --reason "customer care lines" --registry cases.db --by "SI 77"
    """
    account.check_files([numbers, registry_path], {"--refused": refused_path})
    with ExitStack() as reading:
        # Its SHA-256 is recorded: the file must be the one that was read.
        reading.enter_context(unchanged(lambda: local_files(numbers)))
        listed = _listed(status, numbers, list_column, refused_path, yes, is_strict=is_strict)
        with options.open_registry(registry_path, by) as registry:
            unknown = listed.keys - registry.known(listed.keys)
            others = _DECIDED if status == "confirmed" else ()
            counts: dict[str, int] = {word: len(registry.numbers(word, among=listed.keys)) for word in others}
            before = {word: count for word, count in counts.items() if count}
            blocked = len(registry.numbers(_BLOCKED, among=listed.keys)) if status == "reverified" else 0
            guarded = registry.numbers("protected", among=listed.keys) if status == "unprotected" else listed.keys
            reading.close()
            event = registry.decide(listed.keys.to_array(), status, reason, file=numbers)
            # Of one that was decided on before, and never named, the decision is a record: it waits all the same.
            waiting = registry.numbers("review", among=listed.keys) if status == "confirmed" else unknown
            protected = len(registry.numbers("protected", among=unknown)) if status == "confirmed" else 0
    never_named, never_guarded = len(unknown | waiting), len(listed.keys - guarded)
    if as_json:
        summary = {"status": status, "numbers": len(listed.keys), "never_named": never_named, "event": event}
        more = ({"before": before} if before else {}) | ({"blocked": blocked} if blocked else {})
        more |= {"not_protected": never_guarded} if never_guarded else {}
        options.say_json(summary | more | listed.account)
        return
    left_out = listed.account["refused_rows"]
    without = f"; left out: {notes_text(left_out)}" if left_out else ""
    options.say(f"{status}: {options.count(len(listed.keys), 'number')}{without}")
    waits = "; it waits until it is accepted: see numguard review" if status == "confirmed" else ""
    stays = "; protected as toll-free, a service's or a placeholder: on no list until decide unprotected ends that"
    for found, then in ((never_named - protected, waits), (protected, stays)):
        if found:
            what = "no record names it" if found == 1 else "no record names them"
            options.say(f"{found:,} of them: {what}{then}")
    if before:
        stay = "; those that are protected stay so" if "protected" in before else ""
        options.say(
            f"{sum(before.values()):,} of them: another decision or answer was on record "
            f"({notes_text(before)}){stay}; see numguard history"
        )
    if blocked:
        options.say(
            f"{blocked:,} of them: a block was requested, and no change asks to lift it; if it is to be lifted, decide "
            "reactivated"
        )
    if status == "unprotected":
        _say_unprotected(never_guarded)
    account.say_around(listed, numbers)


def _say_unprotected(never_guarded: int) -> None:
    """Says what the decision means from now on, which shows in no list of today."""
    if never_guarded:
        options.say(f"{never_guarded:,} of them: not protected before, and the decision is recorded all the same")
    options.say(
        "from now on no complaint protects these numbers, also where the complainant has one of them as his own; "
        "numguard decide protected ends that"
    )


def _listed(
    status: Decision,
    numbers: str,
    list_column: str | None,
    refused_path: Path | None,
    yes: tuple[str, ...],
    *,
    is_strict: bool,
) -> NumberList[NumberSet]:
    """The numbers of the list that are decided on."""
    from numguard import _core
    from numguard.number_list import read_decided

    actions = None if status in _OFF else ("block",)
    listed = read_decided(numbers, status, column=list_column, actions=actions, strict=is_strict, yes=yes)
    options.write_refused(listed.refused, refused_path)
    left_out = listed.account["refused_rows"]
    # A broken line is reported; a cell that is no number may be a mistyped number.
    bad = {note: rows for note, rows in left_out.items() if note in _core.closed_lists()["note"]}
    if bad:
        raise InputError(
            f"{numbers}: {options.count(sum(bad.values()), 'cell')} without a number that can be decided on "
            f"({notes_text(bad)}); nothing was recorded; correct or remove them (--refused FILE names each)"
        )
    if not len(listed.keys):
        others = notes_text(listed.account["not_data"] | left_out)
        why = f"; left out: {others}" if others else ""
        raise InputError(f"{numbers}: no number to decide on{why}; nothing was recorded")
    return listed
