"""Writes `table.rs` and `edges.bin`: every country's numbering plan as one automaton; and the example numbers.

Run it with the `phonenumbers` package installed (its metadata is that of Google's libphonenumber), from anywhere:

    python rust/core/src/plan/generate.py

Facts are taken, not code: the patterns of each country's national numbers, their possible lengths, and the country
codes. The patterns are parsed into one nondeterministic automaton that starts with the country codes, made
deterministic, minimised, and written as rows of ten states (`edges.bin`: a state in two bytes, the lower first). The
program then asks `phonenumbers` about random numbers of every country and fails if the automaton answers otherwise, so
a table that was written is a table that agreed.

India's plan is finer than libphonenumber's. What is added here, and where it is from:

- 1600 and 1601, voice calls for services, banks and finance: Department of Telecommunications, 30 May 2024 (the 160
  series). Other numbers that begin 160 are fixed lines of the area code 160.
- M2M numbers of thirteen digits: the same Department's M2M numbering plan, 9 Dec 2016; the five identifiers in use.
"""

from __future__ import annotations

import csv
import datetime
import functools
import operator
import random
import re
import struct
import sys
from collections.abc import Hashable, Iterator
from pathlib import Path

import phonenumbers
from automata import DEAD, DIGITS, Automaton, States
from phonenumbers import PhoneMetadata, PhoneNumber
from phonenumbers.data import _COUNTRY_CODE_TO_REGION_CODE as REGIONS
from regions import (
    NO_REGION,
    TYPES,
    Format,
    Rule,
    choices,
    code_of,
    described,
    groupings,
    mask,
    metadata,
    rules,
    taken_off,
)

INDIA = 91
ADDED_FOR_INDIA = {"service": r"160[01]\d{6}", "m2m": r"5(?:59|7[569]|97)\d{10}"}
# The first that holds. libphonenumber calls 140 a universal access number, and lists a part of 160x as mobile.
INDIAN_CLASSES = (
    ("service", "Service"),
    ("m2m", "M2m"),
    ("uan", "Telemarketing"),
    ("toll_free", "TollFree"),
    ("shared_cost", "SharedCost"),
    ("premium_rate", "Premium"),
)
#: The first that holds, but for fixed lines and mobiles.
CLASSES = {
    "premium_rate": "Premium",
    "toll_free": "TollFree",
    "shared_cost": "SharedCost",
    "voip": "Voip",
    "personal_number": "Personal",
    "pager": "Pager",
    "uan": "Uan",
    "voicemail": "Voicemail",
}
#: The states of all automata, and where each begins.
STATES = States()
NAMES = list(code_of())


def class_of(code: int, labels: set[str]) -> str | None:
    """What a number is whose region's plan has it in these types."""
    if code == INDIA:
        for label, name in INDIAN_CLASSES:
            if label in labels:
                return name
    else:
        for label, name in CLASSES.items():
            if label in labels:
                return name
    if {"fixed_line", "mobile"} <= labels:
        return "FixedOrMobile"
    return "Fixed" if "fixed_line" in labels else "Mobile" if "mobile" in labels else None


def answer(labels: frozenset[Hashable]) -> tuple[str, str] | None:
    """Class and region of a number with these labels (code, region, type): of the first of the code's regions whose
    leading digits it has, or that has it in some type where the region is not known by leading digits."""
    of: dict[str, set[str]] = {}
    code = next((code for code, *_ in labels), 0)  # type: ignore[misc]
    for _, region, label in labels:  # type: ignore[misc]
        of.setdefault(region, set()).add(label)
    for region in REGIONS.get(code, ()):
        found = of.get(region, set())
        # What is added for India is no part of the metadata.
        is_viable = "viable" in found or not found.isdisjoint(ADDED_FOR_INDIA)
        name = class_of(code, found) if is_viable else None
        if metadata(code, region).leading_digits is None:
            if name:
                return name, region
        elif "leading" in found:
            return (name, region) if name else None
    return None


