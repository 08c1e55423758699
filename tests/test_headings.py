"""Which column of a sheet is which field, what is asked instead of guessed, and mapping files."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

import numguard as ng
from numguard.cli import run
from numguard.errors import ArgumentError, ColumnError, FileMissingError, InputError
from numguard.registry.sheets.districts import districts, spellings
from numguard.registry.sheets.headings import (
    AMBIGUOUS,
    COLUMNS,
    SEVERAL,
    Mapped,
    find_columns,
    heading,
    names_suspects,
)
from numguard.registry.sheets.mapping import read_mapping, write_mapping
from warm import numguard


def find(*headings: str, mapping: Mapped | None = None) -> dict[str, list[str]]:
    table = pa.table([pa.array([], pa.string())] * len(headings), names=list(headings))
    found = find_columns(table, COLUMNS, (), mapping, "desk.csv", several=SEVERAL, ambiguous=AMBIGUOUS)
    return {word: [headings[place] for place in places] for word, places in found.items()}


def test_no_heading_stands_for_two_fields() -> None:
    owners: dict[str, set[str]] = {}
    for word, names in COLUMNS.items():
        for name in (word, *names):
            owners.setdefault(heading(name), set()).add(word)
    assert len(owners) > 80
    assert {name: words for name, words in owners.items() if len(words) > 1} == {}
    assert not set(map(heading, AMBIGUOUS)) & owners.keys()


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("Acknowledgement No.", "acknowledgement_no"),
        ("ACK NO", "acknowledgement_no"),
        ("पावती क्रमांक", "acknowledgement_no"),
        ("शिकायत सं.", "acknowledgement_no"),
        ("Distt.", "district"),
        ("ज़िला", "district"),
        ("\u095bिला", "district"),
        ("P.S.", "police_station"),
        ("पुलिस थाना", "police_station"),
        ("Category of Complaint", "category"),
        ("Suspected Phone Nos", "suspect_mobiles"),
        ("Suspect\nMobile  Number(s)", "suspect_mobiles"),
        ("संदिग्ध का मोबाईल नम्बर", "suspect_mobiles"),
        ("Complainant's Mobile No.", "complainant_mobile"),
        ("शिकायतकर्ता का फ़ोन", "complainant_mobile"),
        ("Amount Lost (in Rs.)", "amount_lost"),
        ("Amt. put on Hold", "amount_held"),
        ("रोकी गई रकम", "amount_held"),
        ("Amount Refunded", "amount_recovered"),
        ("Date & Time of Incident", "incident_at"),
        ("घटना का दिनांक", "incident_at"),
        ("Dt. of Complaint", "reported_at"),
        ("suspectMobile", "suspect_mobiles"),
        ("SuspectMobileNumbers", "suspect_mobiles"),
        ("complainantMobile", "complainant_mobile"),
        ("victimWhatsAppNo", "complainant_mobile"),
        ("ackNo", "acknowledgement_no"),
        ("amountLost", "amount_lost"),
        ("complaintDate", "reported_at"),
        ("suspect_msisdn", "suspect_mobiles"),
    ],
)
def test_a_heading_is_found_however_it_is_spelled(written: str, word: str) -> None:
    assert find("S. No.", written, "Remarks") == {word: [written]}


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("S. No.", "s no"),
        ("P. S.", "p s"),
        ("Victim Mobile (शिकायतकर्ता)", "complainant mobile"),
        ("Fraudster Mobile (संदिग्ध)", "suspect mobile"),
    ],
)
def test_how_a_heading_is_compared(written: str, compared: str) -> None:
    assert heading(written) == compared


@pytest.mark.parametrize(
    "written",
    ["Fraudulent Mobile No.", "Alleged Mobile No", "Mobile No. of Fraudster", "Culprit Mobile No",
     "Mobile Number of Accused", "Suspect Whatsapp No", "Suspicious Mobile No", "WhatsApp Number of the Suspect",
     "Contact No. of Accused", "Scammers' Mobile Nos.", "Fraudulent Phone Number 2"],
)  # fmt: skip
def test_a_suspects_number_is_found_in_every_order_of_its_words(written: str) -> None:
    assert find("Ack No", written)["suspect_mobiles"] == [written]
    assert names_suspects(written)


@pytest.mark.parametrize(
    "written",
    ["No. of Accused", "No. of Suspects", "Accused No.", "Fraud No", "Alleged Contact No", "Mobile No used in Fraud",
     "Fraud Amount", "Suspicious Transaction", "Mobile of Fraud", "Fraud Mobile No"],
)  # fmt: skip
def test_a_heading_that_may_mean_another_thing_is_none_of_suspects(written: str) -> None:
    assert "suspect_mobiles" not in find("Ack No", written)


@pytest.mark.parametrize("written", ["Fraud Victim Mobile No", "Mobile No. of Victim of Fraud"])
def test_a_victims_number_beside_a_word_for_fraud_is_a_question(written: str) -> None:
    with pytest.raises(ColumnError, match=r"could be complainant_mobile; "):
        find("Ack No", written)
    assert not names_suspects(written)


def test_the_error_of_a_missing_column_quotes_the_one_that_may_have_its_numbers() -> None:
    def missing(*names: str) -> str:
        table = pa.table([pa.array([], pa.string())] * len(names), names=list(names))
        with pytest.raises(ColumnError) as error:
            find_columns(table, COLUMNS, ("suspect_mobiles",), None, "desk.csv", several=SEVERAL)
        return str(error.value)

    found = missing("Victim Mobile", "Caller Mobile", "Customer Phone", "Name", "Mobile used in Fraud", "Phone 2")
    assert 'name it with --map "Mobile used in Fraud=suspect_mobiles" (mapping=), if it has these numbers; ' in found
    for names in (["Ack No", "Name"], ["Ack No", "Victim Mobile"], ["Caller Mobile", "Phone 2"]):
        assert "name it with --map COLUMN=suspect_mobiles (mapping=); its columns are" in missing(*names)


def test_numbered_columns_of_suspects_are_one_field() -> None:
    names = ("Suspect Mobile 1", "Suspect Mobile No. 2", "Suspect 3 Phone", "Suspect Name 1", "Suspect Account 1")
    assert find(*names) == {"suspect_mobiles": list(names[:3])}


@pytest.mark.parametrize(
    "written", ["Mobile No.", "Mobile", "mobileNo", "मोबाइल नंबर", "Date", "दिनांक", "Amount Recovered / Held"]
)
def test_an_ambiguous_heading_is_a_question(written: str) -> None:
    could = AMBIGUOUS[heading(written)]
    with pytest.raises(ColumnError) as error:
        find("Ack No", written)
    assert all(word in str(error.value) for word in could)
    for word in could:
        assert find("Ack No", written, mapping={word: written})[word] == [written]
    assert find("Ack No", written, mapping={"ignore": written}) == {"acknowledgement_no": ["Ack No"]}


@pytest.mark.parametrize(
    "written",
    ["तक्रारदारांचे मोबाईल क्रमांक", "पीड़िताओं के मोबाइल", "शिकायतकर्ता की पत्नी का मोबाइल नंबर", "ફરિયાદીના પતિનો મોબાઇલ નંબર",
     "ਪੀੜਤਾਂ ਦੇ ਮੋਬਾਈਲ ਨੰਬਰ", "Victim Father Mobile"],
)  # fmt: skip
def test_a_column_that_may_have_numbers_of_complainants_is_a_question(written: str) -> None:
    with pytest.raises(ColumnError, match=r"could be complainant_mobile; .*=ignore"):
        find("Ack No", written)
    assert find("Ack No", written, mapping={"complainant_mobile": written})["complainant_mobile"] == [written]
    assert find("Ack No", written, mapping={"ignore": written}) == {"acknowledgement_no": ["Ack No"]}
    # Names, and numbers that victims gave, are no question.
    assert find("Ack No", "तक्रारदाराचे नाव", "Sender Mobile", "Mobile numbers of suspects named by victims")


def test_a_date_beside_both_dates_of_a_complaint_is_no_question() -> None:
    """It can be neither, as there are columns of both."""
    dates = ["Complaint Date", "Incident Date"]
    assert find("Ack No", *dates, "Date").keys() == {"acknowledgement_no", "reported_at", "incident_at"}
    for one, other in zip(dates, ("incident_at", "reported_at"), strict=True):
        with pytest.raises(ColumnError, match=f"the column 'Date' could be {other}; "):
            find("Ack No", one, "Date")


@pytest.mark.parametrize("written", ["Mobile.1", "Mobile No. 2", "Phone 1", "Contact No.3", "मोबाइल नंबर 2"])
def test_a_counted_column_of_phones_is_a_question_too(written: str) -> None:
    """`Mobile` was one, and a victim's second number, in `Mobile.1` or `Mobile No. 2`, was not protected."""
    with pytest.raises(ColumnError, match=r"could be suspect_mobiles or complainant_mobile; .*=ignore"):
        find("Ack No", "Suspect Mobile", written)
    assert find("Ack No", written, mapping={"complainant_mobile": written})["complainant_mobile"] == [written]
    assert find("Ack No", "Mobile 1 model", "Section 66D", "Suspect Mobile No. 2")["suspect_mobiles"]


