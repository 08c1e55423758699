"""One session for each engine: Spark Classic, a Spark Connect client without a JVM, and Sail.

`make test-engines` runs these files three times, each time in the environment that the engine needs, and says by
NUMGUARD_ENGINE which it is. `pyspark` and `pyspark-client` share a package name, so that one environment cannot do.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ENGINE = os.environ.get("NUMGUARD_ENGINE", "")
#: Small: the data is, and several run beside each other.
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.memory": "1g",
    "spark.sql.shuffle.partitions": "2",
    "spark.log.level": "ERROR",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "1000",
    # Nothing runs long enough here for a compiler to pay.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}

collect_ignore_glob = [] if ENGINE else ["test_*.py"]


@pytest.fixture(scope="session")
def engine() -> str:
    """Which engine it is."""
    return ENGINE


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session of the engine."""
    start = {"classic": classic, "connect": connect, "sail": sail}[ENGINE]
    yield from start(tmp_path_factory.mktemp("engine"))


def classic(folder: Path) -> Iterator[Any]:
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master("local[2]")
    for name, value in (SETTINGS | {"spark.sql.warehouse.dir": str(folder)}).items():
        builder = builder.config(name, value)
    # What the engine and its workers say goes where the error output of this process goes when they start.
    log = folder / "engine.log"
    with log.open("wb") as written:
        before = os.dup(2)
        os.dup2(written.fileno(), 2)
        session = builder.getOrCreate()
        os.dup2(before, 2)
        os.close(before)
    yield session
    session.stop()
    check_log(log)


def connect(folder: Path) -> Iterator[Any]:
    python = Path(os.environ["NUMGUARD_SERVER_PYTHON"])
    port = free_port()
    settings = SETTINGS | {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
        "spark.sql.warehouse.dir": str(folder),
    }
    home = next(python.parents[1].glob("lib/python*/site-packages/pyspark"))
    command = [
        str(home / "bin" / "spark-submit"),
        "--class",
        "org.apache.spark.sql.connect.service.SparkConnectServer",
        "--master",
        "local[2]",
        *(part for name, value in settings.items() for part in ("--conf", f"{name}={value}")),
        "spark-internal",
    ]
    yield from client_of(command, port, folder, {"PYSPARK_PYTHON": str(python), "SPARK_HOME": str(home)})


def sail(folder: Path) -> Iterator[Any]:
    port = free_port()
    command = [sys.executable, "-m", "pysail", "spark", "server", "--ip", "127.0.0.1", "--port", str(port)]
    yield from client_of(command, port, folder, {})


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def client_of(command: list[str], port: int, folder: Path, environment: dict[str, str]) -> Iterator[Any]:
    """A session of a server in a process of its own."""
    from pyspark.sql import SparkSession

    log = folder / "server.log"
    with log.open("wb") as written:
        server = subprocess.Popen(command, env=os.environ | environment, stdout=written, stderr=written, cwd=folder)
    try:
        wait_for(port, server, log)
        session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
        yield session
        session.stop()
    finally:
        server.terminate()
        server.wait(30)
    check_log(log)


def check_log(log: Path) -> None:
    """The log of the workers is part of it, and no test may cause a number or an IMEI in it."""
    logged = re.findall(r"(?<!\d)(?:91)?9[178]\d{8}(?!\d)|3582400511\d{4}", log.read_text(errors="replace"))
    assert not logged, f"{len(logged)} numbers in the server's log"


def wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1200):
        if server.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"no Connect server: {log.read_text()[-2000:]}")
