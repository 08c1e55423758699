"""What the facts of the event log say of each number: its status, and what a list tells of it.

Owns the precedence of statuses and who is protected. Knows no SQL, no file and no clock. One idea: each number has a
position among all numbers, in ascending order, and every kind of fact becomes an array over those positions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

from numguard import _core

pc: Any = pyarrow.compute  # its stubs know no plain Python values

__all__ = ["DECISIONS", "FACTS", "IN_FORCE", "OUTCOMES", "STATUSES", "Facts", "derive"]

#: Every status, in the order in which the first that holds is taken.
STATUSES = (
    "protected",
    "withdrawn",
    "blocked",
    "rejected",
    "reverified",
    "reactivated",
    "requested",
    "confirmed",
    "reported",
    "reverify",
)

#: The statuses of a number that something is to be done about, or was.
IN_FORCE = ("reported", "requested", "confirmed", "blocked", "reverify")

#: What an officer may decide.
DECISIONS = ("confirmed", "withdrawn", "protected", "unprotected", "reverified", "reactivated")

#: What may come back from an operator.
OUTCOMES = ("blocked", "rejected", "reverified", "reactivated")

#: The kinds of facts that a state is derived from.
FACTS = ("versions", "namings", "complainants", "links", "decisions", "outcomes", "exported")

# Numbers of these kinds are nobody's handset: they are protected from the start.
_PROTECTED_KINDS = ("toll_free", "service")

Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]

_NEVER = -1


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts up to some event, one table a kind, as the store gives them.

    Namings and complainants say in which version of a complaint they stand: (event, version).
    """

    versions: pa.Table
    namings: pa.Table
    complainants: pa.Table
    links: pa.Table
    decisions: pa.Table
    outcomes: pa.Table
    exported: pa.Table


