"""Work that Ctrl-C does not cut in two: signals wait for the next step, or for the end.

Owns which signals wait and when they are raised. Independent of files and stores. One idea: Python raises
KeyboardInterrupt between any two instructions of the main thread, also in the middle of a clean-up; code that must know
what was done has it raised between its steps instead. Other threads are never interrupted, and a process whose signals
have no handler in Python ends at once, as always.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["one_step", "step", "stepwise"]

# Their handlers commonly raise.
_SIGNALS = (signal.SIGINT, signal.SIGTERM)

_waiting: list[tuple[int, Any]] = []
_handlers: dict[int, Any] = {}
_whole: list[None] = []


@contextmanager
def stepwise() -> Iterator[None]:
    """Signals that come in the block are let through at each `step`, and at its end."""
    if _handlers or threading.current_thread() is not threading.main_thread():
        yield
        return
    try:
        _hold()
        yield
    finally:
        _let_go()
        _deliver()


@contextmanager
def one_step() -> Iterator[None]:
    """Signals that come in the block are let through at its end, whatever lies in it."""
    with stepwise():
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        _whole.append(None)
        try:
            yield
        finally:
            _whole.pop()


def step() -> None:
    """The place at which a signal that came in `stepwise` is let through.

    Raises:
        KeyboardInterrupt: Or whatever the signal's own handler raises.
    """
    if _waiting and not _whole and threading.current_thread() is threading.main_thread():
        _deliver()


def _hold() -> None:
    for number in _SIGNALS:
        handler = signal.getsignal(number)
        if callable(handler):
            _handlers[number] = handler
            try:
                signal.signal(number, lambda *come: _waiting.append(come))
            except ValueError:  # the main thread of an interpreter within another gets no signals
                _handlers.pop(number)


def _let_go() -> None:
    # A handler that is back may raise before the other one is.
    try:
        _give_back(signal.SIGTERM)
    finally:
        _give_back(signal.SIGINT)


def _give_back(number: int) -> None:
    if number in _handlers:
        signal.signal(number, _handlers.pop(number))


def _deliver() -> None:
    while _waiting:
        number, frame = _waiting.pop(0)
        handler = _handlers.get(number) or signal.getsignal(number)
        if callable(handler):
            handler(number, frame)
