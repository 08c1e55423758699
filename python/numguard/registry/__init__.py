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

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from getpass import getuser
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.compute

from numguard import _core
from numguard.blocklist import BlockList, Columns, Form
from numguard.errors import ArgumentError
from numguard.linkage import Expansion, LinkPolicy
from numguard.registry import action, intake, linking, outcomes, sending
from numguard.registry.case import Case, reason_given
from numguard.registry.figures import figures
from numguard.registry.headings import Mapped
from numguard.registry.history import tell
from numguard.registry.intake import Intake
from numguard.registry.listing import ListPolicy
from numguard.registry.state import DECISIONS, IN_FORCE, STATUSES
from numguard.registry.store import Store
from numguard.report import TITLE, write_report
from numguard.types import PathLike, Source, Values

pc: Any = pyarrow.compute  # its stubs know no plain Python values

__all__ = ["Intake", "ListPolicy", "Registry"]


class Registry:
    """The memory of a case: an append-only log of events, and what it says of every number.

    Args:
        path: A file, readable by its owner alone, and made if it is not there when the first event is recorded;
            `":memory:"`; or a `postgresql://` address.
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
        self._opened = Case(Store(str(path)), by.strip())

    def __enter__(self) -> Registry:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Registry {self._opened.store.dialect.name}>"

    def close(self) -> None:
        """Lets go of the file."""
        self._opened.store.close()

    @property
    def _case(self) -> Case:
        # Each verb begins here: what it is told is all of one store.
        self._opened.store.settle()
        return self._opened

    # What comes in ----------------------------------------------------------------------------------------------

    def add_complaints(
        self,
        source: Any,
        *,
        mapping: Mapped | PathLike | None = None,
        name: str | None = None,
        sheet: str | None = None,
        dry_run: bool = False,
    ) -> Intake:
        """Takes a file of complaints in.

        A complaint is (source, acknowledgement_no); a row that says what is known already is a repeat, one that says
        something else of a complaint that stands amends it, and the earlier version is kept. The rows of one file that
        share both are one version. The same file twice changes nothing.

        Args:
            source: A path (CSV and other separated text, JSON, JSON Lines, a workbook, Parquet, Arrow; what a file is,
                its content tells), or a table that gives itself as an Arrow stream.
            mapping: Which column holds what, `{"suspect_mobiles": "Mobile No."}`, or the path of a saved mapping; the
                others are found by their names in English and Hindi: acknowledgement_no, source, district,
                police_station, category, incident_at, reported_at, suspect_mobiles, complainant_mobile, amount_lost,
                amount_held, amount_recovered. `narrative` takes every number out of free text, and marks it as taken
                from there; `ignore` leaves a column out.
            name: What the input is recorded as; by default the file's name.
            sheet: Which sheet of a workbook, where several have something in them.
            dry_run: Says what the file would do, and changes nothing.

        Returns:
            The counts, in rows, and every refused cell.

        Raises:
            ColumnError: A column that must be there is not, or a heading could be two things; the message lists them.
            InputError: The file cannot be read.
        """
        return intake.add_complaints(self._case, source, mapping, name, sheet_name=sheet, dry_run=dry_run)

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
        with self._case.event("withdraw_intake", reason_given(reason)) as append:
            found = self._case.store.event(id) if isinstance(id, int) and 0 < id < append.event else None
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
        return outcomes.record_outcomes(self._case, source, mapping, name)

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
        return linking.expand(self._case, sightings, policy, override, columns)

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
        why = reason_given(reason)
        if isinstance(values, str | int):
            raise ArgumentError("values: takes a list of numbers, not a single one")
        numbers = values if isinstance(values, _core.NumberSet) else _core.NumberSet(values, strict=True)
        msisdns = numbers.to_array()
        if not len(msisdns):
            raise ArgumentError("values: takes at least one number")
        with self._case.event("decide", why) as append:
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
        state = self._case.state(self._case.store.head())
        return _core.NumberSet(state["msisdn"].filter(pc.is_in(state["status"], pa.array(wanted, pa.string()))))

    def history(self, number: Any) -> pa.Table:
        """Everything that touched one number, in the order in which it happened.

        Args:
            number: One number, as it is written.

        Returns:
            Columns: event, at, by, what (named, named no more, complainant, complainant no more, linked, seen, stopped,
            decided, outcome, exported, taken back), status, reason, file, sha256, row, source, acknowledgement_no,
            district, reported_at, note, hop, via_imei, via_msisdn, to.

        Raises:
            ArgumentError: It is not one number.
        """
        msisdn = _core.normalize(pa.array([number]))[0].as_py()
        if msisdn is None:
            raise ArgumentError("number: takes one phone number")
        return tell(self._case.store, msisdn)

    def refusals(self, id: int) -> pa.Table:  # noqa: A002
        """The cells that an intake refused, as they were: row, column, cell, note."""
        table = self._case.store.refusals(id)
        return table.rename_columns(["row", "column", "cell", "note"])

    def action_taken(self, *, as_of: date | datetime | None = None, policy: ListPolicy | None = None) -> pa.Table:
        """The action-taken report: what became of the numbers and complaints of each district and source.

        Each number falls into one row alone, and so does each complaint: the rows of a district add up to the
        district, all rows to the whole. Numbers that complaints name and numbers that linkage found stand in rows of
        their own, told apart by `found`; their sum means nothing.

        Args:
            as_of: The report as it was at the end of that day (IST), or at that moment (with a zone).
            policy: Which numbers in force count as listed.

        Returns:
            A row for each district, source and way in which numbers were found, in that order. Columns:

            - district, source (string): Those of the number's first complaint, or of the complaint of the number from
              which it was linked; null where it says none. Upper and lower case are one, in the commoner spelling.
            - found (string): "reported", a complaint that stands names it; "linked", only linkage found it;
              "decided", only an officer's decision stands behind it.
            - named (int64): Numbers found so. One that went out on a list stays counted after what named it was taken
              back. All further counts of numbers are parts of this one.
            - listed: Of them, those on the block list, and those that went out on one.
            - uploaded: Those that went out in an export, to be blocked or verified again.
            - pending: Those that went out and wait for an answer: their status is `requested`, or `reverify`, and they
              were not released since. One that was linked when it went out, and is reported now, is to go out again.
            - blocked, reverified, refused: Those whose status is `blocked`, `reverified` or `rejected`: the operator's
              last word, or for `reverified` an officer's, unless something newer was decided. An operator may have
              answered for numbers that never went out from here.
            - let_go: Those whose status is `withdrawn`, `protected` or `reactivated`.
            - complaints (int64): Complaints that stand, whether or not they name a usable number; null where `found`
              is not "reported".
            - amount_lost, amount_recovered (decimal128(20, 2)): Rupees, of those complaints.

        Example:
            >>> import numguard as ng, pyarrow as pa
            >>> sheet = pa.table({
            ...     "acknowledgement_no": ["31708220000001"], "source": ["1930"], "district": ["Rohtak"],
            ...     "suspect_mobiles": ["98765 43210"], "amount_lost": ["Rs 1,500"],
            ... })
            >>> with ng.Registry(by="HC 1234") as registry:
            ...     _ = registry.add_complaints(sheet)
            ...     told = registry.action_taken()
            >>> told.select(["district", "found", "named", "uploaded", "complaints"]).to_pylist()
            [{'district': 'Rohtak', 'found': 'reported', 'named': 1, 'uploaded': 0, 'complaints': 1}]
        """
        return action.action_taken(self._case, self._cut(as_of), policy or ListPolicy())

    def complaints_by_day(self, *, as_of: date | datetime | None = None) -> pa.Table:
        """The complaints of each day, district and source that stand, and their money.

        Args:
            as_of: As it was at the end of that day (IST), or at that moment (with a zone).

        Returns:
            Columns: day (date32, in India; null where the complaint names none, last), district, source (string),
            complaints (int64), amount_lost, amount_recovered (decimal128(20, 2), rupees). Their sums are those of
            `action_taken`.
        """
        return action.complaints_by_day(self._case, self._cut(as_of))

    def report(
        self,
        path: PathLike,
        *,
        title: str = TITLE,
        as_of: date | datetime | None = None,
        policy: ListPolicy | None = None,
        full_numbers: bool = False,
    ) -> Path:
        """Writes one HTML page about the case, to be read, printed and forwarded.

        The page is one file without a script that fetches nothing. It is written whole or not at all, readable by its
        owner only, and the same events give the same bytes.

        Args:
            path: Where to; its name ends in `.html`.
            title: The heading.
            as_of: The case as it was at the end of that day (IST), or at that moment (with a zone).
            policy: Which numbers in force count as listed.
            full_numbers: Shows numbers and handsets in full; otherwise they are masked, and so is whatever in the names
                of districts, sources and files may be a number.

        Returns:
            The path.

        Raises:
            MissingExtraError: The extra `report` is not installed.
            ArgumentError: The path does not end in `.html`.
            FileMissingError: There is no such folder.
        """
        told = figures(self._case, self._cut(as_of), policy or ListPolicy())
        return write_report(told, path, title=title, full_numbers=full_numbers)

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
        return sending.block_list(self._case, as_of, since, district, policy)

    def export(
        self,
        path: PathLike,
        *,
        to: str,
        since: date | datetime | int | str | None = None,
        district: str | None = None,
        policy: ListPolicy | None = None,
        columns: Columns | None = None,
        title: Sequence[str] = (),
        header: bool = True,
        rows_per_file: int | None = None,
        by_district: bool = False,
        key: bytes | None = None,
        override: str | None = None,
    ) -> BlockList:
        """Writes a block list to `path` and records that it went out to `to`: its rows to block become `requested`.

        Args:
            path: Where to; the ending tells the format.
            to: Who receives it.
            since: As in `block_list`; `"last"` is the last export to the same receiver, of the same district or of all
                alike, the whole list if there is none.
            district: Only the numbers of that district.
            policy: Which numbers in force are listed, and the brake.
            columns: Which columns, and what they are called, as in `BlockList.write`.
            title: Lines above the header, in .csv and .xlsx.
            header: Whether .csv and .xlsx begin with the names of the columns.
            rows_per_file: At most so many rows a file, as in `BlockList.write`.
            by_district: A file a district.
            key: Write keyed hashes in place of the numbers, as `BlockList.keyed` does.
            override: The reason to send a list that the brake would stop; recorded.

        Returns:
            The list that was written.

        Raises:
            BrakeError: The list grew past the policy's `max_growth`; nothing was written.
        """
        return sending.export(
            self._case,
            path,
            to=to,
            since=since,
            district=district,
            policy=policy,
            form=Form(columns, title, header, rows_per_file, by_district),
            key=key,
            override=override,
        )

    def handsets(self, *, as_of: date | datetime | None = None, district: str | None = None) -> BlockList:
        """The numbers in force with the handsets in which they were seen: (IMEI, MSISDN) pairs. Changes nothing.

        A cloned IMEI is shared by many phones, so an equipment register blocks the pair and never the IMEI alone.

        Args:
            as_of: The pairs as they were at the end of that day (IST), or at that moment (with a zone).
            district: Only the numbers of that district.

        Returns:
            Columns: imei14, msisdn, action, status, reason, hop, district, first_seen, last_seen, sightings, stopped.
            The action is `block` only where an officer confirmed the number and the last run did not stop at the
            handset, which `stopped` says; else `reverify`.
        """
        return sending.handsets(self._case, as_of, district)

    def export_handsets(
        self,
        path: PathLike,
        *,
        to: str,
        district: str | None = None,
        columns: Columns | None = None,
        title: Sequence[str] = (),
        header: bool = True,
        rows_per_file: int | None = None,
        by_district: bool = False,
    ) -> BlockList:
        """Writes the pairs of `handsets` to `path` and records that they went out to `to`; no number becomes requested.

        Args:
            path: Where to; the ending tells the format.
            to: Who receives it.
            district: Only the numbers of that district.
            columns: Which columns, and what they are called.
            title: Lines above the header, in .csv and .xlsx.
            header: Whether .csv and .xlsx begin with the names of the columns.
            rows_per_file: At most so many rows a file.
            by_district: A file a district.

        Returns:
            The pairs that were written.
        """
        form = Form(columns, title, header, rows_per_file, by_district)
        return sending.export_handsets(self._case, path, to=to, district=district, form=form)

    def _cut(self, as_of: date | datetime | None) -> int:
        return self._case.store.head() if as_of is None else self._case.cut("as_of", as_of)
