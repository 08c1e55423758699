//! Walk and oracle give the same answer on small dense graphs, under every policy and in every order of rows.

use std::sync::Arc;

use numguard_core::linkage::{
    Admitted, Answer, DAY, IST, KeyList, NO_TIME, Policy, Seed, Sighting, Tally, Walk, Window,
    ist_day,
};
use numguard_core::naive;
use proptest::prelude::*;
use proptest::sample::select;

/// Walks with each pass partitioned by key into `parts`.
fn walk(seeds: &[Seed], sightings: &[Sighting], policy: &Policy, parts: usize) -> Answer {
    let mut walk = Walk::new(Arc::new(policy.clone()), seeds);
    while let Some(wanted) = walk.wanted() {
        assert!(
            wanted.keys.is_sorted_by(|a, b| a < b),
            "wanted keys must ascend"
        );
        let counted_only = || {
            let mut keys = wanted.keys.iter();
            keys.all(|&key| policy.protected.contains(key))
        };
        assert!(
            wanted.hop <= policy.max_hops.max(1) || counted_only(),
            "behind the last level only protected numbers are counted"
        );
        let mut cut = vec![Vec::new(); parts];
        for sighting in sightings
            .iter()
            .filter(|sighting| policy.admits(sighting.at) == Admitted::Kept)
        {
            let row = wanted.side.row(*sighting);
            if wanted.keys.binary_search(&row.key).is_ok() {
                cut[row.key as usize % parts].push(row);
            }
        }
        let side = wanted.side;
        walk.close_pass(
            cut.into_iter()
                .map(|rows| Tally::of(rows, side, policy))
                .collect(),
        );
    }
    walk.finish()
}

/// Handsets: an IMEI of zeros, a placeholder of the list, one that a policy may add (40), and others.
fn imeis(width: u64) -> impl Strategy<Value = u64> {
    prop_oneof![1 => select(vec![0, 11_111_111_111_111]), 8 => 40..40 + width]
}

/// Times on eight days, in minutes of the day (UTC) before and after midnight in India; some repeat.
fn times(absent: u32) -> impl Strategy<Value = i64> {
    let minutes = select(vec![0, 180, 1109, 1110, 1139, 1200]);
    let known = (0..8i64, minutes).prop_map(|(day, minute)| day * DAY + minute * 60_000_000);
    prop_oneof![absent => Just(NO_TIME), 9 => known]
}

/// Few keys and dense graphs, or more keys and long chains.
fn sightings() -> impl Strategy<Value = Vec<Sighting>> {
    (select(vec![0u32, 1, 1000]), select(vec![6, 25])).prop_flat_map(|(absent, width)| {
        let one = (1..=2 * width, imeis(width), times(absent))
            .prop_map(|(msisdn, imei14, at)| Sighting { msisdn, imei14, at });
        prop::collection::vec(one, 0..90)
    })
}

fn seeds() -> impl Strategy<Value = Vec<Seed>> {
    let one = (1..=14u64, (0..8i64).prop_map(|day| day * DAY));
    prop::collection::vec(
        one.prop_map(|(msisdn, reported_at)| Seed {
            msisdn,
            reported_at,
        }),
        0..4,
    )
}

fn keys(of: impl Strategy<Value = u64>) -> impl Strategy<Value = KeyList> {
    prop::collection::vec(of, 0..3).prop_map(KeyList::from)
}

fn maybe<T: Clone + std::fmt::Debug + 'static>(
    of: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Option<T>> {
    prop_oneof![2 => Just(None), 1 => of.prop_map(Some)].boxed()
}

prop_compose! {
    fn caps()(
        max_numbers_per_imei in maybe(1..9u64),
        max_numbers_per_day in maybe(select(vec![0.5, 1.0, 1.5, 2.0])),
        min_days in 0..4u64,
        max_imeis_per_number in maybe(1..6u64),
        min_sightings in select(vec![1, 1, 2]),
        max_gap_days in maybe(0..3u64),
        protected in keys(1..=14u64),
        release in keys(imeis(6)),
        placeholders in keys(Just(40)),
    ) -> Policy {
        Policy {
            max_numbers_per_imei, max_numbers_per_day, min_days, max_imeis_per_number, min_sightings, max_gap_days,
            protected, release, placeholders, ..Policy::default()
        }
    }
}

