"""What is invented holds its own truth: counts, districts, traps, and the same bytes from the same seed."""

from __future__ import annotations

import collections
import csv
import datetime
import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import linkage_oracle
import numguard as ng
from numguard.synthetic import TRAPS, CdrSpec, World, cdr_batches, districts, make_complaints, make_world
from numguard.synthetic.complaints import COLUMNS, Complaints, write_complaints
from numguard.synthetic.numbering import COUNTRY, PLACEHOLDER_IMEIS, Numbering, check_digit, digits
from numguard.synthetic.policy import BOUNDS, HARMED, MISSED, SINCE, UNTIL
from numguard.synthetic.score import score
from numguard.synthetic.spellings import REFUSED, SEPARATORS, SPELLINGS, Refusal, Spelling, write
from test_linkage import assert_equal, link_policy

SMALL = 0.02
ROWS = 150_000


@pytest.fixture(scope="session")
def complaints() -> Complaints:
    return make_complaints(1930)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"), rows=ROWS, scale=SMALL)


@pytest.fixture(scope="session")
def sheet(complaints: Complaints, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """The rows of the CSV, read back with the csv module."""
    path = write_complaints(complaints, tmp_path_factory.mktemp("sheet") / "complaints.csv")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


# The published figures ---------------------------------------------------------------------------------------------


def test_the_published_table_adds_up() -> None:
    assert len(districts.DISTRICTS) == 23
    assert sum(districts.DISTRICTS.values()) == 27_682
    assert sum(districts.OTHER_UNITS.values()) == 142
    assert sum(districts.UNITS.values()) == 27_824
    assert sum(map(len, districts.stations().values())) == 29
    assert sum(map(len, districts.desks().values())) == 309
    named = [name for names in (*districts.stations().values(), *districts.desks().values()) for name in names]
    assert len(set(named)) == len(named)


def test_complaints_give_the_published_table(complaints: Complaints) -> None:
    assert complaints.by_district == districts.UNITS
    assert len(np.unique(complaints.msisdns)) == 27_824
    assert not np.isin(complaints.msisdns, complaints.complainants).any()
    national = complaints.msisdns - np.uint64(COUNTRY)
    assert national.min() >= 6 * 10**9
    assert national.max() < 10**10


# The sheet ---------------------------------------------------------------------------------------------------------


def _day(written: str) -> datetime.date:
    date = written.split(" ")[0]
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"):
        try:
            return datetime.datetime.strptime(date, form).date()
        except ValueError:
            continue
    raise AssertionError(written)


def _rupees(written: str) -> int:
    return int(re.sub(r"[^\d.]", "", written.removeprefix("Rs.").removesuffix(".00")) or 0)


def _unit(written: str) -> str:
    return " ".join(written.split()).title()


def test_the_sheet_holds_47000_complaints(sheet: list[dict[str, str]], complaints: Complaints) -> None:
    assert tuple(sheet[0]) == COLUMNS
    latest = {(row["source"], row["acknowledgement_no"]): row for row in sheet}
    assert len(latest) == 47_000
    assert len(sheet) == 47_000 + complaints.repeated + complaints.amended
    assert sum(_rupees(row["amount_recovered"]) for row in latest.values()) == 15 * 10**7
    assert all(_rupees(row["amount_recovered"]) <= _rupees(row["amount_lost"]) for row in latest.values())
    assert len({source for source, _ in latest}) == 2 + 29 + 309
    assert {_unit(row["district"]) for row in sheet} == set(districts.UNITS)
    written = {re.sub(r"\d", "0", row["amount_lost"]) for row in sheet}
    assert {"00000", "0,00,000", "Rs 0,00,000", "Rs. 00000/-", "₹00,000", "00000.00", ""} <= written


def test_reports_to_the_helpline_rise(sheet: list[dict[str, str]]) -> None:
    months = collections.Counter(_day(row["reported_at"]).month for row in sheet if row["source"] == "1930")
    assert sorted(months) == list(range(1, 10))
    assert months[9] > 2 * months[1]


def test_rows_sent_twice_are_the_same(sheet: list[dict[str, str]], complaints: Complaints) -> None:
    versions = collections.defaultdict(list)
    for row in sheet:
        versions[row["source"], row["acknowledgement_no"]].append(row)
    several = [rows for rows in versions.values() if len(rows) > 1]
    assert len(several) == complaints.repeated + complaints.amended
    assert sum(rows[0] == rows[1] for rows in several) == complaints.repeated
    changed = [rows for rows in several if rows[0] != rows[1]]
    assert all({k for k in COLUMNS if a[k] != b[k]} == {"amount_recovered"} for a, b in changed)


def test_a_number_belongs_to_its_first_complaint(sheet: list[dict[str, str]], complaints: Complaints) -> None:
    home = dict(zip(complaints.msisdns.tolist(), complaints.districts, strict=True))
    first: dict[int, tuple[datetime.date, str]] = {}
    days = collections.defaultdict(set)
    for row, msisdn in zip(*(column.to_pylist() for column in complaints.mentions.columns), strict=True):
        seen = (_day(sheet[row]["reported_at"]), _unit(sheet[row]["district"]))
        first[msisdn] = min(first.get(msisdn, seen), seen)
        days[msisdn].add(seen)
    assert set(first) == set(home)
    assert all(first[msisdn][1] == home[msisdn] for msisdn in home)
    # No other district names it on that day, so that the hour, which some sources leave out, cannot matter.
    assert all(
        {district for day, district in days[msisdn] if day == first[msisdn][0]} == {home[msisdn]} for msisdn in home
    )
    assert sum(len({district for _, district in seen}) > 1 for seen in days.values()) > 100


def test_reading_the_sheet_finds_those_numbers_and_no_other(
    sheet: list[dict[str, str]], complaints: Complaints
) -> None:
    """Asked of the face: every number of every cell that holds one, and nothing new out of what is refused."""
    cells = [row["suspect_mobiles"] for row in sheet]
    read = ng.explain(cells)
    msisdn, note = read.field("msisdn").to_numpy(zero_copy_only=False), read.field("note").to_pylist()
    kind = read.field("kind").to_pylist()
    whole = {
        int(m)
        for m, n, k in zip(msisdn, note, kind, strict=True)
        if n != "placeholder" and k in {"mobile", "fixed_or_mobile"}
    }
    pieces = set()
    for cell in ng.extract([c for c, n in zip(cells, note, strict=True) if n is not None]).to_pylist():
        pieces.update(cell or [])
    mobiles = {m for m in whole | pieces if 6 * 10**9 <= m - COUNTRY < 10**10}
    named = set(complaints.msisdns.tolist())
    placeholders = {COUNTRY + 9_999_999_999, COUNTRY + 9_898_989_898}
    assert mobiles - named - placeholders <= set(complaints.complainants.tolist())
    assert named <= mobiles


@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda s: s.template)
def test_every_spelling_is_read_as_promised(spelling: Spelling) -> None:
    numbers = Numbering(5).msisdns(np.arange(50))
    cells = [write(f"{int(n) - COUNTRY}", spelling) for n in numbers]
    read = ng.explain(cells)
    assert read.field("msisdn").to_pylist() == numbers.tolist()
    assert set(read.field("note").to_pylist()) == {spelling.note}


