"""Every row accounted for, on the command line: `--refused` and `--strict`, and which files a verb may write.

Owns how an account is printed, and that no input is overwritten. Independent of verbs. One idea: **what cannot be
written is known before anything is read or recorded.**
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import pyarrow as pa

from numguard import _core
from numguard.cli import options
from numguard.compute import named, pc, tuples_of
from numguard.errors import ArgumentError, ColumnError, FileMissingError, InputError
from numguard.files import FORMATS
from numguard.files.manifest import MANIFEST, manifest_path
from numguard.files.page import PAGES
from numguard.files.placing import is_registry, unwritten
from numguard.source import (
    REFUSED,
    Batch,
    OpenSource,
    check_listed_once,
    copies_among,
    files_of,
    is_local,
    refused_rows,
)
from numguard.source.strict import check_strict, notes_text
from numguard.system import at_home, check_replaceable

if TYPE_CHECKING:
    from numguard._core import ImeiSet, NumberSet
    from numguard.number_list import NumberList
    from numguard.tac import TacTable
    from numguard.types import Region

#: How many rows with words that are not known are shown, and the longest word that is.
_FIRST_UNKNOWN: Final = 5
_LONGEST_WORD: Final = 40

refused = options.refused_to("Write the rows that cannot be read, with file, row and why, to this file.")


def _strict(error: str, counted: str = "") -> options.Option:
    return click.option(
        "--strict", "is_strict", is_flag=True, help=f"{error} is an error, and nothing is written{counted}."
    )


strict = _strict("A row that cannot be read")
#: For verbs that pass on or search every row of a source, whatever its cells are.
_COUNTED: Final = "; a cell of SOURCE that is no number is only counted"
strict_of_lines = _strict("A line of SOURCE that is no whole row", _COUNTED)
strict_of_scan = _strict("A line of SOURCE that is no whole row, or a row of a list without a number,", _COUNTED)
#: What becomes of rows, of lines, or of cells, that cannot be read, and how it is printed.
of_lines = options.in_order(refused, strict_of_lines, options.as_json)
of_rows = options.in_order(refused, strict, options.as_json)
of_cells = options.in_order(options.refused, strict, options.as_json)


def strictly(opened: OpenSource, columns: Sequence[str] | None, *, is_strict: bool) -> Iterator[Batch]:
    """The rows of a source, all with the columns of its first part.

    It is an error if a part has other columns, or other types of them; and, if `is_strict`, if a row was refused.
    """
    names = opened.schema.names if columns is None else list(columns)
    # Reading a part says which column it does not have, or has twice.
    schema = opened.schema
    if columns is not None:
        schema = pa.schema([schema.field(name) for name in columns if schema.get_field_index(name) >= 0])
    for part in opened.parts:
        there = part.schema().names
        if columns is None and (more := [name for name in there if name not in names]):
            raise ColumnError(f"{part.name}: column {named(more[:1])!r} is not in the first file: give it alone")
        for batch in part.batches(columns if there == names else names):
            if not batch.data.schema.equals(schema):
                raise InputError(
                    f"{part.name}: its columns have other types than those of the first file: give it alone"
                )
            yield batch
        if is_strict:
            part.account.check_strict(part.name)


def say(account: Mapping[str, Any], what: str = "") -> None:
    """Says which rows were refused, which lines are none, and which columns were not read."""
    of = f"{what}: " if what else ""
    if refusals := account.get("refused_rows"):
        total = sum(refusals.values())
        options.say(f"{of}{options.count(total, 'row')} refused: {notes_text(refusals)}")
    others = dict(account.get("not_data", {}))
    if left := others.pop("other_action", 0):
        options.say(f"{of}{options.count(left, 'row')} with another action left out")
    if others:
        options.say(f"{of}lines that are no rows: {notes_text(others)}")
    for warning in account.get("warnings", ()):
        options.say(warning if what and warning.startswith(what) else f"{of}{warning}")
    for passed in account.get("passed_over", ()):
        options.say(f"passed over: {passed}")
    _say_not_read(account.get("not_read", {}))


def _say_not_read(columns: Mapping[str, Sequence[str]]) -> None:
    """Names the columns of files that were not read; files of one operator have the same, which are named once."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for file, names in columns.items():
        alike.setdefault(tuple(names), []).append(file)
    for names_of, files in alike.items():
        more = f" and {options.count(len(files) - 1, 'more file')}" if len(files) > 1 else ""
        options.say(f"{files[0]}{more}: columns that were not read: {', '.join(names_of)}")


