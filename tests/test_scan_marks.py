"""Many lists in one pass: Python's sets are the oracle, for every kind of source; and every row, marked or not."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import numguard as ng
from numguard.cli import run
from numguard.errors import ArgumentError, InputError
from source_kinds import KINDS

NUMBERS = [f"98765{n:05}" for n in range(40)]
REVOKED, RISK, GONE = ng.NumberSet(NUMBERS[:10]), ng.NumberSet(NUMBERS[5:20]), ng.NumberSet(NUMBERS[18:19])
LISTS = {"revoked": REVOKED, "risk": RISK, "given back": GONE}
HANDSETS = {"seized": ng.ImeiSet(["35123400000001"]), "stolen": ng.ImeiSet(["35123400000001", "35123400000002"])}
SETS: dict[str, Any] = {"mobile": LISTS, "second": RISK, "imei": HANDSETS}


def customers(rows: int = 700) -> pa.Table:
    rng = np.random.default_rng(3)
    forms = ("98765{:05}", "+91 98765 {:05}", "098765{:05}", "AD-AXISBK", "")
    cells = [forms[f].format(n) for f, n in zip(rng.integers(0, 5, rows), rng.integers(0, 60, rows), strict=True)]
    return pa.table(
        {
            "id": [str(n) for n in range(rows)],
            "mobile": pa.array([None if n % 13 == 0 else cell for n, cell in enumerate(cells)], pa.string()),
            "second": cells[::-1],
            "imei": [f"3512340000000{n}0" for n in rng.integers(0, 6, rows)],
        }
    )


CUSTOMERS = customers()


def marked(table: pa.Table, sets: dict[str, Any] = SETS, *, all_rows: bool = False) -> list[dict[str, Any]]:
    """Each hit row, or each row, with what matched, the slow and obvious way."""
    rows = table.to_pylist()
    for column, members in sets.items():
        lists = members if isinstance(members, dict) else {"": members}
        of_handsets = isinstance(next(iter(lists.values())), ng.ImeiSet)
        keys = (ng.normalize_imei if of_handsets else ng.normalize)(table[column]).to_pylist()
        held = {name: set(one.to_array().to_pylist()) for name, one in lists.items()}
        for row, key in zip(rows, keys, strict=True):
            on = [name for name, numbers in held.items() if key in numbers]
            row[f"{column}_match"] = key if on else None
            if members is lists:
                row[f"{column}_lists"] = on or None
    return [row for row in rows if all_rows or any(row[f"{column}_match"] is not None for column in sets)]


def plain(table: pa.Table) -> list[dict[str, Any]]:
    rows = table.to_pylist()
    return [{name: cell if cell != "" else None for name, cell in row.items()} for row in rows]


@pytest.mark.parametrize("all_rows", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_source_gives_the_names_of_the_lists(kind: str, all_rows: bool, tmp_path: Path) -> None:
    found = ng.scan(KINDS[kind](tmp_path, CUSTOMERS), SETS, all_rows=all_rows)
    got = found.read_all()
    want = marked(CUSTOMERS, all_rows=all_rows)
    assert plain(got) == plain(pa.Table.from_pylist(want, got.schema))
    assert got.schema.names == [
        *CUSTOMERS.schema.names, "mobile_match", "mobile_lists", "second_match", "imei_match", "imei_lists"
    ]  # fmt: skip
    assert got.schema.field("mobile_lists").type == pa.list_(pa.string())
    hits = marked(CUSTOMERS)
    counts = {name: sum(name in (row["mobile_lists"] or ()) for row in hits) for name in LISTS}
    assert found.summary.hits_by_list["mobile"] == counts
    assert list(found.summary.hits_by_list) == ["mobile", "imei"]
    assert (found.summary.rows, found.summary.hits) == (len(CUSTOMERS), len(hits))


@given(
    lists=st.lists(st.sets(st.integers(0, 39)), min_size=1, max_size=5),
    cells=st.lists(st.integers(0, 59) | st.none(), max_size=60),
    all_rows=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_any_lists_mark_as_python_sets_do(lists: list[set[int]], cells: list[int | None], all_rows: bool) -> None:
    sets = {f"list {n}": ng.NumberSet([f"98765{one:05}" for one in sorted(held)]) for n, held in enumerate(lists)}
    table = pa.table({"m": pa.array([None if n is None else f"98765{n:05}" for n in cells], pa.string())})
    got = ng.scan(table, {"m": sets}, all_rows=all_rows).read_all().to_pylist()
    assert got == marked(table, {"m": sets}, all_rows=all_rows)


def test_a_match_is_that_of_the_union() -> None:
    union = REVOKED | RISK | GONE
    many = ng.scan(CUSTOMERS, {"mobile": LISTS}).read_all()
    one = ng.scan(CUSTOMERS, {"mobile": union}).read_all()
    assert many.drop_columns(["mobile_lists"]).equals(one)


def test_files_of_other_columns_are_taken_by_name_when_every_row_comes_out(tmp_path: Path) -> None:
    pq.write_table(CUSTOMERS, tmp_path / "a.parquet")
    pq.write_table(CUSTOMERS.select(["imei", "second", "mobile", "id"]), tmp_path / "b.parquet")
    got = ng.scan(str(tmp_path / "*.parquet"), {"mobile": LISTS}, all_rows=True).read_all()
    assert got["id"].to_pylist() == CUSTOMERS["id"].to_pylist() * 2
    pq.write_table(CUSTOMERS.append_column("more", CUSTOMERS["id"]), tmp_path / "b.parquet")
    with pytest.raises(InputError, match="more"):
        ng.scan(str(tmp_path / "*.parquet"), {"mobile": LISTS}, all_rows=True).read_all()


def test_columns_and_directories_stand_where_they_stand_in_a_scan_of_one_list(tmp_path: Path) -> None:
    (tmp_path / "day=2026-09-01").mkdir()
    pq.write_table(CUSTOMERS, tmp_path / "day=2026-09-01" / "a.parquet")
    for columns in (None, ["id"], ["day", "id"]):
        one = ng.scan(str(tmp_path), {"mobile": REVOKED}, columns=columns).schema.names
        for all_rows in (False, True):
            many = ng.scan(str(tmp_path), {"mobile": {"revoked": REVOKED}}, columns=columns, all_rows=all_rows)
            assert many.schema.names == [*one, "mobile_lists"]
            assert many.read_all().schema == many.schema


@pytest.mark.parametrize(
    ("sets", "message"),
    [
        ({"mobile": {}}, "at least one list"),
        ({"mobile": {"a": REVOKED, "b": HANDSETS["stolen"]}}, "all of numbers or all of handsets"),
        ({"mobile": {"a": {"98765"}}}, "not set"),
        ({"mobile": {"a;b": REVOKED}}, "a name without ;"),
        ({"mobile": {"": REVOKED}}, "takes a name"),
        ({"mobile": {"a\nb": REVOKED}}, "takes a name"),
        ({"mobile": {1: REVOKED}}, "takes a name"),
    ],
)
def test_what_are_no_lists_is_refused(sets: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        ng.scan(CUSTOMERS, sets)


def test_every_row_goes_with_nothing_that_leaves_rows_out() -> None:
    with pytest.raises(ArgumentError, match="all_rows"):
        ng.scan(CUSTOMERS, {"mobile": REVOKED}, all_rows=True, limit=3)
    dates = (["98765 00001"], ["2026-01-01"])
    with pytest.raises(ArgumentError, match="all_rows"):
        ng.scan(CUSTOMERS, {"second": RISK}, at="id", since={"second": dates}, all_rows=True)
    with pytest.raises(ArgumentError, match="several lists"):
        ng.scan(CUSTOMERS, {"mobile": LISTS}, at="id", since={"mobile": dates})
    with pytest.raises(ArgumentError, match="mobile_lists"):
        ng.scan(CUSTOMERS.append_column("mobile_lists", CUSTOMERS["id"]), {"mobile": LISTS})


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl", "parquet"])
def test_what_holds_no_lists_has_them_as_one_text(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"hits.{ending}"
    ng.scan(CUSTOMERS, {"mobile": LISTS}, columns=["id"]).write(path)
    want = [row["mobile_lists"] for row in marked(CUSTOMERS, {"mobile": LISTS})]
    if ending == "csv":
        with path.open(newline="") as file:
            assert [row["mobile_lists"] for row in csv.DictReader(file)] == [";".join(on) for on in want]
    elif ending == "jsonl":
        assert [json.loads(line)["mobile_lists"] for line in path.read_text().splitlines()] == want
    elif ending == "parquet":
        assert pq.read_table(path)["mobile_lists"].to_pylist() == want


# The command line ------------------------------------------------------------------------------------------------


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with customers, a list of revoked numbers, one of risks, and the change that releases one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "customers.csv").write_text("id,mobile\n1,98765 00001\n2,98765 00007\n3,91234 56789\n4,98765O0001\n")
    (tmp_path / "mnrl.json").write_text('{"status":200,"payload":[{"n":"9876500001"},{"n":"9876500007"}]}')
    (tmp_path / "risk.csv").write_text("number\n9876500007\n")
    (tmp_path / "back.csv").write_text("msisdn,action\n9876500001,release\n9876500007,block\n")
    return tmp_path


NAMED = ("scan", "customers.csv", "--list", "revoked=mnrl.json", "--list", "risk=risk.csv", "-c", "mobile")


def test_lists_by_name_and_every_row(bank: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run([*NAMED, "-o", "all.csv", "--all-rows", "--json"]) == 0
    with (bank / "all.csv").open(newline="") as file:
        written = [(row["id"], row["mobile_match"], row["mobile_lists"]) for row in csv.DictReader(file)]
    marks = [("1", "919876500001", "revoked"), ("2", "919876500007", "revoked;risk"), ("3", "", ""), ("4", "", "")]
    assert written == marks
    out, error = capfd.readouterr()
    assert json.loads(out)["hits_by_list"] == {"mobile": {"revoked": 2, "risk": 1}}
    assert "mnrl.json: 2 numbers" in error
    assert run([*NAMED]) == 0
    out, error = capfd.readouterr()
    assert [line.rpartition(",")[2] for line in out.splitlines()] == ['"mobile_lists"', '"revoked"', '"revoked;risk"']
    assert "    revoked: 2 rows\n    risk: 1 row\n" in error


def test_an_exception_is_never_marked_and_is_what_is_released(bank: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for call in (NAMED, ("scan", "customers.csv", "--numbers", "mnrl.json", "-c", "mobile")):
        assert run([*call, "--except", "back.csv"]) == 0
        out, _ = capfd.readouterr()
        assert [line.split(",")[0] for line in out.splitlines()] == ['"id"', '"2"']
        assert ("mobile_lists" in out) == (call is NAMED)


@pytest.mark.parametrize(
    "wrong",
    [
        ["--list", "revoked"],
        ["--list", "=mnrl.json", "-c", "mobile"],
        ["--list", "a=mnrl.json", "--list", "a=risk.csv", "-c", "mobile"],
        ["--list", "a=mnrl.json"],
        ["--list", "a=mnrl.json", "--numbers", "risk.csv", "-c", "mobile"],
        ["--except", "risk.csv"],
        ["--list", "a=mnrl.json", "-c", "mobile", "--since", "first_reported", "--at", "id"],
        ["--list", "a=mnrl.json", "-c", "mobile", "--all-rows", "--limit", "1"],
        ["--list", "a=mnrl.json", "-c", "mobile", "-o", "mnrl.json"],
    ],
)
def test_wrong_calls_are_usage(wrong: list[str], bank: Path) -> None:
    assert run(["scan", "customers.csv", *wrong]) == 2


@pytest.mark.parametrize("how", [{}, {"all_rows": True}, {"region_column": "region"}])
def test_a_dictionary_of_other_values_than_text(tmp_path: Path, how: dict[str, Any]) -> None:
    table = pa.table({"a": [f"98765{n:05}" for n in range(70)], "region": ["IN"] * 70})
    kinds = {"n": pa.int64(), "day": pa.date32(), "part": pa.float64(), "word": pa.string(), "raw": pa.binary()}
    for name, kind in kinds.items():
        cells = pa.array([n % 5 for n in range(70)], pa.int32())
        cells = cells.cast(pa.string()).cast(kind) if name == "raw" else cells.cast(kind)
        table = table.append_column(name, cells.dictionary_encode())
    pq.write_table(table, tmp_path / "t.parquet", row_group_size=20)
    found = ng.scan(tmp_path / "t.parquet", {"a": REVOKED}, **how).read_all()
    rows = list(range(70 if "all_rows" in how else 10))
    assert found.drop_columns(["a_match"]).to_pylist() == table.take(rows).to_pylist()
