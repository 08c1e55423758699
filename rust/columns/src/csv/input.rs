//! Where text is read from: a file or any reader.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::Error;

/// A source of text.
pub struct Input(Box<dyn Read + Send>);

impl Input {
    /// Any reader.
    pub fn of(reader: impl Read + Send + 'static) -> Self {
        Self(Box::new(reader))
    }

    /// A file, from a byte offset on.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn open(path: &Path, offset: u64) -> Result<Self, Error> {
        let failed = |error| Error::file(path, error);
        let mut file = File::open(path).map_err(failed)?;
        file.seek(SeekFrom::Start(offset)).map_err(failed)?;
        Ok(Self::of(file))
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}
