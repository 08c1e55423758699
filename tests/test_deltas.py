"""The sent list and the change make the list of today: from the files, as receivers read them."""

from __future__ import annotations

import csv
import json
from contextlib import nullcontext, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import polars as pl
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import numguard as ng
from numguard.errors import ArgumentError
from numguard.registry.numbers.state import SETTLING

NUMBERS = [919876500000 + n for n in range(6)]
HANDSETS = [35824005111100, 35824005222200]
DISTRICTS = ["Rohtak", "Nuh", None]

some = st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=3, unique=True)
steps = st.one_of(
    st.tuples(st.just("add"), st.sampled_from(["A1", "A2", "B7"]), some, st.sampled_from(DISTRICTS)),
    st.tuples(st.just("take_back"), st.integers(0, 5)),
    st.tuples(st.just("decide"), some, st.sampled_from(sorted(ng.registry.DECISIONS))),
    st.tuples(st.just("outcome"), some, st.sampled_from(["blocked", "rejected", "reverified", "reactivated"])),
    st.tuples(st.just("expand"), some, st.sampled_from(HANDSETS)),
)
histories = st.lists(steps, min_size=1, max_size=8)
endings = st.sampled_from([".csv", ".xlsx", ".jsonl", ".parquet"])
how = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])

Rows = dict[str, dict[str, str | None]]


def numbers(values: list[int]) -> pa.Array[Any]:
    return pa.array(values, pa.uint64())


def do(registry: ng.Registry, step: tuple[Any, ...], intakes: list[int]) -> None:
    match step:
        case ("add", ack, values, district):
            sheet = {"acknowledgement_no": [ack], "source": ["1930"], "district": pa.array([district], pa.string())}
            intake = registry.add_complaints(
                pa.table({**sheet, "suspect_mobiles": [", ".join(f"+{n}" for n in values)]})
            )
            if intake.id is not None and intake.id not in intakes:
                intakes.append(intake.id)
        case ("take_back", which):
            if intakes:
                registry.withdraw_intake(intakes.pop(which % len(intakes)), "the wrong file")
        case ("decide", values, status):
            # What does not wait is neither accepted nor dismissed.
            with suppress(ArgumentError) if status in SETTLING else nullcontext():
                registry.decide(numbers(values), status, "looked into")
        case ("outcome", values, status):
            # A moment of its own for each: an outcome that is repeated is not a new one.
            at = f"2026-09-01 10:00:{registry._case.store.head() % 60:02}"
            answer = {"msisdn": numbers(values), "status": [status] * len(values), "date": [at] * len(values)}
            intake = registry.record_outcomes(pa.table(answer))
            if intake.id is not None and intake.id not in intakes:
                intakes.append(intake.id)
        case ("expand", values, handset):
            registry.expand(pa.table({"served_msisdn": numbers(values), "imei14": numbers([handset] * len(values))}))


def read(path: Path) -> list[dict[str, str | None]]:
    """The rows of a list as text, nothing being null."""
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as lines:
            found: list[dict[str, Any]] = list(csv.DictReader(lines))
    elif path.suffix == ".jsonl":
        found = [json.loads(line) for line in path.read_text().splitlines()]
    elif path.suffix == ".parquet":
        found = pl.read_parquet(path).to_dicts()
    else:
        header, *rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
        found = [dict(zip(header, row, strict=True)) for row in rows]
    return [{key: None if value in {None, ""} else str(value) for key, value in row.items()} for row in found]


def applied(held: Rows, changes: list[dict[str, str | None]]) -> Rows:
    """What a receiver holds, once the change was taken in."""
    now = dict(held)
    for row in changes:
        row = dict(row)
        msisdn, change = str(row["msisdn"]), row.pop("change")
        assert row["reason"], "a change without its reason"
        assert (msisdn in now) == (change == "changed" or (change == "removed" and msisdn in now))
        if change == "removed":
            assert row["action"] in {"release", "none"}
            now.pop(msisdn, None)
        else:
            assert row["action"] in {"block", "reverify"}
            now[msisdn] = row
    return now


def whole(rows: list[dict[str, str | None]]) -> Rows:
    return {str(row["msisdn"]): row for row in rows}


@how
@given(earlier=histories, later=histories, ending=endings, district=st.sampled_from(DISTRICTS))
def test_the_list_of_then_and_the_change_make_the_list_of_now(
    earlier: list[Any], later: list[Any], ending: str, district: str | None
) -> None:
    with ng.Registry(by="HC 1234") as registry, TemporaryDirectory() as folder:
        intakes: list[int] = []
        for step in earlier:
            do(registry, step, intakes)
        then = registry._case.store.head()
        first = read(registry.block_list(district=district).write(Path(folder) / f"then{ending}"))
        for step in later:
            do(registry, step, intakes)
        change = read(registry.block_list(since=then, district=district).write(Path(folder) / f"change{ending}"))
        now = read(registry.block_list(district=district).write(Path(folder) / f"now{ending}"))
        assert applied(whole(first), change) == whole(now)


exports = st.tuples(
    st.just("export"),
    st.sampled_from(["DoT", "Bank"]),
    st.one_of(st.none(), st.just("last"), st.integers(0, 5)),
    endings,
)


@how
@given(history=st.lists(st.one_of(steps, exports), min_size=6, max_size=16))
def test_a_receiver_holds_the_list_whatever_it_was_sent_since_which_export(history: list[Any]) -> None:
    """Full lists, changes since the last export, and changes since any export that the receiver got."""
    with ng.Registry(by="HC 1234") as registry, TemporaryDirectory() as folder:
        intakes: list[int] = []
        # What a receiver held after each export to it, by the export's number.
        held: dict[str, dict[int, Rows]] = {"DoT": {}, "Bank": {}}
        for step in history:
            if step[0] != "export":
                do(registry, step, intakes)
                continue
            _, receiver, since, ending = step
            got = held[receiver]
            if isinstance(since, int):
                since = sorted(got)[since % len(got)] if got else "last"
            full = whole(read(registry.block_list().write(Path(folder) / f"full{ending}")))
            path = Path(folder) / f"sent{ending}"
            export = registry.export(path, replace=True, to=receiver, since=since).manifest["export"]
            before = got[max(got)] if since == "last" and got else got.get(since, {})
            now = whole(read(path)) if since is None else applied(before, read(path))
            # What an export changes of its own (reported becomes requested) is not in the change for its receiver.
            assert {n: row | {"status": ""} for n, row in now.items()} == {
                n: row | {"status": ""} for n, row in full.items()
            }
            got[export] = now
