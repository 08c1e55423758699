"""Whose handset a row shows where A numbers are callers: no caller gets the handset of the number that was called."""

from __future__ import annotations

from pathlib import Path

import pytest

from numguard.cdr import Cdr, read_cdr
from numguard.errors import InputError
from numguard.linkage import expand

SUBJECT, VICTIM, OTHER = "9876543210", "9812345678", "9700012345"
IMEI, FOREIGN = "490154203237518", "358240051111110"
WHEN = "01/06/2026,10:00:00"


def read(tmp_path: Path, *lines: str) -> Cdr:
    path = tmp_path / "calls.csv"
    path.write_text("\n".join(lines) + "\n")
    return read_cdr(path)


def pairs(cdr: Cdr) -> list[tuple[str, str, int | None]]:
    rows = cdr.read_all().to_pylist()
    return [(str(row["served_msisdn"])[2:], str(row["other_msisdn"])[2:], row["imei14"]) for row in rows]


@pytest.mark.parametrize("subject", ["MSISDN", "Mobile No", "Subscriber No", "Phone Number"])
@pytest.mark.parametrize("parties", ["A Number,B Number", "A Party,B Party", "A Party No,Called No"])
def test_the_subject_beside_a_and_b_numbers_is_served(tmp_path: Path, subject: str, parties: str) -> None:
    cdr = read(
        tmp_path,
        f"{subject},IMEI,{parties},Call Type,Date,Time",
        f"{SUBJECT},{IMEI},{SUBJECT},{OTHER},OUT,{WHEN}",
        f"{SUBJECT},{IMEI},{VICTIM},{SUBJECT},IN,{WHEN}",
    )
    assert pairs(cdr) == [(SUBJECT, OTHER, 49015420323751), (SUBJECT, VICTIM, 49015420323751)]


@pytest.mark.parametrize("subject", ["MSISDN", "Mobile No", "Subscriber No"])
@pytest.mark.parametrize(
    ("others", "handset"),
    [
        (f"{VICTIM},{OTHER},Call Forward", None),
        (f"{VICTIM},,IN", 49015420323751),
        (f"{VICTIM},sip:+91{SUBJECT}@ims.example,IN", 49015420323751),
        (f"{VICTIM},98xxxxx210,IN", 49015420323751),
        (f"{VICTIM},1414{SUBJECT},IN", 49015420323751),
    ],
)
def test_a_row_of_two_others_leaves_the_subject_served(
    tmp_path: Path, subject: str, others: str, handset: int | None
) -> None:
    cdr = read(
        tmp_path,
        f"{subject},A Party,B Party,Call Type,IMEI,Date,Time",
        f"{SUBJECT},{VICTIM},{SUBJECT},IN,{IMEI},{WHEN}",
        f"{SUBJECT},{SUBJECT},{OTHER},OUT,{IMEI},{WHEN}",
        f"{SUBJECT},{others},{IMEI},{WHEN}",
    )
    rows = cdr.read_all().to_pylist()
    assert [str(row["served_msisdn"])[2:] for row in rows] == [SUBJECT] * 3
    assert [row["imei14"] for row in rows] == [49015420323751, 49015420323751, handset]


@pytest.mark.parametrize(
    "calls",
    [
        [f"{SUBJECT},{VICTIM},{OTHER},{IMEI},OUT", f"{SUBJECT},{VICTIM},{VICTIM},{IMEI},IN"],
        # The B number of an outgoing call is that of the other party.
        [f"{SUBJECT},{VICTIM},{VICTIM},{IMEI},OUT"],
        [f"{SUBJECT},{VICTIM},{VICTIM},{IMEI},OUT", f"{VICTIM},{SUBJECT},{VICTIM},{IMEI},IN"],
        [f"{SUBJECT},{VICTIM},{VICTIM},{IMEI},OUT", f"{VICTIM},{SUBJECT},{VICTIM},{IMEI},OUT"],
        [f"{VICTIM},{SUBJECT},98XXXXX210,{IMEI},IN"],
    ],
)
def test_another_number_beside_a_and_b_numbers_is_a_question(tmp_path: Path, calls: list[str]) -> None:
    header = "A Party,B Party,Mobile No,IMEI,Call Type,Date,Time"
    with pytest.raises(InputError, match=r"calls.csv: line 1: the column 'mobile no' .*'a party' as served") as error:
        read(tmp_path, header, *(f"{call},{WHEN}" for call in calls))
    assert "98" not in str(error.value).split("calls.csv")[1]


