"""Columns of decisions and results beside the numbers: a cell that is no yes to a decision stops the list.

Owns which cells of such a column stop a list, over all its parts. Independent of what a heading (`decision_headings`)
and a text are (`decision_words`, `against`). One idea: **a row counts if its decision is a known yes**; only results,
of which nothing more is known, are compared with each other. A column whose heading says nothing is one of decisions by
its cells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard.compute import Bools, flags, named, pc, seen_text
from numguard.errors import ArgumentError, ColumnError
from numguard.number_list.actions import may_have_words
from numguard.number_list.against import is_of_remarks, may_decide, those_against
from numguard.number_list.beside import is_yes
from numguard.number_list.decision_headings import Heading, kind_of
from numguard.number_list.decision_words import (
    are_places,
    has_passed,
    is_blank,
    is_certain,
    is_contrary,
    is_explicit,
    is_for,
    is_refused,
    may_be_for,
)
from numguard.number_list.distinct import Beside, Distinct
from numguard.number_list.named_rows import FREQUENT, Names, Rows
from numguard.number_list.titles import words_of
from numguard.source import Batch
from numguard.types import is_texts

#: Stands for the answer of the row above.
_DITTO: Final = (
    r"""(?i)^[\s.\-\x{2013}\x{2014}]*(?:do|ditto|(?:same )?as above|same|तदैव|//|"|""|''|\x{3003}|\x{2033}|\x{201d})"""
    r"[\s.\-\x{2013}\x{2014}]*$"
)
#: More spellings of one answer are not compared, nor are more texts that are no yes.
_MOST_SPELLINGS: Final = 10_000
_MOST_OTHERS: Final = 100
#: The columns of a sheet of numbers that wait for a decision, and the one to be filled in.
_REVIEW: Final = frozenset(["why", "waits_since", "decision"])
#: Of so many columns the rows are named.
_MOST_COLUMNS: Final = 3
_REMEDY: Final = (
    "take the rows that are not meant out of the list, or the column if every row is meant; of a merged cell the "
    "first row alone is named, and all are meant"
)
_OF_FEW: Final = (
    f" (an unknown word beside a rank may be a refusal: it is a name if its text is on {FREQUENT} rows, or on half of "
    "those that are filled)"
)
_REMEDY_OF_ANSWERS: Final = (
    "take the rows that are not meant out of the list, write Yes in those that are, or give each text that means yes "
    "with --yes (yes=); of a merged cell the first row alone is named, and all are meant"
)


class _Text(IntEnum):
    """What a text is: a yes, or the first result; blank; another; or a name, if it is no exception in its column."""

    KNOWN = 0
    BLANK = 1
    OTHER = 2
    NAME = 3


class Yes(tuple[str, ...]):
    """Texts that the user says are a yes, and those of them that were in a column of decisions: of one list or of more.

    >>> yes = Yes(["Sent up"])
    >>> yes.has(" SENT UP"), yes.has("sent")
    (True, False)
    """

    def __new__(cls, texts: Collection[str]) -> Yes:
        """Takes the texts.

        Raises:
            ArgumentError: They are one text, or one of them has nothing.
        """
        if not is_texts(texts) or any(map(is_blank, texts)):
            raise ArgumentError("yes: takes a list of texts that mean yes, such as ('approved on file',), none blank")
        made = super().__new__(cls, texts)
        made._found = set()
        return made

    _found: set[str]

    def has(self, text: str) -> bool:
        """Whether a text of a cell is one of them."""
        found = {one for one in self if one.strip().casefold() == text.strip().casefold()}
        self._found |= found
        return bool(found)

    def check(self) -> None:
        """Checks, after the lists were read, that none was mistyped.

        Raises:
            ArgumentError: No column of decisions has one of them.
        """
        at = next((at for at, text in enumerate(self, 1) if text not in self._found), None)
        if at is not None:
            raise ArgumentError(f"yes (--yes): no cell of a column of decisions is text {at} of {len(self)}")


