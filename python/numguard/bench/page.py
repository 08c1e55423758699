"""A record as a page: tables and charts, the losses first.

Owns the order and the texts, and two output formats: Markdown for the documentation, and one HTML file without scripts
or external resources.

One idea: no figure is typed by hand; each can be found in the record.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from numguard.bench.charts import CHARTS
from numguard.bench.goals import LOOSE, OURS, Comparison, Verdict, comparisons, losses, verdicts
from numguard.bench.record import Line
from numguard.compute import by_key

_RECORDS_A_DAY: Final = 4_000_000_000


@dataclass(frozen=True)
class Section:
    """A part of the page: a heading, a paragraph, a table, and the names of pictures."""

    title: str
    text: str
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    charts: Sequence[str] = ()


def _millions(rate: float | None) -> str:
    """Rows a second in millions, with two or three significant digits."""
    if rate is None:
        return ""
    millions = rate / 1e6
    return f"{millions:,.0f}" if millions >= 100 else f"{millions:.1f}" if millions >= 10 else f"{millions:.2g}"


def _times(ratio: float | None) -> str:
    if ratio is None:
        return ""
    return f"{ratio:,.0f}x" if ratio >= 100 else f"{ratio:.1f}x"


#: The works in the table of the README.
_SUMMED_UP: Final = ("scan", "scan csv", "scan wide", "expand", "contains", "contains imeis", "normalize")


def summary(lines: Sequence[Line]) -> Section:
    """Each work at its lowest hit rate, as in practice, and the worst over all hit rates."""
    compared = comparisons(lines)
    return _summed_up(_setting(lines), compared, _rarest(compared), _but_hit_rate, "worst over hit rates")


def in_short(lines: Sequence[Line]) -> Section:
    """The table of the README: of each work and column the shortest list, and the worst of all lists and hit rates."""
    compared = comparisons(lines)
    by_column = by_key((_column(one), one) for one in _rarest(compared))
    shortest = [min(alike, key=lambda one: one.ours.listed) for alike in by_column.values()]
    return _summed_up(f"{_machine(lines)}.", compared, shortest, _column, "worst of all lists and hit rates")


def _rarest(compared: Sequence[Comparison]) -> list[Comparison]:
    """The comparisons of each work at its lowest hit rate."""
    rarest: dict[str, float] = {}
    for one in compared:
        if one.ours.hit_rate is not None:
            rarest[one.ours.work] = min(one.ours.hit_rate, rarest.get(one.ours.work, 1.0))
    of_table = [one for one in compared if one.ours.work in _SUMMED_UP and one.rivals]
    at_rarest = [one for one in of_table if one.ours.hit_rate == rarest.get(one.ours.work)]
    return sorted(at_rarest, key=lambda one: _SUMMED_UP.index(one.ours.work))


def _summed_up(
    text: str,
    compared: Sequence[Comparison],
    shown: Sequence[Comparison],
    alike: Callable[[Comparison], object],
    worst: str,
) -> Section:
    """A row for each comparison that is shown, with the worst of those that are alike if there are several."""
    rows = []
    for one in shown:
        ours, best = one.ours, one.best
        times = [other.times for other in compared if alike(other) == alike(one) and other.times]
        rows.append(
            [
                ours.work,
                ours.layout,
                f"{ours.rows / 1e6:,.3g} M",
                f"{ours.listed:,}" if ours.listed else "",
                ours.hits,
                _millions(ours.rows_per_s),
                f"{best.candidate} {_millions(best.rows_per_s)}" if best else "",
                _times(one.times),
                _times(min(times)) if len(times) > 1 else "",
            ]
        )
    columns = ["work", "column", "rows", "list", "hits", "numguard, M rows/s", "best rival, M rows/s", "times", worst]
    return Section("Speed", text, columns, rows)


def _column(one: Comparison) -> tuple[object, ...]:
    return one.ours.work, one.ours.layout


def _but_hit_rate(one: Comparison) -> tuple[object, ...]:
    return one.ours.run, one.ours.work, one.ours.layout, one.ours.rows, one.ours.listed


def _machine(lines: Sequence[Line]) -> str:
    """Machine and days of all lines of a record."""
    last = lines[-1]
    threads = max(line.threads for line in lines)
    days = sorted({line.run[:10] for line in lines})
    return (
        f"{last.cpu}, {last.cores} cores, {last.memory_gib} GiB; up to {threads} threads, as many for each library of "
        f"a comparison; {' and '.join(days)}"
    )


def _setting(lines: Sequence[Line]) -> str:
    """Machine, versions, runs and commits of all lines of a record."""
    last = lines[-1]
    busy = max(line.load for line in lines) / max(last.cores, 1)
    noise = f" Other work was going on (load {busy:.1f} a core at the most), so single figures mislead."
    used: dict[str, dict[str, None]] = {}
    for line in lines:
        for name, _, version in (one.partition("=") for one in line.versions.split()):
            used.setdefault(name, {})[version] = None
    versions = ", ".join(f"{name} {' and '.join(versions)}" for name, versions in used.items())
    commits = list(dict.fromkeys(line.commit or "unknown" for line in lines))
    changed = " (+: with changes that were not committed)" if any(one.endswith("+") for one in commits) else ""
    return f"{_machine(lines)}, commit {' and '.join(commits)}{changed}; {versions}.{noise if busy > 1.5 else ''}"


def _lost(lines: Sequence[Line]) -> Section:
    rows = [
        [loss.what, _millions(loss.ours), loss.rival, _millions(loss.theirs), _times(loss.theirs / loss.ours)]
        for loss in losses(lines)
    ]
    text = (
        "Every measurement in which a rival was faster. A set is built once and used often; where it is built for one "
        "query, its building time is added, and the line says so."
    )
    if not rows:
        text += " There is none in this record."
    return Section("Where we lose", text, ["work", "numguard, M rows/s", "faster", "M rows/s", "by"], rows)


def _value(value: float, unit: str) -> str:
    if unit == "bytes":
        return f"{value / 1e6:,.0f} MB"
    if unit == "rows/s":
        return f"{_millions(value)} M rows/s"
    return _times(value) if unit == "x" else f"{value:.2f} {unit}"


def _promises(lines: Sequence[Line]) -> Section:
    def row(verdict: Verdict) -> list[str]:
        outcome = "goal reached" if verdict.reached else "requirement met" if verdict.met else "**not met**"
        figures = (verdict.value, verdict.required, verdict.goal)
        return [verdict.promise, *(_value(figure, verdict.unit) for figure in figures), outcome]

    ordered = sorted(verdicts(lines), key=lambda verdict: (verdict.met, verdict.reached))
    met = sum(verdict.met for verdict in ordered)
    text = f"{met} of {len(ordered)} requirements are met. Those that are not come first."
    return Section("What is promised", text, ["promise", "measured", "required", "goal", ""], list(map(row, ordered)))


def _case(line: Line) -> list[str]:
    return [line.layout, f"{line.rows:,}", f"{line.listed:,}"]


def _timing(line: Line) -> list[str]:
    """Rate, median and spread."""
    return [
        _millions(line.rows_per_s),
        "" if line.median_s is None else f"{line.median_s:.3g} s",
        "" if line.spread is None else f"{line.spread:.0%} of {line.rounds}",
    ]


def _everything(lines: Sequence[Line], works: str, title: str, text: str) -> Section:
    several = works.split(" | ")
    rows = [
        [
            line.layout if len(several) == 1 else f"{line.work}, {line.layout}",
            f"{line.rows:,}",
            f"{line.listed:,}" if line.listed else "",
            line.hits,
            line.candidate,
            *_timing(line),
            "" if line.bytes is None else f"{line.bytes / 1e6:,.1f} MB",
        ]
        for line in lines
        if line.work in several
    ]
    columns = ["column", "rows", "list", "hits", "who", "M rows/s", "median", "spread", "memory"]
    return Section(title, text, columns, rows, _CHARTS.get(works, ()))


def a_day(lines: Sequence[Line]) -> Section:
    """The time for an operator's day of call records, from the measured rate."""
    rows = []
    for line in lines:
        if line.work != "scan" or line.candidate != OURS or not line.rows_per_s:
            continue
        hours = _RECORDS_A_DAY / line.rows_per_s / 3600
        core_hours = hours * line.threads
        took = f"{60 * hours:.0f} min" if hours < 2 else f"{hours:.1f} h"
        cores = [f"{core_hours:.1f}", f"{math.ceil(core_hours)}", f"{math.ceil(6 * core_hours)}"]
        most = f"{line.rows_per_s * 86_400 / 1e9:,.0f} x 10^9"
        rows.append([line.layout, f"{line.listed:,}", _millions(line.rows_per_s), took, *cores, most])
    text = (
        f"An operator of a few hundred million subscribers writes about {_RECORDS_A_DAY / 1e9:.0f} x 10^9 call records "
        "a day. The table gives the time for two party columns of each at the measured rates, if the disks are fast "
        "enough; the last column is the limit of this machine. The figures for more cores assume that the rate grows "
        "with the cores, because the work on different rows shares only the set."
    )
    columns = ["columns", "list", "M rows/s", "a day's records", "core hours", "cores for an hour"]
    columns += ["cores for ten minutes", "most in a day"]
    return Section("A day of an operator", text, columns, rows)


