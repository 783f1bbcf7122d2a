//! Convention `claude-code`: the tree as the client's own tracing exports it (client 2.1.330), as far
//! as a transcript can tell.
//!
//! Subagents have no span of their own: what they do stands below the execution of the call that
//! launched them, as in the client's traces.

mod common;
mod errors;
mod requests;
mod tools;

use std::collections::HashSet;

use super::ids::SpanId;
use super::model::Span;
use super::scene::{Form, Scene};
use super::times::Interval;
use super::traced::{Stopped, Traced};
use super::tree::{Node, What};
use crate::session::ToolCall;
use common::interaction;
use requests::{failed_request, llm_request};
use tools::{execution, permission, tool};

/// The name of a turn's span.
pub const TURN: &str = "claude_code.interaction";

/// What the client's tracing tells and transcripts do not, or of some spans only.
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
