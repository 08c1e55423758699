"""What an amended complaint keeps, as the sheet has no column of it, and totals that are no complaints."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import numguard as ng
from registry_cases import A, B, C, complaint, complaints
from warm import numguard

FULL = {"district": "Nuh", "amount_lost": "500", "reported_at": "2026-01-05"}


def shown(registry: ng.Registry) -> dict[int, tuple[str, Any]]:
    """The district and the first day of report of each listed number."""
    table = registry.block_list().to_table()
    return {row["msisdn"]: (row["district"], row["first_reported"]) for row in table.to_pylist()}


def lost(registry: ng.Registry) -> Decimal:
    return sum((lost or Decimal(0) for lost in registry.action_taken()["amount_lost"].to_pylist()), Decimal(0))


def test_a_sheet_of_fewer_columns_takes_nothing_from_a_complaint(registry: ng.Registry, tmp_path: Path) -> None:
    """A second add without `--set district` emptied the district, and the next change removed the number."""
    registry.add_complaints(complaints(complaint("1", "9876543210", **FULL)))
    before = shown(registry)
    registry.export(tmp_path / "nuh.csv", to="DoT", district="Nuh")
    short = complaints(complaint("1", "9876543210"))
    assert registry.add_complaints(short).updated == 1
    assert (shown(registry), lost(registry)) == (before, 500)
    assert registry.add_complaints(complaints(complaint("1", "9876543210, 9123456789"))).updated == 1
    assert shown(registry) == {**before, B: before[A]}
    assert lost(registry) == 500
    # An earlier sheet, sent again, changes nothing.
    assert registry.add_complaints(short).repeated == 1
    assert set(shown(registry)) == {A, B}
    change = registry.export(tmp_path / "change.csv", to="DoT", district="Nuh", since="last")
    assert change.to_table().select(["msisdn", "change"]).to_pylist() == [{"msisdn": B, "change": "added"}]


def test_the_same_file_without_a_value_set_for_all(registry: ng.Registry) -> None:
    sheet = complaints(complaint("1", "9876543210"))
    registry.add_complaints(sheet, constants={"district": "Nuh"})
    registry.add_complaints(sheet)
    assert shown(registry)[A][0] == "Nuh"
    assert registry.add_complaints(sheet, constants={"district": "Rohtak"}).updated == 1
    assert shown(registry)[A][0] == "Rohtak"


def test_what_a_withdrawn_file_has_is_kept_no_longer(registry: ng.Registry) -> None:
    wrong = registry.add_complaints(complaints(complaint("1", "9876543210", **FULL)))
    registry.add_complaints(complaints(complaint("1", "9876543210, 9123456789")))
    assert (shown(registry)[B][0], lost(registry)) == ("Nuh", 500)
    registry.withdraw_intake(wrong.id or 0, "of another case")
    assert (shown(registry)[B][0], lost(registry)) == (None, 0)


def test_a_complaint_without_a_number_keeps_its_sums_when_it_gets_one(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "", **FULL)))
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    assert (shown(registry)[A][0], lost(registry)) == ("Nuh", 500)
    assert sum(registry.action_taken()["complaints"].to_pylist()) == 1


def test_a_row_that_ends_a_complaint_or_names_no_number_fills_nothing_that_is_known(registry: ng.Registry) -> None:
    registry.add_complaints(complaints(complaint("1", "9876543210", **FULL), complaint("2", "9123456789", **FULL)))
    before = shown(registry)
    other = {"district": "Hisar", "amount_lost": "900"}
    ended = complaint("1", "", complaint_status="Duplicate", **other)
    registry.add_complaints(complaints(ended, complaint("2", "", **other)))
    registry.add_complaints(complaints(complaint("1", "9876543210"), complaint("2", "9123456789")))
    assert (shown(registry), lost(registry)) == (before, 1000)


def test_desks_that_are_merged_keep_what_either_has(tmp_path: Path) -> None:
    short = complaints(complaint("1", "9876543210, 9123456789"))
    with ng.Registry(tmp_path / "one.db", by="HC 1") as one, ng.Registry(tmp_path / "two.db", by="HC 2") as two:
        one.add_complaints(complaints(complaint("1", "9876543210", **FULL)))
        two.add_complaints(short)
        one.add_complaints(short)
        before = shown(one)
        assert {district for district, _ in before.values()} == {"Nuh"}
        one.merge(tmp_path / "two.db")
        assert (shown(one), lost(one)) == (before, 500)
        assert sum(one.action_taken()["complaints"].to_pylist()) == 1


def test_a_complainant_that_a_sheet_has_no_column_of_is_still_one(registry: ng.Registry) -> None:
    """Two complaints of one complainant are one voice, also after a list of their numbers alone."""
    both = [complaint(ack, "9876543210", complainant_mobile="9800000001") for ack in ("1", "2")]
    registry.add_complaints(complaints(*both))
    short = complaints(*(complaint(ack, "9876543210, 9123456789") for ack in ("1", "2")))
    assert registry.add_complaints(short).updated == 2
    (row,) = (row for row in registry.block_list().to_table().to_pylist() if row["msisdn"] == A)
    with ng.Registry(by="HC 1234") as other:
        other.add_complaints(complaints(*both))
        (expected,) = other.block_list().to_table().to_pylist()
    assert row == expected


@pytest.mark.parametrize("seed", range(6))
def test_each_field_is_that_of_the_last_sheet_that_has_it(seed: int) -> None:
    """Sheets with any choice of columns, of which some are sent again later."""
    draw = random.Random(f"kept {seed}")
    values = {"district": ["Nuh", "Rohtak", "Hisar", ""], "amount_lost": ["100", "2500", "0", ""]}
    current: dict[str, dict[str, str]] = {ack: dict.fromkeys(values, "") for ack in ("1", "2", "3")}
    listed: dict[str, str] = {}
    sheets: list[pa.Table] = []
    with ng.Registry(by="HC 1234") as registry:
        for step in range(14):
            if sheets and draw.random() < 0.4:
                old = draw.choice(sheets)
                assert registry.add_complaints(old).repeated == old.num_rows
            else:
                columns = [name for name in values if draw.random() < 0.5]
                rows = []
                for ack in draw.sample(sorted(current), draw.randint(1, 3)):
                    given = {name: draw.choice(values[name]) for name in columns}
                    # An empty cell takes nothing back.
                    current[ack] |= {name: text for name, text in given.items() if text}
                    listed[ack] = f"91987{ack}{step:03}417"
                    rows.append(complaint(ack, listed[ack], **given))
                sheets.append(complaints(*rows))
                registry.add_complaints(sheets[-1])
            district = {number: of[0] or "" for number, of in shown(registry).items()}
            assert district == {int(number): current[ack]["district"] for ack, number in listed.items()}
            assert lost(registry) == sum(int(current[ack]["amount_lost"] or 0) for ack in listed)


# The status of a complaint ----------------------------------------------------------------------------------------


def with_status(ack: str, suspects: str, status: str | None, **fields: str) -> pa.Table:
    sheet = complaints(complaint(ack, suspects, **fields))
    return sheet.append_column("Status", pa.array([status], pa.string()))


def waiting(registry: ng.Registry) -> set[int]:
    return set(registry.numbers("review").to_array().to_pylist())


@pytest.mark.parametrize("empty", ["no column", "", None, "-"])
def test_a_status_that_is_not_clear_is_kept_where_a_sheet_has_none(registry: ng.Registry, empty: str | None) -> None:
    """A list of numbers without their statuses put numbers on the list that waited for a decision."""
    registry.add_complaints(with_status("1", "9876543210", "Closed"))
    later = complaints(complaint("1", "9876543210, 9123456789"))
    if empty != "no column":
        later = with_status("1", "9876543210, 9123456789", empty)
    for dry_run in (True, False):
        intake = registry.add_complaints(later, dry_run=dry_run)
        assert (intake.updated, intake.dropped.num_rows) == (1, 0)
        assert sorted(intake.waiting["msisdn"].to_pylist()) == [B, A]
        assert intake.waiting["why"].to_pylist() == ["status_unclear"] * 2
    assert (shown(registry), waiting(registry)) == ({}, {A, B})
    assert {(row["msisdn"], row["why"]) for row in registry.review().to_pylist()} >= {
        (A, "status_unclear"),
        (B, "status_unclear"),
    }
    # The next sheet says that it stands, and has the same content.
    stands = with_status("1", "9876543210, 9123456789", "Under investigation")
    assert registry.add_complaints(stands).waiting.num_rows == 0
    assert set(shown(registry)) == {A, B}
    # It stays so without a status.
    intake = registry.add_complaints(complaints(complaint("1", "9876543210")))
    assert (intake.waiting.num_rows, set(shown(registry))) == (0, {A})


def test_a_decision_on_a_number_is_kept_where_a_sheet_has_no_status(registry: ng.Registry, tmp_path: Path) -> None:
    registry.add_complaints(with_status("1", "9876543210, 9123456789", "Closed"))
    registry.decide([A], "accepted", "the desk confirms that it stands")
    intake = registry.add_complaints(complaints(complaint("1", "9876543210, 9123456789, 8887776665")))
    assert sorted(intake.waiting["msisdn"].to_pylist()) == [C, B]
    assert (set(shown(registry)), waiting(registry)) == ({A}, {B, C})
    registry.export(tmp_path / "list.csv", to="DoT")
    registry.decide([B], "dismissed", "the complainant's brother")
    registry.decide([C], "accepted", "the desk confirms that it stands")
    assert (set(shown(registry)), waiting(registry)) == ({A, C}, set())


def test_the_status_of_a_complaint_without_a_number_and_of_one_that_a_row_ends(registry: ng.Registry) -> None:
    registry.add_complaints(with_status("1", "", "Closed"))
    mixed = [with_status("2", "9123456789", "Registered"), with_status("2", "8887776665", "Withdrawn")]
    registry.add_complaints(pa.concat_tables(mixed))
    later = complaints(complaint("1", "9876543210"), complaint("2", "9123456789, 8887776665"))
    assert registry.add_complaints(later).waiting.num_rows == 3
    assert (shown(registry), waiting(registry)) == ({}, {A, B, C})


def test_the_status_of_a_withdrawn_file_is_kept_no_longer(registry: ng.Registry) -> None:
    wrong = registry.add_complaints(with_status("1", "9876543210", "Closed"))
    registry.add_complaints(complaints(complaint("1", "9876543210")))
    assert waiting(registry) == {A}
    registry.withdraw_intake(wrong.id or 0, "of another case")
    assert set(shown(registry)) == {A}


def test_a_sheet_that_is_sent_again_has_no_newer_status(registry: ng.Registry) -> None:
    stands = with_status("1", "9876543210", "Registered")
    registry.add_complaints(stands)
    registry.add_complaints(with_status("1", "9876543210", "Closed"))
    for sheet in (stands, complaints(complaint("1", "9876543210"))):
        assert registry.add_complaints(sheet).repeated == 1
        assert (shown(registry), waiting(registry)) == ({}, {A})


def test_a_status_that_is_not_clear_is_kept_by_desks_that_are_merged(tmp_path: Path) -> None:
    with ng.Registry(tmp_path / "one.db", by="HC 1") as one, ng.Registry(tmp_path / "two.db", by="HC 2") as two:
        one.add_complaints(with_status("1", "9876543210", "Closed"))
        two.add_complaints(complaints(complaint("1", "9876543210, 9123456789")))
        assert set(shown(two)) == {A, B}
        one.merge(tmp_path / "two.db")
        two.merge(tmp_path / "one.db")
        for registry in (one, two):
            assert (shown(registry), waiting(registry)) == ({}, {A, B})
            registry.add_complaints(with_status("1", "9876543210, 9123456789", "Registered"))
            assert set(shown(registry)) == {A, B}


def several(*rows: tuple[str, str]) -> pa.Table:
    return pa.concat_tables([with_status("1", suspects, status) for suspects, status in rows])


def test_a_complaint_that_a_row_leaves_standing_stands(registry: ng.Registry, tmp_path: Path) -> None:
    """A sheet that says nothing of the status withdrew a block that the sheet of statuses had left."""
    registry.add_complaints(several(("9876543210", "Under process"), ("9876543210", "Closed")))
    registry.export(tmp_path / "list.csv", to="DoT")
    intake = registry.add_complaints(complaints(complaint("1", "9876543210")))
    assert (intake.waiting.num_rows, intake.dropped.num_rows, set(shown(registry))) == (0, 0, {A})
    assert registry.export(tmp_path / "change.csv", to="DoT", since="last").to_table().num_rows == 0


def test_what_leaves_the_list_by_a_kept_status_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number in force left the list in silence, as nothing of its own row puts it in doubt."""
    monkeypatch.chdir(tmp_path)
    head = "acknowledgement_no,source,suspect_mobiles,Status\n"
    Path("week1.csv").write_text(f"{head}1,1930,98765 43210,Registered\n")
    Path("week2.csv").write_text(f"{head}1,1930,,Closed\n")
    Path("week3.csv").write_text('acknowledgement_no,source,suspect_mobiles\n1,1930,"98765 43210, 91234 56789"\n')
    how = ("--registry", "cases.db", "--by", "HC 1234")
    for name in ("week1.csv", "week2.csv"):
        numguard("complaints", "add", name, *how)
    for would, more in (("would be ", ["--dry-run"]), ("", [])):
        run = numguard("complaints", "add", "week3.csv", *how, *more)
        warning = f"status_unclear: 1 number {would}no longer in force, by the status of a complaint"
        assert warning in run.stderr
        assert ("row 2, status_unclear: as an earlier sheet has it, and this one has none" in run.stdout) == bool(more)
    with ng.Registry("cases.db", by="HC 1234") as registry:
        assert (shown(registry), waiting(registry)) == ({}, {A, B})


