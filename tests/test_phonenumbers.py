"""An outside oracle: the `phonenumbers` package (libphonenumber's metadata and parser) on generated cells.

Cells of all written forms, Indian and foreign, right and damaged. Where the two answer differently, a rule of
`DIFFERENCES` must give the reason, and the example of the rule must still be a difference.
`NUMGUARD_PHONENUMBERS_CELLS` sets how many cells are asked; ten million take about ten minutes.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import phonenumbers
import pyarrow as pa
from phonenumbers import PhoneMetadata
from phonenumbers.data import _COUNTRY_CODE_TO_REGION_CODE as REGIONS

import numguard as ng

CELLS = int(os.environ.get("NUMGUARD_PHONENUMBERS_CELLS", "60000"))
BATCH = 100_000
TYPES = ("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "voip", "pager", "uan", "personal_number")


@dataclass
class Answer:
    """Both readings of one cell."""

    cell: str
    ours: int | None
    kind: str | None
    note: str | None
    theirs: int | None

    @property
    def digits(self) -> str:
        return re.sub(r"\D", "", self.cell)


@dataclass
class Difference:
    why: str
    example: str
    holds: Callable[[Answer], bool]


def is_explicit(answer: Answer) -> bool:
    """Whether a plus or two zeros announce a country code."""
    return re.sub(r"^(tel:|[( ])+", "", answer.cell).startswith(("+", "00"))


def has_national_prefix(answer: Answer) -> bool:
    """They took off what their metadata call a national prefix, other than a zero, after the country code."""
    digits, theirs = answer.digits.removeprefix("00"), str(answer.theirs)
    for code, regions in REGIONS.items():
        begin = str(code)
        kept = theirs.removeprefix(begin)
        if theirs.startswith(begin) and digits.startswith(begin) and digits.endswith(kept):
            prefix = digits[len(begin) : len(digits) - len(kept)]
            plans = [PhoneMetadata.metadata_for_region(region) for region in regions if region != "001"]
            wanted = [plan.national_prefix_for_parsing for plan in plans if plan.national_prefix_for_parsing]
            return prefix != "0" and any(re.fullmatch(pattern, prefix) for pattern in wanted)
    return False


def compact(cell: str) -> str:
    """The digits of a cell without what stands between them, with its plus."""
    return ("+" if "+" in cell else "") + re.sub(r"\D", "", cell)


DIFFERENCES = [
    # Read here, and not there.
    Difference(
        "a well-formed number that no plan lists is read all the same, as of unknown kind: tables go stale",
        "2212345678",
        lambda answer: answer.theirs is None and answer.kind == "unknown",
    ),
    Difference(
        "a foreign number that is merely possible, and not valid, is read",
        "+972 212345678",
        lambda answer: answer.theirs is None and answer.kind == "foreign" and is_explicit(answer),
    ),
    Difference(
        "M2M numbers of thirteen digits are no part of libphonenumber's plan",
        "5591234567890",
        lambda answer: answer.theirs is None and answer.kind == "m2m",
    ),
    Difference(
        "a trunk zero before the country code is taken off, and noted",
        "0919876543210",
        lambda answer: answer.theirs is None and answer.note == "trunk_prefix_before_country_code",
    ),
    # Read there, and not here.
    Difference(
        "digits are joined only in listed groupings; all together they are read alike",
        "9876 5432 10",
        lambda answer: (
            answer.note in {"several_numbers", "too_long", "not_an_integer"}
            and answer.theirs is not None
            and re.search(r"\d\D+\d", answer.cell) is not None
            and ng.normalize([compact(answer.cell)]).to_pylist() == [answer.theirs]
        ),
    ),
    Difference(
        "the same before an extension, where the rest is text",
        "9876 5432 10 ext 65",
        lambda answer: (
            answer.note == "text_with_digits"
            and answer.theirs is not None
            and ng.normalize([compact(answer.cell.partition(" ext ")[0])]).to_pylist() == [answer.theirs]
        ),
    ),
    Difference(
        "bare digits with one point are a float unless numbers are written so: 0.9876543210 is none",
        "0.9876543210",
        lambda answer: answer.note == "not_an_integer" and re.search(r"\d\.\d+$", answer.cell) is not None,
    ),
    Difference(
        "the same before an extension, where the rest is text",
        "76.59334857 ext 65",
        lambda answer: (
            answer.note == "text_with_digits" and re.match(r"[0-9]+[.][0-9]+ ext [0-9]+$", answer.cell) is not None
        ),
    ),
    Difference(
        "twelve digits written in fours look like an Aadhaar number",
        "9179-0188-5162",
        lambda answer: (
            answer.note == "looks_like_id" and re.fullmatch(r"\D*\d{4}\D+\d{4}\D+\d{4}", answer.cell) is not None
        ),
    ),
    Difference(
        "a trunk zero after a country code that no plus marks is not taken off: 9109876543210 may be an account",
        "9109876543210",
        lambda answer: answer.note == "too_long" and answer.digits.startswith("910") and not is_explicit(answer),
    ),
    Difference(
        "no trunk zero is dialled before thirteen digits",
        "01800123456789",
        lambda answer: answer.note == "too_long" and re.fullmatch(r"01\d{12}", answer.digits) is not None,
    ),
    Difference(
        "E.164 has fifteen digits",
        "+4980012345678909",
        lambda answer: answer.note == "too_long" and len(answer.digits.removeprefix("00")) > 15,
    ),
    Difference(
        "six digits in all are too short for a number with its country code",
        "+98 9601",
        lambda answer: answer.theirs is not None and len(str(answer.theirs)) < 7,
    ),
    Difference(
        "after a plus, what reads as an Indian mobile is foreign only as it stands",
        "+95 0 1234567",
        lambda answer: (
            answer.note == "plus_without_country_code" and re.fullmatch(r"(00)?0?[6-9]\d{9}", answer.digits) is not None
        ),
    ),
    Difference(
        "only a zero is a trunk prefix that is written after a country code: not North America's 1, Russia's and"
        " Lithuania's 8, Belarus's 80, Hungary's 06",
        "+1 1 732 691 2341",
        lambda answer: answer.note in {"plus_without_country_code", None} and has_national_prefix(answer),
    ),
    Difference(
        "area codes are not put in: Norfolk Island's five digits stay five",
        "+672 1 0660",
        lambda answer: answer.note == "plus_without_country_code" and str(answer.theirs).startswith("6723"),
    ),
    Difference(
        "a last piece of zeros after a point is a decimal part, where the digits before it are a number",
        "+31 1402.0",
        lambda answer: re.search(r"[.]0+$", answer.cell) is not None,
    ),
    Difference(
        "Gabon's numbers had a zero of their own, so none is taken off",
        "+241 0 60312348",
        lambda answer: (
            answer.note == "plus_without_country_code" and answer.digits.removeprefix("00").startswith("2410")
        ),
    ),
    Difference(
        "an IPv4 address is no number",
        "91.180.093.15",
        lambda answer: (
            answer.note == "not_a_number" and re.fullmatch(r"[0-9]{1,3}([.][0-9]{1,3}){3}", answer.cell) is not None
        ),
    ),
]


@dataclass
class Form:
    """A way to write a number."""

    name: str
    write: Callable[[random.Random, str, str], str]


SEPARATORS = ["", " ", "-", ".", "\u00a0", "\u2013", "  ", " - "]


def grouped(chosen: random.Random, national: str) -> str:
    """National digits with separators at random places."""
    separator = chosen.choice(SEPARATORS)
    widths = chosen.choice([[5, 5], [4, 3, 3], [3, 3, 4], [2, 4, 4], [2, 8], [3, 7], [4, 6], [1, 9], [20]])
    groups, at = [], 0
    for width in widths:
        if at < len(national):
            groups.append(national[at : at + width])
            at += width
    return separator.join([*groups, national[at:]] if at < len(national) else groups)


def bracketed(chosen: random.Random, code: str, national: str) -> str:
    width = chosen.choice([2, 3, 4])
    return f"+{code} ({national[:width]}) {national[width:]}"


FORMS = [
    Form("plus", lambda chosen, code, national: f"+{code}{chosen.choice(SEPARATORS)}{grouped(chosen, national)}"),
    Form("zeros", lambda chosen, code, national: f"00{code}{chosen.choice(SEPARATORS)}{grouped(chosen, national)}"),
    Form("brackets", bracketed),
    Form("plus in brackets", lambda chosen, code, national: f"(+{code}) {grouped(chosen, national)}"),
    Form("national", lambda chosen, code, national: grouped(chosen, national)),
    Form("trunk", lambda chosen, code, national: f"0{chosen.choice(SEPARATORS)}{grouped(chosen, national)}"),
    Form("code", lambda chosen, code, national: f"{code}{chosen.choice(SEPARATORS)}{grouped(chosen, national)}"),
    Form("plus and trunk", lambda chosen, code, national: f"+{code} (0) {grouped(chosen, national)}"),
    Form("trunk and code", lambda chosen, code, national: f"0{code}{grouped(chosen, national)}"),
    Form("tel", lambda chosen, code, national: f"tel:+{code}{national}"),
    Form("extension", lambda chosen, code, national: f"{grouped(chosen, national)} ext {chosen.randrange(1, 9999)}"),
    Form(
        "full width",
        lambda chosen, code, national: national.translate({48 + digit: 0xFF10 + digit for digit in range(10)}),
    ),
    Form(
        "devanagari",
        lambda chosen, code, national: national.translate({48 + digit: 0x966 + digit for digit in range(10)}),
    ),
    Form("cut", lambda chosen, code, national: f"+{code}{national[:-1]}"),
    Form("longer", lambda chosen, code, national: f"+{code}{national}{chosen.randrange(10)}"),
    Form("bare and longer", lambda chosen, code, national: f"{national}{chosen.randrange(1000)}"),
]
ABROAD = [
    form
    for form in FORMS
    if form.name in {"plus", "zeros", "brackets", "plus in brackets", "plus and trunk", "tel", "cut", "longer"}
]


def examples() -> list[tuple[str, str]]:
    found = []
    for code, regions in REGIONS.items():
        for region in regions:
            plan = (
                PhoneMetadata.metadata_for_region(region)
                if region != "001"
                else PhoneMetadata.metadata_for_nongeo_region(code)
            )
            numbers = {getattr(getattr(plan, kind), "example_number", None) for kind in TYPES}
            found += [(str(code), number) for number in sorted(filter(None, numbers))]
    return found


def indian(chosen: random.Random) -> str:
    kind = chosen.random()
    if kind < 0.6:
        return str(chosen.randrange(6_000_000_000, 10_000_000_000))
    if kind < 0.8:
        return str(chosen.randrange(1_000_000_000, 6_000_000_000))
    if kind < 0.85:
        return f"1800{chosen.randrange(10 ** chosen.randrange(4, 10)):04}"
    if kind < 0.9:
        return f"1860{chosen.randrange(10**7):07}"
    if kind < 0.95:
        return f"{chosen.choice(['140', '1600', '1601', '1605'])}{chosen.randrange(10**7):07}"[:10]
    return f"{chosen.choice(['559', '575', '576', '579', '597'])}{chosen.randrange(10**10):010}"


def cells(count: int, seed: int) -> Iterator[str]:
    chosen = random.Random(seed)
    abroad = examples()
    for _ in range(count):
        if chosen.random() < 0.6:
            yield chosen.choice(FORMS).write(chosen, "91", indian(chosen))
        else:
            code, national = chosen.choice(abroad)
            # A random digit changed or not: both valid and invalid numbers, near the border between them.
            at = chosen.randrange(len(national))
            if chosen.random() < 0.7:
                national = national[:at] + str(chosen.randrange(10)) + national[at + 1 :]
            yield chosen.choice(ABROAD).write(chosen, code, national)


def theirs(cell: str) -> int | None:
    try:
        number = phonenumbers.parse(cell, "IN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return int(str(written).removeprefix("+"))


def answers(written: list[str]) -> list[Answer]:
    explained: Any = ng.explain(pa.array(written)).to_pylist()
    return [
        Answer(cell, ours["msisdn"], ours["kind"], ours["note"], theirs(cell))
        for cell, ours in zip(written, explained, strict=True)
    ]


def test_each_difference_is_one() -> None:
    for rule, answer in zip(DIFFERENCES, answers([rule.example for rule in DIFFERENCES]), strict=True):
        assert answer.ours != answer.theirs, rule.why
        assert rule.holds(answer), (rule.why, answer)


def test_numbers_are_read_as_phonenumbers_reads_them() -> None:
    agreed = 0
    unexplained: list[Answer] = []
    for seed in range(0, CELLS, BATCH):
        for answer in answers(list(cells(min(BATCH, CELLS - seed), seed))):
            if answer.ours == answer.theirs:
                agreed += 1
            elif not any(rule.holds(answer) for rule in DIFFERENCES):
                unexplained.append(answer)
    # A fourth of the cells are written in groups that are not in use.
    assert agreed > CELLS * 0.6
    assert not unexplained, (len(unexplained), unexplained[:20])
