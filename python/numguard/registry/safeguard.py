"""The last look at a list before it leaves: no protected number, and none to block that nobody named or confirmed.

Owns that look alone. It asks the log itself, and none of the code that made the list, so that a fault there, or a list
that was made before a number was protected, does not cut off an innocent person.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute

from numguard import _core
from numguard.errors import RegistryError
from numguard.registry.store import Store

pc: Any = pyarrow.compute  # its stubs know no plain Python values

__all__ = ["refuse_unfit"]

_ASKED = ("block", "reverify")
_SHIELDS = ("protected", "unprotected")
_DECIDING = ("confirmed", "withdrawn", "reverified", "reactivated")


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
    last = store.facts("decisions", cut, wanted=True).sort_by("event")

    shields = _last(last, _SHIELDS)
    unprotected = [number for number, word in shields.items() if word == "unprotected"]
    protected = {number for number, word in shields.items() if word == "protected"}
    protected |= (_told(store, "complainants", cut, standing) | _nobodys(asked["msisdn"])) - set(unprotected)
    _refuse(asked, protected, "asks something of a protected number")

    to_block = asked.filter(pc.equal(asked["action"], "block"))
    confirmed = {number for number, word in _last(last, _DECIDING).items() if word == "confirmed"}
    grounded = _told(store, "namings", cut, standing) | confirmed
    _refuse(
        to_block,
        {number for (number,) in _tuples(to_block, "msisdn")} - grounded,
        "would block a number without a decision",
    )


def _standing(store: Store, cut: int) -> set[tuple[int, int]]:
    versions = store.facts("versions", cut, wanted=True)
    versions = versions.filter(pc.equal(versions["stands"], 1))
    return set(_tuples(versions, "event", "row"))


def _told(store: Store, kind: str, cut: int, standing: set[tuple[int, int]]) -> set[int]:
    """The numbers that complaints which stand tell as of this kind."""
    rows = store.facts(kind, cut, wanted=True)
    told = _tuples(rows, "msisdn", "event", "version")
    return {msisdn for msisdn, event, version in told if (event, version) in standing}


def _last(decisions: pa.Table, among: tuple[str, ...]) -> dict[int, str]:
    """The last of some decisions for each number."""
    chosen = decisions.filter(pc.is_in(decisions["status"], pa.array(among)))
    return dict(_tuples(chosen, "msisdn", "status"))


def _tuples(table: pa.Table, *columns: str) -> Iterator[Any]:
    return zip(*(table[name].to_pylist() for name in columns), strict=True)


def _nobodys(msisdns: pa.ChunkedArray[Any]) -> set[int]:
    """The numbers that are nobody's handset: helplines, service lines, placeholders."""
    said: Any = _core.explain(pa.concat_arrays(msisdns.chunks))
    line = pc.is_in(pc.cast(said.field("kind"), pa.string()), pa.array(("toll_free", "service")))
    invented = pc.fill_null(pc.equal(pc.cast(said.field("note"), pa.string()), "placeholder"), False)
    return set(said.field("msisdn").filter(pc.or_(line, invented)).to_pylist())


def _refuse(rows: pa.Table, unfit: set[int], what: str) -> None:
    if unfit:
        count = int(pc.sum(pc.is_in(rows["msisdn"], pa.array(unfit, pa.uint64()))).as_py())
        raise RegistryError(f"nothing was written: {count:,} of the list's rows {what}; make the list again")
