"""The state of each number by the facts of the event log: its status, and the columns of a list.

Owns the precedence of statuses and who is protected. Independent of SQL, files and the clock; `grounds` decides which
facts count. One idea: of all that holds for a number, the first status that holds is its status.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
import pyarrow as pa

from numguard import _core
from numguard.compute import pc, replaced
from numguard.errors import RegistryError
from numguard.indian_time import MOMENT, day_begin
from numguard.registry.actions import RELEASES
from numguard.registry.arrays import Bools, Ints, anywhere, flags, ints
from numguard.registry.numbers.grounds import (
    NEVER,
    Facts,
    Last,
    Linked,
    Named,
    Namings,
    Versions,
    known,
    positions,
    taken,
    turned_since,
    universe,
)

__all__ = [
    "ACTIONS", "DECIDING", "DECISIONS", "IN_FORCE", "OUTCOMES", "PROTECTING", "REASONS", "RELEASED",
    "SETTLING", "STATUSES", "Answer", "Decision", "Facts", "Outcome", "Rule", "Settling", "Standing", "Status",
    "derive", "reports",
]  # fmt: skip

#: Every status, in the order of `Standing.rules`: a number has the first that holds.
Status: TypeAlias = Literal[
    "protected", "withdrawn", "review", "blocked", "rejected", "reverified", "reactivated", "requested", "confirmed",
    "reported", "reverify",
]  # fmt: skip
STATUSES: Final[tuple[Status, ...]] = get_args(Status)

#: The statuses of a number that requires action, or required it.
IN_FORCE: Final[tuple[Status, ...]] = ("reported", "requested", "confirmed", "blocked", "reverify")

#: The statuses with which a number may be on a list, and the action that a list requests. A number that is only linked
#: is never blocked without a decision.
ACTIONS: Final[dict[Status, Literal["block", "reverify"]]] = {
    "reported": "block",
    "requested": "block",
    "confirmed": "block",
    "reverify": "reverify",
}

#: The statuses with which a number that was on a list is released.
RELEASED: Final[tuple[Status, ...]] = ("withdrawn", "protected", "reactivated")

#: What an officer may decide of a number that waits for a decision.
Settling: TypeAlias = Literal["accepted", "dismissed"]
SETTLING: Final[tuple[Settling, ...]] = get_args(Settling)

#: What an officer may decide.
Decision: TypeAlias = Literal[
    "confirmed", "withdrawn", "protected", "unprotected", "reverified", "reactivated", Settling
]
DECISIONS: Final[tuple[Decision, ...]] = get_args(Decision)

#: Of the decisions about one thing, the last one holds: whether a number is protected, and what becomes of it.
PROTECTING: Final = ("protected", "unprotected")
DECIDING: Final = ("confirmed", "withdrawn", "reverified", "reactivated")

#: What an operator may answer.
Outcome: TypeAlias = Literal["blocked", "rejected", "reverified", "reactivated"]
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
#: What a word of an operator may mean: an outcome, or that the number is none of his, which is no outcome.
Answer: TypeAlias = Outcome | Literal["other_operator"]

#: Why a number has its status, where no officer or operator gave one.
REASONS = {
    "complainants_number": "The complainant's own number, written as a suspect's.",
    "placeholder": "Digits that are in use as a placeholder, and no number.",
    "toll_free": "A toll-free number, which is in no handset.",
    "service": "A number of a service, which is in no handset.",
    "nothing_stands": "Every complaint, link and decision that named it is withdrawn or amended.",
    "link_without_ground": (
        "It was linked from or through a number that is no ground for that any more; whether another number was in its "
        "handset, a new expand shows."
    ),
    "only_linked": "Every complaint and decision that named it is withdrawn or amended; it is only linked.",
    "waits_for_a_decision": "It is not certainly named, and waits for a decision.",
    "answered_by_operator": "The operator's answer.",
    "named_in_complaint": "A complaint names it.",
    "linked_by_handset": "It was seen in a handset of a number in force.",
    "not_seen_in_handset": "No sighting of it in this handset counts any more.",
}

#: Later than any moment.
_NO_DATE: Final = 2**63 - 1

# Numbers of these kinds are in no handset: they are protected from the start.
_PROTECTED_KINDS = ("toll_free", "service")


class Rule(NamedTuple):
    """A status, the numbers for which it holds, and their reasons: a code of `REASONS`, or texts of decisions."""

    status: Status
    holds: Bools
    reason: Any


class Standing:
    """What holds for each number, as arrays over `numbers`."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.versions = Versions(facts.versions)
        # A complainant of any version is protected, until an officer decides otherwise: an amendment may be a mistake.
        self.complaining = facts.complainants.filter(pa.array(self.versions.live[self.versions.of(facts.complainants)]))
        self.numbers = universe(facts, self.complaining["msisdn"])
        self.settled = self._last("decisions", "status", SETTLING)
        self.decisions = self._last("decisions", "status", DECIDING)
        self.protection = self._last("decisions", "status", PROTECTING)
        # An answer without a date counts as of when it was recorded.
        happened = pc.fill_null(facts.outcomes["happened_at"], _NO_DATE)
        self.outcomes = Last(replaced(facts.outcomes, happened_at=happened), self.numbers, "event", "ordinal")
        self.sent = self._last("exported", "action", ("block", *RELEASES))
        self.released = self._last("exported", "action", RELEASES)

        size = len(self.numbers)
        explained: Any = _core.explain(pa.array(self.numbers.astype(np.uint64)), region=None)
        self.kind = pc.cast(explained.field("kind"), pa.string())
        self.own = anywhere(positions(self.complaining["msisdn"], self.numbers), size)
        self.placeholder = flags(pc.equal(pc.cast(explained.field("note"), pa.string()), "placeholder"))
        self.special = flags(pc.is_in(self.kind, pa.array(_PROTECTED_KINDS)))
        from_the_start = self.own | self.placeholder | self.special
        self.protected: Bools = np.where(self.protection.exists, self.protection.means("protected"), from_the_start)

        self.namings = Namings(facts.namings, self.versions, self.numbers, self.settled, self._lost_at())
        self.named = Named(self.namings, self.versions, size)

        confirming = self.decisions.means("confirmed")
        on_record = self.named.named | self._in("links") | self._in("exported")
        later = self.settled.event > self.decisions.event
        #: Confirmed, though no complaint, link or list ever named it: it may be mistyped.
        self.never_named = confirming & ~on_record & ~later
        #: It waits for a decision, or waited: such a decision can be replaced by another.
        self.unsure = self.named.unsure | confirming & ~on_record
        self.confirmed = confirming & (on_record | later & self.settled.means("accepted"))
        self.withdrawn = self.decisions.means("withdrawn")
        leads_on = self._leads_on()
        grounded = (self.named.stands | self.confirmed) & leads_on
        self.linked = Linked(facts.links, self.numbers, grounded, leads_on)

        ruled = self.decisions.exists & ~self.withdrawn & (~confirming | self.confirmed)
        grounds = self.named.stands | self.linked.stands | ruled
        #: It waits for a decision.
        self.waits = self.named.waits | self.never_named
        self.review = self.waits & ~grounds
        self.nothing_stands = ~(grounds | self.waits)
        in_question = grounds & ~self.protected & ~self.withdrawn
        answered = self._has_answer()
        self.answered = answered & ~(in_question & self._block_lifted())
        #: It is to be verified again once a list has its release, though an operator has reported it as blocked.
        blocked = answered & self.outcomes.means("blocked")
        self.to_verify_then = blocked & self.linked.stands & ~(grounded | ruled | self.waits)

    def _leads_on(self) -> Bools:
        """Where it may be a number in force: others may be linked from it, or through it.

        One that is protected, withdrawn, or off the list by the last answer or decision is none, as in a new run.
        """
        answered = self._has_answer() & ~self._block_lifted()
        verified = self.decisions.means("reverified") | self.decisions.means("reactivated")
        off_the_list = np.where(answered, ~self.outcomes.means("blocked"), verified)
        leads_on: Bools = ~(self.protected | self.withdrawn | off_the_list)
        return leads_on

    def _has_answer(self) -> Bools:
        """An operator answered since the last decision."""
        return self.outcomes.exists & (self.outcomes.event > self.decisions.event) & ~self._was_released()

    def _block_lifted(self) -> Bools:
        """The last answer is that it is blocked, and a list that was sent since has its release.

        Where something stands against it again, or still links it, that block is no answer to what is requested next.
        """
        return self.outcomes.means("blocked") & (self.outcomes.event < self.released.event)

    def _was_released(self) -> Bools:
        """The last answer, dated before the day of a decision that a number is in use again, is that it is not.

        Files of answers come late: such a file must not put a number back that an officer took off since.
        """
        released = self.decisions.means("reverified") | self.decisions.means("reactivated")
        closing = self.outcomes.means("blocked") | self.outcomes.means("rejected")
        begin = day_begin(self.decisions.number("at"))
        return released & closing & (self.outcomes.number("happened_at") < begin)

    def _last(self, kind: str, column: str, among: tuple[str, ...]) -> Last:
        table = getattr(self.facts, kind)
        return Last(table.filter(pc.is_in(table[column], pa.array(among))), self.numbers, "event")

    def _lost_at(self) -> Ints:
        """The last event that withdrew a complaint by the number, which nothing protects now; `NEVER` if none.

        An officer's decision on its protection holds, whatever is withdrawn.
        """
        withdrawn = self.facts.withdrawn_complainants.sort_by("event")
        withdrawn = withdrawn.filter(pc.is_in(withdrawn["msisdn"], pa.array(self.numbers)))
        found = np.full(len(self.numbers), NEVER, np.int64)
        found[positions(withdrawn["msisdn"], self.numbers)] = ints(withdrawn["event"])
        lost: Ints = np.where(self.protected | self.protection.exists, NEVER, found)
        return lost

    def _in(self, kind: str) -> Bools:
        return anywhere(positions(getattr(self.facts, kind)["msisdn"], self.numbers), len(self.numbers))

    @cached_property
    def block_requested(self) -> Bools:
        """A block was requested, and no answer is recorded since."""
        verified = self.decisions.means("reverified") | self.decisions.means("reactivated")
        last_answer = np.maximum(self.outcomes.event, np.where(verified, self.decisions.event, NEVER))
        requested: Bools = self.sent.means("block", column="action") & (self.sent.event > last_answer)
        return requested

    @cached_property
    def turned_since(self) -> Ints:
        """The event since which a complaint has it both as a suspect's and the complainant's; `NEVER` if none."""
        both = self.own & self.named.named
        return turned_since(self.facts.namings, self.complaining, self.versions, self.numbers, both)

    @property
    def turned(self) -> Bools:
        """A complaint has it both as a suspect's and as the complainant's, and no decision was recorded since."""
        since = self.turned_since
        turned: Bools = (since != NEVER) & (np.maximum(self.settled.event, self.protection.event) < since)
        return turned

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The statuses in their order, each with the numbers for which it holds, and why."""
        decided = self.decisions.text("reason")
        answered = pc.coalesce(self.outcomes.text("reason"), "answered_by_operator")

        def decided_or(code: str) -> Any:
            return pc.if_else(pa.array(self.decisions.exists), decided, code)

        why_protected = _first_text(
            (self.protection.exists, self.protection.text("reason")),
            (self.own, "complainants_number"),
            (self.placeholder, "placeholder"),
            (self.special, self.kind),
        )
        dismissed = self.nothing_stands & self.settled.means("dismissed")
        verified = {word: self.decisions.means(word) & ~self.answered for word in ("reverified", "reactivated")}
        # A number that was requested as a reported one, and is only linked now, has no decision.
        requested = self.block_requested & (self.named.stands | self.confirmed)
        return (
            Rule("protected", self.protected, why_protected),
            Rule("withdrawn", self.withdrawn, decided),
            Rule("withdrawn", dismissed, self.settled.text("reason")),
            Rule("withdrawn", self.nothing_stands & self.linked.exists, "link_without_ground"),
            Rule("withdrawn", self.nothing_stands, "nothing_stands"),
            Rule("review", self.review, "waits_for_a_decision"),
            Rule("blocked", self.answered & self.outcomes.means("blocked"), answered),
            Rule("rejected", self.answered & self.outcomes.means("rejected"), answered),
            Rule("reverified", self.answered & self.outcomes.means("reverified"), answered),
            Rule("reverified", verified["reverified"], decided),
            Rule("reactivated", self.answered & self.outcomes.means("reactivated"), answered),
            Rule("reactivated", verified["reactivated"], decided),
            Rule("requested", requested, decided_or("named_in_complaint")),
            Rule("confirmed", self.confirmed, decided),
            Rule("reported", self.named.stands, decided_or("named_in_complaint")),
            Rule("reverify", self.linked.stands, decided_or("linked_by_handset")),
        )

    @cached_property
    def status(self) -> pa.Array[Any]:
        """The status of the first rule that holds."""
        holds = [rule.holds for rule in self.rules]
        if not np.logical_or.reduce(holds).all():
            raise RegistryError(
                "the status of a number cannot be derived, which is an error of numguard: please report it"
            )
        code = np.select(holds, [STATUSES.index(rule.status) for rule in self.rules])
        return pa.DictionaryArray.from_arrays(code.astype(np.int8), pa.array(STATUSES)).cast(pa.string())

    @cached_property
    def reason(self) -> pa.Array[Any]:
        """The reason of the first rule that holds."""
        return _first_text(*((rule.holds, rule.reason) for rule in self.rules))

    def place(self, own: Ints) -> Ints:
        """The district or source of each number: its own, or of a number that is only linked its seed's."""
        # Where nothing stands, a number is released in the district that had it.
        only_linked = self.linked.stands & ~self.named.stands
        follows = ~self.named.stands & (self.linked.stands | (own < 0)) & (self.linked.seed >= 0)
        return _inherited(np.where(only_linked, -1, own), follows, self.linked.seed)


