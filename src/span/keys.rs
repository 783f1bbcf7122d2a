//! Attribute names, each once, with its source.

/// OpenLLMetry; `Anthropic`.
pub const GEN_AI_SYSTEM: &str = "gen_ai.system";
/// OpenLLMetry; `chat`.
pub const LLM_REQUEST_TYPE: &str = "llm.request_type";
/// OpenTelemetry GenAI.
pub const GEN_AI_REQUEST_MODEL: &str = "gen_ai.request.model";
/// OpenTelemetry GenAI.
pub const GEN_AI_RESPONSE_MODEL: &str = "gen_ai.response.model";
/// OpenTelemetry GenAI: all prompt tokens, cached ones included.
pub const GEN_AI_USAGE_INPUT_TOKENS: &str = "gen_ai.usage.input_tokens";
/// OpenTelemetry GenAI.
pub const GEN_AI_USAGE_OUTPUT_TOKENS: &str = "gen_ai.usage.output_tokens";
/// OpenLLMetry.
pub const LLM_USAGE_TOTAL_TOKENS: &str = "llm.usage.total_tokens";
/// Moda.
pub const CLAUDE_AGENT_NUM_TURNS: &str = "claude_agent.num_turns";
/// Moda.
pub const CLAUDE_AGENT_SESSION_ID: &str = "claude_agent.session_id";
/// Moda.
pub const CLAUDE_AGENT_TOOL_CALL_COUNT: &str = "claude_agent.tool_call_count";
/// Moda.
pub const MODA_CONVERSATION_ID: &str = "moda.conversation_id";
/// Moda.
pub const MODA_USER_ID: &str = "moda.user_id";
/// Moda.
pub const GEN_AI_PROMPT: &str = "gen_ai.prompt";
/// OpenLLMetry.
pub const LLM_PROMPT_ROLE: &str = "llm.prompts.0.role";
/// OpenLLMetry.
pub const LLM_PROMPT_CONTENT: &str = "llm.prompts.0.content";

/// OpenTelemetry GenAI; tells backends that a turn is no model call, so that tokens count once.
pub const GEN_AI_OPERATION_NAME: &str = "gen_ai.operation.name";
/// OpenTelemetry GenAI.
pub const GEN_AI_PROVIDER_NAME: &str = "gen_ai.provider.name";
/// OpenTelemetry GenAI.
pub const GEN_AI_CONVERSATION_ID: &str = "gen_ai.conversation.id";
/// OpenTelemetry.
pub const SESSION_ID: &str = "session.id";
/// OpenTelemetry.
pub const USER_ID: &str = "user.id";
/// OpenTelemetry GenAI.
pub const GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: &str = "gen_ai.usage.cache_read.input_tokens";
/// OpenTelemetry GenAI.
pub const GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS: &str = "gen_ai.usage.cache_creation.input_tokens";
/// moda-agent: API calls of the turn's main chain.
pub const CLAUDE_AGENT_REQUEST_COUNT: &str = "claude_agent.request_count";
/// moda-agent: subagents that the turn launched, to any depth.
pub const CLAUDE_AGENT_SUBAGENT_COUNT: &str = "claude_agent.subagent_count";
/// moda-agent: their prompt tokens, cached ones included.
pub const CLAUDE_AGENT_SUBAGENT_INPUT_TOKENS: &str = "claude_agent.subagent.input_tokens";
/// moda-agent: their generated tokens.
pub const CLAUDE_AGENT_SUBAGENT_OUTPUT_TOKENS: &str = "claude_agent.subagent.output_tokens";
/// moda-agent: who started the turn.
pub const CLAUDE_AGENT_TURN_ORIGIN: &str = "claude_agent.turn_origin";
/// moda-agent: the version of the client that wrote the transcript.
pub const CLAUDE_AGENT_CLIENT_VERSION: &str = "claude_agent.client_version";
/// moda-agent: requests whose usage is only the stream's placeholder.
pub const CLAUDE_AGENT_INCOMPLETE_REQUESTS: &str = "claude_agent.incomplete_requests";
/// OpenTelemetry.
pub const ERROR_TYPE: &str = "error.type";

/// OpenLLMetry: what all completions' names begin with.
pub const LLM_COMPLETIONS: &str = "llm.completions.";

/// OpenLLMetry: the role of the `index`-th completion.
#[must_use]
pub fn llm_completion_role(index: usize) -> String {
    format!("{LLM_COMPLETIONS}{index}.role")
}

/// OpenLLMetry: the text of the `index`-th completion.
#[must_use]
pub fn llm_completion_content(index: usize) -> String {
    format!("{LLM_COMPLETIONS}{index}.content")
}

/// Whether the attribute holds what people or models said.
#[must_use]
pub fn is_content(key: &str) -> bool {
    let is_text_of = |list: &str| key.strip_prefix(list).is_some_and(|rest| rest.ends_with(".content"));
    key == GEN_AI_PROMPT || is_text_of("llm.prompts.") || is_text_of(LLM_COMPLETIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_content_and_their_roles_are_not() {
        for key in [GEN_AI_PROMPT, LLM_PROMPT_CONTENT, "llm.prompts.7.content", &llm_completion_content(12)] {
            assert!(is_content(key), "{key}");
        }
        for key in [LLM_PROMPT_ROLE, GEN_AI_SYSTEM, &llm_completion_role(0), "gen_ai.prompt.name", "content"] {
            assert!(!is_content(key), "{key}");
        }
    }
}
