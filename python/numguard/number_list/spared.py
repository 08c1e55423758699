"""Texts that say that a number is spared: it is a victim's, it is to be released, not to be blocked, or no phone's.

Owns the words that spare a number. Independent of files and of the column of actions. One idea: **only a text that says
nothing else counts**, as the cell `Victim` of a column `Role`, or the line `Do not block:`, so that prose is never
guessed at.
"""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard.compute import decoded, flags, is_number, pc, seen_text
from numguard.number_list.actions import is_against, may_have_words
from numguard.number_list.titles import (
    BEGINNINGS,
    FILLING,
    OF_FAMILY,
    VICTIMS,
    heads_victims,
    is_of_victims,
    words_in,
    words_of,
)
from numguard.source.scripts import plain_cells, plain_letters

__all__ = [
    "asks",
    "is_of_letter",
    "is_of_thing",
    "is_released",
    "is_spared",
    "is_yes",
    "may_spare",
    "spared",
    "spares",
]

#: What is done to a number that is not, or no longer, to be blocked.
_RELEASED: Final = words_in(
    "cleared deblock deblocked delete deleted deletion deletions delist delisted delisting exclude excluded exempt",
    "exempted genuine protected reactivate reactivated reactivation reconnected reconnection release",
    "released releasing removal removals remove removed restoration restore restored unblock unblocked unblocking",
    "whitelist whitelisted whitelisting withdrawn",
    # Hindi for unblocked, restored, removed, protected and taken back; Marathi for excluded.
    "अनब्लॉक बहाल हटाएं हटाया हटाए हटाये हटायें हटाना संरक्षित वापस वगळलेले वगळलेला वगळावे",
)
#: Words beside them that change nothing.
_FILLING: Final = words_in(
    "a all already are as be been block blocking for from has have is it kindly list mobile mobiles msisdn must no nos",
    "now number numbers of please please phone phones request requested required should the these this those to was",
    "were नंबर नम्बर गए गये गया गई गयी जाए जाएं दिया दिए लिया लिए ली किया की के क्रमांक",
)
_ACTED: Final = "(?:added|barred|blocked|included|listed|reported)"
_WRONGLY: Final = "(?:by mistake|erroneously|in error|mistakenly|wrongly)"
#: The same in several words, and whose numbers stand below a table; `list` and `number` around them were left out.
_NOT_TO_BLOCK: Final = re.compile(
    r"(?:do not|don t|dont|never|not to be|not to|should not be|must not be|need not be|no) "
    r"(?:block|blocked|blocking|bar|barred|barring|list|listed)|block(?:ing)? not (?:required|needed)|un block(?:ed)?"
    r"|not (?:a |the )?(?:suspect(?:s|ed)?|accused|fraud(?:ulent|sters?)?)|false positives?|wrong (?:number|no)"
    rf"|{_WRONGLY} {_ACTED}|{_ACTED} {_WRONGLY}|(?:found|verified)(?: to be| as)? genuine|not involved|exonerated"
    r"|belong(?:s|ing)? to (?:the )?(?:complainant|informant|victim)s?"
    r"|(?:now )?in use again|again in use|back in use"
    r"|(?:for |to be )?re ?verif(?:y|ied|ication)(?: (?:completed?|done|list|needed|pending|required|successful))?"
    r"|nodal officer|contact person|for (?:any )?quer(?:y|ies)|prepared by|authori[sz]ed signatory"
    r"|ब्लॉक (?:न|ना|नहीं|नही)(?: करें| करे| करना| किया जाए)?"
)
#: The same, `do not block`, in further languages, and Marathi for withdrawn.
_DO_NOT_BLOCK: Final = frozenset(
    plain_letters(phrase)
    for phrase in (
        "block na karein", "block na karen", "block na kare", "block na karo", "block mat karo", "block mat karein",
        "block nahi karna", "block na kiya jaye", "ब्लॉक करू नये", "ब्लॉक करू नका", "मागे घेतले", "मागे घेतला", "मागे घेतली",
        "બ્લોક ન કરવા", "બ્લોક ન કરવું", "બ્લોક ન કરવો", "બ્લોક કરશો નહીં", "બ્લોક કરવું નહીં", "ਬਲਾਕ ਨਾ ਕਰੋ",
        "ਬਲਾਕ ਨਾ ਕੀਤਾ ਜਾਵੇ", "ব্লক করবেন না", "ব্লক করা যাবে না", "ব্লক নকৰিব", "ବ୍ଲକ୍ କରନ୍ତୁ ନାହିଁ", "ବ୍ଲକ କରନ୍ତୁ ନାହିଁ",
        "பிளாக் செய்ய வேண்டாம்", "தடை செய்ய வேண்டாம்", "முடக்க வேண்டாம்", "బ్లాక్ చేయవద్దు", "బ్లాక్ చేయకండి", "ಬ್ಲಾಕ್ ಮಾಡಬೇಡಿ",
        "ಬ್ಲಾಕ್ ಮಾಡಬಾರದು", "ബ്ലോക്ക് ചെയ്യരുത്", "بلاک نہ کریں",
    )
)  # fmt: skip
_MERE: Final = re.compile(
    r"^(?:please|kindly|numbers?|nos?|these|this|those|list|of|to|all|the) | (?:please|numbers?)$"
)
#: Words of headings of columns that answer yes or no, and the answers.
_BLOCKED: Final = frozenset(["block", "blocked", "blocking", "ब्लॉक"])
_FRAUD: Final = words_in(
    "accused fraud fraudster fraudulent malicious scam scammer suspect suspected suspicious संदिग्ध सन्दिग्ध धोखाधडी"
)
#: What an officer answers of each number of a list.
_DECIDED: Final = words_in(
    "accepted acceptance approval approved confirmation confirmed recommendation recommended sanctioned"
)
_ASKING: Final = (
    _BLOCKED
    | _FRAUD
    | _DECIDED
    | words_in(
        "a acp are be been by dsp final flag for has io is label mobile n nodal number no of officer required sho",
        "should sp status the this to unblock verified whether y yes करें करे करना क्या है हैं",
    )
)
#: The same of columns that say whether the row still counts: `Is Active`, `Valid (Y/N)`.
_ACTIVE: Final = words_in("active valid")
_ASKING_ACTIVE: Final = _ACTIVE | words_in("entry flag is n no record row still whether y yes")
_ONE: Final = frozenset(["1", "1.0"])
_YES: Final = _ONE | {"yes", "y", "true", "हाँ", "हां"}
#: Words of headings that ask whether a number is a victim's, beside those for victims: `Is victim (Y/N)`.
_WHETHER: Final = words_in("flag is n whether y yes")
_NO: Final = frozenset(["no", "not", "n", "false", "0", "0.0", "नहीं", "नही", "✗", "✘", "❌"])
#: No, and why.
_NO_FOR: Final = re.compile(r"(?:no|false|नहीं|नही)(?:\s*[.,:;!(](?!\s*\d)|\s+[^\w\s](?!\s*\d)).*", re.DOTALL)
#: The same below what an officer answers.
_NO_WORDS: Final = re.compile(r"(?:no|not|नहीं|नही) (?!objection)")
#: Words beside them in headings of days, and the digits of a day.
_WHEN: Final = words_in("at date day dated dt no number of on time")
_DAY: Final = re.compile(r"(?:\d\D*){4}")
#: Words of headings of columns that say what a change does to each row: `Change`, `Operation`, `Add/Del`.
_CHANGE: Final = words_in(
    "add added addition change changes delta modification op operation operations update updation",
)
_OF_CHANGE: Final = words_in(
    "a c code d del delete deleted deletion flag i indicator kind list m mode n new number of or r record rel release",
    "released rem remove removed status the to type u",
)
#: What is beside it in a column with less of a heading, such as `Type` or `Flag`, which is then one of changes too.
_JOINS: Final = words_in("+ add added addition ins insert new")
#: What such a column has for a number that leaves the list. Shorter than words: `Del` may be Delhi in another column.
_LEAVES: Final = words_in("- d del dlt drop dropped minus out r rel rem rmv withdraw")
#: Words of headings of columns that say from whom a number is known.
_BY_WHOM: Final = words_in("by from given informed received reported reporter source sources through via द्वारा स्रोत")
#: Words of headings of columns that say what each row has: `Type`, `Identifier type`.
_TYPE: Final = frozenset(["kind", "type", "प्रकार"])
_TYPED: Final = _TYPE | words_in(
    "contact data entity field id identifier indicator no number of parameter suspect suspected the value"
)
#: What is no phone, and words beside it that change nothing. Handsets are, in a list of them.
_THINGS: Final = words_in(
    "aadhaar aadhar account accounts ac acct acc bank c card cards cif customer domain email ifsc link mail pan upi",
    "url vpa website खाता",
)
_OF_THINGS: Final = words_in(
    "a address beneficiary code credit current debit id ids mule no nos number numbers of s saving savings the संख्या"
)
#: Headings of serial numbers, by their letters alone, and a word in such a column: the row is a note below the table.
_SERIAL: Final = words_in("serial serialno serialnumber sl slno sn sno sr srno srlno क्रमसंख्या क्रमांक क्रसं")
_NOTE: Final = r"^\P{Nd}*[\pL\pM]{3}\P{Nd}*$"
_ROMAN: Final = r"(?i)^[^\pL]*[ivxlc]+[^\pL]*$"
#: Words of letters and chats, whose writers' own numbers may be among the lines.
_LETTER: Final = words_in(
    "acp asi constable dcp dear dsp faithfully insp inspector madam nodal officer officers regards respected sho",
    "sincerely sir sub subject thanks yours भवदीय महोदय सादर",
)
#: Further words of texts that spare a number.
_OTHERS: Final = words_in(
    "accused added again any as authorised authorized back bar barred barring belong belonging belongs blocked by",
    "complete completed contact do don done dont erroneously error exonerated false family found fraud fraudster",
    "fraudsters fraudulent in included involved listed member members mistake mistakenly needed never nodal not",
    "officer own pending person positive",
    "positives prepared queries query re relative relatives reported reverification reverified reverify signatory",
    "successful suspect suspected suspects t un use verification verified verify wrong wrongly",
    "ब्लॉक न ना नहीं नही करें करे करना किया जाए",
    *_DO_NOT_BLOCK,
)
#: How the second of two words begins that are one for victims together, as शिकायत कर्ता.
_SECOND: Final = (
    "कर्त", "કર્ત", "કરનાર", "બન", "ਕਰਤ", "kart", "அளித்த", "கொடுத்த", "کنند", "گزار", "دہند",
)  # fmt: skip
_FIRST: Final = {word.removesuffix(end) for word in BEGINNINGS for end in _SECOND if word.endswith(end)}
_WHOLE: Final = "|".join(sorted(VICTIMS | FILLING | OF_FAMILY | _RELEASED | _FILLING | _OTHERS | _FIRST))


