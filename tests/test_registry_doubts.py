"""Numbers of complaints that another cell of the row, or a heading among the rows, puts in doubt."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import numguard as ng

VICTIM, SUSPECT = 9765432187, 9811100002


def added(source: Any, **options: Any) -> tuple[list[int], dict[int, str], list[tuple[int, str]]]:
    """The numbers to block, those that wait and why, and the refused rows of an intake."""
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(source, name="desk", constants={"source": "1930"}, **options)
        listed = registry.block_list().to_table()["msisdn"].to_pylist()
        waits = {row["msisdn"]: row["why"] for row in registry.review().to_pylist()}
        account = intake.account
        not_data = sum(account["not_data"].values())
        assert account["rows_read"] == account["rows_used"] + account["rows_refused"] + not_data
        return listed, waits, list(zip(*(intake.refusals[name].to_pylist() for name in ("row", "note")), strict=True))


def text(folder: Path, *lines: str) -> Path:
    path = folder / "sheet.csv"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


FRAME = pd.DataFrame(
    {
        "Ack No": [20000000000001, None, 20000000000003],
        "Registered Mobile": [VICTIM, None, None],
        "Suspect Mobile": [VICTIM, None, SUSPECT],
        "Amount Lost": [1000000.0, None, 25000000000.0],
        "District": ["Rohtak", None, "Nuh"],
    }
)


def as_lists(table: pa.Table) -> pa.Table:
    cells = [[] if cell is None else [str(int(cell))] for cell in table["Registered Mobile"].to_pylist()]
    return table.set_column(1, "Registered Mobile", pa.array(cells))


def as_text(table: pa.Table, kind: pa.DataType) -> pa.Table:
    """The table with its first three columns as texts of a type."""
    for at in range(3):
        cells = pa.array([None if cell is None else str(int(cell)) for cell in table.column(at).to_pylist()])
        if kind == pa.dictionary(pa.int32(), pa.string()):
            cells = cells.dictionary_encode()
        table = table.set_column(at, table.column_names[at], cells.cast(kind))
    return table


def every_kind(folder: Path) -> list[Any]:
    """One content, as frames and files of each library and format."""
    table = pa.Table.from_pandas(FRAME)
    pq.write_table(table, folder / "sheet.parquet")
    FRAME.to_csv(folder / "sheet.csv", index=False)
    FRAME.to_json(folder / "sheet.json", orient="records")
    FRAME.to_excel(folder / "sheet.xlsx", index=False)
    whole = FRAME.convert_dtypes()
    encoded = FRAME.assign(District=FRAME["District"].astype("category"))
    decimal = table.set_column(1, "Registered Mobile", [[Decimal(VICTIM), None, None]])
    texts = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
    return [
        *(folder / f"sheet.{ending}" for ending in ("parquet", "csv", "json", "xlsx")),
        FRAME, whole, encoded, pl.from_pandas(FRAME), pl.from_pandas(encoded), table, decimal, as_lists(table),
        *(as_text(table, kind) for kind in texts), pl.from_arrow(as_text(table, pa.string())),
    ]  # fmt: skip


def test_one_content_gives_one_answer(tmp_path: Path) -> None:
    """The number of an unread column waits, and identifiers and sums are whole, whatever their type."""
    for source in every_kind(tmp_path):
        with ng.Registry(by="HC 1234") as registry:
            intake = registry.add_complaints(source, name="desk", constants={"source": "1930"})
            kind = f"{type(source)} {getattr(source, 'suffix', '')}"
            assert registry.block_list().to_table()["msisdn"].to_pylist() == [919811100002], kind
            assert [row["why"] for row in registry.review().to_pylist()] == ["in_unread_column"], kind
            lost = {sum_ for sum_ in registry.action_taken()["amount_lost"].to_pylist() if sum_}
            assert lost == {Decimal(1000000), Decimal(25000000000)}, kind
            assert (intake.added, intake.refused) in {(2, 0), (2, 1)}, kind
            history = registry.history(SUSPECT).to_pylist()
            assert any("20000000000003" in str(row) for row in history), kind


def texts(*cells: str) -> pa.Array[Any]:
    return pa.array(cells, pa.string())


#: Two texts in types as rarer programs write them; older ones write every text of a Parquet file as bytes.
RARE: dict[str, Callable[..., Any]] = {
    "bytes": lambda *cells: texts(*cells).cast(pa.binary()),
    "large bytes": lambda *cells: texts(*cells).cast(pa.large_binary()),
    "lists of encoded texts": lambda *cells: pa.ListArray.from_arrays([0, 1, 2], texts(*cells).dictionary_encode()),
    "lists of views": lambda *cells: pa.array([[cell] for cell in cells], pa.list_(pa.string_view())),
    "views of lists": lambda *cells: pa.array([[cell] for cell in cells], pa.list_view(pa.string())),
    "lists of one": lambda *cells: pa.array([[cell] for cell in cells], pa.list_(pa.string(), 1)),
    "runs": lambda *cells: pa.RunEndEncodedArray.from_arrays([1, 2], texts(*cells)),
}  # fmt: skip
NESTED: dict[str, Callable[..., Any]] = {
    "structures": lambda *cells: pa.array([{"text": cell} for cell in cells]),
    "lists of structures": lambda *cells: pa.array([[{"text": cell}] for cell in cells]),
    "lists of lists": lambda *cells: pa.array([[[cell]] for cell in cells]),
    "maps": lambda *cells: pa.array([[("text", cell)] for cell in cells], pa.map_(pa.string(), pa.string())),
}
FIGURES: dict[str, Callable[..., Any]] = {
    "a dictionary": lambda *cells: pa.array(list(map(int, cells))).dictionary_encode(),
    "runs of numbers": lambda *cells: pa.RunEndEncodedArray.from_arrays([1, 2], pa.array(list(map(int, cells)))),
}


def with_columns(**columns: Any) -> pa.Table:
    return pa.table({"Ack No": ["1", "2"], **columns})


@pytest.mark.parametrize("kind", [*RARE, *NESTED, *FIGURES])
def test_an_unread_column_of_a_rare_type_is_looked_at(kind: str) -> None:
    """Its number was listed without a doubt, as no such column was looked at."""
    numbers = {**RARE, **NESTED, **FIGURES}[kind](str(VICTIM), "9876501234")
    suspects = {"Suspect Mobile": [str(VICTIM), str(SUSPECT)]}
    assert added(with_columns(**{"Alternate Contact": numbers}, **suspects))[:2] == (
        [919811100002],
        {919765432187: "in_unread_column"},
    )


@pytest.mark.parametrize("kind", [*RARE, "structures"])
def test_words_of_a_rare_type_spare_the_number_beside_them(kind: str) -> None:
    role = {**RARE, **NESTED}[kind]("Victim", "Suspect")
    sheet = with_columns(Role=role, Suspect=[str(VICTIM), str(SUSPECT)])
    listed, waits, _ = added(sheet, mapping={"suspect_mobiles": "Suspect"})
    assert (listed, waits) == ([919811100002], {919765432187: "spared_in_row"})


@pytest.mark.parametrize(
    "answers",
    [pa.array([Decimal("0.00"), Decimal("1.00")]), pa.array([False, True]).dictionary_encode()],
    ids=["decimals", "a dictionary"],
)
def test_answers_of_a_rare_type_spare_the_number_beside_them(answers: Any) -> None:
    sheet = with_columns(**{"Suspect Mobile": [str(VICTIM), str(SUSPECT)], "Is fraud": answers})
    assert added(sheet)[:2] == ([919811100002], {919765432187: "spared_in_row"})


@pytest.mark.parametrize("kind", [*RARE, *FIGURES])
@pytest.mark.parametrize("heading", ["Suspect Mobile", "Complainant Mobile"])
def test_numbers_of_a_rare_type_are_read(kind: str, heading: str) -> None:
    """Some of these types were an error of pyarrow's, with a traceback."""
    numbers = {**RARE, **FIGURES}[kind](str(VICTIM), str(SUSPECT))
    sheet = with_columns(**{heading: numbers})
    if heading == "Suspect Mobile":
        assert added(sheet)[:2] == ([919765432187, 919811100002], {})
    else:
        suspects = {"Suspect Mobile": ["9876501234", str(SUSPECT)]}
        assert added(sheet.append_column("Suspect Mobile", [suspects["Suspect Mobile"]]))[:2] == ([919876501234], {})


