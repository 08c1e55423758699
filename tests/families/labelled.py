"""Families of cells in which a word names what the digits are: an id, an amount, the complainant's own number.

Ten digits that look like a mobile stand in each of them. Nothing may be accepted, wherever the word stands and however
it is glued on.
"""

from __future__ import annotations

from .family import Cell, Dice, One, enter_each, family, nothing, written
from .labels import (
    COUNTRIES,
    HINGLISH_ID_LABELS,
    HINGLISH_OWNERS,
    ID_LABELS,
    NAMES,
    OWNERS_AFTER,
    OWNERS_BEFORE,
    PHONE_WORDS,
    QUANTITY_LABELS,
    UNITS_AFTER,
)
from .labels_indic import LANGUAGES, Language
from .parts import five_five, foreign, key, mobile, script, written_mobile

BETWEEN = (
    " ",
    ": ",
    ":",
    " - ",
    "-",
    " : ",
    ":-",
    "=",
    " = ",
    "_",
    ".",
    "/",
    ", ",
    " is ",
    "\t",
    "#",
    " no ",
    "|",
    "\u00a0",
    " (",
    "->",
    "\n",
)


def value(dice: Dice) -> str:
    """Ten digits as an id is written, or as a mobile is."""
    number = mobile(dice)
    form = dice.below(8)
    if form < 5:
        return number
    if form == 5:
        return five_five(number)
    if form == 6:
        return "91" + number
    return "0" + number


def cased(dice: Dice, label: str) -> str:
    return dice.pick((label, label, label.lower(), label.upper(), label.title()))


def label_before(dice: Dice, labels: tuple[str, ...]) -> Cell:
    between = dice.pick(BETWEEN)
    return nothing(cased(dice, dice.pick(labels)) + between + value(dice) + (")" if between == " (" else ""))


def label_after(dice: Dice, labels: tuple[str, ...]) -> Cell:
    around = dice.pick(
        (
            " ({})",
            " {}",
            " - {}",
            "-{}",
            "_{}",
            " [{}]",
            " {{{}}}",
            " is {}",
            " is the {}",
            "/{}",
            ", {}",
            "({})",
            " <{}>",
            " : {}",
            " as {}",
            " ({}).",
        )
    )
    # In running text, a word behind a comma or a slash may belong to what comes next.
    found = None if around[0] in "/," else ()
    return nothing(value(dice) + around.format(cased(dice, dice.pick(labels))), found)


def identifier(dice: Dice, label: str) -> str:
    """A label as programs spell it."""
    words = [word for word in "".join(letter if letter.isalnum() else " " for letter in label).split() if word]
    words = [word.lower() for word in words] or ["id"]
    camel = words[0] + "".join(word.capitalize() for word in words[1:])
    return dice.pick(
        (
            "_".join(words),
            camel,
            camel[0].upper() + camel[1:],
            "-".join(words),
            ".".join(words),
            "".join(words),
            "_".join(words).upper(),
        )
    )


@family("id labels before, English", "label")
def english_before(dice: Dice) -> Cell:
    return label_before(dice, ID_LABELS)


@family("id labels after, English", "label")
def english_after(dice: Dice) -> Cell:
    return label_after(dice, ID_LABELS)


@family("id labels glued to the digits", "label")
def glued(dice: Dice) -> Cell:
    name = identifier(dice, dice.pick(ID_LABELS))
    number = mobile(dice)
    return nothing(
        dice.pick(
            (
                name + number,
                f"{name}_{number}",
                f"{number}_{name}",
                f"{name}.{number}",
                f"{number}{name}",
                f"{number}.{name}",
                f"{name}-{number}",
                f"({name}){number}",
                f"{name}[{number}]",
            )
        )
    )


