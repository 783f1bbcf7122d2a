//! Files to a session: reads its transcripts line by line into a builder.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::Session;
use super::builder::Builder;
use crate::transcript::{Line, Lines, Record, SessionFiles, SubagentMeta, matters, records};
use crate::warning::{Warning, Warnings};

/// Is told how many more bytes were read.
type Meter<'a> = &'a dyn Fn(u64);

/// Reads and rebuilds one session. Whatever is damaged costs itself and a warning, nothing more.
#[must_use]
pub fn rebuild(files: &SessionFiles, meter: Meter<'_>) -> (Session, Warnings) {
    let mut builder = Builder::new(files.id.clone());
    let mut warnings = Warnings::default();
    for path in &files.main {
        read(path, meter, &mut warnings, &mut |record| builder.take(record));
    }
    for agent in &files.subagents {
        if let Ok(bytes) = std::fs::read(agent.path.with_extension("meta.json")) {
            let meta = SubagentMeta::read(&bytes);
            let agent = builder.sidechain(&agent.agent_id);
            agent.describe(meta.agent_type.map(Into::into), meta.tool_use_id.map(Into::into));
        }
        read(&agent.path, meter, &mut warnings, &mut |record| builder.take_of_subagent(&agent.agent_id, record));
    }
    (builder.finish(), warnings)
}

/// Gives every record that may count to `take`.
fn read(path: &Path, meter: Meter<'_>, warnings: &mut Warnings, take: &mut dyn FnMut(&Record<'_>)) {
    let mut file = Transcript { path, take, warnings: Warnings::default(), is_one: false, is_empty: true };
    if let Err(error) = File::open(path).and_then(|source| file.read(Metered { source, meter })) {
        file.is_one = true;
        file.warnings.push(Warning::unreadable(path, &error));
    }
    if file.is_one || file.is_empty {
        warnings.append(file.warnings);
    } else {
        warnings.push(Warning::NotATranscript { path: path.to_owned() });
    }
}

/// A file being read.
struct Transcript<'a> {
    path: &'a Path,
    take: &'a mut dyn FnMut(&Record<'_>),
    warnings: Warnings,
    /// Whether any line is a record of Claude Code.
    is_one: bool,
    is_empty: bool,
}

impl Transcript<'_> {
    fn read(&mut self, source: impl Read) -> io::Result<()> {
        let mut lines = Lines::new(source);
        while let Some(line) = lines.next_line()? {
            if !matters(line.bytes) {
                self.is_one = true;
            } else if !line.bytes.trim_ascii().is_empty() {
                self.is_empty = false;
                self.read_line(line);
            }
        }
        Ok(())
    }

    fn read_line(&mut self, line: Line<'_>) {
        for record in records(line.bytes) {
            match record {
                Ok(record) => {
                    self.is_one |= record.kind.is_some();
                    (self.take)(&record);
                }
                Err(error) => self.warnings.push(self.damaged(line, &error)),
            }
        }
    }

    /// A last line without an end is not damaged: the client may be writing it.
    fn damaged(&self, line: Line<'_>, error: &serde_json::Error) -> Warning {
        let (path, line, ended) = (self.path.to_owned(), line.number, line.ended);
        if ended {
            Warning::DamagedLine { path, line, column: error.column() }
        } else {
            Warning::UnfinishedLine { path, line }
        }
    }
}

/// A source that tells how much was read from it.
struct Metered<'a> {
    source: File,
    meter: Meter<'a>,
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        (self.meter)(read as u64);
        Ok(read)
    }
}
