"""Families of cells in which a number is cut short, has a digit too many, or is spoiled.

Nothing may be accepted. The traps are digits nearby that would fill the number up: a list marker, a count, the country
code itself.
"""

from __future__ import annotations

from .family import Cell, Dice, family, nothing, written
from .labels import COUNTS_AFTER, PHONE_WORDS
from .labels_indic import LANGUAGES
from .parts import cut, five_five, foreign, imei14, joinable, key, landline, mobile

MARKERS = (
    "{}) ",
    "{}. ",
    "({}) ",
    "{}] ",
    "[{}] ",
    "{}: ",
    "{} - ",
    "{}- ",
    "#{} ",
    "{}.) ",
    "{}/ ",
    "No. {} ",
    "{} ",
    "{})",
    "({})",
    "{}>",
)


def short(dice: Dice, digits: int = 9) -> str:
    """The head of a mobile."""
    return mobile(dice)[:digits]


@family("nine digits", "cut short")
def nine(dice: Dice) -> Cell:
    number = short(dice, dice.pick((9, 8, 9, 7)))
    half = dice.between(3, 5)
    return nothing(
        dice.pick((number, f"{number[:half]} {number[half:]}", f"{number[:half]}-{number[half:]}", f"0{number}"))
    )


@family("prefix and nine digits", "cut short")
def prefix_nine(dice: Dice) -> Cell:
    number = short(dice, dice.pick((9, 8)))
    prefix = dice.pick(("+91", "+91 ", "+91-", "0091", "0091 ", "(+91) ", "+91 0", "0 ", "0-"))
    return nothing(prefix + number)


@family("91 apart from eight digits", "cut short")
def code_and_eight(dice: Dice) -> Cell:
    number = short(dice, 8)
    mark = dice.pick((" ", "-", " - ", "\u00a0", ") ", "/", ". ", "–"))
    tail = dice.pick((number, f"{number[:4]}{mark[-1]}{number[4:]}")) if mark in {" ", "-"} else number
    return nothing(dice.pick(("91", "91", "091", "(91)")) + mark + tail)


@family("a digit or more too many", "cut short")
def too_many(dice: Dice) -> Cell:
    number = dice.digits(10, "678")
    extra = dice.digits(dice.between(1, 3))
    mark = dice.pick((" ", "-"))
    forms = (
        f"+91{number}{extra}",
        f"+91 {number[:5]} {number[5:]}{extra}",
        f"{number[:5]}{mark}{number[5:]}{extra}",
        f"{number[:5]}{extra}{mark}{number[5:]}",
        f"{number}{extra}",
        f"91{number}{extra[:1]}",
        f"0{number}{extra}",
    )
    return nothing(dice.pick(forms))


@family("a code twice", "cut short")
def code_twice(dice: Dice) -> Cell:
    number = mobile(dice)
    return written(
        dice.pick(("9191", "+9191", "+91 91", "+91 +91 ", "00910091", "91 91 ", "0 91 0 ")) + number, key(number)
    )


@family("a list marker before nine digits", "cut short")
def marker(dice: Dice) -> Cell:
    text = dice.pick(MARKERS).format(dice.between(1, 9)) + short(dice, 9)
    return nothing(text)


@family("a list marker of two digits before eight", "cut short")
def marker_two(dice: Dice) -> Cell:
    first = dice.pick((dice.between(12, 19), 91, 91, dice.between(60, 78), dice.between(81, 99)))  # no area codes
    return nothing(dice.pick(MARKERS[:11] + MARKERS[13:]).format(first) + short(dice, 8))


@family("91 as a list marker, whole number", "cut short")
def marker_91(dice: Dice) -> Cell:
    number = dice.pick((mobile(dice), joinable(dice)))
    return written(dice.pick(MARKERS[:6]).format(91) + number, key(number))


@family("a numbered phone word before nine digits", "cut short")
def numbered_word(dice: Dice) -> Cell:
    word = dice.pick(
        ("Mobile", "Mob", "Phone", "Ph", "WhatsApp", "Contact", "Tel", "SIM", "मोबाइल", "मो0", "ਮੋਬਾਈਲ", "ఫోన్", "M")
    )
    apart, between = dice.pick(("", " ", "-", " no ", ".", " #")), dice.pick((": ", " ", "-", ") ", ". ", " - "))
    if between == "-" and apart == "-":
        apart = ""
    return nothing(f"{word}{apart}{dice.between(1, 9)}{between}{short(dice, 9)}")


