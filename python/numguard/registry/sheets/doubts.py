"""Rows of complaints whose numbers are in doubt by another cell of the row.

Owns what other cells say about a suspect's number. Independent of how numbers are read and recorded. One idea: **a
number that may be a victim's waits for a decision**, whatever its own column is headed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard.compute import is_list, named, pc, seen_text, whole
from numguard.errors import ColumnError
from numguard.number_list.against import (
    is_about_numbers,
    is_not_accepted,
    is_of_remarks,
    is_theirs,
    opposes,
    those_against,
)
from numguard.number_list.beside import is_of_money, spared
from numguard.number_list.countries import contradicted
from numguard.number_list.decision_headings import Heading, kind_of
from numguard.number_list.decision_words import are_places, is_blank, is_for, may_be_who
from numguard.number_list.decisions import with_above
from numguard.number_list.named_rows import agreed_by_names
from numguard.number_list.ordinary import may_clear
from numguard.number_list.spared import NUMBERS, is_of_thing
from numguard.number_list.titles import BARE_RANKS, NOT_KNOWN, is_victim, names_victims, words_of
from numguard.number_list.words import words_in
from numguard.registry.arrays import Bools, Ints, anywhere, flags, ints
from numguard.registry.sheets import cells
from numguard.registry.sheets.headings import has_words_of_suspects, may_hold_suspects
from numguard.registry.sheets.no_complaints import ended_beside
from numguard.source.records import TEN_DIGITS, Records

_UNKNOWN: Final = rf"^\PL*(?:(?:{'|'.join(sorted(NOT_KNOWN))})(?:\PL+|$))+$|^[^\pL1-9]*$"
#: The last eight digits of a number, which are together in every spelling of it.
_LAST_DIGITS: Final = 10**8
#: Words of headings of other numbers of victims.
_IDS: Final = frozenset(["id", "ids", "order", "ref", "reference", "rrn", "transaction", "txn", "utr"])
#: What stands for a number where the columns have shifted: the notes of `Sector 14` and of names; the PIN code.
_WORDS: Final = ("not_a_number", "sender_id", "text_with_digits")
_PIN_CODE: Final = r"^\s*[1-9]\d{2} ?\d{3}\s*$"
#: Words of headings of what else is decided of a complaint, and those that are of a number only if they name it.
_OF_THE_CASE: Final = words_in(
    "arrest bail case cdr cfcfrms challan charge chargesheet closure complaint complaints court fir imei investigation",
    "kyc ncrp remand restoration seizure transfer warrant",
)
#: Words of headings of approvals, if no officer is named: that of a loan or a program is another's.
_OF_APPROVALS: Final = NUMBERS | words_in(
    "approval approvals approved by confirm confirmation confirmed date dated final hq is n no office on status y yes"
)
#: An investigating officer approves nothing: what he writes is of the complaint.
_IO: Final = words_in("investigating io")
_OFFICERS: Final = BARE_RANKS - _IO
_OF_ANYTHING: Final = words_in("action actions status", "कार्यवाही कार्रवाई")
#: The same of headings that are those of complaints too.
_OF_STATE: Final = _OF_ANYTHING | words_in("disposition final order orders outcome result")
#: The words of a remark such as `Hold` or `Please hold`, and those of a heading of sums on hold.
_HELD: Final = words_in("be hold held is it keep kept kindly may must now on please pls put should the this to")
_HELD_SUMS: Final = words_in("freeze frozen hold held lien")
#: A word that no name has.
_NO_ONE: Final = re.compile(r"\b(?:(?:no|some)[ -]?(?:body|one)|tbd)\b", re.IGNORECASE)


def check_victims_columns(table: pa.Table, unread: Sequence[int], where: str) -> None:
    """Checks the columns that are not read, and that the caller has not left out, for numbers of victims.

    Raises:
        ColumnError: The heading of one names victims, and half of its cells or more have a number.
    """
    for place in unread:
        field = table.schema.field(place)
        if _is_of_victims(field) and _is_filled_with(cells.has_numbers, table.column(place)):
            name = named([field.name])
            raise ColumnError(
                f"{where}: the column {name!r} has numbers, and could be complainant_mobile; choose it with "
                f'--map "{name}=complainant_mobile", or leave it out with --map "{name}=ignore" (mapping=)'
            )


def _is_filled_with(are_numbers: Callable[[Any], Bools], column: Any) -> bool:
    """Whether half of the cells that are not empty, or more, are numbers.

    >>> of = cells.has_numbers
    >>> [_is_filled_with(of, pa.chunked_array([column])) for column in (["98765 43210", "a", ""], ["a"], [""])]
    [True, False, False]
    """
    text = cells.trimmed(cells.joined(column))
    filled = pc.fill_null(pc.not_equal(text, ""), False).true_count
    may_be: Any = text.filter(pc.fill_null(pc.match_substring_regex(text, TEN_DIGITS), False))
    return bool(filled and 2 * len(may_be) >= filled and 2 * are_numbers(may_be).sum() >= filled)


def _is_of_victims(field: pa.Field[Any]) -> bool:
    """Whether a column may have victims' numbers: those of their accounts are none, and a statement names suspects."""
    if not names_victims(field.name) or has_words_of_suspects(field.name) or not cells.may_name_numbers(field.type):
        return False
    words = [word for word in words_of(field.name) if not is_victim(word)]
    return _IDS.isdisjoint(words) and not is_of_thing(" ".join(words))


