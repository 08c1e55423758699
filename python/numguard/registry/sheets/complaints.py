"""A sheet of complaints -> the complaints it holds row by row, the numbers they name, and what was refused.

Owns what makes a row usable. Independent of SQL, files, headings (`headings`) and recorded complaints (`reconcile`).
One idea: a number is certain, or it waits for a decision, or it is refused; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard.compute import pc, replaced, schema_of
from numguard.errors import ArgumentError, ColumnError
from numguard.number_list.rounded import rounded
from numguard.registry.arrays import Bools, Column, Ints, ReadNoted, anywhere, first_of_each, flags, ints, of_same
from numguard.registry.sheets import cells
from numguard.registry.sheets.amounts import amounts
from numguard.registry.sheets.complaint_status import STATUS_UNCLEAR, Statuses, complaint_statuses
from numguard.registry.sheets.districts import districts
from numguard.registry.sheets.doubts import (
    check_victims_columns,
    drawn_down,
    ended_rows,
    hidden_rows,
    in_unread_columns,
    numbers_for_words,
    of_other_countries,
    rows_with,
    shifted_rows,
    spared_rows,
    unapproved_rows,
)
from numguard.registry.sheets.headings import AMBIGUOUS, COLUMNS, SEVERAL, Mapped, find_columns, ignored, left_over
from numguard.registry.sheets.moments import end_of_day, moments
from numguard.registry.sheets.no_complaints import may_be_no_complaint
from numguard.registry.sheets.sheet import Sheet
from numguard.registry.sheets.sources import sources
from numguard.registry.sheets.totals import totals
from numguard.registry.spelling import folded_cells

FIELDS = ("source", "acknowledgement_no", "district", "category", "reported_at", "complainant", "amount_lost",
           "amount_recovered", "police_station", "incident_at", "amount_held")  # fmt: skip
#: The doubt of a number that was found inside of a narrative.
FROM_NARRATIVE = "from_narrative"

#: Why a cell of a complaint is refused, beside the notes of numbers and of records.
COMPLAINT_NOTES = {
    "not_an_amount": "The cell is no sum of rupees: it has words, a sign, odd grouping or fractions of a paisa.",
    "not_a_date": "The cell is no day of the calendar.",
    "two_digit_year": "The year has two digits, so that 05-06-07 reads three ways.",
    "month_first": "The month is before the day; Indian dates have the day first.",
    "day_or_month": "Other dates of the column have day and month the other way round, so this one reads both ways.",
    "serial_date": "A spreadsheet's number for a day: give the column the format of a date and save it again.",
    "spreadsheet_error": "The error value of a spreadsheet formula.",
    "complainants_number": "A number of the complainant, or of one whose row is not recorded, as a suspect's.",
    "in_unread_column": "It is in another column too, which is not read and may have complainants' numbers.",
    "other_country_code": "Another cell of the row has another country, or its code, than the number as it was read.",
    "spared_in_row": "Another cell, or a note below, says that it is a victim's, not to be blocked, or no phone's.",
    "not_approved": "A decision on the number is no yes, or blank where another is; or a remark may clear or doubt it.",
    "struck_out": "The number, or the acknowledgement number, decision or status beside it, is struck out.",
    "not_shown": "The row is hidden, or the cell is below merged ones: who looks at the sheet does not see the number.",
    "shifted": "A word stands for the complainant's number, or a number for a sum or word: columns may have shifted.",
    "drawn_down": "The numbers of three rows or more rise by one from row to row, as where a cell was drawn down.",
    "rounded": "The number ends in zeros: a spreadsheet may have rounded it.",
    "number_for_a_sum": "The cell is written as a mobile number, and no sum.",
    "total": "The row names no number, and its sums are those of the rows above: it is their total.",
    "no_complaint": "The row may be no complaint: it signs the sheet, or is of another table below the complaints.",
    "no_acknowledgement_no": "The row names a number, but has no acknowledgement number.",
    "no_source": "The row names a number, but has no source.",
    "in_the_future": "The day is in the future.",
    "rows_disagree": "Another row of the complaint has another sum, as where each row is a transaction.",
    "another_header": "The row is below a second header, of other columns; save that part as a file of its own.",
    "complaint_ended": "The status of the complaint is withdrawn, rejected, false, duplicate or such.",
    STATUS_UNCLEAR: "The status of the complaint may mean that it stands, or that it has ended.",
    "no_number": "The narrative contains no whole number.",
}

_REFUSAL = schema_of(index=pa.int64(), field=pa.string(), cell=pa.string(), note=pa.string())
_NAMING = schema_of(index=pa.int64(), msisdn=pa.uint64(), note=pa.string(), doubt=pa.string(), cell=pa.string())

#: Fields that may have one value for a whole sheet.
CONSTANTS = ("source", "district", "police_station", "category")

_WARNINGS = ("placeholder", "unlisted_series")
#: The fields of which a complaint has one value, and a sheet of transactions another in each row.
_SUMS: Final = ("amount_lost", "amount_recovered", "amount_held")
#: So many digits are a number of something, and no count.
_MANY_DIGITS: Final = r"\p{Nd}{6}"
#: The fields that no total has.
_NOT_OF_TOTALS: Final = (
    "suspect_mobiles", "narrative", "complainant_mobile", "reported_at", "incident_at", "category", "complaint_status",
)  # fmt: skip
#: The fields of which a cell that is struck out, or not shown, puts the numbers of its row in doubt.
_STRUCK = ("acknowledgement_no", "suspect_mobiles", "narrative")


@dataclass(frozen=True, slots=True)
class Complaints:
    """The content of a sheet, row by row.

    Attributes:
        rows: one a record: row, the key of its complaint (null where it has none), the fields, usable, stands and
            ended (what its status says; both false where it says nothing, or nothing certain), and status: that of
            its complaint, `stands` where any row of it does, or `unclear`; null where it has ended, or says nothing.
        namings: index (into rows), msisdn, note, doubt, cell: the usable numbers, each once a row, in this order; doubt
            is why one is not certain.
        complainants: index, msisdn: the numbers of complainants, likewise.
        refusals: index, field, cell, note.
        broken: row, cell, note: the records that could not be split.
        ended: index, msisdn: the numbers of complaints that have ended, none of which is among the namings.
        at: the columns of each field.
    """

    rows: pa.Table
    namings: pa.Table
    complainants: pa.Table
    refusals: pa.Table
    broken: pa.Table
    ended: pa.Table
    at: dict[str, list[int]]


def read_complaints(
    sheet: Sheet, mapping: Mapped | None, constants: Mapping[str, str] | None = None, *, now: int
) -> Complaints:
    """Reads each column of `sheet` by what it means; a cell that cannot be read is refused alone.

    Args:
        sheet: the records.
        mapping: which column holds what.
        constants: the value of a field where the sheet has none.
        now: the moment of reading: a future day is refused.

    Raises:
        ColumnError: no column of acknowledgement numbers, of suspect numbers or of sources; a heading that could be two
            fields.
    """
    set_once = _constants(constants)
    at = _columns(sheet, mapping, set_once)
    unread = left_over(sheet.table.column_names, at, ignored(mapping, COLUMNS))
    check_victims_columns(sheet.table, unread, sheet.name)
    size = len(sheet.table)
    refusals: list[pa.Table] = []
    column = partial(sheet.column, at)

    def read(word: str, reader: ReadNoted) -> pa.Array[Any]:
        values, note = sheet.read_by(reader, at[word][0]) if word in at else reader(column(word))
        refusals.append(_refused(word, column(word), note))
        return values

    def words(word: str, reader: Callable[[Column], pa.Array[Any]] = cells.words) -> pa.Array[Any]:
        values = sheet.read_by(reader, at[word][0]) if word in at else reader(column(word))
        return pc.coalesce(values, reader(pa.array([set_once[word]]))[0]) if word in set_once else values

    def past(column: Column) -> tuple[pa.Array[Any], pa.Array[Any]]:
        values, note = moments(column)
        early = pc.fill_null(pc.greater_equal(values, end_of_day(now)), False)
        return pc.if_else(early, None, values), pc.if_else(early, "in_the_future", note)

    acknowledgement = read("acknowledgement_no", cells.acknowledgements)
    source = words("source")
    complainants, refused = _complainants(sheet, at.get("complainant_mobile", []))
    unread_complainants = refused.filter(pc.not_equal(refused["note"], "empty"))
    refusals.append(unread_complainants)
    fields = {
        "source": source,
        "acknowledgement_no": acknowledgement,
        "district": words("district", districts),
        "category": words("category"),
        "reported_at": read("reported_at", past),
        "complainant": _first(complainants, size),
        "amount_lost": read("amount_lost", amounts),
        "amount_recovered": read("amount_recovered", amounts),
        "police_station": words("police_station"),
        "incident_at": read("incident_at", past),
        "amount_held": read("amount_held", amounts),
    }
    found, of_suspects = _of_suspects(sheet, at, complainants, unread_complainants, pa.concat_tables(refusals))
    refusals += of_suspects
    for part, note in ((acknowledgement, "no_acknowledgement_no"), (source, "no_source")):
        lost = flags(pc.is_null(part))[ints(found["index"])]
        refusals.append(_refused_numbers(found.filter(pa.array(lost)), note))
        found = found.filter(pa.array(~lost))
    # A complaint is one, in whatever digits its number is written.
    number = folded_cells(cells.plain_digits(acknowledgement))
    key = pc.binary_join_element_wise(folded_cells(sources(source)), number, "\x1f")
    found = _in_doubt(found, _of_unrecorded(found, complainants, key), "complainants_number")
    in_columns = {word: values for word, values in fields.items() if word in at}
    no_complaint = may_be_no_complaint(sheet.table, acknowledgement, in_columns)
    found = _in_doubt(found, no_complaint[ints(found["index"])], "no_complaint")
    is_total = pc.and_(pc.is_valid(key), pa.array(_totals(sheet, at, fields, key)))
    refusals.append(_refused("acknowledgement_no", column("acknowledgement_no"), pc.if_else(is_total, "total", None)))
    key = pc.if_else(is_total, None, key)
    for word, disagree in _disagreeing(fields, key).items():
        refusals.append(_refused(word, column(word), pc.if_else(disagree, "rows_disagree", None)))
        fields[word] = pc.if_else(disagree, None, fields[word])
    status = complaint_statuses([sheet.table.column(place) for place in at.get("complaint_status", [])], size)
    refusals.append(_ended(status))
    found, ended, of_complaint = _by_status(found, key, status)
    shown = {"complaint_status": status.text, "usable": pa.array(anywhere(ints(found["index"]), size))}
    shown |= {"stands": pa.array(status.stands), "ended": pa.array(status.ended), "status": of_complaint}
    rows = pa.table({"row": sheet.row, "complaint_key": key, **fields, **shown})
    return Complaints(rows, found, complainants, pa.concat_tables(refusals), sheet.broken, ended, at)


def _of_suspects(
    sheet: Sheet,
    at: dict[str, list[int]],
    complainants: pa.Table,
    unread_complainants: pa.Table,
    refused_cells: pa.Table,
) -> tuple[pa.Table, list[pa.Table]]:
    """The numbers of suspects, without complainants' own, and the refused cells.

    Args:
        sheet: the records.
        at: the columns of each field.
        complainants: the numbers of complainants.
        unread_complainants: the refused cells of complainants.
        refused_cells: the refused cells of all other fields.
    """
    found, refused = _suspects(sheet, at)
    own = _own(found, complainants, len(sheet.table))
    refusals = [refused, _refused_numbers(found.filter(pa.array(own)), "complainants_number")]
    found = found.filter(pa.array(~own))
    could_be_own = cells.digits_that_could_be(unread_complainants["cell"].combine_chunks())["msisdn"]
    found = _in_doubt(found, flags(pc.is_in(found["msisdn"], could_be_own)), "complainants_number")
    unread = left_over(sheet.table.column_names, at)
    found = _in_doubt(found, in_unread_columns(found, sheet.table, unread), "in_unread_column")
    index = ints(found["index"])
    others = of_other_countries(index, found["msisdn"].combine_chunks(), sheet.table, unread)
    found = _in_doubt(found, others, "other_country_code")
    found = _in_doubt(found, rounded(found["msisdn"]), "rounded")
    beside, places = sheet.with_notes(unread)
    is_spared = spared_rows(beside, places, is_complaint=True) | sheet.are_denied()
    found = _in_doubt(found, is_spared[index], "spared_in_row")
    found = _in_doubt(found, unapproved_rows(beside, places)[index], "not_approved")
    found = _in_doubt(found, ended_rows(beside, places)[index], STATUS_UNCLEAR)
    if "workbook" in sheet.container:
        found = _in_doubt_by_spreadsheet(found, sheet, at)
    shifted = shifted_rows(complainants, refused_cells, len(sheet.table))
    shifted |= numbers_for_words(sheet.table, [place for word in CONSTANTS for place in at.get(word, [])])
    return _in_doubt(found, shifted[index], "shifted"), refusals


def _in_doubt_by_spreadsheet(found: pa.Table, sheet: Sheet, at: dict[str, list[int]]) -> pa.Table:
    """The namings, with a doubt on those that a workbook strikes out or hides, or may have written by itself."""
    index, row = ints(found["index"]), ints(sheet.row)
    of_number = {place for field in _STRUCK for place in at.get(field, [])}
    found = _in_doubt(found, rows_with(row, sheet.struck_out, of_number)[index], "struck_out")
    found = _in_doubt(found, hidden_rows(row, sheet, of_number)[index], "not_shown")
    complaint: Any = cells.written(sheet.column(at, "acknowledgement_no")).dictionary_encode()
    complaint = ints(pc.fill_null(complaint.indices, -1))[index]
    return _in_doubt(found, drawn_down(row[index], ints(found["msisdn"]), complaint), "drawn_down")


def _by_status(found: pa.Table, key: pa.Array[Any], status: Statuses) -> tuple[pa.Table, pa.Table, pa.Array[Any]]:
    """The numbers of complaints that stand or may, those of complaints that have ended, and each complaint's status."""
    of_ended = status.ended[ints(found["index"])]
    ended = found.filter(pa.array(of_ended)).select(["index", "msisdn"])
    found = found.filter(pa.array(~of_ended))
    # Of a complaint that has ended by another row, no row is certain.
    doubted = status.unclear | of_same(key, status.ended)
    found = _in_doubt(found, doubted[ints(found["index"])], STATUS_UNCLEAR)
    # One that any row leaves standing stands, so that a later sheet without a status withdraws no number of that row.
    left = status.stands & ~doubted
    unclear, stands = (pa.array(of_same(key, rows) & ~status.ended) for rows in (doubted, left))
    return found, ended, pc.if_else(stands, "stands", pc.if_else(unclear, "unclear", None))


