"""Exports: a list is written to a file and recorded as sent to a receiver.

Owns the base of a change, the brake on growth, and that no list exists as a file unless it is recorded as sent. Knows
neither formats (`numguard.blocklist`) nor which numbers are listed (`listing`).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from numguard.blocklist import BlockList, Form
from numguard.compute import pc, replaced
from numguard.errors import ArgumentError, BrakeError
from numguard.files import together
from numguard.keyed import key_check
from numguard.registry.case import Basis, Case, reason_given, refuse_broken
from numguard.registry.log.inputs import refuse_recorded
from numguard.registry.log.order import position
from numguard.registry.log.store import Append
from numguard.registry.numbers.due import handsets_due, releases_due
from numguard.registry.numbers.listing import Due, ListPolicy, keys_of, list_policy, rows
from numguard.registry.numbers.state import RELEASED_TO_VERIFY
from numguard.registry.receivers import the_receiver
from numguard.registry.sheets.districts import the_district
from numguard.registry.spelling import folded
from numguard.types import PathLike

__all__ = ["export", "export_handsets"]

#: The key check on record of a list with the numbers themselves.
NO_KEY = "none"


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
        sent: list[dict[str, Any]] = case.store.exports(to).to_pylist()
        before = _base_of(case, since, cut, sent, Basis(0, policy, district))
        gap = _gap(before, sent, lambda base: rows(case.state(base.event), base.policy, base.district))
        this = NO_KEY if key is None else key_check(key)
        owed = _ReleasesOwed(case, to, sent, district, this, case.store.kinds_of_lists(to))
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
        last = _last(sent, district)
        if policy.max_growth is not None and last and alone is None and not override:
            _brake(case, cut, policy, district, last)
        append.rows("exported", _once_each(listed.to_table().select(["msisdn", "action"])))
        facts = owed.left(listed, append.event, has_all=has_all)
        listed = listed if key is None else listed.keyed(key)
        policy_of_next = policy if alone is None else None
        _send(case, append, token, listed, path, form=form, to=to, policy=policy_of_next, facts=facts)
    _warn_of(gap)
    return listed


@dataclass(frozen=True)
class _ReleasesOwed:
    """The releases that are due to a receiver, by the lists under one key or another.

    Attributes:
        case: The case.
        to: The receiver.
        sent: The lists of this registry to him, the last first.
        district: Of which lists; None is those of all districts.
        key: The key check of the list that is written.
        kinds: The districts and key checks of the lists to him, with those of merged registries.
    """

    case: Case
    to: str
    sent: list[dict[str, Any]]
    district: str | None
    key: str
    kinds: set[tuple[str | None, str | None]]

    def due(self, among: pa.Array[Any] | None, cut: int, base: int) -> Due:
        """What is due at `cut`, under the key of the list, to one who has the list `base`."""
        # An export of which the key is unknown counts for the list that is written now.
        return self._due(among, cut, base, [self.key, None])

    def due_under(self, key: str, cut: int) -> Due:
        """What is due at `cut` by lists under another key alone."""
        return self._due(None, cut, cut, [key]).of_lists()

    def _due(self, among: pa.Array[Any] | None, cut: int, base: int, keys: Sequence[str | None]) -> Due:
        first, districts = self.sent[-1]["event"] if self.sent else base, _districts(self.kinds)
        return releases_due(
            among, self.case.store, self.to, self.district, cut, first=first, base=base, keys=keys, districts=districts
        )

    def of_change(self, before: Basis, cut: int, touched: pa.Array[Any] | None) -> Due | None:
        """What is due of a change over the numbers `touched`; None where no list to him is on record."""
        base, lists = before.event, _of_district(self.sent, before.district)
        if not base or not lists:
            return None
        # The last change had all that was due: since then, only numbers that an event touched can be.
        same = folded(before.district) in {folded(self.district), ""}
        since_last_change = same and base == lists[0]["event"] and lists[0]["since"] > 0
        return self.due(touched if since_last_change else None, cut, base)

    def alone(self, before: Basis | None, cut: int, *, of_last: bool) -> BlockList | None:
        """Of a change under another key than the list before it, the releases alone that are due under that key.

        Numbers that a receiver knows only by lists under an earlier key can be released under that key alone; any other
        row of such a change would match nothing that he has.

        Raises:
            ArgumentError: None is due under that key, or the change is not one `of_last`, the last list.
        """
        if before is None or not before.event:
            return None
        # The list that he changes: that of the base, or, where the base is a moment, the last one he has.
        last = _export_at(self.sent, before.event) or _last(self.sent, before.district)
        if last is None or last["key_check"] == self.key or (last["key_check"] is None and self.key == NO_KEY):
            return None
        if of_last and last["key_check"] is not None:
            found = self.case.releases(cut, self.district, self.due(None, cut, cut).of_lists())
            if len(found):
                return found
        raise _other_key(last, self.key)

    def left(self, listed: BlockList, event: int, *, has_all: bool) -> dict[str, Any]:
        """How many releases are due after the list of `event` and are not on it, and how many under which other key.

        A list that `has_all` leaves none that is due under its own key.
        """
        table = listed.to_table()
        on_list = table["msisdn"].filter(pc.equal(table["action"], "block")).combine_chunks()

        def count(due: Due) -> int:
            due = due._replace(done=due.done.filter(pc.invert(pc.is_in(due.done, on_list))))
            return len(self.case.releases(event, self.district, due))

        others = sorted({key for _, key in self.kinds if key and key != self.key})
        elsewhere = {key: found for key in others if (found := count(self.due_under(key, event)))}
        here = 0 if has_all else count(self.due(None, event, event))
        facts: dict[str, Any] = {"releases_due": here + sum(elsewhere.values())}
        return facts | {"releases_due_under": elsewhere} if elsewhere else facts


def _districts(kinds: set[tuple[str | None, str | None]]) -> pa.Array[Any]:
    """The districts of lists, as they are compared."""
    return pa.array(sorted({folded(district) for district, _ in kinds if district}), pa.string())


def _other_key(last: dict[str, Any], key: str) -> ArgumentError:
    """The error of a change under another key than the list before it: nothing that the receiver has would match it.

    Of a list from before keys were recorded it is unknown whether it has a key, and which. A change under a key is then
    refused: its releases might match nothing, and a whole list costs little. One with the numbers themselves is not:
    the receiver can match numbers with a list under any key that he holds.
    """
    remedy = "use its key, or "
    if key == NO_KEY:
        problem = "has keyed hashes, and this change would have the numbers"
    elif last["key_check"] is None:
        problem, remedy = "was recorded before keys were, so that its key is unknown", ""
    elif last["key_check"] == NO_KEY:
        problem, remedy = "has the numbers, and this change would have keyed hashes", "leave the key out, or "
    else:
        problem = "was written under another key, so that nothing on it would match"
    return ArgumentError(
        f"key: the list before this change, export {last['event']}, {problem}; {remedy}write a whole list, without "
        "since= (--since-last, --since), which takes its place; nothing was written"
    )


def _once_each(rows: pa.Table) -> pa.Table:
    """The rows on record, one a number or pair: of two, the one to release and the one to verify are one action."""
    key = keys_of(rows)
    counted = key.value_counts()
    twice = counted.field("values").filter(pc.greater(counted.field("counts"), 1))
    if not len(twice):
        return rows
    both = pc.is_in(key, twice)
    action = pc.if_else(both, RELEASED_TO_VERIFY, rows["action"])
    kept = pc.or_(pc.invert(both), pc.equal(rows["action"], "release"))
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
        sent = case.store.exports(to, handsets=True).to_pylist()
        before = _base_of(case, since, cut, sent, Basis(0, ListPolicy(), district), verb="export_handsets")
        gap = _gap(before, sent, lambda base: case.handsets(base.event).listed(base.district))
        districts = _districts(case.store.kinds_of_lists(to, handsets=True))
        due = handsets_due(_handsets_sent(case, cut, sent), to, district, districts=districts)
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


def _handsets_sent(case: Case, cut: int, lists: list[dict[str, Any]]) -> pa.Table:
    """All pairs that were sent; those of this registry's lists from before pairs were recorded are made again."""
    sent, order = case.store.facts("sent_handsets", cut), case.store.order(cut)
    parts = [sent]
    for row in lists:
        event = position(row["event"], order)
        if row["records"] and not pc.any(pc.equal(sent["event"], event)).as_py():
            pairs = case.handsets(row["as_of"]).listed(row["district"]).select(["imei14", "msisdn", "action"])
            same = {"event": event, **{name: row[name] for name in ("receiver", "district", "key_check")}}
            for name, value in same.items():
                pairs = pairs.append_column(name, pa.repeat(pa.scalar(value, sent.schema.field(name).type), len(pairs)))
            parts.append(pairs.cast(sent.schema))
    return pa.concat_tables(parts)


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
            refuse_recorded(case.store, part, "path")
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


