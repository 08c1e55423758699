"""The tables of a registry: created where there are none, and migrated to the current schema.

Owns the schema's version and its steps, which are the files in `schema`. Independent of facts. One idea: a step is done
whole or not at all, one process at a time, and none is ever undone.
"""

# Queries are composed of constants of this file alone.
# ruff: noqa: S608

from __future__ import annotations

from importlib import resources

from numguard.errors import RegistryError
from numguard.registry.log.dialect import Dialect
from numguard.registry.log.verifying import seal_what_is_not


def migrate(dialect: Dialect, *, whole: bool = False) -> None:
    """Migrates the tables to the current schema; where there are none, creates them, unless the store must be `whole`.

    Events from before there were digests get them in the same transaction.
    """
    steps = _steps()
    version = _version(dialect)
    if version == len(steps):
        return
    if version == 0 and whole:
        raise RegistryError(f"{dialect.name}: holds no registry; restore it from a backup, or remove it")
    if version > len(steps):
        raise RegistryError(
            f"{dialect.name}: written by a newer numguard (schema {version}, this one knows {len(steps)}); "
            "upgrade numguard to open it"
        )
    dialect.begin_to_build()
    try:
        version = _version(dialect)
        if version == 0:
            dialect.refuse_to_build()
        for text in steps[version:]:
            for statement in _statements(text):
                dialect.execute(statement)
        dialect.execute(f"UPDATE head SET schema_version = {len(steps)}")
        seal_what_is_not(dialect)
        dialect.commit()
    except BaseException:
        dialect.rollback()
        raise


def is_built(dialect: Dialect) -> bool:
    """Whether there is a registry, of any version."""
    return _version(dialect) > 0


def is_current(dialect: Dialect) -> bool:
    """Whether the schema is the current one, or newer."""
    return _version(dialect) >= len(_steps())


def _steps() -> list[str]:
    folder = resources.files(__package__) / "schema"
    files = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return [entry.read_text(encoding="utf-8") for entry in sorted(files, key=lambda entry: entry.name)]


def _version(dialect: Dialect) -> int:
    if not dialect.has_registry():
        return 0
    rows = dialect.fetch("SELECT schema_version FROM head").column(0).to_pylist()
    # SQLite keeps the type of a value beside it: where bits turned, an integer column holds anything.
    if len(rows) != 1 or not isinstance(rows[0], int) or rows[0] < 1:
        dialect.damaged()
    return int(rows[0])


def _statements(text: str) -> list[str]:
    """The statements of a schema file: a driver runs only the first of a string."""
    bare = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return [statement.strip() for statement in bare.split(";") if statement.strip()]
