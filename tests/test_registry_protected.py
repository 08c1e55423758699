"""Who complains is protected, however badly the number is written and wherever it stands; what is unsure waits."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute
import pytest

import numguard as ng
from numguard.cli import run
from numguard.errors import RegistryError
from registry_cases import sightings

COMPLAINANT = 919765432187
SUSPECT = 919811100002
BADLY_WRITTEN = [
    "Mob9765432187", "M9765432187", "9765432187_wife", "97654_32187", "9765432187@paytm", "9765432187 Nepal",
    "A/c 9765432187", "x09765432187", "Mob919765432187", "A/c 97654/32187", "M९७६५४३२१८७",
]  # fmt: skip
HEADINGS = [
    "Complainant Contact", "Name and mobile of complainant", "Applicant Mobile", "Informant mobile",
    "Victim Contact No", "Complainant alternate mobile", "Petitioner mobile", "Comp Mobile",
    "परिवादी का मोबाइल", "वादी मोबाइल", "आवेदक मोबाइल",
    "प्रार्थी मोबाइल", "Victim's Mobile No. 2",
]  # fmt: skip


def sheet(*rows: dict[str, str]) -> pa.Table:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.table({name: [row.get(name, "") for row in rows] for name in names})


def row(number: int, suspects: str, **more: str) -> dict[str, str]:
    return {"acknowledgement_no": f"317082200000{number:02}", "source": "1930", "suspect_mobiles": suspects} | more


def waits(registry: ng.Registry) -> dict[int, set[str]]:
    rows = registry.review().to_pylist()
    return {one["msisdn"]: {r["why"] for r in rows if r["msisdn"] == one["msisdn"]} for one in rows}


def blocked(registry: ng.Registry) -> list[int]:
    return list(registry.numbers().to_array().to_pylist())


@pytest.mark.parametrize("cell", BADLY_WRITTEN)
@pytest.mark.parametrize("own", [False, True])
def test_a_badly_written_complainant_is_not_blocked(cell: str, own: bool) -> None:
    complaints = sheet(
        row(1, "9765432187" if own else "9811100002", complainant_mobile=cell),
        row(2, "9811100002" if own else "9765432187", complainant_mobile="9811100003"),
    )
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(complaints)
        assert blocked(registry) == [SUSPECT]
        assert intake.refusals.filter(pa.compute.equal(intake.refusals["column"], "complainant_mobile")).num_rows
        state = registry.history(COMPLAINANT)
        assert state.num_rows
        assert waits(registry) in ({COMPLAINANT: {"complainants_number"}}, {})
        again = registry.add_complaints(complaints)
        assert again.repeated == intake.added


def test_a_refused_complainant_protects_no_other_number() -> None:
    complaints = sheet(row(1, "9811100002", complainant_mobile="M9765432187"), row(2, "9811100004"))
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(complaints)
        assert blocked(registry) == [SUSPECT, 919811100004]
        assert waits(registry) == {}


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_complainants_column_protects(heading: str) -> None:
    complaints = sheet(row(1, "9811100002", **{heading: "9765432187"}), row(2, "9765432187"))
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(complaints)
        assert intake.preview is not None
        assert intake.preview.fields[heading] == "complainant_mobile"
        assert blocked(registry) == [SUSPECT]


def test_all_columns_of_complainants_protect() -> None:
    complaints = sheet(
        row(1, "9811100002; 9811100005", **dict.fromkeys(HEADINGS, "")), row(2, "9811100005; 9765432187")
    )
    columns = complaints.set_column(3, HEADINGS[0], [["9765432187", ""]]).set_column(
        5, HEADINGS[2], [["9811100005", ""]]
    )
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(columns)
        assert blocked(registry) == [SUSPECT]


def test_each_number_of_a_complainant_is_refused_as_a_suspects() -> None:
    own = "9811100007; 9765432187"
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(sheet(row(1, f"{own}; 9811100002", complainant_mobile=own)))
        assert intake.refusals["note"].to_pylist() == ["complainants_number"] * 2
        assert blocked(registry) == [SUSPECT]


@pytest.mark.parametrize("heading", ["Contact person", "Callback", "Unnamed: 7", "Reported from"])
@pytest.mark.parametrize("cell", ["9765432187", "Ram, M97654-32187", "+91 97654 32187"])
def test_a_suspect_in_an_unread_column_of_its_row_waits(heading: str, cell: str) -> None:
    complaints = sheet(
        row(1, "9765432187; 9811100002", **{heading: cell}), row(2, "9811100004", **{heading: "9811100002"})
    )
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(complaints)
        assert blocked(registry) == [SUSPECT, 919811100004]
        assert waits(registry) == {COMPLAINANT: {"in_unread_column"}}


@pytest.mark.parametrize("heading", ["Suspect UPI", "Brief facts", "संक्षिप्त विवरण", "Accused account"])
def test_a_column_of_suspects_raises_no_doubt(heading: str) -> None:
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(sheet(row(1, "9811100002", **{heading: "9811100002@ybl"})))
        assert blocked(registry) == [SUSPECT]


def test_a_number_that_a_withdrawal_unprotects_waits() -> None:
    complaints = sheet(row(1, "9811100002", complainant_mobile="9765432187"))
    with ng.Registry(by="HC 1234") as registry:
        first = registry.add_complaints(complaints)
        registry.add_complaints(sheet(row(2, "9765432187")))
        assert blocked(registry) == [SUSPECT]
        registry.withdraw_intake(first.id, reason="wrong file")
        assert blocked(registry) == []
        assert waits(registry) == {COMPLAINANT: {"complainants_until_withdrawn"}}
        registry.add_complaints(sheet(row(3, "9765432187")))
        assert blocked(registry) == []
        registry.decide([str(COMPLAINANT)], "accepted", "asked the complainant")
        assert blocked(registry) == [COMPLAINANT]
        assert waits(registry) == {}


def test_a_number_that_an_officer_unprotected_needs_no_second_decision() -> None:
    complaints = sheet(row(1, "9811100002", complainant_mobile="9765432187"))
    with ng.Registry(by="HC 1234") as registry:
        first = registry.add_complaints(complaints)
        registry.add_complaints(sheet(row(2, "9765432187")))
        registry.decide([str(COMPLAINANT)], "unprotected", "it is the suspect's")
        registry.withdraw_intake(first.id, reason="wrong file")
        assert blocked(registry) == [COMPLAINANT]


def test_what_was_accepted_while_it_was_protected_waits_once_it_is_not() -> None:
    with ng.Registry(by="HC 1234") as registry:
        first = registry.add_complaints(sheet(row(1, "9811100002", complainant_mobile="9765432187")))
        registry.add_complaints(sheet(row(2, "Ravi: 9765432187")))
        registry.decide([str(COMPLAINANT)], "accepted", "the cell means it")
        assert blocked(registry) == [SUSPECT]
        registry.withdraw_intake(first.id, reason="wrong file")
        assert blocked(registry) == []
        assert COMPLAINANT in waits(registry)


@pytest.mark.parametrize(("later", "listed"), [("dismissed", []), ("unprotected", [COMPLAINANT])])
def test_what_is_decided_of_it_holds(later: str, listed: list[int]) -> None:
    complaints = sheet(row(1, "9811100002", complainant_mobile="9765432187"))
    with ng.Registry(by="HC 1234") as registry:
        first = registry.add_complaints(complaints)
        registry.add_complaints(sheet(row(2, "9765432187")))
        registry.withdraw_intake(first.id, reason="wrong file")
        registry.decide([str(COMPLAINANT)], later, "asked")
        assert blocked(registry) == listed
        assert waits(registry) == {}
        # A new complaint counts like any other.
        registry.add_complaints(sheet(row(3, "9765432187")))
        assert blocked(registry) == [COMPLAINANT]


def test_a_list_of_an_earlier_day_with_a_number_that_was_protected_since_is_exported_by_its_day_alone(
    tmp_path: Path,
) -> None:
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(sheet(row(1, "9811100002"), row(2, "9765432187")))
        then = datetime.now(UTC)
        registry.decide([str(COMPLAINANT)], "protected", "a hospital")
        of_the_day = registry.block_list(as_of=then)
        with pytest.raises(RegistryError, match="1 numbers of this list of an earlier day were protected since"):
            of_the_day.write(tmp_path / "list.csv")
        assert list(tmp_path.iterdir()) == []
        assert len(registry.export(tmp_path / "list.csv", to="DoT", as_of=then)) == 2
        registry.decide([str(COMPLAINANT)], "unprotected", "no hospital after all")
        of_the_day.write(tmp_path / "then.csv")


def test_a_reactivated_number_that_is_named_again_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ng.Registry(tmp_path / "case.db", by="HC 1234") as registry:
        first = registry.add_complaints(sheet(row(1, "9811100002; 9811100004")))
        registry.record_outcomes(pa.table({"msisdn": ["9811100002"], "status": ["reactivated"]}))
        assert first.reactivated == 0
    lines = [",".join(row(1, "").keys()), "31708220000009,1930,9811100002", "31708220000010,1930,9811100004"]
    (tmp_path / "again.csv").write_text("\n".join(lines) + "\n")
    call = ["complaints", "add", str(tmp_path / "again.csv"), "--registry", str(tmp_path / "case.db"), "--by", "HC 1"]
    for options in (["--dry-run"], []):
        assert run([*call, *options]) == 0
        message = capsys.readouterr().err
        assert "reactivated: 1 number is named again; it stays off the list until decided" in message
    assert run([*call, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["reactivated"] == 0
    with ng.Registry(tmp_path / "case.db", by="HC 1234") as registry:
        assert blocked(registry) == [919811100004]
        assert registry.add_complaints(sheet(row(11, "9811100002"))).reactivated == 1
        registry.decide([str(SUSPECT)], "confirmed", "named again")
        assert registry.add_complaints(sheet(row(12, "9811100002"))).reactivated == 0


def test_numbers_that_are_named_again_and_stay_off_the_list_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An officer or an operator took them off; a new complaint of one alone was added in silence."""
    numbers = [f"98111000{n:02}" for n in range(5)]
    with ng.Registry(tmp_path / "case.db", by="HC 1234") as registry:
        old = registry.add_complaints(sheet(row(1, "; ".join(numbers))))
        registry.decide(numbers[:1], "withdrawn", "the complaint was false")
        registry.decide(numbers[1:2], "reverified", "holder present")
        registry.record_outcomes(pa.table({"msisdn": numbers[2:4], "status": ["rejected", "blocked"]}))
        # A number whose only complaint is withdrawn is in force again.
        wrong = registry.add_complaints(sheet(row(2, "9811100099")), name="wrong")
        assert wrong.id is not None
        registry.withdraw_intake(wrong.id, "a sheet of another state")
    lines = [",".join(row(1, "").keys()), *(f"3170822000001{n},1930,{number}" for n, number in enumerate(numbers))]
    (tmp_path / "again.csv").write_text("\n".join([*lines, "31708220000019,1930,9811100099"]) + "\n")
    call = ["complaints", "add", str(tmp_path / "again.csv"), "--registry", str(tmp_path / "case.db"), "--by", "HC 1"]
    for options in (["--dry-run"], []):
        assert run([*call, *options]) == 0
        message = capsys.readouterr().err
        assert "3 numbers named stay off the list by an earlier decision or answer: rejected 1, reverif" in message
    with ng.Registry(tmp_path / "case.db", by="HC 1234") as registry:
        assert (old.warnings, blocked(registry)) == ([], [919811100003, 919811100004, 919811100099])


