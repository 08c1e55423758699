"""Families made of the cells of the others, decorated: the decoration does not change what a reader sees.

Blanks of another kind, invisible marks, quotes, another script's digits, another case, a phone word in front: whatever
was no number before is none after, and whatever was one number is that number.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from .family import FAMILIES, HANDSET, NORMALIZE, Cell, Dice, Family, One, enter_each
from .labels import PHONE_WORDS
from .parts import DASHES, INVISIBLE, SCRIPTS, script

WRAPS = (
    "'{}'",
    '"{}"',
    "'{}",
    " {} ",
    "\u00a0{}",
    "{}\u00a0",
    "\ufeff{}",
    "{}.",
    "{},",
    "{};",
    "{}\n",
    "\t{}",
    "({})",
    "[{}]",
    "{} -",
    "“{}”",
    "{}:",
)


def blanks(dice: Dice, text: str) -> str:
    return text.replace(" ", dice.pick(("\u00a0", "  ", "\u2009", "\u202f", "\t", " \u200b")))


def dashes(dice: Dice, text: str) -> str:
    return text.replace("-", dice.pick(DASHES))


def wrapped(dice: Dice, text: str) -> str:
    return dice.pick(WRAPS).format(text)


def marked(dice: Dice, text: str) -> str:
    for _ in range(dice.between(1, 3)):
        place = dice.below(len(text) + 1)
        text = text[:place] + dice.pick(INVISIBLE) + text[place:]
    return text


def other_digits(dice: Dice, text: str) -> str:
    return script(text, SCRIPTS[dice.pick(tuple(SCRIPTS))])


def other_case(dice: Dice, text: str) -> str:
    return dice.pick((text.upper(), text.lower(), text.title()))


def worded(dice: Dice, text: str) -> str:
    return dice.pick(PHONE_WORDS) + dice.pick((" ", ": ", " - ")) + text


WAYS: tuple[Callable[[Dice, str], str], ...] = (blanks, dashes, wrapped, marked, other_digits, other_case, worded)
# `tel:` and its kin are read to the letter; entities, formulas and masks change with their letters.
LITERAL = ("tel:", "entities", "percent", "formula", "mask", "messenger", "letters", "links", "digits as words")


def decorate(dice: Dice, cell: Cell, kind: str) -> Cell:
    text = cell.text
    for _ in range(dice.pick((1, 1, 2))):
        way = dice.pick(WAYS)
        # A minus behind a word is a dash; another mark may end the one that turns the order.
        if way is worded and (kind == "container" or not text[:1].isalnum()):
            continue
        if way is marked and kind == "odd letters":
            continue
        text = way(dice, text)
    return Cell(text, cell.key)


@functools.cache
def families(verb: str, kind: str) -> tuple[Family, ...]:
    return tuple(
        family
        for family in FAMILIES.values()
        if family.verb == verb
        and family.kind == kind
        and family.region == "IN"
        and not any(word in family.name for word in LITERAL)
    )


def of_kind(verb: str, kind: str) -> One:
    return lambda dice: decorate(dice, dice.pick(families(verb, kind)).one(dice), kind)


OF_NUMBERS = (
    "beside", "several", "container", "cut short", "label", "owner", "country", "unlisted", "quantity", "joining",
    "odd letters", "plain", "plain words",
)  # fmt: skip
KINDS = {NORMALIZE: OF_NUMBERS, HANDSET: ("handset", "plain handset")}
for _verb, _kinds in KINDS.items():
    enter_each("decorated", [(f"decorated: {kind}", of_kind(_verb, kind)) for kind in _kinds], _verb)
