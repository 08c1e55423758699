"""What a registry is asked: numbers, lists, stories, figures, and what waits for a person.

Owns the calls that change nothing. Knows no SQL and no precedence of statuses. One idea: every answer is that of the
log up to one event, so that the same question of the same day has the same answer for ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute

from numguard import _core
from numguard.blocklist import BlockList
from numguard.errors import ArgumentError
from numguard.registry import action, sending
from numguard.registry.amended import would_take_back
from numguard.registry.case import Case
from numguard.registry.certificate import certified, compared
from numguard.registry.figures import figures, story
from numguard.registry.history import tell
from numguard.registry.listing import MOMENT, ListPolicy
from numguard.registry.review import review
from numguard.registry.state import IN_FORCE, STATUSES
from numguard.registry.telling import telling
from numguard.report import TITLE, write_report
from numguard.report.certificate import write_certificate
from numguard.report.history import write_history
from numguard.tac import TacTable
from numguard.types import PathLike, Values

pc: Any = pyarrow.compute  # its stubs know no plain Python values

__all__ = ["Questions"]


@telling
class Questions:
    """The questions of a registry; none of them changes anything."""

    _opened: Case

    @property
    def _case(self) -> Case:
        # Each verb begins here: what it is told is all of one store.
        self._opened.store.settle()
        return self._opened

    def numbers(self, statuses: str | Iterable[str] | None = None) -> _core.NumberSet:
        """The numbers with the given statuses; by default those in force.

        Args:
            statuses: Any of protected, withdrawn, blocked, rejected, reverified, reactivated, requested, confirmed,
                reported, reverify, review.
        """
        wanted = IN_FORCE if statuses is None else (statuses,) if isinstance(statuses, str) else tuple(statuses)
        unknown = [word for word in wanted if word not in STATUSES]
        if unknown:
            raise ArgumentError(f"statuses: takes any of {', '.join(STATUSES)}")
        state = self._case.state(self._case.store.head())
        return _core.NumberSet(state["msisdn"].filter(pc.is_in(state["status"], pa.array(wanted, pa.string()))))

    def certificate(self, path: PathLike, *, export: int) -> Path:
        """Writes the draft of a certificate for a list that went out: one page to be filled in, signed and printed.

        It is Part A of the certificate of section 63(4)(c), Bharatiya Sakshya Adhiniyam 2023, with name, size and
        SHA-256 of the list and of every file that stood behind it. What only a person can say is a blank.

        Args:
            path: Where to; its name ends in `.html`.
            export: The number of the export.

        Raises:
            ArgumentError: There is no such export in this registry.
            DamagedError: The log is not as it was recorded.
            MissingExtraError: The extra `report` is not installed.
        """
        return write_certificate(certified(self._case, export), path)

    def check_certificate(self, folder: PathLike, *, export: int) -> list[dict[str, str]]:
        """Whether the files of an export, as they lie in a folder, are those that were recorded.

        Args:
            folder: Where the list and the files behind it lie, at any depth.
            export: The number of the export.

        Returns:
            For each file its name, and its state: "the same", "differs", "is not there", or "no hash was kept".
        """
        return compared(self._case, export, Path(folder))

    def intakes(self) -> pa.Table:
        """The files that were taken in, of complaints and of outcomes, those of merged registries among them.

        Returns:
            Columns: id (by which `withdraw_intake` takes one back), verb (add_complaints or record_outcomes), at, by,
            name, sha256, added, updated, repeated, refused (rows), withdrawn (the event that took it back, or null).
        """
        told = self._case.store.intakes()
        at = pc.cast(told["at"], MOMENT)
        told = told.set_column(told.schema.get_field_index("at"), "at", at)
        return told.rename_columns(["id", *told.column_names[1:]]).combine_chunks()

    def would_withdraw(self, id: int) -> pa.Table:  # noqa: A002
        """What `withdraw_intake` would do: the numbers whose status or place on the list would change.

        Args:
            id: The `id` of an `Intake`, or the event of an expansion.

        Returns:
            Columns: msisdn; was, status: before and after (null of a number that nothing names then); action_was,
            action: on the block list before and after, null where it is on none; sent_to: on whose lists it went out
            last, parted by `;`.

        Raises:
            ArgumentError: No such intake, or it was taken back already.

        Example:
            >>> import numguard as ng, pyarrow as pa
            >>> sheet = pa.table({"acknowledgement_no": ["1"], "source": ["1930"], "suspect_mobiles": ["98765 43210"]})
            >>> with ng.Registry(by="HC 1234") as registry:
            ...     taken = registry.add_complaints(sheet)
            ...     told = registry.would_withdraw(taken.id)
            >>> told.select(["was", "status", "action_was", "action"]).to_pylist()
            [{'was': 'reported', 'status': 'withdrawn', 'action_was': 'block', 'action': None}]
        """
        return would_take_back(self._case, id)

    def known(self, values: Values) -> _core.NumberSet:
        """Which of some numbers the registry has heard of: in a complaint, a link, a decision, an answer or a list.

        Args:
            values: The numbers, as `normalize` takes them.
        """
        numbers = values if isinstance(values, _core.NumberSet) else _core.NumberSet(values)
        return numbers & _core.NumberSet(self._case.known(numbers.to_array(), self._case.store.head()))

    def history(self, number: Any, *, as_of: date | datetime | None = None) -> pa.Table:
        """Everything that touched one number, in the order in which it happened.

        Args:
            number: One number, as it is written.
            as_of: What was known of it at the end of that day (IST), or at that moment (with a zone).

        Returns:
            Columns: event, at, by, what (named, named no more, complainant, complainant no more, repeated, linked,
            seen, stopped, decided, outcome, exported, taken back), status, reason, file, sha256, row, source,
            acknowledgement_no, district, reported_at, note, hop, via_imei, via_msisdn, to, registry. `event` is the
            number of the event in the registry that recorded it, which `registry` names; `file` and `sha256` are those
            of what was read, or of the list that went out (of one in several files, of the file of their hashes).

        Raises:
            ArgumentError: It is not one number.
        """
        return tell(self._case.store, _one_number(number), self._cut(as_of))

    def history_page(self, path: PathLike, number: Any, *, as_of: date | datetime | None = None) -> Path:
        """Writes the history of one number as a page to be read and printed: each event with who, when and why.

        It names every file that was read, and every list that went out, with its SHA-256, and shows the number in full;
        it is readable by its owner only. The same events give the same bytes.

        Args:
            path: Where to; its name ends in `.html`.
            number: One number, as it is written.
            as_of: What was known of it at the end of that day (IST), or at that moment (with a zone).

        Returns:
            The path.

        Raises:
            ArgumentError: It is not one number, or the path does not end in `.html`.
            DamagedError: The log is not as it was recorded.
            MissingExtraError: The extra `report` is not installed.
        """
        return write_history(story(self._case, _one_number(number), as_of, self._cut(as_of)), path)

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
              "decided", only an officer's decision stands behind it; "review", it waits for a person.
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
        tac: TacTable | None = None,
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
            tac: Says maker and model of the handsets.

        Returns:
            The path.

        Raises:
            MissingExtraError: The extra `report` is not installed.
            ArgumentError: The path does not end in `.html`.
            FileMissingError: There is no such folder.
        """
        told = figures(self._case, self._cut(as_of), policy or ListPolicy())
        told = replace(told, tac=tac)
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

    def review(self, *, as_of: date | datetime | None = None) -> pa.Table:
        """The numbers that wait for a person: on no list, and no seed of a linkage, until one is decided.

        They are numbers that complaints name, but not for certain; numbers that an amendment dropped, or turned from a
        suspect's into the complainant's or back; and numbers that were confirmed though no complaint, link or list ever
        named them. `Registry.decide` settles them: "accepted", as if written plainly, or "dismissed".

        Args:
            as_of: What waited at the end of that day (IST), or at that moment (with a zone).

        Returns:
            A row for each number and place, ascending. Columns: msisdn; why (the note of a cell such as
            `unlisted_words`, `from_narrative`, `dropped_by_amendment`, `turned_by_amendment` or
            `confirmed_but_never_named`); file, row; cell (as written, but with the middle of what may be a number
            crossed out; null where it was not kept); complaints (distinct ones that name it so); status.

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
        return review(self._case, self._cut(as_of))

    def _cut(self, as_of: date | datetime | None) -> int:
        return self._case.store.head() if as_of is None else self._case.cut("as_of", as_of)


def _one_number(number: Any) -> int:
    msisdn: int | None = _core.normalize(pa.array([number]))[0].as_py()
    if msisdn is None:
        raise ArgumentError("number: takes one phone number")
    return msisdn
