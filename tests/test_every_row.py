"""Every verb, every container: rows read = rows used + rows refused + non-data lines, and no row is missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.csv as pv
import pytest

import numguard as ng
import row_files
from numguard.cli import run
from numguard.errors import ColumnError, InputError
from numguard.files import write_rows
from numguard.number_list import NumberList, read_imeis, read_numbers
from numguard.source import accounted, open_source, refused_rows
from numguard.source.non_data import TOTAL_WORDS
from registry_cases import complaint, complaints
from row_files import (
    BLURRING,
    DAMAGES,
    TABLES,
    TEXTS,
    as_lines,
    damaged,
    header_again,
    some_rows,
    total,
    workbook,
    write,
)
from workbooks import book_of_sheets

KEY = "sixteen bytes or more"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NUMGUARD_BY", "HC 1234")
    monkeypatch.setenv("SHARED", KEY)
    (tmp_path / "seeds.txt").write_text("9123456789\n")
    (tmp_path / "imeis.txt").write_text("imei\n490154203237518\n")
    with ng.Registry("cases.db", by="HC 1234") as registry:
        registry.add_complaints(
            pa.table({"acknowledgement_no": ["1"], "source": ["x"], "suspect_mobiles": ["9123456789"]})
        )


#: The arguments of each verb for a file; all write their refused rows to the same file.
VERBS: dict[str, tuple[str, ...]] = {
    "normalize": ("normalize", "FILE", "-c", "suspect_mobiles", "-o", "out.csv"),
    "explain": ("explain", "FILE", "-c", "msisdn", "-o", "out.csv"),
    "keyed": ("keyed", "FILE", "-c", "msisdn", "--key-env", "SHARED", "-o", "out.csv"),
    "scan": ("scan", "FILE", "--numbers", "seeds.txt", "-c", "msisdn", "-o", "out.csv"),
    "region of each row": ("normalize", "FILE", "-c", "suspect_mobiles", "--region-column", "source", "-o", "out.csv"),
    "explain handsets": ("explain", "FILE", "-c", "imei", "--imei", "--only-refused", "-o", "out.csv"),
    "all rows": ("scan", "FILE", "--list", "a=seeds.txt", "-c", "msisdn", "--all-rows", "-o", "out.csv"),
    "scan for handsets": ("scan", "FILE", "--imeis", "imeis.txt", "--imei-column", "imei", "-o", "out.csv"),
    "lists": ("lists", "diff", "FILE", "seeds.txt"),
    "later list": ("lists", "diff", "seeds.txt", "FILE"),
    "handsets": ("lists", "diff", "FILE", "imeis.txt", "--imeis"),
    "expand": ("expand", "FILE", "--seeds", "seeds.txt", "--msisdn", "msisdn", "--imei", "imei"),
    "expand in a case": ("expand", "FILE", "--registry", "cases.db", "--msisdn", "msisdn", "--imei", "imei"),
    "common": ("common", "FILE", "--at-least", "1", "--msisdn", "msisdn", "--imei", "imei", "-o", "out.csv"),
    # In typed tables `changes` needs times that are typed or in ISO 8601, which those here have not:
    # test_sightings_changes counts their rows.
    "changes": ("changes", "FILE", "-o", "out.csv"),
    "page of changes": ("changes", "FILE", "-o", "out.html"),
    "page of common": ("common", "FILE", "--at-least", "1", "--msisdn", "msisdn", "--imei", "imei", "-o", "out.html"),
    "dry run": ("complaints", "add", "FILE", "--registry", "cases.db", "--dry-run"),
    "complaints": ("complaints", "add", "FILE", "--registry", "cases.db"),
    "extract": ("complaints", "add", "FILE", "--extract", "remark", "--registry", "cases.db"),
    "outcomes": ("outcomes", "FILE", "--registry", "cases.db"),
    "cdr": ("cdr", "read", "FILE", "-o", "out.csv"),
    "own layout": (
        "cdr",
        "read",
        "FILE",
        "--map",
        "msisdn=served",
        "--map",
        "imei=imei",
        "--map",
        "call date=date",
        "-o",
        "out.csv",
    ),
    "decide": ("decide", "protected", "--numbers", "FILE", "--reason", "banks", "--registry", "cases.db"),
}

#: Where the account of the file is, if not in the summary itself.
ACCOUNTS = {"lists": "rows_before", "handsets": "rows_before", "later list": "rows_after"}
#: The verbs whose result has a column `msisdn` of its own.
ADDS_A_COLUMN = {"normalize", "region of each row"}


@pytest.fixture
def run_verb(capsys: pytest.CaptureFixture[str]) -> Callable[[str, Path], dict[str, Any]]:
    def call(verb: str, path: Path) -> dict[str, Any]:
        arguments = [str(path) if word == "FILE" else word for word in VERBS[verb]]
        code = run([*arguments, "--refused", "refused.csv", "--json"])
        captured = capsys.readouterr()
        assert code == 0, f"{verb}: {captured.err}"
        account: dict[str, Any] = json.loads(captured.out.splitlines()[-1])
        return account[ACCOUNTS[verb]] if verb in ACCOUNTS else account

    return call


def balanced(account: dict[str, Any]) -> bool:
    return bool(
        account["rows_read"] == account["rows_used"] + account["rows_refused"] + sum(account["not_data"].values())
    )


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_accounts_for_every_row(
    tmp_path: Path, run_verb: Callable[..., dict[str, Any]], verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(verb)
    if verb in ADDS_A_COLUMN:
        monkeypatch.setattr(row_files, "HEADINGS", [*row_files.HEADINGS[:3], "phone", *row_files.HEADINGS[4:]])
    for container, content in TEXTS.items():
        file = as_lines(some_rows(random, random.randrange(5, 30)), random.choice([",", ";", "\t", "|"]))
        damages = damaged(random, file, random.randrange(4))
        for damage in random.sample(BLURRING, random.randrange(2)):
            damage(random, file)
            damages.append(damage.__name__)
        account = run_verb(verb, write(tmp_path, "d.txt", content(file)))
        where = f"{verb}, {container}, {damages}: {account}"
        assert balanced(account), where
        assert account["rows_read"] == file.rows, where
        refused = set(pv.read_csv("refused.csv")["row"].to_pylist())
        assert len(refused) == account["rows_refused"], where
    for container, (name, table) in TABLES.items():
        if container in {"parquet", "arrow"} and "changes" in verb:
            continue
        rows = some_rows(random, 20)
        account = run_verb(verb, write(tmp_path, name, table(rows)))
        assert balanced(account), f"{verb}, {container}: {account}"
        assert account["rows_read"] == 20, f"{verb}, {container}: {account}"
        assert pv.read_csv("refused.csv").num_rows == account["rows_refused"], f"{verb}, {container}: {account}"


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_reads_what_is_below_a_header_of_other_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is joined from two: below the second header, each column of the first one may hold anything."""
    if verb in ADDS_A_COLUMN:
        monkeypatch.setattr(row_files, "HEADINGS", [*row_files.HEADINGS[:3], "phone", *row_files.HEADINGS[4:]])
    random = Random(verb)
    order = [4, 5, 6, 0, 1, 3, 2, 8, 7]
    rows = [[*row[:8], "x"] for row in some_rows(random, 12)]
    reordered = [row_files.HEADINGS[k] for k in order]
    backwards = [name.title() for name in reversed(row_files.HEADINGS)]
    for name, head in {"d.txt": reordered, "d.txt.gz": backwards, "d.xlsx": reordered}.items():
        table = [*rows[:6], head, *([row[k] for k in order] for row in rows[6:])]
        file = as_lines(table, random.choice([",", ";", "\t", "|"]))
        content = workbook([row_files.HEADINGS, *table]) if name == "d.xlsx" else TEXTS["utf-8"](file)
        path = write(tmp_path, name, TEXTS["gzip"](file) if name.endswith("gz") else content)
        arguments = [str(path) if word == "FILE" else word for word in VERBS[verb]]
        code = run([*arguments, "--refused", "refused.csv", "--json"])
        out, errors = capsys.readouterr()
        if code == 0:
            account = json.loads(out.splitlines()[-1])
            assert balanced(account)
            refused = set(pv.read_csv("refused.csv")["row"].to_pylist())
            assert refused >= set(range(9, 15)), (verb, name)
        else:
            assert code == 3, (verb, name, errors)
            assert "row 8 is a second header" in errors, (verb, name)
            assert not (tmp_path / "out.csv").exists()


