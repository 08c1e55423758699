"""The story of one number: every event that touched it, with who, when, why, from which file, and in which registry.

Owns in which columns and order it is told, and what a later version of a complaint, or a file that was taken back, did
to it. Knows no SQL. One idea: the log is the story; what is worked out is only what a later version no longer says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from numguard.compute import pc
from numguard.indian_time import MOMENT
from numguard.registry.queries import HISTORY
from numguard.registry.reading import Reading

__all__ = ["tell"]

#: The columns of a file, and what an export calls them.
_FILE = {"file": "name", "sha256": "sha256"}
_COMPLAINT = ("source", "acknowledgement_no")
_FIELDS = ("row", "source", "acknowledgement_no", "district", "reported_at")


def tell(store: Reading, msisdn: int, cut: int) -> pa.Table:
    """Everything that touched `msisdn` up to the event `cut`, in the order in which it happened."""
    story = store.story(msisdn)
    kin = _Kin(store, msisdn, cut)
    story = pa.concat_tables([story, _rows(story.schema, kin.no_more(), kin.taken_back())])
    story = story.filter(pc.less_equal(story["event"], cut))
    events, sent = store.events(story["event"]), store.sent_files().to_pylist()
    who = events.take(pc.index_in(story["event"], events["event"]))
    order = store.order(cut)
    seqs = np.asarray(story["event"].to_numpy(), np.int64)
    if order is None:
        registry: Any = pa.repeat(store.id, len(story))
        number, rank = seqs, seqs
    else:
        registry = pa.array(order.registries).take(pa.array(order.registry[seqs], pa.int64()))
        number, rank = order.number[seqs], order.rank[seqs]
    told = pa.table(
        {
            "event": pa.array(number, pa.int64()),
            "at": pc.cast(who["at"], MOMENT),
            "by": who["actor"],
            "what": kin.repeating(story),
            "status": story["status"],
            "reason": pc.coalesce(story["reason"], who["because"]),
            **{name: pc.coalesce(_of_lists(story, sent, of), who[name]) for name, of in _FILE.items()},
            "row": story["row"],
            "source": story["source"],
            "acknowledgement_no": story["acknowledgement_no"],
            "district": story["district"],
            "reported_at": pc.cast(story["reported_at"], MOMENT),
            "note": story["note"],
            "hop": story["hop"],
            "via_imei": pc.cast(story["via_imei"], pa.uint64()),
            "via_msisdn": pc.cast(story["via_msisdn"], pa.uint64()),
            "to": story["receiver"],
            "registry": registry,
            "rank": pa.array(rank, pa.int64()),
        }
    )
    names = ["rank", "what", "row", "via_imei"]
    names += [name for name in told.column_names if name not in names]
    ascending: Any = [(name, "ascending") for name in names]
    return told.sort_by(ascending).drop_columns(["rank"]).combine_chunks()


def _of_lists(story: pa.Table, sent: list[dict[str, Any]], of: str) -> pa.Array[Any]:
    """What is told of the file that each export wrote; of a list in several files it is that of their hashes."""
    told = {row["event"]: row[of] for row in sent}
    pairs: Any = zip(story["what"].to_pylist(), story["event"].to_pylist(), strict=True)
    return pa.array([told.get(event) if what == "exported" else None for what, event in pairs], pa.string())


@dataclass(frozen=True, slots=True)
class _Version:
    event: int
    rank: int
    key: str
    print: int
    usable: bool
    stands: dict[str, bool]
    fields: dict[str, Any]


class _Kin:
    """The versions of the complaints in which one number stands, and what became of them."""

    def __init__(self, store: Reading, msisdn: int, cut: int) -> None:
        order = store.order(cut)
        back = store.withdrawals(cut).to_pylist()
        self._withdrawals = [(row["event"], row["withdrawn"]) for row in back]

        def rank(event: int) -> int:
            return event if order is None else int(order.rank[event])

        self._back_at: dict[int, int] = {}
        for event, withdrawn in self._withdrawals:
            self._back_at[withdrawn] = min(rank(event), self._back_at.get(withdrawn, rank(event)))
        self._touching = set(store.touching(msisdn).to_pylist())
        self._complaints: dict[str, list[_Version]] = {}
        for row in store.kin(msisdn).to_pylist():
            if row["event"] > cut:
                continue
            stands = {"named": row["named"] == 1, "complainant": row["complains"] == 1}
            fields = {name: row[name] for name in _FIELDS}
            key = row["complaint_key"]
            told = (row["event"], rank(row["event"]), key, row["fingerprint"], row["usable"] == 1)
            self._complaints.setdefault(key, []).append(_Version(*told, stands, fields))
        for versions in self._complaints.values():
            versions.sort(key=lambda version: (version.rank, version.fields["row"]))
        self._amending = {key: [v for v in of if self._amends(v, of)] for key, of in self._complaints.items()}

    def _before(self, version: _Version, later: _Version) -> bool:
        """Whether a version was told before another, and not taken back by then."""
        back = self._back_at.get(version.event)
        return version.rank < later.rank and (back is None or back > later.rank)

    def _amends(self, version: _Version, versions: list[_Version]) -> bool:
        earlier = [v for v in versions if self._before(v, version)]
        return version.usable and bool(earlier) and all(v.print != version.print for v in earlier)

    def no_more(self) -> Iterator[dict[str, Any]]:
        """Each version in which the number stands no more, though it stood in the one before."""
        met = set()
        for key, versions in self._complaints.items():
            for what in ("named", "complainant"):
                for version in versions:
                    later = [d for d in self._amending[key] if d.rank > version.rank and self._before(version, d)]
                    # The first that amended it, or that came once that one was taken back again.
                    for d in later:
                        between = (e for e in later if e.rank < d.rank and self._before(e, d))
                        if version.stands[what] and not d.stands[what] and not any(between):
                            met.add((what, d.event, d.fields["row"]))
        for versions in self._complaints.values():
            for what in ("named", "complainant"):
                for d in versions:
                    if (what, d.event, d.fields["row"]) in met:
                        yield {"event": d.event, "what": f"{what} no more", **d.fields}

    def taken_back(self) -> Iterator[dict[str, Any]]:
        """Each event that took back something which touched the number."""
        touching = set(self._touching)
        for key, versions in self._complaints.items():
            for version in versions:
                if any(version.stands.values()):
                    touching.add(version.event)
                    touching |= {d.event for d in self._amending[key] if self._before(version, d)}
        for event in dict.fromkeys(event for event, withdrawn in self._withdrawals if withdrawn in touching):
            yield {"event": event, "what": "taken back"}

    def repeating(self, story: pa.Table) -> pa.Array[Any]:
        """What is told in each row: `repeated` where a version of another registry says what was amended before it."""
        again = set()
        for key, versions in self._complaints.items():
            for version in versions:
                alike = [v for v in versions if self._before(v, version) and v.print == version.print]
                amended = any(alike[0].rank < d.rank < version.rank for d in self._amending[key]) if alike else False
                if amended:
                    again.add(("named", version.event, *(version.fields[name] for name in _COMPLAINT)))
        told = zip(*(story[name].to_pylist() for name in ("what", "event", *_COMPLAINT)), strict=True)
        return pa.array(["repeated" if row in again else row[0] for row in told], pa.string())


def _rows(schema: pa.Schema, *parts: Iterator[dict[str, Any]]) -> pa.Table:
    names = [field.partition(":")[0] for field in HISTORY.split()]
    rows = [{name: row.get(name) for name in names} for part in parts for row in part]
    return pa.Table.from_pylist(rows, schema=schema)
