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
    /// The tool call that launched it.
    pub launched_by: Option<String>,
    /// Its requests, in order.
    pub requests: Vec<Request>,
    /// Its tool calls, in order.
    pub tool_calls: Vec<ToolCall>,
    /// The time of its first record.
    pub started_at: Option<Timestamp>,
    /// Whether another subagent launched it.
    pub is_nested: bool,
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
    /// The `promptId` of the turn that it was launched in.
    prompt_id: Option<String>,
    /// The model of its last assistant record, and when that was written.
    response: Option<(Timestamp, String)>,
}

impl Sidechain {
    /// A subagent of which nothing is known yet but its id.
    pub(crate) fn new(id: String) -> Self {
        Self { agent: Subagent { id, ..Subagent::default() }, ..Self::default() }
    }

    /// Takes the tool call that launched it, as its sidecar file or its place says.
    pub(crate) fn launched_by(&mut self, tool_call: Option<String>) {
        self.agent.launched_by = tool_call;
    }

    /// Takes the next record; an assistant record that is `seen` elsewhere can only correct the usage.
    pub(crate) fn take(&mut self, record: &Record<'_>, seen: bool) {
        self.agent.started_at = self.agent.started_at.or(record.timestamp);
        self.prompt_id = self.prompt_id.take().or_else(|| record.prompt_id.clone().map(Into::into));
        if let (true, Some(at), Some(model)) = (record.is("assistant"), record.timestamp, &record.message.model) {
            self.response = Some((at, model.clone().into_owned()));
        }
        if record.is("assistant") && record.message.model.as_deref() != Some(super::work::SYNTHETIC) {
            self.work.answer(0, record, seen);
        } else if record.is("user") {
            self.work.results(record);
        }
    }
}

/// Hands each subagent to the turn whose call launched it, directly or through other subagents;
/// one that a command launched to the turn of its prompt. Gives back the others.
pub(crate) fn attach(turns: &mut [Turn], mut launches: Launches, mut sidechains: Vec<Sidechain>) -> Vec<Subagent> {
    for chain in &mut sidechains {
        launches.extend(chain.work.launches());
    }
    // What the sidecar file says of the launching call counts more than a tool result.
    for chain in &mut sidechains {
        chain.agent.launched_by = chain.agent.launched_by.take().or_else(|| launches.get(&chain.agent.id).cloned());
    }
    let callers = callers(turns, &sidechains);
    let owners: Vec<_> = sidechains.iter().map(|chain| owner(chain, &sidechains, turns, &callers)).collect();
    let mut strays = Vec::new();
    for (chain, owner) in sidechains.into_iter().zip(owners) {
        match owner.and_then(|(turn, is_nested)| Some((turns.get_mut(turn)?, is_nested))) {
            Some((turn, is_nested)) => chain.join(turn, is_nested),
            None => strays.push(chain.finish()),
        }
    }
    strays
}

impl Sidechain {
    fn finish(self) -> Subagent {
        let (requests, calls) = self.work.into_parts();
        Subagent {
            requests: requests.into_iter().map(|(_, request)| request).collect(),
            tool_calls: calls.into_iter().map(|(_, call)| call).collect(),
            ..self.agent
        }
    }

    fn join(mut self, turn: &mut Turn, is_nested: bool) {
        self.agent.is_nested = is_nested;
        let launch = turn.tool_calls.iter().find(|call| Some(&call.id) == self.agent.launched_by.as_ref());
        let is_waited_for = launch.is_some_and(|call| !call.is_background);
        if let Some((at, model)) = self.response.take().filter(|(at, _)| is_waited_for && Some(*at) > turn.answered_at)
        {
            (turn.answered_at, turn.response_model) = (Some(at), Some(model));
        }
        turn.subagents.push(self.finish());
    }

    /// The client's own agents: compaction and the like are no part of a turn.
    fn is_internal(&self) -> bool {
        ["acompact", "aside_question", "prompt_suggestion", "session_memory"]
            .iter()
            .any(|name| self.agent.id.contains(name))
    }
}

/// Who made a tool call.
#[derive(Clone, Copy)]
enum Caller {
    Turn(usize),
    Agent(usize),
}

fn callers(turns: &[Turn], sidechains: &[Sidechain]) -> HashMap<String, Caller> {
    let mut callers = HashMap::new();
    for (index, chain) in sidechains.iter().enumerate() {
        callers.extend(chain.work.call_ids().map(|call| (call.clone(), Caller::Agent(index))));
    }
    for (index, turn) in turns.iter().enumerate() {
        callers.extend(turn.tool_calls.iter().map(|call| (call.id.clone(), Caller::Turn(index))));
    }
    callers
}

/// The turn that launched a subagent, and whether other subagents stand between. Ids can form a
/// ring in damaged files, so launches are followed no longer than there are subagents.
fn owner(
    chain: &Sidechain,
    all: &[Sidechain],
    turns: &[Turn],
    callers: &HashMap<String, Caller>,
) -> Option<(usize, bool)> {
    let mut above = chain;
    for depth in 0..=all.len() {
        match above.agent.launched_by.as_ref().and_then(|call| callers.get(call)) {
            Some(Caller::Turn(turn)) => return Some((*turn, depth > 0)),
            Some(Caller::Agent(agent)) => above = all.get(*agent)?,
            None => return turn_of_prompt(chain, turns).map(|turn| (turn, depth > 0)),
        }
    }
    None
}

/// The newest turn with the subagent's `promptId` that began before it. The subagent of a command
/// can begin a moment before the command is written.
fn turn_of_prompt(chain: &Sidechain, turns: &[Turn]) -> Option<usize> {
    let prompt_id = chain.prompt_id.as_ref().filter(|_| !chain.is_internal())?;
    let is_of = |turn: &Turn| turn.prompt_id.as_ref() == Some(prompt_id);
    let began = |turn: &Turn| turn.started_at <= chain.agent.started_at;
    turns.iter().rposition(|turn| is_of(turn) && began(turn)).or_else(|| turns.iter().position(is_of))
}
