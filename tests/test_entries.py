"""Entries of a list that a database has deleted or ended: never listed in silence."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from numguard.errors import ColumnError
from numguard.number_list import read_numbers

SUSPECT, OTHER = "9765432187", "9765432188"


@pytest.mark.parametrize("heading", ["valid_to", "Valid till", "Entry expiry", "Archived on", "cancelled_on"])
def test_the_last_day_of_an_entry(tmp_path: Path, heading: str) -> None:
    path = tmp_path / "a.csv"
    for day in ("2024-03-05", "05/03/2024", "20240305000000", "5 Mar 2024 10:30", "Mar 5 2024"):
        path.write_text(f"mobile,{heading}\n{SUSPECT},31/12/9999\n{OTHER},{day}\n")
        with pytest.raises(ColumnError, match=f"'{heading}' says in row 3 that the last day .* has passed"):
            read_numbers(path)
    path.write_text(f"mobile,{heading}\n{SUSPECT},9999-12-31 00:00:00\n{OTHER},\n")
    assert len(read_numbers(path).keys) == 2
    days = pa.array([None, 18_000], pa.date32())
    pq.write_table(pa.table({"mobile": [SUSPECT, OTHER], heading: days}), tmp_path / "a.parquet")
    with pytest.raises(ColumnError, match="says in row 2"):
        read_numbers(tmp_path / "a.parquet")


@pytest.mark.parametrize("heading", ["Closed on", "Closed date", "Expiry date", "Order valid till"])
def test_the_last_day_of_something_else(tmp_path: Path, heading: str) -> None:
    """A complaint is closed, and a licence or a plan expires."""
    path = tmp_path / "a.csv"
    path.write_text(f"mobile,{heading}\n{SUSPECT},05/03/2024\n{OTHER},\n")
    assert len(read_numbers(path).keys) == 2


@pytest.mark.parametrize(
    ("heading", "first", "second", "is_ended"),
    [
        ("REC_STATUS", "A", "D", True), ("REC_STATUS", "A", "I", True),
        ("IS_DELETED", "F", "T", True), ("ENABLED", "T", "F", True), ("Deleted", "P", "T", False),
        ("STATUS", "A", "I", False), ("STATUS", "A", "X", False), ("STATUS", "A", "DEL", True),
        ("STATUS", "A", "EXPIRED", True),
        ("STATUS", "A", "B", False), ("Status", "Active", "Inactive", False), ("Row sts", "Active", "Inactive", True),
        ("Status", "P", "D", False), ("Number status", "A", "D", False),
    ],
)  # fmt: skip
def test_the_status_of_an_entry(tmp_path: Path, heading: str, first: str, second: str, is_ended: bool) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"mobile,{heading}\n{SUSPECT},{first}\n{OTHER},{second}\n")
    if not is_ended:
        assert len(read_numbers(path).keys) == 2
        return
    with pytest.raises(ColumnError, match=r"says in row 3 that the number is .* left it"):
        read_numbers(path)
