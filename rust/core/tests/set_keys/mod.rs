//! Typical and adverse keys for the tests of the set. All made up.
#![allow(dead_code, reason = "each test uses a part of it")]

use numguard_core::set::{FrozenSet, KeyType};
use proptest::prelude::*;

/// A fast random generator, for large sets.
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    /// The next 64 bits (splitmix64).
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// `count` keys from `start` on, spread over `span` numbers.
    pub(crate) fn keys(&mut self, count: usize, start: u64, span: u64) -> Vec<u64> {
        (0..count).map(|_| start + self.next() % span).collect()
    }
}

/// Draws approximately the given number of keys.
type Make = fn(&mut Draw, usize) -> Vec<u64>;

/// Families of keys, each of which uses another layout of the set.
pub(crate) const FAMILIES: [(&str, Make); 12] = [
    ("none", |_, _| Vec::new()),
    ("one", |_, _| vec![919_876_500_001]),
    ("the ends of u64", |_, _| {
        vec![0, 1, 2, 63, 64, u64::MAX - 1, u64::MAX]
    }),
    ("mobiles", |draw, count| {
        draw.keys(count, 916_000_000_000, 4_000_000_000)
    }),
    ("mobiles, dense", |draw, count| {
        draw.keys(count, 919_000_000_000, 100 * count as u64 + 1)
    }),
    ("mobiles, denser", |draw, count| {
        draw.keys(count, 919_000_000_000, 3 * count as u64 + 1)
    }),
    ("consecutive", |_, count| {
        (0..count as u64).map(|key| 917_000_000_000 + key).collect()
    }),
    ("clusters in a dense range", |draw, count| {
        let mut keys = draw.keys(count, 918_000_000_000, 200 * count as u64 + 1);
        keys.extend((0..60).map(|key| 918_000_000_000 + 7_000 + key));
        keys.extend((0..300).map(|key| 918_000_000_000 + 100 * count as u64 + key));
        keys
    }),
    ("thirteen-digit machines", |draw, count| {
        draw.keys(count, 915_590_000_000_000, 30_000_000_000)
    }),
    ("handsets", |draw, count| {
        (0..count)
            .map(|_| (35_000_000 + draw.next() % 50 * 97) * 1_000_000 + draw.next() % 1_000_000)
            .collect()
    }),
    ("all countries", |draw, count| {
        (0..count)
            .map(|_| 10u64.pow(7 + (draw.next() % 9) as u32) - 1 - draw.next() % 9_000_000)
            .collect()
    }),
    ("dense, with sparse members on both sides", |draw, count| {
        let mut keys = draw.keys(count, 919_000_000_000, 1_000 * count as u64 + 1);
        keys.extend(draw.keys(count / 20 + 1, 1, 1 << 32));
        keys.extend(draw.keys(count / 20 + 1, 1 << 49, 1 << 49));
        keys
    }),
];

/// Keys to look up: members, adjacent keys, and random keys.
pub(crate) fn draw_queries(draw: &mut Draw, keys: &[u64], count: usize) -> Vec<u64> {
    (0..count)
        .map(|_| {
            let near = if keys.is_empty() {
                0
            } else {
                keys[draw.next() as usize % keys.len()]
            };
            match draw.next() % 8 {
                0..4 => near,
                4 => near.wrapping_add(1),
                5 => near ^ 1 << (draw.next() % 64),
                6 => near.wrapping_sub(draw.next() % 5_000),
                _ => draw.next() >> (draw.next() % 64),
            }
        })
        .collect()
}

/// A family, a seed and a size.
pub(crate) fn any_keys() -> impl Strategy<Value = Vec<u64>> {
    (0..FAMILIES.len(), any::<u64>(), 0usize..3_000)
        .prop_map(|(family, seed, count)| (FAMILIES[family].1)(&mut Draw(seed), count))
}

/// A set of phone numbers.
pub(crate) fn set(keys: &[u64]) -> FrozenSet {
    FrozenSet::build(keys.iter().copied(), KeyType::Msisdn)
}
