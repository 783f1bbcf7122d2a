//! Convention `moda`: one `claude_agent.chat` span a turn, equal to what the instrumentor
//! `moda-claude-agent-sdk` 0.1.2 sends live, with attributes added and none replaced.

use std::borrow::Cow;

use super::ids::{SpanId, TraceId};
use super::keys;
use super::projection::Content;
use super::scene::Scene;
use super::tree::interval_of;
use super::{Attribute, Attributes, Span, SpanKind, Status};
use crate::session::{PROMPT_CHARACTERS, first_whole};

/// The span's name.
pub const NAME: &str = "claude_agent.chat";
/// Characters of the prompt in `gen_ai.prompt`.
const SHORT_PROMPT_CHARACTERS: usize = 1_000;

/// What a span has beyond all that live sends.
pub const ADDED: [&str; 15] = [
    keys::GEN_AI_OPERATION_NAME,
    keys::GEN_AI_PROVIDER_NAME,
    keys::GEN_AI_CONVERSATION_ID,
    keys::SESSION_ID,
    keys::USER_ID,
    keys::GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    keys::GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
    keys::CLAUDE_AGENT_REQUEST_COUNT,
    keys::CLAUDE_AGENT_SUBAGENT_COUNT,
    keys::CLAUDE_AGENT_SUBAGENT_INPUT_TOKENS,
    keys::CLAUDE_AGENT_SUBAGENT_OUTPUT_TOKENS,
    keys::CLAUDE_AGENT_TURN_ORIGIN,
    keys::CLAUDE_AGENT_CLIENT_VERSION,
    keys::CLAUDE_AGENT_INCOMPLETE_REQUESTS,
    keys::ERROR_TYPE,
];

/// The span of a turn.
pub(super) fn span(scene: &Scene<'_>) -> Span {
    let interval = interval_of(scene.session, scene.turn);
    Span {
        trace_id: TraceId::of_turn(scene.key),
        span_id: SpanId::of_turn(scene.key),
        parent_id: None,
        name: Cow::Borrowed(NAME),
        kind: SpanKind::Client,
        started_at: interval.started_at,
        ended_at: interval.ended_at,
        status: scene.turn.failure.as_ref().map_or(Status::Ok, |failure| scene.failed(failure)),
        attributes: attributes(scene),
        events: Vec::new(),
    }
}

fn attributes(scene: &Scene<'_>) -> Vec<Attribute> {
    let mut attributes = Attributes::default();
    live(&mut attributes, scene);
    texts(&mut attributes, scene);
    added(&mut attributes, scene);
    attributes.into_vec()
}

/// What the live instrumentor sends of a turn, but for the texts.
fn live(attributes: &mut Attributes, scene: &Scene<'_>) {
    let turn = scene.turn;
    let tokens = turn.reported_tokens();
    attributes.text(keys::GEN_AI_SYSTEM, "Anthropic");
    attributes.text(keys::LLM_REQUEST_TYPE, "chat");
    attributes.text_if(keys::GEN_AI_REQUEST_MODEL, scene.requested_model());
    attributes.text_if(keys::GEN_AI_RESPONSE_MODEL, turn.response_model.as_deref());
    attributes.count(keys::GEN_AI_USAGE_INPUT_TOKENS, tokens.prompt());
    attributes.count(keys::GEN_AI_USAGE_OUTPUT_TOKENS, tokens.output);
    attributes.count(keys::LLM_USAGE_TOTAL_TOKENS, tokens.prompt().saturating_add(tokens.output));
    attributes.count(keys::CLAUDE_AGENT_NUM_TURNS, turn.num_turns());
    attributes.text(keys::CLAUDE_AGENT_SESSION_ID, &scene.session.id);
    attributes.count(keys::CLAUDE_AGENT_TOOL_CALL_COUNT, turn.tool_call_count());
    attributes.text(keys::MODA_CONVERSATION_ID, scene.conversation());
    attributes.text_if(keys::MODA_USER_ID, scene.user());
}

