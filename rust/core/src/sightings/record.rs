//! The sightings of a run of rows, cut into parts by their keys, in as few words as they need.
//!
//! One idea: **what the rows of a run have in common is kept once.** The rows of a run follow each other, and so do their
//! times in most files: beside the key and the other there is room for the offset of both in two words. A run whose times
//! are too far apart, or finer than that, takes three words a sighting.

use super::{KEY_BITS, add_up, mixed};
use crate::exact::{most, quotient};
use crate::linkage::{NO_TIME, SECOND};

/// The bits of a key that say in which part it is.
const BITS: u32 = 11;
/// The count of parts.
pub const PARTS: usize = 1 << BITS;

/// Bits of a key within its part.
pub(super) const REST_BITS: u32 = KEY_BITS - BITS;
const REST: u64 = (1 << REST_BITS) - 1;
/// Bits beside the rest of a key, and beside the other.
const LOW_BITS: u32 = 64 - REST_BITS;
const LOW: u64 = (1 << LOW_BITS) - 1;
const HIGH_BITS: u32 = 64 - KEY_BITS;
const HIGH: u64 = (1 << HIGH_BITS) - 1;

/// The most rows of all runs.
const ROWS: u64 = 1 << (LOW_BITS + HIGH_BITS);

const RUN_BITS: u32 = 17;
/// The most rows of a run.
pub const RUN: usize = 1 << RUN_BITS;
const RUN_MASK: u64 = RUN as u64 - 1;

/// Bits of a time beside the row in its run, and of all times of a run in two words.
const UPPER_BITS: u32 = LOW_BITS - RUN_BITS;
const UPPER: u64 = (1 << UPPER_BITS) - 1;
const TIME_BITS: u32 = UPPER_BITS + HIGH_BITS;

/// Units of times below [`SECOND`], in microseconds: most call records say whole seconds.
const MILLISECOND: u64 = 1000;
const MICROSECOND: u64 = 1;

/// A sighting of a key with another, within its part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sighting {
    /// The rest of the key.
    pub(super) rest: u64,
    pub(super) other: u64,
    pub(super) at: i64,
    pub(super) row: u64,
}

impl Sighting {
    /// What the sightings of a key are ordered by; of identical ones the row that was read first stands first.
    pub(super) fn order(&self) -> (i64, u64) {
        (self.at, self.other)
    }
}

/// What the sightings of a run have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunForm {
    /// The number of its first row.
    first: u64,
    /// Its earliest time, and the unit of the others.
    times: Option<(i64, u64)>,
}

impl RunForm {
    /// Words of a sighting: two or three.
    #[must_use]
    pub fn words(self) -> usize {
        if self.times.is_some() { 2 } else { 3 }
    }
}

/// Some sightings of one part of a run.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// The form of the run.
    pub form: RunForm,
    /// The words of the sightings.
    pub words: &'a [u64],
}

impl Piece<'_> {
    /// The count of sightings.
    pub(super) fn len(&self) -> usize {
        self.words.len() / self.form.words()
    }

    /// The sightings, in the order of the rows.
    #[inline]
    pub(super) fn sightings(&self) -> impl Iterator<Item = Sighting> {
        let RunForm { first, times } = self.form;
        let words = self.words.chunks_exact(self.form.words());
        words.map(move |words| match (times, words) {
            (Some((earliest, unit)), &[key, other]) => {
                let upper = key >> RUN_BITS & UPPER;
                let time = upper << HIGH_BITS | other & HIGH;
                Sighting {
                    rest: key >> LOW_BITS,
                    other: other >> HIGH_BITS,
                    // Within the times of the run, so nothing wraps.
                    at: earliest.wrapping_add_unsigned(time.wrapping_mul(unit)),
                    row: first + (key & RUN_MASK),
                }
            }
            (None, &[key, other, at]) => Sighting {
                rest: key >> LOW_BITS,
                other: other >> HIGH_BITS,
                at: at.cast_signed(),
                row: (other & HIGH) << LOW_BITS | key & LOW,
            },
            _ => unreachable!("as many words as the form says"),
        })
    }
}

