"""Which column of a sheet holds which field: by its heading, or by a mapping that the caller gives or has saved.

Owns how headings are compared, and the spellings of fields in English and Hindi. Independent of cells, and of mapping
files (`mapping`). One idea: **a heading that could be two fields is refused and never guessed**; a mapping decides it.

No template of complaint sheets is published. The spellings are those of forms and exports in use, and of the fields
that ministries and police forces name in public; a sheet with others needs a mapping.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Final, TypeAlias

import pyarrow as pa

from numguard.compute import by_key, named
from numguard.errors import ArgumentError, ColumnError
from numguard.number_list.titles import in_typewriter_font, names_victims
from numguard.number_list.words import words_for, words_in
from numguard.source import check_header, headings
from numguard.source.languages import apart, heading_words, in_english

#: Which column holds what: `{"suspect_mobiles": "Mobile No."}`, or several columns for one word.
Mapped: TypeAlias = Mapping[str, str | Sequence[str]]

#: The field, in a mapping, of a column that is left out.
IGNORE: Final = "ignore"

#: The words of headings for a complainant.
_COMPLAINANTS: Final = tuple(sorted(words_for("victim_of_sheets")))

#: The words of headings for a suspect, and those that are so only before one for a phone: `Fraud` may head both sides.
_SUSPECTS: Final = frozenset(["suspect", "accused", "fraudster", "culprit", "scammer", "offender"])
_OF_FRAUD: Final = ("alleged", "fraudulent", "suspicious")


def _spelt(*table: tuple[Sequence[str], Sequence[str]]) -> tuple[str, ...]:
    """Headings: each form of a line of the table with each word of it."""
    return tuple(form.format(who) for words, forms in table for who in words for form in forms)


#: Headings of a column with a complainant's number: all of them protect.
_OF_COMPLAINANT: Final = _spelt(
    (
        _COMPLAINANTS,
        (
            "{} mobile", "{} mobile no", "{} no", "{} contact", "{} contact no", "{} contact mobile",
            "{} alternate mobile", "{} alternate mobile no", "{} alternate no", "{} alternate contact no",
            "alternate mobile of {}", "alternate mobile no of {}", "mobile of {}", "mobile no of {}",
            "contact of {}", "contact no of {}", "no of {}", "name and mobile of {}", "name and mobile no of {}",
            "name and contact no of {}", "{} name and mobile", "{} name and mobile no", "{} name and contact no",
            "registered mobile no of {}", "{} registered mobile no", "{} whatsapp no",
        ),
    ),
    # The words of other languages are compared as `complainant`.
    (("complainant",), ("{} का नाम व मोबाइल नंबर", "{} का वैकल्पिक मोबाइल नंबर")),
)  # fmt: skip

#: Headings of a column with a suspect's number. `No. of Accused` is how many, and `Accused No.` may be which of them.
_OF_SUSPECT: Final = _spelt(
    (
        sorted(_SUSPECTS),
        (
            "{} mobile", "{} mobile no", "{} contact", "{} contact no", "{} whatsapp", "{} whatsapp no", "{} msisdn",
            "mobile of {}", "mobile no of {}", "contact of {}", "contact no of {}", "whatsapp of {}",
            "whatsapp no of {}", "msisdn of {}",
        ),
    ),
    (_OF_FRAUD, ("{} mobile", "{} mobile no", "{} whatsapp", "{} whatsapp no", "{} msisdn")),
    (("suspect", "fraudster"), ("{} no",)),
)  # fmt: skip

#: The fields of a complaint, each with the spellings of its heading; `narrative` has none.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "acknowledgement_no": (
        "acknowledgement", "acknowledgement id", "complaint no", "complaint id", "complaint acknowledgement no",
        "ncrp acknowledgement no", "ncrp no", "ncrp complaint no", "cyber complaint no",
        "पावती संख्या", "पावती", "शिकायत संख्या", "शिकायत पावती संख्या", "एनसीआरपी संख्या",
    ),
    "source": (
        "complaint source", "source of complaint", "received from", "received through", "received via",
        "स्रोत", "शिकायत का स्रोत", "माध्यम", "प्राप्ति का माध्यम",
    ),
    "district": (
        "district name", "name of district", "police district", "district unit",
        "जिला", "जनपद", "जिले का नाम", "जिला का नाम", "पुलिस जिला",
    ),
    "police_station": (
        "police station name", "name of police station", "ps", "p s", "ps name", "thana",
        "थाना", "पुलिस थाना", "पुलिस स्टेशन", "थाने का नाम", "थाना का नाम",
    ),
    "category": (
        "complaint category", "category of complaint", "crime category", "category of crime", "fraud category",
        "fraud type", "type of fraud", "type of crime", "crime type", "nature of complaint",
        "श्रेणी", "अपराध श्रेणी", "शिकायत श्रेणी", "शिकायत की श्रेणी", "अपराध का प्रकार", "धोखाधड़ी का प्रकार",
    ),
    "incident_at": (
        "incident date", "incident date time", "date of incident", "date time of incident", "date of occurrence",
        "occurrence date", "घटना की तारीख", "घटना तिथि", "घटना का समय", "घटना की तारीख व समय",
    ),
    "reported_at": (
        "reported on", "reported date", "report date", "reporting date", "date of report", "date of reporting",
        "complaint date", "complaint date time", "date of complaint", "complaint registration date",
        "शिकायत की तारीख", "शिकायत दर्ज करने की तारीख", "दर्ज करने की तारीख", "रिपोर्ट की तारीख",
    ),
    "suspect_mobiles": (
        *_OF_SUSPECT, "संदिग्ध मोबाइल", "संदिग्ध मोबाइल नंबर", "संदिग्ध नंबर", "संदिग्ध व्यक्ति का मोबाइल नंबर",
        "आरोपी मोबाइल", "आरोपी का मोबाइल नंबर",
    ),
    "complainant_mobile": _OF_COMPLAINANT,
    "amount_lost": (
        "amount", "lost amount", "loss amount", "fraud amount", "amount of fraud", "total fraud amount",
        "total amount lost", "amount defrauded", "defrauded amount",
        "राशि", "हानि राशि", "नुकसान राशि", "ठगी की राशि", "ठगी गई राशि", "ठगी की गई राशि",
        "धोखाधड़ी की राशि", "गंवाई गई राशि", "खोई गई राशि",
    ),
    "amount_held": (
        "held amount", "hold amount", "amount hold", "amount on hold", "amount put on hold", "put on hold amount",
        "lien amount", "amount lien", "amount frozen", "frozen amount",
        "होल्ड राशि", "होल्ड की गई राशि", "रोकी गई राशि", "फ्रीज राशि",
    ),
    "amount_recovered": (
        "recovered amount", "amount refunded", "refunded amount", "refund amount",
        "वापस राशि", "वापस की गई राशि", "वसूल राशि", "वसूली राशि", "बरामद राशि", "बरामद की गई राशि", "रिकवर राशि",
    ),
    # Of the complaint alone: those of a number, a transaction or an account are others.
    "complaint_status": (
        "status", "status of complaint", "complaint current status", "current status", "present status",
        "current status of complaint", "final status", "final status of complaint", "disposal", "disposal status",
        "complaint disposal status", "case status", "status of case", "current status of case", "ncrp status",
        "स्थिति", "शिकायत की स्थिति", "वर्तमान स्थिति", "शिकायत की वर्तमान स्थिति", "प्रकरण की स्थिति",
        "शिकायतों की स्थिति", "प्रकरणों की स्थिति", "स्थिती", "सद्यस्थिती", "तक्रारीची स्थिती", "तक्रारींची स्थिती",
        "तक्रारीची सद्यस्थिती", "સ્થિતિ", "ફરિયાદની સ્થિતિ", "ફરિયાદોની સ્થિતિ", "અરજીની સ્થિતિ", "ਸਥਿਤੀ", "ਸ਼ਿਕਾਇਤ ਦੀ ਸਥਿਤੀ",
        "ਸ਼ਿਕਾਇਤਾਂ ਦੀ ਸਥਿਤੀ",
    ),
    "narrative": (),
}  # fmt: skip

#: Further headings of the numbers and the reasons of a sheet that an operator or officer has filled in.
NUMBER_HEADINGS: Final = ("mobile", "mobile no", "mobile number", "number", "phone", "phone number")
REASON_HEADINGS: Final = ("remark", "remarks")

#: Fields that may have several columns, such as "Suspect Mobile 1" and "Suspect Mobile 2".
SEVERAL: Final = frozenset({"suspect_mobiles", "complainant_mobile", "complaint_status", "narrative"})

#: Fields that only describe a complaint: no list and no sum depends on them.
_DESCRIBING: Final = frozenset({"category"})

#: Headings that are ambiguous, and the fields that they could be.
AMBIGUOUS: Final[dict[str, tuple[str, ...]]] = {
    "mobile": ("suspect_mobiles", "complainant_mobile"),
    "mobile no": ("suspect_mobiles", "complainant_mobile"),
    "contact no": ("suspect_mobiles", "complainant_mobile"),
    "मोबाइल": ("suspect_mobiles", "complainant_mobile"),
    "मोबाइल नंबर": ("suspect_mobiles", "complainant_mobile"),
    "date": ("reported_at", "incident_at"),
    "date time": ("reported_at", "incident_at"),
    "तारीख": ("reported_at", "incident_at"),
    "amount recovered held": ("amount_recovered", "amount_held"),
    "amount held recovered": ("amount_recovered", "amount_held"),
    "amount recovered hold": ("amount_recovered", "amount_held"),
}

#: Synonyms, each with the word by which it is compared; those of other languages are in `source/languages.csv`.
_SAME: Final = {
    "number": "no", "numbers": "no", "nos": "no", "num": "no", "mob": "mobile", "mobiles": "mobile",
    "phone": "mobile", "phones": "mobile", "telephone": "mobile", "suspected": "suspect", "suspects": "suspect",
    "fraudsters": "fraudster", "culprits": "culprit", "scammers": "scammer", "offenders": "offender",
    "ack": "acknowledgement", "acknowledgment": "acknowledgement", "dist": "district", "distt": "district",
    "amt": "amount", "dt": "date", "ph": "mobile", "tel": "mobile", "complainer": "complainant",
}  # fmt: skip
#: Headings of numbers, written in full.
_NUMBER: Final = frozenset(["number", "numbers", "नंबर", "नम्बर", "नंबर्स"])
#: Words that are for a phone before that for a number alone: `MO` is the modus operandi, and a cell one of the police.
_BEFORE_NO: Final = frozenset(["cell", "mo"])
#: Words that are ignored when headings are compared.
_IGNORED: Final = frozenset(["of", "the", "in", "rs", "inr", "rupees", "and", "रु", "रुपये", "रूपये", "रुपए"])
#: What a heading that is compared has of a day; `of` is left out there.
_WHEN: Final = re.compile(
    r"^latest | latest$| (?:as on|as at|as|till|up ?to|on)(?: (?:date|now|today|\d+(?:st|nd|rd|th)?"
    r"|(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*))+$"
)
#: Words of headings for a number.
_PHONES: Final = frozenset(["mobile", "contact", "whatsapp"])
#: Words of a heading of nothing else.
_BESIDE_PHONES: Final = words_in("alternate contact cug linked mobile no office official personal registered whatsapp")
#: Words that a heading has for a victim's number as for a suspect's: `Mobile No. called by Scammer`.
_CALLED: Final = words_in("called contacted dialed dialled rang")
#: Fields of numbers to be acted upon.
_OF_NUMBERS: Final = frozenset(["suspect_mobiles", "msisdn"])
#: Words of headings for the customer of a bank, who may be who complains.
_CUSTOMERS: Final = frozenset(["customer", "customers", "cust", "client", "ग्राहक"])
_OF_A_SIDE: Final = dict.fromkeys(_COMPLAINANTS, "complainant") | dict.fromkeys(_SUSPECTS, "suspect")
#: Words of headings whose column may repeat a suspect's number: those of suspects, and of narratives.
_OF_SUSPECTS: Final = frozenset(
    [*_SUSPECTS, "narrative", "facts", "fact", "brief", "gist", "description", "remark", "remarks", "comment",
     "comments", "note", "notes", "narration", "statement", "statements", "summary", "modus", "तथ्य", "टिप्पणी"]
)  # fmt: skip
#: Those of details, which may be a customer's or a bank's, and the words beside which they are those of the case.
_OF_DETAILS: Final = frozenset(["detail", "details", "विवरण"])
_OF_CASE: Final = frozenset(
    ["additional", "any", "case", "complaint", "crime", "event", "fraud", "full", "incident", "more", "occurrence",
     "offence", "other", "संक्षिप्त", "अपराध", "घटना", "धोखाधड़ी", "मामले", "शिकायत"]
)  # fmt: skip


def names_suspects(written: str) -> bool:
    """Whether a heading names suspects.

    >>> [names_suspects(name) for name in ("Accused Name", "Alleged Mobile No. 2", "Fraud Mobile", "Mobile No")]
    [True, True, False, False]
    """
    return bool(_SUSPECTS & set(heading(written).split())) or _uncounted(written) in _phones_of_suspects()


@cache
def _phones_of_suspects() -> frozenset[str]:
    """Headings of suspects' numbers, as they are compared."""
    return frozenset(map(heading, _OF_SUSPECT))


