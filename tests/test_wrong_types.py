"""An argument of a wrong type is an error that says so, in every public call, and never another library's."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import numguard as ng
from registry_cases import complaint, complaints

NUMBER, IMEI = "9876543210", "358240051111110"
SIGHTINGS = pa.table({"served_msisdn": [NUMBER], "imei14": [IMEI], "at": [datetime(2026, 9, 1)]})
WRONG: dict[str, Any] = {
    "object": object(),
    "negative": -1,
    "fraction": 1.5,
    "NaN": float("nan"),
    "huge": 10**30,
    "bytes": b"x",
    "objects": [object()],
    "mapping": {"a": 1},
    "path": Path("nowhere"),
    "moment": datetime(2026, 1, 1),
    "pair": (1, 2),
    "column": pa.array([9876543210]),
    "table": pa.table({"a": [9876543210]}),
    "NUL": "a\0b",
}
CALLS: dict[str, dict[str, Any]] = {
    "normalize": {"values": [NUMBER]},
    "normalize_imei": {"values": [IMEI]},
    "explain": {"values": [NUMBER]},
    "explain_imei": {"values": [IMEI]},
    "extract": {"values": [NUMBER]},
    "format": {"msisdns": [919876543210]},
    "format_imei": {"imei14s": [35824005111111]},
    "keyed_hash": {"values": [NUMBER], "key": b"0" * 32},
    "region_of": {"msisdns": [919876543210]},
    "scan": {"source": SIGHTINGS, "sets": {"served_msisdn": ng.NumberSet([NUMBER])}},
    "common": {"sources": [SIGHTINGS, SIGHTINGS.slice(0)]},
    "changes": {"sightings": SIGHTINGS},
    "expand": {"seeds": [NUMBER], "sightings": SIGHTINGS},
    "read_numbers": {"path": "nowhere"},
    "read_imeis": {"path": "nowhere"},
    "read_cdr": {"path": "nowhere"},
    "LinkPolicy": {},
    "ListPolicy": {},
    "NumberSet": {"values": [NUMBER]},
    "ImeiSet": {"values": [IMEI]},
}
OF_REGISTRY: dict[str, dict[str, Any]] = {
    "add_complaints": {"source": complaints(complaint("2", NUMBER))},
    "record_outcomes": {"source": pa.table({"msisdn": [NUMBER], "status": ["blocked"]})},
    "take_review": {"source": pa.table({"msisdn": [NUMBER], "decision": [""]})},
    "decide": {"values": [NUMBER], "status": "confirmed", "reason": "x"},
    "expand": {"sightings": SIGHTINGS},
    "block_list": {},
    "export": {"path": "list.csv", "to": "DoT"},
    "export_handsets": {"path": "handsets.csv", "to": "DoT"},
    "action_taken": {},
    "report": {"path": "report.html"},
    "history": {"number": NUMBER},
    "history_page": {"path": "history.html", "number": NUMBER},
    "certificate": {"path": "certificate.html", "export": 1},
    "check_certificate": {"folder": ".", "export": 1},
    "backup": {"path": "copy.db"},
    "numbers": {},
    "known": {"values": [NUMBER]},
    "refusals": {"id": 1},
    "verify": {},
    "withdraw_intake": {"id": 1, "reason": "x"},
    "would_withdraw": {"id": 1},
}


#: Arguments that take a path.
PATHS = ("path", "folder", "file")
#: Some of them, for calls that take long because they write files.
SOME = ("object", "NaN", "huge", "column", "NUL")


def check(call: Callable[..., Any], right: dict[str, Any], wrong: Iterable[str] = WRONG) -> None:
    """Calls with each argument wrong in each way: a result, a `NumguardError`, or the `TypeError` of a signature."""
    tried = 0
    for name in inspect.signature(call).parameters:
        others = () if name in PATHS else (TypeError,)
        for what in wrong:
            tried += 1
            message = ""
            try:
                found = call(**{**right, name: WRONG[what]})
                if isinstance(found, pa.RecordBatchReader) or hasattr(found, "read_all"):
                    found.read_all()
            except (ng.NumguardError, *others) as error:
                message = str(error)
            except Exception as error:
                pytest.fail(f"{name}: {what}: {type(error).__name__}: {error}")
            assert "9876543210" not in message, (name, what)
    assert tried


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CALLS)
def test_of_a_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    check(getattr(ng, name), CALLS[name])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", OF_REGISTRY)
def test_of_a_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(complaints(complaint("1", NUMBER)))
        check(getattr(registry, name), OF_REGISTRY[name], SOME)


@pytest.mark.parametrize("value", [1.5, float("nan"), float("inf"), True, "1", 10**30])
@pytest.mark.parametrize("field", ["min_complaints", "min_sources", "min_districts", "max_hop"])
def test_a_list_policy_takes_whole_numbers(field: str, value: Any) -> None:
    with pytest.raises(ng.NumguardError, match=f"{field}: takes a whole number of at least 0"):
        ng.ListPolicy(**{field: value})


@pytest.mark.parametrize("policy", [{}, [], 0, "", ng.LinkPolicy()])
def test_no_other_object_is_a_list_policy(policy: Any) -> None:
    """Of those that are false each one was the default policy."""
    with ng.Registry(by="HC 1234") as registry:
        for call in (registry.block_list, registry.action_taken):
            with pytest.raises(ng.NumguardError, match="policy: takes a ListPolicy"):
                call(policy=policy)


def test_refusals_of_no_intake() -> None:
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(complaints(complaint("1", NUMBER)))
        assert len(registry.refusals(1)) == 0
        for number in (0, 2, -1, 1.5):
            with pytest.raises(ng.NumguardError, match="no such intake"):
                registry.refusals(number)  # type: ignore[arg-type]
