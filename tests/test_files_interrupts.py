"""Ctrl-C between any two instructions of a call that writes a file: it is whole or absent, without temporary files.

The signal is sent from a trace of the interpreter, at one instruction of `files.placing` or `contextlib`, at a later
one in the next run, and so on. NUMGUARD_INTERRUPTED sets the number of runs.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pyarrow as pa
import pytest

import numguard.files.placing
import numguard.files.steps
from numguard.files import together, write_rows
from numguard.system import lock_alone

#: The number of instructions that are tried, out of all instructions of a call.
MOMENTS = int(os.environ.get("NUMGUARD_INTERRUPTED", "60"))
TRACED = {numguard.files.placing.__file__, numguard.files.steps.__file__, contextlib.__file__}
OLD, ROWS = b"what was there\n", pa.table({"a": pa.array([1, 2], pa.int64())})


@contextlib.contextmanager
def interrupted_at(moment: int, function: str | None) -> Iterator[list[int]]:
    """Sends SIGINT at the instruction of this number, of one function or of all; the list has their count."""
    seen = [0]

    def watch(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in TRACED or function not in (None, frame.f_code.co_name):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            seen[0] += 1
            if seen[0] == moment:
                signal.raise_signal(signal.SIGINT)
        return watch

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        yield seen
    finally:
        sys.settrace(before)


def one_file(folder: Path) -> None:
    write_rows(folder / "rows.csv", ROWS.schema, ROWS.to_batches())


def two_files(folder: Path) -> None:
    with together(private=True) as files:
        for name in ("rows.csv", "more.csv"):
            with files.open(folder / name) as file:
                file.write(b"new\n")


def in_folder(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def is_unlocked(folder: Path) -> bool:
    """Whether a folder has no lock, for which the next writer would wait."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        return lock_alone(descriptor)
    finally:
        os.close(descriptor)


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # a file that was opened but not returned
@pytest.mark.parametrize(
    ("write", "function"),
    # The opening of a file is tried at every instruction, the rest at some.
    [(one_file, "open"), (one_file, None), (two_files, None)],
)
def test_ctrl_c_at_any_instruction_leaves_only_whole_files(
    write: Callable[[Path], None], function: str | None, tmp_path: Path
) -> None:
    with interrupted_at(0, function) as seen:
        write(tmp_path)
    whole = ({"rows.csv": OLD}, in_folder(tmp_path))
    moments = range(1, seen[0] + 1, 1 if function else max(1, seen[0] // MOMENTS))
    assert len(moments) >= 50
    was_interrupted = 0
    for moment in moments:
        for path in tmp_path.iterdir():
            path.unlink()
        (tmp_path / "rows.csv").write_bytes(OLD)
        try:
            with interrupted_at(moment, function):
                write(tmp_path)
        except KeyboardInterrupt:
            was_interrupted += 1
        if in_folder(tmp_path) not in whole:
            # Objects that only the exception refers to.
            gc.collect()
        assert in_folder(tmp_path) in whole, (moment, seen)
        assert is_unlocked(tmp_path), (moment, seen)
    assert was_interrupted > len(moments) // 2


AT_EXIT = """
import sys
from pathlib import Path
from numguard.files import together

block = together()
files = block.__enter__()
opened = files.open(Path(sys.argv[1]) / "rows.csv")
file = opened.__enter__()
file.write(b"half")
file.flush()
print(len(list(Path(sys.argv[1]).iterdir())))
sys.kept_alive = (block, files, opened, file)
"""


def test_files_of_a_block_that_never_ended_are_removed_at_exit(tmp_path: Path) -> None:
    run = subprocess.run([sys.executable, "-c", AT_EXIT, str(tmp_path)], capture_output=True, text=True, check=True)
    assert run.stdout == "1\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not copied here")
def test_a_forked_process_removes_nothing(tmp_path: Path) -> None:
    with together() as files:
        with files.open(tmp_path / "rows.csv") as file:
            file.write(b"new\n")
        child = os.fork()
        if child == 0:  # pragma: no cover - another process
            del file
            files._names.roll_back()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    assert (tmp_path / "rows.csv").read_bytes() == b"new\n"
