"""Short histories of a number, each for one rule of its status: by hand, and against the model after each step.

The random histories of `test_registry_model` meet such rules too, but none of them in every run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

import pytest

from registry_model import PLACEHOLDERS, TOLL_FREE, Row
from test_registry_model import HANDSETS, MOBILES, Machine

A, B, C, D = MOBILES[:4]
PLACEHOLDER, HELPLINE = min(PLACEHOLDERS), min(TOLL_FREE)
Step: TypeAlias = Callable[[Machine], None]


def row(number: int = 1, named: tuple[int, ...] = (), own: int | None = None, maybe: tuple[int, ...] = ()) -> Row:
    return ("1930", f"A{number}", "Rohtak", None, named, own, maybe, None)


def add(*rows: Row) -> Step:
    return lambda machine: machine._add(list(rows))


def take_back(place: int = -1) -> Step:
    """Withdraws an intake, a run of linkage or a file of outcomes: the last one, or the one at a place."""
    return lambda machine: machine._withdraw(machine.model.intakes[place])


def link(*together: int, handset: int = HANDSETS[0]) -> Step:
    return lambda machine: machine.expand([(number, handset) for number in together])


def chain(hops: int) -> Step:
    """Handsets of A and B, of B and C, and of C and D."""
    pairs = [(n, handset) for ends, handset in zip(((A, B), (B, C), (C, D)), HANDSETS, strict=True) for n in ends]
    return lambda machine: machine.expand(pairs[: 2 * hops], hops)


def decide(status: str, *numbers: int) -> Step:
    return lambda machine: machine.decide(list(numbers or (A,)), status)


def answer(status: str, number: int = A, *, days_ago: int = 0) -> Step:
    return lambda machine: machine.outcome([number], status, days_ago)


def export(receiver: str = "DoT", *, change: bool = False) -> Step:
    return lambda machine: machine.export(receiver, change, None)


NAMED = add(row(1, (A,)))
MAYBE = add(row(1, maybe=(A,)))
LINKED = (NAMED, link(A, B))
CHAIN = (NAMED, chain(3))
#: D is linked from B alone, which is linked and confirmed.
CONFIRMED = (*LINKED, decide("confirmed", B), link(B, D, handset=HANDSETS[1]))
GONE = {C: "withdrawn", D: "withdrawn"}

#: What happens, and the status of each number after it; None is no status.
HISTORIES: Final[dict[str, tuple[tuple[Step, ...], dict[int, str | None]]]] = {
    "named": ((NAMED,), {A: "reported", B: None}),
    "named, and the file taken back": ((NAMED, take_back()), {A: "withdrawn"}),
    "named, and an amendment drops it": ((NAMED, add(row(1, (B,)))), {A: "review", B: "reported"}),
    "dropped, and accepted": ((NAMED, add(row(1, (B,))), decide("accepted")), {A: "reported", B: "reported"}),
    "dropped, and dismissed": ((NAMED, add(row(1, (B,))), decide("dismissed")), {A: "withdrawn"}),
    "dropped, and the amendment taken back": ((NAMED, add(row(1, (B,))), take_back()), {A: "reported", B: "withdrawn"}),
    "in a narrative": ((MAYBE,), {A: "review"}),
    "in a narrative, accepted": ((MAYBE, decide("accepted")), {A: "reported"}),
    "in a narrative, dismissed": ((MAYBE, decide("dismissed")), {A: "withdrawn"}),
    "dismissed, and named by another": ((MAYBE, decide("dismissed"), add(row(2, (A,)))), {A: "reported"}),
    "dismissed, and in another narrative": ((MAYBE, decide("dismissed"), add(row(2, maybe=(A,)))), {A: "review"}),
    "dismissed, and named by the same": ((MAYBE, decide("dismissed"), NAMED), {A: "review"}),
    "dismissed, named by the same, and accepted": (
        (MAYBE, decide("dismissed"), NAMED, decide("accepted")),
        {A: "reported"},
    ),
    "dismissed, named by the same, and dismissed": (
        (MAYBE, decide("dismissed"), NAMED, decide("dismissed")),
        {A: "withdrawn"},
    ),
    "dismissed twice, and named by the same each time": (
        (MAYBE, decide("dismissed"), NAMED, decide("dismissed"), add(row(1, (A, B)))),
        {A: "review", B: "reported"},
    ),
    "dismissed, then accepted, and named by the same": (
        (MAYBE, decide("dismissed"), decide("accepted"), NAMED),
        {A: "reported"},
    ),
    "dismissed, its file taken back, and named by the same": (
        (MAYBE, decide("dismissed"), take_back(), NAMED),
        {A: "review"},
    ),
    "dropped, dismissed, and named by the same in other words": (
        (NAMED, add(row(1, (B,))), decide("dismissed"), add(row(1, (A, B)))),
        {A: "review", B: "reported"},
    ),
    # What was dismissed was the other complaint's.
    "certain, dismissed of another, and amended": (
        (NAMED, add(row(2, maybe=(A,))), decide("dismissed"), add(row(1, (A, B)))),
        {A: "reported"},
    ),
    "no complainant's any more, dismissed, and named by the same": (
        (NAMED, add(row(2, (B,), own=A)), take_back(), decide("dismissed"), add(row(1, (A, B)))),
        {A: "review"},
    ),
    "accepted, and in another narrative": ((MAYBE, decide("accepted"), add(row(2, maybe=(A,)))), {A: "reported"}),
    "accepted, and the file taken back": ((MAYBE, decide("accepted"), take_back()), {A: "withdrawn"}),
    "a complainant's": ((add(row(1, (B,), own=A)),), {A: "protected", B: "reported"}),
    "named, and a complainant's": ((NAMED, add(row(2, (B,), own=A))), {A: "protected"}),
    "a complainant's in an amended version": (
        (add(row(1, (B,), own=A)), add(row(1, (B,), own=C)), add(row(2, (A,)))),
        {A: "protected", C: "protected"},
    ),
    "no complainant's any more": ((NAMED, add(row(2, (B,), own=A)), take_back()), {A: "review", B: "withdrawn"}),
    "no complainant's any more, accepted": (
        (NAMED, add(row(2, (B,), own=A)), take_back(), decide("accepted")),
        {A: "reported"},
    ),
    "a complainant's, unprotected": (
        (NAMED, add(row(2, (B,), own=A)), decide("unprotected")),
        {A: "reported"},
    ),
    "a placeholder and a helpline": (
        (add(row(1, (PLACEHOLDER, HELPLINE))),),
        {PLACEHOLDER: "protected", HELPLINE: "protected"},
    ),
    "a placeholder, unprotected": (
        (add(row(1, (PLACEHOLDER,))), decide("unprotected", PLACEHOLDER)),
        {PLACEHOLDER: "reported"},
    ),
    "protected by a decision": ((NAMED, decide("protected")), {A: "protected"}),
    "protected, and unprotected": ((NAMED, decide("protected"), decide("unprotected")), {A: "reported"}),
    "linked": (LINKED, {A: "reported", B: "reverify"}),
    "linked, its run taken back": ((*LINKED, take_back()), {A: "reported", B: "withdrawn"}),
    "linked, its seed's file taken back": ((*LINKED, take_back(0)), {A: "withdrawn", B: "withdrawn"}),
    "linked, its seed withdrawn": ((*LINKED, decide("withdrawn")), {A: "withdrawn", B: "withdrawn"}),
    "linked, its seed protected": ((*LINKED, decide("protected")), {A: "protected", B: "withdrawn"}),
    "linked, its seed a complainant's": ((*LINKED, add(row(2, (C,), own=A))), {A: "protected", B: "withdrawn"}),
    "linked, its seed dropped": ((*LINKED, add(row(1, (C,)))), {A: "review", B: "withdrawn"}),
    "linked, its seed dropped and confirmed": (
        (*LINKED, add(row(1, (C,))), decide("confirmed")),
        {A: "confirmed", B: "reverify"},
    ),
    "linked, and withdrawn": ((*LINKED, decide("withdrawn", B)), {A: "reported", B: "withdrawn"}),
    "linked, and protected": ((*LINKED, decide("protected", B)), {B: "protected"}),
    "linked, and named": ((*LINKED, add(row(2, (B,)))), {B: "reported"}),
    "linked, named, and that file taken back": ((*LINKED, add(row(2, (B,))), take_back()), {B: "reverify"}),
    "linked, and in a narrative": ((*LINKED, add(row(2, maybe=(B,)))), {B: "reverify"}),
    "linked, and confirmed": ((*LINKED, decide("confirmed", B)), {B: "confirmed"}),
    "linked, confirmed, and the run taken back": (
        (*LINKED, decide("confirmed", B), take_back()),
        {A: "reported", B: "confirmed"},
    ),
    "confirmed without a record": ((decide("confirmed"),), {A: "review"}),
    "confirmed without a record, accepted": ((decide("confirmed"), decide("accepted")), {A: "confirmed"}),
    "confirmed without a record, dismissed": ((decide("confirmed"), decide("dismissed")), {A: "withdrawn"}),
    "confirmed without a record, and then named": ((decide("confirmed"), NAMED), {A: "confirmed"}),
    "withdrawn by a decision": ((NAMED, decide("withdrawn")), {A: "withdrawn"}),
    "withdrawn, and named again": ((NAMED, decide("withdrawn"), add(row(2, (A,)))), {A: "withdrawn"}),
    "withdrawn, and confirmed": ((NAMED, decide("withdrawn"), decide("confirmed")), {A: "confirmed"}),
    "exported": ((NAMED, export()), {A: "requested"}),
    "exported, its file taken back": ((NAMED, export(), take_back()), {A: "withdrawn"}),
    "exported, only linked now": (
        (*LINKED, add(row(2, (B,))), export(), take_back()),
        {A: "requested", B: "reverify"},
    ),
    "linked, exported": ((*LINKED, export()), {A: "requested", B: "reverify"}),
    "exported, released, and named again": (
        (NAMED, export(), take_back(), export(change=True), add(row(2, (A,)))),
        {A: "reported"},
    ),
    **{f"exported, and {word}": ((NAMED, export(), answer(word)), {A: word}) for word in ("blocked", "rejected")},
    **{f"answered: {word}": ((NAMED, answer(word)), {A: word}) for word in ("reverified", "reactivated")},
    **{f"decided: {word}": ((NAMED, export(), decide(word)), {A: word}) for word in ("reverified", "reactivated")},
    "blocked, released, and named again": (
        (NAMED, export(), answer("blocked"), take_back(0), export(change=True), add(row(2, (A,)))),
        {A: "reported"},
    ),
    "blocked, not released, and named again": (
        (NAMED, export(), answer("blocked"), take_back(0), add(row(2, (A,)))),
        {A: "blocked"},
    ),
    "blocked, released, and unprotected": (
        (NAMED, export(), answer("blocked"), decide("protected"), export(change=True), decide("unprotected")),
        {A: "reported"},
    ),
    "dropped, dismissed, released, and named again": (
        (NAMED, export(), answer("blocked"), add(row(1, (B,))), decide("dismissed"), export(change=True), NAMED),
        {A: "withdrawn"},
    ),
    "dropped, dismissed, released, and named by another": (
        (
            *(NAMED, export(), answer("blocked"), add(row(1, (B,))), decide("dismissed"), export(change=True)),
            add(row(2, (A,))),
        ),
        {A: "reported"},
    ),
    "blocked, only linked now, and released": (
        (*LINKED, add(row(2, (B,))), export(), answer("blocked", B), take_back(2), export(change=True)),
        {B: "reverify"},
    ),
    "blocked, and exported again": ((NAMED, export(), answer("blocked"), export()), {A: "blocked"}),
    "rejected, and decided again": ((NAMED, export(), answer("rejected"), decide("confirmed")), {A: "confirmed"}),
    "rejected, decided and exported again": (
        (NAMED, export(), answer("rejected"), decide("confirmed"), export()),
        {A: "requested"},
    ),
    "blocked, and withdrawn": ((NAMED, export(), answer("blocked"), decide("withdrawn")), {A: "withdrawn"}),
    "blocked, and protected": ((NAMED, export(), answer("blocked"), decide("protected")), {A: "protected"}),
    "blocked, its file taken back": ((NAMED, export(), answer("blocked"), take_back(0)), {A: "withdrawn"}),
    "the answer taken back": ((NAMED, export(), answer("rejected"), take_back()), {A: "requested"}),
    "reverified, and blocked later": (
        (NAMED, export(), answer("reverified", days_ago=3), answer("blocked")),
        {A: "blocked"},
    ),
    "linked, and blocked": ((*LINKED, export(), answer("blocked", B)), {A: "requested", B: "blocked"}),
    "linked and blocked, its seed withdrawn": (
        (*LINKED, export(), answer("blocked", B), decide("withdrawn")),
        {A: "withdrawn", B: "withdrawn"},
    ),
    # A link holds as long as its seed and every number between are in force.
    "three hops": (CHAIN, dict.fromkeys((B, C, D), "reverify")),
    "three hops, the first protected": ((*CHAIN, decide("protected", B)), {A: "reported", B: "protected", **GONE}),
    "three hops, the first a complainant's": ((*CHAIN, add(row(2, (A,), own=B))), {B: "protected", **GONE}),
    "three hops, the first unprotected again": (
        (*CHAIN, decide("protected", B), decide("unprotected", B)),
        dict.fromkeys((B, C, D), "reverify"),
    ),
    "three hops, the second protected": (
        (*CHAIN, decide("protected", C)),
        {B: "reverify", C: "protected", D: "withdrawn"},
    ),
    "three hops, the first withdrawn": ((*CHAIN, decide("withdrawn", B)), {B: "withdrawn", **GONE}),
    **{
        f"three hops, the first {word}, by {name}": ((*CHAIN, step(word, B)), {A: "reported", B: word, **GONE})
        for word in ("reverified", "reactivated")
        for name, step in (("an officer", decide), ("the operator", answer))
    },
    "three hops, the first rejected": ((*CHAIN, answer("rejected", B)), {B: "rejected", **GONE}),
    "three hops, the first blocked": ((*CHAIN, answer("blocked", B)), {B: "blocked", C: "reverify", D: "reverify"}),
    "three hops, the first confirmed": ((*CHAIN, decide("confirmed", B)), {C: "reverify", D: "reverify"}),
    "three hops, the answer taken back": ((*CHAIN, answer("reverified", B), take_back()), {C: "reverify"}),
    "three hops, the first reverified, and the second named": (
        (*CHAIN, answer("reverified", B), add(row(2, (C,)))),
        {C: "reported", D: "reverify"},
    ),
    "three hops, and another way": (
        (*CHAIN, link(A, C, handset=HANDSETS[2]), answer("reverified", B)),
        {B: "reverified", C: "reverify", D: "withdrawn"},
    ),
    "three hops, listed, and the first reverified": (
        (*CHAIN, export(), answer("reverified", B), export(change=True)),
        {B: "reverified", **GONE},
    ),
    **{
        f"linked from a confirmed number that is {word}, by {name}": ((*CONFIRMED, step(word, B)), {D: "withdrawn"})
        for word in ("reverified", "reactivated")
        for name, step in (("an officer", decide), ("the operator", answer))
    },
    "linked from a confirmed number that is blocked": ((*CONFIRMED, export(), answer("blocked", B)), {D: "reverify"}),
    **{
        f"linked, its seed {word} by {name}": ((*LINKED, export(), step(word, A)), {A: word, B: "withdrawn"})
        for word in ("reverified", "reactivated")
        for name, step in (("an officer", decide), ("the operator", answer))
    },
    "linked, its seed rejected": ((*LINKED, export(), answer("rejected")), {A: "rejected", B: "withdrawn"}),
    "linked, its seed blocked": ((*LINKED, export(), answer("blocked")), {A: "blocked", B: "reverify"}),
    "linked, its seed rejected, and confirmed": (
        (*LINKED, export(), answer("rejected"), decide("confirmed")),
        {A: "confirmed", B: "reverify"},
    ),
    "linked, its seed reverified, and blocked later": (
        (*LINKED, export(), answer("reverified", days_ago=3), answer("blocked")),
        {A: "blocked", B: "reverify"},
    ),
    "linked, its seed reverified, and a late answer": (
        (*LINKED, export(), decide("reverified"), answer("blocked", days_ago=3)),
        {A: "reverified", B: "withdrawn"},
    ),
    "linked, its seed rejected, and linked from another": (
        (*LINKED, add(row(2, (C,))), link(B, C, handset=HANDSETS[1]), answer("rejected")),
        {A: "rejected", B: "reverify"},
    ),
    "linked, its seed blocked, released and named again": (
        (*LINKED, export(), answer("blocked"), take_back(0), export(change=True), add(row(2, (A,)))),
        {A: "reported", B: "reverify"},
    ),
}


@pytest.fixture
def machine() -> Iterator[Machine]:
    made = Machine()
    made.open()
    yield made
    made.teardown()


@pytest.mark.parametrize("history", HISTORIES)
def test_the_status_that_follows(history: str, machine: Machine) -> None:
    steps, expected = HISTORIES[history]
    for step in steps:
        step(machine)
        machine.same()
    for number in (A, B):
        machine._final_check(number, "block")
    head = machine.registry._case.store.head()
    found: dict[int, Any] = {r["msisdn"]: r["status"] for r in machine.registry._case.state(head).to_pylist()}
    assert {number: found.get(number) for number in expected} == expected
