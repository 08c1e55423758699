"""JSON: Python's decoder is the oracle of the compiled reader; documents and lines of any size give the same rows."""

from __future__ import annotations

import gzip
import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numguard.errors import InputError
from numguard.source import Account, open_source

#: Words that Python writes and reads, although JSON has not got them.
WORDS = ["NaN", "Infinity", "-Infinity"]
NUMBERS = ["9876543210", "9.87654321e9", "-0", "0.10", "1E400", "12345678901234567890123", *WORDS]
NAMES = st.sampled_from(["mobile", "ref", "a.b", "a", "b", "\u0928", "k\n", '"', ""])
TEXTS = st.text(st.characters(), max_size=5) | st.sampled_from(["98765 43210", "NaN", 'a"b\\c', "\u2028", "\U0001f600"])
HALF = re.compile("[\ud800-\udfff]")
SPACE = st.sampled_from(["", " ", "\t"])


class Number(str):
    """A number as it is written."""


VALUES = st.recursive(
    TEXTS | st.sampled_from(NUMBERS).map(Number) | st.booleans() | st.none(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(NAMES, inside, max_size=3),
    max_leaves=6,
)
RECORDS = st.dictionaries(NAMES, VALUES, max_size=5)


def written(value: Any, space: str, *, ascii_only: bool) -> str:
    """A value as JSON, with its numbers as they are."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, list):
        return f"[{space}{f'{space},'.join(written(one, space, ascii_only=ascii_only) for one in value)}]"
    if isinstance(value, dict):
        members = (
            f"{json.dumps(name, ensure_ascii=ascii_only)}{space}:{space}{written(one, space, ascii_only=ascii_only)}"
            for name, one in value.items()
        )
        return f"{{{space}{f'{space},'.join(members)}}}"
    return json.dumps(value, ensure_ascii=ascii_only)


def flat(record: dict[str, Any], above: str = "") -> list[tuple[str, str | None]]:
    """The cells of a record that Python's decoder made, with its numbers as texts."""
    cells: list[tuple[str, str | None]] = []
    for name, value in record.items():
        text = value
        if isinstance(value, dict):
            cells += flat(value, f"{above}{name}.")
            continue
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            text = "; ".join(value)
        elif value is not None and not isinstance(value, str):
            text = json.dumps(value, ensure_ascii=False)
        cells.append((above + name, text))
    return cells


def expected(line: str) -> dict[str, str] | None:
    """The cells of a line that have a text; None if two have one name."""
    cells = flat(json.loads(line, parse_int=str, parse_float=str, parse_constant=str))
    cells = [(HALF.sub("\ufffd", name), text and HALF.sub("\ufffd", text)) for name, text in cells]
    is_whole = len(dict(cells)) == len(cells)
    return {name: text for name, text in cells if text is not None} if is_whole else None


def rows_of(source: Any) -> tuple[list[dict[str, Any]], list[int], list[int]]:
    """The rows without their empty cells, the number of each, and those of the refused ones."""
    [part] = open_source(source).parts
    refused: list[int] = []
    rows: list[dict[str, Any]] = []
    numbers: list[int] = []
    for batch in part.batches(account=Account(lambda row, *_: refused.append(row))):
        rows += batch.data.to_pylist()
        numbers += batch.row_numbers().tolist()
    return [{name: cell for name, cell in row.items() if cell is not None} for row in rows], numbers, refused


@given(st.lists(RECORDS, min_size=2, max_size=5), SPACE, st.booleans(), st.booleans())
@settings(max_examples=300, deadline=None)
def test_cells_are_those_of_pythons_decoder(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]], space: str, ascii_only: bool, is_list: bool
) -> None:
    lines = [written(record, space, ascii_only=ascii_only) for record in records]
    # Halves of characters can be written as escapes only.
    lines = [line.encode("utf-8", "replace").decode() for line in lines]
    path = tmp_path_factory.mktemp("json") / "d.json"
    text = f"[{space}{', '.join(lines)}\n]" if is_list else "\n".join(lines)
    path.write_text(text, encoding="utf-8", newline="")
    cells = [expected(line) for line in lines]
    rows, numbers, refused = rows_of(path)
    assert numbers == [number for number, row in enumerate(cells, 1) if row is not None]
    assert refused == [number for number, row in enumerate(cells, 1) if row is None]
    assert rows == [row for row in cells if row is not None]


