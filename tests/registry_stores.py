"""Where the tests of the registry keep it: in memory, and on a PostgreSQL server, each in a schema of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from numguard.bench.server import is_there, make_schema, running

__all__ = ["is_there", "make_schema", "postgres", "store"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a server."""
    with running() as address:
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
