"""Files of users with which a verb once failed, each as a test of the command line.

Operators' files are in `test_cdr_synonyms`; `test_every_row` checks over all verbs that no row is lost.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pv
import pyarrow.dataset as ds
import pytest

import numguard as ng
from numguard.errors import UnsupportedTypeError
from registry_cases import Cli
from workbooks import book_of, book_of_sheets
from zip_files import zipped

ROW = b"name,mobile\nAsha,9876543210\n"
AIRTEL = (
    b"Target No,Call Type,B Party No,Date,Time,Dur(s),IMEI,IMSI\n"
    b"'9876543210','OUT','9000000001','01/06/2026','08:01:39','61','490154203237510','404100000000001'\n"
)
COMPLAINT = b"acknowledgement_no,source,suspect_mobiles\n1,1930,9876543210\n"


@pytest.fixture
def cli(cli: Cli) -> Cli:
    """The command line in a folder with a list."""
    Path("list.txt").write_text("9876543210\n")
    return cli


@pytest.mark.parametrize("verb", ["normalize", "explain", "keyed"])
def test_ragged_lines_are_counted(cli: Cli, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARED", "sixteen bytes or more")
    Path("d.csv").write_text("name,mobile\na,9876543210\nb\nc,9812345678,x\nd,9700012345\n")
    key = ["--key-env", "SHARED"] if verb == "keyed" else []
    code, out, _ = cli(verb, "d.csv", "-c", "mobile", *key, "-o", "o.csv", "--json", "--refused", "r.csv")
    account = json.loads(out)
    assert (code, account["rows_read"], account["rows_used"], account["rows_refused"]) == (0, 4, 2, 2)
    assert pv.read_csv("r.csv").select(["row", "note"]).to_pylist() == [
        {"row": 3, "note": "too_few_fields"},
        {"row": 4, "note": "too_many_fields"},
    ]


def test_a_short_line_of_a_list_to_protect_is_reported_and_strict_refuses_it(cli: Cli) -> None:
    Path("c.csv").write_bytes(COMPLAINT)
    Path("p.csv").write_text("mobile,reason\n9811111111,bank\n9822222222\n")
    assert cli("complaints", "add", "c.csv")[0] == 0
    decide = ("decide", "protected", "--numbers", "p.csv", "--reason", "banks")
    assert cli(*decide, "--strict")[0] == 3
    code, _, errors = cli(*decide)
    assert (code, "left out: too_few_fields 1" in errors) == (0, True)
    with ng.Registry("cases.db", by="x") as registry:
        assert registry.numbers(["protected"]).to_array().to_pylist() == [919811111111]
    code, _, errors = cli("expand", "c.csv", "--seeds", "list.txt", "--protected", "p.csv", "--strict")
    assert code == 3


@pytest.mark.parametrize("first", ["", "98765 50001\n"])
def test_two_numbers_on_a_line_of_a_plain_list_do_not_disappear(cli: Cli, first: str) -> None:
    Path("plain.txt").write_text(f"{first}98765 30001, 98765 40001\n98765 60001\n")
    Path("d.csv").write_bytes(ROW)
    code, _, errors = cli("scan", "d.csv", "--numbers", "plain.txt", "-c", "mobile")
    assert code == 3 or "left out: several_numbers 1" in errors or "too_many_fields 1" in errors


@pytest.mark.parametrize("verb", ["scan", "decide", "normalize", "complaints", "cdr"])
def test_an_empty_path_is_an_error_and_never_the_folder(cli: Cli, verb: str) -> None:
    Path("d.csv").write_bytes(ROW)
    calls = {
        "scan": ("scan", "d.csv", "--numbers", "", "-c", "mobile"),
        "decide": ("decide", "protected", "--numbers", "", "--reason", "x"),
        "normalize": ("normalize", "", "-c", "mobile"),
        "complaints": ("complaints", "add", ""),
        "cdr": ("cdr", "read", "", "-o", "o.csv"),
    }
    code, _, errors = cli(*calls[verb])
    assert code in {2, 3}
    assert "empty" in errors
    assert not Path("o.csv").exists()


def test_totals_repeated_headers_and_cells_without_a_value_in_a_workbook(cli: Cli) -> None:
    header = ["acknowledgement_no", "source", "district", "suspect_mobiles", "amount_lost", "reported_at"]
    rows: list[list[Any]] = [
        ["1", "1930", "Nuh", "9876543210", 1500, "01/09/2026"],
        header,
        ["2", "1930", "Nuh", "#N/A", 1500, "01/09/2026"],
        ["3", "1930", "Nuh", "=1+1", 1500, "01/09/2026"],
        ["4", "1930", "Nuh", "9812345678", 1500, "01/09/2062"],
        ["Total", None, None, None, 6000, None],
    ]
    book_of(header, *rows).save("w.xlsx")
    code, out, _ = cli("complaints", "add", "w.xlsx", "--refused", "r.csv", "--json")
    account = json.loads(out)
    assert code == 0
    assert account["not_data"] == {"header": 1, "total": 1}
    assert (account["rows_read"], account["added"], account["refused"]) == (6, 2, 2)
    refused = pv.read_csv("r.csv", convert_options=pv.ConvertOptions(column_types={"cell": pa.string()}))
    assert [(row["row"], row["column"], row["note"]) for row in refused.to_pylist()] == [
        (4, "suspect_mobiles", "empty"),
        (5, "suspect_mobiles", "empty"),
        (6, "reported_at", "in_the_future"),
    ]
    with ng.Registry("cases.db", by="x") as registry:
        table = registry.action_taken()
    assert set(table["district"].to_pylist()) == {"Nuh"}
    assert table["complaints"].to_pylist() == [4]


def test_no_output_overwrites_an_input_and_bad_outputs_are_found_first(cli: Cli) -> None:
    Path("c.csv").write_bytes(COMPLAINT)
    Path("a.csv").write_bytes(AIRTEL)
    assert cli("complaints", "add", "c.csv")[0] == 0
    before = Path("cases.db").read_bytes()
    assert cli("complaints", "add", "c.csv", "--refused", "c.csv")[0] == 2
    assert cli("cdr", "read", "a.csv", "-o", "a.csv")[0] == 2
    assert cli("complaints", "add", "c.csv", "--save-mapping", "cases.db")[0] == 2
    Path("more.csv").write_bytes(COMPLAINT.replace(b"1,1930", b"2,1930"))
    assert cli("complaints", "add", "more.csv", "--refused", "/nonexistent/r.csv")[0] == 3
    assert (Path("c.csv").read_bytes(), Path("a.csv").read_bytes()) == (COMPLAINT, AIRTEL)
    assert Path("cases.db").read_bytes() == before


def containers() -> dict[str, bytes]:
    book_of(["name", "mobile"], ["Asha", "9876543210"]).save(saved := io.BytesIO())
    return {
        "w.xlsx": saved.getvalue(),
        "z.zip": zipped({"a.csv": ROW, "letter.pdf": b"%PDF-1.4 x"}),
        "titled.csv": b"Customers of the branch\n\n" + ROW,
        "windows.csv": "name,mobile\nJos\u00e9,9876543210\n".encode("cp1252"),
        "sep.csv": b"sep=;\n" + ROW.replace(b",", b";"),
        "z.csv.zst": pa.compress(ROW, codec="zstd", asbytes=True),
    }


@pytest.mark.parametrize("name", containers())
def test_every_verb_of_columns_reads_it(cli: Cli, name: str) -> None:
    Path(name).write_bytes(containers()[name])
    for call in (("normalize",), ("explain",), ("scan", "--numbers", "list.txt")):
        code, out, errors = cli(call[0], name, *call[1:], "-c", "mobile", "-o", "o.csv", "--json")
        assert code == 0, errors
        assert json.loads(out)["rows_used"] == 1
        assert "919876543210" in Path("o.csv").read_text()


def test_complaints_and_operators_files_come_in_zstd_and_beside_a_letter(cli: Cli) -> None:
    Path("c.csv.zst").write_bytes(pa.compress(COMPLAINT, codec="zstd", asbytes=True))
    assert cli("complaints", "add", "c.csv.zst")[0] == 0
    Path("a.csv.zst").write_bytes(pa.compress(AIRTEL, codec="zstd", asbytes=True))
    Path("a.zip").write_bytes(zipped({"a.csv": AIRTEL, "letter.pdf": b"%PDF-1.4 x"}))
    for name in ("a.csv.zst", "a.zip"):
        code, _, errors = cli("cdr", "read", name, "-o", "o.csv")
        assert (code, pv.read_csv("o.csv").num_rows) == (0, 1), errors
    assert "letter.pdf" in errors
    assert "is a PDF" in errors


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_terminal_of_another_encoding_is_no_traceback(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "hindi.csv"
    path.write_text("name,mobile\nरवि,9876543210\n", encoding="utf-8")
    command = [sys.executable, "-m", "numguard", "normalize", str(path), "-c", "mobile"]
    done = subprocess.run(command, capture_output=True, env=os.environ | {"PYTHONIOENCODING": encoding}, check=False)
    assert (done.returncode, b"919876543210" in done.stdout, b"Traceback" in done.stderr) == (0, True, False)


def test_one_bad_byte_costs_its_own_cell_and_no_rows(cli: Cli) -> None:
    Path("d.csv").write_bytes(b"mobile\n" + b"9876543210\n" * 300_000 + b"98\xff\xfe\x81\n")
    for skip in ([], ["--skip-bad-files"]):
        code, out, _ = cli("scan", "d.csv", "--numbers", "list.txt", "-c", "mobile", *skip, "-o", "o.csv", "--json")
        account = json.loads(out)
        assert (code, account["rows_read"], account["hits"]) == (0, 300_001, 300_000)


def test_the_bytes_of_a_file_determine_its_kind_not_its_name(cli: Cli) -> None:
    Path("a.parquet").write_bytes(AIRTEL)
    code, out, errors = cli("expand", "a.parquet", "--seeds", "list.txt", "--json")
    assert (code, json.loads(out)["rows_used"] if code == 0 else errors) == (0, 1)
    table = pa.table({"served_msisdn": ["9876543210"], "imei14": ["490154203237518"]})
    with pa.OSFile("t.csv", "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    code, out, errors = cli("expand", "t.csv", "--seeds", "list.txt", "--json")
    assert (code, json.loads(out)["rows_used"] if code == 0 else errors) == (0, 1)


def test_lines_are_counted_behind_a_quoted_line_break(cli: Cli) -> None:
    Path("d.csv").write_text('name,mobile\n"a\nb",9876543210\nc,98x\n')
    code, _, _ = cli("explain", "d.csv", "-c", "mobile", "-o", "o.csv")
    assert (code, pv.read_csv("o.csv")["row"].to_pylist()) == (0, [2, 4])


def test_a_pandas_column_of_text_and_integers_is_an_error_of_this_package() -> None:
    mixed = pd.DataFrame({"mobile": pd.Series(["9876543210", 9812345678], dtype=object)})
    with pytest.raises(UnsupportedTypeError):
        ng.normalize(mixed["mobile"])
    with pytest.raises(UnsupportedTypeError):
        ng.scan(mixed, {"mobile": ng.NumberSet(["9876543210"])}).read_all()


def test_batches_generators_and_scanners_are_sources(tmp_path: Path) -> None:
    table = pa.table({"mobile": ["9876543210", "9812345678"]})
    (folder := tmp_path / "d").mkdir()
    pv.write_csv(table, folder / "d.csv")
    sources: list[Any] = [
        table.to_batches(),
        (batch for batch in table.to_batches(max_chunksize=1)),
        ds.dataset(table).scanner(),
        ds.dataset(folder, format="csv", schema=table.schema),
    ]
    for source in sources:
        found = ng.scan(source, {"mobile": ng.NumberSet(["9876543210"])}).read_all()
        assert found["mobile_match"].to_pylist() == [919876543210]


def test_a_hidden_sheet_is_reported_in_the_summary_of_a_scan(cli: Cli) -> None:
    rows = [["mobile"], ["9876543210"]]
    book = book_of_sheets({"calls": rows, "kept back": rows})
    book["kept back"].sheet_state = "hidden"
    book.save("d.xlsx")
    code, out, _ = cli("scan", "d.xlsx", "--numbers", "list.txt", "-c", "mobile", "-o", "o.csv", "--json")
    assert code == 0
    [passed] = json.loads(out)["passed_over"]
    assert passed["file"] == "d.xlsx/kept back"
    assert "hidden sheet" in passed["why"]
