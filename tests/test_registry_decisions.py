"""A sheet of decisions settles what it shows and nothing else, and what its own rows oppose is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner

import numguard as ng
from numguard.cli import run, verbs
from numguard.errors import InputError, Interrupted
from numguard.registry.events import decisions
from registry_cases import A, B, C, complaint, complaints, listed, status_of
from workbooks import book_of, book_of_sheets

HEADER = ["msisdn", "decision", "reason"]


def shown(registry: ng.Registry, word: str, *without: str) -> pa.Table:
    """The sheet that `review` writes, filled in; without some of its columns."""
    table = registry.review()
    for name, text in (("decision", word), ("reason", "asked")):
        table = table.append_column(name, pa.array([text] * len(table)))
    return table.drop_columns(list(without))


def notes(done: Any) -> list[str]:
    return done.refusals["note"].to_pylist()  # type: ignore[no-any-return]


@pytest.mark.parametrize("without", [(), ("file", "row", "waits_since")])
@pytest.mark.parametrize("decided", ["accepted", "confirmed", "withdrawn", "protected", "reverified"])
def test_a_number_that_waits_no_more_is_refused(registry: ng.Registry, decided: Any, without: tuple[str, ...]) -> None:
    """Without the columns of places, the old sheet took it off the list."""
    registry.add_complaints(complaints(complaint("1", "Axel 98765 43210")))
    sheets = [shown(registry, word, *without) for word in ("accepted", "dismissed")]
    registry.decide([A], decided, "met him")
    registry.add_complaints(complaints(complaint("2", "Axel 98765 43210")), name="desk 2")
    if decided == "accepted":
        registry.decide([A], "accepted", "once more")
    before = status_of(registry, A)
    for sheet in sheets:
        done = registry.take_review(sheet)
        assert (done.accepted, done.dismissed, done.events) == (0, 0, ())
    assert status_of(registry, A) == before


@pytest.mark.parametrize("word", ["NA", "N/A", "none", "-", "--", "Not accepted", "pending", "hold", "?"])
def test_what_may_be_a_refusal_is_no_blank(registry: ng.Registry, word: str) -> None:
    """`NA` may be `not accepted`, and was taken for a cell that is not filled in yet."""
    named = [complaint(str(at), "Axel 98765 43210") for at in (1, 2)]
    registry.add_complaints(complaints(*named), name="desk 1")
    sheet = shown(registry, "accepted").drop_columns(["decision"])
    for words, note in ((["accepted", word], "contradiction"), ([word, word], "unknown_decision")):
        assert notes(registry.take_review(sheet.append_column("decision", pa.array(words)))) == [note] * 2
    assert listed(registry) == {}


@pytest.mark.parametrize("word", ["", " ", None, "nan", "NULL", "#N/A"])
def test_what_a_program_writes_for_no_decision_is_blank(registry: ng.Registry, word: str | None) -> None:
    named = [complaint(str(at), "Axel 98765 43210") for at in (1, 2)]
    registry.add_complaints(complaints(*named), name="desk 1")
    sheet = shown(registry, "accepted").drop_columns(["decision"])
    done = registry.take_review(sheet.append_column("decision", pa.array(["accepted", word])))
    assert (notes(done), listed(registry)) == ([], {A: "block"})


def test_a_later_naming_is_not_settled_by_a_sheet_without_it(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "Axel 98765 43210")), name="desk 1")
    old = shown(registry, "dismissed")
    registry.add_complaints(complaints(complaint("2", "Axel 98765 43210")), name="desk 2")
    assert notes(registry.take_review(old)) == ["not_as_shown"]
    assert notes(registry.take_review(old.drop_columns(["waits_since"]))) == ["not_as_shown"]
    new = shown(registry, "dismissed")
    assert notes(registry.take_review(new.slice(0, 1))) == ["not_as_shown"]
    assert registry.take_review(new).dismissed == 1


@pytest.mark.parametrize("without", [(), ("waits_since",), ("file", "row", "waits_since")])
def test_the_sheet_of_last_week_settles_nothing_of_this_week(
    monkeypatch: pytest.MonkeyPatch, without: tuple[str, ...]
) -> None:
    """The file of each week had the same name, and the number in the same row."""
    with ng.Registry(by="HC 1234") as registry:
        store: Any = registry._opened.store
        now = store.now()
        monkeypatch.setattr(store, "now", lambda: now)
        registry.add_complaints(complaints(complaint("1", "Axel 98765 43210")), name="today.csv")
        old = shown(registry, "dismissed", *without)
        assert registry.take_review(old).dismissed == 1
        now += 7 * 86_400_000_000
        registry.add_complaints(complaints(complaint("2", "Axel 98765 43210")), name="today.csv")
        assert notes(registry.take_review(old)) == ["not_as_shown"]
        assert registry.take_review(shown(registry, "dismissed")).dismissed == 1


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("Approved by SP", "Not approved"),
        ("Number is of victim (Y/N)", "Y"),
        ("Note", "do not block, complainant own number"),
        ("IO opinion", "hold - SI to check"),
        ("Remark of SHO", "not to be accepted"),
    ],
)
def test_another_cell_opposes_an_acceptance(registry: ng.Registry, heading: str, cell: str) -> None:
    registry.add_complaints(complaints(complaint("1", "Axel 98765 43210"), complaint("2", "Ravi: 91234 56789")))
    sheet = shown(registry, "accepted").append_column(heading, pa.array([cell, None]))
    done = registry.take_review(sheet)
    unread = [] if heading == "Approved by SP" else [heading]
    assert (notes(done), done.accepted, done.unread) == (["contradicted_in_row"], 1, unread)
    assert listed(registry) == {A: "block"}
    ignoring = registry.take_review(sheet, mapping={heading: "ignore"})
    assert ignoring.accepted == 1


def test_columns_of_the_sheet_and_agreeing_remarks_oppose_nothing(registry: ng.Registry) -> None:
    cell = "do not block, victim: 98765 43210"
    registry.add_complaints(complaints(complaint("1", cell), complaint("2", "Ravi: 91234 56789")))
    assert registry.review().num_rows == 2
    sheet = shown(registry, "accepted").append_column("Note", pa.array(["to be blocked", "called the victim"]))
    done = registry.take_review(sheet)
    assert (done.accepted, notes(done), done.unread) == (2, [], ["Note"])


LINES = [
    *((line, is_title) for is_title in (True, False) for line in (
        "Do not block - victims:", "Numbers NOT to be accepted - victims", "Victims:", "Rejected by SP", "On hold",
        "Numbers to be dismissed", "Dropped", "खारिज", "Not recommended", "Doubtful numbers",
    )),
    ("Pending", False),
]  # fmt: skip


@pytest.mark.parametrize(("line", "is_title"), LINES)
def test_a_line_above_opposes_an_acceptance(tmp_path: Path, line: str, is_title: bool) -> None:
    with ng.Registry(by="HC 1234") as registry:
        line_opposes(registry, tmp_path, line, is_title=is_title)


def test_a_line_above_opposes_an_acceptance_on_every_store(registry: ng.Registry, tmp_path: Path) -> None:
    line_opposes(registry, tmp_path, *LINES[0])


def line_opposes(registry: ng.Registry, tmp_path: Path, line: str, is_title: bool) -> None:
    registry.add_complaints(complaints(complaint("1", "Axel 98765 43210"), complaint("2", "Ravi: 91234 56789")))
    rows: list[list[Any]] = [HEADER, [str(A), "accepted", "seen"], [str(B), "accepted", "seen"]]
    rows.insert(0 if is_title else 2, [line])
    book_of(*rows).save(tmp_path / "sheet.xlsx")
    done = registry.take_review(tmp_path / "sheet.xlsx")
    # A line among the rows is refused too: it has no number.
    assert notes(done) == (["contradicted_in_row"] * 2 if is_title else ["not_a_number", "contradicted_in_row"])
    # What opposes is named.
    assert {(row["column"], row["cell"]) for row in done.refusals.to_pylist()} == {(None, line)}
    assert listed(registry) == ({} if is_title else {A: "block"})


def test_a_number_with_another_word_in_a_second_row_is_refused(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "Axel 98765 43210")))
    words = ["accepted", "hold - victim number?"]
    done = registry.take_review(pa.table({"msisdn": [str(A)] * 2, "decision": words, "reason": ["seen"] * 2}))
    assert notes(done) == ["contradiction"] * 2
    assert listed(registry) == {}


def test_a_number_of_an_ended_complaint_says_so(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "Axel 98765 43210"), complaint("2", "Ravi: 91234 56789")))
    registry.add_complaints(complaints(complaint("3", "Ravi: 91234 56789")), name="desk 2")
    old = shown(registry, "accepted")
    ended = [complaint(ack, "", complaint_status="False complaint") for ack in ("1", "2")]
    assert registry.add_complaints(complaints(*ended), name="desk 3").ended_waiting == 1
    why = {row["msisdn"]: row["why"] for row in registry.review().to_pylist()}
    # Another complaint that stands has the second.
    assert why == {A: "complaint_ended", B: "unlisted_words"}
    assert notes(registry.take_review(old)) == ["not_as_shown"]
    assert listed(registry) == {B: "block"}
    bare = pa.table({"msisdn": [str(A)], "decision": ["accepted"], "reason": ["seen"]})
    assert notes(registry.take_review(bare)) == ["not_as_shown"]
    assert registry.take_review(shown(registry, "accepted")).accepted == 1


def test_a_turned_number_of_an_ended_complaint_is_not_counted(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", str(A), complainant_mobile=str(B))))
    registry.add_complaints(complaints(complaint("1", str(B), complainant_mobile=str(A))), name="desk 2")
    ended = complaint("1", str(B), complainant_mobile=str(A), complaint_status="withdrawn")
    intake = registry.add_complaints(complaints(ended), name="desk 3")
    whys = registry.review()["why"].to_pylist()
    assert intake.ended_waiting == whys.count("complaint_ended") == 0


def test_what_is_left_open_are_numbers(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "Axel 98765 43210"), complaint("2", "Axel 98765 43210")))
    registry.add_complaints(complaints(complaint("3", "Ravi: 91234 56789")), name="desk 2")
    words = ["dismissed", None, None, None]
    sheet = pa.table({"msisdn": [str(A), str(A), str(B), str(B)], "decision": words, "reason": ["seen"] * 4})
    done = registry.take_review(sheet)
    assert (done.dismissed, done.left) == (1, 1)


def test_ten_digits_are_a_number_that_waits(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "Axel 98765 43210"), complaint("2", "Ravi: 91234 56789")))
    numbers = ["9876543210", "9,19123E+11", "8887776665"]
    sheet = pa.table({"msisdn": numbers, "decision": ["accepted"] * 3, "reason": ["seen"] * 3})
    done = registry.take_review(sheet)
    assert (done.accepted, notes(done)) == (1, ["precision_lost", "waits_for_no_decision"])
    assert C not in listed(registry)


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_list_of_refused_cells_is_no_sheet(tmp_path: Path, ending: str) -> None:
    from numguard.files.outgoing import write_private

    path = tmp_path / f"refused{ending}"
    columns = {"column": ["decision"], "cell": ["?"], "note": ["unknown_decision"]}
    write_private(pa.table({"file": ["waiting.xlsx"], "row": [3], **columns}), path)
    with ng.Registry(by="HC 1234") as registry:
        calls: list[Callable[..., Any]] = [registry.take_review, registry.add_complaints, registry.record_outcomes]
        for call in calls:
            with pytest.raises(InputError, match="is a list of refused cells"):
                call(path)


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NUMGUARD_REGISTRY", "cases.db")
    monkeypatch.setenv("NUMGUARD_BY", "SI 77")
    with ng.Registry("cases.db", by="HC 1234") as registry:
        registry.add_complaints(complaints(complaint("1", "Axel 98765 43210"), complaint("2", "Ravi: 91234 56789")))
    rows = [[str(A), "accepted", "first"], [str(B), "dismissed", "second"], [str(C), "accepted?", "third"]]
    Path("sheet.csv").write_text("\n".join(map(",".join, [HEADER, *rows])) + "\n")
    return tmp_path


@pytest.mark.usefixtures("case")
def test_an_interrupt_while_refused_cells_are_written_names_the_events(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("numguard.cli.options.write_refused", interrupted)
    assert run(["review", "--take", "sheet.csv", "--refused", "r.csv"]) == 130
    errors = capsys.readouterr().err
    assert "interrupted; events 2, 3 were recorded" in errors
    assert "1 number accepted, 1 dismissed" in errors
    Path("more.csv").write_text("acknowledgement_no,source,suspect_mobiles\n3,1930,98765O3210\n4,1930,8887776665\n")
    assert run(["complaints", "add", "more.csv", "--refused", "r.csv"]) == 130
    assert "interrupted; event 4 was recorded" in capsys.readouterr().err


@pytest.mark.usefixtures("case")
def test_an_interrupt_between_two_decisions_has_all_events(monkeypatch: pytest.MonkeyPatch) -> None:
    own, calls = decisions.record_input, []

    def recorded(*arguments: Any, **named: Any) -> None:
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        own(*arguments, **named)

    monkeypatch.setattr(decisions, "record_input", recorded)
    with ng.Registry("cases.db", by="HC 1234") as registry:
        registry.add_complaints(complaints(complaint("3", "Bela 88877 76665")), name="desk 2")
        numbers = pa.table(
            {"msisdn": [str(A), str(B), str(C)], "decision": ["accepted"] * 3, "reason": ["a", "b", "c"]}
        )
        with pytest.raises(Interrupted) as caught:
            registry.take_review(numbers)
    assert (caught.value.events, caught.value.event) == ((3, 4), 4)


def test_an_interrupt_after_many_events_has_the_first() -> None:
    with ng.Registry(by="HC 1234") as registry:
        store: Any = registry._opened.store
        first = registry.add_complaints(complaints(complaint("1", "Axel 98765 43210"))).id
        store._mine.recorded = [first] * 1_300
        registry.decide([A], "accepted", "asked")
        assert len(store.recorded_since(None)) == 1_301


def test_an_interrupt_of_more_events_than_a_message_names() -> None:
    raised = Interrupted(*range(2, 1_301))
    assert (raised.events[0], len(raised.events), raised.event) == (2, 1_299, 1_300)
    assert str(raised) == "interrupted; 1,299 events, the first 2 and the last 1300, were recorded"


@pytest.mark.usefixtures("case")
def test_the_summary_has_what_the_text_has() -> None:
    Path("sheet.csv").write_text(f"msisdn,decision,reason\n{A},hold,x\n{B},accepted,\n")
    done = json.loads(CliRunner().invoke(verbs, ["review", "--take", "sheet.csv", "--json"]).stdout)
    assert done["refused_by_note"] == {"no_reason": 1, "unknown_decision": 1}
    assert done["not_known"] == [{"row": 2, "word": "hold"}]
    Path("answers.csv").write_text(f"msisdn,status\n{A},hmm\n")
    done = json.loads(CliRunner().invoke(verbs, ["outcomes", "answers.csv", "--json"]).stdout)
    assert (done["refused_by_note"], done["not_known"]) == ({"unknown_status": 1}, [{"row": 2, "word": "hmm"}])


@pytest.mark.usefixtures("case")
def test_no_list_is_written_over_a_sheet_with_decisions() -> None:
    before = Path("sheet.csv").read_bytes()
    done = CliRunner().invoke(verbs, ["review", "--output", "sheet.csv"])
    assert "has decisions" in str(done.exception)
    assert Path("sheet.csv").read_bytes() == before
    for _ in range(2):
        assert CliRunner().invoke(verbs, ["review", "--output", "waiting.csv"]).exit_code == 0


def two_rows(registry: ng.Registry, words: list[str | None], **columns: list[str | None]) -> Any:
    """The result of a sheet with one number in two rows."""
    registry.add_complaints(complaints(complaint("1", "Axel 98765 43210"), complaint("2", "Axel 98765 43210")))
    sheet = shown(registry, "").drop_columns(["decision"]).append_column("decision", pa.array(words, pa.string()))
    for name, texts in columns.items():
        sheet = sheet.append_column(name, pa.array(texts, pa.string()))
    return registry.take_review(sheet)


def test_a_row_of_the_number_opposes_the_other(registry: ng.Registry) -> None:
    done = two_rows(registry, ["accepted", "accepted"], **{"Approved by SP": ["Yes", "Not approved"]})
    assert (notes(done), listed(registry)) == (["contradicted_in_row"] * 2, {})
    assert done.unread == []
    # The cell of the other row is named in both.
    named = [(row["column"], row["cell"]) for row in done.refusals.to_pylist()]
    assert named == [("Approved by SP", "Not approved")] * 2


def test_a_row_without_a_decision_opposes_the_other(registry: ng.Registry) -> None:
    done = two_rows(registry, ["accepted", None], Note=[None, "do not block, victim's own number"])
    assert (notes(done), listed(registry), done.unread) == (["contradicted_in_row"], {}, ["Note"])


@pytest.mark.parametrize("word", ["-do-", "ditto", '"', "accepted.", "Accepted by SP"])
def test_a_repeated_decision_is_no_other_one(registry: ng.Registry, word: str) -> None:
    done = two_rows(registry, ["accepted", word])
    assert (done.accepted, notes(done)) == (1, ["unknown_decision"])


def test_what_was_decided_before_are_numbers(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "Axel 98765 43210"), complaint("2", "Axel 98765 43210")))
    sheet = shown(registry, "dismissed")
    assert (registry.take_review(sheet).dismissed, registry.take_review(sheet).known) == (1, 1)


@pytest.mark.parametrize("without", [["waits_since"], ["file", "cell", "complaints", "status", "waits_since"]])
def test_an_officers_own_reasons_oppose_an_acceptance(registry: ng.Registry, without: list[str]) -> None:
    registry.add_complaints(complaints(complaint("1", "Axel 98765 43210")))
    sheet = shown(registry, "accepted", *without, "why")
    sheet = sheet.append_column("why", pa.array(["do not block, victim's own number"]))
    assert notes(registry.take_review(sheet)) == ["contradicted_in_row"]


OPPOSING = """not approved|approval pending|approval awaited|awaiting approval|yet to be approved|yet to be confirmed
not confirmed|unapproved|disallowed|not allowed|not cleared|do not accept|don't add|to be verified|verify first|doubtful
hold|on hold|keep on hold|wait|pending|under enquiry|should be dismissed|may be rejected|must be dismissed|dismiss
reject|disagree|returned with objection|cancelled|leave|नहीं|अस्वीकृत|स्वीकार नहीं|मंजूर नहीं|manjoor nahi|accept mat karo
Hold till SP order|SP not agreed|Not approved by SP|hold - SI to check|not ok|recheck|may be victim|shayad victim|drop
dropped|refused|declined|unconfirmed|under process|later|ruko|chhod do|hold karein|SP sir ne mana kiya
approval nahi mila|approval not given|खारिज|अस्वीकार|नामंजूर""".replace("\n", "|").split("|")
ORDINARY = """Verification on phone done|Verification by IO done|Verification of CAF done|Held by bank|Held for fraud
Dismissed by mistake earlier, now accepted|Rejected by Jio, send again|Wait for CAF|Address not confirmed
Name not confirmed but number is|Not confirmed earlier, now confirmed|Can not confirm name|Victim did not agree
Wrongly written as Axel|Unblocked earlier|Asked the complainant|Not blocked""".replace("\n", "|").split("|")


@pytest.mark.parametrize("heading", ["Note", "Comments of SHO", "reason"])
def test_texts_that_oppose_and_ordinary_grounds(heading: str) -> None:
    texts = [*OPPOSING, *ORDINARY]
    with ng.Registry(by="HC 1234") as registry:
        numbers = [str(9_876_543_210 + 1_237 * at) for at in range(len(texts))]
        registry.add_complaints(complaints(*(complaint(str(at), f"Axel {one}") for at, one in enumerate(numbers))))
        own = {"msisdn": numbers, "decision": ["accepted"] * len(texts), "reason": ["asked"] * len(texts)}
        done = registry.take_review(pa.table(own | {heading: texts}))
    refused = {texts[row - 1] for row in done.refusals["row"].to_pylist()}
    assert (refused ^ {*OPPOSING}, set(notes(done))) == (set(), {"contradicted_in_row"})


@pytest.mark.parametrize(
    ("heading", "cell", "opposes"),
    [
        ("Blocked", "No", False),
        ("Blocked?", "N", False),
        ("To be blocked", "No", True),
        ("Approved by SP", "Pending", True),
        ("Approved by SP", "12-11-2026", False),
        *(("Approved by SP", text, False) for text in ("05-Feb-2026", "05 Feb 2026 10:30", "SP")),
        *(("Approved by SP", text, True) for text in ("Overruled", "SP Nuh", "Return to IO")),
        *(("SP order", text, is_no) for text, is_no in (("123/2026", False), ("Stay", True))),
        *(("Block", text, is_no) for text, is_no in (("Hold", True), ("Yes", False))),
        ("Accepted/Rejected", "Rejected", True),
        # A name is no yes; below `by` it is one who gave it.
        ("Approved", "R Kumar", True),
        ("Approved by", "R Kumar, SI", False),
        ("Approved by", "Pending", True),
        ("SP", "R Kumar", False),
        *(("SP decision", text, True) for text in ("No", "Pending", "To be confirmed", "x", "-do-x")),
        ("SP decision", "Please confirm", True),
        *(("SP decision", text, True) for text in ("Accepted by IO, overruled", "Accept by SI Ram, SP rejects")),
        *(("SP decision", text, True) for text in ("Yes \u2717", "Accept \u274c", "Yes 0", "Block 9876500002")),
        *(
            ("SP decision", text, False)
            for text in ("Yes \u2713", "ok", "Block - FIR 12/26", "Accepted by SP 1/9/2026")
        ),
        *((heading, "Rejected", True) for heading in ("Decision, date", "Decision no", "Yes/No")),
        ("Block", "Nuh", False),
        ("Approved by SP", "0000", True),
        *(("SP decision", text, False) for text in ("Yes", "Accepted", "To be blocked", "Confirmed by Sh. Ram", "")),
        *((heading, "N", True) for heading in ("Agree (Y/N)", "Accept (Y/N)", "Agreed by SP", "Block kare")),
        *((heading, "Y", False) for heading in ("Agree (Y/N)", "Accept (Y/N)", "Agreed by SP", "Block kare")),
        ("स्वीकृत", "नहीं", True),
        ("स्वीकृत", "हाँ", False),
        *((heading, text, True) for heading in ("SP", "SP remarks") for text in ("No", "nahi", "नही", "own number")),
        *((heading, "Pending", True) for heading in ("Date of decision", "Decision taken on")),
        ("Date of decision", "05-02-2026", False),
        ("Approved", "No need", True),
        *((f"{word} status", "Hold", True) for word in ("Number", "Block", "Final")),
        *((f"{word} status", "Hold", False) for word in ("Money", "NCRP", "Lien", "Refund", "Arrest", "Investigation")),
        ("Final report", "Pending", False),
        ("Column8", "Hold", True),
        ("Bank remarks", "Hold", False),
    ],
)
def test_a_heading_gives_a_cell_its_meaning(heading: str, cell: str, opposes: bool) -> None:
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(complaints(complaint("1", "Axel 98765 43210")))
        done = registry.take_review(shown(registry, "accepted").append_column(heading, pa.array([cell])))
    assert notes(done) == (["contradicted_in_row"] if opposes else [])


@pytest.mark.parametrize(
    ("heading", "texts", "opposed"),
    [
        ("SP note", ["Not approved", "-do-", '"', "same as above"], 4),
        ("Approved by SP", ["No", "-do-", "ditto"], 3),
        ("Number is of victim", ["Y", "-do-", "as above"], 3),
        ("reason", ["Not approved", "-do-"], 2),
        ("Approved by SP", ["Yes", "-do-", '"'], 0),
        # Who agreed to one did not to those that he left blank.
        ("Approved by SP", ["Yes", None, "NA"], 2),
        ("Approved by SP", ["No", None], 1),
        ("Approved by SP", [None, None], 0),
    ],
)
def test_the_rows_of_a_column_beside_each_other(heading: str, texts: list[str | None], opposed: int) -> None:
    with ng.Registry(by="HC 1234") as registry:
        numbers = [str(9_876_543_210 + 1_237 * at) for at in range(len(texts))]
        registry.add_complaints(complaints(*(complaint(str(at), f"Axel {one}") for at, one in enumerate(numbers))))
        own = {"msisdn": numbers, "decision": ["accepted"] * len(texts), "reason": ["asked"] * len(texts)}
        done = registry.take_review(pa.table(own | {heading: pa.array(texts, pa.string())}))
    assert notes(done) == ["contradicted_in_row"] * opposed


def test_a_title_of_what_waits_opposes_nothing(registry: ng.Registry, tmp_path: Path) -> None:
    registry.add_complaints(complaints(complaint("1", "Axel 98765 43210")))
    (tmp_path / "sheet.csv").write_text(f"Pending numbers\nmsisdn,decision,reason\n{A},accepted,seen\n")
    assert registry.take_review(tmp_path / "sheet.csv").accepted == 1


@pytest.mark.parametrize("form", ["%d-%m-%Y %H:%M", "%Y-%m-%d %H:%M", "%d-%m-%Y"])
def test_a_moment_is_compared_as_it_is_shown(registry: ng.Registry, form: str) -> None:
    registry.add_complaints(complaints(complaint("1", "Axel 98765 43210")))
    sheet = shown(registry, "dismissed", "waits_since")
    since = [at.strftime(form) for at in registry.review()["waits_since"].to_pylist()]
    other = [at.replace(year=2020).strftime(form) for at in registry.review()["waits_since"].to_pylist()]
    assert notes(registry.take_review(sheet.append_column("waits_since", pa.array(other)))) == ["not_as_shown"]
    assert registry.take_review(sheet.append_column("waits_since", pa.array(since))).dismissed == 1


@pytest.mark.usefixtures("case")
def test_no_list_is_written_over_a_workbook_of_two_tables() -> None:
    rows = [HEADER, [str(A), "accepted", "seen"]]
    book_of_sheets({"Sheet": rows, "Copy": rows}).save("sheet.xlsx")
    before = Path("sheet.xlsx").read_bytes()
    done = CliRunner().invoke(verbs, ["review", "--output", "sheet.xlsx"])
    assert "cannot be read as one table" in str(done.exception)
    assert Path("sheet.xlsx").read_bytes() == before
