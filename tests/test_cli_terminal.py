"""What a file has in its cells and headings moves no cursor of a terminal."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from numguard.cli import run

pytestmark = pytest.mark.usefixtures("desk")

HIDES = "\x1b[1A\x1b[2K\x9b2K\r"


class Terminal(io.TextIOWrapper):
    """A stream that is a terminal, and keeps what was written to it."""

    def __init__(self) -> None:
        self.kept = io.BytesIO()
        super().__init__(self.kept, encoding="utf-8", newline="")

    def isatty(self) -> bool:
        return True

    @property
    def shown(self) -> str:
        self.flush()
        return self.kept.getvalue().decode()


def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal in place of both streams; called in a test, as pytest has streams of its own before it."""
    screen = Terminal()
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, screen)
    return screen


def moves(shown: str) -> list[str]:
    return [char for char in shown if not char.isprintable() and char not in "\n\ufffd"]


def test_a_cell_hides_no_row_above_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """`review` and `history` showed cells as they were: one could take the row of another number off the screen."""
    screen = terminal(monkeypatch)
    rows = "1,1930,Nuh,9876500001 wife\n" + f'2,1930,"Nuh{HIDES}","9123456789 shop{HIDES}"\n'
    Path("desk.csv").write_text("acknowledgement_no,source,district,suspect_mobiles\n" + rows, newline="")
    assert run(["complaints", "add", "desk.csv"]) == 0
    for verb in (["review"], ["history", "9123456789"], ["explain", "desk.csv", "-c", "suspect_mobiles"]):
        assert run(verb) == 0
    assert moves(screen.shown) == []
    assert screen.shown.count("shop\ufffd[1A\ufffd[2K\ufffd2K") == 2


def test_headings_and_names_move_no_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = terminal(monkeypatch)
    Path("desk.csv").write_text(f"Ack No,Suspect Mobile,Beat{HIDES}\n1,9876500001,x\n", newline="")
    assert run(["complaints", "add", "desk.csv", "--set", "source=1930", "--dry-run"]) == 0
    assert run(["normalize", "desk.csv", "-c", "Suspect Mobile"]) == 0
    assert run(["normalize", f"{HIDES}.csv", "-c", "Suspect Mobile"]) == 3
    assert moves(screen.shown) == []
    assert "\ufffd2K" in screen.shown


def test_a_pipe_has_the_cells_as_they_are(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    Path("a.csv").write_text("mobile,beat\n9876500001,\x1b[2K\n", newline="")
    assert run(["normalize", "a.csv", "-c", "mobile"]) == 0
    assert b"\x1b[2K" in capfdbinary.readouterr().out


@pytest.mark.parametrize("name", ["a\nb.csv", "a\u202eb.csv", "a\u2028b.csv", "a\u2066b.csv"])
def test_a_name_of_a_file_makes_no_second_line_and_turns_no_text(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    Path(name).write_text("acknowledgement_no,source,suspect_mobiles\n1,1930,9876500001\n")
    assert run(["complaints", "add", name]) == 0
    assert capfd.readouterr().err.startswith("a\ufffdb.csv: 1 complaint added")
    assert run(["export", "e.csv", "--to", "DoT"]) == 0
    capfd.readouterr()
    assert run(["certificate", "--export", "2", "--check", "."]) == 0
    assert capfd.readouterr().err == "e.csv: the same\na\ufffdb.csv: the same\n"
    assert run(["list", "-o", name]) == 2
    printed = capfd.readouterr().err
    assert moves(printed) == []
    assert printed.count("\n") == 1


def test_a_summary_of_call_records_has_a_line_for_each_name(capfd: pytest.CaptureFixture[str]) -> None:
    Path("a\nb.csv").write_text("a_party,imei,when\n9876500001,490154203237518,2026-06-01 08:00:00\n")
    roles = [word for pair in ("a_party=served", "imei=imei", "when=at") for word in ("--map", pair)]
    assert run(["cdr", "read", "a\nb.csv", "-o", "s.csv", *roles]) == 0
    assert capfd.readouterr().err.splitlines()[0] == "a\ufffdb.csv"