def _of_words(no_letter: str, letter: str, group: str) -> str:
    """The expression of a text of no other words. The beginnings are one group: it is compiled for every column."""
    beginnings = "|".join([*sorted(BEGINNINGS), *_SECOND])
    return rf"^{no_letter}*(?:{group}(?:{_WHOLE}|(?:{beginnings}){letter}*)(?:{no_letter}+|$)))+$"


#: A text of no other words, without the signs below letters: few cells are such texts.
_MAY_BE: Final = _of_words(r"\PL", r"[\pL\pM]", "(?:")
#: The same of ASCII, compiled once: most columns of few texts have none. Any other text may be one.
_FEW: Final = 1_000
_ONE_OF_FEW: Final = re.compile(rf"{_of_words('[^a-z]', '[a-z]', '(?>')}|(?s:.*)[^\x00-\x7f]", re.IGNORECASE | re.ASCII)
#: What parts words, as `words_of` has them.
_NO_LETTERS: Final = r"[^\pL\pM\p{Cf}]+"
_LONGEST: Final = 120
#: How words of a title begin that say that numbers are in use again, or never to be blocked, whatever is beside them.
_AGAIN: Final = ("deblock", "reactivat", "reconnect", "restor", "unblock", "whitelist", "अनब्लॉक", "बहाल")
#: The same in several words.
_IN_USE: Final = re.compile(r"\b(?:in use again|again in use|back in use|given back)\b")
_PARTS: Final = re.compile(r"[,;:|()\[\]]| - ")


