"""Merges: one registry copies the events that another recorded.

Owns which events are copied, and what is a contradiction between events that were recorded independently. Independent
of SQL (`joining`). One idea: an event is copied as it was recorded and never derived again, so that the order,
direction and number of merges make no difference.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from numguard.compute import ascending, by_key, pc, replaced, schema_of, tuples_of, whole
from numguard.errors import RegistryError
from numguard.indian_time import DAY_MICROS, MOMENT, day_begin, day_of
from numguard.registry.arrays import Ints, ints
from numguard.registry.case import Case
from numguard.registry.events.both_sides import protected_by_merge
from numguard.registry.log.answers import CONTRADICTION, TURNS, compared_in_order, turns_of
from numguard.registry.log.joining import copy_events
from numguard.registry.log.order import MERGE, Order, in_order, moments_in_order, origins_of, used_apart
from numguard.registry.log.reading import Reading
from numguard.registry.log.store import Store
from numguard.registry.log.tables import TABLES, fields_of
from numguard.registry.numbers.state import DECIDING, PROTECTING, SETTLING

#: The rules by which one side of a contradiction holds, each in a sentence.
RULES = {
    "later": "The later one holds.",
    "withdrawn_first": "A number that an officer withdrew is off the list, whatever an operator answers.",
    "settled_apart": "A decision on a waiting number counts for complaints of other desks too: look at those.",
    "protected_first": "Protection comes before every other decision until a decision ends it.",
    "amended_before": "The one repeats a version that had been amended, so that the amendment holds.",
    "older_answer": "An answer that happened before what is on record, may be on record already, or is undated where "
    "one is dated, changes nothing.",
    "same_moment": "Of two answers of the same day or moment that differ, the one that was recorded first holds.",
}

_TYPES: dict[str, pa.DataType] = {"i": pa.int64(), "t": pa.string()}
_CONTRADICTIONS = schema_of(**{name: _TYPES[code] for name, code in fields_of(TABLES["contradiction"])})


@dataclass(frozen=True, slots=True)
class Merged:
    """The result of a merge.

    Attributes:
        id: The event's number; None if nothing was new, and nothing was recorded.
        registry: The other registry's name: the first digits of the digest of its first event.
        name: Its path or address.
        events: How many of its events are new here, including those that it had merged from others.
        contradictions: Where events that were recorded independently differ, including those of the other registry's
            own merges; the columns are those of `Registry.contradictions`.
        protected: How many numbers are no longer in force, because one registry had them as suspects' and the other
            protects them, as a complainant's or by a decision.
    """

    id: int | None
    registry: str
    name: str
    events: int
    contradictions: pa.Table = field(repr=False)
    protected: int = 0


def merge(case: Case, other: Store, name: str, reason: str) -> Merged:
    """Copies the events of `other` that this registry does not have, after one event that records the merge.

    Raises:
        DamagedError: The other registry differs from what was recorded.
        RegistryError: The other's last event is of a future day by the clock here.
    """
    seal = other.verify()
    theirs = other.identities(seal.events)
    with case.event(MERGE, reason, after=_latest(case, other, theirs)) as append:
        mine = case.store.identities(append.event - 1)
        known = dict(_keys(mine))
        numbers = np.zeros(seal.events + 1, np.int64)
        fresh = []
        for key, event in _keys(theirs):
            if key in known:
                numbers[event] = known[key]
            else:
                fresh.append(event)
        chosen = theirs.filter(pc.is_in(theirs["event"], pa.array(fresh, pa.int64())))
        # Merges of the other are copied with the events they brought, never alone: else two would merge for ever.
        size = int(pc.sum(pc.not_equal(chosen["verb"], MERGE)).as_py() or 0)
        if not size:
            return Merged(None, other.id, name, 0, _shown(case.store, _CONTRADICTIONS.empty_table()))
        numbers[fresh] = append.event + 1 + np.arange(len(fresh))
        differences = _Independent((case.store, other), mine, theirs, chosen, numbers).contradictions()
        append.rows(
            MERGE,
            {"registry": [other.id], "name": [name], "events": [size], "upto": [seal.events], "digest": [seal.digest]},
        )
        append.rows("contradiction", differences)
        copy_events(case.store, append, other, chosen, numbers)
    table = _shown(case.store, case.store.contradictions(since=append.event))
    desks = (case, append.event - 1), (Case(other, case.by), seal.events)
    protected = protected_by_merge((case, append.event + len(fresh)), desks)
    return Merged(append.event, other.id, name, size, table, protected)


def contradictions(case: Case) -> pa.Table:
    """Every contradiction of any merge; the columns are those of `Registry.contradictions`."""
    return _shown(case.store, case.store.contradictions())


def merges(case: Case) -> pa.Table:
    """The merges of this registry, and of those that it merged."""
    merged = case.store.merges()
    of = case.store.events(merged["event"])
    return pa.table(
        {
            "event": merged["event"],
            "at": pc.cast(of["at"], MOMENT),
            "by": of["actor"],
            "reason": of["because"],
            **{name: merged[name] for name in ("registry", "name", "events", "upto", "digest", "contradictions")},
        }
    ).combine_chunks()


def _keys(identities: pa.Table) -> list[tuple[tuple[str, str], int]]:
    rows = tuples_of(identities, "registry", "digest", "event")
    return [((registry, digest), event) for registry, digest, event in rows]


def _latest(case: Case, other: Reading, theirs: pa.Table) -> int:
    """The moment before which the merge must not be dated: later decisions come after the merged events."""
    if not len(theirs):
        return 0
    code = ints(whole(theirs["registry"]).dictionary_encode().indices)
    at, number = (ints(theirs[name]) for name in ("at", "number"))
    latest = int(moments_in_order(at, code, number, used_apart(code, number)).max())
    now = case.now()
    if latest - now <= DAY_MICROS:
        return latest + 1
    if case.today is not None:
        return 0
    days = [day_of(moment).isoformat() for moment in (latest, now)]
    raise RegistryError(
        f"{other.dialect.name}: nothing was merged: its last event is of {days[0]}, and the clock here shows "
        f"{days[1]}; set the clock, or confirm it with NUMGUARD_TODAY={days[1]} (today=)"
    )


class _Independent:
    """The events of each of two registries that the other does not have."""

    def __init__(
        self, stores: tuple[Reading, Reading], mine: pa.Table, theirs: pa.Table, chosen: pa.Table, numbers: Ints
    ) -> None:
        merging = len(mine) + 1
        there = {key for key, _ in _keys(theirs)}
        own = [event for key, event in _keys(mine) if key not in there]
        self._order = _joint(mine, chosen, numbers, merging)
        self._cut, self._upto = merging - 1, int(ints(theirs["event"]).max())
        self._sides = (
            _Side(stores[0], self._cut, np.arange(merging), own),
            _Side(stores[1], self._upto, numbers, numbers[ints(chosen["event"])].tolist()),
        )

    def contradictions(self) -> pa.Table:
        """Where they differ, and which side holds."""
        rows = [*self._decisions(), *self._complaints(), *self._answers()]
        rows += [*self._decisions_and_answers(), *self._settled_apart()]
        rows.sort(key=lambda row: tuple("" if row[name] is None else str(row[name]) for name in _CONTRADICTIONS.names))
        return pa.Table.from_pylist(rows, schema=_CONTRADICTIONS)

    def _later(self, a: int, b: int) -> bool:
        return bool(self._order.rank[a] > self._order.rank[b])

    def _decisions(self) -> list[dict[str, Any]]:
        last = [side.decisions() for side in self._sides]
        found = []
        for group in (PROTECTING, DECIDING, SETTLING):
            for msisdn in last[0].keys() & last[1].keys():
                a, b = (self._of_group(of[msisdn], group) for of in last)
                if a and b and a[0] != b[0]:
                    held, other = (a, b) if self._later(a[1], b[1]) else (b, a)
                    found.append(self._row("decision", held, other, "later", msisdn=msisdn))
        for one, two in (last, last[::-1]):
            for msisdn in one.keys() & two.keys():
                protection = self._of_group(one[msisdn], PROTECTING)
                decision = self._of_group(two[msisdn], DECIDING)
                if protection and decision and protection[0] == "protected" and decision[0] == "confirmed":
                    found.append(self._row("decision", protection, decision, "protected_first", msisdn=msisdn))
        return found

    def _of_group(self, decisions: list[tuple[str, int]], group: tuple[str, ...]) -> tuple[str, int] | None:
        among = [entry for entry in decisions if entry[0] in group]
        return max(among, key=lambda entry: int(self._order.rank[entry[1]])) if among else None

    @cached_property
    def _answered(self) -> list[dict[int, dict[str, Any]]]:
        """The last answer about each number that each side has alone."""
        last = []
        for side in self._sides:
            rows = side.rows("outcomes").to_pylist()
            rows.sort(key=lambda row: (self._order.rank[row["event"]], row["ordinal"]))
            last.append({row["msisdn"]: row for row in rows})
        return last

    @cached_property
    def _compared(self) -> dict[int, list[tuple[int, str, int | None, str | None]]]:
        """The answers of both about each number in order: the rank of the event, the status, when, and its note."""
        outcomes, files, *turns = map(self._both, ("outcomes", "files_of_outcomes", *TURNS))
        rows = compared_in_order(outcomes, files, turns_of(*turns))
        return by_key((row[0], row[1:]) for row in tuples_of(rows, "msisdn", "event", "status", "happened_at", "note"))

    def _kept(self, msisdn: int) -> list[tuple[int, str]]:
        """The answers about a number that count: the rank of the event and the status, in order."""
        return [(rank, status) for rank, status, _, note in self._compared.get(msisdn, ()) if note is None]

    def _why_not(self, msisdn: int, status: str, event: int) -> str:
        """The rule by which an answer that was recorded later changes nothing."""
        clashes = (int(self._order.rank[event]), status, CONTRADICTION)
        rows = ((rank, word, note) for rank, word, at, note in self._compared.get(msisdn, ()) if at is not None)
        return "same_moment" if clashes in rows else "older_answer"

    def _answers(self) -> list[dict[str, Any]]:
        found = []
        for msisdn in self._answered[0].keys() & self._answered[1].keys():
            answers = [of[msisdn] for of in self._answered]
            a, b = ((answer["status"], answer["event"]) for answer in answers)
            if a[0] == b[0]:
                continue
            kept = self._kept(msisdn)
            held, other = (a, b) if kept and kept[-1][1] == a[0] else (b, a)
            moments = {answer["happened_at"] for answer in answers}
            rule = "same_moment" if len(moments) == 1 and None not in moments else "older_answer"
            rule = "later" if self._later(held[1], other[1]) else rule
            found.append(self._row("outcome", held, other, rule, msisdn=msisdn))
        return found

    def _decisions_and_answers(self) -> list[dict[str, Any]]:
        """Where one desk decided a thing, and another recorded an answer of the opposite meaning."""
        found = []
        for side, answered in zip(self._sides, self._answered[::-1], strict=True):
            decisions, moments = side.decisions(), side.moments()
            for msisdn in decisions.keys() & answered.keys():
                decision, answer = self._of_group(decisions[msisdn], DECIDING), answered[msisdn]
                if decision is None or (decision[0] == "confirmed") == (answer["status"] == "blocked"):
                    continue
                event, happened = answer["event"], answer["happened_at"]
                counts = (self._order.rank[event], answer["status"]) in self._kept(msisdn)
                counts &= self._later(event, decision[1])
                # As a late answer of an earlier day does, it undoes no decision that a number is in use again.
                counts &= decision[0] == "confirmed" or happened is None or happened >= day_begin(moments[decision[1]])
                sides = (answer["status"], event), decision
                if decision[0] == "withdrawn":
                    rule = "withdrawn_first"
                else:
                    is_later = counts or self._later(decision[1], event)
                    rule = "later" if is_later else self._why_not(msisdn, answer["status"], event)
                held, other = sides if counts and rule == "later" else sides[::-1]
                found.append(self._row("decision_and_outcome", held, other, rule, msisdn=msisdn))
        return found

    def _settled_apart(self) -> list[dict[str, Any]]:
        """Where one desk settled a number that waits by a complaint which only the other had."""
        found = []
        for side, other in (self._sides, self._sides[::-1]):
            decisions = {msisdn: self._of_group(of, SETTLING) for msisdn, of in side.decisions().items()}
            waiting = other.doubtful() if any(decisions.values()) else {}
            for msisdn in decisions.keys() & waiting.keys():
                settled = decisions[msisdn]
                unseen = [event for event in waiting[msisdn] if settled and self._later(settled[1], event)]
                if settled and unseen:
                    sides = settled, ("waits", min(unseen))
                    found.append(self._row("decision_and_naming", *sides, "settled_apart", msisdn=msisdn))
        return found

    def _both(self, kind: str) -> pa.Table:
        """The facts of one kind of both, each once, in the joint order."""
        both = pa.concat_tables([side.rows(kind, apart=False) for side in self._sides])
        return self._order.ranked(both.group_by(both.column_names).aggregate([]))

    def _complaints(self) -> list[dict[str, Any]]:
        apart = [side.versions() for side in self._sides]
        found = []
        for key in apart[0].keys() & apart[1].keys():
            a, b = (max(versions[key], key=lambda v: int(self._order.rank[v["event"]])) for versions in apart)
            if a["fingerprint"] == b["fingerprint"]:
                continue
            held, other = (a, b) if self._later(a["event"], b["event"]) else (b, a)
            before = {v["fingerprint"] for versions in apart for v in versions[key] if v is not held}
            rule = "later"
            if held["fingerprint"] in before:
                held, other, rule = other, held, "amended_before"
            words = [f"names {len(v['suspects'].split(','))}" for v in (held, other)]
            sides = (words[0], held["event"]), (words[1], other["event"])
            of = {name: held[name] for name in ("source", "acknowledgement_no")}
            found.append(self._row("complaint", *sides, rule, **of))
        return found

    @staticmethod
    def _row(kind: str, held: tuple[str, int], other: tuple[str, int], rule: str, **of: Any) -> dict[str, Any]:
        sides = {"held_value": held[0], "held": held[1], "other_value": other[0], "other": other[1]}
        nothing: dict[str, Any] = {"msisdn": None, "source": None, "acknowledgement_no": None}
        return {"kind": kind, "rule": rule} | sides | nothing | of


class _Side:
    """One of two registries, with the event numbers of the log that merges the other."""

    def __init__(self, store: Reading, cut: int, numbers: Ints, apart: list[int]) -> None:
        self._store, self._cut, self._numbers = store, cut, numbers
        self._apart = pa.array(apart, pa.int64())

    def rows(self, kind: str, *, apart: bool = True) -> pa.Table:
        """The facts of one kind as recorded there; those that the other does not have, or all."""
        table = self._store.as_recorded(kind, self._cut)
        table = replaced(table, event=pa.array(self._numbers[ints(table["event"])], pa.int64()))
        return table.filter(pc.is_in(table["event"], self._apart)) if apart else table

    def decisions(self) -> dict[int, list[tuple[str, int]]]:
        """The decisions on each number, with their events."""
        rows = tuples_of(self.rows("decisions"), "msisdn", "status", "event")
        return by_key((msisdn, (status, event)) for msisdn, status, event in rows)

    def moments(self) -> dict[int, int]:
        """The moment of each event with decisions, in microseconds since 1970."""
        return dict(tuples_of(self.rows("decisions"), "event", "at"))

    def doubtful(self) -> dict[int, list[int]]:
        """The events in which complaints that are not withdrawn name numbers not for certain."""
        versions = self.rows("compared_versions")
        stand = set(tuples_of(versions.filter(pc.equal(versions["taken_back"], 0)), "event", "row"))
        rows = tuples_of(self.rows("namings"), "msisdn", "event", "version", "doubt")
        return by_key((msisdn, event) for msisdn, event, row, doubt in rows if doubt and (event, row) in stand)

    def versions(self) -> dict[str, list[dict[str, Any]]]:
        """The versions of complaints that name numbers and are not withdrawn."""
        rows = self.rows("compared_versions").to_pylist()
        return by_key((row["complaint_key"], row) for row in rows if row["suspects"] and not row["taken_back"])


def _joint(mine: pa.Table, chosen: pa.Table, numbers: Ints, merging: int) -> Order:
    """The order of the events of both once they are in one log."""
    new = replaced(chosen, event=pa.array(numbers[ints(chosen["event"])]))
    itself = pa.table(
        {"event": [merging], "registry": [""], "number": [merging], "at": [0], "digest": [""], "verb": [MERGE]}
    )
    return in_order(pa.concat_tables([mine, itself, new]), pa.concat_tables([mine, new]))


def _shown(store: Reading, differences: pa.Table) -> pa.Table:
    """Contradictions with author, moment and registry of each side, in a fixed order."""
    order = store.order(store.head())
    columns: dict[str, Any] = {"kind": differences["kind"], "msisdn": pc.cast(differences["msisdn"], pa.uint64())}
    columns |= {name: differences[name] for name in ("source", "acknowledgement_no")}
    for side in ("held", "other"):
        of = store.events(differences[side])
        registry, number = origins_of(ints(differences[side]), order, store.id)
        columns |= {
            f"{side}_value": differences[f"{side}_value"],
            f"{side}_by": of["actor"],
            f"{side}_at": pc.cast(of["at"], MOMENT),
            f"{side}_registry": registry,
            f"{side}_event": pa.array(number, pa.int64()),
        }
    columns["rule"] = differences["rule"]
    columns["sentence"] = pa.array([RULES.get(str(rule), "") for rule in differences["rule"].to_pylist()], pa.string())
    table = pa.table(columns)
    table = table.group_by(table.column_names, use_threads=False).aggregate([])
    return ascending(table, *table.column_names).combine_chunks()
