"""What a caller is told when a call of a registry does not end as it should.

Owns two promises of every public call: whoever presses Ctrl-C learns whether an event was recorded, and whatever a
damaged store makes of the code above it is told as damage. Knows no verb.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import Any, TypeVar

from numguard.errors import ArgumentError, Interrupted, NumguardError

__all__ = ["telling"]

Kind = TypeVar("Kind")


def telling(kind: type[Kind]) -> type[Kind]:
    """The class, each public method of which tells what was recorded and what is damaged.

    Raises:
        Interrupted: From its methods, in the place of KeyboardInterrupt.
        DamagedError: From its methods, where what they read cannot have been written.
    """
    for name, method in list(vars(kind).items()):
        if isinstance(method, FunctionType) and not name.startswith("_") and name != "close":
            setattr(kind, name, _told(method))
    return kind


def _told(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(self: Any, *arguments: Any, **named: Any) -> Any:
        store = self._opened.store
        before = store.recorded
        try:
            return method(self, *arguments, **named)
        except KeyboardInterrupt:
            raise Interrupted(None if store.recorded == before else store.recorded) from None
        except NumguardError:
            raise
        except UnicodeEncodeError:
            raise ArgumentError("a text or a file's name is not UTF-8") from None
        except Exception:
            # A fault of ours, or of what was given; unless what stands in the store cannot be.
            if not store.closed:
                store.verify()
            raise

    return call