def derive(facts: Facts) -> pa.Table:
    """The state of every number of `facts`, ascending.

    Columns: msisdn (uint64), status, kind, decided (bool: an officer confirmed it), block_requested (bool: a block was
    requested, or done), block_done (bool: `blocked` is the operator's last answer, after any decision, and of a number
    against which something stands or that is linked, after any release that was sent), block_sent (bool: of the lists
    that requested a block or a release, the last one requested the block), to_verify_then (bool: its status is
    `reverify` once a release of it was sent, as it is only linked), waits (bool: it waits for a decision), turned
    (bool: a complaint has it both as a suspect's and the complainant's, without a decision since), unsure (bool:
    either, or it was settled), hop (null where only decided), district, source (both its first complaint's, or its
    seed's), reason, complaints, sources, districts (int64: distinct ones; a complainant who repeats counts once),
    first_reported, last_reported, review_from (microseconds UTC: the last report, of one without a date when it was
    added, else the decision), via_imei.
    """
    found = Standing(facts)
    named, linked = found.named, found.linked
    only_linked = linked.stands & ~named.stands
    review_from = _inherited(named.reported_or_added, only_linked, linked.seed)
    review_from = np.where(review_from != NEVER, review_from, found.decisions.number("at"))
    blocked = found.outcomes.means("blocked") & found.answered
    return pa.table(
        {
            "msisdn": pa.array(found.numbers.astype(np.uint64)),
            "status": found.status,
            "kind": found.kind,
            "decided": pa.array(found.confirmed),
            "block_requested": pa.array(found.block_requested | blocked),
            "block_done": pa.array(blocked),
            "block_sent": pa.array(found.sent.means("block", column="action")),
            "to_verify_then": pa.array(found.to_verify_then),
            "waits": pa.array(found.waits),
            "turned": pa.array(found.turned),
            "unsure": pa.array(found.unsure | (found.turned_since != NEVER)),
            "hop": known(np.where(named.stands, 0, linked.hop), named.stands | linked.stands),
            "district": taken(found.versions.districts, found.place(named.district)),
            "source": taken(found.versions.sources, found.place(named.source)),
            "reason": found.reason,
            "complaints": pa.array(named.complaints),
            "sources": pa.array(named.sources),
            "districts": pa.array(named.districts),
            "first_reported": named.first_reported,
            "last_reported": named.last_reported,
            "review_from": known(review_from, review_from != NEVER),
            "via_imei": pc.cast(known(linked.via_imei, only_linked), pa.uint64()),
        }
    )


def reports(facts: Facts) -> pa.Table:
    """The dated complaints that name each number for certain: msisdn (uint64), reported_at (microseconds UTC)."""
    found = Standing(facts)
    position, moment = found.named.reports
    return pa.table({"msisdn": found.numbers[position].astype(np.uint64), "reported_at": pa.array(moment, MOMENT)})


def _inherited(own: Ints, follows: Bools, seed: Ints) -> Ints:
    """`own`; where a number has none (below 0) and follows its seed, the seed's, along the chain of seeds."""
    while True:
        found = np.where(follows & (own < 0), own[seed], own)
        if np.array_equal(found, own):
            return own
        own = found


def _first_text(*choices: tuple[Bools, Any]) -> pa.Array[Any]:
    """The text of the first choice that holds; null where none does."""
    text: Any = None
    for holds, value in reversed(choices):
        text = pc.if_else(pa.array(holds), value, text)
    chosen: pa.Array[Any] = text
    return chosen
