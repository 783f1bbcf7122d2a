//! From when to when something went on.

use crate::transcript::Timestamp;

/// From when to when something went on, as far as the records say it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// The beginning.
    pub started_at: Option<Timestamp>,
    /// The end.
    pub ended_at: Option<Timestamp>,
}

impl Period {
    /// Of what was asked for then, and of which a first record came at `first`: a clock that was set
    /// back makes nothing begin after its own records.
    pub(super) fn asked(asked_at: Option<Timestamp>, first: Option<Timestamp>) -> Self {
        let started_at = match (asked_at, first) {
            (Some(asked), Some(first)) => Some(asked.min(first)),
            (asked, first) => asked.or(first),
        };
        Self { started_at, ended_at: first }
    }

    /// Another record of it was written then.
    pub(super) fn touch(&mut self, at: Option<Timestamp>) {
        self.started_at = self.started_at.or(at);
        self.ended_at = self.ended_at.max(at);
    }
}
