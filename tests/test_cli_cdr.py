"""Operator files on the command line: read as they are, with columns named by hand, and as sightings of `expand`."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from random import Random

import pytest

from numguard.cdr.layout import ROLES
from numguard.cdr.layouts import LAYOUTS
from operator_files import WRITERS, some_calls
from test_cdr_case import CASE, COUNTRY, JIO, REPORTED
from warm import numguard


def test_reading_says_what_was_refused_and_writes_it(tmp_path: Path) -> None:
    file = WRITERS["airtel"](some_calls(Random(1), 20))
    file.rows[3][6] = "'01/06/26'"
    (tmp_path / "airtel.csv").write_bytes(file.content())
    out, refused = tmp_path / "rows.csv", tmp_path / "refused.csv"
    done = numguard("cdr", "read", tmp_path / "airtel.csv", "-o", out, "--refused", refused)
    assert done.returncode == 0, done.stderr
    with out.open() as rows:
        assert len(list(csv.DictReader(rows))) == 19
    with refused.open() as rows:
        (row,) = csv.DictReader(rows)
    assert (row["row"], row["column"], row["note"]) == ("8", "Date", "two_digit_year")
    assert "airtel" in done.stderr
    assert "two_digit_year (line 8)" in done.stderr


def test_columns_can_be_named_by_hand(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("Nummer;A=Geraet;Tag\n9876543210;358967101234560;01.06.2026\n")
    named = ["--map", "Nummer=served", "--map", "A=Geraet=imei", "--map", "Tag=date"]
    done = numguard("cdr", "read", tmp_path / "own.csv", *named, "-o", tmp_path / "rows.csv")
    assert done.returncode == 0, done.stderr
    with (tmp_path / "rows.csv").open() as rows:
        (row,) = csv.DictReader(rows)
    assert row["imei14"] == "35896710123456"


@pytest.mark.parametrize(
    "wrong",
    [["--map", "Nummer"], ["--map", "=served"], ["--map", "A=served", "--map", "B=served"], ["--map", "A=colour"]],
)
def test_a_wrong_map_is_a_wrong_call(tmp_path: Path, wrong: list[str]) -> None:
    (tmp_path / "own.csv").write_text("Nummer;Tag\n9876543210;01.06.2026\n")
    done = numguard("cdr", "read", tmp_path / "own.csv", *wrong)
    assert done.returncode == 2, done.stderr


def test_columns_that_are_not_there_are_not_called_a_layout(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("Nummer;Tag\n9876543210;01.06.2026\n")
    done = numguard("cdr", "read", tmp_path / "own.csv", "--map", "Nummer=served", "--map", "Geraet=imei")
    assert done.returncode == 3
    assert (
        "no line in its first lines has the columns that were named; its columns are Nummer, Tag, and none is 'geraet'"
        in done.stderr
    )
    assert "mapped" not in done.stderr


def test_a_folder_of_operator_files_is_sightings(tmp_path: Path) -> None:
    folder = tmp_path / "answers"
    folder.mkdir()
    for operator, calls in CASE.items():
        (folder / f"{operator}.csv").write_bytes(WRITERS[operator](calls).content())
    (tmp_path / "seeds.txt").write_text(f"{REPORTED}\n")
    done = numguard("expand", folder, "--seeds", tmp_path / "seeds.txt", "--folder", tmp_path / "linked", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["linked"] == 1
    with (tmp_path / "linked" / "linked.csv").open() as rows:
        (row,) = csv.DictReader(rows)
    assert row["msisdn"] == str(COUNTRY + JIO)


def test_the_help_names_every_layout_and_role() -> None:
    shown = re.sub(r"-\n +", "-", numguard("cdr", "read", "--help").stdout)
    words = {*re.findall(r"[a-z_-]+", shown)}
    assert {*ROLES, *(layout.name for layout in LAYOUTS)} <= words
