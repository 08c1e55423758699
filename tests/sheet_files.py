"""Complaint sheets as desks send them, in every container, and the damage that happens to them on the way.

The writer counts its rows for itself, and keeps which number each complaint names: both are known without reading
anything back.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from zip_files import zipped

HEADINGS = {
    "acknowledgement_no": ("Acknowledgement No.", "Ack No", "पावती संख्या"),
    "district": ("District", "DISTRICT NAME", "ज़िला"),
    "police_station": ("Police Station", "थाना"),
    "suspect_mobiles": ("Suspect Mobile No(s)", "Suspected Phone Number", "संदिग्ध मोबाइल नंबर"),
    "complainant_mobile": ("Complainant's Mobile", "शिकायतकर्ता का मोबाइल नंबर"),
    "amount_lost": ("Amount Lost (Rs.)", "ठगी की राशि"),
    "reported_at": ("Date of Complaint", "शिकायत की तारीख"),
    "facts": ("Brief facts", "संक्षिप्त विवरण"),
}
DISTRICTS = ("Gurgaon", "HISSAR", "Mewat", "Sonepat", "रोहतक", "Alwar")


@dataclass
class Table:
    """What was written: a heading each, and rows of cells in their order. `names` are the numbers of each complaint."""

    headings: list[str]
    rows: list[list[str]]
    names: dict[str, set[int]]

    def text(self, separator: str = ",", ending: str = "\r\n") -> str:
        out = io.StringIO()
        writer = csv.writer(out, delimiter=separator, lineterminator=ending)
        writer.writerow(self.headings)
        writer.writerows(self.rows)
        return out.getvalue()

    def records(self) -> list[dict[str, str]]:
        return [dict(zip(self.headings, row, strict=True)) for row in self.rows]


def some_complaints(random: Random, size: int, *, breaks: bool = False) -> Table:
    """Invented complaints; with `breaks`, some facts have line breaks in them."""
    fields = list(HEADINGS)
    headings = [random.choice(HEADINGS[field]) for field in fields]
    rows, names = [], {}
    for k in range(size):
        acknowledgement = f"2{random.randrange(10**9):09}{k:04}"
        numbers = [random.randrange(6_000_000_000, 10_000_000_000) for _ in range(random.choice([1, 1, 1, 2, 3]))]
        names[acknowledgement] = {910_000_000_000 + number for number in numbers}
        quoted = random.choice(
            ["he said", 'he said "pay, now"', "five 5' 6\" men; one spoke", "called | hung up, twice"]
        )
        facts = f"{quoted}{chr(10) if breaks and random.random() < 0.4 else ' '}and no more"
        cells = {
            "acknowledgement_no": acknowledgement,
            "district": random.choice(DISTRICTS),
            "police_station": "Cyber PS",
            "suspect_mobiles": random.choice([" / ", "; ", " "]).join(_written(random, number) for number in numbers),
            "complainant_mobile": f"9000{random.randrange(10**6):06}",
            "amount_lost": random.choice(["1,00,000", "Rs 2.5 lakh", "५०००/-", "", "1.2 crore"]),
            "reported_at": random.choice(["12/09/2026", "13-Sep-2026 14:05", "2026-09-14"]),
            "facts": facts,
        }
        rows.append([cells[field] for field in fields])
    return Table(headings, rows, names)


def _written(random: Random, number: int) -> str:
    digits = str(number)
    return random.choice([digits, f"+91{digits}", f"{digits[:5]}-{digits[5:]}", f"0{digits}"])


# Containers -----------------------------------------------------------------------------------------------------------


def _text(separator: str, encoding: str, ending: str = "\r\n") -> Callable[[Table], bytes]:
    return lambda table: table.text(separator, ending).encode(encoding)


def _workbook(table: Table) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Desk 12")
        sheet.write_string(0, 0, "Haryana Police: complaints of the week")
        for row, cells in enumerate([table.headings, *table.rows], 2):
            for place, cell in enumerate(cells):
                if cell.isascii() and cell.isdigit() and len(cell) <= 14:
                    sheet.write_number(row, place, int(cell))
                else:
                    sheet.write_string(row, place, cell)
    return out.getvalue()


def _parquet(table: Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(_arrow_table(table), out)
    return out.getvalue()


def _arrow(table: Table) -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_file(out, _arrow_table(table).schema) as writer:
        writer.write_table(_arrow_table(table))
    return out.getvalue()


def _arrow_table(table: Table) -> pa.Table:
    columns = zip(*table.rows, strict=True)
    return pa.table({name: pa.array(cells) for name, cells in zip(table.headings, columns, strict=True)})


def json_lines(table: Table) -> bytes:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in table.records()).encode()


#: What a sheet comes in, each under a name that may be wrong.
CONTAINERS: dict[str, tuple[str, Callable[[Table], bytes]]] = {
    "csv": ("desk.csv", _text(",", "utf-8")),
    "csv with a mark": ("desk.csv", _text(",", "utf-8-sig")),
    "csv of old computers": ("desk.csv", lambda table: table.text(ending="\n").replace("\n", "\r").encode()),
    "semicolons": ("desk.csv", _text(";", "utf-8", "\n")),
    "tabs": ("desk.tsv", _text("\t", "utf-8")),
    "bars": ("desk.txt", _text("|", "utf-8")),
    "utf-16": ("desk.txt", _text("\t", "utf-16")),
    "gzip": ("desk.csv.gz", lambda table: gzip.compress(table.text().encode())),
    "zip": ("desk.zip", lambda table: zipped({"desk.csv": table.text()})),
    "text named as a workbook": ("desk.xlsx", _text("\t", "utf-8")),
    "workbook": ("desk.xlsx", _workbook),
    "workbook named as text": ("desk.csv", _workbook),
    "json": ("desk.json", lambda table: json.dumps(table.records(), ensure_ascii=False, indent=1).encode()),
    "json in an envelope": ("desk.json", lambda table: json.dumps({"status": 200, "data": table.records()}).encode()),
    "json lines": ("desk.jsonl", json_lines),
    "parquet": ("desk.parquet", _parquet),
    "arrow": ("desk.arrow", _arrow),
}


# Damage ---------------------------------------------------------------------------------------------------------------


@dataclass
class Lines:
    """A text as it goes through many hands. `count` is the number of rows below the header, blank ones not counted."""

    head: list[str]
    rows: list[str]
    separator: str = ","
    encoding: str = "utf-8"
    ending: str = "\n"
    cut: int = 0

    def content(self) -> bytes:
        lines = [*self.head, *self.rows]
        text = self.ending.join(lines) + ("" if self.cut else self.ending)
        return text.encode(self.encoding, errors="replace")

    def count(self) -> int:
        return sum(bool(row.strip()) for row in self.rows)


def as_lines(table: Table, separator: str) -> Lines:
    first, *rows = table.text(separator, "\n").removesuffix("\n").split("\n")
    return Lines([first], rows, separator)


Damage = Callable[[Random, Lines], None]


def cut_the_end(random: Random, file: Lines) -> None:
    file.rows = file.rows[: random.randrange(1, len(file.rows) + 1)]
    last = file.rows[-1]
    file.rows[-1] = last[: random.randrange(1, len(last))]
    file.cut = 1


def add_a_field(random: Random, file: Lines) -> None:
    k = random.randrange(len(file.rows))
    at = random.choice([-1, file.rows[k].find(file.separator)])
    row = file.rows[k]
    file.rows[k] = row + file.separator + "x" if at < 0 else row[:at] + file.separator + "x" + row[at:]


def drop_a_separator(random: Random, file: Lines) -> None:
    k = random.randrange(len(file.rows))
    file.rows[k] = file.rows[k].replace(file.separator, " ", 1)


def merge_lines(random: Random, file: Lines) -> None:
    if len(file.rows) > 1:
        k = random.randrange(len(file.rows) - 1)
        file.rows[k : k + 2] = [file.rows[k] + file.rows[k + 1]]


def break_a_line(random: Random, file: Lines) -> None:
    k = random.randrange(len(file.rows))
    # Inside of a quoted cell a line break is part of the cell, and no damage.
    row = file.rows[k]
    at = random.choice([at for at in range(1, len(row)) if row[:at].count('"') % 2 == 0])
    file.rows[k : k + 1] = [file.rows[k][:at], file.rows[k][at:]]


def stray_quote(random: Random, file: Lines) -> None:
    k = random.randrange(len(file.rows))
    cells = file.rows[k].split(file.separator)
    place = random.randrange(len(cells))
    cells[place] = '"' + cells[place]
    file.rows[k] = file.separator.join(cells)


def blank_lines(random: Random, file: Lines) -> None:
    for _ in range(random.randrange(1, 4)):
        file.rows.insert(random.randrange(len(file.rows) + 1), random.choice(["", file.separator * 7]))


def repeat_the_header(random: Random, file: Lines) -> None:
    file.rows.insert(random.randrange(len(file.rows) + 1), file.head[-1])


def title_above(random: Random, file: Lines) -> None:
    file.head[:0] = random.choice([["Cyber Desk 12"], ["Haryana Police", "", f"Week{file.separator * 3}of September"]])


def total_below(random: Random, file: Lines) -> None:
    file.rows.append(f"Total: {len(file.rows)}")


def other_encoding(random: Random, file: Lines) -> None:
    # In the single bytes of Windows what is Hindi becomes question marks, so a heading that is in Hindi would be lost.
    file.encoding = random.choice(["utf-8-sig", "utf-16"])


def shuffle_rows(random: Random, file: Lines) -> None:
    random.shuffle(file.rows)


DAMAGES: tuple[Damage, ...] = (
    shuffle_rows, cut_the_end, add_a_field, drop_a_separator, merge_lines, break_a_line, stray_quote, blank_lines,
    repeat_the_header, title_above, total_below, other_encoding,
)  # fmt: skip


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
