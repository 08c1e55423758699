"""A preview of a sheet: which column is which field, and the first rows as written and as read.

Owns how a field is shown to a reader who checks a sheet before adding it. Independent of SQL. One idea: each cell is
beside its value, so that a wrong column is seen at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

from numguard import _core
from numguard.compute import by_key, is_list, pc, schema_of, tuples_of
from numguard.indian_time import local
from numguard.number_list.decision_headings import Heading, kind_of
from numguard.registry.sheets import cells
from numguard.registry.sheets.complaints import FROM_NARRATIVE, Complaints
from numguard.registry.sheets.doubts import kind_of_approval
from numguard.registry.sheets.headings import IGNORE, left_over
from numguard.registry.sheets.sheet import Sheet

_ROWS: Final = 10
_SAMPLE: Final = schema_of(
    column=pa.string(), field=pa.string(), row=pa.int64(), cell=pa.string(), read=pa.string(), note=pa.string()
)
_WHY: Final = schema_of(index=pa.int64(), note=pa.string())


@dataclass(frozen=True, slots=True)
class Preview:
    """How a sheet was read.

    Attributes:
        container, encoding, header_row, sheet: The format that the file was recognised as.
        fields: Each column and the field that it was read as, as a mapping file has it.
        unread: The columns of no field, but for those of decisions by which numbers wait.
        sample: The first ten rows of each column that was read: column, field, row, cell (as written), read (its
            value), note (why it was refused).
    """

    container: str
    encoding: str | None
    header_row: int
    sheet: str | None
    fields: dict[str, str]
    unread: list[str]
    sample: pa.Table = field(repr=False)


def preview(sheet: Sheet, complaints: Complaints) -> Preview:
    """The preview of `sheet`, from which `complaints` were read."""
    names = sheet.table.column_names
    places = sorted((place, word) for word, at in complaints.at.items() for place in at)
    samples = [_sample(sheet, complaints, place, word) for place, word in places]
    sample = pa.concat_tables([_SAMPLE.empty_table(), *samples])
    unread = [names[place] for place in left_over(names, complaints.at) if not _makes_wait(names[place])]
    fields = {names[place]: word for place, word in places} | dict.fromkeys(filter(None, unread), IGNORE)
    return Preview(sheet.container, sheet.encoding, sheet.header_row, sheet.sheet, fields, unread, sample)


def _makes_wait(heading: str) -> bool:
    """Whether a column is of decisions on the number, of which no yes makes it wait, or of refusals, which do."""
    return kind_of_approval(heading) is not None or kind_of(heading, None) is Heading.REFUSAL


def _sample(sheet: Sheet, complaints: Complaints, place: int, word: str) -> pa.Table:
    column = sheet.table.column(place).slice(0, _ROWS)
    size = len(column)
    if word in complaints.rows.column_names:
        values = complaints.rows[word].slice(0, size).to_pylist()
        read = [_shown(word, value) for value in values]
        notes = _notes(complaints.refusals, word, size)
    else:
        read, notes = _numbers(column, word)
    heading, row = sheet.table.column_names[place], sheet.row.slice(0, size)
    return pa.table([[heading] * size, [word] * size, row, _written(column), read, notes], schema=_SAMPLE)


def _written(column: pa.ChunkedArray[Any]) -> pa.Array[Any]:
    if is_list(column.type):
        return pa.array(
            [None if cell is None else "; ".join(map(str, cell)) for cell in column.to_pylist()], pa.string()
        )
    return cells.written(column)


def _shown(word: str, value: Any) -> str | None:
    if value is None:
        return None
    if word.endswith("_at"):
        return local(value).isoformat(" ")
    if word.startswith("amount_"):
        return f"{value // 100}.{value % 100:02}"
    return str(value)


def _notes(refusals: pa.Table, word: str, size: int) -> list[str | None]:
    of_word = refusals.filter(pc.and_(pc.equal(refusals["field"], word), pc.less(refusals["index"], size)))
    found = dict(tuples_of(of_word, "index", "note"))
    return [found.get(k) for k in range(size)]


def _numbers(column: pa.ChunkedArray[Any], word: str) -> tuple[list[str | None], list[str | None]]:
    """The numbers of each cell as they are recorded, and why others are refused or wait for a decision."""
    numbers = cells.inside_text(column, FROM_NARRATIVE) if word == "narrative" else cells.numbers(column)
    size = len(column)
    parts = [numbers.certain.select(["index", "msisdn"]), numbers.doubtful.select(["index", "msisdn"])]
    found = pa.concat_tables(parts).sort_by("index")
    refused = numbers.refused.filter(pc.not_equal(numbers.refused["note"], "empty"))
    words = numbers.certain.filter(pc.is_valid(numbers.certain["cell"]))
    waits = pc.binary_join_element_wise("waits: ", numbers.doubtful["doubt"], "")
    notes = ((refused, refused["note"]), (numbers.doubtful, waits), (words, words["note"]))
    why = pa.concat_tables([pa.table([part["index"], note], _WHY.names).cast(_WHY) for part, note in notes])
    why = why.group_by(["index", "note"], use_threads=False).aggregate([])
    return _joined(found["index"], _core.format(found["msisdn"]), size), _joined(why["index"], why["note"], size)


def _joined(index: Any, texts: Any, size: int) -> list[str | None]:
    """The texts of each of `size` rows, side by side."""
    beside: dict[int, list[str]] = by_key(zip(index.to_pylist(), texts.to_pylist(), strict=True))
    return [", ".join(beside.get(row, ())) or None for row in range(size)]
