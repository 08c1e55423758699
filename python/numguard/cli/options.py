"""What several verbs share on the command line: options of one meaning, progress, and how results are printed.

Results go to stdout or to a named file; messages go to stderr, so that a pipe never mixes the two.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click
import pyarrow as pa

from numguard import _core
from numguard.cli.terminal import for_terminal, one_line, without_controls
from numguard.compute import counts, named, tuples_of
from numguard.errors import ArgumentError, ColumnError, FileError, NumguardError
from numguard.files.page import is_page
from numguard.source import OpenSource, check_header, headings, open_source, other_blanks
from numguard.source.columns import naming_hidden
from numguard.source.strict import notes_text
from numguard.types import ACTIONS, Region

if TYPE_CHECKING:
    from numguard.blocklist import BlockList
    from numguard.registry import Registry

#: What `click.option` gives: a decorator of a verb.
Option: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]


class _NamedPath(click.Path):
    """A path that is not empty or blank: `Path("")` is the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, or an error that names the option."""
        if isinstance(value, str) and not value.strip():
            self.fail("the path is empty", param, ctx)
        return super().convert(value, param, ctx)


FILE: Final = _NamedPath(dir_okay=False, path_type=Path)
FOLDER: Final = _NamedPath(file_okay=False, path_type=Path)
_LINE_EVERY = 0.2


def in_order(*several: Option) -> Option:
    """Options that go together, in the order of the help."""

    def decorate(verb: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(several):
            verb = option(verb)
        return verb

    return decorate


def gathered(name: str, made: Callable[..., Any], **options: Option) -> Option:
    """Options in the order of the help, of which the verb gets one value, `made` of theirs, as `name`."""

    def decorate(verb: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(verb)
        def with_one(**given: Any) -> Any:
            values = {option: given.pop(option) for option in options}
            return verb(**given, **{name: made(**values)})

        return in_order(*options.values())(with_one)

    return decorate


def _region_code(_context: click.Context, _option: click.Parameter, value: str) -> Region:
    code = value.upper()
    if code not in {*_core.regions(), "NONE"}:
        raise click.BadParameter("takes a region code such as IN or GB, or none")
    return None if code == "NONE" else code


def _region_if_given(context: click.Context, option: click.Parameter, value: str | None) -> tuple[Region, ...]:
    return () if value is None else (_region_code(context, option, value),)


tac = click.option(
    "--tac",
    "tac_path",
    type=click.Path(),
    help="A table of your own with TAC, maker and model: says which phone each handset is.",
)
region = click.option(
    "--region",
    metavar="CODE|none",
    default="IN",
    show_default=True,
    callback=_region_code,
    help="How bare digits are read: by a region's numbering plan (IN, GB, ...), or as E.164 already.",
)
list_region = click.option(
    "--list-region",
    metavar="CODE|none",
    callback=_region_if_given,
    help="How bare digits of the lists are read, if not by --region.",
)
region_column = click.option(
    "--region-column", help="The column with the region code of each row, by which it is read instead."
)


sighting_columns = gathered(
    "named",
    dict,
    msisdn=click.option("--msisdn", help="The column of served numbers [served_msisdn]."),
    imei=click.option("--imei", help="The column of IMEIs [imei14]."),
    at=click.option("--at", help="The column of times [at]."),
)
column = click.option("--column", "-c", help="The column with the numbers; may be left out if there is only one.")
list_column = click.option(
    "--list-column", help="The column of the list with the numbers, where its name is no usual one."
)
yes = click.option(
    "--yes",
    multiple=True,
    metavar="TEXT",
    help="A text in the list's columns of decisions that is a yes, such as 'approved on file'; may be given again.",
)
sheet = click.option("--sheet", help="The sheet of a workbook, where several are not empty.")
sheet_name = click.option("--name", help="The name of the sheet in the registry; its path by default.")


def _output(text: str) -> Option:
    return click.option(
        "--output",
        "-o",
        type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
        callback=lambda _context, _option, path: None if path == Path("-") else path,
        help=text,
    )


output = _output("Write to this file, not to stdout (-); .csv, .xlsx, .parquet, .arrow or .jsonl selects the format.")
output_or_page = _output(
    "As a table to this file (.csv, .xlsx, .parquet, .arrow, .jsonl), or as a page (.html); default: stdout."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print the summary to stdout as one JSON object.")


def page_to_draw(output: Path | None) -> Path | None:
    """The file of `--output` if it is a page; raises before long work if pages cannot be made here."""
    if not is_page(output):
        return None
    from numguard.report.page import can_draw

    can_draw()
    return output


def check_json(as_json: bool, output: Path | None, rows: str = "rows") -> None:
    """Refuses `--json` without `--output`, since both the summary and the rows would go to stdout."""
    if as_json and output is None:
        raise ArgumentError(f"--json prints the summary to stdout: name a file for the {rows} with --output")


def list_actions(verb: str) -> Option:
    """`--action`: the rows of a block list that count."""
    return click.option(
        "--action",
        "actions",
        # A misspelt action would choose no row, and the list would be empty.
        type=click.Choice(ACTIONS, case_sensitive=False),
        metavar="ACTION",
        multiple=True,
        default=["block"],
        show_default=True,
        help=f"Of a block list, which rows to {verb} ({', '.join(ACTIONS)}); may be given again.",
    )


threads = click.option("--threads", type=click.IntRange(1, 1024), help="Use so many threads; all by default.")


def registry_file(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """The registry, unless it is one in memory, of which nothing would be left after the call."""
    if value == ":memory:":
        raise click.BadParameter("takes a file: of a registry in memory nothing is left after the call")
    return value


registry = click.option(
    "--registry",
    "registry_path",
    callback=registry_file,
    required=True,
    envvar="NUMGUARD_REGISTRY",
    show_envvar=True,
    help="The case registry, one file; `complaints add` and `merge` create it.",
)
by = click.option(
    "--by",
    required=True,
    envvar="NUMGUARD_BY",
    show_envvar=True,
    help="Who acts, written into every event: a name, a rank and number.",
)


def as_of_day(text: str) -> Option:
    """`--as-of`, with a help text of the verb's own."""

    def day(_context: click.Context, _option: click.Parameter, value: str | None) -> date | None:
        try:
            return None if value is None else date.fromisoformat(value)
        except ValueError:
            raise ArgumentError("--as-of: takes a day such as 2026-09-30") from None

    return click.option("--as-of", "as_of", metavar="DAY", callback=day, help=text)


