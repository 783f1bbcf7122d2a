//! A turn about to be projected, and what all conventions ask of it.

use std::borrow::Cow;

use super::ids::TraceId;
use super::keys;
use super::messages::Calls;
use super::model::{Attributes, Span, SpanEvent, SpanKind, Status};
use super::projection::{Content, Detail, Projection};
use super::tree::{Node, What, grow};
use crate::session::{Event, Failure, Happened, PromptKind, Session, ToolCall, Turn};

/// A turn about to be projected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene<'a> {
    pub(super) session: &'a Session,
    pub(super) turn: &'a Turn,
    pub(super) key: &'a str,
    pub(super) projection: &'a Projection,
}

impl<'a> Scene<'a> {
    /// The nodes that have spans: all, or that of the turn alone.
    pub(super) fn nodes(&self) -> Vec<Node<'a>> {
        let mut nodes = grow(self.session, self.turn, self.key);
        if self.projection.detail == Detail::Turns {
            nodes.truncate(1);
        }
        nodes
    }

    /// Whether the turn's span stands for all of it.
    pub(super) fn is_alone(&self) -> bool {
        self.projection.detail == Detail::Turns
    }

    /// The conversation that the session belongs to.
    pub(super) fn conversation(&self) -> &'a str {
        self.projection.identity.conversation_id.as_deref().unwrap_or(&self.session.id)
    }

    pub(super) fn user(&self) -> Option<&'a str> {
        self.projection.identity.user_id.as_deref()
    }

    /// The model that the turn asked for: live falls back to its first and the session's first.
    pub(super) fn requested_model(&self) -> Option<&'a str> {
        let turn = self.turn;
        let first_model = || turn.requests.iter().find_map(|request| request.model.as_ref());
        let requested = turn.requested_model.as_ref().or_else(first_model);
        requested.or(self.session.facts.models.first()).map(String::as_str)
    }

    /// The model that the turn asked for, as far as its records say it.
    pub(super) fn asked_model(&self) -> Option<&'a str> {
        self.turn.requested_model.as_deref()
    }

    /// The prompt, where it may be told. What the client or another agent wrote holds what tools and
    /// subagents answered.
    pub(super) fn prompt(&self) -> Option<&'a crate::session::Excerpt> {
        let prompt = self.turn.prompt.as_ref()?;
        let needed = if prompt.kind == PromptKind::Machine { Content::Full } else { Content::Prompts };
        self.tells(needed).then_some(&prompt.text).filter(|text| !text.is_empty())
    }

    /// A name or an id as it may stand among excerpts: these are not searched for secrets again.
    pub(super) fn named(&self, name: &'a str) -> Cow<'a, str> {
        self.projection.redaction.text(name)
    }

    /// Whether so much content may be told.
    pub(super) fn tells(&self, content: Content) -> bool {
        self.projection.content >= content
    }

    /// How a failed API call is told: in words where these may be told.
    pub(super) fn failed(&self, failure: &Failure) -> Status {
        let words = Some(&failure.message).filter(|message| self.tells(Content::Prompts) && !message.is_empty());
        Status::Error(words.unwrap_or(&failure.kind).clone())
    }

    /// How a tool call ended.
    pub(super) fn of_call(&self, call: &ToolCall) -> Status {
        let words =
            || call.data.result.as_ref().filter(|_| self.tells(Content::Full)).map(|result| result.beginning(200));
        match (call.is_answered, call.is_error) {
            (true, false) => Status::Ok,
            (true, true) => Status::Error(words().unwrap_or(Cow::Borrowed("the tool failed")).into_owned()),
            (false, _) => Status::Error("no result".to_owned()),
        }
    }

    /// What happened in a turn or a subagent, as events of its span.
    pub(super) fn events(&self, node: &Node<'_>) -> Vec<SpanEvent> {
        let happened = match node.what {
            What::Turn => &self.turn.events,
            What::Agent(agent) => &agent.events,
            _ => return Vec::new(),
        };
        let event = |event: &Event| {
            let (name, attributes) = self.told(&event.what);
            SpanEvent { name, at: node.interval.moment(event.at), attributes: attributes.into_vec() }
        };
        happened.iter().map(event).collect()
    }

    fn told(&self, what: &Happened) -> (&'static str, Attributes) {
        let mut attributes = Attributes::default();
        let name = match what {
            Happened::Compaction { trigger, tokens_before, tokens_after } => {
                attributes.text_if(keys::COMPACTION_TRIGGER, trigger.as_deref());
                attributes.count_if(keys::COMPACTION_TOKENS_BEFORE, *tokens_before);
                attributes.count_if(keys::COMPACTION_TOKENS_AFTER, *tokens_after);
                keys::COMPACTION
            }
            Happened::Retry { attempt, wait_ms, status } => {
                attributes.count(keys::API_RETRY_ATTEMPT, *attempt);
                attributes.count(keys::API_RETRY_WAIT_MS, *wait_ms);
                attributes.count_if(keys::HTTP_RESPONSE_STATUS_CODE, *status);
                keys::API_RETRY
            }
            Happened::Interrupt => keys::INTERRUPT,
            Happened::HookBlock { hook, reason } => {
                attributes.text(keys::HOOK_NAME, hook);
                let reason = reason.as_ref().filter(|_| self.tells(Content::Full));
                attributes.text_if(keys::HOOK_REASON, reason.map(|reason| reason.marked()).as_deref());
                keys::HOOK_BLOCK
            }
        };
        (name, attributes)
    }

    /// The spans of all nodes, each in the form that a convention gives it.
    pub(super) fn spans(&self, form: impl Fn(&Node<'a>, &Calls<'a>) -> Form) -> Vec<Span> {
        let (nodes, calls) = (self.nodes(), Calls::of(self.turn));
        nodes.iter().map(|node| self.span(&nodes, node, form(node, &calls))).collect()
    }

    /// The span of a node.
    pub(super) fn span(&self, nodes: &[Node<'_>], node: &Node<'_>, form: Form) -> Span {
        let parent_id = node.parent.and_then(|parent| nodes.get(parent)).map(|parent| parent.id);
        let mut events = self.events(node);
        events.extend(form.exception.map(|kind| exception(node, &kind, &form.status)));
        events.extend(form.event);
        Span {
            trace_id: TraceId::of_turn(self.key),
            span_id: node.id,
            parent_id,
            name: form.name,
            kind: form.kind,
            started_at: node.interval.started_at,
            ended_at: node.interval.ended_at,
            status: form.status,
            attributes: form.attributes.into_vec(),
            events,
        }
    }
}

/// What a convention decides of a span.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) name: Cow<'static, str>,
    pub(super) kind: SpanKind,
    pub(super) status: Status,
    pub(super) attributes: Attributes,
    /// The kind of the error that ended it, where the convention tells that as an event, too.
    pub(super) exception: Option<String>,
    /// What else happened.
    pub(super) event: Option<SpanEvent>,
}

impl Form {
    /// Without events.
    pub(super) fn new(name: Cow<'static, str>, kind: SpanKind, status: Status, attributes: Attributes) -> Self {
        Self { name, kind, status, attributes, exception: None, event: None }
    }

    /// Tells the error that ended it as an event, too: MLflow 3.17 shows it nowhere else.
    pub(super) fn with_exception(self, kind: &str) -> Self {
        let exception = matches!(self.status, Status::Error(_)).then(|| kind.to_owned());
        Self { exception, ..self }
    }
}

/// OpenTelemetry's event of an error.
fn exception(node: &Node<'_>, kind: &str, status: &Status) -> SpanEvent {
    let mut attributes = Attributes::default();
    attributes.text(keys::EXCEPTION_TYPE, kind);
    if let Status::Error(message) = status {
        attributes.content(keys::EXCEPTION_MESSAGE, message);
    }
    SpanEvent { name: keys::EXCEPTION, at: node.interval.ended_at, attributes: attributes.into_vec() }
}
