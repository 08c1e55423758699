"""The whole job in a minute, with nothing but what a wheel brings: run it with the Python of a fresh environment.

    python tests/smoke.py

Owns no test of its own: it asks of an installed wheel what the tests ask of a checkout, on every platform and with the
oldest and the newest dependencies. It fails with an assertion, or prints "smoke: passed".
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa

import numguard as ng

LISTED = ["+91 98765 43210", "098123-45678"]


def numbers_and_sets(folder: Path) -> None:
    cells = ["98765 43210", "0091 98765 43210", "98765O3210", "1930", None]
    assert ng.normalize(cells).to_pylist() == [919876543210, 919876543210, None, None, None]
    notes = [row["note"] if row else None for row in ng.explain(cells).to_pylist()]
    assert notes[2:] == ["stray_letter", "short_code", None], notes
    assert ng.normalize_imei(["490154203237518", "490154203237519"]).to_pylist()[0] == 49015420323751
    listed = ng.NumberSet(LISTED)
    listed.save(folder / "listed.ngset")
    again = ng.NumberSet.open(folder / "listed.ngset")
    assert again == listed
    column = pa.array(["9876543210", "9123456789"] * 10_000)
    assert sum(again.contains(column).to_pylist()) == 10_000


def files(folder: Path) -> None:
    listed = ng.NumberSet(LISTED)
    rows = [f"98765432{n % 100:02},{n}" for n in range(5_000)]
    (folder / "calls.csv").write_text("mobile,seconds\n" + "\n".join(rows) + "\nbroken\n")
    scan = ng.scan(folder / "calls.csv", {"mobile": listed})
    summary = scan.write(folder / "hits.parquet")
    assert (summary.hits, summary.rows, summary.refused_lines) == (50, 5_000, 1)
    assert ng.scan(folder / "hits.parquet", {"mobile_match": listed}).read_all().num_rows == 50


def a_case(folder: Path) -> None:
    (folder / "complaints.csv").write_text(
        "acknowledgement_no,source,district,suspect_mobiles\n20000000000001,1930,Gurugram,98765 43210 / 98123 45678\n"
    )
    sightings = pa.table({"served_msisdn": ["9876543210", "9700012345"], "imei14": ["490154203237518"] * 2})
    with ng.Registry(folder / "cases.db", by="HC 1234") as registry:
        assert registry.add_complaints(folder / "complaints.csv").added == 1
        assert registry.expand(sightings, at=None).linked.num_rows == 1
        registry.export(folder / "block.csv", to="DoT")
        answers: list[int] = []
        threads = [threading.Thread(target=lambda: answers.append(len(registry.block_list()))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [3] * 4, answers
    assert len((folder / "block.csv").read_text().splitlines()) == 4


def command_line(folder: Path) -> None:
    def numguard(*arguments: str) -> str:
        run = subprocess.run(
            [sys.executable, "-m", "numguard", *arguments], capture_output=True, text=True, cwd=folder, timeout=300
        )
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    findings = json.loads(numguard("doctor", "--json"))["findings"]
    assert findings[0]["state"] == "works"
    assert json.loads(numguard("verify", "--registry", "cases.db", "--json"))["events"] >= 3
    numguard("backup", "copy.db", "--registry", "cases.db")
    numguard("scan", "calls.csv", "--numbers", "block.csv", "--column", "mobile", "-o", "again.csv")


#: The parts that run in this process; the command line starts processes of its own.
WITHIN = (numbers_and_sets, files, a_case)


def main(parts: Sequence[Callable[[Path], None]] = (*WITHIN, command_line)) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for part in parts:
            part(folder)
    print(f"smoke: passed (Python {sys.version.split()[0]}, pyarrow {pa.__version__}, numguard {ng.__version__})")  # noqa: T201


if __name__ == "__main__":
    main()
