"""The command line in processes of its own, over real files: outputs, messages and exit codes."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.cli import VERBS, verbs
from warm import numguard

CUSTOMERS = 'name,mobile\nA,98765 43210\nB,98765O3210\nC,+91-98123-45678\n"D, the second",12\n'
LIST = "9876543210\n919812345678\n1930\n"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file of customers and a list, which is where the person stands."""
    (tmp_path / "customers.csv").write_text(CUSTOMERS)
    (tmp_path / "list.txt").write_text(LIST)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_verbs_are_listed_after_one_of_them_was_imported() -> None:
    """The module `numguard.cli.list` has the name of a built-in type, which the package must not need."""
    context = click.Context(verbs)
    assert verbs.get_command(context, "list") is not None
    assert verbs.list_commands(context) == [*VERBS]


def test_the_list_of_verbs_has_the_first_sentence_of_each_and_imports_none() -> None:
    context = click.Context(verbs)
    for verb, (_, about) in VERBS.items():
        command = verbs.get_command(context, verb)
        assert command is not None
        assert command.get_short_help_str(1_000) == about
    listed = "import sys; from numguard.cli import run; code = run(['--help']); print('pyarrow' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", listed], capture_output=True, text=True, timeout=120, check=True)
    assert found.stdout.splitlines()[-1] == "False"


def test_scan_needs_no_registry(desk: Path) -> None:
    run = numguard("scan", "customers.csv", "--numbers", "list.txt", "--column", "mobile")
    assert run.returncode == 0
    assert run.stdout.splitlines() == [
        '"name","mobile","mobile_match"',
        '"A","98765 43210",919876543210',
        '"C","+91-98123-45678",919812345678',
    ]
    assert "2 numbers; left out: short_code 1" in run.stderr
    assert "4 rows, 2 hits" in run.stderr
    assert "stray_letter 1, too_short 1" in run.stderr
    dashed = numguard("scan", "customers.csv", "--numbers", "list.txt", "--column", "mobile", "-o", "-")
    assert (dashed.returncode, dashed.stdout) == (0, run.stdout)


def test_scan_says_its_summary_to_machines(desk: Path) -> None:
    run = numguard("scan", "customers.csv", "--numbers", "list.txt", "-c", "mobile", "--json", "-o", "hits.parquet")
    assert run.returncode == 0
    summary = json.loads(run.stdout)
    assert (summary["rows"], summary["hits"], summary["hits_by_column"]) == (4, 2, {"mobile": 2})
    assert pq.read_table("hits.parquet")["mobile_match"].to_pylist() == [919876543210, 919812345678]


def test_scan_for_handsets_and_with_a_saved_set(desk: Path) -> None:
    (desk / "calls.csv").write_text("a,imei\n9876543210,490154203237510\n9812345678,-\n")
    (desk / "seized.csv").write_text("IMEI,station\n490154203237518,Sector 5\n")
    ng.NumberSet(["9812345678"]).save(desk / "listed.ngset")
    run = numguard(
        "scan", "calls.csv", "--numbers", "listed.ngset", "-c", "a", "--imeis", "seized.csv", "--imei-column", "imei"
    )
    assert run.stdout.splitlines()[1:] == [
        '"9876543210","490154203237510",,"49015420323751"',
        '"9812345678","-",919812345678,',
    ]


def test_scan_leaves_out_what_is_from_before_the_listing_date(desk: Path) -> None:
    (desk / "calls.csv").write_text(
        "a,imei,at\n9876543210,,2025-06-01\n9876543210,,2025-06-03\n9876543210,,\n1,490154203237510,2025-06-02\n"
    )
    (desk / "block.csv").write_text(
        "msisdn,action,first_reported\n919876543210,block,2025-06-02 00:00:00+05:30\n919812345678,reverify,2025-06-01\n"
    )
    (desk / "seized.csv").write_text("IMEI,first_reported\n490154203237518,2025-06-01\n")
    lists = ["--numbers", "block.csv", "-c", "a", "--imeis", "seized.csv", "--imei-column", "imei"]
    run = numguard("scan", "calls.csv", *lists, "--since", "first_reported", "--at", "at")
    assert [line.split(",")[2] for line in run.stdout.splitlines()[1:]] == ['"2025-06-03"', '"2025-06-02"']
    assert "a: 1 match left out, from before the listing date" in run.stderr
    assert "a: 1 match left out, without a time or listing date that is read (2026-06-30)" in run.stderr
    first = numguard("scan", "-", *lists, "--limit", "1", stdin=(desk / "calls.csv").read_text())
    assert len(first.stdout.splitlines()) == 2
    assert "  stopped at --limit: 1 hit written\n" in first.stderr
    for arguments, code, message in (
        (["--since", "first_reported"], 2, "--at"),
        (["--since", "listed", "--at", "at"], 3, "no column 'listed'"),
        (["--since", "first_reported", "--at", "when"], 3, "no column 'when'"),
    ):
        run = numguard("scan", "calls.csv", *lists, *arguments)
        assert (run.returncode, message in run.stderr) == (code, True), run.stderr


