"""The lists and columns of the benchmarks: seeded, with the expected results.

Owns the draw and the layouts. Independent of the candidates.

One idea: subscribers are serials under one permutation, the list of n has the first n of them, and a row is drawn from
the serials below n or from the others. So the expected result of every row is known by construction, without a rival.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from numguard.bench.plan import POPULATION, SEED
from numguard.synthetic.cdr import written
from numguard.synthetic.numbering import COUNTRY, U64, Numbering

LAYOUTS: Final = ("integers", "floats", "clean", "long dictionary", "mixed", "string_view", "dictionary")
"""UInt64 of E.164 digits; ten digits as Float64, as pandas has integers beside gaps; text of ten digits; the same as a
dictionary of the distinct cells, as categories are; text in eight written forms; the same as views; the same as a
dictionary in which each written cell stands for twenty rows."""

_CHUNK: Final = 250_000
_SAME: Final = 20


@dataclass(frozen=True)
class Case:
    """One column, in one of `LAYOUTS`, against one list; `hit_rate` is the share of rows that are on it."""

    layout: str
    rows: int
    listed: int
    hit_rate: float

    def __str__(self) -> str:
        return f"{self.layout}-{self.listed}-{self.hit_rate:g}"


@lru_cache(maxsize=1)
def members(listed: int) -> U64:
    """The list: E.164 digits, unsorted."""
    numbers = Numbering(SEED)
    ranks = np.arange(listed)
    # In the order of the serials, list and rows would be in the same order.
    np.random.default_rng(SEED).shuffle(ranks)
    chunks = [numbers.msisdns(ranks[start : start + _CHUNK]) for start in range(0, listed, _CHUNK)]
    return np.concatenate(chunks)


def national(msisdns: U64) -> U64:
    """Ten digits out of E.164 digits."""
    return msisdns - np.uint64(COUNTRY)


def texts(msisdns: U64, forms: str, rng: np.random.Generator) -> pa.StringArray:
    """Numbers as they are written: "clean" or "mixed"."""
    starts = range(0, len(msisdns), _CHUNK)
    return pa.concat_arrays([written(msisdns[start : start + _CHUNK], rng, forms) for start in starts])


def column(case: Case) -> pa.Array[Any]:
    """The column of a case."""
    return column_and_truth(case)[0]


@lru_cache(maxsize=1)
def column_and_truth(case: Case) -> tuple[pa.Array[Any], NDArray[np.bool_]]:
    """The column of a case, and which of its rows are on the list."""
    if case.layout == "dictionary":
        return _dictionary(case)
    msisdns, truth = _drawn(case.rows, case.listed, case.hit_rate)
    rng = np.random.default_rng([SEED, 2])
    if case.layout == "integers":
        return pa.array(msisdns), truth
    if case.layout == "floats":
        return pa.array(national(msisdns).astype(np.float64)), truth
    if case.layout in {"clean", "long dictionary"}:
        ten = texts(msisdns, "clean", rng)
        return (ten if case.layout == "clean" else pc.dictionary_encode(ten)), truth
    mixed = texts(msisdns, "mixed", rng)
    return (mixed.cast(pa.string_view()) if case.layout == "string_view" else mixed), truth


def _dictionary(case: Case) -> tuple[pa.Array[Any], NDArray[np.bool_]]:
    values, true = column_and_truth.__wrapped__(Case("mixed", max(1, case.rows // _SAME), case.listed, case.hit_rate))
    indices = np.random.default_rng([SEED, 3]).integers(0, len(values), case.rows, dtype=np.int32)
    distinct = pc.dictionary_encode(values)
    assert isinstance(distinct, pa.DictionaryArray)
    encoded: Any = pa.array(distinct.indices.to_numpy()[indices], pa.int32())
    return pa.DictionaryArray.from_arrays(encoded, distinct.dictionary), true[indices]


def _drawn(rows: int, listed: int, hit_rate: float) -> tuple[U64, NDArray[np.bool_]]:
    """Numbers, and which of them are among the first `listed` serials."""
    numbers, rng = Numbering(SEED), np.random.default_rng([SEED, 1])
    chunks, truths = [], []
    for start in range(0, rows, _CHUNK):
        size = min(_CHUNK, rows - start)
        hit = rng.random(size) < hit_rate
        serials = np.where(hit, rng.integers(0, listed, size), rng.integers(listed, POPULATION, size))
        chunks.append(numbers.msisdns(serials))
        truths.append(hit)
    return np.concatenate(chunks), np.concatenate(truths)
