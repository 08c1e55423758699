"""One word a thing: the glossary defines each term once, and names the statuses, actions and outcomes of the code."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable
from pathlib import Path

import pytest

import numguard
from numguard.registry.numbers.state import IN_FORCE, OUTCOMES, STATUSES

DOCS = Path(__file__).parents[1] / "docs"
GLOSSARY = (DOCS / "reference" / "glossary.md").read_text()


def definitions() -> dict[str, str]:
    """Term -> its definition."""
    pairs = re.findall(r"^([^\n:#]+)\n: ((?:.|\n  )+)", GLOSSARY, re.MULTILINE)
    assert len({term for term, _ in pairs}) == len(pairs) >= 40
    return dict(pairs)


def codes(text: str) -> set[str]:
    return set(re.findall(r"`([a-z_]+)`", text))


def test_terms_are_in_order_within_their_section() -> None:
    for section in GLOSSARY.split("\n## ")[1:]:
        terms = [term.casefold() for term in re.findall(r"^([^\n:#]+)\n: ", section, re.MULTILINE)]
        assert terms == sorted(terms)


def test_the_lists_of_the_glossary_are_those_of_the_code() -> None:
    terms = definitions()
    assert codes(terms["outcome"]) == set(OUTCOMES)
    assert codes(terms["in force"]) == set(IN_FORCE)
    assert codes(terms["action"]) == {"block", "reverify", "release", "none"}
    unnamed = set(STATUSES) - codes(GLOSSARY) - set(terms)
    assert not unnamed


def test_decisions_are_numbered_and_have_a_status() -> None:
    pages = sorted((DOCS / "design").glob("*.md"))
    assert len(pages) >= 20
    for number, page in enumerate(pages, 1):
        title, _, status = page.read_text().splitlines()[:3]
        assert page.name.startswith(f"{number:04}-"), page
        assert title.startswith(f"# {number:04}. "), page
        superseded = re.fullmatch(r"Status: superseded by \[\d{4}\]\((\d{4}-[a-z-]+\.md)\)\. Date: [\d-]{10}\.", status)
        assert superseded or re.fullmatch(r"Status: accepted\. Date: [\d-]{10}\.", status), page
        assert not superseded or (page.parent / superseded[1]).exists(), page


#: Files that a program writes: their words are those of that program.
WRITTEN = ("docs/reference/families.md", "docs/speed.md", "rust/core/src/plan/table.rs")
#: Words for which there is a term, such as value, report, decision, officer or complainant.
UNPLAIN = re.compile(
    r"\b(told|untold|tells|nobody|somebody|everybody|anybody|whoever|a person|people|speaks|heard|said|understood)\b"
    r"|\b(lies?|furniture|trouble|clothes|floors|no room|judge[ds]?|held against|goes? over|gone over|sets out)\b"
    r"|\bknows (no|nothing|neither)\b|_told\b|_asked\b",
    re.IGNORECASE,
)


def texts_of_python(source: str) -> list[str]:
    """Docstrings, comments and names of a test, without attributes, which other modules name; no data of tests."""
    scopes = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    texts = [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(source)) if isinstance(node, scopes)]
    before = ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT or (token.type == tokenize.NAME and before != "."):
            texts.append(token.string)
        before = token.string
    return texts


def texts_of_rust(source: str) -> list[str]:
    """Lines without literals, which hold cells and sentences of notes."""
    parts = re.compile(r'''(//[^\n]*)|r#".*?"#|'(?:\\.|[^'\\])'|"(?:\\.|[^"\\])*"''', re.DOTALL)
    return parts.sub(lambda part: part[1] or '""', source).splitlines()


def texts_of_page(source: str) -> list[str]:
    """Prose and Python of a page, without the files and outputs of commands."""
    return re.sub(r"^```console\n.*?^```$", "", source, flags=re.DOTALL | re.MULTILINE).splitlines()


READERS: dict[str, tuple[str, Callable[[str], list[str]], int]] = {
    "docs": ("*.md", texts_of_page, 40),
    "rust": ("*.rs", texts_of_rust, 100),
    "tests": ("*.py", texts_of_python, 80),
}


@pytest.mark.parametrize("folder", READERS)
def test_files_are_in_plain_words(folder: str) -> None:
    pattern, texts_of, least = READERS[folder]
    root, read = DOCS.parent, 0
    for path in sorted((root / folder).rglob(pattern)):
        name = path.relative_to(root).as_posix()
        if not name.startswith(WRITTEN) and "/target/" not in name:
            read += 1
            found = {
                word[0]
                for text in texts_of(path.read_text())
                if (word := UNPLAIN.search(text.replace("_", " ")) or UNPLAIN.search(text))
            }
            assert not found, f"{name}: {sorted(found)}"
    assert read >= least


def test_modules_are_in_plain_words() -> None:
    package = Path(numguard.__file__).parent
    read = 0
    for path in sorted(package.rglob("*.py")):
        read += 1
        word = UNPLAIN.search(path.read_text())
        assert word is None, f"{path.relative_to(package)}: {word[0] if word else ''}"
    assert read >= 100
