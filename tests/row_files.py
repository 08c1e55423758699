"""Files of every container, encoding and damage, with the counts of their rows and non-data lines."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from zip_files import zipped

#: The columns of a table that every verb can read.
HEADINGS = [
    "acknowledgement_no", "source", "suspect_mobiles", "msisdn", "imei", "call date", "call time", "status", "remark",
]  # fmt: skip

#: The columns of a list that every option which takes a list can read; as many as of a table.
LIST_HEADINGS = [
    "name", "msisdn", "imei", "tac", "maker", "msisdn_hmac_sha256", "reported_at", "decision", "reason",
]  # fmt: skip


@dataclass
class Lines:
    """The lines of a text; `rows` counts those of its account, without the header, `around` non-data lines by kind."""

    lines: list[str]
    header: int = 0
    around: dict[str, int] = field(default_factory=dict)
    #: Further lines of records with several lines.
    joined: int = 0
    separator: str = ","

    @property
    def rows(self) -> int:
        return len(self.lines) - 1 - self.joined

    def put(self, line: str, kind: str, random: Random) -> None:
        self.lines.insert(random.randrange(self.header + 1, len(self.lines) + 1), line)
        self.around[kind] = self.around.get(kind, 0) + 1


def some_rows(random: Random, size: int) -> list[list[str]]:
    return [
        [
            f"31702203{k:06}",
            "NCRP",
            f"98{random.randrange(10**8):08}",
            f"97{random.randrange(10**8):08}",
            f"35824005{random.randrange(10**6):06}0",
            f"{random.randrange(1, 28):02}/06/2026",
            f"{random.randrange(24):02}:05:09",
            # What was rejected stops a list of numbers to act on.
            random.choice(["blocked", "terminated"]),
            random.choice(["", "x", "said, he would pay", 'five 6" men', "Café"]),
        ]
        for k in range(size)
    ]


def list_rows(random: Random, size: int) -> list[list[str]]:
    """Rows of a list; some cells are none of what their columns hold."""

    def rarely(odd: str, cell: str) -> str:
        return odd if random.randrange(8) == 0 else cell

    return [
        [
            random.choice(["Asha", "Ravi", 'five 6" men', "Café"]),
            rarely(random.choice(["", "98765O3210", "1930"]), f"9197{random.randrange(10**8):08}"),
            rarely(random.choice(["", "12345"]), f"35824005{random.randrange(10**6):06}0"),
            rarely(random.choice(["", "358", "x"]), f"358{k:05}"),
            "Acme",
            rarely(random.choice(["", "0123abcd"]), f"{random.randrange(1 << 256):064x}"),
            rarely("", f"2026-06-{random.randrange(1, 28):02}"),
            # A decision against a number stops a list of numbers to act on.
            random.choice(["", "accepted", "perhaps"]),
            random.choice(["x", "said, he would pay", "y"]),
        ]
        for k in range(size)
    ]


def as_lines(rows: list[list[str]], separator: str) -> Lines:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows([HEADINGS, *rows])
    return Lines(out.getvalue().removesuffix("\n").split("\n"), separator=separator)


# Damage: each leaves a line one row, or counts it as another kind. Rows are damaged before lines are inserted ------


def _some(random: Random, file: Lines) -> int:
    return random.randrange(file.header + 1, len(file.lines))


def ragged(random: Random, file: Lines) -> None:
    k = _some(random, file)
    cells = file.lines[k].split(file.separator)
    file.lines[k] = file.separator.join(random.choice([cells[:3], cells[:-2], [*cells, "x"], [*cells, "x", "y"]]))


def open_quote(random: Random, file: Lines) -> None:
    k = _some(random, file)
    cells = file.lines[k].split(file.separator)
    cells[random.randrange(min(5, len(cells)))] = '"98765'
    file.lines[k] = file.separator.join(cells)


def header_again(random: Random, file: Lines) -> None:
    file.put(file.lines[file.header], "header", random)


def total(random: Random, file: Lines) -> None:
    file.put(random.choice(["Total: 15", f"Total{file.separator * 8}1500", "Grand Total"]), "total", random)


def blank(random: Random, file: Lines) -> None:
    file.put(random.choice(["", file.separator * 8]), "blank", random)


def ruler(random: Random, file: Lines) -> None:
    file.put(random.choice(["-----", file.separator.join(["----"] * 9)]), "ruler", random)


def title(random: Random, file: Lines) -> None:
    file.lines[:0] = ["Haryana Police", ""]
    file.header += 2
    for kind in ("title", "blank"):
        file.around[kind] = file.around.get(kind, 0) + 1


def cut(random: Random, file: Lines) -> None:
    last = file.lines[-1]
    if len(last) > 1:
        file.lines[-1] = last[: random.randrange(1, len(last))]


def merged(random: Random, file: Lines) -> None:
    k = _some(random, file)
    if k + 1 < len(file.lines):
        file.lines[k : k + 2] = [file.lines[k] + file.lines[k + 1]]


def damaged(random: Random, file: Lines, count: int) -> list[str]:
    """Applies `count` damages in their order, and returns their names."""
    damages = sorted(random.sample(DAMAGES, count), key=DAMAGES.index)
    for damage in damages:
        damage(random, file)
    return [damage.__name__ for damage in damages]


DAMAGES: tuple[Callable[[Random, Lines], None], ...] = (ragged, open_quote, header_again, total, blank, ruler, title)
#: After these the count of rows is known, but not the kind of each line.
BLURRING: tuple[Callable[[Random, Lines], None], ...] = (cut, merged)


# Containers -----------------------------------------------------------------------------------------------------------


def _text(encoding: str, ending: str = "\n") -> Callable[[Lines], bytes]:
    def content(file: Lines) -> bytes:
        return (ending.join(file.lines) + ending).encode(encoding, errors="replace")

    return content


TEXTS: dict[str, Callable[[Lines], bytes]] = {
    "utf-8": _text("utf-8"),
    "utf-8 with a mark": _text("utf-8-sig", "\r\n"),
    "utf-16": _text("utf-16"),
    "cp1252": _text("cp1252"),
    "returns alone": _text("utf-8", "\r"),
    "gzip": lambda file: gzip.compress(_text("utf-8")(file)),
    "bzip2": lambda file: bz2.compress(_text("utf-8")(file)),
    "zstd": lambda file: pa.Codec("zstd").compress(_text("utf-8")(file), asbytes=True),
    "zip": lambda file: zipped({"letter.pdf": b"%PDF-1.7 sealed", "d.csv": _text("utf-8")(file)}),
    "a bad byte": lambda file: _text("utf-8")(file).replace(b"NCRP", b"NC\xffP", 1),
}


def _records(rows: list[list[str]]) -> list[dict[str, str]]:
    return [dict(zip(HEADINGS, row, strict=True)) for row in rows]


def _table(rows: list[list[str]]) -> pa.Table:
    return pa.Table.from_pylist(_records(rows))


def _parquet(rows: list[list[str]]) -> bytes:
    out = io.BytesIO()
    pq.write_table(_table(rows), out)
    return out.getvalue()


def _arrow(rows: list[list[str]]) -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_file(out, _table(rows).schema) as writer:
        writer.write_table(_table(rows))
    return out.getvalue()


def workbook(rows: list[list[Any]], *, above: int = 0) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Desk")
        for k, cells in enumerate(rows, above):
            for place, cell in enumerate(cells):
                sheet.write_string(k, place, cell)
    return out.getvalue()


TABLES: dict[str, tuple[str, Callable[[list[list[str]]], bytes]]] = {
    "json": ("d.json", lambda rows: json.dumps({"status": "200", "payload": _records(rows)}).encode()),
    "json lines": ("d.jsonl", lambda rows: "".join(json.dumps(one) + "\n" for one in _records(rows)).encode()),
    "workbook": ("d.xlsx", lambda rows: workbook([HEADINGS, *rows])),
    "parquet": ("d.parquet", _parquet),
    "arrow": ("d.arrow", _arrow),
}


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
