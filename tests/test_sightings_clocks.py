"""Sightings of a wrong clock, and IMSIs in place of IMEIs, are refused of every kind of source, with the same notes."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.cli import run
from numguard.imsi import are_imsis
from numguard.indian_time import IST
from numguard.report.changes import write_changes
from numguard.report.common import write_common

SEED, OTHER = "9876543210", "9123456789"
PHONE, IMSIS = "490154203237518", ("404961234567890", "404961234567891")
WRONG = {
    "1994-12-31 23:59:59": "clock_not_set",
    "1970-01-01 05:30:00": "clock_not_set",
    "0001-01-01 00:00:00": "clock_not_set",
    "2262-01-01 00:00:00": "in_the_future",
    "9999-12-31 23:59:59": "in_the_future",
}
#: The first moment, and nearly a day ahead, by Indian clocks.
RIGHT = ("1995-01-01 00:00:00", (dt.datetime.now(tz=IST) + dt.timedelta(hours=23)).strftime("%Y-%m-%d %H:%M:%S"))


def written(times: list[str | None], imeis: list[str] | None = None) -> pa.Table:
    numbers = [SEED, *[OTHER] * (len(times) - 1)]
    return pa.table(
        {"served_msisdn": numbers, "imei14": imeis or [PHONE] * len(times), "at": pa.array(times, pa.string())}
    )


def as_times(table: pa.Table, of: pa.DataType) -> pa.Table:
    times = pa.array([dt.datetime.fromisoformat(str(time)) for time in table["at"].to_pylist()], pa.timestamp("s"))
    return table.set_column(2, "at", times.cast(of, safe=False))


def sources(table: pa.Table, folder: Path, unit: str) -> dict[str, Any]:
    """The same rows in memory and in files, with text and with times of a unit."""
    typed = as_times(table, pa.timestamp(unit))
    pyarrow.csv.write_csv(table, folder / "a.csv")
    pq.write_table(table, folder / "text.parquet")
    pq.write_table(typed, folder / "typed.parquet")
    pyarrow.feather.write_feather(typed, str(folder / "a.arrow"))
    return {
        "table": typed,
        "text": table,
        "batches": typed.to_batches(max_chunksize=1),
        "dictionary": typed.set_column(2, "at", typed["at"].dictionary_encode()),
        "csv": folder / "a.csv",
        "text in Parquet": folder / "text.parquet",
        "Parquet": folder / "typed.parquet",
        "Arrow file": folder / "a.arrow",
    }


@pytest.mark.parametrize("time", WRONG)
def test_a_row_of_a_wrong_clock_links_no_number(time: str, tmp_path: Path) -> None:
    table = written(["2026-09-01 10:00:00", time])
    for kind, source in sources(table, tmp_path, "s").items():
        for policy in (ng.LinkPolicy(), ng.LinkPolicy(max_gap_days=100_000), ng.LinkPolicy(until=dt.date(2027, 1, 1))):
            found = ng.expand([SEED], source, policy, list_refused=True)
            assert (found.linked.num_rows, found.refused) == (0, {WRONG[time]: 1}), kind
            listed = found.refused_rows.select(["row", "note"]).to_pylist()
            assert [row["note"] for row in listed] == [WRONG[time]], kind
            assert found.account["rows_used"] == 1


@pytest.mark.parametrize("time", RIGHT, ids=["first", "nearly a day ahead"])  # A name with a time in it differs by run.
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_row_at_the_edge_of_what_a_clock_can_show_counts(time: str, unit: str, tmp_path: Path) -> None:
    table = written(["2026-09-01 10:00:00", time])
    for kind, source in sources(table, tmp_path, unit).items():
        found = ng.expand([SEED], source, list_refused=True)
        assert (found.linked.num_rows, found.refused, found.refused_rows.num_rows) == (1, {}, 0), kind


def test_a_row_without_a_time_counts_beside_refused_ones(tmp_path: Path) -> None:
    table = written(["2026-09-01 10:00:00", None, "1970-01-01 00:00:00"])
    found = ng.expand([SEED], table, list_refused=True)
    assert (found.linked.num_rows, found.refused) == (1, {"clock_not_set": 1})
    assert found.linked["sightings"].to_pylist() == [1]
    needed = ng.expand([SEED], table, ng.LinkPolicy(max_gap_days=3), list_refused=True)
    assert (needed.linked.num_rows, needed.refused) == (0, {"clock_not_set": 1, "no_time": 1})
    assert sorted(needed.refused_rows["note"].to_pylist()) == ["clock_not_set", "no_time"]


@pytest.mark.parametrize("time", WRONG)
def test_periods_and_keys_have_no_wrong_time(time: str, tmp_path: Path) -> None:
    table = written(["2026-09-01 10:00:00", time])
    for kind, source in sources(table, tmp_path, "s").items():
        found = ng.changes(source, list_refused=True)
        assert (len(found.table), found.account["refused_rows"]) == (1, {WRONG[time]: 1}), kind
        assert found.refused_rows["note"].to_pylist() == [WRONG[time]], kind
    again = written([time, "2026-09-01 10:00:00"])
    common = ng.common([as_times(table, pa.timestamp("s")), as_times(again, pa.timestamp("s"))], by="imei14")
    (row,) = common.table.to_pylist()
    assert row["first_seen"] == row["last_seen"]
    write_common(common, tmp_path / "common.html")
    write_changes(ng.changes(as_times(table, pa.timestamp("s"))), tmp_path / "changes.html")


@pytest.mark.parametrize("kind", ["table", "Parquet", "csv"])
def test_imsis_are_no_handsets(kind: str, tmp_path: Path) -> None:
    """Ten subscribers of one operator would be one handset."""
    source = sources(written(["2026-09-01 10:00:00"] * 2, list(IMSIS)), tmp_path, "s")[kind]
    found = ng.expand([SEED], source, list_refused=True)
    assert (found.linked.num_rows, found.refused) == (0, {"imsi_for_imei": 2})
    assert found.refused_rows["note"].to_pylist() == ["imsi_for_imei"] * 2
    for answer in (
        ng.changes(source, list_refused=True),
        ng.common([source], at_least=1, by="imei14", list_refused=True),
    ):
        assert len(answer.table) == 0
        assert answer.account["refused_rows"] == {"imsi_for_imei": 2}
        assert answer.refused_rows["row"].to_pylist() == ([2, 3] if kind == "csv" else [1, 2])


@pytest.mark.parametrize("name", ["a.csv", "text.parquet", "typed.parquet", "a.arrow"])
def test_the_command_line_links_the_same_of_every_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    sources(written(["2026-09-01 10:00:00", "1970-01-01 05:30:00", "2099-01-01 00:00:00"]), tmp_path, "s")
    Path("seeds.csv").write_text(f"msisdn\n{SEED}\n")
    assert run(["expand", name, "--seeds", "seeds.csv", "--json"]) == 0
    summary = json.loads(capfd.readouterr().out)
    assert (summary["linked"], summary["refused"]) == (0, {"clock_not_set": 1, "in_the_future": 1})


def test_a_registry_reports_what_it_linked(tmp_path: Path) -> None:
    complaint = pa.table({"acknowledgement_no": ["20000000000001"], "source": ["1930"], "suspect_mobiles": [SEED]})
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(complaint, name="desk")
        found = registry.expand(written(["2026-09-01 10:00:00", "0001-01-01 00:00:00"]))
        assert found.refused == {"clock_not_set": 1}
        registry.report(tmp_path / "report.html")


def test_the_compiled_module_has_the_same_range_of_imsis() -> None:
    keys = [40399999999999, 40400000000000, 40599999999999, 40600000000000]
    assert are_imsis(pa.array(keys, pa.uint64())).tolist() == [False, True, True, False]
    table = pa.table({"served_msisdn": [SEED] * 4, "imei14": pa.array(keys, pa.uint64())})
    found = ng.expand([SEED], table, list_refused=True)
    assert (found.refused, found.refused_rows["row"].to_pylist()) == ({"imsi_for_imei": 2}, [2, 3])