@pytest.mark.parametrize("refusal", REFUSED, ids=lambda r: f"{r.note}-{r.make('6812345079')}")
def test_every_refusal_is_refused_as_promised(refusal: Refusal) -> None:
    numbers = Numbering(6).msisdns(np.arange(50))
    cells = [refusal.make(f"{int(n) - COUNTRY}") for n in numbers]
    read = ng.explain(cells)
    assert set(read.field("msisdn").to_pylist()) == {None}
    assert set(read.field("note").to_pylist()) == {refusal.note}
    found = [set(cell or []) for cell in ng.extract(cells).to_pylist()]
    allowed = [{int(n)} if refusal.known else set() for n in numbers]
    assert all(
        {m for m in got if 6 * 10**9 <= m - COUNTRY < 10**10} <= may for got, may in zip(found, allowed, strict=True)
    )


@pytest.mark.parametrize("separator", SEPARATORS)
def test_several_numbers_in_a_cell_are_all_found(separator: str) -> None:
    a, b, c = Numbering(8).msisdns(np.arange(3)).tolist()
    spellings = SPELLINGS[:1] if separator == " " else SPELLINGS[:8]
    for spelling in spellings:
        cell = separator.join(write(f"{n - COUNTRY}", spelling) for n in (a, b, c))
        assert ng.extract([cell]).to_pylist() == [[a, b, c]], spelling.template


# Numbers and handsets ----------------------------------------------------------------------------------------------


def test_no_two_serials_share_a_number() -> None:
    supply = Numbering(3)
    serials = np.unique(np.random.default_rng(3).integers(0, 4 * 10**9, 300_000))
    assert len(np.unique(supply.msisdns(serials))) == len(serials)
    handsets = np.unique(np.random.default_rng(4).integers(0, 10**9, 300_000))
    assert len(np.unique(supply.handsets(handsets))) == len(handsets)