def test_call_types_of_switches_count_below_an_unknown_heading(tmp_path: Path) -> None:
    cdr = read(
        tmp_path,
        "A Number,B Number,IMEI,Rec Kind,Date,Time",
        f"{VICTIM},{SUBJECT},{IMEI},MTC,{WHEN}",
        f"{SUBJECT},{OTHER},{IMEI},MOC,{WHEN}",
    )
    assert pairs(cdr) == [(SUBJECT, VICTIM, 49015420323751), (SUBJECT, OTHER, 49015420323751)]
    assert cdr.summary.files[0].not_read == []


def test_the_called_partys_record_needs_a_column_of_the_called(tmp_path: Path) -> None:
    header = "A Number,IMEI,Call Type,Date,Time"
    cdr = read(tmp_path, header, f"{VICTIM},{IMEI},MTC,{WHEN}", f"{SUBJECT},{IMEI},MOC,{WHEN}")
    assert [served for served, _, _ in pairs(cdr)] == [SUBJECT]
    assert cdr.refused.select(["row", "note"]).to_pylist() == [{"row": 2, "note": "unknown_call_type"}]
    cdr = read(tmp_path, header.replace(",IMEI", ",Called No,IMEI"), f"{VICTIM},{SUBJECT},{IMEI},MTC,{WHEN}")
    assert pairs(cdr) == [(SUBJECT, VICTIM, 49015420323751)]


def test_a_numbers_that_are_callers_are_an_error(tmp_path: Path) -> None:
    """The handset of the subject's outgoing calls is in its incoming ones beside the callers' numbers."""
    lines = (
        "A Party,B Party,IMEI,Call Type,Date,Time",
        f"{SUBJECT},{OTHER},{IMEI},OUT,{WHEN}",
        f"{VICTIM},{SUBJECT},{IMEI},IN,{WHEN}",
        f"{OTHER},{SUBJECT},{IMEI},SMS IN,{WHEN}",
    )
    with pytest.raises(InputError, match="line 1: the handsets of incoming calls are those of the B numbers") as error:
        read(tmp_path, *lines)
    assert SUBJECT not in str(error.value)
    # A caller of the function may name the columns, in whichever way is meant.
    roles = {"calling": "A Party", "called": "B Party", "call_type": "Call Type", "imei": "IMEI", "date": "Date"}
    assert [served for served, _, _ in pairs(read_cdr(tmp_path / "calls.csv", layout=roles))] == [SUBJECT] * 3


def test_a_numbers_that_are_subjects_are_read(tmp_path: Path) -> None:
    """The usual export: the subject is the A number of every row, also where two subjects call each other."""
    cdr = read(
        tmp_path,
        "A Party,B Party,IMEI,Call Type,Date,Time",
        f"{SUBJECT},{OTHER},{IMEI},OUT,{WHEN}",
        f"{SUBJECT},{VICTIM},{IMEI},IN,{WHEN}",
        f"{OTHER},{SUBJECT},{FOREIGN},IN,{WHEN}",
        f"{OTHER},{SUBJECT},{FOREIGN},OUT,{WHEN}",
    )
    assert [served for served, _, _ in pairs(cdr)] == [SUBJECT, SUBJECT, OTHER, OTHER]


@pytest.mark.parametrize("heading", ["IMEI A", "A Party IMEI"])
def test_the_imei_of_the_a_number_is_not_the_called_partys(tmp_path: Path, heading: str) -> None:
    cdr = read(tmp_path, f"A Party,B Party,{heading},Call Type,Date,Time", f"{SUBJECT},{OTHER},{IMEI},MTC,{WHEN}")
    assert pairs(cdr) == [(SUBJECT, OTHER, 49015420323751)]
    cdr = read(tmp_path, f"Calling No,Called No,{heading},Call Type,Date,Time", f"{SUBJECT},{OTHER},{IMEI},IN,{WHEN}")
    assert pairs(cdr) == [(OTHER, SUBJECT, None)]
    assert cdr.summary.files[0].missing == []


@pytest.mark.parametrize("groups", ["Caller,,,Called,,", "A Party,,,B-Party details,,", "Victim,,,Accused,,"])
def test_numbers_and_imeis_below_headings_of_different_parties_are_an_error(tmp_path: Path, groups: str) -> None:
    header = "Mobile No,Name,Date,Phone Number,IMEI,Remarks"
    with pytest.raises(InputError, match="line 2: the columns of numbers and of IMEIs"):
        read(tmp_path, groups, header, f"{VICTIM},,01/06/2026,{SUBJECT},{IMEI},")


