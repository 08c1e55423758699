"""`numguard expand` from the command line: operator files and tables in, lists, letters and charts out."""

from __future__ import annotations

import csv
import json
import re
import stat
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

import numguard as ng
from numguard.cli import run
from numguard.cli.expand import write_folder
from warm import numguard

AIRTEL = """BHARTI AIRTEL LIMITED
Target No,Call Type,B Party No,Date,Time,Dur(s),IMEI,IMSI
'9876543210','OUT','9000000001','01/06/2026','08:01:39','61','490154203237510','404100000000001'
'9876543210','IN','9000000002','04/06/2026','08:01:39','61','358240051111110','404100000000001'
"""
JIO = """Calling Party Telephone Number,Called Party Telephone Number,Call Date,Call Time,Call Termination Time,\
Call Type,IMEI
'919123456789','919000000001','05/06/2026','09:00:00','09:01:00','a_out','490154203237518'
'919000000003','919123456780','05/06/2026','09:00:00','09:01:00','a_in','490154203237518'
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "airtel.csv").write_text(AIRTEL)
    (tmp_path / "jio.csv").write_text(JIO)
    (tmp_path / "seeds.csv").write_text("mobile\n98765 43210\n98123 45678\n1930\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_chain_of_operator_files_links_served_parties_only(desk: Path) -> None:
    run = numguard("expand", "airtel.csv", "jio.csv", "--seeds", "seeds.csv", "--folder", "linked")
    assert run.returncode == 0, run.stderr
    assert "seeds.csv: 2 numbers; left out: short_code 1" in run.stderr
    found = rows(desk / "linked" / "linked.csv")
    # Of an outgoing call the calling party was served, of an incoming one the called.
    assert [row["msisdn"] for row in found] == ["919123456780", "919123456789"]
    assert {row["via_imei"] for row in found} == {"49015420323751"}
    python = ng.expand(["98765 43210"], ng.read_cdr(["airtel.csv", "jio.csv"]))
    assert python.linked["msisdn"].to_pylist() == [919123456780, 919123456789]
    one_by_one = ng.expand(["98765 43210"], [ng.read_cdr("airtel.csv"), ng.read_cdr("jio.csv")])
    assert one_by_one.linked == python.linked


@pytest.mark.parametrize("dated", [(), ("--days-before", "300")])
def test_a_number_to_release_is_no_seed(desk: Path, dated: tuple[str, ...]) -> None:
    listed = ["9876543210,2026-09-01,release", "9123456789,2026-09-01,reverify", "9123456780,2026-09-01,block"]
    (desk / "listed.csv").write_text("\n".join(["msisdn,reported_at,action", *listed, ""]))
    run = numguard("expand", "airtel.csv", "jio.csv", "--seeds", "listed.csv", "--folder", "linked", "--json", *dated)
    assert run.returncode == 0, run.stderr
    account = json.loads(run.stdout)["lists"][0]
    assert (account["rows_read"], account["rows_used"], account["not_data"]) == (3, 1, {"other_action": 2})
    assert {row["seed_msisdn"] for row in rows(desk / "linked" / "linked.csv")} == {"919123456780"}


@pytest.mark.parametrize("dated", [(), ("--days-before", "30", "--days-after", "30")])
def test_a_text_that_means_yes_in_a_list_of_seeds(desk: Path, dated: tuple[str, ...]) -> None:
    day = datetime.now().date().isoformat()
    (desk / "seeds.csv").write_text(f"msisdn,reported_at,Approved by SP\n9876543210,{day},Seen and put up\n")
    call = ("expand", "airtel.csv", "--seeds", "seeds.csv", *dated)
    assert "what is no known yes to a block" in numguard(*call).stderr
    assert numguard(*call, "--yes", "seen and put up").returncode == 0
    assert (
        "no cell of a column of decisions is text 2 of 2"
        in numguard(*call, "--yes", "Seen and put up", "--yes", "x").stderr
    )


def test_a_number_is_protected_whatever_the_action_of_its_row(desk: Path) -> None:
    (desk / "customers.csv").write_text("msisdn,action\n9123456789,release\n9123456780,reverify\n")
    run = numguard(
        "expand", "airtel.csv", "jio.csv", "--seeds", "seeds.csv", "--protected", "customers.csv", "--folder", "linked"
    )
    assert run.returncode == 0, run.stderr
    assert "customers.csv: 2 numbers" in run.stderr
    assert rows(desk / "linked" / "linked.csv") == []


def test_tables_of_a_folder_are_of_one_run(desk: Path) -> None:
    found = ng.expand(["98765 43210"], ng.read_cdr(["airtel.csv", "jio.csv"]))
    write_folder(found, desk / "linked")
    before = {path.name: path.read_bytes() for path in (desk / "linked").iterdir()}
    assert len(before) == 5
    cut: Any = SimpleNamespace(linked=found.linked.slice(1), handsets=found.handsets.slice(1))
    with pytest.raises(AttributeError):
        write_folder(cut, desk / "linked")
    assert {path.name: path.read_bytes() for path in (desk / "linked").iterdir()} == before


def test_tables_and_operator_files_in_one_call(desk: Path) -> None:
    table = pa.table({"served_msisdn": ["9700012345"], "imei14": ["358240051111118"]})
    pq.write_table(table, "bulk.parquet")
    run = numguard("expand", "bulk.parquet", "airtel.csv", "--seeds", "seeds.csv", "--json")
    assert json.loads(run.stdout)["linked"] == 1
    run = numguard("expand", "bulk.parquet", "airtel.csv", "--seeds", "seeds.csv", "--imei", "imei14")
    assert (run.returncode, run.stdout) == (2, "")


def test_the_letter_to_the_operators(desk: Path) -> None:
    run = numguard(
        "expand", "airtel.csv", "jio.csv", "--seeds", "seeds.csv", "--ask", "letter.csv", "--since", "2026-06-01"
    )
    assert "letter.csv: requests for 1 number and 1 handset" in run.stderr
    assert rows(desk / "letter.csv") == [
        {"msisdn": "919812345678", "imei": "", "why": "unseen", "since": "2026-06-01T00:00:00+05:30", "until": ""},
        {
            "msisdn": "",
            "imei": "358240051111110",
            "why": "one_number",
            "since": "2026-06-01T00:00:00+05:30",
            "until": "2026-06-04T08:01:39+05:30",
        },
    ]
    assert stat.S_IMODE((desk / "letter.csv").stat().st_mode) == 0o600
    numguard("expand", "airtel.csv", "jio.csv", "--seeds", "seeds.csv", "--ask", "letter.xlsx")
    sheet = CalamineWorkbook.from_path(str(desk / "letter.xlsx")).get_sheet_by_index(0).to_python()
    assert [row[:3] for row in sheet] == [
        ["msisdn", "imei", "why"],
        ["919812345678", "", "unseen"],
        ["", "358240051111110", "one_number"],
    ]
    assert stat.S_IMODE((desk / "letter.xlsx").stat().st_mode) == 0o600


def test_files_are_readable_by_their_owner_alone(desk: Path) -> None:
    run = numguard(
        "expand", "airtel.csv", "jio.csv", "--seeds", "seeds.csv", "--folder", "linked", "--graph", "chart"
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    written = [*(desk / "linked").iterdir(), *(desk / "chart").iterdir()]
    assert len(written) == 8
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    assert {stat.S_IMODE((desk / folder).stat().st_mode) for folder in ("linked", "chart")} == {0o700}


def test_a_chart_of_a_case(desk: Path) -> None:
    arguments = ("expand", "airtel.csv", "jio.csv", "--seeds", "seeds.csv", "--graph", "chart")
    (desk / "suspect.csv").write_text("9123456789\n")
    run = numguard(*arguments, "--around", "suspect.csv")
    assert "chart: 4 nodes, 3 edges" in run.stderr
    assert not re.search("91234 ?56789", (desk / "chart" / "chart.svg").read_text())
    assert [row["label"] for row in rows(desk / "chart" / "nodes.csv") if row["asked"] == "true"] == ["919123456789"]
    numguard(*arguments, "--around", "suspect.csv", "--full-numbers")
    assert "91234 56789" in (desk / "chart" / "chart.svg").read_text()
    (desk / "phone.csv").write_text("358240051111110\n")
    assert "chart: 2 nodes, 1 edge" in numguard(*arguments, "--around-imeis", "phone.csv").stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--around", "seeds.csv"], "--graph: name the folder"),
        (["--graph", "chart", "--around", "empty.csv"], "--around: the list is empty"),
        (["--graph", "chart", "--around", "stranger.csv"], "1 of the numbers and handsets are not in the walk"),
        (["--ask", "letter.pdf"], "its ending selects the format"),
        (["--days-before", "3", "--max-hops", "2"], "max_hops: takes 1 only"),
    ],
)
def test_wrong_arguments_are_errors_of_usage(desk: Path, arguments: list[str], message: str) -> None:
    (desk / "empty.csv").write_text("mobile\n")
    (desk / "stranger.csv").write_text("9000000009\n")
    run = numguard("expand", "airtel.csv", "--seeds", "seeds.csv", *arguments)
    assert run.returncode == 2
    assert message in run.stderr
    assert not (desk / "chart").exists()


def test_a_window_around_the_day_of_report(desk: Path) -> None:
    (desk / "reported.csv").write_text("msisdn,reported_at\n9876543210,2026-06-04\n")
    arguments = ("expand", "airtel.csv", "jio.csv", "--seeds", "reported.csv", "--json", "--days-before")
    assert json.loads(numguard(*arguments, "3").stdout)["linked"] == 2
    assert json.loads(numguard(*arguments, "2").stdout)["linked"] == 0
    (desk / "reported.csv").write_text(
        "msisdn,reported_at\n98765XXXXX,2026-06-04\n9876543210,\n9123456780,2026-06-04\n"
    )
    assert json.loads(numguard(*arguments, "3").stdout)["refused_seeds"] == {"masked": 1, "no_time": 1}
    (desk / "reported.csv").write_text("msisdn,reported_at\n9876543210,04/06/2026\n")
    run = numguard(*arguments, "3")
    assert (run.returncode, run.stdout) == (3, "")
    assert "reported.csv: row 2: reported_at: write it as 2026-09-01" in run.stderr
    # As an exported list has them, with a zone.
    for day, linked in (("2026-06-03T23:00:00+00:00", 2), ("2026-06-04T00:00:00+05:30", 2), ("2026-06-05 00:00Z", 0)):
        (desk / "reported.csv").write_text(f"msisdn,reported_at\n9876543210,{day}\n")
        assert json.loads(numguard(*arguments, "3").stdout)["linked"] == linked


def test_an_unreadable_protected_number_is_reported(desk: Path) -> None:
    (desk / "protected.csv").write_text("mobile\n9123456789\n98765XXXXX\n")
    run = numguard("expand", "airtel.csv", "jio.csv", "--seeds", "seeds.csv", "--protected", "protected.csv")
    assert "protected.csv: 1 number; left out: masked 1" in run.stderr
    assert "stopped: protected 1" in run.stderr


def test_no_seeds_and_no_sightings_are_reported(desk: Path) -> None:
    (desk / "empty.csv").write_text("mobile\n")
    run = numguard("expand", "airtel.csv", "--seeds", "empty.csv")
    assert run.returncode == 0
    assert "empty.csv: 0 numbers" in run.stderr
    assert "no numbers to link from: none is in force, or in the list" in run.stderr
    (desk / "none.csv").write_text(AIRTEL.partition("'")[0])
    run = numguard("expand", "none.csv", "--seeds", "seeds.csv")
    assert "linked: 0 numbers" in run.stderr
    assert "listed numbers not found in these records: 2" in run.stderr


@pytest.mark.parametrize("imei", ["490154203237518", "49-015420-323751-8"])
def test_an_imei_in_place_of_a_column_names_the_verb_for_it(desk: Path, imei: str) -> None:
    for verb in (("expand", "--seeds", "seeds.csv"), ("changes",), ("common",)):
        run = numguard(verb[0], "airtel.csv", *verb[1:], "--imei", imei)
        assert run.returncode == 2
        assert "--imei: takes the name of a column; " in run.stderr
        assert "numguard changes FILE --by imei14 --imeis imei.csv" in run.stderr
        assert imei not in run.stderr


def test_written_imeis_that_are_not_read_are_counted_with_their_notes(desk: Path) -> None:
    """Their rows are refused as `empty`, as if the operator had left the cells out."""
    header = "Target No,Call Type,B Party No,Date,Time,Dur(s),IMEI,IMSI\n"
    cells = ["4.90154E+14", "49015420323XXXX", "", "490154203237510"]
    lines = (f"9876543210,OUT,9000000001,01/06/2026,08:01:39,61,{cell},404100000000001\n" for cell in cells)
    (desk / "rounded.csv").write_text(header + "".join(lines))
    run = numguard("expand", "rounded.csv", "--seeds", "seeds.csv")
    assert "3 rows refused: empty 3\n" in run.stderr
    assert "rounded.csv: 2 written IMEIs not read, and empty here: masked 1, precision_lost 1\n" in run.stderr


def test_sightings_of_other_types_are_input(desk: Path) -> None:
    columns = {"served_msisdn": ["9876543210"], "imei14": ["358240051111110"]}
    for name, column, values in [
        ("no column 'imei14'", "imei", ["358240051111110"]),
        ("column 'at'", "at", ["04/06/2026"]),
        ("column 'imei14'", "imei14", [True]),
    ]:
        table = {**columns, column: values}
        if column == "imei":
            del table["imei14"]
        pq.write_table(pa.table(table), "bad.parquet")
        run = numguard("expand", "bad.parquet", "--seeds", "seeds.csv")
        assert run.returncode == 3
        assert f"bad.parquet: {name}" in run.stderr
        assert "9876543210" not in run.stderr


def test_the_tables_of_a_chart_are_neither_read_nor_written_twice(desk: Path) -> None:
    (desk / "chart").mkdir()
    (desk / "chart" / "nodes.csv").write_text("msisdn\n9876543210\n")
    for options in (
        ["--seeds", "chart/nodes.csv"],
        ["--seeds", "seeds.csv", "--ask", "chart/nodes.csv"],
        ["--seeds", "seeds.csv", "--refused", "chart/edges.csv"],
    ):
        run = numguard("expand", "airtel.csv", "jio.csv", *options, "--graph", "chart")
        assert run.returncode == 2, run.stderr
        assert "read by this call" in run.stderr or "is written by" in run.stderr
    assert (desk / "chart" / "nodes.csv").read_text() == "msisdn\n9876543210\n"


def test_operator_files_without_times_are_not_listed_twice(desk: Path) -> None:
    (desk / "map.csv").write_text("A,I,D\n9876543210,490154203237518,\n9812345678,490154203237510,\n")
    names = ("--msisdn", "A", "--imei", "I", "--at", "D", "--min-sightings", "2", "--json")
    once = numguard("expand", "map.csv", "--seeds", "seeds.csv", *names)
    assert (once.returncode, json.loads(once.stdout)["linked"]) == (0, 0), once.stderr
    twice = numguard("expand", "map.csv", "./map.csv", "--seeds", "seeds.csv", *names)
    assert twice.returncode == 2
    assert "given twice" in twice.stderr


FOREIGN = "Target No,IMEI,Date\n98765 43210,490154203237518,01/06/2026\n+65 91234567,490154203237518,01/06/2026\n"


@pytest.mark.parametrize("name", ["calls.csv", "sightings.csv", "sightings.jsonl", "sightings.parquet", "both"])
def test_sightings_have_the_same_numbers_once_they_are_written(desk: Path, name: str) -> None:
    """Of a foreign number in ten digits, as those of Singapore are, no Indian mobile is made on any way."""
    (desk / "calls.csv").write_text(FOREIGN)
    (desk / "both").mkdir()
    for path in ("sightings.csv", "sightings.jsonl", "sightings.parquet", "both/one.parquet"):
        assert numguard("cdr", "read", "calls.csv", "-o", path).returncode == 0
    # A folder may have tables and operators' files.
    (desk / "both" / "two.csv").write_text(JIO)
    run = numguard("expand", name, "--seeds", "seeds.csv", "--folder", "linked", "--ask", "letter.csv", "--json")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["rows_refused"] == 0
    linked = [row["msisdn"] for row in rows(desk / "linked" / "linked.csv")]
    assert linked == (["+6591234567", "919123456780", "919123456789"] if name == "both" else ["+6591234567"])
    assert ng.normalize(linked).to_pylist()[0] == 6591234567


def test_a_letter_has_no_indian_number_for_a_foreign_one(desk: Path) -> None:
    (desk / "seeds.csv").write_text("mobile\n+65 91234567\n98765 43210\n")
    run = numguard("expand", "airtel.csv", "--seeds", "seeds.csv", "--ask", "letter.csv")
    assert run.returncode == 0, run.stderr
    assert [row["msisdn"] for row in rows(desk / "letter.csv") if row["msisdn"]] == ["+6591234567"]


@pytest.mark.parametrize("day", ["2062-06-03", "2062-06-03 10:00:00"])
def test_a_seed_of_a_later_day_is_refused(desk: Path, day: str) -> None:
    """No sighting would be in its window, and nothing would say why."""
    (desk / "dated.csv").write_text(f"msisdn,reported_at\n98765 43210,{day}\n98765 43210,2026-06-03\n")
    run = numguard(
        "expand", "airtel.csv", "jio.csv", "--seeds", "dated.csv", "--days-before", "30", "--refused", "r.csv"
    )
    assert run.returncode == 0, run.stderr
    assert rows(desk / "r.csv") == [{"file": "dated.csv", "row": "2", "note": "in_the_future"}]


@pytest.mark.parametrize("kind", [pa.date32(), pa.timestamp("ms"), pa.timestamp("ns", "Asia/Kolkata"), pa.date64()])
def test_a_later_day_of_any_type_is_refused(desk: Path, kind: Any) -> None:
    moments = pa.array([datetime(2062, 6, 3), datetime(2026, 6, 3)]).cast(kind)
    pq.write_table(pa.table({"msisdn": ["98765 43210"] * 2, "reported_at": moments}), desk / "dated.parquet")
    run = numguard("expand", "airtel.csv", "--seeds", "dated.parquet", "--days-before", "30", "--json")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["lists"][0]["refused_rows"] == {"in_the_future": 1}


def test_columns_that_are_not_named_have_their_default_names_in_every_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    at = pa.array([datetime(2026, 6, 1, 10), datetime(2026, 6, 2, 10)], pa.timestamp("s"))
    calls = pa.table({"who": ["9876543210", "9812345678"], "imei14": ["358240051111110"] * 2, "at": at})
    pc.write_csv(calls, "calls.csv")
    pq.write_table(calls, "calls.parquet")
    Path("seeds.csv").write_text("msisdn\n9876543210\n")
    for path in ("calls.csv", "calls.parquet"):
        call = ["expand", path, "--seeds", "seeds.csv", "--msisdn", "who", "--since", "2026-06-01", "--json"]
        assert run(call) == 0
        summary = json.loads(capsys.readouterr().out)
        assert (path, summary["linked"], summary["refused"]) == (path, 1, {})
        assert run(["changes", path, "--msisdn", "who"]) == 0
        out = capsys.readouterr().out.splitlines()
        assert (path, len(out)) == (path, 3)
        assert "2026-06-02 10:00:00" in out[1] + out[2]


def test_the_help_has_the_bounds_that_hold_by_default() -> None:
    text = " ".join(numguard("expand", "--help").stdout.split())
    for name, bound in asdict(ng.LinkPolicy()).items():
        if bound is not None:
            shown = re.search(rf"--{name.replace('_', '-')} .*?\[(\d+)\]\.", text)
            assert shown, name
            assert int(shown[1]) == bound


def test_columns_of_operator_files_that_are_not_read_are_named(desk: Path) -> None:
    """As `cdr read` names them: one of them may be the one that was meant."""
    (desk / "again.csv").write_text(JIO.replace("10:01:00", "10:02:00"))
    wide = AIRTEL.replace("Dur(s)", "First SMSC").replace("IMSI", "IMSI,SMSC No").replace("'\n", "','1'\n")
    (desk / "airtel.csv").write_text(wide)
    sources = ("airtel.csv", "jio.csv", "again.csv")
    for verb in (("expand", "--seeds", "seeds.csv"), ("changes", "-o", "out.csv"), ("common", "-o", "out.csv")):
        run = numguard(verb[0], *sources, *verb[1:])
        assert run.returncode == 0, run.stderr
        assert "airtel.csv: columns that were not read: First SMSC, SMSC No" in run.stderr
        assert "jio.csv and 1 more file: columns that were not read: Call Termination Time" in run.stderr
    account = json.loads(numguard("expand", *sources, "--seeds", "seeds.csv", "--json").stdout)
    ended = ["Call Termination Time"]
    assert account["not_read"] == {"airtel.csv": ["First SMSC", "SMSC No"], "jio.csv": ended, "again.csv": ended}


def test_nothing_is_recorded_of_a_file_whose_a_numbers_are_callers(desk: Path) -> None:
    """Its incoming calls are below the first lines, at which the file is one of subjects."""
    when = "490154203237518,01/06/2026,08:01:39"
    lines = [f"9876543210,9000000001,OUT,{when}"] * 450 + [f"91000{k:05},9876543210,IN,{when}" for k in range(5)]
    (desk / "sorted.csv").write_text("\n".join(["A Party,B Party,Call Type,IMEI,Call Date,Call Time", *lines, ""]))
    sheet = "acknowledgement_no,source,district,reported_at,suspect_mobiles\n1,1930,Nuh,2026-09-01,9876543210\n"
    (desk / "desk.csv").write_text(sheet)
    with ng.Registry("cases.db", by="x") as registry:
        registry.add_complaints("desk.csv")
        before = registry.history("9876543210")
    run = numguard("expand", "sorted.csv", "--registry", "cases.db", "--by", "x", "--folder", "linked")
    assert run.returncode != 0
    assert "the handsets of incoming calls are those of the B numbers" in run.stderr
    with ng.Registry("cases.db", by="x") as registry:
        assert registry.history("9876543210").equals(before)
        assert len(registry.history("9100000001")) == 0
    assert not (desk / "linked").exists()
