//! One pass of the walk: the rows of the wanted keys, found and tallied on several threads.

use numguard_core::linkage::{NO_TIME, Place, Policy, Row, Side, Sighting, Tally, Wanted};
use numguard_core::set::{FrozenSet, KeyType};

use super::block::Block;
use super::held::{Held, Piece};
use crate::{Error, parallel};

/// The count of keys probed at once: 16 KiB, which fit into the level 1 cache.
const RUN: usize = 2048;

/// The count of rows in a step: some hundredths of a second.
const STEP: usize = 1 << 22;

/// The count of parts into which rows are partitioned by key. Each part is sorted on its own, in the cache.
const PARTS: usize = 64;

/// The progress of a linkage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The current level; 0 while sightings are read.
    pub hop: u32,
    /// The side of the current pass; `None` while sightings are read.
    pub side: Option<Side>,
    /// The count of rows read, or of rows done in this pass.
    pub rows: u64,
    /// The count of rows of the pass; `None` while sightings are read.
    pub of: Option<u64>,
}

/// A pass in progress.
pub(super) struct Pass {
    side: Side,
    hop: u32,
    wanted: FrozenSet,
    /// Whether the IMEI of zeros is wanted: no set can hold the key 0.
    zero: bool,
    /// Whether the places of the rows are needed.
    placed: bool,
    next: usize,
    rows: u64,
    parts: Vec<Vec<Found>>,
}

/// Rows of wanted keys, and a place for each row if places are needed.
#[derive(Clone, Default)]
struct Found {
    rows: Vec<Row>,
    places: Vec<Place>,
}

impl Pass {
    pub(super) fn new(wanted: Wanted<'_>, policy: &Policy) -> Self {
        let key_type = match wanted.side {
            Side::Numbers => KeyType::Msisdn,
            Side::Handsets => KeyType::Imei14,
        };
        Self {
            side: wanted.side,
            hop: wanted.hop,
            wanted: FrozenSet::build(wanted.keys.iter().copied(), key_type),
            zero: wanted.keys.first() == Some(&0),
            placed: wanted.side == Side::Handsets && policy.needs_places(),
            next: 0,
            rows: 0,
            parts: vec![Vec::new(); PARTS],
        }
    }

    /// Searches some more pieces; returns whether they were the last.
    ///
    /// # Errors
    /// Those of [`Held::visit`].
    pub(super) fn advance(
        &mut self,
        held: &Held,
        threads: parallel::Threads,
    ) -> Result<bool, Error> {
        let pieces = held.pieces();
        let mut rows = 0;
        let mut end = self.next;
        while end < pieces.len() && rows < STEP {
            rows += pieces[end].len();
            end += 1;
        }
        let step = &pieces[self.next..end];
        let tasks = step.chunks(step.len().div_ceil(4 * parallel::count(threads)).max(1));
        let found = parallel::map(threads, tasks.collect(), |pieces| self.find(held, pieces));
        for parts in found {
            for (all, part) in self.parts.iter_mut().zip(parts?) {
                if !part.rows.is_empty() {
                    all.push(part);
                }
            }
        }
        self.rows += rows as u64;
        self.next = end;
        Ok(end == pieces.len())
    }

    pub(super) fn progress(&self, held: &Held) -> Progress {
        Progress {
            hop: self.hop,
            side: Some(self.side),
            rows: self.rows,
            of: Some(held.rows()),
        }
    }

    /// Tallies the rows found.
    pub(super) fn tally(self, policy: &Policy, threads: parallel::Threads) -> Vec<Tally> {
        let (side, placed) = (self.side, self.placed);
        parallel::map(threads, self.parts, |part| {
            // Moved run by run, so that the rows of a key with millions of rows are not in memory twice.
            let len = part.iter().map(|run| run.rows.len()).sum();
            let mut rows = Vec::with_capacity(len);
            let mut places = Vec::with_capacity(if placed { len } else { 0 });
            for run in part {
                rows.extend(run.rows);
                places.extend(run.places);
            }
            if placed {
                Tally::of_placed(rows, places, policy)
            } else {
                Tally::of(rows, side, policy)
            }
        })
    }

    /// The rows of the wanted keys, partitioned by key.
    fn find(&self, held: &Held, pieces: &[Piece]) -> Result<Vec<Found>, Error> {
        let mut parts = vec![Found::default(); PARTS];
        for piece in pieces {
            held.visit(piece, |block| self.find_in(block, &mut parts))?;
        }
        Ok(parts)
    }

    fn find_in(&self, block: &Block, parts: &mut [Found]) {
        let mut hits = [0u64; RUN / 64];
        let keys = match self.side {
            Side::Numbers => &block.msisdns,
            Side::Handsets => &block.imeis,
        };
        for (run, keys) in keys.chunks(RUN).enumerate() {
            let hits = &mut hits[..keys.len().div_ceil(64)];
            self.wanted.probe(keys, hits);
            if self.zero {
                for (n, _) in keys.iter().enumerate().filter(|&(_, &key)| key == 0) {
                    hits[n / 64] |= 1 << (n % 64);
                }
            }
            for (word, &bits) in hits.iter().enumerate() {
                let mut bits = bits;
                while bits != 0 {
                    let n = run * RUN + word * 64 + bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    let row = self.side.row(Sighting {
                        msisdn: block.msisdns[n],
                        imei14: block.imeis[n],
                        at: block.ats.as_ref().map_or(NO_TIME, |ats| ats[n]),
                    });
                    let part = &mut parts[part_of(row.key)];
                    part.rows.push(row);
                    if self.placed {
                        part.places.push(block.place(n));
                    }
                }
            }
        }
    }
}

/// The part of a key: the high bits of a multiplicative hash, since consecutive keys are common.
fn part_of(key: u64) -> usize {
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - PARTS.ilog2())) as usize
}
