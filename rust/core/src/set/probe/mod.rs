//! A batch of keys -> a bit each.
//!
//! The folder is the dispatch: [`scalar`] runs anywhere and is the twin that the others must agree with, `avx2` and
//! `avx512` are there on x86-64. A path is chosen once a process, and taken once a batch. What is common to all stands
//! here: the filter is asked first, for as long as few keys are members; the survivors are packed, so that what comes
//! after it meets only full blocks; lines are searched before sparse members. A path supplies the steps in between.

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
use crate::cpu::Path;

/// Sixty-four keys: one word of hits.
type Block = [u64; 64];

/// A rank for each key of a block.
type Ranks = [u32; 64];

/// Blocks that are filtered, packed and looked up together: enough survivors to fetch ahead of, few enough to stay in
/// the first cache.
const BLOCKS: usize = 32;

/// What a path supplies; a value of it proves that the machine has its instructions. Every step takes whole blocks; the
/// hits of rows it does not know are 0.
trait Steps: Copy {
    /// Bits of the keys that pass the filter, which is not empty.
    fn filter(self, view: &View, keys: &[Block], passed: &mut [u64]);
    /// Bits of the members found in lines, of which there are some, and of the keys that only the sparse members decide.
    fn lines(self, view: &View, keys: &[Block], hits: &mut [u64], asked: &mut [u64]);
    /// The same, and the rank of each member found; what stands beside the others is any number.
    fn ranks(
        self,
        view: &View,
        keys: &[Block],
        hits: &mut [u64],
        asked: &mut [u64],
        ranks: &mut [Ranks],
    );
    /// Bits of the members found by their remainders, and of the keys that only the rest of the set decides.
    fn remainders(self, index: &Remainders, keys: &[Block], hits: &mut [u64], asked: &mut [u64]);
    /// Bits of the members found among the sparse members, of which there are some.
    fn sparse(self, view: &View, keys: &[Block], hits: &mut [u64]);
    /// Moves the keys whose bit is set to the front of `packed`, and returns how many there are. What stands behind them
    /// is any key.
    fn pack(self, keys: &[Block], bits: &[u64], packed: &mut [Block; BLOCKS + 1]) -> usize;
    /// The inverse for bits: the next bit of `packed` goes where the next bit of `bits` is set, the others are 0.
    fn spread(self, packed: &[u64], bits: &mut [u64]);
}

/// The steps that every vector path has as functions of the same names, compiled for its instructions.
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
            lines(view: &View, keys: &[Block], hits: &mut [u64], asked: &mut [u64]);
            ranks(view: &View, keys: &[Block], hits: &mut [u64], asked: &mut [u64], of: &mut [Ranks]);
            remainders(index: &Remainders, keys: &[Block], hits: &mut [u64], asked: &mut [u64]);
            spread(packed: &[u64], bits: &mut [u64]);
        }
    };
}
#[cfg(target_arch = "x86_64")]
use compiled_steps;

/// Something to do with the steps of whichever path is taken.
trait Work {
    fn with<S: Steps>(self, steps: S);
}

/// Takes a path.
///
/// # Panics
/// If this machine does not have its instructions.
fn take(path: Path, work: impl Work) {
    #[cfg(target_arch = "x86_64")]
    if let Some(token) = path.avx512() {
        return work.with(token);
    } else if let Some(token) = path.avx2() {
        return work.with(token);
    }
    assert_eq!(path, Path::Scalar, "this machine has no such instructions");
    work.with(scalar::Scalar);
}

/// Looks a batch up. `hits` has one word for each 64 keys begun.
pub(super) fn probe(path: Path, view: View, crowded: &Crowded, keys: &[u64], hits: &mut [u64]) {
    struct Probe<'a>(View<'a>, &'a Crowded, &'a [u64], &'a mut [u64]);
    impl Work for Probe<'_> {
        fn with<S: Steps>(self, steps: S) {
            batch(steps, &self.0, self.1, self.2, self.3);
        }
    }
    take(path, Probe(view, crowded, keys, hits));
}

/// The second index of a small set, made when the first chunk full of members is met: that costs as much as some
/// hundred thousand searches, once.
#[derive(Debug, Default)]
pub(super) struct Crowded(OnceLock<Option<Remainders>>);

impl Crowded {
    fn index(&self, view: &View, blocks: usize) -> Option<&Remainders> {
        if blocks < BLOCKS {
            return self.0.get()?.as_ref();
        }
        let make = || Remainders::of(view.len as usize, view.members());
        self.0.get_or_init(make).as_ref()
    }
}

/// Buffers for the keys that are to be looked up further, packed: one for those that passed the filter, one for those
/// that only the sparse members decide. Made once a batch.
struct Scratch {
    passed: [Block; BLOCKS + 1],
    asked: [Block; BLOCKS + 1],
}

/// Cuts a batch into chunks of blocks; the last block is filled up with zeros, which are never members.
fn batch<S: Steps>(steps: S, view: &View, crowded: &Crowded, keys: &[u64], hits: &mut [u64]) {
    let mut scratch = Scratch {
        passed: [[0; 64]; BLOCKS + 1],
        asked: [[0; 64]; BLOCKS + 1],
    };
    let (blocks, rest) = keys.as_chunks::<64>();
    let (whole, last) = hits.split_at_mut(blocks.len());
    let mut filtered = !view.filter.is_empty();
    let mut done = 0;
    while done < blocks.len() {
        // One block shows whether the filter is of use for the others of a short batch.
        let end = blocks.len().min(if done == 0 { 1 } else { done + BLOCKS });
        let (blocks, hits) = (&blocks[done..end], &mut whole[done..end]);
        if filtered {
            steps.filter(view, blocks, hits);
            among(steps, blocks, hits, &mut scratch.passed, |keys, hits| {
                look_up(steps, view, keys, hits, &mut scratch.asked);
            });
        } else if let Some(index) = crowded.index(view, blocks.len()) {
            let mut left = [0; BLOCKS];
            let left = &mut left[..blocks.len()];
            steps.remainders(index, blocks, hits, left);
            if !index.complete {
                among(steps, blocks, left, &mut scratch.passed, |keys, hits| {
                    look_up(steps, view, keys, hits, &mut scratch.asked);
                });
                for (hits, left) in hits.iter_mut().zip(left) {
                    *hits |= *left;
                }
            }
        } else {
            look_up(steps, view, blocks, hits, &mut scratch.asked);
        }
        // Where every fourth key is a member, the filter costs more than it saves. Rows near each other are alike.
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
            &mut scratch.asked,
        );
        *bits &= (1 << rest.len()) - 1;
    }
}

/// Looks every key up: in the lines, then, where those do not decide, among the sparse members.
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
        let mut asked = [0; BLOCKS];
        let asked = &mut asked[..keys.len()];
        steps.lines(view, keys, hits, asked);
        if !view.sparse.is_empty() {
            among(steps, keys, asked, scratch, |keys, hits| {
                steps.sparse(view, keys, hits);
            });
            for (hits, asked) in hits.iter_mut().zip(asked) {
                *hits |= *asked;
            }
        }
    }
}

/// Looks up, by `find`, only the keys whose bit is set, and leaves the bits of those that were found.
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
