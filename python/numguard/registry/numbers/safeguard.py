"""The final check of a list before it is written: no protected number, and none to block without grounds.

Owns this check alone. It reads the log itself, and calls none of the code that made the list, so that an error there,
or a decision after the list was made, cannot cut off an innocent person.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from numguard import _core
from numguard.compute import Bools, by_key, flags, pc, tuples_of
from numguard.errors import RegistryError
from numguard.registry.log.store import Store

_Facts: TypeAlias = Callable[[str], pa.Table]

_ACTIONS = ("block", "reverify")


def refuse_unfit(store: Store, cut: int, table: pa.Table) -> None:
    """Refuses a list with a row that must not be sent.

    Args:
        store: The log.
        cut: The event up to which it is read.
        table: The rows to be written, with msisdn and action.
    """
    rows = _requests(table)
    if not len(rows):
        return
    facts = _facts_of(store, cut, rows)
    decisions = facts("decisions").sort_by("event")
    _refuse(_protected(facts, rows, decisions), "request an action for a protected number")

    confirmed = _last(decisions, ("confirmed", "withdrawn", "reverified", "reactivated"))["confirmed"]
    named, versions = facts("namings"), facts("versions")
    # A version without a status has that of an earlier one.
    since = pc.fill_null(versions["unclear_at"], 0)
    clear = versions.filter(pc.or_(pc.equal(since, 0), pc.equal(since, versions["event"])))
    plain = named.filter(pa.array(flags(pc.is_null(named["doubt"])) & ~_repeating(named, versions, decisions)))
    certain = _numbers_in(plain, _keys(clear, standing=True))
    accepted = _accepted(named, versions, decisions)
    grounded = _among(rows, certain) | _among(rows, confirmed) | _among(rows, accepted)
    to_block = np.asarray(pc.equal(rows["action"], "block").to_numpy(), np.bool_)
    _refuse(to_block & ~grounded, "would block a number that is only linked, or that nothing names any more")


def refuse_protected_since(store: Store, cut: int, table: pa.Table) -> None:
    """Refuses a list of an earlier day with a number that was protected since, up to `cut`."""
    rows = _requests(table)
    if not len(rows):
        return
    facts = _facts_of(store, cut, rows)
    protected = _protected(facts, rows, facts("decisions").sort_by("event"))
    if protected.any():
        raise RegistryError(
            f"nothing was written: {protected.sum():,} numbers of this list of an earlier day were protected since; "
            "export with as_of= (--as-of) writes it with these numbers, and its manifest has the day"
        )


def _accepted(named: pa.Table, versions: pa.Table, decisions: pa.Table) -> pa.Array[Any]:
    """The numbers that were accepted after a complaint that is not withdrawn had named them, or had dropped them."""
    settled = decisions.filter(pc.is_in(decisions["status"], pa.array(("accepted", "dismissed"))))
    last = {row["msisdn"]: row for row in settled.to_pylist()}
    when = {number: row["event"] for number, row in last.items() if row["status"] == "accepted"}
    if not when:
        return pa.array([], pa.int64())
    live = {(v["event"], v["row"]): v["amended_at"] or 0 for v in versions.to_pylist() if not v["taken_back"]}
    among = named.filter(pc.is_in(named["msisdn"], pa.array([*when], pa.int64()))).to_pylist()
    known = [n for n in among if (n["event"], n["version"]) in live]
    since = [(n["msisdn"], max(n["event"], live[n["event"], n["version"]])) for n in known]
    # One that only an earlier status put in doubt waits since then.
    unclear = {(v["event"], v["row"]): v["unclear_at"] for v in versions.to_pylist() if v["unclear_at"]}
    plain = [n for n in known if n["doubt"] is None and not live[n["event"], n["version"]]]
    since += [(n["msisdn"], unclear.get((n["event"], n["version"]), n["event"])) for n in plain]
    return pa.array([number for number, event in since if event < when[number]], pa.int64())


def _repeating(named: pa.Table, versions: pa.Table, decisions: pa.Table) -> Bools:
    """The namings after a dismissal whose complaint had named the number before it, and never plainly.

    More may wait by that dismissal, such as those of a version that was amended then; the list leaves them out too.
    """
    settled = decisions.filter(pc.is_in(decisions["status"], pa.array(("accepted", "dismissed"))))
    dismissed = settled.filter(pc.equal(settled["status"], "dismissed"))["msisdn"]
    found = np.zeros(len(named), np.bool_)
    some = np.flatnonzero(flags(pc.is_in(named["msisdn"], dismissed.combine_chunks())))
    if not len(some):
        return found
    namings = named.take(pa.array(some, pa.int64()))
    # Of a large registry, all versions would take seconds to compare.
    among = pc.and_(
        pc.is_in(versions["event"], namings["event"].combine_chunks()),
        pc.is_in(versions["row"], namings["version"].combine_chunks()),
    )
    complaint = {
        (event, row): one for event, row, one in tuples_of(versions.filter(among), "event", "row", "complaint")
    }
    words = by_key((one["msisdn"], (one["event"], one["status"])) for one in settled.to_pylist())
    earlier: dict[tuple[int, int], list[tuple[int, bool]]] = {}
    for at, naming in sorted(zip(some.tolist(), namings.to_pylist(), strict=True), key=lambda one: one[1]["event"]):
        event, number = naming["event"], naming["msisdn"]
        last, word = next((one for one in reversed(words[number]) if one[0] < event), (0, ""))
        theirs = earlier.setdefault((number, complaint[event, naming["version"]]), [])
        then = [is_plain for since, is_plain in theirs if since < last]
        found[at] = word == "dismissed" and bool(then) and not any(then)
        theirs.append((event, naming["doubt"] is None and not found[at]))
    return found


def _requests(table: pa.Table) -> pa.Table:
    """The rows that request an action."""
    return table.filter(pc.is_in(table["action"], pa.array(_ACTIONS)))


def _facts_of(store: Store, cut: int, rows: pa.Table) -> _Facts:
    """The facts of a kind about the numbers of the rows."""
    return partial(store.facts, cut=cut, among=rows["msisdn"])


def _protected(facts: _Facts, rows: pa.Table, decisions: pa.Table) -> Bools:
    """The rows whose number is protected: a complainant's is, in any version of a complaint."""
    decided = _last(decisions, ("protected", "unprotected"))
    complaining = _numbers_in(facts("complainants"), _keys(facts("versions"), standing=False))
    protected = _among(rows, complaining) | _in_no_handset(rows)
    return protected & ~_among(rows, decided["unprotected"]) | _among(rows, decided["protected"])