/// The prompt, and the text of each request that has any.
fn texts(attributes: &mut Attributes, scene: &Scene<'_>) {
    if let Some(prompt) = scene.prompt() {
        attributes.text(keys::GEN_AI_PROMPT, first_whole(prompt, SHORT_PROMPT_CHARACTERS));
        attributes.text(keys::LLM_PROMPT_ROLE, "user");
        attributes.text(keys::LLM_PROMPT_CONTENT, first_whole(prompt, PROMPT_CHARACTERS));
    }
    if !scene.tells(Content::Prompts) {
        return;
    }
    let texts = scene.turn.requests.iter().map(|request| request.said.text());
    for (index, text) in texts.filter(|text| !text.trim().is_empty()).enumerate() {
        attributes.text(keys::llm_completion_role(index), "assistant");
        attributes.text(keys::llm_completion_content(index), &text);
    }
}

/// What a transcript knows and the live instrumentor does not send.
fn added(attributes: &mut Attributes, scene: &Scene<'_>) {
    let turn = scene.turn;
    let (tokens, of_subagents) = (turn.reported_tokens(), turn.subagent_tokens());
    attributes.text(keys::GEN_AI_OPERATION_NAME, "invoke_agent");
    attributes.text(keys::GEN_AI_PROVIDER_NAME, "anthropic");
    attributes.text(keys::GEN_AI_CONVERSATION_ID, scene.conversation());
    attributes.text(keys::SESSION_ID, &scene.session.id);
    attributes.text_if(keys::USER_ID, scene.user());
    attributes.count(keys::GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, tokens.cache_read);
    attributes.count(keys::GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS, tokens.cache_creation);
    attributes.count(keys::CLAUDE_AGENT_REQUEST_COUNT, turn.requests.len());
    attributes.count(keys::CLAUDE_AGENT_SUBAGENT_COUNT, turn.launched_subagents());
    attributes.count(keys::CLAUDE_AGENT_SUBAGENT_INPUT_TOKENS, of_subagents.prompt());
    attributes.count(keys::CLAUDE_AGENT_SUBAGENT_OUTPUT_TOKENS, of_subagents.output);
    attributes.text_if(keys::CLAUDE_AGENT_TURN_ORIGIN, turn.prompt.as_ref().map(|prompt| prompt.origin.as_str()));
    attributes.text_if(keys::CLAUDE_AGENT_CLIENT_VERSION, turn.client_version.as_deref());
    if turn.incomplete_requests() > 0 {
        attributes.count(keys::CLAUDE_AGENT_INCOMPLETE_REQUESTS, turn.incomplete_requests());
    }
    attributes.text_if(keys::ERROR_TYPE, turn.failure.as_ref().map(|failure| failure.kind.as_str()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Failure, Prompt, PromptKind, Request, Session, Turn};
    use crate::span::{Identity, Projection};

    /// A turn that has every attribute.
    fn full() -> Turn {
        let (uuid, copied_from, kind, origin) = (None, None, PromptKind::Human, "human".to_owned());
        Turn {
            prompt: Some(Prompt {
                uuid,
                copied_from,
                kind,
                origin,
                ..Prompt::of("go", crate::redaction::Redaction::off())
            }),
            requests: vec![Request::default()],
            failure: Some(Failure { kind: "rate_limit".to_owned(), status: None, message: "Slower".to_owned() }),
            client_version: Some("2.1.330".to_owned()),
            ..Turn::default()
        }
    }

    #[test]
    fn what_is_added_is_what_is_said_to_be() {
        let session = Session { id: "s".to_owned(), ..Session::default() };
        let identity = Identity { user_id: Some("ada".to_owned()), conversation_id: None };
        let projection = Projection { identity, ..Projection::default() };
        let (turn, mut attributes) = (full(), Attributes::default());
        added(&mut attributes, &Scene { session: &session, turn: &turn, key: "k", projection: &projection });
        let keys: Vec<_> = attributes.into_vec().into_iter().map(|attribute| attribute.key).collect();
        assert_eq!(keys, ADDED);
    }
}
