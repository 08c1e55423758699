"""Text in the scripts of India, as it is compared: what a reader sees as one letter is one.

Owns the differences that do not count: composed and decomposed signs, nuktas, joiners and other marks that are not
seen, letters with two code points, vowel marks of Arabic script. Independent of words. One idea: **both sides of a
comparison are folded**, so that the folded text need not be a correct spelling.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

import pyarrow as pa

from numguard.compute import pc

#: The sign below a letter that writers leave out, in Devanagari, Bengali, Gurmukhi, Gujarati, Odia and Kannada.
_NUKTAS: Final = "\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc"
#: Vowel marks of Arabic script.
_HARAKAT: Final = "\u064b-\u0652\u0670"
#: Letters with several code points: the keyboards of Arabic, Persian and Urdu; Assamese ra and wa; the letters of
#: Malayalam and Bengali without a vowel, of which older texts have the letter, a virama and a joiner.
_LETTERS: Final = {
    "\u064a": "\u06cc", "\u0649": "\u06cc", "\u0643": "\u06a9", "\u0647": "\u06c1", "\u0629": "\u06c1",
    "\u06be": "\u06c1", "\u06c3": "\u06c1", "\u06d5": "\u06c1", "\u09f0": "\u09b0", "\u09f1": "\u09ac",
    "\u09ce": "\u09a4\u09cd", "\u0d7a": "\u0d23\u0d4d", "\u0d7b": "\u0d28\u0d4d", "\u0d7c": "\u0d30\u0d4d",
    "\u0d7d": "\u0d32\u0d4d", "\u0d7e": "\u0d33\u0d4d", "\u0d7f": "\u0d15\u0d4d",
}  # fmt: skip
_TABLE: Final = str.maketrans(_LETTERS)
#: What these letters leave behind: a hamza above another letter than the one that it is composed with, two viramas.
_COMPOSED: Final = {"\u06cc\u0654": "\u0626", "\u0d4d\u0d4d": "\u0d4d"}
#: The combining signs of these scripts, as a class of a regular expression: to `re`, none of them is of a word.
MARKS: Final = "".join(
    chr(code) for code in (*range(0x0300, 0x0370), *range(0x0610, 0x0E00)) if unicodedata.category(chr(code))[0] == "M"
)
#: The zero that Hindi and Marathi write behind a shortened word, as in मो0नं0 and मो०.
ABBREVIATED: Final = re.compile(r"(?<=[\u0900-\u0963])[0\u0966\u0970](?![0-9\u0966-\u096f])")
_UNSEEN_IN_CELLS: Final = rf"[{_NUKTAS}{_HARAKAT}]|\p{{Cf}}"


def plain_letters(text: str) -> str:
    """A text as it is compared, in lower case.

    >>> plain_letters("पीड\\u093cित") == plain_letters("पीडित"), plain_letters("Mobile\\u200b") == "mobile"
    (True, True)
    """
    if text.isascii():
        return text.lower()
    kept = (
        char
        for char in unicodedata.normalize("NFKD", text.casefold())
        if char not in _NUKTAS and unicodedata.category(char) != "Cf" and not "\u064b" <= char <= "\u0652"
    )
    plain = "".join(kept).translate(_TABLE).replace("\u0670", "")
    for letters, same in _COMPOSED.items():
        plain = plain.replace(letters, same)
    return unicodedata.normalize("NFC", plain)


def plain_digits(texts: Any) -> Any:
    """An array of texts with the digits of every script as 0 to 9."""
    is_plain = pc.fill_null(pc.string_is_ascii(texts), True)
    if pc.all(is_plain).as_py() in (True, None):
        return texts
    other = pc.invert(is_plain)
    cells = texts.filter(other).to_pylist()
    plain = ["".join(str(unicodedata.digit(char)) if char.isdecimal() else char for char in cell) for cell in cells]
    return pc.replace_with_mask(texts, other, pa.array(plain, texts.type))


def plain_cells(texts: Any) -> Any:
    """An array of texts, each as `plain_letters` has it, but for the case of letters."""
    plain = pc.replace_substring_regex(pc.utf8_normalize(texts, "NFKD"), _UNSEEN_IN_CELLS, "")
    several = f"[{''.join(_LETTERS)}]|{'|'.join(_COMPOSED)}"
    if pc.any(pc.match_substring_regex(plain, several)).as_py():
        for letters, same in (_LETTERS | _COMPOSED).items():
            plain = pc.replace_substring(plain, letters, same)
    return pc.utf8_normalize(plain, "NFC")
