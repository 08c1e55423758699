"""The case registry: what goes in, what each status means, and what the lists say."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import numguard as ng
from numguard.errors import ArgumentError, BrakeError, ColumnError, FileMissingError, InputError, RefusedCellsError
from registry_stores import postgres, store  # noqa: F401

IST = timezone(timedelta(hours=5, minutes=30))
A, B, C, D = 919876543210, 919123456789, 918887776665, 917776665554
HANDSET = 35824005111111


def complaints(*rows: dict[str, Any]) -> pa.Table:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in names})


def complaint(ack: str, suspects: str, **fields: str) -> dict[str, Any]:
    return {"acknowledgement_no": ack, "source": "1930", "suspect_mobiles": suspects, **fields}


def sightings(*pairs: tuple[int, int]) -> pa.Table:
    msisdns, imeis = zip(*pairs, strict=True)
    return pa.table({"served_msisdn": pa.array(msisdns, pa.uint64()), "imei14": pa.array(imeis, pa.uint64())})


@pytest.fixture
def registry(store: str) -> Iterator[ng.Registry]:  # noqa: F811
    with ng.Registry(store, by="HC 1234") as registry:
        yield registry


def listed(registry: ng.Registry, **how: Any) -> dict[int, str]:
    table = registry.block_list(**how).to_table()
    return dict(zip(table["msisdn"].to_pylist(), table["action"].to_pylist(), strict=True))


def status_of(registry: ng.Registry, number: int) -> str:
    statuses = ng.registry.STATUSES
    return next(status for status in statuses if number in registry.numbers(status).to_array().to_pylist())


# Intake ---------------------------------------------------------------------------------------------------------


def test_the_same_file_twice_changes_nothing(registry: ng.Registry) -> None:
    table = complaints(
        complaint("1", "98765 43210"), complaint("2", "garbage"), complaint("3", "91234-56789 / 8887776665")
    )
    first = registry.add_complaints(table)
    before = registry.block_list().to_table()
    story = registry.history(A)
    again = registry.add_complaints(table)
    assert (first.added, first.updated, first.repeated, first.refused) == (2, 0, 0, 1)
    assert (again.added, again.updated, again.repeated, again.refused) == (0, 0, 2, 1)
    assert again.id == first.id
    assert again.refusals.equals(first.refusals)
    assert registry.block_list().to_table().equals(before)
    assert registry.history(A).equals(story)


def test_an_amended_complaint_replaces_and_keeps_what_it_replaced(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210")), name="monday.csv")
    intake = registry.add_complaints(complaints(complaint("1", "9123456789")), name="tuesday.csv")
    assert (intake.added, intake.updated) == (0, 1)
    assert listed(registry) == {B: "block"}
    assert status_of(registry, A) == "withdrawn"
    assert registry.history(A)["file"].to_pylist() == ["monday.csv"]
    # What was replaced does not come back with an old file.
    again = registry.add_complaints(complaints(complaint("1", "9876543210")), name="monday again.csv")
    assert (again.updated, again.repeated) == (0, 1)
    assert listed(registry) == {B: "block"}


def test_an_intake_taken_back_brings_back_what_stood_before(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    wrong = registry.add_complaints(complaints(complaint("1", "9123456789"), complaint("2", "8887776665")))
    registry.withdraw_intake(wrong.id, "meant for another district")
    assert listed(registry) == {A: "block"}
    assert registry.history(B)["what"].to_pylist() == ["named", "taken back"]
    with pytest.raises(ArgumentError, match="already"):
        registry.withdraw_intake(wrong.id, "again")
    with pytest.raises(ArgumentError, match="id"):
        registry.withdraw_intake(99, "no such")
    # The right file may come again after that.
    assert registry.add_complaints(complaints(complaint("2", "8887776665"))).added == 1


def test_rows_of_one_file_that_share_a_complaint_are_one_version(registry: ng.Registry) -> None:
    table = complaints(
        complaint("1", "9876543210", district="Rohtak"),
        complaint("1", "9123456789", district="Rohtak", amount_lost="500"),
        complaint("1", "9876543210", district="Rohtak"),
    )
    intake = registry.add_complaints(table)
    assert (intake.added, intake.updated, intake.repeated) == (1, 1, 1)
    assert set(listed(registry)) == {A, B}
    assert registry.add_complaints(table).repeated == 3


def test_dry_run_says_and_does_nothing(registry: ng.Registry) -> None:
    table = complaints(complaint("1", "9876543210"))
    foreseen = registry.add_complaints(table, dry_run=True)
    assert (foreseen.id, foreseen.added) == (None, 1)
    assert len(registry.block_list()) == 0
    assert registry.add_complaints(table).id == 1


def test_every_refused_cell_is_told_with_its_place(registry: ng.Registry, tmp_path: Path) -> None:
    path = tmp_path / "complaints.csv"
    path.write_text(
        "\ufeffAck No.,Complaint Source,Suspect Mobile Nos.,Complainant Mobile No.,Amount Lost,Report Date\r\n"
        '101,1930,"98765 43210, 98765 432l0",9812345678,"1,00,000",12/09/2022\r\n'
        "102,1930\r\n"
        "103,1930,,9812345670,12,31/02/2022\r\n"
        "\r\n"
        "104,1930,9812345671,9812345671,five hundred,2022-09-14\r\n"
        ",1930,8887776665,,,\r\n"
        "3.10102E+13,1930,8887776665,,,\r\n"
        '105,1930,"=""91234 56789""",,,\r\n'
        "106,1930,1930,,,\r\n",
        encoding="utf-8",
    )
    intake = registry.add_complaints(path)
    assert (intake.added, intake.refused) == (2, 6)
    assert intake.name == "complaints.csv"
    assert intake.bytes == path.stat().st_size
    told = [(r["row"], r["column"], r["note"]) for r in intake.refusals.to_pylist()]
    assert told == [
        (2, "suspect_mobiles", "stray_letter"),
        (3, None, "ragged_row"),
        (4, "reported_at", "not_a_date"),
        (4, "suspect_mobiles", "empty"),
        (6, "amount_lost", "not_an_amount"),
        (6, "suspect_mobiles", "complainants_number"),
        (7, "acknowledgement_no", "empty"),
        (7, "suspect_mobiles", "no_acknowledgement_no"),
        (8, "acknowledgement_no", "precision_lost"),
        (8, "suspect_mobiles", "no_acknowledgement_no"),
        (10, "suspect_mobiles", "short_code"),
    ]
    assert set(listed(registry)) == {A, B}
    kept = registry.refusals(intake.id)
    assert kept["note"].to_pylist() == intake.refusals["note"].to_pylist()
    assert set(intake.refusals["file"].to_pylist()) == {"complaints.csv"}


