//! A turn as a tree: the turn, its requests and tool calls, below the calls the subagents that they
//! launched, and so on. Each convention gives the nodes names of its own.

use std::borrow::Cow;
use std::collections::HashMap;

use super::ids::{Sources, SpanId};
use super::launched::Launched;
use super::times::Interval;
use crate::session::{FailedRequest, Period, Request, Session, Subagent, ToolCall, Turn};
use crate::transcript::Timestamp;

/// Subagents that stand below each other; real clients allow five. What is deeper stands below the
/// turn.
const DEEPEST: usize = 64;

/// What a node stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum What<'a> {
    /// The turn, at the root.
    Turn,
    /// A request that was answered.
    Request(&'a Request),
    /// A request that failed for good.
    Failed(&'a FailedRequest),
    /// A tool call.
    Call(&'a ToolCall),
    /// A subagent.
    Agent(&'a Subagent),
}

/// A node; the one above it stands before it.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    pub(super) what: What<'a>,
    /// Its span's id.
    pub(super) id: SpanId,
    /// What that is made of; a second span of the node is made of it, too.
    pub(super) source: Cow<'a, str>,
    /// The position of the node above; of the root none.
    pub(super) parent: Option<usize>,
    /// Whose it is: a subagent's, or the main chain's.
    pub(super) agent: Option<&'a Subagent>,
    /// Whether that subagent stands below the turn itself: no call is known to have launched it.
    pub(super) is_free: bool,
    /// From when to when.
    pub(super) interval: Interval,
}

impl<'a> Node<'a> {
    /// The calls of its chain.
    pub(super) fn calls(&self, turn: &'a Turn) -> &'a [ToolCall] {
        self.agent.map_or(&turn.tool_calls, |agent| &agent.tool_calls)
    }
}

/// The nodes of a turn, the root first.
pub(super) fn grow<'a>(session: &Session, turn: &'a Turn, key: &'a str) -> Vec<Node<'a>> {
    let (source, interval) = (Cow::Borrowed(key), interval_of(session, turn));
    let root = Node {
        what: What::Turn,
        id: SpanId::of_turn(key),
        source,
        parent: None,
        agent: None,
        is_free: false,
        interval,
    };
    let launched = Launched::of(turn);
    let mut growth = Growth {
        key,
        nodes: vec![root],
        sources: Sources::default(),
        launched,
        agents: HashMap::new(),
        depth: 0,
        is_free: false,
    };
    growth.chain(&Chain::of_turn(turn), 0);
    growth.rest();
    growth.nodes
}

/// From a turn's prompt to its last record.
pub(super) fn interval_of(session: &Session, turn: &Turn) -> Interval {
    let started_at = turn.started_at.or(session.facts.started_at).map_or(0, Timestamp::nanoseconds);
    Interval::new(started_at, turn.ended_at.map_or(0, Timestamp::nanoseconds))
}

/// The requests and calls of a turn or of a subagent.
struct Chain<'a> {
    agent: Option<&'a Subagent>,
    requests: &'a [Request],
    failed_requests: &'a [FailedRequest],
    calls: &'a [ToolCall],
}

impl<'a> Chain<'a> {
    fn of_turn(turn: &'a Turn) -> Self {
        let Turn { requests, failed_requests, tool_calls, .. } = turn;
        Self { agent: None, requests, failed_requests, calls: tool_calls }
    }

    fn of_agent(agent: &'a Subagent) -> Self {
        let Subagent { requests, failed_requests, tool_calls, .. } = agent;
        Self { agent: Some(agent), requests, failed_requests, calls: tool_calls }
    }

    /// Its requests in the order in which they began, each with the calls that it made.
    fn parts(&self) -> impl Iterator<Item = What<'a>> {
        let mut calls = HashMap::<_, Vec<_>>::new();
        for call in self.calls {
            calls.entry(call.request_id.as_str()).or_default().push(What::Call(call));
        }
        let answered = self.requests.iter().map(|request| (request.period.started_at, What::Request(request)));
        let failed = self.failed_requests.iter().map(|failed| (failed.period.started_at, What::Failed(failed)));
        let mut requests: Vec<_> = answered.chain(failed).collect();
        if !self.failed_requests.is_empty() {
            requests.sort_by_key(|(started_at, _)| *started_at);
        }
        requests.into_iter().flat_map(move |(_, what)| {
            let made = if let What::Request(request) = what { calls.remove(request.id.as_str()) } else { None };
            std::iter::once(what).chain(made.unwrap_or_default())
        })
    }
}

/// A tree that grows.
struct Growth<'a> {
    key: &'a str,
    nodes: Vec<Node<'a>>,
    sources: Sources<'a>,
    launched: Launched<'a>,
    /// The positions of subagents, by their ids.
    agents: HashMap<&'a str, usize>,
    depth: usize,
    /// Whether what grows stands below the turn itself.
    is_free: bool,
}

impl<'a> Growth<'a> {
    fn chain(&mut self, chain: &Chain<'a>, above: usize) {
        let around = self.interval(above);
        for what in chain.parts() {
            let (kind, source, interval) = match what {
                What::Request(request) => ("request", &request.id, around.part(request.period)),
                What::Failed(failed) => ("request", &failed.id, around.part(failed.period)),
                What::Call(call) if call.is_answered => ("tool", &call.id, around.part(call.period)),
                What::Call(call) => ("tool", &call.id, around.rest(call.period.started_at)),
                What::Turn | What::Agent(_) => continue,
            };
            let position = self.push(what, kind, source, above, chain.agent, interval);
            if let What::Call(call) = what {
                self.launched_by(call, position);
            }
        }
    }

    fn launched_by(&mut self, call: &'a ToolCall, position: usize) {
        for agent in self.launched.take(call) {
            self.agent(agent, position, call.is_background || agent.is_background);
        }
    }

    /// A subagent and all that it did. One that nobody waits for may end later.
    fn agent(&mut self, agent: &'a Subagent, above: usize, is_background: bool) {
        if self.depth == DEEPEST {
            self.launched.others.push(agent);
            return;
        }
        let (around, period) = (self.interval(above), period_of(agent));
        let interval = if is_background { around.offshoot(period) } else { around.part(period) };
        let position = self.push(What::Agent(agent), "agent", &agent.id, above, Some(agent), interval);
        self.agents.insert(&agent.id, position);
        self.depth += 1;
        self.chain(&Chain::of_agent(agent), position);
        self.depth -= 1;
    }

    /// Subagents of which no call is there: below the subagent that launched them, else the turn.
    fn rest(&mut self) {
        loop {
            let rest = self.launched.rest();
            if rest.is_empty() {
                return;
            }
            for agent in rest {
                let above = agent.parent.as_deref().and_then(|parent| self.agents.get(parent)).copied();
                self.is_free = above.is_none();
                self.agent(agent, above.unwrap_or(0), true);
            }
        }
    }

    fn push(
        &mut self,
        what: What<'a>,
        kind: &'static str,
        source: &'a str,
        above: usize,
        agent: Option<&'a Subagent>,
        interval: Interval,
    ) -> usize {
        let source = self.sources.of(kind, source);
        let id = SpanId::of(self.key, kind, &source);
        self.nodes.push(Node { what, id, source, parent: Some(above), agent, is_free: self.is_free, interval });
        self.nodes.len() - 1
    }

    fn interval(&self, position: usize) -> Interval {
        self.nodes.get(position).map(|node| node.interval).unwrap_or_default()
    }
}

fn period_of(agent: &Subagent) -> Period {
    Period { started_at: agent.started_at, ended_at: agent.ended_at }
}
