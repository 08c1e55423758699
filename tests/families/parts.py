"""What cells are put together from: numbers, handsets, dates, amounts, separators, scripts.

All numbers are drawn at random. One mobile in a hundred begins with 91 and 6 to 9, and is what a careless
reader takes for a country code and the first digits of another number: here two in five do.
"""

from __future__ import annotations

import functools

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from .family import Dice

INDIA = 91 * 10**10
DASHES = ("-", "‐", "‑", "‒", "–", "—", "―", "−")
BLANKS = (" ", "\u00a0")
INVISIBLE = (
    "\u200b",
    "\u200c",
    "\u200d",
    "\u200e",
    "\u200f",
    "\u2060",
    "\ufeff",
    "\u202a",
    "\u202c",
    "\u2066",
    "\u2069",
)
# The zero of each script.
SCRIPTS = {
    "full-width": 0xFF10,
    "Devanagari": 0x0966,
    "Bengali": 0x09E6,
    "Gurmukhi": 0x0A66,
    "Gujarati": 0x0AE6,
    "Odia": 0x0B66,
    "Tamil": 0x0BE6,
    "Telugu": 0x0C66,
    "Kannada": 0x0CE6,
    "Malayalam": 0x0D66,
    "Arabic": 0x0660,
    "Urdu": 0x06F0,
}
# Area codes of India and the digits that subscribers' numbers begin with.
AREAS_OF_TWO = ("11", "20", "22", "33", "40", "44", "79", "80")
AREAS_OF_THREE = (
    "120",
    "124",
    "129",
    "130",
    "135",
    "141",
    "145",
    "161",
    "171",
    "172",
    "175",
    "181",
    "183",
    "184",
    "191",
)
AREAS_OF_FOUR = ("1262", "1274", "1276", "1662", "1664", "1666", "1667", "1681", "1732", "1733", "1744", "1746", "1748")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MACHINE_MONTHS = tuple(month.upper() for month in MONTHS)


def mobile(dice: Dice) -> str:
    """Ten digits, lead 6 to 9."""
    if dice.chance(0.4):
        return "91" + dice.digits(8, "6789")
    return dice.digits(10, "6789")


def joinable(dice: Dice) -> str:
    """A mobile that reads as a country code and eight digits."""
    return "91" + dice.digits(8, "6789")


def key(national: str) -> int:
    return INDIA + int(national)


def five_five(national: str, separator: str = " ") -> str:
    return f"{national[:5]}{separator}{national[5:]}"


def landline(dice: Dice) -> tuple[str, str]:
    """An area code and the rest of its ten digits."""
    areas = dice.pick((AREAS_OF_TWO, AREAS_OF_THREE, AREAS_OF_FOUR))
    area = dice.pick(areas)
    return area, dice.digits(10 - len(area), "2345")


@functools.cache
def compositions(total: int) -> tuple[tuple[int, ...], ...]:
    """Every grouping of `total` digits in groups of two to eight, of which the last has three or more."""

    def split(rest: int) -> list[tuple[int, ...]]:
        found: list[tuple[int, ...]] = [(rest,)] if 3 <= rest <= 8 else []
        for first in range(2, min(8, rest - 1) + 1):
            found += [(first, *tail) for tail in split(rest - first)]
        return found

    return tuple(groups for groups in split(total) if len(groups) > 1)


def cut(digits: str, groups: tuple[int, ...]) -> list[str]:
    found = []
    for length in groups:
        found.append(digits[:length])
        digits = digits[length:]
    assert not digits
    return found


def looks_otherwise(groups: list[str]) -> bool:
    """Whether a listed grouping looks like something else than a mobile.

    `91 98765432` is a number cut short, `876543-2024` a case of that year, `60000-80000` a range of amounts.
    """
    last = groups[-1]
    return (
        groups[0] == "91"
        or (len(groups) == 2 and len(last) == 4 and last[:2] in {"19", "20"})
        or all(group.endswith("00") for group in groups)
    )


def grouped(dice: Dice, national: str) -> list[str]:
    """The number in one of the listed groupings for blanks and dashes."""
    while True:
        groups = cut(national, dice.pick(compositions(10)))
        if not looks_otherwise(groups):
            return groups
        if set(national) == {"0"}:
            return [national]


def script(text: str, zero: int) -> str:
    return text.translate({ord("0") + digit: zero + digit for digit in range(10)})


def written_mobile(dice: Dice, national: str) -> str:
    """A mobile as it is usually written."""
    form = dice.below(10)
    if form < 4:
        return national
    if form == 4:
        return "0" + national
    if form == 5:
        return "+91" + national
    if form == 6:
        return "+91 " + five_five(national)
    if form == 7:
        return "91" + national
    if form == 8:
        return "+91-" + national
    return five_five(national, dice.pick((" ", "-")))


