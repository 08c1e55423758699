"""Writes `table.rs`: every country's numbering plan as one automaton over E.164 digits; and the example numbers.

Run it with the `phonenumbers` package installed (its metadata is that of Google's libphonenumber), from anywhere:

    python rust/core/src/plan/generate.py

Facts are taken, not code: the patterns of each country's national numbers, their possible lengths, and the country
codes. The patterns are parsed into one nondeterministic automaton that starts with the country codes, made
deterministic, minimised, and written as rows of ten. The program then asks `phonenumbers` about random numbers of every
country and fails if the automaton answers otherwise, so a table that was written is a table that agreed.

India's plan is finer than libphonenumber's. What is added here, and where it is from:

- 1600 and 1601, voice calls for services, banks and finance: Department of Telecommunications, 30 May 2024 (the 160
  series). Other numbers that begin 160 are fixed lines of the area code 160.
- M2M numbers of thirteen digits: the same Department's M2M numbering plan, 9 Dec 2016; the five identifiers in use.
"""

from __future__ import annotations

import csv
import datetime
import random
import re
import sys
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber
from phonenumbers.data import _COUNTRY_CODE_TO_REGION_CODE as REGIONS

INDIA = 91
TYPES = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "voip",
    "pager",
    "uan",
    "voicemail",
)
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
DIGITS = "0123456789"
DEAD = 0


class Automaton:
    """A nondeterministic automaton over digits, grown from patterns."""

    def __init__(self) -> None:
        self.silent: list[list[int]] = []
        self.moves: list[list[tuple[frozenset[str], int]]] = []
        self.accepts: dict[int, set[str]] = {}
        self.start = self.state()

    def state(self) -> int:
        self.silent.append([])
        self.moves.append([])
        return len(self.moves) - 1

    def step(self, state: int, digits: frozenset[str]) -> int:
        target = self.state()
        self.moves[state].append((digits, target))
        return target

    def join(self, states: list[int]) -> int:
        target = self.state()
        for state in states:
            self.silent[state].append(target)
        return target

    def add(self, prefix: str, pattern: str, label: str) -> None:
        state = self.join([self.start])
        for digit in prefix:
            state = self.step(state, frozenset(digit))
        self.accepts.setdefault(self.grow(_parser.parse(pattern), state), set()).add(label)

    def grow(self, parsed: object, state: int) -> int:
        for operator, argument in parsed:  # type: ignore[attr-defined]
            if operator is _constants.LITERAL:
                state = self.step(state, frozenset(chr(argument)))
            elif operator is _constants.IN:
                state = self.step(state, frozenset().union(*(members(item) for item in argument)))
            elif operator is _constants.SUBPATTERN:
                state = self.grow(argument[3], state)
            elif operator is _constants.BRANCH:
                state = self.join([self.grow(branch, self.join([state])) for branch in argument[1]])
            elif operator is _constants.MAX_REPEAT:
                least, most, repeated = argument
                for _ in range(least):
                    state = self.grow(repeated, state)
                ends = [state]
                for _ in range(most - least):
                    state = self.grow(repeated, state)
                    ends.append(state)
                state = self.join(ends)
            else:
                raise ValueError(f"a pattern uses {operator}, which this program does not know")
        return state

    def closure(self, states: set[int]) -> frozenset[int]:
        seen, waiting = set(states), list(states)
        while waiting:
            for target in self.silent[waiting.pop()]:
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return frozenset(seen)

    def deterministic(self) -> tuple[list[list[int | None]], list[frozenset[str]]]:
        first = self.closure({self.start})
        numbers, waiting, edges = {first: 0}, [first], []
        for states in waiting:
            row: list[int | None] = []
            for digit in DIGITS:
                reached = {target for state in states for digits, target in self.moves[state] if digit in digits}
                if not reached:
                    row.append(None)
                    continue
                closed = self.closure(reached)
                if closed not in numbers:
                    numbers[closed] = len(waiting)
                    waiting.append(closed)
                row.append(numbers[closed])
            edges.append(row)
        labels = [frozenset().union(*(self.accepts.get(state, ()) for state in states)) for states in waiting]
        return edges, labels


