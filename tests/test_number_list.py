"""Lists as they are published: the documents of MNRL, and the difference of two lists."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from numguard import NumberSet
from numguard.cli import run
from numguard.errors import ColumnError, InputError
from numguard.number_list import read_imeis, read_numbers
from sheet_files import write
from workbooks import write_rows

A, B = 919876543210, 919123456789
PAYLOAD = [{"n": "9876543210"}, {"n": 9123456789}, {"n": "9876543210"}]


def numbers_in(path: Path, **options: str) -> NumberSet:
    return read_numbers(path, **options).keys


def answer(**fields: object) -> bytes:
    return json.dumps(fields).encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("mnrl.json", answer(status=200, file_name="x", payload=PAYLOAD)),
        ("mnrl.json", answer(status="200", payload=PAYLOAD)),
        ("mnrl.txt", b"\xef\xbb\xbf" + answer(payload=PAYLOAD)),
        ("mnrl.json.gz", gzip.compress(answer(status=200, payload=PAYLOAD), mtime=0)),
        ("list.jsonl", b'{"mobile": "98765 43210", "why": "x"}\n{"mobile": "+919123456789"}\n'),
        ("list.json", answer(revoked=[{"n": "9876543210", "date": "x"}, {"n": "9123456789"}])),
        ("list.txt", b"98765 43210\n9123456789\n"),
        ("list.csv", b"name,mobile\r\nx,9876543210\r\ny,9123456789\r\n"),
        ("list.csv", "\ufeffname;Mobile No.\nx;9876543210\ny;9123456789\n".encode("utf-16")),
    ],
)
def test_a_list_is_read_from_every_format(tmp_path: Path, name: str, content: bytes) -> None:
    assert numbers_in(write(tmp_path, name, content)).to_array().to_pylist() == [B, A]


def test_a_workbook_is_a_list_too(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "list.xlsx") as book:
        sheet = book.add_worksheet()
        for row, cell in enumerate(["Mobile", 9876543210, "91234 56789"]):
            sheet.write(row, 0, cell)
    assert numbers_in(tmp_path / "list.xlsx").to_array().to_pylist() == [B, A]


def test_an_empty_answer_is_an_empty_list(tmp_path: Path) -> None:
    assert len(numbers_in(write(tmp_path, "mnrl.json", answer(status=200, payload=[])))) == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (answer(status=401, message="token of 9876543210 expired"), "status 401"),
        (answer(status=500, payload=PAYLOAD), "status 500"),
        (answer(status=200, file_name="x", payload=None), "without a list"),
        (answer(status=200, payload=PAYLOAD)[:-9], "damaged"),
        (answer(a=PAYLOAD, b=PAYLOAD), "several lists"),
    ],
)
def test_an_answer_without_a_list_is_an_error_and_not_an_empty_list(
    tmp_path: Path, content: bytes, message: str
) -> None:
    with pytest.raises(InputError, match=message) as error:
        numbers_in(write(tmp_path, "mnrl.json", content))
    assert "98765" not in str(error.value)


def test_a_list_of_unknown_columns_needs_the_name_of_one(tmp_path: Path) -> None:
    path = write(tmp_path, "list.json", answer(payload=[{"a": "9876543210", "b": "9123456789"}]))
    with pytest.raises(ColumnError, match="there are a, b"):
        numbers_in(path)
    assert numbers_in(path, column="b").to_array().to_pylist() == [B]


def test_a_list_of_handsets_in_json(tmp_path: Path) -> None:
    path = write(tmp_path, "imeis.json", answer(payload=[{"imei": "490154203237518"}, {"imei": 49015420323751}]))
    assert read_imeis(path).keys.to_array().to_pylist() == [49015420323751]


def test_what_changed_between_two_lists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = write(tmp_path, "monday.json", answer(status=200, payload=PAYLOAD))
    after = write(tmp_path, "tuesday.txt", b"+91 98765 43210\n98111 11111\n98222 22222\n1930\n")
    folder = tmp_path / "changed"
    assert run(["lists", "diff", str(before), str(after), "--folder", str(folder), "--json"]) == 0
    account = json.loads(capsys.readouterr().out)
    rows = [account.pop(name) for name in ("rows_before", "rows_after")]
    assert [(one["rows_read"], one["rows_used"], one["rows_refused"]) for one in rows] == [(3, 3, 0), (4, 3, 1)]
    assert account == {
        "before": 2, "after": 3, "added": 2, "removed": 1, "common": 1, "refused_before": {},
        "refused_after": {"short_code": 1},
    }  # fmt: skip
    assert numbers_in(folder / "added.csv").to_array().to_pylist() == [919811111111, 919822222222]
    assert numbers_in(folder / "removed.csv").to_array().to_pylist() == [B]
    assert (folder / "added.csv").stat().st_mode & 0o777 == 0o600
    both = numbers_in(before)
    assert both - numbers_in(folder / "removed.csv") | numbers_in(folder / "added.csv") == numbers_in(after)


def test_what_changed_between_two_lists_of_handsets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = write(tmp_path, "a.txt", b"imei\n490154203237518\n")
    after = write(tmp_path, "b.txt", b"imei\n4901542032375100\n358967101234560\n")
    assert run(["lists", "diff", str(before), str(after), "--imeis"]) == 0
    assert "1 added, 0 removed, 1 in both" in capsys.readouterr().err


NOT_PLAIN = [
    ("SBI 9765432187", None), ("9765432187,", None), ("Mob9765432187", None), ("9765432187@ybl", None),
    ("98765 4321O", None), ("976543218", None), ("97654321879", None), ("९७६५४ ३२१८७ (SBI)", None),
    ("9765432187 (SBI)", None), ("9765432187", 919765432187), ("'9765432187'", 919765432187),
]  # fmt: skip


@pytest.mark.parametrize(("first", "number"), NOT_PLAIN)
@pytest.mark.parametrize("ending", ["txt", "xlsx"])
def test_a_first_line_with_digits_is_a_row(tmp_path: Path, first: str, number: int | None, ending: str) -> None:
    """It is read, or refused and counted, as it would be on any other line."""
    if ending == "xlsx":
        first_row, later_row = (workbook(tmp_path, [*cells]) for cells in ([first, str(B)], [str(B), first]))
    else:
        first_row = write(tmp_path, "first.txt", f"{first}\n{B}\n".encode())
        later_row = write(tmp_path, "later.txt", f"{B}\n{first}\n".encode())
    found, later = read_numbers(first_row), read_numbers(later_row)
    assert found.keys == later.keys
    assert number is None or number in found.keys.to_array().to_pylist()
    assert found.account == later.account
    assert found.account["rows_read"] == 2
    assert found.refused["note"].to_pylist() == later.refused["note"].to_pylist()
    assert found.refused["row"].to_pylist() == [1] * len(found.refused)
    if len(found.refused):
        with pytest.raises(InputError, match="1 of its rows cannot be read, the first in row 1"):
            read_numbers(first_row, strict=True)


def test_a_first_handset_with_words_is_a_row(tmp_path: Path) -> None:
    path = write(tmp_path, "seized.txt", b"49-015420-323751-8 (seized)\n358967101234560\n")
    found = read_imeis(path)
    assert found.account["rows_read"] == 2
    assert found.refused["row"].to_pylist() + found.keys.to_array().to_pylist() != [35896710123456]


def test_an_imsi_is_no_handset_of_a_list(tmp_path: Path) -> None:
    path = write(tmp_path, "seized.csv", b"imei\n404100123456789\n490154203237518\n")
    found = read_imeis(path)
    listed = found.keys.to_array().to_pylist()
    assert (listed, found.account["refused_rows"]) == ([49015420323751], {"imsi_for_imei": 1})
    path = write(tmp_path, "sims.csv", b"imei\n404100123456789\n404100123456788\n")
    with pytest.raises(InputError, match="these are IMSIs of SIMs: choose the column of the IMEIs"):
        read_imeis(path)


def test_each_list_of_several_keeps_its_first_line(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    for name in ("a.txt", "b.txt"):
        write(tmp_path / "lists", name, b"SBI 9765432187\n98111 22233\n")
    found = read_numbers(tmp_path / "lists")
    assert found.account["rows_read"] == 4
    assert [Path(file).name for file in found.refused["file"].to_pylist()] == ["a.txt", "b.txt"]


@pytest.mark.parametrize("first", ["list 2025", "mobile no. (2025)", "blocked 12/25"])
def test_a_heading_with_few_digits_stays_one(tmp_path: Path, first: str) -> None:
    found = read_numbers(write(tmp_path, "list.txt", f"{first}\n9765432187\n".encode()))
    assert found.account["rows_read"] == 1


@pytest.mark.parametrize(
    "heading",
    ["account_no", "PNR No", "Amount", "UPI ID", "victim mobile", "Not to be blocked", "खाता संख्या", "Aadhaar No."],
)
def test_a_column_of_something_else_is_asked_about(tmp_path: Path, heading: str) -> None:
    path = write(tmp_path, "list.csv", f"{heading}\n9765432187\n".encode())
    with pytest.raises(ColumnError, match="--list-column"):
        read_numbers(path)
    assert len(read_numbers(path, column=heading).keys) == 1
    with pytest.raises(ColumnError, match="--list-column"):
        read_imeis(write(tmp_path, "imeis.csv", f"{heading}\n490154203237518\n".encode()))


@pytest.mark.parametrize(
    "text",
    [
        '"victim\nmobile no.",date\n9765432187,x\n',
        '\ufeff"victim\r\nmobile no."\r\n9765432187\r\n',
        "'victim\nmobile no.',date\n9765432187,x\n",
        'date;"victim\nmobile no."\nx;9765432187\n',
        '"sr\nno","date","victim\n\nmobile no."\n1,x,9765432187\n',
        ",".join(f'"column\n{k}"' for k in range(8)) + ',"victim\nmobile no."\n1,2,3,4,5,6,7,8,9765432187\n',
    ],
)
def test_a_part_of_a_heading_is_no_heading(tmp_path: Path, text: str) -> None:
    with pytest.raises(ColumnError, match="--list-column"):
        read_numbers(write(tmp_path, "list.csv", text.encode()))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_headings_of_groups_of_columns_count(tmp_path: Path, kind: str) -> None:
    def path(*rows: list[str]) -> Path:
        return write_rows(tmp_path / f"list.{kind}", *rows)

    below = ["Name", "Accused Phone", "Name2", "Mobile"], ["a", "9765432187", "b", str(A)]
    mixed = path(["Suspect", "", "Complainant", ""], *below)
    with pytest.raises(ColumnError, match="below the heading 'Complainant'"):
        read_numbers(mixed)
    assert A in read_numbers(mixed, column="Mobile").keys
    for above in (["Complainant", "", "Suspect", ""], ["Suspects of this case", "", "", ""]):
        assert A in read_numbers(path(above, *below)).keys
    assert A in read_numbers(path(["", "", "", "2026"], ["Name", "Desk Phone", *below[0][2:]], below[1])).keys


@pytest.mark.parametrize("heading", ["msisdn", "Mobile No.", "blocked", "list", "n", "contact", "Suspect mobile", "x"])
def test_a_column_of_no_other_word_is_taken(tmp_path: Path, heading: str) -> None:
    assert len(read_numbers(write(tmp_path, "list.csv", f"{heading}\n9765432187\n".encode())).keys) == 1


@pytest.mark.parametrize("heading", ["Status", "action_taken", "स्थिति"])
def test_a_column_that_may_say_what_to_do_is_named(
    tmp_path: Path, heading: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, "list.csv", f"mobile,{heading}\n9765432187,held at court\n".encode())
    warnings = read_numbers(path).account["warnings"]
    assert warnings == [f"the column {heading!r} is not read: every row counts"]
    assert run(["lists", "diff", str(path), str(path)]) == 0
    assert warnings[0] in capsys.readouterr().err
    of_ours = write(tmp_path, "ours.csv", b"msisdn,action,status\n9765432187,block,reported\n")
    assert read_numbers(of_ours).account["warnings"] == []


def workbook(tmp_path: Path, cells: list[str]) -> Path:
    import xlsxwriter

    path = tmp_path / f"{'first' if cells[-1] == str(B) else 'later'}.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row, cell in enumerate(cells):
            sheet.write_string(row, 0, cell)
    return path


@pytest.mark.parametrize("heading", ["Request", "status", "Disposition (final)"])
@pytest.mark.parametrize("written", ["release", " Reverify"])
def test_a_column_of_actions_with_another_heading_is_an_error(tmp_path: Path, heading: str, written: str) -> None:
    """The second number is not to be blocked."""
    path = tmp_path / "list.csv"
    path.write_text(f"msisdn,{heading}\n9876543210,block\n9123456789,{written}\n9123456780,\n")
    with pytest.raises(ColumnError, match=r"has the actions of a block list: name it 'action'"):
        numbers_in(path)
    assert list(read_numbers(path, actions=None).keys.to_array().to_pylist()) == [919123456780, B, A]
    path.write_text(f"msisdn,{heading}\n9876543210,block\n9123456789,{written} on bail\n")
    with pytest.raises(ColumnError, match="says in row 3 what is no known yes, and a yes to a block in others"):
        numbers_in(path)


@pytest.mark.parametrize("heading", ["Status", "Action*", "Action (block/release)", "final decision:"])
def test_a_column_that_is_headed_as_actions_may_have_other_words_too(tmp_path: Path, heading: str) -> None:
    """The first number is not to be blocked, whatever the other rows say."""
    path = write(tmp_path, "list.csv", f"msisdn,{heading}\n9876543210,release\n9123456789,held at court\n".encode())
    with pytest.raises(ColumnError, match=r"block list: name it 'action'|in rows 2 and 3 what is no known yes"):
        numbers_in(path)


@pytest.mark.parametrize("heading", ["Action*", "Status:", "(action taken)"])
def test_marks_around_a_heading_do_not_hide_a_column_of_actions(tmp_path: Path, heading: str) -> None:
    path = write(tmp_path, "list.csv", f"msisdn,{heading}\n9876543210,held at court\n".encode())
    assert read_numbers(path).account["warnings"] == [f"the column {heading!r} is not read: every row counts"]


def test_actions_far_below_the_header_and_in_a_dictionary_are_found(tmp_path: Path) -> None:
    many = 600_000
    numbers = pa.array(range(9_800_000_000, 9_800_000_000 + many))
    todo = pa.array(["block"] * (many - 1) + ["release"])
    far, coded = tmp_path / "far.csv", tmp_path / "coded.parquet"
    far.write_text(
        "msisdn,todo\n" + "".join(f"{n},{t}\n" for n, t in zip(numbers.to_pylist(), todo.to_pylist(), strict=True))
    )
    pq.write_table(pa.table({"msisdn": numbers[-2:], "todo": todo[-2:].dictionary_encode()}), coded)
    for path in (far, coded):
        with pytest.raises(ColumnError, match=r"has the actions of a block list: name it 'action'"):
            numbers_in(path)


@pytest.mark.parametrize("header", ["msisdn,,", "msisdn,remarks,remarks"])
def test_columns_of_one_name_beside_the_numbers_are_no_error(tmp_path: Path, header: str) -> None:
    path = write(tmp_path, "list.csv", f"{header}\n9876543210,seen,\n9123456789,,seen\n".encode())
    assert read_numbers(path).account["rows_used"] == 2


def test_a_heading_of_a_group_can_be_taken_out_or_the_column_be_named(tmp_path: Path) -> None:
    titled = b"Cyber PS Rohtak,,1 of 2\nS.No,msisdn,District\n1,9876543210,Rohtak\n"
    path = write(tmp_path, "list.csv", titled)
    with pytest.raises(ColumnError, match="take that heading out of the file, or choose it with column="):
        numbers_in(path)
    assert len(numbers_in(path, column="msisdn")) == 1


@pytest.mark.parametrize("heading", ["Alternate Mobile", "mobile_2", "WhatsApp No", "phone2", "contact"])
def test_a_second_column_of_numbers_is_named(tmp_path: Path, heading: str) -> None:
    path = write(tmp_path, "list.csv", f"mobile,{heading}\n9765432187,9765432188\n".encode())
    reported = read_numbers(path).account["warnings"]
    assert reported == [f"the column {heading!r} may have more of them, and is not read"]
    assert read_numbers(path, column="mobile").account["warnings"] == []


@pytest.mark.parametrize("heading", ["Alternate", "Nodal officer", "Complainant Mobile", "Remarks"])
def test_a_column_with_more_numbers_to_spare_is_named_whatever_its_heading(tmp_path: Path, heading: str) -> None:
    """A second line of a bank stayed on the block list, named only among all columns that were not read."""
    rows = b"SBI,9765432187,9765432188\nPNB,9765432189,\nUCO,9765432190,9765432190\n"
    path = write(tmp_path, "banks.csv", f"Bank,Phone,{heading}\n".encode() + rows)
    reported = read_numbers(path, actions=None).account["warnings"]
    assert reported == [f"the column {heading!r} may have more of them, and is not read"]
    assert read_numbers(path, actions=None, column="Phone").account["warnings"] == []


def test_a_column_with_the_same_numbers_to_spare_is_not_named(tmp_path: Path) -> None:
    path = write(tmp_path, "banks.csv", b"Phone,As read,Since\n97654-32187,9765432187,01/09/2026\n")
    assert read_numbers(path, actions=None).account["warnings"] == []


def test_a_second_column_of_handsets_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "list.csv", b"imei,IMEI 2,mobile\n490154203237518,490154203237526,9765432187\n")
    assert read_imeis(path).account["warnings"] == ["the column 'IMEI 2' may have more of them, and is not read"]


ACTIONS = "msisdn,action\n9876543210, Block \n9123456789,BLOCK\n9800000001,Release\n9800000002,stop\n9800000003,\n"


def test_a_list_without_a_known_action_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, "list.csv", b"msisdn,action\n9876543210,ADD\n9123456789,DELETE\n")
    known = "write block, reverify, release or none"
    with pytest.raises(InputError, match=rf"none of its 2 rows has a known action .*'action' .*{known}"):
        read_numbers(path)
    # A delta without changes has a header alone.
    assert len(read_numbers(write(tmp_path, "list.csv", b"msisdn,action\n")).keys) == 0


def test_placeholders_on_a_list_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path, "list.csv", b"msisdn\n9876543210\n9999999999\n8989898989\n")
    (warning,) = read_numbers(path).account["warnings"]
    assert warning.startswith("2 numbers are placeholders")
    assert not any(map(str.isdigit, warning[1:]))
    assert read_numbers(path, actions=None).account["warnings"] == []
    read_numbers(path).keys.save(tmp_path / "set")
    assert read_numbers(tmp_path / "set").account["warnings"] == [warning]


@pytest.mark.parametrize("heading", ["action\u200b", "\u200faction", "ac\u200btion", "Action\ufeff"])
def test_a_heading_with_marks_that_are_not_seen_is_the_same(tmp_path: Path, heading: str) -> None:
    rows = "9876543210,x,block\n9123456789,y,reverify\n"
    path = write(tmp_path, "list.csv", f"\u200bMobile\u00a0No\u200d,name,{heading}\n{rows}".encode())
    listed = read_numbers(path, actions=("block",))
    assert (listed.keys.to_array().to_pylist(), listed.account["not_data"]) == ([A], {"other_action": 1})


@pytest.mark.parametrize(
    ("actions", "used", "others", "refused"),
    [(("block",), 2, 1, 2), (("release",), 1, 2, 2), (("stop",), 1, 3, 1), (None, 5, 0, 0)],
)
def test_an_action_is_read_in_any_case_and_an_unknown_one_is_refused(
    tmp_path: Path, actions: tuple[str, ...] | None, used: int, others: int, refused: int
) -> None:
    path = write(tmp_path, "list.csv", ACTIONS.encode())
    listed = read_numbers(path, actions=actions)
    account = listed.account
    assert (len(listed.keys), account["rows_used"], account["rows_refused"]) == (used, used, refused)
    assert account["refused_rows"] == ({"unknown_action": refused} if refused else {})
    assert account["not_data"].get("other_action", 0) == others
    if refused:
        with pytest.raises(InputError, match="cannot be read"):
            read_numbers(path, actions=actions, strict=True)
        assert set(listed.refused["row"].to_pylist()) <= {5, 6}


@pytest.mark.parametrize("rows", [b"919877000000\n919812000000", b"9876540000\n9812340000"])
def test_numbers_that_a_spreadsheet_rounded_are_no_list(tmp_path: Path, rows: bytes) -> None:
    """They are well formed, and other subscribers' than those that were meant."""
    others = b"".join(b"\n98765%05d" % k for k in range(1, 18))
    for rest in (b"\n9876543210", others):
        path = write(tmp_path, "list.csv", b"mobile\n" + rows + rest)
        with pytest.raises(InputError, match="2 of its numbers end in zeros, as a spreadsheet rounds them") as refused:
            read_numbers(path)
        assert "9877" not in str(refused.value)
    assert len(read_numbers(write(tmp_path, "one.csv", b"mobile\n" + rows + others + b"\n9876543210")).keys) == 20
