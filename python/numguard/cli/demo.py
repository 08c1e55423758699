"""`numguard demo`: the whole job on one invented case, in the terminal, compared with the known truth.

Owns the order of the job, its messages, and the checks that decide whether the run is a success. Computes nothing
itself: every figure comes from the public interface of the package, or from the truth that the generator kept. No whole
number and no handset is ever printed.
"""

from __future__ import annotations

import csv
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TextIO

import click
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import numguard as ng
from numguard.cdr import Cdr
from numguard.cli.page import Page, open_page
from numguard.cli.verb import Verb
from numguard.compute import by_key, tuples_of
from numguard.errors import ArgumentError, InputError, MissingExtraError
from numguard.files.outgoing import write_private
from numguard.registry.answers.notes import NOTES
from numguard.registry.sheets.amounts import amounts
from numguard.synthetic import SEED, World, districts, make_world
from numguard.synthetic.cdr import SCHEMA as BULK_SCHEMA
from numguard.synthetic.policy import BOUNDS, HARMED, MISSED, SINCE, UNTIL
from numguard.synthetic.score import Score, score

ROWS: Final = 5_000_000
WHY: Final = {
    "placeholder": "handsets without an IMEI of their own",
    "too_many_numbers": "handsets with more than 100 numbers: cloned IMEIs, SIM boxes",
    "too_many_per_day": "handsets with more than 3.1 numbers a day: cloned IMEIs, SIM boxes",
    "too_many_handsets": "numbers seen in more than 20 handsets",
    "protected": "protected numbers, which are never listed",
}


@dataclass
class DemoResult:
    """What a run found.

    Attributes:
        world: The invented case.
        checks: What had to come out, in words, and whether it did.
        reported: Reported numbers by district.
        linked: Linked numbers by district.
        scores: How each trap came out.
        hits: Hit rows of the scan.
        rows_per_second: Rate of the scan.
        written: What was written, and where.
        seconds: The whole run.
    """

    world: World
    checks: dict[str, bool] = field(default_factory=dict)
    reported: dict[str, int] = field(default_factory=dict)
    linked: dict[str, int] = field(default_factory=dict)
    scores: list[Score] = field(default_factory=list)
    hits: int = 0
    rows_per_second: float = 0.0
    written: dict[str, Path] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether every check succeeded."""
        return bool(self.checks) and all(self.checks.values())


def run_demo(
    folder: Path, *, seed: int = SEED, rows: int = ROWS, scale: float = 1.0, out: TextIO | None = None
) -> DemoResult:
    """Run the whole job in `folder` and print the results.

    What an earlier run left under the same names goes; a folder with files that no demonstration made is refused.
    `rows` are those of the bulk call records; a `scale` below 1 makes a smaller case with the same traps.
    """
    begin = time.perf_counter()
    _clear(folder)
    page = open_page(out or sys.stdout)
    page.title(
        "numguard: one case, from complaint to block list",
        f"Every number and handset is invented (seed {seed}). Everything is written to {folder}.",
    )
    result = DemoResult(_generate(page, folder, seed, rows, scale))
    policy = ng.LinkPolicy(since=SINCE, until=UNTIL, **BOUNDS)
    with ng.Registry(folder / "cases.db", by="demo") as registry:
        _add_complaints(page, result, registry)
        expansion = _link(page, result, registry, policy)
        listed = _lists(page, result, registry)
    _compare(page, result, expansion)
    _released(page, result, policy)
    _scan(page, result, listed, expansion)
    _report(page, result)
    _close(page, result, begin)
    return result


def _clear(folder: Path) -> None:
    """Remove the registry of an earlier run, and no other; a folder with files of no run is left alone."""
    if not (folder / "case" / "truth.parquet").exists():
        if folder.exists() and any(folder.iterdir()):
            raise ArgumentError(f"{folder}: has files that no demonstration made; name a new folder")
        return
    for path in folder.glob("cases.db*"):
        path.unlink()


def _generate(page: Page, folder: Path, seed: int, rows: int, scale: float) -> World:
    page.heading("The case")
    with page.step("inventing it") as tell:
        world = make_world(folder / "case", seed=seed, rows=rows, scale=scale, progress=tell)
    sources = len({row[1] for row in world.complaints.rows})
    page.facts(
        [
            ("complaint sheet", len(world.complaints.rows), f"rows from {sources} sources, in the forms of complaints"),
            ("operator files", len(world.operator_files), "answers for single numbers and handsets, two layouts"),
            ("call records", rows, f"rows of Parquet, {world.cdr.stat().st_size / 1e6:,.0f} MB"),
        ]
    )
    return world


def _add_complaints(page: Page, result: DemoResult, registry: ng.Registry) -> None:
    world = result.world
    page.heading("Complaints: what came in")
    with page.step("reading, normalising and recording them"):
        intake = registry.add_complaints(world.complaints_csv)
        registry.decide(pa.array(world.planted.protected), "protected", "published lines of banks")
    lost, recovered = _amounts(world.complaints_csv)
    page.facts(
        [
            ("taken", intake.added, "complaints that name a usable number"),
            ("amended", intake.updated, "sent again with changes; the earlier version is kept"),
            ("sent twice", intake.repeated, "counted once"),
            ("without a number", intake.refused, "rows kept, with the reason"),
            ("lost", f"{lost / 1e9:,.2f}", "crore rupees"),
            ("recovered", f"{recovered / 1e9:,.2f}", "crore rupees"),
        ]
    )
    result.checks["15.00 crore rupees recovered"] = recovered == 100 * districts.RECOVERED
    refused = _folder(result) / "refused_rows.csv"
    write_private(intake.refusals, refused)
    result.written["what was refused: file, row, column, cell, why"] = refused
    page.heading("Refused, and why")
    counts = Counter(map(str, intake.refusals["note"].to_pylist()))
    rows = [(f"{count:,}", note, NOTES.get(note, "")) for note, count in counts.most_common()]
    page.table(["cells", "<note", "<what it means"], [*rows, (f"{sum(counts.values()):,}", "in all", "")], total=True)
    _look_at(page, result, registry, intake.waiting["msisdn"])


def _look_at(page: Page, result: DemoResult, registry: ng.Registry, doubtful: pa.ChunkedArray[Any]) -> None:
    """An officer reads the cells of the numbers that wait, and knows the suspects' among them."""
    waiting = registry.review()
    result.written["numbers that waited for a decision: file, row, why, cell"] = _folder(result) / "waiting.csv"
    write_private(waiting, _folder(result) / "waiting.csv")
    suspects = pa.array(result.world.complaints.msisdns.astype("uint64"))
    accepted = pc.unique(doubtful.filter(pc.is_in(doubtful, suspects)))
    if len(accepted):
        registry.decide(accepted, "accepted", "the cell was read, and the complainant asked")
    page.heading("Not certain, so on no list until a decision")
    counts = Counter(map(str, waiting["why"].to_pylist()))
    page.table(["cells", "<why"], [(f"{count:,}", why) for why, count in counts.most_common()])
    page.line(f"{len(accepted):,} numbers were accepted; the others still wait and are on no list.")