def write_refused(opened: OpenSource, path: Path | None, lists: Lists | None = None) -> None:
    """Writes the refused rows of a source, and of the lists that were read beside it."""
    if path is not None:
        write_with_lists(refused_rows(opened.parts), path, lists)


def write_with_lists(refused_of: pa.Table, path: Path | None, lists: Lists | None) -> None:
    """Writes refused rows, and those of the lists that were read beside them."""
    beside = [] if lists is None else [lists.refused]
    options.write_refused(pa.concat_tables([refused_of, *beside]), path)


def check_files(
    reads: Sequence[str | Path | None],
    writes: Mapping[str, str | Path | None],
    *,
    sources: Sequence[str] = (),
    pages: Container[str] = (),
    names_copies: bool = True,
) -> None:
    """Raises an error for a file that could not be written in the end, or that is read, or is read twice.

    `writes` is by the option that names a file, and `pages` has the options whose file may be a page. The rows of
    `sources` are read one after the other, and therefore each file once. With `names_copies`, sources that are equal
    byte for byte, whose rows are read twice, are named.
    """
    inputs = [_resolved(file) for one in (*sources, *reads) if one and is_local(one) for file in _files(one)]
    _check_sources(sources, reads, names_copies=names_copies)
    outputs: dict[Path, str] = {}
    for option, written in writes.items():
        if written is None:
            continue
        if not str(written):
            raise ArgumentError(f"{option}: the path is empty: name a file")
        path = at_home(written)
        place = _resolved(path)
        if place in inputs or (path.exists() and any(file.exists() and file.samefile(path) for file in inputs)):
            raise ArgumentError(f"{option}: {path} is read by this call: write to another file")
        if place in outputs:
            raise ArgumentError(f"{option}: {path} is written by {outputs[place]} already")
        if kept := _kept(path):
            raise ArgumentError(f"{option}: {path} is {kept}: write to another file")
        outputs[place] = option
        endings = [*FORMATS, *(PAGES if option in pages else ())]
        if option not in {"--save-mapping", "PAGE"} and path.suffix.lower() not in endings:
            raise ArgumentError(f"{option}: its ending selects the format and is one of {', '.join(endings)}")
        _check_place(path)
    for one in reads:
        if one and (is_registry(Path(one)) if is_local(one) else True):
            _refuse_recorded(str(one), outputs)


def check_new(writes: Mapping[str, Path | None]) -> None:
    """Raises an error for a file that is there: it was written to be filled in, and may be by now."""
    for option, path in writes.items():
        if path is not None and at_home(path).is_file():
            raise ArgumentError(f"{option}: {path} exists, and may be filled in: write to another file, or remove it")


def _refuse_recorded(registry: str, outputs: Mapping[Path, str]) -> None:
    """Raises an error for a file to write that the registry has read: it is evidence."""
    there = {path: option for path, option in outputs.items() if path.is_file()}
    if not there:
        return
    from numguard.registry.log.inputs import refuse_recorded
    from numguard.registry.log.store import Store

    with closing(Store(registry, unchanged=True)) as store:
        for path, option in there.items():
            refuse_recorded(store, path, option)


