//! Entries cut by the first bits of their keys, the order within each part kept.

use super::{KEY_BITS, add_up};

/// Some entries, part by part.
#[derive(Debug)]
pub struct Scattered<T> {
    entries: Vec<T>,
    /// Where each part begins, and where the last one ends.
    starts: Vec<u32>,
}

impl<T: Copy + Default> Scattered<T> {
    /// Cuts rows into `2^bits` parts by their mixed keys; a row whose key is 0 is left out.
    ///
    /// # Panics
    /// With 2^32 or more rows.
    #[must_use]
    pub fn of(mixed: &[u64], bits: u32, entry: impl Fn(usize) -> T) -> Self {
        assert!(
            u32::try_from(mixed.len()).is_ok(),
            "a run has less than 2^32 rows"
        );
        let parts = 1 << bits;
        let part_of = |mixed: u64| (mixed >> (KEY_BITS - bits)) as usize;
        // Counted one place late, so that after the sums each place is where its part begins.
        let mut starts = vec![0u32; parts + 1];
        for &mixed in mixed {
            starts[(part_of(mixed) & (parts - 1)) + 1] += u32::from(mixed != 0);
        }
        let len = add_up(&mut starts);
        let mut next = starts.clone();
        let mut entries = vec![T::default(); len as usize];
        for (row, &mixed) in mixed.iter().enumerate() {
            if mixed != 0 {
                let place = &mut next[part_of(mixed) & (parts - 1)];
                entries[*place as usize] = entry(row);
                *place += 1;
            }
        }
        Self { entries, starts }
    }

    /// The entries of one part.
    #[must_use]
    pub fn part(&self, part: usize) -> &[T] {
        &self.entries[self.starts[part] as usize..self.starts[part + 1] as usize]
    }

    /// The entries of all parts.
    #[must_use]
    pub fn entries(&self) -> &[T] {
        &self.entries
    }

    /// Where each part begins among the entries, and where the last one ends.
    #[must_use]
    pub fn starts(&self) -> &[u32] {
        &self.starts
    }
}
