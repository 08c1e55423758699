//! A frozen set -> a file, whole or not at all; a file -> a set mapped into memory.
//!
//! Owns the writing and the mapping. What the bytes mean, and whether they are valid, is decided by `numguard-core`.
//!
//! A map shows what the file holds *now*, so a saved set must be replaced, never written into: [`save`] writes a new
//! file and renames it over the old one, and a process that has the old one open keeps it, whole, until it is dropped. That is
//! also how a running process takes a new list: open the path again. Windows keeps a mapped file from being replaced:
//! there the new list gets a name of its own. A file that is cut short in place while it is mapped ends the process at the
//! next look into what is gone (SIGBUS), as with every map; small files are copied, so that the lists of most cases cannot
//! meet that.
#![allow(unsafe_code)] // mapping a file is unsafe by nature; reading it instead would copy the whole set at every start

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use memmap2::Mmap;
use numguard_core::set::{FrozenSet, KeyType};

use crate::Error;

/// Up to so many bytes a file is copied rather than mapped: reading them takes a millisecond.
const COPIED: u64 = 4 << 20;

/// Writes `set` to `path`: into a new file beside it, flushed to the disk, then renamed.
///
/// # Errors
/// [`Error::File`] when the file cannot be written; what was at `path` before is then still there.
pub fn save(set: &FrozenSet, path: &Path) -> Result<(), Error> {
    let failed = |error| Error::file(path, error);
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".numguard-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As for any new file: what the user's umask allows, not the 0600 of a scratch file.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    // The error names the path that was asked for, not the scratch file.
    let mut file = builder
        .tempfile_in(folder)
        .map_err(|error| failed(error.kind().into()))?;
    file.write_all(set.as_bytes()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    flush_names(folder).map_err(failed)
}

/// Brings the names in a folder to the disk. Windows opens no folders; NTFS keeps a journal of names.
fn flush_names(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Maps the set at `path`, or copies it if it is small. The layout is always checked; the checksum, one pass over the
/// whole file, if `verify` is set.
///
/// # Errors
/// [`Error::File`] when there is no such file or it cannot be read; [`Error::SetFile`] when it holds no sound set of
/// `key_type`.
pub fn open(path: &Path, key_type: KeyType, verify: bool) -> Result<FrozenSet, Error> {
    let failed = |error| Error::file(path, error);
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
    }
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
    // SAFETY: the map is only ever read, through `FrozenSet`, which checks whatever it reads against the length it saw.
    // A process that cuts the file short under us breaks the promise in this module's head, as with any mapped file.
    unsafe { Mmap::map(file) }
}
