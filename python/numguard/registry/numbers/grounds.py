"""The grounds of a number: who named it, with what it was linked, and what was decided of it, as arrays.

Owns which facts count: which versions of complaints stand, which namings are certain, which wait for a decision, and
which link is the best. Independent of precedence (`state`), SQL and the clock. One idea: each number has a position
among all numbers, in ascending order, and every kind of fact becomes an array over those positions.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from numguard.compute import aggregated, ascending, by_key, pc, whole
from numguard.registry.arrays import Bools, Column, Ints, anywhere, first_of_each, flags, ints
from numguard.registry.sheets.sources import sources
from numguard.registry.spelling import folded_cells

#: In place of the number of an event that does not exist.
NEVER = -1


class Facts(NamedTuple):
    """The facts up to some event, one table a kind, as the store gives them.

    Namings and complainants have the version of the complaint that contains them: (event, version). Withdrawn
    complainants are those of withdrawn files, with the event that withdrew them.
    """

    versions: pa.Table
    namings: pa.Table
    complainants: pa.Table
    withdrawn_complainants: pa.Table
    links: pa.Table
    decisions: pa.Table
    outcomes: pa.Table
    exported: pa.Table


def universe(facts: Facts, complaining: pa.ChunkedArray[Any]) -> Ints:
    """The numbers of all facts, and complainants, ascending."""
    tables = (facts.namings, facts.links, facts.decisions, facts.outcomes, facts.exported)
    through = (facts.links[name] for name in ("seed_msisdn", "via_msisdn"))
    columns = [complaining, *through, *(table["msisdn"] for table in tables)]
    return distinct(np.concatenate([ints(column) for column in columns]))


def distinct(values: Ints) -> Ints:
    """The distinct values, ascending: a sort is twice as fast here as NumPy's hash table."""
    values = np.sort(values)
    return values[first_of_each(values)]


def positions(msisdns: pa.ChunkedArray[Any], numbers: Ints) -> Ints:
    """The position of each number."""
    return np.searchsorted(numbers, ints(msisdns))


class Last:
    """The last fact of a kind for each number; `event` is `NEVER` where there is none."""

    def __init__(self, table: pa.Table, numbers: Ints, *order: str) -> None:
        table = ascending(table, *order)
        self.table = table
        self.row = np.full(len(numbers), -1, np.int64)
        #: The position of the number of each fact, in their order.
        self.position = positions(table["msisdn"], numbers)
        # Of repeated positions, the last assignment remains.
        self.row[self.position] = np.arange(len(table))
        self.exists = self.row >= 0
        self.event = self.number("event")

    def number(self, column: str) -> Ints:
        """The value of `column` in the fact of each number; `NEVER` where there is none."""
        values = np.append(ints(self.table[column]), NEVER)
        return values[self.row]

    def text(self, column: str) -> pa.Array[Any]:
        """As `number`, of a column of text; null where there is none."""
        return taken(self.table[column], self.row)

    def means(self, word: str, *, column: str = "status") -> Bools:
        """Where the fact has `word`."""
        found = np.append(flags(pc.equal(self.table[column], word)), False)
        return found[self.row]


class Versions:
    """The versions of complaints, found by their event and row."""

    def __init__(self, table: pa.Table) -> None:
        key = version_keys(table, "row")
        if (key[1:] < key[:-1]).any():
            order = np.argsort(key)
            table, key = table.take(order), key[order]
        self._key = key
        self.live = ints(table["taken_back"]) == 0
        #: The event that amended each first; `NEVER` where none did.
        self.amended_at = ints(pc.fill_null(table["amended_at"], NEVER))
        self.stands = self.live & (self.amended_at == NEVER)
        #: The first that amended each and is withdrawn, and the last withdrawal of such; `NEVER` where there is none.
        self.dropped_at, self.restored_at = ints(table["dropped_at"]), ints(table["restored_at"])
        #: The event of the last status of its complaint, if that one is not clear.
        self.unclear_at = ints(pc.fill_null(table["unclear_at"], 0))
        self.complaint = ints(table["complaint"])
        self.undated = flags(pc.is_null(table["reported_at"]))
        self.moment = ints(pc.fill_null(table["reported_at"], 0))
        #: When it was reported, or added, if it has no date.
        self.reported_or_added = np.where(self.undated, ints(table["added_at"]), self.moment)
        # An unknown complainant counts as another one each time.
        self.who = _written(pc.coalesce(table["complainant"], pc.negate(table["complaint"])))[1]
        self.source = _folded(sources(table["source"]))
        self.district = _folded(table["district"])
        self.districts, self.district_as_written = _written(table["district"])
        self.sources, self.source_as_written = _written(table["source"])

    def of(self, rows: pa.Table) -> Ints:
        """The version that contains each of `rows`."""
        return np.searchsorted(self._key, version_keys(rows, "version"))


