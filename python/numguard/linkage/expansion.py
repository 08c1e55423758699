"""What a linkage found: tables, and the sentences that stand for their rows in a case file.

Owns how a result reads to people. Nothing here is computed again: each table is what the walk gave.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from numguard.linkage.policy import LinkPolicy

__all__ = ["Expansion"]


@dataclass(frozen=True, eq=False)
class Expansion:
    """The numbers that a walk reached, how it reached them, and where it stopped.

    Keys are uint64 (E.164 digits; the first fourteen digits of an IMEI), times are timestamp[us, Asia/Kolkata] and null
    where no sighting has one, counts are int64 and hops int32. Every table is in a fixed order.
    """

    #: One row a linked number, by its best path: `msisdn`, `hop`, `seed_msisdn` (where the path begins), `via_imei`
    #: (the handset shared with `via_msisdn`, the number before it on the path), and of `msisdn` in `via_imei` the
    #: `first_seen`, `last_seen` and number of `sightings`. By hop, then number.
    linked: pa.Table
    #: The open handsets that were walked through: `imei14`, the first `hop` at which, the distinct `numbers` it
    #: carried, `first_seen`, `last_seen`. By hop, then handset.
    handsets: pa.Table
    #: Where the walk ended: `msisdn` or `imei14` (the other is null), `why`, and the `count` of those who stand behind
    #: it: distinct numbers of a handset (`placeholder`, `too_many_numbers`, `too_many_per_day`), distinct handsets of a
    #: number (`protected`, `too_many_handsets`). Numbers first, each ascending.
    stopped: pa.Table
    #: Every edge walked: `msisdn`, `imei14`, `first_seen`, `last_seen`, `sightings`. By number, then handset.
    evidence: pa.Table
    #: Seeds without any sighting, ascending. Protected seeds stand in `stopped` only.
    unseen: pa.UInt64Array
    #: Rows of sightings that could not be read, by note. `empty`: no number or no IMEI; `no_time`: a rule about time,
    #: and no time to judge by.
    refused: dict[str, int]
    #: Seeds that could not be read, by note.
    refused_seeds: dict[str, int]
    #: How many seeds have a sighting.
    seeds_seen: int
    #: None; or, if more numbers were linked than a sound case has, a sentence that says so. The tables are whole all
    #: the same.
    braked: str | None
    #: What the walk was bounded by.
    policy: LinkPolicy = field(repr=False)

    @classmethod
    def of(cls, found: dict[str, Any], policy: LinkPolicy) -> Expansion:
        """Takes what the compiled half found."""
        tables = ("linked", "handsets", "stopped", "evidence")
        found |= {name: pa.Table.from_batches([found[name]]) for name in tables}
        if found["braked"] is not None:
            linked, limit = found["braked"]
            found["braked"] = (
                f"{linked:,} numbers were linked to {found['seeds_seen']:,} seeds seen; a sound case has at most "
                f"{limit:,} (1,000, or {policy.max_linked_per_seed:,} for each seed seen)"
            )
        return cls(policy=policy, **found)

    def __repr__(self) -> str:
        braked = ", braked" if self.braked else ""
        return (
            f"<Expansion of {self.seeds_seen} seeds seen: {self.linked.num_rows} linked through "
            f"{self.handsets.num_rows} handsets, stopped at {self.stopped.num_rows}{braked}>"
        )
