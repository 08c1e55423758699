"""A case as the registry's verbs work on it: the store, who acts, the state at an event, and the list as of one.

Owns how a moment becomes an event, and how facts become a state and a state a list. Knows no SQL (`store`) and no
verb: each verb that changes something is a function of a case, in a file of its own. One idea: the log up to an event
is all there is to know, so every question is asked of a cut.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from functools import partial
from time import time_ns
from typing import Any, NamedTuple

import pyarrow as pa

from numguard import _core
from numguard.blocklist import BlockList
from numguard.errors import ArgumentError, RegistryError
from numguard.registry.handsets import pairs
from numguard.registry.listing import ListPolicy, delta, last_moment, rows
from numguard.registry.safeguard import refuse_unfit
from numguard.registry.state import FACTS, Facts, derive
from numguard.registry.store import Append, Store

__all__ = ["Basis", "Case", "reason_given"]


class Basis(NamedTuple):
    """What a change is told against: the list as of an event, as it was asked for then. Event 0 is nothing at all."""

    event: int
    policy: ListPolicy
    district: str | None


@dataclass
class Case:
    """A store, and who acts on it."""

    store: Store
    by: str

    def now(self) -> int:
        """Microseconds since 1970, UTC."""
        return time_ns() // 1000

    def event(self, verb: str, reason: str = "") -> AbstractContextManager[Append]:
        """One event, recorded whole or not at all."""
        return self.store.writing(actor=self.by, verb=verb, reason=reason, now=self.now())

    def cut(self, name: str, moment: object) -> int:
        """The last event at a moment; `name` is the argument that an error speaks of."""
        return self.store.cut_at(last_moment(name, moment))

    def facts(self, cut: int, wanted: pa.Array[Any] | pa.ChunkedArray[Any] | None = None) -> Facts:
        """What the log says up to `cut` of all numbers, or of the `wanted` ones."""
        if wanted is not None:
            self.store.want(wanted)
        return Facts(**{kind: self.store.facts(kind, cut, wanted=wanted is not None) for kind in FACTS})

    def state(self, cut: int, wanted: pa.Array[Any] | pa.ChunkedArray[Any] | None = None) -> pa.Table:
        """The state of all numbers at `cut`, or of the `wanted` ones."""
        return derive(self.facts(cut, wanted))

    def known(self, msisdns: pa.Array[Any], cut: int) -> pa.Array[Any]:
        """The numbers at `cut` among some and those they are linked with."""
        numbers = msisdns.drop_null().cast(pa.int64())
        state = self.state(cut, self.store.with_linked(numbers, cut))
        return state["msisdn"].combine_chunks()

    def listed(
        self, cut: int, before: Basis | None, policy: ListPolicy, district: str | None, *, past: bool = False
    ) -> BlockList:
        """The list as of `cut`, or its change since `before`."""
        if before is None:
            table = rows(self.state(cut), policy, district)
        elif before.event == 0:
            table = rows(self.state(cut), policy, district)
            table = table.append_column("change", pa.repeat("added", len(table)))
        else:
            same = (before.policy, before.district) == (policy, district)
            # Under another policy, numbers that nothing touched may come and go too.
            touched = self.store.touched(before.event, cut) if same else None
            table = delta(
                self.state(before.event, touched),
                self.state(cut, touched),
                (before.policy, policy),
                (before.district, district),
            )
        begin, kind = (0, "full") if before is None else (before.event, "delta")
        return self._list(table, kind, (begin, cut), district, asdict(policy), past=past)

    def handsets(self, cut: int, district: str | None, *, past: bool = False) -> BlockList:
        """The pairs of handset and number as of `cut`."""
        evidence, stops = (self.store.facts(kind, cut) for kind in ("evidence", "stopped_handsets"))
        return self._list(pairs(self.state(cut), evidence, stops, district), "handsets", (0, cut), district, past=past)

    def _list(
        self,
        table: pa.Table,
        kind: str,
        events: tuple[int, int],
        district: str | None,
        policy: dict[str, Any] | None = None,
        *,
        past: bool,
    ) -> BlockList:
        manifest = {
            "numguard": _core.__version__,
            "list": kind,
            "events": list(events),
            "district": district,
            "policy": policy,
            "inputs": self.store.inputs(events[1]).drop_columns(["event"]).to_pylist(),
        }
        return BlockList(table, manifest, partial(self._look_once_more, events[1] if past else None))

    def _look_once_more(self, cut: int | None, table: pa.Table) -> None:
        """What stands now decides whether a list of now may leave; one of an earlier day is history."""
        if self.store.closed and len(table):
            raise RegistryError("the registry is closed; a list is checked once more as it is written: do so before")
        if len(table):
            refuse_unfit(self.store, self.store.head() if cut is None else cut, table)


def reason_given(reason: object) -> str:
    """A reason as it is recorded.

    Raises:
        ArgumentError: there is none.
    """
    if not isinstance(reason, str) or not reason.strip():
        raise ArgumentError("reason: takes a sentence; it is recorded")
    return reason.strip()
