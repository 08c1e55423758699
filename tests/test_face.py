"""The public interface against its stored copy: what a release may not take away without a new major version.

Owns tests/face.txt: every public name, with its parameters, their defaults and the public attributes of classes. Public
is what docs/reference/index.md documents and what the modules export that users import by name. Who changes it on
purpose writes the copy anew with `python tests/test_face.py`, and the change shows in review.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

KEPT = Path(__file__).with_name("face.txt")
REFERENCE = Path(__file__).parents[1] / "docs" / "reference" / "index.md"
#: Modules of which every exported name is public. That of Spark is not here: it needs Spark, and its exported names are
#: documented as a whole.
MODULES = [
    "numguard",
    "numguard.errors",
    "numguard.adapters.pandas",
    "numguard.adapters.polars",
    "numguard.adapters.duckdb",
]


def documented() -> Iterator[tuple[str, str]]:
    """The module and the name of each class and function in the reference."""
    module = ""
    for directive, name in re.findall(r"^\.\. (\w+):: ([\w.]+)", REFERENCE.read_text(), re.MULTILINE):
        if directive == "currentmodule":
            module = name
        elif directive in {"autoclass", "autofunction"}:
            yield module, name


def exports() -> set[tuple[str, str]]:
    return {(name, public) for name in MODULES for public in importlib.import_module(name).__all__}


def face() -> Iterator[str]:
    for name, public in sorted(exports() | set(documented())):
        yield from lines(f"{name}.{public}", getattr(importlib.import_module(name), public))


def lines(name: str, value: object) -> Iterator[str]:
    if inspect.isclass(value):
        bases = ", ".join(base.__name__ for base in value.__bases__ if base is not object)
        if issubclass(value, BaseException | Enum):
            yield f"{name} is {bases}"
        else:
            yield f"{name}{signature(value)}"
        # What a class inherits from our classes is as public as its own.
        of_bases = {member for base in value.__mro__[1:] if not is_ours(base) for member in vars(base)}
        for member, kept in sorted(inspect.getmembers_static(value)):
            if not member.startswith("_") and (member in vars(value) or member not in of_bases):
                of = f"{name}.{member}"
                yield f"{of}{signature(kept)}" if callable(kept) or isinstance(kept, staticmethod | classmethod) else of
    elif callable(value):
        yield f"{name}{signature(value)}"
    else:
        yield name


def is_ours(base: type) -> bool:
    return base.__module__.partition(".")[0] == "numguard"


def signature(value: object) -> str:
    if isinstance(value, staticmethod | classmethod):
        value = value.__func__
    try:
        parameters = inspect.signature(value).parameters.values()  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return "(...)"
    # Annotations are mypy's to hold; a default is shown where it is plain.
    shown = [one.replace(annotation=inspect.Parameter.empty, default=plain(one.default)) for one in parameters]
    return str(inspect.Signature(shown))


class Unshown:
    def __repr__(self) -> str:
        return "..."


def plain(default: object) -> object:
    simple = default is inspect.Parameter.empty or isinstance(default, str | int | float | bool | tuple | None)
    return default if simple else Unshown()


def test_the_face_is_the_one_that_is_kept() -> None:
    kept, now = KEPT.read_text().splitlines(), list(face())
    assert len(now) > 100
    gone, come = sorted(set(kept) - set(now)), sorted(set(now) - set(kept))
    assert not gone, f"gone or changed, which a minor version may not do: {gone}"
    assert not come, f"new: run `python tests/test_face.py` and say it in CHANGELOG.md: {come}"


def test_every_public_class_is_in_the_reference() -> None:
    exported = {getattr(importlib.import_module(name), public) for name, public in exports()}
    classes = {one for one in exported if inspect.isclass(one) and one.__module__ != "numguard.errors"}
    assert not {one.__name__ for one in classes} - {public for _, public in documented()}
    assert "automodule:: numguard.errors" in REFERENCE.read_text()  # every error


if __name__ == "__main__":
    KEPT.write_text("\n".join(face()) + "\n")
