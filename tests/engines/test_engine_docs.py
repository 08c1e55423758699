"""The pages of the guide that need an engine run in it, from top to bottom."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from pages import DOCS, is_for, run

PAGES = sorted(page for page in DOCS.rglob("*.md") if is_for(page))


def test_there_are_pages() -> None:
    assert PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_python_of_a_page_runs_from_top_to_bottom(
    page: Path, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine != is_for(page):
        pytest.skip(f"runs in {is_for(page)}")
    monkeypatch.chdir(tmp_path)
    run(page)