def version_keys(table: pa.Table, row: str) -> Ints:
    """One integer for each version of a complaint: its event, and its row in the file."""
    event, at = (ints(table[name]) for name in ("event", row))
    return (event << 32) | at


class Namings:
    """The namings of numbers in complaints: which are certain, and which wait for a decision.

    A naming waits that is doubtful, or that an amendment dropped, until the number was accepted or dismissed later. So
    does every naming of a number that was a complainant's until `lost_at`, when that complaint was withdrawn. One of a
    version without a status waits since an earlier version had one that is not clear. One in an amended version waits
    for nothing where the version that stands has the number too: only the latter may wait. A plain one waits if its
    complaint had named the number before, and that was dismissed, also where an amendment that is withdrawn since had
    put it in doubt.

    Attributes:
        version: The version of a complaint that contains each.
        position: The position of the number of each.
        unclear: It has no status, and an earlier one is not clear.
        dismissed_before: It is plain, but its complaint named the number before, which was dismissed.
        no_longer_protected: It depends on a decision after the number lost its protection.
        unsure: It is not certain by itself, whether or not that was settled.
        certain: It is, or was accepted.
        waiting: It waits.
        since: The event since which it waits, or waited.
    """

    def __init__(self, namings: pa.Table, versions: Versions, numbers: Ints, settled: Last, lost_at: Ints) -> None:
        self.version = version = versions.of(namings)
        self.position = position = positions(namings["msisdn"], numbers)
        event, live = ints(namings["event"]), versions.live[version]
        decided, lost = settled.event[position], lost_at[position]
        doubtful = _doubtful(flags(pc.is_valid(namings["doubt"])), position, version)
        in_doubt = doubtful | ~versions.stands[version]
        unclear_at = versions.unclear_at[version]
        self.unclear = (unclear_at > 0) & (unclear_at < event)
        plain = ~(doubtful | self.unclear)
        again = _since_dismissal(_Rows(position, version, event, plain, lost), versions, settled)
        self.dismissed_before = (again != NEVER) & ~(in_doubt | self.unclear)
        since = np.where(self.unclear, unclear_at, NEVER)
        in_doubt |= self.dismissed_before
        doubted_at = np.where(self.dismissed_before, again, np.maximum(event, versions.amended_at[version]))
        in_doubt_since = np.where(in_doubt, doubted_at, since)
        in_doubt |= self.unclear
        self.since = np.maximum(in_doubt_since, lost)
        was_settled = decided > self.since
        self.no_longer_protected = (lost != NEVER) & ~((decided > lost) & (event > decided))
        self.unsure = live & (in_doubt | self.no_longer_protected)
        self.certain = live & ~self.unsure | self.unsure & was_settled & settled.means("accepted")[position]
        self.waiting = self.unsure & ~was_settled & ~_named_on(position, version, versions)


class _Rows(NamedTuple):
    """Namings: the position of the number, the version and the event of each, and what was known of it by itself."""

    position: Ints
    version: Ints
    event: Ints
    #: Neither its cell nor a status on record puts it in doubt.
    plain: Bools
    #: The event by which its number lost its protection, or `NEVER`.
    lost: Ints

    def certain_at(self, at: int, rows: list[int], versions: Versions) -> Bools:
        """Which of `rows` were certain at an event, by themselves."""
        version, lost = self.version[rows], self.lost[rows]
        amended_at = versions.amended_at[version]
        stood: Bools = ((amended_at == NEVER) | (amended_at > at)) & ((lost == NEVER) | (lost > at))
        was_amended = (versions.dropped_at[version] < at) & (at < versions.restored_at[version])
        return stood & ~was_amended & self.plain[rows]


def _since_dismissal(rows: _Rows, versions: Versions, settled: Last) -> Ints:
    """Since when namings repeat one of their complaint that was dismissed, without another decision since; or `NEVER`.

    A complaint is dismissed with the number if it had named it, and not for certain. It stays so where its file is
    withdrawn, as a file that is added again brings no other complaint. A naming whose version stands again, as what
    amended it was withdrawn, repeats itself.
    """
    since = np.full(len(rows.position), NEVER, np.int64)
    words: list[bool] = flags(pc.equal(settled.table["status"], "dismissed")).tolist()
    events: list[int] = ints(settled.table["event"]).tolist()
    decided = by_key(zip(settled.position.tolist(), zip(events, words, strict=True), strict=True))
    dismissed = np.unique(settled.position[words]) if any(words) else np.zeros(0, np.int64)
    some = np.flatnonzero(np.isin(rows.position, dismissed)) if len(dismissed) else dismissed
    earlier: dict[tuple[int, int], list[int]] = {}
    steps = [(int(rows.event[one]), one) for one in some.tolist()]
    steps += [(at, one) for _, one in steps if (at := int(versions.restored_at[rows.version[one]])) != NEVER]
    # In the order of events: one that waits for this reason was not certain when the number was dismissed again.
    for event, one in sorted(steps):
        number = int(rows.position[one])
        theirs = earlier.setdefault((int(versions.complaint[rows.version[one]]), number), [])
        at, is_dismissed = next((last for last in reversed(decided[number]) if last[0] < event), (NEVER, False))
        then = [other for other in theirs if rows.event[other] < at] if is_dismissed else []
        if then and not (rows.certain_at(at, then, versions) & (since[then] == NEVER)).any():
            since[one] = event
        theirs.append(one)
    return since


