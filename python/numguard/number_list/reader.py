"""A list that is open: its rows, part by part, and the account of them.

Owns the order of the checks, which rows count, and the account. Independent of numbers and handsets, which `columns`
knows, and of the words of a list. One idea: **what every part has is decided when the list is opened**, before a row is
read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from numguard.compute import Bools, flags, named, why_unread
from numguard.errors import ArgumentError, InputError, UnsupportedTypeError
from numguard.files.manifest import changes_among, unlike_manifests
from numguard.keyed import HASHED
from numguard.number_list.actions import (
    LIKE_ACTION,
    MARKS,
    UNKNOWN_ACTION,
    Opposed,
    action_column,
    bare,
    is_of_actions,
    refuse_other_actions,
    rows_with,
)
from numguard.number_list.answers import Answers, Remarks, Serials
from numguard.number_list.beside import is_of_serials, may_spare
from numguard.number_list.checks import (
    Below,
    check_beside,
    check_codes,
    check_headings,
    check_line,
    check_rows,
    check_shown,
    check_sides,
    check_titles,
)
from numguard.number_list.columns import CHOICE, IMSI, Kind, begins_with_row, column_of, has_handsets, is_list
from numguard.number_list.countries import is_of_country
from numguard.number_list.decision_headings import OFF
from numguard.number_list.decisions import Decisions, Yes
from numguard.number_list.distinct import Beside
from numguard.number_list.numbered import are_numbered, first_uncounted, is_numbered, without_serials
from numguard.number_list.opposite import check_opposite
from numguard.number_list.same import has_other_numbers, with_further_numbers, without_ends
from numguard.number_list.titles import names_victims
from numguard.source import Account, Batch, Part, check_columns, check_header, is_local, open_source
from numguard.source.columns import naming_hidden
from numguard.source.strict import check_strict, notes_text
from numguard.types import ACTIONS, PathLike, RowAccount

#: Of so many sheets and members the names are shown.
_NAMED_PARTS: Final = 10


@dataclass(frozen=True)
class _Listed:
    """A part of a list: the column of its numbers, and whether its first line is a header, not a row."""

    part: Part
    column: str
    is_headed: bool


class OpenList:
    """A list, its rows and their account."""

    def __init__(
        self,
        path: PathLike,
        kind: Kind,
        column: str | None,
        actions: Sequence[str] | None,
        *,
        more: Sequence[str] = (),
        is_chosen: bool = True,
        may_be_victims: bool = False,
        decision: str | None = None,
        yes: Yes = Yes(()),  # noqa: B008
    ) -> None:
        """Opens a list, and chooses the column of its numbers.

        Args:
            path: The list.
            kind: What it has.
            column: The column of the numbers, if the caller names it.
            actions: Only rows with one of these count; None: every row does.
            more: Further columns to be read.
            is_chosen: Whether it was the user who named `column`: then no title counts.
            may_be_victims: Victims may be meant where numbers are protected, or taken off a list.
            decision: What is decided on the numbers, if a decision is recorded.
            yes: Texts of the columns of decisions that are a yes.

        Raises:
            ArgumentError: The name of the column is no text.
            ColumnError: The column is ambiguous, or one does not exist.
            InputError: The list cannot be read.
        """
        if not (column is None or isinstance(column, str)):
            raise ArgumentError("column: takes the name of a column, or None")
        self._path, self._kind, self._more = path, kind, list(more)
        self._may_be_victims = may_be_victims
        self._is_chosen = column is not None and is_chosen
        self._warns_of_more = column is None
        self._warnings: list[str] = []
        self._refused: list[pa.Table] = []
        self._not_read: dict[str, list[str]] = {}
        self._others = self._header_rows = 0
        #: Whether each refused cell has a serial number before it.
        self._are_numbered = True
        self._answers, self._serials, self._remarks = Answers(), Serials(), Remarks()
        self._decision, self._decisions = decision, Decisions(decision, yes)
        #: Of the part that is read.
        self._below = Below(is_table=False)
        self._compared: set[str] = set()
        wanted = {column, *more} - {None}

        def is_wanted(cell: str) -> bool:
            return cell in wanted or kind.is_name(cell)

        is_one = partial(is_list, kind=kind, is_wanted=is_wanted, may_be_read=not wanted, is_sparing=may_be_victims)
        self._source = open_source(path, wanted=is_wanted, is_kept=is_one)
        parts = [part for part in self._source.parts if part.schema().names]
        headed = [part for part in parts if not begins_with_row(part, is_wanted)]
        self._action = None if actions is None else action_column(parts)
        self._actions = actions
        #: Those of the rows whose columns of decisions are compared: of the others nothing says what a yes is.
        self._blocking = [one for one in actions or () if one.strip().lower() == "block"]
        self._opposed = Opposed(actions or ())
        # A part with a row in place of a header has the column of the others.
        naming = naming_hidden(self._source.not_read)
        find = naming(partial(column_of, kind=kind, may_be_victims=may_be_victims))
        of_others = column or (find((headed or parts)[0]) if parts else "")
        self._parts: list[_Listed] = []
        for part in parts:
            there = part.schema().names
            is_headed = part in headed
            chooses = column is None and (not is_headed or len(there) > 1 or kind.is_name(there[0]))
            name = find(part) if chooses else of_others
            if more or column is not None:
                # A first line that is a row has no dates; the message says that there may be no header.
                naming(check_columns)([name, *more], part.schema(), part.name)
                check_header([name, *more], part.above.header_row, part.name)
            self._parts.append(_Listed(part, name, is_headed))

    def cells(self) -> pa.ChunkedArray[Any]:
        """The column of numbers, with each first line that is a row and no header."""
        found: list[Any] = []
        for batch in self.rows():
            cells = batch.data.column(0)
            found.append(cells)
            explained = self._explained(batch, batch.data.schema.names[0])
            if explained.field(0).null_count:
                self.refuse(batch, cells, why_unread(explained))
        return self.joined(found)

    def _explained(self, batch: Batch, column: str) -> Any:
        """What the cells of a column are; an error names the column."""
        try:
            return self._kind.explained(batch.data[column])
        except UnsupportedTypeError as error:
            raise UnsupportedTypeError(f"{batch.file}: column {named([column])!r}: {error}") from None

    def joined(self, found: list[Any]) -> pa.ChunkedArray[Any]:
        """A column of all files."""
        try:
            return pa.chunked_array(found, found[0].type if found else pa.string())
        except (pa.ArrowException, TypeError):
            raise other_types(self._path) from None

    def rows(self) -> Iterator[Batch]:
        """The column of numbers, and `more`, of the rows with one of the actions."""
        compared = [self._add_decisions(one) for one in self._parts]
        try:
            yield from self._rows_checked(compared)
        except InputError:
            # Their error names the rows of all parts; those of single cells name the first one.
            self._decisions.check(is_whole=False)
            raise
        self._decisions.check()
        self._warn(self._decisions.warnings())

    def _rows_checked(self, compared: list[set[str]]) -> Iterator[Batch]:
        """The rows; `compared`: of each part the columns of decisions."""
        for one, names in zip(self._parts, compared, strict=True):
            part, name, self._compared = one.part, one.column, names
            self._below = Below(is_table=one.is_headed and len(part.schema().names) > 1)
            if not self._may_be_victims:
                check_titles(part, self._path, None if self._is_chosen else name, has_actions=self._action is not None)
            read = [name, *self._more]
            if one.is_headed:
                if self._action is None and self._actions is not None:
                    refuse_other_actions(part, {*read, *self._compared}, is_sparing=self._may_be_victims)
                self._warn_of_unread(part, name, set(read))
                has_serials = is_numbered(part, is_headed=True)
                for found in self._rows_of(part, read, self._action):
                    yield replace(found, data=without_serials(found.data)) if has_serials else found
                self._warn(self._below.warnings(part.name))
                if self._warns_of_more and self._action is None and not self._may_be_victims:
                    # It reads the part once more, as far as it needs.
                    account = part.account
                    check_sides(part, name, self._kind.keys)
                    part.begin_account(account)
                continue
            self._header_rows += 1
            has_serials = is_numbered(part, is_headed=False)
            first = Batch(without_ends(pa.RecordBatch.from_pydict({name: [name]})), part.name, part.above.header_row)
            check_shown(part, first, is_sparing=self._may_be_victims)
            for found in chain([first], self._rows_of(part, read, None)):
                yield replace(found, data=without_serials(found.data)) if has_serials else found
            self._warn(self._below.warnings(part.name))
        self._opposed.check(self._kind.keys)
        self._serials.check()
        self._warn(self._answers.check())
        self._warn([*self._remarks.warnings(self._warnings), *self._parts_read()])

    def _rows_of(self, part: Part, wanted: list[str], action: str | None) -> Iterator[Batch]:
        read = wanted if action is None or action in wanted else [*wanted, action]
        # A pair with a handset is released by itself, and its number is still to be blocked.
        is_pair = has_handsets(part.schema().names)
        if not self._may_be_victims:
            batches = self._checked(part, read, has_actions=action is not None)
        elif self._decision in OFF and part.schema().names.count(wanted[0]) == 1:
            batches = self._not_opposite(part, self._decision, read)
        else:
            batches = part.batches(read)
        for batch in batches:
            rows = batch
            if action is not None:
                rows, others, refused = rows_with(batch, action, self._actions or ())
                self._others += others
                self._refused.append(refused)
                if not is_pair:
                    self._opposed.add(batch, action, wanted[0])
            found = replace(rows, data=without_ends(rows.data.select(wanted)))
            check_shown(part, found, is_sparing=self._may_be_victims)
            yield found

    def _checked(self, part: Part, wanted: list[str], *, has_actions: bool) -> Iterator[Batch]:
        """The rows of a part, checked for numbers to spare: below a heading among them, or by another column."""
        there = part.schema()
        unread = [(at, field.name, field.type) for at, field in enumerate(there) if field.name not in wanted]
        codes = {name for _, name, of in unread if is_of_country(name) and not pa.types.is_nested(of)}
        codes = codes if self._kind.region else set()
        beside = [at for at, name, of in unread if name in codes or may_spare(name, of) or is_of_serials(name)]
        check_columns(wanted, there, part.name)
        chosen = [*map(there.names.index, wanted), *beside]
        names = [there.names[at] for at in chosen]
        # Columns of one name, such as those without a heading, are chosen by their place.
        repeats = len(set(names)) < len(names)
        known = {*map(bare, there.names), *self._kind.names}
        looks = self._compares(part, wanted[0])
        self._decisions.begin_part()
        account = Account(lambda line, text, _note: check_line(part.name, line, text, self._below))
        for read in part.batches(None if repeats else names, account):
            batch = replace(read, data=read.data.select(chosen)) if repeats else read
            keys = self._explained(batch, wanted[0]).field(0)
            is_number = flags(keys.is_valid())
            own, first = self._kind.names, there.names[0]
            check_headings(batch, wanted[0], is_number, self._below, known=known, names=own, first=first)
            self._below.check(batch, is_number)
            others = Beside(batch, self._counted(batch, is_number) if has_actions else is_number)
            # Actions say what each row is for, also where its reason says why another number was spared.
            if not has_actions:
                check_beside(others, {*wanted, *codes})
                self._answers.add(batch, {*wanted, *codes, *self._compared}, is_number)
                self._remarks.add(others, {*wanted, *codes, *self._compared})
            if looks:
                self._decisions.look(others, {*wanted, *codes, *self._compared})
            self._serials.add(batch, is_number)
            if self._kind.region:
                check_codes(others, {*wanted, *self._compared}, keys, region=self._kind.region)
            yield batch

    def _not_opposite(self, part: Part, decision: str, read: list[str]) -> Iterator[Batch]:
        """The rows of a part on which a decision is recorded, checked for remarks that say the opposite."""
        for batch in part.batches(None):
            is_number = flags(self._explained(batch, read[0]).field(0).is_valid())
            check_opposite(Beside(batch, is_number), decision, {*read, *self._compared})
            yield batch

    def _add_decisions(self, one: _Listed) -> set[str]:
        """The columns of decisions and results of a part, after their cells were compared: it is read once more.

        Of numbers to spare they count where a decision is recorded.
        """
        part, column, action = one.part, one.column, self._action
        is_sparing = self._may_be_victims and self._decision is None
        if is_sparing or not one.is_headed or not self._compares(part, column):
            return set()
        found = self._decisions.headings(part.schema(), {column, *self._more, action or ""})
        if not found:
            return set()

        def counted(batch: Batch) -> Bools:
            return self._counted(batch, flags(self._explained(batch, column).field(0).is_valid()))

        wanted = list(dict.fromkeys([column, *([action] if action else []), *found]))
        # Columns of one name are chosen by their place.
        repeats = len(set(found)) < len(found)
        self._decisions.add(part.batches(None if repeats else wanted), set(found), counted)
        return set(found)

    def _compares(self, part: Part, column: str) -> bool:
        """Whether columns of decisions are looked at: beside actions, where rows are to be blocked."""
        is_of_others = self._decision is None and self._action is not None and not self._blocking
        return not is_of_others and part.schema().names.count(column) == 1

    def _counted(self, batch: Batch, is_number: Bools) -> Bools:
        """The rows whose decisions count: those with a number, beside actions those to block."""
        is_blocked = self._action is None or is_of_actions(batch, self._action, self._blocking)
        return is_number & is_blocked

    def _parts_read(self) -> list[str]:
        """A warning that names the sheets or members of the one file that is read: one may have other numbers."""
        names = [one.part.about.sheet or Path(one.part.name or "").name for one in self._parts]
        if len(names) < 2 or self._may_be_victims or not is_local(self._path) or not Path(self._path).is_file():
            return []
        more = "" if len(names) <= _NAMED_PARTS else f" and {len(names) - _NAMED_PARTS:,} more"
        return [f"the numbers of {len(names):,} sheets or members count: {named(names[:_NAMED_PARTS])}{more}"]

    def _warn_of_unread(self, part: Part, column: str, read: set[str]) -> None:
        """Warnings that name the columns of actions, and further columns of numbers, that are not read."""
        others = [name for name in part.schema().names if name not in read | self._compared]
        # Codes of countries are compared with the numbers.
        used = {self._action, *(name for name in others if self._kind.region and is_of_country(name))}
        unused = [named([name]) for name in others if name and name not in used]
        if unused:
            self._not_read[part.name or ""] = unused
        if self._action is None:
            unread = [name for name in others if bare(name).strip(MARKS) in LIKE_ACTION]
            self._warn(f"the column {named([name])!r} is not read: every row counts" for name in unread)
        more: list[str] = []
        if self._warns_of_more and self._may_be_victims:
            # A number that is not spared may be blocked, whatever the heading of its column says.
            more = with_further_numbers(part, column, [name for name in others if name != HASHED], self._kind.keys)
        elif self._warns_of_more:
            more = [name for name in others if name != HASHED and self._kind.is_second(name)]
            more = [name for name in more if not names_victims(name)]
            more = [name for name in more if has_other_numbers(part, column, name, self._kind.keys)]
        self._warn(f"the column {named([name])!r} may have more of them, and is not read" for name in more)

    def _warn(self, warnings: Iterable[str]) -> None:
        self._warnings += [warning for warning in warnings if warning not in self._warnings]

    def refuse(self, batch: Batch, cells: Any, notes: Any) -> None:
        """Records the rows that have a note.

        Raises:
            ColumnError: The cell of one is a heading of numbers to spare, or a line of a letter.
        """
        if not self._may_be_victims:
            check_rows(batch, cells, flags(notes.is_valid()), self._below)
        self._are_numbered &= are_numbered(cells.filter(notes.is_valid()))
        self._refused.append(batch.refused(notes))

    def account(self, *, strict: bool = False) -> tuple[pa.Table, RowAccount]:
        """The refused rows and the account, after the rows were read.

        Raises:
            InputError: All rows were refused; or `strict`, and one was, or a file is not what its manifest describes.
        """
        refused, account = self._source.account_with(self._refused, {"other_action": self._others})
        files = [part.name or "" for part in self._source.parts]
        unlike = unlike_manifests(files)
        if strict:
            check_strict(str(self._path), refused)
            if unlike:
                raise InputError(f"{unlike[0]}: take a whole copy of what was sent, or leave --strict out (strict=)")
        account["rows_read"] += self._header_rows
        account["rows_used"] += self._header_rows
        self._check_read(account)
        if self._not_read:
            account["not_read"] = self._not_read
        account["warnings"] += [*self._warnings, *unlike, *changes_among(files)]
        return refused, account

    def _check_read(self, account: RowAccount) -> None:
        """Raises InputError if no row of the list counts, and some are refused: it is no empty list."""
        refused = account["refused_rows"]
        if refused and not account["rows_used"] and not self._others:
            rows = "1 row" if account["rows_refused"] == 1 else f"{account['rows_refused']:,} rows"
            if UNKNOWN_ACTION in refused:
                name = named([self._action or ""])
                raise InputError(
                    f"{self._path}: none of its {rows} has a known action in the column {name!r} "
                    f"({notes_text(refused)}): write {', '.join(ACTIONS[:-1])} or {ACTIONS[-1]}"
                )
            if self._are_numbered:
                raise InputError(
                    f"{self._path}: none of its {rows} can be read ({notes_text(refused)}): take the serial numbers "
                    f"before the numbers out, which do not count 1, 2, 3 from line to line{self._uncounted()}"
                )
            if set(refused) == {IMSI}:
                raise InputError(
                    f"{self._path}: none of its {rows} can be read, as these are IMSIs of SIMs: choose the column of "
                    f"the IMEIs {CHOICE}"
                )
            raise InputError(
                f"{self._path}: none of its {rows} can be read ({notes_text(refused)}): choose the column of "
                f"the numbers {CHOICE}, or write each in a cell or a line of its own"
            )

    def _uncounted(self) -> str:
        """The place where the serial numbers of the lines count no more, if some do; it reads them once more."""
        for one in self._parts:
            row, lines = first_uncounted(one.part, is_headed=one.is_headed)
            if row is not None and lines:
                return f": row {row} of {one.part.name} breaks the count"
        return ""


def other_types(path: PathLike) -> InputError:
    """The error of a list whose files do not fit together."""
    return InputError(f"{path}: its files have columns of other types: write them alike")