def _check_place(path: Path) -> None:
    """Raises an error for a place at which no file can be written."""
    if path.is_dir() or not path.parent.is_dir():
        raise FileMissingError(f"{path.parent if not path.is_dir() else path}: there is no such directory")
    if not os.access(path.parent, os.W_OK):
        raise InputError(f"{path.parent}: this user may not write there")
    try:
        check_replaceable(path)
    except OSError as error:
        raise unwritten(path, error) from None


def _resolved(path: Path) -> Path:
    """The path without links; `Path.resolve` raises for a loop of links."""
    return Path(os.path.realpath(path))


def _check_sources(sources: Sequence[str], reads: Iterable[str | Path | None], *, names_copies: bool) -> None:
    """Raises an error for a source that is given twice, and for a second use of stdin; names copies of a file."""
    with suppress(OSError):  # reading it raises the error
        check_listed_once(sources)
        for earlier, file in copies_among(sources) if names_copies else ():
            warning = f"{file}: is equal to {earlier}, byte for byte: its rows are read twice"
            options.say(warning)
            # `options.say_json` adds these to the summary of the call.
            click.get_current_context().meta.setdefault("numguard.warnings", []).append(warning)
    if [str(one) for one in (*sources, *reads)].count("-") > 1:
        raise ArgumentError("standard input (-) is given twice: name a file in place of one")


def _kept(path: Path) -> str | None:
    """What a file is that no verb overwrites, or None: `export` alone replaces a list, with its manifest."""
    if not path.is_file():
        return None
    if manifest_path(path).exists() or path.name.endswith(MANIFEST):
        return "an exported list, or its manifest"
    return "a registry" if is_registry(path) else None


def files_read(sources: Iterable[str]) -> list[tuple[str, int | None, str]]:
    """Name, bytes and SHA-256 of each file of some sources, for a page that rests on them."""
    from numguard.registry.log.inputs import fingerprints

    return fingerprints(list(sources))


def _files(one: str | Path) -> list[Path]:
    try:
        return files_of(one)
    except FileMissingError:
        return []  # reading it raises the error


class Lists:
    """The lists that a call reads beside its source: every row of them is accounted for too.

    `dates`: of lists, by their paths, the column whose dates the call reads beside their numbers. `yes`: texts of their
    columns of decisions that are a yes.
    """

    def __init__(self, *, is_strict: bool, dates: Mapping[str, str] | None = None, yes: Sequence[str] = ()) -> None:
        from numguard.number_list.decisions import Yes

        self._is_strict, self._dates = is_strict, dates or {}
        self.yes = Yes(yes)
        self._accounts: list[dict[str, Any]] = []
        self._tacs: dict[str, Any] = {}
        self._refused: list[pa.Table] = []

    def numbers(
        self, path: str, region: Region, *, column: str | None = None, actions: Sequence[str] | None = ("block",)
    ) -> NumberSet:
        """The numbers of a list, with one of the actions if it has any (None: every row); all others are reported."""
        from numguard.number_list import read_numbers

        listed = read_numbers(path, column=column, region=region, actions=actions, strict=self._is_strict, yes=self.yes)
        self._take(path, listed)
        return listed.keys

    def imeis(self, path: str, *, column: str | None = None) -> ImeiSet:
        """As `numbers`, of handsets."""
        from numguard.number_list import read_imeis

        listed = read_imeis(path, column=column, strict=self._is_strict, yes=self.yes)
        self._take(path, listed)
        return listed.keys

    def hashes(self, path: str, actions: Sequence[str]) -> pa.StringArray:
        """As `numbers`, of keyed hashes."""
        from numguard.number_list import read_hashed

        listed = read_hashed(path, actions=actions, strict=self._is_strict)
        self._take(path, listed)
        return listed.keys

    def tacs(self, path: str | None) -> TacTable | None:
        """The table of TACs of `--tac`, whose account is printed; None for none."""
        if path is None:
            return None
        from numguard.tac import TacTable

        table = TacTable(path, strict=self._is_strict)
        options.say(f"{path}: {options.count(len(table), 'TAC')}")
        say(table.account, path)
        self._tacs = {"tac": {"types": len(table)} | table.account}
        self._refused.append(table.refused)
        return table

    def add(self, path: str, members: int, rows: Mapping[str, Any], refused_of: pa.Table) -> None:
        """Adds the account of a list that the caller read and reported; `refused_of` has file, row, note."""
        if self._is_strict:
            check_strict(path, refused_of)
        self._accounts.append({"file": path, "members": members, **rows})
        self._refused.append(refused_of)

    @property
    def refused(self) -> pa.Table:
        """The refused rows of all lists: file, row, note."""
        return pa.concat_tables([REFUSED.empty_table(), *self._refused])

    def summary(self) -> dict[str, Any]:
        """The account of each list, for `--json`."""
        return ({"lists": self._accounts} if self._accounts else {}) | self._tacs

    def _take(self, path: str, listed: NumberList[Any]) -> None:
        for columns in listed.account.get("not_read", {}).values():
            columns[:] = [name for name in columns if name != self._dates.get(path)]
        say_list(listed, path)
        self.add(path, len(listed.keys), listed.account, listed.refused)


