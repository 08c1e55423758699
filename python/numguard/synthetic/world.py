"""One invented case, written to a folder: complaints, operator files, bulk call records, and the truth of it all.

Owns the files of the case and what they have in common. Independent of readers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from numguard.errors import ArgumentError
from numguard.indian_time import OFFSET_MICROS
from numguard.synthetic import traps
from numguard.synthetic.cdr import CALL_TYPES, CdrSpec, Extra, write_cdr
from numguard.synthetic.complaints import Complaints, make_complaints, write_complaints
from numguard.synthetic.numbering import Numbering, check_digit
from numguard.synthetic.operator_files import Call, airtel, jio
from numguard.synthetic.traps import Planted, plant

SEED: Final = 1930
_OTHERS: Final = 3 * 10**8  # serials of those whom planted numbers call in operator files


@dataclass(frozen=True, repr=False)
class World:
    """A case on disk, and the truth about it."""

    folder: Path
    complaints_csv: Path
    operator_files: list[Path]
    cdr: Path
    complaints: Complaints
    planted: Planted

    @property
    def truth(self) -> pa.Table:
        """The planted truth."""
        return self.planted.truth

    @property
    def protected(self) -> NDArray[np.uint64]:
        """Every protected number: complainants' own, and the bank lines that must be distinguished."""
        return np.union1d(self.complaints.complainants, self.planted.protected)


def make_world(
    folder: Path,
    *,
    seed: int = SEED,
    rows: int = 5_000_000,
    scale: float = 1.0,
    progress: Callable[[str], None] | None = None,
) -> World:
    """Writes the case into `folder`, which is created if needed.

    Args:
        folder: Where to; files of the same names are overwritten.
        seed: The same seed gives the same bytes.
        rows: Rows of the bulk call records.
        scale: 1 is 47,000 complaints and the published district table; 0.02 is the smallest that holds every trap.
        progress: Called with the name of each step.

    Returns:
        The paths and the truth.

    Raises:
        ArgumentError: `scale` is out of bounds, or `rows` is too small for what is planted.
    """
    if not 0.02 <= scale <= 1:
        raise ArgumentError("scale must be between 0.02 and 1")
    report = progress or (lambda _: None)
    supply = Numbering(seed)
    report("complaints")
    complaints = make_complaints(seed, scale=scale, supply=supply)
    report("handsets")
    planted = plant(seed, supply, complaints.msisdns, complaints.complainants, scale=scale)
    (folder / "operators").mkdir(parents=True, exist_ok=True)
    # The first file, by which the folder of an interrupted run is known.
    pq.write_table(planted.truth, folder / "truth.parquet")
    complaints_csv = write_complaints(complaints, folder / "complaints.csv")
    report("operator files")
    operator_files = _write_operator_files(folder / "operators", np.random.default_rng([seed, 4]), supply, planted)
    bulk = np.flatnonzero(planted.file == 0)
    bulk = bulk[np.argsort(planted.at[bulk], kind="stable")]
    if len(bulk) > rows:
        raise ArgumentError(f"rows must be at least {len(bulk)}: so many sightings are planted at this scale")
    extra = Extra(planted.msisdn[bulk], planted.imei14[bulk], planted.at[bulk], planted.other[bulk])

    def records(done: int) -> None:
        report(f"{done:,} call records")

    spec = CdrSpec(rows=rows, seed=seed, first_day=str(traps.FIRST_DAY), days=traps.DAYS)
    cdr = write_cdr(folder / "cdr.parquet", spec, listed=complaints.msisdns, extra=extra, progress=records)
    return World(folder, complaints_csv, operator_files, cdr, complaints, planted)


def _write_operator_files(folder: Path, rng: np.random.Generator, supply: Numbering, planted: Planted) -> list[Path]:
    for left in (*folder.glob("airtel_*.csv"), *folder.glob("jio_*.csv")):
        left.unlink()  # an earlier case may have had more of them
    paths = []
    for number, (operator, target) in enumerate(planted.files, start=1):
        rows = np.flatnonzero(planted.file == number)
        rows = rows[np.argsort(planted.at[rows], kind="stable")]
        calls = _calls(rng, supply, planted, rows)
        if operator == "airtel":
            # Now and then the network did not see the handset.
            text = airtel(target, [*calls[:1], calls[0]._replace(imei="", clock="07:59:30"), *calls[1:]])
        else:
            text = jio(
                target,
                calls,
                [
                    calls[-1]._replace(served=m, clock=f"22:0{k}:00")
                    for file, m in planted.undirected
                    if file == number
                    for k in range(3)
                ],
            )
        path = folder / f"{operator}_{number:02}.csv"
        path.write_text(text, encoding="utf-8", newline="")
        paths.append(path)
    return paths


def _calls(rng: np.random.Generator, supply: Numbering, planted: Planted, rows: NDArray[np.intp]) -> list[Call]:
    others = supply.msisdns(_OTHERS + rng.integers(0, 10**6, len(rows)))
    others = np.where(planted.other[rows] > 0, planted.other[rows], others)
    checks = check_digit(planted.imei14[rows])
    kinds = rng.choice(4, len(rows), p=[0.42, 0.46, 0.03, 0.09])
    calls = []
    for row, other, check, kind in zip(rows.tolist(), others.tolist(), checks.tolist(), kinds.tolist(), strict=True):
        date, clock = str(np.datetime64(int(planted.at[row]) + OFFSET_MICROS, "us").astype("datetime64[s]")).split("T")
        served = int(planted.msisdn[row])
        # One file mixes the true check digit and the spare zero for the same handset.
        last = check if rng.random() < 0.4 else 0
        calls.append(
            Call(
                served=served,
                other=other,
                call_type=CALL_TYPES[kind],
                date="/".join(reversed(date.split("-"))),
                clock=clock,
                seconds=0 if kind >= 2 else int(rng.integers(5, 600)),
                imei=f"{int(planted.imei14[row]):014}{last}",
                imsi=f"40496{served * 7_919 % 10**10:010}",
                cell=f"404-96-{int(rng.integers(1, 9999)):04}-{int(rng.integers(1, 65535)):05}",
            )
        )
    return calls