@pytest.mark.parametrize(
    ("statuses", "stands"),
    [
        (["Closed", "Registered"], True),
        (["Registered", "Closed"], False),
        (["Registered", "Closed", "Registered"], True),
        (["Closed", "Registered", "Closed"], False),
    ],
)
@pytest.mark.parametrize("first", ["", "9876543210"])
def test_a_status_counts_also_of_a_row_without_a_number(
    registry: ng.Registry, statuses: list[str], first: str, *, stands: bool
) -> None:
    """Also where the row has the content of an earlier one, and only the status is new."""
    registry.add_complaints(with_status("1", first, None))
    for step, status in enumerate(statuses):
        # Another complaint in each file, so that none is the same file.
        other = with_status(f"2{step}", "8887776665", "Closed")
        registry.add_complaints(pa.concat_tables([with_status("1", "", status), other]))
    intake = registry.add_complaints(complaints(complaint("1", "9876543210, 9123456789")))
    assert set(shown(registry)) == ({A, B} if stands else set())
    assert intake.waiting.num_rows == (0 if stands else 2)
    assert intake.dropped.num_rows == (0 if stands or not first else 1)


def test_the_last_status_counts_where_its_row_repeats_an_amended_version(registry: ng.Registry) -> None:
    registry.add_complaints(with_status("1", "9876543210", "Registered"), name="a")
    registry.add_complaints(with_status("1", "9876543210", "Closed"), name="b")
    registry.add_complaints(complaints(complaint("1", "9876543210, 9123456789")), name="c")
    assert (shown(registry), waiting(registry)) == ({}, {A, B})
    intake = registry.add_complaints(several(*[("9876543210", "Registered")] * 2), name="d")
    assert (set(shown(registry)), waiting(registry), intake.warnings) == ({A}, {B}, [])
    assert intake.dropped.select(["msisdn", "status"]).to_pylist() == [{"msisdn": B, "status": "review"}]
    intake = registry.add_complaints(several(*[("9876543210", "Closed")] * 2), name="e")
    assert (shown(registry), waiting(registry)) == ({}, {A, B})
    assert intake.dropped["msisdn"].to_pylist() == [A]