prop_compose! {
    fn policies()(
        caps in caps(),
        relative in prop::bool::weighted(0.3),
        max_hops in 0..5u32,
        since in maybe((0..3i64).prop_map(|day| day * DAY)),
        until in maybe((4..8i64).prop_map(|day| day * DAY)),
        days_before in maybe(0..4u64),
        days_after in maybe(0..4u64),
    ) -> Policy {
        Policy {
            max_hops: if relative { 1 } else { max_hops },
            since,
            until,
            days_before: days_before.filter(|_| relative),
            days_after: days_after.filter(|_| relative),
            ..caps
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn walk_equals_oracle(seeds in seeds(), sightings in sightings(), policy in policies(), parts in 1..4usize) {
        let expected = naive::linkage::expand(&seeds, &sightings, &policy);
        prop_assert_eq!(walk(&seeds, &sightings, &policy, parts), expected);
    }

    #[test]
    fn order_does_not_matter(
        seeds in seeds(),
        (sightings, shuffled) in sightings().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        policy in policies(),
    ) {
        let mut backwards = seeds.clone();
        backwards.reverse();
        prop_assert_eq!(walk(&seeds, &sightings, &policy, 1), walk(&backwards, &shuffled, &policy, 3));
    }
}

#[test]
fn a_list_of_keys_may_be_in_any_order() {
    let keys = [50, 7, 90, 7, 1, 30, 90, 20];
    let list = KeyList::from(keys.to_vec());
    for key in 0..100 {
        assert_eq!(list.contains(key), keys.contains(&key), "{key}");
    }
}

#[test]
fn a_day_begins_at_midnight_in_india() {
    let midnight = DAY - IST;
    assert_eq!([midnight - 1, midnight].map(ist_day), [0, 1]);
    assert_eq!([-IST - 1, -IST].map(ist_day), [-1, 0]);
    assert_eq!(midnight, 66_600_000_000, "18:30 UTC");
}

#[test]
fn the_window_of_kept_times_holds_those_that_are_admitted() {
    let bounds = [NO_TIME, NO_TIME + 1, -1, 0, DAY, i64::MAX - 1, i64::MAX];
    let maybe = || std::iter::once(None).chain(bounds.map(Some));
    for (since, until) in maybe().flat_map(|since| maybe().map(move |until| (since, until))) {
        for (max_gap_days, clock) in [
            (None, Window::ALL),
            (Some(1), Window::ALL),
            (None, Window { from: 0, to: DAY }),
        ] {
            let policy = Policy {
                clock,
                since,
                until,
                max_gap_days,
                ..Policy::default()
            };
            let kept = policy.kept();
            for at in bounds
                .map(|bound| [bound.saturating_sub(1), bound])
                .concat()
            {
                let known = kept.from <= at && at <= kept.to;
                let admitted = policy.admits(at);
                assert_eq!(
                    known || (at == NO_TIME && !policy.needs_time()),
                    admitted == Admitted::Kept,
                    "{since:?} {until:?} {max_gap_days:?} {at}"
                );
                let is_wrong = at != NO_TIME && !(clock.from <= at && at <= clock.to);
                assert_eq!(
                    is_wrong,
                    matches!(admitted, Admitted::TooEarly | Admitted::TooLate),
                    "{clock:?} {at}"
                );
            }
        }
    }
}

/// The graphs above must be useful: together their walks must reach every hop and every reason to stop.
#[test]
fn graphs_reach_every_end() {
    use numguard_core::linkage::Why;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut hops = [0u32; 5];
    let mut whys = [0u32; Why::ALL.len()];
    let (mut narrowed, mut ended) = (0, 0);
    for _ in 0..4000 {
        let case = (seeds(), sightings(), policies())
            .new_tree(&mut runner)
            .expect("a case")
            .current();
        let (seeds, sightings, policy) = case;
        let answer = walk(&seeds, &sightings, &policy, 1);
        answer
            .linked
            .iter()
            .for_each(|linked| hops[linked.hop as usize] += 1);
        let stopped = answer
            .stopped_numbers
            .iter()
            .chain(&answer.stopped_handsets);
        stopped.for_each(|stopped| whys[stopped.why as usize] += 1);
        ended += answer.stopped_evidence.len();
        let everywhere = Policy {
            max_gap_days: None,
            days_before: None,
            days_after: None,
            ..policy
        };
        narrowed +=
            u32::from(answer.linked.len() < walk(&seeds, &sightings, &everywhere, 1).linked.len());
    }
    assert!(hops[1..].iter().all(|&count| count > 20), "{hops:?}");
    // No sighting here has a place; `linkage_places` tests places.
    assert_eq!(whys[Why::InTwoPlaces as usize], 0);
    let others = whys
        .iter()
        .enumerate()
        .filter(|&(why, _)| why != Why::InTwoPlaces as usize);
    assert!(others.into_iter().all(|(_, &count)| count > 50), "{whys:?}");
    assert!(narrowed > 50, "{narrowed}");
    assert!(ended > 1000, "{ended}");
}
