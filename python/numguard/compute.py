"""The functions of `pyarrow.compute`, under the one name by which the package calls them.

Owns the one untyped reference: the stubs of pyarrow accept no plain Python values, lists of text, struct arrays or
chunked arrays of times, all of which the functions accept. A module whose calls the stubs do cover imports
`pyarrow.compute` itself.
"""

from __future__ import annotations

from typing import Any

import pyarrow.compute

__all__ = ["pc"]

pc: Any = pyarrow.compute
