"""Call records at any size: a seeded stream of Arrow batches, the same for the demonstration and the benchmarks.

Owns the look of bulk records: forms, skew, daily rhythm, hit rate. Independent of what is planted in them, except for
its numbers, and of how they are read.

The one idea: batch k depends on the seed and k alone, so that any part can be made again, in any order, with memory for
one batch only. Text is written as a matrix of bytes, a row a cell, from which the unused bytes are squeezed out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from numguard.compute import schema_of
from numguard.files import whole_file
from numguard.indian_time import DAY_MICROS, MOMENT, OFFSET_MICROS
from numguard.synthetic.numbering import COUNTRY, U64, Numbering, check_digit, digits

SCHEMA: Final = schema_of(
    served_msisdn=pa.string(),
    imei=pa.string(),
    imsi=pa.string(),
    other_party=pa.string(),
    at=MOMENT,
    call_type=pa.string(),
    duration_s=pa.int32(),
)
CALL_TYPES: Final = ("OUT", "IN", "SMS_OUT", "SMS_IN")

_FIRST_SERIAL: Final = 10**9
_FIRST_HANDSET: Final = 10**8

_MIXED: Final = ((55, "", ""), (12, "91", ""), (10, "+91", ""), (8, "0", ""), (5, "+91-", ""), (4, "+91 ", ""))
_MIXED_MORE: Final = ((3, "0091", ""), (3, "", ".0"))
_FORMS: Final = {
    "mixed": (*_MIXED, *_MIXED_MORE),
    "clean": ((100, "", ""),),
    "operator": ((60, "", ""), (40, "91", "")),
}
"""Written forms by name: (percent, before, after) the ten digits. "+91 " is followed by two halves with a space."""

_OTHER_PARTIES: Final = (
    "AD-HDFCBK-S",
    "VM-AIRTEL",
    "JD-JIOPAY-T",
    "57575",
    "1930",
    "198",
    "1800110420",
    "+14155550132",
)
"""The content of the other party's column besides mobiles; the toll-free and foreign ones are invented."""


