"""What is asked of a registry as a thing that is kept: whether it still holds, a copy of it, what other desks kept.

Owns these calls. Knows nothing of a case.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from numguard.errors import ArgumentError, RegistryError
from numguard.registry.address import is_file, is_there
from numguard.registry.case import Case, reason_given
from numguard.registry.merging import Merged, contradictions, merge, merges
from numguard.registry.seal import Seal
from numguard.registry.store import Store
from numguard.registry.telling import telling
from numguard.types import PathLike

__all__ = ["Kept"]


@telling
class Kept:
    """A registry that can be verified, backed up, and merged."""

    _opened: Case

    @property
    def _case(self) -> Case:
        raise NotImplementedError

    def verify(self) -> Seal:
        """Reads all that was recorded again and compares it with the digests that were made as it was.

        Every event's digest (SHA-256) is over all that the event says and the digest of the event before, so that the
        last one stands for all. An export does this before it writes anything.

        Returns:
            events, the last event's number, and digest, in which all of them are. Noted elsewhere, on paper or in
            another system, they show later that nothing up to that event was changed since.

        Raises:
            DamagedError: Something is not as it was recorded; restore a backup.

        Example:
            >>> import numguard as ng
            >>> with ng.Registry(by="HC 1234") as registry:
            ...     _ = registry.decide(["1800 123 4567"], "protected", "helpline of a bank")
            ...     registry.verify().events
            1
        """
        return self._case.store.verify()

    def backup(self, path: PathLike) -> Seal:
        """Writes a copy of the registry's file, while others may go on writing, and verifies the copy.

        A file that is copied by other means while somebody writes may be none; a registry on a server is backed up by
        the server's own means.

        Args:
            path: Where to; readable by its owner only.

        Returns:
            What `verify` says of the copy.

        Raises:
            ArgumentError: The path is taken.
            RegistryError: The registry is on a server, or not there.
        """
        return self._case.store.backup(Path(path).expanduser())

    @property
    def id(self) -> str:
        """What this registry is called among others: the first 16 digits of the digest of its first event; '' of none.

        A copy has the same; what copies record after they went apart is told apart all the same.
        """
        return self._case.store.id

    def merge(self, other: Kept | PathLike, *, reason: str = "") -> Merged:
        """Takes in what another registry recorded: a desk's that works apart, of the same numguard or an older one.

        Every event comes in once, as it was recorded there, with who, when, why and from which file. In whatever order
        and direction registries are merged, once they have the same events their lists, stories and reports are equal
        byte for byte; the same registry again changes nothing. What this registry knew on a day (`as_of`), and its own
        numbers of events, stay what they were.

        Where two registries that did not know of each other say different things, one holds by a rule: the later
        decision, answer or version of a complaint, and protection before all; numbers that a version drops wait for a
        person. A change since the last export is told against exports of this registry alone.

        Args:
            other: The path of its file, which stays as it is; an address; or an open registry.
            reason: Why, or on what occasion; recorded.

        Returns:
            How many events came in, and the contradictions.

        Raises:
            DamagedError: The other is not as it was recorded.
            RegistryError: It cannot be read, or its last event is of a day that has not been yet.

        Example:
            >>> import numguard as ng
            >>> with ng.Registry(by="HC 1234") as desk, ng.Registry(by="Inspector") as state:
            ...     _ = desk.decide(["98765 43210"], "protected", "a witness")
            ...     brought, again = state.merge(desk), state.merge(desk)
            ...     told = state.history("98765 43210").select(["by", "status"]).to_pylist()
            >>> brought.events, again.events, told
            (1, 0, [{'by': 'HC 1234', 'status': 'protected'}])
        """
        reason = reason_given(reason) if reason else ""
        if isinstance(other, Kept):
            store = other._case.store
            if store is self._case.store:
                raise ArgumentError("other: is this registry itself")
            return merge(self._case, store, store.dialect.name, reason)
        target = str(other)
        if is_file(target) and not is_there(target):
            raise RegistryError(f"{target}: is not there")
        store = Store(target, unchanged=True)
        try:
            return merge(self._case, store, store.dialect.name, reason)
        finally:
            store.close()

    def merges(self) -> pa.Table:
        """The merges that are on record, those of registries that were taken in among them.

        Returns:
            Columns: event, at, by, reason, registry (what was taken in), name (where it lay), events (how many were
            new), upto, digest (how far it had come, as its own `verify` says), contradictions (how many).
        """
        return merges(self._case)

    def contradictions(self) -> pa.Table:
        """Where registries that did not know of each other say different things, and what holds.

        Returns:
            Columns: kind (decision, outcome or complaint), msisdn, source, acknowledgement_no; held_said, held_by,
            held_at, held_registry, held_event: what holds, who said it, when and where; the same of the `other`; rule,
            and the rule in a sentence.
        """
        return contradictions(self._case)
