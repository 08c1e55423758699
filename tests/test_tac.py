"""A user's own table of TACs: every row used or refused with why, and makers and models where handsets are shown."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import numguard as ng
from numguard.cli import run
from numguard.errors import ArgumentError, ColumnError, FileMissingError, InputError
from numguard.files import write_rows
from numguard.report.changes import write_changes
from numguard.report.links import link_chart, link_tables, write_links
from report_cases import FOLLOWED, HOSTILE, HUB, case
from test_report import Page, assert_inert


def table(*rows: tuple[object, str | None, str | None]) -> pa.Table:
    return pa.table({name: [row[k] for row in rows] for k, name in enumerate(("TAC", "Maker", "Model"))})


def handsets(*keys: int | None) -> pa.Table:
    return pa.table({"imei14": pa.array(keys, pa.uint64())})


def notes(tacs: ng.TacTable) -> list[tuple[int, str]]:
    return list(zip(tacs.refused["row"].to_pylist(), tacs.refused["note"].to_pylist(), strict=True))


@pytest.mark.parametrize(
    ("cell", "note"),
    [
        ("35824005", None), (" 35824005 ", None), ("35824005.0", None), ("'35824005", None), ("01124500", None),
        ("", "empty"), ("  ", "empty"), (None, "empty"), ("1124500", "too_short"), ("3582", "too_short"),
        ("358240051", "too_long"), ("358240051111110", "too_long"), ("35-824005", "not_a_number"),
        ("3.5824005E7", "not_a_number"), ("३५८२४००५", "not_a_number"), ("35824005.5", "not_a_number"),
        ("-3582400", "not_a_number"), ("00000000", "placeholder"), ("TAC 35824005", "not_a_number"),
        ("35824005\n35824006", "not_a_number"),
    ],
)  # fmt: skip
def test_a_cell_is_one_tac_or_refused(cell: str | None, note: str | None) -> None:
    tacs = ng.TacTable(table((cell, "Acme", "One"), ("99000011", "Bolt", "")))
    assert notes(tacs) == ([] if note is None else [(1, note)])
    assert len(tacs) == (1 if note else 2)
    assert tacs.account["rows_read"] == tacs.account["rows_used"] + tacs.account["rows_refused"] == 2


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["35824005", "35824006", "01124500", "358", ""]),
            st.sampled_from(["Acme", "Bolt", "", None]),
            st.sampled_from(["One", "Two", "", None]),
        ),
        max_size=12,
    )
)
def test_what_rows_that_agree_say(rows: list[tuple[str, str | None, str | None]]) -> None:
    names: dict[str, set[tuple[str | None, str | None]]] = defaultdict(set)
    for tac, maker, model in rows:
        if len(tac) == 8 and (maker or model):
            names[tac].add((maker or None, model or None))
    agreed = {tac: next(iter(ways)) for tac, ways in names.items() if len(ways) == 1}
    tacs = ng.TacTable(table(*rows)) if rows else ng.TacTable(table(("", "", ""))[:0].cast(_TEXT))
    keys = [35824005 * 10**6 + 7, 35824006 * 10**6, 1124500999999, 77]
    found = tacs.join(handsets(*keys, None)).to_pylist()
    wanted = [agreed.get(f"{key // 10**6:08}", (None, None)) for key in keys]
    assert [(row["maker"], row["model"]) for row in found] == [*wanted, (None, None)]
    assert tacs.named(keys) == {
        key: " ".join(filter(None, words)) for key, words in zip(keys, wanted, strict=True) if any(words)
    }
    used = sum(len(tac) == 8 and tac in agreed and bool(maker or model) for tac, maker, model in rows)
    assert tacs.account["rows_used"] == used
    assert sum(tacs.account["refused_rows"].values()) == len(tacs.refused) == len(rows) - used
    # The order of the rows makes no difference.
    again = ng.TacTable(table(*rows[::-1])) if rows else tacs
    assert again.join(handsets(*keys)).equals(tacs.join(handsets(*keys)))


_TEXT = pa.schema([("TAC", pa.string()), ("Maker", pa.string()), ("Model", pa.string())])


def test_types_decide_what_is_read() -> None:
    def read(cells: pa.Array) -> list[tuple[int, str]]:  # type: ignore[type-arg]
        return notes(ng.TacTable(pa.table({"tac": cells, "maker": ["a"] * len(cells)})))

    # Keys are padded; a signed integer is digits as written.
    assert read(pa.array([1124500, 35824005], pa.uint64())) == []
    assert read(pa.array([1124500, 35824005], pa.int64())) == [(1, "too_short")]
    assert read(pa.array([35824005.0, 35824005.5, None, float("nan")])) == [
        (2, "not_a_number"), (3, "empty"), (4, "not_a_number")
    ]  # fmt: skip
    assert read(pa.array(["35824005", "x"]).dictionary_encode()) == [(2, "not_a_number")]


def test_any_container_and_names_of_columns(tmp_path: Path) -> None:
    rows = table(("35824005", "Acme", "One"), ("35824006", "Bolt", "Two"))
    for ending in (".csv", ".xlsx", ".parquet", ".arrow", ".jsonl"):
        path = tmp_path / f"tacs{ending}"
        write_rows(path, rows.schema, rows.to_batches())
        assert len(ng.TacTable(path)) == 2, ending
    path = tmp_path / "odd.csv"
    path.write_text(
        "List of types\n\nTAC;Brand Name;Manufacturer;Model-Name\n35824005;Acme;Acme Works;One\n35824006;B\n"
    )
    tacs = ng.TacTable(path)
    assert tacs.named([35824005000000]) == {35824005000000: "Acme One"}
    assert tacs.refused.to_pylist() == [{"file": str(path), "row": 5, "note": "too_few_fields"}]
    assert tacs.account["not_data"] == {"title": 1, "blank": 1}
    assert ng.TacTable(path, maker="Manufacturer").named([35824005000000]) == {35824005000000: "Acme Works One"}
    with pytest.raises(InputError, match="1 of its rows"):
        ng.TacTable(path, strict=True)
    with pytest.raises(ColumnError, match="model: no column 'Name'"):
        ng.TacTable(path, model="Name")
    path.write_text("35824005,Acme,One\n")
    with pytest.raises(ColumnError, match="TAC, Maker and Model"):
        ng.TacTable(path)
    with pytest.raises(FileMissingError):
        ng.TacTable(tmp_path / "none.csv")


def test_join_takes_a_column_of_handsets_once() -> None:
    tacs = ng.TacTable(table(("35824005", "Acme", "One")))
    joined = tacs.join(handsets(35824005000000, None).append_column("x", pa.array([1, 2])))
    assert joined.column_names == ["imei14", "maker", "model", "x"]
    with pytest.raises(ColumnError):
        tacs.join(joined, "via_imei")
    with pytest.raises(ArgumentError, match="already"):
        tacs.join(joined)
    with pytest.raises(ArgumentError, match="uint64"):
        tacs.join(joined, "x")


SEEN = {
    "served_msisdn": ["9876543210", "9123456789", "9876543210"],
    "imei14": ["35824005111111", "35824005111111", "49015420323751"],
    "at": pa.array(["2026-09-01", "2026-09-02", "2026-09-09"]).cast(pa.date32()),
}


def test_pages_and_charts_say_which_phone_it_is(tmp_path: Path) -> None:
    hostile = [(f"3582400{k}", words, None) for k, words in enumerate(HOSTILE)]
    tacs = ng.TacTable(table(*hostile))
    for by in ("msisdn", "imei14"):
        found = ng.changes(pa.table(SEEN), by=by)  # type: ignore[arg-type]
        text = write_changes(found, tmp_path / "page.html", tac=tacs).read_text()
        assert_inert(text, Page(text))
        assert any(HOSTILE[5] in line for _, line in Page(text).text)
    rows = Page(write_changes(ng.changes(pa.table(SEEN)), tmp_path / "bare.html").read_text()).tables
    page = Page(write_changes(ng.changes(pa.table(SEEN)), tmp_path / "page.html", tac=tacs).read_text())
    of_number = page.tables["Periods of +91 98765 43210"]
    assert [row[1] for row in of_number] == ["phone", HOSTILE[5], ""]
    assert [[row[0], *row[2:]] for row in of_number] == rows["Periods of +91 98765 43210"]
    graph = ng.expand(["9876543210"], pa.table(SEEN)).graph()
    nodes, _ = link_tables(graph, tac=tacs)
    assert nodes["maker"].to_pylist() == [None, None, HOSTILE[5], None]
    assert nodes.drop_columns(["maker", "model"]) == link_tables(graph)[0]
    assert "<script" not in link_chart(graph, tac=ng.TacTable(table(("35824005", HOSTILE[0], "x"))))
    named = link_chart(graph, tac=ng.TacTable(table(("35824005", "Acme", "One"), ("49015420", "B" * 99, "x"))))
    assert "Acme One; 2 numbers in all" in named
    assert f"{'B' * 18}…; 1 number in all" in named
    write_links(graph, tmp_path / "chart", tac=tacs)
    assert HOSTILE[5] in (tmp_path / "chart" / "nodes.csv").read_text()


def test_the_report_says_which_phone_it_is(tmp_path: Path) -> None:
    tacs = ng.TacTable(table((f"{FOLLOWED // 10**6:08}", "Acme", "Model 98765 43210")))
    assert HUB // 10**6 == FOLLOWED // 10**6
    with case() as registry:
        bare = Page(registry.report(tmp_path / "bare.html").read_text())
        page = Page(registry.report(tmp_path / "page.html", tac=tacs).read_text())
    for caption in ("Handsets with most numbers", "The largest of them"):
        assert [row[1] for row in page.tables[caption][:2]] == ["phone", "Acme Model 98xxxxxx10"]
        assert [[row[0], *row[2:]] for row in page.tables[caption]] == bare.tables[caption]
    assert any("a table of 1 TAC" in line for _, line in page.text)


def test_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    seen = pa.table(SEEN)
    write_rows("seen.parquet", seen.schema, seen.to_batches())
    Path("tacs.csv").write_text("TAC,Maker,Model\n35824005,Acme,One\n358,Acme,Two\n")
    Path("seeds.csv").write_text("msisdn\n9876543210\n")
    assert run(["changes", "seen.parquet", "--tac", "tacs.csv", "--refused", "bad.csv", "-o", "c.csv", "--json"]) == 0
    captured = capsys.readouterr()
    assert "tacs.csv: 1 TAC" in captured.err
    assert "too_short 1" in captured.err
    assert json.loads(captured.out)["tac"]["refused_rows"] == {"too_short": 1}
    assert '"tacs.csv",3,"too_short"' in Path("bad.csv").read_text()
    assert Path("c.csv").read_text().splitlines()[0].startswith('"msisdn","imei14","maker","model","from"')
    assert '"Acme","One"' in Path("c.csv").read_text()
    assert run(["expand", "seen.parquet", "--seeds", "seeds.csv", "--tac", "tacs.csv", "--folder", "linked"]) == 0
    for name in ("linked", "handsets", "stopped", "evidence", "stopped_evidence"):
        head = Path("linked", f"{name}.csv").read_text().splitlines()[0]
        assert '"maker","model"' in head
    assert "Acme" in Path("linked/linked.csv").read_text()
    capsys.readouterr()
    assert run(["changes", "seen.parquet", "--tac", "tacs.csv", "--strict"]) == 3
    assert run(["changes", "seen.parquet", "--tac", "seeds.csv"]) == 3
    assert run(["changes", "seen.parquet", "--tac", "tacs.csv", "-o", "tacs.csv"]) == 2
