"""Columns of written cells -> values, each refused cell with its note.

Owns the forms in which acknowledgement numbers, names and lists of numbers are written in complaints (`amounts`,
`moments` and `districts` have a file each). Knows no file and no complaint. One idea: a whole column at a time, in
Arrow; a cell that is not surely one thing is refused.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

from numguard import _core
from numguard.errors import UnsupportedTypeError

pc: Any = pyarrow.compute  # its stubs know no plain Python values

__all__ = [
    "acknowledgements", "each_once", "flags", "inside_text", "is_nothing", "numbers", "one", "plain_digits", "remarks",
    "repeats", "single_numbers", "trimmed", "words", "written",
]  # fmt: skip

_BLANKS = " \t\r\n\u00a0\u200b\u200e\u200f\ufeff"
_NOTHING = ["", "-", "--", "---", "na", "n/a", "#n/a", "null", "none", "nan"]

#: Where a cell of several numbers is taken apart, once it is known not to be one number.
_BETWEEN = r"[,;|]+"
#: Words that stand between the numbers of a list.
_AND = r"(?i)\b(?:and|or|aur)\b"


def _array(values: list[Any]) -> pa.Array[Any]:
    """Built where it is used: as a constant of the module it would load pandas for everyone who imports the package."""
    array: pa.Array[Any] = pa.array(values)
    return array


def written(column: pa.Array[Any] | pa.ChunkedArray[Any]) -> pa.Array[Any]:
    """The cells as text, as they stand; NUL, which no store keeps, is shown as its sign."""
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    try:
        text = column.cast(pa.string())
    except pa.ArrowException:
        raise UnsupportedTypeError(f"a column of type {column.type} cannot be read as written cells") from None
    shown: pa.Array[Any] = pc.replace_substring(text, "\x00", "␀")
    return shown


def words(column: pa.Array[Any] | pa.ChunkedArray[Any]) -> pa.Array[Any]:
    """Names and other free text: blanks around it and runs of blanks inside taken out; null where nothing is said.

    A word all in capitals or all in small letters is given capitals as names have, so that one district has one name;
    up to four capitals are taken for an abbreviation.
    """
    encoded = written(column).dictionary_encode()
    text = pc.utf8_trim(encoded.dictionary, _BLANKS)
    text = pc.replace_substring_regex(text, r"[\s\x{00a0}\x{200b}\x{feff}\x1f]+", " ")
    name = pc.match_substring_regex(text, r"^[\p{L}\p{M}][\p{L}\p{M} .&()'-]*$")
    shouted = pc.and_(pc.utf8_is_upper(text), pc.greater(pc.utf8_length(text), 4))
    # Addresses such as cybercrime.gov.in are written small and stay so.
    small = pc.and_(pc.utf8_is_lower(text), pc.invert(pc.match_substring(text, ".")))
    text = pc.if_else(pc.and_(name, pc.or_(shouted, small)), pc.utf8_title(text), text)
    text = pc.if_else(pc.is_in(pc.utf8_lower(text), _array(_NOTHING)), pa.scalar(None, pa.string()), text)
    cells: pa.Array[Any] = text.take(encoded.indices)
    return cells


def acknowledgements(column: pa.Array[Any] | pa.ChunkedArray[Any]) -> tuple[pa.Array[Any], pa.Array[Any]]:
    """Acknowledgement numbers, FIR and ticket numbers: text, never a number. Gives (text, note)."""
    cells = written(column)
    # Nearly all are plain digits, and need no second look.
    odd = pc.invert(pc.fill_null(pc.match_substring_regex(cells, r"^\d{1,40}$"), False))
    text, note = _odd_acknowledgements(cells.filter(odd))
    notes: pa.Array[Any] = pc.replace_with_mask(pa.nulls(len(cells), pa.string()), odd, note)
    return pc.replace_with_mask(cells, odd, text), notes


def _odd_acknowledgements(cells: pa.Array[Any]) -> tuple[pa.Array[Any], pa.Array[Any]]:
    text = pc.utf8_trim(cells, _BLANKS)
    text = pc.replace_substring_regex(text, r'^="([^"]*)"$', r"\1")
    text = pc.utf8_trim(pc.utf8_trim(text, "'`\""), _BLANKS)
    text = pc.replace_substring_regex(text, r"^(\d+)\.0$", r"\1")
    note: Any = pa.nulls(len(text), pa.string())
    # A number in exponent form has lost digits, and would make many complaints one.
    rounded = pc.match_substring_regex(text, r"^\d+(?:\.\d+)?[eE]\+?\d+$")
    for refused, why in (
        (pc.greater(pc.utf8_length(text), 200), "too_long"),
        (pc.match_substring_regex(text, r"[\x{2400}\x1f]"), "stray_character"),
        (pc.match_substring_regex(text, r"^#+$"), "spreadsheet_overflow"),
        (rounded, "precision_lost"),
        (pc.or_kleene(pc.is_null(text), pc.is_in(pc.utf8_lower(text), _array(_NOTHING))), "empty"),
    ):
        note = pc.if_else(pc.fill_null(refused, False), why, note)
    return pc.if_else(pc.is_null(note), text, pa.scalar(None, pa.string())), note


def trimmed(cells: pa.Array[Any]) -> pa.Array[Any]:
    """Written cells without the blanks and lone quotation marks around them."""
    text: pa.Array[Any] = pc.utf8_trim(cells, _BLANKS + "'")
    return text


def is_nothing(text: pa.Array[Any]) -> pa.Array[Any]:
    """Which trimmed cells say nothing."""
    nothing: pa.Array[Any] = pc.or_kleene(pc.is_null(text), pc.is_in(pc.utf8_lower(text), _array(_NOTHING)))
    return nothing


def plain_digits(text: pa.Array[Any]) -> pa.Array[Any]:
    """The cells with the digits of every script as 0 to 9."""
    other = pc.fill_null(pc.match_substring_regex(text, r"[^\x00-\x7f]"), False)
    if not pc.any(other).as_py():
        return text
    cells: list[Any] = text.filter(other).to_pylist()
    plain = ["".join(str(unicodedata.digit(char)) if char.isdecimal() else char for char in cell) for cell in cells]
    return pc.replace_with_mask(text, other, pa.array(plain, pa.string()))  # type: ignore[no-any-return]


def repeats(cells: pa.Array[Any]) -> bool:
    """Whether the same cells come again and again, as dates and round sums do; a sample tells."""
    sample = cells.slice(len(cells) // 2, 2_000)
    return len(cells) > 10_000 and 2 * len(pc.unique(sample)) < len(sample)


def each_once(cells: pa.Array[Any], read: Any) -> tuple[pa.Array[Any], pa.Array[Any]]:
    """Reads each distinct cell once."""
    encoded: Any = cells.dictionary_encode(null_encoding="encode")
    values, note = read(encoded.dictionary)
    return values.take(encoded.indices), note.take(encoded.indices)


def numbers(column: pa.Array[Any] | pa.ChunkedArray[Any]) -> tuple[pa.Table, pa.Table]:
    """Every number of each cell. Gives (index, msisdn, note) and, of what was refused, (index, cell, note).

    A cell that is one number is that number. Any other is taken apart at commas, semicolons and bars, and
    each part is a number, or a list out of which `extract` takes the whole ones, or refused with its own note.
    """
    cells = one(column)
    index = pa.array(np.arange(len(cells)))
    if pa.types.is_list(cells.type) or pa.types.is_large_list(cells.type):
        index, cells = pc.list_parent_indices(cells), pc.list_flatten(cells)
    cells = _readable(cells)
    found, refused = _explained(index, cells)
    empty = pc.equal(refused["note"], "empty")
    blank, refused = refused.filter(empty), refused.filter(pc.invert(empty))
    if len(refused) and pa.types.is_string(cells.type):
        parts = pc.split_pattern_regex(refused["cell"].combine_chunks(), _BETWEEN)
        several = pc.greater(pc.list_value_length(parts), 1)
        owner = refused["index"].combine_chunks().filter(several)
        split = parts.filter(several)
        pieces = pc.utf8_trim(pc.list_flatten(split), _BLANKS)
        owners = owner.take(pc.list_parent_indices(split))
        remark = _after_a_remark(owners, pieces)
        inner, inner_refused = _explained(owners.filter(pc.invert(remark)), pieces.filter(pc.invert(remark)))
        said_of = pa.table({"index": owners.filter(remark), "cell": pieces.filter(remark)})
        notes = pa.array(["text_with_digits"] * len(said_of), pa.string())
        inner_refused = pa.concat_tables([inner_refused, said_of.append_column("note", notes)])
        inner_refused = inner_refused.filter(pc.not_equal(inner_refused["note"], "empty"))
        said = pa.chunked_array([*inner["index"].chunks, *inner_refused["index"].chunks], pa.int64())
        silent = pc.and_(several, pc.invert(pc.is_in(refused["index"].combine_chunks(), said)))
        refused = pa.concat_tables([refused.filter(pc.or_(pc.invert(several), silent)), inner_refused])
        taken, refused = _extracted(refused)
        found = pa.concat_tables([found, inner, taken])
    return found, pa.concat_tables([blank, refused])


def _after_a_remark(owners: pa.Array[Any], pieces: pa.Array[Any]) -> pa.Array[Any]:
    """Which pieces go on with a remark: the number in "Flat 12, ..." may be anybody's."""
    told: Any = _core.explain(pieces)
    notes = pc.cast(told.field("note"), pa.string())
    remark = flags(pc.fill_null(pc.equal(notes, "text_with_digits"), False))
    same = np.asarray(owners)[1:] == np.asarray(owners)[:-1]
    return pa.array(np.concatenate([[False], remark[:-1] & same])[: len(pieces)], pa.bool_())


