"""A plain model of the case registry: every event kept in a list, every state worked out from it row by row.

Slow and obvious on purpose. It reads no file and no written number: complaints come with their numbers already known.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone

from registry_model_rows import State, Version

IST = timezone(timedelta(hours=5, minutes=30))
PLACEHOLDERS = {919999999999, 919898989898}
TOLL_FREE = {9118001234567}

Row = tuple[str, str, str | None, datetime | None, tuple[int, ...], int | None, tuple[int, ...], str | None]
"""Source, acknowledgement number, district, reported_at, suspect numbers, complainant, numbers in the narrative,
status: `stands`, `unclear` or none."""


@dataclass
class Model:
    moments: list[datetime] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    withdrawals: list[tuple[int, int]] = field(default_factory=list)
    decisions: list[tuple[int, int, str]] = field(default_factory=list)
    outcomes: list[tuple[int, int, str]] = field(default_factory=list)
    #: The moment of the answers of an event.
    happened: dict[int, datetime] = field(default_factory=dict)
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

    def add(self, rows: list[Row], *, again: bool = False) -> tuple[list[Version], dict[str, int]]:
        """What a file would bring: its new versions, and its rows counted; `again` if it was added before."""
        groups: dict[tuple[str, str, bool], list[Row]] = {}
        counts = {"added": 0, "updated": 0, "repeated": 0, "refused": 0}
        for row in rows:
            usable = bool({*row[4], *row[6]} - {row[5]})
            counts["refused"] += not usable
            groups.setdefault((_shown(row[0]).lower(), row[1].lower(), usable), []).append(row)
        new = []
        live = self.live(self.head)
        for (source, ack, usable), group in groups.items():
            version = self._version(group)
            statuses = {row[7] for is_usable in (True, False) for row in groups.get((source, ack, is_usable), [])}
            version.status = next((status for status in ("stands", "unclear") if status in statuses), None)
            key = f"{source}\x1f{ack}"
            known = [v for v in self.versions if v.complaint == key and not self._withdrawn(v.event, self.head)]
            if version.content in {v.content for v in known}:
                counts["repeated"] += len(group) * usable
                waits = self._last_status([v for v in live if v.complaint == key]) > 0
                if version.status is None or (version.status == "unclear") == waits or again:
                    continue
                version.complaint = key  # type: ignore[assignment]
                new.append(version)
                continue
            version.complaint = key  # type: ignore[assignment]
            new.append(version)
            if usable:
                met: set[tuple[object, ...]] = set()
                for k, row in enumerate(group):
                    shown = (_shown(row[0]), *row[1:4], frozenset({*row[4], *row[6]}), row[5], self._doubts(row))
                    if k and shown in met:
                        counts["repeated"] += 1
                    elif k or any(v.numbers for v in known):
                        counts["updated"] += 1
                    else:
                        counts["added"] += 1
                    met.add(shown)
        return new, counts

    @staticmethod
    def _doubts(row: Row) -> frozenset[object]:
        """What a row only mentions in its narrative, with which words; and all it names, if its status is unclear."""
        found: set[object] = {(n, row[6]) for n in {*row[6]} - {*row[4]} - {row[5]}}
        return frozenset(found | {(n, "status") for n in {*row[4]} - {row[5]} if row[7] == "unclear"})

    @classmethod
    def _version(cls, group: list[Row]) -> Version:
        def last(k: int) -> object:
            return next((row[k] for row in reversed(group) if row[k] is not None), None)

        certain = frozenset(n for row in group for n in row[4] if n != row[5] and row[7] != "unclear")
        numbers = frozenset(n for row in group for n in (*row[4], *row[6]) if n != row[5])
        own = tuple(sorted({n for row in group for n in (*row[4], *row[6]) if n == row[5]}))
        complaining = frozenset(row[5] for row in group if row[5] is not None)
        doubts = frozenset().union(*(cls._doubts(row) for row in group))
        source = _shown(str(last(0)))
        content = (source, last(1), last(2), last(3), last(5), complaining, tuple(sorted(numbers)), own, doubts)
        return Version(0, 0, content, source, last(2), last(3), numbers, certain, last(5), complaining)  # type: ignore[arg-type]

    # State ------------------------------------------------------------------------------------------------------

    def _withdrawn(self, event: int, cut: int) -> bool:
        return any(w <= cut and of == event for w, of in self.withdrawals)

    def live(self, cut: int) -> list[Version]:
        """The versions that were not taken back, with what they keep of earlier ones."""
        live = [v for v in self.versions if v.event <= cut and not self._withdrawn(v.event, cut)]
        return [self._kept(v, live) for v in live]

    @staticmethod
    def _kept(v: Version, live: list[Version]) -> Version:
        """A version, each empty field as in the last one before it that has one: of those that name a number first."""
        before = [w for w in live if w.complaint == v.complaint and w.event < v.event]
        before.sort(key=lambda w: (bool(w.numbers), w.event))
        filled: dict[str, object] = {}
        if v.status is None:
            filled["unclear_at"] = Model._last_status(before)
        for name in ("district", "reported_at", "complainant"):
            known = [getattr(w, name) for w in before if getattr(w, name) is not None]
            if getattr(v, name) is None and known:
                filled[name] = known[-1]
        return replace(v, **filled)  # type: ignore[arg-type]

    @staticmethod
    def _last_status(versions: list[Version]) -> int:
        """The event of the last status among some versions, with numbers or not; 0 if that is clear."""
        last = max((w for w in versions if w.status), key=lambda w: w.event, default=None)
        return last.event if last and last.status == "unclear" else 0

    def standing(self, cut: int) -> list[Version]:
        """The versions that stand: the last usable one of each complaint, and those that name no number."""
        live = self.live(cut)
        return [v for v in live if self._amended(v, live) is None]

    @staticmethod
    def _amended(v: Version, live: list[Version]) -> int | None:
        """The first event that amended a version."""
        later = [w.event for w in live if w.complaint == v.complaint and w.event > v.event and w.numbers]
        return min(later, default=None)

    def _settled(self, n: int, cut: int) -> tuple[int, str]:
        return self._last(self.decisions, n, cut, {"accepted", "dismissed"})

    def _named(self, n: int, cut: int) -> tuple[list[Version], list[Version]]:
        """The versions that name a number for certain, and those for which an officer has to decide whether they do."""
        live = self.live(cut)
        settled_at, settled = self._settled(n, cut)
        lost = self._lost(n, cut)
        certain, waiting = [], []
        for v in live:
            if n not in v.numbers:
                continue
            amended = self._amended(v, live)
            in_doubt = n not in v.certain or amended is not None
            since = max(v.event, amended or 0) if in_doubt else v.unclear_at
            if not in_doubt and not v.unclear_at and (dismissed := self._dismissed_since(v, n, cut)) >= 0:
                in_doubt, since = True, dismissed
            sure = not in_doubt and not v.unclear_at
            if sure and not self._not_protected_now(v, n, cut):
                certain.append(v)
            elif settled_at < max(lost, -1 if sure else since):
                if amended is None or not self._named_on(v, n, live):
                    waiting.append(v)
            elif settled == "accepted":
                certain.append(v)
        return certain, waiting

    def _dismissed_since(self, v: Version, n: int, cut: int, before: int | None = None) -> int:
        """The event since which a version repeats a naming that was dismissed as its complaint then had it, or -1.

        That is its own, or the withdrawal of what had amended it; `before`: only earlier ones are looked at.
        """
        found = -1
        for event in sorted({v.event, self._dropped(v, cut)[1]} - {-1}):
            at, word = self._settled(n, event - 1)
            if (before is None or event < before) and word == "dismissed":
                then = [w for w in self.versions if w.complaint == v.complaint and w.event < at and n in w.numbers]
                if then and not any(self._sure_at(w, n, at, cut, event) for w in then):
                    found = event
        return found

    def _dropped(self, v: Version, cut: int) -> tuple[int, int]:
        """The first event that amended a version and is withdrawn, and the last withdrawal of such; -1 if none."""
        later = [w.event for w in self.versions if w.complaint == v.complaint and w.event > v.event and w.numbers]
        found = [(of, w) for w, of in self.withdrawals if w <= cut and of in later]
        return (min(of for of, _ in found), max(w for _, w in found)) if found else (-1, -1)

    def _sure_at(self, w: Version, n: int, at: int, cut: int, before: int) -> bool:
        """Whether a version named a number for certain at an event, without any decision."""
        live = self.live(cut)
        w = self._kept(w, live)
        amended, lost, (dropped, restored) = self._amended(w, live), self._lost(n, self.head), self._dropped(w, cut)
        stood = (amended is None or amended > at) and not -1 < lost < at and not dropped < at < restored
        return stood and n in w.certain and not w.unclear_at and self._dismissed_since(w, n, cut, before) < 0

    @classmethod
    def _named_on(cls, v: Version, n: int, live: list[Version]) -> bool:
        """Whether the version that amended one in the end has its number too."""
        return any(w.complaint == v.complaint and n in w.numbers and cls._amended(w, live) is None for w in live)

    def _lost(self, n: int, cut: int) -> int:
        """The last event that took back a complaint of a number that nothing protects now."""
        if self._protected(n, cut) or self._last(self.decisions, n, cut, {"protected", "unprotected"})[0] >= 0:
            return -1
        back = [
            w for w, of in self.withdrawals if w <= cut for v in self.versions if v.event == of and n in v.complainants
        ]
        return max(back, default=-1)

    def _not_protected_now(self, v: Version, n: int, cut: int) -> bool:
        """Whether a naming counts only as decided since the number lost its protection."""
        lost, settled_at = self._lost(n, cut), self._settled(n, cut)[0]
        return lost >= 0 and not lost < settled_at < v.event

    def _turned_since(self, n: int, cut: int) -> int:
        """The event since which a complaint names it in one version and has it as the complainant's in another."""
        since = -1
        for complaint in {v.complaint for v in self.live(cut)}:
            versions = [v for v in self.live(cut) if v.complaint == complaint]
            named = [v.event for v in versions if n in v.numbers]
            complaining = [v.event for v in versions if n in v.complainants]
            if named and complaining:
                since = max(since, min(named), min(complaining))
        return since

    def turned(self, n: int, cut: int) -> bool:
        """Whether a suspect became a complainant, or the reverse, and no decision followed."""
        since = self._turned_since(n, cut)
        protection = self._last(self.decisions, n, cut, {"protected", "unprotected"})[0]
        return since >= 0 and max(self._settled(n, cut)[0], protection) < since

    def waiting(self, cut: int) -> set[int]:
        """The numbers that are shown for review."""
        return {
            n
            for n, s in self.states(cut).items()
            if (s.waits and s.status in {"review", "reverify"}) or (s.status == "protected" and self.turned(n, cut))
        }

    def open(self, n: int, cut: int) -> bool:
        """Whether something about a number is to be accepted or dismissed, or was."""
        live = self.live(cut)
        unsure = any(
            n in v.numbers
            and (
                n not in v.certain
                or self._amended(v, live)
                or v.unclear_at
                or self._not_protected_now(v, n, cut)
                or self._dismissed_since(v, n, cut) >= 0
            )
            for v in live
        )
        never_named = self._decision(n, cut)[1] == "confirmed" and not self._ever_named(n, cut)
        return unsure or never_named or self._turned_since(n, cut) >= 0

    def _ever_named(self, n: int, cut: int) -> bool:
        """Whether a complaint, a link or a list ever named it."""
        return (
            any(v.event <= cut and n in v.numbers for v in self.versions)
            or any(e <= cut and link["msisdn"] == n for e, link in self.links)
            or any(e <= cut and m == n for e, m, _ in self.exported)
        )

    def _confirmed(self, n: int, cut: int) -> tuple[bool, bool]:
        """Whether an officer confirmed it, and whether that waits because no record names it."""
        event, status = self._decision(n, cut)
        if status != "confirmed":
            return False, False
        settled_at, settled = self._settled(n, cut)
        if self._ever_named(n, cut):
            return True, False
        return (settled == "accepted", False) if settled_at > event else (False, True)

    def _last(self, rows: list[tuple[int, int, str]], number: int, cut: int, among: set[str]) -> tuple[int, str]:
        return max(
            ((e, k, s) for k, (e, n, s) in enumerate(rows) if n == number and e <= cut and s in among),
            default=(-1, -1, ""),
        )[::2]  # type: ignore[return-value]

    def states(self, cut: int) -> dict[int, State]:
        universe = {n for v in self.versions if v.event <= cut for n in v.numbers}
        universe |= {n for v in self.live(cut) for n in v.complainants}
        answers = [answer for answer in self.outcomes if not self._withdrawn(answer[0], cut)]
        universe |= {n for e, n, _ in [*self.decisions, *answers, *self.exported] if e <= cut}
        universe |= {k for e, link in self.links if e <= cut for k in (link["msisdn"], link["seed_msisdn"])}
        grounded = {n for n in universe if self._grounded(n, cut)}
        return {n: self._state(n, cut, grounded) for n in universe}

    def _was_released(self, decided_at: int, decided: str, answered_at: int, answered: str) -> bool:
        """Whether an answer of an earlier day than a decision would undo it."""
        if decided not in {"reverified", "reactivated"} or answered not in {"blocked", "rejected"}:
            return False
        days = [at.astimezone(IST).date() for at in (self.happened[answered_at], self.moments[decided_at - 1])]
        return days[0] < days[1]

    def _protected(self, n: int, cut: int) -> bool:
        event, status = self._last(self.decisions, n, cut, {"protected", "unprotected"})
        if event >= 0:
            return status == "protected"
        return n in PLACEHOLDERS | TOLL_FREE or any(n in v.complainants for v in self.live(cut))

    def _decision(self, n: int, cut: int) -> tuple[int, str]:
        return self._last(self.decisions, n, cut, {"confirmed", "withdrawn", "reverified", "reactivated"})

    def _answer(self, n: int, cut: int) -> tuple[int, str]:
        live = [o for o in self.outcomes if not self._withdrawn(o[0], cut)]
        return self._last(live, n, cut, {"blocked", "rejected", "reverified", "reactivated"})

    def _answers(self, n: int, cut: int) -> bool:
        """Whether the operator's answer holds, and not the decision."""
        (decided_at, decided), (answered_at, answered) = self._decision(n, cut), self._answer(n, cut)
        # A block whose release was sent since is none of what is requested now.
        lifted = answered == "blocked" and answered_at < self._last(self.exported, n, cut, {"release"})[0]
        since = answered_at > decided_at and not lifted
        return since and not self._was_released(decided_at, decided, answered_at, answered)

    def _leads_on(self, n: int, cut: int) -> bool:
        """Whether others may be linked from it, or through it."""
        word = (self._answer(n, cut) if self._answers(n, cut) else self._decision(n, cut))[1]
        off = word in {"rejected", "reverified", "reactivated"}
        return not (off or self._decision(n, cut)[1] == "withdrawn" or self._protected(n, cut))

    def _grounded(self, n: int, cut: int) -> bool:
        return (bool(self._named(n, cut)[0]) or self._confirmed(n, cut)[0]) and self._leads_on(n, cut)

    def _has_ground(self, event: int, link: dict[str, int], cut: int) -> bool:
        """Whether a number of the chain is a ground, and every one before it leads on."""
        via = link["via_msisdn"]
        if self._grounded(via, cut):
            return True
        if via == link["seed_msisdn"] or not self._leads_on(via, cut):
            return False
        before = next(other for e, other in self.links if e == event and other["msisdn"] == via)
        return self._has_ground(event, before, cut)

    def _state(self, n: int, cut: int, grounded: set[int]) -> State:
        named, waiting = self._named(n, cut)
        best = self._best(n, cut, grounded)
        decided_at, decided = self._decision(n, cut)
        confirmed, never_named = self._confirmed(n, cut)
        answered_at, answered = self._answer(n, cut)
        sent_at, sent = self._last(self.exported, n, cut, {"block", "release"})
        closed_at = max(answered_at, decided_at if decided in {"reverified", "reactivated"} else -1)
        grounds = named or best or decided in {"reverified", "reactivated"} or confirmed
        waits = bool(waiting) or never_named
        if self._protected(n, cut):
            status = "protected"
        elif decided == "withdrawn" or not (grounds or waits):
            status = "withdrawn"
        elif not grounds:
            status = "review"
        elif self._answers(n, cut):
            status = answered
        elif decided in {"reverified", "reactivated"}:
            status = decided
        elif sent == "block" and sent_at > closed_at and (named or confirmed):
            status = "requested"
        elif confirmed:
            status = "confirmed"
        elif named:
            status = "reported"
        else:
            status = "reverify"
        dates = [v.reported_at for v in named if v.reported_at is not None]
        dated = self._last_named(n, cut, grounded, set()) or (self.moments[decided_at - 1] if decided else None)
        return State(
            status=status,
            hop=0 if named else best["hop"] if best else None,
            district=self._district(n, cut, grounded, set()),
            complaints=len({v.complainant if v.complainant is not None else v.complaint for v in named}),
            sources=len({v.source.lower() for v in named}),
            first=min(dates, default=None),
            last=max(dates, default=None),
            via_imei=best["via_imei"] if best and not named else None,
            review_by=dated.astimezone(IST).date() + timedelta(days=90) if dated else None,
            kind_listed=n not in TOLL_FREE,
            decided=confirmed,
            waits=waits,
        )

    def _best(self, n: int, cut: int, grounded: set[int] | None) -> dict[str, int] | None:
        """The link of a number, among those that stand or, of no seed in particular, among all."""
        links = [
            (e, link)
            for e, link in self.links
            if e <= cut
            and link["msisdn"] == n
            and (grounded is None or (self._has_ground(e, link, cut) and not self._withdrawn(e, cut)))
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

    def _district(self, n: int, cut: int, grounded: set[int], met: set[int]) -> str | None:
        """The first complaint's; of a number that is only linked, its seed's; of one that fell, where it was."""
        if n in met:
            return None
        named, waiting = self._named(n, cut)
        if named:
            return self._complaints_district(named)
        link = self._best(n, cut, grounded)
        live = self.live(cut)
        once = waiting or [self._kept(v, live) for v in self.versions if v.event <= cut and n in v.numbers]
        if link is None and once and (district := self._complaints_district(once)):
            return district
        link = link or self._best(n, cut, None)
        return self._district(link["seed_msisdn"], cut, grounded, met | {n}) if link else None

    def _last_named(self, n: int, cut: int, grounded: set[int], met: set[int]) -> datetime | None:
        """The moment of the last evidence for a number: the date or arrival of a complaint, its own or its seed's."""
        if n in met:
            return None
        named = [v.reported_at or self.moments[v.event - 1] for v in self._named(n, cut)[0]]
        if named:
            return max(named)
        link = self._best(n, cut, grounded)
        return self._last_named(link["seed_msisdn"], cut, grounded, met | {n}) if link else None

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

    def lapsed(self, n: int, then: int, cut: int, district: str | None) -> bool:
        """Whether a block was requested for a complaint or decision that stood then, and only a link stands now."""
        before, after = (self.states(at).get(n) for at in (then, cut))
        if before is None or after is None or self._may_stand(after):
            return False
        if after.status not in {"reverify", "blocked", "rejected", "reverified"}:
            return False
        requested = self._last(self.exported, n, then, {"block", "release"})[1] == "block"
        requested &= self._may_stand(before) and (district is None or before.district == district)
        return requested or self.listed(then, district).get(n, ("",))[0] == "block"

    @staticmethod
    def _may_stand(state: State) -> bool:
        return state.hop == 0 or state.decided or state.waits

    def story(self, n: int) -> set[tuple[int, str]]:
        """What happened to a number, and in which event."""
        entries = {
            (e, what)
            for rows, what in ((self.decisions, "decided"), (self.outcomes, "outcome"), (self.exported, "exported"))
            for e, m, _ in rows
            if m == n
        }
        entries |= {(e, "linked") for e, link in self.links if link["msisdn"] == n}
        taken_back = {e for e, what in entries if what in {"outcome", "linked"}} | {e for e, m in self.seen if m == n}
        for what, of in (("named", "numbers"), ("complainant", "complainants")):
            theirs = [v for v in self.versions if n in getattr(v, of)]
            entries |= {(v.event, what) for v in theirs}
            for v in self.versions:
                before = [w for w in self.standing(v.event - 1) if w.complaint == v.complaint]
                if v.numbers and n not in getattr(v, of) and any(n in getattr(w, of) for w in before):
                    entries.add((v.event, f"{what} no more"))
            taken_back |= {
                v.event
                for w in theirs
                for v in self.versions
                if v.event == w.event
                or (
                    v.complaint == w.complaint
                    and v.numbers
                    and v.event > w.event
                    and not self._withdrawn(w.event, v.event - 1)
                )
            }
        return entries | {(w, "taken back") for w, of in self.withdrawals if of in taken_back}

    def cut_at(self, day: date) -> int:
        return sum(at.astimezone(IST).date() <= day for at in self.moments)


def _shown(source: str) -> str:
    """A source as it is kept: letters of one width, without invisible characters."""
    return unicodedata.normalize("NFKC", source).replace("\u200b", "")
