"""Columns of decisions over the rows and parts of a list: what is compared, what errors name, what a user answers."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from numguard import NumberSet
from numguard.cli import run
from numguard.errors import ArgumentError, ColumnError
from numguard.number_list import read_imeis, read_numbers
from test_decisions import NUMBERS, OTHER, decided, sheet
from workbooks import book_of


def test_beside_a_column_of_actions(tmp_path: Path) -> None:
    """A list that was exported, with an officer's decisions: each of the rows to block counts."""
    path = sheet(tmp_path, "To be blocked", "Yes", "No", more=",block")
    for read in (read_numbers, decided):
        with pytest.raises(ColumnError, match=OTHER.format(3)):
            read(path)
    # What a yes to a release is, nothing says.
    assert len(read_numbers(path, actions=("release",)).keys) == 0
    path.write_text(path.read_text().replace('"No",block', '"No",release'))
    for read in (read_numbers, decided):
        assert len(read(path).keys) == 1
    assert len(read_numbers(path, actions=("block", "release")).keys) == 2


def test_the_first_rows_are_named(tmp_path: Path) -> None:
    with pytest.raises(ColumnError, match=r"in rows 2, 4 and 5 what is no known yes"):
        read_numbers(sheet(tmp_path, "Decision", "Hold", "Yes", "No", "Hold"))
    with pytest.raises(ColumnError, match=r"in rows 2, 3, 4, 5, 6 and 2 more what is no known yes"):
        read_numbers(sheet(tmp_path, "Decision", *["Hold"] * 7, "Yes"))
    with pytest.raises(ColumnError, match=r"has no answer in rows 3 and 4, and a yes"):
        read_numbers(sheet(tmp_path, "Decision", "Yes", "", "-"))


