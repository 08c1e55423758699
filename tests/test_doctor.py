"""`numguard doctor`, the first steps and shell completion: the first minute of a user."""

from __future__ import annotations

import importlib.metadata
import json
import tomllib
from pathlib import Path

import pytest

from numguard.cli import doctor, run
from warm import numguard

ROOT = Path(__file__).parents[1]


def test_without_a_verb_the_five_steps_are_shown() -> None:
    run = numguard()
    assert (run.returncode, run.stderr) == (0, "")
    for step in ("1. Add the complaints", "2. Find the handsets", "3. Write the block list", "5. Write"):
        assert step in run.stdout
    assert "numguard doctor" in run.stdout


def test_every_command_of_the_five_steps_has_a_verb() -> None:
    from numguard.cli import FIRST_STEPS, VERBS

    commands = [line.split()[1] for line in FIRST_STEPS.splitlines() if line.strip().startswith("numguard ")]
    assert len(commands) >= 6
    assert set(commands) - {"--help"} <= set(VERBS)


def test_what_is_needed_works_here() -> None:
    run = numguard("doctor", "--json")
    assert run.returncode == 0, run.stdout
    findings = {one["subject"]: one for one in json.loads(run.stdout)["findings"]}
    for needed in ("numguard", "kernels", "arrays", "Indian time", "registry", "scratch space"):
        assert findings[needed]["state"] == "works", findings[needed]
    assert findings["kernels"]["detail"] in {"scalar", "avx2", "avx512"}


def test_a_fault_is_the_exit_code_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = doctor.Finding("numguard", "does not work", "invented")
    monkeypatch.setattr(doctor, "CHECKS", {"numguard": lambda: fault})
    monkeypatch.setattr(doctor, "EXTRAS", {})
    assert run(["doctor"]) == 3


def test_the_path_of_the_kernels_is_the_one_that_is_taken() -> None:
    run = numguard("doctor", NUMGUARD_PROBE="scalar")
    line = next(line for line in run.stdout.splitlines() if line.startswith("kernels"))
    assert line.split() == ["kernels", "works:", "scalar"]


def test_every_extra_is_looked_at() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(doctor.EXTRAS) == set(project["optional-dependencies"]) - {"all", "bench"}
    for extra in doctor.EXTRAS:
        assert len(list(doctor._needed(extra))) == len(project["optional-dependencies"][extra])
    assert {name for name, _, _ in doctor._needed(None)} >= {"numpy", "pyarrow", "click"}


def test_what_is_absent_or_old_is_reported_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.metadata.version

    def version(name: str) -> str:
        if name == "polars":
            return "0.1"
        if name == "duckdb":
            raise importlib.metadata.PackageNotFoundError(name)
        return "1.0" if name == "pyarrow" else real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    found = {one.subject: one for one in doctor.examine()}
    assert found["[polars]"].state == "does not work"
    assert found["[duckdb]"].state == "not there"
    assert "numguard-telecom[duckdb]" in found["[duckdb]"].advice
    assert found["arrays"].state == "does not work"
    assert "pyarrow>=25" in found["arrays"].advice


def test_a_check_that_raises_is_a_finding() -> None:
    def check() -> doctor.Finding:
        raise RuntimeError("first line\nsecond line")

    found = doctor._guarded("registry", check)
    assert (found.state, found.detail) == ("does not work", "first line second line")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_script(shell: str) -> None:
    run = numguard("completion", shell)
    assert run.returncode == 0
    assert "_NUMGUARD_COMPLETE" in run.stdout


def test_a_verb_is_completed() -> None:
    run = numguard(_NUMGUARD_COMPLETE="bash_complete", COMP_WORDS="numguard nor", COMP_CWORD="1")
    assert (run.returncode, run.stdout) == (0, "plain,normalize\n")
