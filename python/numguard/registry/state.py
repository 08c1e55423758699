"""What the facts of the event log say of each number: its status, and what a list tells of it.

Owns the precedence of statuses and who is protected. Knows no SQL, no file and no clock, and leaves to `grounds` what
counts of the facts. One idea: of all that holds for a number, the first status that holds is its status.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from numguard import _core
from numguard.compute import pc
from numguard.registry.grounds import (
    NEVER,
    Bools,
    Facts,
    Ints,
    Last,
    Linked,
    Named,
    Turned,
    Versions,
    anywhere,
    bools,
    known,
    positions,
    taken,
    universe,
)

__all__ = [
    "DECISIONS", "FACTS", "IN_FORCE", "OUTCOMES", "REASONS", "SETTLING", "STATUSES", "Facts", "Standing", "derive",
]  # fmt: skip

#: Every status, in the order in which the first that holds is taken.
STATUSES = (
    "protected",
    "withdrawn",
    "review",
    "blocked",
    "rejected",
    "reverified",
    "reactivated",
    "requested",
    "confirmed",
    "reported",
    "reverify",
)

#: The statuses of a number that something is to be done about, or was.
IN_FORCE = ("reported", "requested", "confirmed", "blocked", "reverify")

#: What an officer may decide of a number that waits for a person.
SETTLING = ("accepted", "dismissed")

#: What an officer may decide.
DECISIONS = ("confirmed", "withdrawn", "protected", "unprotected", "reverified", "reactivated", *SETTLING)

#: What may come back from an operator.
OUTCOMES = ("blocked", "rejected", "reverified", "reactivated")

#: Why a number has its status, where no officer or operator gave a reason of his own.
REASONS = {
    "complainants_number": "The complainant's own number, written as a suspect's.",
    "placeholder": "Digits that stand for no number.",
    "toll_free": "A toll-free number, which is nobody's handset.",
    "service": "A number of a service, which is nobody's handset.",
    "nothing_stands": "Nothing that named it stands any more.",
    "waits_for_a_person": "It is named, but not for certain, until somebody decides.",
    "answered_by_operator": "The operator's answer.",
    "named_in_complaint": "A complaint names it.",
    "linked_by_handset": "It was seen in a handset of a number in force.",
}

#: The kinds of facts that a state is derived from.
FACTS = ("versions", "namings", "complainants", "unshielded", "links", "decisions", "outcomes", "exported")

# Numbers of these kinds are nobody's handset: they are protected from the start.
_PROTECTED_KINDS = ("toll_free", "service")

_DECIDING = ("confirmed", "withdrawn", "reverified", "reactivated")


class Standing:
    """What holds for each number, as arrays over `numbers`."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.versions = Versions(facts.versions)
        # A complainant of any version is shielded, until an officer decides otherwise: an amendment may be a slip.
        self.complaining = facts.complainants.filter(pa.array(self.versions.live[self.versions.of(facts.complainants)]))
        self.numbers = universe(facts, self.complaining["msisdn"])
        self.settled = self._last("decisions", "status", SETTLING)
        self.decisions = self._last("decisions", "status", _DECIDING)
        self.shields = self._last("decisions", "status", ("protected", "unprotected"))
        self.outcomes = Last(facts.outcomes, self.numbers, "event", "ordinal")
        self.sent = self._last("exported", "action", ("block", "release"))

        size = len(self.numbers)
        explained: Any = _core.explain(pa.array(self.numbers.astype(np.uint64)))
        self.kind = pc.cast(explained.field("kind"), pa.string())
        self.own = anywhere(positions(self.complaining["msisdn"], self.numbers), size)
        self.placeholder = bools(pc.equal(pc.cast(explained.field("note"), pa.string()), "placeholder"))
        self.special = bools(pc.is_in(self.kind, pa.array(_PROTECTED_KINDS)))
        from_the_start = self.own | self.placeholder | self.special
        self.protected: Bools = np.where(self.shields.said, self.shields.means("protected"), from_the_start)

        self.lost_at = self._lost_at()
        self.named = Named(facts.namings, self.versions, self.numbers, self.settled, self.lost_at)

        confirming = self.decisions.means("confirmed")
        heard_of = self.named.named | self._in("links") | self._in("exported")
        later = self.settled.event > self.decisions.event
        #: Confirmed, though no complaint, link or list ever named it: a slip of the pen may be somebody's number.
        self.unheard = confirming & ~heard_of & ~later
        #: Something about it is, or was, for a person to settle; who settled it may think better of it.
        self.unsure = self.named.unsure | confirming & ~heard_of
        self.confirmed = confirming & (heard_of | later & self.settled.means("accepted"))
        self.withdrawn = self.decisions.means("withdrawn")
        grounded = (self.named.stands | self.confirmed) & ~self.protected & ~self.withdrawn
        self.linked = Linked(facts.links, self.numbers, grounded)
        self.answered = self.outcomes.said & (self.outcomes.event > self.decisions.event)

        ruled = self.decisions.said & ~self.withdrawn & (~confirming | self.confirmed)
        grounds = self.named.stands | self.linked.stands | ruled
        #: Something about it waits for a person.
        self.waits = self.named.waits | self.unheard
        self.review = self.waits & ~grounds
        self.nothing_stands = ~(grounds | self.waits)

    def _last(self, kind: str, column: str, among: tuple[str, ...]) -> Last:
        table = getattr(self.facts, kind)
        return Last(table.filter(pc.is_in(table[column], pa.array(among))), self.numbers, "event")

    def _lost_at(self) -> Ints:
        """The last event that took back a complaint of the number, which nothing protects now; `NEVER` if none.

        What an officer decided of its protection no withdrawal undoes.
        """
        told = self.facts.unshielded.sort_by("event")
        told = told.filter(pc.is_in(told["msisdn"], pa.array(self.numbers)))
        found = np.full(len(self.numbers), NEVER, np.int64)
        found[positions(told["msisdn"], self.numbers)] = np.asarray(told["event"].to_numpy(), np.int64)
        lost: Ints = np.where(self.protected | self.shields.said, NEVER, found)
        return lost

    def _in(self, kind: str) -> Bools:
        return anywhere(positions(getattr(self.facts, kind)["msisdn"], self.numbers), len(self.numbers))

    @cached_property
    def asked(self) -> Bools:
        """A block was asked for, and nothing was heard of it since."""
        verified = self.decisions.means("reverified") | self.decisions.means("reactivated")
        last_answer = np.maximum(self.outcomes.event, np.where(verified, self.decisions.event, NEVER))
        asked: Bools = self.sent.means("block", column="action") & (self.sent.event > last_answer)
        return asked

    @cached_property
    def turned_since(self) -> Ints:
        """The event since which a complaint has it both as a suspect's and the complainant's; `NEVER` if none."""
        both = self.own & self.named.named
        return Turned(self.facts.namings, self.complaining, self.versions, self.numbers, both).since

    @property
    def turned(self) -> Bools:
        """A complaint has it both as a suspect's and as the complainant's, and nobody decided since."""
        since = self.turned_since
        turned: Bools = (since != NEVER) & (np.maximum(self.settled.event, self.shields.event) < since)
        return turned

    @cached_property
    def status(self) -> pa.Array[Any]:
        """The first status that holds."""
        decided = {word: self.decisions.means(word) & ~self.answered for word in ("reverified", "reactivated")}
        holds = {
            "protected": self.protected,
            "withdrawn": self.withdrawn | self.nothing_stands,
            "review": self.review,
            **{word: self.answered & self.outcomes.means(word) | decided.get(word, False) for word in OUTCOMES},
            # Of a number that was asked for as a reported one, and now is only linked, nobody decided anything.
            "requested": self.asked & (self.named.stands | self.confirmed),
            "confirmed": self.confirmed,
            "reported": self.named.stands,
            "reverify": self.linked.stands,
        }
        withdrawn = STATUSES.index("withdrawn")
        code = np.select([holds[word] for word in STATUSES], list(range(len(STATUSES))), default=withdrawn)
        return pa.DictionaryArray.from_arrays(code.astype(np.int8), pa.array(STATUSES)).cast(pa.string())

    @cached_property
    def reason(self) -> pa.Array[Any]:
        """Why each number has its status."""
        shielded = _first_text(
            (self.shields.said, self.shields.text("reason")),
            (self.own, "complainants_number"),
            (self.placeholder, "placeholder"),
            (self.special, self.kind),
        )
        return _first_text(
            (self.protected, shielded),
            (self.withdrawn, self.decisions.text("reason")),
            (self.nothing_stands & self.settled.means("dismissed"), self.settled.text("reason")),
            (self.nothing_stands, "nothing_stands"),
            (self.review, "waits_for_a_person"),
            (self.answered, pc.coalesce(self.outcomes.text("reason"), "answered_by_operator")),
            (self.decisions.said, self.decisions.text("reason")),
            (self.named.stands, "named_in_complaint"),
            (self.linked.stands, "linked_by_handset"),
        )

    def place(self, own: Ints) -> Ints:
        """The district or source of each number: its own, or of a number that is only linked its seed's."""
        # Where nothing stands, a number is let go in the district that had it.
        only_linked = self.linked.stands & ~self.named.stands
        follows = ~self.named.stands & (self.linked.stands | (own < 0)) & (self.linked.seed >= 0)
        return _led(np.where(only_linked, -1, own), follows, self.linked.seed)