def is_of_phones(cell: str) -> bool:
    """Whether a cell is a heading of phone numbers, and says nothing of one.

    >>> [is_of_phones(cell) for cell in ("Registered Mobile", "मोबाइल नंबर", "Cell", "Mobile not known", "WhatsApp")]
    [True, True, True, False, False]
    """
    words = set(heading(cell).split())
    return words == {"cell"} or (words <= _BESIDE_PHONES and bool(words & {"mobile", "contact"}))


def has_words_of_suspects(written: str) -> bool:
    """Whether a heading names suspects, or is that of a narrative, which may repeat their numbers.

    >>> [has_words_of_suspects(name) for name in ("Complainant comments", "Suspect of victim", "Victim Details")]
    [True, True, False]
    """
    return not _OF_SUSPECTS.isdisjoint(heading(written).split())


def may_hold_suspects(written: str) -> bool:
    """Whether the column of a heading may hold a suspect's number, and the heading names no complainant."""
    words = set(heading(written).split())
    of_case = bool(words & _OF_DETAILS) and words <= _OF_DETAILS | set(map(heading, _OF_CASE))
    of_complainants = words & {*_COMPLAINANTS} or names_victims(written)
    return (of_case or has_words_of_suspects(written)) and not of_complainants


@cache
def heading(written: str) -> str:
    """A heading as it is compared: without punctuation, case and units of money, each synonym as one word.

    >>> heading("Suspected Mobile No(s).") == heading("suspect_mobile_numbers") == heading("संदिग्ध मोबाइल नं0")
    True
    """
    words = [_SAME.get(word, word) for word in in_english(heading_words(apart(written)), romanised=True)]
    for at, (word, after) in enumerate(pairwise(words)):
        if word in _BEFORE_NO and after == "no":
            words[at] = "mobile"
    if not written.isascii():
        # Of a heading in two languages, the words for one side are one: `Victim Mobile (पीड़ित मोबाइल)`.
        words = list(dict.fromkeys(_OF_A_SIDE.get(word, word) for word in words))
    # "Complainant's" and "No(s)" leave an s behind; those of "S. No." and "P. S." are words.
    left = [k > 0 and word == "s" and words[k - 1] != "p" for k, word in enumerate(words)]
    return " ".join(word for word, lone in zip(words, left, strict=True) if word not in _IGNORED and not lone)