def say_list(listed: NumberList[Any], path: str) -> None:
    """Says what a list came to, and every row that is not in it."""
    refused = listed.account["refused_rows"]
    left_out = f"; left out: {notes_text(refused)}" if refused else ""
    what = "handset" if isinstance(listed.keys, _core.ImeiSet) else "number"
    options.say(f"{path}: {options.count(len(listed.keys), what)}{left_out}")
    say_around(listed, path)


def say_around(listed: NumberList[Any], path: str) -> None:
    """Says what in a list is no row, what of its file was passed over, and which columns are not read."""
    say({name: listed.account.get(name, ()) for name in ("not_data", "warnings", "passed_over")}, path)
    unread = dict.fromkeys(chain.from_iterable(listed.account.get("not_read", {}).values()))
    if "hop" in unread:
        from numguard.registry.events.returned import OF_LISTS

        # A list of the registry: its columns are the same each time, and say nothing to those who act on it.
        unread = dict.fromkeys(name for name in unread if name not in OF_LISTS)
    if unread:
        options.say(f"{path}: columns that were not read: {', '.join(unread)}")


def of_no_field(columns: Sequence[str]) -> str:
    """Names the columns of a sheet from which no field is read."""
    return f"columns of no field, at most searched for reasons against a number: {named(columns)}"


def say_unread(columns: Sequence[str]) -> None:
    """Names the columns from which no field was read, if there are any."""
    if columns:
        options.say(of_no_field(columns))


def say_unknown(refusals: pa.Table, note: str, remedy: str) -> None:
    """Say in which rows the words are that are not known, and what to do; a word with digits may be a number."""
    unknown = _unknown(refusals, note)
    if unknown:
        rows = [f"row {row}" + (f' "{word}"' if word else "") for row, word in unknown[:_FIRST_UNKNOWN]]
        more = [f"and {len(unknown) - len(rows):,} more"] if len(unknown) > len(rows) else []
        options.say(f"not known: {', '.join([*rows, *more])}; {remedy}")


def refusals_as_json(refusals: pa.Table, note: str) -> dict[str, Any]:
    """What `say_why` and `say_unknown` say, for `--json`: each note with how many cells, and each unknown word."""
    unknown = [{"row": row, "word": word} for row, word in _unknown(refusals, note)]
    return {"refused_by_note": options.counted(refusals["note"]), "not_known": unknown}


def _unknown(refusals: pa.Table, note: str) -> list[tuple[int, str | None]]:
    cells = tuples_of(refusals.filter(pc.equal(refusals["note"], note)), "row", "cell")
    shown = [bool(cell) and len(cell) <= _LONGEST_WORD and not any(map(str.isnumeric, cell)) for _, cell in cells]
    return [(row, cell.strip() if is_shown else None) for (row, cell), is_shown in zip(cells, shown, strict=True)]
