"""The history of one number as a page: each event, its time and officer, and its file with the SHA-256.

Owns the words of each kind of event, and the page. Independent of the registry. One idea: each line is evidence for a
court, with the officer and the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from numguard.files.page import page_path, write_page
from numguard.report.template import template
from numguard.report.writing import Namer, day, moment
from numguard.types import PathLike

#: The words for each kind of event.
_WORDS: Final = {
    "named": "A complaint names it",
    "named no more": "The complaint was amended and names it no more",
    "complainant": "A complaint has it as the complainant's own",
    "complainant no more": "The complaint was amended and has it as the complainant's no more",
    "repeated": "A complaint names it again, as it did before it was amended",
    "linked": "Linked: it was seen in a handset of a number that was in force then, or was linked to one",
    "seen": "Seen in a handset that linkage went through",
    "stopped": "Linkage stopped at it",
    "decided": "Decided",
    "outcome": "The operator's answer",
    "exported": "On a list that went out",
    "taken back": "A file that had touched it was taken back",
}
#: The meaning of what a list requests, beside its code.
_SENT: Final = {
    "reverify": "to be verified again",
    "release": "its block is to be lifted",
    "release_and_reverify": "its block is to be lifted, and it is to be verified again",
    "none": "no longer listed; nothing to do",
    "earlier": "the list of an earlier day, for the record; nothing is requested",
    "handset": "beside a handset",
}


@dataclass(frozen=True, slots=True)
class History:
    """The content of a page.

    `events` is what `Registry.history` gives, `as_of` the requested day or moment in words, None for all that is
    recorded. `last` is the number of the last event of the registry, and `digest` that of all events up to it.
    `sentences` has what each note means.
    """

    msisdn: int
    events: pa.Table
    as_of: str | None
    registry: str
    last: int
    digest: str
    sentences: Mapping[str, str]
    version: str


def write_history(history: History, path: PathLike) -> Path:
    """Writes the page, whole or not at all, readable by its owner only; the same history, the same bytes."""
    path = page_path(path, "a history is")
    namer = Namer(full=True)
    rows = history.events.to_pylist()
    text: str = template("history.html").render(
        number=namer.number(history.msisdn),
        as_of=history.as_of,
        lines=[_line(row, history.sentences, namer) for row in rows],
        files=_files(rows, namer),
        registry=history.registry,
        last=history.last,
        digest=history.digest,
        version=history.version,
    )
    return write_page(text, path)


def _line(row: Mapping[str, Any], sentences: Mapping[str, str], namer: Namer) -> dict[str, Any]:
    what = _WORDS.get(row["what"], row["what"])
    if row["status"]:
        what += f": {row['status']}"
    if row["what"] == "exported" and row["status"] in _SENT:
        what += f" ({_SENT[row['status']]})"
    details = [f"to {namer.text(row['to'])}"] if row["to"] else []
    if row["acknowledgement_no"]:
        details.append(f"complaint {namer.text(row['acknowledgement_no'])} of {namer.text(row['source'] or '')}")
    details += [namer.text(row["district"])] if row["district"] else []
    if isinstance(row["reported_at"], datetime):
        details.append(f"{'of' if row['what'] == 'outcome' else 'reported'} {day(row['reported_at'])}")
    if row["via_imei"]:
        details.append(f"handset {namer.handset(row['via_imei'])}")
    if row["via_msisdn"]:
        details.append(f"of {namer.number(row['via_msisdn'])}")
    if row["note"]:
        details.append(sentences.get(row["note"], row["note"].replace("_", " ")))
    file = namer.text(row["file"]) if row["file"] else ""
    return {
        "event": row["event"],
        "registry": row["registry"],
        "at": moment(row["at"]),
        "by": namer.text(row["by"] or ""),
        "what": what,
        "details": "; ".join(details),
        "reason": namer.text(row["reason"]) if row["reason"] else "",
        "file": file + (f", row {row['row']}" if file and row["row"] else ""),
    }


def _files(rows: list[dict[str, Any]], namer: Namer) -> list[dict[str, str]]:
    """Each file once, in the order of the events."""
    found: dict[tuple[str, str, str], None] = {}
    for row in rows:
        use = f"went out to {namer.text(row['to'])}" if row["what"] == "exported" and row["to"] else "was read"
        for name, sha256 in _each(row["file"], row["sha256"] or "") if row["file"] else ():
            found[namer.text(name), sha256, use] = None
    return [dict(zip(("name", "sha256", "use"), key, strict=True)) for key in found]


def _each(names: str, digests: str) -> list[tuple[str, str]]:
    """The name and the digest of each file of an event, which may have read several."""
    each = names.split("; "), digests.split("; ")
    return list(zip(*each, strict=True)) if len(each[0]) == len(each[1]) else [(names, digests)]
