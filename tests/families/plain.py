"""Families of cells in which one number is plainly written: every one of them must be accepted."""

from __future__ import annotations

import re

import phonenumbers

from .family import Cell, Dice, One, enter_each, family, plainly, written
from .labels import HINGLISH_PHONE_WORDS, PHONE_WORDS
from .labels_indic import LANGUAGES, Language
from .parts import (
    AREAS_OF_FOUR,
    AREAS_OF_THREE,
    AREAS_OF_TWO,
    BLANKS,
    DASHES,
    INDIA,
    INVISIBLE,
    SCRIPTS,
    cut,
    five_five,
    foreign,
    grouped,
    indian_commas,
    key,
    landline,
    looks_otherwise,
    mobile,
    script,
    toll_free,
    written_mobile,
)

PREFIXES = (
    "+91",
    "91",
    "0",
    "0091",
    "+91 ",
    "91 ",
    "0091 ",
    "+91-",
    "91-",
    "0091-",
    "(+91)",
    "(+91) ",
    "+91 0",
    "+91 (0) ",
)


@family("ten bare digits", "plain")
def bare(dice: Dice) -> Cell:
    number = mobile(dice)
    return plainly(number, key(number))


@family("prefix and ten digits", "plain")
def prefixed(dice: Dice) -> Cell:
    number = mobile(dice)
    return plainly(dice.pick(PREFIXES) + number, key(number))


@family("prefix and a trunk zero", "plain")
def trunk_zero(dice: Dice) -> Cell:
    number = mobile(dice)
    prefix = dice.pick(("+91 0", "+91-0", "0091 0", "+910", "+91 (0) ", "+91(0)", "+91 (0)"))
    return plainly(prefix + number, key(number))


@family("groups of 2 to 8 with one separator", "plain")
def groups(dice: Dice) -> Cell:
    number = mobile(dice)
    mark = dice.pick((" ", "-", " ", "-", *BLANKS, *DASHES))
    return plainly(mark.join(grouped(dice, number)), key(number))


@family("prefix and groups", "plain")
def prefixed_groups(dice: Dice) -> Cell:
    number = mobile(dice)
    mark = dice.pick((" ", "-", " ", "-", *BLANKS, *DASHES))
    prefix = dice.pick(("+91 ", "+91-", "0091 ", "0091-", "(+91) ", "(+91)", "+91 0", "+91 (0) ", "+91" + mark))
    return plainly(prefix + mark.join(grouped(dice, number)), key(number))


@family("91 without a plus and groups", "plain")
def bare_code_groups(dice: Dice) -> Cell:
    number = mobile(dice)
    mark = dice.pick((" ", "-"))
    groups = grouped(dice, number)
    if [len(group) for group in groups] == [2, 4, 4]:
        groups = cut(number, (5, 5))  # 9198 7654 3210 is how Aadhaar is written
    return plainly(dice.pick(("91 ", "91-")) + mark.join(groups), key(number))


@family("prefix glued to the first group", "plain")
def glued_prefix(dice: Dice) -> Cell:
    number = mobile(dice)
    prefix = dice.pick(("0", "+91", "91", "0", "+91"))
    groups = cut(number, dice.pick(((5, 5), (3, 3, 4), (4, 3, 3), (4, 6), (5, 5), (3, 7), (2, 8))))
    if looks_otherwise(groups):
        groups = cut(number, (5, 5))
    return plainly(prefix + dice.pick((" ", "-")).join(groups), key(number))


@family("groups of two", "plain")
def twos(dice: Dice) -> Cell:
    number = mobile(dice)
    mark = dice.pick((" ", "-", ".", " ", "-"))
    prefix = dice.pick(("+91 ", "+91-")) if number.startswith("91") or dice.chance(0.3) else dice.pick(("", "", "0"))
    return plainly(prefix + mark.join(cut(number, (2, 2, 2, 2, 2))), key(number))


