"""Parquet files of call records for the benchmarks: seeded, at any length, in row groups so that memory stays flat.

Two party columns drawn from one population of subscribers, as integers or as text in the forms that operators mix,
and a few columns that ride along. Nobody's numbers: the population is a permutation of a range.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

SUBSCRIBERS = 40_000_000
ROW_GROUP = 1_000_000

# Share of cells, and what stands before and after the ten digits.
FORMS: tuple[tuple[float, str, str], ...] = (
    (0.55, "", ""),
    (0.12, "91", ""),
    (0.10, "+91", ""),
    (0.08, "0", ""),
    (0.05, "+91-", ""),
    (0.04, "+91 ddddd ddddd", ""),
    (0.03, "0091", ""),
    (0.03, "", ".0"),
)


def subscribers(ranks: np.ndarray) -> np.ndarray:
    """The ten-digit mobiles of subscribers `ranks`: spread over the leads 6 to 9, without repeats."""
    # 40 M ranks times 100 leave gaps of 100 numbers; a multiplication by an odd prime modulo 4e9 scatters them.
    scattered = (ranks.astype(np.uint64) * np.uint64(2_654_435_761)) % np.uint64(4_000_000_000)
    return (np.uint64(6_000_000_000) + scattered).astype(np.int64)


def listed(count: int, seed: int = 7) -> np.ndarray:
    """`count` distinct subscribers of the population, as ten digits."""
    ranks = np.random.default_rng(seed).choice(SUBSCRIBERS, size=count, replace=False)
    return subscribers(ranks)


def written(numbers: np.ndarray, rng: np.random.Generator) -> pa.Array:
    """The numbers as text, in the mix of FORMS."""
    digits = pa.array(numbers).cast(pa.string())
    spaced = pc.binary_join_element_wise(
        "+91", pc.utf8_slice_codeunits(digits, 0, 5), pc.utf8_slice_codeunits(digits, 5, 10), " "
    )
    which = rng.choice(len(FORMS), size=len(numbers), p=[share for share, _, _ in FORMS])
    forms = [
        spaced if "d" in before else pc.binary_join_element_wise(before, digits, after, "")
        for _, before, after in FORMS
    ]
    return pc.choose(pa.array(which), *forms)


def write(path: Path, rows: int, *, text: bool, seed: int = 1, row_group: int = ROW_GROUP) -> Path:
    """Writes `rows` call records to `path` unless a file of that name is there already."""
    if path.exists():
        return path
    partial = path.with_suffix(".partial")
    rng = np.random.default_rng(seed)
    writer = None
    for start in range(0, rows, row_group):
        size = min(row_group, rows - start)
        parties = [subscribers(rng.integers(0, SUBSCRIBERS, size)) for _ in range(2)]
        a_party, b_party = (written(p, rng) if text else pa.array(p) for p in parties)
        at = 1_748_736_000_000_000 + np.sort(rng.integers(0, 86_400_000_000, size))
        table = pa.table(
            {
                "a_party": a_party,
                "b_party": b_party,
                "at": pa.array(at, pa.timestamp("us")),
                "duration_s": pa.array(rng.exponential(90, size).astype(np.int32)),
                "cell": pa.array(rng.integers(404_010_000_000, 404_010_060_000, size)),
                "direction": pa.array(np.array(["in", "out", "sms_in", "sms_out"])[rng.integers(0, 4, size)]),
            }
        )
        writer = writer or pq.ParquetWriter(partial, table.schema, compression="snappy")
        writer.write_table(table, row_group_size=row_group)
    if writer:
        writer.close()
    partial.rename(path)
    return path
