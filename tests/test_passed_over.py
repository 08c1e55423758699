"""Sheets beside the list: of numbers to be protected none is passed over that has numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

import numguard as ng
from numguard import read_numbers
from numguard.cli import run
from numguard.errors import InputError
from workbooks import book_of_sheets
from zip_files import zipped

HEADINGS = [
    "Helpline", "Customer care", "CUG", "Contact", "Officer mobile", "Phones", "Complainant mobile", "Alternate Number",
    "ग्राहक सेवा",
]  # fmt: skip
FIRST, SECOND = 919123456789, 919123456788


def book(path: Path, *sheets: list[list[str]]) -> Path:
    book_of_sheets({f"Sheet{n}": rows for n, rows in enumerate(sheets)}).save(path)
    return path


@pytest.mark.parametrize("heading", HEADINGS)
@pytest.mark.parametrize("beside", [[], ["Bank"]])
def test_a_sheet_with_numbers_to_protect_is_not_passed_over(heading: str, beside: list[str], tmp_path: Path) -> None:
    """The numbers of the second sheet were linked, and listed; with one column and another heading it was an error."""
    others = [*beside, heading], [*beside, str(SECOND)[2:]]
    path = book(tmp_path / "protected.xlsx", [["Name", "Mobile"], ["A", str(FIRST)[2:]]], [*others])
    with pytest.raises(InputError, match="Sheet1: has numbers, and no column that is certainly theirs"):
        read_numbers(path, actions=None)


def test_a_sheet_without_numbers_is_passed_over(tmp_path: Path) -> None:
    sheets = [["Name", "Mobile"], ["A", str(FIRST)[2:]]], [["Bank", "Remark"], ["B", "none yet"], ["C", "12"]]
    found = read_numbers(book(tmp_path / "protected.xlsx", *sheets), actions=None)
    assert found.keys.to_array().to_pylist() == [FIRST]


def test_the_commands_that_spare_numbers_refuse_such_a_workbook(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheets = [["Name", "Mobile"], ["A", str(FIRST)[2:]]], [["Bank", "Helpline"], ["B", str(SECOND)[2:]]]
    path = str(book(tmp_path / "protected.xlsx", *sheets))
    (tmp_path / "calls.csv").write_text("Mobile,At\n9876543210,2026-01-01\n")
    decide = ["decide", "protected", "--numbers", path, "--reason", "bank", "--registry", str(tmp_path / "cases.db")]
    scan = ["scan", str(tmp_path / "calls.csv"), "-c", "Mobile", "--numbers", str(tmp_path / "calls.csv")]
    for command in ([*decide, "--by", "HC 1"], [*scan, "--list-column", "Mobile", "--except", path]):
        assert run(command) == 3
        assert "no column that is certainly theirs" in capsys.readouterr().err


@pytest.mark.parametrize(("heading", "is_passed"), [("phone_xyz", False), ("", False), ("Complainant mobile", True)])
def test_a_sheet_with_numbers_beside_a_list_to_act_on(heading: str, is_passed: bool, tmp_path: Path) -> None:
    """It was passed over, though it may have numbers of the list; those of complainants are none of it."""
    sheets = [["Name", "Mobile"], ["A", str(FIRST)[2:]]], [["Bank", heading], ["B", str(SECOND)[2:]]]
    path = book(tmp_path / "list.xlsx", *sheets)
    if is_passed:
        assert read_numbers(path).keys.to_array().to_pylist() == [FIRST]
    else:
        with pytest.raises(InputError, match="Sheet1: has numbers, and no column that is certainly theirs"):
            read_numbers(path)


def test_only_columns_of_numbers_are_looked_for_in_other_spellings(tmp_path: Path) -> None:
    """A sheet of branches may have a date too."""
    members = {"calls.csv": "msisdn,date\n9876543210,2026-09-01\n", "branches.csv": "Branch,Date\nNuh,2026-01-01\n"}
    (tmp_path / "a.zip").write_bytes(zipped(members))
    run = ng.scan(tmp_path / "a.zip", {"msisdn": ng.NumberSet(["9876543210"])}, columns=["date"])
    assert run.read_all().num_rows == 1
    assert [passed.file for passed in run.summary.passed_over] == [f"{tmp_path}/a.zip/branches.csv"]


def test_a_member_without_the_chosen_column_of_a_list_is_named(tmp_path: Path) -> None:
    members = {"numbers.csv": "Mobile No,Remarks\n9876543210,x\n", "officers.csv": "Name,Contact\nRam,9123456789\n"}
    (tmp_path / "a.zip").write_bytes(zipped(members))
    listed = read_numbers(tmp_path / "a.zip", column="Mobile No")
    assert listed.keys.to_array().to_pylist() == [919876543210]
    assert len(listed.account["passed_over"]) == 1
    with pytest.raises(InputError, match="no column that is certainly theirs"):
        read_numbers(tmp_path / "a.zip")


def test_what_is_no_call_record_is_passed_over_by_all_that_read_sightings(tmp_path: Path) -> None:
    rows = "MSISDN,IMEI,Date,Time\n9876543210,490154203237518,01/09/2026,10:00:00\n"
    letter = "Sir,\nplease find the records.\n"
    (tmp_path / "a.zip").write_bytes(zipped({"calls.csv": rows, "letter.txt": letter}))
    calls = ng.read_cdr(tmp_path / "a.zip")
    accounts = [ng.changes(calls).account, ng.common([calls], at_least=1).account, ng.expand([FIRST], calls).account]
    assert [[one.split(": ")[0] for one in account["passed_over"]] for account in accounts] == (
        [[f"{tmp_path}/a.zip/letter.txt"]] * 3
    )
    assert [account["warnings"] for account in accounts] == [[]] * 3
    run = ng.scan(calls, {"served_msisdn": ng.NumberSet(["9876543210"])})
    assert run.read_all().num_rows == 1
    assert [passed.file for passed in run.summary.passed_over] == [f"{tmp_path}/a.zip/letter.txt"]