@family("digit by digit", "plain")
def ones(dice: Dice) -> Cell:
    number = mobile(dice)
    return plainly(dice.pick((" ", "-")).join(number), key(number))


@family("points: 5.5 and 3.3.4", "plain")
def points(dice: Dice) -> Cell:
    number = mobile(dice)
    groups = cut(number, dice.pick(((5, 5), (3, 3, 4))))
    return plainly(dice.pick(("", "", "+91 ", "+91-")) + ".".join(groups), key(number))


@family("slash: 5/5", "plain")
def slash(dice: Dice) -> Cell:
    number = mobile(dice)
    if number[3:5] == "00" and number.endswith("00"):
        number = number[:9] + "7"
    return plainly(dice.pick(("", "", "0", "+91 ")) + five_five(number, "/"), key(number))


@family("landline with its area code", "plain")
def fixed_line(dice: Dice) -> Cell:
    area, rest = landline(dice)
    form = dice.below(11)
    mark = dice.pick((" ", "-"))
    half = rest[: len(rest) // 2], rest[len(rest) // 2 :]
    forms = (
        f"0{area}{mark}{rest}",
        f"0{area}{rest}",
        f"(0{area}) {rest}",
        f"(0{area}){rest}",
        f"(0{area}) {half[0]}{mark}{half[1]}",
        f"+91 {area} {rest}",
        f"+91-{area}-{rest}",
        f"+91 ({area}) {rest}",
        f"0{area}/{rest}",
        f"+91-0{area}-{rest}",
        f"0091 {area} {rest}",
    )
    return plainly(forms[form], INDIA + int(area + rest))


@family("landline with groups after a dash", "plain")
def fixed_line_groups(dice: Dice) -> Cell:
    area = dice.pick(dice.pick((AREAS_OF_TWO, AREAS_OF_THREE, AREAS_OF_FOUR)))
    rest = dice.digits(10 - len(area), "2345")
    half = len(rest) // 2
    mark = dice.pick((" ", "-"))
    text = dice.pick((f"0{area}", f"+91 {area}")) + mark + rest[:half] + mark + rest[half:]
    return plainly(text, INDIA + int(area + rest))


@family("toll free and shared cost", "plain")
def free(dice: Dice) -> Cell:
    number = dice.pick(toll_free())
    mark = dice.pick((" ", "-"))
    groups = (4, 3, 4) if len(number) == 11 else (4, 3, 3)
    text = dice.pick((number, mark.join(cut(number, groups)), f"{number[:4]}{mark}{number[4:]}"))
    return plainly(text, int("91" + number))


@family("telemarketing and service lines", "plain")
def service(dice: Dice) -> Cell:
    number = dice.pick(("140", "1600", "1601"))
    number += dice.digits(10 - len(number))
    return plainly(dice.pick(("", "+91", "+91 ")) + number, key(number))


@family("machine numbers of thirteen digits", "plain")
def machine(dice: Dice) -> Cell:
    series = dice.pick(("559", "575", "576", "579", "597"))
    rest = dice.digits(10)
    text = dice.pick((series + rest, f"+91{series}{rest}", f"+91 {series}{rest}", f"+91 {series} {rest}"))
    return plainly(text, int("91" + series + rest))


@family("foreign, as its own country writes it", "plain")
def abroad(dice: Dice) -> Cell:
    digits, style, _ = dice.pick(foreign())
    return plainly(dice.pick((style, style, "00" + style.removeprefix("+"))), digits)


@family("foreign, in one group", "plain")
def abroad_bare(dice: Dice) -> Cell:
    digits, _, _ = dice.pick(foreign())
    return plainly(dice.pick(("+", "+", "00")) + str(digits), digits)


@family("foreign, with dashes or points between its groups", "plain")
def abroad_marks(dice: Dice) -> Cell:
    digits, style, _ = dice.pick(foreign())
    if not all(letter.isdigit() or letter in "+ -" for letter in style):
        return plainly(style, digits)
    mark = dice.pick((" ", "-", "."))
    return plainly(style.replace(" ", mark).replace("-", mark), digits)


@family("foreign, its first group and the rest together", "plain")
def abroad_area(dice: Dice) -> Cell:
    while True:
        digits, style, _ = dice.pick(foreign())
        prefix, area, *rest = re.split("[ -]", style)
        together = "".join(rest)
        if len(area) < 5 and len(rest) > 1 and 5 <= len(together) <= 9:
            return plainly(f"{prefix}{dice.pick((' ', ' ', '-'))}{area}{dice.pick((' ', '-'))}{together}", digits)


@family("foreign with a trunk zero", "plain")
def abroad_trunk(dice: Dice) -> Cell:
    while True:
        digits, style, region = dice.pick(foreign())
        code, _, rest = style.partition(" ")
        metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
        # Where numbers themselves may begin with a zero, or the zero leads to other digits, it belongs to them.
        usual = metadata is not None and metadata.national_prefix == "0" and metadata.national_prefix_for_parsing == "0"
        if usual and rest:
            return written(f"{code} {dice.pick(('(0)', '0', '(0) '))}{rest}", digits)


@family("quotes and apostrophes", "plain")
def quoted(dice: Dice) -> Cell:
    number = mobile(dice)
    before, after = dice.pick(
        (("'", "'"), ('"', '"'), ("'", ""), (" ", " "), ("  ", ""), ("", "  "), ("\u00a0", ""), ("\ufeff", ""))
    )
    return plainly(before + written_mobile(dice, number) + after, key(number))


@family("invisible marks", "plain")
def invisible(dice: Dice) -> Cell:
    number = mobile(dice)
    text = written_mobile(dice, number)
    for _ in range(dice.between(1, 3)):
        place = dice.below(len(text) + 1)
        text = text[:place] + dice.pick(INVISIBLE) + text[place:]
    return plainly(text, key(number))


@family("digits of another script", "plain")
def other_script(dice: Dice) -> Cell:
    number = mobile(dice)
    zero = SCRIPTS[dice.pick(tuple(SCRIPTS))]
    return plainly(script(written_mobile(dice, number), zero), key(number))


@family("digits of two scripts", "plain")
def two_scripts(dice: Dice) -> Cell:
    number = mobile(dice)
    text = written_mobile(dice, number)
    half = len(text) // 2
    one, other = (SCRIPTS[dice.pick(tuple(SCRIPTS))] for _ in range(2))
    return plainly(script(text[:half], one) + script(text[half:], other), key(number))


@family("spreadsheet forms", "plain")
def spreadsheet(dice: Dice) -> Cell:
    number = mobile(dice)
    forms = (
        f"{number}.0",
        f"91{number}.0",
        f"{number[0]}.{number[1:]}E+09",
        f"{number[0]}.{number[1:]}E9",
        f"{number[0]}.{number[1:]}e+09",
        f"9.1{number}E+11",
        f'="{number}"',
        f'="+91{number}"',
        indian_commas(int(number)),
        f"091{number}",
    )
    return plainly(dice.pick(forms), key(number))


@family("extension", "plain")
def extension(dice: Dice) -> Cell:
    if dice.chance(0.5):
        area, rest = landline(dice)
        number, text = area + rest, f"0{area}-{rest}"
    else:
        number = mobile(dice)
        text = written_mobile(dice, number)
    return plainly(
        f"{text}{dice.pick((' ext ', ' ext. ', ' extn ', ' Ext '))}{dice.digits(dice.between(2, 3), '123456789')}",
        key(number),
    )


@family("links of messengers", "plain")
def link(dice: Dice) -> Cell:
    number = mobile(dice)
    forms = (
        f"wa.me/91{number}",
        f"https://wa.me/91{number}",
        f"http://wa.me/91{number}",
        f"https://api.whatsapp.com/send?phone=91{number}",
        f"https://t.me/+91{number}",
        f"t.me/+91{number}",
    )
    return plainly(dice.pick(forms), key(number))


@family("tel: and sms:", "plain")
def uri(dice: Dice) -> Cell:
    number = mobile(dice)
    forms = (
        f"tel:+91{number}",
        f"tel:+91-{number[:5]}-{number[5:]}",
        f"tel:{number}",
        f"TEL:+91{number}",
        f"sms:+91{number}",
        f"tel:{number};phone-context=+91",
    )
    return plainly(dice.pick(forms), key(number))


@family("the same number twice", "plain")
def twice(dice: Dice) -> Cell:
    number = mobile(dice)
    one, other = written_mobile(dice, number), written_mobile(dice, number)
    return plainly(one + dice.pick((", ", "; ", " / ", ",", ";")) + other, key(number))


def before(dice: Dice, words: tuple[str, ...]) -> Cell:
    number = mobile(dice)
    word = dice.pick(words)
    if dice.chance(0.3):
        word = dice.pick((word.upper(), word.capitalize(), word.title()))
    between = dice.pick((" ", ": ", ":", " - ", "-", " : ", ":-", " :- "))
    return plainly(word + between + written_mobile(dice, number), key(number))


def after(dice: Dice, words: tuple[str, ...]) -> Cell:
    number = mobile(dice)
    word = dice.pick(words)
    around = dice.pick((" ({})", " {}", " - {}", "({})", " [{}]"))
    return plainly(written_mobile(dice, number) + around.format(word), key(number))


@family("phone words before, English", "plain words")
def words_before(dice: Dice) -> Cell:
    return before(dice, PHONE_WORDS)


@family("phone words after, English", "plain words")
def words_after(dice: Dice) -> Cell:
    return after(
        dice, ("mobile", "mob", "M", "phone", "ph", "tel", "cell", "whatsapp", "WhatsApp", "WA", "call", "sim")
    )


@family("phone words glued to the number", "plain words")
def words_glued(dice: Dice) -> Cell:
    number = mobile(dice)
    word = dice.pick(
        ("Mob.", "Mob:", "M:", "M.", "Ph.", "Ph:", "Ph.No.", "Mob.No.", "M-", "Ph-", "Mobile:", "Tel:", "Mob-", "(M)")
    )
    return plainly(word + number, key(number))


@family("phone words before, Hinglish", "plain words")
def words_hinglish(dice: Dice) -> Cell:
    return before(dice, HINGLISH_PHONE_WORDS)


@family("phone words and a landline", "plain words")
def words_landline(dice: Dice) -> Cell:
    area, rest = landline(dice)
    word = dice.pick(("Ph", "Phone", "Tel", "Tel. No.", "Phone No.", "दूरभाष", "फोन", "Landline"))
    return plainly(f"{word}{dice.pick((': ', ' ', '-', ' - '))}0{area}-{rest}", INDIA + int(area + rest))


def of_language(name: str, language: Language) -> list[tuple[str, One]]:
    return [
        (f"phone words before, {name}", lambda dice: before(dice, language.phone)),
        (
            f"phone words after, {name}",
            lambda dice: after(dice, tuple(w for w in language.phone if w[-1] not in ".०0")),
        ),
    ]


for _name, _language in LANGUAGES.items():
    enter_each("plain words", of_language(_name, _language))


@family("E.164 without a plus, region None", "plain", region=None)
def no_region(dice: Dice) -> Cell:
    if dice.chance(0.5):
        number = mobile(dice)
        return plainly("91" + number, key(number))
    digits, _, _ = dice.pick(foreign())
    return plainly(str(digits), digits)


@family("with a plus, region None", "plain", region=None)
def no_region_plus(dice: Dice) -> Cell:
    if dice.chance(0.5):
        number = mobile(dice)
        return plainly("+91 " + dice.pick((" ", "-")).join(grouped(dice, number)), key(number))
    digits, style, _ = dice.pick(foreign())
    return plainly(style, digits)