def test_numbers_of_structures_wait_or_have_a_heading_of_their_own() -> None:
    numbers = NESTED["lists of structures"](str(VICTIM), str(SUSPECT))
    listed, waits, _ = added(with_columns(**{"Suspect Mobile": numbers}))
    assert (listed, set(waits)) == ([], {919765432187, 919811100002})
    suspect = pa.array([{"Mobile": str(VICTIM)}, {"Mobile": str(SUSPECT)}])
    assert added(with_columns(Suspect=suspect))[:2] == ([919765432187, 919811100002], {})


@pytest.mark.parametrize("heading", ["Customer Details", "Contact details", "ग्राहक विवरण", "Details of caller"])
def test_details_may_be_those_of_a_victim(tmp_path: Path, heading: str) -> None:
    path = text(tmp_path, f"Ack No,{heading},Suspect Mobile", f"1,R Kumar {VICTIM},{VICTIM}")
    assert added(path)[:2] == ([], {919765432187: "in_unread_column"})


@pytest.mark.parametrize("heading", ["Details", "Incident details", "Fraud details in full", "घटना का विवरण"])
def test_details_of_a_case_raise_no_doubt(tmp_path: Path, heading: str) -> None:
    path = text(tmp_path, f"Ack No,{heading},Suspect Mobile", f"1,called by {SUSPECT},{SUSPECT}")
    assert added(path)[:2] == ([919811100002], {})


