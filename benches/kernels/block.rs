//! Text to numbers: cells a second, clean and mixed, on every path.
//!
//! `cargo bench -p numguard-core --bench block`. Each result is first compared with the reader of one cell.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use numguard_core::block::read_run_on;
use numguard_core::cpu::CodePath;
use numguard_core::msisdn::{Region, read};

/// Cells read at once.
const CELLS: u64 = 1 << 20;

/// Writes national digits.
type Write = fn(u64) -> String;

/// The forms of a mixed column, in percent.
const MIX: [(u64, Write); 8] = [
    (55, |national| national.to_string()),
    (12, |national| format!("91{national}")),
    (10, |national| format!("+91{national}")),
    (8, |national| format!("0{national}")),
    (5, |national| format!("+91-{national}")),
    (4, |national| {
        format!("+91 {} {:05}", national / 100_000, national % 100_000)
    }),
    (3, |national| format!("0091{national}")),
    (3, |national| format!("{national}.0")),
];

/// A column of mobiles, each written by `write` from a number below 100 and the national digits.
fn column(write: impl Fn(u64, u64) -> String) -> (Vec<i32>, String) {
    let (mut offsets, mut text, mut state) = (vec![0], String::new(), 1u64);
    for _ in 0..CELLS {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        text += &write(
            (state >> 33) % 100,
            6_000_000_000 + (state >> 13) % 4_000_000_000,
        );
        offsets.push(text.len() as i32);
    }
    (offsets, text)
}

fn blocks(criterion: &mut Criterion) {
    let mixed = |percent: u64, national: u64| {
        let mut below = 0;
        let form = MIX.iter().find(|(share, _)| {
            below += share;
            percent < below
        });
        form.expect("the shares make a hundred").1(national)
    };
    let columns = [
        ("clean", column(|_, national| national.to_string())),
        ("mixed", column(mixed)),
        (
            "country code",
            column(|_, national| format!("91{national}")),
        ),
        (
            "some empty",
            column(|percent, national| {
                if percent < 5 {
                    String::new()
                } else {
                    format!("91{national}")
                }
            }),
        ),
    ];
    let mut group = criterion.benchmark_group("block");
    group
        .throughput(Throughput::Elements(CELLS))
        .sample_size(30);
    for (name, (offsets, text)) in &columns {
        let truth: Vec<u64> = offsets
            .windows(2)
            .map(|ends| read(&text[ends[0] as usize..ends[1] as usize], Region::In).msisdn)
            .collect();
        let mut out = vec![0; CELLS as usize];
        for path in CodePath::ALL.into_iter().filter(|path| path.is_available()) {
            read_run_on(path, offsets, text.as_bytes(), &mut out);
            assert!(
                out == truth,
                "{name}: a common form was left to the reader of one cell"
            );
            group.bench_function(format!("{name}/{path:?}").to_lowercase(), |bencher| {
                bencher.iter(|| {
                    read_run_on(
                        path,
                        black_box(offsets),
                        black_box(text.as_bytes()),
                        &mut out,
                    );
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, blocks);
criterion_main!(benches);
