//! The agents that a session's tool calls launched.

use super::classify::{UserRecord, classify};
use super::event::Event;
use super::excerpt::{Excerpt, PROMPT_CHARACTERS};
use super::failed_request::{FailedRequest, Failure};
use super::keep::Keep;
use super::tool_call::ToolCall;
use super::turn::Turn;
use super::work::{Parts, Request, SYNTHETIC, Work, waits_for_result};
use crate::transcript::{Record, SubagentMeta, Timestamp, Tokens, digest};

/// The client's own agents, by what their ids hold: compaction, side questions and the like.
const INTERNAL: [&str; 4] = ["acompact", "aside_question", "prompt_suggestion", "session_memory"];
/// What clients of 2.0.2x to 2.0.7x ask their agents as a session begins, to fill the cache.
const WARM_UP: &str = "Warmup";

/// One subagent.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Subagent {
    /// Its id, unique within the session but for what it does when it is set to work again.
    pub id: String,
    /// How often it had been set to work again before it did this: a part of its own, launched by
    /// another call, and so of another turn.
    pub resumption: usize,
    /// The tool call that launched it.
    pub launched_by: Option<String>,
    /// The subagent that launched it, as its sidecar file says.
    pub parent: Option<String>,
    /// Which kind it is, as `Explore`.
    pub kind: Option<String>,
    /// Whether that kind is one of the client's; only where its sidecar file says so.
    pub is_built_in: bool,
    /// What it is to do, in a few words.
    pub description: Option<String>,
    /// What it was asked; only where a tree is kept.
    pub prompt: Excerpt,
    /// Its requests, in order.
    pub requests: Vec<Request>,
    /// Its requests that failed for good, in order.
    pub failed_requests: Vec<FailedRequest>,
    /// Its tool calls, in order.
    pub tool_calls: Vec<ToolCall>,
    /// What happened in it beside what was said; only where a tree is kept.
    pub events: Vec<Event>,
    /// The time of its first record.
    pub started_at: Option<Timestamp>,
    /// The latest time of its records.
    pub ended_at: Option<Timestamp>,
    /// The time of its last record, in the order of its transcript.
    pub last_at: Option<Timestamp>,
    /// Whether its last answer calls no tool that is still without a result.
    pub has_ended: bool,
    /// Whether it goes on in the background; only where its sidecar file says so.
    pub is_background: bool,
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

    /// How its last request failed, if that did.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        let answered_at = self.requests.last().map(|request| request.period.ended_at);
        let last = self.failed_requests.last().filter(|failed| answered_at <= Some(failed.period.ended_at));
        last.map(|failed| &failed.failure)
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
    keep: Keep,
    /// The `promptId` of the turn that it was launched in.
    pub(super) prompt_id: Option<String>,
    /// What it was asked, digested.
    pub(super) prompt: Option<u64>,
    /// The model of its last assistant record, and when that was written.
    response: Option<(Timestamp, String)>,
}

impl Sidechain {
    /// A subagent of which nothing is known yet but its id.
    pub(crate) fn new(id: String, keep: Keep) -> Self {
        let is_internal = INTERNAL.iter().any(|name| id.contains(name));
        Self {
            agent: Subagent { id, is_internal, ..Subagent::default() },
            work: Work::new(keep),
            keep,
            ..Self::default()
        }
    }

    /// The same subagent, set to work again.
    pub(super) fn resumed(&self) -> Self {
        let Subagent { id, resumption, kind, description, is_built_in, is_background, .. } = self.agent.clone();
        let mut again = Self::new(id, self.keep);
        again.agent =
            Subagent { resumption: resumption + 1, kind, description, is_built_in, is_background, ..again.agent };
        again
    }

    /// Whether a record may set it to work again: somebody asks it something when it had ended. A
    /// subagent that is a copy of the main chain holds such records, too.
    pub(super) fn is_resumed_by(&self, record: &Record<'_>) -> bool {
        let is_asked = matches!(classify(record), UserRecord::Prompt(..)) || record.is_of_coordinator();
        record.is("user") && is_asked && self.response.is_some() && !self.agent.is_internal && !self.work.is_open()
    }

