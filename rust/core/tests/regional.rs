//! The quick reader of other regions against the reader of all forms: the same numbers, and nothing that it refuses.
//!
//! `NUMGUARD_REGIONAL_ROUNDS` (1) asks for more cells.

use numguard_core::msisdn::{self, Region, Regional, Style, format, read, read_u64};
use numguard_core::notes::{Kind, Note};
use numguard_core::plan::{self, RegionPlan};

/// Numbers that look random, the same in every run.
struct Chosen(u64);

impl Chosen {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }
}

fn rounds() -> u64 {
    let asked = std::env::var("NUMGUARD_REGIONAL_ROUNDS").ok();
    asked.and_then(|rounds| rounds.parse().ok()).unwrap_or(1)
}

fn abroad() -> impl Iterator<Item = RegionPlan> {
    RegionPlan::all().filter(|plan| plan.name() != "IN")
}

/// Reads a cell by both, and gives whether the quick reader had an answer.
fn agrees(cell: &str, plan: RegionPlan) -> bool {
    let reading = read(cell, Region::Of(plan));
    let exact = reading.msisdn;
    let quick = Regional::of(plan).key(cell.as_bytes());
    assert_eq!(quick.unwrap_or(exact), exact, "{cell} {}", plan.name());
    if let Some(key @ 1..) = quick {
        assert_eq!(read_u64(key, Region::Of(plan)), reading, "{cell}: a mend");
    }
    assert_eq!(msisdn::key(cell, Region::Of(plan)), exact, "{cell}");
    quick.is_some()
}

/// Some digits behind each beginning of three and each country code, in every count.
#[test]
fn every_beginning_and_count() {
    let (mut chosen, mut answered, mut asked) = (Chosen(1), 0_u64, 0_u64);
    for _ in 0..rounds() {
        for plan in abroad() {
            for lead in 0..1000 {
                for plus in ["", "+"] {
                    let count = 4 + chosen.below(17) as usize;
                    let more = chosen.below(10_u64.pow(10));
                    let zeros = chosen.of(&[1, 1, 1_000, 1_000_000]);
                    let cell = format!("{plus}{lead:03}{:019}", more / zeros * zeros);
                    let cell = &cell[..cell.len().min(plus.len() + count)];
                    answered += u64::from(agrees(cell, plan));
                    asked += 1;
                }
            }
        }
    }
    assert!(answered * 2 > asked, "{answered} of {asked}");
}

/// What is written with a plus is the same number under every region, or is refused there: never another one. A number of
/// a plan is never refused.
#[test]
fn written_numbers_are_read_back_under_every_region() {
    let (mut chosen, mut refused) = (Chosen(4), 0_u64);
    let plans: Vec<RegionPlan> = RegionPlan::all().collect();
    let region = |plan: RegionPlan| Region::named(plan.name()).expect("a region");
    let is_in_a_plan = |number: u64| {
        let at = plan::region_of(number).and_then(|at| plans.get(at).copied());
        at.is_some_and(|own| read_u64(number, region(own)).kind != Some(Kind::Unknown))
    };
    let mut texts: Vec<(u64, String)> = Vec::new();
    for own in plans.iter().copied() {
        for _ in 0..rounds() * 60 {
            let count = 4 + chosen.below(10) as u32;
            let cell = chosen.below(10_u64.pow(count)).to_string();
            let number = read(&cell, region(own)).msisdn;
            if number != 0 {
                let mut text = String::new();
                format(number, Style::E164, &mut text);
                texts.push((number, text));
            }
        }
    }
    for (number, text) in &texts {
        let others = (0..20).map(|_| region(chosen.of(&plans)));
        for other in others.chain([Region::In, Region::E164, Region::Unknown]) {
            let again = read(text, other);
            let is_doubted = again.note == Some(Note::PlusWithoutCountryCode);
            let is_refused = again.msisdn == 0 && is_doubted && !is_in_a_plan(*number);
            assert!(again.msisdn == *number || is_refused, "{text} {other:?}");
            refused += u64::from(is_refused);
        }
    }
    assert!(texts.len() > 2_000 && refused > 0, "{}", texts.len());
}

