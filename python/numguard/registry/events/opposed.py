"""Rows that say beside their number, or below a line, that it is a victim's or is not to be accepted.

Owns which texts oppose that a number is accepted. Independent of SQL, and of what a column of decisions and a yes are
(`number_list.decision_words`). One idea: **a decision that its own row opposes is none**: an officer fills in
`accepted` down the column, and another has written `Not approved` into his. In a column of decisions whatever is no yes
opposes. In others what spares a number of a list does so too; beside that, only a text that says it and nothing else
counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa

from numguard.compute import is_list, pc, seen_text, whole
from numguard.number_list.actions import may_have_words
from numguard.number_list.against import is_about_numbers, is_held_back, is_not_accepted, is_theirs, opposes
from numguard.number_list.beside import is_yes, spared
from numguard.number_list.decision_headings import Heading, kind_of
from numguard.number_list.decision_words import are_places, is_for
from numguard.number_list.decisions import with_above
from numguard.number_list.spared import is_not_listed, is_spared
from numguard.number_list.titles import heads_victims, is_victim, words_of
from numguard.number_list.words import words_for, words_in
from numguard.registry.arrays import Bools, flags, ints
from numguard.registry.events.contradicted import below_lines
from numguard.registry.numbers.state import DECISIONS
from numguard.registry.sheets import cells
from numguard.registry.sheets.lines import Line, lines_of, rows_of_notes
from numguard.registry.sheets.sheet import Sheet

#: What was in use again, and is used for fraud again; and a name that was misspelt.
_EARLIER: Final = re.compile(r"(?:was )?(?:reactivated|reconnected|released|unblocked) (?:earlier|previously)")
_MISSPELT: Final = re.compile(r"wrongly (?:entered|noted|spelt|typed|written) as (?P<what>.+)")
#: Words of a line whose rows are to be accepted, up to the next line.
_ACCEPTED: Final = words_in("accept accepted approved")
_ACCEPTING: Final = _ACCEPTED | words_in("block blocked blocking suspect suspects")
#: The words of a title of what waits.
_WAITING: Final = words_in("decided decision enquiry pending review reviewed waiting")
#: A line of more words is a note.
_MOST_WORDS: Final = 12


#: What opposes a row: the heading of its column, or None for a title or a line, and its text.
Opposing: TypeAlias = tuple[str | None, str]


def opposed_rows(
    sheet: Sheet, at: dict[str, list[int]], places: Sequence[int], accepted: Bools, is_row: Bools
) -> dict[int, Opposing]:
    """The rows, by their place, that a cell, or a line or a title above them, opposes if they are accepted.

    `places`: the columns whose cells may do so. A column of decisions opposes the `accepted` rows if it is blank in
    them alone. `is_row`: which rows have a number: a line without one may be a note on those above it.
    """
    title = next(filter(_is_opposed_title, (*sheet.titles, sheet.sheet or "")), None)
    if title is not None:
        return dict.fromkeys(range(len(sheet.table)), (None, title.strip()))
    found: dict[int, Opposing] = {}
    for place in places:
        heading = sheet.table.column_names[place]
        column: Any = sheet.table.column(place)
        texts = pc.fill_null(seen_text(cells.joined(column) if is_list(column.type) else whole(column)), "")
        texts, _ = with_above(texts)
        opposed = _opposed_of(heading, column, texts, accepted)
        found |= {row: (heading, texts[row].as_py()) for row in np.flatnonzero(opposed).tolist() if row not in found}
    lines = below_lines(sheet, at, _of_line, is_anywhere=True)
    below = [(row, lines[row]) for row in np.flatnonzero(lines >= 0).tolist() if row not in found]
    found |= {row: (None, line_of(sheet.table, int(line))) for row, line in below}
    notes = rows_of_notes(_without_numbers(sheet, at, is_row), sheet.row, is_row)
    return found | {row: (None, text) for row, text in notes.items() if row not in found}


def _without_numbers(sheet: Sheet, at: dict[str, list[int]], is_row: Bools) -> list[Line]:
    """The lines of a sheet; a decision alone is one whose number is missing, and no note."""
    rows = set(ints(sheet.row)[is_row].tolist())
    lines = [line for line in lines_of(sheet.table, sheet.row, sheet.broken) if line.row not in rows]
    return [line for line in lines if line.place not in at["decision"] or line.text.casefold() not in DECISIONS]


def line_of(table: pa.Table, row: int) -> str:
    """The first text of a row."""
    texts = (cells.trimmed(cells.joined(column.slice(row, 1)))[0].as_py() for column in table.columns)
    return next(filter(None, texts), "")


def _opposed_of(heading: str, column: Any, texts: Any, accepted: Bools) -> Bools:
    """The rows that the texts of a column oppose; `column` has them as they were read."""
    distinct: list[Any] = pc.unique(texts).to_pylist()

    def those(is_so: Callable[[str], bool]) -> Bools:
        chosen = [text for text in distinct if text.strip() and is_so(text)]
        return flags(pc.is_in(texts, pa.array(chosen, pa.string())))

    kind = kind_of(heading, "accepted")
    if kind is not None and kind.is_of_decision:
        agreed = those(lambda text: is_for(text, kind, "accepted"))
        filled = flags(pc.is_valid(cells.remarks(texts)))
        if kind is not Heading.BLOCK or not are_places(texts.filter(pa.array(filled)).to_pylist()):
            return ~agreed & (filled | (accepted & agreed.any()))
    is_about = is_about_numbers(heading)
    against = those(lambda text: opposes(heading, text) or (is_about and is_theirs(text)))
    sparing = spared(heading, texts if is_list(column.type) or may_have_words(column.type) else column)
    return against if sparing is None else against | (sparing & ~those(lambda text: _agrees(heading, text)))


def _agrees(heading: str, text: str) -> bool:
    """Whether a text that spares a number of a list says nothing against one that waits.

    >>> [_agrees(*cell) for cell in (("Blocked?", "No"), ("Note", "Unblocked earlier"), ("Note", "Unblocked"))]
    [True, True, False]
    """
    if "blocked" in words_of(heading) and is_yes(text) is False:
        return True  # one that waits is not blocked yet
    bare = " ".join(words_of(text))
    misspelt = _MISSPELT.fullmatch(bare)
    if misspelt:
        return not any(map(is_victim, misspelt["what"].split()))
    return _EARLIER.fullmatch(bare) is not None


def _heads_opposed(title: str) -> bool:
    return is_not_listed(title) or heads_victims(title) or is_not_accepted(title)


def _is_opposed_title(title: str) -> bool:
    """Whether a title opposes all rows, as a line would; that of a sheet of what waits has the words of both answers.

    >>> titles = "Block list - on hold", "Suspects (rejected by SP)", "Numbers pending, SP", "Accepted / dismissed"
    >>> [_is_opposed_title(title) for title in titles]
    [True, True, False, False]
    """
    words = words_of(title)
    is_of_both = not (_ACCEPTED.isdisjoint(words) or words_for("rejected").isdisjoint(words))
    return _heads_opposed(title) or (_of_line(title) is True and _WAITING.isdisjoint(words) and not is_of_both)


def _of_line(text: str) -> bool | None:
    """Whether a line opposes that the rows below are accepted, or the reverse; None if it says nothing of it.

    >>> lines = ("Victims:", "Not to be accepted - victims", "On hold", "To be accepted", "Nuh")
    >>> [_of_line(line) for line in lines]
    [True, True, True, False, None]
    """
    words = words_of(text)
    if len(words) > _MOST_WORDS:
        return None
    if _heads_opposed(text) or is_spared(text) or is_held_back(text):
        return True
    return None if _ACCEPTING.isdisjoint(words) else False
