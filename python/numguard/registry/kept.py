"""What is asked of a registry as a thing that is kept: whether it still holds, and a copy of it.

Owns these two calls. Knows nothing of a case.
"""

from __future__ import annotations

from pathlib import Path

from numguard.registry.case import Case
from numguard.registry.seal import Seal
from numguard.registry.telling import telling
from numguard.types import PathLike

__all__ = ["Kept"]


@telling
class Kept:
    """A registry that can be verified and backed up."""

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
