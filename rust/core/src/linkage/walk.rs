//! The walk: a state machine that requests the sightings of some keys, pass by pass.
//!
//! A level takes two passes. The first requests the numbers of the level before: which of them are open, and in which
//! handsets they were. The second requests those handsets: which of them are open, and which other numbers were in them.
//! A handset is requested once; its result is kept for later levels.

use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::answer::{Answer, Brake, Edge, Handset, Linked, Stopped, Why};
use super::closing::State;
use super::policy::Policy;
use super::sighting::{Seed, Side, Span};
use super::tally::{Group, Size, Tally};
use super::time::{NO_TIME, Window};

/// The keys whose sightings the walk needs next.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The column of the keys.
    pub side: Side,
    /// The keys, ascending, without repeats. The handset 0 is an IMEI of zeros.
    pub keys: &'a [u64],
    /// The level that the pass belongs to.
    pub hop: u32,
}

/// A bounded walk from seeds over sightings that the caller holds.
#[derive(Debug)]
pub struct Walk {
    policy: Arc<Policy>,
    /// The seeds and their windows; a seed without a window reaches sightings of all times.
    seeds: HashMap<u64, Vec<Window>>,
    side: Side,
    /// The current level.
    hop: u32,
    /// The keys that the current pass requests, ascending; empty at the end of the walk.
    wanted: Vec<u64>,
    /// Edges from the open numbers of the level before, by handset, number and window.
    sources: Vec<SourceEdge>,
    known: HashMap<u64, Known>,
    reached: HashMap<u64, Path>,
    /// Protected numbers that were found. The handsets of those not yet in `stopped_numbers` still have to be counted.
    protected: HashSet<u64>,
    stopped_numbers: BTreeMap<u64, Stopped>,
    stopped_handsets: BTreeMap<u64, Stopped>,
    evidence: Vec<Edge>,
    stopped_evidence: Vec<Edge>,
    unseen: Vec<u64>,
    seeds_seen: u64,
}

/// An edge from an open number to a handset, in one window of the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SourceEdge {
    imei14: u64,
    msisdn: u64,
    window: Option<Window>,
    span: Span,
    /// The span of the sightings in the window.
    inside: Span,
}

impl SourceEdge {
    fn edge(&self) -> Edge {
        let Self {
            imei14,
            msisdn,
            span,
            ..
        } = *self;
        Edge {
            msisdn,
            imei14,
            span,
        }
    }
}

/// A handset that was requested.
#[derive(Debug)]
enum Known {
    Closed(Stopped),
    Open(Open),
}

#[derive(Debug)]
struct Open {
    /// The first level that it links; 0 until then.
    hop: u32,
    /// The count of all numbers in it, also those with few sightings.
    numbers: u64,
    span: Span,
    /// The cap that it exceeds.
    over: Option<Why>,
    /// Its edges.
    links: Vec<Carried>,
}

/// A number in an open handset.
#[derive(Debug)]
struct Carried {
    msisdn: u64,
    span: Span,
    /// Ascending; empty unless there are relative windows.
    times: Box<[i64]>,
}

/// The best path to a number so far.
#[derive(Clone, Copy, Debug)]
struct Path {
    hop: u32,
    via_imei: u64,
    via_msisdn: u64,
    span: Span,
}

impl Path {
    /// Whether this path is better: more sightings, then the earlier start, the smaller handset, the smaller number.
    fn is_better_than(&self, other: &Self) -> bool {
        let rank = |path: &Self| (path.span.start_order(), path.via_imei, path.via_msisdn);
        (other.span.sightings, rank(self)) < (self.span.sightings, rank(other))
    }
}