def test_a_number_that_waits_for_two_reasons_is_counted_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = ["9811100002 victim of it", "9811100002 said xyzzy", "9811100004 said xyzzy"]
    lines = ["acknowledgement_no,source,suspect_mobiles", *(f"{k},1930,{cell}" for k, cell in enumerate(cells))]
    (tmp_path / "sheet.csv").write_text("\n".join(lines) + "\n")
    case = ["--registry", str(tmp_path / "case.db"), "--by", "HC 1"]
    assert run(["complaints", "add", str(tmp_path / "sheet.csv"), *case, "--json"]) == 0
    waiting = json.loads(capsys.readouterr().out)["waiting"]
    assert sum(waiting.values()) == 2
    assert run(["review", *case, "--json"]) == 0
    review = json.loads(capsys.readouterr().out)
    assert sum(review["why"].values()) == review["numbers"] == 2
    assert review["rows"] == 3


def test_a_suspects_number_that_is_a_complainants_elsewhere_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is on no list, and its complaint counted as added like any other: the other complaint was not looked for."""
    monkeypatch.chdir(tmp_path)
    Path("sheet.csv").write_text(
        "acknowledgement_no,source,suspect_mobiles,complainant_mobile\n"
        "31708220000002,1930,9811100003,9811100002\n31708220000003,1930,9765432187,9811100004\n"
    )
    with ng.Registry("cases.db", by="HC 1234") as registry:
        first = registry.add_complaints(sheet(row(1, "9811100002", complainant_mobile="9765432187")))
        plan = registry.add_complaints("sheet.csv", dry_run=True)
        second = registry.add_complaints("sheet.csv")
        again = registry.add_complaints("sheet.csv")
        assert blocked(registry) == [919811100003]
    assert first.warnings == again.warnings == []
    shown = "2 numbers of suspects are protected, as a complainant's or by a decision, the first in row 2: on no list"
    assert plan.warnings == second.warnings
    assert second.warnings == [f"{shown}, and 1 of them no longer in force; look at each with numguard history"]
    Path("third.csv").write_text("acknowledgement_no,source,suspect_mobiles\n31708220000005,1930,9765432187\n")
    assert run(["complaints", "add", "third.csv", "--registry", "cases.db", "--by", "HC 1234"]) == 0
    assert "1 number of a suspect is protected, as a complainant's or by a decision, " in capsys.readouterr().err


def test_a_suspects_number_that_an_officer_protected_is_shown_until_it_is_not_protected() -> None:
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(sheet(row(1, "9811100002")))
        registry.decide([SUSPECT], "protected", "a witness")
        assert len(registry.add_complaints(sheet(row(2, "9811100002; 9811100003"))).warnings) == 1
        registry.decide([SUSPECT], "unprotected", "no witness")
        assert registry.add_complaints(sheet(row(3, "9811100002"))).warnings == []
        assert registry.add_complaints(sheet(row(4, "Ravi 9811100002"))).warnings == []


# What is in no handset -----------------------------------------------------------------------------------------------

#: A toll-free number, one of a bank's series, and digits that stand for no number; what is behind them; the handsets.
IN_NO_HANDSET = [9118001234567, 911600123456, 919999999999]
BEHIND, NEAR, FAR = 919222222222, 35824005111111, 35824005222222


@pytest.mark.parametrize("number", IN_NO_HANDSET)
@pytest.mark.parametrize("hops", [1, 2])
@pytest.mark.parametrize("once", [False, True])
def test_a_number_that_is_in_no_handset_is_not_linked_nor_walked_through(number: int, hops: int, once: bool) -> None:
    """Protected from the start: also where it is on no record before it is seen."""
    seen = sightings((SUSPECT, NEAR), (number, NEAR), (number, FAR), (BEHIND, FAR))
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(sheet(row(1, str(SUSPECT))))
        policy = ng.LinkPolicy(max_hops=hops)
        found = registry.expand(iter(seen.to_batches()) if once else seen, policy)
        assert found.linked["msisdn"].to_pylist() == []
        assert number in found.stopped.filter(pa.compute.equal(found.stopped["why"], "protected"))["msisdn"].to_pylist()
        assert blocked(registry) == [SUSPECT]
        assert registry.numbers("reverify").to_array().to_pylist() == []


def test_an_unprotected_number_may_be_linked() -> None:
    number = IN_NO_HANDSET[-1]
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(sheet(row(1, str(SUSPECT))))
        registry.decide([number], "unprotected", "a subscriber has it")
        found = registry.expand(sightings((SUSPECT, NEAR), (number, NEAR)))
        assert found.linked["msisdn"].to_pylist() == [number]
