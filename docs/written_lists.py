"""`{written-list} phone_words`: one list of groupings or words as a table, read from the data of the program.

No word and no grouping is typed into a page, so no page can be out of date: the core is compiled from the same files in
`rust/core/src/lists/`, and lists of numbers are read by the same table.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

__all__ = ["setup"]

LISTS = Path(__file__).parents[1] / "rust/core/src/lists"
WORDS_OF_LISTS = Path(__file__).parents[1] / "python/numguard/number_list/words.csv"


def rows(name: str) -> list[list[str]]:
    """The fields of each line of a list."""
    lines = (LISTS / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    found = [line.split("\t") for line in lines if line and not line.startswith("#")]
    if not found:
        raise ValueError(f"the list {name} is empty")
    return found


def tables(name: str) -> tuple[list[str], list[list[str]]]:
    """Headings and rows: groupings line by line; words by class and language, all words of one language in a cell."""
    if name == "groupings":
        return ["numbers", "separators", "digits of each group", "example"], rows(name)
    if name == "words_of_lists":
        headings, *body = csv.reader(WORDS_OF_LISTS.read_text(encoding="utf-8").splitlines())
        return headings, body
    by_class: dict[tuple[str, str], list[str]] = {}
    for word_class, language, phrase, *bearing in rows(name):
        shown = word_class if word_class == "country" else ", ".join([word_class, *bearing])
        by_class.setdefault((shown, language), []).append(phrase)
    words = [[word_class, language, ", ".join(phrases)] for (word_class, language), phrases in by_class.items()]
    return ["class", "language", "words"], words


class WrittenList(SphinxDirective):
    """A table of one list."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The table."""
        headings, body = tables(self.arguments[0])
        group = nodes.tgroup("", cols=len(headings))
        widths = [1] * (len(headings) - 1) + [6 if headings[-1] == "words" else 2]
        group += [nodes.colspec(colwidth=width) for width in widths]
        group += nodes.thead("", _row([nodes.Text(heading) for heading in headings]))
        group += nodes.tbody("", *(_row([nodes.Text(cell) for cell in row]) for row in body))
        return [nodes.table("", group)]


def _row(cells: list[nodes.Node]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells))


def setup(app: Sphinx) -> dict[str, Any]:
    """Registers the directive."""
    app.add_directive("written-list", WrittenList)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
