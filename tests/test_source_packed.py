"""Unusual but valid compressed files: extra frames, long headers, large windows."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pyarrow as pa
import pytest

import numguard as ng
from numguard.errors import InputError
from numguard.number_list import read_numbers
from zip_files import zipped

ROWS = b"msisdn\n" + b"".join(b"98765%05d\n" % n for n in range(500))
ZSTD = b"\x28\xb5\x2f\xfd"


def zstd(content: bytes) -> bytes:
    packed: bytes = pa.Codec("zstd").compress(content, asbytes=True)
    return packed


def skipped(content: bytes, kind: int = 0) -> bytes:
    """A frame of zstd that readers skip."""
    return struct.pack("<II", 0x184D2A50 + kind, len(content)) + content


def gzip(
    content: bytes, *, extra: bytes = b"", name: bytes = b"", comment: bytes = b"", checked: bool = False
) -> bytes:
    flags = bool(checked) << 1 | bool(extra) << 2 | bool(name) << 3 | bool(comment) << 4
    header = b"\x1f\x8b\x08" + bytes([flags]) + b"\0\0\0\0\0\x03"
    header += struct.pack("<H", len(extra)) + extra if extra else b""
    header += b"".join(field + b"\0" for field in (name, comment) if field)
    header += struct.pack("<H", zlib.crc32(header) & 0xFFFF) if checked else b""
    packed = zlib.compress(content, wbits=-15)
    return header + packed + struct.pack("<II", zlib.crc32(content), len(content))


def read(content: bytes) -> int:
    Path("list").write_bytes(content)
    return len(read_numbers("list").keys)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("kind", [0, 3, 15])
@pytest.mark.parametrize("size", [0, 5, 4088, 4089, 300_000])
def test_zstd_that_begins_with_a_skipped_frame(kind: int, size: int) -> None:
    before = skipped(bytes(size), kind)
    assert read(before + zstd(ROWS)) == 500
    assert read(before + skipped(b"1") + zstd(ROWS) + before + zstd(b"9800000000\n")) == 501


def test_skipped_frames_before_something_else() -> None:
    with pytest.raises(InputError, match="is empty"):
        read(skipped(b"12345"))
    with pytest.raises(InputError, match="any other supported container"):
        read(skipped(b"\1\2" * 40) + b"\x04\x22\x4d\x18" + b"\1\2" * 40)  # LZ4


@pytest.mark.parametrize("before", [b"", zstd(ROWS)])
def test_a_window_over_the_limit_is_named(before: bytes) -> None:
    block = struct.pack("<I", len(ROWS) << 3 | 1)[:3] + ROWS
    assert read(before + ZSTD + b"\0" + bytes([27 - 10 << 3]) + block) == 500
    with pytest.raises(InputError, match=r"window is larger than the limit .* without --long"):
        read(before + ZSTD + b"\0" + bytes([31 - 10 << 3]) + block)


@pytest.mark.parametrize("length", [1, 65_535, 65_536, 1_000_000])
@pytest.mark.parametrize("checked", [False, True])
def test_gzip_with_long_fields(length: int, checked: bool) -> None:
    field = b"x" * length
    fields = {"extra": field[:65_535], "name": field, "comment": field}
    for some in ({"name": field}, {"comment": field}, {"extra": field[:65_535]}, fields):
        one = gzip(ROWS, **some, checked=checked)  # type: ignore[arg-type]
        assert read(one) == 500
        assert read(one + bytes(100) + gzip(b"9800000000\n", **some, checked=checked)) == 501  # type: ignore[arg-type]


def test_a_damaged_header_of_gzip_is_an_error() -> None:
    whole = gzip(ROWS, extra=b"abc", name=b"name", comment=b"comment", checked=True)
    for at in (2, 13, 20, 24, 31):
        with pytest.raises(InputError, match="damaged"):
            read(whole[:at] + bytes([whole[at] ^ 0x40]) + whole[at + 1 :])
    for flags in (0x20, 0x40, 0x80):
        with pytest.raises(InputError, match="damaged"):
            read(b"\x1f\x8b\x08" + bytes([flags]) + gzip(ROWS)[4:])
    for end in (2, 9, 12, 14, 18, 26, 30, 40, len(whole) - 1):
        with pytest.raises(InputError, match="damaged"):
            read(whole[:end])
    with pytest.raises(InputError, match="damaged"):
        read(gzip(ROWS, name=b"x" * (17 << 20)))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cut.csv.gz", gzip(b"a,n\n98765,1\n")[:12]),
        ("cut.zip", b"PK\3\4" + bytes(90)),
        ("cut.parquet", b"PAR1" + bytes(90) + b"PAR1"),
        ("empty.arrow", b"ARROW1\x00\x00" + bytes(100)),
        ("locked.csv", b"a,n\n9876500007,3\n"),
    ],
    ids=["text", "archive", "Parquet", "Arrow", "password"],
)
def test_a_broken_member_of_an_archive_is_named_and_the_others_are_read(
    tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"1.csv": "a,n\n9876500007,1\n", name: content, "2.csv": "a,n\n9876500007,2\n"}))
    if name == "locked.csv":
        data = bytearray(path.read_bytes())
        # The flags of the member in its own header, and in the list of members.
        for place in (data.index(b"locked") - 24, data.rindex(b"locked") - 38):
            data[place] |= 1
        path.write_bytes(data)
    found = ng.scan(path, {"a": ng.NumberSet(["9876500007"])}, on_error="skip")
    assert found.read_all()["n"].to_pylist() == ["1", "2"]
    assert [part.file for part in found.summary.skipped] == [f"{path}/{name}"]
    with pytest.raises(InputError, match=name):
        ng.scan(path, {"a": ng.NumberSet(["9876500007"])})
