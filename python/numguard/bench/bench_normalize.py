"""Written numbers to E.164, one thread each: numguard, two ports of libphonenumber and a kernel over Arrow.

The ports parse, validate and format a cell at a time, so they get fewer rows, and numguard is compared on as many. Its
rate on a long column is recorded too, because there the result needs new memory from the system. The ports would read
`9876543210.0` as eleven digits, so `.0` is removed for them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from numguard._core import explain, normalize
from numguard.bench.columns import texts
from numguard.bench.plan import POPULATION, SEED, Plan
from numguard.bench.record import Line
from numguard.bench.rivals import NUMGUARD
from numguard.compute import pc
from numguard.synthetic.numbering import U64, Numbering

#: Cells in many forms, and all in one form: with the country code, as call records often have them.
LAYOUTS = ("mixed", "country code")
ROWS_OF = {"rphonenumbers": 1_000_000, "phonenumbers": 200_000}


@lru_cache(maxsize=1)
def cells(rows: int, layout: str) -> tuple[pa.StringArray, U64]:
    """Cells, and their numbers.

    Only numbers of series in use: libphonenumber calls all others invalid, and numguard reads them with a warning.
    """
    drawn = Numbering(SEED).msisdns(np.random.default_rng([SEED, 4]).integers(0, POPULATION, min(rows, 1_000_000)))
    note: Any = pc.struct_field(explain(pa.array(drawn)), "note")
    known = drawn[note.is_null().to_numpy(zero_copy_only=False)]
    numbers = np.resize(known, rows)
    np.random.default_rng([SEED, 5]).shuffle(numbers)
    if layout == "country code":
        whole: Any = pa.array(numbers).cast(pa.string())
        return whole, numbers
    return texts(numbers, "mixed", np.random.default_rng([SEED, 6])), numbers


def reader(library: str) -> Callable[[Sequence[str]], list[str | None]]:
    """E.164 digits of cells, by a library with the interface of `phonenumbers`."""
    phonenumbers = pytest.importorskip(library)
    assert importlib.import_module("phonenumbers") is not phonenumbers or library == "phonenumbers"
    parse, valid, write = phonenumbers.parse, phonenumbers.is_valid_number, phonenumbers.format_number
    e164 = phonenumbers.PhoneNumberFormat.E164

    def read(cells: Sequence[str]) -> list[str | None]:
        numbers = (parse(cell.removesuffix(".0"), "IN") for cell in cells)
        return [write(number, e164) if valid(number) else None for number in numbers]

    return read


def rows_of(library: str | None, plan: Plan) -> int:
    """The number of rows for a library; without one, that of the plan."""
    return plan.rows if library is None else min(plan.rows // 20, ROWS_OF[library])


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("beside", [None, *ROWS_OF])
def test_numguard(measure: Any, the_plan: Plan, beside: str | None, layout: str) -> None:
    """One call for the whole column, as long as the rival's."""
    rows = rows_of(beside, the_plan)
    column, numbers = cells(the_plan.rows, layout)
    some = column.slice(0, rows)
    answer: Any = measure(
        Line("normalize", layout, rows, 0, None, NUMGUARD, threads=1), lambda: normalize(some, threads=1)
    )
    assert answer.equals(pa.array(numbers[:rows]))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("library", ROWS_OF)
def test_rivals(measure: Any, the_plan: Plan, library: str, layout: str) -> None:
    """One call for each cell, as their interface requires."""
    rows = rows_of(library, the_plan)
    column, numbers = cells(the_plan.rows, layout)
    read = reader(library)
    written: Any = column[:rows].to_pylist()
    answer = measure(Line("normalize", layout, rows, 0, None, library, threads=1), lambda: read(written))
    assert answer == [f"+{number}" for number in numbers[:rows].tolist()]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_goldenflow(measure: Any, the_plan: Plan, layout: str) -> None:
    """A call for the whole column, as ours. What it writes may be no number: a second call says which are valid.

    Of ten bare digits that begin as India's code does it takes those two off, so one number in seventy is lost.
    """
    native: Any = pytest.importorskip("goldenflow_native")._native
    rows = rows_of("rphonenumbers", the_plan)
    column, numbers = cells(the_plan.rows, layout)
    written = pc.replace_substring_regex(column.slice(0, rows), r"\.0$", "")

    def read() -> Any:
        return pc.if_else(native.phone_valid_arrow(written, "IN"), native.phone_e164_arrow(written, "IN"), None)

    answer = measure(Line("normalize", layout, rows, 0, None, "goldenflow-native", threads=1), read)
    wrong = sum(text != f"+{number}" for text, number in zip(answer.to_pylist(), numbers[:rows].tolist(), strict=True))
    assert wrong < rows / 50
