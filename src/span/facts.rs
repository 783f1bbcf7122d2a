//! What moda-agent knows of turns, requests, calls and subagents and no convention has a name for;
//! and what several conventions ask.

use std::borrow::Cow;

use super::keys;
use super::model::Attributes;
use super::projection::Content;
use super::scene::Scene;
use super::tree::Node;
use crate::session::{Request, Subagent, ToolCall, Turn};
use crate::transcript::Tokens;

/// What the client calls the tools that models, and older clients, call otherwise: the table of client
/// 2.1.330, by which its own tracing names them.
const RENAMED: [(&str, &str); 11] = [
    ("Task", "Agent"),
    ("KillShell", "TaskStop"),
    ("KillBash", "TaskStop"),
    ("ListPeers", "ListAgents"),
    ("Brief", "SendUserMessage"),
    ("ListMcpResources", "ListMcpResourcesTool"),
    ("ReadMcpResource", "ReadMcpResourceTool"),
    ("ReadMcpResourceDir", "ReadMcpResourceDirTool"),
    ("ProposeGoal", "SetGoal"),
    ("RunWorkflow", "Workflow"),
    ("Eval", "REPL"),
];

/// The tool that a call is of, as the client calls it now, so that it has one name in all of history.
pub(super) fn tool_name(call: &ToolCall) -> &str {
    RENAMED.iter().find(|(old, _)| *old == call.name).map_or(call.name.as_str(), |(_, new)| new)
}

/// The facts of a turn.
pub(super) fn of_turn(attributes: &mut Attributes, scene: &Scene<'_>) {
    let turn = scene.turn;
    let incomplete = turn.all_requests().filter(|request| !request.usage.is_complete()).count();
    attributes.count(keys::CLAUDE_AGENT_NUM_TURNS, turn.num_turns());
    attributes.count(keys::CLAUDE_AGENT_REQUEST_COUNT, turn.requests.len());
    attributes.count(keys::CLAUDE_AGENT_TOOL_CALL_COUNT, turn.tool_call_count());
    attributes.count(keys::CLAUDE_AGENT_SUBAGENT_COUNT, turn.launched_subagents());
    attributes.text_if(keys::CLAUDE_AGENT_TURN_ORIGIN, turn.prompt.as_ref().map(|prompt| prompt.origin.as_str()));
    attributes.text_if(keys::CLAUDE_AGENT_CLIENT_VERSION, turn.client_version.as_deref());
    if incomplete > 0 {
        attributes.count(keys::CLAUDE_AGENT_INCOMPLETE_REQUESTS, incomplete);
    }
    attributes.text_if(keys::ERROR_TYPE, turn.failure.as_ref().map(|failure| failure.kind.as_str()));
}

/// The facts of a request.
pub(super) fn of_request(attributes: &mut Attributes, request: &Request) {
    attributes.text_if(keys::CLAUDE_AGENT_REQUEST_ID, request.request_id.as_deref());
    if !request.usage.is_complete() {
        attributes.flag(keys::CLAUDE_AGENT_INCOMPLETE_USAGE, true);
    }
    if request.is_cut {
        attributes.flag(keys::CLAUDE_AGENT_CUT, true);
    }
}

/// The facts of a call.
pub(super) fn of_call(attributes: &mut Attributes, call: &ToolCall) {
    attributes.text_if(keys::CLAUDE_AGENT_DENIAL, call.data.course.denial.as_deref());
    if call.is_background {
        attributes.flag(keys::CLAUDE_AGENT_BACKGROUND, true);
    }
    if !call.is_answered || call.is_error {
        attributes.text(keys::ERROR_TYPE, error_of(call));
    }
}

/// The kind of the error with which a call ended.
pub(super) fn error_of(call: &ToolCall) -> &'static str {
    if call.is_answered { "tool_error" } else { "interrupted" }
}

/// The facts of a subagent.
pub(super) fn of_subagent(attributes: &mut Attributes, agent: &Subagent) {
    if agent.is_internal {
        attributes.flag(keys::CLAUDE_AGENT_INTERNAL, true);
    }
    attributes.text_if(keys::ERROR_TYPE, agent.failure().map(|failure| failure.kind.as_str()));
}

/// The tokens of all that stands below a turn.
pub(super) fn all_tokens(turn: &Turn) -> Tokens {
    turn.all_requests().map(Request::tokens).sum()
}

/// The turn's answer, where it may be told.
pub(super) fn answer<'a>(scene: &Scene<'a>) -> Option<Cow<'a, str>> {
    last_text(&scene.turn.requests).filter(|_| scene.tells(Content::Prompts))
}

/// The last text that was said.
pub(super) fn last_text(requests: &[Request]) -> Option<Cow<'_, str>> {
    requests.iter().rev().map(|request| request.said.text()).find(|text| !text.trim().is_empty())
}

/// The model of a request that was not answered: that which its turn asked for, or which answered in the
/// same chain. Whom other turns and the client's own agents asked says nothing of it.
pub(super) fn model_of_failed<'a>(scene: &Scene<'a>, node: &Node<'a>) -> Option<&'a str> {
    let answered = |requests: &'a [Request]| requests.iter().rev().find_map(|request| request.model.as_deref());
    match node.agent {
        Some(agent) => answered(&agent.requests).or_else(|| scene.asked_model()),
        None => scene.asked_model().or_else(|| answered(&scene.turn.requests)),
    }
}
