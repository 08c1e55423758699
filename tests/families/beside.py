"""Families of cells in which one whole number stands beside something else that has digits.

The number may be accepted or refused; what must never come out is the number joined with what stands beside it. Two in
three of the numbers begin with 91 and 6 to 9, so that joining shows.
"""

from __future__ import annotations

from .family import Cell, Dice, family, nothing, written
from .labels import COUNTS_AFTER
from .parts import (
    BLANKS,
    DASHES,
    clock,
    date,
    joinable,
    key,
    landline,
    mobile,
    money,
    pin_code,
    script,
    written_mobile,
)

THIN = (" ", "\u00a0", "\u2009", "\u202f", "\t", "\u3000", "\u2003", "\u200b ", " \u200e")


def whole(dice: Dice) -> tuple[str, int]:
    """A mobile with nothing, a zero or a code before it."""
    number = joinable(dice) if dice.chance(0.67) else mobile(dice)
    prefix = dice.pick(("", "", "", "", "0", "+91", "+91 ", "0 ", "91"))
    return prefix + number, key(number)


def figure(dice: Dice) -> str:
    return dice.digits(dice.pick((1, 2, 2, 2, 3)), "123456789")


@family("a figure after a blank", "beside")
def after_blank(dice: Dice) -> Cell:
    text, number = whole(dice)
    return written(text + dice.pick(THIN) + figure(dice), number)


@family("a figure in brackets", "beside")
def after_brackets(dice: Dice) -> Cell:
    text, number = whole(dice)
    return written(
        text
        + dice.pick((" ({})", "({})", " [{}]", "[{}]", " {{{}}}", " <{}>", " ({}", " {})", "-({})")).format(
            figure(dice)
        ),
        number,
    )


@family("a figure after a mark", "beside")
def after_mark(dice: Dice) -> Cell:
    text, number = whole(dice)
    mark = dice.pick(
        (
            *DASHES,
            " - ",
            "/",
            " / ",
            ", ",
            ",",
            "; ",
            " x",
            " x ",
            " × ",
            " *",
            " + ",
            "+",
            ":",
            " : ",
            " = ",
            "#",
            " #",
            "|",
            " | ",
            "_",
            "~",
            " & ",
            "'",
            " – ",
            "%20",
            "\\",
        )
    )
    return written(text + mark + figure(dice), number, found=None)


@family("a figure after a point", "beside")
def after_point(dice: Dice) -> Cell:
    text, _ = whole(dice)
    return nothing(f"{text}.{dice.digits(2, '123456789')}", found=None)


@family("a counted thing after the number", "beside")
def after_count(dice: Dice) -> Cell:
    text, number = whole(dice)
    unit = dice.pick(COUNTS_AFTER)
    form = dice.pick((" {} {}", " ({} {})", " - {} {}", ", {} {}", " {}{}", "-{} {}", " x {} {}", "/{} {}", " [{} {}]"))
    return written(text + form.format(figure(dice), unit), number)


@family("a figure in another script", "beside")
def after_script(dice: Dice) -> Cell:
    text, number = whole(dice)
    zero = dice.pick((0x0966, 0x0A66, 0x06F0, 0xFF10, 0x0BE6, 0x09E6))
    return written(text + dice.pick((" ", " (", "-", "\u00a0")) + script(figure(dice), zero), number)


@family("a raised or circled figure", "beside")
def raised(dice: Dice) -> Cell:
    text, number = whole(dice)
    return written(
        text + dice.pick(("", " ")) + dice.pick(("²", "¹", "①", "⑥", "½", "⁹⁴", "₂", "❻", "🄁")), number, found=None
    )


@family("a date after the number", "beside")
def after_date(dice: Dice) -> Cell:
    text, number = whole(dice)
    return written(
        text + dice.pick((" ", "  ", " - ", ", ", " on ", " (", " dt ", " dated ", "/", "-", " / ")) + date(dice),
        number,
    )


@family("a date before the number", "beside")
def before_date(dice: Dice) -> Cell:
    number = mobile(dice)
    return written(date(dice) + dice.pick((" ", "  ", " - ", ", ", " : ", "\t", " / ")) + number, key(number))


@family("a time or duration after the number", "beside")
def after_clock(dice: Dice) -> Cell:
    text, number = whole(dice)
    return written(text + dice.pick((" ", ", ", " at ", " - ", " (", "-", " @")) + clock(dice), number)


