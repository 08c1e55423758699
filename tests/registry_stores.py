"""Where the tests of the registry keep it: in memory, and on a PostgreSQL server of their own if one is installed.

NUMGUARD_POSTGRES names a server that is running already; else the newest one of the machine's packages is started in a
folder for temporary files, on a socket that only it has. Each registry gets a schema of its own.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import pytest

_schemas = count()


@cache
def _programs() -> Path | None:
    if find_spec("adbc_driver_postgresql") is None:
        return None
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    return folders[-1] if folders else None


def is_there() -> bool:
    """Whether tests can use PostgreSQL here."""
    return bool(os.environ.get("NUMGUARD_POSTGRES")) or _programs() is not None


@contextmanager
def _server() -> Iterator[str]:
    if address := os.environ.get("NUMGUARD_POSTGRES"):
        yield address
        return
    programs = _programs()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="numguard-postgres-"))
    # The server refuses to run as root.
    user = {"user": "postgres"} if os.geteuid() == 0 else {}
    if user:
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)

    def call(program: str, *arguments: str) -> None:
        subprocess.run([programs / program, *arguments], check=True, stdout=subprocess.DEVNULL, cwd=folder, **user)

    data = str(folder / "data")
    call("initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync")
    call("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", f"-k {folder} -c listen_addresses=", "start")
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        call("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a server."""
    with _server() as address:
        yield address


def make_schema(address: str) -> str:
    """The address of a schema of its own on the server."""
    import adbc_driver_postgresql.dbapi as driver

    name = f"registry_{os.getpid()}_{next(_schemas)}"
    with driver.connect(address, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {name}")
    return f"{address}{'&' if '?' in address else '?'}options=-csearch_path%3D{name}"


@pytest.fixture(
    params=[
        "memory",
        pytest.param("postgresql", marks=pytest.mark.skipif(not is_there(), reason="no PostgreSQL here")),
    ]
)
def store(request: pytest.FixtureRequest) -> str:
    """Where a new registry goes."""
    if request.param == "memory":
        return ":memory:"
    return make_schema(request.getfixturevalue("postgres"))
