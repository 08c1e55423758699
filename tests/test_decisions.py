"""Columns of decisions and of results beside the numbers: a row without the decision of others stops the list."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from numguard.cli import run
from numguard.errors import ColumnError
from numguard.number_list import NumberList, read_decided, read_imeis, read_numbers

NUMBERS = [f"97654321{n}" for n in range(80, 90)]


def sheet(folder: Path, heading: str, *cells: str, more: str = "") -> Path:
    path = folder / "back.csv"
    rows = [f'{number},"{cell}"{more}' for number, cell in zip(NUMBERS, cells, strict=False)]
    path.write_text("\n".join([f'msisdn,"{heading}"{",action" if more else ""}', *rows, ""]), encoding="utf-8")
    return path


def decided(path: Path, word: str = "confirmed") -> NumberList:  # type: ignore[type-arg]
    is_listed = word in ("confirmed", "accepted", "unprotected")
    return read_decided(path, word, actions=("block",) if is_listed else None)


#: What a heading and its cells say, whether a list to act on stops too, and the row that is named.
STOPPED = [
    ("Decision", ("Yes", "No", "Yes"), "against", 3, True),
    ("Decision", ("Block", "No", "Block"), "against", 3, True),
    ("decision", ("confirmed", "withdraw", ""), "against", 3, True),
    ("decision", ("confirm", "withdraw", "pending"), "against", 3, True),
    ("decision", ("confirmed", "-", ""), "has no answer", 3, True),
    ("IO Decision", ("Confirmed", "", ""), "has no answer", 3, True),
    ("IO_Decision", ("Pending", "Confirmed", ""), "has no answer", 2, True),
    ("Decision of SP", ("Confirmed by SP", "Not yet decided"), "has no answer", 3, True),
    ("Decision (Y/N)", ("Y", "N"), "against", 3, True),
    ("Final decision", ("To be blocked", "No need"), "against", 3, True),
    ("Verdict", ("Accepted", "FIR"), "something else", 3, True),
    ("Verdict", ("Block", "Block if not verified"), "something else", 3, True),
    ("Final action", ("Block", "Leave", "-do-"), "against", 3, True),
    ("Action required", ("Block", "No action", "Block"), "against", 3, True),
    ("Final action", ("Block", "-do-", "Block"), "something else", 3, True),
    ("निर्णय", ("ब्लॉक", "नहीं", "ब्लॉक"), "against", 3, True),
    ("अंतिम निर्णय", ("हाँ", "", "हाँ"), "has no answer", 3, True),
    ("Nirnay", ("Block", "Leave", "Block"), "against", 3, True),
    ("Decision", ("No", "No"), "against", 2, True),
    ("Result of reverification", ("Failed", "Passed", "Not traceable"), "against", 3, True),
    ("Reverification result", ("Failed", "Success", "Failed"), "against", 3, True),
    ("Reverification result", ("Failed", "", "Failed"), "has no answer", 3, True),
    ("Re-verification status", ("Not verified", "Verified by TSP"), "against", 3, True),
    ("पुनः सत्यापन का परिणाम", ("असफल", "सफल"), "against", 3, True),
    ("Reverification result", ("Passed", "Passed"), "against", 2, False),
    ("Result", ("Failed", "Success", "Failed"), "against", 3, False),
    ("KYC status", ("Not verified", "Verified", "Verified"), "against", 3, False),
    ("परिणाम", ("फर्जी", "सही", "फर्जी"), "against", 3, False),
]  # fmt: skip


@pytest.mark.parametrize(("heading", "cells", "what", "row", "is_of_lists"), STOPPED)
def test_a_row_without_the_decision_stops_a_confirmation(
    heading: str, cells: tuple[str, ...], what: str, row: int, is_of_lists: bool, tmp_path: Path
) -> None:
    path = sheet(tmp_path, heading, *cells)
    for word in ("confirmed", "accepted", "unprotected"):
        with pytest.raises(ColumnError, match=rf"{what}.* in row {row}|in row {row}.*{what}") as refused:
            decided(path, word)
        assert not any(number in str(refused.value) for number in NUMBERS)
    if is_of_lists:
        with pytest.raises(ColumnError, match=f"in row {row}"):
            read_numbers(path)
    else:
        assert len(read_numbers(path).keys) == len(cells)
    # Numbers to protect are spared whatever was decided, as they are below `To be blocked`.
    assert len(read_numbers(path, actions=None).keys) == len(cells)


#: A decision that takes numbers off a list, a heading, its cells, and the row that has another one; None: none has.
OFF = [
    ("withdrawn", "decision", ("confirmed", "withdrawn", "withdrawn"), 2),
    ("withdrawn", "Decision", ("withdraw", "", "withdraw"), 3),
    ("withdrawn", "Decision", ("Yes", "No", "Yes"), 3),
    ("withdrawn", "Decision", ("Release", "Block"), 3),
    ("dismissed", "decision", ("dismiss", "accepted"), 3),
    ("protected", "IO decision", ("Protect", "Block"), 3),
    ("reactivated", "Decision", ("Reactivate", "Block"), 3),
    ("reverified", "Reverification result", ("Passed", "Failed"), 3),
    ("reverified", "Result", ("Verified", "Not traceable"), 3),
    ("withdrawn", "Result of reverification", ("Passed", "Failed"), 3),
    ("withdrawn", "Decision", ("withdrawn", "Withdraw", "Withdrawn by SP"), None),
    ("withdrawn", "Decision", ("confirmed", "confirmed"), None),
    ("reverified", "Reverification result", ("Passed", "Verified"), None),
    ("dismissed", "Decision", ("", ""), None),
]


@pytest.mark.parametrize(("word", "heading", "cells", "row"), OFF)
def test_what_takes_numbers_off_a_list(
    word: str, heading: str, cells: tuple[str, ...], row: int | None, tmp_path: Path
) -> None:
    path = sheet(tmp_path, heading, *cells)
    if row is None:
        assert len(decided(path, word).keys) == len(cells)
        return
    with pytest.raises(ColumnError, match=f"in row {row}"):
        decided(path, word)


#: Sheets that offices have, each with the cells of one column: they are read as they were.
ORDINARY = [
    ("Decision", ("confirmed", "Confirmed", "confirm")), ("Decision", ("Yes", "Yes", "Y")), ("Decision", ("", "", "")),
    ("Decision", ("Block", "Block immediately", "To be blocked")), ("Decision", ("Suspicious", "Fraud", "")),
    ("Decision", ("Approved vide letter No. 12/2026", "Approved", "approved by SP")), ("Verdict", ("Fraud", "Fraud")),
    ("IO Decision", ("Confirmed", "Confirmed by SI Ram", "Confirmed.")), ("Decision", ("Pending", "Pending", "")),
    ("Decision date", ("05/02/2026", "", "06/02/2026")), ("Decision No.", ("1", "2", "3")),
    ("Decision by", ("SI Ram", "", "SI Sham")), ("Court decision", ("Yes", "No", "")),
    ("Refund decision", ("Yes", "No", "Accepted")), ("Bail decision", ("Granted", "No", "")),
    ("Action taken", ("Blocked", "", "FIR registered")), ("Actioned by", ("SI Ram", "", "")),
    ("Final report", ("Yes", "", "No")), ("Final amount", ("1200", "", "0")),
    ("Result", ("SIM blocked", "SIM blocked", "")), ("Result", ("Success", "Success", "Success")),
    ("Search result", ("Failed", "Success", "")), ("Test result", ("Pass", "Fail", "")),
    ("KYC", ("Aadhaar", "Voter id", "")), ("KYC status", ("Verified", "Verified", "Verified")),
    ("Verification date", ("05/02/2026", "", "")), ("Verification officer", ("SI Ram", "ASI Sham", "")),
    ("Address verification", ("Done", "Pending", "")), ("Blocking status", ("Success", "Failed", "Success")),
    ("Payment status", ("Success", "Failed", "")), ("Transaction result", ("Failed", "Success", "")),
    ("Status", ("Active", "Inactive", "")), ("Circle", ("Haryana", "Delhi", "")), ("Category", ("UPI", "KYC", "Job")),
    ("Remarks", ("Verified by 1930", "called thrice", "passed to IO")), ("Exam result", ("Passed", "Failed", "")),
    ("Reason", ("Re-verification failed", "Not traceable", "")), ("Priority", ("Block first", "", "Later")),
    ("Re-verification status", ("Approved", "Rejected", "")), ("Outcome of raid", ("Failed", "Success", "")),
]  # fmt: skip


@pytest.mark.parametrize(("heading", "cells"), ORDINARY)
def test_ordinary_sheets_are_read(heading: str, cells: tuple[str, ...], tmp_path: Path) -> None:
    path = sheet(tmp_path, heading, *cells)
    assert len(read_numbers(path).keys) == len(cells)
    assert len(decided(path).keys) == len(cells)


@pytest.mark.parametrize("heading", ["KYC status", "Verification status", "Result", "Final result"])
def test_a_result_of_something_else_is_no_decision_in_a_list(heading: str, tmp_path: Path) -> None:
    path = sheet(tmp_path, heading, "Verified", "Pending", "")
    assert len(read_numbers(path).keys) == 3
    with pytest.raises(ColumnError, match="in row 2 that the number was decided against"):
        decided(path)


def test_beside_a_column_of_actions(tmp_path: Path) -> None:
    """A list that was exported, with an officer's decisions: of the rows to block each counts where one is recorded."""
    path = sheet(tmp_path, "Decision", "Yes", "No", more=",block")
    assert len(read_numbers(path).keys) == 2
    with pytest.raises(ColumnError, match="in row 3 that the number was decided against"):
        decided(path)
    path.write_text(path.read_text().replace('"No",block', '"No",release'))
    assert len(decided(path).keys) == 1


