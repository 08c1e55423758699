//! A batch of keys -> the rank of each: by the filter while few keys are members, then the lines, then the sparse members
//! one by one.

use super::{BLOCKS, Block, Ranks, Steps, Work, dispatch};
use crate::cpu::CodePath;
use crate::set::layout::View;

/// The rank of each key; `u32::MAX` if it is not a member.
pub(in crate::set) fn ranks(path: CodePath, view: View, keys: &[u64], ranks: &mut [u32]) {
    struct Rank<'a>(View<'a>, &'a [u64], &'a mut [u32]);
    impl Work for Rank<'_> {
        fn with<S: Steps>(self, steps: S) {
            batch(steps, &self.0, self.1, self.2);
        }
    }
    dispatch(path, Rank(view, keys, ranks));
}

/// Cuts a batch into chunks of blocks. The last block is padded with zeros.
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

/// Ranks at most [`BLOCKS`] blocks, and returns the number of members.
fn chunk<S: Steps>(
    steps: S,
    view: &View,
    keys: &[Block],
    ranks: &mut [Ranks],
    filtered: bool,
) -> usize {
    let (mut hits, mut undecided) = ([0; BLOCKS], [u64::MAX; BLOCKS]);
    let (hits, undecided) = (&mut hits[..keys.len()], &mut undecided[..keys.len()]);
    if filtered {
        steps.filter(view, keys, undecided);
    } else if !view.lines.is_empty() {
        steps.ranks(view, keys, hits, undecided, ranks);
    }
    let mut members = 0;
    for (((keys, ranks), hits), undecided) in keys.iter().zip(ranks).zip(hits).zip(undecided) {
        for (row, rank) in ranks.iter_mut().enumerate() {
            // Damaged bytes may give a rank past the members, which no caller may see.
            let found = *hits >> row & 1 == 1 && *rank < view.len;
            *rank = if found { *rank } else { u32::MAX };
        }
        let mut left = *undecided;
        while left != 0 {
            let row = left.trailing_zeros() as usize;
            left &= left - 1;
            ranks[row] = view.rank(keys[row]).unwrap_or(u32::MAX);
        }
        members += ranks.iter().filter(|&&rank| rank != u32::MAX).count();
    }
    members
}
