"""The demonstration: a small case from end to end, its output and files, and its failures."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.cli import run as command_line
from numguard.cli.demo import DemoResult, run_demo
from numguard.cli.page import _Plain, _Rich, open_page
from numguard.errors import ArgumentError
from numguard.synthetic import TRAPS, districts
from numguard.synthetic.score import score

Run = tuple[DemoResult, str]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = io.StringIO()
    result = run_demo(tmp_path_factory.mktemp("demo"), rows=200_000, scale=0.02, out=out)
    return result, out.getvalue()


def test_everything_comes_out(run: Run) -> None:
    result, text = run
    assert result.ok, [name for name, holds in result.checks.items() if not holds]
    assert len(result.checks) >= 4
    assert "NOT SO" not in text
    assert result.reported == result.world.complaints.by_district
    assert sum(result.linked.values()) == result.scores[-1].guilty_linked + result.scores[-1].innocent_linked
    assert result.hits > 1_000


def test_it_shows_missed_numbers_and_false_hits(run: Run) -> None:
    result, text = run
    by_trap = {s.trap: s for s in result.scores}
    assert set(by_trap) == {*TRAPS, "all"}
    assert by_trap["SIM box"].recall is not None
    assert by_trap["SIM box"].recall < 0.5
    assert by_trap["repair shop"].innocent_linked > 0
    assert by_trap["cloned IMEI, 5000 users"].innocent_linked == 0
    assert by_trap["undirected party"].innocent_linked == 0
    assert by_trap["called party"].innocent_linked == 0
    assert by_trap["protected number"].innocent_linked == 0
    assert "guilty were missed (SIM box" in text
    assert "innocent were linked (repair shop" in text
    assert "numbers more; nothing of it was kept" in text
    assert all(trap in text for trap in TRAPS)


def test_it_never_prints_a_number_or_a_handset(run: Run) -> None:
    _, text = run
    assert len(text) > 3_000
    assert not re.search(r"(?<![\d.])\d{10,}", re.sub(r"[ ,+-]", "", re.sub(r"  +|\n", "|", text)))


def test_what_it_writes_is_there(run: Run) -> None:
    result, text = run
    folder = result.world.folder.parent
    for path in result.written.values():
        assert path.exists()
        assert str(path.relative_to(folder)) in text
    with (folder / "block_list.csv").open(encoding="utf-8-sig", newline="") as lines:
        listed = list(csv.DictReader(lines))
    parts = []
    for path in sorted((folder / "by_district").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            parts += [row["msisdn"] for row in csv.DictReader(lines)]
    assert sorted(parts) == sorted(row["msisdn"] for row in listed)
    assert {row["action"] for row in listed} == {"block", "reverify"}
    assert not set(ng.normalize(parts).to_pylist()) & set(result.world.protected.tolist())
    assert pq.read_metadata(folder / "hits.parquet").num_rows == result.hits
    assert (folder / "cases.db").stat().st_mode & 0o077 == 0


def test_it_ends_with_the_report(run: Run) -> None:
    result, text = run
    path = result.world.folder.parent / "report.html"
    assert "".join(text.split()).endswith("".join(f"Now read {path}.".split()))  # a long path is wrapped
    page = path.read_text()
    table = page[page.index("Reported, by district") :].partition("</table>")[0]
    rows = [re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row) for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)]
    at = rows[0].index("uploaded")
    counts = {row[0]: int(row[at].replace(",", "")) for row in rows[1:]}
    assert counts.pop("All") == sum(result.reported.values())
    assert counts == {unit: count for unit, count in result.world.complaints.by_district.items() if count}
    assert not re.search(r"[6-9]\d{9}", re.sub(r"[a-f0-9]{64}|-?\d*\.\d+", "", page))


def test_refused_rows_have_place_and_reason(run: Run) -> None:
    result, _ = run
    with (result.world.folder.parent / "refused_rows.csv").open(encoding="utf-8", newline="") as lines:
        refused = list(csv.DictReader(lines))
    assert {"file", "row", "note"} <= set(refused[0])
    assert all(row["note"] and int(row["row"]) > 0 for row in refused)
    assert {row["note"] for row in refused} >= {"masked", "too_long", "upi_id", "precision_lost"}
    with (result.world.folder.parent / "waiting.csv").open(encoding="utf-8", newline="") as lines:
        waited = list(csv.DictReader(lines))
    assert waited
    assert all(row["why"] and int(row["row"]) > 0 for row in waited)
    with (result.world.folder.parent / "refused_operator_rows.csv").open(encoding="utf-8", newline="") as lines:
        undirected = list(csv.DictReader(lines))
    assert len(undirected) == 3 * len(result.world.planted.undirected)
    assert {row["note"] for row in undirected} == {"unknown_call_type"}


def test_a_second_run_in_the_same_folder_prints_the_same(run: Run, tmp_path: Path) -> None:
    first = run_demo(tmp_path, rows=200_000, scale=0.02, out=io.StringIO())
    again = run_demo(tmp_path, rows=200_000, scale=0.02, out=io.StringIO())
    assert again.ok
    assert again.scores == first.scores
    assert run_demo(tmp_path, seed=3, rows=200_000, scale=0.02, out=io.StringIO()).ok


def test_after_an_interrupted_run_the_folder_can_be_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It had files of the run, and not yet the one by which they are known."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    for step in ("make_complaints", "write_complaints", "_write_operator_files"):
        with monkeypatch.context() as patch:
            patch.setattr(f"numguard.synthetic.world.{step}", interrupt)
            with pytest.raises(KeyboardInterrupt):
                run_demo(tmp_path, rows=200_000, scale=0.02, out=io.StringIO())
    assert run_demo(tmp_path, rows=200_000, scale=0.02, out=io.StringIO()).ok


@pytest.mark.parametrize("name", ["cases.db", "block_list.csv", "report.html", "case/complaints.csv"])
def test_a_folder_with_files_that_no_demonstration_made_is_left_alone(tmp_path: Path, name: str) -> None:
    theirs = tmp_path / name
    theirs.parent.mkdir(exist_ok=True)
    theirs.write_bytes(b"a year of work")
    with pytest.raises(ArgumentError, match="no demonstration made"):
        run_demo(tmp_path, rows=200_000, scale=0.02, out=io.StringIO())
    assert theirs.read_bytes() == b"a year of work"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [theirs]


def test_the_verb_fails_when_something_did_not_come_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    broken = replace(run[0], checks={"it holds": True, "it does not": False})
    monkeypatch.setattr("numguard.cli.demo.run_demo", lambda *_, **__: broken)
    assert command_line(["demo", "somewhere"]) == 3
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1, shown
    # The address of an object is a number too.
    assert not re.search(r"(?<![\d.])\d{10}", re.sub(r"0x[0-9a-f]+", "", repr(broken)))


# The comparison with the planted truth ---------------------------------------------------------------------------


def test_scores_by_hand() -> None:
    truth = pa.table(
        {
            "msisdn": [1, 2, 3, 4, 5],
            "trap": ["SIM box"] * 4 + ["repair shop"],
            "guilty": [True, True, True, False, False],
            "seed": [True, False, False, False, False],
        }
    )
    by_trap = {s.trap: s for s in score(truth, pa.table({"msisdn": [2, 4, 5]}))}
    assert (by_trap["SIM box"].guilty, by_trap["SIM box"].guilty_linked) == (2, 1)
    assert (by_trap["SIM box"].precision, by_trap["SIM box"].recall) == (0.5, 0.5)
    assert (by_trap["repair shop"].precision, by_trap["repair shop"].recall) == (0.0, None)
    assert by_trap["all"].precision == pytest.approx(1 / 3)
    assert by_trap["resold phone"].precision is None


# The page ----------------------------------------------------------------------------------------------------------


def _show(page: _Plain | _Rich) -> None:
    page.title("Title", "Under it")
    page.heading("Part")
    page.facts([("rows", "1,234", "of [something]"), ("longer name", "5", "")])
    page.table(["<district", "reported"], [["Hisar", "12"], ["All", "12"]], total=True)
    page.line("it holds", "good")
    page.line("it does not", "bad")
    page.line("a long line " * 30)
    with page.step("working") as show:
        show("half way")


def test_both_pages_have_the_same_words() -> None:
    plain, rich = io.StringIO(), io.StringIO()
    _show(_Plain(plain))
    _show(_Rich(rich))
    words = [set(re.findall(r"[\w,\[\]]+", text.getvalue())) - {"ok", "NOT", "SO"} for text in (plain, rich)]
    times = {word for word in words[0] | words[1] if word.isdigit() and word not in {"5", "12"}}
    assert words[0] - times == words[1] - times
    assert len(words[0]) > 15
    assert "\x1b" not in plain.getvalue()


def test_a_pipe_gets_the_plain_page(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert isinstance(open_page(io.StringIO()), _Plain)
    monkeypatch.setenv("TERM", "xterm")
    assert isinstance(open_page(Terminal()), _Rich)
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(open_page(Terminal()), _Plain)


def test_the_small_case_is_not_the_published_one(run: Run) -> None:
    result, text = run
    assert result.world.complaints.by_district != districts.UNITS
    assert "generated" in text
    assert "published table, district by district" not in text
