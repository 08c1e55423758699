"""A case as the registry's verbs work on it: the store, who acts, the state at an event, and the list as of one.

Owns how a moment becomes an event, and how facts become a state and a state a list. Knows no SQL (`store`) and no
verb: each verb that changes something is a function of a case, in a file of its own. One idea: the log up to an event
is all there is to know, so every question is asked of a cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from numguard import _core
from numguard.blocklist import BlockList
from numguard.errors import ArgumentError, RegistryError
from numguard.indian_time import DAY_MICROS, day_of, local
from numguard.registry.handsets import pairs
from numguard.registry.listing import ListPolicy, delta, last_moment, rows
from numguard.registry.safeguard import refuse_protected_since, refuse_unfit
from numguard.registry.state import FACTS, Facts, derive
from numguard.registry.store import Append, Store
from numguard.types import PathLike

__all__ = ["Basis", "Case", "reason_given", "refuse_broken"]


#: How far a clock may be from the log's last event: desks' clocks differ by minutes, and a case may rest for months.
_BEHIND, _AHEAD = DAY_MICROS, 184 * DAY_MICROS


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
    #: The day of which somebody says that the clock has it right, though it is far from the log's last event.
    today: date | None = None

    def now(self) -> int:
        """Microseconds since 1970, UTC, as the store's clock has it."""
        return self.store.now()

    @contextmanager
    def event(self, verb: str, reason: str = "", *, after: int = 0) -> Iterator[Append]:
        """One event, recorded whole or not at all, and dated not before `after`.

        Raises:
            RegistryError: The clock is far from the log's last event, and nobody said that it is right.
        """
        who = self._who(verb, reason)
        with self.store.writing(**who | {"now": max(who["now"], after)}) as append:
            self._refuse_far(append)
            yield append

    @contextmanager
    def trial(self, verb: str) -> Iterator[Append]:
        """An event that shows what it would do, and is never recorded."""
        with self.store.trying(**self._who(verb, "")) as append:
            yield append

    @contextmanager
    def sending(self, path: PathLike, verb: str, reason: str = "") -> Iterator[tuple[Append, str]]:
        """One event with which files go out to where `path` is, and the token under which they wait for it.

        Raises:
            DamagedError: The log is not as it was recorded.
        """
        self.store.verify()
        with self.store.sending(Path(path).expanduser().parent, **self._who(verb, reason)) as (append, token):
            self._refuse_far(append)
            yield append, token

    def _who(self, verb: str, reason: str) -> dict[str, Any]:
        now = self.now()
        return {"actor": self.by, "verb": verb, "reason": reason, "now": now, "sure": self.today == day_of(now)}

    def _refuse_far(self, append: Append) -> None:
        """One event that a wrong clock dates years ahead would date all that follow, and every list as of a day."""
        now, before = append.now, self.store.moment_of(append.event - 1)
        if self.today == day_of(now) or before is None or -_BEHIND <= now - before <= _AHEAD:
            return
        today = day_of(now).isoformat()
        raise RegistryError(
            f"{self.store.dialect.name}: nothing was recorded: the clock says {today}, and the last event is of "
            f"{day_of(before).isoformat()}; set the clock, or where it is right say so: NUMGUARD_TODAY={today} (today=)"
        )

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
        self,
        cut: int,
        before: Basis | None,
        policy: ListPolicy,
        district: str | None,
        *,
        as_of: int | None = None,
        by_name: bool = False,
    ) -> BlockList:
        """The list as of `cut`, or its change since `before`; of a moment that is told, it says so in its manifest."""
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
        return self._list(table, kind, (begin, cut), district, asdict(policy), as_of=as_of, by_name=by_name)

    def handsets(self, cut: int, district: str | None, *, as_of: int | None = None) -> BlockList:
        """The pairs of handset and number as of `cut`."""
        evidence, stops = (self.store.facts(kind, cut) for kind in ("evidence", "stopped_handsets"))
        return self._list(
            pairs(self.state(cut), evidence, stops, district), "handsets", (0, cut), district, as_of=as_of
        )

    def _list(
        self,
        table: pa.Table,
        kind: str,
        events: tuple[int, int],
        district: str | None,
        policy: dict[str, Any] | None = None,
        *,
        as_of: int | None,
        by_name: bool = False,
    ) -> BlockList:
        manifest = {
            "numguard": _core.__version__,
            "list": kind,
            "events": list(events),
            "district": district,
            "policy": policy,
            "inputs": self.store.inputs(events[1]).drop_columns(["event"]).to_pylist(),
        }
        if as_of is not None:
            manifest["as_of"] = local(as_of).isoformat()
        return BlockList(table, manifest, partial(self._look_once_more, None if as_of is None else events[1], by_name))

    def _look_once_more(self, cut: int | None, by_name: bool, table: pa.Table) -> None:
        """What stands now decides whether a list may leave; of one of an earlier day, who is protected now.

        That one may leave all the same if it was asked for `by_name`.
        """
        if not len(table):
            return
        if self.store.closed:
            raise RegistryError("the registry is closed; a list is checked once more as it is written: do so before")
        refuse_unfit(self.store, self.store.head() if cut is None else cut, table)
        if cut is not None and not by_name:
            refuse_protected_since(self.store, self.store.head(), table)


def reason_given(reason: object) -> str:
    """A reason as it is recorded.

    Raises:
        ArgumentError: there is none.
    """
    if not isinstance(reason, str) or not reason.strip():
        raise ArgumentError("reason: takes a sentence; it is recorded")
    refuse_broken("reason", reason)
    return reason.strip()


def refuse_broken(name: str, text: str) -> None:
    """Nothing, if the text can be recorded; what came in another encoding than UTF-8 cannot be.

    Raises:
        ArgumentError: It cannot.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ArgumentError(f"{name}: is not text in UTF-8") from None
