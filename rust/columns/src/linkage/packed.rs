//! Kept sightings in fewer bytes, in memory or in a temporary file.
//!
//! Owns their form and where it is kept. One idea: **a column is offsets from its smallest value, all of one width**,
//! so that a pass unpacks the column that it looks through, and a hit reads its own row. Numbers of one plan take four
//! bytes, handsets six, and times of whole seconds in the order of a file two.

use std::ops::Range;

use arrow_buffer::{ArrowNativeType, ScalarBuffer};
use numguard_core::linkage::{NO_TIME, Place, Point, SECOND, Side};
use numguard_core::{block, exact};

use super::block::{Beside, Block};
use crate::Error;
use crate::spill::{Spill, Spilled};

/// Rows of a file are read one by one if at most one in so many is needed: about one in each page of 4 KiB. Otherwise
/// their column is read as a whole, because each read of one row takes as long as a quarter of a thousand rows.
const SPARSE: usize = 1024;

/// Keys passed on at once: 16 KiB, which stay in the first cache.
pub(super) const RUN: usize = 2048;

/// Rows read back at once; their bytes stay in the second cache.
const READ: usize = 8 * RUN;

/// The column of times, after those of the keys.
const TIMES: usize = 2;

/// The sightings of a block.
#[derive(Debug)]
pub(super) struct Packed {
    len: usize,
    /// Numbers and handsets; times if there are any; points, cells and circles if the policy has rules of place.
    columns: Vec<Offsets>,
    timed: bool,
    store: Store,
}

/// One column: its smallest value, as a signed integer, the unit of the offsets from it, and where they are among the
/// bytes.
#[derive(Debug)]
struct Offsets {
    least: u64,
    unit: u64,
    width: usize,
    start: usize,
}

/// Where the bytes are.
#[derive(Debug)]
enum Store {
    Memory(Vec<u8>),
    File(Spilled),
}

/// Calls a function of a constant width, from one byte to eight.
macro_rules! of_width {
    ($width:expr, $function:ident($($argument:expr),*)) => {
        match $width {
            1 => $function::<1>($($argument),*),
            2 => $function::<2>($($argument),*),
            3 => $function::<3>($($argument),*),
            4 => $function::<4>($($argument),*),
            5 => $function::<5>($($argument),*),
            6 => $function::<6>($($argument),*),
            7 => $function::<7>($($argument),*),
            _ => $function::<8>($($argument),*),
        }
    };
}

impl Packed {
    /// Packs a block.
    pub(super) fn of(block: &Block) -> Self {
        let times = block.ats.as_ref().map(words);
        let columns: Vec<&[u64]> = [&block.msisdns[..], &block.imeis]
            .into_iter()
            .chain(times)
            .chain(block.places.iter().flatten().map(|column| &column[..]))
            .collect();
        let mut offsets = Vec::with_capacity(columns.len());
        let mut start = 0;
        for (n, values) in columns.iter().enumerate() {
            let column = if n == TIMES && times.is_some() {
                Offsets::of_times(values, start)
            } else {
                Offsets::of(values, start)
            };
            start += column.width * values.len();
            offsets.push(column);
        }
        let mut bytes = vec![0; start];
        for (values, column) in columns.iter().zip(&offsets) {
            let bytes = &mut bytes[column.range(0..values.len())];
            let least = column.least;
            let offset = |value: u64| value.wrapping_sub(least);
            if column.unit == SECOND {
                let seconds = |value| exact::quotient::<SECOND>(offset(value));
                of_width!(column.width, pack(values, seconds, bytes));
            } else {
                of_width!(column.width, pack(values, offset, bytes));
            }
        }
        Self {
            len: block.len(),
            columns: offsets,
            timed: block.ats.is_some(),
            store: Store::Memory(bytes),
        }
    }

