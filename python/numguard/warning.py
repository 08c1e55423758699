"""Warnings that point at the line that calls the package.

One idea: Python shows a warning once for each place in the code: one that points into the package is silent from the
second call on.
"""

from __future__ import annotations

import sys
import warnings


def warn(message: str) -> None:
    """Warns at the innermost line that is not of the package."""
    frame = sys._getframe(1)
    while frame.f_globals.get("__name__", "").partition(".")[0] == __package__ and frame.f_back is not None:
        frame = frame.f_back
    module = frame.f_globals
    # Code without a module, as a string that is executed; of a module None, no warning is raised.
    where = frame.f_code.co_filename, frame.f_lineno, module.get("__name__", "<string>")
    warnings.warn_explicit(message, UserWarning, *where, module.setdefault("__warningregistry__", {}))
