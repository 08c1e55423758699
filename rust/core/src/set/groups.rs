//! Many keys in a small range, in two bytes each, while a set is built.
//!
//! Owns the memory between reading and building of lists that are dense. Independent of lines and of the layout of a set.
//! One idea: a set of such a list has about two bytes a key, so keys of eight bytes would be several times as large. Keys
//! are collected in groups of `2^20` numbers, the widest line, and a group has sixteen bins of `2^16` numbers: only the low
//! two bytes of a key are stored. A batch of keys makes groups with a counting sort by bin; at the end, the groups of
//! all batches with the same number are joined and sorted, each in the caches.

use super::line::Cut;
use super::sort::{dedup, sort_in, take};
use super::workers::{Task, Workers};

/// Binary logarithm of the numbers of a group. No line crosses groups.
pub(super) const GROUP_BITS: u32 = Cut::WIDEST;
/// Binary logarithm of the numbers of a bin: two bytes.
const BIN_BITS: u32 = 16;
/// Bins of a group.
const BINS: usize = 1 << (GROUP_BITS - BIN_BITS);
/// Groups of a range: `2^32` numbers.
const RANGE: usize = 1 << 12;
/// Groups that one task joins.
const JOINED: usize = 16;

/// The fewest keys of a group, on average, with which groups are faster than keys: with fewer, their bins are so short that
/// a loop over each costs more than the memory.
const FEWEST: usize = 1 << 10;

/// The keys of one group: the low halves of each bin follow each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    /// The key without its lowest [`GROUP_BITS`].
    number: u64,
    /// The index of its first low half.
    start: usize,
    /// The number of keys in each bin.
    counts: [u32; BINS],
}

impl Group {
    fn len(&self) -> usize {
        self.counts.iter().map(|&count| count as usize).sum()
    }

    /// Appends the keys to `out`, bin by bin.
    fn expand(&self, lows: &[u16], out: &mut Vec<u64>) {
        out.reserve(self.len());
        let mut rest = &lows[self.start..];
        for (bin, &count) in (0..).zip(&self.counts) {
            let (these, others) = rest.split_at(count as usize);
            let bin = self.number << GROUP_BITS | bin << BIN_BITS;
            out.extend(these.iter().map(|&low| bin | u64::from(low)));
            rest = others;
        }
    }
}

/// Adjacent groups that hold most keys of a list: `2^32` numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct GroupRange {
    /// The number of the first bin.
    first: u64,
}

impl GroupRange {
    /// The range that holds most of some ascending keys; `None` if it does not hold half of them.
    pub(super) fn of(ascending: &[u64]) -> Option<Self> {
        let group = |at: usize| ascending[at] >> GROUP_BITS;
        let (mut best, mut start) = (0..0, 0);
        for end in 0..ascending.len() {
            while group(end) - group(start) >= RANGE as u64 {
                start += 1;
            }
            if end - start >= best.len() {
                best = start..end + 1;
            }
        }
        if best.len() <= ascending.len() / 2 {
            return None;
        }
        // As much room below as above, for keys outside the range of these.
        let (first, last) = (group(best.start), group(best.end - 1));
        let below = (RANGE as u64 - 1 - (last - first)) / 2;
        Some(Self {
            first: first.saturating_sub(below) * BINS as u64,
        })
    }

    /// The bin of a key; `RANGE * BINS` for keys outside.
    #[inline]
    fn bin(self, key: u64) -> usize {
        (key >> BIN_BITS)
            .wrapping_sub(self.first)
            .min((RANGE * BINS) as u64) as usize
    }
}

/// Groups in any order; several may have the same number.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// The low halves of the keys, then zeros.
    lows: Vec<u16>,
    used: usize,
    groups: Vec<Group>,
}

