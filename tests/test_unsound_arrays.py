"""Arrays from Python whose inner offsets, views or indices are out of bounds: a typed error, never a panic."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import numguard as ng
from numguard.errors import NumguardError

TEXT = b"98765432109876543211"


def buffer(values: Any, kind: Any) -> pa.Buffer:
    return pa.py_buffer(np.array(values, kind).tobytes())


def text(kind: pa.DataType, offsets: list[int]) -> Any:
    wide = "i8" if kind == pa.large_string() else "i4"
    return pa.Array.from_buffers(kind, len(offsets) - 1, [None, buffer(offsets, wide), pa.py_buffer(TEXT)])


def views(*cells: tuple[int, int, int]) -> Any:
    packed = b"".join(struct.pack("<i4sii", length, TEXT[:4], index, offset) for length, index, offset in cells)
    return pa.Array.from_buffers(pa.string_view(), len(cells), [None, pa.py_buffer(packed), pa.py_buffer(TEXT)])


def words(indices: list[int]) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(indices, pa.int32()), pa.array(["9876543210"]), safe=False)


def runs(ends: list[int]) -> Any:
    ended, values = pa.array(ends, pa.int32()), pa.array(["9876543210"] * len(ends))
    return pa.Array.from_buffers(
        pa.run_end_encoded(pa.int32(), pa.string()),
        3,
        [None],
        children=[ended, values],  # type: ignore[list-item]
    )


UNSOUND: dict[str, Callable[[], Any]] = {
    "text, offsets that descend": lambda: text(pa.string(), [0, 15, 5, 20]),
    "text, an offset past the end": lambda: text(pa.string(), [0, 900, 5, 20]),
    "text, a negative offset": lambda: text(pa.string(), [0, -7, 5, 20]),
    "long text, offsets that descend": lambda: text(pa.large_string(), [0, 15, 5, 20]),
    "long text, an offset past the end": lambda: text(pa.large_string(), [0, 1 << 40, 5, 20]),
    "long text, a negative offset": lambda: text(pa.large_string(), [0, -(1 << 40), 5, 20]),
    "a view past the end": lambda: views((13, 0, 0), (13, 0, 15)),
    "a view of no buffer": lambda: views((13, 0, 0), (13, 7, 0)),
    "a view of negative length": lambda: views((13, 0, 0), (-1, 0, 0)),
    "a view far past the end": lambda: views((13, 0, 0), (13, 0, 1 << 30)),
    "a negative view": lambda: views((13, 0, 0), (13, 0, -5)),
    "words that are not there": lambda: words([0, 5, -3]),
    "text of unsound words": lambda: pa.DictionaryArray.from_arrays(
        pa.array([0, 1, 2], pa.int8()), text(pa.string(), [0, 15, 5, 20])
    ),
}

LISTED = ng.NumberSet(["98765 43210"])
CALLS: dict[str, Callable[[Any], Any]] = {
    "normalize": ng.normalize,
    "explain": ng.explain,
    "regions": lambda array: ng.normalize(["2025550123"] * len(array), region=array),
    "extract": ng.extract,
    "normalize_imei": ng.normalize_imei,
    "explain_imei": ng.explain_imei,
    "NumberSet": ng.NumberSet,
    "ImeiSet": ng.ImeiSet,
    "contains": LISTED.contains,
    "position": LISTED.position,
    "scan of a key": lambda array: ng.scan(pa.record_batch({"a": array}), {"a": LISTED}).read_all(),
    "scan of another column": lambda array: ng.scan(
        pa.record_batch({"a": pa.array(["9876543210"] * len(array)), "b": array}), {"a": LISTED}
    ).read_all(),
    "expand": lambda array: ng.expand(["9876543210"], sightings(array), at=None),
    "seeds": lambda array: ng.expand(array, sightings(pa.array(["9876543210"])), at=None),
    "changes": lambda array: ng.changes(sightings(array)),
    "common": lambda array: ng.common([sightings(array), sightings(array)]),
    "keyed_hash": lambda array: ng.keyed_hash(array, b"0123456789abcdef0123456789abcdef"),
}


def sightings(array: Any) -> pa.RecordBatch:
    times = pa.nulls(len(array), pa.timestamp("us"))
    return pa.record_batch({"served_msisdn": array, "imei14": pa.array(["35824005111111"] * len(array)), "at": times})


@pytest.mark.parametrize("call", [call for call in CALLS if call != "scan of another column"])
@pytest.mark.parametrize("indices", [[0, 5, -3], [0, None, 1], [0, 7]])
def test_a_word_that_is_not_there_is_an_error_of_every_call(call: str, indices: list[int]) -> None:
    """It was an empty cell, and a strict list lacked its number."""
    with pytest.raises(ng.errors.InputError, match="out of bounds"):
        CALLS[call](words(indices))
    CALLS[call](words([0, None]))  # type: ignore[list-item]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("unsound", UNSOUND)
def test_an_unsound_array_is_a_typed_error(unsound: str, call: str) -> None:
    array = UNSOUND[unsound]()
    with pytest.raises(pa.ArrowException):
        array.validate(full=True)
    message = ""
    try:
        CALLS[call](array)
    except NumguardError as error:
        message = str(error)
    assert "98765" not in message


def test_a_code_of_no_region_is_an_error() -> None:
    """The last word of the dictionary was taken: of India's number it made one of that region."""
    codes = pa.DictionaryArray.from_arrays(pa.array([0, 7, -1], pa.int32()), pa.array(["IN", "US"]), safe=False)
    with pytest.raises(ng.errors.InputError, match="out of bounds"):
        ng.normalize(["2025550123"] * 3, region=codes)