@pytest.mark.parametrize(
    "cell",
    [
        "Victim",
        "complainant",
        "Victim's number",
        "पीड़ित",
        "Not a suspect",
        "wrong number",
        "Exonerated",
        "reported by mistake",
    ],
)
def test_a_row_that_spares_its_number_waits(tmp_path: Path, cell: str) -> None:
    lines = ["Ack No,Mobile,Role", f"1,{VICTIM},{cell}", f"2,{SUSPECT},Suspect"]
    listed, waits, refused = added(text(tmp_path, *lines), mapping={"suspect_mobiles": "Mobile"})
    assert (listed, waits, refused) == ([919811100002], {919765432187: "spared_in_row"}, [])


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("Reported by", "Victim"),
        ("Complainant type", "Victim"),
        ("Account status", "Released"),
        ("Blocked", "No"),
        ("Is victim", "Yes"),
        ("Released", "Yes"),
        ("Not a suspect", "No"),
    ],
)
def test_what_is_no_statement_about_the_number(tmp_path: Path, heading: str, cell: str) -> None:
    path = text(tmp_path, f"Ack No,Suspect Mobile,{heading}", f"1,{SUSPECT},{cell}")
    assert added(path)[:2] == ([919811100002], {})


@pytest.mark.parametrize("heading", ["Not a suspect", "Wrong number", "False positive", "Do not block"])
@pytest.mark.parametrize("answers", [["Yes", "No"], [True, None], [1, 0]])
def test_a_number_beside_yes_below_a_heading_that_spares_it_waits(heading: str, answers: list[Any]) -> None:
    """It was listed, though the same heading in a cell, or `No` below `Is fraud`, made it wait."""
    sheet = with_columns(**{"Suspect Mobile": [str(VICTIM), str(SUSPECT)], heading: answers})
    assert added(sheet)[:2] == ([919811100002], {919765432187: "spared_in_row"})


@pytest.mark.parametrize(
    "line", ["Numbers of victims,", ",Victims", "Victims:", "S.No,Victim Mobile", ",पीड़ित", ",A/c nos.", "UPI"]
)
def test_below_a_heading_of_victims_or_accounts_nothing_is_read(tmp_path: Path, line: str) -> None:
    path = text(tmp_path, "Ack No,Suspect Mobile", f"1,{SUSPECT}", line, f"2,{VICTIM}", "3,9876501234")
    listed, waits, refused = added(path)
    assert (listed, waits) == ([919811100002], {})
    assert refused == [(row, "another_header") for row in (3, 4, 5)]


@pytest.mark.parametrize(
    ("line", "is_header"),
    [("Ref,PS,Account number", True), ("x,District,UPI IDs", True), ("C-9,Nuh,UPI", False), ("x,y,Account", False)],
)
def test_a_header_whose_column_of_suspects_has_something_else(tmp_path: Path, line: str, *, is_header: bool) -> None:
    """Accounts would be read as numbers; of its headings only one may be known."""
    path = text(tmp_path, "Ack No,Police Station,Suspect Mobile", f"1,Nuh,{SUSPECT}", line, f"2,Nuh,{VICTIM}")
    listed, _, refused = added(path)
    assert (919765432187 in listed) == (not is_header)
    assert [row for row, note in refused if note == "another_header"] == ([3, 4] if is_header else [])