def test_a_dismissed_number_waits_for_nothing_where_a_sheet_has_no_status(registry: ng.Registry) -> None:
    """The summary counted it as waiting, and `review` had it as dropped by the sheet that names it."""
    registry.add_complaints(with_status("1", "9876543210", "Closed"))
    registry.decide([A], "dismissed", "the complainant's brother")
    later = complaints(complaint("1", "9876543210, 9123456789"))
    for dry_run in (True, False):
        intake = registry.add_complaints(later, dry_run=dry_run)
        assert intake.waiting["msisdn"].to_pylist() == [B]
        (warning,) = intake.warnings
        assert warning.startswith("1 number named stays off the list by an earlier decision or answer: dismissed 1")
    assert [(row["msisdn"], row["why"]) for row in registry.review().to_pylist()] == [(B, "status_unclear")]
    # Another complaint that names it for certain puts it on the list.
    both = complaints(complaint("1", "9876543210"), complaint("2", "9876543210"))
    intake = registry.add_complaints(both)
    assert (intake.warnings, set(shown(registry))) == ([], {A})


def test_a_complaint_that_had_waited_and_ended_stands_again(registry: ng.Registry) -> None:
    """That it stands was recorded twice of the same row, which no log takes."""
    for status in ("Closed", None, "Withdrawn"):
        registry.add_complaints(with_status("1", "9876543210", status))
    intake = registry.add_complaints(with_status("1", "9876543210", "Registered"))
    assert (intake.reopened, set(shown(registry))) == (1, {A})


