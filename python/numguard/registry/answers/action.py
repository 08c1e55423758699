"""The action-taken report of a case, and the complaints of each day.

Owns what each figure of that report counts. Independent of SQL, of the precedence of statuses and of pages. One idea:
every number and every complaint is counted in one row, so that districts, sources and the whole add up.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa

from numguard.compute import aggregated, ascending, pc, replaced
from numguard.indian_time import MOMENT
from numguard.registry.actions import REQUESTS, REQUESTS_NOTHING
from numguard.registry.case import Case
from numguard.registry.events.alike import LONG
from numguard.registry.numbers.listing import ListPolicy, rows
from numguard.registry.numbers.state import RELEASED, derive
from numguard.registry.sheets.sources import sources
from numguard.registry.spelling import folded_cells
from numguard.report.figures import FOUND, STAGES

_FOUND = (*FOUND,)

_MONEY = ("amount_lost", "amount_recovered")
_RUPEES = pa.decimal128(20, 2)


def action_taken(case: Case, cut: int, policy: ListPolicy) -> pa.Table:
    """The action-taken report as of the event `cut`; the columns are those of `Registry.action_taken`."""
    numbers, complaints = _numbers(case, cut, policy), _complaints(case, cut)
    money = complaints.select(["district", "source", *_MONEY])
    money = money.append_column("complaints", pa.repeat(1, len(complaints)))
    combined = pa.concat_tables([numbers, money], promote_options="default")
    combined = replaced(combined, found=pc.fill_null(combined["found"], _FOUND.index("reported")))
    combined = _with_places_spelled_once(combined)
    keys, sums = ["district", "source", "found"], [*STAGES, "complaints", *_MONEY]
    table = ascending(combined.group_by(keys).aggregate([(name, "sum") for name in sums]), *keys)
    reported = pc.equal(table["found"], _FOUND.index("reported"))
    counts = {name: pc.fill_null(table[f"{name}_sum"], 0) for name in sums}
    for name in ("complaints", *_MONEY):
        # A complaint and its money belong to the numbers that it names.
        counts[name] = pc.if_else(reported, counts[name], None)
    return pa.table(
        {
            "district": table["district"],
            "source": table["source"],
            "found": pa.array(_FOUND).take(table["found"].combine_chunks()),
            **{name: counts[name] for name in (*STAGES, "complaints")},
            **{name: _rupees(counts[name]) for name in _MONEY},
        }
    ).combine_chunks()


def complaints_by_day(case: Case, cut: int) -> pa.Table:
    """The complaints of each day as of the event `cut`; the columns are those of `Registry.complaints_by_day`."""
    complaints = _complaints(case, cut)
    day = pc.cast(pc.local_timestamp(pc.cast(complaints["reported_at"], MOMENT)), pa.date32())
    complaints = _with_places_spelled_once(complaints.append_column("day", day))
    keys = ["day", "district", "source"]
    sums = complaints.group_by(keys).aggregate([([], "count_all"), *((name, "sum") for name in _MONEY)])
    sums = ascending(sums, *keys)
    columns = {name: sums[name] for name in keys} | {"complaints": sums["count_all"]}
    columns |= {name: _rupees(pc.fill_null(sums[f"{name}_sum"], 0)) for name in _MONEY}
    return pa.table(columns).combine_chunks()


def _numbers(case: Case, cut: int, policy: ListPolicy) -> pa.Table:
    """One row a number that counts: district, source, found (its place in FOUND), and 1 for each stage it reached."""
    facts = case.facts(cut)
    state = derive(facts)
    msisdn, status, hop = (state[name] for name in ("msisdn", "status", "hop"))

    def among(numbers: Any) -> Any:
        return pc.is_in(msisdn, pc.cast(numbers, pa.uint64()).combine_chunks())

    def has(*words: str) -> Any:
        return pc.is_in(status, pa.array(words))

    was_sent = pc.is_in(facts.exported["action"], pa.array(REQUESTS))
    uploaded = among(facts.exported.filter(was_sent)["msisdn"])
    requests = pc.invert(pc.is_in(facts.exported["action"], pa.array(REQUESTS_NOTHING)))
    last = facts.exported.filter(requests).sort_by([("msisdn", "ascending"), ("event", "descending")])
    last = aggregated(last, ["msisdn"], ["action"], "first")
    # One that was released since it was sent waits for no answer.
    unanswered = among(last.filter(pc.is_in(last["action"], pa.array(REQUESTS)))["msisdn"])

    stands = pc.is_valid(hop)
    waits = has("review")
    decided = pc.and_(pc.invert(stands), pc.invert(has("protected", "withdrawn", "review")))
    # The complaint or link may be withdrawn since the number was sent: it counts as it did then.
    once = pc.if_else(among(facts.namings["msisdn"]), 0, pc.if_else(among(facts.links["msisdn"]), 1, 2))
    found = pc.if_else(stands, pc.if_else(pc.equal(hop, 0), 0, 1), pc.if_else(decided, 2, once))
    found = pc.if_else(waits, _FOUND.index("review"), found)
    counts = {
        "named": pa.chunked_array([pa.repeat(True, len(state))]),
        "listed": pc.or_(among(rows(state, policy, None)["msisdn"]), uploaded),
        "uploaded": uploaded,
        "pending": pc.or_(has("requested"), pc.and_(has("reverify"), unanswered)),
        "blocked": has("blocked"),
        "reverified": has("reverified"),
        "rejected": has("rejected"),
        "released": has(*RELEASED),
    }
    table = pa.table(
        {
            "district": state["district"],
            "source": state["source"],
            "found": pc.cast(found, pa.int64()),
            **{name: pc.cast(counts[name], pa.int64()) for name in STAGES},
        }
    )
    return table.filter(pc.or_(pc.or_(stands, decided), pc.or_(uploaded, waits)))


def _complaints(case: Case, cut: int) -> pa.Table:
    """One row a complaint that stands: district, source, reported_at, amounts in paise.

    A complaint may have several standing versions, of which one names numbers: a version without numbers amends none.
    A field that is empty in that one has the value of a version before it, and else of the last of the others. A
    version whose status is withdrawn, false or such does not stand, and one that only reopens the complaint has no
    content.
    """
    fields = ["district", "source", "reported_at", *_MONEY]
    versions = ascending(_standing(case, cut), "complaint", "usable", "event", "row")
    return aggregated(versions, ["complaint"], fields, "last").select(fields)


def _standing(case: Case, cut: int) -> pa.Table:
    """The versions of complaints that stand and have content."""
    versions = case.store.facts("complaints", cut)
    without = pa.concat_tables([case.store.facts(kind, cut) for kind in ("ended", "reopened")])
    if len(without):
        versions = versions.join(without.rename_columns(["event", "row"]), ["event", "row"], join_type="left anti")
    return versions


def of_several_sources(case: Case, cut: int) -> int:
    """How many complaints that stand have the long number of one of another source: each is counted, with its sums."""
    versions = _standing(case, cut).select(["event", "row", "complaint"])
    numbered = case.store.facts("compared_versions", cut).select(
        ["event", "row", "complaint_key", "acknowledgement_no"]
    )
    found = versions.join(numbered, ["event", "row"])
    number = pc.utf8_ltrim(folded_cells(found["acknowledgement_no"]), "0")
    # A key begins with its source.
    source = pc.list_element(pc.split_pattern(found["complaint_key"], "\x1f"), 0)
    found = pa.table({"number": number, "source": source, "complaint": found["complaint"]})
    found = found.filter(pc.greater_equal(pc.utf8_length(found["number"]), LONG))
    counts: Any = found.group_by("number").aggregate([(name, "count_distinct") for name in ("source", "complaint")])
    sources_of, complaints = counts["source_count_distinct"], counts["complaint_count_distinct"]
    several = pc.and_(pc.greater(sources_of, 1), pc.greater(complaints, 1))
    return int(pc.sum(complaints.filter(several)).as_py() or 0)


def _with_places_spelled_once(table: pa.Table) -> pa.Table:
    return replaced(table, **{place: _spelled_once(table[place], place) for place in ("district", "source")})


def _spelled_once(words: Any, place: str) -> pa.Array[Any]:
    """Spellings that are one district or source: each word as it is written most often."""
    words = words.combine_chunks()
    folded = folded_cells(sources(words) if place == "source" else words)
    counted = pa.table({"folded": folded, "word": words}).filter(pc.is_valid(words))
    spellings = counted.group_by(["folded", "word"]).aggregate([([], "count_all")])
    spellings = spellings.sort_by([("folded", "ascending"), ("count_all", "descending"), ("word", "ascending")])
    chosen = aggregated(spellings, ["folded"], ["word"], "first")
    at = pc.index_in(folded, pc.drop_null(chosen["folded"]).combine_chunks())
    spelled: pa.Array[Any] = chosen["word"].combine_chunks().take(at)
    return spelled


def _rupees(paise: Any) -> Any:
    hundredths = pc.multiply(pc.cast(paise, pa.decimal128(20, 0)), pa.scalar(Decimal("0.01")))
    return pc.cast(hundredths, _RUPEES)
