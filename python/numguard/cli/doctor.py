"""`numguard doctor`: what of numguard works on this machine, and what to do about the rest.

Owns the checks. One idea: **a check runs the feature**: it makes a registry and converts a moment to Indian time,
since an installed package may not work. What only some verbs need is optional, and its absence is no fault.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from numguard.cli import options
from numguard.cli.verb import Verb
from numguard.indian_time import ZONE

DISTRIBUTION = "numguard-telecom"
#: Extra -> what it is for. What each needs is read from the package's own metadata.
EXTRAS = {
    "cli": "progress and tables in colour",
    "xlsx": "workbooks, in and out",
    "report": "the report, charts and link charts",
    "postgres": "a registry on a PostgreSQL server",
    "polars": "expressions in Polars",
    "duckdb": "functions in DuckDB",
    "pandas": "columns of pandas",
    "spark": "Spark Classic, and Connect with a server of one's own",
    "sail": "Sail, and Spark Connect without Java",
}
_OK, _ABSENT, _FAULT = "works", "not there", "does not work"


@dataclass(frozen=True)
class Finding:
    """What one check found; `state` is "works", "not there" (and not needed by most) or "does not work".

    `advice` is what to do; empty if nothing.
    """

    subject: str
    state: str
    detail: str
    advice: str = ""


@click.command(cls=Verb)
@options.as_json
def doctor(*, as_json: bool) -> None:
    """Show what works here, and what to do about the rest.

    Nothing is sent anywhere and nothing is left behind. Exit code 0: all that is needed works; 3: something does not.

    \b
      numguard doctor
      numguard doctor --json
    """
    findings = list(examine())
    if as_json:
        options.say_json({"findings": [asdict(finding) for finding in findings]})
    else:
        widest = max(len(finding.subject) for finding in findings)
        for finding in findings:
            click.echo(f"{finding.subject:{widest}}  {finding.state}: {finding.detail}")
            if finding.advice:
                click.echo(f"{'':{widest}}  -> {finding.advice}")
    if any(finding.state == _FAULT for finding in findings):
        raise click.exceptions.Exit(3)


def examine() -> Iterator[Finding]:
    """All checks, in the order in which they matter."""
    for subject, check in CHECKS.items():
        yield _guarded(subject, check)
    for extra, purpose in EXTRAS.items():
        yield _extra(extra, purpose)


def _guarded(subject: str, check: Callable[[], Finding]) -> Finding:
    """The finding of a check; an exception is a finding too."""
    try:
        return check()
    except Exception as error:  # a broken installation can raise anything
        what = " ".join(str(error).split()) or type(error).__name__
        return Finding(subject, _FAULT, what[:200], f"pip install --force-reinstall {DISTRIBUTION}")


def _package() -> Finding:
    from numguard._core import __version__

    detail = f"{__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    if sys.maxsize < 2**32:
        return Finding("numguard", _FAULT, f"{detail}, 32 bits", "install a 64-bit Python")
    return Finding("numguard", _OK, detail)


def _kernels() -> Finding:
    from numguard import _core

    path = _core.kernels()
    if path == "scalar" and platform.machine().lower() in {"x86_64", "amd64"}:
        advice = "a processor with AVX2 (Intel since 2013, AMD since 2015) answers several times as fast"
        return Finding("kernels", _OK, path, advice)
    return Finding("kernels", _OK, path)


def _arrow() -> Finding:
    import numpy as np
    import pyarrow as pa

    detail = f"pyarrow {pa.__version__}, numpy {np.__version__}"
    old = [f"{name}>={least}" for name, least, has in _needed(None) if has is not None and _below(has, least)]
    if old:
        return Finding("arrays", _FAULT, detail, f"pip install {' '.join(repr(one) for one in old)}")
    return Finding("arrays", _OK, detail)


def _indian_time() -> Finding:
    import pyarrow as pa

    midnight: Any = pa.array([0], pa.timestamp("s", "UTC"))
    try:
        text = midnight.cast(pa.timestamp("s", ZONE))[0].as_py().isoformat()
    except Exception as error:  # pyarrow and zoneinfo raise errors of their own
        return Finding("Indian time", _FAULT, type(error).__name__, "pip install tzdata")
    if text != "1970-01-01T05:30:00+05:30":
        return Finding("Indian time", _FAULT, f"midnight in Greenwich is {text}", "pip install --upgrade tzdata")
    return Finding("Indian time", _OK, ZONE)


def _registry() -> Finding:
    import pyarrow as pa

    from numguard.registry import Registry

    row = {"acknowledgement_no": ["1"], "source": ["1930"], "suspect_mobiles": ["9876543210"]}
    with tempfile.TemporaryDirectory() as folder, Registry(Path(folder) / "doctor.db", by="doctor") as registry:
        registry.add_complaints(pa.table(row), name="doctor")
        registry.verify()
    return Finding("registry", _OK, f"SQLite, adbc-driver-sqlite {importlib.metadata.version('adbc-driver-sqlite')}")


def _scratch() -> Finding:
    folder = Path(tempfile.gettempdir())
    with tempfile.TemporaryFile() as file:
        file.write(b"0" * 4096)
    free = shutil.disk_usage(folder).free / 2**30
    if free < 1:
        return Finding("scratch space", _FAULT, f"{folder}: {free:.1f} GiB free", "free some, or set TMPDIR")
    return Finding("scratch space", _OK, f"{folder}: {free:,.0f} GiB free")


def _command() -> Finding:
    found = shutil.which("numguard")
    if found is None:
        advice = "activate the environment it is installed in, or run python -m numguard"
        return Finding("command", _ABSENT, "numguard is not on the PATH", advice)
    return Finding("command", _OK, found)


def _java() -> Finding:
    java = shutil.which("java")
    advice = "only Spark Classic needs Java 17 or later; Sail needs none"
    if java is None:
        return Finding("Java", _ABSENT, "no java on the PATH", advice)
    answer = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=False).stderr  # noqa: S603
    version = re.search(r'version "(\d+)([^"]*)"', answer)
    if version is None or int(version[1]) < 17:
        return Finding("Java", _ABSENT, f"{java}: {version[0] if version else 'reports no version'}", advice)
    return Finding("Java", _OK, f"{version[1]}{version[2]}")


CHECKS: dict[str, Callable[[], Finding]] = {
    "numguard": _package,
    "command": _command,
    "kernels": _kernels,
    "arrays": _arrow,
    "Indian time": _indian_time,
    "registry": _registry,
    "scratch space": _scratch,
    "Java": _java,
}


def _extra(extra: str, purpose: str) -> Finding:
    """Whether what an extra needs is installed and new enough."""
    subject = f"[{extra}]"
    needed = list(_needed(extra))
    lacking = [name for name, _, has in needed if has is None]
    old = [name for name, least, has in needed if has is not None and _below(has, least)]
    install = f'for {purpose}: pip install "{DISTRIBUTION}[{extra}]"'
    if lacking:
        return Finding(subject, _ABSENT, ", ".join(lacking), install)
    if old:
        return Finding(subject, _FAULT, f"too old: {', '.join(old)}", install)
    return Finding(subject, _OK, ", ".join(f"{name} {has}" for name, _, has in needed))


def _needed(extra: str | None) -> Iterator[tuple[str, str, str | None]]:
    """Each distribution that is needed, the least version of it, and the one that is installed."""
    for line in importlib.metadata.requires(DISTRIBUTION) or []:
        requirement, _, marker = line.partition(";")
        of = re.search(r"extra == ['\"]([\w-]+)['\"]", marker)
        if (of[1] if of else None) != extra or ("sys_platform" in marker and sys.platform not in marker):
            continue
        name = re.match(r"[\w.-]+", requirement)
        least = re.search(r">=\s*([\d.]+)", requirement)
        if name is None:
            continue
        try:
            has = importlib.metadata.version(name[0])
        except importlib.metadata.PackageNotFoundError:
            has = None
        yield name[0], least[1] if least else "0", has


def _below(version: str, least: str) -> bool:
    """Whether a version is older than another, by their numbers."""
    return _numbers(version) < _numbers(least)


def _numbers(version: str) -> list[int]:
    plain = re.match(r"[\d.]+", version)
    return [int(part) for part in plain[0].strip(".").split(".")] if plain else []
