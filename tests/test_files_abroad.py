"""Numbers of other countries, and handsets whose first digit is 0, in files of text: read again they are the same."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import numguard as ng
from numguard.cli import run
from numguard.compute import as_text
from numguard.files import Style, write_csv
from numguard.number_list import read_numbers
from numguard.source import open_source

CELLS = ["+65 9123 4567", "9876543210", "", "+960 771 2345", "+65 9123 4568", "98123 45678", "x", "+1 212 555 0123"]


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f'{k},"{cell}"\n' for k, cell in enumerate(CELLS))
    Path("c.csv").write_text(f"id,phone\n{rows}")
    Path("l.csv").write_text("phone\n" + "".join(f'"{cell}"\n' for cell in CELLS))


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl", "parquet", "arrow"])
@pytest.mark.parametrize(
    ("verb", "column"),
    [(["normalize"], "msisdn"), (["explain"], "msisdn"), (["scan", "--numbers", "l.csv"], "phone_match")],
)
def test_what_a_verb_writes_is_read_again(verb: list[str], column: str, ending: str) -> None:
    name, *more = verb
    assert run([name, "c.csv", "-c", "phone", *more, "-o", f"o.{ending}"]) == 0
    assert read_numbers(f"o.{ending}", column=column).keys == ng.NumberSet(CELLS)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl"])
@pytest.mark.parametrize(
    ("verb", "column"),
    [
        (["normalize", "-c", "phone"], "phone"),
        (["explain", "-c", "phone"], "phone"),
        (["scan", "-c", "phone", "--numbers", "l.csv", "--all-rows"], "phone"),
        (["scan", "-c", "phone", "--numbers", "l.csv", "--all-rows"], "some_msisdn"),
        (["scan", "--imei-column", "handset", "--imeis", "h.csv", "--all-rows"], "handset"),
        (["explain", "--imei", "-c", "handset"], "handset"),
    ],
)
def test_integers_of_the_source_that_are_keys_are_read_again(verb: list[str], column: str, ending: str) -> None:
    """A number of Singapore in a column of canonical numbers was written as that of an Indian mobile."""
    phone = pa.array([6591234567, 919876543210, None, 1930, 19212555012345678], pa.uint64())
    handset = pa.array([1234567890129, 49015420323751, None, 1930, 5], pa.uint64())
    table = pa.table({"phone": phone, "some_msisdn": phone, "handset": handset, "at": range(5)})
    pq.write_table(table, "s.parquet")
    Path("h.csv").write_text("imei14\n49015420323751\n")
    name, *more = verb
    assert run([name, "s.parquet", *more, "-o", f"o.{ending}"]) == 0
    written = [
        cell for batch in open_source(f"o.{ending}").batches() for cell in as_text(batch.data[column]).to_pylist()
    ]
    read = ng.normalize_imei if column == "handset" else ng.normalize
    assert read(pa.array(written)).to_pylist() == read(handset if column == "handset" else phone).to_pylist()
    # What is no number stays as it is.
    if column != "handset":
        assert written[3:] == ["1930", "19212555012345678"]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl"])
def test_a_dictionary_of_keys_and_columns_of_one_name_are_read_again(ending: str) -> None:
    """A plus was missing where the column was a dictionary, and where two columns had its name."""
    phone = pa.array([6591234567, 919876543210, 1930], pa.uint64())
    handset = pa.array([1234567890129, 49015420323751, 5], pa.uint64())
    columns = {"phone": phone.dictionary_encode(), "imei14": handset.dictionary_encode(), "msisdn": phone}
    repeated = [] if ending == "jsonl" else ["msisdn"]
    names, of = [*repeated, *columns], [*(phone for _ in repeated), *columns.values()]
    table = pa.Table.from_arrays([*of, pa.array(["a", "b", "c"])], names=[*names, "at"])
    ng.scan(table, {"phone": ng.NumberSet(["9876543210"])}, all_rows=True).write(f"o.{ending}")
    read = next(iter(open_source(f"o.{ending}").batches())).data
    for name, cells in zip(read.schema.names, read.columns, strict=True):
        if name in columns:
            expected = ["01234567890129", "00000000000005"] if name == "imei14" else ["+6591234567", "1930"]
            assert as_text(cells).to_pylist()[::2] == expected, name


def test_runs_of_keys_are_read_again() -> None:
    """Their numbers had no plus in JSON Lines, and were read back as Indian ones."""
    phone = pa.RunEndEncodedArray.from_arrays([2, 3, 4], pa.array([919876543210, 6591234567, 1930], pa.uint64()))
    handset = pa.RunEndEncodedArray.from_arrays([3, 4], pa.array([1234567890129, 5], pa.uint64()))
    table = pa.table({"phone": phone.slice(1), "imei14": handset.slice(1)})
    ng.scan(table, {"phone": ng.NumberSet(["9876543210"])}, all_rows=True).write("o.jsonl")
    read = next(iter(open_source("o.jsonl").batches())).data
    assert as_text(read["phone"]).to_pylist() == ["919876543210", "+6591234567", "1930"]
    assert as_text(read["imei14"]).to_pylist() == ["01234567890129", "01234567890129", "00000000000005"]


def test_of_standard_output_too(capfd: pytest.CaptureFixture[str]) -> None:
    for verb in (["normalize"], ["scan", "--numbers", "l.csv"]):
        assert run([verb[0], "c.csv", "-c", "phone", *verb[1:]]) == 0
        lines = capfd.readouterr().out.splitlines()
        assert lines[1].startswith('"0","+65 9123 4567","+6591234567"')
        assert lines[2].startswith('"1","9876543210",919876543210')


def test_the_bytes_do_not_depend_on_batches() -> None:
    table = pa.table({"n": ng.normalize(CELLS * 3), "m": ng.normalize(CELLS[::-1] * 3), "of": ["x"] * 3 * len(CELLS)})
    written = set()
    for size in (1, 3, 100):
        file = io.BytesIO()
        write_csv(file, table.schema, table.to_batches(max_chunksize=size), Style(numbers=["n", "m"]))
        written.add(file.getvalue())
    assert len(written) == 1


@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, 6591234567, 919876543210, 12125550123]),
            st.text(st.sampled_from('a"\n\r,;é'), max_size=6),
            st.sampled_from([None, 6591234567, 918000000001]),
        )
    )
)
@settings(deadline=None)
def test_lines_stay_in_order_whatever_stands_beside_the_numbers(rows: list[tuple[int | None, str, int | None]]) -> None:
    names = ["=n", "text", "m"]
    kinds = [pa.uint64(), pa.string(), pa.uint64()]
    table = pa.table([pa.array([row[k] for row in rows], kinds[k]) for k in range(3)], names)
    file = io.BytesIO()
    write_csv(file, table.schema, table.to_batches(), Style(numbers=["=n", "m"]))
    cells = list(csv.reader(io.StringIO(file.getvalue().decode(), newline="")))
    assert cells[0] == ["'=n", "text", "m"]

    def plus(number: int | None) -> str:
        return "" if number is None else str(number) if str(number).startswith("91") else f"+{number}"

    assert [(row[0], row[1].removeprefix("'"), row[2]) for row in cells[1:]] == [
        (plus(n), text, plus(m)) for n, text, m in rows
    ]


def test_columns_of_the_source_stay_as_they_are() -> None:
    pq.write_table(pa.table({"msisdn": pa.array([9123456789], pa.uint64()), "phone": ["9876543210"]}), "s.parquet")
    Path("one.txt").write_text("9876543210\n")
    assert run(["scan", "s.parquet", "-c", "phone", "--numbers", "one.txt", "-o", "o.csv"]) == 0
    assert Path("o.csv").read_text().splitlines()[1] == '9123456789,"9876543210",919876543210'


def test_a_number_that_another_followed_has_its_plus() -> None:
    seen = {"served_msisdn": ["+65 9123 4567", "9876543210"], "imei14": ["358240051111110"] * 2}
    at = [datetime(2026, 6, 1), datetime(2026, 6, 5)]
    pq.write_table(pa.table(seen | {"at": at}), "s.parquet")
    assert run(["changes", "s.parquet", "--by", "imei14", "-o", "o.csv"]) == 0
    rows = csv.DictReader(io.StringIO(Path("o.csv").read_text()))
    assert [(row["msisdn"], row["followed"]) for row in rows] == [("+6591234567", ""), ("919876543210", "+6591234567")]


def seen_twice(number: str, *imeis: str) -> None:
    at = [datetime(2026, 6, 1), datetime(2026, 6, 5)]
    for name in ("s.parquet", "t.parquet"):
        pq.write_table(pa.table({"served_msisdn": [number] * 2, "imei14": [*imeis], "at": at}), name)


def test_the_proof_has_the_plus() -> None:
    seen_twice("+65 9123 4567", "358240051111110", "358240051111110")
    assert run(["common", "s.parquet", "t.parquet", "-o", "o.csv", "--proof", "p.csv"]) == 0
    rows = csv.DictReader(io.StringIO(Path("p.csv").read_text()))
    assert {row["msisdn"] for row in rows} == {"+6591234567"}


def test_a_handset_that_another_followed_has_all_its_digits() -> None:
    seen_twice("9876543210", "011240001111110", "358240051111110")
    assert run(["changes", "s.parquet", "-o", "o.csv"]) == 0
    rows = csv.DictReader(io.StringIO(Path("o.csv").read_text()))
    assert [row["followed"] for row in rows] == ["", "01124000111111"]


def test_a_handset_of_a_hit_has_all_its_digits_on_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    Path("p.csv").write_text("imei\n011240001111110\n")
    assert run(["scan", "p.csv", "--imei-column", "imei", "--imeis", "p.csv"]) == 0
    assert capfd.readouterr().out.splitlines()[1] == '"011240001111110","01124000111111"'


def rows_of(path: str) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


OF_GERMANY = ["+91 98765 43210", "0151 23456789", "+65 9123 4567", "", "030 123456", "x"]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl", "parquet"])
@pytest.mark.parametrize(
    ("verb", "column"),
    [(["normalize"], "msisdn"), (["explain"], "msisdn"), (["scan", "--numbers", "g.csv"], "phone_match")],
)
@pytest.mark.parametrize("region", ["DE", "US", "none", "IN"])
def test_under_another_region_it_is_read_again_too(verb: list[str], column: str, ending: str, region: str) -> None:
    """`919876543210` of India, written without a plus, is a number of Germany to Germany's plan."""
    Path("g.csv").write_text("phone\n" + "".join(f'"{cell}"\n' for cell in OF_GERMANY))
    name, *more = verb
    assert run([name, "g.csv", "-c", "phone", *more, "--region", region, "-o", f"o.{ending}"]) == 0
    by = None if region == "none" else region
    expected = ng.NumberSet(OF_GERMANY, region=by)
    assert len(expected) >= 2
    assert read_numbers(f"o.{ending}", column=column, region=by).keys == expected
    assert read_numbers(f"o.{ending}", column=column).keys == expected


