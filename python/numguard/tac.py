"""A user's own table of TACs -> maker and model beside every handset.

Owns what such a table's columns are called, which of its rows are refused, and the join. No table is part of the
package. One idea: **a row that does not certainly say one thing of one TAC says nothing**: two rows that differ about
a TAC are both refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from numguard.compute import as_text, named, pc, replaced, schema_of, whole
from numguard.errors import ArgumentError, ColumnError
from numguard.source import REFUSED, OpenSource, check_header, headings, open_source
from numguard.source.languages import canonical_name
from numguard.source.strict import check_strict
from numguard.types import Source

#: Why a row of a table of TACs is refused, where no cell's note says so.
TAC_NOTES: Final = {"contradiction": "Another row says something else of the same TAC."}

#: What a column is called, folded; the first that is there is taken.
_NAMES: Final = {
    "tac": ("tac", "tac code", "type allocation code"),
    "maker": ("maker", "make", "brand", "brand name", "manufacturer", "manufacturer name"),
    "model": ("model", "model name", "marketing name"),
}
_DIGITS: Final = 8
#: An IMEI14 is a TAC and six digits of a serial number.
_SERIALS: Final = 1_000_000


class TacTable:
    """Makers and models by TAC, the first eight digits of an IMEI, as the user's own table has them.

    Args:
        source: Whatever `scan` takes: a path, a table, a stream.
        tac: The column of TACs: eight digits as text or as an integer; a UInt64 is padded to eight. None: a column
            `TAC`.
        maker: The column of makers. None: `Maker`, `Make`, `Brand`, `Brand Name` or `Manufacturer`, the first of these
            that is there.
        model: The column of models. None: `Model`, `Model Name` or `Marketing Name`, likewise.
        strict: A refused row is an error; else it is counted in `account`.

    Attributes:
        account: rows_read = rows_used + rows_refused + the lines in not_data; refused_rows by note: a cell that is no
            TAC (`empty`, `too_short`, `too_long`, `not_a_number`, `placeholder`), a row without maker and model
            (`empty`), rows that differ about a TAC (`contradiction`, all of them), and those of `scan`.
        refused: The refused rows: file, row, note.

    Raises:
        FileMissingError: A path leads to no file.
        ColumnError: There is no column of TACs, or none of makers and none of models.
        InputError: The file cannot be read; or `strict`, and a row was refused.

    Example:
        >>> import numguard as ng, pyarrow as pa
        >>> tacs = ng.TacTable(pa.table({"TAC": ["35824005", "3582"], "Maker": ["Acme"] * 2, "Model": ["One"] * 2}))
        >>> tacs
        <TacTable of 1 types, 1 rows refused>
        >>> tacs.join(pa.table({"imei14": pa.array([35824005111111, 49015420323751], pa.uint64())})).to_pylist()[0]
        {'imei14': 35824005111111, 'maker': 'Acme', 'model': 'One'}
    """

    def __init__(
        self,
        source: Source,
        *,
        tac: str | None = None,
        maker: str | None = None,
        model: str | None = None,
        strict: bool = False,
    ) -> None:
        asked = {"tac": tac, "maker": maker, "model": model}
        if any(name is not None and not isinstance(name, str) for name in asked.values()):
            raise ArgumentError("tac, maker, model: take the names of columns")
        rows, opened = _rows_of(source, asked)
        kept = rows.filter(rows["note"].is_null())
        noted = rows.filter(rows["note"].is_valid()).select(REFUSED.names)
        self.refused, self.account = opened.account_with([noted])
        if strict:
            check_strict("the table of TACs", self.refused)
        types = kept.select(["tac", "maker", "model"]).group_by(["tac", "maker", "model"]).aggregate([]).sort_by("tac")
        self._tacs = types["tac"].combine_chunks().cast(pa.uint64())
        self._names: dict[str, Any] = {name: types[name].combine_chunks() for name in ("maker", "model")}

    def join(self, table: pa.Table, imei: str = "imei14") -> pa.Table:
        """A table with `maker` and `model` (text, null where the TAC is not listed) behind its column of handsets.

        Args:
            table: Such as `changes(...).table`, `expand(...).handsets` or, with `imei="via_imei"`, its `linked`.
            imei: The column of handsets: uint64, the first fourteen digits.

        Raises:
            ColumnError: There is no such column.
            ArgumentError: The column holds no handsets, or the table has a column `maker` or `model` already.
        """
        if imei not in table.column_names:
            raise ColumnError(f"imei: no column {named([imei])!r}; there are {headings(table.column_names)}")
        if not pa.types.is_uint64(table[imei].type):
            raise ArgumentError("imei: takes a column of uint64: the first fourteen digits of IMEIs")
        if twice := {"maker", "model"} & set(table.column_names):
            raise ArgumentError(f"table: it has a column {min(twice)!r} already")
        at = table.column_names.index(imei) + 1
        for place, (name, column) in enumerate(self._of(table[imei]).items(), start=at):
            table = table.add_column(place, name, column)
        return table

    def named(self, imei14s: Sequence[int]) -> dict[int, str]:
        """What each handset is called: maker and model in one text, for those whose TAC is listed."""
        keys = list(dict.fromkeys(imei14s))
        names = self._of(pa.array(keys, pa.uint64()))
        pairs = zip(keys, names["maker"].to_pylist(), names["model"].to_pylist(), strict=True)
        called = {key: " ".join(word for word in (maker, model) if word) for key, maker, model in pairs}
        return {key: name for key, name in called.items() if name}

    def _of(self, handsets: Any) -> dict[str, Any]:
        places = pc.index_in(pc.divide(handsets, pa.scalar(_SERIALS, pa.uint64())), value_set=self._tacs)
        return {name: column.take(places) for name, column in self._names.items()}

    def __len__(self) -> int:
        return len(self._tacs)

    def __repr__(self) -> str:
        return f"<TacTable of {len(self):,} types, {len(self.refused):,} rows refused>"


def _rows_of(source: Source, asked: Mapping[str, str | None]) -> tuple[pa.Table, OpenSource]:
    """Every row: its TAC, maker, model, where it stands, and why it is refused."""
    known = {name for names in _NAMES.values() for name in names}
    opened = open_source(source, wanted=lambda cell: cell in asked.values() or canonical_name(cell) in known)
    schema = schema_of(
        tac=pa.string(), maker=pa.string(), model=pa.string(), file=pa.string(), row=pa.int64(), note=pa.string()
    )
    found = [schema.empty_table()]
    for part in opened.parts:
        columns = _columns(part.schema().names, asked)
        check_header([name for name in asked.values() if name is not None], part.above.header_row, part.name)
        for batch in part.batches(list(dict.fromkeys(columns.values()))):
            data = batch.data
            tacs = _digits(data.column(columns["tac"]))
            names = [
                _text(data.column(columns[name])) if name in columns else pa.nulls(len(tacs), pa.string())
                for name in ("maker", "model")
            ]
            unnamed = pc.and_(names[0].is_null(), names[1].is_null())
            notes = pc.coalesce(_notes(tacs), pc.if_else(unnamed, "empty", None))
            files = pa.repeat(pa.scalar(batch.file, pa.string()), len(tacs))
            rows = pa.array(batch.row_numbers(), pa.int64())
            found.append(pa.Table.from_arrays([tacs, *names, files, rows, notes], schema=schema))
    return _without_contradictions(pa.concat_tables(found).combine_chunks()), opened


def _columns(there: Sequence[str], asked: Mapping[str, str | None]) -> dict[str, str]:
    """The columns of a part by what they are."""
    found: dict[str, str] = {}
    for what, names in _NAMES.items():
        name = asked[what]
        if name is not None and name not in there:
            raise ColumnError(f"{what}: no column {named([name])!r}; there are {headings(there)}")
        by_name = {canonical_name(column): column for column in reversed(there)}
        name = name or next((by_name[word] for word in names if word in by_name), None)
        if name is not None:
            found[what] = name
    if "tac" not in found or len(found) == 1:
        raise ColumnError(f"a table of TACs has columns TAC, Maker and Model; there are {headings(there)}")
    return found


def _text(column: Any) -> Any:
    """Text without blanks around it; null where nothing is left."""
    text = pc.utf8_trim_whitespace(as_text(whole(column)))
    return pc.if_else(pc.equal(text, ""), None, text)


def _digits(column: Any) -> Any:
    """Cells as text, an integer as its digits; a key of eight digits may begin with zeros."""
    if pa.types.is_uint64(column.type):
        return pc.utf8_lpad(column.cast(pa.string()), _DIGITS, "0")
    if pa.types.is_floating(column.type):
        is_integer = pc.equal(pc.floor(column), column)
        text = pc.if_else(is_integer, column, None).cast(pa.int64(), safe=False).cast(pa.string())
        return pc.if_else(column.is_null(), None, pc.fill_null(text, "?"))
    text = _text(column)
    return pc.replace_substring_regex(pc.fill_null(text, ""), r"^'?([0-9]+)(\.0+)?$", r"\1")


def _notes(tacs: Any) -> Any:
    """Why a cell is no TAC; null where it is one."""
    text = pc.fill_null(tacs, "")
    length = pc.utf8_length(text)
    is_digits = pc.match_substring_regex(text, r"^[0-9]+$")
    cases = [
        (pc.equal(text, ""), "empty"),
        (pc.invert(is_digits), "not_a_number"),
        (pc.less(length, _DIGITS), "too_short"),
        (pc.greater(length, _DIGITS), "too_long"),
        (pc.equal(text, "0" * _DIGITS), "placeholder"),
    ]
    notes = pa.nulls(len(text), pa.string())
    for holds, note in reversed(cases):
        notes = pc.if_else(holds, note, notes)
    return notes


def _without_contradictions(rows: pa.Table) -> pa.Table:
    """The same rows, those noted that differ about a TAC."""
    kept = rows.filter(rows["note"].is_null())
    ways = kept.group_by(["tac", "maker", "model"]).aggregate([]).group_by("tac").aggregate([("tac", "count")])
    torn = ways.filter(pc.greater(ways["tac_count"], 1))["tac"]
    differs = pc.and_(rows["note"].is_null(), pc.is_in(rows["tac"], value_set=torn.combine_chunks()))
    notes = pc.if_else(differs, "contradiction", rows["note"])
    return replaced(rows, note=notes)
