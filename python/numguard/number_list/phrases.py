"""The phrases by which a text spares a number, and the test by which texts that have none are left out unread.

Owns the phrases: each is written once, of the words in `words.csv`. Independent of the words that spare a number on
their own (`titles`, `spared`), and of headings. One idea: **the test is made of the rules themselves**, so that a rule
cannot be forgotten in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final

from numguard.compute import pc
from numguard.number_list.words import words_for
from numguard.source.scripts import plain_cells


class Phrases:
    """Phrases, of the words of a text with one blank between them.

    Each is a regular expression of whole words: a blank is what is between two words, and a letter of any script is
    `\\S`. It has no other class, and looks at nothing before or behind it.

    >>> some = Phrases(r"blocks? (?:not )?required", "stay(?: by .*)?")
    >>> some.are_all_of("block required"), some.are_all_of("no block required"), some.are_in("no block required")
    (True, False, True)
    """

    def __init__(self, *alternatives: str) -> None:
        self.alternatives = alternatives

    @cached_property
    def expression(self) -> re.Pattern[str]:
        """They as one; compiled when it is needed, for all of them take a sixth of a second."""
        return re.compile(rf"(?<!\S)(?:{'|'.join(self.alternatives)})(?!\S)")

    def are_all_of(self, text: str) -> bool:
        """Whether a text is one of them."""
        return self.expression.fullmatch(text) is not None

    def are_in(self, text: str) -> bool:
        """Whether a text has one of them, beside other words too."""
        return self.expression.search(text) is not None


def _one_of(*words: Iterable[str]) -> str:
    return f"(?:{'|'.join(sorted({word for some in words for word in some}))})"


_BLOCK: Final = _one_of(words_for("to_block", "blocked"))
_NOT: Final = _one_of(words_for("not_to"))
#: A list has numbers too: `must not be listed`.
_LIST: Final = _one_of(words_for("to_block", "blocked"), ["list", "listed"])
_NEVER: Final = (
    rf"never (?:{_one_of(words_for('to_block'), ['list'])}|(?:to )?be {_one_of(words_for('blocked'), ['listed'])})"
)
_HINDI: Final = "(?:ब्लाक|ब्लॉक)"
_HINDI_OR_OFF: Final = "(?:ब्लाक|ब्लॉक|बंद|बन्द)"

#: A block that is not wanted, beside whatever words: `Kindly do not block the following`. One that did not happen is
#: another thing: `Not blocked`, `Block nahi hua`.
UNWANTED: Final = Phrases(
    rf"{_NOT} (?:be |have been )?{_LIST}",
    _NEVER,
    "block (?:mat|na|(?:nahi|nahin) kar(?:na|ne|ni|o|e|en|ein|na hai))",
    r"mat block kar\S*",
    "block karne ki (?:jarurat|jaroorat|zarurat|zaroorat|avashyakta|aavashyakta) (?:nahi|nahin)",
    rf"{_HINDI} (?:न|ना|मत|करू न\S*)",
    rf"{_HINDI} (?:नहीं|नही) (?:कर(?:ना|ने|नी|ें|े)|कि(?:या|ए) जा(?:ए|ये|एं|ना)|होना चाहिए)",
)
#: The same in further languages.
UNWANTED_IN_OTHERS: Final = Phrases(*sorted(words_for("do_not_block")))
#: The same, and what a phone that is switched off is too, of a text that says nothing else.
UNWANTED_OR_OFF: Final = Phrases(*UNWANTED.alternatives, "(?:band|bandh|block|disconnect) (?:mat|na|nahi|nahin)")

_BY_MISTAKE: Final = "(?:by mistake|erroneously|in error|mistakenly|wrongly)"
_BETWEEN: Final = (
    r"(?: (?:and|are|been|but|dated|has|have|is|later|letter|list|mobile|notice|now|numbers|of|on|order|orders|request"
    r"|since|the|then|was|were|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)){0,5}"
)
#: A block that was a mistake, or is one no more, beside whatever words.
LIFTED: Final = Phrases(
    rf"{_BLOCK}{_BETWEEN} (?:{_BY_MISTAKE}|cancell?ed|lifted|recalled|reversed|revoked|withdrawn)",
    rf"(?:cancellation|lifting|recall|revocation|withdrawal) of (?:the )?{_BLOCK}",
    rf"{_BY_MISTAKE}(?: (?:for|in|included|listed|put|reported|sent|under)){{0,3}} {_BLOCK}",
)
#: The same of what is in use again, as an account is too; `Blocked/unblocked` and `Blocked and unblocked` are both.
RESTORED: Final = Phrases(
    rf"{_BLOCK}{_BETWEEN} (?:been|but|later|now|since|then|was|were) (?:reactivated|reconnected|unbarred|unblocked)"
)

_ACTED: Final = "(?:added|barred|blocked|entered|filled|given|included|listed|mentioned|noted|reported|typed|written)"
_NUMBER: Final = "(?:(?:mob |mobile |ph |phone |मोबाइल )?(?:no|nos|number|numbers|नंबर|नम्बर))"
_STAYED: Final = r"(?: (?:by|cwp|dated|granted|in|no|vide)(?: .*)?)?"
#: What was written of a number by mistake, in English and in Hindi.
MISTAKEN: Final = Phrases(rf"{_BY_MISTAKE} {_ACTED}|{_ACTED} {_BY_MISTAKE}")
_WRITTEN: Final = (
    r"(?: (?:added|daal|darj|diya|entered|gaya|given|hai|ho|hua|is|kar|kiya|likh|likha|mentioned|noted|tha|typed|was"
    "|written|है|हो|गया|था|दिया|दर्ज|किया|लिख|लिखा|हुआ))*"
)
#: Not to be blocked, of a text or a part of one that says nothing else; `list` and `number` around it are left out.
NOT_TO_BLOCK: Final = Phrases(
    rf"(?:{_NOT}(?: be)?|never|no) {_LIST}|{_NEVER}|block(?:ing)? not (?:required|needed)|un block(?:ed)?",
    r"not (?:a |of |the )?(?:suspect(?:s|ed)?|accused|fraud(?:ulent|sters?)?|scam(?:mers?)?)|false positives?",
    *MISTAKEN.alternatives,
    rf"not for {_LIST}|not (?:advised|needed|required|to be considered) (?:for|to|to be) {_LIST}"
    rf"|{_NOT} (?:be )?(?:add|added|consider|considered|include|included) (?:for|in) (?:the )?{_LIST}",
    r"(?:verified (?:and )?)?(?:found|verified)(?: to be| as)? genuine|exonerated",
    r"belong(?:s|ing)? to (?:the |a )?(?:bank|complainant|informant|officer|police|victim)s?",
    rf"{_HINDI_OR_OFF} (?:(?:न|ना|मत)(?: \S+){{0,2}}|(?:नहीं|नही)(?: (?:करना|करने|करनी|करें|करे)(?: \S+)?)?)",
    r"(?:बंद|बन्द) (?:नहीं|नही) (?:किया जाए|किए जाएं|होना चाहिए)|बंद करू नये",
    r"(?:now )?in use again|again in use|back in use",
    r"(?:for |to be )?re ?verif(?:y|ied|ication)"
    r"(?: (?:completed?|done|list|needed|passed|pending|required|successful|successfully))?",
    r"संदिग्ध नहीं(?: है)?|not (?:be blocked|suspicious)|not (?:approved|recommended) for blocking|no suspicion",
    r"non suspect|dnb",
    r"de ?block(?:ed)?|re activat(?:e|ed|ion)|white list(?:ed)?|(?:चालू|chalu) (?:कर|किया|kar|kiya)\S*(?: \S+){0,2}",
    r"(?:गलती|भूल|galti|bhul) (?:से|se) (?:block|ब्लॉक|लिखा|likha|दर्ज|darj|aaya|आया)(?: \S+){0,2}",
    # A number that was written by mistake.
    rf"(?:galat|incorrect|wrong|गलत|चुकीचा) {_NUMBER}{_WRITTEN}",
    rf"{_NUMBER} (?:galat|incorrect|is wrong|wrong|गलत){_WRITTEN}",
    r"(?:entered|typed|written) wrong|wrong entry",
    # That it is a victim's, and no suspect's; that it is left out as a mistake.
    rf"(?:{_NUMBER} of (?:the )?|this is (?:the )?)?(?:complainant|informant|victim)(?: s)?(?: {_NUMBER})?(?: and)?"
    r" not (?:of )?(?:the )?(?:accused|fraudster|suspect)(?: s)?",
    rf"(?:(?:its|it is|is|a|by|entry|{_NUMBER}) )*mistake(?: entry)?(?: (?:so|kindly|pl|please|pls|plz))*"
    r" ignored?(?: .*)?",
    rf"(?:(?:kindly|pl|please|pls|plz|to|be|may) )*ignored?(?: (?:it|the|this|these))*(?: (?:entry|row|{_NUMBER}))?",
    rf"(?:clerical|typing|typographical) (?:error|mistake)(?: (?:in|of) (?:the )?{_NUMBER})?"
    rf"|typo (?:in|of) (?:the )?{_NUMBER}",
    rf"(?:mukhbir|मुखबिर) (?:ka|ke|का|के) {_NUMBER}(?: hai| है)?",
    # Nothing was found against its user.
    r"(?:given )?clean chit(?: given)?|no (?:involvement|role)(?: (?:was )?found)?|role not found",
    r"no (?:connection|relation|relationship) (?:to|with) (?:any |the |this )?(?:accused|case|complaint|crime|fraud)",
    r"no(?:thing)? (?:adverse|incriminating|suspicious)(?: (?:was )?found)?",
    r"(?:found )?not (?:found )?(?:involved|related)"
    r"(?: (?:in|to|with))?(?: (?:any|the|this))?(?: (?:case|complaint|crime|fraud))?",
    r"(?:found )?(?:genuine|innocent) (?:customer|owner|person|subscriber|user)s?|found (?:to be )?innocent",
    r"falsely (?:accused|implicated|listed|named|reported)",
    r"nirdosh|begunah|(?:निर्दोष|बेकसूर|बेगुनाह)(?: पाया गया| पाई गई)?|क्लीन चिट",
    r"re ?verified (?:and )?(?:found )?(?:correct|genuine|ok|okay)",
    # A court has stopped the block.
    rf"(?:court|hc|high court|interim) stay(?: order)?{_STAYED}|stay order{_STAYED}|stay granted(?: .*)?",
    rf"stayed by (?:.* )?(?:court|hc){_STAYED}|stay by (?:the )?(?:hon ble )?(?:high )?(?:court|hc){_STAYED}|स्थगन आदेश",
)
_SOMEONE: Final = r"(?:(?:a|an|some) )?(?:another|different|new|other) (?:customer|owner|party|person|subscriber|user)"
_SINCE: Final = "(?:been|has|have|is|later|now|number|since|subsequently|then|was)"
#: A number that has another subscriber now, beside whatever words: who was blamed for it is not who uses it.
REALLOTTED: Final = Phrases(
    rf"(?:msisdn|sim|{_NUMBER})(?: {_SINCE})* (?:re ?(?:allott?ed|allocated|assigned|cycled))",
    rf"(?:msisdn|sim|{_NUMBER})(?: {_SINCE})* changed hands",
    rf"re ?(?:allott?ed|allocated|assigned|cycled|issued) (?:to|in favour of) {_SOMEONE}",
    rf"(?:been|later|now|since|subsequently|then) (?:allott?ed|allocated|assigned|issued) to {_SOMEONE}",
    r"(?:now|since) (?:belongs? to|in use (?:by|of|with)|used by|with) (?:a )?(?:different|new) "
    r"(?:customer|subscriber|user)",
)
#: What makes such a text one of what did not happen.
NOT_REALLOTTED: Final = Phrases("cannot|never|not|will|yet")
#: Witnesses, informers, who is innocent and wrong numbers, of a text that says nothing else.
SPARED: Final = Phrases(*sorted(words_for("spared")))
_OFFICER: Final = _one_of(words_for("officer", "rank"))
#: Whose numbers stand above or below a table, or beside one of the list: those of its author and of officers.
OF_OFFICERS: Final = Phrases(
    r"nodal officer|contact person|for (?:any )?quer(?:y|ies)|prepared by|authori[sz]ed signatory",
    rf"(?:i o|my|official|our|police|{_OFFICER})(?: s| ka| sahab ka| का)? (?:own )?(?:mob |mobile )?"
    r"(?:mobile|no|number|नंबर|नम्बर)",
    rf"(?:no|number) of (?:the )?(?:i o|police station|ps|thana|{_OFFICER})",
    r"(?:police station|ps|thana|थाना|थाने) (?:ka |का )?(?:number|नंबर|नम्बर)",
)
#: All phrases by which the cell of a row spares its number (`spared.why_spared`).
RULES: Final = (
    UNWANTED,
    UNWANTED_IN_OTHERS,
    UNWANTED_OR_OFF,
    LIFTED,
    RESTORED,
    REALLOTTED,
    NOT_TO_BLOCK,
    SPARED,
    OF_OFFICERS,
)

#: Words that are one with a capital letter between them are `victimMobile`.
_LOWER_UPPER: Final = r"([a-z])([A-Z])"
_NO_LETTERS: Final = r"[^\pL\pM]+"
#: In place of letters that no text in ASCII has.
_NEVER_THERE: Final = "\x01"
_OTHER_LETTERS: Final = re.compile(r"[^\x00-\x7f]+")


class Prefilter:
    """A test which texts may have a phrase of some rules, or a word.

    Args:
        rules: The phrases.
        words: Words.
        split: Words that may be written as two, and how such words begin.
        written: An expression of the text as it is written.
    """

    def __init__(
        self,
        rules: Iterable[Phrases],
        *,
        words: Iterable[str],
        split: tuple[Iterable[str], Iterable[str]],
        written: str,
    ) -> None:
        phrases = sorted({one for rule in rules for one in rule.alternatives})
        words, (whole, begun) = sorted(words), map(sorted, split)

        def of(gap: str, letter: str, *, is_ascii: bool) -> str:
            def some(words: Iterable[str]) -> list[str]:
                return [word for word in words if word.isascii() or not is_ascii]

            there = [_OTHER_LETTERS.sub(_NEVER_THERE, one) if is_ascii else one for one in phrases]
            one_of = [one.replace(" ", f"(?:{gap}+)").replace(r"\S", letter) for one in there]
            one_of += some(words) + [f"{gap}*".join(word) for word in some(whole)]
            one_of += [f"{gap}*".join(word) + f"{letter}*" for word in some(begun)]
            return f"(?s)(?:^|{gap})(?:{'|'.join(one_of)})(?:{gap}|$)"

        self.of_ascii = of("[^a-z]", "[a-z]", is_ascii=True)
        self.of_others = of(" ", "[^ ]", is_ascii=False)
        self.written = written

    def may_have(self, texts: Any) -> Any:
        """Which of the texts may have one, as an array of booleans."""
        is_ascii = pc.string_is_ascii(texts)
        apart = pc.replace_substring_regex(texts, _LOWER_UPPER, r"\1 \2")
        found = pc.match_substring_regex(pc.ascii_lower(apart), self.of_ascii)
        is_other = pc.invert(is_ascii)
        # To compile the expression takes longer than to search many texts.
        if is_other.true_count:
            plain = pc.utf8_lower(pc.replace_substring_regex(plain_cells(apart.filter(is_other)), _NO_LETTERS, " "))
            found = pc.replace_with_mask(found, is_other, pc.match_substring_regex(plain, self.of_others))
        return pc.or_(found, pc.match_substring_regex(texts, self.written))
