"""Columns of written cells -> values, each refused cell with its note.

Owns the forms in which acknowledgement numbers, names and lists of numbers are written in complaints (`amounts`,
`moments` and `districts` have a file each). Independent of files and complaints. One idea: a whole column at a time, in
Arrow; an ambiguous cell is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard import _core
from numguard.compute import as_text, by_key, is_list, is_number, is_text, pc, schema_of, table_of, whole
from numguard.errors import UnsupportedTypeError
from numguard.registry.arrays import Bools, Column, ReadNoted, flags
from numguard.registry.spelling import seen
from numguard.source.scripts import plain_digits, plain_letters
from numguard.source.typed_text import text_of_keys

__all__ = [
    "SPREADSHEET_MARKS",
    "WHOLE_NUMBER",
    "Numbers",
    "acknowledgements",
    "digits_that_could_be",
    "each_once",
    "has_numbers",
    "inside_text",
    "is_nothing",
    "joined",
    "may_name_numbers",
    "more_precise",
    "numbers",
    "plain_digits",
    "plain_text",
    "remarks",
    "repeats",
    "single_numbers",
    "trimmed",
    "words",
    "written",
]

_BLANKS = " \t\r\n\u00a0\u200b\u200e\u200f\ufeff"
_NOTHING = ["", "-", "--", "---", *_core.EMPTY_WORDS]

#: What a spreadsheet writes in place of a value: the pattern of a cell, and its note.
SPREADSHEET_MARKS: Final = (
    (r"^#+$", "spreadsheet_overflow"),
    (r"(?i)^#(?:ref|value|name|div/0|num|null|spill|calc)[!?]?$", "spreadsheet_error"),
)

#: A whole number that was a decimal one.
WHOLE_NUMBER: Final = r"^(\d+)\.0+$"
#: Separators inside of a number, and ten digits or more.
_PARTED = re.compile(r"(?<=\d)[\W_]+(?=\d)")
_RUN = re.compile(r"\d{10,}")
_LONGEST_SEARCHED = 2_000
#: The portal's number of fourteen digits, also in groups, below what says no more than that it is one. FIR numbers keep
#: their words.
_LABELLED = (
    r"(?i)^(?:(?:ack|acknowledge?ment|complaint|ncrp|no|number|id|पावती|शिकायत|तक्रार|संख्या|क्रमांक|नंबर|नं|सं)?[\s.:#_/-]*)*"
    r"(\p{Nd}(?:[ \x{a0},-]?\p{Nd}){13})\s*(?:/\s*20\d\d|\((?:ack|complaint|ncrp)\))?\s*[.,;]?$"
)
#: The same in groups, as sheets show it.
_GROUPED = r"^(?:\p{Nd}{2,}(?:[ \x{a0}-]\p{Nd}{2,})+|\p{Nd}{1,3}(?:,\p{Nd}{2,3})+)$"
#: The same of which a spreadsheet kept three to six digits (3.1103E+13), written out.
_WRITTEN_OUT = r"^[1-9]\d{1,4}[1-9]0{8,}$"
#: Two of the portal's numbers: what is beside them belongs to two complaints.
_TWO_PORTAL_NUMBERS = r"(?:^|\P{Nd})\p{Nd}{14}\P{Nd}+\p{Nd}{14}(?:\P{Nd}|$)"


def written(column: Column) -> pa.Array[Any]:
    """The cells as text; NUL, which no store accepts, becomes its symbol."""
    try:
        text = as_text(whole(column))
    except pa.ArrowException:
        raise UnsupportedTypeError(f"a column of type {column.type} is no written cells: make it text") from None
    shown: pa.Array[Any] = pc.replace_substring(text, "\x00", "␀") if _has_nul(text) else text
    return shown


def may_name_numbers(kind: Any) -> bool:
    """Whether cells of a type may be numbers or mention some: texts and figures, and lists of them."""
    if is_list(kind):
        kind = kind.value_type
    return is_number(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind)


def joined(column: Column) -> pa.Array[Any]:
    """The cells as text, those of a list as one."""
    values = whole(column)
    if not is_list(values.type):
        return written(values)
    texts: list[Any] = written(pc.list_flatten(values)).to_pylist()
    parts = by_key(zip(pc.list_parent_indices(values).to_pylist(), texts, strict=True))
    return pa.array(["; ".join(text or "" for text in parts.get(row, ())) for row in range(len(values))], pa.string())


def _has_nul(text: pa.Array[Any]) -> bool:
    """Whether a cell has a NUL: nearly never, and a look at all bytes takes a fraction of the time of a replacement."""
    held: Any = text.buffers()
    _, offsets, characters = held
    if not len(text) or characters is None:
        return False
    ends = np.frombuffer(offsets, np.int32)
    return not np.frombuffer(characters, np.uint8)[ends[text.offset] : ends[text.offset + len(text)]].all()


def words(column: Column) -> pa.Array[Any]:
    """Names and other free text without surrounding and repeated blanks; null where empty.

    A word in capitals or in small letters only is capitalised as a name, so that one district has one name; up to four
    capitals are an abbreviation. 1930.0 is 1930: where a column has a blank, data frames write its numbers so.
    """
    encoded = written(column).dictionary_encode()
    text = pc.replace_substring_regex(seen(encoded.dictionary), WHOLE_NUMBER, r"\1")
    shouted = pc.and_(pc.utf8_is_upper(text), pc.greater(pc.utf8_length(text), 4))
    # Addresses such as cybercrime.gov.in stay in small letters.
    small = pc.and_(pc.utf8_is_lower(text), pc.invert(pc.match_substring(text, ".")))
    one_case = pc.or_(shouted, small)
    # The pattern takes milliseconds to compile: a sixth of the time of a small sheet.
    if pc.any(one_case).as_py():
        name = pc.match_substring_regex(text, r"^[\p{L}\p{M}][\p{L}\p{M} .&()'-]*$")
        text = pc.if_else(pc.and_(name, one_case), pc.utf8_title(text), text)
    text = pc.if_else(is_nothing(text), None, text)
    cells: pa.Array[Any] = text.take(encoded.indices)
    return cells


def acknowledgements(column: Column) -> tuple[pa.Array[Any], pa.Array[Any]]:
    """Acknowledgement numbers, FIR and ticket numbers: text, never a number. Returns (text, note)."""
    cells = written(column)
    # Nearly all are plain digits, and need no further processing.
    plain = pc.and_(pc.match_substring_regex(cells, r"^\d{1,40}$"), pc.invert(pc.ends_with(cells, "0" * 8)))
    odd = pc.invert(pc.fill_null(plain, False))
    text, note = _odd_acknowledgements(cells.filter(odd))
    # `Prepared by` and `Contact` stand before the number of an officer, below a table whose complaints are numbered.
    has_digit = r"\p{Nd}"
    is_word = pc.fill_null(pc.invert(pc.match_substring_regex(text, has_digit)), False)
    if pc.any(is_word).as_py() and pc.any(pc.match_substring_regex(cells, has_digit)).as_py():
        note, text = pc.if_else(is_word, "not_a_number", note), pc.if_else(is_word, None, text)
    notes: pa.Array[Any] = pc.replace_with_mask(pa.nulls(len(cells), pa.string()), odd, note)
    return pc.replace_with_mask(cells, odd, text), notes


def _odd_acknowledgements(cells: pa.Array[Any]) -> tuple[pa.Array[Any], pa.Array[Any]]:
    text = pc.utf8_trim(cells, _BLANKS)
    text = pc.replace_substring_regex(text, r'^="([^"]*)"$', r"\1")
    text = pc.utf8_trim(pc.utf8_trim(text, "'`\""), _BLANKS)
    text = pc.replace_substring_regex(text, WHOLE_NUMBER, r"\1")
    text = pc.replace_substring_regex(text, _LABELLED, r"\1")
    joined = pc.if_else(pc.match_substring_regex(text, _GROUPED), pc.replace_substring_regex(text, r"\P{Nd}", ""), None)
    text = pc.if_else(pc.fill_null(pc.equal(pc.utf8_length(joined), 14), False), joined, text)
    note: Any = pa.nulls(len(text), pa.string())
    # A number in exponent form has lost digits, so that many complaints would become one.
    rounded = pc.or_(
        pc.match_substring_regex(text, r"^\d+(?:\.\d+)?[eE]\+?\d+$"),
        pc.and_(pc.match_substring_regex(text, _WRITTEN_OUT), pc.equal(pc.utf8_length(text), 14)),
    )
    for refused, why in (
        (pc.greater(pc.utf8_length(text), 200), "too_long"),
        (pc.match_substring_regex(text, r"[\x{2400}\x1f]"), "stray_character"),
        (pc.match_substring_regex(text, r"^#+$"), "spreadsheet_overflow"),
        (rounded, "precision_lost"),
        (pc.match_substring_regex(text, _TWO_PORTAL_NUMBERS), "several_numbers"),
        (is_nothing(text), "empty"),
    ):
        note = pc.if_else(pc.fill_null(refused, False), why, note)
    return pc.if_else(pc.is_null(note), text, None), note


def trimmed(cells: pa.Array[Any]) -> pa.Array[Any]:
    """Written cells without the blanks and lone quotation marks around them."""
    text: pa.Array[Any] = pc.utf8_trim(cells, _BLANKS + "'")
    return text


def is_mobile(text: pa.Array[Any]) -> pa.Array[Any]:
    """Which texts are a mobile number as figures without separators are written; null is none."""
    found: pa.Array[Any] = pc.match_substring_regex(text, r"^(?:\+?91[ -]?)?[6-9]\d{9}(?:\.0+)?$")
    return found.fill_null(False)


def has_numbers(text: pa.Array[Any]) -> Bools:
    """Which texts have a whole number, beside whatever words."""
    found: Any = _core.extract(text)
    return flags(pc.greater(pc.fill_null(pc.list_value_length(found), 0), 0))


def is_nothing(text: pa.Array[Any], words: Sequence[str] = _NOTHING) -> pa.Array[Any]:
    """Which trimmed cells are empty or have a word for empty; null is."""
    # An array built at the call: as a constant of the module it would load pandas with the package.
    known: Any = pa.array(words)
    nothing: pa.Array[Any] = pc.or_kleene(pc.is_null(text), pc.is_in(pc.utf8_lower(text), known))
    return nothing


def plain_text(text: pa.Array[Any]) -> pa.Array[Any]:
    """The cells as they are compared: digits as 0 to 9, letters folded, single blanks, no marks that are not seen."""
    text = plain_digits(text)
    other = pc.invert(pc.fill_null(pc.string_is_ascii(text), True))
    if not pc.any(other).as_py():
        return text
    cells: list[Any] = text.filter(other).to_pylist()
    plain = [_plain(cell) for cell in cells]
    return pc.replace_with_mask(text, other, pa.array(plain, pa.string()))  # type: ignore[no-any-return]


def _plain(cell: str) -> str:
    """One cell; one with digits that are raised, or in a circle, is left: folded they would be figures."""
    if any(unicodedata.category(char) in ("No", "Nl") for char in cell):
        return cell
    return " ".join(plain_letters(cell).split())


def repeats(cells: pa.Array[Any]) -> bool:
    """Whether cells repeat often, as dates and round sums do; decided by a sample."""
    sample = cells.slice(len(cells) // 2, 2_000)
    return len(cells) > 10_000 and 2 * len(pc.unique(sample)) < len(sample)


def each_once(cells: pa.Array[Any], read: ReadNoted) -> tuple[pa.Array[Any], pa.Array[Any]]:
    """Reads each distinct cell once."""
    encoded: Any = cells.dictionary_encode(null_encoding="encode")
    values, note = read(encoded.dictionary)
    return values.take(encoded.indices), note.take(encoded.indices)


def more_precise(note: pa.Array[Any], holds: pa.Array[Any], why: str) -> pa.Array[Any]:
    """The notes, `why` in place of those of cells for which it holds."""
    chosen: pa.Array[Any] = pc.if_else(pc.and_(pc.is_valid(note), pc.fill_null(holds, False)), why, note)
    return chosen


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a column; `index` is the row.

    Attributes:
        certain: index, msisdn, note, cell (where words beside the number were removed, else null).
        doubtful: index, msisdn, doubt, cell: whole numbers that their cells do not certainly mean, and why.
        refused: index, cell, note: cells without a whole number, and those with other content beside certain ones.
    """

    certain: pa.Table
    doubtful: pa.Table
    refused: pa.Table


