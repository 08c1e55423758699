//! A frozen set on every path, and the oracle.
#![no_main]

use libfuzzer_sys::fuzz_target;
use numguard_core::naive::set::NaiveSet;
use numguard_core::cpu::CodePath;
use numguard_core::set::{CurrentThread, FrozenSet, KeyType};

/// Runs of keys from five bytes each: the distance from the last run, its unit, the number of keys and their distance.
/// So a few bytes give dense ranges, clusters and sparse members.
fn keys(data: &[u8]) -> Vec<u64> {
    let mut keys = Vec::new();
    let mut key = 0u64;
    for run in data.as_chunks::<5>().0 {
        let &[low, high, unit, count, step] = run;
        key = key.wrapping_add(u64::from(u16::from_le_bytes([low, high])) << (unit % 49));
        for n in 0..u64::from(count) {
            keys.push(key.wrapping_add(n.wrapping_mul(u64::from(step) << (unit / 49 * 2))));
        }
    }
    keys
}

fuzz_target!(|input: (Vec<u8>, Vec<u8>)| {
    if input.0.len() + input.1.len() > 1_000 {
        return;
    }
    let (members, others) = (keys(&input.0), keys(&input.1));
    let (set, oracle) = (
        FrozenSet::build(members.clone(), KeyType::Msisdn),
        NaiveSet::build(&members),
    );
    assert!(set.iter().eq(oracle.keys()));
    assert_eq!(set.verify(), Ok(()));

    // Enough members first that a small set builds its second index.
    let repeated = members.iter().copied().cycle().take(2_200);
    let mut queries: Vec<u64> = repeated.chain(others.iter().copied()).collect();
    queries.extend(
        members
            .iter()
            .flat_map(|&key| [key, key.wrapping_add(1), key.wrapping_sub(1)]),
    );
    let truth = oracle.probe(&queries);
    for path in CodePath::ALL.into_iter().filter(|path| path.is_available()) {
        let mut hits = vec![u64::MAX; truth.len()];
        set.probe_on(path, &queries, &mut hits);
        assert!(hits == truth, "{path:?}");
    }
    let mut ranks = vec![0; queries.len()];
    set.positions(&queries, &mut ranks);
    assert!(ranks == oracle.positions(&queries));

    let other = FrozenSet::build(others.clone(), KeyType::Msisdn);
    let algebra = [
        set.union(&other, &CurrentThread),
        set.intersection(&other, &CurrentThread),
        set.difference(&other, &CurrentThread),
        set.symmetric_difference(&other, &CurrentThread),
    ];
    for (ours, truth) in algebra
        .into_iter()
        .zip(oracle.algebra(&NaiveSet::build(&others)))
    {
        assert!(ours.expect("both hold phone numbers").iter().eq(truth));
    }
});
