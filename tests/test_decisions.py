"""Columns of decisions and of results beside the numbers: a row without the decision of others stops the list."""

from __future__ import annotations

from pathlib import Path

import pytest

from numguard.errors import ColumnError
from numguard.number_list import NumberList, read_decided, read_numbers

NUMBERS = [f"97654321{n}" for n in range(80, 90)]
OTHER = r"(?:has|has no answer|says) in rows? {}\b"


def sheet(folder: Path, heading: str, *cells: str, more: str = "") -> Path:
    path = folder / "back.csv"
    rows = [f'{number},"{cell}"{more}' for number, cell in zip(NUMBERS, cells, strict=False)]
    path.write_text("\n".join([f'msisdn,"{heading}"{",action" if more else ""}', *rows, ""]), encoding="utf-8")
    return path


def decided(path: Path, word: str = "confirmed") -> NumberList:  # type: ignore[type-arg]
    is_listed = word in ("confirmed", "accepted", "unprotected")
    return read_decided(path, word, actions=("block",) if is_listed else None)


#: A heading, its cells, the row that is named, and whether a list to act on stops too.
STOPPED = [
    ("Decision", ("Yes", "No", "Yes"), 3, True),
    ("Decision", ("Block", "No", "Block"), 3, True),
    ("decision", ("confirmed", "withdraw", ""), 3, True),
    ("decision", ("confirm", "withdraw", "pending"), 3, True),
    ("decision", ("confirmed", "-", ""), 3, True),
    ("IO Decision", ("Confirmed", "", ""), 3, True),
    ("IO_Decision", ("Pending", "Confirmed", ""), 2, True),
    ("Decision of SP", ("Confirmed by SP", "Not yet decided"), 3, True),
    ("Decision (Y/N)", ("Y", "N"), 3, True),
    ("Decision", ("Block by SP", "Block by SP Mistake"), 3, True),
    ("Decision", ("Block by SP", "Block by SP Doubt"), 3, True),
    *(("Approved by", ("SP Nuh", "SP Nuh", text), 4, True) for text in (
        "SP Declines", "SP TOMORROW", "SP, Kal", "DSP PARTIAL", "एसपी बाद में", "SP मना किया", "Sh. Ram Kumar Khilaf",
    )),
    *(("Decision", ("Block", "Block", f"Block by {text}"), 4, True) for text in ("SP Kal", "SP In Part", "SP REVOKE")),
    ("Approved by", ("SP Nuh", "SP Objects"), 3, True),
    ("Approved by", (*["SP Nuh"] * 5, *["SP Palwal"] * 4, "SP"), 7, True),
    ("Approval", ("Approved by SP Nuh", "Approved by SP Kal", "Approved by SP"), 2, True),
    ("Remarks of SP", (*["Approved by SP Nuh"] * 3, "Discuss"), 5, True),
    ("Final decision", ("To be blocked", "No need"), 3, True),
    ("Verdict", ("Accepted", "FIR"), 3, True),
    ("Verdict", ("Block", "Block if not verified"), 3, True),
    ("Verdict", ("Confirmed", "Confirmed genuine"), 3, True),
    ("Final action", ("Block", "Leave", "-do-"), 3, True),
    ("Final action", ("Block", "-do-", "Leave"), 4, True),
    ("Action required", ("Block", "No action", "Block"), 3, True),
    ("Action to be taken", ("Block", "", "Block"), 3, True),
    ("Final action taken", ("Blocked", "Left", "Blocked"), 3, True),
    ("Decision of the Committee", ("Block", "Block", "Not to be released"), 4, True),
    ("Court decision", ("Block", "Stay"), 3, True),
    ("Decision of the committee dt. 12/02/2026", ("Block", ""), 3, True),
    ("KYC decision", ("Recommended", "Recommended for unblocking"), 3, True),
    ("Decision (Block / Not Block)", ("Block", "Not block"), 3, True),
    ("Decision (Block / Hold)", ("Block", "Kept"), 3, True),
    ("Decision & Remarks", ("Block", "User found genuine on visit"), 3, True),
    ("SP ka faisla", ("Block", "Chhod do"), 3, True),
    ("निर्णय (हाँ/नहीं)", ("हाँ", "नहीं"), 3, True),
    ("निर्णय", ("ब्लॉक", "नहीं", "ब्लॉक"), 3, True),
    ("अंतिम निर्णय", ("हाँ", "", "हाँ"), 3, True),
    ("Nirnay", ("Block", "Leave", "Block"), 3, True),
    ("Result of reverification", ("Failed", "Passed", "Not traceable"), 3, True),
    ("Reverification result", ("Failed", "Success", "Failed"), 3, True),
    ("Reverification result", ("Failed", "", "Failed"), 3, True),
    ("Re-verification status", ("Not verified", "Verified by TSP"), 3, True),
    ("पुनः सत्यापन का परिणाम", ("असफल", "सफल"), 3, True),
    ("Decision", ("No", "No"), 2, True),
    ("Reverification result", ("Passed", "Passed"), 2, True),
    ("SP order", ("Block", "Hold"), 3, True),
    ("Order of SP", ("Block", "Hold"), 3, True),
    ("Final Status", ("Block", "Pending"), 3, True),
    ("Decison", ("Block", "Pending"), 3, True),
    ("Decided", ("Block", "Pending"), 3, True),
    ("Decision with date", ("Block", "Hold"), 3, True),
    ("Decision & reasons", ("Block", "Hold"), 3, True),
    ("Decision / Reason", ("Block", "Hold"), 3, True),
    ("Decision", ("1", "0"), 3, True),
    *((heading, ("Yes", "Hold"), 3, True) for heading in ("Add to block list", "Accepted or not", "Block")),
    ("Decision", ("Level 1", "Level 2"), 2, True),
    *((heading, ("Yes", "Hold"), 3, True) for heading in (
        "To be disconnected", "Disconnect (Y/N)", "To be suspended", "To be barred", "To be deactivated",
        "बंद करना है", "Block/Hold", "Block / Not block", "Block karna hai ya nahi", "Bank decision",
    )),
    *((heading, ("45", "0"), 3, True) for heading in ("Approval no.", "Decision ref", "Decision order no")),
    *((heading, ("05/02/2026", ""), 3, True) for heading in ("Decision taken on", "निर्णय दिनांक")),
    *((heading, ("SI Ram", text), 3, True) for heading in ("Approved by", "Decision by", "Decision taken by")
      for text in (
        "", "Pending", "Rejected", "N", "Nil", "लंबित", "File with SP", "To SP", "In process", "Recall", "X", "R Kumar",
        "SP REFUSED", "SP Overruled", "Refused by SP", "SP sir ne roka", "Back To PS", "Sent To SP", "SP, Later",
      )),
    *(("Decision", ("Block", f"{text}"), 3, True) for text in (
        "Block in abeyance", "Block ?", "Block x", "Block N/A", "Block deferred", "Block stopped", "Block set aside",
        "Block once verified", "Block when SP approves", "Block till verification", "Block chhod do", "Block pe rok",
        "Block account only", "Sanctioned for refund", "Approved closure", "Approved for verification only",
        "Block by SP once verified", "Confirmed by user, own number", "To be confirmed",
    )),
    *(("Decision", (f"{text}", f"{text}"), 2, True) for text in ("NFA", "Closed", "Withheld", "Customer genuine")),
    *((heading, ("Failed", "Passed"), 3, True) for heading in ("Re-verification", "Reverification done")),
    *((heading, ("Failed", "Passed"), 3, False) for heading in (
        "Verification", "KYC", "Re-KYC", "TSP verification result", "Airtel result", "Result of physical verification",
        "Result of KYC by Jio",
    )),
    ("Result", ("Failed", "Success", "Failed"), 3, False),
    ("KYC status", ("Not verified", "Verified", "Verified"), 3, False),
    ("Verification status", ("Verified by IO", "Pending", "Verified by IO"), 3, False),
    ("KYC done", ("Yes", "No"), 3, False),
    ("Re-KYC status", ("Failed", "Done"), 3, False),
    ("Verified", ("Yes", ""), 3, False),
    ("परिणाम", ("फर्जी", "सही", "फर्जी"), 3, False),
]  # fmt: skip


