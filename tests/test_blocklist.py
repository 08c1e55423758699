"""A block list as a file: whole or not at all, inert in a spreadsheet, the same bytes each time, with its manifest."""

from __future__ import annotations

import csv
import hashlib
import json
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import numguard as ng
from numguard.blocklist import BlockList
from numguard.errors import ArgumentError, ColumnError, InputError, RegistryError
from numguard.files.outgoing import write_private
from numguard.number_list import read_numbers
from numguard.registry.log.store import Append

A, B = 919123456789, 919876543210


@pytest.fixture
def registry() -> Iterator[ng.Registry]:
    table = pa.table(
        {
            "acknowledgement_no": ["1", "2"],
            "source": ["1930", "1930"],
            "district": ["=HYPERLINK(0)", "Nuh (Mewat), rural"],
            "reported_at": ["2026-09-01 10:30", None],
            "suspect_mobiles": ["98765 43210", "91234 56789"],
        }
    )
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(table, name="desk.csv")
        yield registry


@pytest.fixture
def block_list(registry: ng.Registry) -> BlockList:
    return registry.block_list()


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_csv_has_no_text_that_a_spreadsheet_runs(block_list: BlockList, tmp_path: Path) -> None:
    rows = read(block_list.write(tmp_path / "list.csv"))
    assert [row["msisdn"] for row in rows] == [str(A), str(B)]
    assert [row["district"] for row in rows] == ["Nuh (Mewat), rural", "'=HYPERLINK(0)"]
    assert rows[1]["first_reported"] == "2026-09-01T10:30:00+05:30"
    assert rows[1]["review_by"] == "2026-11-30"
    assert rows[0]["first_reported"] == ""
    assert all(row["action"] == "block" for row in rows)


def test_handsets_are_fifteen_digits(registry: ng.Registry, tmp_path: Path) -> None:
    registry.expand(pa.table({"served_msisdn": ["9876543210", "8887776665"], "imei14": ["35824005111111"] * 2}))
    rows = read(registry.block_list().write(tmp_path / "list.csv"))
    assert {row["via_imei"] for row in rows if row["action"] == "reverify"} == {"358240051111110"}


def test_the_manifest_describes_the_file(block_list: BlockList, tmp_path: Path) -> None:
    path = block_list.write(tmp_path / "list.csv")
    manifest = json.loads((tmp_path / "list.csv.manifest.json").read_text())
    assert manifest["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert manifest["bytes"] == path.stat().st_size
    assert (manifest["rows"], manifest["actions"], manifest["events"]) == (2, {"block": 2}, [0, 1])
    assert manifest["inputs"][0]["name"] == "desk.csv"
    assert len(manifest["inputs"][0]["sha256"]) == 64
    assert manifest["numguard"] == ng.__version__
    assert manifest["policy"]["min_complaints"] == 1


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".jsonl", ".xlsx"])
def test_the_same_list_is_the_same_bytes(registry: ng.Registry, tmp_path: Path, ending: str) -> None:
    one = registry.block_list().write(tmp_path / f"one{ending}").read_bytes()
    registry.decide(["7776665554"], "protected", "an officer's")
    two = registry.block_list().write(tmp_path / f"two{ending}").read_bytes()
    assert one == two


def test_other_formats(block_list: BlockList, tmp_path: Path) -> None:
    table = pq.read_table(block_list.write(tmp_path / "list.parquet"))
    assert table["msisdn"].to_pylist() == [str(A), str(B)]
    lines = block_list.write(tmp_path / "list.jsonl").read_text().splitlines()
    assert json.loads(lines[0])["msisdn"] == str(A)
    with pytest.raises(ArgumentError, match="ending"):
        block_list.write(tmp_path / "list.docx")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "list.jsonl", "list.jsonl.manifest.json", "list.parquet", "list.parquet.manifest.json",
    ]  # fmt: skip


def test_columns_are_chosen_and_renamed(block_list: BlockList, tmp_path: Path) -> None:
    path = block_list.write(tmp_path / "list.csv", columns={"msisdn": "Mobile Number", "reason": "Why"})
    assert list(read(path)[0]) == ["Mobile Number", "Why"]
    assert list(read(block_list.write(path, columns=["district", "msisdn"]))[0]) == ["district", "msisdn"]
    with pytest.raises(ColumnError, match="'number'"):
        block_list.write(path, columns=["number"])
    for none in ([], {}, ["district", "action"]):
        with pytest.raises(ArgumentError, match="of no use without msisdn"):
            block_list.write(path, columns=none)


