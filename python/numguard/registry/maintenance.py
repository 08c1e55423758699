"""The upkeep of a registry: verification, backups, and merges with other registries.

Owns these public calls. Independent of numbers and complaints.
"""

from __future__ import annotations

import pyarrow as pa

from numguard.errors import ArgumentError, RegistryError
from numguard.registry.case import reason_given
from numguard.registry.events.merging import Merged, contradictions, merge, merges
from numguard.registry.failures import reports_failures
from numguard.registry.log.address import NO_REGISTRY, is_there, shown
from numguard.registry.log.seal import Seal
from numguard.registry.log.store import Store
from numguard.registry.verbs import Verbs
from numguard.system import at_home
from numguard.types import PathLike, is_whole


@reports_failures
class Maintenance(Verbs):
    """A registry that can be verified, backed up, and merged."""

    def verify(self, *, event: int | None = None) -> Seal:
        """Reads the whole log and compares it with the digests that were recorded with its events.

        Each event's digest (SHA-256) is over its rows and the digest of the event before, so that the last one covers
        all. An export verifies the log before it writes anything, and its manifest has the digest of the events before
        it (`log_digest`).

        Args:
            event: The last event that the digest is to cover; by default the last of all.

        Returns:
            events, the last event's number, and digest, which covers all of them. Noted elsewhere, on paper, in another
            system or in the manifest of a list, they prove later that nothing up to that event was changed since: with
            `event`, the digest is the same still.

        Raises:
            DamagedError: The log differs from what was recorded; restore a backup.
            RegistryError: The file was deleted or replaced since it was opened.
            ArgumentError: There is no such event.

        Example:
            >>> import numguard as ng
            >>> with ng.Registry(by="HC 1234") as registry:
            ...     _ = registry.decide(["1800 123 4567"], "protected", "helpline of a bank")
            ...     registry.verify().events
            1
        """
        store = self._case.store
        seal = store.verify()
        if event is None:
            return seal
        if not is_whole(event, 1, seal.events):
            raise ArgumentError(f"event (--event): takes the number of a recorded event, up to {seal.events}")
        return Seal(event, store.digest_of(event))

    def backup(self, path: PathLike) -> Seal:
        """Writes a copy of the registry's file, while others may write, and verifies the copy.

        A copy by other means while a process writes may be damaged; a registry on a server is backed up by the server's
        own means.

        Args:
            path: The copy; readable by its owner only.

        Returns:
            The result of `verify` for the copy.

        Raises:
            ArgumentError: A file is at the path.
            RegistryError: The registry is on a server, or does not exist.
        """
        return self._case.store.backup(at_home(path))

    @property
    def id(self) -> str:
        """The registry's name among others: the first 16 digits of the digest of its first event; '' without events.

        A copy has the same name; events that are recorded in copies later still differ by their digests.
        """
        return self._case.store.id

    def merge(self, other: Maintenance | PathLike, *, reason: str = "") -> Merged:
        """Copies the events of another registry, written by the same version of numguard or an older one.

        Each event is copied once, as it was recorded there, with who, when, why and from which file. In any order and
        direction of merges, registries with the same events have the same lists, histories and reports, byte for byte;
        merging the same registry again changes nothing. The state of this registry on an earlier day (`as_of`), and its
        numbers of events, stay the same.

        Where events that were recorded independently differ, one holds by a rule: the later decision, answer or version
        of a complaint, and protection before all; numbers that a version drops wait for a decision. A change since the
        last export is relative to exports of this registry alone.

        Args:
            other: The path of its file, which is not changed; an address; or an open registry.
            reason: Why, or on what occasion; recorded.

        Returns:
            The number of copied events, the contradictions, and how many numbers are in force in one registry and
            protected in the other.

        Raises:
            DamagedError: The other registry differs from what was recorded.
            RegistryError: It cannot be read, or its last event is of a future day.

        Example:
            >>> import numguard as ng
            >>> with ng.Registry(by="HC 1234") as desk, ng.Registry(by="Inspector") as state:
            ...     _ = desk.decide(["98765 43210"], "protected", "a witness")
            ...     brought, again = state.merge(desk), state.merge(desk)
            ...     history = state.history("98765 43210").select(["by", "status"]).to_pylist()
            >>> brought.events, again.events, history
            (1, 0, [{'by': 'HC 1234', 'status': 'protected'}])
        """
        reason = reason_given(reason) if reason else ""
        case = self._case
        if isinstance(other, Maintenance):
            store = other._case.store
            if store is case.store:
                raise ArgumentError("other: is this registry itself")
            return merge(case, store, store.dialect.name, reason)
        target = str(other)
        if not is_there(target):
            raise RegistryError(f"{target}: there is no such file")
        store = Store(target, unchanged=True)
        try:
            if not store.exists:
                raise RegistryError(f"{shown(target)}: {NO_REGISTRY}")
            return merge(case, store, store.dialect.name, reason)
        finally:
            store.close()

    def merges(self) -> pa.Table:
        """The merges on record, including those of merged registries.

        Returns:
            Columns: event, at, by, reason, registry (the merged one), name (its path or address), events (how many were
            new), upto, digest (its last event and digest, as of its own `verify`), contradictions (how many).
        """
        return merges(self._case)

    def contradictions(self) -> pa.Table:
        """Where events that were recorded independently differ, and which of the two sides of a merge holds.

        Each merge records the differences between its two sides, so of three registries the pairs that are listed
        depend on which were merged first; the lists and histories do not.

        Returns:
            Columns: kind (decision, outcome or complaint), msisdn, source, acknowledgement_no; held_value, held_by,
            held_at, held_registry, held_event: the value that holds of the two, its author, moment, registry and
            event; the same of the `other` side; rule, and sentence: the rule in words.
        """
        return contradictions(self._case)
