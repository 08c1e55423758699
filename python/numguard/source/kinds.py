"""First bytes -> the kind of a file, or why it is not read; and the character set of a text.

Owns the one table of first bytes. Takes bytes, and opens no file. One idea: **the content of a file determines its
kind**, not its name.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

#: Bytes that are inspected.
HEAD: Final = 4096

_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_KINDS: Final = {
    b"PAR1": "parquet",
    b"ARROW1": "arrow",
    b"\xff\xff\xff\xff": "arrow stream",
    b"\x1f\x8b": "gzip",
    _ZSTD: "zstd",
    b"BZh": "bzip2",
    b"PK\x03\x04": "zip",
}
#: Kinds that contain other files.
WRAPPED: Final = frozenset({"gzip", "zstd", "bzip2", "zip"})
#: Kinds with typed columns.
TYPED: Final = frozenset({"parquet", "arrow", "arrow stream"})

_REFUSED: Final = {
    b"PARE": "is encrypted Parquet: decrypt it first",
    b"PK\x05\x06": "is an empty archive",
    b"PK\x07\x08": "is the first part of a ZIP archive of several: join them (zip -s 0), or unpack them first",
    b"\xd0\xcf\x11\xe0": "is an old spreadsheet (.xls), or a workbook with a password: save it as .xlsx or CSV",
    b"%PDF": "is a PDF: ask for the CSV, or save the table as CSV",
    b"SQLite format 3": "is a database: export the table to CSV or Parquet",
    b"ORC": "is ORC: write it as Parquet",
    b"Rar!": "is a RAR archive: unpack it first",
    b"7z\xbc\xaf": "is a 7-Zip archive: unpack it first",
    b"\xfd7zXZ": "is compressed with xz: unpack it first",
    b"\x89PNG": "is a picture",
    b"\xff\xd8\xff": "is a picture",
    b"GIF8": "is a picture",
    b"{\\rtf": "is a document: save its table as CSV",
}
#: Where the header of the first file in a tar archive has its mark.
_TAR: Final = (257, b"ustar")
#: With so many zero bytes at its end a text was not written to its end.
_UNWRITTEN: Final = bytes(16)
#: Those of them that are letters, as texts have.
_LETTERS_ALONE: Final = frozenset([b"PARE", b"ORC"])
_MARKUP: Final = re.compile(
    rb"<(?:!--|\?xml|(?:!doctype|html|head|body|meta|title|style|script|div|span|center|font|h[1-6]|p|br)\b)"
    rb"|<(?:table|t[rdh])\b",
    re.IGNORECASE,
)
#: What shows a web page below other content: programs write links, forms and their own warnings before its table.
_TABLE: Final = rb"<table\b[^<>]*>\s*<(?:thead|tbody|caption|col|colgroup|t[rdh])\b"
_MARKUP_BELOW: Final = re.compile(
    rb"<[a-z][^<>]*>.*?"
    + _TABLE
    + rb"|(?:[^\n]*\n[ \t]*+)+?"
    + _TABLE
    # The head of a web page that was saved with its pictures.
    + rb"|(?:[\w-]++:[^\n]*+\n|[ \t]++[^\n]*+\n)*?(?:mime-version:|content-type:[ \t]*+(?:multipart/|text/html))",
    re.IGNORECASE | re.DOTALL,
)
#: The beginning of a list of numbers alone.
_NUMBERS: Final = re.compile(rb"\[\s*+-?\d[-+.\deE,\s]*+\]?\s*+")
_CONTROLS: Final = bytes([*range(8), *range(14, 26), *range(28, 32)])
#: Bytes by which a character set without a mark is known.
_FEWEST: Final = 16
_MARKS: Final = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def kind_of(head: bytes) -> str:
    """The kind of a file with these first bytes: one of `TYPED` or `WRAPPED`, `json` or `text`."""
    for magic, kind in _KINDS.items():
        if head.startswith(magic):
            return kind
    if _begins_with_skipped_frames(head):
        return "zstd"
    return "json" if _looks_like_json(head.removeprefix(codecs.BOM_UTF8)) else "text"


def _looks_like_json(head: bytes) -> bool:
    """Whether a text begins like JSON; it may be damaged."""
    head = head.lstrip()
    if _NUMBERS.fullmatch(head):
        return True
    return head[:1] in {b"{", b"["} and head[1:].lstrip()[:1] in {b"", b"{", b"[", b'"', b"]", b"}"}


def _begins_with_skipped_frames(head: bytes) -> bool:
    """Whether frames of zstd without rows come first, and nothing but zstd after them: LZ4 has the same frames."""
    skipped = 0
    while head[1:4] == b"\x2a\x4d\x18" and head[0] >> 4 == 5:
        skipped += 1
        head = head[8 + int.from_bytes(head[4:8], "little") :]
    return skipped > 0 and (not head or head.startswith(_ZSTD))


def refusal_reason(head: bytes) -> str | None:
    """Why a file with these first bytes is not read, and what to do; None where it may be read."""
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n"):
        return "is empty: it has no header"
    kind = kind_of(head)
    # Small integers in a file with typed columns are as many zero bytes.
    if kind in ("text", "json") and _is_utf_32(head):
        return "is text in UTF-32; its encoding is not read: save it as UTF-8"
    has_controls = len(head.translate(None, _CONTROLS)) < len(head)
    for magic, why in _REFUSED.items():
        # A text may begin with these letters, as the heading `Parent No` does.
        if head.startswith(magic) and (has_controls or magic not in _LETTERS_ALONE):
            return why
    plain = head.translate(None, b"\0").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if kind == "text" and (_MARKUP.match(plain) or _MARKUP_BELOW.match(plain)):
        return "is a web page or XML: open it and save it as .xlsx or CSV"
    controls = len(head) - len(head.translate(None, _CONTROLS))
    # Some programs leave a few zero bytes in a text.
    if kind == "text" and controls * 50 > len(head) and not character_set(head).startswith("utf-16"):
        return _no_text(head)
    return None


def _no_text(head: bytes) -> str:
    """Why these first bytes are not read, of which too many are no letters."""
    at, mark = _TAR
    if head.startswith(mark, at):
        return "is a tar archive: unpack it first"
    written = head.rstrip(b"\0")
    if head.endswith(_UNWRITTEN) and len(written.translate(None, _CONTROLS)) == len(written):
        return "ends in zero bytes, as a copy or download that was broken off: get the file anew"
    return "is neither text nor any other supported container"


def _is_utf_32(head: bytes) -> bool:
    """Known by its mark, or by three zero bytes in nearly every four: UTF-16 has one in two at most."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return True
    zeros = [head[k::4].count(0) * 10 >= 9 * len(head[k::4]) for k in range(4)]
    return len(head) >= _FEWEST and zeros in ([False, True, True, True], [True, True, True, False])


def character_set(head: bytes) -> str:
    """UTF-16 where a byte order mark or zero bytes show it, else UTF-8; a line that is not UTF-8 is Windows-1252."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    even, odd = head[0::2].count(0), head[1::2].count(0)
    # In UTF-16 every ASCII character has one zero byte: the second in little-endian text, the first in big-endian.
    if max(even, odd) <= len(head) // 4 or min(even, odd) > len(head) // 8:
        return "utf-8"
    return "utf-16-le" if odd > even else "utf-16-be"