#: Columns whose headings say nothing: half of the cells are a yes to a block, or one is against its number.
STOPPED += [
    *(("Remarks of SP", ("Approved", text, "Approved"), 3, True) for text in ("Not approved", "Discuss", "--", "NA")),
    *(("File status", ("Block", text, "Block"), 3, True) for text in ("Pending", "Query raised", "", "Hold")),
    ("Request", ("To be blocked", "Cancel"), 3, True),
    # A heading that refuses: whatever is no known no is refused.
    *(
        (heading, ("No", "Yes", "No"), 3, True)
        for heading in (
            "Rejected by SP Nuh",
            "Hold by SP",
            "Not approved by SP",
            "Release approved",
            "एसपी द्वारा अस्वीकृत",
            "रद्द",
            "Approval pending",
            "Held back by SP",
            "Disapproved",
            "No action required",
        )
    ),
    *(("Hold", ("", text), 3, True) for text in ("x", "✓", "✗", "Y", "*", "1", "Held by SP")),
    *((heading, ("", "05/02/2026"), 3, True) for heading in ("Rejected", "Rejected on", "Hold by SP")),
    ("Withheld by SP", ("", "Rs 5000"), 3, True),
    ("Rejected", ("nil", "-do-", "Yes"), 4, True),
    *(
        ("Remarks", (*["calls"] * 5, text), 7, True)
        for text in (
            "Not approved",
            "On hold",
            "Rejected by SP",
            "रद्द",
            "Cancelled",
            "HOLD - SP",
            "hold till verification",
            "delete this entry",
        )
    ),
]


