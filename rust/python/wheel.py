"""Adds the licences and the list of the linked crates to a wheel, and makes its bytes reproducible.

    python rust/python/wheel.py dist/*.whl

It changes wheels after maturin has built them. One idea: **the list is made from the lock file and the sources of the
crates**, so that it contains no path of the build machine and every build gives the same list. The list has the format
of CycloneDX 1.5 and is in the folder of PEP 770; the licences are in that of PEP 639.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
import tomllib
import uuid
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
#: The files of a crate with its licence.
TERMS = re.compile(r"(LICEN[CS]E|COPYING|NOTICE|UNLICENSE|COPYRIGHT)", re.IGNORECASE)
#: The date of all files in a wheel: the earliest one that a ZIP can hold.
WHEN = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Crate:
    """A crate that is linked into the wheel."""

    name: str
    version: str
    licence: str
    checksum: str | None
    folder: Path
    needs: tuple[str, ...]

    @property
    def url(self) -> str:
        """Its package URL (purl)."""
        return f"pkg:cargo/{self.name}@{self.version}"


def linked() -> list[Crate]:
    """The crates that are linked into the compiled module on any platform, without those for builds and tests."""
    command = ["cargo", "metadata", "--locked", "--format-version", "1"]
    metadata = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    checksums = {(one["name"], one["version"]): one.get("checksum") for one in lock}
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}

    def needs(package: str) -> list[str]:
        kinds = ((dep["pkg"], {kind["kind"] for kind in dep["dep_kinds"]}) for dep in nodes[package]["deps"])
        return [other for other, of in kinds if None in of and not is_macro(packages[other])]

    root = next(package for package in packages.values() if package["name"] == "numguard-python")
    found, waiting = {root["id"]}, [root["id"]]
    while waiting:
        for other in needs(waiting.pop()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return sorted(
        (
            Crate(
                name=package["name"],
                version=package["version"],
                licence=(package["license"] or "").replace("/", " OR "),
                checksum=checksums[package["name"], package["version"]],
                folder=Path(package["manifest_path"]).parent,
                needs=tuple(sorted(f"pkg:cargo/{packages[o]['name']}@{packages[o]['version']}" for o in needs(name))),
            )
            for name, package in packages.items()
            if name in found
        ),
        key=lambda crate: (crate.name, crate.version),
    )


def is_macro(package: dict[str, Any]) -> bool:
    """Whether a crate runs in the compiler and is not linked."""
    return any("proc-macro" in target["kind"] for target in package["targets"])


def notices(crates: list[Crate]) -> str:
    """The licence texts of all third-party crates, each text once."""
    texts: dict[str, list[str]] = defaultdict(list)
    for crate in crates:
        if crate.checksum is None:  # a crate of this workspace
            continue
        found = [path for path in sorted(crate.folder.iterdir()) if path.is_file() and TERMS.match(path.name)]
        for path in found:
            texts[path.read_text(encoding="utf-8", errors="replace").strip()].append(crate.name)
        if not found:
            texts[f"{crate.licence} (the crate contains no licence text)"].append(crate.name)
    parts = ["The compiled half of numguard links these crates, under the terms that follow."]
    parts.append("\n".join(f"{crate.name} {crate.version}: {crate.licence}" for crate in crates if crate.checksum))
    for text, names in sorted(texts.items(), key=lambda one: one[1]):
        parts.append(f"{'=' * 80}\n{', '.join(sorted(set(names)))}\n{'=' * 80}\n{text}")
    return "\n\n".join(parts) + "\n"


def bill(crates: list[Crate]) -> str:
    """The crates as a bill of materials, CycloneDX 1.5."""
    ours = next(crate for crate in crates if crate.name == "numguard-python")

    def component(crate: Crate) -> dict[str, Any]:
        entry: dict[str, Any] = {"type": "library", "bom-ref": crate.url, "name": crate.name, "version": crate.version}
        if crate.checksum:
            entry["hashes"] = [{"alg": "SHA-256", "content": crate.checksum}]
        return entry | {"licenses": [{"expression": crate.licence}], "purl": crate.url}

    content = {
        "metadata": {"component": component(ours)},
        "components": [component(crate) for crate in crates if crate is not ours],
        "dependencies": [{"ref": crate.url, "dependsOn": list(crate.needs)} for crate in crates],
    }
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(content, sort_keys=True))
    head = {"bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": f"urn:uuid:{number}", "version": 1}
    return json.dumps(head | content, indent=1) + "\n"


def finish(wheel: Path, added: dict[str, str]) -> None:
    """Adds files to the metadata of a wheel, and writes it again: sorted, with one date, and with a matching RECORD."""
    with zipfile.ZipFile(wheel) as before:
        files = {info.filename: before.read(info) for info in before.infolist() if not info.is_dir()}
        runnable = {info.filename for info in before.infolist() if info.external_attr >> 16 & 0o111}
    record = next(name for name in files if name.endswith(".dist-info/RECORD"))
    folder = record.removesuffix("RECORD")
    files |= {folder + name: text.encode() for name, text in added.items()}
    del files[record]
    lines = [f"{name},{digest(content)},{len(content)}" for name, content in sorted(files.items())]
    files[record] = "\n".join([*lines, f"{record},,"]).encode() + b"\n"
    # RECORD is the last file, as the format of wheels recommends.
    names = [*sorted(set(files) - {record}), record]
    fresh = wheel.with_suffix(".part")
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as after:
        for name in names:
            info = zipfile.ZipInfo(name, WHEN)
            info.create_system = 3
            info.external_attr = (0o100755 if name in runnable else 0o100644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            after.writestr(info, files[name])
    fresh.replace(wheel)


def digest(content: bytes) -> str:
    """The SHA-256 of a file in the form of RECORD."""
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def main(wheels: list[str]) -> None:
    """Finishes the wheels."""
    crates = linked()
    added = {"licenses/NOTICES.txt": notices(crates), "sboms/numguard.cdx.json": bill(crates)}
    for wheel in wheels:
        finish(Path(wheel), added)
        print(f"{wheel}: {len(crates)} crates, {Path(wheel).stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
