"""`numguard scan`: rows of any file against a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pyarrow as pa

from numguard.cli import account, options
from numguard.errors import ArgumentError
from numguard.files import placed_together
from numguard.number_list import listing_dates
from numguard.scan import ScanSummary
from numguard.scan import scan as run
from numguard.types import Region

if TYPE_CHECKING:
    from numguard._core import NumberSet

__all__ = ["scan"]


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--numbers", type=click.Path(), help="The list of phone numbers: CSV, text, Parquet, or a saved set.")
@click.option(
    "--list", "lists", multiple=True, metavar="NAME=FILE", help="One of several lists, by name; goes with --column."
)
@click.option("--except", "exempt", type=click.Path(), help="Numbers that are never marked, on any list.")
@click.option("--column", "-c", "number_columns", multiple=True, help="A column of phone numbers; may be given again.")
@click.option("--imeis", type=click.Path(), help="The list of handsets: CSV, text, Parquet, or a saved set.")
@click.option("--imei-column", "imei_columns", multiple=True, help="A column of IMEIs; may be given again.")
@options.list_column
@options.list_actions("look for")
@click.option("--all-rows", is_flag=True, help="Write every row, marked or not.")
@click.option("--keep", "kept", multiple=True, help="A column to write; may be given again. All by default.")
@click.option("--at", help="The column of SOURCE with the times of rows; goes with --since.")
@click.option("--since", help="The list's column of listing dates (first_reported): no hits from before those.")
@click.option("--limit", type=click.IntRange(1), help="Stop after so many hits.")
@options.region
@options.region_column
@options.output
@account.refused
@account.strict
@click.option("--skip-bad-files", is_flag=True, help="Go on after a file that cannot be read, and report it.")
@options.threads
@options.as_json
def scan(
    sources: tuple[str, ...],
    numbers: str | None,
    lists: tuple[str, ...],
    exempt: str | None,
    number_columns: tuple[str, ...],
    imeis: str | None,
    imei_columns: tuple[str, ...],
    list_column: str | None,
    actions: tuple[str, ...],
    all_rows: bool,
    kept: tuple[str, ...],
    at: str | None,
    since: str | None,
    limit: int | None,
    region: Region,
    region_column: str | None,
    output: Path | None,
    refused_path: Path | None,
    is_strict: bool,
    skip_bad_files: bool,
    threads: int | None,
    as_json: bool,
) -> None:
    """Find the rows of SOURCE (files, globs, or - for stdin) that name a listed number or handset.

    Every hit comes out once, with its own columns and `<column>_match`: the number that matched. Several lists are
    looked up in one pass, and `<column>_lists` names those that it is on. Of an --except list that has actions, as the
    change of a block list does, the rows to release count.

    \b
      numguard scan customers.csv --numbers list.csv --column mobile
      numguard scan customers.csv --list revoked=mnrl.csv --list risk=fri.csv --except back.csv -c mobile --all-rows
      numguard scan "cdr/*.parquet" --numbers block.csv -c a_party -c b_party -o hits.parquet
      numguard scan calls.parquet --imeis seized.csv --imei-column imei --json -o hits.csv
      numguard scan calls.csv --numbers block.csv -c a_party --since first_reported --at started
      numguard scan calls.csv --numbers block.csv -c caller --region-column country
    """
    by_name = options.named_once(lists, "--list: takes NAME=FILE, each name once, such as revoked=mnrl.csv")
    _check_wanted(numbers, by_name, exempt, number_columns, imeis, imei_columns)
    options.check_json(as_json, output, "hits")
    _check_dates(at, since, by_name)
    files = [numbers, imeis, exempt, *by_name.values()]
    account.check_files(files, {"--output": output, "--refused": refused_path}, sources=sources)
    lists_read = account.Lists(is_strict=is_strict)
    lookups, dates = _lists(
        lists_read, (numbers, number_columns), (imeis, imei_columns), list_column, actions, region, since
    )
    if by_name:
        many = {
            name: lists_read.numbers(path, region, column=list_column, actions=actions)
            for name, path in by_name.items()
        }
        lookups |= dict.fromkeys(number_columns, many)
    if exempt is not None:
        off = lists_read.numbers(exempt, region, column=list_column, actions=("release",))
        lookups |= dict.fromkeys(number_columns, _without(lookups[number_columns[0]], off))
    found = run(
        list(sources) if len(sources) > 1 else sources[0],
        lookups,
        columns=list(kept) or None,
        region=region,
        region_column=region_column,
        on_error="skip" if skip_bad_files else "raise",
        progress=options.progress_line(lambda s: f"{s.rows:,} rows, {s.hits:,} hits, {s.file or ''}"),
        limit=limit,
        at=at,
        since=dates if since is not None else None,
        all_rows=all_rows,
        threads=threads,
        strict=is_strict,
    )
    with placed_together():
        if output is not None:
            found.write(output)
        else:
            options.write_table(found.flat(), None)
        options.end_progress()
        options.write_refused(pa.concat_tables([found.refused_lines, lists_read.refused]), refused_path)
    if as_json:
        options.say_json(_as_json(found.summary) | lists_read.summary())
    else:
        _say_summary(found.summary)


def _without(listed: Any, off: NumberSet) -> Any:
    """A list, or several by name, without some numbers."""
    return {name: members - off for name, members in listed.items()} if isinstance(listed, dict) else listed - off


def _as_json(summary: ScanSummary) -> dict[str, Any]:
    """The summary of a scan, with the names that every account has."""
    rows = {"rows_read": summary.rows_read, "rows_used": summary.rows, "rows_refused": summary.refused_lines}
    return {**vars(summary), **rows, "rows_per_second": summary.rows_per_second}


def _check_wanted(
    numbers: str | None,
    lists: Mapping[str, str],
    exempt: str | None,
    number_columns: Sequence[str],
    imeis: str | None,
    imei_columns: Sequence[str],
) -> None:
    """Raises ArgumentError for lists without columns, and columns without a list."""
    if numbers is not None and lists:
        raise ArgumentError("--numbers is one list and has no name: give it as another --list NAME=FILE")
    if (numbers is None and not lists) == bool(number_columns) or (imeis is None) == bool(imei_columns):
        raise ArgumentError("--numbers or --list goes with --column, and --imeis with --imei-column")
    if exempt is not None and not number_columns:
        raise ArgumentError("--except: goes with --numbers or --list")
    if not number_columns and not imei_columns:
        raise ArgumentError(
            "name what to search for: --numbers FILE --column NAME, --list NAME=FILE --column NAME, or --imeis FILE "
            "--imei-column NAME"
        )


def _check_dates(at: str | None, since: str | None, lists: Mapping[str, str]) -> None:
    """Raises ArgumentError for listing dates without times, or with several lists."""
    if (at is None) != (since is None):
        raise ArgumentError(
            "--since names the list's column of dates, and goes with --at, the column of times of SOURCE"
        )
    if since is not None and lists:
        raise ArgumentError("--since: goes with one list, --numbers: one date would be for all of several")


def _lists(
    lists_read: account.Lists,
    numbers: tuple[str | None, Sequence[str]],
    imeis: tuple[str | None, Sequence[str]],
    list_column: str | None,
    actions: Sequence[str],
    region: Region,
    since: str | None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """For each key column the set that it is looked up in, and the listing dates, if given."""
    lookups: dict[str, Any] = {}
    dates: dict[str, Any] = {}
    path, columns = numbers
    if path is not None:
        listed = lists_read.numbers(path, region, column=list_column, actions=actions)
        lookups |= dict.fromkeys(columns, listed)
        if since is not None:
            dates |= dict.fromkeys(columns, listing_dates(path, since, column=list_column, actions=actions))
    path, columns = imeis
    if path is not None:
        handsets = lists_read.imeis(path, column=list_column)
        lookups |= dict.fromkeys(columns, handsets)
        if since is not None:
            dates |= dict.fromkeys(columns, listing_dates(path, since, column=list_column, of_imeis=True))
    return lookups, dates


def _say_summary(summary: ScanSummary) -> None:
    options.say(
        f"{options.count(summary.rows, 'row')}, {options.count(summary.hits, 'hit')}, "
        f"{summary.distinct_keys:,} distinct, in {summary.seconds:.1f} s ({summary.rows_per_second:,.0f} rows/s)"
    )
    for column, hits in summary.hits_by_column.items():
        refused = summary.refused.get(column)
        options.say(
            f"  {column}: {options.count(hits, 'hit')}"
            + (f"; refused: {options.notes_text(refused)}" if refused else "")
        )
        for name, on_it in summary.hits_by_list.get(column, {}).items():
            options.say(f"    {name}: {options.count(on_it, 'row')}")
    for column, left_out in summary.before_listing.items():
        options.say(f"  {column}: {options.count(left_out, 'match', 'matches')} left out, from before the listing date")
    for column, left_out in summary.undated.items():
        options.say(
            f"  {column}: {options.count(left_out, 'match', 'matches')} left out, without a time or listing date"
        )
    account.say({name: getattr(summary, name) for name in ("refused_rows", "not_data", "warnings")})
    for passed in summary.passed_over:
        options.say(f"passed over: {passed.file}: {passed.why}")
    for skipped in summary.skipped:
        options.say(f"  skipped {skipped.why}")
