"""Non-data lines of an operator's report, beside those of any file: footers, "no data found", labels.

Owns the patterns of such lines. Independent of columns, except for the names in the header. One idea: **a line is
non-data only if it cannot be a row.** A line that may be a damaged row is refused and counted, never skipped.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from numguard.source.languages import canonical_name
from numguard.source.non_data import PAGE, RULER, TOTAL_WORDS, bare_cells
from numguard.source.scripts import MARKS

__all__ = ["TARGET", "Kind", "NonData", "Whose", "is_no_data", "stated_count"]

#: A header within the file: the same table's again, or another table's.
Whose: TypeAlias = Literal["own", "other"]
Kind: TypeAlias = Literal["blank", "ruler", "preamble", "header", "footer", "page", "no_data"]

_NO_DATA: Final = re.compile(
    r"\bno\s+(?:data|records?|rows?|details?|cdrs?)\b.{0,20}\b(?:found|available|exist)"
    r"|\bnil\s+(?:report|data|records?)\b|^\W*nil\W*$",
    re.IGNORECASE,
)
_FOOTER: Final = re.compile(
    r"""[\W_]*(?:
        end\s+of\s+(?:the\s+)?(?:report|file|record) | (?:this\s+is\s+)?(?:an?\s+)?(?:system|computer)\s+generated
      | this\s+is\s | note\b | disclaimer\b | (?:cdr|record|row|total)\s*(?:count|s)?\b\s*:?-? | total\b | signature\b
      | grand\s+total\b
      | auditid\b | generated\s+(?:by|on|at)\b | report\s+(?:generated|end)\b | confidential\b | \*{2,}
      | lrn\s*:- | printed\s+on\b
      | (?:"""
    + "|".join(map(re.escape, TOTAL_WORDS))
    + rf""")(?![\w{MARKS}])
    )""",
    re.IGNORECASE | re.VERBOSE,
)
#: A line of the preamble of a further report in the same file: a label, a colon, and at most one value.
_LABEL: Final = re.compile(r"[A-Za-z][A-Za-z .()/_-]{2,80}:")
#: A preamble names its target after one of these words. Jio's label lists all possible kinds of target, so that the
#: value decides: ten to thirteen digits that are a number, or fourteen to sixteen that are a handset.
TARGET: Final = re.compile(
    r"(?:msisdn|mobile\s*(?:no|number)|search\s*value|input\s*value|imei|target|subject)[^\d+]*([+\d][\d ]{8,18}\d)",
    re.IGNORECASE,
)
#: A lone cell that may be what is left of a row.
_NUMBER: Final = re.compile(r"[\W_]*\d[\d\W_]{9,}")
#: A number or a handset alone in a cell: no footer has one beside its text.
_KEY: Final = re.compile(r"\+?\d{10,16}")
_STATED_COUNT: Final = re.compile(
    r"\b(?:total\s+(?:no\.?\s+of\s+)?(?:records?|rows?|cdrs?)|(?:cdr|record)\s+count)\b\W*?(\d{1,12})\b", re.IGNORECASE
)


def is_no_data(line: str) -> bool:
    """Whether the line states that the report is empty, as reports without a hit do."""
    return _NO_DATA.search(line) is not None


def stated_count(line: str) -> int | None:
    """The number of rows that a line says the report has; None if it names none.

    >>> [stated_count(line) for line in ("Total records: 12", "Total duration 12")]
    [12, None]
    """
    stated = _STATED_COUNT.search(line)
    return int(stated[1]) if stated else None


@dataclass(slots=True)
class NonData:
    """Recognises non-data lines, one by one; `skipped` counts them.

    `width` is the header's, and `whose` recognises another header by its names: a file may be joined from those of
    several operators. `headers` has the line numbers of these headers.
    """

    delimiter: str
    width: int
    whose: Callable[[list[str], int], Whose | None]
    headers: dict[int, Whose] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    ended: bool = False
    stated: list[int] = field(default_factory=list)

    def take(self, line: str, number: int) -> bool:
        """Whether the line of this number is non-data; then it is counted."""
        kind = self._kind(line, number)
        if kind is not None:
            self.count(kind)
            self.ended |= kind == "footer"
            if kind == "header":
                self.ended = False
        return kind is not None

    def count(self, kind: str, lines: int = 1) -> None:
        """Count non-data lines."""
        if lines:
            self.skipped[kind] = self.skipped.get(kind, 0) + lines

    def stated_rows(self, above: int | None) -> int | None:
        """How many rows the report states that it has, with the count above its header; None if that is not known.

        Below a further header, but those of pages, is a further report: each of them states its count, or none counts.
        """
        further = list(self.headers.values()).count("own") - self.skipped.get("page", 0)
        if further <= 0:
            return sum(self.stated) if self.stated else above
        stated = self.stated if above is None else [above, *self.stated]
        return sum(stated) if len(stated) == further + 1 else None

    def _kind(self, line: str, number: int) -> Kind | None:
        cells = bare_cells(line.split(self.delimiter))
        if not cells:
            return "blank"
        if RULER.fullmatch(line):
            return "ruler"
        whose = self.whose([canonical_name(cell) for cell in cells], number)
        if whose is not None:
            self.headers[number] = whose
            return "header"
        filled = sum(bool(cell) for cell in cells)
        return self._closing(line, cells) if filled <= max(1, self.width // 2) else None

    def _closing(self, line: str, cells: list[str]) -> Kind | None:
        """The kind of a line with few fields."""
        if is_no_data(line):
            return "no_data"
        if PAGE.fullmatch(line):
            return "page"
        if _FOOTER.match(cells[0]) and not any(map(_KEY.fullmatch, cells[1:])):
            stated = stated_count(line)
            if stated is not None:
                self.stated.append(stated)
            return "footer"
        if _LABEL.match(cells[0]) and sum(bool(cell) for cell in cells) <= 2:
            return "preamble"
        if self.ended and len(cells) == 1 and not _NUMBER.fullmatch(cells[0]):
            # Below a footer a line that names a target is of the preamble of the next report.
            return "preamble" if TARGET.search(line) else "footer"
        return None
