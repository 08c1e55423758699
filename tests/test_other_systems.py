"""The smoke test without system calls that only Linux has: each is removed in turn, and the results are the same.

Owns the list of missing calls. Other differences of a system can be tested only on that system.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SMOKE = Path(__file__).with_name("smoke.py")

#: Name -> the code that removes the calls before numguard is imported.
LACKING = {
    "flags of open": """
for flag in ("O_CLOEXEC", "O_NOFOLLOW", "O_DIRECTORY"):
    delattr(os, flag)
""",
    "folders": """
opened = os.open
del os.O_DIRECTORY
def files_only(path, *rest, **named):
    if os.path.isdir(path):
        raise PermissionError(13, "Permission denied", str(path))
    return opened(path, *rest, **named)
os.open = files_only
""",
    "modes": """
del os.fchmod
""",
    "locks": """
sys.modules["fcntl"] = None
""",
    "hard links": """
def no_link(*_, **__):
    raise OSError(1, "Operation not permitted")
os.link = no_link
""",
    "flushing folders": """
flush = os.fsync
def files_only(descriptor):
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        raise OSError(22, "Invalid argument")
    flush(descriptor)
os.fsync = files_only
""",
    "signals to the end of a block": """
def no_signals(*_):
    raise ValueError("signal only works in main thread")
signal.signal = no_signals
""",
}


def run(taken: str) -> subprocess.CompletedProcess[str]:
    code = (
        f"import os, runpy, signal, stat, sys\n{taken}\n"
        "import numguard.files, numguard.registry\n"
        # A process that the command line starts would have all calls.
        f"smoke = runpy.run_path({str(SMOKE)!r})\n"
        "smoke['main'](smoke['WITHIN'])\n"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize("lacking", [*LACKING, "all of them"])
def test_the_smoke_test_passes_without(lacking: str) -> None:
    # "folders" and "flags of open" both take O_DIRECTORY: of both, the first removes it.
    everything = "\n".join(LACKING.values()).replace("del os.O_DIRECTORY\n", "")
    done = run(LACKING.get(lacking, everything))
    assert done.returncode == 0, done.stderr[-2000:]
    assert "smoke: passed" in done.stdout


def test_without_locks_no_leftovers_are_removed_and_files_are_written(tmp_path: Path) -> None:
    left = tmp_path / ".numguard-0123456789abcdef-1.partial"
    left.write_text("half")
    write = f"""
import numguard as ng, pyarrow as pa
ng.scan(pa.table({{"a": ["9876543210"]}}), {{"a": ng.NumberSet(["9876543210"])}}).write({str(tmp_path / "hits.csv")!r})
"""
    for taken, removed in (('import sys; sys.modules["fcntl"] = None', False), ("", True)):
        done = subprocess.run([sys.executable, "-c", taken + write], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert left.exists() is not removed
        assert (tmp_path / "hits.csv").exists()
