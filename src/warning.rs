//! Every problem that does not end a run: counted by kind, shown with its place, never with a
//! transcript's text.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::plain;

/// Warnings kept with their place; beyond that only their number is. A file of garbage must not
/// fill the memory.
const KEPT: usize = 1_000;

/// The kinds under which warnings are counted, and what they mean.
pub const KINDS: [(&str, &str); 18] = [
    ("damaged_line", "A part of a line is no JSON, and is left out; what stands before and behind it counts."),
    (
        "repaired_line",
        "A line holds half characters, bytes that are no UTF-8 or control characters. They are replaced; the line counts.",
    ),
    ("odd_time", "A prompt or an answer has no time, or one outside the years 2024 to 2099. It counts without one."),
    ("huge_number", "A number is larger than a trillion, as no count is. It counts as a trillion."),
    (
        "crowded_record",
        "A record holds a hundred thousand blocks or more, or a count of more than a thousand models. What is beyond that is left out.",
    ),
    ("parent_ring", "A record is its own ancestor. It counts where it stands."),
    ("overlong_line", "A line is longer than 256 MiB, and is left out."),
    ("unfinished_line", "The last line is cut. The client may be writing it; it is left for the next run."),
    ("unreadable_file", "A file or folder could not be read, or not to its end."),
    ("link", "A symbolic link is not followed."),
    ("other_file", "A .jsonl file holds no session of Claude Code: it is another program's, or only a title."),
    ("no_spans", "A file of a baseline's folder holds no spans, and is left out."),
    ("server_message", "The server took the spans and had something to say."),
    (
        "cut_answer",
        "The server took the spans, and its answer broke off, was too long, or is not understood. What it says of rejected spans is lost.",
    ),
    ("shortened_span", "A span was too large for the server even alone. It went with shorter texts."),
    (
        "grown_turn",
        "A turn went on after it was delivered: its session had been silent for longer than --settle. It is not sent again by itself; --resend=changed does, with the same ids.",
    ),
    ("open_ledger", "Others could read or change the ledger. Now only its owner can."),
    ("bug", "moda-agent failed on a session, and left it out."),
];

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// A file or folder could not be read, or not to its end.
    Unreadable {
        /// What could not be read.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// A line holds no JSON.
    DamagedLine {
        /// The transcript.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
        /// Counted from 1.
        column: usize,
    },
    /// A line was read after broken characters in it were replaced.
    RepairedLine {
        /// The transcript.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
    },
    /// A record does not say when it was written, or what no clock can mean.
    OddTime {
        /// The transcript.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
    },
    /// A record holds a number that no count can be.
    HugeNumber {
        /// The transcript.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
    },
    /// A record holds more parts than are read.
    CrowdedRecord {
        /// The transcript.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
    },
    /// A record descends from itself.
    Ring {
        /// The transcript.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
    },
    /// A line is too long to be read.
    OverlongLine {
        /// The transcript.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
    },
    /// A link is not followed: none of the client's files is one, and links can loop.
    Link {
        /// The link.
        path: PathBuf,
    },
    /// The last line has no end yet: the client may be writing it.
    UnfinishedLine {
        /// The transcript.
        path: PathBuf,
        /// Counted from 1.
        line: u64,
    },
    /// No line of a file is a record of Claude Code.
    NotATranscript {
        /// The file.
        path: PathBuf,
    },
    /// A file among saved spans holds none.
    NoSpans {
        /// The file.
        path: PathBuf,
    },
    /// Others could read or change the ledger, until now.
    OpenLedger {
        /// The ledger.
        path: PathBuf,
    },
    /// A bug of this program.
    Bug {
        /// The session that it cost.
        session: String,
    },
    /// The server took the spans and had something to say.
    Server {
        /// Its words.
        message: String,
    },
    /// The server took the spans, and its answer broke off or was too long.
    CutAnswer,
    /// The server took a span only with shorter texts.
    ShortenedSpan {
        /// The session that it is of.
        session: String,
        /// How many characters were left of its texts, at most.
        characters: usize,
    },
    /// Requests came to a turn after it was delivered.
    GrownTurn {
        /// Its session.
        session: String,
    },
}