as_of = as_of_day("As it was at the end of that day in India.")
mapped = click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="COLUMN=FIELD",
    help="A column of the sheet and the field it holds; may be given again.",
)


def mapping(pairs: Iterable[str]) -> dict[str, str] | None:
    """`COLUMN=FIELD` options as a mapping of column to field: a field may be in several columns.

    Raises:
        ArgumentError: one of them is no such pair.
    """
    return parted(pairs, '--map: takes COLUMN=FIELD, such as "Suspect No=suspect_mobiles"') or None


def parted(pairs: Iterable[str], usage: str) -> dict[str, str]:
    """Options of the form LEFT=RIGHT, split at the last equals sign."""
    return dict(_parts(pair, str.rpartition, usage) for pair in pairs)


def named_once(pairs: Iterable[str], usage: str) -> dict[str, str]:
    """Options of the form NAME=VALUE, each name once: split at the first equals sign, as a value may have others."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, value = _parts(pair, str.partition, usage)
        if name in found:
            raise ArgumentError(usage)
        found[name] = value
    return found


def _parts(pair: str, parting: Callable[[str, str], tuple[str, str, str]], usage: str) -> tuple[str, str]:
    left, _, right = parting(pair, "=")
    if not left or not right:
        raise ArgumentError(usage)
    return left, right


def refused_to(text: str) -> Option:
    """`--refused`, with a help text of the verb's own."""
    return click.option("--refused", "refused_path", type=FILE, help=text)


