"""No verb writes over an exported list, its manifest or a registry, and no list is empty by a misspelt action."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

import numguard as ng
from numguard.cli import run
from numguard.errors import ArgumentError
from row_files import workbook
from warm import NUMGUARD

SHEET = """acknowledgement_no,source,district,suspect_mobiles
1,1930,Rohtak,9876500001
2,1930,Nuh,9123456789
"""
#: Verbs with the file that they write, and the endings it may have.
VERBS = {
    "list": ("list -o", ".csv"),
    "history": ("history 9876500001 -o", ".csv .html"),
    "complaints list": ("complaints list -o", ".csv"),
    "complaints withdraw": ("complaints withdraw 1 --dry-run -o", ".csv"),
    "complaints add": ("complaints add desk.csv --refused", ".csv"),
    "mapping": ("complaints add desk.csv --save-mapping", ".csv .csv.manifest.json"),
    "review": ("review -o", ".csv"),
    "sheet": ("review --sheet", ".csv"),
    "atr": ("report --atr", ".csv"),
    "by day": ("report --by-day", ".csv"),
    "certificate": ("certificate --export 2", ".html"),
    "scan": ("scan desk.csv -c suspect_mobiles --numbers l.txt -o", ".csv"),
    "normalize": ("normalize desk.csv -c suspect_mobiles -o", ".csv"),
    "synth": ("synth cdr --rows 10", ".csv"),
    "merge": ("merge other.db --contradictions", ".csv"),
}


@pytest.fixture(autouse=True)
def _sent(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Path("desk.csv").write_text(SHEET)
    Path("l.txt").write_text("9876500001\n")
    assert run(["complaints", "add", "desk.csv"]) == 0
    shutil.copyfile("cases.db", "other.db")
    assert run(["export", "sent.csv", "--to", "DoT"]) == 0
    capfd.readouterr()


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_overwrites_evidence(verb: str, capfd: pytest.CaptureFixture[str]) -> None:
    command, endings = VERBS[verb]
    for ending in endings.split():
        for name in ("sent", "registry"):
            path = Path(name + ending)
            if name == "registry" and not ending.endswith(".json"):
                shutil.copyfile("cases.db", path)
            elif not path.exists():  # there is no list in .html, and no manifest of a registry
                continue
            before = path.read_bytes()
            assert run([*command.split(), str(path)]) == 2
            found = "is an exported list" if name == "sent" else "is a registry"
            assert found in capfd.readouterr().err
            assert path.read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="no modes of files")
@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in {"scan", "normalize", "synth"}])
def test_what_is_written_from_a_registry_is_its_owners_only(verb: str) -> None:
    command, endings = VERBS[verb]
    Path("desk.csv").write_text(f"{SHEET}3,1930,Nuh,12\n")
    before = os.umask(0)
    try:
        assert run([*command.split(), f"mine{endings.split()[0]}"]) == 0
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in Path().glob("mine*")} == {0o600}


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_a_list_replaces_no_registry(force: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    shutil.copyfile("cases.db", "cases.csv")
    before = Path("cases.csv").read_bytes()
    assert run(["export", "cases.csv", "--to", "DoT", *force]) == 2
    assert run(["export", "cases.csv", "--to", "DoT", "--registry", "cases.csv", *force]) == 2
    assert "is a registry" in capfd.readouterr().err
    assert Path("cases.csv").read_bytes() == before


def test_no_file_replaces_a_registry_from_python(tmp_path: Path) -> None:
    """Also not the registry itself, whose record would be gone."""
    path, page = tmp_path / "cases.csv", tmp_path / "cases.html"
    with ng.Registry(path, by="HC 1234") as registry:
        registry.decide(["9876500001"], "protected", "why")
        registry.backup(page)
        for write in (
            lambda: registry.export(path, to="DoT"),
            lambda: registry.export_handsets(path, to="CEIR"),
            lambda: registry.block_list().write(path),
            lambda: registry.report(page),
            lambda: registry.history_page(page, "9876500001"),
        ):
            with pytest.raises(ArgumentError, match="is a registry: write to another file"):
                write()
        assert registry.verify().events == 1
    assert ng.Registry(page).verify().events == 1


def test_the_registry_itself_is_not_overwritten(capfd: pytest.CaptureFixture[str]) -> None:
    Path("cases.db").rename("cases.csv")
    before = Path("cases.csv").read_bytes()
    for verb in ("list", "history 9876500001", "complaints list", "complaints withdraw 1 --dry-run"):
        assert run([*verb.split(), "--registry", "cases.csv", "-o", "cases.csv"]) == 2
        assert "is read by this call" in capfd.readouterr().err
    assert Path("cases.csv").read_bytes() == before


def test_other_files_are_replaced() -> None:
    for _ in range(2):
        assert run(["list", "-o", "list.csv"]) == 0
        assert run(["history", "9876500001", "-o", "history.html"]) == 0


@pytest.mark.parametrize(
    "verb", ["scan desk.csv -c suspect_mobiles --numbers sent.csv -o o.csv", "lists diff sent.csv sent.csv"]
)
def test_an_action_that_no_list_has_is_an_error(verb: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run([*verb.split(), "--action", "blcok"]) == 2
    assert "'blcok' is not one of 'block', 'reverify', 'release', 'none'" in capfd.readouterr().err
    assert run([*verb.split(), "--action", "Block"]) == 0
    assert "sent.csv: 2 numbers" in capfd.readouterr().err


@pytest.mark.parametrize("path", ["", "  "])
@pytest.mark.parametrize("option", ["--folder", "--graph"])
def test_an_empty_folder_is_not_the_current_one(option: str, path: str, capfd: pytest.CaptureFixture[str]) -> None:
    Path("calls.csv").write_text("MSISDN,IMEI\n9876500001,490154203237518\n")
    Path("seeds.csv").write_text("msisdn\n9876500001\n")
    before = sorted(Path().iterdir())
    assert run(["expand", "calls.csv", "--seeds", "seeds.csv", option, path]) == 2
    assert "the path is empty" in capfd.readouterr().err
    assert sorted(Path().iterdir()) == before


def test_a_loop_of_links_is_an_error_in_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    Path("loop.csv").symlink_to("loop.csv")
    for arguments in (
        ["normalize", "loop.csv"],
        ["scan", "desk.csv", "--numbers", "loop.csv", "-c", "suspect_mobiles"],
        ["complaints", "add", "loop.csv"],
    ):
        assert run(arguments) == 3
        error = capfd.readouterr().err
        assert error.startswith("numguard: loop.csv: ")
        assert error.count("\n") == 1


@pytest.mark.parametrize("verb", [*sorted(VERBS.keys() - {"scan", "normalize", "synth"}), "export"])
def test_no_verb_overwrites_a_file_that_the_registry_has_read(verb: str, capfd: pytest.CaptureFixture[str]) -> None:
    command, endings = VERBS.get(verb, ("export --force --to DoT", ".csv"))
    path = Path(f"kept{endings.split()[0]}")
    shutil.copyfile("desk.csv", path)
    assert run([*command.split(), str(path)]) == 2
    assert "read by event 1 of the registry" in capfd.readouterr().err
    assert path.read_text() == SHEET
    path.write_text(SHEET.replace("Nuh", "Jind"))
    # What is to be filled in replaces no file at all, and an export no other file than a list.
    assert run([*command.split(), str(path)]) == (2 if verb in {"certificate", "sheet", "export"} else 0)


@pytest.mark.parametrize(
    ("form", "part"), [("--by-district", "kept-Nuh.csv"), ("--rows-per-file 9", "kept-1-of-1.csv")]
)
def test_no_part_of_a_list_overwrites_a_file_that_the_registry_has_read(
    form: str, part: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Desks' sheets are often named as the parts of a list are, by district."""
    shutil.copyfile("desk.csv", part)
    there = {path.name for path in Path().iterdir()}
    assert run(["export", "kept.csv", "--to", "DoT", "--force", *form.split()]) == 2
    assert f"{part} was read by event 1 of the registry" in capfd.readouterr().err
    assert Path(part).read_text() == SHEET
    assert {path.name for path in Path().iterdir()} == there


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
@pytest.mark.parametrize(
    "verb",
    [
        "scan desk.csv -c suspect_mobiles --numbers P",
        "lists diff P desk.csv",
        "complaints add desk.csv --mapping P",
        "decide withdrawn --reason x --numbers P",
    ],
)
def test_no_verb_waits_for_a_pipe_without_a_writer(verb: str) -> None:
    os.mkfifo("pipe")
    arguments = ["pipe" if word == "P" else word for word in verb.split()]
    done = subprocess.run([*NUMGUARD, *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3
    assert "pipe: is a device or a pipe" in done.stderr


def test_a_limit_that_is_no_number_is_no_damage(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("book.xlsx").write_bytes(workbook([["mobile"], ["9876543210"]]))
    monkeypatch.setenv("NUMGUARD_MOST_CELLS", "many")
    assert run(["normalize", "book.xlsx"]) == 2
    assert "NUMGUARD_MOST_CELLS: takes a whole number" in capfd.readouterr().err


@pytest.mark.parametrize("json_too", [[], ["--json"]])
@pytest.mark.parametrize(
    "command",
    [
        "complaints add more.csv --refused", "complaints add more.csv --ended",
        "complaints add more.csv --save-mapping", "outcomes answers.csv --refused",
        "review --take filled.csv --refused", "merge other.db --contradictions",
        "expand seen.csv --refused", "expand seen.csv --ask",
    ],
)  # fmt: skip
def test_what_was_recorded_is_summed_up_where_a_file_about_it_cannot_be_written(
    command: str, json_too: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    if not Path("/sys").is_dir():
        pytest.skip("no file system that takes no files")
    Path("more.csv").write_text("acknowledgement_no,source,suspect_mobiles\n3,1930,98765 or 9123456780\n")
    Path("answers.csv").write_text("msisdn,status,happened_at\n9876500001,blocked,2026-09-01\n")
    Path("filled.csv").write_text("msisdn,decision,reason\n")
    Path("seen.csv").write_text("served_msisdn,imei14,at\n9876500001,490154203237518,2026-09-01 10:00:00\n")
    with ng.Registry("other.db", by="SI 1") as other:
        other.decide(["9123456789"], "protected", "bank")
    assert run([*command.split(), "/sys/none.csv", *json_too]) == 3
    printed = capfd.readouterr()
    assert "/sys/none.csv: cannot be written" in printed.err
    assert "recorded before that, and is summed up above" in printed.err
    assert json.loads(printed.out) if json_too else printed.err.count("\n") > 1


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("complaints add long.csv --refused refused.xlsx", "a spreadsheet cell holds"),
        ("expand seen.csv --graph chart --around around.csv", "not in the walk"),
    ],
)
def test_what_was_recorded_is_summed_up_after_any_error(
    command: str, why: str, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("long.csv").write_text(f"acknowledgement_no,source,suspect_mobiles\n4,1930,9123456781\n5,1930,{'x' * 40000}\n")
    Path("seen.csv").write_text("served_msisdn,imei14,at\n9876500001,490154203237518,2026-09-01 10:00:00\n")
    Path("around.csv").write_text("msisdn\n9812345670\n")
    assert run(command.split()) in {2, 3}
    printed = capfd.readouterr().err
    assert why in printed
    assert "recorded before that, and is summed up above" in printed
    assert printed.count("\n") > 1


@pytest.mark.parametrize("command", ["review --sheet", "certificate --export 2"])
def test_a_file_to_be_filled_in_is_not_replaced(command: str, capfd: pytest.CaptureFixture[str]) -> None:
    path = "filled.html" if command.startswith("certificate") else "filled.csv"
    assert run([*command.split(), path]) == 0
    Path(path).write_text("filled in")
    assert run([*command.split(), path]) == 2
    assert f"{path} exists, and may be filled in" in capfd.readouterr().err
    assert Path(path).read_text() == "filled in"


def test_a_confirmed_number_that_is_protected_from_the_start(capfd: pytest.CaptureFixture[str]) -> None:
    Path("checked.csv").write_text("msisdn\n18001234567\n9812345678\n")
    assert run(["decide", "confirmed", "--numbers", "checked.csv", "--reason", "checked"]) == 0
    printed = capfd.readouterr().err
    assert "1 of them: no record names it; it waits until it is accepted" in printed
    assert "1 of them: no record names it; protected as toll-free, a service's or a placeholder" in printed


def test_a_change_of_releases_alone_replaces_no_list(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(os.urandom(16).hex().encode())
        (tmp_path / name).chmod(0o600)
    export = ["export", "--to", "bank", "--key-file"]
    assert run([*export, "one", "s1.csv"]) == 0
    Path("off.csv").write_text("msisdn\n9123456789\n")
    assert run(["decide", "withdrawn", "--numbers", "off.csv", "--reason", "mistake"]) == 0
    assert run([*export, "two", "s2.csv"]) == run([*export, "two", "s3.csv", "--since-last"]) == 0
    capfd.readouterr()
    assert run([*export, "one", "s4.csv", "--since-last"]) == 0
    printed = capfd.readouterr().err
    assert "1 to release" in printed
    assert "this change has only the releases that are due under its key: it replaces no list" in printed
    assert "has the whole list" not in printed
