//! A walk that receives only the sizes of closed keys gives the answer of a walk over all sightings.

use std::sync::Arc;

use numguard_core::linkage::{
    Answer, Place, Point, Policy, Row, Seed, Side, Sighting, Size, Tally, Walk, ist_day,
};
use proptest::prelude::*;

type Seen = (Sighting, Place);

fn rows_of(seen: &[Seen], side: Side, keys: &[u64]) -> Vec<(Row, Place)> {
    let rows = seen
        .iter()
        .map(|&(sighting, place)| (side.row(sighting), place));
    rows.filter(|(row, _)| keys.binary_search(&row.key).is_ok())
        .collect()
}

fn sizes_of(rows: &[(Row, Place)]) -> Vec<Size> {
    let mut rows: Vec<Row> = rows.iter().map(|&(row, _)| row).collect();
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

/// Whether the size alone closes a key: of such a key no sighting is needed.
fn is_closed_by_size(size: Size, side: Side, policy: &Policy) -> bool {
    let exceeds = |cap: Option<u64>| cap.is_some_and(|cap| size.others > cap);
    match side {
        Side::Numbers => {
            policy.protected.contains(size.key) || exceeds(policy.max_imeis_per_number)
        }
        Side::Handsets => {
            policy.placeholders.contains(size.key)
                || !policy.needs_places() && exceeds(policy.max_numbers_per_imei)
        }
    }
}

fn walk(seen: &[Seen], policy: &Arc<Policy>, by_sizes: bool) -> Answer {
    let mut walk = Walk::new(Arc::clone(policy), &[Seed::of(1), Seed::of(2)]);
    while let Some(wanted) = walk.wanted() {
        let side = wanted.side;
        let mut rows = rows_of(seen, side, wanted.keys);
        let mut sizes = Vec::new();
        if by_sizes {
            sizes = sizes_of(&rows);
            let needed = walk.needed(&sizes);
            let mut asked = sizes.iter().filter(|size| needed.contains(&size.key));
            assert!(asked.all(|size| !is_closed_by_size(*size, side, policy)));
            sizes.retain(|size| !needed.contains(&size.key));
            rows.retain(|(row, _)| needed.contains(&row.key));
        }
        let (rows, places) = rows.into_iter().unzip();
        let tally = if policy.needs_places_of(side) {
            Tally::of_placed(rows, places, policy)
        } else {
            Tally::of(rows, side, policy)
        };
        walk.close_pass(vec![tally, Tally::of_sizes(&sizes)]);
    }
    walk.finish()
}

/// One of two cells, or none, a degree apart.
fn place(n: i32) -> Place {
    let point = Point {
        latitude: 28_000_000 + n * 1_000_000,
        longitude: 77_000_000,
    };
    Place {
        point: (n > 0).then_some(point),
        ..Place::default()
    }
}

proptest! {
    #[test]
    fn sizes_suffice_for_closed_keys(
        rows in prop::collection::vec(
            (1u64..12, 35_000_000_000_000u64..35_000_000_000_008, 0i64..9, 0i32..3),
            0..60,
        ),
        max_hops in 1u32..4,
        caps in (prop::option::of(1u64..5), prop::option::of(1u64..5), prop::option::of(0.5f64..2.5)),
        places in (prop::option::of(0.1f64..9.0), prop::option::of(1u64..9)),
        lists in (prop::collection::vec(1u64..12, 0..3), 35_000_000_000_000u64..35_000_000_000_008),
    ) {
        let day = numguard_core::linkage::DAY / 2;
        let seen: Vec<Seen> = rows
            .iter()
            .map(|&(msisdn, imei14, half, n)| (Sighting { msisdn, imei14, at: half * day }, place(n)))
            .collect();
        let policy = Arc::new(Policy {
            max_hops,
            max_numbers_per_imei: caps.0,
            max_imeis_per_number: caps.1,
            max_numbers_per_day: caps.2,
            max_speed_kmh: places.0,
            max_numbers_in_one_place: places.1,
            min_days: 2,
            protected: lists.0.into(),
            placeholders: vec![lists.1].into(),
            ..Policy::default()
        });
        let whole = walk(&seen, &policy, false);
        prop_assert_eq!(format!("{:?}", walk(&seen, &policy, true)), format!("{whole:?}"));
    }
}
