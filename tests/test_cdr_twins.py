"""Two columns, two files or two reports where one is expected: which of them counts, and what is decided over all."""

from __future__ import annotations

import gzip
import json
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import numguard as ng
from numguard.cli import run
from numguard.errors import InputError, NumguardError

CALLS = "A Number,B Number,Call Type,Date,Time,IMEI"
SEEN = "MSISDN,IMEI,Date,Time"
IMEI, FOREIGN = "490154203237518", "358240051111110"
OUT = f"9876543210,9000000001,OUT,01/09/2026,10:00:00,{IMEI}"
IN = f"9111111111,9876543210,IN,02/09/2026,11:00:00,{IMEI}"
AGAIN = IN.replace("11:00", "12:00")


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def read(tmp_path: Path, *lines: str) -> tuple[list[dict[str, object]], ng.FileSummary]:
    records = ng.read_cdr(write(tmp_path / "calls.csv", *lines))
    rows = records.read_all().to_pylist()
    return rows, records.summary.files[0]


@pytest.fixture
def calls(tmp_path: Path) -> list[Path]:
    incoming = [IN, AGAIN]
    rows = {"q1.csv": [OUT], "q2.csv": incoming, "q3.csv": [row.replace("02/09", "03/09") for row in incoming]}
    return [write(tmp_path / name, CALLS, *of) for name, of in rows.items()]


def test_callers_are_seen_over_all_files_of_common(calls: list[Path], capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["common", *map(str, calls)]) != 0
    found = capfd.readouterr()
    assert "the handsets of incoming calls are those of the B numbers" in found.err
    assert "9111111111" not in found.out


def test_callers_are_seen_over_all_readers_of_a_call(calls: list[Path]) -> None:
    def readers() -> list[ng.Cdr]:
        return [ng.read_cdr(path) for path in calls]

    for verb in (
        lambda: ng.common({str(n): reader for n, reader in enumerate(readers())}),
        lambda: ng.common(readers()[::-1]),
        lambda: ng.changes(readers()),
        lambda: ng.expand(["9111111111"], readers()),
    ):
        with pytest.raises(InputError, match=r"q\d.csv: line 1: the handsets of incoming calls"):
            verb()
    # What one call has read is nothing to the next.
    assert ng.common(readers()[1:]).table["key"].to_pylist() == [919111111111]


def test_dates_with_the_month_first_are_seen_over_all_files_of_common(tmp_path: Path) -> None:
    days = {"mf1.csv": ["09/13/2026", "09/01/2026"], "mf2.csv": ["09/02/2026"], "mf3.csv": ["09/13/2026", "11/11/2026"]}
    paths = [
        write(tmp_path / name, SEEN, *(f"9876543210,{IMEI},{day},10:00:00" for day in of)) for name, of in days.items()
    ]
    warnings = ng.common({path.name: ng.read_cdr(path) for path in paths}).account["warnings"]
    assert any("mf2.csv: 1 dates were read with the day first" in warning for warning in warnings)


ELSEWHERE = f"9222222222,9876543211,IN,01/09/2026,11:00:00,{FOREIGN}"
HALF = [OUT, IN, AGAIN, ELSEWHERE, ELSEWHERE.replace("11:00", "12:00")]
OTHERS = [f"91000{n:05},92000{n:05},IN,01/09/2026,11:00:00,{FOREIGN}" for n in range(9)]
SECOND = [row.replace("9876543210", "9876543299").replace(IMEI, "352099001761481") for row in (OUT, IN)]


@pytest.mark.parametrize("rows", [HALF, [OUT, IN, *SECOND, *OTHERS]])
def test_called_parties_that_mostly_make_no_call_show_callers(tmp_path: Path, rows: list[str]) -> None:
    """As in an hour at a tower: half of the calls, or two handsets."""
    with pytest.raises(InputError, match="the handsets of incoming calls"):
        read(tmp_path, CALLS, *rows)


#: The phone's third SIM, which is in no other handset.
THIRD = [row.replace("9876543210", "9876543277") for row in (OUT, IN)]


