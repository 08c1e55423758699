"""One word a thing: the glossary defines each term once, and names the statuses, actions and outcomes of the code."""

from __future__ import annotations

import re
from pathlib import Path

import numguard
from numguard.registry.state import IN_FORCE, OUTCOMES, STATUSES

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
    assert codes(terms["action"]) == {"block", "reverify", "release"}
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


#: Modules that are not yet in these words.
NOT_YET: tuple[str, ...] = ()
#: Words for which there is a term, such as value, report, decision, officer or complainant.
UNPLAIN = re.compile(
    r"\b(told|tells|nobody|whoever|somebody|furniture|trouble|a person|people|speaks|heard|lies)\b|_told\b|_asked\b",
    re.IGNORECASE,
)


def test_modules_are_in_plain_words() -> None:
    package = Path(numguard.__file__).parent
    read = 0
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).as_posix()
        if not name.startswith(NOT_YET):
            read += 1
            word = UNPLAIN.search(path.read_text())
            assert word is None, f"{name}: {word[0] if word else ''}"
    assert read >= 100
