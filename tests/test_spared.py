"""Rows of a list that say that a number is a victim's, or not to be blocked, and letters: never listed in silence."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from numguard.cli import run
from numguard.errors import ColumnError
from numguard.number_list import read_numbers, spared
from numguard.number_list.spared import is_of_letter, is_spared
from numguard.number_list.titles import BEGINNINGS, VICTIMS
from test_repeated_names import written
from workbooks import book_of_sheets, write_rows

SUSPECT, OTHER = "9765432187", "9765432188"
SPARED = [
    "Victim", "victim's number", "Complainant mobile no.", "पीड़ित", "शिकायतकर्ता", "Witness", "Do not block",
    "DON'T BLOCK!", "please do not block", "Not to be blocked", "Unblock", "un-block", "Please unblock",
    "To be released", "Released",
    "Numbers to be unblocked", "Reactivated", "Whitelisted", "exempted", "Not a suspect", "not suspected",
    "False positive", "wrong number", "Wrong no.", "ब्लॉक न करें", "अनब्लॉक", "Genuine", "blocking not required",
    "Removed", "deleted", "Delete", "withdrawn", "to be removed", "हटाएं",
    "Reconnected", "Nodal Officer", "Contact person:", "For any queries", "Prepared by", "Authorised signatory",
    "In use again", "now in use again", "Back in use", "Cleared", "Exonerated", "Wrongly blocked", "listed by mistake",
    "Reported in error", "Verified genuine", "found to be genuine", "Not involved", "Family members of the victim",
    "complainant's own number", "Victim's relative", "Re-verify", "reverified", "RE-VERIFICATION pending",
    "To be re-verified", "Re verification done", "Re-verification list",
]  # fmt: skip
MEANT = [
    "", "Suspect", "Please block", "Not blocked", "Not yet blocked", "block", "Released on bail", "called the victim",
    "Victim's bank", "Fake customer care", "Ravi", "fraud", "Not known", "not available", "no",
    "Genuine looking caller", "आरोपी", "High", "wrong person called", "contact",
    "person", "prepared", "Del", "D", "R", "Added", "Removed the SIM", "withdrew", "in use",
    "handset in use", "given back", "cleared the cheque", "reported", "verified", "own number", "family", "relatives",
    "Suspect's relative", "by mistake", "involved", "blocked by the bank", "verified", "Re-verification failed",
    "verification pending", "done", "pending",
]  # fmt: skip


@pytest.mark.parametrize("text", SPARED)
def test_texts_that_spare(text: str) -> None:
    assert is_spared(text)


@pytest.mark.parametrize("text", MEANT)
def test_texts_that_do_not(text: str) -> None:
    assert not is_spared(text)
    assert not is_of_letter(text)


def as_files(folder: Path, heading: str, cell: str, other: str = "-") -> list[Path]:
    """A list of two numbers, of which another column spares the second, in several formats."""
    rows = [{"mobile": SUSPECT, heading: other}, {"mobile": OTHER, heading: cell}]
    (folder / "a.csv").write_text(f'mobile,"{heading}"\n{SUSPECT},"{other}"\n{OTHER},"{cell}"\n')
    (folder / "a.json").write_text(json.dumps(rows))
    table = pa.Table.from_pylist(rows)
    pq.write_table(table, folder / "a.parquet")
    encoded = table.set_column(1, heading, table.column(1).dictionary_encode())
    pq.write_table(encoded, folder / "b.parquet")
    return [folder / name for name in ("a.csv", "a.json", "a.parquet", "b.parquet")]


@pytest.mark.parametrize("cell", SPARED)
@pytest.mark.parametrize("heading", ["Role", "Remarks"])
def test_a_row_that_another_column_spares(tmp_path: Path, heading: str, cell: str) -> None:
    for path in as_files(tmp_path, heading, cell):
        with pytest.raises(ColumnError, match=rf"'{heading}' says in row [23] .*take such rows out") as refused:
            read_numbers(path)
        assert OTHER not in str(refused.value)
        with pytest.raises(ColumnError, match="says in row"):
            read_numbers(path, column="mobile")
        # Where numbers are protected, or taken off a list, each row counts.
        assert len(read_numbers(path, actions=None).keys) == 2


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
@pytest.mark.parametrize(
    ("heading", "cell"), [("Remarks", "Victim"), ("", "do not block"), ("Is fraud", "No"), ("Country Code", "1")]
)
def test_of_columns_of_one_name_each_counts(tmp_path: Path, ending: str, heading: str, cell: str) -> None:
    """None of them was looked at, and the numbers were listed."""
    for cells in ([cell, ""], ["", cell]):
        rows = [["Mobile", heading, heading], ["9876543210", "", ""], ["9812345670", *cells]]
        path = written(tmp_path, ending, rows)
        with pytest.raises(ColumnError, match=r"(?:says|has) in row [23]"):
            read_numbers(path)
        path = written(tmp_path, ending, [*rows[:2], ["9812345670", "", ""]])
        assert read_numbers(path).account["rows_used"] == 2


@pytest.mark.parametrize("cell", MEANT)
def test_a_row_that_no_column_spares(tmp_path: Path, cell: str) -> None:
    for path in as_files(tmp_path, "Remarks", cell):
        assert len(read_numbers(path).keys) == 2


@pytest.mark.parametrize("heading", ["Reported by", "Source of information", "Complainant type", "Given by"])
def test_a_column_that_says_who_named_the_number(tmp_path: Path, heading: str) -> None:
    for path in as_files(tmp_path, heading, "Victim"):
        assert len(read_numbers(path).keys) == 2


@pytest.mark.parametrize(
    ("heading", "spared", "meant"),
    [
        ("Block", "No", "Yes"), ("To be blocked (Y/N)", "N", "Y"), ("blocked", "false", "true"), ("Block", "0", "1"),
        ("Whitelisted", "Yes", "No"), ("Released", "y", "n"), ("Do not block", "TRUE", "FALSE"), ("ब्लॉक", "नहीं", "हाँ"),
        ("is_fraud", "0", "1"), ("Fraud (Y/N)", "N", "Y"), ("Suspect?", "No", "Yes"), ("fraud_flag", "0.0", "1.0"),
        ("is_deleted", "1", "0"), ("Removed", "Yes", "No"),
        ("Confirmed fraud", "FALSE", "TRUE"), ("संदिग्ध", "नहीं", "हाँ"),
        ("Is Active", "0", "1"), ("Active (Y/N)", "N", "Y"), ("isActive", "false", "true"), ("Valid", "No", "Yes"),
        *((heading, "Y", "N") for heading in ("DEL_FLG", "Deleted (Y/N)", "INACTIVE_FLAG", "EXPIRED", "DelInd")),
        *((heading, "N", "Y") for heading in ("ACTIVE_FLG", "ENABLED", "LIVE", "is_enabled")),
    ],
)  # fmt: skip
def test_a_column_that_answers_yes_or_no(tmp_path: Path, heading: str, spared: str, meant: str) -> None:
    for path in as_files(tmp_path, heading, spared):
        with pytest.raises(ColumnError, match="says in row"):
            read_numbers(path)
    for path in as_files(tmp_path, heading, meant, meant):
        assert len(read_numbers(path).keys) == 2


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary()])
def test_texts_that_a_file_has_as_bytes(tmp_path: Path, kind: pa.DataType) -> None:
    """As Parquet has them that Hive or Impala wrote; bytes that are no text say nothing."""
    path = tmp_path / "a.parquet"
    numbers = pa.array([SUSPECT, OTHER])
    for heading, cells, match in (
        ("Role", [b"Suspect", b"Victim"], "'Role' says in row 2"),
        ("Status", [b"block", b"release"], "'Status' has the actions"),
    ):
        pq.write_table(pa.table({"mobile": numbers, heading: pa.array(cells, kind)}), path)
        with pytest.raises(ColumnError, match=match):
            read_numbers(path)
    pq.write_table(pa.table({"mobile": numbers, "action": pa.array([b"block", b"release"], kind)}), path)
    assert read_numbers(path).keys.to_array().to_pylist() == [int(f"91{SUSPECT}")]
    pq.write_table(pa.table({"mobile": numbers, "Role": pa.array([b"\xff\xfe", b"Suspect"], kind)}), path)
    assert len(read_numbers(path).keys) == 2


def test_answers_in_typed_columns(tmp_path: Path) -> None:
    decimals = pa.array([Decimal("1.00"), Decimal("0.00")])
    for answers in (pa.array([True, False]), pa.array([1, 0], pa.int8()), pa.array([1.0, 0.0]), decimals):
        pq.write_table(pa.table({"mobile": [SUSPECT, OTHER], "block": answers}), tmp_path / "a.parquet")
        with pytest.raises(ColumnError, match="'block' says in row 2"):
            read_numbers(tmp_path / "a.parquet")
        flags = pa.table({"mobile": [SUSPECT, OTHER], "DEL_FLG": answers})
        pq.write_table(flags, tmp_path / "a.parquet")
        with pytest.raises(ColumnError, match="'DEL_FLG' says in row 1"):
            read_numbers(tmp_path / "a.parquet")
        for heading in ("Block No", "SIM active", "Active users"):
            pq.write_table(pa.table({"mobile": [SUSPECT, OTHER], heading: answers}), tmp_path / "a.parquet")
            assert len(read_numbers(tmp_path / "a.parquet").keys) == 2


@pytest.mark.parametrize("heading", ["Sr", "S.No.", "Sl. No", "SERIAL NUMBER", "क्र.सं."])
def test_a_note_below_a_table_with_serial_numbers(tmp_path: Path, heading: str) -> None:
    path = tmp_path / "a.csv"
    for note in ("Helpline", "Cyber Cell, Nuh", "हेल्पलाइन", "Toll free no."):
        path.write_text(f'{heading},Mobile,x\n1,{SUSPECT},\n2,{SUSPECT},\n"{note}",{OTHER},\n')
        with pytest.raises(ColumnError, match="says in row 4"):
            read_numbers(path)
    for serial in ("2", "2.", "II", "viii)", "b)", "A2", "", "-"):
        path.write_text(f"{heading},Mobile,x\n1,{SUSPECT},\n{serial},{OTHER},\n")
        assert len(read_numbers(path).keys) == 2


@pytest.mark.parametrize(
    ("heading", "joins", "leaves"),
    [
        ("Change", "A", "D"), ("Operation", "ADD", "DEL"), ("op", "+", "-"), ("change_type", "I", "D"),
        ("Add/Del", "A", "R"), ("Update", "add", "drop"), ("Type", "NEW", "REL"), ("Flag", "+", "-"),
        ("Record type", "insert", "Del"), ("change", "added", "removed"),
    ],
)  # fmt: skip
def test_a_column_of_changes(tmp_path: Path, heading: str, joins: str, leaves: str) -> None:
    """A daily change of a list: the numbers that leave it were listed like those that join it."""
    path = tmp_path / "a.csv"
    path.write_text(f"mobile,{heading}\n{SUSPECT},{joins}\n{OTHER},{leaves}\n")
    with pytest.raises(ColumnError, match=f"'{heading}' says in row 3"):
        read_numbers(path)
    path.write_text(f"mobile,{heading}\n{SUSPECT},{joins}\n{OTHER},{joins}\n")
    assert len(read_numbers(path).keys) == 2


@pytest.mark.parametrize(
    ("heading", "cells"), [("Circle", ("New", "Del")), ("op", ("x", "-")), ("Type", ("P", "D")), ("Flag", ("A", "R"))]
)
def test_a_column_that_is_none_of_changes(tmp_path: Path, heading: str, cells: tuple[str, str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"mobile,{heading}\n{SUSPECT},{cells[0]}\n{OTHER},{cells[1]}\n")
    assert len(read_numbers(path).keys) == 2


@pytest.mark.parametrize(
    "heading",
    ["Reactivation Date", "Reactivated on", "unblocked_at", "Date of restoration", "Release date", "removed_on"],
)
def test_a_day_since_which_a_number_is_in_use_again(tmp_path: Path, heading: str) -> None:
    """The lists of revoked numbers and of those in use again, in one table."""
    path = tmp_path / "a.csv"
    for day in ("2026-02-02", "02/02/2026", "46054", "2 Feb 2026"):
        path.write_text(f"mobile,revoked on,{heading}\n{SUSPECT},2026-01-01,\n{OTHER},2026-01-01,{day}\n")
        with pytest.raises(ColumnError, match=f"'{heading}' says in row 3"):
            read_numbers(path)
        assert len(read_numbers(path, actions=None).keys) == 2
    path.write_text(f"mobile,revoked on,{heading}\n{SUSPECT},2026-01-01,-\n{OTHER},2026-01-01,NA\n")
    assert len(read_numbers(path).keys) == 2
    days = pa.array([None, 20_000], pa.date32())
    pq.write_table(pa.table({"mobile": [SUSPECT, OTHER], heading: days}), tmp_path / "a.parquet")
    with pytest.raises(ColumnError, match="says in row 2"):
        read_numbers(tmp_path / "a.parquet")


def test_actions_come_before_another_column(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"mobile,action,reason\n{SUSPECT},block,x\n{OTHER},release,wrong number\n")
    assert len(read_numbers(path).keys) == 1
    assert len(read_numbers(path, actions=["release"]).keys) == 1


@pytest.mark.parametrize("heading", ["Do not block:", "Released", "Reactivated numbers", "Whitelist", "ब्लॉक न करें"])
@pytest.mark.parametrize("header", ["mobile\n", "", "mobile,name\n"])
def test_a_heading_among_the_rows(tmp_path: Path, header: str, heading: str) -> None:
    path = tmp_path / "a.csv"
    more = "," if "," in header else ""
    path.write_text(f"{header}{SUSPECT}{more}\n{heading}{more}\n{OTHER}{more}\n")
    with pytest.raises(ColumnError, match=r"row [23] is a heading of numbers that are not to be listed"):
        read_numbers(path)
    assert len(read_numbers(path, actions=None).keys) == 2


@pytest.mark.parametrize("last", ["Victims", "Regards"])
def test_the_first_heading_among_the_rows_counts(tmp_path: Path, last: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"mobile,name\n{SUSPECT},a\nDo not block,\n{OTHER},b\n{last},\n")
    with pytest.raises(ColumnError, match="row 3 is a heading of numbers that are not to be listed"):
        read_numbers(path)


@pytest.mark.parametrize("header", ["CIF,Mobile", "cif , MOBILE", "Name,Mobile,CIF", "CIF,Phone No"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_second_header_in_another_order_is_an_error(tmp_path: Path, kind: str, header: str) -> None:
    """Customers' ids would be read as the numbers."""
    width = len(header.split(","))
    whole = [["Mobile", "CIF", "Name"], [SUSPECT, "1", "a"], header.split(","), [OTHER, "2", "b"]]
    path = write_rows(tmp_path / f"a.{kind}", *(row[:width] for row in whole))
    with pytest.raises(ColumnError, match="row 3 is a second header"):
        read_numbers(path)
    with pytest.raises(ColumnError, match="row 3 is a second header"):
        read_numbers(path, column="Mobile")


