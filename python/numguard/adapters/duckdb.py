"""numguard in DuckDB: `register` adds functions for numbers to a connection, and sets as tables and as functions.

DuckDB calls a function with 2,048 rows at a time, on one thread, so `numguard.scan` scans a file faster. The functions
are for queries that join, group and filter by numbers.

    >>> import duckdb, numguard as ng
    >>> from numguard.adapters.duckdb import register
    >>> connection = duckdb.connect()
    >>> register(connection, sets={"listed": ng.NumberSet(["98765 43210"])})
    >>> calls = connection.sql("create table calls as select unnest(['+91 98765 43210', '1930']) as a_party")
    >>> connection.sql("select a_party from calls where listed_contains(a_party)").fetchall()
    [('+91 98765 43210',)]
    >>> connection.sql("select numguard_explain(a_party).note from calls").fetchall()
    [(None,), ('short_code',)]
    >>> connection.sql("select a_party from calls semi join listed on msisdn = numguard_normalize(a_party)").fetchall()
    [('+91 98765 43210',)]
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pyarrow as pa

from numguard._core import ImeiSet, NumberSet, explain, explain_imei, normalize, normalize_imei
from numguard.adapters import check_region, lookup, without_codes
from numguard.errors import ArgumentError
from numguard.scanning.marks import no_set
from numguard.types import Region

if TYPE_CHECKING:
    import duckdb

__all__ = ["register"]

_ANSWER = "STRUCT(msisdn UBIGINT, kind VARCHAR, note VARCHAR)"
_IMEI_ANSWER = "STRUCT(imei14 UBIGINT, form VARCHAR, note VARCHAR)"


class _Function:
    """A function of DuckDB that can be emptied."""

    def __init__(self, name: str, function: Callable[[Any], Any]) -> None:
        self._name, self._function = name, function

    def __call__(self, *columns: Any) -> Any:
        # DuckDB has no type for "any", but passes the arguments of a variadic function unconverted.
        if len(columns) != 1:
            raise ArgumentError(f"{self._name}: takes one column, not {len(columns)}")
        return self._function(_as_read(columns[0]))

    def empty(self) -> None:
        """Lets go of the set."""
        self._function = self._replaced

    def _replaced(self, _: Any) -> Any:
        raise ArgumentError(f"{self._name}: was registered again, twice, while this query was open: run it again")


class _Made:
    """What `register` made on a connection."""

    def __init__(self) -> None:
        #: Of each name, the functions, the last one being the one that is there. DuckDB itself keeps none of those that
        #: were replaced, and calls them while a query of a cursor is open: the process ended.
        self.functions: dict[str, list[_Function]] = {}
        #: Of the name of each set, the SQL by which DuckDB has its table, a view. A user may have dropped it since.
        self.views: dict[str, str] = {}


_MADE: WeakKeyDictionary[Any, _Made] = WeakKeyDictionary()


def register(
    connection: duckdb.DuckDBPyConnection,
    *,
    sets: Mapping[str, NumberSet | ImeiSet] | None = None,
    region: Region = "IN",
) -> None:
    """Adds the functions to a connection, and for each set a table and a function.

    A later call replaces what an earlier one made of the same name, and leaves other sets. A query that is open on a
    cursor goes on with the set that it began with, until the second such call, which is an error in it. The cursors of
    a connection have its functions, and none of its tables.

    The functions take text (VARCHAR), digits as written (BIGINT and smaller integers) and canonical numbers (UBIGINT),
    as the functions of `numguard` do. Cast other columns.

    - `numguard_normalize(cell)`, `numguard_normalize_imei(cell)`: UBIGINT, null where the cell is refused.
    - `numguard_explain(cell)`: STRUCT(msisdn, kind, note); `numguard_explain_imei(cell)`: STRUCT(imei14, form, note).
    - For a set `listed`: a table `listed` of one column, `msisdn` or `imei14`, and `listed_contains(cell)`: BOOLEAN,
      null where the cell is null or refused.

    Args:
        connection: An open connection of DuckDB 1.x or 2.x.
        sets: Names, each an SQL identifier, and sets.
        region: The country by whose plan digits without a country code are read.

    Raises:
        ArgumentError: A name is not an identifier, or is a table, view or function already; a value is not a set; the
            region is not in `numguard.regions()`; another connection of the database has registered before; or a
            transaction is open, whose rollback would take the functions away.

    Example:
        >>> import duckdb
        >>> connection = duckdb.connect()
        >>> register(connection)
        >>> connection.sql("select numguard_normalize('098765-43210')").fetchall()
        [(919876543210,)]
    """
    check_region(region)
    functions: dict[str, tuple[Callable[[Any], Any], str]] = {
        "numguard_normalize": (lambda cells: normalize(cells, region=region, threads=1), "UBIGINT"),
        "numguard_normalize_imei": (lambda cells: normalize_imei(cells, threads=1), "UBIGINT"),
        "numguard_explain": (lambda cells: without_codes(explain(cells, region=region, threads=1)), _ANSWER),
        "numguard_explain_imei": (lambda cells: without_codes(explain_imei(cells, threads=1)), _IMEI_ANSWER),
    }
    tables: dict[str, pa.Table] = {}
    if not (sets is None or isinstance(sets, Mapping)):
        raise ArgumentError('sets: takes a mapping such as {"listed": numbers}')
    for name, members in (sets or {}).items():
        if not (isinstance(name, str) and name.isidentifier()):
            raise ArgumentError(f"sets: {name!r} is no name for a table")
        if name.lower() in map(str.lower, tables):
            raise ArgumentError(f"sets: {name!r} is there twice: to SQL, capital letters are the same")
        if not isinstance(members, (NumberSet, ImeiSet)):
            raise no_set(f"sets: {name!r}", members)
        functions[f"{name}_contains"] = (partial(lookup(members, "contains", region), threads=1), "BOOLEAN")
        tables[name] = pa.table({"imei14" if isinstance(members, ImeiSet) else "msisdn": members.to_array()})
    made = _MADE.setdefault(connection, _Made())
    _check_no_transaction(connection)
    _check_free(connection, functions, tables, made.views)
    for name, (function, returned) in functions.items():
        _register(connection, name, function, returned, made)
    for name, table in tables.items():
        connection.register(name, table)
        views = connection.sql("select lower(view_name), sql from duckdb_views() where temporary").fetchall()
        made.views[name.lower()] = dict(views)[name.lower()]


def _check_no_transaction(connection: duckdb.DuckDBPyConnection) -> None:
    """Raises ArgumentError while a transaction is open: its rollback would remove the functions."""
    import duckdb

    try:
        # Outside of a transaction each query is one of its own.
        one, other = (connection.sql("select txid_current()").fetchall() for _ in range(2))
    except duckdb.TransactionException:  # an error has ended it, but for the rollback
        one = other = []
    if one == other:
        raise ArgumentError("connection: a transaction is open: commit() or rollback() it, then register")


def _check_free(
    connection: duckdb.DuckDBPyConnection, functions: Iterable[str], tables: Iterable[str], made: Mapping[str, str]
) -> None:
    """Raises ArgumentError for a name of the database itself or of its user, whose queries would get other answers."""
    import duckdb

    of_tables = """
        select table_name, null from duckdb_tables()
        where temporary or (database_name = current_database() and schema_name = current_schema())
        union all select view_name, sql from duckdb_views()
        where not internal
          and (temporary or (database_name = current_database() and schema_name = current_schema()))"""
    of_functions = "select function_name from duckdb_functions()"
    with duckdb.connect() as fresh:
        built_in = fresh.sql(of_functions).fetchall()
    macros = connection.sql(f"{of_functions} where function_type like '%macro%'").fetchall()
    there = connection.sql(of_tables).fetchall()
    others = [(name,) for name, view in there if view is None or made.get(name.lower()) != view]
    for names, taken, what in (
        (tables, others, "table or view"),
        (functions, [*built_in, *macros], "function"),
    ):
        found = {name.lower() for (name,) in taken}
        for name in names:
            if name.lower() in found:
                raise ArgumentError(f"sets: {name!r} is a {what} of the database already: choose another name")


def _register(
    connection: duckdb.DuckDBPyConnection, name: str, function: Callable[[Any], Any], returned: str, made: _Made
) -> None:
    answer = _Function(name, function)
    kind: Any = "arrow"  # the stubs of DuckDB name an enumeration that moves between versions
    nulls: Any = "special"  # the result is null for refused cells too, not only for null ones
    # Every version accepts a type by its name.
    to = connection.type(returned)
    earlier = made.functions.setdefault(name.lower(), [])
    # DuckDB cannot replace a function, and raises when it removes one that does not exist.
    if earlier:
        with contextlib.suppress(Exception):
            connection.remove_function(name)
    try:
        connection.create_function(name, answer, None, to, type=kind, null_handling=nulls, side_effects=False)
    except Exception as error:
        if not any(words in str(error) for words in ("already exists", "already created")):
            raise
        raise ArgumentError(
            f"connection: another one of this database has {name} already, and only that one can replace it; its "
            "cursors have what it registers; or it is a function of your own, and the set needs another name"
        ) from None
    # The set of the one before stays for open queries, and no earlier one does.
    for one in earlier[:-1]:
        one.empty()
    earlier.append(answer)


def _as_read(cells: Any) -> Any:
    """Integers of other widths as Int64 (digits as written); UInt64 (canonical numbers) is left as it is."""
    if pa.types.is_integer(cells.type) and cells.type not in (pa.int64(), pa.uint64()):
        return cells.cast(pa.int64())
    return cells
