"""Files that are cut, corrupt, missing or of another schema; a full disk; Ctrl-C.

Each is an error that names the file, never a crash, a partial file or a hit that is lost without a report.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.errors import ArgumentError, ColumnError, FileMissingError, InputError
from spoiled_files import varint

LISTED = ng.NumberSet(["98765 00007"])
TABLE = pa.table({"a": [f"98765{n % 100:05}" for n in range(5000)], "n": range(5000)})
HITS = list(range(7, 5000, 100))


def scan_all(path: object, **options: object) -> list[int]:
    return ng.scan(path, {"a": LISTED}, **options).read_all()["n"].to_pylist()  # type: ignore[arg-type]


def write(path: Path, table: pa.Table = TABLE) -> Path:
    pq.write_table(table, path, row_group_size=1000, use_dictionary=False)
    return path


def spoil_row_group(path: Path, row_group: int, column: int = 0) -> None:
    """Overwrites the middle of one column chunk."""
    chunk = pq.read_metadata(path).row_group(row_group).column(column)
    with path.open("r+b") as file:
        file.seek(chunk.data_page_offset + chunk.total_compressed_size // 2)
        file.write(b"\xff" * 64)


def test_a_damaged_row_group_is_named(tmp_path: Path) -> None:
    spoil_row_group(write(tmp_path / "t.parquet"), 3)
    for threads in (1, 2):
        found = ng.scan(tmp_path / "t.parquet", {"a": LISTED}, threads=threads)
        with pytest.raises(InputError, match=rf"^{tmp_path}/t\.parquet: row group 3 cannot be read ") as raised:
            found.read_all()
        assert not re.search(r"98765", str(raised.value))
        assert not found.summary.finished


def test_a_damaged_file_is_skipped_and_reported_and_the_others_are_read(tmp_path: Path) -> None:
    for n in range(4):
        write(tmp_path / f"{n}.parquet")
    spoil_row_group(tmp_path / "1.parquet", 2)
    (tmp_path / "3.parquet").write_bytes((tmp_path / "3.parquet").read_bytes()[:-100])
    for threads in (1, 2):
        found = ng.scan(tmp_path, {"a": LISTED}, on_error="skip", threads=threads)
        hits = found.read_all()["n"].to_pylist()
        # The hits of the row groups before the damaged one are returned, in spite of readahead.
        assert hits == HITS + [n for n in HITS if n < 2000] + HITS
        assert [Path(skipped.file).name for skipped in found.summary.skipped] == ["1.parquet", "3.parquet"]
        assert "row group 2" in found.summary.skipped[0].why
        assert found.summary.hits == len(hits)
        assert found.summary.rows == 5000 + 2000 + 5000
        assert found.summary.files_done == 4


def test_a_damaged_column_that_is_read_for_hits_alone_is_named_too(tmp_path: Path) -> None:
    table = pa.table({"a": TABLE["a"], "text": [f"{n:040}" for n in range(5000)], "n": TABLE["n"]})
    spoil_row_group(write(tmp_path / "t.parquet", table), 4, column=1)
    with pytest.raises(InputError, match="row group 4 cannot be read"):
        scan_all(tmp_path / "t.parquet")


def test_a_column_damaged_behind_many_hits_leaves_no_more_hits_than_rows(tmp_path: Path) -> None:
    """Hits of one row group come in several batches; the columns of the later ones are read after the first is out."""
    rows = 300_000
    table = pa.table({"a": pa.repeat("9876500007", rows), "text": [f"{n * 7919 % 1_000_003:020}" for n in range(rows)]})
    path = tmp_path / "t.parquet"
    pq.write_table(table, path, row_group_size=rows, use_dictionary=False, compression="zstd", data_page_size=65_536)
    chunk = pq.read_metadata(path).row_group(0).column(1)
    with path.open("r+b") as file:
        file.seek(chunk.data_page_offset + chunk.total_compressed_size * 7 // 8)
        file.write(b"\xff" * 4096)
    for threads in (1, 2):
        found = ng.scan(path, {"a": LISTED}, on_error="skip", threads=threads)
        returned = found.read_all().num_rows
        assert len(found.summary.skipped) == 1
        assert 0 < returned == found.summary.hits < rows
        assert found.summary.hits <= found.summary.rows <= rows


def test_the_first_file_may_be_the_one_that_is_skipped(tmp_path: Path) -> None:
    write(tmp_path / "2.parquet")
    (tmp_path / "1.parquet").write_bytes(b"PAR1")
    found = ng.scan(tmp_path, {"a": LISTED}, on_error="skip")
    assert found.read_all()["n"].to_pylist() == HITS
    assert len(found.summary.skipped) == 1
    with pytest.raises(InputError, match=r"1\.parquet"):
        ng.scan(tmp_path / "1.parquet", {"a": LISTED}, on_error="skip")


def test_a_file_cut_short_at_any_length(tmp_path: Path) -> None:
    whole = write(tmp_path / "t.parquet").read_bytes()
    for length in (0, 1, 4, 8, 100, len(whole) // 2, len(whole) - 9, len(whole) - 1):
        (tmp_path / "cut.parquet").write_bytes(whole[:length])
        with pytest.raises(InputError, match=r"cut\.parquet"):
            scan_all(tmp_path / "cut.parquet")


def test_a_file_that_disappears(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{n}.parquet") for n in range(3)]
    found = ng.scan(paths, {"a": LISTED})
    paths[2].unlink()
    with pytest.raises(FileMissingError, match=r"2\.parquet"):
        found.read_all()
    write(paths[2])
    found = ng.scan(paths, {"a": LISTED}, on_error="skip")
    paths[1].unlink()
    assert found.read_all().num_rows == 2 * len(HITS)
    assert [Path(skipped.file).name for skipped in found.summary.skipped] == ["1.parquet"]


def test_a_file_of_another_shape_is_named_with_what_differs(tmp_path: Path) -> None:
    write(tmp_path / "1.parquet")
    shapes = {
        "column 'n': it is Utf8 here and Int64 in the first file": {"a": TABLE["a"], "n": TABLE["a"]},
        "no column 'n'; there are a": {"a": TABLE["a"]},
        "column 'm' is not in the first file": {"a": TABLE["a"], "n": TABLE["n"], "m": TABLE["n"]},
    }
    for message, columns in shapes.items():
        write(tmp_path / "2.parquet", pa.table(columns))
        with pytest.raises((InputError, ColumnError), match=rf"2\.parquet: {message}"):
            scan_all(tmp_path)
        assert ng.scan(tmp_path, {"a": LISTED}, columns=["a"]).read_all().num_rows == 2 * len(HITS)


def test_refused_lines_of_csv_files_are_counted_and_named(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("a,n\n9876500007,1\n9876500007\n9876500007,3,4\n9876500007,4\n")
    (tmp_path / "2.csv").write_text("a,n\n1,2,3\n9876500007,1\n")
    found = ng.scan(tmp_path, {"a": LISTED})
    assert found.read_all()["n"].to_pylist() == ["1", "4", "1"]
    assert found.summary.refused_lines == 3
    lines = found.refused_lines.to_pylist()
    assert [(Path(line["file"]).name, line["row"]) for line in lines] == [("1.csv", 3), ("1.csv", 4), ("2.csv", 2)]


def test_other_containers_that_are_damaged(tmp_path: Path) -> None:
    with pa.ipc.new_file(tmp_path / "t.arrow", TABLE.schema) as writer:
        writer.write_table(TABLE)
    whole = (tmp_path / "t.arrow").read_bytes()
    (tmp_path / "cut.arrow").write_bytes(whole[:-1000])
    pc.write_csv(TABLE, tmp_path / "t.csv")
    with pytest.raises(InputError, match=r"cut\.arrow"):
        scan_all(tmp_path / "cut.arrow")
    found = ng.scan([tmp_path / "cut.arrow", tmp_path / "t.csv"], {"a": LISTED}, on_error="skip")
    assert found.read_all().num_rows >= len(HITS)
    assert len(found.summary.skipped) == 1


def test_bytes_that_are_not_utf8_lose_no_row(tmp_path: Path) -> None:
    pc.write_csv(TABLE, tmp_path / "t.csv")
    (tmp_path / "bad.csv").write_bytes((tmp_path / "t.csv").read_bytes() + b"\xff\xfe,1\n")
    found = ng.scan(tmp_path / "bad.csv", {"a": LISTED}, on_error="skip")
    assert found.read_all().num_rows == len(HITS)
    assert (found.summary.rows, found.summary.skipped) == (len(TABLE) + 1, ())


@pytest.mark.parametrize("ending", [".parquet", ".csv", ".arrow", ".jsonl"])
def test_hits_are_written_whole_in_every_format(tmp_path: Path, ending: str) -> None:
    write(tmp_path / "t.parquet", TABLE.append_column("word", pa.array(["x", "y"] * 2500).dictionary_encode()))
    found = ng.scan(tmp_path / "t.parquet", {"a": LISTED})
    summary = found.write(tmp_path / f"hits{ending}")
    assert summary.finished
    assert summary.hits == len(HITS)
    reread = ng.scan(tmp_path / f"hits{ending}", {"a": LISTED}, columns=["n"]) if ending != ".jsonl" else None
    if reread is not None:
        assert [int(n) for n in reread.read_all()["n"].to_pylist()] == HITS
    else:
        assert (tmp_path / "hits.jsonl").read_text().splitlines()[0] == (
            '{"a": "9876500007", "n": 7, "word": "y", "a_match": "919876500007"}'
        )
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([f"hits{ending}", "t.parquet"])


def test_no_hits_give_a_file_without_rows(tmp_path: Path) -> None:
    found = ng.scan(TABLE, {"a": ng.NumberSet(["98111 11111"])})
    found.write(tmp_path / "hits.parquet")
    assert pq.read_table(tmp_path / "hits.parquet").num_rows == 0


def test_a_scan_that_fails_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    spoil_row_group(write(tmp_path / "t.parquet"), 3)
    (tmp_path / "hits.csv").write_text("as it was")
    with pytest.raises(InputError):
        ng.scan(tmp_path / "t.parquet", {"a": LISTED}).write(tmp_path / "hits.csv")
    assert (tmp_path / "hits.csv").read_text() == "as it was"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hits.csv", "t.parquet"]


def test_hits_are_never_written_over_what_the_scan_reads(tmp_path: Path) -> None:
    rows = pa.table({"a": ["9876543210", "9876543211"]})
    pq.write_table(rows, tmp_path / "calls.parquet")
    pc.write_csv(rows, tmp_path / "calls.csv")
    with pa.ipc.new_file(tmp_path / "calls.arrow", rows.schema) as file:
        file.write_table(rows)
    (tmp_path / "linked.csv").hardlink_to(tmp_path / "calls.csv")
    (tmp_path / "link.csv").symlink_to(tmp_path / "calls.csv")
    listed = {"a": ng.NumberSet(["9876543210"])}
    for source, written in [
        ("calls.parquet", "calls.parquet"),
        ("calls.arrow", "calls.arrow"),
        ("calls.csv", "link.csv"),
        ("calls.csv", "linked.csv"),
        ("*.csv", "calls.csv"),
    ]:
        before = (tmp_path / written).read_bytes()
        with pytest.raises(ArgumentError, match="is read by this scan: write to another file"):
            ng.scan(tmp_path / source, listed).write(tmp_path / written)
        assert (tmp_path / written).read_bytes() == before
    with pytest.raises(ArgumentError, match="is read by this scan"):
        ng.scan(ds.dataset(tmp_path / "calls.parquet"), listed).write(tmp_path / "calls.parquet")
    assert ng.scan(tmp_path / "calls.csv", listed).write(tmp_path / "calls.parquet").hits == 1


def test_hits_are_never_written_over_a_list_that_was_sent(tmp_path: Path) -> None:
    sheet = pa.table({"acknowledgement_no": ["1"], "source": ["1930"], "suspect_mobiles": ["9876543210"]})
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(sheet)
        registry.export(tmp_path / "sent.csv", to="DoT")
    before = (tmp_path / "sent.csv").read_bytes()
    with pytest.raises(ArgumentError, match="is an exported list: write to another file"):
        ng.scan(TABLE, {"a": LISTED}).write(tmp_path / "sent.csv")
    assert (tmp_path / "sent.csv").read_bytes() == before


def test_paths_to_which_hits_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="its ending gives the format"):
        ng.scan(TABLE, {"a": LISTED}).write(tmp_path / "hits.xls")
    with pytest.raises(FileMissingError, match="there is no such directory"):
        ng.scan(TABLE, {"a": LISTED}).write(tmp_path / "none" / "hits.csv")
    nested = TABLE.append_column("list", pa.array([[1]] * 5000))
    with pytest.raises(ArgumentError, match="cannot hold the columns list"):
        ng.scan(nested, {"a": LISTED}).write(tmp_path / "hits.csv")
    assert list(tmp_path.iterdir()) == []


FULL_DISK = """
import resource, signal, sys
import pyarrow as pa, numguard as ng
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
table = pa.table({"a": ["9876500007"] * 100_000, "n": range(100_000)})
try:
    ng.scan(table, {"a": ng.NumberSet(["98765 00007"])}).write(sys.argv[1])
