"""`NumberSet` and `ImeiSet`: Python's own sets are the oracle; a damaged file is refused and never crashes."""

from __future__ import annotations

import copy
import multiprocessing
import operator
import os
import pickle
import stat
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import numguard as ng
from numguard.errors import (
    ArgumentError,
    FileError,
    FileMissingError,
    RefusedCellsError,
    SetFileError,
    UnsupportedTypeError,
)

#: The number of a user who owns nothing.
_OTHER_USER = 65_534

KEYS = st.sets(st.integers(10**9, 10**12) | st.integers(916000000000, 916000000300), max_size=300)


def of(keys: set[int]) -> ng.NumberSet:
    return ng.NumberSet(pa.array(sorted(keys, key=hash), pa.uint64()))


@settings(deadline=None)
@given(KEYS, KEYS)
@pytest.mark.filterwarnings("ignore:UInt64 is taken")
def test_the_algebra_is_that_of_python_sets(a: set[int], b: set[int]) -> None:
    for law in (operator.or_, operator.and_, operator.sub, operator.xor):
        assert law(of(a), of(b)).to_array().to_pylist() == sorted(law(a, b))
    assert (of(a) == of(b)) == (a == b)
    assert len(of(a)) == len(a)
    if a == b:
        assert hash(of(a)) == hash(of(b))


@settings(deadline=None)
@given(KEYS, KEYS)
@pytest.mark.filterwarnings("ignore:UInt64 is taken")
def test_members_and_ranks(a: set[int], b: set[int]) -> None:
    asked = pa.array(sorted(a | b), pa.uint64())
    assert of(a).contains(asked).to_pylist() == [key in a for key in sorted(a | b)]
    ranks = {key: rank for rank, key in enumerate(sorted(a))}
    assert of(a).position(asked).to_pylist() == [ranks.get(key) for key in sorted(a | b)]


def test_one_cell_is_read_as_a_column_is() -> None:
    listed = ng.NumberSet(["98765 43210"])
    assert "98765 43210" in listed
    assert 9876543210 in listed
    assert 919876543210 in listed
    assert None not in listed
    assert "98765" not in listed
    with pytest.raises(TypeError):
        2.5 in listed  # noqa: B015


def test_a_long_column_is_read_in_pieces_that_miss_nothing() -> None:
    keys = np.arange(910_000_000_000 + 6_000_000_000, 910_000_000_000 + 6_009_000_000, dtype=np.uint64)
    shuffled = np.random.default_rng(7).permutation(keys)
    shuffled[::1_000_000] = 17  # no number is so short
    built = ng.NumberSet(pa.array(shuffled))
    assert built.refused == {"too_short": 9}
    assert built.to_array().equals(pa.array(np.sort(shuffled)[9:]))


def test_refused_cells_are_counted_or_raised() -> None:
    cells = ["9876543210", "1930", "98765O3210", "1930", None, ""]
    assert ng.NumberSet(cells).refused == {"empty": 1, "stray_letter": 1, "short_code": 2}
    with pytest.raises(RefusedCellsError, match="4 cells were refused") as error:
        ng.NumberSet(cells, strict=True)
    assert error.value.refused == {"empty": 1, "stray_letter": 1, "short_code": 2}
    assert "9876" not in str(error.value)


def test_the_twins_do_not_mix() -> None:
    numbers, handsets = ng.NumberSet(["9876543210"]), ng.ImeiSet(["490154203237518"])
    with pytest.raises(TypeError):
        numbers | handsets  # type: ignore[operator]
    assert numbers != handsets
    assert "4901542032375100" in handsets
    assert handsets.contains(["490154203237510", "000000000000000"]).to_pylist() == [True, None]


def test_saved_and_opened(tmp_path: Path) -> None:
    path = tmp_path / "listed.ngset"
    listed = ng.NumberSet([f"98{n:08d}" for n in range(50_000)])
    listed.save(path)
    first = path.read_bytes()
    for verify in (True, False):
        opened = ng.NumberSet.open(path, verify=verify)
        assert opened == listed
        assert hash(opened) == hash(listed)
    ng.NumberSet([f"98{n:08d}" for n in reversed(range(50_000))]).save(str(path))
    assert path.read_bytes() == first
    assert list(tmp_path.iterdir()) == [path]
    assert stat.S_IMODE(path.stat().st_mode) & 0o400


def test_a_reader_keeps_its_set_while_another_is_saved_over_it(tmp_path: Path) -> None:
    path = tmp_path / "listed.ngset"
    ng.NumberSet(["9876543210"]).save(path)
    before = ng.NumberSet.open(path)
    ng.NumberSet(["9812345678"]).save(path)
    assert "9876543210" in before
    assert "9876543210" not in ng.NumberSet.open(path)


def test_a_small_file_that_is_cut_short_in_place_is_of_no_matter_to_who_has_it_open(tmp_path: Path) -> None:
    path = tmp_path / "listed.ngset"
    listed = of(set(range(916000000000, 916000200000)))
    listed.save(path)
    assert path.stat().st_size < 4 << 20
    opened = ng.NumberSet.open(path)
    with path.open("r+b") as file:
        file.truncate(100)
    assert opened == listed
    assert "+91 60000 00007" in opened