@contextmanager
def checked_yes(yes: Sequence[str]) -> Iterator[Yes]:
    """Texts that are a yes, checked after the list; a caller who reads several makes them for all, and checks them."""
    known = yes if isinstance(yes, Yes) else Yes(yes)
    yield known
    if known is not yes:
        known.check()


class Decisions:
    """The columns of decisions and results of a list, over all its parts."""

    def __init__(self, decision: str | None, yes: Yes = Yes(())) -> None:  # noqa: B008
        """Takes the decision that is recorded of the numbers; None: they are those of a list to act on."""
        self._decision, self._yes = decision, yes
        self._columns: list[_Column] = []
        self._others: dict[tuple[str, int], _Other] = {}
        self._is_review = False

    def headings(self, schema: pa.Schema, read: set[str]) -> list[str]:
        """Those of a part's columns that are looked at, but for the ones that are read already."""
        self._is_review |= _REVIEW.issubset(map(str.casefold, schema.names))
        others = [field for field in schema if field.name not in read and not pa.types.is_nested(field.type)]
        return [field.name for field in others if kind_of(field.name, self._decision) is not None]

    def add(self, batches: Iterator[Batch], headings: set[str], counted: Callable[[Batch], Bools]) -> None:
        """Takes the columns of a part, as far as it needs; of each batch the rows that are `counted` count."""
        columns: dict[int, _Column] = {}
        for batch in batches:
            if not columns:
                names = batch.data.schema.names
                columns = self._columns_of({at: name for at, name in enumerate(names) if name in headings})
            is_counted = lru_cache(1)(lambda batch=batch: counted(batch))
            open_ones = [(at, column) for at, column in columns.items() if column.is_open]
            if not open_ones:
                return
            for at, column in open_ones:
                column.add(batch, at, is_counted)

    def _columns_of(self, headings: dict[int, str]) -> dict[int, _Column]:
        """The columns that those of a part go on: of a group one with the same heading, or else the next one."""
        kinds = {at: kind for at, name in headings.items() if (kind := kind_of(name, self._decision))}
        # A decision in one part may be an approval in the next.
        groups = {at: Heading.DECISION if kind is Heading.APPROVAL else kind for at, kind in kinds.items()}
        found: dict[int, _Column] = {}
        left = list(self._columns)
        for is_same in (True, False):
            for at, group in groups.items():
                those = [one for one in left if one.group is group and (one.heading == headings[at] or not is_same)]
                if at not in found and those:
                    found[at] = those[0]
                    left.remove(those[0])
        for at, kind in kinds.items():
            if at not in found:
                found[at] = _Column(headings[at], groups[at], self._decision, self._yes)
                self._columns.append(found[at])
            found[at].begin_part(headings[at], kind)
        return found

    def begin_part(self) -> None:
        """Begins the rows of the next part, in which a ditto repeats nothing of the one before."""
        for column in self._others.values():
            column.above = ""

    def look(self, beside: Beside, read: set[str]) -> None:
        """Takes rows of a part in which a number counts: the columns that are not `read`, nor compared by heading."""
        places: Counter[str] = Counter()
        for at, field in enumerate(beside.batch.data.schema):
            places[field.name] += 1
            if field.name in read or not may_have_words(field.type):
                continue
            column = self._others.setdefault((field.name, places[field.name]), _Other(field.name, self._yes))
            column.add(beside, at)

    def check(self, *, is_whole: bool = True) -> None:
        """Checks the list; `is_whole`: all its rows were looked at.

        Raises:
            ColumnError: A cell below a decision is no yes to what is recorded, or results differ or are against it, or
                nothing is filled in on a sheet of waiting numbers, or another column says that a number is not meant.
        """
        columns = [*self._columns, *(self._others.values() if is_whole else ())]
        faults = [(column, *fault) for column in columns if (fault := column.fault()) is not None]
        if faults:
            file = faults[0][1].file
            named_ones = [
                f"{'' if rows.file == file else f'in {rows.file} '}the column {named([rows.heading])!r} {what}"
                for _, rows, what in faults[:_MOST_COLUMNS]
            ]
            rest = len(faults) - _MOST_COLUMNS
            more = [f"and {rest} more column{'s' if rest > 1 else ''}"] if rest > 0 else []
            remedy = _REMEDY_OF_ANSWERS if any(column.has_answers for column, _, _ in faults) else _REMEDY
            raise ColumnError(f"{file}: {'; '.join([*named_ones, *more])}: {remedy}")
        for column in self._columns:
            if self._is_review and column.heading.casefold() == "decision":
                column.check_filled()

    def warnings(self) -> list[str]:
        """A warning of each column of decisions that has none: it may be one that was not filled in."""
        empty = [one for one in self._columns if one.has_answers and set(one.texts) == {_Text.BLANK}]
        return [f"the column {named([one.heading])!r} has no answer in any row, and every row counts" for one in empty]


