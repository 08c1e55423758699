"""Files of an export between writing and renaming.

Owns the table of temporary files, so that a process that is killed at any moment leaves either a file in place and its
event, or neither: the next call renames or removes leftover files. Independent of lists. One idea: a file has a
temporary name beside its place until its event is recorded, and both names are recorded with the event.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

import pyarrow as pa

from numguard.compute import by_key
from numguard.errors import FileError, RegistryError
from numguard.files.placing import Together, place_waiting, remove_waiting
from numguard.files.steps import one_step
from numguard.registry.log.dialect import Dialect
from numguard.system import at_home, reason_of, runs

#: The tokens of calls of this process that have not ended.
_IN_USE: set[str] = set()


class Waiting:
    """The temporary files that a store has recorded."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def intend(self, folder: Path) -> str:
        """Records that temporary files will be in `folder`, before there is any; returns the token in their names."""
        token = f"{os.getpid():x}-{token_hex(8)}"
        dialect = self._dialect
        _IN_USE.add(token)
        try:
            dialect.begin()
            # One writer at a time: see `settle`.
            dialect.execute("UPDATE head SET seq = seq")
            self.settle()
            self._add(token, _quoted(at_home(folder).absolute()), None, [("", "")])
            dialect.commit()
        except BaseException:
            dialect.rollback()
            self.done(token)
            raise
        return token

    @staticmethod
    def done(token: str) -> None:
        """Called where the call that `intend` began has ended."""
        _IN_USE.discard(token)

    def is_intended(self, token: str) -> bool:
        """Whether the record of `intend` still exists."""
        return len(self._dialect.fetch("SELECT token FROM sending WHERE token = $1", (token,))) > 0

    def record(self, files: Together, event: int) -> None:
        """Records, with the event, the temporary name and the place of each file."""
        places = [(_quoted(partial), _quoted(place)) for partial, place in files.places().items()]
        self._add(files.token, "", event, places)

    def place(self, files: Together, event: int) -> None:
        """Moves the files of a recorded event into place.

        Raises:
            FileError: One of them cannot be moved.
        """
        try:
            files.place_for_good()
        except OSError as error:
            raise FileError(
                f"event {event} was recorded, but its file could not be moved into place ({reason_of(error)}); it "
                "is beside it under a temporary name, and the next call that records an event tries again"
            ) from None
        with one_step(), suppress(RegistryError):  # the next call finds the files in place
            self._dialect.fetch("DELETE FROM sending WHERE token = $1", (files.token,))

    def finish(self) -> None:
        """Moves files into place whose event is recorded; needs no lock, as two processes may do the same."""
        for rows in self._left().values():
            with suppress(OSError):
                place_waiting(_places(rows))

    def settle(self, but_for: str = "") -> None:
        """Moves leftover files into place or removes them, within the transaction of a writer.

        A process writes files while it holds the lock on the row that numbers the events, and so does this call: files
        without an event now get none, unless the process that named them still runs. One that was taken for ended, and
        has not begun to write, finds its token removed, and begins again.
        """
        for token, rows in self._left().items():
            if token == but_for:
                continue
            places = _places(rows)
            if not places and _is_in_use(token):
                continue
            try:
                place_waiting(places)
                if not places:
                    remove_waiting(_path(rows[0]["folder"]), token)
                if not all(path.exists() for path in places.values()):
                    # They are on another machine of this name, or another user's, who has not placed them yet.
                    continue
            except OSError:
                continue
            self._dialect.fetch("DELETE FROM sending WHERE token = $1", (token,))

    def _left(self) -> dict[str, list[dict[str, Any]]]:
        """The temporary files on this machine, by token."""
        query = "SELECT token, folder, event, partial, place FROM sending WHERE host = $1"
        rows = self._dialect.fetch(query, (socket.gethostname(),)).to_pylist()
        return by_key((row["token"], row) for row in rows)

    def _add(self, token: str, folder: str, event: int | None, places: list[tuple[str, str]]) -> None:
        count = len(places)
        columns = {
            "token": [token] * count,
            "host": [socket.gethostname()] * count,
            "folder": [folder] * count,
            "event": pa.array([event] * count, pa.int64()),
            "partial": [partial for partial, _ in places],
            "place": [place for _, place in places],
        }
        self._dialect.ingest("sending", pa.table(columns), temporary=False)


def _is_in_use(token: str) -> bool:
    """Whether the call that a token was made for still runs, in this process or in another one of this machine."""
    process, dash, _ = token.partition("-")
    if not dash:
        return False
    number = int(process, 16)
    return token in _IN_USE if number == os.getpid() else runs(number)


def _places(rows: list[dict[str, Any]]) -> dict[Path, Path]:
    return {_path(row["partial"]): _path(row["place"]) for row in rows if row["event"] is not None}


def _quoted(path: Path) -> str:
    """A path as text, of any bytes."""
    return quote_from_bytes(os.fsencode(path))


def _path(quoted: str) -> Path:
    return Path(os.fsdecode(unquote_to_bytes(quoted)))
