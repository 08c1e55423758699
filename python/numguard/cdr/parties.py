"""Whose handset the rows show where the names of a header do not decide it: by the cells of the first rows.

Owns what a column of A numbers means: a switch, and some exports, write the caller there and not the subject.
Independent of the rows as a whole. One idea: **a column of A numbers is the served party's only while nothing says
otherwise**: a column of the subject beside it does, call types under an unknown heading do, and so do handsets of
incoming calls that are those of the B numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Final, NamedTuple

from numguard._core import explain, normalize, normalize_imei
from numguard.cdr.callers import DoubtError, callers_error, subject_error
from numguard.cdr.layout import PLACE_ROLES, Direction, Role, without_form
from numguard.cdr.layouts import generic
from numguard.cdr.subjects import subjects_error
from numguard.compute import named
from numguard.source.header import groups
from numguard.source.languages import canonical_name

#: A name of a column of the subject, beside A and B numbers; a column `Subscriber` may have names.
_OF_A_SUBJECT: Final = re.compile(r"msisdn|mobile|phone|subscriber n")
#: Of a column of call types, so many of a hundred cells are known.
_KNOWN_TYPES: Final = 90
#: So many numbers in one handset, in calls of both directions, may be those of a phone's own list of calls.
_NUMBERS_OF_A_LIST: Final = 3
#: A cell id or an IMSI of India: the codes of country and network, and what follows.
_OF_A_NETWORK: Final = re.compile(r"40[45][-_:/. ]?\d{2,3}(?:[-_:/. ]?[0-9A-Fa-f]+){1,3}")
#: A number in an address, as `sip:+919876543210@ims.example`.
_IN_AN_ADDRESS: Final = re.compile(r"(?<!\d)((?:91|0)?\d{10})@")
_SUBJECTS: Final = frozenset(generic.BY_NAMES.columns["served"]) - generic.CALLERS
_OF_THE_CALLER: Final = generic.OF_THE_A_NUMBER | generic.ALSO_OF_THE_A_NUMBER
_FIRST_TIMES: Final = frozenset({"first seen", "first used"})
_LAST_TIMES: Final = frozenset({"last seen", "last used"})
#: Parties in the headings of groups of columns: the one end of a call, and the other.
_ENDS: Final = (
    re.compile(r"\b(?:a|caller|calling|target|subject|suspect|accused)\b"),
    re.compile(r"\b(?:b|called|callee|receiver|other|opposite|victim|complainant)\b"),
)


class Settled(NamedTuple):
    """The columns of a header, as its first rows show them to be.

    `beside`: other columns that are named as the subject's; they have the same numbers. `hides_subject`: whether there
    is a column of the subject with handsets or cells alone, so that the A numbers may be callers.
    """

    columns: dict[Role, int]
    beside: tuple[int, ...] = ()
    hides_subject: bool = False


def is_caller(columns: Mapping[Role, int], names: Sequence[str]) -> bool:
    """Whether the served party's column may have the caller, depending on the call type.

    Where the column of IMEIs is headed as the A number's, the A number is the one whose handset a row shows.
    """
    if "served" not in columns or without_form(names[columns["served"]]) not in generic.CALLERS:
        return False
    return "imei" not in columns or without_form(names[columns["imei"]]) not in generic.OF_THE_A_NUMBER


def settled(
    columns: dict[Role, int], names: Sequence[str], rows: Sequence[Sequence[str]], source: str, lines: Sequence[int]
) -> Settled:
    """The columns of a header of the layout `generic.BY_NAMES`, as its first rows show them to be.

    `lines`: those of the header and of each row. It is an error if the rows have the caller where the name of the
    column is that of the subject; if two columns of subjects have different numbers; or if a subject beside A and B
    numbers is none of them.
    """
    headed = columns
    columns, is_hidden = _without_others(columns, names, rows)
    if "served" not in columns:
        return Settled(columns)
    ends = [role for role in ("calling", "called") if role in columns]
    if "other" not in columns and len(ends) == 1:
        columns = columns | {"other": columns[ends[0]]}
        del columns[ends[0]]
    if not is_caller(columns, names):
        columns = columns | {"served": _of_subjects(columns, names, rows, source, lines[1:])}
        return Settled(_with_a_number(columns, names, rows), _subjects_beside(columns, names))
    if "call_type" not in columns:
        columns = columns | _call_type(columns, names, rows)
    if is_hidden and "call_type" not in columns:
        return Settled(headed)
    if "other" not in columns:
        return Settled(columns, hides_subject=is_hidden)
    where = f"{source}: line {lines[0]}"
    subject = _subject(columns, names, rows, where)
    if subject is not None:
        settled = columns | {"served": subject, "calling": columns["served"], "called": columns["other"]}
        del settled["other"]
        return Settled(settled)
    if _show_handsets_of_called(columns, rows):
        raise callers_error(where)
    return Settled(columns, hides_subject=is_hidden)


def doubts(columns: Mapping[Role, int], names: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """What the columns of such a header leave in doubt."""
    found = []
    if _may_be_list_of_calls(columns, rows):
        found.append(
            "the only column of numbers has several in one handset, in calls of both directions: in a list of calls "
            "that a phone itself has kept they are the other parties, whose handset it is not"
        )
    if "at" in columns and without_form(names[columns["at"]]) in _FIRST_TIMES:
        last = [name for name in names if without_form(name) in _LAST_TIMES]
        found += [f"the column {named([name])!r} is not read: of each row only the first time counts" for name in last]
    return tuple(found)


def check_groups(columns: Mapping[Role, int], names: Sequence[str], above: Sequence[str], where: str) -> None:
    """Refuses numbers below the heading of one party, in the line above a header, and IMEIs below that of another."""
    of_groups = groups(above, names)
    if not of_groups or not {"served", "imei"} <= columns.keys() or any(map(str.isdigit, "".join(above))):
        return
    number, handset = (canonical_name(of_groups[columns[role]]) for role in ("served", "imei"))
    one, other = ([end.search(heading) is not None for end in _ENDS] for heading in (number, handset))
    if sum(one) == sum(other) == 1 and one != other:
        raise DoubtError(
            f"{where}: the columns of numbers and of IMEIs are below headings of different parties; name the columns: "
            'numguard cdr read --map "COLUMN=served" --map "COLUMN=imei" and so on (layout={...})'
        )


def of_the_a_number(columns: Mapping[Role, int], names: Sequence[str]) -> dict[int, Role | None]:
    """The columns of the A number with their roles; None of one that is not read.

    A place beside a cell of the A number, or beside its handset, is where the A number was.
    """
    roles = {place: role for role, place in columns.items()}
    theirs = {at: roles.get(at) for at, name in enumerate(names) if without_form(name) in _OF_THE_CALLER}
    if not {"imei", *PLACE_ROLES}.isdisjoint(theirs.values()):
        theirs |= {place: role for place, role in roles.items() if role in PLACE_ROLES}
    return theirs


def _without_others(
    columns: dict[Role, int], names: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[dict[Role, int], bool]:
    """The columns without a served party's one that has words alone, such as the name of a subscriber or a case.

    Nor is one the served party's that has cell ids or handsets alone, as those of a search by one of these; whether
    there is such a one.
    """
    left = list(names)
    is_hidden = False
    found: dict[Role, int] | None = columns
    while found is not None and "served" in found:
        place = found["served"]
        cells = [row[place] for row in rows]
        text = "".join(cells)
        is_name = any(map(str.isalpha, text)) and not any(map(str.isdigit, text))
        if not is_name and (any(_numbers(rows, place)) or not _are_of_a_network(cells)):
            return found, is_hidden
        is_hidden |= not is_name
        left[place] = ""
        found = generic.BY_NAMES.match(left)
    return (columns, False) if found is None else (found, is_hidden)


def _with_a_number(columns: dict[Role, int], names: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[Role, int]:
    """The columns with A and B numbers as caller and called, of which the subject may be either."""
    if "other" not in columns or {"calling", "called"} & columns.keys():
        return columns
    for place, name in enumerate(names):
        if place in columns.values() or without_form(name) not in generic.CALLERS:
            continue
        if any(_numbers_of_ends(rows, place)):
            settled = columns | {"calling": place, "called": columns["other"]}
            del settled["other"]
            return settled
    return columns


def _subjects_beside(columns: Mapping[Role, int], names: Sequence[str]) -> tuple[int, ...]:
    """The other columns that are named as the subject's, if the one that is read is one of them."""
    if without_form(names[columns["served"]]) not in _SUBJECTS:
        return ()
    return tuple(at for at, name in enumerate(names) if at not in columns.values() and without_form(name) in _SUBJECTS)