def test_of_several_headings_of_victims_the_first_counts(tmp_path: Path) -> None:
    path = text(
        tmp_path, "Ack No,Suspect Mobile", f"1,{SUSPECT}", ",Victims", f"2,{VICTIM}", ",Victims", "3,9876501234"
    )
    listed, _, refused = added(path)
    assert (listed, refused) == ([919811100002], [(row, "another_header") for row in (3, 4, 5, 6)])


def test_a_record_without_numbers_is_no_heading(tmp_path: Path) -> None:
    path = text(tmp_path, "Ack No,Name,Suspect Mobile,Remarks", "NA,R Kumar,,Victim", "NA,,UPI,x", f"2,A,{SUSPECT},x")
    assert added(path)[0] == [919811100002]


def test_a_mode_of_payment_alone_in_a_row_is_no_heading(tmp_path: Path) -> None:
    """A record of two payments often has a row of its own for the second."""
    path = text(tmp_path, "Ack No,Suspect Mobile,Mode", f"1,{SUSPECT},Card", ",,UPI", f"2,{VICTIM},Bank account")
    assert added(path)[0] == sorted([919811100002, 910000000000 + int(VICTIM)])


@pytest.mark.parametrize(
    "line",
    ["1,Ravi, Kumar,{victim},{suspect},500", "1,Ravi,H No. 5, Rohtak,{victim},{suspect}", "1,Ravi,Rohtak,{victim},5",
     "1,H No. 5, Sector 14,{victim}", "1,Rohtak, 124001,{victim}", "1,Ward 7, Near Gate No 2,{victim}"],
)  # fmt: skip
def test_columns_that_a_comma_has_shifted(tmp_path: Path, line: str) -> None:
    """The count of cells is that of the header, as the last one was left out."""
    headings = "Ack No,Name,Complainant Mobile,Suspect Mobile,Amount,Remarks"
    shifted = line.format(victim=VICTIM, suspect=SUSPECT)
    path = text(tmp_path, headings, shifted + "," * (5 - shifted.count(",")), "2,Asha,9765432180,9811100005,700,x")
    listed, waits, _ = added(path)
    assert listed == [919811100005]
    assert waits in ({919765432187: "shifted"}, {})


@pytest.mark.parametrize(
    "cell", ["", "NA", "not known", "Not Available", "unknown", "same as above", "anonymous", "नहीं", "0", "97654321",
             "XXXXXX1234", "97654-3218 wife", "00", "98765", "1930"]
)  # fmt: skip
def test_an_unknown_complainant_raises_no_doubt(tmp_path: Path, cell: str) -> None:
    path = text(tmp_path, "Ack No,Complainant Mobile,Suspect Mobile", f"1,{cell},{SUSPECT}")
    assert added(path)[:2] == ([919811100002], {})


@pytest.mark.parametrize("heading", ["District", "Police Station", "Category"])
def test_a_mobile_number_is_no_word(tmp_path: Path, heading: str) -> None:
    """A victim's number that a comma had moved was listed, with the suspect's number as the district."""
    path = text(tmp_path, f"Ack No,Suspect Mobile,{heading},Remarks", f"1,{VICTIM},{SUSPECT},", "2,9811100005,Nuh,x")
    assert added(path)[:2] == ([919811100005], {910000000000 + VICTIM: "shifted"})


@pytest.mark.parametrize("cell", [f"{VICTIM}", f"+91 {VICTIM}", f"{VICTIM}.0", f"91{VICTIM}"])
def test_a_mobile_number_is_no_sum(tmp_path: Path, cell: str) -> None:
    path = text(tmp_path, "Ack No,Suspect Mobile,Amount", f"1,{SUSPECT},{cell}", '2,9811100005,"9,76,54,32,187"')
    listed, waits, refused = added(path)
    assert (listed, waits) == ([919811100005], {919811100002: "shifted"})
    assert refused == [(2, "number_for_a_sum")]