    /// Moves the sightings from memory into a file.
    ///
    /// # Errors
    /// Those of writing it.
    pub(super) fn into_file(self, spill: &mut Spill) -> Result<Self, Error> {
        let Store::Memory(bytes) = &self.store else {
            return Ok(self);
        };
        Ok(Self {
            store: Store::File(spill.write(bytes)?),
            ..self
        })
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Its size in bytes, in memory or on disk.
    pub(super) fn bytes(&self) -> usize {
        let widths: usize = self.columns.iter().map(|column| column.width).sum();
        widths * self.len
    }

    /// Passes on the keys of one side in runs of [`RUN`], each with the row of its first.
    ///
    /// # Errors
    /// Those of reading them back.
    pub(super) fn keys(
        &self,
        side: Side,
        mut look: impl FnMut(usize, &[u64]),
    ) -> Result<(), Error> {
        let column = &self.columns[key_column(side)];
        let (mut keys, mut memory) = ([0; RUN], Vec::new());
        for first in (0..self.len).step_by(READ) {
            let rows = first..self.len.min(first + READ);
            let bytes = self.read(column, rows, &mut memory)?;
            for (run, bytes) in bytes.chunks(RUN * column.width).enumerate() {
                let keys = &mut keys[..bytes.len() / column.width];
                of_width!(column.width, unpack(bytes, column.least, keys));
                look(first + run * RUN, keys);
            }
        }
        Ok(())
    }

    /// What some rows, which ascend, hold besides the keys of one side.
    ///
    /// # Errors
    /// Those of reading it back.
    pub(super) fn beside(&self, side: Side, rows: &[u32], placed: bool) -> Result<Beside, Error> {
        let others = self.pick(1 - key_column(side), rows)?;
        let ats = if self.timed {
            let ats = self.pick(TIMES, rows)?;
            ats.into_iter().map(u64::cast_signed).collect()
        } else {
            vec![NO_TIME; rows.len()]
        };
        let first = TIMES + usize::from(self.timed);
        let places = if !placed {
            Vec::new()
        } else if first < self.columns.len() {
            let (points, cells) = (self.pick(first, rows)?, self.pick(first + 1, rows)?);
            let circles = self.pick(first + 2, rows)?;
            let of_row = |((point, cell), circle)| Place {
                point: Point::of_key(point),
                cell,
                circle,
            };
            points
                .into_iter()
                .zip(cells)
                .zip(circles)
                .map(of_row)
                .collect()
        } else {
            vec![Place::default(); rows.len()]
        };
        Ok(Beside {
            others,
            ats,
            places,
        })
    }

    /// The values of some rows of a column.
    fn pick(&self, column: usize, rows: &[u32]) -> Result<Vec<u64>, Error> {
        let column = &self.columns[column];
        let mut memory = Vec::new();
        if matches!(self.store, Store::File(..)) && rows.len() <= self.len / SPARSE {
            let value = |&row: &u32| {
                let row = row as usize;
                Ok(column.value(self.read(column, row..row + 1, &mut memory)?))
            };
            return rows.iter().map(value).collect();
        }
        let bytes = self.read(column, 0..self.len, &mut memory)?;
        let value = |&row: &u32| {
            let row = row as usize;
            column.value(&bytes[row * column.width..(row + 1) * column.width])
        };
        Ok(rows.iter().map(value).collect())
    }

    /// The bytes of some rows of a column; those of a file are read into `memory`.
    fn read<'a>(
        &'a self,
        column: &Offsets,
        rows: Range<usize>,
        memory: &'a mut Vec<u8>,
    ) -> Result<&'a [u8], Error> {
        let range = column.range(rows);
        match &self.store {
            Store::Memory(bytes) => Ok(&bytes[range]),
            Store::File(spilled) => {
                memory.resize(range.len(), 0);
                spilled.read(range.start, memory)?;
                Ok(memory)
            }
        }
    }
}

impl Offsets {
    fn of(values: &[u64], start: usize) -> Self {
        let (least, most) = block::extremes(bytemuck::cast_slice(values)).unwrap_or_default();
        let (least, most) = (least.cast_unsigned(), most.cast_unsigned());
        Self::up_to(most.wrapping_sub(least), 1, least, start)
    }

    /// Most call records have times of whole seconds, which take two bytes less.
    fn of_times(values: &[u64], start: usize) -> Self {
        let column = Self::of(values, start);
        let seconds = |&value: &u64| exact::quotient::<SECOND>(value.wrapping_sub(column.least));
        let most = values.iter().map(seconds).fold(0, u64::max);
        if most > exact::most::<SECOND>() {
            return column;
        }
        Self::up_to(most, SECOND, column.least, start)
    }

    /// Offsets of up to `most` units from the least value.
    fn up_to(most: u64, unit: u64, least: u64, start: usize) -> Self {
        let bits = u64::BITS - most.leading_zeros();
        Self {
            least,
            unit,
            width: bits.div_ceil(8).max(1) as usize,
            start,
        }
    }

    /// Where the offsets of some rows are.
    fn range(&self, rows: Range<usize>) -> Range<usize> {
        self.start + rows.start * self.width..self.start + rows.end * self.width
    }

    /// The value of the one row whose bytes these are.
    fn value(&self, bytes: &[u8]) -> u64 {
        let mut offset = [0];
        of_width!(self.width, unpack(bytes, 0, &mut offset));
        self.least.wrapping_add(offset[0].wrapping_mul(self.unit))
    }
}

fn key_column(side: Side) -> usize {
    match side {
        Side::Numbers => 0,
        Side::Handsets => 1,
    }
}

fn words<T: ArrowNativeType>(values: &ScalarBuffer<T>) -> &[u64] {
    values.inner().typed_data()
}

