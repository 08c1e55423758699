"""The content of a report: tables of figures, and the moment of the case to which they refer.

Independent of registries and pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pyarrow as pa

from numguard.tac import TacTable

#: How a number came into the case, in the order in which rows stand.
FOUND: Final = {
    "reported": "Reported",
    "linked": "Found by linkage",
    "decided": "By decision alone",
    "review": "Waiting for a decision",
}
#: What is counted of the numbers.
STAGES: Final = ("named", "listed", "uploaded", "pending", "blocked", "reverified", "rejected", "released")
#: Why linkage stopped at a handset or number.
STOPS: Final = {
    "placeholder": "Handsets without an IMEI of their own.",
    "protected": "Protected numbers, which are never linked.",
    "too_many_handsets": "Numbers seen in more handsets than one person's would be.",
    "too_many_numbers": "Handsets with more numbers than one person's would have: cloned IMEIs, SIM boxes.",
    "in_two_places": "Handsets that were in two places at once: cloned IMEIs.",
    "too_many_per_day": "Handsets with more numbers a day than one person would use: cloned IMEIs, SIM boxes.",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a case as of one event.

    Attributes:
        event: The last event that they cover.
        at: When it happened (India); None where nothing has happened.
        action: The result of `Registry.action_taken`.
        by_day: The result of `Registry.complaints_by_day`.
        refused: field, note, sentence, cells: the cells that were refused.
        handsets: imei14, hop, numbers, first_seen, last_seen: those that linkage went through.
        stopped: msisdn or imei14 (the other null), why, count: where linkage stopped.
        waiting: why, sentence, numbers: those that wait for a decision.
        unsettled: why, sentence, numbers, complaints: blocks that were not requested, numbers in force whose only
            complaint has ended by a later sheet, and complaints with the number of one of another source.
        taken_back: verb, name, sha256, by, at, reason: the files that were taken back, by whom, when and why.
        registries: registry, events, first, last: whose events these are, where they are of several registries.
        inputs: verb, name, bytes, sha256, records: the files that the figures come from.
        policy: Which numbers in force count as listed.
        unlisted: By kind, how many reported numbers are on no list as their kind is listed with a decision alone.
        version: Of the package.
        tac: Makers and models of handsets, from a table of the user's own.
    """

    event: int
    at: datetime | None
    action: pa.Table
    by_day: pa.Table
    refused: pa.Table
    handsets: pa.Table
    stopped: pa.Table
    waiting: pa.Table
    unsettled: pa.Table
    taken_back: pa.Table
    registries: pa.Table
    inputs: pa.Table
    policy: Mapping[str, Any]
    unlisted: Mapping[str, int]
    version: str
    tac: TacTable | None = None