def in_unread_columns(found: pa.Table, table: pa.Table, unread: Sequence[int]) -> Bools:
    """Which suspect numbers are also in a column that is not read and may be complainants'.

    In a column whose heading names victims any row counts; others may have suspects' numbers, and the row itself does.
    """
    index, msisdn = (ints(found[name]) for name in ("index", "msisdn"))
    repeated = np.zeros(len(found), np.bool_)
    for place in unread:
        field = table.schema.field(place)
        if may_hold_suspects(field.name) or not cells.may_name_numbers(field.type):
            continue
        column = cells.joined(table.column(place))
        has_digits = flags(pc.match_substring_regex(column, TEN_DIGITS))
        if _is_of_victims(field):
            could = cells.digits_that_could_be(column.filter(pa.array(has_digits)))
            repeated |= np.isin(msisdn, ints(could["msisdn"]))
            continue
        beside = np.flatnonzero(has_digits[index])
        there = column.take(pa.array(index[beside], pa.int64()))
        # Few cells have the last digits of the number of their row: only those are read.
        figures = pc.replace_substring_regex(cells.plain_digits(there), r"\D", "").to_pylist()
        ends = (f"{number % _LAST_DIGITS:08}" for number in msisdn[beside].tolist())
        may_be = np.array([end in figure for end, figure in zip(ends, figures, strict=True)], np.bool_)
        could = cells.digits_that_could_be(there.filter(pa.array(may_be)))
        beside = beside[may_be]
        of, theirs = beside[ints(could["index"])], ints(could["msisdn"])
        repeated[of[msisdn[of] == theirs]] = True
    return repeated


def unread_numbers(table: pa.Table, unread: Iterable[int]) -> list[str]:
    """A warning for each column of phone numbers that is not read: half of its cells or more are nothing else.

    Its heading may be in a language, or in a font of its own, that is not known, and the numbers be complainants'.
    """
    warnings = []
    for place in unread:
        field = table.schema.field(place)
        if cells.may_name_numbers(field.type) and _is_filled_with(_are_mobiles, table.column(place)):
            name = named([field.name])
            warnings.append(
                f"the column {name!r} has phone numbers and is not read: none of them is listed, and none is protected "
                f'as a complainant\'s; say whose they are with --map "{name}=complainant_mobile" or '
                f'"{name}=suspect_mobiles", or leave it out with --map "{name}=ignore"'
            )
    return warnings


