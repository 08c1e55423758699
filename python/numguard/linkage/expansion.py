"""The result of a linkage: tables, and sentences for a case file.

Owns the queries of a result. The tables are those of the walk, and are not computed again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from numguard._core import ImeiSet, NumberSet, format_imei, normalize
from numguard._core import format as format_msisdns
from numguard.compute import tuples_of
from numguard.errors import ArgumentError
from numguard.files.formats import written_numbers
from numguard.linkage.graph import Graph, graph_of
from numguard.linkage.policy import LinkPolicy, bounds_of
from numguard.linkage.sentences import Pair, sentence
from numguard.notebook import card
from numguard.source import REFUSED
from numguard.types import Number, Region, RowAccount, Values

#: The tables of an expansion.
TABLES: Final = ("linked", "handsets", "stopped", "evidence", "stopped_evidence")


@dataclass(frozen=True, eq=False)
class Expansion:
    """The numbers that a walk reached, by which paths, and where it stopped.

    Keys are uint64 (E.164 digits; the first fourteen digits of an IMEI), times are timestamp[us, Asia/Kolkata] and null
    where no sighting has one, counts are int64 and hops int32. Every table is in a fixed order.

    >>> import numguard as ng, pyarrow as pa
    >>> sightings = pa.table({
    ...     "served_msisdn": ["9876543210", "9812345678"], "imei14": ["490154203237518", "490154203237510"],
    ... })
    >>> found = ng.expand(["98765 43210", "97000 12345"], sightings)
    >>> found
    <Expansion of 1 seeds seen: 1 linked through 1 handsets, stopped at 0>
    >>> found.linked.select(["msisdn", "hop", "via_imei", "sightings"]).to_pylist()
    [{'msisdn': 919812345678, 'hop': 1, 'via_imei': 49015420323751, 'sightings': 1}]
    """

    #: One row a linked number, by its best path: `msisdn`, `hop`, `seed_msisdn` (where the path begins), `via_imei`
    #: (the handset shared with `via_msisdn`, the number before it on the path), and of `msisdn` in `via_imei` the
    #: `first_seen`, `last_seen` and number of `sightings`. By hop, then number.
    linked: pa.Table
    #: The open handsets of the walk: `imei14`, the first `hop` at which it was reached, the distinct `numbers` seen in
    #: it, `first_seen`, `last_seen`. By hop, then handset. Where the policy has rules of places, also `in_one_place`:
    #: the cap that the handset exceeds although it is open (`too_many_numbers`, `too_many_per_day`); else null.
    handsets: pa.Table
    #: Where the walk ended: `msisdn` or `imei14` (the other is null), `why`, and the `count` of
    #: distinct numbers of a handset (`placeholder`, `in_two_places`, `too_many_numbers`, `too_many_per_day`),
    #: distinct handsets of a number (`protected`, `too_many_handsets`). Numbers first, each ascending. Where the policy
    #: has rules of places, also how many `times` a handset was `in_two_places`, and the largest distance in `km`
    #: (int64; null for all others, and where only circles are known).
    stopped: pa.Table
    #: Every edge walked: `msisdn`, `imei14`, `first_seen`, `last_seen`, `sightings`. By number, then handset.
    evidence: pa.Table
    #: Every edge at which the walk ended, as `evidence`: an open number seen in a closed handset, a protected number in
    #: an open one.
    stopped_evidence: pa.Table
    #: Seeds without any sighting, ascending. Protected seeds are in `stopped` only.
    unseen: pa.UInt64Array
    #: Rows of sightings that could not be read, by note. `empty`: no number or no IMEI; `no_time`: a rule about time,
    #: and a row without one; `not_a_time`: a text in the column of times that is none in ISO 8601; `too_few_fields` and
    #: such: a line of a text that is no whole row.
    refused: dict[str, int]
    #: The account of every row of sightings: rows_read = rows_used + rows_refused + the lines in not_data, by kind.
    #: Where the policy has rules of places, `rows_placed` are the rows with a place.
    account: RowAccount
    #: The lines of texts that are no whole rows, and with `list_refused` every refused row: file, row, note.
    refused_rows: pa.Table = field(repr=False)
    #: Seeds that could not be read, by note.
    refused_seeds: dict[str, int]
    #: How many seeds have a sighting.
    seeds_seen: int
    #: None; or, if more numbers were linked than the policy allows, a sentence with the figures. The tables are
    #: complete in both cases.
    braked: str | None
    #: The bounds of the walk.
    policy: LinkPolicy = field(repr=False)

    def explain(self, number: Number | pa.Array[Any], *, region: Region = "IN") -> str:
        """How a number is linked with a reported one, as a sentence for the case file.

        Args:
            number: A linked number, as text or integer.
            region: How bare digits are read, as in `normalize`.

        Raises:
            ArgumentError: It is not one number that was linked.

        Example:
            >>> import numguard as ng, pyarrow as pa
            >>> seen = pa.table({"served_msisdn": ["9876543210", "9123456789"], "imei14": ["35824005111111"] * 2})
            >>> ng.expand(["9876543210"], seen).explain("91234 56789").split(", ")[0]
            '+919123456789 was seen once in handset 358240051111110'
        """
        cell: list[Any] = [number]
        values = number if isinstance(number, pa.Array) else pa.array(cell)
        msisdn = normalize(values, region=region)[0].as_py() if len(values) == 1 else 0
        path = self._paths.get(msisdn)
        if path is None:
            raise ArgumentError("number: takes one of the linked numbers")
        hops = []
        while path is not None:
            imei14, before = path
            hops.append((self._pair(msisdn, imei14), self._pair(before, imei14)))
            msisdn, path = before, self._paths.get(before)
        return sentence(hops)

    @cached_property
    def _paths(self) -> dict[int, tuple[int, int]]:
        """The handset and the number before it on the best path of each linked number."""
        paths = tuples_of(self.linked, "msisdn", "via_imei", "via_msisdn")
        return {msisdn: (imei14, before) for msisdn, imei14, before in paths}

    @cached_property
    def _edges(self) -> dict[tuple[int, int], int]:
        """The row of `evidence` for each number and handset."""
        return {pair: row for row, pair in enumerate(tuples_of(self.evidence, "msisdn", "imei14"))}

    def _pair(self, msisdn: int, imei14: int) -> Pair:
        row = self._edges[msisdn, imei14]
        edge = self.evidence.slice(row, 1).to_pylist()[0]
        return Pair(
            msisdn=format_msisdns(pa.array([msisdn], pa.uint64()))[0].as_py(),
            imei=format_imei(pa.array([imei14], pa.uint64()))[0].as_py(),
            sightings=edge["sightings"],
            first_seen=edge["first_seen"],
            last_seen=edge["last_seen"],
        )

    def graph(self, *, numbers: Values | None = None, imeis: Values | None = None, region: Region = "IN") -> Graph:
        """The links of some numbers or handsets, as nodes and edges: a case, or the whole walk.

        From each number or handset it includes as many levels as the walk, over the pairs that the walk used, and ends
        where the walk ended.

        Args:
            numbers: Numbers of the case: seeds, linked ones, or numbers at which the walk ended.
            imeis: Handsets of the case, open or closed.
            region: How bare digits are read, as in `normalize`.

        Raises:
            RefusedCellsError: One of them cannot be read.
            ArgumentError: One of them is not in the walk.

        Example:
            >>> import numguard as ng, pyarrow as pa
            >>> seen = pa.table({"served_msisdn": ["9876543210", "9123456789"], "imei14": ["35824005111111"] * 2})
            >>> ng.expand(["9876543210"], seen).graph(imeis=["358240051111110"])
            <Graph of 3 nodes and 2 edges>
        """
        msisdns = None if numbers is None else NumberSet(numbers, region=region, strict=True).to_array()
        handsets = None if imeis is None else ImeiSet(imeis, strict=True).to_array()
        graph, missed = graph_of(self, msisdns, handsets)
        if missed:
            raise ArgumentError(f"{missed:,} of the numbers and handsets are not in the walk")
        return graph

    def requests(self) -> pa.Table:
        """The next requests to operators: the calls of seeds without a sighting, and the other numbers of a handset.

        A handset with one number may be one whose calls were not requested yet: sightings often come from the call
        records of the seeds themselves.

        Returns:
            A table of `msisdn` or `imei` (text, the other is null: E.164 digits, of other countries with `+`, or the
            fifteen digits by which operators search), `why` (`"unseen"`, `"one_number"`), and the period `since`,
            `until` of the request: the policy's, else that in which the handset was seen, else null.
        """
        alone = self.handsets.filter(pc.equal(self.handsets.column("numbers"), pa.scalar(1, pa.int64())))
        imeis = format_imei(alone.column("imei14").combine_chunks())
        numbers = written_numbers(self.unseen)
        when = alone.schema.field("first_seen").type
        bounds = bounds_of(self.policy)

        def period(name: str, seen: str) -> pa.ChunkedArray[Any]:
            bound = pa.scalar(bounds[name], pa.int64()).cast(when)
            own = alone.column(seen).combine_chunks()
            of_handsets = own if bounds[name] is None else pa.repeat(bound, len(own))
            return pa.chunked_array([pa.repeat(bound, len(numbers)), of_handsets], when)

        return pa.table(
            {
                "msisdn": pa.chunked_array([numbers, pa.nulls(len(imeis), pa.string())], pa.string()),
                "imei": pa.chunked_array([pa.nulls(len(numbers), pa.string()), imeis], pa.string()),
                "why": pa.array(["unseen"] * len(numbers) + ["one_number"] * len(imeis), pa.string()),
                "since": period("since", "first_seen"),
                "until": period("until", "last_seen"),
            }
        )

    def _repr_html_(self) -> str:
        facts = [
            ("reported numbers seen", self.seeds_seen),
            ("linked numbers", self.linked.num_rows),
            ("handsets walked through", self.handsets.num_rows),
            ("places where the walk stopped", self.stopped.num_rows),
            ("brake", "more numbers were linked than the policy allows" if self.braked else ""),
        ]
        return card("Expansion", facts)

    def __repr__(self) -> str:
        braked = ", braked" if self.braked else ""
        return (
            f"<Expansion of {self.seeds_seen} seeds seen: {self.linked.num_rows} linked through "
            f"{self.handsets.num_rows} handsets, stopped at {self.stopped.num_rows}{braked}>"
        )


def expansion_of(found: dict[str, Any], policy: LinkPolicy) -> Expansion:
    """The expansion of a result of the compiled module."""
    # A walk over sightings held elsewhere has no lines of text.
    found.setdefault("refused_rows", REFUSED.empty_table())
    found |= {name: pa.Table.from_batches([found[name]]) for name in TABLES}
    if found["braked"] is not None:
        linked, limit = found["braked"]
        found["braked"] = (
            f"{linked:,} numbers were linked to {found['seeds_seen']:,} seeds seen; a sound case has at most "
            f"{limit:,} (1,000, or {policy.max_linked_per_seed:,} for each seed seen)"
        )
    return Expansion(policy=policy, **found)
