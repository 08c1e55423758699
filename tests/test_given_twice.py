"""A file that is given twice, by any names, is an error of every verb that reads rows one file after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

import numguard as ng
from numguard.cli import run, verbs
from numguard.errors import ArgumentError
from zip_files import zipped

CALLS = (
    "Target No,Call Type,B Party No,Date,Time,Dur(s),IMEI\n"
    "9876543210,OUT,9812345678,01/09/2026,10:00:00,1,358240051111110\n"
)
#: Verbs with several files, and those with one, which may be a folder.
SEVERAL = {
    "cdr": ["cdr", "read"],
    "scan": ["scan", "--numbers", "list.txt", "-c", "Target No"],
    "common": ["common"],
    "changes": ["changes"],
    "expand": ["expand", "--seeds", "list.txt"],
}
FOLDER = SEVERAL | {
    "normalize": ["normalize", "-c", "Target No"],
    "explain": ["explain", "-c", "Target No"],
    "complaints": ["complaints", "add", "--registry", "cases.db", "--by", "HC 1"],
}


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("calls").mkdir()
    Path("calls/a.csv").write_text(CALLS)
    Path("list.txt").write_text("9812345678\n")
    return tmp_path


@pytest.mark.parametrize("verb", SEVERAL)
@pytest.mark.parametrize("again", ["calls/a.csv", "./calls/../calls/a.csv", "calls/*.csv", "soft.csv", "hard.csv"])
def test_a_file_that_is_given_twice(verb: str, again: str, capfd: pytest.CaptureFixture[str]) -> None:
    Path("soft.csv").symlink_to("calls/a.csv")
    Path("hard.csv").hardlink_to("calls/a.csv")
    assert run([*SEVERAL[verb], "calls/a.csv", again]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert "is given twice, by this name or another" in err


@pytest.mark.parametrize("verb", FOLDER)
@pytest.mark.parametrize("link", [Path.symlink_to, Path.hardlink_to])
def test_a_file_with_two_names_in_a_folder(
    verb: str, link: Callable[[Path, Path], None], capfd: pytest.CaptureFixture[str]
) -> None:
    link(Path("calls/b.csv"), Path("calls/a.csv").absolute())
    assert run([*FOLDER[verb], "calls"]) == 2
    assert "b.csv: is given twice" in capfd.readouterr().err
    assert not Path("cases.db").exists()


@pytest.mark.parametrize("verb", SEVERAL)
def test_a_copy_of_a_file_is_named(verb: str, capfd: pytest.CaptureFixture[str]) -> None:
    Path("other.csv").write_text(CALLS.replace("9876543210", "9876543211"))
    Path("copy.csv").write_text(CALLS)
    Path("empty.csv").touch()
    run([*SEVERAL[verb], "calls/a.csv", "other.csv"])
    assert "byte for byte" not in capfd.readouterr().err
    assert run([*SEVERAL[verb], "calls/a.csv", "other.csv", "copy.csv"]) == 0
    warned = f"copy.csv: is equal to {Path('calls/a.csv')}, byte for byte: "
    warned += "every number in it is common to both" if verb == "common" else "its rows are read twice"
    err = capfd.readouterr().err
    assert (err.count(warned), err.count("byte for byte")) == (1, 1)


@pytest.mark.parametrize("verb", SEVERAL)
def test_a_copy_within_an_archive_is_named(verb: str, capfd: pytest.CaptureFixture[str]) -> None:
    other = CALLS.replace("9876543210", "9876543211")
    Path("calls.zip").write_bytes(zipped({"a.csv": CALLS, "b.csv": other, "empty.csv": "", "copy.csv": CALLS}))
    assert run([*SEVERAL[verb], "calls.zip", *["--at-least", "1"] * (verb == "common")]) == 0
    err = capfd.readouterr().err
    warned = "is equal to calls.zip/a.csv, by size and checksum: its rows are read twice"
    assert (err.count(warned), err.count("is equal to"), "calls.zip/copy.csv" in err) == (1, 1, True)


def test_the_rows_of_equal_files_of_two_days_are_read(capfd: pytest.CaptureFixture[str]) -> None:
    for day in ("day=1", "day=2"):
        Path(day).mkdir()
        Path(day, "a.csv").write_text(CALLS)
    assert run([*SEVERAL["scan"], "day=1", "day=2"]) == 0
    assert "byte for byte" in capfd.readouterr().err


def test_a_registry_is_merged_once_in_a_call(capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("desk.db", "state.db"):
        with ng.Registry(name, by="HC 1") as registry:
            registry.decide(["9876543210" if name == "desk.db" else "9876543211"], "protected", "a hospital")
    Path("again.db").symlink_to("desk.db")
    assert run(["merge", "desk.db", "again.db", "--registry", "state.db", "--by", "HC 1"]) == 2
    assert "again.db: is given twice" in capfd.readouterr().err
    assert run(["merge", "desk.db", "--registry", "state.db", "--by", "HC 1"]) == 0


def test_standard_input_is_read_once(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["cdr", "read", "-", "-"]) == 2
    assert "standard input: is given twice" in capfd.readouterr().err


def test_standard_input_is_not_rows_and_their_list_at_once(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", "-", "-c", "Target No", "--numbers", "-"]) == 2
    assert "standard input (-) is given twice" in capfd.readouterr().err


def test_read_cdr_takes_each_file_once() -> None:
    with pytest.raises(ArgumentError, match="given twice"):
        ng.read_cdr(["calls/a.csv", Path("calls") / "." / "a.csv"])
    Path("calls/c.csv").write_text(CALLS)
    assert ng.read_cdr(["calls/a.csv", "calls/c.csv"]).read_all().num_rows == 2


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))
        else:
            yield (*path, name), command


def test_every_option_of_one_value_is_given_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Of two lists of protected numbers click takes the last, and the numbers of the first were blocked."""
    tried = set()
    for path, command in _commands(verbs):
        for option in command.params:
            if not isinstance(option, click.Option) or option.multiple or option.is_flag or option.count:
                continue
            name = max(option.opts, key=len)
            value = ["x"] * option.nargs
            assert run([*path, name, *value, name, *value]) == 2, (path, name)
            assert f"{name} is given 2 times, and takes one value" in capsys.readouterr().err
            tried.add(name)
    assert {"--numbers", "--protected", "--except", "--seeds", "--release", "--registry"} <= tried


@pytest.mark.parametrize("lists", [["--numbers", "list.txt", "--numbers", "more.txt"], ["--numbers=a", "--numbers=a"]])
def test_two_lists_are_no_list(lists: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("more.txt").write_text("9123456789\n")
    assert run(["scan", "calls/a.csv", "-c", "Target No", *lists]) == 2
    assert "--numbers is given 2 times" in capsys.readouterr().err