def test_a_name_on_ten_rows_of_many_is_no_exception(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    officers = ["SP Nuh"] * 50 + ["SP Palwal"] * 10 + ["SP Jind"] * 9
    for rows, message in ((officers[:60], None), (officers, r"in rows 62, .* is a name if its text is on 10 rows, or")):
        lines = [f"{NUMBERS[0][:8]}{n:02},{officer}" for n, officer in enumerate(rows)]
        path.write_text("\n".join(["msisdn,Approved by", *lines]))
        if message is None:
            assert len(read_numbers(path).keys) == 60
        else:
            with pytest.raises(ColumnError, match=message):
                read_numbers(path)
    assert len(read_numbers(path, yes=["SP Jind"]).keys) == 69


def test_what_the_user_says_is_a_yes(tmp_path: Path) -> None:
    path = sheet(tmp_path, "SP approval", "On file", "yes", " on FILE")
    with pytest.raises(ColumnError, match=r"rows 2 and 4 .* with --yes \(yes=\)"):
        read_numbers(path)
    assert len(read_numbers(path, yes=["on file"]).keys) == 3
    with pytest.raises(ArgumentError, match="is text 2 of 2"):
        read_numbers(path, yes=["on file", "on fil"])
    # A saved set has no columns.
    NumberSet(NUMBERS).save(tmp_path / "set")
    with pytest.raises(ArgumentError, match="is text 1 of 1"):
        read_numbers(tmp_path / "set", yes=["on file"])
    for wrong in ("on file", [" - "], (text for text in ["on file"]), None):
        with pytest.raises(ArgumentError, match="takes a list of texts"):
            read_numbers(path, yes=wrong)
    # It is no answer of a remark, nor of what spares a number.
    for cells in (("calls", "calls", "hold"), ("Block", "Block", "Victim")):
        with pytest.raises(ColumnError):
            read_numbers(sheet(tmp_path, "Remarks", *cells), yes=["hold", "victim"])


def test_all_columns_that_stop_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    headings = ("Decision", "SP order", "Court order", "Remarks of SP", "Verdict")
    path.write_text(
        "\n".join([f"msisdn,{','.join(headings)}", f"{NUMBERS[0]},Yes,,No,Block,x", f"{NUMBERS[1]},No,Yes,No,x,Yes"])
    )
    with pytest.raises(
        ColumnError, match=r"'Decision' says in row 3 .*; the column 'SP order' has no .* and 2 more columns: "
    ) as found:
        read_numbers(path)
    assert "'Verdict'" not in str(found.value)


def test_of_a_column_of_prose_few_texts_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr("numguard.number_list.decisions.is_for", lambda text, *_: bool(seen.append(text)))
    numbers = pa.array([f"9765{n:06d}" for n in range(20_000)])
    remarks = pa.array([f"calls {n}" for n in range(19_999)] + ["Not approved"])
    pq.write_table(pa.table({"msisdn": numbers, "Remarks": remarks}), tmp_path / "a.parquet")
    with pytest.raises(ColumnError, match="'Remarks' says in row 20000 that a number is not meant"):
        read_numbers(tmp_path / "a.parquet")
    assert len(seen) < 200


def test_a_sheet_of_waiting_numbers_that_is_not_filled(tmp_path: Path) -> None:
    path = sheet(tmp_path, "decision", "", "")
    assert len(decided(path).keys) == 2
    path.write_text(path.read_text().replace("msisdn,", "why,waits_since,msisdn,").replace("\n97", "\n,,97"))
    for read in (read_numbers, decided):
        with pytest.raises(ColumnError, match=r"is blank: fill it in and take it with review --take"):
            read(path)


@pytest.mark.parametrize("cell", ["", "Pending", "To be verified", "Customer genuine"])
def test_the_parts_of_a_list_are_compared_with_each_other(cell: str, tmp_path: Path) -> None:
    """A ditto in the first row of a part repeats nothing of the part before."""
    sheet(tmp_path, "Decision", "Yes", "Yes").rename(tmp_path / "1.csv")
    sheet(tmp_path, "SP Decision", "Block", "Blocked").rename(tmp_path / "2.csv")
    # Numbers of one file that are in the other too are one.
    listed = decided(tmp_path)
    assert (len(listed.keys), listed.account["rows_used"], listed.account["warnings"]) == (2, 4, [])
    sheet(tmp_path, "SP Decision", cell or "-do-", cell).rename(tmp_path / "2.csv")
    with pytest.raises(ColumnError, match=r"2\.csv: the column 'SP Decision' " + OTHER.format(2)):
        decided(tmp_path)


def test_a_ditto_below_a_row_that_does_not_count(tmp_path: Path) -> None:
    path = sheet(tmp_path, "Decision", "Yes", "No", "-do-", more=",block")
    path.write_text(path.read_text().replace('"No",block', '"No",release'))
    with pytest.raises(ColumnError, match=OTHER.format(4)):
        decided(path)


def test_a_column_that_is_compared_is_not_named_as_unread(tmp_path: Path) -> None:
    path = sheet(tmp_path, "Decision", "Yes", "Yes", more=",block")
    assert "not_read" not in decided(path).account
    assert list(read_numbers(path, actions=("release",)).account["not_read"].values()) == [["Decision"]]
    account = read_numbers(sheet(tmp_path, "Decision", "Yes", "Yes")).account
    assert ("not_read" in account, account["warnings"]) == (False, [])


def test_many_answers_are_not_all_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a column without agreement no text behind the first that differs is looked at."""
    seen: list[str] = []
    monkeypatch.setattr("numguard.number_list.decisions.is_for", lambda text, *_: bool(seen.append(text)))
    numbers = pa.array([f"9765{n:06d}" for n in range(300_000)])

    def write(form: str) -> None:
        cells = pa.array([form.format(n) for n in range(300_000)])
        pq.write_table(pa.table({"msisdn": numbers, "Decision": cells}), tmp_path / "a.parquet")

    write("Block {}")
    with pytest.raises(ColumnError, match="says in rows 1, 2, 3, 4, 5 and 96 more what is no known yes"):
        decided(tmp_path / "a.parquet")
    assert len(seen) < 200
    monkeypatch.undo()
    write("Block - FIR {}")
    with pytest.raises(ColumnError, match="row 10001 and above more than 10,000 texts, which are not all compared"):
        decided(tmp_path / "a.parquet")


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
    with pytest.raises(ColumnError, match=OTHER.format(3)):
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
    rows = zip(NUMBERS, ["x"] * 3, ["accepted", "pending", None], strict=False)
    book_of(["msisdn", "why", "decision"], *rows).save(tmp_path / "f.xlsx")
    assert run(["decide", "accepted", "--numbers", str(tmp_path / "f.xlsx"), "--reason", "x", *case]) == 3
    assert "says in row 3 what is no known yes to 'accepted'" in capfd.readouterr().err
    assert run(["history", NUMBERS[0], *registry]) == 0
    assert "accepted" not in capfd.readouterr().out


@pytest.mark.parametrize("heading", ["Remarks", "Findings"])
@pytest.mark.parametrize("batches", [1, 2])
def test_a_ditto_below_a_refusal_is_refused_too(heading: str, batches: int, tmp_path: Path) -> None:
    texts = ["calls", "Not approved", "-do-", "ditto", "calls", "-do-"]
    table = pa.table({"msisdn": NUMBERS[: len(texts)], heading: texts})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=len(texts) // batches)
    with pytest.raises(ColumnError, match="says in rows 2, 3 and 4 that a number"):
        read_numbers(tmp_path / "a.parquet")


@pytest.mark.parametrize(
    "line",
    ["Not approved numbers:", "Numbers on hold", "Approval pending", "अस्वीकृत नंबर", "Rejected list", "रद्द सूची"],
)
def test_a_line_or_a_title_refuses_the_numbers_below(line: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for lines in (
        [line, "msisdn,PS", f"{NUMBERS[0]},Nuh"],
        ["msisdn,PS", f"{NUMBERS[0]},Nuh", line, f"{NUMBERS[1]},Nuh"],
    ):
        path.write_text("\n".join(lines))
        with pytest.raises(ColumnError, match="not to be listed"):
            read_numbers(path)
