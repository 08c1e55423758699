"""The layers of ARCHITECTURE.md: which module imports which, and what only some modules contain.

Each test first asserts that it found what it checks, and each list of exceptions is exact: a module that moves, or an
exception without need, fails.
"""

import ast
import graphlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import numguard

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "python" / "numguard"
RUST = ROOT / "rust"

# A module imports from lower layers and from itself, and never from `numguard`, which is the public interface.
LAYERS = [
    {"errors"},
    {
        "_core",
        "compute",
        "imsi",
        "indian_time",
        "masking",
        "progress",
        "starting",
        "system",
        "types",
        "warning",
    },
    {"source", "files", "keyed", "notebook"},
    {"cdr", "linkage", "scanning", "sightings", "blocklist", "number_list", "tac"},
    {"report"},
    {"registry"},
    {"adapters", "synthetic"},
    {"bench"},
    {"cli"},
]
LAYER = {module: layer for layer, modules in enumerate(LAYERS) for module in modules}

# The same within the registry, but that modules of a package import each other.
REGISTRY_LAYERS = [
    {"actions", "arrays"},
    {"spelling"},
    {"receivers"},
    {"log"},
    {"sheets"},
    {"numbers"},
    {"case"},
    {"events"},
    {"answers"},
    {"failures", "verbs"},
    {"queries", "maintenance"},
]

UNSAFE_ALLOWED = (
    "core/src/set/probe/",
    "core/src/block/",
    "columns/src/format.rs",
    "columns/src/pages/results.rs",
    "columns/src/setfile.rs",
    "columns/src/csv/marks/",
)
#: `common` is the name of a verb, and of its modules.
TOO_VAGUE = re.compile(r"util|helper|common.|misc|manager|(^|_)base(_|$)")


def python_files() -> list[Path]:
    files = sorted(PACKAGE.rglob("*.py"))
    assert len(files) >= 10
    return files


def rust_files(crate: str = "") -> list[Path]:
    files = [path for path in sorted((RUST / crate).rglob("*.rs")) if "target" not in path.parts]
    assert len(files) >= 3
    return files


