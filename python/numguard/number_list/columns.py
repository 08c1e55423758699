"""Which column of a list has its numbers, handsets or keyed hashes, and whether its first line is a row.

Owns the names of such columns, and the errors of a choice that is not certain. Independent of what the rows have beside
them. One idea: **a column is taken if it is certainly that of the numbers**: by its name, or as the only one, if its
heading is of nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import pyarrow as pa

from numguard._core import explain, explain_imei
from numguard.compute import as_text, is_text, named, pc
from numguard.errors import ColumnError, InputError
from numguard.imsi import are_imsis
from numguard.keyed import HASHED, read_hashes
from numguard.number_list.actions import bare
from numguard.number_list.numbered import check_numbered
from numguard.number_list.same import with_one_number
from numguard.number_list.spared import is_of_letter, is_spared
from numguard.number_list.titles import is_of_victims, names_numbers, without_victims, words_of
from numguard.number_list.words import words_in
from numguard.source import Part, check_header, headings
from numguard.types import Region

_NUMBER_NAMES: Final = (
    "msisdn",
    "mobile",
    "mobile_no",
    "mobile_nos",
    "mobile_number",
    "mobile_numbers",
    "mob",
    "mob_no",
    "mob_nos",
    "number",
    "phone",
    "phone_no",
    "phone_number",
    "phone_numbers",
    "n",
)
#: The one of them that may be an id, beside a column of phones.
_VAGUE: Final = "number"
_IMEI_NAMES: Final = ("imei14", "imei", "imei_no", "imei_number")
#: Words of the headings of columns that have numbers, or handsets, too.
_NUMBER_WORD: Final = re.compile(r"(?:^|_)(?:mobiles?|mob|msisdns?|phones?|telephone|contact|whatsapp)(?=_|\d|$)")
#: Headings of second numbers, which have no such word: `Alternate Number`, `Alt. No.`, `Number 2`.
_SECOND: Final = re.compile(
    r"(?:alt|alternate|alternative|additional|another|other|second|secondary|2nd|third|3rd)_(?:nos?|numbers?)(?:_?\d)?"
    r"|(?:no|number)_?[2-9]"
)
#: Headings of suspects' numbers without such a word.
_OF_SUSPECTS: Final = re.compile(r"suspect(?:ed)?_(?:nos?|numbers?)|numbers?_to_(?:be_)?block(?:ed)?")
_IMEI_WORD: Final = re.compile(r"(?:^|_)imei(?=_|\d|$)")
#: How many digits the numbers have, in a heading: `Mobile Number (10 digit)`.
_OF_DIGITS: Final = re.compile(r"_\(?(?:10|ten)[_-]?digits?(?:_only)?\)?$")
#: Words of the headings of other things with as many digits.
_OF_OTHERS: Final = words_in(
    "ac account accounts acct amount at balance date day deposit id ids inr ref reference rs rupees sum time timestamp",
    "transaction txn upi utr",
)
#: With so many digits a first line is a row.
_DIGITS_OF_A_ROW: Final = 5
#: A number and a handset as examples, to find the meaning of the words of a heading for digits beside them.
_ANY_NUMBER, _ANY_IMEI = "9876543210", "490154203237518"
#: How to choose a column of a list. Not every verb that reads a list has the option.
CHOICE: Final = "with column= (scan, decide and lists: --list-column)"
_REMEDY: Final = f"name it msisdn or imei in the file, or choose it {CHOICE}"
#: The same for a column below the heading of a group, which another name of the column would not change.
_REMEDY_BELOW: Final = f"take that heading out of the file, or choose it {CHOICE}"
#: The note of an IMSI of India in place of an IMEI.
IMSI: Final = "imsi_for_imei"
#: The note of digits beside words for something else: an account, an amount, a complainant.
_SOMETHING_ELSE: Final = "text_with_digits"


@dataclass(frozen=True)
class Kind:
    """What a list has: numbers, handsets, or keyed hashes of numbers.

    Attributes:
        explained: What the cells of a column are.
        names: The names of its column.
        word: A word in the names of further columns of them.
        with_words: A cell with the words of a heading before digits that are one.
        region: That of numbers without a country code, which another cell may contradict; none of other keys.
        second: The whole name of a further column of them, beside theirs.
        of_suspects: The whole name of a column of those of suspects.
    """

    explained: Callable[[Any], Any]
    names: tuple[str, ...]
    word: re.Pattern[str]
    with_words: Callable[[str], str]
    region: Region | None = None
    second: re.Pattern[str] | None = None
    of_suspects: re.Pattern[str] | None = None

    def keys(self, cells: Any) -> Any:
        """The numbers or handsets in cells; null where there is none."""
        return self.explained(cells).field(0)

    def is_name(self, heading: str) -> bool:
        """Whether a heading is a name of their column."""
        return without_digits(heading) in self.names

    def is_of_more(self, heading: str) -> bool:
        """Whether a heading has a word of columns that have them too."""
        return self.word.search(bare(heading)) is not None

    def is_second(self, heading: str) -> bool:
        """Whether a heading beside that of their column is one of more of them.

        >>> [numbers("IN").is_second(heading) for heading in ("Alt. No.", "Number 2", "WhatsApp", "Complaint No")]
        [True, True, True, False]
        """
        is_one = self.second is not None and self.second.fullmatch(without_digits(heading)) is not None
        return is_one or self.is_of_more(heading)

    def is_of_suspects(self, heading: str) -> bool:
        """Whether a heading is certainly that of suspects' numbers, without a word of such columns.

        >>> of = "Suspect no", "संदिग्ध नंबर", "Number to be blocked", "No. of suspects", "Blocked no", "Contact No"
        >>> [numbers("IN").is_of_suspects(heading) for heading in of]
        [True, True, True, False, False, False]
        """
        return self.of_suspects is not None and self.of_suspects.fullmatch(without_digits(heading)) is not None

    def is_of_something_else(self, heading: str) -> bool:
        """Whether digits beside the words of a heading are an account, an amount or the like."""
        words = "".join(char if char.isalpha() or not char.isascii() else " " for char in heading).strip()
        note = self.explained([self.with_words(words)]).field("note").cast(pa.string())
        return bool(note[0].as_py() == _SOMETHING_ELSE)


def without_digits(heading: str) -> str:
    """A heading as headings are compared, without how many digits the numbers have.

    >>> without_digits("Mobile Number (10 digit)")
    'mobile_number'
    """
    return _OF_DIGITS.sub("", bare(heading))


def numbers(region: Region) -> Kind:
    """Numbers, without a country code those of a region."""
    return Kind(
        lambda cells: explain(cells, region=region),
        _NUMBER_NAMES,
        _NUMBER_WORD,
        lambda words: f"{words}: {_ANY_NUMBER}",
        region=region,
        second=_SECOND,
        of_suspects=_OF_SUSPECTS,
    )


def _handsets(cells: Any) -> Any:
    """What cells of handsets are; one that is an IMSI of India is none, as in sightings (`linkage`)."""
    found = explain_imei(cells)
    is_imsi = are_imsis(found.field(0))
    if not is_imsi.any():
        return found
    mask = pa.array(is_imsi)
    keys = pc.if_else(mask, None, found.field(0))
    notes = pc.if_else(mask, IMSI, found.field("note").cast(pa.string()))
    return pa.StructArray.from_arrays([keys, found.field("form"), notes], ["imei14", "form", "note"])


IMEIS: Final = Kind(_handsets, _IMEI_NAMES, _IMEI_WORD, lambda words: f"{words} {_ANY_IMEI}")
HASHES: Final = Kind(read_hashes, (HASHED,), re.compile(HASHED), lambda words: words)


def has_handsets(names: Sequence[str]) -> bool:
    """Whether a column has the name of one of handsets."""
    return any(map(IMEIS.is_name, names))


def begins_with_row(part: Part, is_wanted: Callable[[str], bool]) -> bool:
    """Whether the header of a part is a row."""
    return bool(part.above.header_row) and _is_row(part.schema().names, is_wanted)


def _is_row(names: Sequence[str], is_wanted: Callable[[str], bool]) -> bool:
    """Whether the first line is a row: it has no name that is looked for, and digits of any script."""
    if any(map(is_wanted, names)):
        return False
    return sum(char.isdecimal() for name in names for char in name) >= _DIGITS_OF_A_ROW


def is_list(part: Part, kind: Kind, is_wanted: Callable[[str], bool], *, may_be_read: bool, is_sparing: bool) -> bool:
    """Whether a member without a column that is looked for is a list: numbers, one a line, without a heading.

    Args:
        part: A member or a sheet, beside others that have such a column.
        kind: What the list has.
        is_wanted: Whether a column is looked for.
        may_be_read: Whether no column was chosen by its name.
        is_sparing: Whether the numbers are to be protected, or taken off a list.

    Raises:
        InputError: It has numbers among something else, so that it cannot be known which of them are listed.
    """
    there, types = part.stored_schema().names, part.stored_schema().types
    cells: list[Any] = []
    at = list(range(len(there)))
    if part.above.header_row and _is_row(there, is_wanted):
        cells.append(pa.array(there))
    elif not is_sparing and not may_be_read:
        return False  # Who chose the column has seen the members.
    else:
        # Accounts, sums and identities are no numbers, though some have as many digits.
        at = [n for n in at if not (pa.types.is_nested(types[n]) or _OF_OTHERS & {*words_of(there[n])})]
        # Those of complainants are none to act on, and may be meant where numbers are spared.
        at = [n for n in at if is_sparing or not kind.is_of_something_else(there[n])]
    has_numbers, has_others = False, not cells or len(there) != 1 or not may_be_read
    batches = part.counted(part.stored_batches(None))
    for written in chain(cells, (batch.data.column(n) for batch in batches for n in at)):
        if not is_text(written.type) and not pa.types.is_integer(written.type):
            continue
        text = as_text(written)
        is_bare = pc.invert(pc.match_substring_regex(text, r"\pL"))
        is_read = kind.keys(text).is_valid()
        has_numbers |= bool(pc.any(pc.and_(is_bare, is_read)).as_py())
        has_others |= bool(pc.any(pc.invert(is_bare)).as_py())
    if has_numbers and has_others:
        raise InputError(
            f"{part.name}: has numbers, and no column that is certainly theirs, beside members that have one: give "
            "it a heading such as msisdn or imei, or take it out"
        )
    return has_numbers


def column_of(part: Part, kind: Kind, *, may_be_victims: bool = False) -> str:
    """The column of a part that has the numbers.

    Args:
        part: A file, a member or a sheet.
        kind: What the list has.
        may_be_victims: Whether numbers are to be protected, or taken off a list: either side may be meant.

    Raises:
        ColumnError: No column is certainly it, or the only one is of something else than numbers to list; or of several
            one is named by a number, so that they have no header.
    """
    there = part.schema().names
    known = [name for name in there if kind.is_name(name)]
    if len(known) > 1:
        known = with_one_number(part, known, kind.keys)[:1] or known
    elif known and bare(known[0]) == _VAGUE and len(there) > 1:
        known += [name for name in there if kind.is_of_more(name)]
    elif not known and len(there) > 1:
        # A heading that names suspects' numbers, and nothing else, is certain: `Suspect Mobile No`.
        of_phones = [name for name in there if kind.is_of_more(name)]
        known = [name for name in of_phones if names_numbers(name) and not (may_be_victims and len(of_phones) > 1)]
        if not known and not (may_be_victims and of_phones):
            known = [name for name in there if kind.is_of_suspects(name)]
    if len(there) != 1 and len(known) != 1:
        if not known:
            check_numbered(part)
            check_header(there, part.above.header_row, part.name)
        raise ColumnError(
            f"{part.name}: no column is certainly that of the numbers: {_REMEDY}; there are {headings(there)}"
        )
    name = known[0] if known else there[0]
    is_other = kind.is_of_something_else(without_victims(name)) and not names_numbers(name)
    is_other |= is_of_victims(name) or is_spared(name) or is_of_letter(name)
    if not known and is_other and not _is_row(there, kind.names.__contains__):
        raise ColumnError(
            f"{part.name}: the heading {named([name])!r} is of something else than numbers to list: if they are "
            f"meant all the same, {_REMEDY}"
        )
    group = dict(zip(there, part.above.groups, strict=False)).get(name)
    if group and kind.is_of_something_else(f"{group} {name}"):
        raise ColumnError(
            f"{part.name}: the column {named([name])!r} is below the heading {named([group])!r}, of something else "
            f"than numbers to list: if they are meant all the same, {_REMEDY_BELOW}"
        )
    return name
