"""The whole registry against a plain model, over random histories."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import numguard as ng
from numguard.errors import ArgumentError, RegistryError
from numguard.registry.numbers.safeguard import refuse_unfit
from numguard.registry.numbers.state import SETTLING, STATUSES
from registry_model import IST, PLACEHOLDERS, TOLL_FREE, Model, Row
from registry_stores import is_there, make_schema

MOBILES = [919876500000 + n for n in range(5)]
NUMBERS = [*MOBILES, *sorted(PLACEHOLDERS)[:1], *sorted(TOLL_FREE)]
HANDSETS = [35824005111100, 35824005222200, 35824005333300]
RECEIVERS = ["DoT", "Bank"]
START = datetime(2026, 9, 1, 9, tzinfo=IST)

#: Shrinking a history of forty steps takes minutes: asked for by name.
PHASES = tuple(Phase) if os.environ.get("NUMGUARD_SHRINK") else (Phase.explicit, Phase.reuse, Phase.generate)

numbers = st.sampled_from(NUMBERS)
some = st.lists(numbers, min_size=1, max_size=3, unique=True)
rows = st.tuples(
    st.sampled_from(["1930", "PS Rohtak", "ps rohtak", "PS\u200b Rohtak", "\uff30\uff33 Rohtak"]),
    st.sampled_from(["A1", "B7"]),
    st.sampled_from(["Rohtak", "Hisar", None]),
    st.sampled_from([None, *(datetime(2026, 8, d, 10, 30, tzinfo=IST) for d in (1, 2, 3))]),
    st.lists(numbers, max_size=3).map(tuple),
    st.sampled_from([None, None, *MOBILES[:2], *MOBILES[-2:]]),
    st.one_of(st.just(()), st.lists(numbers, max_size=2, unique=True).map(tuple)),
    st.sampled_from([None, None, None, "stands", "unclear"]),
)
files = st.lists(rows, min_size=1, max_size=4)
districts = st.sampled_from([None, "Rohtak", "Hisar"])


def sheet(content: list[Row]) -> pa.Table:
    names = (
        "source",
        "acknowledgement_no",
        "district",
        "reported_at",
        "suspect_mobiles",
        "complainant_mobile",
        "facts",
        "complaint_status",
    )
    columns = list(zip(*content, strict=True))
    columns[3] = tuple(None if at is None else at.strftime("%d/%m/%Y %H:%M") for at in columns[3])
    columns[4] = tuple(", ".join(f"+{n}" for n in cell) for cell in columns[4])
    columns[5] = tuple(None if n is None else f"+{n}" for n in columns[5])
    columns[6] = tuple(" and then ".join(f"he rang from +{n}" for n in cell) or None for cell in columns[6])
    columns[7] = tuple({"stands": "Registered", "unclear": "Closed", None: None}[status] for status in columns[7])
    return pa.table({name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)})


def fields(row: dict[str, Any]) -> tuple[Any, ...]:
    """The fields of a row of a list, without the reason."""
    names = ("action", "status", "hop", "district", "complaints", "sources", "first_reported", "last_reported")
    return tuple(row[name] for name in (*names, "via_imei", "review_by"))


class Machine(RuleBasedStateMachine):
    """Every step is done by the registry and by the model."""

    make = staticmethod(lambda: ":memory:")

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.now = START
        self.registry: Any = None
        self.folder = TemporaryDirectory()
        self.files: list[list[Row]] = []
        #: Of each outcome, when it happened.
        self.dated: list[tuple[int, int, datetime]] = []
        #: What each receiver holds, by district: the lists and deltas it was sent, added up.
        self.held: dict[tuple[str, str | None], dict[int, dict[str, Any]]] = {}

    @initialize(named=numbers, others=st.lists(st.sampled_from(MOBILES), max_size=3, unique=True))
    def begin(self, named: int, others: list[int]) -> None:
        """A registry, mostly with a number that is named and with others of its handset: links are rare otherwise."""
        self.open()
        if others:
            self._add([("1930", "A1", "Rohtak", None, (named,), None, (), None)])
            self.expand([(n, HANDSETS[0]) for n in (named, *others)])

    def open(self) -> None:
        self.registry = ng.Registry(self.make(), by="HC 1234")
        self.registry._case.now = lambda: int(self.now.timestamp() * 1_000_000)

    def teardown(self) -> None:
        if self.registry is not None:
            self.registry.close()
        self.folder.cleanup()

    def _event(self) -> int:
        return self.model.event(self.now)

    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(content=files)
    def add(self, content: list[Row]) -> None:
        self._add(content)

    @precondition(lambda self: self.files)
    @rule(data=st.data())
    def add_again(self, data: st.DataObject) -> None:
        self._add(data.draw(st.sampled_from(self.files)))

    def _add(self, content: list[Row]) -> None:
        known = [e for e, c in self._intakes() if c == content and not self.model._withdrawn(e, self.model.head)]
        new, counts = self.model.add(content, again=bool(known))
        mapping = {"narrative": "facts"}
        foreseen = self.registry.add_complaints(sheet(content), mapping=mapping, dry_run=True)
        head = self.registry._case.store.head()
        assert head == self.model.head
        done = self.registry.add_complaints(sheet(content), mapping=mapping)
        for intake in (foreseen, done):
            assert {k: getattr(intake, k) for k in counts} == counts
        again = [k for k, known in enumerate(self.files) if known == content]
        if new or not known:
            event = self._event()
            assert done.id == event
            self.model.intakes.append(event)
            for version in new:
                version.event = event
                self.model.versions.append(version)
            self._events = [*self._intakes(), (event, content)]
        else:
            assert self.registry._case.store.head() == head
        if not again:
            self.files.append(content)

    def _intakes(self) -> list[tuple[int, list[Row]]]:
        return getattr(self, "_events", [])

    @precondition(lambda self: self.model.intakes)
    @rule(data=st.data())
    def withdraw_intake(self, data: st.DataObject) -> None:
        self._withdraw(data.draw(st.sampled_from(self.model.intakes)))

    def _withdraw(self, event: int) -> None:
        self.model.intakes.remove(event)
        self.registry.withdraw_intake(event, "the wrong file")
        self.model.withdrawals.append((self._event(), event))

    @rule(values=some, status=st.sampled_from(sorted(ng.registry.DECISIONS)))
    def decide(self, values: list[int], status: str) -> None:
        if status in SETTLING and not all(self.model.open(n, self.model.head) for n in values):
            with pytest.raises(ArgumentError, match="wait for no decision"):
                self.registry.decide(pa.array(values, pa.uint64()), status, "looked into")
            return
        self.registry.decide(pa.array(values, pa.uint64()), status, "looked into")
        event = self._event()
        self.model.decisions += [(event, n, status) for n in values]

    @rule(
        values=some,
        status=st.sampled_from(["blocked", "rejected", "reverified", "reactivated"]),
        day=st.integers(1, 28),
    )
    def outcome(self, values: list[int], status: str, day: int) -> None:
        known = set(self.model.states(self.model.head))
        # A moment of its own for each call: an outcome that is repeated is not a new one.
        moment = self.now - timedelta(days=day) + timedelta(seconds=self.model.head)
        later = {n for e, n, at in self.dated if at > moment and not self.model._withdrawn(e, self.model.head)}
        table = {"msisdn": pa.array(values, pa.uint64()), "status": [status] * len(values)}
        table["date"] = [moment.strftime("%Y-%m-%d %H:%M:%S")] * len(values)
        done = self.registry.record_outcomes(pa.table(table))
        taken = [n for n in values if n in known - later]
        assert (done.added, done.refused) == (len(taken), len(values) - len(taken))
        event = self._event()
        self.model.outcomes += [(event, n, status) for n in taken]
        self.model.happened[event] = moment
        self.dated += [(event, n, moment) for n in taken]
        self.model.intakes.append(event)

    @rule(
        pairs=st.lists(st.tuples(st.sampled_from(MOBILES), st.sampled_from(HANDSETS)), min_size=2, max_size=6),
        hops=st.sampled_from([1, 1, 2, 3]),
    )
    def expand(self, pairs: list[tuple[int, int]], hops: int = 1) -> None:
        sightings = pa.table(
            {
                "served_msisdn": pa.array([m for m, _ in pairs], pa.uint64()),
                "imei14": pa.array([i for _, i in pairs], pa.uint64()),
            }
        )
        states = self.model.states(self.model.head)
        found = self.registry.expand(sightings, ng.LinkPolicy(max_hops=hops))
        event = self._event()
        self.model.intakes.append(event)
        seeds = {n for n, s in states.items() if s.status in {"reported", "requested", "confirmed", "blocked"}}
        linked = found.linked.select(
            ["msisdn", "hop", "seed_msisdn", "via_imei", "via_msisdn", "sightings"]
        ).to_pylist()
        assert {link["seed_msisdn"] for link in linked} <= seeds
        assert not {link["msisdn"] for link in linked} & {n for n, s in states.items() if s.status == "protected"}
        self.model.links += [(event, link) for link in linked]
        self.model.seen += [
            (event, n) for n in {n for t in (found.evidence, found.stopped) for n in t["msisdn"].to_pylist()}
        ]

    @rule(receiver=st.sampled_from(RECEIVERS), last=st.booleans(), district=districts)
    def export(self, receiver: str, last: bool, district: str | None) -> None:
        path = Path(self.folder.name) / "list.parquet"
        since = "last" if last else None
        listed = self.registry.export(path, replace=True, to=receiver, since=since, district=district).to_table()
        assert len(pq.read_table(path)) == len(listed)
        held = self.held.setdefault((receiver, district), {})
        if not last:
            held.clear()
        for row in listed.to_pylist():
            change = row.pop("change", "added")
            if change == "removed":
                held.pop(row["msisdn"], None)
            else:
                held[row["msisdn"]] = row
        # What an export changes of its own (reported becomes requested) is not in the change for its receiver.
        mine = {n: {k: v for k, v in row.items() if k != "status"} for n, row in held.items()}
        now = self.registry.block_list(district=district).to_table().drop_columns("status")
        assert mine == {row["msisdn"]: row for row in now.to_pylist()}
        event = self._event()
        self.model.exported += [(event, row["msisdn"], row["action"]) for row in listed.to_pylist()]
        assert set(held) == set(self.model.listed(self.model.head, district))

    @rule(
        number=st.sampled_from(MOBILES),
        to=st.sampled_from(RECEIVERS),
        answers=st.sampled_from([("blocked",), ("rejected", "blocked"), ("blocked", "rejected")]),
        by_decision=st.booleans(),
        is_sent=st.sampled_from([True, True, False]),
    )
    def blocked_and_named_again(
        self, number: int, to: str, answers: tuple[str, ...], by_decision: bool, is_sent: bool
    ) -> None:
        """A block that was requested and done loses its ground, its release is sent, and there is a ground again."""
        self._add([("1930", f"C{self.model.head}", None, None, (number,), None, (), None)])
        file = self.model.head
        self.export(to, False, None)
        for status in answers:
            self.outcome([number], status, 0)
        if by_decision:
            self.decide([number], "protected")
        else:
            self._withdraw(file)
        if is_sent:
            self.export(to, True, None)
        self.same()
        if by_decision:
            self.decide([number], "unprotected")
        else:
            self._add([("1930", f"C{self.model.head}", None, None, (number,), None, (), None)])

    @invariant()
    def same(self) -> None:
        if self.registry is not None:
            self._same_at(self.model.head, None)

    @precondition(lambda self: self.model.moments)
    @rule(back=st.integers(0, 10), district=districts)
    def same_on_an_earlier_day(self, back: int, district: str | None) -> None:
        day: date = self.now.date() - timedelta(days=back)
        self._same_at(self.model.cut_at(day), district, as_of=day)

    def _same_at(self, cut: int, district: str | None, **when: Any) -> None:
        listed = self.registry.block_list(district=district, **when).to_table().to_pylist()
        assert {row["msisdn"]: fields(row) for row in listed} == self._expected(cut, district)

    def _expected(self, cut: int, district: str | None, model: Model | None = None) -> dict[int, tuple[Any, ...]]:
        return {
            n: (
                action, state.status, state.hop, state.district, state.complaints, state.sources,
                state.first, state.last, state.via_imei, state.review_by,
            )
            for n, (action, state) in (model or self.model).listed(cut, district).items()
        }  # fmt: skip

    @rule(max_hop=st.sampled_from([None, 0, 1]), complaints=st.integers(0, 2), sources=st.integers(0, 2))
    def same_by_a_policy(self, max_hop: int | None, complaints: int, sources: int) -> None:
        policy = ng.registry.ListPolicy(min_complaints=complaints, min_sources=sources, max_hop=max_hop)
        expected = {
            n: action
            for n, (action, state) in self.model.listed(self.model.head).items()
            if state.decided
            or (state.hop == 0 and state.complaints >= complaints and state.sources >= sources)
            or (state.hop and (max_hop is None or state.hop <= max_hop))
        }
        rows = self.registry.block_list(policy=policy).to_table().to_pylist()
        assert {row["msisdn"]: row["action"] for row in rows} == expected

    @rule(data=st.data(), district=districts)
    def change_since_an_event(self, data: st.DataObject, district: str | None) -> None:
        event = data.draw(st.integers(0, self.model.head))
        head = self.model.head
        states = self.model.states(head)
        lapsed = {n for n in states if self.model.lapsed(n, event, head, district)} if event else set()
        # A block that the change lifts is none any more: its number may be one to verify.
        lifting = replace(self.model, exported=[*self.model.exported, *((head + 1, n, "release") for n in lapsed)])
        before, now = self._expected(event, district), self._expected(head + 1, district, lifting)
        rows = self.registry.block_list(since=event, district=district).to_table().to_pylist()
        changes: dict[str, dict[int, Any]] = {"added": {}, "changed": {}, "removed": {}}
        for row in rows:
            changes[row["change"]][row["msisdn"]] = row
        stays = set(now) & set(before)
        assert set(changes["added"]) == set(now) - set(before) | lapsed & stays
        # A reason may have changed as well, which the model does not have.
        assert {n for n in stays - lapsed if now[n] != before[n]} <= set(changes["changed"])
        assert set(changes["changed"]) <= stays - lapsed
        gone = set(before) - set(now)
        assert gone | lapsed <= set(changes["removed"])
        # What was blocked, and is on no list any more, is let go all the same.
        let_go = {"withdrawn", "protected", "reactivated"}
        for n, row in changes["removed"].items():
            assert row["action"] == ("release" if states[n].status in let_go or n in lapsed else "none")
            assert n in gone or row["action"] == "release"
        assert {n: fields(row) for word in ("added", "changed") for n, row in changes[word].items()} == {
            n: now[n] for word in ("added", "changed") for n in changes[word]
        }

    @rule(number=numbers)
    def history(self, number: int) -> None:
        story = self.registry.history(f"+{number}").to_pylist()
        seen = [(row["event"], row["what"]) for row in story if row["what"] not in {"seen", "stopped"}]
        assert sorted(set(seen)) == sorted(self.model.story(number))

    @precondition(lambda self: self.model.waiting(self.model.head))
    @rule(data=st.data(), status=st.sampled_from(SETTLING))
    def settle(self, data: st.DataObject, status: str) -> None:
        number = data.draw(st.sampled_from(sorted(self.model.waiting(self.model.head))))
        self.decide([number], status)
        self._final_check(number, "block")

    @rule(back=st.integers(0, 10))
    def review(self, back: int) -> None:
        for cut, when in (
            (self.model.head, {}),
            (self.model.cut_at(day := self.now.date() - timedelta(days=back)), {"as_of": day}),
        ):
            rows = self.registry.review(**when).to_pylist()
            assert {row["msisdn"] for row in rows} == self.model.waiting(cut)
            states = self.model.states(cut)
            assert all(row["status"] == states[row["msisdn"]].status for row in rows)

    @rule(action=st.sampled_from(["block", "reverify"]))
    def final_check(self, action: str) -> None:
        """The check of a list as it is written works out by itself what the model does."""
        for number in NUMBERS:
            self._final_check(number, action)

    def _final_check(self, number: int, action: str) -> None:
        head = self.model.head
        row = pa.table({"msisdn": pa.array([number], pa.uint64()), "action": [action]})
        state = self.model.states(head).get(number)
        certain = [v for v in self.model.standing(head) if number in v.certain and not v.unclear_at]
        repeats = [v for v in certain if self.model._dismissed_since(v, number, head) >= 0]
        confirmed = self.model._decision(number, head)[1] == "confirmed"
        has_grounds = len(certain) > len(repeats) or confirmed or (state is not None and state.hop == 0)
        store = self.registry._case.store
        if self.model._protected(number, head):
            with pytest.raises(RegistryError, match="protected"):
                refuse_unfit(store, head, row)
        elif action == "block" and not has_grounds:
            # It knows the plain case alone of a complaint that repeats what was dismissed of it.
            with suppress(RegistryError) if repeats else pytest.raises(RegistryError, match="only linked"):
                refuse_unfit(store, head, row)
        else:
            refuse_unfit(store, head, row)

    @rule(status=st.sampled_from(STATUSES))
    def numbers_of_a_status(self, status: str) -> None:
        mine = {n for n, s in self.model.states(self.model.head).items() if s.status == status}
        assert set(self.registry.numbers(status).to_array().to_pylist()) == mine


@pytest.mark.skipif(not is_there(), reason="no PostgreSQL here")
def test_random_histories_on_postgresql(postgres: str) -> None:
    """Some histories of forty steps; those in memory are in `test_registry_action`, with their reports."""

    class Here(Machine):
        make = staticmethod(lambda: make_schema(postgres))

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=int(os.environ.get("NUMGUARD_HISTORIES", "2")),
            stateful_step_count=int(os.environ.get("NUMGUARD_STEPS", "40")),
            deadline=None,
            report_multiple_bugs=False,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )
