"""`{traps}` and `{traps-picture}`: the results of policies on the planted case, computed when the page is built.

The module defines which policies are compared and how the result is shown. The case is that of the demonstration, with
the same seed. No figure on the page is typed.
"""

from __future__ import annotations

from functools import cache
from html import escape
from typing import Any

from docutils import nodes
from planted_case import PERIOD, case
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import numguard as ng
from numguard.synthetic import TRAPS
from numguard.synthetic.places import PLACE_TRAPS
from numguard.synthetic.score import Score, score

__all__ = ["setup"]

_PLACES: dict[str, Any] = {"max_speed_kmh": 200, "max_numbers_in_one_place": 500}
_TOGETHER: dict[str, Any] = {**PERIOD, "max_numbers_per_day": 3.1, "max_gap_days": 14, "min_sightings": 2}

#: Each column of the table: its heading, and the bounds in which its policy differs from the default.
_POLICIES: dict[str, dict[str, Any]] = {
    "no cap": {"max_numbers_per_imei": None, "max_imeis_per_number": None},
    "default": {},
    "20 numbers": {"max_numbers_per_imei": 20},
    "3.1 a day": {"max_numbers_per_day": 3.1},
    "14 days": {"max_gap_days": 14},
    "twice": {"min_sightings": 2},
    "together": _TOGETHER,
    "together, 2 hops": {**_TOGETHER, "max_hops": 2},
    "default, places": _PLACES,
    "together, places": {**_TOGETHER, **_PLACES},
}
_KINDS = [*TRAPS, *PLACE_TRAPS]


@cache
def scores() -> dict[str, list[Score]]:
    """For each policy, the score of each kind of trap, and that of all traps last."""
    planted = case()
    found = {}
    for name, bounds in _POLICIES.items():
        protected = {"protected": planted.protected} if name.startswith("together") else {}
        policy = ng.LinkPolicy(**bounds, **protected)
        expansion = ng.expand(planted.all_seeds, planted.placed.sightings, policy)
        found[name] = score(planted.placed.truth, expansion.linked, _KINDS)
    return found


class Traps(SphinxDirective):
    """A row for each trap, a column for each policy: guilty numbers missed / innocent numbers linked."""

    def run(self) -> list[nodes.Node]:
        """The table."""
        found = scores()
        rows = [
            [one[0].trap, *(f"{s.guilty - s.guilty_linked:,} / {s.innocent_linked:,}" for s in one)]
            for one in zip(*found.values(), strict=True)
            if one[0].guilty or any(s.innocent_linked for s in one)
        ]
        if len(rows) < len(TRAPS) // 2:
            raise self.error("the planted case contains fewer than half of the traps")
        group = nodes.tgroup("", cols=1 + len(found))
        group += [nodes.colspec(colwidth=3), *(nodes.colspec(colwidth=2) for _ in found)]
        group += nodes.thead("", _row(["planted", *found]))
        group += nodes.tbody("", *map(_row, rows))
        return [nodes.table("", group)]


def _row(cells: list[str]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", cell)) for cell in cells))


class TrapsPicture(SphinxDirective):
    """A bar chart of the last row of the table."""

    def run(self) -> list[nodes.Node]:
        """The chart: static SVG in the colours of the page."""
        total = {name: one[-1] for name, one in scores().items()}
        return [nodes.raw("", _bars(total), format="html")]


def _bars(total: dict[str, Score]) -> str:
    """Two bars for each policy: the share of guilty numbers missed, and of innocent numbers among the linked."""
    left, width, step = 125, 400, 46
    drawn = []
    for k, (name, s) in enumerate(total.items()):
        linked = s.guilty_linked + s.innocent_linked
        bars = (
            ("missed", (s.guilty - s.guilty_linked) / s.guilty, f"{s.guilty - s.guilty_linked:,} of {s.guilty:,}"),
            ("innocent", s.innocent_linked / linked, f"{s.innocent_linked:,} of {linked:,}"),
        )
        top = 30 + k * step
        drawn.append(f'<text x="{left - 8}" y="{top + 22}" text-anchor="end">{escape(name)}</text>')
        for row, (kind, share, label) in enumerate(bars):
            y = top + row * 17
            drawn.append(f'<rect class="{kind}" x="{left}" y="{y}" width="{share * width:.1f}" height="14"/>')
            drawn.append(f'<text class="label" x="{left + share * width + 6:.1f}" y="{y + 11}">{label}</text>')
    height = 30 + len(total) * step
    title = "For each policy, the share of guilty numbers that were missed and of linked numbers that are innocent"
    return (
        f'<svg class="traps" viewBox="0 0 680 {height}" role="img" aria-label="{title}">'
        "<style>.traps{width:100%;font:13px sans-serif;fill:currentColor}.traps .label{font-size:11px}"
        ".traps .missed{fill:#8a94a6}.traps .innocent{fill:#d9622b}</style>"
        f'<rect class="missed" x="{left}" y="4" width="12" height="12"/>'
        f'<text x="{left + 18}" y="14">guilty numbers missed</text>'
        f'<rect class="innocent" x="{left + 190}" y="4" width="12" height="12"/>'
        f'<text x="{left + 208}" y="14">innocent among the linked</text>{"".join(drawn)}</svg>'
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Registers the directives."""
    app.add_directive("traps", Traps)
    app.add_directive("traps-picture", TrapsPicture)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