def test_a_header_of_other_columns_is_found_anywhere_in_a_long_file(tmp_path: Path) -> None:
    head, other = "call date,calling,called,imei", "imei,CALLED,operator,zone"
    rows = [f"2026-06-{n % 28 + 1:02},98765{n % 100_000:05},91234{n % 100_000:05},1" for n in range(200_000)]
    seeds = ng.NumberSet(["9876500007"])
    for at in (1, 99_999, 199_999):
        rows.insert(at, other)
        (tmp_path / "d.csv").write_text("\n".join([head, *rows]) + "\n")
        del rows[at]
        for read in (
            lambda: list(ng.scan(tmp_path / "d.csv", {"calling": seeds})),
            lambda: list(open_source(tmp_path / "d.csv").batches(["calling"])),
        ):
            with pytest.raises(ColumnError, match=f"row {at + 2} is a second header"):
                read()


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("called,x,,,,", 4),  # one heading
        ("called,Called,,,,", 4),
        ("called,calling,c,d,e,", 4),  # two of five
        ("called,calling,12345,,,", 4),  # a figure
        ("called,calling,\u0967\u0968\u0969\u096a\u096b,,,", 4),
        ("CALLING , called,'Name\u00a0',\"zone\",cell,", 3),  # the same header again
    ],
)
def test_a_row_with_few_headings_is_a_row(tmp_path: Path, line: str, count: int) -> None:
    rows = ["calling,called,name,zone,cell,", "9876530001,1,2,a,b,", line, "9876530002,2,b,c,d,", "9876530003,2,b,c,d,"]
    path = write(tmp_path, "d.csv", "\n".join(rows).encode())
    assert sum(batch.data.num_rows for batch in open_source(path).batches()) == count


