"""The same answers whatever the Arrow layout, the library that made it, the slice, the chunks or the nulls."""

from __future__ import annotations

import array
import decimal
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.errors import InputError, UnsupportedTypeError

CELLS = [
    "9876543210",
    "+91 98123 45678",
    None,
    "98765O3210",
    "",
    "0 80 2345 6789",
    "9876543210",
    "००९१९८७६५४३२१०",
    "1930",
    "+1 202 555 0143 is the mobile phone, home and office",
    "098123-45678",
]
LISTED = ["98765 43210", "919812345678"]

LAYOUTS: dict[str, Callable[[list[str | None]], Any]] = {
    "list": list,
    "tuple": tuple,
    "string": lambda cells: pa.array(cells, pa.string()),
    "large_string": lambda cells: pa.array(cells, pa.large_string()),
    "string_view": lambda cells: pa.array(cells, pa.string_view()),
    "dictionary": lambda cells: pa.array(cells, pa.string()).dictionary_encode(),
    "dictionary_large": lambda cells: pa.array(cells, pa.large_string()).dictionary_encode(),
    "dictionary_int8": lambda cells: pa.array(cells).dictionary_encode().cast(pa.dictionary(pa.int8(), pa.string())),
    "run_end_encoded": lambda cells: pc.run_end_encode(pa.array(cells, pa.string())),
    "slice": lambda cells: pa.array(["1", None, *cells, "9"], pa.string()).slice(2, len(cells)),
    "view_slice": lambda cells: pa.array(["1", None, *cells, "9"], pa.string_view()).slice(2, len(cells)),
    "dictionary_slice": lambda cells: pa.array(["1", *cells, "9"]).dictionary_encode().slice(1, len(cells)),
    "run_slice": lambda cells: pc.run_end_encode(pa.array(["1", "1", *cells, "9"])).slice(2, len(cells)),
    "numpy": lambda cells: np.array(cells, dtype=object),
}
CHUNKED: dict[str, Callable[[list[str | None]], Any]] = {
    "chunked": lambda cells: pa.chunked_array([cells[:3], [], cells[3:]], pa.string()),
    "polars": lambda cells: pl.Series(cells, dtype=pl.String),
    "polars_categorical": lambda cells: pl.Series(cells, dtype=pl.Categorical),
    "pandas": lambda cells: pd.Series(cells, dtype="str"),
}


def plain(column: Any) -> list[Any]:
    assert isinstance(column, pa.Array | pa.ChunkedArray)
    return column.to_pylist()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_answers(layout: str) -> None:
    cells, listed = LAYOUTS[layout](CELLS), ng.NumberSet(LISTED)
    expected = [919876543210, 919812345678, None, None, None, 918023456789, 919876543210, 919876543210, None]
    expected += [12025550143, 919812345678]
    assert isinstance(ng.normalize(cells), pa.UInt64Array)
    assert plain(ng.normalize(cells)) == expected
    inside = [None if key is None else key in (919812345678, 919876543210) for key in expected]
    assert plain(listed.contains(cells)) == inside
    rank = {919812345678: 0, 919876543210: 1}
    assert plain(listed.position(cells)) == [rank.get(key) for key in expected]
    explained = plain(ng.explain(cells))
    assert [cell["msisdn"] for cell in explained] == expected
    assert explained[2] == {"msisdn": None, "kind": None, "note": None}
    assert explained[3]["note"] == "stray_letter"
    assert plain(ng.extract(cells))[2] is None
    assert plain(ng.NumberSet(cells).to_array()) == sorted({key for key in expected if key})


LONG: dict[str, Callable[[Any], Any]] = {
    "uint64": lambda numbers: numbers,
    "int64": lambda numbers: numbers.cast(pa.int64()),
    "string": lambda numbers: numbers.cast(pa.string()),
    "dictionary": lambda numbers: numbers.cast(pa.string()).dictionary_encode(),
    "dictionary_int64": lambda numbers: (
        numbers.cast(pa.string()).dictionary_encode().cast(pa.dictionary(pa.int64(), pa.string()))
    ),
    "dictionary_with_null": lambda numbers: numbers.cast(pa.string()).dictionary_encode(null_encoding="encode"),
}


