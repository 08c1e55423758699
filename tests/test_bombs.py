"""Bombs: each a clear error in under ten seconds and a gigabyte, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bombs import BOMBS

#: What reads a bomb, with an address space of its own that holds no bomb that goes off.
READ = r"""
import re, resource, sys
from pathlib import Path
import numguard as ng
from numguard.errors import NumguardError
from numguard.source import open_source
import python_calamine, pyarrow.csv
used = int(open("/proc/self/statm").read().split()[0]) * 4096
resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 30) + (1 << 29),) * 2)
try:
    for batch in open_source(sys.argv[1]).batches():
        pass
except NumguardError as error:
    print(type(error).__name__, error)
# Not ru_maxrss: a process inherits the peak of the one that started it, and pytest can be the larger.
print(int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


def read(path: Path) -> tuple[str, int]:
    """What was said, and the most memory that the process had, in MiB."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "ARROW_IO_THREADS": "1"}
    # Ten seconds on a quiet machine; this one may have others on it.
    run = subprocess.run(
        [sys.executable, "-c", READ, str(path)], capture_output=True, text=True, timeout=120, env=environment
    )
    assert run.returncode == 0, run.stderr[-2000:]
    *said, memory = run.stdout.splitlines()
    return " ".join(said), int(memory)


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_an_error(tmp_path: Path, bomb: str) -> None:
    name, content = BOMBS[bomb]
    path = tmp_path / name
    path.write_bytes(content())
    said, memory = read(path)
    assert said.startswith(("InputError", "ArgumentError")), said
    assert str(path) in said
    assert memory < 1024, said


@pytest.mark.parametrize("kind", ["pipe", "/dev/zero", "/dev/random"])
def test_what_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    path = Path(kind)
    if kind == "pipe":
        path = tmp_path / "pipe"
        os.mkfifo(path)
    said, _ = read(path)
    assert "is a device or a pipe" in said


def test_zeros_on_standard_input_are_no_table() -> None:
    with Path("/dev/zero").open("rb") as zeros:
        run = subprocess.run(
            [sys.executable, "-m", "numguard", "normalize", "-"],
            stdin=zeros,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert run.returncode == 3
    assert "neither text nor" in run.stderr


def test_a_bound_can_be_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, content = BOMBS["nested gzip"]
    (tmp_path / name).write_bytes(content())
    said, _ = read(tmp_path / name)
    assert "NUMGUARD_MOST_LAYERS" in said
    monkeypatch.setenv("NUMGUARD_MOST_LAYERS", "50")
    assert read(tmp_path / name)[0] == ""
