//! Local Parquet files of sightings -> what a function reads of each of their batches, row groups side by side.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::ArrayRef;
use arrow_schema::Field;
use numguard_core::msisdn::Region;

use super::RUN;
use crate::Error;
use crate::linkage::check_types;
use crate::parallel::{Next, Ordered, Threads};
use crate::parquet::{Batches, ParquetFile, ReadGroup, RowGroup, Units, units};
use crate::scan::find_column;

/// Unread batches of a row group, which are kept in any case: a row group of usual size is read to its end.
const UNREAD: usize = 16;

/// A Parquet file, the names of the columns that are read of it, and how many of them, the first ones, are keys.
#[derive(Clone, Debug)]
pub struct File {
    /// Where it is.
    pub path: PathBuf,
    /// The names: keys, then times if there are any.
    pub columns: Vec<String>,
    /// How many are keys: one or two.
    pub keys: usize,
}

/// What is read of a batch, whose first row has this number.
pub(super) type Read<T> = dyn Fn(&[ArrayRef], u64) -> Result<T, Error> + Send + Sync;

/// Files being read, until the last one was.
pub(super) struct Files<T: Send + 'static>(Option<Ordered<Units<Group<T>>>>);

impl<T: Send + 'static> Default for Files<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Send + 'static> Files<T> {
    /// Reads files whose first row has the number `first`.
    pub(super) fn new(
        files: Vec<File>,
        mut first: u64,
        read: Arc<Read<T>>,
        threads: Threads,
    ) -> Self {
        let groups = units(files, move |file: File| {
            let (opened, roots) = open(&file)?;
            let group = |group: RowGroup| {
                let before = first;
                // A wrong count is an error as soon as the row group has been read.
                let rows = u64::try_from(group.stated_rows()).unwrap_or(0);
                first = first.saturating_add(rows);
                Group {
                    group,
                    roots: Arc::clone(&roots),
                    keys: file.keys,
                    first: before,
                    read: Arc::clone(&read),
                }
            };
            let groups: Vec<_> = RowGroup::all_of(&opened).map(group).collect();
            Ok(groups.into_iter())
        });
        Self(Some(Ordered::with_unread(groups, UNREAD, threads)))
    }

    /// Takes what was read until some time has passed; whether there is more.
    pub(super) fn take(
        &mut self,
        patience: Duration,
        mut take: impl FnMut(T) -> Result<(), Error>,
    ) -> Result<bool, Error> {
        let until = Instant::now() + patience;
        while let Some(groups) = &mut self.0 {
            match groups.next(until.saturating_duration_since(Instant::now())) {
                Next::End => self.0 = None,
                Next::Waiting => {}
                Next::Ready(read) => take(read?)?,
            }
            if self.0.is_some() && until <= Instant::now() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Opens a file; where its columns stand in it.
fn open(file: &File) -> Result<(Arc<ParquetFile>, Arc<[usize]>), Error> {
    let opened = ParquetFile::open(&file.path)?;
    let schema = opened.metadata.schema();
    let find = || {
        let roots = file.columns.iter().map(|name| find_column(name, schema));
        let roots: Arc<[usize]> = roots.collect::<Result<_, _>>()?;
        check(roots.iter().map(|&root| schema.field(root)), file.keys)?;
        Ok(roots)
    };
    let roots = find().map_err(|error: Error| error.in_file(&opened.name))?;
    Ok((Arc::new(opened), roots))
}

/// Whether columns can hold keys, the first of them, and times.
fn check<'a>(columns: impl Iterator<Item = &'a Field>, keys: usize) -> Result<(), Error> {
    let columns: Vec<_> = columns.collect();
    // Numbers and IMEIs are held by the same types.
    let doubled = columns[..1].iter().filter(|_| keys == 1).chain(&columns);
    check_types(doubled.copied(), Region::In)
}

/// A row group of an open file, of which each batch is passed on.
struct Group<T> {
    group: RowGroup,
    /// Where the columns stand in the file.
    roots: Arc<[usize]>,
    keys: usize,
    /// The number of its first row.
    first: u64,
    read: Arc<Read<T>>,
}

impl<T: Send + 'static> ReadGroup for Group<T> {
    type Output = T;
    type Batches = Batches;

    fn batches(&self) -> Result<Batches, Error> {
        self.group.batches(&self.roots, self.keys, RUN)
    }

    fn read(&mut self, (columns, before): (Vec<ArrayRef>, u64)) -> Result<Option<T>, Error> {
        let read = (self.read)(&columns, self.first + before);
        read.map(Some).map_err(|error| self.group.in_file(error))
    }

    fn end(self) -> Option<T> {
        None
    }
}
