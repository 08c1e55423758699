"""`series.numguard.normalize()`: numbers and sets in pandas, with results in pandas.

Importing this module adds the accessor `numguard` to series. A result has the index and name of the series, and a
nullable type: a refused cell is `<NA>`, and no number becomes floating point.

    >>> import pandas as pd, numguard as ng, numguard.adapters.pandas
    >>> calls = pd.DataFrame({"a_party": ["098765 43210", "1930"], "seconds": [12, 40]})
    >>> listed = ng.NumberSet(["9876543210"])
    >>> calls[calls["a_party"].numguard.contains(listed).fillna(False)]["seconds"].tolist()
    [12]
    >>> calls["a_party"].numguard.explain()["note"].dropna().tolist()
    ['short_code']
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from numguard import _core
from numguard._core import ImeiSet, NumberSet
from numguard.adapters import lookup
from numguard.errors import ArgumentError, MissingExtraError, UnsupportedTypeError
from numguard.types import Regions, Style

try:
    import pandas as pd
except ImportError:
    raise MissingExtraError('pandas is not installed: pip install "numguard-telecom[pandas]"') from None

__all__ = ["NumguardAccessor"]


@pd.api.extensions.register_series_accessor("numguard")
class NumguardAccessor:
    """The verbs on a series; made by pandas."""

    def __init__(self, series: pd.Series[Any]) -> None:
        if isinstance(series.dtype, pd.PeriodDtype):  # to Arrow they are integers: their place on the calendar
            raise UnsupportedTypeError(
                f"a column of type {series.dtype} holds no numbers: cast it to text, Int64 or UInt64"
            )
        self._series = series

    def normalize(self, *, region: Regions = "IN") -> pd.Series[Any]:
        """Each cell's E.164 digits (UInt64), `<NA>` where it is refused; as `numguard.normalize`."""
        return self._like(_core.normalize(self._series, region=self._beside(region)))

    def normalize_imei(self) -> pd.Series[Any]:
        """Each cell's fourteen digits (UInt64), `<NA>` where it is refused; as `numguard.normalize_imei`."""
        return self._like(_core.normalize_imei(self._series))

    def format(self, style: Style = "e164") -> pd.Series[Any]:
        """Each number written out (string); the series holds canonical keys; as `numguard.format`."""
        return self._like(_core.format(self._series, style))

    def extract(self, *, region: Regions = "IN") -> pd.Series[Any]:
        """The numbers that each text names (lists of UInt64); as `numguard.extract`."""
        return self._like(_core.extract(self._series, region=self._beside(region)))

    def explain(self, *, region: Regions = "IN") -> pd.DataFrame:
        """Each cell's number, kind and note (`msisdn`, `kind`, `note`); as `numguard.explain`."""
        return self._frame(_core.explain(self._series, region=self._beside(region)))

    def explain_imei(self) -> pd.DataFrame:
        """Each cell's handset, form and note (`imei14`, `form`, `note`); as `numguard.explain_imei`."""
        return self._frame(_core.explain_imei(self._series))

    def contains(self, members: NumberSet | ImeiSet, *, region: Regions = "IN") -> pd.Series[Any]:
        """Whether each cell is a member (boolean), `<NA>` where it is missing or refused; as `NumberSet.contains`."""
        return self._like(lookup(members, "contains", self._beside(region))(self._series))

    def position(self, members: NumberSet | ImeiSet, *, region: Regions = "IN") -> pd.Series[Any]:
        """Each cell's index in `members.to_array()` (UInt32), `<NA>` if it is no member; as `NumberSet.position`."""
        return self._like(lookup(members, "position", self._beside(region))(self._series))

    def _beside(self, region: Regions) -> Regions:
        """The region; a series of them has a code for each row, which pandas finds by the index, and Arrow by place."""
        if isinstance(region, pd.Series) and not region.index.equals(self._series.index):
            raise ArgumentError("region: its index is not that of the series: reindex it first")
        return region

    def _like(self, answer: Any) -> pd.Series[Any]:
        """A result as a series with the index and name of the input."""
        answered: pd.Series[Any] = answer.to_pandas(types_mapper=_nullable)
        answered.index = self._series.index
        return answered.rename(self._series.name)

    def _frame(self, answer: Any) -> pd.DataFrame:
        """A result with several fields as a frame with the index of the input."""
        chunks: list[Any] = answer.chunks if isinstance(answer, pa.ChunkedArray) else [answer]
        parts = [pa.RecordBatch.from_struct_array(chunk) for chunk in chunks]
        frame: pd.DataFrame = pa.Table.from_batches(parts, pa.schema(answer.type.fields)).to_pandas(
            types_mapper=_nullable, strings_to_categorical=False
        )
        frame.index = self._series.index
        return frame


def _nullable(kind: pa.DataType) -> Any:
    """The nullable pandas type of a column."""
    known = {pa.uint64(): pd.UInt64Dtype(), pa.uint32(): pd.UInt32Dtype(), pa.bool_(): pd.BooleanDtype()}
    return known.get(kind, pd.ArrowDtype(kind) if pa.types.is_list(kind) or pa.types.is_large_list(kind) else None)
