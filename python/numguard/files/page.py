"""A page: one HTML file.

Owns its endings, and that it is written whole or not at all, readable by its owner only. Independent of its content.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from numguard.errors import ArgumentError
from numguard.files import whole_file
from numguard.system import at_home
from numguard.types import PathLike

#: The endings of a page.
PAGES: Final = (".html", ".htm")


def is_page(path: Path | None) -> bool:
    """Whether a file to write is a page, by its ending."""
    return path is not None and path.suffix.lower() in PAGES


def page_path(path: PathLike, what: str) -> Path:
    """The path of a page, checked before the page is drawn; `what` is the subject of the message."""
    path = at_home(path)
    if not is_page(path):
        raise ArgumentError(f"path: {what} a page, and its name ends in .html")
    return path


def write_page(text: str, path: Path) -> Path:
    """Writes a page; returns its path."""
    with whole_file(path, private=True) as file:
        file.write(text.encode())
    return path
