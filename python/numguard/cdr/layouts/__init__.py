"""The layouts, an operator a file, in the order in which a header is held against them: by names alone comes last."""

from __future__ import annotations

from typing import Final

from numguard.cdr.layout import Layout
from numguard.cdr.layouts import airtel, bsnl, dot, generic, jio, vi

__all__ = ["LAYOUTS"]

LAYOUTS: Final[tuple[Layout, ...]] = (
    airtel.CDR,
    airtel.IPDR,
    airtel.GPRS,
    jio.CDR,
    jio.WITH_TARGET,
    bsnl.CDR,
    bsnl.NODAL_OFFICE,
    vi.CDR,
    vi.GPRS,
    vi.IPDR,
    dot.CDR,
    dot.IPDR,
    generic.BY_NAMES,
)
