"""Indian Standard Time: the zone in which days begin and moments are shown.

Owns the offset and the type of every moment that is shown. India has one zone, UTC+05:30, without daylight saving time
since 1945 (IANA time zone database, Asia/Kolkata), so that a fixed offset is exact for every moment that is read.
"""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta, timezone
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

#: The zone's name in the IANA time zone database.
ZONE: Final = "Asia/Kolkata"
#: How far Indian Standard Time is ahead of UTC, in microseconds.
OFFSET_MICROS: Final = 19_800_000_000
#: The length of a day in microseconds.
DAY_MICROS: Final = 86_400_000_000

IST: Final = timezone(timedelta(microseconds=OFFSET_MICROS), "IST")

#: A moment, or an array of them.
_Micros = TypeVar("_Micros", int, npt.NDArray[np.int64])

#: The type of every moment that is shown.
MOMENT: Final = pa.timestamp("us", ZONE)


def local(micros: int) -> datetime:
    """A moment in microseconds since 1970 UTC, as a time of India.

    >>> local(0).isoformat()
    '1970-01-01T05:30:00+05:30'
    """
    return datetime(1970, 1, 1, tzinfo=IST) + timedelta(microseconds=micros + OFFSET_MICROS)


def clock_bounds() -> tuple[int, int]:
    """The first and the last moment that the clock of a sighting can have shown, in microseconds since 1970 UTC.

    Mobile service in India began in 1995. One day is allowed for clocks of other zones, and for a machine whose own is
    behind; the last second is whole.
    """
    first = int(datetime(1995, 1, 1, tzinfo=IST).timestamp())
    return first * 1_000_000, int(time.time() + 1) * 1_000_000 + DAY_MICROS - 1


def day_begin(micros: _Micros) -> _Micros:
    """The first moment of the day in India of a moment, or of an array of them, in microseconds since 1970 UTC.

    >>> day_begin(0) == -OFFSET_MICROS
    True
    """
    return (micros + OFFSET_MICROS) // DAY_MICROS * DAY_MICROS - OFFSET_MICROS


def day_of(micros: int) -> date:
    """The day in India of a moment in microseconds since 1970 UTC.

    >>> day_of(0).isoformat()
    '1970-01-01'
    """
    return local(micros).date()
