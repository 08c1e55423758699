//! The search in lines, for all vector paths.
//!
//! Each key needs one line, and each line is a cache miss, so the lines of the next block are prefetched while those of
//! this block are searched. Most of the work is plain loops over a whole block, which the compiler vectorises for the path.
//! A path supplies three functions that need intrinsics.

use super::{Block, Ranks, fetch};
use crate::set::layout::View;
use crate::set::line::{self, Line};

/// From this number of lines on, they do not fit into the second-level cache, and prefetching pays.
const FAR_LINES: usize = 1 << 14;

/// The functions that a path supplies.
pub(super) trait Instructions: Copy {
    /// Moves the low bits of `bits` to the positions of `ones`.
    fn deposit(self, bits: u64, ones: u64) -> u64;
    /// Which bytes (with `PAIRS`, pairs of bytes) of a line equal `rest`.
    fn equal<const PAIRS: bool>(self, line: &Line, rest: u16) -> u64;
    /// Which words of a block are not 0.
    fn nonzero(self, words: &Block) -> u64;
}

/// Where the keys of a block would be in the lines.
struct Plan {
    /// The index of the line; the last line for keys outside all lines.
    line: Block,
    /// Not 0 for keys outside all lines.
    outside: Block,
    part: Block,
    rest: [u16; 64],
}

impl Plan {
    #[inline(always)]
    fn of(view: &View, keys: &Block) -> Self {
        let mut plan = Self {
            line: [0; 64],
            outside: [0; 64],
            part: [0; 64],
            rest: [0; 64],
        };
        let (cut, last) = (view.cut, view.lines.len() as u64 - 1);
        for (row, &key) in keys.iter().enumerate() {
            let number = cut.line(key).wrapping_sub(view.first_line);
            plan.line[row] = number.min(last);
            plan.outside[row] = u64::from(number > last);
            plan.part[row] = u64::from(cut.part(key));
            plan.rest[row] = cut.rest(key);
        }
        plan
    }
}

/// [`super::Steps::lines`], and with `RANKS` [`super::Steps::ranks`]; without, `ranks` is empty.
#[inline(always)]
pub(super) fn search<const PAIRS: bool, const RANKS: bool>(
    cpu: impl Instructions,
    view: &View,
    keys: &[Block],
    hits: &mut [u64],
    undecided: &mut [u64],
    ranks: &mut [Ranks],
) {
    /// The offset of the first member in a line, in bytes or pairs of bytes.
    const fn first_member(pairs: bool) -> u32 {
        if pairs { 8 } else { 16 }
    }
    let lines = view.lines;
    let far = lines.len() >= FAR_LINES;
    let fetch = |plan: &Plan| {
        if far {
            plan.line
                .iter()
                .for_each(|&number| fetch::line(lines.as_ptr().wrapping_add(number as usize)));
        }
    };
    let Some(first) = keys.first() else { return };
    let mut plan = Plan::of(view, first);
    fetch(&plan);
    for (block, (hits, undecided)) in hits.iter_mut().zip(undecided).enumerate() {
        let next = Plan::of(view, keys.get(block + 1).unwrap_or(first));
        fetch(&next);
        let (mut found, mut marks) = ([0; 64], [0; 64]);
        for row in 0..64 {
            let (line, part) = (&lines[plan.line[row] as usize], plan.part[row]);
            marks[row] = line[0];
            // The two marks around the part. The bits between them are its members.
            let around = cpu.deposit(3 << part, line[0]);
            let opens = around & around.wrapping_neg();
            let members = (around ^ opens).wrapping_sub(opens << 1) >> part;
            // Bit 1 of `members` is the first member of the line, whose low bits follow the sixteenth byte.
            let aligned = members << (first_member(PAIRS) - 1);
            found[row] = aligned & cpu.equal::<PAIRS>(line, plan.rest[row]);
            if RANKS {
                let index = found[row]
                    .trailing_zeros()
                    .wrapping_sub(first_member(PAIRS));
                ranks[block][row] = line::before(line).wrapping_add(index);
            }
        }
        let outside = cpu.nonzero(&plan.outside);
        *hits = cpu.nonzero(&found) & !outside;
        *undecided = !cpu.nonzero(&marks) | outside;
        plan = next;
    }
}