def members(item: tuple[object, object]) -> frozenset[str]:
    kind, value = item
    if kind is _constants.LITERAL:
        return frozenset(chr(value))  # type: ignore[arg-type]
    if kind is _constants.RANGE:
        return frozenset(chr(code) for code in range(value[0], value[1] + 1))  # type: ignore[index]
    if kind is _constants.CATEGORY and value is _constants.CATEGORY_DIGIT:
        return frozenset(DIGITS)
    raise ValueError(f"a pattern uses {item}, which this program does not know")


def class_of(labels: frozenset[str]) -> str:
    if not labels:
        return "None"
    if "foreign" in labels:
        return "Foreign"
    for label, name in INDIAN_CLASSES:
        if label in labels:
            return name
    if {"fixed_line", "mobile"} <= labels:
        return "FixedOrMobile"
    return "Fixed" if "fixed_line" in labels else "Mobile"


def minimise(edges: list[list[int | None]], classes: list[str]) -> tuple[list[list[int]], list[str], int]:
    """Merges states that answer alike. No pattern repeats without end: there is no loop, and one pass does."""
    rows: list[list[int]] = [[DEAD] * 10]
    outcomes = ["None"]
    known = {("None", tuple(rows[0])): DEAD}
    done: dict[int, int] = {}

    def merge(state: int) -> int:
        if state not in done:
            row = tuple(DEAD if target is None else merge(target) for target in edges[state])
            key = (classes[state], row)
            if key not in known:
                known[key] = len(rows)
                rows.append(list(row))
                outcomes.append(classes[state])
            done[state] = known[key]
        return done[state]

    return rows, outcomes, merge(0)


def metadata(code: int, region: str) -> PhoneMetadata:
    nongeographic = region == "001"
    found = (
        PhoneMetadata.metadata_for_nongeo_region(code) if nongeographic else PhoneMetadata.metadata_for_region(region)
    )
    if found is None:
        raise ValueError(f"no metadata for {region}")
    return found


def described(plan: PhoneMetadata, label: str, field: str) -> str | None:
    """One field of one type of number in a plan, if the plan has that type."""
    found: str | None = getattr(getattr(plan, label), field, None)
    return found


def countries() -> dict[int, tuple[int, bool]]:
    """Country code -> its possible national lengths (bit n: n digits), and whether callers inside dial a zero first."""
    found = {}
    for code, regions in REGIONS.items():
        plans = [metadata(code, region) for region in regions]
        lengths = {length for plan in plans for length in getattr(plan.general_desc, "possible_length", ())}
        # E.164 has fifteen digits in all; some plans list longer numbers, which only their own country can dial.
        mask = sum(1 << length for length in lengths if 0 < length <= 15 - len(str(code)))
        found[code] = mask, any(has_trunk_zero(code, plan) for plan in plans)
    return found


def has_trunk_zero(code: int, plan: PhoneMetadata) -> bool:
    """Whether libphonenumber reads one of the plan's examples the same with a zero after the country code."""
    numbers = [described(plan, label, "example_number") for label in TYPES]
    return any(
        phonenumbers.parse(f"+{code}0{number}") == phonenumbers.parse(f"+{code}{number}")
        for number in numbers
        if number
    )


def formats() -> dict[int, list[tuple[tuple[int, int], ...]]]:
    """Country code -> the widths (least, most) of the groups in which the country's own formats write a number."""
    found: dict[int, set[tuple[tuple[int, int], ...]]] = {}
    for code, regions in REGIONS.items():
        for region in regions:
            plan = metadata(code, region)
            for one in [*plan.number_format, *plan.intl_number_format]:
                if one.format != "NA":
                    found.setdefault(code, set()).update(widths(one.pattern, one.format))
    return {code: sorted(groups) for code, groups in found.items()}


def widths(pattern: str, written: str) -> set[tuple[tuple[int, int], ...]]:
    """The widths of the groups of one format. Formats that write something of their own (`15`) make no other number."""
    groups = {
        argument[0]: argument[3].getwidth()
        for operator, argument in _parser.parse(pattern)
        if operator is _constants.SUBPATTERN
    }
    found: list[tuple[int, int]] = []
    for part in re.split(r"[^\\\d]+", written):
        places = [int(place) for place in re.findall(r"\\(\d)", part)]
        if re.sub(r"\\\d", "", part):
            return set()
        if places:
            least, most = (sum(int(groups[place][end]) for place in places) for end in (0, 1))
            found.append((least, most))
    return {tuple(found)} if len(found) > 1 else set()


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


