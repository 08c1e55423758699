"""The repository's own benchmarks record as those of the package do."""

from numguard.bench.conftest import measure, pytest_report_teststatus, record, the_plan

__all__ = ["measure", "pytest_report_teststatus", "record", "the_plan"]
