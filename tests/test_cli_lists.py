"""Lists out and outcomes back on the command line: real processes, real files, and how they leave."""

from __future__ import annotations

import csv
import json
import stat
import subprocess
import sys
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

import numguard as ng
from numguard.cli import run
from warm import numguard

SHEET = """acknowledgement_no,source,district,suspect_mobiles
1,1930,Rohtak,98765 43210
2,1930,Nuh,91234 56789
3,1930,Nuh,88877 76665
4,1930,Nuh,=HYPERLINK(0)
"""


@pytest.fixture
def case(desk: Path) -> Path:
    """The folder of a case with three numbers."""
    Path("desk.csv").write_text(SHEET)
    run = numguard("complaints", "add", "desk.csv", "--refused", "refused.csv")
    assert run.returncode == 0
    return desk


def rows(path: str) -> list[dict[str, str]]:
    with Path(path).open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_a_change_to_a_receiver_without_a_list_says_that_it_is_whole(case: Path) -> None:
    """After a typing error in a receiver's name a change would be taken for a small one."""
    assert numguard("export", "a.csv", "--to", "DoT").stderr == "a.csv: 3 to block; export 2\n"
    assert numguard("export", "b.csv", "--to", "DoT", "--since-last").stderr == "b.csv: nothing; export 3\n"
    assert numguard("export", "c.csv", "--to", "Dott", "--since-last").stderr == (
        "c.csv: 3 to block; export 4\nno list to Dott is on record, so this change has the whole list\n"
    )
    # DoT has lists of all districts and none of handsets.
    for name, of, more in (
        ("d.csv", "list of Rohtak", ("--district", "rohtak")),
        ("e.csv", "list of handsets", ("--handsets",)),
    ):
        run = numguard("export", name, "--to", "DoT", "--since-last", *more)
        assert f"no {of} to DoT is on record, so this change has the whole list" in run.stderr


def test_reported_numbers_of_other_kinds_are_counted(case: Path) -> None:
    """They are on no list without a decision, and the counts of complaints and rows differ."""
    Path("more.csv").write_text(
        "acknowledgement_no,source,district,suspect_mobiles\n8,1930,Nuh,+65 9123 4567\n9,1930,Rohtak,022 26543210\n"
        # A helpline is protected: who confirmed all that is counted here would confirm it too.
        "10,1930,Nuh,1800 123 4567\n"
    )
    numguard("complaints", "add", "more.csv")
    says = "not listed without a decision: {} of other kinds ({}); `numguard decide confirmed` lists them\n"
    both, one = says.format("2 reported numbers", "fixed 1, foreign 1"), says.format("1 reported number", "foreign 1")
    assert numguard("list").stderr == both
    assert numguard("list", "--district", "nuh").stderr == one
    assert numguard("export", "a.csv", "--to", "DoT").stderr == f"a.csv: 3 to block; export 3\n{both}"
    Path("checked.txt").write_text("02226543210\n")
    numguard("decide", "confirmed", "--numbers", "checked.txt", "--reason", "a call centre")
    assert numguard("list").stderr == one
    Path("key").write_text("sixteen bytes or more")
    Path("key").chmod(0o600)
    assert one in numguard("export", "k.csv", "--to", "Bank", "--key-file", "key").stderr


def test_a_change_counts_the_reported_numbers_of_other_kinds_too(case: Path) -> None:
    """A desk that exports changes alone was never shown them."""
    header = "acknowledgement_no,source,district,suspect_mobiles\n"
    says = (
        "not listed without a decision: 1 reported number of other kinds ({} 1); `numguard decide confirmed` lists them"
    )
    for at, (kind, written) in enumerate({"fixed": "022 26543210", "foreign": "+65 9123 4567"}.items()):
        Path("more.csv").write_text(f"{header}{at + 20},1930,Nuh,{written}\n")
        numguard("complaints", "add", "more.csv")
        assert says.format(kind) in numguard("export", f"{kind}.csv", "--to", "DoT", "--since-last").stderr
    assert numguard("export", "c.csv", "--to", "DoT", "--since-last").stderr == "c.csv: nothing; export 6\n"


def test_linked_numbers_of_other_kinds_are_counted_apart(case: Path) -> None:
    """`expand` counts them, and the list is shorter by them."""
    found = ["9876543210", "7776665554", "02226543210", "+6591234567"]
    calls = "".join(f"{number},358240051111110,2026-09-0{day}\n" for day, number in enumerate(found, 1))
    Path("calls.csv").write_text(f"msisdn,imei14,at\n{calls}")
    assert "linked: 3 numbers" in numguard("expand", "calls.csv").stderr
    left_out = "not listed to be re-verified: 2 linked numbers of other kinds (fixed 1, foreign 1)\n"
    assert numguard("list").stderr == left_out
    assert left_out in numguard("export", "a.csv", "--to", "DoT").stderr