impl Warning {
    /// A file or folder that could not be read.
    #[must_use]
    pub fn unreadable(path: &Path, error: &io::Error) -> Self {
        Warning::Unreadable { path: path.to_owned(), reason: plain(error) }
    }

    /// Whether someone may have to act. A line that is being written is finished soon, and other
    /// programs' files stay what they are.
    #[must_use]
    pub fn is_problem(&self) -> bool {
        !matches!(
            self,
            Warning::UnfinishedLine { .. }
                | Warning::NotATranscript { .. }
                | Warning::NoSpans { .. }
                | Warning::GrownTurn { .. }
        )
    }

    /// The name under which warnings of this kind are counted.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Warning::Unreadable { .. } => "unreadable_file",
            Warning::DamagedLine { .. } => "damaged_line",
            Warning::RepairedLine { .. } => "repaired_line",
            Warning::OddTime { .. } => "odd_time",
            Warning::HugeNumber { .. } => "huge_number",
            Warning::CrowdedRecord { .. } => "crowded_record",
            Warning::Ring { .. } => "parent_ring",
            Warning::OverlongLine { .. } => "overlong_line",
            Warning::Link { .. } => "link",
            Warning::UnfinishedLine { .. } => "unfinished_line",
            Warning::NotATranscript { .. } => "other_file",
            Warning::NoSpans { .. } => "no_spans",
            Warning::OpenLedger { .. } => "open_ledger",
            Warning::Bug { .. } => "bug",
            Warning::Server { .. } => "server_message",
            Warning::CutAnswer => "cut_answer",
            Warning::ShortenedSpan { .. } => "shortened_span",
            Warning::GrownTurn { .. } => "grown_turn",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Warning::Unreadable { path, reason } => write!(formatter, "{}: cannot be read: {reason}", path.display()),
            Warning::DamagedLine { path, line, column } => {
                write!(formatter, "{}:{line}: no JSON from column {column} on; that part is left out", path.display())
            }
            Warning::RepairedLine { path, line } => {
                write!(formatter, "{}:{line}: broken characters; they are replaced, the line counts", path.display())
            }
            Warning::OddTime { path, line } => {
                write!(formatter, "{}:{line}: no usable time; the record counts without one", path.display())
            }
            Warning::HugeNumber { path, line } => {
                write!(formatter, "{}:{line}: a number is no count; it counts as a trillion", path.display())
            }
            Warning::CrowdedRecord { path, line } => {
                write!(
                    formatter,
                    "{}:{line}: the record has too many parts; the last ones are left out",
                    path.display()
                )
            }
            Warning::Ring { path, line } => {
                write!(
                    formatter,
                    "{}:{line}: the record is its own ancestor; it counts where it stands",
                    path.display()
                )
            }
            Warning::OverlongLine { path, line } => {
                write!(formatter, "{}:{line}: the line is too long and is left out", path.display())
            }
            Warning::Link { path } => {
                write!(formatter, "{}: the link is not followed; name what it leads to", path.display())
            }
            Warning::UnfinishedLine { path, line } => {
                write!(formatter, "{}:{line}: the last line is cut; it is left for the next run", path.display())
            }
            Warning::NotATranscript { path } => {
                write!(formatter, "{}: no session of Claude Code in it; the file is left out", path.display())
            }
            Warning::NoSpans { path } => write!(formatter, "{}: no spans in it; the file is left out", path.display()),
            Warning::OpenLedger { path } => {
                write!(formatter, "{}: others could read or change it; now only you can", path.display())
            }
            Warning::Bug { session } => {
                write!(formatter, "session {session}: moda-agent failed to read it and left it out; please report this")
            }
            Warning::Server { message } => write!(formatter, "the server says: {message}"),
            Warning::CutAnswer => {
                formatter.write_str("the server took the spans, and its answer broke off, is too long or is no OTLP")
            }
            Warning::ShortenedSpan { session, characters } => write!(
                formatter,
                "session {session}: a span was too large for the server; it went with texts of {characters} characters"
            ),
            Warning::GrownTurn { session } => {
                write!(formatter, "session {session}: a turn went on after it was delivered; --resend=changed sends it")
            }
        }
    }
}