@pytest.mark.parametrize("rows", [[OUT, IN], [OUT, IN, ELSEWHERE], [OUT, IN, *OTHERS], [OUT, IN, *THIRD, *OTHERS]])
def test_one_call_or_one_handset_among_many_shows_no_callers(tmp_path: Path, rows: list[str]) -> None:
    """The called number may be another SIM of the phone."""
    assert len(read(tmp_path, CALLS, *rows)[0]) == len(rows)


TWO = ("Target Number,MSISDN,B Party,IMEI,Date,Time", "01/09/2026,10:00:00")


def test_of_two_subjects_the_one_that_is_the_other_party_is_not_served(tmp_path: Path) -> None:
    header, when = TWO
    rows, summary = read(tmp_path, header, f"9876543210,9123456789,09876543210,{IMEI},{when}")
    assert [row["served_msisdn"] for row in rows] == [919123456789]
    assert summary.not_read == ["Target Number"]
    rows, _ = read(tmp_path, header, f"9123456789,9876543210,09876543210,{IMEI},{when}")
    assert [row["served_msisdn"] for row in rows] == [919123456789]


@pytest.mark.parametrize("header", ["Phone Number,Subscriber Number", "Target,MSISDN"])
def test_two_subjects_that_differ_are_an_error(tmp_path: Path, header: str) -> None:
    lines = f"{header},IMEI,Date,Time", f"9876543210,9123456789,{IMEI},{TWO[1]}"
    with pytest.raises(InputError, match=r"calls\.csv: line 2: .* both have the number whose handset") as error:
        read(tmp_path, *lines)
    assert "--map" in str(error.value)
    assert "98765" not in str(error.value)
    cells = zip(*(line.split(",") for line in lines), strict=True)
    with pytest.raises(InputError, match=r"^table: line 1: "):  # as `row` has it
        ng.read_cdr(pa.table({name: [cell] for name, cell in cells}))
    rows, _ = read(tmp_path, lines[0], f"+91 98765 43210,9876543210,{IMEI},{TWO[1]}")
    assert [row["served_msisdn"] for row in rows] == [919876543210]


@pytest.mark.parametrize("searched", ["404-45-1234-567", "40445012345678", IMEI, "404450000000001"])
def test_a_target_that_is_a_cell_or_a_handset_is_not_served(tmp_path: Path, searched: str) -> None:
    rows, _ = read(tmp_path, "Target,MSISDN,IMEI,Date,Time", f"{searched},9123456789,{IMEI},{TWO[1]}")
    assert [row["served_msisdn"] for row in rows] == [919123456789]


@pytest.mark.parametrize("mark", ["IST", "Local", "+05:30", "UTC+05:30"])
@pytest.mark.parametrize("name", ["Start Time", "Call Time"])
def test_of_two_times_the_one_of_india_is_read(tmp_path: Path, name: str, mark: str) -> None:
    times = ("2026-08-31 20:00:00", "2026-09-01 01:30:00")
    for header, cells in (
        (f"{name},{name} ({mark})", times),
        (f"{name} ({mark}),{name} (UTC)", times[::-1]),
        (f"{name} (GMT),{name} ({mark})", times),
    ):
        rows, summary = read(
            tmp_path, f"MSISDN,IMEI,{header},Cell ID", f"9123456789,{IMEI},{','.join(cells)},404-45-1-2"
        )
        assert [f"{row['at']:%d %H:%M}" for row in rows] == ["01 01:30"]
        assert not summary.warnings


def test_a_date_of_no_zone_beside_the_time_of_india_is_not_read(tmp_path: Path) -> None:
    header = "MSISDN,IMEI,Date,Time,Time (IST),Date (IST)"
    cells = f"9123456789,{IMEI},31/08/2026,20:00:00,01:30:00,01/09/2026"
    assert f"{read(tmp_path, header, cells)[0][0]['at']:%d %H:%M}" == "01 01:30"
    rows, summary = read(tmp_path, header.replace("Date (IST)", "Remark"), cells)
    assert rows[0]["at"] is None
    assert summary.missing == ["times"]


@pytest.mark.parametrize(
    "header", ["Date,Date (IST),Time (IST)", "Date (IST),Time (IST),Time", "Date,Time,Date (IST),Time (IST)"]
)
def test_a_pair_marked_as_indias_is_read(tmp_path: Path, header: str) -> None:
    cells = {"Date": "31/08/2026", "Time": "20:00:00", "Date (IST)": "01/09/2026", "Time (IST)": "01:30:00"}
    row = ",".join(cells[name] for name in header.split(","))
    rows, summary = read(tmp_path, f"MSISDN,IMEI,{header}", f"9123456789,{IMEI},{row}")
    assert [f"{row['at']:%d %H:%M}" for row in rows] == ["01 01:30"]
    assert not summary.warnings


