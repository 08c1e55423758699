"""What the model of the case registry has of a complaint, and what it answers of a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass
class Version:
    event: int
    complaint: int
    content: tuple[object, ...]
    source: str
    district: str | None
    reported_at: datetime | None
    numbers: frozenset[int]
    certain: frozenset[int]
    complainant: int | None
    complainants: frozenset[int]
    status: str | None = None
    #: The event of the last status of the complaint, if that one is not clear.
    unclear_at: int = 0


@dataclass
class State:
    status: str
    hop: int | None
    district: str | None
    complaints: int
    sources: int
    first: datetime | None
    last: datetime | None
    via_imei: int | None
    review_by: date | None
    kind_listed: bool
    decided: bool
    waits: bool
