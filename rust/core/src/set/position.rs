//! A key -> its rank among the members, and the bytes -> the members. Safe and scalar: the reference for all other paths.

use super::layout::{OVERRUN, View, filter_bits, filter_word, first_slot, index_bits};
use super::line;

/// The answer of a line for a key.
pub(super) enum InLine {
    /// A member, of this rank.
    Member(u32),
    /// No member.
    Absent,
    /// Not in a line: it may be a sparse member.
    MaybeSparse,
}

impl<'a> View<'a> {
    /// The rank of a member.
    pub(super) fn position(&self, key: u64) -> Option<u32> {
        if self.passes_filter(key) {
            self.rank(key)
        } else {
            None
        }
    }

    /// The rank of a member, without the filter.
    pub(super) fn rank(&self, key: u64) -> Option<u32> {
        let rank = match self.in_line(key) {
            InLine::Member(rank) => rank,
            InLine::Absent => return None,
            InLine::MaybeSparse => self.sparse_rank(key, self.find_sparse(key)?),
        };
        // Damaged bytes may give a rank past the members, which no caller may see.
        (rank < self.len).then_some(rank)
    }

    /// False only for keys that are not members.
    pub(super) fn passes_filter(&self, key: u64) -> bool {
        if self.filter.is_empty() {
            return true;
        }
        let hash = self.hash(key);
        let bits = filter_bits(hash);
        self.filter[filter_word(hash, self.filter.len().trailing_zeros())] & bits == bits
    }

    /// Searches the lines.
    pub(super) fn in_line(&self, key: u64) -> InLine {
        let number = self.cut.line(key).wrapping_sub(self.first_line);
        let Some(line) = usize::try_from(number)
            .ok()
            .and_then(|number| self.lines.get(number))
        else {
            return InLine::MaybeSparse;
        };
        if line::overflowed(line) {
            return InLine::MaybeSparse;
        }
        match self.cut.find(line, key) {
            Some(slot) => InLine::Member(line::before(line).wrapping_add(slot)),
            None => InLine::Absent,
        }
    }

    /// The index of a key among the sparse members. Inlined, so that it is compiled for the instructions of each path.
    #[inline(always)]
    pub(super) fn find_sparse(&self, key: u64) -> Option<u32> {
        if self.slots.is_empty() {
            return self
                .sparse
                .binary_search(&key)
                .ok()
                .map(|index| index as u32);
        }
        let hash = self.hash(key);
        let indices = (1u32 << index_bits(self.sparse.len())) - 1;
        let first = first_slot(hash, self.buckets());
        for &slot in &self.slots[first..first + OVERRUN] {
            if slot == 0 {
                return None;
            }
            let index = (slot & indices).wrapping_sub(1);
            if (slot ^ hash as u32) & !indices == 0 && self.sparse.get(index as usize) == Some(&key)
            {
                return Some(index);
            }
        }
        None
    }

    /// The rank of the sparse member at `index`: the members before it in lines, and the sparse members before it.
    fn sparse_rank(&self, key: u64, index: u32) -> u32 {
        let number = self.cut.line(key);
        if self.lines.is_empty() || number < self.first_line {
            return index;
        }
        match usize::try_from(number - self.first_line)
            .ok()
            .and_then(|number| self.lines.get(number))
        {
            Some(line) => {
                line::before(line).wrapping_add(index.wrapping_sub(line::first_sparse(line)))
            }
            None => index.wrapping_add(self.len - self.sparse.len() as u32),
        }
    }

    /// Writes the members of the ranks from `start` on. Damaged bytes may give fewer; the rest of `out` is then 0, which is
    /// no number: memory that is used again may have other members.
    pub(super) fn fill(&self, start: usize, out: &mut [u64]) {
        let (below, above) = self.sparse_around();
        let after_lines = self.len as usize - (self.sparse.len() - above).min(self.len as usize);
        let mut done = 0;
        if start < below {
            done = out.len().min(below - start);
            out[..done].copy_from_slice(&self.sparse[start..start + done]);
        }
        if start + done < after_lines && done < out.len() {
            let within = out.len().min(after_lines - start);
            done += self.fill_from_lines(start + done, &mut out[done..within]);
        }
        if done < out.len() {
            let index = above + (start + done).saturating_sub(after_lines);
            let sparse = self.sparse.get(index..).unwrap_or(&[]);
            let count = sparse.len().min(out.len() - done);
            out[done..done + count].copy_from_slice(&sparse[..count]);
            out[done + count..].fill(0);
        }
    }

    /// [`fill`](Self::fill) for ranks in lines. Returns the number of members written.
    fn fill_from_lines(&self, start: usize, out: &mut [u64]) -> usize {
        let first = self
            .lines
            .partition_point(|line| line::before(line) as usize <= start)
            .saturating_sub(1);
        let mut skip = start
            - self
                .lines
                .get(first)
                .map_or(start, |line| start.min(line::before(line) as usize));
        let mut done = 0;
        for (number, line) in (self.first_line + first as u64..).zip(&self.lines[first..]) {
            let rest = &mut out[done..];
            if let (0, Some(rest)) = (skip, rest.first_chunk_mut())
                && !line::overflowed(line)
            {
                done += self.cut.write_members(line, number, rest);
                continue;
            }
            let mut members = [0; line::MOST];
            let members = if line::overflowed(line) {
                let from = (line::first_sparse(line) as usize).min(self.sparse.len());
                let sparse = &self.sparse[from..];
                let end = sparse.partition_point(|&key| self.cut.line(key) <= number);
                &sparse[..end]
            } else {
                let count = self.cut.write_members(line, number, &mut members);
                &members[..count]
            };
            let members = &members[skip.min(members.len())..];
            skip = 0;
            let count = members.len().min(out.len() - done);
            out[done..done + count].copy_from_slice(&members[..count]);
            done += count;
            if done == out.len() {
                break;
            }
        }
        done
    }

    /// The end of the sparse members below the lines, and the start of those above them.
    fn sparse_around(&self) -> (usize, usize) {
        if self.lines.is_empty() {
            return (self.sparse.len(), self.sparse.len());
        }
        let last_line = self
            .first_line
            .saturating_add((self.lines.len() as u64).saturating_sub(1));
        let below = self
            .sparse
            .partition_point(|&key| self.cut.line(key) < self.first_line);
        let within = &self.sparse[below..];
        let above = below + within.partition_point(|&key| self.cut.line(key) <= last_line);
        (below, above)
    }

    /// The members, ascending.
    pub(super) fn members(self) -> impl Iterator<Item = u64> + 'a {
        let (below, above) = self.sparse_around();
        let within = (self.first_line..)
            .zip(self.lines)
            .flat_map(move |(number, line)| {
                let overflowed = if line::overflowed(line) {
                    line::first_sparse(line) as usize
                } else {
                    usize::MAX
                };
                let sparse = self.sparse.get(overflowed..).unwrap_or(&[]).iter().copied();
                self.cut
                    .members(line, number)
                    .chain(sparse.take_while(move |&key| self.cut.line(key) == number))
            });
        self.sparse[..below]
            .iter()
            .copied()
            .chain(within)
            .chain(self.sparse[above..].iter().copied())
    }
}