def derive(facts: Facts) -> pa.Table:
    """The state of every number of `facts`, ascending.

    Columns: msisdn (uint64), status, kind, decided (bool: an officer confirmed it), asked (bool: a block was requested,
    or done), hop (null where only decided), district, source (both its first complaint's, or its seed's), reason,
    complaints, sources, districts (int64: distinct ones; a complainant who repeats counts once), first_reported,
    last_reported, last_told (microseconds UTC), via_imei.
    """
    versions = _Versions(facts.versions)
    complaining = facts.complainants["msisdn"].filter(pa.array(versions.stands[versions.of(facts.complainants)]))
    numbers = _universe(facts, complaining)
    size = len(numbers)
    named = _Named(facts.namings, versions, numbers)
    decisions = _Last(
        facts.decisions.filter(pc.is_in(facts.decisions["status"], pa.array(_DECIDING))), numbers, "event"
    )
    shields = _Last(
        facts.decisions.filter(pc.is_in(facts.decisions["status"], pa.array(("protected", "unprotected")))),
        numbers,
        "event",
    )
    outcomes = _Last(facts.outcomes, numbers, "event", "ordinal")
    sent = _Last(
        facts.exported.filter(pc.is_in(facts.exported["action"], pa.array(("block", "release")))), numbers, "event"
    )

    explained: Any = _core.explain(pa.array(numbers.astype(np.uint64)))
    kind = pc.cast(explained.field("kind"), pa.string())
    own = np.zeros(size, np.bool_)
    own[_positions(complaining, numbers)] = True
    placeholder = _bools(pc.equal(pc.cast(explained.field("note"), pa.string()), "placeholder"))
    special = _bools(pc.is_in(kind, pa.array(_PROTECTED_KINDS)))
    protected = np.where(shields.said, shields.means("protected"), own | placeholder | special)

    confirmed = decisions.means("confirmed")
    taken_back = decisions.means("withdrawn")
    grounded = (named.stands | confirmed) & ~protected & ~taken_back
    linked = _Linked(facts.links, numbers, grounded)

    answered = outcomes.said & (outcomes.event > decisions.event)
    turned = {status: decisions.means(status) & ~answered for status in ("reverified", "reactivated")}
    last_answer = np.maximum(
        outcomes.event,
        np.where(decisions.means("reverified") | decisions.means("reactivated"), decisions.event, _NEVER),
    )
    asked = sent.means("block", column="action") & (sent.event > last_answer)
    # Of a number that was asked for as a reported one, and now is only linked, nobody decided anything.
    requested = asked & (named.stands | confirmed)
    nothing_stands = ~(named.stands | linked.stands | (decisions.said & ~taken_back))

    holds = {
        "protected": protected,
        "withdrawn": taken_back | nothing_stands,
        **{status: answered & outcomes.means(status) | turned.get(status, False) for status in OUTCOMES},
        "requested": requested,
        "confirmed": confirmed,
        "reported": named.stands,
        "reverify": linked.stands,
    }
    code = np.select([holds[status] for status in STATUSES], list(range(len(STATUSES))), default=1).astype(np.int8)
    status = pa.DictionaryArray.from_arrays(code, pa.array(STATUSES)).cast(pa.string())

    shielded = _first_text(
        (shields.said, shields.text("reason")),
        (own, "complainants_number"),
        (placeholder, "placeholder"),
        (special, kind),
    )
    reason = _first_text(
        (protected, shielded),
        (taken_back, decisions.text("reason")),
        (nothing_stands, "nothing_stands"),
        (answered, pc.coalesce(outcomes.text("reason"), "answered_by_operator")),
        (decisions.said, decisions.text("reason")),
        (named.stands, "named_in_complaint"),
        (linked.stands, "linked_by_handset"),
    )
    only_linked = linked.stands & ~named.stands
    told = _led(named.told, only_linked, linked.seed)
    told = np.where(told != _NEVER, told, decisions.number("at"))
    # Where nothing stands, a number is let go in the district that had it.
    district, source = (
        _led(
            np.where(only_linked, -1, own),
            ~named.stands & (linked.stands | (own < 0)) & (linked.seed >= 0),
            linked.seed,
        )
        for own in (named.district, named.source)
    )
    return pa.table(
        {
            "msisdn": pa.array(numbers.astype(np.uint64)),
            "status": status,
            "kind": kind,
            "decided": pa.array(confirmed),
            "asked": pa.array(asked | (outcomes.means("blocked") & answered)),
            "hop": _known(np.where(named.stands, 0, linked.hop), named.stands | linked.stands),
            "district": _taken(named.districts, district),
            "source": _taken(named.sources_as_written, source),
            "reason": reason,
            "complaints": pa.array(named.complaints),
            "sources": pa.array(named.sources),
            "districts": pa.array(named.districts_named),
            "first_reported": named.first_reported,
            "last_reported": named.last_reported,
            "last_told": _known(told, told != _NEVER),
            "via_imei": pc.cast(_known(linked.via_imei, only_linked), pa.uint64()),
        }
    )


_DECIDING = ("confirmed", "withdrawn", "reverified", "reactivated")


def _led(own: Ints, follows: Bools, seed: Ints) -> Ints:
    """`own`, and for those that follow their seed and have none (below 0) the seed's, which may follow its own seed."""
    while True:
        found = np.where(follows & (own < 0), own[seed], own)
        if np.array_equal(found, own):
            return own
        own = found


def _universe(facts: Facts, complaining: pa.ChunkedArray[Any]) -> Ints:
    told = (facts.namings, facts.links, facts.decisions, facts.outcomes, facts.exported)
    columns = [complaining, facts.links["seed_msisdn"], *(table["msisdn"] for table in told)]
    parts = [np.asarray(column.to_numpy(), np.int64) for column in columns]
    return _distinct(np.concatenate(parts))


def _distinct(values: Ints) -> Ints:
    """The distinct values, ascending: a sort is twice as fast here as NumPy's own way by a hash table."""
    values = np.sort(values)
    first = np.ones(len(values), np.bool_)
    first[1:] = values[1:] != values[:-1]
    return values[first]


