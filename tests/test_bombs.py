"""Bombs: each a clear error in under ten seconds and a gigabyte, in a process of its own."""

from __future__ import annotations

import gzip
import itertools
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bombs import BOMBS
from zip_files import zipped

#: Before a bomb is read: an address space that holds no bomb that goes off. After it: the most memory in MiB. Not
#: ru_maxrss: a process inherits the peak of the one that started it, and pytest can be the larger.
BOUNDED = r"""
import atexit, re, resource, sys
from pathlib import Path
import numguard as ng
import python_calamine, pyarrow.csv
used = int(open("/proc/self/statm").read().split()[0]) * 4096
resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 30) + (1 << 29),) * 2)
most = lambda: int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024
atexit.register(lambda: print(most(), flush=True))
"""

READ = """
from numguard.errors import NumguardError
from numguard.source import open_source
try:
    for batch in open_source(sys.argv[1]).batches():
        pass
except NumguardError as error:
    print(type(error).__name__, error)
"""

COMMAND = """
from numguard.cli import main
main(sys.argv[1:])
"""

#: Verbs by what they do with rows; FILE is the bomb, OUT a file that is not there.
VERBS = {
    "normalize": ["normalize", "FILE", "-o", "OUT.csv"],
    "scan": ["scan", "FILE", "--numbers", "LIST", "--column", "a", "-o", "OUT.csv"],
    "complaints": ["complaints", "add", "FILE", "--registry", "OUT.db", "--by", "HC 1", "--set", "source=1930"],
    "cdr": ["cdr", "read", "FILE", "-o", "OUT.parquet"],
}

#: What a bomb is sent in, by the end of the file's name.
WRAPPINGS: dict[str, Callable[[str, bytes], bytes]] = {
    "": lambda _, content: content,
    ".gz": lambda _, content: gzip.compress(content, 1),
    ".zip": lambda name, content: zipped({name: content}),
}

CASES = list(itertools.product(BOMBS, WRAPPINGS, VERBS))
SOME = int(os.environ.get("NUMGUARD_BOMBS", "6"))


def bounded(program: str, *arguments: str) -> tuple[subprocess.CompletedProcess[str], float]:
    """A program after `BOUNDED`, and the seconds that it took."""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "ARROW_IO_THREADS": "1"}
    begin = time.monotonic()
    # Ten seconds on a quiet machine; this one may have others on it.
    run = subprocess.run(
        [sys.executable, "-c", BOUNDED + program, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
    )
    return run, time.monotonic() - begin


def read(path: Path) -> tuple[str, int]:
    """The message, and the peak memory of the process in MiB."""
    run, _ = bounded(READ, str(path))
    assert run.returncode == 0, run.stderr[-2000:]
    *message, memory = run.stdout.splitlines()
    return " ".join(message), int(memory)


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_an_error(tmp_path: Path, bomb: str) -> None:
    name, content = BOMBS[bomb]
    path = tmp_path / name
    path.write_bytes(content())
    message, memory = read(path)
    assert message.startswith(("InputError", "ArgumentError")), message
    assert str(path) in message
    assert memory < 1024, message


@pytest.mark.parametrize(("bomb", "wrapping", "verb"), random.Random(1).sample(CASES, min(SOME, len(CASES))))
def test_a_bomb_is_an_error_to_every_verb(tmp_path: Path, bomb: str, wrapping: str, verb: str) -> None:
    """NUMGUARD_BOMBS=360 takes every bomb, in every wrapping, to every verb; -rP shows seconds and memory."""
    name, content = BOMBS[bomb]
    path = tmp_path / f"{name}{wrapping}"
    path.write_bytes(WRAPPINGS[wrapping](name, content()))
    (tmp_path / "list.csv").write_text("mobile\n9000000001\n")
    places = {"FILE": str(path), "LIST": str(tmp_path / "list.csv")}
    out = tmp_path / "out"
    out.mkdir()
    arguments = [places.get(word) or word.replace("OUT", str(out / "out")) for word in VERBS[verb]]
    run, seconds = bounded(COMMAND, *arguments)
    assert run.returncode in (2, 3), (run.returncode, run.stderr[-2000:])
    assert "Traceback" not in run.stderr
    assert len(run.stderr) < 4096
    assert not [file for file in out.iterdir() if ".db" not in file.name]
    memory = int(run.stdout.splitlines()[-1])
    assert memory < 1024, run.stderr
    sys.stdout.write(f"{seconds:.1f} s, {memory} MiB: {run.stderr}")


@pytest.mark.parametrize("kind", ["pipe", "/dev/zero", "/dev/random"])
def test_what_is_no_file_is_refused(tmp_path: Path, kind: str) -> None:
    path = Path(kind)
    if kind == "pipe":
        path = tmp_path / "pipe"
        os.mkfifo(path)
    message, _ = read(path)
    assert "is a device or a pipe" in message


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
    assert "zero bytes" in run.stderr


def test_a_bound_can_be_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, content = BOMBS["nested gzip"]
    (tmp_path / name).write_bytes(content())
    message, _ = read(tmp_path / name)
    assert "NUMGUARD_MOST_LAYERS" in message
    monkeypatch.setenv("NUMGUARD_MOST_LAYERS", "50")
    assert read(tmp_path / name)[0] == ""
