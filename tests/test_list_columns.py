"""Lists with several columns that may have the numbers: when there is no doubt which, and what is warned of."""

import json
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.cli import run
from numguard.errors import ArgumentError, ColumnError, InputError
from numguard.number_list import read_imeis, read_numbers
from workbooks import book_of

A, B = 919876543210, 919123456789


def listed(path: Path, text: str) -> tuple[list[int | None], list[str]]:
    path.write_text(text)
    found = read_numbers(path)
    return found.keys.to_array().to_pylist(), found.account["warnings"]


@pytest.mark.parametrize("verb", ["normalize", "explain"])
def test_what_a_verb_writes_of_a_list_is_a_list(tmp_path: Path, verb: str) -> None:
    (tmp_path / "found.csv").write_text("name,mobile\nA,98765 43210\nB,+91-9123456789\nC,12\n")
    call = [verb, str(tmp_path / "found.csv"), "--column", "mobile", "-o", str(tmp_path / "out.csv")]
    assert run(call) == 0
    found = read_numbers(tmp_path / "out.csv")
    assert (found.keys.to_array().to_pylist(), found.account["warnings"]) == ([B, A], [])


@pytest.mark.parametrize("heading", ["number", "n", "phone"])
def test_a_counter_of_rows_has_no_numbers(tmp_path: Path, heading: str) -> None:
    text = f"{heading},msisdn\n1,9876543210\n2.0,9123456789\n,9123456789\n"
    assert listed(tmp_path / "a.csv", text)[0] == [B, A]


@pytest.mark.parametrize(
    "rows",
    [
        "9876543210,9123456789\n",
        "9876543210,9876543210\n9876543210,9123456789\n",
        "9876543210,\n9876543210,9876543210\n",  # Whose number it is, if only one column has one, is not known.
        "9876543210,1\n,9123456789\n",
        "9876543210,\n9123456789,\n",  # Whose numbers the empty column was to have is not known.
        "9876543210,9.12E+09\n",  # Damaged, and no counter.
        "1,2\n",
        "9876543210,unknown\n",
    ],
)
@pytest.mark.parametrize("headings", ["msisdn,number", "number,mobile", "mobile,phone"])
def test_columns_that_may_have_other_numbers_are_in_doubt(tmp_path: Path, headings: str, rows: str) -> None:
    with pytest.raises(ColumnError, match="no column is certainly that of the numbers"):
        listed(tmp_path / "a.csv", f"{headings}\n{rows}")


def test_columns_of_one_name_and_of_lists_are_in_doubt(tmp_path: Path) -> None:
    path, cells = tmp_path / "a.parquet", pa.array(["9876543210", None])
    of_lists = pa.array([["9876543210"], None])
    for names, second in ((["mobile", "mobile"], cells), (["msisdn", "mobile"], of_lists)):
        pq.write_table(pa.table([cells, second], names), path)
        with pytest.raises(ColumnError, match="no column is certainly that of the numbers"):
            read_numbers(path)
    warnings = {}
    for second in (of_lists, cells, pa.nulls(2, pa.string())):
        pq.write_table(pa.table({"msisdn": cells, "second mobile": second}), path)
        warnings[str(second.type)] = read_numbers(path).account["warnings"]
    several = ["the column 'second mobile' may have more of them, and is not read"]
    assert warnings == {str(of_lists.type): several, "string": []}


@pytest.mark.parametrize("rows", ["1,9876543210\n", "9876543210,9876543210\n"])
@pytest.mark.parametrize("heading", ["victim_mobile", "Officer Mobile"])
def test_a_column_of_others_is_never_taken_for_a_counter_beside_it(tmp_path: Path, heading: str, rows: str) -> None:
    with pytest.raises(ColumnError, match="no column is certainly that of the numbers"):
        listed(tmp_path / "a.csv", f"number,{heading}\n{rows}")


