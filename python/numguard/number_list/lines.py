"""Lines of a list or a sheet that are no rows: which of them refuse or spare numbers, and on which side of them.

Owns what is around such a text: `Note:`, the rows that it names, `the above`. Independent of files, of columns, and of
the words that spare or refuse (`spared`, `against`). One idea: **a line means the rows that it may mean**: those below
it as a heading, those above it as a note, and as a note too if no row is below it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from numguard.number_list.against import heads_refused, is_held_back, is_theirs
from numguard.number_list.doubted import is_doubted
from numguard.number_list.ordinary import is_not_ordinary
from numguard.number_list.spared import is_no_list, is_not_listed, is_of_officers, is_set_aside, is_spared, why_spared
from numguard.number_list.titles import NOT_KNOWN, OF_FAMILY, heads_victims, is_of_victims, words_of
from numguard.number_list.words import words_for, words_in

#: A longer text is prose, and no line of a sheet.
_LONGEST: Final = 1_000
#: Words of a heading of several numbers: `Complainant: Ravi` among the rows names whose complaint it is.
_OF_LISTS: Final = words_for("of_numbers")
#: What begins a note, and the rows that one names: `Sr. Nos. 2, 4 and 7`.
_NOTE: Final = re.compile(r"^\W*(?:important )?(?:n\.? ?b\b|note|remarks?|नोट|टिप्पणी)\W*\d{0,2}\W*", re.IGNORECASE)
_ROWS: Final = re.compile(
    r"(?<![^\W\d_])(?:the |at |of )*"
    r"(?:(?:\+?91[ -]?)?(?<!\d)[6-9]\d{4}[ -]?\d{5}(?!\d)"
    r"|(?:s\.? ?[rl]?\.? ?no|(?:sr|sl)\b|serial|row|entry|entries|क्रम|क्रमांक|पंक्ति)(?:s\b)?"
    r"\.?(?:[ .:]*(?:(?:no|number|num|nos)?s?\b|संख्या))?[ .:#]*\d{1,4}(?:\W{0,3}(?:(?:and|to)\W{1,2})?\d{1,4}(?!\d))*)",
    re.IGNORECASE,
)
#: Rows by their mark: `Numbers marked * are of complainants`, `those in red`.
_MARKED: Final = re.compile(
    r"(?:marked|highlighted|colou?red|shaded|underlined|bold|asterisk|starred|with \*"
    r"|in (?:blue|bold|green|grey|gray|italics?|orange|pink|red|yellow)(?: colou?r)?)(?![^\W\d_])",
    re.IGNORECASE,
)
#: Words that leave the rows beside them out.
_EXCEPT: Final = words_in(
    "barring chhod chhodkar chodkar except excepting excluded excluding leaving omit omitted omitting",
    "छोडकर छोड़कर सिवाय",
)
#: Words between the rows and the statement on them, and those of a note on what is above it.
_BETWEEN: Final = words_in("a all an are as be been being below has have in is it of the these this those to was were")
_ABOVE: Final = words_in("above aforesaid all both these those uparokt upar", "उपरोक्त उपर ऊपर")
_BELOW: Final = words_in("below following niche nimn", "नीचे निम्न निम्नलिखित")
#: Words of a heading of own numbers, or of some that are not meant; of a station or a place they are its name; and
#: what is not blocked yet is to be.
_OWN: Final = (OF_FAMILY - words_in("beta is mata member members")) | words_in("mine my myself our ours")
_NOT: Final = (words_for("denial") - words_in("deny n na no pending reject rejected yet", "न ना")) | words_in(
    "aren galat incorrect isn wasn wrong", "गलत"
)
_STATIONS: Final = words_in("block chowki colony dist district distt nagar ps road sector station thana zone थाना जिला")
_OF_BLOCKS: Final = words_for("to_block", "blocked")
#: A heading has few words.
_FEW_WORDS: Final = 6


def heads_others(text: str, *, is_alone: bool = True) -> bool:
    """Whether a line says that numbers are victims', refused, or not to be blocked.

    Args:
        text: The line.
        is_alone: Whether nothing is beside it: else it counts only if it says nothing else.

    >>> [heads_others(text) for text in ("Victims' numbers", "Rejected list", "Do not block", "Total", "To be blocked")]
    [True, True, True, False, False]
    """
    if is_spared(text):
        return True
    names_list = is_of_victims(text) and not _OF_LISTS.isdisjoint(words_of(text))
    return is_alone and (is_not_listed(text) or names_list or heads_refused(text))


def heads_unmeant(text: str) -> bool:
    """Whether a line with nothing beside it says that numbers are one's own, not the meant ones, or set apart.

    >>> [heads_unmeant(text) for text in ("Own number", "Wife's phone", "Not suspects", "Helplines", "गलत")]
    [True, True, True, True, True]
    >>> [heads_unmeant(text) for text in ("PS New Friends Colony", "Not known", "Not yet blocked", "Nuh", "Total")]
    [False, False, False, False, False]
    """
    words = set(words_of(text))
    if is_set_aside(text):
        return True
    if len(words) > _FEW_WORDS:
        return False
    is_own = not words.isdisjoint(_OWN) and words.isdisjoint(_STATIONS)
    return is_own or (
        not words.isdisjoint(_NOT) and words.isdisjoint(_OF_BLOCKS) and not words <= NOT_KNOWN | _STATIONS
    )


@lru_cache(10_000)
def is_note_against(text: str, also: Callable[[str], bool] | None = None) -> bool:
    """Whether a line refuses or spares rows above it, where none is below it.

    A label says nothing of them: an officer signs a sheet, and `Victims: 12` is a total.

    Args:
        text: The line.
        also: What else of a text, or of what it says of the rows that it names, is against them.

    >>> notes = ("Note: Sr. No. 2 is a victim's number", "Sr. No. 1 & 4 on hold", "Above numbers not to be blocked")
    >>> [is_note_against(text) for text in (*notes, "* S.No. 2 friend's number", "Sr. No. 4 pls confirm")]
    [True, True, True, True, True]
    >>> notes = ("Nodal officer", "Victims: 12", "Total", "Note: dates are dd/mm/yyyy", "Page 1 of 2", "Pending: 0")
    >>> [is_note_against(text) for text in notes]
    [False, False, False, False, False, False]
    """
    if len(text) > _LONGEST:
        return False
    statement = _statement_of(text)
    if is_on_rows(text):
        whole = _without_rows(text)
        return (
            any(map(_is_against, (text, statement)))
            or any(is_so(one) for is_so in (is_held_back, is_doubted, is_theirs) for one in (whole, statement))
            or (
                _ROWS.search(text) is not None
                and (is_not_ordinary(statement) or not _EXCEPT.isdisjoint(words_of(text)))
            )
            or (also is not None and also(statement))
        )
    if is_no_list(text):
        return True
    if is_of_officers(statement) or heads_victims(statement) or is_set_aside(statement):
        return False
    return _is_against(text) or (also is not None and also(text))


def is_on_rows(text: str) -> bool:
    """Whether a line names rows, or those above it.

    >>> [is_on_rows(text) for text in ("Note: row 2 is wrong", "The above numbers", "B. Following numbers", "Victims")]
    [True, True, False, False]
    """
    words = set(words_of(text))
    return _ROWS.search(text) is not None or (not _ABOVE.isdisjoint(words) and _BELOW.isdisjoint(words))


def names_rows(text: str) -> bool:
    """Whether a line names rows by their numbers or their mark.

    >>> texts = "Sr. No. 2 is a victim", "Numbers marked * are of victims", "The above numbers", "Victims of Nuh"
    >>> [names_rows(text) for text in texts]
    [True, True, False, False]
    """
    return _ROWS.search(text) is not None or _MARKED.search(text) is not None


def may_mean_above(text: str) -> bool:
    """Whether a line with rows below it may mean those above: it is a note, or names rows."""
    return is_on_rows(text) or _NOTE.match(text) is not None


def _is_against(text: str) -> bool:
    return heads_others(text) or why_spared(text, is_prose=True) is not None


def _without_rows(text: str) -> str:
    return _ROWS.sub(" ", _NOTE.sub("", text)).strip(" :-\u2013\u2014.,*#\u2022")


def _statement_of(text: str) -> str:
    """What a note says, without the rows that it names and the words between.

    >>> [_statement_of(text) for text in ("Note: Sr. No. 2 is a false complaint", "NB - rows 2 to 4: victims")]
    ['false complaint', 'victims']
    """
    words = _without_rows(text).split()
    around = _BETWEEN | _ABOVE
    while words and words[0].casefold().strip(" :,.-") in around:
        del words[0]
    return " ".join(words).strip(" :-\u2013\u2014")