def test_numbers_that_are_easily_typed_are_skipped() -> None:
    supply = Numbering(3)
    wanted = int(supply.msisdns(np.arange(1))[0]) - COUNTRY
    supply._never = np.array([wanted], dtype=np.uint64)
    around = supply.msisdns(np.arange(1000))
    assert COUNTRY + wanted not in around.tolist()
    assert len(np.unique(around)) == 1000


def test_digits_and_check_digits() -> None:
    values = np.array([0, 7, 99_999, 100_000, 12_345_678_901_234, 2**63], dtype=np.uint64)
    for width in (1, 5, 10, 14, 19):
        rows = digits(values, width)
        assert [bytes(row).decode() for row in rows] == [str(v).zfill(width)[-width:] for v in values.tolist()]
    imeis = Numbering(2).handsets(np.arange(100))
    stdnum = pytest.importorskip("stdnum.luhn")
    assert [stdnum.calc_check_digit(f"{i:014}") for i in imeis.tolist()] == [str(d) for d in check_digit(imeis)]


# The planted world -------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes(world: World, tmp_path: Path) -> None:
    def prints(folder: Path) -> dict[str, str]:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    again, other = tmp_path / "again", tmp_path / "other"
    make_world(again, rows=ROWS, scale=SMALL)
    make_world(other, rows=ROWS, scale=SMALL, seed=7)
    assert prints(again) == prints(world.folder)
    assert len(prints(again)) > 10
    assert not set(prints(other).values()) & set(prints(again).values())


def test_every_trap_is_there(world: World) -> None:
    truth = world.truth.to_pylist()
    assert {row["trap"] for row in truth} == set(TRAPS) | {"alone"}
    assert len({row["msisdn"] for row in truth}) == len(truth)
    innocent = {row["trap"] for row in truth if not row["guilty"]}
    assert innocent >= {trap for trap in TRAPS if trap.startswith(("cloned", "repair", "resold", "placeholder"))}
    # Of the planted numbers, only seeds are reported.
    reported = set(world.complaints.msisdns.tolist())
    assert all(row["seed"] == (row["msisdn"] in reported) for row in truth)
    users = collections.defaultdict(set)
    trap_of = {row["msisdn"]: row["trap"] for row in truth}
    for msisdn, imei14 in zip(world.planted.msisdn.tolist(), world.planted.imei14.tolist(), strict=True):
        if trap_of[msisdn].startswith("cloned"):
            users[imei14].add(msisdn)
    assert {len(numbers) for numbers in users.values()} == {5, 50, 90, 110, 5000}


def test_the_bulk_records_hold_what_is_planted_and_no_stranger_in_a_planted_handset(world: World) -> None:
    table = pq.read_table(world.cdr)
    assert table.num_rows == ROWS
    national = pc.cast(pc.utf8_slice_codeunits(table["served_msisdn"], -10), pa.uint64()).to_numpy()
    imei14 = pc.cast(pc.utf8_slice_codeunits(table["imei"], 0, 14), pa.uint64()).to_numpy()
    at = table["at"].cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy()
    assert (np.diff(at) >= 0).all()
    p = world.planted
    planted = {
        (m, i, t)
        for m, i, t, f in zip(p.msisdn.tolist(), p.imei14.tolist(), p.at.tolist(), p.file.tolist(), strict=True)
        if f == 0
    }
    inside = np.isin(imei14, p.imei14)
    found = set(zip((national[inside] + COUNTRY).tolist(), imei14[inside].tolist(), at[inside].tolist(), strict=True))
    assert found == planted
    assert not np.isin(national[~inside] + np.uint64(COUNTRY), p.msisdn).any()


def test_other_parties_hit_the_list(world: World) -> None:
    other = ng.normalize(pq.read_table(world.cdr, columns=["other_party"])["other_party"])
    hits = np.isin(np.asarray(other.drop_null()), world.complaints.msisdns).sum()
    assert 100 < hits < ROWS / 50
    assert other.null_count < ROWS / 25


def test_operator_files_hold_the_rest(world: World) -> None:
    assert {path.name.split("_")[0] for path in world.operator_files} == {"airtel", "jio"}
    planted = int((world.planted.file > 0).sum())
    rows = 0
    for path in world.operator_files:
        text = path.read_text(encoding="utf-8")
        body = [line for line in text.splitlines() if line.startswith("'") and line.count(",") > 10]
        without_handset = sum(",'---','40496" in line for line in body)
        undirected = sum("'a_conf'" in line for line in body)
        rows += len(body) - without_handset - undirected
    assert rows == planted