def test_whole_or_not_at_all(block_list: BlockList, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = block_list.write(tmp_path / "list.csv")
    before = path.read_bytes()

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(InputError, match="No space left"):
        block_list.write(path)
    assert path.read_bytes() == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["list.csv", "list.csv.manifest.json"]


def test_only_the_owner_reads_it(block_list: BlockList, tmp_path: Path) -> None:
    path = block_list.write(tmp_path / "list.csv")
    for written in (path, path.with_name("list.csv.manifest.json")):
        assert stat.S_IMODE(written.stat().st_mode) == 0o600


def test_files_of_districts_in_indian_scripts_have_their_names(tmp_path: Path) -> None:
    """Without vowels, which are marks, two districts were `क_ट` and `क_ट_`, in the order of the list."""
    columns = {"acknowledgement_no": ["1", "2"], "source": ["1930"] * 2, "district": ["कोटा", "कोट"]}
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(pa.table(columns | {"suspect_mobiles": ["8887776665", "8887776666"]}))
        paths = registry.block_list().write_by_district(tmp_path / "districts")
    assert sorted(path.name for path in paths) == ["कोट.csv", "कोटा.csv"]


def test_a_file_a_district(registry: ng.Registry, tmp_path: Path) -> None:
    table = pa.table({"acknowledgement_no": ["3"], "source": ["1930"], "suspect_mobiles": ["8887776665"]})
    registry.add_complaints(table)
    paths = registry.block_list().write_by_district(tmp_path / "districts")
    assert [path.name for path in paths] == ["HYPERLINK_0.csv", "Nuh__Mewat___rural.csv", "no_district.csv"]
    numbers = [row["msisdn"] for path in paths for row in read(path)]
    assert sorted(numbers) == sorted(str(n) for n in (A, B, 918887776665))


def test_it_is_an_arrow_stream(block_list: BlockList) -> None:
    assert pa.table(block_list).equals(block_list.to_table())
    assert pl.DataFrame(block_list)["msisdn"].to_list() == [A, B]
    assert block_list.schema.field("msisdn").type == pa.uint64()
    assert len(block_list) == 2


def test_an_empty_list_has_the_same_columns(tmp_path: Path) -> None:
    with ng.Registry(by="HC 1234") as registry:
        empty = registry.block_list()
        registry.add_complaints(
            pa.table({"acknowledgement_no": ["1"], "source": ["1930"], "suspect_mobiles": ["9876543210"]})
        )
        assert empty.schema == registry.block_list().schema
        assert registry.block_list(since=0).schema == registry.block_list(since=1).schema
    assert read(empty.write(tmp_path / "list.csv")) == []


def test_an_export_that_cannot_be_written_is_not_recorded(registry: ng.Registry, tmp_path: Path) -> None:
    head = registry._case.store.head()
    with pytest.raises(InputError):
        registry.export(tmp_path / "no such folder" / "list.csv", replace=True, to="DoT")
    with pytest.raises(ArgumentError):
        registry.export(tmp_path / "list.docx", replace=True, to="DoT")
    assert registry._case.store.head() == head
    assert list(tmp_path.iterdir()) == []


def test_any_table_is_written_the_same_way(registry: ng.Registry, tmp_path: Path) -> None:
    write_private(registry.history(A), tmp_path / "history.csv")
    assert read(tmp_path / "history.csv")[0]["what"] == "named"


@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize("name", ["list.csv", "list-1-of-1.csv"])
def test_an_export_replaces_no_file_but_a_list(name: str, replace: bool, tmp_path: Path) -> None:
    theirs = tmp_path / name
    theirs.write_text("notes of a year\n")
    with ng.Registry(by="HC 1234") as registry:
        registry.decide(["1800 123 4567"], "protected", "helpline of a bank")
        rows = None if name == "list.csv" else 5
        with pytest.raises(ng.NumguardError, match=f"{name} exists and is no exported list"):
            registry.export(tmp_path / "list.csv", replace=replace, to="DoT", rows_per_file=rows)
        assert registry.verify().events == 1
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(name, "notes of a year\n")]