def as_typed(folder: Path, headings: list[str], rows: list[list[Any]]) -> list[Path]:
    """A table of several formats whose cells keep their types."""
    table = pa.table({name: [row[at] for row in rows] for at, name in enumerate(headings)})
    pq.write_table(table, folder / "a.parquet")
    with pa.OSFile(str(folder / "a.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)
    (folder / "a.json").write_text(json.dumps(table.to_pylist()))
    (folder / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in table.to_pylist()))
    return [folder / name for name in ("a.parquet", "a.arrow", "a.json", "a.jsonl")]


@pytest.mark.parametrize("header", [["Mobile", "Name", "CIF"], ["CIF", "Name", "mobile"], ["x", "y", "Mobile no."]])
def test_a_second_header_in_a_table_made_of_two_sheets(tmp_path: Path, header: list[str]) -> None:
    rows = [[SUSPECT, "1", "a"], [SUSPECT, "2", "b"], header, [OTHER, "3", "c"]]
    for path in as_typed(tmp_path, ["Mobile", "CIF", "Name"], rows):
        with pytest.raises(ColumnError, match="row 3 is a second header"):
            read_numbers(path)


def test_the_same_header_in_a_table_is_a_refused_row(tmp_path: Path) -> None:
    for path in as_typed(tmp_path, ["Mobile", "CIF"], [[SUSPECT, "1"], ["MOBILE", "cif "], [OTHER, "3"]]):
        found = read_numbers(path)
        assert len(found.keys) == 2
        assert found.refused["row"].to_pylist() == [2]


@pytest.mark.parametrize("numbers", [[SUSPECT, None, OTHER], [int(SUSPECT), None, int(OTHER)], [SUSPECT, " ", OTHER]])
def test_a_heading_among_the_rows_of_a_table(tmp_path: Path, numbers: list[Any]) -> None:
    rows = [[number, name] for number, name in zip(numbers, ["a", "Do not block:", "b"], strict=True)]
    for path in as_typed(tmp_path, ["mobile", "name"], rows):
        with pytest.raises(ColumnError, match="row 2 is a heading of numbers that are not to be listed"):
            read_numbers(path)
        assert len(read_numbers(path, actions=None).keys) == 2


@pytest.mark.parametrize("header", ["Customer id,Mobile", "cust_id,MobileNumber", "खाता,मोबाइल", "Account,PHONE NO.,x"])
def test_a_heading_of_numbers_over_another_column_is_a_second_header(tmp_path: Path, header: str) -> None:
    """Also if it is the only one that is known: customers' ids are in the column of the numbers then."""
    path = tmp_path / "a.csv"
    width = len(header.split(","))
    first, last = (",".join(["mobile", "name", "district"][:width]), ",".join([OTHER, SUSPECT, "b"][:width]))
    path.write_text(f"{first}\n{','.join([SUSPECT, 'a', 'b'][:width])}\n{header}\n{last}\n")
    with pytest.raises(ColumnError, match="row 3 is a second header"):
        read_numbers(path)


@pytest.mark.parametrize("heading", ["Account number", "A/c no:", "UPI IDs"])
@pytest.mark.parametrize("header", ["mobile", "mobile,name"])
def test_a_heading_of_what_is_no_phone_among_the_rows(tmp_path: Path, header: str, heading: str) -> None:
    more = "," * header.count(",")
    path = tmp_path / "a.csv"
    path.write_text(f"{header}\n{SUSPECT}{more}\n{heading}{more}\n{OTHER}{more}\n")
    with pytest.raises(ColumnError, match="row 3 is a heading of something else than phone numbers"):
        read_numbers(path)
    path.write_text(f"mobile,name\n{SUSPECT},a\n{heading},b\n{OTHER},c\n")
    assert len(read_numbers(path).keys) == 2


@pytest.mark.parametrize("others", ["Mobile", "Landline"])
@pytest.mark.parametrize(
    "row", ["NA,Mobile", "Not available,mobile", "not known,Type", "Mobile,Type", ",Mobile", "Mobile,x"]
)
def test_a_row_without_a_number_that_is_no_second_header(tmp_path: Path, row: str, others: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"Mobile,Type\n{SUSPECT},{others}\n{row}\n{OTHER},{others}\n")
    assert len(read_numbers(path).keys) == 2
    # In a column of kinds the word is in other rows too.
    path.write_text(f"Mobile,Type\n{SUSPECT},Mobile\nSunita Rani,Mobile\n{OTHER},{others}\n")
    assert len(read_numbers(path).keys) == 2


@pytest.mark.parametrize("line", ["Regards", "Thanks & regards", "Insp. R Kumar", "Sub: blocking", "सादर"])
def test_a_letter_is_no_list(tmp_path: Path, line: str) -> None:
    """The writer's own number is among the lines."""
    path = tmp_path / "letter.txt"
    path.write_text(f"{SUSPECT}\nplease do the needful\n{line}\nMob {OTHER}\n")
    with pytest.raises(ColumnError, match="row 3 is a line of a letter or a chat") as refused:
        read_numbers(path)
    assert "Kumar" not in str(refused.value)
    path.write_text(f"{line}\n{SUSPECT}\n")
    with pytest.raises(ColumnError, match="of something else than numbers to list"):
        read_numbers(path)
    # Prose may name an officer, and is no line of a letter.
    path.write_text(f"{SUSPECT}\n{'the cases were handed to ' * 5}{line}\n{OTHER}\n")
    assert len(read_numbers(path).keys) == 2


def test_records_that_are_named_as_those_of_victims(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"status": 200, "victims": [{"n": OTHER}]}))
    with pytest.raises(ColumnError, match="the name of its records names victims"):
        read_numbers(path)
    assert len(read_numbers(path, actions=None).keys) == 1
    path.write_text(json.dumps({"status": 200, "payload": [{"n": OTHER}]}))
    assert len(read_numbers(path).keys) == 1


