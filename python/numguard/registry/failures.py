"""What a public call of a registry raises when it is interrupted, or when the store is damaged.

Owns two promises of every public call: after Ctrl-C the exception has the number of the event that was recorded, and an
exception that a damaged store causes is raised as `DamagedError`. Independent of verbs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import Any, TypeVar

from numguard.errors import ArgumentError, Interrupted, NumguardError

Kind = TypeVar("Kind")


def reports_failures(kind: type[Kind]) -> type[Kind]:
    """The class, each public method of which raises as this module describes.

    Raises:
        Interrupted: From its methods, in place of KeyboardInterrupt.
        DamagedError: From its methods, where the store differs from what was recorded.
    """
    for name, method in list(vars(kind).items()):
        if isinstance(method, FunctionType) and not name.startswith("_") and name != "close":
            setattr(kind, name, _reporting(method))
    return kind


def _reporting(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(self: Any, *arguments: Any, **named: Any) -> Any:
        store = self._opened.store
        before = store.recorded
        try:
            return method(self, *arguments, **named)
        except KeyboardInterrupt:
            raise Interrupted(*store.recorded_since(before)) from None
        except NumguardError:
            raise
        except UnicodeEncodeError:
            raise ArgumentError("a text or a file's name is not UTF-8") from None
        except Exception:
            # An error of the package or of an argument, unless the store is damaged.
            if not store.closed:
                store.verify()
            raise

    return call
