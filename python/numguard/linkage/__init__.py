"""Seeds x sightings -> the numbers that shared a handset with them, how, and where the walk stopped.

Owns which seeds and sightings are accepted. Independent of the rules of linkage: those are in the compiled module,
bounded by a `LinkPolicy`.

    >>> import numguard as ng, pyarrow as pa
    >>> sightings = pa.table({
    ...     "served_msisdn": ["9876543210", "9123456789", "9123456789"],
    ...     "imei14": ["35824005111111", "35824005111111", "35824005222222"],
    ... })
    >>> found = ng.expand(["98765 43210"], sightings)
    >>> found.linked.select(["msisdn", "hop", "seed_msisdn"]).to_pylist()
    [{'msisdn': 919123456789, 'hop': 1, 'seed_msisdn': 919876543210}]
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypedDict

import pyarrow as pa

from numguard._core import ImeiSet, Linkage, check_sightings, parquet_schema
from numguard.compute import decoded, is_text, named, pc, whole
from numguard.errors import ArgumentError, ColumnError, InputError, UnsupportedTypeError
from numguard.linkage.expansion import Expansion, expansion_of
from numguard.linkage.graph import Graph
from numguard.linkage.places import Places
from numguard.linkage.policy import LinkPolicy, bounds_of
from numguard.linkage.unread import Unread
from numguard.progress import Throttle
from numguard.source import (
    OpenSource,
    ParquetPart,
    Part,
    accounted,
    check_columns,
    check_header,
    dated,
    each_source,
    exporting,
    in_part,
    in_steps,
    is_listed_twice,
    looks_national,
    open_source,
    refused_rows,
    together,
)
from numguard.source.dated import check_alike, moments_of
from numguard.source.frames import chosen, table_of
from numguard.source.strict import strict_error
from numguard.types import Region, Source, Values, is_whole
from numguard.warning import warn

__all__ = ["Expansion", "Graph", "LinkPolicy", "LinkageProgress", "WalkOptions", "expand"]

_DEFAULT_POLICY = LinkPolicy()

#: Bytes of sightings kept in memory: a hundred million rows.
_MEMORY_LIMIT = 1_200_000_000


@dataclass(frozen=True)
class LinkageProgress:
    """The progress of a linkage."""

    #: `"reading"` the sightings, or searching them for the `"numbers"` or `"handsets"` of a level.
    stage: Literal["reading", "numbers", "handsets"]
    #: The current level; 0 while reading.
    hop: int
    #: Rows read, or searched at this stage.
    rows: int
    #: Rows to search in all; None while reading.
    of: int | None
    #: The file being read; None for a table or stream, and after reading.
    file: str | None
    #: Wall time so far.
    seconds: float


class WalkOptions(TypedDict, total=False):
    """The keyword arguments of `expand` beside seeds, sightings and policy."""

    msisdn: str
    imei: str
    at: str | None
    latitude: str
    longitude: str
    cell: str
    place: str
    region: Region
    progress: Callable[[LinkageProgress], object] | None
    threads: int | None
    memory_limit: int
    strict: bool
    list_refused: bool


def expand(
    seeds: Values | Mapping[str, Values],
    sightings: Source,
    policy: LinkPolicy = _DEFAULT_POLICY,
    *,
    msisdn: str = "served_msisdn",
    imei: str = "imei14",
    at: str | None = "at",
    latitude: str = "latitude",
    longitude: str = "longitude",
    cell: str = "first_cell",
    place: str = "place",
    region: Region = "IN",
    progress: Callable[[LinkageProgress], object] | None = None,
    threads: int | None = None,
    memory_limit: int = _MEMORY_LIMIT,
    strict: bool = False,
    list_refused: bool = False,
) -> Expansion:
    """Walks from reported numbers through the handsets they were seen in to the other numbers of those handsets.

    A sighting means that the *served* number of a call record was used in that handset at that time; the IMEI of a
    record does not concern the other party. The result depends neither on the order of the rows nor on the threads.

    Args:
        seeds: The reported numbers: an array, a list, a `NumberSet`; or a table with the columns `msisdn` and
            `reported_at` (timestamps, dates, or text in ISO 8601), which `days_before` and `days_after` of the policy
            need.
        sightings: Any source that `scan` accepts, a reader of `read_cdr`, or a list of several such tables and readers.
        policy: The bounds of the walk.
        msisdn: The column of served numbers, of any type that `normalize` accepts.
        imei: The column of IMEIs, of any type that `normalize_imei` accepts. Placeholders are kept apart, not refused.
        at: The column of times: timestamps (without a zone: IST), dates (their midnight, IST), or text in ISO 8601, as
            in CSV; a row with another text is refused as `not_a_time`. None: no times. A source without a column `at`
            has none either, unless the policy has a rule about time.
        latitude: The column of degrees north, read where the policy has `max_speed_kmh` or `max_numbers_in_one_place`,
            as the next three. Without such a column, and with 0/0, the place of a sighting is unknown.
        longitude: The column of degrees east.
        cell: The column of cells, compared as text.
        place: The column of circles, compared as text: a circle that is written in two ways counts as two, so read
            operator files with `read_cdr`, which gives each circle one name.
        region: How bare digits are read, as in `normalize`.
        progress: Called with a `LinkageProgress` every quarter of a second, and at the end of the walk.
        threads: How many threads to use; None takes as many as the process may.
        memory_limit: Bytes of sightings to keep in memory, some twelve a row. The rest is written, in that form, to a
            temporary file without a name (in `TMPDIR`). If that has no space, local Parquet files are read again for
            each pass, and a stream is an error. A table that is in memory already does not count.
        strict: A row of sightings that cannot be read is an error; else it is counted in `refused`.
        list_refused: Name each row whose number, IMEI or time cannot be read in `refused_rows`, beside the lines of
            texts that are no rows. All sightings are read once more for it.

    Returns:
        An `Expansion`. No seeds or no sightings give an empty one.

    Raises:
        FileMissingError: There is no file at a path.
        ColumnError: The source or the table of seeds has no such column.
        UnsupportedTypeError: A column's type cannot hold such values; the message names the column.
        InputError: A file cannot be read.
        ArgumentError: An argument is invalid.

    Examples:
        >>> import numguard as ng, pyarrow as pa
        >>> sightings = pa.table({
        ...     "number": ["9876543210", "9812345678", "9700012345"],
        ...     "imei": ["490154203237518", "490154203237510", "358240051111110"],
        ... })
        >>> ng.expand(["98765 43210"], sightings, msisdn="number", imei="imei").linked["msisdn"].to_pylist()
        [919812345678]
    """
    check_call(policy, msisdn, imei, at)
    if not is_whole(memory_limit, 0):
        raise ArgumentError("memory_limit: takes a whole number of bytes")
    if progress is not None and not callable(progress):
        raise ArgumentError("progress: takes a function, or None")
    msisdns, reported_at = read_seeds(seeds, policy)
    bounds = bounds_of(policy)
    linkage = Linkage(msisdns, reported_at, bounds, region=region, memory_limit=memory_limit, threads=threads)
    tell = _Progress(progress)
    columns = partial(columns_read, policy, msisdn, imei, at)
    where = {"latitude": latitude, "longitude": longitude, "cell": cell, "place": place}
    places = Places(where) if policy.place_rules else None
    unread = Unread(policy, region, bounds["clock"]) if list_refused else None
    opened: list[OpenSource] = []
    with together(each_source(sightings)):
        parts = _read(linkage, sightings, columns, region, tell, opened=opened, unread=unread, places=places)
    if linkage.rows_untimed() and is_listed_twice(sightings):
        raise InputError(
            "sightings: a file is listed twice, and rows without a time would each count twice: list it once"
        )
    while (state := linkage.step()) is not None:
        tell(state, None)
    tell.finish()
    found = linkage.finish()
    account = accounted(parts, opened, refused=found["refused"], columns=[msisdn, imei])
    rows_placed = found.pop("rows_placed")
    if places is not None:
        account["rows_placed"] = places.rows + rows_placed
    found["account"], found["refused"] = account, account["refused_rows"]
    found["refused_rows"] = refused_rows(parts)
    if unread is not None:
        found["refused_rows"] = pa.concat_tables([found["refused_rows"], unread.table()])
    if strict and account["rows_refused"]:
        raise strict_error("sightings", account["rows_refused"], notes=account["refused_rows"])
    if found.pop("looks_national"):
        warn(looks_national(msisdn))
    return expansion_of(found, policy)


def columns_read(policy: LinkPolicy, msisdn: str, imei: str, at: str | None, names: Collection[str]) -> list[str]:
    """The columns of numbers, IMEIs and times that are read of a source with columns of these names.

    A source without a column of the default name has no times, unless the policy needs them.
    """
    timed = at is not None and (policy.time_rules or at != "at" or at in names)
    return [msisdn, imei, at] if at is not None and timed else [msisdn, imei]


def check_call(policy: LinkPolicy, msisdn: str, imei: str, at: str | None) -> None:
    """Checks the arguments of an expansion.

    Raises:
        ArgumentError: An argument is invalid, or does not fit the policy.
    """
    if not isinstance(policy, LinkPolicy):
        raise ArgumentError(f"policy: takes a LinkPolicy, not {type(policy).__name__}")
    for name, column in (("msisdn", msisdn), ("imei", imei)):
        if not isinstance(column, str):
            raise ArgumentError(f"{name}: takes the name of a column")
    if not (at is None or isinstance(at, str)):
        raise ArgumentError("at: takes the name of a column, or None")
    if at is None and policy.time_rules:
        raise ArgumentError(f"at: takes the name of the column of times, for the policy has {policy.time_rules[0]}")


def read_seeds(seeds: Any, policy: LinkPolicy) -> tuple[Any, pa.Array[Any] | None]:
    """The numbers, and the times of report where the policy needs them."""
    if isinstance(seeds, ImeiSet):
        raise ArgumentError("seeds: takes numbers, not an ImeiSet")
    if hasattr(seeds, "collect") and not hasattr(seeds, "__arrow_c_stream__"):
        raise ArgumentError("seeds: takes data, not a lazy frame: collect() it")
    # Tables of every library have columns, and series have none.
    if not isinstance(seeds, Mapping) and not hasattr(seeds, "columns"):
        if policy.is_relative:
            raise ArgumentError(
                "seeds: takes a table with msisdn and reported_at when the policy has days_before or days_after"
            )
        return seeds, None
    column_of = getattr(seeds, "get", None)
    if policy.is_relative and column_of is not None:
        check_alike("seeds: column 'reported_at'", column_of("reported_at"))
    wanted = ["msisdn", "reported_at"] if policy.is_relative else ["msisdn"]
    with exporting("seeds"):
        table = table_of(chosen(seeds, wanted))
    for column in wanted:
        if table.schema.get_field_index(column) < 0:
            raise ColumnError(f"seeds: no column '{column}' (or more than one); there are: {named(table.column_names)}")
    numbers, *times = (whole(table.column(column)) for column in wanted)
    return numbers, _moments(times[0]) if times else None


def _moments(times: Any) -> Any:
    """Days of report; of text, those in ISO 8601."""
    if not is_text(decoded(times.type)):
        return times
    found, is_unread = moments_of(times)
    row = pc.index(is_unread, True).as_py()
    if row >= 0:
        raise UnsupportedTypeError(f"seeds: column 'reported_at': the text in row {row + 1} is no time in ISO 8601")
    return found


def _read(
    linkage: Linkage,
    sightings: Source,
    columns_in: Callable[[list[str]], list[str]],
    region: Region,
    tell: _Progress,
    *,
    opened: list[OpenSource],
    unread: Unread | None,
    places: Places | None,
) -> list[Part]:
    """Reads all sightings, local Parquet by the compiled module; the parts. Fills `opened` with the sources."""
    parts: list[Part] = []
    # A table stays in memory while its owner holds it; a batch of a stream may keep much more in memory.
    keep = isinstance(sightings, pa.Table)
    files: list[tuple[Any, list[str], list[str] | None]] = []
    for part in _parts(sightings, columns_in, opened):
        if isinstance(part, ParquetPart):
            stored = parquet_schema(part.path)
            columns = columns_in([*stored.names, *part.about.partitions])
            degrees = [] if places is None else places.degrees(stored, part.schema().names)
            if set(columns) <= set(stored.names) and degrees is not None:
                check_header(columns, part.above.header_row, part.name)
                files.append((part.path, columns, degrees or None))
                part.count_rows()
                parts.append(part)
                if unread is not None:
                    unread.look_at(part, columns)
                continue
        for batches in _steps(part, columns_in(part.schema().names), region, unread, places):
            state = linkage.read(batches, keep, placed=places is not None)
            tell(state, part.name)
        parts.append(part)
    linkage.begin(files)
    while (read := linkage.read_on()) is not None:
        state, file = read
        tell(state, str(files[file][0]))
    return parts


def _parts(sightings: Any, columns_in: Callable[[list[str]], list[str]], opened: list[OpenSource]) -> Iterator[Part]:
    """The parts of a source, or of each of several streams: tables, readers of operator files; fills `opened`."""
    names = columns_in([])
    for source in each_source(sightings):
        opened.append(open_source(source, wanted=names, keys=names[:2], parameter="sightings"))
        for part in opened[-1].parts:
            part.check_keys(names[:2])
            yield dated(part, *columns_in(part.schema().names)[2:])


def _steps(
    part: Part, columns: list[str], region: Region, unread: Unread | None, places: Places | None
) -> Iterator[list[pa.RecordBatch]]:
    """The rows of a part, as lists of batches: keys, times, and places if needed."""
    checked = None
    check_columns(columns, part.schema(), part.name, are_of_sightings=True)
    wanted = columns if unread is None else [*columns, *part.origin()]
    if places is not None:
        wanted = [*wanted, *(name for name in places.columns(part.schema().names) if name not in wanted)]
    check_header(wanted, part.above.header_row, part.name)

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal checked
        for batch in part.batches(wanted):
            data = batch.data if wanted == columns else batch.data.select(columns)
            if data.schema != checked:
                with in_part(part):
                    check_sightings(list(data.schema), region)
                checked = data.schema
            if unread is not None:
                unread.take(batch, columns)
            yield data if places is None else places.beside(data, batch.data)

    return in_steps(batches())


class _Progress:
    """Reports the state of a linkage to the caller's function."""

    def __init__(self, progress: Callable[[LinkageProgress], object] | None) -> None:
        self._report = Throttle(progress)
        self._begun = time.perf_counter()
        self._last: tuple[int, str | None, int, int | None] = (0, None, 0, None)

    def __call__(
        self, state: tuple[int, str | None, int, int | None], file: str | None, *, is_last: bool = False
    ) -> None:
        self._last = hop, side, rows, of = state
        self._report(
            lambda: LinkageProgress(side or "reading", hop, rows, of, file, time.perf_counter() - self._begun),  # type: ignore[arg-type]
            now=is_last,
        )

    def finish(self) -> None:
        """Reports the last state once more, so that a short walk is reported too."""
        self(self._last, None, is_last=True)
