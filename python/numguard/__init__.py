"""Exact, explained, fast matching of misused phone numbers and handsets over complaints and call records.

The public interface of the package; what is not named here is private.

    >>> import numguard as ng
    >>> listed = ng.NumberSet(["+91 98765 43210", "098123 45678"])
    >>> listed.contains(["9876543210", "98765 43211", "1930"]).to_pylist()
    [True, False, None]
"""

from numguard import starting  # noqa: F401 - first, because the other imports take time
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
from numguard.cdr import read_cdr
from numguard.errors import NumguardError
from numguard.keyed import keyed_hash, read_key
from numguard.linkage import Expansion, LinkPolicy, expand
from numguard.registry import Intake, ListPolicy, Registry
from numguard.scan import scan
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
    "read_key",
    "region_of",
    "regions",
    "scan",
]