def test_a_failed_export_leaves_the_old_files(tmp_path: Path) -> None:
    theirs, sent = tmp_path / "mine.docx", tmp_path / "list.csv"
    theirs.write_bytes(b"a year of work")
    with ng.Registry(by="HC 1234") as registry:
        registry.decide(["1800 123 4567"], "protected", "helpline of a bank")
        registry.export(sent, replace=True, to="DoT")
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        with pytest.raises(ng.NumguardError):
            registry.export(theirs, replace=True, to="DoT")
        with pytest.raises(ng.NumguardError):
            registry.export(sent, replace=True, to="DoT", columns=["nope"])
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_list_that_would_not_say_what_to_do_is_not_written(tmp_path: Path) -> None:
    """A bare list of numbers is read as one to block: the linked number, and the one to release, are not."""
    sheet = pa.table({"acknowledgement_no": ["1"], "source": ["1930"], "suspect_mobiles": ["9876543210"]})
    sightings = pa.table({"served_msisdn": ["9876543210", "9812345678"], "imei14": ["011240001111110"] * 2})
    bare, stated = tmp_path / "bare.csv", tmp_path / "stated.csv"
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(sheet)
        registry.export(bare, to="DoT", columns=["msisdn"])
        registry.expand(sightings)
        with pytest.raises(ArgumentError, match="rows with the action reverify, which would be taken for"):
            registry.block_list().write(stated, columns=["msisdn"])
        registry.decide(["9876543210"], "withdrawn", "a false complaint")
        with pytest.raises(ArgumentError, match="rows with the action release, which would be taken for"):
            registry.export(stated, to="DoT", since="last", columns=["msisdn", "reason"])
        # A status is read as no action: `scan` had each row of such a change for one to block.
        with pytest.raises(ArgumentError, match="rows with the action release, which would be taken for"):
            registry.export(stated, to="DoT", since="last", columns=["msisdn", "status", "change"])
        assert not stated.exists()
        registry.export(stated, to="DoT", since="last", columns=["msisdn", "action"])
    assert (bare.read_text(), stated.read_text()) == (
        '"msisdn"\n"919876543210"\n',
        '"msisdn","action"\n"919876543210","release"\n',
    )


def test_renamed_columns_are_written_by_their_own_types(tmp_path: Path) -> None:
    sheet = pa.table({"acknowledgement_no": ["1"], "source": ["1930"], "suspect_mobiles": ["9876543210"]})
    sightings = pa.table({"served_msisdn": ["9876543210", "9812345678"], "imei14": ["011240001111110"] * 2})
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(sheet)
        registry.expand(sightings)
        listed = registry.block_list()
        listed.write(tmp_path / "plain.csv", columns=["msisdn", "via_imei", "action"])
        listed.write(tmp_path / "renamed.csv", columns={"msisdn": "Mobile", "via_imei": "Handset IMEI", "action": "Do"})
    plain = (tmp_path / "plain.csv").read_text().splitlines()
    renamed = (tmp_path / "renamed.csv").read_text().splitlines()
    assert renamed[0] == '"Mobile","Handset IMEI","Do"'
    assert renamed[1:] == plain[1:]
    assert '"011240001111110"' in renamed[1] + renamed[2]


# In parts -------------------------------------------------------------------------------------------------------------


def district_sheet(numbers: int) -> pa.Table:
    names = ["Rohtak", "Nuh", "rohtak", None, "a-b", "A-B", "a_b", "\u0930\u094b\u0939\u0924\u0915" * 60]
    return pa.table(
        {
            "acknowledgement_no": [str(n) for n in range(numbers)],
            "source": ["1930"] * numbers,
            "district": [names[n % len(names)] for n in range(numbers)],
            "suspect_mobiles": [str(9876500000 + n) for n in range(numbers)],
        }
    )


@pytest.fixture
def many() -> Iterator[ng.Registry]:
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(district_sheet(40), name="desk.csv")
        yield registry