def test_numbers_of_integers_have_a_plus_under_another_region(tmp_path: Path) -> None:
    table = pa.table({"phone": pa.array([919876543210, 4915123456789], pa.uint64()), "at": ["x", "y"]})
    pq.write_table(table, "s.parquet")
    Path("k").write_bytes(bytes(range(32)) * 2)
    Path("k").chmod(0o600)
    for verb in (["keyed", "--key-file", "k"], ["normalize"]):
        for region, expected in (("IN", "919876543210"), ("DE", "+919876543210")):
            assert run([verb[0], "s.parquet", "-c", "phone", *verb[1:], "--region", region, "-o", "o.csv"]) == 0
            assert [row["phone"] for row in rows_of("o.csv")] == [expected, "+4915123456789"], verb
    ng.scan("s.parquet", {"phone": ng.NumberSet(["+919876543210"])}, region="DE").write("o.csv")
    assert ng.normalize(["+919876543210"], region="DE") == read_numbers("o.csv", region="DE").keys.to_array()


def test_sightings_of_another_region_are_read_again(tmp_path: Path) -> None:
    at = [datetime(2026, 6, 1), datetime(2026, 6, 2)]
    table = pa.table({"msisdn": ["+919876543210", "015123456789"], "imei": ["490154203237518"] * 2, "at": at})
    pq.write_table(table, "s.parquet")
    named = ["s.parquet", "--msisdn", "msisdn", "--imei", "imei", "--at", "at", "--region", "DE"]
    Path("seeds.csv").write_text("msisdn\n+919876543210\n")
    Path("none.csv").write_text("msisdn\n")
    assert run(["changes", *named, "--by", "imei14", "-o", "changes.csv"]) == 0
    assert run(["common", *named, "--at-least", "1", "--proof", "proof.csv", "-o", "common.csv"]) == 0
    assert run(["expand", *named, "--seeds", "seeds.csv", "--folder", "e"]) == 0
    assert run(["lists", "diff", "none.csv", "seeds.csv", "--region", "DE", "--folder", "d"]) == 0
    for path in ("changes.csv", "common.csv", "proof.csv", "e/linked.csv", "d/added.csv"):
        rows = rows_of(path)
        assert {row["msisdn"][0] for row in rows} == {"+"}, path
    assert {row["followed"] for row in rows_of("changes.csv")} == {"", "+919876543210"}


