"""No release and no block is lost on its way to a receiver.

Lists of numbers and of handsets, whole ones and changes, under several keys, of districts and of all, of earlier days,
and of merged desks.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from registry_receivers import Office
from registry_stores import is_there, make_schema, postgres

__all__ = ["postgres"]

#: How many histories of forty steps; more on request.
HISTORIES = int(os.environ.get("NUMGUARD_HISTORIES", "2"))


def histories(seed: int, places: list[str], folder: Path, *, operators: bool = False) -> None:
    office = Office(seed, places, folder, operators=operators)
    try:
        for _ in range(40):
            office.step()
    finally:
        office.close()


# Odd ones are of handsets. The seventh fails if lists of districts before whole ones are not counted, the eighth if a
# release is forgotten after a whole list.
@pytest.mark.parametrize("seed", range(7, 7 + HISTORIES))
@pytest.mark.parametrize("desks", [1, 2])
def test_a_receiver_gets_every_block_and_release(seed: int, desks: int, tmp_path: Path) -> None:
    histories(seed, [":memory:"] * desks, tmp_path)


# The second fails if the answer of an operator who has not blocked a number lifts another one's block; at one desk, the
# first too.
@pytest.mark.parametrize("seed", range(1, 1 + HISTORIES))
@pytest.mark.parametrize("desks", [1, 2])
def test_a_receiver_gets_them_whatever_several_operators_answer(seed: int, desks: int, tmp_path: Path) -> None:
    histories(seed, [":memory:"] * desks, tmp_path, operators=True)


@pytest.mark.skipif(not is_there(), reason="no PostgreSQL here")
def test_a_receiver_gets_them_from_postgresql(postgres: str, tmp_path: Path) -> None:
    for seed in range(101, 101 + (HISTORIES + 2) // 3):
        histories(seed, [make_schema(postgres), make_schema(postgres)], tmp_path)
