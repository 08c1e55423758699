"""The story of one number: every event that touched it, with who, when, why and from which file.

Owns in which columns and order it is told. Knows no SQL. One idea: nothing is worked out here; the log is the story.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute

from numguard.registry.listing import MOMENT
from numguard.registry.store import Store

__all__ = ["tell"]

pc: Any = pyarrow.compute  # its stubs know no plain Python values


def tell(store: Store, msisdn: int) -> pa.Table:
    """Everything that touched `msisdn`, in the order in which it happened."""
    story = store.story(msisdn)
    events = store.events(story["event"])
    who = events.take(pc.index_in(story["event"], events["event"]))
    told = pa.table(
        {
            "event": story["event"],
            "at": pc.cast(who["at"], MOMENT),
            "by": who["actor"],
            "what": story["what"],
            "status": story["status"],
            "reason": pc.coalesce(story["reason"], who["because"]),
            "file": who["file"],
            "sha256": who["sha256"],
            "row": story["row"],
            "source": story["source"],
            "acknowledgement_no": story["acknowledgement_no"],
            "district": story["district"],
            "reported_at": pc.cast(story["reported_at"], MOMENT),
            "note": story["note"],
            "hop": story["hop"],
            "via_imei": pc.cast(story["via_imei"], pa.uint64()),
            "via_msisdn": pc.cast(story["via_msisdn"], pa.uint64()),
            "to": story["receiver"],
        }
    )
    order: Any = [(name, "ascending") for name in ("event", "what", "row", "via_imei")]
    return told.sort_by(order).combine_chunks()