def all_check(folder: Path, sums: Path) -> list[str]:
    """Checks the checksums with coreutils, and returns the names in them."""
    run = subprocess.run(["sha256sum", "--check", "--strict", sums.name], cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return [line.rpartition(": OK")[0] for line in run.stdout.splitlines()]


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".jsonl", ".xlsx"])
@given(rows=st.integers(1, 45), by_district=st.booleans())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_parts_are_the_whole(
    many: ng.Registry, ending: str, rows: int, by_district: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("parts")
    listed = many.block_list()
    sums = listed.write(folder / f"list{ending}", rows_per_file=rows, by_district=by_district)
    assert sums.name == f"list{ending}.sha256"
    names = all_check(folder, sums)
    assert {path.name for path in folder.iterdir()} == {*names, sums.name}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    numbers = []
    for name in names[::2]:
        manifest = json.loads((folder / f"{name}.manifest.json").read_text())
        part = read_any(folder / name)
        assert len(part) == manifest["rows"] <= rows
        assert manifest["sha256"] == hashlib.sha256((folder / name).read_bytes()).hexdigest()
        assert f"{manifest['part']}-of-{manifest['parts']}" in name.replace("-0", "-")
        if by_district:
            assert {(row["district"] or "").lower() for row in part} == {(manifest["district"] or "").lower()}
        numbers += [row["msisdn"] for row in part]
    assert sorted(numbers) == [str(919876500000 + n) for n in range(40)]
    assert [entry["file"] for entry in listed.manifest["files"]] == names[::2]
    assert sum(entry["rows"] for entry in listed.manifest["files"]) == listed.manifest["rows"] == 40


def read_any(path: Path) -> list[dict[str, Any]]:
    """The rows, as other readers read them."""
    if path.suffix == ".csv":
        return list(read(path))
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text().splitlines()]
    if path.suffix == ".parquet":
        return pl.read_parquet(path).to_dicts()
    header, *rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_an_export_in_parts_is_recorded_by_its_checksums(many: ng.Registry, tmp_path: Path) -> None:
    listed = many.export(tmp_path / "list.csv", replace=True, to="DoT", rows_per_file=15, columns={"msisdn": "Mobile"})
    sums = tmp_path / "list.csv.sha256"
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == [f"list-{k}-of-3.csv" for k in (1, 2, 3)]
    digest = hashlib.sha256(sums.read_bytes()).hexdigest()
    assert (listed.manifest["file"], listed.manifest["sha256"]) == (sums.name, digest)
    assert sum(len(read(path)) for path in tmp_path.glob("*.csv")) == 40
    with pytest.raises(ArgumentError, match="rows_per_file"):
        many.export(tmp_path / "list.csv", replace=True, to="DoT", rows_per_file=0)
    assert many.numbers("requested") == many.numbers()


def test_parts_of_an_earlier_list_are_not_sent_with_this_one(many: ng.Registry, tmp_path: Path) -> None:
    many.block_list().write(tmp_path / "list.csv", rows_per_file=15)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(InputError, match=r"list-1-of-3\.csv: a part of another list"):
        many.export(tmp_path / "list.csv", replace=True, to="DoT", rows_per_file=20)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    many.export(tmp_path / "list.csv", replace=True, to="DoT", rows_per_file=15)
    many.block_list().write_by_district(tmp_path / "districts")
    many.decide([str(9876500000 + n) for n in range(1, 40, 8)], "withdrawn", "all of Nuh")
    with pytest.raises(InputError, match=r"Nuh\.csv: a part"):
        many.block_list().write_by_district(tmp_path / "districts")


def test_parts_are_written_whole_or_not_at_all(
    many: ng.Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of the writes to the disk fails once; and so does the last step, by which the export is recorded."""
    path = tmp_path / "list.csv"
    many.export(path, replace=True, to="DoT", rows_per_file=15)
    before, head = {path.name: path.read_bytes() for path in tmp_path.iterdir()}, many._case.store.head()
    many.add_complaints(pa.table({"acknowledgement_no": ["x"], "source": ["1930"], "suspect_mobiles": ["9876500040"]}))
    head += 1
    left = 0

    def fail(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    for nth in range(1, len(before) + 1):
        left = nth
        with pytest.raises(InputError, match="No space left"):
            many.export(path, replace=True, to="DoT", rows_per_file=15)
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
        assert many._case.store.head() == head

    def refuse(_: Append, files: Any) -> None:
        # All files are written, and none is renamed before the event is recorded.
        assert len(files.places()) == len(before)
        assert {path.name: path.read_bytes() for path in tmp_path.glob("list*")} == before
        raise RegistryError("the registry's disk is full")

    monkeypatch.setattr(Append, "commit", refuse)
    with pytest.raises(RegistryError):
        many.export(path, replace=True, to="DoT", rows_per_file=15)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".xlsx", ".parquet"])
def test_a_list_as_it_is_written_has_the_same_numbers_when_it_is_read(tmp_path: Path, ending: str) -> None:
    """Without its `+`, a number of Singapore is an Indian mobile, whose subscriber would be cut off."""
    sheet = {
        "acknowledgement_no": ["1", "2"],
        "source": ["1930"] * 2,
        "suspect_mobiles": ["+65 91234567", "98765 43210"],
    }
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(pa.table(sheet), name="desk.csv")
        registry.decide(["+65 91234567"], "confirmed", "called from abroad")
        assert len(registry.known(["+65 91234567"])) == 1
        path = tmp_path / f"list{ending}"
        registry.export(path, to="CyberSafe")
    customers = pa.table({"mobile": ["6591234567", "+65 9123 4567", str(B)]})
    found = ng.scan(customers, {"mobile": read_numbers(path).keys}).read_all()
    assert found["mobile_match"].to_pylist() == [6591234567, B]
    assert found["mobile"].to_pylist() == ["+65 9123 4567", str(B)]
