"""Receivers and districts that a caller names: known spellings are one, and unknown ones write nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest

import numguard as ng
from numguard.errors import ArgumentError
from numguard.registry.receivers import the_receiver


@pytest.fixture
def registry() -> Iterator[ng.Registry]:
    with ng.Registry(by="HC 1234") as opened:
        opened.add_complaints(
            pa.table(
                {
                    "acknowledgement_no": ["1", "2"],
                    "source": ["1930", "1930"],
                    "district": ["Gurgaon", "Erehwon"],
                    "suspect_mobiles": ["98765 43210", "91234 56789"],
                }
            )
        )
        yield opened


@pytest.mark.parametrize(("asked", "listed"), [("gurgaon", 1), ("GURUGRAM", 1), ("erehwon ", 1), ("Sirsa", 0)])
def test_a_district_is_known_in_every_spelling(registry: ng.Registry, tmp_path: Path, asked: str, listed: int) -> None:
    assert len(registry.block_list(district=asked)) == listed
    sent = registry.export(tmp_path / "l.csv", to="DoT", district=asked)
    assert len(sent) == listed
    assert sent.manifest["district"] in {"Gurugram", "Erehwon", "Sirsa"}


@pytest.mark.parametrize("asked", ["Gurgram", "Nowhere", ""])
def test_a_district_that_is_none_writes_and_records_nothing(registry: ng.Registry, tmp_path: Path, asked: str) -> None:
    calls: list[Callable[[], object]] = [
        lambda: registry.block_list(district=asked),
        lambda: registry.handsets(district=asked),
        lambda: registry.export(tmp_path / "l.csv", to="DoT", district=asked),
        lambda: registry.export_handsets(tmp_path / "l.csv", to="DoT", district=asked),
    ]
    for call in calls:
        with pytest.raises(ArgumentError, match="no district of this name"):
            call()
    assert list(tmp_path.iterdir()) == []
    assert registry.verify().events == 1


def test_a_receiver_is_known_in_every_spelling(registry: ng.Registry, tmp_path: Path) -> None:
    registry.export(tmp_path / "1.csv", to="DoT Haryana")
    again = registry.export(tmp_path / "2.csv", to=" DOT  haryana.", since="last")
    assert (len(again), again.manifest["to"]) == (0, "DoT Haryana")
    with pytest.raises(ArgumentError, match="'DoT Haryana'"):
        registry.export(tmp_path / "3.csv", to="DoT Hariana", since="last")
    assert not (tmp_path / "3.csv").exists()
    assert registry.verify().events == 3
    other = registry.export(tmp_path / "3.csv", to="DoT Hariana", since="last", override="it is another office")
    assert len(other) == 2
    others = [("Branch 1", "Branch 2"), ("Bank A", "Bank B"), ("an operator", "another operator"), ("TSP-A", "TSP-B")]
    # The vowels of the last two are marks.
    for one, another in [*others, ("Circle_N", "Circle_S"), ("जियो", "जया")]:
        assert the_receiver(another, [one], sure=False) == another
    for one, another in (("Bharti-Airtel", "Bharti-Airtle"), ("Cyber-Cell A", "Cyber-Cel A")):
        with pytest.raises(ArgumentError, match="write the name so"):
            the_receiver(another, [one], sure=False)


def test_an_exported_list_is_not_replaced(registry: ng.Registry, tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    registry.export(path, to="DoT")
    before = path.read_bytes(), (tmp_path / "l.csv.manifest.json").read_bytes()
    calls: list[Callable[[], object]] = [
        lambda: registry.export(path, to="DoT", since="last"),
        lambda: registry.export_handsets(path, to="DoT"),
        lambda: registry.block_list().write(path),
    ]
    for call in calls:
        with pytest.raises(ArgumentError, match=r"is the list of export 2, which was sent.*--force"):
            call()
    assert (path.read_bytes(), (tmp_path / "l.csv.manifest.json").read_bytes()) == before
    assert registry.verify().events == 2
    assert len(registry.export(path, to="DoT", since="last", replace=True)) == 0
    # A list that was never sent is no evidence.
    registry.block_list().write(tmp_path / "draft.csv")
    registry.block_list().write(tmp_path / "draft.csv")


def test_known_numbers_are_those_with_a_record(registry: ng.Registry) -> None:
    assert registry.known(["98765 43210", "99999 12345"]) == ng.NumberSet(["98765 43210"])


def test_a_change_that_begins_after_the_last_list_warns_of_the_rows_in_between(
    registry: ng.Registry, tmp_path: Path
) -> None:
    def confirmed(number: str) -> int:
        return registry.decide([number], "confirmed", "the voice on a recording")

    first = registry.export(tmp_path / "1.csv", to="DoT").manifest["export"]
    more = {"acknowledgement_no": ["3"], "source": ["1930"], "suspect_mobiles": ["97111 11111"]}
    registry.add_complaints(pa.table(more))
    confirmed("97111 11111")
    event = confirmed("91234 56789")
    assert len(registry.export(tmp_path / "2.csv", to="DoT", since=first)) == 2
    with pytest.warns(UserWarning, match="leaves out rows that were added in between: 3;"):
        registry.export(tmp_path / "3.csv", to="Bank", since=event)
    registry.expand(pa.table({"served_msisdn": ["97111 11111"], "imei14": ["490154203237518"]}))
    with pytest.warns(UserWarning, match="in between: 1;"):
        registry.export_handsets(tmp_path / "4.csv", to="CEIR", since=registry.verify().events)
    # Nothing that he was not sent is left out.
    registry.decide(["98765 43210"], "withdrawn", "a typing error")
    assert len(registry.export(tmp_path / "5.csv", to="DoT", since=registry.verify().events)) == 1