@family("date, time and number in every order", "beside")
def mixed_order(dice: Dice) -> Cell:
    number = mobile(dice)
    pieces = [date(dice), clock(dice), number]
    first = pieces.pop(dice.below(3))
    if dice.chance():
        pieces.reverse()
    return written(dice.pick((" ", ", ", "\t", "  ", " | ")).join([first, *pieces]), key(number))


@family("an amount after the number", "beside")
def after_money(dice: Dice) -> Cell:
    text, number = whole(dice)
    return written(text + dice.pick((" ", ", ", " - ", " (", " / ")) + money(dice), number)


@family("an amount before the number", "beside")
def before_money(dice: Dice) -> Cell:
    number = mobile(dice)
    return written(money(dice) + dice.pick((" ", ", ", " - ", ": ", " to ", " / ")) + number, key(number), found=None)


@family("an amount without a word beside the number", "beside")
def bare_amount(dice: Dice) -> Cell:
    text, number = whole(dice)
    value = dice.pick(
        (
            f"{dice.between(1, 99)},000",
            f"{dice.between(1, 9)},{dice.digits(2)},000",
            f"{dice.digits(4, '123456789')}.{dice.digits(2)}",
            f"{dice.between(1, 99)}000",
        )
    )
    return written(text + dice.pick((" ", "  ", " - ", " (", "\t")) + value, number, found=None)


@family("a list marker before the number", "beside")
def list_marker(dice: Dice) -> Cell:
    text, number = whole(dice)
    mark = dice.pick(
        (
            "{}) ",
            "{}. ",
            "({}) ",
            "{}] ",
            "{}: ",
            "{}- ",
            "{} - ",
            "#{} ",
            "{})",
            "{}.",
            "({})",
            "{}",
            "{} ",
            "No.{} ",
            "S.No. {} ",
            "Sr {} ",
            "{}.) ",
            "{}/ ",
        )
    )
    if mark == "{}":
        mark = "{}\t"
    return written(mark.format(dice.between(1, 99)) + text, number, found=None)


@family("a marker of letters before the number", "beside")
def letter_marker(dice: Dice) -> Cell:
    number = mobile(dice)
    return written(
        dice.pick(("(a) ", "a) ", "i) ", "ii. ", "(iv) ", "A. ", "* ", "• ", "- ", "– ", "→ ", "क) ", "(ख) ")) + number,
        key(number),
    )


@family("a figure before the number", "beside")
def before_figure(dice: Dice) -> Cell:
    text, number = whole(dice)
    return written(
        figure(dice) + dice.pick((" ", "-", ", ", "/", " - ", "\t", " x ", "\u00a0", ": ", "–")) + text,
        number,
        found=None,
    )


@family("a machine's series beside a mobile", "beside")
def series(dice: Dice) -> Cell:
    number = mobile(dice)
    code = dice.pick(("559", "575", "576", "579", "597"))
    mark = dice.pick((" ", "-", ", ", "/", " - ", ") ", ". ", "\u00a0"))
    return written(dice.pick((code + mark + number, number + mark + code)), key(number), found=None)


@family("a PIN code beside the number", "beside")
def pin(dice: Dice) -> Cell:
    text, number = whole(dice)
    code = pin_code(dice)
    forms = (
        f"{code} {text}",
        f"{text} {code}",
        f"PIN {code} {text}",
        f"{text}, {code}",
        f"{code}, {text}",
        f"{text} PIN-{code}",
        f"{code}-{text}",
        f"{text}/{code}",
    )
    return written(dice.pick(forms), number, found=None)


@family("a longer figure beside the number", "beside")
def longer(dice: Dice) -> Cell:
    text, number = whole(dice)
    other = dice.digits(dice.between(3, 9), "12345678")
    return written(text + dice.pick((" ", "-", " - ", ", ", "/", " (", "\t", "; ")) + other, number, found=None)


@family("an ending given twice", "beside")
def endings(dice: Dice) -> Cell:
    text, number = whole(dice)
    tail = dice.digits(dice.between(1, 4), "123456789")
    return written(
        text
        + dice.pick(("/", "-", ",", " / ", ", ", " or ", "/", "/"))
        + tail
        + dice.pick(("", "", f"/{dice.digits(2)}")),
        number,
        found=None,
    )


@family("a landline with endings", "beside")
def landline_endings(dice: Dice) -> Cell:
    area, rest = landline(dice)
    return written(
        f"0{area}-{rest}" + dice.pick(("/", "-", ",", " / ", ", ")) + dice.digits(dice.pick((1, 2, 2))),
        91 * 10**10 + int(area + rest),
        found=None,
    )


