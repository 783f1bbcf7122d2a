//! Batches as OTLP/JSON lines: one `ExportTraceServiceRequest` a line, the format that the
//! OpenTelemetry Collector's file exporter writes and its `otlpjsonfile` receiver reads.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::{Batch, Receipt, Transport};
use crate::error::Error;

/// Writes batches to a file or to standard output.
pub struct Writer {
    output: BufWriter<Box<dyn Write>>,
    place: String,
}

impl Writer {
    /// Writes to a new file; one that is there already is replaced.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let place = path.display().to_string();
        let file = File::create(path).map_err(|error| Error::cannot_write(&place, &error))?;
        Ok(Self { output: BufWriter::new(Box::new(file)), place })
    }

    /// Writes to standard output.
    #[must_use]
    pub fn stdout() -> Self {
        Self { output: BufWriter::new(Box::new(io::stdout())), place: "standard output".to_owned() }
    }
}

impl Transport for Writer {
    fn send(&mut self, batch: &Batch) -> Result<Receipt, Error> {
        let write = self.output.write_all(&batch.body).and_then(|()| self.output.write_all(b"\n"));
        write.and_then(|()| self.output.flush()).map_err(|error| Error::cannot_write(&self.place, &error))?;
        let sent_bytes = batch.body.len() as u64 + 1;
        Ok(Receipt { delivered: batch.spans as u64, sent_bytes, ..Receipt::default() })
    }

    fn destination(&self) -> String {
        self.place.clone()
    }
}