@pytest.mark.parametrize(
    "record",
    [
        '{"mobile": 9876543210, "mobile": 9876543211}',
        '{"a": {"b": 1}, "a.b": 2}',
        '{"a": {}, "a": 2}',
        '{"a": 1, "a": {"b": 2}}',
        '{"a": {"b": 1}, "a": {"c": 1}}',
        '{"a": [{"b": 1, "b": 2}]}',
        '{"a": ' * 100 + "1" + "}" * 100,
        '{"a": ' + "[" * 100 + "{}" + "]" * 100 + "}",
    ],
)
@pytest.mark.parametrize("form", ['{"x": 1}\nRECORD\n', '[{"x": 1}, RECORD]', '{"list": [{"x": 1},\nRECORD\n]}'])
def test_a_record_that_would_lose_a_cell_is_refused_alone(tmp_path: Path, record: str, form: str) -> None:
    (tmp_path / "d.json").write_text(form.replace("RECORD", record))
    assert rows_of(tmp_path / "d.json") == ([{"x": "1"}], [1], [2])


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Several blocks of lines, with a column that begins in the last, a blank line and one that is cut short."""
    path = tmp_path_factory.mktemp("large") / "calls.jsonl"
    lines = [f'{{"a_number": "{9876500000 + n}", "seconds": {n}.50, "cell": "{"x" * 90}"}}' for n in range(80_000)]
    lines[50_000] = ""
    lines[60_000] = lines[60_000][:40]
    lines[79_999] = '{"a_number": 1930, "note": {"by": "desk"}}'
    path.write_text("\ufeff" + "\n".join(lines) + "\n", encoding="utf-8")
    assert path.stat().st_size > 2 << 22
    return path


def test_lines_are_read_a_block_at_a_time(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMGUARD_MOST_DOCUMENT", "5000000")
    [part] = open_source(large).parts
    assert part.container == "json lines"
    batches = list(part.batches(["seconds", "note.by"]))
    assert len(batches) > 2
    table = pa.Table.from_batches([batch.data for batch in batches])
    numbers = [number for batch in batches for number in batch.row_numbers().tolist()]
    assert numbers == [n for n in range(1, 80_001) if n not in {50_001, 60_001}]
    assert table["seconds"].to_pylist() == [f"{n - 1}.50" for n in numbers[:-1]] + [None]
    assert table["note.by"].null_count == len(numbers) - 1
    assert (part.account.refused, part.account.not_data) == ({"not_json": 1}, {"blank": 1})


def test_a_pipe_is_held_up_to_the_limit_of_a_document(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = rows_of(large)
    for content in (large.read_bytes(), gzip.compress(large.read_bytes(), 1)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        assert rows_of("-") == plain
    monkeypatch.setenv("NUMGUARD_MOST_DOCUMENT", "5000000")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(large.read_bytes())))
    with pytest.raises(InputError, match="NUMGUARD_MOST_DOCUMENT"):
        open_source("-")


def test_a_line_without_an_end_is_held_up_to_that_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMGUARD_MOST_DOCUMENT", "5000000")
    (tmp_path / "d.jsonl").write_text('{"a": 1}\n{"a": "' + "x" * (10 << 20))
    with pytest.raises(InputError, match=r"a line has more bytes than the limit: .*NUMGUARD_MOST_DOCUMENT"):
        rows_of(tmp_path / "d.jsonl")


@pytest.mark.parametrize("is_longer", [False, True])
def test_lines_that_vanish_or_come_while_they_are_read_are_an_error(
    large: Path, tmp_path: Path, is_longer: bool
) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_bytes(content := large.read_bytes())
    [part] = open_source(path).parts
    assert part.schema().names[0] == "a_number"
    last = content.rindex(b"\n", 0, -1) + 1
    path.write_bytes(content + content[last:] if is_longer else content[:last])
    with pytest.raises(InputError, match=r"calls.jsonl: was changed while it was read"):
        list(part.batches())


def test_rows_of_many_columns_are_few_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_text("".join(f'{{"k{n % 5000}": 1}}\n' for n in range(20_000)))
    batches = [batch.data for batch in open_source(path).batches()]
    assert sum(batch.num_rows for batch in batches) == 20_000
    assert max(batch.num_rows * batch.num_columns for batch in batches) < 1 << 26


@pytest.mark.parametrize("text", [b'{"a": "\xff"}\n{"a": 1}\n', b'{"a": 1}\n{"a": "\xff"}\n', b'[{"a": "\xff"}]'])
def test_text_that_is_not_utf_8_is_an_error(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "d.json").write_bytes(text)
    with pytest.raises(InputError, match=r"d.json: holds text that is not UTF-8: save it again as UTF-8"):
        rows_of(tmp_path / "d.json")


@pytest.mark.parametrize(
    ("document", "titles"),
    [
        ('{"data": {"list": [{"mobile": "9876543210"}]}}', ["data", "list"]),
        ('{"status": 200, "data": {"file_name": "revoked.csv", "rows": [{"mobile": "9876543210"}], "next": []}}',
         ["data", "revoked.csv", "rows"]),
        ('{"title": "x", "a": {"b": {"c": [{"mobile": "9876543210", "seen": [{"mobile": "9123456789"}]}]}}}',
         ["x", "a", "b", "c"]),
    ],
)  # fmt: skip
def test_a_list_within_objects_is_found(tmp_path: Path, document: str, titles: list[str]) -> None:
    (tmp_path / "d.json").write_text(document)
    [part] = open_source(tmp_path / "d.json").parts
    assert [row["mobile"] for batch in part.batches() for row in batch.data.to_pylist()] == ["9876543210"]
    assert list(part.above.titles) == titles


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ('{"data": {"a": [{"mobile": "1"}], "b": [{"mobile": "2"}]}}', r"several lists of records \(data.a, data.b\)"),
        ('{"status": "200", "data": {"mobile": "1"}}', "is an answer without a list of records"),
        ('{"status": "401", "data": {"list": [{"mobile": "1"}]}}', "is an answer with the status 401"),
    ],
)
def test_an_object_without_one_list_is_an_error(tmp_path: Path, document: str, message: str) -> None:
    (tmp_path / "d.json").write_text(document)
    with pytest.raises(InputError, match=rf"d.json: .*{message}"):
        rows_of(tmp_path / "d.json")


@pytest.mark.parametrize(
    "text", ["[9876543210,9812345678]", "[\n 9876543210,\n9812345678\n]\n", "[9.87654321e9, 9812345678"]
)
def test_numbers_alone_are_a_list(tmp_path: Path, text: str) -> None:
    (tmp_path / "d.json").write_text(text)
    if "]" not in text:
        with pytest.raises(InputError, match=r"d.json: is damaged or cut-short JSON"):
            rows_of(tmp_path / "d.json")
        return
    assert rows_of(tmp_path / "d.json")[0] == [{"number": "9876543210"}, {"number": "9812345678"}]