def known_by(known: Mapping[str, Sequence[str]], mapping: Mapped | None) -> Callable[[str], bool]:
    """A test whether a cell is a heading of a field, by which the header is found below title lines."""
    names = {heading(spelling) for word, spellings in known.items() for spelling in (word, *spellings)}
    names |= {heading(at) for headings in _by_field(mapping, known).values() for at in headings}
    return lambda cell: heading(cell) in names


def find_columns(
    table: pa.Table,
    known: Mapping[str, Sequence[str]],
    required: Sequence[str],
    mapping: Mapped | None,
    where: str,
    *,
    header_row: int = 0,
    several: Collection[str] = (),
    ambiguous: Mapping[str, Sequence[str]] | None = None,
    left_out: Collection[int] = (),
) -> dict[str, list[int]]:
    """Which columns of `table` hold each of the `known` words.

    Args:
        table: the records.
        known: each word and the usual spellings of its heading.
        required: words that must be found.
        mapping: the caller's choice, word to heading; heading to word is accepted too.
        where: the input's name, for messages.
        header_row: the row of the headings; 0 where the format names its columns without one.
        several: words that may have more than one column.
        ambiguous: headings that could be several words, and these words.
        left_out: the places of columns that hold a word only if the mapping says so.

    Raises:
        ColumnError: a required or mapped column is missing or is there twice; a mapped one is named by a number, so
            that the sheet has no header; or a heading could be two fields.
        ArgumentError: the mapping names no known word.
    """
    headers = table.column_names
    there = headings(headers)
    mapped = _by_field(mapping, known)
    found: dict[str, list[int]] = {}
    for word, wanted in mapped.items():
        for header in wanted:
            if word != IGNORE or heading(header) in map(heading, headers):
                found.setdefault(word, []).append(_place(header, headers, where))
    taken = {at for places in found.values() for at in places}
    check_header([headers[at] for at in taken], header_row, where)
    found.pop(IGNORE, None)
    free = [(at, header) for at, header in enumerate(headers) if at not in taken and at not in left_out]
    for word, spellings in known.items():
        if word in mapped and word not in several:
            continue
        names = {heading(spelling) for spelling in (word, *spellings)} if spellings or word in required else set()
        forms = (heading, _uncounted) if word in several else (heading,)
        at = [at for at, header in free if any(form(header) in names for form in forms)]
        at = _narrowed(at, word, headers)
        if len(at) > 1 and word not in several:
            could = named([headers[k] for k in at])
            raise ColumnError(
                f"{where}: more than one column could be {word}: {could}; "
                f"choose one with --map COLUMN={word} (mapping=)"
            )
        if at:
            found.setdefault(word, []).extend(at)
            taken.update(at)
    known_already = {word for word in found if word not in several}
    _no_doubt(free, taken, ambiguous or {}, known_already, where)
    if missing := [word for word in required if word not in found]:
        raise ColumnError(
            f"{where}: no column for {', '.join(missing)}; name it with {_as_option(missing[0], free, taken)}; "
            f"its columns are {there}"
        )
    return found