@functools.cache
def toll_free() -> tuple[str, ...]:
    """National numbers of toll-free and shared-cost lines that the numbering plan holds valid."""
    found = []
    for head, length in (("1800", 6), ("1800", 7), ("1860", 7)):
        for tail in range(1_000_000 % 10**length, 10**length, 10**length // 97):
            number = head + str(tail).zfill(length)
            if phonenumbers.is_valid_number(phonenumbers.PhoneNumber(country_code=91, national_number=int(number))):
                found.append(number)
    assert len(found) > 50
    return tuple(found)


@functools.cache
def foreign() -> tuple[tuple[int, str, str], ...]:
    """Valid numbers of all countries but India: E.164 digits, the country's own format, and the region."""
    found = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS - {"IN"}):
        for kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE):
            example = phonenumbers.example_number_for_type(region, kind)
            if example is None:
                continue
            for step in range(8):
                number = phonenumbers.PhoneNumber(
                    country_code=example.country_code,
                    national_number=(example.national_number or 0) + step * 37,
                    italian_leading_zero=example.italian_leading_zero,
                    number_of_leading_zeros=example.number_of_leading_zeros,
                )
                if phonenumbers.is_valid_number(number):
                    digits = phonenumbers.format_number(number, PhoneNumberFormat.E164).removeprefix("+")
                    style = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
                    found.append((int(digits), style, region))
    assert len(found) > 2000
    return tuple(found)


# ------------------------------------------------------------------------------------------------ dates and amounts


def day(dice: Dice) -> tuple[int, int, int]:
    """Year, month, day of the last years."""
    return dice.between(2019, 2026), dice.between(1, 12), dice.between(1, 28)


def date(dice: Dice) -> str:
    """A date as it is usually written, never as bare digits."""
    year, month, of_month = day(dice)
    short = f"{year % 100:02}"
    mark = dice.pick(("-", "/", "."))
    form = dice.below(9)
    if form == 0:
        return f"{of_month:02}{mark}{month:02}{mark}{year}"
    if form == 1:
        return f"{of_month}{mark}{month}{mark}{year}"
    if form == 2:
        return f"{of_month:02}{mark}{month:02}{mark}{short}"
    if form == 3:
        return f"{year}{mark}{month:02}{mark}{of_month:02}"
    if form == 4:
        return f"{of_month:02}-{MACHINE_MONTHS[month - 1]}-{short}"
    if form == 5:
        return f"{of_month}-{MONTHS[month - 1]}-{year}"
    if form == 6:
        return f"{of_month} {MONTHS[month - 1]} {year}"
    if form == 7:
        return f"{month}/{of_month}/{short}"
    return f"{MONTHS[month - 1]} {of_month}, {year}"


def clock(dice: Dice) -> str:
    hour, minute, second = dice.below(24), dice.below(60), dice.below(60)
    form = dice.below(6)
    if form == 0:
        return f"{hour:02}:{minute:02}"
    if form == 1:
        return f"{hour:02}:{minute:02}:{second:02}"
    if form == 2:
        return f"{hour:02}.{minute:02}"
    if form == 3:
        return f"{(hour % 12) or 12}:{minute:02} {dice.pick(('AM', 'PM', 'am', 'pm'))}"
    hour = hour or 12  # two zeros in front are how a foreign number begins
    if form == 4:
        return f"{hour:02}{minute:02}"
    return f"{hour:02}{minute:02} hrs"


def indian_commas(whole: int) -> str:
    """Lakhs and crores: 12,34,567."""
    text = str(whole)
    if len(text) <= 3:
        return text
    head, tail = text[:-3], text[-3:]
    parts = []
    while head:
        parts.append(head[-2:])
        head = head[:-2]
    return ",".join([*reversed(parts), tail])


def amount(dice: Dice) -> str:
    """An amount without a word: with paise or commas."""
    whole = int(dice.digits(dice.between(2, 6), "123456789"))
    form = dice.below(4)
    if form == 0:
        return f"{whole}.{dice.digits(2)}"
    if form == 1:
        return f"{indian_commas(whole)}.{dice.digits(2)}"
    if form == 2:
        return f"{indian_commas(whole)}.00"
    return f"{whole}.00"


def money(dice: Dice) -> str:
    """An amount that is marked as one."""
    whole = dice.between(1, 9999) * dice.pick((1, 10, 100, 500))
    form = dice.below(8)
    if form == 0:
        return f"Rs {whole}"
    if form == 1:
        return f"Rs. {indian_commas(whole)}"
    if form == 2:
        return f"Rs.{whole}/-"
    if form == 3:
        return f"₹{indian_commas(whole)}"
    if form == 4:
        return f"{whole}/-"
    if form == 5:
        return f"INR {whole}.00"
    if form == 6:
        return f"{whole} rupees"
    return f"₹ {whole}"


def latitude(dice: Dice, decimals: int) -> str:
    return f"{dice.between(8, 36)}.{dice.digits(decimals)}"


def longitude(dice: Dice, decimals: int) -> str:
    return f"{dice.between(68, 97)}.{dice.digits(decimals)}"


def pin_code(dice: Dice) -> str:
    return dice.digits(6, "12345678")


def luhn(body: str) -> str:
    """The check digit of an IMEI or a card."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def imei14(dice: Dice) -> str:
    """TAC and serial number, of a body that issues TACs today."""
    return dice.pick(("35", "35", "86", "86", "01")) + dice.digits(12)


def handset(dice: Dice, length: int = 0) -> str:
    """14 to 16 digits: bare, with the check digit, with the spare zero, with a software version."""
    body = imei14(dice)
    length = length or dice.pick((14, 15, 15, 15, 16))
    if length == 15:
        return body + (luhn(body) if dice.chance(0.7) else "0")
    return body + dice.digits(length - 14)
