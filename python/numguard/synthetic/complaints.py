"""Complaints as they arrive: one messy CSV from a helpline, a portal, police stations and desks, and the truth of it.

Owns who complains of which number, when, and how it gets written down. Independent of how a complaint is read.

The one idea: the truth comes first and the mess second. A number is given its district and its first complaint; every
later mention is of a number that an earlier day has already named; only then is each mention written out in one of the
ways of `spellings`. What is refused either holds no whole number or repeats one that its own complaint names, so the
count of distinct numbers is exact by construction.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from numguard.files import whole_file
from numguard.synthetic import districts
from numguard.synthetic.numbering import COUNTRY, U64, Numbering
from numguard.synthetic.spellings import PLAIN, REFUSED, SEPARATORS, SPELLINGS, Refusal, pick, write

COLUMNS: Final = (
    "acknowledgement_no",
    "source",
    "district",
    "category",
    "reported_at",
    "suspect_mobiles",
    "complainant_mobile",
    "amount_lost",
    "amount_recovered",
)

FIRST_DAY: Final = np.datetime64("2022-01-01")
DAYS: Final = 273  # to the end of September
_ROUNDS: Final = 20

_CATEGORIES: Final = (
    "UPI / wallet fraud",
    "Debit or credit card fraud",
    "KYC update",
    "Online marketplace",
    "Fake customer care",
    "Loan app",
    "Job or task fraud",
    "Electricity bill",
    "Sextortion",
    "Lottery, prize",
    "Impersonation on WhatsApp",
    "Army man selling a vehicle",
)
_STRANGERS: Final = (
    ("+92300{:07}", 7),
    ("+880171{:07}", 7),
    ("+447911{:06}", 6),
    ("+1 202 555 {:04}", 4),
    ("0124-4{:06}", 6),
    ("0129-4{:06}", 6),
    ("011-4{:07}", 7),
    ("01262-2{:05}", 5),
    ("1800{:07}", 7),
    ("1600{:06}", 6),
    ("9999999999", 0),
    ("9898989898", 0),
)
"""Valid, or nearly, and never to be listed without a decision: foreign, fixed, toll free, service, placeholders."""


@dataclass(frozen=True, repr=False)
class Complaints:
    """The rows of the CSV, and their content.

    `rows` are cells in the order of COLUMNS. `msisdns` are the distinct valid mobiles named, `districts` theirs.
    `mentions` pairs a row with a number it names. `complainants` are the numbers written in complainant_mobile.
    `notes` counts refused suspect cells and pieces by note.
    """

    rows: list[tuple[str, ...]]
    msisdns: U64
    districts: list[str]
    mentions: pa.Table
    complainants: U64
    complaints: int
    repeated: int
    amended: int
    lost: int
    recovered: int
    notes: dict[str, int]

    @property
    def by_district(self) -> dict[str, int]:
        """Distinct numbers by unit."""
        counts = dict.fromkeys(districts.UNITS, 0)
        for unit in self.districts:
            counts[unit] += 1
        return counts


@dataclass(frozen=True, repr=False)
class _Plan:
    """Who names whom: parallel arrays over complaints, and mentions as pairs (complaint, number)."""

    unit: NDArray[np.intp]
    day: NDArray[np.int64]
    number_unit: NDArray[np.intp]
    mention_complaint: NDArray[np.intp]
    mention_number: NDArray[np.intp]


def make_complaints(seed: int, *, scale: float = 1.0, supply: Numbering | None = None) -> Complaints:
    """Draws the complaints of January to September 2022, the same for the same seed.

    With `scale` 1, 47,000 complaints name 27,824 mobiles; a smaller value shrinks every district alike. Of the supply
    of numbers, suspects take the serials from 0, complainants those from 10^8.
    """
    rng = np.random.default_rng([seed, 1])
    supply = supply or Numbering(seed)
    per_unit = np.array([max(2, round(n * scale)) if scale < 1 else n for n in districts.UNITS.values()])
    count = max(int(districts.COMPLAINTS * scale), 2 * len(per_unit))
    plan = _plan(rng, per_unit, count)
    msisdns = supply.msisdns(np.arange(per_unit.sum()))
    complainants = supply.msisdns(10**8 + np.arange(count))
    return _write_down(rng, plan, msisdns, complainants)


def _plan(rng: np.random.Generator, per_unit: NDArray[np.int64], count: int) -> _Plan:
    numbers = int(per_unit.sum())
    sizes = np.maximum(per_unit * count // numbers, 2)
    sizes[0] += count - sizes.sum()
    unit = np.repeat(np.arange(len(per_unit)), sizes)
    day = np.sort(_days(rng, count))
    unit = unit[rng.permutation(count)]  # complaints are now in time order, units mixed
    number_unit = np.repeat(np.arange(len(per_unit)), per_unit)

    # First mentions: early complaints bring more new numbers than late ones.
    first = np.empty(numbers, dtype=np.intp)
    for k, n in enumerate(per_unit):
        own = np.flatnonzero(unit == k)
        first[number_unit == k] = own[(len(own) * rng.random(int(n)) ** 1.25).astype(np.intp)]
    # Repeats: busy numbers are named again and again, at least a day later, mostly in their own district.
    busy = np.minimum(rng.pareto(1.3, numbers) + 0.05, 40)
    again = rng.integers(0, count, count // 8)
    repeats: list[NDArray[np.intp]] = []
    for _ in range(_ROUNDS):
        named = rng.choice(numbers, len(again), p=busy / busy.sum())
        home = (number_unit[named] == unit[again]) | (rng.random(len(again)) < 0.3)
        fits = (day[first[named]] < day[again]) & home
        repeats.append(np.stack([again[fits], named[fits]], axis=1))
        # The next round is for the complaints without a number yet; those left at the end have only refused cells.
        again = np.setdiff1d(np.arange(count), np.concatenate([first, *(pairs[:, 0] for pairs in repeats)]))
    pairs = np.unique(np.concatenate([np.stack([first, np.arange(numbers)], axis=1), *repeats]), axis=0)
    return _Plan(unit, day, number_unit, pairs[:, 0], pairs[:, 1])


def _days(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Days since FIRST_DAY: rising through the year, fewer on Sundays."""
    day = np.arange(DAYS)
    weekday = (day + 5) % 7  # 1 January 2022 was a Saturday; 6 is Sunday
    weight = (1 + 1.8 * day / DAYS) * np.where(weekday == 6, 0.7, 1.0)
    return rng.choice(DAYS, count, p=weight / weight.sum()).astype(np.int64)


