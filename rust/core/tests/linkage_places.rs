//! Clones and SIM boxes by their places: walk and oracle agree for random places, and for the cases of the documentation.

use std::sync::Arc;

use numguard_core::linkage::{
    Admitted, Answer, Apart, NO_TIME, Place, Point, Policy, Seed, Sighting, Tally, Walk, Why,
};
use numguard_core::naive;
use proptest::prelude::*;
use proptest::sample::select;

type Seen = (Sighting, Place);

const MINUTE: i64 = 60_000_000;
const DELHI: Point = at(28_613_900, 77_209_000);
const GURUGRAM: Point = at(28_459_500, 77_026_600);
const MUMBAI: Point = at(19_076_000, 72_877_700);

const fn at(latitude: i32, longitude: i32) -> Point {
    Point {
        latitude,
        longitude,
    }
}

fn walk(seeds: &[Seed], seen: &[Seen], policy: &Policy, parts: usize) -> Answer {
    let mut walk = Walk::new(Arc::new(policy.clone()), seeds);
    while let Some(wanted) = walk.wanted() {
        let mut cut = vec![(Vec::new(), Vec::new()); parts];
        for (sighting, place) in seen {
            let row = wanted.side.row(*sighting);
            if policy.admits(sighting.at) == Admitted::Kept
                && wanted.keys.binary_search(&row.key).is_ok()
            {
                let part = &mut cut[row.key as usize % parts];
                part.0.push(row);
                part.1.push(*place);
            }
        }
        let side = wanted.side;
        let tally = |(rows, places)| match side {
            side if policy.needs_places_of(side) => Tally::of_placed(rows, places, policy),
            _ => Tally::of(rows, side, policy),
        };
        walk.close_pass(cut.into_iter().map(tally).collect());
    }
    walk.finish()
}

fn seen(msisdn: u64, minute: i64, point: Point) -> Seen {
    let sighting = Sighting {
        msisdn,
        imei14: 7,
        at: minute * MINUTE,
    };
    let place = Place {
        point: Some(point),
        ..Place::default()
    };
    (sighting, place)
}

fn in_circle(msisdn: u64, second: i64, circle: u64) -> Seen {
    let sighting = Sighting {
        msisdn,
        imei14: 7,
        at: second * MINUTE / 60,
    };
    let place = Place {
        circle,
        ..Place::default()
    };
    (sighting, place)
}

fn fast() -> Policy {
    Policy {
        max_speed_kmh: Some(1000.0),
        ..Policy::default()
    }
}

fn why(rows: &[Seen], policy: &Policy) -> Option<(Why, Option<Apart>)> {
    let answer = walk(&[Seed::of(1)], rows, policy, 2);
    assert_eq!(
        answer,
        naive::linkage::expand_placed(&[Seed::of(1)], rows, policy)
    );
    answer
        .stopped_handsets
        .first()
        .map(|one| (one.why, one.apart))
}

#[test]
fn a_clone_is_in_two_towns_at_least_twice() {
    let once = [seen(1, 0, DELHI), seen(2, 10, MUMBAI)];
    assert_eq!(why(&once, &fast()), None);
    let twice = [once[0], once[1], seen(1, 20, DELHI), seen(2, 30, MUMBAI)];
    let apart = Apart {
        times: 2,
        km: Some(1148),
    };
    assert_eq!(why(&twice, &fast()), Some((Why::InTwoPlaces, Some(apart))));
    assert_eq!(why(&twice, &Policy::default()), None);
}

#[test]
fn one_wrong_row_is_no_clone() {
    let rows: Vec<Seen> = (0..20)
        .map(|n| seen(1 + n as u64 % 2, n, if n == 9 { MUMBAI } else { DELHI }))
        .collect();
    assert_eq!(why(&rows, &fast()), None);
}

