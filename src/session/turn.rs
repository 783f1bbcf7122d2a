//! A turn: a prompt and all that answers it, until the next prompt.

use std::collections::HashSet;

use super::classify::PromptKind;
use super::duplicates::{Name, name_of};
use super::event::Event;
use super::excerpt::{Excerpt, PROMPT_CHARACTERS, first_characters};
use super::failed_request::{FailedRequest, Failure};
use super::subagent::Subagent;
use super::tool_call::ToolCall;
use super::work::Request;
use crate::redaction::Redaction;
use crate::transcript::{Record, Timestamp, Tokens};

/// `system` records that the client writes while a turn runs or as it ends. The others come
/// whenever they come, also days later.
const EVENTS: [&str; 5] =
    ["api_error", "turn_duration", "stop_hook_summary", "model_refusal_fallback", "model_refusal_no_fallback"];

/// A prompt and all that answers it.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Turn {
    /// What started it; absent where a transcript begins in the middle of a turn.
    pub prompt: Option<Prompt>,
    /// The client's id for all that belongs to a prompt; several prompts of a resumed session share one.
    pub prompt_id: Option<String>,
    /// The prompt's time, or the first that is known.
    pub started_at: Option<Timestamp>,
    /// The latest time of its records.
    pub ended_at: Option<Timestamp>,
    /// The main chain's requests, in order.
    pub requests: Vec<Request>,
    /// The main chain's requests that failed for good, in order.
    pub failed_requests: Vec<FailedRequest>,
    /// The main chain's tool calls, in order.
    pub tool_calls: Vec<ToolCall>,
    /// The subagents that its calls launched, to any depth.
    pub subagents: Vec<Subagent>,
    /// Agents that began meanwhile and that no call is known to have launched, the client's own among
    /// them; none until the session is told to [`adopt`](super::Session::adopt) them.
    pub unlaunched: Vec<Subagent>,
    /// What happened beside; only where a tree is kept.
    pub events: Vec<Event>,
    /// User records after the prompt: tool results, the client's continuations, an interrupt.
    pub follow_ups: u64,
    /// The model asked for, as far as its own records and attachments say.
    pub requested_model: Option<String>,
    /// The model of the last assistant record, `<synthetic>` included; that of a subagent where
    /// the turn ended while it waited for one.
    pub response_model: Option<String>,
    /// When that record was written.
    pub answered_at: Option<Timestamp>,
    /// Set where the last assistant record stands for a failed API call.
    pub failure: Option<Failure>,
    /// Whether the user stopped it.
    pub is_interrupted: bool,
    /// Whether a hook stopped it before anything was asked of a model.
    pub is_prevented: bool,
    /// Whether a command printed something.
    pub has_output: bool,
    /// Whether its last answer calls no tool that is still without a result, or it was stopped.
    pub has_ended: bool,
    /// Whether nothing can follow but what its subagents do: a later prompt came.
    pub is_followed: bool,
    /// What it owns: its requests and its prompt, as the ledger knows them.
    pub names: Vec<Name>,
    /// The version of the client that wrote it.
    pub client_version: Option<String>,
    /// Requests of it that an earlier session owns; they are in no other field.
    pub duplicate_requests: u64,
}

/// What started a turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Prompt {
    /// The record's id; absent in damaged transcripts.
    pub uuid: Option<String>,
    /// The id of the record that it is a copy of, where a fork says so.
    pub copied_from: Option<String>,
    /// Where it came from.
    pub kind: PromptKind,
    /// `human`, `sdk`, `task_notification`, ...
    pub origin: String,
    /// What was asked.
    pub text: Excerpt,
    /// A digest of what was asked, where secrets in it were replaced.
    pub written: Option<String>,
}

impl Prompt {
    /// What was asked, and nothing else.
    #[cfg(test)]
    pub(crate) fn of(asked: &str, redaction: Redaction) -> Self {
        Self::joined(asked, &[], redaction)
    }

    /// What was asked, in texts that were joined at these places, and nothing else.
    pub(super) fn joined(asked: &str, seams: &[usize], redaction: Redaction) -> Self {
        let text = Excerpt::joined(asked, seams, PROMPT_CHARACTERS, redaction);
        let raw = first_characters(asked, PROMPT_CHARACTERS);
        let written = (text.as_str() != raw).then(|| digest_of(raw));
        let (uuid, copied_from, kind, origin) = (None, None, PromptKind::Human, String::new());
        Self { uuid, copied_from, kind, origin, text, written }
    }

    /// What tells what was asked from anything else: a digest, the same whatever is replaced in the text,
    /// by whichever version. Ids are made of it.
    #[must_use]
    pub fn identity(&self) -> String {
        self.written.clone().unwrap_or_else(|| digest_of(&self.text))
    }
}

