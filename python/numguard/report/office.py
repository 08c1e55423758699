"""The parts of the page for an office: numbers to decide on, files taken back, and the merged registries.

Independent of HTML. One idea: what was not counted is shown beside what was, with the officer who decided so.
"""

from __future__ import annotations

from numguard.report.figures import Figures
from numguard.report.part import Part, Table
from numguard.report.writing import Namer, counted, day, grouped


def waiting(figures: Figures) -> Part | None:
    """The numbers that wait for a decision, by reason."""
    rows = figures.waiting.to_pylist()
    if not rows:
        return None
    text = (
        "Numbers that are not certain are on no list and lead nowhere until an officer accepts or dismisses them. A "
        "number may wait for several reasons."
    )
    lines = [[row["why"].replace("_", " "), row["sentence"], grouped(row["numbers"])] for row in rows]
    table = Table("Numbers that wait, by reason", ["reason", "what it means", "numbers"], lines, words=2)
    return Part("waiting", "Waiting for a decision", [text], [table])


def unsettled(figures: Figures) -> Part | None:
    """Blocks that were not requested, numbers whose only complaint has ended, and complaints of several sources."""
    rows = figures.unsettled.to_pylist()
    if not rows:
        return None
    text = (
        "Numbers that are blocked, or to be blocked, without a ground on record, and complaints to compare. A block of "
        "a protected, withdrawn or reactivated number is in the next change of a receiver's list as one to release. A "
        "complaint that has ended by a later sheet stays registered and is counted with its amount; its numbers stay "
        "in force until an officer decides on them. One that is recorded under two sources is counted twice, with its "
        "amount."
    )
    lines = [
        [
            row["why"].replace("_", " "),
            row["sentence"],
            *("" if row[name] is None else grouped(row[name]) for name in ("numbers", "complaints")),
        ]
        for row in rows
    ]
    columns = ["reason", "what it means", "numbers", "complaints"]
    table = Table("Numbers for an officer to look at, by reason", columns, lines, words=2)
    return Part("unsettled", "For an officer to look at", [text], [table])


def taken_back(figures: Figures, namer: Namer) -> Part | None:
    """The files that were taken back."""
    rows = figures.taken_back.to_pylist()
    if not rows:
        return None
    lines = [
        [
            namer.text(row["name"] or "no file"),
            namer.text(row["reason"] or ""),
            namer.text(row["by"] or ""),
            day(row["at"]),
            row["sha256"] or "",
        ]
        for row in rows
    ]
    text = (
        f"{counted(len(rows), 'file')} taken back. What is in {'it' if len(rows) == 1 else 'them'} stays on record and "
        "is no ground to list a number. A number that was on an exported list before stays in the counts."
    )
    columns = ["file", "reason", "by", "on", "SHA-256"]
    return Part("taken-back", "Taken back", [text], [Table("Files that were taken back", columns, lines, words=5)])


def registries(figures: Figures) -> Part | None:
    """The registries whose events were merged."""
    rows = figures.registries.to_pylist()
    if not rows:
        return None
    lines = [[row["registry"], grouped(row["events"]), day(row["first"]), day(row["last"])] for row in rows]
    text = (
        f"Desks that work apart keep a registry each. The events of {grouped(len(rows))} registries are counted "
        "here, each once, in whatever order they were merged."
    )
    table = Table("Registries", ["registry", "events", "from", "to"], lines)
    return Part("registries", "Registries", [text], [table])
