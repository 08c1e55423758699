"""Workbooks of complaints with several sheets: which of them are read without a question."""

from pathlib import Path

import pytest

import numguard as ng
from numguard.errors import InputError
from workbooks import book_of_sheets

SHEET = [["Ack No", "Source", "District", "Suspect Mobile"], ["1", "1930", "Nuh", "98765 43210"]]


def added(folder: Path, other: list[list[str]], *, sheet: str | None = None) -> tuple[int, list[str]]:
    book_of_sheets({"Sheet": SHEET, "Other": other}).save(folder / "a.xlsx")
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(folder / "a.xlsx", sheet=sheet)
        assert intake.account["rows_read"] == 1
        return len(registry.block_list().to_table()), intake.passed_over


@pytest.mark.parametrize(
    "other",
    [
        [["District", "Complaints", "Amount"], ["Nuh", "12", "1,20,000"], ["Total", "12", "1,20,000"]],
        [["Category", "Count"], ["UPI fraud", "12"]],
        [["Status", "Meaning"], ["Pending", "under investigation"]],
    ],
)
def test_a_sheet_that_only_counts_complaints_is_no_question(tmp_path: Path, other: list[list[str]]) -> None:
    assert added(tmp_path, other) == (
        1,
        [f"{tmp_path}/a.xlsx/Other: is a sheet without any number: choose it to read it"],
    )
    assert added(tmp_path, other, sheet="Sheet") == (1, [])


def test_a_sheet_of_blanks_is_empty(tmp_path: Path) -> None:
    assert added(tmp_path, [["", " "], ["\xa0", ""]]) == (1, [])
    book_of_sheets({"Sheet": [[" "]]}).save(tmp_path / "b.xlsx")
    with pytest.raises(InputError, match="all its sheets are empty"):
        ng.scan(tmp_path / "b.xlsx", {"Suspect Mobile": ng.NumberSet([9876543210])})


@pytest.mark.parametrize(
    "other",
    [
        SHEET,
        [["Ack No", "Status"], ["1", "Withdrawn"]],
        [["District", "Victim"], ["Nuh", "R Kumar, 98123-45678"]],
        [["District", "Complainants' mobile"], ["Nuh", "9812 345 678"]],
        [["District", "a"], ["9876543210", ""]],
    ],
)
def test_a_sheet_that_may_have_numbers_or_complaints_is_one(tmp_path: Path, other: list[list[str]]) -> None:
    with pytest.raises(InputError, match=r"has 2 sheets that are not empty \(Sheet, Other\); choose one"):
        added(tmp_path, other)