def _are_mobiles(text: Any) -> Bools:
    return flags(cells.is_mobile(cells.plain_digits(text)))


def of_other_countries(index: Ints, msisdn: Any, table: pa.Table, places: Sequence[int]) -> Bools:
    """Which numbers have another country, or its code, beside them.

    Args:
        index: the row of each number.
        msisdn: the numbers.
        table: the rows.
        places: the columns that may have countries, or words of one.
    """
    other = np.zeros(len(index), np.bool_)
    for place in places:
        name, of = table.column_names[place], table.schema.field(place).type
        column: Any = table.column(place)
        if pa.types.is_boolean(of) or cells.may_name_numbers(of):
            column = whole(column) if pa.types.is_boolean(of) else cells.joined(column)
            other |= contradicted(name, column.take(pa.array(index, pa.int64())), msisdn)
    return other


def spared_rows(table: pa.Table, places: Sequence[int], *, is_complaint: bool) -> Bools:
    """Which rows have a cell, in one of some columns, that says no more than that a number is not a suspect's.

    `is_complaint`: whether each row is a complaint: what is blocked or released there may be an account or a sum.
    """
    found = np.zeros(len(table), np.bool_)
    for place in places:
        column: Any = table.column(place)
        if is_list(column.type):
            column = cells.joined(column)
        sparing = spared(table.column_names[place], column, is_complaint=is_complaint)
        if sparing is not None:
            found |= sparing
    return found


def unapproved_rows(table: pa.Table, places: Sequence[int]) -> Bools:
    """Which rows have no known yes below a heading of a decision on the number, or nothing where another row has a yes.

    A remark of another column that is against the number counts too.

    Args:
        table: The rows.
        places: The columns that may have decisions.
    """
    found = np.zeros(len(table), np.bool_)
    kinds = {place: kind_of_approval(table.column_names[place]) for place in places}
    is_decided = any(kind not in (None, Heading.BY_WHOM) for kind in kinds.values())
    is_of_held_sums = any(
        is_of_money(name) and not _HELD_SUMS.isdisjoint(words_of(name)) for name in table.column_names
    )
    for place, kind in kinds.items():
        heading, column = table.column_names[place], table.column(place)
        if pa.types.is_nested(column.type) and not is_list(column.type):
            continue
        if kind is None and not cells.may_name_numbers(column.type):
            continue
        joined: Any = cells.joined(column) if is_list(column.type) else whole(column)
        texts, _ = with_above(pc.fill_null(seen_text(joined), ""))
        distinct = pc.unique(texts)
        if kind is None:
            against = _remarks_against(heading, distinct, is_decided=is_decided, is_of_held_sums=is_of_held_sums)
        else:
            against = _without_yes(heading, kind, distinct.to_pylist(), agreed_by_names(texts, kind))
        if against:
            found |= flags(pc.is_in(texts, pa.array(against, pa.string())))
    return found


def _without_yes(heading: str, kind: Heading, texts: list[str], by_names: list[str]) -> list[str]:
    """Those texts of a column of decisions that are no known yes; a blank one only if another is a yes.

    `by_names`: those that are a yes by a name beside a rank.
    """
    filled = [text for text in texts if not is_blank(text)]
    is_yes = _is_who if kind is Heading.BY_WHOM else lambda text: is_for(text, kind, None)
    agreed = {text for text in filled if is_yes(text) and not (kind is Heading.BY_WHOM and opposes(heading, text))}
    agreed.update(by_names if kind is not Heading.BY_WHOM else ())
    others = [text for text in filled if text not in agreed]
    if kind is Heading.BLOCK and are_places([*agreed, *others]):
        return []
    return [text for text in texts if text not in agreed] if agreed else others


