"""`numguard expand`: IMEI linkage analysis, for a registry or for a list of seeds."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from numguard.cdr import Layout, read_cdr
from numguard.cdr.header import candidates
from numguard.cdr.layout import Role
from numguard.cli import account, options
from numguard.cli.verb import Verb
from numguard.errors import ArgumentError, BrakeError
from numguard.files import placed_together
from numguard.linkage import Expansion, LinkPolicy
from numguard.linkage.expansion import TABLES
from numguard.source import files_of, is_local, kind_of_file
from numguard.source.kinds import TYPED
from numguard.source.strict import notes_text
from numguard.tac import TacTable
from numguard.types import Region

OF_BOTH = "--msisdn, --imei and --at: name columns of tables, or of operator files; not of both at once"

FROM_SHELL = ParameterSource.ENVIRONMENT


class Cap(click.IntRange):
    """A whole number, or `none` for no cap."""

    name = "number|none"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Any:
        """The number, or `NO_CAP`."""
        return NO_CAP if str(value).lower() == "none" else super().convert(value, param, context)


#: A cap that is removed, as opposed to one that is not given.
NO_CAP = -1

_POLICY: list[tuple[str, Any, str]] = [
    ("protected", click.Path(), "Numbers never to be linked or walked through."),
    ("placeholders", click.Path(), "Further IMEIs that many phones share."),
    ("release", click.Path(), "Handsets that are open in spite of caps: seized SIM boxes."),
    ("max_hops", click.IntRange(1), "How many handsets away from a seed to walk [1]."),
    ("since", click.DateTime(), "Sightings from this day on, or this moment: 2026-09-01T09:30:00 (IST)."),
    ("until", click.DateTime(), "Sightings before this day or moment."),
    ("max_numbers_per_imei", Cap(0), "A handset with more numbers is closed: a clone or a SIM box [100]."),
    ("max_numbers_per_day", click.FloatRange(0), "A handset with more numbers a day, on average, is closed."),
    ("max_speed_kmh", click.FloatRange(0, min_open=True), "A handset that moved faster, twice, is closed: a clone."),
    ("max_numbers_in_one_place", click.IntRange(0), "A handset that stays in one place may have so many: a SIM box."),
    ("min_days", click.IntRange(0), "Test that average only from so many days on [5]."),
    ("max_imeis_per_number", Cap(0), "A number in more handsets is linked, and not walked from [20]."),
    ("min_sightings", click.IntRange(1), "Sightings it takes for a number to be in a handset [1]."),
    ("max_gap_days", click.IntRange(0), "How far apart in time two numbers of a handset may be: resold phones."),
    ("days_before", click.IntRange(0), "Count sightings at most so many days before a seed was reported; one hop."),
    ("days_after", click.IntRange(0), "The same, after."),
    ("max_linked_per_seed", click.IntRange(0), "The brake: the most linked numbers for each seed [100]."),
]


def _bound(name: str, kind: Any, text: str) -> Any:
    metavar = "DAY" if isinstance(kind, click.DateTime) else None
    return click.option(f"--{name.replace('_', '-')}", name, type=kind, metavar=metavar, help=text)


#: An option for each bound of the walk; what is not given stays as `LinkPolicy` has it, in brackets in the help.
policy_options = options.gathered("bounds", dict, **{bound[0]: _bound(*bound) for bound in _POLICY})


def make_policy(given: dict[str, Any], region: Region, lists_read: account.Lists) -> LinkPolicy:
    """The policy of the options."""
    bounds: dict[str, Any] = {
        name: None if value == NO_CAP else value for name, value in given.items() if value is not None
    }
    for name in ("since", "until"):
        if name in bounds and bounds[name].time() == datetime.time():
            bounds[name] = bounds[name].date()
    # As arrays: the cells that were refused are reported already.
    if "protected" in bounds:
        bounds["protected"] = lists_read.numbers(bounds["protected"], region, actions=None).to_array()
    for name in ("release", "placeholders"):
        if name in bounds:
            bounds[name] = lists_read.imeis(bounds[name]).to_array()
    return LinkPolicy(**bounds)


@dataclass(frozen=True)
class Results:
    """Where the result goes."""

    folder: Path | None
    ask: Path | None
    graph: Path | None
    around: str | None
    around_imeis: str | None
    full_numbers: bool

    def tables(self) -> dict[str, Path | None]:
        """The tables that are written into folders that exist already."""
        folders = (("--folder", self.folder, TABLES), ("--graph", self.graph, ("nodes", "edges")))
        return {
            f"{option} ({name})": folder / f"{name}.csv"
            for option, folder, names in folders
            if folder is not None and folder.is_dir()
            for name in names
        }

    def drawing(
        self, region: Region, lists_read: account.Lists, tac: TacTable | None
    ) -> Callable[[Expansion], list[str]]:
        """A function that draws the chart of a result and returns what to say of it.

        Errors of its options are raised before the walk.
        """
        folder = self.graph
        if folder is None:
            if self.around or self.around_imeis or self.full_numbers:
                raise ArgumentError("--graph: name the folder for the chart; --around and --full-numbers go with it")
            return lambda _found: []
        from numguard.report.links import can_draw, write_links

        can_draw()
        numbers = lists_read.numbers(self.around, region, actions=None) if self.around is not None else None
        imeis = lists_read.imeis(self.around_imeis) if self.around_imeis is not None else None
        if (self.around or self.around_imeis) and not (numbers or imeis):
            raise ArgumentError("--around: the list is empty")

        def draw(found: Expansion) -> list[str]:
            graph = found.graph(numbers=numbers, imeis=imeis)
            write_links(graph, folder, full_numbers=self.full_numbers, tac=tac)
            nodes, edges = options.count(graph.nodes.num_rows, "node"), options.count(graph.edges.num_rows, "edge")
            return [f"{folder}: {nodes}, {edges}"]

        return draw


result_options = options.gathered(
    "results",
    Results,
    folder=click.option("--folder", type=options.FOLDER, help="Write the tables into this folder, as CSV."),
    ask=click.option(
        "--ask",
        type=options.FILE,
        help="Write the next requests to operators: numbers, IMEIs in 15 digits, the period.",
    ),
    graph=click.option(
        "--graph", type=options.FOLDER, help="Write chart.svg, nodes.csv and edges.csv into this folder."
    ),
    around=click.option("--around", type=click.Path(), help="Chart only the links of the numbers in this list."),
    around_imeis=click.option("--around-imeis", type=click.Path(), help="The same for handsets."),
    full_numbers=click.option("--full-numbers", is_flag=True, help="Do not mask the numbers in the chart."),
)


def seeds_in(path: str, policy: LinkPolicy, region: Region, lists_read: account.Lists) -> Any:
    """The numbers to link from; under a relative policy, with the day on which each was reported."""
    if not policy.is_relative:
        return lists_read.numbers(path, region)
    from numguard.number_list import read_dated_seeds

    seeds, rows, refused = read_dated_seeds(path, region=region, yes=lists_read.yes)
    account.say(rows, path)
    lists_read.add(path, rows["rows_used"], rows, refused)
    return seeds


def open_sightings(
    sources: tuple[str, ...], columns: dict[str, str | None], *, is_strict: bool = False
) -> tuple[Any, dict[str, Any], bool]:
    """The sightings, the names of their columns, and whether operator files are among them."""
    named: dict[str, Any] = {name: column for name, column in columns.items() if column is not None}
    if is_imei(named.get("imei", "")):
        raise ArgumentError(
            "--imei: takes the name of a column; to start from a handset write its IMEI into a file below the heading "
            "imei, and run numguard changes FILE --by imei14 --imeis imei.csv"
        )
    tables, reports = _by_kind(sources)
    if not reports:
        return tables, named, False
    if tables and named:
        raise ArgumentError(OF_BOTH)
    cdr = read_cdr(reports, layout=_layout_of(named) if named else None, strict=is_strict)
    return [*tables, cdr] if tables else cdr, {}, True


def is_imei(column: str) -> bool:
    """Whether what is given as a column is an IMEI.

    >>> [is_imei(text) for text in ("490154203237518", "49-015420-323751-8", "imei14", "12345")]
    [True, True, False, False]
    """
    digits = column.replace("-", "").replace(" ", "")
    return digits.isdecimal() and len(digits) in (14, 15, 16)


def _layout_of(named: Mapping[str, str]) -> Layout:
    """The layout of files with these columns; a column that is not named has its default name, as in tables."""
    roles = {"msisdn": "served", "imei": "imei", "at": "at"}
    given = {"served": "served_msisdn"} | {roles[name]: column for name, column in named.items()}
    (layout,) = candidates(given)
    defaults: dict[Role, tuple[str, ...]] = {"imei": ("imei14",), "at": ("at",)}
    return replace(layout, columns={**defaults, **layout.columns})


def _by_kind(sources: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The tables of typed columns, and the operators' files; of a folder or glob with both, each file."""
    tables: list[str] = []
    reports: list[str] = []
    for path in sources:
        files = files_of(path) if is_local(path) else []
        typed = [str(file) for file in files if kind_of_file(file) in TYPED]
        if path != "-" and len(typed) == len(files):
            tables.append(path)
        elif not typed:
            reports.append(path)
        else:
            tables += typed
            reports += [str(file) for file in files if str(file) not in typed]
    return tables, reports


