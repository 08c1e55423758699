"""Files as analysts and their spreadsheets leave them: each oddity is read for what it is, or refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

import numguard as ng
from numguard.cdr import CDR_NOTES, Cdr, Layout, read_cdr
from numguard.errors import InputError
from numguard.source import lines as source_lines
from workbooks import book_of

HEADER = "MSISDN,B Party,IMEI,IMSI,Call Date,Call Time,Call Type,Duration"
ROW = "9876543210,9812345678,358967101234560,404980000000001,01/06/2026,08:01:39,OUT,61"
READ = {
    "served_msisdn": 919876543210,
    "imei14": 35896710123456,
    "imsi": "404980000000001",
    "other_msisdn": 919812345678,
    "at": "2026-06-01 08:01:39",
    "direction": "out",
    "duration_s": 61,
}


def read(tmp_path: Path, *lines: str) -> Cdr:
    path = tmp_path / "calls.csv"
    path.write_text("\n".join(lines) + "\n")
    return read_cdr(path)


def rows(cdr: Cdr) -> list[dict[str, object]]:
    table = cdr.read_all().select(list(READ))
    return [row | {"at": str(row["at"])[:19]} for row in table.to_pylist()]


def refused(cdr: Cdr) -> list[tuple[int, str]]:
    return list(zip(cdr.refused["row"].to_pylist(), cdr.refused["note"].to_pylist(), strict=True))


@pytest.mark.parametrize(
    "row",
    [
        ROW,
        ROW.replace(",", " ,  "),
        ",".join(f"'{cell}'" for cell in ROW.split(",")),
        ",".join(f'"{cell}"' for cell in ROW.split(",")),
        ",".join(f'="{cell}"' for cell in ROW.split(",")),
        ",".join(f'"=""{cell}"""' for cell in ROW.split(",")),
        # As a program writes columns of floats, and days as instants.
        "9876543210.0,9812345678.0,358967101234560.0,404980000000001.0,2026-06-01 00:00:00,08:01:39,OUT,61.0",
        "9876543210,9812345678,3.58967101234560E+14,404980000000001,01-06-2026 00:00,08:01:39 IST,OUT,00:01:01",
        # The other party with the type of address and the country code before it, as a switch keeps it.
        ROW.replace("9812345678", "91919812345678"),
        ROW.replace("9812345678", "11919812345678"),
    ],
)
def test_one_row_in_many_written_forms(tmp_path: Path, row: str) -> None:
    cdr = read(tmp_path, HEADER, row)
    assert rows(cdr) == [READ], refused(cdr)
    assert cdr.summary.unread == {}


@pytest.mark.parametrize("written", ["91919876543210", "11919876543210", "31049876543210"])
def test_a_prefix_is_taken_off_the_other_party_alone(tmp_path: Path, written: str) -> None:
    served = read(tmp_path, HEADER, ROW.replace("9876543210", written))
    assert rows(served) == []
    assert refused(served) == [(2, "too_long")]
    # A routing number has to have a column of its own.
    other = read(tmp_path, HEADER, ROW.replace("9812345678", "31049812345678"))
    assert [row["other_msisdn"] for row in rows(other)] == [None]
    assert other.summary.unread == {"other_msisdn": {"too_long": 1}}


@pytest.mark.parametrize("written", ["91911234567890", "21919812345678", "919191981234567", "9191981234567"])
def test_what_only_looks_like_a_prefix_stays_unread(tmp_path: Path, written: str) -> None:
    cdr = read(tmp_path, HEADER, ROW.replace("9812345678", written))
    assert [row["other_msisdn"] for row in rows(cdr)] == [None]


@pytest.mark.parametrize(
    "line",
    [
        "Grand Total,,,,,,,61",
        "Total,,,,,,,61",
        "Total Duration : 61",
        "Page 1 of 2",
        "Page No. 3",
        "*** END OF REPORT ***",
    ],
)
def test_totals_and_page_lines_are_no_rows(tmp_path: Path, line: str) -> None:
    cdr = read(tmp_path, HEADER, ROW, line)
    assert rows(cdr) == [READ]
    assert refused(cdr) == []
    assert sum(cdr.summary.skipped.values()) == 1