@pytest.mark.parametrize("heading", ["Type", "Identifier Type", "suspect_id_type", "Type of identifier", "प्रकार"])
@pytest.mark.parametrize("cell", ["ACCOUNT", "Bank A/c No.", "UPI", "Customer ID", "खाता संख्या"])
def test_a_type_that_is_no_phone(tmp_path: Path, heading: str, cell: str) -> None:
    """An account number may have ten digits, as a mobile number has."""
    for path in as_files(tmp_path, heading, cell):
        with pytest.raises(ColumnError, match=r"says in row [23] .*or no phone's: take such rows out"):
            read_numbers(path)
        assert len(read_numbers(path, actions=None).keys) == 2


@pytest.mark.parametrize(
    ("heading", "cell"),
    [("Type", "Mobile"), ("Type", "UPI fraud"), ("Type", "UPI mobile"), ("Fraud type", "UPI"),
     ("Account type", "Savings"), ("Type", "Prepaid"), ("Mode", "UPI"), ("Customer type", "Bank"),
     ("Fraud No", "No"), ("Verified", "No"),
     ("Fraud type", "No"), ("FIR registered", "No"), ("Contact", "Bank"), ("Record", "0")],
)  # fmt: skip
def test_a_column_that_says_nothing_of_the_number(tmp_path: Path, heading: str, cell: str) -> None:
    for path in as_files(tmp_path, heading, cell):
        assert len(read_numbers(path).keys) == 2


