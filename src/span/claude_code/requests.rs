//! The spans of requests.

use std::borrow::Cow;

use super::common::{agents, begin, form, is_of_program, launched};
use super::errors::{as_it_came, class_of};
use crate::session::{FailedRequest, REFUSAL, Request, Subagent, ToolCall};
use crate::span::facts;
use crate::span::keys as common;
use crate::span::keys::claude_code as keys;
use crate::span::model::{Attributes, Status};
use crate::span::scene::{Form, Scene};
use crate::span::tree::Node;
use crate::transcript::Tokens;

const REQUEST: &str = "claude_code.llm_request";

/// The kinds of subagents that are the client's, where no sidecar file says so.
const BUILT_IN: [&str; 3] = ["general-purpose", "Explore", "Plan"];

/// The client's own agents, by what their ids hold, and what it calls what they ask.
const OWN: [(&str, &str); 2] = [("acompact", "compact"), ("aside_question", "side_question")];

pub(super) fn llm_request(scene: &Scene<'_>, node: &Node<'_>, request: &Request) -> Form {
    let mut attributes = about_request(scene, node, request.model.as_deref());
    attributes.text(keys::SPEED, if request.is_fast { "fast" } else { "normal" });
    usage(&mut attributes, request.tokens());
    attributes.flag(keys::SUCCESS, true);
    attempt(&mut attributes, node, request.retries);
    request_id(&mut attributes, request.request_id.as_deref());
    stopped(&mut attributes, request.stop_reason.as_deref());
    form(REQUEST, Status::Unset, attributes)
}

pub(super) fn failed_request(scene: &Scene<'_>, node: &Node<'_>, failed: &FailedRequest) -> Form {
    let mut attributes = about_request(scene, node, facts::model_of_failed(scene, node));
    attributes.text(keys::SPEED, "normal");
    attributes.flag(keys::SUCCESS, failed.is_refused);
    attempt(&mut attributes, node, failed.retries);
    request_id(&mut attributes, failed.request_id.as_deref());
    if failed.is_refused {
        stopped(&mut attributes, Some(REFUSAL));
        return form(REQUEST, Status::Unset, attributes);
    }
    attributes.count_if(keys::STATUS_CODE, failed.failure.status);
    let Status::Error(shown) = scene.failed(&failed.failure) else { return form(REQUEST, Status::Unset, attributes) };
    attributes.content(keys::ERROR, as_it_came(&shown));
    attributes.text_if(keys::ERROR_CLASS, class_of(&failed.failure));
    form(REQUEST, Status::Error(as_it_came(&shown).to_owned()), attributes)
}

fn about_request(scene: &Scene<'_>, node: &Node<'_>, model: Option<&str>) -> Attributes {
    let mut attributes = begin(scene, "llm_request", launched(node));
    attributes.text_if(keys::MODEL, model);
    attributes.text(common::GEN_AI_SYSTEM, "anthropic");
    attributes.text_if(common::GEN_AI_REQUEST_MODEL, model);
    attributes.text(keys::LLM_REQUEST_CONTEXT, if launched(node).is_some() { "tool" } else { "interaction" });
    attributes.text_if(keys::QUERY_SOURCE, source(scene, node).as_deref());
    agents(&mut attributes, launched(node));
    attributes.count(keys::DURATION_MS, node.interval.milliseconds());
    attributes
}

/// Who asks: the main chain where a program drives it, the client itself, or a subagent, named where its
/// kind is one of the client's.
fn source(scene: &Scene<'_>, node: &Node<'_>) -> Option<Cow<'static, str>> {
    let Some(agent) = node.agent else { return is_of_program(scene).then_some(Cow::Borrowed("sdk")) };
    if agent.is_internal {
        let own = OWN.iter().find(|(name, _)| agent.id.contains(name));
        return own.map(|(_, source)| Cow::Borrowed(*source));
    }
    let kind = agent.kind.as_deref()?;
    let is_skill = node.is_free || scene.turn.tool_calls.iter().any(|call| launches_skill(call, agent));
    let is_built_in = !is_skill && (agent.is_built_in || BUILT_IN.contains(&kind));
    Some(if is_built_in { Cow::Owned(format!("agent.builtin.{kind}")) } else { Cow::Borrowed("agent.custom") })
}

fn launches_skill(call: &ToolCall, agent: &Subagent) -> bool {
    call.name == "Skill" && agent.launched_by.as_ref() == Some(&call.id)
}

/// What a subagent asks in vain leaves no record: how often is then not known.
fn attempt(attributes: &mut Attributes, node: &Node<'_>, retries: u64) {
    let is_told = node.agent.is_none() || retries > 0;
    attributes.count_if(keys::ATTEMPT, is_told.then(|| retries.saturating_add(1)));
}

fn request_id(attributes: &mut Attributes, id: Option<&str>) {
    attributes.text_if(keys::REQUEST_ID, id);
    attributes.text_if(common::GEN_AI_RESPONSE_ID, id);
}

fn stopped(attributes: &mut Attributes, reason: Option<&str>) {
    attributes.text_if(keys::STOP_REASON, reason);
    attributes.texts(common::GEN_AI_RESPONSE_FINISH_REASONS, reason.as_slice());
}

pub(super) fn usage(attributes: &mut Attributes, tokens: Tokens) {
    attributes.count(keys::INPUT_TOKENS, tokens.input);
    attributes.count(keys::OUTPUT_TOKENS, tokens.output);
    attributes.count(keys::CACHE_READ_TOKENS, tokens.cache_read);
    attributes.count(keys::CACHE_CREATION_TOKENS, tokens.cache_creation);
}
