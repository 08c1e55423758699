"""The case registry: complaints in, one block list out, and why each number is on it.

Owns the public calls and the order of their steps; every call that changes something is one event, recorded whole or
not at all. Independent of SQL (`store`), of the precedence of statuses (`state`) and of the forms of written numbers
(`cells`).

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

import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from getpass import getuser
from types import TracebackType
from typing import NoReturn, Unpack

import pyarrow as pa

from numguard import _core
from numguard.blocklist import BlockList, Columns, Form
from numguard.errors import ArgumentError, UnsupportedTypeError, check_complete
from numguard.linkage import Expansion, LinkPolicy, WalkOptions
from numguard.registry.case import Case, reason_given, refuse_broken
from numguard.registry.events import intake, linking, outcomes, sending
from numguard.registry.events.amended import withdraw
from numguard.registry.events.decisions import Reviewed, take_review
from numguard.registry.events.intake import Intake
from numguard.registry.events.merging import Merged
from numguard.registry.events.review import refuse_certain
from numguard.registry.failures import reports_failures
from numguard.registry.log.inputs import fingerprints, record_input
from numguard.registry.log.seal import Seal
from numguard.registry.log.store import Store
from numguard.registry.maintenance import Maintenance
from numguard.registry.numbers.listing import ListPolicy
from numguard.registry.numbers.state import DECISIONS, SETTLING, STATUSES, Answer, Decision
from numguard.registry.queries import Queries
from numguard.registry.sheets.headings import Mapped
from numguard.registry.spelling import folded
from numguard.types import PathLike, Source, TableSource, Values

__all__ = ["DECISIONS", "STATUSES", "Intake", "ListPolicy", "Merged", "Registry", "Reviewed", "Seal"]


@reports_failures
class Registry(Queries, Maintenance):
    """A case registry: an append-only log of events, and the state of every number that follows from it.

    Args:
        path: A file, readable by its owner only, created with the first event if it does not exist;
            `":memory:"`; or a `postgresql://` address, whose tables are created with the first event too.
        by: Who acts, recorded with every event; by default the user who is logged in.
        today: Today's date, which confirms a clock that is far from the log's last event; by default the value of
            the environment variable NUMGUARD_TODAY. Nothing is recorded if the clock shows another day.

    Raises:
        RegistryError: It cannot be opened, is damaged, or belongs to another program.

    Example:
        >>> from numguard.registry import Registry
        >>> with Registry(by="HC 1234") as registry:
        ...     registry.decide(["1800 123 4567"], "protected", "helpline of a bank")
        1
    """

    def __init__(self, path: PathLike = ":memory:", *, by: str | None = None, today: date | None = None) -> None:
        by = getuser() if by is None else by
        if isinstance(by, str):
            refuse_broken("by", by)
        if not isinstance(by, str) or not folded(by):
            raise ArgumentError("by: takes the name or rank of who acts; it is recorded with every event")
        target = os.fspath(path) if isinstance(path, os.PathLike) else path
        if not isinstance(target, str):  # None would be a file of that name
            raise ArgumentError(f"path: takes a path, not {type(path).__name__}")
        refuse_broken("path", target)
        today = _confirmed(today)
        self._opened = Case(Store(target), by.strip(), today)

    def __enter__(self) -> Registry:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise UnsupportedTypeError("a registry is neither copied nor sent to another process: open it there")

    def __repr__(self) -> str:
        return f"<Registry {self._opened.store.dialect.name}>"

    def close(self) -> None:
        """Closes the registry."""
        self._opened.store.close()

    # Input ----------------------------------------------------------------------------------------------

    def add_complaints(
        self,
        source: TableSource,
        *,
        mapping: Mapped | PathLike | None = None,
        constants: Mapping[str, str] | None = None,
        name: str | None = None,
        sheet: str | None = None,
        dry_run: bool = False,
        strict: bool = False,
    ) -> Intake:
        """Adds a file of complaints.

        A complaint is identified by (source, acknowledgement_no). A row with the recorded content is a repeat; a row
        with other content amends the complaint, and the earlier version is kept. The rows of one file that share both
        are one version. The same file twice changes nothing.

        Args:
            source: A path (CSV and other separated text, JSON, JSON Lines, a workbook, Parquet, Arrow; recognised by
                content), or a table that exports an Arrow stream.
            mapping: Which column holds what, `{"suspect_mobiles": "Mobile No."}`, or the path of a saved mapping; the
                others are found by their names in English and Hindi: acknowledgement_no, source, district,
                police_station, category, incident_at, reported_at, suspect_mobiles, complainant_mobile,
                complaint_status, amount_lost, amount_held, amount_recovered. `narrative` extracts every number of a
                free text, to wait for a decision; `ignore` leaves a column out.
            constants: The value of a field where the sheet has none: `{"source": "1930"}`, and likewise district,
                police_station and category.
            name: The name under which the input is recorded; by default the file's name.
            sheet: Which sheet of a workbook, where several are not empty.
            dry_run: Returns what the file would change, and changes nothing.
            strict: A refused row is an error, and nothing is recorded.

        Returns:
            The counts, in rows, and every refused cell.

        Raises:
            ColumnError: A required column is missing, or a heading could be two fields; the message lists them. The
                source is required: without it, complaints of two desks with one number would count as one.
            InputError: The file cannot be read.
        """
        return intake.add_complaints(
            self._case,
            source,
            mapping,
            name,
            constants=constants,
            sheet_name=sheet,
            dry_run=dry_run,
            strict=strict,
        )

    def withdraw_intake(self, id: int | None, reason: str) -> int:  # noqa: A002
        """Withdraws a file: what it reported no longer counts, and what it had amended counts again.

        `would_withdraw` shows the effect without withdrawing.

        Args:
            id: The `id` of an `Intake`, or the event of an expansion.
            reason: Why; recorded.

        Returns:
            The event's number.

        Raises:
            ArgumentError: No such intake, as of a dry run, or it is withdrawn already.
        """
        with self._case.event("withdraw_intake", reason_given(reason)) as append:
            withdraw(self._case, append, id)
        return append.event

    def record_outcomes(
        self,
        source: TableSource,
        *,
        mapping: Mapped | None = None,
        values: Mapping[str, Answer] | None = None,
        name: str | None = None,
        sheet: str | None = None,
        strict: bool = False,
    ) -> Intake:
        """Records what operators did: a file or table of numbers with blocked, rejected, reverified or reactivated.

        Args:
            source: A path, or a table; its columns are msisdn, status, happened_at and reason.
            mapping: Which column holds what, where the headings are others.
            values: The meaning of a word of the operator, `{"Barred": "blocked"}`; Barred, Disconnected, re-verified,
                Not blocked, Restored and such are known.
            name: The name under which the input is recorded; by default the file's name.
            sheet: Which sheet of a workbook, where several are not empty.
            strict: A refused row is an error, and nothing is recorded.

        Returns:
            The counts, in rows. Refused are numbers that the registry does not know, statuses that are none of the
            four, and rows that contradict another row of the same moment. `unrequested` has the numbers that are
            reported as blocked although they are protected, were released, or were never sent.
        """
        return outcomes.record_outcomes(
            self._case, source, mapping, name, values=values, sheet_name=sheet, strict=strict
        )

    # Linkage and decisions -------------------------------------------------------------------------------

    def expand(
        self,
        sightings: Source,
        policy: LinkPolicy | None = None,
        *,
        override: str | None = None,
        **columns: Unpack[WalkOptions],
    ) -> Expansion:
        """Links numbers to those in force by the handsets they shared, and records links, evidence and stops.

        The seeds are the numbers in force, except those that are only linked: a linked number becomes a seed once it
        is confirmed, so that repeating a run never walks further. Protected numbers are never linked.

        Args:
            sightings: Any source that `scan` accepts.
            policy: The bounds of the walk.
            override: The reason to record a result past the brake; recorded.
            **columns: The other keyword arguments of `numguard.expand` (`numguard.linkage.WalkOptions`); `region` is
                "IN" or None.

        Returns:
            The expansion.

        Raises:
            BrakeError: More numbers were linked than the policy allows, and no reason was given; nothing is recorded.
        """
        return linking.expand(self._case, sightings, policy, override, columns)

    def decide(self, values: Values, status: Decision, reason: str, *, file: PathLike | None = None) -> int:
        """Records what an officer decided of some numbers.

        Args:
            values: The numbers, as `normalize` accepts them; nulls are left out.
            status: "confirmed", "withdrawn", "protected", "unprotected", "reverified" or "reactivated"; of numbers that
                wait for a decision, "accepted" (as if the complaint named them plainly) or "dismissed". A change
                releases what was sent to be blocked if it is withdrawn, protected or reactivated.
            reason: Why; recorded, and shown on the lists.
            file: The file that the numbers are from: its name, size and SHA-256 are recorded, and no list replaces it.

        Returns:
            The event's number.

        Raises:
            ArgumentError: No such status, no reason, or no number; or accepts a number that was never in doubt.
            RefusedCellsError: A value is not a number, or was not when the set was built; nothing is recorded.
        """
        if status not in DECISIONS:
            raise ArgumentError(f"status: takes one of {', '.join(DECISIONS)}")
        why = reason_given(reason)
        if isinstance(values, str | int):
            raise ArgumentError("values: takes a list of numbers, not a single one")
        check_complete(values)
        numbers = values if isinstance(values, _core.NumberSet) else _core.NumberSet(values, strict=True)
        msisdns = numbers.to_array()
        if not len(msisdns):
            raise ArgumentError("values: takes at least one number")
        if not isinstance(file, str | os.PathLike | None):
            raise ArgumentError(f"file: takes a path, not {type(file).__name__}")
        files = [] if file is None else fingerprints(os.fspath(file))
        with self._case.event("decide", why) as append:
            if status in SETTLING:
                refuse_certain(self._case, append.event - 1, msisdns)
            for ordinal, entry in enumerate(files):
                record_input(append, ordinal, *entry, records=None)
            append.rows("decision", {"msisdn": msisdns, "status": pa.repeat(status, len(msisdns))})
        return append.event

    def take_review(
        self,
        source: TableSource,
        reason: str | None = None,
        *,
        mapping: Mapped | None = None,
        name: str | None = None,
        strict: bool = False,
    ) -> Reviewed:
        """Records a sheet of decisions on waiting numbers: accepted, dismissed, or nothing yet.

        Args:
            source: A path, or a table; its columns are msisdn (E.164, as `review` gives it), decision and reason.
            reason: Why, where a row has no reason.
            mapping: Which column holds what, where the headings are others.
            name: The sheet's name in refusals; by default the file's name.
            strict: A refused row is an error, and nothing is recorded.

        Returns:
            The counts. Refused are cells that are no number, other words, rows that contradict each other or that
            another cell or a line above contradicts, decisions without a reason, and those on numbers that wait for
            what the sheet does not show. The same sheet twice changes nothing.

        Raises:
            InputError: The file cannot be read; or `strict`, and a row was refused.
        """
        return take_review(self._case, source, mapping, name, reason, strict=strict)

    # Exports ----------------------------------------------------------------------------------------------------

    def export(
        self,
        path: PathLike,
        *,
        to: str,
        since: date | datetime | int | str | None = None,
        as_of: date | datetime | None = None,
        district: str | None = None,
        policy: ListPolicy | None = None,
        columns: Columns | None = None,
        title: Sequence[str] = (),
        header: bool = True,
        rows_per_file: int | None = None,
        by_district: bool = False,
        key: bytes | None = None,
        replace: bool = False,
        override: str | None = None,
    ) -> BlockList:
        """Writes a block list to `path` and records that it was sent to `to`: its rows to block become `requested`.

        Args:
            path: The file; its ending selects the format.
            to: The receiver.
            since: As in `block_list`; `"last"` is the last export to the same receiver, of the same district or of all
                alike, the whole list if there is none.
            as_of: The list as it was then, including the numbers that were protected since. Its manifest has the
                moment; it requests no action, and no later change is relative to it.
            district: Only the numbers of that district.
            policy: Which numbers in force are listed, and the brake.
            columns: Which columns, and their headings, as in `BlockList.write`.
            title: Lines above the header, in .csv and .xlsx.
            header: Whether .csv and .xlsx begin with the names of the columns.
            rows_per_file: At most so many rows a file, as in `BlockList.write`.
            by_district: A file a district.
            key: Write keyed hashes in place of the numbers, as `BlockList.keyed` does. A change needs the key of the
                list before it. Under the key of lists before that one, `since="last"` gives the releases alone of
                numbers that the receiver knows only by those, if any are due.
            replace: Whether to replace an exported list at `path`, and its manifest.
            override: The reason to send a list past the brake, or to a receiver whose name is close to that of a known
                one; recorded.

        Returns:
            The list that was written. `releases_due` in its manifest is how many releases are due to the receiver and
            are not on it, as a whole list has no rows to release: the next change (`since="last"`) has them, but for
            those that `releases_due_under` counts by the key check of other lists.

        Raises:
            ArgumentError: A file is at `path`, or a list without `replace`; no district of that name is known; the
                receiver's name differs from a known one's by a letter of a word of four or more; a change has another
                key than the list before it. Nothing was written.
            BrakeError: The list grew past the policy's `max_growth`; nothing was written.
        """
        return sending.export(
            self._case,
            path,
            to=to,
            since=since,
            as_of=as_of,
            district=district,
            policy=policy,
            form=Form(columns, title, header, rows_per_file, by_district, replace),
            key=key,
            override=override,
        )

    def export_handsets(
        self,
        path: PathLike,
        *,
        to: str,
        since: date | datetime | int | str | None = None,
        district: str | None = None,
        columns: Columns | None = None,
        title: Sequence[str] = (),
        header: bool = True,
        rows_per_file: int | None = None,
        by_district: bool = False,
        replace: bool = False,
        override: str | None = None,
    ) -> BlockList:
        """Writes the pairs of `handsets` to `path` and records that they were sent to `to`; blocks no number itself.

        Args:
            path: The file; its ending selects the format.
            to: The receiver.
            since: As in `export`, of lists of handsets: the change has the column `change` too, and the action
                `release` for pairs that the receiver was asked to block and that are not to be blocked any more.
            district: Only the numbers of that district.
            columns: Which columns, and their headings.
            title: Lines above the header, in .csv and .xlsx.
            header: Whether .csv and .xlsx begin with the names of the columns.
            rows_per_file: At most so many rows a file.
            by_district: A file a district.
            replace: As in `export`.
            override: As in `export`.

        Returns:
            The pairs that were written. `releases_due` is in its manifest, as in that of `export`.
        """
        form = Form(columns, title, header, rows_per_file, by_district, replace)
        return sending.export_handsets(
            self._case, path, to=to, since=since, district=district, form=form, override=override
        )


def _confirmed(today: date | None) -> date | None:
    """The day by which a clock is confirmed, from the call or the environment."""
    value = os.environ.get("NUMGUARD_TODAY")
    if today is not None or not value:
        return today
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ArgumentError("NUMGUARD_TODAY: takes a day, such as 2026-09-30") from None
