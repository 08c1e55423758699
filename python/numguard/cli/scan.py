"""`numguard scan`: rows of any file against a list."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pyarrow as pa

from numguard._core import normalize
from numguard.cli import account, options
from numguard.cli.verb import Verb
from numguard.errors import ArgumentError
from numguard.files import placed_together
from numguard.files.formats import SEVERAL_REGIONS
from numguard.number_list import listing_dates
from numguard.number_list.decisions import Yes
from numguard.scanning import ScanSummary
from numguard.scanning import scan as run
from numguard.source import looks_national
from numguard.source.strict import notes_text
from numguard.types import Region


@dataclass(frozen=True)
class Wanted:
    """The lists to look for, and the columns that are looked up in them."""

    numbers: str | None
    lists: tuple[str, ...]
    exempt: str | None
    number_columns: tuple[str, ...]
    imeis: str | None
    imei_columns: tuple[str, ...]
    list_column: str | None
    yes: tuple[str, ...]
    list_region: tuple[Region, ...]
    actions: tuple[str, ...]

    @property
    def by_name(self) -> dict[str, str]:
        """The files of several lists, by name."""
        return options.named_once(self.lists, "--list: takes NAME=FILE, each name once, such as revoked=mnrl.csv")

    def check(self) -> None:
        """Raises ArgumentError for lists without columns, and columns without a list."""
        if self.numbers is not None and self.by_name:
            raise ArgumentError("--numbers is one list and has no name: give it as another --list NAME=FILE")
        without_list = self.numbers is None and not self.by_name
        if without_list == bool(self.number_columns) or (self.imeis is None) == bool(self.imei_columns):
            raise ArgumentError(
                "--numbers (or --list) goes with --column, the column of SOURCE to look in, and --imeis with "
                "--imei-column"
            )
        if self.exempt is not None and not self.number_columns:
            raise ArgumentError("--except: goes with --numbers or --list")
        if not self.number_columns and not self.imei_columns:
            raise ArgumentError(
                "name what to search for: --numbers FILE --column NAME, --list NAME=FILE --column NAME, or --imeis "
                "FILE --imei-column NAME"
            )

    def lookups(self, lists_read: account.Lists, region: Region) -> dict[str, Any]:
        """For each key column the set, or the sets by name, that it is looked up in; `region` is that of SOURCE."""
        region = self._region_of_lists(region)
        found: dict[str, Any] = {}
        of_both: dict[str, Any] = {"column": self.list_column}
        how = of_both | {"actions": self.actions}
        if self.numbers is not None:
            found |= dict.fromkeys(self.number_columns, lists_read.numbers(self.numbers, region, **how))
        if self.imeis is not None:
            found |= dict.fromkeys(self.imei_columns, lists_read.imeis(self.imeis, **of_both))
        if by_name := self.by_name:
            many = {name: lists_read.numbers(path, region, **how) for name, path in by_name.items()}
            found |= dict.fromkeys(self.number_columns, many)
        if self.exempt is not None:
            off = lists_read.numbers(self.exempt, region, **of_both, actions=("release",))
            listed = found[self.number_columns[0]]
            kept = {n: keys - off for n, keys in listed.items()} if isinstance(listed, dict) else listed - off
            found |= dict.fromkeys(self.number_columns, kept)
        lists_read.yes.check()
        return found

    def _region_of_lists(self, region: Region) -> Region:
        return self.list_region[0] if self.list_region else region

    def dates(self, since: str, region: Region) -> dict[str, Any]:
        """For each key column the listing dates, which are in the column `since` of its list."""
        found: dict[str, Any] = {}
        how: dict[str, Any] = {"column": self.list_column, "yes": Yes(self.yes)}
        if self.numbers is not None:
            cells, dates = listing_dates(self.numbers, since, **how, actions=self.actions)
            numbers = normalize(cells, region=self._region_of_lists(region))
            found |= dict.fromkeys(self.number_columns, (numbers, dates))
        if self.imeis is not None:
            listed = listing_dates(self.imeis, since, **how, of_imeis=True)
            found |= dict.fromkeys(self.imei_columns, listed)
        return found


wanted_options = options.gathered(
    "wanted",
    Wanted,
    numbers=click.option(
        "--numbers", type=click.Path(), help="The list of phone numbers: CSV, text, MNRL's JSON, .xlsx, a saved set ..."
    ),
    lists=click.option(
        "--list", "lists", multiple=True, metavar="NAME=FILE", help="One of several lists, by name; goes with --column."
    ),
    exempt=click.option("--except", "exempt", type=click.Path(), help="Numbers that are never marked, on any list."),
    number_columns=click.option(
        "--column", "-c", "number_columns", multiple=True, help="A column of phone numbers; may be given again."
    ),
    imeis=click.option("--imeis", type=click.Path(), help="The list of handsets: files as for --numbers."),
    imei_columns=click.option(
        "--imei-column", "imei_columns", multiple=True, help="A column of IMEIs; may be given again."
    ),
    list_column=options.list_column,
    yes=options.yes,
    list_region=options.list_region,
    actions=options.list_actions("look for"),
)


@click.command(cls=Verb)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@wanted_options
@click.option("--all-rows", is_flag=True, help="Write every row, marked or not; broken lines are counted.")
@click.option("--keep", "kept", multiple=True, help="A column to write; may be given again. All by default.")
@click.option("--at", help="The column of SOURCE with the times of rows; goes with --since.")
@click.option("--since", help="The list's column of listing dates (first_reported): no hits from before those.")
@click.option("--limit", type=click.IntRange(1), help="Stop after so many hits.")
@options.region
@options.region_column
@options.output
@options.refused_to(
    "Write broken lines of SOURCE, and rows of lists without a number, with file, row and why, to this file. Cells of "
    "SOURCE that are no number are only counted."
)
@account.strict_of_scan
@click.option("--skip-bad-files", is_flag=True, help="Go on after a file that cannot be read, and report it.")
@options.threads
@options.as_json
def scan(
    sources: tuple[str, ...],
    wanted: Wanted,
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
    """Find the rows of SOURCE with a listed number or handset.

    SOURCE is files, folders, globs, or - for stdin. Every hit comes out once, with its own columns and
    `<column>_match`: the number that matched. Several lists are looked up in one pass, and `<column>_lists` names those
    that it is on. Of an --except list that has actions, as the change of a block list does, the rows to release count.

    \b
      numguard scan customers.csv --numbers list.csv --column mobile
      numguard scan customers.csv --list revoked=mnrl.csv --list risk=fri.csv --except back.csv -c mobile --all-rows
      numguard scan "cdr/*.parquet" --numbers block.csv -c a_party -c b_party -o hits.parquet
      numguard scan calls.parquet --imeis seized.csv --imei-column imei --json -o hits.csv
      numguard scan calls.csv --numbers block.csv -c a_party --since first_reported --at started
      numguard scan calls.csv --numbers block.csv -c caller --region-column country
    """
    wanted.check()
    options.check_json(as_json, output, "hits")
    _check_dates(at, since, wanted)
    files = [wanted.numbers, wanted.imeis, wanted.exempt, *wanted.by_name.values()]
    account.check_files(files, {"--output": output, "--refused": refused_path}, sources=sources)
    dates = {path: since for path in files[:2] if path and since}
    lists_read = account.Lists(is_strict=is_strict, dates=dates, yes=wanted.yes)
    lookups = wanted.lookups(lists_read, region)
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
        since=None if since is None else wanted.dates(since, region),
        all_rows=all_rows,
        threads=threads,
        strict=is_strict,
    )
    with placed_together():
        if output is not None:
            found.write(output)
        else:
            keys = (wanted.number_columns, wanted.imei_columns)
            of_numbers, of_imeis = ([*columns, *(f"{column}_match" for column in columns)] for columns in keys)
            reads = SEVERAL_REGIONS if region_column else region
            options.write_table(found.flat(), None, numbers=of_numbers, imeis=of_imeis, region=reads)
        options.end_progress()
        options.write_refused(pa.concat_tables([found.refused_lines, lists_read.refused]), refused_path)
    if as_json:
        options.say_json(_as_json(found.summary) | lists_read.summary())
    else:
        _say_summary(found.summary, limit)


def _as_json(summary: ScanSummary) -> dict[str, Any]:
    """The summary of a scan, with the names that every account has."""
    rows = {"rows_read": summary.rows_read, "rows_used": summary.rows, "rows_refused": summary.refused_lines}
    return {**vars(summary), **rows, "rows_per_second": summary.rows_per_second}


def _check_dates(at: str | None, since: str | None, wanted: Wanted) -> None:
    """Raises ArgumentError for listing dates without times, or with several lists."""
    if (at is None) != (since is None):
        raise ArgumentError(
            "--since names the list's column of dates, and goes with --at, the column of times of SOURCE"
        )
    if since is not None and wanted.lists:
        raise ArgumentError("--since: goes with one list, --numbers: one date would be for all of several")


def _say_summary(summary: ScanSummary, limit: int | None) -> None:
    options.say(
        f"{options.count(summary.rows, 'row')}, {options.count(summary.hits, 'hit')}, "
        f"{summary.distinct_keys:,} distinct, in {summary.seconds:.1f} s ({summary.rows_per_second:,.0f} rows/s)"
    )
    if limit is not None and not summary.finished:
        options.say(f"  stopped at --limit: {options.count(limit, 'hit')} written")
    for column, hits in summary.hits_by_column.items():
        refused = summary.refused.get(column)
        options.say(
            f"  {column}: {options.count(hits, 'hit')}" + (f"; refused: {notes_text(refused)}" if refused else "")
        )
        for name, on_it in summary.hits_by_list.get(column, {}).items():
            options.say(f"    {name}: {options.count(on_it, 'row')}")
    for column, left_out in summary.before_listing.items():
        options.say(f"  {column}: {options.count(left_out, 'match', 'matches')} left out, from before the listing date")
    for column, left_out in summary.undated.items():
        options.say(
            f"  {column}: {options.count(left_out, 'match', 'matches')} left out, without a time or listing date that "
            "is read (2026-06-30)"
        )
    # Of a column of national numbers Python warns, as it does callers of the library.
    shown = {looks_national(column) for column in summary.hits_by_column}
    around = {name: getattr(summary, name) for name in ("refused_rows", "not_data")}
    account.say({**around, "warnings": [warning for warning in summary.warnings if warning not in shown]})
    for passed in summary.passed_over:
        options.say(f"passed over: {passed.file}: {passed.why}")
    for skipped in summary.skipped:
        options.say(f"  skipped {skipped.why}")