def _last(sent: list[dict[str, Any]], district: str | None) -> dict[str, Any] | None:
    """The last export to a receiver of that district, or of all districts."""
    return next(iter(_of_district(sent, district)), None)


def _export_at(sent: list[dict[str, Any]], event: int) -> dict[str, Any] | None:
    return next((row for row in sent if row["event"] == event), None)


def _of_district(sent: list[dict[str, Any]], district: str | None) -> list[dict[str, Any]]:
    return [row for row in sent if folded(row["district"]) == folded(district)]


def _base_of(
    case: Case,
    since: date | datetime | int | str | None,
    cut: int,
    sent: list[dict[str, Any]],
    nothing: Basis,
    *,
    verb: str = "export",
) -> Basis | None:
    """The base of a change: one of the exports `sent` to the receiver, with its policy, or a moment."""
    if since is None:
        return None
    if since == "last":
        last = _last(sent, nothing.district)
        return _basis(last) if last else nothing
    if isinstance(since, str | bool):
        raise ArgumentError('since: takes a day, a moment, an event or "last"')
    base = since if isinstance(since, int) else case.cut("since", since)
    if not 0 <= base <= cut:
        raise ArgumentError("since: takes a past day or moment, or a recorded event")
    if isinstance(since, int) and since and (case.store.event(since) or ("",))[0] == verb:
        named = _export_at(sent, since)
        if named is None:
            raise ArgumentError("since: that export was sent to another receiver, or by another registry")
        return _basis(named)
    return nothing._replace(event=base)


