//! Turns as they are, against what the ledger kept of them.

use super::changes::{Change, changes};
use super::compared::{Compared, State};
use super::seen::Seen;
use super::turn::Turn;
use crate::span::Span;

/// A turn that nobody sent yet: its spans, its own first.
#[must_use]
pub fn undelivered(session: &str, spans: &[Span], note: Option<String>) -> Compared {
    Compared { note, ..now(session, spans).compared(State::New) }
}

/// A turn that was sent, and rejected if there is a reason. `kept` is what was kept of its span.
#[must_use]
pub fn sent(session: &str, spans: &[Span], kept: &str, rejected: Option<String>) -> Compared {
    let turn = now(session, spans);
    let changes = since(kept, &turn.seen);
    let state = match rejected {
        Some(reason) => State::Rejected { reason, changes },
        None if changes.is_empty() => State::Unchanged,
        None => State::Changed(changes),
    };
    turn.compared(state)
}

/// A turn that was sent and is no longer there.
#[must_use]
pub fn gone(session: &str, trace_id: String, kept: &str) -> Compared {
    Turn::new(session, trace_id, Seen::from_json(kept).unwrap_or_default()).compared(State::Gone)
}

fn now(session: &str, spans: &[Span]) -> Turn {
    let trace = spans.first().map(|span| span.trace_id.to_string()).unwrap_or_default();
    Turn::new(session, trace, Seen::of(spans))
}

fn since(kept: &str, new: &Seen) -> Vec<Change> {
    changes(&Seen::from_json(kept).unwrap_or_default(), new, &|_| false)
}