@pytest.mark.parametrize(
    "make",
    [
        lambda table: table,
        lambda table: table.to_batches()[0],
        lambda table: pa.RecordBatchReader.from_batches(table.schema, table.to_batches()),
        pl.from_arrow,
        lambda table: table.to_pandas(),
        lambda table: table.set_column(2, "suspect_mobiles", table["suspect_mobiles"].dictionary_encode()),
        lambda table: table.set_column(2, "suspect_mobiles", pc.split_pattern(table["suspect_mobiles"], ";")),
        lambda table: table.set_column(0, "acknowledgement_no", pa.array([101, 102])),
    ],
)
def test_any_table_is_taken(registry: ng.Registry, make: Callable[[pa.Table], Any]) -> None:
    table = complaints(complaint("101", "9876543210;9123456789"), complaint("102", "8887776665"))
    assert registry.add_complaints(make(table)).added == 2
    assert set(listed(registry)) == {A, B, C}
    assert registry.history(A)["acknowledgement_no"].to_pylist() == ["101"]


def test_numbers_dates_and_amounts_of_their_own_types(registry: ng.Registry) -> None:
    table = pa.table(
        {
            "acknowledgement_no": ["1", "2"],
            "suspect_mobiles": pa.array([9876543210, 9123456789]),
            "reported_at": pa.array([datetime(2026, 9, 1, 10, 0), None], pa.timestamp("us")),
            "amount_lost": pa.array([1250.5, None]),
        }
    )
    registry.add_complaints(table)
    rows = registry.block_list().to_table().to_pylist()
    assert {row["msisdn"]: row["first_reported"] for row in rows} == {
        A: datetime(2026, 9, 1, 10, 0, tzinfo=IST),
        B: None,
    }