def unanswered(table: pa.Table, places: Sequence[int]) -> list[str]:
    """A warning of each column of decisions that has none in any row: it may be one that was not filled in."""
    found = []
    for place in places:
        heading, column = table.column_names[place], table.column(place)
        if kind_of_approval(heading) is None or pa.types.is_nested(column.type):
            continue
        if all(map(is_blank, pc.unique(pc.fill_null(seen_text(whole(column)), "")).to_pylist())):
            found.append(f"the column {named([heading])!r} has no answer in any row, and every row counts")
    return found


def _is_who(text: str) -> bool:
    """Whether a text may be who approved: a name, also without a rank, which a list needs; or an approval itself.

    >>> [_is_who(text) for text in ("Ram Kumar", "HC Mohan 1234", "S.P., Nuh", "Approved by SP", "05-02-2026")]
    [True, True, True, True, True]
    >>> [_is_who(text) for text in ("Awaited", "No-body", "not yet", "Sent back", "No one")]
    [False, False, False, False, False]
    """
    if is_for(text, Heading.APPROVAL, None) or may_be_who(text):
        return True
    # What is a name behind a rank is one.
    return may_be_who(f"SI {text}") and not _NO_ONE.search(text)


def _remarks_against(heading: str, texts: Any, *, is_decided: bool, is_of_held_sums: bool) -> list[str]:
    """Those texts of a column of no decision that are against the number of their row.

    They are those that stop a list, and short statements on the number that have more than is ordinary of one to block.
    A bare `Hold` may be of the sum, where the sheet has a column of sums on hold and no decision on each number.
    What an investigating officer does is done to a complaint.

    >>> of = pa.array(["Not approved", "Hold by SP", "Hold", "Rejected", "doubtful", "Pending", "friend's number"])
    >>> none = {"is_decided": False, "is_of_held_sums": False}
    >>> _remarks_against("Remarks", of, **none), _remarks_against("Refund", of, **none)
    (['Not approved', 'Hold by SP', 'Hold', 'Rejected', 'doubtful', "friend's number"], [])
    >>> _remarks_against("Remarks", of, is_decided=False, is_of_held_sums=True)
    ['Not approved', 'Hold by SP', 'Rejected', 'doubtful', "friend's number"]
    >>> _remarks_against("IO action", of, is_decided=True, is_of_held_sums=False)
    ['Not approved']
    """
    words, kind = set(words_of(heading)), kind_of(heading, None)
    # `Hold by SP` is of a number.
    about = words - {"hold"} if "by" in words and words & _OFFICERS else words
    is_of_other = words & _OF_THE_CASE or any(map(is_victim, words)) or is_of_money(" ".join(about))
    if is_of_other or (kind is not None and kind.is_of_decision):
        return []
    against = those_against(heading, texts)
    if words & _OF_STATE and not words & (NUMBERS | _OFFICERS):
        return list(filter(is_not_accepted, against))
    if is_of_held_sums and not is_decided and is_of_remarks(heading):
        against = [text for text in against if not _HELD.issuperset(words_of(text))]
    if not is_about_numbers(heading):
        return against
    # In a list of numbers to block `own number` may be the suspect's.
    theirs = [text for text in texts.to_pylist() if is_theirs(text)]
    return list(dict.fromkeys([*against, *theirs, *may_clear(texts)]))


def kind_of_approval(heading: str) -> Heading | None:
    """What a column of a sheet of complaints has of a decision on the number of each row, if it has one.

    >>> of = "SP approval", "Decision", "Action on number to be taken", "FIR approval", "Final status", "Lien approved"
    >>> [kind_of_approval(heading) is not None for heading in of]
    [True, True, True, False, False, False]
    """
    kind, words = kind_of(heading, None), set(words_of(heading))
    if kind is None or not kind.is_of_decision or words & _OF_THE_CASE or any(map(is_victim, words)):
        return None
    if kind not in (Heading.DECISION, Heading.BLOCK) and not (words & (_OFFICERS | _IO) or words <= _OF_APPROVALS):
        return None
    # `Block/Hold` is of a number.
    about = words - ({"hold", "order"} if "block" in words else {"order"})
    is_of_other = is_of_money(" ".join(about)) or (words & _OF_ANYTHING and not words & NUMBERS)
    return None if is_of_other else kind