@pytest.mark.parametrize("seed", range(4))
def test_the_last_status_that_a_sheet_has_counts(seed: int) -> None:
    draw = random.Random(f"status {seed}")
    last = dict.fromkeys(("1", "2"), True)
    listed: dict[str, int] = {}
    with ng.Registry(by="HC 1234") as registry:
        for step in range(20):
            ack, status = draw.choice(sorted(last)), draw.choice(["Registered", "Closed", "", None])
            if status:
                last[ack] = status == "Registered"
            listed[ack] = int(f"91987{ack}{step:03}417")
            registry.add_complaints(with_status(ack, str(listed[ack]), status))
            table = registry.block_list().to_table()
            stands = {number for ack, number in listed.items() if last[ack]}
            assert set(table["msisdn"].to_pylist()) & set(listed.values()) == stands
            assert waiting(registry) >= set(listed.values()) - stands


# Totals ----------------------------------------------------------------------------------------------------------


LABELS = ("Total", "TOTAL (Rs.)", "Total Amount Lost", "Total loss", "Net Total", "G. Total", "कुल राशि", "", "All PS")


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("ack", ["2", ""])
def test_a_total_is_no_complaint_whatever_its_label(tmp_path: Path, label: str, ack: str) -> None:
    """Two sums of five digits side by side were taken for a number, and the money of the report was doubled."""
    path = tmp_path / "week.csv"
    path.write_text(
        "S.No,Ack No,District,Suspect Mobile,Amount Lost,Amount Hold\n"
        "1,20000000000001,Nuh,98765 43210,100000,20000\n"
        "2,20000000000002,Nuh,91234 56789,43000,5000\n"
        f"{label},{ack},,,143000,25000\n"
    )
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(path, constants={"source": "1930"})
        assert (intake.added, intake.refused + intake.not_data.get("total", 0)) == (2, 1)
        action = registry.action_taken()
        assert (sum(action["complaints"].to_pylist()), lost(registry)) == (2, 143_000)


