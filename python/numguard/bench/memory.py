"""The most memory that one thing adds, measured in a process of its own.

Owns the reading of the high-water mark. The one idea: the inputs are made first, the mark is set back, and only what
is added after that counts. Linux only: `/proc/self/clear_refs` (proc_pid_clear_refs(5)) takes the mark back.
"""

from __future__ import annotations

import ctypes
import gc
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from numguard._core import NumberSet
from numguard.bench.columns import Case, column_and_truth, members
from numguard.bench.rivals import ask

__all__ = ["added"]


def added(work: str, candidate: str, case: Case, threads: int) -> int:
    """Bytes that `candidate` adds at the most while it does `work` ("build" or "contains") on a case."""
    order = json.dumps({"work": work, "candidate": candidate, "case": asdict(case), "threads": threads})
    run = subprocess.run(
        [sys.executable, "-m", "numguard.bench.memory", order],  # noqa: S603
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise RuntimeError(f"{candidate}: {work}: {run.stderr.strip()}")
    return int(run.stdout)


def _work(order: dict[str, Any]) -> Callable[[], Any]:
    """The thing to be done, its inputs made."""
    case = Case(**order["case"])
    if order["work"] == "build":
        keys = pa.array(members(case.listed))
        return lambda: NumberSet(keys)
    column, _ = column_and_truth(case)
    return ask(order["candidate"], case, column, members(case.listed), order["threads"]).count


def _status(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"/proc/self/status has no {name}")


def _main() -> None:
    work = _work(json.loads(sys.argv[1]))
    gc.collect()
    pa.default_memory_pool().release_unused()
    # What was freed is given back, or it would be used again unseen.
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    kept = work()
    sys.stdout.write(str(max(0, _status("VmHWM") - before)))
    del kept


if __name__ == "__main__":
    _main()