def module_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_names(path: Path) -> set[str]:
    """The full names of the package's modules that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides which module it names"
            module = node.module or ""
            names = [f"numguard.{alias.name}" for alias in node.names] if module == "numguard" else [module]
        else:
            continue
        found |= {name for name in names if name.split(".")[0] == "numguard"}
    return found


def imported_modules(path: Path) -> set[str]:
    return {[*name.split("."), name][1] for name in imported_names(path)}


def test_imports_only_lower_layers() -> None:
    seen = 0
    for path in python_files():
        module = module_of(path)
        if module in {"__init__", "__main__"}:
            continue
        assert module in LAYER, f"{path}: a module without a layer; add it to LAYERS and ARCHITECTURE.md"
        for other in imported_modules(path) - {module}:
            seen += 1
            if module == "cli" and other in {"numguard", "__version__"}:
                continue
            assert other != "numguard", f"{path}: imports the public interface"
            assert LAYER[other] < LAYER[module], f"{path}: imports {other}, which is no lower layer"
    assert seen >= 10


def test_registry_imports_only_lower_layers() -> None:
    layers = {module: layer for layer, modules in enumerate(REGISTRY_LAYERS) for module in modules}
    folder = PACKAGE / "registry"
    seen = 0
    for path in sorted(folder.rglob("*.py")):
        module = path.relative_to(folder).parts[0].removesuffix(".py")
        if module == "__init__":
            continue
        names = {name for name in imported_names(path) if name.startswith("numguard.registry")}
        for other in {name.removeprefix("numguard.registry").strip(".").split(".")[0] for name in names} - {module}:
            seen += 1
            assert layers[other] < layers[module], f"{path}: imports {other}, which is no lower layer"
    assert seen >= 50


def loaded_by(code: str) -> set[str]:
    """The modules that a program has imported at its end."""
    code = f"import sys\n{code}\nprint(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_import_stays_light() -> None:
    heavy = {"pandas", "polars", "duckdb", "rich", "click", "adbc_driver_manager", "pyarrow.parquet", "pyarrow.dataset"}
    heavy |= {"altair", "jinja2", "vl_convert"}
    loaded = loaded_by("import numguard; numguard.NumberSet; numguard.errors.NumguardError")
    assert "numguard._core" in loaded
    assert not {"pyarrow", "numpy", "numguard.source", *heavy} & loaded
    loaded = loaded_by("from numguard import *; scan, Registry")
    assert {"numguard.linkage", "pyarrow"} <= loaded
    assert not heavy & loaded


def test_names_are_imported_from_where_the_types_are() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    checked = next(node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in checked.body if isinstance(node, ast.ImportFrom)]
    modules = {alias.name: (node.module or "").removeprefix("numguard.") for node in imports for alias in node.names}
    assert modules == numguard._MODULES
    assert modules.keys() <= set(numguard.__all__)
    # An imported module takes the place of a function of its name.
    assert not {module_of(path) for path in python_files()} & set(numguard.__all__)
    assert set(numguard.__all__) <= set(dir(numguard))
    with pytest.raises(AttributeError, match="'numguard' has no attribute 'scanner'"):
        _ = numguard.scanner  # type: ignore[attr-defined]


def test_only_listed_modules_contain_sql() -> None:
    verbs = r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|CREATE\s+TABLE|UPDATE\s+\w+\s+SET)\b"
    # In small letters, over several lines, it would find prose.
    sql = re.compile(rf"(?s:{verbs})|{verbs.lower()}".replace(r"\s.+\sfrom", r" .+ from"))
    with_sql = {path.relative_to(PACKAGE).as_posix() for path in python_files() if sql.search(path.read_text())}
    assert "registry/log/store.py" in with_sql
    # The benchmarks ask DuckDB in its own language, about nothing of ours.
    with_sql = {path for path in with_sql if not path.startswith("bench/")}
    log = {"store", "reading", "sql", "joining", "sqlite", "postgresql", "migrating", "verifying", "waiting"}
    # DuckDB says what it has already under a name only to a query.
    assert with_sql == {"adapters/duckdb.py", *(f"registry/log/{name}.py" for name in log)}


def test_what_is_defined_once() -> None:
    """The untyped reference to pyarrow's functions, and Indian Standard Time, each in one module."""
    definitions = {
        "compute.py": r": Any = pyarrow\.compute",
        "indian_time.py": r"19_?800_?|\"Asia/Kolkata\"|hours=5, minutes=30",
    }
    for owner, pattern in definitions.items():
        files = [path.relative_to(PACKAGE) for path in python_files() if re.search(pattern, path.read_text())]
        assert {path.as_posix() for path in files} == {owner}


def test_core_uses_no_arrow_python_threads_or_files() -> None:
    manifest = (RUST / "core" / "Cargo.toml").read_text().split("[dev-dependencies]")[0]
    assert "hashbrown" in manifest
    assert not re.search(r"arrow|pyo3|rayon|parquet|memmap", manifest)
    for path in rust_files("core/src"):
        assert not re.search(r"std::(fs|thread|net|process)\b|Instant::now|SystemTime", path.read_text()), path


def test_threads_are_only_where_they_are_listed() -> None:
    using = {
        path.relative_to(RUST).as_posix()
        for path in rust_files()
        if re.search(r"\brayon::|std::thread\b|thread::spawn", path.read_text()) and "/tests/" not in path.as_posix()
    }
    assert "columns/src/parallel.rs" in using
    assert all(path.startswith("columns/src/parallel") for path in using), using
    begun = re.compile(r"\bThread\(|PoolExecutor\b|\bmultiprocessing\b|\basyncio\b")
    in_python = {path.relative_to(PACKAGE).as_posix() for path in python_files() if begun.search(path.read_text())}
    # A progress line of the benchmarks is drawn meanwhile.
    assert all(path.startswith("bench/") for path in in_python), in_python


def test_unsafe_code_is_only_where_it_is_listed() -> None:
    allowing = [path for path in rust_files() if "allow(unsafe_code)" in path.read_text()]
    names = [path.relative_to(RUST).as_posix() for path in allowing]
    assert all(name.startswith(UNSAFE_ALLOWED) for name in names), names
    assert all(any(name.startswith(folder) for name in names) for folder in UNSAFE_ALLOWED)