def _explained(index: pa.Array[Any], cells: pa.Array[Any]) -> tuple[pa.Table, pa.Table]:
    told: Any = _core.explain(cells)
    msisdn = told.field("msisdn")
    note = pc.cast(told.field("note"), pa.string())
    note = pc.if_else(pc.and_(pc.is_null(msisdn), pc.is_null(note)), "empty", note)
    found = pa.table({"index": index, "msisdn": msisdn, "note": note}).filter(pc.is_valid(msisdn))
    lost = pc.and_(pc.is_null(msisdn), pc.is_valid(note))
    text = written(cells.filter(lost))
    return found, pa.table({"index": index.filter(lost), "cell": text, "note": note.filter(lost)})


def _extracted(refused: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The whole numbers of cells that list several; of which fewer than two were whole, the cell stays refused.

    A sentence is not searched: in "my number is ..., he called from ..." one of the two is the complainant's.
    """
    bare = pc.replace_substring_regex(refused["cell"], _AND, " ")
    texts = pc.and_(pc.equal(refused["note"], "several_numbers"), pc.invert(pc.match_substring_regex(bare, r"\p{L}")))
    whole = refused.filter(texts)
    lists = _core.extract(whole["cell"].combine_chunks())
    count = pc.fill_null(pc.list_value_length(lists), 0)
    owner = whole["index"].combine_chunks().take(pc.list_parent_indices(lists))
    taken = pa.table({"index": owner, "msisdn": pc.list_flatten(lists), "note": pa.nulls(len(owner), pa.string())})
    left = whole.filter(pc.less(count, 2))
    return taken, pa.concat_tables([refused.filter(pc.invert(texts)), left])


def inside_text(column: pa.Array[Any] | pa.ChunkedArray[Any], mark: str) -> tuple[pa.Table, pa.Table]:
    """Every whole number inside of free text, noted with `mark`.

    Gives (index, msisdn, note), and (index, cell) of the texts that hold none.
    """
    cells = written(column)
    lists = _core.extract(cells)
    owner = pc.list_parent_indices(lists)
    found = pa.table({"index": owner, "msisdn": pc.list_flatten(lists), "note": pa.repeat(mark, len(owner))})
    silent = flags(pc.equal(pc.fill_null(pc.list_value_length(lists), 0), 0))
    return found, pa.table({"index": np.flatnonzero(silent), "cell": cells.filter(pa.array(silent))})


def single_numbers(column: pa.Array[Any] | pa.ChunkedArray[Any]) -> tuple[pa.Array[Any], pa.Array[Any]]:
    """The one number of each cell. Gives (msisdn, note of the refusal)."""
    told: Any = _core.explain(_readable(one(column)))
    msisdn = told.field("msisdn")
    note = pc.cast(told.field("note"), pa.string())
    refused = pc.and_(pc.is_null(msisdn), pc.fill_null(pc.not_equal(note, "empty"), False))
    return msisdn, pc.if_else(refused, note, pa.scalar(None, pa.string()))


def _readable(cells: pa.Array[Any]) -> pa.Array[Any]:
    """Text of any layout as plain strings; numbers of any type as they are."""
    if _is_number(cells.type) or pa.types.is_null(cells.type):
        return cells
    return cells.cast(pa.string())


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def one(column: pa.Array[Any] | pa.ChunkedArray[Any]) -> pa.Array[Any]:
    """The column in one piece."""
    if isinstance(column, pa.ChunkedArray):
        return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    return column


def flags(values: pa.Array[Any]) -> npt.NDArray[np.bool_]:
    """Which values are true; null is not."""
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), np.bool_)


def remarks(column: pa.Array[Any] | pa.ChunkedArray[Any]) -> pa.Array[Any]:
    """Free text as it stands, without the blanks around it; null where nothing is said."""
    text = pc.utf8_trim(written(column), _BLANKS)
    said: pa.Array[Any] = pc.if_else(
        pc.is_in(pc.utf8_lower(text), _array(_NOTHING)), pa.scalar(None, pa.string()), text
    )
    return said
