"""Where the tests of the registry keep it: in memory, and on a PostgreSQL server, each in a schema of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

import numguard as ng
from numguard.bench import server
from numguard.bench.server import is_there, running

__all__ = ["is_there", "leave_schemas", "make_older", "make_schema", "postgres", "store"]

#: What undoes each step of the schema.
_UNDONE = {
    9: ["DROP INDEX complaint_by_number"],
    8: ["ALTER TABLE complaint DROP COLUMN status"],
    7: ["DROP TABLE exported_handset"],
    6: [
        "ALTER TABLE export DROP COLUMN key_check",
        "ALTER TABLE contradiction RENAME COLUMN held_value TO held_said",
        "ALTER TABLE contradiction RENAME COLUMN other_value TO other_said",
    ],
    5: ["DROP TABLE origin", "DROP TABLE merge", "DROP TABLE contradiction"],
    4: ["DROP TABLE seal", "DROP TABLE sending"],
    3: ["ALTER TABLE naming DROP COLUMN doubt", "ALTER TABLE naming DROP COLUMN cell"],
    2: [f"ALTER TABLE complaint DROP COLUMN {name}" for name in ("police_station", "incident_at", "amount_held")],
}


#: The schemas of the test that runs, and those of tests that have ended.
_made: list[str] = []
_left: list[str] = []


def make_schema(address: str) -> str:
    """The address of a new schema on the server.

    Those of earlier tests are dropped: the driver reads the types of all tables whenever it connects, which takes half
    a second once hundreds of tests have left theirs.
    """
    if _left:
        with closing(server.connect(address)) as connection, connection.cursor() as cursor:
            # What a test has killed may still hold one of its tables.
            cursor.execute("SET lock_timeout = '10s'")
            while _left:
                cursor.execute(f"DROP SCHEMA IF EXISTS {_left.pop()} CASCADE")
    made = server.make_schema(address)
    _made.append(made.rpartition("%3D")[2])
    return made


@pytest.fixture(autouse=True)
def leave_schemas() -> Iterator[None]:
    """Has the schemas of a test dropped after it."""
    yield
    _left.extend(_made)
    _made.clear()


def make_older(registry: ng.Registry, version: int) -> None:
    """Makes the tables those of an earlier version of the schema; nothing else can be done with the registry then."""
    execute = registry._case.store.dialect.execute
    for step in range(max(_UNDONE), version, -1):
        for statement in _UNDONE[step]:
            execute(statement)
    execute(f"UPDATE head SET schema_version = {version}")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a server. Tests end processes and connections, never the system, so it need not flush."""
    with running(flushed=False) as address:
        yield address


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