def _write_down(rng: np.random.Generator, plan: _Plan, msisdns: U64, complainants: U64) -> Complaints:
    count = len(plan.unit)
    who = np.arange(count)
    who[rng.choice(count, count // 30, replace=False)] = rng.integers(0, count, count // 30)  # some complain again
    own = _national(complainants[who])
    own_cells = [write(n, PLAIN[k]) for n, k in zip(own, pick(rng, PLAIN, count), strict=True)]
    for k in rng.choice(count, count // 50, replace=False).tolist():
        own_cells[k] = own[k] = ""
    named: list[list[int]] = [[] for _ in range(count)]
    for complaint, number in zip(plan.mention_complaint.tolist(), plan.mention_number.tolist(), strict=True):
        named[complaint].append(number)
    cells, notes = _suspect_cells(rng, named, _national(msisdns), own)
    sources, acknowledgements = _sources(rng, plan)
    lost, recovered = _amounts(rng, count)
    written_at = _written_at(rng, plan.day, sources)
    falling = 1 / np.arange(1, len(_CATEGORIES) + 1)
    categories = rng.choice(len(_CATEGORIES), count, p=falling / falling.sum()).tolist()
    careless = rng.random(count).tolist()
    money = rng.choice(len(_RUPEES), count, p=[0.62, 0.2, 0.08, 0.04, 0.03, 0.03]).tolist()
    lost_cells, recovered_cells = lost.tolist(), recovered.tolist()
    units = list(districts.UNITS)
    rows: list[tuple[str, ...]] = [
        (
            acknowledgements[c],
            sources[c],
            _unit_text(units[plan.unit[c]], careless[c]),
            _CATEGORIES[categories[c]],
            written_at[c],
            cells[c],
            own_cells[c],
            _rupees_text(lost_cells[c], money[c]),
            _rupees_text(recovered_cells[c], money[c]),
        )
        for c in range(count)
    ]
    order, repeated, amended = _arrival(rng, recovered)
    # An amended complaint first comes without what was recovered, and again with it.
    out = [(*rows[c][:-1], "") if version == _BEFORE_AMENDMENT else rows[c] for c, version in order]
    place = {complaint: k for k, (complaint, _) in reversed(list(enumerate(order)))}
    mentions = pa.table(
        {
            "row": pa.array([place[c] for c in plan.mention_complaint.tolist()], pa.int64()),
            "msisdn": pa.array(msisdns[plan.mention_number]),
        }
    )
    return Complaints(
        rows=out,
        msisdns=msisdns,
        districts=[units[k] for k in plan.number_unit.tolist()],
        mentions=mentions,
        complainants=np.unique(complainants[who[[cell != "" for cell in own_cells]]]),
        complaints=count,
        repeated=repeated,
        amended=amended,
        lost=int(lost.sum()),
        recovered=int(recovered.sum()),
        notes=notes,
    )


def _national(msisdns: U64) -> list[str]:
    return [f"{int(n) - COUNTRY:010}" for n in msisdns]


def _suspect_cells(
    rng: np.random.Generator, named: list[list[int]], national: list[str], own: list[str]
) -> tuple[list[str], dict[str, int]]:
    """One cell a complaint, and the count of each kind of content that must be refused.

    `own` are the complainants' numbers, "" where the complaint has none.
    """
    count = len(named)
    spelling = pick(rng, SPELLINGS, count)
    plain = iter(pick(rng, PLAIN, sum(map(len, named))))
    separator = rng.choice(len(SEPARATORS), count, p=[0.4, 0.12, 0.12, 0.12, 0.06, 0.06, 0.06, 0.03, 0.03]).tolist()
    refused = pick(rng, REFUSED, count)
    chance = rng.random(count).tolist()
    spare = rng.integers(6 * 10**9, 10**10, count).tolist()
    strangers = _strangers(rng, count)
    notes: dict[str, int] = {}
    cells = []
    for c, numbers in enumerate(named):
        entry = REFUSED[refused[c]]
        if not numbers:
            cell, note = _without_a_suspect(entry, str(spare[c]), chance[c], own[c], strangers[c])
        else:
            suspects = [national[k] for k in numbers]
            beside, note = _beside(entry, suspects[0] if entry.known else str(spare[c]), chance[c], own[c])
            if beside:
                cell = "; ".join([*suspects, beside] if c % 2 else [beside, *suspects])
            elif len(suspects) == 1:
                cell = write(suspects[0], SPELLINGS[spelling[c]])
            else:
                between = SEPARATORS[separator[c]]
                forms = [PLAIN[0] if between == " " else PLAIN[next(plain)] for _ in suspects]
                cell = between.join(map(write, suspects, forms))
        cells.append(cell)
        if note:
            notes[note] = notes.get(note, 0) + 1
    return cells, dict(sorted(notes.items()))


def _without_a_suspect(entry: Refusal, spare: str, chance: float, own: str, stranger: str) -> tuple[str, str | None]:
    """A cell without a usable number, and its note."""
    if chance < 0.1 and own:
        return own, "complainants_number"
    if chance < 0.25:
        return stranger, None
    entry = REFUSED[0] if entry.known else entry
    return entry.make(spare), entry.note


def _beside(entry: Refusal, spare: str, chance: float, own: str) -> tuple[str, str | None]:
    """A second thing beside the numbers of a cell, mostly none, and its note."""
    if chance > 0.997 and own:
        return own, "complainants_number"
    if chance < 0.045 and entry.note != "empty":
        return entry.make(spare), entry.note
    return "", None


def _strangers(rng: np.random.Generator, count: int) -> list[str]:
    which = rng.integers(0, len(_STRANGERS), count).tolist()
    tail = rng.integers(0, 10**7, count).tolist()
    return [_STRANGERS[w][0].format(t % 10 ** _STRANGERS[w][1]) for w, t in zip(which, tail, strict=True)]


def _sources(rng: np.random.Generator, plan: _Plan) -> tuple[list[str], list[str]]:
    """Source and acknowledgement number of each complaint."""
    stations, desks = districts.stations(), districts.desks()
    units = list(districts.UNITS)
    chance = rng.random(len(plan.unit)).tolist()
    which = rng.integers(0, 10**6, len(plan.unit)).tolist()
    portal = (20_000_000_000_000 + rng.choice(10**9, len(plan.unit), replace=False) * 7_919).tolist()
    serial: dict[str, int] = {}
    sources, acknowledgements = [], []
    for c, unit in enumerate(plan.unit.tolist()):
        name = units[unit]
        at_station, at_desk = stations.get(name, []), desks.get(name, [])
        if chance[c] < 0.46:
            source = "1930"
        elif chance[c] < 0.78:
            source = "cybercrime.gov.in"
        elif at_station and (chance[c] < 0.89 or not at_desk):
            source = at_station[which[c] % len(at_station)]
        else:
            source = at_desk[which[c] % len(at_desk)]
        serial[source] = serial.get(source, 0) + 1
        if source == "1930":
            acknowledgement = f"1930-22-{serial[source]:06}"
        elif source == "cybercrime.gov.in":
            acknowledgement = str(portal[c])
        elif source.startswith("Cyber PS"):
            acknowledgement = f"FIR {serial[source]:04}/2022"
        else:
            acknowledgement = f"DD {serial[source]}/2022"
        sources.append(source)
        acknowledgements.append(acknowledgement)
    return sources, acknowledgements


def _written_at(rng: np.random.Generator, day: NDArray[np.int64], sources: list[str]) -> list[str]:
    """Each kind of source has its own way to write a date; times are Indian Standard Time."""
    minute = (rng.triangular(0, 780, 1440, len(day))).astype(np.int64)
    dates = (FIRST_DAY + day).astype(str).tolist()
    out = []
    for date, m, source in zip(dates, minute.tolist(), sources, strict=True):
        year, month, monthday = date.split("-")
        if source == "1930":
            out.append(f"{date} {m // 60:02}:{m % 60:02}:00")
        elif source == "cybercrime.gov.in":
            out.append(f"{monthday}/{month}/{year} {m // 60:02}:{m % 60:02}")
        elif source.startswith("Cyber PS"):
            out.append(f"{monthday}-{month}-{year}")
        else:
            out.append(date)
    return out


def _amounts(rng: np.random.Generator, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rupees lost and recovered. What is recovered adds up to 15 crore, for any number of complaints."""
    lost = np.round(rng.lognormal(9.6, 1.3, count), -2).astype(np.int64)
    lost[rng.random(count) < 0.12] = 0
    saved = np.flatnonzero((lost > 0) & (rng.random(count) < 0.17))
    part = lost[saved] * rng.uniform(0.1, 1.0, len(saved))
    recovered = np.zeros(count, dtype=np.int64)
    recovered[saved] = np.maximum(1, np.floor(part * (districts.RECOVERED / part.sum()))).astype(np.int64)
    recovered[saved[np.argmax(recovered[saved])]] += districts.RECOVERED - int(recovered.sum())
    # No more is recovered than was lost.
    return np.maximum(lost, np.ceil(recovered / 100).astype(np.int64) * 100), recovered


_RUPEES: Final = ("{n}", "{lakh}", "Rs {lakh}", "Rs. {n}/-", "₹{lakh}", "{n}.00")


def _rupees_text(rupees: int, form: int) -> str:
    """An amount as in complaints, with commas as in India; empty for 0."""
    if not rupees:
        return ""
    head, tail = divmod(rupees, 1000)
    lakh = re.sub(r"(?<=\d)(?=(\d\d)+$)", ",", str(head)) + f",{tail:03}" if head else str(tail)
    return _RUPEES[form].format(n=rupees, lakh=lakh)


def _unit_text(unit: str, careless: float) -> str:
    """A district now and then in capitals, in small letters, or with stray blanks."""
    if careless < 0.02 and len(unit) > 4:
        return unit.upper() if careless < 0.01 else f" {unit.lower()}"
    return unit.replace(" ", "  ") if careless > 0.99 else unit


_AS_IT_STANDS: Final = 0
_BEFORE_AMENDMENT: Final = 1


def _arrival(rng: np.random.Generator, recovered: NDArray[np.int64]) -> tuple[list[tuple[int, int]], int, int]:
    """The order of the rows: nearly by time, with one row in eighty sent twice and a few sent again, amended."""
    count = len(recovered)
    arrival = np.arange(count) + rng.normal(0, count / 200, count)
    twice = rng.choice(count, max(1, count // 80), replace=False)
    amended = np.setdiff1d(rng.choice(np.flatnonzero(recovered), max(1, count // 300), replace=False), twice)
    complaint = np.concatenate([np.arange(count), twice, amended])
    later = rng.uniform(1, count / 20, len(twice) + len(amended))
    when = np.concatenate([arrival, arrival[np.concatenate([twice, amended])] + later])
    before = set(amended.tolist())
    order = []
    for k in np.argsort(when, kind="stable").tolist():
        c = int(complaint[k])
        order.append((c, _BEFORE_AMENDMENT if c in before and k < count else _AS_IT_STANDS))
    return order, len(twice), len(amended)


def write_complaints(complaints: Complaints, path: Path) -> Path:
    """Writes the CSV as a spreadsheet program saves it: a byte order mark, CRLF, quotes where needed."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(COLUMNS)
    writer.writerows(complaints.rows)
    with whole_file(path) as file:
        file.write(sheet.getvalue().encode("utf-8-sig"))
    return path