@family("a numbered phone word before a whole number", "cut short")
def numbered_whole(dice: Dice) -> Cell:
    number = mobile(dice)
    word = dice.pick(("Mobile", "Mob", "Phone", "Ph", "WhatsApp", "Contact", "SIM", "मोबाइल", "ଫୋନ"))
    return written(
        f"{word}{dice.pick(('', ' '))}{dice.pick(('1', '2', '3', '91'))}{dice.pick((': ', ' ', '-', ') '))}{number}",
        key(number),
    )


@family("a count behind nine digits", "cut short")
def count_behind(dice: Dice) -> Cell:
    length = dice.pick((9, 9, 8))
    count = dice.digits(10 - length, "123456789")
    unit = dice.pick(COUNTS_AFTER)
    form = dice.pick(
        (
            " {} {u}",
            " ({} {u})",
            " ({})",
            " {}",
            "-{} {u}",
            ", {}",
            " x{}",
            " - {} {u}",
            "/{}",
            " [{}]",
            "({})",
            " *{}",
            "\t{}",
            " +{}",
        )
    )
    return nothing(short(dice, length) + form.format(count, u=unit))


@family("a count in another script behind nine digits", "cut short")
def count_script(dice: Dice) -> Cell:
    zero = dice.pick((0x0966, 0x0A66, 0x06F0, 0xFF10, 0x0BE6))
    count = chr(zero + dice.between(1, 9))
    return nothing(short(dice, 9) + dice.pick((" ", " (", "-", "\u00a0", ") ")) + count)


@family("a whole line cut and a phone word", "cut short")
def word_cut(dice: Dice) -> Cell:
    words = dice.pick((PHONE_WORDS, LANGUAGES[dice.pick(tuple(LANGUAGES))].phone))
    return nothing(dice.pick(words) + dice.pick((": ", " ", "-", " - ")) + short(dice, dice.pick((9, 8))))


