//! What became of each turn between two looks at it.

use super::changes::Change;
use crate::redaction::Redaction;

/// A turn, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// The session that it is of.
    pub session: String,
    /// That session's project, where it is known.
    pub project: Option<String>,
    /// Nanoseconds since 1970.
    pub started_at: u64,
    /// The first characters of its prompt.
    pub prompt: String,
    /// Its trace in hexadecimal: the new one, where there is one.
    pub trace_id: String,
    /// What became of it.
    pub state: State,
    /// What else there is to say, as that it waits.
    pub note: Option<String>,
}

impl Compared {
    /// The project, as it may be shown: its name can hold a secret, too.
    #[must_use]
    pub fn shown_project(&self) -> Option<String> {
        Some(Redaction::default().text(self.project.as_deref()?).into_owned())
    }
}

/// What became of a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It was not there.
    New,
    /// It looks different.
    Changed(Vec<Change>),
    /// It is as it was.
    Unchanged,
    /// It is not there any more.
    Gone,
    /// It was refused, and may have changed since.
    Rejected {
        /// Why, in the words of who refused it.
        reason: String,
        /// What differs from what was refused.
        changes: Vec<Change>,
    },
}

impl State {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            State::New => "new",
            State::Changed(_) => "changed",
            State::Unchanged => "unchanged",
            State::Gone => "gone",
            State::Rejected { .. } => "rejected",
        }
    }

    /// What differs.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        match self {
            State::Changed(changes) | State::Rejected { changes, .. } => changes,
            State::New | State::Unchanged | State::Gone => &[],
        }
    }

    /// Whether there is nothing to tell of it.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        *self == State::Unchanged
    }
}

/// How many turns are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Only now.
    pub new: u64,
    /// Both times, and different.
    pub changed: u64,
    /// Both times, and alike.
    pub unchanged: u64,
    /// Only before.
    pub gone: u64,
    /// Refused.
    pub rejected: u64,
}

impl Counts {
    /// Of these turns.
    #[must_use]
    pub fn of(compared: &[Compared]) -> Self {
        let mut counts = Self::default();
        for turn in compared {
            *match turn.state {
                State::New => &mut counts.new,
                State::Changed(_) => &mut counts.changed,
                State::Unchanged => &mut counts.unchanged,
                State::Gone => &mut counts.gone,
                State::Rejected { .. } => &mut counts.rejected,
            } += 1;
        }
        counts
    }

    /// All turns.
    #[must_use]
    pub fn turns(&self) -> u64 {
        self.new + self.changed + self.unchanged + self.gone + self.rejected
    }

    /// Whether any turn is not as it was.
    #[must_use]
    pub fn are_differences(&self) -> bool {
        self.turns() > self.unchanged
    }
}
