"""The templates of pages and pictures, with every value escaped.

Owns the environment, and the error if jinja2 is not installed.
"""

from __future__ import annotations

from typing import Any

from numguard.errors import MissingExtraError


def template(name: str) -> Any:
    """The template of that name."""
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError:
        raise MissingExtraError('pages and pictures need: pip install "numguard-telecom[report]"') from None
    environment = Environment(
        loader=PackageLoader("numguard.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)
