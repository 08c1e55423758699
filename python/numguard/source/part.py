"""A part of a source: a schema, and record batches that know where they begin; and how an error names the part.

Owns the words for what can be wrong with a file. No message repeats what the readers below say word for word: they
quote the cells they stumble over.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard.errors import ColumnError, FileMissingError, InputError, NumguardError

__all__ = ["BATCH_ROWS", "Batch", "Part", "check_columns", "reading"]

#: Rows that are read at once, where the container leaves the choice.
BATCH_ROWS = 1 << 16


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive rows of one part.

    Rows are counted as people count them: from 1, and in a CSV file the header is row 1, so that the number is the line
    an editor shows (as long as no quoted cell holds a line break).
    """

    #: The rows.
    data: pa.RecordBatch
    #: The file, as it was named; None for a table or stream.
    file: str | None
    #: Where the first of them stands in the file, table or stream.
    first_row: int
    #: Rows from there on that were kept out, ascending: they are counted, but are not in `data`.
    kept_out: Sequence[int] = ()

    def row_numbers(self) -> npt.NDArray[np.int64]:
        """Where each row stands in the file, table or stream."""
        numbers = np.arange(self.first_row, self.first_row + self.data.num_rows, dtype=np.int64)
        for row in self.kept_out:
            numbers[numbers >= row] += 1
        return numbers


class Part(ABC):
    """One file, or one table or stream."""

    #: The file, as it was named; None for a table or stream.
    name: str | None = None
    #: What it is: parquet, csv, arrow, dataset or stream.
    container: str

    @abstractmethod
    def schema(self) -> pa.Schema:
        """The columns."""

    @abstractmethod
    def batches(self, columns: Sequence[str] | None = None) -> Iterator[Batch]:
        """The rows, in order; `columns` chooses and orders the columns, None takes all."""

    @property
    def refused_rows(self) -> Sequence[int]:
        """Rows that could not be read as rows of this part, so far."""
        return ()


def check_columns(columns: Sequence[str], schema: pa.Schema, name: str | None) -> None:
    """Raises ColumnError for a column that is not there, or is there more than once."""
    where = f"{name}: " if name else ""
    for column in columns:
        found = schema.get_all_field_indices(column)
        if not found:
            raise ColumnError(f"{where}no column {column!r}; there are {', '.join(schema.names)}")
        if len(found) > 1:
            raise ColumnError(f"{where}several columns are named {column!r}: rename all but one")


@contextmanager
def reading(name: str | None, what: str) -> Iterator[None]:
    """Turns whatever the readers below raise into an InputError that names the part and says what to do."""
    where = name or "the source"
    try:
        yield
    except NumguardError:
        raise
    except FileNotFoundError:
        raise FileMissingError(f"{where}: there is no such file") from None
    except PermissionError:
        raise InputError(f"{where}: not readable by this user") from None
    except MemoryError:
        raise InputError(f"{where}: {what} asks for more memory than there is; it may be damaged") from None
    except (pa.ArrowException, OSError, EOFError, UnicodeError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{where}: {_why(error, what)}") from None


def _why(error: BaseException, what: str) -> str:
    said = str(error).lower()
    if "utf8" in said or "utf-8" in said or isinstance(error, UnicodeError):
        return "holds text that is not UTF-8: save it again as UTF-8"
    if "csv parse error" in said and "columns" in said:
        # Rows of another length are kept out; only one whose text cannot be decoded comes to this.
        return "holds text that is not UTF-8: save it again as UTF-8"
    if "straddl" in said:
        return "a quoted cell is opened and not closed, or one line is longer than 16 MB"
    if "truncated compressed" in said or "zlib" in said or "zstd" in said or "decompress" in said:
        return "its compressed data is damaged or cut short: get the file anew"
    if "footer" in said or "magic bytes" in said:
        return f"{what} is damaged or cut short, its footer cannot be read: get the file anew"
    if isinstance(error, pa.ArrowNotImplementedError):
        return f"{what} uses something that cannot be read here: write it again with common settings"
    return f"{what} is damaged or cut short: get the file anew"
