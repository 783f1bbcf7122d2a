//! Convention `openinference`: the whole tree, with the names of OpenInference 0.1.42.

use std::borrow::Cow;

use super::genai::{PLAIN_AGENT, PROVIDER};
use super::keys::openinference as keys;
use super::messages::{Calls, Message, Said, input, output};
use super::model::{Attributes, Span, SpanKind, Status};
use super::projection::Content;
use super::scene::{Form, Scene};
use super::tree::{Node, What};
use super::{facts, json, keys as common};
use crate::session::{FailedRequest, Request, Subagent, ToolCall};
use crate::transcript::Tokens;

/// The name of a turn's span.
pub const TURN: &str = "claude-code";

/// The spans of a turn.
pub(super) fn spans(scene: &Scene<'_>) -> Vec<Span> {
    scene.spans(|node, calls| match node.what {
        What::Turn => turn(scene),
        What::Request(request) => llm(scene, node, request, calls),
        What::Failed(failed) => failed_llm(scene, node, failed, calls),
        What::Call(call) => tool(scene, call),
        What::Agent(agent) => subagent(scene, agent),
    })
}

/// What every span says.
fn begin(scene: &Scene<'_>, kind: &str) -> Attributes {
    let mut attributes = Attributes::default();
    attributes.text(keys::SPAN_KIND, kind);
    attributes.text(common::SESSION_ID, scene.conversation());
    attributes.text_if(common::USER_ID, scene.user());
    attributes
}

fn turn(scene: &Scene<'_>) -> Form {
    // Alone it stands for its requests: backends count the tokens of models only.
    let mut attributes = begin(scene, if scene.is_alone() { "LLM" } else { "AGENT" });
    attributes.text(keys::AGENT_NAME, TURN);
    if scene.is_alone() {
        attributes.text_if(keys::LLM_MODEL_NAME, scene.requested_model());
        usage(&mut attributes, facts::all_tokens(scene.turn), None);
    }
    if let Some(prompt) = scene.prompt() {
        went_in(&mut attributes, &prompt.marked(), keys::PLAIN_TEXT);
    }
    if let Some(answer) = facts::answer(scene) {
        came_out(&mut attributes, &answer, keys::PLAIN_TEXT);
    }
    facts::of_turn(&mut attributes, scene);
    let status = scene.turn.failure.as_ref().map_or(Status::Ok, |failure| scene.failed(failure));
    Form::new(Cow::Borrowed(TURN), SpanKind::Internal, status, attributes)
}

fn llm<'a>(scene: &Scene<'a>, node: &Node<'a>, request: &'a Request, calls: &Calls<'a>) -> Form {
    let mut attributes = begin(scene, "LLM");
    let model = request.model.as_deref();
    about_model(&mut attributes, model);
    attributes.text(keys::LLM_RESPONSE_ID, &request.id);
    attributes.text_if(keys::LLM_FINISH_REASON, request.stop_reason.as_deref());
    usage(&mut attributes, request.tokens(), request.usage.reasoning());
    told(&mut attributes, &input(scene, node.agent, (&request.inputs, &request.period), calls));
    if let Some(said) = output(scene, node.agent, request, calls) {
        came_out(&mut attributes, &json::openai(std::slice::from_ref(&said)), keys::JSON);
        message(&mut attributes, keys::MESSAGES_OUT, 0, &said);
    }
    facts::of_request(&mut attributes, request);
    Form::new(named(model), SpanKind::Client, Status::Ok, attributes)
}

/// What a request was told.
fn told(attributes: &mut Attributes, messages: &[Message<'_>]) {
    if !messages.is_empty() {
        went_in(attributes, &json::openai(messages), keys::JSON);
        messages.iter().enumerate().for_each(|(index, said)| message(attributes, keys::MESSAGES_IN, index, said));
    }
}

fn failed_llm<'a>(scene: &Scene<'a>, node: &Node<'a>, failed: &'a FailedRequest, calls: &Calls<'a>) -> Form {
    let mut attributes = begin(scene, "LLM");
    let model = facts::model_of_failed(scene, node);
    about_model(&mut attributes, model);
    attributes.count_if(common::HTTP_RESPONSE_STATUS_CODE, failed.failure.status);
    attributes.text_if(common::CLAUDE_AGENT_REQUEST_ID, failed.request_id.as_deref());
    attributes.text(common::ERROR_TYPE, &failed.failure.kind);
    told(&mut attributes, &input(scene, node.agent, (&failed.inputs, &failed.period), calls));
    Form::new(named(model), SpanKind::Client, scene.failed(&failed.failure), attributes)
        .with_exception(&failed.failure.kind)
}

