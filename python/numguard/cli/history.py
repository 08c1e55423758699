"""`numguard history`: everything that ever happened to a number."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from numguard.cli import account, options
from numguard.cli.verb import Verb
from numguard.errors import InputError
from numguard.files.page import is_page


@click.command(cls=Verb)
@click.argument("number")
@options.registry
@options.as_of
@options.output_or_page
def history(number: str, registry_path: str, as_of: date | None, output: Path | None) -> None:
    """Show the history of NUMBER: who did what, when and why.

    `-` reads the number from stdin: an argument can be read by other users of the machine while the command runs. A
    page is to be printed, and has the SHA-256 of every file.

    \b
      echo 9876543210 | numguard history - --registry cases.db
      echo 9876543210 | numguard history - --registry cases.db --as-of 2026-09-30 -o history.html
    """
    account.check_files([registry_path], {"--output": output}, pages=["--output"])
    if number == "-":
        number = _number_of(sys.stdin.buffer.read())
    page = is_page(output)
    with options.open_registry(registry_path) as registry:
        history = registry.history(number, as_of=as_of)
        if page and output is not None:
            registry.history_page(output, number, as_of=as_of)
            options.say(f"{output}: written; the number is shown in full")
    if not len(history):
        when = f" on {as_of.isoformat()}" if as_of else ""
        options.say(f"the registry has nothing about the number{when}; is it the right registry, and the right number?")
    if not page:
        options.write_or_show(history, output)


def _number_of(written: bytes) -> str:
    """The one number of standard input."""
    try:
        lines = [line.strip() for line in written.decode("utf-8-sig").splitlines() if line.strip()]
    except UnicodeDecodeError:
        raise InputError("-: standard input is no text in UTF-8: write the number in it") from None
    if len(lines) != 1:
        raise InputError(f"-: standard input has {options.count(len(lines), 'line')}, and takes one number at a time")
    return lines[0]
