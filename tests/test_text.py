"""The splitter of separated text, from Python: the rows that `csv` reads, every line accounted for, memory bounded."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import os
import random
import re
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import numguard as ng
from numguard._core import Text, imei_keys
from numguard.errors import ArgumentError, InputError
from numguard.source import open_source

CELLS = st.text(st.sampled_from('ab ,;"\n9ü\u0939'), max_size=6)


def doubt(
    column: int, begins: bytes, signs: Sequence[str] = (), labels: Sequence[str] = (), headings: Sequence[str] = ()
) -> Any:
    """Which rows may be non-data lines."""
    return {"column": column, "begins": begins, "signs": signs, "labels": labels, "headings": headings}


def read(text: Text, **options: Any) -> tuple[list[tuple[int, list[str]]], list[tuple[int, str]], int]:
    """Rows with their lines, refused lines with their notes, and the count of blank lines."""
    rows: list[tuple[int, list[str]]] = []
    refused: list[tuple[int, str]] = []
    blank = 0
    for batch, lines, _, (not_rows, nothing, _), _ in text.rows(**options):
        cells = zip(*(column.to_pylist() for column in batch.columns), strict=True)
        rows += zip(lines.to_pylist(), map(list, cells), strict=True)
        refused += [(one["line"], one["note"]) for one in not_rows.to_pylist()]
        blank += nothing
    return rows, refused, blank


def names(width: int) -> list[str]:
    return [f"c{n}" for n in range(width)]


@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=12),
    st.sampled_from([",", ";"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\n", "\r\n"]),
    st.integers(1, 40),
)
@settings(max_examples=200, deadline=None)
def test_valid_csv_is_read_as_the_csv_module_reads_it(
    table: list[list[str]], separator: str, quoting: Any, ending: str, size: int
) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=separator, quoting=quoting, lineterminator=ending).writerows(table)
    text = written.getvalue()
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    expected, line = [], 1
    for cells in reader:
        expected.append((line, cells))
        line = reader.line_num + 1
    data = text.encode()
    blocks = [data[at : at + size] for at in range(0, len(data), size)]
    rows, refused, blank = read(Text(blocks, names(3), separator=separator))
    # A quoted text with a line that looks like a row is taken for an unclosed quote, and is refused with a note.
    if not refused:
        assert rows == expected
        assert blank == 0
    else:
        assert any("\n" in cell for cells in table for cell in cells)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_a_long_text_is_the_same_in_any_blocks_and_compression(tmp_path: Path, threads: int) -> None:
    lines, expected, refused = ["a,b"], [], []
    for n in range(60_000):
        if n % 997 == 0:
            lines.append(f"{n}")
        elif n % 499 == 0:
            lines.append(f'{n},"two\nlines"')
        else:
            lines.append(f'{n},"{"x" * (n % 37)}"')
    at = 1
    for line in lines[1:]:
        at += 1
        if "," not in line:
            refused.append((at, "too_few_fields"))
        else:
            number, _, rest = line.partition(",")
            expected.append((at, [number, rest.strip('"')]))
        at += line.count("\n")
    data = ("\n".join(lines) + "\n").encode()
    (tmp_path / "t.csv").write_bytes(data)
    for block in (1000, 1 << 19, 1 << 22):
        text = Text(tmp_path / "t.csv", ["a", "b"], offset=4, line=2)
        assert read(text, threads=threads, block=block) == (expected, refused, 0)
    blocks = [data[at : at + 77_777] for at in range(4, len(data), 77_777)]
    assert read(Text(blocks, ["a", "b"], line=2), threads=threads) == (expected, refused, 0)
    # As a part of a source, in every compression.
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(data[:99]) + gzip.compress(data[99:]))
    (tmp_path / "t.csv.zst").write_bytes(pa.Codec("zstd").compress(data, asbytes=True))
    for name in ("t.csv", "t.csv.gz", "t.csv.zst"):
        source = open_source(tmp_path / name)
        found = [list(row.values()) for batch in source.batches() for row in batch.data.to_pylist()]
        assert found == [cells for _, cells in expected], name
        assert list(source.parts[0].account.lines) == [line for line, _ in refused], name


def test_columns_are_selected_and_texts_are_returned() -> None:
    text = Text([b'1,2,3\n4,5\n"6\n'], names(3), line=7)
    [(batch, lines, _, (refused, _, _), texts)] = text.rows([2, 0], texts=True)
    assert batch.to_pydict() == {"c2": ["3"], "c0": ["1"]}
    assert lines.to_pylist() == [7]
    assert [one["text"] for one in refused.to_pylist()] == [b"4,5\n", b'"6\n']
    # With the lines after it that are not rows.
    assert texts[0] == b'1,2,3\n4,5\n"6\n'
    with pytest.raises(ArgumentError, match="no such row"):
        texts[1]
    with pytest.raises(ArgumentError, match="already read"):
        text.rows()


def test_doubtful_rows_are_found_whatever_the_columns() -> None:
    lines = [b"a,1", b"Total,2", b'" ",3', b'"Grand Total",4', b"Topal,5", b",6", b"Xotal,7"]
    text = Text([b"\n".join(lines)], names(2), doubt=doubt(0, b"TG", ["otal"]))
    [(_, _, doubtful, _, texts)] = text.rows([1])
    assert doubtful.to_pylist() == [1, 2, 3, 5]
    assert [texts[k] for k in range(4)] == [lines[row] for row in doubtful.to_pylist()]


def test_a_label_before_the_column_makes_a_row_doubtful() -> None:
    lines = [b"a,b,1", b"Total,,2", b",Total,3", b"\" \",'Total',4", b"a,Total,5", b"Tower,Total,6", b"b,c,Total"]
    text = Text([b"\n".join(lines)], names(3), doubt=doubt(2, b"T'", ["--"], ["otal"]))
    [(_, _, doubtful, _, _)] = text.rows()
    assert doubtful.to_pylist() == [1, 2, 3]


def test_a_row_with_a_heading_and_no_figure_is_doubtful() -> None:
    lines = [
        b"98765,msisdn,1",  # the cell of the column begins as no heading
        b"Imei,x,MSISDN",
        b'" 2nd party",msisdn,x',
        b"imei,msisdn,12345",
        b"imei,of msisdn,x",
        b"x,,'msisdn '",
        b"IMEI,x,msisdn 1234",
    ]
    headings = [" Msisdn", "2nd party", ""]
    text = Text([b"\n".join(lines)], names(3), doubt=doubt(0, b"", headings=headings))
    [(_, _, doubtful, _, _)] = text.rows()
    assert doubtful.to_pylist() == [1, 2, 5]


def test_single_quotes_count_where_a_line_has_too_many_cells() -> None:
    text = Text([b"1,'a, b',2\nO'Neil,it's,3\n4,'a,b,c\n"], names(3), apostrophes=True)
    rows, refused, _ = read(text)
    assert [cells for _, cells in rows] == [["1", "'a, b'", "2"], ["O'Neil", "it's", "3"]]
    assert refused == [(3, "too_many_fields")]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"separator": '"'}, "the separator"),
        ({"separator": ""}, "separator"),
        ({"separator": "ab"}, "separator"),
        ({"width": 1}, "the header names"),
        ({"offset": 5}, "goes with a path"),
        ({"doubt": doubt(2, b"")}, "no such column"),
        ({"longest": 0}, "the longest record"),
    ],
)
def test_an_invalid_argument_is_an_error(options: dict[str, Any], why: str) -> None:
    with pytest.raises(ArgumentError, match=why):
        Text([b""], ["a", "b"], **options)


def test_cells_without_a_name_must_be_blank() -> None:
    rows, refused, _ = read(Text([b'1,2,\n3,4,5\n6,7," "\n8,9\n'], ["a", "b"], width=3))
    assert rows == [(1, ["1", "2"]), (3, ["6", "7"])]
    assert refused == [(2, "too_many_fields"), (4, "too_few_fields")]


def test_lines_of_another_encoding_are_refused_or_read() -> None:
    blocks = ["ü,1\n".encode(), b"\xfc,2\n", b"a,3\n"]
    rows, refused, _ = read(Text(blocks, ["a", "b"]))
    assert (rows, refused) == ([(1, ["ü", "1"]), (3, ["a", "3"])], [(2, "not_utf8")])
    rows, refused, _ = read(Text(blocks, ["a", "b"], windows_1252=True))
    assert [cells for _, cells in rows] == [["ü", "1"], ["ü", "2"], ["a", "3"]]


#: Cells in and beside the forms that a type reads by itself.
TYPED_CELLS = st.one_of(
    st.sampled_from(
        [
            *[
                "",
                " ",
                "-",
                "--------",
                "---------",
                "NA",
                "n/a",
                "#N/A",
                "'",
                "''",
                "'-'",
                "=",
                "\u00a0",
                "\u00a0 7\u00a0",
            ],
            *["9876543210", "919876543210", "09876543210", "98765 43210", "AD-INVENT-S", "9876543210'", "'9876543210"],
            *["35-824005-111111-0", "358240051111110", "3582400511111101", "00000000000000", "35824005111111\u0966"],
            *["404980000000001", "40498000000000", "404980000000001.0", "'404980000000001.0'", "4049800000000012"],
            *["0", "999999999", "1000000000", "12.0", "+12", "-1", "1e3", "\u0967\u0968", "12 ", "1930", "\u00e0"],
            *[
                "00:00:00",
                "23:59:59",
                "24:00:00",
                "12:60:00",
                "12:00:60",
                "1:02:03",
                "12.30.15",
                "12:30:15 PM",
                ":1:00:00",
            ],
        ]
    ),
    st.text(st.sampled_from("0123456789:.'\"= -\u00a0\u00e0NA,"), max_size=18),
)


def usual(kind: str, cell: str) -> Any:
    """What a type gives for a cell: the exact readers for numbers, Python's own for all else."""
    content = cell.strip(" \t'\"=\u00a0")
    if kind == "msisdn":
        return ng.normalize([cell]).to_pylist()[0]
    if kind == "imei":
        return imei_keys([cell]).to_pylist()[0]
    if kind == "imsi":
        # A float has no wrapping.
        found = re.fullmatch("([0-9]{14,15})", content) or re.fullmatch(r"([0-9]{14,15})\.0", cell)
        return found and found[1]
    if kind == "integer":
        return int(content) if re.fullmatch("[0-9]{1,9}", content) else None
    if kind == "clock":
        found = re.fullmatch("([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])", content)
        return found and ((int(found[1]) * 60 + int(found[2])) * 60 + int(found[3])) * 1_000_000
    nothing = re.fullmatch("-{0,8}|na|n/a|nan|null|none|#n/a", content, re.IGNORECASE | re.ASCII)
    return cell if kind in {"text", "coded"} else None if nothing else content