@pytest.mark.parametrize(
    "mapping",
    [
        {"acknowledgement_no": "Ticket", "suspect_mobiles": ["Accused 1", "Accused 2"]},
        {"Ticket": "acknowledgement_no", "Accused 1": "suspect_mobiles", "Accused 2": "suspect_mobiles"},
    ],
)
def test_mapping_tells_which_column_is_which(registry: ng.Registry, mapping: dict[str, Any]) -> None:
    table = pa.table({"Ticket": ["1"], "Accused 1": ["9876543210"], "Accused 2": ["9123456789"]})
    with pytest.raises(ColumnError, match="Accused 2"):
        registry.add_complaints(table)
    registry.add_complaints(table, mapping=mapping)
    assert set(listed(registry)) == {A, B}
    with pytest.raises(ColumnError, match="'Ticket no'"):
        registry.add_complaints(table, mapping={"acknowledgement_no": "Ticket no"})
    with pytest.raises(ArgumentError, match="mapping"):
        registry.add_complaints(table, mapping={"Ticket": "ticket"})


def test_files_that_cannot_be_read(registry: ng.Registry, tmp_path: Path) -> None:
    with pytest.raises(FileMissingError, match=r"nowhere\.csv"):
        registry.add_complaints(tmp_path / "nowhere.csv")
    with pytest.raises(InputError):
        registry.add_complaints(tmp_path)
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    with pytest.raises(InputError, match=r"empty\.csv"):
        registry.add_complaints(empty)
    with pytest.raises(ng.NumguardError, match="source"):
        registry.add_complaints(42)
    assert registry._store.head() == 0


def test_hostile_cells(registry: ng.Registry) -> None:
    many = ",".join(str(9000000000 + n) for n in range(100_000))
    table = complaints(
        complaint("1", many),
        complaint("2", "9876543210\x00", district="Roh\x00tak", category="=cmd|' /C calc'!A0"),
        complaint("3", "x" * 10_000_000),
        complaint("4\x1f5", "9123456789"),
        complaint("6", "9123456789", district="  ROHTAK "),
    )
    intake = registry.add_complaints(table)
    assert intake.added == 2
    assert intake.refused == 3
    assert len(registry.block_list()) > 99_000
    assert registry.history(B)["district"].to_pylist() == ["Rohtak"]
    assert registry.add_complaints(table).repeated == 2


# Statuses ---------------------------------------------------------------------------------------------------------


