"""The parts of the page: each a few sentences, at most one chart, and the figures behind it.

Owns the order of rows, what only the table has, and the words. Independent of HTML. One idea: reported and linked
numbers are shown side by side and never added up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from numguard.compute import aggregated, by_key, tuples_of
from numguard.report.drawing import Bar, Strip, bars, strips
from numguard.report.figures import FOUND, STAGES, STOPS, Figures
from numguard.report.office import registries, taken_back, unsettled, waiting
from numguard.report.part import Part, Table
from numguard.report.writing import Namer, counted, day, grouped, lakh, rupees_in_words, share

_REPORTED, _LINKED, _PLAIN, _STOPPED = ("var(--reported)", "var(--linked)", "var(--plain)", "var(--stopped)")
_DISTRICTS, _SOURCES, _LINES, _STRIPS, _DAYS = 40, 15, 15, 4, 366
_NOWHERE: Final = "not stated"
#: What of the action-taken report is added up.
_COUNTED: Final = (*STAGES, "complaints", "amount_lost", "amount_recovered")


def parts(figures: Figures, namer: Namer) -> list[Part]:
    """The parts of the page in their order, without those that are empty."""
    made = [
        _in_short(figures),
        _funnel(figures),
        _districts(figures, namer),
        _by_day(figures, namer),
        _fan_out(figures),
        _handsets(figures, namer),
        _stopped(figures, namer),
        waiting(figures),
        unsettled(figures),
        _refused(figures),
        _sources(figures, namer),
        taken_back(figures, namer),
        registries(figures),
        _basis(figures, namer),
    ]
    return [part for part in made if part is not None]


def totals(figures: Figures) -> list[tuple[str, str, str]]:
    """The totals at the head of the page: (label, figure, remark)."""
    whole = _whole(figures)
    reported, linked = whole["reported"], whole["linked"]
    waiting = [("waiting for a decision", grouped(whole["review"]["named"]), "on no list")] if "review" in whole else []
    return [
        ("complaints", grouped(reported["complaints"]), ""),
        ("lost", rupees_in_words(reported["amount_lost"]), ""),
        ("recovered", rupees_in_words(reported["amount_recovered"]), ""),
        ("numbers reported", grouped(reported["named"]), f"{grouped(reported['uploaded'])} uploaded"),
        ("found by linkage", grouped(linked["named"]), f"{grouped(linked['uploaded'])} uploaded"),
        *waiting,
    ]


def _summed(figures: Figures, *keys: str) -> list[dict[str, Any]]:
    """The action-taken report added up over everything but `keys`."""
    rows = aggregated(figures.action, keys, _COUNTED, "sum").to_pylist()
    return [{name: value if value is not None or name in keys else 0 for name, value in row.items()} for row in rows]


def _whole(figures: Figures) -> dict[str, dict[str, Any]]:
    """The action-taken report added up for each of `FOUND`: for reported and linked numbers always."""
    found = {row["found"]: row for row in _summed(figures, "found")}
    return {word: found.get(word, _added([])) for word in FOUND if word in {"reported", "linked"} or word in found}


def _in_short(figures: Figures) -> Part:
    whole = _whole(figures)
    rows = [[stage, *(grouped(row[stage]) for row in whole.values())] for stage in STAGES]
    text = (
        "Numbers that complaints name and numbers that were found in the same handsets are counted apart, and never "
        "added up. Reported numbers go out to be blocked; numbers found by linkage go out to be verified again."
    )
    if "review" in whole:
        text += (
            " Numbers waiting for a decision are named, but not for certain, or an amendment dropped them: they are on "
            "no list and counted apart until an officer decides."
        )
    if figures.unlisted:
        kinds = ", ".join(f"{kind.replace('_', ' ')} {grouped(n)}" for kind, n in sorted(figures.unlisted.items()))
        text += (
            f" {counted(sum(figures.unlisted.values()), 'reported number')} of other kinds ({kinds}) would be listed "
            "with a decision alone, and counted here as named."
        )
    definitions = [
        ("named", "a complaint that stands names it, or linkage found it; or it went out before that was taken back"),
        ("listed", "on the block list, or sent out with one"),
        ("uploaded", "sent out in a list, to be blocked or verified"),
        ("pending", "sent out, and not answered yet"),
        ("blocked", "the operator has blocked it"),
        ("reverified", "its holder has been verified"),
        ("rejected", "the operator has refused to block it"),
        ("released", "withdrawn, protected, or given back to its holder"),
    ]
    table = Table("Numbers by what was done", ["numbers", *(FOUND[word].lower() for word in whole)], rows)
    return Part("in-short", "In short", [text], [table], definitions=definitions)


def _by_place(figures: Figures, place: str, namer: Namer, most: int) -> dict[str, list[dict[str, Any]]]:
    """For each of `FOUND`, the rows of each district or source: most listed first, the rest as one."""
    rows = _summed(figures, place, "found")
    size = dict.fromkeys((row[place] for row in rows), (0, 0))
    size |= {row[place]: (row["listed"], row["complaints"]) for row in rows if row["found"] == "reported"}
    order = sorted(size, key=lambda name: (name is None, *(-n for n in size[name]), name or ""))
    shown = order[:most] if len(order) > most + 1 else order
    rest = order[len(shown) :]
    names = {name: _NOWHERE if name is None else namer.text(name) for name in shown}
    grouped_rows = {}
    for found in FOUND:
        mine = {row[place]: row for row in rows if row["found"] == found}
        lines = [{"name": names[name], **mine[name]} for name in shown if name in mine]
        others = [mine[name] for name in rest if name in mine]
        if others:
            # By one name, although not all of them have numbers found so.
            lines.append({"name": f"{grouped(len(rest))} others", **_added(others)})
        grouped_rows[found] = lines
    return grouped_rows


def _added(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {name: sum((row[name] for row in rows), Decimal(0) if "amount" in name else 0) for name in _COUNTED}


def _place_tables(by_place: dict[str, list[dict[str, Any]]], place: str) -> list[Table]:
    made = []
    for found, rows in by_place.items():
        if not rows:
            continue
        money = found == "reported"
        columns = [place, *(["complaints", "lost", "recovered"] if money else []), *STAGES]
        lines = [_place_row(row, money=money) for row in [*rows, {"name": "All", **_added(rows)}]]
        caption = f"{FOUND[found]}, by {place}" + ("; money in lakh rupees" if money else "")
        made.append(Table(caption, columns, lines, total=True))
    return made


def _place_row(row: dict[str, Any], *, money: bool) -> list[str]:
    cells = [row["name"]]
    if money:
        cells += [grouped(row["complaints"]), lakh(row["amount_lost"]), lakh(row["amount_recovered"])]
    return cells + [grouped(row[stage]) for stage in STAGES]


def _districts(figures: Figures, namer: Namer) -> Part | None:
    by_place = _by_place(figures, "district", namer, _DISTRICTS)
    reported, linked = ({row["name"]: row["listed"] for row in by_place[found]} for found in ("reported", "linked"))
    names = list(dict.fromkeys([*reported, *linked]))
    if not names:
        return None
    rows = [
        Bar(
            name,
            [reported.get(name, 0), linked.get(name, 0)],
            [grouped(reported.get(name, 0)), grouped(linked.get(name, 0))],
            [_REPORTED, _LINKED],
        )
        for name in names
    ]
    titles = (FOUND["reported"], FOUND["linked"])
    first = names[0]
    return Part(
        "districts",
        "Districts",
        ["Listed numbers by the district of the first complaint. Each side has a scale of its own."],
        _place_tables(by_place, "district"),
        lambda width: bars(rows, width, 150 if width > 500 else 106, titles if width > 500 else ("Reported", "Linked")),
        f"Bars of listed numbers for {counted(len(names), 'district')}, reported and found by linkage side by side. "
        f"{first} has {grouped(reported.get(first, 0))} reported and {grouped(linked.get(first, 0))} found by linkage.",
    )


def _sources(figures: Figures, namer: Namer) -> Part | None:
    by_place = _by_place(figures, "source", namer, _SOURCES)
    if not any(by_place.values()):
        return None
    text = (
        "The source of a number is that of its first complaint; of a linked number, that of the one it was found from."
    )
    return Part("sources", "Sources", [text], _place_tables(by_place, "source"))


def _funnel(figures: Figures) -> Part:
    whole = _whole(figures)
    reported, linked = whole["reported"], whole["linked"]

    def line(label: str, row: dict[str, Any], stage: str, colour: str, of: str | None) -> Bar:
        of_all = share(row[stage], row[of]) if of and row[stage] else ""
        return Bar(label, [row[stage]], [grouped(row[stage]) + (f" ({of_all})" if of_all else "")], [colour])

    rows = [
        Bar("Reported", [], [], [], heading=True),
        line("complaints", reported, "complaints", _PLAIN, None),
        line("numbers named", reported, "named", _REPORTED, None),
        line("listed", reported, "listed", _REPORTED, "named"),
        line("uploaded", reported, "uploaded", _REPORTED, "named"),
        line("blocked", reported, "blocked", _REPORTED, "named"),
        Bar("Found by linkage", [], [], [], heading=True),
        line("numbers found", linked, "named", _LINKED, None),
        line("uploaded", linked, "uploaded", _LINKED, "named"),
        line("verified", linked, "reverified", _LINKED, "named"),
        line("blocked", linked, "blocked", _LINKED, "named"),
    ]
    described = (
        f"From {counted(reported['complaints'], 'complaint')} to {counted(reported['named'], 'number')} named, "
        f"{grouped(reported['listed'])} listed, {grouped(reported['uploaded'])} uploaded and "
        f"{grouped(reported['blocked'])} blocked; apart from them {grouped(linked['named'])} numbers found by linkage, "
        f"{grouped(linked['uploaded'])} uploaded, {grouped(linked['reverified'])} verified and "
        f"{grouped(linked['blocked'])} blocked."
    )
    text = "Shares are of the numbers named, or found. The figures are those of the table above."
    return Part(
        "funnel",
        "From complaint to block",
        [text],
        draw=lambda width: bars(rows, width, 150 if width > 500 else 110),
        described=described,
    )


def _by_day(figures: Figures, namer: Namer) -> Part | None:
    rows = aggregated(figures.by_day, ["day", "source"], ["complaints"], "sum").to_pylist()
    # A day after that of the report is a typing error.
    days_of = [row["day"] for row in rows if row["day"]]
    last = max((at for at in days_of if figures.at is not None and at <= figures.at.date()), default=None)
    if last is None:
        return None
    first = max(min(days_of), last - timedelta(days=_DAYS - 1))
    shown = [row for row in rows if row["day"] and first <= row["day"] <= last]
    whole: Counter[str | None] = Counter()
    for row in shown:
        whole[row["source"]] += row["complaints"]
    order = sorted(whole, key=lambda name: (-whole[name], name is None, name or ""))
    large = [name for name in order[:_STRIPS] if whole[name] * 20 >= whole.total()]
    own = large if len(order) > len(large) + 1 else order
    counts: Counter[tuple[date, Any]] = Counter()
    for row in shown:
        counts[row["day"], row["source"] if row["source"] in own else ...] += row["complaints"]
    groups: list[tuple[Any, str]] = [(name, _NOWHERE if name is None else namer.text(name)) for name in own]
    if len(own) < len(order):
        groups.append((..., f"{grouped(len(order) - len(own))} other sources"))
    days = [first + timedelta(days=k) for k in range((last - first).days + 1)]
    drawn = []
    for name, label in groups:
        values = [(at.isoformat(), float(counts[at, name])) for at in days]
        values.append(((last + timedelta(days=1)).isoformat(), values[-1][1]))
        in_all = sum(counts[at, name] for at in days)
        drawn.append(Strip(f"{label}: {counted(in_all, 'complaint')}", values, _REPORTED))
    lines = [[day(at), *(grouped(counts[at, name]) for name, _ in groups)] for at in days]
    outside = sum(row["complaints"] for row in rows) - whole.total()
    text = [f"Complaints by the day on which they were reported, {day(first)} to {day(last)}; all strips on one scale."]
    if outside:
        text.append(f"Not shown: {counted(outside, 'complaint')} without a day, or with one outside of this period.")
    described = "; ".join(strip.label for strip in drawn)
    table_of = Table("Complaints by day and source", ["day", *(label for _, label in groups)], lines, folded=True)
    return Part(
        "by-day", "Complaints by day", text, [table_of], lambda width: strips(drawn, width),
        f"Steps along the days from {day(first)} to {day(last)}, a strip for each source. {described}.",
    )  # fmt: skip


_FAN: Final = ((1, 1), (2, 2), (3, 5), (6, 10), (11, 20), (21, 50), (51, 100), (101, None))


def _fan_out(figures: Figures) -> Part | None:
    sizes: list[Any] = figures.handsets["numbers"].to_pylist()
    if not sizes:
        return None
    lines = []
    for low, high in _FAN:
        label = f"{low} to {high}" if high and high > low else f"over {low - 1}" if high is None else str(low)
        lines.append((label, sum(low <= size and (high is None or size <= high) for size in sizes)))
    while lines and not lines[-1][1]:
        lines.pop()
    rows = [Bar(label, [count], [grouped(count)], [_LINKED]) for label, count in lines]
    several = sum(size > 1 for size in sizes)
    text = (
        f"Linkage went through {counted(len(sizes), 'handset')} of reported numbers; {grouped(several)} of them "
        "carried more than one number. A linked number shared a handset with a reported one, or with one linked before."
    )
    table = Table(
        "Handsets by how many numbers they carried", ["numbers", "handsets"], [[a, grouped(b)] for a, b in lines]
    )
    return Part(
        "fan-out", "Numbers in a handset", [text], [table],
        lambda width: bars(rows, width, 150 if width > 500 else 106),
        f"Bars of how many handsets carried how many numbers, the fullest {grouped(max(sizes))}.",
    )  # fmt: skip


def _handsets(figures: Figures, namer: Namer) -> Part | None:
    most = [row for row in figures.handsets.slice(0, _LINES).to_pylist() if row["numbers"] > 1]
    if not most:
        return None
    names = [namer.handset(row["imei14"]) for row in most]
    rows = [
        Bar(name, [row["numbers"]], [grouped(row["numbers"])], [_LINKED]) for name, row in zip(names, most, strict=True)
    ]
    phones = _phones(figures, namer, [row["imei14"] for row in most])
    lines = [
        [
            name,
            *([phones.get(row["imei14"], "")] if figures.tac else []),
            grouped(row["numbers"]),
            grouped(row["hop"]),
            *("" if row[at] is None else day(row[at]) for at in ("first_seen", "last_seen")),
        ]
        for name, row in zip(names, most, strict=True)
    ]
    words = ["handset", *(["phone"] if figures.tac else [])]
    columns = [*words, "numbers", "step", "first seen", "last seen"]
    table = Table("Handsets with most numbers", columns, lines, words=len(words))
    text = "Of the handsets that linkage went through, those that carried most numbers."
    return Part(
        "handsets", "Handsets with most numbers", [text], [table], lambda width: bars(rows, width, 140),
        f"Bars of numbers carried by the {len(most)} fullest handsets, from {grouped(most[0]['numbers'])} down to "
        f"{grouped(most[-1]['numbers'])}.",
    )  # fmt: skip


def _phones(figures: Figures, namer: Namer, handsets: Sequence[int]) -> dict[int, str]:
    """Maker and model of handsets, where the table of TACs has them."""
    named = {} if figures.tac is None else figures.tac.named(handsets)
    return {imei14: namer.text(name) for imei14, name in named.items()}


def _stopped(figures: Figures, namer: Namer) -> Part | None:
    rows = figures.stopped.to_pylist()
    if not rows:
        return None
    whys: dict[str, list[int]] = by_key(tuples_of(figures.stopped, "why", "count"))
    order = sorted(whys.items(), key=lambda item: (-sum(item[1]), item[0]))
    lines = [[STOPS.get(why, why), grouped(len(counts)), grouped(sum(counts))] for why, counts in order]
    hubs = [row for row in rows if row["why"] != "protected"][:_LINES]
    drawn = [Bar(namer.either(hub), [hub["count"]], [grouped(hub["count"])], [_STOPPED]) for hub in hubs]
    phones = _phones(figures, namer, [hub["imei14"] for hub in hubs if hub["imei14"] is not None])
    names = [
        [
            bar.label,
            *([phones.get(hub["imei14"], "")] if figures.tac else []),
            STOPS.get(hub["why"], hub["why"]),
            bar.texts[0],
        ]
        for bar, hub in zip(drawn, hubs, strict=True)
    ]
    text = (
        "Linkage does not go through a handset or number that too many share: it does not identify its user, and no "
        "number was linked through it."
    )
    tables = [Table("Where linkage stopped, and why", ["why", "stops", "behind them"], lines)]
    if names:
        words = ["handset or number", *(["phone"] if figures.tac else []), "why"]
        tables.append(Table("The largest of them", [*words, "behind it"], names, words=len(words)))
    return Part(
        "stopped", "Where linkage stopped", [text], tables,
        (lambda width: bars(drawn, width, 140)) if drawn else None,
        f"Bars of how many stand behind each of the {len(drawn)} largest stops.",
    )  # fmt: skip


def _refused(figures: Figures) -> Part | None:
    by_note: Counter[str] = Counter()
    sentence: dict[str, str] = {}
    for row in figures.refused.to_pylist():
        by_note[row["note"]] += row["cells"]
        sentence[row["note"]] = row["sentence"]
    if not by_note:
        return None
    order = sorted(by_note, key=lambda note: (-by_note[note], note))
    rows = [Bar(note.replace("_", " "), [by_note[note]], [grouped(by_note[note])], [_PLAIN]) for note in order[:_LINES]]
    lines = [[note.replace("_", " "), sentence[note] or "", grouped(by_note[note])] for note in order]
    lines.append(["All", "", grouped(by_note.total())])
    table = Table("Refused cells by reason", ["reason", "what it means", "cells"], lines, words=2, total=True)
    text = f"{counted(by_note.total(), 'cell')} refused rather than guessed at; each is kept, with its file and row."
    return Part(
        "refused", "Refused, and why", [text], [table],
        lambda width: bars(rows, width, 176),
        f"Bars of refused cells by reason; most are {rows[0].label}, {rows[0].texts[0]}.",
    )  # fmt: skip


def _basis(figures: Figures, namer: Namer) -> Part:
    rows = [
        [
            row["verb"].replace("_", " "),
            namer.text(row["name"]),
            "" if row["records"] is None else grouped(row["records"]),
            "" if row["bytes"] is None else grouped(row["bytes"]),
            row["sha256"] or "",
        ]
        for row in figures.inputs.to_pylist()
    ]
    policy = ", ".join(f"{name} {_plain(value)}" for name, value in figures.policy.items() if value is not None)
    events = (
        f"Every figure is counted from the first {counted(figures.event, 'event')} of the case registry; the same "
        "events give the same report, byte for byte. Files that were taken back are not among those below."
    )
    text = [events, f"Listed by this policy: {policy}."]
    if figures.tac is not None:
        text.append(
            f"Makers and models are those of a table of {counted(len(figures.tac), 'TAC')} that was given for it."
        )
    columns = ["for", "file", "rows", "bytes", "SHA-256"]
    tables = [Table("Files", columns, rows, words=2)] if rows else []
    return Part("basis", "What this rests on", text, tables)


def _plain(value: Any) -> str:
    return " or ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
