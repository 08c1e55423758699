"""Checks of the engine's workers: whether they have numguard and the files that they need.

Owns trials: small tasks that return their errors as rows, because the error of a failed task is a stack trace. The
first error is raised here, with its own type.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pyarrow as pa

from numguard import errors
from numguard.adapters.spark.keys import Sets, Travelling
from numguard.compute import schema_of
from numguard.errors import EngineError, InputError, NumguardError
from numguard.system import state_of

_checked: weakref.WeakKeyDictionary[Any, set[Any]] = weakref.WeakKeyDictionary()


class _Trial:
    """The function of a task: returns the result or the error of each trial as a row."""

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
                yield pa.RecordBatch.from_pydict(answer, _SCHEMA)


_SCHEMA = schema_of(n=pa.int64(), text=pa.string(), failed=pa.string())


def run_on_workers(session: Any, trial: Callable[[int], str | None], count: int) -> list[Any]:
    """The results of `count` trials, several of them in a task; raises the first error.

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
    """Raises unless the workers have numguard and the files of sets; runs once for each session and state of a file."""
    travelling = {} if sets is None else sets.travelling()
    checked = _checked.setdefault(session, set())
    files = {(how, state_of(how[0])) for _, how in travelling.values() if not isinstance(how[0], bytes)}
    if checked and files <= checked:
        return
    run_on_workers(session, partial(_open, travelling if files else {}), 4 if files else 1)
    checked |= {"numguard", *files}


def _open(travelling: Travelling, _: int) -> None:
    for build, how in travelling.values():
        build(*how)  # not one that this worker has open: another would have to open the file


def _why(message: str) -> str:
    if "No module named 'numguard" in message:
        return "numguard is not installed where the tasks run: the workers need the same version as the driver"
    if "PYTHON_VERSION_MISMATCH" in message:
        return "the workers run another Python than the driver: set PYSPARK_PYTHON where they run"
    last = [line for line in message.splitlines() if line.strip()]
    return f"the workers cannot run Python: {last[0] if last else 'they say nothing'}"