def test_refused_cells_are_private_and_inert(case: Path) -> None:
    assert rows("refused.csv")[0]["cell"] == "'=HYPERLINK(0)"
    assert stat.S_IMODE(Path("refused.csv").stat().st_mode) == 0o600


def test_a_list_as_the_receiver_wants_it(case: Path) -> None:
    run = numguard(
        "export", "block.xlsx", "--to", "DoT", "--title", "Form 7", "--map", "msisdn=Mobile Number", "--map", "reason"
    )
    assert (run.returncode, run.stderr) == (0, "block.xlsx: 3 to block; export 2\n")
    cells = list(openpyxl.load_workbook("block.xlsx").active.iter_rows(values_only=True))
    assert cells[:3] == [
        ("Form 7", None),
        ("Mobile Number", "reason"),
        ("918887776665", "named_in_complaint"),
    ]
    manifest = json.loads(Path("block.xlsx.manifest.json").read_text())
    assert (manifest["to"], manifest["export"]) == ("DoT", 2)


def test_a_list_in_parts(case: Path) -> None:
    run = numguard("export", "block.csv", "--to", "DoT", "--by-district", "--rows-per-file", "1", "--no-header")
    assert (run.returncode, run.stderr) == (0, "block.csv: 3 to block in 3 files; export 2\n")
    assert subprocess.run(["sha256sum", "--check", "--quiet", "block.csv.sha256"]).returncode == 0
    assert sorted(path.name for path in case.glob("block*.csv")) == [
        "block-Nuh-1-of-2.csv", "block-Nuh-2-of-2.csv", "block-Rohtak-1-of-1.csv",
    ]  # fmt: skip
    assert len(Path("block-Rohtak-1-of-1.csv").read_text().splitlines()) == 1


def test_what_has_changed_since_a_named_export(case: Path) -> None:
    numguard("export", "first.csv", "--to", "DoT")
    numguard("export", "bank.csv", "--to", "Bank")
    Path("more.csv").write_text("acknowledgement_no,source,suspect_mobiles\n9,1930,7776665554\n")
    numguard("complaints", "add", "more.csv")
    numguard("export", "second.csv", "--to", "DoT", "--since-last")
    run = numguard("export", "again.csv", "--to", "DoT", "--since", "2", "--json")
    assert json.loads(run.stdout)["rows"] == 1
    assert [(row["msisdn"], row["change"]) for row in rows("again.csv")] == [("917776665554", "added")]
    assert rows("again.csv") == [row | {"status": "requested"} for row in rows("second.csv")]
    for since, message in (
        ("3", "sent to another receiver"),
        ("1 Sep", "takes the number of an export"),
        ("99", "since"),
    ):
        run = numguard("export", "no.csv", "--to", "DoT", "--since", since)
        assert run.returncode == 2
        assert message in run.stderr
    assert not Path("no.csv").exists()


HOW_TO_MAP = (
    'say what a word means with --map-value "WORD=STATUS": blocked, rejected, reverified, reactivated, or '
    "other_operator, which is no outcome"
)


def test_outcomes_come_back(case: Path) -> None:
    numguard("export", "block.csv", "--to", "DoT")
    Path("answers.csv").write_text(
        "Mobile,Action taken,Date,Remark\n"
        "9876543210,Blocked,20-09-2026,done\n"
        "9123456789,Rejected,20-09-2026,\n"
        "9123456789,Blocked,20-09-2026,\n"
        "9000000001,Blocked,20-09-2026,\n"
        "8887776665,Vanished,,\n"
    )
    arguments = ("outcomes", "answers.csv", "--map", "Mobile=msisdn", "--map", "Remark=reason", "--refused", "no.csv")
    run = numguard(*arguments)
    assert (run.returncode, run.stderr.splitlines()) == (
        0,
        [
            "answers.csv: 1 outcome recorded, 0 known, 4 refused",
            "why: contradiction 2, unknown_number 1, unknown_status 1",
            f'not known: row 6 "Vanished"; {HOW_TO_MAP}',
        ],
    )
    assert [(row["row"], row["note"]) for row in rows("no.csv")] == [
        ("3", "contradiction"), ("4", "contradiction"), ("5", "unknown_number"), ("6", "unknown_status"),
    ]  # fmt: skip
    with ng.Registry("cases.db", by="SI 77") as registry:
        assert registry.numbers("blocked").to_array().to_pylist() == [919876543210]
    again = json.loads(numguard(*arguments, "--json").stdout)
    assert (again["added"], again["repeated"], again["refused"], again["refused_cells"]) == (0, 1, 4, 4)


