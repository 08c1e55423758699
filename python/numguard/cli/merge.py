"""`numguard merge`: what desks that work apart have recorded, into one registry."""

from __future__ import annotations

from pathlib import Path

import click

from numguard.cli import account, options

__all__ = ["merge"]


@click.command()
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
    """Merge what the registries OTHERS have recorded, with who, when, why and from which file.

    OTHERS stay as they are, and may be of an older numguard. The same again changes nothing, and it makes no difference
    in which order or direction registries are merged: once they have the same events, lists, histories and reports are
    equal byte for byte. Where desks differ, a rule decides which side holds, and --contradictions lists each case.

    \b
      numguard merge desk12.db desk14.db --registry state.db --by "SI State"
      numguard merge desk12.db --registry state.db --by "SI State" --contradictions apart.csv
    """
    from numguard.files.outgoing import write_private
    from numguard.registry import Registry

    account.check_files([registry_path], {"--contradictions": path}, sources=others)
    with Registry(registry_path, by=by) as registry:
        merges = [registry.merge(other, reason=reason) for other in others]
        met = registry.contradictions()
    if path is not None:
        write_private(met, path)
    if as_json:
        merged = [
            {"file": other, "id": one.id, "registry": one.registry, "events": one.events}
            | {"contradictions": one.contradictions.num_rows}
            for other, one in zip(others, merges, strict=True)
        ]
        options.say_json({"merged": merged, "contradictions": met.num_rows})
        return
    for other, one in zip(others, merges, strict=True):
        if one.id is None:
            options.say(f"{other}: nothing new")
            continue
        options.say(
            f"{other}: {options.count(one.events, 'event')} of registry {one.registry} added; "
            f"{options.count(one.contradictions.num_rows, 'contradiction')}; event {one.id}"
        )
        for row in one.contradictions.group_by(["kind", "sentence"]).aggregate([([], "count_all")]).to_pylist():
            options.say(f"  {options.count(row['count_all'], row['kind'])} apart. {row['sentence']}")
