"""Expressions with which Polars and DuckDB read mixed text: the shortest that read exactly the forms in the files.

Owns the expressions, the tables and queries of DuckDB, and how rows of libraries are compared. Independent of files.
One idea: a rival that validates nothing is as fast as it can be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pytest

from numguard.bench.columns import members, national
from numguard.compute import pc

#: The parties of a call, of which one must be on the list.
COLUMNS: Final = ["a_party", "b_party"]

COUNTRY_CODE: Final = 91

#: A query that can run several times.
Query = Callable[[], pa.Table]


def polars_key(column: str, *, written: bool, last_ten: bool = False) -> Any:
    """A column as ten digits (Int64), from text if it is `written`; with `last_ten`, its last ten digits."""
    import polars as pl

    if not written:
        return pl.col(column)
    # Regular expressions took three times as long.
    bare = pl.col(column).str.strip_suffix(".0").str.replace_many({"+": "", " ": "", "-": ""})
    if last_ten:
        return bare.str.tail(10).cast(pl.Int64)
    whole = bare.cast(pl.Int64)
    return pl.when(whole // 10**10 == COUNTRY_CODE).then(whole - COUNTRY_CODE * 10**10).otherwise(whole)


def duckdb_key(column: str, *, written: bool) -> str:
    """The same in SQL (BIGINT)."""
    if not written:
        return column
    bare = f"replace(replace(replace({column}, '+', ''), ' ', ''), '-', '')"
    # The number is named, because an expression that stands three times is computed three times.
    ten = f"case when whole // {10**10} = {COUNTRY_CODE} then whole - {COUNTRY_CODE * 10**10} else whole end"
    return f"list_transform([cast({bare} as bigint)], lambda whole: {ten})[1]"


def duckdb_with(threads: int, **columns: Any) -> Any:
    """A connection with a table for each of these columns, in which it is `key`."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"set threads = {threads}")
    for name, keys in columns.items():
        connection.register("given", pa.table({"key": keys}))
        connection.execute(f"create table {name} as from given")
        connection.unregister("given")
    return connection


def duckdb_members(listed: int, threads: int) -> Any:
    """A connection with the list in the table `members`, as ten digits."""
    return duckdb_with(threads, members=national(members(listed)).astype(np.int64))


def duckdb_either(*, written: bool = False) -> str:
    """In SQL, whether either party is in the table `members`."""
    keys = [duckdb_key(column, written=written) for column in COLUMNS]
    return " or ".join(f"{key} in (select key from members)" for key in keys)


def pyarrow_either(rows: pa.Table, texts: pa.Array[Any]) -> pa.Table:
    """The rows in which either party is one of these texts."""
    first, second = (pc.is_in(rows[name], value_set=texts) for name in COLUMNS)
    return rows.filter(pc.or_(first, second))


def need(candidate: str) -> None:
    """Skips a measurement if the library that a candidate is named after is not installed."""
    pytest.importorskip(candidate.split(maxsplit=1)[0].lower())


def in_order(hits: pa.Table, names: Sequence[str]) -> pa.Table:
    """Columns of a table as text, in an order of rows that does not depend on the library."""
    texts = {name: pc.fill_null(hits[name].cast(pa.string()), "") for name in names}
    return pa.table(texts).sort_by([(name, "ascending") for name in names])


def duckdb_rows(connection: Any, query: str) -> Query:
    """The rows of a query as an Arrow table."""

    def rows() -> pa.Table:
        found: pa.Table = connection.sql(query).to_arrow_table()
        return found

    return rows