refused = refused_to("Write refused cells, with file, row, column and why, to this file.")


def write_refused(refusals: pa.Table, path: Path | None) -> None:
    """Write refused cells as written, readable by their owner only; formulas in them are written as text."""
    from numguard.files.outgoing import write_private

    if path is not None:
        write_private(refusals, path)


@contextmanager
def about_recorded(what: str, summary: Callable[[], None]) -> Iterator[None]:
    """Writes files about what was recorded before.

    If one cannot be written, or the call is interrupted, the summary is shown all the same: the same call again would
    find nothing new.
    """
    try:
        yield
    except NumguardError as error:
        summary()
        error.args = (f"{error}; {what} was recorded before that, and is summed up above",)
        raise
    except KeyboardInterrupt:
        summary()
        raise


def say_why(refusals: pa.Table) -> None:
    """Say how many cells were refused for which reason, if any were."""
    if len(refusals):
        say(f"why: {notes_text(counted(refusals['note']))}")


def _key(key_file: str | None, key_env: str | None) -> bytes | None:
    """The key of keyed hashes, or None; never an option itself, which others could read."""
    from numguard.keyed import read_key

    return None if key_file is None and key_env is None else read_key(file=key_file, variable=key_env)


key = gathered(
    "key",
    _key,
    key_file=click.option("--key-file", type=click.Path(), help="The file that holds the key of the keyed hashes."),
    key_env=click.option("--key-env", metavar="NAME", help="The environment variable that holds that key."),
)


def open_registry(path: str, by: str = "reader") -> Registry:
    """A registry that has to be there: a mistyped path must not give an empty result."""
    from numguard.registry import Registry
    from numguard.registry.log.address import NO_REGISTRY, is_there, shown

    if not is_there(path):
        raise ArgumentError(f"--registry: there is no file {path}; `numguard complaints add` creates one")
    registry = Registry(path, by=by)
    if not registry._case.store.exists:
        registry.close()
        raise ArgumentError(f"--registry: {shown(path)}: {NO_REGISTRY}; `numguard complaints add` creates one")
    return registry


def open_column(source: str, column: str | None, region_column: str | None = None) -> tuple[OpenSource, str]:
    """A source, and its column of numbers: the one that was chosen, or the only one there is."""
    opened = open_source(source, wanted=[name for name in (column, region_column) if name] or None)
    check = naming_hidden(opened.not_read)(_check_column)
    there = opened.schema.names
    if column is None and len(there) != 1:
        raise ArgumentError(f"--column: name the column with the numbers; there are {headings(there)}")
    column = there[0] if column is None else column
    check("--column", column, there)
    opened.parts[0].check_keys([column])
    check_header(there, max((part.above.header_row for part in opened.parts), default=0), None)
    if region_column is not None:
        check("--region-column", region_column, there)
    return opened, column


def beside(there: Sequence[str], ours: Set[str]) -> list[str]:
    """The names of a source's columns beside `ours`: one that has such a name ends in `_cell`."""
    names = [f"{name}_cell" if name in ours else name for name in there]
    if len(set(names)) < len(set(there)):
        taken = named(sorted(name for name in ours & set(there) if f"{name}_cell" in there))
        raise ArgumentError(f"there is a column {taken}, and one of that name with _cell: rename one")
    return names


def _check_column(option: str, name: str, there: Sequence[str]) -> None:
    if name not in there:
        remedy = other_blanks(name, there)
        raise ColumnError(f"{option}: no column {named([name])}; there are {headings(there)}{remedy}")
    if list(there).count(name) > 1:
        raise ColumnError(f"{option}: several columns are named {named([name])}: rename all but one")


def command_line(words: Iterable[str]) -> str:
    """Words as a command to copy, in double quotes where they need some: cmd.exe of Windows has no others."""
    return " ".join(
        f'"{word}"' if shlex.quote(word) != word and not set('"$`\\!%') & set(word) else shlex.quote(word)
        for word in words
    )


