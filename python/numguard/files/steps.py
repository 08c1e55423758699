"""Work that Ctrl-C does not interrupt half way: signals are deferred to the next step, or to the end.

Owns which signals are deferred and when they are raised. Independent of files and stores. One idea: Python raises
KeyboardInterrupt between any two instructions of the main thread, also in the middle of a clean-up. Code that must know
what was done defers it to a point between its steps. Other threads are never interrupted, and a process whose signals
have no handler in Python ends at once, as always.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Signals whose handlers commonly raise.
_SIGNALS = (signal.SIGINT, signal.SIGTERM)

_deferred: list[tuple[int, Any]] = []
_handlers: dict[int, Any] = {}
_one_steps: list[None] = []


@contextmanager
def stepwise() -> Iterator[None]:
    """Signals during the block are raised at each `step`, and at its end."""
    if _handlers or threading.current_thread() is not threading.main_thread():
        yield
        return
    try:
        _defer()
        yield
    finally:
        _restore_handlers()
        _deliver()


@contextmanager
def one_step() -> Iterator[None]:
    """Signals during the block are raised at its end, also where it contains a `step`."""
    with stepwise():
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        _one_steps.append(None)
        try:
            yield
        finally:
            _one_steps.pop()


def step() -> None:
    """Raises a signal that was deferred by `stepwise`."""
    if _deferred and not _one_steps and threading.current_thread() is threading.main_thread():
        _deliver()


def _defer() -> None:
    for number in _SIGNALS:
        handler = signal.getsignal(number)
        if callable(handler):
            _handlers[number] = handler
            try:
                signal.signal(number, lambda *arguments: _deferred.append(arguments))
            except ValueError:  # the main thread of a subinterpreter gets no signals
                _handlers.pop(number)


def _restore_handlers() -> None:
    # A restored handler may raise before the other one is restored.
    try:
        _restore_handler(signal.SIGTERM)
    finally:
        _restore_handler(signal.SIGINT)


def _restore_handler(number: int) -> None:
    if number in _handlers:
        signal.signal(number, _handlers.pop(number))


def _deliver() -> None:
    while _deferred:
        number, frame = _deferred.pop(0)
        handler = _handlers.get(number) or signal.getsignal(number)
        if callable(handler):
            handler(number, frame)
