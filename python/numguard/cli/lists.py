"""`numguard lists diff`: what two lists have in common, and what changed from one to the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pyarrow as pa

from numguard.cli import account, options
from numguard.cli.verb import Verbs
from numguard.types import Region


@click.group(cls=Verbs)
def lists() -> None:
    """Compare lists of numbers or handsets.

    \b
      numguard lists diff last_week.csv this_week.csv --folder changed
    """


@lists.command()
@click.argument("before", type=click.Path())
@click.argument("after", type=click.Path())
@click.option("--imeis", "handsets", is_flag=True, help="The lists hold IMEIs, not phone numbers.")
@options.list_column
@options.yes
@options.list_actions("compare")
@click.option("--folder", type=options.FOLDER, help="Write added.csv and removed.csv into this folder.")
@options.region
@account.of_rows
def diff(
    before: str,
    after: str,
    handsets: bool,
    list_column: str | None,
    yes: tuple[str, ...],
    actions: tuple[str, ...],
    folder: Path | None,
    region: Region,
    refused_path: Path | None,
    is_strict: bool,
    as_json: bool,
) -> None:
    """Find what was added and removed from BEFORE to AFTER.

    A list is text with one number a line, CSV, JSON as MNRL comes in, JSON Lines, a workbook, Parquet, or a saved set.
    Numbers are compared, not their spellings.

    \b
      numguard lists diff monday.json tuesday.json
      numguard lists diff monday.csv tuesday.csv --folder changed --json
      numguard lists diff seized.txt released.txt --imeis
    """
    from numguard.files import Style, placed_together, write_rows
    from numguard.number_list import NumberList, read_imeis, read_numbers
    from numguard.number_list.decisions import Yes

    writes: dict[str, Path | None] = {"--refused": refused_path}
    if folder is not None and folder.is_dir():
        writes |= {f"--folder ({name})": folder / name for name in ("added.csv", "removed.csv")}
    account.check_files([before, after], writes)
    known_yes = Yes(yes)
    how: dict[str, Any] = {"column": list_column, "strict": is_strict, "yes": known_yes}
    how |= {} if handsets else {"region": region, "actions": actions}
    both: list[NumberList[Any]] = [(read_imeis if handsets else read_numbers)(path, **how) for path in (before, after)]
    known_yes.check()
    old, new = (listed.keys for listed in both)
    added, removed, common = (keys.to_array() for keys in (new - old, old - new, old & new))
    with placed_together():
        options.write_refused(pa.concat_tables([listed.refused for listed in both]), refused_path)
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for name, keys in (("added", added), ("removed", removed)):
                table = pa.table({"imei14" if handsets else "msisdn": keys})
                to = folder / f"{name}.csv"
                write_rows(to, table.schema, table.to_batches(), Style(region=region), private=True)
    counts = {"added": len(added), "removed": len(removed), "common": len(common)}
    if as_json:
        refused = {"refused_before": old.refused, "refused_after": new.refused}
        refused |= {"rows_before": both[0].account, "rows_after": both[1].account}
        options.say_json({"before": len(old), "after": len(new)} | counts | refused)
        return
    for path, listed in zip((before, after), both, strict=True):
        account.say_list(listed, path)
    options.say(f"{counts['added']:,} added, {counts['removed']:,} removed, {counts['common']:,} in both")
