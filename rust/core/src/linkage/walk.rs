//! The walk itself: a state machine that asks for the sightings of some keys, a pass at a time.
//!
//! A level takes two passes. The first, over the numbers of the level before, tells which of them are open and in which
//! handsets they were. The second, over those handsets, tells which of them are open and who else was in them. A key is
//! asked for once: what was learned of it is kept for later levels.

use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::answer::{Answer, Brake, Edge, Handset, Linked, Stopped, Why};
use super::policy::{Judged, Policy, Window};
use super::sighting::{Seed, Side, Span};
use super::tally::{Group, Size, Tally};

/// The keys whose sightings the walk needs next.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Which column they stand in.
    pub side: Side,
    /// The keys, ascending, without repeats. A handset may be 0: an IMEI of zeros.
    pub keys: &'a [u64],
    /// The level that is being reached.
    pub hop: u32,
}

/// A bounded walk from seeds over sightings that somebody else holds.
#[derive(Debug)]
pub struct Walk {
    policy: Arc<Policy>,
    /// The seeds and the windows around them; without a window a seed reaches at all times.
    seeds: HashMap<u64, Vec<Window>>,
    side: Side,
    /// The level being reached.
    hop: u32,
    /// What the current pass asks for, ascending; empty once the walk is over.
    wanted: Vec<u64>,
    /// Edges out of the open numbers of the level before, by handset, number and window.
    sources: Vec<Source>,
    known: HashMap<u64, Known>,
    reached: HashMap<u64, Path>,
    /// Protected numbers that were met; those not yet in `stopped_numbers` still need their handsets counted.
    protected: HashSet<u64>,
    stopped_numbers: BTreeMap<u64, Stopped>,
    stopped_handsets: BTreeMap<u64, Stopped>,
    evidence: Vec<Edge>,
    stopped_evidence: Vec<Edge>,
    unseen: Vec<u64>,
    seeds_seen: u64,
}

/// An edge from an open number into a handset, in one window of the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Source {
    imei14: u64,
    msisdn: u64,
    window: Option<Window>,
    span: Span,
}

impl Source {
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

/// A handset that was asked for.
#[derive(Debug)]
enum Known {
    Closed(Stopped),
    Open(Open),
}

#[derive(Debug)]
struct Open {
    /// The first level at which it was walked through; 0 until then.
    hop: u32,
    /// All it carried, however seldom.
    numbers: u64,
    span: Span,
    /// The cap that it is over.
    over: Option<Why>,
    /// The edges into it.
    links: Vec<Carried>,
}

/// A number that an open handset carried.
#[derive(Debug)]
struct Carried {
    msisdn: u64,
    span: Span,
    /// Ascending; empty unless there are relative windows.
    times: Box<[i64]>,
}

/// The best way found to a number.
#[derive(Clone, Copy, Debug)]
struct Path {
    hop: u32,
    via_imei: u64,
    via_msisdn: u64,
    span: Span,
}

impl Path {
    /// Most sightings first, then the earliest start, the smallest handset, the smallest number.
    fn beats(&self, other: &Self) -> bool {
        let rank = |path: &Self| (path.span.start_order(), path.via_imei, path.via_msisdn);
        (other.span.sightings, rank(self)) < (self.span.sightings, rank(other))
    }
}

impl Walk {
    /// Sets out from `seeds`, in any order; a seed that was reported several times has several windows.
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
            .filter(|&seed| policy.protected.contains(seed))
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

    /// What the next pass must bring; `None` when the walk is over.
    #[must_use]
    pub fn wanted(&self) -> Option<Wanted<'_>> {
        (!self.wanted.is_empty()).then_some(Wanted {
            side: self.side,
            keys: &self.wanted,
            hop: self.hop,
        })
    }

    /// Which keys of the pass must bring their sightings, now that it is known how much each was seen. All others are
    /// closed, or only counted: a tally of their sizes will do.
    #[must_use]
    pub fn open(&self, sizes: &[Size]) -> Vec<u64> {
        let is_open = |size: &Size| match self.side {
            Side::Numbers => {
                self.hop <= self.policy.max_hops
                    && self.policy.closes_number(&Group::from(*size)).is_none()
            }
            Side::Handsets => {
                let judged = self.policy.judge_handset(&Group::from(*size));
                matches!(judged, Judged::Open { .. })
            }
        };
        let open = sizes.iter().filter(|size| is_open(size));
        open.map(|size| size.key).collect()
    }

