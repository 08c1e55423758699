"""numguard in Spark 4 and in engines with Spark Connect, such as Sail: the same results, in the engine's tasks.

Only the part of the DataFrame API is used that Spark Connect has, so the same code runs on Spark Classic, on a Connect
client without a JVM, and on Sail. numguard must be installed on the workers, and a task uses one thread.

Canonical numbers and IMEIs are `DECIMAL(20,0)`, Spark's type for uint64, in arguments and results; such a column is
never read again. A `BIGINT` is digits as written, as Int64 is everywhere in numguard.

    >>> from numguard.adapters import spark
    >>> hits = spark.scan(calls, {"a_party": listed})                   # doctest: +SKIP
    >>> hits = spark.scan_files(session, paths, {"a_party": listed})    # doctest: +SKIP
    >>> found = spark.expand(seeds, sightings, msisdn="a_party", imei="imei")  # doctest: +SKIP
"""

from __future__ import annotations

from numguard.adapters.spark.cells import contains, explain, explain_imei, normalize, normalize_imei
from numguard.adapters.spark.files import scan_files
from numguard.adapters.spark.linkage import expand
from numguard.adapters.spark.refused import refused
from numguard.adapters.spark.rows import scan

__all__ = [
    "contains",
    "expand",
    "explain",
    "explain_imei",
    "normalize",
    "normalize_imei",
    "refused",
    "scan",
    "scan_files",
]
