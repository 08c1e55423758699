//! Local Parquet files -> units of work, one a row group, that read one batch in each step.
//!
//! Linkage and comparisons read files with it. Independent of what they read of a batch.

use crate::Error;

/// Batches of a row group.
pub(crate) trait ReadBatches: Send + 'static {
    /// What is read at once.
    type Batch;

    /// The next batch; `None` at the end.
    ///
    /// # Errors
    /// [`Error::Unreadable`], in the file, also if the row group has another number of rows than its header states.
    fn next(&mut self) -> Result<Option<Self::Batch>, Error>;
}

/// A row group to be read, on any thread, and what was read of it.
pub(crate) trait ReadGroup: Send + 'static {
    /// What is returned after a batch or at the end.
    type Output: Send + 'static;
    /// Its batches.
    type Batches: ReadBatches;

    /// Opens the row group.
    fn batches(&self) -> Result<Self::Batches, Error>;

    /// Reads a batch.
    fn read(
        &mut self,
        batch: <Self::Batches as ReadBatches>::Batch,
    ) -> Result<Option<Self::Output>, Error>;

    /// What is returned once all batches have been read.
    fn end(self) -> Option<Self::Output>;
}

/// A unit of work: a row group, or the error of a file that cannot be opened.
pub(crate) enum Unit<G: ReadGroup> {
    Ready(G),
    Reading(G, Box<G::Batches>),
    Failed(Error),
    Ended,
}

/// The row groups of files.
pub(crate) type Units<G> = Box<dyn Iterator<Item = Unit<G>> + Send + Sync>;

/// The row groups of all files, in order. A file is opened when its first one is requested, and none after a file that
/// cannot be opened.
pub(crate) fn units<F, G, I>(
    files: Vec<F>,
    mut open: impl FnMut(F) -> Result<I, Error> + Send + Sync + 'static,
) -> Units<G>
where
    F: Send + Sync + 'static,
    G: ReadGroup,
    I: Iterator<Item = G> + Send + Sync + 'static,
{
    let mut files = files.into_iter();
    let mut groups: Option<I> = None;
    Box::new(std::iter::from_fn(move || {
        loop {
            if let Some(group) = groups.as_mut().and_then(I::next) {
                return Some(Unit::Ready(group));
            }
            match open(files.next()?) {
                Ok(opened) => groups = Some(opened),
                Err(error) => {
                    (files, groups) = (Vec::new().into_iter(), None);
                    return Some(Unit::Failed(error));
                }
            }
        }
    }))
}

impl<G: ReadGroup> Unit<G> {
    fn step(&mut self) -> Result<Option<G::Output>, Error> {
        match std::mem::replace(self, Self::Ended) {
            Self::Ended => Ok(None),
            Self::Failed(error) => Err(error),
            Self::Ready(group) => {
                let batches = Box::new(group.batches()?);
                *self = Self::Reading(group, batches);
                Ok(None)
            }
            Self::Reading(mut group, mut batches) => {
                let Some(batch) = batches.next()? else {
                    return Ok(group.end());
                };
                let read = group.read(batch)?;
                *self = Self::Reading(group, batches);
                Ok(read)
            }
        }
    }
}

impl<G: ReadGroup> Iterator for Unit<G> {
    type Item = Option<Result<G::Output, Error>>;

    fn next(&mut self) -> Option<Self::Item> {
        (!matches!(self, Self::Ended)).then(|| self.step().transpose())
    }
}
