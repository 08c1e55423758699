//! Gzip, unpacked by the code that also unpacks Parquet pages: it is faster than what other libraries bring.

use std::io::{self, BufRead, Read};
use std::sync::Mutex;

use flate2::CrcReader;
use flate2::bufread::GzDecoder;
use numguard_columns::parallel::locked;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;

use crate::error::ArgumentError;

/// Packed bytes that are requested at once.
const PACKED: usize = 1 << 18;
/// The most bytes of a member's header.
const HEADER: u64 = 16 << 20;
/// The header of a member without a name and other fields.
const PLAIN: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// A gzip stream, unpacked: all its members, one after the other. Zeros behind a member are padding.
///
/// Args:
///     packed: A binary stream: it has `read(size)`.
///
/// Example:
///     >>> import gzip, io
///     >>> from numguard._core import Gunzip
///     >>> Gunzip(io.BytesIO(gzip.compress(b"1930"))).read(10)
///     b'1930'
#[pyclass(frozen, module = "numguard._core")]
pub(crate) struct Gunzip(Mutex<Members>);

#[pymethods]
impl Gunzip {
    #[new]
    #[pyo3(text_signature = "(packed)")]
    fn new(packed: Py<PyAny>) -> Self {
        let packed = Packed {
            stream: packed,
            block: None,
            header: &[],
        };
        Self(Mutex::new(Members::Before(packed)))
    }

    /// The next bytes.
    ///
    /// Args:
    ///     size: How many, at most 1 GiB.
    ///
    /// Returns:
    ///     bytes: As many as requested, or fewer at the end.
    ///
    /// Raises:
    ///     OSError, EOFError: For a stream that is damaged or cut short.
    fn read<'py>(&self, py: Python<'py>, size: usize) -> PyResult<Bound<'py, PyBytes>> {
        if size > 1 << 30 {
            return Err(ArgumentError::new_err("size: is at most 1 GiB"));
        }
        let read = |buffer: &mut [u8]| {
            py.detach(|| {
                let mut decoder = locked(&self.0);
                fill(&mut *decoder, buffer)
            })
        };
        let mut len = 0;
        let bytes = PyBytes::new_with(py, size, |buffer| {
            len = read(buffer)?;
            Ok(())
        })?;
        if len == size {
            return Ok(bytes);
        }
        Ok(PyBytes::new(py, &bytes.as_bytes()[..len]))
    }
}

/// The members of a stream, one after the other.
enum Members {
    Before(Packed),
    Within(Box<GzDecoder<Packed>>),
    After,
}

impl Read for Members {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let has_more = match self {
                Self::After => return Ok(0),
                Self::Before(packed) => {
                    packed.drop_fields()?;
                    true
                }
                Self::Within(member) => {
                    let read = member.read(buffer)?;
                    if read > 0 || buffer.is_empty() {
                        return Ok(read);
                    }
                    member.get_mut().skip_zeros()?
                }
            };
            *self = match std::mem::replace(self, Self::After) {
                Self::Before(packed) => Self::Within(Box::new(GzDecoder::new(packed))),
                Self::Within(member) if has_more => Self::Before(member.into_inner()),
                _ => Self::After,
            };
        }
    }
}

/// Fills a buffer from a reader, as far as there are bytes.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut len = 0;
    while len < buffer.len() {
        match reader.read(&mut buffer[len..])? {
            0 => break,
            read => len += read,
        }
    }
    Ok(len)
}

/// A stream of Python.
struct Packed {
    stream: Py<PyAny>,
    /// The current block, and how many of its bytes were taken.
    block: Option<(PyBackedBytes, usize)>,
    /// What is read before the block.
    header: &'static [u8],
}

impl Packed {
    /// Replaces the header of a member by one without fields: the decoder refuses a name or comment of more than 64 KiB.
    fn drop_fields(&mut self) -> io::Result<()> {
        let mut fields = CrcReader::new(self.by_ref().take(HEADER));
        let mut fixed = [0; 10];
        fields.read_exact(&mut fixed)?;
        let [0x1f, 0x8b, 8, flags @ 0..0x20, ..] = fixed else {
            return Err(damaged("no header of gzip"));
        };
        let has = |flag: u8| flags & flag != 0;
        let mut bytes = Vec::new();
        if has(4) {
            let mut len = [0; 2];
            fields.read_exact(&mut len)?;
            bytes.resize(usize::from(u16::from_le_bytes(len)), 0);
            fields.read_exact(&mut bytes)?;
        }
        for _ in [8, 16].into_iter().filter(|&flag| has(flag)) {
            bytes.clear();
            fields.read_until(0, &mut bytes)?;
            if bytes.last() != Some(&0) {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        if has(2) {
            let sum = fields.crc().sum().to_le_bytes();
            let mut written = [0; 2];
            fields.read_exact(&mut written)?;
            if written != sum[..2] {
                return Err(damaged("a header of another checksum"));
            }
        }
        self.header = PLAIN;
        Ok(())
    }

    /// Skips zeros, which tapes and disks add to fill a block; whether other bytes follow.
    fn skip_zeros(&mut self) -> io::Result<bool> {
        loop {
            let block = self.fill_buf()?;
            let zeros = block.iter().take_while(|&&byte| byte == 0).count();
            let (at_end, has_more) = (block.is_empty(), zeros < block.len());
            self.consume(zeros);
            if at_end || has_more {
                return Ok(has_more);
            }
        }
    }
}

impl Read for Packed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let block = self.fill_buf()?;
        let len = block.len().min(buffer.len());
        buffer[..len].copy_from_slice(&block[..len]);
        self.consume(len);
        Ok(len)
    }
}

impl BufRead for Packed {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if !self.header.is_empty() {
            return Ok(self.header);
        }
        let is_taken = |(block, at): &(PyBackedBytes, usize)| *at == block.len();
        if self.block.as_ref().is_none_or(is_taken) {
            let block = Python::attach(|py| {
                py.check_signals()?;
                let block = self.stream.bind(py).call_method1("read", (PACKED,))?;
                block.extract::<PyBackedBytes>().map_err(PyErr::from)
            });
            self.block = Some((block.map_err(io::Error::other)?, 0));
        }
        let (block, at) = self.block.as_ref().expect("was read");
        Ok(&block[*at..])
    }

    fn consume(&mut self, len: usize) {
        if !self.header.is_empty() {
            self.header = &self.header[len..];
        } else if let Some((_, at)) = &mut self.block {
            *at += len;
        }
    }
}

fn damaged(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Gunzip>()
}
