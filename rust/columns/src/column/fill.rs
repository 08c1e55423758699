//! The rows of a column as keys: block by block for layouts in which most cells have a common form, otherwise cell by
//! cell.
//!
//! This module decides which block kernel of the core reads which layout. `column` takes single cells out of its
//! layouts.

use numguard_core::block::{self, imei};
use numguard_core::cpu::CodePath;
use numguard_core::msisdn::{self, Region, Regional};
use numguard_core::plan::{NAMES, RegionPlan};

use super::{Cell, Column, Keys, Values, prefixed, spanned, view_bytes};

/// The key of a row that no block could read. For a number it is no key; an IMEI of zeros is a key, since it is a
/// placeholder.
const fn unread(keys: Keys) -> u64 {
    match keys {
        Keys::Msisdn(_) => 0,
        Keys::Imei | Keys::ImeiOrPlaceholder => imei::UNREAD,
    }
}

/// In place of the key of a row that is a value which its dictionary has not. It would be a row without a cell, and lost.
const NO_VALUE: u64 = u64::MAX;

impl Column<'_> {
    /// Writes the keys of the rows from `start` on into `out`: 0 if the cell is null or refused.
    ///
    /// # Panics
    /// If the column has no such rows.
    pub fn fill(&self, start: usize, out: &mut [u64]) {
        if let Some(regions) = self.regions {
            return self.fill_by_row(regions, start, out, true, |cell, keys| keys.key(cell));
        }
        if let Some(plan) = self.read_abroad() {
            return self.fill_abroad(plan, start, out, |cell| self.keys.key(cell));
        }
        if !self.fill_quick(start, out) {
            self.fill_rest(start, out, unread(self.keys), |cell| self.keys.key(cell));
        }
        // The words of an indexed column are keys, so no cell is left to read.
        if self.keys == Keys::Imei && !matches!(self.values, Values::Indexed(..)) {
            imei::drop_placeholders(CodePath::chosen(), out);
        }
    }

    /// [`fill`](Self::fill), with `rest` for the key, or 0, of each cell that is not null and that no block could read.
    ///
    /// # Panics
    /// If the column has no such rows.
    pub(crate) fn fill_with(
        &self,
        start: usize,
        out: &mut [u64],
        mut rest: impl FnMut(Cell<'_>, Keys) -> u64,
    ) {
        if let Some(regions) = self.regions {
            return self.fill_by_row(regions, start, out, false, rest);
        }
        self.fill_quick(start, out);
        if self.keys == Keys::Imei {
            // The caller finds the note of a placeholder, as that of a cell that was not read.
            imei::drop_placeholders(CodePath::chosen(), out);
        }
        if unread(self.keys) != 0 {
            for key in out.iter_mut() {
                *key &= u64::from(*key != imei::UNREAD).wrapping_neg();
            }
        }
        self.fill_rest(start, out, 0, |cell| rest(cell, self.keys));
    }

    /// The numbers of the rows from `start` on that are in a form without a mend, except for the zero decimal of text;
    /// 0 for a cell that has to be read on its own.
    ///
    /// # Panics
    /// If the column has no such rows.
    pub(crate) fn fill_plain(&self, start: usize, out: &mut [u64]) {
        match (self.regions, &self.values) {
            (Some(regions), _) => self.fill_by_row(regions, start, out, true, |_, _| 0),
            (_, Values::Indexed(..)) => out.fill(0),
            _ => {
                self.fill_quick(start, out);
            }
        }
    }

    /// The IMEIs of the rows from `start` on, each with its form. Placeholders are included, and null rows are
    /// arbitrary; [`imei::UNREAD`] for a cell that has to be read on its own.
    ///
    /// # Panics
    /// If the column has no such rows.
    pub(crate) fn fill_forms(&self, start: usize, out: &mut [u64]) {
        match self.values {
            Values::Null | Values::U64(_) | Values::Indexed(..) => out.fill(imei::UNREAD),
            _ => {
                self.fill_imeis::<true>(start, out);
            }
        }
    }

    /// Reads the most common forms, block by block; null rows are 0. Returns whether all rows that were not read are
    /// refused.
    fn fill_quick(&self, start: usize, out: &mut [u64]) -> bool {
        let rows = start..start + out.len();
        assert!(rows.end <= self.len, "rows outside the column");
        let all = match &self.values {
            Values::Null => {
                out.fill(0);
                true
            }
            Values::Indexed(indices, _) => {
                let keys = &*self.value_keys;
                each(&indices[rows.clone()], out, |index| {
                    keys.get(index as usize).copied().unwrap_or(NO_VALUE)
                })
            }
            _ => match self.keys {
                Keys::Msisdn(region) => self.fill_msisdns(start, out, region),
                Keys::Imei | Keys::ImeiOrPlaceholder => self.fill_imeis::<false>(start, out),
            },
        };
        if self.nulls.is_some() {
            for (keys, present) in out.chunks_mut(64).zip(self.present(rows)) {
                for (bit, key) in keys.iter_mut().enumerate() {
                    *key &= (present >> bit & 1).wrapping_neg();
                }
            }
        }
        if matches!(self.values, Values::Indexed(..)) {
            assert!(!out.contains(&NO_VALUE), "a value outside the dictionary");
        }
        all
    }

    /// [`fill_quick`](Self::fill_quick) of numbers.
    fn fill_msisdns(&self, start: usize, out: &mut [u64], region: Region) -> bool {
        let rows = start..start + out.len();
        match &self.values {
            Values::U64(values) => each(&values[rows], out, msisdn::key_u64),
            _ if let Some(plan) = self.read_abroad() => {
                self.fill_abroad(plan, start, out, |_| 0);
                false
            }
            _ if region != Region::In => {
                out.fill(0);
                false
            }
            Values::I64(values) => {
                block::read_i64(&values[rows], out);
                false
            }
            Values::I128(values) => {
                block::read_i128(&values[rows], out);
                false
            }
            Values::F64(values) => {
                block::read_f64(&values[rows], out);
                false
            }
            Values::Text32(offsets, bytes) => {
                block::read_run(&offsets[start..=rows.end], bytes, out);
                false
            }
            Values::Text64(offsets, bytes) => {
                block::read_run(&offsets[start..=rows.end], bytes, out);
                false
            }
            Values::View(views, buffers) => {
                let (whole, _) = views.as_chunks();
                let cell = |row| view_bytes(views, buffers, start + row);
                block::read_views(&whole[rows], cell, out);
                false
            }
            Values::Cells(starts, bytes) => {
                let starts = &starts[rows];
                block::read(|row| prefixed(bytes, starts[row]), out);
                false
            }
            Values::Spans(spans, bytes) => {
                let spans = &spans[rows];
                block::read(|row| spanned(bytes, spans[row]), out);
                false
            }
            Values::Chosen(..) => {
                block::read(|row| self.text(start + row), out);
                false
            }
            Values::Null | Values::Indexed(..) => unreachable!("are no values of their own"),
        }
    }

    /// [`fill_quick`](Self::fill_quick) of IMEIs, each with its form if `FORMS`; placeholders are read too.
    fn fill_imeis<const FORMS: bool>(&self, start: usize, out: &mut [u64]) -> bool {
        let (path, rows) = (CodePath::chosen(), start..start + out.len());
        match &self.values {
            Values::U64(values) => {
                imei::read_u64(&values[rows], out);
                return true;
            }
            Values::I64(values) => imei::read_i64::<FORMS>(path, &values[rows], out),
            Values::I128(values) => imei::read_i128::<FORMS>(&values[rows], out),
            Values::F64(values) => imei::read_f64::<FORMS>(&values[rows], out),
            Values::Text32(offsets, bytes) => {
                imei::read_run::<FORMS, _>(path, &offsets[start..=rows.end], bytes, out);
            }
            Values::Text64(offsets, bytes) => {
                imei::read_run::<FORMS, _>(path, &offsets[start..=rows.end], bytes, out);
            }
            Values::View(views, buffers) => {
                let cell = |row| view_bytes(views, buffers, start + row);
                imei::read::<FORMS>(path, cell, out);
            }
            Values::Cells(starts, bytes) => {
                let starts = &starts[rows];
                imei::read::<FORMS>(path, |row| prefixed(bytes, starts[row]), out);
            }
            Values::Spans(spans, bytes) => {
                let spans = &spans[rows];
                imei::read::<FORMS>(path, |row| spanned(bytes, spans[row]), out);
            }
            Values::Chosen(..) => imei::read::<FORMS>(path, |row| self.text(start + row), out),
            Values::Null | Values::Indexed(..) => unreachable!("are no values of their own"),
        }
        false
    }

    /// The plan by which its cells are read one by one: that of another region than India.
    fn read_abroad(&self) -> Option<RegionPlan> {
        match (self.keys, &self.values) {
            (_, Values::Null | Values::U64(_) | Values::Indexed(..)) => None,
            (Keys::Msisdn(Region::Of(plan)), _) => Some(plan),
            _ => None,
        }
    }

    /// Reads the cells of another region than India, `rest` those in other forms than most; null rows are 0.
    fn fill_abroad(
        &self,
        plan: RegionPlan,
        start: usize,
        out: &mut [u64],
        rest: impl Fn(Cell<'_>) -> u64,
    ) {
        let reader = Regional::after(plan, u32::try_from(self.len).unwrap_or(u32::MAX));
        for (row, key) in out.iter_mut().enumerate() {
            *key = self.cell(start + row).map_or(0, |cell| {
                let read = reader.and_then(|reader| cell.regional_key(reader));
                read.unwrap_or_else(|| rest(cell))
            });
        }
    }

    /// Reads cells that each have a region of their own: all by the block as India's, and those anew whose region is
    /// another one. `rest` reads other forms than most, and, unless a refusal `is_final`, whatever is refused.
    fn fill_by_row(
        &self,
        regions: &[Region],
        start: usize,
        out: &mut [u64],
        is_final: bool,
        mut rest: impl FnMut(Cell<'_>, Keys) -> u64,
    ) {
        let regions = &regions[start..start + out.len()];
        match self.values {
            Values::Null => return out.fill(0),
            Values::Indexed(..) => out.fill(0),
            _ if regions.contains(&Region::In) => {
                self.fill_msisdns(start, out, Region::In);
            }
            _ => out.fill(0),
        }
        // Region by region, so that the tables of each stay in the cache.
        for row in in_order(regions) {
            let (row, region) = (row as usize, regions[row as usize]);
            if out[row] != 0 && region == Region::In && !self.is_null(start + row) {
                continue;
            }
            let Some(cell) = self.cell(start + row) else {
                out[row] = 0;
                continue;
            };
            let read = match region {
                Region::Of(plan) => {
                    Regional::after(plan, 1).and_then(|reader| cell.regional_key(reader))
                }
                _ => None,
            };
            out[row] = match read.filter(|&key| key != 0 || is_final) {
                Some(key) => key,
                None => rest(cell, Keys::Msisdn(region)),
            };
        }
    }

    /// Reads one by one the cells that are `unread` and not null.
    fn fill_rest(
        &self,
        start: usize,
        out: &mut [u64],
        unread: u64,
        mut rest: impl FnMut(Cell<'_>) -> u64,
    ) {
        // By bits, since a branch for each row is mispredicted where nulls or unusual forms are frequent.
        let present = self.present(start..start + out.len());
        for ((n, keys), present) in out.chunks_mut(64).enumerate().zip(present) {
            let mut unread = block::bits_where(keys, |key| key == unread) & present;
            while unread != 0 {
                let row = unread.trailing_zeros() as usize;
                unread &= unread - 1;
                keys[row] = self.cell(start + n * 64 + row).map_or(0, &mut rest);
            }
        }
    }
}

/// The rows in the order of their regions, those of one region as they stand.
fn in_order(regions: &[Region]) -> Vec<u32> {
    let place = |region: &Region| match region {
        Region::Of(plan) => plan.place(),
        Region::In | Region::E164 | Region::Unknown => NAMES.len(),
    };
    let mut next = [0_u32; NAMES.len() + 1];
    for region in regions {
        next[place(region)] += 1;
    }
    let mut before = 0;
    for next in &mut next {
        before += std::mem::replace(next, before);
    }
    let mut rows = vec![0; regions.len()];
    for (row, region) in (0..).zip(regions) {
        let next = &mut next[place(region)];
        rows[*next as usize] = row;
        *next += 1;
    }
    rows
}

/// Reads every value one by one, so a value of 0 is refused.
fn each<T: Copy>(values: &[T], out: &mut [u64], key: impl Fn(T) -> u64) -> bool {
    for (out, &value) in out.iter_mut().zip(values) {
        *out = key(value);
    }
    true
}
