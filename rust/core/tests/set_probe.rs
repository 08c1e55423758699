//! Every path and every layout of the set gives the answers of the oracle.

mod set_keys;

use numguard_core::cpu::CodePath;
use numguard_core::naive::set::NaiveSet;
use numguard_core::set::{FrozenSet, KeyType};
use proptest::prelude::*;
use set_keys::{Draw, FAMILIES, any_keys, draw_queries, set};

/// Probes every path of this machine, and compares with the oracle.
fn agree(set: &FrozenSet, oracle: &NaiveSet, queries: &[u64]) {
    let (truth, positions) = (oracle.probe(queries), oracle.positions(queries));
    let mut paths = 0;
    for path in CodePath::ALL.into_iter().filter(|path| path.is_available()) {
        let mut hits = vec![u64::MAX; truth.len()];
        set.probe_on(path, queries, &mut hits);
        assert!(hits == truth, "{path:?} disagrees");
        let mut ranks = vec![7; queries.len()];
        set.positions_on(path, queries, &mut ranks);
        assert!(ranks == positions, "{path:?} disagrees on ranks");
        paths += 1;
    }
    assert!(paths > 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_path_agrees_with_the_oracle(keys in any_keys(), seed: u64, count in 0usize..6_000) {
        let (set, oracle) = (set(&keys), NaiveSet::build(&keys));
        prop_assert!(set.iter().eq(oracle.keys()));
        prop_assert_eq!(set.len(), oracle.keys().len());
        agree(&set, &oracle, &draw_queries(&mut Draw(seed), &keys, count));
    }

    #[test]
    fn the_same_keys_give_the_same_bytes(keys in any_keys(), seed: u64) {
        let mut shuffled = keys.clone();
        let mut draw = Draw(seed);
        for end in (1..shuffled.len()).rev() {
            shuffled.swap(end, draw.next() as usize % (end + 1));
        }
        let repeats: Vec<u64> = shuffled.iter().copied().step_by(3).collect();
        shuffled.extend(repeats);
        let (one, other) = (set(&keys), set(&shuffled));
        prop_assert!(one.as_bytes() == other.as_bytes());
        prop_assert_eq!(&one, &other);
        prop_assert_eq!(one.content_hash(), other.content_hash());
    }
}

#[test]
fn every_family_at_sizes_that_take_every_layout() {
    for (name, draw_keys) in FAMILIES {
        for count in [1, 63, 1_000, 40_000, 150_000] {
            let mut draw = Draw(count as u64);
            let keys = draw_keys(&mut draw, count);
            let (set, oracle) = (set(&keys), NaiveSet::build(&keys));
            assert!(set.iter().eq(oracle.keys()), "{name}, {count}");
            agree(&set, &oracle, &draw_queries(&mut draw, &keys, 20_000));
            // Runs without members and runs of members only, so that the filter is switched off and on again.
            let mut runs = draw.keys(9_000, 1, u64::MAX >> 1);
            runs.extend(
                oracle
                    .keys()
                    .iter()
                    .cycle()
                    .take(9_000 * usize::from(!set.is_empty())),
            );
            runs.extend(draw.keys(9_000, 1, u64::MAX >> 1));
            agree(&set, &oracle, &runs);
        }
    }
}

#[test]
fn a_set_too_large_for_a_filter_is_exact() {
    // Every third number of a range: arithmetic gives the rank and membership of each key.
    let first = 919_000_000_000;
    let count = (1 << 23) + 1_000;
    let set = FrozenSet::build((0..count).map(|key| first + 3 * key), KeyType::Msisdn);
    assert!(set.nbytes() < 8 * count as usize);
    let queries: Vec<u64> = (0..30_000).map(|step| first - 300 + step * 847).collect();
    let mut ranks = vec![0; queries.len()];
    set.positions(&queries, &mut ranks);
    let mut seen = [0, 0];
    for path in CodePath::ALL.into_iter().filter(|path| path.is_available()) {
        let mut hits = vec![0; queries.len().div_ceil(64)];
        set.probe_on(path, &queries, &mut hits);
        for (row, (&key, &rank)) in queries.iter().zip(&ranks).enumerate() {
            let member = key >= first && (key - first).is_multiple_of(3) && key < first + 3 * count;
            assert_eq!(hits[row / 64] >> (row % 64) & 1 == 1, member);
            assert_eq!(
                rank,
                if member {
                    ((key - first) / 3) as u32
                } else {
                    u32::MAX
                }
            );
            seen[usize::from(member)] += 1;
        }
    }
    assert!(seen[0] > 0 && seen[1] > 0);
}

/// As in `set/layout.rs`. If they change, the keys below no longer collide, and their tests fail.
const MULTIPLIERS: [u64; 4] = [
    0x9e37_79b9_7f4a_7c15,
    0xd6e8_feb8_6659_fd93,
    0xa076_1d64_78bd_642f,
    0xe703_7ed1_a0b4_28db,
];

/// A field of the header.
fn field(set: &FrozenSet, word: usize) -> u64 {
    u64::from_le_bytes(set.as_bytes()[word * 8..word * 8 + 8].try_into().unwrap())
}

#[test]
fn keys_that_collide_under_one_multiplier_take_another() {
    // The products with the first multiplier are 1, 2, 3 ...: one slot for all of them.
    let inverse = (0..6).fold(1u64, |guess, _| {
        guess.wrapping_mul(2u64.wrapping_sub(MULTIPLIERS[0].wrapping_mul(guess)))
    });
    let keys: Vec<u64> = (1..2_000u64)
        .map(|product| product.wrapping_mul(inverse))
        .collect();
    let (set, oracle) = (set(&keys), NaiveSet::build(&keys));
    assert_ne!(field(&set, 10), 0, "another multiplier");
    agree(&set, &oracle, &draw_queries(&mut Draw(5), &keys, 5_000));
}

#[test]
fn keys_whose_remainders_are_in_one_word_are_found_by_the_rest_of_the_set() {
    // As in `set/remainders.rs`. Modulo 2^32, the products of the distances are 0, 1, 2 ...: one word for all of them.
    let multiplier = 0x9e37_79b9u32;
    let inverse = (0..5).fold(1u32, |guess, _| {
        guess.wrapping_mul(2u32.wrapping_sub(multiplier.wrapping_mul(guess)))
    });
    assert_eq!(multiplier.wrapping_mul(inverse), 1);
    let keys: Vec<u64> = (0..3_000u32)
        .map(|product| 916_000_000_000 + u64::from(product.wrapping_mul(inverse)))
        .collect();
    let (set, oracle) = (set(&keys), NaiveSet::build(&keys));
    let mut queries: Vec<u64> = keys.iter().copied().cycle().take(9_000).collect();
    queries.extend(draw_queries(&mut Draw(8), &keys, 9_000));
    agree(&set, &oracle, &queries);
}

#[test]
fn keys_that_collide_under_every_multiplier_are_found_by_bisection() {
    let mut draw = Draw(6);
    let collides = |key: &u64| {
        MULTIPLIERS
            .iter()
            .all(|multiplier| key.wrapping_mul(*multiplier) >> 60 == 0)
    };
    let keys: Vec<u64> = std::iter::repeat_with(|| draw.next())
        .filter(collides)
        .take(450)
        .collect();
    let (set, oracle) = (set(&keys), NaiveSet::build(&keys));
    assert_eq!(field(&set, 9), 0, "no slots");
    agree(&set, &oracle, &draw_queries(&mut Draw(7), &keys, 5_000));
}

#[test]
fn zero_is_never_a_member() {
    let set = set(&[0, 0, 5]);
    assert_eq!(set.len(), 1);
    assert!(!set.contains(0) && set.contains(5));
    let mut hits = [u64::MAX];
    set.probe(&[0, 5, 0], &mut hits);
    assert_eq!(hits, [0b010]);
}

#[test]
fn an_empty_batch_is_allowed() {
    set(&[5]).probe(&[], &mut []);
    set(&[5]).positions(&[], &mut []);
}