@pytest.mark.parametrize(
    ("header", "warning"),
    [
        ("Date,Time,Time (IST)", "two columns have times, and which date belongs to 'Time (IST)' is not known"),
        (
            "Call Date (DD/MM/YYYY),Call Time (HH:MM:SS),Call Time (IST)",
            "two columns have times, and which date belongs to 'Call Time (IST)' is not known",
        ),
        (
            "Call Date,Call Date (IST),Call Time",
            "two columns have dates, and which of them belongs to 'Call Time' is not known",
        ),
        ("Date (IST),Date,Time", "two columns have dates, and which of them belongs to 'Time' is not known"),
    ],
)
def test_half_of_a_pair_of_india_is_a_doubt(tmp_path: Path, header: str, warning: str) -> None:
    cells = ("31/08/2026" if "Date" in name else "01:30:00" for name in header.split(","))
    lines = f"MSISDN,IMEI,{header}", f"9123456789,{IMEI},{','.join(cells)}"
    rows, summary = read(tmp_path, *lines)
    assert rows[0]["at"] is None
    assert summary.warnings == [f"{warning}: name the columns"]
    with pytest.raises(InputError, match="no column of times is read, and strict requires it"):
        ng.read_cdr(write(tmp_path / "strict.csv", *lines), strict=True).read_all()


@pytest.mark.parametrize("day", ["Call Date", "Date (IST)"])
def test_a_moment_beside_its_own_day_is_read(tmp_path: Path, day: str) -> None:
    times = ["01/11/2026 10:00:00", "2026-11-01T18:20:00Z", "11:00:00"]
    refused = ["02/11/2026 10:00:00", "2026-11-01T20:20:00Z", "01/11/2026", "11/01/2026 10:00:00"]
    rows = [f"9876543210,{IMEI},01/11/2026,{time}" for time in (*times, *refused)]
    records = ng.read_cdr(write(tmp_path / "a.csv", f"Target No,IMEI,{day},Start Time", *rows))
    read = [f"{at:%d %H:%M}" for at in records.read_all()["at"].to_pylist()]
    assert read == ["01 10:00", "01 23:50", "01 11:00"]
    assert records.summary.refused == {"unreadable_time": len(refused)}


def test_a_time_that_is_named_by_a_caller_is_read(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv", "MSISDN,Start Time,Start Time (IST)", "9123456789,2026-08-31 20:00,2026-09-01 01:30"
    )
    found = ng.read_cdr(path, layout={"served": "MSISDN", "at": "Start Time"}).read_all()
    assert f"{found['at'][0].as_py():%d %H:%M}" == "31 20:00"


def test_card_and_place_of_the_caller_are_not_the_called_partys(tmp_path: Path) -> None:
    header = "Calling Party Number,Called Party Number,{}IMSI (A),Call Type,Date,Time,First Cell ID (A),Lat Long"
    cells = "9876543210,9123456789,{}404450000000001,IN,01/09/2026,10:00:00,404-45-1-2,28.6139/77.2090"
    for heading, cell in (("IMEI (A),", f"{IMEI},"), ("", "")):
        rows, _ = read(tmp_path, header.format(heading), cells.format(cell))
        assert rows[0]["served_msisdn"] == 919123456789
        assert [rows[0][name] for name in ("imei14", "imsi", "first_cell", "latitude")] == [None] * 4


@pytest.mark.parametrize("cell", ["First Cell ID A", "IMSI A", "IMEI (A)"])
def test_columns_of_the_caller_alone_are_not_read(tmp_path: Path, cell: str) -> None:
    header = f"Calling No,Called No,Call Type,Date,Time,IMEI,{cell},Circle"
    calls = f"9876543210,9123456789,IN,01/09/2026,10:00:00,{IMEI},{FOREIGN},Delhi"
    rows, summary = read(tmp_path, header, calls)
    left_out = [cell, "Circle"] if cell == "First Cell ID A" else [cell]
    warnings = [f"the column {name!r} is of the A number, and is not read for the called one" for name in left_out]
    assert (summary.warnings, summary.missing) == (warnings, [])
    assert rows[0]["imei14"] == int(IMEI[:14])
    assert rows[0]["place"] == ("Delhi" if cell != "First Cell ID A" else None)


