"""Texts of the office verbs: operators' words, messages with their remedy, the page of a history, the report."""

from __future__ import annotations

import hashlib
import re
import stat
from pathlib import Path

import click
import pyarrow as pa
import pytest
import xlsxwriter

import numguard as ng
from numguard.cli import verbs
from numguard.errors import ArgumentError
from numguard.indian_time import day_of
from numguard.registry import spelling
from numguard.registry.answers.notes import NOTES
from numguard.registry.events import outcomes
from numguard.registry.spelling import folded, folded_cells, plain_words
from registry_cases import A, B, Cli, complaint, complaints

ANSWERS = {
    "blocked": """Blocked|BLOCKED.|Barred|barred|Disconnected|disconnected |Permanently Disconnected|Deactivated|
        De-activated|DE ACTIVATED|Suspended|Terminated|Already blocked|Already Barred|Already disconnected|
        Number blocked|SIM Blocked|Blocked successfully|Service barred|Barring done|Has been blocked|
        ब्लॉक किया गया|बंद किया गया।""",
    "rejected": """Rejected|Not blocked|NOT BLOCKED|not-blocked|Not barred|Not Disconnected|Refused|Declined|
        Request rejected|Cannot be blocked|Could not be blocked|not de-activated|अस्वीकृत|ब्लॉक नहीं किया गया""",
    "reverified": """Reverified|re-verified|RE-VERIFIED|re\u2013verified|Re_Verified.|Re verification done|
        Re-verification completed|reverification done|Verified again|Re-KYC done|ReKYC completed|
        Successfully re-verified|पुनः सत्यापित""",
    "reactivated": """Reactivated|re-activated|Restored|Service restored|Reconnected|re-connected|Unbarred|un-barred|
        Unblocked|un-blocked|Service resumed|Activated again|पुनः चालू""",
}
SPELLINGS = [(" ".join(word.split()), status) for status, words in ANSWERS.items() for word in words.split("|")]


def test_there_are_forty_of_them() -> None:
    assert len(SPELLINGS) >= 50
    assert len(set(SPELLINGS)) == len(SPELLINGS)


@pytest.mark.parametrize(("word", "status"), SPELLINGS)
def test_a_status_is_read_as_operators_write_it(word: str, status: str) -> None:
    sheet = pa.table({"acknowledgement_no": ["1"], "source": ["1930"], "suspect_mobiles": ["98765 43210"]})
    with ng.Registry(by="HC 1") as registry:
        registry.add_complaints(sheet)
        done = registry.record_outcomes(pa.table({"msisdn": ["9876543210"], "status": [word]}))
        assert (done.added, registry.numbers(status).to_array().to_pylist()) == (1, [A])


@pytest.mark.parametrize(
    "word",
    ["Pending", "Under process", "Active", "Re-verification failed", "Not re-verified", "Not restored", "Verified",
     "blocked?", "to be blocked", "Block on 3 Sep", "Outgoing barred", "unblock request", "NA", "Not found", "No",
     "ब्लॉक नहीं", "ब्लॉक किए जाएंगे", "बंद करावे", "બંધ કરવાનું", "બ્લોક કર્યા", "ਬੰਦ ਕੀਤੇ", "ਬਲਾਕ ਨਹੀਂ",
     "temporarily disconnected", "not un-blocked", "will be disconnected"],
)  # fmt: skip
def test_what_is_not_certain_is_refused(word: str) -> None:
    with ng.Registry(by="HC 1") as registry:
        registry.decide(["98765 43210"], "confirmed", "checked")
        done = registry.record_outcomes(pa.table({"msisdn": ["9876543210"], "status": [word]}))
        assert (done.added, done.refusals["note"].to_pylist()) == (0, ["unknown_status"])


def test_no_word_means_two_things() -> None:
    words = outcomes.WORDS
    assert all(word == plain_words(word) for word in words)
    # The answer of another operator is no outcome.
    assert set(words.values()) == {*ANSWERS, "other_operator"}