@click.command(cls=Verb)
@click.argument("sources", nargs=-1, required=True, metavar="SIGHTINGS...")
@click.option(
    "--registry",
    "registry_path",
    callback=options.registry_file,
    envvar="NUMGUARD_REGISTRY",
    show_envvar=True,
    help="Link from the numbers in force of this registry, and record the result there.",
)
@click.option("--by", envvar="NUMGUARD_BY", show_envvar=True, help="Who acts; goes with --registry.")
@click.option("--seeds", type=click.Path(), help="Link from the numbers in this list, without a registry.")
@options.sighting_columns
@policy_options
@click.option("--override", help="Record a result past the brake, for this reason, which is recorded too.")
@result_options
@options.yes
@options.tac
@options.region
@options.threads
@account.of_rows
def expand(
    sources: tuple[str, ...],
    registry_path: str | None,
    by: str | None,
    seeds: str | None,
    named: dict[str, str | None],
    bounds: dict[str, Any],
    override: str | None,
    results: Results,
    yes: tuple[str, ...],
    tac_path: str | None,
    region: Region,
    threads: int | None,
    refused_path: Path | None,
    is_strict: bool,
    as_json: bool,
) -> None:
    """Find the other numbers of the handsets of reported numbers.

    SIGHTINGS are operator files as received, or tables (Parquet, Arrow, CSV) with a column of served numbers, one of
    IMEIs and one of times. Only the served party's IMEI counts.

    \b
      numguard expand airtel.csv jio.csv --registry cases.db --by "HC 1234"
      numguard expand "calls/*.parquet" --seeds list.csv --max-hops 2 --folder linked/ --ask letter.csv
      numguard expand calls.parquet --seeds list.csv --msisdn a_party --imei imei --since 2022-07-01
      numguard expand calls.parquet --seeds list.csv --graph chart/ --around suspect.csv --tac tacs.csv
    """
    registry_path = _one_start(registry_path, seeds)
    lists = [seeds, registry_path, results.around, results.around_imeis, tac_path]
    lists += [bounds[name] for name in ("protected", "release", "placeholders")]
    account.check_files(lists, {"--ask": results.ask, "--refused": refused_path} | results.tables(), sources=sources)
    lists_read = account.Lists(is_strict=is_strict, yes=yes)
    tac = lists_read.tacs(tac_path)
    draw = results.drawing(region, lists_read, tac)
    policy = make_policy(bounds, region, lists_read)
    begin = None if seeds is None else seeds_in(seeds, policy, region, lists_read)
    lists_read.yes.check()
    sightings, columns, _ = open_sightings(sources, named, is_strict=is_strict)
    columns |= {"strict": is_strict, "list_refused": refused_path is not None}
    report = options.progress_line(lambda done: f"{done.rows:,} rows, hop {done.hop}, {done.file or ''}")
    if begin is not None:
        from numguard.linkage import expand as walk

        found = walk(begin, sightings, policy, region=region, progress=report, threads=threads, **columns)
    else:
        if not by:
            raise ArgumentError("--by: name who acts; it is recorded")
        with options.open_registry(str(registry_path), by) as registry:
            found = registry.expand(
                sightings, policy, override=override, region=region, progress=report, threads=threads, **columns
            )
    options.end_progress()

    def summary() -> None:
        if as_json:
            options.say_json(_summary(found) | found.account | lists_read.summary())
        else:
            _say(found)
            account.say(found.account)

    is_recorded = seeds is None
    about = options.about_recorded("the linkage", summary) if is_recorded else nullcontext()
    with about, placed_together():
        account.write_with_lists(found.refused_rows, refused_path, lists_read)
        if results.folder is not None:
            write_folder(found, results.folder, tac, region)
        written = [] if results.ask is None else [write_requests(found, results.ask, region)]
        written += draw(found)
    for line in written:
        options.say(line)
    summary()
    if found.braked and not override and seeds is not None:
        raise BrakeError(found.braked)


