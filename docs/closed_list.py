"""`{closed-list} kind`: a closed list of the package as a table, read from the compiled core when the page is built.

No code and no sentence is typed into a page, so no page can be out of date.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

__all__ = ["setup"]


def closed_lists() -> dict[str, Mapping[str, str]]:
    """Every closed list by its name: codes and their sentences, in the order of the list."""
    from numguard import _core
    from numguard.cdr import CDR_NOTES, PLACE_NOTES
    from numguard.keyed import HASH_NOTES
    from numguard.registry.sheets.complaints import COMPLAINT_NOTES
    from numguard.source.part import RECORD_NOTES
    from numguard.tac import TAC_NOTES

    lists: dict[str, Mapping[str, str]] = dict(_core.closed_lists())
    return lists | {
        "cdr": CDR_NOTES,
        "place": PLACE_NOTES,
        "complaints": RECORD_NOTES | COMPLAINT_NOTES,
        "tac": TAC_NOTES,
        "keyed": HASH_NOTES,
    }


class ClosedList(SphinxDirective):
    """A table of one list: each code with its sentence."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The table."""
        name = self.arguments[0]
        lists = closed_lists()
        if name not in lists:
            raise self.error(f"no closed list is called {name}; there are {', '.join(lists)}")
        if not lists[name]:
            raise self.error(f"the closed list {name} is empty")
        body = nodes.tbody()
        for code, sentence in lists[name].items():
            body += _row(nodes.literal(text=code), nodes.Text(sentence))
        group = nodes.tgroup("", cols=2)
        group += [nodes.colspec(colwidth=width) for width in (1, 3)]
        group += nodes.thead("", _row(nodes.Text("code"), nodes.Text("meaning")))
        group += body
        return [nodes.table("", group)]


def _row(*cells: nodes.Node) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells))


def setup(app: Sphinx) -> dict[str, Any]:
    """Registers the directive."""
    app.add_directive("closed-list", ClosedList)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