#[test]
fn towers_of_one_town_and_a_flight_are_no_clone() {
    let town: Vec<Seen> = (0..20)
        .map(|n| {
            seen(
                1 + n as u64 % 2,
                0,
                if n % 2 == 0 { DELHI } else { GURUGRAM },
            )
        })
        .collect();
    assert_eq!(why(&town, &fast()), None);
    let flights: Vec<Seen> = (0..20)
        .map(|n| {
            seen(
                1 + n as u64 % 2,
                120 * n,
                if n % 2 == 0 { DELHI } else { MUMBAI },
            )
        })
        .collect();
    assert_eq!(why(&flights, &fast()), None);
    let slower = Policy {
        max_speed_kmh: Some(200.0),
        ..Policy::default()
    };
    assert!(matches!(
        why(&flights, &slower),
        Some((Why::InTwoPlaces, _))
    ));
}

#[test]
fn what_is_too_fast_is_exact_to_a_millisecond() {
    for speed in [200.0, 1000.0] {
        let policy = Policy {
            max_speed_kmh: Some(speed),
            ..Policy::default()
        };
        let least = ((DELHI.km_to(MUMBAI) - 30.0) / speed * 3.6e9) as i64;
        for (step, is_clone) in [(least + 1000, false), (least - 1000, true)] {
            let rows = [0, 1, 2, 3].map(|n| {
                let point = if n % 2 == 0 { DELHI } else { MUMBAI };
                let (sighting, place) = seen(1 + n as u64 % 2, 0, point);
                let at = n * step;
                (Sighting { at, ..sighting }, place)
            });
            assert_eq!(why(&rows, &policy).is_some(), is_clone, "{speed} {step}");
        }
    }
}

#[test]
fn one_number_in_two_places_is_no_clone() {
    let rows: Vec<Seen> = (0..20)
        .map(|n| seen(1, n, if n % 2 == 0 { DELHI } else { MUMBAI }))
        .chain([seen(2, 600, DELHI)])
        .collect();
    assert_eq!(why(&rows, &fast()), None);
}

#[test]
fn two_circles_within_a_minute() {
    let near = [0, 59, 100, 140]
        .map(|second| in_circle(1 + second as u64 % 2, second, 1 + second as u64 % 2));
    let apart = Apart { times: 1, km: None };
    assert_eq!(why(&near, &fast()), None);
    let twice = [0, 59, 1000, 1001]
        .map(|second| in_circle(1 + second as u64 % 2, second, 1 + second as u64 % 2));
    assert_eq!(
        why(&twice, &fast()),
        Some((Why::InTwoPlaces, Some(Apart { times: 2, ..apart })))
    );
    let later = [0, 61, 1000, 1061]
        .map(|second| in_circle(1 + second as u64 % 2, second, 1 + second as u64 % 2));
    assert_eq!(why(&later, &fast()), None);
    // If both have coordinates, circles are not compared: two operators may name one circle differently.
    let exact = twice.map(|(sighting, place)| {
        let point = Some(DELHI);
        (sighting, Place { point, ..place })
    });
    assert_eq!(why(&exact, &fast()), None);
}

fn box_of(numbers: u64, place: impl Fn(u64) -> Place) -> Vec<Seen> {
    (1..=numbers)
        .map(|msisdn| {
            let sighting = Sighting {
                msisdn,
                imei14: 7,
                at: msisdn as i64 * 60 * MINUTE,
            };
            (sighting, place(msisdn))
        })
        .collect()
}

