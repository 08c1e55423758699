"""Sources of `common` that are copies of another one: a dump saved twice, zipped, or as another table.

Owns what makes two sources equal. Independent of what is done about it. One idea: **equal sources have equal answers**:
only those with as many rows, of which the answer has the same, are read again to compare all that they have.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard.compute import by_key
from numguard.source import copies_among, paths_read_by

__all__ = ["copies_named", "digest", "equal_sources"]

_Hashes = npt.NDArray[np.uint64]

#: Odd numbers with bits in all places, by which keys and times are spread over 64 bits.
_MIX: Final = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], dtype=np.uint64)
_HALF: Final = np.uint64(32)
#: So many of the keys found are compared, or a few more, where their rows are too many.
_KEYS_COMPARED: Final = 1 << 16
#: In place of a time that is not known: no clock shows it.
_NO_TIME: Final = -(1 << 62)


def equal_sources(
    starts: Sequence[int], rows: int, hits: Any, found: Mapping[str, Any], digest_of: Callable[[int], bytes]
) -> list[tuple[int, int]]:
    """The sources with the rows of one before them, each with that one.

    Args:
        starts: The number of the first row of each source, counted through all.
        rows: How many rows there are.
        hits: The rows of the keys found; None if they are too many.
        found: The keys found, with the sources of each.
        digest_of: Reads all of a source again.
    """
    counts = np.diff([*starts, rows]).tolist()
    if max(Counter(filter(None, counts)).values(), default=0) < 2:
        return []
    answers = by_key(((counts[source], answer), source) for source, answer in _answers(starts, hits, found))
    copies: list[tuple[int, int]] = []
    for sources in (sources for sources in answers.values() if len(sources) > 1):
        first: dict[bytes, int] = {}
        earlier = [first.setdefault(digest_of(source), source) for source in sources]
        copies += [pair for pair in zip(earlier, sources, strict=True) if pair[0] != pair[1]]
    return copies


def digest(table: pa.Table) -> bytes:
    """What distinguishes the keys found, each with the number of its rows and the times of the first and the last."""
    whole = hashlib.sha256()
    for name in ("key", "rows", "first_seen", "last_seen"):
        column: Any = table[name]
        values = column.cast(pa.int64()).fill_null(_NO_TIME) if name.endswith("seen") else column
        whole.update(values.to_numpy().tobytes())
    return whole.digest()


def copies_named(pairs: Sequence[tuple[str, Any]], by: str, equal: Sequence[tuple[int, int]]) -> list[str]:
    """Names the sources that are equal to another one, as files or by their rows: all of it is common to both."""
    paths = [[one] if isinstance(one, (str, Path)) else [*paths_read_by(one)] for _, one in pairs]
    file_of = {source: Path(of[0]) for source, of in enumerate(paths) if len(of) == 1 and Path(of[0]).is_file()}
    files = copies_among([*file_of.values()])
    what = "number" if by == "msisdn" else "handset"
    remedy = f"every {what} in it is common to both: take one of them out"
    named = {file for _, file in files}
    return [
        *(f"{file}: is equal to {earlier}, byte for byte: {remedy}" for earlier, file in files),
        *(
            f"{pairs[copy][0]}: is equal to {pairs[earlier][0]}, row for row: {remedy}"
            for earlier, copy in equal
            if file_of.get(copy) not in named
        ),
    ]


def _answers(starts: Sequence[int], hits: Any, found: Mapping[str, Any]) -> list[tuple[int, tuple[int, int]]]:
    """The sources with keys in the answer: of each the number of its rows and a hash, or of some keys."""
    keys: _Hashes
    if hits is None:
        offsets = found["offsets"].to_numpy().astype(np.int64)
        some = np.arange(0, len(offsets) - 1, len(offsets) // _KEYS_COMPARED + 1)
        often = offsets[some + 1] - offsets[some]
        keys = np.repeat(found["table"]["key"].to_numpy()[some], often)
        places = np.repeat(offsets[some] - np.cumsum(often) + often, often) + np.arange(len(keys))
        sources = found["which"].to_numpy()[places]
        hashes = keys * _MIX[0]
    else:
        keys = hits["key"].to_numpy()
        at = hits["at"].cast(pa.int64()).fill_null(_NO_TIME).to_numpy().view(np.uint64)
        sources = np.searchsorted(np.array(starts, dtype=np.uint64), hits["row"].to_numpy(), side="right") - 1
        hashes = keys * _MIX[0]
        hashes = ((hashes ^ (hashes >> _HALF)) + at) * _MIX[1]
    if not len(keys):
        return []
    hashes ^= hashes >> _HALF
    order = np.argsort(sources, kind="stable")
    those, first, often = np.unique(sources[order], return_index=True, return_counts=True)
    # A sum does not depend on the order of the rows.
    sums = np.add.reduceat(hashes[order] * _MIX[0], first)
    return list(zip(those.tolist(), zip(often.tolist(), sums.tolist(), strict=True), strict=True))