def test_a_counter_that_has_numbers_in_a_later_part_of_the_file_is_none(tmp_path: Path) -> None:
    numbers = ["9876543210"] * 3
    table = pa.table({"msisdn": numbers, "number": ["1", "2", "9123456789"]})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=1)
    with pytest.raises(ColumnError, match="no column is certainly that of the numbers"):
        read_numbers(tmp_path / "a.parquet")
    pq.write_table(table.set_column(1, "number", [numbers]), tmp_path / "a.parquet", row_group_size=1)
    assert read_numbers(tmp_path / "a.parquet").keys.to_array().to_pylist() == [A]


@pytest.mark.parametrize("heading", ["mobileNumber", "phoneNo", "PhoneNumber", "phone_no", "Phone No."])
def test_names_as_programs_write_them(tmp_path: Path, heading: str) -> None:
    assert listed(tmp_path / "a.csv", f"name,{heading}\nx,9876543210\n") == ([A], [])
    (tmp_path / "a.json").write_text(json.dumps([{heading: "9876543210", "name": "x"}]))
    assert len(read_numbers(tmp_path / "a.json").keys) == 1
    with pytest.raises(ColumnError, match="decided against"):
        listed(tmp_path / "a.csv", f"{heading},actionTaken\n9876543210,Rejected\n")


@pytest.mark.parametrize("heading", ["victim_mobile", "Complainant Mobile No", "शिकायतकर्ता मोबाइल"])
def test_a_column_of_victims_is_not_suggested_as_one_of_more_numbers(tmp_path: Path, heading: str) -> None:
    assert listed(tmp_path / "a.csv", f"mobile,{heading}\n9876543210,9123456789\n") == ([A], [])


def test_a_second_column_of_phones_is_named_only_if_it_has_other_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    named = ["the column 'alt_mobile' may have more of them, and is not read"]
    for cells, warnings in (
        ((",", ",-"), []),
        ((",919876543210", ","), []),
        ((",919876543210", ",9876543210"), named),
        ((",", ",9876543210 / 9123456789"), named),
    ):
        assert listed(path, f"mobile,alt_mobile\n9876543210{cells[0]}\n9123456789{cells[1]}\n") == ([B, A], warnings)
    hits = tmp_path / "hits.csv"
    assert run(["scan", str(path), "--numbers", str(path), "--column", "mobile", "-o", str(hits)]) == 0
    hits.write_text(hits.read_text().replace("alt_mobile", "remark"))
    assert read_numbers(hits).account["warnings"] == []


@pytest.mark.parametrize(
    ("heading", "other"),
    [
        ("Number", "Alternate Number"), ("Mobile", "Alt No"), ("Mobile", "Alt. No."), ("Number", "Number 2"),
        ("Mobile", "Second number"), ("Mobile", "Other Nos"),
    ],
)  # fmt: skip
def test_a_second_column_of_numbers_without_a_word_for_phones_is_named(
    tmp_path: Path, heading: str, other: str
) -> None:
    named = [f"the column {other!r} may have more of them, and is not read"]
    rows = "9876543210,9123456789\n9876543211,\n"
    assert listed(tmp_path / "a.csv", f"{heading},{other}\n{rows}")[1] == named
    assert listed(tmp_path / "a.csv", f"{heading},Complaint No\n{rows}")[1] == []


def test_second_columns_of_one_name_are_named(tmp_path: Path) -> None:
    keys, warnings = listed(tmp_path / "a.csv", "mobile,contact,contact\n9876543210,9876543210,9123456789\n")
    assert keys == [A]
    assert set(warnings) == {"the column 'contact' may have more of them, and is not read"}


