"""Linkage for a case: the numbers in force are the seeds, and links are recorded with their evidence.

Owns which numbers are seeds, which are protected, and what of an expansion is recorded. Independent of the rules of
linkage (`numguard.linkage`). One idea: a number that is only linked is no seed, so that repeating a run never walks
further.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pyarrow as pa

from numguard import _core
from numguard.compute import pc, replaced
from numguard.errors import ArgumentError, BrakeError
from numguard.linkage import Expansion, LinkPolicy, WalkOptions
from numguard.linkage import expand as walk
from numguard.linkage.policy import CasePolicy
from numguard.registry.case import Case, reason_given
from numguard.registry.log.inputs import fingerprints, local_files, record_input, unchanged
from numguard.registry.numbers.state import IN_FORCE, reports
from numguard.types import Source


def expand(
    case: Case, sightings: Source, policy: LinkPolicy | None, override: str | None, columns: WalkOptions
) -> Expansion:
    """Links numbers to those in force, and records links, handsets, evidence and stops as one event."""
    if columns.get("region", "IN") not in ("IN", None):
        raise ArgumentError("region: a registry reads numbers as Indian (IN), or (None) as E.164 already")
    override = reason_given(override, "override") if override else ""
    policy = LinkPolicy() if policy is None else policy
    if not isinstance(policy, LinkPolicy):
        raise ArgumentError(f"policy: takes a LinkPolicy, not {type(policy).__name__}")
    cut = case.store.head()
    state = case.state(cut)
    status = state["status"]
    seeds = state.filter(pc.is_in(status, pa.array([word for word in IN_FORCE if word != "reverify"])))
    is_protected = pc.equal(status, "protected")
    protected = _core.NumberSet(state["msisdn"].filter(is_protected), region=None)
    if policy.protected is not None:
        protected |= _core.NumberSet(policy.protected)
    # Numbers that are in no handset are protected from the start, also those that are on no record yet.
    others = _core.NumberSet(state["msisdn"].filter(pc.invert(is_protected)), region=None)
    bounds = {field.name: getattr(policy, field.name) for field in fields(LinkPolicy)} | {"protected": protected}
    wanted: Any = seeds["msisdn"].combine_chunks()
    if policy.is_relative:
        # Without a date it is no seed, and is counted: the day on which an old complaint was entered would link the
        # number's user of today.
        dated = reports(case.facts(cut)).group_by(["msisdn", "reported_at"]).aggregate([])
        wanted = pa.table({"msisdn": wanted}).join(dated, "msisdn", join_type="left outer")
    with unchanged(lambda: local_files(sightings)):
        found = walk(wanted, sightings, CasePolicy(**bounds, unprotected=others), **columns)
        if found.braked and not override:
            raise BrakeError(
                f"{found.braked}; nothing was recorded; override= (--override REASON) records it, with the reason"
            )
        files = fingerprints(sightings)
    with case.event("expand", override) as append:
        for ordinal, entry in enumerate(files):
            record_input(append, ordinal, *entry, records=None)
        counts = {"seeds": [len(seeds)], "linked": [len(found.linked)]}
        append.rows("expansion", {"as_of": [cut], "policy": [repr(policy)], **counts, "braked": [found.braked or ""]})
        append.rows("link", _moments_as_integers(found.linked).sort_by("msisdn"))
        # The columns of rules of place are not recorded: repeating the run with the recorded policy gives them.
        append.rows("handset", _moments_as_integers(found.handsets))
        append.rows("stop", found.stopped)
        append.rows("evidence", _moments_as_integers(found.evidence).sort_by("msisdn"))
    return found


def _moments_as_integers(table: pa.Table) -> pa.Table:
    return replaced(table, **{name: pc.cast(table[name], pa.int64()) for name in ("first_seen", "last_seen")})
