"""What officers write beside a number of a complaint: what makes it wait, and what is ordinary and must not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import pyarrow as pa
import pytest

import numguard as ng
from numguard.number_list.against import those_against
from numguard.number_list.beside import spared
from numguard.number_list.spared import why_spared

#: Remarks that a number is a victim's, was written by mistake, or is not to be blocked.
SPARING = [
    "Not for blocking", "Not required to be blocked", "Not to be considered for blocking",
    "Kindly exclude from blocking", "Exclude this number", "यह नंबर शिकायतकर्ता का स्वयं का है",
    "पीड़ित का स्वयं का मोबाइल", "वादी का स्वयं का नंबर", "यह मोबाइल नंबर वादी का है", "Victim ka apna number hai",
    "complainant ka khud ka number", "Mobile no. belongs to victim's wife", "SIM belongs to victim",
    "Owner is victim", "Owner of this number is the complainant himself", "Number is of victim, wrongly entered",
    "Number is of victim and wrongly entered", "Number is of victim. Wrongly entered",
    "Complainant's own mobile no. entered by mistake", "Victim's number, entered by mistake", "गलत नंबर दर्ज हो गया",
    "गलत मोबाइल नंबर दर्ज किया गया", "नंबर गलत लिखा गया है", "galat number likha gaya", "Typing mistake in number",
    "Mobile number wrongly entered", "Genuine number", "Number is genuine", "Verified - genuine user", "Number of IO",
    "thana number", "थाने का नंबर", "SHO ka number", "Gawah ka number", "Mukhbir ka number", "Unblock this number",
    "Number to be unblocked", "unblock kar de", "अनब्लॉक करें", "Removed from list on 02/03/26",
    "Number is not of accused", "Kindly do not include in blocking", "CDR awaited; number not involved",
    "Checked and not involved", "यह नंबर शिकायतकर्ता का स्वयं का है, गलती से दर्ज हो गया था, कृपया इसे ब्लॉक न करें",
]  # fmt: skip
#: Remarks that the complaint has ended.
ENDED = [
    "Complainant has withdrawn the complaint", "Complainant has withdrawn his complaint",
    "Complainant withdrew complaint", "शिकायत वापस ले ली", "शिकायतकर्ता ने शिकायत वापस ले ली है", "shikayat wapas li",
    "shikayat vapas le li hai", "jhuthi shikayat", "Complaint withdrawn as money received back",
    "Money refunded by known person, complaint withdrawn", "Complaint was withdrawn and closed",
    "complainant does not want action", "Complainant doesn't want any further action", "Compromise",
    "Victim not willing to pursue the case", "Matter compromised between parties", "Rajinama ho gaya",
]  # fmt: skip
#: Remarks that the number may be another one.
DOUBTED = [
    "Not sure", "not sure of number", "Not sure of second", "unverified", "Not verified", "Number not yet verified",
    "pls verify", "Please verify with complainant", "Confusion in number", "Number not clear", "illegible",
    "Handwriting illegible; number not clear", "may be wrong", "Number may be wrong", "doubt", "Doubt in last digit",
    "Number mismatch", "Last digit not clear", "1 digit missing", "One digit short", "incomplete, digits missing",
    "Correct number awaited", "Correct no. is 9876500009", "correct no 9876500009",
    "Please confirm", "Confirm with complainant", "To be confirmed", "TBC", "?", "??", "check number", "Kindly recheck",
    "Number needs verification", "UPI fraud, number not clear", "pakka nahi", "sahi nahi hai", "number check karna hai",
    "नंबर स्पष्ट नहीं है", "नंबर पक्का नहीं", "नंबर की पुष्टि नहीं हुई है", "शायद गलत",
    "Number galat bhi ho sakta hai", "नंबर गलत हो सकता है",
]  # fmt: skip
#: Remarks that the number is another's, is held back or may be another one, which were listed.
CLEARING = [
    "own number", "Own no.", "his own number", "Number of friend", "friend's number", "dost ka mobile",
    "mere dost ka no", "padosi ka number", "wife's no", "UPI fraud, number of neighbour", "Self", "victim also",
    "he is also victim", "ye bhi victim hai", "seems victim", "यह भी पीड़ित है", "पत्नी का नंबर", "मित्राचा नंबर",
    "ਦੋਸਤ ਦਾ ਨੰਬਰ", "surrendered sim", "SIM surrendered by user", "number surrendered", "lost sim", "SIM chori",
    "number spoofed", "Number spoofed by fraudster", "Number of hospital", "hospital number", "नंबर बैंक का है",
    "Bank number", "delivery boy number", "toll free number", "Number is not of friend", "number not in use",
    "नंबर संदिग्ध नहीं पाया गया", "नंबर की तस्दीक नहीं हुई", "क्रमांक चुकीचा आहे", "number changed", "wrong", "Galat",
    "incorrect", "digit kam hai", "Hold", "kept on hold", "roko", "abhi nahi", "not now", "होल्ड", "थांबवा",
    "Unblock request received", "Rejcted", "Rejcted by SP", "Not aproved", "not approvd",
    "Amount 5000, pls verify", "KYC fraud. Pls verify", "OTP fraud - please check", "not verified yet",
    "Yet to be verified", "sent to SP for approval", "SP approval not taken", "Refused", "Cancelled", "delete", "test",
    "decoy", "bank employee", "re-allotted", "hospital no", "Doctor's no.", "no of doctor", "Gas agency no",
    "doctor", "Doctor by profession", "he is an advocate", "shopkeeper", "वकील", "number hacked", "SIM hacked",
    "inocent",
]  # fmt: skip
#: The same in other languages and in longer statements, which spare the number.
SPARED_TOO = [
    "हा क्रमांक तक्रारदाराचा आहे", "चुकून नोंदवला", "ਇਹ ਨੰਬਰ ਪੀੜਤ ਦਾ ਹੈ", "ਗਲਤੀ ਨਾਲ ਲਿਖਿਆ", "galat likha hai",
    "dont blok", "Not to be blcoked", "Inocent person", "not fraudlent", "not suspicius", "geniune user",
    "not invloved", "Falsely implicated",
]  # fmt: skip
#: Headings that ask if a number is to be blocked, each with a no.
NOES = [
    ("Mobile No. to be blocked (Y/N)", "N"), ("Mobile numbers to be blocked (Y/N)", "N"),
    ("Number(s) to be blocked", "N"), ("Number to be blocked", "N"), ("Block number (Y/N)", "N"),
    ("Block this number?", "N"), ("Whether number to be blocked", "N"), ("To be blocked (Y/N)", "N"),
    ("Suspect number to be blocked (Y/N)", "N"), ("SIM to be blocked", "N"), ("To block", "N"),
    ("Block karna hai (Y/N)", "N"), ("Mobile blocking required", "No"), ("Blocking required", "No"),
    ("Whether to be blocked or not", "No - victim"), ("ब्लॉक करना है", "नहीं"),
    ("मोबाइल नंबर ब्लॉक करना है (हाँ/नहीं)", "नहीं"), ("Mobile No to be blocked (Yes/No)", "0"),
]  # fmt: skip
#: Further headings, and cells that spare a number below them.
BELOW = [
    ("Number belongs to", "Self"), ("Whose number", "Self"), ("Whose number", "own"),
    ("Number belongs to", "victim (self)"), ("Mobile owner", "Self"),
    ("Relation of number with victim", "Wife"), ("Number status", "Withdrawn"),
    ("Number status", "Unblocked"), ("Number is of victim (Y/N)", "Y"), ("Confirmed", "No"), ("Approved", "Rejected"),
    ("IO opinion", "Not recommended"),
]  # fmt: skip
#: Headings of what became of a complaint, and single words of one that has ended.
RESULTS = [
    ("Complaint disposed as", "False"), ("Complaint disposed as", "Withdrawn"), ("Final Report", "Cancelled"),
    ("Final Report", "False"), ("FR", "Cancelled"), ("Result", "Withdrawn"), ("Outcome", "Withdrawn"),
    ("Case outcome", "Withdrawn on 05.02.2026"), ("Stage", "Withdrawn"), ("Present position", "Withdrawn"),
    ("शिकायत का परिणाम", "वापस ली"),
]  # fmt: skip
#: Remarks on numbers that are to be blocked.
ORDINARY = [
    "SIM issued to another person on fake ID", "SIM allotted in name of another person", "Account compromised",
    "Complainant asked to ignore calls", "Number not yet recycled", "Complainant wants action", "Do not ignore",
    "Victim said it was his mistake to pay", "Case reassigned to new IO", "Complainant not interested in loan",
    "Number will be reallotted", "SIM never reallotted to anyone", "Email compromised by accused",
    "Mobile no. used by accused", "Amount debited from complainant's account",
    "Victim received call from this number", "Complainant was asked to install AnyDesk",
    "Complainant was asked to pay Rs 5000", "Number to be blocked urgently", "Number to be blocked",
    "Please block this number", "Kindly block", "Block immediately", "Urgent blocking required", "Blocking required",
    "Block at the earliest", "To be blocked", "For blocking", "Not yet blocked", "Not blocked till date",
    "Number still active", "Number is active", "Blocking pending", "Request sent to TSP for blocking",
    "Sent for blocking", "Called from WhatsApp", "WhatsApp call received", "Video call made to victim",
    "Fraudster's number", "Suspect number", "Accused mobile number", "Number of accused", "Number of fraudster",
    "Mobile number of suspect", "Number belongs to accused", "Number belongs to fraudster", "Owner is accused",
    "Owner not known", "User unknown", "SIM in fake name", "Fake ID SIM", "SIM issued on forged documents",
    "Money transferred to account of accused", "Rs 50000 transferred via UPI", "Amount withdrawn from ATM",
    "Amount withdrawn by accused", "Rs. 5000 withdrawn by victim", "Amount 5000/- withdrawn by complainant",
    "Rs 20000 debited, complainant informed bank", "Account frozen", "Account on hold", "Amount on hold",
    "Amount released by court", "Lien released", "Released on bail", "Amount refunded to complainant",
    "Refund released to victim", "Account unfrozen", "Account unblocked", "Card blocked",
    "Card blocked by complainant", "ATM card blocked and new one issued",
    "Complainant blocked the number on WhatsApp", "Victim blocked the number", "Complainant blocked his card",
    "Victim: Sunita", "Complainant Ravi Kumar", "Complainant: Ravi, PS Nuh", "Ravi (complainant)",
    "Victim is a senior citizen", "Victim is a student", "Complainant is a housewife",
    "Complainant's son received call", "Victim's wife got the call", "Call received on complainant's mobile number",
    "Call came on victim's mobile", "Complainant's mobile hacked", "Victim's mobile, SIM swapped",
    "Victim's SIM was swapped", "Complainant's number was ported by accused", "Accused used victim's photo",
    "Fraudster posed as complainant's friend", "Caller posed as complainant's brother", "Posing as victim's relative",
    "Complainant's friend's WhatsApp was hacked", "Fake profile of complainant", "As per complainant",
    "As per victim statement", "As told by complainant", "Reported by complainant", "Complaint registered",
    "FIR registered", "FIR lodged against unknown", "NCR registered and under investigation",
    "Complaint forwarded to PS Sadar", "Under investigation", "Investigation pending", "Enquiry pending with IO",
    "IO assigned", "IO: SI Ram", "IO informed", "SHO informed", "Sent to IO", "Statement of complainant recorded",
    "Notice sent to bank", "Letter sent to nodal officer", "CDR requested", "CDR and CAF obtained", "CAF awaited",
    "Number switched off", "Number not reachable", "Phone off aa raha hai", "Number band hai", "Number chalu hai",
    "Call nahi utha raha", "KYC fraud", "OTP fraud", "OTP shared by complainant", "Link sent by fraudster",
    "Loan app harassment", "Sextortion", "Job fraud", "Investment fraud, victim added in Telegram group",
    "Customer care fraud, number found on Google", "Wrong number search on Google", "Fake customer care number",
    "Electricity bill fraud", "Digital arrest", "Parcel scam", "Lottery fraud", "Complainant ne paise bheje",
    "Complainant ko call aaya", "Victim ko dhamki di", "Victim se paise mange",
    "Fraudster ne khud ko bank manager bataya", "Apne aap ko police wala bataya", "Khud ko army officer bataya",
    "Accused ne apna number diya", "Pidit ke khate se paise kate", "Paise wapas nahi mile", "Paise wapas mile",
    "Rashi wapas karai gayi", "Number block karna hai", "Number block karwaye", "Block kar de", "Block karein",
    "Number block kare", "Turant block karein", "आरोपी का मोबाइल नंबर", "संदिग्ध नंबर", "आरोपी का नंबर है",
    "ठग का नंबर", "यह नंबर आरोपी का है", "पीड़ित को कॉल आया", "पीड़ित से पैसे मांगे", "पीड़ित के खाते से पैसे कटे",
    "शिकायतकर्ता के खाते से रुपये निकाले", "वादी के खाते से 50000 रुपये निकाले गए", "वादी को व्हाट्सएप कॉल आया",
    "वादी का खाता हैक", "शिकायतकर्ता ने पैसे भेजे", "शिकायतकर्ता ने स्वयं पैसे भेजे", "अपने आप को बैंक अधिकारी बताया",
    "खुद को पुलिस अधिकारी बताया", "नंबर ब्लॉक करना है", "नंबर ब्लॉक करें", "तुरंत ब्लॉक करें", "ब्लॉक किया जाए",
    "नंबर चालू है", "नंबर बंद है", "राशि वापस कराई गई", "पैसे वापस नहीं मिले", "मुकदमा दर्ज", "शिकायत दर्ज",
    "शिकायत दर्ज की गई", "जांच जारी", "थाना सदर", "थाना सदर को प्रेषित", "विवेचना जारी", "Verified", "Verified by IO",
    "Verified and found correct", "Verified by 1930", "Verification done", "OK", "Confirmed", "Suspicious",
    "Genuine complaint", "Complaint is genuine", "Complaint genuine, block number",
    "Genuine complaint and number to be blocked", "Genuine victim", "Not genuine user", "Fake number", "Fake user",
    "Spoofed call", "Number used for WhatsApp and Telegram", "Used for OTP", "Same accused as in FIR 12",
    "Same number used in other complaints", "Repeated number", "Number found in 5 complaints",
    "Duplicate SIM issued by accused", "Duplicate SIM fraud", "Duplicate aadhaar used", "False promise of job",
    "False promise, Rs 5000 paid", "False identity", "No response from bank", "No action taken yet",
    "No refund received", "Not refunded", "Refund rejected by bank", "Claim rejected",
    "Loan rejected, later fraud call", "Complainant not responding", "Complainant to visit PS",
    "Complainant wants refund", "Complainant requested to block number",
    "Complainant requests blocking of this number", "Mobile of accused recovered",
    "Mobile recovered and released to owner", "Mobile seized", "Handset released on superdari",
    "Victim is a student", "Accused posed as doctor",
    "Withdrawn Rs 5000 from ATM", "Cash withdrawn by mule", "Money withdrawn as cash",
    "Money withdrawn and sent abroad", "Cheque withdrawn", "Deleted WhatsApp chats", "Chat deleted by accused",
    "App removed", "Facebook ID deleted", "Number belongs to Airtel", "Number belongs to Rajasthan circle",
    "Number registered in name of Ram", "SIM owner traced", "SIM owner is a labourer", "User identified as Ram",
    "Subscriber Ram, r/o Mewat", "Owner of number: Salim", "Location Mewat", "Circle: Haryana",
    "Called by accused as bank officer", "Introduced himself as police officer", "Posed as SBI nodal officer",
    "Posed as IO of CBI", "Fake police, number of SHO shown on WhatsApp", "Complaint closed", "Case solved",
    "Case transferred to other district", "Zero FIR", "Charge sheet filed", "Accused arrested",
    "Accused arrested and sent to jail", "High", "Priority", "NA", "-", "Yes", "No", "1930", "1st layer", "Layer 2",
    "Also called from other number", "Second number of accused", "Alternate number", "Number used in crime",
    "Number used in fraud by accused", "Number mentioned by complainant", "Number given by complainant",
    "Number given by victim in complaint", "Number reported by victim", "Number provided by applicant",
    "Number received from complainant", "Number mentioned in complaint", "Number entered by complainant on portal",
    "Number not mentioned", "Number not saved", "Complainant does not know the accused",
    "Accused known to complainant", "Accused is friend of complainant", "Accused is relative of victim",
    "Complainant's neighbour is accused", "Video of victim viral", "Victim's photo morphed",
    "Case of complainant's wife", "Call from unknown number to victim's number",
    "Complainant number is not reachable", "Victim mobile no. not available",
    "Incoming call to complainant and amount debited", "As complainant clicked the link, amount debited",
    "Complainant, aged 45, lost Rs 5000", "Complainant and his wife lost money", "Complainant is owner of shop",
    "Account holder is victim", "Beneficiary account of complainant", "Complainant's account, amount debited",
    "UTR number wrongly entered by bank", "Bank name wrongly mentioned", "Amount wrongly entered", "Wrong amount",
    "Wrong account number", "Typing mistake in amount", "Bank asked not to block account",
    "KYC not updated so SIM will be blocked", "Told SIM will be blocked",
    "Threatened that number will be blocked by TRAI", "Threat to disconnect electricity",
    "Asked not to disconnect the call", "Not recovered", "Not traced", "Not arrested", "Not known", "Not for refund",
    "Not required", "Not related to bank", "Money trail not clear", "KYC not verified", "Account not verified",
    "Cheque not clear", "Correct name is Ram", "Check bounced", "Amount to be confirmed with bank",
    "No doubt fraudster", "Number verified", "Number confirmed", "Verification pending", "Bank details not clear",
    "Verify OTP fraud", "Sure that it is the number", "Identity of caller not clear",
    "Complainant is not sure of the amount", "Correct number", "नंबर सही है", "SIM in use", "Number used for calling",
    "number blocked by TSP", "Number is of accused Salim", "Airtel number", "Accused friend's number not known",
    "Number of accused not traced", "Jio SIM", "Mobile recharge done", "SIM swap done", "इस नंबर से कॉल आया",
    "ठग का फोन नंबर", "संशयिताचा क्रमांक", "हा क्रमांक आरोपीचा आहे", "ਠੱਗ ਦਾ ਨੰਬਰ", "Is number se call aaya tha",
    "Account number of friend", "UTR number not given", "FIR number 12", "Police informed", "Known person of accused",
    "2nd no.", "UPI linked no.", "Paytm no", "PhonePe number", "Alt no", "Refund no", "KYC no", "Sr no", "Account no",
    "Fraudster's no", "Verified no",
]  # fmt: skip
#: Further headings, and cells that say nothing against a block.
ORDINARY_BELOW = [
    ("Number status", "Active"), ("Number status", "Not blocked"), ("Block status", "Pending"), ("Blocked", "No"),
    ("Mobile blocked", "No"), ("Number blocked (status)", "No"), ("Blocking status", "No"), ("Block", "Nuh"),
    ("Account to be blocked", "No"), ("Account blocked (Y/N)", "N"), ("Amount to be blocked", "No"),
    ("Account Status", "Withdrawn"), ("Transaction Status", "Cancelled"), ("Refund status", "Rejected"),
    ("Amount status", "Released"), ("Bank account status", "Unblocked"), ("Result", "Pending"),
    ("Outcome", "Under investigation"), ("Stage", "Investigation"), ("Present position", "FIR registered"),
    ("Call status", "Dropped"), ("FIR registered", "No"), ("Final Report", "No"), ("Final Report", "Pending"),
    ("Final Report", "Not filed"), ("Arrest status", "No"), ("Recovery status", "No"),
    ("Relation with accused", "Self"), ("Relation with victim", "Self"), ("Relationship with the victim", "Wife"),
    ("पीड़ित से संबंध", "पत्नी"), ("Number belongs to", "Accused"), ("Number belongs to", "Ram"),
    ("Whose number", "Accused"), ("Number owner", "Ram"), ("Number belongs to", "Not known"), ("IO opinion", "Block"),
    ("IO opinion", "Recommended"), ("Confirmed", "Yes"), ("Number to be blocked (Y/N)", "Y"),
    ("Mobile No. to be blocked (Y/N)", "Yes"), ("Blocking required", "Yes"), ("Card status", "Cancelled"),
    ("Ticket status", "Cancelled"), ("KYC status", "Rejected"), ("Active status", "False"),
    ("Amount withdrawn by", "Complainant"), ("Money withdrawn", "Yes"), ("Called number belongs to victim", "No"),
    ("Informed by", "Self"), ("Reported by", "Self"), ("Complainant relation", "Self"),
    ("Status of account", "Cancelled"), ("Mobile status", "Active"), ("SIM status", "Active"),
    ("Verification result", "Verified"), ("Accused caught", "No"), ("Disposal date", "NA"),
    ("Status as on 30.11.2026", "Pending"), ("Gender", "M"), ("Owner of account", "Self"), ("House owner", "Self"),
    ("Account holder", "Self"), ("Account belongs to", "Self"), ("Complainant's relation with victim", "Self"),
]  # fmt: skip

#: Columns of decisions on numbers, and which of their rows wait.
UNAPPROVED: list[tuple[str, tuple[str | None, ...], tuple[int, ...]]] = [
    ("Approved by SP", ("Yes", "Pending", "Query raised", "--", "Not approved by SP", "12-11-2026"), (1, 2, 3, 4)),
    ("Approved by SP", ("Pending", "Pending"), (0, 1)),
    ("Approved by SP", ("Yes", "-do-", None, ""), (2, 3)),
    ("Approved by SP", (None, "", "-"), ()),
    ("Approved by SP", ("Pending", None), (0,)),
    ("Approval date", ("05-02-2026", None), (1,)),
    ("Approved by", ("SI Kumar", "Ram Kumar", "HC Mohan 1234", "Pending", None, "Awaited", "Nobody"), (3, 4, 5, 6)),
    ("Approved by", ("SP, Nuh", "S.P. Nuh", "S.P., Nuh", "HC Mohan, 1234", "S.P. Tomorrow?"), (4,)),
    ("Approved by", (None, ""), ()),
    ("SP approval", ("Approved by SP Nuh", "Approved by S.P. Nuh", "Approved by SP Kal"), (2,)),
    ("Hold by SP", ("Yes", "No", None), (0,)),
    ("Rejected by SP", ("Pending", "No", "Yes", "Under process", None), (0, 2, 3)),
    ("IO action", ("Hold", "Rejected", "Not approved"), (2,)),
    ("IO Remarks", ("Hold", "Rejected", "Not approved", "Hold by SP"), (0, 1, 2, 3)),
    *((heading, (text, "fraud"), (0,)) for heading in ("Remarks", "SP remarks", "Number status") for text in (
        "Not approved", "Hold by SP", "Pending approval", "Not confirmed", "doubtful",
    )),
    ("SP remarks", ("Rejected", "Hold", "रद्द", "-do-", "Pending"), (0, 1, 2, 3)),
    # Of the number, the complaint or a sum: which, nothing shows.
    ("Remarks", ("Rejected", "On hold", "रद्द", "Pending", "Cancelled"), (0, 1, 2, 4)),
    *((heading, ("Not approved", "Hold by SP"), ()) for heading in ("Refund", "Loan", "FIR remarks", "Money status")),
    ("Result", ("Hold by SP", "Not confirmed"), ()),
    ("Decision", ("Block", "Under consideration"), (1,)),
    ("Block", ("Yes", "No", "Pending"), (1, 2)),
    ("Block", ("Nuh", "Punhana", None), ()),
    ("Action on number to be taken", ("Block", "Wait"), (1,)),
    *((heading, ("Yes", "Pending", None), ()) for heading in (
        "FIR approval", "Refund approval", "Lien approved", "Bank approval", "Case decision", "Court order",
        "Action to be taken", "Complaint accepted", "Consent of victim", "Agreed by complainant",
        "CFCFRMS approval", "Account to be blocked", "App approval", "Permission", "Permission granted to app",
        "Sanction letter", "PS accepted", "Accepted by", "Accepted on", "Willing / agreed for compromise",
    )),
]  # fmt: skip


def why_waiting(heading: str, cells: Sequence[str]) -> dict[str, str]:
    """Why the number of each of these cells waits; none is refused."""
    return {cells[row]: why for row, why in waiting_rows(heading, cells).items()}


def waiting_rows(heading: str, cells: Sequence[str | None], **more: Sequence[str]) -> dict[int, str]:
    """Why the number of each of these rows waits; none is refused."""
    numbers = [str(9_876_500_000 + 7 * k) for k in range(len(cells))]
    keys = [str(31_111_260_000_000 + k) for k in range(len(cells))]
    columns = [keys, ["1930"] * len(cells), numbers, list(cells), *more.values()]
    sheet = pa.table(columns, names=["acknowledgement_no", "source", "suspect_mobiles", heading, *more])
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(sheet, name="a")
        assert intake.refused == 0
        waiting = intake.waiting.to_pylist()
        assert len(registry.block_list().to_table()) == len(cells) - len(waiting)
        return {(row["msisdn"] - 919_876_500_000) // 7: row["why"] for row in waiting}


@pytest.mark.parametrize("heading", ["Remarks", "IO Remarks", "Action taken", "अभ्युक्ति"])
def test_a_remark_by_which_a_number_waits(heading: str) -> None:
    assert why_waiting(heading, SPARING) == dict.fromkeys(SPARING, "spared_in_row")
    assert why_waiting(heading, ENDED) == dict.fromkeys(ENDED, "status_unclear")


@pytest.mark.parametrize("heading", ["Remarks", "IO Remarks", "टिप्पणी"])
def test_a_remark_that_doubts_the_number(heading: str) -> None:
    assert why_waiting(heading, DOUBTED) == dict.fromkeys(DOUBTED, "not_approved")
    assert all(those_against(heading, pa.array([text])) for text in DOUBTED)
    # Many texts are read another way than few.
    among = pa.array([*DOUBTED, *(f"calls {n}" for n in range(200))])
    assert those_against(heading, among) == DOUBTED


@pytest.mark.parametrize("heading", ["Remarks", "", "SP remarks", "शेरा", "कैफियत", "Kaifiyat"])
def test_a_short_remark_on_the_number_that_is_not_ordinary(heading: str) -> None:
    found = why_waiting(heading, [*CLEARING, *SPARED_TOO])
    assert found == dict.fromkeys(CLEARING, "not_approved") | dict.fromkeys(SPARED_TOO, "spared_in_row")


@pytest.mark.parametrize("text", SPARING)
def test_the_same_remark_in_a_list(text: str) -> None:
    """A list of numbers is one to block: what is released there is a number."""
    assert why_spared(text) is not None
    found = spared("Remarks", pa.array([text]))
    assert found is not None
    assert found.tolist() == [True]


@pytest.mark.parametrize(("heading", "cell"), [*NOES, *BELOW])
def test_a_cell_that_spares_below_its_heading(heading: str, cell: str) -> None:
    assert why_waiting(heading, [cell]) == {cell: "spared_in_row"}
    assert spared(heading, pa.array([cell])) is not None


@pytest.mark.parametrize(("heading", "cell"), RESULTS)
def test_a_word_of_a_complaint_that_has_ended_below_a_heading_of_results(heading: str, cell: str) -> None:
    assert why_waiting(heading, [cell]) == {cell: "status_unclear"}


def test_an_ordinary_remark_makes_no_number_wait() -> None:
    assert len(ORDINARY) > 250
    assert why_waiting("Remarks", ORDINARY) == {}
    # Few texts are read another way than many.
    assert [text for text in ORDINARY if spared("Remarks", pa.array([text]), is_complaint=True) is not None] == []


def test_an_ordinary_cell_below_a_heading_that_asks() -> None:
    for heading, cells in groupby(sorted(ORDINARY_BELOW), lambda pair: pair[0]):
        assert why_waiting(heading, [cell for _, cell in cells]) == {}, heading


@pytest.mark.parametrize(("heading", "cells", "rows"), UNAPPROVED)
def test_a_number_that_is_not_approved_waits(
    heading: str, cells: tuple[str | None, ...], rows: tuple[int, ...]
) -> None:
    found = waiting_rows(heading, cells)
    assert sorted(found) == list(rows)
    assert set(found.values()) <= {"not_approved", "spared_in_row"}


@pytest.mark.parametrize(("cell", "warned"), [("NA", 1), ("-", 1), (None, 1), ("Yes", 0)])
def test_a_column_without_a_decision_is_named(cell: str | None, warned: int) -> None:
    table = pa.table(
        {
            "Ack No": ["31110260000001"],
            "Source": ["NCRP"],
            "Suspect Mobile": ["9876543210"],
            "SP approval": pa.array([cell], pa.string()),
        }
    )
    with ng.Registry(by="HC 1234") as registry:
        warnings = registry.add_complaints(table).warnings
    expected = "the column 'SP approval' has no answer in any row, and every row counts"
    assert warnings == [expected] * warned


def test_a_bare_hold_beside_a_sum_on_hold() -> None:
    """It is of the sum there, unless the sheet has a decision on each number; who approved is none."""
    texts = ["Rejected", "On hold", "रद्द", "fraud"]
    sums = {"amount_on_hold": ["500"] * len(texts)}
    assert sorted(waiting_rows("Remarks", texts, **sums, approved_by=["SP"] * len(texts))) == [0, 2]
    assert sorted(waiting_rows("Remarks", texts, **sums, decision=["Block"] * len(texts))) == [0, 1, 2]


@pytest.mark.parametrize(
    ("heading", "cell", "unread"),
    [("Rejected by SP", "Yes", []), ("SP approval", "Pending", []), ("Weather", "Yes", ["Weather"])],
)
def test_a_column_by_which_numbers_wait_is_no_unread_one(heading: str, cell: str, unread: list[str]) -> None:
    columns = ["31111260000001"], ["1930"], ["9876500001"], [cell]
    sheet = pa.table(columns, names=["acknowledgement_no", "source", "suspect_mobiles", heading])
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(sheet, name="a")
        assert intake.unread == unread
        assert len(intake.waiting) == (not unread)
