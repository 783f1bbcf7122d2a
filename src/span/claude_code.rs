//! Convention `claude-code`: the tree as the client's own tracing exports it (client 2.1.330), as far
//! as a transcript can tell.
//!
//! Subagents have no span of their own: what they do stands below the execution of the call that
//! launched them, as in the client's traces.

use std::borrow::Cow;
use std::collections::HashSet;

use super::facts;
use super::ids::SpanId;
use super::keys as common;
use super::keys::claude_code as keys;
use super::model::{Attributes, Span, SpanEvent, SpanKind, Status};
use super::projection::Content;
use super::scene::{Form, Scene};
use super::times::Interval;
use super::traced::{Stopped, Traced};
use super::tree::{Node, What};
use crate::session::{FailedRequest, REFUSAL, Reached, Request, Subagent, ToolCall};
use crate::transcript::Tokens;

/// The name of a turn's span.
pub const TURN: &str = "claude_code.interaction";
const REQUEST: &str = "claude_code.llm_request";
const TOOL: &str = "claude_code.tool";
const PERMISSION: &str = "claude_code.tool.blocked_on_user";
const EXECUTION: &str = "claude_code.tool.execution";

/// The tools of which the client tells the command.
const SHELLS: [&str; 2] = ["Bash", "PowerShell"];

/// What the client's tracing tells and no transcript does.
pub const UNTOLD: [&str; 15] = [
    "user.id",
    "anthropic.provider",
    "anthropic.custom_base_url",
    "terminal.type",
    "interaction.sequence",
    "parent.source",
    "queued_sends",
    "attempt",
    "ttft_ms",
    "first_content_ms",
    "effort",
    "error_class",
    "bash_argv0",
    "bash_command_class",
    "source",
];
/// Its event for each time that a request was made.
pub const ATTEMPT: &str = "gen_ai.request.attempt";

/// What the client calls the tools that models, and older clients, call otherwise: its own table.
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
/// The kinds of subagents that are the client's, where no sidecar file says so.
const BUILT_IN: [&str; 3] = ["general-purpose", "Explore", "Plan"];

/// The client's own agents, by what their ids hold, and what it calls what they ask.
const OWN: [(&str, &str); 2] = [("acompact", "compact"), ("aside_question", "side_question")];

/// The spans of a turn.
pub(super) fn spans(scene: &Scene<'_>) -> Vec<Span> {
    let nodes = scene.nodes();
    let launchers: HashSet<_> = nodes.iter().filter(|node| is_agent(node)).filter_map(|node| node.parent).collect();
    let mut tracing = Tracing { scene, spans: Vec::with_capacity(2 * nodes.len()), stopped: Stopped::default() };
    // By node: the span below which its children stand.
    let mut below: Vec<Option<SpanId>> = Vec::with_capacity(nodes.len());
    for (node, index) in nodes.iter().zip(0..) {
        let above = node.parent.and_then(|parent| below.get(parent).copied().flatten());
        below.push(match node.what {
            What::Agent(_) => above,
            What::Call(call) => tracing.call(node, call, above, launchers.contains(&index)).or(above),
            _ => tracing.one(node, above),
        });
    }
    tracing.spans
}

fn is_agent(node: &Node<'_>) -> bool {
    matches!(node.what, What::Agent(_))
}

/// Spans in the making.
struct Tracing<'a, 'b> {
    scene: &'a Scene<'b>,
    spans: Vec<Span>,
    stopped: Stopped<'b>,
}

