"""A long-lived process: threads, files that are replaced, descriptors that run out, warnings as errors, odd places."""

from __future__ import annotations

import errno
import gzip
import io
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard import scanning, source
from numguard.errors import ArgumentError, FileError, FileMissingError, InputError, RegistryError
from numguard.files.manifest import manifest_of, unlike_manifests
from zip_files import zipped

LISTED = ng.NumberSet(["98765 43210"])
ROWS = "suspect,victim\n9876543210,9123456789\n"
#: National numbers in a column that is taken for E.164 as it stands, which is a warning.
NATIONAL = pa.table({"m": pa.array([9876543210] * 20_000, pa.uint64()), "t": [f"{n:010}" for n in range(20_000)]})

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits and locales")


# Two that run one thing -----------------------------------------------------------------------------------------------


def test_of_two_that_start_a_scan_at_the_same_moment_one_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ng.scan(pa.table({"m": ["9876543210"]}), {"m": LISTED})
    refused: list[str] = []
    clock = scanning.time.perf_counter

    def between() -> float:
        """Another start of the scan, at the moment at which the first one notes its time."""
        monkeypatch.setattr(scanning.time, "perf_counter", clock)
        with pytest.raises(ArgumentError) as error:
            iter(found)
        refused.append(str(error.value))
        return clock()

    monkeypatch.setattr(scanning.time, "perf_counter", between)
    assert found.read_all().num_rows == 1
    assert refused == ["this scan has run already: call scan again"]


