"""Rows of a sheet that may be no complaint: those that sign it, and those of another table below it.

Owns how such rows differ from complaints. Independent of how numbers are read. One idea: **a table is numbered by one
rule**: a row without a serial number below all others, one that counts anew below acknowledgement numbers, or one whose
acknowledgement number is an officer or a victim, waits for a decision; one that has what only complaints have does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard.compute import pc
from numguard.number_list.against import heads_refused
from numguard.number_list.beside import is_of_money, is_of_serials, is_yes
from numguard.number_list.lines import is_note_against, names_rows
from numguard.number_list.spared import NUMBERS, is_not_listed, is_of_officers, is_set_aside, is_spared
from numguard.number_list.titles import (
    FILLING,
    is_block_unwanted,
    is_of_victims,
    is_victim,
    names_victims,
    statements_of,
    words_of,
)
from numguard.number_list.words import words_for, words_in
from numguard.registry.arrays import Bools, flags, ints
from numguard.registry.sheets import cells
from numguard.registry.sheets.complaint_status import ENDS, REJECTED
from numguard.registry.sheets.sources import spellings
from numguard.registry.spelling import signs_of

#: The most rows below the last serial number that sign a sheet: a name, a rank, and who received it.
_SIGNED: Final = 3
#: The most acknowledgement numbers that may be officers' where most rows have such.
_OFFICERS: Final = 2
#: A serial number, and the least digits of the acknowledgement numbers above it.
_SERIAL: Final = r"^\s*\(?(\d{1,3})\s*[.)/]?\s*$"
_LONG: Final = r"\d{6}"
#: Words of a line that names officers, and those beside them.
_NAMED_OFFICERS: Final = frozenset(["officers", "officials", "personnel", "staff"])
_BESIDE_OFFICERS: Final = FILLING | words_in("a bank branch of our police the")
#: Words beside those of complaints that have ended, in a line above them: `Complaints withdrawn`.
_OF_COMPLAINTS: Final = frozenset(
    ["are", "been", "below", "by", "case", "cases", "complainant", "complainants", "complaint", "complaints", "details",
     "entries", "following", "found", "has", "have", "is", "list", "of", "on", "rows", "the", "was", "were"]
)  # fmt: skip
_OF_ROWS: Final = frozenset(["complaints", "entries", "records", "rows"])
#: Of a title or a line alone they say it too: as a status of a complaint they are unclear.
_ENDED_LINES: Final = words_in("closed disposed revocation revoked")
#: A helpline in place of an acknowledgement number, and an officer; `SHO 45/2026` is a letter.
_OF_HELPLINE: Final = re.compile(r"(?:cell|cyber cell|dial|helpline)\.? *(?:no\.? *)?\d+")
_OF_OFFICER: Final = re.compile(rf"(?:{'|'.join(sorted(words_for('rank', 'rank_or_other')))})\.? *(?:no\.? *)?\d+")
_HELPLINES: Final = ("112", "1930")
_BY_OFFICER: Final = re.compile(r"(?:checked|prepared|submitted|typed|verified) by\b.*")
#: The phrases of several words of a complaint that has ended.
_PHRASES: Final = frozenset(phrase for phrase in ENDS - REJECTED if " " in phrase)
#: The longest word of each phrase of several that not every remark has; in other scripts a letter has several forms.
_MAY_END: Final = (
    "|".join(sorted({max(set(phrase.split()) - {"complainant", "complaint"}, key=lambda word: (len(word), word))
                     for phrase in _PHRASES}))
    + r"|compromis|samjhauta|ra+jinama|want|willing|wish|interested|desire|[^\x00-\x7f]"
)  # fmt: skip
#: What a complainant does not want, and what was settled between the parties, of a text or statement of nothing else.
_UNWANTED: Final = re.compile(
    r"(?:(?:complainant|victim|applicant|informant|party|he|she|they|now|the) )*"
    r"(?:(?:do|does|did|is|are) (?:not|no longer)|(?:do|does|did|is)n t|do nt|don t|no longer|not) "
    r"(?:want|wants|willing|wish|wishes|interested|desire|desires)"
    r"(?: (?:to|in|any|further|legal|police|the|his|her|this|take|pursue|proceed|proceeding|continue|pursuing|with))*"
    r"(?: (?:action|case|complaint|fir|matter|proceedings))?(?: (?:further|against .*|in (?:the|this) .*))?"
)
_SETTLED: Final = re.compile(
    r"(?:(?:the|case|complaint|matter|parties|both|mutual|mutually|has|have|is|been|was|a) )*"
    r"(?:compromise|compromised|rajinama|raajinama|samjhauta|राजीनामा|समझौता)"
    r"(?: (?:between|by|done|effected|filed|ho gaya|hua|made|reached|with|हो गया|हुआ)(?: .*)?)?"
)
#: Words beside such a phrase: `Complaint has been withdrawn on 05.02.2026`.
_DONE: Final = words_in("been dated has have her his is on the their was gayi hai", "गई गयी है")
#: Those of who ended it, in Hindi.
_BY: Final = words_in("dwara ne", "द्वारा ने")
#: Phrases that say of money too that it was withdrawn: of a part of a text they do not say that a complaint has ended.
_OF_MONEY: Final = frozenset(phrase for phrase in _PHRASES if phrase.startswith(("withdrawal by", "withdrawn by")))
#: The characters of the longest text that is read.
_LONGEST: Final = 200
#: Words of headings of what became of a complaint, and of what is no complaint; of a block it is no end that it is not.
_OF_STATUS: Final = words_in("disposal disposed fr outcome position result stage status", "निस्तारण परिणाम स्थिति")
_REPORT: Final = frozenset(["final", "report"])
_OF_OTHERS: Final = words_in("active arrest call called calls kyc")
_OF_BLOCKS: Final = words_for("to_block", "blocked")
#: Those of a heading that asks whether one has.
_WHETHER: Final = frozenset(["by", "complainant", "is", "n", "no", "was", "whether", "y", "yes"])


def heads_no_complaints(text: str) -> bool:
    """Whether a line says that what is below it is not to be listed, or has ended.

    >>> [heads_no_complaints(text) for text in ("Complaints withdrawn", "TEST DATA", "Kindly do not block", "PS Sadar")]
    [True, True, True, False]
    """
    # `Deleted rows`: what is deleted is spared by its word alone.
    rows_spared = is_spared(text) or is_spared(" ".join(word for word in words_of(text) if word not in _OF_ROWS))
    of_victims = is_of_victims(text) and not NUMBERS.isdisjoint(words_of(text))
    return rows_spared or of_victims or heads_officers(text) or _heads_unlisted(text) or heads_refused(text)


def _heads_unlisted(text: str) -> bool:
    words = set(words_of(text)) - _OF_COMPLAINTS
    if words and words <= ENDS | _ENDED_LINES:
        return True
    return is_not_listed(text) or is_block_unwanted(text) or is_set_aside(text)


def entitles_no_complaints(title: str) -> bool:
    """Whether a title says that what is below it is not to be listed, or has ended.

    One of victims, or of a source, says whose the complaints are: the headings say whose the numbers are. One that
    names rows is a note on them.

    >>> [entitles_no_complaints(text) for text in ("Complaints withdrawn", "Closed complaints", "Victims", "1930")]
    [True, True, False, False]
    >>> [entitles_no_complaints(text) for text in ("Sr. No. 1 is the complainant", "Sr. No. 1 to 45, Nuh")]
    [True, False]
    """
    if signs_of(title) in spellings():
        return False
    if names_rows(title) and is_note_against(title, ends_rows):
        return True
    return _heads_unlisted(title) or _is_ended(title) or not ENDS.isdisjoint(_forms(title))


def ends_rows(text: str) -> bool:
    """Whether a note, or what it says of the rows that it names, says that complaints have ended, or are none to list.

    >>> [ends_rows(text) for text in ("false complaint", "withdrawn by the complainant", "Complaints found false")]
    [True, True, True]
    >>> [ends_rows(text) for text in ("Total complaints", "Prepared by HC 1234", "Complaints pending")]
    [False, False, False]
    """
    return heads_no_complaints(text) or _is_ended(text) or _is_given_up(text) or not ENDS.isdisjoint(_forms(text))


def heads_officers(text: str) -> bool:
    """Whether a line names officers and nothing else: those below it, or those whom suspects claimed to be.

    >>> [heads_officers(text) for text in ("Police officers", "Bank officials", "Fake police officers", "On hold")]
    [True, True, False, False]
    """
    words = set(words_of(text)) - _BESIDE_OFFICERS
    return bool(words) and words <= _NAMED_OFFICERS


def forms(acknowledgement: pa.Array[Any]) -> pa.Array[Any]:
    """The form of each acknowledgement number of six digits or more, with 9 for each digit; null of others.

    >>> forms(pa.array(["31110260000001", "CP/000123", "HC 1234", None])).to_pylist()
    ['99999999999999', 'CP/999999', None, None]
    """
    plain = cells.plain_digits(acknowledgement)
    form = pc.replace_substring_regex(pc.utf8_trim_whitespace(plain), r"\d", "9")
    found: pa.Array[Any] = pc.if_else(pc.match_substring_regex(plain, _LONG), form, None)
    return found


def may_be_no_complaint(table: pa.Table, acknowledgement: pa.Array[Any], written: Mapping[str, pa.Array[Any]]) -> Bools:
    """Which rows may be no complaint.

    Args:
        table: The rows.
        acknowledgement: The acknowledgement number of each, null where it has none.
        written: The fields that the sheet has columns of, among them the source, and when it was reported.
    """
    found = _signing(acknowledgement) | _counting_anew(acknowledgement, written)
    for place, name in enumerate(table.column_names):
        if is_of_serials(name) and cells.may_name_numbers(table.schema.field(place).type):
            found |= _below_serials(cells.joined(table.column(place)), acknowledgement)
    return found


def ended_beside(heading: str, column: pa.Array[Any]) -> Bools:
    """Which cells say that a complaint has ended; one word alone may be of a sum or a card, but not below a status.

    >>> ended_beside("Remarks", pa.array(["Complaint withdrawn", "withdrawn", None])).tolist()
    [True, False, False]
    >>> ended_beside("Outcome", pa.array(["Complaint withdrawn", "withdrawn", None])).tolist()
    [True, True, False]
    >>> ended_beside("Complaint withdrawn (Y/N)", pa.array(["Y", "No", ""])).tolist()
    [True, False, False]
    """
    words = set(words_of(heading)) - _OF_COMPLAINTS - _WHETHER
    asks = bool(words) and words <= ENDS
    is_status = _is_of_status(heading)
    if not (asks or is_status):
        # Few texts have a word of such a phrase.
        column = pc.if_else(pc.match_substring_regex(column, _MAY_END, ignore_case=True), column, None)
    encoded: Any = column.dictionary_encode()

    def has_ended(text: str) -> bool:
        if len(text) > _LONGEST:
            return False
        # That a number is not blocked yet is no end of a complaint.
        is_word = is_status and not (is_yes(text) is False and not _OF_BLOCKS.isdisjoint(words_of(heading)))
        is_ended = (
            (" " in text and _is_ended(text)) or _is_given_up(text) or (is_word and not ENDS.isdisjoint(_forms(text)))
        )
        return is_ended or (asks and is_yes(text) is True)

    return _of_rows(encoded, list(map(has_ended, encoded.dictionary.to_pylist())))


def _is_of_status(heading: str) -> bool:
    """Whether a heading is that of what became of a complaint, or of its numbers.

    >>> [_is_of_status(heading) for heading in ("Outcome", "Final Report", "Number status", "Refund status", "Remarks")]
    [True, True, True, False, False]
    """
    words = set(words_of(heading))
    is_one = not words.isdisjoint(_OF_STATUS) or words >= _REPORT
    return is_one and words.isdisjoint(_OF_OTHERS) and not is_of_money(heading)


def _is_ended(text: str) -> bool:
    """Whether a text or a statement of it is a phrase of a complaint that has ended; a refund is not accepted too.

    >>> _is_ended("Complaint has been withdrawn on 05.02.2026"), _is_ended("Complaint dismissed")
    (True, True)
    >>> _is_ended("Withdrawn on 05.02.2026"), _is_ended("Not accepted")
    (False, False)
    """
    if not _PHRASES.isdisjoint(_forms(text)):
        return True
    return any(not (_PHRASES - _OF_MONEY).isdisjoint(_forms(part)) for part, _ in statements_of(text))


def _is_given_up(text: str) -> bool:
    """Whether a text or a statement of it says that the complainant wants nothing more, or has settled with the other.

    >>> texts = "complainant does not want action", "Compromise", "Account compromised", "Wants action"
    >>> [_is_given_up(text) for text in texts]
    [True, True, False, False]
    """
    bare = [" ".join(words_of(part)) for part in (text, *(part for part, _ in statements_of(text)))]
    return any(_UNWANTED.fullmatch(part) or _SETTLED.fullmatch(part) for part in bare)


def _forms(text: str) -> set[str]:
    """The words of a text, those that are neither its day nor words beside them, and without who ended it in Hindi."""
    words = words_of(text)
    bare = [word for word in words if word not in _DONE]
    forms = [words, bare]
    if len(bare) > 2 and is_victim(bare[0]) and bare[1] in _BY:
        forms.append(bare[2:])
    return {" ".join(form) for form in forms}


def _signing(acknowledgement: pa.Array[Any]) -> Bools:
    """Which acknowledgement numbers are those of an officer or a victim: `Prepared by HC 1234`."""
    is_worded = flags(pc.match_substring_regex(acknowledgement, r"\pL"))
    # A desk that numbers its complaints has a 112 and a 1930 too; beside longer numbers they are helplines.
    is_helpline = flags(pc.is_in(pc.utf8_trim_whitespace(acknowledgement), pa.array(_HELPLINES)))
    has_long = bool(flags(pc.match_substring_regex(acknowledgement, _LONG)).any())
    found: Bools = is_helpline & has_long
    encoded: Any = acknowledgement.filter(pa.array(is_worded)).dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    found[is_worded] = _of_rows(encoded, list(map(_is_of_a_signature, texts)))
    is_officer = np.zeros(len(found), np.bool_)
    is_officer[is_worded] = _of_rows(encoded, [_OF_OFFICER.fullmatch(_folded(text)) is not None for text in texts])
    # A desk that writes `CP 12` before each number of a complaint means no officer.
    count = int(is_officer.sum())
    return found | is_officer if count <= _OFFICERS or 2 * count <= len(is_officer) else found


@cache
def _is_of_a_signature(text: str) -> bool:
    """Whether an acknowledgement number is no number of a complaint.

    >>> [_is_of_a_signature(text) for text in ("Helpline 1", "31110260000003 (complainant)", "FIR 12/2026")]
    [True, True, False]
    """
    words, bare = words_of(text), _folded(text)
    if _OF_HELPLINE.fullmatch(bare) or _BY_OFFICER.match(bare):
        return True
    return names_victims(text) or any(is_of_officers(" ".join(words[:size])) for size in range(1, len(words) + 1))


def _folded(text: str) -> str:
    return text.strip().casefold()


def _counting_anew(acknowledgement: pa.Array[Any], written: Mapping[str, pa.Array[Any]]) -> Bools:
    """Which rows count 1, 2, 3 to the last one, below acknowledgement numbers of six digits or more.

    Where all above have such, two rows or more may go on from another page, with 11, 12, 13; those with the source of a
    row above, or a day on which they were reported, are complaints with numbers of their own desk.

    >>> _counting_anew(pa.array(["31110260000001", "1.", "2."]), {}).tolist()
    [False, True, True]
    >>> [_counting_anew(pa.array([above, "11", "12"]), {}).tolist() for above in ("31110260000001", "7")]
    [[False, True, True], [False, False, False]]
    """
    plain = pc.replace_substring_regex(cells.plain_digits(acknowledgement), _SERIAL, r"\1")
    is_serial = pc.fill_null(pc.match_substring_regex(plain, r"^\d{1,3}$"), False)
    number = ints(pc.if_else(is_serial, plain, "0").cast(pa.int64()).fill_null(0))
    size = len(number)
    is_long = flags(pc.fill_null(pc.match_substring_regex(plain, _LONG), False))
    first_long = int(np.argmax(np.append(is_long, True)))
    # In a run from 1 to the last row the difference of the serial number and the row is the same.
    level = np.where(number > 0, number - np.arange(size), size)
    others = np.flatnonzero(level != level[-1]) if size else np.zeros(0, np.int64)
    start = int(others[-1]) + 1 if len(others) else 0
    found = np.zeros(size, np.bool_)
    goes_on = start < size - 1 and number[start] > 1 and is_long[:start].all()
    if size and (number[start] == 1 or goes_on) and start > first_long:
        found[start:] = True if number[start] == 1 else ~_as_above(written, start)
    return found


def _as_above(written: Mapping[str, pa.Array[Any]], start: int) -> Bools:
    """Which rows from one on have the source of a row above it, or a day on which they were reported."""
    source, reported = written.get("source"), written.get("reported_at")
    found: Bools = np.zeros(1, np.bool_)
    if source is not None:
        folded = pc.utf8_lower(source)
        found = found | flags(pc.is_in(folded.slice(start), pc.drop_null(folded.slice(0, start))))
    if reported is not None:
        found = found | flags(pc.is_valid(reported.slice(start)))
    return found


def _below_serials(serials: pa.Array[Any], acknowledgement: pa.Array[Any]) -> Bools:
    """The last one to three rows, if no other is without a serial number, and they go on with no complaint above.

    The first ones are complaints while their own acknowledgement numbers have the form of one above.
    """
    is_numbered = flags(pc.fill_null(pc.match_substring_regex(serials, r"\p{Nd}"), False))
    without = np.flatnonzero(~is_numbered)
    size = len(is_numbered)
    found = np.zeros(size, np.bool_)
    numbered = size - len(without)
    if 0 < len(without) <= _SIGNED and numbered >= max(2, len(without)) and without[0] == numbered:
        above = pa.array(is_numbered)
        form = forms(acknowledgement)
        is_alike = flags(pc.and_(pc.is_valid(form), pc.is_in(form, form.filter(above))))[without]
        goes_on = flags(pc.is_in(acknowledgement, acknowledgement.filter(above)))[without]
        found[without] = ~goes_on & ~np.logical_and.accumulate(is_alike | goes_on)
    return found


def _of_rows(encoded: Any, of_texts: list[bool]) -> Bools:
    """The value of the text of each row."""
    found: Bools = np.append(np.array(of_texts, np.bool_), False)[ints(pc.fill_null(encoded.indices, len(of_texts)))]
    return found