@pytest.mark.parametrize(("heading", "cells", "row", "is_of_lists"), STOPPED)
def test_cells_that_do_not_agree_stop_a_confirmation(
    heading: str, cells: tuple[str, ...], row: int, is_of_lists: bool, tmp_path: Path
) -> None:
    path = sheet(tmp_path, heading, *cells)
    what = OTHER.format(row)
    for word in ("confirmed", "accepted", "unprotected"):
        with pytest.raises(ColumnError, match=what) as refused:
            decided(path, word)
        assert not any(number in str(refused.value) for number in NUMBERS)
    if is_of_lists:
        with pytest.raises(ColumnError, match=what):
            read_numbers(path)
    else:
        assert len(read_numbers(path).keys) == len(cells)
    # Numbers to protect are spared whatever was decided, as they are below `To be blocked`.
    assert len(read_numbers(path, actions=None).keys) == len(cells)


#: What all rows have below a decision, and whether it is a known yes to a block.
ALL = [
    *((text, False) for text in (
        "No", "Leave", "Do not block", "Not to be blocked", "Not approved", "Rejected", "Disapproved",
        "Keep active", "No, user is a shopkeeper", "रद्द", "नहीं करना है", "block nahi karna", "No doubt - block",
        "Not yet decided", "Under enquiry", "Verify first", "Deferred", "Withheld", "Kept in abeyance", "Pending",
        "Cannot be approved", "Can be allowed", "Discuss", "Returned", "Please approve", "Permission required",
        "Accepted by SP, Revoked", "Accepted by SP, Discuss", "Block by SP Overruled", "Block - Reversed", "Yes / No",
        "123/2026", "Approved Provisionally", "Block by SP Provisionally", "Block on 5/2/26 for 9 days", "SP Nuh",
        "Allow", "Allowed", "Granted", "Accorded", "Confirm please", "Confirm karna hai", "पुष्टि करना है",
        "Approval request", "Recommended to SP", "Accepted request", "Block - no KYC", "Block - fake complaint", "Sd/-",
        *(f"Block by SI Ram {word}" for word in ("Ruko", "Stop", "Galat", "Nako", "IMEI", "Upi", "Oversight", "Live")),
        "Block by Mana", "स्वीकृत हेतु", "Yes, fake", "Confirmed fake",
    )),
    *((text, True) for text in (
        "Block", "Fraud", "No objection", "Block vide order no 7", "", "-", "NA", "Nil", "Block kiya jaye",
        "block kar de",
        "ब्लॉक किया जाए", "ब्लॉक करें", "अनुमोदित", "मंजूर", "सहमत", "Proceed", "Concur", "Concurred", "Blk", "Barring",
        "Disconnect", "Disconnection", "Deactivate", "Yes (OTP fraud)",
        "Block - mule", "Block, fake", "Block SIM card", "Block MSISDN",
        "Block with immediate effect", "Block kiya jave", "ब्लॉक किया जाना है", "ब्लॉक हेतु", "सिम ब्लॉक करें", "ब्लॉक करा",
        "Block u/s 79(3)(b) IT Act", "Approved by DCP vide No. 1234 dated 12.02.2026", "Approved by Sh. Ram Kumar",
        "Approved by Smt Rani, SP", "Blocked on 05/02/2026 15:30",
        "Accepted by Insp. Ram K. Ahmed, Yes", "Block SIM and IMEI", "To be blocked by TSP",
    )),
]  # fmt: skip