_PARTS: Final = (
    (
        "contains",
        "Which rows are on a list",
        (
            "All count the rows of a column in memory. Before, the results were compared row by row with the expected "
            f"ones. `{LOOSE}` reads account numbers and foreign numbers as mobiles; it is shown, but no requirement "
            "depends on it."
        ),
    ),
    ("normalize", "Reading written numbers", "Parse, validate, format; one thread each."),
    ("normalize abroad", "Numbers of the twenty most populous regions", "Each its own default; one thread each."),
    ("normalize by region", "A region for each row", "All these regions but India in one column; one thread."),
    ("read imeis", "Reading IMEIs", "One thread; beside numbers written in as many characters, or as Int64."),
    ("contains imeis", "Which handsets are on a list", "The rivals cut off fourteen characters and validate nothing."),
    ("one question", "A set built for one query", "An unsorted list, and five million rows."),
    ("answers", "Calls that return rows", "`explain`, `extract`, `format` and `keyed_hash` of columns; default calls."),
    ("expression", "Expressions of Polars", "`normalize` as a call on a column, and in a query."),
    ("build", "Building a set", "From unsorted UInt64 keys; memory is that of the set."),
    ("set algebra", "Set algebra", "The union of two sets of this length; all keys of one as an array."),
    ("memory of building", "Memory while a set is built", "The peak memory beyond the keys, with the set."),
    ("open", "Opening a saved set", "From the system's cache; `verified` reads all of it once for its checksum."),
    ("memory of contains", "Memory while rows are counted", "The peak memory beyond column and list."),
    ("scan", "Scanning Parquet", "Rows in which either party is on the list."),
    ("decode", "The limit of a scan", "Only reading the columns."),
    (
        "scan csv | decode csv",
        "Scanning CSV",
        "Default calls, every column of the hits; decoding is reading the two party columns as text, or unpacking.",
    ),
    ("scan json", "Scanning JSON Lines", "Six columns, all of them text; every column of the hits."),
    (
        "scan wide",
        "Files as users have them",
        "Twenty-five columns, all returned, by a default call; in the order of time, or sorted by number.",
    ),
    ("scan arrow", "Arrow in memory and in a file", "The same rows, by a default call."),
    ("scan of length", "Scans of any length", "The same file listed many times."),
    ("expand", "Linkage", "Two hops, clones capped; DuckDB computes the same tables in SQL."),
    (
        "expand of length",
        "Linkage of any length",
        "The last is a file listed ten times, more than may be kept in memory: the rest goes to a temporary file.",
    ),
    (
        "common | changes | decode sightings",
        "Several dumps, and changes of handsets",
        "Numbers in so many of twenty dumps; periods of numbers in handsets. DuckDB computes the same tables in SQL.",
    ),
    (
        "read cdr | read text | read cdr, processor | read text, processor",
        "Operator files",
        "pyarrow only reads the same bytes as text; default calls, by wall and by the processor time of all threads.",
    ),
    (
        "ingest | add complaints | add more | block list | delta | history",
        "The case registry",
        "`list` is the number of complaints before; the bare ingest only writes the same text.",
    ),
)
"""Works, title and text of each part."""
_CHARTS: Final[dict[str, Sequence[str]]] = {
    "contains": ("contains",),
    "scan": ("scan",),
    "scan of length": ("cost", "memory"),
}


