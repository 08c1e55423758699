"""A registry on a shared server.

Owns the settings of a session. Independent of the tables of the registry. One idea: a server's own settings are not
relied on, and every wait for the network has a time limit.
"""

from __future__ import annotations

from importlib import import_module

import pyarrow as pa

from numguard.errors import DamagedError, MissingExtraError, RegistryError
from numguard.registry.log import dialect
from numguard.registry.log.dialect import Dialect, UnreachableError

#: After how many idle milliseconds a server rolls a transaction back: a client that vanished blocks all others no
#: longer than that. Files are written within a transaction, which may take minutes.
IDLE_MS = 300_000

# From this many rows on, a table is analyzed after an insert: that takes less time than the insert.
_LARGE = 50_000

# The encoding of a database with a new registry.
_ENCODING = "UTF8"

# Time limits that are added to addresses without them: after half a minute without a packet, three keepalives ten
# seconds apart.
_TIME_LIMITS = {
    "connect_timeout": 20,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}

_SCHEMA = (
    "the search path has no schema that exists and that this user may use: create one, grant USAGE on it, or name "
    "another (options=-csearch_path%3DSCHEMA at the end of the address)"
)
_ESCAPES = "% : / ? # @ in a password are written as %25 %3A %2F %3F %23 %40"
_MALFORMED = (
    "the address is malformed, or has an option that is unknown or wrong: it is "
    f"postgresql://user:password@host:port/database, and {_ESCAPES}"
)
_UNKNOWN_HOST = f"the server cannot be reached: no host of that name is known; {_ESCAPES}"
_NO_TEMPORARY = (
    "the server gives this user no right to do that: it needs TEMPORARY on the database, also to read; "
    "nothing was recorded"
)
_NO_SUCH_CHARACTER = "a text has a character that the encoding of the database does not have; nothing was recorded"

# As `dialect._FAILURES`, and before it: of connecting, and of statements.
_OF_CONNECTING = (
    (
        ("in uri", "invalid uri", "percent-encoded", "connection option", "invalid port number", "sslmode value",
         "definition of service", "value for parameter", "configuration parameter", "command-line argument"),
        _MALFORMED,
    ),
    (("could not translate host name",), _UNKNOWN_HOST),
    (
        ("authentication failed", "no password supplied", "pg_hba.conf", "not permitted to log in"),
        "the server refuses this user or password",
    ),
    (("certificate",), "the certificate of the server, or of this user, is missing or does not fit"),
    (("does not exist",), "the server has no such database or user"),
    (("permission denied",), "the server refuses this user: it needs CONNECT on the database"),
    (
        ("too many connections", "too many clients", "connection slots"),
        "the server has too many connections; try again later",
    ),
    (
        ("starting up", "shutting down", "recovery mode", "not yet accepting", "not currently accepting"),
        "the server accepts no connections at the moment; try again later",
    ),
)  # fmt: skip
_OF_STATEMENTS = (
    (("create temporary tables",), _NO_TEMPORARY),
    (("no schema has been selected",), _SCHEMA),
    (("has no equivalent in encoding",), _NO_SUCH_CHARACTER),
    (
        ("due to statement timeout", "due to transaction timeout", "due to user request"),
        "the server ended the call; nothing was recorded; try again",
    ),
)


class PostgreSQL(Dialect):
    """A shared server, which needs a database or a schema of its own."""

    _connecting = True
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
        self._connecting = False
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
        # A large file or a long verification ends when it has ended. Some of these are of later versions of the server.
        self.execute(
            "SELECT set_config(name, '0', false) FROM pg_settings "
            "WHERE name IN ('statement_timeout', 'transaction_timeout', 'idle_session_timeout')"
        )
        self._prepare_text()
        # An acknowledged commit is on the disk.
        self.execute(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
        )

    def _prepare_text(self) -> None:
        """Has text sent and kept as it is, whatever encoding the environment, the user or the database prefers.

        Text is always sent and read as UTF-8. In a database with another encoding nothing is converted either: so every
        desk without a `client_encoding` of its own has recorded there, and the digests are over that.
        """
        query = "SELECT set_config('client_encoding', current_setting('server_encoding'), false) AS encoding"
        self._encoding = str(self.fetch(query)["encoding"][0].as_py())
        if self._encoding != _ENCODING:
            self.damage = (
                f"{dialect.DAMAGED}; or, as the database has the encoding {self._encoding}, its text was recorded with "
                f"another client_encoding: then dump it with pg_dump, and restore that into a database with the "
                f"encoding {_ENCODING}"
            )

    def _why(self, message: str | None, words: str) -> str | None:
        known = _OF_CONNECTING if self._connecting else _OF_STATEMENTS
        return next((why for parts, why in known if any(part in words for part in parts)), message)

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

    def refuse_shadow(self) -> None:
        """Refuses a schema before that of a registry on the search path: it would no longer be found.

        A schema of the user's name comes first by default, once there is one.
        """
        query = (
            "SELECT current_schema()::text AS here, (SELECT min(nspname::text) FROM pg_namespace n "
            "WHERE nspname = ANY (current_schemas(false)) AND nspname <> current_schema() AND 2 = "
            "(SELECT count(*) FROM pg_tables WHERE schemaname = nspname AND tablename IN ('head', 'event'))) AS there"
        )
        here, there = self.fetch(query).to_pylist()[0].values()
        if here is None:
            raise RegistryError(f"{self.name}: {_SCHEMA}")
        if there is not None:
            raise RegistryError(
                f"{self.name}: the current schema, {here}, has no registry, and the schema {there} of the search path "
                f"has one, which a new one would hide: name its schema (options=-csearch_path%3D{there} at the end of "
                "the address), or leave it out of the search path"
            )

    def refuse_to_build(self) -> None:
        """Refuses a database that cannot hold every text."""
        self.refuse_shadow()
        if self._encoding != _ENCODING:
            raise RegistryError(
                f"{self.name}: the database has the encoding {self._encoding}, and a new registry needs one with the "
                f"encoding {_ENCODING} (CREATE DATABASE ... ENCODING '{_ENCODING}' TEMPLATE template0)"
            )

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