/// The sightings of a run, which know their parts and wait for the memory to be written to.
#[derive(Debug)]
pub struct CutRun<'a> {
    mixed: Vec<u64>,
    others: &'a [u64],
    ats: &'a [i64],
    form: RunForm,
    /// Where each part begins, one place late, and where the last one ends.
    starts: Vec<u32>,
}

impl<'a> CutRun<'a> {
    /// Takes the rows of a run; one whose key is 0 is left out. `first` is the number of the first row.
    ///
    /// # Panics
    /// If the columns differ in length, with more than [`RUN`] rows, or with 2^39 or more in all runs.
    #[must_use]
    pub fn of(mut keys: Vec<u64>, others: &'a [u64], ats: &'a [i64], first: u64) -> Self {
        assert!(first + keys.len() as u64 <= ROWS, "less than 2^39 rows");
        assert!(keys.len() <= RUN, "a run has at most 2^17 rows");
        assert!(
            keys.len() == others.len() && keys.len() == ats.len(),
            "columns of the same length"
        );
        let times = common_times(ats);
        let mut starts = vec![0u32; PARTS + 2];
        for key in &mut keys {
            *key = mixed(*key);
            starts[part_of(*key) + 2] += u32::from(*key != 0);
        }
        add_up(&mut starts);
        Self {
            mixed: keys,
            others,
            ats,
            form: RunForm { first, times },
            starts,
        }
    }

    /// The form of its sightings.
    #[must_use]
    pub fn form(&self) -> RunForm {
        self.form
    }

    /// The words of all sightings.
    #[must_use]
    pub fn words(&self) -> usize {
        self.starts[PARTS + 1] as usize * self.form.words()
    }

    /// Writes the sightings. Returns where each part begins, and where the last one ends; and the memory of the keys, to
    /// be used again.
    ///
    /// # Panics
    /// If the memory has less than [`words`](Self::words).
    pub fn write(mut self, out: &mut [u64]) -> (Vec<u32>, Vec<u64>) {
        match self.form.times {
            Some((earliest, SECOND)) => {
                self.narrow(out, |at| quotient::<SECOND>(since(at, earliest)));
            }
            Some((earliest, MILLISECOND)) => {
                self.narrow(out, |at| quotient::<MILLISECOND>(since(at, earliest)));
            }
            Some((earliest, MICROSECOND)) => self.narrow(out, |at| since(at, earliest)),
            Some(_) => unreachable!("a unit that is not listed"),
            None => {
                let first = self.form.first;
                // The last bits of the row beside the key, the first ones beside the other.
                self.scatter(out, |rest, other, at, row| {
                    let row = first + row;
                    [
                        rest << LOW_BITS | row & LOW,
                        other << HIGH_BITS | row >> LOW_BITS,
                        at.cast_unsigned(),
                    ]
                });
            }
        }
        self.starts.pop();
        (self.starts, self.mixed)
    }

    fn narrow(&mut self, out: &mut [u64], time: impl Fn(i64) -> u64) {
        self.scatter(out, |rest, other, at, row| {
            let time = time(at);
            [
                rest << LOW_BITS | (time >> HIGH_BITS & UPPER) << RUN_BITS | row,
                other << HIGH_BITS | time & HIGH,
            ]
        });
    }

    fn scatter<const WORDS: usize>(
        &mut self,
        out: &mut [u64],
        entry: impl Fn(u64, u64, i64, u64) -> [u64; WORDS],
    ) {
        let (out, _) = out.as_chunks_mut::<WORDS>();
        let others = self.others.iter().zip(self.ats);
        for ((&mixed, (&other, &at)), row) in self.mixed.iter().zip(others).zip(0..) {
            if mixed != 0 {
                // After all rows each place is where the next part begins.
                let place = &mut self.starts[part_of(mixed) + 1];
                out[*place as usize] = entry(mixed & REST, other, at, row);
                *place += 1;
            }
        }
    }
}

#[inline]
fn part_of(mixed: u64) -> usize {
    (mixed >> REST_BITS) as usize & (PARTS - 1)
}

/// The time since the earliest one of its run. A row that is left out may have any.
#[inline]
fn since(at: i64, earliest: i64) -> u64 {
    at.wrapping_sub(earliest).cast_unsigned()
}

