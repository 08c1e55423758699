"""The answers of operators about numbers, each compared with those before it.

Owns when an answer is new, and when it contradicts an earlier one or is older. Independent of SQL and of files. One
idea: an answer may replace an earlier one only if it is known to be later, by its own date.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from numguard.compute import ascending, tuples_of

__all__ = ["KNOWN", "Answers", "answers_in_order"]

#: For an answer that is there already.
KNOWN = "known"


class Answers:
    """The answers so far."""

    def __init__(self) -> None:
        self._given: dict[tuple[int, int | None], set[str]] = {}
        self._last: dict[int, str] = {}
        self._latest: dict[int, int] = {}

    def take(self, msisdn: int, status: str, at: int | None) -> None:
        """Adds an answer: a status, and when it happened, in microseconds since 1970 if that is known."""
        self._given.setdefault((msisdn, at), set()).add(status)
        self._last[msisdn] = status
        if at is not None:
            self._latest[msisdn] = max(at, self._latest.get(msisdn, at))

    def compared(self, msisdn: int, status: str, at: int | None, *, again: bool = False) -> str | None:
        """How a further answer compares with those so far.

        Args:
            msisdn: The number.
            status: What was done with it.
            at: When, as for `take`.
            again: Whether its file was read before: what that has without a date undoes no later answer.

        Returns:
            None: it is new. `known`: there for the same moment, or, undated, equal to the last one. `contradiction`:
            another is there for the same moment, or this one is undated and another is dated, so that this one may be
            older. `older_than_known`: it would replace a later one.
        """
        there = self._given.get((msisdn, at), set())
        if (status in there) if at is not None or again else self._last.get(msisdn) == status:
            return KNOWN
        if there if at is not None else msisdn in self._latest:
            return "contradiction"
        return "older_than_known" if at is not None and at < self._latest.get(msisdn, at) else None


def answers_in_order(outcomes: pa.Table, files: pa.Table) -> pa.Table:
    """The outcomes of several registries that a single registry would have recorded as new.

    Args:
        outcomes: msisdn, status, happened_at, event, ordinal.
        files: event, file: the digest of what each event read.
    """
    outcomes = ascending(outcomes, "event", "ordinal")
    answers, kept = Answers(), []
    file_of: dict[int, Any] = dict(tuples_of(files, "event", "file"))
    first: dict[Any, int] = {}
    for event, *answer in tuples_of(outcomes, "event", "msisdn", "status", "happened_at"):
        again = first.setdefault(file_of.get(event, event), event) != event
        kept.append(answers.compared(*answer, again=again) is None)
        if kept[-1]:
            answers.take(*answer)
    return outcomes.filter(pa.array(kept, pa.bool_()))
