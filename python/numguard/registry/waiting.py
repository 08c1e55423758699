"""Files that are recorded as sent, on the way to their places.

Owns what the store knows of files that have no place yet, so that whoever is killed, at whatever moment, leaves either
a file in its place and its event, or neither: the next call places or removes the rest. Knows nothing of lists. One
idea: a file waits beside its place until its event is recorded, and where it waits is recorded with the event.
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

from numguard.errors import FileError, RegistryError
from numguard.files import Together, place_waiting, remove_waiting
from numguard.files.steps import one_step
from numguard.registry.dialect import Dialect

__all__ = ["Waiting"]


class Waiting:
    """What a store knows of files on their way."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def intend(self, folder: Path) -> str:
        """Records that files will wait in `folder`, before there is any; returns what their names have in common."""
        token = token_hex(8)
        dialect = self._dialect
        try:
            dialect.begin()
            # One writer at a time: see `settle`.
            dialect.execute("UPDATE head SET seq = seq")
            self.settle()
            self._add(token, _quoted(folder.expanduser().absolute()), None, [("", "")])
            dialect.commit()
        except BaseException:
            dialect.rollback()
            raise
        return token

    def is_intended(self, token: str) -> bool:
        """Whether what `intend` recorded is still there."""
        return len(self._dialect.fetch("SELECT token FROM sending WHERE token = $1", (token,))) > 0

    def record(self, files: Together, event: int) -> None:
        """Records, with the event, which file waits for which place."""
        places = [(_quoted(partial), _quoted(place)) for partial, place in files.places().items()]
        self._add(files.token, "", event, places)

    def place(self, files: Together, event: int) -> None:
        """Gives the files of a recorded event their places.

        Raises:
            FileError: One of them cannot take it.
        """
        try:
            files.place_for_good()
        except OSError as error:
            raise FileError(
                f"event {event} was recorded, but its file could not take its place ({error.strerror}); it waits "
                "beside it, and the next call that records something tries again"
            ) from None
        with one_step(), suppress(RegistryError):  # the next call finds that they have their places
            self._dialect.fetch("DELETE FROM sending WHERE token = $1", (files.token,))

    def finish(self) -> None:
        """Gives files their places whose event was recorded; needs no lock, as two may do the same."""
        for rows in self._left().values():
            with suppress(OSError):
                place_waiting(_places(rows))

    def settle(self, but_for: str = "") -> None:
        """Places or removes what was left, within the transaction of a writer.

        Whoever writes files does so while he holds the row that numbers the events, and so do we: what has no event
        now gets none. A process that has not begun to write sees that it is to begin anew.
        """
        for token, rows in self._left().items():
            if token == but_for:
                continue
            places = _places(rows)
            try:
                place_waiting(places)
                if not places:
                    remove_waiting(_path(rows[0]["folder"]), token)
            except OSError:
                continue
            self._dialect.fetch("DELETE FROM sending WHERE token = $1", (token,))

    def _left(self) -> dict[str, list[dict[str, Any]]]:
        """What waits on this machine, by token."""
        query = "SELECT token, folder, event, partial, place FROM sending WHERE host = $1"
        found: dict[str, list[dict[str, Any]]] = {}
        for row in self._dialect.fetch(query, (socket.gethostname(),)).to_pylist():
            found.setdefault(row["token"], []).append(row)
        return found

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


def _places(rows: list[dict[str, Any]]) -> dict[Path, Path]:
    return {_path(row["partial"]): _path(row["place"]) for row in rows if row["event"] is not None}


def _quoted(path: Path) -> str:
    """A path as text, whatever bytes it is of."""
    return quote_from_bytes(os.fsencode(path))


def _path(quoted: str) -> Path:
    return Path(os.fsdecode(unquote_to_bytes(quoted)))
