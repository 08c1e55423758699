"""What the metadata say of one region: prefixes, lengths, formats.

Owns the way from `phonenumbers` metadata to rules without regular expressions. One idea: a national prefix is a list of
rules tried in order, each an automaton and what becomes of the digits that it took.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from re import _constants, _parser  # type: ignore[attr-defined]

from automata import Automaton, States
from phonenumbers import PhoneMetadata
from phonenumbers.data import _COUNTRY_CODE_TO_REGION_CODE as REGIONS

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
#: The region of country codes that are no country's, as libphonenumber names it.
NO_REGION = "001"


def metadata(code: int, region: str) -> PhoneMetadata:
    found = (
        PhoneMetadata.metadata_for_nongeo_region(code)
        if region == NO_REGION
        else PhoneMetadata.metadata_for_region(region)
    )
    if found is None:
        raise ValueError(f"no metadata for {region}")
    return found


def described(plan: PhoneMetadata, label: str, field: str) -> str | None:
    """One field of one type of number in a plan, if the plan has that type."""
    found: str | None = getattr(getattr(plan, label), field, None)
    return found


def code_of() -> dict[str, int]:
    """Region -> country code, in the order of the names."""
    return dict(
        sorted((region, code) for code, regions in REGIONS.items() for region in regions if region != NO_REGION)
    )


def mask(lengths: tuple[int, ...], code: int) -> int:
    """Bit n: n national digits. E.164 has fifteen digits in all; longer numbers only their own country can dial."""
    return sum(1 << length for length in lengths if 0 < length <= 15 - len(str(code)))


@dataclass(frozen=True)
class Rule:
    """One way to take a national prefix off. The digits that the automaton took, but for `before` at their start and
    `after` at their end, are kept behind `insert`; none of them where `keeps` is false."""

    start: int
    keeps: bool
    before: int
    after: int
    insert: str
    #: Whether nothing may follow the digits that it took.
    is_whole: bool


def rules(plan: PhoneMetadata, states: States) -> list[Rule]:
    """The rules of a region's national prefix for parsing, in the order in which they are tried."""
    pattern = plan.national_prefix_for_parsing
    if not pattern:
        return []
    parsed = _parser.parse(pattern)
    last = parsed.state.groups - 1
    insert, kept = "", False
    if plan.national_prefix_transform_rule:
        insert, group = re.fullmatch(r"(\d*)\\(\d)", plan.national_prefix_transform_rule).groups()  # type: ignore[union-attr]
        if int(group) != last:
            raise ValueError("a transform rule keeps another group than the last")
        kept = True
    found = []
    for whole_way in ways(list(parsed), last if kept else 0):
        is_whole = bool(whole_way) and whole_way[-1] == (_constants.AT, _constants.AT_END)
        way = whole_way[:-1] if is_whole else whole_way
        at = next((i for i, (operator, item) in enumerate(way) if is_group(operator, item, last) and kept), None)
        grown = Automaton()
        grown.add_parsed("", way, "taken")
        start = states.add(grown, lambda labels: "taken" if labels else None)
        if at is None:
            found.append(Rule(start, False, 0, 0, "", is_whole))
        else:
            found.append(Rule(start, True, width(way[:at]), width(way[at + 1 :]), insert, is_whole))
    return found


def is_group(operator: object, item: object, number: int) -> bool:
    return operator is _constants.SUBPATTERN and item[0] == number  # type: ignore[index]


def holds_group(parsed: object, number: int) -> bool:
    """Whether the group is anywhere in a pattern."""
    for operator, argument in parsed:  # type: ignore[attr-defined]
        if is_group(operator, argument, number):
            return True
        if operator is _constants.SUBPATTERN and holds_group(argument[3], number):
            return True
        if operator is _constants.BRANCH and any(holds_group(branch, number) for branch in argument[1]):
            return True
        if operator is _constants.MAX_REPEAT and holds_group(argument[2], number):
            return True
    return False


