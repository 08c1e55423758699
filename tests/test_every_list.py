"""Every list that a verb reads beside its source: each of its rows is used, or refused by name, or is no data."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.csv as pv
import pyarrow.parquet as pq
import pytest

import numguard as ng
import row_files
from numguard.cli import run
from row_files import BLURRING, TABLES, TEXTS, as_lines, damaged, list_rows, write
from workbooks import book_of, book_of_sheets
from zip_files import zipped

WALK = ("expand", "calls.parquet", "--seeds", "seeds.txt")
CHANGES = ("changes", "calls.parquet", "-o", "out.csv")
SCAN = ("scan", "calls.parquet", "-o", "out.csv")
NUMBERS = ("-c", "served_msisdn", "--numbers")
#: The arguments for each option that takes a list.
OPTIONS: dict[str, tuple[str, ...]] = {
    "numbers": (*SCAN, *NUMBERS, "FILE"),
    "dates": (*SCAN, *NUMBERS, "FILE", "--since", "reported_at", "--at", "at"),
    "list": (*SCAN, "-c", "served_msisdn", "--list", "a=FILE", "--list", "b=seeds.txt"),
    "except": (*SCAN, *NUMBERS, "seeds.txt", "--except", "FILE"),
    "imeis": (*SCAN, "--imei-column", "imei14", "--imeis", "FILE"),
    "seeds": ("expand", "calls.parquet", "--seeds", "FILE"),
    "dated seeds": ("expand", "calls.parquet", "--seeds", "FILE", "--days-before", "30"),
    "protected": (*WALK, "--protected", "FILE"),
    "release": (*WALK, "--release", "FILE"),
    "placeholders": (*WALK, "--placeholders", "FILE"),
    "around": (*WALK, "--graph", "chart", "--around", "FILE"),
    "around imeis": (*WALK, "--graph", "chart", "--around-imeis", "FILE"),
    "types": (*WALK, "--tac", "FILE"),
    "types of changes": (*CHANGES, "--tac", "FILE"),
    "types of common": (
        "common", "calls.parquet", "--at-least", "1", "--by", "imei14", "--tac", "FILE", "-o", "out.csv"
    ),
    "numbers of changes": (*CHANGES, "--numbers", "FILE"),
    "imeis of changes": (*CHANGES, "--by", "imei14", "--imeis", "FILE"),
    "hashes": (
        "keyed", "calls.parquet", "-c", "served_msisdn", "--key-env", "SHARED", "--list", "FILE", "-o", "out.csv"
    ),
    "review": ("review", "--take", "FILE", "--registry", "cases.db", "--by", "SI 77"),
}  # fmt: skip
#: A chart is drawn for each file, and of keys in the walk alone: a few files are enough.
DRAWN = {"around", "around imeis"}
#: Where the decision of each row is taken by itself.
DECIDES = {"review"}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHARED", "sixteen bytes or more")
    monkeypatch.setattr(row_files, "HEADINGS", row_files.LIST_HEADINGS)
    Path("seeds.txt").write_text("9123456789\n")
    at = pa.array([1_750_000_000], pa.timestamp("s", "UTC"))
    pq.write_table(
        pa.table({"served_msisdn": ["9123456789"], "imei14": ["490154203237518"], "at": at}), "calls.parquet"
    )
    with ng.Registry("cases.db", by="HC 1234") as registry:
        registry.add_complaints(
            pa.table({"acknowledgement_no": ["1"], "source": ["x"], "suspect_mobiles": ["9123456789"]})
        )


@pytest.fixture
def read_list(capsys: pytest.CaptureFixture[str]) -> Callable[[str, Path], tuple[dict[str, Any], list[Any]]]:
    """Runs a verb with a list: the account of the list, and its rows in `--refused`."""

    def call(option: str, path: Path) -> tuple[dict[str, Any], list[Any]]:
        arguments = [word.replace("FILE", str(path)) for word in OPTIONS[option]]
        code = run([*arguments, "--refused", "refused.csv", "--json"])
        captured = capsys.readouterr()
        assert code == 0, f"{option}: {captured.err}"
        summary: dict[str, Any] = json.loads(captured.out.splitlines()[-1])
        lists = {one["file"]: one for one in summary.get("lists", ())}
        account = lists.get(str(path)) or summary.get("tac") or summary
        refused = [row for row in pv.read_csv("refused.csv").to_pylist() if str(row["file"]).startswith(path.name[:1])]
        return account, refused

    return call


def of_the_walk(row: list[str]) -> list[str]:
    """A row with the number and the handset of the walk in place of its own."""
    number = "9123456789" if row[1].startswith("9197") else row[1]
    imei = "490154203237518" if row[2].startswith("358") else row[2]
    return [row[0], number, imei, *row[3:]]


def agreed(row: list[str]) -> list[str]:
    """A row of a list to act on: whose decisions do not agree is no such list."""
    return [*row[:7], "accepted", *row[8:]]


def check(account: dict[str, Any], refused: list[Any], rows: int, where: str) -> None:
    where = f"{where}: {account}"
    assert account["rows_read"] == rows, where
    assert rows == account["rows_used"] + account["rows_refused"] + sum(account["not_data"].values()), where
    assert len(refused) == account["rows_refused"], where
    assert len({row["row"] for row in refused}) == len(refused), where
    assert all(row["note"] for row in refused), where


@pytest.mark.parametrize("option", OPTIONS)
def test_every_list_is_accounted_for(
    tmp_path: Path, read_list: Callable[..., tuple[dict[str, Any], list[Any]]], option: str
) -> None:
    random = Random(option)

    def rows(size: int) -> list[list[str]]:
        made = list_rows(random, size)
        made = made if option in DECIDES else list(map(agreed, made))
        return list(map(of_the_walk, made)) if option in DRAWN else made

    texts = random.sample(list(TEXTS), 2) if option in DRAWN else list(TEXTS)
    tables = ["workbook"] if option in DRAWN else list(TABLES)
    for container in texts:
        file = as_lines(rows(random.randrange(8, 30)), random.choice([",", ";", "\t", "|"]))
        damages = damaged(random, file, random.randrange(4))
        for damage in random.sample(BLURRING, random.randrange(2)):
            damage(random, file)
            damages.append(damage.__name__)
        found = read_list(option, write(Path(), "d.txt", TEXTS[container](file)))
        check(*found, file.rows, f"{option}, {container}, {damages}")
    for container in tables:
        name, table = TABLES[container]
        found = read_list(option, write(Path(), name, table(rows(20))))
        check(*found, 20, f"{option}, {container}")


@pytest.mark.parametrize("option", OPTIONS)
def test_strict_takes_no_list_with_a_refused_row(capsys: pytest.CaptureFixture[str], option: str) -> None:
    file = as_lines(list(map(agreed, map(of_the_walk, list_rows(Random(1), 5)))), ",")
    file.lines[3] = "1,2"
    write(Path(), "d.csv", TEXTS["utf-8"](file))
    arguments = [word.replace("FILE", "d.csv") for word in OPTIONS[option]]
    assert run(arguments) == 0
    assert "too_few_fields 1" in capsys.readouterr().err
    Path("out.csv").unlink(missing_ok=True)
    assert run([*arguments, "--strict"]) == 3
    assert "strict" in capsys.readouterr().err
    assert not Path("out.csv").exists()


@pytest.mark.parametrize("option", OPTIONS)
def test_no_list_is_overwritten(capsys: pytest.CaptureFixture[str], option: str) -> None:
    content = TEXTS["utf-8"](as_lines(list(map(agreed, list_rows(Random(1), 5))), ","))
    write(Path(), "d.csv", content)
    arguments = [word.replace("FILE", "d.csv") for word in OPTIONS[option]]
    assert run([*arguments, "--refused", "./d.csv"]) == 2
    assert "read by this call" in capsys.readouterr().err
    assert Path("d.csv").read_bytes() == content


def test_the_report_accounts_for_a_table_of_types(capsys: pytest.CaptureFixture[str]) -> None:
    Path("tacs.csv").write_text("TAC,Maker\n35824005,Acme\n358,Acme\nx\n")
    page = ("report", "case.html", "--registry", "cases.db", "--tac", "tacs.csv")
    assert run([*page, "--refused", "refused.csv"]) == 0
    assert "2 rows refused: too_few_fields 1, too_short 1" in capsys.readouterr().err
    assert pv.read_csv("refused.csv")["row"].to_pylist() == [4, 3]
    Path("case.html").unlink()
    assert run([*page, "--strict"]) == 3
    assert not Path("case.html").exists()
    before = Path("cases.db").read_bytes()
    assert run(["report", "cases.db", "--registry", "cases.db"]) == 2
    assert run(["review", "--registry", "cases.db", "--sheet", "cases.db"]) == 2
    assert Path("cases.db").read_bytes() == before


@pytest.mark.parametrize("option", sorted(OPTIONS.keys() - DRAWN - {"review"}))
def test_what_of_a_list_is_passed_over_is_reported(capsys: pytest.CaptureFixture[str], option: str) -> None:
    content = TEXTS["utf-8"](as_lines(list(map(agreed, list_rows(Random(1), 5))), ","))
    Path("d.zip").write_bytes(zipped({"letter.pdf": b"%PDF-1.7 sealed", "d.csv": content}))
    assert run([word.replace("FILE", "d.zip") for word in OPTIONS[option]]) == 0
    assert "letter.pdf: is a PDF" in capsys.readouterr().err


SOURCES: dict[str, tuple[str, ...]] = {
    "normalize": ("normalize", "d.xlsx", "-c", "served", "-o", "out.csv"),
    "explain": ("explain", "d.xlsx", "-c", "served", "-o", "out.csv"),
    "keyed": ("keyed", "d.xlsx", "-c", "served", "--key-env", "SHARED", "-o", "out.csv"),
    "scan": ("scan", "d.xlsx", "-c", "served", "--numbers", "seeds.txt", "-o", "out.csv"),
    "expand": ("expand", "d.xlsx", "--seeds", "seeds.txt", "--msisdn", "served", "--imei", "imei"),
    "common": ("common", "d.xlsx", "--at-least", "1", "--msisdn", "served", "--imei", "imei", "-o", "out.csv"),
    "changes": ("changes", "d.xlsx", "--msisdn", "served", "--imei", "imei", "--at", "at", "-o", "out.csv"),
    "cdr": ("cdr", "read", "d.xlsx", "--map", "served=served", "--map", "imei=imei", "--map", "at=at", "-o", "out.csv"),
    "list": ("scan", "calls.parquet", "-c", "served_msisdn", "--numbers", "d.xlsx", "--list-column", "served"),
    "complaints": (
        "complaints", "add", "d.xlsx", "--registry", "cases.db", "--by", "x", "--map", "served=suspect_mobiles"
    ),
    "outcomes": ("outcomes", "d.xlsx", "--registry", "cases.db", "--by", "x", "--map", "served=msisdn"),
}  # fmt: skip


@pytest.mark.parametrize("verb", ["normalize", "explain", "keyed", "scan", "list"])
@pytest.mark.parametrize("heading", ["Served", " SERVED", "ser ved"])
def test_a_member_with_another_spelling_of_the_column(
    capsys: pytest.CaptureFixture[str], verb: str, heading: str
) -> None:
    rows = "imei,at\n9876543210,490154203237518,2026-06-01 08:01:39\n"
    Path("d.zip").write_bytes(zipped({"a.csv": f"served,{rows}", "b.csv": f"{heading},{rows}"}))
    assert run([one.replace("d.xlsx", "d.zip") for one in SOURCES[verb]]) == 3
    assert re.search("d.zip/b.csv: (no column 'served'|column .* is not in the first file)", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("cover", "verb"),
    [("", verb) for verb in SOURCES]
    + [("Summary: see annexure", verb) for verb in SOURCES if verb not in ("cdr", "expand", "common", "changes")],
)
def test_a_hidden_sheet_is_not_read_and_is_named(capsys: pytest.CaptureFixture[str], cover: str, verb: str) -> None:
    book = book_of(*([[cover], ["Rohtak"]] if cover else []))
    for name, number in (("Old", "9876543210"), ("New", "9876543211")):
        sheet = book.create_sheet(name)
        sheet.append(["served", "imei", "at", "acknowledgement_no", "source", "status"])
        sheet.append([number, "490154203237518", "2026-06-01 08:01:39", "1", "1930", "blocked"])
        sheet.sheet_state = "hidden"
    book.save("d.xlsx")
    assert run(list(SOURCES[verb])) == 3
    err = capsys.readouterr().err
    assert ("d.xlsx/Old: is a hidden sheet" if cover else "hidden ones, which are not read (Old, New)") in err


@pytest.mark.parametrize("verb", SOURCES)
def test_a_path_that_begins_like_the_name_of_a_user(capsys: pytest.CaptureFixture[str], verb: str) -> None:
    assert run([one.replace("d.xlsx", "~$d.csv") for one in SOURCES[verb]]) == 3
    assert "~$d.csv: there is no such file" in capsys.readouterr().err


@pytest.mark.parametrize("verb", SOURCES)
def test_formulas_without_a_value_and_hidden_sheets_are_reported(capsys: pytest.CaptureFixture[str], verb: str) -> None:
    rows = [["served", "imei", "at", "acknowledgement_no", "source", "status"]]
    rows += [["9876543210", "490154203237518", "2026-06-01 08:01:39", str(at), "1930", "blocked"] for at in range(3)]
    book = book_of_sheets({"shown": rows, "kept back": rows})
    book["shown"]["A3"] = '="98765"&"43210"'
    book["shown"]["A4"] = "=#REF!"
    book["kept back"].sheet_state = "hidden"
    book.save("d.xlsx")
    assert run(list(SOURCES[verb])) == 0
    printed = capsys.readouterr().err
    assert "2 cells are formulas without a value" in printed
    assert "kept back" in printed
    assert "hidden sheet" in printed
