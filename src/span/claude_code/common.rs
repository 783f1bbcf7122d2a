//! What all spans of the client's tracing say, and the span of a turn.

use std::borrow::Cow;

use super::TURN;
use super::requests::usage;
use crate::session::Subagent;
use crate::span::facts;
use crate::span::keys as common;
use crate::span::keys::claude_code as keys;
use crate::span::model::{Attributes, SpanKind, Status};
use crate::span::scene::{Form, Scene};
use crate::span::tree::Node;

/// What every span says.
pub(super) fn begin(scene: &Scene<'_>, kind: &str, agent: Option<&Subagent>) -> Attributes {
    let mut attributes = Attributes::default();
    attributes.text_if(common::USER_ID, scene.user());
    attributes.text(common::SESSION_ID, &scene.session.id);
    if is_of_program(scene) {
        attributes.text(keys::TERMINAL_TYPE, "non-interactive");
    }
    attributes.text(common::GEN_AI_PROVIDER_NAME, "anthropic");
    attributes.text(keys::SPAN_TYPE, kind);
    attributes.text(common::GEN_AI_CONVERSATION_ID, agent.map_or(scene.conversation(), |agent| &agent.id));
    attributes
}

/// Whether a program drives the client.
pub(super) fn is_of_program(scene: &Scene<'_>) -> bool {
    scene.session.facts.entrypoint.as_deref().is_some_and(|entrypoint| entrypoint.starts_with("sdk"))
}

/// The subagent whose span it is. What no call launched, a typed skill or a compaction, counts to the
/// turn itself.
pub(super) fn launched<'a>(node: &Node<'a>) -> Option<&'a Subagent> {
    node.agent.filter(|_| !node.is_free)
}

/// Which agent a span is of, and which that is of.
pub(super) fn agents(attributes: &mut Attributes, agent: Option<&Subagent>) {
    attributes.text_if(keys::AGENT_ID, agent.map(|agent| agent.id.as_str()));
    attributes.text_if(keys::PARENT_AGENT_ID, agent.and_then(|agent| agent.parent.as_deref()));
}

pub(super) fn form(name: &'static str, status: Status, attributes: Attributes) -> Form {
    Form::new(Cow::Borrowed(name), SpanKind::Internal, status, attributes)
}

pub(super) fn interaction(scene: &Scene<'_>, node: &Node<'_>) -> Form {
    let mut attributes = begin(scene, "interaction", None);
    attributes.text(common::GEN_AI_OPERATION_NAME, "invoke_agent");
    if let Some(prompt) = scene.prompt() {
        attributes.content(keys::USER_PROMPT, &prompt.marked());
    }
    if let Some(prompt) = &scene.turn.prompt {
        attributes.count(keys::USER_PROMPT_LENGTH, prompt.text.encode_utf16().count() + prompt.text.left_out());
    }
    attributes.count(keys::INTERACTION_DURATION_MS, node.interval.milliseconds());
    if scene.is_alone() {
        usage(&mut attributes, facts::all_tokens(scene.turn));
    }
    form(TURN, Status::Unset, attributes)
}