def test_a_column_that_is_chosen_has_a_heading_whatever_its_digits(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Case 12345/2026,name\n9876543210,x\n")
    found = read_numbers(tmp_path / "a.csv", column="Case 12345/2026")
    assert (found.account["rows_read"], found.account["rows_refused"], len(found.keys)) == (1, 0, 1)


def test_a_code_beside_a_handset_is_none_of_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("imei,country_code\n490154203237518,1\n")
    assert len(read_imeis(tmp_path / "a.csv").keys) == 1


@pytest.mark.parametrize(
    ("rows", "stops"),
    [
        ("SI Ram,98;SI Ram,97;HC Devi,96;HC Devi,95", False),
        ("SI Ram,98;si ram ,97", False),
        ("SI Ram,98;SI Ram,97;HC Devi,96", True),  # she may have her own phone there
        ("SI Ram,98;SI Ram,98", True),
        ("SHO,98;SHO,97", True),  # of two police stations
    ],
)
def test_officers_beside_several_numbers_have_the_cases(tmp_path: Path, rows: str, stops: bool) -> None:
    path = tmp_path / "list.csv"
    for heading, is_of_cases in (("IO name", True), ("I.O. Name", True), ("Nodal Officer", False)):
        lines = [f"{heading},Mobile No", *(f"{row}76543210" for row in rows.split(";"))]
        path.write_text("\n".join(lines))
        if stops or not is_of_cases:
            with pytest.raises(ColumnError, match="may have the numbers of officers"):
                read_numbers(path)
        else:
            assert len(read_numbers(path).keys) == len(lines) - 1


@pytest.mark.parametrize(
    ("heading", "beside"),
    [
        *((heading, "District") for heading in (
            "Suspect no", "Suspect No.", "Suspected numbers", "संदिग्ध नंबर", "Number to be blocked", "Numbers to block",
            "Mob.", "MOB",
        )),
        ("Suspect no", "Contact No"),
    ],
)  # fmt: skip
def test_a_heading_of_numbers_to_act_on(tmp_path: Path, heading: str, beside: str) -> None:
    assert listed(tmp_path / "a.csv", f"{beside},{heading}\nNuh,9876543210\n") == ([A], [])


@pytest.mark.parametrize("heading", ["Contact No", "No. of suspects", "Blocked no", "Fraud No"])
def test_a_heading_that_is_not_certainly_of_numbers(tmp_path: Path, heading: str) -> None:
    with pytest.raises(ColumnError, match="no column is certainly that of the numbers"):
        listed(tmp_path / "a.csv", f"District,{heading}\nNuh,9876543210\n")


NUMBERED = {
    "1. 98765 43210\n2. 9123456789": ([A, B], {}),
    "1) 9876543210\n\n2) +91 91234 56789\n3) no": ([A, B], {"not_a_number": 1}),
    "1 - 9876543210\n2 \u2013 9123456789": ([A, B], {}),
    "1-9876543210\n2.9123456789": ([A, B], {}),
    "(1) 9876543210\n(2) 9123456789": ([A, B], {}),
    "\u0967. 9876543210\n\u0968. \u096f\u0967\u0968\u0969\u096a\u096b\u096c\u096d\u096e\u096f": ([A, B], {}),
    "List of suspect numbers\n1. 9876543210\n2. 9123456789": ([A, B], {}),
}


@pytest.mark.parametrize("text", NUMBERED)
def test_the_lines_of_a_list_are_numbered(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text(text)
    numbers, refused = NUMBERED[text]
    for actions in (("block",), None):
        found = read_numbers(tmp_path / "a.txt", actions=actions)
        assert (found.keys.to_array().to_pylist(), found.account["refused_rows"]) == (sorted(numbers), refused)


@pytest.mark.parametrize(
    "text", ["1. 9876543210", "1. 9876543210\n3. 9123456789", "2. 9876543210\n3. 9123456789", "mobile\na\nb"]
)
def test_a_list_of_which_no_row_can_be_read_is_no_empty_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text(text)
    for read in (partial(read_numbers, actions=None), read_numbers, read_imeis):
        with pytest.raises(InputError, match=r"none of its \d rows? can be read \("):
            read(tmp_path / "a.txt")


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        (
            "1. 9876543210\n3. 9123456789",
            r"take the serial numbers before the numbers out.*: row 2 of .* breaks the count",
        ),
        ("mobile\n1. 9876543210\n2. 9123456789\n2. 9123456780", "row 4 of .* breaks the count"),
        ("Numbers to block\n7. 9876543210", "take the serial numbers before the numbers out"),
        ("1. 9876543210, 9123456789\n2. 9123456780", "take the serial numbers out, and write each number in a line"),
        ("mobile\n12-05-2026\n13-05-2026", "choose the column of the numbers"),
    ],
)
def test_an_error_of_serial_numbers_says_so(tmp_path: Path, text: str, remedy: str) -> None:
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises((ColumnError, InputError), match=remedy):
        read_numbers(tmp_path / "a.txt")