@pytest.mark.parametrize(("text", "is_yes"), ALL)
def test_what_all_rows_have(text: str, is_yes: bool, tmp_path: Path) -> None:
    for read, cells in ((decided, (text, text)), (read_numbers, (text, text)), (read_numbers, (text,))):
        path = sheet(tmp_path, "Verdict", *cells)
        if is_yes:
            assert len(read(path).keys) == len(cells)
        else:
            with pytest.raises(ColumnError, match=r"in rows? 2\b.* (what is no known yes|that)|decided against"):
                read(path)


#: Headings of approvals, and texts below them: whether they are a yes.
APPROVALS = [
    "Approved by SP", "Approved/Rejected", "Accepted/Rejected", "Recommended/Not recommended", "Approved by SP Nuh",
    "Approved by DCP (Crime)", "Approved by competent authority", "HQ approval", "Permission", "Sanctioned", "SP order",
    "Order by DCP", "Agreed", "Confirm", "Bank approval",
    "SP ka aadesh", "आदेश", "एसपी अनुमोदन", "Anumodan", "Order of court", "स्वीकृति", "अनुमति", "सहमति",
    "मंजूरी", "Manjoori", "Clearance of SP", "Approval date", "Approved on", "Decision date", "SP approval no. & date",
]  # fmt: skip
SIGNED = [
    *((text, True) for text in (
        "Yes", "Approved", "SP", "SP office", "Accorded", "Obtained", "Sd/-",
        "05-Feb-2026", "5 Feb 2026", "5th February 2026, 10:30 am", "2026-02-05 15:30:00",
        "123/2026", "CC/45/2026", "Order no. 7 dated 05/02/2026", "Letter 45", "Granted", "DCP (Crime)",
        "Permission granted", "Done", "45-47/CC", "NUH/CYB/12/2026", "HR/45/2026", "GGM/45/2026", "SP/NUH/45/2026",
    )),
    *((text, False) for text in (
        "Pending", "Hold", "Overruled", "REVERSED", "Recalled", "SP Overruled", "Provisionally", "Discuss", "Hold/12",
        "Under enquiry", "Order awaited", "Letter not received", "R Kumar", "0000", "SP, Revoked", "SP Refused",
        "SP Nuh", "SI Ram Kumar", "Return to IO", "Back to IO", "Refer SP", "Ask SP", "With SP", "Sent to SP",
        "Seen, SP",
        "SP Absent", "SP Mana", "Weak case", "Bail order 12/2026", "Null/2026", "32/13/2026", "30/02/2026", "0/5",
        "Rej/7/2026", "Bail/7/2026", "Ret/7/2026", "REJ/7/2026", "CC/CANCEL/45/2026", "HOLD/12/2026",
    )),
]  # fmt: skip


