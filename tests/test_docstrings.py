"""Docstrings of the public interface have one format: a summary, `Args:`, `Returns:`, `Raises:`, an example that runs.

The sections are those of Google's style, in this order. That the examples run is tested where doctests are collected.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import numguard
from test_face import MODULES

SECTIONS = ["Args", "Returns", "Raises", "Example"]


def members(owner: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public methods, without properties: these are documented as attributes are."""
    for name, value in vars(owner).items():
        value = getattr(value, "__func__", value)
        if not name.startswith("_") and callable(value) and not inspect.isclass(value):
            yield name, value


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    for module in map(importlib.import_module, MODULES):
        for name in sorted(module.__all__):
            value = getattr(module, name)
            if not inspect.isclass(value):
                if callable(value):
                    yield f"{module.__name__}.{name}", value
            elif not issubclass(value, BaseException):
                yield from ((f"{module.__name__}.{name}.{of}", method) for of, method in members(value))


FUNCTIONS = dict(functions())


def parameters(function: Callable[..., Any]) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name not in {"self", "cls"}]


def test_there_are_functions() -> None:
    assert len(FUNCTIONS) > 50


def test_the_compiled_module_has_the_same_format() -> None:
    """Also where it is not public: the stub has the docstrings of all of it."""
    stub = Path(numguard.__file__).with_name("_core.pyi").read_text()
    assert stub.count("Args:\n") > 15
    assert not re.search(r"^ *-{3,}$|``|:(func|meth|class):", stub, re.MULTILINE)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_docstring_has_the_sections_in_order(name: str) -> None:
    doc = inspect.getdoc(FUNCTIONS[name]) or ""
    assert doc.split("\n")[0].rstrip().endswith(".")
    assert not re.search(r"^-{3,}$", doc, re.MULTILINE), "another style"
    found = re.findall(r"^(\w+):$", doc, re.MULTILINE)
    assert [section for section in found if section in SECTIONS] == [one for one in SECTIONS if one in found]
    assert "Args" in found or len(parameters(FUNCTIONS[name])) < 3
    # Methods are in the example of their class.
    assert ">>> " in doc or name.rpartition(".")[0] not in MODULES
    if "Args" in found:
        block = doc.split("Args:\n")[1].split("\n\n")[0]
        assert re.findall(r"^    [*]*(\w+)[,:]", block, re.MULTILINE) == parameters(FUNCTIONS[name])


@pytest.mark.parametrize("module", MODULES)
def test_annotations_are_not_any(module: str) -> None:
    """`Any` is allowed only as the parameter of a generic class of pyarrow or pandas, which have no other."""
    for name in FUNCTIONS:
        function = FUNCTIONS[name]
        if not name.startswith(f"{module}.") or inspect.isbuiltin(function) or not hasattr(function, "__annotations__"):
            continue
        for annotation in function.__annotations__.values():
            bare = re.sub(r"\b(pa|pd)\.\w+\[[\w., ]+\]", "None", str(annotation))
            assert "Any" not in {node.id for node in ast.walk(ast.parse(bare)) if isinstance(node, ast.Name)}, name
