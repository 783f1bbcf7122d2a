//! The bytes of a request that is in flight: in a temporary file without a name, so that memory does not
//! grow with the requests; in memory where they are few, or where no disk takes them.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};

/// Bytes that are not worth a file.
const FEW: usize = 64 * 1024;
/// Bytes written to a file at a time.
const BLOCK: usize = 64 * 1024;

/// The bytes of a request.
#[derive(Debug)]
pub(super) struct Body {
    place: Place,
    len: usize,
}

#[derive(Debug)]
enum Place {
    Memory(Vec<u8>),
    File(File),
}

impl Body {
    /// What `write` writes, about so many bytes; it is asked again where a disk fails.
    pub(super) fn of(expected: usize, write: impl Fn(&mut dyn Write) -> io::Result<()>) -> Self {
        let on_disk = (expected > FEW).then(|| in_file(&write)).and_then(Result::ok);
        on_disk.unwrap_or_else(|| {
            let mut bytes = Vec::with_capacity(expected.min(FEW));
            // Writing to memory cannot fail.
            let _ = write(&mut bytes);
            bytes.shrink_to_fit();
            Self { len: bytes.len(), place: Place::Memory(bytes) }
        })
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Reads them from the first one on.
    pub(super) fn reader(&self) -> io::Result<Box<dyn Read + '_>> {
        match &self.place {
            Place::Memory(bytes) => Ok(Box::new(bytes.as_slice())),
            Place::File(file) => {
                let mut file = file;
                file.rewind()?;
                Ok(Box::new(file))
            }
        }
    }

    /// Loses its end, as a disk may.
    #[cfg(test)]
    pub(super) fn cut(&mut self) {
        match &mut self.place {
            Place::Memory(bytes) => bytes.truncate(self.len / 2),
            Place::File(file) => file.set_len(self.len as u64 / 2).unwrap_or_default(),
        }
    }
}

fn in_file(write: &impl Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<Body> {
    let mut output = BufWriter::with_capacity(BLOCK, tempfile::tempfile()?);
    write(&mut output)?;
    let mut file = output.into_inner().map_err(io::IntoInnerError::into_error)?;
    let len = usize::try_from(file.stream_position()?).unwrap_or(usize::MAX);
    Ok(Body { place: Place::File(file), len })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn read(body: &Body) -> Vec<u8> {
        let mut bytes = Vec::new();
        body.reader().unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn bytes_are_read_as_often_as_they_are_wanted_wherever_they_are() {
        for (count, is_file) in [(0, false), (FEW, false), (FEW + 1, true), (5 * FEW, true)] {
            let bytes: Vec<_> = (0..count).map(|number| number.to_le_bytes()[0]).collect();
            let body = Body::of(count, |output| output.write_all(&bytes));
            assert_eq!((body.len(), matches!(body.place, Place::File(_))), (count, is_file));
            assert!(read(&body) == bytes && read(&body) == bytes, "{count}");
        }
    }

    #[test]
    fn where_the_disk_fails_memory_holds_them() {
        let is_first = Cell::new(true);
        let body = Body::of(FEW + 1, |output| {
            output.write_all(b"half")?;
            if is_first.replace(false) {
                Err(io::ErrorKind::StorageFull.into())
            } else {
                output.write_all(b" and half")
            }
        });
        assert!(read(&body) == b"half and half" && matches!(body.place, Place::Memory(_)));
    }
}