def _ended(status: Statuses) -> pa.Table:
    """The refused cells of complaints that have ended."""
    index = pa.array(np.flatnonzero(status.ended), pa.int64())
    field, note = (pa.repeat(text, len(index)) for text in ("complaint_status", "complaint_ended"))
    return pa.table([index, field, status.text.take(index), note], schema=_REFUSAL)


def _constants(constants: Mapping[str, str] | None) -> dict[str, str]:
    if not isinstance(constants, Mapping | None):
        raise ArgumentError(f"constants (--set): takes {{field: value}}, not {type(constants).__name__}")
    set_once = dict(constants or {})
    for word, value in set_once.items():
        if word not in CONSTANTS:
            raise ArgumentError(f"constants (--set): takes {', '.join(CONSTANTS)}")
        if not isinstance(value, str) or cells.words(pa.array([value]))[0].as_py() is None:
            raise ArgumentError(f"constants (--set): {word} takes a text that is not empty")
    return set_once


def _columns(sheet: Sheet, mapping: Mapped | None, set_once: Mapping[str, str]) -> dict[str, list[int]]:
    def find(*required: str) -> dict[str, list[int]]:
        return find_columns(
            sheet.table,
            COLUMNS,
            required,
            mapping,
            sheet.name,
            header_row=sheet.header_row,
            several=SEVERAL,
            ambiguous=AMBIGUOUS,
        )

    at = find("acknowledgement_no")
    if "narrative" not in at:
        # For its error: that a column of suspects is missing, and how to name it.
        find("acknowledgement_no", "suspect_mobiles")
    if "source" not in at and "source" not in set_once:
        raise ColumnError(
            f"{sheet.name}: no column for source, and two desks may use one acknowledgement number; name the column "
            "with --map COLUMN=source (mapping=), or set the source with --set source=1930 (constants=)"
        )
    return at