def test_a_first_line_with_a_victims_number_is_not_in_the_question() -> None:
    with pytest.raises(ColumnError, match="could be complainant_mobile") as raised:
        find("Ack No", "Victim Father Mobile: 9876543210")
    assert "9876543210" not in str(raised.value)


@pytest.mark.parametrize(
    "written", ["Customer Mobile", "Cust. Contact No", "Mobile no of customer", "ग्राहक मोबाइल नंबर"]
)
def test_a_column_of_customers_phones_is_a_question(written: str) -> None:
    """A bank's customers are who complains, and were not protected where the column was not read."""
    with pytest.raises(ColumnError, match=r"could be complainant_mobile or suspect_mobiles; .*=ignore"):
        find("Ack No", written)
    assert find("Ack No", written, mapping={"complainant_mobile": written})["complainant_mobile"] == [written]
    assert find("Ack No", "Customer Name", "Cust No", "Customer ID")


@pytest.mark.parametrize(
    "written",
    ["Mobile No. called by Scammer", "Phone number on which the accused called", "Mobile contacted by suspect"],
)
@pytest.mark.parametrize("beside", [(), ("Suspect Mobile",)])
def test_a_column_of_phones_that_were_called_is_a_question(written: str, beside: tuple[str, ...]) -> None:
    """It may be the victim's, who was not protected where it was not read, and it was proposed for suspects'."""
    with pytest.raises(ColumnError, match=r"could be complainant_mobile or suspect_mobiles; .*=ignore"):
        find("Ack No", *beside, written)
    assert find("Ack No", written, mapping={"suspect_mobiles": written})["suspect_mobiles"] == [written]


