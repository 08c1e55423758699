//! A walk that receives only the sizes of closed keys gives the answer of a walk over all sightings.

use std::sync::Arc;

use numguard_core::linkage::{
    Answer, Policy, Row, Seed, Side, Sighting, Size, Tally, Walk, ist_day,
};
use proptest::prelude::*;

fn rows_of(sightings: &[Sighting], side: Side, keys: &[u64]) -> Vec<Row> {
    let rows = sightings.iter().map(|&sighting| side.row(sighting));
    rows.filter(|row| keys.binary_search(&row.key).is_ok())
        .collect()
}

fn sizes_of(rows: &[Row]) -> Vec<Size> {
    let mut rows = rows.to_vec();
    rows.sort_unstable();
    rows.chunk_by(|a, b| a.key == b.key)
        .map(|rows| {
            let distinct = |mut pairs: Vec<(i64, u64)>| {
                pairs.sort_unstable();
                pairs.dedup();
                pairs.len() as u64
            };
            let of = |pair: fn(&Row) -> (i64, u64)| distinct(rows.iter().map(pair).collect());
            Size {
                key: rows[0].key,
                others: of(|row| (0, row.other)),
                days: of(|row| (ist_day(row.at), 0)),
                others_on_days: of(|row| (ist_day(row.at), row.other)),
            }
        })
        .collect()
}

fn walk(sightings: &[Sighting], policy: &Arc<Policy>, by_sizes: bool) -> Answer {
    let mut walk = Walk::new(Arc::clone(policy), &[Seed::of(1), Seed::of(2)]);
    while let Some(wanted) = walk.wanted() {
        let side = wanted.side;
        let mut rows = rows_of(sightings, side, wanted.keys);
        let mut sizes = Vec::new();
        if by_sizes {
            sizes = sizes_of(&rows);
            let open = walk.open(&sizes);
            sizes.retain(|size| !open.contains(&size.key));
            rows.retain(|row| open.contains(&row.key));
        }
        let tallies = vec![Tally::of(rows, side, policy), Tally::of_sizes(&sizes)];
        walk.close_pass(tallies);
    }
    walk.finish()
}

proptest! {
    #[test]
    fn sizes_suffice_for_closed_keys(
        rows in prop::collection::vec((1u64..12, 35_000_000_000_000u64..35_000_000_000_008, 0i64..9), 0..60),
        max_hops in 1u32..4,
        caps in (prop::option::of(1u64..5), prop::option::of(1u64..5), prop::option::of(0.5f64..2.5)),
        protected in prop::collection::vec(1u64..12, 0..3),
        placeholder in 35_000_000_000_000u64..35_000_000_000_008,
    ) {
        let day = numguard_core::linkage::DAY / 2;
        let sightings: Vec<Sighting> =
            rows.iter().map(|&(msisdn, imei14, half)| Sighting { msisdn, imei14, at: half * day }).collect();
        let policy = Arc::new(Policy {
            max_hops,
            max_numbers_per_imei: caps.0,
            max_imeis_per_number: caps.1,
            max_numbers_per_day: caps.2,
            min_days: 2,
            protected: protected.into(),
            placeholders: vec![placeholder].into(),
            ..Policy::default()
        });
        let whole = walk(&sightings, &policy, false);
        prop_assert_eq!(format!("{:?}", walk(&sightings, &policy, true)), format!("{whole:?}"));
    }
}
