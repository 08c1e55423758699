"""`numguard review`: the numbers that wait for a decision, and the decisions on them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pyarrow as pa

from numguard.cli import account, options
from numguard.cli.verb import Verb
from numguard.errors import ArgumentError, NumguardError
from numguard.source.strict import notes_text
from numguard.system import at_home

if TYPE_CHECKING:
    from numguard.registry import Reviewed


@click.command(cls=Verb)
@options.registry
@click.option(
    "--by", envvar="NUMGUARD_BY", show_envvar=True, help="Who decides, written into every event; with --take."
)
@options.output
@click.option(
    "--sheet", "sheet_path", type=options.FILE, help="Write a sheet to fill in: decision and reason beside each row."
)
@click.option("--take", "filled_path", type=options.FILE, help="Record the decisions of the filled sheet.")
@click.option("--reason", help="Why, where a row of the sheet has no reason; with --take.")
@options.mapped
@account.of_cells
def review(
    registry_path: str,
    by: str | None,
    output: Path | None,
    sheet_path: Path | None,
    filled_path: Path | None,
    reason: str | None,
    mapped: tuple[str, ...],
    refused_path: Path | None,
    is_strict: bool,
    as_json: bool,
) -> None:
    """List the numbers that wait for a decision.

    Until then they are on no list, and no linkage starts from them. They are numbers that complaints name but not for
    certain, that an amendment dropped or moved between suspect and complainant, or that were confirmed though no record
    names them. `accepted` (or accept) counts one as if it were written plainly, `dismissed` (or dismiss) drops it.

    \b
      numguard review --registry cases.db
      numguard review --registry cases.db --sheet waiting.xlsx
      numguard review --registry cases.db --by "SI 77" --take waiting.xlsx --reason "asked the complainants"
    """
    from numguard.files import placed_together
    from numguard.files.outgoing import shown, write_private

    account.check_files(
        [filled_path, registry_path], {"--output": output, "--sheet": sheet_path, "--refused": refused_path}
    )
    account.check_new({"--sheet": sheet_path})
    if output is not None:
        _check_unfilled(output)
    if filled_path is not None:
        if by is None:
            raise ArgumentError("--by: name who decides; it is recorded with every event")
        if output is not None or sheet_path is not None:
            raise ArgumentError("--take: reads a sheet, so leave --output and --sheet out")
        how = {"reason": reason, "mapping": options.mapping(mapped), "strict": is_strict}
        _take(registry_path, by, filled_path, how, refused_path, as_json=as_json)
        return
    if reason is not None or refused_path is not None or mapped or is_strict:
        raise ArgumentError("--reason, --map, --refused, --strict: go with --take")
    with options.open_registry(registry_path, by or "reader") as registry:
        waiting = registry.review()
    counts = options.counted_once(waiting)
    with placed_together():
        if sheet_path is not None:
            write_private(_to_fill(waiting), sheet_path)
        if output is not None:
            # Their cells have texts of complaints.
            write_private(waiting, output)
    numbers = len(waiting["msisdn"].unique())
    if as_json:
        options.say_json({"numbers": numbers, "rows": waiting.num_rows, "why": counts})
        return
    if sheet_path is None and output is None:
        options.write_table(shown(waiting), None)
    why = f": {notes_text(counts)}" if counts else ""
    options.say(f"{options.count(numbers, 'number')} {'waits' if numbers == 1 else 'wait'} for a decision{why}")


def _to_fill(waiting: pa.Table) -> pa.Table:
    """The waiting numbers with empty columns for the decision and the reason, beside what decides on them."""
    for name in ("decision", "reason"):
        waiting = waiting.add_column(waiting.num_columns - 1, name, pa.nulls(len(waiting), pa.string()))
    return waiting


def _check_unfilled(path: Path) -> None:
    """Raises an error for a file that is there and has decisions: it is a sheet that was filled in."""
    from numguard.registry.events.decisions import COLUMNS
    from numguard.registry.sheets import cells
    from numguard.registry.sheets.headings import known_by
    from numguard.source.records import read_records

    if not at_home(path).is_file():
        return
    try:
        table = read_records(at_home(path), known_by(COLUMNS, None)).table
    except NumguardError:
        # A workbook with a second sheet is none, and may be one that was filled in.
        raise ArgumentError(
            f"--output: {path} is there and cannot be read as one table, so it may have decisions: write to another "
            "file, or remove it"
        ) from None
    is_decision = known_by({"decision": COLUMNS["decision"]}, None)
    columns = [table.column(at) for at, name in enumerate(table.column_names) if is_decision(name)]
    if any(any(cells.remarks(column).to_pylist()) for column in columns):
        raise ArgumentError(f"--output: {path} has decisions: write to another file, or remove it")


def _take(
    registry_path: str, by: str, path: Path, how: dict[str, Any], refused_path: Path | None, *, as_json: bool
) -> None:
    with options.open_registry(registry_path, by) as registry:
        done = registry.take_review(path, **how)
    summary = partial(_report, done, path, as_json=as_json)
    with options.about_recorded("each decision", summary):
        options.write_refused(done.refusals, refused_path)
    summary()


def _report(done: Reviewed, path: Path, *, as_json: bool) -> None:
    """What was decided, and what was left."""
    counts = {field: getattr(done, field) for field in ("accepted", "dismissed", "left", "known")}
    if as_json:
        refused = {"refused": done.refusals.num_rows, "events": list(done.events), "unread": done.unread}
        refused |= account.refusals_as_json(done.refusals, "unknown_decision")
        options.say_json(counts | refused | done.account)
        return
    options.say(
        f"{path}: {options.count(done.accepted, 'number')} accepted, {done.dismissed:,} dismissed, {done.left:,} left "
        f"open, {done.known:,} decided before, {done.refusals.num_rows:,} refused"
    )
    options.say_why(done.refusals)
    account.say_unknown(done.refusals, "unknown_decision", "write accepted or dismissed, and take the sheet again")
    if "contradicted_in_row" in done.refusals["note"].to_pylist():
        options.say(
            "contradicted_in_row: --refused FILE has the cell and its column, or the title or line, that opposes; if "
            "the number is meant, change that, or leave the column out with --map COLUMN=ignore"
        )
    account.say(done.account)
    account.say_unread(done.unread)