@pytest.mark.parametrize(
    "line", ["called,calling,,,,", "name,Calling,c,d,,", "zone,cell,,,,", "calling,,called,name,cell,zone"]
)
def test_a_row_with_several_headings_is_a_header(tmp_path: Path, line: str) -> None:
    rows = ["calling,called,name,zone,cell,", "9876530001,1,2,a,b,", line, "9876530002,2,b,c,d,"]
    for path in (write(tmp_path, "d.csv", "\n".join(rows).encode()), tmp_path / "d.xlsx"):
        if path.suffix == ".xlsx":
            write(tmp_path, path.name, workbook([row.split(",") for row in rows]))
        with pytest.raises(ColumnError, match=f"{path.name}: row 3 is a second header"):
            list(open_source(path).batches())


@pytest.mark.parametrize("kind", ["parquet", "arrow", "csv", "xlsx"])
def test_expand_names_the_rows_whose_number_handset_or_time_cannot_be_read(
    tmp_path: Path, run_verb: Callable[..., dict[str, Any]], kind: str
) -> None:
    numbers = ["9876543210", None, "98765O3210", "9123456789", "9123456789", "", "9700012345"]
    imeis = ["490154203237518", "490154203237518", "", "000000000000000", None, "12345", "358240051111110"]
    wrong = {1: "empty", 2: "stray_letter", 4: "empty", 5: "empty"}
    path = tmp_path / f"seen.{kind}"
    if kind == "xlsx":
        path = write(
            tmp_path,
            path.name,
            workbook([["msisdn", "imei"], *([a or "", b or ""] for a, b in zip(numbers, imeis, strict=True))]),
        )
    else:
        write_rows(path, (table := pa.table({"msisdn": numbers, "imei": imeis})).schema, table.to_batches())
    account = run_verb("expand", path)
    assert balanced(account)
    assert account["rows_refused"] == len(wrong) == sum(account["refused_rows"].values())
    first = 1 if kind in {"parquet", "arrow"} else 2
    rows = pv.read_csv("refused.csv").to_pylist()
    named = sorted((row["row"] - first, row["note"]) for row in rows)
    assert named == sorted(wrong.items())
    assert {row["file"] for row in rows} == {str(path)}


def test_expand_names_the_rows_without_the_time_that_a_rule_needs() -> None:
    at = pa.array([1_700_000_000, None, None], pa.timestamp("s", "UTC"))
    seen = pa.table(
        {"served_msisdn": ["9876543210"] * 3, "imei14": ["490154203237518", "490154203237518", "1"], "at": at}
    )
    policy = ng.LinkPolicy(since=datetime(2020, 1, 1, tzinfo=UTC))
    for source in (seen, pa.RecordBatchReader.from_batches(seen.schema, seen.to_batches())):
        found = ng.expand(["9876543210"], source, policy, list_refused=True)
        assert found.refused == {"no_time": 1, "too_short": 1}
        assert found.refused_rows.to_pylist() == [
            {"file": None, "row": 2, "note": "no_time"},
            {"file": None, "row": 3, "note": "too_short"},
        ]
    assert ng.expand(["9876543210"], seen, policy).refused_rows.num_rows == 0


