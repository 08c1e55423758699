"""The engine's workers: have they numguard, do they find what they need?

Owns trials: small tasks that say in rows what became of them, since a task that fails says it in a stack. Their first
error is raised here, as what it is.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pyarrow as pa

from numguard import errors
from numguard.adapters.spark.keys import Sets, Travelling
from numguard.errors import EngineError, InputError, NumguardError

__all__ = ["ask_workers", "check_workers"]

_asked: weakref.WeakKeyDictionary[Any, set[Any]] = weakref.WeakKeyDictionary()


class _Trial:
    """Says what became of a trial in rows, since a task that fails says it in a stack."""

    def __init__(self, trial: Callable[[int], str | None]) -> None:
        self._trial = trial

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            numbers: list[Any] = batch.column(0).to_pylist()
            for n in numbers:
                try:
                    text, failed = self._trial(n), None
                except (NumguardError, OSError) as error:
                    text, failed = str(error), type(error).__name__
                answer = {"n": [n], "text": [text], "failed": [failed]}
                yield pa.RecordBatch.from_pydict(answer, _SAID)


_FIELDS: dict[str, Any] = {"n": pa.int64(), "text": pa.string(), "failed": pa.string()}
_SAID = pa.schema(_FIELDS)


def ask_workers(session: Any, trial: Callable[[int], str | None], count: int) -> list[Any]:
    """Runs a trial so many times, several in a task: what each says; or the first error, raised here.

    Raises:
        EngineError: The workers cannot run Python, or have no numguard.
    """
    tasks = max(min(count, 4), count // 64)
    answers = session.range(0, count, 1, tasks).mapInArrow(_Trial(trial), "n bigint, text string, failed string")
    try:
        rows = answers.toArrow().sort_by("n").to_pylist()
    except Exception as error:
        raise EngineError(_why(str(error))) from None
    for answer in rows:
        if answer["failed"] is not None:
            kind = getattr(errors, answer["failed"], InputError)
            raise kind(f"on a worker: {answer['text']}")
    return [answer["text"] for answer in rows]


def check_workers(session: Any, sets: Sets | None = None) -> None:
    """Whether the workers have numguard and find the files of sets; asked once a session and file."""
    travelling = {} if sets is None else sets.travelling()
    asked = _asked.setdefault(session, set())
    files = {how for _, how in travelling.values() if not isinstance(how[0], bytes)}
    if asked and files <= asked:
        return
    ask_workers(session, partial(_open, travelling if files else {}), 4 if files else 1)
    asked |= {"numguard", *files}


def _open(travelling: Travelling, _: int) -> None:
    Sets.of(travelling)


def _why(message: str) -> str:
    if "No module named 'numguard" in message:
        return "numguard is not installed where the tasks run: the workers need the same version as the driver"
    if "PYTHON_VERSION_MISMATCH" in message:
        return "the workers run another Python than the driver: set PYSPARK_PYTHON where they run"
    last = [line for line in message.splitlines() if line.strip()]
    return f"the workers cannot run Python: {last[0] if last else 'they say nothing'}"