impl Groups {
    /// Groups of ascending keys; `None` if they are not dense enough for groups.
    pub(super) fn of_ascending(keys: &[u64]) -> Option<Self> {
        let most = keys.len() / FEWEST;
        let mut groups = Vec::new();
        let mut start = 0;
        for keys in keys.chunk_by(|a, b| a >> GROUP_BITS == b >> GROUP_BITS) {
            if groups.len() == most {
                return None;
            }
            groups.push(Group {
                number: keys[0] >> GROUP_BITS,
                start,
                counts: counts(keys),
            });
            start += keys.len();
        }
        Some(Self {
            lows: keys.iter().map(|&key| key as u16).collect(),
            used: keys.len(),
            groups,
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The number of keys, duplicates included.
    pub(super) fn len(&self) -> usize {
        self.used
    }

    /// Bytes of memory.
    pub(super) fn nbytes(&self) -> usize {
        self.lows.capacity() * size_of::<u16>() + self.groups.capacity() * size_of::<Group>()
    }

    /// Adds the keys that are within `range`, one batch for each `batch` keys. The others except 0 are moved to the front
    /// of `keys`; returns their number. `expected` is the number of these and later keys.
    pub(super) fn add(
        &mut self,
        range: GroupRange,
        keys: &mut [u64],
        expected: usize,
        batch: usize,
        workers: &dyn Workers,
    ) -> usize {
        let start = self.used;
        if self.lows.is_empty() {
            // Zeros that were not written have no memory yet: the tasks get it, in parallel. The groups are allocated at
            // once, because memory that grows in steps is not returned to the system.
            self.lows = vec![0; expected];
            self.groups.reserve_exact(expected.div_ceil(batch) * RANGE);
        } else if self.lows.len() < start + keys.len() {
            self.lows.resize(start + keys.len(), 0);
        }
        let lows = self.lows[start..].chunks_mut(batch);
        let batches = keys.len().div_ceil(batch);
        let mut made: Vec<(Vec<Group>, usize)> = vec![(Vec::new(), 0); batches];
        let starts = (start..).step_by(batch);
        let tasks = keys.chunks_mut(batch).zip(lows).zip(starts).zip(&mut made);
        workers.run(
            tasks
                .map(|(((keys, lows), start), made)| {
                    Box::new(move || *made = group(range, keys, lows, start)) as Task<'_>
                })
                .collect(),
        );
        let mut others = 0;
        for (n, (groups, outside)) in made.into_iter().enumerate() {
            keys.copy_within(n * batch..n * batch + outside, others);
            others += outside;
            if let Some(last) = groups.last() {
                self.used = last.start + last.len();
            }
            self.groups.extend(groups);
        }
        others
    }

    /// Joins the groups with the same number, and adds the ascending `others` that belong to one of them: ascending groups
    /// with distinct, ascending keys. The remaining `others` are moved to the front; returns their number too.
    pub(super) fn joined(self, others: &mut [u64], workers: &dyn Workers) -> (Self, usize) {
        if self.is_empty() {
            return (self, others.len());
        }
        let Self {
            lows, mut groups, ..
        } = self;
        groups.sort_unstable_by_key(|group| (group.number, group.start));
        let joins = joins(&groups, others);
        let room = joins.iter().map(Join::room).sum();
        let (mut all, shares) = (vec![0u16; room], joins.chunks(JOINED));
        let mut made: Vec<Vec<Group>> = vec![Vec::new(); shares.len()];
        let (mut rest, mut start) = (&mut all[..], 0);
        let tasks = shares.zip(&mut made).map(|(joins, made)| {
            let room = joins.iter().map(Join::room).sum();
            let (out, begin, lows) = (take(&mut rest, room), start, &lows);
            start += room;
            Box::new(move || *made = join(joins, lows, out, begin)) as Task<'_>
        });
        workers.run(tasks.collect());
        let (mut left, mut numbers) = (0, groups.iter().map(|group| group.number).peekable());
        for at in 0..others.len() {
            let number = others[at] >> GROUP_BITS;
            while numbers.next_if(|&joined| joined < number).is_some() {}
            if numbers.peek() != Some(&number) {
                others[left] = others[at];
                left += 1;
            }
        }
        let mut joined = Self {
            lows: all,
            used: 0,
            groups: made.concat(),
        };
        joined.close_gaps();
        (joined, left)
    }

    /// Removes the room of removed duplicates.
    fn close_gaps(&mut self) {
        for group in &mut self.groups {
            let len = group.len();
            if self.used < group.start {
                self.lows
                    .copy_within(group.start..group.start + len, self.used);
                group.start = self.used;
            }
            self.used += len;
        }
        if self.used < self.lows.len() {
            self.lows.truncate(self.used);
            self.lows.shrink_to_fit();
        }
    }

    /// The groups and `others` as ascending parts, if the groups are [`joined`](Self::joined) with them.
    pub(super) fn parts<'a>(&'a self, mut others: &'a [u64]) -> Vec<Part<'a>> {
        let mut parts = Vec::with_capacity(self.groups.len());
        for group in &self.groups {
            let below = others.partition_point(|&key| key >> GROUP_BITS < group.number);
            let (these, after) = others.split_at(below);
            if !these.is_empty() {
                parts.push(Part::Keys(these));
            }
            parts.push(Part::Group(group, &self.lows));
            others = after;
        }
        if !others.is_empty() {
            parts.push(Part::Keys(others));
        }
        parts
    }
}

/// Groups a batch of keys. Their low halves go to the front of `lows`, whose first has the index `start` among all; the
/// keys outside `range` except 0 go to the front of `keys`, and their number is returned.
fn group(
    range: GroupRange,
    keys: &mut [u64],
    lows: &mut [u16],
    start: usize,
) -> (Vec<Group>, usize) {
    let mut next = vec![0u32; RANGE * BINS + 1];
    for &key in &*keys {
        next[range.bin(key)] += 1;
    }
    let (mut groups, mut sum) = (Vec::with_capacity(RANGE), 0);
    let (bins, _) = next.as_chunks_mut::<BINS>();
    for (number, bins) in (range.first / BINS as u64..).zip(bins) {
        let group = Group {
            number,
            start: start + sum as usize,
            counts: *bins,
        };
        for bin in bins {
            sum += std::mem::replace(bin, sum);
        }
        if start + sum as usize > group.start {
            groups.push(group);
        }
    }
    let mut outside = 0;
    for at in 0..keys.len() {
        let key = keys[at];
        let bin = range.bin(key);
        if bin == RANGE * BINS {
            keys[outside] = key;
            outside += usize::from(key != 0);
        } else {
            lows[next[bin] as usize] = key as u16;
            next[bin] += 1;
        }
    }
    groups.shrink_to_fit();
    (groups, outside)
}

/// The groups with the same number, and the other keys that belong to them.
struct Join<'a> {
    groups: &'a [Group],
    others: &'a [u64],
}

impl Join<'_> {
    /// The number of keys, duplicates included.
    fn room(&self) -> usize {
        self.others.len() + self.groups.iter().map(Group::len).sum::<usize>()
    }
}

/// What belongs together of groups in the order of their numbers and of ascending keys.
fn joins<'a>(groups: &'a [Group], mut others: &'a [u64]) -> Vec<Join<'a>> {
    let same = groups.chunk_by(|a, b| a.number == b.number);
    same.map(|groups| {
        let number = groups[0].number;
        let below = others.partition_point(|&key| key >> GROUP_BITS < number);
        others = &others[below..];
        let within = others.partition_point(|&key| key >> GROUP_BITS == number);
        let (these, after) = others.split_at(within);
        others = after;
        Join {
            groups,
            others: these,
        }
    })
    .collect()
}

/// Makes one group of each join. `out` has room for all keys; its first has the index `start` among all.
fn join(joins: &[Join<'_>], lows: &[u16], out: &mut [u16], start: usize) -> Vec<Group> {
    let (mut keys, mut scratch, mut used) = (Vec::new(), Vec::new(), 0);
    let joined = joins.iter().map(|join| {
        keys.clear();
        for group in join.groups {
            group.expand(lows, &mut keys);
        }
        keys.extend_from_slice(join.others);
        sort_in(&mut keys, &mut scratch);
        let distinct = dedup(&mut keys);
        let keys = &keys[..distinct];
        for (low, &key) in out[used..].iter_mut().zip(keys) {
            *low = key as u16;
        }
        let group = Group {
            number: join.groups[0].number,
            start: start + used,
            counts: counts(keys),
        };
        used += distinct;
        group
    });
    // Without key 0, a group may be empty.
    joined.filter(|group| group.len() > 0).collect()
}

/// The number of keys in each bin of the group of ascending keys.
fn counts(mut keys: &[u64]) -> [u32; BINS] {
    let mut counts = [0; BINS];
    for (bin, count) in counts.iter_mut().enumerate() {
        let end = keys.partition_point(|&key| (key >> BIN_BITS) as usize % BINS <= bin);
        *count = end as u32;
        keys = &keys[end..];
    }
    counts
}

/// Some ascending, distinct keys of a set that is built. All keys of a group are in one part.
#[derive(Clone, Copy)]
pub(super) enum Part<'a> {
    /// At least one key.
    Keys(&'a [u64]),
    /// A group with at least one key, and the low halves of all groups.
    Group(&'a Group, &'a [u16]),
}

impl<'a> Part<'a> {
    /// The number of keys.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Keys(keys) => keys.len(),
            Self::Group(group, _) => group.len(),
        }
    }

