//! The rows of some keys, found in sightings.
//!
//! One idea: **a run of keys is one membership test**; the other columns are read only for its hits. Rows are found in
//! parts by key, so that each part is tallied by itself.

use numguard_core::linkage::{Place, Policy, Row, Side, Wanted};
use numguard_core::set::{FrozenSet, KeyType};

use super::block::{Beside, Block};
use super::packed::{Packed, RUN};
use crate::Error;

/// Parts into which rows are divided by key, so that each is sorted by itself, in the cache.
pub(super) const PARTS: usize = 64;

/// What a pass looks for, on any thread.
pub(super) struct Search {
    side: Side,
    wanted: FrozenSet,
    /// Whether the IMEI of zeros is wanted, which no set contains.
    zero: bool,
    /// Whether the pass needs the places of the rows.
    placed: bool,
}

/// Rows of wanted keys, by part.
pub(super) struct Found(pub(super) Vec<WantedRows>);

impl Default for Found {
    fn default() -> Self {
        Self(vec![WantedRows::default(); PARTS])
    }
}

/// The rows of a block whose keys are wanted, ascending, and these keys.
#[derive(Default)]
struct Hits {
    rows: Vec<u32>,
    keys: Vec<u64>,
}

/// Rows of wanted keys; if the pass needs places, one for each row.
#[derive(Clone, Default)]
pub(super) struct WantedRows {
    pub(super) rows: Vec<Row>,
    pub(super) places: Vec<Place>,
}

impl Search {
    pub(super) fn new(wanted: &Wanted<'_>, policy: &Policy) -> Self {
        let key_type = match wanted.side {
            Side::Numbers => KeyType::Msisdn,
            Side::Handsets => KeyType::Imei14,
        };
        Self {
            side: wanted.side,
            wanted: FrozenSet::build(wanted.keys.iter().copied(), key_type),
            zero: wanted.keys.first() == Some(&0),
            placed: policy.needs_places_of(wanted.side),
        }
    }

    pub(super) fn side(&self) -> Side {
        self.side
    }

    pub(super) fn placed(&self) -> bool {
        self.placed
    }

    /// Adds the rows of the wanted keys in a block.
    pub(super) fn find_in(&self, block: &Block, found: &mut Found) {
        let mut hits = Hits::default();
        for (run, keys) in block.keys(self.side).chunks(RUN).enumerate() {
            self.probe(run * RUN, keys, &mut hits);
        }
        found.add(&hits.keys, block.beside(self.side, &hits.rows, self.placed));
    }

    /// Adds those in packed sightings.
    ///
    /// # Errors
    /// Those of reading them back.
    pub(super) fn find_packed(&self, packed: &Packed, found: &mut Found) -> Result<(), Error> {
        let mut hits = Hits::default();
        packed.keys(self.side, |start, keys| self.probe(start, keys, &mut hits))?;
        if !hits.rows.is_empty() {
            let beside = packed.beside(self.side, &hits.rows, self.placed)?;
            found.add(&hits.keys, beside);
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

impl Found {
    /// Adds rows to the parts of their keys.
    fn add(&mut self, keys: &[u64], beside: Beside) {
        let Beside {
            others,
            ats,
            places,
        } = beside;
        for ((&key, other), at) in keys.iter().zip(others).zip(ats) {
            self.0[part_of(key)].rows.push(Row { key, other, at });
        }
        for (&key, place) in keys.iter().zip(places) {
            self.0[part_of(key)].places.push(place);
        }
    }
}

/// Which part a key belongs to: the high bits of a multiplicative hash, since keys that follow each other are common.
fn part_of(key: u64) -> usize {
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - PARTS.ilog2())) as usize
}
