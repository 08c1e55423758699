"""The column of actions in a list: which of its rows are to be blocked, and which are not.

Owns the headings and words of actions. Independent of numbers. One idea: **where a list may have actions, they are read
or the list is refused**, because numbers to be released must not be blocked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard.compute import Bools, decoded, filtered, flags, is_bytes, is_text, named, pc, seen_text
from numguard.errors import ColumnError, InputError
from numguard.number_list.titles import RANKS
from numguard.number_list.words import words_for, words_in
from numguard.source import Batch, Part
from numguard.source.languages import apart, heading_words, in_english
from numguard.source.scripts import MARKS as MARKS_OF_LETTERS
from numguard.source.scripts import plain_letters
from numguard.types import ACTIONS

#: The column with the action of each row.
_ACTION = "action"
#: Of one number a list cannot have both. The linked number of a change has a row to release and one to verify.
_OPPOSITE: Final = {"block": ("release", "none"), "release": ("block",)}
#: The note of a row whose action is none of them.
UNKNOWN_ACTION = "unknown_action"
#: Columns that may have the action of a row, beside `action`, which alone is read.
LIKE_ACTION = words_for("decision", "like_action") | {
    "action",
    "actions",
    "action_taken",
    "action_required",
    "block_status",
    "current_status",
    # Status is translated before the look-up; action and decision in other languages are not.
    "number_status",
    "status",
}
#: What such a column has for a number that was decided against, whatever is behind it.
_AGAINST: Final = re.compile(rf"(?:{'|'.join(sorted(words_for('rejected', 'not_agreed')))})(?![\w{MARKS_OF_LETTERS}])")
#: An officer holds a number back, and a bank a sum.
_HELD: Final = frozenset(["hold", "on hold"])
#: What may be around the words of a heading: `Action*`, `Status:`.
MARKS = "_*:#?!-/()[]'\""
#: More than there are spellings of the few actions: other texts of a column are not compared with them one by one.
_MOST_SPELLINGS = 1_000
#: A word of the headings of columns of actions, beside other words: `Action (block/release)`.
_ACTION_WORD = re.compile(r"\b(?:actions?|status|decision)\b")
#: Whose decision it is, and about what: of a refund or a bail it says nothing of the number.
_ABOUT_NUMBERS: Final = RANKS | words_in(
    "a action actions application approval block blocked blocking by cell current cyber decision desk final for last",
    "latest mobile msisdn no nodal number of office officer on order our ps recommendation request required review s",
    "status suspect taken the unit",
)


def action_column(parts: Sequence[Part]) -> str | None:
    """The column of actions of a list, whatever its case; None if it has none.

    Raises:
        ColumnError: A part has none, beside one that has: whether its numbers are to be released is not known.
    """
    parts = [part for part in parts if part.schema().names]
    found = [[name for name in part.schema().names if bare(name) == _ACTION] for part in parts]
    for part, names in zip(parts, found, strict=True):
        if any(found) and len(names) != 1:
            raise ColumnError(
                f"{part.name}: has no column {_ACTION!r}, or more than one, in a list with actions: read it apart"
            )
    return found[0][0] if any(found) else None


def refuse_other_actions(part: Part, read: set[str], *, is_sparing: bool) -> None:
    """A column of actions with another heading is an error: numbers to be released would be blocked.

    A column is one if it has nothing but actions, or if its heading says so. Names may repeat: each column counts.
    One of decisions, of which some were against a number, is an error too.

    Args:
        part: A list without a column of actions.
        read: The columns that are read.
        is_sparing: Whether the list is of numbers to spare, whatever was decided.

    Raises:
        ColumnError: There is such a column.
    """
    columns = list(enumerate(part.schema()))
    may_be = [at for at, field in columns if field.name not in read and may_have_words(field.type)]
    batches = part.batches()
    while may_be and (batch := next(batches, None)) is not None:
        for at in list(may_be):
            name = batch.data.schema.names[at]
            texts = pc.unique(_as_actions(batch.data.column(at))).drop_null()
            heading = bare(name).strip(MARKS)
            is_of_actions = heading in LIKE_ACTION or _ACTION_WORD.search(heading.replace("_", " "))
            if len(texts) > _MOST_SPELLINGS and not is_of_actions:
                may_be.remove(at)
                continue
            written = set(map(plain_letters, texts.to_pylist())) - {""}
            if not (written <= set(ACTIONS) or is_of_actions):
                may_be.remove(at)
            elif {"reverify", "release"} & written:
                raise ColumnError(
                    f"{part.name}: the column {named([name])!r} has the actions of a block list: name it "
                    f"{_ACTION!r}, or take it out if every row is meant"
                )
            if is_sparing or not _is_of_decisions(heading):
                continue
            against = [one for one in texts.to_pylist() if is_against(plain_letters(one), heading)]
            if against:
                is_one = pc.is_in(_as_actions(batch.data.column(at)), pa.array(against, texts.type))
                row = batch.first_row(flags(is_one))
                raise ColumnError(
                    f"{part.name}: the column {named([name])!r} says in row {row} that the number was decided against: "
                    "take such rows out of the list, or the column if every row is meant"
                )


def is_against(text: str, heading: str = "") -> bool:
    """Whether a text says that a number was decided against, below a heading.

    >>> [is_against(text, "status") for text in ("rejected", "Rejected.", "not confirmed by IO", "on hold", "approved")]
    [True, True, True, True, False]
    """
    bare_text = bare(text).strip(MARKS + ". ").replace("_", " ")
    if bare_text in _HELD:
        return "action" not in heading
    return _AGAINST.match(bare_text) is not None


def _is_of_decisions(heading: str) -> bool:
    """Whether a heading is that of decisions about the numbers.

    >>> [_is_of_decisions(heading) for heading in ("status", "io_decision", "final status", "refund_status")]
    [True, True, True, False]
    """
    words = heading.replace("_", " ")
    about = _ACTION_WORD.search(words) and _ABOUT_NUMBERS.issuperset(re.findall(r"\w+", words))
    return heading in LIKE_ACTION or bool(about)


def rows_with(batch: Batch, action: str, actions: Sequence[str]) -> tuple[Batch, int, pa.Table]:
    """The rows of a list with one of the actions, whatever their case and the blanks around them.

    Returns:
        These rows; how many have another action; and, as refused rows, those whose action is none that lists have.
    """
    written = _as_actions(batch.data[action])
    kept = _is_one_of(written, actions)
    known = pc.or_(kept, pc.is_in(written, pa.array(ACTIONS)))
    notes = pc.if_else(known, None, UNKNOWN_ACTION)
    return batch.filter(kept), known.true_count - kept.true_count, batch.refused(notes)


def is_of_actions(batch: Batch, action: str, actions: Sequence[str]) -> Bools:
    """Which rows of a list have one of the actions, as `rows_with` keeps them."""
    return flags(_is_one_of(_as_actions(batch.data[action]), actions))


def _is_one_of(written: Any, actions: Sequence[str]) -> Any:
    return pc.is_in(written, pa.array([one.strip().lower() for one in actions], pa.string()))


class Opposed:
    """The numbers of a list that one row has to block, and another to release or to leave.

    The changes of several days, put together, have such numbers: the last row counts, and which that is, nothing shows.
    """

    def __init__(self, actions: Sequence[str]) -> None:
        """Takes the actions that are looked for."""
        chosen = {one.strip().lower() for one in actions}
        self._action = next((one for one in _OPPOSITE if one in chosen and chosen.isdisjoint(_OPPOSITE[one])), "")
        self._chosen: list[Any] = []
        self._against: list[Batch] = []

    def add(self, batch: Batch, action: str, column: str) -> None:
        """Takes rows of a list."""
        if not self._action:
            return
        written = _as_actions(batch.data[action])
        # Its row to verify is no opposite of its row to release, where both actions are looked for.
        self._chosen.append(filtered(batch.data.select([column]), pc.equal(written, self._action)).column(0))
        is_against = pc.is_in(written, pa.array(_OPPOSITE[self._action]))
        if is_against.true_count:
            against = batch.filter(is_against)
            self._against.append(Batch(against.data.select([column, action]), against.file, against.rows))

    def check(self, keys_of: Callable[[Any], Any]) -> None:
        """Checks the whole list; `keys_of` gives the numbers in cells.

        Raises:
            InputError: A number has both.
        """
        chosen: Any = pa.chunked_array([keys_of(cells) for cells in self._chosen]) if self._against else None
        for batch in self._against:
            is_opposed = pc.is_in(keys_of(batch.data.column(0)), chosen.drop_null().combine_chunks())
            if is_opposed.true_count:
                at = int(np.argmax(flags(is_opposed)))
                raise InputError(
                    f"{batch.file}: row {batch.row_numbers()[at]} has the action "
                    f"{_as_actions(batch.data.column(1))[at]} for a number that another row of the list has to "
                    f"{self._action}: of the changes of several days the last one counts, so leave only that row of "
                    "the number in the list"
                )


def _as_actions(cells: Any) -> Any:
    """Cells as actions are compared: in lower case, without blanks around them."""
    return pc.utf8_lower(pc.utf8_trim_whitespace(seen_text(cells)))


def may_have_words(kind: pa.DataType) -> bool:
    """Whether cells are texts, or bytes that may be some, however they are encoded."""
    of = decoded(kind)
    return is_text(of) or is_bytes(of)


def bare(name: str) -> str:
    """A heading as headings are compared."""
    if name.isascii():
        return "_".join(apart(name).lower().split()).replace(".", "")
    return "_".join(in_english(heading_words(name)))
