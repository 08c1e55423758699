"""The blocks that hold as far as one receiver knows, by the lists that were sent to him and the answers of operators.

Owns when a block was requested and not lifted since. Independent of SQL and of statuses: `changes` and `handsets`
decide whether such a block has lost its ground. One idea: a release is due until a change to that receiver has it. A
whole list has no rows to release, and neither a change for another receiver nor one under another key lifts a block.
Of answers, only that a number is in use again does: one list goes to several operators, and what one of them did not
block, or verified, another may have blocked. A release too many costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from numguard.compute import pc, replaced
from numguard.registry.arrays import Bools, Ints, flags, ints
from numguard.registry.log.order import position
from numguard.registry.log.store import Store
from numguard.registry.numbers.grounds import NEVER, Last, distinct
from numguard.registry.numbers.listing import in_district, keys_of
from numguard.registry.receivers import same_receiver
from numguard.registry.spelling import folded, folded_cells

_BLOCK = "block"


class Due(NamedTuple):
    """The numbers whose block holds as far as one receiver knows.

    Attributes:
        asked: A list to him requested the block: one of the district, or any where lists of all are meant.
        whole: A list of all districts did, where lists of one are meant.
        done: An operator has reported it since the first list to him, and none that the number is in use again.
        once: A list to him, of any district, requested it once: the blocks of others are not his to lift.
        districts: The districts of which he has lists, as they are compared.
    """

    asked: pa.Array[Any]
    whole: pa.Array[Any]
    done: pa.Array[Any]
    once: pa.Array[Any]
    districts: pa.Array[Any]

    @classmethod
    def nothing(cls) -> Due:
        """No number."""
        none = pa.array([], pa.uint64())
        return cls(none, none, none, none, pa.array([], pa.string()))

    @property
    def numbers(self) -> pa.Array[Any]:
        """All of them, as integers."""
        found: pa.Array[Any] = pc.unique(pa.concat_arrays([self.asked, self.whole, self.done])).cast(pa.int64())
        return found

    def of_lists(self) -> Due:
        """Without what an operator has reported of numbers that no list requested."""
        return self._replace(done=self.done.filter(pc.is_in(self.done, self.once)))

    def without_done(self, numbers: pa.Array[Any]) -> Due:
        """Without what an operator has reported of some numbers."""
        return self._replace(done=self.done.filter(pc.invert(pc.is_in(self.done, numbers))))

    def asked_of(self, state: pa.Table, district: str | None) -> Bools:
        """Of which rows of a state a list requested the block, as far as lists of the district go."""
        asked = flags(pc.is_in(state["msisdn"], self.asked))
        if len(self.whole):
            asked |= _is_of_his(state, district, self.districts) & flags(pc.is_in(state["msisdn"], self.whole))
        return asked


class HandsetsDue(NamedTuple):
    """The pairs (imei14, msisdn) whose block holds as far as one receiver knows, as `Due` has numbers."""

    asked: pa.Table
    whole: pa.Table
    districts: pa.Array[Any]

    def pairs(self, state: pa.Table, district: str | None) -> pa.Table:
        """Those that a list of the district can release; `state` is that of the number of each pair of `whole`."""
        whole = self.whole.filter(pa.array(_is_of_his(state, district, self.districts)))
        pairs = pa.concat_tables([self.asked, whole])
        return pairs.group_by(pairs.column_names, use_threads=False).aggregate([])


def _is_of_his(state: pa.Table, district: str | None, districts: pa.Array[Any]) -> Bools:
    """Which rows of a state are of a district, or of none of the `districts` of which a receiver has lists."""
    return in_district(state, district) | ~flags(pc.is_in(folded_cells(state["district"]), districts))


class _Requested(NamedTuple):
    """What one receiver was asked, as arrays over numbers or pairs.

    Attributes:
        own: The event of the last block by lists of the district; by any list, where lists of all are meant.
        whole: The same by lists of all districts, where those of one are meant.
        lifted: The event of the last release.
        once: A list to him, under one of the keys, was the last to request the block.
        elsewhere: One under another key was.
    """

    own: Ints
    whole: Ints
    lifted: Ints
    once: Bools
    elsewhere: Bools


def _requested(
    sent: pa.Table, numbers: Ints, receiver: str, district: str | None, keys: Sequence[str | None] | None
) -> _Requested:
    """What `receiver` was asked by the lists `sent`, under one of the `keys`; None is any."""
    names: list[Any] = sent["receiver"].unique().to_pylist()
    his = [name for name in names if same_receiver(name, receiver)]
    sent = sent.filter(pc.is_in(sent["receiver"], pa.array(his, pa.string())))
    of = pc.fill_null(folded_cells(sent["district"]), "")
    blocks, whole = pc.equal(sent["action"], _BLOCK), pc.equal(of, "")
    own = pc.or_(pc.equal(of, folded(district)), district is None)
    under = pc.is_in(sent["key_check"], pa.array(keys, pa.string())) if keys else pc.is_valid(sent["event"])

    def last(which: Any) -> Last:
        return Last(sent.filter(which), numbers, "event")

    block = last(blocks)
    last_key = block.text("key_check")
    here = flags(pc.is_in(last_key, pa.array(keys, pa.string()))) if keys else block.exists
    return _Requested(
        own=last(pc.and_(blocks, own)).event,
        whole=np.where(district is None, NEVER, last(pc.and_(blocks, whole)).event),
        lifted=last(pc.and_(pc.invert(blocks), under)).event,
        once=block.exists & here,
        elsewhere=block.exists & ~here,
    )


def releases_due(
    among: pa.Array[Any] | None,
    store: Store,
    receiver: str,
    district: str | None,
    cut: int,
    *,
    first: int,
    base: int,
    keys: Sequence[str | None],
    districts: pa.Array[Any],
) -> Due:
    """The blocks of numbers that hold at `cut`.

    Args:
        among: The numbers that matter; None is all.
        store: The log.
        receiver: To whom the lists went.
        district: Of which district they are; None is the lists of all.
        cut: The last event that counts.
        first: The event of the first list to him.
        base: The event of the list that is to be changed: of a number that it has to block, nothing is due unless
            something happens to it, so that with all numbers those are left out.
        keys: The key checks of the lists that count.
        districts: The districts of which he has lists.
    """
    sent, outcomes = (store.facts(kind, cut, among) for kind in ("sent", "outcomes"))
    order = store.order(cut)
    first, base = position(first, order), position(base, order)
    numbers = distinct(np.concatenate([ints(facts["msisdn"]) for facts in (sent, outcomes)]))
    asked = _requested(sent, numbers, receiver, district, keys)
    released_for_any = Last(sent.filter(pc.not_equal(sent["action"], _BLOCK)), numbers, "event").event
    blocked, in_use = (_answered(outcomes, numbers, status) for status in ("blocked", "reactivated"))
    lifted = np.maximum(asked.lifted, in_use.event)
    own, whole = asked.own > lifted, asked.whole > lifted
    if among is None:
        own &= asked.own != base
    # What was reported before the first list to him is his to lift only as long as no receiver was asked to.
    done = (blocked.event > np.maximum(asked.lifted, np.minimum(first, released_for_any))) & _is_later(blocked, in_use)
    msisdn = pa.array(numbers.astype(np.uint64))
    held = [msisdn.filter(pa.array(which & ~asked.elsewhere)) for which in (own, whole, done)]
    return Due(held[0], held[1], held[2], msisdn.filter(pa.array(asked.once)), districts)


def _answered(outcomes: pa.Table, numbers: Ints, status: str) -> Last:
    """The last answer with a status about each number."""
    return Last(outcomes.filter(pc.equal(outcomes["status"], status)), numbers, "event", "ordinal")


def _is_later(answer: Last, other: Last) -> Bools:
    """Where an answer is later than another one, which may be of the same file."""
    same = answer.event == other.event
    later: Bools = (answer.event > other.event) | same & (answer.number("ordinal") > other.number("ordinal"))
    return later


def handsets_due(sent: pa.Table, receiver: str, district: str | None, *, districts: pa.Array[Any]) -> HandsetsDue:
    """The blocks of pairs that hold.

    `sent` are all rows of lists of handsets: imei14, msisdn, action, event, receiver, district, key_check; `districts`
    are those of which he has lists.
    """
    # A pair that is listed to be verified is not released by it.
    sent = sent.filter(pc.invert(pc.is_in(sent["action"], pa.array(["reverify", "none"]))))
    pairs = sent.select(["imei14", "msisdn"]).group_by(["imei14", "msisdn"], use_threads=False).aggregate([])
    code = pc.index_in(keys_of(sent), keys_of(pairs))
    asked = _requested(replaced(sent, msisdn=code), np.arange(len(pairs)), receiver, district, None)
    own, whole = (pairs.filter(pa.array(at > asked.lifted)) for at in (asked.own, asked.whole))
    return HandsetsDue(own, whole, districts)
