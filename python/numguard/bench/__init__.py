"""The benchmark harness: measures speed and memory of numguard and of rival libraries in one run.

Owns the run. One idea: a time is recorded only if each answer was right, and all tables and charts are made from the
record of measurements, here and on a user's machine.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from numguard.errors import ArgumentError

SUBJECTS: Final = (
    *("contains", "normalize", "regions", "handset", "answers", "set"),
    *("scan", "csv", "json", "files", "linkage", "places", "sightings", "registry"),
)
"""The subjects, each measured by the file `bench_<subject>.py`."""


def run(subjects: Sequence[str] = SUBJECTS, *, select: str = "", settings: Mapping[str, object] | None = None) -> int:
    """Measures, and writes the record; returns pytest's exit code, 0 if every result was right.

    `select` is an expression for pytest's `-k`. `settings` are those of the plan, by the names of its environment
    variables without NUMGUARD_BENCH_; None is left out.
    """
    if missing := [name for name in ("pytest", "pytest_benchmark") if importlib.util.find_spec(name) is None]:
        raise ArgumentError(f'{" and ".join(missing)} not found: pip install "numguard-telecom[bench]"')
    import pytest

    from numguard.bench.plan import plan

    for name, value in (settings or {}).items():
        if value is not None:
            os.environ[f"NUMGUARD_BENCH_{name}"] = str(value)
    # Polars reads this once, when it is imported.
    os.environ["POLARS_MAX_THREADS"] = str(plan().threads)
    folder = Path(__file__).parent
    arguments = [str(folder / f"bench_{subject}.py") for subject in subjects]
    # Without `confcutdir` the folders above are names too: `numguard` would select everything.
    arguments += [f"--rootdir={folder}", f"--config-file={os.devnull}", f"--confcutdir={folder}"]
    arguments += ["--no-header", "--quiet", "--disable-warnings", "--capture=no", "-pno:cacheprovider"]
    arguments += ["--benchmark-only", "--benchmark-quiet", "--benchmark-columns=median"]
    return int(pytest.main([*arguments, *(["-k", select] if select else [])]))