def _as_option(word: str, free: Sequence[tuple[int, str]], taken: Collection[int]) -> str:
    """The option that names a column for `word`; for one of numbers, the one of phones but victims' and customers'."""
    words_of = {header: set(heading(header).split()) for at, header in free if at not in taken and word in _OF_NUMBERS}
    phones = [name for name, words in words_of.items() if words & _PHONES and not words & _CUSTOMERS]
    could = [name for name in phones if not names_victims(name)]
    could = [name for name in could if words_of[name] & {*_SUSPECTS, *_OF_FRAUD, "fraud"}] or could
    if len(could) == 1:
        return f'--map "{named(could)}={word}" (mapping=), if it has these numbers'
    return f"--map COLUMN={word} (mapping=)"


def _narrowed(at: list[int], word: str, headers: Sequence[str]) -> list[int]:
    """The columns for a word, of several without those that have a better one beside them."""
    if len(at) > 1 and word in _DESCRIBING:
        # It decides nothing, and a column of its own name has it, whatever is beside it.
        at = [k for k in at if heading(headers[k]) == heading(word)] or at
    return [k for k in at if not _may_be_serial(headers[k])] or at


def _may_be_serial(header: str) -> bool:
    """Whether a heading is short for a number and names nothing, as `No.` and `क्र.सं.`: of serial numbers, perhaps."""
    return heading(header) == _SAME["number"] and header.strip().casefold() not in _NUMBER


