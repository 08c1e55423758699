"""What spares a number beside other words: in a part of a cell, as a phrase, below a heading, in a title or a name."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import openpyxl
import openpyxl.comments
import pyarrow as pa
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

import numguard as ng
from numguard.cli import run
from numguard.errors import ColumnError
from numguard.number_list import phrases, read_numbers, spared
from numguard.number_list.titles import BEGINNINGS, VICTIMS
from numguard.source.scripts import plain_letters
from test_spared import MEANT, OTHER, SPARED, SUSPECT, as_files
from workbooks import book_of, book_of_sheets

#: Cells below a heading such as `Remarks`.
IN_PART = [
    "Victim, do not block", "Victim - do not block", "Not suspect, victim", "Excluded as victim",
    "Do not block this number", "Don't block this", "Kindly do not block the above", "Pls unblock",
    "Unblock this number",
    "Unblocked on 05.02.2026", "Unblocked as per court order", "Restored on 05.02.2026",
    "Removed from list on 02/03/26",
    "Cleared by SP", "Exempted by SP", "Withdrawn on request", "Victim's mob no", "victim ph no", "Victim WhatsApp",
    "Victim only", "ye victim hai", "पीड़ित है", "This is complainant number", "victim ka bhai", "पीड़ित का भाई",
    "Ramesh (victim)", "Ramesh Kumar - complainant", "Unbarred", "unbarring done", "Services resumed", "Reconnect",
    "Do not disconnect", "Not to be deactivated", "गलत नंबर", "galat number", "wrong mobile no", "wrong number entered",
    "ખોટો નંબર", "अनब्लाक", "अनब्लॉक करें", "अनब्लॉक कर दिया", "unblock karo", "ब्लॉक नहीं करना है", "ब्लॉक मत करो",
    "ब्लाक ना करें", "बंद न करें", "band mat karo", "block na karein", "block nahi karna", "Clean chit", "No role found",
    "Nothing adverse found", "Not involved in this case", "Genuine user", "genuine customer", "Re-verified OK",
    "Re-verified and found ok", "निर्दोष पाया गया", "क्लीन चिट", "संदिग्ध नहीं", "Court stay", "Stay granted by Hon'ble HC",
    "Stay order CWP 1234/2026", "स्थगन आदेश", "whitelisted, see letter",
    "Reverification pending", "For reverification", "Reverify", "ब्लॉक नहीं किया जाए", "ब्लॉक नही किया जाए",
    "ब्लॉक नहीं किए जाएं", "no need to block", "No need to be blocked", "IO number", "I.O. mobile number", "IO mob no",
    "Unblocked by Airtel vide letter no. 45", "Victim (called)", "Un-blocked on 05.02.2026",
    "De-blocked on 5 Feb", "Re-activated on 05.02.2026", "White-listed by SP",
    "Un-barred", "Block lifted", "Entered by mistake", "Wrongly entered", "IO's mobile", "My number", "victim himself",
    "Need to unblock", "Not a scammer", "Victim, called by IO",
    "can be unblocked", "Fraud / Unblocked",
    "not recommended for blocking", "Block has been lifted", "Blocking order has been revoked on 05.02.2026",
    "Lifting of block", "Blocking request cancelled", "Suspended by mistake", "Order recalled; block lifted",
    "Must not be listed", "This one must not be listed, see letter", "Please not barring", "Number never to be blocked",
    "Kindly never block this number", "Not to be barred at all", "Should not be suspended (SP)", "Do not list this",
    "Blocked, later unblocked", "Blocking reversed by SP",
]  # fmt: skip
#: Cells that spare a number below the heading of a name alone.
NAMES = [
    "ਪੀੜਤ ਰਮੇਸ਼",
    "Ramesh, petitioner",
    "பாதிக்கப்பட்டவர் குமார்",
    "Victim: Sunita",
    "Complainant Ramesh",
    "शिकायतकर्ता रमेश",
    "Complainant - Ravi",
    "Sunita victim",
]
#: Cells that do not spare the number of their row.
ORDINARY = [
    "Not unblocked till date", "Not to be unblocked", "Do not unblock", "Should not be unblocked", "Not genuine",
    "Not genuine user", "Not a victim", "not innocent", "Reported by victim", "Called the victim",
    "Victim lost Rs 50000",
    "As per complainant", "As per victim statement", "Victim: Sunita, lost 5000", "Complainant: Ravi Kumar",
    "Could not be blocked", "block nahi hua", "नंबर बंद है", "बंद नहीं हुआ", "Number not reachable", "Not in use now",
    "Switched off", "Fake customer care", "Posing as police officer", "wrong person", "wrong number scam",
    "Stays in Nuh",
    "Released on bail", "Not yet unblocked", "Unblock request rejected", "Blocked on 05.02.2026", "Genuine complaint",
    "Informed by bank (victim)", "Sector 14, Block C", "No. 12, Block A", "SIM activated", "KYC done", "Verified", "OK",
    "Pending", "no response from suspect",
    "Complainant, aged 45, lost Rs 5000 in part time job fraud", "Ravi, the complainant, paid 5000",
    "Verified and found correct",
    "Investment fraud with senior citizen (victim)", "Digital arrest, victim asked not to disconnect video call",
    "KYC update so card should not be blocked", "SIM not to be blocked, press 9", "bank asked not to block account",
    "card block nahi karna ho to OTP do", "Unblocking of credit card", "Reactivation of ATM card", "Unblock card fraud",
    "App removed", "WhatsApp deleted", "ATM - Withdrawn", "Rs 5000 / withdrawn", "Cheque / cleared",
    "Court stay order shown on WhatsApp", "Call made to victim", "Telegram - deleted",
    "WhatsApp group (removed)", "Fake profile, deleted", "Blocked & removed", "KYC: genuine", "Fake SBI, nodal officer",
    "Nodal officer (fake)", "Contact person (agent)", "Reactivated in Delhi by accused", "Unblock UPI ID",
    "Unblocking loan",
    "OTP fraud, victim", "Unblock paytm wallet", "ब्लॉक नहीं हुआ", "अनब्लॉक न करें",
    "Suspect", "Fraud", "Sr. 2 and 3", "Account frozen", "Number was never blocked before", "House no block C",
    "Flat No. 5, Block C", "Money withdrawn after SIM block", "list of amounts withdrawn", "Blocked amount restored",
    "Block failed", "Block request sent", "Account blocked, later unblocked",
    "Card blocked and reactivated", "Call disconnected, amount withdrawn",
]  # fmt: skip
#: Titles of letters that ask for numbers to be unblocked, above one that names them as blocked.
UNBLOCKING = [
    "Request for unblocking of mobile numbers", "Numbers to be unbarred", "Kindly do not block the following numbers",
    "निम्न नंबर ब्लॉक न करें", "Resumption of services", "Blocking order withdrawn", "Wrong numbers",
    "Following numbers should not be blocked", "List of numbers blocked mistakenly in FIR 12",
    "These numbers were wrongly sent for blocking", "अनब्लॉक करने वाले नंबर",
]  # fmt: skip


@pytest.mark.parametrize("cell", IN_PART)
def test_a_cell_that_spares_by_a_part_or_a_phrase(tmp_path: Path, cell: str) -> None:
    assert spared.why_spared(cell) is not None
    for path in as_files(tmp_path, "Remarks", cell):
        with pytest.raises(ColumnError, match=r"'Remarks' says in row [23]"):
            read_numbers(path)


@pytest.mark.parametrize("cell", [*ORDINARY, *(text for text in MEANT if text)])
def test_a_cell_that_does_not(tmp_path: Path, cell: str) -> None:
    for path in as_files(tmp_path, "Remarks", cell, "Suspect"):
        assert len(read_numbers(path).keys) == 2


@pytest.mark.parametrize("cell", NAMES)
@pytest.mark.parametrize("heading", ["Name", "Subscriber Name", "नाम", "Name of the holder"])
def test_a_name_that_is_a_victims(tmp_path: Path, heading: str, cell: str) -> None:
    for path in as_files(tmp_path, heading, cell, "Ravi"):
        with pytest.raises(ColumnError, match="says in row"):
            read_numbers(path)
    for path in as_files(tmp_path, "Remarks", NAMES[0], "Ravi"):
        assert len(read_numbers(path).keys) == 2


def test_a_text_that_spares_is_looked_at_however_many_there_are() -> None:
    """Few texts are looked for by one expression, and many by another: both find each text that spares."""
    texts = [*SPARED, *IN_PART, *NAMES, "victimMobile", "1. victims", "do  not\nblock\n", "\u200dvictim"]
    texts += [form for word in sorted(VICTIMS | spared.RELEASED) for form in (word, word.upper(), f"({word}) no")]
    texts += [f"{word}x" for word in BEGINNINGS]
    texts = list(dict.fromkeys(texts))
    for others in (0, 1_100):
        found, forms = spared.may_be_spared(pa.array([*texts, *(f"Ravi {k} Nuh" for k in range(others))]))
        assert set(found.to_pylist()) == set(texts)
        for text, form in zip(found.to_pylist(), forms.to_pylist(), strict=True):
            assert spared.why_spared(form) == spared.why_spared(text), text


#: More than the texts that are read one by one.
MANY = [f"Ravi {k} Nuh" for k in range(1_100)]
#: So many texts of a rule are looked at.
MOST = 20_000


@settings(deadline=None)
@given(
    st.one_of([st.from_regex(rule.expression, fullmatch=True) for rule in phrases.RULES]), st.sampled_from(["", "Ram "])
)
def test_a_text_of_a_phrase_is_looked_at(text: str, before: str) -> None:
    for one in (text, f"{before}{text}", text.replace(" ", "-"), text.upper()):
        found, _ = spared.may_be_spared(pa.array([one, *MANY]))
        assert not spared.why_spared(one) or found[:1].to_pylist() == [one]


def strings_of(pattern: str) -> set[str]:
    """Every text of a phrase, with no more than one word where there may be any, and none or one where several."""
    whole = re.sub(r"\{0,\d\}|(?<=\))\*", "?", pattern).replace(".* ", "x ").replace(" .*", " x")
    whole = whole.replace(r"\S*", "").replace(r"\S+", "x")
    assert not re.search(r"[*+\\.]", whole), whole
    return set(_texts(re._parser.parse(whole)))  # type: ignore[attr-defined]


def _texts(parsed: Any) -> list[str]:
    found = [""]
    for kind, value in parsed:
        if str(kind) == "LITERAL":
            more = [chr(value)]
        elif str(kind) == "BRANCH":
            more = [text for branch in value[1] for text in _texts(branch)]
        elif str(kind) == "SUBPATTERN":
            more = _texts(value[-1])
        elif str(kind) == "IN":
            more = [chr(code) for _, code in value]
        else:
            assert (str(kind), value[:2]) == ("MAX_REPEAT", (0, 1))
            more = ["", *_texts(value[2])]
        found = list(dict.fromkeys(text + one for text in found for one in more))
    return found


@pytest.mark.parametrize("rule", phrases.RULES)
def test_every_text_of_every_phrase_is_looked_at(rule: phrases.Phrases) -> None:
    texts = sorted({text for pattern in rule.alternatives for text in strings_of(pattern)})
    # One rule has a million.
    texts = random.Random(1).sample(texts, min(len(texts), MOST))
    # Each is of the rule, in the form in which words are compared: a letter in another form would never be found.
    assert [text for text in texts if not rule.are_all_of(text) or plain_letters(text) != text] == []
    for form in (
        str,
        str.upper,
        lambda text: f"Ram, ({text.replace(' ', '  ')})",
        lambda text: text.replace(" ", "\n"),
    ):
        asked = [form(text) for text in texts]
        found, _ = spared.may_be_spared(pa.array([*asked, *MANY]))
        assert sorted(set(asked) - set(found.to_pylist())) == []


def test_every_word_for_victims_is_looked_at_however_it_is_written() -> None:
    """In one word or in two, in any case, and with an ending."""
    words = [*VICTIMS, *BEGINNINGS, *spared.AGAIN]
    texts = sorted({f"{word[:at]} {word[at:]}".strip() for word in words for at in range(len(word))})
    texts += sorted({form for word in words for form in (word.upper(), word.title(), f"1.{word}")})
    texts += [f"{word}x" for word in (*BEGINNINGS, *spared.AGAIN)]
    found, _ = spared.may_be_spared(pa.array([*texts, *MANY]))
    assert [text for text in sorted(set(texts) - set(found.to_pylist())) if spared.why_spared(text)] == []


@pytest.mark.parametrize("cell", ["ihfM+r", "f'kdk;rdrkZ", "(ihfM+rk)", "izkFkhZ", "oknh dk eks-"])
def test_a_victim_in_the_letters_of_a_typewriter(cell: str) -> None:
    found, forms = spared.may_be_spared(pa.array([cell, *MANY]))
    assert found.to_pylist() == [cell]
    assert spared.why_spared(cell) == spared.why_spared(forms[0].as_py()) == "victims"
    assert spared.why_spared(f"{cell} us Qksu fd;k") is None


def test_words_for_victims_have_one_home() -> None:
    """Those of names and of the headings of sheets are among them."""
    from numguard.number_list.titles import is_victim
    from numguard.number_list.words import words_for

    assert [word for word in sorted(words_for("victim_or_name")) if not is_victim(word)] == []
    assert [word for word in sorted(words_for("victim_of_sheets")) if not is_victim(word)] == ["comp"]


BOTH = ["Role (Victim/Suspect)", "Victim/Suspect", "Suspect / Complainant", "Whether victim or suspect", "पीड़ित/संदिग्ध"]


@pytest.mark.parametrize("heading", [*BOTH, "Complainant/Accused", "आरोपी/पीड़ित"])
def test_a_column_that_asks_which_of_both_sides_it_is(tmp_path: Path, heading: str) -> None:
    for cell in ("Victim", "Complainant", "पीड़ित"):
        for path in as_files(tmp_path, heading, cell, "Suspect"):
            with pytest.raises(ColumnError, match="says in row"):
                read_numbers(path)


@pytest.mark.parametrize("heading", ["Do not block", "Unblock", "Victim", "Whitelisted", "Not suspect", "Wrong number"])
@pytest.mark.parametrize("mark", ["✓", "✔", "√", "☑", "x", "X", "*", "yes.", "Yes - seen", "haan", "Done"])
def test_any_mark_below_a_heading_that_spares(tmp_path: Path, heading: str, mark: str) -> None:
    for path in as_files(tmp_path, heading, mark, ""):
        with pytest.raises(ColumnError, match="says in row"):
            read_numbers(path)


@pytest.mark.parametrize("heading", ["Block", "Confirmed", "To be blocked", "Approval of DCP"])
@pytest.mark.parametrize(("yes", "other"), [("✓", ""), ("√", "\u00d7"), ("☑", "☐"), ("Yes", "Hold"), ("Yes", "-"),
    ("Y", "NA"), ("✓", "x"), ("Yes", "?"), ("Yes", "Not required"), ("haan", "nahi"),
    ("Yes", "Yes, on hold"), ("Yes", "Yes - pending"), ("Yes", "Approved subject to review"),
    ("Yes", "Blocked - no")])  # fmt: skip
def test_a_row_without_a_yes_beside_rows_with_one(tmp_path: Path, heading: str, yes: str, other: str) -> None:
    for cells in ((yes, other), (other, yes)):
        for path in as_files(tmp_path, heading, *cells):
            with pytest.raises(ColumnError, match=r"(says|has no answer) in row [123]"):
                read_numbers(path)
    for path in as_files(tmp_path, heading, yes, yes):
        assert len(read_numbers(path).keys) == 2


@pytest.mark.parametrize(
    ("heading", "cell"),
    [("Unblock letter no.", "233"), ("Reason for unblocking", "KYC"), ("Re-verified on", "05/02/2026"),
     ("Surrendered on", "2026-02-05"), ("Stay order date", "05/02/2026"), ("Unbarring date", "05/02/2026")],
)  # fmt: skip
def test_a_column_of_what_is_known_of_an_unblocking(tmp_path: Path, heading: str, cell: str) -> None:
    for path in as_files(tmp_path, heading, cell, ""):
        if path.suffix != ".json":
            with pytest.raises(ColumnError, match="says in row"):
                read_numbers(path)
    for nothing in ("", "-", "NA", "No", "Nil", "Not requested"):
        for path in as_files(tmp_path, heading, nothing, ""):
            assert len(read_numbers(path).keys) == 2


#: Titles of lists to block.
BLOCKING = [
    "Sub: Blocking of mobile numbers (Rs 5 lakh withdrawn)", "Blocked mobile numbers (account lien lifted)",
    "Request to block numbers used where money was withdrawn", "Blocking of SIM cards wrongly issued on fake ID",
    "Wrongly issued SIM for blocking", "Nodal Officer: SI Ram", "The Nodal Officer,",
    "To: The Nodal Officer, Airtel", "Prepared by: HC Ram",
    "Blocking of numbers and restoration of amount", "Electricity reconnection fraud: suspect numbers",
    "Numbers used for KYC reactivation fraud", "Block list: fake unblocking calls", "Contact person - SI Ram",
]  # fmt: skip


@pytest.mark.parametrize("title", BLOCKING)
def test_a_title_of_a_list_to_block(tmp_path: Path, title: str) -> None:
    path = tmp_path / "letter.csv"
    path.write_text(f"{title}\nList of suspect mobile numbers\nSr. No.,Mobile Number,c\n1,{OTHER},x\n")
    assert len(read_numbers(path).keys) == 1


@pytest.mark.parametrize("heading", ["Call status", "Remarks after call", "Called", "Contacted", "Outcome of call"])
@pytest.mark.parametrize("cell", ["Victim", "पीड़ित", "Victim's brother", "Complainant"])
def test_a_victim_below_a_heading_of_calls(tmp_path: Path, heading: str, cell: str) -> None:
    for path in as_files(tmp_path, heading, cell):
        with pytest.raises(ColumnError, match="says in row"):
            read_numbers(path)


@pytest.mark.parametrize(
    ("heading", "cell"),
    [("Brief facts", "FIR 12 - Ravi (complainant)"), ("Name", "साक्षी शर्मा"), ("नाम", "कुमारी साक्षी"),
     ("Name", "Prarthi Patel"), ("Name", "Innocent Joseph"), ("Name", "निर्दोष कुमार"), ("Name", "সাক্ষী রায়"),
     ("Modus operandi", "Unblock of ads"), ("Whitelist check", "Done"), ("Unblock status", "Still blocked"),
     ("Block", "1"), ("CP Block", "1"), ("Letter no", "CC/Unblocking/12")],
)  # fmt: skip
def test_a_cell_that_does_not_below_its_heading(tmp_path: Path, heading: str, cell: str) -> None:
    for path in as_files(tmp_path, heading, cell, "Nuh"):
        assert len(read_numbers(path).keys) == 2


@pytest.mark.parametrize(
    ("heading", "yes", "also"),
    [("To be blocked", "Yes", "Yes, urgent"), ("To be blocked", "Yes", "YES!"), ("To be blocked", "Yes", "Block"),
     ("Approval", "Approved", "Approved by SP"), ("Approved", "Yes", "SP"), ("Approved", "Yes", "05/02/2026"),
     ("Confirmed", "Confirmed", "Confirmed by IO"), ("To be blocked", "Yes (immediately)", "Permanently block"),
     ("Approved", "Yes", "Approved vide letter no. 45"), ("Confirmed by", "SI Ram", "")],
)  # fmt: skip
def test_a_yes_in_other_words(tmp_path: Path, heading: str, yes: str, also: str) -> None:
    for path in as_files(tmp_path, heading, also, yes):
        assert len(read_numbers(path).keys) == 2


@pytest.mark.parametrize("title", UNBLOCKING)
def test_a_request_to_unblock_names_the_numbers_as_blocked(tmp_path: Path, title: str) -> None:
    path = tmp_path / "letter.csv"
    for below in ("", "Details of blocked mobile numbers:\n", "Ref: list of blocked numbers dated 01.02.2026\n"):
        path.write_text(f"{title}\n{below}Sr. No.,Mobile Number,c\n1,{OTHER},x\n")
        for column in (None, "Mobile Number"):
            with pytest.raises(ColumnError, match=r"title in line 1 names numbers that are not to be listed"):
                read_numbers(path, column=column)
        assert len(read_numbers(path, actions=["release"], column=None).keys) == 1
    path.write_text(f"List of victims\nDetails of blocked mobile numbers:\nSr. No.,Mobile Number,c\n1,{OTHER},x\n")
    assert len(read_numbers(path).keys) == 1


def book(path: Path, sheets: dict[str, str]) -> Path:
    book_of_sheets({name: [["Mobile"], [number]] for name, number in sheets.items()}).save(path)
    return path


ASIDE = ["On hold", "Rejected", "Dropped", "Nodal officers", "Helplines", "Staff numbers", "Wrong numbers", "Sample"]


@pytest.mark.parametrize("name", [*ASIDE, "Genuine users", "Do not block"])
def test_a_sheet_that_is_set_apart(tmp_path: Path, name: str) -> None:
    with pytest.raises(ColumnError, match="is named as numbers that are not to be listed"):
        read_numbers(book(tmp_path / "a.xlsx", {"Suspects": SUSPECT, name: OTHER}))


@pytest.mark.parametrize("name", ["Officials", "Personnel", "Bank officials"])
def test_a_sheet_of_those_whom_suspects_claimed_to_be_is_a_list(tmp_path: Path, name: str) -> None:
    assert len(read_numbers(book(tmp_path / "a.xlsx", {"Courier": SUSPECT, name: OTHER})).keys) == 2


def test_the_sheets_that_count_are_named(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"Nuh": SUSPECT, "9876543210": OTHER})
    (warning,) = read_numbers(path).account["warnings"]
    assert warning == "the numbers of 2 sheets or members count: Nuh, (a number)"
    assert read_numbers(path, actions=None).account["warnings"] == []
    assert read_numbers(book(path, {"Nuh": SUSPECT})).account["warnings"] == []


@pytest.mark.parametrize("signature", [f",{OTHER},SI Ram Singh (IO)", f",Mob {OTHER},", f"-,{OTHER},SHO"])
def test_a_number_below_the_last_serial_number_is_an_officers(tmp_path: Path, signature: str) -> None:
    path = tmp_path / "a.csv"
    rows = f"Sr. No.,Mobile Number,Name\n1,{SUSPECT},Unknown\n2,9876501234,Ram\n"
    path.write_text(f"{rows}{signature}\n")
    with pytest.raises(ColumnError, match=r"the number in row 4 is below the last one that has a serial number"):
        read_numbers(path)
    # A serial number for several numbers, or for none.
    for more in (f"{signature}\n3,9876501235,x\n", "", "".join(f",987650124{k},x\n" for k in range(3))):
        path.write_text(rows + more)
        assert len(read_numbers(path).keys) >= 2


def test_serial_numbers_in_typed_columns(tmp_path: Path) -> None:
    book_of(["S.No", "Mobile"], [1, SUSPECT], [2, "9876501234"], [None, OTHER]).save(tmp_path / "a.xlsx")
    with pytest.raises(ColumnError, match="row 4 is below the last one that has a serial number"):
        read_numbers(tmp_path / "a.xlsx")


@pytest.mark.parametrize("note", ["Note: Sr. No. 2 is not to be blocked", "Green colour = not to be blocked"])
@pytest.mark.parametrize("begin", ["", ","])
def test_a_note_that_some_are_not_to_be_blocked(tmp_path: Path, note: str, begin: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"Sr. No.,Mobile Number\n1,{SUSPECT}\n2,{OTHER}\n{begin}{note}\n")
    with pytest.raises(ColumnError, match=r"row 4 is a note that numbers are not to be blocked"):
        read_numbers(path)
    assert len(read_numbers(path, actions=None).keys) == 2


@pytest.mark.parametrize("heading", ["The following numbers are of victims:", "अनब्लॉक करने वाले नंबर", "Pls unblock"])
def test_a_heading_among_the_rows_has_other_words_too(tmp_path: Path, heading: str) -> None:
    path = tmp_path / "a.csv"
    for rows in (f"mobile,c\n{SUSPECT},x\n{heading},\n{OTHER},x\n", f"{SUSPECT}\n{heading}\n{OTHER}\n"):
        path.write_text(rows)
        with pytest.raises(ColumnError, match=r"row [23] is a heading of"):
            read_numbers(path)


@pytest.mark.parametrize(
    "heading",
    ["Suspect Mobile No", "Mobile No of Suspect", "Accused Mobile No.", "Mobile Number to be blocked", "Mobile Nos.",
     "Mobile Numbers", "Mob No", "Mobile Number (10 digit)", "संदिग्ध मोबाइल नंबर"],
)  # fmt: skip
def test_a_heading_of_suspects_numbers_is_certain(tmp_path: Path, heading: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"S.No,{heading},District\n1,{SUSPECT},Nuh\n")
    assert len(read_numbers(path).keys) == 1
    path.write_text(f"S.No,{heading},Victim Mobile\n1,{SUSPECT},{OTHER}\n")
    assert read_numbers(path).keys.to_array().to_pylist() == [int(f"91{SUSPECT}")]
    path.write_text(f"S.No,{heading},Suspect Phone No\n1,{SUSPECT},{OTHER}\n")
    with pytest.raises(ColumnError):
        read_numbers(path)


def test_a_remark_in_few_rows_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"98765432{k},Nuh,\n" for k in range(10, 20))
    Path("a.csv").write_text(f"mobile,district,note\n{rows}9876543220,Nuh,see overleaf\n")
    warning = "columns with words in few rows are not read, and every row counts: 'note' (1 of 11)"
    assert read_numbers("a.csv").account["warnings"] == [warning]
    with ng.Registry("c.db", by="x") as registry:
        registry.decide(["1800 123 4567"], "protected", "helpline")
    assert run(["decide", "confirmed", "--numbers", "a.csv", "--reason", "r", "--registry", "c.db", "--by", "x"]) == 0
    assert warning in capfd.readouterr().err


@pytest.mark.parametrize(
    ("heading", "cell", "waits"),
    [("Name", "Ravi (complainant)", 0), ("Remarks", "Unblocked on 05/02/2026", 0), ("Remarks", "Victim: Ravi", 0),
     ("Party", "Ravi - victim", 0), ("Remarks", "Pls do not block this number", 1), ("Remarks", "Victim", 1),
     ("Remarks", "Block has been lifted", 1), ("Remarks", "This number must not be listed", 1),
     ("Remarks", "Account blocked, later unblocked", 0), ("Remarks", "Blocked, later unblocked", 0),
     ("Refund", "Not accepted", 0), ("Remarks", "Complaint dismissed", 1),
     ("Remarks", "Call disconnected, lost 5000", 0)],
)  # fmt: skip
def test_the_cells_of_a_complaint_name_its_complainant(tmp_path: Path, heading: str, cell: str, waits: int) -> None:
    sheet = pa.table({"acknowledgement_no": ["20000000000001"], "source": ["1930"], "suspect_mobiles": [SUSPECT],
                      heading: [cell]})  # fmt: skip
    with ng.Registry(by="x") as registry:
        assert registry.add_complaints(sheet, name="a").waiting.num_rows == waits


@pytest.mark.parametrize("writer", ["openpyxl", "xlsxwriter"])
def test_notes_on_cells_are_counted(tmp_path: Path, writer: str) -> None:
    path = tmp_path / "a.xlsx"
    if writer == "openpyxl":
        made = book_of(["Mobile"], ["9876543210"], ["9876501234"])
        made.active["A3"].comment = openpyxl.comments.Comment("victim's, do not block", "x")
        made.save(path)
    else:
        with xlsxwriter.Workbook(path) as made:
            sheet = made.add_worksheet("A sheet")
            for row, cell in enumerate(["Mobile", "9876543210", "9876501234"]):
                sheet.write_string(row, 0, cell)
            sheet.write_comment("A3", "victim's, do not block")
    (warning,) = read_numbers(path).account["warnings"]
    assert warning.startswith(f"{path}: 1 cell has a note (comments), the first in row 3; only those of complaints")
    assert "victim" not in warning


@pytest.mark.parametrize(
    ("note", "why"),
    [
        ("victim's own number", "spared_in_row"), ("HC Ravi:\nvictim's own number", "spared_in_row"),
        ("[Threaded comment]\n\nYour version of Excel\n\nComment:\n    Do not block", "spared_in_row"),
        ("Not approved", "not_approved"), ("Complaint withdrawn", "status_unclear"), ("called thrice", None),
    ],
)  # fmt: skip
def test_a_note_on_a_cell_of_a_complaint_is_a_remark(tmp_path: Path, note: str, why: str | None) -> None:
    made = book_of(
        ["acknowledgement_no", "source", "suspect_mobiles"],
        ["20000000000001", "1930", SUSPECT],
        ["20000000000002", "1930", "9876501234"],
    )
    made.active["C2"].comment = openpyxl.comments.Comment(note, "x")
    made.save(tmp_path / "a.xlsx")
    with ng.Registry(by="x") as registry:
        waiting = registry.add_complaints(tmp_path / "a.xlsx").waiting
    assert [(row["row"], row["why"]) for row in waiting.to_pylist()] == [(2, why)] * (why is not None)
