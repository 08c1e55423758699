//! Building: the keys that went in come out, ascending and once, however many there were and however they came.

mod set_keys;

use numguard_core::set::{Builder, FrozenSet, KeyType};
use proptest::prelude::*;
use set_keys::{Draw, FAMILIES, any_keys};

/// So many keys that they are sorted in several runs.
const MANY: usize = 1_300_000;

fn built(pieces: impl IntoIterator<Item = Vec<u64>>) -> FrozenSet {
    let mut builder = Builder::new(KeyType::Msisdn);
    for piece in pieces {
        builder.extend(piece);
    }
    builder.build().expect("there are ranks for all")
}

fn sorted(mut keys: Vec<u64>) -> Vec<u64> {
    keys.retain(|&key| key != 0);
    keys.sort_unstable();
    keys.dedup();
    keys
}

#[test]
fn what_takes_several_runs_comes_out_as_one() {
    for (family, make) in FAMILIES {
        let mut draw = Draw(7);
        let mut keys = make(&mut draw, MANY);
        // Each run meets keys of all others again.
        keys.extend_from_within(..keys.len() / 3);
        let set = FrozenSet::build(keys.clone(), KeyType::Msisdn);
        let truth = sorted(keys);
        assert!(set.iter().eq(truth.iter().copied()), "{family}");
        let (front, back) = truth.split_at(truth.len() / 2);
        let pieces = [back.to_vec(), front.to_vec(), vec![0], Vec::new()];
        assert!(built(pieces) == set, "{family}: runs that do not overlap");
    }
}

proptest! {
    #[test]
    fn pieces_do_not_matter(keys in any_keys(), pieces in 1usize..50) {
        let whole = FrozenSet::build(keys.clone(), KeyType::Msisdn);
        prop_assert!(whole.iter().eq(sorted(keys.clone())));
        let pieces = keys.chunks(keys.len() / pieces + 1).map(<[u64]>::to_vec);
        prop_assert!(built(pieces) == whole);
    }
}
