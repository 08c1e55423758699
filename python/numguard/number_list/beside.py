"""The cells beside the numbers of a list or a sheet: which of them say that the number of their row is spared.

Owns the headings that ask for an answer, a day or a change, and what answers them. Independent of files, and of the
words that spare a number below any heading (`spared`). One idea: **a heading gives a short cell its meaning**: `Yes`
below `Do not block`, `No` below `To be blocked`, `Del` below `Change`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum, auto
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard.compute import decoded, flags, is_number, pc, seen_text
from numguard.number_list.actions import is_against, may_have_words
from numguard.number_list.entries import (
    asks_if_active,
    asks_if_deleted,
    ended,
    has_end_days,
    has_status,
    past,
    without_flags,
)
from numguard.number_list.spared import (
    AGAIN,
    BY_WHOM,
    NUMBERS,
    RELEASED,
    is_of_officers,
    is_of_thing,
    is_released,
    is_spared,
    may_be_spared,
    releases_numbers,
    why_spared,
)
from numguard.number_list.titles import (
    FILLING,
    NOT_KNOWN,
    OF_FAMILY,
    RANKS,
    VICTIMS,
    heads_victims,
    is_of_victims,
    names_suspects,
    words_of,
)
from numguard.number_list.words import Meaning, words_for, words_in

#: Words of headings of columns that answer yes or no, and the answers.
_OF_BLOCK: Final = words_for("question_block")
_OF_BLOCKED: Final = _OF_BLOCK | {"blocked"}
_OF_FRAUD: Final = words_for("question_fraud")
#: What an officer answers of each number of a list.
_DECIDED: Final = words_for("agreed") | words_in("allow allowed confirm confirmation confirmed granted")
_ASKING: Final = _OF_BLOCKED | _OF_FRAUD | _DECIDED | RANKS | words_for("beside_question")
#: A heading that asks for a block too.
_ADDED: Final = re.compile(r"\badd(?:ed)? (?:in|to) (?:the )?block ?list\b")
_ONE: Final = frozenset(["1", "1.0"])
_TICKS: Final = frozenset("\u2611\u2705\u2713\u2714\u221a")
_YES: Final = _ONE | _TICKS | words_for("yes")
#: Below a heading that spares a number any mark is a yes.
_MARKED: Final = _YES | {"x", "*", "done"}
#: Words of headings that ask whether a number is a victim's, beside those for victims: `Is victim (Y/N)`.
_WHETHER: Final = words_in("flag is n whether y yes")
_NO: Final = words_for("no") | frozenset(["0", "0.0", "\u00d7", "\u2610", "\u2612", "\u2717", "\u2718", "\u274c"])


def _several(meaning: Meaning) -> str:
    """An expression of the words of several letters: `N. Singh` is no answer."""
    return "|".join(word for word in sorted(words_for(meaning), reverse=True) if len(word) > 1)


#: Yes, and why; and no, and why.
_YES_FOR: Final = re.compile(rf"(?:{_several('yes')})(?:\s*[.,:;!(]|\s+[^\w\s]).*", re.DOTALL)
_NO_FOR: Final = re.compile(rf"(?:{_several('no')})(?:\s*[.,:;!(](?!\s*\d)|\s+[^\w\s](?!\s*\d)).*", re.DOTALL)
#: The same below what an officer answers.
_NO_WORDS: Final = re.compile(rf"(?:{_several('no')}) (?!objection)")
#: Words beside them in headings of days, and the digits of a day.
_WHEN: Final = words_in("at date day dated dt no number of on time")
_DAY: Final = re.compile(r"(?:\d\D*){4}")
#: How further words of such headings begin: `Re-verified on`, `Surrendered on`, and their day of a stay order.
_OF_DAYS: Final = re.compile(r"(?:re ?verif\w*|surrender\w*|(?:court )?stay(?: order)?)(?: (?:done|successful))?")
#: Words of headings of columns of prose, and of what a fraudster did or a letter has.
_OF_FACTS: Final = words_in(
    "brief complaint crime details facts fraud gist letter mode modus operandi ref story summary"
)
#: Words of headings of what is looked up, or where: not of what was done.
_OF_CHECKS: Final = words_in("against authority check checked code contact helpline risk status")
#: Words of headings of sums, which are restored or released too, and of blocks beside what lifts them.
_OF_OTHER_THINGS: Final = _OF_BLOCKED | words_in("account amount amt bank inr money no not rs rupees sum")
#: What makes a heading one of money, or of another thing than a number, in a sheet of complaints.
_OF_MONEY: Final = words_for("blocked_too", "thing") | words_in(
    "amount amt cheque claim freeze frozen hold inr lien loan money order parcel payment policy recovery refund rs",
    "rupees sum ticket transaction transactions txn wallet",
)
#: Words of headings that ask what is to be done, and not what was, beside those for a block: `Block this number?`.
_TO_BE_DONE: Final = words_in("be karna n required should this to whether y yes", "करना करे करें")
#: Words of headings that ask whose a number is, and what a victim is to its user; words of the answers.
_WHOSE: Final = words_in("belong belonging belongs owner whose", "किसका")
_RELATION: Final = words_in("relation relationship rishta", "संबंध")
_THEIRS: Final = OF_FAMILY - {"is"}
#: Words of headings of what an officer recommends.
_OPINION: Final = words_in("opinion opinions recommendation recommendations", "राय")
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
#: Words of headings of columns that say what each row has: `Type`, `Identifier type`.
_TYPE: Final = words_for("type")
_TYPED: Final = _TYPE | words_in(
    "contact data entity field id identifier indicator no number of parameter suspect suspected the value"
)
#: Words of headings of the names of persons whose the numbers are.
_NAME: Final = words_for("name")
_NAMED: Final = _NAME | words_in("customer full holder of owner party person s subscriber the user")
#: Headings of serial numbers, by their letters alone, and a word in such a column: the row is a note below the table.
_SERIAL: Final = words_for("serial")
_NOTE: Final = r"^\P{Nd}*[\pL\pM]{3}\P{Nd}*$"
_ROMAN: Final = r"(?i)^[^\pL]*[ivxlc]+[^\pL]*$"
#: The characters of the longest cell that is looked at.
_LONGEST: Final = 120


class _Question(Enum):
    """What a heading asks of each number."""

    VICTIM_OR_RELEASED = auto()
    TO_SPARE = auto()
    FRAUD = auto()
    TO_ACT = auto()
    ACTIVE = auto()


#: What a no spares a number below.
_TO_BE_LISTED: Final = frozenset([_Question.FRAUD, _Question.TO_ACT, _Question.ACTIVE])


class _Rule(NamedTuple):
    """What spares the number of a row below some headings, and says nothing below others.

    Attributes:
        is_for: Whether the rule is for a heading.
        sparing: Those of some texts that spare a number below a heading.
        in_complaints: Whether it is for complaints too, in which a victim is who complains, and an account or a sum is
            blocked or released.
    """

    is_for: Callable[[str], bool]
    sparing: Callable[[str, Any], list[str]]
    in_complaints: bool


def may_spare(heading: str, kind: pa.DataType) -> bool:
    """Whether a column may say that a number is spared: one of words, days, or answers that its heading asks for."""
    is_of_days = _is_of_days(heading) or has_end_days(heading)
    if may_have_words(kind) or (is_of_days and not pa.types.is_nested(kind)):
        return True
    of = decoded(kind)
    return (pa.types.is_boolean(of) or is_number(of)) and _question(heading) is not None


def spared(heading: str, cells: Any, *, is_complaint: bool = False) -> npt.NDArray[np.bool_] | None:
    """Which cells of a column say that the number of their row is spared; None if none does.

    Args:
        heading: The heading of the column.
        cells: An array or a chunked array.
        is_complaint: Whether each row is a complaint: what is blocked or released there may be an account or a sum.
    """
    if not may_spare(heading, cells.type):
        return None
    # Databases give a yes or no as a decimal, 1.00 among them.
    texts = seen_text(cells.cast(pa.float64()) if pa.types.is_decimal(cells.type) else cells)
    found = sparing(heading, pc.unique(texts), is_complaint=is_complaint)
    return flags(pc.is_in(texts, pa.array(found, pa.string()))) if found else None


def sparing(heading: str, texts: Any, *, is_complaint: bool = False) -> list[str]:
    """Those of the distinct texts of a column that say that the number of their row is spared, as `spared` does."""
    texts = texts.filter(pc.less_equal(pc.utf8_length(texts), _LONGEST))
    by_heading = [
        text
        for rule in _RULES
        if (rule.in_complaints or not is_complaint) and rule.is_for(heading)
        for text in rule.sparing(heading, texts)
    ]
    return by_heading + _by_words(heading, texts, is_complaint=is_complaint)


def asks(heading: str) -> bool:
    """Whether a heading asks of each number of a list if it is to be acted upon."""
    return _question(heading) in _TO_BE_LISTED


def asks_to_act(heading: str) -> bool:
    """Whether it asks so of what is to be done, or was decided: another text than a yes is no yes there.

    >>> [asks_to_act(heading) for heading in ("To be blocked", "Block", "Approved by SP", "Blocked", "Is fraud")]
    [True, True, True, False, False]
    """
    words = words_of(heading)
    is_to_act = " ".join(words[:2]) == "to be" or not (_OF_BLOCK | _DECIDED | {"blocklist"}).isdisjoint(words)
    return is_to_act and asks(heading)


def is_yes(text: str) -> bool | None:
    """Whether a text is a yes or a no; None if it is neither."""
    bare = _as_answer(text)
    return bare in _YES if bare in _YES | _NO else None


def is_of_serials(heading: str) -> bool:
    """Whether a heading is that of serial numbers."""
    return "".join(words_of(heading)) in _SERIAL


def _as_answer(text: str) -> str:
    return text.strip().casefold().rstrip(". ") or text.strip()


def _is_of_days(heading: str) -> bool:
    """Whether a heading is that of the days since which numbers are in use again: `Reactivation date`, `Removed on`."""
    meant = [word for word in words_of(heading) if word not in _WHEN]
    if _OF_DAYS.fullmatch(" ".join(meant)):
        return True
    return bool(meant) and all(word.startswith((*AGAIN, "restor")) or word in RELEASED for word in meant)


def _is_of_again(heading: str) -> bool:
    """Whether a heading is that of what is known of an unblocking: a row that has anything there was unblocked.

    >>> [_is_of_again(heading) for heading in ("Unblock letter no.", "Reason for unblocking", "Block/Unblock")]
    [True, True, False]
    """
    words = {word for word in words_of(heading) if word not in ("no", "number")}
    is_again = any(word.startswith(AGAIN) and not word.startswith("whitelist") for word in words)
    return is_again and not _is_of_days(heading) and words.isdisjoint(_OF_OTHER_THINGS | _OF_CHECKS)


def _is_nothing(text: str) -> bool:
    """Whether a text says that there is nothing: `-`, `NA`, `Not requested`."""
    words = words_of(text)
    is_figure = any(map(str.isdecimal, text)) and _as_answer(text) not in _NO
    return not (words or is_figure) or text in _NO or (bool(words) and (words[0] in _NO or set(words) <= NOT_KNOWN))


def _is_of_changes(heading: str) -> bool:
    words = set(words_of(heading))
    return bool(words) and words <= _CHANGE | _OF_CHANGE


def _leaving(heading: str, texts: Any) -> list[str]:
    """Those texts that say, below the heading of a column of changes, that a number leaves the list.

    >>> of = lambda heading, *texts: _leaving(heading, pa.array(texts))
    >>> of("Add/Del", "A", "D"), of("Flag", "D"), of("Type", "NEW", "REL"), of("op", "-"), of("op", "+", "-")
    (['D'], [], ['REL'], [], ['-'])
    """
    # Few columns have such headings: only their texts leave Arrow.
    meant = {text: text.strip().casefold() for text in texts.to_pylist()}
    if _CHANGE.isdisjoint(words_of(heading)) and _JOINS.isdisjoint(meant.values()):
        return []
    # A dash stands for an empty cell too.
    leaves = _LEAVES if "+" in meant.values() else _LEAVES - {"-"}
    return [text for text, bare in meant.items() if bare in leaves]


@lru_cache(1_000)
def _question(heading: str) -> _Question | None:
    """What a heading asks of each number, if it asks for a yes or a no, or any mark is an answer.

    >>> [_question(heading).name for heading in ("Is victim", "Do not block", "Suspect?", "Block", "Valid (Y/N)")]
    ['VICTIM_OR_RELEASED', 'TO_SPARE', 'FRAUD', 'TO_ACT', 'ACTIVE']
    >>> _question("DEL_FLG").name, _question("Removed flag").name, _question("ENABLED").name, _question("Block No")
    ('VICTIM_OR_RELEASED', 'VICTIM_OR_RELEASED', 'ACTIVE', None)
    """
    there = _ADDED.sub("block", " ".join(words_of(heading))).split()
    # `To be blocked or not`.
    words = set(there[:-2] if there[-2:] == ["or", "not"] else there)
    is_off = is_released(heading) or is_released(" ".join(without_flags(words))) or asks_if_deleted(words)
    if is_off or heads_victims(" ".join(words - _WHETHER)):
        return _Question.VICTIM_OR_RELEASED
    if is_spared(heading) and not is_of_officers(heading):
        return _Question.TO_SPARE
    # `Block No` is a part of an address.
    has_answers = bool(words & {"yes", "be", "हाँ", "हां"}) or words >= {"y", "n"}
    if words <= _ASKING and (has_answers or words.isdisjoint({"no", "नहीं"})):
        if words & _OF_FRAUD:
            return _Question.FRAUD
        if words & (_OF_BLOCKED | _DECIDED):
            return _Question.TO_ACT
    return _Question.ACTIVE if asks_if_active(words - {"no"}) else None


def _marked(heading: str, texts: Any) -> list[str]:
    """Those texts that are a yes, or any other mark.

    >>> _marked("Do not block", pa.array(["Yes.", "yes - victim", "x", "No"])), _marked("Deleted", pa.array(["T", "F"]))
    (['Yes.', 'yes - victim', 'x'], ['T'])
    """
    counted = _ONE if _is_of_counts(heading, texts) else frozenset()
    marks = (_MARKED - counted) | ({"t"} if _is_of_truth(texts) else frozenset())
    answers = ((text, _as_answer(text)) for text in texts.to_pylist())
    return [text for text, bare in answers if bare in marks or _YES_FOR.fullmatch(text.strip().casefold())]


def _denied(heading: str, texts: Any) -> list[str]:
    """Those texts that are a no, or a decision against the number where one is asked for.

    >>> _denied("Block", pa.array(["No", "NO.", "no - verified", "No. 12", "Not known", "Yes"]))
    ['No', 'NO.', 'no - verified']
    >>> _denied("Approved", pa.array(["Not approved", "Rejected", "no objection"]))
    ['Not approved', 'Rejected']
    """
    decided = not _DECIDED.isdisjoint(words_of(heading))
    noes = _NO | ({"f"} if _is_of_truth(texts) else frozenset())

    def is_no(text: str) -> bool:
        bare = _as_answer(text)
        worded = decided and (_NO_WORDS.match(bare) is not None or is_against(text))
        return bare in noes or worded or _NO_FOR.fullmatch(text.strip().casefold()) is not None

    return list(filter(is_no, texts.to_pylist()))


def _is_of_truth(texts: Any) -> bool:
    """Whether a column has nothing but `T` and `F`, as some databases write yes and no."""
    return {"t", "f", ""}.issuperset(map(_as_answer, texts.to_pylist()))


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


def _notes(_: str, texts: Any) -> list[str]:
    """Those texts that are words in place of a serial number."""
    notes = texts.filter(pc.match_substring_regex(texts, _NOTE))
    found: list[str] = notes.filter(pc.invert(pc.match_substring_regex(notes, _ROMAN))).to_pylist()
    return found


def _by_words(heading: str, texts: Any, *, is_complaint: bool) -> list[str]:
    """Those texts that spare a number by their words, whatever the heading asks."""
    words = set(words_of(heading))
    # Below a heading such as `Reported by` or `Complainant type`, a victim is who named the number.
    by_whom = bool(BY_WHOM & words) or (is_of_victims(heading) and not names_suspects(heading))
    is_name = bool(_NAME & words) and words <= _NAMED
    # In a column of facts only a text of nothing else counts, as in a complaint.
    is_prose = is_complaint or not _OF_FACTS.isdisjoint(words)
    left_out = {None, *(["victims"] if by_whom else [])}
    # What is released in a complaint may be a sum.
    may_be_sum = is_complaint and (words.isdisjoint(NUMBERS | _OF_BLOCKED) or is_of_money(heading))

    def says_so(form: str) -> bool:
        why = why_spared(form, is_name=is_name, is_prose=is_prose)
        return why not in left_out and not (why == "released" and may_be_sum and not releases_numbers(form))

    may_be, forms = may_be_spared(texts)
    say_so = list(filter(says_so, pc.unique(forms).to_pylist()))
    found: list[str] = may_be.filter(pc.is_in(forms, pa.array(say_so, pa.string()))).to_pylist()
    return found


def is_of_money(heading: str) -> bool:
    """Whether a heading of a sheet of complaints is that of a sum, an account or another thing than a number."""
    return not _OF_MONEY.isdisjoint(words_of(heading))


def _asks_of_numbers(heading: str) -> bool:
    """Whether a heading asks if a number is to be blocked, and not whether one was: it may be blocked yet.

    >>> asks = ("Number to be blocked", "Block this number?", "Blocking required", "Confirmed", "Blocked")
    >>> [_asks_of_numbers(heading) for heading in asks]
    [True, True, True, True, False]
    """
    words = set(words_of(heading))
    is_to_do = not words.isdisjoint(_TO_BE_DONE) and ("be" in words or not words.isdisjoint(_OF_BLOCK))
    names_block = not words.isdisjoint(_OF_BLOCK) and not words.isdisjoint(NUMBERS) and "status" not in words
    return _question(heading) is _Question.TO_ACT and (is_to_do or names_block or not words.isdisjoint(_DECIDED))


def _asks_whose_number(heading: str) -> bool:
    """Whether a heading asks for a yes or no if a number is a victim's, and is none of victims' numbers themselves.

    >>> [_asks_whose_number(heading) for heading in ("Number is of victim (Y/N)", "Is victim", "Victim number")]
    [True, False, False]
    """
    words = set(words_of(heading))
    asks_so = words.isdisjoint(NUMBERS) or words.isdisjoint(_WHETHER | _WHOSE)
    return _question(heading) is _Question.VICTIM_OR_RELEASED and not asks_so


def _is_of_owners(heading: str) -> bool:
    """Whether a heading asks whose a number is, or what its user is to a victim.

    `Relation with victim` alone is what the complainant is to a victim, and says nothing of a number.

    >>> of = ("Number belongs to", "Relation of number with victim", "Relation with victim", "House owner")
    >>> [_is_of_owners(heading) for heading in of]
    [True, True, False, False]
    """
    words = words_of(heading)
    is_whose = not (_WHOSE | _RELATION).isdisjoint(words) and not NUMBERS.isdisjoint(words)
    return (is_whose or words == ["belongs", "to"]) and not names_suspects(heading)


def _is_of_family(text: str) -> bool:
    """Whether a text is the answer that a number is one's own, or of one's family, and nothing else."""
    words = set(words_of(text))
    return bool(words & _THEIRS) and words <= OF_FAMILY | FILLING


def _is_of_opinions(heading: str) -> bool:
    return not _OPINION.isdisjoint(words_of(heading)) and not is_of_money(heading)


def _is_of_types(heading: str) -> bool:
    words = set(words_of(heading))
    return bool(words & _TYPE) and words <= _TYPED


def _those(is_so: Callable[[str], object]) -> Callable[[str, Any], list[str]]:
    """Those texts that a test is true of."""
    return lambda _, texts: [text for text in texts.to_pylist() if is_so(text)]


_RULES: Final = (
    _Rule(lambda heading: _question(heading) is _Question.TO_SPARE, _marked, in_complaints=True),
    _Rule(lambda heading: _question(heading) is _Question.VICTIM_OR_RELEASED, _marked, in_complaints=False),
    _Rule(lambda heading: _question(heading) is _Question.FRAUD, _denied, in_complaints=True),
    _Rule(lambda heading: _question(heading) in (_Question.TO_ACT, _Question.ACTIVE), _denied, in_complaints=False),
    _Rule(_asks_of_numbers, _denied, in_complaints=True),
    _Rule(_asks_whose_number, _marked, in_complaints=True),
    _Rule(_is_of_owners, _those(_is_of_family), in_complaints=True),
    _Rule(_is_of_opinions, _those(is_against), in_complaints=True),
    _Rule(_is_of_changes, _leaving, in_complaints=False),
    _Rule(_is_of_days, _those(_DAY.search), in_complaints=False),
    _Rule(has_end_days, lambda _, texts: past(texts), in_complaints=False),
    _Rule(has_status, ended, in_complaints=False),
    _Rule(_is_of_again, _those(lambda text: not _is_nothing(text)), in_complaints=False),
    _Rule(is_of_serials, _notes, in_complaints=True),
    _Rule(_is_of_types, _those(is_of_thing), in_complaints=True),
)
