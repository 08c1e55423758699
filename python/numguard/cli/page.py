"""How a long run looks in a terminal: headings, lines, tables, and steps that take a while.

Owns the look, twice: with `rich` on a terminal that has it, and as plain aligned text everywhere else. Independent of
what it shows. Both say the same words.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final, Protocol, TextIO

_WIDEST: Final = 110


#: What was counted, how many (or a figure as text), and a remark.
Fact = tuple[str, int | str, str]


class Page(Protocol):
    """What can be put on a page."""

    def title(self, text: str, under: str) -> None:
        """The name of the whole run, and a line under it."""

    def heading(self, text: str) -> None:
        """Begins a part."""

    def line(self, text: str, mark: str = "") -> None:
        """A line of text; `mark` is "" or "good" or "bad"."""

    def facts(self, rows: Sequence[Fact]) -> None:
        """Facts under each other."""

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], *, total: bool = False) -> None:
        """A table; columns whose name starts with `<` are text, all others numbers. `total` sets the last row off."""

    def step(self, text: str) -> AbstractContextManager[Callable[[str], None]]:
        """Something that takes a while: shown while it runs, with its time when it is done.

        Returns a function that reports progress.
        """


def open_page(out: TextIO) -> Page:
    """The page that `out` can show: plain unless it is a terminal and `rich` is installed."""
    plain = not out.isatty() or os.environ.get("TERM") == "dumb" or importlib.util.find_spec("rich") is None
    return _Plain(out) if plain else _Rich(out)


def _wrapped(text: str, width: int) -> list[str]:
    """The lines of a text; those of a point of a list hang under its words."""
    return textwrap.wrap(text, width, subsequent_indent="  " if text.startswith("- ") else "") or [""]


def _figure(count: int | str) -> str:
    return f"{count:,}" if isinstance(count, int) else count


def _is_text(column: str) -> bool:
    return column.startswith("<")


class _Plain:
    """Aligned text, no colour, no movement: for files, pipes and screen readers."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)

    def _put(self, text: str = "") -> None:
        self._out.write(text.rstrip() + "\n")
        self._out.flush()

    def title(self, text: str, under: str) -> None:
        self._put(text)
        self._put(under)

    def heading(self, text: str) -> None:
        self._put()
        self._put(text)
        self._put("-" * len(text))

    def line(self, text: str, mark: str = "") -> None:
        sign = {"good": "  ok      ", "bad": "  NOT SO  "}.get(mark, "  ")
        for part in _wrapped(text, self._width - len(sign)):
            self._put(sign + part)
            sign = " " * len(sign)

    def facts(self, rows: Sequence[Fact]) -> None:
        written = [(name, _figure(count), remark) for name, count, remark in rows]
        wide, digits = (max(len(row[k]) for row in written) for k in (0, 1))
        for name, count, remark in written:
            self._put(f"  {name:{wide}}  {count:>{digits}}  {remark}")

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], *, total: bool = False) -> None:
        heads = [column.lstrip("<") for column in columns]
        widths = [max(map(len, cells)) for cells in zip(heads, *rows, strict=True)]
        text = [_is_text(column) for column in columns]

        def put(cells: Sequence[str]) -> None:
            parts = (f"{c:{'<' if t else '>'}{w}}" for c, w, t in zip(cells, widths, text, strict=True))
            self._put("  " + "  ".join(parts))

        put(heads)
        self._put("  " + "  ".join("-" * width for width in widths))
        for k, row in enumerate(rows):
            if total and k == len(rows) - 1:
                self._put("  " + "  ".join("-" * width for width in widths))
            put(row)

    @contextmanager
    def step(self, text: str) -> Iterator[Callable[[str], None]]:
        begin = time.perf_counter()
        yield lambda _: None
        self._put(f"  {text}: {time.perf_counter() - begin:.1f} s")


class _Rich:
    """The same in colour, with a spinner for what takes a while."""

    def __init__(self, out: TextIO) -> None:
        from rich.console import Console

        self._console: Any = Console(file=out, highlight=False)
        self._console.width = min(self._console.width, _WIDEST)

    def _put(self, text: str, style: str = "") -> None:
        from rich.text import Text

        self._console.print(Text(text, style=style))

    def title(self, text: str, under: str) -> None:
        from rich.panel import Panel
        from rich.text import Text

        body = Text.assemble((text, "bold"), "\n", (under, "dim"))
        self._console.print(Panel(body, border_style="cyan", expand=False, padding=(0, 2)))

    def heading(self, text: str) -> None:
        from rich.rule import Rule
        from rich.text import Text

        self._console.print()
        self._console.print(Rule(Text(text, style="bold cyan"), align="left", style="cyan"))

    def line(self, text: str, mark: str = "") -> None:
        from rich.text import Text

        sign, style = {"good": ("  ✓ ", "bold green"), "bad": ("  ✗ ", "bold red")}.get(mark, ("  ", ""))
        for part in _wrapped(text, self._console.width - len(sign)):
            self._console.print(Text.assemble((sign, style), (part, "red" if mark == "bad" else "")))
            sign = " " * len(sign)

    def facts(self, rows: Sequence[Fact]) -> None:
        from rich.table import Table
        from rich.text import Text

        grid = Table.grid(padding=(0, 2))
        grid.add_column()
        grid.add_column()
        grid.add_column(justify="right")
        grid.add_column()
        for name, count, remark in rows:
            grid.add_row("", Text(name), Text(_figure(count), style="bold"), Text(remark, style="dim"))
        self._console.print(grid)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], *, total: bool = False) -> None:
        from rich import box
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, padding=(0, 1))
        for column in columns:
            table.add_column(column.lstrip("<"), justify="left" if _is_text(column) else "right")
        for k, row in enumerate(rows):
            last = total and k == len(rows) - 1
            if last:
                table.add_section()
            table.add_row(*[Text(cell) for cell in row], style="bold" if last else "")
        self._console.print(Padding(table, (0, 0, 0, 2)))

    @contextmanager
    def step(self, text: str) -> Iterator[Callable[[str], None]]:
        begin = time.perf_counter()
        with self._console.status(f"{text} …", spinner="dots") as status:
            yield lambda so_far: status.update(f"{text} … {so_far}")
        self._put(f"  {text}: {time.perf_counter() - begin:.1f} s", style="dim")
