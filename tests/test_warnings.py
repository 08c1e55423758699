"""Every warning points at the line that calls the package: Python shows one only once for each place in the code."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import numguard as ng
from numguard.linkage.elsewhere import Counted, expand_elsewhere
from registry_cases import HANDSET, A, B, C, complaint, complaints, sightings
from test_linkage_elsewhere import InDictionaries

PACKAGE = Path(ng.__file__).parent
#: National numbers in a column that is taken for E.164 as it stands.
NATIONAL = pa.table(
    {
        "served_msisdn": pa.array([9876543210] * 5, pa.uint64()),
        "imei14": ["490154203237518"] * 5,
        "at": pa.array(range(5), pa.timestamp("us", "UTC")),
    }
)
LISTED = {"served_msisdn": ng.NumberSet(["98765 43210"])}


class OfNationalNumbers(InDictionaries):
    def counted(self) -> Counted:
        return Counted(5, {}, True, 0)


def elsewhere() -> None:
    policy = ng.LinkPolicy()
    held = OfNationalNumbers(NATIONAL, policy, 1)
    expand_elsewhere(["98765 43210"], held, policy, msisdn="served_msisdn", imei="imei14", region="IN", limit=100)


def written(folder: Path) -> None:
    ng.scan(NATIONAL, LISTED).write(folder / "hits.csv")


def files_of(call: Callable[[], object]) -> set[str]:
    """The files to which the warnings of a call point."""
    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always")
        call()
    return {warning.filename for warning in raised}


@pytest.mark.parametrize(
    "call",
    [
        lambda _: ng.scan(NATIONAL, LISTED).read_all(),
        lambda _: list(ng.scan(NATIONAL, LISTED)),
        lambda _: pa.table(ng.scan(NATIONAL, LISTED)),
        written,
        lambda _: ng.expand(["98765 43210"], NATIONAL),
        lambda _: elsewhere(),
        lambda _: ng.common([NATIONAL, NATIONAL[1:]]),
        lambda _: ng.changes(NATIONAL),
        lambda _: ng.normalize(NATIONAL["served_msisdn"]),
        lambda _: ng.expand(NATIONAL["served_msisdn"], sightings((A, HANDSET))),
    ],
    ids=[
        "scan",
        "scan, batches",
        "scan, stream",
        "scan, file",
        "expand",
        "expand elsewhere",
        "common",
        "changes",
        "normalize",
        "seeds",
    ],
)
def test_a_warning_of_columns_points_at_the_call(tmp_path: Path, call: Callable[[Path], object]) -> None:
    assert files_of(lambda: call(tmp_path)) == {__file__}


def test_a_warning_of_a_registry_points_at_the_call_and_comes_for_each(registry: ng.Registry, tmp_path: Path) -> None:
    def warned(verb: Callable[..., Any], receiver: str) -> None:
        event = registry.verify().events
        with warnings.catch_warnings(record=True) as raised:
            warnings.simplefilter("default")
            verb(tmp_path / f"{receiver} 1.csv", to=f"{receiver} 1", since=event)
            verb(tmp_path / f"{receiver} 2.csv", to=f"{receiver} 2", since=event)
        first, second = raised
        assert (first.filename, second.filename) == (__file__, __file__)
        assert second.lineno == first.lineno + 1

    registry.add_complaints(complaints(complaint("1", str(A)), complaint("2", str(B))))
    warned(registry.export, "Airtel")
    registry.expand(sightings((A, HANDSET), (C, HANDSET)))
    warned(registry.export_handsets, "Equipment Register")
    assert files_of(lambda: registry.expand(NATIONAL)) == {__file__}
    decided = NATIONAL["served_msisdn"].unique()
    assert files_of(lambda: registry.decide(decided, "confirmed", "seen in the records")) == {__file__}


@pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="the extra is not installed")
def test_a_warning_of_an_engine_points_at_the_call() -> None:
    from numguard.adapters.spark.held import HeldInEngine

    with pytest.warns(UserWarning, match="cannot be removed from here") as raised:
        HeldInEngine(None, None, ng.LinkPolicy(), "dbfs:/keys").__exit__()  # type: ignore[arg-type]
    assert [warning.filename for warning in raised] == [__file__]


def test_one_module_warns() -> None:
    """The others leave to it which line is shown."""
    warning = [path.name for path in sorted(PACKAGE.rglob("*.py")) if "warnings.warn" in path.read_text()]
    assert warning == ["warning.py"]


def test_code_without_a_module_is_warned() -> None:
    code = compile("normalize(column)", "a cell of a notebook", "exec")
    assert files_of(lambda: exec(code, {"normalize": ng.normalize, "column": NATIONAL["served_msisdn"]})) == {
        "a cell of a notebook"
    }


#: Numbers and IMEIs under each other's names, as where two columns are named in the wrong order.
SWAPPED = pa.table(
    {
        "served_msisdn": ["490154203237518", "358240051111110"],
        "imei14": ["98765 43210", "98123 45678"],
        "at": pa.array([0, 1], pa.timestamp("us", "UTC")),
    }
)
NUMBERS_ALONE = pa.table({"served_msisdn": ["98765 43210"]})


@pytest.mark.parametrize(
    ("found", "columns"),
    [
        (lambda: ng.expand(["98765 43210"], SWAPPED).account, "columns 'served_msisdn', 'imei14'"),
        (lambda: ng.changes(SWAPPED).account, "columns 'served_msisdn', 'imei14'"),
        # Another source that can be read does not hide it: nothing is common to the two.
        (lambda: ng.common([SWAPPED, NUMBERS_ALONE]).account, "source 1: column 'served_msisdn'"),
        (lambda: finished(ng.scan(SWAPPED, LISTED)), "column 'served_msisdn'"),
    ],
)
def test_columns_of_which_no_row_can_be_read_are_named(found: Callable[[], Any], columns: str) -> None:
    (warning,) = found()["warnings"]
    assert warning.startswith(f"{columns}: none of ")


def test_a_source_without_numbers_has_nothing_in_common_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("served_msisdn,imei14,at\nNA,NA,NA\n")
    empty, cdr = NUMBERS_ALONE.slice(1), ng.read_cdr(tmp_path / "a.csv")
    warnings = ng.common({"a": NUMBERS_ALONE, "b": empty, "c": cdr}, at_least=1).account["warnings"]
    assert [one for one in warnings if one[:2] in ("a:", "b:", "c:")] == [
        "b: has no number that can be read",
        "c: has no number that can be read",
    ]


def finished(scan: ng.Scan) -> dict[str, Any]:
    scan.read_all()
    return {"warnings": scan.summary.warnings}


@pytest.mark.parametrize("cells", [["98765 43210", "x"], [None, None], []])
def test_columns_that_are_read_in_part_or_empty_are_not_named(cells: list[str | None]) -> None:
    column = pa.table({"served_msisdn": pa.array(cells, pa.string())})
    assert finished(ng.scan(column, LISTED)) == {"warnings": ()}