@given(st.lists(TYPED_CELLS, max_size=12), st.sampled_from(["bare", "quoted", "'"]))
@settings(max_examples=400, deadline=None)
def test_a_type_reads_the_usual_cells_and_returns_the_others(cells: list[str], wrapping: str) -> None:
    if wrapping == "'":
        cells = [f"'{cell}'" for cell in cells]
    quoting = csv.QUOTE_ALL if wrapping == "quoted" else csv.QUOTE_MINIMAL
    file = io.StringIO()
    csv.writer(file, quoting=quoting, lineterminator="\n").writerows([[cell, "9"] for cell in cells])
    for kind in ("text", "trimmed", "coded", "msisdn", "imei", "imsi", "integer", "clock"):
        expected = [usual(kind, cell) for cell in cells]
        text = Text([file.getvalue().encode()], names(2))
        columns: list[list[Any]] = [[], []]
        for batch, *_ in text.rows([0], [kind]):
            for column, more in zip(columns, batch.columns, strict=False):
                column += more.to_pylist()
        assert columns[0] == expected, kind
        if kind in {"msisdn", "imei", "integer", "clock"}:
            others = [(cell or None) if value is None else None for cell, value in zip(cells, expected, strict=True)]
            assert columns[1] == others, kind


def typed_columns(text: str, columns: list[int], types: list[Any], **options: Any) -> list[list[Any]]:
    """The columns of a text of four columns, whatever the blocks."""
    found: list[list[Any]] = []
    for batch, *_ in Text([text.encode()], names(4)).rows(columns, types, **options):
        found = found or [[] for _ in batch.columns]
        for column, more in zip(found, batch.columns, strict=True):
            column += more.to_pylist()
    return found


