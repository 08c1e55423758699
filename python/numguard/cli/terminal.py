"""Texts and tables for a terminal, without the control characters of files.

Owns what is replaced. Loads nothing but for a table, as errors are printed without it. One idea: **a cell or heading
of a file never moves the cursor**, as it could hide the rows above it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pyarrow as pa


#: Control characters, but for the tab and the line feed; what changes the direction of text; and other ends of lines.
_CONTROLS: Final = "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
_CONTROLS_OF_ARROW: Final = _CONTROLS.replace(r"\x9f", r"\x{9f}")
_REPLACED: Final = "\ufffd"
#: The user and the password of an address that was given in place of a file; as a path, it has one slash.
_SECRETS: Final = re.compile(r"(\b[a-z][a-z0-9+.-]*:/+)[^\s/@]*:[^\s@]*@|(\bpassword=)[^\s&]+", re.IGNORECASE)
#: What a message adds for a caller in Python, behind the option or the verb of the same meaning, or before an option.
_FOR_PYTHON: Final = re.compile(
    r" \((?:[a-z_]+=|[a-z_]+\(\)|layout=\{[^{}]*\})\)"
    r"|\b[a-z_]+= \((--[^()]+)\)|\b[a-z_]+ \((--[^()]+)\)(?=: )"
)


def without_controls(text: str) -> str:
    """A text with a replacement character for each control character, and for each that turns the text round.

    >>> without_controls("a\\x1b[2Jb")
    'a�[2Jb'
    """
    return re.sub(_CONTROLS, _REPLACED, text)


def one_line(text: str) -> str:
    """A message as it is printed: a name of a file in it makes no second line, and an address shows no password.

    >>> one_line("a\\nb.csv: 1 complaint added"), one_line("postgresql://desk:secret@host/cases: no such file")
    ('a�b.csv: 1 complaint added', 'postgresql://...@host/cases: no such file')
    """
    shown = _SECRETS.sub(lambda found: f"{found[1]}...@" if found[1] else f"{found[2]}...", text)
    return without_controls(of_options(shown)).replace("\n", _REPLACED)


def of_options(text: str) -> str:
    """A message without the names of Python's arguments, which it has beside options.

    >>> of_options('name it with --map COLUMN=source (mapping=)'), of_options("override= (--override REASON) sends it")
    ('name it with --map COLUMN=source', '--override REASON sends it')
    """
    return _FOR_PYTHON.sub(lambda found: found[1] or found[2] or "", text)


def for_terminal(rows: pa.RecordBatchReader) -> pa.RecordBatchReader:
    """The rows with replacement characters in headings and texts; texts of any layout are plain strings."""
    import pyarrow as pa

    from numguard.compute import as_text, decoded, is_text, pc

    schema = pa.schema(
        pa.field(without_controls(field.name), pa.string() if is_text(decoded(field.type)) else field.type)
        for field in rows.schema
    )

    def plain(batch: pa.RecordBatch) -> pa.RecordBatch:
        columns = [
            pc.replace_substring_regex(as_text(column), _CONTROLS_OF_ARROW, _REPLACED)
            if is_text(decoded(column.type))
            else column
            for column in batch.columns
        ]
        return pa.RecordBatch.from_arrays(columns, schema=schema)

    return pa.RecordBatchReader.from_batches(schema, map(plain, rows))
