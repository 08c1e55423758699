"""The stub of the compiled half: its docstrings are those of the module, and an editor shows them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

import numguard as ng

ROOT = Path(__file__).parents[1]


def test_the_docstrings_are_those_of_the_compiled_half() -> None:
    run = subprocess.run(
        [sys.executable, ROOT / "rust" / "python" / "stub.py", "--check"], capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr


SHOWN = {
    "normalize": "Read written phone numbers into E.164 integers.",
    "NumberSet": "A frozen, exact set of phone numbers",
    "NumberSet.save": "Write the set to one file, whole or not at all",
    "NumberSet.open": "Map a saved set into memory",
    "scan": "a_party_match",
    "Registry": "registry",
}


async def hovers(names: list[str], cache: Path) -> dict[str, str]:
    """What a language server answers to a hover over `numguard.<name>`, for each name."""
    client = LanguageClient("test", "1")
    # The user's cache may be damaged, by a server that was killed while it wrote: then a request has no answer.
    env = os.environ | {"XDG_CACHE_HOME": str(cache)}
    await client.start_io(str(Path(sys.executable).parent / "jedi-language-server"), env=env)
    try:
        root = ROOT.as_uri()
        folder = lsp.WorkspaceFolder(uri=root, name="numguard")
        await client.initialize_async(
            lsp.InitializeParams(
                capabilities=lsp.ClientCapabilities(),
                root_uri=root,
                workspace_folders=[folder],
                initialization_options={"workspace": {"extraPaths": [str(ROOT / "python")]}},
            )
        )
        client.initialized(lsp.InitializedParams())
        lines = ["import numguard", *(f"numguard.{name}" for name in names)]
        document = lsp.TextDocumentItem(f"{root}/hover.py", "python", 1, "\n".join([*lines, ""]))
        client.text_document_did_open(lsp.DidOpenTextDocumentParams(document))
        answers = {}
        for line, name in enumerate(names, 1):
            place = lsp.Position(line, len(lines[line]) - 1)
            asked = lsp.HoverParams(lsp.TextDocumentIdentifier(document.uri), place)
            answer = await client.text_document_hover_async(asked)
            assert answer is not None, name
            assert isinstance(answer.contents, lsp.MarkupContent), name
            answers[name] = answer.contents.value
        await client.shutdown_async(None)
        client.exit(None)
        return answers
    finally:
        await client.stop()


def test_an_editor_shows_the_docstrings(tmp_path: Path) -> None:
    answers = asyncio.run(asyncio.wait_for(hovers(list(SHOWN), tmp_path), 120))
    for name, shown in SHOWN.items():
        assert shown.lower() in answers[name].lower().replace("\\", ""), name


@pytest.mark.parametrize(
    ("verb", "kind"),
    [
        (ng.normalize, pa.UInt64Array),
        (ng.explain, pa.StructArray),
        (ng.extract, pa.ListArray),
        (ng.normalize_imei, pa.UInt64Array),
        (ng.explain_imei, pa.StructArray),
        (lambda cells: ng.format(ng.normalize(cells)), pa.StringArray),
        (lambda cells: ng.format_imei(ng.normalize_imei(cells)), pa.StringArray),
        (ng.NumberSet(["9876543210"]).contains, pa.BooleanArray),
        (ng.NumberSet(["9876543210"]).position, pa.UInt32Array),
    ],
)
def test_the_types_of_answers_are_those_of_the_stub(verb: object, kind: type) -> None:
    assert callable(verb)
    cells = ["98765 43210", None]
    assert isinstance(verb(cells), kind)
    assert isinstance(verb(pa.array(cells)), kind)
    assert isinstance(verb(pa.chunked_array([cells])), pa.ChunkedArray)
