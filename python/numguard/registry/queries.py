"""The queries of a registry: numbers, lists, histories, figures, and numbers that wait for a decision.

Owns the public calls that change nothing. Independent of SQL and of the precedence of statuses. One idea: every result
is that of the log up to one event, so that the same query of the same day always has the same result.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from numguard import _core
from numguard.blocklist import BlockList
from numguard.compute import pc, replaced
from numguard.errors import ArgumentError
from numguard.indian_time import MOMENT
from numguard.registry.answers import action
from numguard.registry.answers.certificate import certified, compared
from numguard.registry.answers.figures import figures, history_of
from numguard.registry.answers.history import history
from numguard.registry.case import Basis
from numguard.registry.events.amended import would_withdraw
from numguard.registry.events.review import review
from numguard.registry.failures import reports_failures
from numguard.registry.numbers.listing import ListPolicy, list_policy
from numguard.registry.numbers.state import IN_FORCE, STATUSES, Status
from numguard.registry.sheets.districts import the_district
from numguard.registry.verbs import Verbs
from numguard.report import TITLE, write_report
from numguard.report.certificate import write_certificate
from numguard.report.history import write_history
from numguard.system import at_home
from numguard.tac import TacTable
from numguard.types import Number, PathLike, Values, is_whole


@reports_failures
class Queries(Verbs):
    """The calls of a registry that change nothing."""

    def numbers(
        self, statuses: Status | Iterable[Status] | None = None, *, among: Values | None = None
    ) -> _core.NumberSet:
        """The numbers with the given statuses; by default those in force.

        Args:
            statuses: One or several of `numguard.registry.STATUSES`, such as "blocked".
            among: Only of these numbers, which takes less time of a large registry.
        """
        is_one = isinstance(statuses, str) or not isinstance(statuses, Iterable)
        wanted = IN_FORCE if statuses is None else (statuses,) if is_one else tuple(statuses)
        unknown = [word for word in wanted if word not in STATUSES]
        if unknown:
            raise ArgumentError(f"statuses: takes any of {', '.join(STATUSES)}")
        case, asked = self._case, None if among is None else _set_of(among)
        cut = case.store.head()
        state = case.state(
            cut, None if asked is None else case.store.with_linked(asked.to_array().cast(pa.int64()), cut)
        )
        listed: Any = state["msisdn"].filter(pc.is_in(state["status"], pa.array(wanted, pa.string())))
        found = _core.NumberSet(listed, region=None)
        return found if asked is None else found & asked

    def certificate(self, path: PathLike, *, export: int) -> Path:
        """Writes the draft of a certificate for an exported list: one page to be filled in, signed and printed.

        It is Part A of the certificate of section 63(4)(c), Bharatiya Sakshya Adhiniyam 2023, with name, size and
        SHA-256 of the list and of every file that it is based on. What the signatory must state is left blank.

        Args:
            path: The page; its name ends in `.html`.
            export: The number of the export.

        Raises:
            ArgumentError: There is no such export in this registry.
            DamagedError: The log differs from what was recorded.
            MissingExtraError: The extra `report` is not installed.
        """
        return write_certificate(certified(self._case, export), path)

    def check_certificate(self, folder: PathLike, *, export: int) -> list[dict[str, str]]:
        """Whether the files of an export in a folder are those that were recorded.

        Args:
            folder: The folder of the list and of the files that it is based on, at any depth.
            export: The number of the export.

        Returns:
            For each file its name, its state ("the same", "differs", "is not there" or "no hash was kept"), and found,
            the path of the same file in the folder, which may have another name: one that differs may have a copy of
            what was recorded. A manifest of the list whose digest of
            the log is not that of this registry has a row too: "has another digest of the log".
        """
        return compared(self._case, export, at_home(folder, "folder"))

    def intakes(self) -> pa.Table:
        """The files that were added, of complaints and of outcomes, and the linkages, with those of merged registries.

        Returns:
            Columns: id (the argument of `withdraw_intake`), verb (add_complaints, record_outcomes or expand), at, by,
            name, sha256 (of a linkage those of the first file), added (rows; of a linkage the linked numbers), updated,
            repeated, refused (rows), withdrawn (the event that withdrew it, or null).
        """
        table = self._case.store.intakes()
        table = replaced(table, at=pc.cast(table["at"], MOMENT))
        return table.rename_columns(["id", *table.column_names[1:]]).combine_chunks()

    def would_withdraw(self, id: int | None) -> pa.Table:  # noqa: A002
        """The effect of `withdraw_intake`: the numbers whose status or row of the list would change.

        Args:
            id: The `id` of an `Intake`, or the event of an expansion.

        Returns:
            Columns: msisdn; was, status: before and after (null of a number that nothing names then); action_was,
            action: on the block list before and after, null where it is on none; sent_to, handsets_sent_to:
            the receivers whose last list of numbers, or of handsets, has it, separated by `;`.

        Raises:
            ArgumentError: No such intake, as of a dry run, or it is withdrawn already.

        Example:
            >>> import numguard as ng, pyarrow as pa
            >>> sheet = pa.table({"acknowledgement_no": ["1"], "source": ["1930"], "suspect_mobiles": ["98765 43210"]})
            >>> with ng.Registry(by="HC 1234") as registry:
            ...     intake = registry.add_complaints(sheet)
            ...     change = registry.would_withdraw(intake.id)
            >>> change.select(["was", "status", "action_was", "action"]).to_pylist()
            [{'was': 'reported', 'status': 'withdrawn', 'action_was': 'block', 'action': None}]
        """
        return would_withdraw(self._case, id)

    def known(self, values: Values) -> _core.NumberSet:
        """Which of some numbers the registry has: in a complaint, a link, a decision, an outcome or a list.

        Args:
            values: The numbers, as `normalize` accepts them.
        """
        numbers = _set_of(values)
        case, head = self._case_at(None)
        known = case.known(numbers.to_array(), head)
        return numbers & _core.NumberSet(known, region=None)

    def history(self, number: Number, *, as_of: date | datetime | None = None) -> pa.Table:
        """The history of one number, in the order of events.

        Args:
            number: One number, as written.
            as_of: The history at the end of that day (IST), or at that moment (with a zone).

        Returns:
            Columns: event, at, by, what (named, named no more, complainant, complainant no more, repeated, linked,
            seen, stopped, decided, outcome, exported, taken back), status, reason, file, sha256, row, source,
            acknowledgement_no, district, reported_at (of an outcome, when it happened), note (of a block that no list
            before it requested, which), hop, via_imei, via_msisdn, to, registry. `event` is the number of the event in
            the registry that recorded it, which `registry` names; `file` and `sha256` are those of the input (of
            several, of all of them, with `; ` between; of `taken back`, of what was withdrawn), or of the exported list
            (of one in several files, of the file of their hashes). A list of handsets has an entry for each pair, with
            the handset in `via_imei`.

        Raises:
            ArgumentError: It is not one number.
        """
        case, cut = self._case_at(as_of)
        return history(case.store, _one_number(number), cut)

    def history_page(self, path: PathLike, number: Number, *, as_of: date | datetime | None = None) -> Path:
        """Writes the history of one number as a page to be read and printed: each event with who, when and why.

        It names every input and every exported list with its SHA-256, and shows the number in full;
        it is readable by its owner only. The same events give the same bytes.

        Args:
            path: The page; its name ends in `.html`.
            number: One number, as written.
            as_of: The history at the end of that day (IST), or at that moment (with a zone).

        Returns:
            The path.

        Raises:
            ArgumentError: It is not one number, or the path does not end in `.html`.
            DamagedError: The log differs from what was recorded.
            MissingExtraError: The extra `report` is not installed.
        """
        case, cut = self._case_at(as_of)
        return write_history(history_of(case, _one_number(number), as_of, cut), path)

    def refusals(self, id: int) -> pa.Table:  # noqa: A002
        """The cells that an intake refused, as written: row, column, cell, note.

        Raises:
            ArgumentError: No such intake.
        """
        intakes = self._case.store.intakes()
        if id not in intakes.filter(pc.not_equal(intakes["verb"], "expand"))["event"].to_pylist():
            raise ArgumentError("id: there is no such intake; intakes() lists them")
        table = self._case.store.refusals(id)
        return table.rename_columns(["row", "column", "cell", "note"])

    def action_taken(self, *, as_of: date | datetime | None = None, policy: ListPolicy | None = None) -> pa.Table:
        """The action-taken report: the numbers and complaints of each district and source, with their outcomes.

        Each number is counted in one row, and so is each complaint: the rows of a district add up to the district, all
        rows to the whole. Numbers that complaints name and numbers that linkage found have rows of their own, with
        different values of `found`; their sum has no meaning.

        Args:
            as_of: The report as it was at the end of that day (IST), or at that moment (with a zone).
            policy: Which numbers in force count as listed.

        Returns:
            A row for each district, source and way in which numbers were found, in that order. Columns:

            - district, source (string): Those of the number's first complaint, or of the complaint of the number from
              which it was linked; null where it has none. Upper and lower case are one, in the commoner spelling.
            - found (string): "reported", a complaint that stands names it; "linked", only linkage found it;
              "decided", only an officer decided on it; "review", it waits for a decision.
            - named (int64): Numbers found so. One that was exported stays counted after its complaint or link was
              withdrawn. All further counts of numbers are parts of this one.
            - listed: Of them, those on the block list, and those that were exported.
            - uploaded: Those that were exported, to be blocked or verified again.
            - pending: Those that were exported and wait for an answer: their status is `requested`, or `reverify`, and
              they were not released since. One that was linked when exported, and is reported now, is to be exported
              again.
            - blocked, reverified, rejected: Those whose status is `blocked`, `reverified` or `rejected`: the operator's
              last word, or for `reverified` an officer's, unless there is a newer decision. An operator may have
              answered for numbers that this registry never exported.
            - released: Those whose status is `withdrawn`, `protected` or `reactivated`.
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
            ...     report = registry.action_taken()
            >>> report.select(["district", "found", "named", "uploaded", "complaints"]).to_pylist()
            [{'district': 'Rohtak', 'found': 'reported', 'named': 1, 'uploaded': 0, 'complaints': 1}]
        """
        return action.action_taken(*self._case_at(as_of), list_policy(policy))

    def complaints_by_day(self, *, as_of: date | datetime | None = None) -> pa.Table:
        """The complaints of each day, district and source that stand, and their money.

        Args:
            as_of: As it was at the end of that day (IST), or at that moment (with a zone).

        Returns:
            Columns: day (date32, in India; null where the complaint names none, last), district, source (string),
            complaints (int64), amount_lost, amount_recovered (decimal128(20, 2), rupees). Their sums are those of
            `action_taken`.
        """
        return action.complaints_by_day(*self._case_at(as_of))

    def report(
        self,
        path: PathLike,
        *,
        title: str = TITLE,
        as_of: date | datetime | None = None,
        policy: ListPolicy | None = None,
        full_numbers: bool = False,
        tac: TacTable | None = None,
    ) -> Path:
        """Writes one HTML page about the case, to be read, printed and forwarded.

        The page is one file without scripts or external resources. It is written whole or not at all, readable by its
        owner only, and the same events give the same bytes.

        Args:
            path: The page; its name ends in `.html`.
            title: The heading.
            as_of: The case as it was at the end of that day (IST), or at that moment (with a zone).
            policy: Which numbers in force count as listed.
            full_numbers: Shows numbers and handsets in full; otherwise they are masked, and so are possible numbers in
                the names of districts, sources and files.
            tac: Gives maker and model of the handsets.

        Returns:
            The path.

        Raises:
            MissingExtraError: The extra `report` is not installed.
            ArgumentError: The path does not end in `.html`.
            FileMissingError: There is no such folder.
        """
        case = replace(figures(*self._case_at(as_of), list_policy(policy)), tac=tac)
        return write_report(case, path, title=title, full_numbers=full_numbers)

    def block_list(
        self,
        *,
        as_of: date | datetime | None = None,
        since: date | datetime | int | None = None,
        district: str | None = None,
        policy: ListPolicy | None = None,
    ) -> BlockList:
        """The numbers to block or to verify again, or the change of that list. Changes nothing.

        Args:
            as_of: The list as it was at the end of that day (IST), or at that moment (with a zone).
            since: The change since that day or moment, or since the event of that number.
            district: Only the numbers of that district.
            policy: Which numbers in force are listed.

        Returns:
            Columns: msisdn, status, action, hop, district, reason, complaints, sources, first_reported, last_reported,
            via_imei, review_by; with `since`, also change: added, changed or removed. A number whose block has lost its
            grounds, and that is still linked, has two rows: removed, with the action `release`, then added.
        """
        case, cut = self._case_at(as_of)
        base = None if since is None else since if isinstance(since, int) else case.cut("since", since)
        if base is not None and not is_whole(base, 0, cut):
            raise ArgumentError("since: takes a day, a moment or an event that is not after as_of")
        policy = list_policy(policy)
        district = the_district(district, case.store.districts)
        if base is None:
            return case.listed(cut, policy, district, as_of=as_of)
        before = Basis(base, policy, district)
        touched = case.touched(before, cut, policy, district)
        return case.changed(cut, before, policy, district, touched=touched, as_of=as_of)

    def handsets(self, *, as_of: date | datetime | None = None, district: str | None = None) -> BlockList:
        """The numbers in force with the handsets in which they were seen: (IMEI, MSISDN) pairs. Changes nothing.

        A cloned IMEI is shared by many phones, so an equipment register blocks the pair and never the IMEI alone.

        Args:
            as_of: The pairs as they were at the end of that day (IST), or at that moment (with a zone).
            district: Only the numbers of that district.

        Returns:
            Columns: imei14, msisdn, action, status, reason, hop, district, first_seen, last_seen, sightings, stopped.
            The action is `block` only where an officer confirmed the number and the last run did not stop at the
            handset (`stopped` is null); else `reverify`.
        """
        case, cut = self._case_at(as_of)
        district = the_district(district, case.store.districts)
        return case.block_list(case.handsets(cut).listed(district), "handsets", (0, cut), district, as_of=as_of)

    def review(self, *, as_of: date | datetime | None = None) -> pa.Table:
        """The numbers that wait for a decision: on no list, and no seed of a linkage, until then.

        They are numbers that complaints name, but not for certain; numbers that an amendment dropped, or turned from a
        suspect's into the complainant's or back; and numbers that were confirmed though no complaint, link or list ever
        named them. `Registry.decide` settles them: "accepted", as if written plainly, or "dismissed".

        Args:
            as_of: The waiting numbers at the end of that day (IST), or at that moment (with a zone).

        Returns:
            A row for each number and place, ascending. Columns: msisdn; why (the note of a cell such as
            `unlisted_words`, `from_narrative`, `dropped_by_amendment`, `turned_by_amendment`,
            `confirmed_but_never_named`, or `complaint_ended` where every complaint by which it waits has ended); file,
            row; cell (as written, but with the middle of what may be a number crossed out; null where it was not
            recorded); complaints (distinct ones that name it so); status; waits_since (when that was recorded).

        Example:
            >>> import numguard as ng, pyarrow as pa
            >>> sheet = pa.table({"acknowledgement_no": ["1"], "suspect_mobiles": ["98765 43210 (Axel)"]})
            >>> with ng.Registry(by="HC 1234") as registry:
            ...     _ = registry.add_complaints(sheet, constants={"source": "1930"})
            ...     waiting, listed = registry.review(), len(registry.block_list())
            ...     _ = registry.decide(waiting["msisdn"], "accepted", "the complainant named him on the phone")
            ...     listed_then = len(registry.block_list())
            >>> waiting["why"].to_pylist(), listed, listed_then
            (['unlisted_words'], 0, 1)
        """
        return review(*self._case_at(as_of))


def _set_of(values: Values) -> _core.NumberSet:
    return values if isinstance(values, _core.NumberSet) else _core.NumberSet(values)


def _one_number(number: Number) -> int:
    cell: Any = [number]
    try:
        found: dict[str, Any] = _core.explain(pa.array(cell))[0].as_py()
    except (pa.ArrowException, OverflowError):  # whose message may repeat what is in a column
        found = {}
    msisdn: int | None = found.get("msisdn")
    if msisdn is None:
        why = f" ({found['note']})" if found.get("note") else ""
        raise ArgumentError(f"number: is no phone number{why}; numguard explain (explain()) says more of a cell")
    return msisdn
