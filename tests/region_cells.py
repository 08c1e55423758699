"""Cells as each region writes its numbers, and how `phonenumbers` reads them.

Owns the generator and the written list of differences. Independent of tests: `test_regions.py` takes a sample,
and `python -m tests.region_cells --cells 1000000` takes more cells, and prints a table by region.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import phonenumbers
import pyarrow as pa
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat, ValidationResult
from phonenumbers.data import _COUNTRY_CODE_TO_REGION_CODE as REGIONS_OF

import numguard as ng

REGIONS = [region for region in ng.regions() if region != "IN"]
TYPES = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip", "pager", "uan",
    "voicemail",
)  # fmt: skip
#: Codes of carriers, and what else is dialled between the national prefix and the number.
CARRIERS = {"BR": ["15", "21", "31", "41"], "CN": ["17911", "12593"], "CO": ["3", "5", "444"], "KR": ["82", "8500"]}
CARRIERS |= {"CR": ["1900"], "LU": ["15006"], "FO": ["1001"], "AU": ["1831"], "JP": ["03768"], "GB": ["180020"]}


@dataclass
class Answer:
    """Both readings of one cell in one region."""

    region: str
    cell: str
    form: str
    ours: int | None
    note: str | None
    kind: str | None
    theirs: int | None
    #: Whether theirs is valid, and not only possible.
    valid: bool

    @property
    def digits(self) -> str:
        return re.sub(r"\D", "", self.cell)

    @property
    def national(self) -> str:
        """The national digits of theirs."""
        return str(self.theirs).removeprefix(str(code_of(self.region)))


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


def theirs(cell: str, region: str) -> tuple[int | None, bool]:
    """The E.164 number, if they call it possible or valid; and whether it is valid."""
    try:
        number = phonenumbers.parse(cell, region)
    except phonenumbers.NumberParseException:
        return None, False
    valid = phonenumbers.is_valid_number(number)
    if not valid and phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None, False
    return int(str(phonenumbers.format_number(number, PhoneNumberFormat.E164)).removeprefix("+")), valid


def answers(asked: list[tuple[str, str, str]]) -> list[Answer]:
    regions, forms, written_cells = zip(*asked, strict=True)
    explained: Any = ng.explain(pa.array(written_cells), region=pa.array(regions)).to_pylist()
    # Numbers without kinds and notes are read in a way of their own.
    keys = ng.normalize(pa.array(written_cells), region=pa.array(regions)).to_pylist()
    assert keys == [one["msisdn"] for one in explained]
    return [
        Answer(region, cell, form, one["msisdn"], one["note"], one["kind"], *theirs(cell, region))
        for region, form, cell, one in zip(regions, forms, written_cells, explained, strict=True)
    ]


def is_signed(answer: Answer) -> bool:
    return answer.cell.lstrip("( ").startswith("+")


def valid_readings(digits: str, region: str) -> set[str]:
    """Every number of the region that its plan has and that the digits may be: as they stand, without a national
    prefix, without the country code."""
    code, prefix = str(code_of(region)), plan(region).national_prefix_for_parsing
    starts = [digits] + ([digits.removeprefix(code)] if digits.startswith(code) else [])
    found = set()
    for start in starts:
        ways = {start}
        match = re.match(prefix, start) if prefix else None
        if match:
            rule = plan(region).national_prefix_transform_rule
            kept = rule and match.groups()[-1] is not None
            ways.add(re.sub(prefix, rule, start, count=1) if kept else start[match.end() :])
        if start is not digits:
            for way in list(ways):
                second = re.match(plan(REGIONS_OF[int(code)][0]).national_prefix_for_parsing or "$^", way)
                ways |= {way[second.end() :]} if second else set()
        found |= {f"{code}{way}" for way in ways if way and phonenumbers.is_valid_number(number_of(int(code), way))}
    return found


def compact(answer: Answer) -> Answer:
    cell = ("+" if is_signed(answer) else "") + answer.digits
    return answers([(answer.region, answer.form, cell)])[0]


@dataclass
class Difference:
    """Why ours is another answer than theirs."""

    why: str
    region: str
    example: str
    holds: Callable[[Answer], bool]


def is_guess(answer: Answer) -> bool:
    """Whether theirs, which is not valid, begins with a zero that is none of a number's own, or needs more taken off
    than the national prefix, or digits put in."""
    if answer.valid or answer.theirs is None:
        return False
    national, pattern = answer.national, plan(answer.region).general_desc.national_number_pattern
    prefix = plan(answer.region).national_prefix or ""
    behind = answer.digits.removesuffix(national)
    code = str(code_of(answer.region))
    is_odd = national.startswith("0") and not re.fullmatch(pattern, national)
    return is_odd or behind not in {"", prefix, code, code + prefix}


def is_short(answer: Answer) -> bool:
    short = PhoneMetadata.short_metadata_for_region(answer.region)
    pattern = short.short_code.national_number_pattern if short else None
    return len(answer.digits) <= 6 or bool(pattern and re.fullmatch(pattern, answer.digits))


def behind_sign(answer: Answer) -> str | None:
    """The digits behind a plus or an international prefix."""
    if is_signed(answer):
        return answer.digits
    match = re.match(plan(answer.region).international_prefix, answer.digits)
    return answer.digits[match.end() :] if match else None


def behind_code(digits: str) -> tuple[str, str]:
    """Country code and the rest."""
    width = next((width for width in (1, 2, 3) if int(digits[:width] or 0) in REGIONS_OF), 0)
    return digits[:width], digits[width:]


def has_other_prefix(answer: Answer) -> bool:
    """They took off, behind a sign and a country code, something other than one zero, or put digits in."""
    digits = behind_sign(answer)
    if digits is None or answer.theirs is None:
        return False
    code, rest = behind_code(digits)
    kept = str(answer.theirs).removeprefix(code)
    return rest not in {kept, "0" + kept}


def reads_at_home(answer: Answer) -> bool:
    """Behind a sign stands what is a number of the region, or an Indian mobile, without the sign."""
    digits = behind_sign(answer)
    if digits is None:
        return False
    code, rest = behind_code(digits)
    without_zero = code + rest.removeprefix("0")
    is_indian = any(re.fullmatch(r"0?[6-9]\d{9}", one) for one in (digits, without_zero))
    return is_indian or (not answer.valid and bool(valid_readings(digits, answer.region)))


def other_readings(answer: Answer) -> bool:
    digits = [answer.digits, answer.digits.lstrip("0")]
    found = valid_readings(digits[0], answer.region) | valid_readings(digits[1], answer.region)
    return bool(found) and found != {str(answer.theirs)}


def is_explained(answer: Answer) -> bool:
    return answer.ours == answer.theirs or any(rule.holds(answer) for rule in DIFFERENCES)


def is_one_piece(answer: Answer) -> bool:
    return re.search(r"\d\D+\d", answer.cell) is None


DIFFERENCES: list[Difference] = [
    Difference(
        "digits are joined only in the groups of the country's own formats; all together they are read alike",
        "GB",
        "020 79 46 00 18",
        lambda answer: (
            answer.ours is None
            and answer.note
            in {"several_numbers", "too_long", "too_short", "not_an_integer", "looks_like_id", "short_code"}
            and not is_one_piece(answer)
            and is_explained(compact(answer))
        ),
    ),
    Difference(
        "digits that can be read in two ways, each a number of the plan, are none",
        "DE",
        "4916412345",
        lambda answer: answer.note == "ambiguous_prefix" and other_readings(answer),
    ),
    Difference(
        "what the region's plan lists as a short number is none, nor are six digits or fewer that no plan has",
        "AT",
        "8001",
        lambda answer: answer.note == "short_code" and is_short(answer) and not answer.valid,
    ),
    Difference(
        "only a number that the plan has begins with a zero, takes the code of a carrier, or gets an area code",
        "AF",
        "023456780",
        lambda answer: answer.note in {"too_long", "too_short"} and is_guess(answer),
    ),
    Difference(
        "E.164 has fifteen digits",
        "DE",
        "080012345678890",
        lambda answer: (
            answer.note in {"too_long", "ambiguous_prefix"}
            and (len(str(answer.theirs)) > 15 or len(behind_sign(answer) or "") > 15)
        ),
    ),
    Difference(
        "six digits in all are too short for a number with its country code",
        "IR",
        "9601",
        lambda answer: answer.ours is None and answer.theirs is not None and len(str(answer.theirs)) < 7,
    ),
    Difference(
        "behind a sign and a country code only a zero is a trunk prefix that people write: not North America's 1,"
        " Russia's 8, the code of a carrier; nor are area codes put in",
        "US",
        "+117247601168",
        lambda answer: (
            answer.note in {None, "plus_without_country_code", "too_long", "ambiguous_prefix"}
            and has_other_prefix(answer)
        ),
    ),
    Difference(
        "behind a sign, what is a number of the region or an Indian mobile without it is another country's only if it"
        " is valid there",
        "PG",
        "+675 295 4430",
        lambda answer: answer.note in {"plus_without_country_code", "ambiguous_prefix"} and reads_at_home(answer),
    ),
    Difference(
        "no country code begins with a zero",
        "WS",
        "+068522123",
        lambda answer: answer.note == "plus_without_country_code" and (behind_sign(answer) or "").startswith("0"),
    ),
    Difference(
        "no country's numbers begin with two zeros",
        "MO",
        "+853 (0) 0800199",
        lambda answer: (
            answer.note == "plus_without_country_code"
            and not answer.valid
            and behind_code(behind_sign(answer) or "")[1].startswith("00")
        ),
    ),
    Difference(
        "zeros alone, an IPv4 address and a date are no numbers",
        "AL",
        "90.0.23.2",
        lambda answer: (
            answer.note == "not_a_number"
            and (not answer.digits.strip("0") or re.search(r"[.\-/]|\b\d{8}\b", answer.cell) is not None)
        ),
    ),
    Difference(
        "two plus signs, a point or a dash before the first digit or behind the last are a slip of the hand",
        "IT",
        "++390212344678",
        lambda answer: (
            answer.note in {"stray_character", "stray_sign"}
            and re.search(r"^\D*\+\D*\+|^\(?[.\-/]|[\-/]$", answer.cell) is not None
        ),
    ),
    Difference(
        "a last piece of zeros after a point is a decimal part, where the digits before it are a number",
        "SY",
        "94456789.0",
        lambda answer: re.search(r"[.]0+$", answer.cell) is not None,
    ),
    Difference(
        "behind a sign and a country code a zero goes wherever the number without it is one",
        "CO",
        "+57 (0) 3211234567",
        lambda answer: (
            answer.ours is not None
            and behind_code(behind_sign(answer) or "")[1] == "0" + behind_code(str(answer.ours))[1]
        ),
    ),
    Difference(
        "a zero behind a country code that neither goes nor begins a number of the plan is not understood",
        "JP",
        "+81012345678",
        lambda answer: (
            answer.note == "plus_without_country_code"
            and not answer.valid
            and behind_code(behind_sign(answer) or "")[1].startswith("0")
        ),
    ),
    Difference(
        "Gabon's numbers had a zero of their own, so none is taken off behind a sign",
        "GA",
        "+241 060331234",
        lambda answer: answer.ours is None and (behind_sign(answer) or "").startswith("2410"),
    ),
    Difference(
        "India's numbers have ten digits, or are listed in another length",
        "AE",
        "+9122345408",
        lambda answer: (
            answer.note in {"too_short", "too_long"}
            and (behind_sign(answer) or "").startswith("91")
            and ng.normalize([f"+{behind_sign(answer)}"]).to_pylist() == [None]
        ),
    ),
]


def differing(asked: list[tuple[str, str, str]]) -> Iterator[tuple[Answer, str | None]]:
    """Each answer, and of those that differ the reason, if there is one."""
    for answer in answers(asked):
        if answer.ours == answer.theirs:
            yield answer, SAME
        else:
            yield answer, next((rule.why for rule in DIFFERENCES if rule.holds(answer)), None)


#: Of an answer that is theirs.
SAME = ""
#: Cells of one batch.
BATCH = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--examples", type=int, default=10, help="of cells that nothing explains")
    given = parser.parse_args()
    whys: Counter[str] = Counter()
    by_region: dict[str, Counter[str]] = {}
    found: list[Answer] = []
    for start in range(0, given.cells, BATCH):
        for answer, why in differing(list(cells(min(BATCH, given.cells - start), given.seed + start))):
            counts = by_region.setdefault(answer.region, Counter())
            counts["cells"] += 1
            counts["read"] += answer.ours is not None
            counts["same"] += why == SAME
            counts["unexplained"] += why is None
            if why is None:
                found.append(answer)
            elif why != SAME:
                whys[why] += 1
    lines = [f"{'region':8}{'cells':>9}{'read':>9}{'as they':>9}{'explained':>11}{'unexplained':>13}"]
    for region, counts in sorted(by_region.items()):
        explained = counts["cells"] - counts["same"] - counts["unexplained"]
        lines.append(
            f"{region:8}{counts['cells']:9,}{counts['read']:9,}{counts['same']:9,}{explained:11,}{counts['unexplained']:13,}"
        )
    lines += [f"{count:9,}  {why}" for why, count in whys.most_common()]
    lines.append(f"{len(found):9,}  unexplained of {given.cells:,}")
    lines += [str(answer) for answer in found[: given.examples]]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
