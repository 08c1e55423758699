"""Files that are cut, corrupt, gone or of another shape; a full disk; Ctrl-C.

Each is an error that names the file; never a crash, a half file or a hit lost in silence.
"""

from __future__ import annotations

import gzip
import io
import os
import random
import re
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.errors import ArgumentError, ColumnError, FileMissingError, InputError

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


def test_a_spoilt_row_group_is_named(tmp_path: Path) -> None:
    spoil_row_group(write(tmp_path / "t.parquet"), 3)
    for threads in (1, 2):
        found = ng.scan(tmp_path / "t.parquet", {"a": LISTED}, threads=threads)
        with pytest.raises(
            InputError, match=rf"^{tmp_path}/t\.parquet: row group 3 cannot be read .*on_error"
        ) as raised:
            found.read_all()
        assert not re.search(r"98765", str(raised.value))
        assert not found.summary.finished


def test_a_spoilt_file_is_skipped_and_reported_and_the_others_are_read(tmp_path: Path) -> None:
    for n in range(4):
        write(tmp_path / f"{n}.parquet")
    spoil_row_group(tmp_path / "1.parquet", 2)
    (tmp_path / "3.parquet").write_bytes((tmp_path / "3.parquet").read_bytes()[:-100])
    for threads in (1, 2):
        found = ng.scan(tmp_path, {"a": LISTED}, on_error="skip", threads=threads)
        hits = found.read_all()["n"].to_pylist()
        # The hits of the row groups before the spoilt one stand, whatever was read ahead of it.
        assert hits == HITS + [n for n in HITS if n < 2000] + HITS
        assert [Path(skipped.file).name for skipped in found.summary.skipped] == ["1.parquet", "3.parquet"]
        assert "row group 2" in found.summary.skipped[0].why
        assert found.summary.hits == len(hits)
        assert found.summary.rows == 5000 + 2000 + 5000
        assert found.summary.files_done == 4


def test_a_spoilt_column_that_is_read_for_hits_alone_is_named_too(tmp_path: Path) -> None:
    table = pa.table({"a": TABLE["a"], "text": [f"{n:040}" for n in range(5000)], "n": TABLE["n"]})
    spoil_row_group(write(tmp_path / "t.parquet", table), 4, column=1)
    with pytest.raises(InputError, match="row group 4 cannot be read"):
        scan_all(tmp_path / "t.parquet")


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


def test_other_containers_that_are_spoilt(tmp_path: Path) -> None:
    with pa.ipc.new_file(tmp_path / "t.arrow", TABLE.schema) as writer:
        writer.write_table(TABLE)
    whole = (tmp_path / "t.arrow").read_bytes()
    (tmp_path / "cut.arrow").write_bytes(whole[:-1000])
    pc.write_csv(TABLE, tmp_path / "t.csv")
    (tmp_path / "bad.csv").write_bytes((tmp_path / "t.csv").read_bytes() + b"\xff\xfe,1\n")
    for name in ("cut.arrow", "bad.csv"):
        with pytest.raises(InputError, match=name):
            scan_all(tmp_path / name)
    found = ng.scan([tmp_path / "bad.csv", tmp_path / "t.csv"], {"a": LISTED}, on_error="skip")
    assert found.read_all().num_rows >= len(HITS)
    assert len(found.summary.skipped) == 1


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


def test_no_hits_make_a_file_all_the_same(tmp_path: Path) -> None:
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


def test_where_hits_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="its ending tells the format"):
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


def test_a_full_disk_leaves_no_half_file(tmp_path: Path) -> None:
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
def test_ctrl_c_ends_a_long_scan_at_once_and_leaves_no_half_file(tmp_path: Path, ending: str, threads: str) -> None:
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
        assert time.monotonic() - sent < 10  # a second on a machine of its own
    assert sorted(path.name for path in tmp_path.iterdir()) == [source.name]


def spoiled(whole: bytes, rng: random.Random) -> bytes:
    """A few bytes changed, cut out or put in, most of them near the end, where the footer is."""
    data = bytearray(whole)
    for _ in range(rng.choice([1, 1, 2, 10])):
        at = rng.randrange(len(data)) if rng.random() < 0.5 else max(0, len(data) - 1 - int(rng.expovariate(1 / 300)))
        how = rng.randrange(5)
        if how == 0:
            data[at] = rng.randrange(256)
        elif how == 1:
            data[at] ^= 1 << rng.randrange(8)
        elif how == 2:
            del data[at : at + rng.randrange(1, 20)]
        elif how == 3:
            data[at:at] = rng.randbytes(rng.randrange(1, 9))
        else:
            data[at : at + 4] = b"\xff\xff\xff\x7f"  # a size of two gigabytes, if it stands where a size does
    return bytes(data) or b"x"


def many_files() -> dict[str, list[bytes]]:
    table = pa.table(
        {
            "a": [f"98765{n % 100:05}" for n in range(400)],
            "n": range(400),
            "list": [[n] * (n % 3) for n in range(400)],
            "word": pa.array(["é", "ü"] * 200).dictionary_encode(),
        }
    )
    files: dict[str, list[bytes]] = {"parquet": [], "arrow": [], "csv": []}
    for compression in ("none", "snappy", "zstd", "gzip", "lz4", "brotli"):
        for version, dictionary in (("1.0", True), ("2.0", False), ("1.0", False)):
            buffer = io.BytesIO()
            pq.write_table(
                table,
                buffer,
                row_group_size=150,
                compression=compression,
                use_dictionary=dictionary,
                data_page_version=version,
            )
            files["parquet"].append(buffer.getvalue())
    for compression in (None, "zstd", "lz4"):
        for new in (pa.ipc.new_file, pa.ipc.new_stream):
            buffer = io.BytesIO()
            with new(buffer, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as writer:
                writer.write_table(table, max_chunksize=150)
            files["arrow"].append(buffer.getvalue())
    buffer = io.BytesIO()
    pc.write_csv(table.select(["a", "n"]), buffer)
    files["csv"] = [buffer.getvalue(), gzip.compress(buffer.getvalue())]
    return files


@pytest.mark.parametrize("ending", ["parquet", "arrow", "csv"])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_spoiled_files_are_errors_that_name_the_file(tmp_path: Path, ending: str) -> None:
    rng = random.Random(ending)
    outcomes: Counter[str] = Counter()
    path = tmp_path / f"spoiled.{ending}"
    for _ in range(int(os.environ.get("NUMGUARD_SPOILED_FILES", "300"))):
        path.write_bytes(spoiled(rng.choice(FILES[ending]), rng))
        error = None
        try:
            ng.scan(path, {"a": LISTED}, threads=rng.choice([1, 2])).read_all()
        except ng.NumguardError as raised:
            error = str(raised)
        outcomes["refused" if error else "read"] += 1
        assert error is None or str(path) in error
        assert error is None or "98765" not in error
    assert outcomes["refused"] > outcomes["read"] > 0


FILES = many_files()
