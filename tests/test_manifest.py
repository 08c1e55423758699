"""A list whose manifest is beside it is compared with it: a cut at the end of a line is seen nowhere else."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pytest

import numguard as ng
from numguard.cli import run
from numguard.errors import InputError
from numguard.files.manifest import manifest_path
from numguard.number_list import read_numbers

CUT = "is not what its manifest describes: it was changed, or cut short"


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """A list of three numbers in one file, and in parts."""
    sheet = pa.table(
        {
            "acknowledgement_no": ["1", "2", "3"],
            "source": ["1930"] * 3,
            "district": ["Nuh", "Nuh", "Rohtak"],
            "suspect_mobiles": ["97654 32187", "97654 32188", "97654 32189"],
        }
    )
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(sheet)
        registry.export(tmp_path / "whole.csv", to="DoT")
        registry.export(tmp_path / "part.csv", to="DoT", rows_per_file=1)
        registry.export(tmp_path / "of.csv", to="DoT", by_district=True, rows_per_file=1)
        registry.export(tmp_path / "sheet.jsonl", to="DoT")
        registry.decide(["97654 32187"], "withdrawn", "a false complaint")
        registry.export(tmp_path / "change.csv", to="DoT", since="last")
    return tmp_path


def warned(path: Path) -> list[str]:
    return list(read_numbers(path).account["warnings"])


def test_a_list_as_it_was_sent(sent: Path) -> None:
    for name in ("whole.csv", "sheet.jsonl", "part-*.csv", "of-*.csv", "of-Rohtak-1-of-1.csv", "of-Nuh-*.csv"):
        assert warned(sent / name) == []


def test_a_list_that_was_cut_or_changed(sent: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = sent / "whole.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]))
    assert warned(path) == [f"{path}: {CUT}"]
    (sent / "calls.csv").write_text("a\n9765432187\n")
    scan = ["scan", str(sent / "calls.csv"), "--numbers", str(path), "-c", "a", "-o", str(sent / "hits.csv"), "--json"]
    assert run(scan) == 0
    output = capsys.readouterr()
    assert f"{path}: {CUT}\n" in output.err
    assert json.loads(output.out)["lists"][0]["warnings"] == [f"{path}: {CUT}"]
    path.write_text("".join([lines[0], *sorted(lines[1:], reverse=True)]))
    assert warned(path) == [f"{path}: {CUT}"]


def test_a_list_of_which_a_part_is_missing(sent: Path) -> None:
    assert warned(sent / "part-2-of-3.csv") == ["only 1 of the 3 parts of the list of export 3 were read"]
    (sent / "part-1-of-3.csv").unlink()
    assert warned(sent / "part-*.csv") == ["only 2 of the 3 parts of the list of export 3 were read"]
    assert warned(sent / "of-Nuh-1-of-2.csv") == ["only 1 of the 2 parts of the list of export 4 were read"]


def test_a_change_is_not_compared_as_a_whole_list(sent: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every number that had not changed came out as removed, without a word."""
    whole, change = sent / "whole.csv", sent / "change.csv"
    before, after = (json.loads((sent / f"{name}.manifest.json").read_text()) for name in ("sheet.jsonl", "change.csv"))
    # A receiver sees by it that no list between the two is missing.
    assert after["events"][0] == before["export"]
    assert run(["lists", "diff", str(whole), str(change)]) == 0
    assert f"{change}: has only what changed" in capsys.readouterr().err
    assert run(["lists", "diff", str(whole), str(whole)]) == 0
    assert "has only what changed" not in capsys.readouterr().err


def test_a_change_that_is_read_as_a_list_is_named(sent: Path) -> None:
    """A scan for a change looked for the new numbers alone, without a word."""
    assert warned(sent / "whole.csv") == []
    (warning,) = warned(sent / "change.csv")
    assert warning.startswith(f"{sent / 'change.csv'}: has only what changed since an earlier list")


def test_a_list_unlike_its_manifest_is_an_error_where_nothing_may_be_refused(sent: Path) -> None:
    whole = sent / "whole.csv"
    assert len(read_numbers(whole, strict=True).keys) > 0
    whole.write_text("".join(whole.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(InputError, match="is not what its manifest describes"):
        read_numbers(whole, strict=True)
    assert (
        run(["scan", str(whole), "--numbers", str(whole), "-c", "msisdn", "--strict", "-o", str(sent / "h.csv")]) == 3
    )
    assert not (sent / "h.csv").exists()


def test_a_manifest_of_another_file_says_nothing(sent: Path) -> None:
    shutil.copy(sent / "whole.csv.manifest.json", sent / "mine.csv.manifest.json")
    (sent / "mine.csv").write_text("mobile\n9765432187\n")
    assert warned(sent / "mine.csv") == []
    for damaged in ("", "[]", "{", "\udcff", '{"file": "mine.csv"}'):
        (sent / "mine.csv.manifest.json").write_text(damaged, errors="surrogateescape")
        assert warned(sent / "mine.csv") == []


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "[" * 100_000, '{"file": "l.csv", "sha256": [], "parts": 2, "part": [1], "export": {}}']
)
def test_a_file_that_is_no_manifest_stops_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "l.csv").write_text("msisdn\n919876543210\n")
    manifest_path(tmp_path / "l.csv").write_text(text)
    assert len(read_numbers(tmp_path / "l.csv").keys) == 1
