//! The oracle of [`crate::linkage`]: maps of all sightings, and one loop for each rule as it is written.

use std::collections::{BTreeMap, BTreeSet};

use super::places::{self, Seen};
use crate::imei;
use crate::linkage::{
    Answer, Apart, Brake, Edge, Handset, Linked, NO_TIME, Place, Policy, Seed, Sighting, Span,
    Stopped, Why,
};

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// The first and the last time; both are inside.
type Window = (i64, i64);

fn kept(sighting: &Sighting, policy: &Policy) -> bool {
    if sighting.at == NO_TIME {
        return ![
            policy.since.is_some(),
            policy.until.is_some(),
            policy.max_numbers_per_day.is_some(),
            policy.max_speed_kmh.is_some(),
            policy.max_gap_days.is_some(),
            policy.days_before.is_some(),
            policy.days_after.is_some(),
        ]
        .contains(&true);
    }
    sighting.at >= policy.since.unwrap_or(i64::MIN)
        && policy.until.is_none_or(|until| sighting.at < until)
}

fn window(seed: &Seed, policy: &Policy) -> Option<Window> {
    let long = |days: u64| i64::try_from(days).expect("a test of fewer days") * DAY;
    match (policy.days_before, policy.days_after) {
        (None, None) => None,
        (before, after) => Some((
            before.map_or(i64::MIN, |days| seed.reported_at - long(days)),
            after.map_or(i64::MAX, |days| seed.reported_at + long(days)),
        )),
    }
}

/// All kept sightings: times by number and handset, and places by handset.
struct Table {
    pairs: BTreeMap<(u64, u64), Vec<i64>>,
    places: BTreeMap<u64, Vec<Seen>>,
}

/// Why a handset is closed; or, if it is open, the cap that it exceeds.
enum State {
    Closed(Why),
    Open(Option<Why>),
}

impl Table {
    fn new(sightings: &[(Sighting, Place)], policy: &Policy) -> Self {
        let mut pairs: BTreeMap<(u64, u64), Vec<i64>> = BTreeMap::new();
        let mut places: BTreeMap<u64, Vec<Seen>> = BTreeMap::new();
        for (sighting, place) in sightings
            .iter()
            .filter(|(sighting, _)| kept(sighting, policy))
        {
            let of_handset = places.entry(sighting.imei14).or_default();
            let again = of_handset.iter_mut().find(|(at, msisdn, _)| {
                *at != NO_TIME && (*at, *msisdn) == (sighting.at, sighting.msisdn)
            });
            match again {
                Some((_, _, known)) => *known = places::joined(*known, *place),
                None => of_handset.push((sighting.at, sighting.msisdn, *place)),
            }
            let times = pairs.entry((sighting.msisdn, sighting.imei14)).or_default();
            if sighting.at == NO_TIME || !times.contains(&sighting.at) {
                times.push(sighting.at);
            }
        }
        Self { pairs, places }
    }

    fn numbers_of(&self, imei14: u64) -> BTreeSet<u64> {
        self.pairs
            .keys()
            .filter(|pair| pair.1 == imei14)
            .map(|pair| pair.0)
            .collect()
    }

    fn handsets_of(&self, msisdn: u64) -> BTreeSet<u64> {
        self.pairs
            .keys()
            .filter(|pair| pair.0 == msisdn)
            .map(|pair| pair.1)
            .collect()
    }

    fn span(&self, msisdn: u64, imei14: u64) -> Span {
        span(&self.pairs[&(msisdn, imei14)])
    }

    fn edges(&self, pairs: BTreeSet<(u64, u64)>) -> Vec<Edge> {
        pairs
            .into_iter()
            .map(|(msisdn, imei14)| Edge {
                msisdn,
                imei14,
                span: self.span(msisdn, imei14),
            })
            .collect()
    }

    fn span_inside(&self, msisdn: u64, imei14: u64, window: Option<Window>) -> Span {
        let inside = |at: &i64| window.is_none_or(|(from, to)| from <= *at && *at <= to);
        let times = self.pairs.get(&(msisdn, imei14));
        let times: Vec<i64> = times
            .into_iter()
            .flatten()
            .copied()
            .filter(inside)
            .collect();
        span(&times)
    }

    fn mean_numbers_a_day(&self, imei14: u64) -> (u64, f64) {
        let mut numbers_by_day: BTreeMap<i64, BTreeSet<u64>> = BTreeMap::new();
        for (&(msisdn, _), times) in self.pairs.iter().filter(|(pair, _)| pair.1 == imei14) {
            for &at in times {
                numbers_by_day
                    .entry((at + 5 * HOUR + HOUR / 2).div_euclid(DAY))
                    .or_default()
                    .insert(msisdn);
            }
        }
        let days = numbers_by_day.len() as u64;
        let sum: usize = numbers_by_day.values().map(BTreeSet::len).sum();
        (days, sum as f64 / days as f64)
    }

    fn apart(&self, imei14: u64, policy: &Policy) -> Apart {
        let (times, km) = places::apart(&self.places[&imei14], policy.max_speed_kmh);
        Apart { times, km }
    }

