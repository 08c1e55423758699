"""The case registry: intakes of complaints, and the outcome of every row and cell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import numguard as ng
from numguard.errors import ArgumentError, ColumnError, FileMissingError, InputError
from registry_cases import IST, A, B, C, complaint, complaints, listed, status_of


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
    # What an amendment dropped waits for review: the desk may have meant another complaint.
    assert listed(registry) == {B: "block"}
    assert status_of(registry, A) == "review"
    assert [(row["msisdn"], row["why"], row["file"]) for row in registry.review().to_pylist()] == [
        (A, "dropped_by_amendment", "monday.csv")
    ]
    assert [(row["what"], row["file"]) for row in registry.history(A).to_pylist()] == [
        ("named", "monday.csv"),
        ("named no more", "tuesday.csv"),
    ]
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


def test_every_refused_cell_is_listed_with_its_place(registry: ng.Registry, tmp_path: Path) -> None:
    path = tmp_path / "complaints.csv"
    path.write_text(
        "\ufeffAck No.,Complaint Source,Suspect Mobile Nos.,Complainant Mobile No.,Amount Lost,Report Date\r\n"
        '101,1930,"98765 43210, 98765XXXXX",9812345678,"1,00,000",12/09/2022\r\n'
        "102,1930\r\n"
        "103,1930,,9812345670,12,31/02/2022\r\n"
        "\r\n"
        "104,1930,9812345671,9812345671,five hundred,2022-09-14\r\n"
        ",1930,8887776665,,,\r\n"
        "3.10102E+13,1930,8887776665,,,\r\n"
        '105,1930,"=""91234 56789""",,,\r\n'
        "106,1930,1930,,,\r\n"
        "107,,8887776665,,,12/09/2022\r\n",
        encoding="utf-8",
    )
    intake = registry.add_complaints(path)
    assert (intake.added, intake.refused) == (2, 7)
    assert intake.name == "complaints.csv"
    assert intake.bytes == path.stat().st_size
    refused = [(r["row"], r["column"], r["note"]) for r in intake.refusals.to_pylist()]
    assert refused == [
        (3, None, "too_few_fields"),
        (4, "reported_at", "not_a_date"),
        (4, "suspect_mobiles", "empty"),
        (6, "amount_lost", "not_an_amount"),
        (6, "suspect_mobiles", "complainants_number"),
        (7, "acknowledgement_no", "empty"),
        (7, "suspect_mobiles", "no_acknowledgement_no"),
        (8, "acknowledgement_no", "precision_lost"),
        (8, "suspect_mobiles", "no_acknowledgement_no"),
        (10, "suspect_mobiles", "short_code"),
        (11, "suspect_mobiles", "no_source"),
    ]
    # Beside a number with hidden digits, the other one is not certain.
    assert [(r["row"], r["msisdn"]) for r in intake.waiting.to_pylist()] == [(2, A)]
    assert set(listed(registry)) == {B}
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
            "source": ["1930", "1930"],
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
def test_a_mapping_assigns_columns_to_fields(registry: ng.Registry, mapping: dict[str, Any]) -> None:
    table = pa.table({"Ticket": ["1"], "Accused 1": ["9876543210"], "Accused 2": ["9123456789"]})
    with pytest.raises(ColumnError, match="Accused 2"):
        registry.add_complaints(table)
    with pytest.raises(ColumnError, match="--set source"):
        registry.add_complaints(table, mapping=mapping)
    registry.add_complaints(table, mapping=mapping, constants={"source": "1930"})
    assert set(listed(registry)) == {A, B}
    with pytest.raises(ColumnError, match="'Ticket no'"):
        registry.add_complaints(table, mapping={"acknowledgement_no": "Ticket no"}, constants={"source": "1930"})
    with pytest.raises(ArgumentError, match=r"mapping: .* narrative, ignore$"):
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
    assert registry._case.store.head() == 0


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
    assert intake.added == 3
    assert intake.refused == 2
    assert [(row["row"], row["cell"]) for row in intake.waiting.to_pylist()] == [(2, "9876543210\u2400")]
    assert len(registry.block_list()) > 99_000
    assert registry.history(B)["district"].to_pylist() == ["Rohtak"]
    assert registry.add_complaints(table).repeated == 3


def test_what_a_strict_call_refuses_creates_no_registry(tmp_path: Path) -> None:
    path, sheet = tmp_path / "cases.db", complaints(complaint("1", "98765"))
    with ng.Registry(path, by="HC 1234") as registry, pytest.raises(InputError):
        registry.add_complaints(sheet, strict=True)
    assert not path.exists()


@pytest.mark.parametrize("empty", ["", " ", "\u200b"])
def test_blanks_are_neither_a_name_nor_a_reason(empty: str) -> None:
    with pytest.raises(ArgumentError, match="by: takes"):
        ng.Registry(by=empty)
    with ng.Registry(by="HC 1234") as registry, pytest.raises(ArgumentError, match="reason: takes a sentence"):
        registry.decide(["9876543210"], "protected", empty)


@pytest.mark.parametrize("path", ["", " "])
def test_an_empty_path_is_no_registry(path: str) -> None:
    with pytest.raises(ArgumentError, match="path is empty"):
        ng.Registry(path)
