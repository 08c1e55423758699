"""Four charts of a record, as SVG.

Owns what each shows. Charts contain only figures and names of candidates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from numguard.bench.goals import OURS
from numguard.bench.record import Line
from numguard.report.drawing import svg

_LINE: Final = {"type": "line", "point": True}
_LAYOUTS: Final = ["integers", "clean", "mixed"]


def _who(names: Sequence[str]) -> dict[str, Any]:
    """The colour of each candidate; numguard is red."""
    order = sorted(set(names), key=lambda name: (name != OURS, name))
    rest = ["#4c78a8", "#72b7b2", "#54a24b", "#b279a2", "#9d755d", "#eeca3b", "#8a8a8a", "#ff9da6", "#79706e"]
    scale = {"domain": order, "range": ["#d62728", *rest][: len(order)]}
    return {"field": "who", "title": None, "scale": scale, "legend": {"orient": "bottom", "columns": 4}}


def _figure(field: str, title: str | None, *, ticks: int | None = None, log: bool = True) -> dict[str, Any]:
    """An axis of figures."""
    axis = {} if ticks is None else {"axis": {"format": "~s", "tickCount": ticks}}
    scale = {"scale": {"type": "log"}} if log else {}
    return {"field": field, "type": "quantitative", "title": title, **scale, **axis}


def _plot(rows: list[dict[str, Any]], size: tuple[Any, Any], mark: Any, **encoding: Any) -> dict[str, Any]:
    """A chart of these rows; `size` is its width and height."""
    width, height = size
    return {"width": width, "height": height, "data": {"values": rows}, "mark": mark, "encoding": encoding}


def contains(lines: Sequence[Line]) -> str | None:
    """Rate by length of the list, a panel for each layout, where one row in a thousand is listed."""
    rates = [line.hit_rate for line in lines if line.work == "contains" and line.hit_rate is not None]
    shown = [
        line for line in lines if line.work == "contains" and line.hit_rate == min(rates) and line.layout in _LAYOUTS
    ]
    if not shown:
        return None
    panels: list[dict[str, Any]] = []
    for layout in _LAYOUTS:
        rows = [
            {"list": line.listed, "rate": (line.rows_per_s or 0) / 1e6, "who": _short(line.candidate)}
            for line in shown
            if line.layout == layout
        ]
        if not rows:
            continue
        panel = _plot(
            rows,
            (230, 240),
            _LINE,
            x=_figure("list", "numbers on the list", ticks=4),
            y=_figure("rate", None if panels else "million rows a second"),
            color=_who([_short(line.candidate) for line in shown]),
        )
        panels.append({"title": layout, **panel})
    return svg({"hconcat": panels, "resolve": {"scale": {"y": "shared", "color": "shared"}}})


def _short(candidate: str) -> str:
    return candidate.replace("semi-join", "join")


def by_length(lines: Sequence[Line], title: str, value: Callable[[Line], float | None]) -> str | None:
    """A value of scans by their rows: a straight line if the cost of a row is constant, a level one if the value is."""
    rows = [
        {"rows": line.rows, "value": value(line), "what": line.layout}
        for line in lines
        if line.work == "scan of length"
    ]
    if not rows:
        return None
    x, y = _figure("rows", "rows scanned", ticks=5), _figure("value", title)
    return svg(_plot(rows, (330, 220), _LINE, x=x, y=y, color={"field": "what", "title": None}))


def decode_limit(lines: Sequence[Line]) -> str | None:
    """Whole scans, and only decoding the two columns."""
    shown = [line for line in lines if line.work in {"scan", "decode"}]
    if not any(line.work == "scan" for line in shown):
        return None
    smallest = min(line.listed for line in shown if line.work == "scan")
    rows = [
        {
            "who": f"{line.candidate}: decoding only" if line.work == "decode" else line.candidate,
            "rate": (line.rows_per_s or 0) / 1e6,
            "ours": "ours" if line.candidate == OURS else "limit" if line.work == "decode" else "rival",
            "what": line.layout,
        }
        for line in shown
        if line.layout in _LAYOUTS and line.listed in {0, smallest}
    ]
    colours = {"domain": ["ours", "rival", "limit"], "range": ["#d62728", "#4c78a8", "#bbbbbb"]}
    bars = _plot(
        rows,
        (260, {"step": 22}),
        "bar",
        x=_figure("rate", "million rows a second", log=False),
        y={"field": "who", "type": "nominal", "sort": "-x", "title": None},
        color={"field": "ours", "scale": colours, "legend": None},
        column={"field": "what", "title": None},
    )
    return svg({**bars, "resolve": {"scale": {"x": "independent"}}})


CHARTS: Final[dict[str, Callable[[Sequence[Line]], str | None]]] = {
    "contains": contains,
    "scan": decode_limit,
    "cost": lambda lines: by_length(lines, "seconds", lambda line: line.median_s),
    "memory": lambda lines: by_length(lines, "megabytes added", lambda line: line.bytes and line.bytes / 1e6),
}
"""Name of the file -> the function that draws it; it returns None where the record has no lines for it."""