def _positions(msisdns: pa.ChunkedArray[Any], numbers: Ints) -> Ints:
    return np.searchsorted(numbers, np.asarray(msisdns.to_numpy(), np.int64))


class _Last:
    """The last fact of a kind for each number; `event` is `_NEVER` where there is none."""

    def __init__(self, table: pa.Table, numbers: Ints, *order: str) -> None:
        table = table.sort_by([(column, "ascending") for column in order])
        self.table = table
        self.row = np.full(len(numbers), -1, np.int64)
        # Of repeated positions, the last assignment stays.
        self.row[_positions(table["msisdn"], numbers)] = np.arange(len(table))
        self.said = self.row >= 0
        self.event = self.number("event")

    def number(self, column: str) -> Ints:
        values = np.append(np.asarray(self.table[column].to_numpy(), np.int64), _NEVER)
        return values[self.row]

    def text(self, column: str) -> pa.Array[Any]:
        return _taken(self.table[column], self.row)

    def means(self, word: str, *, column: str = "status") -> Bools:
        found = np.append(_bools(pc.equal(self.table[column], word)), False)
        return found[self.row]


class _Versions:
    """The versions of complaints, found by their event and row."""

    def __init__(self, table: pa.Table) -> None:
        key = _key(table, "row")
        if (key[1:] < key[:-1]).any():
            order = np.argsort(key)
            table, key = table.take(order), key[order]
        self._key = key
        self.stands = np.asarray(table["stands"].to_numpy(), np.int64) == 1
        self.complaint = np.asarray(table["complaint"].to_numpy(), np.int64)
        self.undated = _bools(pc.is_null(table["reported_at"]))
        self.moment = np.asarray(pc.fill_null(table["reported_at"], 0).to_numpy(), np.int64)
        self.told = np.where(self.undated, np.asarray(table["added_at"].to_numpy(), np.int64), self.moment)
        # Whoever is not known is taken for a different person each time.
        self.who = _codes(_dictionary(pc.coalesce(table["complainant"], pc.negate(table["complaint"]))).indices)
        self.source = _folded(table["source"])
        self.district = _folded(table["district"])
        self.districts, self.district_as_written = _written(table["district"])
        self.sources, self.source_as_written = _written(table["source"])

    def of(self, told: pa.Table) -> Ints:
        """The version in which each row of `told` stands."""
        return np.searchsorted(self._key, _key(told, "version"))


def _key(table: pa.Table, row: str) -> Ints:
    event, at = (np.asarray(table[name].to_numpy(), np.int64) for name in ("event", row))
    return (event << 32) | at


class _Named:
    """What complaints say of each number."""

    def __init__(self, namings: pa.Table, versions: _Versions, numbers: Ints) -> None:
        size = len(numbers)
        version = versions.of(namings)
        position = _positions(namings["msisdn"], numbers)
        stands = versions.stands[version]
        self.stands = np.zeros(size, np.bool_)
        self.stands[position[stands]] = True

        # A number's district and source are its first complaint's: those that stand before those that do not.
        keys = (versions.complaint, versions.moment, versions.undated, ~versions.stands)
        order = np.lexsort((version, *(key[version] for key in keys), position))[::-1]
        first = np.full(size, -1, np.int64)
        first[position[order]] = version[order]
        self.districts = versions.districts
        self.district = np.append(versions.district_as_written, -1)[first]
        self.sources_as_written = versions.sources
        self.source = np.append(versions.source_as_written, -1)[first]

        position, version = position[stands], version[stands]
        self.told = np.full(size, _NEVER, np.int64)
        np.maximum.at(self.told, position, versions.told[version])

        def several(codes: Ints) -> Ints:
            """How many distinct words stand for each number; no word is none."""
            pairs = _distinct((position << 32) | codes[version])
            return np.bincount(pairs[(pairs & 0xFFFFFFFF) != 0xFFFFFFFF] >> 32, minlength=size)

        self.complaints = several(versions.who)
        self.sources = several(versions.source & 0xFFFFFFFF)
        self.districts_named = several(versions.district & 0xFFFFFFFF)

        dated = ~versions.undated[version]
        position, moment = position[dated], versions.moment[version[dated]]
        begin, end = np.full(size, np.iinfo(np.int64).max), np.full(size, np.iinfo(np.int64).min)
        np.minimum.at(begin, position, moment)
        np.maximum.at(end, position, moment)
        self.first_reported, self.last_reported = _known(begin, end >= begin), _known(end, end >= begin)