AGAIN = ["Reactivated", "MNRL reactivation list", "Numbers to be unblocked", "Whitelist of bank staff", "Restored_Sep",
         "In use again", "Given back to subscribers"]  # fmt: skip


@pytest.mark.parametrize("title", AGAIN)
def test_a_title_of_numbers_in_use_again_stops_a_list(tmp_path: Path, title: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{title}\nSr,Mobile\n1,{OTHER}\n")
    with pytest.raises(ColumnError, match=r"title in line 1 names numbers that are not to be listed.*--action release"):
        read_numbers(path)
    assert len(read_numbers(path, actions=["release"]).keys) == 1
    # Which column has the numbers, and whose they are, does not say that they are to be listed.
    with pytest.raises(ColumnError, match=r"title in line 1 names numbers that are not to be listed"):
        read_numbers(path, column="Mobile")
    assert len(read_numbers(path, actions=None).keys) == 1
    path.write_text(f"{title}\nMobile,action\n{OTHER},release\n{SUSPECT},block\n")
    assert len(read_numbers(path).keys) == 1
    for other in ("List of suspects", "Details of blocked mobile numbers:"):
        for header in ("Sr,Mobile", "Sr,Phone No"):
            path.write_text(f"{title}\n{other}\n{header}\n1,{OTHER}\n")
            with pytest.raises(ColumnError, match="title in line 1 names numbers that are not to be listed"):
                read_numbers(path)


@pytest.mark.parametrize("name", AGAIN)
def test_a_sheet_and_a_member_of_numbers_in_use_again(tmp_path: Path, name: str) -> None:
    sheets = {"Revoked": [["mobile"], [SUSPECT]], name: [["mobile"], [OTHER]]}
    book_of_sheets(sheets).save(tmp_path / "a.xlsx")
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "revoked.csv").write_text(f"mobile\n{SUSPECT}\n")
    (folder / f"{name}.csv").write_text(f"mobile\n{OTHER}\n")
    for path in (tmp_path / "a.xlsx", folder, folder / "*.csv"):
        with pytest.raises(ColumnError, match="is named as numbers that are not to be listed"):
            read_numbers(path)
        assert len(read_numbers(path, actions=None).keys) == 2