def sections(lines: Sequence[Line]) -> list[Section]:
    """The whole page; sections for which the record has no lines are left out."""
    if not lines:
        return []
    first = [summary(lines), _lost(lines), _promises(lines), a_day(lines)]
    rest = [_everything(lines, *part) for part in _PARTS]
    return [first[0], first[1], *(section for section in (*first[2:], *rest) if section.rows)]


def without_avx512(lines: Sequence[Line]) -> list[Section]:
    """What is published of a record of a machine without AVX-512: each work at its lowest hit rate, and the losses."""
    whole, lost = summary(lines), _lost(lines)
    return [replace(whole, title="Without AVX-512"), replace(lost, title="Where we lose without AVX-512")]


def engines(lines: Sequence[Line]) -> Section:
    """The adapter for Spark against functions of the engines; from a record of its own."""
    rows = [[line.work, *_case(line), str(line.threads), line.candidate, *_timing(line)] for line in lines]
    text = (
        "Against functions of the engine, and against one machine with as many threads; in alternating rounds, with "
        "results compared first. The engine's own join has no caps, periods or reasons; the walk has one hop."
    )
    columns = ["work", "columns", "rows", "list", "cores", "who", "M rows/s", "median", "spread"]
    return Section("Measured", f"{text} {_setting(lines)}" if lines else text, columns, rows)


