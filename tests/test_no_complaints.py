"""Rows of complaint sheets that may be no complaint, and columns of victims that are not read: no number is listed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest

import numguard as ng
from numguard.errors import ColumnError, InputError

SUSPECT, OTHER = 919812345670, 919899912345
HEADER = "Sr No,Complaint No,Suspect Mobile,District\n1,31110260000001,9812345670,Nuh\n"


def added(folder: Path, text: str) -> tuple[set[int], dict[int, str], Any]:
    """What is to be blocked, what waits and why, and the intake."""
    path = folder / "sheet.csv"
    path.write_text(text)
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(path, constants={"source": "1930"})
        listed = registry.block_list().to_table()["msisdn"].to_pylist()
        waiting = dict(zip(*(intake.waiting[name].to_pylist() for name in ("msisdn", "why")), strict=True))
        assert set(waiting).isdisjoint(listed)
        # Every row is there: used or refused.
        assert intake.added + intake.repeated + intake.updated + intake.refused == text.count("\n") - 1 - text.count(
            "\n\n"
        )
        return set(listed), waiting, intake


@pytest.mark.parametrize(
    "below",
    [
        ",Prepared by HC 1234,9899912345,",
        "2,31110260000004,9812345670,Nuh\n,HC 1234,9899912345,",
        "2,31110260000004,9812345670,Nuh\nIO,1234,9899912345,Nuh",
        "2,Victim of 31110260000001,9899912345,Nuh",
        "2,31110260000004 (complainant),9899912345,Nuh",
        "Nodal officers of banks,,,\n1,1,9899912345,",
        "PS Sadar,,,\n1,1,9899912345,\n2,2,9899912346,",
        "2,ASI 456,9899912345,Nuh",
        "2,Ct. 221,9899912345,Nuh",
        "2,PC 221,9899912345,Nuh",
        "2,Inspector 12,9899912345,Nuh",
        "2,DySP 12,9899912345,Nuh",
        "2,Helpline 1930,9899912345,Nuh",
        "2,1930,9899912345,Nuh",
        "2,Verified by HC 12,9899912345,Nuh",
        "2,1.,9899912345,Nuh\n3,2.,9899912346,Nuh",
        "2,१,9899912345,Nuh\n3,२,9899912346,Nuh",
        "2,2,9899912345,Nuh\n3,3,9899912346,Nuh",
        "2,11,9899912345,Nuh\n3,12,9899912346,Nuh",
        "2,41,9812345670,\n3,5,9812345670,\n,1234,9899912345,\n,567,9899912346,\n,31110260000009,9899912347,",
    ],
)
def test_a_row_that_may_be_no_complaint_waits(tmp_path: Path, below: str) -> None:
    listed, waiting, _ = added(tmp_path, f"{HEADER}{below}\n")
    assert listed == {SUSPECT}
    assert waiting[OTHER] == "no_complaint"


@pytest.mark.parametrize(
    "below",
    [
        "2,31110260000004,9899912345,Nuh",
        "2,FIR 12/2026 PS Nuh,9899912345,Nuh",
        "2,HC/CYB/2026/12,9899912345,Nuh",
        "PS Sadar,,,\n2,31110260000004,9899912345,Nuh",
        ",31110260000004,9899912345,Nuh\n3,31110260000005,9812345670,Nuh",
        ",31110260000004,9899912345,Nuh",
        "2,17,9899912345,Nuh",
        "2,SHO 45/2026,9899912345,Nuh",
        "2,1,9899912345,Nuh\n3,31110260000005,9812345670,Nuh",
        "2,31110260000005,9812345670,Nuh\n,31110260000005,9899912345,Nuh",
    ],
)
def test_a_complaint_is_listed(tmp_path: Path, below: str) -> None:
    listed, waiting, _ = added(tmp_path, f"{HEADER}{below}\n")
    assert (listed, waiting) == ({SUSPECT, OTHER}, {})


def test_a_sheet_that_counts_its_complaints_from_one_is_listed(tmp_path: Path) -> None:
    text = "Complaint No,Suspect Mobile\n" + "".join(f"{k},9899912{k:03}\n" for k in range(1, 200))
    assert len(added(tmp_path, text)[0]) == 199


def test_letters_before_each_number_of_a_complaint_are_no_rank(tmp_path: Path) -> None:
    text = "Complaint No,Suspect Mobile\n" + "".join(f"CP {k},9899912{k:03}\n" for k in range(1, 200))
    assert len(added(tmp_path, text)[0]) == 199


@pytest.mark.parametrize(
    "title",
    [
        "Complaints withdrawn", "Withdrawn complaints", "Duplicate", "False complaints", "TEST DATA", "On hold",
        "The following complaints are withdrawn", "Helpline numbers", "Kindly do not block", "इन्हें ब्लॉक न करें",
        "Own numbers", "Family", "Not suspects", "Wrong",
    ],
)  # fmt: skip
def test_what_is_below_a_line_for_other_complaints_is_refused(tmp_path: Path, title: str) -> None:
    listed, waiting, intake = added(tmp_path, f"{HEADER}{title},,,\n2,31110260000004,9899912345,Nuh\n")
    assert (listed, waiting, intake.refused) == ({SUSPECT}, {}, 2)


OFFICERS = pytest.mark.parametrize(
    "title", ["Police officers", "Officers:", "Police personnel", "Bank officials", "Staff"]
)


@OFFICERS
@pytest.mark.parametrize(
    "row", ["2,1234,9899912345,Nuh", "2,,9899912345,Nuh", "2,9812345671,9899912345,Nuh", "2,HC 1234,9899912345,Nuh"]
)
@pytest.mark.parametrize("commas", [",,,", ""])
def test_officers_below_a_line_that_names_them_are_refused(tmp_path: Path, title: str, row: str, commas: str) -> None:
    listed, waiting, intake = added(tmp_path, f"{HEADER}{title}{commas}\n{row}\n3,31110260000005,9899912346,Nuh\n")
    assert (listed, waiting, intake.refused) == ({SUSPECT}, {}, 3)


@OFFICERS
@pytest.mark.parametrize("commas", [",,,", ""])
def test_complaints_about_suspects_who_claimed_to_be_officers_are_listed(
    tmp_path: Path, title: str, commas: str
) -> None:
    """`Police officers` may head a group of complaints by whom the suspect claimed to be: all below it were refused."""
    listed, waiting, intake = added(tmp_path, f"{HEADER}{title}{commas}\n2,31110260000004,9899912345,Nuh\n")
    assert (listed, waiting, intake.refused) == ({SUSPECT, OTHER}, {}, 1)
    rows = "1,31110260000001,9812345670,Nuh\nCourier,,,\n2,31110260000004,9899912345,Nuh\n"
    listed, waiting, intake = added(tmp_path, f"{HEADER.splitlines()[0]}\n{title}{commas}\n{rows}")
    assert (listed, waiting, intake.refused) == ({SUSPECT, OTHER}, {}, 2)


@pytest.mark.parametrize("form", ["311102600000{}", "CYB/2026/0000{}", "7654{}"])
def test_complaints_without_a_serial_number_are_listed_by_their_own_numbers(tmp_path: Path, form: str) -> None:
    acks = [form.format(f"{k:02}") for k in range(1, 7)]
    above = "".join(f"{k},{ack},981234567{k},Nuh\n" for k, ack in enumerate(acks[:3], 1))
    below = "".join(f",{ack},989991234{k},Nuh\n" for k, ack in enumerate(acks[3:], 5))
    listed, waiting, _ = added(tmp_path, f"S.No,Complaint No,Suspect Mobile,District\n{above}{below}")
    assert (len(listed), waiting) == (6, {})


@pytest.mark.parametrize("ack", ["9812345671", "28101234", "1234"])
def test_a_row_without_a_serial_number_and_with_a_number_of_another_form_waits(tmp_path: Path, ack: str) -> None:
    text = f"{HEADER}2,31110260000002,9812345670,Nuh\n,31110260000003,9812345670,Nuh\n,{ack},9899912345,\n"
    listed, waiting, _ = added(tmp_path, text)
    assert (listed, waiting[OTHER]) == ({SUSPECT}, "no_complaint")


@pytest.mark.parametrize("first", [45, 101, 4])
@pytest.mark.parametrize(
    ("heading", "above", "below"),
    [
        ("Source", "NCRP", "ncrp"),
        ("Reporting Date", "05.02.2026", "06.02.2026"),
        ("Reporting Date", "", "06.02.2026"),
    ],
)
def test_complaints_numbered_by_a_desk_below_those_of_the_portal_are_listed(
    tmp_path: Path, first: int, heading: str, above: str, below: str
) -> None:
    rows = "".join(f"3111026000000{k},9812345670,Nuh,{above}\n" for k in (1, 2, 3))
    rows += f"{first},9899912345,Nuh,{below}\n{first + 1},9899912346,Nuh,{below}\n"
    listed, waiting, _ = added(tmp_path, f"Complaint No,Suspect Mobile,District,{heading}\n{rows}")
    assert (listed, waiting) == ({SUSPECT, OTHER, OTHER + 1}, {})


@pytest.mark.parametrize(
    ("heading", "above", "below"),
    [("Reporting Date", "05.02.2026", ""), ("Reporting Date", "05.02.2026", "PS Sadar"), ("District", "Nuh", "Nuh")],
)
def test_officers_who_go_on_counting_wait(tmp_path: Path, heading: str, above: str, below: str) -> None:
    rows = "".join(f"3111026000000{k},9812345670,{above}\n" for k in (1, 2, 3))
    rows += f"45,9899912345,{below}\n46,9899912346,{below}\n"
    listed, waiting, _ = added(tmp_path, f"Complaint No,Suspect Mobile,{heading}\n{rows}")
    assert (listed, waiting[OTHER]) == ({SUSPECT}, "no_complaint")


@pytest.mark.parametrize(
    "header",
    [
        "S.No,A/c No,Registered Mobile,Bank",
        "Sr No,Branch Code,Contact,Bank",
        "क्र.,बेल्ट नं,मोबाइल नंबर,पद",
        "Name,Unit,Cell,",
    ],
)
def test_a_second_header_with_a_column_of_phones_ends_the_complaints(tmp_path: Path, header: str) -> None:
    listed, _, intake = added(tmp_path, f"{HEADER}{header}\n1,50100234567890,9899912345,SBI\n")
    assert (listed, intake.refused) == ({SUSPECT}, 2)


@pytest.mark.parametrize(
    "cell", ["WhatsApp call", "WhatsApp", "No mobile", "Telephone", "Contact not known", "फोन नहीं", "Mobile app"]
)
@pytest.mark.parametrize("ack", ["CP-2/2026", ""])
def test_words_in_place_of_a_number_end_nothing(tmp_path: Path, cell: str, ack: str) -> None:
    header = "Complaint No,Name,Suspect Mobile,Category\nCP-1/2026,Ram,9812345670,UPI\n"
    listed, _, intake = added(tmp_path, f"{header}{ack},,{cell},UPI\nCP-3/2026,Mohan,9899912345,UPI\n")
    assert (listed, intake.refused) == ({SUSPECT, OTHER}, 1)


@pytest.mark.parametrize("word", ["Rejected", "Duplicate", "On hold"])
def test_a_word_in_the_last_column_alone_ends_nothing(tmp_path: Path, word: str) -> None:
    listed, _, _ = added(tmp_path, f"{HEADER},,,{word}\n2,31110260000004,9899912345,Nuh\n")
    assert listed == {SUSPECT, OTHER}


@pytest.mark.parametrize(
    ("heading", "cell", "why"),
    [
        ("Final Status", "Withdrawn", None),
        ("Disposal", "False complaint", None),
        ("Complaint withdrawn", "Yes", "status_unclear"),
        ("Remarks", "Complaint has been withdrawn on 05.02.2026", "status_unclear"),
        ("Action Taken", "Complaint rejected", "status_unclear"),
        ("Remarks", "withdrawn by complainant", "status_unclear"),
        ("Remarks", "do not disconnect", "spared_in_row"),
        ("Remarks", "Court order: not to be suspended", "spared_in_row"),
    ],
)
def test_a_complaint_that_another_column_ends_is_not_listed(
    tmp_path: Path, heading: str, cell: str, why: str | None
) -> None:
    listed, waiting, intake = added(
        tmp_path, f"Complaint No,Suspect Mobile,{heading}\n31110260000001,9899912345,{cell}\n"
    )
    assert (listed, waiting.get(OTHER), intake.refused) == (set(), why, int(why is None))


@pytest.mark.parametrize("number", ["NCRP/{}", "{} (NCRP)", "#{}", "{}/2026", "NCRP-{}", "Complaint No: {}"])
def test_a_number_of_the_portal_is_one_complaint(tmp_path: Path, number: str) -> None:
    ack = "31110260000001"
    _, _, intake = added(tmp_path, f"Complaint No,Suspect Mobile\n{ack},9812345670\n{number.format(ack)},9899912345\n")
    assert (intake.added, intake.updated) == (1, 1)


# Victims' numbers in columns that are not read -------------------------------------------------------------------


def with_victims(heading: str, cells: list[str]) -> pa.Table:
    size = len(cells)
    suspects = ["9899912345", *["9812345670"] * (size - 1)]
    numbers = [f"3111026000000{k}" for k in range(size)]
    return pa.table({"Complaint No": numbers, "source": ["1930"] * size, heading: cells, "Suspect Mobile": suspects})


@pytest.mark.parametrize(
    "heading",
    [
        "Complainant Details", "Victim", "Complainant Name & Address", "Complainant Name",
        "शिकायतकर्ता का विवरण", "पीड़ित", "Name, address & Ph of victim",
    ],
)  # fmt: skip
def test_a_column_of_victims_with_numbers_is_a_question(heading: str) -> None:
    table = with_victims(heading, ["Ram, 9812345679", "Asha, Sector 4, 9899912345"])
    with ng.Registry(by="HC 1234") as registry:
        with pytest.raises(ColumnError, match="could be complainant_mobile") as raised:
            registry.add_complaints(table)
        assert "98999" not in str(raised.value)
        registry.add_complaints(table, mapping={heading: "complainant_mobile"})
        assert registry.block_list().to_table()["msisdn"].to_pylist() == [SUSPECT]


@pytest.mark.parametrize("heading", ["Applicant Cell No", "Firyadi mo no", "Victim Ph. No.", "Complainer Mobile"])
def test_further_headings_for_complainants_phones_are_read(heading: str) -> None:
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(with_victims(heading, ["9812345679", "9899912345"]))
        assert registry.block_list().to_table()["msisdn"].to_pylist() == [SUSPECT]


@pytest.mark.parametrize("heading", ["Complainant Name", "Victim's address", "शिकायतकर्ता का पता"])
def test_a_number_in_such_a_column_waits_in_every_row(heading: str) -> None:
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(with_victims(heading, ["Ram", "Asha", "Asha 98999-12345", "Mohan"]))
        assert registry.block_list().to_table()["msisdn"].to_pylist() == [SUSPECT]
        assert intake.waiting["why"].to_pylist() == ["in_unread_column"]


@pytest.mark.parametrize(
    "heading", ["Complainant Aadhaar", "Victim A/c No", "Victim UTR", "Complainant ID", "MO", "UTR"]
)
def test_accounts_of_victims_are_no_question(heading: str) -> None:
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(with_victims(heading, ["919876543299", "Sadar", "12"]))
        assert len(registry.block_list().to_table()) == 2


@pytest.mark.parametrize(
    "title",
    [
        "Complaints withdrawn,,,",
        "Complaints found false,,,",
        "Numbers not to be blocked,,,\nHaryana Police,,,",
        "UNBLOCK REQUESTS,,,",
        "Closed complaints,,,",
        "Revocation list,,,",
        "Test data,,,",
        "Draft - not for action,,,",
        "Data for training purposes only,,,",
        "Superseded by list dated 3.12.2026,,,",
        "Block karne ki zaroorat nahi,,,",
        "Suspect numbers except Sr. No. 3,,,",
        "क्रमांक 3 को छोड़कर,,,",
        "Numbers marked * are of complainants,,,",
        "Numbers in red are of victims,,,",
        "Sr. No. 1 is the complainant,,,",
        "Numbers verified and found genuine,,,",
        "Only for information,,,",
        "Kindly ignore this sheet,,,",
    ],
)
def test_a_title_above_complaints_counts_as_a_line_among_them(tmp_path: Path, title: str) -> None:
    """Among the rows such a line ended the sheet; above the header it was passed over, and all numbers were listed."""
    with pytest.raises(InputError, match=r"sheet.csv: the title in line 1 says .* take that title out of the file"):
        added(tmp_path, f"{title}\n{HEADER}")


@pytest.mark.parametrize(
    "title",
    [
        "Helpline 1930",
        "Format for action",
        "Victims of Nuh",
        "Victims of Nuh: Sr. No. 1 to 45",
        "Numbers in red are new",
        "For information and necessary action",
        "Complaints of week 36",
        "Weekly statement, withdrawn ones excluded",
    ],
)
def test_an_honest_title_above_complaints_stops_none(tmp_path: Path, title: str) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(f"{title},,,\n{HEADER}")
    with ng.Registry(by="HC 1234") as registry:
        assert registry.add_complaints(path, constants={"source": "1930"}).added == 1


@pytest.mark.parametrize(("name", "says"), [("Withdrawn", True), ("Complaints", False)])
def test_the_name_of_a_sheet_of_complaints_counts_as_a_title(tmp_path: Path, name: str, says: bool) -> None:
    path = tmp_path / "week.xlsx"
    book = openpyxl.Workbook()
    book.active.title = name
    for line in HEADER.splitlines():
        book.active.append(line.split(","))
    book.save(path)
    with ng.Registry(by="HC 1234") as registry:
        if says:
            with pytest.raises(InputError, match=r"the name of the sheet says .* rename it"):
                registry.add_complaints(path, constants={"source": "1930"}, dry_run=True)
        else:
            assert registry.add_complaints(path, constants={"source": "1930"}).added == 1
