"""The licensed service areas of India (circles, LSAs), as data, and their spellings.

Owns the closed list of spellings. One idea: **a circle has one name**, so that two operators' spellings of one circle
never count as two; a text that is not on the list is no circle.

Source: the 22 licensed service areas of the Department of Telecommunications; spellings as seen in operators' files.
"""

from __future__ import annotations

from typing import Final

from numguard.source.languages import heading_words

#: Each circle and its spellings: lower case, one space for any run of blanks and punctuation, no operators' names.
CIRCLES: Final[dict[str, tuple[str, ...]]] = {
    "Andhra Pradesh": ("ap", "andhra pradesh", "andhra", "telangana", "ap telangana", "andhra pradesh telangana"),
    "Assam": ("as", "asm", "assam"),
    "Bihar": ("br", "bh", "bihar", "bihar jharkhand", "bihar jhar", "bihar and jharkhand", "jharkhand"),
    "Delhi": ("dl", "del", "delhi", "delhi ncr", "delhi metro", "new delhi"),
    "Gujarat": ("gj", "guj", "gujarat"),
    "Haryana": ("hr", "har", "haryana"),
    "Himachal Pradesh": ("hp", "himachal pradesh", "himachal"),
    "Jammu and Kashmir": ("jk", "j k", "jammu kashmir", "jammu and kashmir", "j and k"),
    "Karnataka": ("ka", "kk", "ktk", "kar", "karnataka"),
    "Kerala": ("kl", "ker", "kerala"),
    "Kolkata": ("ko", "kol", "kolkata", "kolkata metro", "calcutta"),
    "Madhya Pradesh": ("mp", "madhya pradesh", "mpcg", "mp cg", "madhya pradesh chhattisgarh", "chhattisgarh"),
    "Maharashtra": ("mh", "mah", "maharashtra", "maharashtra goa", "mah goa", "maharashtra and goa", "goa"),
    "Mumbai": ("mu", "mum", "mumbai", "mumbai metro", "bombay"),
    "North East": ("ne", "nesa", "north east", "northeast"),
    "Odisha": ("or", "od", "ori", "orissa", "odisha"),
    "Punjab": ("pb", "pun", "punjab"),
    "Rajasthan": ("rj", "raj", "rajasthan"),
    "Tamil Nadu": ("tn", "tamil nadu", "tamilnadu", "chennai", "tn chennai", "tamil nadu chennai", "chn"),
    "UP East": ("ue", "upe", "up e", "up east", "u p east", "u p e", "uttar pradesh east", "uttar pradesh e"),
    "UP West": (
        "uw",
        "upw",
        "up w",
        "up west",
        "u p west",
        "u p w",
        "uttar pradesh west",
        "uttar pradesh w",
        "uttarakhand",
    ),
    "West Bengal": ("wb", "rob", "west bengal", "rest of bengal", "bengal", "w b"),
}

_OF_OPERATORS: Final = frozenset(
    ("air", "airtel", "bharti", "jio", "rjil", "reliance", "vi", "vil", "voda", "vodafone", "idea", "bsnl", "mtnl")
)
_OTHERS: Final = frozenset(("circle", "lsa", "telecom", "infocomm", "limited", "ltd"))
_NAMES: Final = {spelling: name for name, spellings in CIRCLES.items() for spelling in spellings}


def circle(text: str) -> str | None:
    """The circle of a text, by its canonical name; None where it is not on the list.

    >>> circle("AIR GJ"), circle("BSNL - Bihar"), circle("Roaming abroad")
    ('Gujarat', 'Bihar', None)
    """
    bare = [word for word in heading_words(text) if word not in _OF_OPERATORS | _OTHERS]
    return _NAMES.get(" ".join(bare))