def test_a_piece_of_a_row_after_a_page_line_is_not_lost(tmp_path: Path) -> None:
    cdr = read(tmp_path, HEADER, ROW, "Page 1 of 2", "98765", ROW)
    assert rows(cdr) == [READ, READ]
    assert refused(cdr) == [(4, "too_few_fields")]


@pytest.mark.parametrize("wording", ["Nil", "NIL REPORT", "No Record(s) Found", "no cdr available for the period"])
def test_wordings_of_no_records(tmp_path: Path, wording: str) -> None:
    assert rows(read(tmp_path, "BHARTI AIRTEL LTD", wording)) == []
    assert rows(read(tmp_path, HEADER, wording)) == []


def test_rows_under_the_header_of_another_table_are_refused(tmp_path: Path) -> None:
    """Two reports joined into one file, the second with the parties in the other order: the number that was called
    would be paired with the handset of the caller."""
    other = "B Party,MSISDN,IMEI,IMSI,Call Date,Call Time,Call Type,Duration"
    turned = "9812345678,9876543210,358967101234560,404980000000001,01/06/2026,08:01:39,OUT,61"
    cdr = read(tmp_path, HEADER, ROW, other, turned, turned, HEADER, ROW, ROW)
    assert rows(cdr) == [READ] * 3
    assert refused(cdr) == [(4, "another_header"), (5, "another_header")]
    assert "another_header" in CDR_NOTES
    assert cdr.summary.skipped == {"header": 2}


def test_that_holds_from_block_to_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from numguard.source import lines as line_reader

    monkeypatch.setattr(line_reader, "BLOCK_BYTES", 1000)
    other = "B Party,MSISDN,IMEI,IMSI,Call Date,Call Time,Call Type,Duration"
    cdr = read(tmp_path, HEADER, *[ROW] * 50, other, *[ROW] * 70, HEADER, *[ROW] * 30)
    assert rows(cdr) == [READ] * 80
    assert [note for _, note in refused(cdr)] == ["another_header"] * 70


def test_the_same_header_written_otherwise_is_the_same(tmp_path: Path) -> None:
    again = "MSISDN , b-party,'IMEI',Imsi,CALL DATE,Call Time,call_type,Duration (s)"
    cdr = read(tmp_path, HEADER, ROW, again, ROW)
    assert rows(cdr) == [READ, READ]
    assert refused(cdr) == []


@pytest.mark.parametrize(
    ("date", "note"),
    [
        ("01/06/26", "two_digit_year"),
        ("01-Jun-26", "two_digit_year"),
        ("01/06/26 00:00:00", "two_digit_year"),
        ("01/06/2026 08:01:39", "unreadable_date"),
        ("45000", "unreadable_date"),
        ("31/06/2026", "unreadable_date"),
    ],
)
def test_a_date_that_could_be_another_refuses_its_row(tmp_path: Path, date: str, note: str) -> None:
    cdr = read(tmp_path, HEADER, ROW.replace("01/06/2026", date), ROW)
    assert rows(cdr) == [READ]
    assert refused(cdr) == [(2, note)]
    assert cdr.summary.refused_lines == {note: [(str(tmp_path / "calls.csv"), 2)]}


@pytest.mark.parametrize("date", ["06/13/2026", "6/13/2026", "06-13-2026 00:00:00"])
def test_dates_are_not_read_beside_one_with_the_month_first(tmp_path: Path, date: str) -> None:
    """They mean that 06/01/2026 may be 1 June, and not 6 January: neither is read."""
    others = [
        ROW.replace("01/06/2026", other) for other in (date, "02/06/2026", "06/06/2026", "14/06/2026", "2026-06-02")
    ]
    cdr = read(tmp_path, HEADER, ROW, *others)
    assert [str(row["at"])[8:10] for row in rows(cdr)] == ["06", "14", "02"]
    assert refused(cdr) == [(2, "day_or_month"), (3, "month_first"), (4, "day_or_month")]
    (warning,) = cdr.summary.warnings
    assert "1 dates have the month first" in warning
    assert read(tmp_path, HEADER, ROW).summary.warnings == []


