"""`numguard verify`: whether a registry holds what was recorded."""

from __future__ import annotations

import click

from numguard.cli import options

__all__ = ["verify"]


@click.command()
@options.registry
@options.as_json
def verify(registry_path: str, *, as_json: bool) -> None:
    """Read the whole record again and compare it with the digests that were made when it was written.

    The last event and its digest stand for all before; noted elsewhere, they show later that nothing was changed.

    \b
      numguard verify --registry cases.db
    """
    with options.open_registry(registry_path, "verify") as registry:
        seal = registry.verify()
    if as_json:
        options.say_json(seal._asdict())
    else:
        options.say(f"{options.count(seal.events, 'event')}, as recorded; digest {seal.digest or 'of nothing'}")
