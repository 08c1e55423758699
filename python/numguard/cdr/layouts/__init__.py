"""The layouts, an operator a file, in the order in which a header is compared with them: `generic` comes last.

Where an operator changes a heading, the column is recognised by the names that are common to all: a layout lists its
own names alone, and takes the usual ones (`imei`, `call date`) from `generic`, except for the parties of a call, which
a wrong name would exchange. A layout without call types takes them from there too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from numguard.cdr.layout import PLACE_ROLES, Layout, Role
from numguard.cdr.layouts import airtel, bsnl, dot, generic, jio, vi

_OF_CALLS: Final[tuple[Role, ...]] = ("imei", "imsi", "at", "date", "time", "call_type", "duration", "lrn")


def _with_synonyms(layout: Layout) -> Layout:
    columns = dict(layout.columns)
    for role in (*_OF_CALLS, *PLACE_ROLES):
        own = columns.get(role, ())
        columns[role] = own + tuple(name for name in generic.BY_NAMES.columns[role] if name not in own)
    return replace(layout, columns=columns, call_types=layout.call_types or generic.CALL_TYPES)


_OF_OPERATORS: Final = (
    *(airtel.CDR, airtel.IPDR, airtel.GPRS, jio.CDR, jio.WITH_TARGET, bsnl.CDR, bsnl.NODAL_OFFICE),
    *(vi.CDR, vi.GPRS, vi.IPDR, dot.CDR, dot.IPDR, jio.SHORT),
)
LAYOUTS: Final[tuple[Layout, ...]] = (*map(_with_synonyms, _OF_OPERATORS), generic.BY_NAMES)
