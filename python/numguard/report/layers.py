"""The positions of the nodes of a graph in a picture: level by level from left to right, in columns of limited length.

Owns columns, the cap, and the order in a column. Independent of how a node looks. One idea: nodes that do not fit into
their column are represented by one box, and lines lead to the box that represents a node.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from numguard.compute import by_key, tuples_of
from numguard.linkage import Graph

Key = tuple[int | None, int | None]


@dataclass(eq=False)
class Box:
    """A number, a handset, or all that was left out of a column."""

    #: N1, H1; empty for what was left out.
    name: str
    #: Its number or its handset.
    key: Key
    role: str
    hop: int | None = None
    why: str | None = None
    count: int | None = None
    asked: bool = False
    #: The number of nodes that it represents.
    nodes: int = 1
    lines: list[Line] = field(default_factory=list)
    #: Twice its hop for a number, one less for a handset.
    level: int = 0
    #: Its column, counted without empty levels, and its row in that column.
    column: int = 0
    row: float = 0.0
    #: The box that represents it in the picture: itself, or the one for all that was left out.
    shown: Box = field(init=False)

    def __post_init__(self) -> None:
        self.shown = self

    @property
    def is_number(self) -> bool:
        """Whether it is a number, not a handset."""
        return self.level % 2 == 0


@dataclass(frozen=True, eq=False)
class Line:
    """A number in a handset."""

    number: Box
    handset: Box
    way: str
    sightings: int
    first_seen: datetime | None
    last_seen: datetime | None

    def other(self, box: Box) -> Box:
        """The end that `box` is not."""
        return self.handset if box is self.number else self.number


def names(graph: Graph) -> dict[Key, str]:
    """The name of each node in pictures and tables, by its two keys: N1, N2 and so on for numbers, H1 for handsets."""
    named: dict[Key, str] = {}
    counted = {"N": 0, "H": 0}
    for key in tuples_of(graph.nodes, "msisdn", "imei14"):
        letter = "H" if key[0] is None else "N"
        counted[letter] += 1
        named[key] = f"{letter}{counted[letter]}"
    return named


def layers(graph: Graph, rows: int) -> list[list[Box]]:
    """The boxes of a picture, column by column from the left, each from the top; at most `rows` (2 or more) in one."""
    columns = [_capped(column, rows) for column in _columns(list(_boxes(graph).values()))]
    _arrange(columns)
    return columns


def _boxes(graph: Graph) -> dict[Key, Box]:
    about = tuples_of(graph.nodes, "role", "hop", "why", "count", "asked")
    boxes = {key: Box(name, key, *of) for (key, name), of in zip(names(graph).items(), about, strict=True)}
    edges = tuples_of(graph.edges, "msisdn", "imei14", "way", "sightings", "first_seen", "last_seen")
    for msisdn, imei14, *of in edges:
        line = Line(boxes[msisdn, None], boxes[None, imei14], *of)
        line.number.lines.append(line)
        line.handset.lines.append(line)
    return boxes


def _columns(boxes: list[Box]) -> list[list[Box]]:
    """Numbers of level 0, handsets of hop 1, numbers of level 1 and so on; stops are one column further."""
    for box in boxes:
        if box.hop is not None:
            box.level = 2 * box.hop - (box.role == "open")
    for box in boxes:
        if box.hop is None:
            box.level = min((line.other(box).level + 1 for line in box.lines), default=0)
    found = by_key((box.level, box) for box in boxes)
    return [found[level] for level in sorted(found)]


def _capped(column: list[Box], rows: int) -> list[Box]:
    """Requested nodes first, then where linkage stopped, reported ones, those seen most; and a box for the others."""

    def rank(box: Box) -> tuple[bool, bool, bool, int]:
        seen = sum(line.sightings for line in box.lines)
        return not box.asked, box.why in {None, "unseen"}, box.role != "reported" or not seen, -seen

    ordered = sorted(column, key=rank)
    if len(ordered) <= rows:
        return ordered
    kept, left = ordered[: rows - 1], ordered[rows - 1 :]
    others = Box("", (None, None), "more", nodes=len(left), level=column[0].level)
    others.lines = [line for box in left for line in box.lines]
    for box in left:
        box.shown = others
    return [*kept, others]


def _arrange(columns: list[list[Box]]) -> None:
    """Orders each column by the rows of its neighbours, so that few lines cross, and centres it."""
    tallest = max((len(column) for column in columns), default=0)

    def middle(box: Box) -> float:
        rows = [(line.handset if box.shown is line.number.shown else line.number).shown.row for line in box.lines]
        return sum(rows) / max(len(rows), 1)

    for n, column in enumerate(columns):
        for box in column:
            box.column = n
    for column in [*columns, *columns[::-1], *columns]:
        middles = {box: middle(box) for box in column}
        column.sort(key=lambda box: (box.nodes > 1, middles[box]))
        for row, box in enumerate(column):
            box.row = (tallest - len(column)) / 2 + row
