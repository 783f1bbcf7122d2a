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

#[cfg(test)]
mod tests {
    use super::*;

    fn period(start: u64, end: u64) -> Period {
        Period { started_at: Some(Timestamp::from(start)), ended_at: Some(Timestamp::from(end)) }
    }

    fn request(id: &str, start: u64, end: u64) -> Request {
        Request { id: id.to_owned(), period: period(start, end), ..Request::default() }
    }

    fn call(id: &str, request: &str, start: u64, end: u64) -> ToolCall {
        let (id, request_id, period) = (id.to_owned(), request.to_owned(), period(start, end));
        ToolCall { id, request_id, period, is_answered: true, ..ToolCall::default() }
    }

    fn agent(id: &str, launched_by: Option<&str>, start: u64, end: u64) -> Subagent {
        let Period { started_at, ended_at } = period(start, end);
        let launched_by = launched_by.map(str::to_owned);
        Subagent { id: id.to_owned(), launched_by, started_at, ended_at, ..Subagent::default() }
    }

    fn turn(requests: Vec<Request>, tool_calls: Vec<ToolCall>, subagents: Vec<Subagent>) -> Turn {
        let Period { started_at, ended_at } = period(10, 90);
        Turn { started_at, ended_at, requests, tool_calls, subagents, ..Turn::default() }
    }

    /// Each node as its depth, its source and its times.
    fn shown(turn: &Turn) -> Vec<String> {
        let nodes = grow(&Session::default(), turn, "turn");
        let (mut depths, mut shown) = (Vec::<usize>::new(), Vec::new());
        for node in &nodes {
            let depth = node.parent.map_or(0, |parent| depths[parent] + 1);
            let Interval { started_at, ended_at } = node.interval;
            shown.push(format!("{}{} {started_at}-{ended_at}", "  ".repeat(depth), node.source));
            depths.push(depth);
        }
        shown
    }

    #[test]
    fn requests_and_their_calls_stand_below_the_turn_in_their_order() {
        let requests = vec![request("r1", 10, 30), request("r2", 45, 95)];
        let calls = vec![call("t1", "r1", 20, 40), call("t2", "r1", 25, 45), call("t1", "r2", 60, 70)];
        let mut turn = turn(requests, calls, vec![]);
        let failure = crate::session::Failure::default();
        let failed = FailedRequest { id: "f".to_owned(), period: period(41, 44), failure, ..FailedRequest::default() };
        turn.failed_requests = vec![failed];
        turn.tool_calls.push(ToolCall { is_answered: false, ..call("open", "r2", 80, 81) });
        assert_eq!(
            shown(&turn),
            [
                "turn 10-90",
                "  r1 10-30",
                "  t1 20-40",
                "  t2 25-45",
                "  f 41-44",
                "  r2 45-90",
                "  t1/2 60-70",
                "  open 80-90"
            ]
        );
    }

    #[test]
    fn subagents_stand_below_the_calls_that_launched_them_however_deep() {
        let inner = Subagent { requests: vec![request("r3", 33, 35)], ..agent("inner", Some("t2"), 32, 36) };
        let outer = Subagent {
            requests: vec![request("r2", 22, 30)],
            tool_calls: vec![call("t2", "r2", 31, 40)],
            ..agent("outer", Some("t1"), 21, 50)
        };
        let mut turn = turn(vec![request("r1", 10, 15)], vec![call("t1", "r1", 20, 45)], vec![inner, outer]);
        let expected = [
            "turn 10-90",
            "  r1 10-15",
            "  t1 20-45",
            "    outer 21-45",
            "      r2 22-30",
            "      t2 31-40",
            "        inner 32-36",
            "          r3 33-35",
        ];
        assert_eq!(shown(&turn), expected);
        // In the background it ends when it ends.
        turn.tool_calls[0].is_background = true;
        assert_eq!(shown(&turn)[3], "    outer 21-50");
    }

    #[test]
    fn what_no_call_launched_stands_below_its_parent_or_the_turn() {
        let child = Subagent { parent: Some("free".to_owned()), ..agent("child", Some("gone"), 95, 99) };
        let ring = Subagent { tool_calls: vec![call("t9", "r9", 50, 60)], ..agent("ring", Some("t9"), 50, 60) };
        let ring = Subagent { requests: vec![request("r9", 50, 50)], ..ring };
        let mut turn = turn(vec![], vec![], vec![agent("free", None, 5, 95), child, ring]);
        turn.unlaunched = vec![agent("own", None, 70, 120)];
        assert_eq!(
            shown(&turn),
            [
                "turn 10-90",
                "  free 10-95",
                "    child 95-99",
                "  own 70-120",
                "  ring 50-60",
                "    r9 50-50",
                "    t9 50-60"
            ]
        );
    }

    #[test]
    fn what_is_too_deep_stands_below_the_turn() {
        let level = |number: usize| Subagent {
            requests: vec![request(&format!("r{number}"), 20, 20)],
            tool_calls: vec![call(&format!("t{}", number + 1), &format!("r{number}"), 20, 80)],
            ..agent(&format!("a{number}"), Some(&format!("t{number}")), 20, 80)
        };
        let agents = (0..1_000).map(level).collect();
        let turn = turn(vec![request("r", 10, 15)], vec![call("t0", "r", 20, 80)], agents);
        let shown = shown(&turn);
        assert_eq!(shown.len(), 3 + 3 * 1_000);
        let deepest = shown.iter().map(|node| node.len() - node.trim_start().len()).max();
        assert_eq!(deepest, Some(2 * (1 + 2 * DEEPEST)));
    }
}