@pytest.mark.parametrize("layout", LONG)
@pytest.mark.parametrize("start", [0, 1, 64, 77])
def test_nulls_and_refused_cells_of_a_long_column(layout: str, start: int) -> None:
    written = [
        None if row % 7 == 3 else 12 if row % 11 == 5 else 919_876_500_000 + row * row % 997 for row in range(150_001)
    ]
    column = LONG[layout](pa.array(written, pa.uint64())).slice(start)
    listed = ng.NumberSet(pa.array(range(919_876_500_100, 919_876_500_600), pa.uint64()))
    keys = [number if number and number > 12 else None for number in written[start:]]
    inside = [None if key is None else 919_876_500_100 <= key < 919_876_500_600 for key in keys]
    assert 0 < inside.count(True) < inside.count(False) + inside.count(True) < len(inside)
    assert plain(ng.normalize(column)) == keys
    assert plain(listed.contains(column)) == inside
    assert plain(listed.position(column)) == [
        key - 919_876_500_100 if key and member else None for key, member in zip(keys, inside, strict=True)
    ]


def written_numbers(rows: int) -> list[int | None]:
    """Numbers, numbers in other forms, IMEIs, nulls and refused values, all of them exact as floats."""
    every = [9_876_500_000, 919_876_500_000, 12, None, 0, 8_023_450_000, 35_824_005_111_111, 358_240_051_111_110, None]
    return [None if (value := every[row % 9 * 4 % 9]) is None else value + row % 97 for row in range(rows)]


VALUES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "large_string": pa.large_string(),
    "string_view": pa.string_view(),
    "int64": pa.int64(),
    "uint64": pa.uint64(),
    "float64": pa.float64(),
    "decimal": pa.decimal128(19, 0),
}

READS: dict[str, Callable[[Any], Any]] = {
    "normalize": ng.normalize,
    "normalize abroad": lambda column: ng.normalize(column, region="GB"),
    "normalize e164": lambda column: ng.normalize(column, region=None),
    "normalize by row": lambda column: ng.normalize(column, region=pa.array(["IN", "GB", None] * len(column))[::3]),
    "explain": ng.explain,
    "explain by row": lambda column: ng.explain(column, region=pa.array((["IN", "US"] * len(column))[: len(column)])),
    "extract": ng.extract,
    "normalize_imei": ng.normalize_imei,
    "explain_imei": ng.explain_imei,
    "contains": lambda column: ng.NumberSet(["98765 00001", "98765 00007"]).contains(column),
    "position": lambda column: ng.NumberSet(["98765 00001", "98765 00007"]).position(column),
    "handsets": lambda column: ng.ImeiSet(["35824005111115", "35824005111119"]).contains(column),
    "set": lambda column: ng.NumberSet(column).to_array(),
}


