"""The chart of a case: what belongs to it, what the picture shows and leaves out, and tables that other tools open."""

from __future__ import annotations

import dataclasses
import re
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx as nx
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings

import numguard as ng
from numguard.errors import ArgumentError, FileError, MissingExtraError, RefusedCellsError
from numguard.linkage import Graph
from numguard.report.links import can_draw, link_chart, link_tables, write_links
from test_linkage import cases, link_policy, seed_table, table_of

SEED = 919876543210
PHONE = 35824005111111
DAY_0 = datetime(2026, 9, 1, 4, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"


def array(*keys: int) -> pa.Array[Any]:
    return pa.array(keys, pa.uint64())


def walk(pairs: list[tuple[int, int]], *, seeds: tuple[int, ...] = (SEED,), **policy: Any) -> ng.Expansion:
    # Thousands of days would end in the future.
    step = timedelta(days=1 if len(pairs) < 70 else 0)
    rows = [(msisdn, imei14, DAY_0 + n * step) for n, (msisdn, imei14) in enumerate(pairs)]
    return ng.expand(array(*seeds), table_of(rows), ng.LinkPolicy(**policy))


def roles(graph: Graph) -> dict[int, str]:
    return {row["msisdn"] or row["imei14"]: row["role"] for row in graph.nodes.to_pylist()}


def pairs(table: pa.Table) -> list[tuple[int, int]]:
    return list(zip(table["msisdn"].to_pylist(), table["imei14"].to_pylist(), strict=True))


def boxes(svg: str) -> list[tuple[set[str], float, list[str]]]:
    """The classes, x coordinate and lines of each box."""
    found = []
    for group in ElementTree.fromstring(svg).iter(f"{SVG}g"):
        x = float(group.attrib["transform"].removeprefix("translate(").split()[0])
        found.append((set(group.attrib["class"].split()), x, [text.text or "" for text in group.iter(f"{SVG}text")]))
    return found


# What belongs to a case -----------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(cases())
def test_the_whole_graph_is_what_the_walk_used(case: Any) -> None:
    seeds, sightings, policy = case
    found = ng.expand(seed_table(seeds), table_of(sightings), link_policy(policy))
    graph = found.graph()
    assert sorted(pairs(graph.edges)) == sorted(pairs(found.evidence) + pairs(found.stopped_evidence))
    known = roles(graph)
    assert set(found.linked["msisdn"].to_pylist()) == {key for key, role in known.items() if role == "linked"}
    assert set(found.handsets["imei14"].to_pylist()) == {
        row["imei14"] for row in graph.nodes.to_pylist() if row["role"] == "open"
    }
    paths = {
        pair for pair, way in zip(pairs(graph.edges), graph.edges["way"].to_pylist(), strict=True) if way == "path"
    }
    linked = found.linked.to_pylist()
    assert paths == {(row[end], row["via_imei"]) for row in linked for end in ("msisdn", "via_msisdn")}
    # Around any node there is a part of the whole, and the node is in it.
    for row in graph.nodes.to_pylist():
        if row["imei14"] == 0 or row["why"] == "placeholder":
            continue
        key = row["msisdn"] or row["imei14"]
        part = found.graph(**{"numbers" if row["msisdn"] else "imeis": array(key)})
        assert [n["msisdn"] or n["imei14"] for n in part.nodes.to_pylist() if n["asked"]] == [key]
        assert set(pairs(part.edges)) <= set(pairs(graph.edges))
        ElementTree.fromstring(link_chart(part))


def test_a_case_goes_as_far_as_the_walk() -> None:
    chain = [(SEED + k // 2, PHONE + (k + 1) // 2) for k in range(8)]  # seed, handset, number, handset, and so on
    found = walk(chain, max_hops=3)
    assert found.linked.num_rows == 3
    assert roles(found.graph(numbers=array(SEED))) == roles(found.graph())
    near = walk([*chain, (SEED + 9, PHONE + 1)], seeds=(SEED, SEED + 9), max_hops=1).graph(numbers=array(SEED))
    assert roles(near) == {
        SEED: "reported",
        SEED + 1: "linked",
        SEED + 9: "reported",
        PHONE: "open",
        PHONE + 1: "open",
    }
    handset = found.graph(imeis=array(PHONE + 3))
    assert roles(handset)[PHONE + 3] == "open"


def test_a_case_does_not_go_through_what_is_closed() -> None:
    crowd = [(SEED + 10 + n, PHONE) for n in range(5)]
    other_seed, agent, far = SEED + 10, SEED + 1, SEED + 2
    rows = [(SEED, PHONE), *crowd, (SEED, PHONE + 1), (agent, PHONE + 1), (agent, PHONE + 2), (far, PHONE + 2)]
    rows += [(other_seed, PHONE + 2), (agent, PHONE + 3)]
    found = walk(rows, seeds=(SEED, other_seed), max_numbers_per_imei=4, max_imeis_per_number=2, max_hops=2)
    assert pairs(found.stopped_evidence) == [(SEED, PHONE), (other_seed, PHONE)]
    case = found.graph(numbers=array(SEED))
    assert roles(case) == {SEED: "reported", agent: "linked", PHONE: "closed", PHONE + 1: "open"}
    assert roles(found.graph(imeis=array(PHONE))) == {
        PHONE: "closed",
        SEED: "reported",
        other_seed: "reported",
        PHONE + 1: "open",
        agent: "linked",
        PHONE + 2: "open",
        far: "linked",
    }
    stopped = [row for row in case.nodes.to_pylist() if row["why"]]
    assert {(row["why"], row["count"]) for row in stopped} == {("too_many_numbers", 6), ("too_many_handsets", 3)}


def test_a_protected_number_is_met_and_not_passed() -> None:
    helpline = SEED + 1
    rows = [(SEED, PHONE), (helpline, PHONE), (SEED + 5, PHONE + 1), (helpline, PHONE + 1)]
    found = walk(rows, seeds=(SEED, SEED + 5), protected=array(helpline), max_hops=2)
    assert roles(found.graph(numbers=array(SEED))) == {SEED: "reported", helpline: "protected", PHONE: "open"}
    assert found.graph(numbers=array(SEED)).edges["way"].to_pylist() == ["seen", "stopped"]


def test_seeds_without_an_edge_are_nodes_too() -> None:
    found = walk([(SEED, PHONE + n) for n in range(3)], seeds=(SEED, SEED + 7), max_imeis_per_number=2)
    assert [(row["why"], row["count"]) for row in found.graph(numbers=array(SEED, SEED + 7)).nodes.to_pylist()] == [
        ("too_many_handsets", 3),
        ("unseen", None),
    ]


def test_an_unseen_number_is_an_error() -> None:
    found = walk([(SEED, PHONE)])
    with pytest.raises(ArgumentError, match="2 of the numbers and handsets"):
        found.graph(numbers=array(SEED, SEED + 3), imeis=array(PHONE + 3))
    with pytest.raises(RefusedCellsError):
        found.graph(numbers=["98765"])


# The picture ----------------------------------------------------------------------------------------------------------


def test_levels_stand_from_left_to_right_and_hubs_look_closed() -> None:
    rows = [(SEED, PHONE), (SEED + 1, PHONE), (SEED + 1, PHONE + 1), (SEED + 2, PHONE + 1)]
    rows += [(SEED + 20 + n, PHONE + 2) for n in range(8)] + [(SEED, PHONE + 2)]
    svg = link_chart(walk(rows, max_hops=2, max_numbers_per_imei=5).graph())
    shown = {lines[0].split()[0]: (classes, x, lines) for classes, x, lines in boxes(svg)}
    assert [name for name, _ in sorted(shown.items(), key=lambda item: (item[1][1], item[0]))] == [
        "N1", "H1", "H3", "N2", "H2", "N3",
    ]  # fmt: skip
    classes, _, lines = shown["H3"]
    assert classes == {"closed", "ended"}
    assert lines[1:] == ["stopped: too many numbers (9)", "once, 13 Sep 2026"]
    assert shown["N2"][2][1:] == ["linked", "2 times, 2 Sep to 3 Sep 2026"]
    assert shown["H1"][2][1] == "2 numbers in all"
    assert "1 reported number, 2 linked numbers, 3 handsets; the walk stopped at 1" in svg


def test_pictures_are_masked_unless_asked_for() -> None:
    graph = walk([(SEED, PHONE), (SEED + 1, PHONE), (SEED, 0)]).graph()
    masked, full = link_chart(graph), link_chart(graph, full_numbers=True)
    for whole in ("98765 43210", "358240051111110", "98765 43211"):
        assert whole in full
        assert whole not in masked
    digits = [re.sub(r"\s", "", lines[0].partition(" ")[2]) for _, _, lines in boxes(masked)]
    assert sorted(digits) == ["+9198xxxxxx10", "+9198xxxxxx11", "000000000000000", "35824005xxxx11"]
    assert "Numbers are masked" in masked
    assert "Numbers are masked" not in full
    assert "000000000000000" in full


@pytest.mark.parametrize("count", [15, 16, 72, 5000])
def test_a_long_case_is_capped_and_names_the_rest(count: int) -> None:
    rows = [(SEED, PHONE)] * 2 + [(SEED + 1 + n, PHONE) for n in range(count)]
    svg = link_chart(walk(rows, max_numbers_per_imei=None, max_linked_per_seed=5000).graph(numbers=array(SEED)))
    linked = [lines for classes, _, lines in boxes(svg) if "linked" in classes]
    more = [lines for classes, _, lines in boxes(svg) if "more" in classes]
    assert len(linked) == (count if count <= 16 else 15)
    assert more == ([] if count <= 16 else [[f"and {count - 15:,} more numbers"]])
    assert f"{count:,} linked numbers" in svg
    assert float(ElementTree.fromstring(svg).attrib["height"]) < 1300


def test_what_was_asked_about_is_never_left_out() -> None:
    rows = [(SEED + n, PHONE) for n in range(60) for _ in range(1 + (n != 59))]
    svg = link_chart(walk(rows).graph(numbers=array(SEED + 59)))
    assert [len(lines) for classes, _, lines in boxes(svg) if "asked" in classes] == [3]


def test_few_lines_cross() -> None:
    """Two cases side by side, whose keys alternate: each handset stands beside its own numbers."""
    rows = [(SEED + 2 * n + k, PHONE + k) for k in range(2) for n in range(4)]
    shown = {
        lines[0].split()[0]: float(group.attrib["transform"].split()[1].rstrip(")"))
        for group in ElementTree.fromstring(link_chart(walk(rows, seeds=(SEED, SEED + 1)).graph())).iter(f"{SVG}g")
        if (lines := [text.text or "" for text in group.iter(f"{SVG}text")])
    }
    even, odd = ([shown[f"N{n}"] for n in which] for which in ((3, 5, 7), (4, 6, 8)))
    assert max(even) < min(odd) or max(odd) < min(even)


def test_pictures_hold_no_script_and_fetch_nothing() -> None:
    graph = walk([(SEED, PHONE), (SEED + 1, PHONE)]).graph()
    svg = link_chart(dataclasses.replace(graph, policy="</text><script>alert(1)</script>&"))
    root = ElementTree.fromstring(svg)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg",
        "style",
        "rect",
        "text",
        "path",
        "g",
        "title",
    }
    assert not re.search(r"href|url\(|@import|\son\w+=", svg)


def test_nothing_and_one_node_are_pictures_too() -> None:
    assert boxes(link_chart(ng.expand([], table_of([])).graph())) == []
    [(classes, _, lines)] = boxes(link_chart(walk([], seeds=(SEED,)).graph()))
    assert classes == {"reported", "ended"}
    assert lines[1] == "reported; in no sighting"


def test_the_same_graph_gives_the_same_picture() -> None:
    rows = [(SEED + n, PHONE + n % 3) for n in range(40)] + [(SEED, PHONE + n) for n in range(3)]
    one, other = (walk(list(rows)) for _ in range(2))
    assert link_chart(one.graph()) == link_chart(other.graph())


def test_without_jinja_the_error_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingExtraError, match=r"numguard-telecom\[report\]"):
        can_draw()


# The tables -----------------------------------------------------------------------------------------------------------


def test_a_file_in_place_of_the_folder_is_an_error_of_the_package(tmp_path: Path) -> None:
    found = walk([(SEED, PHONE), (SEED + 1, PHONE)])
    (tmp_path / "chart").write_text("x")
    with pytest.raises(FileError, match="chart: cannot be written"):
        write_links(found.graph(), tmp_path / "chart")
    with ng.Registry() as registry, pytest.raises(FileError, match="chart: cannot be written"):
        registry.block_list().write_by_district(tmp_path / "chart")


def test_other_tools_open_the_tables(tmp_path: Path) -> None:
    found = walk([(SEED, PHONE), (SEED + 1, PHONE), (SEED + 1, PHONE + 1), (SEED + 2, PHONE + 1)], max_hops=2)
    written = write_links(found.graph(), tmp_path / "chart")
    assert [path.name for path in written] == ["nodes.csv", "edges.csv", "chart.svg"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    nodes = pd.read_csv(written[0], dtype={"label": str}).set_index("id")
    graph = nx.from_pandas_edgelist(pd.read_csv(written[1]), edge_attr=["weight", "way"])
    nx.set_node_attributes(graph, nodes.to_dict("index"))
    ends = {attributes["label"]: node for node, attributes in graph.nodes(data=True)}
    path = nx.shortest_path(graph, ends[str(SEED)], ends[str(SEED + 2)])
    assert [nodes.loc[node, "role"] for node in path] == ["reported", "open", "linked", "open", "linked"]
    assert str(SEED) not in written[1].read_text() + written[2].read_text()


def test_the_tables_name_nodes_as_the_picture_does() -> None:
    graph = walk([(SEED, PHONE), (SEED + 1, PHONE)]).graph()
    nodes, edges = link_tables(graph)
    drawn = {lines[0].split()[0] for _, _, lines in boxes(link_chart(graph))}
    assert set(nodes["id"].to_pylist()) == drawn
    assert set(edges["source"].to_pylist() + edges["target"].to_pylist()) == drawn
