"""Files damaged a thousand ways: every row that was written comes out or is refused, and no damage makes a false link.

The writer counts its rows for itself. That a pair of number and handset is true, it knows too: whatever happens to a
file, no pair may come out that was never written, since such a pair would put an innocent number on a list.
"""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from numguard.cdr import read_cdr
from numguard.cdr.layouts import LAYOUTS
from operator_files import DAMAGES, WRITERS, other_delimiter, quote_all, some_calls, spoil_cells
from operator_reports import EVERY_WRITER, SESSIONS

#: Damaged files of each layout. A thousand take a quarter of a minute a layout.
TRIALS = int(os.environ.get("NUMGUARD_DAMAGES", "60"))


def layout_of(written: str) -> str:
    """The name under which the reader has the layout of a writer."""
    return {"bsnl_nodal": "bsnl", "jio_with_target": "jio"}.get(written, written.replace("_", "-"))


def test_every_layout_has_a_writer() -> None:
    # Jio has a short form of one, which its writer of the whole form stands for.
    assert len(EVERY_WRITER) == len(LAYOUTS) - 1
    assert {layout_of(written) for written in EVERY_WRITER} == {layout.name for layout in LAYOUTS}


@pytest.mark.parametrize("operator", EVERY_WRITER)
def test_an_undamaged_file_comes_out_whole(tmp_path: Path, operator: str) -> None:
    calls = some_calls(Random(operator), 300, targets=5)
    path = tmp_path / "calls.csv"
    path.write_bytes(EVERY_WRITER[operator](calls).content())
    cdr = read_cdr(path)
    rows = cdr.read_all().to_pylist()
    is_session = operator in SESSIONS
    assert cdr.summary.layout == layout_of(operator)
    assert cdr.summary.refused == {}
    assert cdr.summary.warnings == []
    assert [(r["served_msisdn"], r["imei14"], r["imsi"]) for r in rows] == [
        (910000000000 + c.served, int(c.imei), c.imsi) for c in calls
    ]
    assert [r["direction"] for r in rows] == [None if is_session else "in" if c.incoming else "out" for c in calls]
    assert [r["at"].replace(tzinfo=None) for r in rows] == [c.when for c in calls]
    assert [r["other_msisdn"] for r in rows] == [
        910000000000 + int(c.other) if len(c.other) == 10 and not is_session else None for c in calls
    ]
    says_no_duration = {c for c in calls if operator == "airtel_gprs" or (operator == "jio" and c.sms)}
    assert [r["duration_s"] for r in rows] == [None if c in says_no_duration else c.seconds for c in calls]


@pytest.mark.parametrize("operator", EVERY_WRITER)
def test_no_row_is_lost_and_no_pair_is_made_up(tmp_path: Path, operator: str) -> None:
    random = Random(f"damage {operator}")
    seen_refused = 0
    for trial in range(TRIALS):
        calls = some_calls(random, 12, targets=4)
        file = EVERY_WRITER[operator](calls)
        damages = random.sample(DAMAGES, random.choice([1, 1, 2]))
        if other_delimiter in damages:
            # Cells hold commas of their own only where they are quoted, so that this one must come last and alone.
            damages = [other_delimiter]
        for damage in sorted(damages, key=DAMAGES.index):
            damage(random, file)
        path = tmp_path / "calls.csv"
        path.write_bytes(file.content())
        case = f"{operator}, trial {trial}: {[damage.__name__ for damage in damages]}"

        cdr = read_cdr(path)
        table = cdr.read_all()
        assert table.num_rows + len(cdr.refused) == file.count(), case
        lines = table["row"].to_pylist() + cdr.refused["row"].to_pylist()
        assert len(set(lines)) == len(lines), case
        true_pairs = {(910000000000 + c.served, int(c.imei)) for c in calls}
        pairs = zip(table["served_msisdn"].to_pylist(), table["imei14"].to_pylist(), strict=True)
        assert {pair for pair in pairs if pair[1] is not None} <= true_pairs, case
        seen_refused += len(cdr.refused)
    assert seen_refused > TRIALS // 2


def test_the_damages_are_real() -> None:
    """Each damage changes the file, but for the two that may happen upon nothing to change."""
    for damage in DAMAGES:
        changed = 0
        for seed in range(20):
            file = WRITERS["airtel"](some_calls(Random(seed), 12))
            before = file.content()
            damage(Random(seed), file)
            changed += file.content() != before
        assert changed == 20 or (damage in {spoil_cells, quote_all} and changed > 10), damage.__name__
