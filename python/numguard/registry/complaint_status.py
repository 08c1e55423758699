"""The status of each complaint of a sheet: it stands, it has ended, or that is not certain.

Owns the words of both, closed lists. Independent of headings and of the numbers that a complaint names. One idea: any
text that is on neither list leaves the numbers of its row to a decision; `closed` may mean both that the case was dealt
with and that there was none.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from numguard.compute import pc
from numguard.registry import cells
from numguard.registry.arrays import Bools, flags, ints
from numguard.registry.spelling import phrases, plain_words

__all__ = ["ENDS", "STANDS", "Statuses", "complaint_statuses"]


def _words(text: str) -> frozenset[str]:
    return frozenset(phrases(text))


#: The words of a complaint that stands.
STANDS = _words(
    """registered; complaint registered; case registered; new; open; opened; received; complaint received;
    submitted; acknowledged; accepted; complaint accepted; active; reported;
    recorded; lodged; complaint lodged; pending; complaint pending; case pending; pending with police;
    pending at ps; pending with io; pending for action; pending for investigation; under process;
    in process; processing; under processing; in progress; under progress; work in progress; ongoing;
    assigned; assigned to ps; assigned to io; assigned to police station; forwarded; forwarded to ps;
    forwarded to police station; transferred; transferred to ps; transferred to police station;
    under investigation; investigation; investigating; investigation in progress; investigation pending;
    under inquiry; under enquiry; inquiry; enquiry; under verification; under review; under examination;
    under trial; fir; fir registered; fir lodged; fir filed; fir done; converted to fir; converted into fir;
    fir converted; zero fir; zero fir registered; e fir registered; nc registered; ncr registered;
    csr issued; csr registered; gd entry; dd entry; charge sheeted; chargesheeted; charge sheet filed;
    chargesheet filed; challan filed; challaned; arrested; accused arrested; convicted; re open; re opened;
    reopen; reopened; amount on hold; money on hold; दर्ज; पंजीकृत; शिकायत दर्ज; एफआईआर दर्ज;
    प्राथमिकी दर्ज; मुकदमा दर्ज; अभियोग पंजीकृत; प्राप्त; स्वीकृत; नई; नया; लंबित; लम्बित; विचाराधीन;
    प्रक्रियाधीन; प्रगति पर; जांच जारी; जाँच जारी; जांच में; जाँच में; जांचाधीन; विवेचनाधीन; विवेचना जारी;
    अनुसंधानाधीन"""
)

#: The words of a complaint that has ended: nothing that it names is reported any more.
ENDS = _words(
    """withdrawn; withdraw; withdrawal; complaint withdrawn; case withdrawn; withdrawn by complainant;
    withdrawn by the complainant; withdrawn by victim; complaint withdrawn by complainant;
    withdrawal by complainant; rejected; reject; complaint rejected;
    case rejected; rejected by ps; rejected by police; false; false complaint; false case; found false;
    complaint found false; false reporting; fake complaint; bogus; bogus complaint; frivolous;
    not genuine; unfounded; baseless; duplicate; duplicate complaint; duplicate case; duplicate entry;
    repeated complaint; invalid; invalid complaint; void; cancelled; canceled; complaint cancelled;
    complaint canceled; case cancelled; fir cancelled; fir quashed; quashed; dropped; complaint dropped;
    case dropped; mistake of fact; mistake of law; no offence; no offence made out; no crime; not a crime;
    no fraud; not a fraud; wrong entry; entered by mistake; filed by mistake; test; test complaint;
    test entry; closed as false; closed false; closed as withdrawn; closed withdrawn; closed as duplicate;
    closed duplicate; closed as rejected; closed rejected; वापस; वापस ली; वापस ली गई; वापस लिया गया;
    शिकायत वापस; शिकायत वापस ली गई; अस्वीकृत; निरस्त; खारिज; रद्द; झूठी; झूठी शिकायत; असत्य;
    फर्जी शिकायत; डुप्लीकेट; अमान्य"""
)

#: Numbers and days of cases, with the words before them: `FIR No. 12/2026 dated 01-11-2026`.
_BESIDE = re.compile(r"(?:(?<!\w)(?:no|number|dated|dt|date|on|vide)\.?\s*)*(?<!\w)\d[\d./ ]*")


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
    known = ENDS | STANDS
    for column in columns:
        some = np.flatnonzero(flags(pc.is_valid(cells.words(column))))
        encoded = cells.written(column).take(pa.array(some, pa.int64())).dictionary_encode()
        texts: list[Any] = encoded.dictionary.to_pylist()
        plain = [_bare(text) for text in texts]
        code = ints(encoded.indices)
        ended[some] |= np.array([word in ENDS for word in plain], np.bool_)[code]
        unclear[some] |= np.array([word not in known for word in plain], np.bool_)[code]
        for row, text in zip(some.tolist(), (texts[k] for k in code.tolist()), strict=True):
            before = shown[row]
            shown[row] = text if before is None else f"{before}; {text}"
    return Statuses(pa.array(shown, pa.string()), ended, unclear & ~ended)


def _bare(text: str) -> str:
    """A status as it is compared: folded, without the number and the day of a case."""
    return " ".join(_BESIDE.sub(" ", plain_words(text)).split()).rstrip(".,: ")