class _Linked:
    """The best link of each number: fewest hops, most sightings, then the oldest run, handset and path."""

    def __init__(self, links: pa.Table, numbers: Ints, grounded: Bools) -> None:
        size = len(numbers)
        seeds = _positions(links["seed_msisdn"], numbers)
        # A link stands as long as its run and its seed do. Only a link that stands is preferred over one that does not.
        stands = (np.asarray(links["stands"].to_numpy(), np.int64) == 1) & grounded[seeds]
        columns = {
            name: np.asarray(links[name].to_numpy(), np.int64)
            for name in ("hop", "sightings", "event", "via_imei", "via_msisdn")
        }
        position = _positions(links["msisdn"], numbers)
        order = np.lexsort(
            (
                columns["via_msisdn"],
                columns["via_imei"],
                columns["event"],
                -columns["sightings"],
                columns["hop"],
                ~stands,
                position,
            )
        )[::-1]
        best = np.full(size, -1, np.int64)
        best[position[order]] = order
        self.stands = np.append(stands, False)[best]
        self.hop = np.append(columns["hop"], 0)[best]
        self.via_imei = np.append(columns["via_imei"], 0)[best]
        self.seed = np.append(seeds, -1)[best]


def _dictionary(column: pa.ChunkedArray[Any]) -> Any:
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.unify_dictionaries().combine_chunks()
    return encoded


def _written(column: pa.ChunkedArray[Any]) -> tuple[pa.Array[Any], Ints]:
    """The distinct words of `column`, and which of them stands in each row; -1 where none does."""
    encoded = _dictionary(column)
    return encoded.dictionary, _codes(encoded.indices)


def _folded(column: pa.ChunkedArray[Any]) -> Ints:
    """Codes of the words of `column`, upper and lower case being one; -1 where nothing is said."""
    encoded = _dictionary(column)
    lower = pc.utf8_lower(encoded.dictionary).dictionary_encode()
    return _codes(lower.indices.take(encoded.indices))


def _codes(indices: pa.Array[Any]) -> Ints:
    return np.asarray(pc.fill_null(indices, -1).to_numpy(zero_copy_only=False), np.int64)


def _bools(values: pa.Array[Any] | pa.ChunkedArray[Any]) -> Bools:
    return np.asarray(
        pc.fill_null(values, False).to_numpy(zero_copy_only=False)
        if isinstance(values, pa.Array)
        else pc.fill_null(values, False).to_numpy(),
        np.bool_,
    )


def _known(values: Ints, known: Bools) -> pa.Array[Any]:
    return pa.array(values, pa.int64(), mask=~known)


def _taken(words: pa.Array[Any] | pa.ChunkedArray[Any], rows: Ints) -> pa.Array[Any]:
    """The word of each row; null where the row is -1."""
    taken = words.take(pa.array(rows, pa.int64(), mask=rows < 0)).cast(pa.string())
    return taken.combine_chunks() if isinstance(taken, pa.ChunkedArray) else taken


def _first_text(*choices: tuple[Bools, Any]) -> pa.Array[Any]:
    """The text of the first choice that holds; null where none does."""
    text: Any = pa.scalar(None, pa.string())
    for holds, said in reversed(choices):
        text = pc.if_else(pa.array(holds), said, text)
    told: pa.Array[Any] = text
    return told
