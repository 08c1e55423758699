"""`numguard export`: the block list out, and on record."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from numguard.cli import options
from numguard.cli.verb import Verb
from numguard.errors import ArgumentError
from numguard.files.placing import is_registry


@click.command(cls=Verb)
@click.argument("path", type=options.FILE)
@options.registry
@options.by
@click.option("--to", "receiver", required=True, help="Who gets it: DoT, an operator, a bank.")
@click.option("--district", help="Only the numbers of this district.")
@click.option("--since-last", is_flag=True, help="Only what has changed since the last export to the same receiver.")
@click.option(
    "--since",
    metavar="EXPORT|DAY",
    help="Only what has changed since the export of that number to the same receiver, or since the end of that day.",
)
@options.as_of_day(
    "The list as it was at the end of that day, with the numbers protected since; it requests no action."
)
@click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="COLUMN[=NAME]",
    help="A column to write and what the receiver calls it; given again, the columns come in this order.",
)
@click.option("--title", multiple=True, metavar="LINE", help="A line above the header, in .csv and .xlsx.")
@click.option("--no-header", is_flag=True, help="Leave the names of the columns out, in .csv and .xlsx.")
@click.option("--rows-per-file", type=click.IntRange(1), help="At most so many rows a file: PATH-1-of-3 and so on.")
@click.option("--by-district", is_flag=True, help="A file a district: PATH-Rohtak and so on.")
@click.option(
    "--handsets", is_flag=True, help="The numbers with the handsets they were seen in, for an equipment register."
)
@click.option("--force", is_flag=True, help="Replace an exported list at PATH, with its manifest.")
@click.option(
    "--override",
    metavar="REASON",
    help="Send it although the brake came on, or the receiver's name is much like a known one's; recorded.",
)
@options.key
@options.as_json
def export(
    path: Path,
    registry_path: str,
    by: str,
    receiver: str,
    district: str | None,
    since_last: bool,
    since: str | None,
    as_of: date | None,
    mapped: tuple[str, ...],
    title: tuple[str, ...],
    no_header: bool,
    rows_per_file: int | None,
    by_district: bool,
    handsets: bool,
    force: bool,
    override: str | None,
    key: bytes | None,
    as_json: bool,
) -> None:
    """Write the block list to PATH, and record that it was sent.

    A manifest is written beside it. Reported numbers are to be blocked, linked ones to be re-verified; the column
    `action` has which. PATH's ending selects the format: .csv, .xlsx, .parquet, .arrow or .jsonl. Of several files,
    PATH.sha256 names all for `sha256sum --check`. With a key, keyed hashes take the place of the numbers, for receivers
    who may not learn them.

    \b
      numguard export block.csv --registry cases.db --by "HC 1234" --to DoT
      numguard export delta.csv --registry cases.db --by "HC 1234" --to DoT --since-last
      numguard export handsets.csv --registry cases.db --by "HC 1234" --to CEIR --handsets --since-last
      numguard export block.xlsx --to DoT --map "msisdn=Mobile Number" --map reason --rows-per-file 5000
    """
    if since_last and since:
        raise ArgumentError("--since: takes its place, so leave --since-last out")
    if handsets and (as_of or key):
        raise ArgumentError("--handsets: are written as they are, without --as-of and keys")
    if is_registry(path):
        raise ArgumentError(f"PATH: {path} is a registry: write to another file")
    form: dict[str, Any] = {
        "district": district,
        "columns": _columns(mapped),
        "title": title,
        "header": not no_header,
        "rows_per_file": rows_per_file,
        "by_district": by_district,
        "replace": force,
        "override": override,
        "since": "last" if since_last else _moment(since),
    }
    with options.open_registry(registry_path, by) as registry:
        if handsets:
            listed = registry.export_handsets(path, to=receiver, **form)
        else:
            listed = registry.export(path, to=receiver, as_of=as_of, key=key, **form)
    if as_json:
        options.say_json(listed.manifest)
        return
    actions = listed.manifest["actions"]
    summary = ", ".join(_counted(action, actions[action]) for action in sorted(actions)) or "nothing"
    files = f" in {options.count(len(listed.manifest['files']), 'file')}" if "files" in listed.manifest else ""
    options.say(f"{path}: {summary}{files}; export {listed.manifest['export']}")
    if listed.manifest["list"] == "releases":
        options.say("this change has only the releases that are due under its key: it replaces no list")
    elif since_last and listed.manifest["events"][0] == 0:
        kind = "list of handsets" if handsets else "list"
        of = f" of {listed.manifest['district']}" if district else ""
        options.say(f"no {kind}{of} to {listed.manifest['to']} is on record, so this change has the whole list")
    options.say_unlisted(listed)
    _say_due(listed.manifest, district, handsets=handsets, keyed=key is not None)


def _say_due(manifest: dict[str, Any], district: str | None, *, handsets: bool, keyed: bool) -> None:
    """The releases that the list has no rows for, and the commands that write them."""
    under: dict[str, int] = manifest.get("releases_due_under", {})
    ways = {
        "": (", and a whole list has no releases", ", with the same key" if keyed else ""),
        "none": (" by lists without a key", ", without a key"),
    }
    command = ["numguard", "export", "FILE", "--to", str(manifest["to"])]
    command += [*(["--district", district] if district else []), *(["--handsets"] if handsets else []), "--since-last"]
    for check, due in {"": manifest.get("releases_due", 0) - sum(under.values()), **under}.items():
        known, how = ways.get(check, (f" under another key (key_check {check})", ", with that key"))
        are, them = ("is", "it") if due == 1 else ("are", "them")
        if due:
            options.say(
                f"releases_due: {options.count(due, 'release')} {are} due to {manifest['to']}{known}: "
                f"{options.command_line(command)} writes {them}{how}"
            )


def _counted(action: str, count: int) -> str:
    return f"{count:,} no longer listed" if action == "none" else f"{count:,} to {action}"


def _moment(since: str | None) -> date | int | None:
    """An export's number, or a day."""
    if since is None or since.isdecimal():
        return None if since is None else int(since)
    try:
        return date.fromisoformat(since)
    except ValueError:
        raise ArgumentError(
            "--since: takes the number of an export, or a day such as 2026-09-30; or use --since-last"
        ) from None


def _columns(mapped: tuple[str, ...]) -> dict[str, str] | None:
    """`COLUMN=NAME` options as a mapping of column to name; a column alone keeps its own."""
    found: dict[str, str] = {}
    for pair in mapped:
        column, equals, name = pair.partition("=")
        if column in found or (equals and not name):
            raise ArgumentError("--map: takes COLUMN=NAME, each column once, such as 'msisdn=Mobile Number'")
        found[column] = name if equals else column
    return found or None