def test_every_word_for_victims_is_found_among_many(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    of_two_words = {"शिकायत कर्ता", "ભોગ બનનાર", "ਸ਼ਿਕਾਇਤ ਕਰਤਾ", "Shikayat karta"}
    for word in sorted({*VICTIMS, *(f"{beginning}ओं" for beginning in BEGINNINGS), *of_two_words}):
        path.write_text(f"mobile,role\n{SUSPECT},a suspect\n{OTHER},{word.title()}\n")
        with pytest.raises(ColumnError, match="says in row 3"):
            read_numbers(path)


@pytest.mark.parametrize(
    "line", [f"{OTHER},2026-06-02,Victim", f"Victims,,\n{OTHER},2026-06-02,x", f"Regards,,\n{OTHER},,"]
)
def test_seeds_with_dates_are_checked_as_others_are(
    tmp_path: Path, line: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    calls = f"MSISDN,IMEI,Call Date\n{SUSPECT},490154203237518,01/06/2026\n"
    Path("calls.csv").write_text(calls)
    Path("seeds.csv").write_text(f"msisdn,reported_at,role\n{SUSPECT},2026-06-02,Suspect\n{line}\n")
    for window in ([], ["--days-before", "5"]):
        assert run(["expand", "calls.csv", "--seeds", "seeds.csv", *window]) == 3
        error = capfd.readouterr().err
        assert "row 3" in error
        assert OTHER not in error


@pytest.mark.parametrize(
    "text",
    [f"mobile,status\n{SUSPECT},Reactivated\n", f"mobile,role\n{SUSPECT},Victim\n", f"Victims\nmobile,x\n{SUSPECT},y\n",
     f"mobile\nReleased\n{SUSPECT}\n", f"mobile,action,x\n{SUSPECT},release,Victim\n"],
)  # fmt: skip
def test_numbers_that_are_never_marked_may_be_spared(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("customers.csv").write_text(f"phone\n{SUSPECT}\n{OTHER}\n")
    Path("list.csv").write_text(f"mobile\n{SUSPECT}\n{OTHER}\n")
    Path("off.csv").write_text(text)
    lists = ["--list", "a=list.csv", "--except", "off.csv"]
    assert run(["scan", "customers.csv", "-c", "phone", *lists, "--json", "-o", "hits.csv"]) == 0
    assert json.loads(capfd.readouterr().out)["hits"] == 1


def test_the_words_of_a_wide_list_are_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An expression of all words that spare took 4 ms a column and batch: a list of 2,000 columns a minute."""
    compiled: list[str] = []
    matched = pc.match_substring_regex

    def counted(cells: Any, pattern: str, **options: Any) -> Any:
        compiled.append(pattern)
        return matched(cells, pattern, **options)

    monkeypatch.setattr(pc, "match_substring_regex", counted)
    (tmp_path / "a.csv").write_text(f"mobile,{','.join(f'h{k}' for k in range(30))}\n{SUSPECT}{',ravi' * 30}\n")
    assert len(read_numbers(tmp_path / "a.csv").keys) == 1
    assert not {spared._PREFILTER.of_ascii, spared._PREFILTER.of_others} & {*compiled}
