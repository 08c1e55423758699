"""The releases that are due to a receiver, and on which list he can be sent them.

Owns the events, keys and districts by which they are asked for. Independent of how a block is found that still holds
(`due`), and of files. One idea: a receiver finds a number in what he has only as it was sent to him, so that a release
is due under the key of the list that requested the block.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from numguard.blocklist import BlockList
from numguard.compute import pc
from numguard.errors import ArgumentError
from numguard.registry.case import Basis
from numguard.registry.events.sent_lists import NO_KEY, SentLists
from numguard.registry.log.order import position
from numguard.registry.log.reading import SentList
from numguard.registry.numbers.due import Due, HandsetsDue, handsets_due, releases_due
from numguard.registry.spelling import folded


@dataclass(frozen=True)
class ReleasesOwed:
    """The releases of numbers that are due by the lists to a receiver, under one key or another.

    `district` is None for the lists of all districts; `key` is the key check of the list that is written.
    """

    sent: SentLists
    district: str | None
    key: str

    def due(self, among: pa.Array[Any] | None, cut: int, base: int) -> Due:
        """What is due at `cut`, under the key of the list, to one who has the list `base`."""
        # An export of which the key is unknown counts for the list that is written now.
        return self._due(among, cut, base, [self.key, None])

    def due_under(self, key: str, cut: int) -> Due:
        """What is due at `cut` by lists under another key alone."""
        return self._due(None, cut, cut, [key]).of_lists()

    def _due(self, among: pa.Array[Any] | None, cut: int, base: int, keys: Sequence[str | None]) -> Due:
        sent = self.sent
        first = sent.lists[-1].event if sent.lists else base
        return releases_due(
            among, sent.case.store, sent.to, self.district, cut,
            first=first, base=base, keys=keys, districts=sent.districts,
        )  # fmt: skip

    def of_change(self, before: Basis, cut: int, touched: pa.Array[Any] | None) -> Due | None:
        """What is due of a change over the numbers `touched`; None where no list to him is on record."""
        last = self.sent.last(before.district)
        if not before.event or last is None:
            return None
        # The last change had all that was due: since then, only numbers that an event touched can be.
        same = folded(before.district) in {folded(self.district), ""}
        since_last_change = same and before.event == last.event and last.since > 0
        return self.due(touched if since_last_change else None, cut, before.event)

    def alone(self, before: Basis | None, cut: int, *, of_last: bool) -> BlockList | None:
        """Of a change under another key than the list before it, the releases alone that are due under that key.

        Numbers that a receiver knows only by lists under an earlier key can be released under that key alone; any other
        row of such a change would match nothing that he has.

        Raises:
            ArgumentError: None is due under that key, or the change is not one `of_last`, the last list.
        """
        if before is None or not before.event:
            return None
        # The list that he changes: that of the base, or, where the base is a moment, the last one he has.
        last = self.sent.at(before.event) or self.sent.last(before.district)
        if last is None or last.key_check == self.key or (last.key_check is None and self.key == NO_KEY):
            return None
        if of_last and last.key_check is not None:
            found = self.sent.case.releases(cut, self.district, self.due(None, cut, cut).of_lists())
            if len(found):
                return found
        raise _other_key(last, self.key)

    def left(self, listed: BlockList, event: int, *, has_all: bool) -> dict[str, Any]:
        """How many releases are due after the list of `event` and are not on it, and how many under which other key.

        A list that `has_all` leaves none that is due under its own key.
        """
        table = listed.to_table()
        on_list = table["msisdn"].filter(pc.equal(table["action"], "block")).combine_chunks()

        def count(due: Due) -> int:
            return len(self.sent.case.releases(event, self.district, due.without_done(on_list)))

        others = sorted({key for _, key in self.sent.kinds if key and key != self.key})
        elsewhere = {key: found for key in others if (found := count(self.due_under(key, event)))}
        here = 0 if has_all else count(self.due(None, event, event))
        facts: dict[str, Any] = {"releases_due": here + sum(elsewhere.values())}
        return facts | {"releases_due_under": elsewhere} if elsewhere else facts


def handsets_owed(sent: SentLists, cut: int, district: str | None) -> HandsetsDue:
    """The pairs of handset and number whose block holds at `cut`; `sent` are the lists of handsets to the receiver."""
    return handsets_due(_pairs_sent(sent, cut), sent.to, district, districts=sent.districts)


def _pairs_sent(sent: SentLists, cut: int) -> pa.Table:
    """All pairs that were sent; those of this registry's lists from before pairs were recorded are made again."""
    case = sent.case
    recorded, order = case.store.facts("sent_handsets", cut), case.store.order(cut)
    parts = [recorded]
    for earlier in sent.lists:
        event = position(earlier.event, order)
        if earlier.records and not pc.any(pc.equal(recorded["event"], event)).as_py():
            pairs = case.handsets(earlier.as_of).listed(earlier.district).select(["imei14", "msisdn", "action"])
            same = {
                "event": event,
                "receiver": earlier.receiver,
                "district": earlier.district,
                "key_check": earlier.key_check,
            }
            for name, value in same.items():
                kind = recorded.schema.field(name).type
                pairs = pairs.append_column(name, pa.repeat(pa.scalar(value, kind), len(pairs)))
            parts.append(pairs.cast(recorded.schema))
    return pa.concat_tables(parts)


def _other_key(last: SentList, key: str) -> ArgumentError:
    """The error of a change under another key than the list before it: nothing that the receiver has would match it.

    Of a list from before keys were recorded it is unknown whether it has a key, and which. A change under a key is then
    refused: its releases might match nothing, and a whole list costs little. One with the numbers themselves is not:
    the receiver can match numbers with a list under any key that he holds.
    """
    remedy = "use its key, or "
    if key == NO_KEY:
        problem = "has keyed hashes, and this change would have the numbers"
    elif last.key_check is None:
        problem, remedy = "was recorded before keys were, so that its key is unknown", ""
    elif last.key_check == NO_KEY:
        problem, remedy = "has the numbers, and this change would have keyed hashes", "leave the key out, or "
    else:
        problem = "was written under another key, so that nothing on it would match"
    return ArgumentError(
        f"key: the list before this change, export {last.event}, {problem}; {remedy}write a whole list, without "
        "since= (--since-last, --since), which takes its place; nothing was written"
    )
