"""Expressions in an engine: what each cell is answered is what the arrays of the face are answered."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.adapters import spark
from numguard.adapters.spark.engine import F
from numguard.adapters.spark.keys import CANONICAL
from numguard.errors import ArgumentError, EngineError, FileMissingError

VECTORS = Path(__file__).parents[1] / "vectors"


def cells_of(name: str) -> list[str | None]:
    with (VECTORS / name).open(encoding="utf-8", newline="") as file:
        cells = [row["cell"] for row in csv.DictReader(file)]
    return [*(cell for cell in cells if "\x00" not in cell), None]


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    return int(value) if isinstance(value, Decimal) else value


def asked(session: Any, cells: pa.Array, expression: Any) -> list[Any]:
    frame = session.createDataFrame(pa.table({"n": pa.array(range(len(cells))), "cell": cells}))
    rows = frame.select("n", expression.alias("answer")).toArrow().to_pylist()
    return [plain(row["answer"]) for row in sorted(rows, key=lambda row: row["n"])]


def test_every_cell_is_answered_as_in_an_array(session: Any) -> None:
    cells, imeis = (pa.array(cells_of(name), pa.string()) for name in ("msisdn.csv", "imei.csv"))
    listed = ng.NumberSet(ng.normalize(cells).drop_null()[::3])
    handsets = ng.ImeiSet(ng.normalize_imei(imeis).drop_null()[::3])
    assert asked(session, cells, spark.normalize("cell")) == ng.normalize(cells).to_pylist()
    assert asked(session, cells, spark.contains("cell", listed)) == listed.contains(cells).to_pylist()
    assert asked(session, imeis, spark.contains("cell", handsets)) == handsets.contains(imeis).to_pylist()
    assert asked(session, cells, spark.explain("cell")) == ng.explain(cells).to_pylist()
    assert asked(session, imeis, spark.normalize_imei("cell")) == ng.normalize_imei(imeis).to_pylist()
    assert asked(session, imeis, spark.explain_imei("cell")) == ng.explain_imei(imeis).to_pylist()


@pytest.mark.filterwarnings("ignore:UInt64 is taken for E.164")  # Sail's workers are in this process
def test_types_decide_what_is_read(session: Any) -> None:
    numbers = [6_591_234_567, 9_876_543_210, None]
    written, canonical = pa.array(numbers), pa.array(numbers).cast(CANONICAL)
    assert asked(session, written, spark.normalize("cell")) == [916_591_234_567, 919_876_543_210, None]
    assert asked(session, canonical, spark.normalize("cell")) == numbers
    listed = ng.NumberSet(pa.array([6_591_234_567], pa.uint64()))
    assert asked(session, written, spark.contains("cell", listed)) == [False, False, None]
    assert asked(session, canonical, spark.contains("cell", listed)) == [True, False, None]


@pytest.mark.filterwarnings("ignore:UInt64 is taken for E.164")
def test_uint64_of_a_file_is_canonical(session: Any, tmp_path: Path) -> None:
    numbers = [6_591_234_567, 919_876_543_210, None]
    pq.write_table(pa.table({"n": range(3), "cell": pa.array(numbers, pa.uint64())}), tmp_path / "keys.parquet")
    frame = session.read.parquet(str(tmp_path / "keys.parquet"))
    listed = ng.NumberSet(pa.array(numbers[:1], pa.uint64()))
    asked_of = frame.select("n", spark.normalize("cell"), spark.contains("cell", listed))
    rows = sorted(asked_of.toArrow().to_pylist(), key=lambda row: row["n"])
    assert [plain(row["numguard_normalize"]) for row in rows] == numbers
    assert [row["numguard_contains"] for row in rows] == [True, False, None]
    hits = spark.scan(frame, {"cell": listed})
    assert {"cell": "decimal(20,0)", "n": "bigint"}.items() <= dict(hits.dtypes).items()
    found = hits.toArrow().to_pylist()
    assert [(int(row["cell"]), int(row["cell_match"])) for row in found] == [(6_591_234_567, 6_591_234_567)]
    assert spark.scan(hits.drop("cell_match"), {"cell": listed}).count() == 1


def test_uint64_inside_a_list_is_no_digits_as_written(session: Any, engine: str, tmp_path: Path) -> None:
    numbers = pa.array([[6_591_234_567]], pa.list_(pa.uint64()))
    pq.write_table(pa.table({"cell": ["9876543210"], "named": numbers}), tmp_path / "named.parquet")
    frame, listed = session.read.parquet(str(tmp_path / "named.parquet")), ng.NumberSet(["9876543210"])
    assert spark.scan(frame, {"cell": listed}, columns=["cell"]).count() == 1
    if engine == "sail":  # the others show decimals
        with pytest.raises(Exception, match="uint64 inside lists"):
            spark.scan(frame, {"cell": listed}).toArrow()


def test_region_reaches_the_workers(session: Any) -> None:
    cells = pa.array(["919876543210", "9876543210"])
    want = ng.normalize(cells, region=None).to_pylist()
    assert want != ng.normalize(cells).to_pylist()
    assert asked(session, cells, spark.normalize("cell", region=None)) == want


def test_what_is_normalised_joins_and_groups(session: Any) -> None:
    calls = session.createDataFrame(pa.table({"a": ["+91 98765 43210", "09876543210", "1930"]}))
    counted = calls.groupBy(spark.normalize("a").alias("number")).count().toArrow().to_pylist()
    assert {plain(row["number"]): row["count"] for row in counted} == {919_876_543_210: 2, None: 1}
    again = calls.select(spark.normalize(spark.normalize("a")).alias("number")).toArrow()["number"].to_pylist()
    assert sorted(map(plain, filter(None, again))) == [919_876_543_210] * 2


def test_an_invalid_expression_is_refused_before_anything_runs(
    session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ArgumentError, match="region"):
        spark.normalize("a", region="XX")
    numbers = pa.array(np.random.default_rng(1).integers(916_000_000_000, 919_999_999_999, 200_000), pa.uint64())
    ng.NumberSet(numbers).save(tmp_path / "listed.ngset")
    listed = ng.NumberSet.open(tmp_path / "listed.ngset")
    frame = session.createDataFrame(pa.table({"a": [str(numbers[0]), "98123 00000"]}))
    assert frame.select(spark.contains("a", listed).alias("x")).toArrow()["x"].to_pylist() == [True, False]
    (tmp_path / "listed.ngset").rename(tmp_path / "moved.ngset")
    lost = ng.NumberSet.open(tmp_path / "moved.ngset")
    (tmp_path / "moved.ngset").unlink()
    with pytest.raises(FileMissingError, match="on a worker"):
        spark.contains("a", lost)
    monkeypatch.setattr(type(session), "version", property(lambda _: "3.5.8"))
    for call in (
        lambda: spark.explain("a"),
        lambda: spark.scan(frame, {"a": listed}),
        lambda: spark.scan_files(session, tmp_path, {"a": listed}),
        lambda: spark.expand(["98123 00000"], frame, msisdn="a", imei="a"),
    ):
        with pytest.raises(EngineError, match=r"the engine is 3\.5\.8, and 4\.0 is the oldest"):
            call()


def test_what_is_no_set_is_an_error(session: Any) -> None:
    with pytest.raises(ArgumentError, match="takes a NumberSet"):
        spark.contains("a", ["98765 43210"])  # type: ignore[arg-type]
    frame = session.createDataFrame(pa.table({"short": pa.array([1], pa.int32())}))
    with pytest.raises(Exception, match=r"holds no number: cast it .*, for it is int") as caught:
        frame.select(spark.normalize("short").alias("x")).toArrow()
    assert "Traceback" not in str(caught.value)
    summed = frame.select((F.lit(6_591_234_567).cast("decimal(20,0)") + 1).alias("x"))
    with pytest.raises(Exception, match=r"or to decimal\(20,0\) if it is canonical, for it is decimal\(21,0\)"):
        summed.select(spark.normalize("x")).toArrow()


def test_a_text_is_the_name_of_a_column_as_in_scan(session: Any) -> None:
    table = pa.table({"a.b": ["9876543210"], "a": [{"b": "9123456789"}], "c`d": ["9123456789"]})
    names = {"a.b": 919_876_543_210, "c`d": 919_123_456_789}
    answers = [spark.normalize(name).alias(f"n{at}") for at, name in enumerate(names)]
    row = session.createDataFrame(table).select(*answers, spark.normalize(F.col("a.b")).alias("field")).toArrow()
    assert plain(row.to_pylist()[0]) == {"n0": names["a.b"], "n1": names["c`d"], "field": 919_123_456_789}
