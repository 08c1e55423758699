"""The files of this folder, as Spark writes them: `pip install pyspark==4.0.1`, Java 17, `python tests/spark/write.py`.

Owns what is in them and how they came to be; the tests take the rows from here and never start Spark. Numbers are made
up: subscribers 98765 00000 to 98765 00199.
"""

from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROWS = 240
FIRST = 919_876_500_000
FORMS = ("98765{:05}", "+91 98765 {:05}", "098765{:05}", "9198765{:05}", "AD-AXISBK", None)
SCHEMA = """served_msisdn string, other_party bigint, called decimal(12, 0), seen_at timestamp, day date, seconds int,
    charge decimal(20, 4), cell struct<lac: smallint, ci: binary>, route array<string>, tags map<string, double>"""

#: Folder, settings of the session, options of the writer.
WAYS: list[tuple[str, dict[str, str], dict[str, str]]] = [
    *((codec, {}, {"compression": codec}) for codec in ("none", "snappy", "gzip", "lz4", "lz4_raw", "zstd")),
    ("plain", {}, {"compression": "none", "parquet.enable.dictionary": "false"}),
    ("pages-2", {}, {"compression": "snappy", "parquet.writer.version": "v2"}),
    ("delta", {}, {"compression": "zstd", "parquet.writer.version": "v2", "parquet.enable.dictionary": "false"}),
    ("small-pages", {}, {"parquet.page.size": "256", "parquet.page.write-checksum.enabled": "true"}),
    ("bloom", {}, {"parquet.bloom.filter.enabled#served_msisdn": "true"}),
    ("micros", {"spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS"}, {}),
    ("millis", {"spark.sql.parquet.outputTimestampType": "TIMESTAMP_MILLIS"}, {}),
    ("legacy", {"spark.sql.parquet.writeLegacyFormat": "true"}, {}),
]
PARTITIONED = "by-day"


def numbers(n: int) -> tuple[int | None, int | None, int]:
    """The MSISDNs that the three columns of row `n` hold, in whatever form."""
    served = None if FORMS[n % len(FORMS)] in (None, "AD-AXISBK") else FIRST + n * 37 % 200
    return served, None if n % 7 == 0 else FIRST + n * 11 % 200, FIRST + n * 13 % 200


def day(n: int) -> date:
    """The day of row `n`; there are two."""
    return date(2026, 1, 1) + timedelta(days=n % 2)


def row(n: int) -> tuple[Any, ...]:
    """Row `n`. Numbers come again, so that a dictionary is worth it."""
    form = FORMS[n % len(FORMS)]
    _, other, called = numbers(n)
    return (
        form and form.format(n * 37 % 200),
        other,
        Decimal(called),
        datetime(2026, 1, 1, 6) + timedelta(days=n % 2, seconds=61 * n, milliseconds=n),
        day(n),
        n % 300,
        Decimal(n) / 10_000,
        (n % 100, bytes([n % 256])),
        [f"r{n % 3}", None] if n % 5 else None,
        {"a": n / 2} if n % 3 else {},
    )


def main() -> None:
    """Writes them all anew."""
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.master("local[1]").config("spark.sql.session.timeZone", "UTC").getOrCreate()
    calls = spark.createDataFrame([row(n) for n in range(ROWS)], SCHEMA).coalesce(1)

    def write(folder: str, writer: Any) -> None:
        shutil.rmtree(HERE / folder, ignore_errors=True)
        writer.parquet(str(HERE / folder))

    for folder, settings, options in WAYS:
        for name, value in settings.items():
            spark.conf.set(name, value)
        write(folder, calls.write.options(**options))
        for name in settings:
            spark.conf.unset(name)
    write(PARTITIONED, calls.write.partitionBy("day"))
    spark.stop()


if __name__ == "__main__":
    main()
