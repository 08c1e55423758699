"""Cells as each region writes its numbers, right and misspelt.

Owns the generator. Independent of who reads the cells: `region_cells.py` asks `phonenumbers` and this package.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from functools import cache

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat

import numguard as ng

REGIONS = [region for region in ng.regions() if region != "IN"]
TYPES = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "pager", "uan",
    "voicemail",
)  # fmt: skip
#: Codes of carriers, and what else is dialled between the national prefix and the number.
CARRIERS = {"BR": ["15", "21", "31", "41"], "CN": ["17911", "12593"], "CO": ["3", "5", "444"], "KR": ["82", "8500"]}
CARRIERS |= {"CR": ["1900"], "LU": ["15006"], "FO": ["1001"], "AU": ["1831"], "JP": ["03768"], "GB": ["180020"]}


@cache
def plan(region: str) -> PhoneMetadata:
    found = PhoneMetadata.metadata_for_region(region)
    assert found is not None
    return found


@cache
def code_of(region: str) -> int:
    return int(plan(region).country_code)


@cache
def examples(region: str) -> list[str]:
    numbers = (getattr(getattr(plan(region), label), "example_number", None) for label in TYPES)
    return sorted({number for number in numbers if number})


@cache
def international_prefix(region: str) -> str:
    """One way to dial other countries."""
    pattern = re.compile(plan(region).international_prefix)
    digits = (f"{value:0{width}}" for width in range(1, 8) for value in range(10**width))
    return next(prefix for prefix in digits if pattern.fullmatch(prefix))


def number_of(code: int, digits: str) -> PhoneNumber:
    zeros = min(len(digits) - len(digits.lstrip("0")), len(digits) - 1)
    return PhoneNumber(code, int(digits), italian_leading_zero=zeros > 0, number_of_leading_zeros=zeros or None)


def written(region: str, digits: str, style: int) -> str:
    return str(phonenumbers.format_number(number_of(code_of(region), digits), style))


def misspelt(chosen: random.Random, digits: str) -> str:
    """A digit missing, doubled, put in, changed, or two of them in the wrong order."""
    at = chosen.randrange(len(digits))
    digit = str(chosen.randrange(10))
    return chosen.choice(
        [
            digits[:at] + digits[at + 1 :],
            digits[:at] + digits[at] + digits[at:],
            digits[:at] + digit + digits[at:],
            digits[:at] + digit + digits[at + 1 :],
            digits[:at] + digits[at : at + 2][::-1] + digits[at + 2 :],
        ]
    )


def without_area(region: str, digits: str) -> str:
    """As neighbours dial it, where the plan puts an area code in."""
    rule = re.match(r"\d+", plan(region).national_prefix_transform_rule or "")
    return digits.removeprefix(rule[0]) if rule else digits


def with_carrier(chosen: random.Random, region: str, digits: str) -> str:
    if region == "AR" and digits.startswith("9"):
        width = chosen.choice([2, 3, 4])
        return f"0{digits[1 : 1 + width]} 15 {digits[1 + width :]}".replace(" ", chosen.choice(["", " "]))
    prefix = plan(region).national_prefix or ""
    return prefix + chosen.choice(CARRIERS.get(region, ["15"])) + digits


Write = Callable[[random.Random, str, str], str]
SEPARATORS = [" ", "-", ".", "", " "]
FORMS: dict[str, Write] = {
    "national": lambda chosen, region, digits: written(region, digits, PhoneNumberFormat.NATIONAL),
    "international": lambda chosen, region, digits: written(region, digits, PhoneNumberFormat.INTERNATIONAL),
    "e164": lambda chosen, region, digits: f"+{code_of(region)}{digits}",
    "bare": lambda chosen, region, digits: digits,
    "prefix": lambda chosen, region, digits: (plan(region).national_prefix or "") + digits,
    "trunk zero": lambda chosen, region, digits: "0" + digits,
    "zero in brackets": lambda chosen, region, digits: f"+{code_of(region)} (0) {digits}",
    "code": lambda chosen, region, digits: f"{code_of(region)}{digits}",
    "code and prefix": lambda chosen, region, digits: f"{code_of(region)}{plan(region).national_prefix or 0}{digits}",
    "from abroad": lambda chosen, region, digits: f"{international_prefix(region)}{code_of(region)}{digits}",
    "prefix and code": lambda chosen, region, digits: f"{plan(region).national_prefix or 0}{code_of(region)}{digits}",
    "two zeros": lambda chosen, region, digits: f"00{code_of(region)}{digits}",
    "carrier": with_carrier,
    "without area": lambda chosen, region, digits: without_area(region, digits),
    "groups": lambda chosen, region, digits: in_groups(chosen, digits),
    "short": lambda chosen, region, digits: digits[: chosen.randint(3, 7)],
}


def in_groups(chosen: random.Random, digits: str) -> str:
    """Groups at random, which are mostly no format's."""
    cut = sorted(chosen.sample(range(1, len(digits)), min(len(digits) - 1, chosen.choice([1, 2, 2, 3]))))
    parts = [digits[a:b] for a, b in zip([0, *cut], [*cut, len(digits)], strict=True)]
    return chosen.choice(SEPARATORS).join(parts)


def cells(count: int, seed: int) -> Iterator[tuple[str, str, str]]:
    """Region, form, cell."""
    chosen = random.Random(seed)
    forms = list(FORMS)
    for at in range(count):
        region = REGIONS[(seed + at) % len(REGIONS)]
        digits = chosen.choice(examples(region))
        kind = chosen.random()
        if kind < 0.35:
            digits = digits[:-3] + f"{chosen.randrange(1000):03}"
        elif kind < 0.7:
            digits = misspelt(chosen, digits)
        elif kind < 0.8:
            digits = "".join(chosen.choices("0123456789", k=chosen.randint(4, 13)))
        form = chosen.choice(forms)
        cell = FORMS[form](chosen, region, digits)
        if chosen.random() < 0.1:
            cell = misspelt(chosen, cell)
        # A number of another region, as that one writes it.
        yield (chosen.choice(REGIONS) if chosen.random() < 0.05 else region), form, cell
