//! Where text is read from: a file or any reader.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::Error;

/// A source of text.
pub type Input = Box<dyn Read + Send>;

/// A file, from a byte offset on.
///
/// # Errors
/// [`Error::File`].
pub fn open(path: &Path, offset: u64) -> Result<Input, Error> {
    let failed = |error| Error::file(path, error);
    let mut file = File::open(path).map_err(failed)?;
    file.seek(SeekFrom::Start(offset)).map_err(failed)?;
    Ok(Box::new(file))
}
