"""Rows of a list that say that a number is spared: it is a victim's, it is to be released, it is not to be blocked.

Owns the words that spare a number. Independent of files and of the column of actions. One idea: **only a text that says
nothing else counts**, as the cell `Victim` of a column `Role`, or the line `Do not block:`, so that prose is never
guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard.compute import as_text, pc
from numguard.errors import ColumnError
from numguard.number_list.actions import may_have_words
from numguard.number_list.titles import (
    BEGINNINGS,
    FILLING,
    VICTIMS,
    heads_victims,
    is_of_suspects,
    is_of_victims,
    words_in,
    words_of,
)
from numguard.source import Batch, Part, contradicted, is_of_codes, named
from numguard.types import PathLike

__all__ = [
    "check_beside",
    "check_codes",
    "check_line",
    "check_lone_headings",
    "check_rows",
    "check_titles",
    "is_of_letter",
    "is_released",
    "is_spared",
    "may_spare",
    "spared",
]

#: What is done to a number that is not, or no longer, to be blocked.
_RELEASED: Final = words_in(
    "deblock deblocked exclude excluded exempt exempted genuine protected reactivate reactivated reactivation release",
    "released releasing restoration restore restored unblock unblocked unblocking whitelist whitelisted whitelisting",
    "अनब्लॉक बहाल",
)
#: Words beside them that change nothing.
_FILLING: Final = words_in(
    "a all already are as be been block blocking for from has have is it kindly list mobile mobiles msisdn must no nos",
    "now number numbers of please please phone phones request requested required should the these this those to was",
    "were नंबर नम्बर",
)
#: The same in several words; `list` and `number` around them were left out.
_NOT_TO_BLOCK: Final = re.compile(
    r"(?:do not|don t|dont|never|not to be|not to|should not be|must not be|need not be|no) "
    r"(?:block|blocked|blocking|bar|barred|barring|list|listed)|block(?:ing)? not (?:required|needed)|un block(?:ed)?"
    r"|not (?:a |the )?(?:suspect(?:s|ed)?|accused|fraud(?:ulent|sters?)?)|false positives?|wrong (?:number|no)"
    r"|ब्लॉक (?:न|ना|नहीं|नही)(?: करें| करे| करना| किया जाए)?"
)
_MERE: Final = re.compile(
    r"^(?:please|kindly|numbers?|nos?|these|this|those|list|of|to|all|the) | (?:please|numbers?)$"
)
#: Words of headings of columns that answer yes or no, and the answers.
_BLOCKED: Final = frozenset(["block", "blocked", "blocking", "ब्लॉक"])
_ASKING: Final = _BLOCKED | words_in("be flag is no required should status the to whether y n yes unblock")
_YES: Final = frozenset(["yes", "y", "true", "1", "हाँ", "हां"])
_NO: Final = frozenset(["no", "n", "false", "0", "नहीं", "नही"])
#: Words of headings of columns that say from whom a number is known.
_BY_WHOM: Final = words_in("by from given informed received reported reporter source sources through via द्वारा स्रोत")
#: Words of headings of columns that say what each row has: `Type`, `Identifier type`.
_TYPE: Final = frozenset(["kind", "type", "प्रकार"])
_TYPED: Final = _TYPE | words_in(
    "contact data entity field id identifier indicator no number of parameter suspect suspected the value"
)
#: What is no phone, and words beside it that change nothing. Handsets are, in a list of them.
_THINGS: Final = words_in(
    "aadhaar aadhar account accounts ac acct acc bank c card cards cif customer domain email ifsc link mail pan upi url",
    "vpa website खाता",
)
_OF_THINGS: Final = words_in(
    "a address beneficiary code credit current debit id ids mule no nos number numbers of s saving savings the संख्या"
)
#: Words of letters and chats, whose writers' own numbers may be among the lines.
_LETTER: Final = words_in(
    "acp asi constable dcp dear dsp faithfully insp inspector madam nodal officer officers regards respected sho",
    "sincerely sir sub subject thanks yours भवदीय महोदय सादर",
)
#: Further words of texts that spare a number.
_OTHERS: Final = words_in(
    "accused bar barred barring blocked do don dont false fraud fraudster fraudsters fraudulent listed needed never",
    "not positive positives suspect suspected suspects t un wrong ब्लॉक न ना नहीं नही करें करे करना किया जाए",
)
#: How the second of two words begins that are one for victims together, as शिकायत कर्ता.
_SECOND: Final = ("कर्त", "કર્ત", "કરનાર", "બન", "ਕਰਤ", "kart")
_FIRST: Final = {word.removesuffix(end) for word in BEGINNINGS for end in _SECOND if word.endswith(end)}
_WHOLE: Final = "|".join(sorted(VICTIMS | FILLING | _RELEASED | _FILLING | _OTHERS | _FIRST))
#: A text of no other words, without the signs below letters: few cells are such texts. The beginnings are one group, as
#: the expression is compiled for every column.
_MAY_BE: Final = rf"^\PL*(?:(?:{_WHOLE}|(?:{'|'.join([*sorted(BEGINNINGS), *_SECOND])})[\pL\pM]*)(?:\PL+|$))+$"
_LONGEST: Final = 120
#: How words of a title begin that say that numbers are in use again, or never to be blocked, whatever is beside them.
_AGAIN: Final = ("deblock", "reactivat", "reconnect", "restor", "unblock", "whitelist", "अनब्लॉक", "बहाल")
_REMEDY: Final = (
    "take that title out of the file, or choose the column with column= (scan, decide and lists: --list-column)"
)


def is_spared(text: str) -> bool:
    """Whether a text says that numbers are victims' or not to be blocked, and nothing else.

    >>> [is_spared(text) for text in ("Victim", "Do not block:", "To be released", "un-block", "Reactivated")]
    [True, True, True, True, True]
    >>> [is_spared(text) for text in ("Suspect", "Please block", "Not blocked", "Released on bail", "")]
    [False, False, False, False, False]
    """
    if heads_victims(text):
        return True
    if is_released(text):
        return True
    bare, before = " ".join(words_of(text)), None
    while bare != before:
        if _NOT_TO_BLOCK.fullmatch(bare):
            return True
        bare, before = _MERE.sub("", bare), bare
    return False


def is_released(text: str) -> bool:
    """Whether a text says that something is, or is to be, released, and nothing else."""
    meant = set(words_of(text)) - _FILLING
    return bool(meant) and meant <= _RELEASED


def is_of_thing(text: str) -> bool:
    """Whether a text is the name of a thing that is no phone, as a column of types has it.

    >>> [is_of_thing(text) for text in ("ACCOUNT", "Bank A/c No.", "UPI", "Mobile", "UPI mobile", "")]
    [True, True, True, False, False, False]
    """
    meant = set(words_of(text)) - _OF_THINGS
    return bool(meant) and meant <= _THINGS


def _is_typed(heading: str) -> bool:
    words = set(words_of(heading))
    return bool(words & _TYPE) and words <= _TYPED


def is_of_letter(text: str) -> bool:
    """Whether a line is one of a letter or a chat.

    >>> is_of_letter("Regards, Insp. R Kumar"), is_of_letter("R Kumar")
    (True, False)
    """
    return bool(_LETTER & set(words_of(text)))


def spares(title: str) -> bool:
    """Whether a title says that the numbers are victims', in use again, or not to be blocked.

    >>> spares("MNRL reactivation list, Sep 2026"), spares("Do not block"), spares("Released by the cyber cell")
    (True, True, False)
    """
    return is_of_victims(title) or is_spared(title) or any(word.startswith(_AGAIN) for word in words_of(title))


def check_titles(part: Part, path: PathLike, column: str | None, *, has_actions: bool = False) -> None:
    """Checks the name and the titles of a part of a list.

    Args:
        part: A file, a member or a sheet.
        path: The list, as the caller names it: its own name is not checked.
        column: The column of the numbers, unless the caller has chosen it.
        has_actions: Whether a column says what each row is for: only victims count then.

    Raises:
        ColumnError: The part is named as numbers that are not to be listed or, unless its column was chosen, titled so.
    """
    is_spare = is_of_victims if has_actions else spares
    inner = "" if str(part.name) == str(path) else Path(part.name or "").stem
    if is_spare(part.sheet or inner):
        whose = "the numbers of victims" if is_of_victims(part.sheet or inner) else "numbers that are not to be listed"
        raise ColumnError(f"{part.name}: is named as {whose}: rename it, or take it out of the list")
    group = dict(zip(part.schema().names, part.groups, strict=False)).get(column or "", "")
    if column is None or is_of_suspects(column) or is_of_suspects(group):
        return
    titles = list(part.titles)
    if part.groups:
        # The headings of groups are the last line that is not blank; they are those of columns.
        while titles and not titles.pop().strip(" ,;|\t"):
            pass
    for line, title in reversed(list(enumerate(titles, 1))):
        # Of the titles that name a side, the one that is nearest to the rows counts.
        if is_spare(title):
            whose = "victims, whose numbers" if is_of_victims(title) else "numbers that"
            where = f"title in line {line}" if part.header_row else "name of its records"
            raise ColumnError(
                f"{part.name}: the {where} names {whose} are not to be listed: if suspects are meant, {_REMEDY}"
            )
        if is_of_suspects(title):
            return


def may_spare(heading: str, kind: pa.DataType) -> bool:
    """Whether a column may say that a number is spared: one of words, or of the answers that its heading asks for."""
    return may_have_words(kind) or (
        (pa.types.is_boolean(kind) or pa.types.is_integer(kind)) and bool(_sparing_answers(heading))
    )


def spared(heading: str, cells: Any, *, may_be_account: bool = False) -> npt.NDArray[np.bool_] | None:
    """Which cells of a column say that the number of their row is spared; None if none does.

    Args:
        heading: The heading of the column.
        cells: An array or a chunked array.
        may_be_account: Whether what is blocked or released may be an account or a sum, as in a complaint.
    """
    if not may_spare(heading, cells.type):
        return None
    texts = as_text(cells)
    short = texts.filter(pc.fill_null(pc.less_equal(pc.binary_length(texts), _LONGEST), False))
    sparing = _sparing(heading, pc.unique(short), may_be_account=may_be_account)
    if not sparing:
        return None
    found = pc.fill_null(pc.is_in(texts, pa.array(sparing, pa.string())), False)
    return np.asarray(found.to_numpy(zero_copy_only=False), np.bool_)


def _sparing_answers(heading: str) -> frozenset[str]:
    """Which of yes and no spares a number, below a heading that asks for one of them."""
    if is_spared(heading):
        return _YES
    words = set(words_of(heading))
    # `Block No` is a part of an address.
    asks = _BLOCKED & words and words <= _ASKING and not ("no" in words and "yes" not in words)
    return _NO if asks else frozenset()


def _sparing(heading: str, texts: Any, *, may_be_account: bool) -> list[str]:
    """Those texts that spare a number, below a heading."""
    sparing = []
    if not may_be_account and (answers := _sparing_answers(heading)):
        sparing = [text for text in texts.to_pylist() if text.strip().casefold() in answers]
    if _is_typed(heading):
        sparing += [text for text in texts.to_pylist() if is_of_thing(text)]
    # Below a heading such as `Reported by` or `Complainant type`, a victim is who named the number.
    by_whom = bool(_BY_WHOM & set(words_of(heading))) or is_of_victims(heading)
    is_ascii = pc.string_is_ascii(texts)
    parted = pc.utf8_normalize(texts.filter(pc.invert(is_ascii)), "NFD")
    plain = pc.utf8_normalize(pc.replace_substring_regex(parted, "[\u093c\u0a3c\u200b-\u200f]", ""), "NFC")
    plain = pc.replace_with_mask(texts, pc.invert(is_ascii), plain)
    may_be = texts.filter(pc.match_substring_regex(plain, _MAY_BE, ignore_case=True)).to_pylist()
    sparing += [text for text in may_be if heads_victims(text) and not by_whom]
    more = [text for text in may_be if is_spared(text) and not heads_victims(text)]
    return sparing + [text for text in more if not (may_be_account and is_released(text))]


def check_beside(batch: Batch, column: str, read: set[str]) -> None:
    """Raises ColumnError if a column that is not read says that the number in `column` of its row is not to be listed."""
    for at, name in enumerate(batch.data.schema.names):
        found = None if name in read else spared(name, batch.data.column(at))
        if found is None:
            continue
        digits = pc.match_substring_regex(as_text(batch.data[column]), r"\p{Nd}")
        found &= np.asarray(pc.fill_null(digits, False).to_numpy(zero_copy_only=False), np.bool_)
        if found.any():
            row = int(batch.row_numbers()[int(np.argmax(found))])
            raise ColumnError(
                f"{batch.file}: the column {named([name])!r} says in row {row} that the number is a victim's, not to "
                "be blocked, or no phone's: take such rows out of the list, or the column if every row is meant"
            )


def check_codes(batch: Batch, column: str, msisdns: Any) -> None:
    """Raises ColumnError if a column of country codes has another one than the number in `column` as it is read."""
    for name in batch.data.schema.names:
        if name != column and is_of_codes(name):
            found = contradicted(batch.data[name], msisdns)
            if found.any():
                row = int(batch.row_numbers()[int(np.argmax(found))])
                raise ColumnError(
                    f"{batch.file}: the column {named([name])!r} has in row {row} another country's code than the number "
                    "as it is read: write the code before the number (+1 ...), or take such rows out of the list"
                )


def check_rows(batch: Batch, cells: Any, is_refused: Any) -> None:
    """Raises ColumnError if a cell without a number is a heading of numbers to spare, or a line of a letter."""
    if not may_have_words(cells.type):
        return
    refused = np.flatnonzero(is_refused.to_numpy(zero_copy_only=False))
    texts: Any = pc.take(as_text(cells), pa.array(refused))
    # Of many refused cells few have no digit.
    may_be = pc.fill_null(pc.invert(pc.match_substring_regex(texts, r"\p{Nd}")), fill_value=False)
    for at, text in zip(refused[may_be.to_numpy(zero_copy_only=False)], texts.filter(may_be).to_pylist(), strict=True):
        _check_text(batch.file, int(batch.row_numbers()[at]), text)


def check_lone_headings(batch: Batch, column: str) -> None:
    """Raises ColumnError if a heading of numbers to spare is the only text of a row: they may be below it."""
    columns = {
        name: as_text(batch.data[name]) for name in batch.data.schema.names if may_have_words(batch.data[name].type)
    }
    if column not in columns or len(columns) == 1:
        return
    numbers = pc.fill_null(columns[column], "")
    alone = np.flatnonzero(~pc.match_substring_regex(numbers, r"\p{Nd}").to_numpy(zero_copy_only=False))
    if not len(alone):
        return
    places: Any = pa.array(alone)
    rows = zip(*(cells.take(places).to_pylist() for cells in columns.values()), strict=True)
    for at, row in zip(alone, rows, strict=True):
        texts = [text for text in row if text and text.strip()]
        if len(texts) == 1:
            _check_text(batch.file, int(batch.row_numbers()[at]), texts[0])


def check_line(file: str | None, line: int, text: str) -> None:
    """Raises ColumnError if a line that is no row, as it has too few fields, is such a heading, or of a letter."""
    if not any(map(str.isdigit, text)):
        _check_text(file, line, text)


def _check_text(file: str | None, row: int, text: str) -> None:
    if len(text) > _LONGEST:
        return
    if is_spared(text):
        whose = (
            "victims, whose numbers are not to be listed"
            if heads_victims(text)
            else "numbers that are not to be listed"
        )
        raise ColumnError(f"{file}: row {row} is a heading of {whose}: take it and what is below it out of the file")
    if is_of_letter(text):
        raise ColumnError(
            f"{file}: row {row} is a line of a letter or a chat, whose writer's own number may be among the rows: "
            "leave only the numbers in the file that are meant"
        )