def is_spared(text: str) -> bool:
    """Whether a text says that numbers are victims' or not to be blocked, and nothing else.

    >>> [is_spared(text) for text in ("Victim", "Do not block:", "To be released", "un-block", "Reactivated")]
    [True, True, True, True, True]
    >>> [is_spared(text) for text in ("Suspect", "Please block", "Not blocked", "Released on bail", "")]
    [False, False, False, False, False]
    """
    if heads_victims(text) or is_released(text):
        return True
    bare, before = " ".join(words_of(text)), None
    while bare != before:
        if _NOT_TO_BLOCK.fullmatch(bare) or bare in _DO_NOT_BLOCK:
            return True
        bare, before = _MERE.sub("", bare), bare
    return False


def is_released(text: str) -> bool:
    """Whether a text says that something is, or is to be, released, and nothing else."""
    meant = set(words_of(text)) - _FILLING
    return bool(meant) and meant <= _RELEASED


def is_of_thing(text: str) -> bool:
    """Whether a text is the name of a thing that is no phone, as a column of types has it.

    >>> [is_of_thing(text) for text in ("ACCOUNT", "Bank A/c No.", "UPI", "Mobile", "UPI mobile", "")]
    [True, True, True, False, False, False]
    """
    meant = set(words_of(text)) - _OF_THINGS
    return bool(meant) and meant <= _THINGS


