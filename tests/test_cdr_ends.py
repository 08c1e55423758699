"""The two ends of a call: which of them is served, what is the other one, and whose the columns of a row are."""

from __future__ import annotations

from pathlib import Path

import pytest

import numguard as ng
from numguard.errors import InputError
from test_cdr_twins import AGAIN, CALLS, IMEI, IN, OUT, read, write
from zip_files import zipped

WHEN = "01/09/2026,10:00:00"
#: What a row of 9876543210 (A) and 9123456789 (B) has beside them, and what is A's of it.
OF_A = {
    "A Party,B Party,Call Type,IMEI,A Party IMSI,First Cell ID A,Circle": ("MTC", "imsi first_cell place"),
    "A Number,B Number,Call Type,IMEI,IMSI A,Cell ID,Circle": ("SMS MT", "imsi"),
    "Calling No,Called No,Call Type,IMEI (A),IMSI A,First Cell ID A,Circle": ("IN", "imei14 imsi first_cell place"),
    "A Party,B Party,MSISDN,Call Type,IMEI,IMSI A,Cell ID,Circle": ("IN", "imsi"),
    "Target No,Calling No,Called No,Call Type,IMEI A,IMSI,Cell ID,Circle": ("IN", "imei14 first_cell place"),
}


@pytest.mark.parametrize("header", OF_A)
def test_columns_of_the_a_number_are_read_in_its_rows_alone(tmp_path: Path, header: str) -> None:
    received, of_a = OF_A[header]
    rest = f"{IMEI},404450000000001,404-45-1-2,Delhi,{WHEN}"
    parties = {"A": "9876543210", "B": "9123456789"}
    lines = []
    for served, kind in (("A", "OUT"), ("B", received), ("A", "OUT")):
        cells = [parties[served] if name in ("MSISDN", "Target No") else "" for name in header.split(",")[:3]]
        of_calls = iter([*parties.values()])
        named = header.split(",")[: header.split(",").index("Call Type")]
        lines += [",".join([cell or next(of_calls) for cell in cells[: len(named)]] + [kind, rest])]
    rows, summary = read(tmp_path, f"{header},Date,Time", *lines)
    assert [row["served_msisdn"] for row in rows] == [919876543210, 919123456789, 919876543210]
    names = ["imei14", "imsi", "first_cell", "place"]
    for row in rows[::2]:
        assert [row[name] for name in names] == [int(IMEI[:14]), "404450000000001", "404-45-1-2", "Delhi"]
    assert [name for name in names if rows[1][name] is None] == of_a.split()
    assert len(summary.warnings) == len(of_a.split())
    assert not read(tmp_path, f"{header},Date,Time", *lines[::2])[1].warnings


#: What is in the end of the target and not its own.
OF_OTHERS = (
    "98xxxxx777;9.87111E+09;98XX;971501234567;447911123456;JIOINF;PRIVATE;Conference;9222222222 / 9333333333;"
    "9876543210 / 93333 33333;sip:+919222222222@ims.jio.com;sip:1919876543210@ims.jio.com;140498765432109;98765"
)


@pytest.mark.parametrize(
    ("a", "b", "kind", "other"),
    [
        ("9111111111", "9876543210", "IN", 919111111111),
        ("9111111111", "11919876543210", "IN", 919111111111),
        ("9876543210", "9876543210", "OUT", None),
        ("9111111111", "9222222222", "IN", None),
        # Nor is a third party the target, behind a prefix or with a short number.
        ("9111111111", "11919222222222", "IN", None),
        ("9111111111", "1930", "IN", None),
        ("9111111111", "AD-HDFCBK", "IN", None),
        ("9111111111", "14049876543210", "IN", 919111111111),
        # The target's own cell is blank or masked.
        ("", "9222222222", "OUT", 919222222222),
        ("98XXXXXX10", "9222222222", "OUT", 919222222222),
        ("9111111111", "", "IN", 919111111111),
        ("9111111111", "+91 98765-xxxxx", "IN", 919111111111),
        ("9111111111", "9.87654E+09", "IN", 919111111111),
        ("9111111111", "********", "IN", 919111111111),
        ("9111111111", "98765432l0", "IN", 919111111111),
        # It has the target's number in it.
        ("9111111111", "sip:+919876543210@ims.jio.com", "IN", 919111111111),
        ("9111111111", "9876543210@ims.mnc045.mcc404.3gppnetwork.org", "OUT", 919111111111),
        ("sip:09876543210@10.20.30.40:5060;user=phone", "9222222222", "OUT", 919222222222),
        # It is that of a third party.
        *(("9111111111", other, "IN", None) for other in OF_OTHERS.split(";")),
        ("sip:9111111111@ims", "98XXXXXX10", "OUT", None),
        ("9111111111", "98XXXXXX10", "", None),
        ("", "", "", None),
    ],
)
@pytest.mark.parametrize(
    "parties", ["CDR No,A Party,B Party", "Target Msisdn,A Party,B Party", "Target No,Calling No,Called No"]
)
def test_the_target_is_not_its_own_other_party(
    tmp_path: Path, parties: str, a: str, b: str, kind: str, other: int | None
) -> None:
    """In a row of two others it is not known whose the handset is."""
    line = f"9876543210,{a},{b},{kind},{IMEI},404450000000001,Delhi,{WHEN}"
    (row,), summary = read(tmp_path, f"{parties},Call Type,IMEI,IMSI,Circle,Date,Time", line)
    assert (row["served_msisdn"], row["other_msisdn"]) == (919876543210, other)
    is_of_target = other is not None or a == b
    of_handset = (int(IMEI[:14]), "404450000000001", "Delhi") if is_of_target else (None, None, None)
    assert tuple(row[name] for name in ("imei14", "imsi", "place")) == of_handset
    assert len(summary.warnings) == (0 if is_of_target else 3)