def test_a_number_that_a_spreadsheet_rounded_and_wrote_out_waits(tmp_path: Path) -> None:
    """919876543210 is shown as 9.19877E+11, and saved with all its digits it is another subscriber's."""
    path = text(tmp_path, "Ack No,Suspect Mobile", "1,919877000000", "2,9812000000", "3,9876500000", f"4,{SUSPECT}")
    doubts = {919812000000: "rounded", 919877000000: "rounded", 919876500000: "rounded"}
    assert added(path)[:2] == ([919811100002], doubts)
    # Without the country code 9876543210 is shown as 9.87654E+09: four zeros, of a tenth of all numbers.
    path = text(tmp_path, "Ack No,Suspect Mobile", "1,9876540000", "2,9812340000", f"3,{SUSPECT}")
    assert added(path)[:2] == ([919811100002], {919812340000: "rounded", 919876540000: "rounded"})
    more = [f"{k},98765{k:05}" for k in range(11, 40)]
    path = text(tmp_path, "Ack No,Suspect Mobile", "1,9876540000", "2,9812340000", *more)
    assert (len(added(path)[0]), added(path)[1]) == (31, {})
    # One alone may be a subscriber's.
    path = text(tmp_path, "Ack No,Suspect Mobile", "1,919877000000", f"4,{SUSPECT}")
    assert added(path)[:2] == ([919811100002, 919877000000], {})


@pytest.mark.filterwarnings("error")
def test_numbers_of_ten_digits_with_their_country_code_raise_no_warning(tmp_path: Path) -> None:
    path = text(tmp_path, "Ack No,Suspect Mobile", "1,+65 9123 4567", "2,+65 9123 4568")
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(path, constants={"source": "1930"})
        registry.decide(["+65 9123 4567"], "confirmed", "the voice on a recording")
        assert len(registry.numbers()) == 2
        assert registry.block_list().to_table()["msisdn"].to_pylist() == [6591234567]
        registry.export(tmp_path / "list.csv", to="DoT")


def test_a_number_beside_the_type_of_something_else_or_no_fraud_waits(tmp_path: Path) -> None:
    path = text(
        tmp_path,
        "Complaint No,Suspect No,Type,Is fraud,Blocked",
        f"20000000000001,{SUSPECT},Mobile,Yes,No",
        f"20000000000002,{VICTIM},Bank Account,Yes,No",
        f"20000000000003,{VICTIM + 1},Mobile,No,No",
    )
    waits = {910000000000 + VICTIM + more: "spared_in_row" for more in (0, 1)}
    assert added(path) == ([910000000000 + SUSPECT], waits, [])


def test_an_officers_number_below_the_table_is_in_no_complaint(tmp_path: Path) -> None:
    """It was listed, as that of a complaint with the number `Prepared by`."""
    below = ("Prepared by,HC Ram,9811111111", "Contact,,9811111112")
    path = text(tmp_path, "Ack No,Officer,Suspect Mobile", f"20000000000001,,{SUSPECT}", *below)
    refused = [(row, note) for row in (3, 4) for note in ("not_a_number", "no_acknowledgement_no")]
    assert added(path) == ([910000000000 + SUSPECT], {}, refused)


def test_rows_of_a_complaint_with_different_sums_have_none(tmp_path: Path) -> None:
    """A sheet of transactions has a row for each layer: the last one's sum was the complaint's."""
    path = text(
        tmp_path,
        "Ack No,District,Amount,Amount on hold,Suspect Mobile",
        f"20000000000001,Rohtak,5000,,{SUSPECT}",
        "20000000000001,Rohtak,4000,100,9811100003",
        "20000000000001,,,100.00,9811100004",
        "20000000000002,Mewat,700,,9811100005",
        "20000000000002,NUH,Rs 700/-,,9811100006",
    )
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(path, constants={"source": "1930"})
        refused = zip(*(intake.refusals[name].to_pylist() for name in ("row", "column", "note")), strict=True)
        found = {row["district"]: row["amount_lost"] for row in registry.action_taken().to_pylist()}
    assert sorted(refused) == [(row, "amount_lost", "rows_disagree") for row in (2, 3)]
    assert found == {"Rohtak": 0, "Nuh": 700}


@pytest.mark.parametrize("no", ["", "#####", '"20000000000002, 20000000000003"'])
def test_the_complainant_of_a_row_that_is_not_recorded_waits_where_another_row_names_him(
    tmp_path: Path, no: str
) -> None:
    """His number was listed: only recorded complaints protect their complainants."""
    path = text(
        tmp_path,
        "Ack No,Victim Mobile,Suspect Mobile",
        f"{no},{VICTIM},{SUSPECT}",
        f"20000000000004,{VICTIM + 1},{VICTIM}",
        f"20000000000005,{VICTIM + 2},{SUSPECT + 1}",
    )
    listed, waits, _ = added(path)
    assert (listed, waits) == ([910000000000 + SUSPECT + 1], {910000000000 + VICTIM: "complainants_number"})
