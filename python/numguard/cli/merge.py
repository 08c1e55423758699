"""`numguard merge`: what desks that work apart have recorded, into one registry."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from numguard.cli import account, options
from numguard.cli.verb import Verb
from numguard.errors import FileMissingError, NumguardError

if TYPE_CHECKING:
    from numguard.registry import Merged


@click.command(cls=Verb)
@click.argument("others", nargs=-1, required=True)
@options.registry
@options.by
@click.option("--reason", default="", help="Why, or on what occasion; recorded.")
@click.option(
    "--contradictions",
    "path",
    type=options.FILE,
    help="Write every contradiction on record, with both sides and the rule, to this file.",
)
@options.as_json
def merge(others: tuple[str, ...], registry_path: str, by: str, reason: str, path: Path | None, as_json: bool) -> None:
    """Merge the events of OTHERS, the registries of other desks.

    Each keeps who, when, why and from which file. OTHERS stay as they are, and may be of an older numguard. The same
    again changes nothing, and it makes no difference in which order or direction registries are merged: once they have
    the same events, lists, histories and reports are equal byte for byte. Where desks differ, a rule decides which side
    holds, and --contradictions lists each case.

    \b
      numguard merge desk12.db desk14.db --registry state.db --by "SI State"
      numguard merge desk12.db --registry state.db --by "SI State" --contradictions apart.csv
    """
    from numguard.files.outgoing import write_private
    from numguard.registry import Registry
    from numguard.registry.log.address import is_file

    # Messages about files show their paths, and an address may hold a password.
    files = [other for other in others if is_file(other)]
    account.check_files([registry_path], {"--contradictions": path}, sources=files)
    _refuse_missing(others)
    merges: list[Merged] = []
    with Registry(registry_path, by=by) as registry:
        try:
            for other in others:
                merges.append(registry.merge(other, reason=reason))  # noqa: PERF401
        except NumguardError:
            # Those before the one that cannot be merged stay merged.
            _say(others, merges)
            raise
        met = registry.contradictions()
    summary = partial(_report, others, merges, met.num_rows, as_json=as_json)
    with options.about_recorded("each merge", summary):
        if path is not None:
            write_private(met, path)
    summary()


def _refuse_missing(others: Sequence[str]) -> None:
    """Raises an error for a registry that does not exist, before any is merged."""
    from numguard.registry.log.address import NO_REGISTRY, is_address, is_there, shown
    from numguard.registry.log.store import Store

    for other in others:
        if not is_there(other):
            raise FileMissingError(f"{other}: there is no such file; nothing was merged")
        if is_address(other):
            with closing(Store(other, unchanged=True)) as store:
                if not store.exists:
                    raise FileMissingError(f"{shown(other)}: {NO_REGISTRY}; nothing was merged")


def _report(others: Sequence[str], merges: Sequence[Merged], contradictions: int, *, as_json: bool) -> None:
    """What was merged."""
    if not as_json:
        _say(others, merges)
        return
    from numguard.registry.log.address import shown

    merged = [
        {"file": shown(other), "id": one.id, "registry": one.registry, "events": one.events}
        | {"contradictions": one.contradictions.num_rows, "protected": one.protected}
        for other, one in zip(others, merges, strict=True)
    ]
    options.say_json({"merged": merged, "contradictions": contradictions})


def _say(others: Sequence[str], merges: Sequence[Merged]) -> None:
    from numguard.registry.log.address import shown

    for other, one in zip(map(shown, others), merges, strict=False):
        if one.id is None:
            options.say(f"{other}: nothing new")
            continue
        options.say(
            f"{other}: {options.count(one.events, 'event')} of registry {one.registry} added; "
            f"{options.count(one.contradictions.num_rows, 'contradiction')}; event {one.id}"
        )
        for row in one.contradictions.group_by(["kind", "sentence"]).aggregate([([], "count_all")]).to_pylist():
            options.say(f"  {options.count(row['count_all'], row['kind'])} in contradiction. {row['sentence']}")
        if one.protected:
            options.say(
                f"  {options.count(one.protected, 'number')} in force at one desk and protected at the other: on no "
                "list; the next change releases what was sent"
            )
