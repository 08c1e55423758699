"""Families of cells of odd letters: digits that are none, marks that turn the order, signs of other scripts."""

from __future__ import annotations

from .family import Cell, Dice, family, nothing, written
from .parts import SCRIPTS, five_five, joinable, key, mobile, script

NO_DIGITS = ("⓪①②③④⑤⑥⑦⑧⑨", "⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉", "🄁🄂🄃🄄🄅🄆🄇🄈🄉🄊", "〇一二三四五六七八九", "⓿❶❷❸❹❺❻❼❽❾")
OTHER_DIGITS = (0x0E50, 0x17E0, 0x1040, 0x0F20, 0x1D7CE, 0x1D7D8, 0x07C0, 0x0ED0)


@family("signs that are no digits", "odd letters")
def no_digits(dice: Dice) -> Cell:
    number = mobile(dice)
    signs = dice.pick(NO_DIGITS)
    text = "".join(signs[int(digit)] for digit in number)
    place = dice.between(1, 9)
    return nothing(
        dice.pick((text, "+91" + text, number[:place] + text[place:], text[:place] + number[place:])), found=None
    )


@family("a sign that is no digit behind nine", "odd letters")
def no_digit_behind(dice: Dice) -> Cell:
    number = mobile(dice)
    sign = dice.pick(NO_DIGITS)[dice.between(1, 9)]
    return nothing(
        dice.pick(
            (
                number[:9] + sign,
                f"{number[:9]} {sign}",
                sign + number[:9],
                f"{sign} {number[:9]}",
                f"91{number[:9]}{sign}",
            )
        ),
        found=None,
    )


@family("digits of scripts outside India", "odd letters")
def other_digits(dice: Dice) -> Cell:
    number = mobile(dice)
    return written(
        script(dice.pick((number, "+91" + number, five_five(number))), dice.pick(OTHER_DIGITS)), key(number), found=None
    )


@family("a mark that turns the order of the digits", "odd letters")
def turned(dice: Dice) -> Cell:
    """What is read off the screen is the reverse of what is stored."""
    number = mobile(dice)
    while number == number[::-1]:
        number = mobile(dice)
    return nothing(
        dice.pick(
            (
                f"\u202e{number}\u202c",
                f"\u202e{number}",
                f"+91\u202e{number}\u202c",
                f"{number[:5]}\u202e{number[5:]}\u202c",
            )
        ),
        found=None,
    )


@family("digits struck out", "odd letters")
def struck_out(dice: Dice) -> Cell:
    mark = dice.pick(("\u0336", "\u0338", "\u0335", "\u20e0"))
    return nothing("".join(digit + mark for digit in mobile(dice)), found=None)


@family("keycaps", "odd letters")
def keycaps(dice: Dice) -> Cell:
    number = mobile(dice)
    return written("".join(digit + "\ufe0f\u20e3" for digit in number), key(number), found=None)


@family("a figure in keycaps beside the number", "odd letters")
def keycap_figure(dice: Dice) -> Cell:
    number = joinable(dice)
    figure = "".join(digit + "\ufe0f\u20e3" for digit in dice.digits(2))
    return written(number + dice.pick((" ", "", "-")) + figure, key(number), found=None)


@family("separators of other scripts", "odd letters")
def separators(dice: Dice) -> Cell:
    number = mobile(dice)
    mark = dice.pick(
        (
            "－",
            "　",
            "・",
            "٫",
            "٬",
            "、",
            "／",
            "．",
            "﹣",
            "⁃",
            "˗",
            "־",
            "~",
            "〜",
            "₋",
            "⁻",
            "।",
            "·",
            "•",
            "∙",
            "⸺",
        )
    )
    return written(five_five(number, mark), key(number), found=None)


@family("separators of other scripts before a figure", "odd letters")
def separators_figure(dice: Dice) -> Cell:
    number = joinable(dice)
    mark = dice.pick(
        ("－", "　", "・", "٫", "٬", "、", "／", "．", "﹣", "⁃", "˗", "־", "〜", "₋", "⁻", "।", "·", "•", "∙")
    )
    return written(number + mark + dice.digits(2, "123456789"), key(number), found=None)


@family("a figure in a script before nine digits", "odd letters")
def script_figure_before(dice: Dice) -> Cell:
    figure = script(str(dice.between(1, 9)), SCRIPTS[dice.pick(tuple(SCRIPTS))])
    return nothing(figure + dice.pick((" ", ") ", ". ", "-", "। ", ": ")) + mobile(dice)[:9], found=None)


@family("control letters within", "odd letters")
def controls(dice: Dice) -> Cell:
    number = joinable(dice)
    mark = dice.pick(("\x00", "\x01", "\x0b", "\x0c", "\x1f", "\x7f", "\x85", "\u2028", "\u2029", "\ufffd", "\x1b[0m"))
    count = dice.digits(2, "123456789")
    return written(number + mark + count, key(number), found=None)


@family("letters that look like separators or digits", "odd letters")
def lookalikes(dice: Dice) -> Cell:
    number = mobile(dice)
    place = dice.between(1, 9)
    sign = dice.pick("ОоΟοօ௦٥۵००lI|!Іі।১ιʘØøQDѲ〇")
    if sign.isdecimal():
        sign = "О"
    return nothing(number[:place] + sign + number[place + 1 :], found=None)