@pytest.mark.parametrize(
    ("header", "alike", "odd"),
    [
        ("Phone Number,Subscriber Number", "{0},{0}", "9111100001,9876500001"),
        ("Target,MSISDN,B Party", "{0},{1},{0}", "9876500001,9111100001,9222200001"),
    ],
)
def test_two_subjects_that_differ_in_any_row_are_an_error(tmp_path: Path, header: str, alike: str, odd: str) -> None:
    rows = [alike.format(f"98765{n:05}", f"98111{n:05}") for n in range(500)]
    lines = [f"{row},{IMEI},{TWO[1]}" for row in [*rows, odd]]
    with pytest.raises(InputError, match=r"calls\.csv: line 502: .* may both have the number whose handset") as error:
        read(tmp_path, f"{header},IMEI,Date,Time", *lines)
    assert "91111" not in str(error.value)
    served = 919876500499 if "B Party" not in header else 919811100499
    assert read(tmp_path, f"{header},IMEI,Date,Time", *lines[:-1])[0][-1]["served_msisdn"] == served


@pytest.mark.parametrize("name", ["Start Time", "Date Time"])
def test_clocks_of_india_beside_whole_times_cost_no_row(tmp_path: Path, name: str) -> None:
    """The whole times may be of another zone."""
    cells = f"9123456789,{IMEI},2026-08-31 20:00:00,01:30:00"
    rows, summary = read(tmp_path, f"MSISDN,IMEI,{name},{name} (IST)", cells)
    assert [(row["imei14"], row["at"]) for row in rows] == [(int(IMEI[:14]), None)]
    assert f"'{name} (IST)' has no days" in summary.warnings[0]


@pytest.mark.parametrize(
    ("header", "at"),
    [
        ("Call Date,Call Time,Date Time (IST)", "01 01:30"),
        ("Call Date,Call Time,Date (IST),Time (IST)", "01 01:30"),
        ("Date,Start Time,Time (IST)", None),
        ("Date (IST),Start Date,Start Time", None),
        ("Call Date,Call Time,Time (IST)", None),
    ],
)
def test_a_date_and_a_time_are_of_one_pair(tmp_path: Path, header: str, at: str | None) -> None:
    marked = {"Date Time (IST)": "2026-09-01 01:30:00", "Date": "01/09/2026", "Time": "01:30:00"}
    cells = [
        marked.get(name) or marked[name.split()[-2]]
        if "IST" in name
        else "31/08/2026"
        if "Date" in name
        else "20:00:00"
        for name in header.split(",")
    ]
    rows, summary = read(tmp_path, f"MSISDN,IMEI,{header}", f"9123456789,{IMEI},{','.join(cells)}")
    assert [row["at"] and f"{row['at']:%d %H:%M}" for row in rows] == [at]
    assert ["which" in warning for warning in summary.warnings] == [True] * (at is None)


def test_a_handset_of_the_caller_alone_is_named(tmp_path: Path) -> None:
    header = "Calling No,Called No,Call Type,Date,Time,IMEI (A)"
    rows, summary = read(tmp_path, header, f"9876543210,9123456789,IN,01/09/2026,10:00:00,{IMEI}")
    assert rows[0]["imei14"] is None
    assert summary.warnings == ["the column 'IMEI (A)' is of the A number, and is not read for the called one"]


@pytest.mark.parametrize("target", ["404-45-1234-5678", IMEI])
@pytest.mark.parametrize("parties", ["A Party,B Party", "Calling No,Called No"])
@pytest.mark.parametrize("below", ["", "End of report,,,,,,", "Total: 2,,,,,,", "Target,{},Call Type,Date,Time,IMEI"])
def test_parties_beside_a_target_that_is_a_cell_or_a_handset(
    tmp_path: Path, parties: str, target: str, below: str
) -> None:
    """A footer, or the header of a page, is no row."""
    calls = [f"{target},9876543210,9000000001,OUT,01/09/2026,10:00:00,{IMEI}"]
    calls += [f"{target},9876543210,9000000001,MTC,01/09/2026,11:00:00,{FOREIGN}"]
    rows, summary = read(tmp_path, f"Target,{parties},Call Type,Date,Time,IMEI", *calls, below.format(parties))
    assert [row["served_msisdn"] for row in rows] == [919876543210, 919000000001]
    assert summary.not_read == ["Target"]


