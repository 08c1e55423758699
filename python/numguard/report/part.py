"""The content of a part of the page: sentences, at most one chart, and the figures behind it.

Independent of figures and HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """Figures behind a chart: the first column names the row.

    Attributes:
        caption: The caption.
        columns: The headings.
        rows: The cells.
        words: How many columns from the left are text.
        total: Whether the last row is a total.
        folded: Whether the table is shown on request only.
        unbroken: Whether the first column stays on one line: numbers and handsets.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: int = 1
    total: bool = False
    folded: bool = False
    unbroken: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the page.

    Attributes:
        key: Its anchor.
        title: Its heading.
        text: Its paragraphs.
        tables: The figures.
        draw: Given a width in pixels, the chart as SVG; None for none.
        described: The chart in a sentence, for screen readers.
        definitions: Terms, each with what it means.
    """

    key: str
    title: str
    text: Sequence[str]
    tables: Sequence[Table] = ()
    draw: Callable[[int], str] | None = None
    described: str = ""
    definitions: Sequence[tuple[str, str]] = ()
