"""The integers of an extension type may be anything: no verb reads them as numbers or handsets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.errors import NumguardError, UnsupportedTypeError

NUMBER, HANDSET = 9876543210, 35824005111111
#: Milliseconds since 1970, which would be read as a number.
PERIODS = pd.Series(pd.PeriodIndex.from_ordinals([NUMBER, NUMBER + 1], freq="ms"))
COLUMN = pa.array(PERIODS)
TIMES = pa.array([datetime(2026, 9, 1)] * 2)
CALLS: dict[str, Callable[[Any], object]] = {
    "normalize": ng.normalize,
    "normalize_imei": ng.normalize_imei,
    "explain": ng.explain,
    "extract": ng.extract,
    "NumberSet": ng.NumberSet,
    "ImeiSet": ng.ImeiSet,
    "contains": ng.NumberSet([NUMBER]).contains,
    "keyed_hash": lambda values: ng.keyed_hash(values, key=bytes(range(32))),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("form", ["series", "array", "chunked array"])
def test_a_column_of_an_extension_type_is_refused(call: str, form: str) -> None:
    values = {"series": PERIODS, "array": COLUMN, "chunked array": pa.chunked_array([COLUMN])}[form]
    with pytest.raises(UnsupportedTypeError, match="extension over Int64"):
        CALLS[call](values)
    CALLS[call](COLUMN.storage)


def _sources(table: pa.Table, folder: Path) -> Iterator[Any]:
    yield table
    yield iter(table.to_batches())
    pq.write_table(table, folder / "a.parquet")
    yield folder / "a.parquet"
    feather.write_feather(table, str(folder / "a.arrow"), compression="uncompressed")
    yield folder / "a.arrow"


def test_a_scan_of_an_extension_type_is_refused_and_another_column_of_one_is_kept(tmp_path: Path) -> None:
    table = pa.table({"number": COLUMN, "other": [str(NUMBER), ""]})
    for source in _sources(table, tmp_path):
        with pytest.raises(UnsupportedTypeError, match=r"'number'.*extension over Int64"):
            ng.scan(source, {"number": ng.NumberSet([NUMBER])}).read_all()
    for source in _sources(table, tmp_path):
        hits = ng.scan(source, {"other": ng.NumberSet([NUMBER])}).read_all()
        assert len(hits) == 1


@pytest.mark.parametrize("column", ["served_msisdn", "imei14"])
def test_sightings_of_an_extension_type_are_refused(column: str, tmp_path: Path) -> None:
    table = pa.table({"served_msisdn": [NUMBER] * 2, "imei14": [HANDSET] * 2, "at": TIMES})
    table = table.set_column(table.column_names.index(column), column, COLUMN)
    for source in _sources(table, tmp_path):
        with pytest.raises(UnsupportedTypeError, match="extension over Int64"):
            ng.expand([NUMBER], source)
    for source in _sources(table, tmp_path):
        with pytest.raises(UnsupportedTypeError, match="extension over Int64"):
            ng.changes(source).read_all()


def test_a_list_of_an_extension_type_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"msisdn": COLUMN}), tmp_path / "a.parquet")
    with pytest.raises(NumguardError, match="extension"):
        ng.read_numbers(tmp_path / "a.parquet")


def test_unsigned_integers_of_numpy_in_a_list_are_e164_alone_and_refused_beside_others() -> None:
    """pyarrow makes signed integers of both together, which are read as national numbers."""
    assert ng.normalize([np.uint64(14155550100), None]).to_pylist() == [14155550100, None]
    for other in (NUMBER, np.int64(NUMBER), float(NUMBER)):
        both = [np.uint64(14155550100), other]
        of_objects = pd.Categorical([other], pd.Index(both, dtype=object))
        columns = (np.array(both, dtype=object), pd.Series(both, dtype=object))
        for values in (both, iter(both), *columns, of_objects, pd.Series(of_objects), pd.CategoricalIndex(of_objects)):
            with pytest.raises(UnsupportedTypeError, match="of one type"):
                ng.normalize(values)
    indian = [910_000_000_000 + NUMBER, None]
    for column in (
        pd.Series([NUMBER, None], dtype=object),
        pd.Series([NUMBER, None], dtype="Int64").astype("category"),
    ):
        assert ng.normalize(column).to_pylist() == indian