def test_placeholders_are_planted(world: World) -> None:
    assert np.isin([int(imei[:14]) for imei in PLACEHOLDER_IMEIS], world.planted.imei14).all()
    assert set(ng.normalize_imei(list(PLACEHOLDER_IMEIS)).to_pylist()) == {None}


# The stream --------------------------------------------------------------------------------------------------------


def test_a_stream_has_its_rows_and_the_planted_times_in_order() -> None:
    spec = CdrSpec(rows=10_500, batch_rows=1_000, served_forms="clean", other_forms="clean", hit_rate=0.1)
    listed = Numbering(spec.seed).msisdns(np.arange(100))
    batches = list(cdr_batches(spec, listed=listed))
    assert [batch.num_rows for batch in batches] == [1_000] * 10 + [500]
    table = pa.Table.from_batches(batches)
    assert (np.diff(table["at"].cast(pa.int64()).to_numpy()) >= 0).all()
    other = pc.cast(table["other_party"], pa.uint64()).to_numpy() + np.uint64(COUNTRY)
    assert 0.08 < np.isin(other, listed).mean() < 0.12
    _, calls = np.unique(table["served_msisdn"].to_pylist(), return_counts=True)
    assert np.sort(calls)[::-1][: len(calls) // 10].sum() > 0.35 * spec.rows


# Linkage of the planted case ---------------------------------------------------------------------------------------


def planted_sightings(world: World) -> pa.Table:
    """What linkage reads of the planted handsets. Ordinary subscribers share none with them, by construction."""
    p = world.planted
    at = pa.array(p.at, pa.timestamp("us", "UTC"))
    return pa.table({"served_msisdn": p.msisdn, "imei14": p.imei14, "at": at})


def test_the_policy_of_the_demonstration_catches_and_misses(world: World) -> None:
    """What the traps are for: linked without reason under no policy at all, and mostly not under a strict one."""
    guilty = {row["msisdn"]: row["guilty"] for row in world.truth.to_pylist() if not row["seed"]}
    sightings = planted_sightings(world)

    def linked(policy: ng.LinkPolicy) -> pa.Table:
        return ng.expand(world.complaints.msisdns, sightings, policy).linked

    loose = linked(ng.LinkPolicy(max_hops=5, max_numbers_per_imei=None, max_imeis_per_number=None))
    strict = linked(ng.LinkPolicy(since=SINCE, until=UNTIL, protected=ng.NumberSet(world.protected), **BOUNDS))
    right_loose, right_strict = ([guilty[m] for m in table["msisdn"].to_pylist()] for table in (loose, strict))
    # Every trap in which the policy errs has its sentence, and no other has one.
    scores = score(world.truth, strict)[:-1]
    assert {s.trap for s in scores if s.innocent_linked} <= set(HARMED)
    assert {s.trap for s in scores if s.guilty > s.guilty_linked} <= set(MISSED)
    assert set(HARMED) | set(MISSED) <= set(TRAPS)
    assert right_loose.count(False) > 5_000
    assert 0 < right_strict.count(False) < 300
    assert right_loose.count(True) > right_strict.count(True) > 0


POLICIES = [
    {},
    {"max_hops": 3, "max_numbers_per_imei": 1_000, "max_imeis_per_number": 100},
    {"max_hops": 2, "max_numbers_per_day": 3.1, "min_sightings": 2, "max_gap_days": 14},
    {"max_hops": 2, "max_numbers_per_day": 1.5, "min_days": 2, "max_gap_days": 3, "release": True},
]


@pytest.mark.parametrize("bounds", POLICIES, ids=lambda bounds: ",".join(bounds) or "default")
def test_linkage_of_the_planted_case_is_that_of_the_oracle(world: World, bounds: dict[str, Any]) -> None:
    limits = {name: value for name, value in bounds.items() if name != "release"}
    policy = linkage_oracle.Policy(
        since=datetime.date(2022, 7, 1),
        **limits,
        protected=set(world.protected.tolist()),
        release=set(world.planted.sim_boxes.tolist()) if bounds.get("release") else set(),
        placeholders={int(imei[:14]) for imei in PLACEHOLDER_IMEIS},
    )
    sightings = planted_sightings(world)
    columns = (sightings[name].to_pylist() for name in ("served_msisdn", "imei14", "at"))
    seeds = world.complaints.msisdns
    expected = linkage_oracle.expand(
        [(seed, None) for seed in seeds.tolist()], list(zip(*columns, strict=True)), policy
    )
    assert len(expected.linked) > 30
    # The engine knows these placeholders by itself.
    known = replace(policy, placeholders=set())
    assert_equal(ng.expand(seeds, sightings, link_policy(known)), expected)
