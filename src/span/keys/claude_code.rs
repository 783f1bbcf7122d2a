//! Names of the client's own traces, as client 2.1.330 exports them.

/// What a span is: `interaction`, `llm_request`, `tool`, `tool.blocked_on_user`, `tool.execution`.
pub const SPAN_TYPE: &str = "span.type";
/// How the client shows itself; `non-interactive` where a program drives it.
pub const TERMINAL_TYPE: &str = "terminal.type";
/// The prompt.
pub const USER_PROMPT: &str = "user_prompt";
/// Its length in UTF-16 code units.
pub const USER_PROMPT_LENGTH: &str = "user_prompt_length";
/// Milliseconds.
pub const INTERACTION_DURATION_MS: &str = "interaction.duration_ms";
/// Milliseconds.
pub const DURATION_MS: &str = "duration_ms";
/// The model.
pub const MODEL: &str = "model";
/// `interaction`, or `tool` for what a subagent asks.
pub const LLM_REQUEST_CONTEXT: &str = "llm_request.context";
/// `normal` or `fast`.
pub const SPEED: &str = "speed";
/// Who asks, where that holds no name that a user chose.
pub const QUERY_SOURCE: &str = "query_source_safe";
/// The subagent whose span it is.
pub const AGENT_ID: &str = "agent_id";
/// Prompt tokens outside the cache.
pub const INPUT_TOKENS: &str = "input_tokens";
/// Generated tokens.
pub const OUTPUT_TOKENS: &str = "output_tokens";
/// Prompt tokens read from the cache.
pub const CACHE_READ_TOKENS: &str = "cache_read_tokens";
/// Prompt tokens written to the cache.
pub const CACHE_CREATION_TOKENS: &str = "cache_creation_tokens";
/// Whether it went well.
pub const SUCCESS: &str = "success";
/// What went wrong, in words.
pub const ERROR: &str = "error";
/// How often it was made, counted from 1.
pub const ATTEMPT: &str = "attempt";
/// Which kind of error.
pub const ERROR_CLASS: &str = "error_class";
/// The HTTP status of a request that failed.
pub const STATUS_CODE: &str = "status_code";
/// The API's id of the request.
pub const REQUEST_ID: &str = "request_id";
/// Why the model stopped.
pub const STOP_REASON: &str = "stop_reason";
/// The tool.
pub const TOOL_NAME: &str = "tool_name";
/// The same, where it holds no name that a user chose.
pub const TOOL_NAME_SAFE: &str = "tool_name_safe";
/// The `tool_use` block's id.
pub const TOOL_USE_ID: &str = "tool_use_id";
/// The MCP server whose tool it is.
pub const MCP_SERVER: &str = "anthropic.mcp.server.name";
/// The subagent that launched that whose span it is.
pub const PARENT_AGENT_ID: &str = "parent_agent_id";
/// Of the tool that runs skills: which.
pub const SKILL_NAME: &str = "skill_name";
/// Whether a call was allowed: `accept` or `reject`.
pub const DECISION: &str = "decision";
/// Who allowed or refused it: `config`, `hook`, `user_temporary`, ...
pub const SOURCE: &str = "source";
/// Which kind of subagent a call asks for.
pub const SUBAGENT_TYPE: &str = "subagent_type";
/// Of the tools that run commands: the command.
pub const FULL_COMMAND: &str = "full_command";
/// An event of a tool: what it answered.
pub const TOOL_OUTPUT: &str = "tool.output";
/// Of that: the command.
pub const BASH_COMMAND: &str = "bash_command";
/// Of that: what was printed.
pub const OUTPUT: &str = "output";
/// Of that: what was read.
pub const CONTENT: &str = "content";
/// Of the tools that read or write a file: which.
pub const FILE_PATH: &str = "file_path";