@pytest.mark.parametrize("end", [",", ";", ""])
@pytest.mark.parametrize(
    "header", ["", "mobile\n", "Numbers to block\n", "numbers_to_be_blocked\n", "Blocked Mobile Nos.\n"]
)
def test_a_list_as_it_was_copied_from_a_program(tmp_path: Path, header: str, end: str) -> None:
    (tmp_path / "a.txt").write_text(f"{header}9876543210{end}\n9123456789{end}\n")
    found = read_numbers(tmp_path / "a.txt")
    assert (found.keys.to_array().to_pylist(), found.account["rows_refused"]) == ([B, A], 0)


@pytest.mark.parametrize(
    "heading", ["Block No", "Amount blocked", "Blocked account no", "Numbers not to block", "Regards"]
)
def test_a_heading_of_something_else_is_an_error(tmp_path: Path, heading: str) -> None:
    with pytest.raises(ColumnError, match="is of something else than numbers to list"):
        listed(tmp_path / "a.csv", f"{heading}\n9876543210\n")


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())], ids=str
)
def test_the_commas_of_a_typed_file(tmp_path: Path, kind: pa.DataType) -> None:
    cells = pa.array(["9876543210,", "9123456789;"])
    pq.write_table(pa.table({"mobile": cells.cast(kind)}), tmp_path / "a.parquet")
    found = read_numbers(tmp_path / "a.parquet")
    assert (found.keys.to_array().to_pylist(), found.account["rows_refused"]) == ([B, A], 0)


