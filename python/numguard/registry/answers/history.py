"""The history of one number: every event that concerns it, with who, when, why, from which file, in which registry.

Owns its columns and order, and the entries that follow from later versions of a complaint and from withdrawals.
Independent of SQL. One idea: the entries are those of the log; only what a later version drops, and withdrawals, are
derived.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from numguard.compute import ascending, by_key, pc, tuples_of
from numguard.indian_time import MOMENT
from numguard.registry.actions import ASKS
from numguard.registry.arrays import ints
from numguard.registry.events.outcomes import unrequested_by
from numguard.registry.log.order import Order, origins_of, position
from numguard.registry.log.reading import Reading

#: The columns of a file, and what an export calls them.
_FILE = {"file": "name", "sha256": "sha256"}
_COMPLAINT = ("source", "acknowledgement_no")
#: The kind of an entry for a withdrawal.
_BACK = "taken back"
_FIELDS = ("row", "source", "acknowledgement_no", "district", "reported_at")


def history(store: Reading, msisdn: int, cut: int) -> pa.Table:
    """The history of `msisdn` up to the event `cut`, in the order of events."""
    entries = store.entries(msisdn)
    related = _RelatedVersions(store, msisdn, cut)
    ended = [*related.no_more(), *related.withdrawn()]
    entries = pa.concat_tables([entries, pa.Table.from_pylist(ended, schema=entries.schema)])
    entries = entries.filter(pc.less_equal(entries["event"], cut))
    who = store.events(entries["event"])
    of_files = related.events_of_files(entries)
    read = store.events(of_files) if _BACK in pc.unique(entries["what"]).to_pylist() else who
    sent = store.sent_files(of_files).to_pylist()
    order = store.order(cut)
    seqs = ints(entries["event"])
    registry, number = origins_of(seqs, order, store.id)
    rank = seqs if order is None else order.rank[seqs]
    table = pa.table(
        {
            "event": pa.array(number, pa.int64()),
            "at": pc.cast(who["at"], MOMENT),
            "by": who["actor"],
            "what": related.repeating(entries),
            "status": entries["status"],
            "reason": pc.coalesce(entries["reason"], who["because"]),
            **{name: pc.coalesce(_of_lists(entries, sent, of), read[name]) for name, of in _FILE.items()},
            **{name: entries[name] for name in ("row", *_COMPLAINT, "district")},
            "reported_at": pc.cast(entries["reported_at"], MOMENT),
            "note": _notes(entries, rank),
            "hop": entries["hop"],
            "via_imei": pc.cast(entries["via_imei"], pa.uint64()),
            "via_msisdn": pc.cast(entries["via_msisdn"], pa.uint64()),
            "to": entries["receiver"],
            "registry": registry,
            "rank": pa.array(rank, pa.int64()),
        }
    )
    names = ["rank", "what", "row", "via_imei"]
    names += [name for name in table.column_names if name not in names]
    return ascending(table, *names).drop_columns(["rank"]).combine_chunks()


def _notes(entries: pa.Table, rank: Any) -> pa.Array[Any]:
    """The note of each entry; that of a block that no list before it requested says so."""
    rows = entries.select(["what", "status", "via_imei"]).to_pylist()
    # A list of handsets requests no block of the number itself.
    lists = sorted(
        (at, row["status"])
        for at, row in zip(rank.tolist(), rows, strict=True)
        if row["what"] == "exported" and row["status"] in ASKS and row["via_imei"] is None
    )
    last = [next((action for sent_at, action in reversed(lists) if sent_at < at), None) for at in rank.tolist()]
    is_block = pa.array([(row["what"], row["status"]) == ("outcome", "blocked") for row in rows], pa.bool_())
    notes: pa.Array[Any] = pc.if_else(is_block, unrequested_by(pa.array(last, pa.string())), entries["note"])
    return notes


def _of_lists(entries: pa.Table, sent: list[dict[str, Any]], of: str) -> pa.Array[Any]:
    """A column of the file that each export wrote; of a list in several files, of the file of their hashes."""
    value_of = {row["event"]: row[of] for row in sent}
    pairs = tuples_of(entries, "what", "event")
    return pa.array([value_of.get(event) if what == "exported" else None for what, event in pairs], pa.string())


@dataclass(frozen=True, slots=True)
class _Version:
    event: int
    rank: int
    print: int
    usable: bool
    has: dict[str, bool]
    fields: dict[str, Any]

    @classmethod
    def of(cls, row: dict[str, Any], order: Order | None) -> _Version:
        has = {"named": row["named"] == 1, "complainant": row["complains"] == 1}
        fields = {name: row[name] for name in _FIELDS}
        return cls(row["event"], position(row["event"], order), row["fingerprint"], row["usable"] == 1, has, fields)


class _RelatedVersions:
    """The versions of the complaints that contain one number, and what amended or withdrew them."""

    def __init__(self, store: Reading, msisdn: int, cut: int) -> None:
        order = store.order(cut)
        back = store.withdrawals(cut).to_pylist()
        self._withdrawals = [(row["event"], row["withdrawn"]) for row in back]
        self._back_at: dict[int, int] = {}
        for event, withdrawn in self._withdrawals:
            rank = position(event, order)
            self._back_at[withdrawn] = min(rank, self._back_at.get(withdrawn, rank))
        self._touching = set(store.touching(msisdn).to_pylist())
        related = [row for row in store.related_versions(msisdn).to_pylist() if row["event"] <= cut]
        self._complaints = by_key((row["complaint_key"], _Version.of(row, order)) for row in related)
        for versions in self._complaints.values():
            versions.sort(key=lambda version: (version.rank, version.fields["row"]))
        self._amending = {key: [v for v in of if self._amends(v, of)] for key, of in self._complaints.items()}

    def _before(self, version: _Version, later: _Version) -> bool:
        """Whether a version comes before another, and was not withdrawn by then."""
        back = self._back_at.get(version.event)
        return version.rank < later.rank and (back is None or back > later.rank)

    def _amends(self, version: _Version, versions: list[_Version]) -> bool:
        earlier = [v for v in versions if self._before(v, version)]
        return version.usable and bool(earlier) and all(v.print != version.print for v in earlier)

    def no_more(self) -> Iterator[dict[str, Any]]:
        """An entry for each version without the number, where the version before has it."""
        for key, versions in self._complaints.items():
            for later in self._amending[key]:
                amended = [version for version in versions if self._is_next(version, later, self._amending[key])]
                for what, has in later.has.items():
                    if not has and any(version.has[what] for version in amended):
                        yield {"event": later.event, "what": f"{what} no more", **later.fields}

    def _is_next(self, version: _Version, later: _Version, amending: list[_Version]) -> bool:
        """Whether `later` is the first that amends a version, or the next after that one was withdrawn."""
        between = (one for one in amending if self._before(version, one) and self._before(one, later))
        return self._before(version, later) and not any(between)

    def withdrawn(self) -> Iterator[dict[str, Any]]:
        """An entry for each event that withdrew an event which concerns the number."""
        touching = set(self._touching)
        for key, versions in self._complaints.items():
            for version in versions:
                if any(version.has.values()):
                    touching.add(version.event)
                    touching |= {d.event for d in self._amending[key] if self._before(version, d)}
        for event in dict.fromkeys(event for event, withdrawn in self._withdrawals if withdrawn in touching):
            yield {"event": event, "what": _BACK}

    def events_of_files(self, entries: pa.Table) -> pa.Array[Any]:
        """The event whose files each entry has: its own; where files were withdrawn, the one that had read them."""
        withdrawn = dict(self._withdrawals)
        pairs = tuples_of(entries, "what", "event")
        return pa.array([withdrawn[event] if what == _BACK else event for what, event in pairs], pa.int64())

    def repeating(self, entries: pa.Table) -> pa.Array[Any]:
        """The kind of each entry: `repeated` where a version repeats content that another had amended before it."""
        again = set()
        for key, versions in self._complaints.items():
            for version in versions:
                alike = [v for v in versions if self._before(v, version) and v.print == version.print]
                amended = any(alike[0].rank < d.rank < version.rank for d in self._amending[key]) if alike else False
                if amended:
                    again.add(("named", version.event, *(version.fields[name] for name in _COMPLAINT)))
        keys = tuples_of(entries, "what", "event", *_COMPLAINT)
        return pa.array(["repeated" if row in again else row[0] for row in keys], pa.string())
