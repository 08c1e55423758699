"""The manifest beside a list, and whether the list is still what its manifest describes.

Owns the name of a manifest and the comparison. Independent of what is in a list. One idea: **a list that was cut at
the end of a line looks like a whole one**, and so does one of which a part is missing; only manifests show it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from numguard.errors import FileError
from numguard.system import is_shortage

MANIFEST: Final = ".manifest.json"
#: The end of the name of the file that names the files of a list in several, each with its SHA-256.
SUMS: Final = ".sha256"


def manifest_path(path: Path) -> Path:
    """The path of the manifest of a list."""
    return path.with_name(path.name + MANIFEST)


def has_manifest(path: Path) -> bool:
    """Whether there is a file with a manifest at a path: a list that is not to be replaced."""
    try:
        return path.is_file() and manifest_path(path).exists()
    except OSError:  # a name that is too long for a file
        return False


def is_of_list(path: Path) -> bool:
    """Whether a file is a list with its manifest, a manifest or its checksums, which an export may replace."""
    return path.name.endswith((MANIFEST, SUMS)) or has_manifest(path)


def manifest_of(path: Path) -> dict[str, Any]:
    """The manifest beside a file; empty if there is none that can be read."""
    try:
        manifest = json.loads(manifest_path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        _check_shortage(path, error)
        return {}
    return manifest if isinstance(manifest, dict) else {}


def changes_among(files: Iterable[str]) -> list[str]:
    """A sentence for each of the files that has only what changed, as its manifest says."""
    return [
        f"{file}: has only what changed since an earlier list: numbers that did not change are not in it"
        for file in dict.fromkeys(files)
        if str(_manifest_naming(Path(file)).get("list", "")).endswith("delta")
    ]


def unlike_manifests(files: Iterable[str]) -> list[str]:
    """What the manifests beside the files of one list say against them, a sentence each.

    A file without a manifest of its own beside it says nothing.
    """
    found = []
    parts: dict[tuple[int, str, int], set[int]] = {}
    for file in dict.fromkeys(files):
        manifest = _manifest_naming(Path(file))
        if not manifest:
            continue
        if manifest["sha256"] != _sha256(Path(file)):
            found.append(f"{file}: is not what its manifest describes: it was changed, or cut short")
        export, part, count = (manifest.get(name) for name in ("export", "part", "parts"))
        if isinstance(export, int) and isinstance(part, int) and isinstance(count, int):
            parts.setdefault((export, str(manifest.get("district")), count), set()).add(part)
    for (export, _, count), present in parts.items():
        if len(present) != count:
            found.append(f"only {len(present)} of the {count} parts of the list of export {export} were read")
    return found


def _manifest_naming(path: Path) -> dict[str, Any]:
    """The manifest beside a file; empty if there is none that names it."""
    manifest = manifest_of(path)
    return manifest if manifest.get("file") == path.name and "sha256" in manifest else {}


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        _check_shortage(path, error)
        return None


def _check_shortage(path: Path, error: Exception) -> None:
    """Raises FileError where too many files are open: there may be a manifest, which says what the list is."""
    if isinstance(error, OSError) and is_shortage(error):
        raise FileError(f"{path}: cannot be read ({error.strerror})") from None
