"""A graph of linkage -> a picture to be read, and tables that other tools open.

Owns the words and the look of the picture. Independent of the rules of linkage. One idea: a picture has few rows even
of a large case, and states how much it leaves out; the tables beside it have everything, under the same names of nodes.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from numguard._core import format_imei
from numguard.compute import by_key
from numguard.files import together
from numguard.files.formats import written_numbers
from numguard.files.outgoing import write_private
from numguard.files.placing import make_folder
from numguard.linkage import Graph
from numguard.report.layers import Box, Line, layers, names
from numguard.report.template import template
from numguard.report.writing import Namer, day
from numguard.tac import TacTable
from numguard.types import PathLike

ROWS: Final = 16
"""Boxes in a column of a picture."""

_LOOK: Final = "links.svg"
_WIDTH, _HEIGHT = 236, 54
_ACROSS, _DOWN = 300, 66
_MARGIN, _TOP = 24, 72
#: The letters that fit into a box, and the fewest to which a name is shortened.
_LETTERS, _SHORTEST = 38, 6

_ENDED: Final = {
    "placeholder": "stopped: an IMEI of many phones",
    "too_many_numbers": "stopped: too many numbers",
    "in_two_places": "stopped: in two places at once",
    "too_many_per_day": "stopped: too many numbers a day",
    "protected": "stopped: protected",
    "too_many_handsets": "stopped: in too many handsets",
    "unseen": "reported; in no sighting",
}
#: The most frequent placeholder; its key is 0, which `format_imei` does not write.
_ZEROS: Final = "0" * 15
_FOOT: Final = (
    "Linked is not reported: who is linked may be innocent, and is verified before anything else. Thick lines are best "
    "paths; dashed ones lead to where the walk stopped."
)
_MASKED: Final = "Numbers are masked; the table of nodes lists them by N1, N2, H1, H2."


def link_tables(graph: Graph, *, tac: TacTable | None = None) -> tuple[pa.Table, pa.Table]:
    """The nodes and edges as Gephi, networkx and programs for link charts read them.

    Args:
        graph: The result of `Expansion.graph`.
        tac: The makers and models of the handsets.

    Returns:
        Nodes: `id` (`N1` a number, `H1` a handset), `label` (E.164 digits, or an IMEI of fifteen digits), `kind`
        (`number`, `handset`), with `tac` the `maker` and `model` of a handset, and `role`, `hop`, `why`, `count`,
        `asked` as in the graph. Edges: `source` (a number), `target` (a handset), `weight` (its sightings),
        `first_seen`, `last_seen`, `way`. Edges hold no numbers.

    Example:
        >>> import numguard as ng, pyarrow as pa
        >>> from numguard.report.links import link_tables
        >>> seen = pa.table({"served_msisdn": ["9876543210", "9123456789"], "imei14": ["35824005111111"] * 2})
        >>> nodes, edges = link_tables(ng.expand(["9876543210"], seen).graph())
        >>> nodes.select(["id", "role"]).to_pylist()[1:]
        [{'id': 'N2', 'role': 'reported'}, {'id': 'H1', 'role': 'open'}]
        >>> edges.select(["source", "target", "weight"]).to_pylist()
        [{'source': 'N1', 'target': 'H1', 'weight': 1}, {'source': 'N2', 'target': 'H1', 'weight': 1}]
    """
    named = names(graph)
    text = pa.string()
    nodes: dict[str, Any] = {
        "id": pa.array(list(named.values()), text),
        "label": pa.array(_labels(graph), text),
        "kind": pa.array(["handset" if msisdn is None else "number" for msisdn, _ in named], text),
    }
    if tac is not None:
        joined = tac.join(graph.nodes)
        nodes |= {name: joined[name] for name in ("maker", "model")}
    nodes |= {name: graph.nodes[name] for name in ("role", "hop", "why", "count", "asked")}
    edges: dict[str, Any] = {
        "source": pa.array([named[msisdn, None] for msisdn in graph.edges["msisdn"].to_pylist()], text),
        "target": pa.array([named[None, imei14] for imei14 in graph.edges["imei14"].to_pylist()], text),
        "weight": graph.edges["sightings"],
    }
    edges |= {name: graph.edges[name] for name in ("first_seen", "last_seen", "way")}
    return pa.table(nodes), pa.table(edges)


def write_links(
    graph: Graph, folder: PathLike, *, full_numbers: bool = False, tac: TacTable | None = None
) -> list[Path]:
    """Writes nodes.csv, edges.csv and chart.svg into `folder`, all or none, each readable by its owner only.

    Args:
        graph: The result of `Expansion.graph`.
        folder: Where to write; it is created if it does not exist.
        full_numbers: As for `link_chart`; the table of nodes always has them.
        tac: The makers and models of the handsets, in the chart and in the table of nodes.

    Raises:
        MissingExtraError: `numguard-telecom[report]` is not installed.
        InputError: The folder cannot be written to.
    """
    chart = link_chart(graph, full_numbers=full_numbers, tac=tac)
    folder = make_folder(folder)
    nodes, edges, picture = (folder / name for name in ("nodes.csv", "edges.csv", "chart.svg"))
    with together(private=True) as placed:
        for table, path in zip(link_tables(graph, tac=tac), (nodes, edges), strict=True):
            write_private(table, path, into=placed)
        with placed.open(picture) as file:
            file.write(chart.encode())
    return [nodes, edges, picture]


def link_chart(graph: Graph, *, full_numbers: bool = False, rows: int = ROWS, tac: TacTable | None = None) -> str:
    """Draws a graph from its reported numbers on the left to the last level on the right.

    Args:
        graph: The result of `Expansion.graph`.
        full_numbers: Pictures are forwarded, so numbers and IMEIs are masked unless this says otherwise.
        rows: Boxes in a column, at least 2. Of more nodes, requested ones come first, then where linkage stopped,
            then the reported, then those seen most; the last box says how many were left out.
        tac: The makers and models of the handsets.

    Returns:
        SVG without scripts and external resources.

    Raises:
        MissingExtraError: `numguard-telecom[report]` is not installed.

    Example:
        >>> import numguard as ng, pyarrow as pa
        >>> from numguard.report.links import link_chart
        >>> seen = pa.table({"served_msisdn": ["9876543210", "9123456789"], "imei14": ["35824005111111"] * 2})
        >>> drawn = link_chart(ng.expand(["9876543210"], seen).graph())
        >>> "+9198xxxxxx10" in drawn, "9876543210" in drawn
        (True, False)
    """
    columns = layers(graph, rows)
    tallest = max((len(column) for column in columns), default=0)
    width = 2 * _MARGIN + max(len(columns) - 1, 2) * _ACROSS + _WIDTH
    sentences = [_FOOT, graph.policy] if full_numbers else [_FOOT, _MASKED, graph.policy]
    foot = [line for text in sentences for line in textwrap.wrap(text, width // 6)]
    namer = Namer(full=full_numbers)
    handsets = [box.key[1] for column in columns for box in column if box.key[1] is not None]
    phones = {} if tac is None else tac.named(handsets)
    svg: str = template(_LOOK).render(
        title=_title(graph),
        width=width,
        height=_TOP + tallest * _DOWN + 16 * (len(foot) + 1),
        margin=_MARGIN,
        box_width=_WIDTH,
        box_height=_HEIGHT,
        heads=[{"x": _MARGIN + n * _ACROSS, "text": _head(column)} for n, column in enumerate(columns)],
        lines=_drawn_lines(columns),
        boxes=[_drawn(box, namer, phones) for column in columns for box in column],
        foot=foot,
    )
    return svg


def can_draw() -> None:
    """Raises before long work if pictures cannot be drawn here."""
    template(_LOOK)


def _labels(graph: Graph) -> list[str]:
    """The digits of each node: E.164, of other countries with `+`, or an IMEI of fifteen digits."""
    numbers: Any = written_numbers(graph.nodes["msisdn"])
    written: list[str] = pc.coalesce(numbers, format_imei(graph.nodes["imei14"]), pa.scalar(_ZEROS)).to_pylist()
    return written


def _drawn_lines(columns: list[list[Box]]) -> list[dict[str, Any]]:
    """A curve for each pair of connected boxes; the best paths are drawn last, on top."""
    lines_of = ((box, line) for column in columns for box in column for line in box.lines)
    together = by_key(((box, line.handset.shown), line) for box, line in lines_of if line.number.shown is box)
    drawn = []
    for ends, lines in together.items():
        left, right = sorted(ends, key=lambda box: box.column)
        ways = {line.way for line in lines}
        who, where = (box.name or "others" for box in ends)
        drawn.append(
            {
                "way": next(way for way in ("path", "seen", "stopped") if way in ways),
                "x1": _MARGIN + left.column * _ACROSS + _WIDTH,
                "y1": _middle(left),
                "x2": _MARGIN + right.column * _ACROSS,
                "y2": _middle(right),
                "title": f"{who} in {where}: {_seen(lines)}",
            }
        )
    return sorted(drawn, key=lambda line: line["way"] == "path")


def _middle(box: Box) -> float:
    return _TOP + box.row * _DOWN + _HEIGHT / 2


def _drawn(box: Box, namer: Namer, phones: Mapping[int, str]) -> dict[str, Any]:
    if not box.name:
        lines = [f"and {box.nodes:,} more {'numbers' if box.is_number else 'handsets'}"]
    else:
        lines = [
            f"{box.name} {_label(box, namer)}",
            _what(box, namer.text(phones.get(box.key[1] or 0, ""))),
            _seen(box.lines),
        ]
    shape = [box.role, *(["ended"] if box.why else []), *(["asked"] if box.asked else [])]
    return {
        "shape": " ".join(shape),
        "x": _MARGIN + box.column * _ACROSS,
        "y": _TOP + box.row * _DOWN,
        "round": 18 if box.is_number else 4,
        "lines": [line for line in lines if line],
    }


def _label(box: Box, namer: Namer) -> str:
    msisdn, imei14 = box.key
    if msisdn is not None:
        return namer.number(msisdn)
    return namer.handset(imei14) if imei14 else _ZEROS


def _what(box: Box, phone: str) -> str:
    """The state of a box, after the maker and model of a handset as far as there is space."""
    what = _state(box)
    space = _LETTERS - len(what) - 2
    if not phone or space < _SHORTEST:
        return what
    return f"{phone if len(phone) <= space else phone[: space - 1].rstrip() + '…'}; {what}"


def _state(box: Box) -> str:
    if box.why in {"protected", "unseen"}:
        return _ENDED[box.why]
    if box.why is not None:
        return f"{_ENDED[box.why]} ({box.count:,})"
    return box.role if box.is_number else f"{box.count:,} number{'s' * (box.count != 1)} in all"


def _seen(lines: Iterable[Line]) -> str:
    """The number of sightings, and the days of the first and the last."""
    lines = list(lines)
    if not lines:
        return ""
    count = sum(line.sightings for line in lines)
    times = "once" if count == 1 else f"{count:,} times"
    known = [at for line in lines for at in (line.first_seen, line.last_seen) if at is not None]
    if not known:
        return times
    first, last = day(min(known)), day(max(known))
    if first[-4:] == last[-4:] and first != last:
        first = first[:-5]
    return f"{times}, {last}" if first == last else f"{times}, {first} to {last}"


def _head(column: list[Box]) -> str:
    level = column[0].level
    if level % 2:
        return "handsets"
    return f"linked, hop {level // 2}" if level else "reported"


def _title(graph: Graph) -> str:
    roles = graph.nodes["role"].to_pylist()

    def count(what: str, *which: str) -> str:
        found = sum(role in which for role in roles)
        return f"{found:,} {what}" + ("s" if found != 1 else "")

    ends = sum(why not in {None, "unseen"} for why in graph.nodes["why"].to_pylist())
    stopped = f"; the walk stopped at {ends:,}" if ends else ""
    numbers = f"{count('reported number', 'reported')}, {count('linked number', 'linked')}"
    return f"{numbers}, {count('handset', 'open', 'closed')}{stopped}"
