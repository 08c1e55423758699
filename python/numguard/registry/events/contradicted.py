"""Rows that say `blocked`, and say beside it, or below a title, that the number is not blocked or is no longer.

Owns which texts contradict that answer. Independent of the words for answers, which the caller gives, and of SQL. One
idea: **an answer that its own row contradicts is no answer**: an operator has `Blocked` in a column, and `Unblocked on`
in the next one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import dropwhile, pairwise
from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard.compute import pc
from numguard.errors import ColumnError
from numguard.number_list.against import NOT_YET_BLOCKED
from numguard.number_list.entries import has_end_days
from numguard.number_list.spared import is_not_listed, is_of_officers, is_spared
from numguard.number_list.titles import heads_victims, is_block_over, is_block_unwanted, parts_of, words_of
from numguard.number_list.words import words_for, words_in
from numguard.registry.arrays import Bools, Ints, flags, ints
from numguard.registry.numbers.state import OUTCOMES
from numguard.registry.sheets import cells
from numguard.registry.sheets.doubts import spared_rows
from numguard.registry.sheets.lines import lines_of, rows_of_notes
from numguard.registry.sheets.sheet import Sheet
from numguard.registry.spelling import plain_words

#: The answers that no block agrees with.
_REJECTED, _REACTIVATED, _OTHER = "rejected", "reactivated", "other_operator"
#: Beginnings of answers that a number is another operator's which are other things in a remark: a barred service.
_NOUNS: Final = ("mnp", "other", "port out")
#: One that none agrees with where it is all of a text: `Re-verification done, documents are forged` may be why.
_REVERIFIED = "reverified"
#: The end of a sentence.
_SENTENCES: Final = re.compile(r"[.!।](?=\s)")
#: A request that was not met, and what begins with a refusal of it: `Rejected as it is a hospital's`.
_UNMET: Final = re.compile(
    r"(?<!\S)request(?: (?:block|blocking|been|for|has|is|stands|to|was))* (?:declined|refused|rejected)(?!\S)"
    r"|^rejected (?:as|because|by|dated|due|for|in|on|since|vide)(?!\S)"
)
#: Words that turn what is behind them: `Could not be re-connected`.
_TURNED: Final = re.compile(r"(?<!\S)(?:cannot|never|no|not|yet)(?!\S)")
#: Words of headings below which a no agrees with a block, and of columns about another thing, or another time.
_OF_OTHERS: Final = words_in(
    "account active alternate amount bank caf card data dnd earlier enabled handset imei kyc last live old port",
    "previous previously roaming upi wallet whats whatsapp",
)
#: Words of the headings of remarks and of the state of a number. Below others, `Pending` is a document, and `To be
#: blocked` what was requested.
_OF_STATE: Final = words_in(
    "block blocking comment comments current final latest mobile msisdn no number numbers of operator position present",
    "reason remark remarks response sim state status the tsp टिप्पणी स्थिति",
)
#: Words of headings of remarks, whatever is beside them, but for those of another thing that may be pending.
_OF_REMARKS: Final = words_in("comment comments reason remark remarks टिप्पणी")
_OF_PAPERS: Final = words_in("case cdr complaint document documents fir investigation re request verification")
#: Other things than the number, and words of the number. `Bank account not blocked` says nothing of it.
_THINGS: Final = words_in("account accounts app handset imei incoming kyc sms telegram upi wallet whats whatsapp")
_OF_NUMBER: Final = words_in("connection it mobile msisdn no number numbers phone sim नंबर मोबाइल सिम")
#: How many words of a part say what it is about.
_FEW: Final = 3
#: What agrees with a block: that it was none earlier, or that a request to lift it was refused.
_AGREES: Final = re.compile(
    r"(?<!\S)(?:earlier|previously)(?!\S)"
    r"|^(?:re(?:activation|connection|storation)|unb(?:ar|lock)(?:ring|ing)?) request"
)
#: A note that wants blocks to stay denies none: `do not unblock without our letter`.
_STAYS: Final = re.compile(
    r"(?<!\S)(?:not|never)(?: to)?(?: be)? (?:reactivate|reconnect|restore|unb(?:ar|lock))(?:d|ed|red)?(?!\S)"
)
_BLOCK: Final = "|".join(sorted(words_for("to_block", "blocked")))
#: Words before that of an answer: `Since restored`, `Number is reactivated`.
_BEFORE: Final = words_in(
    "again also and been but connection has is later mobile msisdn no now number service sim since subsequently then",
    "was",
)
#: A block that is still to be made, of the first part of a text: `Will be blocked in 5 days`.
_TO_COME: Final = re.compile(
    rf"(?:(?:it|no|number|sim) )?(?:is )?(?:(?:to|will) be|scheduled for|(?:kept|pending) for) (?:{_BLOCK})"
    r"(?: (?:after|by|from|in|on|shortly|soon|within)(?!\S).*)?"
)
#: A block that could not be made, or was undone; of a list to block it says nothing: `Blocked & removed`.
_UNDONE: Final = re.compile(
    rf"(?<!\S)(?:{_BLOCK})(?: (?:and|but|dated|feb|is|later|on|since|then|was))* "
    r"(?:failed|not done|reactivated|reconnected|removed|restored|unbarred|unblocked)(?!\S)"
    rf"|(?<!\S)(?:cannot|could not|failed to|not yet|unable to|yet to)(?: be)? (?:{_BLOCK})(?!\S)"
    r"|(?<!\S)sim (?:reactivated|restored)(?!\S)"
    r"|(?<!\S)request (?:(?:been|has|is|since|stands|was) )*withdrawn(?!\S)"
    r"|(?<!\S)withdrew (?:(?:block|blocking|its|the|their|this) )*request(?! (?:for|to) (?:re|un))(?!\S)"
)
_WORD: Final = r"[\pL\pM]{2}"
#: A cell of words, without the digits of a number; and how many words a line above rows has, which notes have more of.
_WORDS_ALONE: Final = r"^\P{Nd}*(?:\p{Nd}{1,4}\P{Nd}+)*\p{Nd}{0,4}$"
_FEW_WORDS: Final = 6


def contradicted_rows(sheet: Sheet, places: Iterable[int], words: Mapping[str, str]) -> Bools:
    """Which rows have a cell, in the columns at `places`, that says that the number is not blocked, or no longer.

    `words`: those for answers, folded, and the answer that each means.
    """
    table, otherwise = sheet.table, _Otherwise(words)
    some = [at for at in places if _OF_OTHERS.isdisjoint(words_of(table.column_names[at]))]
    # A day on which a number was closed agrees with a block.
    some = [at for at in some if not has_end_days(table.column_names[at])]
    found = spared_rows(table, some, is_complaint=False)
    for at in some:
        if not cells.may_name_numbers(table.schema.field(at).type):
            continue
        heading = set(words_of(table.column_names[at]))
        is_of_state = heading <= _OF_STATE or bool(heading & _OF_REMARKS and not heading & _OF_PAPERS)
        column = cells.joined(table.column(at))
        texts: Any = pc.unique(column)
        worded = texts.filter(pc.fill_null(pc.match_substring_regex(texts, _WORD), False))
        saying = [text for text in worded.to_pylist() if otherwise.in_cell(text, is_of_state=is_of_state)]
        if saying:
            found |= flags(pc.is_in(column, pa.array(saying, pa.string())))
    return found


def below_titles(sheet: Sheet, at: Mapping[str, Sequence[int]], words: Mapping[str, str]) -> Bools:
    """Which rows are below a line of the table that says of the numbers up to the next such line what a title would."""
    return below_lines(sheet, at, _Otherwise(words).of_line) >= 0


def above_notes(sheet: Sheet, at: Mapping[str, Sequence[int]], words: Mapping[str, str]) -> Bools:
    """Which rows a note means, below or among them, that says of their numbers what a title would, or spares them."""
    table = sheet.table
    is_row = flags(pc.not_equal(cells.trimmed(cells.joined(table.column(at["msisdn"][0]))), ""))
    texts = lines_of(table, sheet.row, sheet.broken)
    # One in the column of numbers is no number, and a known answer alone is one whose number is missing.
    is_row[[int(np.searchsorted(ints(sheet.row), line.row)) for line in texts if line.place in at["msisdn"]]] = False
    rows = set(ints(sheet.row)[is_row].tolist())
    texts = [line for line in texts if line.row not in rows]
    answers = {*words, *OUTCOMES}
    texts = [line for line in texts if line.place not in at["status"] or plain_words(line.text) not in answers]
    texts = [line for line in texts if not _STAYS.search(" ".join(words_of(line.text)))]
    found = np.zeros(len(table), np.bool_)
    found[[*rows_of_notes(texts, sheet.row, is_row, _Otherwise(words).in_note)]] = True
    return found


def below_lines(
    sheet: Sheet, at: Mapping[str, Sequence[int]], of_line: Callable[[str], bool | None], *, is_anywhere: bool = False
) -> Ints:
    """Of each row the place of the line of the table above it, or of itself, for which `of_line` holds; else -1.

    Such a line counts up to the next one for which it does not hold. A line is a few words in the first column, or in
    that of the numbers, and nothing else: `B. Numbers unblocked`. One for which `of_line` is None is none. If it
    `is_anywhere` it may be in another column, but in one of answers; there it may go on with the row above, so that it
    ends nothing.
    """
    table = sheet.table
    columns = [cells.trimmed(cells.joined(column)) for column in table.columns]
    filled = sum(flags(pc.not_equal(column, "")).astype(np.int64) for column in columns)
    # A cell alone in a column of answers is an answer without a number.
    of_answers = {place for field, places in at.items() if field not in ("msisdn", "reason") for place in places}
    heading = {0, *at["msisdn"]} - of_answers - set(at.get("reason", ()))
    lines: list[tuple[int, bool]] = []
    for place in ({*range(table.num_columns)} - of_answers) if is_anywhere else heading:
        alone = (filled == 1) & flags(pc.match_substring_regex(columns[place], _WORDS_ALONE))
        texts: list[str] = columns[place].filter(pa.array(alone)).to_pylist()  # type: ignore[assignment]
        read = [(row, of_line(text)) for row, text in zip(np.flatnonzero(alone).tolist(), texts, strict=True)]
        lines += [(row, bool(is_so)) for row, is_so in read if is_so or (is_so is False and place in heading)]
    below = np.full(len(table), -1, np.int64)
    for (row, is_otherwise), (end, _) in pairwise([*sorted(lines), (len(table), False)]):
        below[row:end] = row if is_otherwise else -1
    return below


def check_titles(sheet: Sheet, blocked: Bools, words: Mapping[str, str]) -> None:
    """Refuses a sheet with `blocked` rows whose title or name says that numbers are not blocked, or in use again."""
    if not blocked.any():
        return
    otherwise = _Otherwise(words)
    of_file = "title in line {}" if sheet.header_row else "title or the name of its records"
    found = [of_file.format(line) for line, title in enumerate(sheet.titles, 1) if otherwise.in_title(title)]
    if sheet.sheet and otherwise.in_title(sheet.sheet):
        found.append("name of the sheet")
    if found:
        row = sheet.row[int(np.argmax(blocked))].as_py()
        remedy = "change that name" if found[0].startswith("name") else "take that title out of the file"
        raise ColumnError(
            f"{sheet.name}: the {found[0]} says that numbers are not blocked, or are in use again, and row {row} that "
            f"its number is blocked: if the rows are right, {remedy}"
        )


class _Otherwise:
    """What says that a number is not blocked, or no longer.

    >>> of = _Otherwise({"not blocked": "rejected", "refused": "rejected", "restored": "reactivated"})
    >>> [of.in_cell(text) for text in ("SIM not blocked, ported out", "Restored on 5 Feb", "Wrong number - ported out")]
    [True, True, True]
    >>> [of.in_cell(text) for text in ("Re-KYC - refused", "Not restored", "Refused to come", "Barred on 5 Feb")]
    [False, False, False, False]
    """

    def __init__(self, words: Mapping[str, str]) -> None:
        meant = {" ".join(words_of(word)): status for word, status in words.items()}
        self._meant = meant | {status: status for status in OUTCOMES}
        singles = [word for word in self._meant if word and " " not in word]
        self._blocked = frozenset(word for word in singles if self._meant[word] == "blocked")
        self._beginnings = tuple(f"{word} " for word in singles if self._meant[word] == _REACTIVATED)
        self._not_done, self._again = (self._anywhere(status) for status in (_REJECTED, _REACTIVATED))

    def _anywhere(self, status: str) -> re.Pattern[str]:
        """The expression of the phrases of a status: several words have one meaning wherever they stand."""
        phrases = "|".join(re.escape(word) for word, of in self._meant.items() if of == status and " " in word)
        return re.compile(rf"(?<!\S)(?:{phrases or '(?!)'})(?!\S)")

    def in_cell(self, text: str, *, is_of_state: bool = True) -> bool:
        """Whether the cell of a row says so; `is_of_state`: its column is of the state of the number, or of remarks."""
        parted = [part for one in _SENTENCES.split(text) for part, _ in parts_of(one)]
        about = _of_the_number(parted)
        if not about:
            return False
        if len(about) < len(parted):
            text = ", ".join(about)
        written = [" ".join(words_of(part)) for part in about]
        bare = " ".join(words_of(text))
        if _AGREES.search(bare):
            return False
        first, parts = about[0], [self._meant.get(part) for part in written if part]
        again = self._again.search(bare)
        return (
            self._meant.get(bare) == _REVERIFIED
            or _REACTIVATED in parts
            # Behind something else, what is refused is that: `Re-KYC - refused`.
            or parts[:1] == [_REJECTED]
            or (is_of_state and parts[:1] == [_OTHER] and not written[0].startswith(_NOUNS))
            or any(f"{_without_adverbs(part)} ".startswith(self._beginnings) for part in (bare, *written))
            or (is_of_state and self._is_to_come(text))
            or (again is not None and not _TURNED.search(bare[: again.start()]))
            or self._is_not_done(bare)
            or is_block_over(text)
            or _UNDONE.search(bare) is not None
            or _is_label(first)
        )

    def in_title(self, title: str) -> bool:
        """Whether a title says so of all rows, and not as one of two: `Numbers blocked / not blocked`."""
        bare = " ".join(words_of(title))
        without = self._not_done.sub(" ", bare)
        is_not_done = self._is_not_done(bare) and self._blocked.isdisjoint(without.split())
        both = self._blocked | {"block", "blocking"}
        is_of_both = not both.isdisjoint(bare.split()) and not (is_block_unwanted(title) or is_block_over(title))
        return is_not_done or (is_not_listed(title) and not is_of_both)

    def in_note(self, text: str) -> bool:
        """Whether a note, or what it says of the rows that it names, says so.

        >>> of = _Otherwise({"not blocked": "rejected", "restored": "reactivated", "blocked": "blocked"})
        >>> notes = ("Sr No 2 was not blocked", "restored on 5 Feb", "Blocked: 4, not blocked: 2", "All blocked")
        >>> [of.in_note(note) for note in notes]
        [True, True, False, False]
        """
        is_of_both = not self._blocked.isdisjoint(words_of(self._not_done.sub(" ", " ".join(words_of(text)))))
        return self.in_title(text) or (not is_of_both and self.in_cell(text, is_of_state=False))

    def _is_to_come(self, text: str) -> bool:
        """Whether a sentence begins with a block that is still to be made, and none before it has one that is."""
        for sentence in _SENTENCES.split(text):
            words = [" ".join(words_of(part)) for part, _ in parts_of(sentence)]
            first = next(filter(None, words), "")
            if first in NOT_YET_BLOCKED or _TO_COME.fullmatch(first):
                return True
            if not self._blocked.isdisjoint(" ".join(words).split()):
                return False
        return False

    def of_line(self, text: str) -> bool | None:
        """Whether a line says so of the rows below, or the reverse; None if it says nothing of blocks, or is a note.

        >>> of = _Otherwise({"unblocked": "reactivated", "not blocked": "rejected"})
        >>> [of.of_line(line) for line in ("B. Unblocked numbers", "A. Numbers blocked", "Delhi circle")]
        [True, False, None]
        """
        words = words_of(text)
        if len(words) > _FEW_WORDS:
            return None
        if self.in_title(text):
            return True
        return None if {"block", "blocking", *self._blocked}.isdisjoint(words) else False

    def _is_not_done(self, bare: str) -> bool:
        return self._not_done.search(bare) is not None or _UNMET.search(bare) is not None


def _of_the_number(parts: Iterable[str]) -> list[str]:
    """The parts of a text that are not about another thing than the number.

    >>> _of_the_number(["Outgoing barred", " IMEI not blocked", " WhatsApp", "refused", "Account holder's number"])
    ['Outgoing barred', "Account holder's number"]
    """
    found, is_label = [], False
    for part in parts:
        words = words_of(part)
        is_of_thing = not _THINGS.isdisjoint(words[:_FEW]) and _OF_NUMBER.isdisjoint(words)
        if not is_of_thing and not is_label:
            found.append(part)
        # A thing alone is what the next part is about: `Re-KYC - refused`.
        is_label = is_of_thing and _THINGS.issuperset(words[-1:]) and len(words) < _FEW
    return found


def _without_adverbs(bare: str) -> str:
    return " ".join(dropwhile(_BEFORE.__contains__, bare.split()))


def _is_label(part: str) -> bool:
    """Whether the first part of a text spares a number, as in `Wrong number - ported out`: a victim may be named so."""
    return is_spared(part) and not (heads_victims(part) or is_of_officers(part) or "verif" in part.casefold())
