"""Families of what police desks, banks, operators and chat programs write beside digits, and of letters in parts.

Labels and lines are written down from station registers, statements, answers of operators and exports of chats as
they are in use. Ten digits that look like a mobile stand behind a label that names what they are.
"""

from __future__ import annotations

import unicodedata

from .family import Cell, Dice, enter_each, family, nothing, plainly, written
from .labelled import label_after, label_before
from .labels_indic import LANGUAGES
from .parts import INDIA, five_five, key, mobile, written_mobile

POLICE = (
    "GD No.", "G.D. Entry No.", "GD Entry", "DD No", "D.D.R.", "DDR No.", "Roznamcha No", "Rapat No", "Zimni No",
    "Case Diary No", "CD No", "Crime No", "Cr. No.", "CNR No", "NCR No", "Beat No", "MLC No", "MLR No", "PMR No",
    "Malkhana No", "Parcel No", "Seizure Memo", "Arrest Memo", "Warrant No", "Summons No", "Notice No", "Letter No",
    "Memo No", "Diary No", "Dispatch No", "Endst No", "Endst. No.", "Office Order No", "RTI No", "CM Window No",
    "ICJS No", "CCTNS No", "CCTNS ID", "UIDB No", "IR No", "RC No", "Belt No", "PIS No", "Service Book No", "Ward No",
)  # fmt: skip
BANK = (
    "Chq No", "Closing Balance", "Running Balance", "Avl Bal", "Available Balance", "Ledger Balance", "Lien amount",
    "Amount on hold", "Disputed Amt", "ATM WDL", "CASH DEP", "CDM", "BNA", "ECS", "ACH C", "CLG", "INB", "INFT", "CMS",
    "TPT", "TRF", "ECOM", "POS", "POS TID", "UCIC", "BSR code", "MMID", "VA No", "Virtual account", "Escrow", "VRN",
    "CKYC No", "PRN", "LAN", "BO ID", "DP ID", "Trn No", "Narration", "Amount lost", "UMRN",
)  # fmt: skip
OPERATOR = (
    "CAF No", "CAF", "CAF ID", "SDR No", "ICCID", "IMSI", "First CGI", "Last CGI", "Cell ID", "SMSC", "SMSC No",
    "SMS Centre", "LRN No", "IN TG", "OUT TG", "Ticket Number", "Request ID", "UPN", "UPC code", "APN", "PDP",
    "Global Title", "DOA",
)  # fmt: skip
NARRATIONS = (
    "UPI/{n}/DR/SBIN", "NEFT-{n}-RAVI", "MMT/IMPS/{n}/x", "UPI-RAVI-{n}@YBL-", "BY TRANSFER-UPI/CR/{n}/RAVI/",
    "TO TRANSFER-INB {n}", "ATM WDL {n} SECTOR 14", "CHQ DEP {n}", "POS 4111XXXXXXXX1111 {n}", "ACH/{n}/LIC",
    "A/C X{n}", "A/CNo{n}", "ACNO{n}", "Sb ac {n}", "LN{n}", "{n}/SBIN0001234", "SBIN0001234 {n}", "paytmqr{n}@paytm",
    "q{n}@ybl", "bharatpe.{n}@fbpe", "WDL TFR UPI/DR/{n}/x/YESB/q8/Paym", "UPI/413512345678/{n}",
)  # fmt: skip
NO_NUMBERS_OF_CHATS = (
    "IMG-20{d}-WA00{t}.jpg", "VID-20{d}-WA98{t}.mp4", "PTT-20{d}-WA00{t}.opus", "20{d}_2141{t}",
    "IMG_20{d}_2141{t}.jpg", "WhatsApp Image 2026-11-12 at 9.41.{t} PM", "Screenshot_20{d}-2141{t}_WhatsApp.jpg",
    "Recording_{n}_{d}.amr", "{n}@c.us", "91{n}@s.whatsapp.net", "91{n}-16{n}@g.us", "tg://user?id={n}", "https://t.me/c/{n}/12",
    "@{n}", "https://wa.me/message/{n}", "facebook.com/{n}", "facebook.com/profile.php?id={n}", "user{n}", "uid {n}",
    "TG id {n}", "chat_id={n}",
)  # fmt: skip
LINES_OF_CHATS = (
    "[12/11/26, 9:41:{t} PM] {s}: hello", "12/11/26, 9:41 PM - {s}: pay now", "12/11/2026, 21:41 - {s} added you",
    "{s} left", "You added {s}", "~Ravi {s}", "<Media omitted> {s}",
)  # fmt: skip


def labels_of(labels: tuple[str, ...], dice: Dice) -> Cell:
    return label_before(dice, labels) if dice.chance(0.7) else label_after(dice, labels)


enter_each(
    "label",
    [
        ("labels of police desks", lambda dice: labels_of(POLICE, dice)),
        ("labels of banks' exports", lambda dice: labels_of(BANK, dice)),
        ("labels of operators' answers", lambda dice: labels_of(OPERATOR, dice)),
    ],
)


def filled(dice: Dice, template: str, shown: str = "") -> str:
    day = f"26{dice.between(1, 12):02}{dice.between(1, 28):02}"
    return template.format(n=mobile(dice), s=shown, d=day, t=f"{dice.between(0, 59):02}")


@family("narrations of statements", "label")
def narration(dice: Dice) -> Cell:
    return nothing(filled(dice, dice.pick(NARRATIONS)), found=None)


@family("names of files and links of chats", "container")
def chat_file(dice: Dice) -> Cell:
    return nothing(filled(dice, dice.pick(NO_NUMBERS_OF_CHATS)))


@family("lines of exported chats", "container")
def chat_line(dice: Dice) -> Cell:
    number = mobile(dice)
    return written(
        filled(dice, dice.pick(LINES_OF_CHATS), f"+91 {five_five(number)}"), key(number), found=(key(number),)
    )


def in_parts(text: str) -> str:
    """Vowel signs and letters with marks as file systems and some keyboards write them."""
    return unicodedata.normalize("NFD", text)


IN_TWO = {
    kind: tuple(
        word
        for language in LANGUAGES.values()
        for word in getattr(language, kind)
        if in_parts(word) != unicodedata.normalize("NFC", word) and word[-1] not in ".०0"
    )
    for kind in ("phone", "ids", "owners")
}


@family("phone words with letters in parts", "plain words")
def phone_in_parts(dice: Dice) -> Cell:
    number = mobile(dice)
    word = in_parts(dice.pick(IN_TWO["phone"]))
    shown = written_mobile(dice, number)
    return plainly(dice.pick((f"{word} {shown}", f"{word}: {shown}", f"{shown} ({word})")), INDIA + int(number))


@family("labels with letters in parts", "label")
def label_in_parts(dice: Dice) -> Cell:
    word = in_parts(dice.pick(IN_TWO["ids"] + IN_TWO["owners"]))
    number = written_mobile(dice, mobile(dice))
    return nothing(dice.pick((f"{word} {number}", f"{word}: {number}", f"{number} ({word})")))
