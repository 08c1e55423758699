"""A Vega-Lite chart -> static SVG that takes its colours from the page around it.

Owns the look of every chart of the package, and the only call that draws. Independent of the data. One idea: a chart
names its colours by their meaning, `currentColor` and `var(--...)`, so that one drawing is legible in light, in dark
and on paper; and positions are fixed, so that they do not depend on the fonts of the machine.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from numguard.errors import EngineError, MissingExtraError

_FONT: Final = "Helvetica, Arial, sans-serif"

# Lakh and crore: the last three digits, then twos.
_LOCALE: Final = {"number": {"decimal": ".", "thousands": ",", "grouping": [3, 2, 2, 2, 2, 2], "currency": ["₹", ""]}}

_INK: Final = "currentColor"
_WORDS: Final = {"labelColor": _INK, "titleColor": _INK}
_LINES: Final = {"domainColor": _INK, "domainOpacity": 0.4, "tickColor": _INK, "tickOpacity": 0.4}
_LOOK: Final = {
    "aria": False,
    "background": None,
    "font": _FONT,
    "locale": _LOCALE,
    "view": {"stroke": None},
    "text": {"color": _INK, "fontSize": 12},
    "title": {"color": _INK},
    "header": _WORDS,
    "legend": _WORDS,
    "axis": _WORDS | _LINES | {"gridColor": _INK, "gridOpacity": 0.15},
}

_ROW: Final = 23
_STRIP: Final = 46
_EXTENT: Final = 40
# The width of a digit in pixels: the most of any usual font.
_DIGIT: Final = 7.5
# The width of a bar of one moment, and the distance between two dates of an axis, in pixels.
_MOMENT: Final = 4
_DATES: Final = 130
_INSET: Final = 12
_HOURS: Final = 48 * 3_600_000


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a chart of bars: of each panel a length, the text after it, and a colour (`var(--reported)`)."""

    label: str
    values: Sequence[float]
    texts: Sequence[str]
    colours: Sequence[str]
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Strip:
    """One of several strips on one axis of days: its label, and (ISO day, value) in order."""

    label: str
    days: Sequence[tuple[str, float]]
    colour: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of a chart of periods: of a number or handset, with a text at its end.

    `spans`: begin and end in milliseconds since 1970, by the clock that the axis shows, and a colour. `inset`: whether
    it belongs to the line above.
    """

    label: str
    spans: Sequence[tuple[int, int, str]]
    text: str = ""
    inset: bool = False


def svg(spec: dict[str, Any]) -> str:
    """A Vega-Lite chart as one SVG element, in the look that all charts share.

    Raises:
        MissingExtraError: `numguard-telecom[report]` is not installed.
        EngineError: The library that draws has too few open files, threads or bytes of memory here.
    """
    check_drawing()
    import vl_convert

    whole = spec | {"config": spec.get("config", {}) | _LOOK}
    try:
        drawn: str = vl_convert.vegalite_to_svg(whole)
    except BaseException as error:
        # A panic of compiled code is no Exception. Its text may have labels of the chart, which are numbers.
        if type(error).__name__ != "PanicException" and not isinstance(error, (ValueError, OSError)):
            raise
    else:
        return drawn
    raise EngineError(
        "charts cannot be drawn: the library that draws them (vl-convert) failed, as it does where a process may open "
        "few files (ulimit -n) or start few threads, or has little memory left"
    )


def check_drawing() -> None:
    """Raises unless charts can be drawn here."""
    try:
        import vl_convert  # noqa: F401
    except ImportError:
        raise MissingExtraError('charts need: pip install "numguard-telecom[report]"') from None


def _words(y: dict[str, Any], texts: list[tuple[int, str]], at: float, **mark: Any) -> dict[str, Any]:
    """Texts in the rows of a panel."""
    return {
        "data": {"values": [{"row": row, "text": text} for row, text in texts]},
        "mark": {"type": "text", "align": "left", "baseline": "middle", **mark},
        "encoding": {"y": y, "x": {"value": at}, "text": {"field": "text"}},
    }


def bars(rows: Sequence[Bar], width: int, label: int, titles: Sequence[str] = ("",)) -> str:
    """Horizontal bars, a label before each and its figure behind it, in one panel for each title.

    Each panel has a scale of its own. `width` is that of the whole, `label` that of the column of labels, in pixels.
    """
    shift = 1 if any(titles) else 0
    size = len(rows) + shift
    places = {"domain": list(range(size)), "paddingInner": 0.38, "paddingOuter": 0.1}
    y = {"field": "row", "type": "ordinal", "axis": None, "scale": places}

    words = partial(_words, y)
    labels = [(k + shift, row.label) for k, row in enumerate(rows) if not row.heading]
    headings = [(k + shift, row.label) for k, row in enumerate(rows) if row.heading]
    # The page's font may be wider than the one that Vega measures with.
    layers = [words(labels, 0, limit=0.86 * (label - 8)), words(headings, 0, limit=width, fontWeight="bold")]
    space = (width - label) / len(titles)
    for panel, title in enumerate(titles):
        begin = label + panel * space
        values: list[dict[str, Any]] = [
            {"row": k + shift, "value": row.values[panel], "text": row.texts[panel], "colour": row.colours[panel]}
            for k, row in enumerate(rows)
            if not row.heading
        ]
        longest = max((row.values[panel] for row in rows if not row.heading), default=0) or 1
        figures = _DIGIT * max((len(entry["text"]) for entry in values), default=0) + 14
        scale = {"domain": [0, longest], "range": [begin, begin + space - figures], "nice": False}
        x = {"field": "value", "type": "quantitative", "axis": None, "scale": scale, "stack": None}
        colour = {"field": "colour", "type": "nominal", "scale": None}
        behind = {"type": "text", "align": "left", "baseline": "middle", "dx": 5}
        drawn: list[dict[str, Any]] = [
            {"mark": {"type": "bar"}, "encoding": {"x": x, "y": y, "color": colour}},
            {"mark": behind, "encoding": {"x": x, "y": y, "text": {"field": "text"}}},
        ]
        layers += [{"data": {"values": values}, **layer} for layer in drawn]
        layers.append(words([(0, title)] if title else [], begin, fontWeight="bold"))
    whole = {"width": width, "height": _ROW * size, "layer": layers, "padding": 1}
    return svg(whole | {"resolve": {"scale": {"x": "independent", "color": "independent"}}})


def lanes(rows: Sequence[Lane], width: int, label: int, title: str) -> str:
    """Periods along one axis of time, a line each, a label before it and its figure, below `title`, at the end.

    `rows` come from the top, at least one of them with a period. `width` is that of the whole, `label` that of the
    column of labels, in pixels.
    """
    ends = [moment for row in rows for begin, end, _ in row.spans for moment in (begin, end)]
    first, last = min(ends), max(ends)
    figures = int(_DIGIT * max(len(title), *(len(row.text) for row in rows))) + 14
    plot = width - label - figures
    # A period of one moment is drawn with a least width, inside of the chart.
    least = max((last - first) * _MOMENT // (plot - _MOMENT), 3_600_000 if first == last else 1)
    places = {"domain": list(range(len(rows) + 1)), "paddingInner": 0.38, "paddingOuter": 0.1}
    y = {"field": "row", "type": "ordinal", "axis": None, "scale": places}
    dates = "%-d %b %Y" if last - first > _HOURS else "%-d %b %H:%M"
    axis = {"format": dates, "labelOverlap": True, "tickCount": max(2, plot // _DATES), "grid": True, "title": None}
    scale = {"type": "utc", "domain": [first, last + least], "range": [label, label + plot], "nice": False}
    x = {"field": "begin", "type": "temporal", "scale": scale, "axis": axis, "title": None}
    spans = [
        {"row": k + 1, "begin": begin, "end": max(end, begin + least), "colour": colour}
        for k, row in enumerate(rows)
        for begin, end, colour in row.spans
    ]
    bar = {
        "data": {"values": spans},
        "mark": {"type": "bar"},
        "encoding": {
            "x": x,
            "x2": {"field": "end"},
            "y": y,
            "color": {"field": "colour", "type": "nominal", "scale": None},
        },
    }

    words = partial(_words, y)
    labels = [(k + 1, row.label) for k, row in enumerate(rows) if not row.inset]
    inset = [(k + 1, row.label) for k, row in enumerate(rows) if row.inset]
    counts = [(k + 1, row.text) for k, row in enumerate(rows)]
    layer = [
        bar,
        words(labels, 0, limit=label - 8),
        words(inset, _INSET, limit=label - 8 - _INSET),
        words(counts, width, align="right"),
        words([(0, title)], width, align="right", fontWeight="bold"),
    ]
    return svg({"width": width, "height": _ROW * (len(rows) + 1), "layer": layer, "padding": 1})


def strips(rows: Sequence[Strip], width: int) -> str:
    """Steps along the days, a strip for each of `rows`, all on one scale so that they can be compared."""
    highest = max((value for row in rows for _, value in row.days), default=0) or 1
    days = {"format": "%-d %b %Y", "labelOverlap": True, "tickCount": max(2, width // 150), "grid": False}
    values = {"values": [0, highest], "domain": False, "ticks": False, "minExtent": _EXTENT, "maxExtent": _EXTENT}
    drawn = []
    for row in rows:
        x = {"field": "day", "type": "temporal", "title": None, "scale": {"type": "utc", "nice": False}}
        scale = {"domain": [0, highest], "nice": False}
        y = {"field": "value", "type": "quantitative", "title": None, "scale": scale, "axis": values}
        strip = {
            "title": {"text": row.label, "anchor": "start", "fontSize": 12, "fontWeight": "normal", "offset": 3},
            "data": {"values": [{"day": day, "value": value} for day, value in row.days]},
            "width": width - _EXTENT,
            "height": _STRIP,
            "mark": {"type": "area", "interpolate": "step-after", "color": row.colour},
            "encoding": {"x": x | {"axis": days if row is rows[-1] else None}, "y": y},
        }
        drawn.append(strip)
    return svg({"vconcat": drawn, "spacing": 8, "padding": 1, "resolve": {"scale": {"x": "shared"}}})


_ELEMENT: Final = re.compile(r'<svg\b[^>]*\bviewBox="([^"]*)"[^>]*>(.*)</svg>\s*', re.DOTALL)


def inside(drawn: str) -> tuple[str, str]:
    """The viewBox of an SVG element, and its content."""
    found = _ELEMENT.fullmatch(drawn)
    if found is None:
        raise ValueError("vl-convert writes one svg element, and this is none")
    return found[1], found[2]