def test_reported_and_linked_are_kept_apart(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210", district="Rohtak", reported_at="2026-09-01")))
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    rows = {row["msisdn"]: row for row in registry.block_list().to_table().to_pylist()}
    assert (rows[A]["action"], rows[A]["hop"], rows[A]["via_imei"]) == ("block", 0, None)
    assert (rows[B]["action"], rows[B]["hop"], rows[B]["via_imei"]) == ("reverify", 1, HANDSET)
    assert (rows[B]["status"], rows[B]["complaints"], rows[B]["district"]) == ("reverify", 0, "Rohtak")
    assert rows[A]["review_by"] == rows[B]["review_by"] == date(2026, 9, 1) + timedelta(days=90)
    # Also linked is still reported.
    registry.add_complaints(complaints(complaint("2", "9123456789")))
    assert listed(registry) == {A: "block", B: "block"}


def test_a_linked_number_leads_further_only_once_confirmed(registry: ng.Registry) -> None:
    seen = sightings((A, HANDSET), (B, HANDSET), (B, HANDSET + 10), (C, HANDSET + 10))
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    for _ in range(2):
        registry.expand(seen)
        assert listed(registry) == {A: "block", B: "reverify"}
    registry.decide([B], "confirmed", "caller identified")
    assert listed(registry) == {A: "block", B: "block"}
    registry.expand(seen)
    assert listed(registry) == {A: "block", B: "block", C: "reverify"}


def test_a_link_falls_with_its_seed_or_its_run(registry: ng.Registry) -> None:
    intake = registry.add_complaints(complaints(complaint("1", "9876543210")))
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    run = registry._store.head()
    registry.decide([A], "withdrawn", "a victim's own number")
    assert listed(registry) == {}
    registry.decide([A], "confirmed", "not so after all")
    assert listed(registry) == {A: "block", B: "reverify"}
    registry.withdraw_intake(run, "sightings of another case")
    assert listed(registry) == {A: "block"}
    assert registry.history(B)["what"].to_pylist() == ["linked", "seen", "taken back"]
    assert registry.withdraw_intake(intake.id, "wrong") == run + 4


def test_the_first_status_that_holds(registry: ng.Registry, tmp_path: Path) -> None:
    def outcome(status: str) -> None:
        registry.record_outcomes(
            pa.table({"msisdn": ["9876543210"], "status": [status], "date": [f"2026-10-{day():02}"]})
        )

    days = iter(range(1, 28))

    def day() -> int:
        return next(days)

    registry.add_complaints(complaints(complaint("1", "9123456789")))
    registry.expand(sightings((B, HANDSET), (A, HANDSET)))
    assert status_of(registry, A) == "reverify"
    registry.add_complaints(complaints(complaint("2", "9876543210")))
    assert status_of(registry, A) == "reported"
    registry.decide([A], "confirmed", "seen")
    assert status_of(registry, A) == "confirmed"
    registry.export(tmp_path / "list.csv", to="DoT")
    assert status_of(registry, A) == "requested"
    for status in ("blocked", "rejected", "reverified", "reactivated"):
        outcome(status)
        assert status_of(registry, A) == status
    # An outcome older than the last decision does not hold, and the request has had its answer.
    registry.decide([A], "confirmed", "once more")
    assert status_of(registry, A) == "confirmed"
    registry.export(tmp_path / "list.csv", to="DoT")
    assert status_of(registry, A) == "requested"
    outcome("blocked")
    registry.decide([A], "withdrawn", "mistake")
    outcome("blocked")
    assert status_of(registry, A) == "withdrawn"
    registry.decide([A], "protected", "an officer's")
    assert status_of(registry, A) == "protected"
    registry.decide([A], "unprotected", "retired")
    assert status_of(registry, A) == "withdrawn"
    registry.decide([A], "reactivated", "given back")
    assert status_of(registry, A) == "reactivated"


def test_protected_from_the_start(registry: ng.Registry, tmp_path: Path) -> None:
    intake = registry.add_complaints(
        complaints(
            complaint("1", "1800 123 4567; 160 0123456; 9999999999; 98989 89898; 112; 1930"),
            complaint("2", "9876543210", complainant_mobile="91234 56789"),
            complaint("3", "9123456789"),
        )
    )
    assert intake.added == 3
    assert listed(registry) == {A: "block"}
    assert status_of(registry, B) == "protected"
    registry.decide([9118001234567, 919999999999], "confirmed", "no")
    assert listed(registry) == {A: "block"}
    reasons = {row["msisdn"]: row for row in registry._state(registry._store.head()).to_pylist()}
    assert [reasons[n]["reason"] for n in (B, 919999999999, 9118001234567)] == [
        "complainants_number",
        "placeholder",
        "toll_free",
    ]
    # Protected numbers are not walked through either.
    registry.expand(sightings((A, HANDSET), (B, HANDSET), (C, HANDSET)))
    assert listed(registry) == {A: "block", C: "reverify"}
    # Whoever complains to hide a number of his own is found out by an officer.
    registry.decide([B], "unprotected", "complaint was false")
    assert listed(registry)[B] == "block"


def test_kinds_that_need_a_decision(registry: ng.Registry) -> None:
    fixed, m2m = 911242345678, 915591234567890
    registry.add_complaints(
        complaints(complaint("1", f"+{fixed}"), complaint("2", "5591234567890"), complaint("3", "+447911123456"))
    )
    assert listed(registry) == {}
    assert status_of(registry, fixed) == "reported"
    registry.decide(pa.array([fixed], pa.uint64()), "confirmed", "a call centre's line")
    assert listed(registry) == {fixed: "block"}
    assert m2m in registry.numbers("reported").to_array().to_pylist()


def test_corroboration_counts_people_and_not_their_complaints(registry: ng.Registry) -> None:
    registry.add_complaints(
        complaints(
            complaint("1", "9876543210", complainant_mobile="9812345678", district="Hisar"),
            complaint("2", "9876543210", complainant_mobile="+91 98123 45678", district="Rohtak"),
            complaint("3", "9876543210", complainant_mobile="9812345679", district="ROHTAK"),
            complaint("4", "9123456789") | {"source": "cybercrime.gov.in"},
            complaint("4", "9123456789"),
        )
    )
    rows = {row["msisdn"]: row for row in registry.block_list().to_table().to_pylist()}
    assert (rows[A]["complaints"], rows[A]["sources"]) == (2, 1)
    assert (rows[B]["complaints"], rows[B]["sources"]) == (2, 2)
    assert listed(registry, policy=ng.ListPolicy(min_sources=2)) == {B: "block"}
    assert listed(registry, policy=ng.ListPolicy(min_complaints=2, min_districts=2)) == {A: "block"}
    assert listed(registry, policy=ng.ListPolicy(min_complaints=3)) == {}
    registry.decide([A], "confirmed", "certain")
    assert listed(registry, policy=ng.ListPolicy(min_complaints=3)) == {A: "block"}


def test_districts_partition_the_list(registry: ng.Registry) -> None:
    registry.add_complaints(
        complaints(
            complaint("1", "9876543210", district="Rohtak", reported_at="2026-09-05"),
            complaint("2", "9876543210; 9123456789", district="Hisar", reported_at="2026-09-02"),
            complaint("3", "8887776665"),
            complaint("4", "7776665554", district="hisar"),
            complaint("5", "7776665554", district="Rohtak"),
        )
    )
    whole = registry.block_list()
    parts = {name: part.to_table()["msisdn"].to_pylist() for name, part in whole.by_district()}
    assert parts == {"Hisar": [D, B, A], None: [C]}
    assert set(listed(registry, district="HISAR")) == {A, B, D}
    assert listed(registry, district="Rohtak") == {}


def test_as_of_rebuilds_any_day(registry: ng.Registry) -> None:
    clock = datetime(2026, 9, 1, 23, 59, tzinfo=IST)
    registry._now = lambda: int(clock.timestamp() * 1e6)  # type: ignore[method-assign]
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    clock += timedelta(minutes=2)
    registry.add_complaints(complaints(complaint("2", "9123456789")))
    clock += timedelta(days=3)
    registry.decide([A], "withdrawn", "mistake")
    assert set(listed(registry, as_of=date(2026, 8, 31))) == set()
    assert set(listed(registry, as_of=date(2026, 9, 1))) == {A}
    assert set(listed(registry, as_of=datetime(2026, 9, 2, 0, 0, tzinfo=IST))) == {A}
    assert set(listed(registry, as_of=date(2026, 9, 2))) == {A, B}
    assert set(listed(registry)) == {B}
    change = registry.block_list(since=date(2026, 9, 2)).to_table().select(["msisdn", "action", "change"]).to_pylist()
    assert change == [{"msisdn": A, "action": "release", "change": "removed"}]
    with pytest.raises(ArgumentError, match="zone"):
        registry.block_list(as_of=datetime(2026, 9, 2))
    # A clock that goes back does not change the order of events.
    clock -= timedelta(days=30)
    registry.add_complaints(complaints(complaint("3", "8887776665")))
    at = registry.history(C)["at"].to_pylist()
    assert at == [datetime(2026, 9, 5, 0, 1, tzinfo=IST)]


# What goes out ------------------------------------------------------------------------------------------------------


def test_deltas_say_what_changed_and_let_go(registry: ng.Registry, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    registry.add_complaints(complaints(complaint("1", "9876543210; 9123456789"), complaint("2", "8887776665")))
    first = registry.export(path, to="DoT", since="last").to_table()
    assert first["change"].to_pylist() == ["added"] * 3
    assert len(registry.export(path, to="DoT", since="last")) == 0
    registry.record_outcomes(pa.table({"mobile": ["9876543210"], "outcome": ["Blocked"]}))
    registry.decide([B], "protected", "a doctor's")
    registry.add_complaints(complaints(complaint("3", "7776665554")))
    change = {
        row["msisdn"]: (row["change"], row["action"], row["status"])
        for row in registry.export(path, to="DoT", since="last").to_table().to_pylist()
    }
    assert change == {
        A: ("removed", "none", "blocked"),
        B: ("removed", "release", "protected"),
        D: ("added", "block", "reported"),
    }
    # A blocked number is on no list any more, and must be let go all the same.
    registry.decide([A], "withdrawn", "the complaint was false")
    rows = registry.export(path, to="DoT", since="last").to_table().to_pylist()
    assert [(row["msisdn"], row["change"], row["action"], row["reason"]) for row in rows] == [
        (A, "removed", "release", "the complaint was false")
    ]
    # Another receiver starts with the whole list.
    assert registry.export(path, to="Bank", since="last").to_table()["msisdn"].to_pylist() == [D, C]


def test_the_brake_stops_a_list_that_grew_absurdly(registry: ng.Registry, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    policy = ng.ListPolicy(max_growth=2)
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    registry.export(path, to="DoT", policy=policy)
    kept = path.read_bytes()
    registry.add_complaints(complaints(*(complaint(str(n), str(9000000001 + n)) for n in range(2, 9))))
    head = registry._store.head()
    with pytest.raises(BrakeError, match="override"):
        registry.export(path, to="DoT", policy=policy)
    assert (path.read_bytes(), registry._store.head()) == (kept, head)
    registry.export(path, to="DoT", policy=policy, override="eight raids in one day")
    assert "eight raids in one day" in registry.history(A)["reason"].to_pylist()


def test_the_brake_of_linkage_stores_nothing(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    crowd = sightings((A, HANDSET), *((916000000000 + n, HANDSET) for n in range(1_500)))
    policy = ng.LinkPolicy(max_numbers_per_imei=None)
    with pytest.raises(BrakeError, match="override"):
        registry.expand(crowd, policy)
    assert registry._store.head() == 1
    assert registry.expand(crowd, policy, override="a seized SIM box").braked
    assert len(registry.block_list()) == 1_501


def test_outcomes_that_cannot_be_taken(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210; 9123456789")))
    table = pa.table(
        {
            "number": ["9876543210", "9123456789", "9123456789", "7776665554", "112", "9876543210", "9876543210"],
            "status": ["blocked", "blocked", "rejected", "blocked", "blocked", "vanished", "rejected"],
            "date": ["2026-10-01", "2026-10-02", "2026-10-02", "", "", "", "30/02/2026"],
            "remarks": ["", "", "", "", "", "", ""],
        }
    )
    intake = registry.record_outcomes(table, name="answers.csv")
    assert (intake.added, intake.repeated, intake.refused) == (1, 0, 6)
    assert [(r["row"], r["column"], r["note"]) for r in intake.refusals.to_pylist()] == [
        (2, "status", "contradiction"),
        (3, "status", "contradiction"),
        (4, "msisdn", "unknown_number"),
        (5, "msisdn", "short_code"),
        (6, "status", "unknown_status"),
        (7, "happened_at", "not_a_date"),
    ]
    again = registry.record_outcomes(table)
    assert (again.id, again.added, again.repeated) == (intake.id, 0, 1)
    assert status_of(registry, A) == "blocked"
    registry.withdraw_intake(intake.id, "of another state")
    assert status_of(registry, A) == "reported"


def test_history_tells_who_when_why_and_from_which_file(registry: ng.Registry, tmp_path: Path) -> None:
    intake = registry.add_complaints(
        complaints(complaint("31708220000001", "9876543210", district="Rohtak", reported_at="01/09/2026 10:30")),
        name="desk 12.csv",
    )
    registry.expand(sightings((A, HANDSET), (B, HANDSET)))
    registry.decide(["98765 43210"], "confirmed", "caller identified by voice")
    registry.export(tmp_path / "list.csv", to="DoT Haryana")
    registry.record_outcomes(
        pa.table({"msisdn": ["9876543210"], "status": ["blocked"], "reason": ["done"]}), name="dot.csv"
    )
    story = registry.history("+91 98765-43210").to_pylist()
    assert [row["what"] for row in story] == ["named", "seen", "decided", "exported", "outcome"]
    assert {row["by"] for row in story} == {"HC 1234"}
    assert (story[0]["file"], story[0]["sha256"], story[0]["row"]) == ("desk 12.csv", intake.sha256, 1)
    assert story[0]["acknowledgement_no"] == "31708220000001"
    assert story[0]["reported_at"] == datetime(2026, 9, 1, 10, 30, tzinfo=IST)
    assert story[1]["via_imei"] == HANDSET
    assert (story[2]["status"], story[2]["reason"]) == ("confirmed", "caller identified by voice")
    assert (story[3]["to"], story[3]["status"]) == ("DoT Haryana", "block")
    assert (story[4]["file"], story[4]["status"], story[4]["reason"]) == ("dot.csv", "blocked", "done")
    linked = registry.history(str(B)[2:]).to_pylist()
    assert [(row["what"], row["via_imei"], row["via_msisdn"], row["hop"]) for row in linked] == [
        ("linked", HANDSET, A, 1),
        ("seen", HANDSET, None, None),
        ("exported", None, None, None),
    ]
    assert len(registry.history("9000000001")) == 0
    with pytest.raises(ArgumentError):
        registry.history("garbage")


def test_arguments(registry: ng.Registry) -> None:
    for call in (
        lambda: registry.decide(["9876543210"], "blocked", "why"),
        lambda: registry.decide(["9876543210"], "confirmed", " "),
        lambda: registry.decide([], "confirmed", "why"),
        lambda: registry.decide("9876543210", "confirmed", "why"),
        lambda: registry.numbers("nonsense"),
        lambda: registry.export("x.csv", to=""),
        lambda: registry.export("x.csv", to="DoT", since="first"),
        lambda: registry.block_list(since=5),
        lambda: ng.Registry(by=""),
        lambda: ng.ListPolicy(max_growth=0.5),
    ):
        with pytest.raises(ArgumentError):
            call()
    with pytest.raises(RefusedCellsError):
        registry.decide(["9876543210", "1930"], "confirmed", "why")
    assert registry._store.head() == 0


def test_no_number_in_what_is_shown_or_logged(
    registry: ng.Registry, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    intake = registry.add_complaints(
        complaints(complaint("1", "9876543210, 98765 432l0", complainant_mobile="9812345678"))
    )
    shown = [repr(intake), repr(registry), repr(registry.block_list()), str(registry.block_list().manifest)]
    for call in (
        lambda: registry.decide(["98765 432l0"], "confirmed", "why"),
        lambda: registry.history("98765432101"),
        lambda: registry.add_complaints(complaints(complaint("1", "9876543210")), mapping={"district": "x"}),
        lambda: registry.record_outcomes(pa.table({"msisdn": ["9876543210"]})),
        lambda: registry.export(tmp_path / "no" / "list.csv", to="DoT"),
    ):
        with pytest.raises(ng.NumguardError) as error:
            call()
        shown.append(str(error.value))
    text = "\n".join(shown) + caplog.text
    assert "98765" not in text
    assert "98123" not in text
