//! The algebraic laws of sets, and comparison with the oracle.

mod set_keys;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use numguard_core::Error;
use numguard_core::naive::set::NaiveSet;
use numguard_core::set::{CurrentThread, FrozenSet, KeyType};
use proptest::prelude::*;
use set_keys::{Draw, FAMILIES, any_keys, set};

fn or(a: &FrozenSet, b: &FrozenSet) -> FrozenSet {
    a.union(b, &CurrentThread).unwrap()
}

fn and(a: &FrozenSet, b: &FrozenSet) -> FrozenSet {
    a.intersection(b, &CurrentThread).unwrap()
}

fn less(a: &FrozenSet, b: &FrozenSet) -> FrozenSet {
    a.difference(b, &CurrentThread).unwrap()
}

fn either(a: &FrozenSet, b: &FrozenSet) -> FrozenSet {
    a.symmetric_difference(b, &CurrentThread).unwrap()
}

/// Three overlapping sets.
fn three() -> impl Strategy<Value = [FrozenSet; 3]> {
    (any_keys(), any_keys(), any_keys()).prop_map(|(a, b, c)| {
        let some = |keys: &[u64], step| keys.iter().copied().step_by(step).collect::<Vec<_>>();
        [
            set(&[some(&a, 1), some(&b, 2)].concat()),
            set(&[some(&b, 1), some(&c, 3)].concat()),
            set(&[some(&c, 1), some(&a, 5)].concat()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn oracle([a, b, _] in three()) {
        let naive = |set: &FrozenSet| NaiveSet::build(&set.iter().collect::<Vec<_>>());
        let ours = [or(&a, &b), and(&a, &b), less(&a, &b), either(&a, &b)];
        for (ours, truth) in ours.iter().zip(naive(&a).algebra(&naive(&b))) {
            prop_assert!(ours.iter().eq(truth));
        }
    }

    #[test]
    fn commutative([a, b, _] in three()) {
        prop_assert_eq!(or(&a, &b), or(&b, &a));
        prop_assert_eq!(and(&a, &b), and(&b, &a));
        prop_assert_eq!(either(&a, &b), either(&b, &a));
    }

    #[test]
    fn associative([a, b, c] in three()) {
        prop_assert_eq!(or(&or(&a, &b), &c), or(&a, &or(&b, &c)));
        prop_assert_eq!(and(&and(&a, &b), &c), and(&a, &and(&b, &c)));
        prop_assert_eq!(either(&either(&a, &b), &c), either(&a, &either(&b, &c)));
    }

    #[test]
    fn distributive([a, b, c] in three()) {
        prop_assert_eq!(and(&a, &or(&b, &c)), or(&and(&a, &b), &and(&a, &c)));
        prop_assert_eq!(or(&a, &and(&b, &c)), and(&or(&a, &b), &or(&a, &c)));
        prop_assert_eq!(and(&a, &either(&b, &c)), either(&and(&a, &b), &and(&a, &c)));
    }

    #[test]
    fn idempotent_and_empty([a, _, _] in three()) {
        let empty = set(&[]);
        prop_assert_eq!(&or(&a, &a), &a);
        prop_assert_eq!(&and(&a, &a), &a);
        prop_assert_eq!(&less(&a, &a), &empty);
        prop_assert_eq!(&either(&a, &a), &empty);
        prop_assert_eq!(&or(&a, &empty), &a);
        prop_assert_eq!(&and(&a, &empty), &empty);
        prop_assert_eq!(&less(&a, &empty), &a);
        prop_assert_eq!(&less(&empty, &a), &empty);
    }

    #[test]
    fn absorption_and_de_morgan([a, b, c] in three()) {
        prop_assert_eq!(&or(&a, &and(&a, &b)), &a);
        prop_assert_eq!(&and(&a, &or(&a, &b)), &a);
        prop_assert_eq!(less(&c, &or(&a, &b)), and(&less(&c, &a), &less(&c, &b)));
        prop_assert_eq!(less(&c, &and(&a, &b)), or(&less(&c, &a), &less(&c, &b)));
    }

    #[test]
    fn difference_and_symmetric_difference([a, b, _] in three()) {
        prop_assert_eq!(either(&a, &b), or(&less(&a, &b), &less(&b, &a)));
        prop_assert_eq!(either(&a, &b), less(&or(&a, &b), &and(&a, &b)));
        prop_assert_eq!(&or(&less(&a, &b), &and(&a, &b)), &a);
    }

    #[test]
    fn sizes([a, b, _] in three()) {
        prop_assert_eq!(or(&a, &b).len() + and(&a, &b).len(), a.len() + b.len());
    }
}

type Combine = fn(&FrozenSet, &FrozenSet) -> FrozenSet;
type Truth = fn(&BTreeSet<u64>, &BTreeSet<u64>) -> BTreeSet<u64>;

const VERBS: [(Combine, Truth); 4] = [
    (or, |a, b| a | b),
    (and, |a, b| a & b),
    (less, |a, b| a - b),
    (either, |a, b| a ^ b),
];

/// The members, whatever the bytes are.
fn members(set: &FrozenSet) -> BTreeSet<u64> {
    let mut members = vec![0; set.len()];
    set.members_from(0, &mut members);
    members.into_iter().filter(|&key| key != 0).collect()
}

#[test]
fn large_sets_of_all_families_are_merged_in_pieces() {
    let mut draw = Draw(20);
    for (n, (name, make)) in FAMILIES.into_iter().enumerate() {
        for (other, make_other) in [FAMILIES[n], FAMILIES[(n + 5) % FAMILIES.len()]] {
            let mut keys = make(&mut draw, 150_000);
            let mut others = make_other(&mut draw, 70_000);
            others.extend(keys.iter().step_by(3));
            keys.extend(others.iter().step_by(5));
            let (a, b) = (set(&keys), set(&others));
            for (ours, truth) in VERBS {
                let truth = truth(&members(&a), &members(&b));
                let built = set(&truth.into_iter().collect::<Vec<_>>());
                assert_eq!(ours(&a, &b), built, "{name}, {other}");
            }
        }
    }
}

#[test]
fn damaged_members_are_put_in_order() {
    let mut draw = Draw(21);
    let mut damaged = 0;
    for (_, make) in FAMILIES {
        let whole = set(&make(&mut draw, 150_000));
        let other = set(&make(&mut draw, 10_000));
        let mut bytes = whole.as_bytes().to_vec();
        for _ in 0..40 {
            let at = 128 + draw.next() as usize % (bytes.len() - 128).max(1);
            if let Some(byte) = bytes.get_mut(at) {
                *byte = draw.next() as u8;
            }
        }
        let Ok(opened) = FrozenSet::from_bytes(Arc::new(bytes), KeyType::Msisdn) else {
            continue;
        };
        damaged += usize::from(opened.verify().is_err());
        for (ours, truth) in VERBS {
            let truth = truth(&members(&opened), &members(&other));
            assert!(ours(&opened, &other).iter().eq(truth));
        }
    }
    assert!(damaged > 6);
}

#[test]
fn sets_of_different_key_types_are_refused() {
    let (numbers, handsets) = (set(&[7]), FrozenSet::build(vec![7], KeyType::Imei14));
    let refused = Err(Error::SetKeyType {
        expected: KeyType::Msisdn,
        found: KeyType::Imei14,
    });
    assert_eq!(numbers.union(&handsets, &CurrentThread), refused);
    assert_eq!(numbers.intersection(&handsets, &CurrentThread), refused);
    assert_eq!(numbers.difference(&handsets, &CurrentThread), refused);
    assert_eq!(
        numbers.symmetric_difference(&handsets, &CurrentThread),
        refused
    );
    assert_ne!(numbers, handsets);
}

#[test]
fn equal_sets_have_equal_hashes() {
    let sets: HashSet<FrozenSet> = [set(&[1, 2]), set(&[2, 1, 1]), set(&[3])]
        .into_iter()
        .collect();
    assert_eq!(sets.len(), 2);
}
