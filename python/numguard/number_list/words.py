"""The words by which titles, headings and cells of a list are compared, in the languages of India, from `words.csv`.

Owns the table: what a word is, and its languages. Independent of the rules, which are in `titles`, `spared` and
`beside`; English words that only one rule has are beside that rule. One idea: **a word is a piece of data**, so
that a reader of a language can check it without the code. The documentation shows the same table.
"""

from __future__ import annotations

from functools import cache
from typing import Final, Literal, TypeAlias

from numguard.source.languages import rows_of_table
from numguard.source.scripts import plain_letters

#: The meanings in the table. `victim_begins`, `victim_or_name`, `again_begins` and `again_in_titles` are beginnings,
#: since case and number change the end of a word, as in पीड़ितों and ਪੀੜਤਾਂ; `do_not_block`, `not_agreed`, `not_to`,
#: `not_yet_blocked`, `rejected` and `spared` have phrases.
Meaning: TypeAlias = Literal[
    "abroad",
    "again_begins",
    "again_in_titles",
    "agreed",
    "approval",
    "beside_name",
    "beside_officer",
    "beside_question",
    "beside_rank",
    "beside_released",
    "beside_thing",
    "beside_unwanted",
    "beside_yes",
    "blocked",
    "blocked_too",
    "by_whom",
    "country",
    "decision",
    "denial",
    "do_not_block",
    "either_side",
    "failed",
    "family",
    "fraud_reason",
    "honorific",
    "india",
    "letter",
    "like_action",
    "name",
    "no",
    "no_side",
    "not_agreed",
    "not_known",
    "not_to",
    "not_yet_blocked",
    "number",
    "of_number",
    "of_numbers",
    "officer",
    "order",
    "other_country",
    "passed",
    "profession",
    "question_block",
    "question_fraud",
    "rank",
    "rank_or_other",
    "rejected",
    "released",
    "remark",
    "result",
    "serial",
    "spared",
    "state",
    "suspect",
    "thing",
    "to_block",
    "type",
    "typed_no_side",
    "victim",
    "victim_begins",
    "victim_of_sheets",
    "victim_or_name",
    "yes",
]
_TABLE: Final = "words.csv"


def words_for(*meanings: Meaning) -> frozenset[str]:
    """The words or phrases of these meanings, in the form in which texts are compared.

    >>> "complainant" in words_for("victim"), "ब्लॉक करू नये" in words_for("do_not_block")
    (True, True)
    """
    return frozenset(word for meaning in meanings for word in _by_meaning()[meaning])


def words_in(*lines: str) -> frozenset[str]:
    """The words of lines, in that form.

    >>> sorted(words_in("Mobile No"))
    ['mobile', 'no']
    """
    return frozenset(plain_letters(" ".join(lines)).split())


@cache
def _by_meaning() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows_of_table(__package__, _TABLE):
        found.setdefault(row["meaning"], []).extend(plain_letters(word.strip()) for word in row["words"].split(";"))
    return found
