"""Who stands in several sources: equal to DuckDB's answer, with every row as proof, and all others accounted for."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import numguard as ng
from numguard.cli import run
from numguard.errors import ArgumentError, ColumnError, FileMissingError, InputError, UnsupportedTypeError

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
FIRST = 919876543210


def dump(rows: list[tuple[int | None, int]]) -> pa.Table:
    return pa.table(
        {
            "served_msisdn": pa.array([None if n is None else FIRST + n for n, _ in rows], pa.uint64()),
            "imei14": pa.array([None if n is None else 35824005111100 + n for n, _ in rows], pa.uint64()),
            "at": pa.array([NOON + timedelta(minutes=minute) for _, minute in rows], pa.timestamp("us", "UTC")),
        }
    )


def of_duckdb(dumps: list[pa.Table], at_least: int, column: str) -> list[dict[str, Any]]:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'Asia/Kolkata'")
    for n, table in enumerate(dumps):
        connection.register(f"dump{n}", table)
    every = " UNION ALL ".join(f'SELECT {n} n, {column} k, "at" t FROM dump{n}' for n in range(len(dumps)))
    rows = connection.execute(
        f"SELECT k, count(DISTINCT n) s, list(DISTINCT n ORDER BY n), count(*), min(t), max(t) FROM ({every}) "
        f"WHERE k IS NOT NULL GROUP BY k HAVING s >= {at_least} ORDER BY s DESC, k"
    ).fetchall()
    names = ("key", "sources", "names", "rows", "first_seen", "last_seen")
    return [dict(zip(names, (k, s, [f"source {n + 1}" for n in ns], *rest), strict=True)) for k, s, ns, *rest in rows]


DUMPS = st.lists(
    st.lists(st.tuples(st.none() | st.integers(0, 12), st.integers(0, 50)), max_size=15), min_size=1, max_size=6
)


@settings(max_examples=120, deadline=None)
@given(DUMPS, st.integers(1, 6), st.sampled_from([("msisdn", "served_msisdn"), ("imei14", "imei14")]))
def test_as_duckdb(rows: list[Any], at_least: int, by: Any) -> None:
    dumps, at_least = [dump(one) for one in rows], min(at_least, len(rows))
    found = ng.common(dumps, at_least=at_least, by=by[0])
    assert found.table.to_pylist() == of_duckdb(dumps, at_least, by[1])
    assert found.proof.num_rows == sum(found.table["rows"].to_pylist())
    for proof in found.proof.to_pylist():
        table = dumps[int(proof["source"].split()[1]) - 1]
        row = table.slice(proof["row"] - 1, 1).to_pylist()[0]
        assert (row[by[1]], row["at"]) == (proof["key"], proof["at"])
    empty = sum(one[0] is None for each in rows for one in each)
    account = {
        "rows_read": sum(map(len, rows)),
        "rows_refused": empty,
        "refused_rows": {"empty": empty} if empty else {},
    }
    assert {name: found.account[name] for name in account} == account


def test_twenty_dumps_of_any_depth() -> None:
    random = Random(20)
    dumps = [dump([(random.randrange(400), k) for k in range(150)]) for _ in range(20)]
    for at_least in (1, 2, 7, 13, 19, 20):
        assert ng.common(dumps, at_least=at_least).table.to_pylist() == of_duckdb(dumps, at_least, "served_msisdn")


ROWS = [[(1, 5), (2, 6), (1, 7)], [(2, 1), (3, 2)], [(1, 9), (3, 9), (2, 1)]]


def test_any_source(tmp_path: Path) -> None:
    dumps = [dump(rows) for rows in ROWS]
    expected = ng.common(dumps).table
    assert expected["sources"].to_pylist() == [3, 2, 2]
    for n, table in enumerate(dumps):
        pq.write_table(table, tmp_path / f"{n}.parquet")
    sources: list[Any] = [
        [str(tmp_path / f"{n}.parquet") for n in range(3)],
        [ds.dataset(str(tmp_path / f"{n}.parquet")) for n in range(3)],
        [table.to_reader(max_chunksize=1) for table in dumps],
        [table.to_batches(max_chunksize=2) for table in dumps],
        [dumps[0], dumps[1].to_reader(), tmp_path / "2.parquet"],
    ]
    keep = ["key", "sources", "rows", "first_seen", "last_seen"]
    for source in sources:
        found = ng.common(source)
        assert found.table.select(keep) == expected.select(keep)
        assert found.proof["row"].to_pylist() == ng.common(dumps).proof["row"].to_pylist()
    files = ng.common(f"{tmp_path}/*.parquet")
    assert files.proof["file"].to_pylist()[0] == str(tmp_path / "0.parquet")
    assert files.table["names"].to_pylist()[0] == [str(tmp_path / f"{n}.parquet") for n in range(3)]
    named = ng.common({"bank": dumps[0], "house": dumps[1]})
    assert named.table["names"].to_pylist() == [["bank", "house"]]
    assert repr(named) == "<Common of 2 sources: 1 stand in at least 2>"
    assert pa.table(named) == named.table


def test_operator_files_say_their_own_lines(tmp_path: Path) -> None:
    for n, other in enumerate(("9812345678", "9812345678", "9700012345")):
        (tmp_path / f"tower{n}.csv").write_text(
            "Tower dump\n\nTarget No,Call Type,B Party No,Date,Time,Dur(s),IMEI\n"
            f"{other},OUT,1930,01/09/2026,10:00:00,1,358240051111110\n"
            f"9876543210,OUT,1930,01/09/2026,10:0{n}:00,1,490154203237510\n"
            "9876543210,OUT,1930,01/09/26,10:00:00,1,490154203237510\n"
        )
    files = [ng.read_cdr(tmp_path / f"tower{n}.csv") for n in range(3)]
    found = ng.common(files, at_least=3)
    assert found.table["key"].to_pylist() == [919876543210]
    assert found.proof.select(["file", "row"]).to_pylist() == [
        {"file": str(tmp_path / f"tower{n}.csv"), "row": 5} for n in range(3)
    ]
    assert found.table["names"].to_pylist() == [[str(tmp_path / f"tower{n}.csv") for n in range(3)]]


def test_what_cannot_be_read_is_counted_and_named() -> None:
    one = pa.table({"served_msisdn": ["9876543210", "9876543", "", "AD-HDFCBK"], "imei14": ["0" * 15] * 4})
    found = ng.common([one, one.slice(0, 2)], list_refused=True)
    assert found.account["refused_rows"] == {"too_short": 2, "empty": 1, "sender_id": 1}
    assert found.account["rows_used"] == 2
    assert found.refused_rows.select(["row", "note"]).to_pylist() == [
        {"row": 2, "note": "too_short"},
        {"row": 3, "note": "empty"},
        {"row": 4, "note": "sender_id"},
        {"row": 2, "note": "too_short"},
    ]
    with pytest.raises(InputError, match="too_short 2"):
        ng.common([one, one.slice(0)], strict=True)
    # An IMEI that many phones report is no handset that two towers share.
    assert len(ng.common([one, one.slice(0)], by="imei14")) == 0


def test_bad_calls(tmp_path: Path) -> None:
    one = dump(ROWS[0])
    both = [one, one.slice(0)]
    pq.write_table(one, tmp_path / "a.parquet")
    for sources, how in (
        ([one], {}),
        ([], {}),
        (both, {"at_least": 0}),
        (both, {"at_least": True}),
        (both, {"by": "imsi"}),
        (both, {"msisdn": 3}),
        (7, {}),
        ([tmp_path / "a.parquet", f"{tmp_path}/../{tmp_path.name}/a.parquet"], {}),
    ):
        with pytest.raises(ArgumentError):
            ng.common(sources, **how)  # type: ignore[arg-type]
    with pytest.raises(ColumnError, match="no column 'a_party'"):
        ng.common(both, msisdn="a_party")
    with pytest.raises(ColumnError, match="no column 'handset'"):  # also where no handset is looked for
        ng.common(both, imei="handset")
    for other in (one.slice(0), dump([(7, 1)])):  # also where no number is common, so that no time is read
        with pytest.raises(ColumnError, match="no column 'moment'"):
            ng.common([one, other], at="moment")
    with pytest.raises(UnsupportedTypeError, match="'at'"):
        ng.common([table.set_column(2, "at", pa.array(["now"] * 3)) for table in both])
    with pytest.raises(FileMissingError):
        ng.common([tmp_path / "b.parquet", tmp_path / "a.parquet"])


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for n, rows in enumerate(ROWS):
        pq.write_table(dump(rows), tmp_path / f"{n}.parquet")
    out, proof, refused = tmp_path / "out.csv", tmp_path / "proof.csv", tmp_path / "refused.csv"
    asked = ["common", f"{tmp_path}/*.parquet", "--at-least", "3", "-o", str(out)]
    assert run([*asked, "--proof", str(proof), "--refused", str(refused)]) == 0
    assert "1 number stands in at least 3 of 3 files" in capsys.readouterr().err
    rows = pa_csv.read_csv(out).to_pylist()
    assert (rows[0]["msisdn"], rows[0]["names"].count("; ")) == (FIRST + 2, 2)
    assert len(proof.read_text().splitlines()) == 4
    assert len(refused.read_text().splitlines()) == 1
    assert run([*asked, "--by", "imei14", "--json"]) == 0
    assert '"found": 1' in capsys.readouterr().out
    assert out.read_text().splitlines()[1].startswith('"35824005111102"')
    assert run(["common", str(tmp_path / "0.parquet"), str(tmp_path / "0.parquet")]) == 2
    assert run(["common", str(tmp_path / "0.parquet"), "-o", str(tmp_path / "0.parquet")]) == 2


def test_makers_and_models_beside_handsets(tmp_path: Path) -> None:
    for n, rows in enumerate(ROWS):
        pq.write_table(dump(rows), tmp_path / f"{n}.parquet")
    tacs, out, refused = tmp_path / "tacs.csv", tmp_path / "out.csv", tmp_path / "refused.csv"
    tacs.write_text("TAC,Maker,Model\n35824005,Acme,One\n3582,Acme,Two\n")
    asked = ["common", f"{tmp_path}/*.parquet", "--tac", str(tacs), "-o", str(out)]
    assert run([*asked, "--by", "imei14", "--refused", str(refused)]) == 0
    assert out.read_text().splitlines()[1].startswith('"35824005111102","Acme","One",3')
    assert refused.read_text().splitlines()[1].endswith('tacs.csv",3,"too_short"')
    assert run(asked) == 2
    assert run(["report", str(tmp_path / "a.html"), "--registry", "none.db", "--refused", str(refused)]) == 2


def by_hand(dumps: list[list[tuple[int, int]]]) -> dict[int, set[int]]:
    where: dict[int, set[int]] = defaultdict(set)
    for n, rows in enumerate(dumps):
        for number, _ in rows:
            where[number].add(n)
    return where


@settings(max_examples=60, deadline=None)
@given(DUMPS.map(lambda dumps: [[row for row in rows if row[0] is not None] for rows in dumps]))
def test_each_depth_holds_the_next(dumps: Any) -> None:
    where = by_hand(dumps)
    for at_least in range(1, len(dumps) + 1):
        found = ng.common([dump(rows) for rows in dumps], at_least=at_least)
        assert set(found.table["key"].to_pylist()) == {FIRST + n for n, i in where.items() if len(i) >= at_least}