def show(text: str = "") -> None:
    """Print a result, on stdout."""
    click.echo(without_controls(text))


def say(text: str = "") -> None:
    """Print a message, on stderr."""
    click.echo(one_line(text), err=True)


def say_json(summary: Any) -> None:
    """Print a summary to stdout as one JSON object, with the warnings about the input of the call."""
    if warnings := click.get_current_context().meta.get("numguard.warnings"):
        summary = {**summary, "warnings": [*warnings, *summary.get("warnings", ())]}
    click.echo(json.dumps(summary, ensure_ascii=False, default=_as_json))


def _as_json(value: Any) -> Any:
    """A value that JSON has no form for: the fields of a record, else its text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return str(value)


def count(number: int, what: str, many: str | None = None) -> str:
    """`1 row`, `2,345 rows`."""
    return f"{number:,} {what if number == 1 else many or what + 's'}"


def counted_once(waiting: Any) -> dict[str, int]:
    """How many numbers wait for each reason, each counted by the first of its own, so that they add up."""
    first: dict[int, str] = {}
    for number, why in tuples_of(waiting, "msisdn", "why"):
        first.setdefault(number, why)
    return counted(pa.chunked_array([pa.array(list(first.values()), pa.string())]))


def counted(column: Any) -> dict[str, int]:
    """How often a column has each value; nulls are left out."""
    return {str(value): count for value, count in counts(column.drop_null()).items()}


def progress_line(text: Callable[[Any], str]) -> Callable[[Any], None] | None:
    """A line on stderr that is overwritten with the progress; None where stderr is no terminal."""
    if not sys.stderr.isatty():
        return None
    last = 0.0

    def show(done: Any) -> None:
        nonlocal last
        if time.monotonic() - last >= _LINE_EVERY:
            last = time.monotonic()
            click.echo(f"\r\x1b[K{text(done)}", err=True, nl=False)

    return show


def end_progress() -> None:
    """Take the line away again."""
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)


def say_unlisted(listed: BlockList) -> None:
    """Report the numbers that a list leaves out for their kind: those that are reported, and those only linked."""
    for what, left_out, before, after in (
        ("reported", listed.unlisted, " without a decision", "; `numguard decide confirmed` lists them"),
        ("linked", listed.unlisted_linked, " to be re-verified", ""),
    ):
        if left_out:
            kinds = ", ".join(f"{kind} {found:,}" for kind, found in sorted(left_out.items()))
            numbers = count(sum(left_out.values()), f"{what} number")
            say(f"not listed{before}: {numbers} of other kinds ({kinds}){after}")


def write_or_show(table: pa.Table, path: Path | None) -> None:
    """Write a table that a registry gives to `path`, readable by its owner only, or to stdout."""
    from numguard.files.outgoing import shown, write_private

    if path is not None:
        write_private(table, path)
    else:
        write_table(shown(table), None)


def write_table(
    rows: pa.Table | pa.RecordBatchReader,
    path: Path | None,
    *,
    numbers: Sequence[str] = (),
    imeis: Sequence[str] = (),
    region: Region = "IN",
) -> None:
    """Write rows to `path`, or to stdout as CSV; `numbers` and `imeis` are columns of keys beside those named so.

    Without a plus, numbers are written as the region reads them.
    """
    from numguard.files import IMEI_COLUMNS, Style, write_csv, write_rows

    if isinstance(rows, pa.Table):
        rows = rows.to_reader()
    style = Style(numbers=numbers, imeis=[*IMEI_COLUMNS, *imeis], region=region)
    if path is not None:
        write_rows(path, rows.schema, rows, style)
        return
    if getattr(sys.stdout, "name", "") == os.devnull:  # opened in its place, as it was closed
        raise FileError("standard output is closed, and the rows would be lost: name a file with --output")
    if sys.stdout.isatty():
        rows = for_terminal(rows)
    write_csv(sys.stdout.buffer, rows.schema, rows, style)