def test_synth_gives_the_same_records_for_the_same_seed_and_its_list_hits_them(desk: Path) -> None:
    options = ["--rows", "5e3", "--hit-rate", "0.02", "--listed", "50", "--days", "2"]
    for out in ("1.parquet", "2.parquet", "3.csv"):
        run = numguard("synth", "cdr", out, *options, "--list-to", "planted.csv")
        assert run.returncode == 0, run.stderr
        assert f"{out}: 5,000 rows, about 100 of a listed number" in run.stderr
    assert (desk / "1.parquet").read_bytes() == (desk / "2.parquet").read_bytes()
    run = numguard("synth", "cdr", "4.parquet", *options, "--seed", "2")
    assert (desk / "4.parquet").read_bytes() != (desk / "1.parquet").read_bytes()
    planted = ng.NumberSet(csv.read_csv(desk / "planted.csv")["msisdn"])
    assert len(planted) == 50
    found = {}
    for name in ("1.parquet", "3.csv"):
        scan = ng.scan(desk / name, {"other_party": planted, "served_msisdn": planted})
        found[name] = scan.read_all()["other_party_match"].to_pylist()
        assert 60 < scan.summary.hits < 150
        assert scan.summary.hits_by_column["served_msisdn"] == 0
    assert found["1.parquet"] == found["3.csv"]
    for wrong in (("--rows", "0"), ("--rows", "nan"), ("--rows", "inf"), ("--seed", "-1"), ("--subscribers", "0")):
        assert numguard("synth", "cdr", "5.parquet", *wrong).returncode == 2
    assert "about 0 of a listed" in numguard("synth", "cdr", "5.parquet", "--rows", "100", "--listed", "0").stderr


def test_a_list_with_many_columns_and_no_telling_name_is_asked_about(desk: Path) -> None:
    (desk / "odd.csv").write_text("eins,zwei\n9876543210,x\n")
    run = numguard("scan", "customers.csv", "--numbers", "odd.csv", "--column", "mobile")
    assert run.returncode == 3
    assert "--list-column" in run.stderr
    assert (
        numguard(
            "scan", "customers.csv", "--numbers", "odd.csv", "--list-column", "eins", "--column", "mobile"
        ).stdout.count("\n")
        == 2
    )


def test_normalize_keeps_every_row(desk: Path) -> None:
    run = numguard("normalize", "customers.csv", "--column", "mobile", "-o", "clean.csv", "--json")
    assert json.loads(run.stdout) == {
        "cells": 4,
        "accepted": 2,
        "refused": 2,
        "notes": {"stray_letter": 1, "too_short": 1},
        "rows_read": 4,
        "rows_used": 4,
        "rows_refused": 0,
        "refused_rows": {},
        "not_data": {},
        "passed_over": [],
        "warnings": [],
    }
    clean = csv.read_csv("clean.csv")
    assert clean["msisdn"].to_pylist() == [919876543210, None, 919812345678, None]
    assert clean["note"].to_pylist() == ["", "stray_letter", "", "too_short"]


def test_other_regions_and_a_region_for_each_row(desk: Path) -> None:
    run = numguard("normalize", "-", "--region", "gb", stdin="mobile\n020 7946 0018\n999\n")
    assert run.returncode == 0
    assert run.stdout.splitlines()[1:] == ['"020 7946 0018","+442079460018",', '"999",,"short_code"']
    Path("calls.csv").write_text("caller,country\n07400 123456,GB\n(202) 555-0123,US\n98765 43210,\n")
    run = numguard("normalize", "calls.csv", "--column", "caller", "--region-column", "country")
    keys = [line.split(",")[2:] for line in run.stdout.splitlines()[1:]]
    assert keys == [['"+447400123456"', ""], ['"+12025550123"', ""], ["", '"unknown_region"']]
    run = numguard("explain", "calls.csv", "--column", "caller", "--region-column", "country", "-o", "explained.csv")
    assert run.returncode == 0
    assert csv.read_csv("explained.csv")["kind"].to_pylist() == ["mobile", "fixed_or_mobile", ""]
    Path("abroad.txt").write_text("+447400123456\n")
    scan = ("scan", "calls.csv", "--numbers", "abroad.txt", "-c", "caller", "--region-column")
    assert numguard(*scan, "country").stdout.splitlines()[1:] == ['"07400 123456","GB","+447400123456"']
    for missing in (
        numguard(*scan, "land"),
        numguard("normalize", "calls.csv", "-c", "caller", "--region-column", "land"),
    ):
        assert missing.returncode in {2, 3}
        assert "there are caller, country" in missing.stderr


