//! Which subagents stand below which call of a turn.

use std::collections::HashMap;

use crate::session::{Subagent, ToolCall, Turn};

/// What tells a call from all others of a turn: some gateways give an id to several requests.
type CallKey<'a> = (&'a str, &'a str);

/// The subagents of a turn, by the calls that launched them.
#[derive(Debug, Default)]
pub(super) struct Launched<'a> {
    by_call: HashMap<CallKey<'a>, Vec<&'a Subagent>>,
    /// Those of which no call is there.
    pub(super) others: Vec<&'a Subagent>,
}

impl<'a> Launched<'a> {
    pub(super) fn of(turn: &'a Turn) -> Self {
        let mut calls = HashMap::<_, Vec<_>>::new();
        for call in turn.subagents.iter().flat_map(|agent| &agent.tool_calls).chain(&turn.tool_calls) {
            calls.entry(call.id.as_str()).or_default().push(call);
        }
        let mut launched = Self::default();
        for agent in turn.subagents.iter().chain(&turn.unlaunched) {
            let same = agent.launched_by.as_deref().and_then(|id| calls.get(id));
            match same.and_then(|same| launching(agent, same)) {
                Some(call) => launched.by_call.entry(key(call)).or_default().push(agent),
                None => launched.others.push(agent),
            }
        }
        launched
    }

    /// Takes the subagents of a call.
    pub(super) fn take(&mut self, call: &'a ToolCall) -> Vec<&'a Subagent> {
        self.by_call.remove(&key(call)).unwrap_or_default()
    }

    /// Takes those of which no call is there; then what is still not taken: a call can be one of the
    /// subagent that it launched.
    pub(super) fn rest(&mut self) -> Vec<&'a Subagent> {
        if !self.others.is_empty() {
            return std::mem::take(&mut self.others);
        }
        let mut rest: Vec<_> = std::mem::take(&mut self.by_call).into_values().flatten().collect();
        rest.sort_by(|one, other| (one.started_at, &one.id).cmp(&(other.started_at, &other.id)));
        rest
    }
}

fn key(call: &ToolCall) -> CallKey<'_> {
    (&call.request_id, &call.id)
}

/// Of the calls with an id the last one that began before the subagent.
fn launching<'a>(agent: &Subagent, same: &[&'a ToolCall]) -> Option<&'a ToolCall> {
    let began = |call: &&&ToolCall| call.period.started_at <= agent.started_at;
    same.iter().rfind(began).or(same.last()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Period;
    use crate::transcript::Timestamp;

    fn call(id: &str, request: &str, second: u64) -> ToolCall {
        let started_at = Some(Timestamp::from(second));
        let period = Period { started_at, ended_at: None };
        ToolCall { id: id.to_owned(), request_id: request.to_owned(), period, ..ToolCall::default() }
    }

    fn agent(id: &str, launched_by: &str, second: u64, tool_calls: Vec<ToolCall>) -> Subagent {
        let (launched_by, started_at) = (Some(launched_by.to_owned()), Some(Timestamp::from(second)));
        Subagent { id: id.to_owned(), launched_by, started_at, tool_calls, ..Subagent::default() }
    }

    fn ids(agents: Vec<&Subagent>) -> Vec<&str> {
        agents.into_iter().map(|agent| agent.id.as_str()).collect()
    }

    #[test]
    fn a_subagent_stands_below_the_last_call_with_its_id_before_it() {
        let turn = Turn {
            tool_calls: vec![call("a", "1", 1), call("a", "2", 5), call("b", "2", 6)],
            subagents: vec![
                agent("second", "a", 7, vec![call("c", "3", 8)]),
                agent("first", "a", 3, vec![]),
                agent("nested", "c", 9, vec![]),
                agent("lost", "gone", 9, vec![]),
                agent("ring", "d", 2, vec![call("d", "4", 1)]),
            ],
            unlaunched: vec![Subagent { id: "own".to_owned(), ..Subagent::default() }],
            ..Turn::default()
        };
        let mut launched = Launched::of(&turn);
        let below: Vec<_> = turn.tool_calls.iter().map(|call| ids(launched.take(call))).collect();
        assert_eq!(below, [vec!["first"], vec!["second"], vec![]]);
        assert_eq!(ids(launched.take(&turn.subagents[0].tool_calls[0])), ["nested"]);
        assert_eq!(ids(launched.rest()), ["lost", "own"]);
        assert_eq!(ids(launched.rest()), ["ring"]);
        assert_eq!(ids(launched.rest()), [""; 0]);
    }
}