except OSError:
    sys.exit(7)
"""


def test_a_full_disk_leaves_no_partial_file(tmp_path: Path) -> None:
    assert resource.RLIMIT_FSIZE
    run = subprocess.run([sys.executable, "-c", FULL_DISK, str(tmp_path / "hits.csv")], check=False)
    assert run.returncode == 7
    assert list(tmp_path.iterdir()) == []


STOPPED = """
import sys, numguard as ng
found = ng.scan([sys.argv[1]] * 10_000, {"a": ng.NumberSet(["98765 00007"])}, threads=int(sys.argv[3]))
print("running", flush=True)
try:
    found.write(sys.argv[2])
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("threads", ["1", "2"])
@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_ctrl_c_ends_a_long_scan_at_once_and_leaves_no_partial_file(tmp_path: Path, ending: str, threads: str) -> None:
    table = pa.table({"a": np.arange(9_000_000_000, 9_002_000_000)})
    source = tmp_path / f"long.{ending}"
    pq.write_table(table, source) if ending == "parquet" else pc.write_csv(table, source)
    arguments = [sys.executable, "-c", STOPPED, str(source), str(tmp_path / "hits.csv"), threads]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == b"running\n"
        time.sleep(0.5)
        sent = time.monotonic()
        os.kill(run.pid, signal.SIGINT)
        assert run.wait(timeout=20) == 130
        assert time.monotonic() - sent < 10  # a second on an idle machine
    assert sorted(path.name for path in tmp_path.iterdir()) == [source.name]