#[test]
fn a_sim_box_is_open_up_to_the_second_figure() {
    let flat = |msisdn: u64| Place {
        point: (!msisdn.is_multiple_of(10))
            .then_some(at(28_613_900 + (msisdn as i32 % 7) * 900, 77_209_000)),
        ..Place::default()
    };
    let policy = Policy {
        max_numbers_in_one_place: Some(400),
        ..fast()
    };
    let rows = box_of(300, flat);
    let answer = walk(&[Seed::of(1)], &rows, &policy, 1);
    assert_eq!(
        (answer.linked.len(), answer.handsets[0].over),
        (299, Some(Why::TooManyNumbers))
    );
    assert_eq!(why(&rows, &fast()), Some((Why::TooManyNumbers, None)));
    assert_eq!(
        why(&box_of(401, flat), &policy),
        Some((Why::TooManyNumbers, None))
    );
    // Eleven of a hundred elsewhere are too many, and so are more than half of the sightings without a place.
    let leaves = |msisdn: u64| Place {
        point: Some(if msisdn.is_multiple_of(9) {
            GURUGRAM
        } else {
            DELHI
        }),
        ..Place::default()
    };
    assert_eq!(
        why(&box_of(300, leaves), &policy),
        Some((Why::TooManyNumbers, None))
    );
    let silent = |msisdn: u64| Place {
        point: (msisdn % 5 < 2).then_some(DELHI),
        ..Place::default()
    };
    assert_eq!(
        why(&box_of(300, silent), &policy),
        Some((Why::TooManyNumbers, None))
    );
    let in_one_cell = |msisdn: u64| Place {
        cell: 1 + u64::from(msisdn.is_multiple_of(11)),
        ..Place::default()
    };
    assert_eq!(why(&box_of(300, in_one_cell), &policy), None);
    assert!(why(&box_of(300, |_| Place::default()), &policy).is_some());
}

#[test]
fn one_place_is_within_a_kilometre_of_its_middle() {
    let policy = Policy {
        max_numbers_per_imei: Some(1),
        max_numbers_in_one_place: Some(400),
        ..Policy::default()
    };
    // Eleven points in a row from south to north: 990 or 1006 metres from the middle to each end.
    for (step, is_open) in [(1780, true), (1810, false)] {
        let place = |msisdn: u64| Place {
            point: Some(at(28_613_900 + msisdn as i32 * step, 77_209_000)),
            ..Place::default()
        };
        assert_eq!(
            why(&box_of(11, place), &policy).is_none(),
            is_open,
            "{step}"
        );
    }
}

#[test]
fn a_repeated_row_is_one_sighting_of_a_place_unless_it_has_no_time() {
    let policy = Policy {
        max_numbers_per_imei: Some(1),
        max_numbers_in_one_place: Some(400),
        ..Policy::default()
    };
    // Eight of nine are less than nine of ten, and sixteen of seventeen are more.
    let home: Vec<Seen> = (1..=8).map(|n| seen(n, n as i64, DELHI)).collect();
    let rows = [&home[..], &home, &[seen(9, 9, MUMBAI)]].concat();
    assert_eq!(why(&rows, &policy), Some((Why::TooManyNumbers, None)));
    let timeless: Vec<Seen> = rows
        .into_iter()
        .map(|(sighting, place)| {
            let at = NO_TIME;
            (Sighting { at, ..sighting }, place)
        })
        .collect();
    assert_eq!(why(&timeless, &policy), None);
    assert_eq!(
        why(&timeless[8..], &policy),
        Some((Why::TooManyNumbers, None))
    );
}

#[test]
fn a_point_is_its_key() {
    for point in [
        DELHI,
        MUMBAI,
        at(0, 0),
        at(-90_000_000, -180_000_000),
        at(90_000_000, 180_000_000),
    ] {
        assert_eq!(Point::of_key(point.key()), Some(point));
    }
    assert_eq!(Point::of_key(0), None);
    assert!((DELHI.km_to(MUMBAI) - 1148.1).abs() < 1.0);
    assert!((at(0, 0).km_to(at(0, 180_000_000)) - 20_015.1).abs() < 1.0);
}