def _amounts(sheet: Path) -> tuple[int, int]:
    """Paise lost and recovered: of each complaint the last version, so that nothing is counted twice."""
    with sheet.open(encoding="utf-8-sig", newline="") as lines:
        latest = {(row["source"], row["acknowledgement_no"]): row for row in csv.DictReader(lines)}
    written = ([row[column] for row in latest.values()] for column in ("amount_lost", "amount_recovered"))
    lost, recovered = (pc.sum(amounts(pa.array(cells))[0]).as_py() for cells in written)
    return lost, recovered


def _link(page: Page, result: DemoResult, registry: ng.Registry, policy: ng.LinkPolicy) -> ng.Expansion:
    world = result.world
    page.heading("Handsets: what linkage found, and where it stopped")
    operators, _ = _sightings(result)
    with page.step("reading operator files"):
        cdr = ng.read_cdr(world.operator_files)
        _write_sightings(cdr, operators)
    left = _folder(result) / "refused_operator_rows.csv"
    write_private(cdr.refused, left)
    result.written["operator files, as one table"] = operators
    result.written["rows of them that do not say whose handset it was"] = left
    with page.step("walking from number to handset to number") as tell:
        expansion = registry.expand(
            _sightings(result),
            policy,
            msisdn="served_msisdn",
            imei="imei",
            progress=lambda done: tell(f"{done.rows:,} rows"),
        )
    refused = sum(cdr.summary.refused.values())
    hops: Counter[Any] = Counter(expansion.linked["hop"].to_pylist())
    first, later = "further numbers of their handsets", "further numbers of those numbers' other handsets"
    page.facts(
        [
            ("operator rows", cdr.summary.rows, f"and {refused:,} refused: they do not say whose handset it was"),
            ("reported numbers", len(result.world.complaints.msisdns), "the walk starts from each"),
            ("of them unseen", len(expansion.unseen), "nowhere in these records: served elsewhere"),
            ("handsets", expansion.handsets.num_rows, "that carried one of them or of their neighbours"),
            *((f"linked, step {hop}", hops[hop], first if hop == 1 else later) for hop in sorted(hops)),
        ]
    )
    stopped: dict[str, list[int]] = by_key(tuples_of(expansion.stopped, "why", "count"))
    page.table(
        ["stopped at", "behind them", "<why", "<what it means"],
        [(f"{len(counts):,}", f"{sum(counts):,}", why, WHY.get(why, "")) for why, counts in sorted(stopped.items())],
    )
    page.line(_one_path(expansion.linked))
    return expansion