@pytest.mark.parametrize("container", TEXTS)
def test_the_reader_counts_each_line_by_its_kind(tmp_path: Path, container: str) -> None:
    random = Random(container)
    for trial in range(40):
        file = as_lines(some_rows(random, random.randrange(3, 60)), random.choice([",", ";", "\t", "|"]))
        damages = damaged(random, file, random.randrange(len(DAMAGES) + 1))
        path = write(tmp_path, "d.txt", TEXTS[container](file))
        for columns in (None, ["msisdn"], ["remark"]):
            source = open_source(path, wanted=["msisdn"])
            used = [line for batch in source.batches(columns) for line in batch.row_numbers().tolist()]
            refused = refused_rows(source.parts)["row"].to_pylist()
            account = accounted(source.parts)
            where = f"{trial}: {damages}, {columns}, {account}"
            assert account["not_data"] == file.around, where
            assert not set(used) & set(refused), where
            assert len(used) + len(refused) + sum(file.around.values()) == file.rows, where
            assert used == sorted(used), where


def test_the_account_does_not_depend_on_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from numguard.source import lines

    random = Random("blocks")
    file = as_lines(some_rows(random, 400), ",")
    for damage in sorted(DAMAGES[:-1] * 3, key=DAMAGES.index):
        damage(random, file)
    path = write(tmp_path, "d.csv", TEXTS["utf-8"](file))
    found = []
    for size in (1 << 22, 4096, 1500):
        monkeypatch.setattr(lines, "BLOCK_BYTES", size)
        source = open_source(path, wanted=["msisdn"])
        used = [line for batch in source.batches() for line in batch.row_numbers().tolist()]
        found.append((used, refused_rows(source.parts).to_pylist(), accounted(source.parts)))
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(
    "total",
    [
        "Total,2,,",
        "'Grand Total',2,5,",
        "कुल,1,2,3",
        '"Total",2,,',
        "SUB-TOTAL,2,,",
        *(f"{word},1,2," for word in TOTAL_WORDS),
    ],
)
def test_a_total_with_a_figure_in_every_column_is_no_row(tmp_path: Path, total: str) -> None:
    rows = ["name,mobile,amount,note", "Asha,9876530001,1,a", "Total Kumar,9876530002,2,b", total, "x,9876530003,3,c"]
    source = open_source(write(tmp_path, "d.csv", "\n".join(rows).encode()), wanted=["mobile"])
    assert [line for batch in source.batches() for line in batch.row_numbers().tolist()] == [2, 3, 5]
    assert accounted(source.parts)["not_data"] == {"total": 1}


@pytest.mark.parametrize("name", ["योगेश", "कुलदीप", "Total Kumar", "মোটর", "योग कुमार"])
def test_a_name_that_begins_as_a_total_is_a_row(tmp_path: Path, name: str) -> None:
    rows = ["name,mobile,amount", "Asha,9876530001,1", f"{name},12345,3", f"{name},,"]
    source = open_source(write(tmp_path, "d.csv", "\n".join(rows).encode()), wanted=["mobile"])
    assert [line for batch in source.batches() for line in batch.row_numbers().tolist()] == [2, 3, 4]


@pytest.mark.parametrize("word", TOTAL_WORDS)
def test_the_guide_lists_the_words_of_totals(word: str) -> None:
    assert f"`{word}`" in (Path(__file__).parents[1] / "docs/guide/files.md").read_text()


LISTS: dict[str, Callable[[Path], NumberList[Any]]] = {
    "numbers": lambda path: read_numbers(path, column="msisdn"),
    "handsets": lambda path: read_imeis(path, column="imei"),
}


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_accounts_for_every_row(tmp_path: Path, kind: str) -> None:
    random = Random(kind)
    for container, content in TEXTS.items():
        for _ in range(4):
            file = as_lines(some_rows(random, random.randrange(5, 30)), random.choice([",", ";", "\t", "|"]))
            damages = damaged(random, file, random.randrange(4))
            for damage in random.sample(BLURRING, random.randrange(len(BLURRING) + 1)):
                damage(random, file)
                damages.append(damage.__name__)
            listed = LISTS[kind](write(tmp_path, "d.txt", content(file)))
            where = f"{container}, {damages}: {listed.account}"
            assert balanced(listed.account), where
            assert listed.account["rows_read"] == file.rows, where
            assert len(listed.refused) == listed.account["rows_refused"], where
    for container, (name, table) in TABLES.items():
        listed = LISTS[kind](write(tmp_path, name, table(some_rows(random, 20))))
        assert balanced(listed.account), container
        assert listed.account["rows_read"] == 20, container