def _suspects(sheet: Sheet, at: dict[str, list[int]]) -> tuple[pa.Table, pa.Table]:
    """The numbers of the columns of suspects, certain ones first, then those that only narratives hold."""
    table, places = sheet.table, at.get("suspect_mobiles", [])
    read = [sheet.read_by(cells.numbers, place) for place in places]
    if "workbook" in sheet.container:
        read = [_warned(numbers) for numbers in read]
    refused = _named("suspect_mobiles", [numbers.refused for numbers in read])
    # Of several columns for suspects most are empty in most rows; an empty cell is refused only where all are empty.
    if len(read) > 1:
        refused = _without_needless(refused, [part for one in read for part in (one.certain, one.doubtful)], len(read))
    narratives = [cells.inside_text(table.column(place), FROM_NARRATIVE) for place in at.get("narrative", [])]
    if not places:
        without = _named("narrative", [numbers.refused for numbers in narratives])
        refused = replaced(without, note=pa.repeat("no_number", len(without)))
    certain = [_naming(numbers.certain) for numbers in read]
    doubtful = [_naming(numbers.doubtful) for numbers in (*read, *narratives)]
    return _each_once_a_row(pa.concat_tables([_NAMING.empty_table(), *certain, *doubtful])), refused


def _warned(numbers: cells.Numbers) -> cells.Numbers:
    """The numbers of a workbook, those with a warning in doubt: a spreadsheet program may have changed them."""
    certain = numbers.certain
    warned = pc.fill_null(pc.is_in(certain["note"], pa.array(_WARNINGS)), False)
    doubtful = certain.filter(warned).drop_columns("cell")
    doubtful = doubtful.append_column("cell", pc.cast(doubtful["msisdn"], pa.string()))
    doubtful = doubtful.rename_columns(["index", "msisdn", "doubt", "cell"])
    return cells.Numbers(
        certain.filter(pc.invert(warned)), pa.concat_tables([numbers.doubtful, doubtful]), numbers.refused
    )


