"""Registries that were kept apart and are merged: it makes no difference who merges whom, when, or how often."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import textwrap
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import numguard as ng
from numguard.errors import ArgumentError, DamagedError, RegistryError
from numguard.registry.log.seal import digest
from registry_model import IST
from registry_stores import is_there, make_older, make_schema
from test_registry_store import table

START = datetime(2026, 9, 1, 9, tzinfo=IST)
MOBILES = [919876500000 + n for n in range(6)]
HANDSETS = [35824005111100, 35824005222200, 35824005333300]

#: How many random histories are merged, and how many kills there are.
ROUNDS = int(os.environ.get("NUMGUARD_MERGES", "4"))
KILLS = int(os.environ.get("NUMGUARD_MERGE_KILLS", "4"))


class Desk:
    """A registry with a clock that the test sets, and the actions in it."""

    def __init__(self, target: str, name: str, folder: Path) -> None:
        self.registry = ng.Registry(target, by=name)
        self.registry._opened.now = lambda: int(self.now.timestamp() * 1_000_000)  # type: ignore[method-assign]
        self.now = START
        self.intakes: list[int] = []
        self._folder, self._name = folder, name

    def act(self, step: tuple[str, Any], k: int) -> None:
        """One step; what a registry refuses is no step."""
        what, given = step
        try:
            if what == "add":
                intake = self.registry.add_complaints(given, mapping={"narrative": "facts"}, name=f"{k % 4}.csv")
                self.intakes.append(intake.id)
            elif what == "withdraw":
                if self.intakes:
                    self.registry.withdraw_intake(self.intakes[given % len(self.intakes)], "a wrong file")
            elif what == "decide":
                self.registry.decide([f"+{n}" for n in given[0]], given[1], f"reason {k}")
            elif what == "outcomes":
                self.registry.record_outcomes(given, name=f"answers {k % 3}")
            elif what == "expand":
                self.registry.expand(given, ng.LinkPolicy(max_hops=1 + k % 2))
            else:
                self.registry.export(self._folder / f"{self._name}-{k}.csv", to=given)
        except (ArgumentError, RegistryError):
            pass


def some_step(dice: random.Random) -> tuple[str, Any]:
    what = dice.choice(["add", "add", "add", "withdraw", "decide", "decide", "outcomes", "expand", "export"])
    if what == "add":
        return what, sheet([some_row(dice) for _ in range(dice.randint(1, 3))])
    if what == "withdraw":
        return what, dice.randrange(10)
    if what == "decide":
        words = ("confirmed", "withdrawn", "protected", "unprotected", "reverified", "accepted", "dismissed")
        return what, (dice.sample(MOBILES, dice.randint(1, 2)), dice.choice(words))
    if what == "outcomes":
        days = [None, "01/09/2026", "01/09/2026", "02/09/2026"]
        rows = [(f"+{n}", dice.choice(["blocked", "rejected", "reactivated"]), dice.choice(days)) for n in MOBILES[:3]]
        names = ("msisdn", "status", "happened_at")
        return what, pa.table(dict(zip(names, zip(*rows, strict=True), strict=True)))
    if what == "expand":
        pairs = [(f"+{dice.choice(MOBILES)}", dice.choice(HANDSETS)) for _ in range(5)]
        return what, pa.table(dict(zip(("served_msisdn", "imei14"), zip(*pairs, strict=True), strict=True)))
    return what, dice.choice(["DoT", "Bank"])


def some_row(dice: random.Random) -> dict[str, str | None]:
    return {
        "acknowledgement_no": dice.choice(["A1", "B7"]),
        "source": dice.choice(["1930", "Helpline 1930", "PS Rohtak", "ps rohtak"]),
        "district": dice.choice(["Rohtak", "ROHTAK", "Hisar", None]),
        "reported_at": dice.choice([None, "01/08/2026", "02/08/2026"]),
        "suspect_mobiles": ", ".join(f"+{n}" for n in dice.sample(MOBILES, dice.randint(0, 2))),
        "complainant_mobile": dice.choice([None, None, f"+{MOBILES[0]}", f"+{MOBILES[5]}"]),
        "facts": dice.choice([None, f"he rang from +{dice.choice(MOBILES)}"]),
        "amount_lost": dice.choice([None, "500", "70000"]),
    }


def sheet(rows: list[dict[str, str | None]]) -> pa.Table:
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]})


def answers(registry: ng.Registry, folder: Path) -> dict[str, Any]:
    """All answers of a registry, as bytes or rows."""
    folder.mkdir(exist_ok=True)
    listed = folder / "list.csv"
    listed.unlink(missing_ok=True)
    registry.block_list().write(listed)
    registry.report(folder / "report.html")
    return {
        "list": listed.read_bytes(),
        "report": (folder / "report.html").read_bytes(),
        **{str(n): registry.history(f"+{n}").to_pylist() for n in MOBILES},
        "review": registry.review().to_pylist(),
        "handsets": registry.handsets().to_table().to_pylist(),
        "contradictions": None,
    }


def makers(request: pytest.FixtureRequest, where: str) -> Callable[[], str]:
    if where == "memory":
        return lambda: ":memory:"
    return lambda: make_schema(request.getfixturevalue("postgres"))


WHERE = ["memory", pytest.param("server", marks=pytest.mark.skipif(not is_there(), reason="no PostgreSQL here"))]


def kept_apart(make: Callable[[], str], dice: random.Random, folder: Path) -> tuple[list[Desk], datetime]:
    """Three desks with a history, in which now and then one takes another in; and when it ends."""
    desks = [Desk(make(), f"desk {k}", folder) for k in range(3)]
    return desks, work_apart(desks, dice, START) + timedelta(days=1)


def work_apart(desks: list[Desk], dice: random.Random, now: datetime) -> datetime:
    """A history of some desks, in which now and then one merges another; their time after it."""
    slow = [timedelta(minutes=dice.randint(-90, 90)) for _ in desks]
    pool = [some_step(dice) for _ in range(4)]
    for k in range(dice.randint(6, 30)):
        # Sometimes two desks act in the same minute, or take the same file in.
        now += timedelta(minutes=dice.choice([0, 7, 300]))
        desk = dice.randrange(3)
        desks[desk].now = now + slow[desk]
        if dice.random() < 0.15:
            desks[desk].registry.merge(desks[(desk + dice.choice([1, 2])) % 3].registry)
        else:
            desks[desk].act(dice.choice(pool) if dice.random() < 0.4 else some_step(dice), k)
    for desk_ in desks:
        desk_.now = now + timedelta(days=1)
    return now + timedelta(days=1)


@pytest.mark.parametrize("where", WHERE)
def test_any_order_and_direction_give_the_same_bytes(
    where: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    make = makers(request, where)
    for seed in range(ROUNDS if where == "memory" else max(1, ROUNDS // 6)):
        dice = random.Random(seed)
        desks, end = kept_apart(make, dice, tmp_path)
        before = [desk.registry.history(f"+{MOBILES[0]}").to_pylist() for desk in desks]
        states = []
        for order in list(permutations(desks))[:: 2 if where == "memory" else 3]:
            state = Desk(make(), "state", tmp_path)
            state.now = end
            for desk in order:
                state.registry.merge(desk.registry)
            states.append(state)
        # One desk merges the other two, one after the other; the others get all at once from it.
        first, second, third = dice.sample(desks, 3)
        for into, of in ((first, second), (first, third), (third, first), (second, third)):
            into.registry.merge(of.registry)
        wanted = answers(states[0].registry, tmp_path / "wanted")
        for one in (*states[1:], *desks):
            assert answers(one.registry, tmp_path / "found") == wanted, seed
        for one in desks:
            sealed = one.registry.verify()
            assert all(one.registry.merge(of.registry).events == 0 for of in (*desks, *states) if of is not one), seed
            assert one.registry.verify() == sealed
        # No row of a desk is missing, except those that an earlier version of the same complaint replaces.
        key = ("registry", "event", "row")
        everything = {tuple(row[name] for name in key) for row in wanted[str(MOBILES[0])]}
        for row in (
            row
            for rows in before
            for row in rows
            if row["what"] not in {"named no more", "complainant no more", "taken back"}
        ):
            assert tuple(row[name] for name in key) in everything
        for one in (*desks, *states):
            one.registry.close()


QUESTIONS: list[Callable[[ng.Registry], Any]] = [
    lambda registry: registry.block_list().to_table(),
    lambda registry: registry.review(),
    lambda registry: registry.action_taken(),
    lambda registry: registry.complaints_by_day(),
    lambda registry: registry.handsets().to_table(),
    *(lambda registry, n=n: history_without_lists(registry.history(f"+{n}")) for n in MOBILES),
]


def history_without_lists(history: pa.Table) -> pa.Table:
    """A history without desk and event, and without the files of exports, which each desk names after itself."""
    is_list = pc.equal(history["what"], "exported")
    for name in ("file", "sha256"):
        kept = pc.if_else(is_list, pa.scalar(None, pa.string()), history[name])
        history = history.set_column(history.schema.get_field_index(name), name, kept)
    return history.drop_columns(["event", "registry", "by"])


def test_desks_that_always_merge_first_are_one_registry(tmp_path: Path) -> None:
    """A desk that merges all others before each step answers as a single registry with all the steps."""
    for seed in range(ROUNDS):
        dice = random.Random(1000 + seed)
        folder = tmp_path / str(seed)  # a list that went out in another round would stand in the way
        folder.mkdir()
        desks = [Desk(":memory:", f"desk {k}", folder) for k in range(3)]
        alone = Desk(":memory:", "alone", folder)
        now = START
        for k in range(dice.randint(5, 25)):
            now += timedelta(minutes=dice.choice([1, 90, 3000]))
            at = dice.randrange(3)
            for one in (*desks, alone):
                one.now = now
            for other in (other for other in desks if other is not desks[at]):
                desks[at].registry.merge(other.registry)
            step = some_step(dice)
            # A file is taken back by whom it came from.
            back = step[0] == "add" and dice.random() < 0.3
            for one in (desks[at], alone):
                one.act(step, k) if step[0] != "withdraw" else None
                one.act(("withdraw", len(one.intakes) - 1), k) if back else None
        for other in desks[1:]:
            desks[0].registry.merge(other.registry)
        assert desks[0].registry.contradictions().num_rows == 0
        for ask in QUESTIONS:
            assert ask(desks[0].registry).to_pylist() == ask(alone.registry).to_pylist(), seed
        for one in (*desks, alone):
            one.registry.close()


def two(tmp_path: Path) -> tuple[Desk, Desk]:
    return Desk(str(tmp_path / "a.db"), "SI Rohtak", tmp_path), Desk(str(tmp_path / "b.db"), "SI Hisar", tmp_path)


def complaint(numbers: str, **more: str) -> pa.Table:
    row = {"acknowledgement_no": "31708220000001", "source": "1930", "district": "Rohtak", "suspect_mobiles": numbers}
    return pa.table({name: [cell] for name, cell in (row | more).items()})


def test_contradictions_are_listed_with_the_rule_that_settled_them(tmp_path: Path) -> None:
    one, other = two(tmp_path)
    one.registry.add_complaints(complaint("98765 43210, 91234 56789"))
    one.registry.decide(["98765 43210"], "confirmed", "failed re-verification")
    one.registry.record_outcomes(
        pa.table({"msisdn": ["9123456789"], "status": ["blocked"], "happened_at": ["01/09/2026"]})
    )
    other.now += timedelta(hours=1)
    other.registry.add_complaints(complaint("91234 56789"))
    other.registry.decide(["98765 43210"], "protected", "a witness")
    other.registry.decide(["98765 43210"], "withdrawn", "a typing error")
    other.registry.record_outcomes(
        pa.table({"msisdn": ["9123456789"], "status": ["reactivated"], "happened_at": ["31/08/2026"]})
    )
    merged = one.registry.merge(other.registry)
    rows = merged.contradictions.to_pylist()
    assert [(r["kind"], r["held_value"], r["other_value"], r["rule"]) for r in rows] == [
        ("complaint", "names 1", "names 2", "later"),
        ("decision", "protected", "confirmed", "protected_first"),
        ("decision", "withdrawn", "confirmed", "later"),
        ("outcome", "blocked", "reactivated", "older_answer"),
    ]
    assert all(r["sentence"] for r in rows)
    assert {r["held_by"] for r in rows} == {"SI Rohtak", "SI Hisar"}
    # The typing error of another desk takes no number off in silence: it waits for review.
    assert one.registry.history("91234 56789")["what"].to_pylist().count("named") == 2
    assert "named no more" in one.registry.history("98765 43210")["what"].to_pylist()
    back = other.registry.merge(one.registry).contradictions
    assert back.equals(merged.contradictions)
    assert one.registry.contradictions().equals(back)
    (record,) = one.registry.merges().to_pylist()
    assert (record["by"], record["events"], record["contradictions"]) == ("SI Rohtak", 4, 4)
    assert record["registry"] == other.registry.id
    assert record["upto"] == 4


def test_numbers_that_are_on_a_list_here_and_protected_there_are_counted(tmp_path: Path) -> None:
    """Of one desk a suspect's, of another a complainant's: the number leaves the list, without a decision."""
    desks = {name: ng.Registry(tmp_path / f"{name}.db", by="HC 1234") for name in "ab"}
    desks["a"].add_complaints(complaint(", ".join(f"+{msisdn}" for msisdn in MOBILES[:3])))
    more = {"acknowledgement_no": "4", "complainant_mobile": f"+{MOBILES[0]}"}
    desks["b"].add_complaints(complaint(f"+{MOBILES[5]}", **more))
    desks["b"].decide([f"+{MOBILES[1]}"], "protected", "a witness")
    with ng.Registry(by="SI State") as state:
        assert [state.merge(desks[name]).protected for name in "aba"] == [0, 2, 0]
        assert state.numbers("protected").to_array().to_pylist() == MOBILES[:2]
    with ng.Registry(by="SI State") as state:
        assert [state.merge(desks[name]).protected for name in "ba"] == [0, 2]
    assert desks["b"].merge(desks["a"]).protected == 2


def test_the_list_as_of_a_day_is_what_was_known_that_day(tmp_path: Path) -> None:
    one, other = two(tmp_path)
    other.registry.add_complaints(complaint("98765 43210"))
    one.registry.add_complaints(complaint("91234 56789", acknowledgement_no="31708220000002"))
    one.now += timedelta(days=3)
    one.registry.merge(other.registry)
    assert len(one.registry.block_list()) == 2
    assert len(one.registry.block_list(as_of=START)) == 1
    first = one.registry.history("98765 43210").to_pylist()[0]
    assert (first["by"], first["at"], first["event"], first["registry"]) == ("SI Hisar", START, 1, other.registry.id)
    assert len(one.registry.history("98765 43210", as_of=START)) == 0


def test_a_change_is_relative_to_exports_of_this_registry(tmp_path: Path) -> None:
    one, other = two(tmp_path)
    other.registry.add_complaints(complaint("98765 43210"))
    other.registry.export(tmp_path / "desk.csv", to="DoT")
    one.registry.merge(other.registry)
    assert one.registry.block_list().to_table()["status"].to_pylist() == ["requested"]
    change = one.registry.export(tmp_path / "state.csv", to="DoT", since="last").to_table()
    assert change["change"].to_pylist() == ["added"]
    with pytest.raises(ArgumentError, match="another registry"):
        one.registry.export(tmp_path / "x.csv", to="DoT", since=3)


def test_copies_that_diverge_are_two_registries(tmp_path: Path) -> None:
    one = Desk(str(tmp_path / "a.db"), "SI Rohtak", tmp_path)
    one.registry.add_complaints(complaint("98765 43210"))
    one.registry.backup(tmp_path / "b.db")
    other = Desk(str(tmp_path / "b.db"), "SI Hisar", tmp_path)
    assert one.registry.id == other.registry.id != ""
    one.registry.decide(["98765 43210"], "confirmed", "checked")
    other.registry.decide(["98765 43210"], "withdrawn", "checked too")
    assert one.registry.merge(other.registry).events == 1
    assert other.registry.merge(one.registry).events == 1
    assert answers(one.registry, tmp_path / "one") == answers(other.registry, tmp_path / "other")


def test_what_was_taken_in_can_be_taken_back(tmp_path: Path) -> None:
    one, other = two(tmp_path)
    intake = other.registry.add_complaints(complaint("98765 43210"))
    one.registry.add_complaints(complaint("98765 43210", suspect_mobiles="98765 43210"))
    merged = one.registry.merge(other.registry)
    assert merged.id == 2
    one.registry.withdraw_intake(3, "a sheet of another state")
    # The complaint of the other desk stands.
    assert len(one.registry.numbers()) == 1
    one.registry.withdraw_intake(1, "that one too")
    assert len(one.registry.numbers()) == 0
    assert other.registry.merge(one.registry).events == 3
    assert len(other.registry.numbers()) == 0
    with pytest.raises(ArgumentError, match="already"):
        other.registry.withdraw_intake(intake.id or 0, "again")


def test_a_registry_of_an_older_schema_is_merged_and_stays_as_it_is(tmp_path: Path) -> None:
    one, other = two(tmp_path)
    other.registry.add_complaints(complaint("98765 43210"))
    make_older(other.registry, 1)
    other.registry.close()
    before = (tmp_path / "b.db").read_bytes()
    assert one.registry.merge(tmp_path / "b.db").events == 1
    assert one.registry.merge(tmp_path / "b.db").events == 0
    assert (tmp_path / "b.db").read_bytes() == before
    assert [row["by"] for row in one.registry.history("98765 43210").to_pylist()] == ["SI Hisar"]
    # Brought forward, it is the same registry still.
    with ng.Registry(tmp_path / "b.db", by="SI Hisar") as newer:
        assert one.registry.merge(newer).events == 0


@pytest.mark.parametrize(
    "where", ["file", pytest.param("server", marks=pytest.mark.skipif(not is_there(), reason="no PostgreSQL here"))]
)
def test_contradictions_of_an_older_schema_keep_their_values_and_digests(
    tmp_path: Path, request: pytest.FixtureRequest, where: str
) -> None:
    target = str(tmp_path / "a.db") if where == "file" else make_schema(request.getfixturevalue("postgres"))
    one, other = Desk(target, "SI Rohtak", tmp_path), Desk(str(tmp_path / "b.db"), "SI Hisar", tmp_path)
    one.registry.decide(["98765 43210"], "confirmed", "failed re-verification")
    other.now += timedelta(hours=1)
    other.registry.decide(["98765 43210"], "withdrawn", "a typing error")
    stated = one.registry.merge(other.registry).contradictions
    seal = one.registry.verify()
    make_older(one.registry, 5)
    one.registry.close()
    with ng.Registry(target, by="SI Rohtak") as newer:
        assert stated.select(["held_value", "other_value"]).to_pylist() == [
            {"held_value": "withdrawn", "other_value": "confirmed"}
        ]
        assert newer.contradictions().equals(stated)
        assert newer.verify() == seal
        third = Desk(str(tmp_path / "c.db"), "SI State", tmp_path)
        third.now += timedelta(hours=2)
        third.registry.decide(["91234 56789"], "confirmed", "known by voice")
        assert third.registry.merge(newer).contradictions.equals(stated)
    # Of a file of that schema too, which stays as it is.
    make_older(third.registry, 5)
    third.registry.close()
    before = (tmp_path / "c.db").read_bytes()
    assert other.registry.merge(tmp_path / "c.db").contradictions.num_rows == 1
    assert (tmp_path / "c.db").read_bytes() == before


def test_the_digest_of_a_contradiction_is_that_of_the_former_names() -> None:
    row = {
        "kind": "decision", "msisdn": 919876543210, "source": "", "acknowledgement_no": "", "held": 3,
        "held_value": "withdrawn", "other": 1, "other_value": "confirmed", "rule": "later",
    }  # fmt: skip
    # From before the columns were renamed.
    stored = "228d4be3a0fd9837000f5248400dd36d63edf5aef7fb3d93b12c029192b34bb2"
    assert digest("", (2, 0, "SI", "merge", ""), {"contradiction": pa.Table.from_pylist([row])}) == stored


def test_what_is_no_sound_registry_is_not_merged(tmp_path: Path) -> None:
    one, other = two(tmp_path)
    other.registry.add_complaints(complaint("98765 43210"))
    other.registry._case.store.dialect.execute("UPDATE complaint SET district = 'Hisar'")
    with pytest.raises(DamagedError):
        one.registry.merge(other.registry)
    with pytest.raises(RegistryError, match=r"nowhere\.db: there is no such file"):
        one.registry.merge(tmp_path / "nowhere.db")
    with pytest.raises(ArgumentError, match="itself"):
        one.registry.merge(one.registry)
    assert not (tmp_path / "a.db").exists()
    empty = Desk(":memory:", "empty", tmp_path)
    assert one.registry.merge(empty.registry).id is None


def test_a_clock_that_is_days_ahead_is_refused(tmp_path: Path) -> None:
    one, other = two(tmp_path)
    other.now += timedelta(days=400)
    other.registry.decide(["98765 43210"], "protected", "a witness")
    one.registry.decide(["91234 56789"], "protected", "a witness")
    with pytest.raises(RegistryError, match="set the clock"):
        one.registry.merge(other.registry)
    # One that is hours ahead is followed: what is decided here from now on comes after it.
    other.now = START + timedelta(hours=5)
    third = Desk(":memory:", "SI Nuh", tmp_path)
    third.now = other.now
    third.registry.decide(["98765 43210"], "protected", "a witness")
    one.registry.merge(third.registry)
    one.registry.decide(["98765 43210"], "unprotected", "no witness")
    assert one.registry.history("98765 43210")["status"].to_pylist() == ["protected", "unprotected"]


VICTIM = """
    import sys
    import numguard as ng
    with ng.Registry(sys.argv[1], by="state") as registry:
        print("open", flush=True)
        registry.merge(sys.argv[2])
        print("merged", flush=True)
