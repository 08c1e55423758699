"""How large a run is: rows, lists, hit rates, threads, and how long each measurement may take.

Owns the two sizes, full and quick, and what the environment changes in them. Knows nothing of what is measured.

The one idea: a run is described by environment variables alone, so that the command line, `pytest` and the subprocesses
in which memory is measured all read the same plan.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["LISTS", "PATIENCE", "POPULATION", "SEED", "Plan", "plan"]

SEED: Final = 1930
POPULATION: Final = 40_000_000
"""Subscribers that rows and lists are drawn from."""

PATIENCE: Final = 20.0
"""Seconds: what takes longer is done once to warm up, and once more."""

LISTS: Final = (27_824, 1_000_000, 33_800_000)
"""A police state's suspects, a national list, and a country's disconnected numbers."""


@dataclass(frozen=True)
class Plan:
    """One run.

    Attributes:
        quick: A test of the harness: its times mean nothing.
        rows: Rows of a column.
        file_rows: Rows of the Parquet files that are scanned and walked.
        lists: Sizes of the lists.
        hit_rates: Shares of rows that are on the list.
        threads: For everybody alike.
        seconds: How long the rounds of one measurement should take together.
        rounds: The fewest rounds, of what takes less than `PATIENCE`.
        everyone: Whether slow rivals are asked at every hit rate, which takes hours.
        inputs: Where generated files are kept between runs.
        record: The directory that the record goes to.
    """

    quick: bool
    rows: int
    file_rows: int
    lists: tuple[int, ...]
    hit_rates: tuple[float, ...]
    threads: int
    seconds: float
    rounds: int
    everyone: bool
    inputs: Path
    record: Path


def plan(environment: Mapping[str, str] | None = None) -> Plan:
    """The plan that the environment asks for.

    Example:
        >>> plan({"NUMGUARD_BENCH_ROWS": "5e6"}).rows
        5000000
        >>> plan({"NUMGUARD_BENCH_QUICK": "1"}).lists
        (1000, 50000)
    """
    asked = os.environ if environment is None else environment

    def number(name: str, otherwise: float) -> float:
        return float(asked.get(f"NUMGUARD_BENCH_{name}") or otherwise)

    quick = bool(asked.get("NUMGUARD_BENCH_QUICK"))
    rows = int(number("ROWS", 200_000 if quick else 20e6))
    lists, rates = asked.get("NUMGUARD_BENCH_LISTS"), asked.get("NUMGUARD_BENCH_HIT_RATES")
    return Plan(
        quick=quick,
        rows=rows,
        file_rows=int(number("FILE_ROWS", 200_000 if quick else rows)),
        lists=tuple(int(float(size)) for size in lists.split(",")) if lists else (1_000, 50_000) if quick else LISTS,
        hit_rates=tuple(map(float, rates.split(","))) if rates else (0.01, 1.0) if quick else (0.001, 0.5, 1.0),
        threads=int(number("THREADS", len(os.sched_getaffinity(0)))),
        seconds=number("SECONDS", 0.0 if quick else 2.0),
        rounds=int(number("ROUNDS", 1 if quick else 3)),
        everyone=quick or bool(asked.get("NUMGUARD_BENCH_EVERYONE")),
        inputs=Path(asked.get("NUMGUARD_BENCH_INPUTS") or Path(tempfile.gettempdir()) / "numguard-bench"),
        record=Path(asked.get("NUMGUARD_BENCH_RECORD") or "."),
    )
