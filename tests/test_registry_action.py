"""The action-taken report: each figure against a plain recount, and that its parts make the whole."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

import numguard as ng
from numguard.report.figures import STAGES
from registry_cases import HANDSET, A, B, C, D, complaint, complaints, sightings
from registry_model import IST, Model, Version
from test_registry_model import PHASES, Machine

Key = tuple[str | None, str | None, str]


def first_source(model: Model, n: int, cut: int, grounded: set[int], met: frozenset[int] = frozenset()) -> str | None:
    """The source of a number's first complaint that stands; of a number only linked, its seed's; else what it was."""
    if n in met:
        return None
    order = {complaint: k for k, complaint in enumerate(dict.fromkeys(v.complaint for v in model.versions))}
    late = datetime.max.replace(tzinfo=IST)

    def first(named: list[Version]) -> str:
        return min(
            named, key=lambda v: (v.reported_at is None, v.reported_at or late, order[v.complaint], v.event)
        ).source.lower()

    named, waiting = model._named(n, cut)
    once = waiting or [v for v in model.versions if v.event <= cut and n in v.numbers]
    link = model._best(n, cut, grounded)
    if named or (once and link is None):
        return first(named or once)
    link = link or model._best(n, cut, None)
    return first_source(model, link["seed_msisdn"], cut, grounded, met | {n}) if link else None


def recount(model: Model, cut: int) -> dict[Key, Counter[str]]:
    """The report, number by number and complaint by complaint."""
    counts: dict[Key, Counter[str]] = defaultdict(Counter)
    states, listed, standing = model.states(cut), model.listed(cut), model.standing(cut)
    grounded = {n for n in states if model._grounded(n, cut)}
    for n, state in states.items():
        sent = [(e, action) for e, m, action in model.exported if m == n and e <= cut]
        uploaded = any(action in {"block", "reverify"} for _, action in sent)
        if state.status == "review":
            found = "review"
        elif state.hop is not None:
            found = "reported" if state.hop == 0 else "linked"
        elif state.status not in {"protected", "withdrawn"}:
            found = "decided"
        elif not uploaded:
            continue
        elif any(n in v.numbers for v in model.versions if v.event <= cut):
            found = "reported"
        else:
            found = "linked" if any(link["msisdn"] == n for e, link in model.links if e <= cut) else "decided"
        key = (state.district, first_source(model, n, cut, grounded), found)
        waits = state.status == "reverify" and max(sent, default=(0, ""))[1] in {"block", "reverify"}
        holds = {
            "named": True,
            "listed": n in listed or uploaded,
            "uploaded": uploaded,
            "pending": state.status == "requested" or waits,
            "blocked": state.status == "blocked",
            "reverified": state.status == "reverified",
            "rejected": state.status == "rejected",
            "released": state.status in {"withdrawn", "protected", "reactivated"},
        }
        counts[key].update(name for name, held in holds.items() if held)
    for one in {v.complaint for v in standing}:
        versions = sorted((v for v in standing if v.complaint == one), key=lambda v: (bool(v.numbers), v.event))
        district = next((v.district for v in reversed(versions) if v.district is not None), None)
        counts[district, versions[-1].source.lower(), "reported"]["complaints"] += 1
    return counts


def as_counts(table: pa.Table) -> dict[Key, Counter[str]]:
    names = (*STAGES, "complaints")
    return {
        (row["district"], row["source"] and row["source"].lower(), row["found"]): Counter(
            {name: row[name] for name in names if row[name]}
        )
        for row in table.to_pylist()
    }


class Actions(Machine):
    """Every history of the registry, its report counted again after each step."""

    @invariant()
    def recounted(self) -> None:
        if self.registry is not None:
            assert as_counts(self.registry.action_taken()) == recount(self.model, self.model.head)

    @rule(back=st.integers(0, 10))
    def recounted_as_of_an_earlier_day(self, back: int) -> None:
        day = self.now.date() - timedelta(days=back)
        assert as_counts(self.registry.action_taken(as_of=day)) == recount(self.model, self.model.cut_at(day))


def test_random_histories_are_recounted() -> None:
    """Some histories of forty steps; NUMGUARD_HISTORIES asks for more."""
    run_state_machine_as_test(
        Actions,
        settings=settings(
            max_examples=int(os.environ.get("NUMGUARD_HISTORIES", "6")),
            stateful_step_count=int(os.environ.get("NUMGUARD_STEPS", "40")),
            deadline=None,
            phases=PHASES,
        ),
    )


amounts = st.sampled_from([None, "", "Rs 1,500", "250.50", "nought"])
money = st.tuples(
    st.sampled_from(["A1", "a1", "B2", "C3"]), st.sampled_from(["9876543210", "-"]), amounts, amounts,
    st.sampled_from([None, "01/09/2022 23:59", "02/09/2022 00:00"]), st.sampled_from([None, "Rohtak", "ROHTAK", "Nuh"]),
)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(money, min_size=1, max_size=5), min_size=1, max_size=3))
def test_money_and_days_are_counted_once_a_complaint(files: list[list[Any]]) -> None:
    names = ("acknowledgement_no", "suspect_mobiles", "amount_lost", "amount_recovered", "reported_at", "district")
    with ng.Registry(by="HC 1234") as registry:
        for file in files:
            columns = [pa.array(column, pa.string()) for column in zip(*file, strict=True)]
            registry.add_complaints(pa.table(dict(zip(names, columns, strict=True))), constants={"source": "1930"})
        action, by_day = registry.action_taken(), registry.complaints_by_day()
        versions = registry._case.store.facts("complaints", registry._case.store.head()).to_pylist()
    acks = {row[0].lower() for file in files for row in file}
    lost = 0
    for one in {v["complaint"] for v in versions}:
        mine = [v for v in versions if v["complaint"] == one]
        amounts = [v["amount_lost"] for v in sorted(mine, key=lambda v: (v["usable"], v["event"], v["row"]))]
        lost += next((paise for paise in reversed(amounts) if paise is not None), 0)
    for table in (action, by_day):
        assert pc.sum(table["complaints"]).as_py() == len(acks)
        assert pc.sum(table["amount_lost"]).as_py() == Decimal(lost) / 100
    assert set(by_day["day"].to_pylist()) <= {date(2022, 9, 1), date(2022, 9, 2), None}


def whole(table: pa.Table, found: str) -> dict[str, Any]:
    part = table.filter(pc.equal(table["found"], found))
    return {name: pc.sum(part[name]).as_py() for name in (*STAGES, "complaints", "amount_lost") if len(part)}


def test_a_case_by_hand(registry: ng.Registry, tmp_path: Path) -> None:
    registry.add_complaints(
        complaints(
            complaint("1", "9876543210; 8887776665", district="Rohtak", amount_lost="1000", reported_at="2022-09-01"),
            complaint("2", "9876543210", district="ROHTAK", amount_lost="500.50", reported_at="2022-09-02"),
            complaint("3", "9876543210", district="Rohtak", amount_recovered="7"),
            {"acknowledgement_no": "4", "source": "Desk 9", "suspect_mobiles": "AD-BANKXX-S", "district": "Nuh"},
        )
    )
    registry.expand(sightings((A, HANDSET), (B, HANDSET)), at=None)
    registry.decide([D], "confirmed", "told by a witness")
    registry.decide([D], "accepted", "read back to the witness")
    report = registry.action_taken()
    keys = {(r["district"], r["source"], r["found"]): r for r in report.to_pylist()}
    assert set(keys) == {
        ("Rohtak", "1930", "reported"), ("Rohtak", "1930", "linked"), ("Nuh", "Desk 9", "reported"),
        (None, None, "decided"),
    }  # fmt: skip
    row = keys["Rohtak", "1930", "reported"]
    assert (row["named"], row["listed"], row["uploaded"], row["complaints"]) == (2, 2, 0, 3)
    assert (row["amount_lost"], row["amount_recovered"]) == (Decimal("1500.50"), Decimal("7.00"))
    assert (keys["Nuh", "Desk 9", "reported"]["named"], keys["Nuh", "Desk 9", "reported"]["complaints"]) == (0, 1)
    assert keys["Rohtak", "1930", "linked"]["complaints"] is None

    registry.export(tmp_path / "list.csv", replace=True, to="DoT")
    back = {"msisdn": [str(A), str(B), str(C)], "status": ["blocked", "reverified", "rejected"]}
    registry.record_outcomes(pa.table(back))
    report = registry.action_taken()
    reported, linked, decided = (whole(report, found) for found in ("reported", "linked", "decided"))
    assert reported == {
        "named": 2, "listed": 2, "uploaded": 2, "pending": 0, "blocked": 1, "reverified": 0, "rejected": 1,
        "released": 0, "complaints": 4, "amount_lost": Decimal("1500.50"),
    }  # fmt: skip
    assert (linked["uploaded"], linked["reverified"], linked["pending"]) == (1, 1, 0)
    assert (decided["uploaded"], decided["pending"]) == (1, 1)
    days = registry.complaints_by_day().to_pylist()
    assert [(r["day"], r["district"], r["complaints"]) for r in days] == [
        (date(2022, 9, 1), "Rohtak", 1), (date(2022, 9, 2), "Rohtak", 1), (None, "Nuh", 1), (None, "Rohtak", 1),
    ]  # fmt: skip


def test_exported_numbers_are_counted_after_their_intake_is_withdrawn(registry: ng.Registry, tmp_path: Path) -> None:
    intake = registry.add_complaints(complaints(complaint("1", "9876543210", district="Rohtak")))
    registry.export(tmp_path / "list.csv", replace=True, to="DoT")
    assert intake.id is not None
    registry.withdraw_intake(intake.id, "the wrong file")
    registry.add_complaints(complaints(complaint("2", "9123456789", district="Rohtak")))
    (row,) = registry.action_taken().to_pylist()
    assert (row["named"], row["uploaded"], row["pending"], row["released"], row["complaints"]) == (2, 1, 0, 1, 1)


def test_an_empty_registry_has_an_empty_report(registry: ng.Registry) -> None:
    assert registry.action_taken().num_rows == 0
    assert registry.action_taken(as_of=date(2020, 1, 1)).schema == registry.action_taken().schema
    assert registry.complaints_by_day().num_rows == 0


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet", ".jsonl"])
def test_it_is_written_as_lists_are(registry: ng.Registry, tmp_path: Path, ending: str) -> None:
    from numguard.files.outgoing import write_private

    registry.add_complaints(complaints(complaint("1", "9876543210", district="=1+1", amount_lost="12.5")))
    path = tmp_path / f"action{ending}"
    write_private(registry.action_taken(), path)
    if ending == ".csv":
        assert csv.read_csv(path)["amount_lost"].to_pylist() == [12.5]
        assert "'=1+1" in path.read_text()
    if ending == ".xlsx":
        cells = list(openpyxl.load_workbook(path).active.values)
        assert cells[1][cells[0].index("amount_lost")] == 12.5
        assert cells[1][cells[0].index("district")] == "=1+1"
    assert path.stat().st_mode & 0o077 == 0