def derive(facts: Facts) -> pa.Table:
    """The state of every number of `facts`, ascending.

    Columns: msisdn (uint64), status, kind, decided (bool: an officer confirmed it), asked (bool: a block was requested,
    or done), waits (bool: something about it waits for a person), turned (bool: a complaint has it both as a suspect's
    and the complainant's, which nobody looked at), unsure (bool: either, or it was settled), hop (null where only
    decided), district, source (both its first complaint's, or its seed's), reason, complaints, sources, districts
    (int64: distinct ones; a complainant who repeats counts once), first_reported, last_reported, last_told
    (microseconds UTC), via_imei.
    """
    found = Standing(facts)
    named, linked = found.named, found.linked
    only_linked = linked.stands & ~named.stands
    told = _led(named.told, only_linked, linked.seed)
    told = np.where(told != NEVER, told, found.decisions.number("at"))
    blocked = found.outcomes.means("blocked") & found.answered
    return pa.table(
        {
            "msisdn": pa.array(found.numbers.astype(np.uint64)),
            "status": found.status,
            "kind": found.kind,
            "decided": pa.array(found.confirmed),
            "asked": pa.array(found.asked | blocked),
            "waits": pa.array(found.waits),
            "turned": pa.array(found.turned),
            "unsure": pa.array(found.unsure | (found.turned_since != NEVER)),
            "hop": known(np.where(named.stands, 0, linked.hop), named.stands | linked.stands),
            "district": taken(named.districts, found.place(named.district)),
            "source": taken(named.sources_as_written, found.place(named.source)),
            "reason": found.reason,
            "complaints": pa.array(named.complaints),
            "sources": pa.array(named.sources),
            "districts": pa.array(named.districts_named),
            "first_reported": named.first_reported,
            "last_reported": named.last_reported,
            "last_told": known(told, told != NEVER),
            "via_imei": pc.cast(known(linked.via_imei, only_linked), pa.uint64()),
        }
    )


def _led(own: Ints, follows: Bools, seed: Ints) -> Ints:
    """`own`, and for those that follow their seed and have none (below 0) the seed's, which may follow its own seed."""
    while True:
        found = np.where(follows & (own < 0), own[seed], own)
        if np.array_equal(found, own):
            return own
        own = found


def _first_text(*choices: tuple[Bools, Any]) -> pa.Array[Any]:
    """The text of the first choice that holds; null where none does."""
    text: Any = pa.scalar(None, pa.string())
    for holds, said in reversed(choices):
        text = pc.if_else(pa.array(holds), said, text)
    told: pa.Array[Any] = text
    return told