@pytest.mark.parametrize(
    "groups", ["Subscriber,,,Device,,", "Caller,,,,,", "Target,,,Target,,", "Calls of the accused"]
)
def test_headings_of_groups_of_one_party_are_titles(tmp_path: Path, groups: str) -> None:
    header = "Mobile No,Name,Date,Alternate Number,IMEI,Remarks"
    cdr = read(tmp_path, groups, header, f"{SUBJECT},,01/06/2026,{OTHER},{IMEI},")
    assert pairs(cdr)[0][::2] == (SUBJECT, 49015420323751)
    assert cdr.summary.skipped == {"title": 1}


@pytest.mark.parametrize(
    ("header", "served", "warned"),
    [
        ("Target No,Call Type,B Party No,Date,Time,Dur(s),IMEI,IMSI", "B Party No", "airtel"),
        ("Target No,Call Type,B Party No,Date,Time,Dur(s),IMEI,IMSI", "Target No", ""),
        ("A Party,Call Type,B Party,Date,Time,Dur,IMEI,IMSI", "B Party", "generic"),
        ("Caller,Call Type,Receiver,Date,Time,Dur,IMEI,IMSI", "Caller", "generic"),
        ("Own,Kind,Far end,Day,Clock,Dur,IMEI,IMSI", "Far end", ""),
    ],
)
def test_the_other_party_named_as_the_served_one_is_a_warning(
    tmp_path: Path, header: str, served: str, warned: str
) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(f"{header}\n{SUBJECT},OUT,{VICTIM},{WHEN},5,{IMEI},404100000000001\n")
    summary = read_cdr(path, layout={"served": served, "imei": "IMEI"}).summary
    found = [warning for warning in summary.warnings if "other party" in warning]
    assert [f"the column {served!r} is in the layout {warned} " in warning for warning in found] == [True] * bool(
        warned
    )


@pytest.mark.parametrize("heading", ["Called No", "Calling Party"])
def test_one_end_beside_the_subject_is_the_other_party(tmp_path: Path, heading: str) -> None:
    cdr = read(tmp_path, f"Target No,{heading},IMEI,Call Type,Date,Time", f"{SUBJECT},{VICTIM},{IMEI},OUT,{WHEN}")
    assert pairs(cdr) == [(SUBJECT, VICTIM, 49015420323751)]


@pytest.mark.parametrize("parties", ["MSISDN", "Mobile No", "A Party,B Party,Call Type"])
@pytest.mark.parametrize("heading", ["Target", "Subject"])
def test_a_column_of_names_is_not_the_subjects(tmp_path: Path, heading: str, parties: str) -> None:
    ends = ",".join([SUBJECT, OTHER, "OUT"][: parties.count(",") + 1])
    cdr = read(tmp_path, f"{heading},{parties},IMEI,Date,Time", *[f"Gang A,{ends},{IMEI},{WHEN}"] * 2)
    assert [row[::2] for row in pairs(cdr)] == [(SUBJECT, 49015420323751)] * 2
    assert heading in cdr.summary.files[0].not_read


@pytest.mark.parametrize("written", ["98765XXXXX", "Gang 5", "-"])
def test_a_column_of_masked_numbers_is_the_subjects(tmp_path: Path, written: str) -> None:
    cdr = read(tmp_path, "Target,Mobile No,IMEI,Date,Time", f"{written},{OTHER},{IMEI},{WHEN}")
    assert (cdr.read_all().num_rows, cdr.refused.num_rows) == (0, 1)


LIST_OF_CALLS = "a list of calls that a phone itself has kept"


@pytest.mark.parametrize(
    ("types", "numbers", "warned"),
    [
        (("Incoming", "Outgoing", "Missed"), (VICTIM, OTHER, "9123456789"), True),
        (("Incoming", "Outgoing", "Incoming"), (VICTIM, OTHER, OTHER), False),
        (("GPRS", "GPRS", "GPRS"), (VICTIM, OTHER, "9123456789"), False),
    ],
)
def test_a_phones_own_list_of_calls_is_a_warning(
    tmp_path: Path, types: tuple[str, ...], numbers: tuple[str, ...], warned: bool
) -> None:
    lines = [f"{number},{kind},{IMEI},{WHEN}" for number, kind in zip(numbers, types, strict=True)]
    cdr = read(tmp_path, "Mobile No,Call Type,IMEI,Date,Time", *lines)
    assert cdr.read_all().num_rows == 3
    assert any(LIST_OF_CALLS in warning for warning in cdr.summary.warnings) == warned
    # With the other party beside it, the column is that of the subject.
    lines = [f"{number},{SUBJECT},{kind},{IMEI},{WHEN}" for number, kind in zip(numbers, types, strict=True)]
    assert read(tmp_path, "Mobile No,B Party,Call Type,IMEI,Date,Time", *lines).summary.warnings == []