@pytest.mark.parametrize("written", ["पीड़ितों का विवरण", "तक्रारदारांचे विवरण", "Victims details"])
def test_a_suspects_number_in_a_column_about_victims_waits(written: str) -> None:
    sheet = pa.table({"acknowledgement_no": ["1"], "source": ["1930"], "suspect_mobiles": ["98765 43210"]})
    with ng.Registry(by="HC 1234") as registry:
        table = sheet.append_column(written, pa.array(["R Kumar, 98765 43210"]))
        with pytest.raises(ColumnError, match="has numbers, and could be complainant_mobile"):
            registry.add_complaints(table)
        intake = registry.add_complaints(table, mapping={written: "ignore"})
        assert intake.waiting["why"].to_pylist() == ["in_unread_column"]


@pytest.mark.parametrize(
    ("written", "waits"),
    [
        ("Comments", False),
        ("Notes", False),
        ("narration", False),
        ("Complainant comments", True),
        ("Alternate no", True),
    ],
)
def test_a_suspects_number_in_the_comments_of_its_complaint_is_no_doubt(written: str, waits: bool) -> None:
    sheet = pa.table({"acknowledgement_no": ["1"], "source": ["1930"], "suspect_mobiles": ["98765 43210"]})
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(sheet.append_column(written, pa.array(["called thrice from 98765 43210"])))
        assert intake.waiting["why"].to_pylist() == ["in_unread_column"] * waits


