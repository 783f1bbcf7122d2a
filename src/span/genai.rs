//! Convention `genai`: the whole tree, by OpenTelemetry's semantic conventions for GenAI 1.41.
//!
//! Every span names its operation: by that backends tell what it is, and count tokens once.

use std::borrow::Cow;

use super::keys;
use super::messages::{Calls, Message, Role, input, output};
use super::model::{Attributes, Span, SpanKind, Status};
use super::projection::Content;
use super::scene::{Form, Scene};
use super::tree::{Node, What};
use super::{facts, json, keys::openinference as value};
use crate::session::{FailedRequest, Request, Subagent, ToolCall};
use crate::transcript::Tokens;

/// The name of a turn's span.
pub const TURN: &str = "invoke_agent claude-code";
/// Who is at work.
const AGENT: &str = "claude-code";
/// Whose models they are.
pub(super) const PROVIDER: &str = "anthropic";
/// The kind of a subagent that has none.
pub(super) const PLAIN_AGENT: &str = "subagent";

/// The spans of a turn.
pub(super) fn spans(scene: &Scene<'_>) -> Vec<Span> {
    scene.spans(|node, calls| match node.what {
        What::Turn => turn(scene),
        What::Request(request) => chat(scene, node, request, calls),
        What::Failed(failed) => failed_chat(scene, node, failed, calls),
        What::Call(call) => tool(scene, call),
        What::Agent(agent) => subagent(scene, agent),
    })
}

/// What every span says.
fn begin(scene: &Scene<'_>, operation: &str) -> Attributes {
    let mut attributes = Attributes::default();
    attributes.text(keys::GEN_AI_OPERATION_NAME, operation);
    attributes.text(keys::GEN_AI_PROVIDER_NAME, PROVIDER);
    attributes.text(keys::GEN_AI_CONVERSATION_ID, scene.conversation());
    attributes.text(keys::SESSION_ID, &scene.session.id);
    attributes.text_if(keys::USER_ID, scene.user());
    attributes
}

fn turn(scene: &Scene<'_>) -> Form {
    // Alone it stands for its requests: backends count the tokens of models only.
    let mut attributes = begin(scene, if scene.is_alone() { "chat" } else { "invoke_agent" });
    attributes.text(keys::GEN_AI_AGENT_NAME, AGENT);
    if scene.is_alone() {
        attributes.text_if(keys::GEN_AI_REQUEST_MODEL, scene.requested_model());
        usage(&mut attributes, facts::all_tokens(scene.turn), None);
    }
    let prompt = scene.prompt().map(|prompt| prompt.marked());
    talk(&mut attributes, prompt.as_deref(), facts::answer(scene).as_deref());
    facts::of_turn(&mut attributes, scene);
    let status = scene.turn.failure.as_ref().map_or(Status::Ok, |failure| scene.failed(failure));
    Form::new(Cow::Borrowed(TURN), SpanKind::Client, status, attributes)
}

fn chat<'a>(scene: &Scene<'a>, node: &Node<'a>, request: &'a Request, calls: &Calls<'a>) -> Form {
    let mut attributes = begin(scene, "chat");
    let model = request.model.as_deref();
    attributes.text_if(keys::GEN_AI_REQUEST_MODEL, model);
    attributes.text_if(keys::GEN_AI_RESPONSE_MODEL, model);
    attributes.text(keys::GEN_AI_RESPONSE_ID, &request.id);
    let reason = request.stop_reason.as_deref();
    attributes.texts(keys::GEN_AI_RESPONSE_FINISH_REASONS, reason.as_slice());
    usage(&mut attributes, request.tokens(), request.usage.reasoning());
    told(&mut attributes, &input(scene, node.agent, (&request.inputs, &request.period), calls));
    if let Some(said) = output(scene, node.agent, request, calls) {
        attributes.text(
            keys::GEN_AI_OUTPUT_MESSAGES,
            &json::output(&said, reason.map(|reason| scene.named(reason)).as_deref()),
        );
    }
    facts::of_request(&mut attributes, request);
    Form::new(named("chat", model), SpanKind::Client, Status::Ok, attributes)
}