@pytest.mark.filterwarnings("ignore:UInt64 is taken")
@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("values", VALUES)
def test_a_few_rows_of_a_long_dictionary_are_read_as_the_column_is(values: str, read: str) -> None:
    """Of a slice, or of a batch that shares its dictionary, only the values of its rows are read."""
    written = pa.array(written_numbers(3_000))
    column = written.cast(VALUES[values])
    rows = np.random.default_rng(3).integers(0, len(column), 500)
    places = pa.array(np.where(rows % 11 == 0, 0, rows).astype(np.int32), mask=rows % 13 == 5)
    dictionary = pa.DictionaryArray.from_arrays(places, column)
    runs = pa.RunEndEncodedArray.from_arrays(pa.array(np.arange(3, 3 * len(column) + 3, 3), pa.int32()), column)
    for indexed, plainly in [
        (dictionary, written.take(places)),
        (dictionary.slice(7, 100), written.take(places.slice(7, 100))),
        (runs.slice(1_000, 71), written.take(pa.array(np.arange(1_000, 1_071) // 3))),
    ]:
        assert plain(READS[read](indexed)) == plain(READS[read](plainly.cast(VALUES[values])))


@pytest.mark.filterwarnings("ignore:UInt64 is taken")
@pytest.mark.parametrize("values", VALUES)
def test_a_cell_is_read_alike_alone_and_among_others(values: str) -> None:
    """Nulls at every place of a word of their bits, at both ends of the column, and in a slice."""
    written = written_numbers(700)
    column = pa.array(written).cast(VALUES[values])
    for read in (ng.normalize, ng.normalize_imei, ng.explain, ng.extract):
        alone = {value: plain(read(pa.array([value]).cast(VALUES[values])))[0] for value in {*written} - {None}}
        alone[None] = plain(read(pa.array(["1", None])))[1]
        for start in (0, 1, 63, 65):
            assert plain(read(column.slice(start))) == [alone[value] for value in written[start:]]


@pytest.mark.parametrize("index", [pa.int8(), pa.int32(), pa.int64()])
@pytest.mark.parametrize("outside", [-1, 5])
def test_an_index_past_the_dictionary_is_an_error_but_of_a_null(index: pa.DataType, outside: int) -> None:
    """It was an empty cell, and the row was lost."""
    words = pa.array(["9876543210"])
    cells = pa.DictionaryArray.from_arrays(pa.array([0, outside], index), words, safe=False)
    for call in (ng.NumberSet(LISTED).contains, ng.NumberSet(LISTED).position, ng.normalize, ng.explain, ng.extract):
        with pytest.raises(InputError, match="out of bounds"):
            call(cells)
    places = pa.array([0, outside], index)
    null = pa.Array.from_buffers(index, 2, [pa.py_buffer(b"\x01"), places.buffers()[1]])
    cells = pa.DictionaryArray.from_arrays(null, words, safe=False)
    assert plain(ng.NumberSet(LISTED).contains(cells)) == [True, None]
    assert plain(ng.normalize(cells)) == [919876543210, None]
    assert [cell["note"] for cell in plain(ng.explain(cells))] == [None, None]


@pytest.mark.parametrize("layout", CHUNKED)
def test_chunked_in_chunked_out(layout: str) -> None:
    cells = CHUNKED[layout](CELLS)
    answer = ng.normalize(cells)
    assert isinstance(answer, pa.ChunkedArray)
    assert plain(answer) == plain(ng.normalize(CELLS))
    assert plain(ng.NumberSet(LISTED).contains(cells)) == plain(ng.NumberSet(LISTED).contains(CELLS))
    assert plain(ng.explain(cells)) == plain(ng.explain(CELLS))


def test_a_duckdb_column_is_a_chunked_array() -> None:
    table = duckdb.sql("select unnest(['9876543210', NULL, '1930']) as a").to_arrow_table()
    assert plain(ng.normalize(table["a"])) == [919876543210, None, None]


def test_signed_integers_decimals_and_floats_are_digits_as_written() -> None:
    written = [9876543210, 919876543210, None, 98765, -9876543210]
    expected = [919876543210, 919876543210, None, None, None]
    assert plain(ng.normalize(pa.array(written, pa.int64()))) == expected
    assert plain(ng.normalize(written)) == expected
    decimals = pa.array([None if w is None else decimal.Decimal(w) for w in written])
    for precision in (12, 19):
        assert plain(ng.normalize(decimals.cast(pa.decimal128(precision, 0)))) == expected
    for precision in (20, 38):
        with pytest.raises(UnsupportedTypeError, match="cast it to UInt64 if it is canonical"):
            ng.normalize(decimals.cast(pa.decimal128(precision, 0)))
    floats = [None if w is None else float(w) for w in written]
    assert plain(ng.normalize(pa.array(floats, pa.float64()))) == expected
    assert plain(ng.normalize(pd.Series([9876543210.0, np.nan]))) == [919876543210, None]
    odd = plain(ng.explain(pa.array([9876543210.5, float("inf"), float("nan")])))
    assert [cell["note"] for cell in odd] == ["not_an_integer", "not_an_integer", None]


def test_unsigned_integers_are_e164_and_never_read_again() -> None:
    keys = pa.array([919876543210, 6598765432, 123456, 10**15, None], pa.uint64())
    assert plain(ng.normalize(keys)) == [919876543210, 6598765432, None, None, None]
    assert plain(ng.normalize(ng.normalize(CELLS))) == plain(ng.normalize(CELLS))
    assert plain(ng.NumberSet(LISTED).contains(ng.normalize(CELLS))) == plain(ng.NumberSet(LISTED).contains(CELLS))


def test_national_numbers_in_a_uint64_column_draw_a_warning() -> None:
    with pytest.warns(UserWarning, match="cast it to Int64"):
        ng.normalize(pa.array([9876543210, 9812345678], pa.uint64()))


@pytest.mark.parametrize("encode", [pa.Array.dictionary_encode, pc.run_end_encode])
def test_such_a_column_draws_it_in_every_layout(encode: Callable[[Any], Any]) -> None:
    national = encode(pa.array([9876543210] * 50, pa.uint64()))
    with pytest.warns(UserWarning, match="cast it to Int64"):
        assert ng.scan(pa.table({"a": national}), {"a": ng.NumberSet(["9876543210"])}).read_all().num_rows == 0


def test_who_says_that_digits_are_e164_is_not_warned() -> None:
    """Numbers of Singapore have ten digits with their country code, of which the first is a 6."""
    abroad = pa.array([6591234567 + n for n in range(100)], pa.uint64())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ng.normalize(abroad, region=None).equals(abroad)
        assert len(ng.NumberSet(abroad, region=None)) == 100


@pytest.mark.parametrize("dtype", [pa.int32(), pa.float32(), pa.uint32(), pa.bool_(), pa.binary(), pa.date32()])
def test_types_that_cannot_hold_a_number_are_refused(dtype: pa.DataType) -> None:
    for call in (ng.normalize, ng.explain, ng.extract, ng.NumberSet, ng.normalize_imei, ng.ImeiSet):
        with pytest.raises(TypeError, match=r"cast|read the column again"):
            call(pa.nulls(3, dtype))


#: A canonical number of Singapore as Spark returns it: as digits written in India it would be another person's.
SINGAPORE = pa.array([decimal.Decimal(6591234567), None], pa.decimal128(20, 0))
OF_SPARK: dict[str, Any] = {
    "arrow": SINGAPORE,
    "chunked": pa.chunked_array([SINGAPORE]),
    "dictionary": SINGAPORE.dictionary_encode(),
    "of a sum": SINGAPORE.cast(pa.decimal128(21, 0)),
    "wide": SINGAPORE.cast(pa.decimal128(37, 0)),
    "list": SINGAPORE.to_pylist(),
    "tuple": (1, decimal.Decimal(6591234567)),
    "numpy": SINGAPORE.to_numpy(zero_copy_only=False),
    "pandas": SINGAPORE.to_pandas(),
    "categories": SINGAPORE.to_pandas().astype("category"),
    "polars": pl.Series(SINGAPORE),
}


@pytest.mark.parametrize("values", OF_SPARK.values(), ids=OF_SPARK)
def test_decimals_that_may_be_canonical_are_refused(values: Any) -> None:
    for read in READS.values():
        with pytest.raises(
            UnsupportedTypeError, match=r"canonical, as what Spark returns, .*digits as written"
        ) as error:
            read(values)
        assert "65912" not in str(error.value)


@pytest.mark.parametrize("of", ["arrow", "parquet", "pandas", "batches", "categories", "index"])
def test_such_a_column_of_a_table_is_refused_where_it_is_read(of: str, tmp_path: Path) -> None:
    table = pa.table({"msisdn": SINGAPORE, "imei14": ["358240051111110", None], "a": ["9876543210", None]})
    pq.write_table(table, tmp_path / "hits.parquet")
    frame = table.to_pandas()
    source: Any = {
        "arrow": table,
        "parquet": str(tmp_path / "hits.parquet"),
        "pandas": frame,
        "batches": [frame, frame],
        "categories": frame.astype({"msisdn": "category"}),
        "index": frame.set_index("msisdn"),
    }[of]
    listed = ng.NumberSet(LISTED)
    why = "cast it to UInt64 if it is canonical, as what Spark returns, and to Int64 if it is digits as written"
    with pytest.raises(UnsupportedTypeError, match=f"column 'msisdn': .* {why}"):
        ng.scan(source, {"msisdn": listed}).read_all()
    with pytest.raises(UnsupportedTypeError, match=f"column 'msisdn': .* {why}"):
        ng.expand(["98765 43210"], source, msisdn="msisdn", at=None)
    assert int(ng.scan(source, {"a": ng.NumberSet(["98765 43210"])}).read_all()["msisdn"][0].as_py()) == 6591234567


@pytest.mark.parametrize("seeds", [{"msisdn": SINGAPORE.to_pylist()}, pa.table({"msisdn": SINGAPORE}).to_pandas()])
def test_such_seeds_are_refused(seeds: Any) -> None:
    sightings = pa.table({"served_msisdn": ["9876543210"], "imei14": ["358240051111110"]})
    with pytest.raises(UnsupportedTypeError, match="as what Spark returns"):
        ng.expand(seeds, sightings, at=None)


@pytest.mark.parametrize("values", ["9876543210", b"9876543210", {"a": 1}, ["9876543210", 5], [object()], 5])
def test_values_that_are_no_column_are_refused_without_being_quoted(values: Any) -> None:
    with pytest.raises(UnsupportedTypeError) as error:
        ng.normalize(values)
    assert "98765" not in str(error.value)
    assert error.value.__cause__ is None


@pytest.mark.parametrize(
    "empty",
    [
        [],
        pa.array([], pa.string()),
        pa.chunked_array([], pa.string()),
        pa.nulls(0),
        pl.Series([], dtype=pl.String),
        pl.Series([]),
    ],
)
def test_empty_in_empty_out(empty: Any) -> None:
    assert len(ng.normalize(empty)) == 0
    assert len(ng.explain(empty)) == 0
    assert len(ng.NumberSet(LISTED).contains(empty)) == 0
    assert len(ng.NumberSet(empty)) == 0
    assert ng.normalize(empty).type == pa.uint64()


@pytest.mark.parametrize("kind", [pa.int32(), pa.float32(), pa.bool_(), pa.list_(pa.string())])
@pytest.mark.parametrize("empty", [pa.array, pa.chunked_array])
def test_a_type_that_holds_no_number_is_refused_without_rows_too(empty: Any, kind: pa.DataType) -> None:
    column = empty([], type=kind)
    for ask in (ng.normalize, ng.explain, ng.NumberSet, ng.ImeiSet, ng.NumberSet(LISTED).contains):
        with pytest.raises(UnsupportedTypeError):
            ask(column)


@pytest.mark.parametrize(
    "column", [pl.DataFrame({"9876543210": ["x"]}), pa.array([{"9876543210": "x"}])], ids=["frame", "array"]
)
def test_the_error_of_several_columns_has_none_of_their_names(column: Any) -> None:
    for ask in (ng.normalize, ng.explain, ng.NumberSet, ng.format):
        with pytest.raises(UnsupportedTypeError, match="a column of type Struct holds no") as error:
            ask(column)
        assert "98765" not in str(error.value)


@pytest.mark.parametrize(
    "nulls", [[None] * 3, pa.nulls(3), pl.Series([None] * 3), pd.Series([None] * 3), np.array([None] * 3)]
)
def test_a_column_of_nulls(nulls: Any) -> None:
    assert plain(ng.normalize(nulls)) == [None] * 3
    assert plain(ng.normalize_imei(nulls)) == [None] * 3
    assert plain(ng.NumberSet(LISTED).contains(nulls)) == [None] * 3
    assert len(ng.NumberSet(nulls)) == 0
    assert ng.NumberSet(nulls).refused == {}


def test_text_that_is_no_utf8_is_refused() -> None:
    text = pa.StringArray.from_buffers(
        2, pa.py_buffer(np.array([0, 10, 20], np.int32)), pa.py_buffer(b"98765\xff32109876543210")
    )
    assert plain(ng.normalize(text)) == [None, 919876543210]
    assert plain(ng.explain(text))[0]["note"] == "stray_character"
    assert plain(ng.extract(text)) == [[], [919876543210]]


def test_many_rows_on_any_number_of_threads() -> None:
    cells = pa.array(CELLS * 20_000)
    listed = ng.NumberSet(LISTED)
    expected = ng.normalize(pa.array(CELLS))
    for threads in (1, 2, 3, None):
        assert ng.normalize(cells, threads=threads) == pa.concat_arrays([expected] * 20_000)
        assert listed.contains(cells, threads=threads) == pa.concat_arrays([listed.contains(CELLS)] * 20_000)
        assert listed.position(cells, threads=threads) == pa.concat_arrays([listed.position(CELLS)] * 20_000)


@pytest.mark.parametrize("arguments", [{"region": "XX"}, {"region": 91}, {"threads": 0}, {"threads": "two"}])
def test_bad_arguments_are_named(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(arguments))):
        ng.normalize(CELLS, **arguments)


def test_format_takes_keys_only() -> None:
    keys = pa.array([919876543210, None, 5], pa.uint64())
    assert plain(ng.format(keys)) == ["+919876543210", None, None]
    assert plain(ng.format(keys, "digits")) == ["919876543210", None, None]
    assert plain(ng.format(keys, "national")) == ["98765 43210", None, None]
    assert plain(ng.format(keys, style="international")) == ["+91 98765 43210", None, None]
    with pytest.raises(TypeError, match="normalise it"):
        ng.format(["9876543210"])
    with pytest.raises(ValueError, match="style"):
        ng.format(keys, "spoken")  # type: ignore[arg-type]


@pytest.mark.parametrize("style", ["e164", "digits", "national", "international"])
@pytest.mark.parametrize("kinds", ["one length", "one length and nulls", "all lengths"])
def test_long_columns_are_formatted_as_their_rows_are(style: Any, kinds: str) -> None:
    """Several tasks of threads, whose texts follow one another in one buffer that pyarrow checks."""
    mobiles = [919876543210, 919812345678, 916000000000]
    others = {"one length": [], "one length and nulls": [None], "all lengths": [None, 0, 442079460000, 911123456789, 5]}
    keys = mobiles * 5 + others[kinds]
    answers: dict[int | None, Any] = {key: ng.format(pa.array([key], pa.uint64()), style)[0].as_py() for key in keys}
    rows = np.random.default_rng(5).integers(0, len(keys), 200_000).tolist()
    column = pa.array([keys[row] for row in rows], pa.uint64())
    for threads in (1, 2):
        written = ng.format(column, style, threads=threads)
        written.validate(full=True)
        assert written.to_pylist() == [answers[keys[row]] for row in rows]


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_ctrl_c_while_a_list_is_converted_is_no_error_of_its_cells(error: type[BaseException]) -> None:
    class Interrupted:
        def __arrow_array__(self, **_: object) -> pa.Array[Any]:
            raise error

    values: Any = Interrupted()
    for read in (ng.normalize, ng.normalize_imei, ng.NumberSet, ng.ImeiSet):
        with pytest.raises(error):
            read(values)


def test_long_results_are_written_anew_where_earlier_ones_were() -> None:
    """Results of four megabytes are written where freed ones were; those of short pieces are not."""
    row = np.arange(1_100_000)
    many, other = (pa.array(np.where(row % n == 0, row, 9_000_000_000 + row)) for n in (7, 11))
    texts, keys = many.cast(pa.string()), ng.normalize(other).fill_null(919876543210)
    listed = ng.NumberSet(other.slice(0, 1000))
    held = []
    for verb, column in [
        (ng.normalize, many),
        (ng.normalize, texts),
        (ng.explain, texts),
        (ng.extract, texts),
        (listed.position, many),
        (ng.format, keys),
        (ng.region_of, keys),
    ] * 2:
        pieces = [verb(column.slice(start, 50_000)) for start in range(0, len(column), 50_000)]
        found = verb(column)
        found.validate(full=True)
        held = [*held[-1:], (found, pa.chunked_array(pieces))]
        for result, expected in held:
            assert pa.chunked_array([result]).equals(expected)


def test_a_text_of_numpy_does_not_end_at_a_nul() -> None:
    """Of two numbers the second was left out, so that the cell was certainly the first."""
    cells = ["9876543210\0 9812345678", "98765 43210"]
    arrays = [np.array(cells), np.array(cells, dtype=object), cells]
    for verb in (ng.normalize, ng.extract, ng.explain):
        first, *others = (verb(array).to_pylist() for array in arrays)
        assert others == [first] * 2
    assert ng.normalize(arrays[0]).to_pylist() == [None, 919876543210]


@pytest.mark.parametrize("kind", ["u8", ">u8", "i8", ">i8", ">f8"])
def test_buffers_and_other_byte_orders_have_the_type_of_their_integers(kind: str) -> None:
    """A buffer was read as a list of Python integers, so that E.164 digits were read by the region once more."""
    numbers = np.array([6591234567, 9876543210], kind)
    native = numbers.astype(numbers.dtype.newbyteorder("="))
    for function in (ng.normalize, lambda values: ng.explain(values).field("note"), ng.normalize_imei):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = function(native).to_pylist()
            forms = [numbers] if kind == ">f8" else [numbers, memoryview(numbers), native[::1], memoryview(native)]
            forms += [array.array("Q", native)] if kind == "u8" else []
            assert [function(form).to_pylist() for form in forms] == [expected] * len(forms)
    for wrong in (bytearray(b"98"), memoryview(b"98"), pl.LazyFrame({"n": ["9876543210"]})):
        with pytest.raises(UnsupportedTypeError):
            ng.normalize(wrong)
