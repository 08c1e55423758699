"""Golden files: every layout, read as a whole, against the expected rows that are stored beside it."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

from numguard.cdr import CDR_NOTES, read_cdr
from numguard.cdr.layouts import LAYOUTS
from numguard.errors import ArgumentError, FileMissingError, InputError
from numguard.linkage import expand

FILES = Path(__file__).parent / "cdr"
GOLDEN = sorted(path.stem for path in FILES.glob("*.csv") if path.name.count(".") == 1)
LAYOUT_OF = {
    "airtel": "airtel",
    "airtel_gprs": "airtel-gprs",
    "airtel_ipdr": "airtel-ipdr",
    "bsnl": "bsnl",
    "bsnl_nodal": "bsnl",
    "dot": "dot",
    "dot_ipdr": "dot-ipdr",
    "generic": "generic",
    "jio": "jio",
    "jio_with_target": "jio",
    "vi": "vi",
    "vi_gprs": "vi-gprs",
    "vi_ipdr": "vi-ipdr",
}
PLACE = ["first_cell", "last_cell", "place", "latitude", "longitude"]
COLUMNS = ["served_msisdn", "imei14", "imsi", "other_party", "other_msisdn", "at", "direction", "duration_s"]
COLUMNS += [*PLACE, "row"]


def as_written(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return "" if value is None else str(value)


def table_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_every_layout_has_a_golden_file() -> None:
    # Jio has a short form of one, which the golden file of the whole form stands for.
    assert len(GOLDEN) == len(LAYOUTS) - 1 >= 13
    assert set(GOLDEN) == LAYOUT_OF.keys()
    assert {layout.name for layout in LAYOUTS} == set(LAYOUT_OF.values())


@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name: str) -> None:
    cdr = read_cdr(FILES / f"{name}.csv")
    rows = [{c: as_written(row[c]) for c in COLUMNS} for row in cdr.read_all().to_pylist()]
    assert rows == table_of(FILES / f"{name}.rows.csv")
    refused = [{c: as_written(row[c]) for c in ("row", "column", "note")} for row in cdr.refused.to_pylist()]
    assert refused == table_of(FILES / f"{name}.refused.csv")
    assert cdr.summary.layout == LAYOUT_OF[name]
    assert cdr.summary.rows == len(rows)
    assert sum(cdr.summary.refused.values()) == len(refused)
    assert cdr.summary.complete


def test_the_schema_is_the_contract() -> None:
    cdr = read_cdr(FILES / "airtel.csv")
    assert cdr.schema.names == [*COLUMNS[:-1], "source", "row"]
    assert cdr.schema.field("served_msisdn").type == cdr.schema.field("imei14").type == pa.uint64()
    assert cdr.schema.field("at").type == pa.timestamp("us", "Asia/Kolkata")
    assert cdr.schema.field("latitude").type == cdr.schema.field("longitude").type == pa.float64()
    for batch in cdr:
        batch.validate(full=True)
        assert batch.schema == cdr.schema


JIO_HEADER = (
    "Calling Party Telephone Number,Called Party Telephone Number,Call Forwarding,LRN Called No,Call Date,Call Time,"
    "Call Termination Time,Call Duration,First Cell ID,Last Cell ID,Call Type,SMS Center Number,IMEI,IMSI,"
    "Roaming Circle Name"
)
CALLING, CALLED = 919234000001, 918111000003


@pytest.mark.parametrize(
    ("call_type", "served"),
    [
        *(
            (t, CALLED)
            for t in ("a_in", "a_in_wifi", "a_in_wv", "a_in_vw", "A2P_SMSIN", "P2P_SMSIN", "'A_IN'", " a_in ")
        ),
        *((t, CALLING) for t in ("a_out", "a_out_wifi", "a_out_wv", "a_out_vw", "v_out_wifi", "P2POUT", "P2AOUT")),
        *((t, None) for t in ("a_conf", "in", "out", "", "-", "CFU", "a", "SMS", "a_inx", "P2P")),
        *((t, None) for t in ("a_outx", "a_out_cf", "a_out_wifi_cf", "a_outgoing_forwarded", "v_out_conf")),
    ],
)
def test_whose_handset_a_jio_row_shows(tmp_path: Path, call_type: str, served: int | None) -> None:
    path = tmp_path / "jio.csv"
    row = f"'{CALLING}','{CALLED}',,,02/06/2026,10:00:00,10:00:16,16,'1','1',{call_type},,'353098852648366','4058',BH"
    path.write_text(f"{JIO_HEADER}\n{row}\n")
    cdr = read_cdr(path)
    rows = cdr.read_all().to_pylist()
    if served is None:
        assert rows == []
        assert cdr.refused.select(["row", "column", "note"]).to_pylist() == [
            {"row": 2, "column": "Call Type", "note": "unknown_call_type"}
        ]
    else:
        assert [row["served_msisdn"] for row in rows] == [served]
        assert rows[0]["other_msisdn"] == CALLING + CALLED - served
        assert rows[0]["imei14"] == 35309885264836
        assert rows[0]["direction"] == ("in" if served == CALLED else "out")


def test_the_other_party_of_a_jio_row_is_the_number_that_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "jio.csv"
    row = f"'{CALLING}','{CALLED},,,02/06/2026,10:00:00,10:00:16,16,'1','1',a_out,,'353098852648366','4058',BH"
    path.write_text(f"{JIO_HEADER}\n{row}\n")
    cdr = read_cdr(path)
    columns = cdr.read_all().select(["other_party", "other_msisdn"])
    assert columns.to_pylist() == [{"other_party": str(CALLED), "other_msisdn": CALLED}]
    assert "unread" not in str(cdr.summary)


def test_columns_are_found_by_name_in_any_order(tmp_path: Path) -> None:
    original = (FILES / "bsnl.csv").read_text().splitlines()
    turned = [",".join(reversed(line.split(","))) for line in original[5:8]]
    path = tmp_path / "turned.csv"
    path.write_text("\n".join([*original[:5], *turned, *original[8:]]))
    assert read_cdr(path).read_all().drop_columns("source") == read_cdr(FILES / "bsnl.csv").read_all().drop_columns(
        "source"
    )


def test_a_row_that_shifted_into_the_field_beyond_the_header_is_refused(tmp_path: Path) -> None:
    """Vi ends rows with a comma more than the header has: a comma in an address must not pass for it."""
    lines = [line for line in (FILES / "vi.csv").read_text().splitlines() if '"' not in line and "well" not in line]
    assert sum("Sector 5" in line for line in lines) == 2
    lines[6:7] *= 3
    path = tmp_path / "vi.csv"
    path.write_text("\n".join(lines))
    cdr = read_cdr(path)
    assert cdr.read_all()["row"].to_pylist() == [7, 8, 9]
    assert cdr.refused["note"].to_pylist() == ["too_many_fields", "too_few_fields", "too_many_fields"]


def test_fourteen_fifteen_and_sixteen_digits_join(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "MSISDN,IMEI,Call Date\n9876543210,35896710123456,01/06/2026\n9876543210,358967101234560,01/06/2026\n"
        "9876543210,358967101234564,01/06/2026\n9876543210,3589671012345678,01/06/2026\n"
    )
    assert read_cdr(path).read_all()["imei14"].to_pylist() == [35896710123456] * 4


def test_a_placeholder_stays_for_linkage_to_name(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("MSISDN,IMEI,Call Date\n9876543210,004999010640000,01/06/2026\n9876543210,0,01/06/2026\n")
    cdr = read_cdr(path)
    assert cdr.read_all()["imei14"].to_pylist() == [499901064000, None]
    found = expand(["9876543210"], read_cdr(path))
    assert found.stopped.select(["imei14", "why"]).to_pylist() == [{"imei14": 499901064000, "why": "placeholder"}]
    assert len(found.unseen) == 0


def test_the_routing_number_is_taken_off_only_where_its_own_column_agrees(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    header = (FILES / "jio_with_target.csv").read_text().splitlines()[2]
    cells = dict.fromkeys(header.split(","), "")
    rows = []
    for lrn, other in (
        ("3087", "30879876543211"),
        ("3088", "30879876543211"),
        ("", "30879876543211"),
        ("3087", "9876543211"),
    ):
        cells |= {"Target / A Party Number": "9876543210", "LRN Called No": lrn, "B Party Number": other}
        cells |= {"Call Date": "02/06/2026", "Call Time": "10:00:00", "Call Type (In/Out)": "Out"}
        rows.append(",".join(cells.values()))
    path.write_text("\n".join([header, *rows]))
    cdr = read_cdr(path)
    assert cdr.read_all()["other_msisdn"].to_pylist() == [919876543211, None, None, 919876543211]
    assert cdr.summary.unread["other_msisdn"] == {"too_long": 2}


def test_a_chain_of_files_is_one_stream(tmp_path: Path) -> None:
    cdr = read_cdr([FILES / "airtel.csv", FILES / "jio.csv", str(FILES / "bsn[l].csv")])
    table = cdr.read_all()
    assert [part.layout for part in cdr.summary.files] == ["airtel", "jio", "bsnl"]
    assert set(table["source"].to_pylist()) == {str(FILES / f"{n}.csv") for n in ("airtel", "jio", "bsnl")}
    assert cdr.summary.rows == len(table) == sum(part.rows for part in cdr.summary.files)
    assert set(cdr.refused["source"].to_pylist()) == {str(FILES / f"{n}.csv") for n in ("airtel", "jio")}


def test_reading_again_starts_from_the_file() -> None:
    cdr = read_cdr(FILES / "airtel.csv")
    assert cdr.read_all() == cdr.read_all() == pa.table(cdr)
    assert cdr.summary.rows == 6
    assert len(cdr.refused) == 6


def test_no_number_in_what_is_shown() -> None:
    cdr = read_cdr([FILES / f"{name}.csv" for name in GOLDEN if name != "airtel_gprs"])
    table = cdr.read_all()
    shown = "\n".join([repr(cdr), repr(cdr.summary), str(cdr.summary), *map(repr, cdr.summary.files)])
    assert len(table) > 20
    assert cdr.summary.files[0].target_msisdn == 919876543210
    for column in ("served_msisdn", "imei14", "other_msisdn", "imsi"):
        for value in set(table[column].to_pylist()) - {None}:
            assert str(value)[-8:] not in shown
    assert set(cdr.summary.refused) - {"too_short", "sender_id"} <= CDR_NOTES.keys()


def test_the_summary_compares_rows_with_the_request() -> None:
    cdr = read_cdr(FILES / "jio.csv")
    cdr.read_all()
    assert cdr.summary.files[0].target_imei14 == 35309885264836
    assert cdr.summary.files[0].off_target == 1
    assert len(cdr.summary.warnings) == 1
    assert cdr.summary.files[0].stated_rows == 9
    assert str(cdr.summary.first) == "2026-06-02 10:00:00+05:30"


def test_a_wrong_count_in_the_footer_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text((FILES / "bsnl.csv").read_text().replace("CDR COUNT : 2", "CDR COUNT : 3"))
    cdr = read_cdr(path)
    cdr.read_all()
    assert cdr.summary.files[0].stated_rows == 3
    assert len(cdr.summary.warnings) == 1


@pytest.mark.parametrize(
    "answer", ["No Data Found", "No Records Found", "Note : No records found for the request", "NO RECORD AVAILABLE"]
)
def test_no_data_is_a_valid_answer(tmp_path: Path, answer: str) -> None:
    path = tmp_path / "none.csv"
    path.write_text(f"BHARTI AIRTEL LTD\n\n{answer}\n")
    cdr = read_cdr(path)
    assert cdr.read_all().num_rows == 0
    assert cdr.summary.layout is None
    assert cdr.summary.complete
    assert len(cdr.refused) == 0


def test_the_lines_of_an_answer_without_data_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("Ticket: 5\n\n-----\nNo Data Found\n")
    cdr = read_cdr(path)
    assert cdr.read_all().num_rows == 0
    assert cdr.summary.account["rows_read"] == 4
    assert cdr.summary.skipped == {"title": 1, "blank": 1, "ruler": 1, "no_data": 1}


@pytest.mark.parametrize("row", ["9876543210;358967101234560;01/06/2026", "1;'9876543210';358967101234560"])
def test_rows_below_an_unknown_header_are_an_error_beside_no_data(tmp_path: Path, row: str) -> None:
    """An answer of two networks: nothing of the one, and rows of the other."""
    path = tmp_path / "calls.csv"
    path.write_text(f"2G: No Data Found\nSIM;Device;Day\n{row}\n")
    with pytest.raises(InputError, match="no header row"):
        read_cdr(path)
    path.write_text("2G: No Data Found\nMobile No;9876543210\nIMEI :;'358967101234560'\n")
    assert read_cdr(path).read_all().num_rows == 0


def test_a_header_alone_is_a_valid_answer(tmp_path: Path) -> None:
    for end in ("", "\n", "\r\n", "\n\n"):
        path = tmp_path / "none.csv"
        path.write_text(JIO_HEADER + end)
        cdr = read_cdr(path)
        assert cdr.read_all().num_rows == 0
        assert cdr.summary.layout == "jio"


def test_columns_of_any_name_by_a_mapping(tmp_path: Path) -> None:
    path = tmp_path / "own.tsv"
    path.write_text("Nummer\tGeraet\tTag\tZeit\n9876543210\t358967101234560\t01.06.2026\t08:01\n")
    with pytest.raises(InputError, match="layout="):
        read_cdr(path)
    cdr = read_cdr(path, layout={"served": "Nummer", "imei": "Geraet", "date": "Tag", "time": "Zeit"})
    assert as_written(cdr.read_all()["at"][0].as_py()) == "2026-06-01 08:01:00"
    assert cdr.summary.layout == "mapped"


def test_bad_calls(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="airtel"):
        read_cdr(FILES / "jio.csv", layout="nokia")
    with pytest.raises(ArgumentError, match="roles are"):
        read_cdr(FILES / "jio.csv", layout={"served": "A", "colour": "B"})
    with pytest.raises(ArgumentError, match="served"):
        read_cdr(FILES / "jio.csv", layout={"imei": "IMEI"})
    with pytest.raises(ArgumentError, match="empty list"):
        read_cdr([])
    with pytest.raises(FileMissingError):
        read_cdr(tmp_path / "absent.csv")
    with pytest.raises(FileMissingError):
        read_cdr(str(tmp_path / "*.csv"))
    with pytest.raises(FileMissingError, match="no file in this directory"):
        read_cdr(tmp_path)
    with pytest.raises(InputError, match="no header row"):
        read_cdr(FILES / "jio.csv", layout="airtel")
    twice = tmp_path / "twice.csv"
    twice.write_text("MSISDN,IMEI,IMEI,Date\n9876543210,1,2,01/06/2026\n")
    with pytest.raises(InputError, match="two columns are named 'IMEI'"):
        read_cdr(twice)


def test_headings_that_may_be_numbers_are_not_named(tmp_path: Path) -> None:
    """A column without a known name may be headed by the number of the target, or by a handset."""
    path = tmp_path / "calls.csv"
    path.write_text(
        "MSISDN,IMEI,Call Date,Call Time,CDR of 9876543210,98765-43210,490154203237518,Plan\n"
        "9812345678,490154203237518,01/06/2026,10:00:00,a,b,c,d\n"
    )
    cdr = read_cdr(path)
    cdr.read_all()
    assert cdr.summary.account["not_read"] == {str(path): ["(a number)"] * 3 + ["Plan"]}
    shown = f"{cdr.summary}{cdr.summary!r}{cdr.summary.files[0]!r}{cdr.summary.account}"
    assert "not read  (a number), (a number), (a number), Plan" in shown
    assert not any(text in shown for text in ("9876543210", "98765-43210", "490154203237518"))
