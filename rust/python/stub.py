"""Copies the docstrings of the compiled module into the stub, so that an editor shows the text of `help()`.

    python rust/python/stub.py

It changes only the docstrings of `python/numguard/_core.pyi`: signatures and overloads are written by hand. One idea:
**a docstring is written once**, in Rust. `--check` changes nothing, and fails if the stub is out of date.
"""

from __future__ import annotations

import ast
import inspect
import sys
from pathlib import Path
from typing import Any

from numguard import _core

STUB = Path(__file__).parents[2] / "python" / "numguard" / "_core.pyi"


def filled(text: str) -> str:
    """The stub with the docstrings of the module."""
    lines = text.splitlines()
    # From the last to the first, so that the line numbers of the earlier ones remain valid.
    for node, value in sorted(documented(ast.parse(text)), key=lambda one: -one[0].lineno):
        lines[slice(*body(node))] = written(lines, node, value)
    return "\n".join(lines) + "\n"


def documented(module: ast.Module) -> list[tuple[ast.FunctionDef | ast.ClassDef, str]]:
    """The public functions, classes and methods, each with its compiled docstring; of overloads the first."""
    found: list[tuple[ast.FunctionDef | ast.ClassDef, str]] = []

    def look(nodes: list[ast.stmt], owner: Any) -> None:
        seen: set[str] = set()
        for node in nodes:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_") or node.name in seen:
                continue
            seen.add(node.name)
            # Not vars(owner): there a static method has the docstring of the class `staticmethod`.
            value = getattr(owner, node.name)
            if value.__doc__:
                found.append((node, inspect.cleandoc(value.__doc__)))
            if isinstance(node, ast.ClassDef):
                look(node.body, value)

    look(module.body, _core)
    return found


def body(node: ast.FunctionDef | ast.ClassDef) -> tuple[int, int]:
    """The lines, from 0, of the body of a function, or of the docstring of a class."""
    first = node.body[0]
    if isinstance(node, ast.FunctionDef):
        return first.lineno - 1, node.end_lineno or first.lineno
    has_one = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return first.lineno - 1, (first.end_lineno or first.lineno) if has_one else first.lineno - 1


def written(lines: list[str], node: ast.FunctionDef | ast.ClassDef, text: str) -> list[str]:
    """The lines of the docstring, with the text before it on its first line."""
    start, _ = body(node)
    before = lines[start][: node.body[0].col_offset].rstrip()
    inner = " " * (node.col_offset + 4)
    quoted = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    shown = [f"{inner}{line}".rstrip() for line in f'"""{quoted}'.splitlines()]
    end = [f'{shown.pop()}"""'] if len(shown) == 1 else [f'{inner}"""']
    # Of `def name(...): ...` the dots are removed.
    return ([before] if before else []) + shown + end


def main() -> None:
    """Writes the stub, or checks it."""
    now = STUB.read_text()
    fresh = filled(now)
    if "--check" in sys.argv:
        is_current = non_blank(fresh) == non_blank(now)
        sys.exit(0 if is_current else f"{STUB.name} is out of date: run python rust/python/stub.py")
    STUB.write_text(fresh)


def non_blank(text: str) -> list[str]:
    """The lines of a stub without the empty ones, which the formatter moves."""
    return [line for line in text.splitlines() if line.strip()]


if __name__ == "__main__":
    main()