def _place(header: str, headers: Sequence[str], where: str) -> int:
    """The one column with this heading, as it is written or else as it is compared."""
    exact = [at for at, name in enumerate(headers) if name == header]
    places = exact or [at for at, name in enumerate(headers) if heading(name) == heading(header)]
    if len(places) != 1:
        problem = "is there twice: give each a name of its own in the file" if places else "is not there"
        raise ColumnError(f"{where}: the column {named([header])!r} {problem}; its columns are {headings(headers)}")
    return places[0]


def _uncounted(header: str) -> str:
    """A heading without its digits and its day: `Suspect 1 Mobile`, pandas' `Mobile.1`, `Status as on 30.11.2026`."""
    return heading("".join(" " if char.isdigit() else char for char in _WHEN.sub("", heading(header))))


def _no_doubt(
    free: Sequence[tuple[int, str]],
    taken: Collection[int],
    ambiguous: Mapping[str, Sequence[str]],
    found: Collection[str],
    where: str,
) -> None:
    """Raises ColumnError if a free column could be a word, unless each word that it could be has been `found`."""
    doubts = {heading(name): could for name, could in ambiguous.items()}
    for at, header in free:
        could = tuple(word for word in doubts.get(_uncounted(header), ()) if word not in found)
        # In forms and languages that are not listed: a victim's number that is not read is not protected.
        words = set(heading(header).split())
        either = words & _CUSTOMERS or (words & _CALLED and names_suspects(header))
        if ambiguous and words & _PHONES and (names_victims(header) or either):
            could = ("complainant_mobile", "suspect_mobiles")[: 2 if either else 1]
        elif ambiguous and in_typewriter_font(header):
            # No word of such a font is known but those for complainants; of names and numbers, both are asked.
            could = ("complainant_mobile",)
        if at not in taken and could:
            name = named([header])
            raise ColumnError(
                f"{where}: the column {name!r} could be {' or '.join(could)}; choose one with "
                f'--map "{name}={could[0]}", or leave it out with --map "{name}={IGNORE}" (mapping=)'
            )


