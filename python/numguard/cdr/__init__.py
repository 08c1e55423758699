"""Operator files -> canonical sightings: which handset a number was seen in, and when.

Owns the reading of call records as operators send them: preambles, quotes, footers, character sets, containers.
Independent of complaints, sets and linkage. Layouts are data, one a file, in `layouts/`.

Every row of a file is returned, or refused with its line number and reason; nothing is lost. The IMEI and IMSI of a row
are paired with the served party alone, and a row that does not show which party that is, is refused.
"""

from __future__ import annotations

from collections.abc import Mapping

from numguard.cdr.layout import Layout
from numguard.cdr.places import PLACE_NOTES
from numguard.cdr.reader import Cdr
from numguard.cdr.summary import CDR_NOTES, CdrSummary, FileSummary
from numguard.types import Source

__all__ = ["CDR_NOTES", "PLACE_NOTES", "Cdr", "CdrSummary", "FileSummary", "Layout", "read_cdr"]


def read_cdr(path: Source, layout: str | Mapping[str, str] | Layout | None = None, *, strict: bool = False) -> Cdr:
    """Read operator files as sightings.

    Args:
        path: A file, a folder, a pattern such as `"cdr/*.csv"`, `-`, or a list of these. Text (comma, tab, pipe or
            semicolon; UTF-8, UTF-16 or Windows-1252), a workbook, JSON, Parquet or Arrow, the same in gzip, zstd, bzip2
            or ZIP: recognised by content, not by name. Or a table, a dataset, a stream or an iterable of batches, as
            for `scan`, which is held in memory as text. Columns of uint64 hold keys, and are not read again.
        layout: None finds the layout by its header row. A name selects one. A mapping from roles to the
            file's own column names reads any other table: `{"served": "Subscriber", "imei": "Handset", "date": "Day",
            "time": "Clock"}`; roles are served, other, calling, called, imei, imsi, at, date, time, zone (rows of
            another than India's are refused), call_type, duration, lrn, forwarding, and for the place first_cell,
            last_cell, place (the circle), coordinates (latitude and longitude in one column) or latitude and
            longitude, site (a description that may name them). A `numguard.cdr.Layout` also has the meaning of call
            types.
        strict: A row that is refused is an error, and so is a file without a column of IMEIs or of times.

    Returns:
        A stream of record batches with the columns `served_msisdn` and `imei14` (uint64; the IMEI is null where none
            is written; a placeholder is kept, so that linkage can report where it stopped at one), `imsi`,
            `other_party` (as written), `other_msisdn` (uint64), `at` (timestamp[us, Asia/Kolkata]), `direction` ("in"
            or "out", seen from the served party), `duration_s` (int64), `first_cell`, `last_cell` (text, as the network
            writes them), `place` (the circle by its canonical name), `latitude`, `longitude` (float64, degrees), all
            five null where the file has none or they cannot be read, `source` (the file) and `row` (its line, counted
            from 1). `.summary` counts, `.refused` lists the rows that were refused.

    Raises:
        FileMissingError: a path without a file.
        InputError: a file without a table of call records; the message names the remedy.
        ArgumentError: an unknown layout, or a file that is given twice, by whatever names.
        MissingExtraError: a workbook, and `numguard-telecom[xlsx]` is not installed.

    Examples:
        >>> import pathlib, tempfile
        >>> from numguard.cdr import read_cdr
        >>> path = pathlib.Path(tempfile.mkdtemp(), "calls.csv")
        >>> _ = path.write_text(
        ...     "Target No,IMEI,Call Date,Call Time,Call Type\\n"
        ...     "9876543210,358967101234560,01/06/2026,08:01:39,OUT\\n"
        ...     "9876543210,358967101234560,01/06/26,09:12:00,IN\\n"
        ... )
        >>> calls = read_cdr(path)
        >>> calls.read_all().select(["served_msisdn", "imei14", "direction", "row"]).to_pylist()
        [{'served_msisdn': 919876543210, 'imei14': 35896710123456, 'direction': 'out', 'row': 2}]
        >>> calls.refused.select(["row", "column", "note"]).to_pylist()
        [{'row': 3, 'column': 'Call Date', 'note': 'two_digit_year'}]
    """
    return Cdr(path, layout, strict=strict)