def test_what_stands_before_another_comma_is_no_end(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text('mobile\n9876543210\n"9876543210,9123456789,"\n')
    assert read_numbers(tmp_path / "a.txt").account["refused_rows"] == {"several_numbers": 1}


def test_a_list_of_texts_in_json(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    assert listed(path, '["98765 43210", "+919123456789"]') == ([B, A], [])
    path.write_text('["490154203237518"]')
    assert len(read_imeis(path).keys) == 1
    for other in ('["9876543210", {"n": "9123456789"}]', '["9876543210", ["9123456789"]]', '["9876543210", true]'):
        with pytest.raises(InputError, match="not a list of objects with named fields: save it as a list of records"):
            listed(path, other)


BOTTOM = ["Regards", "SHO, Cyber PS Nuh", "Prepared by", "Inspector R Kumar", "To be released:", "Nodal officer"]


def written(folder: Path, kind: str, rows: list[list[str]]) -> Path:
    path = folder / f"a.{kind}"
    if kind == "xlsx":
        book_of(*rows).save(path)
    else:
        path.write_text(
            "".join(f"{','.join(cell if ',' not in cell else repr(cell) for cell in row)}\n" for row in rows)
        )
    return path


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("line", BOTTOM)
@pytest.mark.parametrize("place", [0, 1])
def test_who_signs_a_table_below_its_last_number_stops_no_list(
    tmp_path: Path, kind: str, line: str, place: int
) -> None:
    table = [["S.No", "Mobile", "Reason"], ["1", "9876543210", "fraud"], ["2", "9123456789", "fraud"]]
    signed = [*table, [""] * place + [line], ["HC 1234", "Cyber PS"]]
    assert read_numbers(written(tmp_path, kind, signed)).keys.to_array().to_pylist() == [B, A]
    # The same line above a number: it may be the writer's, or one to spare.
    above = [*table[:2], [""] * place + [line], ["", "9123456789", ""]]
    with pytest.raises(ColumnError, match="row 3 is a "):
        read_numbers(written(tmp_path, kind, above))


@pytest.mark.parametrize("header", ["mobile\n", ""])
def test_the_lines_above_a_greeting_may_be_a_letter(tmp_path: Path, header: str) -> None:
    with pytest.raises(ColumnError, match="is a line of a letter"):
        listed(tmp_path / "a.csv", f"{header}9876543210\n9123456789\nRegards\n")
    assert listed(tmp_path / "a.csv", f"{header}9876543210\n9123456789\nDo not block:\n")[0] == [B, A]


def test_who_prepared_a_table_is_no_number(tmp_path: Path) -> None:
    text = "S.No,Mobile,Reason\n1,9876543210,fraud\nPrepared by,{},\n"
    assert listed(tmp_path / "a.csv", text.format("HC 1234")) == ([A], [])
    with pytest.raises(ColumnError, match=r"the column 'S\.No' says in row 3"):
        listed(tmp_path / "a.csv", text.format("9123456789"))


@pytest.mark.parametrize(
    ("heading", "cells"), [("No. of Victims", "1 1"), ("Number of complainants", "1 3"), ("Victims", "1 2")]
)
def test_how_many_victims_there_are_spares_no_number(tmp_path: Path, heading: str, cells: str) -> None:
    first, second = cells.split()
    text = f"mobile,{heading}\n9876543210,{first}\n9123456789,{second}\n"
    assert listed(tmp_path / "a.csv", text)[0] == [B, A]


@pytest.mark.parametrize(
    ("heading", "cells"), [("Victim", "1 2"), ("Victims", "1 0"), ("Is victim", "Yes No"), ("Victims", "Yes 2")]
)
def test_an_answer_to_whether_it_is_a_victims_does(tmp_path: Path, heading: str, cells: str) -> None:
    first, second = cells.split()
    with pytest.raises(ColumnError, match="says in row 2 that the number is a victim's"):
        listed(tmp_path / "a.csv", f"mobile,{heading}\n9876543210,{first}\n9123456789,{second}\n")


def test_a_list_is_named_by_its_path_and_its_set_is_its_keys(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"msisdn,action\n{A},block\n98765,block\n{B},release\n")
    found = read_numbers(path)
    assert repr(found) == "<NumberList of 1, 1 rows refused>"
    with pytest.raises(ArgumentError, match="takes the path of a list, not Table"):
        read_numbers(pa.table({"msisdn": [A]}))  # type: ignore[arg-type]
    calls = pa.table({"mobile": ["9876543210"]})
    for given in (found, path, str(path)):
        with pytest.raises(ArgumentError, match=r"read_numbers\(path\)\.keys"):
            ng.scan(calls, {"mobile": given})  # type: ignore[dict-item]
    assert ng.scan(calls, {"mobile": found.keys}).read_all().num_rows == 1


@pytest.mark.parametrize(
    "document",
    [
        {"MNRL reactivation list": {"0": {"msisdn": "9876543210"}}},
        {"MNRL reactivation list": {"msisdn": "9876543210"}},
        {"data": {"Reactivated": {"msisdn": "9876543210"}}},
        {"Reactivated": {"0": "9876543210", "1": "9123456789"}},
        {"victim_mobile": {"0": "9876543210"}},
        {"0": {"msisdn": "9876543210", "is_victim": "Yes"}},
    ],
)
def test_what_a_json_document_calls_its_numbers_stops_the_list(tmp_path: Path, document: object) -> None:
    (tmp_path / "list.json").write_text(json.dumps(document))
    with pytest.raises(ColumnError):
        read_numbers(tmp_path / "list.json")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("Complainant Name,Mobile No,Suspect Mobile No", "'Suspect Mobile No' has numbers too"),
        ("Suspect No,Phone,Remarks", "'Suspect No' has numbers too"),
        ("Complainant Name,Mobile No,Amount", "beside 'Complainant Name', and may have the numbers of victims"),
        ("Name of Victim,number,Address", "beside 'Name of Victim', and may"),
        ("शिकायतकर्ता का नाम,Mobile,Amount", "may have the numbers of victims"),
        ("Nodal Officer,Mobile", "beside 'Nodal Officer', and may have the numbers of officers"),
        ("I.O. Name,Mobile No,Police Station", "beside 'I.O. Name', and may have the numbers of officers"),
        ("Investigating Officer,Phone", "beside 'Investigating Officer', and may"),
        ("जांच अधिकारी का नाम,Mobile", "may have the numbers of officers"),
    ],
)
def test_a_column_of_anyones_numbers_beside_those_of_suspects_or_names_of_others_stops(
    tmp_path: Path, header: str, message: str
) -> None:
    """The numbers of a sheet's complainants were listed: `Mobile No` is a name of the column of a list."""
    names = header.split(",")
    cells = ["9812345678" if "Suspect" in name or name == "Amount" else "Ram Lal" for name in names]
    cells[1] = "9765432187"
    path = tmp_path / "list.csv"
    path.write_text("".join(",".join(row) + "\n" for row in (names, cells)))
    with pytest.raises(ColumnError, match=message):
        read_numbers(path)
    # A choice, the name `msisdn`, a title of suspects, and a purpose that spares them are plain.
    assert read_numbers(path, column=names[1]).keys.contains(["9765432187"]).to_pylist() == [True]
    for first in (header.replace(names[1], "msisdn"), f"Suspects of Nuh district\n{header}"):
        path.write_text(f"{first}\n{','.join(cells)}\n")
        assert len(read_numbers(path).keys) == 1