def _sightings(result: DemoResult) -> list[Path]:
    """Where it is written who was seen in which handset: of the operator files, and of the bulk records."""
    return [_folder(result) / "operator_sightings.parquet", result.world.cdr]


def _write_sightings(cdr: Cdr, path: Path) -> None:
    """Sightings of the operator files with the columns of the bulk records, so that both are one source."""
    schema = pa.schema([BULK_SCHEMA.field(name) for name in ("served_msisdn", "imei", "at")])
    with pq.ParquetWriter(path, schema) as writer:
        for batch in cdr:
            keys = [ng.format(batch["served_msisdn"]), ng.format_imei(batch["imei14"])]
            writer.write_batch(pa.record_batch([*keys, batch["at"]], schema=schema))


def _one_path(linked: pa.Table) -> str:
    """One linked number in a sentence, masked."""
    best = linked.take(pc.sort_indices(linked, [("hop", "descending"), ("sightings", "descending")])[:1]).to_pylist()
    if not best:
        return "no number was linked"
    row = best[0]
    return (
        f"For instance {_masked(row['msisdn'])}: seen {row['sightings']} times from {row['first_seen']:%d %b} to "
        f"{row['last_seen']:%d %b} in a handset that also carried {_masked(row['via_msisdn'])}, "
        f"{row['hop']} steps from the reported {_masked(row['seed_msisdn'])}."
    )


def _masked(msisdn: int) -> str:
    return f"+91 {str(msisdn)[2:4]}xxx xxx{str(msisdn)[-2:]}"


def _lists(page: Page, result: DemoResult, registry: ng.Registry) -> pa.Table:
    page.heading("The list by district")
    folder = _folder(result)
    with page.step("making the block list, whole and by district"):
        whole = registry.block_list()
        protected, named = registry.numbers("protected"), registry.numbers("reported")
        whole.write_by_district(folder / "by_district")
        registry.export(folder / "block_list.csv", to="nodal officer", replace=True)
        listed = whole.to_table()
    left_out = len(named) - listed["action"].to_pylist().count("block")
    page.facts(
        [
            ("listed", len(listed), "numbers to block, or to verify again"),
            ("left out", left_out, "foreign, fixed, toll free and service numbers: listed by decision only"),
            ("protected", len(protected), "complainants' own, lines of banks, digits typed in place of a number"),
        ]
    )
    result.written["block list"] = folder / "block_list.csv"
    result.written["the same, a file a district"] = folder / "by_district"
    counts = Counter(tuples_of(listed, "district", "action"))
    result.reported = {unit: counts[unit, "block"] for unit in districts.UNITS}
    result.linked = {unit: counts[unit, "reverify"] for unit in districts.UNITS}
    published = result.world.complaints.by_district
    full = published == districts.UNITS
    groups = {unit: [unit] for unit in districts.DISTRICTS}
    groups |= {"Other units": [*districts.OTHER_UNITS], "All": [*districts.UNITS]}
    counts_of = (result.reported, published, result.linked)
    rows = [(name, *(f"{sum(of[unit] for unit in units):,}" for of in counts_of)) for name, units in groups.items()]
    source = "published" if full else "generated"
    page.table(["<district", "reported", source, "linked only"], rows, total=True)
    page.line("Reported numbers go out to be blocked; numbers that were only linked go out to be verified again.")
    as_made = f"the reported numbers are the {source} table, district by district"
    _check(page, result, as_made, result.reported == published)
    is_safe = not np.isin(np.asarray(listed["msisdn"]), result.world.protected).any()
    _check(page, result, "no list holds a protected number", is_safe)
    return listed


def _compare(page: Page, result: DemoResult, expansion: ng.Expansion) -> None:
    world = result.world
    page.heading("Compared with the planted truth")
    result.scores = score(world.truth, expansion.linked)
    columns = ["<planted", "guilty", "linked", "innocent", "linked ", "precision", "recall"]
    counts = ((s.guilty, s.guilty_linked, s.innocent, s.innocent_linked) for s in result.scores)
    rows = [
        (s.trap, *(f"{count:,}" for count in of), _share(s.precision), _share(s.recall))
        for s, of in zip(result.scores, counts, strict=True)
    ]
    page.table(columns, rows, total=True)
    page.line("No policy finds every planted suspect and spares every other number. With this one,")
    for s in result.scores[:-1]:
        if s.guilty > s.guilty_linked:
            page.line(f"- {s.guilty - s.guilty_linked:,} guilty were missed ({s.trap}: {MISSED.get(s.trap, '')})")
    for s in result.scores[:-1]:
        if s.innocent_linked:
            page.line(f"- {s.innocent_linked:,} innocent were linked ({s.trap}: {HARMED.get(s.trap, '')})")
    page.line("which is why a linked number is verified again and never blocked on that alone.")