def _one_start(registry_path: str | None, seeds: str | None) -> str | None:
    """The registry to link from; none where there are seeds, which override a registry of the environment."""
    if seeds is not None and click.get_current_context().get_parameter_source("registry_path") is FROM_SHELL:
        registry_path = None
    if (registry_path is None) == (seeds is None):
        raise ArgumentError("name what to link from: --registry FILE, or --seeds FILE")
    return registry_path


def write_folder(found: Expansion, folder: Path, tac: TacTable | None = None, region: Region = "IN") -> None:
    """Every table as CSV, readable by its owner only; with a table of TACs, maker and model beside each handset."""
    from numguard.files import Style, together, write_rows

    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Links beside the evidence of another run would prove nothing.
    with together(private=True) as files:
        for name in TABLES:
            table = getattr(found, name)
            if tac is not None:
                table = tac.join(table, "via_imei" if "via_imei" in table.column_names else "imei14")
            write_rows(folder / f"{name}.csv", table.schema, table.to_batches(), Style(region=region), into=files)


def write_requests(found: Expansion, path: Path, region: Region) -> str:
    """The next requests to operators, readable by its owner only; what there is to say of them."""
    from numguard.files.outgoing import write_private

    requests = found.requests()
    write_private(requests, path, region=region)
    counted = options.counted(requests["why"])
    subjects = [
        options.count(counted[why], what)
        for why, what in (("unseen", "number"), ("one_number", "handset"))
        if why in counted
    ]
    return f"{path}: {'requests for ' + ' and '.join(subjects) if subjects else 'no requests'}"


