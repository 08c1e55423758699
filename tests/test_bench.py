"""The harness itself: it compares results, writes its record, and computes page and verdicts from it.

No time is checked here. A quick run has all measurements of a real run, on small inputs.
"""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from numguard.bench import SUBJECTS, columns, goals, page, record, rivals
from numguard.bench.columns import LAYOUTS, Case
from numguard.bench.plan import plan
from numguard.bench.record import Line, Record
from numguard.errors import ArgumentError

ROOT = Path(__file__).parents[1]
#: Of fewer sightings no SIM box is open by the rules of place.
TINY = {"NUMGUARD_BENCH_ROWS": "20000", "NUMGUARD_BENCH_FILE_ROWS": "100000"}


@pytest.fixture(scope="module")
def quick_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a quick run of all subjects on the command line."""
    folder = tmp_path_factory.mktemp("bench")
    command = [sys.executable, "-m", "numguard", "bench", "--quick", "--record", ".", "--inputs", "inputs"]
    # A worker of a parallel run is recognised by its environment, and measures nothing.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    run = subprocess.run(command, cwd=folder, env=environment | TINY, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    assert "Where we lose" in run.stdout
    return folder


@pytest.fixture(scope="module")
def lines(quick_run: Path) -> list[Line]:
    (path,) = quick_run.glob("quick-*.csv")
    return record.read(path)


def test_a_quick_run_measures_every_candidate_on_every_column(lines: list[Line]) -> None:
    measured = {(line.layout, line.candidate) for line in lines if line.work == "contains"}
    assert measured == {(layout, who) for layout in LAYOUTS for who in ["numguard", *rivals.RIVALS[layout]]}
    works = {line.work for line in lines}
    shown = {work for part in page._PARTS for work in part[0].split(" | ")}
    of_cdr = {f"read {what}{clock}" for what in ("cdr", "text") for clock in ("", ", processor")}
    assert works == shown - of_cdr  # by the repository's own benches/end_to_end/bench_cdr.py
    assert len(works) >= len(SUBJECTS)


def test_a_wrong_answer_has_no_time(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("from numguard.bench.conftest import *\n")
    (tmp_path / "test_it.py").write_text(
        "from numguard.bench.record import Line\n"
        "def measured(measure, who, answer):\n"
        "    assert measure(Line('scan', 'x', 1, 0, None, who, 1), lambda: answer) == 1\n"
        "def test_right(measure): measured(measure, 'right', 1)\n"
        "def test_wrong(measure): measured(measure, 'wrong', 2)\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "--benchmark-only", "-pno:cacheprovider", "-c", os.devnull, "."]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    settings = {"NUMGUARD_BENCH_QUICK": "1", "NUMGUARD_BENCH_RECORD": str(tmp_path)}
    run = subprocess.run(command, cwd=tmp_path, env=environment | settings, capture_output=True, text=True, check=False)
    assert "1 failed" in run.stdout, run.stdout + run.stderr
    (path,) = tmp_path.glob("quick-*.csv")
    assert [line.candidate for line in record.read(path)] == ["right"]


def test_every_line_has_the_facts_of_its_run(lines: list[Line]) -> None:
    assert len({line.run for line in lines}) == 1
    for line in lines:
        assert min(line.rows, line.threads, line.cores) > 0
        assert all([line.cpu, line.python, line.system, line.machine])
        assert {"numguard", "pyarrow", "numpy"} <= {part.split("=")[0] for part in line.versions.split()}
        if line.median_s is None:
            assert line.bytes is not None
        else:
            assert line.rows_per_s is not None
            assert line.min_s is not None
            assert line.max_s is not None
            assert line.min_s <= line.median_s <= line.max_s
            assert line.rows_per_s == pytest.approx(line.rows / line.median_s, rel=1e-4)


def test_the_page_of_a_quick_run_has_no_external_resources(quick_run: Path) -> None:
    (path,) = quick_run.glob("quick-*.html")
    text = path.read_text()
    assert text.count("<svg") == 4
    assert "<script" not in text
    assert "Where we lose" in text


def test_a_quick_run_is_never_published(quick_run: Path) -> None:
    assert record.newest(quick_run) is None
    (quick_run / "2026-01-02-a.csv").touch()
    (quick_run / "2026-01-10-a.csv").touch()
    assert record.newest(quick_run) == quick_run / "2026-01-10-a.csv"


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("hit_rate", [0.0, 0.3, 1.0])
def test_the_expected_result_of_a_column_is_that_of_a_python_set(layout: str, hit_rate: float) -> None:
    case = Case(layout, 3_000, 500, hit_rate)
    column, truth = columns.column_and_truth(case)
    members = set(columns.members(case.listed).tolist())
    assert len(members) == case.listed
    cells = column.cast(pa.string()).to_pylist() if layout != "integers" else column.to_pylist()
    read = cells if layout == "integers" else [910_000_000_000 + int(_ten(cell)) for cell in cells]
    assert [number in members for number in read] == truth.tolist()
    assert abs(truth.mean() - hit_rate) < 0.05


def _ten(cell: str) -> str:
    return "".join(filter(str.isdigit, cell.removesuffix(".0")))[-10:]


@pytest.mark.parametrize("candidate", ["numguard", *rivals.RIVALS["mixed"]])
def test_a_wrong_answer_is_noticed(candidate: str) -> None:
    """A list that lacks one number which stands in the column: so the mask differs."""
    case = Case("mixed", 2_000, 100, 0.5)
    column, truth = columns.column_and_truth(case)
    members = columns.members(case.listed)
    assert np.array_equal(rivals.queries(candidate, case, column, members, 1).mask(), truth)
    assert not np.array_equal(rivals.queries(candidate, case, column, members[1:], 1).mask(), truth)


RUN = "2026-01-01T00:00:00Z"
OURS = Line(
    "contains", "integers", 100, 27_824, 0.5, "numguard", 2, 3, 1.0, 1.0, 1.0, 0.0, 100.0, run=RUN, cores=2, load=0.5
)


def _rival(rate: float, **changes: object) -> Line:
    return dataclasses.replace(OURS, candidate="Polars is_in", median_s=100 / rate, rows_per_s=rate, **changes)


def test_a_loss_is_reported() -> None:
    assert goals.losses([OURS, _rival(99.0)]) == []
    (loss,) = goals.losses([OURS, _rival(101.0)])
    assert (loss.rival, loss.ours, loss.theirs) == ("Polars is_in", 100.0, 101.0)
    text = page.as_markdown(page.sections([OURS, _rival(101.0)]))
    assert "| contains, integers, list of 27,824, hits 50 % |" in text.split("Where we lose")[1].split("##")[0]


def test_the_short_table_has_the_shortest_list_and_the_worst_of_all() -> None:
    few_hits = dataclasses.replace(OURS, hit_rate=0.001)
    longer = dataclasses.replace(few_hits, listed=1_000_000)
    rivals_of = [
        dataclasses.replace(line, candidate="Polars is_in", rows_per_s=rate, median_s=100 / rate)
        for line, rate in [(OURS, 50.0), (few_hits, 20.0), (longer, 80.0)]
    ]
    (row,) = page.in_short([longer, OURS, few_hits, *rivals_of]).rows
    assert row[3:5] == ["27,824", "1 in 1,000"]
    assert row[-2:] == ["5.0x", "1.2x"]
    assert goals.what(few_hits).endswith("list of 27,824, hits 1 in 1,000")


def test_a_set_built_for_one_question_counts_its_building() -> None:
    build = dataclasses.replace(OURS, work="build", hit_rate=None, rows=27_824, median_s=1.0, rows_per_s=27_824.0)
    assert goals.losses([OURS, build, _rival(49.0)]) == []
    (loss,) = goals.losses([OURS, build, _rival(51.0)])
    assert loss.ours == 50.0
    assert "one question" in loss.what


def test_lines_of_two_runs_are_never_compared() -> None:
    assert goals.losses([OURS, _rival(1_000.0, run="2026-01-01T09:00:00Z")]) == []


@pytest.mark.parametrize(("rate", "met", "reached"), [(50.0, False, False), (40.0, True, False), (33.0, True, True)])
def test_requirements_and_goals(rate: float, met: bool, reached: bool) -> None:
    (verdict,) = goals.verdicts([OURS, _rival(rate)])
    assert (verdict.met, verdict.reached) == (met, reached)
    assert ("**not met**" in page.as_markdown(page.sections([OURS, _rival(rate)]))) is not met


def test_work_is_limited_by_other_work_of_its_run() -> None:
    read = dataclasses.replace(OURS, work="read cdr", layout="jio file", listed=0, hit_rate=None)
    text = dataclasses.replace(read, work="read text", candidate="pyarrow, whole", rows_per_s=50.0)
    other = dataclasses.replace(text, layout="vi file")
    (verdict,) = goals.verdicts([read, text, other])
    assert (verdict.value, verdict.required, verdict.goal) == (0.5, 0.625, 0.5)
    assert verdict.promise == "read cdr, jio file, against reading the same bytes as text with pyarrow, whole"
    table = dataclasses.replace(read, work="scan arrow", layout="integers, table")
    file = dataclasses.replace(table, layout="integers, Arrow file", rows_per_s=80.0)
    (verdict,) = goals.verdicts([table, file])
    assert (verdict.value, verdict.met, verdict.reached) == (1.25, True, True)


def test_rates_are_promised_on_one_machine_only() -> None:
    build = dataclasses.replace(OURS, work="build", hit_rate=None, rows_per_s=21e6)
    assert goals.verdicts([build]) == []
    (verdict,) = goals.verdicts([dataclasses.replace(build, machine="amd-epyc-family-25-model-17-2-cores")])
    assert (verdict.met, verdict.reached, verdict.unit) == (True, False, "rows/s")


def test_files_of_many_columns_have_goals_by_how_often_they_hit() -> None:
    wide = dataclasses.replace(OURS, work="scan wide")
    for rate, goal in ((1 / 700, 2.0), (1 / 50_000, 3.0)):
        lines = [dataclasses.replace(line, hit_rate=rate) for line in (wide, _rival(50.0, work="scan wide"))]
        (verdict,) = goals.verdicts(lines)
        assert (verdict.goal, verdict.reached) == (goal, goal == 2.0)


def test_a_walk_of_any_length_has_verdicts_on_the_cost_of_a_row_and_on_memory() -> None:
    def of_length(rows: int, seconds: float, added: int) -> record.Line:
        line = dataclasses.replace(OURS, work="expand of length", layout="Parquet", listed=2_000, hit_rate=None)
        return dataclasses.replace(line, rows=rows, median_s=seconds, rows_per_s=rows / seconds, bytes=added)

    lines = [of_length(5 * 10**8, 45.0, 10**9), of_length(10**6, 0.02, 10**8), of_length(5 * 10**7, 2.0, 3 * 10**9)]
    by_promise = {verdict.promise: verdict for verdict in goals.verdicts(lines)}
    within = by_promise["expand of length, Parquet, seeds 2,000, a row of 50,000,000 against one of 1,000,000"]
    beyond = by_promise["expand of length, Parquet, seeds 2,000, a row of 500,000,000 against one of 1,000,000"]
    assert (within.value, within.met) == (2.0, False)
    assert (beyond.value, beyond.met, beyond.reached) == (4.5, True, False)
    met = [by_promise[f"memory while {rows:,} sightings are walked"].met for rows in (10**6, 5 * 10**7, 5 * 10**8)]
    assert met == [True, False, True]


def test_a_new_run_replaces_only_the_old_run_of_its_comparison(tmp_path: Path) -> None:
    first = Record(tmp_path, "2026-01-01T01:00:00Z")
    for line in (OURS, _rival(50.0), dataclasses.replace(OURS, hit_rate=1.0)):
        first.add(line)
    second = Record(tmp_path, "2026-01-01T02:00:00Z")
    assert second.path == first.path
    second.add(OURS)
    second.add(_rival(60.0))
    kept = record.read(second.path)
    assert [(line.run[11:13], line.hit_rate, line.rows_per_s) for line in kept] == [
        ("01", 1.0, 100.0),
        ("02", 0.5, 100.0),
        ("02", 0.5, 60.0),
    ]


def test_the_published_figures_are_those_of_the_newest_record() -> None:
    if record.newest(ROOT / "benches" / "record") is None:
        pytest.skip("no record yet")
    check = [sys.executable, str(ROOT / "benches" / "publish.py"), "--check"]
    run = subprocess.run(check, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("name", ["ROWS", "LISTS", "HIT_RATES"])
def test_a_size_of_the_environment_that_is_no_number_is_an_error_that_names_it(name: str) -> None:
    with pytest.raises(ArgumentError, match=f"^NUMGUARD_BENCH_{name}: takes (numbers|one)"):
        plan({f"NUMGUARD_BENCH_{name}": "5,6" if name == "ROWS" else "5,x"})
    with pytest.raises(ArgumentError, match=f"^NUMGUARD_BENCH_{name}: takes numbers"):
        plan({f"NUMGUARD_BENCH_{name}": "nan"})


def test_a_list_that_leaves_no_other_numbers_is_an_error() -> None:
    with pytest.raises(ArgumentError, match="takes lengths below 40,000,000"):
        plan({"NUMGUARD_BENCH_LISTS": "1e6,40e6"})


def test_no_measurement_is_selected_by_the_folder_that_it_is_in(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "numguard", "bench", "contains", "--quick", "--select", "numguard"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= TINY | {"PYTEST_ADDOPTS": "--collect-only"}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert "deselected" in run.stdout, run.stdout + run.stderr
