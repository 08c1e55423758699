"""What stops a list of numbers to act on: its name, its titles, headings among its rows, other cells of a row.

Owns the errors and their remedies. Independent of words: `spared`, `titles` and `source.codes` know them. One idea:
**a list that may have numbers of innocent subscribers is an error that names the place**, because nothing shows which
of its other rows are meant.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa

from numguard.compute import Bools, flags, named, pc, seen_text
from numguard.errors import ColumnError, InputError
from numguard.number_list.actions import bare, may_have_words
from numguard.number_list.against import heads_refused
from numguard.number_list.beside import may_spare, sparing
from numguard.number_list.columns import CHOICE, without_digits
from numguard.number_list.countries import contradicted, is_of_country
from numguard.number_list.distinct import Beside
from numguard.number_list.entries import has_end_days, past
from numguard.number_list.lines import heads_others, heads_unmeant
from numguard.number_list.same import has_other_numbers, numbers_by_text
from numguard.number_list.spared import is_not_listed, is_of_letter, is_of_thing, is_set_aside, is_spared, spares
from numguard.number_list.titles import (
    FILLING,
    NOT_KNOWN,
    OFFICERS,
    heads_victims,
    is_block_unwanted,
    is_of_suspects,
    is_of_victims,
    is_victim,
    names_numbers,
    names_officers,
    names_victims,
    words_of,
)
from numguard.number_list.words import words_for, words_in
from numguard.source import Batch, Part
from numguard.source.part import second_header
from numguard.system import at_home
from numguard.types import PathLike, Region

#: What a cell may say of the number beside it.
_WHY_SPARED: Final = (
    "number is a victim's, leaves the list or left it, is not blocked, not to be blocked, or no phone's"
)
#: The longest text that may be a heading.
_LONGEST: Final = 120
#: A text with so many digits may have a number; fewer are a day, a serial number or the like.
_DIGITS_OF_A_NUMBER: Final = 9
#: A text of several words.
_WORDS: Final = r"\pL{2}.*\PL.*\pL{2}"
_TAKE_OUT: Final = "take that title out of the file"
_REMEDY: Final = f"{_TAKE_OUT}, or choose the column {CHOICE}"
#: What to do about a column that may have the numbers of anyone.
_REMEDY_OF_COLUMNS: Final = f"change the name to msisdn in the file, or choose it {CHOICE}"
#: The names of columns of numbers, as they are compared, that may be anyone's.
_OF_ANYONE: Final = frozenset(
    ["mob", "mobile", "mobile_no", "mobile_nos", "mobile_number", "mobile_numbers", "mob_no", "mob_nos", "number",
     "phone", "phone_no", "phone_number", "phone_numbers"]
)  # fmt: skip
#: Words of the headings of persons' names.
_OF_PERSONS: Final = words_for("name", "beside_name")
#: Words of a heading of the officers who have the cases.
_OF_CASES: Final = words_in("enquiry inquiry investigating investigation io", "अनुसंधान जाँच जांच विवेचना")
#: Who may be named beside a number that is theirs, which headings name them, and the words of such a heading.
_NAMED_BESIDE: Final = (
    ("victims", names_victims, is_victim),
    ("officers", names_officers, OFFICERS.__contains__),
)
#: What to do with a list of numbers that are in use again.
_OR_RELEASED: Final = "; if they are to be released, say so (scan and lists: --action release)"


def check_titles(part: Part, path: PathLike, column: str | None, *, has_actions: bool = False) -> None:
    """Checks the name and the titles of a part of a list.

    Args:
        part: A file, a member or a sheet.
        path: The list, as the caller names it: its own name is not checked.
        column: The column of the numbers, unless the caller has chosen it: whose numbers they are is known then.
        has_actions: Whether a column says what each row is for: only victims count then.

    Raises:
        ColumnError: The part is named or titled as numbers that are not to be listed.
    """
    spare = _spare_name(part, path, has_actions=has_actions)
    if spare is not None:
        is_theirs = is_of_victims(spare)
        whose = "the numbers of victims" if is_theirs else "numbers that are not to be listed"
        or_released = "" if is_theirs else _OR_RELEASED
        raise ColumnError(f"{part.name}: is named as {whose}: rename it, or take it out of the list{or_released}")
    above = part.above
    group = dict(zip(part.schema().names, above.groups, strict=False)).get(column or "", "")
    # The headings of groups are those of columns.
    titles = above.own_titles()
    # A column that the caller chose, or one of suspects, has no victims' numbers; they may be released all the same.
    is_of_others = column is None or is_of_suspects(column) or is_of_suspects(group)
    for line, title in reversed(list(enumerate(titles, 1))):
        is_theirs = not is_of_others and is_of_victims(title)
        is_theirs_or_not_meant = is_theirs or (
            not has_actions and (is_not_listed(title) or heads_refused(title) or (not is_of_others and spares(title)))
        )
        if is_theirs_or_not_meant:
            whose = "victims, whose numbers" if is_theirs else "numbers that"
            where = f"title in line {line}" if above.header_row else "title or the name of its records"
            remedy = f"suspects are meant, {_REMEDY}" if is_theirs else f"they are meant, {_TAKE_OUT}{_OR_RELEASED}"
            raise ColumnError(f"{part.name}: the {where} names {whose} are not to be listed: if {remedy}")
        # Of the titles that name a side, the one that is nearest to the rows counts. A request to unblock names the
        # numbers as blocked, so that no title outweighs that they are not to be listed.
        is_of_others |= is_of_suspects(title)


def check_sides(part: Part, column: str, keys_of: Callable[[Any], Any]) -> None:
    """Checks by the columns beside it whose numbers a column of anyone's phones has, as `Mobile No`.

    Raises:
        ColumnError: Suspects' numbers are in another column, or victims, or officers, are named beside it and have no
            other phones; but an officer who has a case may be named beside several numbers of it.
    """
    names, above = part.schema().names, part.above
    group = dict(zip(names, above.groups, strict=False)).get(column, "")
    if without_digits(column) not in _OF_ANYONE or any(map(is_of_suspects, [group, *above.titles])):
        return

    def some(name: str, has: Callable[[Any], Any]) -> bool:
        return names.count(name) == 1 and any(has(batch.data[name]).true_count for batch in part.batches([name]))

    def has_numbers(name: str) -> bool:
        return some(name, lambda cells: keys_of(cells).is_valid())

    others = [name for name in names if name != column and not _is_nested(part, name)]
    for name in filter(names_numbers, others):
        if has_numbers(name) and has_other_numbers(part, column, name, keys_of):
            raise ColumnError(
                f"{part.name}: the column {named([column])!r} may have the numbers of others than suspects, since "
                f"{named([name])!r} has numbers too: for the one that is meant, {_REMEDY_OF_COLUMNS}"
            )
    for whose, names_them, is_them in _NAMED_BESIDE:
        theirs = [name for name in others if names_them(name)]
        if any(map(has_numbers, theirs)):
            continue
        for name in theirs:
            is_name = all(is_them(word) or word in FILLING | _OF_PERSONS for word in words_of(name))
            is_theirs = is_name and some(name, lambda cells: pc.match_substring_regex(seen_text(cells), r"\p{L}{3}"))
            if is_theirs and not (whose == "officers" and _have_cases(name, part, column, keys_of)):
                raise ColumnError(
                    f"{part.name}: the column {named([column])!r} is beside {named([name])!r}, and may have the "
                    f"numbers of {whose}: if suspects' are meant, {_REMEDY_OF_COLUMNS}"
                )


def _have_cases(name: str, part: Part, column: str, keys_of: Callable[[Any], Any]) -> bool:
    """Whether a column names the officers of the cases of the numbers, each beside two of these or more.

    In a list of the officers' own phones each is beside his own. A rank alone is that of several officers.
    """
    words = words_of(name)
    if (_OF_CASES.isdisjoint(words) and " i o " not in f" {' '.join(words)} ") or part.schema().names.count(name) != 1:
        return False
    found = numbers_by_text(part, column, name, keys_of)
    return bool(found) and all(
        count > 1 and not {*words_of(text)} <= OFFICERS | FILLING for text, count in found.items()
    )


def _spare_name(part: Part, path: PathLike, *, has_actions: bool) -> str | None:
    """The name of a part, or of a folder that it is in, that says that its numbers are not to be listed.

    A case is filed under its complainant: a folder is so named only if its whole name says it, and what is named as
    suspects' in it counts.
    """
    *folders, file = _names_below(part.name, path) or [""]
    is_folder = heads_victims if has_actions else is_spared
    is_file = is_of_victims if has_actions else _is_other_part
    names = [*((name, is_folder) for name in folders), (file, is_file), (part.about.sheet or "", is_file)]
    found = None
    for name, is_spare in names:
        if is_spare(name):
            found = name
        elif is_of_suspects(name) and not (found and is_not_listed(found)):
            found = None
    return found


def _is_other_part(name: str) -> bool:
    """Whether a sheet or a member of this name has numbers that are not to be listed."""
    return spares(name) or is_set_aside(name)


def _names_below(name: str | None, path: PathLike) -> list[str]:
    """The names of the folders and the file below the path that the caller gave.

    >>> _names_below("lists/victims/nuh.csv", "lists"), _names_below("victims.csv", "victims.csv")
    (['victims', 'nuh'], [])
    """
    own, given = Path(name or "").parts, at_home(path).parts
    alike = next((n for n, pair in enumerate(zip(own, given, strict=False)) if pair[0] != pair[1]), len(given))
    *folders, file = own[alike:] or [""]
    return [*folders, Path(file).stem] if file else []


def _is_nested(part: Part, name: str) -> bool:
    return pa.types.is_nested(part.schema().field(part.schema().names.index(name)).type)


def check_beside(beside: Beside, read: set[str]) -> None:
    """Raises ColumnError if a column that is not read says that the number of its row is spared.

    Rows without a number do not count: another line, as one below the table, is not listed anyway.
    """
    batch = beside.batch
    for at, field in enumerate(batch.data.schema):
        name = field.name
        if name in read or not may_spare(name, field.type):
            continue
        if texts := sparing(name, beside.distinct(at).texts):
            row = batch.first_row(beside.those(beside.texts(at), texts))
            is_of_days = has_end_days(name) and len(past(pa.array(texts))) == len(texts)
            what = "last day of the entry has passed" if is_of_days else _WHY_SPARED
            raise ColumnError(
                f"{batch.file}: the column {named([name])!r} says in row {row} that the {what}: take such rows out, "
                "or the column if every row is meant"
            )


def check_codes(beside: Beside, read: set[str], msisdns: Any, *, region: Region) -> None:
    """Raises ColumnError if a column that is not read has another country, or its code, than the number of its row.

    Beside actions, words count in rows to block alone, and columns of countries in each.
    """
    batch = beside.batch
    for at, field in enumerate(batch.data.schema):
        name = field.name
        if name in read or pa.types.is_nested(field.type):
            continue
        found = contradicted(name, batch.data.column(at), msisdns, region=region)
        if not is_of_country(name):
            found &= beside.is_counted
        if found.any():
            raise ColumnError(
                f"{batch.file}: the column {named([name])!r} has in row {batch.first_row(found)} another country than "
                "the number as it is read, or none that is known: write the code before the number (+1 ...), or take "
                "such rows out of the list"
            )


class Below:
    """Headings of numbers to spare among the rows of a part, and lines of a letter: errors if a number is below them.

    Args:
        is_table: Whether the part has a header and several columns: below its last number, names and ranks sign it.
            Any other text may be a letter, and the number above them its writer's.
    """

    def __init__(self, *, is_table: bool) -> None:
        self.is_table = is_table
        self._first: tuple[int, ColumnError] | None = None
        #: The rows of other texts that are alone, and the last one with a number.
        self._alone: set[int] = set()
        self._last = 0

    def add(self, file: str | None, row: int, text: str, *, is_alone: bool = True, may_head: bool = True) -> None:
        """Takes the text of a row without a number.

        Args:
            file: The file.
            row: The row in it.
            text: The cell of the numbers, or the only text of the row.
            is_alone: Whether it is the only one: beside others, `Account` is what a row has in place of a number.
            may_head: Whether it is in the first column or that of the numbers: in another it may go on with a remark.

        Raises:
            ColumnError: It is a line of a letter, and the part no table; or a note that some are not to be blocked.
        """
        found = _says(text, is_alone=is_alone, may_head=may_head)
        if found == "unwanted":
            raise ColumnError(
                f"{file}: row {row} is a note that numbers are not to be blocked: take these rows out of the list, and "
                "then the note"
            )
        if found == "alone":
            self._alone.add(row)
        if found is None or found == "alone":
            return
        error = ColumnError(f"{file}: row {row} is {_ERRORS[found]}")
        if found == "letter" and not self.is_table:
            raise error
        if self._first is None or row < self._first[0]:
            self._first = row, error

    def check(self, batch: Batch, is_number: Bools) -> None:
        """Raises ColumnError if a row of the batch that has a number is below such a heading or line."""
        rows = batch.row_numbers()[is_number]
        self._last = max(self._last, int(rows.max(initial=0)))
        if self._first is None:
            return
        row, error = self._first
        if (rows > row).any():
            raise error

    def warnings(self, file: str | None) -> list[str]:
        """A warning of the texts that may head the numbers below them."""
        found = [row for row in self._alone if row < self._last]
        if not found:
            return []
        rows = f"row {found[0]} of {file} is" if len(found) == 1 else f"{len(found):,} rows of {file} are"
        first = "" if len(found) == 1 else f", the first is {min(found)}"
        return [
            f"{rows} a text alone{first}; the numbers below count: if it heads some that are not meant, take them out"
        ]


_Meaning = Literal["unwanted", "victims", "others", "thing", "letter", "alone"]
_ERRORS: Final[Mapping[_Meaning, str]] = {
    "victims": "a heading of victims, whose numbers are not to be listed: take it and what is below it out of the file",
    "others": "a heading of numbers that are not to be listed: take it and what is below it out of the file",
    "thing": "a heading of something else than phone numbers: take it and what is below it out of the file",
    "letter": "a line of a letter or a chat, whose writer's own number may be among the rows: leave only the numbers "
    "in the file that are meant",
}


@lru_cache(10_000)
def _says(text: str, *, is_alone: bool, may_head: bool) -> _Meaning | None:
    """What the text of a row without a number says of the numbers below it; `alone` if it may be any heading."""
    digits = sum(map(str.isdigit, text))
    if len(text) > _LONGEST or digits >= _DIGITS_OF_A_NUMBER:
        return None
    if is_block_unwanted(text) and not is_spared(text):
        return "unwanted"
    found: _Meaning | None = None
    if digits and not is_alone:
        pass
    elif heads_others(text, is_alone=is_alone) or (is_alone and may_head and heads_unmeant(text)):
        found = "victims" if is_of_victims(text) else "others"
    elif is_alone and is_of_thing(text):
        found = "thing"
    elif is_of_letter(text):
        found = "letter"
    elif is_alone and may_head and not set(words_of(text)) <= NOT_KNOWN:
        found = "alone"
    return found


def check_rows(batch: Batch, cells: Any, is_refused: Bools, below: Below) -> None:
    """Raises ColumnError if a cell without a number is a heading of numbers to spare, or a line of a letter."""
    if not may_have_words(cells.type):
        return
    refused = np.flatnonzero(is_refused)
    texts: Any = pc.take(seen_text(cells), pa.array(refused))
    # Of many refused cells few have no digit, or several words.
    has_digit = pc.match_substring_regex(texts, r"\p{Nd}")
    may_be = pc.or_(pc.invert(has_digit), pc.match_substring_regex(texts, _WORDS))
    is_alone = not below.is_table
    for at, text in zip(refused[flags(may_be)], texts.filter(may_be).to_pylist(), strict=True):
        below.add(batch.file, int(batch.row_numbers()[at]), text, is_alone=is_alone and not any(map(str.isdigit, text)))
    below.check(batch, ~is_refused)


def check_shown(part: Part, batch: Batch, *, is_sparing: bool) -> None:
    """Checks the rows of a sheet for numbers that it shows as not meant.

    Args:
        part: The sheet.
        batch: Rows of it, the column of the numbers first.
        is_sparing: Whether the numbers are to be protected or taken off a list: then all of them count.

    Raises:
        InputError: A number is struck out, in a hidden row, or below merged cells.
    """
    if is_sparing or not (part.about.hidden_rows or part.about.struck_out or part.about.covered):
        return
    cells = batch.data.column(0)
    place = part.schema().names.index(batch.data.schema.names[0])
    digits = pc.fill_null(pc.match_substring_regex(seen_text(cells), r"\p{Nd}"), False).to_pylist()
    for row, is_number in zip(batch.row_numbers().tolist(), digits, strict=True):
        if is_number and (row, place) in part.about.struck_out:
            raise InputError(
                f"{part.name}: the number in row {row} is struck out in the spreadsheet: delete such rows, or take the "
                "line through it off if it is meant"
            )
        if is_number and (row, place) in part.about.covered:
            raise InputError(
                f"{part.name}: the number in row {row} is hidden in the spreadsheet, below merged cells: unmerge them, "
                "and delete the numbers that are not meant"
            )
        if is_number and row in part.about.hidden_rows:
            raise InputError(
                f"{part.name}: row {row} has a number and is hidden in the spreadsheet, by a filter or by hand: show "
                "all rows, and delete those that are not meant"
            )


def check_headings(
    batch: Batch,
    column: str,
    is_number: Bools,
    below: Below,
    *,
    known: Collection[str],
    names: Collection[str],
    first: str,
) -> None:
    """Checks the rows without a number for headings: what is below them may be something else.

    Args:
        batch: Rows of a list, of any format: a table may be made of several sheets.
        column: The column of the numbers.
        is_number: Which rows have a number.
        below: Takes the only text of a row.
        known: The headings of the list, and those of numbers, as they are compared.
        names: Those of numbers.
        first: The heading of the first column of the list.

    Raises:
        ColumnError: The only text of a row is a heading of numbers to spare; or several are headings, in another order.
    """
    there = batch.data.schema
    others = [at for at, field in enumerate(there) if field.name != column and may_have_words(field.type)]
    numbers: Any = batch.data[column]
    # Few cells of a list are no number, and of those few have no digit.
    alone = np.flatnonzero(~is_number)
    if not others or not len(alone):
        return
    if may_have_words(there.field(column).type):
        texts_there: Any = pc.take(seen_text(numbers), pa.array(alone))
        is_text = ~flags(pc.match_substring_regex(texts_there, r"\p{Nd}"))
        alone, cells_there = alone[is_text], texts_there.filter(pa.array(is_text)).to_pylist()
    else:
        alone = alone[~flags(numbers.is_valid())[alone]]
        cells_there = [None] * len(alone)
    own = [bare(name) for name in (column, *(there.names[at] for at in others))]
    columns = [seen_text(batch.data.column(at)) for at in others]
    at_first = [place for place, at in enumerate(others) if there.names[at] == first]
    # Of each heading that a cell may be, once: the number of every row may be `NA`.
    is_once = cache(lambda at, text: pc.sum(pc.equal(columns[at], text)).as_py() == 1)
    is_known = cache(lambda text: len(text) <= _LONGEST and bare(text) in known)
    places: Any = pa.array(alone)
    numbers_of_rows = batch.row_numbers()[alone].tolist()
    rows = zip(cells_there, *(cells.take(places).to_pylist() for cells in columns), strict=True)
    for number, (cell, *beside) in zip(numbers_of_rows, rows, strict=True):
        texts = [text for text in (cell, *beside) if text and text.strip()]
        if len(texts) == 1:
            may_head = texts[0] in (cell, *(beside[at] for at in at_first))
            below.add(batch.file, number, texts[0], may_head=may_head)
        elif 2 <= sum(map(is_known, texts)) >= len(texts) / 2 or (
            cell and _moves_numbers(cell, beside, names, is_once)
        ):
            if [bare(text or "") for text in (cell, *beside)] == own:
                continue  # The header once more, in a table made of a text: refused like any other text.
            raise second_header(batch.file, number)


def _moves_numbers(
    cell: str, beside: Sequence[str | None], names: Collection[str], is_once: Callable[[int, str], bool]
) -> bool:
    """Whether a row has something else in the cell of the number, and the heading of numbers once in another column."""
    if bare(cell) in names or set(words_of(cell)) <= NOT_KNOWN:
        return False
    # In a column such as `Type` the word is in other rows too.
    return any(
        text and len(text) <= _LONGEST and bare(text) in names and is_once(at, text) for at, text in enumerate(beside)
    )


def check_line(file: str | None, line: int, text: str, below: Below) -> None:
    """Takes a line that is no row, as it has too few fields: it may be such a heading, or of a letter."""
    if not any(map(str.isdigit, text)) or len(words_of(text)) > 2:
        below.add(file, line, text, is_alone=not any(map(str.isdigit, text)))
