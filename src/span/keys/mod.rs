//! Attribute names, each once, with its source.
//!
//! Those of OpenTelemetry are of its semantic conventions for GenAI, version 1.41 (Phoenix 20.26
//! pins that), those of Moda and OpenLLMetry are what `moda-claude-agent-sdk` 0.1.2 sends.

pub mod claude_code;
mod genai;
pub mod openinference;

pub use genai::*;

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
/// OpenTelemetry, an event: something went wrong.
pub const EXCEPTION: &str = "exception";
/// OpenTelemetry: what kind of thing.
pub const EXCEPTION_TYPE: &str = "exception.type";
/// OpenTelemetry: that in words.
pub const EXCEPTION_MESSAGE: &str = "exception.message";

/// moda-agent: the API's id of a request, as its support asks for it.
pub const CLAUDE_AGENT_REQUEST_ID: &str = "claude_agent.request_id";
/// moda-agent: whether a request's usage is only the stream's placeholder.
pub const CLAUDE_AGENT_INCOMPLETE_USAGE: &str = "claude_agent.incomplete_usage";
/// moda-agent: whether the user stopped a request before it was complete.
pub const CLAUDE_AGENT_CUT: &str = "claude_agent.cut";
/// moda-agent: whether a subagent goes on in the background.
pub const CLAUDE_AGENT_BACKGROUND: &str = "claude_agent.background";
/// moda-agent: whether an agent is the client's own, as for a compaction.
pub const CLAUDE_AGENT_INTERNAL: &str = "claude_agent.internal";
/// moda-agent: why a tool call was not carried out, in the client's word.
pub const CLAUDE_AGENT_DENIAL: &str = "claude_agent.denial";

/// moda-agent, an event: the history was replaced by a summary.
pub const COMPACTION: &str = "claude_agent.compaction";
/// moda-agent: `auto` or `manual`.
pub const COMPACTION_TRIGGER: &str = "claude_agent.compaction.trigger";
/// moda-agent: tokens of the history before.
pub const COMPACTION_TOKENS_BEFORE: &str = "claude_agent.compaction.tokens_before";
/// moda-agent: tokens of the history after.
pub const COMPACTION_TOKENS_AFTER: &str = "claude_agent.compaction.tokens_after";
/// moda-agent, an event: a request failed and was made again.
pub const API_RETRY: &str = "claude_agent.api_retry";
/// moda-agent: the try that failed, counted from 1.
pub const API_RETRY_ATTEMPT: &str = "claude_agent.api_retry.attempt";
/// moda-agent: milliseconds until the next try.
pub const API_RETRY_WAIT_MS: &str = "claude_agent.api_retry.wait_ms";
/// OpenTelemetry.
pub const HTTP_RESPONSE_STATUS_CODE: &str = "http.response.status_code";
/// moda-agent, an event: the user stopped the turn.
pub const INTERRUPT: &str = "claude_agent.interrupt";
/// moda-agent, an event: a hook stopped a prompt, a tool call or the end of a turn.
pub const HOOK_BLOCK: &str = "claude_agent.hook_block";
/// moda-agent: the hook, as `PreToolUse:Bash`.
pub const HOOK_NAME: &str = "claude_agent.hook_block.hook";
/// moda-agent: why.
pub const HOOK_REASON: &str = "claude_agent.hook_block.reason";

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

/// Attributes that hold what people, models or tools said, as excerpts, whatever the convention. Beside these
/// there are names and ids in them.
const EXCERPTS: [&str; 12] = [
    GEN_AI_INPUT_MESSAGES,
    GEN_AI_OUTPUT_MESSAGES,
    GEN_AI_TOOL_CALL_ARGUMENTS,
    GEN_AI_TOOL_CALL_RESULT,
    openinference::INPUT_VALUE,
    openinference::OUTPUT_VALUE,
    openinference::TOOL_PARAMETERS,
    claude_code::USER_PROMPT,
    claude_code::FULL_COMMAND,
    claude_code::BASH_COMMAND,
    claude_code::OUTPUT,
    claude_code::CONTENT,
];

/// Others that hold what they said.
const WORDS: [&str; 6] = [
    GEN_AI_PROMPT,
    GEN_AI_AGENT_DESCRIPTION,
    EXCEPTION_MESSAGE,
    claude_code::FILE_PATH,
    claude_code::ERROR,
    HOOK_REASON,
];

/// How the attributes of OpenInference's messages end that hold it.
const OF_MESSAGES: [&str; 3] = [openinference::CONTENT, openinference::CONTENT_TEXT, openinference::ARGUMENTS];

/// Whether the attribute holds what people, models or tools said.
#[must_use]
pub fn is_content(key: &str) -> bool {
    is_excerpt(key) || WORDS.contains(&key)
}

/// Whether the attribute holds that as an excerpt.
#[must_use]
pub fn is_excerpt(key: &str) -> bool {
    let is_of = |list: &str, ends: &[&str]| {
        key.strip_prefix(list).is_some_and(|rest| ends.iter().any(|end| rest.ends_with(end)))
    };
    EXCERPTS.contains(&key)
        || is_of("llm.prompts.", &[".content"])
        || is_of(LLM_COMPLETIONS, &[".content"])
        || is_of(openinference::MESSAGES_IN, &OF_MESSAGES)
        || is_of(openinference::MESSAGES_OUT, &OF_MESSAGES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_content_and_their_roles_are_not() {
        for key in [GEN_AI_PROMPT, LLM_PROMPT_CONTENT, "llm.prompts.7.content", &llm_completion_content(12)] {
            assert!(is_content(key), "{key}");
        }
        for key in [LLM_PROMPT_ROLE, GEN_AI_SYSTEM, &llm_completion_role(0), "gen_ai.prompt.name", "contents"] {
            assert!(!is_content(key), "{key}");
        }
    }
}
