"""pandas: results have the index and name of the series, and no number becomes floating point."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars
import pyarrow as pa
import pytest

import numguard as ng
import numguard.adapters.pandas
from numguard.errors import ArgumentError, ColumnError, UnsupportedTypeError

CELLS = ["098765 43210", "1930", None, "+91 98123 45678"]
KEYS = [919876543210, None, None, 919812345678]


@pytest.fixture(params=["object", "string", "str"])
def series(request: pytest.FixtureRequest) -> pd.Series:
    return pd.Series(CELLS, index=[10, 20, 20, 5], name="a_party", dtype=request.param)


def plain(answer: pd.Series) -> list[object]:
    return [None if cell is pd.NA or cell is None else cell for cell in answer.tolist()]


def test_regions_stand_beside_their_rows() -> None:
    """pandas finds a row by its index: by place, a sorted column had the regions of other rows."""
    calls = pd.DataFrame({"mobile": ["91234567", "9876543210"], "country": ["SG", "IN"]})
    numbers = [6591234567, 919876543210]
    assert calls["mobile"].numguard.normalize(region=calls["country"]).tolist() == numbers
    turned = calls["mobile"].iloc[::-1].numguard
    members = ng.NumberSet(["9876543210"])
    for verb, before in (
        ("normalize", ()),
        ("explain", ()),
        ("extract", ()),
        ("contains", (members,)),
        ("position", (members,)),
    ):
        with pytest.raises(ArgumentError, match="region: its index is not that of the series"):
            getattr(turned, verb)(*before, region=calls["country"])


def test_numbers_keep_all_digits_and_their_index(series: pd.Series) -> None:
    answer = series.numguard.normalize()
    assert (answer.dtype, answer.name, answer.index.tolist()) == (pd.UInt64Dtype(), "a_party", [10, 20, 20, 5])
    assert plain(answer) == KEYS
    assert plain(answer.numguard.format("national"))[0] == "98765 43210"


def test_an_explanation_is_a_frame(series: pd.Series) -> None:
    answer = series.numguard.explain()
    assert answer.columns.tolist() == ["msisdn", "kind", "note"]
    assert answer.index.tolist() == [10, 20, 20, 5]
    assert plain(answer["msisdn"]) == KEYS
    assert answer["note"].tolist()[1] == "short_code"
    assert answer["msisdn"].dtype == pd.UInt64Dtype()


def test_members_are_found(series: pd.Series) -> None:
    listed = ng.NumberSet(["9876543210", "9000000001"])
    assert plain(series.numguard.contains(listed)) == [True, None, None, False]
    assert plain(series.numguard.position(listed)) == [1, None, None, None]
    assert series.numguard.contains(listed).dtype == pd.BooleanDtype()


@pytest.mark.parametrize("members", [CELLS, pd.Series(CELLS), None, ng.NumberSet])
def test_members_of_another_type_are_an_error(series: pd.Series, members: object) -> None:
    for verb in (series.numguard.contains, series.numguard.position):
        with pytest.raises(ArgumentError, match="members: takes a NumberSet or an ImeiSet"):
            verb(members)


def test_handsets_and_texts() -> None:
    handsets = pd.Series(["490154203237518", "x"])
    assert plain(handsets.numguard.normalize_imei()) == [49015420323751, None]
    assert handsets.numguard.explain_imei()["imei14"].tolist()[0] == 49015420323751
    assert plain(handsets.numguard.contains(ng.ImeiSet(["490154203237518"]))) == [True, None]
    assert plain(handsets.numguard.position(ng.ImeiSet(["490154203237518"]))) == [0, None]
    texts = pd.Series(["call 98765 43210 or 98123 45678", "none here"])
    assert [list(numbers) for numbers in texts.numguard.extract()] == [[919876543210, 919812345678], []]


def test_empty_series_and_types_that_hold_no_number() -> None:
    assert len(pd.Series([], dtype="object").numguard.normalize()) == 0
    assert pd.Series([], dtype="string").numguard.explain().columns.tolist() == ["msisdn", "kind", "note"]
    with pytest.raises(UnsupportedTypeError):
        pd.Series([1.5], dtype="float32").numguard.normalize()


@pytest.mark.parametrize(
    ("index", "columns"),
    [
        (None, ["a", "a_match"]),
        ([7, 3], ["a", "a_match"]),
        (pd.MultiIndex.from_tuples([(1, "x"), (2, "y")]), ["a", "a_match"]),
        (pd.Index([7, 3], name="desk"), ["a", "desk", "a_match"]),
    ],
    ids=["range", "integers", "levels", "named"],
)
def test_an_unnamed_index_is_not_a_column_of_a_scan(index: object, columns: list[str]) -> None:
    frame = pd.DataFrame({"a": ["9876543210", "1930"]}, index=index)
    hits = ng.scan(frame, {"a": ng.NumberSet(["9876543210"])}).read_all()
    assert hits.column_names == columns
    assert hits.num_rows == 1


def test_hits_as_frames_of_pandas_and_polars() -> None:
    import polars as pl

    frame = pd.DataFrame({"a": ["9876543210", "9123456789"], "b": ["1930", "9876543210"]})
    listed = ng.NumberSet(["9876543210"])
    hits = ng.scan(frame, {"a": listed, "b": listed}).to_pandas()
    assert hits["a_match"].dtype == pd.UInt64Dtype()
    assert plain(hits["a_match"]) == [919876543210, None]
    both = ng.scan(frame, {"a": listed, "b": listed}).to_polars()
    assert both["b_match"].dtype == pl.UInt64
    assert both["b_match"].to_list() == [None, 919876543210]


def test_frames_that_no_table_holds_are_errors_that_name_the_remedy() -> None:
    listed = {"a": ng.NumberSet(CELLS)}
    with pytest.raises(ColumnError, match="several columns have the same name"):
        ng.scan(pd.DataFrame([CELLS[:2]], columns=["a", "a"]), listed)
    with pytest.raises(UnsupportedTypeError, match="'a' holds values of more than one type"):
        ng.scan(pd.DataFrame({"a": [*CELLS, 12]}), listed)
    wide = polars.DataFrame({"a": polars.Series([1930], dtype=polars.Int128)})
    with pytest.raises(UnsupportedTypeError, match="such as Int128: make it Int64 or text"):
        ng.scan(wide, listed)
    with pytest.raises(ArgumentError, match="sets: takes a mapping"):
        ng.scan(pd.DataFrame({0: CELLS}), {0: ng.NumberSet(CELLS)})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        (pd.arrays.SparseArray([1, 0]), "'odd' is sparse: make it dense"),
        (pd.Series(["1", 2], dtype=object), "'odd' holds values of more than one type"),
        (pd.Series([1j, 2j]), "'odd' has a type that Arrow has not"),
        # Arrow makes digits as written of them: a number of Singapore was one of India.
        (pd.Series([np.uint64(6591234567), 2], dtype=object), "'odd' has numpy.uint64 beside other numbers"),
        (pd.Series([np.uint64(6591234567), 2.0], dtype=object), "'odd' has numpy.uint64 beside other numbers"),
        (
            pd.Series(pd.Categorical([2], pd.Index([np.uint64(6591234567), 2], dtype=object))).repeat(2),
            "'odd' has numpy.uint64 beside other numbers",
        ),
    ],
    ids=["sparse", "mixed", "complex", "keys", "keys and floats", "categories"],
)
@pytest.mark.parametrize("index", [None, ["x", "y"]])
def test_a_column_that_arrow_has_not_is_an_error_only_where_it_is_read(odd: Any, why: str, index: Any) -> None:
    frame = pd.DataFrame({"a": ["9876543210", "1930"], "odd": pd.array(odd, odd.dtype), "imei14": "35824005111111"})
    frame = frame if index is None else frame.set_axis(pd.Index(index, name="desk"))
    listed = ng.NumberSet(["9876543210"])
    found = ng.scan(frame, {"a": listed}, columns=["imei14"]).read_all()
    assert found.to_pylist() == [{"imei14": "35824005111111", "a_match": 919876543210}]
    for sets, columns in (({"a": listed}, None), ({"a": listed}, ["odd"]), ({"odd": listed}, ["a"])):
        with pytest.raises(UnsupportedTypeError, match=f"^the source: column {why}"):
            ng.scan(frame, sets, columns=columns)
    assert ng.expand(["9876543210"], frame, msisdn="a").seeds_seen == 1
    with pytest.raises(UnsupportedTypeError, match=f"^the source: column {why}"):
        ng.expand(["9876543210"], frame, msisdn="odd")
    seeds = frame.rename(columns={"a": "msisdn"})
    assert ng.expand(seeds, pa.table({"served_msisdn": ["9876543210"], "imei14": ["1"]})).refused_seeds == {
        "short_code": 1
    }
    registry = ng.Registry(":memory:", by="t")
    with pytest.raises(UnsupportedTypeError, match=f"^the source: column {why}"):
        registry.add_complaints(frame.assign(acknowledgement_no=["1", "2"]), name="sheet")


def test_columns_of_polars_that_arrow_has_not_may_be_left_out() -> None:
    odd = polars.Series([1, 2], dtype=polars.Int128)
    frame = polars.DataFrame({"a": ["9876543210", "1930"], "odd": odd})
    assert ng.scan(frame, {"a": ng.NumberSet(["9876543210"])}, columns=["a"]).read_all().num_rows == 1


def test_periods_hold_no_numbers() -> None:
    months = pd.Series(pd.period_range("2026-01", periods=2, freq="M"))
    for verb in ("normalize", "explain", "normalize_imei", "extract"):
        with pytest.raises(UnsupportedTypeError, match=r"a column of type period\[M\] holds no numbers"):
            getattr(months.numguard, verb)()