def _naming(found: pa.Table) -> pa.Table:
    """Certain or doubtful numbers as namings; those with removed words keep their cell."""
    nothing = pa.nulls(len(found), pa.string())
    columns = [found[name] if name in found.column_names else nothing for name in _NAMING.names]
    return pa.table(columns, names=_NAMING.names).cast(_NAMING)


def _complainants(sheet: Sheet, at: list[int]) -> tuple[pa.Table, pa.Table]:
    """The numbers of complainants, doubtful ones included, as protecting them is safer than blocking them."""
    read = [sheet.read_by(cells.numbers, place) for place in at]
    refused = _named("complainant_mobile", [numbers.refused for numbers in read])
    found = [_naming(part) for numbers in read for part in (numbers.certain, numbers.doubtful)]
    return _each_once_a_row(pa.concat_tables([_NAMING.empty_table(), *found])), refused


def _named(word: str, refused: list[pa.Table]) -> pa.Table:
    """Refused cells as those of the field `word`."""
    parts = [_REFUSAL.empty_table()]
    parts += [part.add_column(1, "field", pa.repeat(word, len(part))).cast(_REFUSAL) for part in refused]
    return pa.concat_tables(parts)


def _without_needless(bad: pa.Table, found: list[pa.Table], columns: int) -> pa.Table:
    """The refused cells; of empty ones, one a row where the row has no other cell or number."""
    empty = pc.equal(bad["note"], "empty")
    filled = bad.filter(pc.invert(empty))
    index = ints(bad.filter(empty)["index"])
    row, count = np.unique(index, return_counts=True)
    others = np.concatenate([ints(part["index"]) for part in (filled, *found)])
    row = row[(count == columns) & ~np.isin(row, others)]
    size = len(row)
    blank = [pa.array(row), pa.repeat("suspect_mobiles", size), pa.nulls(size, pa.string()), pa.repeat("empty", size)]
    return pa.concat_tables([filled, pa.table(blank, schema=_REFUSAL)])


