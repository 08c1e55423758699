"""`numguard expand`: IMEI linkage analysis, for a registry or for a list of seeds."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from numguard.cdr import Cdr, read_cdr
from numguard.cli import options
from numguard.errors import ArgumentError, BrakeError
from numguard.linkage import Expansion, LinkPolicy
from numguard.types import Region

__all__ = ["expand", "open_sightings"]

TABLES = ("linked", "handsets", "stopped", "evidence")


class Cap(click.IntRange):
    """A whole number, or `none` for no cap."""

    name = "number|none"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Any:
        """The number, or `NO_CAP`."""
        return NO_CAP if str(value).lower() == "none" else super().convert(value, param, context)


#: A cap that was taken off, as against one that was not spoken of.
NO_CAP = -1

_POLICY: list[tuple[str, Any, str]] = [
    ("max_hops", click.IntRange(1), "How many handsets away from a seed to walk."),
    ("since", click.DateTime(), "Sightings from this moment on (IST; a date is its midnight)."),
    ("until", click.DateTime(), "Sightings before this moment."),
    ("max_numbers_per_imei", Cap(0), "A handset with more numbers links nobody: a clone or a SIM box."),
    ("max_numbers_per_day", click.FloatRange(0), "A handset with more numbers a day, on average, links nobody."),
    ("min_days", click.IntRange(0), "Test that average only from so many days on."),
    ("max_imeis_per_number", Cap(0), "A number in more handsets is not walked on from."),
    ("min_sightings", click.IntRange(1), "Sightings it takes for a number to be in a handset."),
    ("max_gap_days", click.IntRange(0), "How far apart in time two numbers of a handset may be: resold phones."),
    ("max_linked_per_seed", click.IntRange(1), "The brake: more linked numbers for each seed are absurd."),
]


def policy_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """An option for each bound of the walk; what is not given stays as `LinkPolicy` has it."""
    for name, kind, says in reversed(_POLICY):
        command = click.option(f"--{name.replace('_', '-')}", name, type=kind, help=says)(command)
    command = click.option(
        "--release", type=click.Path(), help="Handsets to walk through whatever their caps: seized SIM boxes."
    )(command)
    command = click.option("--placeholders", type=click.Path(), help="Further IMEIs that many phones share.")(command)
    return click.option("--protected", type=click.Path(), help="Numbers never to be linked or walked through.")(command)


def make_policy(given: dict[str, Any]) -> LinkPolicy:
    """The policy that the options come to."""
    from numguard.number_list import open_imeis, open_numbers

    bounds: dict[str, Any] = {
        name: None if value == NO_CAP else value for name, value in given.items() if value is not None
    }
    for name in ("since", "until"):
        if name in bounds and bounds[name].time() == datetime.time():
            bounds[name] = bounds[name].date()
    if "protected" in bounds:
        bounds["protected"] = open_numbers(bounds["protected"])
    for name in ("release", "placeholders"):
        if name in bounds:
            bounds[name] = open_imeis(bounds[name])
    return LinkPolicy(**bounds)


def open_sightings(sources: tuple[str, ...], columns: dict[str, str | None]) -> tuple[Any, dict[str, Any]]:
    """The sightings, and the names of their columns: operator files unless columns are named or the file is Parquet."""
    named: dict[str, Any] = {name: column for name, column in columns.items() if column is not None}
    source: Any = list(sources) if len(sources) > 1 else sources[0]
    if all(_holds_columns(path) for path in sources):
        return source, named
    roles = {"msisdn": "served", "imei": "imei", "at": "at"}
    layout = {roles[name]: column for name, column in named.items()}
    return read_cdr(source, layout=layout or None), {}


def _holds_columns(path: str) -> bool:
    return Path(path).suffix.lower() in {".parquet", ".pq", ".arrow", ".feather"} or Path(path).is_dir()


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SIGHTINGS...")
@click.option(
    "--registry",
    "registry_path",
    envvar="NUMGUARD_REGISTRY",
    show_envvar=True,
    help="Link from the numbers in force of this registry, and keep what is found there.",
)
@click.option("--by", envvar="NUMGUARD_BY", show_envvar=True, help="Who acts; goes with --registry.")
@click.option("--seeds", type=click.Path(), help="Link from the numbers in this list, without a registry.")
@click.option("--msisdn", help="The column of served numbers [served_msisdn].")
@click.option("--imei", help="The column of IMEIs [imei14].")
@click.option("--at", help="The column of times [at].")
@policy_options
@click.option("--override", help="Keep the result although the brake came on, for this reason; it is logged.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write linked, handsets, stopped and evidence into this folder, as CSV.",
)
@options.region
@options.threads
@options.as_json
def expand(
    sources: tuple[str, ...],
    registry_path: str | None,
    by: str | None,
    seeds: str | None,
    msisdn: str | None,
    imei: str | None,
    at: str | None,
    override: str | None,
    folder: Path | None,
    region: Region,
    threads: int | None,
    as_json: bool,
    **bounds: Any,
) -> None:
    """Find the other numbers of the handsets that operated flagged numbers.

    SIGHTINGS are operator files as they came, or tables (Parquet, Arrow, CSV) with a column of served numbers, one of
    IMEIs and one of times. Only the served party's IMEI counts.

    \b
      numguard expand airtel.csv jio.csv --registry cases.db --by "HC 1234"
      numguard expand "calls/*.parquet" --seeds list.csv --max-hops 2 --folder linked/
      numguard expand calls.parquet --seeds list.csv --msisdn a_party --imei imei --since 2022-07-01
    """
    if (registry_path is None) == (seeds is None):
        raise ArgumentError("say what to link from: --registry FILE, or --seeds FILE")
    policy = make_policy(bounds)
    sightings, columns = open_sightings(sources, {"msisdn": msisdn, "imei": imei, "at": at})
    told = options.progress_line(lambda done: f"{done.rows:,} rows, hop {done.hop}, {done.file or ''}")
    if seeds is not None:
        from numguard.linkage import expand as walk
        from numguard.number_list import open_numbers

        found = walk(open_numbers(seeds), sightings, policy, region=region, progress=told, threads=threads, **columns)
    else:
        from numguard.registry import Registry

        if not by:
            raise ArgumentError("--by: say who acts; it is written into the registry")
        with Registry(options.existing_registry(str(registry_path)), by=by) as registry:
            found = registry.expand(
                sightings, policy, override=override, region=region, progress=told, threads=threads, **columns
            )
    options.end_progress()
    if isinstance(sightings, Cdr) and sightings.summary.refused:
        options.say(f"operator rows that were refused: {options.notes_said(sightings.summary.refused)}")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in TABLES:
            options.write_table(getattr(found, name), folder / f"{name}.csv")
    if as_json:
        options.say_json(_summary(found))
    else:
        _say(found)
    if found.braked and not override and seeds is not None:
        raise BrakeError(found.braked)


def _summary(found: Expansion) -> dict[str, Any]:
    return {
        "linked": found.linked.num_rows,
        "linked_by_hop": options.counted(found.linked["hop"]),
        "handsets": found.handsets.num_rows,
        "stopped": options.counted(found.stopped["why"]),
        "unseen": len(found.unseen),
        "refused": found.refused,
        "braked": found.braked,
    }


def _say(found: Expansion) -> None:
    summary = _summary(found)
    hops = ", ".join(f"{count:,} at hop {hop}" for hop, count in sorted(summary["linked_by_hop"].items()))
    options.say(f"linked: {options.count(summary['linked'], 'number')}" + (f" ({hops})" if hops else ""))
    options.say(f"through: {options.count(summary['handsets'], 'handset')}")
    if summary["stopped"]:
        options.say(f"stopped: {options.notes_said(summary['stopped'])}")
    options.say(f"seeds never seen: {summary['unseen']:,}")
    if found.refused:
        options.say(f"refused rows: {options.notes_said(found.refused)}")
    if found.braked:
        options.say(f"brake: {found.braked}")
