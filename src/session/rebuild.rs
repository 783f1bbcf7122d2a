//! Files to a session: reads its transcripts line by line into a builder.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::Session;
use super::builder::Builder;
use super::copies::share_within;
use super::keep::Keep;
use super::lineage::Lineage;
use crate::transcript::{By, Line, Lines, Record, SessionFiles, State, SubagentMeta, matters, read_records_by, rest};
use crate::warning::{Warning, Warnings};

/// Bytes of a sidecar file that are read; real ones have some hundred.
const LARGEST_SIDECAR: u64 = 1024 * 1024;

/// Is told how many more bytes were read.
type Meter<'a> = &'a dyn Fn(u64);

/// How lines are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// What certainly holds nothing is passed over, the rest is read by the fast reader.
    Fast,
    /// Each line is parsed by `serde_json`, to compare with.
    Plain,
}

impl Reading {
    fn takes(self, line: &[u8]) -> bool {
        self == Reading::Plain || matters(line)
    }

    fn by(self) -> By {
        if self == Reading::Plain { By::SerdeJson } else { By::OurReader }
    }
}

/// Reads and rebuilds one session. Whatever is damaged costs itself and a warning, nothing more; a
/// bug of ours costs the session, not the run.
#[must_use]
pub fn rebuild(files: &SessionFiles, meter: Meter<'_>, keep: Keep) -> (Session, Warnings) {
    rebuild_by(Reading::Fast, files, meter, keep)
}

/// As [`rebuild`], for who compares ways of reading.
#[must_use]
pub fn rebuild_by(reading: Reading, files: &SessionFiles, meter: Meter<'_>, keep: Keep) -> (Session, Warnings) {
    catch_unwind(AssertUnwindSafe(|| read_session(reading, files, meter, keep))).unwrap_or_else(|_| {
        let mut warnings = Warnings::default();
        warnings.push(Warning::Bug { session: files.id.clone() });
        (Session { id: files.id.clone(), ..Session::default() }, warnings)
    })
}

fn read_session(reading: Reading, files: &SessionFiles, meter: Meter<'_>, keep: Keep) -> (Session, Warnings) {
    let mut builder = Builder::new(files.id.clone(), files.began_at(), keep);
    let mut warnings = Warnings::default();
    for path in &files.main {
        read(reading, path, meter, &mut warnings, &mut |record| builder.take(record));
    }
    for agent in &files.subagents {
        let sidecar = agent.path.with_extension("meta.json");
        if let Some(bytes) = read_sidecar(&sidecar, &mut warnings) {
            match SubagentMeta::read(&bytes) {
                Ok(meta) => builder.sidechain(agent.agent_id()).described(meta),
                Err(column) => warnings.push(Warning::DamagedLine { path: sidecar, line: 1, column }),
            }
        }
        read(reading, &agent.path, meter, &mut warnings, &mut |record| {
            builder.take_of_subagent(agent.agent_id(), record);
        });
    }
    let mut session = builder.finish();
    share_within(&mut session);
    (session, warnings)
}

/// The bytes of a sidecar file, of which there may be none. What is no plain file is none: it
/// could never end.
fn read_sidecar(path: &Path, warnings: &mut Warnings) -> Option<Vec<u8>> {
    path.metadata().ok().filter(Metadata::is_file)?;
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(LARGEST_SIDECAR).read_to_end(&mut bytes)) {
        Ok(_) => return Some(bytes),
        Err(error) => warnings.push(Warning::unreadable(path, &error)),
    }
    None
}

/// Gives every record that may count to `take`.
fn read(reading: Reading, path: &Path, meter: Meter<'_>, warnings: &mut Warnings, take: &mut dyn FnMut(&Record<'_>)) {
    let mut lineage = Lineage::default();
    let read = File::open(path).and_then(|source| {
        let mut lines = Lines::new(Metered { source, meter }).asking(|metered, read| rest(&metered.source, read));
        while let Some(line) = lines.next_line()? {
            if line.is_cut {
                warnings.push(Warning::OverlongLine { path: path.to_owned(), line: line.number });
            } else if reading.takes(line.bytes) && !line.bytes.trim_ascii().is_empty() {
                read_line(reading, path, line, warnings, &mut |record| {
                    lineage.take(record, line.number);
                    take(record);
                });
            }
        }
        Ok(())
    });
    if let Err(error) = read {
        warnings.push(Warning::unreadable(path, &error));
    }
    for line in lineage.rings() {
        warnings.push(Warning::Ring { path: path.to_owned(), line });
    }
}

/// A last line without an end is not damaged: the client may be writing it. What is said stands in
/// time; bookkeeping need not.
fn read_line(
    reading: Reading,
    path: &Path,
    line: Line<'_>,
    warnings: &mut Warnings,
    take: &mut dyn FnMut(&Record<'_>),
) {
    let mut is_odd = false;
    let state = read_records_by(reading.by(), line.bytes, &mut |record| {
        is_odd |= record.is_said() && record.timestamp().is_none();
        take(record);
    });
    let (ended, line) = (line.ended, line.number);
    if is_odd {
        warnings.push(Warning::OddTime { path: path.to_owned(), line });
    }
    match (state, ended) {
        (State::Whole, _) => {}
        (State::Repaired, _) => warnings.push(Warning::RepairedLine { path: path.to_owned(), line }),
        (State::Damaged { column }, true) => {
            warnings.push(Warning::DamagedLine { path: path.to_owned(), line, column });
        }
        (State::Damaged { .. }, false) => warnings.push(Warning::UnfinishedLine { path: path.to_owned(), line }),
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
