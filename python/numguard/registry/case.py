"""A case as the registry's verbs use it: the store, who acts, the state at an event, and the list as of one.

Owns how a moment becomes an event, and how facts become a state and a state a list. Independent of SQL (`store`) and of
verbs: each verb that changes something is a function of a case, in a file of its own. One idea: everything follows from
the log up to an event, so every query has a cut.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from numguard import _core
from numguard.blocklist import BlockList
from numguard.compute import pc, tuples_of
from numguard.errors import ArgumentError, RegistryError
from numguard.indian_time import DAY_MICROS, day_of, local
from numguard.registry.actions import RELEASES
from numguard.registry.arrays import Column
from numguard.registry.log.inputs import refuse_recorded
from numguard.registry.log.store import Append, Store
from numguard.registry.numbers.changes import delta
from numguard.registry.numbers.due import Due
from numguard.registry.numbers.handsets import Handsets
from numguard.registry.numbers.listing import ListPolicy, rows, unlisted
from numguard.registry.numbers.safeguard import refuse_protected_since, refuse_unfit
from numguard.registry.numbers.state import Facts, derive
from numguard.registry.sheets.moments import end_of_day, last_moment
from numguard.registry.spelling import folded
from numguard.system import at_home
from numguard.types import PathLike

#: How far a clock may be from the log's last event: clocks of desks differ by minutes, and a case may pause for months.
_BEHIND, _AHEAD = DAY_MICROS, 184 * DAY_MICROS


class Basis(NamedTuple):
    """The base of a change: the list as of an event, with its policy and district. Event 0 is the empty log."""

    event: int
    policy: ListPolicy
    district: str | None


@dataclass
class Case:
    """A store, and who acts on it."""

    store: Store
    by: str
    #: The day that confirms a clock that is far from the log's last event.
    today: date | None = None

    def now(self) -> int:
        """Microseconds since 1970, UTC, by the store's clock."""
        return self.store.now()

    @contextmanager
    def event(self, verb: str, reason: str = "", *, after: int = 0) -> Iterator[Append]:
        """One event, recorded whole or not at all, and dated not before `after`.

        Raises:
            RegistryError: The clock is far from the log's last event, and not confirmed.
        """
        self.store.create()
        who = self._who(verb, reason)
        with self.store.writing(**who | {"now": max(who["now"], after)}) as append:
            self._refuse_far(append)
            yield append

    def trial(self, verb: str) -> AbstractContextManager[Append]:
        """An event whose effect can be read, and that is never recorded."""
        return self.store.trying(**self._who(verb, ""))

    @contextmanager
    def sending(self, path: PathLike, verb: str, reason: str = "") -> Iterator[tuple[Append, str]]:
        """One event that writes files into the folder of `path`, and the token in the names of their temporary files.

        Raises:
            DamagedError: The log differs from what was recorded.
        """
        self.store.verify()
        self.store.create()
        with self.store.sending(at_home(path).parent, **self._who(verb, reason)) as (append, token):
            self._refuse_far(append)
            yield append, token

    def _who(self, verb: str, reason: str) -> dict[str, Any]:
        now = self.now()
        return {"actor": self.by, "verb": verb, "reason": reason, "now": now, "sure": self.today == day_of(now)}

    def _refuse_far(self, append: Append) -> None:
        """Refuses a clock that is far off: an event dated years ahead would date all that follow."""
        now, before = append.now, self.store.moment_of(append.event - 1)
        if self.today == day_of(now) or before is None or -_BEHIND <= now - before <= _AHEAD:
            return
        today = day_of(now).isoformat()
        raise RegistryError(
            f"{self.store.dialect.name}: nothing was recorded: the clock shows {today}, and the last event is of "
            f"{day_of(before).isoformat()}; set the clock, or confirm it with NUMGUARD_TODAY={today} (today=)"
        )

    def cut(self, name: str, moment: object) -> int:
        """The last event at a moment; `name` is the argument's name in errors.

        Raises:
            ArgumentError: A day or a moment after today, of which nothing is known.
        """
        last = last_moment(name, moment)
        if last >= end_of_day(self.now()):
            raise ArgumentError(f"{name} (--{name.replace('_', '-')}): the day is in the future, and its state unknown")
        return self.store.cut_at(last)

    def facts(self, cut: int, among: Column | None = None) -> Facts:
        """The facts of the log up to `cut`, of all numbers or of those `among` some."""
        return Facts(*(self.store.facts(kind, cut, among) for kind in Facts._fields))

    def state(self, cut: int, among: Column | None = None) -> pa.Table:
        """The state of all numbers at `cut`, or of those `among` some."""
        return derive(self.facts(cut, among))

    def statuses(self, cut: int, among: Column) -> dict[Any, Any]:
        """The status of each number at `cut`, of those `among` some that the log has."""
        return dict(tuples_of(self.state(cut, among), "msisdn", "status"))

    def known(self, msisdns: pa.Array[Any], cut: int) -> pa.Array[Any]:
        """The numbers among `msisdns` that the log has at `cut`, and those they are linked with."""
        numbers = msisdns.drop_null().cast(pa.int64())
        state = self.state(cut, self.store.with_linked(numbers, cut))
        return state["msisdn"].combine_chunks()

    def listed(
        self, cut: int, policy: ListPolicy, district: str | None, *, as_of: date | None = None, by_name: bool = False
    ) -> BlockList:
        """The list as of `cut`."""
        state = self.state(cut)
        table = rows(state, policy, district)
        listed = self.block_list(table, "full", (0, cut), district, asdict(policy), as_of=as_of, by_name=by_name)
        return _with_unlisted(listed, state, policy, district)

    def touched(self, before: Basis, cut: int, policy: ListPolicy, district: str | None) -> pa.Array[Any] | None:
        """The numbers that the change since `before` can have; None is all."""
        # Under another policy, numbers without a new event may be listed or dropped too.
        same = (before.policy, before.district) == (policy, district)
        return self.store.touched(before.event, cut) if same and before.event else None

    def changed(
        self,
        cut: int,
        before: Basis,
        policy: ListPolicy,
        district: str | None,
        *,
        touched: pa.Array[Any] | None,
        due: Due | None = None,
        as_of: date | None = None,
    ) -> BlockList:
        """The change of the list since `before`, over the numbers `touched` and those of which a release is `due`."""
        if before.event == 0:
            state = self.state(cut)
            table = rows(state, policy, district)
            table = table.append_column("change", pa.repeat("added", len(table)))
        else:
            if touched is not None and due is not None:
                touched = self.store.with_linked(pa.concat_arrays([touched, due.numbers]), cut)
            state = self.state(cut, touched)
            table = delta(
                self.state(before.event, touched), state, (before.policy, policy), (before.district, district), due
            )
        listed = self.block_list(table, "delta", (before.event, cut), district, asdict(policy), as_of=as_of)
        return _with_unlisted(listed, state, policy, district)

    def releases(self, cut: int, district: str | None, due: Due) -> BlockList:
        """The rows alone of a change that release what is due at `cut`."""
        state, policy = self.state(cut, self.store.with_linked(due.numbers, cut)), ListPolicy()
        table = delta(state, state, (policy, policy), (district, district), due)
        return self.block_list(table.filter(pc.equal(table["action"], "release")), "releases", (0, cut), district)

    def handsets(self, cut: int) -> Handsets:
        """The pairs of handset and number as of `cut`."""
        return Handsets(self.state(cut), *(self.store.facts(kind, cut) for kind in ("evidence", "stopped_handsets")))

    def inputs(self, cut: int, base: int, released: pa.Array[Any]) -> pa.Table:
        """The inputs of a list as of `cut`; those of a change since `base`, 0 without one, that are withdrawn too.

        It is also made of what was withdrawn since its base, and of what a number that it releases was in.
        """
        return self.store.inputs(cut, since=base or cut, released=released)

    def block_list(
        self,
        table: pa.Table,
        kind: str,
        events: tuple[int, int],
        district: str | None,
        policy: dict[str, Any] | None = None,
        *,
        as_of: date | None = None,
        by_name: bool = False,
    ) -> BlockList:
        """A list with its manifest, checked again as it is written; `events` are its base, 0 without one, and its cut.

        The manifest of a list of an earlier day has its moment, `as_of`.
        """
        released = table["msisdn"].filter(pc.is_in(table["action"], pa.array(RELEASES))).combine_chunks()
        manifest = {
            "numguard": _core.__version__,
            "list": kind,
            "events": list(events),
            "district": district,
            "policy": policy,
            "inputs": [
                {name: value for name, value in row.items() if (name, value) != ("withdrawn", None)}
                for row in self.inputs(events[1], events[0], released).drop_columns(["event"]).to_pylist()
            ],
        }
        if as_of is not None:
            manifest["as_of"] = local(last_moment("as_of", as_of)).isoformat()
        return BlockList(table, manifest, partial(self._check_again, None if as_of is None else events[1], by_name))

    def _check_again(self, cut: int | None, by_name: bool, table: pa.Table, files: Sequence[Path]) -> None:
        """Checks a list against the current state as it is written; one of an earlier day, against protection only.

        A list of an earlier day that was requested `by_name` is written in any case. None replaces a file on record.
        """
        if self.store.closed and (len(table) or any(map(os.path.isfile, files))):
            raise RegistryError("the registry is closed; a list is checked again as it is written: write it before")
        for file in () if self.store.closed else files:
            refuse_recorded(self.store, file, "path")
        if not len(table):
            return
        refuse_unfit(self.store, self.store.head() if cut is None else cut, table)
        if cut is not None and not by_name:
            refuse_protected_since(self.store, self.store.head(), table)


def reason_given(reason: object, name: str = "reason") -> str:
    """A reason as it is recorded; `name` is the argument's.

    Raises:
        ArgumentError: there is none.
    """
    if isinstance(reason, str):
        refuse_broken(name, reason)
    if not isinstance(reason, str) or not folded(reason):
        raise ArgumentError(f"{name}: takes a sentence; it is recorded")
    return reason.strip()


def refuse_broken(name: str, text: str) -> None:
    """Refuses a text that is not valid in UTF-8.

    Raises:
        ArgumentError: The text cannot be recorded.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ArgumentError(f"{name}: is not text in UTF-8") from None


def _with_unlisted(listed: BlockList, state: pa.Table, policy: ListPolicy, district: str | None) -> BlockList:
    """A list with the counts of what it leaves out: of reported and of linked numbers."""
    listed.unlisted = unlisted(state, policy, district)
    listed.unlisted_linked = unlisted(state, policy, district, ("reverify",))
    return listed