    /// Takes the tallies of a pass: together they hold every kept sighting of every wanted key, each key in one of them,
    /// but for those that are not [`open`](Self::open), of which the size will do.
    pub fn close_pass(&mut self, tallies: Vec<Tally>) {
        match self.side {
            Side::Numbers => {
                self.judge_numbers(&tallies);
                self.side = Side::Handsets;
                self.wanted = self.handsets_to_ask();
            }
            Side::Handsets => {
                for tally in tallies {
                    self.learn_handsets(&tally);
                }
                self.wanted.clear();
            }
        }
        // With every handset known (or none to know) there is no second pass to wait for.
        if self.side == Side::Handsets && self.wanted.is_empty() {
            let mut next = self.go_through_handsets();
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

    /// The first pass of a level: which numbers are open, and by which handsets they can be left.
    fn judge_numbers(&mut self, tallies: &[Tally]) {
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
                    None if walking => self.leave(number, tally),
                    Some(_) | None => {}
                }
            }
        }
        self.sources
            .sort_unstable_by_key(|source| (source.imei14, source.msisdn, source.window));
        for &key in self.wanted.iter().filter(|key| !seen.contains(*key)) {
            // Only seeds and protected numbers can be unseen: all others were found in a sighting.
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

    /// Notes every edge out of an open number.
    fn leave(&mut self, number: &Group, tally: &Tally) {
        let windows = self.seeds.get(&number.key).map_or(&[][..], Vec::as_slice);
        for link in &tally.links[number.links.clone()] {
            let source = |window| Source {
                imei14: link.other,
                msisdn: number.key,
                window,
                span: link.span,
            };
            if windows.is_empty() {
                if self.policy.is_edge(link.span.sightings) {
                    self.sources.push(source(None));
                }
            } else {
                let times = &tally.times[link.times.clone()];
                let inside = windows
                    .iter()
                    .filter(|window| self.policy.is_edge(count_inside(times, **window)));
                self.sources
                    .extend(inside.map(|&window| source(Some(window))));
            }
        }
    }

    /// The handsets of the sources that no earlier pass asked for.
    fn handsets_to_ask(&self) -> Vec<u64> {
        let mut wanted: Vec<u64> = self.sources.iter().map(|source| source.imei14).collect();
        wanted.dedup();
        wanted.retain(|imei14| !self.known.contains_key(imei14));
        wanted
    }

    /// The second pass of a level: what there is to know of each handset. Of a closed one only its size is kept.
    fn learn_handsets(&mut self, tally: &Tally) {
        for handset in &tally.groups {
            let known = match self.policy.judge_handset(handset) {
                Judged::Closed(why) => Known::Closed(Stopped {
                    apart: (why == Why::InTwoPlaces)
                        .then(|| handset.placement.map(|placement| placement.apart))
                        .flatten(),
                    ..Stopped::of(handset.key, why, handset.others)
                }),
                Judged::Open { over } => Known::Open(Open {
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

    /// Goes from the sources through their handsets to the numbers of the next level, and returns those.
    fn go_through_handsets(&mut self) -> Vec<u64> {
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
                        .extend(sources.iter().map(Source::edge));
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

    /// One number of an open handset: reached from the `sources` into that handset, or not.
    fn reach(&mut self, carried: &Carried, sources: &[Source], level: &mut HashMap<u64, Path>) {
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
        // Seeds and numbers of earlier levels are where they are.
        if self.seeds.contains_key(&msisdn) || self.reached.contains_key(&msisdn) {
            return;
        }
        // Sources stand by number, so the first that admits is the smallest that does.
        let Some(source) = sources
            .iter()
            .find(|source| admits(&self.policy, source, carried))
        else {
            return;
        };
        if self.policy.protected.contains(msisdn) {
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
        if path.beats(best) {
            *best = path;
        }
    }

    /// Puts what was found in order.
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
        let walked = |(&imei14, known): (&u64, &Known)| match known {
            Known::Open(open) if open.hop > 0 => Some(Handset {
                imei14,
                hop: open.hop,
                numbers: open.numbers,
                span: open.span,
                over: open.over,
            }),
            Known::Open(_) | Known::Closed(_) => None,
        };
        let mut handsets: Vec<Handset> = self.known.iter().filter_map(walked).collect();
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

    /// Follows the path back to level 0.
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

/// Whether a number of the handset is reached from a source: near enough in time, and often enough in its window.
fn admits(policy: &Policy, source: &Source, carried: &Carried) -> bool {
    policy.bridges(source.span, carried.span)
        && source
            .window
            .is_none_or(|window| policy.is_edge(count_inside(&carried.times, window)))
}

/// How many of the ascending times lie in the window.
fn count_inside(times: &[i64], window: Window) -> u64 {
    let from = times.partition_point(|&at| at < window.from);
    let to = times.partition_point(|&at| at <= window.to);
    to.saturating_sub(from) as u64
}
