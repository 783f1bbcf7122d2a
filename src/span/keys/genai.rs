//! Names of the OpenTelemetry semantic conventions for GenAI, version 1.41, that the trees have beside
//! those of a turn.

/// The agent: this client, or the kind of a subagent.
pub const GEN_AI_AGENT_NAME: &str = "gen_ai.agent.name";
/// What tells it from others of its kind.
pub const GEN_AI_AGENT_ID: &str = "gen_ai.agent.id";
/// What it is to do.
pub const GEN_AI_AGENT_DESCRIPTION: &str = "gen_ai.agent.description";
/// The `message.id`.
pub const GEN_AI_RESPONSE_ID: &str = "gen_ai.response.id";
/// A list of texts: `end_turn`, `tool_use`, ...
pub const GEN_AI_RESPONSE_FINISH_REASONS: &str = "gen_ai.response.finish_reasons";
/// The newer name of `gen_ai.usage.cache_creation.input_tokens`.
pub const GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS: &str = "gen_ai.usage.cache_write.input_tokens";
/// Of the generated tokens those of thinking.
pub const GEN_AI_USAGE_REASONING_OUTPUT_TOKENS: &str = "gen_ai.usage.reasoning.output_tokens";
/// What the model is told, as JSON.
pub const GEN_AI_INPUT_MESSAGES: &str = "gen_ai.input.messages";
/// What it says, as JSON.
pub const GEN_AI_OUTPUT_MESSAGES: &str = "gen_ai.output.messages";
/// The tool.
pub const GEN_AI_TOOL_NAME: &str = "gen_ai.tool.name";
/// `function`, or `extension` for what the API's side carries out.
pub const GEN_AI_TOOL_TYPE: &str = "gen_ai.tool.type";
/// The `tool_use` block's id.
pub const GEN_AI_TOOL_CALL_ID: &str = "gen_ai.tool.call.id";
/// What the tool is asked, as JSON.
pub const GEN_AI_TOOL_CALL_ARGUMENTS: &str = "gen_ai.tool.call.arguments";
/// What it answered.
pub const GEN_AI_TOOL_CALL_RESULT: &str = "gen_ai.tool.call.result";
