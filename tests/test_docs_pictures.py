"""The pictures of the guide are what their program draws today."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


def test_the_pictures_of_traps_are_drawn_by_their_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))
    for module in ("trap_charts", "planted_case"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    from trap_charts import FOLDER, draw

    drawn = draw()
    assert {path.stem for path in FOLDER.glob("*.svg")} == set(drawn)
    page = (DOCS / "guide" / "traps.md").read_text()
    for name, svg in drawn.items():
        assert (FOLDER / f"{name}.svg").read_text() == svg, f"{name}: run docs/trap_charts.py"
        assert f"(traps/{name}.svg)" in page, name