/// What a request was told.
fn told(attributes: &mut Attributes, messages: &[Message<'_>]) {
    if !messages.is_empty() {
        attributes.text(keys::GEN_AI_INPUT_MESSAGES, &json::input(messages));
    }
}

fn failed_chat<'a>(scene: &Scene<'a>, node: &Node<'a>, failed: &'a FailedRequest, calls: &Calls<'a>) -> Form {
    let mut attributes = begin(scene, "chat");
    let model = facts::model_of_failed(scene, node);
    attributes.text_if(keys::GEN_AI_REQUEST_MODEL, model);
    attributes.count_if(keys::HTTP_RESPONSE_STATUS_CODE, failed.failure.status);
    attributes.text_if(keys::CLAUDE_AGENT_REQUEST_ID, failed.request_id.as_deref());
    attributes.text(keys::ERROR_TYPE, &failed.failure.kind);
    told(&mut attributes, &input(scene, node.agent, (&failed.inputs, &failed.period), calls));
    Form::new(named("chat", model), SpanKind::Client, scene.failed(&failed.failure), attributes)
        .with_exception(&failed.failure.kind)
}

fn tool(scene: &Scene<'_>, call: &ToolCall) -> Form {
    let mut attributes = begin(scene, "execute_tool");
    attributes.text(keys::GEN_AI_TOOL_NAME, facts::tool_name(call));
    attributes.text(keys::GEN_AI_TOOL_CALL_ID, &call.id);
    attributes.text(keys::GEN_AI_TOOL_TYPE, "function");
    if scene.tells(Content::Full) {
        let marked = |text: &Option<crate::session::Excerpt>| text.as_ref().map(|text| text.marked().into_owned());
        attributes.content(keys::GEN_AI_TOOL_CALL_ARGUMENTS, &marked(&call.data.arguments).unwrap_or_default());
        attributes.content(keys::GEN_AI_TOOL_CALL_RESULT, &marked(&call.data.result).unwrap_or_default());
    }
    facts::of_call(&mut attributes, call);
    let name = named("execute_tool", Some(facts::tool_name(call)));
    Form::new(name, SpanKind::Internal, scene.of_call(call), attributes).with_exception(facts::error_of(call))
}

fn subagent(scene: &Scene<'_>, agent: &Subagent) -> Form {
    let mut attributes = begin(scene, "invoke_agent");
    let kind = agent.kind.as_deref().unwrap_or(PLAIN_AGENT);
    attributes.text(keys::GEN_AI_AGENT_NAME, kind);
    attributes.text(keys::GEN_AI_AGENT_ID, &agent.id);
    if scene.tells(Content::Full) {
        attributes.text_if(keys::GEN_AI_AGENT_DESCRIPTION, agent.description.as_deref());
        talk(&mut attributes, Some(&agent.prompt.marked()), facts::last_text(&agent.requests).as_deref());
    }
    facts::of_subagent(&mut attributes, agent);
    let status = agent.failure().map_or(Status::Ok, |failure| scene.failed(failure));
    Form::new(named("invoke_agent", Some(kind)), SpanKind::Internal, status, attributes)
}

/// What an agent was asked and answered: as messages, and as the plain texts that backends show in their
/// lists.
fn talk(attributes: &mut Attributes, prompt: Option<&str>, answer: Option<&str>) {
    if let Some(prompt) = prompt.filter(|prompt| !prompt.is_empty()) {
        attributes.text(keys::GEN_AI_INPUT_MESSAGES, &json::said(Role::User, prompt, None));
        attributes.content(value::INPUT_VALUE, prompt);
        attributes.text(value::INPUT_MIME_TYPE, value::PLAIN_TEXT);
    }
    if let Some(answer) = answer.filter(|answer| !answer.is_empty()) {
        attributes.text(keys::GEN_AI_OUTPUT_MESSAGES, &json::said(Role::Assistant, answer, Some("stop")));
        attributes.content(value::OUTPUT_VALUE, answer);
        attributes.text(value::OUTPUT_MIME_TYPE, value::PLAIN_TEXT);
    }
}

/// The operation, and on what.
fn named(operation: &str, what: Option<&str>) -> Cow<'static, str> {
    Cow::Owned(what.map_or_else(|| operation.to_owned(), |what| format!("{operation} {what}")))
}

/// Input tokens are all that the model read, cached or not.
fn usage(attributes: &mut Attributes, tokens: Tokens, reasoning: Option<u64>) {
    attributes.count(keys::GEN_AI_USAGE_INPUT_TOKENS, tokens.prompt());
    attributes.count(keys::GEN_AI_USAGE_OUTPUT_TOKENS, tokens.output);
    attributes.count(keys::GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, tokens.cache_read);
    attributes.count(keys::GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS, tokens.cache_creation);
    attributes.count(keys::GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS, tokens.cache_creation);
    attributes.count_if(keys::GEN_AI_USAGE_REASONING_OUTPUT_TOKENS, reasoning);
}
