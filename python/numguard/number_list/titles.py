"""Whose numbers the title of a list says it has: the victims', or those of suspects.

Owns the words for both sides in titles, in English and Hindi, and those for victims in
Marathi, Gujarati, Punjabi, Bengali, Assamese, Odia, Tamil, Telugu, Kannada, Malayalam and Urdu, in all their forms;
those of a cell with a number are the compiled module's.
One idea: **a title that names victims is that of a list of victims, unless it says that they named
the numbers**, as in `Suspect numbers reported by victims`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from numguard.source.scripts import plain_letters

__all__ = [
    "BEGINNINGS",
    "DO_NOT_BLOCK",
    "FILLING",
    "NOT_KNOWN",
    "OFFICERS",
    "OF_FAMILY",
    "VICTIMS",
    "heads_victims",
    "in_typewriter_font",
    "is_block_lifted",
    "is_block_unwanted",
    "is_of_suspects",
    "is_of_victims",
    "is_victim",
    "names_numbers",
    "names_officers",
    "names_suspects",
    "names_victims",
    "without_victims",
    "words_in",
    "words_of",
]


def words_in(*lines: str) -> frozenset[str]:
    """The words of lines, as texts are compared."""
    return frozenset(plain_letters(" ".join(lines)).split())


#: Words for victims, and for those who complain or witness.
VICTIMS = words_in(
    "victim victims vicitm victem victimno complainant complainants complainat complainent complaintant complianant",
    "informant informants informer applicant applicants petitioner petitioners aggrieved sufferer sufferers innocent",
    "witness witnesses whistleblower",
    "shikayatkarta sikayatkarta shikayatkartha peedit peedita pidit pidita fariyadi fariyaadi phariyadi firyadi",
    "prarthi parivadi aavedak avedak takrardar takraardar mustgees yachikakarta suchnakarta",
    "शिकायतकर्ता शिकायतकर्ताओं पीडित पीडिता पीडितों प्रार्थी प्रार्थिया परिवादी वादी वादिनी आवेदक आवेदिका फरियादी",
    "भुक्तभोगी मुस्तगीस याचिकाकर्ता सूचनाकर्ता इत्तिलाकर्ता विक्टिम गवाह साक्षी निर्दोष",
    "फिर्यादी तक्रारदार अर्जदार साक्षीदार પીડિત ફરિયાદી ફરીયાદી અરજદાર સાક્ષી ਪੀੜਤ ਪੀੜਿਤ ਸਿਕਾਇਤਕਰਤਾ ਮੁਦਈ ਗਵਾਹ",
    # Tamil and Malayalam for the plaintiff, Malayalam for a victim, Kannada for who has suffered, Urdu for who asks and
    # for witnesses.
    "வாதி വാദി ഇര ನೊಂದ سائل گواہ گواہان",
)
#: How words for victims begin: case and number change their end, as in पीड़ितों, तक्रारदारांची, ફરિયાદીઓની and ਪੀੜਤਾਂ.
BEGINNINGS: Final = tuple(
    words_in(
        "शिकायतकर्त पीडित पीडीत पिडित पिडीत प्रार्थी प्रार्थि परिवादी परिवादि वादियो आवेदक आवेदिका फरियादी फरियादि भुक्तभोगी",
        "भुक्तभोगि मुस्तगीस याचिकाकर्त सूचनाकर्त इत्तिलाकर्त आवेदनकर्त विक्टिम व्हिक्टिम गवाहो साक्षी साक्षि फिर्यादी फिर्यादि",
        "तक्रारदार तक्रारकर्त अर्जदार પીડિત પીડીત ફરિયાદી ફરીયાદી ફરિયાદકર્ત ફરિયાદકરનાર અરજદાર સાક્ષી ભોગબન વિક્ટિમ",
        "ਪੀੜਤ ਪੀੜਿਤ ਪੀਡਤ ਸਿਕਾਇਤਕਰਤ ਸਕਾਇਤਕਰਤ ਮੁਦਈ ਮੁੱਦਈ ਗਵਾਹ ਫਰਿਆਦੀ ਬਿਨੈਕਾਰ ਦਰਖਾਸਤਕਰਤ ਵਿਕਟਿਮ",
        "shikayatkart sikayatkart peedit pidit fariyadi fariyaadi phariyadi firyadi faryadi prarthi parivadi aavedak",
        "avedak takrardar takraardar mustgees yachikakart suchnakart arjdar arajdar",
        # Bengali and Assamese: who complains, the victim, who applies, informant, who has suffered, plaintiff.
        "অভিযোগকারী অভিযোগকারি অভিযোগকর্ত ভুক্তভোগী ভুক্তভোগি আবেদনকারী আবেদনকারি দরখাস্তকারী এজাহারকারী ক্ষতিগ্রস্ত",
        "ফরিয়াদি ফরিয়াদী বাদী ভিকটিম ভিক্টিম সাক্ষী সাক্ষি",
        # Odia: who complains, who applies, the victim, who lodged the report, the plaintiff, the witness.
        "ଅଭିଯୋଗକାରୀ ଅଭିଯୋଗକାରି ଆବେଦନକାରୀ ଆବେଦନକାରି ପୀଡିତ ସୂଚନାଦାତା ଫରିଆଦି ସାକ୍ଷୀ",
        # Tamil: who complains (in three forms), who petitions, who is affected, who applies, the witness.
        "புகார்தார புகாரளித்த புகார்அளித்த புகார்கொடுத்த மனுதார பாதிக்கப்பட்ட விண்ணப்பதார சாட்சி",
        # Telugu: who complains (in two forms), the victim, who petitions, who applies, the witness.
        "ఫిర్యాదుదారు ఫిర్యాది బాధిత అర్జీదారు దరఖాస్తుదారు సాక్షి సాక్షుల",
        # Kannada: who complains (in five forms), the victim (in three), who petitions, the witness.
        "ದೂರುದಾರ ಪಿರ್ಯಾದಿ ಫಿರ್ಯಾದಿ ಪಿರ್ಯಾದುದಾರ ಫಿರ್ಯಾದುದಾರ ಸಂತ್ರಸ್ತ ಬಾಧಿತ ಪೀಡಿತ ಅರ್ಜಿದಾರ ಸಾಕ್ಷಿ",
        # Malayalam: who complains (in two forms), who applies, who petitions, the victim (in two), witness.
        "പരാതിക്കാര ആവലാതിക്കാര അപേക്ഷക ഹർജിക്കാര ഇരയ ഇരകള സാക്ഷി",
        # Urdu: who complains (in three forms), who applies (in two), plaintiff, affected, informant.
        "شکایتکنند شکایتگزار شکایتدہند درخواستگزار درخواستدہند مدعی متاثر مستغیث فریادی مظلوم",
    )
)
#: Words for victims in Hindi as Kruti Dev and fonts like it store them, with the Latin letters of a typewriter's keys:
#: पीड़ित, शिकायतकर्ता, प्रार्थी, आवेदक, फरियादी, परिवादी, वादी.
_TYPED: Final = re.compile("ihfM\\+?r|f['\u2018\u2019`]kdk;r ?d[rR]|izkFkhZ|vkosnd|Qfj;knh|ifjoknh|(?<![A-Za-z])oknh")
#: Words that may mean either side, and say something only as a title of their own: who sent money, or a message.
_EITHER = words_in("sender senders receiver receivers payer payers remitter remitters depositor depositors")
_SUSPECTS = words_in(
    "suspect suspects suspected suspicious suspectno accused fraudster fraudsters scammer scammers culprit culprits",
    "offender offenders cheater cheaters blocked blocking blocklist",
    "aropi aaropi abhiyukt apradhi aparadhi sandigdh",
    "संदिग्ध सन्दिग्ध संदेही आरोपी आरोपियों आरोपित अभियुक्त अपराधी अपराधियों ठग ठगों जालसाज",
)
#: Words of a heading for the officer of a police station, a bank or an operator, and the words beside them.
_OFFICERS = words_in("officer officers io sho inspector अधिकारी विवेचक")
OFFICERS: Final = _OFFICERS | words_in(
    "bank cyber district duty enquiry i inquiry investigating investigation nodal o of police state telecom अनुसंधान जांच",
    "जाँच नोडल पुलिस",
)
#: Words of a title that name no side.
FILLING = words_in(
    "a and app all cell contact contacts data detail details for hai is it",
    "list mob mobile mobiles msisdn no nos number",
    "numbers of only own ph phone phones s sheet side telephone that the this whats whatsapp wise ye yeh है हैं यह",
    "ये मोबाइल मोबाईल नंबर नम्बर क्रमांक फोन संपर्क सूची यादी लिस्ट विवरण",
    "तपशील माहिती का की के और व आणि यांचा यांची यांचे મોબાઇલ મોબાઈલ નંબર ફોન સંપર્ક યાદી સૂચિ લિસ્ટ વિગત વિગતો અને નો ની ના",
    "ਮੋਬਾਈਲ ਮੋਬਾਇਲ ਨੰਬਰ ਫੋਨ ਸੰਪਰਕ ਸੂਚੀ ਲਿਸਟ ਵੇਰਵਾ ਵੇਰਵੇ ਅਤੇ ਦਾ ਦੀ ਦੇ ਦੀਆਂ",
    # Mobile, phone, number and list, and `of` and `and` where they are words of their own.
    "ka ki ke suchi soochi yadi talika মোবাইল মবাইল ফোন নম্বর নং তালিকা এবং ও ମୋବାଇଲ ଫୋନ ନମ୍ବର ତାଲିକା மொபைல் கைபேசி",
    "தொலைபேசி போன் எண் எண்கள் பட்டியல் మొబైల్ ఫోన్ నంబర్ నంబర్లు నెంబర్ జాబితా ಮೊಬೈಲ್ ಫೋನ್ ಸಂಖ್ಯೆ ಸಂಖ್ಯೆಗಳು ನಂಬರ್ ಪಟ್ಟಿ മൊബൈൽ",
    "ഫോൺ നമ്പർ നമ്പറുകൾ പട്ടിക ലിസ്റ്റ് موبائل فون نمبر نمبرات فہرست لسٹ کا کی کے اور",
)
#: Whose numbers, beside a word for victims, are no suspects' either.
OF_FAMILY = words_in(
    "bahan bahin behan beta beti bhai brother daughter family father friend herself himself husband",
    "is mata member members mother own pati",
    "patni pita relative relatives sister son spouse wife पति पत्नी पिता पुत्र पुत्री बहन बेटा बेटी भाई माता",
)
#: Words that stand for a number where none is known.
NOT_KNOWN = words_in(
    "above anonymous applicable as available blank disclosed found given known mentioned n a na nil no none not null",
    "provided same self shared traceable unavailable unknown withheld yet अज्ञात उपलब्ध नहीं नही ज्ञात",
)
#: What victims did to the numbers that a list has: `reported by the victims`, `received from complainants`.
_NAMED = (
    "disclosed furnished given identified lodged mentioned named provided reported shared stated submitted supplied"
)
#: A block, and that it is not wanted, in whatever text: `Kindly do not block the following`. One that did not happen is
#: another thing: `Not blocked`, `Block nahi hua`.
_BLOCK: Final = "(?:bar|barred|barring|block|blocked|blocking)"
_UNWANTED: Final = re.compile(
    r"\b(?:do not|don t|dont|kindly not|no need to|not to|please not|(?:must|need|shall|should) not) "
    rf"(?:be |have been )?{_BLOCK}\b"
    r"|\bblock (?:(?:mat|na)\b|(?:nahi|nahin) kar(?:na|ne|ni|o|e|en|ein|na hai)\b)"
    r"|(?<!\S)(?:ब्लाक|ब्लॉक) (?:(?:न|ना|मत)(?: |$)|करू न)"
    r"|(?<!\S)(?:ब्लाक|ब्लॉक) (?:नहीं|नही) (?:कर(?:ना|ने|नी|ें|े)|कि(?:या|ए) जा(?:ए|ये|एं|ना)|होना चाहिए)(?: |$)"
)
#: Words of what is blocked in the story of a fraud, or of who asks for it: a card, an account, electricity.
_OF_STORIES: Final = words_in(
    "account accounts asked atm bank bijli call caller card cards credit electricity gas kyc meter otp press video",
    "बिजली कार्ड खाता",
)
#: The same in further languages.
DO_NOT_BLOCK: Final = tuple(
    f" {plain_letters(phrase)} "
    for phrase in (
        "ब्लॉक करू नये", "ब्लॉक करू नका", "બ્લોક ન કરવા", "બ્લોક ન કરવું", "બ્લોક ન કરવો", "બ્લોક ન કરો",
        "બ્લોક કરશો નહીં", "બ્લોક કરવું નહીં", "બ્લોક કરવો નહીં", "ਬਲਾਕ ਨਾ ਕਰੋ", "ਬਲਾਕ ਨਾ ਕੀਤਾ ਜਾਵੇ",
        "ਬਲਾਕ ਨਹੀਂ ਕਰਨਾ", "ਬੰਦ ਨਹੀਂ ਕਰਨਾ",
        "બંધ ન કરવો", "বন্ধ করবেন না",
        "ব্লক করবেন না", "ব্লক করা যাবে না", "ব্লক নকৰিব", "ବ୍ଲକ୍ କରନ୍ତୁ ନାହିଁ", "ବ୍ଲକ କରନ୍ତୁ ନାହିଁ", "பிளாக் செய்ய வேண்டாம்",
        "தடை செய்ய வேண்டாம்", "முடக்க வேண்டாம்", "బ్లాక్ చేయవద్దు", "బ్లాక్ చేయకండి", "ಬ್ಲಾಕ್ ಮಾಡಬೇಡಿ", "ಬ್ಲಾಕ್ ಮಾಡಬಾರದು",
        "ബ്ലോക്ക് ചെയ്യരുത്", "بلاک نہ کریں",
    )
)  # fmt: skip
#: A block that was a mistake, or is one no more.
_LIFTED: Final = re.compile(
    rf"\b{_BLOCK}"
    r"(?: (?:are|been|dated|has|have|is|letter|list|mobile|notice|numbers|of|order|orders|request|the|was|were)){0,5}"
    r" (?:by mistake|cancell?ed|erroneously|in error|lifted|mistakenly|recalled|revoked|withdrawn|wrongly)\b"
    rf"|\b(?:cancellation|lifting|recall|revocation|withdrawal) of (?:the )?{_BLOCK}\b"
    r"|\b(?:by mistake|erroneously|in error|mistakenly|wrongly)"
    rf"(?: (?:for|in|included|listed|put|reported|sent|under)){{0,3}} {_BLOCK}\b"
)
_VICTIM = "#"
_LETTERS: Final = re.compile("[A-Za-z]+")
_BY_VICTIMS = re.compile(
    rf"\b(?:(?:{_NAMED.replace(' ', '|')}) by|(?:collected|obtained|received|taken) from)(?: the| all| various)? #"
    r"|#(?: के)? (?:द्वारा|dwara|dvara)(?= )|#(?= wise )"
)


def is_of_victims(title: str) -> bool:
    """Whether a list with this title may have the numbers of victims.

    >>> [is_of_victims(title) for title in ("List of victims - Nuh", "Complainant mobile", "Sender", "पीड़ितों की सूची")]
    [True, True, True, True]
    >>> is_of_victims("List of suspect numbers reported by victims"), is_of_victims("Haryana Police, cyber cell")
    (False, False)
    """
    words = words_of(title)
    meant = set(words) - FILLING
    return bool(meant and meant <= _EITHER) or names_victims(title)


def names_victims(title: str) -> bool:
    """Whether a word of a title is one for victims, unless it says only that they named the numbers.

    >>> names_victims("तक्रारदारांची यादी"), names_victims("Sender"), names_victims("Suspects named by victims")
    (True, False, False)
    """
    words = words_of(title)
    if not any(map(is_victim, words)):
        return in_typewriter_font(title)
    return not _has_suspect(words) or _VICTIM in _BY_VICTIMS.sub("", _marked(words))


def names_officers(heading: str) -> bool:
    """Whether a word of a heading is one for the officer who has a case.

    >>> [names_officers(text) for text in ("Nodal Officer", "I.O. Name", "जांच अधिकारी", "Nodal Bank")]
    [True, True, True, False]
    """
    words = words_of(heading)
    return not _OFFICERS.isdisjoint(words) or " i o " in f" {' '.join(words)} "


def in_typewriter_font(title: str) -> bool:
    """Whether a title has a word for victims in the letters of a font that is not Unicode, such as Kruti Dev.

    >>> in_typewriter_font("ihfM+r dk eksckby uEcj"), in_typewriter_font("lafnX/k eksckby uEcj")
    (True, False)
    """
    return _TYPED.search(title) is not None


@lru_cache(10_000)
def is_victim(word: str) -> bool:
    """Whether a word is one for victims."""
    return word in VICTIMS or word.startswith(BEGINNINGS)


def names_suspects(text: str) -> bool:
    """Whether a word of a text is one for suspects, or for numbers to be blocked."""
    return _has_suspect(words_of(text))


def is_of_suspects(title: str) -> bool:
    """Whether a title names suspects, or numbers to be blocked, and no victims but those who named them.

    >>> [is_of_suspects(title) for title in ("Blocked numbers", "Suspects of victims", "Not to be blocked")]
    [True, False, False]
    """
    is_unblocked = is_block_unwanted(title) or is_block_lifted(title)
    return names_suspects(title) and not is_of_victims(title) and not is_unblocked


def names_numbers(heading: str) -> bool:
    """Whether a heading says that numbers are suspects', or to be blocked, and nothing else.

    >>> [names_numbers(text) for text in ("Numbers to block", "Blocked mobile nos.", "Blocked amount", "Block No")]
    [True, True, False, False]
    """
    return is_of_suspects(heading) and set(words_of(heading)) <= FILLING | _SUSPECTS | {"be", "block", "to"}


def is_block_unwanted(text: str) -> bool:
    """Whether a text says, beside other words too, that numbers are not to be blocked.

    >>> [is_block_unwanted(text) for text in ("Kindly do not block", "Not blocked", "Do not unblock", "ब्लॉक न करें")]
    [True, False, False, True]
    """
    there = words_of(text)
    words = " ".join(there)
    if _UNWANTED.search(words):
        return _OF_STORIES.isdisjoint(there)
    return not words.isascii() and any(phrase in f" {words} " for phrase in DO_NOT_BLOCK)


def is_block_lifted(title: str) -> bool:
    """Whether a title says that a block was a mistake, or is one no more.

    >>> [is_block_lifted(title) for title in ("Blocking order withdrawn", "Wrongly sent for blocking", "Blocked")]
    [True, True, False]
    """
    return _LIFTED.search(" ".join(words_of(title))) is not None


def without_victims(title: str) -> str:
    """A title of suspects without the words about the victims who named them; any other title as it is.

    >>> without_victims("Suspect numbers reported by victims")
    'suspect numbers'
    """
    return _BY_VICTIMS.sub("", _marked(words_of(title))).strip() if is_of_suspects(title) else title


def _has_suspect(words: Sequence[str]) -> bool:
    return bool(_SUSPECTS & set(words)) or " to block " in f" {' '.join(words)} "


def _marked(words: Sequence[str]) -> str:
    """The words, each for victims as one character that no word contains."""
    return " ".join(["", *(_VICTIM if is_victim(word) else word for word in words), ""])


def heads_victims(cell: str) -> bool:
    """Whether a cell has nothing but words for victims, as a heading among the rows of a list has.

    >>> heads_victims("Complainant's mobile no."), heads_victims("Victim's bank")
    (True, False)
    """
    meant = set(words_of(cell)) - FILLING - OF_FAMILY
    return bool(meant) and (all(map(is_victim, meant)) or in_typewriter_font(cell))


@lru_cache(1_000)
def words_of(text: str) -> list[str]:
    """The words in lower case, without nukta and marks that are not seen; `victimMobile` is two.

    Two words that are one for victims together, as शिकायत कर्ता and ભોગ બનનાર, are one.
    """
    plain = plain_letters(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text))
    if plain.isascii():
        there = _LETTERS.findall(plain)
    else:
        there = "".join(char if unicodedata.category(char)[0] in "LM" else " " for char in plain).split()
    words: list[str] = []
    for word in there:
        before = words[-1] if words else ""
        if before and not is_victim(before) and is_victim(before + word) and not is_victim(word):
            words[-1] += word
        else:
            words.append(word)
    return words