def test_dates_far_above_the_first_with_the_month_first_are_counted(tmp_path: Path) -> None:
    """A file is read in blocks of megabytes: what was returned is not taken back, but a warning counts it."""
    count = 2 * source_lines.BLOCK_BYTES // len(ROW)
    cdr = read(tmp_path, HEADER, *[ROW] * count, ROW.replace("01/06/2026", "06/13/2026"), *[ROW] * count)
    read_rows = len(rows(cdr))
    (part,) = cdr.summary.files
    assert part.day_or_month == read_rows
    assert part.refused == {"month_first": 1, "day_or_month": 2 * count - read_rows}
    assert 0 < read_rows <= count
    assert f"{read_rows} dates far above the first of them" in part.warnings[-1]


def test_rows_that_are_not_of_the_target_are_counted(tmp_path: Path) -> None:
    cdr = read(tmp_path, "Call details of Mobile No : 9876543210", HEADER, ROW, ROW.replace("9876543210", "9700000001"))
    assert len(rows(cdr)) == 2
    (part,) = cdr.summary.files
    assert (part.target_msisdn, part.off_target) == (919876543210, 1)
    (warning,) = cdr.summary.warnings
    assert "1 row" in warning


def test_a_layout_of_ones_own_says_which_call_types_mean_what(tmp_path: Path) -> None:
    own = Layout(
        name="own",
        signature=("von", "nach"),
        columns={"calling": ("von",), "called": ("nach",), "call_type": ("art",), "imei": ("geraet",)},
        call_types={"ankommend": "in", "abgehend*": "out"},
    )
    path = tmp_path / "own.csv"
    path.write_text(
        "Von,Nach,Art,Geraet\n9876543210,9812345678,ankommend,358967101234560\n"
        "9876543210,9812345678,abgehend (Bild),358967101234560\n9876543210,9812345678,verpasst,358967101234560\n"
    )
    cdr = read_cdr(path, layout=own)
    assert cdr.read_all()["served_msisdn"].to_pylist() == [919812345678, 919876543210]
    assert refused(cdr) == [(4, "unknown_call_type")]
    assert cdr.summary.layout == "own"


def test_a_file_of_refused_rows_lists_them_all(tmp_path: Path) -> None:
    bad = [
        ROW.replace("01/06/2026", "01/06/26"),
        ROW.replace("9876543210", "98765XXXXX"),
        ROW + ",x",
        ROW.replace("08:01:39", "25:00:00"),
        ROW.replace("9876543210", "98765XXXXX").replace("01/06/2026", "-"),
    ]
    cdr = read(tmp_path, HEADER, *bad * 150)
    assert rows(cdr) == []
    notes = ["two_digit_year", "masked", "too_many_fields", "unreadable_time", "masked"]
    assert refused(cdr) == [(line, note) for line, note in enumerate(notes * 150, start=2)]
    assert cdr.summary.refused == {note: 150 * notes.count(note) for note in notes}
    (part,) = cdr.summary.files
    assert part.refused_lines["masked"][:3] == [3, 6, 8]
    assert {len(lines) for lines in part.refused_lines.values()} == {100}


@pytest.mark.parametrize(
    ("header", "row", "imei", "at"),
    [
        (
            "MSISDN,IMEI,IMSI,Source IP,Destination IP,Start Date,Start Time,End Date,End Time,Duration,APN",
            "919876543210,3589671012345601,404980000000001,10.0.0.1,10.0.0.2,01/06/2026,08:01:39,01/06/2026,08:02,21,www",
            35896710123456,
            "2026-06-01 08:01:39",
        ),
        (
            "Subscriber MSISDN|IMEI|Session Start Time|Session End Time",
            "919876543210|3589671012345601|01-Jun-2026 08:01:39|01-Jun-2026 08:05:39",
            35896710123456,
            "2026-06-01 08:01:39",
        ),
        (
            "Mobile No;IMEI;IMSI;First Seen;Last Seen",
            "09876543210;35-896710-123456-0;-;01/06/2026 08:01;02/06/2026 08:00",
            35896710123456,
            "2026-06-01 08:01:00",
        ),
        # Of two handsets in a row the served party's is meant.
        (
            "A Party,B Party,B Party IMEI,A Party IMEI,Date,Time,Call Type",
            "9876543210,9812345678,866284043482070,358967101234560,01/06/2026,08:01:39,Incoming",
            35896710123456,
            "2026-06-01 08:01:39",
        ),
        (
            "A Party,B Party,B Party IMEI,Date,Time,Call Type",
            "9876543210,9812345678,866284043482070,01/06/2026,08:01:39,Incoming",
            None,
            "2026-06-01 08:01:39",
        ),
    ],
)
def test_tables_are_identified_by_their_headings(
    tmp_path: Path, header: str, row: str, imei: int | None, at: str
) -> None:
    cdr = read(tmp_path, header, row)
    (found,) = rows(cdr)
    assert (found["served_msisdn"], found["imei14"], found["at"]) == (919876543210, imei, at)
    assert cdr.summary.layout == "generic"


