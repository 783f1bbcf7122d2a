//! A turn as its span tells it: what two looks at it are matched by.

use super::compared::{Compared, State};
use super::seen::{END, NAME, START, Seen};
use crate::span::{Convention, keys};

/// Characters of a prompt that are compared: those of the shortest text that live sends of it.
const PROMPT_CHARACTERS: usize = 1_000;
/// Characters of a prompt that are shown.
const SHOWN_CHARACTERS: usize = 200;
/// Nanoseconds by which the clocks of two observers may differ.
const TOLERANCE: u64 = 500_000_000;

/// A turn of a session.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) session: String,
    pub(super) trace_id: String,
    pub(super) seen: Seen,
    pub(super) started_at: u64,
    ended_at: u64,
    prompt: String,
}

impl Turn {
    pub(super) fn new(session: &str, trace_id: String, seen: Seen) -> Self {
        let prompt = seen.prompt().unwrap_or_default().trim_start().chars().take(PROMPT_CHARACTERS).collect::<String>();
        Self {
            session: session.to_owned(),
            trace_id,
            started_at: seen.time(START),
            ended_at: seen.time(END),
            prompt: prompt.trim_end().to_owned(),
            seen,
        }
    }

    /// Whether both have the same prompt.
    pub(super) fn asks_as(&self, other: &Self) -> bool {
        self.prompt == other.prompt
    }

    /// Whether one ran while the other did.
    pub(super) fn runs_with(&self, other: &Self) -> bool {
        let is_within = |inner: &Self, outer: &Self| {
            outer.started_at <= inner.started_at.saturating_add(TOLERANCE)
                && inner.ended_at <= outer.ended_at.saturating_add(TOLERANCE)
        };
        let are_known = self.started_at > 0 && other.started_at > 0;
        are_known && (is_within(self, other) || is_within(other, self))
    }

    /// With what became of it.
    pub(super) fn compared(&self, state: State) -> Compared {
        Compared {
            session: self.session.clone(),
            project: None,
            started_at: self.started_at,
            prompt: self.prompt.chars().take(SHOWN_CHARACTERS).collect(),
            trace_id: self.trace_id.clone(),
            state,
            note: None,
        }
    }
}

/// The session of a turn's span; none of any other.
pub(super) fn session_of(seen: &Seen) -> Option<&str> {
    let names = [keys::CLAUDE_AGENT_SESSION_ID, keys::SESSION_ID, keys::GEN_AI_CONVERSATION_ID];
    let session = names.iter().find_map(|key| seen.text(key)).filter(|session| !session.is_empty());
    session.filter(|_| seen.text(NAME).is_some_and(Convention::is_turn))
}