@pytest.mark.parametrize("searched", ["40445012345678", "404451234567890", "35012345678901"])
def test_a_cell_or_a_card_in_the_preamble_is_no_target(tmp_path: Path, searched: str) -> None:
    header = (
        "Calling Party Telephone Number,Called Party Telephone Number,Call Date,Call Time,Call Termination Time,"
        "Call Duration,Call Type,First Cell ID,IMEI,IMSI"
    )
    cells = f"9876543210,9123456789,01/09/2026,10:00:00,10:01:00,60,a_in,{searched},{IMEI},404450000000001"
    title = f"Input Value (MSISDN/B PARTY/IMEI/IMSI/CELL ID) :,'{searched}'"
    _, summary = read(tmp_path, title, header, cells)
    assert (summary.target_imei14, summary.warnings) == (None, [])


@pytest.mark.parametrize(
    ("first", "second", "stated"), [("Total records: 2", "", None), ("Total records: 2", "Total records: 2", 4)]
)
def test_a_count_of_one_of_two_reports_is_not_compared(
    tmp_path: Path, first: str, second: str, stated: int | None
) -> None:
    rows = [f"987654321{n},{IMEI},01/09/2026,10:00:00" for n in range(4)]
    _, summary = read(tmp_path, first, SEEN, *rows[:2], second, SEEN, *rows[2:])
    assert (summary.stated_rows, summary.warnings) == (stated, [])


def test_a_count_is_compared_with_the_rows_of_all_pages(tmp_path: Path) -> None:
    rows = [f"987654321{n},{IMEI},01/09/2026,10:00:00" for n in range(3)]
    _, summary = read(tmp_path, "Total records: 4", SEEN, *rows[:2], "Page 1 of 2", SEEN, *rows[2:])
    assert summary.warnings == ["the report states 4 rows, and 3 were found"]


@pytest.mark.parametrize(
    ("lines", "stated"),
    [
        (["Total records: 50", SEEN, 3, SEEN, 2], 50),
        ([SEEN, 3, SEEN, 2, "Total records: 50"], 50),
        ([SEEN, 3, SEEN, 2, "Total records: 5"], 5),
        (["Total records: 5", SEEN, 3, SEEN, 2, "Total records: 5"], 5),
        ([SEEN, 3, "Total records: 3", SEEN, 2, SEEN, 2, "Total records: 4"], 7),
        ([SEEN, 3, "Total records: 9", SEEN, 2], 9),
        ([SEEN, 3, "Total records: 3", SEEN, 2], None),
        ([SEEN, 3, SEEN, 2, "Total records: 2"], None),
    ],
)
def test_a_header_on_each_page_leaves_the_count(tmp_path: Path, lines: list[str | int], stated: int | None) -> None:
    rows = (f"98765432{n:02},{IMEI},01/09/2026,10:00:00" for n in range(99))
    text = [line for of in lines for line in ([next(rows) for _ in range(of)] if isinstance(of, int) else [of])]
    _, summary = read(tmp_path, *text)
    assert summary.stated_rows == stated
    is_cut_short = stated not in (None, summary.rows)
    assert summary.warnings == [f"the report states {stated} rows, and {summary.rows} were found"] * is_cut_short


ALIKE = "{}: has the same numbers, as often and with the same first and last times, as {}: if it is the same dump, "
ALIKE += "take one of them out"