@pytest.mark.parametrize("heading", APPROVALS)
def test_what_is_a_yes_below_an_approval(heading: str, tmp_path: Path) -> None:
    for text, is_yes in SIGNED:
        path = sheet(tmp_path, heading, text, text)
        if is_yes:
            assert len(read_numbers(path).keys) == 2, text
        else:
            with pytest.raises(ColumnError, match="says in rows 2 and 3 "):
                read_numbers(path)
    with pytest.raises(ColumnError, match=r"has no answer in row 3, and a yes in others"):
        read_numbers(sheet(tmp_path, heading, "Yes", ""))
    assert len(read_numbers(sheet(tmp_path, heading, "", "-")).keys) == 2


@pytest.mark.parametrize(
    ("cells", "row"),
    [
        (("Hold", "Hold"), 2), (("Under enquiry",), 2), (("Yes", "Nuh"), 3), (("Nuh", "1", ""), None),
        (("1", ""), 3), (("1", "2"), None), (("Block", "Yes"), None), (("", ""), None),
    ],
)  # fmt: skip
def test_a_column_block_has_decisions_or_places(cells: tuple[str, ...], row: int | None, tmp_path: Path) -> None:
    path = sheet(tmp_path, "Block", *cells)
    if row is None:
        assert len(read_numbers(path).keys) == len(cells)
    else:
        with pytest.raises(ColumnError, match=OTHER.format(row)):
            read_numbers(path)


#: A decision that takes numbers off a list, a heading, its cells, and the row that is named; None: it is recorded.
OFF = [
    ("withdrawn", "Decision", ("Withdraw", "Rejected"), 3),
    ("withdrawn", "SP approval", ("Approved", "Not approved"), 3),
    ("withdrawn", "Release approved", ("Released", "Rejected"), 3),
    ("withdrawn", "Decision", ("Withdraw", "अनब्लॉक करें", "बहाल करें"), None),
    ("dismissed", "Decision", ("Dismiss", "खारिज", "Kharij"), None),
    ("dismissed", "SP approval", ("Not approved", "Rejected"), None),
    ("withdrawn", "decision", ("confirmed", "withdrawn", "withdrawn"), 2),
    ("withdrawn", "Decision", ("withdraw", "", "withdraw"), 3),
    ("withdrawn", "Decision", ("Yes", "No", "Yes"), 3),
    ("withdrawn", "Decision", ("Block", "No", "Block"), 2),
    ("withdrawn", "Decision", ("Release", "Block"), 3),
    ("withdrawn", "Decision", ("Withdraw", "Withdrawal rejected"), 3),
    ("withdrawn", "Decision", ("confirmed", "confirmed"), 2),
    ("withdrawn", "Decision", ("No", "No"), 2),
    ("withdrawn", "To be withdrawn", ("Yes", "Yes", "No"), 4),
    ("withdrawn", "Withdrawn", ("No", "No"), 2),
    ("dismissed", "decision", ("dismiss", "accepted"), 3),
    ("dismissed", "decision", ("accepted", "accepted"), 2),
    ("dismissed", "Dismissed", ("Yes", ""), 3),
    ("protected", "IO decision", ("Protect", "Block"), 3),
    ("protected", "Protect", ("Yes", "No"), 3),
    ("reactivated", "Decision", ("Reactivate", "Block"), 3),
    ("reactivated", "Decision", ("To be blocked", "To be blocked"), 2),
    ("reverified", "Reverified", ("Yes", "No", "No"), 3),
    ("reverified", "Re-verification done", ("Done", "Pending"), 3),
    ("reverified", "Re-verified (Y/N)", ("Y", "Y", ""), 4),
    ("reverified", "Reverification result", ("Passed", "Failed"), 3),
    ("reverified", "Result of re-verification", ("Failed", "Failed", "Failed"), 2),
    ("reverified", "Result", ("Failed", "Failed"), 2),
    ("reverified", "Result", ("Fraud", "Fraud"), 2),
    ("withdrawn", "Decision", ("Withdraw", "Release/Unblock", "Delete"), None),
    ("reverified", "Decision", ("Not verified", "Not verified"), 2),
    ("reverified", "Result", ("Verified", "Not traceable"), 3),
    ("reverified", "KYC status", ("Verified", "Fake"), 3),
    ("withdrawn", "Result of reverification", ("Passed", "Failed"), 3),
    ("withdrawn", "Decision", ("withdrawn", "Withdraw", "Withdrawn by SP"), None),
    ("withdrawn", "KYC status", ("Verified", "Verified", "Pending"), None),
    ("withdrawn", "Result", ("Failed", ""), None),
    ("withdrawn", "Result of re-verification", ("Failed", "Failed"), None),
    ("withdrawn", "Withdrawn by", ("SI Ram", "SI Sham"), None),
    ("withdrawn", "Release no.", ("1", "2"), None),
    ("withdrawn", "Dismissed", ("Yes", "No"), None),
    ("reverified", "Reverification result", ("Passed", "Verified"), None),
    ("reverified", "Reverified", ("Yes", "yes"), None),
    ("dismissed", "Decision", ("", ""), None),
    ("confirmed", "Decision", ("Confirmed", "Confirm", "Yes"), None),
    ("confirmed", "Decision", ("Block", "-do-", "ditto", "〃", "same as above", "तदैव", "-//-"), None),
    ("confirmed", "Result", ("Failed", "Not traceable"), None),
    ("confirmed", "Verification status", ("Verified", "Verified"), None),
]


