"""Families of cells that a reader joins if it drops what stands between: words, quotes, brackets, prefixes, commas.

A word that is taken off leaves a gap, not a number: `98765 mob 43210` are two figures.
"""

from __future__ import annotations

from .family import Cell, Dice, family, nothing, plainly, written
from .labels import COUNTS_AFTER, PHONE_WORDS
from .labels_indic import LANGUAGES
from .parts import MONTHS, five_five, foreign, indian_commas, joinable, key, landline, mobile, written_mobile

MOBILE_WORDS = (
    "Mobile",
    "Mob",
    "mob.",
    "Mobile No",
    "WhatsApp",
    "मोबाइल",
    "मो0नं0",
    "ਮੋਬਾਈਲ",
    "মোবাইল",
    "மொபைல்",
    "موبائل",
)


def phone_word(dice: Dice) -> str:
    return dice.pick(PHONE_WORDS if dice.chance(0.6) else LANGUAGES[dice.pick(tuple(LANGUAGES))].phone)


@family("a phone word between two pieces", "joining")
def word_between(dice: Dice) -> Cell:
    number = mobile(dice)
    place = dice.between(2, 8)
    between = dice.pick((" {} ", " ({}) ", "-{}-", " {}: ", "{}", " / {} "))
    return nothing(number[:place] + between.format(phone_word(dice)) + number[place:])


@family("a phone word between the code and eight digits", "joining")
def word_behind_code(dice: Dice) -> Cell:
    number = joinable(dice)
    word = phone_word(dice)
    rest = number[2:]
    return nothing(
        dice.pick(
            (
                f"91 {word} {rest}",
                f"{word} 91 {word} {rest}",
                f"91-{word}: {rest}",
                f"({word} 91) {rest}",
                f"{word} 91 {rest}",
                f"{word}-91-{rest}",
                f"91 ({word}) {rest}",
            )
        )
    )


@family("a phone word between a number and a figure", "joining")
def word_before_figure(dice: Dice) -> Cell:
    number = joinable(dice)
    word, count = phone_word(dice), dice.digits(dice.pick((1, 2, 2)), "123456789")
    return written(
        dice.pick(
            (
                f"{number} {word} {count}",
                f"{number} {word}{count}",
                f"{number} ({word} {count})",
                f"{word} {number} {word} {count}",
                f"{number}-{word}-{count}",
            )
        ),
        key(number),
        found=None,
    )


@family("a phone word, a number and a figure", "joining")
def word_number_figure(dice: Dice) -> Cell:
    number = joinable(dice)
    word, count = phone_word(dice), dice.digits(dice.pick((1, 2, 2)), "123456789")
    forms = (
        f"{word} {number} {count}",
        f"{word}: {number} ({count})",
        f"{word} {number} {count} {dice.pick(COUNTS_AFTER)}",
        f"{word}-{number}-{count}",
        f"{word} {number} / {count}",
        f"{count} {word} {number}",
        f"{word} {count} {number}",
        f"{count} {dice.pick(COUNTS_AFTER)} {word} {number}",
        f"{number} {count} ({word})",
        f"{word} +91 {number} {count}",
        f"{word} 0{number} ({count})",
    )
    return written(dice.pick(forms), key(number), found=None)


@family("a whole number and times of day", "joining")
def opening_hours(dice: Dice) -> Cell:
    number = joinable(dice)
    ends = (
        "24x7",
        "24/7",
        "24*7",
        "24hrs",
        "24 hrs",
        "10am",
        "10 am",
        "5pm",
        "10-6",
        "10 to 6",
        "(10-6)",
        "2nd",
        "1st floor",
        "4G",
        "5g sim",
        "sim 2",
        "SIM1",
        "SIM-2",
        "24X7",
        "10:30",
        "24 ghante",
        "2 din",
    )
    return written(number + dice.pick((" ", " ", "-", " (")) + dice.pick(ends), key(number), found=None)


@family("a whole number, a day and a month", "joining")
def day_month(dice: Dice) -> Cell:
    number = joinable(dice)
    day, month = dice.between(10, 28), dice.between(1, 12)
    ends = (
        f"{day}/{month}",
        f"{day}-{month:02}",
        f"{day}.{month:02}",
        f"{day} {MONTHS[month - 1]}",
        f"{day}{MONTHS[month - 1].upper()}",
        f"{day}th",
        f"{day} {month:02} 25",
        f"{day}{month:02}",
        f"{MONTHS[month - 1]} {day}",
    )
    return written(number + dice.pick((" ", " ", "-", " (", "/", ", ")) + dice.pick(ends), key(number), found=None)