def test_a_heading_may_span_lines_and_a_part_of_one_is_none(tmp_path: Path) -> None:
    row = "9812345678,358967101234560,01/06/2026"
    cdr = read(tmp_path, '"B Party\nMobile No",IMEI,Call Date,"Target\nNo"', f"{row},9876543210")
    (found,) = rows(cdr)
    assert (found["served_msisdn"], found["other_msisdn"]) == (919876543210, None)
    assert (cdr.summary.files[0].header_line, refused(cdr)) == (3, [])
    with pytest.raises(InputError, match="no header row"):
        read(tmp_path, '"B Party\nMobile No",IMEI,Call Date', row)


@pytest.mark.parametrize(
    "written", ["MTC-CF", "Mobile Terminated", "Terminated", "MT_CALL", "Incoming (MT)", "VOLTEMTC", "SMST", "Roaming"]
)
def test_a_type_that_may_be_the_called_partys_is_not_guessed(tmp_path: Path, written: str) -> None:
    """With a caller's column a switch's record of the called party has the handset of the B number."""
    header, row = HEADER.replace("MSISDN", "A Party"), ROW.replace("OUT", written)
    cdr = read(tmp_path, header, row, ROW)
    assert (len(rows(cdr)), refused(cdr)) == (1, [(2, "unknown_call_type")])
    # The target is the served party whatever the type.
    assert [found["served_msisdn"] for found in rows(read(tmp_path, HEADER, row))] == [919876543210]


