"""The lists that one receiver has of this registry, and the base of a change.

Owns to which list a change is relative, and how many rows a change leaves out that begins later. Independent of files,
and of what is listed or released. One idea: a receiver applies a change to what he has, so that its base is a list that
was sent to him.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import pyarrow as pa

from numguard.compute import pc
from numguard.errors import ArgumentError
from numguard.registry.case import Basis, Case
from numguard.registry.log.reading import SentList
from numguard.registry.numbers.listing import ListPolicy, keys_of
from numguard.registry.spelling import folded

#: The key check on record of a list with the numbers themselves.
NO_KEY: Final = "none"


@dataclass(frozen=True)
class SentLists:
    """The lists of numbers, or of handsets, that were sent to one receiver.

    `lists` are those of this registry, the last first; `kinds` the districts and key checks of all lists to him, with
    those of merged registries; `verb` is that of the events that sent them.
    """

    case: Case
    to: str
    lists: Sequence[SentList]
    kinds: set[tuple[str | None, str | None]]
    verb: str

    @classmethod
    def read(cls, case: Case, to: str, *, handsets: bool = False) -> SentLists:
        """Those on record."""
        lists = case.store.exports(to, handsets=handsets)
        kinds = case.store.kinds_of_lists(to, handsets=handsets)
        return cls(case, to, lists, kinds, "export_handsets" if handsets else "export")

    @property
    def districts(self) -> pa.Array[Any]:
        """The districts of which he has lists, as they are compared."""
        return pa.array(sorted({folded(district) for district, _ in self.kinds if district}), pa.string())

    def of_district(self, district: str | None) -> list[SentList]:
        """The lists of a district, or those of all districts."""
        return [sent for sent in self.lists if folded(sent.district) == folded(district)]

    def last(self, district: str | None) -> SentList | None:
        """The last list of a district, or of all districts."""
        return next(iter(self.of_district(district)), None)

    def at(self, event: int) -> SentList | None:
        """The list of an event."""
        return next((sent for sent in self.lists if sent.event == event), None)

    def base(self, since: date | datetime | int | str | None, cut: int, nothing: Basis) -> Basis | None:
        """The base of a change at `cut`: one of the lists, with its policy, or a moment with that of `nothing`."""
        if since is None:
            return None
        if since == "last":
            last = self.last(nothing.district)
            return basis_of(last) if last else nothing
        if isinstance(since, str | bool):
            raise ArgumentError('since: takes a day, a moment, an event or "last"')
        event = since if isinstance(since, int) else self.case.cut("since", since)
        if not 0 <= event <= cut:
            raise ArgumentError("since: takes a past day or moment, or a recorded event")
        if isinstance(since, int) and since and (self.case.store.event(since) or ("",))[0] == self.verb:
            named = self.at(since)
            if named is None:
                raise ArgumentError("since: that export was sent to another receiver, or by another registry")
            return basis_of(named)
        return nothing._replace(event=event)

    def gap(self, before: Basis | None, listed: Callable[[Basis], pa.Table]) -> int:
        """How many rows of the list were added between the last one and the beginning of a change; no change has them.

        `listed` makes the list of a base.
        """
        if before is None:
            return 0
        last = self.last(before.district)
        known = basis_of(last) if last else before._replace(event=0)
        if before.event <= known.event:
            return 0
        then, now = listed(known), listed(before)
        added = now if not known.event else now.filter(pc.invert(pc.is_in(_requested(now), _requested(then))))
        return len(added)


def basis_of(sent: SentList) -> Basis:
    """A list as the base of a change."""
    policy = ListPolicy() if sent.policy is None else ListPolicy.from_json(sent.policy)
    return Basis(sent.event, policy, sent.district)


def _requested(table: pa.Table) -> Any:
    """What each row of a list requests."""
    return pc.binary_join_element_wise(keys_of(table).cast(pa.string()), table["action"].cast(pa.string()), " ")