def _released(page: Page, result: DemoResult, policy: ng.LinkPolicy) -> None:
    """What seized SIM boxes would add: a second walk, of which nothing is kept."""
    world = result.world
    with page.step("walking again with the SIM boxes released, as if they had been seized"):
        released = replace(policy, release=ng.ImeiSet(world.planted.sim_boxes), protected=ng.NumberSet(world.protected))
        again = ng.expand(world.complaints.msisdns, _sightings(result), released, msisdn="served_msisdn", imei="imei")
    before, after = result.scores[-1], score(world.truth, again.linked)[-1]
    page.line(
        f"That links {after.guilty_linked - before.guilty_linked:,} guilty and "
        f"{after.innocent_linked - before.innocent_linked:,} innocent numbers more; nothing of it was kept."
    )


def _scan(page: Page, result: DemoResult, listed: pa.Table, expansion: ng.Expansion) -> None:
    page.heading("The call records scanned with the list")
    numbers = ng.NumberSet(listed["msisdn"])
    handsets = ng.ImeiSet(expansion.handsets["imei14"])
    path = _folder(result) / "hits.parquet"
    with page.step("scanning") as tell:
        scan = ng.scan(
            result.world.cdr,
            {"served_msisdn": numbers, "other_party": numbers, "imei": handsets},
            progress=lambda so_far: tell(f"{so_far.rows:,} rows, {so_far.hits:,} hits"),
        )
        summary = scan.write(path)
    result.hits, result.rows_per_second = summary.hits, summary.rows_per_second
    result.written["call records that name a listed number or handset"] = path
    by, rate = summary.hits_by_column, summary.rows_per_second / 1e6
    page.facts(
        [
            ("list", len(numbers), f"numbers, and {len(handsets):,} handsets"),
            ("scanned", summary.rows, f"rows in {summary.seconds:.2f} s: {rate:,.1f} million rows a second"),
            ("hits", summary.hits, "rows, each once"),
            ("by served number", by["served_msisdn"], ""),
            ("by other party", by["other_party"], "numbers that were called, or that called"),
            ("by handset", by["imei"], "whatever the number in it"),
        ]
    )


def _report(page: Page, result: DemoResult) -> None:
    """The page to be forwarded, made from the registry alone."""
    page.heading("The report")
    path = _folder(result) / "report.html"
    with ng.Registry(_folder(result) / "cases.db", by="demo") as registry, page.step("writing it"):
        actions = registry.action_taken()
        try:
            registry.report(path, title="An invented case: action taken")
            result.written["the report: open it in a browser, or forward it"] = path
        except MissingExtraError as missing:
            page.line(str(missing))
    uploaded = actions.group_by(["district", "found"]).aggregate([("uploaded", "sum")]).to_pylist()
    counts = {row["district"]: row["uploaded_sum"] for row in uploaded if row["found"] == "reported"}
    holds = {unit: counts.get(unit, 0) for unit in districts.UNITS} == result.world.complaints.by_district
    _check(page, result, "the action-taken report has the same table", holds)


def _close(page: Page, result: DemoResult, begin: float) -> None:
    result.written["the case registry: complaints, links, evidence, decisions"] = _folder(result) / "cases.db"
    page.heading("Written")
    page.table(["<file", "<what"], [(str(path), what) for what, path in result.written.items()])
    result.seconds = time.perf_counter() - begin
    report = _folder(result) / "report.html"
    read = f" Now read {report}." if report in result.written.values() else ""
    page.line(f"The whole job in {result.seconds:.1f} s.{read}")
    if not result.ok:
        page.line("not everything came out as it must: see the marks above", "bad")


def _check(page: Page, result: DemoResult, text: str, holds: bool) -> None:
    result.checks[text] = holds
    page.line(text, "good" if holds else "bad")


def _folder(result: DemoResult) -> Path:
    return result.world.folder.parent


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


@click.command(cls=Verb)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path("demo"))
@click.option("--seed", type=click.IntRange(min=0), default=SEED, show_default=True, help="Another seed, another case.")
@click.option("--rows", type=click.IntRange(min=200_000), default=ROWS, show_default=True, help="Rows of call records.")
@click.option(
    "--scale",
    type=click.FloatRange(0.02, 1),
    default=1.0,
    show_default=True,
    help="A smaller case with the same traps.",
)
def demo(folder: Path, seed: int, rows: int, scale: float) -> None:
    """Run the whole job on an invented case.

    The results are compared with what is known to be true. Everything is written into FOLDER.

    \b
      numguard demo
      numguard demo /tmp/case --scale 0.05 --rows 200000
    """
    if not run_demo(folder, seed=seed, rows=rows, scale=scale).ok:
        raise InputError("the demonstration did not come out as it must; the marks above say where")