def test_parties_without_a_call_type_are_no_sightings(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no header row"):
        read(tmp_path, "Calling No,Called No,IMEI,Date", "9876543210,9812345678,358967101234560,01/06/2026")


def test_several_reports_of_one_operator_in_one_file(tmp_path: Path) -> None:
    report = ["Ticket Number :,T1", "Input Value :,9876543210", "Total Records :,1", "", HEADER, ROW]
    other = [line.replace("9876543210", "9700000001") for line in report]
    cdr = read(tmp_path, *report, *other)
    assert [row["served_msisdn"] for row in rows(cdr)] == [919876543210, 919700000001]
    assert refused(cdr) == []
    assert cdr.summary.skipped == {"title": 3, "preamble": 2, "footer": 1, "blank": 2, "header": 1}
    # Neither the count nor the target of one report is that of both.
    assert cdr.summary.warnings == []


@pytest.mark.parametrize("first", ["jio", "dot", "generic"])
def test_rows_of_a_report_above_the_header_of_another_operator_are_no_titles(tmp_path: Path, first: str) -> None:
    """Files of two operators were joined: the header of the first counts, and the rows of the second are refused."""
    parties = "Calling Party Telephone Number,Called Party Telephone Number,Call Date,Call Time,"
    report = {
        "jio": [
            f"{parties}Call Termination Time,Call Type,IMEI",
            "9876543210,9812345678,01/06/2026,08:00,08:01,a_out,-",
        ],
        "dot": [f"{parties}Call Type,IMEI of Party", "9876543210,9812345678,01/06/2026,08:00,OUT,358967101234560"],
        "generic": [HEADER, ROW],
    }[first]
    airtel = ["Target No,Call Type,B Party No,Date,Time,Dur(s),IMEI", "9876543210,IN,9812345678,01/06/2026,08:00,5,-"]
    cdr = read(tmp_path, "Ticket Number :,T1", *report, *airtel)
    assert (cdr.summary.layout, len(rows(cdr)), cdr.summary.skipped["title"]) == (first, 1, 1)
    # Of other fields than the first, or below another header.
    assert len(refused(cdr)) == 1


def test_rows_above_the_only_header_are_refused(tmp_path: Path) -> None:
    """The parts of a report were joined, the one with the header last."""
    cdr = read(tmp_path, "Mobile No '9876543210'", ROW, "", ROW, HEADER, ROW)
    assert (len(rows(cdr)), refused(cdr)) == (1, [(2, "above_header"), (4, "above_header")])
    assert (cdr.summary.account["rows_read"], cdr.summary.skipped) == (5, {"title": 1, "blank": 1})
    assert "above_header" in CDR_NOTES


def test_a_table_of_a_preamble_is_not_the_header(tmp_path: Path) -> None:
    airtel = ["Target No,Call Type,B Party No,Date,Time,Dur(s),IMEI", "9876543210,IN,9812345678,01/06/2026,08:00,5,-"]
    cdr = read(tmp_path, "Mobile No,IMEI,Call Date", "9876543210,358967101234560,01/06/2026", *airtel)
    assert (cdr.summary.layout, len(rows(cdr)), refused(cdr)) == ("airtel", 1, [])


@pytest.mark.parametrize(("cell", "note"), [("'9876543210'", "too_few_fields"), ("Contact 9876543210", None)])
def test_a_number_alone_below_a_footer_is_no_footer(tmp_path: Path, cell: str, note: str | None) -> None:
    cdr = read(tmp_path, HEADER, ROW, "Total Records : 1", cell)
    assert (len(rows(cdr)), [found for _, found in refused(cdr)]) == (1, [note] if note else [])


def test_several_reports_whose_target_has_no_label(tmp_path: Path) -> None:
    report = ["Call Details of Mobile No '9876543210' from '01-Jun-2026'", HEADER, ROW, "Total Records : 1"]
    cdr = read(tmp_path, *report, *[line.replace("9876543210", "9700000001") for line in report])
    assert (len(rows(cdr)), refused(cdr), cdr.summary.warnings) == (2, [], [])
    assert cdr.summary.skipped == {"title": 1, "preamble": 1, "footer": 2, "header": 1}


@pytest.mark.parametrize("beside", ["61", "00:01:01", "a minute"])
@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("61.0", 61),
        ("0:01:01", 61),
        ("'61'", 61),
        ("00:01:01.500", 61),
        ("08:01:39 PM", None),
        ("1:05PM", None),
        ("1234567890", None),
        ("-", None),
    ],
)
def test_a_duration_does_not_depend_on_others(tmp_path: Path, written: str, seconds: int | None, beside: str) -> None:
    cdr = read(tmp_path, HEADER, *(ROW.removesuffix("61") + cell for cell in (written, beside)))
    assert rows(cdr)[0]["duration_s"] == seconds


def test_handsets_that_a_spreadsheet_rounded_link_no_numbers(tmp_path: Path) -> None:
    """490154203237518 is shown as 4.90154E+14, and saved with all its digits it is the same as many others."""
    path = tmp_path / "calls.csv"
    rows = [("9876543210", "490154000000000"), ("9123456789", "490154000000000"), ("9812345678", "490154203237518")]
    lines = [f"{number},{imei},01/06/2026" for number, imei in rows]
    path.write_text("\n".join(["MSISDN,IMEI,Call Date", *lines, ""]))
    found = ng.expand(["9876543210"], read_cdr(path))
    assert found.linked.num_rows == 0
    assert found.stopped.select(["imei14", "why"]).to_pylist() == [{"imei14": 49015400000000, "why": "placeholder"}]


def test_an_imsi_is_no_handset(tmp_path: Path) -> None:
    """Ten subscribers of an operator would be in one handset, where IMEIs and IMSIs were exchanged."""
    cdr = read(tmp_path, HEADER, ROW, *(ROW.replace("358967101234560", f"40498000000000{k}") for k in (1, 2)))
    assert rows(cdr) == [READ]
    assert refused(cdr) == [(3, "imsi_for_imei"), (4, "imsi_for_imei")]


