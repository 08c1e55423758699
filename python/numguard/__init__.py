"""Exact, explained, fast matching of misused phone numbers and handsets over complaints and call records.

The public interface of the package; what is not named here is private.

    >>> import numguard as ng
    >>> listed = ng.NumberSet(["+91 98765 43210", "098123 45678"])
    >>> listed.contains(["9876543210", "98765 43211", "1930"]).to_pylist()
    [True, False, None]
"""

from numguard import starting  # noqa: F401 - first, because the other imports take time

# isort: split
import os
from importlib import import_module
from threading import RLock
from typing import TYPE_CHECKING, Any

from numguard._core import (
    ImeiSet,
    NumberSet,
    __version__,
    explain,
    explain_imei,
    extract,
    format,
    format_imei,
    normalize,
    normalize_imei,
    region_of,
    regions,
)
from numguard.errors import NumguardError

if TYPE_CHECKING:
    from numguard.cdr import read_cdr
    from numguard.keyed import keyed_hash, read_key
    from numguard.linkage import Expansion, LinkPolicy, expand
    from numguard.number_list import read_imeis, read_numbers
    from numguard.registry import Intake, ListPolicy, Registry
    from numguard.scanning import scan
    from numguard.sightings import Changes, Common, changes, common
    from numguard.tac import TacTable

__all__ = [
    "Changes",
    "Common",
    "Expansion",
    "ImeiSet",
    "Intake",
    "LinkPolicy",
    "ListPolicy",
    "NumberSet",
    "NumguardError",
    "Registry",
    "TacTable",
    "__version__",
    "changes",
    "common",
    "expand",
    "explain",
    "explain_imei",
    "extract",
    "format",
    "format_imei",
    "keyed_hash",
    "normalize",
    "normalize_imei",
    "read_cdr",
    "read_imeis",
    "read_key",
    "read_numbers",
    "region_of",
    "regions",
    "scan",
]

#: What is imported when it is first used, and from where: pyarrow and the modules of all verbs take half a second. No
#: module has the name of a function, because an imported module would take its place.
_MODULES = {
    "Changes": "sightings",
    "Common": "sightings",
    "Expansion": "linkage",
    "Intake": "registry",
    "LinkPolicy": "linkage",
    "ListPolicy": "registry",
    "Registry": "registry",
    "TacTable": "tac",
    "changes": "sightings",
    "common": "sightings",
    "expand": "linkage",
    "keyed_hash": "keyed",
    "read_cdr": "cdr",
    "read_imeis": "number_list",
    "read_key": "keyed",
    "read_numbers": "number_list",
    "scan": "scanning",
}

if not TYPE_CHECKING:  # to a type checker it would mean that any name is there
    #: Two threads that import modules in different orders wait for each other: Python ends that with an error.
    _importing = RLock()
    if hasattr(os, "register_at_fork"):  # the thread that holds it is not in the child
        os.register_at_fork(after_in_child=lambda: globals().update(_importing=RLock()))

    def __getattr__(name: str) -> Any:
        if name not in _MODULES and name not in _MODULES.values():
            raise AttributeError(f"module 'numguard' has no attribute {name!r}")
        with _importing:
            if name not in _MODULES:
                return import_module(f"numguard.{name}")
            value = getattr(import_module(f"numguard.{_MODULES[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