/// Every example number of every region, as it is written there and with slips.
#[test]
fn examples_with_slips() {
    let examples = include_str!("../../../tests/vectors/example_numbers.csv");
    let (mut chosen, mut answered, mut asked) = (Chosen(2), 0_u64, 0_u64);
    for _ in 0..rounds() * 40 {
        for line in examples.lines().skip(1) {
            let fields: Vec<&str> = line.split(',').collect();
            let Some(plan) = RegionPlan::named(fields[0]).filter(|plan| plan.name() != "IN") else {
                continue;
            };
            let cell = written(&mut chosen, plan, fields[3].trim_start_matches('+'));
            let reader = if chosen.below(20) == 0 {
                abroad().nth(chosen.below(244) as usize).unwrap_or(plan)
            } else {
                plan
            };
            answered += u64::from(agrees(&cell, reader));
            asked += 1;
        }
    }
    assert!(answered * 2 > asked, "{answered} of {asked}");
}

/// A number in one of its forms, at times with a slip, a separator too many, or digits beside it.
fn written(chosen: &mut Chosen, plan: RegionPlan, e164: &str) -> String {
    let code = plan.code().to_string();
    let number = e164.parse().expect("digits");
    let mut cell = String::new();
    let national = &e164[code.len().min(e164.len())..];
    match chosen.below(9) {
        0 | 1 => format(number, Style::National, &mut cell),
        2 => format(number, Style::International, &mut cell),
        3 => format(number, Style::E164, &mut cell),
        4 => cell.push_str(e164),
        5 => cell.push_str(national),
        6 => {
            format(number, Style::National, &mut cell);
            cell.retain(|sign| sign.is_ascii_digit());
        }
        7 => cell = format!("{}{e164}", chosen.of(&["00", "011", "810", "0"])),
        _ => {
            cell = format!(
                "{}{national}",
                chosen.of(&["0", "1", "8", "06", "0 ", "1-", "(0)", "015", "0-11-"])
            );
        }
    }
    for _ in 0..chosen.of(&[0, 0, 0, 1, 1, 2]) {
        let at = chosen.below(cell.len() as u64 + 1) as usize;
        let sign = chosen.of(b"0123456789012345678900 -()+.");
        match chosen.below(3) {
            0 if at < cell.len() => drop(cell.remove(at)),
            1 if at < cell.len() => cell.replace_range(at..=at, &char::from(sign).to_string()),
            _ => cell.insert(at, char::from(sign)),
        }
    }
    match chosen.below(12) {
        0 => format!("{cell} {cell}"),
        1 => format!("{cell}-{}", &cell[cell.len() / 2..]),
        2 => cell.replace(' ', "-"),
        3 => format!("{} {cell}", chosen.below(1000)),
        _ => cell,
    }
}

/// Integers are their digits.
#[test]
fn integers() {
    let mut chosen = Chosen(3);
    for plan in abroad() {
        for _ in 0..400 * rounds() {
            let value = (chosen.below(1 << 30) * chosen.below(1 << 30)) >> chosen.below(50);
            let exact = read(&value.to_string(), Region::Of(plan)).msisdn;
            let quick = Regional::of(plan).key_of_integer(value);
            assert_eq!(quick.unwrap_or(exact), exact, "{value} {}", plan.name());
            let key = msisdn::key_i64(value.cast_signed(), Region::Of(plan));
            assert_eq!(key, exact, "{value} {}", plan.name());
        }
    }
}

/// Any bytes are read or left, and nothing panics.
#[test]
fn any_bytes() {
    let mut chosen = Chosen(4);
    let plans: Vec<RegionPlan> = abroad().collect();
    for _ in 0..200_000 * rounds() {
        let count = chosen.below(40);
        let signs: &[u8] = chosen.of(&[
            &b"0123456789 -()+"[..],
            b"0123456789",
            b"0123456789./ -()+\xff\0a",
        ]);
        let cell: Vec<u8> = (0..count).map(|_| chosen.of(signs)).collect();
        let plan = chosen.of(&plans);
        match (Regional::of(plan).key(&cell), std::str::from_utf8(&cell)) {
            (None, _) => {}
            (Some(_), Ok(cell)) => drop(agrees(cell, plan)),
            (Some(key), Err(_)) => panic!("{key} of bytes that are no text"),
        }
    }
}