fn pack<const WIDTH: usize>(values: &[u64], offset: impl Fn(u64) -> u64, bytes: &mut [u8]) {
    for (&value, packed) in values.iter().zip(bytes.as_chunks_mut::<WIDTH>().0) {
        packed.copy_from_slice(&offset(value).to_le_bytes()[..WIDTH]);
    }
}

fn unpack<const WIDTH: usize>(bytes: &[u8], least: u64, values: &mut [u64]) {
    for (value, packed) in values.iter_mut().zip(bytes.as_chunks::<WIDTH>().0) {
        let mut word = [0; 8];
        word[..WIDTH].copy_from_slice(packed);
        *value = least.wrapping_add(u64::from_le_bytes(word));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn column(len: usize) -> impl Strategy<Value = Vec<u64>> {
        (any::<u64>(), 0..=64u32).prop_flat_map(move |(least, bits)| {
            let offset =
                any::<u64>().prop_map(move |word| word.checked_shr(64 - bits).unwrap_or(0));
            let value = offset.prop_map(move |offset| least.wrapping_add(offset));
            prop::collection::vec(value, len)
        })
    }

    fn block() -> impl Strategy<Value = Block> {
        (1..400usize, any::<[bool; 4]>()).prop_flat_map(|(len, [timed, placed, whole, gaps])| {
            prop::collection::vec(column(len), 6).prop_map(move |mut columns| {
                if whole {
                    let first = columns[TIMES][0];
                    for at in &mut columns[TIMES] {
                        *at = first.wrapping_add(*at % 100_000 * SECOND);
                    }
                }
                if gaps {
                    columns[TIMES][len / 2] = NO_TIME.cast_unsigned();
                }
                let [msisdns, imeis, ats, places @ ..] = [0, 1, 2, 3, 4, 5].map(|n| &columns[n]);
                Block {
                    msisdns: msisdns.clone().into(),
                    imeis: imeis.clone().into(),
                    ats: timed.then(|| ats.iter().map(|at| at.cast_signed()).collect()),
                    places: placed.then(|| places.map(|column| column.clone().into())),
                }
            })
        })
    }

    fn keys_of(packed: &Packed, side: Side) -> Vec<u64> {
        let mut all = Vec::new();
        let look = |first: usize, keys: &[u64]| {
            assert_eq!(first, all.len());
            all.extend_from_slice(keys);
        };
        packed.keys(side, look).expect("read back");
        all
    }

    #[test]
    fn long_blocks_come_back_run_by_run() {
        for len in [READ - 1, READ, READ + 1, 2 * READ + RUN + 5] {
            let keys = |first: u64| (0..len as u64).map(|n| first + n * n % 999_983).collect();
            let block = Block {
                msisdns: keys(916_000_000_000),
                imeis: keys(35_000_000_000_000),
                ats: None,
                places: None,
            };
            let mut spill = Spill::default();
            let spilled = Packed::of(&block).into_file(&mut spill).expect("space");
            for packed in [Packed::of(&block), spilled] {
                for side in [Side::Numbers, Side::Handsets] {
                    assert_eq!(keys_of(&packed, side), block.keys(side)[..]);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn packed_sightings_are_those_of_the_block(block in block(), step in 1..90usize) {
            let mut spill = Spill::default();
            Packed::of(&block).into_file(&mut spill).expect("space");
            let spilled = Packed::of(&block).into_file(&mut spill).expect("space");
            let rows: Vec<u32> = (0..block.len() as u32).step_by(step).collect();
            for packed in [Packed::of(&block), spilled] {
                prop_assert_eq!(packed.len(), block.len());
                for side in [Side::Numbers, Side::Handsets] {
                    prop_assert_eq!(&keys_of(&packed, side), &block.keys(side)[..]);
                    for placed in [false, true] {
                        let found = packed.beside(side, &rows, placed).expect("read back");
                        let expected = block.beside(side, &rows, placed);
                        prop_assert_eq!(found.others, expected.others);
                        prop_assert_eq!(found.ats, expected.ats);
                        prop_assert_eq!(found.places, expected.places);
                    }
                }
            }
        }
    }

    #[test]
    fn numbers_of_one_plan_take_four_bytes_handsets_six_and_seconds_two() {
        let keys = |first: u64, step: u64| (0..1000).map(|n| first + n * step).collect();
        let block = Block {
            msisdns: keys(916_000_000_000, 4_000_000),
            imeis: keys(35_000_000_000_000, 60_000_000_000),
            ats: Some(
                (0..1000)
                    .map(|n| 1_788_220_800_000_000 + n * 1_000_000)
                    .collect(),
            ),
            places: None,
        };
        assert_eq!(Packed::of(&block).bytes(), (4 + 6 + 2) * 1000);
    }
}
