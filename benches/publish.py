"""Writes the newest record into the README and the documentation: tables and pictures, between markers.

python benches/publish.py            # writes
python benches/publish.py --check    # fails if the published tables do not match the newest record
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from numguard.bench.charts import CHARTS
from numguard.bench.page import (
    a_day,
    as_markdown,
    engines,
    in_engines,
    in_short,
    sections,
    summary,
    without_avx512,
)
from numguard.bench.record import newest, read

ROOT = Path(__file__).parents[1]
RECORDS = ROOT / "benches" / "record"
PICTURES = ROOT / "docs" / "speed"


def between_markers(path: Path, block: str) -> str:
    """The text of a file with a new block between its markers."""
    return between(path.read_text(), "speed", block)


def between(text: str, name: str, block: str) -> str:
    """The text with a new block between the markers of that name."""
    pattern = re.compile(rf"(<!-- {name}: begin[^>]*-->\n).*?(<!-- {name}: end -->)", re.DOTALL)
    text, found = pattern.subn(lambda marks: f"{marks[1]}{block}{marks[2]}", text)
    if found != 1:
        raise SystemExit(f"expected one pair of markers {name!r}, found {found}")
    return text


def published(record: Path) -> dict[Path, str]:
    """Every file that is written from a record, with its contents."""
    lines = read(record)
    source = f"benches/record/{record.name}"
    files = {PICTURES / f"{name}.svg": drawn for name, draw in CHARTS.items() if (drawn := draw(lines))}

    def picture(name: str) -> str:
        return f"speed/{name}.svg" if PICTURES / f"{name}.svg" in files else ""

    head = summary(lines)
    readme = as_markdown([in_short(lines)], level=3).split("\n", 2)[2]
    if picture("contains"):
        readme += f"\n![Rate by length of the list](docs/{picture('contains')})\n"
    readme += f"\nFrom [this record]({source}).\n"
    readme += "\n[Where we lose, versions, and everything else](docs/speed.md).\n"
    files[ROOT / "README.md"] = between_markers(ROOT / "README.md", readme)
    page = as_markdown(sections(lines), picture=picture) + f"\nFrom `{source}`.\n"
    files[ROOT / "docs" / "speed.md"] = with_avx2(between_markers(ROOT / "docs" / "speed.md", page))
    scale = ROOT / "docs" / "guide" / "scale.md"
    day = a_day(lines)
    block = as_markdown([day]).split("\n", 2)[2] if day.rows else "\nThe newest record has no scans.\n"
    setting = f"\nMeasured on: {head.text}\n"
    files[scale] = between_markers(scale, f"{block}{setting}\nFrom `{source}`.\n")
    return files | of_engines(files[scale])


def with_avx2(page: str) -> str:
    """The page of speed, whose text is given, with the tables of the newest record of the kernels for AVX2."""
    record = newest(RECORDS / "avx2")
    if record is None:
        return page
    tables = as_markdown(without_avx512(read(record)))
    return between(page, "avx2", f"{tables}\nFrom `benches/record/avx2/{record.name}`.\n")


def of_engines(scale: str) -> dict[Path, str]:
    """The page of engines, and a table in the page of scale, whose text is given, from the engines' own record."""
    record = newest(RECORDS / "engines")
    if record is None:
        return {}
    lines, source = read(record), f"\nFrom `benches/record/engines/{record.name}`.\n"
    page, beside = (ROOT / "docs" / "guide" / name for name in ("spark.md", "scale.md"))
    tables = [as_markdown([part]).split("\n", 2)[2] for part in (engines(lines), in_engines(lines))]
    return {
        page: between_markers(page, f"{tables[0]}{source}"),
        beside: between(scale, "engines", f"{tables[1]}{source}"),
    }


def main() -> None:
    """Writes, or checks."""
    record = newest(RECORDS)
    if record is None:
        raise SystemExit(f"{RECORDS}: no record yet: `make bench` writes one")
    stale = {path: text for path, text in published(record).items() if not path.exists() or path.read_text() != text}
    if "--check" in sys.argv[1:]:
        # A picture depends on the version of the drawing library; the figures do not.
        texts = [path.relative_to(ROOT).as_posix() for path in stale if path.suffix != ".svg"]
        raise SystemExit(
            f"out of date, {record.name} differs: {', '.join(texts)}; run `make bench-page`" if texts else 0
        )
    PICTURES.mkdir(exist_ok=True)
    for path, text in stale.items():
        path.write_text(text)
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
