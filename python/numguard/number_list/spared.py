"""Texts that say that a number is spared: it is a victim's, it is to be released, not to be blocked, or no phone's.

Owns the words that spare a number. Independent of files, of columns, and of the column of actions. One idea: **a text
counts if nothing else is in it, or in a part of it**, as in the cell `Victim` or `Ravi (victim)`, or the line
`Do not block:`; of prose, only a phrase that has one meaning counts, such as `do not block`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias

from numguard.compute import pc
from numguard.number_list.phrases import (
    MISTAKEN,
    NOT_REALLOTTED,
    NOT_TO_BLOCK,
    OF_OFFICERS,
    REALLOTTED,
    RULES,
    SPARED,
    UNWANTED_IN_OTHERS,
    UNWANTED_OR_OFF,
    Phrases,
    Prefilter,
)
from numguard.number_list.spelling import SPARING_MISSPELT, spelt
from numguard.number_list.titles import (
    BEGINNINGS,
    FILLING,
    OF_FAMILY,
    TYPED,
    VICTIMS,
    heads_victims,
    is_block_lifted,
    is_block_over,
    is_block_restored,
    is_block_unwanted,
    is_of_victims,
    is_victim,
    parts_of,
    statements_of,
    words_of,
)
from numguard.number_list.words import words_for, words_in

#: Why a number is spared: it is a victim's, it is or is to be released, or it is not to be blocked.
Why: TypeAlias = Literal["victims", "released", "not to be blocked"]

#: What is done to a number that is not, or no longer, to be blocked.
RELEASED: Final = words_for("released")
#: Words beside them that change nothing.
_FILLING: Final = words_for("beside_released")
_BESIDE_NUMBERS: Final = words_in("cell ka ki mob ph s")
#: The phrases of a text that says nothing else.
_WHOLE: Final = (NOT_TO_BLOCK, OF_OFFICERS, SPARED, UNWANTED_IN_OTHERS)
#: Words of a text that says no more than that numbers are not to be blocked.
_OF_UNWANTED: Final = _FILLING | words_for("beside_unwanted")
_MERE: Final = re.compile(
    r"^(?:please|kindly|pls|mob|mobile|phone|numbers?|nos?|these|this|those|list|of|to|all|the|following|are|is|was"
    r"|were) "
    r"| (?:please|numbers?)$"
)
#: How words begin that say that numbers are in use again, or never to be blocked, and of nothing but numbers.
AGAIN: Final = tuple(sorted(words_for("again_begins")))
#: The same in a title, whatever is beside them; a sum of money is restored too.
_AGAIN_IN_TITLES: Final = (*AGAIN, *sorted(words_for("again_in_titles")))
#: The same in several words.
_IN_USE: Final = re.compile(r"\b(?:in use again|again in use|back in use|given back)\b")
#: Words that turn what is beside them: `Not unblocked till date`.
_DENIAL: Final = words_for("denial")
#: Words of headings that say from whom a number is known, and of texts, which may say who was called.
BY_WHOM: Final = words_for("by_whom")
_BY_WHOM_OR_CALLED: Final = BY_WHOM | words_in("call called calls contacted")
#: Words of what a victim did, or lost.
_OF_LOSS: Final = words_in("cheated duped lost paid received rs rupees sent transferred")
#: Words of what is unblocked or released in the story of a fraud.
_OF_FRAUDS: Final = words_for("blocked_too") | words_in(
    "aadhaar accused ads amount calls crore demat facebook fake fraud fraudster instagram job lakh loan money parcel",
    "paytm refund rs rupees scam task upi wallet",
)
#: Words of a title of suspects, in which a sum is restored, or a service offered: `Fake unblocking calls`.
_OF_SCAMS: Final = words_in("amount calls crore electricity fake fraud kyc lakh money refund rs rupees scam")
#: Words of a part of a text by which another part is about a suspect, or about what he did.
_BESIDE_SUSPECTS: Final = words_in("accused agent blocked fake fraud fraudster scam suspect")
#: What is released of a sum or a cheque too: in a part of a text it does not say that a number is.
_OF_SUMS: Final = words_in(
    "cleared delete deleted deletion exclude excluded genuine release released",
    "releasing removal remove removed restoration",
    "restore restored resumed withdrawn",
)
#: Words for a phone number, and those that say whose it is, or that it is in use again or to be left out.
NUMBERS: Final = words_in(
    "mob mobile mobiles msisdn nos number numbers phone phones sim", "क्रमांक नंबर नम्बर फोन मोबाइल मोबाईल"
)
_STATED: Final = words_in("apna apne apni belong belonging belongs hai is khud own self", "अपना अपनी अपने खुद स्वयं है हैं")
#: Words of a statement that a number was verified again: how it ended is in the next one.
_VERIFIED: Final = words_in("been done has is re reverification reverified reverify verification verified verify was")
_LEFT_OUT: Final = words_in("delist delisted exclude excluded exempt exempted remove removed withdrawn")
_OF_LISTS: Final = words_in("be block blocking list unblock", "अनब्लाक अनब्लॉक सूची")
#: The most words of a text of which a part names a victim: prose has more.
_FEW_WORDS: Final = 4
#: How words for victims begin that are names of persons too.
_NAMES: Final = tuple(sorted(words_for("victim_or_name")))
#: What is no phone, and words beside it that change nothing. Handsets are, in a list of them.
_THINGS: Final = words_for("thing")
_OF_THINGS: Final = words_for("beside_thing")
#: Words of letters and chats, whose writers' own numbers may be among the lines.
_LETTER: Final = words_for("letter", "rank")
#: Words of what is no list to act on; those of the names of sheets and files that are set apart from the numbers
#: to act on; and words beside them.
_NO_LIST: Final = words_in("draft dummy obsolete sample specimen superseded test testing training")
_SET_ASIDE: Final = _NO_LIST | words_in(
    "directory dropped example exception exceptions helpline helplines hold nodal officers rejected roster",
    "staff surrendered template",
)
_BESIDE_ASIDE: Final = words_in(
    "a action bank branch by dated do dt entries file for format kept not of officer on our police",
    "purpose purposes records rows the to use used",
)
#: A line that says so of the whole list; `For information and necessary action` asks for the opposite.
_NO_ACTION: Final = re.compile(
    r"(?:(?:kindly|pl|please|pls|plz) )*(?:disregard|ignore) (?:(?:all|entire|of|the|these|this|whole) )*"
    r"(?:annexure|entries|file|list|numbers|page|records|rows|sheet|table)"
    r"|(?:only|purely|just) for (?:information|record|reference)s?(?: purposes?)?"
    r"|for (?:information|record|reference)s?(?: purposes?)? only"
)

#: The characters of a title that are looked at: the first line of a file may be all of it.
_LONGEST_TITLE: Final = 1_000
#: After such a mark is what the words before it name: `Victim: Ravi`.
_LABELS: Final = frozenset(":-\u2013\u2014")

#: The texts that may spare a number: with a phrase, or a word, by which `why_spared` may say so.
_PREFILTER: Final = Prefilter(
    [*RULES, Phrases(*SPARING_MISSPELT)],
    words=RELEASED,
    # Those that words_of and _joined make of two.
    split=(VICTIMS, [*BEGINNINGS, *AGAIN]),
    written=TYPED.pattern,
)
#: So few texts are read faster than the expressions for an array are compiled, which is done for each array anew.
_FEW: Final = 100
#: What is neither of a word nor of a phrase nor parts a text.
_NO_PART: Final = r"[^\pL\pM\p{Cf}.,;:|()\[\]/&\x{964}\x{2013}\x{2014}'`\x{2018}\x{2019}+-]+"


@lru_cache(10_000)
def is_spared(text: str) -> bool:
    """Whether a text says that numbers are victims' or not to be blocked, and nothing else.

    >>> [is_spared(text) for text in ("Victim", "Do not block:", "To be released", "un-block", "Reactivated")]
    [True, True, True, True, True]
    >>> [is_spared(text) for text in ("Suspect", "Please block", "Not blocked", "Released on bail", "")]
    [False, False, False, False, False]
    """
    if heads_victims(text) or is_released(text):
        return True
    words = spelt(words_of(text))
    if _OF_UNWANTED.issuperset(words) and UNWANTED_OR_OFF.are_in(" ".join(words)):
        return True
    bare_forms = list(_bare_forms(words))
    # `Complainant's own number entered by mistake`.
    if MISTAKEN.are_in(bare_forms[0]) and heads_victims(MISTAKEN.expression.sub("", bare_forms[0])):
        return True
    return any(rule.are_all_of(bare) for bare in bare_forms for rule in _WHOLE)


def _bare_forms(words: Sequence[str]) -> Iterator[str]:
    """The text of these words, also without those around it that change nothing."""
    bare, before = " ".join(words), None
    while bare != before:
        yield bare
        bare, before = _MERE.sub("", bare), bare


def is_released(text: str) -> bool:
    """Whether a text says that something is, or is to be, released, and nothing else; it may say whose it is.

    >>> [is_released(text) for text in ("Unblocked as per court order", "Excluded as victim", "Released on bail")]
    [True, True, False]
    """
    meant = {word for word in words_of(text) if word not in _FILLING}
    if not meant & RELEASED:
        return False
    return all(word in RELEASED or word in _BESIDE_NUMBERS or word in OF_FAMILY or is_victim(word) for word in meant)


def why_spared(text: str, *, is_name: bool = False, is_prose: bool = False) -> Why | None:
    """Why the cell of a row spares its number, if it does: by all of its text, a part of it, or a phrase in it.

    Args:
        text: The cell.
        is_name: Whether its column has the names of those whose the numbers are.
        is_prose: Whether a part that names a victim counts only if it says that the number is his, as in a complaint,
            whose other cells name the complainant beside other words too.

    >>> [why_spared(text) for text in ("Victim", "Unblocked on 5 Feb", "Pls don't block this", "Ravi (victim)")]
    ['victims', 'released', 'not to be blocked', 'victims']
    >>> [why_spared(text) for text in ("Victim: Ravi", "Called the victim", "Not blocked", "Not unblocked till date")]
    [None, None, None, None]
    >>> why_spared("Victim: Ravi", is_name=True), why_spared("Complainant Ravi", is_name=True)
    ('victims', 'victims')
    """
    why = _why_whole(text)
    if why is None and (is_block_unwanted(text) or is_block_lifted(text)):
        why = "not to be blocked"
    if why is None and _is_of_another_now(text):
        why = "not to be blocked"
    if why is None and is_block_restored(text):
        why = "released"
    if why is not None:
        return why
    why = None if is_prose else _why_beside(text, is_name=is_name)
    return why or _why_in_prose(text)


def _is_of_another_now(text: str) -> bool:
    """Whether a text says that its number has been given to another subscriber.

    >>> texts = "SIM since allotted to another person", "Number not reallotted so far", "SIM issued to another person"
    >>> [_is_of_another_now(text) for text in texts]
    [True, False, False]
    >>> _is_of_another_now("Accused not traced, number since recycled")
    True
    """
    parts = [" ".join(words_of(part)) for part in (text, *(part for part, _ in statements_of(text)))]
    return any(REALLOTTED.are_in(part) and not NOT_REALLOTTED.are_in(part) for part in parts)


def _why_in_prose(text: str) -> Why | None:
    """Why a statement of a text spares a number, whatever the others are.

    >>> [_why_in_prose(text) for text in ("Number is of victim, wrongly entered", "Ravi, the complainant, paid 5000")]
    ['victims', None]
    """
    for at, (part, mark) in enumerate(statements_of(text)):
        words = set(words_of(part))
        is_label = at == 0 and mark in _LABELS
        counts: dict[Why | None, bool] = {
            None: False,
            "victims": not is_label and not words.isdisjoint(NUMBERS | {"no"}) and not words.isdisjoint(_STATED),
            "released": not is_label and not words.isdisjoint(NUMBERS),
            "not to be blocked": not (at == 0 and mark == ":") and not is_of_officers(part),
        }
        why = _why_whole(part)
        if counts[why] and not words <= _VERIFIED:
            return why
    return None


def releases_numbers(text: str) -> bool:
    """Whether a text that says that something is released says so of a number or a list, or asks for it.

    >>> [releases_numbers(text) for text in ("Number is genuine", "unblock kar de", "Released", "Unblocked on 5 Feb")]
    [True, True, False, False]
    """
    words = _joined(words_of(text))
    return not NUMBERS.isdisjoint(words) or (
        not _OF_LISTS.isdisjoint(words) and any(word.startswith(AGAIN) or word in _LEFT_OUT for word in words)
    )


def _why_beside(text: str, *, is_name: bool) -> Why | None:
    """Why a text spares a number beside other words."""
    words = _joined(words_of(text))
    if is_name and any(is_victim(word) and not word.startswith(_NAMES) for word in (*words[:1], *words[-1:])):
        return "victims"
    if _is_released_at_first(words):
        return "released"
    # In prose a victim is who paid; beside a word for a suspect, who reported him.
    may_name_victim = len(words) <= _FEW_WORDS and (_OF_LOSS | _BESIDE_SUSPECTS).isdisjoint(words)
    before: set[str] = set()
    for at, (part, mark) in enumerate(parts_of(text)):
        # What labels another text says whose that is: `Victim: Ravi`, `Complainant - Nuh`.
        is_label = at == 0 and mark in _LABELS and not is_name
        counts: dict[Why | None, bool] = {
            None: False,
            "victims": may_name_victim and _BY_WHOM_OR_CALLED.isdisjoint(before),
            "released": not _OF_SUMS.issuperset(set(words_of(part)) - _FILLING),
            "not to be blocked": not is_of_officers(part),
        }
        why = None if is_label else _why_whole(part)
        if counts[why]:
            return why
        before.update(words_of(part))
    return None


def _is_released_at_first(words: Sequence[str]) -> bool:
    """Whether the first word that has a meaning is one for a release, which nothing denies: `Unblocked on 05.02.2026`.

    >>> [_is_released_at_first(words) for words in (["unblocked", "by", "sp"], ["not", "unblocked"])]
    [True, False]
    """
    first = next((at for at, word in enumerate(words) if word not in _FILLING), len(words))
    # The number of a letter is no denial: `Unblocked vide letter no. 45`.
    is_denied = _DENIAL.intersection(words[:first]) or (_DENIAL - {"no"}).intersection(words)
    return "".join(words[first : first + 1]).startswith(AGAIN) and not is_denied and _OF_FRAUDS.isdisjoint(words)


def _joined(words: Sequence[str]) -> list[str]:
    """The words, of two that are one with a hyphen between them one: `un-blocked`, `re-activated`.

    >>> _joined(["pls", "un", "block", "de", "listed", "re", "verified"])
    ['pls', 'unblock', 'delisted', 're', 'verified']
    """
    joined: list[str] = []
    for word in words:
        whole = joined[-1] + word if joined and joined[-1] in ("un", "de", "re", "white") else ""
        if whole.startswith(AGAIN) or whole in RELEASED:
            joined[-1] = whole
        else:
            joined.append(word)
    return joined


def _why_whole(text: str) -> Why | None:
    """Why a text of nothing else spares a number."""
    if not is_spared(text):
        return None
    return "victims" if heads_victims(text) else "released" if is_released(text) else "not to be blocked"


def may_be_spared(texts: Any) -> Any:
    """Those of some texts that may spare a number, each also in a form that digits and blanks do not change.

    Args:
        texts: An array of distinct texts.

    Returns:
        Two arrays: the texts, and the form of each.
    """
    if len(texts) <= _FEW:
        return texts, texts
    # A text of figures says nothing, and its letters are found faster than words.
    has_letters = pc.not_equal(pc.ascii_upper(texts), pc.ascii_lower(texts))
    texts = texts.filter(pc.or_(has_letters, pc.invert(pc.string_is_ascii(texts))))
    may_be = texts.filter(_PREFILTER.may_have(texts))
    # `Person 1` to `Person 1000000` are one text.
    return may_be, pc.replace_substring_regex(may_be, _NO_PART, " ")


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
    title = title[:_LONGEST_TITLE]
    return is_of_victims(title) or is_not_listed(title) or any(map(is_spared, _with_parts(title)))


def _with_parts(title: str) -> list[str]:
    return [title, *(part for part, _ in parts_of(title, is_title=True))]


def is_of_officers(text: str) -> bool:
    """Whether a text says that a number is that of an officer, or of the author of a list.

    >>> is_of_officers("Nodal Officer:"), is_of_officers("IO mobile no."), is_of_officers("Fake police officer")
    (True, True, False)
    """
    return any(map(OF_OFFICERS.are_all_of, _bare_forms(words_of(text))))


def is_not_listed(title: str) -> bool:
    """Whether a title says, whosever the numbers are, that they are in use again, or not to be blocked.

    >>> [is_not_listed(title) for title in ("Request for unblocking", "Blocking order withdrawn", "Victims' numbers")]
    [True, True, False]
    """
    title = title[:_LONGEST_TITLE]
    words = words_of(title)
    is_again = any(word.startswith(_AGAIN_IN_TITLES) for word in words) and _OF_SCAMS.isdisjoint(words)
    is_in_use = _IN_USE.search(" ".join(words)) is not None
    # A part of its own says it too: `Release list, DoT`.
    is_part = any(is_spared(one) and not (heads_victims(one) or is_of_officers(one)) for one in _with_parts(title))
    return is_again or is_in_use or is_part or is_block_unwanted(title) or is_block_over(title)


def is_set_aside(name: str) -> bool:
    """Whether the name of a sheet or a file says that its numbers are not among those to act on.

    >>> [is_set_aside(name) for name in ("On hold", "Nodal officers", "Helpline nos", "Fake helplines", "Nuh")]
    [True, True, True, False, False]
    >>> of = "Draft - not for action", "Data for training purposes", "Superseded by list dt"
    >>> [is_set_aside(name) for name in of]
    [True, True, True]
    >>> any(map(is_set_aside, ("Format", "For action", "Online training fraud", "Ignored calls of victim")))
    False
    """
    meant = _of_aside(name)
    return (bool(meant) and meant <= _SET_ASIDE) or is_no_list(name)


def is_no_list(text: str) -> bool:
    """Whether a line says of the whole sheet that it is none to act on; of an officer or a helpline it says nothing.

    >>> texts = "Draft - not for action", "Kindly ignore this sheet", "Only for information", "Nodal officer", "Total"
    >>> [is_no_list(text) for text in texts]
    [True, True, True, False, False]
    """
    meant = _of_aside(text)
    return (bool(meant) and meant <= _NO_LIST) or _NO_ACTION.fullmatch(" ".join(words_of(text))) is not None


def _of_aside(text: str) -> set[str]:
    return set(words_of(text)) - FILLING - _BESIDE_ASIDE
