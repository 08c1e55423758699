"""How much one file may ask for: bytes when unpacked, members, sheets, cells, columns, layers.

Owns the bounds and how a user raises them. Knows no format. One idea: **a bound is met before a library sees the
file**, and the error names the variable that raises it.
"""

from __future__ import annotations

import os
from typing import Final

from numguard.errors import ArgumentError, InputError

__all__ = ["check", "limit"]

_DEFAULTS: Final = {
    # How many times its packed size a file may unpack to, beyond the first 128 MiB; text unpacks to 5 to 50 times.
    "ratio": 100,
    "members": 1_000,
    "sheets": 255,
    "cells": 10_000_000,
    "columns": 16_384,
    # Of packing: a gzip within a ZIP archive is two.
    "layers": 3,
    # Lines of a text that are looked at one by one: rows that cannot be read, and repeated headers and totals.
    "refused": 1_000_000,
    # Lines that have to be read one by one, because quotation marks near them leave open where cells end.
    "quoted": 1_000_000,
    # Bytes of what has to be in memory whole: JSON, and what is typed within an archive.
    "document": 1 << 28,
}


def limit(name: str) -> int:
    """The bound of that name: the environment variable `NUMGUARD_MOST_...`, or else the default."""
    value = os.environ.get(f"NUMGUARD_MOST_{name.upper()}")
    if value is None:
        return _DEFAULTS[name]
    if not value.isdecimal():
        raise ArgumentError(f"NUMGUARD_MOST_{name.upper()}: takes a whole number")
    return int(value)


def check(name: str, found: int, where: str, what: str) -> None:
    """Raises InputError where `found` is above the bound; `what` says of what there is too much."""
    bound = limit(name)
    if found > bound:
        raise InputError(
            f"{where}: {what} {found:,}, and {bound:,} is the bound: look at the file first, then set "
            f"NUMGUARD_MOST_{name.upper()} to read it all the same"
        )