def numbers(column: Column) -> Numbers:
    """Every number of each cell: certain, doubtful, or why there is none, as the core reads them."""
    cells = whole(column)
    index = pa.array(np.arange(len(cells)))
    without = index.slice(0, 0)
    if is_list(cells.type):
        without = index.filter(pc.equal(pc.fill_null(pc.list_value_length(cells), 0), 0))
        index, cells = pc.list_parent_indices(cells), pc.list_flatten(cells)
    cells = _readable(cells)
    explained: Any = _core.explain(cells)
    msisdn, note = explained.field("msisdn"), pc.cast(explained.field("note"), pa.string())
    single = pc.is_valid(msisdn)
    # With words beside the number, the whole cell decides whether they are phone words.
    plain = pc.and_(single, pc.invert(pc.fill_null(pc.equal(note, "text_removed"), False)))
    certain = pa.table([index, msisdn, note, pa.nulls(len(index), pa.string())], names=_CERTAIN).filter(plain)
    left = pc.invert(plain)
    if pa.types.is_string(cells.type):
        rest = _mentioned(index.filter(left), cells.filter(left))
    else:
        # A cell that is no text has one value.
        note = pc.if_else(pc.is_null(note), "empty", note)
        refused = pa.table([index, written(cells), note], names=["index", "cell", "note"]).filter(left)
        rest = Numbers(certain.slice(0, 0), _NO_DOUBT.empty_table(), refused)
    nothing = [without, pa.nulls(len(without), pa.string()), pa.repeat("empty", len(without))]
    empty = pa.table(nothing, schema=rest.refused.schema)
    return Numbers(pa.concat_tables([certain, rest.certain]), rest.doubtful, pa.concat_tables([rest.refused, empty]))


