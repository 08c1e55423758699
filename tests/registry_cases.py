"""What the tests of the registry share: a few numbers, and short ways to write complaints and to read a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import numguard as ng
from numguard.cli import run

IST = timezone(timedelta(hours=5, minutes=30))
A, B, C, D = 919876543210, 919123456789, 918887776665, 917776665554
HANDSET = 35824005111111
Cli = Callable[..., tuple[int, str, str]]


def complaints(*rows: dict[str, Any]) -> pa.Table:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in names})


def complaint(ack: str, suspects: str, **fields: str) -> dict[str, Any]:
    return {"acknowledgement_no": ack, "source": "1930", "suspect_mobiles": suspects, **fields}


def sightings(*pairs: tuple[int, int]) -> pa.Table:
    msisdns, imeis = zip(*pairs, strict=True)
    return pa.table({"served_msisdn": pa.array(msisdns, pa.uint64()), "imei14": pa.array(imeis, pa.uint64())})


@pytest.fixture
def registry(store: str) -> Iterator[ng.Registry]:
    with ng.Registry(store, by="HC 1234") as registry:
        yield registry


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of an officer, whose verbs use the registry `cases.db` in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NUMGUARD_REGISTRY", "cases.db")
    monkeypatch.setenv("NUMGUARD_BY", "HC 1234")
    return tmp_path


@pytest.fixture
def cli(desk: Path, capfd: pytest.CaptureFixture[str]) -> Cli:
    """The command line in that folder: exit code, standard output, standard error."""

    def call(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        return (run(list(arguments)), *capfd.readouterr())

    return call


def listed(registry: ng.Registry, **how: Any) -> dict[int, str]:
    table = registry.block_list(**how).to_table()
    return dict(zip(table["msisdn"].to_pylist(), table["action"].to_pylist(), strict=True))


def status_of(registry: ng.Registry, number: int) -> str:
    statuses = ng.registry.STATUSES
    return next(status for status in statuses if number in registry.numbers(status).to_array().to_pylist())