@pytest.mark.parametrize(
    "header",
    ["B Number,Caller,Handset ID,IMSI,Dt,Tm,Kind,Sec", "Other Party,Own No,IMEI,IMSI,Dt,Tm,Type,Sec", "Nos,IMEI,Day"],
)
def test_rows_below_another_header_are_refused_whatever_its_names(tmp_path: Path, header: str) -> None:
    cdr = read(tmp_path, HEADER, ROW, header, ROW)
    assert rows(cdr) == [READ]
    assert refused(cdr) == [(4, "another_header")]


def test_text_below_the_header_or_with_digits_is_no_other_header(tmp_path: Path) -> None:
    text = "Number,Number,IMEI,,dd/mm/yyyy,,,sec"
    cdr = read(tmp_path, HEADER, text, ROW, "Unknown,,IMEI 2,,,,,", ROW)
    assert rows(cdr) == [READ, READ]
    assert refused(cdr) == [(2, "not_a_number"), (4, "not_a_number")]


@pytest.mark.parametrize("served", ["******3210", "Confidential", "Note", "Total"])
def test_a_footer_has_no_number_in_a_cell_of_its_own(tmp_path: Path, served: str) -> None:
    cdr = read(tmp_path, HEADER, ROW, f"{served},9812345678,,,,,", f"{served},,358967101234560,,,,,")
    assert rows(cdr) == [READ]
    assert [row for row, _ in refused(cdr)] == [3, 4]
    assert "footer" not in cdr.summary.skipped


def test_a_table_of_something_else_below_is_not_read(tmp_path: Path) -> None:
    """In a workbook its rows have as many cells as the others; `common` would count its numbers as seen."""
    calls = [HEADER.split(","), ROW.split(",")]
    others = [[], ["Top B parties"], ["B Party", "Count"], ["9812345678", "5"], ["9700012345", "-"]]
    book_of(*calls + others).save(tmp_path / "calls.xlsx")
    cdr = read_cdr(tmp_path / "calls.xlsx")
    assert rows(cdr) == [READ]
    assert {5: "not_a_number", 6: "neither_imei_nor_time", 7: "neither_imei_nor_time"}.items() <= dict(
        refused(cdr)
    ).items()


@pytest.mark.parametrize(("missing", "count"), [((2,), 1), ((4, 5), 1), ((2, 5), 1), ((2, 4), 1), ((2, 4, 5), 0)])
def test_a_row_with_an_imei_or_a_time_is_read(tmp_path: Path, missing: tuple[int, ...], count: int) -> None:
    """Columns 2, 4 and 5 are those of the IMEI, the date and the time."""
    cells = ["-" if place in missing else cell for place, cell in enumerate(ROW.split(","))]
    assert read(tmp_path, HEADER, ",".join(cells)).read_all().num_rows == count


@pytest.mark.parametrize("header", ["MSISDN,IMEI", "MSISDN,IMEI,Call Date", HEADER])
def test_rows_above_the_header_are_refused(tmp_path: Path, header: str) -> None:
    row = ",".join([*ROW.split(",")[0:3:2], "01/06/2026"][: header.count(",") + 1]) if header != HEADER else ROW
    cdr = read(tmp_path, row, "Calls of June", header, row)
    assert cdr.read_all().num_rows == 1
    assert refused(cdr) == [(1, "above_header")]
    assert cdr.summary.skipped == {"title": 1}


def test_an_imei_of_zeros_is_a_placeholder_as_any_other(tmp_path: Path) -> None:
    zeros, listed = ROW.replace("358967101234560", "0" * 15), ROW.replace("358967101234560", "123456789012345")
    cdr = read(tmp_path, HEADER, zeros, ROW.replace("358967101234560", ""), listed)
    calls = cdr.read_all()
    assert calls["imei14"].to_pylist() == [0, None, 12345678901234]
    assert "imei14" not in cdr.summary.unread
    found = ng.expand([9876543210], calls)
    assert found.stopped.select(["imei14", "why"]).to_pylist() == [
        {"imei14": 0, "why": "placeholder"},
        {"imei14": 12345678901234, "why": "placeholder"},
    ]
    assert len(found.unseen) == 0
