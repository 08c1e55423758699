"""Sources of `common` that may be copies of another one: a dump saved twice, zipped, or as another table.

Owns what of two sources is compared: the bytes of files; else of each key how many rows have it, and the first and the
last of its times. Independent of what is done about it. One idea: **only times with a time of day tell dumps apart**:
lists of the same numbers, or dumps of one day without hours, are equal too and no copies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from numguard.compute import by_key
from numguard.indian_time import DAY_MICROS, OFFSET_MICROS
from numguard.source import copies_among, paths_read_by

#: The fewest rows of keys with a time of day that are compared: a few may be equal by chance.
_ROWS_COMPARED: Final = 20
#: In place of a time that is not known: no clock shows it.
_NO_TIME: Final = -(1 << 62)


def alike_sources(
    counts: Sequence[int], sums: Sequence[int], digest_of: Callable[[int], bytes | None]
) -> list[tuple[int, int]]:
    """The sources with the keys of one before them, as often and between the same times, each with that one.

    Only those with as many rows, and the same sum of keys, are read again.

    Args:
        counts: How many rows each source has.
        sums: The sum of the keys of each.
        digest_of: Reads all of a source again.
    """
    alike = by_key((answer, source) for source, answer in enumerate(zip(counts, sums, strict=True)))
    copies: list[tuple[int, int]] = []
    for sources in (those for (_, keys), those in alike.items() if keys and len(those) > 1):
        first: dict[bytes, int] = {}
        for source in sources:
            whole = digest_of(source)
            if whole is not None and (earlier := first.setdefault(whole, source)) != source:
                copies.append((earlier, source))
    return copies


def digest(table: pa.Table) -> bytes | None:
    """What distinguishes the keys found, each with the number of its rows and the times of the first and the last.

    None where that is too little: few rows are of keys with a time of day, or all times are of one second of the day.
    """
    columns: list[Any] = [table[name].cast(pa.int64()) for name in ("first_seen", "last_seen")]
    first, last = (column.fill_null(_NO_TIME).to_numpy() for column in columns)
    rows = table["rows"].to_numpy()
    of_day = [(times + OFFSET_MICROS) % DAY_MICROS for times in (first, last)]
    is_timed = (first != _NO_TIME) & ((of_day[0] != 0) | (of_day[1] != 0))
    if rows[is_timed].sum() < _ROWS_COMPARED or len(np.unique([times[is_timed] for times in of_day])) < 2:
        return None
    whole = hashlib.sha256()
    for column in (table["key"].to_numpy(), rows, first, last):
        whole.update(column.tobytes())
    return whole.digest()


def copies_named(pairs: Sequence[tuple[str, Any]], by: str, alike: Sequence[tuple[int, int]]) -> list[str]:
    """Names the sources that are equal to another one as files, of which all is common to both, or may be its copy."""
    paths = [[one] if isinstance(one, (str, Path)) else [*paths_read_by(one)] for _, one in pairs]
    file_of = {source: Path(of[0]) for source, of in enumerate(paths) if len(of) == 1 and Path(of[0]).is_file()}
    files = copies_among([*file_of.values()])
    what = "number" if by == "msisdn" else "handset"
    remedy = "take one of them out"
    named = {file for _, file in files}
    return [
        *(
            f"{file}: is equal to {earlier}, byte for byte: every {what} in it is common to both: {remedy}"
            for earlier, file in files
        ),
        *(
            f"{pairs[copy][0]}: has the same {what}s, as often and with the same first and last times, as "
            f"{pairs[earlier][0]}: if it is the same dump, {remedy}"
            for earlier, copy in alike
            if file_of.get(copy) not in named
        ),
    ]
