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

use std::sync::{LazyLock, OnceLock};

pub(super) use ranks::ranks;

use super::layout::View;
use super::remainders::Remainders;

/// Sixty-four keys: one word of hits.
type Block = [u64; 64];

/// A rank for each key of a block.
type Ranks = [u32; 64];

/// Blocks that are filtered, packed and looked up together: enough survivors to fetch ahead of, few enough to stay in
/// the first cache.
const BLOCKS: usize = 32;

/// Which code looks a batch up. All give the same answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Path {
    /// Safe, portable code.
    Scalar,
    /// AVX2 and BMI2.
    Avx2,
    /// AVX-512 F, BW, DQ and VL, and BMI2.
    Avx512,
}

impl Path {
    /// Every path, the slowest first.
    pub const ALL: [Self; 3] = [Self::Scalar, Self::Avx2, Self::Avx512];

    /// What the path is called in `NUMGUARD_PROBE` and by `numguard doctor`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// Whether this machine has what the path takes.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            Self::Scalar => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::is_available(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => avx512::is_available(),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => false,
        }
    }

    /// The fastest path that this machine has, or the one that the environment variable `NUMGUARD_PROBE` names
    /// (`scalar`, `avx2`, `avx512`) where it has that one. Looked up once.
    #[must_use]
    pub fn chosen() -> Self {
        static CHOSEN: LazyLock<Path> = LazyLock::new(|| {
            let asked = std::env::var("NUMGUARD_PROBE").ok();
            let named = |path: &Path| asked.as_deref() == Some(path.name());
            let asked = Path::ALL.into_iter().find(named);
            asked
                .into_iter()
                .chain(Path::ALL.into_iter().rev())
                .find(|path| path.is_available())
                .unwrap_or(Path::Scalar)
        });
        *CHOSEN
    }
}

/// What a path supplies. Every step takes whole blocks; the hits of rows it does not know are 0.
trait Steps {
    /// Bits of the keys that pass the filter, which is not empty.
    fn filter(view: &View, keys: &[Block], passed: &mut [u64]);
    /// Bits of the members found in lines, of which there are some, and of the keys that only the sparse members decide.
    fn lines(view: &View, keys: &[Block], hits: &mut [u64], asked: &mut [u64]);
    /// The same, and the rank of each member found; what stands beside the others is any number.
    fn ranks(view: &View, keys: &[Block], hits: &mut [u64], asked: &mut [u64], ranks: &mut [Ranks]);
    /// Bits of the members found by their remainders, and of the keys that only the rest of the set decides.
    fn remainders(index: &Remainders, keys: &[Block], hits: &mut [u64], asked: &mut [u64]);
    /// Bits of the members found among the sparse members, of which there are some.
    fn sparse(view: &View, keys: &[Block], hits: &mut [u64]);
    /// Moves the keys whose bit is set to the front of `packed`, and returns how many there are. What stands behind them
    /// is any key.
    fn pack(keys: &[Block], bits: &[u64], packed: &mut [Block; BLOCKS + 1]) -> usize;
    /// The inverse for bits: the next bit of `packed` goes where the next bit of `bits` is set, the others are 0.
    fn spread(packed: &[u64], bits: &mut [u64]);
}

/// Something to do with the steps of whichever path is taken.
trait Work {
    fn with<S: Steps>(self);
}

/// Takes a path.
fn take(path: Path, work: impl Work) {
    match path {
        Path::Scalar => work.with::<scalar::Scalar>(),
        #[cfg(target_arch = "x86_64")]
        Path::Avx2 => {
            assert!(path.is_available(), "this machine has no AVX2");
            work.with::<avx2::Avx2>();
        }
        #[cfg(target_arch = "x86_64")]
        Path::Avx512 => {
            assert!(path.is_available(), "this machine has no AVX-512");
            work.with::<avx512::Avx512>();
        }
        #[cfg(not(target_arch = "x86_64"))]
        Path::Avx2 | Path::Avx512 => panic!("this machine is no x86-64"),
    }
}

/// Looks a batch up. `hits` has one word for each 64 keys begun.
pub(super) fn probe(path: Path, view: View, crowded: &Crowded, keys: &[u64], hits: &mut [u64]) {
    struct Probe<'a>(View<'a>, &'a Crowded, &'a [u64], &'a mut [u64]);
    impl Work for Probe<'_> {
        fn with<S: Steps>(self) {
            batch::<S>(&self.0, self.1, self.2, self.3);
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
fn batch<S: Steps>(view: &View, crowded: &Crowded, keys: &[u64], hits: &mut [u64]) {
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
            S::filter(view, blocks, hits);
            among::<S>(blocks, hits, &mut scratch.passed, |keys, hits| {
                look_up::<S>(view, keys, hits, &mut scratch.asked);
            });
        } else if let Some(index) = crowded.index(view, blocks.len()) {
            let mut left = [0; BLOCKS];
            let left = &mut left[..blocks.len()];
            S::remainders(index, blocks, hits, left);
            if !index.complete {
                among::<S>(blocks, left, &mut scratch.passed, |keys, hits| {
                    look_up::<S>(view, keys, hits, &mut scratch.asked);
                });
                for (hits, left) in hits.iter_mut().zip(left) {
                    *hits |= *left;
                }
            }
        } else {
            look_up::<S>(view, blocks, hits, &mut scratch.asked);
        }
        // Where every fourth key is a member, the filter costs more than it saves. Rows near each other are alike.
        let members: u32 = hits.iter().map(|bits| bits.count_ones()).sum();
        filtered = !view.filter.is_empty() && (members as usize) < blocks.len() * 64 / 4;
        done = end;
    }
    if let [bits] = last {
        let mut block = [0; 64];
        block[..rest.len()].copy_from_slice(rest);
        look_up::<S>(
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
    view: &View,
    keys: &[Block],
    hits: &mut [u64],
    scratch: &mut [Block; BLOCKS + 1],
) {
    if view.sparse.is_empty() && view.lines.is_empty() {
        hits.fill(0);
    } else if view.lines.is_empty() {
        S::sparse(view, keys, hits);
    } else {
        let mut asked = [0; BLOCKS];
        let asked = &mut asked[..keys.len()];
        S::lines(view, keys, hits, asked);
        if !view.sparse.is_empty() {
            among::<S>(keys, asked, scratch, |keys, hits| {
                S::sparse(view, keys, hits)
            });
            for (hits, asked) in hits.iter_mut().zip(asked) {
                *hits |= *asked;
            }
        }
    }
}

/// Looks up, by `find`, only the keys whose bit is set, and leaves the bits of those that were found.
fn among<S: Steps>(
    keys: &[Block],
    bits: &mut [u64],
    packed: &mut [Block; BLOCKS + 1],
    find: impl FnOnce(&[Block], &mut [u64]),
) {
    let blocks = S::pack(keys, bits, packed).div_ceil(64);
    if blocks > 0 {
        let mut found = [0; BLOCKS + 1];
        find(&packed[..blocks], &mut found[..blocks]);
        S::spread(&found, bits);
    }
}