def _summary(found: Expansion) -> dict[str, Any]:
    return {
        "linked": found.linked.num_rows,
        "linked_by_hop": options.counted(found.linked["hop"]),
        "handsets": found.handsets.num_rows,
        "stopped": options.counted(found.stopped["why"]),
        "unseen": len(found.unseen),
        "refused": found.refused,
        "refused_seeds": found.refused_seeds,
        "braked": found.braked,
    }


def _say(found: Expansion) -> None:
    summary = _summary(found)
    hops = ", ".join(f"{count:,} at hop {hop}" for hop, count in sorted(summary["linked_by_hop"].items()))
    options.say(f"linked: {options.count(summary['linked'], 'number')}" + (f" ({hops})" if hops else ""))
    options.say(f"through: {options.count(summary['handsets'], 'handset')}")
    if summary["stopped"]:
        options.say(f"stopped: {notes_text(summary['stopped'])}")
    if found.seeds_seen or summary["unseen"]:
        options.say(f"listed numbers not found in these records: {summary['unseen']:,}")
    else:
        options.say("no numbers to link from: none is in force, or in the list")
    if found.refused_seeds:
        options.say(f"listed numbers that cannot be read: {notes_text(found.refused_seeds)}")
    if found.braked:
        options.say(f"brake: {found.braked}")