def test_last_times_that_are_not_read_are_a_warning(tmp_path: Path) -> None:
    cdr = read(tmp_path, "MSISDN,IMEI,First Used,Last Used", f"{SUBJECT},{IMEI},01/06/2026,30/06/2026")
    assert cdr.read_all().num_rows == 1
    (warning,) = cdr.summary.files[0].warnings
    assert warning == "the column 'last used' is not read: of each row only the first time counts"


@pytest.mark.parametrize("kind", ["CF", "ROAM", "PTC", "TRANSIT", "MTC-CF", "Missed", ""])
@pytest.mark.parametrize(
    "header", ["A Number,B Number,Call Type", "A Party,B Party,Direction", "A No,B No,Record Type"]
)
def test_a_row_of_a_caller_whose_call_type_is_unknown_is_refused(tmp_path: Path, header: str, kind: str) -> None:
    lines = [f"{SUBJECT},{OTHER},MOC,{IMEI},{WHEN}", f"{VICTIM},{SUBJECT},{kind},{IMEI},{WHEN}"]
    cdr = read(tmp_path, f"{header},IMEI,Date,Time", *lines, f"{SUBJECT},,GPRS,{IMEI},{WHEN}")
    assert [served for served, _, _ in pairs(cdr)] == [SUBJECT, SUBJECT]
    assert cdr.refused.select(["row", "note"]).to_pylist() == [{"row": 3, "note": "unknown_call_type"}]


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        ("OG", "IC"),
        ("O/G", "I/C"),
        ("OUTG", "INCG"),
        ("Out-going", "In-coming"),
        ("SENT", "RECD"),
        ("DIALLED", "RCVD"),
    ],
)
def test_short_words_for_both_directions_are_call_types(tmp_path: Path, sent: str, received: str) -> None:
    lines = [f"{SUBJECT},{OTHER},{sent},{IMEI},{WHEN}", f"{VICTIM},{SUBJECT},{received},{IMEI},{WHEN}"]
    with pytest.raises(InputError, match="the handsets of incoming calls are those of the B numbers"):
        read(tmp_path, "A Party,B Party,Call Type,IMEI,Date,Time", *lines, lines[1])
    # Where the call type decides which party is served, the same words are read.
    cdr = read(tmp_path, "Calling No,Called No,Call Type,IMEI,Date,Time", *lines)
    assert [served for served, _, _ in pairs(cdr)] == [SUBJECT, SUBJECT]


def test_directions_of_one_letter_link_no_caller(tmp_path: Path) -> None:
    lines = [f"{SUBJECT},{OTHER},O,{IMEI},{WHEN}", f"{VICTIM},{SUBJECT},I,{IMEI},{WHEN}"]
    cdr = read(tmp_path, "A Party,B Party,Call Type,IMEI,Date,Time", *lines)
    assert (cdr.read_all().num_rows, cdr.summary.refused) == (0, {"unknown_call_type": 2})


@pytest.mark.parametrize(
    "types", [["Voice", "SMS"], ["Incoming Voice", "Outgoing Voice"], ["In-SMS", "ROAM OUT"], ["", ""], ["4G", "Data"]]
)
def test_call_types_without_a_doubt_are_read(tmp_path: Path, types: list[str]) -> None:
    lines = [f"{SUBJECT},{OTHER},{one},{IMEI},{WHEN}" for one in types]
    cdr = read(tmp_path, "A Party,B Party,Call Type,IMEI,Date,Time", *lines)
    assert (cdr.read_all().num_rows, cdr.summary.refused) == (len(types), {})


def test_a_service_beside_directions_is_refused(tmp_path: Path) -> None:
    lines = [f"{SUBJECT},{OTHER},{one},{IMEI},{WHEN}" for one in ("MOC", "SMS", "CF")]
    cdr = read(tmp_path, "A Party,B Party,Call Type,IMEI,Date,Time", *lines)
    assert (cdr.read_all().num_rows, cdr.summary.refused) == (1, {"unknown_call_type": 2})


def test_a_second_sim_that_is_called_by_the_first_is_no_proof_of_callers(tmp_path: Path) -> None:
    """One of its incoming calls is from the first number of the handset."""
    second = "9700012399"
    lines = [f"{SUBJECT},{OTHER},OUT,{IMEI},{WHEN}", f"{second},{SUBJECT},IN,{IMEI},{WHEN}"]
    lines += [f"{second},98111{k:05},IN,{IMEI},{WHEN}" for k in range(9)]
    assert read(tmp_path, *SORTED, *lines).read_all().num_rows == 11


