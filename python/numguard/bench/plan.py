"""The size of a run: rows, lists, hit rates, threads, and the time for each measurement.

Owns the two sizes, full and quick, and the environment variables that change them. Independent of what is measured.

One idea: environment variables alone describe a run, so that the command line, `pytest` and the subprocesses that
measure memory all read the same plan.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from numguard.errors import ArgumentError

SEED: Final = 1930
POPULATION: Final = 40_000_000
"""Subscribers from which rows and lists are drawn."""

LONG_SECONDS: Final = 20.0
"""Seconds: work that takes longer runs once to warm up, and once more."""

LISTS: Final = (27_824, 1_000_000, 33_800_000)
"""A police state's suspects, a national list, and a country's disconnected numbers."""


@dataclass(frozen=True)
class Plan:
    """One run.

    Attributes:
        quick: A test of the harness: its times mean nothing.
        rows: Rows of a column.
        file_rows: Rows of the Parquet files for scans and linkage.
        lists: Sizes of the lists.
        hit_rates: Shares of rows that are on the list.
        threads: For all candidates.
        seconds: The time of all rounds of one measurement.
        rounds: The fewest rounds of work that takes less than `LONG_SECONDS`.
        everyone: Whether slow rivals are measured at every hit rate, which takes hours.
        inputs: The directory in which generated files are kept between runs.
        record: The directory of the record.
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
    """The plan that the environment describes.

    >>> plan({"NUMGUARD_BENCH_ROWS": "5e6"}).rows
    5000000
    >>> plan({"NUMGUARD_BENCH_QUICK": "1"}).lists
    (1000, 50000)
    """
    environ = os.environ if environment is None else environment

    def number(name: str, otherwise: float) -> float:
        one, *more = numbers(name, (otherwise,))
        if more:
            raise ArgumentError(f"NUMGUARD_BENCH_{name}: takes one number")
        return one

    def numbers(name: str, otherwise: tuple[float, ...]) -> tuple[float, ...]:
        text = environ.get(f"NUMGUARD_BENCH_{name}")
        try:
            found = tuple(map(float, text.split(","))) if text else otherwise
        except ValueError:
            found = (math.nan,)
        if not all(map(math.isfinite, found)):
            raise ArgumentError(f"NUMGUARD_BENCH_{name}: takes numbers, with commas between them")
        return found

    quick = environ.get("NUMGUARD_BENCH_QUICK", "0") not in ("", "0")
    lists = tuple(map(int, numbers("LISTS", (1_000, 50_000) if quick else LISTS)))
    if max(lists) >= POPULATION:  # rows that are on no list are drawn from the rest
        raise ArgumentError(f"NUMGUARD_BENCH_LISTS (--list): takes lengths below {POPULATION:,}")
    rows = int(number("ROWS", 200_000 if quick else 20e6))
    return Plan(
        quick=quick,
        rows=rows,
        file_rows=int(number("FILE_ROWS", 200_000 if quick else rows)),
        lists=lists,
        hit_rates=numbers("HIT_RATES", (0.01, 1.0) if quick else (0.001, 0.5, 1.0)),
        threads=int(number("THREADS", len(os.sched_getaffinity(0)))),
        seconds=number("SECONDS", 0.0 if quick else 2.0),
        rounds=int(number("ROUNDS", 1 if quick else 3)),
        everyone=quick or bool(environ.get("NUMGUARD_BENCH_EVERYONE")),
        inputs=Path(environ.get("NUMGUARD_BENCH_INPUTS") or Path(tempfile.gettempdir()) / "numguard-bench"),
        record=Path(environ.get("NUMGUARD_BENCH_RECORD") or "."),
    )
