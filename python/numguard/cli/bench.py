"""`numguard bench`: what this machine does, beside the libraries that one would use instead."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import click

from numguard.bench import SUBJECTS, run
from numguard.cli import options
from numguard.cli.page import open_page
from numguard.cli.verb import Verb

#: The modules of the libraries that numguard is measured beside.
RIVALS = ("polars", "duckdb", "pandas", "phonenumbers", "rphonenumbers", "goldenflow_native")


@click.command(cls=Verb)
@click.argument("subjects", nargs=-1, type=click.Choice(SUBJECTS), metavar="[SUBJECT]...")
@click.option("--quick", is_flag=True, help="A run of a minute on small inputs, to try it out: its times mean nothing.")
@click.option("--rows", type=click.FloatRange(1), help="Rows of a column; 20e6 by default.")
@click.option(
    "--file-rows", type=click.FloatRange(1), help="Rows of the files; as many as --rows, or 200,000 if --quick."
)
@click.option(
    "--list", "lists", type=click.FloatRange(1), multiple=True, help="A length of the list; may be given again."
)
@click.option(
    "--hit-rate",
    "hit_rates",
    type=click.FloatRange(0, 1),
    multiple=True,
    help="A share of listed rows; may be given again.",
)
@options.threads
@click.option("--seconds", type=float, help="How long the rounds of one measurement take together; 2 by default.")
@click.option("--everyone", is_flag=True, help="Ask slow rivals at every hit rate too: hours instead of minutes.")
@click.option(
    "--select", default="", help="Only measurements whose names match, as in pytest -k: 'mixed and not duckdb'."
)
@click.option(
    "--record",
    type=options.FOLDER,
    default=Path(),
    help="Directory for the record and the page; the current one by default.",
)
@click.option(
    "--inputs",
    type=options.FOLDER,
    help="Where generated files are kept between runs (2 GB); below the system's temporary directory by default.",
)
def bench(
    subjects: tuple[str, ...],
    quick: bool,
    rows: float | None,
    file_rows: float | None,
    lists: tuple[float, ...],
    hit_rates: tuple[float, ...],
    threads: int | None,
    seconds: float | None,
    everyone: bool,
    select: str,
    record: Path,
    inputs: Path | None,
) -> None:
    """Measure numguard beside Polars, DuckDB and others.

    Others are pyarrow, pandas and phonenumbers, as far as they are installed.

    SUBJECT is one or more of contains, normalize, regions, handset, answers, set, scan, csv, json, files, linkage,
    places, sightings, registry; all by default. A time is recorded only if its answers were right: compared row by row
    with the truth, or with each other. Results are printed as they come, and go line by line into a record
    (<day>-<machine>.csv) from which a page with tables and charts is made. A comparison that is run again on the same
    day replaces all its lines, those of rivals that are left out then too.

    \b
      numguard bench --quick
      numguard bench contains --rows 5e6 --list 27824 --list 1e6
      numguard bench scan linkage --file-rows 20e6 --record results
    """
    settings = {
        "QUICK": 1 if quick else None,
        "ROWS": rows,
        "FILE_ROWS": file_rows,
        "LISTS": ",".join(map(str, lists)) or None,
        "HIT_RATES": ",".join(map(str, hit_rates)) or None,
        "THREADS": threads,
        "SECONDS": seconds,
        "EVERYONE": 1 if everyone else None,
        "RECORD": record.absolute(),
        "INPUTS": inputs and inputs.absolute(),
    }
    failed = run(subjects or SUBJECTS, select=select, settings=settings)
    _show(record, quick=quick)
    if failed:
        # An answer was wrong, or a rival could not be run.
        sys.stderr.flush()
        raise click.exceptions.Exit(1)


def _show(directory: Path, *, quick: bool) -> None:
    """The record of this run, on the terminal and as a page."""
    from numguard.bench.page import as_html, sections
    from numguard.bench.record import read
    from numguard.files import whole_file

    pattern = "quick-*.csv" if quick else "[0-9]*.csv"
    records = sorted(directory.glob(pattern), key=os.path.getmtime)
    if not records:
        return
    lines = read(records[-1])
    parts = sections(lines)
    page = open_page(sys.stdout)
    for part in parts[:3]:
        page.heading(part.title)
        page.line(part.text)
        if part.rows:
            shown = [f"<{name}" if k < 2 else name for k, name in enumerate(part.columns)]
            page.table(shown, part.rows)
    path = records[-1].with_suffix(".html")
    with whole_file(path) as file:
        file.write(as_html(parts, lines).encode())
    if missing := [name for name in RIVALS if importlib.util.find_spec(name) is None]:
        options.say(f"not installed, and so not compared: {', '.join(missing)}")
    options.say(f"{records[-1]}: the record; {path.name}: all of it as a page")