/// The earliest time of a run and the coarsest unit that the others are counted in from it; `None` if there is no such
/// unit with few enough bits. A row without a time is left out.
fn common_times(ats: &[i64]) -> Option<(i64, u64)> {
    let (mut earliest, mut latest) = (i64::MAX, i64::MIN);
    for &at in ats {
        earliest = earliest.min(if at == NO_TIME { i64::MAX } else { at });
        latest = latest.max(at);
    }
    if latest == NO_TIME {
        return Some((0, MICROSECOND));
    }
    let span = latest.checked_sub(earliest)?.cast_unsigned();
    let fits = |unit: u64| span / unit < 1 << TIME_BITS;
    let unit = if fits(SECOND) && are_whole::<SECOND>(ats, earliest) {
        SECOND
    } else if fits(MILLISECOND) && are_whole::<MILLISECOND>(ats, earliest) {
        MILLISECOND
    } else if fits(MICROSECOND) {
        MICROSECOND
    } else {
        return None;
    };
    Some((earliest, unit))
}

/// Whether all times are so many whole units after the earliest one.
fn are_whole<const UNIT: u64>(ats: &[i64], earliest: i64) -> bool {
    let units = ats.iter().map(|&at| match at {
        NO_TIME => 0,
        at => quotient::<UNIT>(since(at, earliest)),
    });
    units.fold(0, u64::max) <= most::<UNIT>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(keys: &[u64], ats: &[i64], first: u64) -> (RunForm, Vec<(u64, u64, i64, u64)>) {
        let others: Vec<u64> = (0..keys.len() as u64)
            .map(|n| 35_000_000_000_000 + n)
            .collect();
        let cut = CutRun::of(keys.to_vec(), &others, ats, first);
        let form = cut.form();
        let mut words = vec![0; cut.words()];
        let (starts, _) = cut.write(&mut words);
        let mut found = Vec::new();
        for part in 0..PARTS {
            let words = &words[starts[part] as usize * form.words()..];
            let len = (starts[part + 1] - starts[part]) as usize * form.words();
            let piece = Piece {
                form,
                words: &words[..len],
            };
            found.extend(piece.sightings().map(|one| {
                let key = super::super::unmixed((part as u64) << REST_BITS | one.rest);
                (key, one.other, one.at, one.row)
            }));
        }
        found.sort_unstable_by_key(|one| one.3);
        (form, found)
    }

    #[test]
    fn sightings_come_back_in_every_form() {
        let keys: Vec<u64> = (0..500)
            .map(|n| {
                if n % 7 == 3 {
                    0
                } else {
                    919_000_000_000 + n % 90
                }
            })
            .collect();
        let steps: [(i64, Option<u64>); 8] = [
            (0, Some(1_000_000)),
            (1_000_000, Some(1_000_000)),
            (8_000_000_000, Some(1_000_000)),
            (9_000_000_000, None),
            (5000, Some(1000)),
            (9_000_001_000, None),
            (7, Some(1)),
            (1 << 54, None),
        ];
        for (step, unit) in steps {
            for begin in [-3, 1_788_220_800_000_000, i64::MIN + 1] {
                let first = 3 << 30;
                let ats: Vec<i64> = (0..500).map(|n| begin.wrapping_add(step * n)).collect();
                let (form, found) = back(&keys, &ats, first);
                assert_eq!(form.times.map(|times| times.1), unit, "{step}");
                let expected: Vec<_> = (0..500)
                    .filter(|&n| keys[n] != 0)
                    .map(|n| {
                        (
                            keys[n],
                            35_000_000_000_000 + n as u64,
                            ats[n],
                            first + n as u64,
                        )
                    })
                    .collect();
                assert_eq!(found, expected, "{step} {begin}");
            }
        }
    }

    #[test]
    fn a_row_without_a_time_says_nothing_of_the_others() {
        let (form, found) = back(&[0, 919_876_543_210], &[NO_TIME, 5_000_000], 0);
        assert_eq!(form.words(), 2);
        assert_eq!(found.len(), 1);
    }
}