def inside_text(column: Column, mark: str) -> Numbers:
    """Every whole number inside of free text: none is certain, and `mark` is the doubt."""
    cells = written(text_of_keys(whole(column), "number"))
    found = _mentioned(pa.array(np.arange(len(cells))), cells)
    columns = ["index", "msisdn", "cell"]
    numbers = pa.concat_tables([found.certain.select(columns), found.doubtful.select(columns)]).sort_by("index")
    doubtful = numbers.add_column(2, "doubt", pa.repeat(mark, len(numbers)))
    without = pc.invert(pc.is_in(found.refused["index"], numbers["index"].combine_chunks()))
    return Numbers(found.certain.slice(0, 0), doubtful, found.refused.filter(without))


#: A sign of equality between two numbers, and not that of a spreadsheet's formula.
_EQUAL = r"\p{Nd}[\s\"')]*=+[\s\"'(+]*\p{Nd}"
#: A whole number in brackets behind another: it may be another person's.
_BRACKETED = r"(?:\p{Nd}[\s-]*){10}[(\[][^)\]\p{Nd}]*(?:\p{Nd}[\s-]*){10}"
_CERTAIN = ["index", "msisdn", "note", "cell"]
_COULD_BE = schema_of(index=pa.int64(), msisdn=pa.uint64())
_NO_DOUBT = schema_of(index=pa.int64(), msisdn=pa.uint64(), doubt=pa.string(), cell=pa.string())


