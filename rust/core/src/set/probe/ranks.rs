//! A batch of keys -> the rank of each: the filter while few are members, then the lines, and one by one the sparse members.

use super::{BLOCKS, Block, Ranks, Steps, Work, take};
use crate::cpu::Path;
use crate::set::layout::View;

/// The rank of each key; `u32::MAX` where it is no member.
pub(in crate::set) fn ranks(path: Path, view: View, keys: &[u64], ranks: &mut [u32]) {
    struct Rank<'a>(View<'a>, &'a [u64], &'a mut [u32]);
    impl Work for Rank<'_> {
        fn with<S: Steps>(self, steps: S) {
            batch(steps, &self.0, self.1, self.2);
        }
    }
    take(path, Rank(view, keys, ranks));
}

/// Cuts a batch into chunks of blocks; the last block is filled up with zeros.
fn batch<S: Steps>(steps: S, view: &View, keys: &[u64], ranks: &mut [u32]) {
    let (blocks, rest) = keys.as_chunks::<64>();
    let (whole, last) = ranks.as_chunks_mut::<64>();
    let mut filtered = !view.filter.is_empty();
    for (blocks, ranks) in blocks.chunks(BLOCKS).zip(whole.chunks_mut(BLOCKS)) {
        let members = chunk(steps, view, blocks, ranks, filtered);
        filtered = !view.filter.is_empty() && members < blocks.len() * 64 / 4;
    }
    if !last.is_empty() {
        let (mut block, mut found) = ([0; 64], [0; 64]);
        block[..rest.len()].copy_from_slice(rest);
        chunk(
            steps,
            view,
            &[block],
            std::slice::from_mut(&mut found),
            filtered,
        );
        last.copy_from_slice(&found[..last.len()]);
    }
}

/// Ranks at most [`BLOCKS`] blocks, and returns how many members it met.
fn chunk<S: Steps>(
    steps: S,
    view: &View,
    keys: &[Block],
    ranks: &mut [Ranks],
    filtered: bool,
) -> usize {
    let (mut hits, mut asked) = ([0; BLOCKS], [u64::MAX; BLOCKS]);
    let (hits, asked) = (&mut hits[..keys.len()], &mut asked[..keys.len()]);
    if filtered {
        steps.filter(view, keys, asked);
    } else if !view.lines.is_empty() {
        steps.ranks(view, keys, hits, asked, ranks);
    }
    let mut members = 0;
    for (((keys, ranks), hits), asked) in keys.iter().zip(ranks).zip(hits).zip(asked) {
        for (row, rank) in ranks.iter_mut().enumerate() {
            // Only damaged bytes have a rank past the members. Nobody downstream should meet one.
            let found = *hits >> row & 1 == 1 && *rank < view.len;
            *rank = if found { *rank } else { u32::MAX };
        }
        let mut left = *asked;
        while left != 0 {
            let row = left.trailing_zeros() as usize;
            left &= left - 1;
            ranks[row] = view.rank(keys[row]).unwrap_or(u32::MAX);
        }
        members += ranks.iter().filter(|&&rank| rank != u32::MAX).count();
    }
    members
}
