"""`numguard backup`: a copy of a registry's file that is whole."""

from __future__ import annotations

from pathlib import Path

import click

from numguard.cli import options
from numguard.cli.verb import Verb


@click.command(cls=Verb)
@click.argument("path", type=options.FILE)
@options.registry
@options.as_json
def backup(path: Path, registry_path: str, *, as_json: bool) -> None:
    """Write a copy of the registry to PATH, and verify the copy.

    Others may go on writing meanwhile. To restore it, put it where the registry was, with no file of the old one
    (`-wal`, `-shm`) beside it.

    \b
      numguard backup cases-2026-11-25.db --registry cases.db
    """
    with options.open_registry(registry_path, "backup") as registry:
        seal = registry.backup(path)
    if as_json:
        options.say_json(seal._asdict())
    else:
        options.say(f"{path}: {options.count(seal.events, 'event')}; digest {seal.digest or 'of nothing'}")