def _each_once_a_row(found: pa.Table) -> pa.Table:
    """The numbers in the order of rows and numbers; of a number that a row names twice, the first naming."""
    index, msisdn = (ints(found[name]) for name in ("index", "msisdn"))
    # A stable sort merges the few ascending runs; most rows have one number, and need no second sort.
    order = np.argsort(index, kind="stable")
    same = index[order[1:]] == index[order[:-1]]
    several = np.append(same, False) | np.append(False, same)[: len(order)]
    within = order[several]
    order[several] = within[np.lexsort((msisdn[within], index[within]))]
    index, msisdn = index[order], msisdn[order]
    return found.take(order[first_of_each(index, msisdn)])


def _layers(numbers: pa.Table, size: int) -> Iterator[Ints]:
    """The first number of each row, the second, and so on; 0 where a row has none."""
    index, msisdn = (ints(numbers[name]) for name in ("index", "msisdn"))
    nth = np.arange(len(index)) - np.searchsorted(index, index)
    for n in range(int(nth.max(initial=-1)) + 1):
        layer = np.zeros(size, np.int64)
        layer[index[nth == n]] = msisdn[nth == n]
        yield layer


def _first(numbers: pa.Table, size: int) -> pa.Array[Any]:
    first = next(_layers(numbers, size), np.zeros(size, np.int64))
    return pa.array(first, pa.int64(), mask=first == 0)