@pytest.mark.parametrize("kind", ["parquet", "arrow", "csv"])
def test_spoiled_files_neither_crash_nor_hang_nor_fill_memory(kind: str) -> None:
    """`NUMGUARD_SPOILED_FILES=10000` reads 10,000 of each kind, in two minutes."""
    count = os.environ.get("NUMGUARD_SPOILED_FILES", "400")
    command = [sys.executable, str(Path(__file__).with_name("spoiled_files.py")), kind, "0", count]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    *numbers, outcomes = run.stdout.splitlines() or [""]
    assert run.returncode == 0, f"{kind} {outcomes} ended the process:\n{run.stderr[-2000:]}"
    assert len(numbers) == int(count)
    read = json.loads(outcomes)
    assert read["refused"] > 100 < read["read"] * 10


def hostile_footer(*, levels: int = 0, row_groups: bytes = b"\x19\x0c") -> bytes:
    """A Parquet file of one column with nested types, without rows."""
    root, group = b"\x48\x04root\x15\x02\x00", b"\x35\x00\x18\x01a\x15\x02\x00"
    column = b"\x15\x04\x25\x00\x18\x01a\x00"
    elements = root + group * levels + column
    footer = b"\x15\x02\x19\xfc" + varint(levels + 2) + elements + b"\x16\x00" + row_groups + b"\x00"
    return b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1"


