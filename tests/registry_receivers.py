"""A plain account of what each receiver was asked to block and to release, beside registries that are merged at random.

Slow and obvious on purpose: every list and answer is kept, and every question is answered by going through all of them.
"""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

import numguard as ng
from numguard.errors import ArgumentError, BrakeError
from numguard.keyed import key_check, keyed_hash
from registry_cases import IST

NUMBERS = [919876500000 + k for k in range(5)]
HANDSETS = [35824005111100, 35824005222200]
RECEIVERS = ["DoT", "Bank"]
DISTRICTS = ["Rohtak", "Hisar"]
KEYS = [bytes(range(32)), bytes(range(32, 64))]
RELEASED = {"withdrawn", "protected", "reactivated"}


@dataclass
class Message:
    """A list that a receiver was sent, or an operator's answer."""

    rows: list[tuple[Any, str]]
    to: str | None = None
    district: str | None = None
    key: bytes | None = None
    of_handsets: bool = False


@dataclass
class Desk:
    """A registry, and the messages it knows of."""

    registry: Any
    key: bytes | None = None
    intakes: list[int] = field(default_factory=list)
    known: set[int] = field(default_factory=set)
    lists: dict[tuple[str, str | None], list[int]] = field(default_factory=dict)
    pairs: dict[tuple[str, str | None], list[int]] = field(default_factory=dict)


def numbers(values: list[int]) -> pa.Array[Any]:
    return pa.array(values, pa.uint64())


