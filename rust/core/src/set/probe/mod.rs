//! A batch of keys -> a bit each.
//!
//! One file for each instruction set: [`scalar`] runs on every machine and is the reference for the others; `avx2` and
//! `avx512` exist on x86-64. The path is chosen once a process and dispatched once a batch. This file has the common part.
//! The filter comes first, as long as few keys are members. The keys that pass it are packed, so that the later steps
//! process full blocks. Lines are searched before sparse members. A path supplies the steps.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod fetch;
#[cfg(target_arch = "x86_64")]
mod lines;
mod ranks;
mod scalar;

use std::sync::OnceLock;

pub(super) use ranks::ranks;

use super::layout::View;
use super::remainders::Remainders;
use crate::cpu::CodePath;

/// Sixty-four keys: one word of hits.
type Block = [u64; 64];

/// A rank for each key of a block.
type Ranks = [u32; 64];

/// Blocks that are filtered, packed and looked up together: enough packed keys for prefetching, few enough for the
/// first-level cache.
const BLOCKS: usize = 32;

/// The steps of a path. A value of the type proves that the machine has the path's instructions. Every step takes whole
/// blocks; the hit of an undecided key is 0. `undecided` receives the undecided keys.
trait Steps: Copy {
    /// Bits of the keys that pass the filter, which is not empty.
    fn filter(self, view: &View, keys: &[Block], passed: &mut [u64]);
    /// Bits of the members found in lines, and of the keys that may be sparse members. There must be lines.
    fn lines(self, view: &View, keys: &[Block], hits: &mut [u64], undecided: &mut [u64]);
    /// As `lines`, with the rank of each member found; the ranks of other keys are arbitrary.
    fn ranks(
        self,
        view: &View,
        keys: &[Block],
        hits: &mut [u64],
        undecided: &mut [u64],
        ranks: &mut [Ranks],
    );
    /// Bits of the members found by their remainders, and of the keys that may be elsewhere in the set.
    fn remainders(
        self,
        index: &Remainders,
        keys: &[Block],
        hits: &mut [u64],
        undecided: &mut [u64],
    );
    /// Bits of the members found among the sparse members. There must be sparse members.
    fn sparse(self, view: &View, keys: &[Block], hits: &mut [u64]);
    /// Copies the keys whose bit is set to the front of `packed`, and returns their number. The keys after them are
    /// arbitrary.
    fn pack(self, keys: &[Block], bits: &[u64], packed: &mut [Block; BLOCKS + 1]) -> usize;
    /// The inverse for bits: replaces each set bit of `bits` by the next bit of `packed`.
    fn spread(self, packed: &[u64], bits: &mut [u64]);
}

/// Implements the steps that a vector path has as functions of the same names, compiled for its instructions.
#[cfg(target_arch = "x86_64")]
macro_rules! compiled_steps {
    ($($name:ident($($argument:ident: $type:ty),+);)+) => {$(
        fn $name(self, $($argument: $type),+) {
            // SAFETY: `self` is a token, which exists only where the machine has the instructions.
            unsafe { $name($($argument),+) }
        }
    )+};
    () => {
        $crate::set::probe::compiled_steps! {
            filter(view: &View, keys: &[Block], passed: &mut [u64]);
            lines(view: &View, keys: &[Block], hits: &mut [u64], undecided: &mut [u64]);
            ranks(view: &View, keys: &[Block], hits: &mut [u64], undecided: &mut [u64], of: &mut [Ranks]);
            remainders(index: &Remainders, keys: &[Block], hits: &mut [u64], undecided: &mut [u64]);
            spread(packed: &[u64], bits: &mut [u64]);
        }
    };
}
#[cfg(target_arch = "x86_64")]
use compiled_steps;

/// A function that is generic over the steps of a path.
trait Work {
    fn with<S: Steps>(self, steps: S);
}

/// Runs `work` with the steps of a path.
///
/// # Panics
/// If this machine does not have the path's instructions.
fn dispatch(path: CodePath, work: impl Work) {
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = path.avx512() {
        return work.with(token);
    } else if let Some(token) = path.avx2() {
        return work.with(token);
    }
    assert_eq!(
        path,
        CodePath::Scalar,
        "this machine does not have the instructions"
    );
    work.with(scalar::Scalar);
}

/// Looks up a batch. `hits` has one word for every 64 keys, rounded up.
pub(super) fn probe(
    path: CodePath,
    view: View,
    second: &SecondIndex,
    keys: &[u64],
    hits: &mut [u64],
) {
    struct Probe<'a>(View<'a>, &'a SecondIndex, &'a [u64], &'a mut [u64]);
    impl Work for Probe<'_> {
        fn with<S: Steps>(self, steps: S) {
            batch(steps, &self.0, self.1, self.2, self.3);
        }
    }
    dispatch(path, Probe(view, second, keys, hits));
}