fn tool(scene: &Scene<'_>, call: &ToolCall) -> Form {
    let mut attributes = begin(scene, "TOOL");
    attributes.text(keys::TOOL_NAME, facts::tool_name(call));
    attributes.text(keys::TOOL_ID, &call.id);
    if scene.tells(Content::Full) {
        if let Some(arguments) = &call.data.arguments {
            attributes.content(keys::TOOL_PARAMETERS, &arguments.marked());
            went_in(&mut attributes, &arguments.marked(), keys::JSON);
        }
        if let Some(result) = &call.data.result {
            came_out(&mut attributes, &result.marked(), keys::PLAIN_TEXT);
        }
    }
    facts::of_call(&mut attributes, call);
    let name = Cow::Owned(facts::tool_name(call).to_owned());
    Form::new(name, SpanKind::Internal, scene.of_call(call), attributes).with_exception(facts::error_of(call))
}

fn subagent(scene: &Scene<'_>, agent: &Subagent) -> Form {
    let mut attributes = begin(scene, "AGENT");
    let kind = agent.kind.as_deref().unwrap_or(PLAIN_AGENT);
    attributes.text(keys::AGENT_NAME, kind);
    attributes.text(common::GEN_AI_AGENT_ID, &agent.id);
    if scene.tells(Content::Full) {
        went_in(&mut attributes, &agent.prompt.marked(), keys::PLAIN_TEXT);
        came_out(&mut attributes, &facts::last_text(&agent.requests).unwrap_or_default(), keys::PLAIN_TEXT);
    }
    facts::of_subagent(&mut attributes, agent);
    let status = agent.failure().map_or(Status::Ok, |failure| scene.failed(failure));
    Form::new(Cow::Owned(kind.to_owned()), SpanKind::Internal, status, attributes)
}

fn named(model: Option<&str>) -> Cow<'static, str> {
    Cow::Owned(model.unwrap_or("request").to_owned())
}

fn about_model(attributes: &mut Attributes, model: Option<&str>) {
    attributes.text(keys::LLM_PROVIDER, PROVIDER);
    attributes.text(keys::LLM_SYSTEM, PROVIDER);
    attributes.text_if(keys::LLM_MODEL_NAME, model);
}

/// Prompt tokens are all that the model read, cached or not.
fn usage(attributes: &mut Attributes, tokens: Tokens, reasoning: Option<u64>) {
    attributes.count(keys::LLM_TOKEN_COUNT_PROMPT, tokens.prompt());
    attributes.count(keys::LLM_TOKEN_COUNT_COMPLETION, tokens.output);
    attributes.count(keys::LLM_TOKEN_COUNT_TOTAL, tokens.prompt().saturating_add(tokens.output));
    attributes.count(keys::LLM_TOKEN_COUNT_CACHE_READ, tokens.cache_read);
    attributes.count(keys::LLM_TOKEN_COUNT_CACHE_WRITE, tokens.cache_creation);
    attributes.count_if(keys::LLM_TOKEN_COUNT_REASONING, reasoning);
}

fn went_in(attributes: &mut Attributes, text: &str, mime_type: &str) {
    if !text.is_empty() {
        attributes.content(keys::INPUT_VALUE, text);
        attributes.text(keys::INPUT_MIME_TYPE, mime_type);
    }
}

fn came_out(attributes: &mut Attributes, text: &str, mime_type: &str) {
    if !text.is_empty() {
        attributes.content(keys::OUTPUT_VALUE, text);
        attributes.text(keys::OUTPUT_MIME_TYPE, mime_type);
    }
}

/// A message as attributes with its number in their names. Several texts, or thinking, are a list.
fn message(attributes: &mut Attributes, list: &str, index: usize, message: &Message<'_>) {
    let key = |name: &str| format!("{list}{index}.{name}");
    attributes.text(key(keys::ROLE), message.role.name());
    let is_text = |part: &&Said<'_>| matches!(part, Said::Text(_) | Said::Thinking(_));
    let has_thinking = message.parts.iter().any(|part| matches!(part, Said::Thinking(_)));
    let is_list = has_thinking || message.parts.iter().filter(is_text).count() > 1;
    let (mut texts, mut calls) = (0, 0);
    for part in &message.parts {
        match part {
            Said::Text(text) | Said::Thinking(text) if is_list => {
                let kind = if matches!(part, Said::Thinking(_)) { "reasoning" } else { "text" };
                let of = |name: &str| key(&format!("{}{texts}.{name}", keys::CONTENTS));
                attributes.text(of(keys::CONTENT_TYPE), kind);
                attributes.content(of(keys::CONTENT_TEXT), text);
                texts += 1;
            }
            Said::Text(text) | Said::Thinking(text) => attributes.content(key(keys::CONTENT), text),
            Said::Call { id, name, arguments } => {
                let of = |name: &str| key(&format!("{}{calls}.{name}", keys::TOOL_CALLS));
                attributes.text(of(keys::CALL_ID), id);
                attributes.text(of(keys::CALL_NAME), name);
                attributes.content(of(keys::ARGUMENTS), arguments.as_deref().unwrap_or_default());
                calls += 1;
            }
            Said::Result { id, result } => {
                attributes.text(key(keys::TOOL_CALL_ID), id);
                attributes.content(key(keys::CONTENT), result.as_deref().unwrap_or_default());
            }
        }
    }
}
