//! Trace and span ids: the same turn has the same ids on every machine, in every run, in every
//! version, whatever file or fork it is read from.
//!
//! A turn's **key** is the `message.id` of the first request that it owns, of the subagent that
//! began first where only subagents answered; without one the prompt's `uuid`. Then, with SHA-256
//! and every part followed by a zero byte:
//!
//! - trace id: the first 16 bytes of `moda-agent/1`, `trace`, key
//! - span id: the first 8 bytes of `moda-agent/1`, `span`, key, kind of span, id of its source
//!
//! | kind | source |
//! | --- | --- |
//! | `turn` | the key |
//! | `request` | `message.id`; of a failed one the `requestId`, else the record's `uuid` |
//! | `tool`, and for what convention `claude-code` shows below it `permission` and `execution` | the `tool_use` block's id |
//! | `agent` | the subagent's id |
//!
//! Some gateways give the same tool id twice, so the key is part of every span id, and of two alike
//! in a turn the second has the source `ID/2`. No line
//! number, file name or time is part of any. OpenTelemetry forbids an id of zeros; should a
//! digest begin so, its last byte becomes 1. A change of this page needs a new tag.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use sha2::{Digest, Sha256};

use crate::session::{Prompt, Request, Session, Subagent, Turn};
use crate::transcript::is_uuid;

const TAG: &str = "moda-agent/1";

/// 16 bytes, not all zero; displayed in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TraceId(pub [u8; 16]);

/// 8 bytes, not all zero; displayed in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SpanId(pub [u8; 8]);

impl TraceId {
    /// The trace of a turn.
    #[must_use]
    pub fn of_turn(key: &str) -> Self {
        Self(digest(&["trace", key]))
    }
}

/// The sources of a turn's spans, no two of a kind alike: some gateways give a tool id twice, and the
/// second of them is the second.
#[derive(Debug, Default)]
pub(super) struct Sources<'a>(HashMap<(&'static str, &'a str), u32>);

impl<'a> Sources<'a> {
    /// What tells this source from all before it.
    pub(super) fn of(&mut self, kind: &'static str, id: &'a str) -> Cow<'a, str> {
        let number = self.0.entry((kind, id)).or_default();
        *number += 1;
        if *number == 1 { Cow::Borrowed(id) } else { Cow::Owned(format!("{id}/{number}")) }
    }
}

impl SpanId {
    /// The span of a turn.
    #[must_use]
    pub fn of_turn(key: &str) -> Self {
        Self::of(key, "turn", key)
    }

    /// A span of a turn: `kind` says what of it, `source` which one.
    #[must_use]
    pub fn of(key: &str, kind: &str, source: &str) -> Self {
        Self(digest(&["span", key, kind, source]))
    }
}

/// What identifies a turn for ever. A damaged one with neither request nor `uuid` has only its
/// session and a digest of its text; a `uuid` that is none is unique in its session at most.
fn turn_key(session: &Session, turn: &Turn) -> String {
    let prompt = turn.prompt.as_ref();
    let of_subagent = || first_request(&turn.subagents);
    let of_nobody = || first_request(&turn.unlaunched).filter(|_| prompt.is_none());
    let request = turn.requests.first().or_else(of_subagent).or_else(of_nobody);
    let text = || prompt.map(Prompt::identity).unwrap_or_default();
    match (request, prompt.and_then(|prompt| prompt.uuid.as_deref())) {
        (Some(request), _) => request.id.clone(),
        (None, Some(uuid)) if is_uuid(uuid) => uuid.to_owned(),
        (None, Some(uuid)) => format!("{}/{uuid}", session.id),
        (None, None) => format!("{}/{}", session.id, text()),
    }
}

/// The first request of the agent that began first.
fn first_request(agents: &[Subagent]) -> Option<&Request> {
    let agents = agents.iter().filter(|agent| !agent.requests.is_empty());
    agents.min_by_key(|agent| (agent.started_at.is_none(), agent.started_at, &agent.id))?.requests.first()
}

/// The keys of a session's turns, no two alike. Only prompts without an id can be; the second of
/// them is the second.
#[must_use]
pub fn turn_keys(session: &Session) -> Vec<String> {
    let mut seen = HashMap::<_, u32>::new();
    let key = |turn| {
        let key = turn_key(session, turn);
        let before = seen.entry(key.clone()).or_default();
        *before += 1;
        if *before == 1 { key } else { format!("{key}/{before}") }
    };
    session.turns.iter().map(key).collect()
}

fn digest<const LENGTH: usize>(parts: &[&str]) -> [u8; LENGTH] {
    let mut hash = Sha256::new();
    for part in [TAG].iter().chain(parts) {
        hash.update(part);
        hash.update([0]);
    }
    let mut id = [0; LENGTH];
    id.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
    never_zero(id)
}

fn never_zero<const LENGTH: usize>(mut id: [u8; LENGTH]) -> [u8; LENGTH] {
    if let (true, Some(last)) = (id.iter().all(|byte| *byte == 0), id.last_mut()) {
        *last = 1;
    }
    id
}

impl fmt::Display for TraceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// These values are a promise: ids never change between versions.
    #[test]
    fn ids_are_pinned() {
        assert_eq!(TraceId::of_turn("msg_00000014").to_string(), "1e05f80dd5e9fbba785d887ebf956a2f");
        assert_eq!(SpanId::of("msg_00000014", "turn", "msg_00000014").to_string(), "351a6fe75a6589c7");
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(SpanId::of("a", "bc", "d"), SpanId::of("a", "b", "cd"));
    }

    #[test]
    fn no_id_is_zero() {
        assert_eq!(never_zero([0; 8]), [0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(never_zero([7, 0]), [7, 0]);
    }
}