@family("prefix, a number cut short and a count", "joining")
def prefix_cut_count(dice: Dice) -> Cell:
    length = dice.pick((8, 8, 9))
    number = dice.pick((mobile(dice), joinable(dice)[2:] + dice.digits(2)))[:length]
    count = dice.digits(10 - length, "123456789")
    prefix = dice.pick(("+91 ", "+91-", "+91", "91 ", "0091 ", "0", "91", "(+91) ", "0091"))
    unit = dice.pick(COUNTS_AFTER)
    ends = (" {}", " ({})", " {} {u}", "-{}", " ({} {u})", "/{}", ", {}", " x{}", "\t{}", " - {}", "\u00a0{}", " [{}]")
    if prefix == "91" and length == 8:
        prefix = "91-"  # ten bare digits that begin with 91 are a number
    return nothing(prefix + number + dice.pick(ends).format(count, u=unit), found=None)


@family("a number cut short and a longer count", "joining")
def cut_long_count(dice: Dice) -> Cell:
    length = dice.pick((7, 6, 7))
    count = dice.digits(10 - length, "123456789")
    unit = dice.pick(("calls", "times", "days", "rupees", "sms", "minutes", "hits", "transactions"))
    form = dice.pick((" ({})", " {} {u}", " ({} {u})", " [{}]", " x{}", "-{} {u}", "({})", ", {} {u}"))
    return nothing(mobile(dice)[:length] + form.format(count, u=unit))


@family("quoted pieces", "joining")
def quoted_pieces(dice: Dice) -> Cell:
    number = joinable(dice)
    place = dice.between(2, 8)
    mark = dice.pick(("'", '"'))
    one, other = number[:place], number[place:]
    return nothing(
        dice.pick(
            (
                f"{mark}{one}{mark} {mark}{other}{mark}",
                f"{mark}{one}{mark},{mark}{other}{mark}",
                f"{mark}{one}{mark}{other}",
                f"{one}{mark}{other}",
                f"{mark}{one}{mark} {other}",
                f"{one} {mark}{other}{mark}",
                f"{mark}{one}{mark}-{mark}{other}{mark}",
            )
        ),
        found=None,
    )


@family("a quoted number and a figure", "joining")
def quoted_and_figure(dice: Dice) -> Cell:
    number = joinable(dice)
    count = dice.digits(2, "123456789")
    return written(
        dice.pick(
            (
                f"'{number}' {count}",
                f"'{number}' '{count}'",
                f'"{number}" {count}',
                f"'{number} {count}'",
                f'"{number}","{count}"',
                f"'{number} {count}",
                f'="{number} {count}"',
                f'="{number}" {count}',
            )
        ),
        key(number),
        found=None,
    )


@family("brackets around pieces", "joining")
def bracket_pieces(dice: Dice) -> Cell:
    number = joinable(dice)
    rest, count = number[2:], dice.digits(2, "123456789")
    forms = (
        f"(91) {rest} {count}",
        f"(+91) {rest} ({count})",
        f"+91 ({rest}) {count}",
        f"+91({rest}){count}",
        f"({number[:5]})({number[5:]})",
        f"[91] {rest}",
        f"({number[:5]}) ({number[5:]})",
        f"(91)({rest})",
        f"{{91}} {rest}",
        f"91 ({rest})",
        f"91({rest})",
        f"({number[:8]}){number[8:]}",
        f"<91> {rest}",
    )
    return nothing(dice.pick(forms), found=None)


@family("commas of long amounts", "joining")
def long_commas(dice: Dice) -> Cell:
    twelve = int("91" + mobile(dice))
    return nothing(
        dice.pick(
            (
                f"{indian_commas(twelve)}.00",
                f"{twelve:,}.00",
                f"₹{twelve:,}",
                f"{twelve}.50",
                f"{indian_commas(twelve)}/-",
            )
        )
    )


@family("decimals of whole numbers", "joining")
def decimals(dice: Dice) -> Cell:
    number = mobile(dice)
    return nothing(
        dice.pick(
            (
                f".{number}",
                f"0.{number}",
                f"{number}.10",
                f"{number}.5",
                f"{number}.{dice.digits(2, '123456789')}",
                f"{number[:9]}.{number[9]}",
                f"{number[:8]}.{number[8:]}",
                f"{number[0]}.{number[1:]}",
                f"{number[:2]},{number[2:]}",
                f"{number[:5]},{number[5:]}",
                f"{number[:7]}.{number[7:]}",
                f"{number[:6]}.{number[6:]}",
            )
        ),
        found=None,
    )


