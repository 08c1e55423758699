"""A disk that is full: the error names the file, and of the files of one call all are there or none."""

from __future__ import annotations

import errno
import gc
import io
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.cli import run
from numguard.errors import FileError, RegistryError
from numguard.files import placed_together, together, whole_file
from numguard.files.formats import Style
from numguard.files.spreadsheet import Workbook

resource = pytest.importorskip("resource")


@contextmanager
def disk(size: int) -> Iterator[None]:
    """No file may be larger than so many bytes: a write beyond them fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("rows", [3_000, 100_000])
@pytest.mark.parametrize("ending", ["csv", "parquet", "arrow", "jsonl", "xlsx"])
def test_the_error_names_the_file(tmp_path: Path, ending: str, rows: int) -> None:
    table = pa.table({"num": [f"98765{n * 7919 % 100_000:05}" for n in range(rows)]})
    path = tmp_path / f"hits.{ending}"
    with disk(4_000), pytest.raises(FileError, match=rf"hits\.{ending}: cannot be written"):
        ng.scan(table, {"num": ng.NumberSet(table["num"])}).write(path)
    assert list(tmp_path.iterdir()) == []


class Full(io.BytesIO):
    """A file on a full disk, which is closed once an error is known."""

    def write(self, data: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_workbook_has_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    others: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", others.append)
    table, file = pa.table({"num": ["9876543210"]}), Full()
    book = Workbook(file, table.schema, Style(), [])
    book.write(table)
    with pytest.raises(OSError, match="No space left"):
        book.close()
    file.close()
    del book
    gc.collect()
    assert others == []


def whole(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(path.iterdir()) if file.is_file()}


def test_functions_that_write_in_one_block_place_all_or_none(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with suppress(KeyError), placed_together():
        for name in "ab":
            with whole_file(tmp_path / name, private=name == "b") as file:
                file.write(b"new")
        assert (tmp_path / "a").read_bytes() == b"old"
        raise KeyError
    assert whole(tmp_path) == {"a": b"old"}
    with placed_together():
        for name in "ab":
            with whole_file(tmp_path / name, private=name == "b") as file:
                file.write(b"new")
        with suppress(KeyError), together() as files, files.open(tmp_path / "c"):
            raise KeyError
    assert whole(tmp_path) == {"a": b"new", "b": b"new"}
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in "ab"]
    assert modes == [0o666 & ~umask(), 0o600]
    with whole_file(tmp_path / "d") as file:
        file.write(b"alone")
    assert sorted(whole(tmp_path)) == ["a", "b", "d"]


def umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


#: Verbs with several outputs: OUT is small, and MUCH more than the disk holds.
SEVERAL = {
    "normalize": "normalize half.csv -c mobile -o OUT.csv --refused MUCH.csv",
    "explain": "explain half.csv -c mobile -o OUT.csv --refused MUCH.csv",
    "keyed": "keyed half.csv -c mobile --key-env SHARED -o OUT.csv --refused MUCH.csv",
    "scan": "scan half.csv --numbers few.csv -c mobile -o OUT.csv --refused MUCH.csv",
    "common": "common a.parquet b.parquet --msisdn msisdn --imei imei14 -o OUT.parquet --proof MUCH.csv",
    "page of common": "common a.parquet --msisdn msisdn --imei imei14 --at-least 1 -o OUT.html --proof MUCH.csv",
    "changes": "changes half.csv --msisdn mobile --imei imei --at at -o OUT.csv --refused MUCH.csv",
    "lists": "lists diff half.csv few.csv --folder out --refused MUCH.csv",
    "synth": "synth cdr OUT.csv --rows 10 --list-to MUCH.csv --listed 5000",
    "expand": "expand m.csv --seeds few.csv --msisdn served --imei imei --ask OUT.csv --graph out --refused MUCH.csv",
}


@pytest.mark.parametrize("verb", SEVERAL)
def test_outputs_of_one_call_are_all_there_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHARED", "sixteen bytes or more")
    at = "2026-09-01 10:00:00"
    rows = [f"98765{n:05},35824005{n:06},{at}\n" for n in range(3)]
    Path("few.csv").write_text("msisdn\n9876500001\n")
    Path("half.csv").write_text("mobile,imei,at\n" + "".join(rows) + "no number, no more than two fields\n" * 2000)
    Path("m.csv").write_text("served,imei,at\n" + "".join(rows) + "98765,not a handset,x\n" * 2000)
    for name in "ab":
        sightings = pa.table({"msisdn": ["9876500001"] * 5000, "imei14": ["35824005000001"] * 5000})
        pq.write_table(sightings, f"{name}.parquet")
    before = whole(tmp_path)
    call = SEVERAL[verb].split()
    with disk(12_000):
        assert run(call) == 3
    assert "MUCH.csv: cannot be written" in capsys.readouterr().err
    assert whole(tmp_path) == before
    assert not list(Path("out").glob("*")) if Path("out").exists() else True
    assert run(call) == 0, capsys.readouterr().err
    assert Path("MUCH.csv").stat().st_size > 12_000
    assert all(Path(name).exists() for name in call if name.startswith("OUT."))


def test_a_registry_on_a_full_disk_is_read_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite cannot make the index of its log there, which is an I/O error: "the disk failed" was the message."""
    file = tmp_path / "cases.db"
    with ng.Registry(file, by="HC 1234") as registry:
        registry.decide(["9876543210"], "protected", "a bank")
    size = {"free": 0}
    there = shutil.disk_usage
    monkeypatch.setattr(shutil, "disk_usage", lambda path: there(path)._replace(**size))
    with ng.Registry(file, by="HC 1234") as registry:
        assert registry.verify().events == 1
        with pytest.raises(RegistryError, match=r"cases\.db: the disk is full; what was recorded before is intact"):
            registry.decide(["9123456789"], "protected", "a bank")
        size["free"] = 1 << 30
        assert registry.decide(["9123456789"], "protected", "a bank") == 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no disk of a few kilobytes here")
def test_verbs_that_read_a_registry_on_a_full_disk(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    with ng.Registry(tmp_path / "cases.db", by="HC 1234") as registry:
        registry.decide(["9876543210"], "protected", "a bank")
    numguard = f"{sys.executable} -m numguard"
    script = f"""mount -t tmpfs -o size=400k none disk && cp cases.db disk/ || exit 99
        dd if=/dev/zero of=disk/fill bs=1k 2>/dev/null
        {numguard} list --registry disk/cases.db && {numguard} verify --registry disk/cases.db || exit 98
        {numguard} export list.csv --to DoT --by x --registry disk/cases.db
        {numguard} export list.csv --to DoT --by x --registry disk/new.db"""
    try:
        call = ["unshare", "-rm", "sh", "-c", script]
        done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    except FileNotFoundError:
        pytest.skip("no unshare")
    if "unshare" in done.stderr or done.returncode == 99:
        pytest.skip("no mounts here")
    assert done.returncode == 2
    assert "cases.db: the disk is full; what was recorded before is intact" in done.stderr
    assert "the disk failed" not in done.stderr
