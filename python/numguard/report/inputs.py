"""The basis of a page of sightings: the account of the rows, and the files with their SHA-256.

Owns this part of a page. Independent of the other parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numguard.report.part import Part, Table
from numguard.report.writing import Namer, counted, grouped

#: Name, size in bytes and SHA-256 of an input; a stream has neither of the two.
File = tuple[str, int | None, str]


def inputs(account: Mapping[str, Any], files: Sequence[File], namer: Namer) -> Part:
    """The last part of a page: the account of the rows, as `Changes.account` has it, and the files."""
    refused = sorted(account["refused_rows"].items(), key=lambda item: (-item[1], item[0]))
    rows = [["used", grouped(account["rows_used"])]]
    rows += [[f"refused: {note.replace('_', ' ')}", grouped(count)] for note, count in refused]
    rows += [[f"no data: {kind.replace('_', ' ')}", grouped(count)] for kind, count in account["not_data"].items()]
    text = (
        f"{counted(account['rows_read'], 'row')} read. A row is refused where its number, handset or time cannot be "
        "read for certain; it is in no figure of this page."
    )
    tables = [Table("Rows by what became of them", ["rows", "count"], rows)]
    if files:
        lines = [[namer.text(name), "" if size is None else grouped(size), digest] for name, size, digest in files]
        tables.append(Table("Files", ["file", "bytes", "SHA-256"], lines))
    return Part("basis", "What this rests on", [text], tables)
