"""How a measurement is made: once to warm up, then as many rounds as fit, and a line in the record.

Owns the fixture `measure`. pytest-benchmark takes the times; `record` defines the columns. One idea: **a wrong answer
has no time**: a line is recorded when the measurement has ended, and all its answers were right.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final, TypeVar

import pyarrow as pa
import pytest

from numguard.bench.plan import LONG_SECONDS, Plan, plan
from numguard.bench.record import Line, Record, now

Answer = TypeVar("Answer")

_MOST_ROUNDS: Final = 25


#: Whether the answers of a measurement were right.
_IS_RIGHT: Final = pytest.StashKey[bool]()


class Measure:
    """Runs a function, and notes its time."""

    def __init__(self, benchmark: Any, plan: Plan) -> None:
        self._benchmark, self._plan = benchmark, plan
        self._lines: list[Line] = []

    def __call__(self, line: Line, work: Callable[[], Answer]) -> Answer:
        """Runs `work` in rounds; `line` describes it. Returns the result of the first round, which is not counted."""
        begin = time.perf_counter()
        answer = work()
        first = time.perf_counter() - begin
        fewest = self._plan.rounds if first < LONG_SECONDS else 1
        rounds = max(fewest, min(_MOST_ROUNDS, int(self._plan.seconds / max(first, 1e-6))))
        self._benchmark.pedantic(work, rounds=rounds, warmup_rounds=0)
        taken = self._benchmark.stats.stats
        self.note(
            replace(
                line,
                rounds=taken.rounds,
                median_s=taken.median,
                min_s=taken.min,
                max_s=taken.max,
                spread=taken.iqr / taken.median if taken.median else None,
                rows_per_s=line.rows / taken.median if taken.median else None,
            )
        )
        return answer

    def note(self, line: Line) -> None:
        """Notes a line, which may have no time."""
        self._lines.append(line)

    def end(self, record: Record, report: Callable[[str], None]) -> None:
        """Records the lines, and prints them."""
        for line in self._lines:
            report(self._shown(record.add(line)))

    def _shown(self, line: Line) -> str:
        parts = [line.work, line.layout, f"{line.rows:,}"]
        if line.listed:
            parts.append(f"in {line.listed:,}")
        if line.hits:
            parts.append(f"hits {line.hits}")
        result = []
        if line.rows_per_s is not None and line.spread is not None:
            rate = line.rows_per_s / 1e6
            text = f"{rate:,.2f} M rows/s" if rate >= 0.1 else f"{line.rows_per_s:,.0f} rows/s"
            result.append(f"{text} +-{line.spread:.0%} of {line.rounds}")
        if line.bytes is not None:
            result.append(f"{line.bytes / 1e6:,.1f} MB")
        return f"{', '.join(parts)}: {line.candidate} {' '.join(result)}"


@pytest.fixture(scope="session")
def the_plan() -> Plan:
    """The plan of this run."""
    planned = plan()
    pa.set_cpu_count(planned.threads)
    return planned


@pytest.fixture(scope="session")
def record(the_plan: Plan) -> Record:
    """The record of this run."""
    return Record(the_plan.record, now(), quick=the_plan.quick)


@pytest.fixture
def measure(benchmark: Any, the_plan: Plan, record: Record, request: pytest.FixtureRequest) -> Iterator[Measure]:
    """Measures, and prints each result at once."""
    terminal: Any = request.config.pluginmanager.get_plugin("terminalreporter")
    measure = Measure(benchmark, the_plan)
    yield measure
    if request.node.stash.get(_IS_RIGHT, False):
        measure.end(record, terminal.write_line)


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Notes whether the answers were right, before fixtures end."""
    if call.when == "call":
        item.stash[_IS_RIGHT] = call.excinfo is None


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """No dots between the lines of results."""
    return ("passed", "", "") if report.passed and report.when == "call" else None
