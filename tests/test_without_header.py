"""A file without a header: where a column is named by a number, the first line is a row, and no verb drops it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from pyarrow import csv

import numguard as ng
from numguard.cli import run
from numguard.errors import ColumnError, InputError
from numguard.number_list import read_numbers
from numguard.source.columns import holds_number
from workbooks import write_rows

NUMBER, OTHER, IMEI, TIME = "9812345678", "9876543210", "490154203237518", "2026-06-01 10:00:00"
SIGHTINGS = ("--msisdn", OTHER, "--imei", IMEI)
ROLES = ("--map", f"{OTHER}=served", "--map", f"{IMEI}=imei")

#: With many digits, and no number.
HEADINGS = (
    "Case 12345/2026 of 01.06.2026",
    "1.6.26 to 30.6.26 mobile",
    "sha256_9f86d08188497d659a2feaa0c55ad015",
    "x" * 9,
)
#: The call of each verb that takes the names of columns.
VERBS: dict[str, tuple[str, ...]] = {
    "decide": (
        "decide", "protected", "--numbers", "two.csv", "--list-column", NUMBER, "--reason", "r", "--registry", "r.db",
    ),
    "list of a scan": ("scan", "calls.csv", "-c", "msisdn", "--numbers", "two.csv", "--list-column", NUMBER),
    "dates of a list": ("scan", "calls.csv", "-c", "msisdn", "--numbers", "list.csv", "--since", NUMBER, "--at", "at"),
    "lists": ("lists", "diff", "two.csv", "seeds.csv", "--list-column", NUMBER),
    "source of a scan": ("scan", "two.csv", "-c", NUMBER, "--numbers", "seeds.csv"),
    "complaints": (
        "complaints", "add", "complaints.csv", "--registry", "r.db", "--map", "20000000000001=acknowledgement_no",
        "--map", "1930=source", "--map", f"{OTHER}=suspect_mobiles",
    ),
    "outcomes": (
        "outcomes", "two.csv", "--registry", "r.db", "--map", f"{NUMBER}=msisdn", "--map", "x=status", "--map-value",
        "y=blocked",
    ),
    "review": (
        "review", "--take", "two.csv", "--registry", "r.db", "--map", f"{NUMBER}=msisdn", "--map", "x=decision",
    ),
    "cdr": ("cdr", "read", "calls_only.csv", *ROLES),
    "changes": ("changes", "calls_only.csv", *SIGHTINGS, "--at", TIME),
    "common": ("common", "calls_only.csv", "--at-least", "1", *SIGHTINGS),
    "expand": ("expand", "calls_only.csv", "--seeds", "seeds.csv", *SIGHTINGS),
    "normalize": ("normalize", "two.csv", "-c", NUMBER),
    "explain": ("explain", "two.csv", "-c", NUMBER),
    "keyed": ("keyed", "two.csv", "-c", NUMBER, "--key-env", "SHARED"),
}  # fmt: skip


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files of which most have no header, in the working folder, and a registry."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NUMGUARD_BY", "HC 1234")
    monkeypatch.setenv("SHARED", "0123456789abcdefghijklmnopqrstuv")
    texts = {
        "two.csv": f"{NUMBER},x\n{OTHER},y\n",
        "list.csv": f"msisdn,{NUMBER}\n{OTHER},2026-06-01\n",
        "seeds.csv": f"msisdn\n{OTHER}\n",
        "calls.csv": f"msisdn,at,{OTHER}\n{OTHER},2026-06-01,x\n",
        "calls_only.csv": f"{OTHER},{IMEI},{TIME}\n{NUMBER},{IMEI},2026-06-02 10:00:00\n",
        "complaints.csv": f"20000000000001,1930,{OTHER}\n20000000000002,1930,{NUMBER}\n",
    }
    for name, text in texts.items():
        Path(name).write_text(text)
    with ng.Registry("r.db", by="HC 1234") as registry:
        registry.decide([int(f"91{OTHER}")], "protected", reason="a bank's own")
    return tmp_path


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_takes_a_row_for_a_header(files: Path, capsys: pytest.CaptureFixture[str], verb: str) -> None:
    code = run(list(VERBS[verb]))
    captured = capsys.readouterr()
    # An IMEI in place of the name of a column is an error of usage before a file is opened.
    names_imei = verb in {"changes", "common", "expand"}
    why = (
        "--imei: takes the name of a column"
        if names_imei
        else "the first line holds a number, so the file has no header"
    )
    assert code == (2 if names_imei else 3), captured
    assert why in captured.err
    assert not any(number in captured.out + captured.err for number in (NUMBER, OTHER, IMEI))


def in_library(path: Path) -> dict[str, Callable[[], Any]]:
    members = ng.NumberSet([OTHER])
    return {
        "read_numbers": lambda: ng.read_numbers(path, column=NUMBER),
        "scan": lambda: ng.scan(path, {NUMBER: members}).read_all(),
        "region": lambda: ng.scan(path, {"x": members}, region_column=NUMBER).read_all(),
        "read_cdr": lambda: ng.read_cdr(path, layout={"served": NUMBER, "imei": "x"}),
        "expand": lambda: ng.expand([OTHER], path, msisdn=NUMBER, imei="x"),
        "places": lambda: ng.expand(
            [OTHER], path, msisdn="y", imei="x", place=NUMBER, policy=ng.LinkPolicy(max_numbers_in_one_place=9)
        ),
        "changes": lambda: ng.changes(path, msisdn=NUMBER, imei="x", at="y"),
        "common": lambda: ng.common(path, at_least=1, msisdn=NUMBER, imei="x"),
        "tac": lambda: ng.TacTable(path, tac=NUMBER, maker="x", model="y"),
    }


@pytest.mark.parametrize("call", in_library(Path()))
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_library_refuses_it_of_texts_and_of_sheets(tmp_path: Path, call: str, kind: str) -> None:
    rows = [[NUMBER, "x", "y"], [OTHER, "490154203237518", "2026-06-02"]]
    path = write_rows(tmp_path / f"two.{kind}", *rows)
    with pytest.raises(ColumnError, match="the first line holds a number, so the file has no header"):
        in_library(path)[call]()


def test_below_titles_the_row_is_named(tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_text(f"Numbers to protect\n{NUMBER},x\n{OTHER},y\n")
    with pytest.raises(ColumnError, match=r"two\.csv: row 2 holds a number, so the file has no header"):
        ng.read_numbers(path, column=NUMBER)


@pytest.mark.parametrize("blank", ["", "\n"])
def test_a_quote_that_hides_the_header_is_named(tmp_path: Path, blank: str) -> None:
    """The second line was called the first, and the file one without a header."""
    path = tmp_path / "two.csv"
    path.write_text(f'{blank}"msisdn,note\n{OTHER},x\n{NUMBER},y\n')
    line = 2 if blank else 1
    for read in (lambda: ng.read_numbers(path), lambda: ng.scan(path, {"msisdn": ng.NumberSet([OTHER])}).read_all()):
        with pytest.raises(InputError, match=rf"two\.csv: line {line} has a quotation mark that is not closed"):
            read()
    path.write_text(f'"Numbers of Nuh\nmsisdn,note\n{OTHER},x\n')
    assert len(ng.read_numbers(path).keys) == 1


def test_no_column_is_suggested_where_the_first_line_is_a_row(tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_text(f"{NUMBER},x\n{OTHER},y\n")
    with pytest.raises(ColumnError, match=r"two\.csv: the first line holds a number") as raised:
        ng.read_numbers(path)
    assert "choose" not in str(raised.value)


@pytest.mark.parametrize("call", in_library(Path()))
def test_a_table_made_of_such_a_file_is_refused(tmp_path: Path, call: str) -> None:
    """As `pandas.read_csv` makes it: its first row is the names of its columns."""
    path = tmp_path / "two.parquet"
    pq.write_table(pa.table({NUMBER: [OTHER], "x": ["490154203237518"], "y": ["2026-06-02"]}), path)
    with pytest.raises(ColumnError, match=r"two\.parquet: a column is named by a number") as raised:
        in_library(path)[call]()
    assert NUMBER not in str(raised.value)


def test_frames_made_of_such_a_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_text(f"{NUMBER},x\n{OTHER},y\n")
    frames: list[Any] = [pd.read_csv(path), pl.read_csv(path), ds.dataset(path, format="csv"), csv.read_csv(path)]
    for frame in frames:
        with pytest.raises(ColumnError, match="a column is named by a number"):
            ng.scan(frame, {NUMBER: ng.NumberSet([OTHER])}).read_all()


def test_columns_of_tables_that_are_no_numbers_have_any_name() -> None:
    members = ng.NumberSet([OTHER])
    for name in ("20260601", "1", "Mobile 9876", "2026-06-01"):
        assert ng.scan(pa.table({name: [OTHER]}), {name: members}).read_all().num_rows == 1
    # Those beside the columns that are read may be a table on its side.
    assert ng.scan(pa.table({"a": [OTHER], NUMBER: ["x"]}), {"a": members}).read_all().num_rows == 1


def test_a_day_among_words_is_no_number(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"No.,Mobile as on 01.06.2026\n1,{OTHER}\n")
    assert ng.read_numbers(path, column="Mobile as on 01.06.2026").account["rows_read"] == 1
    assert not any(map(holds_number, (*HEADINGS, "calls 2026-06-01", "Suspect Mobile 1", "")))
    assert all(
        map(
            holds_number,
            (
                "98765 43210",
                "SIM +91 98765 43210",
                "9876-54-3210",
                "20260601 98765",
                IMEI,
                f"IMEI: {IMEI}",
                "Ravi: 98765 43210",
                "Complainant 9876543210",
                "9876543210@ybl",
                "A/c 9876543210",
                "Ravi 07400 123456 desk",
            ),
        )
    )


def test_columns_beside_the_keys_have_any_name(tmp_path: Path) -> None:
    """A day or an amount heads a column of a table on its side; a partition has its name from a folder."""
    path = tmp_path / "calls" / "1234567890=x"
    path.mkdir(parents=True)
    (path / "a.csv").write_text(f"msisdn,2026-06-01,10000-50000\n{OTHER},1,2\n")
    kept = ["msisdn", "2026-06-01", "10000-50000"]
    hits = ng.scan(path / "a.csv", {"msisdn": ng.NumberSet([OTHER])}, columns=kept).read_all()
    assert hits.num_rows == 1
    whole = ng.scan(tmp_path / "calls", {"msisdn": ng.NumberSet([OTHER])}, columns=["1234567890", "msisdn"]).read_all()
    assert whole["1234567890"].to_pylist() == ["x"]


@pytest.mark.parametrize("rows", [3, 300])
@pytest.mark.parametrize("first", ['"9812345678', '"msisdn', '"Numbers to block'])
def test_a_quote_that_is_opened_in_the_first_line_of_a_list_and_never_closed_takes_no_row(
    first: str, rows: int, tmp_path: Path
) -> None:
    """All rows below it, up to a hundred, were one cell, which was refused."""
    path = tmp_path / "list.csv"
    path.write_text("\n".join([first, *(f"98765{n:05}" for n in range(rows))]) + "\n")
    listed = read_numbers(path)
    is_row = first == '"9812345678'
    assert len(listed.keys) == rows + is_row
    assert (listed.account["rows_read"], listed.account["refused_rows"]) == (rows + is_row, {})