class _Column:
    """One column of a list."""

    def __init__(self, heading: str, group: Heading, decision: str | None, yes: Yes) -> None:
        self.heading, self.group, self._decision, self._yes = heading, group, decision, yes
        self.has_answers = group.is_of_decision
        self._recorded = "a block" if decision is None else repr(decision)
        #: What each text is, the first of them, and the rows without a yes, or with another result than the first.
        self._texts: dict[str, _Text] = {}
        self._first, self._blank, self._other = Rows(), Rows(), Rows()
        self._others = 0
        self._names = Names()
        self._last: Rows | None = None

    @property
    def texts(self) -> Collection[_Text]:
        """What its texts are."""
        return self._texts.values()

    @property
    def is_open(self) -> bool:
        """Whether more of its texts are read."""
        return self._last is None

    def begin_part(self, heading: str, kind: Heading) -> None:
        """Begins the next part, in which the column has this heading."""
        self._here, self._kind, self._above = heading, kind, ""
        #: What each text of the part is, and those that need no look.
        self._are: dict[str, _Text] = {}
        self._known: list[str] = []

    def add(self, batch: Batch, at: int, counted: Callable[[], Bools]) -> None:
        cells, self._above = with_above(pc.fill_null(seen_text(batch.data.column(at)), ""), self._above)
        if self.group.is_of_decision:
            self._names.count(Distinct.of(cells))
        is_left = flags(pc.invert(pc.is_in(cells, pa.array(self._known, pa.string()))))
        if not is_left.any():
            return
        is_left &= counted()
        left = pc.filter(cells, pa.array(is_left))
        # They are in the order of the rows.
        distinct = pc.unique(left)
        for text in distinct.to_pylist():
            if text not in self._are:
                self._are[text] = self._what(text, batch, cells, is_left)
            if self._last is not None:
                break
        found = np.array([self._are.get(text, _Text.KNOWN) for text in distinct.to_pylist()], np.int8)
        what = np.full(len(is_left), -1, np.int8)
        what[is_left] = found[pc.index_in(left, distinct).to_numpy()]
        self._blank.add(self._here, batch, what == _Text.BLANK)
        self._other.add(self._here, batch, what == _Text.OTHER)
        for text in distinct.to_pylist():
            if self._are.get(text) is _Text.NAME:
                self._names.add(text, self._here, batch, flags(pc.equal(cells, text)) & is_left)

    def _what(self, text: str, batch: Batch, cells: Any, is_left: Bools) -> _Text:
        """What a text of the part is that is new there, in those of the cells that are left."""
        if not self._texts:
            self._first.add(self._here, batch, flags(pc.equal(cells, text)) & is_left)
        what = self._texts[text] = self._kind_of(text)
        self._others += what is _Text.OTHER
        most = _MOST_SPELLINGS if self.group is Heading.BLOCK else _MOST_OTHERS
        if len(self._texts) > _MOST_SPELLINGS or self._others > most:
            self._last = Rows()
            self._last.add(self._here, batch, flags(pc.equal(cells, text)) & is_left)
        elif what is _Text.KNOWN:
            self._known.append(text)
        return what

    def fault(self) -> tuple[Rows, str] | None:
        """The rows that stop the list, and what they have; None if none does."""
        if self.group is Heading.REFUSAL:
            rows = self._other if self._other.count else None
            what = f"says in {rows} that the number is refused, or held back"
        else:
            rows, what = self._fault_of_answers() if self.group.is_of_decision else self._fault_of_results()
        if rows is None and self._last is not None:
            rows = self._last
            what = f"has in {rows} and above more than {_MOST_SPELLINGS:,} texts, which are not all compared"
        return None if rows is None else (rows, what)

    def check_filled(self) -> None:
        if self._blank.count and set(self._texts.values()) == {_Text.BLANK}:
            raise ColumnError(
                f"{self._blank.file}: it is a sheet of numbers that wait for a decision, and the column "
                f"{named([self.heading])!r} is blank: fill it in and take it with review --take (take_review)"
            )

    def _kind_of(self, text: str) -> _Text:
        if self.group is Heading.REFUSAL:
            return _Text.OTHER if is_refused(self.heading, text) else _Text.KNOWN
        if self.group.is_of_decision:
            return self._kind_of_answer(text)
        both = next(iter(self._texts), text), text
        if words_of(self.heading) == ["kyc"] and not any(is_yes(one) or has_passed(one) is not None for one in both):
            return _Text.KNOWN  # It has the papers that were shown.
        one, other = (text.casefold().strip(" .-") for text in both)
        is_alike = one == other or all(is_for(text, self._kind, self._decision) for text in both)
        return _Text.KNOWN if is_alike else _Text.OTHER

    def _kind_of_answer(self, text: str) -> _Text:
        is_by_whom = self.group is Heading.BY_WHOM
        is_known = is_certain(text) if is_by_whom else is_for(text, self._kind, self._decision)
        if self._yes.has(text) or is_known:
            return _Text.KNOWN
        if is_blank(text):
            return _Text.BLANK
        may_be = self._names.are_few and may_be_for(text, self._kind, self._decision)
        return _Text.NAME if may_be else _Text.OTHER

    def _fault_of_answers(self) -> tuple[Rows | None, str]:
        filled = [text for text, what in self._texts.items() if what is not _Text.BLANK]
        if self.group is Heading.BLOCK and self._last is None and are_places(filled):
            return None, ""
        exceptions = self._names.exceptions()
        other = Rows.of([self._other, *exceptions])
        if other.count:
            more = _OF_FEW if exceptions else ""
            more += "" if self._last is None else ", and others below are not read"
            return other, f"says in {other} what is no known yes to {self._recorded}{more}"
        if self._blank.count and filled:
            return self._blank, f"has no answer in {self._blank}, and a yes in others"
        return None, ""

    def _fault_of_results(self) -> tuple[Rows | None, str]:
        first, other = next(iter(self._texts), None), self._other
        if first is None or not (other.count or is_contrary(first, self.group, self._decision)):
            return None, ""
        if not other.count:
            return self._first, f"says in {self._first} (and all others) what is against {self._recorded}"
        of = "" if self._first.file == other.file else f" of {self._first.file}"
        return other, f"has in {other} another answer than in {self._first}{of}"


