"""The status of each complaint of a sheet: it stands, it has ended, or that is not certain.

Owns the words of both, closed lists. Independent of headings and of the numbers that a complaint names. One idea: any
text that is on neither list leaves the numbers of its row to a decision; `closed` may mean both that the case was dealt
with and that there was none.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from numguard.compute import pc
from numguard.number_list.titles import parts_of
from numguard.number_list.words import words_for
from numguard.registry.arrays import Bools, flags, ints
from numguard.registry.sheets import cells
from numguard.registry.spelling import phrases, plain_words
from numguard.source.scripts import plain_letters

#: The doubt of the numbers of a complaint whose status is not certain.
STATUS_UNCLEAR: Final = "status_unclear"


def _words(text: str) -> frozenset[str]:
    return frozenset(plain_letters(phrase) for phrase in phrases(text))


#: The words of a complaint that stands.
STANDS = _words(
    """registered; complaint registered; case registered; new; open; opened; received; complaint received;
    submitted; acknowledged; accepted; complaint accepted; active; reported;
    recorded; lodged; complaint lodged; pending; complaint pending; case pending; pending with police;
    pending at ps; pending with io; pending for action; pending for investigation; under process;
    in process; processing; under processing; in progress; under progress; work in progress; ongoing;
    assigned; assigned to ps; assigned to io; assigned to police station; forwarded; forwarded to ps;
    forwarded to police station; transferred; transferred to ps; transferred to police station;
    initiated; logged; created; unresolved; not resolved; escalated; pending verification;
    verification pending; action pending; pending with bank; sent to ps; sent to police station; sent to io;
    under investigation; investigation; investigating; investigation in progress; investigation pending;
    under inquiry; under enquiry; inquiry; enquiry; under verification; under review; under examination;
    under trial; fir; fir registered; fir lodged; fir filed; fir done; converted to fir; converted into fir;
    fir converted; zero fir; zero fir registered; e fir registered; nc registered; ncr registered;
    csr issued; csr registered; gd entry; dd entry; charge sheeted; chargesheeted; charge sheet filed;
    chargesheet filed; challan filed; challaned; arrested; accused arrested; convicted; re open; re opened;
    reopen; reopened; amount on hold; money on hold; दर्ज; पंजीकृत; शिकायत दर्ज; एफआईआर दर्ज;
    प्राथमिकी दर्ज; मुकदमा दर्ज; अभियोग पंजीकृत; प्राप्त; स्वीकृत; नई; नया; लंबित; लम्बित; विचाराधीन;
    प्रक्रियाधीन; प्रगति पर; जांच जारी; जाँच जारी; जांच में; जाँच में; जांचाधीन; विवेचनाधीन; विवेचना जारी;
    अनुसंधानाधीन; darj; lambit; vicharadhin; गुन्हा दाखल; प्रलंबित; नोंदणीकृत; तपास सुरू; चौकशी सुरू;
    નોંધાયેલ; પડતર; તપાસ ચાલુ; ગુનો દાખલ; ਦਰਜ; ਲੰਬਿਤ; ਜਾਂਚ ਅਧੀਨ; তদন্তাধীন; বিচারাধীন; ପଞ୍ଜୀକୃତ; ତଦନ୍ତାଧୀନ;
    நிலுவையில்; நிலுவையில் உள்ளது; விசாரணையில்; விசாரணையில் உள்ளது; பதிவு செய்யப்பட்டது; పెండింగ్; నమోదైంది; విచారణలో;
    దర్యాప్తులో; ದಾಖಲಾಗಿದೆ; ತನಿಖೆಯಲ್ಲಿ; ತನಿಖೆಯಲ್ಲಿದೆ; രജിസ്റ്റർ ചെയ്തു; അന്വേഷണത്തിൽ; درج; زیر تفتیش; زیر التوا"""
)

#: What one has that was rejected, of whatever it is, and the forms in which it is written of a complaint.
REJECTED = words_for("rejected")
_OF_REJECTED: Final = (
    "{}", "complaint {}", "case {}", "{} by ps", "{} by police", "closed {}", "closed as {}", "शिकायत {}",
)  # fmt: skip
#: The words of a complaint that has ended: nothing that it names is reported any more.
ENDS = _words(
    """withdrawn; withdraw; withdrawal; complaint withdrawn; case withdrawn; withdrawn by complainant;
    withdrawn by the complainant; withdrawn by victim; complaint withdrawn by complainant;
    withdrawal by complainant; false; false complaint; false case; found false;
    complaint found false; false reporting; fake complaint; bogus; bogus complaint; frivolous;
    not genuine; unfounded; baseless; duplicate; duplicate complaint; duplicate case; duplicate entry;
    repeated complaint; invalid; invalid complaint; void; cancelled; canceled; complaint cancelled;
    complaint canceled; complainant withdrew complaint; complainant withdrew the complaint; complainant withdrawn
    complaint; complainant has withdrawn complaint; complainant has withdrawn the complaint; complaint withdrew;
    complaint taken back; complainant taken back complaint;
    shikayat wapas; shikayat wapas li; shikayat wapas le li; shikayat vapas li; shikayat vapas le li;
    jhuthi shikayat; jhoothi shikayat; jhuti shikayat; jhooti shikayat; शिकायत वापस ली; शिकायत वापस ले ली;
    शिकायत वापस ले ली है; शिकायत वापस ले ली गई; case cancelled;
    fir cancelled; fir quashed; quashed; dropped; complaint dropped;
    case dropped; mistake of fact; mistake of law; no offence; no offence made out; no crime; not a crime;
    no fraud; not a fraud; wrong entry; entered by mistake; filed by mistake; test; test complaint;
    test entry; closed as false; closed false; closed as withdrawn; closed withdrawn; closed as duplicate;
    closed duplicate; वापस; वापस ली; वापस ली गई; वापस लिया गया;
    शिकायत वापस; शिकायत वापस ली गई; रद्द; झूठी; झूठी शिकायत; असत्य;
    फर्जी शिकायत; डुप्लीकेट; अमान्य; मागे घेतली; तक्रार मागे घेतली; खोटी तक्रार; રદ; ખોટી ફરિયાદ; ફરિયાદ પાછી ખેંચી; ਰੱਦ; ਝੂਠੀ ਸ਼ਿਕਾਇਤ;
    ਸ਼ਿਕਾਇਤ ਵਾਪਸ ਲਈ;
    বাতিল; প্রত্যাহার; প্রত্যাহৃত; মিথ্যা অভিযোগ; ବାତିଲ; ପ୍ରତ୍ୟାହାର;
    ரத்து; ரத்து செய்யப்பட்டது; திரும்பப் பெறப்பட்டது; రద్దు; రద్దు చేయబడింది;
    ఉపసంహరించుకున్నారు; ರದ್ದು; ರದ್ದುಪಡಿಸಲಾಗಿದೆ; ಹಿಂಪಡೆಯಲಾಗಿದೆ; റദ്ദാക്കി; പിൻവലിച്ചു; منسوخ;
    واپس لی گئی; شکایت واپس لی گئی"""
) | frozenset(form.format(word) for form in _OF_REJECTED for word in REJECTED)

#: Words beside those of a complaint that stands that change nothing: whose it is, and where.
_BESIDE_STANDS: Final = _words(
    """a; and; at; been; being; branch; by; case; cell; complaint; crime; cyber; for; has; in; io; is; now; of; on;
    police; ps; since; station; still; thana; the; to; with"""
)
#: The characters of the longest text that is read as a status, and what a longer one is, which is no known status: the
#: time to leave out numbers of cases grows with the square of the length.
_LONGEST: Final = 1_000
_TOO_LONG: Final = "?"
_LONGEST_PHRASE: Final = max(len(phrase.split()) for phrase in STANDS)
#: What may be between them.
_APART: Final = re.compile(r"[\s\-/|,.:;()&]+")
#: `inProgress`, and `F.I.R.`.
_JOINED: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_INITIALS: Final = re.compile(r"(?<!\w)(?:[A-Za-z]\.){2,}")
#: Numbers and days of cases, with the words before them: `FIR No. 12/2026 dated 01-11-2026`.
_OF_CASES = re.compile(r"(?:(?<!\w)(?:no|number|dated|dt|date|on|vide)\.?\s*)*(?<!\w)\d[\d./ ]*", re.IGNORECASE)


class Statuses(NamedTuple):
    """The status of each row.

    Attributes:
        text: As written, null where there is none.
        ended: Where a cell has a word of `ENDS`.
        unclear: Where a cell has a text of neither list.
    """

    text: pa.Array[Any]
    ended: Bools
    unclear: Bools

    @property
    def stands(self) -> Bools:
        """Where each cell that is not empty has a word of `STANDS`."""
        stands: Bools = flags(pc.is_valid(self.text)) & ~self.ended & ~self.unclear
        return stands


def complaint_statuses(columns: list[pa.ChunkedArray[Any]], size: int) -> Statuses:
    """The status of each of `size` rows, by one or more columns."""
    shown: list[str | None] = [None] * size
    ended, unclear = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    for column in columns:
        some = np.flatnonzero(flags(pc.is_valid(cells.words(column))))
        encoded = cells.written(column).take(pa.array(some, pa.int64())).dictionary_encode()
        texts: list[Any] = encoded.dictionary.to_pylist()
        meant = [_meant(text) for text in texts]
        code = ints(encoded.indices)
        ended[some] |= np.array([all(word in ENDS for word in words) for words in meant], np.bool_)[code]
        clear = np.array([set(words) <= ENDS or all(map(_stands, words)) for words in meant], np.bool_)
        unclear[some] |= ~clear[code]
        for row, text in zip(some.tolist(), (texts[k] for k in code.tolist()), strict=True):
            before = shown[row]
            shown[row] = text if before is None else f"{before}; {text}"
    return Statuses(pa.array(shown, pa.string()), ended, unclear & ~ended)


def _meant(text: str) -> list[str]:
    """What a status says, once in each language that it is written in, as in `Rejected (अस्वीकृत)`."""
    if len(text) > _LONGEST:
        return [_TOO_LONG]
    if _bare(text) in ENDS | STANDS or text.isascii():
        return [_bare(text)]
    return [bare for part, _ in parts_of(_OF_CASES.sub(" ", _apart(text))) if (bare := _bare(part))] or [_bare(text)]


def _bare(text: str) -> str:
    """A status as it is compared: folded, without the number and the day of a case."""
    return " ".join(_OF_CASES.sub(" ", plain_letters(plain_words(_apart(text)))).split()).rstrip(".,: ")


def _apart(text: str) -> str:
    """A status with `F.I.R.` as one word, and `inProgress` as two."""
    return _INITIALS.sub(lambda found: found[0].replace(".", "") + " ", _JOINED.sub(" ", text))


def _stands(bare: str) -> bool:
    """Whether a status has nothing but words of complaints that stand, and where.

    >>> [_stands(text) for text in ("pending investigation", "pending / open at cyber ps", "fir registered ( )")]
    [True, True, True]
    >>> [_stands(text) for text in ("not registered", "registered; withdrawn", "accepted?", "pending closure", "case")]
    [False, False, False, False, False]
    """
    if bare in STANDS:
        return True
    words = [word for word in _APART.split(bare) if word]
    # How many of the first words are read.
    read, is_named = {0}, False
    for start in range(len(words)):
        if start not in read:
            continue
        if words[start] in _BESIDE_STANDS:
            read.add(start + 1)
        for end in range(start + 1, min(start + _LONGEST_PHRASE, len(words)) + 1):
            if " ".join(words[start:end]) in STANDS:
                read.add(end)
                is_named = True
    return is_named and len(words) in read
