"""A sheet of complaints -> the versions of complaints it holds, the numbers they name, and what was refused.

Owns what makes a row usable, and how the rows of a file meet what the registry knows. Knows no SQL, no file, and no
heading (`headings`). One idea: a complaint is (source, acknowledgement number); the rows of one file that
share it are one version of it, told apart from other versions by a fingerprint of everything it says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

from numguard.registry import cells
from numguard.registry.amounts import amounts
from numguard.registry.districts import districts
from numguard.registry.headings import AMBIGUOUS, COLUMNS, SEVERAL, Mapped, find_columns
from numguard.registry.moments import moments
from numguard.registry.sheet import Sheet

pc: Any = pyarrow.compute  # its stubs know no plain Python values

__all__ = ["COMPLAINT_NOTES", "FROM_NARRATIVE", "Complaints", "Plan", "read_complaints", "reconcile"]

_FIELDS = ("source", "acknowledgement_no", "district", "category", "reported_at", "complainant", "amount_lost",
           "amount_recovered", "police_station", "incident_at", "amount_held")  # fmt: skip
#: Fields that came later: they count in a fingerprint where they say something, so that what was told before them is
#: still told as it was.
_LATER = ("police_station", "incident_at", "amount_held")

#: How a number is marked that was found inside of a narrative.
FROM_NARRATIVE = "from_narrative"

#: Why a cell of a complaint is refused, beside the notes of numbers and of records.
COMPLAINT_NOTES = {
    "not_an_amount": "The cell is no sum of rupees: it has words, a sign, odd grouping or parts of a paisa.",
    "not_a_date": "The cell is no day of the calendar.",
    "two_digit_year": "The year has two digits, so that 05-06-07 reads three ways.",
    "month_first": "The month stands before the day; Indian dates have the day first.",
    "day_or_month": "Other dates of the column have the month first, so this one reads both ways.",
    "serial_date": "A spreadsheet's number for a day: give the column the format of a date and save it again.",
    "spreadsheet_overflow": "The column was too narrow when the sheet was saved: the cell holds only hash signs.",
    "spreadsheet_error": "A spreadsheet's error stands where its formula found nothing.",
    "precision_lost": "A spreadsheet wrote the number with an exponent and dropped digits.",
    "complainants_number": "The complainant's own number, written as a suspect's.",
    "no_acknowledgement_no": "The row names a number, but not which complaint it is.",
    "no_number": "No whole number stands in the narrative.",
}

_REFUSAL_FIELDS: list[pa.Field[Any]] = [
    pa.field("index", pa.int64()),
    *(pa.field(name, pa.string()) for name in ("field", "cell", "note")),
]
_REFUSAL = pa.schema(_REFUSAL_FIELDS)


@dataclass(frozen=True, slots=True)
class Complaints:
    """What a sheet says, row by row.

    Attributes:
        rows: one a record: row, the key of its complaint (null where it has none), the fields, usable.
        namings: index (into rows), msisdn, note: the usable numbers, each once a row, in this order.
        complainants: index, msisdn: the numbers of who complains, likewise.
        refusals: index, field, cell, note.
        broken: row, cell, note: the records that could not be taken apart.
        at: the columns of each field.
    """

    rows: pa.Table
    namings: pa.Table
    complainants: pa.Table
    refusals: pa.Table
    broken: pa.Table
    at: dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What taking a sheet in would do.

    Attributes:
        added, updated, repeated, refused: rows.
        versions, namings, complainants, refusals: what to append, `complaint` being null for a complaint not known yet.
        refused_cells: every refused cell of the sheet: row, field, cell, note.
    """

    added: int
    updated: int
    repeated: int
    refused: int
    versions: pa.Table
    namings: pa.Table
    complainants: pa.Table
    refusals: pa.Table
    refused_cells: pa.Table

    @property
    def empty(self) -> bool:
        """Whether the registry already knows all of it."""
        return len(self.versions) == 0