/// The second index of a small set, built at the first chunk with many members. Building costs as much as some hundred
/// thousand lookups.
#[derive(Debug, Default)]
pub(super) struct SecondIndex(OnceLock<Option<Remainders>>);

impl SecondIndex {
    fn index(&self, view: &View, blocks: usize) -> Option<&Remainders> {
        if blocks < BLOCKS {
            return self.0.get()?.as_ref();
        }
        let make = || Remainders::of(view.len as usize, view.members());
        self.0.get_or_init(make).as_ref()
    }
}

/// Buffers for packed keys: those that passed the filter, and those that may be sparse members. Created once a batch.
struct Scratch {
    passed: [Block; BLOCKS + 1],
    undecided: [Block; BLOCKS + 1],
}

/// Cuts a batch into chunks of blocks. The last block is padded with zeros, which are never members.
fn batch<S: Steps>(steps: S, view: &View, second: &SecondIndex, keys: &[u64], hits: &mut [u64]) {
    let mut scratch = Scratch {
        passed: [[0; 64]; BLOCKS + 1],
        undecided: [[0; 64]; BLOCKS + 1],
    };
    let (blocks, rest) = keys.as_chunks::<64>();
    let (whole, last) = hits.split_at_mut(blocks.len());
    let mut filtered = !view.filter.is_empty();
    let mut done = 0;
    while done < blocks.len() {
        // The first chunk is one block, which shows whether the filter pays in a short batch.
        let end = blocks.len().min(if done == 0 { 1 } else { done + BLOCKS });
        let (blocks, hits) = (&blocks[done..end], &mut whole[done..end]);
        if filtered {
            steps.filter(view, blocks, hits);
            among(steps, blocks, hits, &mut scratch.passed, |keys, hits| {
                look_up(steps, view, keys, hits, &mut scratch.undecided);
            });
        } else if let Some(index) = second.index(view, blocks.len()) {
            let mut left = [0; BLOCKS];
            let left = &mut left[..blocks.len()];
            steps.remainders(index, blocks, hits, left);
            if !index.complete {
                among(steps, blocks, left, &mut scratch.passed, |keys, hits| {
                    look_up(steps, view, keys, hits, &mut scratch.undecided);
                });
                for (hits, left) in hits.iter_mut().zip(left) {
                    *hits |= *left;
                }
            }
        } else {
            look_up(steps, view, blocks, hits, &mut scratch.undecided);
        }
        // If a fourth of the keys are members, the filter costs more than it saves. Adjacent chunks are usually similar.
        let members: u32 = hits.iter().map(|bits| bits.count_ones()).sum();
        filtered = !view.filter.is_empty() && (members as usize) < blocks.len() * 64 / 4;
        done = end;
    }
    if let [bits] = last {
        let mut block = [0; 64];
        block[..rest.len()].copy_from_slice(rest);
        look_up(
            steps,
            view,
            &[block],
            std::slice::from_mut(bits),
            &mut scratch.undecided,
        );
        *bits &= (1 << rest.len()) - 1;
    }
}

/// Looks up every key: in the lines, then the undecided keys among the sparse members.
fn look_up<S: Steps>(
    steps: S,
    view: &View,
    keys: &[Block],
    hits: &mut [u64],
    scratch: &mut [Block; BLOCKS + 1],
) {
    if view.sparse.is_empty() && view.lines.is_empty() {
        hits.fill(0);
    } else if view.lines.is_empty() {
        steps.sparse(view, keys, hits);
    } else {
        let mut undecided = [0; BLOCKS];
        let undecided = &mut undecided[..keys.len()];
        steps.lines(view, keys, hits, undecided);
        if !view.sparse.is_empty() {
            among(steps, keys, undecided, scratch, |keys, hits| {
                steps.sparse(view, keys, hits);
            });
            for (hits, undecided) in hits.iter_mut().zip(undecided) {
                *hits |= *undecided;
            }
        }
    }
}

/// Calls `find` with only the keys whose bit is set, and clears the bits of those that it does not find.
fn among<S: Steps>(
    steps: S,
    keys: &[Block],
    bits: &mut [u64],
    packed: &mut [Block; BLOCKS + 1],
    find: impl FnOnce(&[Block], &mut [u64]),
) {
    let blocks = steps.pack(keys, bits, packed).div_ceil(64);
    if blocks > 0 {
        let mut found = [0; BLOCKS + 1];
        find(&packed[..blocks], &mut found[..blocks]);
        steps.spread(&found, bits);
    }
}
