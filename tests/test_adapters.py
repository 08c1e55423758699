"""The adapters in Polars and DuckDB give the same results as the functions of numguard on arrays."""

from __future__ import annotations

import contextlib
import csv
import doctest
import gc
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import numguard as ng
import numguard.adapters.duckdb
import numguard.adapters.pandas
import numguard.adapters.polars
from numguard.adapters.duckdb import register
from numguard.errors import ArgumentError, UnsupportedTypeError

VECTORS = Path(__file__).parent / "vectors"


def cells_of(name: str) -> list[str | None]:
    with (VECTORS / name).open(encoding="utf-8", newline="") as file:
        cells = [row["cell"] for row in csv.DictReader(file)]
    return [cell for cell in cells if "\x00" not in cell]


# Longer than the pieces into which engines split a column.
CELLS = [*cells_of("msisdn.csv"), None] * 60
IMEIS = [*cells_of("imei.csv"), None] * 60
NUMBERS = ng.normalize(CELLS)
LISTED = ng.NumberSet(NUMBERS.drop_null()[::3])
HANDSETS = ng.ImeiSet(ng.normalize_imei(IMEIS).drop_null()[::3])


def plain(answers: Any) -> list[Any]:
    return answers.to_pylist()  # type: ignore[no-any-return]


#: The results of each verb for arrays.
ANSWERS = {
    "normalize": NUMBERS.to_pylist(),
    "normalize_imei": ng.normalize_imei(IMEIS).to_pylist(),
    "explain": plain(ng.explain(CELLS)),
    "explain_imei": plain(ng.explain_imei(IMEIS)),
    "contains": LISTED.contains(CELLS).to_pylist(),
    "contains_imei": HANDSETS.contains(IMEIS).to_pylist(),
    "position": LISTED.position(CELLS).to_pylist(),
}


def polars_verbs(column: Any, imeis: Any) -> dict[str, Any]:
    return {
        "normalize": column.numguard.normalize(),
        "normalize_imei": imeis.numguard.normalize_imei(),
        "explain": column.numguard.explain(),
        "explain_imei": imeis.numguard.explain_imei(),
        "contains": column.numguard.contains(LISTED),
        "contains_imei": imeis.numguard.contains(HANDSETS),
        "position": column.numguard.position(LISTED),
    }


DUCKDB_VERBS = {
    "normalize": "numguard_normalize(cell)",
    "normalize_imei": "numguard_normalize_imei(cell)",
    "explain": "numguard_explain(cell)",
    "explain_imei": "numguard_explain_imei(cell)",
    "contains": "listed_contains(cell)",
    "contains_imei": "handsets_contains(cell)",
}


def columns_of(verb: str) -> list[str | None]:
    return IMEIS if verb.endswith("imei") else CELLS


def asked_polars(verb: str, how: str) -> list[Any]:
    cells = pl.Series("cell", columns_of(verb), pl.String)
    if how == "series":
        answer: pl.Series = polars_verbs(cells, cells)[verb]
        assert answer.name == "cell"
        return answer.to_list()
    expression = polars_verbs(pl.col("cell"), pl.col("cell"))[verb]
    frame = pl.DataFrame({"cell": cells})
    if how == "eager":
        return frame.select(expression)["cell"].to_list()
    engine: Any = "streaming" if how == "streaming" else "in-memory"
    plan = frame.lazy().select(expression)
    assert plan.collect_schema()["cell"] == plan.collect()["cell"].dtype
    return plan.collect(engine=engine)["cell"].to_list()


@pytest.fixture
def connection() -> Any:
    with duckdb.connect() as opened:
        register(opened, sets={"listed": LISTED, "handsets": HANDSETS})
        yield opened


def asked_duckdb(connection: Any, verb: str) -> list[Any]:
    cells = columns_of(verb)
    connection.register("given", pa.table({"n": range(len(cells)), "cell": pa.array(cells, pa.string())}))
    return [row[0] for row in connection.execute(f"select {DUCKDB_VERBS[verb]} from given order by n").fetchall()]


@pytest.mark.parametrize("how", ["series", "eager", "lazy", "streaming"])
@pytest.mark.parametrize("verb", ANSWERS)
def test_polars_gives_the_results_of_arrays(verb: str, how: str) -> None:
    assert asked_polars(verb, how) == ANSWERS[verb]


@pytest.mark.parametrize("verb", DUCKDB_VERBS)
def test_duckdb_gives_the_results_of_arrays_and_polars(connection: Any, verb: str) -> None:
    answers = asked_duckdb(connection, verb)
    assert answers == ANSWERS[verb]
    assert answers == asked_polars(verb, "lazy")