def ignored(mapping: Mapped | None, known: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """The headings, as they are compared, of the columns that a mapping leaves out."""
    return frozenset(map(heading, _by_field(mapping, known).get(IGNORE, ())))


def left_over(
    names: Sequence[str], at: Mapping[str, Sequence[int]], left_out: Collection[str] = frozenset()
) -> list[int]:
    """The columns that no field has, without those whose headings are left out.

    >>> left_over(["Mobile", "State", "Remarks"], {"suspect_mobiles": [0]}, {"remarks"})
    [1]
    """
    read = {place for places in at.values() for place in places}
    return [place for place, name in enumerate(names) if place not in read and heading(name) not in left_out]


def _by_field(mapping: Mapped | None, known: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The mapping as word to headings."""
    if mapping is None:
        return {}
    if not isinstance(mapping, Mapping):
        raise ArgumentError(
            f"mapping: takes {{word: heading}} or the path of a saved one, not {type(mapping).__name__}"
        )
    words = {*known, IGNORE}
    if all(word in words for word in mapping):
        return {word: [at] if isinstance(at, str) else list(at) for word, at in mapping.items()}
    if not all(isinstance(word, str) and word in words for word in mapping.values()):
        raise ArgumentError(
            f"mapping: takes {{word: heading}}; the words are {', '.join(filter(None, [*known, IGNORE]))}"
        )
    return by_key((str(word), header) for header, word in mapping.items())