    fn handset_state(&self, imei14: u64, policy: &Policy) -> State {
        if imei::is_placeholder(imei14) || policy.placeholders.contains(imei14) {
            return State::Closed(Why::Placeholder);
        }
        let in_two_places = self.apart(imei14, policy).times;
        if policy.max_speed_kmh.is_some() && in_two_places >= 2 {
            return State::Closed(Why::InTwoPlaces);
        }
        if policy.release.contains(imei14) {
            return State::Open(None);
        }
        let numbers = self.numbers_of(imei14).len() as u64;
        let mut over = None;
        if let Some(cap) = policy.max_numbers_per_day {
            let (days, mean) = self.mean_numbers_a_day(imei14);
            if days >= policy.min_days && mean > cap {
                over = Some(Why::TooManyPerDay);
            }
        }
        if policy.max_numbers_per_imei.is_some_and(|cap| numbers > cap) {
            over = Some(Why::TooManyNumbers);
        }
        let sim_box = policy.max_numbers_in_one_place.is_some_and(|most| {
            numbers <= most && in_two_places == 0 && places::stays(&self.places[&imei14])
        });
        match over {
            Some(why) if !sim_box => State::Closed(why),
            over => State::Open(over),
        }
    }

    fn handset(&self, imei14: u64, hop: u32, policy: &Policy) -> Handset {
        let numbers = self.numbers_of(imei14);
        let times = |&msisdn: &u64| self.pairs[&(msisdn, imei14)].iter().copied();
        Handset {
            imei14,
            hop,
            numbers: numbers.len() as u64,
            span: span(&numbers.iter().flat_map(times).collect::<Vec<i64>>()),
            over: match self.handset_state(imei14, policy) {
                State::Open(over) => over,
                State::Closed(_) => None,
            },
        }
    }

    fn number_closed(&self, msisdn: u64, policy: &Policy) -> Option<Why> {
        if policy.protected.contains(msisdn) {
            return Some(Why::Protected);
        }
        let handsets = self.handsets_of(msisdn).len() as u64;
        policy
            .max_imeis_per_number
            .is_some_and(|cap| handsets > cap)
            .then_some(Why::TooManyHandsets)
    }
}

fn span(times: &[i64]) -> Span {
    let known = || times.iter().copied().filter(|&at| at != NO_TIME);
    Span {
        sightings: times.len() as u64,
        first: known().min().unwrap_or(NO_TIME),
        last: known().max().unwrap_or(NO_TIME),
    }
}

fn near_in_time(one: Span, other: Span, policy: &Policy) -> bool {
    let Some(days) = policy.max_gap_days else {
        return true;
    };
    let overlap = one.first <= other.last && other.first <= one.last;
    let gap = if one.last < other.first {
        other.first - one.last
    } else {
        one.first - other.last
    };
    overlap || gap <= i64::try_from(days).expect("a test of fewer days") * DAY
}

/// The answer that `linkage::Walk` must give.
#[must_use]
pub fn expand(seeds: &[Seed], sightings: &[Sighting], policy: &Policy) -> Answer {
    let nowhere: Vec<_> = sightings
        .iter()
        .map(|&sighting| (sighting, Place::default()))
        .collect();
    expand_placed(seeds, &nowhere, policy)
}

/// The answer that `linkage::Walk` must give for sightings with places.
#[must_use]
pub fn expand_placed(seeds: &[Seed], sightings: &[(Sighting, Place)], policy: &Policy) -> Answer {
    let mut walk = Walk {
        seeds,
        policy,
        table: Table::new(sightings, policy),
        levels: vec![seeds.iter().map(|seed| seed.msisdn).collect()],
        linked: BTreeMap::new(),
        handsets: BTreeMap::new(),
        stopped_handsets: BTreeMap::new(),
        stopped_numbers: BTreeMap::new(),
        evidence: BTreeSet::new(),
        stopped_evidence: BTreeSet::new(),
    };
    for seed in walk.levels[0].clone() {
        if policy.protected.contains(seed) {
            walk.stop_number(seed, Why::Protected);
        }
    }
    for hop in 1..=policy.max_hops {
        let mut level = BTreeSet::new();
        for edge in walk.edges(hop) {
            walk.through(edge, hop, &mut level);
        }
        walk.levels.push(level);
    }
    walk.answer()
}

/// An open number, a handset, and the window in which they were seen together.
type WindowedEdge = (u64, u64, Option<Window>);

/// What is known so far.
struct Walk<'a> {
    seeds: &'a [Seed],
    policy: &'a Policy,
    table: Table,
    /// The seeds, then the numbers that each hop linked.
    levels: Vec<BTreeSet<u64>>,
    linked: BTreeMap<u64, Linked>,
    /// The hop of each open handset.
    handsets: BTreeMap<u64, u32>,
    stopped_handsets: BTreeMap<u64, Stopped>,
    stopped_numbers: BTreeMap<u64, Stopped>,
    evidence: BTreeSet<(u64, u64)>,
    stopped_evidence: BTreeSet<(u64, u64)>,
}