def test_words_that_are_not_known_are_shown_if_they_have_no_digits(case: Path) -> None:
    cells = ["Line closed", "See 9123456789", "", "x" * 41, "Held", "Held", "Held", "Held"]
    Path("answers.csv").write_text("Mobile,Status\n" + "".join(f"9876543210,{cell}\n" for cell in cells))
    run = numguard("outcomes", "answers.csv")
    assert run.stderr.splitlines()[1:] == [
        "why: unknown_status 7, empty 1",
        f'not known: row 2 "Line closed", row 3, row 5, row 6 "Held", row 7 "Held", and 2 more; {HOW_TO_MAP}',
    ]
    Path("filled.csv").write_text("msisdn,decision,reason\n919876543210,yes,seen\n")
    run = numguard("review", "--take", "filled.csv")
    assert run.stderr.splitlines()[1:] == [
        "why: unknown_decision 1",
        'not known: row 2 "yes"; write accepted or dismissed, and take the sheet again',
    ]


def test_outcomes_leave_as_the_other_verbs_do(case: Path) -> None:
    Path("no_status.csv").write_text("msisdn\n9876543210\n")
    for arguments, code in (
        (("no_status.csv",), 3),
        (("nothing_here.csv",), 3),
        (("desk.csv", "--map", "x"), 2),
        (("desk.csv", "--registry", "not_there.db"), 2),
    ):
        run = numguard("outcomes", *arguments)
        assert run.returncode == code
        assert run.stderr.startswith("numguard: ")
        assert "98765" not in run.stderr
    assert not Path("not_there.db").exists()


def test_a_history_is_private_and_inert(case: Path) -> None:
    Path("one.csv").write_text("9876543210\n")
    numguard("decide", "confirmed", "--numbers", "one.csv", "--reason", "=HYPERLINK(0)")
    run = numguard("history", "9876543210", "--output", "story.csv")
    assert run.returncode == 0
    assert stat.S_IMODE(Path("story.csv").stat().st_mode) == 0o600
    history = list(csv.DictReader(numguard("history", "-", stdin="98765 43210\n").stdout.splitlines()))
    assert history == rows("story.csv")
    assert [(row["what"], row["reason"]) for row in history] == [("named", ""), ("decided", "'=HYPERLINK(0)")]


@pytest.mark.parametrize(
    ("words", "sheet", "shown"),
    [
        (["complaints", "add"], SHEET.replace("43210", "43211"), "1 updated, 2 repeated, 1 refused"),
        (["outcomes"], "msisdn,status\n9876543210,blocked\n", "1 outcome recorded"),
        (["review", "--take"], "msisdn,decision,reason\n9876543210,accepted,x\n", "1 refused\nwhy: waits_for_no_"),
    ],
)
def test_a_sheet_may_come_from_standard_input(
    case: Path, words: list[str], sheet: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(case))
    found = numguard(*words, "-", stdin=sheet)
    assert (found.returncode, shown in found.stderr) == (0, True), found.stderr
    found = numguard(*words, "-", stdin="a,b\n9876543210,x\n")
    assert found.returncode == 3
    assert "standard input: " in found.stderr
    assert list(case.glob("numguard-*")) == []


@pytest.mark.parametrize("stdin", ["98765 43210\n9123456789\n", "", "\n \n"])
def test_standard_input_has_one_number_at_a_time(case: Path, stdin: str) -> None:
    run = numguard("history", "-", stdin=stdin)
    assert run.returncode == 3
    assert "takes one number at a time" in run.stderr
    assert "9876" not in run.stderr


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_stream_is_no_error(case: Path, closed: str) -> None:
    Path("one.csv").write_text("9876543210\n")
    command = f"{sys.executable} -m numguard decide protected --numbers one.csv --reason bank --json {closed}"
    assert subprocess.run(["/bin/sh", "-c", command], check=False, capture_output=True).returncode == 0
    assert "protected" in numguard("history", "9876543210").stdout


