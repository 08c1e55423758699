"""The actions of a list: of one number it cannot have one to block and one to release, nor a decision against it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from numguard.cli import run
from numguard.errors import ArgumentError, ColumnError, InputError
from numguard.number_list import read_numbers

HEADER = "msisdn,action,change\n"
#: Two days of changes: the second day releases a number of the first, and leaves another to rest.
FIRST = "919765432187,block,added\n919765432188,block,added\n919765432189,block,added\n"
SECOND = "97654 32188,release,removed\n919765432190,block,added\n"
OPPOSED = r"row 2 has the action release for a number that another row of the list has to block: .* the last one counts"


def days(folder: Path, first: str = FIRST, second: str = SECOND) -> list[Path]:
    """The two days in a folder, and in one file."""
    (folder / "days").mkdir()
    (folder / "days" / "1.csv").write_text(HEADER + first)
    (folder / "days" / "2.csv").write_text(HEADER + second)
    (folder / "both.csv").write_text(HEADER + first + HEADER + second)
    return [folder / "days", folder / "both.csv"]


@pytest.mark.parametrize("actions", ["block", "", [], ()])
def test_one_text_is_no_list_of_actions(tmp_path: Path, actions: str | list[str]) -> None:
    """The letters of a word are no action of any row, so that the list was empty."""
    (tmp_path / "list.csv").write_text(HEADER + FIRST)
    with pytest.raises(ArgumentError, match="actions: takes a list of actions"):
        read_numbers(tmp_path / "list.csv", actions=actions)


def test_changes_of_several_days_are_not_one_list(tmp_path: Path) -> None:
    folder, both = days(tmp_path)
    with pytest.raises(InputError, match=OPPOSED) as refused:
        read_numbers(folder)
    assert "9765432188" not in str(refused.value).replace(" ", "")
    with pytest.raises(InputError, match=r"both.csv: row 6 has the action release"):
        read_numbers(both)
    # Numbers that are in use again are not released once more where a later day blocks them.
    with pytest.raises(InputError, match=r"row 3 has the action block for a number that another row .* to release"):
        read_numbers(both, actions=["release"])
    assert len(read_numbers(folder / "2.csv").keys) == 1
    # Who wants both has both, and who protects numbers protects each of them.
    assert len(read_numbers(both, actions=["block", "release"]).keys) == 4
    assert len(read_numbers(both, actions=None).keys) == 4


def test_a_number_that_is_to_be_left_alone_is_not_to_block(tmp_path: Path) -> None:
    """A holder who came with documents leaves the list with the action `none`."""
    for path in days(tmp_path, second="919765432188,None,removed\n"):
        with pytest.raises(InputError, match="has the action none for a number"):
            read_numbers(path)
        assert len(read_numbers(path, actions=["reverify"]).keys) == 0


def test_a_linked_number_is_released_and_verified_on_one_list(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{HEADER}919765432187,release,removed\n919765432187,reverify,added\n919765432188,block,added\n")
    chosen = (["block"], ["release"], ["reverify"], ["block", "reverify"])
    assert [len(read_numbers(path, actions=actions).keys) for actions in chosen] == [1, 1, 1, 2]


def test_a_pair_with_a_handset_is_released_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("imei14,msisdn,action\n35824005111111,919765432187,block\n35824005222222,919765432187,release\n")
    assert len(read_numbers(path).keys) == 1


def test_typed_files_of_several_days(tmp_path: Path) -> None:
    first = pa.table({"msisdn": pa.array([919765432187, None], pa.uint64()), "action": ["block", "block"]})
    second = pa.table({"action": ["release", None], "msisdn": pa.array(["97654 32187", "x"])})
    pq.write_table(first, tmp_path / "1.parquet")
    pq.write_table(second, tmp_path / "2.parquet")
    with pytest.raises(InputError, match=r"2.parquet: row 1 has the action release"):
        read_numbers(tmp_path)


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, both = days(tmp_path)
    calls = tmp_path / "calls.csv"
    calls.write_text("a\n9765432188\n9765432187\n")
    for options in (["--numbers", str(folder)], ["--list", f"x={both}"], ["--numbers", str(folder / "1.csv")]):
        status = run(["scan", str(calls), *options, "-c", "a", "-o", str(tmp_path / "hits.csv")])
        assert status == (0 if "1.csv" in options[1] else 3)
        assert (status == 3) == ("has the action release" in capsys.readouterr().err)


@pytest.mark.parametrize("heading", ["Decision", "Status:", "Action taken"])
@pytest.mark.parametrize("written", ["Rejected", " dismissed ", "NOT CONFIRMED", "अस्वीकृत"])
def test_numbers_that_were_decided_against_stop_a_list(tmp_path: Path, heading: str, written: str) -> None:
    rows = f"msisdn,{heading}\n9876543210,Accepted\n9123456789,{written}\n"
    path = tmp_path / "list.csv"
    path.write_text(rows, encoding="utf-8")
    with pytest.raises(ColumnError, match=r"says in row 3 (what is no known yes|that the number was decided against)"):
        read_numbers(path)
    # Numbers to protect, and to release, are spared all the more.
    assert len(read_numbers(path, actions=None).keys) == 2
    assert len(read_numbers(path, actions=("release",)).keys) == 2
    # The status of something else is not about the number.
    path.write_text(rows.replace(heading, "Refund status"), encoding="utf-8")
    assert len(read_numbers(path).keys) == 2