"""


def test_killed_while_it_merges_it_has_all_or_nothing(tmp_path: Path) -> None:
    with ng.Registry(tmp_path / "desk.db", by="desk") as desk:
        for k in range(8):
            desk.add_complaints(table(k, 2_000))
        desk.decide(["9876543210"], "confirmed", "checked")
    dice = random.Random(7)
    for k in range(KILLS):
        path = tmp_path / f"state{k}.db"
        with ng.Registry(path, by="state") as state:
            state.decide(["9123456789"], "protected", "a witness")
        command = [sys.executable, "-c", textwrap.dedent(VICTIM), str(path), str(tmp_path / "desk.db")]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        process.stdout.readline()
        try:
            process.wait(timeout=dice.uniform(0.05, 0.8))
        except subprocess.TimeoutExpired:
            process.kill()
        process.wait()
        process.stdout.close()
        with ng.Registry(path, by="state") as state:
            assert state.verify().events in {1, 11}
            state.merge(tmp_path / "desk.db")
            assert state.verify().events == 11
            assert len(state.numbers()) > 1_000


def test_messages_hold_no_data(tmp_path: Path) -> None:
    one, other = two(tmp_path)
    other.registry.add_complaints(complaint("98765 43210"))
    merged = one.registry.merge(other.registry)
    assert "98765" not in repr(merged)
