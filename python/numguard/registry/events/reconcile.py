"""Compares the rows of a file with the recorded complaints: what is new, and how each row is counted.

Owns when two versions of a complaint differ, and how a row is counted. Independent of SQL, files and cells
(`complaints`). One idea: the rows of one file that share a complaint are one version of it, which differs from other
versions by a fingerprint of its whole content.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa

from numguard.compute import aggregated, ascending, pc, replaced, tuples_of
from numguard.registry.arrays import Bools, Ints, anywhere, first_of_each, flags, ints
from numguard.registry.events.alike import ALIKE, look_alike
from numguard.registry.log.reading import Reading
from numguard.registry.log.tables import REOPENED
from numguard.registry.sheets.complaints import FIELDS, Complaints
from numguard.registry.sheets.sources import sources

__all__ = ["ALIKE", "Plan", "reconcile"]

#: Fields that a later schema added: they are in a fingerprint only where they are not empty, so that the fingerprints
#: of earlier versions stay the same.
_LATER = ("police_station", "incident_at", "amount_held")


@dataclass(frozen=True, slots=True)
class Plan:
    """The effect of adding a sheet.

    Attributes:
        added, updated, repeated, refused: rows.
        versions, namings, complainants, refusals: what to append, `complaint` being null for a new complaint.
        refused_cells: every refused cell of the sheet: row, field, cell, note.
        reopenings: versions to append that only record that a complaint which had ended stands.
        named_anew: how many complaints that had ended are named again, with content that is new.
        ended: the rows of complaints that have ended: row, complaint_key.
        alike: complaints that may be recorded ones under another spelling; the columns are `ALIKE`.
        unclear_at: of each row whose complaint has an earlier status that is not clear, and no status here: the event
            of that status; 0 of others.
        outdated: the rows that repeat a version which was amended since, and so change nothing.
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
    reopenings: pa.Table
    named_anew: int
    ended: pa.Table
    alike: pa.Table
    unclear_at: Ints
    outdated: pa.Array[Any]

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Rows added, updated, repeated, refused."""
        return self.added, self.updated, self.repeated, self.refused

    @property
    def empty(self) -> bool:
        """Whether all of it is recorded already, reopenings aside."""
        return len(self.versions) == 0

    @property
    def reopened(self) -> int:
        """How many complaints that had ended stand again."""
        return self.named_anew + len(self.reopenings)

    @property
    def amended(self) -> Any:
        """The keys of the complaints that are amended."""
        return self.versions["complaint_key"].filter(pc.equal(self.versions["amends"], 1))


def reconcile(complaints: Complaints, known: Reading, *, again: bool = False) -> Plan:
    """Compares the rows with the recorded complaints: what is new.

    A row counts as refused if it names no usable number, else as repeated if its version is recorded, as updated if the
    complaint is recorded with other content, and as added otherwise. `again`: whether the same file was added before:
    last week's sheet, sent again, reopens nothing.
    """
    groups = _Groups(complaints.rows)
    suspects = _joined(complaints.namings, groups.of_row, groups.size)
    usable = flags(pc.not_equal(suspects, ""))
    merged = groups.merge()
    texts = _texts(merged, suspects, complaints, groups.of_row)
    prints = np.frombuffer(b"".join([blake2b(text, digest_size=8).digest() for text in texts]), "<i8").astype(np.int64)
    recorded, merged, alike = _recorded(merged, known)
    past = _Past.of(recorded, prints)

    has_ended = flags(pc.is_in(merged["complaint_key"], known.ended()))
    unclear_at = np.where(flags(pc.is_null(merged["status"])), past.unclear_at, 0)
    # The last word on a complaint decides, and an ending stays if one of the files that have it is withdrawn: it is
    # recorded of each file, and of the same file once more where it has to follow what was received since.
    fresh = ~past.seen | groups.some(groups.ended) & (~has_ended | (not again))
    # So does the last status, which is recorded also where all else is.
    is_unclear = flags(pc.fill_null(pc.equal(merged["status"], "unclear"), False))
    fresh |= flags(pc.is_valid(merged["status"])) & (is_unclear != (past.unclear_at > 0)) & (not again)
    named_again = usable & groups.undoubted() & has_ended & (unclear_at == 0)
    reopens = past.seen & named_again & groups.some(flags(complaints.rows["stands"])) & (not again) & ~fresh
    versions = pa.table(
        {
            **{name: merged[name] for name in ("row", "first_row", "complaint_key", *FIELDS)},
            "complaint": past.complaint,
            "status": merged["status"],
            "suspects": suspects,
            "complainants": _several(complaints.complainants, groups.of_row, groups.size),
            "amends": (past.amends & usable).astype(np.int64),
            "fingerprint": prints,
        }
    )
    refusals, refused_cells = _refused_anew(complaints, groups, fresh)
    return Plan(
        *_counted(complaints, groups, usable, past),
        versions=versions.filter(pa.array(fresh)),
        namings=_named_anew(complaints.namings, groups, fresh),
        complainants=_named_anew(complaints.complainants, groups, fresh),
        refusals=refusals,
        refused_cells=refused_cells,
        reopenings=_reopening(versions.filter(pa.array(reopens))),
        named_anew=int((named_again & fresh).sum()),
        ended=_ended(groups, merged),
        alike=alike,
        unclear_at=np.append(unclear_at, 0)[groups.of_row],
        outdated=pc.unique(merged["row"].filter(pa.array(past.outdated & usable & ~fresh))),
    )


@dataclass(frozen=True, slots=True)
class _Past:
    """What is recorded of the complaint of each version, withdrawn files aside.

    Attributes:
        seen: This very version.
        amends: Any version, which this one amends if it is usable.
        stood: A version with usable numbers.
        outdated: This version, and another with usable numbers since.
        unclear_at: The event of its last status, if that one is not clear; else 0.
        complaint: The id of the complaint, in withdrawn files too; null where it has none.
    """

    seen: Bools
    amends: Bools
    stood: Bools
    outdated: Bools
    unclear_at: Ints
    complaint: pa.Array[Any]

    @classmethod
    def of(cls, recorded: pa.Table, prints: Ints) -> _Past:
        """By the recorded versions of the complaints, and the fingerprints of the new versions."""
        size, ordinal = len(prints), ints(recorded["ordinal"])
        live = ints(recorded["taken_back"]) == 0
        same = ints(recorded["fingerprint"]) == prints[ordinal]
        new = np.iinfo(np.int64).max
        complaint = np.full(size, new)
        np.minimum.at(complaint, ordinal, ints(recorded["complaint"]))
        usable = live & (ints(recorded["usable"]) == 1)
        known = recorded.filter(pa.array(live & flags(pc.is_valid(recorded["unclear_at"]))))
        status = aggregated(ascending(known, "ordinal", "event"), ["ordinal"], ["unclear_at"], "last")
        unclear_at = np.zeros(size, np.int64)
        unclear_at[ints(status["ordinal"])] = ints(status["unclear_at"])
        last, last_same = (_last(recorded.filter(pa.array(some)), size) for some in (usable, usable & same))
        return cls(
            seen=anywhere(ordinal[live & same], size),
            amends=anywhere(ordinal[live], size),
            stood=anywhere(ordinal[usable], size),
            outdated=(last_same > 0) & (last > last_same),
            unclear_at=unclear_at,
            complaint=pa.array(complaint, mask=complaint == new),
        )


def _last(recorded: pa.Table, size: int) -> Ints:
    """The last event of each version; 0 where it has none."""
    last = np.zeros(size, np.int64)
    np.maximum.at(last, ints(recorded["ordinal"]), ints(recorded["event"]))
    return last


def _reopening(versions: pa.Table) -> pa.Table:
    """Versions without any content but the complaint: they name nothing and replace nothing."""
    size = len(versions)
    kept = ("row", "first_row", "complaint_key", "source", "acknowledgement_no", "complaint")
    columns = {name: pa.nulls(size, versions.schema.field(name).type) for name in versions.column_names}
    columns |= {name: versions[name] for name in kept}
    columns |= {"suspects": pa.repeat("", size), "complainants": pa.repeat("", size)}
    columns |= {"amends": pa.repeat(0, size), "fingerprint": pa.repeat(REOPENED, size)}
    return pa.table(columns).cast(versions.schema)


def _recorded(versions: pa.Table, known: Reading) -> tuple[pa.Table, pa.Table, pa.Table]:
    """The recorded versions, the versions with the keys of recorded complaints, and those that may be recorded.

    An older numguard recorded a source as written. A complaint under another listed spelling of it has that key, and
    keeps it.
    """
    size = len(versions)
    recorded = known.versions(pa.table({"ordinal": np.arange(size), "complaint_key": versions["complaint_key"]}))
    new = np.flatnonzero(~anywhere(ints(recorded["ordinal"]), size))
    others = look_alike(versions, new, known)
    if len(others.same):
        older = known.versions(others.same)
        recorded = pa.concat_tables([recorded, older])
        key = versions["complaint_key"].to_pylist()
        # Of several keys, the first in alphabetical order.
        for ordinal, one in reversed(tuples_of(others.same.sort_by("complaint_key"))):
            key[ordinal] = one
        versions = replaced(versions, complaint_key=pa.array(key, pa.string()))
    return recorded, versions, others.alike


class _Groups:
    """The rows that are one version: same complaint, and usable or not. Rows that have ended are not usable.

    Attributes:
        rows: The rows; `row` has their numbers, and `ended` which have ended.
        key: A code for the complaint of each row; -1 where it has none.
        size: The number of versions.
        of_row: The version of each row; `size` where it has none.
        first: The row of each version: the first that has ended, where one has, as its refused cell says so of the
            complaint.
        later: Each row that is not the first of its version.
        named_by: The first row of the complaint of each version, usable or not: it names the complaint.
    """

    def __init__(self, rows: pa.Table) -> None:
        encoded = rows["complaint_key"].combine_chunks().dictionary_encode()
        self.rows, self.row, self.ended = rows, ints(rows["row"]), flags(rows["ended"])
        self.key = ints(pc.fill_null(encoded.indices, -1))
        keyed = np.flatnonzero(self.key >= 0)
        mixed = self.key[keyed] * 2 + flags(rows["usable"])[keyed]
        there = np.bincount(mixed, minlength=2 * len(encoded.dictionary)) > 0
        self.size = int(there.sum())
        self.of_row = np.full(len(self.key), self.size)
        self.of_row[keyed] = (np.cumsum(there) - 1)[mixed]
        self.first = np.zeros(self.size, np.int64)
        # Of repeated versions, the last assignment remains.
        for some in (keyed[::-1], keyed[self.ended[keyed]][::-1]):
            self.first[self.of_row[some]] = some
        self.later = self.key >= 0
        self.later[self.first] = False
        first_of_complaint = np.zeros(len(encoded.dictionary), np.int64)
        first_of_complaint[self.key[keyed[::-1]]] = keyed[::-1]
        self.named_by = first_of_complaint[self.key[self.first]]

    def of_rows(self, values: Bools, *, otherwise: bool = False) -> Bools:
        """The value of the version of each row; `otherwise` where it has none."""
        found: Bools = np.append(values, otherwise)[self.of_row]
        return found

    def some(self, rows: Bools) -> Bools:
        """Which versions have one of these rows."""
        return anywhere(self.of_row[rows], self.size + 1)[: self.size]

    def undoubted(self) -> Bools:
        """Which versions have no row of a status but that it stands, and of whose complaint no row has ended."""
        doubted = flags(pc.is_valid(self.rows["complaint_status"])) & ~flags(self.rows["stands"])
        return ~self.some(doubted) & ~np.isin(self.key[self.first], self.key[self.ended])

    def merge(self) -> pa.Table:
        """One row a version: each field as in the last row where it is not empty."""
        first = self.rows.take(self.first).append_column("first_row", pa.array(self.row[self.named_by]))
        if not self.later.any():
            return first
        doubled = np.unique(self.of_row[self.later])
        within = np.flatnonzero(np.isin(self.of_row, doubled))
        some = self.rows.take(within).append_column("version", pa.array(self.of_row[within]))
        last = aggregated(some, ["version"], FIELDS, "last").sort_by("version")
        mask = pa.array(anywhere(doubled, self.size))
        pairs = {field: (first[field].combine_chunks(), last[field].combine_chunks()) for field in FIELDS}
        return replaced(first, **{field: pc.replace_with_mask(was, mask, now) for field, (was, now) in pairs.items()})


def _counted(complaints: Complaints, groups: _Groups, usable: Bools, past: _Past) -> tuple[int, int, int, int]:
    """Rows added, updated, repeated, refused."""
    counted = groups.of_rows(usable)
    repeated = counted & groups.of_rows(past.seen)
    first = counted & ~groups.later & ~repeated
    later = counted & groups.later & ~repeated
    copies = _copies(np.flatnonzero(later), groups.of_row, complaints) if later.any() else 0
    amended = groups.of_rows(past.stood)
    return (
        int((first & ~amended).sum()),
        int((first & amended).sum()) + int(later.sum()) - copies,
        int(repeated.sum()) + copies,
        int((~counted).sum()) + len(complaints.broken),
    )


def _ended(groups: _Groups, merged: pa.Table) -> pa.Table:
    """The rows of complaints that have ended: row, complaint_key."""
    at = np.flatnonzero(groups.ended & (groups.key >= 0))
    columns: dict[str, Any] = {
        "row": groups.rows["row"].take(pa.array(at, pa.int64())),
        "complaint_key": merged["complaint_key"].take(pa.array(groups.of_row[at], pa.int64())),
    }
    return pa.table(columns)


def _copies(again: Ints, of_row: Ints, complaints: Complaints) -> int:
    """How many of the rows `again` have the content of an earlier row of their version in the same file."""
    within = np.flatnonzero(np.isin(of_row, np.unique(of_row[again])))
    place = np.full(len(of_row), len(within))
    place[within] = np.arange(len(within))
    suspects = _joined(complaints.namings, place, len(within))
    text = _texts(complaints.rows.take(within), suspects, complaints, place)
    met: set[tuple[int, bytes]] = set()
    later = set(again.tolist())
    copies = 0
    for row, version, content in zip(within.tolist(), of_row[within].tolist(), text, strict=True):
        copies += row in later and (version, content) in met
        met.add((version, content))
    return copies


def _texts(records: pa.Table, suspects: pa.Array[Any], complaints: Complaints, place: Ints) -> list[bytes]:
    """The whole content of each record, as one text; `place` is the record of each row, or the number of records."""
    refused = complaints.refusals
    words = pc.binary_join_element_wise(
        refused["field"], refused["cell"], refused["note"], "\x1d", null_handling="replace"
    )
    owner = place[ints(refused["index"])]
    refusals = _distinct(owner, words, len(records))
    values = {field: pc.cast(records[field], pa.string()) for field in FIELDS if field not in _LATER}
    # Another listed spelling of the source is the same content.
    fields = [*(values | {"source": sources(values["source"])}).values()]
    complainants = _several(complaints.complainants, place, len(records))
    joined = pc.binary_join_element_wise(*fields, complainants, suspects, refusals, "\x1f", null_handling="replace")
    for field in _LATER:
        later = pc.binary_join_element_wise("", field, pc.cast(records[field], pa.string()), "\x1c")
        joined = pc.binary_join_element_wise(joined, pc.fill_null(later, ""), "")
    # Empty where all numbers are certain, so that fingerprints from before there were doubts stay the same.
    doubts = _doubts(complaints.namings, place, len(records))
    joined = pc.binary_join_element_wise(joined, doubts, pc.if_else(pc.equal(doubts, ""), "", "\x1c"))
    texts: list[bytes] = pc.cast(joined, pa.binary()).to_pylist()
    return texts


def _several(numbers: pa.Table, place: Ints, size: int) -> pa.Array[Any]:
    """As `_joined`, where a place has more than one number: a single one is among the fields already."""
    owner = place[ints(numbers["index"])]
    crowded = np.bincount(owner, minlength=size + 1)[owner] > 1
    joined = _joined(numbers.filter(pa.array(crowded, pa.bool_())), place, size)
    several: pa.Array[Any] = pc.if_else(pc.match_substring(joined, ","), joined, "")
    return several


def _joined(numbers: pa.Table, place: Ints, size: int) -> pa.Array[Any]:
    """The distinct numbers of each of `size` places, ascending, as digits between commas."""
    index, msisdn = (ints(numbers[name]) for name in ("index", "msisdn"))
    owner = place[index]
    kept = owner < size
    owner, msisdn = owner[kept], msisdn[kept]
    if (owner[1:] <= owner[:-1]).any():
        order = np.lexsort((msisdn, owner))
        owner, msisdn = owner[order], msisdn[order]
        first = first_of_each(owner, msisdn)
        owner, msisdn = owner[first], msisdn[first]
    return _lists(owner, pc.cast(pa.array(msisdn, pa.int64()), pa.string()), size, ",")


def _lists(owner: Ints, text: pa.Array[Any], size: int, between: str) -> pa.Array[Any]:
    """The texts of each owner, ascending, joined."""
    ends = np.searchsorted(owner, np.arange(size + 1))
    joined: pa.Array[Any] = pc.binary_join(pa.ListArray.from_arrays(pa.array(ends, pa.int32()), text), between)
    return joined


def _named_anew(numbers: pa.Table, groups: _Groups, fresh: Bools) -> pa.Table:
    """The numbers of new versions, ascending, so that their index grows page by page."""
    index = ints(numbers["index"])
    kept = np.flatnonzero(groups.of_rows(fresh)[index])
    kept = kept[np.argsort(ints(numbers["msisdn"])[kept], kind="stable")]
    columns: dict[str, Any] = {
        "row": groups.row[index[kept]],
        "version": groups.row[groups.first[groups.of_row[index[kept]]]],
        "msisdn": numbers["msisdn"].take(kept).cast(pa.int64()),
        **{name: numbers[name].take(kept) for name in ("note", "doubt", "cell")},
    }
    return pa.table(columns)


def _doubts(namings: pa.Table, place: Ints, size: int) -> pa.Array[Any]:
    """The doubts of the numbers of each of `size` places, with their cells."""
    unsure = namings.filter(pc.is_valid(namings["doubt"]))
    owner = place[ints(unsure["index"])]
    number = pc.cast(unsure["msisdn"], pa.string())
    words = pc.binary_join_element_wise(number, unsure["doubt"], unsure["cell"], "\x1d", null_handling="replace")
    return _distinct(owner, words, size)


def _distinct(owner: Ints, words: Any, size: int) -> pa.Array[Any]:
    """The distinct words of each of `size` owners, ascending, joined."""
    found = pa.table({"owner": owner, "text": words}).filter(pa.array(owner < size))
    found = ascending(found.group_by(["owner", "text"]).aggregate([]), "owner", "text")
    return _lists(ints(found["owner"]), found["text"].combine_chunks(), size, "\x1e")


def _refused_anew(complaints: Complaints, groups: _Groups, fresh: Bools) -> tuple[pa.Table, pa.Table]:
    """The refused cells of new versions and of rows that have none, and all refused cells."""
    refused = complaints.refusals
    at = ints(refused["index"])
    cells = refused.select(["field", "cell", "note"]).add_column(0, "row", pa.array(groups.row[at]))
    broken = complaints.broken
    whole = broken.add_column(1, "field", pa.nulls(len(broken), pa.string())).cast(cells.schema)
    new = cells.filter(pa.array(groups.of_rows(fresh, otherwise=True)[at]))
    return pa.concat_tables([new, whole]), ascending(pa.concat_tables([cells, whole]), "row", "field", "cell")