def read_complaints(sheet: Sheet, mapping: Mapped | None) -> Complaints:
    """Reads each column of `sheet` by what it means; a cell that cannot be read costs that cell alone.

    Raises:
        ColumnError: no column of acknowledgement numbers or of suspect numbers; a heading that could be two things.
    """
    at = _columns(sheet, mapping)
    size = len(sheet.table)
    refusals: list[pa.Table] = []

    def column(word: str) -> pa.ChunkedArray[Any]:
        return sheet.table.column(at[word][0]) if word in at else pa.chunked_array([pa.nulls(size, pa.string())])

    def read(word: str, reader: Any) -> pa.Array[Any]:
        values: pa.Array[Any]
        values, note = reader(column(word))
        refusals.append(_refused(word, column(word), note))
        return values

    acknowledgement = read("acknowledgement_no", cells.acknowledgements)
    source = cells.words(column("source"))
    complainants, refused = _numbers(sheet.table, at.get("complainant_mobile", []), "complainant_mobile")
    refusals.append(refused.filter(pc.not_equal(refused["note"], "empty")))
    fields = {
        "source": source,
        "acknowledgement_no": acknowledgement,
        "district": districts(column("district")),
        "category": cells.words(column("category")),
        "reported_at": read("reported_at", moments),
        "complainant": _first(complainants, size),
        "amount_lost": read("amount_lost", amounts),
        "amount_recovered": read("amount_recovered", amounts),
        "police_station": cells.words(column("police_station")),
        "incident_at": read("incident_at", moments),
        "amount_held": read("amount_held", amounts),
    }
    found, refused = _suspects(sheet.table, at)
    own = _own(found, complainants, size)
    refusals += [refused, _told(found.filter(own), "complainants_number")]
    found = found.filter(pc.invert(own))

    keyless = pc.is_null(acknowledgement)
    lost = found.filter(pc.fill_null(keyless.take(found["index"].combine_chunks()), True))
    refusals.append(_told(lost, "no_acknowledgement_no"))
    found = found.filter(pc.invert(keyless.take(found["index"].combine_chunks())))
    usable = np.zeros(size, np.bool_)
    usable[np.asarray(found["index"].to_numpy(), np.int64)] = True
    key = pc.binary_join_element_wise(pc.utf8_lower(pc.fill_null(source, "")), pc.utf8_lower(acknowledgement), "\x1f")
    rows = pa.table({"row": sheet.row, "complaint_key": key, **fields, "usable": pa.array(usable)})
    return Complaints(rows, found, complainants, pa.concat_tables(refusals), sheet.broken, at)


def _columns(sheet: Sheet, mapping: Mapped | None) -> dict[str, list[int]]:
    told = find_columns(
        sheet.table, COLUMNS, ("acknowledgement_no",), mapping, sheet.name, several=SEVERAL, ambiguous=AMBIGUOUS
    )
    if "narrative" not in told:
        # Asked again for the sake of what it says: that a column of suspects is missing, and how to name it.
        required = ("acknowledgement_no", "suspect_mobiles")
        find_columns(sheet.table, COLUMNS, required, mapping, sheet.name, several=SEVERAL, ambiguous=AMBIGUOUS)
    return told


def _suspects(table: pa.Table, at: dict[str, list[int]]) -> tuple[pa.Table, pa.Table]:
    """The numbers of the columns of suspects, then those that only narratives hold, marked as such."""
    named, refused = _numbers(table, at.get("suspect_mobiles", []), "suspect_mobiles")
    narratives = at.get("narrative", [])
    if not narratives:
        return named, refused
    told = [cells.inside_text(table.column(place), FROM_NARRATIVE) for place in narratives]
    if not at.get("suspect_mobiles"):
        without = pa.concat_tables([silent for _, silent in told])
        silent = without.append_column("note", pa.repeat("no_number", len(without)))
        refused = silent.add_column(1, "field", pa.repeat("narrative", len(silent))).cast(_REFUSAL)
    return _each_once_a_row(pa.concat_tables([named, *(found for found, _ in told)])), refused