SORTED = ("A Party,B Party,Call Type,IMEI,Call Date,Call Time",)
OUTGOING = [f"{SUBJECT},{OTHER},OUT,{IMEI},{WHEN}"] * 450
INCOMING = [f"91000{k:05},{SUBJECT},IN,{IMEI},{WHEN}" for k in range(5)]


@pytest.mark.parametrize("rows", [OUTGOING + INCOMING, INCOMING + OUTGOING, INCOMING * 100 + OUTGOING])
def test_a_file_sorted_by_call_type_shows_its_callers_at_its_end(tmp_path: Path, rows: list[str]) -> None:
    """The first lines alone have one direction."""
    message = r"calls\.csv: line 1: the handsets of incoming calls are those of the B numbers"
    with pytest.raises(InputError, match=message) as error:
        read(tmp_path, *SORTED, *rows).read_all()
    assert SUBJECT not in str(error.value)


def test_an_expansion_of_a_file_sorted_by_call_type_is_an_error(tmp_path: Path) -> None:
    cdr = read(tmp_path, *SORTED, *OUTGOING, *INCOMING)
    with pytest.raises(InputError, match="the handsets of incoming calls are those of the B numbers"):
        expand([SUBJECT], cdr)
    # Read once, and each direction in a file of its own.
    with pytest.raises(InputError, match="the handsets of incoming calls are those of the B numbers"):
        expand([SUBJECT], cdr.reader())
    for name, rows in (("out.csv", OUTGOING), ("in.csv", INCOMING)):
        (tmp_path / name).write_text("\n".join([*SORTED, *rows]) + "\n")
    for order in (("out.csv", "in.csv"), ("in.csv", "out.csv")):
        with pytest.raises(InputError, match=r"in\.csv: line 1: the handsets of incoming calls"):
            expand([SUBJECT], read_cdr([tmp_path / name for name in order]))


def test_a_sorted_file_whose_a_numbers_are_subjects_is_read(tmp_path: Path) -> None:
    incoming = [f"{SUBJECT},91000{k:05},IN,{IMEI},{WHEN}" for k in range(5)]
    called = f"{OTHER},{SUBJECT},IN,{FOREIGN},{WHEN}"
    cdr = read(tmp_path, *SORTED, *OUTGOING, *incoming, called)
    assert (cdr.read_all().num_rows, cdr.refused.num_rows) == (456, 0)
    # A switch's record of the called party says whose handset it shows.
    moc, mtc = ([line.replace(*words) for line in rows] for rows, words in
                ((OUTGOING, ("OUT", "MOC")), (INCOMING, ("IN", "MTC"))))  # fmt: skip
    assert {served for served, _, _ in pairs(read(tmp_path, *SORTED, *moc, *mtc))} == {SUBJECT}


def test_a_caller_of_the_function_may_name_the_columns_of_a_sorted_file(tmp_path: Path) -> None:
    read(tmp_path, *SORTED, *OUTGOING, *INCOMING)
    roles = {"calling": "A Party", "called": "B Party", "call_type": "Call Type", "imei": "IMEI", "date": "Call Date"}
    found = expand([SUBJECT], read_cdr(tmp_path / "calls.csv", layout=roles))
    assert (found.linked.num_rows, found.account["rows_used"]) == (0, 455)


@pytest.mark.parametrize(
    ("written", "note"),
    [
        *((value, "") for value in ("", "0", "NO", "No", "-", "NA", "N", "'-'", "---", "null")),
        *((value, "unknown_call_type") for value in (OTHER, "YES", "Y", "1", "CFU", "'919700012345'")),
    ],
)
def test_a_forwarded_call_shows_no_handset(tmp_path: Path, written: str, note: str) -> None:
    header = "Calling Party Telephone Number,Called Party Telephone Number,Call Forwarding,Call Date,Call Time,"
    lines = [f"{VICTIM},{SUBJECT},{cell},{WHEN},10:01:00,a_in,{IMEI}" for cell in (written, "")]
    cdr = read(tmp_path, header + "Call Termination Time,Call Type,IMEI", *lines)
    assert pairs(cdr) == [(SUBJECT, VICTIM, 49015420323751)] * (1 if note else 2)
    expected = {"source": str(tmp_path / "calls.csv"), "row": 2, "column": "Call Forwarding", "note": note}
    assert cdr.refused.to_pylist() == [expected] * bool(note)
    assert cdr.summary.layout == "jio"
