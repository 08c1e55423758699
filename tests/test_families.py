"""Hunts for numbers that are accepted and were never written, in made-up cells of known truth.

`families/` makes them. A small run here; `python -m tests.families.report` makes a run of any size and the table of
docs/design. `NUMGUARD_FAMILIES_CELLS` sets how many cells are asked.
"""

from __future__ import annotations

import os
import unicodedata

import numpy as np
import pytest

from families import EXTRACT, FAMILIES, HANDSET, NORMALIZE, Family
from families.ask import Tally, tally
from families.report import as_markdown, examples, total

CELLS = int(os.environ.get("NUMGUARD_FAMILIES_CELLS", "40000"))
SEED = int(os.environ.get("NUMGUARD_FAMILIES_SEED", "1"))


@pytest.fixture(scope="module")
def tallies() -> list[Tally]:
    return list(tally(FAMILIES.values(), CELLS, SEED))


def of(tallies: list[Tally], verb: str) -> list[Tally]:
    found = [one for one in tallies if one.family.verb == verb]
    assert sum(one.cells for one in found) >= CELLS // 20
    return found


def each() -> list[Family]:
    assert len(FAMILIES) >= 60
    return list(FAMILIES.values())


def test_there_are_families_of_every_kind() -> None:
    kinds = {family.kind for family in each()}
    assert {"plain", "plain words", "cut short", "quantity", "label", "owner", "unlisted", "narrative"} <= kinds
    assert {family.verb for family in each()} == {NORMALIZE, HANDSET, EXTRACT}
    assert {family.region for family in each()} == {"IN", None}


@pytest.mark.parametrize("family", each(), ids=lambda family: family.name)
def test_the_truth_of_a_family_holds_together(family: Family) -> None:
    cells = family.make(family.seeded(SEED), 40)
    assert cells == family.make(family.seeded(SEED), 40)
    assert cells != family.make(np.random.default_rng(SEED + 1), 40)
    for cell in cells:
        assert cell.text.strip()
        assert not (cell.plain and cell.key == 0)
        assert family.kind.startswith("plain") or not cell.plain or "link" in family.name
        if family.verb == EXTRACT:
            assert cell.found is not None
            assert cell.key == 0
        if cell.plain and family.verb == NORMALIZE:
            assert cell.found == (cell.key,)
            assert is_written(cell.key, cell.text)
        if cell.plain and family.verb == HANDSET:
            assert str(cell.key).zfill(14) in digits(cell.text)
        for number in cell.found or () if family.verb == EXTRACT else ():
            assert is_written(number, cell.text)


def digits(text: str) -> str:
    return "".join(str(unicodedata.digit(letter)) for letter in text if letter.isdecimal())


def is_written(number: int, text: str) -> bool:
    """Whether the digits of the number, with or without India's code, stand in the text one after the other."""
    return str(number).removeprefix("91") in digits(text)


@pytest.mark.parametrize("verb", [NORMALIZE, HANDSET])
def test_no_number_is_accepted_that_was_not_written(tallies: list[Tally], verb: str) -> None:
    wrong = [one for one in of(tallies, verb) if one.wrong]
    assert not wrong, examples(wrong)


@pytest.mark.parametrize("verb", [NORMALIZE, HANDSET])
def test_what_is_plainly_written_is_accepted(tallies: list[Tally], verb: str) -> None:
    all_of = total(of(tallies, verb))
    refused = [one for one in of(tallies, verb) if one.plain_accepted < one.plain]
    assert all_of.plain > 0
    assert all_of.plain_accepted >= 0.99 * all_of.plain, examples(refused)


def test_numbers_in_sentences(tallies: list[Tally]) -> None:
    all_of = total(of(tallies, EXTRACT))
    assert all_of.there > 0
    assert all_of.given - all_of.given_wrong >= 0.995 * all_of.given, examples(of(tallies, EXTRACT))
    assert all_of.there_found >= 0.95 * all_of.there, examples(of(tallies, EXTRACT))


def test_the_table_names_every_family(tallies: list[Tally]) -> None:
    table = as_markdown(tallies)
    for family in each():
        assert f"| {family.name} |" in table