def ended_rows(table: pa.Table, unread: Sequence[int]) -> Bools:
    """Which rows have a cell, in a column that is not read, that says no more than that a complaint has ended."""
    found = np.zeros(len(table), np.bool_)
    for place in unread:
        if pa.types.is_string(table.schema.field(place).type):
            found |= ended_beside(table.column_names[place], cells.trimmed(cells.joined(table.column(place))))
    return found


def shifted_rows(complainants: pa.Table, refused: pa.Table, size: int) -> Bools:
    """Which rows have a word or a part of an address for the complainant's number, or a mobile number for a sum.

    An unquoted comma of a name or an address moves the cells behind it by a column, and the complainant's number
    into the column of suspects. The count of cells is right if the last one was left out.

    Args:
        complainants: index, msisdn: the numbers of complainants.
        refused: index, field, cell, note: the refused cells.
        size: how many rows there are.
    """
    cell = pc.fill_null(refused["cell"], "")
    # Not a number with words beside it.
    has_few = pc.less_equal(pc.count_substring_regex(cell, r"\p{Nd}"), 8)
    is_word = pc.and_(pc.is_in(refused["note"], pa.array(_WORDS)), has_few)
    is_word = pc.or_(is_word, pc.match_substring_regex(cell, _PIN_CODE))
    word = pc.and_(pc.equal(refused["field"], "complainant_mobile"), is_word)
    unknown = pc.match_substring_regex(cell, _UNKNOWN, ignore_case=True)
    in_place = pc.invert(pc.is_in(refused["index"], complainants["index"].combine_chunks()))
    word = pc.and_(word, pc.and_(in_place, pc.invert(unknown)))
    rows = refused.filter(pc.or_(word, pc.equal(refused["note"], "number_for_a_sum")))["index"]
    return anywhere(ints(rows), size)


def numbers_for_words(table: pa.Table, places: Iterable[int]) -> Bools:
    """Which rows have a mobile number in a column of words, as of districts: the columns may have shifted."""
    found = np.zeros(len(table), np.bool_)
    for place in places:
        if cells.may_name_numbers(table.schema.field(place).type):
            found |= flags(cells.is_mobile(cells.joined(table.column(place))))
    return found


def rows_with(rows: Ints, cells_of: Collection[tuple[int, int]], places: Collection[int]) -> Bools:
    """Which rows, given by their numbers, have one of some cells, such as those struck out, in one of some columns."""
    found = [row for row, place in cells_of if place in places]
    return np.isin(rows, np.array(found, np.int64))


def hidden_rows(rows: Ints, sheet: Records, places: Collection[int]) -> Bools:
    """Which rows, given by their numbers, are hidden, or have a cell below merged ones in one of some columns."""
    return rows_with(rows, sheet.covered, places) | np.isin(rows, np.array([*sheet.hidden_rows], np.int64))


def drawn_down(row: Ints, msisdn: Ints, complaint: Ints) -> Bools:
    """Which numbers rise by one from row to row, over three rows or more of different complaints.

    A spreadsheet writes them so where a cell is drawn down: `9876543210` as text is followed by `9876543211`.

    Args:
        row: the row of each number.
        msisdn: the numbers.
        complaint: the complaint of each, by any numbers.
    """
    # In such a run the difference of number and row is the same.
    level = msisdn - row
    order = np.lexsort((row, level))
    level, row, complaint = level[order], row[order], complaint[order]
    follows = (np.diff(level) == 0) & (np.diff(row) == 1) & (np.diff(complaint) != 0)
    middle = follows[:-1] & follows[1:]
    in_run = np.zeros(len(order), np.bool_)
    for shift in range(3):
        in_run[shift : shift + len(middle)] |= middle
    found = np.zeros(len(order), np.bool_)
    found[order] = in_run
    return found