@family("id labels as keys of programs", "label")
def keys(dice: Dice) -> Cell:
    name = identifier(dice, dice.pick(ID_LABELS))
    number = mobile(dice)
    forms = (
        f"{name}={number}", f"{name}: {number}", f'{{"{name}":"{number}"}}', f'{{"{name}": {number}}}',
        f"{{'{name}': '{number}'}}",
        f'"{name}":"{number}"', f"<{name}>{number}</{name}>", f"?{name}={number}", f"&{name}={number}",
        f"{name}|{number}",
        f"{name},{number}", f"[{name}] {number}", f"{name} => {number}", f"{name}:={number}", f'{name}="{number}"',
        f'[{{"{name}":{number}}}]', f"data.{name}={number}", f"x-{name}: {number}", f"--{name} {number}",
        f"{name}%3D{number}",
        f"https://example.com/pay?{name}={number}", f"https://example.com/{name}/{number}", f"{name}\n{number}",
    )  # fmt: skip
    return nothing(dice.pick(forms))


@family("id label and bank in brackets", "label")
def bank_in_brackets(dice: Dice) -> Cell:
    label = dice.pick(("Account No.", "A/c No", "A/c", "खाता संख्या", "Acct No.", "Loan A/c", "Customer ID"))
    bank = dice.pick(("SBI", "HDFC", "PNB", "ICICI Bank", "Axis", "Paytm Payments Bank", "Sarva Haryana Gramin Bank"))
    return nothing(
        dice.pick(
            (
                f"{label} ({bank}) {value(dice)}",
                f"{bank} {label} {value(dice)}",
                f"{value(dice)} ({bank} {label})",
                f"{label} {value(dice)} {bank}",
            )
        )
    )


@family("id label and a phone word", "label")
def with_phone_word(dice: Dice) -> Cell:
    """A phone word does not change the meaning of the other word."""
    label, word = dice.pick(ID_LABELS), dice.pick(PHONE_WORDS)
    number = mobile(dice)
    return nothing(
        dice.pick(
            (
                f"{label} {number} {word}",
                f"{number} {label} {word}",
                f"{label} {word} {number}",
                f"{label}: {number} ({word})",
            )
        )
    )


@family("id labels before, Hinglish", "label")
def hinglish_before(dice: Dice) -> Cell:
    return label_before(dice, HINGLISH_ID_LABELS)


@family("amount words before, English", "label")
def amounts_before(dice: Dice) -> Cell:
    return label_before(dice, QUANTITY_LABELS)


@family("units after, English", "label")
def units_after(dice: Dice) -> Cell:
    unit = dice.pick(UNITS_AFTER)
    return nothing(mobile(dice) + dice.pick((" ", " ", "")) + unit)


@family("owner words before, English", "owner")
def owners_before(dice: Dice) -> Cell:
    word = dice.pick(OWNERS_BEFORE)
    between = dice.pick((" ", ": ", " - ", " is ", "-", "=", " (", "_", ":"))
    return nothing(cased(dice, word) + between + written_mobile(dice, mobile(dice)) + (")" if between == " (" else ""))


@family("owner words after, English", "owner")
def owners_after(dice: Dice) -> Cell:
    word = dice.pick(OWNERS_AFTER)
    return nothing(written_mobile(dice, mobile(dice)) + ("" if word[0] in "_/.<" else " ") + cased(dice, word))


@family("owner word between phone words", "owner")
def owners_within(dice: Dice) -> Cell:
    word = dice.pick(("complainant", "victim", "bank", "helpline", "own", "self", "not suspect"))
    number = written_mobile(dice, mobile(dice))
    return nothing(
        dice.pick(
            (
                f"mobile no of {word} {number}",
                f"{word} mob. {number}",
                f"Mob ({word}): {number}",
                f"{number} mobile of {word}",
                f"ph {number} ({word})",
                f"{word}_mobile {number}",
                f"{word}Mobile={number}",
            )
        )
    )


