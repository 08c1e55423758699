"""Notes below and among the rows of a sheet that say that numbers are not meant, and lines that say nothing of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import numguard as ng
from numguard.errors import ColumnError
from numguard.number_list import read_numbers
from workbooks import book_of

A, B = 919876543210, 919812345678

#: Lines of honest sheets, which stop nothing.
HARMLESS = [
    "Total", "Total: 2", "Signature", "Signature of SHO", "Prepared by HC 1234", "Prepared by: HC Ram Kumar",
    "Note: dates are dd/mm/yyyy", "Page 1 of 2", "SHO Sadar", "Checked and found correct", "Approved by SP",
    "Note: the above numbers are to be blocked urgently", "Inspector, PS Sadar", "Date: 05-06-2026", "End of list",
    "Forwarded to nodal officer for blocking", "Nodal Officer", "Note: amounts are in rupees", "For information please",
]  # fmt: skip


def written(path: Path, rows: list[list[str]]) -> Path:
    """A sheet as a workbook, or as a text in which a line alone has one field."""
    if path.suffix == ".xlsx":
        book_of(*rows).save(path)
    else:
        path.write_text("".join(",".join(f'"{cell}"' if row[1:] else cell for cell in row) + "\n" for row in rows))
    return path


def at(place: int, text: str, width: int) -> list[str]:
    return ["" if other != place else text for other in range(width)]


REVIEW = ["msisdn", "why", "decision", "reason"]


def taken(
    folder: Path, *lines: list[str], between: list[str] | None = None, kind: str = "csv"
) -> tuple[int, list[Any]]:
    """How many of two accepted numbers a sheet of decisions accepts, and the row, cell and note of its refusals."""
    rows = [REVIEW, [str(A), "unlisted_words", "accepted", "called"], [str(B), "unlisted_words", "accepted", "called"]]
    if between:
        rows.insert(2, between)
    complaints = written(
        folder / "complaints.csv",
        [["acknowledgement_no", "source", "suspect_mobiles"],
         ["20000000000001", "1930", "Ravi 98765 43210"], ["20000000000002", "1930", "Ravi 98123 45678"]],
    )  # fmt: skip
    sheet = written(folder / f"review.{kind}", [*rows, *lines])
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(complaints)
        done = registry.take_review(sheet)
        # Every line is there: two of numbers, and those that are refused or known to be no data.
        counted = done.accepted + done.account["rows_refused"] + sum(done.account["not_data"].values())
        assert counted == len(rows) - 1 + len(lines)
        return done.accepted, [(one["row"], one["cell"], one["note"]) for one in done.refusals.to_pylist()]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("place", "text"),
    [
        (0, "Note: Sr. No. 1 is not to be blocked"),
        (0, "The above numbers are not to be blocked"),
        (0, "9812345678 not to be accepted, it is the victim's"),
        (0, "Sr. No. 2 is victim's number"),
        (1, "Do not accept row 2 - victim's own number"),
        (2, "Not accepted"),
        (3, "Not approved by SP"),
        (3, "not to be blocked: 9812345678"),
        (3, "Sr. Nos. 1 & 2 on hold"),
    ],
)
def test_a_note_below_a_sheet_of_decisions_opposes_its_rows(tmp_path: Path, place: int, text: str, kind: str) -> None:
    accepted, refused = taken(tmp_path, at(place, text, 4), kind=kind)
    assert accepted == 0
    assert refused[:2] == [(2, text, "contradicted_in_row"), (3, text, "contradicted_in_row")]
    assert refused[2][0] == 4


@pytest.mark.parametrize("text", ["The above numbers are not to be blocked", "Sr. No. 2 is a wrong number"])
def test_a_note_that_is_no_row_of_cells_opposes_them_too(tmp_path: Path, text: str) -> None:
    accepted, refused = taken(tmp_path, [text])
    assert (accepted, refused[2]) == (0, (4, text, "too_few_fields"))


def test_a_heading_among_the_reasons_opposes_what_is_below(tmp_path: Path) -> None:
    text = "B. Following numbers not to be blocked"
    accepted, refused = taken(tmp_path, between=["", "", "", text])
    assert (accepted, refused) == (1, [(3, text, "empty"), (4, text, "contradicted_in_row")])


def test_a_note_among_the_rows_that_names_one_opposes_all(tmp_path: Path) -> None:
    accepted, _ = taken(tmp_path, between=["Note: Sr. No. 1 is not to be blocked", "", "", ""])
    assert accepted == 0


@pytest.mark.parametrize("text", HARMLESS)
@pytest.mark.parametrize("place", [0, 3])
def test_a_harmless_line_opposes_no_decision_and_is_counted(tmp_path: Path, text: str, place: int) -> None:
    accepted, refused = taken(tmp_path, at(place, text, 4))
    assert accepted == 2
    assert not refused or [(row, cell) for row, cell, _ in refused] == [(4, text)]


ANSWERS = ["Mobile", "Status", "Date", "Remarks"]


def answered(folder: Path, *lines: list[str], between: list[str] | None = None, kind: str = "csv") -> tuple[int, Any]:
    """How many of two blocks a sheet of outcomes has, and the refusals by row."""
    rows = [ANSWERS, ["9876543210", "Blocked", "05-06-2026", ""], ["9812345678", "Blocked", "05-06-2026", ""]]
    if between:
        rows.insert(2, between)
    complaints = written(
        folder / "complaints.csv",
        [["acknowledgement_no", "source", "suspect_mobiles"],
         ["20000000000001", "1930", "98765 43210"], ["20000000000002", "1930", "98123 45678"]],
    )  # fmt: skip
    sheet = written(folder / f"answers.{kind}", [*rows, *lines])
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(complaints)
        done = registry.record_outcomes(sheet)
        return done.added, dict(zip(*(done.refusals[name].to_pylist() for name in ("row", "note")), strict=True))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("place", "text"),
    [
        (1, "The above numbers could not be blocked"),
        (0, "Note: Sr No 2 was not blocked"),
        (0, "The above numbers are not to be blocked"),
        (3, "Sr. No. 1 restored on 06-06-2026"),
        (3, "Above numbers could not be blocked"),
    ],
)
def test_a_note_below_answers_contradicts_them(tmp_path: Path, place: int, text: str, kind: str) -> None:
    recorded, refused = answered(tmp_path, at(place, text, 4), kind=kind)
    assert (recorded, refused[2], refused[3]) == (0, "contradicted_in_row", "contradicted_in_row")
    assert 4 in refused


def test_a_note_among_answers_that_is_not_split_contradicts_all(tmp_path: Path) -> None:
    assert answered(tmp_path, between=["Note: Sr No 1 could not be blocked"])[0] == 0


@pytest.mark.parametrize(
    "text",
    [*HARMLESS, "Blocked: 2, not blocked: 0", "All numbers blocked", "Note: not to be unblocked without our letter"],
)
@pytest.mark.parametrize("place", [0, 3])
def test_a_harmless_line_contradicts_no_answer(tmp_path: Path, text: str, place: int) -> None:
    recorded, refused = answered(tmp_path, at(place, text, 4))
    assert (recorded, {*refused} <= {4}) == (2, True)


@pytest.mark.parametrize("word", ["Not blocked", "Reactivated"])
def test_an_answer_whose_number_is_missing_is_no_note(tmp_path: Path, word: str) -> None:
    assert answered(tmp_path, at(1, word, 4)) == (2, {4: "empty"})


COMPLAINTS = ["S.No.", "acknowledgement_no", "source", "suspect_mobiles", "District", "Remarks"]


def complained(
    folder: Path, *lines: list[str], between: list[str] | None = None, kind: str = "csv"
) -> tuple[list[int], dict[int, str], dict[int, list[str]]]:
    """What a sheet of two complaints lists, what waits and why, and the refused cells by row."""
    rows = [
        COMPLAINTS,
        ["1", "20000000000001", "1930", "98765 43210", "Nuh", ""],
        ["2", "20000000000002", "1930", "98123 45678", "Nuh", ""],
    ]
    if between:
        rows.insert(2, between)
    with ng.Registry(by="HC 1234") as registry:
        done = registry.add_complaints(written(folder / f"complaints.{kind}", [*rows, *lines]))
        waiting = dict(zip(*(done.waiting[name].to_pylist() for name in ("msisdn", "why")), strict=True))
        refused: dict[int, list[str]] = {}
        for one in done.refusals.to_pylist():
            refused.setdefault(one["row"], []).append(one["cell"] or "")
        listed: list[Any] = registry.block_list().to_table()["msisdn"].to_pylist()
        return sorted(listed), waiting, refused


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("place", "text"),
    [
        (0, "Note: Sr. No. 2 is not to be blocked"),
        (0, "Note: Sr. No. 2 is a false complaint"),
        (0, "Note: Sr. No. 2 withdrawn by the complainant"),
        (1, "Sr. No. 2 is complainant's own number"),
        (3, "Above numbers are not to be blocked"),
        (5, "The above complaints were found false"),
        (0, "* S.No. 2 & 1 are family members of victim"),
        (0, "क्रम संख्या 2 का नंबर गलत है"),
        (0, "Sr. No. 2 friend's number"),
        (0, "Sr. No. 2: hospital number"),
        (1, "Sr. No. 2 pls confirm"),
        (0, "Above nos. doubtful"),
        (0, "Draft - not for action"),
        (2, "Test sheet"),
        (0, "Superseded by list dated 3.12.2026"),
        (0, "Data for training purposes"),
        (0, "Suspect numbers except Sr. No. 2"),
        (3, "Kindly ignore this sheet"),
        (0, "For information only"),
    ],
)
def test_numbers_above_a_note_wait_and_the_note_is_shown(tmp_path: Path, place: int, text: str, kind: str) -> None:
    listed, waiting, refused = complained(tmp_path, at(place, text, 6), kind=kind)
    assert (listed, waiting) == ([], dict.fromkeys([A, B], "spared_in_row"))
    assert [cell.strip(",") for cell in refused[4]] == [text]


@pytest.mark.parametrize(
    "text",
    ["Note: Sr. No. 2 is a false complaint", "Note: Sr. Nos. 1, 2 not to be blocked", "Sr. 2 wrong,do not block,,,,"],
)
def test_numbers_above_a_note_that_is_not_split_as_a_row_wait(tmp_path: Path, text: str) -> None:
    listed, waiting, refused = complained(tmp_path, [text])
    assert (listed, set(waiting), refused) == ([], {A, B}, {4: [text]})


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (3, "B) Not to be blocked"),
        (0, "Deleted rows:"),
        (0, "Complaints found false"),
        (3, "Complaints withdrawn"),
        (0, "Following numbers are of witnesses"),
        (0, "Doubtful"),
        (3, "To be verified"),
        (0, "Surrendered SIMs"),
        (0, "Rejcted"),
    ],
)
def test_rows_below_such_a_heading_are_refused(tmp_path: Path, place: int, text: str) -> None:
    listed, waiting, refused = complained(tmp_path, between=at(place, text, 6))
    assert (listed, waiting, [*refused]) == ([A], {}, [3, 4])


#: Notes of who sends a sheet on.
FORWARDING = [
    "The above numbers are forwarded to DoT for necessary action",
    "Sr. Nos. 1 to 2 are numbers of the same accused",
    "उपरोक्त नंबर ब्लॉक करने की कृपा करें",
    "For information and necessary action",
    "Helpline 1930",
]


@pytest.mark.parametrize(
    "text", [*HARMLESS, "Total complaints: 2", "Complaints of May 2026", "Complainant", *FORWARDING]
)
@pytest.mark.parametrize("place", [0, 1, 3, 5])
def test_a_harmless_line_lets_complaints_be_listed(tmp_path: Path, text: str, place: int) -> None:
    listed, waiting, _ = complained(tmp_path, at(place, text, 6))
    assert (listed, waiting) == ([B, A], {})


@pytest.mark.parametrize(
    "remark",
    [
        "Number reallotted to new subscriber on 01.05.2026",
        "old subscriber; number since recycled",
        "Number of victim not suspect",
        "mistake - pl ignore",
    ],
)
def test_a_remark_that_a_blocked_number_has_another_subscriber_contradicts_it(tmp_path: Path, remark: str) -> None:
    recorded, refused = answered(tmp_path, ["9812345678", "Blocked", "05-06-2026", remark])
    assert (recorded, refused) == (2, {4: "contradicted_in_row"})


def test_that_a_number_is_not_recycled_yet_contradicts_nothing(tmp_path: Path) -> None:
    assert answered(tmp_path, between=["9876543210", "Blocked", "05-06-2026", "Number not yet recycled"])[1] == {}


OWN = ["Own number", "Self", "Family", "Wife's phone", "Deepak (brother)", "Not suspects", "Helplines", "गलत"]


@pytest.mark.parametrize("heading", OWN)
@pytest.mark.parametrize("header", ["mobile\n", "mobile,name\n", "serial,name,mobile,place\n"])
def test_a_heading_of_own_or_other_numbers_among_the_rows(tmp_path: Path, header: str, heading: str) -> None:
    path = tmp_path / "a.csv"
    before, behind = header.rstrip().split("mobile")
    numbers = [f"{',' * before.count(',')}{number}{',' * behind.count(',')}\n" for number in (9876543210, 9812345678)]
    line = heading + "," * header.count(",") + "\n"
    path.write_text(f"{header}{numbers[0]}{line}{numbers[1]}")
    with pytest.raises(ColumnError, match=r"row 3 is a heading of numbers that are not to be listed"):
        read_numbers(path)
    path.write_text(f"{header}{''.join(numbers)}{line}")
    assert len(read_numbers(path).keys) == 2


@pytest.mark.parametrize("heading", ["PS Cyber East", "PS New Friends Colony", "Second lot", "Bank contacts"])
def test_another_text_alone_above_numbers_is_named(tmp_path: Path, heading: str) -> None:
    """A sheet that is grouped by station counts; what else such a text may say is for the reader to see."""
    path = tmp_path / "a.csv"
    path.write_text(f"mobile,name\n9876543210,a\n{heading},\n9812345678,b\nTotal,\nPage 1 of 2,\n")
    found = read_numbers(path)
    assert len(found.keys) == 2
    (warning,) = found.account["warnings"]
    assert warning.startswith(f"row 3 of {path} is a text alone; the numbers below count")
    path.write_text(f"mobile,name\n{heading},\n9876543210,a\n{heading},\n9812345678,b\n{heading},\n")
    (warning,) = read_numbers(path).account["warnings"]
    assert warning.startswith(f"2 rows of {path} are a text alone, the first is 2; ")


@pytest.mark.parametrize("line", [",,call not picked by him", "District: Not known,,"])
def test_what_goes_on_with_a_remark_or_is_not_known_heads_nothing(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"name,mobile,remarks\na,9876543210,x\n{line}\nb,9812345678,y\n")
    found = read_numbers(path)
    assert (len(found.keys), len(found.account["warnings"])) == (2, int(line[0] != ","))
