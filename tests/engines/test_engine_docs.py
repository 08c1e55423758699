"""The pages of the guide that need an engine run in it, from top to bottom."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))

from pages import DOCS, is_for  # noqa: E402

PAGES = sorted(page for page in DOCS.rglob("*.md") if is_for(page))


def test_there_are_pages() -> None:
    assert PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_python_of_a_page_runs_from_top_to_bottom(page: Path, engine: str, tmp_path: Path) -> None:
    if engine != is_for(page):
        pytest.skip(f"runs in {is_for(page)}")
    # A page has a session of its own; a process has only one, and its children inherit it.
    code = (
        f"import sys; sys.path.insert(0, {str(TESTS)!r}); import pages, pathlib; pages.run(pathlib.Path({str(page)!r}))"
    )
    script = tmp_path / "page.py"
    script.write_text(code)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SPARK_")}
    ran = subprocess.run([sys.executable, script], cwd=tmp_path, env=clean, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
