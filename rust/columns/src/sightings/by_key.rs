//! Periods as they are found, part by part -> columns in the order of the keys.
//!
//! One idea: **periods are cut into ranges of keys as soon as they are found**, so that each range is ordered by itself, in
//! the cache, and written to its place in the columns. The first periods say where to cut: parts are a random sample of
//! the keys.

use std::ops::Range;

use memmap2::MmapMut;
use numguard_core::linkage::SECOND;
use numguard_core::sightings::changes::{Earlier, Period};

use crate::pages::{BLOCK_WORDS, Words};
use crate::parallel;

/// Periods of a range: half a mebibyte.
const RANGE: usize = 1 << 13;

/// The most ranges.
const RANGES: usize = 1 << 10;

/// Columns of a period: see [`Chunk`].
pub(super) const COLUMNS: usize = 9;

/// The column of the other of the period before.
pub(super) const FOLLOWED: usize = 5;

/// Periods cut into ranges of keys.
#[derive(Default)]
pub(super) struct ByKey {
    ranges: Ranges,
    groups: Vec<Group>,
}

/// Words of a period in a group.
const WORDS: usize = 7;

/// Periods that are cut at once: they fill a block.
pub(super) const GROUP: usize = BLOCK_WORDS / WORDS;

/// Periods of some parts, range by range; those of a key are in their order.
pub(super) struct Group {
    periods: Words,
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
        let step = (len / ranges / 64).max(1);
        let some = found.iter().flatten().step_by(step);
        let mut keys: Vec<u64> = some.map(|period| period.key).collect();
        keys.sort_unstable();
        let first = |range: usize| keys[range * keys.len() / ranges];
        let mut firsts: Vec<u64> = (1..ranges)
            .filter(|_| !keys.is_empty())
            .map(first)
            .collect();
        firsts.dedup();
        self.ranges = Ranges::of(firsts);
    }

    /// Cuts periods into ranges.
    pub(super) fn cut(&self, periods: &[Period]) -> Group {
        let of_each: Vec<u16> = periods
            .iter()
            .map(|one| self.ranges.find(one.key) as u16)
            .collect();
        // Counted one place late, so that after the sums each place is where its range begins.
        let mut starts = vec![0; self.ranges.firsts.len() + 3];
        for &range in &of_each {
            starts[range as usize + 2] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut cut = Words::in_blocks(periods.len() * WORDS);
        let (places, _) = cut.as_mut_slice().as_chunks_mut();
        for (period, &range) in periods.iter().zip(&of_each) {
            let place = &mut starts[range as usize + 1];
            places[*place] = to_words(period);
            *place += 1;
        }
        starts.pop();
        Group {
            periods: cut,
            starts,
        }
    }

    /// Keeps periods of some parts.
    pub(super) fn add(&mut self, groups: Vec<Group>) {
        self.groups.extend(groups);
    }

    /// All periods as columns, by key; those of a key stand together, in their order. `first` is added to the numbers of
    /// rows. `used` is memory to be used again: to fill new memory with zeros takes the system as long as all else.
    pub(super) fn table(
        self,
        mut used: Vec<MmapMut>,
        first: u64,
        threads: parallel::Threads,
    ) -> Table {
        let lens: Vec<usize> = (0..=self.ranges.firsts.len())
            .map(|range| {
                self.groups
                    .iter()
                    .map(|group| group.range(range).len())
                    .sum()
            })
            .collect();
        let mut chunks: Vec<(Range<usize>, usize)> = Vec::new();
        for (range, &len) in lens.iter().enumerate() {
            match chunks.last_mut() {
                Some((ranges, all)) if *all + len <= BLOCK_WORDS => {
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
            self.write(range, first, columns);
        });
        Table(table)
    }

    /// Writes the periods of a range, with `first` added to the numbers of rows.
    fn write(&self, range: usize, first: u64, columns: [&mut [u64]; COLUMNS]) {
        let groups = self.groups.iter().map(|group| group.range(range));
        let periods: Vec<&[u64; WORDS]> = groups.flatten().collect();
        let mut earlier = Earlier::default();
        let [
            key,
            other,
            from,
            to,
            sightings,
            followed,
            overlap,
            from_row,
            to_row,
        ] = columns;
        for (n, place) in in_order(&periods).into_iter().enumerate() {
            let period = of_words(periods[place as usize]);
            let (before, common) = earlier.before(&period).unwrap_or_default();
            key[n] = period.key;
            other[n] = period.other;
            from[n] = period.from.cast_unsigned();
            to[n] = period.to.cast_unsigned();
            sightings[n] = period.sightings;
            followed[n] = before;
            overlap[n] = common.cast_unsigned() / SECOND;
            from_row[n] = period.from_row + first;
            to_row[n] = period.to_row + first;
        }
    }
}

/// The places of periods by their keys; those of a key stay in their order.
fn in_order(periods: &[&[u64; WORDS]]) -> Vec<u32> {
    if periods.len() > 1 << PLACE_BITS {
        let mut order: Vec<(u64, u32)> = periods.iter().map(|one| one[0]).zip(0..).collect();
        order.sort_unstable();
        return order.into_iter().map(|(_, place)| place).collect();
    }
    // A key and a place in one word are sorted in half the time.
    let keys = periods.iter().map(|one| one[0] << PLACE_BITS);
    let mut order: Vec<u64> = keys.zip(0..).map(|(key, place)| key | place).collect();
    order.sort_unstable();
    let place = |word: u64| (word & ((1 << PLACE_BITS) - 1)) as u32;
    order.into_iter().map(place).collect()
}

/// Bits beside a key, which has at most fifteen digits.
const PLACE_BITS: u32 = 14;

impl Group {
    fn range(&self, range: usize) -> &[[u64; WORDS]] {
        let (periods, _) = self.periods.as_slice().as_chunks();
        &periods[self.starts[range]..self.starts[range + 1]]
    }
}

/// A period as words, of which the first one is its key.
fn to_words(period: &Period) -> [u64; WORDS] {
    [
        period.key,
        period.other,
        period.from.cast_unsigned(),
        period.to.cast_unsigned(),
        period.sightings,
        period.from_row,
        period.to_row,
    ]
}

fn of_words(&[key, other, from, to, sightings, from_row, to_row]: &[u64; WORDS]) -> Period {
    Period {
        key,
        other,
        from: from.cast_signed(),
        to: to.cast_signed(),
        sightings,
        from_row,
        to_row,
    }
}

/// Steps of equal width that say in which ranges a key may be, so that few ranges are compared with it.
const STEPS: usize = 1 << 12;

/// Ranges of keys.
#[derive(Default)]
struct Ranges {
    /// The first key of each range but the first.
    firsts: Vec<u64>,
    /// The range of the first key of each step, the first and the last range at the ends.
    steps: Vec<u16>,
    /// Bits of the keys of a step.
    bits: u32,
}

impl Ranges {
    fn of(firsts: Vec<u64>) -> Self {
        let (Some(&lowest), Some(&highest)) = (firsts.first(), firsts.last()) else {
            return Self::default();
        };
        let bits = (u64::BITS - (highest - lowest).leading_zeros()).saturating_sub(STEPS.ilog2());
        let range = |step: usize| match step {
            0 => 0,
            STEPS => firsts.len() as u16,
            _ => {
                let key = lowest + ((step as u64) << bits);
                firsts.partition_point(|&first| first <= key) as u16
            }
        };
        Self {
            steps: (0..=STEPS).map(range).collect(),
            bits,
            firsts,
        }
    }

    #[inline]
    fn find(&self, key: u64) -> usize {
        let Some(&lowest) = self.firsts.first() else {
            return 0;
        };
        let step = (key.saturating_sub(lowest) >> self.bits).min(STEPS as u64 - 1) as usize;
        let (from, to) = (self.steps[step] as usize, self.steps[step + 1] as usize);
        from + self.firsts[from..to].partition_point(|&first| first <= key)
    }
}

/// The periods, by key, then beginning.
pub struct Table(pub(super) Vec<Chunk>);

/// Some rows: key, other, from, to, sightings, the last other before it (0 in the first of a key), whole seconds in
/// which an earlier period of the key had not ended, the numbers of the rows of the first and of the last sighting.
pub(super) struct Chunk {
    pub(super) columns: [Words; COLUMNS],
    pub(super) len: usize,
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use numguard_core::sightings::mixed;

    use super::*;

    /// The number of the first row.
    const FIRST: u64 = 2;

    /// So many keys, in the order of their hashes, with one to three periods each; the first one has many.
    fn periods(keys: u64, many: u64) -> Vec<Period> {
        let mut all: Vec<u64> = (1..=keys)
            .map(|n| 910_000_000_000 + n * n % 999_983)
            .collect();
        all.sort_unstable();
        all.dedup();
        all.sort_by_key(|&key| mixed(key));
        let period = |key: u64, n: u64| Period {
            key,
            other: 35_000_000_000_000 + n % 2,
            from: (n * 10_000_000).cast_signed(),
            to: (n * 10_000_000 + 15_000_000).cast_signed(),
            sightings: n + 1,
            from_row: key + n,
            to_row: key + n + 1,
        };
        let count = |place: usize, key: u64| if place == 0 { many } else { 1 + key % 3 };
        let of_key = |(place, &key): (usize, &u64)| {
            (0..count(place, key))
                .map(move |n| period(key, n))
                .collect::<Vec<_>>()
        };
        all.iter().enumerate().flat_map(of_key).collect()
    }

    #[test]
    fn columns_are_in_the_order_of_the_keys_however_the_periods_come() {
        for (keys, many, blocks) in [(0, 0, 0), (1, 3, 1), (60_000, 1, 4), (60_000, 40_000, 90)] {
            let found = periods(keys, many);
            let mut expected = found.clone();
            expected.sort_by_key(|one| one.key);
            for cut in [1, 3, 7] {
                // A key is in one group.
                let size = found.len().div_ceil(cut).max(1);
                let mut groups: Vec<Vec<Period>> = Vec::new();
                for key in found.chunk_by(|one, other| one.key == other.key) {
                    match groups.last_mut() {
                        Some(last) if last.len() < size => last.extend(key),
                        _ => groups.push(key.to_vec()),
                    }
                }
                let mut by_key = ByKey::default();
                by_key.prepare(&groups[..groups.len().min(1)], cut);
                let groups = groups.iter().map(|group| by_key.cut(group));
                let groups = groups.collect();
                by_key.add(groups);
                let used = (0..blocks).filter_map(|_| Words::in_blocks(BLOCK_WORDS).into_block());
                let table = by_key.table(used.collect(), FIRST, NonZeroUsize::new(2));
                check(&table, &expected);
            }
        }
    }

    fn check(table: &Table, expected: &[Period]) {
        let column = |n: usize| {
            let chunks = table.0.iter();
            let values = chunks.flat_map(|chunk| chunk.columns[n].as_slice()[..chunk.len].iter());
            values.copied().collect::<Vec<u64>>()
        };
        let expect = |value: fn(&Period) -> u64| expected.iter().map(value).collect::<Vec<u64>>();
        assert_eq!(column(0), expect(|one| one.key));
        assert_eq!(column(1), expect(|one| one.other));
        assert_eq!(column(2), expect(|one| one.from.cast_unsigned()));
        assert_eq!(column(3), expect(|one| one.to.cast_unsigned()));
        assert_eq!(column(4), expect(|one| one.sightings));
        assert_eq!(column(7), expect(|one| one.from_row + FIRST));
        assert_eq!(column(8), expect(|one| one.to_row + FIRST));
        let mut before: Option<&Period> = None;
        for ((one, followed), overlap) in expected.iter().zip(column(5)).zip(column(6)) {
            let earlier = before.filter(|before| before.key == one.key);
            assert_eq!(followed, earlier.map_or(0, |earlier| earlier.other));
            assert_eq!(overlap, earlier.map_or(0, |_| 5));
            before = Some(one);
        }
    }
}