NAMES = [
    "", " ", "PS Rohtak", "ps  rohtak", " PS", "PS ", "PS\n", "PS\t1", "D.o.T.", "~!|", "\x7f", "\x00",
    "\u017f", "\u212a", "PS\u200b \uff32ohtak", "\u0130", "\u00a0PS", "\u092a\u0940\u0921\u093c\u093f\u0924",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_one_name_is_folded_as_a_column_of_names_is(name: str) -> None:
    assert [folded(name), folded(None)] == folded_cells(pa.array([name, ""])).to_pylist()


def test_a_plain_name_is_folded_without_a_column_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A column for each of 100,000 statuses took most of the time of adding their complaints."""
    monkeypatch.setattr(spelling, "folded_cells", None)
    assert plain_words("Re-Verified by PS Rohtak.") == "re verified by ps rohtak"


# Messages ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def cli(cli: Cli) -> Cli:
    """The command line in a folder with a registry."""
    with ng.Registry("cases.db", by="HC 1234") as registry:
        registry.add_complaints(complaints(complaint("1", "9876543210"), complaint("2", "9123456789")), name="one.csv")
    return cli


@pytest.mark.parametrize(
    "call",
    ["complaints add {}.csv", "outcomes {}.csv", "expand {}.csv", "decide confirmed --numbers {}.csv --reason x",
     "scan {}.csv --numbers {}.csv -c a", "normalize {}.csv", "explain {}.csv", "cdr read {}.csv", "merge {}.db",
     "review --take {}.csv --reason x", "complaints add x.csv --mapping {}.json", "list --registry {}.db",
     "complaints add here.csv --registry {}.db"],
)  # fmt: skip
def test_the_error_of_a_missing_file_names_its_folder(cli: Cli, call: str) -> None:
    Path("here.csv").write_text("acknowledgement_no,source,suspect_mobiles\n1,1930,98765 43210\n")
    code, _, error = cli(*call.format("away/f", "away/f").split())
    assert code in {2, 3}
    assert "away/f" in error


def workbook(path: str, *sheets: list[list[str]]) -> None:
    with xlsxwriter.Workbook(path) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for n, row in enumerate(rows):
                sheet.write_row(n, 0, row)


def options_of(call: list[str]) -> set[str]:
    command: click.Command | None = verbs
    for word in call:
        if isinstance(command, click.Group):
            command = command.get_command(click.Context(command), word)
    assert command is not None
    return {option for parameter in command.params for option in parameter.opts}


@pytest.mark.parametrize(
    "call",
    ["complaints add odd.csv", "complaints add doubt.csv", "complaints add two.xlsx", "outcomes odd.csv",
     "outcomes answers.xlsx", "review --take odd.csv --reason x", "decide confirmed --numbers wide.csv --reason x",
     "scan odd.csv --numbers wide.csv -c a", "complaints add nosource.csv", "export l.csv --to DoTT",
     "expand wide.csv", "normalize wide.csv", "explain wide.csv", "keyed wide.csv --key-file k"],
)  # fmt: skip
def test_advice_names_no_option_that_the_verb_lacks(cli: Cli, call: str) -> None:
    Path("odd.csv").write_text("a,b\n1,2\n")
    Path("wide.csv").write_text("a,b\n98765 43210,91234 56789\n")
    Path("doubt.csv").write_text("acknowledgement_no,source,mobile\n1,1930,98765 43210\n")
    Path("nosource.csv").write_text("acknowledgement_no,suspect_mobiles\n1,98765 43210\n")
    Path("k").write_bytes(bytes(range(32)))
    Path("k").chmod(0o600)
    rows = [["acknowledgement_no", "source", "suspect_mobiles"], ["1", "1930", "98765 43210"]]
    workbook("two.xlsx", rows, rows)
    answers = [["msisdn", "status"], ["98765 43210", "blocked"]]
    workbook("answers.xlsx", answers, answers)
    assert cli("export", "first.csv", "--to", "DoT X")[0] == 0
    code, _, error = cli(*call.split()) if "DoTT" not in call else cli("export", "l.csv", "--to", "DoT Y Cyberr")
    # What another verb is named for is that verb's.
    own = re.sub(
        r"\((?:complaints add|scan) and \w+: --[a-z-]+\)|numguard cdr read( --map [\"']\S+[\"'])*|--map [\"']?$",
        "",
        error,
    )
    assert set(re.findall(r"--[a-z][a-z-]*", own)) <= options_of(call.split()) | {"--help"}
    assert code in {0, 2, 3}


def test_a_sheet_of_a_workbook_of_answers_is_chosen(cli: Cli) -> None:
    answers = [["msisdn", "status"], ["98765 43210", "Barred"]]
    workbook("answers.xlsx", [["note"], ["for your information"]], answers)
    assert cli("outcomes", "answers.xlsx", "--sheet", "Sheet2")[0] == 0
    Path("decided.csv").write_text("Mobile,verdict here\n98765 43210,accepted\n")
    assert cli("review", "--take", "decided.csv", "--reason", "x")[0] == 3
    assert cli("review", "--take", "decided.csv", "--reason", "x", "--map", "verdict here=decision")[0] == 0
    assert cli("review", "--map", "verdict here=decision")[0] == 2


def test_an_export_reports_what_is_blocked_and_no_longer_listed(cli: Cli) -> None:
    assert cli("export", "a.csv", "--to", "DoT")[2] == "a.csv: 2 to block; export 2\n"
    Path("answers.csv").write_text("msisdn,status\n9876543210,Not blocked\n9123456789,Barred\n")
    assert cli("outcomes", "answers.csv")[0] == 0
    code, _, error = cli("export", "b.csv", "--to", "dot", "--since-last")
    assert (code, error) == (0, "b.csv: 2 no longer listed; export 4\n")
    assert "none" not in error


def test_a_number_without_a_record_gets_a_message(cli: Cli) -> None:
    code, out, error = cli("history", "97111 11111")
    assert (code, len(out.splitlines())) == (0, 1)
    assert "has nothing about the number; is it the right registry, and the right number?" in error
    Path("bad.csv").write_text("98765 43210\n98765O3210\n")
    before = Path("cases.db").read_bytes()
    code, _, error = cli("decide", "confirmed", "--numbers", "bad.csv", "--reason", "x")
    assert code == 3
    assert "1 cell without a number that can be decided on (stray_letter 1); nothing was recorded" in error
    assert Path("cases.db").read_bytes() == before
    Path("new.csv").write_text("97111 11111\n98765 43210\n")
    code, _, error = cli("decide", "protected", "--numbers", "new.csv", "--reason", "x")
    assert (code, error) == (0, "protected: 2 numbers\n1 of them: no record names it\n")


# The page of a history ----------------------------------------------------------------------------------------------


def test_a_history_is_a_page_that_names_each_file_with_its_digest(cli: Cli) -> None:
    Path("desk.csv").write_text("acknowledgement_no,source,suspect_mobiles\n3,PS <b>Nuh</b>,98765 43210\n")
    assert cli("complaints", "add", "desk.csv", "--name", "desk <i>.csv")[0] == 0
    assert cli("export", "out.csv", "--to", "DoT & co")[0] == 0
    assert cli("complaints", "withdraw", "2", "--reason", "a <script> of mine")[0] == 0
    code, out, error = cli("history", "98765 43210", "-o", "h.html")
    assert (code, out) == (0, "")
    assert "h.html: written; the number is shown in full" in error
    page = Path("h.html").read_text()
    assert stat.S_IMODE(Path("h.html").stat().st_mode) == 0o600
    for file in ("desk.csv", "out.csv"):
        assert hashlib.sha256(Path(file).read_bytes()).hexdigest() in page
    for expected in (
        "+91 98765 43210",
        "A complaint names it",
        "On a list that went out: block",
        "went out to DoT &amp; co",
        "desk &lt;i&gt;.csv, row 2",
        "Reason: a &lt;script&gt; of mine",
        "A file that had touched it was taken back",
    ):
        assert expected in page, expected
    assert "<script" not in page
    assert "<b>Nuh" not in page
    again = Path("h.html").read_bytes()
    cli("history", "98765 43210", "-o", "h2.html")
    assert Path("h2.html").read_bytes() == again
    with ng.Registry("cases.db") as registry:
        story = registry.history("98765 43210")
        sent = [row for row in story.to_pylist() if row["what"] == "exported"]
        assert [(row["file"], row["sha256"]) for row in sent] == [
            ("out.csv", hashlib.sha256(Path("out.csv").read_bytes()).hexdigest())
        ]
        with pytest.raises(ArgumentError, match="no phone number"):
            registry.history_page("x.html", "98765")
        with pytest.raises(ArgumentError, match=r"\.html"):
            registry.history_page("x.pdf", "98765 43210")
    # A page as of a day holds only what was known on that day.
    code, _, error = cli("history", "98765 43210", "--as-of", "2020-01-01", "-o", "old.html")
    old = Path("old.html").read_text()
    assert "knows nothing of this number at the end of 1 Jan 2020, IST" in old
    assert "desk" not in old
    # The end of a day that goes on is not known yet.
    with ng.Registry("cases.db") as registry:
        today = day_of(registry._case.now())
    assert cli("history", "98765 43210", "--as-of", today.isoformat(), "-o", "today.html")[0] == 0
    assert "What was known so far on " in Path("today.html").read_text()


def test_an_export_in_several_files_names_the_file_of_their_hashes(tmp_path: Path) -> None:
    with ng.Registry(by="HC 1") as registry:
        registry.add_complaints(complaints(complaint("1", "9876543210"), complaint("2", "9123456789")))
        registry.export(tmp_path / "l.csv", to="DoT", rows_per_file=1)
        (sent,) = [row for row in registry.history(f"+{A}").to_pylist() if row["what"] == "exported"]
        hashes = (tmp_path / sent["file"]).read_bytes()
        assert sent["sha256"] == hashlib.sha256(hashes).hexdigest()
        assert hashes.count(b".csv\n") == 2


def test_the_history_has_every_file_of_a_run_and_the_file_that_was_withdrawn(tmp_path: Path) -> None:
    for name, number in (("north.csv", A), ("south.csv", B)):
        (tmp_path / name).write_text(f"served_msisdn,imei14\n{number},35824005111111\n")
    digests = [hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("north.csv", "south.csv")]
    with ng.Registry(by="HC 1") as registry:
        first = registry.add_complaints(complaints(complaint("1", "9876543210")), name="of Rohtak.csv")
        second = registry.add_complaints(complaints(complaint("2", "9876543210")), name="of another state.csv")
        registry.expand([tmp_path / "north.csv", tmp_path / "south.csv"], at=None)
        # It was seen in the second file, which the first does not show.
        linked = registry.history(f"+{B}").to_pylist()[0]
        files = linked["file"], linked["sha256"]
        assert (linked["what"], *files) == ("linked", "north.csv; south.csv", "; ".join(digests))
        page = registry.history_page(tmp_path / "linked.html", f"+{B}").read_text()
        assert all(f">{name}</th>" in page for name in ("north.csv", "south.csv"))
        assert all(f">{digest}</td>" in page for digest in digests)
        assert first.id is not None
        assert second.id is not None
        registry.withdraw_intake(second.id, "a sheet of another state")
        back = registry.history(f"+{A}").to_pylist()[-1]
        assert (back["what"], back["file"], back["sha256"]) == ("taken back", "of another state.csv", second.sha256)
        registry.export(tmp_path / "l.csv", to="DoT")
        registry.decide([A], "reverified", "came with documents")
        registry.export(tmp_path / "change.csv", to="DoT", since="last")
        page = registry.history_page(tmp_path / "h.html", f"+{A}").read_text()
        assert "On a list that went out: none (no longer listed; nothing to do)" in page


# The report ----------------------------------------------------------------------------------------------------------


def test_the_report_has_what_waits_what_is_withdrawn_and_the_authors_of_events(tmp_path: Path) -> None:
    with ng.Registry(by="HC 1") as state, ng.Registry(by="HC 2") as desk:
        desk.add_complaints(complaints(complaint("1", "9876543210 (Axel)"), complaint("2", "9123456789")), name="d.csv")
        wrong = state.add_complaints(complaints(complaint("3", "8887776665")), name="wrong.csv")
        assert wrong.id is not None
        state.withdraw_intake(wrong.id, "a sheet of <another> state")
        alone = state.report(tmp_path / "a.html").read_text()
        assert 'id="registries"' not in alone
        assert 'id="waiting"' not in alone
        state.merge(desk)
        page = state.report(tmp_path / "b.html").read_text()
        assert "a sheet of &lt;another&gt; state" in page
        assert wrong.sha256 in page
        assert NOTES["unlisted_words"].replace("'", "&#39;") in page
        assert all(one.id in page for one in (state, desk))
        desk.merge(state)
        assert desk.report(tmp_path / "c.html").read_bytes() == (tmp_path / "b.html").read_bytes()
        assert B in desk.numbers()


def test_every_reason_and_doubt_has_its_words() -> None:
    given = {"from_narrative", "dropped_by_amendment", "turned_by_amendment", "confirmed_but_never_named",
             "unlisted_words", "leading_zeros", "other_source", "unknown_decision", "no_reason", "contradiction",
             "complainants_number", "nothing_stands", "waits_for_a_decision", "named_in_complaint", "linked_by_handset",
             "answered_by_operator", "placeholder", "too_many_numbers", "protected", "older_than_known",
             "link_without_ground"}  # fmt: skip
    assert given <= NOTES.keys()
    assert all(sentence.endswith(".") and sentence[0].isupper() for sentence in NOTES.values())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["history", "98765000"], "number: is no phone number (too_short); numguard explain says more of a cell"),
        (["complaints", "withdraw", "99", "--dry-run"], "numguard complaints list shows the ids"),
        (["complaints", "add", "Jio", "CDR.csv"], "takes one file at a time, and is given 2; quote a name with blanks"),
        (["export", "a.csv", "--to", "x", "--since", "last"], "; or use --since-last"),
        (["complaints", "add", "sheet.csv"], "--map COLUMN=source, or set the source with --set source=1930\n"),
    ],
)  # fmt: skip
def test_a_message_names_options_and_no_arguments_of_python(cli: Cli, arguments: list[str], message: str) -> None:
    Path("sheet.csv").write_text("Ack No,Suspect Mobile\n1,9876543210\n")
    code, _, error = cli(*arguments)
    assert code in (2, 3)
    assert message in error
    assert "=)" not in error
    assert "()" not in error
