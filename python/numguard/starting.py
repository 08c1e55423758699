"""Ctrl-C while the modules of the command line are imported.

Owns what the process does until its first line can catch an exception. Independent of verbs. One idea: **before the
first verb there is nothing to clean up**, so the process ends at once, as it does on Ctrl-C later: one line, exit code
130. This applies from the import of this module on, which is therefore the first of the package. A program that imports
the package for another purpose is left alone.
"""

from __future__ import annotations

import os
import signal
import sys

TYPE_CHECKING = False  # as in `typing`, whose import takes time
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn


#: The exit code, as a shell has it for a program that Ctrl-C ended.
INTERRUPTED = 130
#: The second part of the message.
NOTHING_HALF = "no file was left half written"
_COMMAND = "numguard"

#: The events that this command recorded: whenever it is interrupted, its message names them.
RECORDED: list[int] = []


def _begin() -> None:
    """Ctrl-C ends the process at once, if it is the command line; until `end`."""
    # Where Ctrl-C is ignored (`nohup`) or has a handler already, it is left so. Only the main thread may set one.
    if IN_COMMAND and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)


def end() -> None:
    """Ctrl-C raises KeyboardInterrupt again."""
    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def is_command(arguments: list[str], original: list[str]) -> bool:
    """Whether a process with these arguments is `numguard` or `python -m numguard`; `original` are those of Python."""
    if not arguments:
        return False
    if arguments[0] == "-m":  # the module is not found yet: it is named in front of its own arguments
        return original[-len(arguments)].removeprefix("-m") == _COMMAND
    # Without pathlib, whose import takes time.
    return arguments[0].replace("\\", "/").rpartition("/")[2].removesuffix(".exe") == _COMMAND


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    # Not an exception: a module that is being imported could catch it, or wrap it in one of its own.
    os.write(2, f"{_COMMAND}: interrupted; {NOTHING_HALF}\n".encode())
    os._exit(INTERRUPTED)


#: Whether this process is the command line. Later Python replaces `-m` by the path of the module.
IN_COMMAND = is_command(sys.argv, sys.orig_argv)
_begin()