def test_a_footer_that_would_end_the_process_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(hostile_footer())
    assert ng.scan(path, {"a": LISTED}).read_all().num_rows == 0
    for hostile, why in (
        (hostile_footer(levels=100), "nested too deep"),
        (hostile_footer(levels=100_000), "nested too deep"),
        (hostile_footer(row_groups=b"\x19\xfc" + varint((1 << 31) - 1)), "footer is damaged"),
    ):
        path.write_bytes(hostile)
        with pytest.raises(InputError, match=rf"t\.parquet.*{why}"):
            ng.scan(path, {"a": LISTED})


@pytest.mark.parametrize("compression", ["none", "snappy", "zstd", "gzip", "lz4", "brotli"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_page_with_a_wrong_size_or_count_names_file_and_row_group(
    tmp_path: Path, compression: str, version: str, which: int
) -> None:
    """The numbers in a page header: unpacked bytes, packed bytes, count of values."""
    path = tmp_path / "t.parquet"
    pq.write_table(TABLE, path, compression=compression, use_dictionary=False, data_page_version=version)
    data = path.read_bytes()
    ends = [pq.read_metadata(path).row_group(0).column(0).data_page_offset + 1]
    for _ in range(5):
        end = ends[-1]
        while data[end] & 0x80:
            end += 1
        ends.append(end + 2)
    # Type, unpacked, packed; then the struct of the page begins, whose first field is the number of values.
    at = [ends[1], ends[2], ends[3] + 1][which]
    end = at
    while data[end] & 0x80:
        end += 1
    wrong = varint(2 * ((1 << 31) - 1))
    path.write_bytes(data[:at] + wrong + data[end + 1 :])
    with pytest.raises(InputError, match=r"t\.parquet(: row group 0)? cannot be read"):
        ng.scan(path, {"a": LISTED}).read_all()


def test_broken_files_of_every_kind_are_skipped_and_reported(tmp_path: Path) -> None:
    paths = [write(tmp_path / "0.parquet")]
    broken = {
        "1.parquet": b"",
        "2.xlsx": b"PK\x03\x04" + bytes(100),
        "3.csv": b"",
        "4.arrow": b"ARROW1\x00\x00" + bytes(100),
        "7.csv": b"x" * 200_000 + b"\n",
        "8.parquet": hostile_footer(levels=100_000),
    }
    for name, content in broken.items():
        (tmp_path / name).write_bytes(content)
        paths.append(tmp_path / name)
        with pytest.raises(InputError, match=name):
            scan_all(tmp_path / name)
    paths += [tmp_path / "gone.parquet", write(tmp_path / "9.parquet")]
    with pytest.raises(InputError):
        ng.scan(paths, {"a": LISTED})
    found = ng.scan(paths, {"a": LISTED}, on_error="skip")
    assert found.read_all()["n"].to_pylist() == HITS + HITS
    assert [Path(skipped.file).name for skipped in found.summary.skipped] == [*broken, "gone.parquet"]
    assert all(skipped.file in skipped.why for skipped in found.summary.skipped)
    with pytest.raises(InputError, match=r"1\.parquet"):
        ng.scan(paths[1:4], {"a": LISTED}, on_error="skip")


def test_a_broken_file_of_a_dataset_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    for n in range(4):
        write(tmp_path / f"{n}.parquet")
    dataset = ds.dataset(tmp_path)
    (tmp_path / "1.parquet").write_bytes(b"PAR1")
    (tmp_path / "2.parquet").unlink()
    write(tmp_path / "3.parquet", TABLE.set_column(1, "n", pa.array(["x"] * 5000)))
    for source in (dataset, tmp_path.as_uri()):
        with pytest.raises(InputError, match=r"1\.parquet"):
            ng.scan(source, {"a": LISTED}).read_all()
    found = ng.scan(dataset, {"a": LISTED}, on_error="skip")
    assert found.read_all()["n"].to_pylist() == HITS
    assert [Path(skipped.file).name for skipped in found.summary.skipped] == ["1.parquet", "2.parquet", "3.parquet"]
    assert "column 'n': it is string here and int64 before" in found.summary.skipped[2].why
    filtered = ds.dataset(tmp_path / "0.parquet").filter(ds.field("n") < 150)
    assert scan_all(filtered) == [7, 107]


def test_a_stream_that_breaks_its_own_schema_is_an_error() -> None:
    schema = pa.schema([pa.field("a", pa.string()), pa.field("n", pa.int64(), nullable=False)])
    batch = pa.record_batch([pa.array(["9876500007"]), pa.array([None], pa.int64())], schema=schema)
    with pytest.raises(InputError, match="does not match its schema"):
        ng.scan(pa.Table.from_batches([batch]), {"a": LISTED}).read_all()


def test_hits_in_a_sheet_are_not_formulas(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("a,word\n9876543210,=1+1\n9876543210,plain\n")
    ng.scan(tmp_path / "d.csv", {"a": ng.NumberSet(["9876543210"])}).write(tmp_path / "hits.csv")
    assert pc.read_csv(tmp_path / "hits.csv")["word"].to_pylist() == ["'=1+1", "plain"]


def test_headings_of_hits_in_a_sheet_are_not_formulas(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("=a,@word\n9876543210,plain\n")
    ng.scan(tmp_path / "d.csv", {"=a": ng.NumberSet(["9876543210"])}).write(tmp_path / "hits.csv")
    (hit,) = pc.read_csv(tmp_path / "hits.csv").to_pylist()
    assert hit == {"'=a": 9876543210, "'@word": "plain", "'=a_match": 919876543210}


def test_text_that_is_not_utf8_in_an_arrow_file_is_an_error_where_it_is_handed_on(tmp_path: Path) -> None:
    spoiled = b"in\xff\xfe"
    names = pa.Array.from_buffers(pa.string(), 2, pa.array([b"mine", spoiled]).buffers())
    table = pa.table({"a": ["9876543210", "9123456789"], "name": names})
    with pa.ipc.new_file(tmp_path / "t.arrow", table.schema) as writer:
        writer.write_table(table)
    handed_on = ng.scan(tmp_path / "t.arrow", {"a": ng.NumberSet(["9876543210"])}).read_all()
    assert handed_on["name"].to_pylist() == ["mine"]
    for source in (ng.NumberSet(["9123456789"]), ng.NumberSet(["9876543210", "9123456789"])):
        with pytest.raises(InputError, match=r"t\.arrow"):
            ng.scan(tmp_path / "t.arrow", {"a": source}).read_all()
    with pytest.raises(InputError, match=r"t\.arrow"):
        ng.scan(tmp_path / "t.arrow", {"a": ng.NumberSet(["9876543210"])}, all_rows=True).read_all()


def test_text_that_is_not_utf8_in_a_parquet_file_is_an_error_where_it_is_handed_on(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", TABLE.append_column("text", pa.array([f"cell {n:04}" for n in range(5000)])))
    for cell, is_hit in ((b"cell 0008", False), (b"cell 0107", True)):
        pq.write_table(pq.read_table(path), tmp_path / "spoiled.parquet", use_dictionary=False, compression="none")
        spoiled = tmp_path / "spoiled.parquet"
        before, after = spoiled.read_bytes().split(cell, 1)
        spoiled.write_bytes(before + b"\xff" * len(cell) + after)
        if not is_hit:
            assert scan_all(spoiled) == HITS
            continue
        with pytest.raises(InputError, match=r"spoiled\.parquet: .*UTF-8"):
            scan_all(spoiled)


@pytest.mark.parametrize(
    "log", ["_delta_log/00000000000000000000.json", ".hoodie/hoodie.properties", "metadata/v1.metadata.json"]
)
def test_the_directory_of_a_table_of_which_not_all_files_count_is_an_error(tmp_path: Path, log: str) -> None:
    """Its deleted rows were hits, and every row was there twice once its files were made one."""
    (tmp_path / "data" / "day=1").mkdir(parents=True)
    write(tmp_path / "data" / "day=1" / "part-0.parquet")
    (tmp_path / "data" / log).parent.mkdir()
    (tmp_path / "data" / log).write_text("{}")
    sightings = {"msisdn": "a", "imei": "n", "at": None}
    for path in (tmp_path / "data", tmp_path, f"file://{tmp_path}/data"):
        for call in (scan_all, lambda folder: ng.expand(LISTED, folder, **sightings)):
            with pytest.raises(InputError, match=r"holds a table of .*: read it with a library of that format"):
                call(path)  # type: ignore[operator]
    assert scan_all(tmp_path / "data" / "*" / "*.parquet") == HITS
    assert scan_all(ds.dataset(tmp_path / "data" / "day=1")) == HITS