def test_region_is_passed_to_the_engines() -> None:
    cells = ["919876543210", "9876543210"]
    want = ng.normalize(cells, region=None).to_pylist()
    assert want != ng.normalize(cells).to_pylist()
    assert pl.Series(cells).numguard.normalize(region=None).to_list() == want  # type: ignore[attr-defined]
    with duckdb.connect() as opened:
        register(opened, region=None)
        query = "select numguard_normalize(cell) from (select unnest(?) as cell)"
        assert [row[0] for row in opened.execute(query, [cells]).fetchall()] == want


def test_polars_columns_of_every_layout_mean_the_same() -> None:
    numbers = [9876543210, None, 1930]
    for kind in (pl.Int64, pl.String, pl.Categorical, pl.Decimal(19, 0), pl.Float64):
        cells = pl.Series(numbers, dtype=pl.Int64).cast(pl.String).cast(pl.String if kind is pl.Categorical else kind)
        answer: Any = cells.cast(kind).numguard.normalize()  # type: ignore[attr-defined]
        assert answer.to_list() == [919876543210, None, None]
    nothing: Any = pl.Series("cell", [None, None])
    assert nothing.numguard.normalize().to_list() == [None, None]
    assert nothing.to_frame().select(pl.col("cell").numguard.normalize())["cell"].to_list() == [None, None]  # type: ignore[attr-defined]
    keys: Any = pl.Series([919876543210, 14155552671], dtype=pl.UInt64)
    assert keys.numguard.normalize().to_list() == keys.to_list()


