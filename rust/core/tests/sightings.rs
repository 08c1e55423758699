//! The two rules over sightings against obvious and slow implementations.

use std::collections::{BTreeMap, BTreeSet};

use numguard_core::linkage::NO_TIME;
use numguard_core::sightings::changes::{self, CutRun, Earlier, Period, Periods};
use numguard_core::sightings::common::{self, Found, distinct, in_at_least, pairs};
use numguard_core::sightings::{Piece, mixed, unmixed};
use proptest::prelude::*;

const FIRST: u64 = 919_876_543_210;

/// A period with the last other before it and what it has in common with earlier ones.
type WithPrevious = (Period, Option<(u64, i64)>);

/// As the rule is written: the sightings of a key in the order of time and other, and the periods of each other.
fn periods(rows: &[(u64, u64, i64)], gap: i64) -> Vec<WithPrevious> {
    let mut distinct: BTreeMap<(u64, i64, u64), u64> = BTreeMap::new();
    for (row, &(key, other, at)) in rows.iter().enumerate() {
        distinct.entry((key, at, other)).or_insert(row as u64);
    }
    let keys: BTreeSet<u64> = rows.iter().map(|row| row.0).collect();
    let mut all = Vec::new();
    for key in keys {
        let own: Vec<_> = distinct.iter().filter(|one| one.0.0 == key).collect();
        let others: BTreeSet<u64> = own.iter().map(|one| one.0.2).collect();
        let mut found: Vec<Period> = Vec::new();
        for other in others {
            let mut before: Option<usize> = None;
            for (place, ((_, at, _), row)) in own.iter().enumerate() {
                if own[place].0.2 != other {
                    continue;
                }
                let goes_on =
                    before.is_some_and(|before| place == before + 1 || at - own[before].0.1 <= gap);
                if goes_on {
                    let last = found.last_mut().expect("a period to go on");
                    last.to = *at;
                    last.to_row = **row;
                    last.sightings += 1;
                } else {
                    found.push(Period {
                        key,
                        other,
                        from: *at,
                        to: *at,
                        sightings: 1,
                        from_row: **row,
                        to_row: **row,
                    });
                }
                before = Some(place);
            }
        }
        found.sort_by_key(|one| (one.from, one.to, one.other));
        for (place, one) in found.iter().enumerate() {
            let before = &found[..place];
            let latest = before.iter().map(|one| one.to).max();
            let overlap = latest.map(|latest| (one.to.min(latest) - one.from).max(0));
            let another = before.iter().rfind(|before| before.other != one.other);
            all.push((*one, another.map(|another| another.other).zip(overlap)));
        }
    }
    all
}

/// What the module finds in runs of `cut` rows.
fn found(rows: &[(u64, u64, i64)], cut: usize, gap: i64) -> Vec<WithPrevious> {
    let runs: Vec<_> = rows
        .chunks(cut)
        .enumerate()
        .map(|(n, rows)| {
            let column = |value: fn(&(u64, u64, i64)) -> u64| rows.iter().map(value).collect();
            let (keys, others): (Vec<u64>, Vec<u64>) = (column(|row| row.0), column(|row| row.1));
            let ats: Vec<i64> = rows.iter().map(|row| row.2).collect();
            let cut = CutRun::of(keys, &others, &ats, (n * cut) as u64);
            let (form, mut words) = (cut.form(), vec![0; cut.words()]);
            let (starts, _) = cut.write(&mut words);
            (form, words, starts)
        })
        .collect();
    let mut periods = Periods::default();
    let mut found = Vec::new();
    for part in 0..changes::PARTS {
        let pieces: Vec<Piece<'_>> = runs
            .iter()
            .map(|(form, words, starts)| {
                let at = |part: usize| starts[part] as usize * form.words();
                let words = &words[at(part)..at(part + 1)];
                Piece { form: *form, words }
            })
            .collect();
        periods.of_part(part, &pieces, gap, &mut found);
    }
    found.sort_by_key(|one| one.key);
    let mut earlier = Earlier::default();
    let with_previous = found
        .into_iter()
        .map(|period| (period, earlier.before(&period)));
    with_previous.collect()
}