#[test]
fn degrees_are_a_point_within_their_range_unless_both_are_zero() {
    for (north, east, point) in [
        (28.6139, 77.209, Some(DELHI)),
        (90.0, 180.0, Some(at(90_000_000, 180_000_000))),
        (-90.0, -180.0, Some(at(-90_000_000, -180_000_000))),
        (90.000_000_1, 77.0, None),
        (-90.000_000_1, 77.0, None),
        (28.0, 180.000_000_1, None),
        (28.0, -180.000_000_1, None),
        (f64::NAN, 77.0, None),
        (28.0, f64::NAN, None),
        (f64::INFINITY, 77.0, None),
        (0.0, 0.0, None),
        (-0.000_000_4, 0.000_000_4, None),
        (0.000_000_6, 0.0, Some(at(1, 0))),
        (0.0, -0.000_000_6, Some(at(0, -1))),
    ] {
        assert_eq!(Point::of_degrees(north, east), point, "{north} {east}");
    }
}

/// Places in the whole country, or nearly always one place.
fn places(at_home: bool) -> impl Strategy<Value = Place> {
    let point = prop_oneof![
        if at_home { 60 } else { 1 } => Just(Some(DELHI)),
        2 => Just(None),
        5 => select(vec![DELHI, GURUGRAM, MUMBAI, at(28_620_000, 77_209_000), at(28_700_000, 76_500_000)]).prop_map(Some),
    ];
    (point, 0..3u64, 0..3u64).prop_map(|(point, cell, circle)| Place {
        point,
        cell,
        circle,
    })
}

fn rows() -> impl Strategy<Value = Vec<Seen>> {
    any::<bool>().prop_flat_map(|at_home| {
        let minutes = prop_oneof![
            1 => Just(NO_TIME),
            12 => (0..400i64).prop_map(|third| third * MINUTE / 3),
        ];
        let one = (1..9u64, 40..43u64, minutes, places(at_home))
            .prop_map(|(msisdn, imei14, at, place)| (Sighting { msisdn, imei14, at }, place));
        prop::collection::vec(one, 0..40)
    })
}

prop_compose! {
    fn policies()(
        max_speed_kmh in prop::option::weighted(0.7, select(vec![5.0, 200.0, 1000.0])),
        max_numbers_in_one_place in prop::option::weighted(0.7, 1..9u64),
        max_numbers_per_imei in prop::option::of(1..5u64),
        max_numbers_per_day in prop::option::of(select(vec![0.5, 2.0])),
        max_hops in 1..3u32,
        release in prop::option::weighted(0.2, 40..43u64),
    ) -> Policy {
        Policy {
            max_speed_kmh, max_numbers_in_one_place, max_numbers_per_imei, max_numbers_per_day, max_hops, min_days: 0,
            release: Vec::from_iter(release).into(), ..Policy::default()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn walk_is_as_the_oracle(
        (rows, shuffled) in rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        policy in policies(),
        parts in 1..4usize,
    ) {
        let seeds = [Seed::of(1), Seed::of(2)];
        let expected = naive::linkage::expand_placed(&seeds, &rows, &policy);
        prop_assert_eq!(walk(&seeds, &shuffled, &policy, parts), expected);
    }
}

/// The rows above are of no use unless some handsets are closed for their places, some opened for them, and some neither.
#[test]
fn rows_reach_every_end() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let (mut closed, mut opened, mut others) = (0, 0, 0);
    for _ in 0..2000 {
        let (rows, policy) = (rows(), policies())
            .new_tree(&mut runner)
            .expect("a case")
            .current();
        let answer = walk(&[Seed::of(1)], &rows, &policy, 1);
        let in_two_places =
            |stopped: &&numguard_core::linkage::Stopped| stopped.why == Why::InTwoPlaces;
        closed += answer.stopped_handsets.iter().filter(in_two_places).count();
        opened += answer
            .handsets
            .iter()
            .filter(|handset| handset.over.is_some())
            .count();
        others += answer.stopped_handsets.len();
    }
    assert!(
        closed > 200 && opened > 150 && others > closed + 200,
        "{closed} {opened} {others}"
    );
}
