"""Sources of complaints: they are recorded, and spellings of one source are counted once."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner

import numguard as ng
from numguard.cli import verbs
from numguard.errors import ArgumentError, ColumnError
from registry_cases import A, B, complaint, complaints, listed, status_of


def sheet(suspect: str, **fields: str) -> pa.Table:
    row = {"acknowledgement_no": "1", "suspect_mobiles": suspect, **fields}
    return pa.table({name: [value] for name, value in row.items()})


def test_two_desks_with_one_number_do_not_amend_each_other(registry: ng.Registry) -> None:
    for desk in (sheet("9876543210", complainant_mobile="9123456789"), sheet("9123456789")):
        with pytest.raises(ColumnError, match="--set source=1930"):
            registry.add_complaints(desk)
    registry.add_complaints(sheet("9876543210", complainant_mobile="9123456789"), constants={"source": "desk A"})
    done = registry.add_complaints(sheet("8887776665"), constants={"source": "desk B"})
    assert (done.added, done.updated) == (1, 0)
    assert set(listed(registry)) == {A, 918887776665}
    assert status_of(registry, B) == "protected"


def test_a_constant_fills_what_the_sheet_leaves_out(registry: ng.Registry) -> None:
    table = complaints(complaint("1", "9876543210"), complaint("2", "9123456789") | {"source": ""})
    done = registry.add_complaints(table, dry_run=True)
    assert done.refusals["note"].to_pylist() == ["no_source"]
    registry.add_complaints(table, constants={"source": "PS Rohtak", "district": "ROHTAK"})
    sources = [(row["source"], row["district"]) for n in (A, B) for row in registry.history(f"+{n}").to_pylist()]
    assert sources == [("1930", "Rohtak"), ("PS Rohtak", "Rohtak")]
    with pytest.raises(ArgumentError, match="constants"):
        registry.add_complaints(table, constants={"suspect_mobiles": "9876543210"})
    for no_text in (" - ", 1930):
        with pytest.raises(ArgumentError, match="source takes a text that is not empty"):
            registry.add_complaints(table, constants={"source": no_text})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("districts", "value", "is_used"),
    [(["Rohtak", "Nuh"], "Nuh", False), (["Rohtak", ""], "Nuh", True), (["Rohtak", "ROHTAK"], "rohtak", True)],
)
def test_a_constant_that_no_row_takes_is_warned_of(
    registry: ng.Registry, districts: list[str], value: str, *, is_used: bool
) -> None:
    rows = [complaint(str(k), "9876543210", district=district) for k, district in enumerate(districts)]
    done = registry.add_complaints(complaints(*rows), constants={"district": value, "police_station": "Sadar"})
    unused = "district: every row of the sheet has one, so that the value set for all is not used"
    assert done.warnings == ([] if is_used else [unused])


@pytest.mark.parametrize(
    "spelling",
    ["PS ROHTAK", "PS  Rohtak", "PS\u200b Rohtak", "PS Roh\u200dtak", "\uff30\uff33 Rohtak", "PS\u2060 Rohtak",
     "PS\u00a0Rohtak", "\u202ePS Rohtak", "PS Ro\u00adhtak", "PS\u3000Rohtak"],
)  # fmt: skip
def test_one_source_is_not_two_by_its_spelling(registry: ng.Registry, spelling: str) -> None:
    registry.add_complaints(
        complaints(
            complaint("1", "9876543210") | {"source": "PS Rohtak"},
            complaint("2", "9876543210") | {"source": spelling},
        )
    )
    assert listed(registry, policy=ng.ListPolicy(min_sources=2)) == {}
    assert registry.add_complaints(complaints(complaint("1", "9876543210") | {"source": spelling})).added == 0
    sources = registry.action_taken()["source"].to_pylist()
    assert len(set(sources)) == 1


@pytest.mark.parametrize("spelling", ["3170\u200b822", "\uff13170822", " 3170822 ", "3170822\u2060"])
def test_one_complaint_is_not_two_by_the_spelling_of_its_number(registry: ng.Registry, spelling: str) -> None:
    registry.add_complaints(complaints(complaint("3170822", "9876543210")))
    assert registry.add_complaints(complaints(complaint(spelling, "9876543210"))).added == 0
    assert listed(registry, policy=ng.ListPolicy(min_complaints=2)) == {}


def test_the_command_line_names_the_source_and_counts_what_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("desk.csv").write_text(
        "acknowledgement_no,suspect_mobiles\n1,98765 43210\n2,91234 56789 (Axel)\n3,98765XXXXX\n", encoding="utf-8"
    )
    add = ["complaints", "add", "desk.csv", "--registry", "cases.db", "--by", "HC 1234"]
    assert CliRunner().invoke(verbs, add).exit_code != 0
    dry = CliRunner().invoke(verbs, [*add, "--set", "source=1930", "--dry-run"], catch_exceptions=False)
    assert (
        "would wait for a decision, on no list until then:\n  row 3, unlisted_words: '91234 56789 (Axel)'" in dry.output
    )
    done = CliRunner().invoke(verbs, [*add, "--set", "source=1930"], catch_exceptions=False)
    assert "2 complaints added, 0 updated, 0 repeated, 1 refused" in done.output
    assert "1 number waits for a decision: unlisted_words 1; see numguard review" in done.output
    for wrong in ("source", "source=", "colour=red"):
        assert CliRunner().invoke(verbs, [*add, "--set", wrong]).exit_code != 0


def test_the_summary_does_not_promise_a_number_that_review_does_not_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had `1 number waits for a decision; see numguard review`, and there was none."""
    monkeypatch.chdir(tmp_path)
    rows = "1,1930,9876543210\n2,1930,9876543210 (Axel)\n3,1930,91234 56789 (Axel)\n"
    Path("desk.csv").write_text(f"acknowledgement_no,source,suspect_mobiles\n{rows}")
    done = CliRunner().invoke(verbs, ["complaints", "add", "desk.csv", "--registry", "r.db", "--by", "HC 1234"])
    others = "but for 1 protected, decided on or certain in another complaint"
    assert f"2 numbers wait for a decision: unlisted_words 2 {others}; see numguard review" in done.output


def test_a_source_that_is_a_decimal_number_is_the_same_one(registry: ng.Registry) -> None:
    """Where a column has a blank, a data frame writes 1930 as 1930.0."""
    for source in ("1930", "1930.0", "1930.00"):
        done = registry.add_complaints(sheet("9876543210", source=source, district="12.0", police_station="7.0"))
    assert (done.added, done.updated) == (0, 0)
    assert listed(registry, policy=ng.ListPolicy(min_sources=2)) == {}
    row = registry.history(f"+{A}").to_pylist()[0]
    assert (row["source"], row["district"]) == ("1930", "12")
    registry.add_complaints(sheet("9876543210", source="PS 1.0"))
    assert set(listed(registry, policy=ng.ListPolicy(min_sources=2))) == {A}