def _numbers(table: pa.Table, at: list[int], word: str) -> tuple[pa.Table, pa.Table]:
    """The numbers of some columns, each once a row and in the order of rows and numbers, and the refused cells."""
    read = [cells.numbers(table.column(place)) for place in at] or [cells.numbers(pa.array([], pa.string()))]
    bad = pa.concat_tables([refused for _, refused in read])
    # Of several columns for suspects most are empty in most rows; that says something only where all are.
    if len(read) > 1:
        bad = _without_needless(bad, pa.concat_tables([numbers for numbers, _ in read]), len(read))
    bad = bad.add_column(1, "field", pa.repeat(word, len(bad)))
    return _each_once_a_row(pa.concat_tables([numbers for numbers, _ in read])), bad.cast(_REFUSAL)


def _without_needless(bad: pa.Table, found: pa.Table, columns: int) -> pa.Table:
    """The refused cells, those that are empty once a row, and only where the row has nothing else."""
    empty = pc.equal(bad["note"], "empty")
    said = bad.filter(pc.invert(empty))
    index = np.asarray(bad.filter(empty)["index"].to_numpy(), np.int64)
    row, count = np.unique(index, return_counts=True)
    speaking = np.concatenate([np.asarray(part["index"].to_numpy(), np.int64) for part in (said, found)])
    row = row[(count == columns) & ~np.isin(row, speaking)]
    blank = [pa.array(row), pa.nulls(len(row), pa.string()), pa.repeat("empty", len(row))]
    return pa.concat_tables([said, pa.table(blank, schema=said.schema)])