def lengths(texts: pa.StringArray) -> list[pa.Array[Any]]:
    """Lengths, and texts in upper case if they are not empty."""
    found = texts.to_pylist()
    return [
        pa.array([len(text) for text in found], pa.uint8()),
        pa.array([t.upper() or None for t in found], pa.string()),
    ]


@given(st.lists(st.tuples(*[TYPED_CELLS] * 3, st.sampled_from(["", "a", "more than sixteen bytes"])), max_size=30))
@settings(max_examples=200, deadline=None)
def test_a_function_decides_which_party_is_served(rows: list[tuple[str, ...]]) -> None:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    kinds = [row[3] for row in rows]
    # Where the length is 0, the called party is served.
    served = [row[1] if not row[3] else row[0] for row in rows]
    other = [row[0] if not row[3] else row[1] for row in rows]
    for block, threads in ((1 << 20, 1), (64, 1), (64, 2)):
        typed = typed_columns(
            file.getvalue(), [2, 3], ["text", lengths], parties=(0, 1, 1), block=block, threads=threads
        )
        if not rows:
            assert not any(typed)
            continue
        assert typed[0] == [row[2] for row in rows]
        assert typed[1] == [len(kind) for kind in kinds]
        assert typed[2] == [kind.upper() or None for kind in kinds]
        keys, unread, texts, numbers, unkeyed = typed[3:]
        assert keys == [key_of(cell) for cell in served]
        assert unread == [None if key else cell or None for cell, key in zip(served, keys, strict=True)]
        assert texts == [usual("trimmed", cell) for cell in other]
        assert numbers == [key_of(cell) for cell in other]
        assert unkeyed == [None if key else text for text, key in zip(texts, numbers, strict=True)]


