"""The case registry: complaints in, one block list out, and why each number stands on it.

Owns the calls that people make and the order of their steps; every call that changes something is one event, recorded
whole or not at all. Knows no SQL (`store`), no precedence of statuses (`state`) and no way to write a number (`cells`).

    >>> import pyarrow as pa
    >>> from numguard.registry import Registry
    >>> complaints = pa.table({
    ...     "acknowledgement_no": ["31708220000001"], "source": ["1930"], "district": ["Rohtak"],
    ...     "suspect_mobiles": ["98765 43210 / 91234-56789"],
    ... })
    >>> with Registry(by="HC 1234") as registry:
    ...     intake = registry.add_complaints(complaints)
    ...     again = registry.add_complaints(complaints)
    ...     listed = registry.block_list().to_table()
    >>> intake.added, again.added, again.repeated
    (1, 0, 1)
    >>> listed.select(["msisdn", "action", "district"]).to_pylist()[0]
    {'msisdn': 919123456789, 'action': 'block', 'district': 'Rohtak'}
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from getpass import getuser
from pathlib import Path
from time import time_ns
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from numguard import _core
from numguard.blocklist import BlockList, manifest_path
from numguard.errors import ArgumentError, BrakeError
from numguard.linkage import Expansion, LinkPolicy
from numguard.linkage import expand as walk
from numguard.registry.complaints import Plan, read_complaints, reconcile
from numguard.registry.history import tell
from numguard.registry.intake import Intake, fingerprints, named_refusals, record_counts, record_input, summed_up
from numguard.registry.listing import MOMENT, ListPolicy, delta, rows
from numguard.registry.outcomes import read_outcomes, told_before
from numguard.registry.sheet import Mapped, Sheet, read_sheet
from numguard.registry.state import DECISIONS, FACTS, IN_FORCE, STATUSES, Facts, derive
from numguard.registry.store import Append, Store
from numguard.types import PathLike, Source, Values

pc: Any = pyarrow.compute  # its stubs know no plain Python values

__all__ = ["Intake", "ListPolicy", "Registry"]

_IST = timezone(timedelta(hours=5, minutes=30))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Registry:
    """The memory of a case: an append-only log of events, and what it says of every number.

    Args:
        path: A file, made if it is not there and readable by its owner alone; `":memory:"`; or a `postgresql://`
            address.
        by: Who acts, recorded with every event; by default the user who is logged in.

    Raises:
        RegistryError: It cannot be opened, is damaged, or belongs to another program.

    Example:
        >>> from numguard.registry import Registry
        >>> with Registry(by="HC 1234") as registry:
        ...     registry.decide(["1800 123 4567"], "protected", "helpline of a bank")
        1
    """

    def __init__(self, path: PathLike = ":memory:", *, by: str | None = None) -> None:
        by = getuser() if by is None else by
        if not isinstance(by, str) or not by.strip():
            raise ArgumentError("by: takes the name or rank of who acts; it is recorded with every event")
        self._by = by.strip()
        self._store = Store(str(path))

    def __enter__(self) -> Registry:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Registry {self._store.dialect.name}>"

    def close(self) -> None:
        """Lets go of the file."""
        self._store.close()

    # What comes in ----------------------------------------------------------------------------------------------

    def add_complaints(
        self, source: Any, *, mapping: Mapped | None = None, name: str | None = None, dry_run: bool = False
    ) -> Intake:
        """Takes a file of complaints in.

        A complaint is (source, acknowledgement_no); a row that says what is known already is a repeat, one that says
        something else of a complaint that stands amends it, and the earlier version is kept. The rows of one file that
        share both are one version. The same file twice changes nothing.

        Args:
            source: A path, or a table that gives itself as an Arrow stream.
            mapping: Which column holds what, `{"suspect_mobiles": "Mobile No."}`; the others are found by their names:
                acknowledgement_no, source, district, category, reported_at, suspect_mobiles, complainant_mobile,
                amount_lost, amount_recovered.
            name: What the input is recorded as; by default the file's name.
            dry_run: Says what the file would do, and changes nothing.

        Returns:
            The counts, in rows, and every refused cell.

        Raises:
            ColumnError: A column that must be there is not; the message lists those that are.
            InputError: The file cannot be read.
        """
        sheet = read_sheet(source, name)
        complaints = read_complaints(sheet, mapping)
        if dry_run:
            plan = reconcile(complaints, self._store.versions)
            return summed_up(None, sheet, plan)
        with self._event("add_complaints", "") as append:
            plan = reconcile(complaints, self._store.versions)
            known = self._store.intake_of(sheet.sha256, "add_complaints") if plan.empty else None
            if known is None:
                self._record(append, sheet, plan)
        return summed_up(append.event if known is None else known, sheet, plan)

    def _record(self, append: Append, sheet: Sheet, plan: Plan) -> None:
        new = pc.add(pc.cast(plan.versions["first_row"], pa.int64()), append.event << 32)
        complaint = pc.coalesce(plan.versions["complaint"], new)
        place = plan.versions.schema.get_field_index("complaint")
        record_input(append, 0, sheet.name, sheet.bytes, sheet.sha256, records=sheet.records)
        record_counts(append, plan.added, plan.updated, plan.repeated, plan.refused)
        append.rows("complaint", plan.versions.set_column(place, "complaint", complaint))
        append.rows("naming", plan.namings)
        append.rows("complainant", plan.complainants)
        append.rows("refusal", plan.refusals)

    def withdraw_intake(self, id: int, reason: str) -> int:  # noqa: A002
        """Takes a file back: what it said stands no more, and what stood before it stands again.

        Args:
            id: The `id` of an `Intake`, or the event of an expansion.
            reason: Why; recorded.

        Returns:
            The event's number.

        Raises:
            ArgumentError: No such intake, or it was taken back already.
        """
        with self._event("withdraw_intake", _reason(reason)) as append:
            found = self._store.event(id) if isinstance(id, int) and 0 < id < append.event else None
            if found is None or found[0] not in {"add_complaints", "record_outcomes", "expand"}:
                raise ArgumentError("id: takes the id of an intake of this registry")
            if found[1]:
                raise ArgumentError("id: this intake was taken back already")
            append.rows("withdrawal", {"withdrawn": [id]})
        return append.event

    def record_outcomes(self, source: Any, *, mapping: Mapped | None = None, name: str | None = None) -> Intake:
        """Takes in what operators did: a file or table of numbers with blocked, rejected, reverified or reactivated.

        Args:
            source: A path, or a table; its columns are msisdn, status, happened_at and reason.
            mapping: Which column holds what, where they are called something else.
            name: What the input is recorded as; by default the file's name.

        Returns:
            The counts, in rows. Refused are numbers that the registry does not know, statuses that are none of the
            four, and rows that contradict another row of the same moment.
        """
        sheet = read_sheet(source, name)
        with self._event("record_outcomes", "") as append:
            outcomes = read_outcomes(sheet, mapping, lambda msisdns: self._known(msisdns, append.event - 1))
            self._store.want(outcomes.rows["msisdn"])
            before = self._store.facts("outcomes", append.event - 1, wanted=True)
            fresh = outcomes.rows.filter(pc.invert(told_before(outcomes.rows, before)))
            refused = len(pc.unique(outcomes.refused["row"]))
            counts = (len(fresh), 0, len(outcomes.rows) - len(fresh), refused)
            known = None if len(fresh) else self._store.intake_of(sheet.sha256, "record_outcomes")
            if known is None:
                record_input(append, 0, sheet.name, sheet.bytes, sheet.sha256, records=sheet.records)
                record_counts(append, *counts)
                append.rows("outcome", fresh.append_column("ordinal", pa.array(np.arange(len(fresh)))))
                append.rows("refusal", outcomes.refused)
        event = append.event if known is None else known
        return Intake(event, *counts, named_refusals(sheet, outcomes.refused), sheet.name, sheet.bytes, sheet.sha256)

    def _known(self, msisdns: pa.Array[Any], cut: int) -> pa.Array[Any]:
        numbers = pc.drop_null(msisdns).cast(pa.int64())
        state = self._state(cut, self._store.with_linked(numbers, cut))
        return state["msisdn"].combine_chunks()

    # What is worked out and decided -------------------------------------------------------------------------------

    def expand(
        self, sightings: Source, policy: LinkPolicy | None = None, *, override: str | None = None, **columns: Any
    ) -> Expansion:
        """Links numbers to those in force by the handsets they shared, and keeps links, evidence and where it stopped.

        The seeds are the numbers in force but for those that are themselves only linked: a linked number leads further
        only once it is confirmed, so that repeating a run never walks further. Protected numbers are never linked.

        Args:
            sightings: Whatever `scan` takes.
            policy: The bounds of the walk.
            override: The reason to keep a result that the brake would stop; recorded.
            **columns: `msisdn`, `imei`, `at`, `region`, `progress`, `threads`, as in `numguard.expand`.

        Returns:
            The expansion.

        Raises:
            BrakeError: An absurd number of numbers was linked, and no reason to keep them was given; nothing is stored.
        """
        policy = LinkPolicy() if policy is None else policy
        cut = self._store.head()
        state = self._state(cut)
        status = state["status"]
        seeds = state.filter(pc.is_in(status, pa.array([word for word in IN_FORCE if word != "reverify"])))
        shielded = _core.NumberSet(state["msisdn"].filter(pc.equal(status, "protected")))
        protected = shielded if policy.protected is None else shielded | _core.NumberSet(policy.protected)
        asked: Any = seeds["msisdn"].combine_chunks()
        if policy.is_relative:
            at = pc.cast(pc.coalesce(seeds["first_reported"], seeds["last_told"]), MOMENT)
            asked = pa.table({"msisdn": seeds["msisdn"], "reported_at": at})
        found = walk(asked, sightings, replace(policy, protected=protected), **columns)
        if found.braked and not override:
            raise BrakeError(f"{found.braked}; nothing was stored; override= keeps it, with the reason recorded")
        files = fingerprints(sightings)
        with self._event("expand", override or "") as append:
            for ordinal, entry in enumerate(files):
                record_input(append, ordinal, *entry, records=None)
            append.rows(
                "expansion",
                {
                    "as_of": [cut],
                    "policy": [repr(policy)],
                    "seeds": [len(seeds)],
                    "linked": [len(found.linked)],
                    "braked": [found.braked or ""],
                },
            )
            append.rows("link", _moments_as_integers(found.linked).sort_by("msisdn"))
            append.rows("handset", _moments_as_integers(found.handsets))
            append.rows("stop", found.stopped)
            append.rows("evidence", _moments_as_integers(found.evidence).sort_by("msisdn"))
        return found

    def decide(self, values: Values, status: str, reason: str) -> int:
        """Records what an officer decided of some numbers.

        Args:
            values: The numbers, as `normalize` takes them.
            status: "confirmed", "withdrawn", "protected", "unprotected", "reverified" or "reactivated".
            reason: Why; recorded, and shown on the lists.

        Returns:
            The event's number.

        Raises:
            ArgumentError: No such status, no reason, or no number.
            RefusedCellsError: A value is not a number; nothing is recorded.
        """
        if status not in DECISIONS:
            raise ArgumentError(f"status: takes one of {', '.join(DECISIONS)}")
        why = _reason(reason)
        if isinstance(values, str | int):
            raise ArgumentError("values: takes a list of numbers, not a single one")
        numbers = values if isinstance(values, _core.NumberSet) else _core.NumberSet(values, strict=True)
        msisdns = numbers.to_array()
        if not len(msisdns):
            raise ArgumentError("values: takes at least one number")
        with self._event("decide", why) as append:
            append.rows("decision", {"msisdn": msisdns, "status": pa.repeat(status, len(msisdns))})
        return append.event

    # What is told ---------------------------------------------------------------------------------------------------

    def numbers(self, statuses: str | Iterable[str] | None = None) -> _core.NumberSet:
        """The numbers with the given statuses; by default those in force.

        Args:
            statuses: Any of protected, withdrawn, blocked, rejected, reverified, reactivated, requested, confirmed,
                reported, reverify.
        """
        wanted = IN_FORCE if statuses is None else (statuses,) if isinstance(statuses, str) else tuple(statuses)
        unknown = [word for word in wanted if word not in STATUSES]
        if unknown:
            raise ArgumentError(f"statuses: takes any of {', '.join(STATUSES)}")
        state = self._state(self._store.head())
        return _core.NumberSet(state["msisdn"].filter(pc.is_in(state["status"], pa.array(wanted, pa.string()))))

    def history(self, number: Any) -> pa.Table:
        """Everything that touched one number, in the order in which it happened.

        Args:
            number: One number, as it is written.

        Returns:
            Columns: event, at, by, what (named, complainant, linked, seen, stopped, decided, outcome, exported, taken
            back), status, reason, file, sha256, row, source, acknowledgement_no, district, reported_at, note, hop,
            via_imei, via_msisdn, to.

        Raises:
            ArgumentError: It is not one number.
        """
        msisdn = _core.normalize(pa.array([number]))[0].as_py()
        if msisdn is None:
            raise ArgumentError("number: takes one phone number")
        return tell(self._store, msisdn)

    def refusals(self, id: int) -> pa.Table:  # noqa: A002
        """The cells that an intake refused, as they were: row, column, cell, note."""
        table = self._store.refusals(id)
        return table.rename_columns(["row", "column", "cell", "note"])

    def block_list(
        self,
        *,
        as_of: date | datetime | None = None,
        since: date | datetime | int | None = None,
        district: str | None = None,
        policy: ListPolicy | None = None,
    ) -> BlockList:
        """The numbers to block or to verify again, or what changed of them. Changes nothing.

        Args:
            as_of: The list as it was at the end of that day (IST), or at that moment (with a zone).
            since: The change since that day or moment, or since the event of that number.
            district: Only the numbers of that district.
            policy: Which numbers in force are listed.

        Returns:
            Columns: msisdn, status, action, hop, district, reason, complaints, sources, first_reported, last_reported,
            via_imei, review_by; with `since`, also change: added, changed or removed.
        """
        cut = self._cut("as_of", as_of) if as_of is not None else self._store.head()
        base = None if since is None else since if isinstance(since, int) else self._cut("since", since)
        if isinstance(base, bool) or (base is not None and not 0 <= base <= cut):
            raise ArgumentError("since: takes a day, a moment or an event that is not after as_of")
        policy = policy or ListPolicy()
        before = None if base is None else (base, policy, district)
        return self._list(cut, before, policy, district)

    def export(
        self,
        path: PathLike,
        *,
        to: str,
        since: date | datetime | int | str | None = None,
        district: str | None = None,
        policy: ListPolicy | None = None,
        columns: Any = None,
        override: str | None = None,
    ) -> BlockList:
        """Writes a block list to `path` and records that it went out to `to`: its rows to block become `requested`.

        Args:
            path: Where to; the ending tells the format.
            to: Who receives it.
            since: As in `block_list`; `"last"` is the last export to the same receiver, the whole list if there is
                none.
            district: Only the numbers of that district.
            policy: Which numbers in force are listed, and the brake.
            columns: Which columns, and what they are called, as in `BlockList.write`.
            override: The reason to send a list that the brake would stop; recorded.

        Returns:
            The list that was written.

        Raises:
            BrakeError: The list grew past the policy's `max_growth`; nothing was written.
        """
        path = Path(path)
        if not isinstance(to, str) or not to.strip():
            raise ArgumentError("to: takes the receiver's name")
        policy = policy or ListPolicy()
        with self._event("export", override or "") as append:
            cut = append.event - 1
            last = self._store.last_export(to.strip())
            before: tuple[int, ListPolicy, str | None] | None = None
            if since == "last":
                before = _basis(last) if last else (0, policy, district)
            elif isinstance(since, str):
                raise ArgumentError('since: takes a day, a moment, an event or "last"')
            elif since is not None:
                base = since if isinstance(since, int) else self._cut("since", since)
                if not 0 <= base <= cut:
                    raise ArgumentError("since: takes a day, a moment or an event that has been")
                before = (base, policy, district)
            listed = self._list(cut, before, policy, district)
            if policy.max_growth is not None and last and not override:
                self._brake(cut, policy, district, last)
            table = listed.to_table()
            append.rows("exported", table.select(["msisdn", "action"]))
            try:
                listed.write(path, columns=columns)
                append.rows(
                    "export",
                    {
                        "receiver": [to.strip()],
                        "as_of": [cut],
                        "since": [0 if before is None else before[0]],
                        "district": [district or ""],
                        "policy": [policy.as_json()],
                        "name": [path.name],
                        "bytes": [listed.manifest["bytes"]],
                        "sha256": [listed.manifest["sha256"]],
                        "records": [len(table)],
                    },
                )
                append.commit()
            except BaseException:
                # A list that is not recorded as sent must not lie about to be sent.
                path.unlink(missing_ok=True)
                manifest_path(path).unlink(missing_ok=True)
                raise
        return listed

    def _brake(self, cut: int, policy: ListPolicy, district: str | None, last: dict[str, Any]) -> None:
        now = len(rows(self._state(cut), policy, district))
        event, old_policy, old_district = _basis(last)
        then = len(rows(self._state(event), old_policy, old_district))
        limit = max(1, then) * (policy.max_growth or 1)
        if now > limit:
            raise BrakeError(
                f"the list has {now:,} rows, {then:,} when it last went to the same receiver; nothing was written; "
                "override= sends it, with the reason recorded"
            )

    # Inside -----------------------------------------------------------------------------------------------------------

    def _event(self, verb: str, reason: str) -> AbstractContextManager[Append]:
        return self._store.writing(actor=self._by, verb=verb, reason=reason, now=self._now())

    def _now(self) -> int:
        return time_ns() // 1000

    def _cut(self, name: str, moment: object) -> int:
        if isinstance(moment, datetime):
            if moment.tzinfo is None:
                raise ArgumentError(f"{name}: a time needs its zone; a day alone is taken to its end in IST")
            last = moment
        elif isinstance(moment, date):
            last = datetime.combine(moment + timedelta(days=1), time(), _IST) - timedelta(microseconds=1)
        else:
            raise ArgumentError(f"{name}: takes a day, or a time with its zone")
        return self._store.cut_at((last - _EPOCH) // timedelta(microseconds=1))

    def _state(self, cut: int, wanted: pa.Array[Any] | pa.ChunkedArray[Any] | None = None) -> pa.Table:
        """The state of all numbers at `cut`, or of the `wanted` ones."""
        if wanted is not None:
            self._store.want(wanted)
        return derive(Facts(**{kind: self._store.facts(kind, cut, wanted=wanted is not None) for kind in FACTS}))

    def _list(
        self, cut: int, before: tuple[int, ListPolicy, str | None] | None, policy: ListPolicy, district: str | None
    ) -> BlockList:
        if before is None:
            table = rows(self._state(cut), policy, district)
        elif before[0] == 0:
            table = rows(self._state(cut), policy, district)
            table = table.append_column("change", pa.repeat("added", len(table)))
        else:
            base, old_policy, old_district = before
            same = (old_policy, old_district) == (policy, district)
            # Under another policy, numbers that nothing touched may come and go too.
            touched = self._store.touched(base, cut) if same else None
            table = delta(
                self._state(base, touched), self._state(cut, touched), (old_policy, policy), (old_district, district)
            )
        inputs = self._store.inputs(cut).drop_columns(["event"])
        manifest = {
            "numguard": _core.__version__,
            "list": "full" if before is None else "delta",
            "events": [0 if before is None else before[0], cut],
            "district": district,
            "policy": asdict(policy),
            "inputs": inputs.to_pylist(),
        }
        return BlockList(table, manifest)


def _basis(last: dict[str, Any]) -> tuple[int, ListPolicy, str | None]:
    return last["event"], ListPolicy.from_json(last["policy"]), last["district"]


def _reason(reason: object) -> str:
    if not isinstance(reason, str) or not reason.strip():
        raise ArgumentError("reason: takes a sentence; it is recorded")
    return reason.strip()


def _moments_as_integers(table: pa.Table) -> pa.Table:
    for name in ("first_seen", "last_seen"):
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, pc.cast(table[name], pa.int64()))
    return table