def test_many_threads_that_start_one_scan() -> None:
    table = pa.table({"m": ["9876543210"] * 1000})
    for _ in range(20):
        found, rows = ng.scan(table, {"m": LISTED}), list[int]()
        barrier = threading.Barrier(4)

        def start(found: Any = found, rows: list[int] = rows, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            try:
                rows.append(found.read_all().num_rows)
            except ArgumentError:
                rows.append(-1)

        threads = [threading.Thread(target=start) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(rows) == [-1, -1, -1, 1000]


def test_a_stream_that_two_scans_have_is_read_by_one_of_them() -> None:
    stream = pa.table({"m": ["9876543210"] * 5}).to_reader()
    first, second = (ng.scan(stream, {"m": LISTED}) for _ in range(2))
    assert first.read_all().num_rows == 5
    with pytest.raises(ArgumentError, match="this stream was read already; open it again"):
        second.read_all()


# A file that is replaced ----------------------------------------------------------------------------------------------


#: Each with a title, a separator, a column more than `ROWS`, or the same columns in another order.
OTHERS = {
    "names": "helpline,x\n9876543210,9\n",
    "order": "victim,suspect\n9876543210,9123456789\n",
    "separator": "suspect;victim\n9876543210;9123456789\n",
    "line": "Calls of May\nsuspect,victim\n9876543210,9123456789\n",
    "width": "suspect,victim,more\n9876543210,9123456789,1\n",
}
FORMS: dict[str, Callable[[str], bytes]] = {
    "calls.csv": str.encode,
    "calls.csv.gz": lambda text: gzip.compress(text.encode()),
    "wide.csv": lambda text: text.encode("utf-16"),
}


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("in_place", [True, False], ids=["in place", "renamed"])
def test_a_text_that_is_replaced_by_one_of_other_columns_is_an_error(
    name: str, other: str, tmp_path: Path, *, in_place: bool
) -> None:
    path, new = tmp_path / name, tmp_path / "new"
    path.write_bytes(FORMS[name](ROWS))
    found = ng.scan(path, {"suspect": LISTED})
    (path if in_place else new).write_bytes(FORMS[name](OTHERS[other]))
    if not in_place:
        new.replace(path)
    with pytest.raises(InputError, match="has changed since it was first looked at"):
        found.read_all()


def test_a_text_that_is_replaced_by_one_of_the_same_columns_is_read(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text(ROWS)
    found = ng.scan(tmp_path, {"suspect": LISTED})
    (tmp_path / "calls.csv").write_text(ROWS + "98765 43210,\n")
    assert found.read_all()["suspect"].to_pylist() == ["9876543210", "98765 43210"]
    # What is open stays what it was.
    (tmp_path / "calls.csv").unlink()
    (tmp_path / "calls.zip").write_bytes(zipped({"a.csv": ROWS}))
    found = ng.scan(tmp_path, {"suspect": LISTED})
    if sys.platform != "win32":
        (tmp_path / "new").write_bytes(zipped({"a.csv": OTHERS["order"]}))
        (tmp_path / "new").replace(tmp_path / "calls.zip")
    assert found.read_all().num_rows == 1


# Warnings as errors ---------------------------------------------------------------------------------------------------


def test_a_warning_takes_the_place_of_no_error(tmp_path: Path) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    path, damaged = tmp_path / "m.parquet", tmp_path / "damaged.parquet"
    pq.write_table(NATIONAL, path, row_group_size=2_000)
    content = path.read_bytes()
    middle = len(content) // 2
    damaged.write_bytes(content[:middle] + bytes(400) + content[middle + 400 :])
    sets = {"m": LISTED, "t": LISTED}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(KeyboardInterrupt):
            ng.scan(path, sets, progress=interrupted).read_all()
        with pytest.raises(InputError, match="row group"):
            ng.scan(damaged, sets).read_all()
        batches: Any = iter(ng.scan(path, {"m": LISTED}, all_rows=True))
        next(batches)
        batches.close()
        # After the last row, as before.
        with pytest.raises(UserWarning, match="is taken for E"):
            ng.scan(NATIONAL, sets).read_all()


def test_a_scan_that_ends_at_its_limit_warns() -> None:
    mixed = NATIONAL.set_column(1, "t", pa.array(["9876543210"] * len(NATIONAL)))
    found = ng.scan(mixed, {"m": LISTED, "t": LISTED}, limit=5)
    with pytest.warns(UserWarning, match="is taken for E"):
        found.read_all()
    assert not found.summary.finished


# What the system refuses ----------------------------------------------------------------------------------------------

REFUSALS = [errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.ESTALE, errno.ETIMEDOUT]


def failing_from(
    opening: int, code: int, monkeypatch: pytest.MonkeyPatch, *, reading: bool = False, name: str | None = None
) -> None:
    """The system refuses each opening of a file (of this name) from the n-th on, or what is read of it."""
    opened = 0

    class Failing(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def read(self, _size: int = -1) -> bytes:
            raise OSError(code, os.strerror(code))

    def open_file(path: Path) -> BinaryIO:
        nonlocal opened
        opened += name is None or path.name == name
        if opened < opening or name not in (None, path.name):
            return path.open("rb")
        if reading:
            return Failing()  # type: ignore[return-value]
        raise OSError(code, os.strerror(code), str(path))

    monkeypatch.setattr(source, "_opened_file", open_file)


@pytest.mark.parametrize("code", REFUSALS, ids=errno.errorcode.__getitem__)
@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.zip", "wide.csv"])
@pytest.mark.parametrize("opening", [1, 2])
@pytest.mark.parametrize("reading", [True, False], ids=["read", "open"])
def test_what_the_system_refuses_is_not_called_damaged(
    code: int, name: str, opening: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, reading: bool
) -> None:
    if name == "a.zip" and reading and opening == 2:
        pytest.skip("it needs a stream with places")
    form = {"a.csv": str.encode, "a.zip": lambda text: zipped({"a.csv": text})}.get(name) or FORMS[
        "wide.csv" if name == "wide.csv" else "calls.csv.gz"
    ]
    (tmp_path / name).write_bytes(form(ROWS))
    failing_from(opening, code, monkeypatch, reading=reading)
    with pytest.raises(FileError) as error:
        ng.scan(tmp_path / name, {"suspect": LISTED}).read_all()
    assert str(error.value) == f"{tmp_path / name}: cannot be read ({os.strerror(code)})"


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE, errno.ENOMEM], ids=errno.errorcode.__getitem__)
@pytest.mark.parametrize("opening", [1, 2])
def test_a_shortage_of_the_process_skips_no_file(
    code: int, opening: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(ROWS)
    failing_from(opening, code, monkeypatch, name="a.csv")
    with pytest.raises(FileError, match=r"a\.csv: cannot be read"):
        ng.scan(tmp_path, {"suspect": LISTED}, on_error="skip")


@pytest.mark.parametrize("code", [errno.EIO, errno.ESTALE], ids=errno.errorcode.__getitem__)
@pytest.mark.parametrize("opening", [1, 2])
def test_a_disk_that_fails_for_a_file_skips_it(
    code: int, opening: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(ROWS)
    failing_from(opening, code, monkeypatch, name="a.csv")
    found = ng.scan(tmp_path, {"suspect": LISTED}, on_error="skip")
    assert found.read_all().num_rows == 1
    assert [skipped.why for skipped in found.summary.skipped] == [
        f"{tmp_path / 'a.csv'}: cannot be read ({os.strerror(code)})"
    ]


def test_damage_is_still_called_damage(tmp_path: Path) -> None:
    packed = gzip.compress(ROWS.encode() * 1000)
    for name, content in (
        ("a.csv.gz", packed[:40]),
        ("b.csv.gz", packed[:-6] + bytes(6)),
        ("c.zip", zipped({"a.csv": ROWS})[:-9]),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=r"damaged or cut.short") as error:
            ng.scan(tmp_path / name, {"suspect": LISTED}).read_all()
        assert not isinstance(error.value, OSError)


def test_a_manifest_that_cannot_be_opened_now_is_not_taken_for_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "block.csv"
    path.write_text("msisdn\n9876543210\n")

    def refused(*_: object, **__: object) -> str:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    assert manifest_of(path) == {}
    monkeypatch.setattr(Path, "read_text", refused)
    for call in (manifest_of, lambda one: unlike_manifests([str(one)])):
        with pytest.raises(FileError, match=r"block\.csv: cannot be read \(Too many open files\)"):
            call(path)


_FEW_FILES = """
import os, resource, sys
import numguard as ng
listed = ng.NumberSet(["98765 43210"])
sets = {"suspect": listed}
assert ng.scan(sys.argv[1], sets, on_error="skip").read_all().num_rows == 3
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
held = []
try:
    while True:
        held.append(os.open("/dev/null", 0))
except OSError:
    pass
for free in range(4):
    try:
        found = ng.scan(sys.argv[1], sets, on_error="skip")
        rows = found.read_all().num_rows
        assert rows == 3 and not found.summary.skipped, (free, rows, found.summary.skipped)
        print(free, "read")
    except ng.NumguardError as error:
        assert isinstance(error, OSError) and "Too many open files" in str(error), error
        print(free, "refused")
    os.close(held.pop())
"""


@on_posix
def test_without_descriptors_all_is_read_or_nothing_is(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.csv").write_text(ROWS)
    done = subprocess.run(
        [sys.executable, "-c", _FEW_FILES, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.stdout.split("\n")[0] == "0 refused", done.stderr
    assert done.stdout.rstrip().endswith("read"), done.stderr


# Names and places -----------------------------------------------------------------------------------------------------

_NAME = "मोबाइल.csv"
_IN_ASCII = """
import sys
import numguard as ng
listed = ng.NumberSet(["98765 43210"])
for path in sys.argv[1:]:
    for call in (lambda: ng.scan(path, {"suspect": listed}), lambda: ng.read_cdr(path), lambda: ng.read_numbers(path)):
        try:
            call()
        except ng.NumguardError as error:
            print(ascii(str(error).rpartition(": this process")[2] or str(error)))
"""


@on_posix
def test_a_name_that_the_locale_cannot_write_is_not_called_content(tmp_path: Path) -> None:
    (tmp_path / _NAME).write_text(ROWS)
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    code = f"{_IN_ASCII.replace('sys.argv[1:]', repr(['.', '*.csv']) + ' + [' + ascii(_NAME) + ']')}"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **plain},
        cwd=tmp_path,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 9
    assert all("cannot write this name, because its locale is not UTF-8" in line for line in lines), lines


@on_posix
def test_a_working_directory_that_was_deleted_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    for path in (".", "**", "a.csv"):
        for call in (ng.read_numbers, ng.read_cdr, lambda one: ng.scan(one, {"suspect": LISTED})):
            with pytest.raises(FileMissingError, match="the working directory of this process was deleted"):
                call(path)
    with pytest.raises(RegistryError, match="the working directory was deleted"):
        ng.Registry("cases.db")
