"""A registry on a shared server.

Owns the settings of a session. Independent of the tables of the registry. One idea: a server's own settings are not
relied on, and every wait for the network has a time limit.
"""

from __future__ import annotations

from importlib import import_module

import pyarrow as pa

from numguard.errors import DamagedError, MissingExtraError
from numguard.registry.log import dialect
from numguard.registry.log.dialect import Dialect, UnreachableError

__all__ = ["PostgreSQL"]

#: After how many idle milliseconds a server rolls a transaction back: a client that vanished blocks all others no
#: longer than that. Files are written within a transaction, which may take minutes.
IDLE_MS = 300_000

# From this many rows on, a table is analyzed after an insert: that takes less time than the insert.
_LARGE = 50_000

# Time limits that are added to addresses without them: after half a minute without a packet, three keepalives ten
# seconds apart.
_TIME_LIMITS = {
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
    # An advisory lock, as there is no row yet that could be locked.
    _BUILD_LOCK = "SELECT pg_advisory_xact_lock(hashtext('numguard ' || current_schema()))"

    def __init__(self, target: str) -> None:
        try:
            driver = import_module("adbc_driver_postgresql")
        except ImportError:
            raise MissingExtraError(
                'a registry on PostgreSQL needs: pip install "numguard-telecom[postgres]"'
            ) from None
        # The address may hold a password.
        self.name = "postgresql"
        with self._translated_errors():
            super().__init__(self.name, driver.connect(_with_time_limits(target)))
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> None:
        for setting, value in (
            ("lock_timeout", dialect.BUSY_MS),
            ("idle_in_transaction_session_timeout", IDLE_MS),
            # For clients that vanished with their machine; without effect on Unix sockets.
            ("tcp_keepalives_idle", 30),
            ("tcp_keepalives_interval", 10),
            ("tcp_keepalives_count", 3),
            # A server may have other defaults. Each statement here sees what is committed: writers wait for each other
            # at the row that numbers the events, and a writer that waited continues from the committed state.
            ("default_transaction_isolation", "'read committed'"),
            ("default_transaction_read_only", "off"),
            # A query of a few numbers takes less time than its compilation.
            ("jit", "off"),
            # Ten thousand complaints are looked up by index rather than by reading a million: solid-state disks have no
            # seek time.
            ("random_page_cost", 1.1),
        ):
            self.execute(f"SET {setting} = {value}")
        # An acknowledged commit is on the disk.
        self.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )

    def answers(self) -> bool:
        """Whether the connection works."""
        try:
            self.fetch("SELECT 1 AS one")
        except UnreachableError:
            return False
        return True

    def ingest(self, name: str, table: pa.Table, *, temporary: bool) -> None:
        """Appends `table`, and analyzes it at once where it is temporary or large.

        Autovacuum never analyzes temporary tables, and large ones a minute later; until then the server answers
        queries of a few numbers by reading all rows.
        """
        super().ingest(name, table, temporary=temporary)
        if temporary:
            self.execute(f"ANALYZE {self.scratch}.{name}")
        elif len(table) >= _LARGE:
            self.execute(f"ANALYZE {name}")

    def begin_to_build(self) -> None:
        """Begins a transaction that creates or changes tables, one process at a time."""
        self.begin()
        self.fetch(self._BUILD_LOCK)

    def check(self) -> None:
        """Looks for triggers and rules on the tables, which an administrator of the server may have added."""
        query = (
            "SELECT 1 AS one FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace "
            "AND (EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) "
            "OR EXISTS (SELECT 1 FROM pg_rewrite r WHERE r.ev_class = c.oid)) LIMIT 1"
        )
        if len(self.fetch(query)):
            raise DamagedError(
                f"{self.name}: a table has a trigger or a rule, so that it may record or show something else than it "
                "is given: have it dropped, and verify again"
            )

    def tables(self) -> set[str]:
        """The names of the tables."""
        query = "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema()"
        return {str(name) for name in self.fetch(query).column(0).to_pylist()}


def _with_time_limits(address: str) -> str:
    """The address with each of the time limits that it does not set itself."""
    missing = "&".join(f"{name}={value}" for name, value in _TIME_LIMITS.items() if name not in address)
    return f"{address}{'&' if '?' in address else '?'}{missing}" if missing else address
