"""The links of some numbers or handsets, as nodes and edges.

Owns which of an expansion's pairs belong to a case. Independent of pictures and files. One idea: the edges are those of
the walk and no others, so that a closed handset is a leaf here too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from numguard.compute import ascending, pc, schema_of, tuples_of

if TYPE_CHECKING:
    from numguard.linkage.expansion import Expansion


_NODES: Final = schema_of(
    msisdn=pa.uint64(),
    imei14=pa.uint64(),
    role=pa.string(),
    hop=pa.int32(),
    why=pa.string(),
    count=pa.int64(),
    asked=pa.bool_(),
)


@dataclass(frozen=True, eq=False)
class Graph:
    """Numbers and handsets of an expansion, and the pairs that join them.

    >>> import numguard as ng, pyarrow as pa
    >>> seen = pa.table({"served_msisdn": ["9876543210", "9123456789"], "imei14": ["35824005111111"] * 2})
    >>> found = ng.expand(["9876543210"], seen).graph(numbers=["9876543210"])
    >>> found.nodes.select(["role", "hop"]).to_pylist()
    [{'role': 'linked', 'hop': 1}, {'role': 'reported', 'hop': 0}, {'role': 'open', 'hop': 1}]
    >>> found.edges["way"].to_pylist()
    ['path', 'path']
    """

    #: `msisdn` or `imei14` (uint64, the other is null); `role`: a number is `reported`, `linked` or `protected`, a
    #: handset `open` or `closed`; the `hop` at which it was reached (int32, null for the protected and the closed);
    #: `why` the walk ended there, as in `stopped`, or `unseen`; the `count` of distinct numbers of a handset, or of
    #: distinct handsets of a number at which the walk ended; whether it was an argument (`asked`).
    #: Numbers first, each ascending.
    nodes: pa.Table
    #: As `evidence`, and `way`: `path` if it is part of a linked number's best path, `seen` if it is another edge
    #: walked, `stopped` if the walk ended there. By number, then handset.
    edges: pa.Table
    #: The bounds of the walk, as text without numbers.
    policy: str = field(repr=False)

    def __repr__(self) -> str:
        return f"<Graph of {self.nodes.num_rows} nodes and {self.edges.num_rows} edges>"


def graph_of(found: Expansion, numbers: pa.Array[Any] | None, imeis: pa.Array[Any] | None) -> tuple[Graph, int]:
    """The part of an expansion around some keys, or all of it; and how many of the keys are not in the walk.

    Args:
        found: An expansion.
        numbers: Keys of numbers to begin at, uint64.
        imeis: Keys of handsets to begin at, uint64.
    """
    nodes = {**_numbers(found), **_handsets(found)}
    edges = _edges(found)
    for pair in tuples_of(edges, "msisdn", "imei14"):
        # A number of an edge that is neither linked nor protected is a seed.
        nodes.setdefault((pair[0], None), ("reported", 0, None, None))
    begin: set[_Key] = {(key, None) for key in _listed(numbers)} | {(None, key) for key in _listed(imeis)}
    missed = sum(key not in nodes for key in begin)
    if numbers is not None or imeis is not None:
        edges = _around(edges, nodes, begin, found.policy.max_hops)
        kept = {(key, None) for key in edges["msisdn"].to_pylist()} | {
            (None, key) for key in edges["imei14"].to_pylist()
        }
        nodes = {key: node for key, node in nodes.items() if key in kept or key in begin}
    ordered = sorted(nodes.items(), key=lambda item: (item[0][0] is None, item[0][0] or item[0][1]))
    rows = [dict(zip(_NODES.names, (*key, *node, key in begin), strict=True)) for key, node in ordered]
    return Graph(pa.Table.from_pylist(rows, _NODES), edges, repr(found.policy)), missed


_Key = tuple[int | None, int | None]
_Node = tuple[str, int | None, str | None, int | None]


def _listed(keys: Any) -> list[int]:
    listed: list[int] = [] if keys is None else keys.to_pylist()
    return listed


def _numbers(found: Expansion) -> dict[_Key, _Node]:
    nodes: dict[_Key, _Node] = {(msisdn, None): ("reported", 0, "unseen", None) for msisdn in found.unseen.to_pylist()}
    hops = dict(tuples_of(found.linked, "msisdn", "hop"))
    nodes |= {(msisdn, None): ("linked", hop, None, None) for msisdn, hop in hops.items()}
    for msisdn, why, count in tuples_of(found.stopped, "msisdn", "why", "count"):
        if msisdn is not None and why == "protected":
            nodes[msisdn, None] = ("protected", None, why, count)
        elif msisdn is not None:
            nodes[msisdn, None] = ("linked" if msisdn in hops else "reported", hops.get(msisdn, 0), why, count)
    return nodes


def _handsets(found: Expansion) -> dict[_Key, _Node]:
    nodes: dict[_Key, _Node] = {
        (None, imei14): ("open", hop, None, numbers)
        for imei14, hop, numbers in tuples_of(found.handsets, "imei14", "hop", "numbers")
    }
    for imei14, why, count in tuples_of(found.stopped, "imei14", "why", "count"):
        if imei14 is not None:
            nodes[None, imei14] = ("closed", None, why, count)
    return nodes


def _edges(found: Expansion) -> pa.Table:
    """Every edge with its way."""
    paths: set[tuple[int, int]] = set()
    for msisdn, imei14, before in tuples_of(found.linked, "msisdn", "via_imei", "via_msisdn"):
        paths |= {(msisdn, imei14), (before, imei14)}
    walked = ["path" if pair in paths else "seen" for pair in tuples_of(found.evidence, "msisdn", "imei14")]
    ways = walked + ["stopped"] * found.stopped_evidence.num_rows
    both = pa.concat_tables([found.evidence, found.stopped_evidence])
    return ascending(both.append_column("way", pa.array(ways, pa.string())), "msisdn", "imei14")


def _around(edges: pa.Table, nodes: dict[_Key, _Node], begin: Iterable[_Key], hops: int) -> pa.Table:
    """The edges from `begin` through at most so many handsets, and never through a closed one."""
    taken: Any = pa.array([False] * edges.num_rows, pa.bool_())
    numbers = {msisdn for msisdn, _ in begin if msisdn is not None}
    # A handset among the arguments is expanded even if it is closed.
    handsets = {imei14 for _, imei14 in begin if imei14 is not None}
    for _ in range(hops):
        into = _among(edges["msisdn"], numbers)
        entered: Any = edges["imei14"].filter(into).to_pylist()
        handsets |= {imei14 for imei14 in entered if nodes[None, imei14][0] != "closed"}
        out = _among(edges["imei14"], handsets)
        before = pc.sum(taken).as_py()
        taken = pc.or_(taken, pc.or_(into, out))
        left: Any = edges["msisdn"].filter(out).to_pylist()
        # The walk does not continue from a number at which it ended.
        numbers |= {msisdn for msisdn in left if nodes[msisdn, None][2] is None}
        if pc.sum(taken).as_py() == before:
            break
    return edges.filter(taken)


def _among(column: pa.ChunkedArray[Any], keys: set[int]) -> Any:
    return pc.is_in(column, pa.array(sorted(keys), pa.uint64()))
