"""Numbers or handsets in several files as a page: the table of files by number, and the rows of each number.

Owns which numbers are shown, and the words. Independent of how they are found. One idea: each cell that is not empty
counts rows of a file, and the page gives the file and the line of the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from numguard import _core
from numguard.compute import counts, pc
from numguard.files.page import page_path, write_page
from numguard.report.inputs import File, inputs
from numguard.report.page import page_of
from numguard.report.part import Part, Table
from numguard.report.writing import Namer, counted, grouped, minute
from numguard.sightings import Common
from numguard.types import PathLike

#: The most numbers on a page.
_KEYS: Final = 200
#: The most lines of the table of rows by file, which has all files of a number or none, and at least one number.
_WHERE: Final = 300
#: The most columns of files; more files are listed by their numbers in one cell.
_COLUMNS: Final = 24
#: The most letters of all file names together if these are the headings of columns.
_HEADS: Final = 60


def write_common(found: Common, path: PathLike, *, files: Sequence[File] = ()) -> Path:
    """Writes a page of keys in several files, whole or not at all, readable by its owner only; numbers are in full.

    Args:
        found: The result of `common`.
        path: The file to write; it ends in .html.
        files: Name, bytes and SHA-256 of each input.

    Raises:
        ArgumentError: The path does not end in .html.
        MissingExtraError: `numguard-telecom[report]` is not installed.

    Example:
        >>> import numguard as ng, pyarrow as pa, tempfile
        >>> from numguard.report.common import write_common
        >>> dump = pa.table({"served_msisdn": ["9876543210", "9123456789"]})
        >>> found = ng.common({"bank": dump, "toll": dump.slice(1)})
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     page = write_common(found, folder + "/page.html").read_text()
        >>> "+91 91234 56789" in page, "<script" in page
        (True, False)
    """
    path = page_path(path, "this is")
    namer = Namer(full=True)
    what = "number" if found.by == "msisdn" else "handset"
    shown = _Shown(found, namer)
    made = [_files_of(found, shown, what)]
    if shown.rows:
        made.append(shown.where(what))
    text = page_of(
        [*made, inputs(found.account, files, namer)],
        title=f"{what.capitalize()}s in at least {found.at_least} of {counted(found.sources, 'file')}",
        subtitle=_period_of(found.table),
        totals=_totals(found, what),
        full_numbers=True,
        version=_core.__version__,
    )
    return write_page(text, path)


def _totals(found: Common, what: str) -> list[tuple[str, str, str]]:
    most = sorted(counts(found.table["sources"]).items(), reverse=True)[:4]
    facts = [(f"{what}s in {grouped(files)}", grouped(count), "") for files, count in most]
    return [
        ("files", grouped(found.sources), ""),
        *facts,
        ("their rows", grouped(pc.sum(found.table["rows"]).as_py() or 0), ""),
    ]


def _period_of(table: pa.Table) -> str:
    first, last = pc.min(table["first_seen"]).as_py(), pc.max(table["last_seen"]).as_py()
    if first is None:
        return "The files say no times."
    return f"Seen from {minute(first)} to {minute(last)}, in Indian time."


class _Shown:
    """The first keys, and for each key and file the number of rows, the times, and the origin of the first row."""

    def __init__(self, found: Common, namer: Namer) -> None:
        self._found, self._namer = found, namer
        self.rows: list[dict[str, Any]] = found.table.slice(0, _KEYS).to_pylist()
        proof = found.proof.filter(pc.is_in(found.proof["key"], pa.array([r["key"] for r in self.rows], pa.uint64())))
        of = proof.group_by(["key", "source"], use_threads=False).aggregate(
            [("row", "count"), ("at", "min"), ("at", "max"), ("file", "first"), ("row", "first")]
        )
        self._each = {(row["key"], row["source"]): row for row in of.to_pylist()}
        self._names = [namer.text(name) for name in found.names]
        self._numbered = sum(map(len, self._names)) > _HEADS or len(self._names) > _COLUMNS

    def files(self, what: str) -> list[Table]:
        """The table of files by number, and the table of file names if these are too long for headings."""
        heads = [grouped(k) for k in range(1, len(self._names) + 1)] if self._numbered else self._names
        many = len(heads) > _COLUMNS
        lines = []
        for row in self.rows:
            here = [self._each.get((row["key"], name)) for name in self._found.names]
            cells = [grouped(one["row_count"]) if one else "" for one in here]
            if many:
                cells = [", ".join(head for head, one in zip(heads, here, strict=True) if one)]
            name = self._namer.key(self._found.by, row["key"])
            lines.append([name, *cells, grouped(row["sources"]), grouped(row["rows"])])
        columns = [what, *(["in the files"] if many else heads), "files", "rows"]
        made = [Table(f"Rows of each {what}, by file", columns, lines, words=2 if many else 1, unbroken=True)]
        if self._numbered:
            legend = [list(pair) for pair in zip(heads, self._names, strict=True)]
            made.append(Table("The files by their numbers in the table above", ["number", "file"], legend, words=2))
        return made

    def where(self, what: str) -> Part:
        """The rows and times of each key in each file."""
        lines: list[list[str]] = []
        text = [f"The first row of each {what} in each file, and when it was seen there first and last."]
        for place, row in enumerate(self.rows):
            if lines and len(lines) + row["sources"] > _WHERE:
                text.append(f"The table has the first {grouped(place)} {what}s.")
                break
            for name in row["names"]:
                one = self._each[row["key"], name]
                seen = ["" if at is None else minute(at) for at in (one["at_min"], one["at_max"])]
                there = [self._namer.text(name), self._place(one, name)]
                lines.append([self._namer.key(self._found.by, row["key"]), *there, *seen, grouped(one["row_count"])])
        columns = [what, "file", "first row", "first seen", "last seen", "rows"]
        return Part("where", "Where and when", text, [Table("Rows by file", columns, lines, words=3, unbroken=True)])

    def _place(self, one: Mapping[str, Any], name: str) -> str:
        file, row = one["file_first"], f"row {grouped(one['row_first'])}"
        return f"{self._namer.text(file)}, {row}" if file and file != name else row


def _files_of(found: Common, shown: _Shown, what: str) -> Part:
    cells = (
        "The files are numbered as in the table after it."
        if found.sources > _COLUMNS
        else "Each cell is the number of its rows in the file that heads the column; empty: none."
    )
    text = [
        f"Each line is a {what}, with the files in which it stands. {cells} Those in most files come first.",
        f"To be in the dump of a tower is to have been near it: at a station thousands of {what}s are.",
    ]
    if not shown.rows:
        text.append(f"No {what} stands in so many.")
    if len(found) > _KEYS:
        text.append(
            f"Shown are the first {_KEYS}; {grouped(len(found) - _KEYS)} others are in the table that the same call "
            "writes to a file ending in .csv or .xlsx."
        )
    return Part("files", f"Files by {what}", text, shown.files(what) if shown.rows else [])
