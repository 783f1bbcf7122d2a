//! Convention `moda`: one `claude_agent.chat` span a turn, equal to what the instrumentor
//! `moda-claude-agent-sdk` 0.1.2 sends live, with attributes added and none replaced.

use super::ids::{SpanId, TraceId, turn_keys};
use super::keys;
use super::{Attribute, Attributes, Identity, Span, SpanKind, Status};
use crate::session::{COMPLETION_CHARACTERS, PROMPT_CHARACTERS, Session, Turn, first_characters};

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

/// The spans of a session, one a turn. Local commands without a request only if asked for.
#[must_use]
pub fn project(session: &Session, identity: &Identity, include_commands: bool) -> Vec<Span> {
    let turns = turn_keys(session).into_iter().zip(&session.turns);
    let sent = turns.filter(|(_, turn)| turn.is_sent(include_commands));
    sent.map(|(key, turn)| span(session, turn, &key, identity)).collect()
}

/// The span of a turn, with ids made of `key`.
#[must_use]
pub fn span(session: &Session, turn: &Turn, key: &str, identity: &Identity) -> Span {
    let started_at = turn.started_at.or(session.facts.started_at).map_or(0, crate::transcript::Timestamp::nanoseconds);
    let ended_at = turn.ended_at.map_or(0, crate::transcript::Timestamp::nanoseconds);
    Span {
        trace_id: TraceId::of_turn(key),
        span_id: SpanId::of(key, "turn", key),
        name: NAME,
        kind: SpanKind::Client,
        started_at,
        ended_at: ended_at.max(started_at),
        status: turn.failure.as_ref().map_or(Status::Ok, |failure| Status::Error(failure.message.clone())),
        attributes: attributes(session, turn, identity),
    }
}

fn attributes(session: &Session, turn: &Turn, identity: &Identity) -> Vec<Attribute> {
    let mut attributes = Attributes::default();
    live(&mut attributes, session, turn, identity);
    texts(&mut attributes, turn);
    added(&mut attributes, session, turn, identity);
    attributes.into_vec()
}

/// What the live instrumentor sends of a turn, but for the texts.
fn live(attributes: &mut Attributes, session: &Session, turn: &Turn, identity: &Identity) {
    let tokens = turn.reported_tokens();
    let first_model = || turn.requests.iter().find_map(|request| request.model.as_ref());
    let requested = turn.requested_model.as_ref().or_else(first_model).or(session.facts.models.first());
    attributes.text(keys::GEN_AI_SYSTEM, "Anthropic");
    attributes.text(keys::LLM_REQUEST_TYPE, "chat");
    attributes.text_if(keys::GEN_AI_REQUEST_MODEL, requested.map(String::as_str));
    attributes.text_if(keys::GEN_AI_RESPONSE_MODEL, turn.response_model.as_deref());
    attributes.count(keys::GEN_AI_USAGE_INPUT_TOKENS, tokens.prompt());
    attributes.count(keys::GEN_AI_USAGE_OUTPUT_TOKENS, tokens.output);
    attributes.count(keys::LLM_USAGE_TOTAL_TOKENS, tokens.prompt().saturating_add(tokens.output));
    attributes.count(keys::CLAUDE_AGENT_NUM_TURNS, turn.num_turns());
    attributes.text(keys::CLAUDE_AGENT_SESSION_ID, &session.id);
    attributes.count(keys::CLAUDE_AGENT_TOOL_CALL_COUNT, turn.tool_call_count());
    attributes.text(keys::MODA_CONVERSATION_ID, conversation(session, identity));
    attributes.text_if(keys::MODA_USER_ID, identity.user_id.as_deref());
}

/// The prompt, and the text of each request that has any.
fn texts(attributes: &mut Attributes, turn: &Turn) {
    let prompt = turn.prompt.as_ref().map(|prompt| prompt.text.as_str()).unwrap_or_default();
    if !prompt.is_empty() {
        attributes.text(keys::GEN_AI_PROMPT, first_characters(prompt, SHORT_PROMPT_CHARACTERS));
        attributes.text(keys::LLM_PROMPT_ROLE, "user");
        attributes.text(keys::LLM_PROMPT_CONTENT, first_characters(prompt, PROMPT_CHARACTERS));
    }
    let spoken = turn.requests.iter().filter(|request| !request.text.trim().is_empty());
    for (index, request) in spoken.enumerate() {
        attributes.text(keys::llm_completion_role(index), "assistant");
        attributes.text(keys::llm_completion_content(index), first_characters(&request.text, COMPLETION_CHARACTERS));
    }
}

/// What a transcript knows and the live instrumentor does not send.
fn added(attributes: &mut Attributes, session: &Session, turn: &Turn, identity: &Identity) {
    let (tokens, of_subagents) = (turn.reported_tokens(), turn.subagent_tokens());
    attributes.text(keys::GEN_AI_OPERATION_NAME, "invoke_agent");
    attributes.text(keys::GEN_AI_PROVIDER_NAME, "anthropic");
    attributes.text(keys::GEN_AI_CONVERSATION_ID, conversation(session, identity));
    attributes.text(keys::SESSION_ID, &session.id);
    attributes.text_if(keys::USER_ID, identity.user_id.as_deref());
    attributes.count(keys::GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, tokens.cache_read);
    attributes.count(keys::GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS, tokens.cache_creation);
    attributes.count(keys::CLAUDE_AGENT_REQUEST_COUNT, turn.requests.len());
    attributes.count(keys::CLAUDE_AGENT_SUBAGENT_COUNT, turn.subagents.len());
    attributes.count(keys::CLAUDE_AGENT_SUBAGENT_INPUT_TOKENS, of_subagents.prompt());
    attributes.count(keys::CLAUDE_AGENT_SUBAGENT_OUTPUT_TOKENS, of_subagents.output);
    attributes.text_if(keys::CLAUDE_AGENT_TURN_ORIGIN, turn.prompt.as_ref().map(|prompt| prompt.origin.as_str()));
    attributes.text_if(keys::CLAUDE_AGENT_CLIENT_VERSION, turn.client_version.as_deref());
    if turn.incomplete_requests() > 0 {
        attributes.count(keys::CLAUDE_AGENT_INCOMPLETE_REQUESTS, turn.incomplete_requests());
    }
    attributes.text_if(keys::ERROR_TYPE, turn.failure.as_ref().map(|failure| failure.kind.as_str()));
}

fn conversation<'a>(session: &'a Session, identity: &'a Identity) -> &'a str {
    identity.conversation_id.as_deref().unwrap_or(&session.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Failure, Prompt, PromptKind, Request};

    /// A turn that has every attribute.
    fn full() -> Turn {
        let (uuid, copied_from, kind, origin) = (None, None, PromptKind::Human, "human".to_owned());
        Turn {
            prompt: Some(Prompt { uuid, copied_from, kind, origin, text: "go".to_owned() }),
            requests: vec![Request::default()],
            failure: Some(Failure { kind: "rate_limit".to_owned(), message: "Slower".to_owned() }),
            client_version: Some("2.1.330".to_owned()),
            ..Turn::default()
        }
    }

    #[test]
    fn what_is_added_is_what_is_said_to_be() {
        let session = Session { id: "s".to_owned(), ..Session::default() };
        let identity = Identity { user_id: Some("ada".to_owned()), conversation_id: None };
        let mut attributes = Attributes::default();
        added(&mut attributes, &session, &full(), &identity);
        let keys: Vec<_> = attributes.into_vec().into_iter().map(|attribute| attribute.key).collect();
        assert_eq!(keys, ADDED);
    }
}