@pytest.mark.parametrize(("word", "heading", "cells", "row"), OFF)
def test_what_is_recorded(word: str, heading: str, cells: tuple[str, ...], row: int | None, tmp_path: Path) -> None:
    path = sheet(tmp_path, heading, *cells)
    if row is None:
        assert len(decided(path, word).keys) == len(cells)
        return
    with pytest.raises(ColumnError, match=OTHER.format(row)):
        decided(path, word)


#: Sheets that offices have, each with the cells of one column: they are read as they were.
ORDINARY = [
    *(("Approved by", (text, "SP Nuh", text, "SP Nuh")) for text in (
        "SHO PS Cyber Nuh", "Incharge Cyber Cell", "Sr. PI Patil", "Supdt. of Police", "थाना प्रभारी", "Raj Kumar IPS",
    )),
    ("Category", ("Block", "Tehsil")), ("Fraud type", ("SIM block", "SIM block", "KYC update")),
    ("Level", ("Confirmed", "Suspected")), ("Status", ("Confirmed", "Likely")), ("Remarks", ("Block", "", "")),
    ("Modus operandi", ("Block", "", "")), ("Service", ("Disconnection", "Disconnection", "Voice")),
    ("Portal status", ("Accepted", "Pending")),
    ("Decision", ("confirmed", "Confirmed", "confirm")), ("Decision", ("Yes", "Yes", "Y")), ("Decision", ("", "", "")),
    ("Decision", ("Block", "Block immediately", "To be blocked")),
    ("Decision", ("Approved vide letter No. 12/2026", "Approved", "approved by SP")), ("Verdict", ("Fraud", "Fraud")),
    ("IO Decision", ("Confirmed", "Confirmed by Sh. Ram", "Confirmed.")),
    ("Decision", ("Block", "Yes. Block", "SIM to be blocked")), ("Decision", ("Block", "Fraud - block", "Block")),
    ("Decision", ("Block", "Fit to be blocked", "Request to block")), ("Decision", ("Block", "Block - FIR 12/26")),
    ("Decision", ("Block", "SP sir approved", "turant band karein")),
    ("Decision", ("Block", "Block by SI Ram Kumar vide letter 7 dt 3 Feb", "Block u/s 66D IT Act")),
    ("Verdict", ("Fraud, FIR 12/26", "Fraud, FIR 13/26", "fraud, FIR 7/25.")),
    ("Decision ref", ("12/2026", "CC-2", "3")),
    ("Decision taken on", ("", "", "")), ("Decision order no", ("1", "2", "SP/3")),
    ("Basis of decision", ("a", "b", "")),
    ("Decision date", ("05/02/2026", "4 Feb 26", "Yes")), ("निर्णय दिनांक", ("", "-", "")),
    ("Reason for decision", ("Fake KYC", "Many calls", "")),
    ("Decision taken by", ("SI Ram", "R. Kumar, SI", "SI Ram")),
    ("Decision No.", ("1", "2", "3")),
    ("Decision by", ("", "", "")), ("Bank account decision", ("Hold", "", "Yes")),
    ("Approved by", ("Sh. Rajesh Kumar, IPS, SP Nuh", "SP", "SP Nuh vide letter no. 345 dt 5/2/26")),
    ("Approved by", ("Station House Officer", "SP राम")),
    *(("Approved by", (text, text)) for text in (
        "SI Tshering Dorje", "SP, Nuh", "Supdt. of Police, Nuh", "पुलिस अधीक्षक, नूंह", "SI Ravi No. 45/NUH",
        "ASI Ramesh 567",
    )),
    ("Approved by", ("S.P., Nuh", "SP, Nuh", "R. Kumar, SI", "Sh. Raj Singh, DSP")),
    *(("Approval", (text, text)) for text in (
        "Approved by SP Nuh", "Approved by DSP Ram Kumar", "Approved by SI Ram Kumar", "Block as per SP Nuh order",
    )),
    ("Decision", ("Block as per SP Nuh order", "Block as per S.P., Nuh order", "Block")),
    ("Approved by", ("S.P. Nuh", "SP, Nuh")),
    ("Band", ("900", "1800", "")), ("Suspension", ("05/02/2026", "", "05/02/2026")),
    ("Refund decision", ("Yes", "No", "Accepted")), ("Bail decision", ("Granted", "No", "")),
    ("Action taken", ("Blocked", "", "FIR registered")), ("Actioned by", ("SI Ram", "", "")),
    ("Final report", ("Yes", "", "No")), ("Final amount", ("1200", "", "0")),
    ("Result", ("Success", "Success", "Success")),
    ("Search result", ("Failed", "Success", "")), ("Test result", ("Pass", "Fail", "")),
    ("KYC", ("Aadhaar", "Voter id", "")), ("KYC status", ("Verified", "Verified", "Verified")),
    ("Verification date", ("05/02/2026", "", "")), ("Verification officer", ("SI Ram", "ASI Sham", "")),
    ("Address verification", ("Done", "Pending", "")), ("Blocking status", ("Success", "Failed", "Success")),
    ("Payment status", ("Success", "Failed", "")), ("Transaction result", ("Failed", "Success", "")),
    ("Status", ("Active", "Inactive", "")), ("Circle", ("Haryana", "Delhi", "")), ("Category", ("UPI", "KYC", "Job")),
    ("Remarks", ("Verified by 1930", "called thrice", "passed to IO")), ("Exam result", ("Passed", "Failed", "")),
    ("Reason", ("Re-verification failed", "Not traceable", "")), ("Priority", ("Block first", "", "Later")),
    ("Outcome of raid", ("Failed", "Success", "")),
    ("Action taken", ("Blocked", "Sent to TSP", "Blocked")), ("Request", ("Block", "called thrice", "FIR")),
    ("Category", ("1", "", "")), ("Bail remarks", ("Approved", "Rejected", "Approved")),
    ("Status", ("Pending", "Under process", "Active")),
    *((heading, ("No", "", "nil")) for heading in ("Rejected by SP", "Hold", "Not approved", "Approval pending")),
    *((heading, ("Yes", "", "No")) for heading in (
        "Amount on hold", "Hold by bank", "FIR cancelled", "Complaint rejected", "FIR not approved", "Lien",
    )),
    ("On hold", ("Rs. 5,000/-", "0", "Rs 5000 in SBI")), ("Held", ("SI Ram", "12 days", "05/02/2026")),
    *((heading, ("Yes", "SI Ram", "12 days")) for heading in (
        "Hold date", "Hold status", "Hold (Y/N)", "Pending with IO", "Action pending by PS", "Pending at SHO level",
    )),
]  # fmt: skip


