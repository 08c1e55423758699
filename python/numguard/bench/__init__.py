"""The harness: everything that is claimed about speed and memory, measured beside the rivals in one run.

Owns the run. The one idea: an answer is compared with the truth before any time is taken, and what is measured goes
into a record from which every table and chart is made, here and on the user's own machine.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from numguard.errors import ArgumentError

__all__ = ["SUBJECTS", "run"]

SUBJECTS: Final = (
    *("contains", "normalize", "handset", "answers", "set"),
    *("scan", "csv", "files", "linkage", "registry"),
)
"""What can be measured, each by the file `bench_<subject>.py`."""


def run(subjects: Sequence[str] = SUBJECTS, *, select: str = "", settings: Mapping[str, object] | None = None) -> int:
    """Measures, and writes the record.

    Args:
        subjects: What to measure.
        select: An expression of pytest's `-k` that picks some of the measurements.
        settings: Of the plan, by the names of its environment variables without NUMGUARD_BENCH_; None leaves one out.

    Returns:
        pytest's exit code: 0 if every answer was right.

    Raises:
        ArgumentError: pytest or pytest-benchmark is not installed.
    """
    if missing := [name for name in ("pytest", "pytest_benchmark") if importlib.util.find_spec(name) is None]:
        raise ArgumentError(f"{' and '.join(missing)} not found: pip install 'numguard-telecom[bench]'")
    import pytest

    from numguard.bench.plan import plan

    for name, value in (settings or {}).items():
        if value is not None:
            os.environ[f"NUMGUARD_BENCH_{name}"] = str(value)
    # Polars reads this once, when it is imported.
    os.environ["POLARS_MAX_THREADS"] = str(plan().threads)
    folder = Path(__file__).parent
    arguments = [str(folder / f"bench_{subject}.py") for subject in subjects]
    return int(
        pytest.main(
            [
                *arguments,
                f"--rootdir={folder}",
                f"--config-file={os.devnull}",
                "--no-header",
                "--quiet",
                "--disable-warnings",
                "--benchmark-only",
                "--benchmark-quiet",
                "--benchmark-columns=median",
                "--capture=no",
                "-pno:cacheprovider",
                *(["-k", select] if select else []),
            ]
        )
    )
