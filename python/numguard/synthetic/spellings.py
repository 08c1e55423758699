"""The forms in which complaints have a number, and the content that they have instead of one.

Owns the written forms and the note that each must get. Independent of complaints and of how a cell is read: the notes
are those of the public contract, so that a reader can be tested against them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

_FULL_WIDTH: Final = str.maketrans("0123456789", "".join(chr(0xFF10 + d) for d in range(10)))
_DEVANAGARI: Final = str.maketrans("0123456789", "".join(chr(0x0966 + d) for d in range(10)))
_GURMUKHI: Final = str.maketrans("0123456789", "".join(chr(0x0A66 + d) for d in range(10)))
_ARABIC: Final = str.maketrans("0123456789", "".join(chr(0x06F0 + d) for d in range(10)))


class Spelling(NamedTuple):
    """One way to write a valid mobile number.

    `template` takes {n} (ten digits), {a} and {b} (its halves); `script` replaces the digits after that.
    """

    weight: float
    template: str
    note: str | None = None
    script: dict[int, int] | None = None


PLAIN: Final = (
    Spelling(52, "{n}"),
    Spelling(9, "91{n}"),
    Spelling(9, "+91{n}"),
    Spelling(6, "0{n}"),
    Spelling(4, "+91 {n}"),
    Spelling(4, "+91-{n}"),
    Spelling(3, "{a} {b}"),
    Spelling(2, "+91 {a} {b}"),
)
"""The forms that several numbers in one cell are written in."""

SPELLINGS: Final = (
    *PLAIN,
    # As they stand.
    Spelling(1.2, "{a}-{b}"),
    Spelling(1.0, "91-{a}-{b}"),
    Spelling(0.8, "0091 {n}"),
    Spelling(0.5, "0091{n}"),
    Spelling(0.4, "+91 0 {a} {b}"),
    Spelling(0.4, "+91 (0) {a} {b}"),
    Spelling(0.6, "(+91){n}"),
    Spelling(0.6, "{a}.{b}"),
    Spelling(0.3, "{a}/{b}"),
    Spelling(0.8, "'{n}'"),
    Spelling(1.5, "'{n}"),
    Spelling(0.6, '"{n}"'),
    Spelling(0.7, "{a}\u00a0{b}"),
    Spelling(0.4, "\u200b{n}"),
    Spelling(0.4, "\u202a+91 {a} {b}\u202c"),
    Spelling(0.2, "\ufeff{n}"),
    Spelling(0.3, "+91\u2011{a}\u2011{b}"),
    Spelling(0.4, "tel:+91{n}"),
    Spelling(0.5, "{n}", None, _FULL_WIDTH),
    Spelling(1.5, "{n}", None, _DEVANAGARI),
    Spelling(0.3, "{n}", None, _GURMUKHI),
    Spelling(0.2, "{n}", None, _ARABIC),
    # Mended.
    Spelling(2.5, "{n}.0", "trailing_decimal"),
    Spelling(0.8, "{n[0]}.{n[1]}{n[2]}{n[3]}{n[4]}{n[5]}{n[6]}{n[7]}{n[8]}{n[9]}E+09", "exponent"),
    Spelling(0.6, "091{n}", "trunk_prefix_before_country_code"),
    Spelling(0.4, "{n} ext 12", "extension_removed"),
    Spelling(0.6, "{n} (mobile)", "text_removed"),
    Spelling(0.5, "Mob. No. {n}", "text_removed"),
    Spelling(0.6, '="{n}"', "formula_removed"),
    Spelling(0.6, "{n[0]},{n[1]}{n[2]},{n[3]}{n[4]},{n[5]}{n[6]},{n[7]}{n[8]}{n[9]}", "grouping_removed"),
    Spelling(0.5, "wa.me/91{n}", "link_removed"),
    Spelling(0.5, "{n}, {n}", "repeated_in_cell"),
)
"""Every accepted form of one number in a cell, by how often it is met."""

SEPARATORS: Final = (", ", " / ", "; ", ",", " ", " & ", " and ", "/", "\n")
"""Separators between two numbers of one cell."""


class Refusal(NamedTuple):
    """One thing that is not a usable number.

    `make` gets ten random digits with lead 6 to 9. Where a reader could make out a whole number inside, `known` is true
    and the digits are those of a number that the same complaint names anyway: nothing new can come out of it.
    """

    weight: float
    note: str
    make: Callable[[str], str]
    known: bool = False


REFUSED: Final = (
    Refusal(14, "empty", lambda _: ""),
    Refusal(2, "empty", lambda _: "-"),
    Refusal(2, "empty", lambda _: "NA"),
    Refusal(1, "empty", lambda _: "#N/A"),
    Refusal(3, "not_a_number", lambda _: "not known"),
    Refusal(2, "not_a_number", lambda _: "पता नहीं"),
    Refusal(8, "too_short", lambda n: n[:9]),
    Refusal(2, "too_short", lambda n: "+91" + n[:8]),
    Refusal(6, "too_long", lambda n: n + n[3]),
    Refusal(3, "too_long", lambda n: "9191" + n),
    Refusal(4, "too_long", lambda n: n + "4417"),
    Refusal(3, "plus_without_country_code", lambda n: "+987" + n[3:]),
    Refusal(2, "ambiguous_prefix", lambda n: "00987" + n[3:]),
    Refusal(5, "precision_lost", lambda n: f"{n[0]}.{n[1:5]}{max(1, int(n[5]))}E+09"),
    Refusal(1, "not_an_integer", lambda n: n + ".5", known=True),
    Refusal(5, "spreadsheet_overflow", lambda _: "##########"),
    Refusal(3, "stray_letter", lambda n: n[:5] + "O" + n[6:]),
    Refusal(2, "stray_letter", lambda n: n[:5] + " " + n[5:8] + "l" + n[9]),
    Refusal(1, "stray_character", lambda n: n[:5] + "①" + n[6:]),
    Refusal(1, "stray_character", lambda n: n + ":443", known=True),
    Refusal(2, "stray_sign", lambda n: "-" + n, known=True),
    Refusal(2, "broken_line", lambda n: n[:5] + "\n" + n[5:]),
    Refusal(5, "text_with_digits", lambda n: "Flat 12, " + n, known=True),
    Refusal(6, "masked", lambda n: n[:5] + "XXXXX"),
    Refusal(3, "masked", lambda n: "******" + n[6:]),
    Refusal(10, "upi_id", lambda n: n + "@ybl"),
    Refusal(3, "upi_id", lambda n: n + "@okaxis"),
    Refusal(4, "looks_like_id", lambda n: f"5{n[1:4]} {n[4:8]} {n[2:6]}"),
    Refusal(2, "dial_code", lambda n: f"*401*{n}#", known=True),
    Refusal(6, "sender_id", lambda n: f"{'AVJ'[int(n[8]) % 3]}{'DMK'[int(n[9]) % 3]}-LOANPR-S"),
    Refusal(2, "sender_id", lambda _: "VM-KYCUPD"),
    Refusal(3, "short_code", lambda n: "5" + n[5:9]),
    Refusal(1, "short_code", lambda _: "1930"),
)
"""What is refused, by how often it is met."""


def write(national: str, spelling: Spelling) -> str:
    """One number in one spelling.

    Example:
        >>> write("9812345670", Spelling(1, "+91 {a} {b}"))
        '+91 98123 45670'
    """
    cell = spelling.template.format(n=national, a=national[:5], b=national[5:])
    return cell.translate(spelling.script) if spelling.script else cell


def pick(rng: np.random.Generator, table: tuple[Spelling, ...] | tuple[Refusal, ...], size: int) -> list[int]:
    """`size` places in a table, drawn by its weights."""
    weights = np.array([entry.weight for entry in table])
    drawn: list[int] = rng.choice(len(table), size, p=weights / weights.sum()).tolist()
    return drawn
