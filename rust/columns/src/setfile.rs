//! A frozen set -> a file, whole or not at all; a file -> a set mapped into memory.
//!
//! Owns the writing and the mapping. `numguard-core` decides what the bytes mean and whether they are valid.
//!
//! A map shows the current contents of its file, so a saved set must be replaced, never written into. [`save`] writes a
//! new file and renames it over the old one; a process that has the old one open keeps it until it drops the set. A
//! running process takes a new list by opening the path again. Windows does not replace a mapped file, so there a new list
//! needs a new name. If a mapped file is truncated in place, the next read past its end stops the process (SIGBUS), as
//! with every map. Small files are copied, so this cannot happen with most lists.
#![allow(unsafe_code)] // mapping a file is unsafe; reading it instead would copy the whole set at every start

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use memmap2::Mmap;
use numguard_core::set::{FrozenSet, KeyType};

use crate::Error;

/// Files of up to this many bytes are copied, not mapped: reading them takes a millisecond.
const COPIED: u64 = 4 << 20;

/// Writes `set` to `path`: to a new file beside it, which is flushed to the disk and renamed. It replaces a set, and no
/// other file.
///
/// # Errors
/// [`Error::File`] when the file cannot be written, or is no set; `path` is then unchanged.
pub fn save(set: &FrozenSet, path: &Path) -> Result<(), Error> {
    let failed = |error| Error::file(path, error);
    if holds_something_else(path).map_err(failed)? {
        return Err(failed(io::Error::other(
            "this file is no set, and a set replaces no other file; choose another name",
        )));
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".numguard-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The mode of any new file, limited by the umask, instead of the 0600 of a temporary file.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    // The error names the requested path, not the temporary file.
    let mut file = builder.tempfile_in(folder).map_err(|error| {
        failed(match error.kind() {
            io::ErrorKind::NotFound => io::Error::new(error.kind(), "there is no such folder"),
            kind => kind.into(),
        })
    })?;
    // Opened before the set is replaced: a folder that may be written to, but not read, is an error that changes nothing.
    // Windows cannot open folders; NTFS keeps a journal of names.
    let names = cfg!(unix).then(|| File::open(folder)).transpose();
    let names = names.map_err(failed)?;
    file.write_all(set.as_bytes()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    names
        .map_or(Ok(()), |names| names.sync_all())
        .map_err(failed)
}

/// Whether something is there that is neither a set, whole or damaged, nor an empty file.
fn holds_something_else(path: &Path) -> io::Result<bool> {
    match is_file(path) {
        Ok(true) => {
            let mut start = Vec::new();
            File::open(path)?
                .take(FrozenSet::MAGIC.len() as u64)
                .read_to_end(&mut start)?;
            Ok(!FrozenSet::MAGIC.starts_with(&start))
        }
        Ok(false) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a file is at a path, and no folder, device or pipe. A pipe must not be opened to find out: that waits for
/// its writer.
fn is_file(path: &Path) -> io::Result<bool> {
    Ok(path.metadata()?.is_file())
}

/// Maps the set at `path`, or copies it if it is small. The layout is always checked. With `verify`, the checksum is
/// checked too, in one pass over the whole file.
///
/// # Errors
/// [`Error::File`] when there is no such file or it cannot be read; [`Error::SetFile`] when it holds no valid set of
/// `key_type`.
pub fn open(path: &Path, key_type: KeyType, verify: bool) -> Result<FrozenSet, Error> {
    let failed = |error| Error::file(path, error);
    if !is_file(path).map_err(failed)? {
        return Err(failed(io::Error::other("this is no file, and no set")));
    }
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let damaged = |error| Error::SetFile {
        path: path.to_owned(),
        error,
    };
    let set = if metadata.len() <= COPIED {
        let mut bytes = Vec::new();
        file.take(COPIED).read_to_end(&mut bytes).map_err(failed)?;
        FrozenSet::from_bytes(Arc::new(bytes), key_type)
    } else {
        FrozenSet::from_bytes(Arc::new(mapped(&file).map_err(failed)?), key_type)
    };
    let set = set.map_err(damaged)?;
    if verify {
        set.verify().map_err(damaged)?;
    }
    Ok(set)
}

fn mapped(file: &File) -> io::Result<Mmap> {
    // SAFETY: the map is only read, through `FrozenSet`, which checks at opening that its layout is within the map, and
    // bounds every access by that layout.
    // A process that changes or truncates the file in place violates the rule in this module's documentation.
    unsafe { Mmap::map(file) }
}