def test_totals_of_districts_and_of_all(tmp_path: Path) -> None:
    path = tmp_path / "week.csv"
    rows = ["1,98765 43210,100", "2,91234 56789,50", "Nuh,,150", "3,98765 43211,30", "4,,20", "Hisar,,50", "All,,200"]
    path.write_text("\n".join(["Ack No,Suspect Mobile,Amount Lost", *rows, ""]))
    with ng.Registry(by="HC 1234") as registry:
        intake = registry.add_complaints(path, constants={"source": "1930"})
        # Complaint 4 names no number, and its sum is its own.
        refused = [(row["row"], row["note"]) for row in intake.refusals.to_pylist() if row["note"] != "empty"]
        assert refused == [(4, "not_a_number"), (7, "not_a_number"), (8, "not_a_number")]
        assert lost(registry) == 200


@pytest.mark.parametrize(
    "more", [{"complainant_mobile": "9800000003"}, {"reported_at": "2026-01-05"}, {"complaint_status": "Withdrawn"}]
)
def test_a_row_with_anything_of_a_complaint_is_no_total(registry: ng.Registry, more: dict[str, str]) -> None:
    """Round sums are often those of the rows above, and its complainant was protected no longer."""
    two = [complaint(str(n), f"987654321{n}", amount_lost="5000") for n in (1, 2)]
    registry.add_complaints(complaints(*two, complaint("3", "", amount_lost="10000", **more)))
    intake = registry.add_complaints(complaints(complaint("9", "9800000003", amount_lost="700")))
    assert 919800000003 not in shown(registry) or "complainant_mobile" not in more
    assert intake.added == 1