def _mentioned(index: pa.Array[Any], cells: pa.Array[Any]) -> Numbers:
    """What the core finds in cells that are more than one plain number."""
    named: Any = _core.mentions(cells)
    lists = named.field("numbers")
    doubt, rest = (pc.cast(named.field(name), pa.string()) for name in ("doubt", "rest"))
    cells = written(cells)
    count = pc.fill_null(pc.list_value_length(lists), 0)
    is_list = pc.and_(pc.is_null(doubt), pc.greater(count, 1))
    # One number may stand in place of the other, as beside an arrow.
    for pattern, why in ((_EQUAL, "stray_character"), (_BRACKETED, "several_numbers")):
        is_one = pc.and_(is_list, pc.match_substring_regex(cells, pattern))
        doubt = pc.if_else(pc.fill_null(is_one, False), why, doubt)
    sure = pc.is_null(doubt)
    shown = _excerpts(cells, count)
    worded = pc.match_substring_regex(cells, r"\p{L}")
    parent = pc.list_parent_indices(lists)
    found = pa.table(
        {
            "index": index.take(parent),
            "msisdn": pc.list_flatten(lists),
            "doubt": doubt.take(parent),
            "note": pc.if_else(worded, "text_removed", None).take(parent),
            "cell": pc.if_else(pc.or_(worded, pc.invert(sure)), shown, None).take(parent),
        }
    )
    certain = found.filter(pc.is_null(found["doubt"])).select(_CERTAIN)
    doubtful = found.filter(pc.is_valid(found["doubt"])).select(_NO_DOUBT.names)
    # Other content beside certain numbers has a note of its own; a doubtful cell waits as a whole.
    note = pc.if_else(pc.equal(count, 0), doubt, pc.if_else(sure, rest, None))
    refused = pa.table([index, cells, note], names=["index", "cell", "note"]).filter(pc.is_valid(note))
    return Numbers(certain, doubtful, refused)