def countries() -> dict[int, tuple[int, int, bool]]:
    """Country code -> its possible national lengths (bit n: n digits), those of its first region, which libphonenumber
    asks, and whether callers inside dial a zero first."""
    found = {}
    for code, regions in REGIONS.items():
        plans = [metadata(code, region) for region in regions]
        lengths = [mask(plan.general_desc.possible_length, code) for plan in plans]
        all_lengths = functools.reduce(operator.or_, lengths)
        found[code] = all_lengths, lengths[0], any(has_trunk_zero(code, plan) for plan in plans)
    return found


def has_trunk_zero(code: int, plan: PhoneMetadata) -> bool:
    """Whether libphonenumber reads one of the plan's examples the same with a zero after the country code."""
    numbers = [described(plan, label, "example_number") for label in TYPES]
    return any(
        phonenumbers.parse(f"+{code}0{number}") == phonenumbers.parse(f"+{code}{number}")
        for number in numbers
        if number
    )


def area_codes() -> list[str]:
    """India's area codes: what libphonenumber's formats write as the first group of some fixed line."""
    plan = metadata(INDIA, "IN")
    fixed = re.compile(described(plan, "fixed_line", "national_number_pattern") or "")
    found = set()
    for start in range(1000, 10_000):
        for rest in ("200000", "234567", "345678", "456789", "567890", "678901"):
            number = f"{start}{rest}"
            if fixed.fullmatch(number):
                known = PhoneNumber(country_code=INDIA, national_number=int(number))
                written = phonenumbers.format_number(known, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
                first = written.split()[1].split("-")[0]
                if 2 <= len(first) <= 4:
                    found.add(first)
    return sorted(found, key=int)


def automaton() -> int:
    """The start of the automaton over E.164 digits."""
    grown = Automaton()
    for code, regions in REGIONS.items():
        for region in regions:
            plan = metadata(code, region)
            for label in TYPES:
                pattern = described(plan, label, "national_number_pattern")
                if pattern:
                    grown.add(str(code), pattern, (code, region, label))
                    if label == "fixed_line" and plan.same_mobile_and_fixed_line_pattern:
                        grown.add(str(code), pattern, (code, region, "mobile"))
            grown.add(str(code), plan.general_desc.national_number_pattern, (code, region, "viable"))
            if plan.leading_digits:
                grown.add(str(code), rf"(?:{plan.leading_digits})\d{{0,12}}", (code, region, "leading"))
    for label, pattern in ADDED_FOR_INDIA.items():
        grown.add(str(INDIA), pattern, (INDIA, "IN", label))
    return STATES.add(grown, answer)


def series() -> tuple[list[int], list[int]]:
    """One bit for each five-digit series from 60000 on: whether the plan lists it, and whether it is a fixed line's."""
    plan = metadata(INDIA, "IN")
    fixed, mobile = (
        re.compile(described(plan, label, "national_number_pattern") or "") for label in ("fixed_line", "mobile")
    )
    listed, lines = [0] * 625, [0] * 625
    for index in range(40_000):
        answers = set()
        for rest in ("00000", "13579", "24680", "77777", "99999"):
            number = f"{60_000 + index}{rest}"
            answers.add((bool(fixed.fullmatch(number)), bool(mobile.fullmatch(number))))
        if len(answers) != 1:
            raise ValueError("five digits no longer decide an Indian series: widen the table")
        is_fixed, is_mobile = answers.pop()
        listed[index // 64] |= (is_fixed or is_mobile) << (index % 64)
        lines[index // 64] |= is_fixed << (index % 64)
    return listed, lines


def number_of(code: int, digits: str) -> PhoneNumber:
    zeros = len(digits) - len(digits.lstrip("0"))
    # A number of zeros alone has its last as its value.
    zeros = min(zeros, len(digits) - 1)
    return PhoneNumber(code, int(digits), italian_leading_zero=zeros > 0, number_of_leading_zeros=zeros or None)


def near_numbers() -> Iterator[tuple[int, list[str]]]:
    """Of each country code random national digits, and some near its examples."""
    chosen = random.Random(1)
    for code, regions in REGIONS.items():
        national = ["".join(chosen.choices(DIGITS, k=k)) for k in range(4, 15) for _ in range(60)]
        for region in regions:
            plan = metadata(code, region)
            for example in filter(None, (described(plan, label, "example_number") for label in TYPES)):
                for position in range(len(example)):
                    national += [example[:position] + digit + example[position + 1 :] for digit in DIGITS]
                national += [example + "1", example[:-1], f"{code}{example}", f"0{example}", f"1{example}"]
        yield code, national


def check(start: int, known: list[Format], begins: dict[int, tuple[int, int]]) -> int:
    """Asks `phonenumbers` about random numbers and about one digit more or less than its own examples: whether they are
    valid, of which region, and how they are written."""
    asked = 0
    for code, national in near_numbers():
        for digits in national:
            asked += 1
            number = number_of(code, digits)
            found = STATES.ends(start, f"{code}{digits}")
            is_ours = code == INDIA and (digits.startswith("160") or found == ("M2m", "IN"))
            if (found is not None) != phonenumbers.is_valid_number(number) and not is_ours:
                raise ValueError(f"the automaton and phonenumbers differ on a number of country code {code}: {digits}")
            if found is not None and found[1] != phonenumbers.region_code_for_number(number) and not is_ours:  # type: ignore[index]
                raise ValueError(f"the region of {code} {digits} is another one for phonenumbers")
            for style, begin in zip(("NATIONAL", "INTERNATIONAL"), begins[code], strict=True):
                theirs = phonenumbers.format_number(number, getattr(phonenumbers.PhoneNumberFormat, style))
                ours = in_format(digits, begin, known, style)
                if theirs.removeprefix(f"+{code}").strip(" -") != ours.strip(" -"):
                    raise ValueError(f"{code} {digits} is written {theirs}, and here {ours}")
    return asked


def in_format(digits: str, start: int, known: list[Format], style: str) -> str:
    """National digits in the first of the formats that their leading digits and their length admit."""
    for index in STATES.farthest(start, digits) or ():  # type: ignore[attr-defined]
        one = known[index]
        if sum(least for least, _ in one.groups) <= len(digits) <= sum(most for _, most in one.groups):
            text = one.national if style == "NATIONAL" else one.international
            spare, at = len(digits) - sum(least for least, _ in one.groups), 0
            for place, (least, most) in enumerate(one.groups):
                width = least + min(spare, most - least)
                spare -= width - least
                text = text.replace(f"\\{place + 1}", digits[at : at + width])
                at += width
            return text
    return digits


def check_prefixes(found: dict[str, tuple[int, list[Rule]]]) -> None:
    """Compares the rules with the patterns that they are from, on random digits behind likely prefixes."""
    chosen = random.Random(2)
    likely = ["", "0", "8", "1", "80", "06", "015", "021", "0115", "01115", "000", "00", "003768", "180020", "90", "19"]
    for region, (abroad, prefixes) in found.items():
        plan = metadata(code_of()[region], region)
        for _ in range(2000):
            digits = chosen.choice(likely) + "".join(chosen.choices(DIGITS, k=chosen.randint(3, 14)))
            theirs = None
            if plan.national_prefix_for_parsing:
                match = re.match(plan.national_prefix_for_parsing, digits)
                rule = plan.national_prefix_transform_rule
                if match and rule and match.groups()[-1] is not None:
                    theirs = re.sub(plan.national_prefix_for_parsing, rule, digits, count=1)
                elif match:
                    theirs = digits[match.end() :]
            match = re.match(plan.international_prefix, digits)
            if taken_off(prefixes, STATES, digits) != theirs or STATES.longest(abroad, digits) != (
                match.end() if match else None
            ):
                raise ValueError(f"the prefixes of {region} differ from their patterns on {digits}")


def examples() -> list[tuple[str, str, str, str]]:
    """Region, type, the number as people write it for abroad, and its E.164: every example that libphonenumber has."""
    found = []
    for code, regions in sorted(REGIONS.items()):
        for region in regions:
            plan = metadata(code, region)
            for label in TYPES:
                example = described(plan, label, "example_number")
                if example:
                    # Parsed from digits alone: what the library makes of its own example is what we compare with.
                    number = phonenumbers.parse(f"+{code}{example}")
                    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
                    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
                    found.append((region, label, written, e164))
    return found


def region_row(region: str, code: int, prefixes: dict[str, tuple[int, list[Rule]]]) -> str:
    plan = metadata(code, region)
    short = PhoneMetadata.short_metadata_for_region(region)
    leading = Automaton()
    if plan.leading_digits:
        leading.add("", plan.leading_digits, "yes")
    abroad, found = prefixes[region]
    starts = {
        "viable": STATES.pattern(plan.general_desc.national_number_pattern),
        "short": STATES.pattern(short.short_code.national_number_pattern if short else None),
        "leading": STATES.add(leading, lambda labels: "yes" if labels else None) if plan.leading_digits else DEAD,
        "abroad": abroad,
    }
    rows = ", ".join(
        f"Rule {{ start: {one.start}, keeps: {str(one.keeps).lower()}, before: {one.before}, after: {one.after},"
        f" insert: &{[int(digit) for digit in one.insert]}, is_whole: {str(one.is_whole).lower()} }}"
        for one in found
    )
    lengths, local = (
        sum(1 << length for length in found if length > 0)
        for found in (plan.general_desc.possible_length, plan.general_desc.possible_length_local_only)
    )
    fields = ", ".join(f"{name}: {start}" for name, start in starts.items())
    return (
        f'    Row {{ name: "{region}", code: {code}, lengths: {lengths:#x}, local: {local:#x}, {fields},'
        f" national_prefix: {len(plan.national_prefix or '')}, prefixes: &[{rows}] }},"
    )


def rust(start: int, known: list[Format], begins: dict[int, tuple[int, int]], rows: list[str]) -> str:
    listed, lines = series()
    lists: dict[tuple[int, ...], int] = {(): 0}
    for outcome in STATES.outcomes:
        if isinstance(outcome, tuple) and isinstance(outcome[0], int):
            lists.setdefault(outcome, len(lists))
    out = [
        "//! Generated by `generate.py`: do not edit.",
        "//!",
        (
            f"//! From the metadata of libphonenumber as packed in `phonenumbers` {phonenumbers.__version__},"
            f" on {datetime.date.today().isoformat()}."
        ),
        "",
        "use super::{Class, Country, End, Format, Row, Rule};",
        "",
        "/// The metadata's version.",
        f'pub const VERSION: &str = "{phonenumbers.__version__}";',
        "/// The day on which this file was written.",
        f'pub const WRITTEN: &str = "{datetime.date.today().isoformat()}";',
        "",
        f"pub(super) const START: u16 = {start};",
        "",
        f"pub(super) const STATES: usize = {len(STATES.rows)};",
        "",
        "/// States in which digits may end, and as what.",
    ]
    ends = [(state, outcome) for state, outcome in enumerate(STATES.outcomes) if outcome is not None]
    out.append(f"pub(super) static ENDS: [(u16, End); {len(ends)}] = [")
    for state, outcome in ends:
        if isinstance(outcome, str):
            end = "End::Yes"
        elif isinstance(outcome[0], int):  # type: ignore[index]
            end = f"End::Formats({lists[outcome]})"  # type: ignore[index]
        else:
            name, region = outcome  # type: ignore[misc]
            end = f"End::Number(Class::{name}, {len(NAMES) if region == NO_REGION else NAMES.index(region)})"
        out.append(f"    ({state}, {end}),")
    out += ["];", "", "/// What each country code says.", f"pub(super) static COUNTRIES: [Country; {len(REGIONS)}] = ["]
    for code, (lengths, first, trunk) in sorted(countries().items()):
        regions = [len(NAMES) if region == NO_REGION else NAMES.index(region) for region in REGIONS[code]]
        out.append(
            f"    Country {{ code: {code}, lengths: {lengths:#06x}, first_lengths: {first:#06x},"
            f" has_trunk_zero: {str(trunk).lower()}, regions: &{regions},"
            f" national: {begins[code][0]}, international: {begins[code][1]} }},"
        )
    out += [
        "];",
        "",
        "/// The regions, by name.",
        f"pub(super) static REGIONS: [Row; {len(rows)}] = [",
        *rows,
        "];",
        "",
        "/// The ways in which numbers are written.",
        f"pub(super) static FORMATS: [Format; {len(known)}] = [",
        *(
            f'    Format {{ groups: &{list(one.groups)}, national: r"{one.national}",'
            f' international: r"{one.international}" }},'
            for one in known
        ),
        "];",
        "",
        "/// Lists of formats, each in the order of choice.",
        f"pub(super) static CHOICES: [&[u16]; {len(lists)}] = [",
        *(f"    &{list(one)}," for one in lists),
        "];",
    ]
    grouped = {code: sorted(groupings(code)) for code in sorted(REGIONS)}
    grouped = {code: groups for code, groups in grouped.items() if groups}
    out += [
        "",
        "/// The widths (least, most) of the groups of one format.",
        "pub(super) type Groups = &'static [(u8, u8)];",
        "",
        "/// Country code, and the groups in which its own formats write a number.",
        f"pub(super) static GROUPINGS: [(u16, &[Groups]); {len(grouped)}] = [",
    ]
    for code, groups in grouped.items():
        out.append(f"    ({code}, &[" + ", ".join(f"&{list(group)}" for group in groups) + "]),")
    codes = area_codes()
    out += ["];", "", "/// India's area codes.", f"pub(super) static AREA_CODES: [u16; {len(codes)}] = ["]
    out += ["    " + ", ".join(codes[i : i + 16]) + "," for i in range(0, len(codes), 16)]
    out.append("];")
    for name, says, words in (
        ("LISTED", "Indian series from 60000 on that the plan lists, one bit each.", listed),
        ("FIXED_LINES", "Those of them that fixed lines use.", lines),
    ):
        out += ["", f"/// {says}", f"pub(super) static {name}: [u64; {len(words)}] = ["]
        out += ["    " + ", ".join(f"{word:#018x}" for word in words[i : i + 5]) + "," for i in range(0, len(words), 5)]
        out.append("];")
    return "\n".join(out) + "\n"


def main() -> None:
    sys.setrecursionlimit(10_000)
    start = automaton()
    numbered: dict[Format, int] = {}
    begins = {}
    for code, regions in REGIONS.items():
        plan = metadata(code, regions[0])
        national = choices(list(plan.number_format), numbered, STATES)
        abroad = choices(list(plan.intl_number_format), numbered, STATES) if plan.intl_number_format else national
        begins[code] = national, abroad
    prefixes = {
        region: (STATES.pattern(metadata(code, region).international_prefix), rules(metadata(code, region), STATES))
        for region, code in code_of().items()
    }
    rows = [region_row(region, code, prefixes) for region, code in code_of().items()]
    asked = check(start, list(numbered), begins)
    check_prefixes(prefixes)
    path = Path(__file__).with_name("table.rs")
    path.write_text(rust(start, list(numbered), begins, rows))
    path.with_name("edges.bin").write_bytes(b"".join(struct.pack("<10H", *row) for row in STATES.rows))
    with (Path(__file__).parents[4] / "tests/vectors/example_numbers.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("region", "type", "written", "e164"))
        writer.writerows(examples())
    print(
        f"{path.name}: {len(STATES.rows)} states, {len(REGIONS)} country codes, {asked} numbers asked of phonenumbers"
    )


if __name__ == "__main__":
    main()