class _Other:
    """A column with another heading: one of decisions if at least half of its cells are an explicit yes."""

    def __init__(self, heading: str, yes: Yes) -> None:
        self.heading, self._yes, self.above = heading, yes, ""
        self._may_decide = may_decide(heading)
        self._rows = self._explicit = 0
        self._blank, self._other, self._against = Rows(), Rows(), Rows()
        self._names = Names()

    def add(self, beside: Beside, at: int) -> None:
        cells, distinct = beside.texts(at), beside.distinct(at)
        if self._may_decide:
            filled, self.above = with_above(cells, self.above)
            if filled is not cells:
                cells, distinct = filled, Distinct.of(beside.filtered(filled))
        against = those_against(self.heading, distinct.texts)
        if against or (self.above and not self._may_decide):
            self._add_against(cells, beside, against)
        if self._may_decide:
            self._names.count(distinct)
            found = self._sorted(distinct)
            known, blank = (beside.those(cells, found[what]) for what in (_Text.KNOWN, _Text.BLANK))
            for text in found[_Text.NAME]:
                which = beside.those(cells, [text])
                self._names.add(text, self.heading, beside.batch, which)
                known |= which
            self._blank.add(self.heading, beside.batch, blank)
            self._other.add(self.heading, beside.batch, beside.is_counted & ~known & ~blank)

    def _add_against(self, cells: Any, beside: Beside, against: list[str]) -> None:
        """Takes the rows with these texts; of a column of no decisions only here dittos are looked for."""
        if not self._may_decide:
            against = [*against, self.above]
            cells, above = with_above(cells, self.above)
            self.above = above if above in against else ""
        self._against.add(self.heading, beside.batch, beside.those(cells, list(filter(None, against))))

    def _sorted(self, distinct: Distinct) -> dict[_Text, list[str]]:
        """Some texts by what they are; of prose few texts are looked at."""
        texts, counts = distinct
        found: dict[_Text, list[str]] = {what: [] for what in _Text}
        frequent_first = np.argsort(-counts, kind="stable")[:_MOST_SPELLINGS]
        self._rows += int(counts.sum())
        for text, count in zip(texts.take(frequent_first).to_pylist(), counts[frequent_first].tolist(), strict=True):
            if is_blank(text):
                found[_Text.BLANK].append(text)
                continue
            is_known = self._yes.has(text) or is_for(text, Heading.DECISION, None)
            is_name = not is_known and self._names.are_few and may_be_for(text, Heading.DECISION, None)
            found[_Text.KNOWN if is_known else _Text.NAME if is_name else _Text.OTHER].append(text)
            self._explicit += count if (is_known or is_name) and is_explicit(text) else 0
            if len(found[_Text.OTHER]) > _MOST_OTHERS:
                break
        return found

    @property
    def _without_yes(self) -> Rows:
        return Rows.of([self._other, *self._names.exceptions()])

    @property
    def has_answers(self) -> bool:
        """Whether it is one of decisions, and has more than a yes; what is against a number is no matter of a yes."""
        others = self._without_yes.count
        if not (self._explicit and others + self._blank.count):
            return False
        # Of two remarks one that asks for a block decides nothing, nor does one beside a blank cell.
        is_half_enough = others > 0 and not is_of_remarks(self.heading)
        return self._rows <= 2 * self._explicit - (not is_half_enough)

    def fault(self) -> tuple[Rows, str] | None:
        """The rows that stop the list, and what they have; None if none does."""
        if self.has_answers and (other := self._without_yes).count:
            return other, f"says in {other} what is no known yes, and a yes to a block in others"
        if self.has_answers:
            return self._blank, f"has no answer in {self._blank}, and a yes in others"
        return (self._against, f"says in {self._against} that a number is not meant") if self._against.count else None


def with_above(cells: Any, above: str = "") -> tuple[Any, str]:
    """Texts with that of the row above in place of a ditto, and the last of them; `above`: the one above the first.

    >>> with_above(pa.array(["Yes", "-do-", "", "same as above"]))[0].to_pylist()
    ['Yes', 'Yes', '', '']
    """
    is_ditto = pc.match_substring_regex(cells, _DITTO)
    if is_ditto.true_count:
        cells = pc.fill_null(pc.fill_null_forward(pc.if_else(is_ditto, None, cells)), above)
    return cells, cells[-1].as_py() if len(cells) else above
