"""`numguard history`: everything that ever happened to a number."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from numguard.cli import options

__all__ = ["history"]


@click.command()
@click.argument("number")
@options.registry
@options.output
def history(number: str, registry_path: str, output: Path | None) -> None:
    """Tell the story of NUMBER: who did what, when, why, and from which file. `-` reads the number from stdin.

    \b
      numguard history "98765 43210" --registry cases.db
    """
    from numguard.files.outgoing import shown, write_private
    from numguard.registry import Registry

    if number == "-":
        number = sys.stdin.readline().strip()
    with Registry(options.existing_registry(registry_path), by="reader") as registry:
        told = registry.history(number)
    # A history has what people wrote into complaints and decisions.
    if output is not None:
        write_private(told, output)
    else:
        options.write_table(shown(told), None)
