//! Names of OpenInference, as in `openinference-semantic-conventions` 0.1.42.

/// `AGENT`, `LLM` or `TOOL`.
pub const SPAN_KIND: &str = "openinference.span.kind";
/// What went in.
pub const INPUT_VALUE: &str = "input.value";
/// Of which type that is.
pub const INPUT_MIME_TYPE: &str = "input.mime_type";
/// What came out.
pub const OUTPUT_VALUE: &str = "output.value";
/// Of which type that is.
pub const OUTPUT_MIME_TYPE: &str = "output.mime_type";
/// A type of what goes in or comes out.
pub const PLAIN_TEXT: &str = "text/plain";
/// A type of what goes in or comes out.
pub const JSON: &str = "application/json";
/// The agent: this client, or the kind of a subagent.
pub const AGENT_NAME: &str = "agent.name";
/// The model that answered.
pub const LLM_MODEL_NAME: &str = "llm.model_name";
/// `anthropic`.
pub const LLM_PROVIDER: &str = "llm.provider";
/// `anthropic`: whose API it is.
pub const LLM_SYSTEM: &str = "llm.system";
/// Why it stopped.
pub const LLM_FINISH_REASON: &str = "llm.finish_reason";
/// moda-agent, after the rest of its names: the `message.id`.
pub const LLM_RESPONSE_ID: &str = "llm.response.id";
/// All prompt tokens, cached ones included.
pub const LLM_TOKEN_COUNT_PROMPT: &str = "llm.token_count.prompt";
/// Generated tokens.
pub const LLM_TOKEN_COUNT_COMPLETION: &str = "llm.token_count.completion";
/// Both.
pub const LLM_TOKEN_COUNT_TOTAL: &str = "llm.token_count.total";
/// Of the prompt tokens those read from the cache.
pub const LLM_TOKEN_COUNT_CACHE_READ: &str = "llm.token_count.prompt_details.cache_read";
/// Of the prompt tokens those written to the cache.
pub const LLM_TOKEN_COUNT_CACHE_WRITE: &str = "llm.token_count.prompt_details.cache_write";
/// Of the generated tokens those of thinking.
pub const LLM_TOKEN_COUNT_REASONING: &str = "llm.token_count.completion_details.reasoning";
/// The tool.
pub const TOOL_NAME: &str = "tool.name";
/// The call's id.
pub const TOOL_ID: &str = "tool.id";
/// What the tool is asked, as JSON.
pub const TOOL_PARAMETERS: &str = "tool.parameters";

/// What the names of all messages to a model begin with.
pub const MESSAGES_IN: &str = "llm.input_messages.";
/// What the names of all messages from a model begin with.
pub const MESSAGES_OUT: &str = "llm.output_messages.";
/// Of a message: `user`, `assistant` or `tool`.
pub const ROLE: &str = "message.role";
/// Of a message: its text.
pub const CONTENT: &str = "message.content";
/// Of a message with several texts: what their names begin with.
pub const CONTENTS: &str = "message.contents.";
/// Of one of them: `text` or `reasoning`.
pub const CONTENT_TYPE: &str = "message_content.type";
/// Of one of them: the text.
pub const CONTENT_TEXT: &str = "message_content.text";
/// Of a message of a tool: the call that it answers.
pub const TOOL_CALL_ID: &str = "message.tool_call_id";
/// Of a message: what the names of its calls begin with.
pub const TOOL_CALLS: &str = "message.tool_calls.";
/// Of a call: its id.
pub const CALL_ID: &str = "tool_call.id";
/// Of a call: the tool.
pub const CALL_NAME: &str = "tool_call.function.name";
/// Of a call: what the tool is asked, as JSON.
pub const ARGUMENTS: &str = "tool_call.function.arguments";