def test_the_decisions_of_several_files(tmp_path: Path) -> None:
    sheet(tmp_path, "Decision", "", "").rename(tmp_path / "1.csv")
    sheet(tmp_path, "Decision", "Yes", "Yes").rename(tmp_path / "2.csv")
    with pytest.raises(ColumnError, match=r"1\.csv: the column 'Decision' has no answer in row 2"):
        decided(tmp_path)


def test_decisions_as_booleans_and_numbers(tmp_path: Path) -> None:
    for cells in (pa.array([True, False]), pa.array([1, 0]), pa.array([1.0, None]), pa.array(["Yes", None])):
        pq.write_table(pa.table({"msisdn": NUMBERS[:2], "Decision": cells}), tmp_path / "a.parquet")
        with pytest.raises(ColumnError, match="in row 2"):
            decided(tmp_path / "a.parquet")
    nested = pa.array([["Yes"], ["No"]])
    pq.write_table(pa.table({"msisdn": NUMBERS[:2], "Decision": nested}), tmp_path / "a.parquet")
    assert len(decided(tmp_path / "a.parquet").keys) == 2


def test_a_row_without_a_number_and_columns_of_one_name(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"msisdn,Decision,x\n{NUMBERS[0]},Yes,a\n,No,\n{NUMBERS[1]},Yes,b\n")
    assert len(decided(path).keys) == 2
    path.write_text(f"msisdn,Decision,Decision\n{NUMBERS[0]},Yes,Yes\n{NUMBERS[1]},Yes,No\n")
    with pytest.raises(ColumnError, match="in row 3"):
        decided(path)


