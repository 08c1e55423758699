"""The public interface against its stored copy: what a release may not take away without a new major version.

Owns tests/face.txt: every public name, with its parameters, their defaults and the public attributes of classes. Who
changes it on purpose writes the copy anew with `python tests/test_face.py`, and the change shows in review.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

KEPT = Path(__file__).with_name("face.txt")
MODULES = [
    "numguard",
    "numguard.errors",
    "numguard.adapters.pandas",
    "numguard.adapters.polars",
    "numguard.adapters.duckdb",
]


def face() -> Iterator[str]:
    for name in MODULES:
        module = importlib.import_module(name)
        for public in sorted(module.__all__):
            yield from lines(f"{name}.{public}", getattr(module, public))


def lines(name: str, value: object) -> Iterator[str]:
    if inspect.isclass(value):
        bases = ", ".join(base.__name__ for base in value.__bases__ if base is not object)
        if issubclass(value, BaseException | Enum):
            yield f"{name} is {bases}"
        else:
            yield f"{name}{signature(value)}"
        for member in sorted(vars(value)):
            if not member.startswith("_"):
                kept = vars(value)[member]
                of = f"{name}.{member}"
                yield f"{of}{signature(kept)}" if callable(kept) or isinstance(kept, staticmethod | classmethod) else of
    elif callable(value):
        yield f"{name}{signature(value)}"
    else:
        yield name


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


if __name__ == "__main__":
    KEPT.write_text("\n".join(face()) + "\n")
