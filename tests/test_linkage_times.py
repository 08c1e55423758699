"""Times of sightings that are text, as in CSV: ISO 8601 is read, and every other text refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.errors import InputError, UnsupportedTypeError
from numguard.indian_time import IST, MOMENT

SEED, OTHER = "9876543210", "9812345678"
PHONE = "358240051111110"
POLICY = ng.LinkPolicy(max_gap_days=2, since=date(2026, 9, 2))


def seen() -> pa.Table:
    """Sightings of five numbers in three handsets over twenty days; one has no time."""
    at = [datetime(2026, 9, 1, 22, 30, tzinfo=IST) + timedelta(hours=7 * k) for k in range(60)]
    return pa.table(
        {
            "served_msisdn": pa.array([919800000000 + k % 5 for k in range(60)], pa.uint64()),
            "imei14": pa.array([35824005111111 + k * k % 3 for k in range(60)], pa.uint64()),
            "at": pa.array([None, *at[1:]], MOMENT),
        }
    )


def with_texts(table: pa.Table, form: Callable[[datetime], str]) -> pa.Table:
    texts = [None if at is None else form(at) for at in table["at"].to_pylist()]
    return table.set_column(2, "at", pa.array(texts, pa.string()))


def forms(folder: Path) -> dict[str, Callable[[], Any]]:
    """The same sightings with times as text, in every kind of source."""
    zoned = with_texts(seen(), datetime.isoformat)
    local = with_texts(seen(), lambda at: f"{at:%Y-%m-%d %H:%M:%S}")
    both = pa.concat_tables([zoned.slice(0, 20), local.slice(20)]).combine_chunks()
    pa_csv.write_csv(seen(), folder / "pyarrow.csv")
    seen().to_pandas().to_csv(folder / "pandas.csv", index=False)
    pa_csv.write_csv(local, folder / "local.csv")
    pq.write_table(zoned, folder / "text.parquet")
    coded = both.set_column(2, "at", both["at"].dictionary_encode())
    found: dict[str, Callable[[], Any]] = {"both": lambda: both, "coded": lambda: coded, "reader": both.to_reader}
    found["polars"] = lambda: pl.from_arrow(both)
    for path in folder.iterdir():
        found[path.name] = partial(Path, path)
    return found


@pytest.mark.parametrize(
    "form", ["pyarrow.csv", "pandas.csv", "local.csv", "text.parquet", "both", "coded", "reader", "polars"]
)
def test_the_answer_does_not_depend_on_the_kind_of_source(form: str, tmp_path: Path) -> None:
    source = forms(tmp_path)[form]
    expected, found = (ng.expand([9800000000], one, POLICY) for one in (seen(), source()))
    assert expected.linked.num_rows == 4
    assert expected.refused == {"no_time": 1}
    for name in ("linked", "handsets", "stopped", "evidence"):
        assert getattr(found, name).equals(getattr(expected, name)), name
    assert (found.refused, found.account) == (expected.refused, expected.account)
    periods = [
        ng.changes(one).table.select(["msisdn", "imei14", "from", "to", "sightings"]) for one in (seen(), source())
    ]
    assert periods[1].equals(periods[0])
    assert ng.common({"a": seen(), "b": source()}).table.equals(ng.common({"a": seen(), "b": seen().slice(0)}).table)


def test_a_row_with_another_text_is_refused_and_named(tmp_path: Path) -> None:
    rows = [
        f"{SEED},{PHONE},2026-09-01 10:00:00",
        f"{OTHER},{PHONE},03/09/2026",
        f"9700000000,{PHONE},",
        f"1,{PHONE},soon",
    ]
    path = tmp_path / "seen.csv"
    path.write_text("\n".join(["served_msisdn,imei14,at", *rows]) + "\n")
    found = ng.expand([SEED], path, list_refused=True)
    assert found.linked["msisdn"].to_pylist() == [919700000000]
    assert found.refused == {"not_a_time": 2}
    named = [{"file": str(path), "row": row, "note": "not_a_time"} for row in (3, 5)]
    assert found.refused_rows.to_pylist() == named
    counts = {"rows_read": 4, "rows_used": 2, "rows_refused": 2}
    assert found.account | counts == found.account
    with pytest.raises(InputError, match="not_a_time 2"):
        ng.expand([SEED], path, strict=True)

    periods = ng.changes(path, list_refused=True)
    assert periods.account["refused_rows"] == {"not_a_time": 2, "no_time": 1}
    assert periods.refused_rows.filter(pa.array([True, True, False])).to_pylist() == named
    sources: dict[str, Any] = {"file": path, "table": seen()}
    both = ng.common(sources, at_least=1)
    assert both.account["refused_rows"] == {"not_a_time": 2}
    assert both.table.num_rows == 2 + 5


def test_a_column_without_any_such_time_is_an_error(tmp_path: Path) -> None:
    """Day first or month first: either may be meant, and a result without a row would look like an answer."""
    path = tmp_path / "seen.csv"
    path.write_text(f"served_msisdn,imei14,at\n{SEED},{PHONE},03/09/2026\n{OTHER},{PHONE},\n")
    sources: dict[str, Any] = {"file": path, "table": seen()}
    for call in (lambda: ng.expand([SEED], path), lambda: ng.changes(path), lambda: ng.common(sources)):
        with pytest.raises(UnsupportedTypeError, match=r"seen\.csv: column 'at': .*ISO 8601"):
            call()


@pytest.mark.parametrize("reported_at", ["2026-09-03", "2026-09-03 12:00:00", "2026-09-03T06:30:00Z"])
def test_days_of_report_may_be_text(reported_at: str) -> None:
    moment = datetime.fromisoformat(reported_at)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=IST)
    policy = ng.LinkPolicy(days_before=1, days_after=1)
    expected, found = (
        ng.expand(pa.table({"msisdn": [9800000000], "reported_at": times}), seen(), policy).linked
        for times in (pa.array([moment], MOMENT), pa.array([reported_at]))
    )
    assert expected.num_rows
    assert found.equals(expected)


def test_a_day_of_report_that_is_no_time_is_an_error() -> None:
    seeds = pa.table({"msisdn": [SEED, OTHER], "reported_at": ["2026-09-03", "03/09/2026"]})
    with pytest.raises(UnsupportedTypeError, match=r"seeds: column 'reported_at': .*row 2 .*ISO 8601"):
        ng.expand(seeds, seen(), ng.LinkPolicy(days_before=1))


def test_a_short_walk_reports_its_progress_too() -> None:
    states: list[Any] = []
    ng.expand([9800000000], seen(), progress=states.append)
    assert [(state.rows, state.file) for state in states] == [(states[-1].rows, None)]
    assert 0 <= states[-1].seconds < 60
