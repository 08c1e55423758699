"""Parts -> the text of one HTML page.

Owns the template's values and what makes the page safe to open: no script, a policy that forbids the network, and every
value escaped. Independent of what a figure means (`parts`). One idea: each chart is drawn twice, for a wide and for a
narrow screen, and the page shows the one that fits, so that none is scaled until it is illegible.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from numguard.report.drawing import check_drawing, inside
from numguard.report.figures import Figures
from numguard.report.part import Part
from numguard.report.parts import parts, totals
from numguard.report.template import template
from numguard.report.writing import Namer, moment

_WIDTHS: Final = {"wide": 928, "narrow": 326}


def as_html(figures: Figures, *, title: str, full_numbers: bool) -> str:
    """The page."""
    namer = Namer(full=full_numbers)
    event = f" (event {figures.event})" if figures.event else ""
    return page_of(
        parts(figures, namer),
        title=namer.text(title),
        subtitle="Nothing has happened yet." if figures.at is None else f"As of {moment(figures.at)}{event}.",
        totals=totals(figures),
        full_numbers=full_numbers,
        version=figures.version,
    )


def can_draw() -> None:
    """Raises before long work if pages cannot be made here."""
    template("page.html")
    check_drawing()


def page_of(
    made: Sequence[Part],
    *,
    title: str,
    subtitle: str,
    totals: Sequence[tuple[str, str, str]],
    full_numbers: bool,
    version: str,
) -> str:
    """A page of parts; with `full_numbers` it has a warning. `totals` are at its head: (label, figure, remark)."""
    html: str = template("page.html").render(
        title=title,
        subtitle=subtitle,
        version=version,
        full_numbers=full_numbers,
        totals=totals,
        parts=[(part, list(_pictures(part))) for part in made],
    )
    return html


def _pictures(part: Part) -> Iterator[tuple[str, str, Any]]:
    """A part's chart for each width: the width's name, the viewBox, and the drawing, whose text Vega has escaped."""
    from markupsafe import Markup

    if part.draw is None:
        return
    for name, width in _WIDTHS.items():
        box, drawn = inside(part.draw(width))
        yield name, box, Markup(drawn)  # noqa: S704