def key_of(cell: str) -> int | None:
    """The number of a cell, with what is around it or without."""
    trimmed: str | None = usual("trimmed", cell)
    keys = ng.normalize([cell, trimmed]).to_pylist()
    return keys[0] or keys[1]


def test_a_function_gets_each_text_once() -> None:
    seen: list[str] = []

    def read_texts(texts: pa.StringArray) -> list[pa.Array[Any]]:
        seen.extend(texts.to_pylist())
        return [texts]

    text = "1,2,3,a\n1,2,3,b\n" * 50_000
    [column] = typed_columns(text, [3], [read_texts], block=1 << 12, threads=2)
    assert column == ["a", "b"] * 50_000
    assert sorted(seen) == ["a", "b"]


def test_an_error_of_a_function_is_raised() -> None:
    def failing(texts: pa.StringArray) -> list[pa.Array[Any]]:
        if len(texts):
            raise KeyboardInterrupt
        return [texts]

    def short(texts: pa.StringArray) -> list[pa.Array[Any]]:
        return [texts.slice(1)]

    for function, error in ((failing, KeyboardInterrupt), (short, ArgumentError)):
        with pytest.raises(error):
            typed_columns("1,2,3,a\n", [3], [function])
    with pytest.raises(ArgumentError):
        typed_columns("1,2,3,a\n", [3], ["text"], parties=(0, 1, 0))
    with pytest.raises(ArgumentError):
        typed_columns("1,2,3,a\n", [3], [lengths], parties=(0, 9, 0))


def test_an_error_of_the_blocks_is_raised() -> None:
    def blocks(error: BaseException) -> Iterator[bytes]:
        yield b"1,2\n" * 500_000
        raise error

    for error in (KeyboardInterrupt(), InputError("gone"), OSError("gone")):
        with pytest.raises(type(error)):
            read(Text(blocks(error), ["a", "b"]))


def test_damaged_compression_is_an_error(tmp_path: Path) -> None:
    packed = gzip.compress(b"digits,\n" + random.Random(1).randbytes(300_000).hex().encode().replace(b"00", b",\n"))
    listed = ng.NumberSet(["98765 43210"])
    for damaged in (packed[:-20], packed[: 1 << 17] + b"\xff" * 50 + packed[(1 << 17) + 50 :]):
        (tmp_path / "t.gz").write_bytes(damaged)
        with pytest.raises(InputError, match=r"t\.gz.*damaged or cut short"):
            list(open_source(tmp_path / "t.gz").batches())
        with pytest.raises(InputError, match=r"t\.gz.*damaged or cut short"):
            ng.scan(
                tmp_path / "t.gz", dict.fromkeys(open_source(tmp_path / "t.gz").schema.names[:1], listed)
            ).read_all()


