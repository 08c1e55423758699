//! Linkage over sightings that an engine holds on other machines, and that are never collected as a whole.
//!
//! Where the sightings are, [`read_keys`] selects those that count and reads their keys. Where the linkage runs, each pass
//! requests keys ([`Linkage::wanted`]), closes some of them by their sizes ([`Linkage::judge`]), and ends with the
//! sightings of the others ([`Linkage::answer`]). The rules are those of linkage over local sightings.

use std::num::NonZeroUsize;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, UInt64Array};
use numguard_core::linkage::{NO_TIME, Policy, Row, Size, Tally, Wanted};
use numguard_core::msisdn::Region;

use super::block::BlockReader;
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
    /// Rows that could not be read, by note.
    pub refused: Refused,
    /// Whether the numbers seem to be national ones typed as E.164.
    pub looks_national: bool,
}

/// Reads the keys and times of a batch, on one thread, as [`Linkage::read`] does. Rows outside of the policy's period are
/// left out.
///
/// # Errors
/// As [`Linkage::read`].
///
/// # Panics
/// As [`Linkage::read`].
pub fn read_keys(batch: Sightings, policy: Policy, region: Region) -> Result<KeysRead, Error> {
    let mut reader = BlockReader::new(Arc::new(policy), region, Some(NonZeroUsize::MIN));
    let blocks = reader.read(&[batch], |block| block)?;
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
        looks_national: reader.looks_national(),
        refused: reader.into_refused(),
    })
}

impl Linkage {
    /// What the next pass asks for; `None` when the walk is over.
    #[must_use]
    pub fn wanted(&self) -> Option<Wanted<'_>> {
        self.walk.wanted()
    }

    /// Takes how much each key of the pass was seen, each key once, those that were not seen left out. Gives the keys
    /// whose sightings [`answer`](Self::answer) must bring.
    pub fn judge(&mut self, mut sizes: Vec<Size>) -> Vec<u64> {
        sizes.sort_unstable_by_key(|size| size.key);
        let open = self.walk.open(&sizes);
        sizes.retain(|size| open.binary_search(&size.key).is_err());
        self.sized = Tally::of_sizes(&sizes);
        open
    }

    /// Closes the pass with every kept sighting of its open keys, seen from the side that was asked for.
    pub fn answer(&mut self, rows: Vec<Row>) {
        if let Some(wanted) = self.walk.wanted() {
            let open = Tally::of(rows, wanted.side, &self.policy);
            self.walk
                .close_pass(vec![open, std::mem::take(&mut self.sized)]);
        }
    }
}
