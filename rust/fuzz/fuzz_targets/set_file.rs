//! The damaged bytes of a saved set: opened or refused, but never read out of bounds. Where the checksum matches, they are
//! the bytes that were saved.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use numguard_core::cpu::CodePath;
use numguard_core::set::{FrozenSet, KeyType};

/// One set for each layout: dense lines with clusters and sparse members; lines of byte pairs; only sparse members.
static SETS: LazyLock<[FrozenSet; 3]> = LazyLock::new(|| {
    let dense = (0..900u64)
        .map(|n| 919_000_000_000 + n * 29 % 7_001)
        .chain((1..40).map(|n| n << 41));
    let wide = (0..300u64).map(|n| 916_000_000_000 + n * 40_009);
    let strays = (1..50u64).map(|n| n * n << 39);
    [dense.collect::<Vec<_>>(), wide.collect(), strays.collect()]
        .map(|keys| FrozenSet::build(keys, KeyType::Msisdn))
});

fuzz_target!(|data: &[u8]| {
    let Some((&which, patches)) = data.split_first() else {
        return;
    };
    let saved = &SETS[usize::from(which) % SETS.len()];
    let mut bytes = saved.as_bytes().to_vec();
    let (patches, cut) = patches.as_chunks::<4>();
    for &[low, high, value, len] in patches {
        let at = usize::from(u16::from_le_bytes([low, high])) % bytes.len();
        let end = bytes.len().min(at + 1 + usize::from(len % 16));
        bytes[at..end].fill(value);
    }
    if let &[cut, ..] = cut {
        bytes.truncate(bytes.len() - usize::from(cut).min(bytes.len()));
    }
    let intact = bytes == saved.as_bytes();
    let Ok(set) = FrozenSet::from_bytes(Arc::new(bytes), KeyType::Msisdn) else {
        assert!(!intact);
        return;
    };
    assert_eq!(set.verify().is_ok(), intact, "the checksum finds every change");
    // Enough members first that a small set builds its second index.
    let members: Vec<u64> = saved.iter().collect();
    let repeated = members.iter().copied().cycle().take(2_200);
    let others = members.iter().flat_map(|key| [*key, key + 1, key << 1]);
    let queries: Vec<u64> = repeated.chain(others).collect();
    for path in CodePath::ALL.into_iter().filter(|path| path.is_available()) {
        let mut hits = vec![0; queries.len().div_ceil(64)];
        set.probe_on(path, &queries, &mut hits);
        if intact {
            assert!(
                (0..queries.len()).all(
                    |row| (hits[row / 64] >> (row % 64) & 1 == 1) == saved.contains(queries[row])
                )
            );
        }
    }
    let mut ranks = vec![0; queries.len()];
    set.positions(&queries, &mut ranks);
    assert!(
        ranks
            .iter()
            .all(|&rank| rank == u32::MAX || (rank as usize) < set.len())
    );
    assert!(set.iter().count() <= set.nbytes() * 8);
});
