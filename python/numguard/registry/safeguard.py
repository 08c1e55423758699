"""The last look at a list before it leaves: no protected number, and none to block that nobody named or confirmed.

Owns that look alone. It asks the log itself, and none of the code that made the list, so that a fault there, or a list
that was made before a number was protected, does not cut off an innocent person.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

from numguard import _core
from numguard.errors import RegistryError
from numguard.registry.store import Store

pc: Any = pyarrow.compute  # its stubs know no plain Python values

__all__ = ["refuse_unfit"]

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
    asked = table.filter(pc.is_in(table["action"], pa.array(_ASKED)))
    if not len(asked):
        return
    store.want(asked["msisdn"])
    standing = _standing(store, cut)
    decisions = store.facts("decisions", cut, wanted=True).sort_by("event")

    shields = _last(decisions, ("protected", "unprotected"))
    shielded = _among(asked, _told(store, "complainants", cut, standing)) | _nobodys(asked)
    shielded = shielded & ~_among(asked, shields["unprotected"]) | _among(asked, shields["protected"])
    _refuse(shielded, "ask something of a protected number")

    confirmed = _last(decisions, ("confirmed", "withdrawn", "reverified", "reactivated"))["confirmed"]
    grounded = _among(asked, _told(store, "namings", cut, standing)) | _among(asked, confirmed)
    to_block = np.asarray(pc.equal(asked["action"], "block").to_numpy(), np.bool_)
    _refuse(to_block & ~grounded, "would block a number without a decision")


def _standing(store: Store, cut: int) -> pa.Array[Any]:
    """Which versions of complaints stand, as `_key` names them."""
    versions = store.facts("versions", cut, wanted=True)
    return _key(versions.filter(pc.equal(versions["stands"], 1)), "row")


def _told(store: Store, kind: str, cut: int, standing: pa.Array[Any]) -> pa.Array[Any]:
    """The numbers that complaints which stand tell as of this kind."""
    rows = store.facts(kind, cut, wanted=True)
    numbers: pa.Array[Any] = rows["msisdn"].filter(pc.is_in(_key(rows, "version"), standing)).combine_chunks()
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
