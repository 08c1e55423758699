"""Families of sentences asked of `extract`: which numbers should be given is known from the template.

A slot `{s}` holds a number that the sentence gives as a suspect's, or without naming a holder: it should be found.
Every other slot holds something that must not come out: the complainant's own number, an account, an amount, a date.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .family import EXTRACT, Cell, Dice, enter_each, narrative
from .narratives_indic import INDIC
from .parts import (
    amount,
    clock,
    cut,
    date,
    five_five,
    handset,
    indian_commas,
    joinable,
    key,
    latitude,
    longitude,
    luhn,
    mobile,
    money,
    pin_code,
    written_mobile,
)

SLOT = re.compile(r"\{(\w+)\}")


def own(dice: Dice) -> str:
    return written_mobile(dice, mobile(dice))


def card(dice: Dice) -> str:
    body = dice.pick("456") + dice.digits(14)
    return dice.pick((" ", "-", "")).join(cut(body + luhn(body), (4, 4, 4, 4)))


def case(dice: Dice) -> str:
    return f"{dice.digits(dice.between(3, 6), '123456789')}/{dice.between(2018, 2026)}"


def coordinates(dice: Dice) -> str:
    places = dice.between(3, 8)
    return f"{latitude(dice, places)}{dice.pick((', ', ' ', ','))}{longitude(dice, places)}"


FILLERS: dict[str, Callable[[Dice], str]] = {
    "v": own,
    "ten": mobile,
    "long": lambda dice: dice.digits(dice.between(11, 16), "1234578"),
    "aadhaar": lambda dice: " ".join(cut(dice.digits(12, "23456789"), (4, 4, 4))),
    "card": card,
    "amt": money,
    "sum": amount,
    "lakh": lambda dice: indian_commas(dice.between(1, 9999) * 100),
    "date": date,
    "time": clock,
    "pin": pin_code,
    "house": lambda dice: str(dice.between(1, 2999)),
    "fir": case,
    "ack": lambda dice: "3" + dice.digits(13),
    "coord": coordinates,
    "ip": lambda dice: ".".join(str(dice.between(1, 254)) for _ in range(4)),
    "imei": lambda dice: handset(dice, 15),
    "n": lambda dice: str(dice.between(2, 60)),
    "upi": lambda dice: f"{mobile(dice)}@{dice.pick(('ybl', 'paytm', 'okaxis', 'ibl', 'upi'))}",
    "mail": lambda dice: f"{mobile(dice)}@{dice.pick(('gmail.com', 'yahoo.com'))}",
    "url": lambda dice: f"https://{dice.pick(('bit.ly', 'example.com', 'amzn.in'))}/{mobile(dice)}",
    "utr": lambda dice: dice.digits(12, "23456"),
    "ver": lambda dice: f"{dice.between(60, 145)}.0.{dice.between(1000, 9999)}.{dice.between(10, 300)}",
}

COMPLAINTS = (
    "I got a call from {s} on {date} at {time} and lost {amt}.",
    "Fraudster called from {s} and asked for OTP, {amt} debited from account no {ten}.",
    "On {date} an unknown person called me from mobile number {s}, my account {long} was debited by {amt}",
    "caller {s} said he is from electricity office",
    "Suspect used WhatsApp {s} and {s} to send the link {url}",
    "The accused mobile no. {s} is switched off since {date}.",
    "He called {n} times from {s} and then from {s}.",
    "Money was sent to {upi} after call of {s}; UTR {utr}",
    "{s} called and told to install AnyDesk, then {amt} gone",
    "Call received from {s} ({n} calls)",
    "Numbers used: {s}, {s}, {s}",
    "suspect mobiles: {s} / {s}",
    "got whatsapp message from +91 number {s} with apk file",
    "Fake loan app people are calling from {s} {s} and {s} daily",
    "Phone {s} belongs to the fraudster, amount {amt} on {date}",
    "He gave number {s} for refund. Complaint filed on {date}",
    "Someone from {s} called at {time}, asked to scan QR, {sum} lost",
    "they called by {s} on {date} {time}",
    "OLX buyer {s} sent QR code",
    "Transaction of {amt} on {date}, caller was {s}",
)
BESIDE_DATES = (
    "{s} {date}", "{date} {s}", "{s} {date} {time}", "{date} {time} {s}", "{s} on {date}",
    "call from {s} dt {date}",
    "{s} ({date})", "{date}: {s}", "{s}, {date}, {time}", "{time} {s} {date}", "{s} {time}", "{date} to {date} {s}",
    "{s} {date} {s} {date}", "{date} - {s}", "{s} dated {date} at {time}",
    "{s} called on {date} at {time} for {n} min",
)  # fmt: skip
BESIDE_FIGURES = (
    "{s} {n} times", "{s} {n} calls", "{s} ({n} calls)", "{s} ({n})", "{s} {n}", "{n} calls from {s}", "{s} x {n}",
    "{n}) {s}", "{n}. {s}", "({n}) {s} {n} times", "{s} - {n} calls - {amt}", "{s} {amt}", "{amt} {s}",
    "{s} {lakh}/-",
    "called {n} times by {s}", "{s} called {n} times in {n} days", "1) {s} 2) {s} 3) {s}", "1. {s} 2. {s}",
    "{s} for {n} sec", "{s} {sum}", "{n} missed calls {s}", "sent {amt} to {s}", "{s} {n} baar call kiya",
)  # fmt: skip
ADDRESSES = (
    "H.No. {house}, Sector {n}, Gurugram, Haryana {pin}, mobile {s}",
    "House No {house} Gali No {n} Faridabad {pin} {s}",
    "Ravi s/o Ram Lal, Vill. Punhana, Distt. Nuh {pin} M- {s}",
    "Flat {house}, Tower {n}, Sohna Road, PIN {pin}. Ph: {s}",
    "{house}/{n}, New Colony, Panipat-{pin}, Mob. {s}",
    "{s}, H.No. {house}, Ward {n}, Rohtak {pin}",
    "#{house} Sector {n} Panchkula {pin} ({s})",
    "Plot {house} Phase {n}, PIN-{pin}, {s}",
    "VPO Nagina {pin} {s}",
    "Shop no {house}, Main Bazar, Hisar, {pin}, Contact {s}, {s}",
)
IDS_ONLY = (
    "My account number is {ten} and customer id {ten}",
    "PNR {ten} booked on {date}, ticket no {ten}",
    "Complaint No. {ten} dated {date} is pending",
    "UTR {utr}, amount {amt}, date {date}",
    "Order ID {ten} not delivered, AWB {ten}",
    "Aadhaar {aadhaar} and account {long} of SBI",
    "card no {card} blocked on {date}",
    "FIR no {fir} dated {date} u/s 420 IPC",
    "ack no {ack} for {amt}",
    "location {coord} at {time}",
    "ip address {ip} port {n} on {date} {time}",
    "IMEI {imei} of my phone",
    "paid {amt} on {date} and {amt} on {date}",
    "consumer no {ten}, bill of {amt} due on {date}",
    "{sum} {sum} debited from A/c {ten}",
    "Chrome/{ver} on Android, ip {ip}",
    "loan account {ten} policy no {ten}",
    "mail id {mail}, upi id {upi}",
    "link {url} opened at {time}",
    "txn id {ten} txn id {ten} txn id {ten}",
    "Reference Number: {ten}",
    "account_no={ten}&amount={sum}",
)
OWN_NUMBERS = (
    "My own number is {v} and I lost {amt}",
    "complainant {v} reported loss of {amt}",
    "Complainant mobile {v}, address H.No. {house} {pin}",
    "victim's number {v}",
    "Victim: {v} account {long}",
    "I called bank helpline {v} but no response",
    "customer care number {v} of bank",
    "complainant's own mobile no. {v} was used for OTP",
    "I, the complainant ({v}), lost {amt} on {date}",
    "this number {v} is not the suspect",
)
OWN_AND_SUSPECT = (
    "complainant {v}; suspect {s}",
    "Victim mobile: {v}. Suspect mobile: {s}.",
    "complainant no. {v} received call from fraudster. Fraudster number is {s}",
    "suspect {s}, complainant {v}",
    "Complainant's mobile {v} got a call on {date} at {time}. The accused used mobile {s}.",
    "suspect no {s} called victim {v}",
    "Account {ten} of victim. He was called from mobile {s} on {date}.",
    "Acknowledgement No. {ack}; suspect mobile {s}",
    "UTR {utr} amount {amt} suspect number {s}",
    "Customer ID {ten}. Call came from mobile {s}.",
    "A/c no {ten}, IFSC SBIN0001234; mobile of caller: {s}",
    "PNR {ten}; fake agent's mobile {s}",
    "He called me on {v} from {s} at {time}",
    "fraudster {s} messaged us on whatsapp {v}",
    "call received on {v} from {s}, {amt} lost",
    "contacted me on telegram and asked me to call {s}",
)
HINGLISH = (
    "mujhe {s} se call aaya aur {amt} kat gaye",
    "{date} ko {time} baje {s} se phone aaya tha",
    "usne {s} aur {s} se baar baar call kiya",
    "mere khate no {ten} se {amt} nikal gaye, caller {s}",
    "whatsapp {s} par video call aayi",
    "fraud karne wale ka number {s} hai",
    "{s} se {n} baar call aaya",
    "mera number {v} hai, fraud {s} ne kiya",
    "paise {upi} par bheje, mobile {s}",
    "thag ka mobile no {s} {date}",
    "khata sankhya {ten} mein {amt} jama kiye",
    "aadhar no {aadhaar} maanga, phone {s} se",
    "mujhe {v} par call aaya aur {amt} kat gaye",
    "{v} par {s} se call aaya",
    "{v} ye mera hai, fraud ka number {s}",
)
CHATS = (
    "[{date}, {time}] {s}: send OTP",
    "{date}, {time} - {s}: hello sir",
    "{s} changed to {s}",
    "Contact card: Ravi {s}",
    "Forwarded: call {s} for job, salary {lakh} per month",
    "Missed voice call from {s} at {time}",
    "Name: Ravi\nMobile: {s}\nAmount: {amt}\nDate: {date}",
    "Mobile: {s}\nPIN: {pin}\nA/c: {ten}",
    "1) {s}\n2) {s}\n3) {s}",
    "Sr No | Mobile | Date\n1 | {s} | {date}\n2 | {s} | {date}",
)
WALLETS = (
    "sent {amt} on PhonePe number {s}",
    "GPay {s} name Rakesh, {amt}",
    "paid to Paytm number {s} {amt} on {date}",
    "amount {amt} sent to {s} through Google Pay",
    "he told to pay on {s} (PhonePe)",
    "transferred {amt} to mobile {s} and {amt} to account {ten}",
    "OTP 482913 came and then call from {s}",
    "debited {amt} from A/c XX1234 on {date}. Caller {s}",
)
FORMS = (
    "Name: Ravi Kumar\nFather: Ram Lal\nMobile: {s}\nAddress: H.No. {house}, {pin}",
    "Suspect details: 1. Mobile: {s} 2. Account: {ten} 3. UPI: {upi}",
    "mobile={s}; account={ten}; amount={sum}",
    "Account No: {ten} | IFSC: SBIN0001234 | Mobile: {s} | Amount: {sum}",
    "FIR {fir}, PS Cyber Crime, accused mobile {s}, IMEI {imei}",
    "Mobile No.: {s}, IMEI: {imei}, Date: {date}, Time: {time}",
    "S.No. {n}, {date}, {s}, {sum}",
    "{s}\n{s}\n{ack}\n{utr}",
    "TXN ID {utr} DT {date} AMT {sum} MOB {s}",
    "Case: {fir} Mobile: {s} District: Nuh PIN: {pin}",
    "{ack},{s},{date},{sum}",
    "Mobile: {s} (Jamtara), SIM in name of Ramesh, PIN {pin}",
    "IP {ip} at {time} on {date}; contact no {s}",
    "loc {coord} mob {s}",
)
CUT_SHORT = (
    "called from 98XXXXXX10 on {date}",
    "number starts with 98765 and ends with 210",
    "6) 987654321 7) 876543219",
    "987654321 5 times",
    "98765432 10 calls",
    "only 98765 43 was visible, {amt} lost",
    "caller id showed +91 98765 432",
    "number was 91 98765432 on screen",
    "the number 98765****0 called {n} times",
    "last digits 43210, account XX{n}",
    "between 60000-80000 rupees on {date}",
    "range {sum} - {sum}",
    "temperature {coord} at {time}",
    "section 66 67 70 71 72 of IT Act",
    "page 12 34 56 of file {fir}",
    "size 65000 x 43000",
)
ABROAD = (
    ("call from +977 980-1234567 on {date}", 9779801234567),
    ("whatsapp +92 301 2345678 used for threats, {amt}", 923012345678),
    ("+44 7400 123456 sent mail on {date}", 447400123456),
    ("number +855 91 234 567 (Cambodia) for task job", 85591234567),
    ("landline 0124-2345678 of fake call centre", 911242345678),
    ("they called from 011-23456789 at {time}", 911123456789),
)


def filled(dice: Dice, templates: tuple[str, ...], joining: bool = False) -> Cell:
    found: list[int] = []

    def fill(slot: re.Match[str]) -> str:
        name = slot[1]
        if name != "s":
            return FILLERS[name](dice)
        number = joinable(dice) if joining and dice.chance() else mobile(dice)
        found.append(key(number))
        return number if joining and dice.chance() else written_mobile(dice, number)

    text = SLOT.sub(fill, dice.pick(templates))
    return narrative(text, *dict.fromkeys(found))


def abroad(dice: Dice) -> Cell:
    template, number = dice.pick(ABROAD)
    return narrative(filled(dice, (template,)).text, number)


def of(templates: tuple[str, ...], joining: bool = False) -> Callable[[Dice], Cell]:
    return lambda dice: filled(dice, templates, joining)


def two_sentences(dice: Dice) -> Cell:
    one, other = filled(dice, COMPLAINTS), filled(dice, dice.pick((IDS_ONLY, COMPLAINTS, ADDRESSES)))
    numbers = dict.fromkeys((one.found or ()) + (other.found or ()))
    return narrative(f"{one.text} {other.text}", *numbers)


def groups_in_text(dice: Dice) -> Cell:
    number = mobile(dice)
    text = dice.pick(
        (
            five_five(number),
            five_five(number, "-"),
            f"{number[:3]}-{number[3:6]}-{number[6:]}",
            f"{number[:4]} {number[4:7]} {number[7:]}",
        )
    )
    return narrative(
        dice.pick(("called from {} yesterday", "number {} used by fraudster", "{} is the caller", "see {}.")).format(
            text
        ),
        key(number),
    )


enter_each(
    "narrative",
    [
        ("sentences of complaints", of(COMPLAINTS)),
        ("dates beside numbers", of(BESIDE_DATES, joining=True)),
        ("figures beside numbers", of(BESIDE_FIGURES, joining=True)),
        ("address, PIN code and mobile", of(ADDRESSES)),
        ("ids and no number", of(IDS_ONLY)),
        ("the complainant's own number", of(OWN_NUMBERS)),
        ("the complainant's and the suspect's", of(OWN_AND_SUSPECT)),
        ("Hinglish sentences", of(HINGLISH)),
        ("chats and forms", of(CHATS)),
        ("two sentences", two_sentences),
        ("grouped numbers in a sentence", groups_in_text),
        ("wallets", of(WALLETS)),
        ("forms with other fields", of(FORMS, joining=True)),
        ("sentences with figures and no number", of(CUT_SHORT)),
        ("foreign and fixed lines in sentences", abroad),
        *((f"sentences, {name}", of(templates)) for name, templates in INDIC.items()),
    ],
    EXTRACT,
)
