"""Files damaged from a seed, and the process that reads them with limited memory.

One idea: **kind and number determine a damaged file**, so that a failure can be repeated by hand:
`python tests/spoiled_files.py parquet 4711 1` reads the one file. The process prints each number before it reads the
file. A crash ends the process, an alarm ends a hang, and reading that needs more memory than the cap is an error or a
crash.
"""

from __future__ import annotations

import bz2
import functools
import gzip
import io
import json
import random
import re
import resource
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

import numguard as ng

ROWS = 400
DIGITS = "98765"
#: Bytes that a reader may add to the memory of the process after it has read one undamaged file of each kind.
CAP = 512 << 20
#: Seconds for one small file.
PATIENCE = 30

LISTED = ng.NumberSet([f"{DIGITS}00007"])


def table() -> pa.Table:
    """Numbers and handsets to look up, and other columns."""
    return pa.table(
        {
            "a": [f"{DIGITS}{n % 100:05}" for n in range(ROWS)],
            "imei": [f"3512340000{n % 50:04}0" for n in range(ROWS)],
            "n": range(ROWS),
            "list": [[n] * (n % 3) for n in range(ROWS)],
            "word": pa.array(["é", None] * (ROWS // 2)).dictionary_encode(),
        }
    )


def parquet_files() -> list[bytes]:
    files = []
    # Most are not compressed, because a codec would detect the damage before levels, lengths and indices are read.
    for compression in ("none", "none", "none", "none", "snappy", "zstd", "gzip", "lz4", "brotli"):
        for version, dictionary in (("1.0", True), ("2.0", True), ("2.0", False), ("1.0", False)):
            buffer = io.BytesIO()
            pq.write_table(
                table(),
                buffer,
                row_group_size=150,
                compression=compression,
                use_dictionary=dictionary,
                data_page_version=version,
            )
            files.append(buffer.getvalue())
    return files


def arrow_files() -> list[bytes]:
    files = []
    for compression in (None, "zstd", "lz4"):
        for new in (pa.ipc.new_file, pa.ipc.new_stream):
            buffer = io.BytesIO()
            options = pa.ipc.IpcWriteOptions(compression=compression)
            with new(buffer, table().schema, options=options) as writer:
                writer.write_table(table(), max_chunksize=150)
            files.append(buffer.getvalue())
    return files


def csv_files() -> list[bytes]:
    buffer = io.BytesIO()
    pc.write_csv(table().select(["a", "imei", "n"]), buffer)
    plain = buffer.getvalue()
    zstd = pa.Codec("zstd").compress(plain, asbytes=True)
    return [plain, plain, plain, gzip.compress(plain), bz2.compress(plain), zstd]


KINDS: dict[str, Callable[[], list[bytes]]] = {"parquet": parquet_files, "arrow": arrow_files, "csv": csv_files}


def varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first: the encoding of sizes, counts and offsets in Thrift."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


#: Wrong sizes and counts, in the encodings of Thrift and of Arrow.
WRONG_SIZES = [
    *(varint(2 * size) for size in (1 << 20, (1 << 31) - 1, 1 << 31, 1 << 40, (1 << 63) - 1)),
    varint(1),
    *(size.to_bytes(4, "little") for size in (1 << 20, (1 << 31) - 1, (1 << 32) - 1)),
    *(size.to_bytes(8, "little") for size in (1 << 40, (1 << 63) - 1, (1 << 64) - 1)),
]


def an_offset(data: bytes, whole: bytes, rng: random.Random) -> int:
    """Anywhere, near the end, where footers are, or at the first bytes of a page, where its header and levels are."""
    where = rng.randrange(3)
    if where == 0:
        return rng.randrange(len(data))
    if where == 1:
        return max(0, len(data) - 1 - int(rng.expovariate(1 / 300)))
    near = page(whole, rng) if whole.startswith(b"PAR1") else 0
    return min(len(data) - 1, near + int(rng.expovariate(1 / 30)))


def page(whole: bytes, rng: random.Random) -> int:
    """Where some page of the key columns of a Parquet file begins."""
    chunk = pq.read_metadata(io.BytesIO(whole)).row_group(rng.randrange(2)).column(rng.randrange(2))
    return rng.choice([chunk.dictionary_page_offset or chunk.data_page_offset, chunk.data_page_offset])


def spoil_once(data: bytearray, whole: bytes, other: bytes, rng: random.Random) -> None:
    """Changes `data` in one place."""
    at = an_offset(data, whole, rng)
    how = rng.choices(range(7), [4, 4, 4, 3, 1, 1, 1])[0]
    if how == 0:
        data[at] = rng.randrange(256)
    elif how == 1:
        data[at] ^= 1 << rng.randrange(8)
    elif how == 2:
        wrong = rng.choice(WRONG_SIZES)
        data[at : at + rng.choice([1, len(wrong)])] = wrong
    elif how == 3:
        # A block of another file, which replaces bytes or is inserted.
        start, length = rng.randrange(len(other)), rng.randrange(1, 400)
        data[at : at + rng.choice([0, length, length])] = other[start : start + length]
    elif how == 4:
        data[at:at] = rng.randbytes(rng.randrange(1, 9))
    elif how == 5:
        del data[at : at + rng.randrange(1, 20)]
    else:
        del data[at:]
    if not data:
        data[:] = b"x"


@functools.cache
def sound(kind: str) -> list[bytes]:
    return KINDS[kind]()


def spoiled(kind: str, number: int) -> bytes:
    """The spoiled file of that kind and number."""
    rng = random.Random(f"{kind} {number}")
    whole, other = rng.choice(sound(kind)), rng.choice(sound(kind))
    data = bytearray(whole)
    for _ in range(rng.choice([1, 1, 2, 10])):
        spoil_once(data, whole, other, rng)
    return bytes(data)


def read(path: Path, number: int) -> None:
    """Reads a file by the verb and options that its number determines."""
    if number % 4 == 3:
        ng.expand(LISTED, path, msisdn="a", imei="imei", at=None, threads=1 + number % 2)
        return
    columns = None if number % 3 else ["n"]
    ng.scan(path, {"a": LISTED}, columns=columns, threads=1 + number % 2).read_all()


def main(kind: str, first: int, count: int) -> None:
    outcomes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / f"spoiled.{kind}"
        for data in sound(kind):
            path.write_bytes(data)
            for number in range(4):
                read(path, number)
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + CAP, used + CAP))
        for number in range(first, first + count):
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()
            path.write_bytes(spoiled(kind, number))
            signal.alarm(PATIENCE)
            try:
                read(path, number)
                outcomes["read"] += 1
            except ng.NumguardError as error:
                message = str(error)
                outcomes["refused"] += 1
                assert str(path) in message, message
                assert not re.search(DIGITS + r"\d{5}", message), "a message that quotes a cell"
            signal.alarm(0)
    sys.stdout.write(json.dumps(outcomes))


if __name__ == "__main__":
    arguments: Any = sys.argv[1:]
    main(arguments[0], int(arguments[1]), int(arguments[2]))
