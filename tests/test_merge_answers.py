"""Answers of operators that two desks recorded each, in registries that are merged."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyarrow as pa

from test_merge import complaint, two


def test_an_answer_that_two_desks_recorded_counts_from_the_first(tmp_path: Path) -> None:
    """In one registry the second is known already, and undoes no decision."""
    one, other = two(tmp_path)
    blocked = pa.table({"msisdn": ["9876543210"], "status": ["blocked"]})
    for hours, desk in enumerate((one, other)):
        desk.now += timedelta(hours=2 * hours)
        desk.registry.add_complaints(complaint("98765 43210"))
        desk.registry.record_outcomes(blocked)
    one.now += timedelta(hours=1)
    one.registry.decide(["98765 43210"], "reactivated", "a typing error")
    one.registry.merge(other.registry)
    assert one.registry.history("98765 43210")["status"].to_pylist().count("blocked") == 2
    case = one.registry._case
    assert case.state(case.store.head())["status"].to_pylist() == ["reactivated"]


def test_a_file_of_answers_that_two_desks_recorded_counts_once(tmp_path: Path) -> None:
    """Without dates, the second record of the file would come after what the first desk learned in between."""
    one, other = two(tmp_path)
    blocked, restored = (pa.table({"msisdn": ["9876543210"], "status": [word]}) for word in ("blocked", "restored"))
    for hours, desk in enumerate((one, other)):
        desk.now += timedelta(hours=2 * hours)
        desk.registry.add_complaints(complaint("98765 43210"))
        desk.registry.record_outcomes(blocked)
    one.now += timedelta(hours=1)
    one.registry.record_outcomes(restored)
    for desk, third in ((one, other), (other, one)):
        desk.registry.merge(third.registry)
        case = desk.registry._case
        assert case.state(case.store.head())["status"].to_pylist() == ["reactivated"]
