"""The report in a real browser: it opens without a complaint, reads in light, dark and on paper, and nothing runs."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

import numguard as ng
from numguard.report.changes import write_changes
from numguard.report.common import write_common
from report_cases import HOSTILE, case, sent_and_answered, sightings

CHROMIUM = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")

Browse = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def browse(tmp_path: Path) -> Browse:
    """Runs the browser on a file, with a profile of its own."""

    def run(page: Path, *options: str) -> subprocess.CompletedProcess[str]:
        # Its sandbox needs rights that a container does not give; the page is our own.
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
        flags += ["--enable-logging=stderr", f"--user-data-dir={tmp_path / 'profile'}", "--force-device-scale-factor=1"]
        command = [str(CHROMIUM), *flags, *options, page.as_uri()]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=120, check=True, env={**os.environ, "HOME": str(tmp_path)}
        )

    return run


@pytest.fixture(scope="module", params=[False, True, "timelines", "towers"], ids=str)
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    if request.param == "timelines":
        seen = sightings(*((n % 3, n % 7, 30 * n) for n in range(60)))
        return write_changes(ng.changes(seen), folder / "page.html")
    if request.param == "towers":
        towers = {HOSTILE[0] + str(k): sightings(*((n, n, k) for n in range(k % 5, 12))) for k in range(20)}
        return write_common(ng.common(towers), folder / "page.html")
    with sent_and_answered(case(hostile=request.param), folder) as registry:
        return registry.report(folder / "page.html", title=HOSTILE[0] if request.param else "A case")


def console(run: subprocess.CompletedProcess[str]) -> list[str]:
    """Messages of the page in the console of the browser, without those of the browser about the machine."""
    return [line for line in run.stderr.splitlines() if "CONSOLE" in line or "Refused to" in line]


def pixels(path: Path) -> npt.NDArray[np.uint8]:
    """The rows of a PNG as Chromium writes it, height x width x RGB: eight bits, RGB or RGBA, no interlace."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, colour = struct.unpack(">IIBB", data[16:26])
    assert depth == 8
    step = {2: 3, 6: 4}[colour]
    packed, at = b"", 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            packed += data[at + 8 : at + 8 + length]
        at += length + 12
    raw = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + width * step)
    kinds, rows = raw[:, 0], raw[:, 1:].reshape(height, width, step).copy()
    for k, kind in enumerate(kinds.tolist()):
        above = rows[k - 1] if k else np.zeros_like(rows[0])
        if kind == 1:
            rows[k] = np.cumsum(rows[k], axis=0, dtype=np.uint8)
        elif kind == 2:
            rows[k] += above
        elif kind:
            rows[k] = _of_neighbours(kind, rows[k].tolist(), above.tolist())
    return rows[:, :, :3]


def _of_neighbours(kind: int, row: list[list[int]], above: list[list[int]]) -> list[list[int]]:
    """A row of which each pixel adds to the one before it and those above."""
    left = corner = [0] * len(row[0])
    for pixel, over in zip(row, above, strict=True):
        for at, up in enumerate(over):
            if kind == 3:
                near = (left[at] + up) // 2
            else:
                guess = left[at] + up - corner[at]
                near = min((left[at], up, corner[at]), key=lambda value, guess=guess: abs(guess - value))
            pixel[at] = (pixel[at] + near) & 255
        left, corner = pixel, over
    return row


@pytest.mark.parametrize("width", [1000, 360])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_reads_in_light_and_dark_at_a_desk_and_on_a_phone(
    page: Path, browse: Browse, tmp_path: Path, width: int, dark: bool
) -> None:
    shot = tmp_path / "shot.png"
    scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
    run = browse(page, f"--window-size={width},{900_000 // width}", f"--screenshot={shot}", scheme)
    assert console(run) == []
    rows = pixels(shot)
    assert rows.shape[1] == width
    paper = rows[2, 2]
    assert (paper.sum() < 150) == dark
    # Nothing sticks out: the margin on the right is paper all the way down.
    assert (rows[:, -8:] == paper).all()
    # Something is written, and stands out against the paper as text has to.
    assert np.abs(rows.sum(axis=2, dtype=np.int32) - int(paper.sum())).max() > 500


def test_nothing_runs_and_the_page_is_as_it_was_written(page: Path, browse: Browse) -> None:
    run = browse(page, "--dump-dom")
    assert console(run) == []
    assert "<script" not in run.stdout
    assert "49" not in re.findall(r"<h1>(.*?)</h1>", run.stdout)[0]
    (title,) = re.findall(r"<title>(.*?)</title>", run.stdout, re.DOTALL)[:1]
    assert title != "run"


def test_a_script_would_be_reported(browse: Browse, page: Path, tmp_path: Path) -> None:
    """The same page with a foreign script: the policy stops it, with a message in the console."""
    spoilt = tmp_path / "spoilt.html"
    evil = '<body><script>document.title="run"</script><img src="https://example.org/x.png">'
    spoilt.write_text(page.read_text().replace("<body>", evil, 1))
    run = browse(spoilt, "--dump-dom")
    assert "<title>run</title>" not in run.stdout
    assert len(console(run)) >= 2


def test_it_is_printed(page: Path, browse: Browse, tmp_path: Path) -> None:
    pdf = tmp_path / "page.pdf"
    run = browse(page, f"--print-to-pdf={pdf}", "--no-pdf-header-footer")
    assert console(run) == []
    data = pdf.read_bytes()
    assert data.startswith(b"%PDF-")
    content = data + b"".join(unpacked(data))
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", content)) <= 10
    # A4, upright.
    assert re.search(rb"/MediaBox\s*\[\s*0 0 59[45][\d.]* 84[12]", content)


def unpacked(data: bytes) -> list[bytes]:
    """The streams of a PDF that are packed and no pictures."""
    streams = []
    for found in re.finditer(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
        with contextlib.suppress(zlib.error):
            streams.append(zlib.decompressobj().decompress(found[1]))
    return streams
