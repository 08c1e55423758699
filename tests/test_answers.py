"""Columns of answers and decisions, and folders of victims: no number that is spared there is in a list to act on."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from numguard.cli import run
from numguard.errors import ColumnError
from numguard.number_list import read_numbers
from workbooks import book_of
from zip_files import zipped

NUMBER, OTHER = "9765432187", "9765432188"


def as_files(folder: Path, heading: str, *cells: str) -> list[Path]:
    """A list of two numbers and an answer to each, in several formats."""
    rows = list(zip((NUMBER, OTHER), cells, strict=True))
    (folder / "a.csv").write_text("\n".join([f"mobile,{heading}", *(",".join(row) for row in rows), ""]))
    book_of(("mobile", heading), *rows).save(folder / "a.xlsx")
    pq.write_table(pa.table({"mobile": [NUMBER, OTHER], heading: list(cells)}), folder / "a.parquet")
    return [folder / name for name in ("a.csv", "a.xlsx", "a.parquet")]


@pytest.mark.parametrize(
    "heading",
    [
        "Confirmed", "Confirmed?", "Confirmed (Y/N)", "Is confirmed", "Approved", "Approved for blocking", "Accepted",
        "Recommended", "Recommended for blocking", "Blocking recommended", "Block this number?", "To be blocked",
        "ब्लॉक करें", "क्या ब्लॉक करना है", "संदिग्ध है", "Suspect?",
    ],
)  # fmt: skip
@pytest.mark.parametrize("no", ["No", "N", "FALSE", "NO.", "No - verified", "No, on 12/09/2026", "not", "✗", "नहीं", ""])
def test_a_no_below_what_is_asked_stops_a_list(tmp_path: Path, heading: str, no: str) -> None:
    for path in as_files(tmp_path, heading, "Yes", no.replace(",", ";") if no else no):
        with pytest.raises(ColumnError, match=r"(says|has no answer) in row [23]") as refused:
            read_numbers(path)
        assert OTHER not in str(refused.value)
    for path in as_files(tmp_path, heading, "Yes", "Y"):
        assert len(read_numbers(path).keys) == 2


#: Ranks of the police, and how letters and sheets name them.
RANKS = [
    "SP", "ASP", "Addl. SP", "Inspector", "SI", "ASI", "DSP", "Dy SP", "DySP", "SDPO", "ACP", "ADCP", "DCP", "JCP",
    "Jt. CP", "CP", "DIG", "IG", "IGP", "ADGP", "DGP", "CI", "PI", "SHO", "IO", "Head Constable",
    "Commissioner of Police", "Superintendent of Police", "Deputy Superintendent", "निरीक्षक",
]  # fmt: skip


@pytest.mark.parametrize("rank", RANKS)
def test_an_officer_of_any_rank_answers(tmp_path: Path, rank: str) -> None:
    for heading, no in ((f"Approved by {rank}", "No"), (f"Approved by {rank}", ""), ("To be blocked", f"No {rank}")):
        for path in as_files(tmp_path, heading, "Yes", no):
            with pytest.raises(ColumnError, match=r"(says|has no answer) in row [23]"):
                read_numbers(path)
    for heading, yes in (("To be blocked", f"Yes {rank}"), ("Approved", f"Approved by {rank}")):
        for path in as_files(tmp_path, heading, "Yes", yes):
            assert len(read_numbers(path).keys) == 2


@pytest.mark.parametrize("heading", ["Approved", "Confirmed (Y/N)", "IO approval", "Approved by SP", "Recommendation"])
@pytest.mark.parametrize(
    "no", ["Not approved", "Rejected", "rejected by IO", "Refused by SP", "Denied", "No", "Not confirmed", "not yet"]
)
def test_what_an_officer_answers_in_words(tmp_path: Path, heading: str, no: str) -> None:
    for path in as_files(tmp_path, heading, "Yes", no):
        with pytest.raises(ColumnError, match=r"says in row [23]"):
            read_numbers(path)
    for path in as_files(tmp_path, heading, "Yes", "No objection"):
        assert len(read_numbers(path).keys) == 2


def test_answers_as_booleans(tmp_path: Path) -> None:
    for answers, what in (([True, None], "has no answer in row 2"), ([True, False], "says in row 2")):
        pq.write_table(pa.table({"mobile": [NUMBER, OTHER], "Confirmed": answers}), tmp_path / "a.parquet")
        with pytest.raises(ColumnError, match=what):
            read_numbers(tmp_path / "a.parquet")
    pq.write_table(pa.table({"mobile": [NUMBER, OTHER], "Confirmed": [True, True]}), tmp_path / "a.parquet")
    assert len(read_numbers(tmp_path / "a.parquet").keys) == 2


@pytest.mark.parametrize("first", [("", ""), ("Yes", "Yes")])
def test_an_empty_answer_is_none_wherever_a_yes_is(tmp_path: Path, first: tuple[str, str]) -> None:
    second = ("Yes", "Y") if not any(first) else ("", "")
    for begin, name, answers in ((10, "a.csv", first), (20, "b.csv", second)):
        rows = "".join(f"98765432{n},{answer},x\n" for n, answer in enumerate(answers, begin))
        (tmp_path / name).write_text(f"mobile,Confirmed,c\n{rows}")
    with pytest.raises(ColumnError, match=r"has no answer in rows 2 and 3, and a yes in others"):
        read_numbers(tmp_path)
    (tmp_path / "b.csv").unlink()
    (tmp_path / "a.csv").write_text("mobile,Confirmed,c\n9876543210,,x\n9876543211,,x\n")
    assert len(read_numbers(tmp_path).keys) == 2


@pytest.mark.parametrize(
    "heading",
    [
        "Decision",
        "IO decision",
        "Final status",
        "Approval status",
        "Decision of SHO",
        "Status",
        "Request status",
        "Application status",
    ],
)
@pytest.mark.parametrize("word", ["Rejected", "Not confirmed", "not recommended", "On hold"])
def test_a_decision_against_a_number_stops_a_list(tmp_path: Path, heading: str, word: str) -> None:
    for path in as_files(tmp_path, heading, "Approved", word):
        with pytest.raises(
            ColumnError, match=r"says in row [23] (what is no known yes|that the number was decided against)"
        ):
            read_numbers(path)


@pytest.mark.parametrize("heading", ["Refund status", "Bail status", "Action on account", "Verification status"])
def test_a_decision_about_something_else_does_not(tmp_path: Path, heading: str) -> None:
    for path in as_files(tmp_path, heading, "Approved", "Rejected"):
        assert len(read_numbers(path).keys) == 2


@pytest.mark.parametrize("remark", ["belongs to complainant", "Victim's brother", "wife of the complainant"])
def test_a_remark_that_a_number_is_a_victims_stops_a_list(tmp_path: Path, remark: str) -> None:
    for path in as_files(tmp_path, "Remarks", "caller", remark):
        with pytest.raises(ColumnError, match="is a victim's"):
            read_numbers(path)


@pytest.mark.parametrize(
    ("cells", "is_named"),
    [(("Yes", "no"), True), (("N", "N"), False), (("Y", "yes"), False), (("N", "Nuh"), False), (("0", "0"), False)],
)
def test_a_column_of_yes_and_no_that_is_not_known_is_named(
    cells: tuple[str, str], is_named: bool, tmp_path: Path
) -> None:
    for path in as_files(tmp_path, "KYC", *cells):
        warnings = read_numbers(path).account["warnings"]
        assert (
            any("the column 'KYC' has yes and no and is not read: every row counts" in one for one in warnings)
            is is_named
        )


def test_a_decision_names_the_row_and_records_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = as_files(tmp_path, "Confirmed", "Yes", "No")[0]
    (tmp_path / "c.csv").write_text(f"Acknowledgement No,Source,Suspect Mobile\n20000000000001,1930,{NUMBER}\n")
    case = ["--registry", str(tmp_path / "c.db"), "--by", "HC 1234"]
    assert run(["complaints", "add", str(tmp_path / "c.csv"), *case]) == 0
    assert run(["decide", "confirmed", "--numbers", str(path), "--reason", "checked", *case]) == 3
    assert "the column 'Confirmed' says in row 3" in capfd.readouterr().err
    assert run(["history", NUMBER, "--registry", str(tmp_path / "c.db")]) == 0
    assert "confirmed" not in capfd.readouterr().out


@pytest.mark.parametrize("folder", ["complainants", "x/Do not block", "Reactivated", "victims/2026"])
def test_a_folder_of_other_numbers_stops_a_list(folder: str, tmp_path: Path) -> None:
    files = {"suspects/a.csv": f"mobile\n{NUMBER}\n", f"{folder}/b.csv": f"mobile\n{OTHER}\n"}
    (tmp_path / "lists.zip").write_bytes(zipped(files))
    for name, content in files.items():
        (tmp_path / "lists" / name).parent.mkdir(parents=True)
        (tmp_path / "lists" / name).write_text(content)
    for path in ("lists.zip", "lists", "lists/**/*.csv"):
        with pytest.raises(ColumnError, match=r"b\.csv: is named as"):
            read_numbers(tmp_path / path)
    # What the caller names is meant.
    assert len(read_numbers(tmp_path / "lists" / folder).keys) == 1
    assert len(read_numbers(tmp_path / "lists" / folder / "b.csv").keys) == 1


def test_the_name_of_a_workbook_counts_beside_those_of_its_sheets(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    book_of(["mobile"], [OTHER]).save(tmp_path / "lists" / "complainants.xlsx")
    with pytest.raises(ColumnError, match="is named as the numbers of victims"):
        read_numbers(tmp_path / "lists")


@pytest.mark.parametrize(
    "name",
    [
        "Victim Ram Kumar case/suspect numbers.csv", "FIR 12 complainant Ram Kumar/list.csv",
        "Women victim cell/list.csv", "victims/suspects.csv",
    ],
)  # fmt: skip
def test_a_folder_of_a_case_is_no_list_of_victims(name: str, tmp_path: Path) -> None:
    (tmp_path / "lists" / name).parent.mkdir(parents=True)
    (tmp_path / "lists" / name).write_text(f"mobile\n{NUMBER}\n")
    assert len(read_numbers(tmp_path / "lists").keys) == 1


def test_a_folder_below_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "lists" / "victims").mkdir(parents=True)
    (tmp_path / "lists" / "victims" / "b.csv").write_text(f"mobile\n{NUMBER}\n")
    for path in ("~/lists", "~/lists/*/*.csv"):
        with pytest.raises(ColumnError, match=r"b\.csv: is named as"):
            read_numbers(path)


def test_a_number_that_is_not_blocked_stops_a_list(tmp_path: Path) -> None:
    """Whether it still is to be, or is not to be, nothing shows."""
    for path in as_files(tmp_path, "Blocked (Y/N)", "Y", "N"):
        with pytest.raises(
            ColumnError, match=r"says in row [23] that the number is .*, is not blocked, not to be blocked, or"
        ):
            read_numbers(path)