@pytest.mark.parametrize(("heading", "cells"), ORDINARY)
def test_ordinary_sheets_are_read(heading: str, cells: tuple[str, ...], tmp_path: Path) -> None:
    path = sheet(tmp_path, heading, *cells)
    assert len(read_numbers(path).keys) == len(cells)
    assert len(decided(path).keys) == len(cells)


@pytest.mark.parametrize("heading", ["KYC status", "Verification status", "Result", "Final result"])
def test_a_result_of_something_else_is_no_decision_in_a_list(heading: str, tmp_path: Path) -> None:
    path = sheet(tmp_path, heading, "Verified", "Pending", "")
    assert len(read_numbers(path).keys) == 3
    with pytest.raises(ColumnError, match=OTHER.format(3)):
        decided(path)


#: What is recorded, a heading, and cells, the last of which says the opposite, if it does.
OPPOSITE = [
    ("withdrawn", "Remarks", ("Withdraw", "Not to be withdrawn"), True),
    ("withdrawn", "Request", ("Unblock", "Unblock", "Block"), True),
    ("withdrawn", "Remarks of SP", ("genuine", "Keep blocked"), True),
    ("protected", "Remarks", ("bank", "Not to be protected"), True),
    ("withdrawn", "Block status", ("Block", "Keep blocked"), True),
    # A state may be why.
    ("withdrawn", "Block status", ("Block", "Block"), False),
    ("withdrawn", "Remarks", ("Not yet unblocked", "Not unblocked"), False),
    ("protected", "Remarks", ("Not yet protected", "Not protected"), False),
    ("reverified", "Remarks", ("KYC done", "Not traceable"), True),
    ("dismissed", "Remarks", ("wrong", "Accepted"), True),
    ("withdrawn", "Remarks", ("Block request withdrawn", "Release order no. 45", "stay by HC", "OTP fraud"), False),
    ("withdrawn", "Status", ("Withdrawn", "Blocked"), False),
    ("reverified", "Remarks", ("KYC done", "fraud"), False),
]


@pytest.mark.parametrize(("word", "heading", "cells", "is_opposite"), OPPOSITE)
def test_a_remark_that_says_the_opposite_of_what_is_recorded(
    tmp_path: Path, word: str, heading: str, cells: tuple[str, ...], is_opposite: bool
) -> None:
    path = sheet(tmp_path, heading, *cells)
    if not is_opposite:
        assert len(decided(path, word).keys) == len(cells)
        return
    with pytest.raises(ColumnError, match=rf"says in row {len(cells) + 1} the opposite of '{word}'"):
        decided(path, word)


@pytest.mark.parametrize("cells", [("NA", "N/A"), ("", ""), ("-", "Nil"), ("NA",)])
def test_a_column_without_a_decision_is_named(tmp_path: Path, cells: tuple[str, ...]) -> None:
    """`NA` in all rows may be `not approved`, or a form that asks for no approval."""
    found = read_numbers(sheet(tmp_path, "SP approval", *cells))
    assert len(found.keys) == len(cells)
    assert found.account["warnings"] == ["the column 'SP approval' has no answer in any row, and every row counts"]
    assert read_numbers(sheet(tmp_path, "SP approval", *["Yes"] * len(cells))).account["warnings"] == []
