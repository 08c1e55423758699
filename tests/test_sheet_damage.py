"""Complaint sheets damaged a thousand ways: every row comes in or is refused, and no number is made up."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest

import numguard as ng
from numguard.errors import InputError
from numguard.registry.events.reconcile import reconcile
from numguard.registry.sheets.complaints import Complaints, read_complaints
from numguard.registry.sheets.headings import COLUMNS, known_by
from numguard.registry.sheets.sheet import read_sheet
from sheet_files import CONTAINERS, DAMAGES, Lines, Table, as_lines, json_lines, some_complaints, write

#: For each of four separators.
TRIALS = int(os.environ.get("NUMGUARD_DAMAGES", "280")) // 4
#: Long after every day that is written here.
NOW = 2**52
SOURCE = {"source": "desk 12"}


def read(path: Path) -> Complaints:
    return read_complaints(read_sheet(path, None, known_by(COLUMNS, None)), None, SOURCE, now=NOW)


def named(complaints: Complaints) -> dict[str, set[int]]:
    """The numbers of each complaint that came in."""
    acknowledgements = complaints.rows["acknowledgement_no"].to_pylist()
    found: dict[str, set[int]] = {}
    for index, msisdn in zip(*(complaints.namings[name].to_pylist() for name in ("index", "msisdn")), strict=True):
        found.setdefault(acknowledgements[index], set()).add(msisdn)
    return found


@pytest.fixture(scope="module")
def desk() -> Iterator[ng.Registry]:
    with ng.Registry(by="HC 1234") as registry:
        yield registry


def accounted(desk: ng.Registry, path: Path) -> int:
    """Rows added and rows refused, as the intake reports them."""
    intake = desk.add_complaints(path, constants=SOURCE, dry_run=True)
    return intake.added + intake.updated + intake.repeated + intake.refused


class Nothing:
    """What an empty registry knows of complaints."""

    def versions(self, _keys: pa.Table) -> pa.Table:
        columns = ("ordinal", "event", "complaint", "fingerprint", "usable", "taken_back", "unclear_at")
        return pa.table({name: pa.array([], pa.int64()) for name in columns})

    def ended(self) -> pa.Array[pa.StringScalar]:
        return pa.array([], pa.string())

    def alike(self, _candidates: pa.Table) -> pa.Table:
        texts = ("complaint_key", "source", "acknowledgement_no")
        return pa.table({"ordinal": pa.array([], pa.int64()), **{name: pa.array([], pa.string()) for name in texts}})


def planned(complaints: Complaints) -> int:
    """The same of complaints that were read, met with an empty registry."""
    plan = reconcile(complaints, Nothing())
    return plan.added + plan.updated + plan.repeated + plan.refused


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("breaks", [False, True])
def test_an_undamaged_sheet_comes_in_whole(tmp_path: Path, desk: ng.Registry, container: str, breaks: bool) -> None:
    name, writer = CONTAINERS[container]
    table = some_complaints(Random(container), 200, breaks=breaks)
    path = write(tmp_path, name, writer(table))
    complaints = read(path)
    assert named(complaints) == table.names
    assert len(complaints.broken) == 0
    assert accounted(desk, path) == planned(complaints) == len(table.rows)
    read_back = complaints.rows.select(["district", "amount_lost", "reported_at"])
    expected = read(write(tmp_path, "plain.csv", CONTAINERS["csv"][1](table))).rows
    assert read_back.equals(expected.select(read_back.column_names))
    assert set(read_back["district"].to_pylist()) == {"Gurugram", "Hisar", "Nuh", "Sonipat", "Rohtak", "Alwar"}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_no_row_is_lost_and_no_number_is_made_up(tmp_path: Path, separator: str) -> None:
    random = Random(f"damage {separator}")
    refused = 0
    for trial in range(TRIALS):
        table = some_complaints(random, random.randrange(2, 12))
        file = as_lines(table, separator)
        damages = random.sample(DAMAGES, random.choice([1, 1, 2]))
        for damage in sorted(damages, key=DAMAGES.index):
            damage(random, file)
        path = write(tmp_path, "desk.csv", file.content())
        case = f"{separator!r}, trial {trial}: {[damage.__name__ for damage in damages]}"
        try:
            complaints = read(path)
        except InputError:
            # No row fits the header: the file is refused as a whole, with a message.
            rows = [row for row in file.rows if row.strip(separator) and not is_around(row, file)]
            assert not any(fits(row, separator) for row in rows), case
            continue
        assert planned(complaints) == count(file.rows, separator) - around(file), case
        broken = complaints.broken["row"].to_pylist()
        rows = complaints.rows["row"].to_pylist()
        assert len({*rows, *broken}) == len(rows) + len(broken), case
        assert no_number_is_made_up(complaints, table), case
        refused += len(broken)
    assert refused > TRIALS // 2


def no_number_is_made_up(complaints: Complaints, table: Table) -> bool:
    """Whether each complaint names its own numbers; of one whose acknowledgement was torn, those of a single other."""
    return all(
        numbers <= table.names[acknowledgement]
        if acknowledgement in table.names
        else any(numbers <= others for others in table.names.values())
        for acknowledgement, numbers in named(complaints).items()
    )


def fits(row: str, separator: str) -> bool:
    try:
        return len(next(csv.reader([row], delimiter=separator, strict=True))) == 8
    except csv.Error:
        return False


def is_around(row: str, file: Lines) -> bool:
    """Whether a line is no row: the header once more, or the total."""
    return row == file.head[-1] or re.fullmatch(r"Total:? ?\d*", row) is not None


def around(file: Lines) -> int:
    """The lines that are no rows."""
    return sum(is_around(row, file) for row in file.rows)


def count(rows: list[str], separator: str) -> int:
    """The rows that were written: lines with anything in them."""
    return sum(bool(row.replace(separator, "").strip()) for row in rows)


def test_what_is_cut_inside_a_quoted_cell_is_found_again(tmp_path: Path) -> None:
    """With line breaks in cells a line is no row, but each complaint that is still in the file is accounted for."""
    random = Random("breaks")
    for trial in range(TRIALS):
        table = some_complaints(random, 12, breaks=True)
        file = as_lines(table, ",")
        damage = random.choice(DAMAGES)
        damage(random, file)
        path = write(tmp_path, "desk.csv", file.content())
        try:
            complaints = read(path)
        except InputError:
            assert not any(fits(row, ",") for row in file.rows), (trial, damage.__name__)
            continue
        assert no_number_is_made_up(complaints, table), (trial, damage.__name__)
        seen = " ".join(
            [*complaints.rows["acknowledgement_no"].drop_null().to_pylist(), *complaints.broken["cell"].to_pylist()]
        )
        content = file.content().decode(file.encoding)
        assert [one for one in table.names if one in content and one not in seen] == [], (trial, damage.__name__)


def test_lines_of_json_are_damaged_one_by_one(tmp_path: Path) -> None:
    random = Random("json lines")
    for _ in range(TRIALS):
        table = some_complaints(random, 8)
        lines = json_lines(table).decode().splitlines()
        k = random.randrange(1, 8)
        match random.randrange(3):
            case 0:
                lines[k - 1 : k + 1] = [lines[k - 1] + lines[k]]
            case 1:
                lines = [*lines[:k], lines[k][: random.randrange(1, len(lines[k]))]]
            case 2:
                lines.insert(k, "")
        path = write(tmp_path, "desk.jsonl", "\n".join(lines).encode())
        complaints = read(path)
        assert planned(complaints) == sum(bool(line) for line in lines)
        assert named(complaints).items() <= table.names.items()


@pytest.mark.parametrize("container", ["json", "json in an envelope", "workbook", "gzip", "zip", "parquet", "arrow"])
def test_a_file_that_is_cut_is_refused_by_name(tmp_path: Path, container: str) -> None:
    name, writer = CONTAINERS[container]
    content = writer(some_complaints(Random(1), 200))
    for part in (0.3, 0.6, 0.9, 0.99):
        path = write(tmp_path, name, content[: int(len(content) * part)])
        with ng.Registry(by="HC 1234") as registry, pytest.raises(InputError, match=name):
            registry.add_complaints(path)


def test_columns_may_come_in_any_order(tmp_path: Path) -> None:
    random = Random("order")
    for _ in range(50):
        table = some_complaints(random, 5)
        order = random.sample(range(8), 8)
        turned = Table([table.headings[k] for k in order], [[row[k] for k in order] for row in table.rows], {})
        assert named(read(write(tmp_path, "desk.csv", turned.text().encode()))) == table.names


def test_the_damages_are_real() -> None:
    for damage in DAMAGES:
        changed = 0
        for seed in range(20):
            file = as_lines(some_complaints(Random(seed), 12), ",")
            before = file.content()
            damage(Random(seed), file)
            changed += file.content() != before
        assert changed == 20, damage.__name__


OWN = ["acknowledgement_no", "source", "district", "suspect_mobiles", "complainant_mobile"]
CROSSED = ["acknowledgement_no", "source", "district", "complainant_mobile", "suspect_mobiles"]
ROW = ["31708220000001", "1930", "Nuh", "9811100001", "9811100002"]
UNDER = ["31708220000002", "1930", "Nuh", "9811100003", "9811100004"]


@pytest.mark.parametrize("container", ["csv", "xlsx", "table"])
@pytest.mark.parametrize(
    ("other", "under"),
    [
        (CROSSED, UNDER),
        (["acknowledgement_no", "Contact No", "complainant_mobile"], ["31708220000002", "9811100003", "9811100004"]),
        (["Ack No", "Mobile No", "Amount", "Remarks", "Facts"], ["31708220000002", "9811100003", "5", "x", "y"]),
    ],
)
def test_rows_under_a_header_of_other_columns_are_refused(
    tmp_path: Path, container: str, other: list[str], under: list[str]
) -> None:
    """Read by the first header they would block who complains."""
    lines = [OWN, ROW, OWN, other, under, UNDER]
    if container == "table":
        cells = [[*line, *[""] * (len(OWN) - len(line))] for line in lines[1:2] + lines[3:]]
        source: object = pa.table(dict(zip(OWN, zip(*cells, strict=True), strict=True)))
        shift = 2
    else:
        source, shift = tmp_path / f"sheet.{container}", 0
        written(tmp_path / f"sheet.{container}", lines)
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(source)
        assert (intake.added, intake.refused) == (1, 3)
        assert registry.numbers().to_array().to_pylist() == [919811100001]
        refused = intake.refusals.to_pylist()
    assert {row["row"] + shift for row in refused} == {4, 5, 6}
    assert (4 - shift, "another_header") in {(row["row"], row["note"]) for row in refused}
    assert all("981110000" in row["cell"] for row in refused if row["row"] + shift > 4)


def test_the_sheets_own_header_in_other_words_divides_nothing(tmp_path: Path) -> None:
    again = ["Ack. No.", "Complaint source", "District", "Suspect Mobiles", "Complainant Mobile"]
    words = ["Acknowledgement Number", "complaint_source", "district", "suspect mobile(s)", "Complainant Mobile"]
    written(tmp_path / "sheet.csv", [again, ROW, words, UNDER])
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(tmp_path / "sheet.csv")
    assert (intake.added, intake.refused) == (2, 1)


def test_a_row_with_one_word_of_a_heading_is_a_row(tmp_path: Path) -> None:
    written(
        tmp_path / "sheet.csv", [OWN, ["12", "Source", "District", "9811100001", ""], ["13", "Amount", "x", "", ""]]
    )
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(tmp_path / "sheet.csv")
    assert (intake.added, intake.refused) == (1, 1)
    assert "another_header" not in intake.refusals["note"].to_pylist()


def written(path: Path, lines: list[list[str]]) -> None:
    import xlsxwriter

    if path.suffix == ".csv":
        path.write_text("".join(",".join(line) + "\n" for line in lines))
        return
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for at, line in enumerate(lines):
            for k, cell in enumerate(line):
                sheet.write_string(at, k, cell)


@pytest.mark.parametrize("container", ["csv", "xlsx"])
def test_rows_above_a_header_with_more_names_are_refused(tmp_path: Path, container: str) -> None:
    path = tmp_path / f"sheet.{container}"
    written(path, [OWN, ROW, [*CROSSED, "Amount"], [*UNDER, "5"]])
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(path)
        assert (intake.added, intake.refused, intake.refusals["note"].to_pylist()) == (1, 1, ["above_header"])
        assert registry.numbers().to_array().to_pylist() == [919811100004]