def is_of_letter(text: str) -> bool:
    """Whether a line is one of a letter or a chat.

    >>> is_of_letter("Regards, Insp. R Kumar"), is_of_letter("R Kumar")
    (True, False)
    """
    return bool(_LETTER & set(words_of(text)))


def spares(title: str) -> bool:
    """Whether a title says that the numbers are victims', in use again, or not to be blocked.

    >>> spares("MNRL reactivation list, Sep 2026"), spares("Do not block"), spares("Released by the cyber cell")
    (True, True, False)
    >>> spares("Release list, DoT"), spares("Suspects (Nuh)")
    (True, False)
    """
    words = words_of(title)
    is_again = any(word.startswith(_AGAIN) for word in words) or _IN_USE.search(" ".join(words))
    # A part of its own says it too: `Release list, DoT`.
    parts = _PARTS.split(title)
    return is_of_victims(title) or any(map(is_spared, [title, *parts])) or bool(is_again)


def may_spare(heading: str, kind: pa.DataType) -> bool:
    """Whether a column may say that a number is spared: one of words, days, or answers that its heading asks for."""
    if may_have_words(kind) or (_is_of_days(heading) and not pa.types.is_nested(kind)):
        return True
    of = decoded(kind)
    return (pa.types.is_boolean(of) or is_number(of)) and bool(_sparing_answers(heading))


def spared(heading: str, cells: Any, *, may_be_account: bool = False) -> npt.NDArray[np.bool_] | None:
    """Which cells of a column say that the number of their row is spared; None if none does.

    Args:
        heading: The heading of the column.
        cells: An array or a chunked array.
        may_be_account: Whether what is blocked or released may be an account or a sum, as in a complaint.
    """
    if not may_spare(heading, cells.type):
        return None
    # Databases give a yes or no as a decimal, 1.00 among them.
    texts = seen_text(cells.cast(pa.float64()) if pa.types.is_decimal(cells.type) else cells)
    short = texts.filter(pc.less_equal(pc.binary_length(texts), _LONGEST))
    sparing = _sparing(heading, pc.unique(short), may_be_account=may_be_account)
    if not sparing:
        return None
    return flags(pc.is_in(texts, pa.array(sparing, pa.string())))


def asks(heading: str) -> bool:
    """Whether a heading asks of each number of a list if it is to be acted upon."""
    return _sparing_answers(heading) is _NO


def is_yes(text: str) -> bool | None:
    """Whether a text is a yes or a no; None if it is neither."""
    bare = text.strip().casefold()
    return bare in _YES if bare in _YES | _NO else None


def _is_of_days(heading: str) -> bool:
    """Whether a heading is that of the days since which numbers are in use again: `Reactivation date`, `Removed on`."""
    meant = set(words_of(heading)) - _WHEN
    return bool(meant) and all(word.startswith(_AGAIN) or word in _RELEASED for word in meant)


def _leaving(heading: str, texts: Any) -> list[str]:
    """Those texts that say, below the heading of a column of changes, that a number leaves the list.

    >>> of = lambda heading, *texts: _leaving(heading, pa.array(texts))
    >>> of("Add/Del", "A", "D"), of("Circle", "New", "Del"), of("Flag", "D")
    (['D'], [], [])
    >>> of("Type", "NEW", "REL"), of("op", "-"), of("op", "+", "-")
    (['REL'], [], ['-'])
    """
    words = set(words_of(heading))
    if not words or not words <= _CHANGE | _OF_CHANGE:
        return []
    # Few columns have such headings: only their texts leave Arrow.
    meant = {text: text.strip().casefold() for text in texts.to_pylist()}
    if not words & _CHANGE and _JOINS.isdisjoint(meant.values()):
        return []
    # A dash stands for an empty cell too.
    leaves = _LEAVES if "+" in meant.values() else _LEAVES - {"-"}
    return [text for text, bare in meant.items() if bare in leaves]


