//! The agents that a session's tool calls launched, and which call launched which.

use std::collections::HashMap;

use super::turn::Turn;
use super::work::{Launches, Request, ToolCall, Work};
use crate::transcript::{Record, Timestamp, Tokens};

/// One subagent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subagent {
    /// Its id, unique within the session.
    pub id: String,
    /// `Explore`, `general-purpose`, ...; as far as it is known.
    pub agent_type: Option<String>,
    /// The tool call that launched it.
    pub launched_by: Option<String>,
    /// Its requests, in order.
    pub requests: Vec<Request>,
    /// Its tool calls, in order.
    pub tool_calls: Vec<ToolCall>,
    /// The time of its first record.
    pub started_at: Option<Timestamp>,
    /// The latest time of its records.
    pub ended_at: Option<Timestamp>,
}

impl Subagent {
    /// The tokens of its requests.
    #[must_use]
    pub fn tokens(&self) -> Tokens {
        self.requests.iter().map(|request| request.tokens).sum()
    }
}

/// A subagent in the making.
#[derive(Debug, Default)]
pub(crate) struct Sidechain {
    agent: Subagent,
    work: Work,
}

impl Sidechain {
    /// A subagent of which nothing is known yet but its id.
    pub(crate) fn new(id: String) -> Self {
        Self { agent: Subagent { id, ..Subagent::default() }, work: Work::default() }
    }

    /// Takes what the sidecar file says.
    pub(crate) fn describe(&mut self, agent_type: Option<String>, launched_by: Option<String>) {
        self.agent.agent_type = agent_type;
        self.agent.launched_by = launched_by;
    }

    /// Takes the next record; an assistant record that is `seen` elsewhere can only correct the usage.
    pub(crate) fn take(&mut self, record: &Record<'_>, seen: bool) {
        self.agent.started_at = self.agent.started_at.or(record.timestamp);
        self.agent.ended_at = self.agent.ended_at.max(record.timestamp);
        if record.is("assistant") && record.message.model.as_deref() != Some(super::work::SYNTHETIC) {
            self.work.answer(0, record, seen);
        } else if record.is("user") {
            self.work.results(record);
        }
    }
}

/// Hands each subagent to the turn whose call launched it, directly or through other subagents.
/// Gives back those for which no such call is known.
pub(crate) fn attach(turns: &mut [Turn], mut launches: Launches, mut sidechains: Vec<Sidechain>) -> Vec<Subagent> {
    sidechains.iter_mut().for_each(|chain| launches.extend(chain.work.launches()));
    let agents: Vec<_> = sidechains.into_iter().map(|chain| chain.finish(&launches)).collect();
    let mut callers = HashMap::new();
    for (index, agent) in agents.iter().enumerate() {
        callers.extend(agent.tool_calls.iter().map(|call| (call.id.clone(), Caller::Agent(index))));
    }
    for (index, turn) in turns.iter().enumerate() {
        callers.extend(turn.tool_calls.iter().map(|call| (call.id.clone(), Caller::Turn(index))));
    }
    let owners: Vec<_> = agents.iter().map(|agent| turn_of(agent, &agents, &callers)).collect();
    let mut strays = Vec::new();
    for (agent, owner) in agents.into_iter().zip(owners) {
        match owner.and_then(|turn| turns.get_mut(turn)) {
            Some(turn) => turn.subagents.push(agent),
            None => strays.push(agent),
        }
    }
    strays
}

impl Sidechain {
    /// What its sidecar file says of the launching call counts more than a tool result.
    fn finish(self, launches: &Launches) -> Subagent {
        let (requests, calls) = self.work.into_parts();
        Subagent {
            launched_by: self.agent.launched_by.or_else(|| launches.get(&self.agent.id).cloned()),
            requests: requests.into_iter().map(|(_, request)| request).collect(),
            tool_calls: calls.into_iter().map(|(_, call)| call).collect(),
            ..self.agent
        }
    }
}

/// Who made a tool call.
#[derive(Clone, Copy)]
enum Caller {
    Turn(usize),
    Agent(usize),
}

/// Follows the launches upwards to a turn. Ids can form a ring in damaged files, so no longer
/// than there are agents.
fn turn_of(agent: &Subagent, agents: &[Subagent], callers: &HashMap<String, Caller>) -> Option<usize> {
    let mut agent = agent;
    for _ in 0..=agents.len() {
        match callers.get(agent.launched_by.as_ref()?)? {
            Caller::Turn(turn) => return Some(*turn),
            Caller::Agent(above) => agent = agents.get(*above)?,
        }
    }
    None
}