@family("two whole numbers", "several")
def two(dice: Dice) -> Cell:
    one, other = mobile(dice), mobile(dice)
    mark = dice.pick(
        (
            " ",
            ", ",
            "/",
            " / ",
            " and ",
            " & ",
            ";",
            "\n",
            "  ",
            " or ",
            "-",
            " - ",
            ",",
            "\t",
            "|",
            " व ",
            " तथा ",
            "\r\n",
            "\u00a0",
            "।",
            " और ",
        )
    )
    text = written_mobile(dice, one) + mark + written_mobile(dice, other)
    return nothing(text, found=(key(one), key(other)) if one != other else (key(one),))


@family("two numbers without anything between", "several")
def two_glued(dice: Dice) -> Cell:
    return nothing(mobile(dice) + dice.pick(("", "", "0", "91")) + mobile(dice), found=None)


@family("three and more numbers", "several")
def many(dice: Dice) -> Cell:
    numbers = list(dict.fromkeys(mobile(dice) for _ in range(dice.between(3, 6))))
    mark = dice.pick((", ", " ", "/", "\n", "; ", ",", " / "))
    return nothing(mark.join(numbers), found=tuple(key(number) for number in numbers))


@family("a whole number and one cut short", "several")
def whole_and_short(dice: Dice) -> Cell:
    text, number = whole(dice)
    other = mobile(dice)[: dice.between(7, 9)]
    pair = [text, other]
    if dice.chance():
        pair.reverse()
    return written(dice.pick((", ", "/", " / ", " ", " and ", "\n", "-", "; ")).join(pair), number, found=None)


@family("numbers with list markers", "several")
def marked_list(dice: Dice) -> Cell:
    one, other = joinable(dice), joinable(dice)
    mark, between = dice.pick(("{}) ", "{}. ", "({}) ", "{}- ", "{}.", "{})")), dice.pick((" ", ", ", "\n", "; ", "  "))
    return nothing(
        mark.format(1) + one + between + mark.format(2) + other,
        found=None if mark == "{}." else (key(one), key(other)),
    )


@family("a mobile and a landline", "several")
def mobile_and_landline(dice: Dice) -> Cell:
    area, rest = landline(dice)
    pair = [mobile(dice), f"0{area}-{rest}"]
    if dice.chance():
        pair.reverse()
    return nothing(dice.pick((", ", " / ", "; ", " ", "/")).join(pair), found=None)


@family("odd marks within one number", "beside")
def odd_marks(dice: Dice) -> Cell:
    number = mobile(dice)
    half = dice.between(3, 7)
    mark = dice.pick(
        (" - ", "- ", " -", "--", "  ", " . ", "_", "' ", " / ", ". ", "…", "·", *BLANKS, "\u2009", "\u202f", "->")
    )
    return written(dice.pick(("", "+91 ", "+91-")) + number[:half] + mark + number[half:], key(number), found=None)


@family("several separators within one number", "beside")
def mixed_marks(dice: Dice) -> Cell:
    number = mobile(dice)
    return written(
        f"{number[:3]}{dice.pick(' -./')}{number[3:6]}{dice.pick(' -./')}{number[6:]}", key(number), found=None
    )


@family("marks around the number", "beside")
def around(dice: Dice) -> Cell:
    number = mobile(dice)
    text = written_mobile(dice, number)
    before, after = dice.pick(
        (
            ("(", ")"),
            ("[", "]"),
            ("<", ">"),
            ("{", "}"),
            ("*", "*"),
            ("_", "_"),
            ("", "."),
            ("", ","),
            ("", ";"),
            ("", "?"),
            ("~", ""),
            ("«", "»"),
            ("“", "”"),
            (":", ""),
            ("-", ""),
            ("", "-"),
            ("=", ""),
            ("@", ""),
            ("📞", ""),
            ("☎ ", ""),
            ("", "!"),
            ("\\", ""),
            ("`", "`"),
            ("", ")"),
            ("(", ""),
        )
    )
    return written(before + text + after, key(number), found=None)


@family("E.164 and a figure, region None", "beside", region=None)
def no_region(dice: Dice) -> Cell:
    number = mobile(dice)
    mark = dice.pick((" ", " (", "-", ", ", "/", "\t"))
    return written("91" + number + mark + figure(dice), key(number), found=None)