def _sparing_answers(heading: str, *, may_be_account: bool = False) -> frozenset[str]:
    """Which of yes and no spares a number, below a heading that asks for one of them."""
    words = set(words_of(heading))
    of_victims = heads_victims(" ".join(words - _WHETHER))
    if of_victims or is_spared(heading):
        # In a complaint who complains may be the victim, and an account or a sum released.
        return frozenset() if may_be_account and (of_victims or is_released(heading)) else _YES
    asked = _FRAUD if may_be_account else _FRAUD | _BLOCKED | _DECIDED
    # `Block No` is a part of an address.
    asks = bool(asked & words) and words <= _ASKING and not ("no" in words and "yes" not in words)
    asks_active = not may_be_account and bool(_ACTIVE & words) and words <= _ASKING_ACTIVE
    return _NO if asks or asks_active else frozenset()


def _is_answer(text: str, answers: frozenset[str], *, is_decided: bool = False) -> bool:
    """Whether a text is one of the answers; `is_decided`: what is asked is an officer's decision.

    >>> [_is_answer(text, _NO) for text in ("No", "NO.", "no - verified", "No. 12", "Not known", "Yes")]
    [True, True, True, False, False, False]
    >>> [_is_answer(text, _NO, is_decided=True) for text in ("Not approved", "Rejected", "no objection")]
    [True, True, False]
    """
    bare = text.strip().casefold()
    if bare in answers or answers is not _NO:
        return bare in answers
    worded = is_decided and (_NO_WORDS.match(bare) is not None or is_against(text))
    return worded or _NO_FOR.fullmatch(bare) is not None


def _is_of_counts(heading: str, texts: Any) -> bool:
    """Whether a column has how many victims there are: by its heading, or one of victims has more than one in a cell.

    >>> [_is_of_counts(heading, pa.array(["1", "2"])) for heading in ("No. of victims", "Victims", "Victim")]
    [True, True, False]
    >>> _is_of_counts("Victims", pa.array(["1", "0"]))
    False
    """
    words = words_of(heading)
    if len(words) > 1 and words[0] in ("no", "nos", "number") and words[1] == "of":
        return True
    # A column of answers is headed `Victim`; of codes, 1 may be yes and 2 no.
    are_several = bool(words) and all(word in VICTIMS and word.endswith("s") for word in words)
    return are_several and pc.any(pc.match_substring_regex(texts, r"^\s*0*([2-9]|[1-9]\d+)(\.0)?\s*$")).as_py() is True


def _sparing(heading: str, texts: Any, *, may_be_account: bool) -> list[str]:
    """Those texts that spare a number, below a heading."""
    sparing = []
    answers = _sparing_answers(heading, may_be_account=may_be_account)
    if answers and _is_of_counts(heading, texts):
        answers -= _ONE
    if answers:
        is_decided = bool(_DECIDED & set(words_of(heading)))
        sparing = [text for text in texts.to_pylist() if _is_answer(text, answers, is_decided=is_decided)]
    if not may_be_account:
        sparing += _leaving(heading, texts)
        sparing += [text for text in texts.to_pylist() if _DAY.search(text)] if _is_of_days(heading) else []
    if "".join(words_of(heading)) in _SERIAL:
        notes = texts.filter(pc.match_substring_regex(texts, _NOTE))
        sparing += notes.filter(pc.invert(pc.match_substring_regex(notes, _ROMAN))).to_pylist()
    words = set(words_of(heading))
    if words & _TYPE and words <= _TYPED:
        sparing += [text for text in texts.to_pylist() if is_of_thing(text)]
    if len(texts) <= _FEW and not any(map(_ONE_OF_FEW.match, texts.to_pylist())):
        return sparing
    # Below a heading such as `Reported by` or `Complainant type`, a victim is who named the number.
    by_whom = bool(_BY_WHOM & words) or is_of_victims(heading)
    # A text of figures says nothing, and its letters are found faster than words.
    has_letters = pc.not_equal(pc.ascii_upper(texts), pc.ascii_lower(texts))
    texts = texts.filter(pc.or_(has_letters, pc.invert(pc.string_is_ascii(texts))))
    is_ascii = pc.string_is_ascii(texts)
    plain = plain_cells(texts.filter(pc.invert(is_ascii)))
    plain = pc.replace_with_mask(texts, pc.invert(is_ascii), plain)
    may_be = texts.filter(pc.match_substring_regex(plain, _MAY_BE, ignore_case=True))
    # Only letters count: `Person 1` to `Person 1000000` are one text.
    letters = pc.replace_substring_regex(may_be, _NO_LETTERS, " ")
    say_so = [
        text
        for text in pc.unique(letters).to_pylist()
        if (not by_whom if heads_victims(text) else is_spared(text) and not (may_be_account and is_released(text)))
    ]
    found: list[str] = may_be.filter(pc.is_in(letters, pa.array(say_so, pa.string()))).to_pylist()
    return sparing + found
