"""numguard in DuckDB: `register` gives a connection functions of numbers, and sets as tables and as functions.

DuckDB hands a function 2,048 rows at a time, on one thread, so a scan of a file is quicker through `numguard.scan`;
the functions are for queries that join, group and filter by what a cell means.

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
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from numguard._core import ImeiSet, NumberSet, explain, explain_imei, normalize, normalize_imei
from numguard.errors import ArgumentError
from numguard.types import Region

if TYPE_CHECKING:
    import duckdb

__all__ = ["register"]

_SAID = "STRUCT(msisdn UBIGINT, kind VARCHAR, note VARCHAR)"
_SAID_OF_IMEI = "STRUCT(imei14 UBIGINT, form VARCHAR, note VARCHAR)"


def register(
    connection: duckdb.DuckDBPyConnection,
    *,
    sets: Mapping[str, NumberSet | ImeiSet] | None = None,
    region: Region = "IN",
) -> None:
    """Gives a connection the functions, and for each set a table and a function; those that it had are replaced.

    The functions take text (VARCHAR), digits as written (BIGINT and smaller integers) and canonical numbers (UBIGINT),
    as the functions of `numguard` do. Cast other columns.

    - `numguard_normalize(cell)`, `numguard_normalize_imei(cell)`: UBIGINT, null where the cell is refused.
    - `numguard_explain(cell)`: STRUCT(msisdn, kind, note); `numguard_explain_imei(cell)`: STRUCT(imei14, form, note).
    - For a set `listed`: a table `listed` of one column, `msisdn` or `imei14`, and `listed_contains(cell)`: BOOLEAN,
      null where the cell is null or refused.

    Args:
        connection: An open connection of DuckDB 1.x or 2.x.
        sets: Names, each an SQL identifier, and sets.
        region: How bare digits are read.

    Raises:
        ArgumentError: A name that is no identifier, or something else than a set.
    """
    functions: dict[str, tuple[Callable[[Any], Any], str]] = {
        "numguard_normalize": (lambda cells: normalize(cells, region=region, threads=1), "UBIGINT"),
        "numguard_normalize_imei": (lambda cells: normalize_imei(cells, threads=1), "UBIGINT"),
        "numguard_explain": (lambda cells: _plain(explain(cells, region=region, threads=1)), _SAID),
        "numguard_explain_imei": (lambda cells: _plain(explain_imei(cells, threads=1)), _SAID_OF_IMEI),
    }
    tables: dict[str, pa.Table] = {}
    for name, members in (sets or {}).items():
        if not name.isidentifier():
            raise ArgumentError(f"sets: {name!r} is no name for a table")
        if not isinstance(members, (NumberSet, ImeiSet)):
            raise ArgumentError(f"sets: {name!r} takes a NumberSet or an ImeiSet, not {type(members).__name__}")
        functions[f"{name}_contains"] = (_asking(members, region), "BOOLEAN")
        tables[name] = pa.table({"imei14" if isinstance(members, ImeiSet) else "msisdn": members.to_array()})
    for name, (function, returned) in functions.items():
        _register(connection, name, function, returned)
    for name, table in tables.items():
        connection.register(name, table)


def _register(connection: duckdb.DuckDBPyConnection, name: str, function: Callable[[Any], Any], returned: str) -> None:
    def answer(*columns: Any) -> Any:
        # DuckDB has no type that stands for any, but a function of any number of arguments takes them as they are.
        if len(columns) != 1:
            raise ArgumentError(f"{name}: takes one column, not {len(columns)}")
        return function(_as_read(columns[0]))

    kind: Any = "arrow"  # the stubs of DuckDB name an enumeration that moves between versions
    nulls: Any = "special"  # a null in is a null out, but a refused cell is null too
    # A type by its name is how every version knows it.
    to = connection.type(returned)
    # There is no replacing, and of what is not there no removing.
    with contextlib.suppress(Exception):
        connection.remove_function(name)
    connection.create_function(name, answer, None, to, type=kind, null_handling=nulls, side_effects=False)


def _as_read(cells: Any) -> Any:
    """Integers of other widths as one of the two that numguard reads: Int64, digits as written, or UInt64."""
    if pa.types.is_integer(cells.type) and cells.type != pa.uint64():
        return cells.cast(pa.int64())
    return cells


def _asking(members: NumberSet | ImeiSet, region: Region) -> Callable[[Any], Any]:
    if isinstance(members, NumberSet):
        return lambda cells: members.contains(cells, region=region, threads=1)
    return lambda cells: members.contains(cells, threads=1)


def _plain(answers: Any) -> Any:
    """The answers with codes as text."""
    fields = [f.with_type(f.type.value_type) if pa.types.is_dictionary(f.type) else f for f in answers.type]
    return answers.cast(pa.struct(fields))
