//! Local Parquet files of sightings -> blocks, row groups in parallel.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::{ArrayRef, UInt64Array};
use numguard_core::linkage::Policy;
use numguard_core::msisdn::Region;

use super::block::{Batch, Block, Counts};
use super::packed::Packed;
use super::places::points;
use super::search::{Found, Search};
use super::{Refused, check_types};
use crate::Error;
use crate::column::Keys;
use crate::parallel::{Next, Ordered, TASK, Threads};
use crate::parquet::{
    KeyBatch, KeyBatches, ParquetFile, ReadBatches, ReadGroup, RowGroup, Units, units,
};
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

    /// The times of a batch, the places of its rows, and how many have one.
    fn others<'a>(&self, others: &'a [ArrayRef]) -> Result<Others<'a>, Error> {
        let (ats, degrees) = others.split_at(self.before_degrees - KEYS);
        let mut read = Others {
            ats: ats.first(),
            places: None,
            placed: 0,
        };
        if let [latitudes, longitudes] = degrees {
            let points = points(latitudes, longitudes)?;
            let placed = points.values().iter().filter(|&&point| point != 0).count();
            let none: ArrayRef = Arc::new(UInt64Array::from(vec![0; points.len()]));
            read.places = Some([Arc::new(points) as ArrayRef, Arc::clone(&none), none]);
            read.placed = placed as u64;
        }
        Ok(read)
    }
}

/// What a batch has beside its keys.
struct Others<'a> {
    ats: Option<&'a ArrayRef>,
    places: Option<[ArrayRef; 3]>,
    /// How many rows have a place.
    placed: u64,
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
    fn batches(&self) -> Result<KeyBatches, Error> {
        let (keys, others) = self.columns.roots.split_at(KEYS);
        let keys = [
            (keys[0], Keys::Msisdn(self.region)),
            (keys[1], Keys::ImeiOrPlaceholder),
        ];
        KeyBatches::open(&self.group, keys, others, TASK)
    }

    /// Reads a batch; how many of its rows have a place.
    fn read_batch(
        &self,
        batch: &KeyBatch,
        mut take: impl FnMut(Block, Refused),
    ) -> Result<u64, Error> {
        let mut read = || {
            let others = self.columns.others(&batch.others)?;
            let places = others.places.as_ref();
            let batch = Batch::read_before(&batch.keys, others.ats, places, &self.policy)?;
            for (batch, rows) in batch.runs() {
                let (block, refused) = batch.read(rows);
                take(block, refused);
            }
            Ok(others.placed)
        };
        read().map_err(|error: Error| self.group.in_file(error))
    }

    /// Reads the row group once more.
    pub(super) fn read_blocks(&self, mut look: impl FnMut(&Block)) -> Result<(), Error> {
        let mut batches = self.batches()?;
        while let Some(batch) = batches.next()? {
            self.read_batch(&batch, |block, _| look(&block))?;
        }
        Ok(())
    }
}

impl ReadGroup for Group {
    type Output = Self;
    type Batches = KeyBatches;

    fn batches(&self) -> Result<KeyBatches, Error> {
        self.job.batches()
    }

    fn read(&mut self, batch: KeyBatch) -> Result<Option<Self>, Error> {
        let [msisdns, _] = &batch.keys;
        self.counts.looks_national |= msisdns.looks_national;
        self.counts.rows += msisdns.keys.len() as u64;
        let placed = self.job.read_batch(&batch, |block, refused| {
            self.counts.look_at(&block, refused);
            if block.len() > 0 {
                if let Some(search) = &self.job.search {
                    search.find_in(&block, &mut self.found);
                }
                self.blocks.push(Packed::of(&block));
            }
        })?;
        self.placed += placed;
        Ok(None)
    }

    fn end(self) -> Option<Self> {
        Some(self)
    }
}
