//! The frozen set: keys a second on every path, by size of the set, kind of key and share of members.
//!
//! `cargo bench -p numguard-core --bench set`, or with a filter: `-- "27824/.*/avx512"`. Each result is first compared
//! with bisection in the sorted keys. Pin it to one core (`taskset -c 1`) and compare paths within one run only.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use numguard_core::cpu::CodePath;
use numguard_core::set::{FrozenSet, KeyType};

/// Keys of one batch.
const QUERIES: usize = 1 << 20;

/// splitmix64
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// An Indian mobile.
fn mobile(draw: &mut Draw) -> u64 {
    916_000_000_000 + draw.next() % 4_000_000_000
}

/// A handset of one of 5,000 models.
fn handset(draw: &mut Draw) -> u64 {
    (35_000_000 + draw.next() % 5_000 * 97) * 1_000_000 + draw.next() % 1_000_000
}

/// One family of keys at one size: build, probe on every path at three hit rates, positions, and all members.
fn measure(criterion: &mut Criterion, family: &str, size: usize, key: fn(&mut Draw) -> u64) {
    let mut draw = Draw(size as u64);
    let mut keys: Vec<u64> = (0..size).map(|_| key(&mut draw)).collect();
    let set = FrozenSet::build(keys.clone(), KeyType::Msisdn);
    keys.sort_unstable();
    keys.dedup();
    assert!(set.iter().eq(keys.iter().copied()));
    let mut group = criterion.benchmark_group(format!("{family}/{size}"));
    group.sample_size(20);
    for members in [0.001, 0.5, 1.0] {
        let queries: Vec<u64> = (0..QUERIES)
            .map(|_| {
                let share = (draw.next() >> 11) as f64 / (1u64 << 53) as f64;
                if share < members {
                    keys[draw.next() as usize % keys.len()]
                } else {
                    key(&mut draw)
                }
            })
            .collect();
        let truth: Vec<u32> = queries
            .iter()
            .map(|key| keys.binary_search(key).map_or(u32::MAX, |rank| rank as u32))
            .collect();
        group.throughput(Throughput::Elements(QUERIES as u64));
        for path in CodePath::ALL.into_iter().filter(|path| path.is_available()) {
            let mut hits = vec![0; QUERIES / 64];
            set.probe_on(path, &queries, &mut hits);
            assert!(
                truth
                    .iter()
                    .enumerate()
                    .all(|(row, &rank)| (hits[row / 64] >> (row % 64) & 1 == 1)
                        == (rank != u32::MAX))
            );
            group.bench_function(
                format!("probe/{members}/{path:?}").to_lowercase(),
                |bencher| {
                    bencher.iter(|| set.probe_on(path, black_box(&queries), &mut hits));
                },
            );
        }
        let mut ranks = vec![0; QUERIES];
        set.positions(&queries, &mut ranks);
        assert!(ranks == truth);
        group.bench_function(format!("positions/{members}"), |bencher| {
            bencher.iter(|| set.positions(black_box(&queries), &mut ranks));
        });
    }
    group.throughput(Throughput::Elements(keys.len() as u64));
    group.bench_function("members", |bencher| {
        bencher.iter(|| set.iter().fold(0, |sum: u64, key| sum.wrapping_add(key)));
    });
    group.sample_size(10);
    group.bench_function("build", |bencher| {
        bencher.iter_with_setup(
            || keys.clone(),
            |keys| FrozenSet::build(keys, KeyType::Msisdn),
        );
    });
    group.throughput(Throughput::Bytes(set.nbytes() as u64));
    group.bench_function("verify", |bencher| bencher.iter(|| set.verify()));
    group.finish();
}

fn sets(criterion: &mut Criterion) {
    measure(criterion, "mobiles", 27_824, mobile);
    measure(criterion, "mobiles", 1_000_000, mobile);
    measure(criterion, "mobiles", 33_800_000, mobile);
    measure(criterion, "handsets", 27_824, handset);
    measure(criterion, "handsets", 1_000_000, handset);
}

criterion_group!(benches, sets);
criterion_main!(benches);
