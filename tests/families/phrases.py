"""Families of phrases: phone words in the names of other things, and words that name the holder only together."""

from __future__ import annotations

from .family import Cell, Dice, family, nothing
from .parts import mobile, written_mobile

OTHER_THINGS = (
    "mobile banking", "mobile banking id", "phone bill", "phone bill no", "call centre", "call center no",
    "mobile shop",
    "whatsapp group", "whatsapp group id", "telephone bill no", "mobile recharge id", "cell id", "contact id",
    "call id",
    "tel no of bank", "number plate", "phone model", "mobile model no", "mobile imei", "mobile price", "phone cost",
    "call ref no", "call duration", "sim serial number", "SIM ICCID", "mobile wallet id", "phone order id",
    "no. of units",
    "number of votes", "no of shares", "mobile app id", "whatsapp pay ref", "contact code", "cell tower id",
    "mobile bill",
    "call record id", "number on card", "mobile invoice no", "phone insurance policy no", "sim activation code",
    "mobile loan account", "call ticket no", "mobile complaint no", "phone EMI ref", "telephone exchange code",
    "मोबाइल बिल नंबर", "फोन का बिल", "कॉल सेंटर", "मोबाइल बैंकिंग आईडी", "सिम क्रमांक आईडी", "मोबाइल की कीमत",
    "फोन की रसीद संख्या",
)  # fmt: skip
WHOSE = (
    "mobile registered with my bank", "my mobile", "my no", "my phone number", "our number", "mine",
    "number of my wife",
    "husband's mobile",
    "father mobile", "mother's no", "son no", "daughter mobile", "brother's phone", "wife ka number",
    "papa ka number", "bhai ka mobile",
    "neighbour's no", "informer no", "witness mobile", "gawah ka number", "bank manager mobile", "branch phone",
    "SHO phone no",
    "IO mobile no", "police helpline", "cyber cell no", "advocate mobile", "lawyer no", "doctor phone",
    "emergency contact",
    "reporting person mobile", "petitioner mobile", "aggrieved person no", "payee bank customer care",
    "toll free helpline",
    "मेरी पत्नी का नंबर", "पिता का मोबाइल", "गवाह का नंबर", "थाना का फोन नंबर", "बैंक मैनेजर का मोबाइल",
    "जांच अधिकारी का मोबाइल",
)  # fmt: skip
DENIALS = (
    "not fraud", "not a suspect", "no relation", "not concerned", "is innocent", "cleared", "removed from list",
    "unblocked",
    "wrongly reported", "reported by mistake", "galti se", "mistake", "ignore", "cancel", "delete", "false",
    "invalid",
    "switched to victim", "isko block na kare", "block mat karo", "निर्दोष", "गलती से", "ब्लॉक न करें",
    "संदिग्ध नहीं है", "यह मेरा है",
)  # fmt: skip


@family("phone words in the names of other things", "label")
def other_things(dice: Dice) -> Cell:
    name = dice.pick(OTHER_THINGS)
    number = mobile(dice)
    return nothing(
        dice.pick(
            (f"{name} {number}", f"{name}: {number}", f"{number} ({name})", f"{number} {name}", f"{name} - {number}")
        )
    )


@family("whose a number is", "owner")
def whose(dice: Dice) -> Cell:
    words = dice.pick(WHOSE)
    number = written_mobile(dice, mobile(dice))
    return nothing(
        dice.pick((f"{words} {number}", f"{words}: {number}", f"{number} ({words})", f"{number} - {words}")), found=None
    )


@family("that a number is not meant", "owner")
def denied(dice: Dice) -> Cell:
    words = dice.pick(DENIALS)
    number = written_mobile(dice, mobile(dice))
    return nothing(
        dice.pick(
            (
                f"{number} {words}",
                f"{number} ({words})",
                f"{number} - {words}",
                f"{words} {number}",
                f"{number}, {words}",
            )
        ),
        found=None,
    )
