"""Every example that a reader can copy runs, and prints what the page shows."""

from __future__ import annotations

import doctest
import inspect
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import numguard as ng
from pages import DOCS, claims, is_for, run

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    path for path in [ROOT / "README.md", *DOCS.rglob("*.md")] if "```python" in path.read_text() and not is_for(path)
)
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def public_objects() -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = [("numguard", ng)]
    for name in ng.__all__:
        thing = getattr(ng, name)
        found.append((f"numguard.{name}", thing))
        if inspect.isclass(thing):
            found += [
                (f"numguard.{name}.{part}", member)
                for part, member in inspect.getmembers(thing)
                if not part.startswith("_") and callable(member)
            ]
    return found


@pytest.mark.parametrize(("name", "thing"), public_objects(), ids=lambda value: value if isinstance(value, str) else "")
def test_docstrings_are_there_and_their_examples_run(name: str, thing: Any) -> None:
    if name == "numguard.__version__":
        return
    doc = inspect.getdoc(thing)
    assert doc, f"{name} has no docstring"
    examples = doctest.DocTestParser().get_doctest(doc, {"ng": ng}, name, None, None)
    result = doctest.DocTestRunner(optionflags=FLAGS).run(examples)
    assert result.failed == 0


@pytest.mark.parametrize("name", [name for name in ng.__all__ if name not in {"__version__", "NumguardError"}])
def test_everything_in_the_face_has_an_example(name: str) -> None:
    thing = getattr(ng, name)
    if isinstance(thing, ModuleType):
        return
    assert ">>>" in (inspect.getdoc(thing) or ""), f"numguard.{name} has no example"


def test_a_comment_is_a_claim_when_it_begins_with_a_literal() -> None:
    assert claims("{'a': 1}") == [{"a": 1}]
    assert claims("1: seen in the handset") == [1]
    assert claims("each hit, and its number") == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_python_of_a_page_runs_from_top_to_bottom(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run(page)
