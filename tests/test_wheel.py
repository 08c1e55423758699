"""What is put into a wheel after it is built: in step with its RECORD, the same bytes each time, no folder named."""

from __future__ import annotations

import base64
import csv
import hashlib
import importlib
import json
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
INFO = "numguard_telecom-1.2.3.dist-info/"


@pytest.fixture(scope="module")
def wheel() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "rust" / "python"))
        yield importlib.import_module("wheel")


@pytest.fixture(scope="module")
def crates(wheel: ModuleType) -> list:
    return wheel.linked()


def built(path: Path, when: tuple[int, int, int, int, int, int]) -> Path:
    """A wheel as a build makes it, at some time."""
    with zipfile.ZipFile(path, "w") as file:
        for name in ("numguard/__init__.py", "numguard/_core.abi3.so", INFO + "WHEEL", INFO + "RECORD"):
            info = zipfile.ZipInfo(name, when)
            info.external_attr = (0o100755 if name.endswith(".so") else 0o100644) << 16
            file.writestr(info, f"content of {name}" if "RECORD" not in name else "out of date,,\n")
    return path


def test_a_finished_wheel_is_in_step_with_its_record(wheel: ModuleType, tmp_path: Path) -> None:
    path = built(tmp_path / "a.whl", (2026, 11, 26, 1, 2, 4))
    wheel.finish(path, {"licenses/NOTICES.txt": "terms", "sboms/numguard.cdx.json": "{}"})
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        names = file.namelist()
        assert names[-1] == INFO + "RECORD"
        assert {INFO + "licenses/NOTICES.txt", INFO + "sboms/numguard.cdx.json"} <= set(names)
        rows = list(csv.reader(file.read(INFO + "RECORD").decode().splitlines()))
        assert sorted(row[0] for row in rows) == sorted(names)
        for name, digest, size in rows:
            if name != INFO + "RECORD":
                content = file.read(name)
                expected = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
                assert (digest, size) == (f"sha256={expected}", str(len(content)))
        assert file.getinfo("numguard/_core.abi3.so").external_attr >> 16 == 0o100755


def test_two_builds_give_the_same_bytes(wheel: ModuleType, tmp_path: Path) -> None:
    first = built(tmp_path / "a.whl", (2026, 11, 26, 1, 2, 4))
    second = built(tmp_path / "b.whl", (2027, 1, 1, 0, 0, 0))
    assert first.read_bytes() != second.read_bytes()
    for path in (first, second):
        wheel.finish(path, {"licenses/NOTICES.txt": "terms"})
    assert first.read_bytes() == second.read_bytes()


def test_the_list_of_crates_is_whole_and_names_no_folder(wheel: ModuleType, crates: list) -> None:
    text = wheel.bill(crates)
    assert str(ROOT) not in text
    assert str(Path.home()) not in text
    bill = json.loads(text)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    refs = {one["bom-ref"] for one in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    assert len(refs) > 60
    assert {one["ref"] for one in bill["dependencies"]} == refs
    assert all(set(one["dependsOn"]) <= refs for one in bill["dependencies"])
    names = {crate.name for crate in crates}
    assert {"parquet", "arrow-array", "pyo3", "rayon", "numguard-core"} <= names
    assert not names & {"proptest", "criterion", "pyo3-macros"}
    assert wheel.bill(wheel.linked()) == text


def test_every_crate_by_others_has_its_terms_and_its_sum(wheel: ModuleType, crates: list) -> None:
    locked = {one["name"] for one in tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]}
    text = wheel.notices(crates)
    for crate in crates:
        assert crate.name in locked
        assert crate.licence, crate.name
        if crate.checksum is not None:
            assert f"\n{crate.name} {crate.version}: {crate.licence}" in text
    assert "Apache License" in text
    assert str(Path.home()) not in text
