"""Cells as each region writes its numbers, and how `phonenumbers` reads them.

Owns the written list of differences. Independent of the generator (`region_forms.py`) and of tests: `test_regions.py`
takes a sample, and `python -m tests.region_cells --cells 1000000` takes more cells, and prints a table by region.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import phonenumbers
import pyarrow as pa
from phonenumbers import PhoneMetadata, PhoneNumberFormat, ValidationResult
from phonenumbers.data import _COUNTRY_CODE_TO_REGION_CODE as REGIONS_OF
from tests.region_forms import cells, code_of, number_of, plan

import numguard as ng


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


def announced(region: str, cell: str) -> int | None:
    """The valid number behind two zeros, or behind a national prefix and the region's own code, whatever else the
    region dials with these digits."""
    if cell.startswith("00"):
        number, valid = theirs(f"+{cell[2:]}", region)
        return number if valid else None
    prefix = plan(region).national_prefix or "0"
    number, valid = theirs(f"+{cell.removeprefix(prefix)}", region)
    is_own = cell.startswith(f"{prefix}{code_of(region)}")
    return number if valid and is_own else None


def true(region: str, form: str, cell: str) -> tuple[int | None, bool]:
    """What was written, if that is certain by the form, and else what they read."""
    number = announced(region, cell) if form in {"two zeros", "prefix and code"} else None
    return (number, True) if number else theirs(cell, region)


def answers(asked: list[tuple[str, str, str]]) -> list[Answer]:
    regions, forms, written_cells = zip(*asked, strict=True)
    explained: Any = ng.explain(pa.array(written_cells), region=pa.array(regions)).to_pylist()
    # Numbers without kinds and notes are read in a way of their own.
    keys = ng.normalize(pa.array(written_cells), region=pa.array(regions)).to_pylist()
    assert keys == [one["msisdn"] for one in explained]
    return [
        Answer(region, cell, form, one["msisdn"], one["note"], one["kind"], *true(region, form, cell))
        for region, form, cell, one in zip(regions, forms, written_cells, explained, strict=True)
    ]


def is_signed(answer: Answer) -> bool:
    return answer.cell.lstrip("( ").startswith("+")


def valid_readings(digits: str, region: str) -> set[str]:
    """Every number of the region that its plan has and that the digits may be: as they stand, without a national
    prefix, without the country code, without both."""
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
        if start is digits:
            ways |= {way.removeprefix(code) for way in ways - {digits}}
        else:
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
    form: str = ""


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


def is_dialled_otherwise(answer: Answer) -> bool:
    """Whether a number stands behind two zeros or behind prefix and code, and the region dials another one so."""
    number = announced(answer.region, answer.cell)
    return number is not None and number != theirs(answer.cell, answer.region)[0]


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
        "two zeros before a country code, or a national prefix before the region's own: where the region dials other"
        " numbers with the same digits, they are neither",
        "SG",
        "00919876543210",
        lambda answer: answer.note in {"ambiguous_prefix", "too_long", "too_short"} and is_dialled_otherwise(answer),
    ),
    Difference(
        "but a number as the region dials it is none that may stand behind its code, unless that is a mobile",
        "DE",
        "0492112345",
        lambda answer: (answer.ours, True) == theirs(answer.cell, answer.region) and is_dialled_otherwise(answer),
        "prefix and code",
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
