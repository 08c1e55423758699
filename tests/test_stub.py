"""The stub of the compiled half: its docstrings are those of the module, and an editor shows them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

import numguard as ng

ROOT = Path(__file__).parents[1]


def test_the_docstrings_are_those_of_the_compiled_half() -> None:
    run = subprocess.run(
        [sys.executable, ROOT / "rust" / "python" / "stub.py", "--check"], capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("normalize", "Read written phone numbers into E.164 integers."),
        ("NumberSet", "A frozen, exact set of phone numbers"),
        ("NumberSet.save", "Write the set to one file, whole or not at all"),
        ("NumberSet.open", "Map a saved set into memory"),
        ("scan", "looks"),
        ("Registry", "registry"),
    ],
)
def test_an_editor_shows_what_help_shows(name: str, shown: str) -> None:
    """As a language server asks: jedi is what several of them ask in turn."""
    import jedi

    line = f"numguard.{name}"
    script = jedi.Script(
        f"import numguard\n{line}\n", project=jedi.Project(ROOT, added_sys_path=[str(ROOT / "python")])
    )
    found = script.help(2, len(line))
    assert found
    assert shown.lower() in found[0].docstring().lower()


@pytest.mark.parametrize(
    ("verb", "kind"),
    [
        (ng.normalize, pa.UInt64Array),
        (ng.explain, pa.StructArray),
        (ng.extract, pa.ListArray),
        (ng.normalize_imei, pa.UInt64Array),
        (ng.explain_imei, pa.StructArray),
        (lambda cells: ng.format(ng.normalize(cells)), pa.StringArray),
        (lambda cells: ng.format_imei(ng.normalize_imei(cells)), pa.StringArray),
        (ng.NumberSet(["9876543210"]).contains, pa.BooleanArray),
        (ng.NumberSet(["9876543210"]).position, pa.UInt32Array),
    ],
)
def test_the_types_of_answers_are_those_of_the_stub(verb: object, kind: type) -> None:
    assert callable(verb)
    cells = ["98765 43210", None]
    assert isinstance(verb(cells), kind)
    assert isinstance(verb(pa.array(cells)), kind)
    assert isinstance(verb(pa.chunked_array([cells])), pa.ChunkedArray)
