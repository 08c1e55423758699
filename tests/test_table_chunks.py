"""Tables of chunks that pyarrow does not join: empty ones, ones of different dictionaries, encoded ones."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

import numguard as ng
from numguard.registry.log.inputs import fingerprint_table

pd: Any = pytest.importorskip("pandas")

_SOURCE = {"source": "1930"}
_MOBILES = ["98765 00001", "98765 00002", "98765 00009"]
_NUMBERS = [919876500001, 919876500002, 919876500009]
_EMPTY = pa.array([], pa.string())


def _day(first: int, mobiles: list[str]) -> Any:
    return pd.DataFrame(
        {
            "acknowledgement_no": pd.Series([str(first + n) for n in range(len(mobiles))], dtype="str"),
            "suspect_mobiles": pd.Series(mobiles, dtype="str"),
            "amount": pd.Series([500] * len(mobiles), dtype="int64"),
        }
    )


def _week() -> Any:
    """A quiet day between two: pandas keeps a chunk without rows in the columns of text, and in no other."""
    return pd.concat([_day(1, _MOBILES[:2]), _day(3, []), _day(3, _MOBILES[2:])], ignore_index=True)


def _encoded(mobiles: Any) -> pa.Table:
    columns: dict[str, Any] = {"acknowledgement_no": ["1", "2", "3"], "suspect_mobiles": mobiles}
    return pa.table(columns)


def _runs(values: Any) -> Any:
    return pa.RunEndEncodedArray.from_arrays(pa.array(range(1, len(values) + 1), pa.int32()), values)


def _with_null(cells: list[Any], wrapped: Callable[[Any], Any] = lambda encoded: encoded) -> Any:
    """Cells in two chunks whose dictionaries differ; one of them has a null."""
    first = pa.DictionaryArray.from_arrays([0], pa.array([cells[0], None]))
    rest = pa.DictionaryArray.from_arrays([1, 2], pa.array([cells[0], *cells[1:]]))
    return pa.chunked_array([wrapped(first), wrapped(rest)])


def _in_lists(cells: Any) -> Any:
    return pa.ListArray.from_arrays(pa.array(range(len(cells) + 1), pa.int32()), cells)


@pytest.mark.parametrize(
    "given",
    [lambda week: week, pa.Table.from_pandas, lambda week: pa.Table.from_pandas(week).to_reader()],
    ids=["frame", "table", "stream"],
)
def test_complaints_of_a_week_with_a_quiet_day_are_taken(given: Callable[[Any], Any]) -> None:
    registry = ng.Registry(":memory:", by="t")
    assert registry.add_complaints(given(_week()), name="week", constants=_SOURCE).added == 3
    assert registry.numbers("reported").to_array().to_pylist() == _NUMBERS


def test_outcomes_with_an_empty_chunk_are_taken() -> None:
    registry = ng.Registry(":memory:", by="t")
    registry.add_complaints(_week(), name="week", constants=_SOURCE)
    rows = {"msisdn": pa.chunked_array([["9876500001"], _EMPTY, ["9876500009"]]), "status": ["blocked"] * 2}
    taken = registry.record_outcomes(pa.table(pa.table(rows)), name="answers")
    assert taken.refused == 0
    assert registry.numbers("blocked").to_array().to_pylist() == _NUMBERS[::2]


def test_seeds_with_an_empty_chunk_are_read() -> None:
    day = dt.datetime(2026, 1, 1)
    mobiles = pa.chunked_array([["9876500001"], _EMPTY, ["9876500009"]])
    seeds = pa.table({"msisdn": mobiles, "reported_at": pa.chunked_array([[day, day]])})
    calls = {"served_msisdn": ["9876500001", "9876500002"], "imei14": ["35824005111111"] * 2, "at": [day] * 2}
    policy = ng.LinkPolicy(days_before=1, days_after=1)
    for given in (seeds, pa.table(seeds), seeds.to_pandas()):
        found = ng.expand(given, pa.table(calls), policy=policy)
        assert found.linked["msisdn"].to_pylist() == [919876500002]


def test_the_sha256_of_a_table_does_not_depend_on_empty_chunks() -> None:
    cut = pa.Table.from_pandas(_week())
    lines = pa.Table.from_pylist(cut.to_pylist(), schema=cut.schema)
    with_two_chunks = pa.concat_tables([lines.slice(0, 2), lines.slice(2)])
    assert fingerprint_table(pa.table(cut)) == fingerprint_table(with_two_chunks)


def test_the_sha256_of_a_table_that_pyarrow_joins_is_that_of_the_joined_one() -> None:
    one = pa.table({"a": pa.array(["x", None, "y"]), "b": pa.array(["p", "q", "p"]).dictionary_encode()})
    other = pa.table({"a": ["z"], "b": pa.array(["r"]).dictionary_encode()})
    table = pa.concat_tables([one.slice(1), one.slice(0, 0), other])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    written = sink.getvalue()
    assert fingerprint_table(table) == (written.size, hashlib.sha256(written).hexdigest())


@pytest.mark.parametrize(
    "mobiles",
    [
        _runs(pa.array(_MOBILES, pa.string_view())),
        _runs(pa.array(_MOBILES, pa.string_view()).cast(pa.binary_view())),
        _runs(pa.array(_MOBILES).dictionary_encode()),
        pa.chunked_array([_runs(pa.array(_MOBILES, pa.string_view())).slice(n, 1) for n in range(3)]),
        _with_null(_MOBILES),
        _with_null([number - 910000000000 for number in _NUMBERS]),
        _with_null(_MOBILES, _in_lists),
        _with_null(_MOBILES, lambda cells: pa.StructArray.from_arrays([cells], ["mobile"])),
    ],
    ids=[
        "runs of views",
        "runs of views of bytes",
        "runs of a dictionary",
        "slices",
        "dictionaries",
        "numbers",
        "lists",
        "structs",
    ],
)
def test_encoded_columns_of_complaints_are_read(mobiles: Any) -> None:
    registry = ng.Registry(":memory:", by="t")
    table = _encoded(mobiles)
    mapping = {"suspect_mobiles.mobile": "suspect_mobiles"} if pa.types.is_struct(mobiles.type) else None
    assert registry.add_complaints(table, name="sheet", constants=_SOURCE, mapping=mapping or {}).added == 3
    assert registry.numbers("reported").to_array().to_pylist() == _NUMBERS


def test_dates_of_a_list_may_be_runs_of_views() -> None:
    days = _runs(pa.array(["2026-01-01", "2026-01-02", "2026-01-03"], pa.string_view()))
    calls = pa.table({"mobile": _MOBILES, "at": [dt.datetime(2026, 1, 2)] * 3})
    found = ng.scan(calls, {"mobile": ng.NumberSet(_MOBILES)}, at="at", since={"mobile": (_MOBILES, days)})
    assert found.read_all()["mobile_match"].to_pylist() == _NUMBERS[:2]
