"""`numguard complaints add`: complaint sheets into the case registry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from numguard.cli import account, options
from numguard.cli.verb import Verbs
from numguard.compute import by_key, named, pc, tuples_of
from numguard.errors import ArgumentError, InputError
from numguard.files import placed_together
from numguard.registry.numbers.state import IN_FORCE
from numguard.registry.sheets.complaint_status import STATUS_UNCLEAR
from numguard.source.strict import notes_text

if TYPE_CHECKING:
    import pyarrow as pa

    from numguard.registry import Intake
    from numguard.registry.sheets.preview import Preview


_SET = "--set: takes FIELD=VALUE, each field once, such as source=1930"
_MOST_SHOWN = 20
_LONGEST = 60

_Row: TypeAlias = Mapping[str, Any]


@click.group(cls=Verbs)
def complaints() -> None:
    """Add files of complaints, show them, and withdraw one.

    \b
      numguard complaints add complaints.csv --registry cases.db --by "HC 1234"
    """


@complaints.command()
@click.argument("source")
@options.registry
@options.by
@options.mapped
@click.option(
    "--mapping", "mapping_path", type=options.FILE, help="A file of such pairs (.json or .toml); --map goes before it."
)
@click.option("--save-mapping", "save_path", type=options.FILE, help="Write what each column was read as to this file.")
@click.option(
    "--set",
    "constants",
    multiple=True,
    metavar="FIELD=VALUE",
    help="The value of a field where the sheet has none, such as source=1930; may be given again.",
)
@click.option(
    "--extract",
    multiple=True,
    metavar="COLUMN",
    help="Extract every number of this column of free text, to wait for a decision; may be given again.",
)
@options.sheet
@options.sheet_name
@click.option("--dry-run", is_flag=True, help="Show what would be read and refused, and change nothing.")
@click.option(
    "--ended",
    "ended_path",
    type=options.FILE,
    help="Write the numbers in force of complaints that have ended to this file, to be decided on.",
)
@account.of_cells
def add(
    source: str,
    registry_path: str,
    by: str,
    mapped: tuple[str, ...],
    mapping_path: Path | None,
    save_path: Path | None,
    constants: tuple[str, ...],
    extract: tuple[str, ...],
    sheet: str | None,
    name: str | None,
    dry_run: bool,
    ended_path: Path | None,
    refused_path: Path | None,
    is_strict: bool,
    as_json: bool,
) -> None:
    """Add the complaints of SOURCE. The same file twice changes nothing.

    SOURCE is CSV or other separated text, a workbook (.xlsx), JSON, JSON Lines, Parquet or Arrow; recognised by
    content. Columns are found by their headings in English and the languages of India; --map names the others. Fields:
    acknowledgement_no, source, district, police_station, category, incident_at, reported_at, suspect_mobiles,
    complainant_mobile, complaint_status, amount_lost, amount_held, amount_recovered. A complaint is identified by its
    source and number, so a sheet without a column of sources needs --set source=... A row whose status is withdrawn,
    rejected, false or such is refused; of a status that is on no list, such as closed, the numbers wait for a decision.

    \b
    Check first: which column is which field, ten cells of each, what would be refused and why, and which numbers an
    amended complaint would drop.
      numguard complaints add sheet.xlsx --registry cases.db --by "HC 1234" --dry-run
    Name what was not found, and save the mapping for next week's sheet.
      numguard complaints add sheet.xlsx --registry cases.db --by "HC 1234" \\
        --map "Fraud No=suspect_mobiles" --map "Mobile=ignore" --save-mapping desk.json
      numguard complaints add next.xlsx --registry cases.db --by "HC 1234" --mapping desk.json --refused refused.csv
    Numbers inside of free text, only on request; they wait for a decision (numguard review).
      numguard complaints add sheet.csv --registry cases.db --by "HC 1234" --set source=1930 --extract "Brief facts"
    """
    from numguard.files.outgoing import write_private
    from numguard.registry import Registry
    from numguard.registry.sheets.mapping import write_mapping

    writes = {"--ended": ended_path, "--refused": refused_path, "--save-mapping": save_path}
    account.check_files([registry_path, mapping_path], writes, sources=[source])
    mapping = _mapping(mapped, extract, mapping_path)
    with Registry(registry_path, by=by) as registry:
        intake = registry.add_complaints(
            source,
            mapping=mapping,
            constants=options.named_once(constants, _SET),
            name=name,
            sheet=sheet,
            dry_run=dry_run,
            strict=is_strict,
        )
        waiting = intake.waiting["msisdn"].unique()
        is_shown = len(waiting) and not dry_run and not as_json
        settled = len(waiting) - len(registry.numbers("review", among=waiting)) if is_shown else 0

    def summary(ended: Path | None = None) -> None:
        if as_json:
            options.say_json(_summary(intake, dry_run=dry_run))
        else:
            _report(intake, source, ended, dry_run=dry_run, settled=settled)

    about = nullcontext() if dry_run else options.about_recorded(f"intake {intake.id}", summary)
    with about, placed_together():
        options.write_refused(intake.refusals, refused_path)
        if ended_path is not None:
            # Its column `status` is no action of a list of numbers.
            write_private(intake.ended.select(["msisdn", "file", "row", "complaints"]), ended_path)
        if save_path is not None and intake.preview is not None:
            write_mapping(save_path, intake.preview.fields)
    summary(ended_path)
    if dry_run and is_strict and intake.refused:
        rows = options.count(intake.refused, "row")
        raise InputError(f"{source}: {rows} would be refused, and with --strict nothing would be added")


def _report(intake: Intake, source: str, ended_path: Path | None, *, dry_run: bool, settled: int) -> None:
    """What was added, or would be, and what was not."""
    if dry_run and intake.preview:
        _show(intake, intake.preview)
    would = "would be " if dry_run else ""
    options.say(
        f"{source}: {options.count(intake.added, 'complaint')} {would}added, {intake.updated:,} updated, "
        f"{intake.repeated:,} repeated, {intake.refused:,} refused; "
        f"{options.count(intake.refusals.num_rows, 'cell')} refused"
    )
    options.say_why(intake.refusals)
    if intake.text_removed.num_rows:
        numbers = options.count(intake.text_removed.num_rows, "number")
        options.say(f"text_removed: {numbers} read with words beside them")
    if intake.waiting.num_rows:
        waiting = len(intake.waiting["msisdn"].unique())
        wait = "would wait" if dry_run else "waits" if waiting == 1 else "wait"
        why = notes_text(options.counted_once(intake.waiting))
        others = f" but for {settled:,} protected, decided on or certain in another complaint" if settled else ""
        options.say(f"{options.count(waiting, 'number')} {wait} for a decision: {why}{others}; see numguard review")
    _say_ended(intake, ended_path)
    if intake.reactivated:
        them = "is named again; it stays" if intake.reactivated == 1 else "are named again; they stay"
        options.say(
            f"reactivated: {options.count(intake.reactivated, 'number')} {them} off the list until decided; "
            "see numguard decide confirmed"
        )
    if intake.dismissed:
        again = "are in force again" if intake.dismissed > 1 else "is in force again"
        options.say(
            f"dismissed: {options.count(intake.dismissed, 'number')} that had been dismissed "
            f"{'would be in force again' if dry_run else again}, as another complaint names "
            f"{'them' if intake.dismissed > 1 else 'it'}; look at each with numguard history"
        )
    if intake.reopened:
        had = "complaint that had ended stands" if intake.reopened == 1 else "complaints that had ended stand"
        options.say(f"reopened: {intake.reopened:,} {had} again by this file")
    _say_amended(intake, dry_run=dry_run)
    account.say({name: getattr(intake, name) for name in ("not_data", "warnings", "passed_over")})
    if not dry_run:
        account.say_unread(intake.unread)


def _say_ended(intake: Intake, written: Path | None) -> None:
    """Which numbers in force are of complaints that have ended, and what to run next."""
    if intake.ended_waiting:
        wait = "number waits" if intake.ended_waiting == 1 else "numbers wait"
        options.say(
            f"complaint_ended: {intake.ended_waiting:,} {wait} for a decision by complaints that have ended alone; "
            "see numguard review"
        )
    numbers = len(intake.ended["msisdn"].unique())
    if not numbers:
        return
    others = {row["msisdn"] for row in intake.ended.to_pylist() if row["complaints"] > 1}
    named_by = f", {len(others):,} of them named by other complaints too" if others else ""
    path = written or "FILE"
    write = "" if written else "--ended FILE writes them; "
    options.say(
        f"complaint_ended: {options.count(numbers, 'number')} in force that ended complaints name, the first in row "
        f"{intake.ended['row'][0].as_py()}{named_by}; what is recorded stays until decided: {write}look at each with "
        f"numguard history, then run numguard decide withdrawn --numbers {path} --reason TEXT"
    )


def _say_amended(intake: Intake, *, dry_run: bool) -> None:
    """What amendments drop, and complaints that may be one under two spellings."""
    would = "would be " if dry_run else ""
    by_status, dropped = _dropped(intake)
    if dropped.num_rows:
        numbers = options.count(len(dropped["msisdn"].unique()), "number")
        why = notes_text(options.counted(dropped["why"]))
        options.say(
            f"amendments: {numbers} {would}dropped or moved between suspect and complainant, "
            f"{_lost(dropped):,} of them no longer in force ({why}); see numguard review"
        )
    if lost := _lost(by_status):
        options.say(
            f"{STATUS_UNCLEAR}: {options.count(lost, 'number')} {would}no longer in force, by the status of a "
            "complaint that still names it; see numguard review"
        )
    if intake.alike.num_rows:
        complaints = options.count(len(intake.alike["row"].unique()), "complaint")
        options.say(
            f"{complaints} may be recorded under another spelling, and nothing is merged by guess: "
            f"{notes_text(options.counted(intake.alike['why']))}"
        )


def _dropped(intake: Intake) -> tuple[pa.Table, pa.Table]:
    """The numbers that leave the list by a status alone, and those that amendments drop or turn."""
    by_status = pc.equal(intake.dropped["why"], STATUS_UNCLEAR)
    return intake.dropped.filter(by_status), intake.dropped.filter(pc.invert(by_status))


def _lost(changed: pa.Table) -> int:
    """How many of the numbers are no longer in force."""
    # The status of a number is the same in all its rows.
    changes = set(tuples_of(changed, "msisdn", "was", "status"))
    return sum(was in IN_FORCE and status not in IN_FORCE for _, was, status in changes)


@complaints.command("list")
@options.registry
@options.output
def list_intakes(registry_path: str, output: Path | None) -> None:
    """Show added files and linkages, with their ids.

    With when, by whom, their counts, and which of them are withdrawn. `added` of a linkage are the linked numbers.

    \b
      numguard complaints list --registry cases.db
    """
    account.check_files([registry_path], {"--output": output})
    with options.open_registry(registry_path) as registry:
        intakes = registry.intakes()
    options.write_or_show(intakes, output)


@complaints.command()
@click.argument("intake", type=click.IntRange(1))
@options.registry
@options.by
@click.option("--reason", help="Why; it is in the history of every number. Required without --dry-run.")
@click.option("--dry-run", is_flag=True, help="Show which numbers it removes from which lists, and change nothing.")
@options.output
def withdraw(intake: int, registry_path: str, by: str, reason: str | None, dry_run: bool, output: Path | None) -> None:
    """Withdraw a file of complaints or of outcomes, or a linkage.

    INTAKE is the id of the file or linkage: `numguard complaints list` shows the ids. What the file amended counts
    again. The file, and who withdrew it, stay on record.

    \b
    Check first: each number whose status would change, and the receivers of its lists.
      numguard complaints withdraw 3 --registry cases.db --by "HC 1234" --dry-run
      numguard complaints withdraw 3 --reason "a sheet of another state" --registry cases.db --by "HC 1234"
    """
    if output is not None and not dry_run:
        raise ArgumentError("--output: is for the numbers that --dry-run shows")
    if not dry_run and reason is None:
        raise ArgumentError("--reason: give the reason; it is in the history of every number")
    account.check_files([registry_path], {"--output": output})
    with options.open_registry(registry_path, by) as registry:
        # All that is shown is read first: once it is recorded, no error may hide that.
        change, files = registry.would_withdraw(intake), registry.intakes().to_pylist()
        event = None if dry_run or reason is None else registry.withdraw_intake(intake, reason)
    rows = change.to_pylist()
    gone = sum(row["was"] in IN_FORCE and row["status"] not in IN_FORCE for row in rows)
    back = sum(row["was"] not in IN_FORCE and row["status"] in IN_FORCE for row in rows)
    would = "would be " if dry_run else ""
    lost = f"{options.count(gone, 'number')} no longer in force, {back:,} in force again"
    summary = f"intake {intake} {would}withdrawn: {lost}"
    options.say(summary if event is None else f"{summary}; event {event}")
    # One that is only linked now is on the list, but its block is lifted.
    off = [row for row in rows if row["action"] != "block"]
    for column, of in (("sent_to", "lists"), ("handsets_sent_to", "lists of handsets")):
        receivers = Counter(one for row in off for one in (row[column] or "").split("; ") if one)
        for receiver, numbers in sorted(receivers.items()):
            them = "it" if numbers == 1 else "them"
            options.say(f"  {options.count(numbers, 'number')} of {of} sent to {receiver}: the next change has {them}")
    verb = next(file["verb"] for file in files if file["id"] == intake)
    for file in files if rows else ():
        # What a file repeats is recorded of the first file alone.
        if file["id"] > intake and file["verb"] == verb and file["repeated"] and file["withdrawn"] is None:
            rows_of = options.count(file["repeated"], "row")
            options.say(f"  {file['name']} repeated {rows_of} of earlier files: add it again if they were of this one")
    if dry_run:
        _show_change(change, output)


def _show_change(change: pa.Table, output: Path | None) -> None:
    """Shows the numbers of lists, and counts the others, as complainants that are protected no more; a file has all."""
    of_lists = ("action_was", "action", "sent_to", "handsets_sent_to")
    on_lists = [any(row[column] for column in of_lists) for row in change.to_pylist()]
    others = on_lists.count(False)
    if output is None and others:
        mask: Any = on_lists
        change = change.filter(mask)
        options.say(f"  {options.count(others, 'other number')} on no list before or after: --output FILE names all")
    options.write_or_show(change, output)


def _mapping(mapped: tuple[str, ...], extract: tuple[str, ...], path: Path | None) -> dict[str, list[str]] | None:
    """The options as a mapping of field to columns; options come before the file."""
    from numguard.registry.sheets.mapping import read_mapping

    given: dict[str, str] = dict(options.mapping(mapped) or {})
    given |= dict.fromkeys(extract, "narrative")
    found: dict[str, list[str]] = {}
    for field, columns in (read_mapping(path) if path is not None else {}).items():
        found[field] = [column for column in columns if column not in given]
    for column, field in given.items():
        found.setdefault(field, []).append(column)
    return found or None


def _summary(intake: Intake, *, dry_run: bool) -> dict[str, Any]:
    counts = {field: getattr(intake, field) for field in ("id", "added", "updated", "repeated", "refused", "sha256")}
    counts |= intake.account | {"passed_over": intake.passed_over, "warnings": intake.warnings}
    summary = counts | {"refused_cells": intake.refusals.num_rows, "dry_run": dry_run}
    if preview := intake.preview:
        parts = ("container", "encoding", "header_row", "sheet", "fields", "unread")
        summary |= {field: getattr(preview, field) for field in parts}
        summary["unread"] = [named([column]) for column in preview.unread]
        summary["refused_by_note"] = options.counted(intake.refusals["note"])
        summary["waiting"] = options.counted_once(intake.waiting)
        summary["text_removed"] = intake.text_removed.num_rows
        by_status, dropped = _dropped(intake)
        summary["amendments"] = options.counted(dropped["why"])
        summary["no_longer_in_force_by_status"] = _lost(by_status)
        summary["reactivated"] = intake.reactivated
        summary["dismissed"] = intake.dismissed
        summary["ended_in_force"] = len(intake.ended["msisdn"].unique())
        summary["ended_waiting"] = intake.ended_waiting
        summary["reopened"] = intake.reopened
        summary["alike"] = options.counted(intake.alike["why"])
        if dry_run:
            summary["sample"] = preview.sample.to_pylist()
    return summary


def _show(intake: Intake, preview: Preview) -> None:
    """Prints the preview of a sheet to stdout, as the result of a dry run."""
    parts = [preview.container, preview.encoding, preview.sheet and f"sheet {named([preview.sheet])!r}"]
    parts.append(f"header in row {preview.header_row}" if preview.header_row else None)
    options.show(f"{intake.name}: {', '.join(part for part in parts if part)}")
    cells = by_key(((cell["column"], cell["field"]), cell) for cell in preview.sample.to_pylist())
    for (column, field), rows in cells.items():
        options.show(f"\n{named([column])} -> {field}")
        for row in rows:
            note = f"  [{row['note']}]" if row["note"] else ""
            options.show(f"  row {row['row']}: {_short(row['cell'])} -> {row['read'] or '(nothing)'}{note}")
    if preview.unread:
        options.show(f"\n{account.of_no_field(preview.unread)}")
    _show_some(
        intake.refusals,
        "would be refused",
        lambda row: f"{row['column'] or 'the whole row'}: {row['note']}: {_short(row['cell'])}",
        "--refused FILE writes all",
    )
    _show_some(
        intake.waiting,
        "would wait for a decision, on no list until then",
        lambda row: f"{row['why']}: {_why_shown(row)}",
        "numguard review shows all",
    )
    _show_some(
        intake.text_removed,
        "would be read without the words beside them",
        lambda row: f"text_removed: {_short(row['cell'])}",
    )
    _show_some(
        _dropped(intake)[1],
        "would be dropped, or moved between suspect and complainant, by an amendment",
        lambda row: f"{row['why']}: +{row['msisdn']}: {row['was']} -> {row['status']}",
        "the summary counts all",
    )
    _show_some(
        intake.alike,
        "may be recorded under another spelling; nothing is merged by guess",
        lambda row: f"{row['why']}: {_complaint(row, '')}, recorded as {_complaint(row, 'known_')}",
    )
    options.show()


def _show_some(table: pa.Table, heading: str, text: Callable[[_Row], str], more: str = "") -> None:
    """Prints the first rows of a table, if it has any; `more` says where all are."""
    if not table.num_rows:
        return
    options.show(f"\n{heading}:")
    lines = [f"  row {row['row']}, {text(row)}" for row in table.slice(0, _MOST_SHOWN).to_pylist()]
    # A cell of several numbers waits once for each, and is shown once.
    for line in dict.fromkeys(lines):
        options.show(line)
    if table.num_rows > _MOST_SHOWN:
        options.show(f"  and {table.num_rows - _MOST_SHOWN:,} more" + (f": {more}" if more else ""))


def _why_shown(row: _Row) -> str:
    """The cell by which a number waits; one that waits by a sheet on record has none."""
    of_earlier = row["why"] == STATUS_UNCLEAR and row["cell"] is None
    return "as an earlier sheet has it, and this one has none" if of_earlier else _short(row["cell"])


def _complaint(row: _Row, which: str) -> str:
    return f"{_short(row[which + 'source'])} {_short(row[which + 'acknowledgement_no'])}"


def _short(cell: str | None) -> str:
    """A cell in one line of a terminal, without control characters."""
    text = "".join(char if char.isprintable() else " " for char in cell or "")
    return repr(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")
