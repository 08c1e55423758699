"""A PostgreSQL server for tests and measurements: a running one, or a temporary one.

Owns how it is found, started and stopped. Independent of tables. NUMGUARD_POSTGRES names a running server; else the
newest installed version is started in a temporary folder, on a Unix socket in it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

_schemas = count()


@cache
def _programs() -> Path | None:
    if find_spec("adbc_driver_postgresql") is None:
        return None
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    return folders[-1] if folders else None


def is_there() -> bool:
    """Whether PostgreSQL is available."""
    return bool(os.environ.get("NUMGUARD_POSTGRES")) or _programs() is not None


@contextmanager
def running(*, flushed: bool = True) -> Iterator[str]:
    """The address of a server.

    If `flushed`, a temporary one waits until a transaction is on the disk, which only a system that fails needs.
    """
    if address := os.environ.get("NUMGUARD_POSTGRES"):
        yield address
        return
    programs = _programs()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="numguard-postgres-"))
    # The server refuses to run as root.
    user: dict[str, Any] = {"user": "postgres"} if os.geteuid() == 0 else {}
    if user:
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)

    def call(program: str, *arguments: str) -> None:
        command = [str(programs / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, **user)  # noqa: S603

    data = str(folder / "data")
    call("initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync", "--encoding=UTF8", "--locale=C")
    options = f"-k {folder} -c listen_addresses= -c fsync={'on' if flushed else 'off'}"
    call("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        call("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


def connect(address: str) -> Any:
    """A connection of the ADBC driver."""
    return import_module("adbc_driver_postgresql.dbapi").connect(address, autocommit=True)


def make_schema(address: str) -> str:
    """The address of a new schema on the server."""
    name = f"registry_{os.getpid()}_{next(_schemas)}"
    with closing(connect(address)) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {name}")
    return f"{address}{'&' if '?' in address else '?'}options=-csearch_path%3D{name}"
