//! The first lines of a transcript: whose it is and when it began.
//!
//! Sessions are taken in the order of their beginnings, so every transcript's head is read before
//! any transcript is read whole.

use std::fs::File;
use std::io::{self, Read, Take};

use super::file::rest;
use super::lines::Lines;
use super::record::Record;
use super::salvage::read_records;
use super::timestamp::Timestamp;

/// Bytes looked at before a missing answer is taken for none: more than the longest line.
const LIMIT: u64 = 260 * 1024 * 1024;
/// Bytes read at a time: the head of most transcripts.
const BLOCK: usize = 8 * 1024;

/// What a transcript's first lines say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The session that its records name.
    pub session_id: Option<String>,
    /// The time of its first record that has one.
    pub started_at: Option<Timestamp>,
    /// Whether that record was copied by a fork.
    pub forked: bool,
    /// Whether another program wrote it, in nearly the same format.
    pub is_foreign: bool,
    /// Whether a record was seen that tells which program wrote it.
    is_known: bool,
}

impl Head {
    /// What was read another time.
    #[must_use]
    pub fn known(session_id: Option<String>, started_at: Option<Timestamp>, forked: bool, is_foreign: bool) -> Self {
        Self { session_id, started_at, forked, is_foreign, is_known: true }
    }

    /// Reads as few lines as answer all; a damaged line is passed over here and reported later.
    pub(super) fn read(file: File) -> io::Result<Self> {
        Self::read_up_to(LIMIT, file, |file, read| rest(file.get_ref(), read))
    }

    fn read_up_to<R: Read>(limit: u64, source: R, rest: fn(&Take<R>, u64) -> u64) -> io::Result<Self> {
        let mut lines = Lines::in_blocks_of(BLOCK, source.take(limit)).asking(rest);
        let mut head = Self::default();
        while !head.is_complete()
            && let Some(line) = lines.next_line()?
        {
            read_records(line.bytes, &mut |record| head.take(record));
        }
        Ok(head)
    }

    /// Whether a file of that size, of which the head says nothing, may be a transcript: it is
    /// empty yet, or longer than what was looked at.
    pub(super) fn may_hold_more(bytes: u64) -> bool {
        bytes == 0 || bytes > LIMIT
    }

    fn take(&mut self, record: &Record<'_>) {
        self.session_id = self.session_id.take().or_else(|| record.session_id.clone().map(Into::into));
        if self.started_at.is_none() && record.timestamp().is_some() {
            self.started_at = record.timestamp();
            self.forked = record.forked_from.is_some();
        }
        self.is_foreign |= record.message.parts.0;
        self.is_known |= record.is_said();
    }

    fn is_complete(&self) -> bool {
        self.session_id.is_some() && self.started_at.is_some() && self.is_known
    }

    /// When it began, and how.
    pub(super) fn beginning(&self) -> Beginning {
        Beginning { is_unknown: self.started_at.is_none(), started_at: self.started_at, forked: self.forked }
    }
}

/// How a transcript began. Those without a time come last, and forks behind what they copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Beginning {
    is_unknown: bool,
    /// The time of its first record that has one.
    pub(super) started_at: Option<Timestamp>,
    forked: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(limit: u64, source: impl Read) -> io::Result<Head> {
        Head::read_up_to(limit, source, |source, _| source.limit())
    }

    #[test]
    fn takes_the_first_time_and_the_first_session() {
        let text = concat!(
            r#"{"type":"summary","summary":"x"}"#,
            "\nnot json\n",
            r#"{"type":"mode","sessionId":"s"}"#,
            "\n",
            r#"{"type":"user","sessionId":"t","timestamp":"2026-01-01T00:00:00.000Z","forkedFrom":{"sessionId":"o"}}"#,
            "\n",
        );
        let expected = Head {
            session_id: Some("s".to_owned()),
            started_at: Timestamp::parse("2026-01-01T00:00:00.000Z"),
            forked: true,
            is_foreign: false,
            is_known: true,
        };
        assert_eq!(read(LIMIT, text.as_bytes()).unwrap(), expected);
    }

    #[test]
    fn an_empty_file_has_no_head() {
        assert_eq!(read(LIMIT, &b""[..]).unwrap(), Head::default());
    }

    #[test]
    fn what_has_no_line_end_is_not_read_to_its_end() {
        let mut source = io::repeat(b'x').take(3_000_000);
        assert_eq!(read(1_000_000, &mut source).unwrap(), Head::default());
        assert_eq!(source.limit(), 2_000_000);
    }
}
