//! Building: a set has exactly the distinct keys that were added, ascending, for any number and order of keys.

mod set_keys;

use numguard_core::set::{Builder, CurrentThread, FrozenSet, KeyType, Task, Workers};
use proptest::prelude::*;
use set_keys::{Draw, FAMILIES, any_keys};

/// Enough keys to be sorted in several runs.
const MANY: usize = 1_300_000;

fn built(pieces: impl IntoIterator<Item = Vec<u64>>) -> FrozenSet {
    let mut builder = Builder::new(KeyType::Msisdn);
    for piece in pieces {
        builder.extend(piece);
    }
    builder.build().expect("fewer keys than ranks")
}

fn sorted(mut keys: Vec<u64>) -> Vec<u64> {
    keys.retain(|&key| key != 0);
    keys.sort_unstable();
    keys.dedup();
    keys
}

#[test]
fn keys_sorted_in_several_runs_are_one_set() {
    for (family, make) in FAMILIES {
        let mut draw = Draw(7);
        let mut keys = make(&mut draw, MANY);
        // Each run has keys of all other runs.
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

/// Workers that run the last task first, so that a dependence between tasks is found.
struct Backwards(usize);

impl Workers for Backwards {
    fn count(&self) -> usize {
        self.0
    }

    fn run(&self, tasks: Vec<Task<'_>>) {
        tasks.into_iter().rev().for_each(|task| task());
    }
}

#[test]
fn workers_do_not_matter() {
    for (family, make) in FAMILIES {
        let mut keys = make(&mut Draw(11), MANY / 4);
        keys.push(0);
        keys.extend_from_within(..keys.len() / 5);
        let alone = FrozenSet::build(keys.clone(), KeyType::Msisdn);
        let truth = sorted(keys.clone());
        let half = FrozenSet::build(truth.iter().copied().step_by(2), KeyType::Msisdn);
        let other = FrozenSet::build(truth[truth.len() / 3..].to_vec(), KeyType::Msisdn);
        for workers in [2, 5] {
            let workers = Backwards(workers);
            let mut builder = Builder::new(KeyType::Msisdn);
            for (n, piece) in keys.chunks(100_000).enumerate() {
                let left = keys.len().saturating_sub((n + 1) * 100_000);
                builder.add(piece.len(), left, &workers, |out| {
                    out.copy_from_slice(piece);
                });
            }
            let shared = builder.build_with(&workers).expect("fewer keys than ranks");
            assert!(shared.as_bytes() == alone.as_bytes(), "{family}");
            for (shared, alone) in [
                (
                    half.union(&other, &workers),
                    half.union(&other, &CurrentThread),
                ),
                (
                    half.intersection(&other, &workers),
                    half.intersection(&other, &CurrentThread),
                ),
                (
                    other.difference(&half, &workers),
                    other.difference(&half, &CurrentThread),
                ),
            ] {
                assert!(shared == alone, "{family}");
            }
        }
    }
}

/// The same keys by the path that has them all in order at once.
fn in_order(set: &FrozenSet) -> FrozenSet {
    let empty = FrozenSet::build([], KeyType::Msisdn);
    set.union(&empty, &CurrentThread).expect("the same type")
}

/// Lists of which some keys are grouped.
fn grouped_lists() -> Vec<(&'static str, Vec<u64>)> {
    let mut draw = Draw(13);
    let mobiles = |draw: &mut Draw, count| draw.keys(count, 916_000_000_000, 4_000_000_000);
    let spread = |draw: &mut Draw, count| draw.keys(count, 1, 1 << 50);
    let mixed = |mut parts: Vec<Vec<u64>>, draw: &mut Draw| {
        let mut keys: Vec<u64> = parts.drain(..).flatten().collect();
        for at in (1..keys.len()).rev() {
            keys.swap(at, draw.next() as usize % (at + 1));
        }
        keys
    };
    let near_zero = draw.keys(MANY, 0, 4_000_000_000);
    let at_the_end = draw.keys(MANY, u64::MAX - 3_000_000_000, 3_000_000_000);
    let wide = draw.keys(2 * MANY, 918_000_000_000, 6_000_000_000);
    let few_later = [
        mobiles(&mut draw, MANY),
        draw.keys(3 * MANY, 919_000_000_000, 50_000),
    ];
    let two = vec![
        mobiles(&mut draw, 2 * MANY),
        draw.keys(2 * MANY, 8_613_000_000_000, 900_000_000),
    ];
    let with_others = vec![mobiles(&mut draw, 2 * MANY), spread(&mut draw, MANY)];
    let mut ascending = mobiles(&mut draw, 2 * MANY);
    ascending.sort_unstable();
    let mut zeros = mobiles(&mut draw, 2 * MANY);
    zeros.iter_mut().step_by(3).for_each(|key| *key = 0);
    vec![
        ("near zero", near_zero),
        ("at the end of u64", at_the_end),
        ("wider than a window", wide),
        ("a few that repeat later", few_later.concat()),
        ("two dense ranges", mixed(two.clone(), &mut draw)),
        ("two dense ranges, one after the other", two.concat()),
        ("others among them", mixed(with_others.clone(), &mut draw)),
        ("others after them", with_others.concat()),
        (
            "others before them",
            with_others.into_iter().rev().flatten().collect(),
        ),
        ("ascending", ascending),
        ("zeros among them", zeros),
        (
            "a full range",
            (0..2 * MANY as u64)
                .map(|key| 1_000_000 + key * 7 % (2 * MANY as u64))
                .collect(),
        ),
    ]
}

#[test]
fn grouped_keys_give_the_same_bytes() {
    for (name, keys) in grouped_lists() {
        let truth = sorted(keys.clone());
        let whole = FrozenSet::build(keys.clone(), KeyType::Msisdn);
        assert!(whole.iter().eq(truth.iter().copied()), "{name}");
        assert!(in_order(&whole).as_bytes() == whole.as_bytes(), "{name}");
        for (workers, piece) in [(2, 1 << 20), (3, 1_500_000)] {
            let workers = Backwards(workers);
            let mut builder = Builder::new(KeyType::Msisdn);
            for (n, keys_of_piece) in keys.chunks(piece).enumerate() {
                let left = keys.len().saturating_sub((n + 1) * piece);
                builder.add(keys_of_piece.len(), left, &workers, |out| {
                    out.copy_from_slice(keys_of_piece);
                });
            }
            let shared = builder.build_with(&workers).expect("fewer keys than ranks");
            assert!(
                shared.as_bytes() == whole.as_bytes(),
                "{name}, {piece} at a time"
            );
        }
    }
}

#[test]
fn dense_keys_are_held_in_two_bytes() {
    let (mut builder, mut draw) = (Builder::new(KeyType::Msisdn), Draw(3));
    let (pieces, len) = (16, 1 << 20);
    for left in (0..pieces).rev() {
        let keys = draw.keys(len, 916_000_000_000, 4_000_000_000);
        builder.add(len, left * len, &CurrentThread, |out| {
            out.copy_from_slice(&keys);
        });
    }
    // Two bytes a key, and the memory of one piece.
    assert!(builder.nbytes() < pieces * len * 3);
}

#[test]
fn duplicates_are_not_all_held() {
    let mut builder = Builder::new(KeyType::Msisdn);
    builder.extend((0..5 * MANY as u64).map(|n| 916_000_000_000 + n % 1000));
    assert!(builder.nbytes() < 20 << 20);
    assert_eq!(builder.build().map(|set| set.len()), Some(1000));
}

proptest! {
    #[test]
    fn members_from_any_rank(keys in any_keys(), start in any::<prop::sample::Index>(), len in any::<prop::sample::Index>()) {
        let set = FrozenSet::build(keys.clone(), KeyType::Msisdn);
        let truth = sorted(keys);
        let start = start.index(truth.len() + 1);
        let len = len.index(truth.len() - start + 1);
        for (start, len) in [(start, len), (0, truth.len())] {
            let mut members = vec![1; len];
            set.members_from(start, &mut members);
            prop_assert_eq!(&members[..], &truth[start..start + len]);
        }
    }
}
