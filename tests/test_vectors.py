"""The table of truth, asked from Python: the rows of `tests/vectors/` that the Rust tests read too."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import numguard as ng
from numguard import _core

VECTORS = Path(__file__).parent / "vectors"
LAYOUTS = [pa.string(), pa.large_string(), pa.string_view()]


def rows(name: str) -> list[dict[str, str]]:
    with (VECTORS / name).open(newline="", encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    assert found
    return found


def unescape(text: str) -> str:
    plain = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\"}
    return re.sub(
        r"\\(?:u\{([0-9A-Fa-f]+)\}|(.))",
        lambda found: chr(int(found[1], 16)) if found[1] else plain[found[2]],
        text,
        flags=re.DOTALL,
    )


def by_region(name: str) -> dict[str | None, list[dict[str, str]]]:
    found: dict[str | None, list[dict[str, str]]] = {}
    for row in rows(name):
        found.setdefault(row["region"] or None, []).append(row)
    return found


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_numbers_of_all_regions(layout: pa.DataType) -> None:
    table = [row for row in rows("msisdn.csv") if row["region"] not in {"", "IN"}]
    assert len({row["region"] for row in table}) > 20
    cells = pa.array([unescape(row["cell"]) for row in table], layout)
    regions = pa.array([None if row["region"] == "?" else row["region"] for row in table])
    assert ng.explain(cells, region=regions).to_pylist() == [expected_of(row, "msisdn", "kind") for row in table]
    for region in {row["region"] for row in table} - {"?"}:
        own = [row for row in table if row["region"] == region]
        one = ng.explain([unescape(row["cell"]) for row in own], region=region)
        assert one.to_pylist() == [expected_of(row, "msisdn", "kind") for row in own]


def expected_of(row: dict[str, str], key: str, kind: str) -> dict[str, Any]:
    return {key: int(row[key]) if row[key] else None, kind: row[kind] or None, "note": row["note"] or None}


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@pytest.mark.parametrize("region", ["IN", None])
def test_written_numbers(region: Any, layout: pa.DataType) -> None:
    table = by_region("msisdn.csv")[region]
    assert len(table) >= 50
    cells = pa.array([unescape(row["cell"]) for row in table], layout)
    expected = [expected_of(row, "msisdn", "kind") for row in table]
    explained = ng.explain(cells, region=region)
    assert [(row["cell"], cell) for row, cell in zip(table, explained.to_pylist(), strict=True)] == [
        (row["cell"], cell) for row, cell in zip(table, expected, strict=True)
    ]
    keys = [cell["msisdn"] for cell in expected]
    assert ng.normalize(cells, region=region).to_pylist() == keys
    everything = ng.NumberSet(cells, region=region)
    assert everything.to_array().to_pylist() == sorted({key for key in keys if key})
    assert everything.contains(cells, region=region).to_pylist() == [key and True for key in keys]
    refused = [cell["note"] for cell in expected if cell["msisdn"] is None]
    assert everything.refused == {note: refused.count(note) for note in set(refused)}


@pytest.mark.parametrize("region", ["IN", None])
def test_numbers_in_text(region: Any) -> None:
    table = by_region("extract.csv").get(region, [])
    cells = pa.array([unescape(row["cell"]) for row in table], pa.string())
    expected = [[int(number) for number in row["numbers"].split()] for row in table]
    assert ng.extract(cells, region=region).to_pylist() == expected


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_numbers_that_complaints_name(layout: pa.DataType) -> None:
    table = rows("mentions.csv")
    cells = pa.array([unescape(row["cell"]) for row in table], layout)
    expected = [
        {
            "numbers": [int(number) for number in row["numbers"].split()],
            "doubt": row["doubt"] or None,
            "rest": row["rest"] or None,
        }
        for row in table
    ]
    assert _core.mentions(cells, region=[row["region"] for row in table]).to_pylist() == expected


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_written_handsets(layout: pa.DataType) -> None:
    table = rows("imei.csv")
    cells = pa.array([unescape(row["cell"]) for row in table], layout)
    expected = [expected_of(row, "imei14", "form") for row in table]
    assert ng.explain_imei(cells).to_pylist() == expected
    assert ng.normalize_imei(cells).to_pylist() == [cell["imei14"] for cell in expected]


TYPES: dict[str, tuple[Any, Any]] = {
    "uint64": (pa.uint64(), int),
    "int64": (pa.int64(), int),
    "float64": (pa.float64(), float),
}


@pytest.mark.filterwarnings("ignore:UInt64 is taken")
@pytest.mark.parametrize("of", TYPES)
def test_numbers_that_are_no_text(of: str) -> None:
    dtype, read = TYPES[of]
    table = [row for row in rows("typed.csv") if row["type"] == of]
    assert table
    for row in table:
        cell = pa.array([read(row["value"])], dtype)
        region: Any = row["region"] or None
        assert ng.explain(cell, region=region).to_pylist() == [expected_of(row, "msisdn", "kind")], row
        assert ng.normalize(cell, region=region).to_pylist() == [expected_of(row, "msisdn", "kind")["msisdn"]], row


@pytest.mark.parametrize("of", TYPES)
def test_handsets_that_are_no_text(of: str) -> None:
    dtype, read = TYPES[of]
    table = [row for row in rows("typed_imei.csv") if row["type"] == of]
    assert table
    cells = pa.array([read(row["value"]) for row in table], dtype)
    assert ng.explain_imei(cells).to_pylist() == [expected_of(row, "imei14", "form") for row in table]


def test_numbers_written_out() -> None:
    table = rows("format.csv")
    keys = pa.array([int(row["msisdn"]) for row in table], pa.uint64())
    for style in ("e164", "digits", "national", "international"):
        assert ng.format(keys, style).to_pylist() == [row[style] or None for row in table]


def test_the_examples_of_every_country() -> None:
    table = rows("example_numbers.csv")
    differences = {row["e164"]: row for row in rows("example_differences.csv")}
    explained = ng.explain(pa.array([row["written"] for row in table])).to_pylist()
    for row, cell in zip(table, explained, strict=True):
        if row["e164"] in differences:
            assert cell["note"] == differences[row["e164"]]["note"]
        else:
            assert cell["msisdn"] == int(row["e164"].removeprefix("+")), row


@pytest.mark.filterwarnings("ignore:UInt64 is taken")
def test_what_was_read_is_never_read_again() -> None:
    for name in ("msisdn.csv", "example_numbers.csv"):
        cells = pa.array([unescape(row.get("cell") or row.get("written") or "") for row in rows(name)])
        for region in ("IN", None):
            keys = ng.normalize(cells, region=region)  # type: ignore[arg-type]
            some = ng.NumberSet(keys.slice(0, len(keys) // 2))
            assert ng.normalize(keys) == keys
            assert some.contains(keys) == some.contains(cells, region=region)  # type: ignore[arg-type]
            again = ng.normalize(ng.format(keys), region=region)  # type: ignore[arg-type]
            assert again == keys
