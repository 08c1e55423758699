"""Never a number that was not written: cells of complaint sheets that name no suspect's number, end to end.

Each cell goes into a sheet, through the registry and out on a list. None may be there with a number that it does not
plainly name; what an officer has to decide waits, and what is no number is refused.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import numguard as ng

#: Cells that hold no phone number, or one cut short, or another quantity.
NO_NUMBER = [
    "650.00 750.25", "77.026 28.459", "91.7362 26.1445", "80.585 ((79.964)", "99.00 987654", "654321.9876",
    "876543/2024", "7/8/26 101530", "09.30 1.11.2025", "Chrome/87.0.4280.141", "6) 987654321", "6. 987654321",
    "987654321 5 times", "98765432 10 calls", "PNR 8512345678", "Complaint No. 9812345678", "Complaint No. 98123 45678",
    "Customer ID 9812345678", "account_no: 9812345678", '{"txn_id": 9812345678}', '{"txn_id":"9812345678"}',
    "accountNo 9812345678", "A.C. No 9812345678", "A/c 9812345678", "Account No. (SBI) 9812345678",
    "9812345678 is account number", "9812345678 rupees", "खाता संख्या 9812345678", "रु. 9812345678", "आधार 9812345678",
    "اکاؤنٹ نمبر 9812345678", "bit.ly/9876543210", "example.com/9876543210", "profile.php?id=9876543210",
    "https://example.com/profile.php?id=9876543210", "&#57;9876543210", "tel:7911123456;phone-context=+44",
    "9812345678 (Nepal)", "IMEI 1 358240051111110", "IMEI 2 358240051111110", "1) 358240051111110",
    "iPhone 7 358240051111110", "IMSI: 404100123456789", "A/c 50100123456789", "4111 1111 1111 1111",
    "0070091 12345", "+91 98765", "012345678901234", "PNR 9876543210", "Complaint No. 3170822000", "UTR 9812345678",
    "CAF No 9812345678", "DDR No. 9812345678", "Avl Bal 9812345678", "account;9812345678", "৯৮১২৩৪৫৬৭ ফোন",
]  # fmt: skip

#: Cells in which a whole number stands beside something else: that one may wait, and no other may come of it.
BESIDE = {
    "9193449650 24 calls": 919193449650,
    "9193449650 24": 919193449650,
    "09193449650 (24)": 919193449650,
    "9193449650 (24)": 919193449650,
    "9193449650 09-NOV-26": 919193449650,
    "9876543210 9876": 919876543210,
    "98111 11003 - not the suspect": 919811111003,
    "98111 11003 (complainant)": 919811111003,
    "victim's own 98111 11003": 919811111003,
    "bank helpline 98111 11003": 919811111003,
    "शिकायतकर्ता 98111 11003": 919811111003,
    "शिकायतकर्ता का नंबर 98111 11003": 919811111003,
    "father 9811111003": 919811111003,
    "Ravi: 9811111003": 919811111003,
    "9811111003 (Axel)": 919811111003,
    "my number is 9811111003": 919811111003,
    "not 9811111003": 919811111003,
    "self 9811111003": 919811111003,
    "customer care 9811111003": 919811111003,
    "Flat 12, 9811111003": 919811111003,
}

#: Sentences that name the complainant's own number beside the suspect's: neither is certain.
SENTENCES = [
    "complainant 9876543210; suspect 9812345678",
    "my number 9876543210, his number 9812345678",
    "suspect 9812345678, complainant 9876543210",
    "victim 9876543210 got a call of 9812345678",
    "9876543210 (complainant), 9812345678 (accused)",
    "शिकायतकर्ता 9876543210, आरोपी 9812345678",
    "my father's number is 9876543210 and the fraud came by 9812345678",
    "I am using 9876543210, my number; he called with 9812345678",
    "victim's registered mobile 9876543210. suspect mobile 9812345678",
    "मेरा नंबर 9876543210 है, उसका नंबर 9812345678",
    "mera number 9876543210, fraud wale ka 9812345678",
    "9876543210 is my wife's, 9812345678 is the caller's",
    "helpline 9876543210 told me that 9812345678 is a fraud",
    "9812345678 called my mother 9876543210",
    "పీడితుడు 9876543210, నిందితుడు 9812345678",
    "শিকায়তকারী আমার নম্বর 9876543210, অভিযুক্ত 9812345678",
]

#: Cells with a number of another country, a range or steps, and links that open one number and show another.
NOTHING_CERTAIN = [
    "https://wa.me/919811111003?text=PNR 9822222004", "https://wa.me/919811111003?text=victim",
    "https://wa.me/919811111003?text=my number 9822222004", "https://wa.me/919811111003?text=9822222004",
    "https://wa.me/919811111003/victim", "https://wa.me/919811111003?text=call 9822222004",
    "https://api.whatsapp.com/send?phone=919811111003&phone=919822222004", "sms:9811111003?body=9822222004",
    "+977/9811111003", "+977, 9811111003", "+977;9811111003", "+977 and 9811111003", "+977 or 9811111003",
    "+44/9811111003", "+1, 9811111003", "00977/9811111003", "00977, 98111 11003", "(+977) 98111 11003",
    "+977, 9811111003, 9822222004", "+977 98012 34567", "call from +1 98012 34567", "+7 91234 56789",
    "+62 81234 56789", "+98 91234 56789", "u/s 66 67 70 71 72", "CGI 404-10-98765-43210", "404-10-98765-43210",
    "Regd No 9811111003", "nos. 66 67 68 69 70", "66 67 68 69 70", "98765/98766", "98765 - 98770", "09112024-123",
]  # fmt: skip

#: Texts in which digits that look like a number are a part of something else.
TEXTS = [
    "call from +977 98012 34567 yesterday", "call from +1 98012 34567", "from +62 81234 56789", "+7 91234 56789 rang",
    "ring +98 91234 56789", "accused booked u/s 66 67 70 71 72 IT Act", "CGI 404-10-98765-43210",
    "first cell 404-10-98765-43210", "Regd No 9811100001", "+977, 9811100001 rang",
]  # fmt: skip

#: Cells in which a number may be whom a call reached, or not the suspect's: `N` is a number, `M` another one.
UNCLEAR = [
    # Who was called.
    "Fraudster called on N", "Fraudster called N", "suspect called to N", "suspect called her on N", "Fraud call on N",
    "spam call on N", "fraud call to N", "she was called on N", "called to N", "dialled N", "called party no N",
    "B party N", "Caller rang N", "fraudster phoned him N", "fraudster msg to N", "call at N by suspect",
    # The same in other languages.
    "N पर कॉल आया", "आरोपी ने N पर कॉल किया", "मोबाइल N पर अज्ञात कॉल आया", "N को कॉल किया", "जिस पर कॉल आया N",
    "N par call aaya", "N ko call kiya", "N वर कॉल आला", "आरोपीने N वर कॉल केला", "N પર કોલ આવ્યો", "N ਤੇ ਕਾਲ ਆਈ",
    "তার মোবাইলে N কল আসে", "ତାଙ୍କ ମୋବାଇଲ N କୁ କଲ", "N க்கு அழைப்பு வந்தது", "N కు ఫోన్ వచ్చింది",
    "N ಗೆ ಕರೆ ಬಂದಿದೆ", "അവരുടെ മൊബൈലിലേക്ക് N കോൾ വന്നു", "N پر کال آئی",
    # Two numbers, one of which reached the other.
    "N called M", "N dialled M", "caller N on M", "N to M", "N (caller), M (called)", "A party N B party M",
    "calling number N called number M", "N -> M", "N => M", "N > M", "N whatsapp to M", "N ने M को कॉल किया",
    "N ne M par call kiya", "N call M", "N whatsapp M", "N कॉल M", "from N to M",
    # Whose account it is.
    "hacked N", "N hacked", "hacked mobile N",
    # Who was deceived.
    "fraud with N", "fraud on N", "scam with N", "N के साथ ठगी हुई", "N के साथ फ्रॉड", "जिसके साथ फ्रॉड हुआ N",
    "N ke sath fraud hua", "N par fraud hua", "N se fraud hua", "N ची फसवणूक", "N का फ्रॉड हुआ", "N से ठगी",
    # Registered or linked with an account: its holder's.
    "registered mobile N", "linked mobile N", "रजिस्टर्ड मोबाइल N", "पंजीकृत मोबाइल N", "लिंक मोबाइल N",
    "রেজিস্টার্ড মোবাইল N", "নিবন্ধিত মোবাইল N", "રજિસ્ટર્ડ મોબાઇલ N", "नोंदणीकृत मोबाईल N", "ਰਜਿਸਟਰਡ ਮੋਬਾਈਲ N",
    "ପଞ୍ଜୀକୃତ ମୋବାଇଲ N", "பதிவு செய்யப்பட்ட மொபைல் N", "రిజిస్టర్డ్ మొబైల్ N", "ನೋಂದಾಯಿತ ಮೊಬೈಲ್ N",
    "രജിസ്റ്റർ ചെയ്ത മൊബൈൽ N", "رجسٹرڈ موبائل N", "panjikrit mobile N", "रजिस्टर्ड N", "N (registered)", "N linked",
    # What is left out.
    "other than N", "all but N", "any number but N", "all other than N", "except N", "suspect, all but N",
    # Not the suspect's.
    "ತನ್ನ ಮೊಬೈಲ್ N", "personal mobile N", "personal number N", "target number N", "her mobile N", "their number N",
    "his N", "contact her at N", "call her on N", "contact person no N", "N only for contact", "sender N", "w/o N",
    "s/o N", "d/o N", "m/o N", "c/o N", "W/O N", "N (S)", "her mobile N his mobile M", "N his M", "उसका मोबाइल N",
]  # fmt: skip

#: What names suspects plainly, and has to come out: otherwise all of the above were easy.
PLAIN = {
    "98765 43210": [919876543210],
    "Mob: 98765-43210": [919876543210],
    "मो0नं0 9876543210": [919876543210],
    "suspect 9876543210": [919876543210],
    "आरोपी 9876543210": [919876543210],
    "1) 9876543210 2) 9812345678": [919876543210, 919812345678],
    "9876543210 / 9812345678": [919876543210, 919812345678],
    "9876543210 (whatsapp)": [919876543210],
    "call from 9876543210": [919876543210],
    "called from 9876543210": [919876543210],
    "caller 9876543210": [919876543210],
    "calling number 9876543210": [919876543210],
    "9876543210 and 9812345678": [919876543210, 919812345678],
    "9876543210 और 9812345678": [919876543210, 919812345678],
    "suspect 9876543210 and suspect 9812345678": [919876543210, 919812345678],
    "Mob 9876543210, WhatsApp 9812345678": [919876543210, 919812345678],
    "<9876543210>, <9812345678>": [919876543210, 919812345678],
    "आरोपी का मोबाइल नंबर 9876543210": [919876543210],
    "suspect's mobile is 9876543210": [919876543210],
    "9876543210 से कॉल आया": [919876543210],
    "9876543210 is fraud": [919876543210],
}


def sheet(cells: list[str]) -> pa.Table:
    return pa.table(
        {
            "acknowledgement_no": [f"3170822{k:07}" for k in range(len(cells))],
            "source": ["1930"] * len(cells),
            "suspect_mobiles": cells,
        }
    )


def written_list(registry: ng.Registry, path: Path) -> dict[int, str]:
    """What a receiver reads of an export."""
    registry.export(path, replace=True, to="DoT")
    rows: list[dict[str, Any]] = [json.loads(line) for line in path.read_text().splitlines()]
    return {int(row["msisdn"]): row["action"] for row in rows}


def test_no_cell_that_names_no_number_comes_out_on_a_list(registry: ng.Registry, tmp_path: Path) -> None:
    registry.add_complaints(sheet([*NO_NUMBER, *BESIDE, *SENTENCES]))
    assert written_list(registry, tmp_path / "list.jsonl") == {}
    assert len(registry.numbers()) == 0
    handsets = pa.table({"served_msisdn": ["9811111003", "9700000001"], "imei14": ["49015420323751"] * 2})
    assert registry.expand(handsets, at=None).linked.num_rows == 0


@pytest.mark.parametrize("cell", NO_NUMBER)
def test_what_is_no_number_is_refused_or_waits_for_review(cell: str) -> None:
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(sheet([cell]))
        assert len(registry.block_list()) == 0
        assert intake.refusals.num_rows + intake.waiting.num_rows >= 1


@pytest.mark.parametrize(("cell", "number"), BESIDE.items())
def test_a_whole_number_beside_something_waits_and_nothing_is_made_of_both(cell: str, number: int) -> None:
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(sheet([cell]))
        assert len(registry.block_list()) == 0
        assert set(intake.waiting["msisdn"].to_pylist()) <= {number}
        # Where it is not kept, the cell is listed as refused.
        assert intake.waiting.num_rows or intake.refusals.num_rows


@pytest.mark.parametrize("cell", SENTENCES)
def test_a_sentence_that_names_the_complainant_gives_no_certain_number(cell: str) -> None:
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(sheet([cell]))
        assert len(registry.block_list()) == 0
        assert set(registry.review()["msisdn"].to_pylist()) == {919812345678, 919876543210}


@pytest.mark.parametrize("cell", NOTHING_CERTAIN)
def test_foreign_numbers_and_links_give_no_certain_number(cell: str) -> None:
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(sheet([cell]))
        assert len(registry.block_list()) == 0
        assert set(intake.waiting["msisdn"].to_pylist()) <= {919811111003, 919822222004}
        assert intake.waiting.num_rows or intake.refusals.num_rows


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_gives_no_part_of_another_number(text: str) -> None:
    assert ng.extract([text]).to_pylist() == [[]]


@pytest.mark.parametrize("cells", [UNCLEAR, *([cell] for cell in UNCLEAR[::12])], ids=len)
def test_called_numbers_and_numbers_of_others_wait_for_review(cells: list[str]) -> None:
    """Each cell has numbers of its own."""
    own = [(9811111000 + k, 9822222000 + k) for k in range(len(cells))]
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(
            sheet([cell.replace("N", str(n), 1).replace("M", str(m)) for cell, (n, m) in zip(cells, own, strict=True)])
        )
        assert len(registry.block_list()) == 0
        rows = [set[int]() for _ in cells]
        for one in intake.waiting.to_pylist():
            rows[one["row"] - 1].add(one["msisdn"] - 910000000000)
        assert all(numbers <= set(pair) for numbers, pair in zip(rows, own, strict=True))
        refused = set(intake.refusals["row"].to_pylist())
        assert all(numbers or row in refused for row, numbers in enumerate(rows, 1))


@pytest.mark.parametrize(("cell", "numbers"), PLAIN.items())
def test_what_is_plainly_named_comes_out(cell: str, numbers: list[int]) -> None:
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(sheet([cell]))
        assert registry.block_list().to_table()["msisdn"].to_pylist() == sorted(numbers)
        worded = any(char.isalpha() for char in cell)
        assert intake.text_removed.num_rows == len(numbers) * worded


def test_narratives_give_no_certain_number(registry: ng.Registry, tmp_path: Path) -> None:
    cells = [*NO_NUMBER, *BESIDE, *SENTENCES, *PLAIN]
    table = sheet([""] * len(cells)).append_column("facts", pa.array(cells))
    registry.add_complaints(table, mapping={"narrative": "facts"})
    assert written_list(registry, tmp_path / "list.jsonl") == {}