def test_normalize_beside_columns_of_the_same_names(desk: Path) -> None:
    Path("own.csv").write_text("msisdn,note,msisdn_hash\n98765 43210,called twice,x\n98765,,y\n")
    assert numguard("normalize", "own.csv", "--column", "msisdn").stdout.splitlines() == [
        '"msisdn_cell","note_cell","msisdn_hash","msisdn","note"',
        '"98765 43210","called twice","x",919876543210,',
        '"98765","","y",,"short_code"',
    ]
    Path("both.csv").write_text("msisdn,msisdn_cell\n98765 43210,x\n")
    run = numguard("normalize", "both.csv", "--column", "msisdn")
    assert (run.returncode, "rename one" in run.stderr) == (2, True)


def test_normalize_names_the_column_that_is_to_be_renamed(desk: Path) -> None:
    Path("taken.csv").write_text("mobile,msisdn,note,msisdn_cell\n9876543210,,,\n")
    run = numguard("normalize", "taken.csv", "--column", "mobile")
    assert run.returncode == 2
    assert run.stderr == "numguard: there is a column msisdn, and one of that name with _cell: rename one\n"


def test_normalize_in_a_pipe() -> None:
    run = numguard("normalize", "-", stdin="mobile\n98765 43210\n1930\n")
    assert run.stdout.splitlines() == [
        '"mobile","msisdn","note"',
        '"98765 43210",919876543210,',
        '"1930",,"short_code"',
    ]


def test_explain_writes_nothing_of_a_type_without_numbers(desk: Path) -> None:
    pq.write_table(pa.table({"mobile": pa.array([1, 2], pa.int32())}), desk / "short.parquet")
    for more in ((), ("--imei",)):
        run = numguard("explain", "short.parquet", "--column", "mobile", *more)
        assert (run.returncode, run.stdout) == (3, "")
        assert "holds no" in run.stderr


def test_explain_names_file_row_and_reason(desk: Path) -> None:
    run = numguard("explain", "customers.csv", "--column", "mobile", "--only-refused")
    rows = run.stdout.splitlines()
    assert rows[1] == '"customers.csv",3,"98765O3210",,,"stray_letter","A letter stands among the digits."'
    assert rows[2].startswith('"customers.csv",5,"12"')
    assert len(rows) == 3


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["scan", "nothing.csv", "--numbers", "list.txt", "-c", "mobile"], 3, "nothing.csv"),
        (["scan", "customers.csv", "--numbers", "nothing.txt", "-c", "mobile"], 3, "nothing.txt"),
        (["scan", "customers.csv", "--numbers", "list.txt", "-c", "phone"], 3, "there are name, mobile"),
        (["scan", "customers.csv", "--numbers", "list.txt"], 2, "--column"),
        (["scan", "customers.csv"], 2, "--numbers"),
        (["scan", "customers.csv", "--numbers", "list.txt", "-c", "mobile", "-o", "hits.docx"], 2, ".parquet"),
        (["scan", "customers.csv", "--numbers", "list.txt", "-c", "mobile", "-o", "no/hits.csv"], 3, "no"),
        (["normalize", "customers.csv"], 2, "there are name, mobile"),
        (["normalize", "customers.csv", "--region", "XX"], 2, "--region"),
        (["frobnicate"], 2, "frobnicate"),
        (["normalise", "customers.csv"], 2, "Did you mean 'normalize'?"),
        (["scan", "customers.csv", "--numbers", "98765 43210", "-c", "mobile"], 2, "a list is a file"),
        (["scan", "customers.csv", "--imeis", "490154203237518", "--imei-column", "name"], 2, "a list is a file"),
        (["scan", "customers.csv", "--numbers", "list.txt", "-c", "mobile", "--threads", "0"], 2, "--threads"),
    ],
)
def test_what_goes_wrong_is_one_line_and_an_exit_code(
    desk: Path, arguments: list[str], code: int, message: str
) -> None:
    run = numguard(*arguments)
    assert run.returncode == code
    assert message in run.stderr
    assert "Traceback" not in run.stderr
    assert "98765" not in run.stderr
    assert sorted(path.name for path in desk.iterdir()) == ["customers.csv", "list.txt"]


