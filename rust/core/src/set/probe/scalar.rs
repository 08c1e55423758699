//! The steps in safe, portable code: the reference for the vector paths.

use super::{BLOCKS, Block, Ranks, Steps};
use crate::set::layout::View;
use crate::set::position::InLine;
use crate::set::remainders::{OVERFLOWED, Remainders, holds};

#[derive(Clone, Copy)]
pub(super) struct Scalar;

/// A bit for each key of a block.
fn bits(keys: &Block, mut test: impl FnMut(u64) -> bool) -> u64 {
    keys.iter()
        .rev()
        .fold(0, |bits, &key| bits << 1 | u64::from(test(key)))
}

impl Steps for Scalar {
    fn filter(self, view: &View, keys: &[Block], passed: &mut [u64]) {
        for (keys, passed) in keys.iter().zip(passed) {
            *passed = bits(keys, |key| view.passes_filter(key));
        }
    }

    fn lines(self, view: &View, keys: &[Block], hits: &mut [u64], undecided: &mut [u64]) {
        let mut ranks = [[0; 64]; BLOCKS];
        self.ranks(view, keys, hits, undecided, &mut ranks);
    }

    fn ranks(
        self,
        view: &View,
        keys: &[Block],
        hits: &mut [u64],
        undecided: &mut [u64],
        ranks: &mut [Ranks],
    ) {
        for (((keys, hits), undecided), ranks) in keys.iter().zip(hits).zip(undecided).zip(ranks) {
            (*hits, *undecided) = (0, 0);
            for (row, &key) in keys.iter().enumerate() {
                match view.in_line(key) {
                    InLine::Member(rank) => {
                        *hits |= 1 << row;
                        ranks[row] = rank;
                    }
                    InLine::Absent => {}
                    InLine::MaybeSparse => *undecided |= 1 << row,
                }
            }
        }
    }

    fn remainders(
        self,
        index: &Remainders,
        keys: &[Block],
        hits: &mut [u64],
        undecided: &mut [u64],
    ) {
        for ((keys, hits), undecided) in keys.iter().zip(hits).zip(undecided) {
            (*hits, *undecided) = (0, 0);
            for (row, &key) in keys.iter().enumerate() {
                let Some(place) = index.place(key) else {
                    *undecided |= 1 << row;
                    continue;
                };
                let word = index.words()[place.word];
                *hits |= u64::from(holds(word, place.pattern)) << row;
                *undecided |= u64::from(word & OVERFLOWED != 0) << row;
            }
        }
    }

    fn sparse(self, view: &View, keys: &[Block], hits: &mut [u64]) {
        for (keys, hits) in keys.iter().zip(hits) {
            *hits = bits(keys, |key| view.find_sparse(key).is_some());
        }
    }

    fn pack(self, keys: &[Block], bits: &[u64], packed: &mut [Block; BLOCKS + 1]) -> usize {
        let slots = packed.as_flattened_mut();
        let mut count = 0;
        for (keys, &bits) in keys.iter().zip(bits) {
            let mut left = bits;
            while left != 0 {
                slots[count] = keys[left.trailing_zeros() as usize];
                count += 1;
                left &= left - 1;
            }
        }
        count
    }

    fn spread(self, packed: &[u64], bits: &mut [u64]) {
        let mut next = 0;
        for bits in bits {
            let mut left = *bits;
            while left != 0 {
                let lowest = left & left.wrapping_neg();
                if packed[next / 64] >> (next % 64) & 1 == 0 {
                    *bits ^= lowest;
                }
                next += 1;
                left ^= lowest;
            }
        }
    }
}
