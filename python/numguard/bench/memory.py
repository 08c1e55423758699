"""The peak memory of one piece of work, measured in a process of its own.

Owns the reading of the peak. One idea: the inputs are made first, then the peak is reset, so that only the memory of
the work counts. Linux only: `/proc/self/clear_refs` (proc_pid_clear_refs(5)) resets the peak.
"""

from __future__ import annotations

import ctypes
import gc
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Final

import pyarrow as pa

from numguard._core import NumberSet
from numguard.bench.columns import Case, column_and_truth, members
from numguard.bench.rivals import queries


def added(work: str, **arguments: Any) -> int:
    """The peak of added bytes while `work` runs once.

    Args:
        work: "build", "contains", "scan", "expand", "common", "changes" or "read cdr".
        arguments: Its arguments, such as a case, a candidate, a number of threads; of types that JSON has.
    """
    order = json.dumps({"work": work, **arguments})
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "numguard.bench.memory", order], capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise RuntimeError(f"{order}: {run.stderr.strip()}")
    return int(run.stdout)


def _build(listed: int) -> Callable[[], Any]:
    keys = pa.array(members(listed))
    return lambda: NumberSet(keys)


def _contains(candidate: str, case: dict[str, Any], threads: int) -> Callable[[], Any]:
    about = Case(**case)
    column, _ = column_and_truth(about)
    return queries(candidate, about, column, members(about.listed), threads).count


def _read_cdr(path: str) -> Callable[[], Any]:
    from numguard.cdr import read_cdr

    return lambda: sum(batch.num_rows for batch in read_cdr(path))


_HERE: Final[dict[str, Callable[..., Callable[[], Any]]]] = {
    "build": _build,
    "contains": _contains,
    "read cdr": _read_cdr,
}
"""Each makes its inputs and returns the function to be measured."""

_ELSEWHERE: Final = {
    "scan": "numguard.bench.bench_scan:scan_copies",
    "expand": "numguard.bench.bench_linkage:expand_copies",
    "common": "numguard.bench.bench_sightings:common_of",
    "changes": "numguard.bench.bench_sightings:changes_of",
}
"""The same, in the modules of the benchmarks, of which only one is imported."""


def _status(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"/proc/self/status has no {name}")


def _main() -> None:
    order = json.loads(sys.argv[1])
    name = order.pop("work")
    work = (_HERE.get(name) or resolve_name(_ELSEWHERE[name]))(**order)
    gc.collect()
    pa.default_memory_pool().release_unused()
    # Freed memory is returned to the system, because its reuse would not be counted.
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    result = work()
    sys.stdout.write(str(max(0, _status("VmHWM") - before)))
    del result  # it must exist until the peak is read


if __name__ == "__main__":
    _main()