@pytest.mark.parametrize("kinds", [["OUT", "IN"], ["OUT", "IN", "SMS IN", "Voice"], ["MTC", "IN"]])
def test_beside_a_target_of_handsets_no_caller_is_served(tmp_path: Path, kinds: list[str]) -> None:
    rows = [f"{IMEI},{IMEI},9111111111,9876543210,{kind},{WHEN}" for kind in kinds]
    records = ng.read_cdr(write(tmp_path / "a.csv", "Target,IMEI,A Party,B Party,Call Type,Date,Time", *rows))
    served = {"OUT": 919111111111, "MTC": 919876543210}[kinds[0]]
    assert records.read_all()["served_msisdn"].to_pylist() == [served]
    assert records.summary.refused == {"unknown_call_type": len(kinds) - 1}


@pytest.mark.parametrize("header", ["Target,IMEI,A Party,B Party,Call Type", "Target,IMEI,A Party,B Party,Remark"])
def test_beside_a_target_of_handsets_no_party_is_served_without_a_direction(tmp_path: Path, header: str) -> None:
    row = f"{IMEI},{IMEI},9111111111,9876543210,Voice,{WHEN}"
    records = ng.read_cdr(write(tmp_path / "a.csv", f"{header},Date,Time", row))
    assert (records.read_all().num_rows, records.refused.num_rows) == (0, 1)


AIRTEL = "Target No,Call Type,B Party No,Date,Time,Dur(s),First CGI,IMEI"
JIO = "Calling Party Telephone Number,Called Party Telephone Number,Call Type,Date,Time,IMEI"


@pytest.mark.parametrize("prefix", ["1191", "9191", "1404"])
def test_callers_are_seen_behind_the_prefixes_of_b_numbers(tmp_path: Path, prefix: str) -> None:
    rows = [f"{row.replace(',9876543210', f',{prefix}9876543210')},1404" for row in (IN, AGAIN)]
    with pytest.raises(InputError, match="the handsets of incoming calls"):
        read(tmp_path, f"{CALLS},LRN", f"{OUT},", *rows)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (AIRTEL, f"9876543210,OUT,9000000001,{WHEN},5,404-96-1-1,{IMEI}"),
        (JIO, f"9876543210,9000000001,a_out,{WHEN},{IMEI}"),
        ("MSISDN,Other Party,Call Type,Date,Time,IMEI", f"9876543210,9000000001,OUT,{WHEN},{IMEI}"),
    ],
)
def test_callers_are_seen_beside_files_of_any_layout(tmp_path: Path, header: str, row: str) -> None:
    paths = [write(tmp_path / "1.csv", header, row), write(tmp_path / "2.csv", CALLS, IN, AGAIN)]
    for order in (paths, paths[::-1]):
        with pytest.raises(InputError, match=r"2.csv: line 1: the handsets of incoming calls"):
            ng.read_cdr(order).read_all()
        with pytest.raises(InputError, match=r"2.csv: line 1: the handsets of incoming calls"):
            ng.common([ng.read_cdr(path) for path in order])


@pytest.mark.parametrize(
    ("header", "second", "line"),
    [
        ("Target,MSISDN,IMEI,Date,Time", f"9876543210,9123400001,{IMEI},{WHEN}", 2),
        ("MSISDN,IMEI,IMEI,Date,Time", f"9876543210,{IMEI},{IMEI},{WHEN}", 1),
        (CALLS, "\n".join([OUT, IN, AGAIN]), 1),
    ],
)
def test_a_doubt_about_a_member_is_an_error_of_the_archive(tmp_path: Path, header: str, second: str, line: int) -> None:
    members = {
        "1.csv": f"Target,MSISDN,IMEI,Date,Time\n9876543211,9876543211,{IMEI},{WHEN}\n",
        "letter.txt": "Sir,\nplease find the records.\n",
    }
    (tmp_path / "a.zip").write_bytes(zipped(members))
    records = ng.read_cdr(tmp_path / "a.zip")
    assert records.read_all().num_rows == 1
    (tmp_path / "a.zip").write_bytes(zipped(members | {"2.csv": f"{header}\n{second}\n"}))
    with pytest.raises(InputError, match=rf"a.zip/2.csv: line {line}: "):
        ng.read_cdr(tmp_path / "a.zip")


@pytest.mark.parametrize(
    ("header", "kind"), [("A Party,B Party,Call Type", "MTC"), ("Calling No,Called No,Call Type", "IN")]
)
def test_a_refused_number_of_the_called_party_is_in_its_own_column(tmp_path: Path, header: str, kind: str) -> None:
    cells = ["9876543210,14019123456789", "98,9123456789"]
    lines = [f"{cells[0]},{kind},{IMEI},{WHEN}", f"{cells[1]},OUT,{IMEI},{WHEN}"]
    records = ng.read_cdr(write(tmp_path / "a.csv", f"{header},IMEI,Date,Time", *lines))
    assert records.read_all().num_rows == 0
    first, second, *_ = header.split(",")
    assert records.refused["column"].to_pylist() == [second, first]
    assert records.refused["note"].to_pylist() == ["too_long", "too_short"]
