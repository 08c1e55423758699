"""The pictures of the page on traps: `python docs/trap_charts.py` draws them, each time with the same bytes.

The module defines which traps are drawn under which policy. The case is that of the demonstration.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
from planted_case import PERIOD, case

import numguard as ng
from numguard.report.links import link_chart

__all__ = ["FOLDER", "draw"]

FOLDER = Path(__file__).parent / "guide" / "traps"

#: The largest number of boxes in a column of a picture: several pictures have to fit on a page.
_ROWS = 5

#: Which seed of a trap is drawn, if not the first: one resold phone in five is sold within days, and the third is not.
_NTH = {"resold phone": 2}

#: Each picture: its trap, and the bounds in which its policy differs from the default.
_PICTURES: dict[str, tuple[str, dict[str, Any]]] = {
    "clone-of-5": ("cloned IMEI, 5 users", {}),
    "clone-of-50": ("cloned IMEI, 50 users", {}),
    "clone-of-50-a-day": ("cloned IMEI, 50 users", {"max_numbers_per_day": 3.1}),
    "clone-of-5000": ("cloned IMEI, 5000 users", {}),
    "repair-shop": ("repair shop", {}),
    "repair-shop-14-days": ("repair shop", {"max_gap_days": 14}),
    "resold-phone": ("resold phone", {}),
    "resold-phone-14-days": ("resold phone", {"max_gap_days": 14}),
    "earlier-owner": ("earlier owner", {}),
    "earlier-owner-period": ("earlier owner", PERIOD),
    "sim-box": ("SIM box", {}),
    "sim-box-released": ("SIM box", {"release": True}),
}


def draw() -> dict[str, str]:
    """Name -> SVG of each picture."""
    planted = case()
    box = pa.array(planted.planted.sim_boxes[1:2])
    drawn = {}
    for name, (trap, bounds) in _PICTURES.items():
        policy = ng.LinkPolicy(**(bounds | {"release": box} if "release" in bounds else bounds))
        found = ng.expand(planted.seeds, planted.sightings, policy)
        around: dict[str, Any] = (
            {"imeis": box} if trap == "SIM box" else {"numbers": planted.seed_of(trap, _NTH.get(trap, 0))}
        )
        drawn[name] = link_chart(found.graph(**around), rows=_ROWS)
    return drawn


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, svg in draw().items():
        (FOLDER / f"{name}.svg").write_text(svg)
