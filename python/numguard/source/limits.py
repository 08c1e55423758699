"""Limits on one file: unpacked bytes, members, sheets, cells, columns, layers; and what else the environment sets.

Owns the limits and how a user raises them, and the error of a variable that the compiled module could not read.
Independent of formats. One idea: **a limit is checked before a library reads the file**, and the error names the
environment variable that raises it.
"""

from __future__ import annotations

import os
import re
from typing import Final

from numguard.errors import ArgumentError, InputError

_DEFAULTS: Final = {
    # Unpacked size, beyond the first 128 MiB, in multiples of the packed size; text unpacks to 5 to 50 times.
    "ratio": 100,
    "members": 1_000,
    "sheets": 255,
    "cells": 10_000_000,
    "columns": 16_384,
    # Layers of packing: a gzip file within a ZIP archive has two.
    "layers": 3,
    # Lines of a text that are inspected one by one: rows that cannot be read, repeated headers, totals.
    "refused": 1_000_000,
    # Lines that are read one by one, because quotation marks near them make the ends of cells ambiguous.
    "quoted": 1_000_000,
    # Bytes that are held in memory whole: a JSON document, one line of JSON Lines, typed columns within an archive.
    "document": 1 << 28,
}
#: Variables that the compiled module reads, which ignores any other value: their form, and what they take.
_COMPILED: Final = {
    "NUMGUARD_THREADS": ("0*[1-9][0-9]{0,17}", "a whole number of at least 1"),
    "NUMGUARD_PROBE": ("scalar|avx2|avx512", "scalar, avx2 or avx512"),
}


def check_environment() -> None:
    """Raises ArgumentError for a variable that the compiled module would ignore because of its value."""
    for name, (form, takes) in _COMPILED.items():
        if (value := os.environ.get(name)) and not re.fullmatch(form, value):
            raise ArgumentError(f"{name}: takes {takes}")


def limit(name: str) -> int:
    """The limit of that name: the environment variable `NUMGUARD_MOST_...`, or else the default."""
    value = os.environ.get(f"NUMGUARD_MOST_{name.upper()}")
    if not value:
        return _DEFAULTS[name]
    if not value.isdecimal():
        raise ArgumentError(f"NUMGUARD_MOST_{name.upper()}: takes a whole number")
    return int(value)


def check(name: str, found: int, where: str, what: str) -> None:
    """Raises InputError where `found` is above the limit; `what` names the quantity."""
    bound = limit(name)
    if found > bound:
        raise InputError(
            f"{where}: {what} {found:,}, and the limit is {bound:,}: inspect the file, then set "
            f"NUMGUARD_MOST_{name.upper()} to read it"
        )
