"""A plain model of the case registry: every event kept in a list, every state worked out from it row by row.

Slow and obvious on purpose. It reads no file and no written number: complaints come with their numbers already known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

IST = timezone(timedelta(hours=5, minutes=30))
PLACEHOLDERS = {919999999999, 919898989898}
TOLL_FREE = {9118001234567}

Row = tuple[str, str, str | None, datetime | None, tuple[int, ...], int | None]
"""Source, acknowledgement number, district, reported_at, suspect numbers, complainant."""


@dataclass
class Version:
    event: int
    complaint: int
    content: tuple[object, ...]
    source: str
    district: str | None
    reported_at: datetime | None
    numbers: frozenset[int]
    complainant: int | None
    complainants: frozenset[int]


@dataclass
class State:
    status: str
    hop: int | None
    district: str | None
    complaints: int
    sources: int
    first: datetime | None
    last: datetime | None
    via_imei: int | None
    review_by: date | None
    kind_listed: bool
    decided: bool


@dataclass
class Model:
    moments: list[datetime] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    withdrawals: list[tuple[int, int]] = field(default_factory=list)
    decisions: list[tuple[int, int, str]] = field(default_factory=list)
    outcomes: list[tuple[int, int, str]] = field(default_factory=list)
    links: list[tuple[int, dict[str, int]]] = field(default_factory=list)
    exported: list[tuple[int, int, str]] = field(default_factory=list)
    seen: list[tuple[int, int]] = field(default_factory=list)
    intakes: list[int] = field(default_factory=list)

    @property
    def head(self) -> int:
        return len(self.moments)

    def event(self, at: datetime) -> int:
        self.moments.append(at)
        return self.head

    # Events -----------------------------------------------------------------------------------------------------

    def add(self, rows: list[Row]) -> tuple[list[Version], dict[str, int]]:
        """What a file would bring: its new versions, and its rows counted."""
        groups: dict[tuple[str, str, bool], list[Row]] = {}
        counts = {"added": 0, "updated": 0, "repeated": 0, "refused": 0}
        for row in rows:
            usable = bool(set(row[4]) - {row[5]})
            counts["refused"] += not usable
            groups.setdefault((row[0].lower(), row[1].lower(), usable), []).append(row)
        new = []
        for (source, ack, usable), group in groups.items():
            version = self._version(group)
            key = f"{source}\x1f{ack}"
            known = [v for v in self.versions if v.complaint == key and not self._withdrawn(v.event, self.head)]
            if version.content in {v.content for v in known}:
                counts["repeated"] += len(group) * usable
                continue
            version.complaint = key  # type: ignore[assignment]
            new.append(version)
            if usable:
                met: set[Row] = set()
                for k, row in enumerate(group):
                    said = (row[0], row[1], *row[2:4], tuple(sorted(set(row[4]))), row[5])
                    if k and said in met:
                        counts["repeated"] += 1
                    elif k or any(v.numbers for v in known):
                        counts["updated"] += 1
                    else:
                        counts["added"] += 1
                    met.add(said)  # type: ignore[arg-type]
        return new, counts

    @staticmethod
    def _version(group: list[Row]) -> Version:
        def last(k: int) -> object:
            return next((row[k] for row in reversed(group) if row[k] is not None), None)

        numbers = frozenset(n for row in group for n in row[4] if n != row[5])
        own = tuple(sorted({n for row in group for n in row[4] if n == row[5]}))
        complaining = frozenset(row[5] for row in group if row[5] is not None)
        content = (last(0), last(1), last(2), last(3), last(5), complaining, tuple(sorted(numbers)), own)
        return Version(0, 0, content, str(last(0)), last(2), last(3), numbers, last(5), complaining)  # type: ignore[arg-type]

    # State ------------------------------------------------------------------------------------------------------

    def _withdrawn(self, event: int, cut: int) -> bool:
        return any(w <= cut and of == event for w, of in self.withdrawals)

    def standing(self, cut: int) -> list[Version]:
        """The versions that stand: the last usable one of each complaint, and those that name nobody."""
        live = [v for v in self.versions if v.event <= cut and not self._withdrawn(v.event, cut)]
        return [
            v for v in live if not any(w.complaint == v.complaint and w.event > v.event and w.numbers for w in live)
        ]

    def _last(self, rows: list[tuple[int, int, str]], number: int, cut: int, among: set[str]) -> tuple[int, str]:
        return max(
            ((e, k, s) for k, (e, n, s) in enumerate(rows) if n == number and e <= cut and s in among),
            default=(-1, -1, ""),
        )[::2]  # type: ignore[return-value]

    def states(self, cut: int) -> dict[int, State]:
        standing = self.standing(cut)
        universe = {n for v in self.versions if v.event <= cut for n in v.numbers}
        universe |= {n for v in standing for n in v.complainants}
        answers = [told for told in self.outcomes if not self._withdrawn(told[0], cut)]
        universe |= {n for e, n, _ in [*self.decisions, *answers, *self.exported] if e <= cut}
        universe |= {k for e, link in self.links if e <= cut for k in (link["msisdn"], link["seed_msisdn"])}
        grounded = {n for n in universe if self._grounded(n, cut, standing)}
        return {n: self._state(n, cut, standing, grounded) for n in universe}

    def _protected(self, n: int, cut: int, standing: list[Version]) -> bool:
        event, said = self._last(self.decisions, n, cut, {"protected", "unprotected"})
        if event >= 0:
            return said == "protected"
        return n in PLACEHOLDERS | TOLL_FREE or any(n in v.complainants for v in standing)

    def _decision(self, n: int, cut: int) -> tuple[int, str]:
        return self._last(self.decisions, n, cut, {"confirmed", "withdrawn", "reverified", "reactivated"})

    def _grounded(self, n: int, cut: int, standing: list[Version]) -> bool:
        said = self._decision(n, cut)[1]
        named = any(n in v.numbers for v in standing)
        return (named or said == "confirmed") and said != "withdrawn" and not self._protected(n, cut, standing)

    def _state(self, n: int, cut: int, standing: list[Version], grounded: set[int]) -> State:
        named = [v for v in standing if n in v.numbers]
        best = self._best(n, cut, grounded)
        decided_at, decided = self._decision(n, cut)
        live = [o for o in self.outcomes if not self._withdrawn(o[0], cut)]
        answered_at, answered = self._last(live, n, cut, {"blocked", "rejected", "reverified", "reactivated"})
        sent_at, sent = self._last(self.exported, n, cut, {"block", "release"})
        closed_at = max(answered_at, decided_at if decided in {"reverified", "reactivated"} else -1)
        if self._protected(n, cut, standing):
            status = "protected"
        elif decided == "withdrawn" or not (named or best or decided):
            status = "withdrawn"
        elif answered_at > decided_at:
            status = answered
        elif decided in {"reverified", "reactivated"}:
            status = decided
        elif sent == "block" and sent_at > closed_at and (named or decided == "confirmed"):
            status = "requested"
        elif decided == "confirmed":
            status = "confirmed"
        elif named:
            status = "reported"
        else:
            status = "reverify"
        dates = [v.reported_at for v in named if v.reported_at is not None]
        told = self._told(n, cut, standing, grounded, set()) or (self.moments[decided_at - 1] if decided else None)
        return State(
            status=status,
            hop=0 if named else best["hop"] if best else None,
            district=self._district(n, cut, standing, grounded, set()),
            complaints=len({v.complainant if v.complainant is not None else v.complaint for v in named}),
            sources=len({v.source.lower() for v in named}),
            first=min(dates, default=None),
            last=max(dates, default=None),
            via_imei=best["via_imei"] if best and not named else None,
            review_by=told.astimezone(IST).date() + timedelta(days=90) if told else None,
            kind_listed=n not in TOLL_FREE,
            decided=decided == "confirmed",
        )

    def _best(self, n: int, cut: int, grounded: set[int] | None) -> dict[str, int] | None:
        """The link of a number, among those that stand or, of no seed in particular, among all."""
        links = [
            (e, link)
            for e, link in self.links
            if e <= cut
            and link["msisdn"] == n
            and (grounded is None or (link["seed_msisdn"] in grounded and not self._withdrawn(e, cut)))
        ]
        return min(
            links,
            key=lambda x: (x[1]["hop"], -x[1]["sightings"], x[0], x[1]["via_imei"], x[1]["via_msisdn"]),
            default=(0, None),
        )[1]

    def _complaints_district(self, named: list[Version]) -> str | None:
        order = {complaint: k for k, complaint in enumerate(dict.fromkeys(v.complaint for v in self.versions))}
        late = datetime.max.replace(tzinfo=IST)
        return min(
            named, key=lambda v: (v.reported_at is None, v.reported_at or late, order[v.complaint], v.event)
        ).district

    def _district(self, n: int, cut: int, standing: list[Version], grounded: set[int], met: set[int]) -> str | None:
        """The first complaint's; of a number that is only linked, its seed's; of one that fell, where it was."""
        if n in met:
            return None
        named = [v for v in standing if n in v.numbers]
        if named:
            return self._complaints_district(named)
        link = self._best(n, cut, grounded)
        once = [v for v in self.versions if v.event <= cut and n in v.numbers]
        if link is None and once and (district := self._complaints_district(once)):
            return district
        link = link or self._best(n, cut, None)
        return self._district(link["seed_msisdn"], cut, standing, grounded, met | {n}) if link else None

    def _told(self, n: int, cut: int, standing: list[Version], grounded: set[int], met: set[int]) -> datetime | None:
        """When it was last said why a number stands: the day or arrival of a complaint, or that of its seed's."""
        if n in met:
            return None
        named = [v.reported_at or self.moments[v.event - 1] for v in standing if n in v.numbers]
        if named:
            return max(named)
        link = self._best(n, cut, grounded)
        return self._told(link["seed_msisdn"], cut, standing, grounded, met | {n}) if link else None

    def listed(self, cut: int, district: str | None = None) -> dict[int, tuple[str, State]]:
        """The list: each number's action and state."""
        out = {}
        for n, state in self.states(cut).items():
            if not (state.kind_listed or state.decided) or (district and state.district != district):
                continue
            if state.status in {"reported", "requested", "confirmed"}:
                out[n] = ("block", state)
            elif state.status == "reverify":
                out[n] = ("reverify", state)
        return out

    def story(self, n: int) -> set[tuple[int, str]]:
        """What happened to a number, and in which event."""
        told = {
            (e, what)
            for rows, what in ((self.decisions, "decided"), (self.outcomes, "outcome"), (self.exported, "exported"))
            for e, m, _ in rows
            if m == n
        }
        told |= {(e, "linked") for e, link in self.links if link["msisdn"] == n}
        taken_back = {e for e, what in told if what in {"outcome", "linked"}} | {e for e, m in self.seen if m == n}
        for what, of in (("named", "numbers"), ("complainant", "complainants")):
            theirs = [v for v in self.versions if n in getattr(v, of)]
            told |= {(v.event, what) for v in theirs}
            for v in self.versions:
                before = [w for w in self.standing(v.event - 1) if w.complaint == v.complaint]
                if v.numbers and n not in getattr(v, of) and any(n in getattr(w, of) for w in before):
                    told.add((v.event, f"{what} no more"))
            taken_back |= {
                v.event
                for w in theirs
                for v in self.versions
                if v is w or (v.complaint == w.complaint and v.numbers and v.event > w.event)
            }
        return told | {(w, "taken back") for w, of in self.withdrawals if of in taken_back}

    def cut_at(self, day: date) -> int:
        return sum(at.astimezone(IST).date() <= day for at in self.moments)
