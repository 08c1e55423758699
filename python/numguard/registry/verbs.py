"""What all verbs of a registry begin with.

Owns the first step of a verb. Independent of what verbs do. One idea: a verb takes its case once, so that all its reads
are of one store.
"""

from __future__ import annotations

from datetime import date, datetime

from numguard.registry.case import Case


class Verbs:
    """Verbs of a registry that is open."""

    _opened: Case

    @property
    def _case(self) -> Case:
        """The case, after an event whose outcome was open is settled."""
        self._opened.store.settle()
        return self._opened

    def _case_at(self, as_of: date | datetime | None) -> tuple[Case, int]:
        """The case, and the last event that counts on a day or at a moment: of all events by default."""
        case = self._case
        return case, case.store.head() if as_of is None else case.cut("as_of", as_of)