def _excerpts(cells: pa.Array[Any], count: pa.Array[Any]) -> pa.Array[Any]:
    """The part of a cell that is recorded with each of its numbers, for review: the more numbers, the shorter."""
    long, middle, short = (pc.utf8_slice_codeunits(cells, 0, size) for size in (500, 200, 60))
    kept: pa.Array[Any] = pc.if_else(pc.greater(count, 20), short, pc.if_else(pc.greater(count, 4), middle, long))
    return kept


def single_numbers(column: Column) -> tuple[pa.Array[Any], pa.Array[Any]]:
    """The one number of each cell. Returns (msisdn, note of the refusal)."""
    explained: Any = _core.explain(_readable(whole(column)))
    msisdn = explained.field("msisdn")
    note = pc.cast(explained.field("note"), pa.string())
    refused = pc.and_(pc.is_null(msisdn), pc.fill_null(pc.not_equal(note, "empty"), False))
    return msisdn, pc.if_else(refused, note, None)


def digits_that_could_be(texts: pa.Array[Any]) -> pa.Table:
    """Every number that texts could mean, however badly written: index, msisdn.

    All that `extract` finds, and each run of ten digits, with or without 91 or 0 before it, once separators are
    removed. Used only to protect: most of these are no number.
    """
    cells = written(texts)
    found: Any = _core.extract(cells)
    index = pc.list_parent_indices(found).to_pylist()
    pairs = set(zip(index, pc.list_flatten(found).to_pylist(), strict=True))
    kept = pc.utf8_slice_codeunits(plain_digits(pc.fill_null(cells, "")), 0, _LONGEST_SEARCHED)
    for at, text in enumerate(kept.to_pylist()):
        for run in _RUN.findall(_PARTED.sub("", text)):
            pairs |= {(at, 910000000000 + int(run[k : k + 10])) for k in range(len(run) - 9)}
    return table_of(sorted(pairs), _COULD_BE)


def _readable(cells: pa.Array[Any]) -> pa.Array[Any]:
    """Text of any layout as plain strings; numbers as they are, and what the core refuses by its type."""
    kind: Any = cells.type
    # As text, the ticks of a duration, and the keys of a type that is not known, would be digits as written.
    is_unknown = isinstance(kind, pa.BaseExtensionType) and not is_text(kind.storage_type)
    if is_number(kind) or pa.types.is_null(kind) or pa.types.is_duration(kind) or is_unknown:
        return cells
    if is_list(cells.type):
        raise UnsupportedTypeError(f"a column of type {cells.type} has lists: give each number a row of its own")
    return cells.cast(pa.string())


def remarks(column: Column, nothing: Sequence[str] = _NOTHING) -> pa.Array[Any]:
    """Free text without surrounding blanks; null where it is `nothing`."""
    text = pc.utf8_trim(written(column), _BLANKS)
    shown: pa.Array[Any] = pc.if_else(is_nothing(text, nothing), None, text)
    return shown
