"""A registry on a shared server.

Owns what a session is told before anything is asked of it. Knows no table of the registry. One idea: a server's own
settings are not relied on, and no silence is waited for without end.
"""

from __future__ import annotations

from importlib import import_module

import pyarrow as pa

from numguard.errors import MissingExtraError
from numguard.registry import dialect
from numguard.registry.dialect import Dialect, UnreachableError

__all__ = ["PostgreSQL"]

#: How long a server lets a writer stand still before it takes back what he began, in milliseconds: a client that
#: vanished holds all others up no longer than that. Files are written meanwhile, which may take minutes.
IDLE_MS = 300_000

# Rows that change what PostgreSQL should know of a table: to look at them takes less than to write them.
_LARGE = 50_000

# What a connection says when a packet is lost for good, added to addresses that say nothing of it: half a minute of
# silence, then three questions ten seconds apart.
_PATIENCE = {
    "connect_timeout": 20,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}


class PostgreSQL(Dialect):
    """A shared server, which needs a database or a schema of its own."""

    scratch = "pg_temp"
    clock = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now"
    # Nothing is there yet whose row could be locked.
    _ALONE = "SELECT pg_advisory_xact_lock(hashtext('numguard ' || current_schema()))"

    def __init__(self, target: str) -> None:
        try:
            driver = import_module("adbc_driver_postgresql")
        except ImportError:
            raise MissingExtraError(
                "a registry on PostgreSQL needs: pip install 'numguard-telecom[postgres]'"
            ) from None
        # The address may hold a password.
        self.name = "postgresql"
        with self._told():
            super().__init__(self.name, driver.connect(_patient(target)))
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        for setting, value in (
            ("lock_timeout", dialect.BUSY_MS),
            ("idle_in_transaction_session_timeout", IDLE_MS),
            # What a client leaves that vanished with its machine; nothing to a socket.
            ("tcp_keepalives_idle", 30),
            ("tcp_keepalives_interval", 10),
            ("tcp_keepalives_count", 3),
            # A server may prefer others for all its users. Each statement here sees what is committed: writers wait for
            # each other at the row that numbers the events, and whoever had to wait goes on from what he finds.
            ("default_transaction_isolation", "'read committed'"),
            ("default_transaction_read_only", "off"),
            # A question about a few numbers is answered long before the server has compiled it.
            ("jit", "off"),
            # Of ten thousand complaints it looks each up, rather than read a million of them: disks have no arms any
            # more.
            ("random_page_cost", 1.1),
        ):
            self.execute(f"SET {setting} = {value}")
        # What was acknowledged is on the disk.
        self.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )

    def answers(self) -> bool:
        """Whether the server is still there."""
        try:
            self.fetch("SELECT 1 AS one")
        except UnreachableError:
            return False
        return True

    def ingest(self, name: str, table: pa.Table, *, temporary: bool) -> None:
        """Appends `table`, and has the server look at once at what is temporary and at what is large.

        Nobody else knows of the one; and of the other, until it looks by itself a minute later, the server answers
        questions about a few numbers from all rows.
        """
        super().ingest(name, table, temporary=temporary)
        if temporary:
            self.execute(f"ANALYZE {self.scratch}.{name}")
        elif len(table) >= _LARGE:
            self.execute(f"ANALYZE {name}")

    def begin_to_build(self) -> None:
        """Begins a transaction that will make or change tables, one process at a time."""
        self.begin()
        self.fetch(self._ALONE)

    def tables(self) -> set[str]:
        """The names of the tables that are there."""
        query = "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema()"
        return {str(name) for name in self.fetch(query).column(0).to_pylist()}


def _patient(address: str) -> str:
    """The address with a bound on every silence that it does not speak of."""
    missing = "&".join(f"{name}={value}" for name, value in _PATIENCE.items() if name not in address)
    return f"{address}{'&' if '?' in address else '?'}{missing}" if missing else address