impl<'b> Tracing<'_, 'b> {
    /// The turn, or a request. The client has no span of a request that the user stopped.
    fn one(&mut self, node: &Node<'b>, above: Option<SpanId>) -> Option<SpanId> {
        let form = match node.what {
            What::Request(request) if request.is_cut => return None,
            What::Request(request) => llm_request(self.scene, node, request),
            What::Failed(failed) => failed_request(self.scene, node, failed),
            _ => interaction(self.scene, node),
        };
        Some(self.push(node, form, node.id, above, node.interval))
    }

    /// A call: that it was asked about, and that it ran. Says below which span its subagents stand.
    fn call(
        &mut self,
        node: &Node<'b>,
        call: &'b ToolCall,
        above: Option<SpanId>,
        has_subagents: bool,
    ) -> Option<SpanId> {
        let traced = self.stopped.traced(call, has_subagents);
        if traced == Traced::Nothing {
            return None;
        }
        let own = |kind| SpanId::of(self.scene.key, kind, &node.source);
        let (asked, execution_id) = (own("permission"), own("execution"));
        let tool = self.push(node, tool(self.scene, node, call), node.id, above, node.interval);
        if let Some(form) = permission(self.scene, node, call) {
            // How long a call that was allowed was asked about, no record tells.
            let Interval { started_at, .. } = node.interval;
            let is_all = traced == Traced::Asked;
            let interval = if is_all { node.interval } else { Interval::new(started_at, started_at) };
            self.push(node, form, asked, Some(tool), interval);
        }
        Some(match traced {
            Traced::Ran => self.push(node, execution(self.scene, node, call), execution_id, Some(tool), node.interval),
            _ => tool,
        })
    }

    fn push(
        &mut self,
        node: &Node<'_>,
        form: Form,
        span_id: SpanId,
        parent_id: Option<SpanId>,
        interval: Interval,
    ) -> SpanId {
        let Interval { started_at, ended_at } = interval;
        let span = self.scene.span(&[], node, form);
        self.spans.push(Span { span_id, parent_id, started_at, ended_at, ..span });
        span_id
    }
}

/// What every span says.
fn begin(scene: &Scene<'_>, kind: &str, agent: Option<&Subagent>) -> Attributes {
    let mut attributes = Attributes::default();
    attributes.text_if(common::USER_ID, scene.user());
    attributes.text(common::SESSION_ID, &scene.session.id);
    if is_of_program(scene) {
        attributes.text(keys::TERMINAL_TYPE, "non-interactive");
    }
    attributes.text(common::GEN_AI_PROVIDER_NAME, "anthropic");
    attributes.text(keys::SPAN_TYPE, kind);
    attributes.text(common::GEN_AI_CONVERSATION_ID, agent.map_or(scene.conversation(), |agent| &agent.id));
    attributes
}

/// Whether a program drives the client.
fn is_of_program(scene: &Scene<'_>) -> bool {
    scene.session.facts.entrypoint.as_deref().is_some_and(|entrypoint| entrypoint.starts_with("sdk"))
}

/// The subagent whose span it is. What no call launched, a typed skill or a compaction, counts to the
/// turn itself.
fn launched<'a>(node: &Node<'a>) -> Option<&'a Subagent> {
    node.agent.filter(|_| !node.is_free)
}

/// Which agent a span is of, and which that is of.
fn agents(attributes: &mut Attributes, agent: Option<&Subagent>) {
    attributes.text_if(keys::AGENT_ID, agent.map(|agent| agent.id.as_str()));
    attributes.text_if(keys::PARENT_AGENT_ID, agent.and_then(|agent| agent.parent.as_deref()));
}

fn form(name: &'static str, status: Status, attributes: Attributes) -> Form {
    Form::new(Cow::Borrowed(name), SpanKind::Internal, status, attributes)
}

fn interaction(scene: &Scene<'_>, node: &Node<'_>) -> Form {
    let mut attributes = begin(scene, "interaction", None);
    attributes.text(common::GEN_AI_OPERATION_NAME, "invoke_agent");
    if let Some(prompt) = scene.prompt() {
        attributes.text(keys::USER_PROMPT, &prompt.marked());
    }
    if let Some(prompt) = &scene.turn.prompt {
        attributes.count(keys::USER_PROMPT_LENGTH, prompt.text.encode_utf16().count() + prompt.text.left_out());
    }
    attributes.count(keys::INTERACTION_DURATION_MS, node.interval.milliseconds());
    if scene.is_alone() {
        usage(&mut attributes, facts::all_tokens(scene.turn));
    }
    form(TURN, Status::Unset, attributes)
}