def test_a_row_with_a_name_or_an_account_is_no_total(tmp_path: Path) -> None:
    head = "Ack No,District,Complainant Name,Bank Account,Suspect Mobile,Amount Lost\n"
    rows = ["1,Nuh,Ram,,9876543210,5000", "2,Nuh,Shyam,,9123456789,5000"]
    for row in ("3,Rohtak,Mohan,,,10000", "3,,,123456789014,,10000", "31708260000003,Rohtak,,,,10000"):
        (tmp_path / "week.csv").write_text(head + "\n".join([*rows, row, ""]))
        with ng.Registry(by="HC 1234") as registry:
            registry.add_complaints(tmp_path / "week.csv", constants={"source": "1930"})
            assert (sum(registry.action_taken()["complaints"].to_pylist()), lost(registry)) == (3, 20_000)


def test_a_transaction_of_a_complaint_is_no_total(registry: ng.Registry) -> None:
    rows = [
        complaint("1", "9876543210" if n == 0 else "", amount_lost=lost) for n, lost in enumerate(("100", "100", "200"))
    ]
    intake = registry.add_complaints(complaints(*rows))
    assert intake.refusals["note"].to_pylist().count("rows_disagree") == 3
    assert lost(registry) == 0


def test_a_complaint_that_lost_as_much_as_the_one_above_is_one(registry: ng.Registry) -> None:
    same = [complaint("1", "9876543210", amount_lost="500"), complaint("2", "", amount_lost="500")]
    intake = registry.add_complaints(complaints(*same))
    assert "total" not in intake.refusals["note"].to_pylist()


@pytest.mark.parametrize("number", ["98765 43210", "98765-43210", "987 654 3210", "9876543210"])
def test_a_line_with_a_number_is_no_total(tmp_path: Path, number: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"Name,Mobile,Amount\nRam,98765 43219,100\nTotal,{number},100\n")
    listed = ng.read_numbers(path)
    assert "total" not in listed.account["not_data"]
    assert A in listed.keys or listed.account["rows_refused"] == 1
