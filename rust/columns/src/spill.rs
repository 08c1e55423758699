//! Bytes beyond the memory limit, in a temporary file.
//!
//! Owns the file and the errors of its disk. One idea: **the file has no name**, so that the operating system removes it
//! with the process, however that ends.

use std::fs::File;
use std::sync::Arc;

use crate::Error;
use crate::positioned::{read_exact_at, write_all_at};

/// A temporary file, which is created by the first write.
#[derive(Debug, Default)]
pub(crate) struct Spill {
    file: Option<Arc<File>>,
    len: u64,
}

/// Bytes in the file.
#[derive(Debug)]
pub(crate) struct Spilled {
    file: Arc<File>,
    start: u64,
}

impl Spill {
    /// Writes bytes behind the others.
    ///
    /// # Errors
    /// [`Error::File`], in the folder of temporary files.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<Spilled, Error> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(Arc::new(tempfile::tempfile().map_err(no_space)?)),
        };
        write_all_at(file, bytes, self.len).map_err(no_space)?;
        let start = self.len;
        self.len += bytes.len() as u64;
        Ok(Spilled {
            file: Arc::clone(file),
            start,
        })
    }

    /// Whether nothing was written.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl Spilled {
    /// Reads some of the bytes back, those from `offset` on.
    ///
    /// # Errors
    /// [`Error::File`], in the folder of temporary files.
    pub(crate) fn read(&self, offset: usize, bytes: &mut [u8]) -> Result<(), Error> {
        read_exact_at(&self.file, bytes, self.start + offset as u64).map_err(no_space)
    }
}

fn no_space(error: std::io::Error) -> Error {
    Error::file(&std::env::temp_dir(), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_from_where_they_are() {
        let mut spill = Spill::default();
        assert!(spill.is_empty());
        let [first, second] =
            [&b"first"[..], b"second"].map(|bytes| spill.write(bytes).expect("space"));
        let mut bytes = [0; 3];
        first.read(2, &mut bytes).expect("there");
        assert_eq!(&bytes, b"rst");
        second.read(0, &mut bytes).expect("there");
        assert_eq!(&bytes, b"sec");
        second.read(4, &mut bytes).expect_err("past the end");
    }
}