def _named_on(position: Ints, version: Ints, versions: Versions) -> Bools:
    """Which namings are in a version that was amended, of a number that the version that stands has as well."""
    found = np.zeros(len(position), np.bool_)
    old = np.flatnonzero(versions.amended_at[version] != NEVER)
    if len(old):
        of_some = np.zeros(int(position.max()) + 1, np.bool_)
        of_some[position[old]] = True
        new = np.flatnonzero(versions.stands[version] & of_some[position])
        complaint = np.unique(versions.complaint[version[np.append(old, new)]], return_inverse=True)[1]
        pair = (complaint << 32) | position[np.append(old, new)]
        found[old] = np.isin(pair[: len(old)], pair[len(old) :])
    return found


class Named:
    """What complaints say of each number.

    Attributes:
        named: A complaint names it.
        unsure: One does so not for certain, whether or not that was settled.
        stands: One does so for certain.
        waits: A naming of it waits for a decision.
        district, source: Of its first complaint, as codes of `Versions.districts` and `sources`; -1 where it has none.
        reported_or_added: When it was last named for certain; `NEVER` where it is not.
        complaints, sources, districts: How many name it for certain; a complainant who repeats counts once.
        reports: Of each certain naming in a dated complaint, the number's position and the date.
        first_reported, last_reported: The first and the last of these dates.
    """

    def __init__(self, namings: Namings, versions: Versions, size: int) -> None:
        self.named = anywhere(namings.position, size)
        self.unsure, self.stands, self.waits = (
            anywhere(namings.position[which], size) for which in (namings.unsure, namings.certain, namings.waiting)
        )
        first = _first_version(namings, versions, size)
        self.district = np.append(versions.district_as_written, -1)[first]
        self.source = np.append(versions.source_as_written, -1)[first]

        position, version = namings.position[namings.certain], namings.version[namings.certain]
        self.reported_or_added = np.full(size, NEVER, np.int64)
        np.maximum.at(self.reported_or_added, position, versions.reported_or_added[version])
        self.complaints, self.sources, self.districts = (
            _count_distinct(codes[version], position, size)
            for codes in (versions.who, versions.source, versions.district)
        )
        dated = ~versions.undated[version]
        position, moment = position[dated], versions.moment[version[dated]]
        self.reports = position, moment
        begin, end = np.full(size, np.iinfo(np.int64).max), np.full(size, np.iinfo(np.int64).min)
        np.minimum.at(begin, position, moment)
        np.maximum.at(end, position, moment)
        self.first_reported, self.last_reported = known(begin, end >= begin), known(end, end >= begin)


def _first_version(namings: Namings, versions: Versions, size: int) -> Ints:
    """The first version that names each number: for certain, else with a naming that waits, else any; -1 if none."""
    position, version = namings.position, namings.version
    rank = np.where(namings.certain, 0, np.where(namings.waiting, 1, 2))
    keys = (versions.complaint, versions.moment, versions.undated)
    order = np.lexsort((version, *(key[version] for key in keys), rank, position))[::-1]
    first = np.full(size, -1, np.int64)
    # Of repeated positions, the last assignment remains.
    first[position[order]] = version[order]
    return first


def _count_distinct(codes: Ints, position: Ints, size: int) -> Ints:
    """How many distinct codes each of `size` numbers has, -1 aside."""
    is_code = codes >= 0
    pairs = distinct((position[is_code] << 32) | codes[is_code])
    return np.bincount(pairs >> 32, minlength=size)


def turned_since(namings: pa.Table, complainants: pa.Table, versions: Versions, numbers: Ints, both: Bools) -> Ints:
    """Since which event one version of a complaint names a number and another has it as the complainant's, or `NEVER`.

    Looked for among `both`, the few that are a suspect's somewhere and a complainant's somewhere; `complainants` are
    those of versions that are not withdrawn.
    """
    found = np.full(len(numbers), NEVER, np.int64)
    if both.any():
        named, complaining = (_first_event(table, versions, numbers, both) for table in (namings, complainants))
        met = named.join(complaining, ["position", "complaint"], join_type="inner", right_suffix="_of_complainant")
        since = np.maximum(*(ints(met[name]) for name in ("event", "event_of_complainant")))
        np.maximum.at(found, ints(met["position"]), since)
    return found


