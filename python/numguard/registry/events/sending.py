"""Exports: a list is written to a file and recorded as sent to a receiver.

Owns the brake on growth, and that no list exists as a file unless it is recorded as sent. Independent of formats
(`numguard.blocklist`), and of which numbers are listed (`listing`) or released (`releases`). One idea: **what is on
record is what was sent**, so that the file and its event come together or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from numguard.blocklist import BlockList, Form
from numguard.compute import pc, replaced
from numguard.errors import ArgumentError, BrakeError
from numguard.files import together
from numguard.files.manifest import is_of_list
from numguard.keyed import key_check
from numguard.registry.actions import RELEASE, RELEASED_TO_VERIFY
from numguard.registry.case import Basis, Case, reason_given, refuse_broken
from numguard.registry.events.releases import ReleasesOwed, handsets_owed
from numguard.registry.events.sent_lists import NO_KEY, SentLists, basis_of
from numguard.registry.log.reading import SentList
from numguard.registry.log.store import Append
from numguard.registry.numbers.listing import ListPolicy, keys_of, list_policy, rows
from numguard.registry.receivers import the_receiver
from numguard.registry.sheets.districts import the_district
from numguard.types import PathLike
from numguard.warning import warn


def export(
    case: Case,
    path: PathLike,
    *,
    to: str,
    since: date | datetime | int | str | None,
    as_of: date | datetime | None,
    district: str | None,
    policy: ListPolicy | None,
    form: Form,
    key: bytes | None,
    override: str | None,
) -> BlockList:
    """Writes a list and records that it was sent, both or neither."""
    override = reason_given(override, "override") if override else ""
    to = _receiver(case, to, override)
    district = the_district(district, case.store.districts)
    policy = list_policy(policy)
    if as_of is not None:
        if since is not None:
            raise ArgumentError("as_of: a list of an earlier day is exported whole, without since")
        return _export_of_earlier(case, path, to=to, as_of=as_of, district=district, policy=policy, form=form, key=key)
    with case.sending(path, "export", override) as (append, token):
        # Another desk may have sent its first list to him since, under another spelling of his name.
        to = _receiver(case, to, override)
        cut = append.event - 1
        sent = SentLists.read(case, to)
        before = sent.base(since, cut, Basis(0, policy, district))
        gap = sent.gap(before, lambda base: rows(case.state(base.event), base.policy, base.district))
        owed = ReleasesOwed(sent, district, NO_KEY if key is None else key_check(key))
        alone = owed.alone(before, cut, of_last=since == "last")
        # Whether the list has all releases that are due under its key.
        if alone is not None:
            listed, has_all = alone, True
        elif before is None:
            listed, has_all = case.listed(cut, policy, district), False
        else:
            touched = case.touched(before, cut, policy, district)
            due = owed.of_change(before, cut, touched)
            listed, has_all = case.changed(cut, before, policy, district, touched=touched, due=due), due is not None
        last = sent.last(district)
        if policy.max_growth is not None and last and alone is None and not override:
            _brake(case, cut, policy, district, last)
        append.rows("exported", _once_each(listed.to_table().select(["msisdn", "action"])))
        facts = owed.left(listed, append.event, has_all=has_all)
        listed = listed if key is None else listed.keyed(key)
        policy_of_next = policy if alone is None else None
        _send(case, append, token, listed, path, form=form, to=to, policy=policy_of_next, facts=facts)
    _warn_of(gap)
    return listed


def _once_each(rows: pa.Table) -> pa.Table:
    """The rows on record, one a number or pair: of two, the one to release and the one to verify are one action."""
    key = keys_of(rows)
    counted = key.value_counts()
    twice = counted.field("values").filter(pc.greater(counted.field("counts"), 1))
    if not len(twice):
        return rows
    both = pc.is_in(key, twice)
    action = pc.if_else(both, RELEASED_TO_VERIFY, rows["action"])
    kept = pc.or_(pc.invert(both), pc.equal(rows["action"], RELEASE))
    return replaced(rows, action=action).filter(kept)


def _export_of_earlier(
    case: Case,
    path: PathLike,
    *,
    to: str,
    as_of: date | datetime,
    district: str | None,
    policy: ListPolicy,
    form: Form,
    key: bytes | None,
) -> BlockList:
    """Writes the list of an earlier day: a record of the state at that time, which requests no action."""
    with case.sending(path, "export") as (append, token):
        cut = case.cut("as_of", as_of)
        listed = case.listed(cut, policy, district, as_of=as_of, by_name=True)
        numbers = listed.to_table()["msisdn"]
        append.rows("exported", {"msisdn": numbers, "action": pa.repeat("earlier", len(numbers))})
        listed = listed if key is None else listed.keyed(key)
        _send(case, append, token, listed, path, form=form, to=to)
    return listed


def export_handsets(
    case: Case,
    path: PathLike,
    *,
    to: str,
    since: date | datetime | int | str | None,
    district: str | None,
    form: Form,
    override: str | None,
) -> BlockList:
    """Writes the pairs of handsets and numbers and records that they were sent, both or neither."""
    override = reason_given(override, "override") if override else ""
    to = _receiver(case, to, override)
    district = the_district(district, case.store.districts)
    with case.sending(path, "export_handsets", override) as (append, token):
        to = _receiver(case, to, override)
        cut = append.event - 1
        sent = SentLists.read(case, to, handsets=True)
        before = sent.base(since, cut, Basis(0, ListPolicy(), district))
        gap = sent.gap(before, lambda base: case.handsets(base.event).listed(base.district))
        due = handsets_owed(sent, cut, district)
        now, begin = case.handsets(cut), 0 if before is None else before.event
        if before is None:
            table, kind, left = now.listed(district), "handsets", len(now.lifted(district, due))
        else:
            old = case.handsets(begin).listed(before.district)
            table, kind, left = now.change(old, district, due), "handsets_delta", 0
        listed = case.block_list(table, kind, (begin, cut), district)
        rows = listed.to_table().select(["imei14", "msisdn", "action"])
        append.rows("exported_handset", _once_each(rows))
        # A pair requests no block of the number.
        numbers = pc.unique(rows["msisdn"])
        append.rows("exported", {"msisdn": numbers, "action": pa.repeat("handset", len(numbers))})
        _send(case, append, token, listed, path, form=form, to=to, facts={"releases_due": left})
    _warn_of(gap)
    return listed


def _receiver(case: Case, to: object, override: str) -> str:
    if not isinstance(to, str) or not to.strip():
        raise ArgumentError("to: takes the receiver's name")
    refuse_broken("to", to)
    return the_receiver(to.strip(), case.store.receivers(), sure=bool(override))


def _send(
    case: Case,
    append: Append,
    token: str,
    listed: BlockList,
    path: PathLike,
    *,
    form: Form,
    to: str,
    policy: ListPolicy | None = None,
    facts: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Writes the files and records them as sent; they get their names once the event is recorded.

    Without a `policy`, no later change is relative to the list. The manifest has `facts`, the registry, and the digest
    of all events before the export: by the list it can be shown later that none of them was changed since.
    """
    log = {"registry": case.store.id, "log_digest": case.store.digest_of(append.event - 1)}
    with together(private=True, token=token) as files:
        listed.write_into(files, path, form, {"export": append.event, "to": to, **facts, **log})
        for part in files.places().values():
            if part.is_file() and not is_of_list(part):
                raise ArgumentError(f"path: {part.name} exists and is no exported list: write to another file")
        manifest = listed.manifest
        since, as_of = manifest["events"]
        record = {
            "receiver": to,
            "as_of": as_of,
            "since": since,
            "district": manifest["district"] or "",
            "policy": "" if policy is None else policy.as_json(),
            "name": manifest["file"],
            "bytes": manifest["bytes"],
            "sha256": manifest["sha256"],
            "records": len(listed),
            "key_check": manifest.get("key_check", NO_KEY),
        }
        append.rows("export", {name: [value] for name, value in record.items()})
        append.commit(files)


def _warn_of(gap: int) -> None:
    """Warns of rows that are on no list to a receiver, as his next change is relative to this one."""
    if gap:
        warn(
            "since: the change begins after the last list to this receiver, and leaves out rows that were added in "
            f"between: {gap:,}; a whole list has them"
        )


def _brake(case: Case, cut: int, policy: ListPolicy, district: str | None, last: SentList) -> None:
    now, before = len(rows(case.state(cut), policy, district)), basis_of(last)
    then = len(rows(case.state(before.event), before.policy, before.district))
    limit = max(1, then) * (policy.max_growth or 1)
    if now > limit:
        raise BrakeError(
            f"the list has {now:,} rows, the last one to the same receiver had {then:,}; nothing was written; "
            "override= (--override REASON) sends it, with the reason recorded"
        )
