"""The walls of the house: which room may look into which, and what stays in one room alone.

Each guard first asserts that it saw what it is meant to guard, so that a room which moves cannot leave it green and
blind.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "python" / "numguard"
RUST = ROOT / "rust"

# A room may import from rooms on lower floors, and from itself. `numguard` alone is the face: whoever stands inside of
# the house does not go out through the front door to get from one room to another.
FLOORS = [
    {"_core", "errors", "notebook", "system", "types"},
    {"source", "files", "keyed"},
    {"cdr", "linkage", "scan", "sightings", "blocklist", "number_list"},
    {"report"},
    {"registry"},
    {"adapters", "synthetic"},
    {"bench"},
    {"cli"},
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}

UNSAFE_ALLOWED = (
    "core/src/set/probe/",
    "core/src/block/",
    "columns/src/setfile.rs",
    "columns/src/parquet/",
    "columns/src/csv/marks/",
)
TOO_VAGUE = re.compile(r"util|helper|common|misc|manager|(^|_)base(_|$)")


def python_files() -> list[Path]:
    files = sorted(PACKAGE.rglob("*.py"))
    assert len(files) >= 10
    return files


def rust_files(crate: str = "") -> list[Path]:
    files = [path for path in sorted((RUST / crate).rglob("*.rs")) if "target" not in path.parts]
    assert len(files) >= 3
    return files


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides which room it leads to"
            module = node.module or ""
            names = [f"numguard.{alias.name}" for alias in node.names] if module == "numguard" else [module]
        else:
            continue
        for name in names:
            if name == "numguard":
                rooms.add("numguard")
            elif name.startswith("numguard."):
                rooms.add(name.split(".")[1])
    return rooms


def test_imports_only_look_down() -> None:
    seen = 0
    for path in python_files():
        room = room_of(path)
        if room in {"__init__", "__main__"}:
            continue
        assert room in FLOOR, f"{path}: a room without a floor; give it one in FLOORS and in ARCHITECTURE.md"
        for other in imported_rooms(path) - {room}:
            seen += 1
            if room == "cli" and other in {"numguard", "__version__"}:
                continue
            assert other != "numguard", f"{path}: imports the face from inside"
            assert FLOOR[other] < FLOOR[room], f"{path}: looks up into {other}"
    assert seen >= 10


def test_import_stays_light() -> None:
    heavy = {"pandas", "polars", "duckdb", "rich", "click", "adbc_driver_manager", "pyarrow.parquet", "pyarrow.dataset"}
    heavy |= {"altair", "jinja2", "vl_convert"}
    code = "import sys, numguard; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "numguard.linkage" in loaded
    assert not heavy & loaded


def test_only_the_store_knows_sql() -> None:
    sql = re.compile(r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|CREATE\s+TABLE|UPDATE\s+\w+\s+SET)\b", re.DOTALL)
    knowing = {path.relative_to(PACKAGE).as_posix() for path in python_files() if sql.search(path.read_text())}
    assert "registry/store.py" in knowing
    # The benchmarks ask DuckDB in its own language, about nothing of ours.
    knowing = {path for path in knowing if not path.startswith("bench/")}
    registry = {"store", "reading", "queries", "joining", "dialect", "sqlite", "postgresql", "migrating", "verifying"}
    registry |= {"waiting"}
    assert knowing <= {f"registry/{name}.py" for name in registry}


def test_core_knows_no_arrow_python_threads_or_files() -> None:
    manifest = (RUST / "core" / "Cargo.toml").read_text().split("[dev-dependencies]")[0]
    assert "hashbrown" in manifest
    assert not re.search(r"arrow|pyo3|rayon|parquet|memmap", manifest)
    for path in rust_files("core/src"):
        assert not re.search(r"std::(fs|thread|net|process)\b|Instant::now|SystemTime", path.read_text()), path


def test_threads_live_in_one_file() -> None:
    using = {
        path.relative_to(RUST).as_posix()
        for path in rust_files()
        if re.search(r"\brayon::|std::thread\b|thread::spawn", path.read_text()) and "/tests/" not in path.as_posix()
    }
    assert "columns/src/parallel.rs" in using
    assert all(path.startswith("columns/src/parallel") for path in using), using


def test_unsafe_stays_where_it_is_allowed() -> None:
    allowing = [path for path in rust_files() if "allow(unsafe_code)" in path.read_text()]
    assert allowing
    for path in allowing:
        assert path.relative_to(RUST).as_posix().startswith(UNSAFE_ALLOWED), path


def test_names_say_what_a_file_is() -> None:
    for path in [*python_files(), *rust_files(), *sorted((ROOT / "tests").glob("*.py"))]:
        assert not TOO_VAGUE.search(path.stem), path


def test_files_stay_short_enough_to_be_read() -> None:
    tests = sorted((ROOT / "tests").glob("*.py"))
    for path in [*python_files(), *rust_files(), *tests]:
        if path.name == "table.rs":  # generated
            continue
        assert len(path.read_text().splitlines()) <= 500, path


@pytest.mark.parametrize("folder", ["rust/core/src", "rust/columns/src", "rust/python/src", "python/numguard"])
def test_every_module_says_what_it_owns(folder: str) -> None:
    files = [path for path in sorted((ROOT / folder).rglob("*")) if path.suffix in {".rs", ".py"}]
    assert len(files) >= 3
    for path in files:
        first = path.read_text().lstrip()[:4]
        assert first.startswith(("//!", '"""')) or path.name == "table.rs", path
