//! Reads and writes of an open file at an offset, for any number of threads, on every system.
//!
//! Owns only the difference between systems. One idea: **a read names its offset**, so that threads share one file without
//! sharing its position. Unix has `pread`. The Windows function also moves the file's position, which this crate never
//! uses.

use std::fs::File;
use std::io;

#[cfg(unix)]
use std::os::unix::fs::FileExt;
#[cfg(windows)]
use std::os::windows::fs::FileExt;

/// Reads bytes at `offset` into `buffer`; returns their number, 0 at the end of the file.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    #[cfg(unix)]
    return file.read_at(buffer, offset);
    #[cfg(windows)]
    return file.seek_read(buffer, offset);
}

/// Fills `buffer` with the bytes at `offset`.
///
/// # Errors
/// `UnexpectedEof` if the file ends first.
pub(crate) fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    let mut done = 0;
    while done < buffer.len() {
        match read_at(file, &mut buffer[done..], offset + done as u64) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => done += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes all of `bytes` at `offset`.
pub(crate) fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    let mut done = 0;
    while done < bytes.len() {
        let at = offset + done as u64;
        #[cfg(unix)]
        let written = file.write_at(&bytes[done..], at);
        #[cfg(windows)]
        let written = file.seek_write(&bytes[done..], at);
        match written {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => done += written,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_written_at_an_offset_are_read_there() {
        let file = tempfile::tempfile().expect("a scratch file");
        write_all_at(&file, b"behind", 10).expect("written");
        write_all_at(&file, b"before", 0).expect("written");
        let mut bytes = [0; 6];
        read_exact_at(&file, &mut bytes, 10).expect("there");
        assert_eq!(&bytes, b"behind");
        read_exact_at(&file, &mut bytes, 0).expect("there");
        assert_eq!(&bytes, b"before");
        assert_eq!(read_at(&file, &mut bytes, 14).expect("there"), 2);
        assert_eq!(read_at(&file, &mut bytes, 16).expect("the end"), 0);
        let short = read_exact_at(&file, &mut bytes, 14).expect_err("only two bytes");
        assert_eq!(short.kind(), io::ErrorKind::UnexpectedEof);
    }
}
