"""A sheet of outcomes -> what operators did with the numbers they were asked about.

Owns what the columns are called and which rows are refused. Knows no SQL. One idea: the order within a file is the
order in which things happened, where the file says when.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from numguard.registry import cells
from numguard.registry.case import Case
from numguard.registry.headings import Mapped, find_columns, known_by
from numguard.registry.intake import Intake, named_refusals, record_counts, record_input
from numguard.registry.moments import moments
from numguard.registry.sheet import Sheet, read_sheet
from numguard.registry.state import OUTCOMES

pc: Any = pyarrow.compute  # its stubs know no plain Python values

__all__ = ["COLUMNS", "Outcomes", "read_outcomes", "record_outcomes", "told_before"]

#: The columns that are read, each with other spellings that it is found by.
COLUMNS: dict[str, tuple[str, ...]] = {
    "msisdn": ("mobile", "mobile no", "mobile number", "number", "phone", "phone number"),
    "status": ("outcome", "action taken", "result"),
    "happened_at": ("at", "date", "action date", "date of action"),
    "reason": ("remark", "remarks"),
}


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What came back.

    Attributes:
        rows: row, msisdn, status, happened_at, reason, ordered as it happened.
        refused: row, field, cell, note.
    """

    rows: pa.Table
    refused: pa.Table


def record_outcomes(case: Case, source: Any, mapping: Mapped | None, name: str | None) -> Intake:
    """Takes a sheet of outcomes in as one event; the same sheet twice changes nothing."""
    sheet = read_sheet(source, name, known_by(COLUMNS, mapping))
    with case.event("record_outcomes") as append:
        outcomes = read_outcomes(sheet, mapping, lambda msisdns: case.known(msisdns, append.event - 1))
        case.store.want(outcomes.rows["msisdn"])
        before = case.store.facts("outcomes", append.event - 1, wanted=True)
        fresh = outcomes.rows.filter(pc.invert(told_before(outcomes.rows, before)))
        refused = len(pc.unique(outcomes.refused["row"]))
        counts = (len(fresh), 0, len(outcomes.rows) - len(fresh), refused)
        known = None if len(fresh) else case.store.intake_of(sheet.sha256, "record_outcomes")
        if known is None:
            record_input(append, 0, sheet.name, sheet.bytes, sheet.sha256, records=sheet.records)
            record_counts(append, *counts)
            append.rows("outcome", fresh.append_column("ordinal", pa.array(np.arange(len(fresh)))))
            append.rows("refusal", outcomes.refused)
    event = append.event if known is None else known
    return Intake(event, *counts, named_refusals(sheet, outcomes.refused), sheet.name, sheet.bytes, sheet.sha256)


def read_outcomes(sheet: Sheet, mapping: Mapped | None, known: Any) -> Outcomes:
    """Reads outcomes; `known`, given numbers, tells which of them the registry knows.

    Raises:
        ColumnError: no column of numbers or of statuses.
    """
    at = find_columns(sheet.table, COLUMNS, ("msisdn", "status"), mapping, sheet.name)
    size = len(sheet.table)

    def column(word: str) -> pa.ChunkedArray[Any]:
        return sheet.table.column(at[word][0]) if word in at else pa.chunked_array([pa.nulls(size, pa.string())])

    msisdn, note = cells.single_numbers(column("msisdn"))
    note = pc.if_else(pc.and_(pc.is_null(msisdn), pc.is_null(note)), "empty", note)
    note = _unless(note, pc.invert(pc.is_in(msisdn, known(msisdn))), "unknown_number")
    status = pc.utf8_lower(pc.utf8_trim_whitespace(cells.written(column("status"))))
    status_bad = pc.invert(pc.is_in(status, pa.array(OUTCOMES)))
    happened, date_note = moments(column("happened_at"))
    rows = pa.table(
        {
            "row": sheet.row,
            "msisdn": msisdn,
            "status": status,
            "happened_at": happened,
            "reason": cells.remarks(column("reason")),
        }
    )
    clash = pa.array(_contradicting(rows, pc.and_(pc.is_null(note), pc.invert(status_bad))))
    refused = []
    good: Any = None
    for word, bad, why in (
        ("msisdn", pc.is_valid(note), note),
        ("status", status_bad, "unknown_status"),
        ("happened_at", pc.is_valid(date_note), date_note),
        ("status", clash, "contradiction"),
    ):
        told = pa.repeat(why, size) if isinstance(why, str) else why
        hit = bad if good is None else pc.and_(bad, good)
        good = pc.invert(bad) if good is None else pc.and_(good, pc.invert(bad))
        refused.append(
            pa.table(
                {
                    "row": sheet.row.filter(hit),
                    "field": pa.repeat(word, int(pc.sum(hit).as_py() or 0)),
                    "cell": cells.written(column(word)).filter(hit),
                    "note": told.filter(hit),
                }
            )
        )
    broken = sheet.broken.add_column(1, "field", pa.nulls(len(sheet.broken), pa.string()))
    refused.append(broken.cast(refused[0].schema))
    kept = rows.filter(good)
    order = np.lexsort(
        (np.asarray(kept["row"].to_numpy()), np.asarray(pc.fill_null(kept["happened_at"], 0).to_numpy(), np.int64))
    )
    return Outcomes(kept.take(order), pa.concat_tables(refused).sort_by("row"))


def _unless(note: pa.Array[Any], holds: Any, why: str) -> pa.Array[Any]:
    told: pa.Array[Any] = pc.if_else(pc.and_(pc.is_null(note), pc.fill_null(holds, False)), why, note)
    return told


def _contradicting(rows: pa.Table, good: Any) -> Any:
    """Rows whose number has another outcome at the same moment, so that nobody can tell which came last."""
    counted = (
        rows.filter(good)
        .select(["msisdn", "happened_at", "status"])
        .group_by(["msisdn", "happened_at"])
        .aggregate([("status", "count_distinct")])
    )
    several = counted.filter(pc.greater(counted["status_count_distinct"], 1))
    clashing = set(zip(several["msisdn"].to_pylist(), several["happened_at"].to_pylist(), strict=True))
    if not clashing:
        return np.zeros(len(rows), np.bool_)
    pairs = zip(rows["msisdn"].to_pylist(), rows["happened_at"].to_pylist(), strict=True)
    return np.array([pair in clashing for pair in pairs], np.bool_)


def told_before(told: pa.Table, before: pa.Table) -> pa.Array[Any]:
    """Which rows are known: told before of the same moment, or, where no moment is told, the last one known."""
    order: Any = [("event", "ascending"), ("ordinal", "ascending")]
    exact, last = set(), {}
    for row in before.sort_by(order).select(["msisdn", "status", "happened_at"]).to_pylist():
        exact.add((row["msisdn"], row["status"], row["happened_at"]))
        last[row["msisdn"]] = row["status"]
    known = []
    for row in told.select(["msisdn", "status", "happened_at"]).to_pylist():
        key = (row["msisdn"], row["status"], row["happened_at"])
        known.append(key in exact if row["happened_at"] is not None else last.get(row["msisdn"]) == row["status"])
        exact.add(key)
        last[row["msisdn"]] = row["status"]
    return pa.array(known, pa.bool_())