class Office:
    """Desks that record, merge and export at random; every change is compared with the account."""

    def __init__(self, seed: int, places: list[str], folder: Path, *, operators: bool = False) -> None:
        self.operators = operators
        self.random = random.Random(seed)
        self.now = datetime(2026, 9, 1, 9, tzinfo=IST)
        self.folder = folder
        self.messages: list[Message] = []
        #: When the last answer about each number happened.
        self._latest: dict[int, datetime] = {}
        # Histories of lists of numbers, and of lists of handsets.
        self.often = [[6, 2, 4, 3, 2, 12, 1, 2], [5, 2, 6, 1, 6, 1, 12, 2]][seed % 2]
        self.desks = [Desk(ng.Registry(place, by=f"desk {k}")) for k, place in enumerate(places)]
        for desk in self.desks:
            desk.registry._case.now = lambda: int(self.now.timestamp() * 1_000_000)

        if seed % 2:
            self._begin(self.desks[-1].registry)

    @staticmethod
    def _begin(registry: Any) -> None:
        """Confirmed numbers with handsets, of which a random history has few."""
        names = ["acknowledgement_no", "source", "suspect_mobiles", "district"]
        rows = [("A1", "1930", f"+{NUMBERS[0]}, +{NUMBERS[1]}", "Rohtak"), ("C1", "1930", f"+{NUMBERS[2]}", None)]
        registry.add_complaints(pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))))
        registry.decide(numbers(NUMBERS[:3]), "confirmed", "the voice on a recording")
        for handset in HANDSETS:
            seen = numbers(NUMBERS[:4])
            registry.expand(pa.table({"served_msisdn": seen, "imei14": numbers([handset] * len(seen))}))

    def close(self) -> None:
        for desk in self.desks:
            desk.registry.close()

    def step(self) -> None:
        """One random call at one desk."""
        self.now += timedelta(minutes=self.random.choice([1, 7, 660]))
        calls = [self.add, self.withdraw, self.decide, self.answer, self.expand, self.export, self.pairs, self.merge]
        desk = self.random.choice(self.desks)
        if self.operators and self.random.random() < 0.2:
            self.several_answer(desk)
        else:
            self.random.choices(calls, self.often)[0](desk)

    def add(self, desk: Desk) -> None:
        pick = self.random
        rows: dict[str, list[str | None]] = {}
        for _ in range(pick.choice([1, 1, 2])):
            suspects = pick.sample(NUMBERS, pick.choice([0, 1, 1, 2]))
            row = {
                "acknowledgement_no": pick.choice(["A1", "A2", "B7"]),
                "source": "1930",
                "suspect_mobiles": ", ".join(f"+{number}" for number in suspects),
                "district": pick.choice([*DISTRICTS, None]),
                "complainant_mobile": f"+{pick.choice(NUMBERS)}" if pick.random() < 0.12 else None,
                "Status": pick.choice([None, None, "Registered", "Withdrawn", "Closed"]),
            }
            for name, value in row.items():
                rows.setdefault(name, []).append(value)
        sheet = pa.table({name: pa.array(values, pa.string()) for name, values in rows.items()})
        intake = desk.registry.add_complaints(sheet)
        if intake.id is not None and intake.id not in desk.intakes:
            desk.intakes.append(intake.id)

    def withdraw(self, desk: Desk) -> None:
        if desk.intakes:
            desk.registry.withdraw_intake(desk.intakes.pop(self.random.randrange(len(desk.intakes))), "the wrong file")

    def decide(self, desk: Desk) -> None:
        values = self.random.sample(NUMBERS, self.random.choice([1, 1, 2]))
        often = self.random.choice(["confirmed", "confirmed", "protected", "withdrawn", "withdrawn"])
        status = self.random.choice([often, often, *sorted(ng.registry.DECISIONS)][: self.random.choice([2, 10])])
        with suppress(ArgumentError):  # it waits for no decision
            desk.registry.decide(numbers(values), status, "looked into")

    def answer(self, desk: Desk) -> None:
        values = self.random.sample(NUMBERS, self.random.choice([1, 2]))
        status = self.random.choice(["blocked", "blocked", *ng.registry.numbers.state.OUTCOMES])
        self._answer(desk, values, status)

    def _answer(self, desk: Desk, values: list[int], status: str, *, late: bool = False) -> None:
        known = set(desk.registry._case.state(desk.registry._case.store.head())["msisdn"].to_pylist())
        table = {"msisdn": numbers(values), "status": [status] * len(values)}
        at = self.now - timedelta(days=3 if late else 0)
        date = [at.strftime("%Y-%m-%d %H:%M:%S")] * len(values)
        done = desk.registry.record_outcomes(pa.table(table | {"date": date}))
        taken = [number for number in values if number in known and self._latest.get(number, at) <= at]
        assert done.added == len(taken)
        self._latest |= dict.fromkeys(taken, at)
        self._record(desk, Message([(number, status) for number in taken]))

    def several_answer(self, desk: Desk) -> None:
        """A list goes to several operators: one blocks the number, others did not, in any order, with lists between."""
        pick = self.random
        number = pick.choice(NUMBERS)
        self.export(desk)
        for status in pick.sample(["blocked", "rejected", "reverified"], pick.choice([1, 2, 3])):
            self.now += timedelta(minutes=1)
            # At several desks, which answer was the first to be recorded follows from their clocks.
            self._answer(desk, [number], status, late=len(self.desks) == 1 and pick.random() < 0.2)
            if pick.random() < 0.5:
                self.export(desk)
        if pick.random() < 0.7:
            self.now += timedelta(minutes=1)
            desk.registry.decide(numbers([number]), pick.choice(["withdrawn", "protected"]), "looked into")
            self.export(desk)

    def expand(self, desk: Desk) -> None:
        seen = self.random.sample(NUMBERS, 4)
        pair = {"served_msisdn": numbers(seen), "imei14": numbers([self.random.choice(HANDSETS)] * len(seen))}
        cap = self.random.choice([50, 50, 50, 50, 1])
        with suppress(BrakeError):
            desk.registry.expand(pa.table(pair), ng.LinkPolicy(max_numbers_per_imei=cap))
            desk.intakes.append(desk.registry._case.store.head())

    def merge(self, desk: Desk) -> None:
        other = self.random.choice(self.desks)
        if other is not desk:
            desk.registry.merge(other.registry)
            desk.known |= other.known

    def export(self, desk: Desk) -> None:
        pick = self.random
        to, district = pick.choice(RECEIVERS), pick.choice([None, None, None, *DISTRICTS])
        if pick.random() < 0.15:
            with suppress(ArgumentError):  # no such district yet
                day = (self.now - timedelta(days=pick.choice([0, 1, 2]))).date()
                desk.registry.export(self.folder / "l.csv", to=to, as_of=day, district=district, replace=True)
            return
        lists = desk.lists.setdefault((to, district), [])
        since = pick.choice([None, "last", "last", *([pick.choice(lists)] if lists else [])])
        with suppress(ArgumentError):  # no such district yet, or a change under another key
            desk.key = pick.choice([desk.key, desk.key, desk.key, None, *KEYS])
            whole, due = self._sent(desk, to, district, since, desk.key)
            if whole and pick.random() < 0.5:
                self.now += timedelta(minutes=1)
                assert self._sent(desk, to, district, "last", self._key) == (False, due)

    def _sent(
        self, desk: Desk, to: str, district: str | None, since: int | str | None, key: bytes | None
    ) -> tuple[bool, int]:
        """Whether the list is a whole one; how many releases are due then, or are on the change."""
        registry, lists = desk.registry, desk.lists[to, district]
        listed = registry.block_list(district=district).to_table()
        to_block = {row["msisdn"] for row in listed.to_pylist() if row["action"] == "block"}
        before = {number: self._ever(desk, to, key, number) for number in NUMBERS}
        how: dict[str, Any] = {"since": since, "district": district, "key": key, "replace": True}
        sent = registry.export(self.folder / "l.parquet", to=to, **how)
        whole, alone = since is None or not lists, sent.manifest["list"] == "releases"
        self._key = key
        if not alone:
            lists.append(sent.manifest["export"])
        rows = self._rows(sent.to_table(), key)
        self._record(desk, Message(rows, to, district, key))
        released = {number for number, action in rows if action == "release"}
        assert {number for number, action in rows if action == "block"} <= to_block
        assert not released & to_block or alone
        assert all(before[number] for number in released), "a release of what was not to be blocked"
        left, again = dict.fromkeys([*KEYS, None], 0), dict.fromkeys([*KEYS, None], 0)
        for number, row in self._states(registry).items():
            for one in left:
                is_due = self.due(desk, to, district, one, number, row) and self._has_no_ground(row)
                left[one] += is_due
                again[one] += not is_due and self._blocked_again(desk, to, district, one, number, row)
            if not whole:
                reported = self._reported(desk, number) and row["status"] in RELEASED and district is None
                assert not (reported and not alone and not self._elsewhere(desk, to, key, number))
            if number in to_block and not isinstance(since, int) and not alone:
                assert self.asked(desk, to, district, number), "a block is lost"
        if not whole:
            assert not left[key], "a release is lost"
        under = dict(sent.manifest.get("releases_due_under", {}))
        elsewhere = sum(under.values())
        for one, count in left.items():
            found = under.pop("none" if one is None else key_check(one), 0)
            assert one == key or count <= found <= count + again[one], "releases under another key"
        assert not under
        here = sent.manifest["releases_due"] - elsewhere
        return whole, here if whole else len(released)

    def pairs(self, desk: Desk) -> None:
        pick = self.random
        to, district = pick.choice(RECEIVERS), pick.choice([None, None, *DISTRICTS])
        lists = desk.pairs.setdefault((to, district), [])
        since = pick.choice([None, "last", "last", *([pick.choice(lists)] if lists else [])])
        with suppress(ArgumentError):  # no such district yet
            whole, due = self._pairs_sent(desk, to, district, since)
            if whole and pick.random() < 0.5:
                self.now += timedelta(minutes=1)
                assert self._pairs_sent(desk, to, district, "last") == (False, due)

    def _pairs_sent(self, desk: Desk, to: str, district: str | None, since: int | str | None) -> tuple[bool, int]:
        """As `_sent`, of pairs of handset and number."""
        registry, lists = desk.registry, desk.pairs[to, district]
        everywhere = self._pairs(registry.handsets().to_table(), "block")
        to_block = self._pairs(registry.handsets(district=district).to_table(), "block")
        universe = [(imei, number) for imei in HANDSETS for number in NUMBERS]
        before = {pair for pair in universe if self._ever(desk, to, None, pair)}
        how: dict[str, Any] = {"since": since, "district": district, "replace": True}
        sent = registry.export_handsets(self.folder / "p.parquet", to=to, **how)
        whole = since is None or not lists
        lists.append(sent.manifest["export"])
        table = sent.to_table()
        pairs = zip(table["imei14"].to_pylist(), table["msisdn"].to_pylist(), strict=True)
        rows = list(zip(pairs, table["action"].to_pylist(), strict=True))
        self._record(desk, Message(rows, to, district, of_handsets=True))
        released = self._pairs(table, "release")
        assert self._pairs(table, "block") <= to_block
        assert released <= before - everywhere
        states = self._states(registry)
        held = {pair for pair in universe if pair[1] in states}
        due = {pair for pair in held if self.due(desk, to, district, None, pair, states[pair[1]])}
        assert whole or due <= everywhere, "a release of a pair is lost"
        asked = {pair for pair in to_block if self.asked(desk, to, district, pair)}
        assert isinstance(since, int) or asked == to_block, "a block is lost"
        return whole, int(sent.manifest["releases_due"]) if whole else len(released)

    @staticmethod
    def _pairs(table: pa.Table, action: str) -> set[tuple[int, int]]:
        return {(row["imei14"], row["msisdn"]) for row in table.to_pylist() if row["action"] == action}

    @staticmethod
    def _rows(table: pa.Table, key: bytes | None) -> list[tuple[int, str]]:
        if key is None:
            return list(zip(table["msisdn"].to_pylist(), table["action"].to_pylist(), strict=True))
        number_of = dict(zip(keyed_hash(numbers(NUMBERS), key).to_pylist(), NUMBERS, strict=True))
        hashes: list[Any] = table.column(0).to_pylist()
        return [(number_of[one], action) for one, action in zip(hashes, table["action"].to_pylist(), strict=True)]

    def _record(self, desk: Desk, what: Message) -> None:
        desk.known.add(len(self.messages))
        self.messages.append(what)

    # The account ------------------------------------------------------------------------------------------------

    @staticmethod
    def _states(registry: Any) -> dict[int, dict[str, Any]]:
        rows = registry._case.state(registry._case.store.head()).to_pylist()
        return {row["msisdn"]: row for row in rows if row["msisdn"] in NUMBERS}

    @staticmethod
    def _has_no_ground(row: dict[str, Any]) -> bool:
        named = row["hop"] == 0 or row["decided"] or row["waits"]
        return row["status"] in RELEASED or not named

    def _last(self, desk: Desk, number: Any, among: Any) -> int:
        """The last that a desk knows of, of what was sent about a number; -1 where there is nothing."""
        rows = ((k, word) for k in desk.known for one, word in self.messages[k].rows if one == number)
        return max((k for k, word in rows if among(self.messages[k], word)), default=-1)

    def _answered(self, desk: Desk, number: Any, status: str) -> int:
        """The last answer about a number that has a status."""
        return self._last(desk, number, lambda sent, word: sent.to is None and word == status)

    def asked(self, desk: Desk, to: str, district: str | None, number: Any) -> bool:
        """Whether the last that a receiver was asked, on the lists of a district, is to block a number or pair."""
        block = self._last(desk, number, lambda sent, word: (sent.to, sent.district, word) == (to, district, "block"))
        return block > self._lifted(desk, to, number)

    def due(self, desk: Desk, to: str, district: str | None, key: Any, number: Any, row: dict[str, Any]) -> bool:
        """Whether a block of his holds that a change of a district, under a key, has to lift once its ground is lost.

        One that a whole list requested is lifted by the lists of the district where the number is now, or by those of
        any, where he has no lists of that district.
        """
        if self._elsewhere(desk, to, key, number) or not self._ever(desk, to, key, number):
            return False
        pairs = isinstance(number, tuple)
        known = (self.messages[k] for k in desk.known)
        his = [sent for sent in known if (sent.to, sent.of_handsets) == (to, pairs)]
        of = {sent.district for sent in his}
        whole = district is not None and (row["district"] == district or row["district"] not in of - {None})
        scope = {district} | ({None} if whole else set()) if district else {None, *DISTRICTS}
        block = self._last(desk, number, lambda sent, word: (sent.to, word) == (to, "block") and sent.district in scope)
        return block > self._lifted(desk, to, number, lambda sent: sent.key == key)

    # That one operator has not blocked a number, or has verified it, lifts no block of another one.
    def _lifted(self, desk: Desk, to: str, number: Any, among: Any = lambda _: True) -> int:
        release = self._last(desk, number, lambda sent, word: (sent.to, word) == (to, "release") and among(sent))
        return max(release, self._answered(desk, number, "reactivated"))

    def _elsewhere(self, desk: Desk, to: str, key: bytes | None, number: Any) -> bool:
        """Whether the last list that asked him to block it was under another key."""
        at = self._last(desk, number, lambda sent, word: (sent.to, word) == (to, "block"))
        return at >= 0 and self.messages[at].key != key

    def _reported(self, desk: Desk, number: int) -> bool:
        """Whether an operator has reported it as blocked, and it was not released, nor in use again, since."""
        release = self._last(desk, number, lambda sent, word: sent.to and word == "release")
        return self._answered(desk, number, "blocked") > max(release, self._answered(desk, number, "reactivated"))

    def _blocked_again(
        self, desk: Desk, to: str, district: str | None, key: bytes | None, number: int, row: dict[str, Any]
    ) -> bool:
        """Whether a block that lists under a key requested may have been done after its release."""
        block = self._last(desk, number, lambda sent, word: (sent.to, word) == (to, "block"))
        release = self._last(
            desk, number, lambda sent, word: (sent.to, sent.key, word) == (to, key, "release") and not sent.of_handsets
        )
        is_his = block >= 0 and self.messages[block].key == key and district in {None, row["district"]}
        in_use = self._answered(desk, number, "reactivated")
        return is_his and row["status"] in RELEASED and self._answered(desk, number, "blocked") > max(release, in_use)

    def _ever(self, desk: Desk, to: str, key: bytes | None, number: Any) -> bool:
        """Whether he was ever asked to act on a number, under a key, or an operator has reported it as blocked."""
        acts = {"block", "reverify"}
        asked = self._last(desk, number, lambda sent, word: (sent.to, sent.key) == (to, key) and word in acts)
        return max(asked, self._last(desk, number, lambda sent, word: sent.to is None and word == "blocked")) >= 0
