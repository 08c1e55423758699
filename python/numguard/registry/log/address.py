"""Where a registry is: a path, memory, or the address of a server.

Owns how these are distinguished, and that an address is never shown, as it may hold a password. Independent of tables.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from numguard.errors import ArgumentError, RegistryError
from numguard.registry.log.dialect import Dialect
from numguard.registry.log.postgresql import PostgreSQL
from numguard.registry.log.sqlite import SQLite

_ADDRESSES = ("postgresql://", "postgres://")
#: Of a server on which nothing was recorded.
NO_REGISTRY = "there is no registry in this database and schema"
# The name of a registry on a server.
_SERVER = "postgresql"
# What may be an address with a password in it: a scheme, a key and its value, a user and a host. A path of Windows
# has a colon behind its drive, and may have the user's address in it.
_ADDRESS = re.compile(
    r"^\s*[a-z][a-z0-9+.-]+:/|\b(password|passwd|pwd|pass|user|host|dbname)\s*=|^(?![a-z]:\\)[^/]*:[^/]*@",
    re.IGNORECASE,
)


def is_address(target: str) -> bool:
    """Whether `target` looks like the address of any database: it must not be shown."""
    return _ADDRESS.search(target) is not None


def connect(target: str) -> Dialect:
    """The store that `target` names: a `postgresql://` address, `":memory:"`, or a path."""
    if target.startswith(_ADDRESSES):
        return PostgreSQL(target)
    if is_address(target):
        raise ArgumentError(
            "registry: takes a path or postgresql://user@host/database; this is another kind of address "
            "(not shown, as it may hold a password)"
        )
    return SQLite(target)


def is_file(target: str) -> bool:
    """Whether `target` names a file, whether it exists or not."""
    return target != ":memory:" and not is_address(target)


def shown(target: str) -> str:
    """`target` as messages and results have it."""
    return _SERVER if is_address(target) else target


def is_there(target: str) -> bool:
    """Whether `target` can be opened without creating a file; True for an address, which only the server knows."""
    if not is_file(target):
        return True
    try:
        return Path(target).exists()
    except (OSError, ValueError):
        # Without the right to look, opening it raises the error.
        return True


def not_yet_created(target: str) -> Dialect:
    """An empty store in memory, with the name of a file, or of tables on a server, that the first event creates."""
    if is_address(target):
        memory = SQLite(":memory:")
        memory.name = shown(target)
        return memory
    if "\0" in target:
        raise RegistryError("registry: a file name has no NUL character")
    try:
        file = Path(target).absolute()
    except OSError:
        raise RegistryError(f"{target}: cannot be created (the working directory was deleted)") from None
    if not file.parent.is_dir():
        raise RegistryError(f"{target}: cannot be created (there is no such folder)")
    if not os.access(file.parent, os.W_OK | os.X_OK):
        raise RegistryError(f"{target}: cannot be created (its folder is read-only)")
    memory = SQLite(":memory:")
    memory.name = file.name
    return memory