def _each_once_a_row(found: pa.Table) -> pa.Table:
    """The numbers in the order of rows and numbers; of one that a row names twice, the first naming."""
    index, msisdn = (np.asarray(found[name].to_numpy()) for name in ("index", "msisdn"))
    # The few ascending runs of which this is made are merged; most rows have one number, and need no second sort.
    order = np.argsort(index, kind="stable")
    same = index[order[1:]] == index[order[:-1]]
    several = np.append(same, False) | np.append(False, same)[: len(order)]
    within = order[several]
    order[several] = within[np.lexsort((msisdn[within], index[within]))]
    index, msisdn = index[order], msisdn[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = (index[1:] != index[:-1]) | (msisdn[1:] != msisdn[:-1])
    return found.take(order[first])


def _layers(numbers: pa.Table, size: int) -> Iterator[npt.NDArray[np.int64]]:
    """The first number of each row, the second, and so on; 0 where a row has none."""
    index, msisdn = (np.asarray(numbers[name].to_numpy(), np.int64) for name in ("index", "msisdn"))
    nth = np.arange(len(index)) - np.searchsorted(index, index)
    for n in range(int(nth.max(initial=-1)) + 1):
        layer = np.zeros(size, np.int64)
        layer[index[nth == n]] = msisdn[nth == n]
        yield layer


def _first(numbers: pa.Table, size: int) -> pa.Array[Any]:
    first = next(_layers(numbers, size), np.zeros(size, np.int64))
    return pa.array(first, pa.int64(), mask=first == 0)


def _own(found: pa.Table, complainants: pa.Table, size: int) -> pa.Array[Any]:
    """Which suspect numbers are the complainant's own."""
    index, msisdn = (np.asarray(found[name].to_numpy(), np.int64) for name in ("index", "msisdn"))
    own = np.zeros(len(index), np.bool_)
    for layer in _layers(complainants, size):
        own |= layer[index] == msisdn
    return pa.array(own, pa.bool_())


def _refused(word: str, column: pa.ChunkedArray[Any], note: pa.Array[Any]) -> pa.Table:
    bad = pc.is_valid(note)
    if not pc.any(bad).as_py():
        return _REFUSAL.empty_table()
    note = note.filter(bad)
    index = pa.array(np.flatnonzero(np.asarray(bad.to_numpy(zero_copy_only=False), np.bool_)))
    columns = [index, pa.repeat(word, len(index)), cells.written(column.filter(bad)), note]
    return pa.table(columns, schema=_REFUSAL)


def _told(found: pa.Table, note: str) -> pa.Table:
    size = len(found)
    cell = pc.cast(found["msisdn"], pa.string())
    return pa.table([found["index"], pa.repeat("suspect_mobiles", size), cell, pa.repeat(note, size)], schema=_REFUSAL)


def reconcile(complaints: Complaints, known: Any) -> Plan:
    """Meets the rows with what is known.

    Args:
        complaints: the rows.
        known: given a table (ordinal, complaint_key), the versions known of those complaints.

    Returns:
        What is new. A row counts as refused if it names no usable number, else as repeated if its complaint was told so
        before, as updated if the complaint stands with other content, and as added otherwise.
    """
    rows = complaints.rows
    key = rows["complaint_key"].combine_chunks()
    groups = _Groups(key, np.asarray(rows["usable"].to_numpy(), np.bool_))
    versions = groups.merge(rows)
    size = len(versions)
    suspects = _joined(complaints.namings, groups.of_row, size)
    usable = np.asarray(pc.not_equal(suspects, "").to_numpy(zero_copy_only=False), np.bool_)
    texts = _texts(versions, suspects, complaints, groups.of_row)
    prints = np.frombuffer(b"".join(blake2b(text, digest_size=8).digest() for text in texts), "<i8").astype(np.int64)

    asked = pa.table({"ordinal": np.arange(size), "complaint_key": versions["complaint_key"]})
    told = known(asked)
    ordinal = np.asarray(told["ordinal"].to_numpy(), np.int64)
    standing = np.asarray(told["taken_back"].to_numpy(), np.int64) == 0
    same = np.asarray(told["fingerprint"].to_numpy(), np.int64) == prints[ordinal]
    seen = np.zeros(size, np.bool_)
    seen[ordinal[standing & same]] = True
    amends, stood = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    amends[ordinal[standing]] = True
    stood[ordinal[standing & (np.asarray(told["usable"].to_numpy(), np.int64) == 1)]] = True
    complaint = np.full(size, np.iinfo(np.int64).max)
    np.minimum.at(complaint, ordinal, np.asarray(told["complaint"].to_numpy(), np.int64))

    amends &= usable
    counted = groups.count(usable, seen, stood, rows, complaints)
    fresh = ~seen
    new = pa.table(
        {
            **{name: versions[name] for name in ("row", "first_row", "complaint_key", *_FIELDS)},
            "complaint": pa.array(complaint, mask=complaint == np.iinfo(np.int64).max),
            "suspects": suspects,
            "complainants": _several(complaints.complainants, groups.of_row, size),
            "amends": amends.astype(np.int64),
            "fingerprint": prints,
        }
    ).filter(pa.array(fresh))
    version_row = np.asarray(versions["row"].to_numpy(), np.int64)
    refusals, cells_refused = _refused_anew(complaints, groups, fresh)
    return Plan(
        *counted,
        versions=new,
        namings=_named_anew(complaints.namings, complaints.rows, groups, version_row, fresh),
        complainants=_named_anew(complaints.complainants, complaints.rows, groups, version_row, fresh),
        refusals=refusals,
        refused_cells=cells_refused,
    )


class _Groups:
    """The rows that are one version: same complaint, and usable or not."""

    def __init__(self, key: pa.Array[Any], usable: npt.NDArray[np.bool_]) -> None:
        encoded = key.dictionary_encode()
        codes = pc.fill_null(encoded.indices, -1)
        self.key = np.asarray(codes.to_numpy(zero_copy_only=False), np.int64)
        keyed = np.flatnonzero(self.key >= 0)
        mixed = self.key[keyed] * 2 + usable[keyed]
        there = np.bincount(mixed, minlength=2 * len(encoded.dictionary)) > 0
        self.size = int(there.sum())
        #: The version of each row; the number of versions where it has none.
        self.of_row = np.full(len(self.key), self.size)
        self.of_row[keyed] = (np.cumsum(there) - 1)[mixed]
        self.first = np.zeros(self.size, np.int64)
        self.first[self.of_row[keyed[::-1]]] = keyed[::-1]
        #: Each row that is not the first of its version.
        self.later = self.key >= 0
        self.later[self.first] = False
        # The first row of the complaint, whatever was usable: it names the complaint.
        order = np.zeros(len(encoded.dictionary), np.int64)
        order[self.key[keyed[::-1]]] = keyed[::-1]
        self.first_of_complaint = order[self.key[self.first]]

    def merge(self, rows: pa.Table) -> pa.Table:
        """One row a version: each field as the last row that says something tells it."""
        first = rows.take(self.first)
        row = np.asarray(rows["row"].to_numpy(), np.int64)
        first = first.append_column("first_row", pa.array(row[self.first_of_complaint]))
        if not self.later.any():
            return first
        doubled = np.unique(self.of_row[self.later])
        within = np.flatnonzero(np.isin(self.of_row, doubled))
        some = rows.take(within).append_column("version", pa.array(self.of_row[within]))
        last = some.group_by("version", use_threads=False).aggregate([(field, "last") for field in _FIELDS])
        last = last.sort_by("version")
        for field in _FIELDS:
            values = last[f"{field}_last"].combine_chunks()
            mask = np.zeros(self.size, np.bool_)
            mask[doubled] = True
            merged = pc.replace_with_mask(first[field].combine_chunks(), pa.array(mask), values)
            first = first.set_column(first.schema.get_field_index(field), field, merged)
        return first

    def count(
        self,
        usable: npt.NDArray[np.bool_],
        seen: npt.NDArray[np.bool_],
        stood: npt.NDArray[np.bool_],
        rows: pa.Table,
        complaints: Complaints,
    ) -> tuple[int, int, int, int]:
        """Rows added, updated, repeated, refused."""
        of_row = self.of_row
        told = np.append(usable, False)[of_row]
        refused = int((~told).sum()) + len(complaints.broken)
        repeated_rows = told & np.append(seen, False)[of_row]
        again = np.flatnonzero(told & self.later & ~repeated_rows)
        copies = _copies(again, of_row, rows, complaints) if len(again) else 0
        later = told & self.later & ~repeated_rows
        first = told & ~self.later & ~repeated_rows
        amended = np.append(stood, False)[of_row]
        updated = int((first & amended).sum()) + int(later.sum()) - copies
        return int((first & ~amended).sum()), updated, int(repeated_rows.sum()) + copies, refused


def _copies(again: npt.NDArray[np.int64], of_row: npt.NDArray[np.int64], rows: pa.Table, complaints: Complaints) -> int:
    """How many of the rows `again` say just what an earlier row of their version in the same file says."""
    within = np.flatnonzero(np.isin(of_row, np.unique(of_row[again])))
    place = np.full(len(of_row), len(within))
    place[within] = np.arange(len(within))
    suspects = _joined(complaints.namings, place, len(within))
    text = _texts(rows.take(within), suspects, complaints, place)
    met: set[tuple[int, bytes]] = set()
    later = set(again.tolist())
    copies = 0
    for row, version, said in zip(within.tolist(), of_row[within].tolist(), text, strict=True):
        copies += row in later and (version, said) in met
        met.add((version, said))
    return copies


def _texts(
    records: pa.Table, suspects: pa.Array[Any], complaints: Complaints, place: npt.NDArray[np.int64]
) -> list[bytes]:
    """Everything that each record says, as one text; `place` is where each row went, or the number of records."""
    refused = complaints.refusals
    words = pc.binary_join_element_wise(
        refused["field"], refused["cell"], refused["note"], "\x1d", null_handling="replace"
    )
    owner = place[np.asarray(refused["index"].to_numpy(), np.int64)]
    told = pa.table({"owner": owner, "text": words}).filter(pa.array(owner < len(records)))
    told = told.group_by(["owner", "text"]).aggregate([]).sort_by([("owner", "ascending"), ("text", "ascending")])
    fields = [pc.cast(records[field], pa.string()) for field in _FIELDS if field not in _LATER]
    complainants = _several(complaints.complainants, place, len(records))
    refusals = _lists(
        np.asarray(told["owner"].to_numpy(), np.int64), told["text"].combine_chunks(), len(records), "\x1e"
    )
    joined = pc.binary_join_element_wise(*fields, complainants, suspects, refusals, "\x1f", null_handling="replace")
    for field in _LATER:
        said = pc.binary_join_element_wise("", field, pc.cast(records[field], pa.string()), "\x1c")
        joined = pc.binary_join_element_wise(joined, pc.fill_null(said, ""), "")
    texts: list[bytes] = pc.cast(joined, pa.binary()).to_pylist()
    return texts


def _several(numbers: pa.Table, place: npt.NDArray[np.int64], size: int) -> pa.Array[Any]:
    """As `_joined`, where a place got more than one number: a single one is among the fields already."""
    owner = place[np.asarray(numbers["index"].to_numpy(), np.int64)]
    crowded = np.bincount(owner, minlength=size + 1)[owner] > 1
    joined = _joined(numbers.filter(pa.array(crowded, pa.bool_())), place, size)
    several: pa.Array[Any] = pc.if_else(pc.match_substring(joined, ","), joined, "")
    return several


def _joined(numbers: pa.Table, place: npt.NDArray[np.int64], size: int) -> pa.Array[Any]:
    """The distinct numbers that went to each of `size` places, ascending, as digits between commas."""
    index, msisdn = (np.asarray(numbers[name].to_numpy(), np.int64) for name in ("index", "msisdn"))
    owner = place[index]
    kept = owner < size
    owner, msisdn = owner[kept], msisdn[kept]
    if (owner[1:] <= owner[:-1]).any():
        order = np.lexsort((msisdn, owner))
        owner, msisdn = owner[order], msisdn[order]
        first = np.ones(len(owner), np.bool_)
        first[1:] = (owner[1:] != owner[:-1]) | (msisdn[1:] != msisdn[:-1])
        owner, msisdn = owner[first], msisdn[first]
    return _lists(owner, pc.cast(pa.array(msisdn, pa.int64()), pa.string()), size, ",")


def _lists(owner: npt.NDArray[np.int64], text: pa.Array[Any], size: int, between: str) -> pa.Array[Any]:
    """The texts of each owner, ascending, joined."""
    ends = np.searchsorted(owner, np.arange(size + 1))
    joined: pa.Array[Any] = pc.binary_join(pa.ListArray.from_arrays(pa.array(ends, pa.int32()), text), between)
    return joined


def _named_anew(
    numbers: pa.Table,
    rows: pa.Table,
    groups: _Groups,
    version_row: npt.NDArray[np.int64],
    fresh: npt.NDArray[np.bool_],
) -> pa.Table:
    """The numbers of new versions, in the order of the numbers, so that their index grows page by page."""
    index = np.asarray(numbers["index"].to_numpy(), np.int64)
    version = groups.of_row[index]
    kept = np.flatnonzero(np.append(fresh, False)[version])
    kept = kept[np.argsort(np.asarray(numbers["msisdn"].to_numpy())[kept], kind="stable")]
    columns: dict[str, Any] = {
        "row": np.asarray(rows["row"].to_numpy(), np.int64)[index[kept]],
        "version": version_row[version[kept]],
        "msisdn": numbers["msisdn"].take(kept).cast(pa.int64()),
        "note": numbers["note"].take(kept),
    }
    return pa.table(columns)


def _refused_anew(complaints: Complaints, groups: _Groups, fresh: npt.NDArray[np.bool_]) -> tuple[pa.Table, pa.Table]:
    """The refused cells of new versions and of rows that have none, and all refused cells."""
    row = np.asarray(complaints.rows["row"].to_numpy(), np.int64)
    refused = complaints.refusals
    at = np.asarray(refused["index"].to_numpy(), np.int64)
    told = pa.table({"row": row[at], "field": refused["field"], "cell": refused["cell"], "note": refused["note"]})
    broken = complaints.broken
    whole = broken.add_column(1, "field", pa.nulls(len(broken), pa.string())).cast(told.schema)
    order: Any = [("row", "ascending"), ("field", "ascending"), ("cell", "ascending")]
    new = told.filter(pa.array(np.append(fresh, True)[groups.of_row[at]]))
    return pa.concat_tables([new, whole]), pa.concat_tables([told, whole]).sort_by(order)
