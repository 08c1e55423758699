//! A walk over sightings that an engine on many machines holds: only the sightings of open keys are transferred.
//!
//! On the machines of the engine, [`read_keys`] decides which sightings count and reads their keys. On the machine of the
//! walk, a pass has three calls: [`Linkage::wanted`] returns its request, [`Linkage::judge`] receives the counts of the
//! wanted keys and returns the open ones, [`Linkage::answer`] receives the sightings of those. The rules are those of any
//! other walk.

use std::num::NonZeroUsize;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, UInt64Array};
use numguard_core::linkage::{NO_TIME, Policy, Row, Size, Tally, Wanted};
use numguard_core::msisdn::Region;

use super::Linkage;
use super::block::{BlockReader, Refused, Sightings};
use crate::Error;

/// The kept sightings of a batch, and the counts of its refused rows.
#[derive(Debug)]
pub struct KeysRead {
    /// E.164 digits: uint64.
    pub msisdns: ArrayRef,
    /// Handsets: uint64. Placeholders are included; an IMEI of zeros is 0.
    pub imeis: ArrayRef,
    /// Microseconds since 1970 UTC, null without a time: int64.
    pub ats: ArrayRef,
    /// Counts of refused rows, by note.
    pub refused: Refused,
    /// Whether a column of E.164 seems to hold national numbers.
    pub looks_national: bool,
}

/// Reads the keys and times of a batch on one thread. Rows outside the policy's period are left out.
///
/// # Errors
/// As [`Linkage::read`].
///
/// # Panics
/// As [`Linkage::read`].
pub fn read_keys(batch: Sightings, policy: Policy, region: Region) -> Result<KeysRead, Error> {
    let mut reader = BlockReader::new(Arc::new(policy), region, Some(NonZeroUsize::MIN));
    let blocks = reader.read(&[batch])?;
    let msisdns = blocks
        .iter()
        .flat_map(|block| block.msisdns.iter().copied());
    let imeis = blocks.iter().flat_map(|block| block.imeis.iter().copied());
    let ats = blocks.iter().flat_map(|block| {
        (0..block.len()).map(|row| Some(block.at(row)).filter(|&at| at != NO_TIME))
    });
    Ok(KeysRead {
        msisdns: Arc::new(UInt64Array::from_iter_values(msisdns)),
        imeis: Arc::new(UInt64Array::from_iter_values(imeis)),
        ats: Arc::new(ats.collect::<Int64Array>()),
        looks_national: reader.counts.looks_national,
        refused: reader.counts.refused,
    })
}

impl Linkage {
    /// The request of the next pass; `None` at the end of the walk.
    #[must_use]
    pub fn wanted(&self) -> Option<Wanted<'_>> {
        self.walk.wanted()
    }

    /// Receives the counts of each key of the pass that was seen, each key once. Returns the open keys: their sightings
    /// are needed for [`answer`](Self::answer).
    pub fn judge(&mut self, mut sizes: Vec<Size>) -> Vec<u64> {
        sizes.sort_unstable_by_key(|size| size.key);
        let open = self.walk.open(&sizes);
        sizes.retain(|size| open.binary_search(&size.key).is_err());
        self.sized = Tally::of_sizes(&sizes);
        open
    }

    /// Ends the pass with every kept sighting of its open keys, keyed by the side of the pass.
    pub fn answer(&mut self, rows: Vec<Row>) {
        if let Some(wanted) = self.walk.wanted() {
            let open = Tally::of(rows, wanted.side, &self.policy);
            self.walk
                .close_pass(vec![open, std::mem::take(&mut self.sized)]);
        }
    }
}
