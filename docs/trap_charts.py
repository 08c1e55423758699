"""The pictures of the page on traps: `python docs/trap_charts.py` draws them again, the same to the byte.

Owns which traps are drawn under which policy. The case is that of the demonstration.
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

#: Columns of the pictures have so many boxes, so that a page shows several.
_ROWS = 5

#: One resold phone in five is sold on within days; the third is one of the others.
_NTH = {"resold phone": 2}

#: Each picture: whose case it shows, and how its policy differs from the default one.
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
    """Each picture by its name."""
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