    /// Takes what it did later, as it turns out that nothing set it to work again.
    pub(super) fn go_on(&mut self, later: Self) {
        self.agent.ended_at = self.agent.ended_at.max(later.agent.ended_at);
        self.agent.last_at = later.agent.last_at.or(self.agent.last_at);
        self.agent.events.extend(later.agent.events);
        self.response = later.response.or(self.response.take());
        self.work.go_on(later.work);
    }

    /// Takes what its sidecar file says.
    pub(crate) fn described(&mut self, meta: SubagentMeta<'_>) {
        let agent = &mut self.agent;
        agent.launched_by = agent.launched_by.take().or(meta.tool_use_id.map(Into::into));
        agent.parent = agent.parent.take().or(meta.parent_agent_id.map(Into::into));
        agent.kind = agent.kind.take().or(meta.agent_type.map(Into::into));
        agent.is_built_in |= meta.is_built_in;
        agent.is_background |= meta.request_shape.as_deref() == Some("background");
        agent.description = agent.description.take().or(meta.description.map(Into::into));
    }

    /// Takes the next record; an assistant record that is `seen` elsewhere can only correct the usage.
    pub(crate) fn take(&mut self, record: &Record<'_>, seen: bool) {
        self.agent.started_at = self.agent.started_at.or(record.timestamp());
        self.agent.ended_at = self.agent.ended_at.max(record.timestamp());
        self.agent.last_at = record.timestamp().or(self.agent.last_at);
        self.prompt_id = self.prompt_id.take().or_else(|| record.prompt_id.clone().map(Into::into));
        if let Some(event) = Event::of_subagent(record, self.keep.redaction).filter(|_| self.keep.tree && !seen) {
            event.join(&mut self.agent.events);
        }
        match record.kind.as_deref() {
            Some("assistant") => self.answer(record, seen),
            Some("user") => self.user(record),
            Some("system") => self.work.system(record),
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
        } else if FailedRequest::is_told_by(record) && !seen {
            self.work.failed(0, record);
        }
    }

    fn user(&mut self, record: &Record<'_>) {
        let text = record.message.content.texts().next();
        match (self.prompt, text.as_deref()) {
            (None, Some(text)) => {
                self.agent.is_internal |= text == WARM_UP;
                self.prompt = Some(digest(text.as_bytes()));
                self.agent.prompt =
                    Excerpt::of(text, if self.keep.tree { PROMPT_CHARACTERS } else { 0 }, self.keep.redaction);
                self.work.prompt(record.timestamp());
            }
            (_, text) => self.work.asks(record.timestamp(), text.unwrap_or_default()),
        }
        let notes = record.message.content.texts().filter(|text| text.starts_with("<task-notification>"));
        notes.for_each(|text| self.work.launches().notified(&text));
        self.work.results(record);
    }

    /// The subagent, complete.
    pub(super) fn finish(self) -> Subagent {
        let Parts { requests, failed_requests, tool_calls } = self.work.into_parts();
        let has_ended = !requests.is_empty() && !waits_for_result(&requests, &tool_calls);
        Subagent { requests, failed_requests, tool_calls, has_ended, ..self.agent }
    }

    /// Becomes a part of the turn that it was launched in.
    pub(super) fn join(mut self, turn: &mut Turn, is_nested: bool) {
        self.agent.is_nested = is_nested;
        let launch = turn.tool_calls.iter().find(|call| Some(&call.id) == self.agent.launched_by.as_ref());
        self.agent.kind = self.agent.kind.take().or_else(|| launch?.subagent_type.clone());
        let is_waited_for = launch.is_some_and(|call| !call.is_background);
        let last = self.response.take().filter(|(at, _)| is_waited_for && Some(*at) > turn.answered_at);
        if let Some((at, model)) = last {
            (turn.answered_at, turn.response_model) = (Some(at), Some(model));
        }
        turn.subagents.push(self.finish());
    }
}