/// The warnings of a file, a session or a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Warnings {
    kept: Vec<Warning>,
    counts: BTreeMap<&'static str, u64>,
}

impl Warnings {
    /// Counts one more.
    pub fn push(&mut self, warning: Warning) {
        *self.counts.entry(warning.kind()).or_default() += 1;
        if self.kept.len() < KEPT {
            self.kept.push(warning);
        }
    }

    /// Adds `later`'s warnings behind these.
    pub fn append(&mut self, later: Warnings) {
        let kept = self.absorb(later);
        self.kept.extend(kept.into_iter().take(KEPT - self.kept.len()));
    }

    /// Adds the counts of `later` and hands out what of it was kept.
    pub fn absorb(&mut self, later: Warnings) -> Vec<Warning> {
        for (kind, count) in later.counts {
            *self.counts.entry(kind).or_default() += count;
        }
        later.kept
    }

    /// The kinds, with how often each came.
    #[must_use]
    pub fn counts(&self) -> &BTreeMap<&'static str, u64> {
        &self.counts
    }

    /// Whether a part of the input may be read another time: it was out of reach, or we failed.
    #[must_use]
    pub fn may_be_read_later(&self) -> bool {
        ["unreadable_file", "bug"].iter().any(|kind| self.counts.contains_key(kind))
    }

    /// Whether anything in the input was damaged or unreadable. A line that is still being written
    /// is neither, nor is another program's file.
    #[must_use]
    pub fn input_was_damaged(&self) -> bool {
        const DAMAGES: [&str; 9] = [
            "unreadable_file",
            "damaged_line",
            "repaired_line",
            "odd_time",
            "huge_number",
            "crowded_record",
            "parent_ring",
            "overlong_line",
            "bug",
        ];
        self.counts.keys().any(|kind| DAMAGES.contains(kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_explained() {
        let (path, line, reason) = (PathBuf::from("x"), 1, String::new());
        let all = [
            Warning::unreadable(&path, &io::Error::other("x")),
            Warning::DamagedLine { path: path.clone(), line, column: 1 },
            Warning::RepairedLine { path: path.clone(), line },
            Warning::OddTime { path: path.clone(), line },
            Warning::HugeNumber { path: path.clone(), line },
            Warning::CrowdedRecord { path: path.clone(), line },
            Warning::Ring { path: path.clone(), line },
            Warning::OverlongLine { path: path.clone(), line },
            Warning::UnfinishedLine { path: path.clone(), line },
            Warning::Link { path: path.clone() },
            Warning::NotATranscript { path: path.clone() },
            Warning::NoSpans { path: path.clone() },
            Warning::OpenLedger { path },
            Warning::Bug { session: reason.clone() },
            Warning::Server { message: reason.clone() },
            Warning::CutAnswer,
            Warning::ShortenedSpan { session: reason.clone(), characters: 1 },
            Warning::GrownTurn { session: reason },
        ];
        let kinds: std::collections::BTreeSet<_> = all.iter().map(Warning::kind).collect();
        assert_eq!(kinds, KINDS.iter().map(|(kind, _)| *kind).collect());
    }

    #[test]
    fn memory_is_bounded_and_counts_are_not() {
        let mut run = Warnings::default();
        let mut file = Warnings::default();
        for line in 1..=KEPT as u64 + 7 {
            file.push(Warning::DamagedLine { path: PathBuf::from("x"), line, column: 1 });
        }
        assert_eq!(run.absorb(file).len(), KEPT);
        assert_eq!(run.counts().get("damaged_line"), Some(&(KEPT as u64 + 7)));
    }
}