def test_dumps_that_may_be_copies_are_named(tmp_path: Path) -> None:
    rows = [f"9876543{n:03},{IMEI},01/09/2026,10:00:{n:02}" for n in range(20)]
    dump = write(tmp_path / "t1.csv", "Tower 1", SEEN, *rows)
    write(tmp_path / "titled.csv", "Site 1", SEEN, *rows)
    write(tmp_path / "turned.csv", SEEN, *rows[::-1])
    write(tmp_path / "other.csv", SEEN, *rows[:-1], rows[-1].replace("10:00", "11:00"))
    (tmp_path / "t1.csv.gz").write_bytes(gzip.compress(dump.read_bytes()))
    for name in ("titled.csv", "turned.csv", "t1.csv.gz", "other.csv"):
        for at_least in (1, 2):
            readers = {one: ng.read_cdr(tmp_path / one) for one in ("t1.csv", name)}
            warnings = ng.common(readers, at_least=at_least).account["warnings"]
            assert warnings == ([] if name == "other.csv" else [ALIKE.format(name, "t1.csv")])


def test_tables_that_may_be_copies_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    times = [datetime(2026, 9, 1, 10, n % 60) for n in range(200)]
    table = pa.table({"served_msisdn": [9_876_543_210 + n for n in range(200)], "at": times})
    turned = table.take(list(range(199, -1, -1)))
    other = pa.table({"served_msisdn": [9_876_543_309 + n for n in range(200)], "at": times})
    nothing = table.slice(0, 0)
    for rows_kept in (1 << 20, 1):
        monkeypatch.setattr(sys.modules[ng.common.__module__], "_ROWS_KEPT", rows_kept)
        assert ng.common([table, other, turned]).account["warnings"] == [ALIKE.format("source 3", "source 1")]
        # Two without a row are no copies; each is named for that alone.
        empty = [f"source {n}: has no number that can be read" for n in (3, 4)]
        assert ng.common([table, other, nothing, nothing.slice(0)]).account["warnings"] == empty


def test_dumps_that_have_few_keys_in_common_are_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """To compare twenty dumps of one length took ten times as long as to find what they have in common."""
    again: list[int] = []
    search = sys.modules[ng.common.__module__]._Search
    monkeypatch.setattr(search, "digest", lambda _, source: again.append(source))
    dumps = [pa.table({"served_msisdn": [9_876_543_210, 9_812_345_000 + n]}) for n in range(3)]
    assert ng.common(dumps, at_least=3).table["key"].to_pylist() == [919_876_543_210]
    assert again == []
    ng.common([*dumps, dumps[0].take([1, 0])])
    assert again == [0, 3]


NOON = datetime(2026, 9, 1, 12)


@pytest.mark.parametrize(
    "times",
    [
        None,
        [None] * 30,
        [date(2026, 9, 1 + n % 2) for n in range(30)],
        [datetime(2026, 9, 1 + n % 2) for n in range(30)],
        [NOON] * 30,
        [NOON + timedelta(minutes=n) for n in range(19)],
        [NOON, NOON + timedelta(1, 60), *[datetime(2026, 9, 2)] * 28],
    ],
    ids=["no column", "no time", "dates", "midnights", "one second", "few rows", "few times"],
)
def test_two_towers_of_the_same_numbers_are_no_copies(times: list[Any] | None) -> None:
    """Without times of day their handsets and cells may be others."""

    def dump(tower: int) -> pa.Table:
        count = 30 if times is None else len(times)
        columns = {"served_msisdn": [9_876_543_210 + n for n in range(count)], "cell": [f"404-45-{tower}"] * count}
        if times is not None:
            columns["at"] = pa.array(times, pa.timestamp("us")) if times[0] is None else times
        return pa.table(columns)

    found = ng.common([dump(1), dump(2)])
    assert (found.table.num_rows, found.account["warnings"]) == (30 if times is None else len(times), [])


@pytest.mark.parametrize("verb", [["changes"], ["cdr", "read"], ["common"]])
def test_copies_are_in_the_summary_too(verb: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    paths = [write(tmp_path / name, SEEN, f"9876543210,{IMEI},01/09/2026,10:00:00") for name in ("x1.csv", "x2.csv")]
    assert run([*verb, *map(str, paths), "--json", "-o", str(tmp_path / "o.csv")]) == 0
    (warning,) = json.loads(capfd.readouterr().out)["warnings"]
    # In `common` each file is a source, of which no row is read twice.
    assert ("its rows are read twice" in warning) == (verb != ["common"])


def test_readers_that_end_with_an_error_leave_nothing_behind(calls: list[Path]) -> None:
    with pytest.raises(NumguardError):
        ng.common([ng.read_cdr(path) for path in calls])
    assert ng.read_cdr(calls[1]).read_all().num_rows == 2