@pytest.mark.parametrize("verb", ["normalize one.csv", "list --registry cases.db", "cdr read calls.csv"])
def test_rows_are_not_lost_where_standard_output_is_closed(case: Path, verb: str) -> None:
    Path("one.csv").write_text("msisdn\n9876543210\n")
    Path("calls.csv").write_text("MSISDN,IMEI,Call Date\n9876543210,490154203237518,01/06/2026\n")
    command = f"{sys.executable} -m numguard {verb} >&-"
    done = subprocess.run(["/bin/sh", "-c", command], check=False, capture_output=True, text=True)
    assert (done.returncode, "standard output is closed" in done.stderr) == (3, True), done.stderr
    command = f"{sys.executable} -m numguard {verb} > /dev/null"
    assert subprocess.run(["/bin/sh", "-c", command], check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize(
    ("status", "decided"),
    [("confirmed", 1), ("unprotected", 1), ("protected", 3), ("withdrawn", 3), ("reverified", 3), ("reactivated", 3)],
)
@pytest.mark.usefixtures("case")
def test_a_decision_that_takes_numbers_off_a_list_counts_every_row(status: str, decided: int) -> None:
    Path("sent.csv").write_text("msisdn,action\n9876543210,block\n9123456789,reverify\n8887776665,Release\n")
    run = numguard("decide", status, "--numbers", "sent.csv", "--reason", "checked", "--json")
    assert run.returncode == 0, run.stderr
    account = json.loads(run.stdout)
    assert (account["rows_read"], account["rows_used"], account["numbers"]) == (3, decided, decided)
    assert account["not_data"] == ({"other_action": 3 - decided} if decided < 3 else {})


def test_a_verified_holder_whose_number_stays_blocked_is_reported(case: Path) -> None:
    """Of an operator's answer it is known that the number works again; of an officer's word it is not."""
    numguard("export", "a.csv", "--to", "DoT")
    Path("one.csv").write_text("9876543210\n")
    says = (
        "1 of them: a block was requested, and no change asks to lift it; if it is to be lifted, decide reactivated\n"
    )
    assert says in numguard("decide", "reverified", "--numbers", "one.csv", "--reason", "came in person").stderr
    run = numguard("decide", "reactivated", "--numbers", "one.csv", "--reason", "came in person")
    assert says not in run.stderr
    assert "1 to release" in numguard("export", "b.csv", "--to", "DoT", "--since-last").stderr


def test_a_list_without_a_number_to_decide_on_names_what_it_has(case: Path) -> None:
    Path("sent.csv").write_text("msisdn,action\n9876543210,reverify\n9123456789,release\n")
    run = numguard("decide", "confirmed", "--numbers", "sent.csv", "--reason", "checked")
    assert run.returncode == 3
    assert run.stderr == "numguard: sent.csv: no number to decide on; left out: other_action 2; nothing was recorded\n"


@pytest.mark.parametrize("verb", [("complaints", "add", "desk.csv"), ("list",), ("expand", "desk.csv")])
def test_a_registry_in_memory_is_none_for_the_command_line(case: Path, verb: tuple[str, ...]) -> None:
    run = numguard(*verb, "--registry", ":memory:")
    assert run.returncode == 2
    assert "of a registry in memory nothing is left after the call" in run.stderr


def test_the_difference_of_lists_has_the_same_numbers_when_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "before.txt").write_text("98765 43210\n")
    (tmp_path / "after.txt").write_text("98765 43210\n+65 91234567\n")
    run = numguard("lists", "diff", tmp_path / "before.txt", tmp_path / "after.txt", "--folder", tmp_path / "changed")
    assert run.returncode == 0, run.stderr
    with (tmp_path / "changed" / "added.csv").open() as lines:
        assert ng.normalize([row["msisdn"] for row in csv.DictReader(lines)]).to_pylist() == [6591234567]


def test_columns_of_a_list_that_are_not_read_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed, calls = tmp_path / "list.csv", tmp_path / "calls.csv"
    listed.write_text("Mobile,District,Officer\n9876543210,Nuh,IO\n")
    calls.write_text("a\n9876543210\n")
    scan = ["scan", str(calls), "--numbers", str(listed), "-c", "a", "-o", str(tmp_path / "hits.csv"), "--json"]
    assert run(scan) == 0
    output = capsys.readouterr()
    assert f"{listed}: columns that were not read: District, Officer\n" in output.err
    assert json.loads(output.out)["lists"][0]["not_read"] == {str(listed): ["District", "Officer"]}
    with ng.Registry(by="HC 1234") as registry:
        sheet = {"acknowledgement_no": ["1"], "source": ["1930"], "suspect_mobiles": ["9876543210"]}
        registry.add_complaints(pa.table(sheet))
        registry.export(tmp_path / "ours.csv", to="DoT")
    scan[3], scan[7] = str(tmp_path / "ours.csv"), str(tmp_path / "more.csv")
    assert run(scan) == 0
    assert "not read" not in capsys.readouterr().err


def test_columns_of_a_list_that_decide_are_not_named_as_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed, calls, spared = (tmp_path / f"{name}.csv" for name in ("list", "calls", "spared"))
    listed.write_text("mobile,action,country code,first_reported\n9876543210,block,91,2026-01-05\n")
    spared.write_text("mobile,first_reported\n9123456789,2026-01-05\n")
    calls.write_text("a,at\n9876543210,2026-02-05 10:00\n")
    scan = ["scan", str(calls), "--numbers", str(listed), "--except", str(spared), "-c", "a"]
    assert run([*scan, "--since", "first_reported", "--at", "at"]) == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if "not read" in line]
    assert lines == [f"{spared}: columns that were not read: first_reported"]
