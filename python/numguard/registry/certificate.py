"""The content of the certificate of an export, and whether files are still those that were recorded.

Owns which files an export is based on. Independent of pages and SQL. One idea: a file is identified by its SHA-256, not
by its name or folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from numguard.errors import ArgumentError, InputError
from numguard.indian_time import local
from numguard.registry.case import Case
from numguard.registry.inputs import fingerprint_file

__all__ = ["certified", "compared"]


def certified(case: Case, export: int) -> dict[str, Any]:
    """The content of the certificate of an export.

    Raises:
        ArgumentError: There is no such export here.
        DamagedError: The log differs from what was recorded.
    """
    found = case.store.export_of(export) if not isinstance(export, bool) else None
    if found is None:
        raise ArgumentError("export: takes the number of an export of this registry")
    case.store.verify()
    who = case.store.events(pa.array([export])).to_pylist()[0]
    at = local(who["at"])
    return found | {
        "export": export,
        "registry": case.store.id,
        "at": at.strftime("%d %B %Y, %H:%M IST"),
        "by": who["actor"],
        "inputs": case.store.inputs(found["as_of"]).to_pylist(),
    }


def compared(case: Case, export: int, folder: Path) -> list[dict[str, str]]:
    """Each file of an export, and whether `folder` has the same file, a different one of its name, or none.

    Several desks may send files of one name, and a file may be renamed later: a file with the recorded size and SHA-256
    is the same, under any name.

    Raises:
        ArgumentError: There is no such export here.
        InputError: There is no such folder.
    """
    content = certified(case, export)
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder")
    wanted = [{name: content[name] for name in ("name", "bytes", "sha256")}, *content["inputs"]]
    there = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    sizes = {file["bytes"] for file in wanted}
    digests = {fingerprint_file(path)[1] for path in there if path.stat().st_size in sizes}
    names = {path.name for path in there}

    def state(file: dict[str, Any]) -> str:
        if not file["sha256"]:
            return "no hash was kept"
        if file["sha256"] in digests:
            return "the same"
        return "differs" if Path(file["name"]).name in names else "is not there"

    return [{"name": file["name"], "state": state(file)} for file in wanted]
