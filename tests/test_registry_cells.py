"""How written cells of complaints are read: acknowledgements, amounts, moments, and cells of several numbers."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import numguard as ng
from numguard.errors import UnsupportedTypeError
from numguard.registry.sheets import cells
from numguard.registry.sheets.amounts import amounts
from numguard.registry.sheets.moments import moments

IST = timezone(timedelta(hours=5, minutes=30))


@pytest.mark.parametrize(
    ("cell", "paise", "note"),
    [
        ("12345", 1234500, None),
        ("12,345.00", 1234500, None),
        ("₹ 1,00,000", 10000000, None),
        ("Rs. 500/-", 50000, None),
        ("Rs 500.5", 50050, None),
        ("INR 0.07", 7, None),
        ("1000.", 100000, None),
        ("1.10000", 110, None),
        (" 42 ", 4200, None),
        ("'5000", 500000, None),
        ("", None, None),
        ("NA", None, None),
        (None, None, None),
        ("-500", None, "not_an_amount"),
        ("5 lakh", 50000000, None),
        ("Nil", 0, None),
        ("Rs. NIL/-", 0, None),
        ("nil balance", None, "not_an_amount"),
        ("1.234", None, "not_an_amount"),
        ("1,0,0", None, "not_an_amount"),
        ("12345678901234567890", None, "not_an_amount"),
        ("1e5", None, "precision_lost"),
        ("=1+1", None, "not_an_amount"),
        ("Rs 2.5 lakh", 25000000, None),
        ("1.2 crore", 1200000000, None),
        ("₹ 5,000/-", 500000, None),
        ("5000 Rs only", 500000, None),
        ("12,34,56,789.05", 12345678905, None),
        ("1,234,567", 123456700, None),
        ("2.5 लाख", 25000000, None),
        ("१.२ करोड़", 1200000000, None),
        ("१.२ करो\u095c", 1200000000, None),
        ("रु. ५१,२३४", 5123400, None),
        ("0.0000001 crore", 100, None),
        ("1.23456789 lakh", None, "not_an_amount"),
        ("10,00", None, "not_an_amount"),
        ("1,00,00", None, "not_an_amount"),
        ("5,000.00 Cr", None, "not_an_amount"),
        ("5000 or 6000", None, "not_an_amount"),
        ("#####", None, "spreadsheet_overflow"),
        ("#REF!", None, "spreadsheet_error"),
        ("1.2E+07", None, "precision_lost"),
    ],
)
def test_amounts(cell: str | None, paise: int | None, note: str | None) -> None:
    values, notes = amounts(pa.array([cell], pa.string()))
    assert (values[0].as_py(), notes[0].as_py()) == (paise, note)


def test_amounts_of_numeric_types() -> None:
    values, notes = amounts(pa.array([12.5, -1.0, float("nan"), None, 1e300]))
    assert values.to_pylist() == [1250, None, None, None, None]
    assert notes.to_pylist() == [None, "not_an_amount", None, None, "not_an_amount"]
    assert amounts(pa.array([7, None]))[0].to_pylist() == [700, None]


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-09-12", datetime(2026, 9, 12, tzinfo=IST)),
        ("2026-09-12 14:05", datetime(2026, 9, 12, 14, 5, tzinfo=IST)),
        ("2026-09-12T14:05:33.250", datetime(2026, 9, 12, 14, 5, 33, tzinfo=IST)),
        ("2026-09-12T08:35:00Z", datetime(2026, 9, 12, 14, 5, tzinfo=IST)),
        ("2026-09-12T08:35:00-04:30", datetime(2026, 9, 12, 18, 35, tzinfo=IST)),
        ("2026-09-12T08:35-04:30", datetime(2026, 9, 12, 18, 35, tzinfo=IST)),
        # PostgreSQL and DuckDB.
        ("2026-09-12 08:35:00+00", datetime(2026, 9, 12, 14, 5, tzinfo=IST)),
        ("2026-09-12 08:35:00.25-05", datetime(2026, 9, 12, 19, 5, tzinfo=IST)),
        ("2026-09-12 14:05+05:30", datetime(2026, 9, 12, 14, 5, tzinfo=IST)),
        # From when to when.
        ("12/09/2026 10:00-11:30", "not_a_date"),
        ("12/09/2026 10.00-1130", "not_a_date"),
        ("2026-09-12 10:00-17:00", "not_a_date"),
        ("12/09/2026 10:00-13", "not_a_date"),
        ("2026-09-12 10:00:00-17:00", "not_a_date"),
        ("2026-09-12 10:00:00+14:00", datetime(2026, 9, 12, 1, 30, tzinfo=IST)),
        ("2026-09-12 10:00:00+14:30", "not_a_date"),
        ("2026-09-12 10:00:00+05:60", "not_a_date"),
        ("31/12/2200", datetime(2200, 12, 31, tzinfo=IST)),
        ("01/01/2201", "not_a_date"),
        ("12/09/2026", datetime(2026, 9, 12, tzinfo=IST)),
        ("1-9-2026", datetime(2026, 9, 1, tzinfo=IST)),
        ("12.09.2026 02:05 pm", datetime(2026, 9, 12, 14, 5, tzinfo=IST)),
        ("12/09/2026 12:30 AM", datetime(2026, 9, 12, 0, 30, tzinfo=IST)),
        ("30-APR-2022", datetime(2022, 4, 30, tzinfo=IST)),
        ("5 September 2022, 10:00", datetime(2022, 9, 5, 10, 0, tzinfo=IST)),
        ("29/02/2024", datetime(2024, 2, 29, tzinfo=IST)),
        ("29/02/2026", "not_a_date"),
        ("31/04/2026", "not_a_date"),
        ("09/13/2026", "month_first"),
        ("05/31/2026", "month_first"),
        ("13/14/2026", "not_a_date"),
        ("01/06/1970", datetime(1970, 6, 1, tzinfo=IST)),
        ("12/09/26", "two_digit_year"),
        ("45567", "serial_date"),
        ("2026-09-12 25:00", "not_a_date"),
        ("2026-09-12 24:00", "not_a_date"),
        ("2026-09-12 10:00:60", "not_a_date"),
        ("2026-09-12 13:00 PM", "not_a_date"),
        ("0000-00-00", "not_a_date"),
        ("yesterday", "not_a_date"),
        ("12.09.2026 at 14.05 hrs", datetime(2026, 9, 12, 14, 5, tzinfo=IST)),
        ("12th September, 2026", datetime(2026, 9, 12, tzinfo=IST)),
        ("12 Sept. 2026", datetime(2026, 9, 12, tzinfo=IST)),
        ("Sep 12, 2026 2:05 pm", datetime(2026, 9, 12, 14, 5, tzinfo=IST)),
        ("१२/०९/२०२६", datetime(2026, 9, 12, tzinfo=IST)),
        ("12 सितंबर 2026", datetime(2026, 9, 12, tzinfo=IST)),
        ("12/09/2026 14:05:33 IST", datetime(2026, 9, 12, 14, 5, 33, tzinfo=IST)),
        ("12/09/2026 08:35:00 Z", datetime(2026, 9, 12, 14, 5, tzinfo=IST)),
        ("12 Sep 2026 and then", "not_a_date"),
        ("12-Sep-26", "two_digit_year"),
        ("05/04/2026 or 04/05/2026", "day_or_month"),
        ("#########", "spreadsheet_overflow"),
        ("#VALUE!", "spreadsheet_error"),
        ("45567.5", "serial_date"),
        ("", None),
        ("---", None),
    ],
)
def test_moments(cell: str, moment: datetime | str | None) -> None:
    values, notes = moments(pa.array([cell]))
    if isinstance(moment, datetime):
        assert values[0].as_py() == int(moment.timestamp() * 1e6)
        assert notes[0].as_py() is None
    else:
        assert (values[0].as_py(), notes[0].as_py()) == (None, moment)


def test_a_column_that_has_the_month_first_is_not_guessed_at() -> None:
    written = ["05/04/2026", "04/15/2026", "07/07/2026", "13/04/2026", "05-Apr-2026", "2026-04-05"]
    values, notes = moments(pa.array(written))
    assert notes.to_pylist() == ["day_or_month", "month_first", None, None, None, None]
    assert [value is None for value in values.to_pylist()] == [True, True, False, False, False, False]


@pytest.mark.parametrize("shown", ["09/13/26", "9-13-26", "09/13/26 10:00"])
def test_a_year_of_two_digits_shows_the_order_too(shown: str) -> None:
    """`02/03/2026` beside it was read as the second of March."""
    values, notes = moments(pa.array([shown, "02/03/2026", "05/05/2026", "12/09/26"]))
    assert notes.to_pylist() == ["month_first", "day_or_month", None, "two_digit_year"]
    assert values[2].is_valid
    # No day either way around, or a time of day.
    for other in ("13/13/26", "09.13.26", "10/15-12/30", "10.15-10.45"):
        assert moments(pa.array([other, "02/03/2026"]))[1][1].as_py() is None


@pytest.mark.parametrize("sign", "-/.")
def test_a_column_that_has_the_day_before_the_month_after_the_year_is_not_guessed_at(sign: str) -> None:
    """2026-04-09 beside 2026-15-09 was read as the ninth of April."""
    written = ["2026-15-09", "2026-04-09", "2026-04-09 10:00", "2026-07-07", "2026-04-15", "05-Apr-2026", "09-04-2026"]
    values, notes = moments(pa.array([cell.replace("-", sign) for cell in written]))
    assert notes.to_pylist() == ["not_a_date", "day_or_month", "day_or_month", None, None, None, None]
    assert [value is None for value in values.to_pylist()] == [True, True, True, False, False, False, False]
    # What is no day either way around says nothing of the others.
    assert moments(pa.array(["2026-32-09", "2026-13-13", "2026-04-09"]))[1].to_pylist() == ["not_a_date"] * 2 + [None]


@settings(deadline=None)
@given(st.integers(0, 10**13), st.sampled_from(["", "Rs ", "₹"]), st.sampled_from(["", "/-", " only"]))
def test_every_sum_is_read_back_to_the_paisa(paise: int, before: str, after: str) -> None:
    rupees, rest = divmod(paise, 100)
    # Written without separators, these are mobile numbers (`number_for_a_sum`).
    assume(before or after or rest or not 6 * 10**9 <= rupees < 10**10)
    digits = str(rupees)
    head, tail = digits[:-3], digits[-3:]
    indian = ",".join([*([head[max(0, k - 2) : k] for k in range(len(head), 0, -2)][::-1]), tail])
    lakh = f"{rupees // 10**5}.{rupees % 10**5:05}{rest:02} lakh"
    values, _ = amounts(pa.array([f"{before}{digits}.{rest:02}{after}", f"{before}{indian}.{rest:02}{after}", lakh]))
    assert values.to_pylist() == [paise] * 3


@settings(deadline=None)
@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 12, 31)))
def test_every_day_is_read_back(moment: datetime) -> None:
    forms = ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d-%b-%Y %I:%M:%S %p"]
    values, _ = moments(pa.array([moment.strftime(form) for form in forms]))
    assert values.to_pylist() == [int(moment.replace(microsecond=0, tzinfo=IST).timestamp()) * 1_000_000] * 3


@pytest.mark.parametrize(
    ("cell", "text", "note"),
    [
        ("31708220000001", "31708220000001", None),
        (" '0317-08 ", "0317-08", None),
        ("' 0317-08 '", "0317-08", None),
        ('="31708220000001"', "31708220000001", None),
        ("31708220000001.0", "31708220000001", None),
        ("FIR 0123/2022", "FIR 0123/2022", None),
        ("3.17082E+13", None, "precision_lost"),
        ("########", None, "spreadsheet_overflow"),
        ("12\x0034", None, "stray_character"),
        ("", None, "empty"),
        (None, None, "empty"),
        ("-", None, "empty"),
        ("9" * 201, None, "too_long"),
        ("एफआईआर ०१२३", "एफआईआर ०१२३", None),
        ("A", "A", None),
        ("Ack No. 31708220000001", "31708220000001", None),
        ("NCRP Acknowledgement Number:31708220000001.", "31708220000001", None),
        ("Acknowledgment ID - 31708220000001", "31708220000001", None),
        ("No. 123", "No. 123", None),
        ("Ack No. 3170 8220 0000 01", "31708220000001", None),
        ("Ack No-31,708,220,000,001.", "31708220000001", None),
        ("FIR No 3170 8220 0000 01", "FIR No 3170 8220 0000 01", None),
        ("No. 3170 8220 0000 012", "No. 3170 8220 0000 012", None),
        ("FIR No 31708220000001", "FIR No 31708220000001", None),
        ("31708220000001, 31708220000002", None, "several_numbers"),
        ("Ack 31708220000001\n(old: 31708220000002)", None, "several_numbers"),
        ("FIR 12/2026, 31708220000001", "FIR 12/2026, 31708220000001", None),
        ("3170822000000131708220000002", "3170822000000131708220000002", None),
        ("31708220000001/2", "31708220000001/2", None),
        ("31708220000001.00", "31708220000001", None),
        ("3170 8220 000001", "31708220000001", None),
        ("'3170-8220-000001", "31708220000001", None),
        ("31,708,220,000,001", "31708220000001", None),
        ("3170 8220 00001", "3170 8220 00001", None),
        ("1234567, 7654321", "1234567, 7654321", None),
        ("31708200000000", None, "precision_lost"),
        ("31700000000000.0", None, "precision_lost"),
        ("20000000000000", "20000000000000", None),
        ("31708220000000", "31708220000000", None),
        ("500000000", "500000000", None),
    ],
)
def test_acknowledgements(cell: str | None, text: str | None, note: str | None) -> None:
    values, notes = cells.acknowledgements(pa.array([cell], pa.string()))
    assert (values[0].as_py(), notes[0].as_py()) == (text, note)


@pytest.mark.parametrize(
    ("cell", "certain", "doubtful", "refused"),
    [
        ("98765 43210", [919876543210], [], None),
        ("9,87,65,43,210", [919876543210], [], None),
        ("9876543210,9123456789", [919876543210, 919123456789], [], None),
        ("9876543210/9123456789", [919876543210, 919123456789], [], None),
        ("9876543210 = 9123456789", [], [919876543210, 919123456789], None),
        ("9876543210=+919123456789", [], [919876543210, 919123456789], None),
        ("9876543210 (7012345678)", [], [919876543210, 917012345678], None),
        ("98765 43210 (Alt: +91 70123 45678)", [], [919876543210, 917012345678], None),
        ("+91 (98765) 43210", [919876543210], [], None),
        ('="9876543210", ="9123456789"', [919876543210, 919123456789], [], None),
        ("Mob=9876543210, Alt=9123456789", [919876543210, 919123456789], [], None),
        ("9876543210; 98765XXXXX", [], [919876543210], None),
        ("Ravi: 9876543210", [], [919876543210], None),
        ("98765 43210 12", [], [919876543210], None),
        ("Flat 12, 9876543210", [], [919876543210], None),
        ("my no is 9876543210 he called from 9812345678", [], [919876543210, 919812345678], None),
        ("98765\n43210", [], [], "broken_line"),
        ("91919876543210", [], [], "too_long"),
        ("", [], [], "empty"),
        (None, [], [], "empty"),
    ],
)
def test_numbers(cell: str | None, certain: list[int], doubtful: list[int], refused: str | None) -> None:
    read = cells.numbers(pa.array([cell], pa.string()))
    assert sorted(read.certain["msisdn"].to_pylist()) == sorted(certain)
    assert sorted(read.doubtful["msisdn"].to_pylist()) == sorted(doubtful)
    assert set(read.doubtful["cell"].to_pylist()) <= {cell}
    assert read.refused["note"].to_pylist() == [refused] * (refused is not None)


def test_numbers_of_a_column_of_floats() -> None:
    """Written out, they would have an exponent."""
    read = cells.numbers(pa.array([919876543210.0, None, 12.5]))
    assert read.certain["msisdn"].to_pylist() == [919876543210]
    assert read.refused["note"].to_pylist() == ["empty", "not_an_integer"]


@given(st.lists(st.text(alphabet="0123456789+-,;/ .()\nabcX@#&'\"=", max_size=40), max_size=20))
def test_every_cell_is_certain_or_doubtful_or_refused(texts: list[str]) -> None:
    read = cells.numbers(pa.array(texts, pa.string()))
    certain, doubtful, refused = (
        set(part["index"].to_pylist()) for part in (read.certain, read.doubtful, read.refused)
    )
    assert certain | doubtful | refused == set(range(len(texts)))
    assert not certain & doubtful
    assert not doubtful & refused
    assert all(read.doubtful["doubt"].is_valid().to_pylist())


@pytest.mark.parametrize("kind", [pa.list_(pa.string()), pa.large_list(pa.string())])
def test_a_list_without_numbers_is_refused_as_an_empty_cell_is(kind: pa.DataType) -> None:
    """Its row was refused, and no refusal named it."""
    read = cells.numbers(pa.array([["9876543210"], None, [None], []], kind))
    assert read.certain["index"].to_pylist() == [0]
    assert sorted(read.refused["index"].to_pylist()) == [1, 2, 3]
    assert {*read.refused["note"].to_pylist()} == {"empty"}


@pytest.mark.parametrize("cells_of", [[[]], [[None]]])
def test_a_list_of_nulls_is_no_text(cells_of: list[Any]) -> None:
    """It was the acknowledgement number `[]`."""
    nothing = pa.array(cells_of, pa.list_(pa.null()))
    named = {"acknowledgement_no": ["1"], "source": ["1930"], "suspect_mobiles": ["98765 43210"]}
    with ng.Registry(by="HC 1234") as registry:
        assert registry.add_complaints(pa.table(named | {"suspect_mobiles": nothing})).refused == 1
        for column in ("acknowledgement_no", "source"):
            with pytest.raises(UnsupportedTypeError, match=rf"table: column '{column}': a column of type list"):
                registry.add_complaints(pa.table(named | {column: nothing}))


#: A number of Singapore as a key, whose digits as written are an Indian mobile number.
ABROAD = pa.array([6591234567], pa.uint64())
LAYOUTS: dict[str, pa.Array[Any]] = {
    "plain": ABROAD,
    "a dictionary": ABROAD.dictionary_encode(),
    "lists": pa.ListArray.from_arrays([0, 1], ABROAD),
    "lists of one": pa.FixedSizeListArray.from_arrays(ABROAD, 1),
    "views of lists": pa.array([[6591234567]], pa.list_view(pa.uint64())),
    "lists of a dictionary": pa.ListArray.from_arrays([0, 1], ABROAD.dictionary_encode()),
    "lists of lists": pa.array([[[6591234567]]], pa.list_(pa.list_(pa.uint64()))),
    "lists of structures": pa.array([[{"n": 6591234567}]], pa.list_(pa.struct({"n": pa.uint64()}))),
    "maps": pa.array([[("n", 6591234567)]], pa.map_(pa.string(), pa.uint64())),
}


@pytest.mark.filterwarnings("ignore:UInt64 is taken for E.164")
@pytest.mark.parametrize("layout", LAYOUTS)
def test_keys_of_any_layout_are_not_read_again(layout: str) -> None:
    """Some became texts, and an Indian number was blocked in place of the one abroad that was named."""
    named = {"acknowledgement_no": ["1"], "source": ["1930"]}
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(pa.table(named | {"suspect_mobiles": LAYOUTS[layout]}))
        found = [*registry.numbers().to_array().to_pylist(), *registry.review()["msisdn"].to_pylist()]
    assert found == [6591234567]


@pytest.mark.parametrize("layout", ["plain", "a dictionary", "lists of structures", "maps"])
def test_keys_of_a_narrative_are_not_read_again(layout: str) -> None:
    """An Indian number waited for a decision."""
    named = {"acknowledgement_no": ["1"], "source": ["1930"], "suspect_mobiles": ["98765 43210"]}
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(pa.table(named | {"notes": LAYOUTS[layout]}), mapping={"narrative": "notes"})
        assert registry.review()["msisdn"].to_pylist() == [6591234567]


def test_rounded_acknowledgement_numbers_are_refused() -> None:
    """Two complaints were one."""
    named = {"source": ["1930"] * 2, "suspect_mobiles": ["98765 43210", "98123 45678"]}
    wide = pa.array([1000000001.0, 1000000002.0])
    with ng.Registry(by="HC 1234") as registry:
        for kind, fewer in ((pa.float64(), 0), (pa.float32(), 0), (pa.float32(), 999999000), (pa.float16(), 999999000)):
            numbers = pc.subtract(wide, float(fewer)).cast(kind, safe=False)
            found = registry.add_complaints(pa.table({"acknowledgement_no": numbers, **named}), dry_run=True)
            is_rounded = kind != pa.float64() and not fewer
            assert (found.added, found.refused) == ((0, 2) if is_rounded else (2, 0))


@pytest.mark.parametrize(
    "column",
    [
        pa.ExtensionArray.from_storage(pa.opaque(pa.uint64(), "n", "v"), ABROAD),
        pa.array([9876543210], pa.duration("s")),
    ],
    ids=["an extension type", "durations"],
)
def test_a_type_whose_text_would_be_digits_as_written_holds_no_numbers(column: pa.Array[Any]) -> None:
    """Both were read as Indian numbers, to block."""
    named = {"acknowledgement_no": ["1"], "source": ["1930"], "suspect_mobiles": column}
    with ng.Registry(by="HC 1234") as registry, pytest.raises(UnsupportedTypeError, match="holds no numbers"):
        registry.add_complaints(pa.table(named))


def test_words() -> None:
    words = [" Rohtak ", "ROHTAK", "charkhi  dadri", "GRP", "cybercrime.gov.in", "N/A", None, "Nuh\u00a0(Mewat)"]
    assert cells.words(pa.array(words)).to_pylist() == [
        "Rohtak", "Rohtak", "Charkhi Dadri", "GRP", "cybercrime.gov.in", None, None, "Nuh (Mewat)",
    ]  # fmt: skip
