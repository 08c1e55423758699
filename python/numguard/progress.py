"""Calls of a caller's `progress` function, at most four a second.

Owns the interval. Independent of what is reported.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

#: Seconds between two calls.
_INTERVAL: Final = 0.25

State = TypeVar("State")


class Throttle(Generic[State]):
    """Reports progress to `call`, if there is one.

    >>> seen = []
    >>> report = Throttle(seen.append)
    >>> report(lambda: "soon", now=True), report(lambda: "sooner"), seen
    (None, None, ['soon'])
    """

    def __init__(self, call: Callable[[State], object] | None) -> None:
        self._call = call
        self._last = time.perf_counter()

    def __call__(self, state: Callable[[], State], *, now: bool = False) -> None:
        """Calls with `state()`, which is computed only then; `now` regardless of the interval."""
        if self._call is None:
            return
        moment = time.perf_counter()
        if now or moment - self._last >= _INTERVAL:
            self._last = moment
            self._call(state())
