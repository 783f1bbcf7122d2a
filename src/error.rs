//! What ends a run: one sentence, one hint, one exit code.

use std::fmt;
use std::io;
use std::path::Path;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// All is delivered, or there was nothing to do.
    Done = 0,
    /// Spans were rejected, or, with `--strict`, input was damaged; of `diff`: there are differences.
    Partial = 1,
    /// Wrong usage or configuration; nothing was sent.
    Usage = 2,
    /// The key was refused.
    Refused = 3,
    /// The endpoint could not be reached or kept failing.
    Unreachable = 4,
    /// Ctrl-C; as shells count signals, 128 and the signal's number.
    Interrupted = 130,
    /// SIGTERM.
    Terminated = 143,
}

impl Exit {
    /// The number that the program ends with.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// The exit codes and their meaning, as the help and the man page tell them.
pub const EXIT_CODES: [(Exit, &str); 7] = [
    (Exit::Done, "all is delivered, there was nothing to do, or another run does it"),
    (Exit::Partial, "spans were rejected, or, with --strict, input was damaged; of diff: there are differences"),
    (Exit::Usage, "wrong usage or configuration; nothing was sent"),
    (Exit::Refused, "the key was refused"),
    (Exit::Unreachable, "the endpoint could not be reached or kept failing; what was not delivered goes next time"),
    (Exit::Interrupted, "interrupted with Ctrl-C; what arrived is recorded"),
    (Exit::Terminated, "ended by SIGTERM; likewise"),
];

/// An error that ends the run.
#[derive(Debug)]
pub struct Error {
    sentence: String,
    hint: String,
    exit: Exit,
}

impl std::error::Error for Error {}

/// The sentence; the hint stands apart.
impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.sentence)
    }
}

impl Error {
    /// An error with its exit code; `sentence` says what happened, `hint` what to do.
    pub fn new(exit: Exit, sentence: impl fmt::Display, hint: impl fmt::Display) -> Self {
        Self { sentence: sentence.to_string(), hint: hint.to_string(), exit }
    }

    /// Wrong usage or configuration.
    pub fn usage(sentence: impl fmt::Display, hint: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, sentence, hint)
    }

    /// A path on the command line leads nowhere.
    #[must_use]
    pub fn no_such_path(path: &Path, error: &io::Error) -> Self {
        let sentence = format!("Cannot read {}: {}.", path.display(), plain(error));
        Self::usage(
            sentence,
            "Claude Code keeps its sessions in ~/.claude/projects, or in $CLAUDE_CONFIG_DIR/projects.",
        )
    }

    /// What is only shown cannot be written. A reader that went away, as `head` does, has all that
    /// it wanted.
    #[must_use]
    pub fn cannot_print(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::new(Exit::Done, "The reader went away.", "");
        }
        Self::cannot_write("standard output", error)
    }

    /// An output file or pipe cannot be written.
    #[must_use]
    pub fn cannot_write(place: &str, error: &io::Error) -> Self {
        let sentence = format!("Cannot write to {place}: {}.", plain(error));
        Self::new(
            Exit::Unreachable,
            sentence,
            "Check that the folder exists, is writable and has room; then run again.",
        )
    }

    /// What was put into a temporary file does not come back.
    #[must_use]
    pub fn forgotten(error: &io::Error) -> Self {
        let sentence = format!("Cannot read a temporary file back: {}.", plain(error));
        Self::new(Exit::Unreachable, sentence, "Check the disk with the folder for temporary files, then run again.")
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &str {
        &self.hint
    }

    /// The exit code that it ends with.
    #[must_use]
    pub fn exit(&self) -> Exit {
        self.exit
    }
}

/// What the system says went wrong, without its number.
#[must_use]
pub fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error ").next().unwrap_or_default().to_owned()
}