def test_handsets(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("imei,Decision\n490154203237518,Block\n358240051111110,Leave\n")
    with pytest.raises(ColumnError, match="in row 3 that the number was decided against"):
        read_imeis(path)


def test_a_sheet_of_waiting_numbers_that_is_half_filled(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing is recorded of it."""
    complaints, registry = tmp_path / "c.csv", ["--registry", str(tmp_path / "c.db")]
    complaints.write_text(
        "Acknowledgement No,Source,Suspect Mobile\n"
        + "".join(f"2000000000000{n},1930,{NUMBERS[n]}\n" for n in range(3))
    )
    case = [*registry, "--by", "HC 1234"]
    assert run(["complaints", "add", str(complaints), *case]) == 0
    book = openpyxl.Workbook()
    for row in (["msisdn", "why", "decision"], *zip(NUMBERS, ["x"] * 3, ["accepted", "pending", None], strict=False)):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(tmp_path / "f.xlsx")
    assert run(["decide", "accepted", "--numbers", str(tmp_path / "f.xlsx"), "--reason", "x", *case]) == 3
    assert "has no answer in row 3, and a yes in others" in capfd.readouterr().err
    assert run(["history", NUMBERS[0], *registry]) == 0
    assert "accepted" not in capfd.readouterr().out
