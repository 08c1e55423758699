//! Linkage over sightings that an engine holds on other machines, and that are never collected as a whole.
//!
//! Where the sightings are, [`read_keys`] selects those that count and reads their keys. Where the linkage runs, each
//! pass requests keys ([`Linkage::wanted`]), determines from their sizes whose sightings are needed
//! ([`Linkage::needed`]), and ends with those sightings ([`Linkage::answer`]). The rules are those of linkage over
//! local sightings.

use std::num::NonZeroUsize;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Int64Array, UInt64Array};
use arrow_buffer::ScalarBuffer;
use numguard_core::linkage::{NO_TIME, Policy, Row, Size, Tally, Wanted};
use numguard_core::msisdn::Region;

use super::block::{Block, BlockReader, place_of};
use super::{Linkage, Refused, Sightings};
use crate::Error;

/// The sightings of a batch that count, and what was refused.
#[derive(Debug)]
pub struct KeysRead {
    /// E.164 digits: uint64.
    pub msisdns: ArrayRef,
    /// Handsets, placeholders too, 0 for an IMEI of zeros: uint64.
    pub imeis: ArrayRef,
    /// Microseconds since 1970 UTC, null where there is no time: int64.
    pub ats: ArrayRef,
    /// Points, cells and circles, if the batch has them: uint64.
    pub places: Option<[ArrayRef; 3]>,
    /// Rows that could not be read, by note.
    pub refused: Refused,
    /// Whether the numbers seem to be national ones typed as E.164.
    pub looks_national: bool,
}

/// Kept sightings of the needed keys of a pass, as rows of the requested side; all columns of the same length.
#[derive(Clone, Debug)]
pub struct NeededRows {
    /// The needed keys, without nulls.
    pub keys: UInt64Array,
    /// The keys of the other side, without nulls.
    pub others: UInt64Array,
    /// Microseconds since 1970 UTC, null where there is no time.
    pub ats: Int64Array,
    /// Points, cells and circles, without nulls and 0 where they are not known, if the pass
    /// [wants places](Linkage::wants_places).
    pub places: Option<[UInt64Array; 3]>,
}

impl NeededRows {
    fn rows(&self) -> impl Iterator<Item = Row> {
        let (keys, others, ats) = (self.keys.values(), self.others.values(), &self.ats);
        (0..keys.len()).map(move |row| Row {
            key: keys[row],
            other: others[row],
            at: if ats.is_valid(row) {
                ats.value(row)
            } else {
                NO_TIME
            },
        })
    }
}

/// Reads the keys, times and places of a batch, on one thread, as [`Linkage::read`] does. Rows outside of the policy's
/// period are left out.
///
/// # Errors
/// As [`Linkage::read`].
///
/// # Panics
/// As [`Linkage::read`].
pub fn read_keys(batch: Sightings, policy: Policy, region: Region) -> Result<KeysRead, Error> {
    let placed = batch.places.is_some();
    let mut reader = BlockReader::new(Arc::new(policy), region, Some(NonZeroUsize::MIN));
    let blocks = reader.read(&[batch], |block| block)?;
    let ats = blocks.iter().flat_map(|block| {
        (0..block.len()).map(|row| Some(block.at(row)).filter(|&at| at != NO_TIME))
    });
    let place = |n: usize| {
        column(&blocks, |block| {
            block.places.as_ref().map(|places| &places[n])
        })
    };
    Ok(KeysRead {
        msisdns: column(&blocks, |block| Some(&block.msisdns)),
        imeis: column(&blocks, |block| Some(&block.imeis)),
        ats: Arc::new(ats.collect::<Int64Array>()),
        places: placed.then(|| [place(0), place(1), place(2)]),
        looks_national: reader.counts().looks_national,
        refused: reader.into_counts().refused,
    })
}

/// A column of all blocks.
fn column(blocks: &[Block], of: impl Fn(&Block) -> Option<&ScalarBuffer<u64>>) -> ArrayRef {
    let values = blocks.iter().filter_map(of);
    Arc::new(UInt64Array::from_iter_values(
        values.flat_map(|values| values.iter().copied()),
    ))
}

impl Linkage {
    /// The request of the next pass; `None` at the end of the walk.
    #[must_use]
    pub fn wanted(&self) -> Option<Wanted<'_>> {
        self.walk.wanted()
    }

    /// Whether [`answer`](Self::answer) takes a place for each row of the current pass.
    #[must_use]
    pub fn wants_places(&self) -> bool {
        let side = self.walk.wanted().map(|wanted| wanted.side);
        side.is_some_and(|side| self.policy.needs_places_of(side))
    }

    /// Receives the sizes of the keys of the pass, each key once, those without a sighting left out. Returns the keys
    /// whose sightings [`answer`](Self::answer) takes.
    pub fn needed(&mut self, mut sizes: Vec<Size>) -> Vec<u64> {
        sizes.sort_unstable_by_key(|size| size.key);
        let needed = self.walk.needed(&sizes);
        sizes.retain(|size| needed.binary_search(&size.key).is_err());
        self.sized = Tally::of_sizes(&sizes);
        needed
    }

    /// Ends the pass with every kept sighting of its needed keys.
    ///
    /// # Panics
    /// If it [wants places](Self::wants_places) and a batch has none, or if a column is shorter than that of the keys.
    pub fn answer(&mut self, batches: Vec<NeededRows>) {
        let Some(side) = self.walk.wanted().map(|wanted| wanted.side) else {
            return;
        };
        let placed = self.policy.needs_places_of(side);
        let len = batches.iter().map(|batch| batch.keys.len()).sum();
        let mut rows = Vec::with_capacity(len);
        let mut places = Vec::with_capacity(if placed { len } else { 0 });
        for batch in batches {
            rows.extend(batch.rows());
            if let Some(columns) = batch.places.as_ref().filter(|_| placed) {
                let columns = columns.each_ref().map(UInt64Array::values);
                places.extend((0..batch.keys.len()).map(|row| place_of(columns, row)));
            }
        }
        let needed = if placed {
            Tally::of_placed(rows, places, &self.policy)
        } else {
            Tally::of(rows, side, &self.policy)
        };
        let sized = std::mem::take(&mut self.sized);
        self.walk.close_pass(vec![needed, sized]);
    }
}
