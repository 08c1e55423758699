"""Every command that the guide shows runs, and prints what the guide shows.

In a ```console block a line that begins with `$ ` is run by the shell, and the lines under it are its output, errors
included, as a terminal shows both. `...` stands for anything. Where no output is shown,
only the exit code counts, which has to be 0 unless `echo $?` comes next. `cat FILE` of a file that is not there yet
makes it, from what the page shows. `export NAME=VALUE` holds for the commands below it, as in a terminal.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from warm import NUMGUARD

ROOT = Path(__file__).parents[1]
PAGES = sorted(path for path in (ROOT / "docs").rglob("*.md") if "```console" in path.read_text())
SAYS_WHAT = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def steps(page: Path) -> list[tuple[str, str]]:
    """Commands and the output shown under each."""
    blocks = re.findall(r"^```console\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)
    parted = [re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE) for block in blocks]
    assert all(not parts[0] for parts in parted), "a console block begins with a command"
    return [(parts[k], parts[k + 1]) for parts in parted for k in range(1, len(parts), 2)]


def test_there_are_commands_to_run() -> None:
    assert sum(len(steps(page)) for page in PAGES) > 10


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_commands_of_a_page_run_from_top_to_bottom(page: Path, tmp_path: Path) -> None:
    programs, folder = tmp_path / "bin", tmp_path / "work"
    programs.mkdir()
    folder.mkdir()
    (programs / "numguard").write_text(f'#!/bin/sh\nexec {shlex.join(NUMGUARD)} "$@"\n')
    (programs / "numguard").chmod(0o755)
    environment = os.environ | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONUNBUFFERED": "1",
        "COLUMNS": "100",
    }
    code = 0
    for command, shown in steps(page):
        if command == "echo $?":
            assert int(shown) == code, f"exit code after: {command}"
            code = 0
            continue
        assert code == 0, f"the command before failed: {command}"
        if command.startswith("export "):
            environment |= dict(pair.split("=", 1) for pair in shlex.split(command)[1:])
            continue
        made = re.fullmatch(r"cat (\S+)", command)
        if made and not (folder / made[1]).exists():
            (folder / made[1]).write_text(shown)
            continue
        run = subprocess.run(
            ["sh", "-c", command],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        code = run.returncode
        if shown:
            assert doctest.OutputChecker().check_output(shown, run.stdout, SAYS_WHAT), f"$ {command}\n{run.stdout}"
    assert code == 0
