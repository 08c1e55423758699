"""The adapter for Spark against the engine's own functions: same cluster, same run, results compared first.

NUMGUARD_BENCH_RECORD=benches/record/engines .venv-sail/bin/python benches/engines.py sail
.venv-spark/bin/python benches/engines.py classic --rows 20e6 --sightings 50e6 --cores 2

The rival for scans is a chain of regular expressions that reads exactly the forms in the file, and a broadcast join for
each party. The rival for linkage is the join from seeds to handsets to numbers, without caps, periods or reasons.
`numguard, one machine` is `numguard.scan` of the same files with as many threads. The two jobs of `scan_files` take
about a second whatever they do, so the files are also listed several times, as a long input beside one machine.
`make bench-engines` runs everything.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import numguard as ng
from numguard.adapters import spark
from numguard.bench import call_records, sightings
from numguard.bench.columns import members, national
from numguard.bench.plan import plan
from numguard.bench.record import Line, Record, now

FILES = 8
LONGER = 3
#: Seconds after which a comparison has no third round.
LONG = 60.0
Candidates: TypeAlias = dict[str, Callable[[], Any]]
PARTIES = ["a_party", "b_party"]
DIGITS = r"regexp_replace(regexp_replace({}, '\\.0$', ''), '[^0-9]', '')"
NATIONAL = rf"cast(regexp_replace({DIGITS}, '^(0091|91|0)([0-9]{{{{10}}}})$', '$2') as bigint)"


def session_of(engine: str, cores: int, memory: str) -> Any:
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    if engine == "sail":
        os.environ.setdefault("SAIL_EXECUTION__BATCH_SIZE", "65536")
        from pysail.spark import SparkConnectServer

        server = SparkConnectServer("127.0.0.1", 0)
        server.start()
        host, port = server.listening_address
        session: Any = SparkSession.builder.remote(f"sc://{host}:{port}").getOrCreate()
        session.server = server
        return session
    builder = SparkSession.builder.master(f"local[{cores}]").config("spark.driver.memory", memory)
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.sql.shuffle.partitions": str(2 * cores),
        "spark.sql.execution.arrow.maxRecordsPerBatch": "65536",
        # Else the size of a batch is computed again for each of its rows.
        "spark.sql.execution.arrow.maxBytesPerBatch": str(2**31 - 1),
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


class Bench:
    """The candidates of a comparison run in turn, so that other load on the machine affects all of them."""

    def __init__(self, engine: str, cores: int, rounds: int) -> None:
        self._engine, self._cores, self._rounds = engine, cores, rounds
        self._record = Record(plan().record, now(), quick=plan().quick)

    def compare(self, work: str, layout: str, rows: int, listed: int, candidates: Candidates) -> None:
        results = {name: run() for name, run in candidates.items()}
        assert len(set(results.values())) == 1, (layout, results)
        taken: dict[str, list[float]] = {name: [] for name in candidates}
        started = time.perf_counter()
        for n in range(self._rounds):
            if n > 1 and time.perf_counter() - started > LONG:
                break
            for name, run in candidates.items():
                begin = time.perf_counter()
                run()
                taken[name].append(time.perf_counter() - begin)
        for name, times in taken.items():
            median = statistics.median(times)
            self._record.add(
                Line(
                    f"{work} in {self._engine}",
                    layout,
                    rows,
                    listed,
                    None,
                    name,
                    self._cores,
                    rounds=len(times),
                    median_s=median,
                    min_s=min(times),
                    max_s=max(times),
                    spread=(max(times) - min(times)) / median,
                    rows_per_s=rows / median,
                )
            )
            sys.stdout.write(
                f"{self._engine} {work} {layout} {name}: {median:.2f} s, {rows / median / 1e6:.2f} M rows/s\n"
            )
            sys.stdout.flush()


def split(path: Path, folder: Path) -> list[str]:
    """Splits a file into several, one for each task."""
    table = pq.read_table(path)
    size = -(-table.num_rows // FILES)
    paths = [folder / f"{path.stem}-{n}.parquet" for n in range(FILES)]
    for n, part in enumerate(paths):
        pq.write_table(table.slice(n * size, size), part, compression="snappy")
    return [str(part) for part in paths]


def of_files(session: Any, paths: list[str], sets: dict[str, ng.NumberSet], cores: int) -> Candidates:
    return {
        "numguard scan_files": lambda: spark.scan_files(session, paths, sets).toArrow().num_rows,
        "numguard, one machine": lambda: ng.scan(paths, sets, threads=cores).read_all().num_rows,
    }


def scans(bench: Bench, session: Any, folder: Path, rows: int, *, cores: int, only_ours: bool) -> None:
    from pyspark.sql import functions as F  # noqa: N812

    for layout, listed in (("mixed", 27_824), ("integers", 27_824), ("integers", 1_000_000)):
        path = call_records.write(plan().inputs / f"calls-{layout}-{rows}.parquet", rows, text=layout == "mixed")
        paths = split(path, folder)
        file = folder / f"listed-{listed}.ngset"
        ng.NumberSet(members(listed)).save(file)
        sets: dict[str, ng.NumberSet] = dict.fromkeys(PARTIES, ng.NumberSet.open(file))
        calls = session.read.parquet(*paths)
        keys = session.createDataFrame(pa.table({"key": pa.array(national(members(listed)).astype(np.int64))}))
        spelling = NATIONAL if layout == "mixed" else "{}"

        def native(calls: Any = calls, keys: Any = keys, spelling: str = spelling) -> int:
            found = calls
            for party in PARTIES:
                members = F.broadcast(keys.select(F.col("key").alias(f"{party}_match")))
                found = found.join(members, F.expr(spelling.format(party)) == F.col(f"{party}_match"), "left")
            return int(
                found.where(F.coalesce(*(F.col(f"{party}_match") for party in PARTIES)).isNotNull()).toArrow().num_rows
            )

        ours: Candidates = {"numguard scan": lambda calls=calls, sets=sets: spark.scan(calls, sets).toArrow().num_rows}
        beside = of_files(session, paths, sets, cores)
        if only_ours:
            candidates = ours | {"numguard scan_files": beside["numguard scan_files"]}
        else:
            rival = "the engine's own regex and join" if layout == "mixed" else "the engine's own join"
            candidates = ours | {rival: native} | beside
        bench.compare("scan", layout, rows, listed, candidates)
        if not only_ours:
            longer = paths * LONGER
            bench.compare("scan", layout, rows * LONGER, listed, of_files(session, longer, sets, cores))


def linkage(bench: Bench, session: Any, rows: int) -> None:
    from pyspark.sql import functions as F  # noqa: N812

    path = sightings.write(plan().inputs / f"sightings-{rows}.parquet", rows)
    seeds = sightings.seeds(min(27_824, rows // 100), rows)
    frame = session.read.parquet(str(path))
    keys = session.createDataFrame(pa.table({"served_msisdn": seeds.cast(pa.decimal128(20, 0))}))

    def bare() -> int:
        pairs = frame.select("served_msisdn", "imei14")
        handsets = pairs.join(F.broadcast(keys), "served_msisdn", "left_semi").select("imei14").distinct()
        numbers = pairs.join(F.broadcast(handsets), "imei14", "left_semi").select("served_msisdn").distinct()
        assert numbers.count() > 0
        return 0

    expected = ng.expand(seeds, str(path))
    tables = ("linked", "handsets", "stopped", "evidence", "stopped_evidence")

    def ours() -> int:
        found = spark.expand(seeds, frame)
        assert all(getattr(found, name) == getattr(expected, name) for name in tables)
        return 0

    def local() -> int:
        ng.expand(seeds, str(path))
        return 0

    candidates = {"numguard expand": ours, "the engine's bare two-hop join": bare, "numguard, one machine": local}
    bench.compare("expand", "integers", rows, len(seeds), candidates)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("engine", choices=["classic", "sail"])
    parser.add_argument("--rows", type=float, default=20e6)
    parser.add_argument("--sightings", type=float, default=50e6, help="0: no linkage")
    parser.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", default="4g")
    parser.add_argument("--only-ours", action="store_true", help="for scaling: no rivals")
    options = parser.parse_args()
    # The record describes the whole machine, so it begins before the cores are limited.
    bench = Bench({"classic": "Spark Classic", "sail": "Sail"}[options.engine], options.cores, options.rounds)
    session = session_of(options.engine, options.cores, options.memory)
    folder = Path(tempfile.mkdtemp(prefix="numguard-engines-"))
    try:
        if options.rows:
            scans(bench, session, folder, int(options.rows), cores=options.cores, only_ours=options.only_ours)
        if options.sightings:
            linkage(bench, session, int(options.sightings))
    finally:
        shutil.rmtree(folder)
        session.stop()


if __name__ == "__main__":
    main()
