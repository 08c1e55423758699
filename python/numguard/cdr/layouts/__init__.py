"""The layouts, one a file, in the order in which a header row is held against them: the most particular first."""

from __future__ import annotations

from typing import Final

from numguard.cdr.layout import Layout
from numguard.cdr.layouts import airtel, generic, jio

__all__ = ["LAYOUTS"]

LAYOUTS: Final[tuple[Layout, ...]] = (airtel.CDR, jio.CDR, generic.BY_NAMES)
