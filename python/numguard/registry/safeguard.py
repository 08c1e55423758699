"""The last look at a list before it leaves: no protected number, and none to block that nobody named or confirmed.

Owns that look alone. It asks the log itself, and none of the code that made the list, so that a fault there, or a list
that was made before a number was protected, does not cut off an innocent person.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from numguard import _core
from numguard.compute import pc
from numguard.errors import RegistryError
from numguard.registry.store import Store

__all__ = ["refuse_protected_since", "refuse_unfit"]

Bools: TypeAlias = npt.NDArray[np.bool_]

_ASKED = ("block", "reverify")


def refuse_unfit(store: Store, cut: int, table: pa.Table) -> None:
    """Nothing, if the rows may leave.

    Args:
        store: The log.
        cut: The event up to which it is asked.
        table: Rows with msisdn and action, as they are about to be written.

    Raises:
        RegistryError: A row asks something of a protected number, or to block one that is only linked.
    """
    asked, decisions = _asked(store, cut, table)
    if not len(asked):
        return
    _refuse(_shielded(store, cut, asked, decisions), "ask something of a protected number")

    confirmed = _last(decisions, ("confirmed", "withdrawn", "reverified", "reactivated"))["confirmed"]
    named = store.facts("namings", cut, wanted=True)
    certain = _told(named.filter(pc.is_null(named["doubt"])), _versions(store, cut, standing=True))
    accepted = _accepted(store, cut, named, decisions)
    grounded = _among(asked, certain) | _among(asked, confirmed) | _among(asked, accepted)
    to_block = np.asarray(pc.equal(asked["action"], "block").to_numpy(), np.bool_)
    _refuse(to_block & ~grounded, "would block a number without a decision")


def refuse_protected_since(store: Store, cut: int, table: pa.Table) -> None:
    """Nothing, if no number of a list of an earlier day is protected at `cut`, where the log has come to since.

    Raises:
        RegistryError: One is.
    """
    asked, decisions = _asked(store, cut, table)
    if not len(asked):
        return
    shielded = _shielded(store, cut, asked, decisions)
    if shielded.any():
        raise RegistryError(
            f"nothing was written: {shielded.sum():,} numbers of this list of an earlier day were protected since; "
            "export with as_of= (--as-of) writes it all the same, and says so in its manifest"
        )


def _accepted(store: Store, cut: int, named: pa.Table, decisions: pa.Table) -> pa.Array[Any]:
    """The numbers that were accepted after a complaint that was not taken back had named them, or had dropped them."""
    settled = decisions.filter(pc.is_in(decisions["status"], pa.array(("accepted", "dismissed"))))
    last = {row["msisdn"]: row for row in settled.to_pylist()}
    when = {number: row["event"] for number, row in last.items() if row["status"] == "accepted"}
    if not when:
        return pa.array([], pa.int64())
    versions = store.facts("versions", cut, wanted=True)
    live = {(v["event"], v["row"]): v["amended_at"] or 0 for v in versions.to_pylist() if not v["taken_back"]}
    among = named.filter(pc.is_in(named["msisdn"], pa.array([*when], pa.int64()))).to_pylist()
    known = [n for n in among if (n["event"], n["version"]) in live]
    since = [(n["msisdn"], max(n["event"], live[n["event"], n["version"]])) for n in known]
    return pa.array([number for number, event in since if event < when[number]], pa.int64())


def _asked(store: Store, cut: int, table: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The rows that ask something, and what was decided of their numbers, in its order."""
    asked = table.filter(pc.is_in(table["action"], pa.array(_ASKED)))
    store.want(asked["msisdn"])
    return asked, store.facts("decisions", cut, wanted=True).sort_by("event")


def _shielded(store: Store, cut: int, asked: pa.Table, decisions: pa.Table) -> Bools:
    """The rows whose number is protected: complainants' are, whichever version of a complaint has them."""
    shields = _last(decisions, ("protected", "unprotected"))
    complaining = _told(store.facts("complainants", cut, wanted=True), _versions(store, cut, standing=False))
    shielded = _among(asked, complaining) | _nobodys(asked)
    return shielded & ~_among(asked, shields["unprotected"]) | _among(asked, shields["protected"])


def _versions(store: Store, cut: int, *, standing: bool) -> pa.Array[Any]:
    """Which versions of complaints were not taken back, and if asked are the last, as `_key` names them."""
    versions = store.facts("versions", cut, wanted=True)
    kept = pc.equal(versions["taken_back"], 0)
    return _key(versions.filter(pc.and_(kept, pc.is_null(versions["amended_at"])) if standing else kept), "row")


def _told(rows: pa.Table, versions: pa.Array[Any]) -> pa.Array[Any]:
    """The numbers of those rows that stand in some versions of complaints."""
    numbers: pa.Array[Any] = rows["msisdn"].filter(pc.is_in(_key(rows, "version"), versions)).combine_chunks()
    return numbers


def _key(rows: pa.Table, row: str) -> pa.Array[Any]:
    """A version of a complaint: the event that told it, and its row there."""
    key = pc.add(pc.multiply(rows["event"], 1 << 32), rows[row])
    return pa.array(np.asarray(key.to_numpy(), np.int64))


def _last(decisions: pa.Table, among: tuple[str, ...]) -> dict[str, pa.Array[Any]]:
    """The numbers of which each word is the last of some decisions, these being in their order."""
    chosen = decisions.filter(pc.is_in(decisions["status"], pa.array(among)))
    last = dict(zip(chosen["msisdn"].to_pylist(), chosen["status"].to_pylist(), strict=True))
    return {word: pa.array([number for number, said in last.items() if said == word], pa.int64()) for word in among}


def _among(rows: pa.Table, numbers: pa.Array[Any]) -> Bools:
    return np.asarray(pc.is_in(rows["msisdn"].cast(pa.int64()), numbers).to_numpy(), np.bool_)


def _nobodys(rows: pa.Table) -> Bools:
    """The rows whose number is nobody's handset: helplines, service lines, placeholders."""
    said: Any = _core.explain(pa.concat_arrays(rows["msisdn"].chunks))
    line = pc.is_in(pc.cast(said.field("kind"), pa.string()), pa.array(("toll_free", "service")))
    invented = pc.fill_null(pc.equal(pc.cast(said.field("note"), pa.string()), "placeholder"), False)
    return np.asarray(pc.or_(line, invented).to_numpy(zero_copy_only=False), np.bool_)


def _refuse(unfit: Bools, what: str) -> None:
    if unfit.any():
        raise RegistryError(f"nothing was written: {unfit.sum():,} rows of the list {what}; make the list again")
