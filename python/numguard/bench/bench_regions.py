"""Numbers of the twenty most populous regions to E.164, one thread each: numguard and `rphonenumbers`.

A cell is a number as its region writes it, E.164, or bare national digits; one in twenty has a typing error. A region
is the default of its whole column; then all rows together have a column of region codes. Both readers must give the
same number for every valid cell that numguard reads, and numguard may refuse one valid cell in twenty (sums, and digits
that are a number in two ways).
"""

from __future__ import annotations

import random
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pytest

from numguard._core import normalize
from numguard.bench.plan import SEED, Plan
from numguard.bench.record import Line
from numguard.bench.rivals import NUMGUARD

#: By population.
REGIONS: Final = (
    *("IN", "CN", "US", "ID", "PK", "NG", "BR", "BD", "RU", "ET"),
    *("MX", "JP", "EG", "PH", "CD", "VN", "IR", "TR", "DE", "TH"),
)
DISTINCT: Final = 5_000
_RIVAL: Final = "rphonenumbers"
_ROWS: Final = 100_000


def misspelt(chosen: random.Random, cell: str) -> str:
    """A digit missing, doubled or changed."""
    at = chosen.choice([at for at, sign in enumerate(cell) if sign.isdigit()])
    return cell[:at] + chosen.choice(["", cell[at] * 2, str(chosen.randrange(10))]) + cell[at + 1 :]


@lru_cache(maxsize=len(REGIONS))
def cells(region: str) -> tuple[str, ...]:
    """Cells of a region, the same in every run."""
    library: Any = pytest.importorskip(_RIVAL)
    styles = library.PhoneNumberFormat
    chosen = random.Random(f"{SEED} {region}")  # noqa: S311 - no secret
    kinds = (library.PhoneNumberType.MOBILE, library.PhoneNumberType.FIXED_LINE)
    examples = [library.example_number_for_type(region, kind) for kind in kinds]
    digits = [library.national_significant_number(example) for example in examples if example]
    code = library.country_code_for_region(region)
    found: list[str] = []
    while len(found) < DISTINCT:
        drawn = chosen.choice(digits)
        number = library.parse(f"+{code}{drawn[:-6]}{chosen.randrange(10**6):06}", None)
        if not library.is_valid_number(number):
            continue
        cell = chosen.choice(
            [
                library.format_number(number, styles.NATIONAL),
                library.format_number(number, styles.E164),
                library.national_significant_number(number),
            ]
        )
        found.append(misspelt(chosen, cell) if chosen.random() < 0.05 else cell)
    return tuple(found)


def column(region: str, rows: int) -> list[str]:
    """The cells again and again."""
    written = cells(region)
    return [written[row % DISTINCT] for row in range(rows)]


def rows_of(plan: Plan) -> int:
    """As many rows for both."""
    return min(plan.rows // 20, _ROWS)


@pytest.mark.parametrize("region", REGIONS)
def test_numguard(measure: Any, the_plan: Plan, region: str) -> None:
    """One call for the whole column."""
    rows = rows_of(the_plan)
    written = pa.array(column(region, rows))
    line = Line("normalize abroad", region, rows, 0, None, NUMGUARD, threads=1)
    answer: Any = measure(line, lambda: normalize(written, region=region, threads=1))
    assert answer.null_count < rows / 10


@pytest.mark.parametrize("region", REGIONS)
def test_rphonenumbers(measure: Any, the_plan: Plan, region: str) -> None:
    """One call for each cell, as its interface requires."""
    library: Any = pytest.importorskip(_RIVAL)
    parse, valid, write = library.parse, library.is_valid_number, library.format_number
    e164, unreadable = library.PhoneNumberFormat.E164, library.NumberParseException
    rows = rows_of(the_plan)
    written = column(region, rows)

    def one(cell: str) -> str | None:
        try:
            number = parse(cell, region)
        except unreadable:
            return None
        return write(number, e164) if valid(number) else None

    line = Line("normalize abroad", region, rows, 0, None, _RIVAL, threads=1)
    theirs: Any = measure(line, lambda: [one(cell) for cell in written])
    ours = normalize(written, region=region, threads=1).to_pylist()
    refused = 0
    for mine, other in zip(ours, theirs, strict=True):
        refused += mine is None and other is not None
        assert mine is None or other is None or f"+{mine}" == other
    assert refused < rows / 20


@pytest.mark.parametrize("by", ["constant", "column"])
def test_a_region_for_each_row(measure: Any, the_plan: Plan, by: str) -> None:
    """All regions but India in one column, at random; as a constant, each in a call of its own."""
    rows = rows_of(the_plan)
    abroad = REGIONS[1:]
    places = np.random.default_rng(SEED).integers(0, len(abroad), rows)
    all_cells = {region: column(region, rows) for region in abroad}
    codes = [abroad[place] for place in places.tolist()]
    written = pa.array([all_cells[code][row] for row, code in enumerate(codes)])
    regions = pa.array(codes)
    apart = [written.filter(pa.array(places == place)) for place in range(len(abroad))]

    def as_column() -> Any:
        return normalize(written, region=regions, threads=1)

    def as_constants() -> int:
        found = (normalize(part, region=region, threads=1) for part, region in zip(apart, abroad, strict=True))
        return sum(part.null_count for part in found)

    line = Line("normalize by region", by, rows, 0, None, NUMGUARD, threads=1)
    answer: Any = measure(line, as_column if by == "column" else as_constants)
    assert (answer.null_count if by == "column" else answer) == as_constants()