@pytest.mark.parametrize("count", [3, 400_000])
def test_pickled_whole_when_small_and_by_path_when_saved(tmp_path: Path, count: int) -> None:
    listed = ng.NumberSet([f"98{n:08d}" for n in range(count)])
    assert pickle.loads(pickle.dumps(listed)) == listed
    listed.save(tmp_path / "listed.ngset")
    pickled = pickle.dumps(listed)
    assert pickle.loads(pickled) == listed
    assert len(pickled) < 1000 or count < 1000
    if count > 1000:
        ng.NumberSet(["9876543210"]).save(tmp_path / "listed.ngset")
        with pytest.raises(SetFileError, match="replaced"):
            pickle.loads(pickled)


@pytest.mark.parametrize("at", [24, 6231])
def test_a_pickle_with_a_damaged_set_is_no_set(at: int) -> None:
    """Its length, and a member: the hash is one that the bytes state."""
    rebuilt, (whole, stated) = ng.NumberSet([f"98765{n:05d}" for n in range(1000)]).__reduce__()
    damaged = bytearray(whole)
    damaged[at] ^= 1
    with pytest.raises(SetFileError, match="checksum"):
        rebuilt(bytes(damaged), stated)


def test_a_pickle_opens_no_file_that_was_damaged(tmp_path: Path) -> None:
    """The file states the hash of the set, which its damaged content no longer has."""
    listed = ng.NumberSet([f"98{n:08d}" for n in range(400_000)])
    path = tmp_path / "listed.ngset"
    listed.save(path)
    pickled = pickle.dumps(listed)
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "damaged").write_bytes(damaged)
    (tmp_path / "damaged").replace(path)
    with pytest.raises(SetFileError, match="checksum"):
        pickle.loads(pickled)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_what_a_failed_save_leaves_is_the_set_before() -> None:
    """The folder can be written to, but not read, so that its new names cannot be flushed to the disk."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "listed.ngset"
        ng.NumberSet(["9876543210"]).save(path)
        before = path.read_bytes()
        os.chown(folder, _OTHER_USER, -1)
        Path(folder).chmod(0o300)
        process = os.fork()
        if process == 0:
            os.setuid(_OTHER_USER)
            try:
                ng.NumberSet(["9876543211"]).save(path)
            except ng.NumguardError:
                os._exit(0)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
        assert path.read_bytes() == before
        assert [file.name for file in Path(folder).iterdir()] == ["listed.ngset"]


@pytest.mark.parametrize("make", [lambda: ng.NumberSet(["9876543210"]), lambda: ng.ImeiSet(["490154203237518"])])
def test_a_copy_is_the_set_itself_whatever_became_of_its_file(tmp_path: Path, make: Any) -> None:
    listed = make()
    listed.save(tmp_path / "listed.ngset")
    (tmp_path / "listed.ngset").unlink()
    assert copy.copy(listed) is listed
    assert copy.deepcopy({"list": listed})["list"] is listed


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_and_a_folder_are_no_sets_and_are_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(FileError, match="no set"):
            ng.NumberSet.open(tmp_path / name)
        with pytest.raises(FileError, match="no set"):
            ng.NumberSet(["9876543210"]).save(tmp_path / name)
    assert (tmp_path / "pipe").is_fifo()


def test_what_an_iterable_of_the_caller_raises_is_passed_on() -> None:
    def cells() -> Iterator[str]:
        yield "9876543210"
        raise OSError("the line is down")

    for read in (ng.normalize, ng.NumberSet, ng.NumberSet([]).contains, ng.explain_imei):
        with pytest.raises(OSError, match="the line is down"):
            read(cells())
    assert ng.normalize(iter(["9876543210", None])).to_pylist() == [919876543210, None]
    assert ng.normalize({"9876543210": 1}.keys()).to_pylist() == [919876543210]


def _asks(listed: ng.NumberSet, answer: multiprocessing.SimpleQueue[bool]) -> None:
    answer.put(listed.contains(["9800000001"] * 200_000).to_pylist() == [True] * 200_000)


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_asked_from_another_process(method: str) -> None:
    listed = ng.NumberSet([f"98{n:08d}" for n in range(1000)])
    listed.contains(["9800000001"] * 200_000)  # the threads of this process are awake
    context = multiprocessing.get_context(method)
    answer = context.SimpleQueue()
    process = context.Process(target=_asks, args=(listed, answer))
    process.start()
    process.join(60)
    assert process.exitcode == 0
    assert answer.get()


def test_asked_from_many_threads() -> None:
    listed = ng.NumberSet([f"98{n:08d}" for n in range(1000)])
    cells = pa.array([f"98{n:08d}" for n in range(0, 100_000, 7)])
    expected, answers = listed.contains(cells), []
    threads = [threading.Thread(target=lambda: answers.append(listed.contains(cells))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert all(answer == expected for answer in answers)


def test_a_damaged_file_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "listed.ngset"
    ng.NumberSet([f"98{n:08d}" for n in range(500)]).save(path)
    whole = path.read_bytes()
    damaged = tmp_path / "damaged.ngset"
    for cut in (*range(0, 200, 7), len(whole) // 2, len(whole) - 1):
        damaged.write_bytes(whole[:cut])
        with pytest.raises(SetFileError, match=r"damaged\.ngset"):
            ng.NumberSet.open(damaged)
    for at in range(0, len(whole), 11):
        damaged.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        with pytest.raises(SetFileError, match=r"damaged\.ngset"):
            ng.NumberSet.open(damaged)


def test_a_set_replaces_a_set_and_no_other_file(tmp_path: Path) -> None:
    listed, path = ng.NumberSet(["9876543210"]), tmp_path / "cases.db"
    for content in (b"SQLite format 3\0", b"number", b"numguarD", "numguard".encode("utf-16")):
        path.write_bytes(content)
        with pytest.raises(FileError, match=r"cases\.db: this file is no set"):
            listed.save(path)
        assert path.read_bytes() == content
    assert [entry.name for entry in tmp_path.iterdir()] == ["cases.db"]
    for content in (b"", b"numguard, and damaged"):
        path.write_bytes(content)
        listed.save(path)
        assert ng.NumberSet.open(path) == listed
    ng.ImeiSet(["490154203237518"]).save(path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileMissingError, match=r"nothing\.ngset"):
        ng.NumberSet.open(tmp_path / "nothing.ngset")
    with pytest.raises(OSError, match=str(tmp_path.name)):
        ng.NumberSet.open(tmp_path)
    with pytest.raises(FileNotFoundError):
        ng.NumberSet(["9876543210"]).save(tmp_path / "no folder" / "listed.ngset")
    ng.ImeiSet(["490154203237518"]).save(tmp_path / "handsets.ngset")
    with pytest.raises(SetFileError, match="IMEIs"):
        ng.NumberSet.open(tmp_path / "handsets.ngset")


def test_no_number_shows_in_a_repr() -> None:
    assert repr(ng.NumberSet(["9876543210"])) == "<NumberSet of 1 MSISDNs>"
    assert repr(ng.ImeiSet([])) == "<ImeiSet of 0 IMEIs>"


def test_a_set_without_refused_cells_is_not_taken_for_the_list(tmp_path: Path) -> None:
    """The second line of a bank would go unprotected."""
    lines, handsets = ng.NumberSet(["9876543210", "98765O3211"]), ng.ImeiSet(["490154203237518", "12"])
    with ng.Registry(tmp_path / "cases.db", by="HC 1234") as registry:
        with pytest.raises(RefusedCellsError, match="stray_letter 1") as raised:
            registry.decide(lines, "protected", "own lines")
        assert raised.value.refused == {"stray_letter": 1}
        assert registry.decide(lines.to_array(), "protected", "own lines") == 1
    for field, keys in (("protected", lines), ("release", handsets), ("placeholders", handsets)):
        with pytest.raises(ArgumentError, match=f"{field}: the set was built without cells"):
            ng.LinkPolicy(**{field: keys})
        ng.LinkPolicy(**{field: keys.to_array()})


@pytest.mark.parametrize("listed", [ng.NumberSet(["9876543210"]), ng.ImeiSet(["490154203237518"])])
def test_numpy_takes_no_set_for_one_object(listed: Any) -> None:
    keys = np.asarray(listed.to_array())
    with pytest.raises(UnsupportedTypeError, match="to_array"):
        np.isin(keys, listed)
    assert np.isin(keys, listed.to_array()).all()


def test_a_set_of_one_kind_is_never_read_as_the_other() -> None:
    """The keys of handsets are fourteen digits, of which most are numbers of some country."""
    handsets, numbers = ng.ImeiSet(["490154203237518"]), ng.NumberSet(["9876543210"])
    for read in (ng.NumberSet, ng.normalize, ng.explain, ng.extract, ng.format, ng.region_of, numbers.contains):
        with pytest.raises(ArgumentError, match="not an ImeiSet"):
            read(handsets)
    for read in (ng.ImeiSet, ng.normalize_imei, ng.explain_imei, ng.format_imei, handsets.position):
        with pytest.raises(ArgumentError, match="not a NumberSet"):
            read(numbers)
    assert (ng.NumberSet(numbers), ng.ImeiSet(handsets)) == (numbers, handsets)


def test_an_unsigned_integer_of_numpy_is_a_key_as_in_an_array() -> None:
    indian, foreign = ng.NumberSet(["6591234567"]), ng.NumberSet(["+6591234567"])
    typed = pa.array([6591234567], pa.uint64())
    layouts = (typed, typed.dictionary_encode(), pc.run_end_encode(typed))
    keys = (np.uint64(6591234567), np.ulonglong(6591234567), np.array(6591234567, np.uint64))
    for value in (*keys, *(layout[0] for layout in layouts)):
        assert (value in indian, value in foreign) == (False, True)
    for value in (np.int64(6591234567), 6591234567):
        assert (value in indian, value in foreign) == (True, False)


def test_a_folder_that_is_not_there_is_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(FileMissingError, match="there is no such folder"):
        ng.NumberSet(["9876543210"]).save(tmp_path / "no" / "listed.ngset")
