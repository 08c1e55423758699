"""The answers of operators about numbers, each compared with those before it.

Owns when an answer is new, and when it contradicts an earlier one or is older. Independent of SQL and of files. One
idea: an answer may replace an earlier one only if it is known to be later: by its own date, or by what was decided and
sent between them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import pyarrow as pa

from numguard.compute import ascending, by_key, pc, tuples_of
from numguard.registry.actions import ASKS, REQUESTS

#: For an answer that is there already.
KNOWN = "known"
#: For an answer that differs from one of the same moment, or that has no date where one has.
CONTRADICTION = "contradiction"
#: For an answer that may be there already.
UNDATED_REPEAT = "undated_repeat"

#: The decisions by which a number is off the list whatever an operator answers, and those that it is in use again.
_OFF = ("withdrawn", "protected")
_IN_USE = ("reverified", "reactivated")
_DECIDED = ("confirmed", *_OFF, *_IN_USE)

#: The kinds of facts that `turns_of` takes.
TURNS = ("decisions", "exported")
#: What was decided of each number and sent about it: the event, and the decision or the action, in order.
Turns: TypeAlias = Mapping[int, Sequence[tuple[int, str]]]


def turns_of(decisions: pa.Table, exported: pa.Table) -> Turns:
    """The turns of numbers, by `decisions` (msisdn, status, event) and `exported` (msisdn, action, event)."""
    decided = [row for row in tuples_of(decisions, "msisdn", "event", "status") if row[2] in _DECIDED]
    sent = [row for row in tuples_of(exported, "msisdn", "event", "action") if row[2] in ASKS]
    found = by_key((msisdn, (event, word)) for msisdn, event, word in [*decided, *sent])
    return {msisdn: sorted(turns) for msisdn, turns in found.items()}


class Answers:
    """The answers so far, with what was decided and sent meanwhile."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._given: dict[tuple[int, int | None], set[str]] = {}
        self._last: dict[int, tuple[str, int]] = {}
        self._latest: dict[int, int] = {}

    def take(self, event: int, msisdn: int, status: str, at: int | None) -> None:
        """Adds an answer: a status, and when it happened, in microseconds since 1970 if that is known."""
        self._given.setdefault((msisdn, at), set()).add(status)
        self._last[msisdn] = status, event
        if at is not None:
            self._latest[msisdn] = max(at, self._latest.get(msisdn, at))

    def compared(self, event: int, msisdn: int, status: str, at: int | None, *, again: bool = False) -> str | None:
        """How a further answer compares with those so far.

        Args:
            event: The event that records it.
            msisdn: The number.
            status: What was done with it.
            at: When, as for `take`.
            again: Whether its file was read before: what that has without a date undoes no later answer.

        Returns:
            None: it is new. `known`: there for the same moment, or, undated, equal to the last one. `undated_repeat`:
            equal to the last one, after which an officer decided otherwise. `contradiction`: another is there for the
            same moment, or this one is undated and another is dated, so that this one may be older.
            `older_than_known`: it would replace a later one.
        """
        there = self._given.get((msisdn, at), set())
        if at is not None or again:
            if status in there:
                return KNOWN
        elif msisdn in self._last and self._last[msisdn][0] == status:
            return self._repeated(event, msisdn, status)
        if there if at is not None else msisdn in self._latest:
            return CONTRADICTION
        return "older_than_known" if at is not None and at < self._latest.get(msisdn, at) else None

    def _repeated(self, event: int, msisdn: int, status: str) -> str | None:
        """How an undated answer compares that is equal to the last: by the last turn between them.

        It answers what was sent since. If nothing was, it may be the answer that an officer knew who decided otherwise.
        """
        decided, is_sent = None, False
        for at, word in self._turns.get(msisdn, ()):
            if not self._last[msisdn][1] < at < event:
                continue
            if word in _DECIDED:
                decided, is_sent = word, False
            else:
                decided = None if word in REQUESTS else decided
                is_sent = True
        if decided is None or decided in _OFF:
            return None if is_sent else KNOWN
        agrees = status in _IN_USE if decided in _IN_USE else status == "blocked"
        return KNOWN if agrees else UNDATED_REPEAT


def answers_in_order(outcomes: pa.Table, files: pa.Table, turns: Turns) -> pa.Table:
    """The `outcomes` of several registries that a single registry would have recorded as new.

    `outcomes`: msisdn, status, happened_at, event, ordinal. `files`: event, file (the digest of what it read). The
    `turns` are by events of the same order.
    """
    compared = compared_in_order(outcomes, files, turns)
    return compared.filter(pc.is_null(compared["note"])).drop_columns(["note"])


def compared_in_order(outcomes: pa.Table, files: pa.Table, turns: Turns) -> pa.Table:
    """The outcomes of several registries in order, each with its `note`: how it compares with those before that count.

    The arguments are those of `answers_in_order`, the notes those of `Answers.compared`, null where it counts.
    """
    outcomes = ascending(outcomes, "event", "ordinal")
    answers, notes = Answers(turns), []
    file_of: dict[int, Any] = dict(tuples_of(files, "event", "file"))
    first: dict[Any, int] = {}
    for event, *answer in tuples_of(outcomes, "event", "msisdn", "status", "happened_at"):
        again = first.setdefault(file_of.get(event, event), event) != event
        notes.append(answers.compared(event, *answer, again=again))
        if notes[-1] is None:
            answers.take(event, *answer)
    return outcomes.append_column("note", pa.array(notes, pa.string()))