def test_two_columns_for_one_field_are_a_question() -> None:
    with pytest.raises(ColumnError, match="more than one column could be amount_lost: Amount Lost, Fraud Amount"):
        find("Amount Lost", "Fraud Amount")


def test_a_category_beside_the_kind_of_fraud_is_no_question() -> None:
    assert find("Ack No", "Category", "Fraud Type", "crime_type")["category"] == ["Category"]
    for others in (("Fraud Type", "Crime Type"), ("Category", "category", "Fraud Type")):
        with pytest.raises(ColumnError, match="more than one column could be category"):
            find("Ack No", *others)
    for known, other in (("District", "Police District"), ("acknowledgement_no", "Complaint ID")):
        with pytest.raises(ColumnError, match="more than one column could be"):
            find(known, other)


def test_a_mapping_adds_to_what_is_found() -> None:
    found = find("Fraud Phone X", "Suspect Mobile", "Amount", "Loss", mapping={"Fraud Phone X": "suspect_mobiles",
                                                                             "Loss": "amount_lost"})  # fmt: skip
    assert found == {"suspect_mobiles": ["Fraud Phone X", "Suspect Mobile"], "amount_lost": ["Loss"]}


def test_a_header_of_mapped_headings_is_found_below_title_lines(tmp_path: Path) -> None:
    mapping = {"acknowledgement_no": "Ref", "source": "By way of", "suspect_mobiles": "Their number"}
    path = tmp_path / "desk.csv"
    path.write_text("Cyber Cell,Nuh,\nSeptember,2026,\nRef,By way of,Their number\n1,1930,9811100002\n")
    with ng.Registry(by="HC 1234") as registry:
        assert registry.add_complaints(path, mapping=mapping).added == 1


def test_a_mapping_names_a_column_as_it_is_written_or_as_headings_are_compared() -> None:
    assert find("Loss (Rs.)", mapping={"amount_lost": "loss"}) == {"amount_lost": ["Loss (Rs.)"]}
    assert find("Loss", "loss", mapping={"amount_lost": "loss"}) == {"amount_lost": ["loss"]}
    with pytest.raises(ColumnError, match="is there twice"):
        find("Loss", "loss", mapping={"amount_lost": "LOSS"})


@pytest.mark.parametrize("name", ["desk.json", "desk.toml"])
def test_a_mapping_is_saved_and_read_back(tmp_path: Path, name: str) -> None:
    fields = {'Name "A"': "suspect_mobiles", "मोबाइल\\नंबर": "suspect_mobiles", "Date": "ignore"}
    write_mapping(tmp_path / name, fields)
    assert read_mapping(tmp_path / name) == {
        "suspect_mobiles": ['Name "A"', "मोबाइल\\नंबर"],
        "ignore": ["Date"],
    }


def test_a_mapping_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "desk.json"
    with pytest.raises(FileMissingError):
        read_mapping(path)
    for text in ("{", "[1]", '{"Date": ["reported_at"]}'):
        path.write_text(text)
        with pytest.raises(InputError, match=r"desk\.json: is no mapping"):
            read_mapping(path)
    path.write_text('{"Date": "no_such_field"}')
    with ng.Registry(by="HC 1234") as registry, pytest.raises(ArgumentError, match="mapping"):
        registry.add_complaints(pa.table({"Date": ["x"]}), mapping=path)


def test_a_column_to_leave_out_need_not_be_there() -> None:
    assert find("Ack No", mapping={"ignore": ["Remarks"], "acknowledgement_no": "Ack No"}) == {
        "acknowledgement_no": ["Ack No"]
    }
    with pytest.raises(ColumnError, match="is not there"):
        find("Ack No", mapping={"district": ["Where"]})


def test_every_spelling_of_a_district_leads_to_one_name_with_its_source() -> None:
    import csv
    from importlib import resources

    rows = list(csv.DictReader((resources.files("numguard.registry") / "districts.csv").read_text().splitlines()))
    assert all(row["source"] for row in rows)
    assert len({row["spelling"] for row in rows}) == len(rows)
    for row in rows:
        assert districts(pa.array([row["spelling"]])).to_pylist() == [row["district"]]
    assert len(set(spellings().values())) == 23