def ways(parsed: list[tuple[object, object]], kept: int) -> list[list[tuple[object, object]]]:
    """A pattern without choices around the group that is kept, in the order in which a matcher tries them. Without such
    a group there is one way: the whole of it."""
    if kept == 0:
        return [parsed]
    parts: list[list[list[tuple[object, object]]]] = []
    for operator, argument in parsed:
        if is_group(operator, argument, kept):
            parts.append([[(operator, argument)]])
        elif operator is _constants.BRANCH:
            parts.append([way for branch in argument[1] for way in ways(list(branch), kept)])  # type: ignore[index]
        elif operator is _constants.SUBPATTERN and (holds_group(argument[3], kept) or is_choice(argument[3])):  # type: ignore[index]
            parts.append(ways(list(argument[3]), kept))  # type: ignore[index]
        elif operator is _constants.MAX_REPEAT and argument[:2] == (0, 1):  # type: ignore[index]
            parts.append([*ways(list(argument[2]), kept), []])  # type: ignore[index]
        else:
            parts.append([[(operator, argument)]])
    return [list(itertools.chain(*chosen)) for chosen in itertools.product(*parts)]


def is_choice(parsed: object) -> bool:
    least, most = parsed.getwidth()  # type: ignore[attr-defined]
    return bool(least != most)


def width(way: list[tuple[object, object]]) -> int:
    total = 0
    for operator, argument in way:
        if operator in {_constants.LITERAL, _constants.IN}:
            total += 1
            continue
        least, most = argument[3].getwidth()  # type: ignore[index]
        if least != most:
            raise ValueError("a pattern around the group that is kept has several widths")
        total += least
    return total


def taken_off(found: list[Rule], states: States, digits: str) -> str | None:
    """The digits without their national prefix, as the first rule that holds has it; none where none holds. What the
    reader does, for this program to compare with the metadata's own pattern."""
    for rule in found:
        end = states.longest(rule.start, digits)
        if end is not None and not (rule.is_whole and end < len(digits)):
            kept = digits[rule.before : end - rule.after] if rule.keeps else ""
            return rule.insert * rule.keeps + kept + digits[end:]
    return None


@dataclass(frozen=True)
class Format:
    """One way to write a number: the widths of its groups, and the text with a backslash and a digit for each."""

    groups: tuple[tuple[int, int], ...]
    national: str
    international: str


def written(one: object) -> Format:
    groups = {
        argument[0]: argument[3].getwidth()
        for operator, argument in _parser.parse(one.pattern)  # type: ignore[attr-defined]
        if operator is _constants.SUBPATTERN
    }
    widths = tuple((int(groups[at][0]), int(groups[at][1])) for at in sorted(groups))
    national = one.format  # type: ignore[attr-defined]
    if one.national_prefix_formatting_rule:  # type: ignore[attr-defined]
        national = re.sub(r"(\\\d)", one.national_prefix_formatting_rule, national, count=1)  # type: ignore[attr-defined]
    return Format(widths, national, one.format)  # type: ignore[attr-defined]


def choices(formats: list[object], numbered: dict[Format, int], states: States) -> int:
    """The start of the automaton that says which formats a number's first digits admit, in the order of choice."""
    grown = Automaton()
    for at, one in enumerate(formats):
        if one.format != "NA":  # type: ignore[attr-defined]
            number = numbered.setdefault(written(one), len(numbered))
            patterns = one.leading_digits_pattern  # type: ignore[attr-defined]
            grown.add("", patterns[-1] if patterns else "", (at, number))
    return states.add(grown, lambda labels: tuple(number for _, number in sorted(labels)) or None, keeps=True)  # type: ignore[type-var]


def groupings(code: int) -> set[tuple[tuple[int, int], ...]]:
    """The widths (least, most) of the groups in which the country's own formats write a number."""
    found: set[tuple[tuple[int, int], ...]] = set()
    for region in REGIONS[code]:
        plan = metadata(code, region)
        for one in [*plan.number_format, *plan.intl_number_format]:
            if one.format != "NA":
                found.update(group_widths(one.pattern, one.format))
    return found


def group_widths(pattern: str, text: str) -> set[tuple[tuple[int, int], ...]]:
    """The widths of the groups of one format. Digits that a format writes of its own (Argentina's 15) are a group."""
    groups = {
        argument[0]: argument[3].getwidth()
        for operator, argument in _parser.parse(pattern)
        if operator is _constants.SUBPATTERN
    }
    found: list[tuple[int, int]] = []
    for part in re.split(r"[^\\\d]+", text):
        places = [int(place) for place in re.findall(r"\\(\d)", part)]
        own = len(re.sub(r"\\\d", "", part))
        if places or own:
            least, most = (own + sum(int(groups[place][end]) for place in places) for end in (0, 1))
            found.append((least, most))
    return {tuple(found)} if len(found) > 1 else set()
