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
            let seen = (sighting.at, sighting.msisdn, *place);
            let of_handset = places.entry(sighting.imei14).or_default();
            if sighting.at == NO_TIME || !of_handset.contains(&seen) {
                of_handset.push(seen);
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

    fn sightings_inside(&self, msisdn: u64, imei14: u64, window: Option<Window>) -> u64 {
        let inside = |at: &&i64| window.is_none_or(|(from, to)| from <= **at && **at <= to);
        self.pairs
            .get(&(msisdn, imei14))
            .map_or(0, |times| times.iter().filter(inside).count() as u64)
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
#[allow(clippy::too_many_lines)] // the rules in their order, as they are written
pub fn expand_placed(seeds: &[Seed], sightings: &[(Sighting, Place)], policy: &Policy) -> Answer {
    let table = Table::new(sightings, policy);
    let seen = |msisdn: u64| !table.handsets_of(msisdn).is_empty();
    let level_0: BTreeSet<u64> = seeds.iter().map(|seed| seed.msisdn).collect();
    let mut levels = vec![level_0.clone()];
    let mut linked: BTreeMap<u64, Linked> = BTreeMap::new();
    let mut handsets: BTreeMap<u64, u32> = BTreeMap::new();
    let mut stopped_handsets: BTreeMap<u64, Stopped> = BTreeMap::new();
    let mut stopped_numbers: BTreeMap<u64, Stopped> = BTreeMap::new();
    let mut evidence: BTreeSet<(u64, u64)> = BTreeSet::new();
    let mut stopped_evidence: BTreeSet<(u64, u64)> = BTreeSet::new();
    let mut stop_number = |key: u64, why: Why| {
        let count = table.handsets_of(key).len() as u64;
        stopped_numbers.insert(
            key,
            Stopped {
                key,
                why,
                count,
                apart: None,
            },
        );
    };

    for &seed in level_0
        .iter()
        .filter(|&&seed| policy.protected.contains(seed))
    {
        stop_number(seed, Why::Protected);
    }
    for hop in 1..=policy.max_hops {
        let before = levels.last().expect("level 0 is there").clone();
        // Edges from open numbers, each with the window it was found in.
        let mut edges: Vec<(u64, u64, Option<Window>)> = Vec::new();
        for &msisdn in &before {
            if let Some(why) = table.number_closed(msisdn, policy) {
                stop_number(msisdn, why);
                continue;
            }
            let mut windows: Vec<Option<Window>> = vec![None];
            if policy.is_relative() && hop == 1 {
                windows = seeds
                    .iter()
                    .filter(|seed| seed.msisdn == msisdn)
                    .map(|seed| window(seed, policy))
                    .collect();
            }
            for imei14 in table.handsets_of(msisdn) {
                for &window in &windows {
                    if table.sightings_inside(msisdn, imei14, window) >= policy.min_sightings {
                        edges.push((msisdn, imei14, window));
                    }
                }
            }
        }
        let mut level = BTreeSet::new();
        for &(via_msisdn, via_imei, window) in &edges {
            let state = table.handset_state(via_imei, policy);
            if let State::Closed(why) = state {
                let count = table.numbers_of(via_imei).len() as u64;
                let apart = (why == Why::InTwoPlaces).then(|| table.apart(via_imei, policy));
                stopped_handsets.insert(
                    via_imei,
                    Stopped {
                        key: via_imei,
                        why,
                        count,
                        apart,
                    },
                );
                stopped_evidence.insert((via_msisdn, via_imei));
                continue;
            }
            handsets.entry(via_imei).or_insert(hop);
            evidence.insert((via_msisdn, via_imei));
            let from = table.span(via_msisdn, via_imei);
            for msisdn in table.numbers_of(via_imei) {
                let to = table.span(msisdn, via_imei);
                let earlier = levels.iter().any(|level| level.contains(&msisdn));
                let edge = table.sightings_inside(msisdn, via_imei, window) >= policy.min_sightings;
                if earlier || !edge || !near_in_time(from, to, policy) {
                    continue;
                }
                if policy.protected.contains(msisdn) {
                    stop_number(msisdn, Why::Protected);
                    stopped_evidence.insert((msisdn, via_imei));
                    continue;
                }
                level.insert(msisdn);
                evidence.insert((msisdn, via_imei));
                let seed_msisdn = linked
                    .get(&via_msisdn)
                    .map_or(via_msisdn, |path| path.seed_msisdn);
                let path = Linked {
                    msisdn,
                    hop,
                    seed_msisdn,
                    via_imei,
                    via_msisdn,
                    span: to,
                };
                let rank = |path: &Linked| {
                    let first = if path.span.first == NO_TIME {
                        i64::MAX
                    } else {
                        path.span.first
                    };
                    (
                        std::cmp::Reverse(path.span.sightings),
                        first,
                        path.via_imei,
                        path.via_msisdn,
                    )
                };
                let best = linked.entry(msisdn).or_insert(path);
                if rank(&path) < rank(best) {
                    *best = path;
                }
            }
        }
        levels.push(level);
    }

    let seeds_seen = level_0.iter().filter(|&&seed| seen(seed)).count() as u64;
    let limit = (policy.max_linked_per_seed * seeds_seen).max(1000);
    let mut linked: Vec<Linked> = linked.into_values().collect();
    linked.sort_by_key(|path| (path.hop, path.msisdn));
    let mut handsets: Vec<Handset> = handsets
        .into_iter()
        .map(|(imei14, hop)| {
            let numbers = table.numbers_of(imei14);
            let times: Vec<i64> = numbers
                .iter()
                .flat_map(|&msisdn| table.pairs[&(msisdn, imei14)].iter().copied())
                .collect();
            Handset {
                imei14,
                hop,
                numbers: numbers.len() as u64,
                span: span(&times),
                over: match table.handset_state(imei14, policy) {
                    State::Open(over) => over,
                    State::Closed(_) => None,
                },
            }
        })
        .collect();
    handsets.sort_by_key(|handset| (handset.hop, handset.imei14));
    Answer {
        braked: (linked.len() as u64 > limit).then_some(Brake {
            linked: linked.len() as u64,
            limit,
        }),
        linked,
        handsets,
        stopped_numbers: stopped_numbers.into_values().collect(),
        stopped_handsets: stopped_handsets.into_values().collect(),
        evidence: table.edges(evidence),
        stopped_evidence: table.edges(stopped_evidence),
        unseen: level_0
            .iter()
            .copied()
            .filter(|&seed| !seen(seed) && !policy.protected.contains(seed))
            .collect(),
        seeds_seen,
    }
}