impl Walk<'_> {
    fn stop_number(&mut self, key: u64, why: Why) {
        let stopped = Stopped {
            key,
            why,
            count: self.table.handsets_of(key).len() as u64,
            apart: None,
        };
        self.stopped_numbers.insert(key, stopped);
    }

    fn stop_handset(&mut self, key: u64, why: Why) {
        let apart = (why == Why::InTwoPlaces).then(|| self.table.apart(key, self.policy));
        let stopped = Stopped {
            key,
            why,
            count: self.table.numbers_of(key).len() as u64,
            apart,
        };
        self.stopped_handsets.insert(key, stopped);
    }

    /// The edges from the numbers of the last level; closed ones are stopped.
    fn edges(&mut self, hop: u32) -> Vec<WindowedEdge> {
        let mut edges = Vec::new();
        for msisdn in self.levels[self.levels.len() - 1].clone() {
            if let Some(why) = self.table.number_closed(msisdn, self.policy) {
                self.stop_number(msisdn, why);
                continue;
            }
            let mut windows: Vec<Option<Window>> = vec![None];
            if self.policy.is_relative() && hop == 1 {
                let own = self.seeds.iter().filter(|seed| seed.msisdn == msisdn);
                windows = own.map(|seed| window(seed, self.policy)).collect();
            }
            for imei14 in self.table.handsets_of(msisdn) {
                for &window in &windows {
                    let together = self.table.span_inside(msisdn, imei14, window);
                    if together.sightings >= self.policy.min_sightings {
                        edges.push((msisdn, imei14, window));
                    }
                }
            }
        }
        edges
    }

    /// Follows an edge to the numbers of its handset. Those that it links for the first time are in `level` after it.
    fn through(
        &mut self,
        (from, imei14, window): WindowedEdge,
        hop: u32,
        level: &mut BTreeSet<u64>,
    ) {
        if let State::Closed(why) = self.table.handset_state(imei14, self.policy) {
            self.stop_handset(imei14, why);
            self.stopped_evidence.insert((from, imei14));
            return;
        }
        self.handsets.entry(imei14).or_insert(hop);
        self.evidence.insert((from, imei14));
        let inside_from = self.table.span_inside(from, imei14, window);
        for msisdn in self.table.numbers_of(imei14) {
            let span = self.table.span(msisdn, imei14);
            let is_earlier = self.levels.iter().any(|level| level.contains(&msisdn));
            let inside = self.table.span_inside(msisdn, imei14, window);
            if is_earlier
                || inside.sightings < self.policy.min_sightings
                || !near_in_time(inside_from, inside, self.policy)
            {
                continue;
            }
            if self.policy.protected.contains(msisdn) {
                self.stop_number(msisdn, Why::Protected);
                self.stopped_evidence.insert((msisdn, imei14));
                continue;
            }
            level.insert(msisdn);
            self.evidence.insert((msisdn, imei14));
            let path = Linked {
                msisdn,
                hop,
                seed_msisdn: self.linked.get(&from).map_or(from, |path| path.seed_msisdn),
                via_imei: imei14,
                via_msisdn: from,
                span,
            };
            let best = self.linked.entry(msisdn).or_insert(path);
            if rank(&path) < rank(best) {
                *best = path;
            }
        }
    }

    fn answer(self) -> Answer {
        let Self { table, policy, .. } = self;
        let seeds = &self.levels[0];
        let is_seen = |msisdn: u64| !table.handsets_of(msisdn).is_empty();
        let seeds_seen = seeds.iter().filter(|&&seed| is_seen(seed)).count() as u64;
        let unseen = |seed: &u64| !is_seen(*seed) && !policy.protected.contains(*seed);
        let limit = (policy.max_linked_per_seed * seeds_seen).max(1000);
        let mut linked: Vec<Linked> = self.linked.into_values().collect();
        linked.sort_by_key(|path| (path.hop, path.msisdn));
        let handsets = self.handsets.into_iter();
        let mut handsets: Vec<Handset> = handsets
            .map(|(imei14, hop)| table.handset(imei14, hop, policy))
            .collect();
        handsets.sort_by_key(|handset| (handset.hop, handset.imei14));
        Answer {
            braked: (linked.len() as u64 > limit).then_some(Brake {
                linked: linked.len() as u64,
                limit,
            }),
            linked,
            handsets,
            stopped_numbers: self.stopped_numbers.into_values().collect(),
            stopped_handsets: self.stopped_handsets.into_values().collect(),
            evidence: table.edges(self.evidence),
            stopped_evidence: table.edges(self.stopped_evidence),
            unseen: seeds.iter().copied().filter(unseen).collect(),
            seeds_seen,
        }
    }
}

/// The best path to a number has the lowest rank.
fn rank(path: &Linked) -> impl Ord + use<> {
    let first = if path.span.first == NO_TIME {
        i64::MAX
    } else {
        path.span.first
    };
    let sightings = std::cmp::Reverse(path.span.sightings);
    (sightings, first, path.via_imei, path.via_msisdn)
}
