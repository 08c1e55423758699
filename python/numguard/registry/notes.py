"""Every note and reason that the registry shows, and what it says in words.

Owns the one table of sentences. The sentences of cells are the compiled half's, those of rows the readers'; each other
one stands where the note is given. One idea: whoever shows a note asks here, so that none is shown without its words.
"""

from __future__ import annotations

from typing import Final

from numguard import _core
from numguard.registry.alike import ALIKE_NOTES
from numguard.registry.complaints import COMPLAINT_NOTES
from numguard.registry.outcomes import OUTCOME_NOTES
from numguard.registry.review import REVIEW_NOTES
from numguard.registry.state import REASONS
from numguard.report import STOPS
from numguard.source.part import RECORD_NOTES

__all__ = ["NOTES"]

#: What a note, a reason or a doubt says in words.
NOTES: Final = {
    **STOPS,
    **REASONS,
    **ALIKE_NOTES,
    **REVIEW_NOTES,
    **OUTCOME_NOTES,
    **COMPLAINT_NOTES,
    **RECORD_NOTES,
    **_core.closed_lists()["note"],
}
