//! Runs one kernel once, for `benches/instructions.py`, which counts its instructions.
//!
//! `cargo bench -p numguard-core --bench count -- KERNEL PATH`; without arguments, it writes the names of all kernels.
//! Everything that a kernel needs is prepared before [`counted`], in which instructions are counted.

use std::hint::black_box;
use std::io::{Write, stdout};

use numguard_core::block::imei::{self as imeis, drop_placeholders};
use numguard_core::block::{are_msisdns_on, read_i64_on, read_run_on};
use numguard_core::cpu::CodePath;
use numguard_core::imei;
use numguard_core::msisdn::{Region, extract, read};
use numguard_core::set::{FrozenSet, KeyType};

/// Rows of every kernel.
const ROWS: usize = 1 << 16;

/// Prepares a kernel, and returns a function that runs it once.
type Prepare = fn(CodePath) -> Box<dyn FnMut()>;

const KERNELS: [(&str, Prepare); 15] = [
    ("probe 27824, 0.1% members", |path| {
        probe(path, 27_824, 1_000)
    }),
    ("probe 27824, all members", |path| probe(path, 27_824, 1)),
    ("probe 1000000, 0.1% members", |path| {
        probe(path, 1_000_000, 1_000)
    }),
    ("probe 1000000, half members", |path| {
        probe(path, 1_000_000, 2)
    }),
    ("build 27824", |_| {
        let keys = members(27_824);
        Box::new(move || {
            black_box(FrozenSet::build(keys.iter().copied(), KeyType::Msisdn));
        })
    }),
    ("which integers are MSISDNs", |path| {
        let (values, mut bits) = (members(ROWS), vec![0; ROWS / 64]);
        Box::new(move || are_msisdns_on(path, black_box(&values), &mut bits))
    }),
    ("read signed integers", |path| {
        let values: Vec<i64> = members(ROWS)
            .iter()
            .map(|key| key.cast_signed() - 910_000_000_000)
            .collect();
        let mut out = vec![0; ROWS];
        Box::new(move || read_i64_on(path, black_box(&values), &mut out))
    }),
    ("read clean text", |path| {
        run(path, |_, national| national.to_string())
    }),
    ("read mixed text", |path| run(path, mixed)),
    ("read a cell by all rules", |_| {
        let cells = odd_cells();
        // The lists of words are loaded once a process.
        black_box(read("mobile 9876543210", Region::In));
        Box::new(move || {
            for cell in &cells {
                black_box(read(black_box(cell), Region::In));
            }
        })
    }),
    ("extract", |_| {
        let (cells, mut found) = (odd_cells(), Vec::new());
        black_box(read("mobile 9876543210", Region::In));
        Box::new(move || {
            for cell in &cells {
                found.clear();
                extract(black_box(cell), Region::In, &mut found);
            }
        })
    }),
    ("read IMEIs as text", |path| {
        let (mut offsets, mut text) = (vec![0i32], String::new());
        for (row, key) in members(ROWS).into_iter().enumerate() {
            text += &format!("35{key:012}00")[..14 + row % 3];
            offsets.push(text.len() as i32);
        }
        let mut out = vec![0; ROWS];
        Box::new(move || {
            let (offsets, text) = black_box((&offsets, text.as_bytes()));
            imeis::read_run::<true, i32>(path, offsets, text, &mut out);
        })
    }),
    ("read IMEIs as integers", |path| {
        let values: Vec<i64> = members(ROWS)
            .iter()
            .map(|key| key.cast_signed() * 1000)
            .collect();
        let mut out = vec![0; ROWS];
        Box::new(move || imeis::read_i64::<false>(path, black_box(&values), &mut out))
    }),
    ("drop placeholders", |path| {
        let mut keys: Vec<u64> = members(ROWS).iter().map(|key| key * 37).collect();
        // The filter is built at first use.
        drop_placeholders(path, &mut keys);
        Box::new(move || drop_placeholders(path, black_box(&mut keys)))
    }),
    ("read handsets", |_| {
        let cells: Vec<String> = (0..ROWS).map(|n| format!("35{n:012}")).collect();
        Box::new(move || {
            for cell in &cells {
                black_box(imei::read(black_box(cell)));
            }
        })
    }),
];

/// Unsorted numbers, the same in every run.
fn members(count: usize) -> Vec<u64> {
    let mut state = 1u64;
    (0..count)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            916_000_000_000 + (state >> 13) % 4_000_000_000
        })
        .collect()
}

/// A set of `size` numbers, and rows of which every `every`th is a member.
fn probe(path: CodePath, size: usize, every: usize) -> Box<dyn FnMut()> {
    let drawn = members(size + ROWS);
    let set = FrozenSet::build(drawn[..size].iter().copied(), KeyType::Msisdn);
    let queries: Vec<u64> = (0..ROWS)
        .map(|row| {
            if row % every == 0 {
                drawn[row * 31 % size]
            } else {
                drawn[size + row]
            }
        })
        .collect();
    let mut hits = vec![0; ROWS / 64];
    // What a set builds at first use is not counted.
    set.probe_on(path, &queries, &mut hits);
    Box::new(move || set.probe_on(path, black_box(&queries), &mut hits))
}

/// A column of text, each cell written by `write` from its row and its national digits.
fn run(path: CodePath, write: fn(usize, u64) -> String) -> Box<dyn FnMut()> {
    let (mut offsets, mut text) = (vec![0i32], String::new());
    for (row, key) in members(ROWS).into_iter().enumerate() {
        text += &write(row, key - 910_000_000_000);
        offsets.push(text.len() as i32);
    }
    let mut out = vec![0; ROWS];
    Box::new(move || {
        read_run_on(
            path,
            black_box(&offsets),
            black_box(text.as_bytes()),
            &mut out,
        );
    })
}

/// Half of the rows without a prefix, the others in seven forms.
fn mixed(row: usize, national: u64) -> String {
    let (head, tail) = (national / 100_000, national % 100_000);
    match row * 7 % 16 {
        0 | 1 => format!("91{national}"),
        2 => format!("+91{national}"),
        3 => format!("0{national}"),
        4 => format!("+91-{national}"),
        5 => format!("+91 {head} {tail:05}"),
        6 => format!("0091{national}"),
        7 => format!("{national}.0"),
        _ => national.to_string(),
    }
}

/// Cells that no fast path reads, valid and refused ones.
fn odd_cells() -> Vec<String> {
    members(ROWS / 16)
        .into_iter()
        .enumerate()
        .map(|(row, key)| match row % 8 {
            0 => format!("{key} (mobile)"),
            1 => format!("call {key}, or later"),
            2 => format!("{key}{row}"),
            3 => format!("+44 20 {:08}", key % 100_000_000),
            4 => format!("{}/{}", key - 910_000_000_000, row % 90 + 10),
            5 => format!("'{key}'"),
            6 => "-".to_owned(),
            _ => format!("AD-{row}"),
        })
        .collect()
}

/// The function whose instructions are counted.
#[inline(never)]
fn counted(work: &mut dyn FnMut()) {
    work();
}

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let [kernel, path] = &arguments[..] else {
        for (name, _) in KERNELS {
            writeln!(stdout(), "{name}").expect("names can be written");
        }
        return;
    };
    let (_, prepare) = KERNELS
        .iter()
        .find(|(name, _)| name == kernel)
        .expect("a kernel of the list");
    let path = CodePath::ALL
        .into_iter()
        .find(|known| format!("{known:?}").eq_ignore_ascii_case(path))
        .expect("a path");
    assert!(
        path.is_available(),
        "this machine does not have the instructions of the path"
    );
    counted(&mut *prepare(path));
}
