"""Four pictures of a record, as SVG.

Owns what each shows, from figures alone: no text of anybody's stands in a chart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from numguard.bench.goals import OURS
from numguard.bench.record import Line
from numguard.report.drawing import svg

__all__ = ["CHARTS"]

_LAYOUTS: Final = ["integers", "clean", "mixed"]


def _data(rows: list[dict[str, Any]]) -> Any:
    import altair as alt

    data: Any = alt.Data
    return data(values=rows)


def _who(chart: Any, names: Sequence[str]) -> Any:
    """The same colour for the same candidate; ours stands out."""
    import altair as alt

    order = sorted(set(names), key=lambda name: (name != OURS, name))
    rest = ["#4c78a8", "#72b7b2", "#54a24b", "#b279a2", "#9d755d", "#eeca3b", "#8a8a8a", "#ff9da6", "#79706e"]
    colours = alt.Scale(domain=order, range=["#d62728", *rest][: len(order)])
    return chart.encode(
        color=alt.Color("who:N", scale=colours, title=None, legend=alt.Legend(orient="bottom", columns=4))
    )


def contains(lines: Sequence[Line]) -> str | None:
    """Rate by length of the list, a panel for each layout, where one row in a thousand is listed."""
    import altair as alt

    rates = [line.hit_rate for line in lines if line.work == "contains" and line.hit_rate is not None]
    shown = [
        line for line in lines if line.work == "contains" and line.hit_rate == min(rates) and line.layout in _LAYOUTS
    ]
    if not shown:
        return None
    panels = []
    for layout in _LAYOUTS:
        rows = [
            {"list": line.listed, "rate": (line.rows_per_s or 0) / 1e6, "who": _short(line.candidate)}
            for line in shown
            if line.layout == layout
        ]
        x = alt.X(
            "list:Q", scale=alt.Scale(type="log"), title="numbers on the list", axis=alt.Axis(format="~s", tickCount=4)
        )
        y = alt.Y(
            "rate:Q", scale=alt.Scale(type="log"), title="million rows a second" if layout == "integers" else None
        )
        drawn = alt.Chart(_data(rows), title=layout, width=230, height=240).mark_line(point=True).encode(x=x, y=y)
        panels.append(_who(drawn, [_short(line.candidate) for line in shown]))
    return svg(alt.hconcat(*panels).resolve_scale(y="shared", color="shared").to_dict())


def _short(candidate: str) -> str:
    return candidate.replace("semi-join", "join")


def scan_cost(lines: Sequence[Line]) -> str | None:
    """Seconds against rows: a straight line if a row costs the same at any length."""
    return _length(lines, "seconds", lambda line: line.median_s)


def scan_memory(lines: Sequence[Line]) -> str | None:
    """Memory against rows: level if it stays flat."""
    return _length(lines, "megabytes added", lambda line: None if line.bytes is None else line.bytes / 1e6)


def _length(lines: Sequence[Line], title: str, value: Callable[[Line], float | None]) -> str | None:
    import altair as alt

    rows = [
        {"rows": line.rows, "value": value(line), "what": line.layout}
        for line in lines
        if line.work == "scan of length"
    ]
    if not rows:
        return None
    scale = alt.Scale(type="log")
    chart = (
        alt.Chart(_data(rows), width=330, height=220)
        .mark_line(point=True)
        .encode(
            x=alt.X("rows:Q", scale=scale, title="rows scanned", axis=alt.Axis(format="~s", tickCount=5)),
            y=alt.Y("value:Q", scale=scale, title=title),
            color=alt.Color("what:N", title=None),
        )
    )
    return svg(chart.to_dict())


def decode_limit(lines: Sequence[Line]) -> str | None:
    """Whole scans beside merely decoding the two columns."""
    import altair as alt

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
    colours = alt.Scale(domain=["ours", "rival", "limit"], range=["#d62728", "#4c78a8", "#bbbbbb"])
    chart = (
        alt.Chart(_data(rows), width=260, height=alt.Step(22))
        .mark_bar()
        .encode(
            x=alt.X("rate:Q", title="million rows a second"),
            y=alt.Y("who:N", sort="-x", title=None),
            color=alt.Color("ours:N", scale=colours, legend=None),
            column=alt.Column("what:N", title=None),
        )
        .resolve_scale(x="independent")
    )
    return svg(chart.to_dict())


CHARTS: Final[dict[str, Callable[[Sequence[Line]], str | None]]] = {
    "contains": contains,
    "scan": decode_limit,
    "cost": scan_cost,
    "memory": scan_memory,
}
"""Name of the file -> what draws it; None where the record has nothing for it."""