fn llm_request(scene: &Scene<'_>, node: &Node<'_>, request: &Request) -> Form {
    let mut attributes = about_request(scene, node, request.model.as_deref());
    attributes.text(keys::SPEED, if request.is_fast { "fast" } else { "normal" });
    usage(&mut attributes, request.tokens());
    attributes.flag(keys::SUCCESS, true);
    request_id(&mut attributes, request.request_id.as_deref());
    stopped(&mut attributes, request.stop_reason.as_deref());
    form(REQUEST, Status::Unset, attributes)
}

fn failed_request(scene: &Scene<'_>, node: &Node<'_>, failed: &FailedRequest) -> Form {
    let mut attributes = about_request(scene, node, facts::model_of_failed(scene, node));
    let status = scene.failed(&failed.failure);
    attributes.text(keys::SPEED, "normal");
    attributes.flag(keys::SUCCESS, failed.is_refused);
    request_id(&mut attributes, failed.request_id.as_deref());
    if failed.is_refused {
        stopped(&mut attributes, Some(REFUSAL));
        return form(REQUEST, Status::Unset, attributes);
    }
    attributes.count_if(keys::STATUS_CODE, failed.failure.status);
    if let Status::Error(words) = &status {
        attributes.text(keys::ERROR, words);
    }
    form(REQUEST, status, attributes)
}

fn about_request(scene: &Scene<'_>, node: &Node<'_>, model: Option<&str>) -> Attributes {
    let mut attributes = begin(scene, "llm_request", launched(node));
    attributes.text_if(keys::MODEL, model);
    attributes.text(common::GEN_AI_SYSTEM, "anthropic");
    attributes.text_if(common::GEN_AI_REQUEST_MODEL, model);
    attributes.text(keys::LLM_REQUEST_CONTEXT, if launched(node).is_some() { "tool" } else { "interaction" });
    attributes.text_if(keys::QUERY_SOURCE, source(scene, node).as_deref());
    agents(&mut attributes, launched(node));
    attributes.count(keys::DURATION_MS, node.interval.milliseconds());
    attributes
}

/// Who asks: the main chain where a program drives it, the client itself, or a subagent, named where its
/// kind is one of the client's.
fn source(scene: &Scene<'_>, node: &Node<'_>) -> Option<Cow<'static, str>> {
    let Some(agent) = node.agent else { return is_of_program(scene).then_some(Cow::Borrowed("sdk")) };
    if agent.is_internal {
        let own = OWN.iter().find(|(name, _)| agent.id.contains(name));
        return own.map(|(_, source)| Cow::Borrowed(*source));
    }
    let kind = agent.kind.as_deref()?;
    let is_skill = node.is_free || scene.turn.tool_calls.iter().any(|call| launches_skill(call, agent));
    let is_built_in = !is_skill && (agent.is_built_in || BUILT_IN.contains(&kind));
    Some(if is_built_in { Cow::Owned(format!("agent.builtin.{kind}")) } else { Cow::Borrowed("agent.custom") })
}

fn launches_skill(call: &ToolCall, agent: &Subagent) -> bool {
    call.name == "Skill" && agent.launched_by.as_ref() == Some(&call.id)
}

fn request_id(attributes: &mut Attributes, id: Option<&str>) {
    attributes.text_if(keys::REQUEST_ID, id);
    attributes.text_if(common::GEN_AI_RESPONSE_ID, id);
}

fn stopped(attributes: &mut Attributes, reason: Option<&str>) {
    attributes.text_if(keys::STOP_REASON, reason);
    attributes.texts(common::GEN_AI_RESPONSE_FINISH_REASONS, reason.as_slice());
}

fn usage(attributes: &mut Attributes, tokens: Tokens) {
    attributes.count(keys::INPUT_TOKENS, tokens.input);
    attributes.count(keys::OUTPUT_TOKENS, tokens.output);
    attributes.count(keys::CACHE_READ_TOKENS, tokens.cache_read);
    attributes.count(keys::CACHE_CREATION_TOKENS, tokens.cache_creation);
}