def _totals(
    sheet: Sheet, at: Mapping[str, Sequence[int]], fields: Mapping[str, pa.Array[Any]], key: pa.Array[Any]
) -> Bools:
    """Which rows are totals of those above: none that has anything of a complaint beside its sums and a label."""
    sums = [ints(pc.fill_null(fields[word], 0)) for word in _SUMS]
    could_be = np.logical_or.reduce([column != 0 for column in sums])
    for place in at.get("suspect_mobiles", ()):
        could_be &= ~flags(pc.not_equal(cells.trimmed(cells.joined(sheet.table.column(place))), ""))
    rows: Any = pa.array(np.flatnonzero(could_be))
    is_complaint = ~could_be
    if len(rows):
        is_complaint[could_be] = _of_a_complaint(sheet.table.take(rows), at)
        # Each row of a complaint that has several may be a transaction.
        codes: Any = key.dictionary_encode().indices
        several = np.append(np.bincount(ints(codes.drop_null())) > 1, False)
        is_complaint |= several[ints(pc.fill_null(codes, len(several) - 1))]
    return totals(sums, is_complaint)


def _of_a_complaint(rows: pa.Table, at: Mapping[str, Sequence[int]]) -> Bools:
    """Which rows have what no total has: two texts, one of which may be a label, or a number of six digits or more."""
    texts = [cells.trimmed(cells.joined(column)) for column in rows.columns]
    of_sums = {place for word in _SUMS for place in at.get(word, ())}
    others = [text for place, text in enumerate(texts) if place not in of_sums]
    worded = [flags(pc.match_substring_regex(text, r"\pL")) for text in others]
    filled = [flags(pc.not_equal(texts[place], "")) for word in _NOT_OF_TOTALS for place in at.get(word, ())]
    many = [flags(pc.match_substring_regex(text, _MANY_DIGITS)) for text in others]
    found: Bools = np.logical_or.reduce([np.sum(worded, axis=0) > 1, *filled, *many])
    return found