def test_a_hidden_sheet_is_named_and_can_be_chosen(tmp_path: Path) -> None:
    header = ["mobile", "name"]
    book = book_of_sheets({"shown": [header, ["9876530001", "a"]], "kept back": [header, ["9876530002", "a"]]})
    book["kept back"].sheet_state = "hidden"
    book.save(tmp_path / "d.xlsx")
    source = open_source(tmp_path / "d.xlsx", wanted=["mobile"])
    assert [batch.data["mobile"].to_pylist() for batch in source.batches()] == [["9876530001"]]
    assert [(Path(one.name).name, "hidden sheet" in one.why) for one in source.passed_over] == [("kept back", True)]
    source = open_source(tmp_path / "d.xlsx", wanted=["mobile"], sheet="kept back")
    assert [batch.data["mobile"].to_pylist() for batch in source.batches()] == [["9876530002"]]
    assert source.passed_over == []


def test_a_workbook_counts_non_data_rows(tmp_path: Path) -> None:
    rows = [["Haryana Police"], ["mobile", "name"], ["9876543210", "a"], [""], ["mobile", "name"], ["Total", "1"]]
    source = open_source(write(tmp_path, "d.xlsx", workbook(rows)), wanted=["mobile"])
    assert [batch.row_numbers().tolist() for batch in source.batches()] == [[3]]
    assert accounted(source.parts)["not_data"] == {"title": 1, "blank": 1, "header": 1, "total": 1}


@pytest.mark.parametrize("verb", VERBS)
def test_strict_takes_all_or_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if verb in ADDS_A_COLUMN:
        monkeypatch.setattr(row_files, "HEADINGS", [*row_files.HEADINGS[:3], "phone", *row_files.HEADINGS[4:]])
    file = as_lines(some_rows(Random(1), 5), ",")
    file.lines[3] = "1,2"
    path = write(tmp_path, "d.csv", TEXTS["utf-8"](file))
    arguments = [str(path) if word == "FILE" else word for word in VERBS[verb]]
    assert run([*arguments, "--strict"]) == 3
    assert "strict" in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()
    with ng.Registry("cases.db", by="x") as registry:
        assert len(registry.numbers()) == 1


def test_strict_takes_a_complaint_of_which_one_cell_is_refused() -> None:
    rows = complaints(complaint("1", "9876543210", amount="1,0,0"), complaint("2", "9123456789"))
    with ng.Registry(":memory:", by="x") as registry:
        taken = registry.add_complaints(rows, strict=True)
        assert (taken.added, taken.refused, taken.refusals["note"].to_pylist()) == (2, 0, ["not_an_amount"])
        with pytest.raises(InputError, match=r"1 of its rows cannot be read, the first in row 1 \(.*\): strict"):
            registry.add_complaints(complaints(complaint("3", "1234"), complaint("4", "9123456780")), strict=True)
        assert registry.numbers().to_array().to_pylist() == [919123456789, 919876543210]


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_overwrites_its_input(tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str) -> None:
    path = write(tmp_path, "d.csv", TEXTS["utf-8"](as_lines(some_rows(Random(1), 5), ",")))
    content = path.read_bytes()
    arguments = [str(path) if word == "FILE" else word for word in VERBS[verb]]
    assert run([*arguments, "--refused", "./d.csv"]) == 2
    assert "read by this call" in capsys.readouterr().err
    assert run([*arguments, "--refused", "/nonexistent/r.csv"]) == 3
    assert path.read_bytes() == content
    with ng.Registry("cases.db", by="x") as registry:
        assert len(registry.numbers()) == 1


def test_a_total_and_a_second_header_are_no_complaints(tmp_path: Path) -> None:
    file = as_lines(some_rows(Random(5), 6), ",")
    for damage in (total, header_again):
        damage(Random(5), file)
    with ng.Registry(by="x") as registry:
        # The status is one of outcomes here.
        intake = registry.add_complaints(write(tmp_path, "d.csv", TEXTS["utf-8"](file)), mapping={"status": "ignore"})
    assert (intake.added, intake.refused, intake.not_data) == (6, 0, {"total": 1, "header": 1})
