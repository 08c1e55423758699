"""Counts the instructions of every kernel, which can be compared between commits on a busy machine.

make instructions        # needs valgrind; writes benches/record/instructions.csv, and reports changes

Valgrind does not support AVX-512, so that path is not counted. New figures of a commit replace its older ones; the
figures of other commits stay, so the file is the history.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from numguard.bench.record import machine
from numguard.files import whole_file

ROOT = Path(__file__).parents[1]
FIGURES = ROOT / "benches" / "record" / "instructions.csv"
NAMES = ["kernel", "path", "instructions", "compiler", "commit"]
PATHS = ("scalar", "avx2")
LEAST_CHANGE = 0.01

Figure = dict[str, str]


def output(*command: str) -> str:
    """The standard output of a command, which must succeed."""
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def built() -> str:
    """The path of the program that runs one kernel once."""
    report = output(
        *("cargo", "bench", "--package", "numguard-core", "--bench", "count"),
        *("--no-run", "--locked", "--quiet", "--message-format", "json"),
    )
    messages = [json.loads(line) for line in report.splitlines()]
    return next(str(message["executable"]) for message in messages if message.get("executable"))


def instructions(program: str, kernel: str, path: str) -> int:
    """The instructions of `counted` in `benches/kernels/count.rs`."""
    with tempfile.NamedTemporaryFile() as profile:
        output(
            *("valgrind", "--tool=callgrind", "--quiet", f"--callgrind-out-file={profile.name}"),
            *("--collect-atstart=no", "--toggle-collect=*counted*", program, kernel, path),
        )
        total = re.search(r"^(?:summary|totals): (\d+)", Path(profile.name).read_text(), re.MULTILINE)
    if total is None or total[1] == "0":
        raise SystemExit(f"{kernel}, {path}: nothing was counted")
    return int(total[1])


def recorded() -> list[Figure]:
    """The figures of all commits, the oldest first."""
    if not FIGURES.exists():
        return []
    with FIGURES.open(newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    """Counts, compares with the previous commit, and writes."""
    if shutil.which("valgrind") is None:
        raise SystemExit("valgrind not found: apt-get install valgrind")
    commit, compiler = str(machine()["commit"]), output("rustc", "--version").split()[1]
    others = [figure for figure in recorded() if figure["commit"] != commit]
    before = {(figure["kernel"], figure["path"]): int(figure["instructions"]) for figure in others}
    program = built()
    figures: list[Figure] = []
    for kernel in output(program).splitlines():
        for path in PATHS:
            count = instructions(program, kernel, path)
            figures.append(dict(zip(NAMES, [kernel, path, str(count), compiler, commit], strict=True)))
            was = before.get((kernel, path))
            change = f"{count / was - 1:+.1%}" if was and abs(count / was - 1) >= LEAST_CHANGE else ""
            sys.stdout.write(f"{kernel}, {path}: {count:,} {change}".rstrip() + "\n")
    text = io.StringIO()
    writer = csv.DictWriter(text, NAMES, lineterminator="\n")
    writer.writeheader()
    writer.writerows(others + figures)
    FIGURES.parent.mkdir(exist_ok=True)
    with whole_file(FIGURES) as file:
        file.write(text.getvalue().encode())


if __name__ == "__main__":
    main()