def _of_subjects(
    columns: Mapping[Role, int], names: Sequence[str], rows: Sequence[Sequence[str]], source: str, lines: Sequence[int]
) -> int:
    """Of several columns named as the subject's, one that has numbers which are not those of the other party.

    Two that have different numbers are an error.
    """
    taken = columns["served"]
    beside = _subjects_beside(columns, names)
    numbers = {at: found for at in (taken, *beside) if any(found := _numbers(rows, at))}
    # Numbers that are masked, or not there, are the subject's for all that.
    if taken not in numbers or not any(_differing(found, numbers[taken]) for found in numbers.values()):
        return taken
    if "other" in columns:
        others = _numbers(rows, columns["other"])
        numbers = {at: found for at, found in numbers.items() if _differing(found, others) or not _meet(found, others)}
    for one, other in combinations(numbers, 2):
        if differing := _differing(numbers[one], numbers[other]):
            raise subjects_error(source, lines[differing[0]], [names[one], names[other]])
    return next(iter(numbers), taken)


def _are_of_a_network(cells: Sequence[str]) -> bool:
    """Whether the written cells are cell ids of India, IMSIs or IMEIs, as those of a search by one of these."""
    written = [cell for cell in (cell.strip(" '\"") for cell in cells) if cell]
    are_handsets = normalize_imei(written).is_valid().to_pylist()
    return bool(written) and all(
        is_handset or _OF_A_NETWORK.fullmatch(cell) for cell, is_handset in zip(written, are_handsets, strict=True)
    )