def features(listed: str) -> set[str]:
    return set(re.findall(r"\w+", listed))


def test_vector_code_uses_only_instructions_that_its_token_proves() -> None:
    source = (RUST / "core" / "src" / "cpu.rs").read_text()
    tokens = {name: features(listed) for name, listed in re.findall(r"(\w+), \w+ of \w+: ([^}]+)", source)}
    assert {"Avx2", "Avx512", "Avx512Vbmi"} <= set(tokens)
    compiled = 0
    for path in rust_files():
        for listed in re.findall(r'target_feature\(enable = "([^"]+)"', path.read_text()):
            compiled += 1
            wanted = features(listed)
            of = path.parent.name if path.parent.name.startswith("avx") else path.stem
            token = "Avx512Vbmi" if wanted & {"avx512vbmi", "avx512vbmi2"} else of.capitalize()
            assert wanted <= tokens.get(token, set()), f"{path}: {listed}"
    assert compiled >= 30


def siblings_used(path: Path, names: set[str]) -> set[str]:
    """The modules beside a Rust module that its code names."""
    code = path.read_text().split("#[cfg(test)]\nmod ")[0]
    code = "\n".join(line for line in code.splitlines() if not line.lstrip().startswith("//"))
    used = set(re.findall(r"\bsuper::(\w+)", code))
    for several in re.findall(r"\bsuper::\{([^;]*?)\}", code):
        used |= set(re.findall(r"\w+", several))
    return used & names - {path.stem}


@pytest.mark.parametrize("folder", sorted({path.parent for path in rust_files()}), ids=lambda path: path.name)
def test_modules_of_a_folder_do_not_depend_on_each_other_in_a_circle(folder: Path) -> None:
    modules = {path.stem: path for path in folder.glob("*.rs") if path.stem not in {"lib", "mod"}}
    uses = {name: siblings_used(path, set(modules)) for name, path in modules.items()}
    graphlib.TopologicalSorter(uses).prepare()


def test_the_list_of_msisdn_modules_is_in_the_order_of_their_dependencies() -> None:
    folder = RUST / "core" / "src" / "msisdn"
    order = re.findall(r"^//! - `(\w+)`:", (folder / "mod.rs").read_text(), re.MULTILINE)
    assert set(order) == {path.stem for path in folder.glob("*.rs")} - {"mod"}
    for at, name in enumerate(order):
        assert not siblings_used(folder / f"{name}.rs", set(order[:at])), name


def test_file_names_describe_their_content() -> None:
    for path in [*python_files(), *rust_files(), *sorted((ROOT / "tests").glob("*.py"))]:
        assert not TOO_VAGUE.search(path.stem), path


def test_files_stay_short_enough_to_be_read() -> None:
    tests = sorted((ROOT / "tests").glob("*.py"))
    for path in [*python_files(), *rust_files(), *tests]:
        if path.name == "table.rs":  # generated
            continue
        assert len(path.read_text().splitlines()) <= 500, path


@pytest.mark.parametrize("folder", ["rust/core/src", "rust/columns/src", "rust/python/src", "python/numguard"])
def test_every_module_states_what_it_owns(folder: str) -> None:
    files = [path for path in sorted((ROOT / folder).rglob("*")) if path.suffix in {".rs", ".py"}]
    assert len(files) >= 3
    for path in files:
        first = path.read_text().lstrip()[:4]
        assert first.startswith(("//!", '"""')) or path.name == "table.rs", path


def test_every_file_of_tests_states_what_it_tests() -> None:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        assert path.read_text().startswith(('"""', 'r"""')), path


def test_the_root_has_no_file_but_these() -> None:
    """What a command left there by mistake was committed twice."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = {name for name in listed.splitlines() if "/" not in name}
    assert files - {".gitignore", ".pre-commit-config.yaml", ".readthedocs.yaml", "LICENSE", "Makefile"} == {
        *("ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "README.md", "SECURITY.md"),
        *("Cargo.lock", "Cargo.toml", "clippy.toml", "deny.toml", "pyproject.toml"),
    }
