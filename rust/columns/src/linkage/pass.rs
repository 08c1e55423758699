//! One pass of the walk: the rows of the wanted keys, found and tallied in parallel.

use numguard_core::linkage::{Place, Policy, Row, Side, Tally, Wanted};
use numguard_core::set::{FrozenSet, KeyType};

use super::Progress;
use super::block::Beside;
use super::block::Block;
use super::held::{Held, Piece};
use super::packed::{Packed, RUN};
use crate::{Error, parallel};

/// Rows of a step: some hundredths of a second.
const STEP: usize = 1 << 22;

/// Parts into which rows are divided by key, so that each is sorted by itself, in the cache.
const PARTS: usize = 64;

/// The state of a pass.
pub(super) struct Pass {
    side: Side,
    hop: u32,
    wanted: FrozenSet,
    /// Whether the IMEI of zeros is wanted, which no set contains.
    zero: bool,
    /// Whether the pass needs the places of the rows.
    placed: bool,
    next: usize,
    rows: u64,
    parts: Vec<Vec<WantedRows>>,
}

/// The rows of a block whose keys are wanted, ascending, and these keys.
#[derive(Default)]
struct Hits {
    rows: Vec<u32>,
    keys: Vec<u64>,
}

/// Rows of wanted keys; if the pass needs places, one for each row.
#[derive(Clone, Default)]
struct WantedRows {
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
            placed: policy.needs_places_of(wanted.side),
            next: 0,
            rows: 0,
            parts: vec![Vec::new(); PARTS],
        }
    }

    /// Passes over some more pieces; returns whether they were the last.
    ///
    /// # Errors
    /// Those of reading a piece again.
    pub(super) fn go_over(
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
        let found = parallel::map(threads, tasks.collect(), |pieces| self.find(pieces));
        for parts in found {
            for (all, mut part) in self.parts.iter_mut().zip(parts?) {
                if !part.rows.is_empty() {
                    // A vector that grew may have room for as much again.
                    part.rows.shrink_to_fit();
                    part.places.shrink_to_fit();
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

    /// Tallies the rows.
    pub(super) fn tally(self, policy: &Policy, threads: parallel::Threads) -> Vec<Tally> {
        let (side, placed) = (self.side, self.placed);
        parallel::map(threads, self.parts, |part| {
            // Moved run by run, so that a key with millions of rows is not in memory twice.
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

    /// The rows of the wanted keys, by part.
    fn find(&self, pieces: &[Piece]) -> Result<Vec<WantedRows>, Error> {
        let mut parts = vec![WantedRows::default(); PARTS];
        for piece in pieces {
            match piece {
                Piece::Kept(block) => self.find_in(block, &mut parts),
                Piece::Packed(packed) => self.find_packed(packed, &mut parts)?,
                Piece::OfFile(job, _) => {
                    job.read_blocks(|block| self.find_in(block, &mut parts))?;
                }
            }
        }
        Ok(parts)
    }

    fn find_in(&self, block: &Block, parts: &mut [WantedRows]) {
        let mut hits = Hits::default();
        for (run, keys) in block.keys(self.side).chunks(RUN).enumerate() {
            self.probe(run * RUN, keys, &mut hits);
        }
        let beside = block.beside(self.side, &hits.rows, self.placed);
        add_rows(&hits.keys, beside, parts);
    }

    fn find_packed(&self, packed: &Packed, parts: &mut [WantedRows]) -> Result<(), Error> {
        let mut hits = Hits::default();
        packed.keys(self.side, |start, keys| self.probe(start, keys, &mut hits))?;
        if !hits.rows.is_empty() {
            let beside = packed.beside(self.side, &hits.rows, self.placed)?;
            add_rows(&hits.keys, beside, parts);
        }
        Ok(())
    }

    /// Looks up a run of keys, whose first is that of row `start`.
    fn probe(&self, start: usize, keys: &[u64], hits: &mut Hits) {
        let mut bits = [0u64; RUN / 64];
        let bits = &mut bits[..keys.len().div_ceil(64)];
        self.wanted.probe(keys, bits);
        if self.zero {
            for (n, _) in keys.iter().enumerate().filter(|&(_, &key)| key == 0) {
                bits[n / 64] |= 1 << (n % 64);
            }
        }
        for (word, &bits) in bits.iter().enumerate() {
            let mut bits = bits;
            while bits != 0 {
                let n = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                hits.rows.push((start + n) as u32);
                hits.keys.push(keys[n]);
            }
        }
    }
}

/// Adds rows to the parts of their keys.
fn add_rows(keys: &[u64], beside: Beside, parts: &mut [WantedRows]) {
    let Beside {
        others,
        ats,
        places,
    } = beside;
    for ((&key, other), at) in keys.iter().zip(others).zip(ats) {
        parts[part_of(key)].rows.push(Row { key, other, at });
    }
    for (&key, place) in keys.iter().zip(places) {
        parts[part_of(key)].places.push(place);
    }
}

/// Which part a key belongs to: the high bits of a multiplicative hash, since keys that follow each other are common.
fn part_of(key: u64) -> usize {
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - PARTS.ilog2())) as usize
}
