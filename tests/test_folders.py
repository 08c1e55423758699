"""Folders and patterns: every row of every file in them is read once, or an error names what cannot be read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path, PureWindowsPath

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

import numguard as ng
from numguard.cli import run
from numguard.errors import ColumnError, FileMissingError, InputError
from numguard.source import files_of, open_source, outermost
from numguard.source.folders import files_below, is_pattern, matches
from test_given_twice import SEVERAL

LISTED = ng.NumberSet(["9876543210"])
needs_links = pytest.mark.skipif(os.name == "nt", reason="links need rights there")
needs_posix = pytest.mark.skipif(os.name != "posix", reason="who may read a folder is a matter of POSIX")
CALLS = (
    "Target No,Call Type,B Party No,Date,Time,Dur(s),IMEI\n"
    "98765432{:02},OUT,9812345678,01/09/2026,10:00:00,1,358240051111110\n"
)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o755)


def put(*names: str) -> None:
    """Writes files of one row each, of columns `mobile` and `file`, which has their names."""
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".csv"):
            Path(name).write_text(f"mobile,file\n9876543210,{name}\n")
        else:
            pq.write_table(pa.table({"mobile": ["9876543210"], "file": [name]}), name)


def read(source: str | list[str], **options: str) -> list[str]:
    """The files whose rows a scan finds, in their order."""
    hits = ng.scan(source, {"mobile": LISTED}, columns=["file"], **options).read_all()  # type: ignore[arg-type]
    return hits["file"].to_pylist()  # type: ignore[return-value]


@pytest.fixture
def as_another_user() -> Iterator[Callable[[Path], None]]:
    """Makes a folder one that this user may not read; root becomes another user until the test ends."""
    user, closed = os.geteuid(), list[Path]()

    def close(folder: Path) -> None:
        folder.chmod(0)
        closed.append(folder)
        for above in folder.absolute().parents:
            if above.stat().st_uid == user and above != Path("/"):
                above.chmod(above.stat().st_mode | 0o755)
        if user == 0:
            os.seteuid(65534)

    yield close
    os.seteuid(user)
    for folder in closed:
        folder.chmod(0o755)


# Patterns -------------------------------------------------------------------------------------------------------------


def test_a_directory_that_a_pattern_matches_is_read_as_one_that_is_given() -> None:
    put("g/day1.parquet", "g/day2.parquet/part-0.parquet", "g/day2.parquet/part-1.parquet", "g/day3.parquet")
    Path("g/day2.parquet/_SUCCESS").touch()
    Path("g/empty.parquet").mkdir()
    expected = ["g/day1.parquet", "g/day2.parquet/part-0.parquet", "g/day2.parquet/part-1.parquet", "g/day3.parquet"]
    assert read("g/*.parquet") == expected
    assert read([f"g/day{n}.parquet" for n in (1, 2, 3)]) == expected
    assert read("g") == expected


def test_directories_below_one_that_a_pattern_matches_are_columns() -> None:
    put("g/a/day=1/p.parquet", "g/b/day=2/p.parquet")
    hits = ng.scan("g/?", {"mobile": LISTED}).read_all()
    assert hits.select(["file", "day"]).to_pylist() == [
        {"file": "g/a/day=1/p.parquet", "day": "1"},
        {"file": "g/b/day=2/p.parquet", "day": "2"},
    ]


@pytest.mark.parametrize("pattern", ["g/**", "g/**/*", "**/*.csv", "g/**/*.csv", "**"])
def test_no_file_is_read_twice_where_a_pattern_matches_its_folder_too(pattern: str) -> None:
    put("g/a.csv", "g/b.csv/c.csv", "g/b.csv/d/e.csv")
    assert read(pattern) == ["g/a.csv", "g/b.csv/c.csv", "g/b.csv/d/e.csv"]


def test_a_pattern_matches_hidden_directories_only_by_their_sign() -> None:
    put("g/a.csv", "g/_old/b.csv", "g/.cache/c.csv", "g/_old/day/d.csv")
    assert read("g/*") == ["g/a.csv"]
    assert read("g/_*") == ["g/_old/b.csv", "g/_old/day/d.csv"]
    assert read("g/.c*") == ["g/.cache/c.csv"]
    assert read("g/*/*.csv") == ["g/_old/b.csv"]  # files are matched by what is written


def test_a_table_with_a_log_is_no_folder_of_a_pattern() -> None:
    put("lake/calls/a.parquet", "lake/calls/b.parquet")
    Path("lake/calls/_delta_log").mkdir()
    Path("lake/calls/_delta_log/0.json").write_text("{}")
    with pytest.raises(InputError, match="lake/calls: holds a table of Delta Lake"):
        read("lake/*")
    assert read("lake/calls/*") == read("lake/**/*.parquet") == ["lake/calls/a.parquet", "lake/calls/b.parquet"]


def test_a_pattern_without_a_file() -> None:
    Path("g/empty").mkdir(parents=True)
    for pattern in ("g/*", "g/*.csv", "none/*", "g/**", "*/none.csv"):
        with pytest.raises(FileMissingError, match="no file matches"):
            read(pattern)


@needs_posix
@pytest.mark.parametrize("name", ["a[1].csv", "a?.csv"])
def test_a_file_whose_name_is_a_pattern_is_itself(name: str) -> None:
    put(name, "a1.csv", "ab.csv")
    assert read(name) == [name]
    assert outermost(name) == [Path(name)]


@pytest.mark.parametrize(
    "pattern",
    ["*", "*.csv", "a/*", "*/*", "a/*/c.csv", "a/[bc]/*.csv", "**", "a/**", "**/*.csv", "**/c.csv", "a/**/b/*"],
)
def test_a_pattern_matches_what_the_library_does(pattern: str) -> None:
    put("x.csv", "y.csv", "a/x.csv", "a/b/c.csv", "a/c/c.csv", "a/b/b/x.csv", "z/c.csv", ".x/a.csv", "a/.y.csv")
    expected = {path for path in map(Path, sorted(glob_of(pattern))) if path.is_file() or not pattern.endswith("**")}
    assert {*matches(Path(pattern))} == expected
    assert {*matches(Path(pattern).absolute())} == {path.absolute() for path in expected}


def glob_of(pattern: str) -> list[str]:
    import glob

    return glob.glob(pattern, recursive=True)  # noqa: PTH207


def test_a_long_path_of_windows_is_no_pattern() -> None:
    assert not is_pattern(PureWindowsPath(r"\\?\C:\calls\a.csv"))
    assert is_pattern(PureWindowsPath(r"\\?\C:\calls\?.csv"))


def test_files_of_an_engine_are_there_once() -> None:
    put("g/a.csv", "g/b.csv/c.csv", "g/d/e.csv")
    assert [path.as_posix() for path in outermost("g/**/*.csv")] == ["g/a.csv", "g/b.csv", "g/d/e.csv"]


# Links ----------------------------------------------------------------------------------------------------------------


@needs_links
@pytest.mark.parametrize("source", ["calls", "calls/*", "calls/**", "calls/**/*.csv"])
def test_a_link_to_a_folder_is_followed(source: str) -> None:
    put("calls/a.csv", "elsewhere/b.csv", "elsewhere/day/c.csv")
    Path("calls/more").symlink_to(Path("elsewhere").absolute())
    assert read(source) == ["calls/a.csv", "elsewhere/b.csv", "elsewhere/day/c.csv"]
    assert [path.as_posix() for path in files_of(source)][1:] == ["calls/more/b.csv", "calls/more/day/c.csv"]


@needs_links
@pytest.mark.parametrize("source", ["calls", "calls/*", "calls/**", "calls/**/*.csv", "calls/*/*.csv"])
def test_a_folder_that_links_lead_to_again_is_read_once(source: str) -> None:
    put("calls/day=1/a.csv", "calls/day=2/b.csv")
    Path("calls/latest").symlink_to("day=2")
    Path("calls/day=1/up").symlink_to(Path("calls").absolute())
    Path("calls/day=1/here").symlink_to(".")
    assert read(source) == ["calls/day=1/a.csv", "calls/day=2/b.csv"]
    assert [path.as_posix() for path in files_of(source)] == ["calls/day=1/a.csv", "calls/day=2/b.csv"]


@needs_links
@pytest.mark.parametrize("sources", [["calls", "elsewhere"], ["elsewhere", "calls"]])
def test_a_folder_that_another_source_links_to_is_read_once(sources: list[str]) -> None:
    put("calls/a.csv", "elsewhere/b.csv")
    Path("calls/latest").symlink_to(Path("elsewhere").absolute())
    names = [str(part.name).rpartition("/")[2] for part in open_source(sources).parts]
    assert sorted(names) == ["a.csv", "b.csv"]


@needs_links
def test_a_link_into_a_hidden_folder_is_followed() -> None:
    put("calls/.versions/3/a.csv", "calls/_tmp/b.csv")
    Path("calls/data").symlink_to(".versions/3")
    Path("calls/.data").symlink_to(".versions/3")
    assert read("calls") == ["calls/.versions/3/a.csv"]


@needs_links
@pytest.mark.parametrize("source", ["calls", "calls/*", "calls/*.csv", "calls/**", "**/*.csv"])
def test_a_link_to_nothing_is_a_missing_file(source: str) -> None:
    put("calls/a.csv")
    Path("calls/b.csv").symlink_to("/nonexistent/b.csv")
    Path("calls/.#a.csv").symlink_to("who@where.1")  # the lock of an editor
    with pytest.raises(FileMissingError, match=r"calls.b\.csv: there is no such file"):
        read(source)
    scan = ng.scan(source, {"mobile": LISTED}, on_error="skip")
    assert scan.read_all().num_rows == 1
    assert [Path(part.file).name for part in scan.summary.skipped] == ["b.csv"]


@needs_links
def test_a_pipe_in_a_folder_is_no_file() -> None:
    put("calls/a.csv")
    os.mkfifo("calls/pipe")
    assert read("calls") == read("calls/*") == ["calls/a.csv"]


# Rights ---------------------------------------------------------------------------------------------------------------


@needs_posix
@pytest.mark.parametrize("source", ["calls", "calls/*", "calls/**", "calls/**/*.csv", "calls/*/*.csv"])
def test_a_folder_that_this_user_may_not_read_is_an_error(source: str, as_another_user: Callable[[Path], None]) -> None:
    put("calls/day1/a.csv", "calls/day2/b.csv", "calls/lost+found/x.csv", "calls/.trash/x.csv")
    as_another_user(Path("calls/lost+found"))
    os.seteuid(os.getuid())
    as_another_user(Path("calls/.trash"))
    assert len(read(source)) == 2
    os.seteuid(os.getuid())
    as_another_user(Path("calls/day2"))
    with pytest.raises(InputError, match=r"calls.day2: not readable by this user"):
        read(source)
    scan = ng.scan(source, {"mobile": LISTED}, on_error="skip")
    assert scan.read_all()["file"].to_pylist() == ["calls/day1/a.csv"]
    assert [Path(part.file) for part in scan.summary.skipped] == [Path("calls/day2")]


@needs_posix
def test_a_folder_whose_files_this_user_may_not_open_is_an_error(as_another_user: Callable[[Path], None]) -> None:
    put("calls/a.csv", "calls/day/b.csv")
    as_another_user(Path("calls"))
    for source in ("calls", "calls/*"):
        with pytest.raises(InputError, match="calls: not readable by this user"):
            read(source)


# Verbs ----------------------------------------------------------------------------------------------------------------

#: Verbs that take folders; those that take patterns too are `SEVERAL`.
FOLDER = SEVERAL | {
    "normalize": ["normalize", "-c", "Target No"],
    "explain": ["explain", "-c", "Target No"],
}


@pytest.fixture
def calls() -> Path:
    Path("list.txt").write_text("9812345678\n")
    for n, name in enumerate(("calls/a.csv", "calls/b.csv/part-0", "elsewhere/c.csv")):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(CALLS.format(n))
    return Path("calls")


@needs_links
@pytest.mark.parametrize("source", ["calls", "calls/*"])
@pytest.mark.parametrize("verb", FOLDER)
def test_every_verb_reads_all_files_of_a_folder(
    verb: str, source: str, calls: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (calls / "more").symlink_to(Path("elsewhere").absolute())
    if verb not in SEVERAL and source != "calls":
        pytest.skip("takes no pattern")
    output = [] if verb == "expand" else ["-o", "out.csv"]
    assert run([*FOLDER[verb], source, "--json", *output]) == 0, capfd.readouterr().err
    counts = json.loads(capfd.readouterr().out)
    assert counts["rows_read"] == 3


@needs_links
@pytest.mark.parametrize("verb", FOLDER)
def test_every_verb_says_that_a_link_leads_to_nothing(
    verb: str, calls: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (calls / "d.csv").symlink_to("none.csv")
    assert run([*FOLDER[verb], "calls"]) == 3
    assert "d.csv: there is no such file" in capfd.readouterr().err


@needs_posix
@pytest.mark.parametrize("verb", FOLDER)
def test_every_verb_says_that_a_folder_cannot_be_read(
    verb: str, calls: Path, capfd: pytest.CaptureFixture[str], as_another_user: Callable[[Path], None]
) -> None:
    Path.cwd().chmod(0o777)
    as_another_user(calls / "b.csv")
    assert run([*FOLDER[verb], "calls"]) == 3
    assert "b.csv: not readable by this user" in capfd.readouterr().err


@needs_links
def test_a_folder_of_lists_is_read_as_a_whole() -> None:
    for n, name in enumerate(("lists/a.txt", "elsewhere/b.txt", "lists/c/d.txt")):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(f"msisdn\n987654320{n}\n")
    Path("lists/more").symlink_to(Path("elsewhere").absolute())
    assert len(ng.read_numbers("lists").keys) == len(ng.read_numbers("lists/*").keys) == 3
    Path("lists/e.txt").symlink_to("none.txt")
    for source in ("lists", "lists/*"):
        with pytest.raises(FileMissingError, match=r"e\.txt: there is no such file"):
            ng.read_numbers(source)


@needs_links
def test_bad_files_of_a_folder_are_skipped_on_the_command_line(calls: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (calls / "d.csv").symlink_to("none.csv")
    assert run([*SEVERAL["scan"], "calls", "--skip-bad-files", "-o", "out.csv"]) == 0
    assert "d.csv: there is no such file" in capfd.readouterr().err


# Names of directories -------------------------------------------------------------------------------------------------


def test_a_directory_of_rows_without_a_value_gives_null() -> None:
    put("g/day=__HIVE_DEFAULT_PARTITION__/a.parquet", "g/day=1/b.parquet")
    for options in ({}, {"all_rows": True}):
        hits = ng.scan("g", {"mobile": LISTED}, **options).read_all()  # type: ignore[arg-type]
        assert hits["day"].to_pylist() == ["1", None]
        assert hits.schema.field("day").type == pa.string()
    assert [batch.data["day"].to_pylist() for batch in open_source("g").batches(["day"])] == [["1"], [None]]
    assert open_source("g").parts[1].schema().field("day").type == pa.string()


@pytest.mark.parametrize("options", [{}, {"all_rows": True}, {"columns": ["mobile_match"]}])
def test_a_directory_that_gives_the_name_of_a_match(options: dict[str, object]) -> None:
    put("g/mobile_match=1/a.parquet")
    with pytest.raises(ColumnError, match=r"a\.parquet: its directories give a column 'mobile_match'"):
        ng.scan("g", {"mobile": LISTED}, **options)  # type: ignore[arg-type]
    hits = ng.scan("g", {"mobile": LISTED}, columns=["file"]).read_all()
    assert hits.column_names == ["file", "mobile_match"]


def test_directories_that_give_one_column_twice() -> None:
    put("g/day=1/day=2/a.parquet", "g/day=3/day=3/b.parquet")
    with pytest.raises(ColumnError, match=r"day=1.day=2.a\.parquet: two of its directories give the column 'day'"):
        read("g")
    scan = ng.scan("g", {"mobile": LISTED}, on_error="skip")
    assert scan.read_all()["day"].to_pylist() == ["3"]
    assert len(scan.summary.skipped) == 1


def test_files_below_a_folder_are_in_the_order_of_their_names() -> None:
    put("g/b/c.csv", "g/a.csv", "g/b.csv", "g/a/z.csv", "g/_x/y.csv", "g/_z.csv")
    assert [path.as_posix() for path in files_below([Path("g")])[Path("g")]] == [
        "g/_z.csv", "g/a/z.csv", "g/a.csv", "g/b/c.csv", "g/b.csv",
    ]  # fmt: skip


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_no_verb_reads_numbers_or_handsets_from_the_names_of_folders(
    ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`scan` refused what `expand`, `changes` and `common` read."""
    folder = Path("calls/mobile=9876543210")
    folder.mkdir(parents=True)
    seen = pa.table({"imei": ["35824005111111"], "at": ["2026-06-01 10:00:00"]})
    (pq.write_table if ending == "parquet" else pyarrow.csv.write_csv)(seen, folder / f"a.{ending}")
    why = "no column 'mobile' in the file: the names of its directories give it, and are not read"
    names = {"msisdn": "mobile", "imei": "imei"}
    calls: list[Callable[[], object]] = [
        lambda: ng.scan("calls", {"mobile": LISTED}),
        lambda: ng.expand(["9876543210"], "calls", **names),
        lambda: ng.changes("calls", **names),
        lambda: ng.common(["calls", seen.append_column("mobile", [["9876543210"]])], **names),
        lambda: ng.common(["calls", seen.append_column("mobile", [["9876543210"]])], by="imei14", **names),
    ]
    for call in calls:
        with pytest.raises(ColumnError, match=why):
            call()
    for verb in ("normalize", "explain"):
        assert run([verb, "calls", "--column", "mobile"]) == 3
        assert why in capsys.readouterr().err
