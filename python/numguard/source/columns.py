"""The columns of a source by name: those that a caller names are there, and their header is one.

Owns the errors about columns that are not there, and about a first line that is a row. Independent of how a source is
read. One idea: **no cell of a header holds a number**: a column that is named by one belongs to a file without a
header, whose first row would be lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import pyarrow as pa

from numguard._core import extract, normalize, normalize_imei
from numguard.compute import may_be_number, named
from numguard.errors import ColumnError
from numguard.masking import holds_digits
from numguard.source.header import clean

#: Why a sheet is passed over that may have the columns that others have not.
HIDDEN: Final = "is a hidden sheet: choose it, or show it in the spreadsheet, to read it"
#: Column names that a message lists.
_MOST_NAMES: Final = 100


def holds_number(heading: str) -> bool:
    """Whether a heading is more digits than six alone, or has those of a number or a handset beside words.

    >>> holds_number("98765 43210"), holds_number("Victim 9876543210"), holds_number("Case 12345/2026 of 01.06.2026")
    (True, True, False)
    """
    if not any(map(str.isalpha, heading)):
        return may_be_number(heading)
    cells = [heading]
    # What is read as no number, as beside `Complainant`, is the cell of a row too.
    if holds_digits(heading):
        return True
    return normalize(cells)[0].is_valid or normalize_imei(cells)[0].is_valid or len(extract(cells)[0]) > 0


def check_header(columns: Iterable[str], header_row: int, name: str | None) -> None:
    """Raises ColumnError if a header has a column that may be a number: it is a row, which would be lost.

    Args:
        columns: The columns that the caller names.
        header_row: The line or row of the header; 0 where the format names its columns without one. Such a column is
            refused if its name is nothing but a number: the table was made of a file without a header.
        name: The name of the source.
    """
    where = f"{name}: " if name else ""
    if not header_row:
        if any(normalize([column])[0].is_valid or normalize_imei([column])[0].is_valid for column in columns):
            raise ColumnError(
                f"{where}a column is named by a number: if the table was read from a file without a header, its first "
                "row is lost; read the file again and name its columns"
            )
    elif any(map(holds_number, columns)):
        line = "the first line" if header_row == 1 else f"row {header_row}"
        raise ColumnError(f"{where}{line} holds a number, so the file has no header: add one that names its columns")


@contextmanager
def naming_hidden(passed_over: Iterable[str]) -> Iterator[None]:
    """Adds hidden sheets to the error of a column: they may have it. `passed_over`: what is not read, and why."""
    try:
        yield
    except ColumnError as error:
        hidden = [one for one in passed_over if one.endswith(HIDDEN)]
        raise type(error)("; ".join([str(error), *hidden])) from None


def headings(names: Sequence[str]) -> str:
    """The columns of a file for a message; only their count where the file seems to begin with a row of data."""
    if any(map(may_be_number, names)):
        return f"{len(names)} in all, but one of them holds a number: the file may have no header"
    more = ", ..." if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more or "none at all"


def other_blanks(name: str, there: Sequence[str]) -> str:
    """The remedy for the name of a column that has other blanks than its heading is read with; nothing for another.

    >>> other_blanks("Mobile  No", ["Mobile No"])
    ": blanks and line breaks in a heading are read as one blank, so name it 'Mobile No'"
    """
    read = clean(name)
    remedy = f": blanks and line breaks in a heading are read as one blank, so name it {named([read])!r}"
    return remedy if read in there else ""


def misspelt(there: Iterable[str], names: Collection[str]) -> bool:
    """Whether a column has one of these names but for capitals and blanks.

    >>> misspelt(["Name", "Mobile  No"], {"mobile no"}), misspelt(["Mobile"], {"mobile no"})
    (True, False)
    """
    bare = ["".join(name.split()).casefold() for name in names]
    return any("".join(name.split()).casefold() in bare for name in there)


def looks_national(column: str) -> str:
    """The warning about a column of uint64 that seems to hold national numbers."""
    return (
        f"column {named([column])!r}: UInt64 is taken for E.164 as it stands, yet most of it is ten digits with lead 6 "
        "to 9: cast it to Int64 if these are national numbers"
    )


def none_read(used: int, refused: int, *columns: str) -> list[str]:
    """The warning about columns, of whose rows so many were used and refused, if none could be read.

    >>> none_read(0, 3, "name"), none_read(1, 3, "name")
    (["column 'name': none of 3 rows could be read: is it the right one?"], [])
    """
    if used or not refused:
        return []
    which, question = ("column", "is it the right one") if len(columns) == 1 else ("columns", "are they the right ones")
    names = ", ".join(repr(named([column])) for column in columns)
    return [f"{which} {names}: none of {refused:,} rows could be read: {question}?"]


#: The columns of sightings as `read_cdr` names them, and the arguments that name others in their place.
_NAMED_BY: Final = {"served_msisdn": "msisdn", "imei14": "imei", "at": "at"}


def check_columns(
    columns: Sequence[str], schema: pa.Schema, name: str | None, *, are_of_sightings: bool = False
) -> None:
    """Raises ColumnError for a column that does not exist, or exists more than once.

    Args:
        columns: The columns that are read.
        schema: Those that there are.
        name: The name of the source.
        are_of_sightings: Whether arguments may name other columns of sightings, which the error then says.
    """
    where = f"{name}: " if name else ""
    # Arrow's own look-up fails for a name that is not UTF-8.
    names = Counter(schema.names)
    for column in columns:
        found = names[column]
        if not found:
            by = _NAMED_BY.get(column) if are_of_sightings else None
            remedy = f": name yours with {by}= (--{by})" if by else ""
            remedy = remedy or other_blanks(column, schema.names)
            raise ColumnError(f"{where}no column {named([column])!r}; there are {headings(schema.names)}{remedy}")
        if found > 1:
            raise ColumnError(f"{where}several columns are named {named([column])!r}: rename all but one")