def _disagreeing(fields: Mapping[str, pa.Array[Any]], key: pa.Array[Any]) -> dict[str, pa.Array[Any]]:
    """Which rows have a sum while another row of their complaint has another, by fields."""
    complaint: Any = key.dictionary_encode()
    if len(complaint.dictionary) + key.null_count == len(key):
        return {}
    found = {}
    for word in _SUMS:
        rows = pa.table([complaint.indices, fields[word]], names=["complaint", "value"])
        values = rows.group_by("complaint").aggregate([("value", "count_distinct")])
        several = values.filter(pc.greater(values["value_count_distinct"], 1))["complaint"].drop_null()
        has_several = pc.is_in(complaint.indices, several.combine_chunks())
        found[word] = pc.and_(pc.is_valid(fields[word]), has_several)
    return found


def _of_unrecorded(found: pa.Table, complainants: pa.Table, key: pa.Array[Any]) -> Bools:
    """Which suspect numbers are those of complainants whose complaints have no key: they are not recorded."""
    without_key = pa.array(np.flatnonzero(flags(pc.is_null(key))), pa.int64())
    theirs = complainants.filter(pc.is_in(complainants["index"], without_key))["msisdn"]
    return flags(pc.is_in(found["msisdn"], theirs.combine_chunks()))


def _own(found: pa.Table, complainants: pa.Table, size: int) -> Bools:
    """Which suspect numbers are the complainant's own."""
    index, msisdn = (ints(found[name]) for name in ("index", "msisdn"))
    own = np.zeros(len(index), np.bool_)
    for layer in _layers(complainants, size):
        own |= layer[index] == msisdn
    return own


def _in_doubt(found: pa.Table, doubted: Bools, why: str) -> pa.Table:
    """The namings, with the doubt `why` on certain ones that are `doubted`."""
    doubted = doubted & flags(pc.is_null(found["doubt"]))
    if not doubted.any():
        return found
    cell = pc.coalesce(found["cell"], pc.cast(found["msisdn"], pa.string()))
    new: Any = pa.array(doubted)
    return replaced(found, doubt=pc.if_else(new, why, found["doubt"]), cell=pc.if_else(new, cell, found["cell"]))


def _refused(word: str, column: pa.ChunkedArray[Any], note: pa.Array[Any]) -> pa.Table:
    bad = pc.is_valid(note)
    if not pc.any(bad).as_py():
        return _REFUSAL.empty_table()
    index = pa.array(np.flatnonzero(flags(bad)))
    columns = [index, pa.repeat(word, len(index)), cells.written(column.filter(bad)), note.filter(bad)]
    return pa.table(columns, schema=_REFUSAL)


def _refused_numbers(found: pa.Table, note: str) -> pa.Table:
    size = len(found)
    cell = pc.cast(found["msisdn"], pa.string())
    return pa.table([found["index"], pa.repeat("suspect_mobiles", size), cell, pa.repeat(note, size)], schema=_REFUSAL)
