"""What an amendment or a withdrawal takes off is shown before it does, as it then does; sources in their spellings."""

from __future__ import annotations

import csv
import os
import random
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import numguard as ng
from numguard.errors import ArgumentError
from numguard.registry.sheets import cells
from numguard.registry.sheets.sources import same_source, sources, spellings
from registry_cases import HANDSET, A, B, C, Cli, complaint, complaints, listed, sightings, status_of

FORCE = {"reported", "requested", "confirmed", "blocked", "reverify"}


def pairs(table: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


# Amendments ------------------------------------------------------------------------------------------------------


def test_a_dry_run_lists_what_an_amendment_drops(registry: ng.Registry) -> None:
    registry.add_complaints(
        complaints(complaint("1", "9876543210, 9123456789"), complaint("2", "9123456789")), name="a"
    )
    slip = complaints(complaint("7", "8887776665"), complaint("1", "9876543211"))
    for dry_run in (True, False):
        dropped = registry.add_complaints(slip, name="another desk", dry_run=dry_run).dropped
        assert dropped.column_names == ["file", "row", "msisdn", "why", "was", "status"]
        assert pairs(dropped, "file", "row", "msisdn", "why", "was", "status") == [
            ("another desk", 2, B, "dropped_by_amendment", "reported", "reported"),
            ("another desk", 2, A, "dropped_by_amendment", "reported", "review"),
        ]
        if dry_run:
            assert (status_of(registry, A), registry.verify().events) == ("reported", 1)
            assert set(listed(registry)) == {A, B}
    # No number is dropped in silence: it waits for review, where it can be accepted.
    assert A not in listed(registry)
    assert pairs(registry.review(), "msisdn", "why") == [(A, "dropped_by_amendment")]
    registry.decide([f"+{A}"], "accepted", "a slip of the other desk")
    assert listed(registry)[A] == "block"
    assert registry.add_complaints(slip, name="another desk").dropped.num_rows == 0


@pytest.mark.parametrize(
    ("numbers", "status", "why"),
    [
        ("Axel 98765 43210", "Registered", "dropped_by_amendment"),
        ("Axel 98765 43210", "Closed", "dropped_by_amendment"),
        ("98765 43210", "Closed", "status_unclear"),
    ],
)
def test_a_number_that_an_amendment_names_no_longer_for_certain_is_dropped(
    registry: ng.Registry, numbers: str, status: str, why: str
) -> None:
    """It leaves the list, as one that the amendment leaves out does."""
    registry.add_complaints(complaints(complaint("1", "98765 43210", status="Registered")), name="a")
    then = complaints(complaint("1", numbers, status=status))
    for dry_run in (True, False):
        dropped = registry.add_complaints(then, name="b", dry_run=dry_run).dropped
        assert pairs(dropped, "msisdn", "why", "was", "status") == [(A, why, "reported", "review")]
    assert A not in listed(registry)


def test_a_suspect_that_becomes_the_complainant_is_turned(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210", complainant_mobile="8887776665")))
    turned = complaints(complaint("1", "8887776665", complainant_mobile="9876543210"))
    dry = registry.add_complaints(turned, dry_run=True).dropped
    assert dry.equals(registry.add_complaints(turned).dropped)
    assert pairs(dry, "msisdn", "why", "was", "status") == [
        (C, "turned_by_amendment", "protected", "protected"),
        (A, "turned_by_amendment", "reported", "protected"),
    ]


def test_a_dry_run_makes_no_registry_and_needs_no_place_to_write(tmp_path: Path) -> None:
    path = tmp_path / "cases.db"
    with ng.Registry(path, by="HC 1") as registry:
        assert registry.add_complaints(complaints(complaint("1", "9876543210")), dry_run=True).added == 1
        assert not path.exists()
        registry.add_complaints(complaints(complaint("1", "9876543210")))
    path.chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        with ng.Registry(path, by="HC 1") as registry:
            intake = registry.add_complaints(complaints(complaint("1", "9123456789")), dry_run=True)
            assert intake.dropped["msisdn"].to_pylist() == [A]
            assert registry.would_withdraw(1)["msisdn"].to_pylist() == [A]
    finally:
        tmp_path.chmod(0o700)


def some_sheet(dice: random.Random) -> pa.Table:
    numbers = [f"98765432{n:02}" for n in range(6)]
    rows = []
    for _ in range(dice.randint(1, 4)):
        named = ", ".join(dice.sample(numbers, dice.randint(1, 3)))
        source = dice.choice(["1930", "helpline 1930", "NCRP", "ncrp portal"])
        complainant = dice.choice([*numbers, "", "", ""])
        row = complaint(str(dice.randint(1, 4)), named, complainant_mobile=complainant)
        rows.append(row | {"source": source})
    return complaints(*rows)


def states(registry: ng.Registry) -> dict[int, str]:
    return {n: word for word in ng.registry.STATUSES for n in registry.numbers(word).to_array().to_pylist()}


@pytest.mark.parametrize("seed", range(int(os.environ.get("NUMGUARD_HISTORIES", "10"))))
def test_what_is_shown_is_what_happens(seed: int) -> None:
    dice = random.Random(seed)
    with ng.Registry(by="HC 1") as registry, ng.Registry(by="HC 2") as desk:
        for _ in range(dice.randint(2, 8)):
            one = dice.choice([registry, registry, desk])
            one.add_complaints(some_sheet(dice))
            if dice.random() < 0.2:
                one.decide([f"98765432{dice.randint(0, 5):02}"], dice.choice(["confirmed", "protected"]), "checked")
        if dice.random() < 0.5:
            registry.merge(desk)
        if not registry.verify().events:
            return
        # An amendment: every number that leaves force is listed, with its true statuses.
        before, sheet = states(registry), some_sheet(dice)
        dry = registry.add_complaints(sheet, dry_run=True)
        assert states(registry) == before
        done = registry.add_complaints(sheet)
        assert done.dropped.equals(dry.dropped)
        after = states(registry)
        lost = {n for n in before if before[n] in FORCE and after.get(n) not in FORCE}
        shown = {row["msisdn"]: (row["was"], row["status"]) for row in dry.dropped.to_pylist()}
        assert all((before[n], after[n]) == statuses for n, statuses in shown.items())
        complaining = {n for n in lost if after[n] == "protected"}
        assert lost <= shown.keys() | complaining
        # A withdrawal: exactly the numbers that change are listed.
        before = after
        for intake in registry.intakes().filter(pa.compute.is_null(registry.intakes()["withdrawn"]))["id"].to_pylist():
            actions, sealed = listed(registry), registry.verify()
            shown = {row["msisdn"]: (row["was"], row["status"]) for row in registry.would_withdraw(intake).to_pylist()}
            if dice.random() < 0.5:
                continue
            assert registry.verify() == sealed
            registry.withdraw_intake(intake, "wrong")
            after, left = states(registry), listed(registry)
            changed = {n for n in before | after if before.get(n) != after.get(n) or actions.get(n) != left.get(n)}
            assert changed <= shown.keys()
            assert all((before.get(n), after.get(n)) == statuses for n, statuses in shown.items())
            before = after


def test_a_withdrawal_names_the_receivers_of_its_numbers(registry: ng.Registry, tmp_path: Path) -> None:
    taken = registry.add_complaints(complaints(complaint("1", "9876543210"), complaint("2", "9123456789")))
    registry.add_complaints(complaints(complaint("3", "9123456789")))
    registry.export(tmp_path / "dot.csv", to="DoT")
    registry.export(tmp_path / "tsp.csv", to="Operator A")
    assert taken.id is not None
    changes = registry.would_withdraw(taken.id)
    assert changes.to_pylist() == [
        {
            "msisdn": A, "was": "requested", "status": "withdrawn", "action_was": "block", "action": None,
            "sent_to": "DoT; Operator A", "handsets_sent_to": None,
        }
    ]  # fmt: skip
    for wrong in (3, 99, 0, True):
        with pytest.raises(ArgumentError, match="id:"):
            registry.would_withdraw(wrong)
    registry.withdraw_intake(taken.id, "wrong")
    with pytest.raises(ArgumentError, match="id:"):
        registry.would_withdraw(taken.id)


def test_a_list_of_handsets_hides_no_list_of_numbers(registry: ng.Registry, tmp_path: Path) -> None:
    taken = registry.add_complaints(complaints(complaint("1", "9876543210")))
    registry.expand(sightings((A, HANDSET), (B, HANDSET)), at=None)
    registry.export(tmp_path / "dot.csv", to="DoT")
    registry.export(tmp_path / "tsp.csv", to="Operator A")
    before = registry.would_withdraw(int(taken.id or 0))
    assert pairs(before, "msisdn", "sent_to", "handsets_sent_to") == [
        (B, "DoT; Operator A", None), (A, "DoT; Operator A", None)
    ]  # fmt: skip
    registry.export_handsets(tmp_path / "handsets.csv", to="DoT")
    registry.export(tmp_path / "earlier.csv", to="DoT", as_of=date.today())
    intakes = pairs(registry.intakes(), "id", "verb", "added", "withdrawn")
    assert intakes == [(1, "add_complaints", 1, None), (2, "expand", 1, None)]
    with pytest.raises(ArgumentError, match="there is no such intake"):
        registry.refusals(2)
    after = registry.would_withdraw(int(taken.id or 0))
    assert after["sent_to"].equals(before["sent_to"])
    assert after["handsets_sent_to"].to_pylist() == ["DoT", "DoT"]
    assert registry.action_taken()["pending"].to_pylist() == [1, 1]
    # Its release is in the next change of handsets, after which no list has it.
    registry.withdraw_intake(int(taken.id or 0), "of another state")
    registry.export_handsets(tmp_path / "release.csv", to="DoT", since="last")
    again = registry.add_complaints(complaints(complaint("2", "9876543210")))
    assert set(registry.would_withdraw(int(again.id or 0))["handsets_sent_to"].to_pylist()) == {None}


# Spellings of sources and numbers -----------------------------------------------------------------------------------


def test_every_listed_spelling_leads_to_one_name_and_says_why() -> None:
    rows = list(csv.DictReader((resources.files("numguard.registry") / "sources.csv").read_text().splitlines()))
    assert all(row["of"] for row in rows)
    for row in rows:
        for spelling in (row["spelling"], row["spelling"].upper(), f" {row['spelling'].lower()} "):
            assert sources(pa.array([spelling])).to_pylist() == [row["source"]]
    assert set(spellings().values()) == {"NCRP", "1930", "CFCFRMS", "Chakshu"}
    # No two names became one: what is compared of each leads to one source alone.
    assert len({row["spelling"] for row in rows}) == len(rows)


@pytest.mark.parametrize("other", ["PS NCRP Rohtak", "NCRPS", "19301", "Cyber PS", "NCRP 2", "not NCRP", "1930 Rohtak"])
def test_what_is_not_listed_stays_as_it_is(other: str) -> None:
    assert same_source(other) == other


@pytest.mark.parametrize(
    "spelling", ["ncrp portal", "N.C.R.P.", "https://cybercrime.gov.in", "एनसीआरपी", "\uff2e\uff23\uff32\uff30"]
)
def test_one_complaint_under_two_spellings_of_its_source_is_one(registry: ng.Registry, spelling: str) -> None:
    registry.add_complaints(complaints(complaint("31708220000001", "9876543210") | {"source": "NCRP"}))
    again = registry.add_complaints(complaints(complaint("31708220000001", "9876543210") | {"source": spelling}))
    assert (again.added, again.repeated, again.alike.num_rows) == (0, 1, 0)
    assert registry.action_taken()["complaints"].to_pylist() == [1]
    # What was written stays as it was, and counts as one source.
    registry.add_complaints(complaints(complaint("31708220000002", "9876543210") | {"source": spelling}))
    assert registry.action_taken()["complaints"].to_pylist() == [2]
    assert listed(registry, policy=ng.ListPolicy(min_sources=2)) == {}


def test_what_an_older_numguard_kept_under_its_spelling_is_met(
    registry: ng.Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = complaints(complaint("31708220000001", "9876543210") | {"source": "ncrp portal"})
    with monkeypatch.context() as older:
        older.setattr("numguard.registry.sheets.complaints.sources", cells.words)
        assert registry.add_complaints(sheet).added == 1
    assert registry.history(f"+{A}")["source"].to_pylist() == ["Ncrp Portal"]
    again = registry.add_complaints(complaints(complaint("31708220000001", "9123456789") | {"source": "NCRP"}))
    assert (again.added, again.updated, again.alike.num_rows) == (0, 1, 0)
    assert again.dropped["msisdn"].to_pylist() == [A]
    assert registry.add_complaints(sheet).added == 0


def test_complaints_that_may_be_the_same_are_listed_and_kept_apart(registry: ng.Registry) -> None:
    first = complaint("31708220000001", "9876543210") | {"source": "NCRP"}
    registry.add_complaints(complaints(first, complaint("7", "9876543210") | {"source": "PS Rohtak"}))
    sheet = complaints(
        complaint("031708220000001", "9123456789") | {"source": "ncrp portal"},
        complaint("31708220000001", "9123456789"),
        complaint("7", "9123456789") | {"source": "PS Nuh"},
        complaint("007", "9123456789") | {"source": "ps rohtak"},
        complaint("0031708220000009", "9123456789"),
        complaint("31708220000009", "9123456789"),
    )
    dry = registry.add_complaints(sheet, name="b", dry_run=True)
    done = registry.add_complaints(sheet, name="b")
    assert done.alike.equals(dry.alike)
    assert (done.added, done.updated, done.repeated) == (6, 0, 0)
    assert pairs(done.alike, "file", "row", "why", "known_source", "known_acknowledgement_no") == [
        ("b", 1, "leading_zeros", "NCRP", "31708220000001"),
        ("b", 2, "other_source", "NCRP", "31708220000001"),
        ("b", 2, "other_source", "Ncrp Portal", "031708220000001"),
        ("b", 4, "leading_zeros", "PS Rohtak", "7"),
        ("b", 6, "leading_zeros", "1930", "0031708220000009"),
    ]
    assert registry.add_complaints(sheet, name="b").alike.num_rows == 0
    # What was taken back is known no more.
    assert done.id is not None
    registry.withdraw_intake(done.id, "wrong")
    assert "0031708220000009" not in pairs(registry.add_complaints(sheet, dry_run=True).alike, "known_source")


def test_short_acknowledgement_numbers_of_two_desks_are_not_alike(registry: ng.Registry) -> None:
    desks = [complaint(str(n), "9876543210") | {"source": f"PS {d}"} for d in range(5) for n in range(1, 30)]
    assert registry.add_complaints(complaints(*desks)).alike.num_rows == 0
    assert registry.add_complaints(complaints(complaint("12", "9876543210") | {"source": "PS X"})).alike.num_rows == 0
    for number, alike in (("123456789", 0), ("1234567890", 1)):
        rows = (complaint(number, "9876543210") | {"source": source} for source in ("PS X", "PS Y"))
        assert registry.add_complaints(complaints(*rows)).alike.num_rows == alike


# From the command line --------------------------------------------------------------------------------------------


def test_the_command_line_reports_what_an_amendment_drops(cli: Cli) -> None:
    head = "acknowledgement_no,source,suspect_mobiles\n"
    Path("a.csv").write_text(f"{head}31708220000001,NCRP,98765 43210\n")
    Path("b.csv").write_text(f"{head}31708220000001,ncrp portal,98765 43211\n031708220000001,NCRP,98765 43212\n")

    assert cli("complaints", "add", "a.csv")[0] == 0
    assert cli("export", "dot.csv", "--to", "DoT")[0] == 0
    code, out, error = cli("complaints", "add", "b.csv", "--dry-run")
    assert code == 0
    assert "  row 2, dropped_by_amendment: +919876543210: requested -> review\n" in out
    assert "  row 3, leading_zeros: 'NCRP' '031708220000001', recorded as 'NCRP' '31708220000001'\n" in out
    moved = "dropped or moved between suspect and complainant, 1 of them no longer in force (dropped_by_amendment 1)"
    assert f"1 number would be {moved}" in error
    code, out, error = cli("complaints", "add", "b.csv")
    assert f"1 number {moved}; see numguard review" in error
    assert (
        "1 complaint may be recorded under another spelling, and nothing is merged by guess: leading_zeros 1" in error
    )
    code, out, error = cli("complaints", "add", "b.csv", "--json")
    assert '"amendments": {}' in out

    code, out, error = cli("complaints", "withdraw", "1", "--dry-run")
    assert (code, out.splitlines()[1]) == (0, '"919876543210","review","withdrawn",,,"DoT",')
    assert "intake 1 would be withdrawn: 0 numbers no longer in force, 0 in force again\n" in error
    assert "  1 number of lists sent to DoT: the next change has it\n" in error
    assert cli("complaints", "withdraw", "1")[0] == 2
    assert cli("complaints", "withdraw", "1", "--reason", "x", "-o", "t.csv")[0] == 2
    code, out, error = cli("complaints", "withdraw", "3", "--reason", "a slip")
    assert "intake 3 withdrawn: 2 numbers no longer in force, 1 in force again; event 4\n" in error

    # The block of a number that is only linked then is lifted too.
    with ng.Registry("cases.db", by="HC 1234") as registry:
        registry.expand(sightings((919876543210, HANDSET), (919876543219, HANDSET)))
        registry.add_complaints(complaints(complaint("9", "98765 43219")))
        registry.export("again.csv", to="DoT")
    code, out, error = cli("complaints", "withdraw", "6", "--dry-run")
    assert out.splitlines()[1] == '"919876543219","requested","reverify","block","reverify","DoT",'
    assert "  1 number of lists sent to DoT: the next change has it\n" in error


def test_a_file_to_be_withdrawn_shows_the_numbers_of_lists_and_counts_complainants(cli: Cli) -> None:
    """The numbers of complainants were shown among those that leave a list."""
    Path("a.csv").write_text(
        "acknowledgement_no,source,suspect_mobiles,complainant_mobile\n"
        "1,1930,98765 43210; 98765 43211,90000 00001\n2,1930,,90000 00002\n"
    )
    assert cli("complaints", "add", "a.csv")[0] == 0
    assert cli("export", "dot.csv", "--to", "DoT")[0] == 0
    code, out, error = cli("complaints", "withdraw", "1", "--dry-run")
    assert code == 0
    assert [line[1:13] for line in out.splitlines()[1:]] == ["919876543210", "919876543211"]
    assert error.splitlines() == [
        "intake 1 would be withdrawn: 2 numbers no longer in force, 0 in force again",
        "  2 numbers of lists sent to DoT: the next change has them",
        "  2 other numbers on no list before or after: --output FILE names all",
    ]
    assert cli("complaints", "withdraw", "1", "--dry-run", "-o", "all.csv")[0] == 0
    assert len(Path("all.csv").read_text().splitlines()) == 5


def test_a_row_that_repeats_what_was_amended_is_named(registry: ng.Registry) -> None:
    """A correction back to the first number changed nothing, without a word: the wrong number stayed listed."""
    first, second = complaints(complaint("1", "9876543210")), complaints(complaint("1", "9876543211"))
    again = complaints(complaint("9", "9123456789"), complaint("1", "9876543210"))
    registry.add_complaints(first, name="a")
    amending = registry.add_complaints(second, name="b")
    (warning,) = registry.add_complaints(again, name="c").warnings
    assert warning.startswith("row 2 repeats an earlier version of a complaint, and the later one counts")
    repeated, last = (registry.add_complaints(one, name="a").warnings for one in (first, second))
    assert (len(repeated), last) == (1, []), "of the same file too, by which an officer may want to correct it"
    registry.withdraw_intake(amending.id, "the first number is right")
    assert set(listed(registry)) == {A, B}
    assert registry.add_complaints(complaints(complaint("1", "9876543210"), complaint("8", "1"))).warnings == []