#[test]
fn a_part_may_have_many_keys_however_near_they_are() {
    // All keys are in the first part; with the shift of 0 all of them belong to the same place in it.
    for shift in [0, 27] {
        for reversed in [false, true] {
            let row = |n: u64| {
                let at = if reversed { -(n as i64) } else { n as i64 };
                (unmixed((n % 1500 + 1) << shift), n / 1500 % 2 + 1, at)
            };
            let rows: Vec<_> = (0..4500).map(row).collect();
            assert_eq!(found(&rows, 1000, 0), periods(&rows, 0), "{shift}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn periods_are_as_the_rule_is_written(
        rows in prop::collection::vec((0u64..6, 1u64..5, -20i64..60), 0..120),
        cut in 1usize..50,
        gap in 0i64..12,
        // The coarsest units of a run take two words a sighting; far times take three.
        unit in prop::sample::select(vec![1, 1000, 7000, 1_000_000, 86_400_000_000, 1 << 50]),
        begin in prop::sample::select(vec![0, 1, 1_788_220_800_000_000]),
    ) {
        let time = |at: i64| begin + at * unit;
        let rows: Vec<_> = rows.iter().map(|&(key, other, at)| (FIRST + key, other, time(at))).collect();
        prop_assert_eq!(found(&rows, cut, gap * unit), periods(&rows, gap * unit));
    }

    #[test]
    fn periods_of_sightings_in_order_are_as_the_rule_is_written(
        mut rows in prop::collection::vec((0u64..6, 1u64..5, -20i64..60), 0..120),
        late in prop::collection::vec((0usize..120, -20i64..60), 0..3),
        cut in 1usize..50,
        gap in 0i64..12,
    ) {
        rows.sort_by_key(|&(key, other, at)| (at, other, key));
        // Of few keys the sightings are out of order.
        for (row, at) in late {
            if let Some(row) = rows.get_mut(row) {
                row.2 = at;
            }
        }
        let rows: Vec<_> = rows.iter().map(|&(key, other, at)| (FIRST + key, other, at)).collect();
        prop_assert_eq!(found(&rows, cut, gap), periods(&rows, gap));
    }

    #[test]
    fn keys_in_several_sources_are_those_that_are_counted(
        sources in prop::collection::vec(prop::collection::vec((0u64..40, -3i64..3), 0..60), 1..6),
        at_least in 1usize..6,
    ) {
        let mut expected: BTreeMap<u64, (BTreeSet<u16>, u64, i64, i64)> = BTreeMap::new();
        let mut runs = Vec::new();
        let mut columns = Vec::new();
        for (source, rows) in sources.iter().enumerate() {
            let keys: Vec<u64> = rows.iter().map(|row| FIRST + row.0).collect();
            let ats: Vec<i64> = rows.iter().map(|row| if row.1 == 2 { NO_TIME } else { row.1 }).collect();
            for (&key, &at) in keys.iter().zip(&ats) {
                let one = expected.entry(key).or_insert((BTreeSet::new(), 0, NO_TIME, NO_TIME));
                one.0.insert(source as u16);
                one.1 += 1;
                if at != NO_TIME {
                    one.2 = if one.2 == NO_TIME { at } else { one.2.min(at) };
                    one.3 = one.3.max(at);
                }
            }
            runs.push(pairs(&keys, source as u16));
            columns.push((keys, ats));
        }
        expected.retain(|_, one| one.0.len() >= at_least);
        let mut known = Found::default();
        for part in 0..common::PARTS {
            let runs: Vec<&[u64]> = runs.iter().map(|run| run.part(part)).collect();
            known.add(&in_at_least(part, &distinct(&runs), at_least)).expect("few keys");
        }
        known.prepare();
        let filter = known.filter();
        let mut hits = 0;
        for (keys, ats) in &columns {
            let rows = filter.rows(keys, ats);
            for (n, mut part) in known.parts().into_iter().enumerate() {
                part.count(rows.part(n), |hit| {
                    assert_eq!((hit.key, hit.at), (keys[hit.row as usize], ats[hit.row as usize]));
                    hits += 1;
                });
            }
        }
        prop_assert_eq!(hits, expected.values().map(|one| one.1).sum::<u64>());
        let keys: Vec<u64> = (0..known.len()).map(|n| known.key(n)).collect();
        let sources: Vec<BTreeSet<u16>> = (0..keys.len()).map(|n| known.sources(n).iter().copied().collect()).collect();
        let counts = known.into_counts();
        let counted: BTreeMap<_, _> = keys.iter().zip(sources).enumerate()
            .map(|(n, (&key, sources))| {
                (key, (sources, counts.rows[n] as u64, counts.first[n], counts.last[n]))
            })
            .collect();
        prop_assert_eq!(counted, expected);
    }
}

#[test]
fn each_source_has_its_own_sixteen_bits() {
    assert_eq!(common::SOURCES, usize::from(u16::MAX) + 1);
}

#[test]
fn the_mixed_form_of_following_keys_spreads() {
    let parts: BTreeSet<u64> = (0..1000).map(|n| mixed(FIRST + n) >> 40).collect();
    assert!(parts.len() > 500);
}