impl Walk {
    /// A walk from `seeds`, in any order. A seed that was reported several times has several windows.
    #[must_use]
    pub fn new(policy: Arc<Policy>, seeds: &[Seed]) -> Self {
        let mut windows: HashMap<u64, Vec<Window>> = HashMap::with_capacity(seeds.len());
        for &seed in seeds {
            windows
                .entry(seed.msisdn)
                .or_default()
                .extend(policy.window(seed));
        }
        for windows in windows.values_mut() {
            windows.sort_unstable();
            windows.dedup();
        }
        let mut wanted: Vec<u64> = windows.keys().copied().collect();
        wanted.sort_unstable();
        let protected = wanted
            .iter()
            .copied()
            .filter(|&seed| policy.protects(seed))
            .collect();
        Self {
            policy,
            seeds: windows,
            side: Side::Numbers,
            hop: 1,
            wanted,
            sources: Vec::new(),
            known: HashMap::new(),
            reached: HashMap::new(),
            protected,
            stopped_numbers: BTreeMap::new(),
            stopped_handsets: BTreeMap::new(),
            evidence: Vec::new(),
            stopped_evidence: Vec::new(),
            unseen: Vec::new(),
            seeds_seen: 0,
        }
    }

    /// The request of the next pass; `None` at the end of the walk.
    #[must_use]
    pub fn wanted(&self) -> Option<Wanted<'_>> {
        (!self.wanted.is_empty()).then_some(Wanted {
            side: self.side,
            keys: &self.wanted,
            hop: self.hop,
        })
    }

    /// The keys of the pass whose sightings are needed, by the sizes of all keys. The others are closed by their size or
    /// only counted, so [`Tally::of_sizes`] suffices for them.
    #[must_use]
    pub fn needed(&self, sizes: &[Size]) -> Vec<u64> {
        let is_needed = |size: &Size| match self.side {
            Side::Numbers => {
                self.hop <= self.policy.max_hops
                    && self.policy.closes_number(&Group::from(*size)).is_none()
            }
            Side::Handsets => self.policy.closes_by_size(*size).is_none(),
        };
        let needed = sizes.iter().filter(|size| is_needed(size));
        needed.map(|size| size.key).collect()
    }

    /// Ends a pass. Together the tallies hold every kept sighting of every wanted key, each key in one tally. For keys
    /// that are not [`needed`](Self::needed) the size suffices.
    pub fn close_pass(&mut self, tallies: Vec<Tally>) {
        match self.side {
            Side::Numbers => {
                self.end_numbers(&tallies);
                self.side = Side::Handsets;
                self.wanted = self.unknown_handsets();
            }
            Side::Handsets => {
                for tally in tallies {
                    self.record_handsets(&tally);
                }
                self.wanted.clear();
            }
        }
        // If every handset is known already, or there is none, the level has no second pass.
        if self.side == Side::Handsets && self.wanted.is_empty() {
            let mut next = self.link_handsets();
            self.side = Side::Numbers;
            self.hop += 1;
            if self.hop > self.policy.max_hops {
                next.clear();
            }
            let uncounted = self
                .protected
                .iter()
                .filter(|number| !self.stopped_numbers.contains_key(*number));
            next.extend(uncounted);
            next.sort_unstable();
            self.wanted = next;
        }
    }

    /// Ends the first pass of a level: which numbers are open, and the edges to their handsets.
    fn end_numbers(&mut self, tallies: &[Tally]) {
        let walking = self.hop <= self.policy.max_hops;
        let mut seen = HashSet::new();
        for tally in tallies {
            for number in &tally.groups {
                seen.insert(number.key);
                match self.policy.closes_number(number) {
                    Some(why) if why == Why::Protected || walking => {
                        let (key, count) = (number.key, number.others);
                        self.stopped_numbers
                            .insert(key, Stopped::of(key, why, count));
                    }
                    None if walking => self.add_sources(number, tally),
                    Some(_) | None => {}
                }
            }
        }
        self.sources
            .sort_unstable_by_key(|source| (source.imei14, source.msisdn, source.window));
        for &key in self.wanted.iter().filter(|key| !seen.contains(*key)) {
            // Only seeds and protected numbers can be unseen: all others come from a sighting.
            if self.protected.contains(&key) {
                let why = Why::Protected;
                self.stopped_numbers.insert(key, Stopped::of(key, why, 0));
            } else {
                self.unseen.push(key);
            }
        }
        if self.hop == 1 {
            self.seeds_seen = seen.len() as u64;
        }
    }

    /// Adds every edge from an open number.
    fn add_sources(&mut self, number: &Group, tally: &Tally) {
        let windows = self.seeds.get(&number.key).map_or(&[][..], Vec::as_slice);
        for link in &tally.links[number.links.clone()] {
            let source = |window, inside| SourceEdge {
                imei14: link.other,
                msisdn: number.key,
                window,
                span: link.span,
                inside,
            };
            if windows.is_empty() {
                if self.policy.is_edge(link.span.sightings) {
                    self.sources.push(source(None, link.span));
                }
            } else {
                let times = &tally.times[link.times.clone()];
                for &window in windows {
                    let inside = span_inside(times, window);
                    if self.policy.is_edge(inside.sightings) {
                        self.sources.push(source(Some(window), inside));
                    }
                }
            }
        }
    }

    /// The handsets of the sources that no earlier pass requested.
    fn unknown_handsets(&self) -> Vec<u64> {
        let mut wanted: Vec<u64> = self.sources.iter().map(|source| source.imei14).collect();
        wanted.dedup();
        wanted.retain(|imei14| !self.known.contains_key(imei14));
        wanted
    }

    /// Ends the second pass of a level: the state of each handset. Of a closed one only the counts are kept.
    fn record_handsets(&mut self, tally: &Tally) {
        for handset in &tally.groups {
            let known = match self.policy.handset_state(handset) {
                State::Closed(why) => Known::Closed(Stopped {
                    apart: (why == Why::InTwoPlaces)
                        .then(|| handset.placement.map(|placement| placement.apart))
                        .flatten(),
                    ..Stopped::of(handset.key, why, handset.others)
                }),
                State::Open { over } => Known::Open(Open {
                    hop: 0,
                    numbers: handset.others,
                    span: handset.span,
                    over,
                    links: tally.links[handset.links.clone()]
                        .iter()
                        .filter(|link| self.policy.is_edge(link.span.sightings))
                        .map(|link| Carried {
                            msisdn: link.other,
                            span: link.span,
                            times: tally.times[link.times.clone()].into(),
                        })
                        .collect(),
                }),
            };
            self.known.insert(handset.key, known);
        }
    }

    /// Follows the sources through their handsets, and returns the numbers of the next level.
    fn link_handsets(&mut self) -> Vec<u64> {
        let sources = std::mem::take(&mut self.sources);
        let mut known = std::mem::take(&mut self.known);
        let mut level = HashMap::new();
        for sources in sources.chunk_by(|a, b| a.imei14 == b.imei14) {
            let key = sources[0].imei14;
            match known.get_mut(&key) {
                None => {}
                Some(&mut Known::Closed(stopped)) => {
                    self.stopped_handsets.insert(key, stopped);
                    self.stopped_evidence
                        .extend(sources.iter().map(SourceEdge::edge));
                }
                Some(Known::Open(handset)) => {
                    if handset.hop == 0 {
                        handset.hop = self.hop;
                    }
                    for carried in &handset.links {
                        self.reach(carried, sources, &mut level);
                    }
                }
            }
        }
        self.known = known;
        let numbers = level.keys().copied().collect();
        self.reached.extend(level);
        numbers
    }

    /// Whether one number of an open handset is reached from the `sources` of that handset.
    fn reach(&mut self, carried: &Carried, sources: &[SourceEdge], level: &mut HashMap<u64, Path>) {
        let Carried { msisdn, span, .. } = *carried;
        let imei14 = sources[0].imei14;
        let edge = Edge {
            msisdn,
            imei14,
            span,
        };
        if sources
            .binary_search_by_key(&msisdn, |source| source.msisdn)
            .is_ok()
        {
            self.evidence.push(edge);
            return;
        }
        // Seeds and numbers of earlier levels keep their level.
        if self.seeds.contains_key(&msisdn) || self.reached.contains_key(&msisdn) {
            return;
        }
        // Sources are sorted by number, so the first that admits is the smallest that does.
        let Some(source) = sources
            .iter()
            .find(|source| admits(&self.policy, source, carried))
        else {
            return;
        };
        if self.policy.protects(msisdn) {
            self.protected.insert(msisdn);
            self.stopped_evidence.push(edge);
            return;
        }
        self.evidence.push(edge);
        let path = Path {
            hop: self.hop,
            via_imei: imei14,
            via_msisdn: source.msisdn,
            span,
        };
        let best = level.entry(msisdn).or_insert(path);
        if path.is_better_than(best) {
            *best = path;
        }
    }

    /// The result, in order.
    #[must_use]
    pub fn finish(self) -> Answer {
        let mut linked: Vec<Linked> = self
            .reached
            .iter()
            .map(|(&msisdn, path)| Linked {
                msisdn,
                hop: path.hop,
                seed_msisdn: self.seed_of(path),
                via_imei: path.via_imei,
                via_msisdn: path.via_msisdn,
                span: path.span,
            })
            .collect();
        linked.sort_unstable_by_key(|linked| (linked.hop, linked.msisdn));
        let linking = |(&imei14, known): (&u64, &Known)| match known {
            Known::Open(open) if open.hop > 0 => Some(Handset {
                imei14,
                hop: open.hop,
                numbers: open.numbers,
                span: open.span,
                over: open.over,
            }),
            Known::Open(_) | Known::Closed(_) => None,
        };
        let mut handsets: Vec<Handset> = self.known.iter().filter_map(linking).collect();
        handsets.sort_unstable_by_key(|handset| (handset.hop, handset.imei14));
        let brake = Brake {
            linked: linked.len() as u64,
            limit: self.policy.brake(self.seeds_seen),
        };
        Answer {
            linked,
            handsets,
            stopped_numbers: self.stopped_numbers.into_values().collect(),
            stopped_handsets: self.stopped_handsets.into_values().collect(),
            evidence: in_order(self.evidence),
            stopped_evidence: in_order(self.stopped_evidence),
            unseen: self.unseen,
            seeds_seen: self.seeds_seen,
            braked: (brake.linked > brake.limit).then_some(brake),
        }
    }

    /// The seed at which a path starts.
    fn seed_of(&self, path: &Path) -> u64 {
        let mut path = path;
        while let Some(before) = self.reached.get(&path.via_msisdn) {
            path = before;
        }
        path.via_msisdn
    }
}

/// Each edge once, by number, then handset.
fn in_order(mut edges: Vec<Edge>) -> Vec<Edge> {
    edges.sort_unstable_by_key(|edge| (edge.msisdn, edge.imei14));
    edges.dedup();
    edges
}

/// Whether a number of the handset is reached from a source: close enough in time, and an edge within its window.
fn admits(policy: &Policy, source: &SourceEdge, carried: &Carried) -> bool {
    let inside = source
        .window
        .map_or(carried.span, |window| span_inside(&carried.times, window));
    policy.is_edge(inside.sightings) && policy.close_in_time(source.inside, inside)
}

/// The span of the ascending times in the window.
fn span_inside(times: &[i64], window: Window) -> Span {
    let from = times.partition_point(|&at| at < window.from);
    let to = times.partition_point(|&at| at <= window.to);
    let inside = times.get(from..to).unwrap_or_default();
    Span {
        sightings: inside.len() as u64,
        first: inside.first().copied().unwrap_or(NO_TIME),
        last: inside.last().copied().unwrap_or(NO_TIME),
    }
}
