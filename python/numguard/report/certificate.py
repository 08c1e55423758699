"""An exported list, and the files that it comes from, as the draft of a certificate to be filled in and signed.

Owns the page. Independent of the registry. One idea: what is on record is printed, and what only the signatory can
state is left blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numguard.files.page import page_path, write_page
from numguard.report.template import template
from numguard.report.writing import Namer
from numguard.types import PathLike


def write_certificate(content: Mapping[str, Any], path: PathLike) -> Path:
    """Writes the page, whole or not at all, readable by its owner only; the same export gives the same bytes."""
    path = page_path(path, "a certificate is")
    namer = Namer(full=True)

    def seen(row: Mapping[str, Any]) -> dict[str, Any]:
        return {name: namer.text(value) if isinstance(value, str) else value for name, value in row.items()}

    inputs = [seen(row) for row in content["inputs"]]
    text: str = template("certificate.html").render(**seen(content) | {"inputs": inputs})
    return write_page(text, path)
