//! The agents that a session's tool calls launched.

use super::turn::Turn;
use super::work::{Request, SYNTHETIC, ToolCall, Work, waits_for_result};
use crate::transcript::{Record, SubagentMeta, Timestamp, Tokens, digest};

/// The client's own agents, by what their ids hold: compaction, side questions and the like.
const INTERNAL: [&str; 4] = ["acompact", "aside_question", "prompt_suggestion", "session_memory"];
/// What clients of 2.0.2x to 2.0.7x ask their agents as a session begins, to fill the cache.
const WARM_UP: &str = "Warmup";

/// One subagent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subagent {
    /// Its id, unique within the session.
    pub id: String,
    /// The tool call that launched it.
    pub launched_by: Option<String>,
    /// Its requests, in order.
    pub requests: Vec<Request>,
    /// Its tool calls, in order.
    pub tool_calls: Vec<ToolCall>,
    /// The time of its first record.
    pub started_at: Option<Timestamp>,
    /// The time of its last record, in the order of its transcript.
    pub last_at: Option<Timestamp>,
    /// Whether its last answer calls no tool that is still without a result.
    pub has_ended: bool,
    /// Whether another subagent launched it.
    pub is_nested: bool,
    /// Whether it is the client's own: its tokens count, but nobody launched it.
    pub is_internal: bool,
}

impl Subagent {
    /// The tokens of its requests.
    #[must_use]
    pub fn tokens(&self) -> Tokens {
        self.requests.iter().map(Request::tokens).sum()
    }

    pub(super) fn chain_mut(&mut self) -> (&mut Vec<Request>, &mut Vec<ToolCall>) {
        (&mut self.requests, &mut self.tool_calls)
    }

    /// Requests whose usage is only the stream's placeholder.
    #[must_use]
    pub fn incomplete_requests(&self) -> usize {
        self.requests.iter().filter(|request| !request.usage.is_complete()).count()
    }
}

/// A subagent in the making.
#[derive(Debug, Default)]
pub(crate) struct Sidechain {
    pub(super) agent: Subagent,
    pub(super) work: Work,
    /// The subagent that launched it, as its sidecar file says.
    pub(super) parent: Option<String>,
    /// The `promptId` of the turn that it was launched in.
    pub(super) prompt_id: Option<String>,
    /// What it was asked, digested.
    pub(super) prompt: Option<u64>,
    /// The model of its last assistant record, and when that was written.
    response: Option<(Timestamp, String)>,
}

impl Sidechain {
    /// A subagent of which nothing is known yet but its id.
    pub(crate) fn new(id: String) -> Self {
        let is_internal = INTERNAL.iter().any(|name| id.contains(name));
        Self { agent: Subagent { id, is_internal, ..Subagent::default() }, ..Self::default() }
    }

    /// Takes what its sidecar file says.
    pub(crate) fn described(&mut self, meta: SubagentMeta<'_>) {
        self.agent.launched_by = self.agent.launched_by.take().or(meta.tool_use_id.map(Into::into));
        self.parent = self.parent.take().or(meta.parent_agent_id.map(Into::into));
    }

    /// Takes the next record; an assistant record that is `seen` elsewhere can only correct the usage.
    pub(crate) fn take(&mut self, record: &Record<'_>, seen: bool) {
        self.agent.started_at = self.agent.started_at.or(record.timestamp());
        self.agent.last_at = record.timestamp().or(self.agent.last_at);
        self.prompt_id = self.prompt_id.take().or_else(|| record.prompt_id.clone().map(Into::into));
        match record.kind.as_deref() {
            Some("assistant") => self.answer(record, seen),
            Some("user") => self.user(record),
            Some("progress") => self.work.launches().goes_on(record),
            _ => {}
        }
    }

    fn answer(&mut self, record: &Record<'_>, seen: bool) {
        if let (Some(at), Some(model)) = (record.timestamp(), &record.message.model) {
            self.response = Some((at, model.clone().into_owned()));
        }
        if record.message.model.as_deref() != Some(SYNTHETIC) {
            self.work.answer(0, record, seen);
        }
    }

    fn user(&mut self, record: &Record<'_>) {
        if let (None, Some(text)) = (self.prompt, record.message.content.texts().next()) {
            self.agent.is_internal |= text == WARM_UP;
            self.prompt = Some(digest(text.as_bytes()));
        }
        let notes = record.message.content.texts().filter(|text| text.starts_with("<task-notification>"));
        notes.for_each(|text| self.work.launches().notified(text));
        self.work.results(record);
    }

    /// The subagent, complete.
    pub(super) fn finish(self) -> Subagent {
        let (requests, calls) = self.work.into_parts();
        let requests: Vec<_> = requests.into_iter().map(|(_, request)| request).collect();
        let tool_calls: Vec<_> = calls.into_iter().map(|(_, call)| call).collect();
        let has_ended = !requests.is_empty() && !waits_for_result(&requests, &tool_calls);
        Subagent { requests, tool_calls, has_ended, ..self.agent }
    }

    /// Becomes a part of the turn that it was launched in.
    pub(super) fn join(mut self, turn: &mut Turn, is_nested: bool) {
        self.agent.is_nested = is_nested;
        let launch = turn.tool_calls.iter().find(|call| Some(&call.id) == self.agent.launched_by.as_ref());
        let is_waited_for = launch.is_some_and(|call| !call.is_background);
        let last = self.response.take().filter(|(at, _)| is_waited_for && Some(*at) > turn.answered_at);
        if let Some((at, model)) = last {
            (turn.answered_at, turn.response_model) = (Some(at), Some(model));
        }
        turn.subagents.push(self.finish());
    }
}
