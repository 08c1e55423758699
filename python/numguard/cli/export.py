"""`numguard export`: the block list out, and on record."""

from __future__ import annotations

from pathlib import Path

import click

from numguard.cli import options

__all__ = ["export"]


@click.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@options.registry
@options.by
@click.option("--to", "receiver", required=True, help="Who gets it: DoT, an operator, a bank.")
@click.option("--district", help="Only the numbers of this district.")
@click.option("--since-last", is_flag=True, help="Only what has changed since the last export to the same receiver.")
def export(path: Path, registry_path: str, by: str, receiver: str, district: str | None, since_last: bool) -> None:
    """Write the block list to PATH, with a manifest beside it, and record that it went out.

    Reported numbers are to be blocked, linked ones to be re-verified; the column `action` says which.

    \b
      numguard export block.csv --registry cases.db --by "HC 1234" --to DoT
      numguard export delta.csv --registry cases.db --by "HC 1234" --to DoT --since-last
    """
    import pyarrow as pa

    from numguard.registry import Registry

    since = "last" if since_last else None
    with Registry(options.existing_registry(registry_path), by=by) as registry:
        listed = registry.export(path, to=receiver, since=since, district=district)
    rows = pa.table(listed)
    actions = options.counted(rows["action"])
    said = ", ".join(f"{count:,} to {action}" for action, count in sorted(actions.items())) or "nothing"
    options.say(f"{path}: {said}")