@pytest.mark.parametrize("how", ["--numbers", "--list", "--except"])
def test_a_list_of_another_region_than_the_calls(how: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Bare digits of India in a list, and of Germany in the calls."""
    Path("calls.csv").write_text(
        "phone,at\n+919876543210,2026-06-02\n015123456789,2026-06-02\n09876543210,2026-06-02\n"
    )
    Path("list.csv").write_text("msisdn,since\n9876543210,2026-06-01\n919123456789,2026-06-01\n")
    Path("all.csv").write_text("msisdn,since\n+919876543210,2026-06-01\n")
    lists = {"--numbers": ["--numbers", "list.csv"], "--list": ["--list", "a=list.csv"]}
    given = lists.get(how, ["--numbers", "all.csv", "--except", "list.csv"])
    for region, hits in (("IN", 0 if how == "--except" else 1), (None, 1 if how == "--except" else 0)):
        more = [] if region is None else ["--list-region", region]
        assert run(["scan", "calls.csv", "-c", "phone", *given, "--region", "DE", *more, "-o", "o.csv"]) == 0
        found = [row["phone_match"] for row in rows_of("o.csv")]
        assert found.count("+919876543210") == hits, region
    if how == "--numbers":
        since = ["--since", "since", "--at", "at", "--list-region", "in"]
        assert run(["scan", "calls.csv", "-c", "phone", *given, "--region", "DE", *since, "-o", "o.csv"]) == 0
        assert len(rows_of("o.csv")) == 1
    assert run(["scan", "calls.csv", "-c", "phone", *given, "--list-region", "XX"]) == 2


def test_where_rows_have_their_own_regions_every_number_has_a_plus() -> None:
    Path("a.csv").write_text("mobile,cc\n+919876543210,DE\n015123456789,DE\n")
    assert run(["normalize", "a.csv", "-c", "mobile", "--region-column", "cc", "-o", "o.csv"]) == 0
    assert [row["msisdn"] for row in rows_of("o.csv")] == ["+919876543210", "+4915123456789"]
    listed = ng.NumberSet(["+919876543210"])
    ng.scan("a.csv", {"mobile": listed}, region_column="cc").write("hits.csv")
    assert ng.scan("hits.csv", {"mobile_match": listed}, region_column="cc").read_all().num_rows == 1


def test_columns_of_keyed_hashes_keep_numbers_of_other_countries() -> None:
    pq.write_table(pa.table({"phone": pa.array([6591234567, 919876543210], pa.uint64())}), "s.parquet")
    Path("k").write_bytes(bytes(range(32)) * 2)
    Path("k").chmod(0o600)
    assert run(["keyed", "s.parquet", "-c", "phone", "--key-file", "k", "-o", "o.csv"]) == 0
    assert read_numbers("o.csv", column="phone").keys == ng.NumberSet(["+6591234567", "9876543210"])
