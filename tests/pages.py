"""Pages whose Python runs from top to bottom, and the claims in it."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

__all__ = ["DOCS", "claims", "is_for", "run"]

DOCS = Path(__file__).parents[1] / "docs"


def is_for(page: Path) -> str:
    """The environment in which a page runs, if it names one: `<!-- runs in: sail -->`."""
    found = re.search(r"^<!-- runs in: (\w+) -->$", page.read_text(), re.MULTILINE)
    return found[1] if found else ""


def claims(comment: str) -> list[Any]:
    """The literal that a comment consists of, or its part before the first colon."""
    for text in (comment, comment.partition(":")[0]):
        try:
            return [ast.literal_eval(text.strip())]
        except (SyntaxError, ValueError):
            continue
    return []


def run(page: Path) -> None:
    """Runs a page. A bare expression with a comment that begins with a literal claims to have that value."""
    names: dict[str, Any] = {}
    blocks = re.findall(r"^```python\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)
    assert blocks
    for block in blocks:
        lines = block.splitlines()
        for statement in ast.parse(block).body:
            source = ast.unparse(statement)
            if not isinstance(statement, ast.Expr):
                exec(source, names)
                continue
            value = eval(source, names)
            for claim in claims(lines[(statement.end_lineno or 1) - 1].partition("# ")[2]):
                assert value == claim, source