@family("masked", "cut short")
def masked(dice: Dice) -> Cell:
    number = mobile(dice)
    kept = dice.between(2, 8)
    mark = dice.pick(("X", "x", "*", "•", "#", "_", ".", "?", "-", "…", "●", "×"))
    hidden = mark * (10 - kept)
    form = dice.below(5)
    if form == 0:
        return nothing(number[:kept] + hidden)
    if form == 1:
        return nothing(hidden + number[10 - kept :])
    if form == 2:
        half = max(1, kept // 2)
        return nothing(number[:half] + hidden + number[len(hidden) + half :])
    if form == 3:
        return nothing("+91 " + number[:kept] + hidden)
    return nothing(f"{number[:5]} {mark * 5}")


@family("letters for digits", "cut short")
def letters(dice: Dice) -> Cell:
    number = mobile(dice)
    text = dice.pick((number, five_five(number), "+91" + number))
    swaps = {"0": "Oo", "1": "lIi", "5": "Ss", "8": "B", "2": "Zz", "6": "b", "9": "gq"}
    places = [place for place, digit in enumerate(text) if digit in swaps]
    place = dice.pick(places) if places else len(text) - 1
    return nothing(text[:place] + dice.pick(swaps.get(text[place], "O")) + text[place + 1 :])


@family("a letter or mark within", "cut short")
def within(dice: Dice) -> Cell:
    number = mobile(dice)
    place = dice.between(2, 8)
    mark = dice.pick(
        (
            ":",
            ";",
            "|",
            "=",
            "+",
            "*",
            "&",
            "^",
            "~",
            "?",
            "!",
            "#",
            "@",
            "%",
            "<",
            ">",
            " and ",
            " to ",
            " & ",
            "a",
            "e",
            "x",
            "²",
            " ½ ",
        )
    )
    return nothing(number[:place] + mark + number[place:])


@family("precision lost", "cut short")
def exponent(dice: Dice) -> Cell:
    number = mobile(dice)
    kept = dice.between(1, 8)
    power = dice.pick(("E+09", "E9", "e+09", "E+9", "E+11", "E+12"))
    return nothing(f"{number[0]}.{number[1 : kept + 1]}{power}")


@family("two halves on two lines", "cut short")
def lines(dice: Dice) -> Cell:
    number = mobile(dice)
    place = dice.between(3, 8)
    return written(number[:place] + dice.pick(("\n", "\r\n", "\r", "\u2028")) + number[place:], key(number), found=None)


@family("two numbers cut short", "cut short")
def two_short(dice: Dice) -> Cell:
    one, other = short(dice, dice.between(4, 9)), short(dice, dice.between(4, 9))
    mark = dice.pick((", ", " and ", " or ", " & ", "; ", " | ", ",", " to ", " + ", "...", " .. "))
    return nothing(one + mark + other)


@family("a piece of a number and a bracket", "cut short")
def bracket(dice: Dice) -> Cell:
    number = mobile(dice)
    place = dice.between(4, 9)
    return nothing(f"{number[:place]}{dice.pick((' ', ''))}({number[place:]})")


@family("a plus before ten digits", "cut short")
def lonely_plus(dice: Dice) -> Cell:
    number = joinable(dice)
    return nothing(
        f"+{dice.pick((number, five_five(number), number[:2] + ' ' + number[2:], number[:2] + '-' + number[2:]))}"
    )


@family("two zeros before ten digits", "cut short")
def two_zeros(dice: Dice) -> Cell:
    number = joinable(dice)
    return nothing(dice.pick(("00", "00 ", "000", "0000")) + number, found=None)


@family("foreign cut short or with a figure", "cut short")
def foreign_cut(dice: Dice) -> Cell:
    digits, style, _ = dice.pick(foreign())
    if len(str(digits)) < 9:
        style = "+1 650-253-0000"
        digits = 16502530000
    figure = dice.digits(dice.between(1, 3), "123456789")
    return written(
        f"{style}{dice.pick((' ({})', ', {}', '; {}', ' x{} calls', ' / {} times')).format(figure)}", digits, found=None
    )


@family("landline and a count", "cut short")
def landline_count(dice: Dice) -> Cell:
    area, rest = landline(dice)
    count = dice.digits(dice.pick((1, 2)), "123456789")
    cutrest = rest[: len(rest) - len(count)]
    form = dice.pick((" ({c})", " {c} times", ", {c}", " {c} calls", " - {c} calls"))
    return nothing(f"0{area}-{cutrest}" + form.format(c=count))


@family("a handset in the column of numbers", "cut short")
def imei(dice: Dice) -> Cell:
    body = imei14(dice) + dice.digits(dice.pick((0, 1, 2)))
    body = "35" + body[2:]
    groups = {14: (2, 6, 6), 15: (6, 2, 6, 1), 16: (8, 6, 2)}[len(body)]
    return nothing(dice.pick((body, dice.pick((" ", "-")).join(cut(body, groups)))))


@family("a digit lost anywhere", "cut short")
def lost(dice: Dice) -> Cell:
    text, places = grouped_text(dice)
    place = dice.pick(places[1:])
    return nothing(text[:place] + text[place + 1 :])


@family("a digit too many anywhere", "cut short")
def doubled(dice: Dice) -> Cell:
    text, places = grouped_text(dice)
    place = dice.pick(places[1:])
    return nothing(text[:place] + dice.pick((text[place], dice.digits(1))) + text[place:])


def grouped_text(dice: Dice) -> tuple[str, list[int]]:
    """A mobile with a prefix and in groups, and where its own ten digits stand."""
    number = mobile(dice)
    prefix = dice.pick(("+91 ", "+91-", "+91", "0091 ", "0", "(+91) ", "91 ", "91-", ""))
    body = dice.pick(
        (number, dice.pick((" ", "-", ".")).join(cut(number, dice.pick(((5, 5), (3, 3, 4), (4, 3, 3))))), number)
    )
    places = [len(prefix) + at for at, letter in enumerate(body) if letter.isdigit()]
    return prefix + body, places