def _first_event(facts: pa.Table, versions: Versions, numbers: Ints, among: Bools) -> pa.Table:
    """The first event with a version of a complaint that contains each number and is not withdrawn."""
    facts = facts.filter(pa.array(among[positions(facts["msisdn"], numbers)]))
    version = versions.of(facts)
    table = pa.table(
        {
            "position": positions(facts["msisdn"], numbers),
            "complaint": versions.complaint[version],
            "event": ints(facts["event"]),
        }
    ).filter(pa.array(versions.live[version]))
    return aggregated(table, ["position", "complaint"], ["event"], "min")


def _doubtful(doubtful: Bools, position: Ints, version: Ints) -> Bools:
    """Which namings are in doubt: not where another row of the same version names the number for certain."""
    some = np.flatnonzero(doubtful)
    plain = np.flatnonzero(~doubtful & np.isin(position, position[some])) if len(some) else some
    pair = (version << 32) | position
    found = doubtful.copy()
    found[some] = ~np.isin(pair[some], pair[plain])
    return found


class Linked:
    """The best link of each number: fewest hops, most sightings, then the oldest run, handset and path.

    Attributes:
        exists: It has a link of a run that is not withdrawn.
        stands: One of these stands, and so does the best.
        hop, via_imei, seed: Of the best link; `seed` is a position, -1 where there is none.
    """

    def __init__(self, links: pa.Table, numbers: Ints, grounded: Bools, leads_on: Bools) -> None:
        size = len(numbers)
        seeds = positions(links["seed_msisdn"], numbers)
        recorded = ints(links["stands"]) == 1
        # A link stands as long as its run and its ground do. Only a link that stands is preferred over one that does
        # not.
        stands = recorded & _have_ground(links, numbers, grounded, leads_on)
        via_msisdn, via_imei, event, sightings, hop = (
            ints(links[name]) for name in ("via_msisdn", "via_imei", "event", "sightings", "hop")
        )
        position = positions(links["msisdn"], numbers)
        order = np.lexsort((via_msisdn, via_imei, event, -sightings, hop, ~stands, position))[::-1]
        best = np.full(size, -1, np.int64)
        best[position[order]] = order
        self.exists = anywhere(position[recorded], size)
        self.stands = np.append(stands, False)[best]
        self.hop = np.append(hop, 0)[best]
        self.via_imei = np.append(via_imei, 0)[best]
        self.seed = np.append(seeds, -1)[best]


def _have_ground(links: pa.Table, numbers: Ints, grounded: Bools, leads_on: Bools) -> Bools:
    """The links whose chain has a number that is a ground, and none before it that does not lead on.

    That is the seed, or a number between that has been confirmed or named since.
    """
    via = positions(links["via_msisdn"], numbers)
    found: Bools = grounded[via]
    further = np.flatnonzero(ints(links["hop"]) > 1)
    if len(further):
        # A run links each number once, so that both find the link of the number before. One that is not there, where
        # the facts are of some numbers only, gives no ground.
        event = ints(links["event"]) << 32
        key, wanted = event | positions(links["msisdn"], numbers), (event | via)[further]
        order = np.argsort(key)
        before = order[np.minimum(np.searchsorted(key, wanted, sorter=order), len(order) - 1)]
        passes = leads_on[via[further]] & (key[before] == wanted)
        for _ in range(int(ints(links["hop"]).max()) - 1):
            found[further] |= passes & found[before]
    return found


def _written(column: pa.ChunkedArray[Any]) -> tuple[pa.Array[Any], Ints]:
    """The distinct values of `column`, and the code of each row; -1 where it is null."""
    encoded = whole(column).dictionary_encode()
    return encoded.dictionary, _codes(encoded.indices)


def _folded(column: Column) -> Ints:
    """Codes of the words of `column`, spellings that are compared alike being one; -1 where it is null."""
    encoded = whole(column).dictionary_encode()
    lower = folded_cells(encoded.dictionary).dictionary_encode()
    return _codes(lower.indices.take(encoded.indices))


def _codes(indices: pa.Array[Any]) -> Ints:
    return ints(pc.fill_null(indices, -1))


def known(values: Ints, where: Bools) -> pa.Array[Any]:
    """The values; null where they are not known."""
    return pa.array(values, pa.int64(), mask=~where)


def taken(words: Column, rows: Ints) -> pa.Array[Any]:
    """The word of each row; null where the row is -1."""
    return whole(words.take(pa.array(rows, pa.int64(), mask=rows < 0)).cast(pa.string()))
