//! The spans of tool calls: the call, that it was allowed or refused, and that it ran.

use super::common::{agents, begin, form, launched};
use super::errors;
use crate::session::{Reached, ToolCall};
use crate::span::facts::tool_name;
use crate::span::keys as common;
use crate::span::keys::claude_code as keys;
use crate::span::model::{Attributes, SpanEvent, Status};
use crate::span::projection::Content;
use crate::span::scene::{Form, Scene};
use crate::span::tree::Node;

const TOOL: &str = "claude_code.tool";
const PERMISSION: &str = "claude_code.tool.blocked_on_user";
const EXECUTION: &str = "claude_code.tool.execution";

/// The tools of which the client tells the command.
const SHELLS: [&str; 2] = ["Bash", "PowerShell"];

pub(super) fn tool(scene: &Scene<'_>, node: &Node<'_>, call: &ToolCall) -> Form {
    let mut attributes = begin(scene, "tool", launched(node));
    let name = tool_name(call);
    let of_server = name.strip_prefix("mcp__").and_then(|rest| rest.split_once("__"));
    attributes.text(keys::TOOL_NAME, name);
    attributes.text(keys::TOOL_NAME_SAFE, if of_server.is_some() { "mcp_other" } else { name });
    attributes.text(common::GEN_AI_OPERATION_NAME, "execute_tool");
    attributes.text(common::GEN_AI_TOOL_NAME, of_server.map_or(name, |(_, tool)| tool));
    attributes.text_if(keys::MCP_SERVER, of_server.map(|(server, _)| server));
    attributes.text_if(keys::SUBAGENT_TYPE, call.subagent_type.as_deref());
    if scene.tells(Content::Full) {
        let runs_commands = SHELLS.contains(&name);
        let command = call.data.command.as_ref().filter(|_| runs_commands).map(|text| text.marked());
        attributes.content(keys::FULL_COMMAND, command.as_deref().unwrap_or_default());
        attributes.text_if(keys::FILE_PATH, call.data.file_path.as_deref());
        attributes.text_if(keys::SKILL_NAME, call.data.skill.as_deref());
    }
    agents(&mut attributes, launched(node));
    about_call(&mut attributes, node, call);
    let event = answered(node, name, call).filter(|_| scene.tells(Content::Full) && !call.is_error);
    Form { event, ..form(TOOL, Status::Unset, attributes) }
}

/// What a tool answered, as the client tells it where it is asked to.
fn answered(node: &Node<'_>, name: &str, call: &ToolCall) -> Option<SpanEvent> {
    let (asked, answer) = match name {
        "Bash" => (call.data.command.as_ref().map(|text| (keys::BASH_COMMAND, text.marked())), keys::OUTPUT),
        "Read" => (call.data.file_path.as_ref().map(|path| (keys::FILE_PATH, path.into())), keys::CONTENT),
        "WebFetch" | "WebSearch" => (None, keys::OUTPUT),
        _ if name.starts_with("mcp__") => (None, keys::OUTPUT),
        _ => return None,
    };
    let mut attributes = Attributes::default();
    if let Some((key, text)) = asked {
        attributes.content(key, &text);
    }
    attributes.content(answer, &call.data.result.as_ref()?.marked());
    let at = node.interval.ended_at;
    Some(SpanEvent { name: keys::TOOL_OUTPUT, at, attributes: attributes.into_vec() })
}

/// Who allowed or refused a call, where a record says it or nobody else can have.
pub(super) fn permission(scene: &Scene<'_>, node: &Node<'_>, call: &ToolCall) -> Option<Form> {
    let course = &call.data.course;
    let (is_accepted, source) = match (&course.permission, course.reached) {
        (Some(permission), _) => (permission.is_accepted, Some(permission.source.as_str())),
        (None, Reached::Waiting) => (false, None),
        (None, Reached::Stopped) => (true, None),
        (None, _) => return None,
    };
    let mut attributes = begin(scene, "tool.blocked_on_user", launched(node));
    if !is_accepted {
        attributes.count(keys::DURATION_MS, node.interval.milliseconds());
    }
    attributes.text(keys::DECISION, if is_accepted { "accept" } else { "reject" });
    attributes.text_if(keys::SOURCE, source);
    Some(form(PERMISSION, Status::Unset, attributes))
}

pub(super) fn execution(scene: &Scene<'_>, node: &Node<'_>, call: &ToolCall) -> Form {
    let mut attributes = begin(scene, "tool.execution", launched(node));
    about_call(&mut attributes, node, call);
    let Status::Error(said) = scene.of_call(call) else {
        attributes.flag(keys::SUCCESS, true);
        return form(EXECUTION, Status::Unset, attributes);
    };
    let known = errors::of_call(call);
    let words = known.map_or(said, |(words, _)| words.to_owned());
    attributes.flag(keys::SUCCESS, false);
    if call.data.course.reached == Reached::Execution {
        attributes.text(common::ERROR_TYPE, "tool_error");
    }
    attributes.content(keys::ERROR, &words);
    attributes.text_if(keys::ERROR_CLASS, known.map(|(_, class)| class));
    form(EXECUTION, Status::Error(words), attributes)
}

fn about_call(attributes: &mut Attributes, node: &Node<'_>, call: &ToolCall) {
    attributes.text(keys::TOOL_USE_ID, &call.id);
    attributes.text(common::GEN_AI_TOOL_CALL_ID, &call.id);
    attributes.count(keys::DURATION_MS, node.interval.milliseconds());
}
