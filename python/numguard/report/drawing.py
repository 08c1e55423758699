"""An Altair chart -> static SVG that takes its colours from the page around it.

Owns the look of every chart of the package, and the only call that draws. Knows nothing of what is shown. One idea: a
chart names its colours by what they mean, `currentColor` and `var(--...)`, so that one drawing reads in light, in dark
and on paper; and it stands on fixed places, so that no font of the machine moves anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from numguard.errors import MissingExtraError

__all__ = ["Bar", "Strip", "bars", "strips", "svg"]

_FONT: Final = "Helvetica, Arial, sans-serif"

# Lakh and crore: the last three digits, then twos.
_LOCALE: Final = {
    "number": {"decimal": ".", "thousands": ",", "grouping": [3, 2, 2, 2, 2, 2], "currency": ["₹", ""]},
}

_ROW: Final = 23
_STRIP: Final = 46
# Pixels that a digit takes, and no font more.
_DIGIT: Final = 7.5


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a chart of bars.

    Attributes:
        label: What is counted.
        values: A length for each panel; None where there is none.
        said: What is written behind each.
        colours: Of each panel's bar, such as `var(--reported)`.
        heading: Whether the line only heads those below it.
    """

    label: str
    values: Sequence[float | None]
    said: Sequence[str]
    colours: Sequence[str]
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Strip:
    """One of the strips that stand above each other on one axis of days: what it is, and (ISO day, value) in order."""

    label: str
    days: Sequence[tuple[str, float]]
    colour: str


def altair() -> Any:
    """Altair, and what it draws with.

    Raises:
        MissingExtraError: One of them is not installed.
    """
    try:
        import altair as alt
        import vl_convert  # noqa: F401
    except ImportError:
        raise MissingExtraError("charts need: pip install 'numguard-telecom[report]'") from None
    return alt


def svg(chart: Any, **config: Any) -> str:
    """The chart as one SVG element; `config` is Vega-Lite's, beside the look that all charts share."""
    import vl_convert

    look: dict[str, Any] = {
        "aria": False,
        "background": None,
        "font": _FONT,
        "locale": _LOCALE,
        "view": {"stroke": None},
        "text": {"color": "currentColor", "fontSize": 12},
        "header": {"labelColor": "currentColor", "titleColor": "currentColor"},
        "legend": {"labelColor": "currentColor", "titleColor": "currentColor"},
        "title": {"color": "currentColor"},
    }
    axis = dict.fromkeys(("domainColor", "gridColor", "labelColor", "tickColor", "titleColor"), "currentColor")
    look["axis"] = axis | {"gridOpacity": 0.15, "domainOpacity": 0.4, "tickOpacity": 0.4} | config.pop("axis", {})
    # Altair would look each thing up in its schema once more, which takes longer than the drawing.
    spec = chart.to_dict(validate=False)
    spec["config"] = spec.get("config", {}) | look | config
    drawn: str = vl_convert.vegalite_to_svg(spec)
    return drawn


def bars(rows: Sequence[Bar], width: int, label: int, titles: Sequence[str] = ("",)) -> str:
    """Bars that lie on one another, a label before each and its figure behind it, in one panel or several.

    Args:
        rows: From the top.
        width: Of the whole, in pixels.
        label: Of the column of labels.
        titles: One a panel; each panel has a scale of its own.
    """
    alt = altair()
    shift = 1 if any(titles) else 0
    places = alt.Scale(domain=list(range(len(rows) + shift)), paddingInner=0.38, paddingOuter=0.1)
    y = alt.Y("row:O", axis=None, scale=places)

    def layer(values: list[dict[str, Any]]) -> Any:
        return alt.Chart(alt.Data(values=values), width=width, height=_ROW * (len(rows) + shift))

    labels = [{"row": k + shift, "text": row.label, "heading": row.heading} for k, row in enumerate(rows)]
    layers = []
    for bold in (False, True):
        said = [entry for entry in labels if entry["heading"] == bold]
        limit = width if bold else label - 8
        mark = layer(said).mark_text(align="left", baseline="middle", limit=limit, fontWeight="bold" if bold else 400)
        layers.append(mark.encode(y=y, x=alt.value(0), text="text:N"))
    room = (width - label) / len(titles)
    for panel, title in enumerate(titles):
        begin = label + panel * room
        values = [
            {"row": k + shift, "value": row.values[panel], "said": row.said[panel], "colour": row.colours[panel]}
            for k, row in enumerate(rows)
            if not row.heading and row.values[panel] is not None
        ]
        longest = max((entry["value"] for entry in values), default=0) or 1
        figures = _DIGIT * max((len(entry["said"]) for entry in values), default=0) + 14
        scale = alt.Scale(domain=[0, longest], range=[begin, begin + room - figures], nice=False)
        x = alt.X("value:Q", axis=None, scale=scale, stack=None)
        drawn = layer(values).encode(x=x, y=y)
        layers += [
            drawn.mark_bar(cornerRadiusEnd=1.5).encode(color=alt.Color("colour:N", scale=None)),
            drawn.mark_text(align="left", baseline="middle", dx=5).encode(text="said:N"),
        ]
        if title:
            head = layer([{"row": 0, "text": title}]).mark_text(align="left", baseline="middle", fontWeight="bold")
            layers.append(head.encode(y=y, x=alt.value(begin), text="text:N"))
    return svg(alt.layer(*layers).resolve_scale(x="independent", color="independent"), padding=1)


def strips(rows: Sequence[Strip], width: int) -> str:
    """Steps along the days, a strip for each of `rows`, all on one scale so that they can be compared."""
    alt = altair()
    highest = max((value for row in rows for _, value in row.days), default=0) or 1
    drawn = []
    for k, row in enumerate(rows):
        data = alt.Data(values=[{"day": day, "value": value} for day, value in row.days])
        last = k == len(rows) - 1
        axis = alt.Axis(format="%-d %b %Y", labelOverlap=True, tickCount=max(2, width // 150), title=None, grid=False)
        x = alt.X("day:T", scale=alt.Scale(type="utc", nice=False), axis=axis if last else None)
        scale = alt.Scale(domain=[0, highest], nice=False)
        y = alt.Y("value:Q", scale=scale, axis=alt.Axis(values=[0, highest], title=None, domain=False, ticks=False))
        area = alt.Chart(data, width=width - 44, height=_STRIP).mark_area(interpolate="step-after", color=row.colour)
        title = alt.TitleParams(row.label, anchor="start", fontSize=12, fontWeight="normal", offset=3)
        drawn.append(area.encode(x=x, y=y).properties(title=title))
    return svg(alt.vconcat(*drawn, spacing=8).resolve_scale(x="shared"), padding=1)


_ELEMENT: Final = re.compile(r'<svg\b[^>]*\bviewBox="([^"]*)"[^>]*>(.*)</svg>\s*', re.DOTALL)


def inside(drawn: str) -> tuple[str, str]:
    """The viewBox of an SVG element, and what it holds."""
    found = _ELEMENT.fullmatch(drawn)
    if found is None:
        raise ValueError("vl-convert writes one svg element, and this is none")
    return found[1], found[2]