def _keys(versions: pa.Table, *, standing: bool) -> pa.Array[Any]:
    """The keys of the versions of complaints that are not withdrawn, or only of the `standing` ones."""
    kept = pc.equal(versions["taken_back"], 0)
    return _key(versions.filter(pc.and_(kept, pc.is_null(versions["amended_at"])) if standing else kept), "row")


def _numbers_in(rows: pa.Table, versions: pa.Array[Any]) -> pa.Array[Any]:
    """The numbers of the rows that are in some versions of complaints."""
    numbers: pa.Array[Any] = rows["msisdn"].filter(pc.is_in(_key(rows, "version"), versions)).combine_chunks()
    return numbers


def _key(rows: pa.Table, row: str) -> pa.Array[Any]:
    """The key of a version of a complaint: its event, and its row in the file."""
    key = pc.add(pc.multiply(rows["event"], 1 << 32), rows[row])
    return pa.array(np.asarray(key.to_numpy(), np.int64))


def _last(decisions: pa.Table, among: tuple[str, ...]) -> dict[str, pa.Array[Any]]:
    """The numbers whose last decision among some is each word; the decisions are in order."""
    chosen = decisions.filter(pc.is_in(decisions["status"], pa.array(among)))
    last = dict(zip(chosen["msisdn"].to_pylist(), chosen["status"].to_pylist(), strict=True))
    return {word: pa.array([number for number, status in last.items() if status == word], pa.int64()) for word in among}


def _among(rows: pa.Table, numbers: pa.Array[Any]) -> Bools:
    return np.asarray(pc.is_in(rows["msisdn"].cast(pa.int64()), numbers).to_numpy(), np.bool_)


def _in_no_handset(rows: pa.Table) -> Bools:
    """The rows whose number is in no handset: helplines, service lines, placeholders."""
    explained: Any = _core.explain(pa.concat_arrays(rows["msisdn"].chunks), region=None)
    line = pc.is_in(pc.cast(explained.field("kind"), pa.string()), pa.array(("toll_free", "service")))
    invented = pc.fill_null(pc.equal(pc.cast(explained.field("note"), pa.string()), "placeholder"), False)
    return np.asarray(pc.or_(line, invented).to_numpy(zero_copy_only=False), np.bool_)


def _refuse(unfit: Bools, what: str) -> None:
    if unfit.any():
        raise RegistryError(f"nothing was written: {unfit.sum():,} rows of the list {what}; make the list again")
