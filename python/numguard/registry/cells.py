"""Columns of written cells -> values, each refused cell with its note.

Owns the forms in which acknowledgement numbers, amounts, moments and lists of numbers are written in complaints. Knows
no file and no complaint. One idea: a whole column at a time, in Arrow; a cell that is not surely one thing is refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

from numguard import _core
from numguard.errors import UnsupportedTypeError

pc: Any = pyarrow.compute  # its stubs know no plain Python values

__all__ = ["acknowledgements", "amounts", "moments", "numbers", "remarks", "single_numbers", "words", "written"]

_BLANKS = " \t\r\n\u00a0\u200b\u200e\u200f\ufeff"
_NOTHING = ["", "-", "--", "---", "na", "n/a", "#n/a", "null", "none", "nan"]

# Rupees as they are written: a sign or word, digits with or without separators, at most two places, "/-".
_RUPEES = r"(?i)^(?:₹|rs\.?|inr)?\s*(?:\d{1,3}(?:,\d{2,3})+|\d{1,13})(?:\.\d{1,2}0*|\.)?\s*(?:/-)?$"

_ISO = (
    r"^(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})"
    r"(?:[T ]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d+)?)?\s*(?P<z>Z|[+-]\d{2}:?\d{2})?)?(?P<p>)$"
)
_DAY_FIRST = (
    r"^(?P<d>\d{1,2})[-/. ](?P<m>\d{1,2}|[A-Za-z]{3,9})[-/. ,](?P<y>\d{4})"
    r"(?:[T ,]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d+)?)?\s*(?P<p>[AaPp]\.?[Mm]\.?)?)?(?P<z>)$"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAMES = [
    *_MONTHS,
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "sept",
    "october",
    "november",
    "december",
]
_MONTH_NUMBERS = [*range(1, 13), 1, 2, 3, 4, 6, 7, 8, 9, 9, 10, 11, 12]
_IST_SECONDS = 19_800

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


def amounts(column: pa.Array[Any] | pa.ChunkedArray[Any]) -> tuple[pa.Array[Any], pa.Array[Any]]:
    """Rupees -> paise (int64). Gives (paise, note); the note of a cell that is no amount is `not_an_amount`."""
    if _is_number(column.type):
        rupees = pc.cast(_one(column), pa.float64())
        good = pc.and_(pc.and_(pc.is_finite(rupees), pc.greater_equal(rupees, 0.0)), pc.less(rupees, 1e13))
        text_empty = pc.or_kleene(pc.is_null(rupees), pc.is_nan(rupees))
    else:
        cells = written(column)
        if _repeats(cells):
            return _each_once(cells, amounts)
        text = pc.utf8_trim(cells, _BLANKS)
        text_empty = pc.or_kleene(pc.is_null(text), pc.is_in(pc.utf8_lower(text), _array(_NOTHING)))
        good = pc.match_substring_regex(text, _RUPEES)
        bare = pc.replace_substring_regex(text, r"(?i)^(?:₹|rs\.?|inr)|[,\s]|/-$|\.$", "")
        rupees = pc.cast(pc.if_else(good, bare, pa.scalar(None, pa.string())), pa.float64())
    good = pc.and_(pc.fill_null(good, False), pc.invert(text_empty))
    paise = pc.cast(pc.round(pc.multiply(pc.if_else(good, rupees, pa.scalar(None, pa.float64())), 100.0)), pa.int64())
    bad = pc.and_(pc.invert(good), pc.invert(text_empty))
    return paise, pc.if_else(bad, pa.scalar("not_an_amount"), pa.scalar(None, pa.string()))


def moments(column: pa.Array[Any] | pa.ChunkedArray[Any]) -> tuple[pa.Array[Any], pa.Array[Any]]:
    """Dates and times -> microseconds since 1970 in UTC. Gives (moment, note); without a zone, a time is IST.

    Taken: ISO 8601, and day first with `/`, `-` or `.` (12/09/2026, 12-Sep-2026 14:05, 12.09.2026 2:05 PM). The note of
    a cell that is no day of the calendar is `not_a_date`.
    """
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        values = _one(column)
        zone = getattr(column.type, "tz", None)
        micros = pc.cast(pc.cast(values, pa.timestamp("us", zone), safe=False), pa.int64())
        if zone is None:
            micros = pc.subtract(micros, _IST_SECONDS * 1_000_000)
        return micros, pa.nulls(len(values), pa.string())
    cells = written(column)
    if _repeats(cells):
        return _each_once(cells, moments)
    text = pc.utf8_trim(cells, _BLANKS + "'")
    empty = pc.or_kleene(pc.is_null(text), pc.is_in(pc.utf8_lower(text), _array(_NOTHING)))
    seconds = np.zeros(len(text), np.int64)
    good = np.zeros(len(text), np.bool_)
    for form in (_ISO, _DAY_FIRST):
        at = np.flatnonzero(~good & ~_flags(empty))
        if not len(at):
            break
        parts = pc.extract_regex(text.take(pa.array(at)), form)
        seconds[at], good[at] = _calendar(parts)
    micros = pa.array(seconds * 1_000_000, pa.int64(), mask=~good)
    bad = ~good & ~_flags(empty)
    return micros, pc.if_else(pa.array(bad), pa.scalar("not_a_date"), pa.scalar(None, pa.string()))


def _repeats(cells: pa.Array[Any]) -> bool:
    """Whether the same cells come again and again, as dates and round sums do; a sample tells."""
    sample = cells.slice(len(cells) // 2, 2_000)
    return len(cells) > 10_000 and 2 * len(pc.unique(sample)) < len(sample)


def _each_once(cells: pa.Array[Any], read: Any) -> tuple[pa.Array[Any], pa.Array[Any]]:
    """Reads each distinct cell once."""
    encoded: Any = cells.dictionary_encode(null_encoding="encode")
    values, note = read(encoded.dictionary)
    return values.take(encoded.indices), note.take(encoded.indices)


def _calendar(parts: pa.StructArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Seconds since 1970 in UTC of the matched parts, and which of them are days and times of the calendar."""
    matched = ~_flags(pc.is_null(parts))
    month = pc.struct_field(parts, "m")
    named = _array(_MONTH_NUMBERS).take(pc.index_in(pc.utf8_lower(month), _array(_MONTH_NAMES)))
    month = _digits(pc.if_else(pc.is_valid(named), pc.cast(named, pa.string()), month))
    year, day, hour, minute, second = (_digits(pc.struct_field(parts, part)) for part in ("y", "d", "H", "M", "S"))
    half = pc.utf8_lower(pc.fill_null(pc.struct_field(parts, "p"), ""))
    has_half = _flags(pc.greater(pc.utf8_length(half), 0))
    afternoon = _flags(pc.starts_with(half, "p"))
    good = matched & (month >= 1) & (month <= 12) & (year >= 1970) & (year <= 2200) & (minute < 60) & (second < 60)
    good &= np.where(has_half, (hour >= 1) & (hour <= 12), hour < 24)
    hour = np.where(has_half, hour % 12 + 12 * afternoon, hour)
    first = ((np.where(good, year, 1970) - 1970) * 12 + np.where(good, month, 1) - 1).astype("datetime64[M]")
    length = ((first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(np.int64)
    good &= (day >= 1) & (day <= length)
    days = first.astype("datetime64[D]").astype(np.int64) + day - 1
    zone = pc.fill_null(pc.struct_field(parts, "z"), "")
    offset = _digits(pc.utf8_slice_codeunits(zone, 1, 3)) * 3600
    offset += _digits(pc.utf8_slice_codeunits(pc.replace_substring(zone, ":", ""), 3, 5)) * 60
    offset = np.where(_flags(pc.starts_with(zone, "-")), -offset, offset)
    offset = np.where(_flags(pc.greater(pc.utf8_length(zone), 0)), offset, _IST_SECONDS)
    return days * 86_400 + hour * 3600 + minute * 60 + second - offset, good


def numbers(column: pa.Array[Any] | pa.ChunkedArray[Any]) -> tuple[pa.Table, pa.Table]:
    """Every number of each cell. Gives (index, msisdn, note) and, of what was refused, (index, cell, note).

    A cell that is one number is that number. Any other is taken apart at commas, semicolons and bars, and
    each part is a number, or a list out of which `extract` takes the whole ones, or refused with its own note.
    """
    cells = _one(column)
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
    remark = _flags(pc.fill_null(pc.equal(notes, "text_with_digits"), False))
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


def single_numbers(column: pa.Array[Any] | pa.ChunkedArray[Any]) -> tuple[pa.Array[Any], pa.Array[Any]]:
    """The one number of each cell. Gives (msisdn, note of the refusal)."""
    told: Any = _core.explain(_readable(_one(column)))
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


def _one(column: pa.Array[Any] | pa.ChunkedArray[Any]) -> pa.Array[Any]:
    if isinstance(column, pa.ChunkedArray):
        return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    return column


def _flags(values: pa.Array[Any]) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), np.bool_)


def _digits(text: pa.Array[Any]) -> npt.NDArray[np.int64]:
    blank = pc.or_kleene(pc.is_null(text), pc.equal(text, ""))
    numbers = pc.cast(
        pc.if_else(pc.or_(blank, pc.invert(pc.match_substring_regex(text, r"^\d+$"))), "0", text), pa.int64()
    )
    return np.asarray(pc.fill_null(numbers, 0).to_numpy(zero_copy_only=False), np.int64)


def remarks(column: pa.Array[Any] | pa.ChunkedArray[Any]) -> pa.Array[Any]:
    """Free text as it stands, without the blanks around it; null where nothing is said."""
    text = pc.utf8_trim(written(column), _BLANKS)
    said: pa.Array[Any] = pc.if_else(
        pc.is_in(pc.utf8_lower(text), _array(_NOTHING)), pa.scalar(None, pa.string()), text
    )
    return said
