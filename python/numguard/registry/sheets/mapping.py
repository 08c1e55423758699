"""Mapping files: which field each heading of a sheet is, as a caller has saved it.

Owns their form, JSON or TOML. Independent of headings and how they are compared. One idea: **a mapping that was saved
reads the next sheet of the same desk** without a question.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

from numguard.compute import by_key
from numguard.errors import FileMissingError, InputError
from numguard.files import whole_file
from numguard.source.container import check_file
from numguard.system import at_home
from numguard.types import PathLike


def read_mapping(path: PathLike) -> dict[str, list[str]]:
    """A saved mapping, as field to headings. The file has `heading = field`, in JSON, or in TOML by its ending.

    Raises:
        FileMissingError: there is no such file.
        InputError: it is no mapping file.
    """
    path = at_home(path, "mapping")
    if path.exists():
        check_file(path)
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except FileNotFoundError:
        raise FileMissingError(f"{path}: there is no such file") from None
    except (ValueError, OSError):
        raise InputError(f"{path}: is no mapping: it takes JSON, or TOML in a file that ends in .toml") from None
    if not isinstance(content, dict) or not all(isinstance(word, str) for word in content.values()):
        raise InputError(f'{path}: is no mapping: it takes one field for each column, as {{"Mobile": "ignore"}}')
    return by_key((word, header) for header, word in content.items())


def write_mapping(path: PathLike, fields: Mapping[str, str]) -> None:
    """Saves which field each column holds, for its owner only; `read_mapping` reads it. JSON, or TOML by its ending."""
    if Path(path).suffix.lower() == ".toml":
        pairs = [f"{json.dumps(header, ensure_ascii=False)} = {json.dumps(word)}\n" for header, word in fields.items()]
        text = "".join(pairs)
    else:
        text = json.dumps(fields, ensure_ascii=False, indent=2) + "\n"
    with whole_file(path, private=True) as file:
        file.write(text.encode())
