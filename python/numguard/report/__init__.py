"""Figures and links as pages and pictures that are forwarded.

Owns how figures and links look, and how a page is written to its file. Independent of how they are computed. No page or
picture contains a script, and none a whole number unless the caller requests it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from numguard.files.page import page_path, write_page
from numguard.report.figures import STOPS, Figures
from numguard.types import PathLike

__all__ = ["STOPS", "TITLE", "Figures", "write_report"]

TITLE: Final = "Misused numbers: action taken"
"""The default heading of a report."""


def write_report(figures: Figures, path: PathLike, *, title: str, full_numbers: bool = False) -> Path:
    """Writes the page to `path`, whole or not at all, readable by its owner only; the same figures, the same bytes.

    Raises:
        ArgumentError: the path does not end in .html.
        MissingExtraError: what draws the charts is not installed.
        FileMissingError: there is no such folder.
    """
    # The drawing library is large, and most users of a registry never write a page.
    from numguard.report.page import as_html

    path = page_path(path, "a report is")
    text = as_html(figures, title=title, full_numbers=full_numbers)
    return write_page(text, path)