_ONE_MACHINE: Final = f"{OURS}, one machine"


def in_engines(lines: Sequence[Line]) -> Section:
    """What a verb costs in an engine: by the engine's own functions, one machine, and half the cores."""

    def setting(line: Line) -> tuple[object, ...]:
        return line.work, line.layout, line.rows, line.listed

    def ratio(line: Line, other: Line | None) -> str:
        return _times(None if other is None else line.rate / other.rate)

    rows = []
    for line in lines:
        if not line.candidate.startswith(f"{OURS} "):
            continue
        beside = [other for other in lines if setting(other) == setting(line)]
        same = [other for other in beside if (other.run, other.threads) == (line.run, line.threads)]
        machine = next((other for other in same if other.candidate == _ONE_MACHINE), None)
        own = next((other for other in same if not other.candidate.startswith(OURS)), None)
        fewer = (line.candidate, line.threads / 2)
        half = next((other for other in beside if (other.candidate, other.threads) == fewer), None)
        if own is not None or machine is not None:
            verb = line.candidate.removeprefix(f"{OURS} ")
            compared = [ratio(line, own), "" if machine is None else ratio(machine, line), ratio(line, half)]
            rows.append([f"{verb} in {line.work.split(' in ')[1]}", *_case(line), *compared])
    text = "Rates in one run, as ratios; those of half the cores are from a run of their own."
    columns = ["verb", "columns", "rows", "list", "as fast as the engine's own", "slower than one machine"]
    columns += ["faster than half the cores"]
    return Section("In engines", text, columns, rows)


def as_markdown(parts: Sequence[Section], *, level: int = 2, picture: Callable[[str], str] | None = None) -> str:
    """Sections as Markdown; `picture` returns the path of a chart, or "" where there is none."""
    out = []
    for part in parts:
        out += [f"{'#' * level} {part.title}", "", part.text, ""]
        for name in part.charts:
            if picture and (path := picture(name)):
                out += [f"![{part.title}]({path})", ""]
        if part.rows:
            for row in (part.columns, _alignment(part), *part.rows):
                out.append("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")
            out.append("")
    return "\n".join(out)


def _alignment(part: Section) -> list[str]:
    """The alignment row of a table: columns of numbers to the right."""
    cells = zip(*part.rows, strict=True)
    return ["--:" if all(cell[:1].isdigit() or not cell for cell in column) else "---" for column in cells]


_STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}"
    "td,th{padding:.2rem .7rem;border-bottom:1px solid #ddd;text-align:left}svg{max-width:100%;height:auto}"
)


def as_html(parts: Sequence[Section], lines: Sequence[Line]) -> str:
    """Sections as one HTML file that contains its charts."""
    out = [
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>numguard: speed</title>',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<style>{_STYLE}</style><body><h1>numguard: speed</h1>",
    ]

    def row(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell.strip('*'))}</{tag}>" for cell in cells) + "</tr>"

    for part in parts:
        out.append(f"<h2>{html.escape(part.title)}</h2><p>{html.escape(part.text)}</p>")
        out += [drawn for name in part.charts if (drawn := CHARTS[name](lines))]
        if part.rows:
            out += ["<table>", row(part.columns, "th"), *(row(cells, "td") for cells in part.rows), "</table>"]
    return "\n".join([*out, "</body></html>", ""])