fn tool(scene: &Scene<'_>, node: &Node<'_>, call: &ToolCall) -> Form {
    let mut attributes = begin(scene, "tool", launched(node));
    let name = RENAMED.iter().find(|(old, _)| *old == call.name).map_or(call.name.as_str(), |(_, new)| new);
    let of_server = name.strip_prefix("mcp__").and_then(|rest| rest.split_once("__"));
    attributes.text(keys::TOOL_NAME, name);
    attributes.text(keys::TOOL_NAME_SAFE, if of_server.is_some() { "mcp_other" } else { name });
    attributes.text(common::GEN_AI_OPERATION_NAME, "execute_tool");
    attributes.text(common::GEN_AI_TOOL_NAME, of_server.map_or(name, |(_, tool)| tool));
    attributes.text_if(keys::MCP_SERVER, of_server.map(|(server, _)| server));
    attributes.text_if(keys::SUBAGENT_TYPE, call.subagent_type.as_deref());
    if scene.tells(Content::Full) {
        let runs_commands = SHELLS.contains(&name);
        let command = call.command.as_ref().filter(|_| runs_commands).map(|text| text.marked());
        attributes.text_if(keys::FULL_COMMAND, command.as_deref());
        attributes.text_if(keys::FILE_PATH, call.file_path.as_deref());
        attributes.text_if(keys::SKILL_NAME, call.skill.as_deref());
    }
    agents(&mut attributes, launched(node));
    about_call(&mut attributes, node, call);
    let event = answered(node, name, call).filter(|_| scene.tells(Content::Full) && !call.is_error);
    Form { event, ..form(TOOL, Status::Unset, attributes) }
}

/// What a tool answered, as the client tells it where it is asked to.
fn answered(node: &Node<'_>, name: &str, call: &ToolCall) -> Option<SpanEvent> {
    let (asked, answer) = match name {
        "Bash" => (call.command.as_ref().map(|text| (keys::BASH_COMMAND, text.marked())), keys::OUTPUT),
        "Read" => (call.file_path.as_ref().map(|path| (keys::FILE_PATH, path.into())), keys::CONTENT),
        "WebFetch" | "WebSearch" => (None, keys::OUTPUT),
        _ if name.starts_with("mcp__") => (None, keys::OUTPUT),
        _ => return None,
    };
    let mut attributes = Attributes::default();
    if let Some((key, text)) = asked {
        attributes.text(key, &text);
    }
    attributes.content(answer, &call.result.as_ref()?.marked());
    let at = node.interval.ended_at;
    Some(SpanEvent { name: keys::TOOL_OUTPUT, at, attributes: attributes.into_vec() })
}

/// Who allowed or refused a call, where a record says it or nobody else can have.
fn permission(scene: &Scene<'_>, node: &Node<'_>, call: &ToolCall) -> Option<Form> {
    let course = &call.course;
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

fn execution(scene: &Scene<'_>, node: &Node<'_>, call: &ToolCall) -> Form {
    let mut attributes = begin(scene, "tool.execution", launched(node));
    about_call(&mut attributes, node, call);
    let status = scene.of_call(call);
    attributes.flag(keys::SUCCESS, status == Status::Ok);
    if let Status::Error(words) = &status {
        if call.course.reached == Reached::Execution {
            attributes.text(common::ERROR_TYPE, "tool_error");
        }
        attributes.text(keys::ERROR, words);
    }
    form(EXECUTION, if status == Status::Ok { Status::Unset } else { status }, attributes)
}

fn about_call(attributes: &mut Attributes, node: &Node<'_>, call: &ToolCall) {
    attributes.text(keys::TOOL_USE_ID, &call.id);
    attributes.text(common::GEN_AI_TOOL_CALL_ID, &call.id);
    attributes.count(keys::DURATION_MS, node.interval.milliseconds());
}
