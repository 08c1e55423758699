"""Ctrl-C while the command line is still importing its modules."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from numguard.starting import is_command

# The interpreter runs it before the program: Ctrl-C comes in the middle of the import of a module, which may be one
# written in C, and an exception there may be caught or wrapped.
INTERRUPTING = """
import signal, sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
"""
SCRIPT = "import sys\nfrom numguard.cli import main\nsys.exit(main())\n"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """The program that an installer makes of the entry point."""
    path = tmp_path / "bin" / "numguard"
    path.parent.mkdir()
    path.write_text(SCRIPT)
    return path


def interrupted(tmp_path: Path, name: str, *command: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTING.format(name=name))
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *filter(None, sys.path)])}
    # As a terminal starts it: a job in the background of a shell ignores Ctrl-C.
    return subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        env=env,
        check=False,
        timeout=120,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


@pytest.mark.parametrize(
    "name",
    ["numguard._core", "numpy", "pyarrow.lib", "numguard.registry", "numguard.cli", "click", "numguard.cli.demo"],
)
@pytest.mark.parametrize("command", [("-m", "numguard"), ("-mnumguard",), None])
def test_ctrl_c_during_an_import_is_one_line(
    tmp_path: Path, script: Path, name: str, command: tuple[str, ...] | None
) -> None:
    run = interrupted(tmp_path, name, *(command or (str(script),)), "demo", "--help")
    assert run.returncode == 130
    assert run.stderr.strip() == "numguard: interrupted; no file was left half written"
    assert run.stdout == ""


def test_a_program_that_imports_the_package_gets_the_exception(tmp_path: Path) -> None:
    code = "try:\n    import numguard\nexcept KeyboardInterrupt:\n    print('caught')"
    run = interrupted(tmp_path, "numguard._core", "-c", code)
    assert (run.returncode, run.stdout, run.stderr) == (0, "caught\n", "")


#: Each module takes time to find, as on the drive of a server.
THREADS = """
import sys, threading, time
import numguard

class Slow:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.startswith("numguard"):
            time.sleep(0.003)

sys.meta_path.insert(0, Slow)
names = "expand", "Registry", "scan", "read_cdr", "common", "TacTable"
together, found = threading.Barrier(len(names)), []

def use(name):
    together.wait()
    found.append(getattr(numguard, name))

threads = [threading.Thread(target=use, args=(name,)) for name in names]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit(len(found) != len(names))
"""


@pytest.mark.parametrize("_", range(3))
def test_names_may_be_used_first_by_several_threads(_: int) -> None:
    run = subprocess.run([sys.executable, "-c", THREADS], capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stderr


VERB = ("explain", "customers.csv", "--column", "mobile")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("-m", "numguard", *VERB), False),
        (("-m", "numguard", "doctor"), True),
        (("-c", f"from numguard.cli import run\nassert run({[*VERB]}) == 0\nimport pandas"), True),
    ],
)
def test_only_the_verbs_that_need_pandas_import_it(tmp_path: Path, command: tuple[str, ...], expected: bool) -> None:
    (tmp_path / "customers.csv").write_text("mobile\n9876543210\n")
    run = subprocess.run(
        [sys.executable, "-X", "importtime", *command], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert any(line.endswith(" pandas.core") for line in run.stderr.splitlines()) == expected


@pytest.mark.parametrize(
    ("arguments", "original", "expected"),
    [
        (["/usr/bin/numguard", "scan"], ["python", "/usr/bin/numguard", "scan"], True),
        (["C:\\py\\Scripts\\numguard.exe"], ["python", "C:\\py\\Scripts\\numguard.exe"], True),
        (["-m", "scan", "x"], ["python", "-X", "dev", "-m", "numguard", "scan", "x"], True),
        (["-m", "numguard"], ["python", "-m", "pytest", "numguard"], False),
        (["-m"], ["python", "-m", "pytest"], False),
        (["numguard.py"], ["python", "numguard.py"], False),
        (["-c", "numguard"], ["python", "-c", "...", "numguard"], False),
        ([""], ["python"], False),
        ([], [], False),
    ],
)
def test_which_processes_are_the_command_line(arguments: list[str], original: list[str], expected: bool) -> None:
    assert is_command(arguments, original) is expected