@dataclass(frozen=True)
class CdrSpec:
    """The properties of a stream of call records.

    Attributes:
        rows: Rows in all, planted ones included.
        seed: The same seed gives the same stream.
        subscribers: How many ordinary numbers take part; by default one for twelve rows, at most 40 million.
        hit_rate: Share of rows whose other party is one of the `listed` numbers.
        served_forms: "operator", "mixed" or "clean": how served_msisdn is written.
        other_forms: The same for other_party.
        first_day: The first day, IST.
        days: How many days the rows are spread over.
        batch_rows: Rows a batch.
    """

    rows: int
    seed: int = 1930
    subscribers: int | None = None
    hit_rate: float = 0.002
    served_forms: str = "operator"
    other_forms: str = "mixed"
    first_day: str = "2022-06-01"
    days: int = 122
    batch_rows: int = 1_000_000

    @property
    def pool(self) -> int:
        """Ordinary subscribers."""
        return self.subscribers or max(100, min(self.rows // 12, 40_000_000))


@dataclass(frozen=True, repr=False)
class Extra:
    """Rows to be worked into the stream at their times: parallel arrays, `at` in microseconds UTC and ascending.

    `other` is 0 where any number will do. `imei14` may be a placeholder.
    """

    msisdn: U64
    imei14: U64
    at: NDArray[np.int64]
    other: U64

    def part(self, start: int, stop: int) -> Extra:
        """Take the rows from `start` to before `stop`."""
        cut = slice(start, stop)
        return Extra(self.msisdn[cut], self.imei14[cut], self.at[cut], self.other[cut])


_NO_KEYS: Final = np.zeros(0, dtype=np.uint64)
_NOTHING: Final = Extra(_NO_KEYS, _NO_KEYS, np.zeros(0, dtype=np.int64), _NO_KEYS)


def cdr_batches(spec: CdrSpec, *, listed: U64 | None = None, extra: Extra | None = None) -> Iterator[pa.RecordBatch]:
    """Yields the stream, in order of time.

    Args:
        spec: What it looks like.
        listed: Numbers of which one in a `hit_rate` of rows is the other party; they never are ordinary subscribers.
        extra: Planted rows; they take the place of ordinary ones, so that `spec.rows` holds.

    >>> batches = list(cdr_batches(CdrSpec(rows=2_500, batch_rows=1_000)))
    >>> [batch.num_rows for batch in batches], batches[0].schema.names[:2]
    ([1000, 1000, 500], ['served_msisdn', 'imei'])
    """
    stream = _Stream(spec, Numbering(spec.seed), listed)
    start = int(np.datetime64(spec.first_day).astype("datetime64[us]").astype(np.int64)) - OFFSET_MICROS
    length = spec.days * DAY_MICROS
    count = -(-spec.rows // spec.batch_rows)
    taken = 0
    for k in range(count):
        begin, end = k * spec.batch_rows, min((k + 1) * spec.batch_rows, spec.rows)
        span = _Span(start + length * begin // spec.rows, start + length * end // spec.rows, end - begin)
        planted = _NOTHING
        if extra is not None:
            # The planted rows before this batch's end; those that do not fit are left to the next.
            until = len(extra.at) if k == count - 1 else int(np.searchsorted(extra.at, span.to_us))
            until = min(until, taken + span.rows)
            planted = extra.part(taken, until)
            taken = until
        yield stream.batch(np.random.default_rng([spec.seed, 3, k]), span, planted)


class _Span(NamedTuple):
    """What one batch covers."""

    from_us: int
    to_us: int
    rows: int


@dataclass(frozen=True)
class _Stream:
    spec: CdrSpec
    supply: Numbering
    listed: U64 | None

    def batch(self, rng: np.random.Generator, span: _Span, planted: Extra) -> pa.RecordBatch:
        spec, supply, rows = self.spec, self.supply, span.rows
        more = len(planted.at)
        who, whom = _skewed(rng, spec.pool, rows - more), _skewed(rng, spec.pool, rows)
        served = supply.msisdns(_FIRST_SERIAL + who)
        imei14 = supply.handsets(_FIRST_HANDSET + who)
        at = _rhythm(span, rows - more, rng)
        other = supply.msisdns(_FIRST_SERIAL + whom)
        hit = np.zeros(rows, dtype=bool)
        if self.listed is not None and len(self.listed):
            hit = rng.random(rows) < spec.hit_rate
            other[hit] = self.listed[rng.integers(0, len(self.listed), int(hit.sum()))]
        if more:
            # Planted rows go where their time is.
            place = np.searchsorted(at, planted.at)
            served = np.insert(served, place, planted.msisdn)
            imei14 = np.insert(imei14, place, planted.imei14)
            at = np.insert(at, place, planted.at)
            met = np.zeros(rows, dtype=np.uint64)
            met[place + np.arange(more)] = planted.other
            hit |= met > 0
            other = np.where(met > 0, met, other)
        call_type = rng.choice(4, rows, p=[0.42, 0.46, 0.03, 0.09]).astype(np.int8)
        duration = np.where(call_type < 2, np.minimum(rng.exponential(95, rows), 7_000), 0).astype(np.int32)
        columns = [
            msisdn_text(served, _draw(rng, spec.served_forms, rows), spec.served_forms),
            imei_text(imei14, rng),
            _imsi_text(served),
            _other_text(other, rng, spec.other_forms, keep=hit),
            pa.array(at, pa.timestamp("us", "UTC")).cast(MOMENT),
            pa.DictionaryArray.from_arrays(call_type, pa.array(CALL_TYPES)).cast(pa.string()),
            pa.array(duration),
        ]
        return pa.record_batch(columns, schema=SCHEMA)


def _skewed(rng: np.random.Generator, pool: int, size: int) -> NDArray[np.int64]:
    """Subscribers by how much they call: the busiest tenth makes about half of the calls."""
    return np.minimum((pool * rng.random(size) ** 3.3).astype(np.int64), pool - 1)


def _rhythm(span: _Span, size: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Ascending times, few at night: an even spread, bent by the hour of the day."""
    even = span.from_us + (span.to_us - span.from_us) * ((np.arange(size) + rng.random(size)) / max(size, 1))
    day, part = np.divmod(even + OFFSET_MICROS, DAY_MICROS)
    bent = np.interp(part / DAY_MICROS, [0, 0.03, 0.2, 0.85, 1.0], [0, 0.25, 0.38, 0.9, 1.0])
    seconds = (day * 86_400 + bent * 86_399).astype(np.int64)
    return seconds * 1_000_000 - OFFSET_MICROS


def _draw(rng: np.random.Generator, forms: str, size: int) -> NDArray[np.int64]:
    weights = np.array([form[0] for form in _FORMS[forms]], dtype=float)
    return rng.choice(len(weights), size, p=weights / weights.sum())


def msisdn_text(msisdns: U64, form: NDArray[np.int64], forms: str) -> pa.StringArray:
    """E.164 integers of Indian mobiles as complaints and switches write them: `form` picks a row of the named table."""
    return _squeeze(_msisdn_matrix(msisdns, form, forms))


def written(msisdns: U64, rng: np.random.Generator, forms: str) -> pa.StringArray:
    """E.164 integers of Indian mobiles as text, each in a form that `rng` draws from the named table.

    >>> written(np.array([919123456780], dtype=np.uint64), np.random.default_rng(1), "clean").to_pylist()
    ['9123456780']
    """
    return msisdn_text(msisdns, _draw(rng, forms, len(msisdns)), forms)


def _msisdn_matrix(msisdns: U64, form: NDArray[np.int64], forms: str) -> NDArray[np.uint8]:
    national = digits(msisdns - np.uint64(COUNTRY), 10)
    out = np.zeros((len(msisdns), 16), dtype=np.uint8)
    for k, (_, before, after) in enumerate(_FORMS[forms]):
        rows = np.flatnonzero(form == k)
        head = len(before)
        out[rows, :head] = np.frombuffer(before.encode(), dtype=np.uint8)
        if before == "+91 ":
            out[rows, head : head + 5] = national[rows, :5]
            out[rows, head + 5] = ord(" ")
            out[rows, head + 6 : head + 11] = national[rows, 5:]
        else:
            out[rows, head : head + 10] = national[rows]
            out[rows, head + 10 : head + 10 + len(after)] = np.frombuffer(after.encode(), dtype=np.uint8)
    return out


def _other_text(other: U64, rng: np.random.Generator, forms: str, keep: NDArray[np.bool_]) -> pa.StringArray:
    """Other parties: mobiles, and in three rows of a hundred a header, a short code or a line that is not one."""
    matrix = _msisdn_matrix(other, _draw(rng, forms, len(other)), forms)
    if forms == "mixed":
        rows = np.flatnonzero((rng.random(len(other)) < 0.03) & ~keep)
        texts = np.array([text.ljust(16, "\0") for text in _OTHER_PARTIES], dtype="S16")
        matrix[rows] = texts.view(np.uint8).reshape(-1, 16)[rng.integers(0, len(texts), len(rows))]
    return _squeeze(matrix)


def imei_text(imei14s: U64, rng: np.random.Generator) -> pa.StringArray:
    """IMEIs as networks record them: mostly the spare zero, else the check digit, or sixteen digits with a version."""
    out = np.zeros((len(imei14s), 16), dtype=np.uint8)
    out[:, :14] = digits(imei14s, 14)
    form = rng.random(len(imei14s))
    out[:, 14] = ord("0")
    with_check = form < 0.25
    out[with_check, 14] = check_digit(imei14s[with_check]) + np.uint8(ord("0"))
    with_version = form > 0.96
    out[with_version, 14:16] = digits(rng.integers(1, 99, int(with_version.sum())).astype(np.uint64), 2)
    return _squeeze(out)


def _imsi_text(msisdns: U64) -> pa.StringArray:
    """A subscriber identity for each number: country 404, network 96, ten digits that hide the number."""
    hidden = (msisdns * np.uint64(6_364_136_223_846_793_005) >> np.uint64(20)) % np.uint64(10**10)
    return _squeeze(digits(np.uint64(404_96 * 10**10) + hidden, 15))


def _squeeze(matrix: NDArray[np.uint8]) -> pa.StringArray:
    """Rows of bytes as strings, zero bytes left out."""
    used = matrix != 0
    offsets = np.zeros(len(matrix) + 1, dtype=np.int32)
    np.cumsum(used.sum(axis=1, dtype=np.int32), out=offsets[1:])
    data: Any = np.ascontiguousarray(matrix.reshape(-1) if used.all() else matrix[used])
    starts: Any = offsets
    return pa.StringArray.from_buffers(len(matrix), pa.py_buffer(starts), pa.py_buffer(data))


def write_cdr(
    path: Path,
    spec: CdrSpec,
    *,
    listed: U64 | None = None,
    extra: Extra | None = None,
    progress: Callable[[int], object] | None = None,
) -> Path:
    """Writes the stream as one Parquet file, whole or not at all: a row group a batch, Snappy.

    The parties and identities are written plain: nearly every value is a new one, and a dictionary would be given up.
    `progress` is called with the rows written so far.
    """
    few_values: Any = ["call_type"]
    rows = 0
    with (
        whole_file(path) as file,
        pq.ParquetWriter(file, SCHEMA, compression="snappy", use_dictionary=few_values) as writer,
    ):
        for batch in cdr_batches(spec, listed=listed, extra=extra):
            writer.write_batch(batch, row_group_size=spec.batch_rows)
            rows += batch.num_rows
            if progress:
                progress(rows)
    return path
