"""One line a measurement: the work, the machine, the versions and the result.

Owns the columns of the record and its file. Independent of how a measurement is made and what its result should be.

One idea: a line has all that is needed to repeat it. Lines of one run share `run`, and only these are compared; a new
run of the same comparison, on the same day and machine, replaces the old one.
"""

from __future__ import annotations

import csv
import datetime as dt
import importlib.metadata
import io
import math
import os
import platform
import re
import subprocess
from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from numguard._core import __version__, kernels
from numguard.files import whole_file

_DISTRIBUTIONS: Final = (
    *("numpy", "pyarrow", "adbc-driver-sqlite", "adbc-driver-postgresql", "polars", "duckdb", "pandas"),
    *("phonenumbers", "rphonenumbers", "goldenflow-native", "pytest-benchmark", "pyspark", "pyspark-client", "pysail"),
)


@dataclass(frozen=True)
class Line:
    """One measurement.

    Attributes:
        work: What was measured: contains, normalize, build, open, memory, scan, decode, expand.
        layout: The content of the column.
        rows: Rows, or keys of a set.
        listed: Members of the list, 0 where there is none.
        hit_rate: Share of rows on the list; None where it does not matter.
        candidate: numguard or a rival.
        threads: The number of threads it may use.
        rounds: The number of rounds.
        median_s: Seconds; None where no time was taken.
        min_s: The shortest round.
        max_s: The longest.
        spread: Distance of the quartiles, as a share of the median.
        rows_per_s: Rows a second at the median.
        bytes: The size or, of `memory`, the peak of added bytes during the work.
        run: When the run began, UTC: only lines of one run may be compared.
        load: The system's load average of one minute: above `cores`, times mislead.
        machine: Short name of the machine.
        cpu: Its processor.
        cores: Cores that could be used.
        memory_gib: Its memory.
        system: Kernel and C library.
        python: Version.
        versions: The versions of all libraries.
        commit: The measured commit, with a plus for uncommitted changes.
    """

    work: str
    layout: str
    rows: int
    listed: int
    hit_rate: float | None
    candidate: str
    threads: int
    rounds: int = 1
    median_s: float | None = None
    min_s: float | None = None
    max_s: float | None = None
    spread: float | None = None
    rows_per_s: float | None = None
    bytes: int | None = None
    run: str = ""
    load: float = 0.0
    machine: str = ""
    cpu: str = ""
    cores: int = 0
    memory_gib: int = 0
    system: str = ""
    python: str = ""
    versions: str = ""
    commit: str = ""

    @property
    def comparison(self) -> tuple[Any, ...]:
        """The values that lines must share to be compared with each other."""
        return self.work, self.layout, self.rows, self.listed, self.hit_rate, self.threads

    @property
    def rate(self) -> float:
        """Rows a second; not a number where no time was taken."""
        return math.nan if self.rows_per_s is None else self.rows_per_s

    @property
    def hits(self) -> str:
        """The hit rate as it is written: `50 %`, a low one `1 in 700`, and nothing where it does not matter."""
        if self.hit_rate is None:
            return ""
        return f"1 in {1 / self.hit_rate:,.0f}" if 0 < self.hit_rate < 0.1 else f"{100 * self.hit_rate:g} %"


NAMES: Final = [field.name for field in fields(Line)]


class Record:
    """The file of one day and machine; it is whole after every line, so that a run that is stopped loses no line.

    The times of a `quick` run mean nothing: its record has another name and is never published.
    """

    def __init__(self, directory: Path, run: str, *, quick: bool = False) -> None:
        self._facts = {**machine(), "run": run}
        name = f"{'quick-' if quick else ''}{run[:10]}-{self._facts['machine']}.csv"
        self.path = directory / name
        directory.mkdir(parents=True, exist_ok=True)
        self._lines = read(self.path) if self.path.exists() else []

    def add(self, line: Line) -> Line:
        """Adds a measurement; returns it with the facts of machine and run."""
        line = replace(line, **self._facts, load=round(os.getloadavg()[0], 2))
        self._lines = [other for other in self._lines if other.run == line.run or other.comparison != line.comparison]
        self._lines.append(line)
        text = io.StringIO()
        writer = csv.DictWriter(text, NAMES, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in asdict(line).items()} for line in self._lines)
        with whole_file(self.path) as file:
            file.write(text.getvalue().encode())
        return line


def _cell(value: Any) -> Any:
    return float(f"{value:.6g}") if isinstance(value, float) else value


def read(path: Path) -> list[Line]:
    """The lines of a record."""
    kinds = {field.name: str(field.type) for field in fields(Line)}
    with path.open(newline="", encoding="utf-8") as file:
        return [Line(**{name: _value(text, kinds[name]) for name, text in row.items()}) for row in csv.DictReader(file)]


def _value(text: str, kind: str) -> Any:
    if not text and "None" in kind:
        return None
    return int(text) if kind.startswith("int") else float(text) if kind.startswith("float") else text


def newest(directory: Path) -> Path | None:
    """The newest record that is not of a quick run."""
    return max(directory.glob("[0-9]*.csv"), default=None, key=lambda path: path.name)


def now() -> str:
    """The name of a run that begins now."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache
def machine() -> dict[str, Any]:
    """The facts about machine and versions on which a time depends."""
    cpu, cores = _cpu(), len(os.sched_getaffinity(0))
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    model = re.sub(r"\((R|TM|r|tm)\)|\b(CPU|Processor)\b|@.*", " ", cpu)
    return {
        "machine": re.sub(r"[^a-z0-9]+", "-", f"{model} {cores} cores".lower()).strip("-"),
        "cpu": cpu,
        "cores": cores,
        "memory_gib": round(pages / 2**30),
        "system": f"{platform.system()} {platform.release()} {' '.join(platform.libc_ver())}".strip(),
        "python": platform.python_version(),
        "versions": " ".join([f"numguard={__version__}", *filter(None, map(_version, _DISTRIBUTIONS))]),
        "commit": _commit(),
    }


def _cpu() -> str:
    """The processor's name, with family and model where they are known, and the kernels if it has no AVX-512."""
    fields: dict[str, str] = {}
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            name, _, value = line.partition(":")
            fields.setdefault(name.strip(), value.strip())
    except OSError:
        return platform.processor() or platform.machine()
    name = fields.get("model name", platform.machine())
    if "cpu family" in fields:
        name = f"{name} (family {fields['cpu family']}, model {fields['model']})"
    # A virtual machine need not have what its processor has.
    return name if kernels() == "avx512" else f"{name}, {kernels()} kernels"


def _version(distribution: str) -> str:
    try:
        return f"{distribution}={importlib.metadata.version(distribution)}"
    except importlib.metadata.PackageNotFoundError:
        return ""


def _commit() -> str:
    """The commit that the package was imported from; empty where it was installed from a wheel."""

    def git(*arguments: str) -> str:
        return subprocess.run(  # noqa: S603
            ["git", "-C", str(Path(__file__).parent), *arguments],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    try:
        git("ls-files", "--error-unmatch", __file__)  # a copy inside another project has not its commit
        return git("rev-parse", "--short=12", "HEAD") + ("+" if git("status", "--porcelain", "-uno") else "")
    except (OSError, subprocess.CalledProcessError):
        return ""