def test_a_filter_of_a_scanned_file_finds_what_scan_finds(connection: Any, tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    frame = pl.DataFrame({"n": range(len(CELLS)), "cell": pl.Series(CELLS, dtype=pl.String)})
    frame.write_parquet(path, row_group_size=500)
    want = ng.scan(path, {"cell": LISTED}).read_all()["n"].to_pylist()
    is_listed: Any = pl.col("cell").numguard.contains(LISTED)  # type: ignore[attr-defined]
    assert pl.scan_parquet(path).filter(is_listed).collect(engine="streaming")["n"].to_list() == want
    found = connection.execute(f"select n from '{path}' where listed_contains(cell) order by n").fetchall()
    assert [row[0] for row in found] == want
    joined = f"select n from '{path}' semi join listed on msisdn = numguard_normalize(cell) order by n"
    assert [row[0] for row in connection.execute(joined).fetchall()] == want


def test_pandas_and_pyarrow_need_no_adapter() -> None:
    series = pd.Series(CELLS)
    assert LISTED.contains(series).to_pylist() == ANSWERS["contains"]
    assert ng.normalize(pa.chunked_array([CELLS[:7], CELLS[7:]], pa.string())).to_pylist() == ANSWERS["normalize"]


@pytest.mark.parametrize("module", [numguard.adapters.polars, numguard.adapters.duckdb, numguard.adapters.pandas])
def test_the_examples_of_the_adapters_run(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


def test_a_value_that_is_not_a_set_is_an_error(connection: Any) -> None:
    with pytest.raises(ArgumentError, match="takes a NumberSet"):
        pl.col("a").numguard.contains(["98765 43210"])  # type: ignore[attr-defined]
    with pytest.raises(ArgumentError, match="takes a NumberSet"):
        register(connection, sets={"other": ["98765 43210"]})  # type: ignore[dict-item]
    with pytest.raises(ArgumentError, match="no name for a table"):
        register(connection, sets={"a; drop table listed": LISTED})


@pytest.mark.parametrize("to", ["BIGINT", "UBIGINT", "INTEGER", "UINTEGER", "VARCHAR"])
def test_duckdb_takes_integers_as_arrays_do(connection: Any, to: str) -> None:
    numbers = [919876543210, 9876543210, 98765, 0, 1930, None, 910000000000000000]
    given = [n if n is None or "BIG" in to or to == "VARCHAR" or n < 2**31 else None for n in numbers]
    rows = ", ".join("(null)" if n is None else f"({n})" for n in given)
    query = f"select numguard_normalize(n::{to}), listed_contains(n::{to}) from (values {rows}) as t(n)"
    kind = {"VARCHAR": pa.string(), "UBIGINT": pa.uint64()}.get(to, pa.int64())
    cells = pa.array([None if n is None else str(n) for n in given]).cast(kind)
    with contextlib.suppress(UserWarning):
        answers = list(zip(ng.normalize(cells).to_pylist(), LISTED.contains(cells).to_pylist(), strict=True))
    assert connection.execute(query).fetchall() == answers


def test_duckdb_refuses_what_arrays_refuse(connection: Any) -> None:
    for wrong in ("numguard_normalize(date '2026-11-25')", "numguard_normalize()", "numguard_normalize('1', '2')"):
        with pytest.raises(duckdb.Error):
            connection.execute(f"select {wrong}").fetchall()


def test_registering_again_replaces_the_list(connection: Any) -> None:
    query = "select listed_contains('9876543210'), listed_contains('9812345678'), (select count(*) from listed)"
    for listed in ("9876543210", "9812345678"):
        register(connection, sets={"listed": ng.NumberSet([listed])})
        answer = connection.execute(query).fetchall()
        assert answer == [(listed == "9876543210", listed == "9812345678", 1)]


def test_an_open_query_goes_on_where_its_list_is_replaced() -> None:
    """DuckDB keeps none of the functions that are replaced, and called them all the same: the process ended."""
    one, other = (ng.NumberSet([number]) for number in ("9876500000", "9812345678"))
    with duckdb.connect() as own:
        own.execute(
            "create table calls as select '98765' || lpad(cast(i % 2 as varchar), 5, '0') a from range(400000) t(i)"
        )
        register(own, sets={"listed": one})
        query = "select a from calls where listed_contains(a)"
        first, second = (own.cursor().sql(query).to_arrow_reader(1000) for _ in range(2))
        found = first.read_next_batch().num_rows
        assert second.read_next_batch().num_rows
        register(own, sets={"listed": other})
        gc.collect()
        assert found + sum(batch.num_rows for batch in first) == 200_000
        register(own, sets={"listed": one})
        gc.collect()
        with pytest.raises(Exception, match="listed_contains: was registered again, twice, while this query was open"):
            for _ in second:
                pass
        assert own.sql("select listed_contains('9876500000')").fetchall() == [(True,)]


def test_registering_replaces_nothing_of_the_users_own() -> None:
    with duckdb.connect() as own:
        own.register("calls", pa.table({"a": [1]}))
        own.execute("create temp view blocked as select 1 x")
        own.create_function("risk_contains", lambda cell: "own", ["VARCHAR"], "VARCHAR")
        for name in ("calls", "blocked"):
            with pytest.raises(ArgumentError, match=f"sets: '{name}' is a table or view of the database already"):
                register(own, sets={name: LISTED})
        with pytest.raises(ArgumentError, match="or it is a function of your own, and the set needs another name"):
            register(own, sets={"risk": LISTED})
        assert own.sql("select a, x, risk_contains('1') from calls, blocked").fetchall() == [(1, 1, "own")]
        for _ in range(2):
            register(own, sets={"listed": LISTED})


@pytest.mark.parametrize("create", ["table", "view", "temp table", "temp view"])
def test_what_a_user_made_in_place_of_a_set_is_not_hidden(create: str) -> None:
    with duckdb.connect() as own:
        register(own, sets={"listed": LISTED, "Handsets": HANDSETS})
        own.execute(f"drop view listed; create {create} listed as select 42 x")
        with pytest.raises(ArgumentError, match="sets: 'listed' is a table or view of the database already"):
            register(own, sets={"listed": LISTED})
        register(own, sets={"handsets": HANDSETS})
        assert own.sql("from listed").fetchall() == [(42,)]


def test_a_table_beside_a_set_is_not_hidden_once_more() -> None:
    with duckdb.connect() as own:
        register(own, sets={"listed": LISTED})
        own.execute("create table memory.main.listed as select 42 x")
        with pytest.raises(ArgumentError, match="sets: 'listed' is a table or view of the database already"):
            register(own, sets={"listed": LISTED})
        own.execute("drop table memory.main.listed")
        register(own, sets={"listed": LISTED})


@pytest.mark.parametrize("failed", [False, True])
def test_nothing_is_registered_within_a_transaction(failed: bool) -> None:
    """Its rollback took the functions away: a later `register` named another connection."""
    with duckdb.connect() as own:
        for _ in range(2):
            own.begin()
            if failed:
                with pytest.raises(duckdb.Error):
                    own.execute("select error('x')")
            with pytest.raises(ArgumentError, match=r"connection: a transaction is open"):
                register(own, sets={"listed": LISTED})
            own.rollback()
            register(own, sets={"listed": LISTED})
            assert own.sql("select listed_contains(msisdn) from listed limit 1").fetchall() == [(True,)]


@pytest.mark.parametrize("name", ["calls", "CALLS", "seen", "mine", "list", "array"])
def test_registering_never_hides_what_the_database_has(name: str) -> None:
    with duckdb.connect() as own:
        own.execute(
            "create table calls as select 1 a; create view seen as select 1 a; create temp table mine as select 1 a"
        )
        with pytest.raises(ArgumentError, match=f"sets: '{name}.*' is a .* of the database already"):
            register(own, sets={name: LISTED})
        assert own.execute("select list_contains([1], 1), array_contains([1], 1) from calls, seen, mine").fetchall()
        with pytest.raises(duckdb.CatalogException):
            own.execute("select numguard_normalize('1')")


def test_registering_never_replaces_a_macro() -> None:
    with duckdb.connect() as own:
        own.execute("create macro listed_contains(a) as false")
        with pytest.raises(ArgumentError, match="'listed_contains' is a function of the database already"):
            register(own, sets={"listed": LISTED})


def test_names_that_are_one_name_to_sql_are_an_error(connection: Any) -> None:
    with pytest.raises(ArgumentError, match="'LISTED' is there twice"):
        register(connection, sets={"listed": LISTED, "LISTED": HANDSETS})
    for sets in ([LISTED], {1: LISTED}):
        with pytest.raises(ArgumentError, match="sets:"):
            register(connection, sets=sets)  # type: ignore[arg-type]


def test_a_cursor_has_the_functions_and_says_who_replaces_them(connection: Any) -> None:
    register(connection, sets={"listed": LISTED})
    cursor = connection.cursor()
    one = ng.format(LISTED.to_array()[:1], "e164")[0].as_py()
    assert cursor.execute(f"select listed_contains('{one}')").fetchall() == [(True,)]
    with pytest.raises(ArgumentError, match="another one of this database has numguard_normalize already"):
        register(cursor, sets={"listed": HANDSETS})
    assert cursor.execute(f"select listed_contains('{one}')").fetchall() == [(True,)]


@pytest.mark.parametrize("region", ["XX", "in", ["IN"], pl.col("country"), 91])
def test_a_region_that_a_query_cannot_use_is_an_error_where_the_query_is_written(connection: Any, region: Any) -> None:
    column: Any = pl.col("a")
    for call in (
        lambda: register(connection, region=region),
        lambda: column.numguard.normalize(region=region),
        lambda: column.numguard.explain(region=region),
        lambda: column.numguard.contains(LISTED, region=region),
        lambda: column.numguard.position(LISTED, region=region),
    ):
        with pytest.raises(ArgumentError, match="region: takes"):
            call()


def test_a_series_may_have_a_region_for_each_row() -> None:
    cells: Any = pl.Series(["07400 123456", "98765 43210"])
    assert cells.numguard.normalize(region=["GB", "IN"]).to_list() == [447400123456, 919876543210]


@pytest.mark.filterwarnings("ignore:UInt64 is taken for E.164")
@pytest.mark.parametrize(
    "mixed", ["ifnull(n, -1)", "n::hugeint", "n::uhugeint", "case when n > 0 then n else -9876543210 end"]
)
def test_canonical_numbers_beside_integers_are_not_read_again(connection: Any, mixed: str) -> None:
    made = "(select numguard_normalize('+65 9123 4567') as n)"
    assert connection.execute(f"select listed_contains(n), n from {made}").fetchall() == [(False, 6591234567)]
    for verb in ("numguard_normalize", "numguard_explain", "listed_contains"):
        with pytest.raises(duckdb.Error, match=r"cast it to UInt64 if it is canonical, .*, and to Int64"):
            connection.execute(f"select {verb}({mixed}) from {made}").fetchall()
    assert connection.execute(f"select numguard_normalize(({mixed})::ubigint) from {made}").fetchall() == [
        (6591234567,)
    ]


def test_a_relation_of_hugeint_is_not_read_again(connection: Any) -> None:
    """Arrow has a decimal for it, which may be canonical: a number of Singapore would be one of India."""
    relation = connection.sql("select 6591234567::hugeint as n, 490154203237518 as imei14, now() as at")
    listed = ng.NumberSet(["6591234567"])
    for call in (
        lambda: ng.scan(relation, {"n": listed}).read_all(),
        lambda: ng.expand(["98765 43210"], relation, msisdn="n"),
        lambda: ng.changes(relation, msisdn="n").read_all(),
    ):
        with pytest.raises(UnsupportedTypeError, match="cast it to UInt64 if it is canonical"):
            call()
    # In a column that no one reads as numbers it is a value like others.
    others = connection.sql("select '6591234567' as n, 1::hugeint as x")
    assert ng.scan(others, {"n": listed}).read_all()["x"].to_pylist() == [1]


def test_the_error_for_int128_says_what_to_cast_it_to() -> None:
    frame = pl.DataFrame({"c": ["+65 9123 4567", "1930"], "n": [1, 2]})
    number: Any = pl.col("c")
    mixed: Any = pl.coalesce(number.numguard.normalize(), "n")
    with pytest.raises(UnsupportedTypeError, match="Int128: cast canonical numbers to UInt64"):
        frame.select(mixed.numguard.contains(LISTED))
    series: Any = pl.Series([9876543210], dtype=pl.Int128)
    with pytest.raises(UnsupportedTypeError, match="Int128: cast canonical numbers to UInt64"):
        series.numguard.normalize()
