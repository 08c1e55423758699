"""The content of the certificate of an export, and whether files are still those that were recorded.

Owns which files an export is based on. Independent of pages and SQL. One idea: a file is identified by its SHA-256, not
by its name or folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from pathlib import Path
from typing import Any

import pyarrow as pa

from numguard.errors import ArgumentError, InputError
from numguard.files.manifest import MANIFEST, SUMS, manifest_of
from numguard.indian_time import local
from numguard.registry.case import Case
from numguard.registry.log.inputs import fingerprint_file
from numguard.types import is_whole


def certified(case: Case, export: int) -> dict[str, Any]:
    """The content of the certificate of an export."""
    found = case.store.export_of(export) if is_whole(export, 1) else None
    if found is None:
        raise ArgumentError("export: takes the number of an export of this registry, as in the manifest of the list")
    case.store.verify()
    who = case.store.events(pa.array([export])).to_pylist()[0]
    at = local(who["at"])
    return found | {
        "export": export,
        "registry": case.store.id,
        "at": at.strftime("%d %B %Y, %H:%M IST"),
        "by": who["actor"],
        "parts": found["name"].endswith(SUMS),
        "inputs": case.inputs(found["as_of"], found["since"], case.store.released_by(export)).to_pylist(),
    }


def compared(case: Case, export: int, folder: Path) -> list[dict[str, str]]:
    """Each file of an export, and whether `folder` has the same file, a different one of its name, or none.

    Of a list in several files, the file of their hashes is on record, and each file that it names is compared with it.

    Several desks may send files of one name, and a file may be renamed later: a file with the recorded size and SHA-256
    is the same, under any name that no other content has; `found` is its path in the folder.

    The manifest of the list has the digest of the log as it was sent. If the log has another one, something before the
    export was changed since, or the manifest was.
    """
    content = certified(case, export)
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder")
    there = _There(folder)
    listed = {name: content[name] for name in ("name", "bytes", "sha256")}
    parts = _parts(listed, there) if content["parts"] else []
    recorded = [listed, *parts, *content["inputs"]]
    hashes = {file["sha256"] for file in recorded}
    files = [{"name": file["name"], **there.state(file, hashes)} for file in recorded]
    log = {"registry": case.store.id, "log_digest": case.store.digest_of(export - 1)}
    for path, manifest in there.manifests(export, {file["sha256"] for file in (listed, *parts)}):
        if any(name in manifest and manifest[name] != value for name, value in log.items()):
            files.append({"name": path.name, "state": "has another digest of the log", "found": there.place(path)})
    return files


def _parts(listed: dict[str, Any], there: _There) -> list[dict[str, Any]]:
    """The files of a list in several files, by the file of their hashes, if it is the one on record."""
    sums = there.find(listed)
    if sums is None:
        return []
    pairs = (line.partition("  ") for line in sums.read_text(encoding="utf-8").splitlines())
    return [{"name": name, "bytes": None, "sha256": sha256} for sha256, _, name in pairs]


class _There:
    """The files below a folder, each read once, and only if it may be one that is looked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sizes = {path: path.stat().st_size for path in sorted(folder.rglob("*")) if path.is_file()}
        self._digests: dict[Path, str] = {}

    def find(self, file: dict[str, Any]) -> Path | None:
        """A file with that content: of its name, or of another."""
        name = Path(file["name"]).name
        for path in sorted(self._sizes, key=lambda path: path.name != name):
            if file["bytes"] in (None, self._sizes[path]) and self._digest(path) == file["sha256"]:
                return path
        return None

    def state(self, file: dict[str, Any], recorded: Set[str]) -> dict[str, str]:
        """Whether a file of that content is there, in a word of `Queries.check_certificate`, and where.

        A copy under another name does not stand for a file of the name that has another content, unless that is one of
        the `recorded` ones, as of two files of one name.
        """
        if not file["sha256"]:
            return {"state": "no hash was kept", "found": ""}
        path, name = self.find(file), Path(file["name"]).name
        found = "" if path is None else self.place(path)
        of_name = [one for one in self._sizes if one.name == name]
        differs = bool(of_name) and path is None
        if path is not None and path.name != name:
            differs = any(self._digest(one) not in recorded for one in of_name)
        return {"state": "differs" if differs else "the same" if found else "is not there", "found": found}

    def place(self, path: Path) -> str:
        """The path of a file in the folder."""
        return path.relative_to(self._folder).as_posix()

    def manifests(self, export: int, hashes: set[str]) -> Iterator[tuple[Path, dict[str, Any]]]:
        """The manifests of an export that are of files with the `hashes`."""
        for path in self._sizes:
            if path.name.endswith(MANIFEST):
                manifest = manifest_of(path.with_name(path.name.removesuffix(MANIFEST)))
                if manifest.get("export") == export and manifest.get("sha256") in hashes:
                    yield path, manifest

    def _digest(self, path: Path) -> str:
        if path not in self._digests:
            self._digests[path] = fingerprint_file(path)[1]
        return self._digests[path]
