"""The counts by family: `python -m tests.families.report --cells 2000000 --seed 1`, from the root of the repository."""

from __future__ import annotations

import argparse
import fnmatch
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from . import FAMILIES
from .ask import Tally, tally
from .family import EXTRACT, HANDSET, NORMALIZE

HEADS = {
    NORMALIZE: "`normalize`",
    HANDSET: "`normalize_imei`",
    EXTRACT: "`extract`, sentences",
}


def share(part: int, whole: int) -> str:
    """A percentage, or nothing where there is nothing to divide."""
    if not whole:
        return ""
    percent = 100 * part / whole
    return "100" if part == whole else f"{min(percent, 99.99):.2f}"


def rows_of_keys(tallies: Sequence[Tally]) -> list[list[str]]:
    return [
        [
            one.family.kind,
            one.family.name,
            f"{one.cells:,}",
            f"{one.right:,}",
            f"{one.wrong:,}",
            f"{one.refused:,}",
            share(one.plain_accepted, one.plain),
            share(one.among_accepted, one.among),
        ]
        for one in tallies
    ]


def rows_of_lists(tallies: Sequence[Tally]) -> list[list[str]]:
    return [
        [
            one.family.kind,
            one.family.name,
            f"{one.cells:,}",
            f"{one.there:,}",
            f"{one.there_found:,}",
            f"{one.given:,}",
            f"{one.given_wrong:,}",
            share(one.given - one.given_wrong, one.given),
            share(one.there_found, one.there),
        ]
        for one in tallies
    ]


def total(tallies: Sequence[Tally]) -> Tally:
    """The sum of them, under the name of the first."""
    found = Tally(tallies[0].family)
    for name in (field.name for field in fields(Tally) if field.type == "int"):
        setattr(found, name, sum(getattr(one, name) for one in tallies))
    return found


KEY_HEADS = [
    "kind",
    "family",
    "cells",
    "accepted, right",
    "accepted, wrong",
    "refused",
    "plain: accepted, %",
    "among other things: accepted, %",
]
LIST_HEADS = [
    "kind",
    "family",
    "cells",
    "numbers there",
    "found",
    "given",
    "given, wrong",
    "precision, %",
    "recall, %",
]
PAGE = """# What is accepted, by family

Every row is a way in which people fill a cell, made up and of known truth: a number is written, or none is, or one is
cut short, or another quantity stands there, or a word says what the digits are. `tests/families/` makes the cells and
knows nothing of how they are read. This page is written by

```text
python -m tests.families.report --cells {cells} --seed {seed} --markdown {path}
```

- **Accepted, wrong** is the fault to find: another number than the one that is written, or any number where none may be
  accepted. It has to be 0 in every row.
- **Plain** cells write one number as numbers are written, with nothing beside it or with phone words only. They have to
  be accepted.
- **Among other things** are cells in which one number is written beside a figure, a date, a bracket, a field of a
  record. They may be refused, and mostly are: a person would have read the number. Unlisted words (`Ravi: 98...`),
  owners and denials are refused on purpose, and count as cells without a number.

"""


def tables(tallies: Sequence[Tally]) -> list[tuple[str, list[str], list[list[str]]]]:
    found = []
    for verb, head in HEADS.items():
        of_verb = [one for one in tallies if one.family.verb == verb]
        if not of_verb:
            continue
        rows, heads = (rows_of_lists, LIST_HEADS) if verb == EXTRACT else (rows_of_keys, KEY_HEADS)
        found.append((head, heads, [*rows(of_verb), ["", "all", *rows([total(of_verb)])[0][2:]]]))
    beside = [
        one
        for one in tallies
        if one.family.verb == NORMALIZE and (one.there or one.given or one.family.kind != "plain")
    ]
    if beside:
        found.append(
            (
                "`extract`, the cells of `normalize`",
                LIST_HEADS,
                [*rows_of_lists(beside), ["", "all", *rows_of_lists([total(beside)])[0][2:]]],
            )
        )
    return found


def as_markdown(tallies: Sequence[Tally]) -> str:
    lines: list[str] = []
    for head, heads, rows in tables(tallies):
        lines += [f"## {head}", "", "| " + " | ".join(heads) + " |", "|---|---|" + "---:|" * (len(heads) - 2)]
        lines += ["| " + " | ".join(row) + " |" for row in rows]
        lines.append("")
    return "\n".join(lines)


def as_text(tallies: Sequence[Tally]) -> str:
    lines = []
    for head, heads, rows in tables(tallies):
        widths = [max(len(row[at]) for row in [heads, *rows]) for at in range(len(heads))]
        lines.append(head)
        for row in [heads, *rows]:
            cells = [
                cell.ljust(width) if at < 2 else cell.rjust(width)
                for at, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            lines.append("  ".join(cells).rstrip())
        lines.append("")
    return "\n".join(lines)


def examples(tallies: Sequence[Tally]) -> str:
    lines = []
    for one in tallies:
        for kind, texts in one.examples.items():
            lines += [f"{one.family.name}: {kind}", *(f"    {text}" for text in texts)]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=100_000, help="cells in all, as many of each family")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--family", default="*", help="only families of this name; * stands for any letters")
    parser.add_argument("--examples", action="store_true", help="up to five cells of each thing that went wrong")
    parser.add_argument("--faults", action="store_true", help="only families of which something went wrong")
    parser.add_argument("--markdown", type=Path, help="write the tables into this file")
    chosen = parser.parse_args(arguments)
    families = [family for name, family in FAMILIES.items() if fnmatch.fnmatch(name, chosen.family)]
    if not families:
        parser.error("no family has that name")
    tallies = list(tally(families, chosen.cells, chosen.seed))
    shown = [one for one in tallies if one.examples] if chosen.faults else tallies
    out = sys.stdout
    if chosen.examples:
        out.write(examples(shown) + "\n\n")
    out.write(as_text(shown) + "\n")
    if chosen.markdown:
        head = PAGE.format(cells=chosen.cells, seed=chosen.seed, path=chosen.markdown)
        chosen.markdown.write_text(head + as_markdown(tallies), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