    /// The keys, in `scratch` if they are not stored as such.
    pub(super) fn keys<'b>(&self, scratch: &'b mut Vec<u64>) -> &'b [u64]
    where
        'a: 'b,
    {
        match *self {
            Self::Keys(keys) => keys,
            Self::Group(group, lows) => {
                scratch.clear();
                group.expand(lows, scratch);
                scratch
            }
        }
    }

    /// The first and the last key.
    pub(super) fn ends(&self) -> [u64; 2] {
        match *self {
            Self::Keys(keys) => [keys[0], keys[keys.len() - 1]],
            Self::Group(group, lows) => {
                let low = |at: usize| u64::from(lows[group.start + at]);
                let has_keys = |bin: &usize| group.counts[*bin] > 0;
                let first = (0..BINS).find(has_keys).unwrap_or(0) as u64;
                let last = (0..BINS).rfind(has_keys).unwrap_or(0) as u64;
                [(first, low(0)), (last, low(group.len() - 1))]
                    .map(|(bin, low)| group.number << GROUP_BITS | bin << BIN_BITS | low)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::set::workers::CurrentThread;

    #[test]
    fn joined_groups_take_further_keys() {
        let keys: Vec<u64> = (1..300_000)
            .map(|n| 916_000_000_000 + n * 7_919 % 100_003 * 13_100)
            .collect();
        let mut ascending = keys.clone();
        ascending.sort_unstable();
        ascending.dedup();
        let range = GroupRange::of(&ascending).expect("all keys are in one range");
        let mut groups = Groups::default();
        for part in [&keys[..50_000], &keys[30_000..]] {
            let (len, batch) = (part.len(), 20_000);
            let others = groups.add(range, &mut part.to_vec(), len, batch, &CurrentThread);
            assert_eq!(others, 0);
            (groups, _) = groups.joined(&mut [], &CurrentThread);
        }
        assert_eq!(groups.len(), ascending.len(), "duplicates take no memory");
        let mut members = Vec::new();
        for part in groups.parts(&[]) {
            members.extend_from_slice(part.keys(&mut Vec::new()));
        }
        assert_eq!(members, ascending);
    }
}