# Hostile text -------------------------------------------------------------------------------------------------------

MIB = 1 << 20
HOSTILE = {
    "a line of a gigabyte": (
        lambda: itertools.chain([b"1,2\n3,"], itertools.repeat(b"9" * MIB, 1024), [b"\n4,5\n"]),
        2,
    ),
    "a cell that is never closed": (
        lambda: itertools.chain([b'1,2\n3,"'], itertools.repeat(b"9,9\n" * (MIB // 4), 64)),
        2,
    ),
    "a million quotation marks in a line": (lambda: [b"1,2\n", b'"' * 1_000_001, b"\n4,5\n"], 2),
    "a million lines that open a cell": (lambda: [b'1,"\n' * 1_000_000], 2),
    "lines that close one cell and open the next": (lambda: itertools.repeat(b'a",",b\n' * (MIB // 7), 64), 2),
    "wide rows that do so": (lambda: itertools.repeat(b'a",",b\n' * (MIB // 7), 64), 60_000),
    "nothing but separators": (lambda: itertools.repeat(b"," * MIB, 256), 2),
    "nothing but line breaks": (lambda: itertools.repeat(b"\n" * MIB, 256), 2),
    "nothing but zeros": (lambda: itertools.repeat(bytes(MIB), 256), 2),
    "rows of sixty thousand cells": (lambda: itertools.repeat(b"," * 59_999 + b"\n", 2000), 60_000),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_text_is_read_in_bounded_memory_and_time(what: str) -> None:
    run = subprocess.run([sys.executable, __file__, what], capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    added = int(run.stdout)
    assert added < 600e6, f"{what}: {added:,} bytes"


def read_hostile(what: str) -> None:
    blocks, width = HOSTILE[what]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in Text(blocks(), names(width)).rows([0, 1]):
        pass
    sys.stdout.write(str((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024))


# Leaving early ------------------------------------------------------------------------------------------------------

LEAVE = """
import sys, warnings
import numguard as ng
from numguard.errors import ArgumentError

path, way, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
listed = ng.NumberSet(["98765 00007"])
found = ng.scan(path, {"a": listed}, limit=5 if way == "limit" else None, threads=threads or None)
if way == "limit":
    assert found.read_all().num_rows == 5
elif way == "next":
    next(iter(found))
elif way == "close":
    running = iter(found)
    next(running)
    running.close()
elif way == "kept":
    running = iter(found)
    next(running)
    sys.exit(0)
elif way == "error":
    try:
        for batch in found:
            raise ArgumentError("enough")
    except ArgumentError:
        pass
elif way == "raise":
    for batch in found:
        raise SystemExit(0)
"""
WAYS = ["limit", "next", "close", "kept", "error", "raise"]


def test_a_scan_that_is_left_early_lets_the_interpreter_end(tmp_path: Path) -> None:
    line = b"9876500007,some text of another column,1\n"
    (tmp_path / "t.csv").write_bytes(b"a,text,n\n" + line * 400_000)
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"a,text,n\n" + line * 400_000, 1))
    runs = list(itertools.product(("t.csv", "t.csv.gz"), WAYS, ("0", "1", "3")))
    for name, way, threads in random.sample(runs, min(len(runs), int(os.environ.get("NUMGUARD_LEAVES", "12")))):
        command = [sys.executable, "-c", LEAVE, str(tmp_path / name), way, threads]
        run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert (run.returncode, run.stderr) == (0, ""), (name, way, threads)


def test_blocks_of_python_that_are_left_early_are_closed() -> None:
    closed = []

    def blocks() -> Iterator[bytes]:
        try:
            while True:
                yield b"9876500007,1\n" * 10_000
        finally:
            closed.append(True)

    rows = Text(blocks(), ["a", "n"]).rows()
    next(rows)
    rows.close()
    del rows
    assert closed == [True]


if __name__ == "__main__":
    read_hostile(sys.argv[1])