def automaton() -> tuple[list[list[int]], list[str], int]:
    grown = Automaton()
    for code, regions in REGIONS.items():
        for region in regions:
            plan = metadata(code, region)
            for label in TYPES:
                pattern = described(plan, label, "national_number_pattern")
                if pattern:
                    grown.add(str(code), pattern, label if code == INDIA else "foreign")
    for label, pattern in ADDED_FOR_INDIA.items():
        grown.add(str(INDIA), pattern, label)
    edges, labels = grown.deterministic()
    sys.setrecursionlimit(10_000)
    return minimise(edges, [class_of(found) for found in labels])


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


def check(rows: list[list[int]], outcomes: list[str], start: int) -> int:
    """Asks `phonenumbers` about random numbers and about one digit more or less than its own examples."""
    chosen = random.Random(1)
    asked = 0
    for code, regions in REGIONS.items():
        national = ["".join(chosen.choices(DIGITS, k=k)) for k in range(4, 15) for _ in range(60)]
        for region in regions:
            plan = metadata(code, region)
            for label in TYPES:
                example = described(plan, label, "example_number")
                if example:
                    for position in range(len(example)):
                        national += [example[:position] + digit + example[position + 1 :] for digit in DIGITS]
                    national += [example + "1", example[:-1]]
        for digits in national:
            state = start
            for digit in f"{code}{digits}":
                state = rows[state][int(digit)]
            zeros = len(digits) - len(digits.lstrip("0"))
            number = PhoneNumber(
                code, int(digits), italian_leading_zero=zeros > 0, number_of_leading_zeros=zeros or None
            )
            asked += 1
            ours = outcomes[state] not in ("None", "M2m")
            if ours != phonenumbers.is_valid_number(number) and not (code == INDIA and digits.startswith("160")):
                raise ValueError(f"the automaton and phonenumbers differ on a number of country code {code}: {digits}")
    return asked


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


def rust(rows: list[list[int]], outcomes: list[str], start: int, known: dict[int, tuple[int, bool]]) -> str:
    listed, lines = series()
    out = [
        "//! Generated by `generate.py`: do not edit.",
        "//!",
        (
            f"//! From the metadata of libphonenumber as packed in `phonenumbers` {phonenumbers.__version__},"
            f" on {datetime.date.today().isoformat()}."
        ),
        "",
        "use super::Class;",
        "",
        "/// The metadata's version.",
        f'pub const VERSION: &str = "{phonenumbers.__version__}";',
        "/// The day on which this file was written.",
        f'pub const WRITTEN: &str = "{datetime.date.today().isoformat()}";',
        "",
        f"pub(super) const START: u16 = {start};",
        "",
        "/// State and digit -> state; 0 is the state from which no number can be reached.",
        f"pub(super) static EDGES: [[u16; 10]; {len(rows)}] = [",
        *("    [" + ", ".join(map(str, row)) + "]," for row in rows),
        "];",
        "",
        "/// States in which a number may end, and as what.",
    ]
    ends = [(state, name) for state, name in enumerate(outcomes) if name != "None"]
    out.append(f"pub(super) static ENDS: [(u16, Class); {len(ends)}] = [")
    out += [f"    ({state}, Class::{name})," for state, name in ends]
    out += [
        "];",
        "",
        "/// Country code, its possible national lengths (bit n: n digits), whether its trunk prefix is a zero.",
        f"pub(super) static COUNTRIES: [(u16, u16, bool); {len(known)}] = [",
        *(f"    ({code}, {mask:#06x}, {str(trunk).lower()})," for code, (mask, trunk) in sorted(known.items())),
        "];",
    ]
    out += [
        "",
        "/// The widths (least, most) of the groups of one format.",
        "pub(super) type Format = &'static [(u8, u8)];",
        "",
        "/// Country code, and the groups in which its own formats write a number.",
        f"pub(super) static FORMATS: [(u16, &[Format]); {len(formats())}] = [",
    ]
    for code, groups in sorted(formats().items()):
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
    rows, outcomes, start = automaton()
    known = countries()
    asked = check(rows, outcomes, start)
    path = Path(__file__).with_name("table.rs")
    path.write_text(rust(rows, outcomes, start, known))
    with (Path(__file__).parents[4] / "tests/vectors/example_numbers.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("region", "type", "written", "e164"))
        writer.writerows(examples())
    print(f"{path.name}: {len(rows)} states, {len(known)} country codes, {asked} numbers asked of phonenumbers")


if __name__ == "__main__":
    main()
