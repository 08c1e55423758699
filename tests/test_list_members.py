"""Lists of several files, sheets or members: with and without a header, with and without actions."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from numguard.errors import ColumnError, InputError
from numguard.number_list import listing_dates, read_imeis, read_numbers
from sheet_files import write
from workbooks import book_of_sheets
from zip_files import zipped

HEADED, BARE = "msisdn\n9700000001\n9700000002\n", "9800000001\n9800000002\n"
KEYS = [919700000001, 919700000002, 919800000001, 919800000002]


def archive(folder: Path, **members: str | bytes) -> Path:
    """An archive of members, with `_` for the full stop of a name."""
    path = folder / "list.zip"
    path.write_bytes(zipped({name.replace("_", "."): content for name, content in members.items()}))
    return path


@pytest.mark.parametrize("first", ["a", "z"])
def test_a_member_without_a_header_is_read_beside_one_that_has_one(tmp_path: Path, first: str) -> None:
    broken = BARE + "12\n\n9800000003,5\n"
    read = read_numbers(archive(tmp_path, **{f"{first}_txt": broken}, l_csv=HEADED, readme_txt="See 12345/2026\n"))
    assert read.keys.to_array().to_pylist() == KEYS
    account = read.account
    assert (account["rows_read"], account["rows_used"], account["rows_refused"]) == (7, 4, 2)
    assert account["not_data"] == {"blank": 1}
    assert [Path(row["file"]).name for row in read.refused.to_pylist()] == [f"{first}.txt"] * 2
    assert ["readme.txt" in passed for passed in account["passed_over"]] == [True]


def test_handsets_sheets_and_folders_without_a_header_are_read_beside_others(tmp_path: Path) -> None:
    handsets = archive(tmp_path, a_txt="490154203237518\n", b_csv="imei\n358240051111110\n")
    assert read_imeis(handsets).keys.to_array().to_pylist() == [35824005111111, 49015420323751]
    sheets = {name: [[cell] for cell in text.split()] for name, text in (("Sheet", HEADED), ("more", BARE))}
    book_of_sheets(sheets).save(tmp_path / "list.xlsx")
    assert read_numbers(tmp_path / "list.xlsx").keys.to_array().to_pylist() == KEYS
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.txt").write_text(BARE)
    (tmp_path / "folder" / "b.csv").write_text(HEADED)
    assert read_numbers(tmp_path / "folder").keys.to_array().to_pylist() == KEYS
    (tmp_path / "folder" / "c.csv").write_text("Mobile No\n9700000003\n")
    assert len(read_numbers(tmp_path / "folder").keys) == 5
    for heading in ("Reference", "List"):
        (tmp_path / "folder" / "d.csv").write_text(f"{heading}\n9700000004\n")
        with pytest.raises(ColumnError, match=r"d\.csv"):
            read_numbers(tmp_path / "folder")


@pytest.mark.parametrize(
    "member",
    [BARE + "98OOO00003\n", BARE + "call 9811111111 for help\n", "9800000001,Ravi\n9800000002,Asha\n", "List\n" + BARE],
)
def test_a_member_whose_numbers_may_not_be_listed_is_named(tmp_path: Path, member: str) -> None:
    with pytest.raises(InputError, match=r"list\.zip/m\.txt: has numbers"):
        read_numbers(archive(tmp_path, l_csv=HEADED, m_txt=member))


def test_a_member_without_a_header_has_no_column_of_a_given_name(tmp_path: Path) -> None:
    path = archive(tmp_path, l_csv="msisdn,day\n9700000001,2026-09-01\n", m_txt=BARE)
    for call in (lambda: read_numbers(path, column="msisdn"), lambda: listing_dates(path, "day")):
        with pytest.raises(InputError, match=r"list\.zip/m\.txt: has numbers"):
            call()


@pytest.mark.parametrize(
    "member",
    ["name,code\nx,9800000001\n", "pin\n110001\n", "amount\n9800000001\n", "Call 9811111111 for help\n12345\n"],
)
def test_other_members_are_passed_over_and_named(tmp_path: Path, member: str) -> None:
    read = read_numbers(archive(tmp_path, l_csv=HEADED, m_txt=member))
    assert read.keys.to_array().to_pylist() == KEYS[:2]
    assert ["m.txt" in passed for passed in read.account["passed_over"]] == [True]


def test_numbers_in_columns_of_other_types_are_an_error(tmp_path: Path) -> None:
    pq.write_table(pa.table({"msisdn": [9700000001]}), tmp_path / "b.parquet")
    (tmp_path / "a.csv").write_text(HEADED)
    with pytest.raises(InputError, match="other types"):
        read_numbers(tmp_path)


ACTION_LIST = "msisdn,action\n9876543211,release\n9876543212,block\n"


@pytest.mark.parametrize("other", ["msisdn\n9876543210\n", "number\n9876543210\n", "9876543210\n"])
@pytest.mark.parametrize("first", ["a", "z"])
def test_a_file_without_actions_beside_one_with_actions_is_an_error(tmp_path: Path, other: str, first: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / f"{first}.csv").write_text(other)
    (folder / "m.csv").write_text(ACTION_LIST)
    (tmp_path / "zip").mkdir()
    for path in (folder, archive(tmp_path / "zip", **{f"{first}_csv": other, "m_csv": ACTION_LIST})):
        with pytest.raises(ColumnError, match="no column 'action'"):
            read_numbers(path)
    assert len(read_numbers(folder, actions=None).keys) == 3


def test_actions_are_read_in_every_file_and_in_any_case(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("msisdn,Action\n9876543210,Block\n")
    (tmp_path / "b.csv").write_text("Action,msisdn\nrelease,9876543211\nblock,9876543212\n")
    read = read_numbers(tmp_path)
    assert read.keys.to_array().to_pylist() == [919876543210, 919876543212]
    assert read.account["not_data"] == {"other_action": 1}
    assert len(read_numbers(tmp_path, actions=("Block ", "RELEASE")).keys) == 3


def test_the_column_of_each_file_is_certain_by_itself(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("mobile\n9876543210\n")
    (tmp_path / "b.csv").write_text("mobile,msisdn\n9876543211,9876543212\n")
    with pytest.raises(ColumnError, match="certainly"):
        read_numbers(tmp_path)


def test_warnings_are_those_of_every_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("msisdn,name\n9876543210,x\n")
    (tmp_path / "b.csv").write_text("msisdn,status\n9876543211,pending\n")
    assert ["'status'" in warning for warning in read_numbers(tmp_path).account["warnings"]] == [True]


def test_a_member_of_other_bytes_is_passed_over(tmp_path: Path) -> None:
    pq.write_table(pa.table({"photo": [b"\xff\xfe9800000001"]}), tmp_path / "photos.parquet")
    photos = (tmp_path / "photos.parquet").read_bytes()
    read = read_numbers(archive(tmp_path, a_csv=HEADED, photos_parquet=photos))
    assert read.keys.to_array().to_pylist() == KEYS[:2]
    assert ["photos.parquet" in passed for passed in read.account["passed_over"]] == [True]


def test_dates_of_several_files_are_beside_their_numbers(tmp_path: Path) -> None:
    first, second = "msisdn,day\n9876543210,2026-09-01\n", "day,Mobile No\n2026-09-02,9123456789\n"
    numbers, dates = listing_dates(archive(tmp_path, a_csv=first, b_csv=second), "day")
    assert numbers.to_pylist() == ["9876543210", "9123456789"]
    assert dates.to_pylist() == ["2026-09-01", "2026-09-02"]


def test_an_empty_list_has_no_dates(tmp_path: Path) -> None:
    numbers, dates = listing_dates(write(tmp_path, "list.json", b"[]"), "day")
    assert (len(numbers), len(dates)) == (0, 0)