@family("owner words, Hinglish", "owner")
def owners_hinglish(dice: Dice) -> Cell:
    word = dice.pick(HINGLISH_OWNERS)
    number = written_mobile(dice, mobile(dice))
    return nothing(
        dice.pick(
            (
                f"{word} {number}",
                f"{word}: {number}",
                f"{number} ({word})",
                f"{number} {word} hai",
                f"{number} - {word}",
            )
        )
    )


@family("names of other countries", "country")
def countries(dice: Dice) -> Cell:
    country = dice.pick(COUNTRIES)
    number = dice.pick((mobile(dice), five_five(mobile(dice))))
    return nothing(
        dice.pick(
            (
                f"{number} ({country})",
                f"{country} {number}",
                f"{country}: {number}",
                f"{number} {country}",
                f"{number} - {country}",
                f"({country}) {number}",
                f"{number}_{country}",
                f"{number}, {country}",
                f"{country} no. {number}",
            )
        )
    )


@family("the name of the number's own country", "country")
def own_country(dice: Dice) -> Cell:
    number = mobile(dice)
    return written(
        dice.pick((f"+91 {number} (India)", f"India +91{number}", f"{number} (India)", f"{number}, India")),
        key(number),
        found=None,
    )


@family("a foreign number with its country", "country")
def foreign_country(dice: Dice) -> Cell:
    digits, style, region = dice.pick(foreign())
    return written(dice.pick((f"{style} ({region})", f"{region} {style}", f"{region}: {style}")), digits, found=None)


@family("unlisted words before", "unlisted")
def names_before(dice: Dice) -> Cell:
    number = mobile(dice)
    name = dice.pick(NAMES)
    return nothing(
        name + dice.pick((": ", " ", " - ", "-", ", ", " : ", ":", "\t")) + written_mobile(dice, number),
        found=(key(number),),
    )


@family("unlisted words after", "unlisted")
def names_after(dice: Dice) -> Cell:
    number = mobile(dice)
    name = dice.pick(NAMES)
    return nothing(
        written_mobile(dice, number)
        + dice.pick((" ({})", " {}", " - {}", ", {}", " [{}]", "; {}", " / {}")).format(name),
        found=(key(number),),
    )


@family("unlisted words beside a phone word", "unlisted")
def names_and_phone_words(dice: Dice) -> Cell:
    number = mobile(dice)
    name, word = dice.pick(NAMES), dice.pick(PHONE_WORDS)
    forms = (
        f"{name} {word} {number}",
        f"{name}, {word}: {number}",
        f"{number} ({word} {name})",
        f"{word} {number} {name}",
        f"{word} ({name}) {number}",
    )
    return nothing(dice.pick(forms), found=(key(number),))


def of_language(name: str, language: Language) -> list[tuple[str, One]]:
    def owners(dice: Dice) -> Cell:
        word = dice.pick(language.owners)
        number = written_mobile(dice, mobile(dice))
        return nothing(
            dice.pick(
                (
                    f"{word} {number}",
                    f"{word}: {number}",
                    f"{number} ({word})",
                    f"{number} - {word}",
                    f"{number} {word}",
                    f"{dice.pick(language.phone)} {number} {word}",
                    f"{word} {dice.pick(language.phone)} {number}",
                )
            )
        )

    def before(dice: Dice) -> Cell:
        cell = label_before(dice, language.ids + language.amounts)
        return nothing(script(cell.text, zero)) if dice.chance(0.15) else cell

    zero = {"Hindi": 0x966, "Marathi": 0x966, "Bengali": 0x9E6, "Urdu": 0x6F0, "Gujarati": 0xAE6}.get(name, 0x30)
    return [
        (f"id and amount labels before, {name}", before),
        (f"id and amount labels after, {name}", lambda dice: label_after(dice, language.ids + language.amounts)),
        (f"owner words, {name}", owners),
    ]


for _name, _language in LANGUAGES.items():
    enter_each("label", of_language(_name, _language))