def _gap(before: Basis | None, sent: list[dict[str, Any]], listed: Callable[[Basis], pa.Table]) -> int:
    """The rows of the list that were added between the last list to a receiver and the beginning of a change."""
    if before is None:
        return 0
    last = _last(sent, before.district)
    known = _basis(last) if last else before._replace(event=0)
    if before.event <= known.event:
        return 0
    then, now = listed(known), listed(before)
    added = now if not known.event else now.filter(pc.invert(pc.is_in(_requested(now), _requested(then))))
    return len(added)


def _warn_of(gap: int) -> None:
    """Warns of rows that are on no list to a receiver, as his next change is relative to this one."""
    if gap:
        warnings.warn(
            "since: the change begins after the last list to this receiver, and leaves out rows that were added in "
            f"between: {gap:,}; a whole list has them",
            stacklevel=4,
        )


def _requested(table: pa.Table) -> Any:
    """What each row of a list requests."""
    return pc.binary_join_element_wise(keys_of(table).cast(pa.string()), table["action"].cast(pa.string()), " ")


def _brake(case: Case, cut: int, policy: ListPolicy, district: str | None, last: dict[str, Any]) -> None:
    now = len(rows(case.state(cut), policy, district))
    event, old_policy, old_district = _basis(last)
    then = len(rows(case.state(event), old_policy, old_district))
    limit = max(1, then) * (policy.max_growth or 1)
    if now > limit:
        raise BrakeError(
            f"the list has {now:,} rows, the last one to the same receiver had {then:,}; nothing was written; "
            "override= (--override REASON) sends it, with the reason recorded"
        )


def _basis(last: dict[str, Any]) -> Basis:
    policy = last["policy"]
    return Basis(last["event"], ListPolicy() if policy is None else ListPolicy.from_json(policy), last["district"])