fn digest_of(asked: &str) -> String {
    format!("{:032x}", u128::from_be_bytes(name_of("text", asked)))
}

impl Turn {
    /// Whether an assistant record came.
    pub(super) fn is_answered(&self) -> bool {
        self.response_model.is_some()
    }

    /// A record of it was written then.
    pub(super) fn touch(&mut self, timestamp: Option<Timestamp>) {
        self.started_at = self.started_at.or(timestamp);
        self.ended_at = self.ended_at.max(timestamp);
    }

    /// Takes a `system` record that stands in it.
    pub(super) fn event(&mut self, subtype: &str, record: &Record<'_>) {
        if EVENTS.contains(&subtype) {
            self.touch(record.timestamp());
        }
        self.is_prevented |= record.prevents_continuation && !self.is_answered();
    }

    /// Its requests and those of its subagents.
    pub fn all_requests(&self) -> impl Iterator<Item = &Request> {
        let agents = self.subagents.iter().chain(&self.unlaunched);
        self.requests.iter().chain(agents.flat_map(|agent| &agent.requests))
    }

    /// The main chain's tokens.
    #[must_use]
    pub fn tokens(&self) -> Tokens {
        self.requests.iter().map(Request::tokens).sum()
    }

    /// The main chain's tokens as the client reports them at the turn's end: without a request
    /// that the user stopped.
    #[must_use]
    pub fn reported_tokens(&self) -> Tokens {
        self.requests.iter().filter(|request| !request.is_cut).map(Request::tokens).sum()
    }

    /// The tokens of the subagents that it launched.
    #[must_use]
    pub fn subagent_tokens(&self) -> Tokens {
        self.subagents.iter().map(Subagent::tokens).sum()
    }

    /// Its tool calls and those of the subagents that it launched itself, each id once. What
    /// those launch in turn is not streamed to a live observer.
    #[must_use]
    pub fn tool_call_count(&self) -> usize {
        let launched = self.subagents.iter().filter(|agent| !agent.is_nested);
        let calls = launched.flat_map(|agent| &agent.tool_calls).chain(&self.tool_calls);
        calls.map(|call| &call.id).collect::<HashSet<_>>().len()
    }

    /// The subagents that it launched, to any depth; not those that it set to work again.
    #[must_use]
    pub fn launched_subagents(&self) -> usize {
        self.subagents.iter().filter(|agent| agent.resumption == 0).count()
    }

    /// Requests whose usage is only the stream's placeholder.
    #[must_use]
    pub fn incomplete_requests(&self) -> usize {
        self.requests.iter().filter(|request| !request.usage.is_complete()).count()
    }

    /// The SDK result's `num_turns`: 1 and the user records that follow; 0 for a local command.
    #[must_use]
    pub fn num_turns(&self) -> u64 {
        if self.is_local_command() || self.is_prevented { 0 } else { self.follow_ups.saturating_add(1) }
    }

    /// A command that the client carried out by itself, as `/clear` or `!ls`.
    #[must_use]
    pub fn is_local_command(&self) -> bool {
        let command =
            self.prompt.as_ref().is_some_and(|prompt| matches!(prompt.kind, PromptKind::Command | PromptKind::Shell));
        command
            && self.requests.is_empty()
            && self.duplicate_requests == 0
            && self.failure.is_none()
            && !self.is_interrupted
    }

    /// Whether a subagent of it asked a model.
    pub(super) fn is_worked_on(&self) -> bool {
        self.subagents.iter().chain(&self.unlaunched).any(|agent| !agent.requests.is_empty())
    }

    /// Whether it has a span of its own. A turn that is only a copy has none; a turn without a
    /// request has one if a subagent of it has, if it was a person's, or was interrupted, refused
    /// or failed.
    #[must_use]
    pub fn is_sent(&self, include_commands: bool) -> bool {
        if !self.requests.is_empty() || self.is_worked_on() {
            return true;
        }
        if self.duplicate_requests > 0 {
            return false;
        }
        let is_human = self.prompt.as_ref().is_some_and(|prompt| prompt.kind == PromptKind::Human);
        include_commands || is_human || self.is_interrupted || self.failure.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ids are made of it, and never change between versions.
    #[test]
    fn a_prompt_is_the_same_whatever_is_replaced_in_it() {
        let asked = "the key is sk-ant-api03-Zx8Kq2LmN4pR7tVwY1aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789AbCdEfGh-AA";
        let [replaced, whole] = [Redaction::default(), Redaction::off()].map(|redaction| Prompt::of(asked, redaction));
        assert_ne!(replaced.text, whole.text);
        assert_eq!(replaced.identity(), whole.identity());
        assert_eq!(Prompt::of("go on", Redaction::default()).identity(), "49ab47c121ef83925e646dd03192f186");
    }
}
