//! Local Parquet files of sightings -> blocks, row groups in parallel.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::{ArrayRef, UInt64Array};
use numguard_core::linkage::Policy;
use numguard_core::msisdn::Region;

use super::block::{Batch, Block, Counts, Sightings};
use super::packed::Packed;
use super::places::points;
use super::search::{Found, Search};
use super::{Refused, check_types};
use crate::Error;
use crate::parallel::{Next, Ordered, TASK, Threads};
use crate::parquet::{Batches, ParquetFile, ReadGroup, RowGroup, Units, units};
use crate::refused::looks_national;
use crate::scan::find_column;

/// Columns of keys, the first ones: numbers and IMEIs.
const KEYS: usize = 2;

/// A Parquet file and the names of its columns of numbers, IMEIs and, if there is one, times.
#[derive(Clone, Debug)]
pub struct File {
    /// The path.
    pub path: PathBuf,
    /// Two or three names.
    pub columns: Vec<String>,
    /// The columns of latitude and longitude in degrees, floats; where a policy looks at them and the file has them.
    pub degrees: Option<[String; 2]>,
}

/// The sightings of one row group.
pub(super) struct Group {
    /// The index of the file.
    pub(super) file: usize,
    pub(super) counts: Counts,
    /// How many of the rows have a place.
    pub(super) placed: u64,
    pub(super) blocks: Vec<Packed>,
    /// What the first pass looks for in it.
    pub(super) found: Found,
    /// Reads it again.
    pub(super) job: Job,
}

/// The files, which are read in parallel.
pub(super) struct Files(Ordered<Units<Group>>);

impl Files {
    pub(super) fn new(
        files: Vec<File>,
        policy: Arc<Policy>,
        region: Region,
        search: Option<Arc<Search>>,
        threads: Threads,
    ) -> Self {
        let files = files.into_iter().enumerate().collect();
        let groups = units(files, move |(index, file)| {
            let (policy, search) = (Arc::clone(&policy), search.clone());
            let (opened, columns) = Columns::open(&file, region)?;
            Ok(RowGroup::all_of(&opened).map(move |group| Group {
                file: index,
                counts: Counts::default(),
                placed: 0,
                blocks: Vec::new(),
                found: Found::default(),
                job: Job {
                    columns: columns.clone(),
                    group,
                    policy: Arc::clone(&policy),
                    region,
                    search: search.clone(),
                },
            }))
        });
        Self(Ordered::new(groups, threads))
    }

    /// The next row group, or [`Next::Waiting`] after `patience`.
    pub(super) fn next(&mut self, patience: Duration) -> Next<Result<Group, Error>> {
        self.0.next(patience)
    }
}

/// The columns of an open file.
#[derive(Clone)]
struct Columns {
    /// The indices of the two or three columns in the file, and after them those of the degrees, if it has any.
    roots: Arc<[usize]>,
    /// How many columns stand before those of the degrees.
    before_degrees: usize,
}

impl Columns {
    fn open(file: &File, region: Region) -> Result<(Arc<ParquetFile>, Self), Error> {
        let opened = ParquetFile::open(&file.path)?;
        let schema = opened.metadata.schema();
        let find = || {
            let find = |column: &String| find_column(column, schema);
            let roots = file
                .columns
                .iter()
                .map(find)
                .collect::<Result<Vec<_>, _>>()?;
            check_types(roots.iter().map(|&root| schema.field(root)), region)?;
            let degrees = file.degrees.iter().flatten().map(find);
            Ok([roots, degrees.collect::<Result<_, _>>()?].concat())
        };
        let roots = find().map_err(|error: Error| error.in_file(&opened.name))?;
        let columns = Self {
            roots: roots.into(),
            before_degrees: file.columns.len(),
        };
        Ok((Arc::new(opened), columns))
    }

    /// The columns of a batch, and how many of its rows have a place.
    fn sightings(&self, columns: &[ArrayRef]) -> Result<(Sightings, u64), Error> {
        let (others, degrees) = columns.split_at(self.before_degrees);
        let (places, placed) = match degrees {
            [latitudes, longitudes] => {
                let points = points(latitudes, longitudes)?;
                let placed = points.values().iter().filter(|&&point| point != 0).count();
                let none: ArrayRef = Arc::new(UInt64Array::from(vec![0; points.len()]));
                (
                    Some([Arc::new(points) as ArrayRef, Arc::clone(&none), none]),
                    placed as u64,
                )
            }
            _ => (None, 0),
        };
        let sightings = Sightings {
            msisdns: Arc::clone(&others[0]),
            imeis: Arc::clone(&others[1]),
            ats: others.get(2).cloned(),
            places,
            keep: true,
        };
        Ok((sightings, placed))
    }
}

/// A row group of an open file, to be read on any thread.
pub(super) struct Job {
    columns: Columns,
    group: RowGroup,
    policy: Arc<Policy>,
    region: Region,
    search: Option<Arc<Search>>,
}

impl Job {
    fn batches(&self) -> Result<Batches, Error> {
        self.group.batches(&self.columns.roots, KEYS, TASK)
    }

    fn sightings(&self, columns: &[ArrayRef]) -> Result<(Sightings, u64), Error> {
        let sightings = self.columns.sightings(columns);
        sightings.map_err(|error| self.group.in_file(error))
    }

    fn read_batch(
        &self,
        sightings: &Sightings,
        mut take: impl FnMut(Block, Refused),
    ) -> Result<(), Error> {
        let batch = Batch::new(sightings, self.region, &self.policy)
            .map_err(|error| self.group.in_file(error))?;
        for (batch, rows) in batch.runs() {
            let (block, refused) = batch.read(rows);
            take(block, refused);
        }
        Ok(())
    }

    /// Reads the row group once more.
    pub(super) fn read_blocks(&self, mut look: impl FnMut(&Block)) -> Result<(), Error> {
        let mut batches = self.batches()?;
        while let Some((columns, _)) = batches.next()? {
            self.read_batch(&self.sightings(&columns)?.0, |block, _| look(&block))?;
        }
        Ok(())
    }
}

impl ReadGroup for Group {
    type Output = Self;

    fn batches(&self) -> Result<Batches, Error> {
        self.job.batches()
    }

    fn read(&mut self, columns: &[ArrayRef], _: u64) -> Result<Option<Self>, Error> {
        let (sightings, placed) = self.job.sightings(columns)?;
        self.placed += placed;
        self.counts.looks_national |= looks_national(sightings.msisdns.as_ref());
        self.counts.rows += sightings.msisdns.len() as u64;
        self.job.read_batch(&sightings, |block, refused| {
            self.counts.look_at(&block, refused);
            if block.len() > 0 {
                if let Some(search) = &self.job.search {
                    search.find_in(&block, &mut self.found);
                }
                self.blocks.push(Packed::of(&block));
            }
        })?;
        Ok(None)
    }

    fn end(self) -> Option<Self> {
        Some(self)
    }
}
