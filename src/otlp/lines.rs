//! Batches as OTLP/JSON lines: one `ExportTraceServiceRequest` a line, the format that the
//! OpenTelemetry Collector's file exporter writes and its `otlpjsonfile` receiver reads.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Batch;
use crate::error::Error;

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
        let written = if is_special { path.to_owned() } else { unfinished(path) };
        let open = if is_special { File::options().write(true).open(path) } else { File::create(&written) };
        let file = open.map_err(|error| Error::cannot_write(&place, &error))?;
        let unfinished = (!is_special).then(|| (written, path.to_owned()));
        Ok(Self { output: Box::new(file), place, unfinished, held: 0, is_shown: false })
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

/// A name beside the file's, so that both are on one file system.
fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    path.with_file_name(name)
}

impl Writer {
    /// Writes a batch; gives the number of its bytes, and of the spans that arrived with it. What
    /// goes into a file arrives when that has its name.
    pub fn write(&mut self, batch: &Batch) -> Result<(usize, u64), Error> {
        let mut line = batch.body();
        line.push(b'\n');
        let written = self.output.write_all(&line).and_then(|()| self.output.flush());
        written.map_err(|error| self.failed(&error))?;
        let mut arrived = batch.spans() as u64;
        if self.unfinished.is_some() {
            self.held += std::mem::take(&mut arrived);
        }
        Ok((line.len() - 1, arrived))
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
