"""Copies of one registry that were used on, each at a desk of its own, and are merged."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import permutations
from pathlib import Path

from test_merge import ROUNDS, Desk, answers, complaint, some_step, work_apart


def test_a_later_decision_in_a_copy_holds(tmp_path: Path) -> None:
    """A desk that begins with a copy of the state's registry, and that the state merges from time to time."""
    state = Desk(str(tmp_path / "state.db"), "SI State", tmp_path)
    state.registry.add_complaints(complaint("98765 43210"))
    state.registry.backup(tmp_path / "desk.db")
    desk = Desk(str(tmp_path / "desk.db"), "SI Nuh", tmp_path)
    desk.now += timedelta(minutes=10)
    desk.registry.decide(["91234 56789"], "protected", "a witness")
    state.now += timedelta(minutes=20)
    state.registry.merge(desk.registry)
    # The numbers of their events do not follow their clocks: 4 here, 3 there.
    state.now += timedelta(minutes=20)
    state.registry.decide(["98765 43210"], "confirmed", "failed re-verification")
    desk.now += timedelta(minutes=60)
    desk.registry.decide(["98765 43210"], "withdrawn", "the wrong number was looked into")
    (row,) = state.registry.merge(desk.registry).contradictions.to_pylist()
    assert (row["held_value"], row["other_value"], row["rule"]) == ("withdrawn", "confirmed", "later")
    assert row["held_at"] > row["other_at"]
    assert len(state.registry.block_list()) == 0
    assert desk.registry.merge(state.registry).contradictions.to_pylist() == [row]
    assert answers(state.registry, tmp_path / "one") == answers(desk.registry, tmp_path / "other")


def test_copies_that_were_used_apart_give_the_same_bytes(tmp_path: Path) -> None:
    for seed in range(ROUNDS):
        dice = random.Random(2000 + seed)
        folder = tmp_path / str(seed)
        folder.mkdir()
        first = Desk(str(folder / "0.db"), "desk 0", folder)
        for k in range(dice.randint(1, 4)):
            first.now += timedelta(minutes=7)
            first.act(some_step(dice), k)
        if not (folder / "0.db").exists():
            continue
        paths = [folder / f"{k}.db" for k in (1, 2)]
        for path in paths:
            first.registry.backup(path)
        desks = [first, *(Desk(str(path), path.stem, folder) for path in paths)]
        for desk in desks[1:]:
            desk.intakes = list(first.intakes)
        end = work_apart(desks, dice, first.now)
        for order in permutations(desks):
            for other in order[1:]:
                other.now = end
                order[0].registry.merge(other.registry)
        desks[1].registry.merge(desks[0].registry)
        desks[2].registry.merge(desks[1].registry)
        wanted = answers(desks[0].registry, folder / "wanted")
        for desk in desks[1:]:
            assert answers(desk.registry, folder / "found") == wanted, seed
            desk.registry.close()
        first.registry.close()
