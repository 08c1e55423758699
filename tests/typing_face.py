"""The types of the public interface, as a type checker sees them; `make check` asks mypy, and nothing runs this."""

from typing import Any, assert_type

import numpy as np
import polars as pl
import pyarrow as pa

import numguard as ng
from numguard.types import RowAccount

array = pa.array(["98765 43210"])
chunked = pa.chunked_array([["98765 43210"]])

assert_type(ng.normalize(array), pa.UInt64Array)
assert_type(ng.normalize(["98765 43210", None]), pa.UInt64Array)
assert_type(ng.normalize(np.array([9876543210])), pa.UInt64Array)
assert_type(ng.normalize(chunked, region=None), pa.ChunkedArray[Any])
assert_type(ng.normalize(pl.Series(["98765 43210"])), pa.ChunkedArray[Any])
assert_type(ng.explain(array), pa.StructArray)
assert_type(ng.format(ng.normalize(array), "national"), pa.StringArray)
assert_type(ng.region_of(ng.normalize(array)).to_pylist(), list[Any | None])

listed = ng.NumberSet(array)
assert_type(listed.contains(array), pa.BooleanArray)
assert_type(listed.position(chunked), pa.ChunkedArray[Any])
assert_type(listed | listed, ng.NumberSet)
assert_type(ng.read_numbers("block.csv").keys, ng.NumberSet)
assert_type(ng.read_imeis("handsets.txt").keys, ng.ImeiSet)

with ng.Registry() as registry:
    assert_type(registry.add_complaints("complaints.csv"), ng.Intake)
    assert_type(registry.add_complaints(pa.table({})).account, RowAccount)
    assert_type(registry.withdraw_intake(registry.add_complaints(pa.table({})).id, "a wrong file"), int)
    assert_type(registry.would_withdraw(registry.add_complaints(pa.table({})).id), pa.Table)
    assert_type(registry.numbers(["blocked", "reverify"]), ng.NumberSet)
    assert_type(registry.decide(listed, "confirmed", "re-verification failed"), int)
    assert_type(registry.expand(["airtel.csv"], msisdn="a_party", strict=True), ng.Expansion)
