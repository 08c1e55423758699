//! Reading only the number gives the number of the full reading, for integers at every edge.

use numguard_core::msisdn::{Region, key_i64, key_u64, read_i64, read_u64};
use proptest::prelude::*;

/// Integers around every power of ten and every border of a national range, and any others.
fn integers() -> impl Strategy<Value = i64> {
    let edges = (0..19u32).prop_flat_map(|power| {
        let ten = 10_i64.pow(power);
        (-3..=3i64).prop_map(move |by| ten + by)
    });
    let borders = prop::sample::select(vec![
        6_000_000_000_i64,
        9_999_999_999,
        916_000_000_000,
        919_999_999_999,
        910_000_000_000,
    ]);
    prop_oneof![
        edges,
        (borders, -2..=2i64).prop_map(|(border, by)| border + by),
        600_000_000..1_000_000_000_000_i64,
        any::<i64>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn of_signed_integers(value in integers()) {
        for region in [Region::In, Region::E164] {
            prop_assert_eq!(key_i64(value, region), read_i64(value, region).msisdn);
        }
    }

    #[test]
    fn of_unsigned_integers(value in prop_oneof![integers().prop_map(i64::cast_unsigned), any::<u64>()]) {
        prop_assert_eq!(key_u64(value), read_u64(value, Region::In).msisdn);
    }
}
