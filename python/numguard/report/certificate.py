"""A list that went out, and the files it came from, as the draft of a certificate to be filled in, signed and printed.

Owns the page. Knows no registry, and no law beyond what the section asks to be named. One idea: what a machine knows is
printed, and what only a person can say is a blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numguard.errors import ArgumentError
from numguard.files import whole_file
from numguard.report.template import template
from numguard.types import PathLike

__all__ = ["write_certificate"]


def write_certificate(told: Mapping[str, Any], path: PathLike) -> Path:
    """Writes the page, whole or not at all, readable by its owner only; the same export gives the same bytes.

    Raises:
        ArgumentError: The path does not end in .html.
        MissingExtraError: The extra `report` is not installed.
    """
    path = Path(path)
    if path.suffix.lower() not in {".html", ".htm"}:
        raise ArgumentError("path: a certificate is a page, and its name ends in .html")
    text: str = template("certificate.html").render(**told)
    with whole_file(path, private=True) as file:
        file.write(text.encode())
    return path
