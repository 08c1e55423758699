"""The two closed word lists, as data: one entry a line, sorted, one class a phrase, every language complete.

It does not depend on how a cell is read; the readers of the lists rely on their form.
"""

import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import pytest

LISTS = Path(__file__).parents[1] / "rust" / "core" / "src" / "lists"
LANGUAGES = ["en", "hi", "hi-Latn", "mr", "gu", "pa", "bn", "or", "ta", "te", "kn", "ml", "ur"]
PHONE = {"phone", "neutral", "conjunction", "origin", "idword", "complaint"}
OTHER = {"id", "amount", "measure", "denial", "owner", "first_person", "country"}
# What a word does in the cell of a complaint, and the classes whose words may do so.
PARTICLES = {"neutral", "conjunction"}
BEARINGS = {
    "act": {"first_person"},
    "article": PARTICLES,
    "caller": {"complaint"},
    "came": {"phone"},
    "doubt": {"phone", "idword", "complaint"},
    "from": {"origin"},
    "genitive": PARTICLES,
    "handle": {"id"},
    "is": PARTICLES,
    "list": {"conjunction"},
    "made": {"phone"},
    "me": {"first_person"},
    "narration": {"id"},
    "no": {"idword"},
    "of": PARTICLES,
    "source": {"origin"},
    "to": PARTICLES,
    "unknown": {"complaint"},
    "verb": PARTICLES,
}
ABBREVIATED = {"hi", "mr", "gu", "pa", "bn"}
# Signs that a reader strips before it looks a word up: nuktas and joiners. They can match nothing in a list.
STRIPPED = set("\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc\u200c\u200d")


def rows(name: str) -> list[list[str]]:
    lines = (LISTS / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    comments = [line for line in lines if line.startswith("#")]
    assert comments
    assert lines[: len(comments)] == comments, "comments stand at the top alone"
    return [line.split("\t") for line in lines[len(comments) :]]


@pytest.mark.parametrize(
    ("name", "classes"), [("phone_words", PHONE | {"abbrev0"}), ("other_words", OTHER | {"abbrev0id"})]
)
def test_form(name: str, classes: set[str]) -> None:
    entries = rows(name)
    keys = [tuple(entry[:3]) for entry in entries]
    assert keys == sorted(set(keys))
    for entry in entries:
        word_class, language, phrase = entry[:3]
        assert word_class in classes
        assert language in LANGUAGES
        words = phrase.split(" ")
        assert 1 <= len(words) <= 4, phrase
        assert all(unicodedata.category(sign)[0] in "LM" for word in words for sign in word), phrase
        assert all(words), phrase
        assert phrase == unicodedata.normalize("NFC", phrase).lower(), phrase
        assert not STRIPPED & set(unicodedata.normalize("NFD", phrase)), phrase
        if word_class == "country":
            assert 1 <= int(entry[3]) <= 999, phrase
        elif len(entry) == 4:
            assert word_class in BEARINGS[entry[3]], phrase
        else:
            assert len(entry) == 3, phrase


def test_one_class_a_phrase() -> None:
    classes = defaultdict(set)
    for entry in rows("phone_words") + rows("other_words"):
        if not entry[0].startswith("abbrev0"):
            classes[entry[2]].add((entry[0], *entry[3:]))
    assert {phrase: found for phrase, found in classes.items() if len(found) > 1} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_whole(language: str) -> None:
    phone = Counter(entry[0] for entry in rows("phone_words") if entry[1] == language)
    other = Counter(entry[0] for entry in rows("other_words") if entry[1] == language)
    assert set(phone) >= PHONE | ({"abbrev0"} if language in ABBREVIATED else set())
    assert set(other) >= OTHER
    bearings = {entry[3] for entry in rows("phone_words") if entry[1] == language and len(entry) == 4}
    assert bearings >= {"list", "unknown"}
    assert bearings & {"from", "source"}
    assert phone["phone"] >= 30
    assert phone["neutral"] >= 30
    assert phone["complaint"] >= 15
    assert other["id"] >= 80
    assert min(other["amount"], other["measure"]) >= 20
    assert min(other["denial"], other["owner"]) >= 40
