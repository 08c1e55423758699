"""A list that leaves the house: written, braked, and recorded as sent to somebody.

Owns what an export is told against, the brake on its growth, and that a file which is not recorded as sent never lies
about to be sent. Knows nothing of formats (`numguard.blocklist`) nor of what is listed (`listing`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from numguard.blocklist import BlockList, Form
from numguard.errors import ArgumentError, BrakeError
from numguard.files import together
from numguard.registry.case import Basis, Case
from numguard.registry.listing import ListPolicy, rows
from numguard.types import PathLike

__all__ = ["block_list", "export"]


def block_list(
    case: Case,
    as_of: date | datetime | None,
    since: date | datetime | int | None,
    district: str | None,
    policy: ListPolicy | None,
) -> BlockList:
    """The list as of a moment, or its change since one; changes nothing."""
    cut = case.cut("as_of", as_of) if as_of is not None else case.store.head()
    base = None if since is None else since if isinstance(since, int) else case.cut("since", since)
    if isinstance(base, bool) or (base is not None and not 0 <= base <= cut):
        raise ArgumentError("since: takes a day, a moment or an event that is not after as_of")
    policy = policy or ListPolicy()
    before = None if base is None else Basis(base, policy, district)
    return case.listed(cut, before, policy, district, past=as_of is not None)


def export(
    case: Case,
    path: PathLike,
    *,
    to: str,
    since: date | datetime | int | str | None,
    district: str | None,
    policy: ListPolicy | None,
    form: Form,
    override: str | None,
) -> BlockList:
    """Writes a list and records that it went out, both or neither."""
    if not isinstance(to, str) or not to.strip():
        raise ArgumentError("to: takes the receiver's name")
    policy = policy or ListPolicy()
    with case.event("export", override or "") as append:
        cut = append.event - 1
        last = case.store.last_export(to.strip())
        before = _told_against(case, since, cut, last, Basis(0, policy, district))
        listed = case.listed(cut, before, policy, district)
        if policy.max_growth is not None and last and not override:
            _brake(case, cut, policy, district, last)
        table = listed.to_table()
        append.rows("exported", table.select(["msisdn", "action"]))
        # A list that is not recorded as sent must not lie about to be sent, nor take the place of one that was.
        with together(private=True) as files:
            listed.write_into(files, path, form)
            append.rows(
                "export",
                {
                    "receiver": [to.strip()],
                    "as_of": [cut],
                    "since": [0 if before is None else before.event],
                    "district": [district or ""],
                    "policy": [policy.as_json()],
                    "name": [listed.manifest["file"]],
                    "bytes": [listed.manifest["bytes"]],
                    "sha256": [listed.manifest["sha256"]],
                    "records": [len(table)],
                },
            )
            files.place()
            append.commit()
    return listed


def _told_against(
    case: Case, since: date | datetime | int | str | None, cut: int, last: dict[str, Any] | None, nothing: Basis
) -> Basis | None:
    if since is None:
        return None
    if since == "last":
        return _basis(last) if last else nothing
    if isinstance(since, str):
        raise ArgumentError('since: takes a day, a moment, an event or "last"')
    base = since if isinstance(since, int) else case.cut("since", since)
    if not 0 <= base <= cut:
        raise ArgumentError("since: takes a day, a moment or an event that has been")
    return nothing._replace(event=base)


def _brake(case: Case, cut: int, policy: ListPolicy, district: str | None, last: dict[str, Any]) -> None:
    now = len(rows(case.state(cut), policy, district))
    event, old_policy, old_district = _basis(last)
    then = len(rows(case.state(event), old_policy, old_district))
    limit = max(1, then) * (policy.max_growth or 1)
    if now > limit:
        raise BrakeError(
            f"the list has {now:,} rows, {then:,} when it last went to the same receiver; nothing was written; "
            "override= sends it, with the reason recorded"
        )


def _basis(last: dict[str, Any]) -> Basis:
    return Basis(last["event"], ListPolicy.from_json(last["policy"]), last["district"])
