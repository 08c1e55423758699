"""Dates and clocks as operators write them, each against Python's own calendar."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numguard.cdr import times

EPOCH = dt.datetime(1970, 1, 1)
NAMES = {
    times.OK: "ok",
    times.BLANK: "blank",
    times.UNREADABLE: "unreadable",
    times.TWO_DIGIT_YEAR: "two_digit_year",
    times.MONTH_FIRST: "month_first",
    times.DAY_OR_MONTH: "day_or_month",
}


def read(cell: str | None, what: str) -> str:
    reading = times.read(pa.array([cell], pa.string()), what)
    if reading.outcome[0] > times.DAY_OR_MONTH:
        assert reading.micros[0] == 0
        return NAMES[int(reading.outcome[0])]
    return str(EPOCH + dt.timedelta(microseconds=int(reading.micros[0])))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        *((cell, "2026-04-05 00:00:00") for cell in ("05/04/2026", "5/4/2026", "05-04-2026", "5.4.2026", "05 04 2026")),
        *(
            (cell, "2026-04-05 00:00:00")
            for cell in ("2026-04-05", "2026/04/05", "20260405", "'05/04/2026'", ' "5/04/2026" ')
        ),
        *((cell, "2026-04-05 00:00:00") for cell in ("०५/०४/२०२६", "05\u200f/04/20२६", "\u206605-04-2026\u2069")),
        *(
            (cell, "2026-04-05 00:00:00")
            for cell in ("05-Apr-2026", "5-APR-2026", "05 apr 2026", "05Apr2026", "05/APR/2026")
        ),
        *(
            (cell, "2026-04-05 00:00:00")
            for cell in ("2026-04-05 00:00:00.000000", "2026-04-05T00:00:00.000", "05/04/2026 00:00:00.0000000")
        ),
        *((cell, "2026-04-05 00:00:00") for cell in ("2026-04-05 00:00:00+05:30", "2026-04-05T00:00:00.000+0530")),
        *((cell, "unreadable") for cell in ("2026-04-05 00:00:00.001", "2026-04-05T00:00:00Z", "2026-04-05 18:30:00")),
        ("29/02/2024", "2024-02-29 00:00:00"),
        ("29/02/2000", "2000-02-29 00:00:00"),
        *((cell, "two_digit_year") for cell in ("05/04/26", "5/4/26", "05-Apr-26", "5-Apr-26", "05Apr26", "31-12-99")),
        *((cell, "blank") for cell in ("", None, " ", "-", "---", "''", "'-'", "NA", "n/a", "NULL", "none")),
        *((cell, "unreadable") for cell in ("29/02/2023", "29/02/2100", "31/04/2026", "00/04/2026", "05/00/2026")),
        *((cell, "month_first") for cell in ("04/15/2026", "4-15-2026", "12.31.2026", "1/13/26", "01-13-26")),
        # With points it is a clock.
        *((cell, "unreadable") for cell in ("10.15.30", "13/13/26", "02/30/26")),
        *(
            (cell, "unreadable")
            for cell in ("13/13/2026", "02/30/2026", "05/04/0026", "05/04/1889", "05/04/2126", "45383", "soon")
        ),
        *((cell, "unreadable") for cell in ("05/Foo/2026", "2026-13-01", "5/4/2O26", "05/04/20266", "०५/०४/²०२६")),
    ],
)
def test_dates(cell: str | None, expected: str) -> None:
    assert read(cell, "date") == expected


@pytest.mark.parametrize("clock", ["", " 10:05:09"])
def test_dates_that_are_another_with_the_month_first(clock: str) -> None:
    exchanged = ["05/04/2026", "5-4-2026", "12.1.2026", "1/12/2026", "05/4/2026"]
    not_exchanged = ["05/05/2026", "13/04/2026", "2026-04-05", "20260405", "05-Apr-2026", "05Apr2026"]
    for cells, expected in ((exchanged, times.DAY_OR_MONTH), (not_exchanged, times.OK)):
        reading = times.read(pa.array([cell + clock for cell in cells]), "timestamp")
        assert set(reading.outcome.tolist()) == {expected}
        assert (reading.micros > 0).all()


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("08:01:39", "08:01:39"),
        ("8:01:39", "08:01:39"),
        ("08.01.39", "08:01:39"),
        ("08:01", "08:01:00"),
        ("080139", "08:01:39"),
        ("08:01:39.5", "08:01:39.500000"),
        ("08:01:39.123456", "08:01:39.123456"),
        ("08:01:39.1234567", "08:01:39.123456"),
        ("08:01:39.12345678", "08:01:39.123456"),
        ("08:01:39.000000000", "08:01:39"),
        ("08:01:39.0000000000", "unreadable"),
        ("12:00:00 AM", "00:00:00"),
        ("12:00:00 pm", "12:00:00"),
        ("1:05 PM", "13:05:00"),
        ("11:59:59PM", "23:59:59"),
        ("-", "blank"),
        ("24:00:00", "unreadable"),
        ("23:60:00", "unreadable"),
        ("23:59:60", "unreadable"),
        ("13:00:00 PM", "unreadable"),
        ("0:00 AM", "unreadable"),
        ("8", "unreadable"),
    ],
)
def test_clocks(cell: str, expected: str) -> None:
    assert read(cell, "clock").removeprefix("1970-01-01 ") == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("05-Oct-2025 08:14:24", "2025-10-05 08:14:24"),
        ("2025-10-05T08:14:24", "2025-10-05 08:14:24"),
        ("2025-10-05 08:14:24+05:30", "2025-10-05 08:14:24"),
        ("2025-10-05 08:14:24 IST", "2025-10-05 08:14:24"),
        ("5/10/2025 8:14", "2025-10-05 08:14:00"),
        ("5/10/2025 8:14:24 PM", "2025-10-05 20:14:24"),
        ("20251005081424", "2025-10-05 08:14:24"),
        ("202510050814", "2025-10-05 08:14:00"),
        ("05/10/2025", "2025-10-05 00:00:00"),
        ("05/10/25 08:14:24", "two_digit_year"),
        ("2025-10-05T08:14:24Z", "2025-10-05 13:44:24"),
        ("2025-10-05 08:14:24+00:00", "2025-10-05 13:44:24"),
        # PostgreSQL and DuckDB, SQL Server, Polars.
        ("2025-10-05 08:14:24+00", "2025-10-05 13:44:24"),
        ("2025-10-05 08:14:24.12+00", "2025-10-05 13:44:24.120000"),
        ("2025-10-05 08:14:24.5000000", "2025-10-05 08:14:24.500000"),
        ("2025-10-05T08:14:24.500000000+0530", "2025-10-05 08:14:24.500000"),
        ("2025-10-05 08:14:24-05", "unreadable"),
        ("08:14:24", "unreadable"),
    ],
)
def test_timestamps(cell: str, expected: str) -> None:
    assert read(cell, "timestamp") == expected


FORMATS = ["%d/%m/%Y %H:%M:%S", "%d-%b-%Y %H:%M:%S", "'%Y-%m-%d %H:%M:%S'", "%Y%m%d%H%M%S", "%d.%m.%Y %I:%M:%S %p"]
INSTANTS = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2099, 12, 31, 23, 59, 59)).map(
    lambda t: t.replace(microsecond=0)
)


@settings(deadline=None)
@given(st.lists(st.tuples(INSTANTS, st.sampled_from(FORMATS)), max_size=40), st.data())
def test_a_column_of_mixed_forms_reads_as_pythons_calendar_does(
    instants: list[tuple[dt.datetime, str]], data: st.DataObject
) -> None:
    cells = pa.array([None, *(t.strftime(form) for t, form in instants)], pa.string())
    start = data.draw(st.integers(0, len(cells)))
    reading = times.read(cells.slice(start), "timestamp")
    expected = [0, *((t - EPOCH) // dt.timedelta(microseconds=1) for t, _ in instants)]
    assert reading.micros.tolist() == expected[start:]
    outcomes = [times.BLANK]
    for t, form in instants:
        either_way = form[:2] == "%d" and form[3:5] == "%m" and t.day <= 12 and t.day != t.month
        outcomes.append(times.DAY_OR_MONTH if either_way else times.OK)
    assert reading.outcome.tolist() == outcomes[start:]


@settings(deadline=None)
@given(st.lists(st.text(max_size=25)), st.sampled_from(["date", "clock", "timestamp"]))
def test_any_text_has_an_outcome(cells: list[str], what: str) -> None:
    reading = times.read(pa.array(cells, pa.string()), what)
    assert len(reading.micros) == len(reading.outcome) == len(cells)
    assert (reading.micros[reading.outcome != times.OK] == 0).all()
