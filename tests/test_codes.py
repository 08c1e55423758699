"""Countries and their codes in columns of their own: no number of another country is taken for an Indian one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.cli import run
from numguard.errors import ColumnError
from numguard.number_list import read_imeis, read_numbers
from workbooks import book_of

NUMBER, OTHER = "9765432187", "9765432188"
CODES = ["1", "+1", "44", "0044", "1.0", "'65"]


def as_files(folder: Path, heading: str, code: str) -> list[Path]:
    """A list of two numbers, the second with a code, in several formats."""
    (folder / "a.csv").write_text(f'{heading},mobile\n91,{NUMBER}\n"{code}",{OTHER}\n')
    typed = float(code) if code.isdigit() else code
    book_of([heading, "mobile"], [91, int(NUMBER)], [typed, int(OTHER)]).save(folder / "a.xlsx")
    pq.write_table(pa.table({heading: ["91", code], "mobile": [NUMBER, OTHER]}), folder / "a.parquet")
    return [folder / name for name in ("a.csv", "a.xlsx", "a.parquet")]


@pytest.mark.parametrize("heading", ["Country Code", "ISD", "CC", "dial_code"])
@pytest.mark.parametrize("code", CODES)
def test_a_list_with_another_code_beside_a_number_is_an_error(tmp_path: Path, heading: str, code: str) -> None:
    for path in as_files(tmp_path, heading, code):
        with pytest.raises(ColumnError, match=rf"'{heading}' has in row [23] another country") as refused:
            read_numbers(path)
        assert OTHER not in str(refused.value)
        with pytest.raises(ColumnError, match="write the code before the number"):
            read_numbers(path, column="mobile")


@pytest.mark.parametrize(
    ("heading", "code"),
    [*(("Country Code", code) for code in ["91", "+91", "0091", "91.0", "", "NA", "1001", "Delhi"]), ("Age", "44")],
)
def test_a_code_of_the_number_as_it_was_read_stops_no_list(tmp_path: Path, heading: str, code: str) -> None:
    for path in as_files(tmp_path, heading, code):
        assert len(read_numbers(path).keys) == 2


@pytest.mark.parametrize(
    "heading",
    ["Country", "country_name", "Suspect's Country", "Country of origin", "Country/Region", "Country (suspect)"],
)
@pytest.mark.parametrize("country", ["United Kingdom", "U.K.", "gb", " UAE", "England (Leeds)", "Nigeria ?", "44"])
def test_a_list_with_another_country_beside_a_number_is_an_error(tmp_path: Path, heading: str, country: str) -> None:
    for path in as_files(tmp_path, heading, country):
        with pytest.raises(
            ColumnError, match=rf"{re.escape(heading)}. has in row [23] another country than"
        ) as refused:
            read_numbers(path)
        assert OTHER not in str(refused.value)


@pytest.mark.parametrize(
    "country",
    [
        "India",
        "INDIA ",
        "IN",
        "Ind.",
        "भारत",
        "India (IN)",
        "N/A",
        "-",
        "unknown",
        "91",
        "",
        "इंडिया",
        "ইন্ডিয়া",
        "-do-",
        "Do",
        "Same",
        "India/Bharat",
        "Haryana, India",
        "Indian National",
        "Delhi",
        "Haryana",
        "Tamil Nadu",
        "Not Found",
        "To be verified",
        "Information not available",
        "356",
        "N/K",
    ],
)
def test_india_or_no_country_beside_a_number_stops_no_list(tmp_path: Path, country: str) -> None:
    for path in as_files(tmp_path, "Country", country):
        assert len(read_numbers(path).keys) == 2


@pytest.mark.parametrize("of", [pa.string(), pa.int64(), pa.null(), pa.dictionary(pa.int32(), pa.string())])
def test_countries_without_a_cell_stop_no_list(tmp_path: Path, of: Any) -> None:
    pq.write_table(pa.table({"country": pa.nulls(2, of), "mobile": [NUMBER, OTHER]}), tmp_path / "a.parquet")
    assert len(read_numbers(tmp_path / "a.parquet").keys) == 2


def test_india_as_the_country_of_a_row_says_nothing_of_a_foreign_number(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"country,mobile\nIndia,+447911123456\nUnited Kingdom,+447911123457\nIndia,{NUMBER}\n")
    assert len(read_numbers(path).keys) == 3


@pytest.mark.parametrize("code", ["GB", "us", " AE ", "UK", "USA", "U.A.E.", "United Kingdom"])
def test_a_list_with_another_region_beside_a_number_is_an_error(tmp_path: Path, code: str) -> None:
    for path in as_files(tmp_path, "Country Code", code):
        with pytest.raises(ColumnError, match=r"'Country Code' has in row [23] another country"):
            read_numbers(path)


def test_the_region_of_a_number_as_it_was_read_stops_no_list(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"country_code,mobile\nIN,{NUMBER}\nGB,+447911123456\nCA,+14165550123\nHR1,{OTHER}\n")
    assert len(read_numbers(path).keys) == 4
    path.write_text("country_code,mobile\nIN,+447911123456\n")
    with pytest.raises(ColumnError, match="another country"):
        read_numbers(path)


def test_a_number_with_its_code_and_codes_as_integers(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"isd": [44, 91], "mobile": ["+44 7911 123456", NUMBER]}), path)
    assert len(read_numbers(path).keys) == 2
    pq.write_table(pa.table({"isd": pa.array([44.0, 91]), "mobile": ["7911123456", NUMBER]}), path)
    with pytest.raises(ColumnError, match="'isd' has in row 1 another"):
        read_numbers(path)
    pq.write_table(pa.table({"isd": [44], "imei": ["490154203237518"]}), path)
    assert len(read_imeis(path).keys) == 1


@pytest.mark.parametrize(("heading", "home", "abroad"), [("ISD Code", "91", "1"), ("Country", "India", "Canada")])
def test_of_complaints_such_a_number_waits(tmp_path: Path, heading: str, home: str, abroad: str) -> None:
    path = tmp_path / "sheet.csv"
    rows = (f"20000000000001,{home},{NUMBER}", f"20000000000002,{abroad},{OTHER}")
    path.write_text("\n".join((f"Complaint No,{heading},Suspect Mobile", *rows, "")))
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(path, constants={"source": "1930"})
        assert registry.block_list().to_table()["msisdn"].to_pylist() == [int(f"91{NUMBER}")]
        assert registry.review().select(["msisdn", "why"]).to_pylist() == [
            {"msisdn": int(f"91{OTHER}"), "why": "other_country_code"}
        ]


#: Headings and cells that make a number without its code another country's.
ABROAD = [
    ("STD", "+1"),
    ("Code", "+92"),
    ("X", " +92"),
    ("Remarks", "Pakistan (+92)"),
    ("Suspect Country Code", "92"),
    ("Suspect ISD", "1"),
    ("Ctry Code", "92"),
    ("देश कोड", "९२"),
    ("Phone prefix", "92"),
    ("Prefix", "92"),
    ("Country Code", "PK +92"),
    ("Country Code", "Code 92"),
    ("Country Code", "92 Sark"),
    ("Country Code", "0092"),
    ("ISD", "+92-3"),
    ("ISD", "PK-92"),
    ("ISD", "Yes"),
    ("Foreign number", "Yes"),
    ("Is international (Y/N)", "Y"),
    ("Is Indian number", "No"),
    ("Domestic/International", "International"),
    ("Indian/Foreign", "Foreign"),
    ("देश", "पाकिस्तान"),
    ("Nationality of number", "Nepali"),
    ("Number origin", "Nepal"),
    ("Country (if foreign)", "Nepal"),
    ("Number belongs to country", "Sark"),
    ("Operator", "Nepal Telecom"),
    ("TSP", "International"),
    ("LSA", "Nepal"),
    ("Type", "Foreign number"),
    ("countrydialingcode", "92"),
    ("Country code (if foreign)", "92"),
    ("Int'l prefix", "92"),
    ("Countries", "Nepal"),
    ("National/International", "International"),
    ("Network", "Foreign network"),
    ("Country Code", "\uff0b\uff19\uff12"),
    ("Remarks", "+ 92"),
    ("Remarks", "Country: Nepal"),
    ("Remarks", "ISD code 92"),
    ("Remarks", "+1 number"),
    ("Remarks", "foreign number used by accused"),
    ("Remarks", "International number, seen in Nuh"),
    ("Remarks", "US number"),
    ("Remarks", "ISD call"),
    ("Remarks", "WhatsApp number of U.S.A."),
    ("Remarks", "pakistani no hai"),
    ("Remarks", "Not an Indian number"),
    ("Remarks", "विदेशी नंबर"),
    ("Remarks", "வெளிநாட்டு எண்"),
]
#: Those that say nothing of it.
NOT_ABROAD = [
    ("Country Code", "HR1"),
    ("Country Code", "+91-98"),
    ("Country Code", "India +91"),
    ("ISD", "No"),
    ("ISD", "No ISD"),
    ("Mobile Country Code", "404"),
    ("Prefix", "MS"),
    ("Code", "92"),
    ("Score", "+5"),
    ("Foreign number", "No"),
    ("Is Indian", "Yes"),
    ("Domestic/International", "Domestic"),
    ("देश", "हरियाणा"),
    ("Number origin", "Gurugram"),
    ("Victim country code", "92"),
    ("Victim remarks", "+92"),
    ("LSA", "NE"),
    ("Location", "Nepal"),
    ("Occupation", "Foreign"),
    ("Roaming", "International"),
    ("Type of fraud", "International job"),
    ("Remarks", "+91"),
    ("Remarks", "us number se call aaya"),
    ("Remarks", "call from +1 202 555 0123"),
    ("Remarks", "Rs 5000 + 18% GST"),
    ("Remarks", "Job in Dubai"),
    ("Remarks", "Ram Kumar +1 more"),
    ("Remarks", "PIN code: 122"),
    ("Beneficiary country", "Nepal"),
    ("Bank country code", "US"),
    ("Operator", "Vodafone Idea"),
]


def written(folder: Path, heading: str, cell: str) -> tuple[Path, Path]:
    """A sheet of complaints and a list, of a number beside a cell and one beside none."""
    sheet, numbers = folder / "sheet.csv", folder / "list.csv"
    rows = (f'20000000000001,"{cell}",{OTHER}', f"20000000000002,,{NUMBER}", "")
    sheet.write_text("\n".join((f'Complaint No,"{heading}",Suspect Mobile', *rows)))
    numbers.write_text(f'"{heading}",mobile\n"{cell}",{OTHER}\n,{NUMBER}\n')
    return sheet, numbers


def listed_and_waiting(sheet: Path) -> tuple[list[Any], list[Any]]:
    """The numbers of a sheet of complaints that are listed, and why the others wait."""
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(sheet, constants={"source": "1930"})
        return registry.block_list().to_table()["msisdn"].to_pylist(), registry.review()["why"].to_pylist()


@pytest.mark.parametrize(("heading", "cell"), ABROAD)
def test_whatever_says_that_a_number_is_foreign_keeps_it_off(tmp_path: Path, heading: str, cell: str) -> None:
    sheet, numbers = written(tmp_path, heading, cell)
    listed, waiting = listed_and_waiting(sheet)
    assert (listed, "other_country_code" in waiting) == ([int(f"91{NUMBER}")], True)
    with pytest.raises(ColumnError, match="has in row 2 another country"):
        read_numbers(numbers)


@pytest.mark.parametrize(("heading", "cell"), NOT_ABROAD)
def test_what_says_nothing_of_its_country_stops_no_number(tmp_path: Path, heading: str, cell: str) -> None:
    sheet, numbers = written(tmp_path, heading, cell)
    assert listed_and_waiting(sheet) == ([int(f"91{number}") for number in (NUMBER, OTHER)], [])
    assert len(read_numbers(numbers).keys) == 2


def test_a_yes_of_a_database_says_that_a_number_is_foreign(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    columns = {"acknowledgement_no": ["1", "2"], "source": ["1930"] * 2, "suspect_mobiles": [NUMBER, OTHER]}
    pq.write_table(pa.table({**columns, "is_foreign": [False, True]}), path)
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(path)
        assert registry.block_list().to_table()["msisdn"].to_pylist() == [int(f"91{NUMBER}")]
    pq.write_table(pa.table({"mobile": [NUMBER, OTHER], "is_foreign": [False, True]}), path)
    with pytest.raises(ColumnError, match="'is_foreign' has in row 2 another country"):
        read_numbers(path)


def test_words_of_rows_that_are_not_to_be_blocked_stop_no_list(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"mobile,action,remarks\n{NUMBER},block,\n{OTHER},release,Foreign number\n")
    assert len(read_numbers(path).keys) == 1
    path.write_text(f"mobile,action,remarks\n{NUMBER},block,Foreign number\n{OTHER},release,\n")
    with pytest.raises(ColumnError, match="'remarks' has in row 2 another country"):
        read_numbers(path)


@pytest.mark.parametrize(("heading", "home", "abroad"), [("Country Code", "91", "1"), ("Country", "India", "UK")])
def test_of_outcomes_such_a_row_is_refused(tmp_path: Path, heading: str, home: str, abroad: str) -> None:
    path = tmp_path / "answers.csv"
    rows = (f"{home},{NUMBER},Blocked,20-09-2026", f"{abroad},{OTHER},Blocked,20-09-2026")
    path.write_text("\n".join((f"{heading},Mobile,Status,Date", *rows, "")))
    with ng.Registry(by="HC 1234") as registry:
        found = pa.table({"acknowledgement_no": ["1", "2"], "source": ["1930"] * 2, "suspect_mobiles": [NUMBER, OTHER]})
        registry.add_complaints(found, name="desk")
        outcomes = registry.record_outcomes(path)
        assert (outcomes.added, outcomes.refusals["note"].to_pylist()) == (1, ["other_country_code"])


@pytest.mark.parametrize(
    "arguments",
    [["normalize"], ["explain"], ["keyed", "--key-env", "KEY"], ["scan", "--numbers", "list.txt"]],
)
def test_of_customers_a_column_of_codes_that_is_not_read_is_named(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEY", "0123456789abcdef")
    Path("list.txt").write_text(f"{NUMBER}\n")
    Path("customers.csv").write_text(f"Country Code,mobile\n1,{NUMBER}\n")
    verb, *options = arguments
    command = [verb, "customers.csv", "-c", "mobile", "-o", "o.csv", *options]
    assert run(command) == 0
    assert "the column 'Country Code' is not read" in capfd.readouterr().err
    assert run([*command, "--json"]) == 0
    assert len(json.loads(capfd.readouterr().out)["warnings"]) == 1
    Path("customers.csv").write_text(f"Country,mobile\n1,{NUMBER}\n")
    assert run(command) == 0
    assert "not read" not in capfd.readouterr().err


def test_under_another_region_foreign_may_be_indian(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"Type,mobile\nForeign,+91{NUMBER}\n")
    assert len(read_numbers(path, region="SG").keys) == 1