def _differing(numbers: Sequence[int | None], others: Sequence[int | None]) -> list[int]:
    """The rows with two different numbers."""
    pairs = enumerate(zip(numbers, others, strict=True))
    return [row for row, (one, other) in pairs if one and other and one != other]


def _meet(numbers: Sequence[int | None], others: Sequence[int | None]) -> bool:
    """Whether a row has both numbers."""
    return any(one and other for one, other in zip(numbers, others, strict=True))


def _call_type(columns: dict[Role, int], names: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[Role, int]:
    """The column of call types under an unknown heading, if there is one."""
    for place in range(len(names)):
        if place in columns.values():
            continue
        cells = [cell for row in rows if (cell := row[place].strip(" '\""))]
        known = sum(generic.BY_NAMES.direction(cell)[0] for cell in cells)
        if known and known * 100 >= len(cells) * _KNOWN_TYPES:
            return {"call_type": place}
    return {}


def _subject(
    columns: Mapping[Role, int], names: Sequence[str], rows: Sequence[Sequence[str]], where: str
) -> int | None:
    """The column of the subject beside A and B numbers, if there is one; rows of two others are left to the reader.

    It is an error if there is a column named as the subject's, and none has numbers that are those of an end.
    """
    callers, others = (_numbers_of_ends(rows, columns[role]) for role in ("served", "other"))
    directions = _directions(columns, rows)
    unfit: list[int] = []
    for place, name in enumerate(names):
        if place in columns.values() or name not in _SUBJECTS or not _OF_A_SUBJECT.search(name):
            continue
        numbers = _numbers(rows, place)
        if _are_ends(list(zip(numbers, callers, others, directions, strict=True))):
            return place
        if any(numbers) or "masked" in explain([row[place] for row in rows]).field("note").to_pylist():
            unfit.append(place)
    if unfit:
        raise subject_error(where, *(names[at] for at in (unfit[0], columns["served"], columns["other"])))
    return None


def _are_ends(rows: Sequence[tuple[int | None, int | None, int | None, Direction]]) -> bool:
    """Whether each number of a column is, in a row, the A number or the B number of an incoming call.

    The B number of an outgoing call is the other party's: a column with one in any row is not the subject's.
    """
    numbers = {number for number, *_ in rows if number}
    ends = {number for number, caller, other, way in rows if number == caller or (number == other and way == "in")}
    has_others = any(number and number == other != caller and way == "out" for number, caller, other, way in rows)
    return bool(numbers) and numbers <= ends and not has_others


def _show_handsets_of_called(columns: Mapping[Role, int], rows: Sequence[Sequence[str]]) -> bool:
    """Whether handsets of outgoing calls are, in most incoming ones, those of the B numbers, not the A numbers."""
    if not {"imei", "call_type"} <= columns.keys():
        return False
    callers, others = (_numbers(rows, columns[role]) for role in ("served", "other"))
    imeis = _handsets(rows, columns["imei"])
    seen = list(zip(_directions(columns, rows), callers, others, imeis, strict=True))
    of_callers = {(caller, imei) for direction, caller, _, imei in seen if direction == "out" and caller and imei}
    incoming = [(caller, other, imei) for direction, caller, other, imei in seen if direction == "in"]
    of_called = sum((other, imei) in of_callers for _, other, imei in incoming)
    # One row may be of a second SIM in the A number's phone.
    is_most = of_called > 1 and 2 * of_called > sum(bool(other and imei) for _, other, imei in incoming)
    return is_most and of_called > sum((caller, imei) in of_callers for caller, _, imei in incoming)


def _may_be_list_of_calls(columns: Mapping[Role, int], rows: Sequence[Sequence[str]]) -> bool:
    if not {"served", "imei", "call_type"} <= columns.keys() or {"other", "calling", "called"} & columns.keys():
        return False
    if not {"in", "out"} <= set(_directions(columns, rows)):
        return False
    numbers = _numbers(rows, columns["served"])
    imeis = _handsets(rows, columns["imei"])
    pairs = {pair for pair in zip(imeis, numbers, strict=True) if all(pair)}
    counts = Counter(imei for imei, _ in pairs)
    return max(counts.values(), default=0) >= _NUMBERS_OF_A_LIST


def _directions(columns: Mapping[Role, int], rows: Sequence[Sequence[str]]) -> list[Direction]:
    """The direction of each row, but of a switch's record of the called party, which says whose handset it shows."""
    if "call_type" not in columns:
        return [None] * len(rows)
    texts = [row[columns["call_type"]] for row in rows]
    read = generic.BY_NAMES.direction
    known = {text: None if canonical_name(text) in generic.OF_THE_CALLED else read(text)[1] for text in set(texts)}
    return [known[text] for text in texts]


def have_services(columns: Mapping[Role, int], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the call types of these rows are services, and none is a direction."""
    if "call_type" not in columns:
        return False
    types = {canonical_name(row[columns["call_type"]]) for row in rows}
    return bool(types) and types <= generic.SERVICES


def _numbers(rows: Sequence[Sequence[str]], place: int) -> list[int | None]:
    found: list[int | None] = normalize([row[place] for row in rows]).to_pylist()
    return found


def _numbers_of_ends(rows: Sequence[Sequence[str]], place: int) -> list[int | None]:
    """The numbers of a column, those in addresses too."""
    cells = [row[place] for row in rows]
    found: list[int | None] = normalize(
        [address[1] if (address := _IN_AN_ADDRESS.search(cell)) else cell for cell in cells]
    ).to_pylist()
    return found


def _handsets(rows: Sequence[Sequence[str]], place: int) -> list[int | None]:
    found: list[int | None] = normalize_imei([row[place] for row in rows]).to_pylist()
    return found