@pytest.mark.parametrize("group", [[], ["complaints"], ["cdr"], ["lists"], ["synth"]], ids=str)
def test_no_line_of_a_list_of_verbs_is_cut_off(group: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    listed = numguard(*group, "--help").stdout.partition("Commands:")[2]
    assert listed
    assert "..." not in listed


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_helps_with_examples(verb: str) -> None:
    run = numguard(verb, "--help")
    assert run.returncode == 0
    assert f"numguard {verb}" in run.stdout.replace("Usage: numguard", "")


def test_a_reader_that_stops_early_is_no_error(desk: Path) -> None:
    (desk / "long.csv").write_text("mobile\n" + "9876543210\n" * 200_000)
    command = f"{sys.executable} -m numguard scan long.csv --numbers list.txt -c mobile 2>errors | head -1"
    run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False)
    assert run.stdout == '"mobile","mobile_match"\n'
    assert "Traceback" not in (desk / "errors").read_text()


def test_ctrl_c_leaves_no_half_file(desk: Path) -> None:
    numbers = pa.array(["9876543210", "9812345679", "9700012345"] * 1_000_000)
    pq.write_table(pa.table({"mobile": numbers, "other": numbers}), desk / "calls-0.parquet")
    for part in range(1, 320):
        shutil.copyfile(desk / "calls-0.parquet", desk / f"calls-{part}.parquet")
    arguments = ["scan", "calls-*.parquet", "--numbers", "list.txt", "-c", "mobile", "-o", "hits.csv"]
    process = subprocess.Popen(
        [sys.executable, "-m", "numguard", *arguments], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        deadline = time.monotonic() + 120
        while not list(desk.glob(".numguard-*")):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
    finally:
        process.kill()  # it would fill the disk
    # CPython ends itself by the signal where Ctrl-C came while a string was executed, as when classes are imported. A
    # shell reports 130 for both.
    assert process.returncode in {130, -signal.SIGINT}
    assert "interrupted" in errors
    assert "Traceback" not in errors
    assert not [path.name for path in desk.iterdir() if "hits" in path.name or path.name.startswith(".")]


@pytest.mark.parametrize(
    ("variable", "value", "takes"),
    [
        ("NUMGUARD_THREADS", "x", "a whole number of at least 1"),
        ("NUMGUARD_THREADS", "0", "a whole number of at least 1"),
        ("NUMGUARD_PROBE", "avx", "scalar, avx2 or avx512"),
        ("NUMGUARD_MOST_DOCUMENT", "1 GiB", "a whole number"),
    ],
)
def test_a_variable_of_the_environment_that_cannot_be_read_is_an_error(
    tmp_path: Path, variable: str, value: str, takes: str
) -> None:
    (tmp_path / "list.json").write_text('[{"msisdn": "9876543210"}]')
    (tmp_path / "calls.csv").write_text("Target No,IMEI,Call Date\n9876543210,358967101234560,01/06/2026\n")
    uses = [("normalize", str(tmp_path / "list.json"))]
    if variable != "NUMGUARD_MOST_DOCUMENT":
        uses.append(("cdr", "read", str(tmp_path / "calls.csv")))
    for verb in uses:
        done = numguard(*verb, **{variable: value})
        assert (done.returncode, done.stderr) == (2, f"numguard: {variable}: takes {takes}\n")
    assert numguard(*uses[0], **{variable: ""}).returncode == 0


def test_a_warning_is_one_line_and_comes_once(tmp_path: Path) -> None:
    """Python would add a place in the code, and show it for each place."""
    pq.write_table(pa.table({"msisdn": pa.array([9876543210, 9812345670], pa.uint64())}), tmp_path / "l.parquet")
    (tmp_path / "c.csv").write_text("a\n9876543210\n")
    run = numguard("scan", str(tmp_path / "c.csv"), "--numbers", str(tmp_path / "l.parquet"), "-c", "a")
    lines = run.stderr.splitlines()
    assert [line for line in lines if "UInt64" in line or ".py" in line] == [lines[0]]
    assert lines[0].startswith("warning: UInt64 is taken for E.164 as it stands")
