//! One transcript, line by line: its records, and a warning for whatever is odd.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use super::lineage::Lineage;
use crate::transcript::{By, Excess, FileState, Line, Lines, Record, State, matters, read_records_by, rest};
use crate::warning::{Warning, Warnings};

/// Is told how many more bytes were read.
pub(super) type Meter<'a> = &'a dyn Fn(u64);

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

/// A transcript that is to be read.
pub(super) struct Source<'a> {
    pub(super) file: &'a FileState,
    pub(super) reading: Reading,
    pub(super) meter: Meter<'a>,
}

impl Source<'_> {
    /// Gives every record that may count to `take`.
    pub(super) fn read(&self, warnings: &mut Warnings, take: &mut dyn FnMut(&Record<'_>)) {
        let mut lineage = Lineage::default();
        let read = self.file.open().and_then(|file| self.read_lines(file, &mut lineage, warnings, take));
        if let Err(error) = read {
            warnings.push(Warning::unreadable(&self.place(), &error));
        }
        for line in lineage.rings() {
            warnings.push(Warning::Ring { path: self.place(), line });
        }
    }

    fn read_lines(
        &self,
        file: File,
        lineage: &mut Lineage,
        warnings: &mut Warnings,
        take: &mut dyn FnMut(&Record<'_>),
    ) -> io::Result<()> {
        let metered = Metered { file, meter: self.meter };
        let mut lines = Lines::new(metered).asking(|metered, read| rest(&metered.file, read));
        while let Some(line) = lines.next_line()? {
            if line.is_cut {
                warnings.push(Warning::OverlongLine { path: self.place(), line: line.number });
            } else if self.reading.takes(line.bytes) && !line.bytes.trim_ascii().is_empty() {
                self.read_line(line, warnings, &mut |record| {
                    lineage.take(record, line.number);
                    take(record);
                });
            }
        }
        Ok(())
    }

    /// A last line without an end is not damaged: the client may be writing it. What is said stands
    /// in time; bookkeeping need not.
    fn read_line(&self, line: Line<'_>, warnings: &mut Warnings, take: &mut dyn FnMut(&Record<'_>)) {
        let (mut is_odd, mut excess) = (false, Excess::default());
        let state = read_records_by(self.reading.by(), line.bytes, &mut |record| {
            is_odd |= record.is_said() && record.timestamp().is_none();
            excess = excess | record.excess();
            take(record);
        });
        let (path, ended, line) = (|| self.place(), line.ended, line.number);
        if is_odd {
            warnings.push(Warning::OddTime { path: path(), line });
        }
        if excess.number {
            warnings.push(Warning::HugeNumber { path: path(), line });
        }
        if excess.parts {
            warnings.push(Warning::CrowdedRecord { path: path(), line });
        }
        match (state, ended) {
            (State::Whole, _) => {}
            (State::Repaired, _) => warnings.push(Warning::RepairedLine { path: path(), line }),
            (State::Damaged { column }, true) => warnings.push(Warning::DamagedLine { path: path(), line, column }),
            (State::Damaged { .. }, false) => warnings.push(Warning::UnfinishedLine { path: path(), line }),
        }
    }

    fn place(&self) -> PathBuf {
        self.file.path()
    }
}

/// A file that tells how much was read from it.
struct Metered<'a> {
    file: File,
    meter: Meter<'a>,
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        (self.meter)(read as u64);
        Ok(read)
    }
}
