"""`numguard verify`: whether a registry holds what was recorded."""

from __future__ import annotations

import click

from numguard.cli import options
from numguard.cli.verb import Verb


@click.command(cls=Verb)
@options.registry
@click.option("--event", type=click.IntRange(1), help="Print the digest of the events up to this one.")
@options.as_json
def verify(registry_path: str, *, event: int | None, as_json: bool) -> None:
    """Read the whole record again and compare it with its digests.

    They were made when it was written. The last event and its digest stand for all before; noted elsewhere, they show
    later that nothing was changed: with --event, the digest of an earlier event is printed, to be compared with the one
    that was noted then. The manifest of an exported list has the digest of the events before the export (`log_digest`).

    \b
      numguard verify --registry cases.db
      numguard verify --registry cases.db --event 7
    """
    with options.open_registry(registry_path, "verify") as registry:
        seal = registry.verify(event=event)
    if as_json:
        options.say_json(seal._asdict())
    else:
        options.say(f"{options.count(seal.events, 'event')}, as recorded; digest {seal.digest or 'of nothing'}")