@family("digits as words", "joining")
def digit_words(dice: Dice) -> Cell:
    number = mobile(dice)
    names = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    place = dice.between(1, 7)
    word = names[int(number[place])]
    forms = (
        f"{number[:place]} {word} {number[place + 1 :]}",
        f"{number[:5]} double {number[5]} {number[7:]}",
        f"{number[:4]} triple {number[4]} {number[7:]}",
        f"{number[:place]}{word}{number[place + 1 :]}",
        f"ninety one {number[2:]}",
        f"{number[:8]} ninety",
        f"{number[:9]} {names[int(number[9])]}",
        f"{number[:5]} डबल {number[5]} {number[7:]}",
    )
    return nothing(dice.pick(forms))


@family("a counter glued to a phone word", "joining")
def glued_counter(dice: Dice) -> Cell:
    word = dice.pick(("Mob", "Mobile", "MobileNo", "mob", "Cell", "WhatsApp"))
    return nothing(f"{word}{dice.between(1, 5)}{mobile(dice)[:9]}", found=None)


@family("words between two whole numbers", "several")
def words_between_two(dice: Dice) -> Cell:
    one, other = mobile(dice), mobile(dice)
    a, b = phone_word(dice), phone_word(dice)
    return nothing(
        dice.pick(
            (
                f"{a} {one} {b} {other}",
                f"{one} ({a}) {other} ({b})",
                f"{a}: {one}, {b}: {other}",
                f"{one} {a} {other}",
                f"{a} {one} / {other}",
            )
        ),
        found=None,
    )


@family("mobile and landline with words", "several")
def words_mobile_landline(dice: Dice) -> Cell:
    area, rest = landline(dice)
    return nothing(
        dice.pick(
            (
                f"Mob {mobile(dice)} Ph 0{area}-{rest}",
                f"M: {mobile(dice)} O: 0{area} {rest}",
                f"0{area}-{rest} (O), {mobile(dice)} (M)",
            )
        ),
        found=None,
    )


@family("foreign in one group and a figure", "joining")
def foreign_figure(dice: Dice) -> Cell:
    digits, _, _ = dice.pick(foreign())
    figure = dice.digits(dice.between(1, 3), "123456789")
    return written(
        dice.pick(("+", "00"))
        + str(digits)
        + dice.pick((" {}", " ({})", "-{}", ", {}", "/{}", " x{}", " {} calls", ".{}", "\t{}", " - {}")).format(figure),
        digits,
        found=None,
    )


@family("marks of doubt", "joining")
def doubt(dice: Dice) -> Cell:
    number = written_mobile(dice, mobile(dice))
    return nothing(
        dice.pick(
            (
                f"not {number}",
                f">{number}",
                f"< {number}",
                f"~~{number}~~",
                f"≠{number}",
                f"no. not {number}",
                f"{number}X",
                f"X {number}",
                f"{number} (wrong)",
                f"≈ {number}",
                f"±{number}",
                f"{number}?{number[:4]}",
                f"maybe {number}",
                f"{number} ✗",
                f"❌ {number}",
                f"not no. {number}",
                f"{number} is not",
            )
        ),
        found=None,
    )


@family("dial marks around a number", "joining")
def dial_marks(dice: Dice) -> Cell:
    number = joinable(dice)
    return nothing(
        dice.pick(
            (
                f"*{number}#",
                f"{number}#",
                f"#{number}",
                f"*{number}",
                f"{number}*24#",
                f"{number}p24",
                f"{number},,24#",
                f"{number}w24",
                f"*91*{number[2:]}#",
                f"**{number[:5]}*{number[5:]}",
            )
        ),
        found=None,
    )


@family("a date or an amount that fills a number up", "joining")
def fill_up(dice: Dice) -> Cell:
    head = mobile(dice)[: dice.pick((4, 5, 6))]
    year = dice.between(2019, 2026)
    ends = {
        4: (f"{year}-11", f"{dice.digits(4)}.00", f"11/{year}"),
        5: (f"{dice.digits(3)}.00", "11-25", "11/25", f"{dice.digits(5)}/-"),
        6: (f"{dice.digits(2)}.00", f"{dice.digits(2)}:{dice.digits(2)}", f"{year}/-", f"{dice.digits(4)}/-"),
    }
    return nothing(head + dice.pick((" ", "-", "/", " - ")) + dice.pick(ends[len(head)]))


@family("a number that only starts like another", "plain")
def leads_like_code(dice: Dice) -> Cell:
    """Ten digits that begin 91, 00 behind a plus, or with the digits of another country's code."""
    number = joinable(dice)
    return plainly(
        dice.pick(
            (
                number,
                "0" + number,
                "91" + number,
                "+91" + number,
                five_five(number),
                f"+91 {five_five(number)}",
                f"91 {five_five(number)}",
            )
        ),
        key(number),
    )
