"""numguard in other engines: one engine's calling convention a file, without domain rules.

DuckDB passes 2,048 rows at a time on its own threads, so each call uses one thread. Polars passes whole columns or
pieces of a hundred thousand rows, one call at a time, so a call uses all threads that it may. The results are those of
the functions of `numguard`. pyarrow needs no adapter, because these functions take and return its arrays; the one of
pandas returns series.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import pyarrow as pa

from numguard._core import ImeiSet, NumberSet, normalize
from numguard.errors import ArgumentError
from numguard.scanning.marks import no_set
from numguard.types import Regions


def check_region(region: object) -> None:
    """Raises ArgumentError where the query is written, for what a query cannot use.

    An engine passes pieces of a column, in an order of its own, so a column of regions would not be beside its cells.
    """
    if not (region is None or isinstance(region, str)):
        raise ArgumentError("region: takes one region for all rows, or None; numguard.normalize takes one for each row")
    normalize([], region=region)


def without_codes(answers: Any) -> Any:
    """Answers of several fields with text in place of codes, of which an engine would make other ones in each piece."""
    fields = [f.with_type(f.type.value_type) if pa.types.is_dictionary(f.type) else f for f in answers.type]
    return answers.cast(pa.struct(fields))


def lookup(members: object, verb: Literal["contains", "position"], region: Regions) -> Callable[..., Any]:
    """The method of a set that looks a column up: of numbers, those without a country code read by the region.

    Raises:
        ArgumentError: It is no set.
    """
    if isinstance(members, NumberSet):
        return partial(getattr(members, verb), region=region)
    if isinstance(members, ImeiSet):
        found: Callable[..., Any] = getattr(members, verb)
        return found
    raise no_set("members:", members)