@pytest.mark.parametrize(
    ("header", "beside"),
    [
        ("Mobile,Victim Name,Complainant Mobile", "Ram Lal,9812345678"),  # theirs are in a column of their own
        ("Mobile,Victims,Suspect", "12,Ravi Kumar"),
        ("Mobile,IO Name,IO Mobile", "Ram Lal,9812345678"),
        ("Mobile,Reported by officer,Officer remarks", "Ram Lal,seen"),
        ("Mobile,Nodal Officer,IO", ",7"),  # without a name in either
        ("Mobile,Victim State,Suspect Phone", "Haryana,"),
        ("Mobile,Is victim,Suspect Phone", "No,097654 32187"),
        ("Mobile,Blocked,Reported by complainant", "2026-11-01,Ram Lal"),
        ("Suspect Mobile,Complainant Name,x", "Ram Lal,1"),
    ],
)
def test_a_column_of_suspects_numbers_beside_other_facts_is_read(tmp_path: Path, header: str, beside: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"{header}\n9765432187,{beside}\n")
    column = "Suspect Mobile" if header.startswith("Suspect") else None
    assert len(read_numbers(path, column=column).keys) == 1


def test_looking_at_the_columns_beside_leaves_the_account_as_it_is(tmp_path: Path) -> None:
    """The look ended at the first number, and with it the count of rows: those that were refused below were lost."""
    path = tmp_path / "list.csv"
    rows = (f"{9100000000 + 7 * k},Ram,{8100000000 + 7 * k}\n" for k in range(250_000))
    path.write_text(f"Mobile,Victim Name,Complainant Mobile\n{''.join(rows)}9876543210,x\n")
    with pytest.raises(InputError, match=r"cannot be read, the first in row 250002"):
        read_numbers(path, strict=True)
    account = read_numbers(path).account
    assert (account["rows_read"], account["rows_used"], account["rows_refused"]) == (250_001, 250_000, 1)


def test_a_list_to_protect_with_both_sides_has_no_certain_column(tmp_path: Path) -> None:
    """The suspect's number was protected, and the victim's stayed on the list to block."""
    path = tmp_path / "list.csv"
    path.write_text("Victim Mobile,Suspect Mobile\n9876543210,9812345678\n")
    for actions in (None, ["release"]):
        with pytest.raises(ColumnError, match="no column is certainly that of the numbers"):
            ng.read_numbers(path, actions=actions)
    assert ng.read_numbers(path, actions=["block"]).keys.to_array().to_pylist() == [919812345678]
    path.write_text("Name,Suspect Mobile\nRam Lal,9812345678\n")
    assert ng.read_numbers(path).keys.to_array().to_pylist() == [919812345678]
