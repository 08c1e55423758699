"""Every note and reason of the registry, with its sentence.

Owns the one table of sentences. The sentences of cells are defined in the compiled core, those of rows in the readers;
each other one is in the module that assigns the note. One idea: every module that shows a note looks it up here, so
that none is shown without its sentence.
"""

from __future__ import annotations

from typing import Final

from numguard import _core
from numguard.registry.events.alike import ALIKE_NOTES
from numguard.registry.events.outcomes import BLOCKED_NOTES, OUTCOME_NOTES
from numguard.registry.events.review import REVIEW_NOTES
from numguard.registry.numbers.state import REASONS
from numguard.registry.sheets.complaints import COMPLAINT_NOTES
from numguard.report import STOPS
from numguard.source.part import RECORD_NOTES

#: The sentence of each note, reason and doubt.
NOTES: Final = {
    **STOPS,
    **REASONS,
    **ALIKE_NOTES,
    **REVIEW_NOTES,
    **OUTCOME_NOTES,
    **BLOCKED_NOTES,
    **COMPLAINT_NOTES,
    **RECORD_NOTES,
    **_core.closed_lists()["note"],
}
