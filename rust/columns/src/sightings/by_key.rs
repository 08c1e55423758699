//! Periods as they are found, part by part -> columns in the order of the keys.
//!
//! One idea: **periods are cut into ranges of keys as soon as they are found**, so that each range is ordered by itself, in
//! the cache, and written to its place in the columns. The first periods say where to cut: parts are a random sample of
//! the keys.

use std::ops::Range;

use memmap2::MmapMut;
use numguard_core::sightings::changes::{Earlier, Period};

use super::words::{PAGE_WORDS, Words};
use crate::parallel;

/// Periods of a range: half a mebibyte.
const RANGE: usize = 1 << 13;

/// The most ranges.
const RANGES: usize = 1 << 10;

/// Columns of a period: see [`Chunk`].
pub(super) const COLUMNS: usize = 9;

/// Periods cut into ranges of keys.
#[derive(Default)]
pub(super) struct ByKey {
    /// The first key of each range but the first.
    firsts: Vec<u64>,
    groups: Vec<Group>,
}

/// Periods of some parts, range by range; those of a key are in their order.
pub(super) struct Group {
    periods: Vec<Period>,
    /// Where each range begins, and where the last one ends.
    starts: Vec<usize>,
}

impl ByKey {
    /// Whether it is not known yet where the ranges are cut.
    pub(super) fn is_new(&self) -> bool {
        self.groups.is_empty()
    }

    /// Decides where to cut. `found` are the periods of one in so many keys.
    pub(super) fn prepare(&mut self, found: &[Vec<Period>], one_in: usize) {
        let len: usize = found.iter().map(Vec::len).sum();
        let ranges = (len.saturating_mul(one_in) / RANGE).clamp(1, RANGES);
        let step = (len / ranges / 16).max(1);
        let some = found.iter().flatten().step_by(step);
        let mut keys: Vec<u64> = some.map(|period| period.key).collect();
        keys.sort_unstable();
        let first = |range: usize| keys[range * keys.len() / ranges];
        self.firsts = (1..ranges).filter(|_| !keys.is_empty()).map(first).collect();
        self.firsts.dedup();
    }

    /// Cuts periods into ranges.
    pub(super) fn cut(&self, periods: &[Period]) -> Group {
        let ranges = self.firsts.len() + 1;
        let range_of = |period: &Period| self.firsts.partition_point(|&first| first <= period.key);
        let of_each: Vec<u16> = periods.iter().map(|one| range_of(one) as u16).collect();
        // Counted one place late, so that after the sums each place is where its range begins.
        let mut starts = vec![0; ranges + 2];
        for &range in &of_each {
            starts[range as usize + 2] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut order = vec![0u32; periods.len()];
        for (n, &range) in (0..).zip(&of_each) {
            let place = &mut starts[range as usize + 1];
            order[*place] = n;
            *place += 1;
        }
        starts.pop();
        let cut = order.iter().map(|&n| periods[n as usize]);
        Group {
            periods: cut.collect(),
            starts,
        }
    }

    /// Keeps the periods of some parts.
    pub(super) fn add(&mut self, group: Group) {
        self.groups.push(group);
    }

    /// All periods as columns, by key; those of a key stand together, in their order. `used` is memory to be used again:
    /// to fill new memory with zeros takes the system as long as all else.
    pub(super) fn table(self, mut used: Vec<MmapMut>, threads: parallel::Threads) -> Table {
        let lens: Vec<usize> = (0..=self.firsts.len())
            .map(|range| self.groups.iter().map(|group| group.range(range).len()).sum())
            .collect();
        let mut chunks: Vec<(Range<usize>, usize)> = Vec::new();
        for (range, &len) in lens.iter().enumerate() {
            match chunks.last_mut() {
                Some((ranges, all)) if *all + len <= PAGE_WORDS => {
                    ranges.end = range + 1;
                    *all += len;
                }
                _ => chunks.push((range..range + 1, len)),
            }
        }
        let mut table: Vec<Chunk> = chunks
            .iter()
            .map(|&(_, len)| Chunk {
                columns: [(); COLUMNS].map(|()| Words::again(&mut used, len)),
                len,
            })
            .collect();
        drop(used);
        let mut tasks = Vec::new();
        for ((ranges, _), chunk) in chunks.into_iter().zip(&mut table) {
            let mut rest = chunk.columns.each_mut().map(Words::as_mut_slice);
            for range in ranges {
                let mut own = [(); COLUMNS].map(|()| &mut [][..]);
                for (own, rest) in own.iter_mut().zip(&mut rest) {
                    *own = rest.split_off_mut(..lens[range]).unwrap_or_default();
                }
                tasks.push((range, own));
            }
        }
        parallel::map(threads, tasks, |(range, columns)| {
            self.write(range, columns);
        });
        Table(table)
    }

    /// Writes the periods of a range.
    fn write(&self, range: usize, columns: [&mut [u64]; COLUMNS]) {
        let mut order: Vec<(u64, u64)> = Vec::with_capacity(columns[0].len());
        for (place, group) in self.groups.iter().enumerate() {
            let place = (place as u64) << 32;
            let keys = group.range(range).iter().map(|period| period.key);
            order.extend(keys.zip(place..));
        }
        order.sort_unstable();
        let mut earlier = Earlier::default();
        let [key, other, from, to, sightings, followed, overlap, from_row, to_row] = columns;
        for (n, (_, place)) in order.into_iter().enumerate() {
            let group = self.groups[(place >> 32) as usize].range(range);
            let period = &group[place as u32 as usize];
            let (before, common) = earlier.before(period).unwrap_or_default();
            key[n] = period.key;
            other[n] = period.other;
            from[n] = period.from.cast_unsigned();
            to[n] = period.to.cast_unsigned();
            sightings[n] = period.sightings;
            followed[n] = before;
            overlap[n] = (common / MICROS).cast_unsigned();
            from_row[n] = period.from_row;
            to_row[n] = period.to_row;
        }
    }
}

/// Microseconds of a second.
const MICROS: i64 = 1_000_000;

impl Group {
    fn range(&self, range: usize) -> &[Period] {
        &self.periods[self.starts[range]..self.starts[range + 1]]
    }
}

/// The periods, by key, then beginning.
pub struct Table(pub(super) Vec<Chunk>);

/// Some rows: key, other, from, to, sightings, the other of the period before (0 in the first of a key), whole seconds in
/// which an earlier period of the key had not ended, the numbers of the rows of the first and of the last sighting.
pub(super) struct Chunk {
    pub(super) columns: [Words; COLUMNS],
    pub(super) len: usize,
}
