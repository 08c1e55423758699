"""Titles of lists that name victims: their numbers are never taken for a list of numbers to block."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from numguard.cli import run
from numguard.errors import ColumnError
from numguard.number_list import listing_dates, read_imeis, read_numbers
from numguard.number_list.titles import is_of_victims, without_victims
from workbooks import book_of_sheets, write_rows
from zip_files import zipped

NUMBER = "9765432187"
VICTIMS = [
    "Victim", "VICTIMS", "Complainant mobile", "Sender", "Sender mobile no.", "List of victims - Gurugram district",
    "Details of complainants (Nuh)", "victimMobile", "Victim's numbers", "पीड़ित", "पीड़ितों की सूची", "peedit",
    "शिकायतकर्ता का मोबाइल", "Victims of fraudsters", "Victims called by suspects", "Numbers of victims and suspects",
    "Victm mobile", "Compalinant mobile", "Victin's numbers",
    "Aggrieved persons", "Numbers received from victims", "Victims: Nuh block", "Witnesses",
    "फिर्यादी यांचे मोबाईल", "तक्रारदार", "पीडित", "પીડિત", "ફરિયાદી - સુરત", "ਪੀੜਤ", "ਸ਼ਿਕਾਇਤਕਰਤਾ", "ਸ਼ਿਕਾਇਤਕਰਤਾ ਦਾ ਮੋਬਾਈਲ",
    "पीड़िताओं के नंबर", "शिकायत कर्ता", "शिकायतकर्त्ता", "शिकायतकर्ताओं की सूची", "प्रार्थियों के मोबाइल", "फरियादियों", "परिवादियों",
    "गवाहों के नंबर", "वादियों की सूची", "shikayat karta", "peediton ki suchi", "तक्रारदारांची यादी", "फिर्यादींचे मोबाईल क्रमांक",
    "पीडितांची यादी", "अर्जदारांचे", "साक्षीदारांचे नंबर", "પીડિતોની યાદી", "ફરિયાદીઓની યાદી", "અરજદારોની", "ભોગ બનનારની યાદી",
    "સાક્ષીઓ", "ਪੀੜਤਾਂ ਦੀ ਸੂਚੀ", "ਸ਼ਿਕਾਇਤਕਰਤਾਵਾਂ ਦੇ ਨੰਬਰ", "ਸ਼ਿਕਾਇਤ ਕਰਤਾ", "ਮੁਦਈਆਂ", "ਗਵਾਹਾਂ ਦੇ ਨੰਬਰ",
]  # fmt: skip
HONEST = [
    "List of suspect numbers reported by victims", "Suspect mobiles received from the complainants, Nuh",
    "Numbers to be blocked, named by victims", "Numbers to block as submitted by complainants", "Suspects",
    "Haryana Police, cyber cell", "Victim wise suspect numbers", "पीड़ितों द्वारा दिए गए संदिग्ध नंबर",
    "shikayatkarta dwara diye gaye sandigdh number", "Report of the cyber cell", "SMS senders of lottery messages",
    "Numbers misused for fraud", "शिकायतकर्ताओं द्वारा दिए गए संदिग्ध नंबर", "आरोपींची यादी", "તક્રારો", "ફરિયાદોની યાદી",
    "ਸ਼ਿਕਾਇਤਾਂ", "प्रार्थना पत्र", "तक्रारींची यादी", "ਸ਼ੱਕੀ ਨੰਬਰ",
]  # fmt: skip


@pytest.mark.parametrize("title", VICTIMS)
def test_titles_that_name_victims(title: str) -> None:
    assert is_of_victims(title)
    assert without_victims(title) == title


@pytest.mark.parametrize("title", HONEST)
def test_titles_that_do_not(title: str) -> None:
    assert not is_of_victims(title)


def test_the_words_are_those_of_cells() -> None:
    """Each word for victims also refuses a number beside it, in a cell."""
    from numguard import explain
    from numguard.number_list.titles import VICTIMS

    words = sorted(VICTIMS - {"sufferer", "sufferers"})
    notes = explain([f"{word} {NUMBER}" for word in words]).field("note").to_pylist()
    assert [word for word, note in zip(words, notes, strict=True) if note != "text_with_digits"] == []


def written(folder: Path, kind: str, *rows: list[str]) -> Path:
    return write_rows(folder / f"list.{kind}", *rows)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "above",
    [
        [["Victims"]],
        [["Victims"], [], ["Cyber Police Station, Nuh"]],
        [["", "Victim", ""]],
        [["", "", "पीड़ित"]],
        [["तक्रारदारांची यादी"]],
        [["ਪੀੜਤਾਂ ਦੇ ਨੰਬਰ"]],
        [["Suspects"], ["Victims"]],
        [["Haryana Police"], ["List of complainants - Nuh"], []],
    ],
)
def test_a_title_of_victims_stops_a_list(tmp_path: Path, kind: str, above: list[list[str]]) -> None:
    path = written(tmp_path, kind, *above, ["S.No", "mobile", "city"], ["1", NUMBER, "Nuh"])
    with pytest.raises(ColumnError, match=r"title in line \d names victims.*take that title out.*--list-column"):
        read_numbers(path)
    assert len(read_numbers(path, column="mobile").keys) == 1
    # Numbers to protect may be those of victims.
    assert len(read_numbers(path, actions=None).keys) == 1
    path = written(tmp_path, kind, *above, ["S.No", "imei", "on"], ["1", "490154203237518", "2026-09-01"])
    with pytest.raises(ColumnError, match="names victims"):
        read_imeis(path)
    with pytest.raises(ColumnError, match="names victims"):
        listing_dates(path, "on", of_imeis=True)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "above",
    [
        [["List of suspect numbers reported by victims"]],
        [["Complainant: R Kumar"], ["Suspect numbers"]],
        [["Haryana Police"], ["Numbers to be blocked as received from victims"]],
        [["Victim", "Suspect", ""]],
    ],
)
def test_an_honest_title_stops_no_list(tmp_path: Path, kind: str, above: list[list[str]]) -> None:
    path = written(tmp_path, kind, *above, ["name", "mobile", "city"], ["a", NUMBER, "Nuh"])
    assert len(read_numbers(path).keys) == 1


def test_a_heading_that_names_suspects_counts_before_a_title(tmp_path: Path) -> None:
    path = written(tmp_path, "csv", ["Victims of Nuh"], [], ["Suspect mobile"], [NUMBER])
    with pytest.raises(ColumnError):  # the first line is the heading of the one column, which is certain of nothing
        read_numbers(path)
    path = written(tmp_path, "csv", ["Victims", "Victims"], ["Suspects", "Victims"], ["mobile", "name"], [NUMBER, "a"])
    assert len(read_numbers(path).keys) == 1
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"status": 200, "title": "Victims of Nuh", "payload": [{"Suspect mobile": NUMBER}]}))
    assert len(read_numbers(path).keys) == 1


@pytest.mark.parametrize("heading", ["Victim", "Victm mobile", "Sender", "Senders mobile no", "पीड़ितों के नंबर"])
def test_a_heading_of_one_column(tmp_path: Path, heading: str) -> None:
    with pytest.raises(ColumnError, match="of something else than numbers to list"):
        read_numbers(written(tmp_path, "csv", [heading], [NUMBER]))


def test_a_heading_of_suspects_that_victims_named(tmp_path: Path) -> None:
    path = written(tmp_path, "csv", ["List of suspect numbers reported by victims"], [NUMBER])
    assert len(read_numbers(path).keys) == 1
    # Only the words about the victims are left out of account.
    for heading in ("Suspect account no reported by victims", "Amount blocked reported by victims"):
        with pytest.raises(ColumnError, match="of something else"):
            read_numbers(written(tmp_path, "csv", [heading], [NUMBER]))


@pytest.mark.parametrize(
    "heading",
    [
        "Victims",
        "List of victims:",
        "Complainant mobile no.",
        "पीड़ित",
        "तक्रारदारांचे मोबाईल क्रमांक",
        "ਪੀੜਤਾਂ ਦੀ ਸੂਚੀ",
        "ભોગ બનનાર",
        "ihfM+r",
    ],
)
def test_a_heading_of_victims_among_the_rows(tmp_path: Path, heading: str) -> None:
    path = written(tmp_path, "csv", ["mobile"], [NUMBER], [""], [heading], ["9765432188"])
    with pytest.raises(ColumnError, match="row 4 is a heading of victims"):
        read_numbers(path)
    assert len(read_numbers(path, actions=None).keys) == 2
    # Without a number below it stands for none.
    assert len(read_numbers(written(tmp_path, "csv", ["mobile"], [NUMBER], [heading], ["not known"])).keys) == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("alone", [["Victims", "", ""], ["", "", "List of victims"], ["Victims"], [" ", "पीड़ित", ""]])
@pytest.mark.parametrize("names", [["name", "mobile", "city"], ["action", "mobile", "city"]])
def test_a_heading_of_victims_alone_in_a_row_of_several_columns(
    tmp_path: Path, kind: str, alone: list[str], names: list[str]
) -> None:
    below = ["block", "9765432188", "Nuh"]
    path = written(tmp_path, kind, names, ["block", NUMBER, "Nuh"], alone, below)
    with pytest.raises(ColumnError, match="row 3 is a heading of victims"):
        read_numbers(path)
    with pytest.raises(ColumnError, match="row 3 is a heading of victims"):
        read_numbers(path, column="mobile")
    assert len(read_numbers(path, actions=None).keys) == 2
    # Beside another text it is none.
    path = written(tmp_path, kind, names, ["block", NUMBER, "Nuh"], ["victim", "", "Nuh"], below)
    assert len(read_numbers(path).keys) == 2


def test_a_cell_that_mentions_a_victim_is_a_refused_row(tmp_path: Path) -> None:
    path = written(tmp_path, "csv", ["mobile"], [NUMBER], ["not known to the victim"], ["victim 9765432188"])
    listed = read_numbers(path)
    assert (len(listed.keys), listed.account["rows_refused"]) == (1, 2)


@pytest.mark.parametrize("name", ["Victims", "Do not block"])
def test_the_name_of_the_only_sheet_counts(tmp_path: Path, name: str) -> None:
    book_of_sheets({name: [["mobile"], [NUMBER]]}).save(tmp_path / "list.xlsx")
    with pytest.raises(ColumnError, match="is named as"):
        read_numbers(tmp_path / "list.xlsx")
    assert len(read_numbers(tmp_path / "list.xlsx", actions=None).keys) == 1


def test_sheets_and_members_that_are_named_as_those_of_victims(tmp_path: Path) -> None:
    sheets = {"Suspects": [["mobile"], [NUMBER]], "Victims": [["mobile"], ["9765432188"]]}
    book_of_sheets(sheets).save(tmp_path / "list.xlsx")
    folder = tmp_path / "lists"
    folder.mkdir()
    for name, number in (("suspects.csv", NUMBER), ("victims.csv", "9765432188")):
        (folder / name).write_text(f"mobile\n{number}\n")
    (tmp_path / "list.zip").write_bytes(zipped({path.name: path.read_bytes() for path in folder.iterdir()}))
    for path in (tmp_path / "list.xlsx", folder, tmp_path / "list.zip", folder / "*.csv"):
        with pytest.raises(ColumnError, match="is named as the numbers of victims"):
            read_numbers(path)
        with pytest.raises(ColumnError, match="is named as the numbers of victims"):
            read_numbers(path, column="mobile")
        assert len(read_numbers(path, actions=None).keys) == 2
    # The name of a list is the caller's.
    assert len(read_numbers(folder / "victims.csv").keys) == 1


def test_every_verb_with_a_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEY", "0123456789abcdef0123456789abcdef")
    Path("c.csv").write_text(f"phone,imei,served_msisdn,imei14,at\n{NUMBER},,,,\n")
    Path("l.csv").write_text(f"Victims,,\nmsisdn,reported_at,x\n{NUMBER},2026-09-01,y\n")
    Path("h.csv").write_text("Victims,\nmsisdn_hmac,x\nab,y\n")
    window = ["--days-before", "1", "--days-after", "1"]
    for arguments in (
        ["scan", "c.csv", "-c", "phone", "--numbers", "l.csv"],
        ["scan", "c.csv", "-c", "phone", "--list", "a=l.csv"],
        ["expand", "c.csv", "--seeds", "l.csv"],
        ["expand", "c.csv", "--seeds", "l.csv", *window],
        ["decide", "confirmed", "--numbers", "l.csv", "--registry", "r.db", "--by", "x", "--reason", "y"],
        ["lists", "diff", "l.csv", "l.csv"],
    ):
        assert run(arguments) == 3
        error = capfd.readouterr().err
        assert "names victims" in error
        assert NUMBER not in error


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_row_with_the_name_of_a_column_in_a_cell_is_no_header(tmp_path: Path, kind: str) -> None:
    rows = [["Identifier", "Is a"], [NUMBER, "Mobile"], ["9765432188", "Phone"]]
    path = written(tmp_path, kind, *rows)
    with pytest.raises(ColumnError, match="there are Identifier, Is a"):
        read_numbers(path)
    assert len(read_numbers(path, column="Identifier").keys) == 2


def test_an_error_names_the_file_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"mobile\n{NUMBER}\n")
    (tmp_path / "b.csv").write_text(f"Account mobile,mobile,phone\nx,{NUMBER},9765432188\n")
    with pytest.raises(ColumnError, match=r"b\.csv: no column is certainly"):
        read_numbers(tmp_path)


def test_a_column_of_numbers_beside_one_of_phones_may_be_of_ids(tmp_path: Path) -> None:
    path = written(tmp_path, "csv", ["Number", "Contact No"], ["9765432188", NUMBER])
    with pytest.raises(ColumnError, match="no column is certainly that of the numbers"):
        read_numbers(path)
    assert read_numbers(path, column="Contact No").keys.to_array().to_pylist() == [int(f"91{NUMBER}")]
    assert len(read_numbers(written(tmp_path, "csv", ["Number", "City"], [NUMBER, "Nuh"])).keys) == 1


@pytest.mark.parametrize(
    ("beside", "message"),
    [
        ({"file_name": "MNRL_reactivation_20260901"}, "names numbers that are not to be listed"),
        ({"listType": "Reactivated"}, "names numbers that are not to be listed"),
        ({"title": "List of victims - Nuh"}, "names victims"),
    ],
)
def test_what_a_json_document_says_it_is_counts_as_a_title(
    tmp_path: Path, beside: dict[str, str], message: str
) -> None:
    """The service that sends the list of revoked numbers sends that of numbers in use again in the same form."""
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"status": 200, **beside, "payload": [{"n": NUMBER}]}))
    with pytest.raises(ColumnError, match=message):
        read_numbers(path)
    assert len(read_numbers(path, actions=["release"]).keys) == 1
    for others in ({"file_name": "MNRL_20260901"}, {"message": "Reactivated"}, {"type": 4}):
        path.write_text(json.dumps({"status": 200, **others, "payload": [{"n": NUMBER}]}))
        assert len(read_numbers(path).keys) == 1