def test_districts() -> None:
    cells = ["GURGAON", "gurugram", "Distt Gurgaon", "Zila Mewat", "जिला हिसार", "Rohtak Zila", "Alwar", "New Delhi"]
    assert districts(pa.array([*cells, None, "-"])).to_pylist() == [
        "Gurugram", "Gurugram", "Gurugram", "Nuh", "Hisar", "Rohtak", "Alwar", "New Delhi", None, None,
    ]  # fmt: skip


def test_numbers_inside_a_narrative_are_taken_on_request_and_marked() -> None:
    sheet = pa.table(
        {
            "acknowledgement_no": ["1", "2", "3"],
            "source": ["1930"] * 3,
            "suspect_mobiles": ["98765 43210", "", ""],
            "complainant_mobile": ["9000000001", "9000000002", "9000000003"],
            "facts": ["call from 98765 43210, then 98111 11111", "I, 9000000002, got a call of 98222 22222", "none"],
        }
    )
    with ng.Registry(by="HC 1234") as registry:
        assert registry.add_complaints(sheet, dry_run=True).added == 1
        intake = registry.add_complaints(sheet, mapping={"narrative": "facts"})
        assert (intake.added, intake.refused) == (2, 1)
        assert registry.numbers().to_array().to_pylist() == [919876543210]
        assert registry.numbers("review").to_array().to_pylist() == [919811111111, 919822222222]
        notes = {number: registry.history(number)["note"].to_pylist() for number in ("9876543210", "9811111111")}
        assert notes == {"9876543210": [None], "9811111111": ["from_narrative"]}
        assert registry.review()["cell"].to_pylist() == [
            "call from 98xxxxxx10, then 98xxxxxx11", "I, 90xxxxxx02, got a call of 98xxxxxx22",
        ]  # fmt: skip
        assert "9000000002" not in registry.numbers("review")


def test_the_error_about_a_column_named_with_the_blanks_of_its_heading_has_the_name_that_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("calls.csv").write_text("Mobile  No,At  Time\n9876543210,2026-02-01\n")
    Path("list.csv").write_text("Mobile  No,Listed  On\n9876543210,2026-01-01\n")
    scan = ["scan", "calls.csv", "--numbers", "list.csv"]
    for command, name in (
        ([*scan, "-c", "Mobile  No"], "Mobile No"),
        ([*scan, "-c", "Mobile No", "--since", "Listed  On", "--at", "At Time"], "Listed On"),
        (["normalize", "calls.csv", "-c", "Mobile  No"], "Mobile No"),
    ):
        assert run(command) == 3
        assert f"are read as one blank, so name it '{name}'" in capsys.readouterr().err
    dated = ["--since", "Listed On", "--at", "At Time"]
    assert run([*scan, "-c", "Mobile No", *dated]) == 0
    with pytest.raises(ColumnError) as raised:
        ng.scan("calls.csv", {"Mobile": ng.NumberSet(["9876543210"])})
    assert "blank" not in str(raised.value)


@pytest.mark.usefixtures("desk")
def test_a_day_in_a_heading_is_no_number() -> None:
    """A dry run showed every heading in full, and an intake no heading with a day."""
    days = ["Remarks 2026-11-30", "Beat as on 30.11.2026", "Calls from 01/11/2026 to 30/11/2026"]
    numbers = ["98765 43210", "98-12-2026 43", "9812-12-2026", "45.11.2026", "9876543210 30.11.2026"]
    head = ",".join(["Complaint No", "Suspect Mobile", *days, *numbers])
    Path("desk.csv").write_text(f"{head}\n1,9123456789{',x' * 8}\n")
    expected = ", ".join([*days, *["(a number)"] * 5])
    dry = numguard("complaints", "add", "desk.csv", "--set", "source=1930", "--dry-run")
    assert f"against a number: {expected}\n" in dry.stdout
    as_json = numguard("complaints", "add", "desk.csv", "--set", "source=1930", "--dry-run", "--json")
    assert json.loads(as_json.stdout)["unread"] == expected.split(", ")
    added = numguard("complaints", "add", "desk.csv", "--set", "source=1930")
    assert f"against a number: {expected}\n" in added.stderr
