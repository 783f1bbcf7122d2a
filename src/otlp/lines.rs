//! Batches as OTLP/JSON lines: one `ExportTraceServiceRequest` a line, the format that the
//! OpenTelemetry Collector's file exporter writes and its `otlpjsonfile` receiver reads.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::Batch;
use crate::error::Error;

/// Bytes that are written at once.
const WRITTEN: usize = 256 * 1024;

/// Writes batches to a file or to standard output.
pub struct Writer {
    output: Box<dyn Write>,
    place: String,
    /// The file that is written, and the name that it gets once it is complete.
    unfinished: Option<(PathBuf, PathBuf)>,
    /// The spans in it.
    held: u64,
    /// Whether it is only shown, so that a reader may go away.
    is_shown: bool,
}

impl Writer {
    /// Writes to a file. One that is there already is replaced when all is written, and stays as
    /// it is if the run fails; a pipe or a device is written to directly.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let place = path.display().to_string();
        let is_special = path.metadata().is_ok_and(|metadata| !metadata.is_file());
        let open = || {
            if is_special {
                return Ok((File::options().write(true).open(path)?, None));
            }
            unfinished(path).map(|(file, written)| (file, Some((written, path.to_owned()))))
        };
        let (file, unfinished) = open().map_err(|error| Error::cannot_write(&place, &error))?;
        Ok(Self { output: Box::new(file), place, unfinished, held: 0, is_shown: false })
    }

    /// Writes behind what a file holds, each batch for good. A run that was killed may have left a
    /// part of a line: nobody recorded that as delivered, and it goes.
    pub fn append(path: &Path) -> Result<Self, Error> {
        let place = path.display().to_string();
        let open = || {
            let mut file = File::options().read(true).append(true).create(true).open(path)?;
            close_line(&mut file).map(|()| file)
        };
        let file = open().map_err(|error| Error::cannot_write(&place, &error))?;
        Ok(Self { output: Box::new(Durable(file)), place, unfinished: None, held: 0, is_shown: false })
    }

    /// Writes to standard output, to deliver there.
    #[must_use]
    pub fn stdout() -> Self {
        let place = "standard output".to_owned();
        Self { output: Box::new(io::stdout()), place, unfinished: None, held: 0, is_shown: false }
    }

    /// Writes to standard output, to be looked at.
    #[must_use]
    pub fn shown() -> Self {
        let mut writer = Self::stdout();
        writer.is_shown = true;
        writer
    }

    fn failed(&self, error: &io::Error) -> Error {
        if self.is_shown { Error::cannot_print(error) } else { Error::cannot_write(&self.place, error) }
    }
}

/// A file of which what was flushed is on the disk.
struct Durable(File);

impl Write for Durable {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }
}

/// Takes away the beginning of a request that a file ends with; what else it ends with gets its
/// line end.
fn close_line(file: &mut File) -> io::Result<()> {
    let whole = whole_lines(file)?;
    let mut rest = Vec::new();
    file.seek(SeekFrom::Start(whole))?;
    file.take(REQUEST.len() as u64).read_to_end(&mut rest)?;
    match rest.is_empty() {
        true => Ok(()),
        false if REQUEST.starts_with(&rest) => file.set_len(whole),
        false => file.write_all(b"\n"),
    }
}

/// How a line begins that holds a request.
const REQUEST: &[u8] = br#"{"resourceSpans":"#;

/// The length of a file up to the end of its last whole line.
fn whole_lines(file: &mut File) -> io::Result<u64> {
    const BLOCK: u64 = 64 * 1024;
    let mut end = file.seek(SeekFrom::End(0))?;
    while end > 0 {
        let begin = end.saturating_sub(BLOCK);
        let mut block = Vec::new();
        file.seek(SeekFrom::Start(begin))?;
        file.take(end - begin).read_to_end(&mut block)?;
        if let Some(last) = memchr::memrchr(b'\n', &block) {
            return Ok(begin + last as u64 + 1);
        }
        end = begin;
    }
    Ok(0)
}

/// A new file beside that which it will replace, so that both are on one file system, and its name.
/// Whoever may read the old one may read the new one, and nobody else.
fn unfinished(path: &Path) -> io::Result<(File, PathBuf)> {
    let (file, written) = new_beside(path)?;
    if let Ok(old) = path.metadata() {
        // Where the file system knows no permissions there are none to keep.
        let _ = file.set_permissions(old.permissions());
    }
    Ok((file, written))
}

/// Where something has the name already, a link that somebody put there or what a run left, it stays.
fn new_beside(path: &Path) -> io::Result<(File, PathBuf)> {
    const TRIES: u32 = 100;
    let create = |number| {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}-{number}.part", std::process::id()));
        let written = path.with_file_name(name);
        File::options().write(true).create_new(true).open(&written).map(|file| (file, written))
    };
    let is_taken = |made: &io::Result<_>| made.as_ref().is_err_and(|error| error.kind() == ErrorKind::AlreadyExists);
    (0..TRIES).map(create).find(|made| !is_taken(made)).unwrap_or_else(|| Err(ErrorKind::AlreadyExists.into()))
}

impl Writer {
    /// Writes a batch; gives the number of its bytes.
    pub fn write(&mut self, batch: &Batch) -> Result<usize, Error> {
        let mut output = BufWriter::with_capacity(WRITTEN, &mut self.output);
        let written = batch.write(&mut output).and_then(|()| output.write_all(b"\n")).and_then(|()| output.flush());
        // What could not be written is not tried again.
        let _ = output.into_parts();
        written.map_err(|error| self.failed(&error))?;
        self.held += if self.is_held() { batch.spans() as u64 } else { 0 };
        Ok(batch.size())
    }

    /// Whether what is written arrives only when the file gets its name.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.unfinished.is_some()
    }

    /// Gives a file its name, once all batches went well; says how many spans arrive with that.
    pub fn finish(&mut self) -> Result<u64, Error> {
        let Some((written, path)) = self.unfinished.take() else { return Ok(0) };
        fs::rename(&written, path).map_err(|error| Error::cannot_write(&self.place, &error))?;
        Ok(self.held)
    }

    /// Where the batches go.
    #[must_use]
    pub fn destination(&self) -> &str {
        &self.place
    }
}

impl Drop for Writer {
    /// What a failed run began is of no use.
    fn drop(&mut self) {
        if let Some((written, _)) = &self.unfinished {
            let _ = fs::remove_file(written);
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn nothing_else_is_written_to_and_nobody_else_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let [path, other] = ["spans.jsonl", "other"].map(|name| folder.path().join(name));
        fs::write(&path, "old").unwrap();
        fs::write(&other, "another's").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let link = folder.path().join(format!("spans.jsonl.{}-0.part", std::process::id()));
        symlink(&other, &link).unwrap();
        let mut writer = Writer::create(&path).unwrap();
        writer.output.write_all(b"new").unwrap();
        writer.finish().unwrap();
        assert_eq!([&path, &other].map(|path| fs::read_to_string(path).unwrap()), ["new", "another's"]);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(link.is_symlink());
    }
}
